/*
 * SQLite with the settings we rely on: WAL, synchronous=FULL, secure_delete,
 * mode 0600, waiting up to 30 s for another writer. Plain SQL only.
 * SQLite's codes become ours: busy is ERR_LIMIT, full disk and I/O ERR_IO,
 * a damaged file or another program's ERR_MALFORMED.
 */
#ifndef CORE_LEDGER_H
#define CORE_LEDGER_H

#include <sqlite3.h>

#include "base/err.h"

/* Open or make; schema is run each time ("CREATE ... IF NOT EXISTS"). */
int ledger_open(const char *path, const char *schema, sqlite3 **) MUST_CHECK;
int ledger_exec(sqlite3 *, const char *sql) MUST_CHECK;
/* Take the write lock; it serves as the lock of what the ledger describes. */
int ledger_begin(sqlite3 *) MUST_CHECK;
/* Commit when e is 0, else roll back; the error to hand on. */
int ledger_end(sqlite3 *, int e) MUST_CHECK;
int ledger_prepare(sqlite3 *, const char *sql, sqlite3_stmt **) MUST_CHECK;
/* 0: a row; ERR_NOENT: no more rows. */
int ledger_step(sqlite3_stmt *) MUST_CHECK;
/* For statements without rows. */
int ledger_done(sqlite3_stmt *) MUST_CHECK;

#endif
