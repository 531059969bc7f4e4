/*
 * The cleaners of a milter. Its threads take one, ask, and give it back.
 * A cleaner that dies, is slow or answers nonsense is replaced; what it had
 * in hand is a temporary failure.
 */
#ifndef CMD_MILTERPOOL_H
#define CMD_MILTERPOOL_H

#include <stddef.h>

#include "cmd/cleaner.h"

struct milterpool;

/*
 * argv: what a cleaner is started with; its first word is this program, by
 * any name. timeout_ms: of one message, waiting for a free one included.
 * ERR_NOMEM, ERR_IO: the first cleaner could not be started.
 */
int milterpool_open(char *const argv[], unsigned cleaners, int timeout_ms,
    struct milterpool **) MUST_CHECK;
void milterpool_close(struct milterpool *);

/*
 * Any thread. message and envelope: memory files (cleaner.h), borrowed.
 * *out: a sealed memory file, the caller's, for CLEANER_REPLACE; else -1.
 * Whatever goes wrong is the answer CLEANER_TEMPFAIL.
 */
void milterpool_ask(struct milterpool *, int message, int envelope,
    struct cleaner_answer *, int *out);

#endif
