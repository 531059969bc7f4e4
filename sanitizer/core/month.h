/*
 * The figures of one month, counted from the audit log: what a report to the
 * heads of the office says. Does not verify the log (audit_verify does).
 *
 *   {"month":"2026-11","bytes":N,"totals":{"released":N,"held":N,"blocked":N},
 *    "days":[{"blocked":N,"held":N,"released":N} x 31],
 *    "departments":{NAME:{...}},"sources":{KIND:{...}},"formats":{ID:{...}},
 *    "findings":{ID:N},"reasons":{WHY:N},"events":{WORD:N}}
 *
 * WHY is an err_name() or "policy"; of lines without it, their reason.
 * A document counts once, however often its line stands in the log (a kill
 * between two steps may repeat a line). Days are those of the site's clock
 * (local time). Names beyond MONTH_NAMES in a table are counted under "…".
 */
#ifndef CORE_MONTH_H
#define CORE_MONTH_H

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"

#define MONTH_NAMES 2000

/* "2026-11": four digits, two digits 01..12. */
bool month_ok(const char *);
/* The month before and the one after, each 8 bytes. */
void month_step(const char *, int by, char out[8]);
/* *out is the caller's (json_decref). ERR_MALFORMED: no month, or lines that
 * cannot be read; ERR_NOENT: no log; ERR_IO, ERR_NOMEM. */
int month_count(const char *state_dir, const char *month,
    json_t **out) MUST_CHECK;

#endif
