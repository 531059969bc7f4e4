/* A receipt (sekisho.receipt/1, as the register has it) as part of a page:
 * what was found, what was done about it and why, for clerks. Used by every
 * page that shows one; the caller wrote the audit line. */
#ifndef CONSOLE_RECEIPT_VIEW_H
#define CONSOLE_RECEIPT_VIEW_H

#include "quarantine/console/console.h"

/* json: the text, or NULL (nothing is written). ERR_MALFORMED. */
int receipt_view(struct visit *, const char *json) MUST_CHECK;

#endif
