/*
 * PDF values: what the readers and the writer need beyond pobj.h.
 */
#ifndef FORMATS_PDF_POBJ_INT_H
#define FORMATS_PDF_POBJ_INT_H

#include "formats/pdf/pobj.h"

enum pchar { PCHAR_REGULAR, PCHAR_SPACE, PCHAR_DELIMITER };

/* Table 1 to 3 of ISO 32000-1, 7.2.2. */
extern const uint8_t pobj_chars[256];

/* How the text of a value is taken. */
struct pobj_syntax {
	/* Content streams: operators, comments, and what real writers do to
	 * numbers. Without it nothing but the plain form passes. */
	bool ops;
	/* Number for "num gen R"; NULL: only generation 0, num as it is.
	 * 0: there is no such object (the null of PDF). */
	uint32_t (*ref)(void *arg, uint32_t num, uint32_t gen);
	void *arg;
};

/* pobj_parse() with all that may be said. */
int pobj_parse_as(struct doc *, struct reader *, const struct pobj_syntax *,
    const struct pobj **out) MUST_CHECK;
/* pobj_write() with references written as map[ref], null when that is 0. */
int pobj_write_as(const struct pobj *, const uint32_t *map, size_t n,
    struct buf *) MUST_CHECK;
/* Entries in byte order of their keys; the value stays the same. */
void pobj_sort(const struct pobj *dict);
/* The same for one not shared yet, and of equal keys only the last stays. */
int pobj_sort_unique(struct doc *, struct pobj *dict) MUST_CHECK;

#endif
