/*
 * Word field instructions (ECMA-376 part 1, 17.16): which may stay.
 *
 * Text is the whole instruction, decoded UTF-8, as gathered over all runs.
 */
#ifndef OOXML_FIELD_H
#define OOXML_FIELD_H

#include "base/buf.h"

#define FIELD_KEYWORD_BYTES 32
#define FIELD_MAX_BYTES	    8192

enum field_class {
	FIELD_KEEP,    /* harmless: written again from its parse */
	FIELD_LINK,    /* HYPERLINK: *url and *place say where */
	FIELD_FLATTEN, /* its result stays as text */
	FIELD_DANGER   /* fetches or runs: its result stays, reported */
};

struct field {
	enum field_class is;
	char keyword[FIELD_KEYWORD_BYTES]; /* upper case, printable */
	struct buf text; /* KEEP: canonical instruction; LINK: switches after
			    the URL */
	struct buf url;	 /* LINK: the literal address, "" for a place only */
};

/*
 * Parse an instruction. Always classifies; what is not understood is FLATTEN
 * (DANGER for keywords that fetch or run). ERR_NOMEM only.
 * field_done() frees.
 */
int field_parse(const char *, size_t n, struct field *) MUST_CHECK;
void field_done(struct field *);

#endif
