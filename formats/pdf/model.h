/*
 * The allow-list of PDF objects: which keys a type may have, and of what kind
 * and range their values are. Made by tests/make/pdf_model.py from the
 * Arlington PDF model into model.tsv, which is reviewed and kept, and from
 * that by the build into tables.
 */
#ifndef FORMATS_PDF_MODEL_H
#define FORMATS_PDF_MODEL_H

#include <math.h>

#include "formats/pdf/pdf.h"
#include "pdf_types.h" /* generated: enum PT_* */

enum pkind {
	PK_NAME,
	PK_INT,
	PK_NUM,
	PK_BOOL,
	PK_TEXT,  /* text string: written anew from its characters */
	PK_BYTES, /* byte string: as it is */
	PK_DATE,
	PK_RECT,   /* four numbers, lower left corner first */
	PK_MATRIX, /* six numbers */
	PK_DICT,
	PK_ARRAY,
	PK_STREAM,
	PK_TREE,
	PK_NULL
};

#define PM_NEEDED  (1u << 0) /* without it the object goes */
#define PM_BY_CODE (1u << 1) /* the walk sets it, not the table */

struct pmodel_alt {
	uint8_t kind;	    /* enum pkind */
	uint16_t links;	    /* in pmodel_links, ended by PT_NONE */
	const char *values; /* " A B ": names or integers; NULL: any */
	double min, max;
	bool above; /* min itself is not allowed */
};

struct pmodel_key {
	const char *key; /* of an array: its index, or "*" */
	uint8_t len, flags, n_alts;
	uint16_t alts;
};

struct pmodel {
	const char *name;
	uint16_t keys, n_keys;
	bool is_array;
};

extern const pdf_type pmodel_links[];
extern const struct pmodel_alt pmodel_alts[];
extern const struct pmodel_key pmodel_keys[];
extern const struct pmodel pmodels[PT_COUNT];

/* The row of a key in a type, or NULL. */
const struct pmodel_key *pmodel_find(pdf_type, const struct reader *key);
/* Is the value (resolved) a scalar that the alternative allows? */
bool pmodel_allows(const struct pmodel_alt *, const struct pobj *);

#endif
