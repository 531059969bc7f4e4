/* Outlook messages, TNEF and uuencoded texts read, and shown as text. */
#ifndef UNIT_OUTLOOK_CASE_H
#define UNIT_OUTLOOK_CASE_H

#include "formats/mail/mail.h"
#include "pdf_case.h"

/*
 * Reads bytes by their first ones. *out (initialised here, the caller frees)
 * gets a line for each header and part: "from A <a@b>", "text utf-8 5", and
 * bodies of texts between "<<" and ">>". Findings in c. The error is doc_run's.
 */
int outlook_case_run(struct pdf_case *c, const void *in, size_t n,
    struct buf *out);

#endif
