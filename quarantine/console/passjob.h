/*
 * A password on its way to the watcher. The answer takes as long as the
 * document does, so a thread of its own waits for it; the pages ask how far
 * it is. A thread touches nothing but its own place in the table.
 */
#ifndef CONSOLE_PASSJOB_H
#define CONSOLE_PASSJOB_H

#include "core/watchsock.h"
#include "quarantine/console/console.h"

#define PASSJOBS_MAX 32

enum passjob { PASSJOB_NONE, PASSJOB_RUNS, PASSJOB_FITS, PASSJOB_FAILED };

/* Begin. ERR_LIMIT: too many at once; ERR_EXIST: one runs for this file. */
int passjob_start(const char *state_dir, const char *id, const char *who,
    const char *password) MUST_CHECK;
/* How far it is for this person; say: English (gettext key) when it failed.
 * An answer is told for ten minutes. */
enum passjob passjob_ask(const char *id, const char *who,
    char say[WATCHSOCK_SAY_BYTES]);

#endif
