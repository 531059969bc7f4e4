/*
 * The receipt of one document: sekisho.receipt/1 (docs/receipt.md,
 * docs/receipt.schema.json), and the same as Japanese text for people.
 *
 * The texts of a record are hostile content made printable. JSON carries them
 * as they are; the text for people defangs addresses (hxxp) so that no viewer
 * makes a link of them.
 */
#ifndef CORE_RECEIPT_H
#define CORE_RECEIPT_H

#include <jansson.h>

#include "base/buf.h"
#include "core/record.h"

#define RECEIPT_SCHEMA	  "sekisho.receipt/1"
#define RECEIPT_MAX_BYTES (256u << 20) /* of one receipt, either form */

/* A new reference; NULL without memory. Keys in the order of the schema. */
json_t *receipt_build(const struct record *);
/* The JSON text: one line, or indented for people. ERR_LIMIT, ERR_NOMEM. */
int receipt_json(const struct record *, bool indent, struct buf *) MUST_CHECK;
/* The text for clerks. ERR_LIMIT, ERR_NOMEM. */
int receipt_text_ja(const struct record *, struct buf *) MUST_CHECK;
/*
 * Append text with its addresses made inert: http -> hxxp, ftp -> fxp,
 * "www." -> "www[.]", "@" kept. Case is ignored.
 */
int receipt_defang(struct buf *, const char *text) MUST_CHECK;

/*
 * Members as a tree. Children end before their parents, so a parent's index
 * is greater; anything else (a worker may lie) hangs under the document.
 * The parent of member i, or -1.
 */
int receipt_parent(const struct record *, size_t i);
/* The findings of member i, clamped to what is there. */
const struct finding *receipt_member_findings(const struct record *, size_t i,
    size_t *n);

#endif
