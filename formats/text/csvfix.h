/*
 * Neutralises the formulas of a filtered CSV text.
 *
 * A field whose first significant character is one of = + - @ | (or the same
 * in full width) gets an apostrophe; signed numbers do not. ="001" becomes
 * "001". Fields of the first line that Excel takes for SYLK or DIF, and those
 * with unpaired quotation marks, are put into quotes. A second run changes
 * nothing.
 */
#ifndef FORMATS_TEXT_CSVFIX_H
#define FORMATS_TEXT_CSVFIX_H

#include "formats/text/filter.h"

/*
 * text, in the charset id, into out; findings by the document's policy (with
 * CSV_REPORT the caller uses text and forgets out). delim: the separator of
 * the file. ERR_MALFORMED: quotation marks that do not pair in many places.
 */
int csvfix_run(struct doc *, const struct buf *text,
    const struct charset_id *id, uint32_t delim, struct buf *out) MUST_CHECK;
/* The next character, and the same without moving; 0 at the end. */
uint32_t csvfix_step(struct cs_in *);
uint32_t csvfix_ahead(const struct cs_in *);

#endif
