/*
 * A document around a piece of PDF code: body() runs where a rebuild would.
 */
#ifndef UNIT_PDF_CASE_H
#define UNIT_PDF_CASE_H

#include "formats/doc.h"

struct pdf_case {
	int (*body)(struct doc *, void *arg);
	void *arg;
	const char *passwords[4]; /* up to the first NULL */
	struct doc_result res;
	size_t n_findings;
	char findings[4096]; /* "pdf.x removed [where] detail; " */
};

/* Runs c->body over the bytes; what it puts is in *out, which the caller
 * frees whatever comes back. */
int pdf_case_run(struct pdf_case *c, const void *in, size_t n, struct buf *out);

#endif
