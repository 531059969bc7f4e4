/*
 * A report of one run: all receipts in one file, written as they come, so
 * that ten thousand documents need no more memory than one.
 *
 *   .jsonl  a receipt a line
 *   .json   an array of receipts
 *   .html   one self-contained page for people, Japanese and English: no
 *           script, no outside resource, printable
 *
 * The file appears under its name, whole and on disk, at report_close(); a
 * killed program leaves nothing. An older report of that name is replaced, no
 * other file.
 */
#ifndef CORE_REPORT_H
#define CORE_REPORT_H

#include <stdint.h>

#include "base/buf.h"
#include "core/record.h"

enum report_kind { REPORT_HTML, REPORT_JSON, REPORT_JSONL };

struct report;

struct report_totals {
	uint64_t released, held, blocked;
	uint64_t changed;  /* released with something taken out */
	uint64_t findings; /* in all documents, counts added up */
};

/* By the extension, any case. ERR_UNSUPPORTED for another one. */
int report_kind_of(const char *path, enum report_kind *) MUST_CHECK;
/* path is copied. ERR_IO (errno), ERR_NOENT (no such folder), ERR_NOMEM. */
int report_open(const char *path, enum report_kind,
    struct report **) MUST_CHECK;
/* Add one finished document. After an error every call returns it. */
int report_add(struct report *, const struct record *) MUST_CHECK;
/*
 * Finish and publish. partial: the run was broken off, and the page says so.
 * Frees in any case.
 */
int report_close(struct report *, bool partial) MUST_CHECK;
/* Frees without publishing. NULL is fine. */
void report_discard(struct report *);

/* Count one document: what the totals of a report and of a summary are. */
void report_count(struct report_totals *, const struct record *);

/* ---- parts of the page: report_html.c, for report.c and its tests */
int report_html_head(struct buf *, const struct report_totals *, bool partial,
    const char *when) MUST_CHECK;
int report_html_document(struct buf *, const struct record *) MUST_CHECK;
int report_html_group(struct buf *, bool attention) MUST_CHECK;
int report_html_foot(struct buf *) MUST_CHECK;

#endif
