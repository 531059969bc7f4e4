/*
 * PDF values in document memory (ISO 32000-1, 7.3): what the readers make and
 * the writer takes. A value never changes once it is shared.
 *
 * Numbers are decimals, not floats: what is read is written again exactly,
 * and the second pass sees the same value.
 */
#ifndef FORMATS_PDF_POBJ_H
#define FORMATS_PDF_POBJ_H

#include "formats/doc.h"

enum pobj_type {
	POBJ_NULL,
	POBJ_BOOL,
	POBJ_INT,
	POBJ_REAL,
	POBJ_NAME,   /* bytes with #xx resolved, no slash */
	POBJ_STRING, /* bytes, escapes resolved */
	POBJ_ARRAY,
	POBJ_DICT,
	POBJ_STREAM, /* a dictionary; its bytes stay with the reader */
	POBJ_REF,
	POBJ_OP, /* content streams only: an operator */
};

#define POBJ_DECIMALS_MAX 9
#define POBJ_DEPTH_MAX	  64 /* arrays and dictionaries inside each other */

struct pobj;

struct pentry {
	struct reader key; /* a name's bytes */
	const struct pobj *value;
};

struct pobj {
	enum pobj_type type;

	union {
		bool b;
		int64_t i;

		struct {
			int64_t mantissa; /* value = mantissa / 10^decimals */
			uint8_t decimals; /* 0..POBJ_DECIMALS_MAX */
		} real;
		struct reader bytes; /* NAME, STRING, OP */

		struct {
			const struct pobj **item;
			size_t n;
		} array;

		struct {
			struct pentry *entry; /* keys are unique */
			size_t n;
			bool sorted; /* entries stand in byte order of keys */
		} dict;		     /* DICT and STREAM */

		/* Number of an object: of the source for what a reader made,
		 * of the output for what is given to the writer. */
		uint32_t ref;
	} u;

	uint32_t number; /* STREAM: its own object number in the source */
};

/* ---- questions; a NULL value is answered like a null */

bool pobj_is(const struct pobj *, enum pobj_type);
bool pobj_is_name(const struct pobj *, const char *name);
/* INT or REAL as a float, for arithmetic only. False when it is no number. */
bool pobj_number(const struct pobj *, double *out);
/* INT within [min, max], or a REAL that is whole. */
bool pobj_int(const struct pobj *, int64_t min, int64_t max, int64_t *out);
/* The value of a key in a DICT or STREAM (not resolved), or NULL. */
const struct pobj *pobj_get(const struct pobj *, const char *key);
const struct pobj *pobj_get_bytes(const struct pobj *,
    const struct reader *key);
/* Item i of an ARRAY (not resolved), or NULL. */
const struct pobj *pobj_item(const struct pobj *, size_t i);
size_t pobj_count(const struct pobj *); /* ARRAY: items; DICT: entries */

/* ---- making; NULL when over budget (the caller returns ERR_NOMEM) */

struct pobj *pobj_new(struct doc *, enum pobj_type);
struct pobj *pobj_new_int(struct doc *, int64_t);
/* mantissa / 10^decimals, in its shortest form: an INT when it is whole. */
struct pobj *pobj_new_decimal(struct doc *, int64_t mantissa,
    unsigned decimals);
struct pobj *pobj_new_name(struct doc *, const char *); /* borrowed, constant */
struct pobj *pobj_new_ref(struct doc *, uint32_t);
/* Bytes are borrowed and must live as long as the document. */
struct pobj *pobj_new_bytes(struct doc *, enum pobj_type, const void *,
    size_t n);
/* Growing ones: n_max is the largest number of items that will be added. */
struct pobj *pobj_new_array(struct doc *, size_t n_max);
struct pobj *pobj_new_dict(struct doc *, size_t n_max);
/* Add; the caller's invariant is n < n_max and a key that is not there. */
void pobj_push(struct pobj *array, const struct pobj *);
void pobj_set(struct pobj *dict, const char *key, const struct pobj *);
void pobj_set_bytes(struct pobj *dict, const struct reader *key,
    const struct pobj *);

/* ---- text form */

/*
 * Read one value at the cursor. With ops, as content streams have them:
 * comments are skipped, "--5", "5-3", "1." are numbers as viewers take them,
 * keywords and braces are operators (inside arrays and dictionaries they are
 * left out), and there are no references. Without, nothing but the plain form
 * passes, and "n 0 R" becomes POBJ_REF. In both a number that is whole is an
 * INT, a null in a dictionary is no entry, and of a key that comes twice the
 * last counts.
 *
 * Bytes of names, strings and operators are borrowed from the reader where
 * nothing has to be decoded. ERR_NOENT at the end of the bytes. On
 * ERR_MALFORMED the cursor stands behind what could not be read, at least
 * one byte further: a caller may go on.
 */
int pobj_parse(struct doc *, struct reader *, bool ops,
    const struct pobj **out) MUST_CHECK;
/* Append in the one canonical form: names with #xx where needed, strings as
 * literal or hexadecimal by one rule, keys sorted, single spaces. */
int pobj_write(const struct pobj *, struct buf *) MUST_CHECK;

#endif
