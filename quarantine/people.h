/*
 * The register of people and their transfers: STATE/people/.
 *
 *   index.sqlite   accounts (account.h), transfers (transfer.h), requests and
 *                  decisions (approve.h); WAL, full sync, mode 0600
 *   in/            private copies of what waits for its turn, named by id
 *   results/       sanitised results that wait for a decision, encrypted
 *                  (vault.h)
 *   previews/      what approvers see of those (preview.h), encrypted
 *   wake           touched whenever something changed that the watcher must
 *                  act upon; it watches this file
 *
 * Several processes use it at a time (watcher, console, command line).
 * Errors as in store.h.
 */
#ifndef QUARANTINE_PEOPLE_H
#define QUARANTINE_PEOPLE_H

#include <sqlite3.h>

#include "core/audit.h"
#include "core/keys.h"

struct people {
	const struct keys *keys;
	struct audit *audit;
	sqlite3 *db;
	int in, results, previews; /* folders */
	int wake;
};

/* Open or make. keys and audit are borrowed until close. */
int people_open(const char *state_dir, const struct keys *, struct audit *,
    struct people **) MUST_CHECK;
void people_close(struct people *);
/* Tell the watcher that there is work. */
void people_wake(struct people *);

#endif
