/*
 * A document around html_text() or html_clean(), as a mail calls them.
 */
#ifndef UNIT_HTML_CASE_H
#define UNIT_HTML_CASE_H

#include "formats/doc.h"

struct html_case {
	bool clean; /* html_clean(), else html_text() */
	enum url_policy links;
	struct reader in;
	int (*finding)(void *, const struct finding *); /* or NULL */
	char message[DOC_MESSAGE_BYTES];
	size_t n_findings;   /* but ACT_KEPT ones */
	char findings[8192]; /* "html.x removed detail; " */
};

/* Two pictures are known: cid:one (one.png) and cid:two (two.jpg). */
int html_case_run(struct html_case *, struct buf *out);

#endif
