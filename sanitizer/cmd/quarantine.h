/* Inside of `sekisho quarantine`. */
#ifndef CMD_QUARANTINE_H
#define CMD_QUARANTINE_H

#include "cmd/cli.h"

/* Read a password and bring the item out with it. An exit status. */
int quarantine_password(struct cli_state *, const struct policy *,
    const char *id);

#endif
