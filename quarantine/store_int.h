/* What the files of the store share. */
#ifndef QUARANTINE_STORE_INT_H
#define QUARANTINE_STORE_INT_H

#include "core/ledger.h"
#include "quarantine/store.h"

struct quarantine {
	const struct keys *keys;
	struct audit *audit;
	int vault;
	sqlite3 *db;
};

/* Columns of an item, in the order of store_take(). */
#define STORE_COLUMNS \
	"id, time, department, source_kind, source_from, name, format, " \
	"bytes, sha256, verdict, reason, state, disposed_time, disposed_by, " \
	"disposed_why"

void store_take(sqlite3_stmt *, struct quarantine_item *);
void store_bind(sqlite3_stmt *, int, const char *text);
/* Never NULL. */
const char *store_column(sqlite3_stmt *, int);

#endif
