/*
 * Character sets of Japanese text files: which one is it, one character at a
 * time, and back again.
 *
 * A character keeps its own bytes. Writing in the charset that was read means
 * writing those bytes again, so codes with two homes (NEC and IBM extensions)
 * and user-defined characters (gaiji, CP932 F040-F9FC) stay what they are.
 *
 * The tables of CP932 and EUC-JP-MS are taken from the C library once, by
 * charset_preload() in the zygote; nothing here opens a file later. RFC 3629
 * (UTF-8), RFC 2781 (UTF-16), RFC 1468 and RFC 2237 (ISO-2022-JP, -1), with
 * half-width kana by ESC ( I and the row 13 and 89-92 extensions of CP932.
 */
#ifndef FORMATS_TEXT_CHARSET_H
#define FORMATS_TEXT_CHARSET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/reader.h"

enum charset {
	CS_NONE,
	CS_ASCII,
	CS_UTF8,
	CS_UTF16LE,
	CS_UTF16BE,
	CS_ISO2022JP,
	CS_CP932,
	CS_EUCJP,
	CS_COUNT
};

struct charset_id {
	enum charset is;
	bool bom; /* the text begins with one */
};

struct cs_char {
	uint32_t cp;	    /* a lone UTF-16 surrogate is given as it stands */
	const uint8_t *raw; /* borrowed from the input, or NULL: made by us */
	size_t len;
	uint8_t set; /* ISO-2022-JP: the character set it was written in */
};

struct cs_in {
	struct reader r;
	enum charset is;
	uint8_t set;
	uint64_t shifts; /* escape sequences of ISO-2022-JP read */
};

struct cs_out {
	struct buf *to; /* borrowed */
	enum charset is;
	enum charset from; /* the charset of the raw bytes given */
	uint8_t set;
	uint64_t shifts;
};

/* Builds the tables. ERR_IO when the C library lacks a charset. */
int charset_preload(void) MUST_CHECK;
/*
 * The one charset in which the whole input decodes; between several the one
 * that reads most like Japanese. cut: the input is the head of something
 * longer, the last character may be incomplete. ERR_UNSUPPORTED: none.
 */
int charset_detect(const struct reader *, bool cut,
    struct charset_id *out) MUST_CHECK;
/* The part of it in detect.c; called by charset_preload(). */
void charset_preload_frequent(void);
/* "CP932": for people. Never NULL. */
const char *charset_name(enum charset);

/* How much a reading looks like a text, Japanese above all. Start with 0. */
struct cs_score {
	int64_t total;
	uint32_t scored; /* characters that are not ASCII */
	int kind;	 /* of the character before, internal */
	uint32_t before;
	bool wide;	/* UTF-8: three bytes or more in one character */
	uint32_t gaiji; /* private use characters, if counted */
};

/* Adds a character of a reading in a charset; CS_NONE: any other one. */
void cs_score_add(struct cs_score *, enum charset, const struct cs_char *);

/* A cursor behind the byte order mark, if there is one. */
void cs_open(struct cs_in *, const struct reader *, const struct charset_id *);
bool cs_more(const struct cs_in *);
/* The next character. ERR_TRUNCATED at the end, ERR_MALFORMED. */
int cs_get(struct cs_in *, struct cs_char *out) MUST_CHECK;
/* Behind the last character: takes the shifts that are left. */
void cs_close(struct cs_in *);
/* from: what cs_get() read; is: CS_UTF8, or the same as from. */
void cs_start(struct cs_out *, struct buf *, enum charset from,
    enum charset is);
int cs_bom(struct cs_out *) MUST_CHECK;
int cs_put(struct cs_out *, const struct cs_char *) MUST_CHECK;
/* One ASCII character of our own. */
int cs_put_ascii(struct cs_out *, char) MUST_CHECK;
/* Back to ASCII, as ISO-2022-JP must end. */
int cs_end(struct cs_out *) MUST_CHECK;

#endif
