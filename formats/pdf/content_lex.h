/*
 * Tokens of content streams, CMaps and calculator functions (ISO 32000-1,
 * 7.2 and 7.8.2), straight from bytes to canonical bytes. No value is built:
 * a token borrows its bytes, and most are canonical as they stand.
 */
#ifndef FORMATS_PDF_CONTENT_LEX_H
#define FORMATS_PDF_CONTENT_LEX_H

#include "base/buf.h"

enum plex_kind {
	PLEX_END,
	PLEX_NUMBER,
	PLEX_NAME,   /* raw: behind the slash, #xx not resolved */
	PLEX_STRING, /* raw: between the parentheses */
	PLEX_HEX,    /* a string too; raw: between < and > */
	PLEX_WORD,   /* operators, true, false, null */
	PLEX_ARRAY,
	PLEX_ARRAY_END,
	PLEX_DICT,
	PLEX_DICT_END,
	PLEX_BRACE,
	PLEX_BRACE_END,
	PLEX_JUNK /* a delimiter that has no place */
};

struct ptoken {
	enum plex_kind kind;
	bool plain; /* raw is canonical */
	struct reader raw;
};

struct plex {
	struct reader in;
	uint32_t comments; /* passed over so far */
	uint32_t cut;	   /* strings without an end */
};

/* The byte at the cursor, or -1 at the end. */
static inline int
plex_peek(const struct reader *r)
{
	return r->pos < r->len ? r->data[r->pos] : -1;
}

/* Bytes that end a word: white space and delimiters. */
bool plex_ends_word(uint8_t);
bool plex_is_space(uint8_t);
/* The next token. Never fails; PLEX_END again and again at the end. */
void plex_next(struct plex *, struct ptoken *out);
/*
 * Append the token in canonical form. Numbers: no sign +, no idle zeros, at
 * least one digit before the point, at most 9 behind it, not over 2147483647.
 * Names with their slash. Strings in parentheses, bytes as they are but for
 * \ ( ) and CR.
 */
int plex_put(const struct ptoken *, struct buf *) MUST_CHECK;
/* What a name or string means, appended: #xx and escapes resolved. */
int plex_decode(const struct ptoken *, struct buf *) MUST_CHECK;
/* The integer that a number is. False: it is none, or outside [min, max]. */
bool plex_int(const struct ptoken *, int64_t min, int64_t max, int64_t *out);
/* The word is exactly this. */
bool plex_is(const struct ptoken *, const char *word);

#endif
