/*
 * PDF: what only pdf.c, the readers, the filters and the writer share.
 */
#ifndef FORMATS_PDF_PDF_INT_H
#define FORMATS_PDF_PDF_INT_H

#include "formats/pdf/pdf.h"
#include "formats/pdf/pobj_int.h"

/* How every file of ours begins; four bytes past 127 say "not text". */
#define PDF_HEADER "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n"

/* The end of such a file, from "trailer" on; digest: of all before "xref". */
int pout_trailer(struct buf *, const uint8_t digest[HASH_BYTES], bool info,
    uint32_t size, uint64_t xref) MUST_CHECK;

/* Before the lock: coders, and what qpdf loads when it first deciphers. */
int pout_preload(void) MUST_CHECK;
int pfilter_preload(void) MUST_CHECK;
int pin_qpdf_preload(void) MUST_CHECK;
int pdf_signature_preload(void) MUST_CHECK;

/* A reader of objects, chosen by pin_open(). */
struct pin_ops {
	/* Object num converted into document memory: *out NULL when there is
	 * none. Called once for each number. */
	int (*load)(void *state, uint32_t num, const struct pobj **out);
	/* The bytes of a stream; *own is NULL or malloc'd memory to free. */
	int (*raw)(void *state, const struct pobj *, struct reader *,
	    void **own);
	void (*close)(void *state);
};

struct pin_source {
	const struct pin_ops *ops;
	void *state;
	const struct pobj *root, *info;
	uint32_t limit;
	struct pin_facts facts;
};

/* ERR_NOENT: not in the canonical form, try the other. */
int pin_strict_open(struct doc *, struct pin_source *) MUST_CHECK;
int pin_qpdf_open(struct doc *, struct pin_source *) MUST_CHECK;
/* The input with a trailer in front that leads to the catalog. ERR_NOENT. */
int pin_rescue(struct doc *, struct reader *out) MUST_CHECK;

/* Objects of the document that nobody asked for: tables, object streams and
 * numbers (lengths) are not counted. */
int pin_count_unused(struct pin *, uint32_t *n) MUST_CHECK;
/* pin_raw(), and *mem what pin_free() gives back early, or NULL. */
int pin_raw_mem(struct pin *, const struct pobj *stream, struct reader *out,
    void **mem) MUST_CHECK;
/*
 * Malloc'd memory that lives until pin_close(), or until it is given back:
 * decoded streams are large and soon used up. NULL: over budget.
 */
void *pin_alloc(struct pin *, size_t n);
void *pin_realloc(struct pin *, void *, size_t n);
void pin_free(struct pin *, void *);

/* What a filter makes, growing up to PFILTER_BYTES_MAX. */
#define PFILTER_BYTES_MAX ((size_t)256 << 20)

struct pgrow {
	struct pin *in;
	uint8_t *data; /* pin_alloc() */
	size_t n, cap;
};

/* ERR_LIMIT, ERR_NOMEM. */
int pgrow_put(struct pgrow *, const void *, size_t n) MUST_CHECK;

/* One filter: all of in, undone, at the end of out. *damaged: it ended early
 * or with errors. ERR_LIMIT, ERR_NOMEM. filter_code.c, filter_lzw.c */
int pfilter_hex(struct reader *in, struct pgrow *out, bool *damaged) MUST_CHECK;
int pfilter_a85(struct reader *in, struct pgrow *out, bool *damaged) MUST_CHECK;
int pfilter_run(struct reader *in, struct pgrow *out, bool *damaged) MUST_CHECK;
int pfilter_lzw(struct reader *in, bool early, struct pgrow *out,
    bool *damaged) MUST_CHECK;

/* Predictors of Flate and LZW, in place; the new length in *n. */
struct ppredictor {
	int64_t kind; /* 1, 2, 10..15 */
	int64_t colours, bits, columns;
};

void pfilter_predict(const struct ppredictor *, uint8_t *data, size_t *n,
    bool *damaged);

#endif
