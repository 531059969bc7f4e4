/* Inside the CMap code: cmap.c reads the ranges, cmap_head.c the rest. */
#ifndef FORMATS_PDF_CMAP_INT_H
#define FORMATS_PDF_CMAP_INT_H

#include "formats/pdf/content_lex.h"
#include "formats/pdf/pdf.h"

#define CMAP_TEXT_MAX 512 /* bytes that one code stands for */

enum cmap_kind {
	CMAP_SPACE,
	CMAP_BF_CHAR,
	CMAP_BF_RANGE,
	CMAP_CID_CHAR,
	CMAP_CID_RANGE,
	CMAP_NONE_CHAR,
	CMAP_NONE_RANGE,
	CMAP_KINDS
};

struct cmap {
	struct pdf *p;
	const char *where;
	bool to_unicode;
	struct plex lex;
	struct ptoken before, key; /* the last token, the last name */
	struct buf body;	   /* blocks that are done */
	struct buf block;	   /* items of this one */
	struct buf item;	   /* the one being read */
	enum cmap_kind kind;	   /* of block */
	enum cmap_kind reading;	   /* of item */
	unsigned items;
	struct buf scratch;
	uint32_t total; /* items in all */
	uint32_t bad;	/* what was not understood */
	/* What comes before the ranges; "" for not said. */
	char use[32], registry[40], ordering[40];
	int64_t supplement;
	bool vertical;
};

/* The word belongs to the frame that every CMap has. */
bool cmap_is_frame(const struct ptoken *);
/* A value behind the key: WMode, Registry, Ordering, Supplement. */
int cmap_define(struct cmap *, const struct ptoken *key,
    const struct ptoken *value) MUST_CHECK;
/* "/Name usecmap": only of the predefined ones. */
int cmap_use(struct cmap *, const struct ptoken *name) MUST_CHECK;
/* The same facts from the stream's dictionary, which win. */
int cmap_read_dict(struct cmap *, const struct pobj *stream,
    const struct pobj *base) MUST_CHECK;
int cmap_put_head(struct cmap *, struct buf *) MUST_CHECK;
int cmap_make_dict(struct cmap *, const struct pobj **) MUST_CHECK;

#endif
