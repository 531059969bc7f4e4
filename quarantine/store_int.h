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

#endif
