/*
 * Work that the console does not do itself: `sekisho` beside this program is
 * started for it, under the name of the person who asked. One at a time for
 * each kind; its output lies in the console's folder, TMP/KIND.out.
 */
#ifndef CONSOLE_TOOL_H
#define CONSOLE_TOOL_H

#include <stdbool.h>

#include "quarantine/console/console.h"

enum tool_kind { TOOL_RERUN, TOOL_DRYRUN, TOOL_KINDS };

/*
 * Start `sekisho ARGS... --state DIR` (args: NULL-terminated, constant words
 * and checked values). ERR_EXIST: one of this kind runs still; ERR_IO.
 */
int tool_start(struct console *, enum tool_kind, const char *who,
    const char *const *args) MUST_CHECK;
/* Whether it runs; *status: its exit status, -1 before the first run. */
bool tool_runs(enum tool_kind, int *status);
/* What it has printed, for reading from offset 0. ERR_NOENT. */
int tool_output(const struct console *, enum tool_kind, int *fd) MUST_CHECK;

#endif
