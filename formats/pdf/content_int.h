/* Inside the content code: content.c, content_name.c, content_inline.c. */
#ifndef FORMATS_PDF_CONTENT_INT_H
#define FORMATS_PDF_CONTENT_INT_H

#include "formats/pdf/content_lex.h"
#include "formats/pdf/pdf.h"

#define CONTENT_OPERANDS 64  /* more before an operator are junk */
#define CONTENT_NESTING	 512 /* q in q, marks in marks */

enum operand_kind {
	OPERAND_NUMBER,
	OPERAND_STRING,
	OPERAND_NAME,
	OPERAND_ARRAY, /* of numbers only */
	OPERAND_TEXT,  /* array with strings */
	OPERAND_DICT,
	OPERAND_OTHER /* fits nowhere */
};

struct operand {
	enum operand_kind kind;
	struct ptoken token; /* NUMBER, STRING; NAME: raw is decoded */
	size_t at; /* where it begins in the output, with the blank before */
};

/* What is counted for the report. */
enum content_seen {
	SEEN_UNKNOWN,
	SEEN_OPERANDS,
	SEEN_NAME,
	SEEN_STATE,
	SEEN_COMMENT,
	SEEN_PROPERTY,
	SEEN_JUNK,
	SEEN_INLINE,
	SEEN_BOMB,
	SEEN_COUNT
};

struct content_nest {
	uint32_t depth;
	uint32_t skipped; /* levels over CONTENT_NESTING, all inside */
};

/* Names that were asked for; content_name.c. */
struct content_names {
	struct buf entries; /* of struct entry */
	struct buf slots;   /* of uint32_t: 1 + index, 0 for none; a hash */
	uint32_t asked[PRES_COUNT];
	bool loaded[PRES_COUNT]; /* all of the dictionary is in entries */
};

struct content {
	struct pdf *p;
	const struct pcontent *in;
	struct buf *out;
	struct pused *used;
	struct plex lex;
	struct operand op[CONTENT_OPERANDS];
	size_t n;
	size_t mark; /* of the output: where the statement begins */
	struct buf scratch;
	bool in_text;
	bool was_text;	 /* there was an ET */
	size_t text_end; /* of the output: where it begins */
	bool drop;	 /* an action's answer: the statement goes */
	bool done;	 /* the action wrote all of it */
	uint64_t drawn;	 /* operators, with those of the forms drawn */
	uint64_t walked; /* bytes read to find the ends of inline pictures */
	struct content_nest saves, marks, compats;
	struct content_names names;
	uint32_t seen[SEEN_COUNT];
	struct reader example[SEEN_COUNT]; /* of the source */
};

/* Count it; what: the first one stands in the report. NULL: nothing. */
void content_saw(struct content *, enum content_seen, const struct reader *);
/* An operator: the statement is written or dropped, and the next begins. */
int content_run(struct content *, const struct ptoken *) MUST_CHECK;
void content_names_init(struct content_names *);
void content_names_done(struct content_names *);
/*
 * Does the name lead to a resource that stays? Asked at every use; the first
 * adds it to *used.
 */
int content_name(struct content *, enum presource, const struct reader *name,
    bool *stays) MUST_CHECK;
/* A name that only this statement used, which goes: n_used were used before. */
void content_forget(struct content *, enum presource, const struct reader *name,
    size_t n_used);
/* Operators that drawing an external object runs. */
int content_drawn(struct content *, const struct reader *name,
    uint64_t *n) MUST_CHECK;
/* Remember what this stream runs. */
int content_drawn_set(struct content *) MUST_CHECK;
/* The default colour spaces, when resources hold them. */
int content_defaults(struct content *) MUST_CHECK;
/* The value of a resource as the source has it, resolved; NULL for none. */
int content_resource(struct content *, enum presource, const struct reader *,
    const struct pobj **) MUST_CHECK;
/* A picture of the output under a name of its own, used from here on. */
int content_add(struct content *, uint32_t num, struct reader *name) MUST_CHECK;
/* Behind BI: reads to the EI and draws the picture as an object. */
int content_inline(struct content *) MUST_CHECK;
/*
 * At the first byte of the data of an inline picture, its dictionary in full
 * words: how many bytes they are, and where the cursor goes behind EI.
 * ERR_NOENT: there is no EI. *sure: the end was computed, not guessed.
 */
int content_data(struct content *, const struct pobj *dict, struct reader *at,
    struct reader *data, bool *sure) MUST_CHECK;
/* Behind <<: writes those keys of a property list that may stay. */
int content_properties(struct content *, struct buf *out) MUST_CHECK;

#endif
