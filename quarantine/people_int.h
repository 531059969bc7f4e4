/*
 * Inside of the register of people: what account.c, transfer.c and approve.c
 * share. A struct people is used by one thread at a time.
 */
#ifndef QUARANTINE_PEOPLE_INT_H
#define QUARANTINE_PEOPLE_INT_H

#include "core/ledger.h"
#include "quarantine/people.h"

/* The tables of each module: "CREATE ... IF NOT EXISTS ...;". */
extern const char account_schema[];
extern const char transfer_schema[];
extern const char approve_schema[];
extern const char preview_schema[];

/* Those that people_open() makes, in this order. */
#define PEOPLE_SCHEMAS \
	account_schema, transfer_schema, approve_schema, preview_schema

/* A statement with its first parameter bound (NULL: none). */
int people_prepare(struct people *, const char *sql, const char *first,
    sqlite3_stmt **) MUST_CHECK;
/* Bind a copy of a text. */
void people_bind(sqlite3_stmt *, int i, const char *text);
/* The text of a column, never NULL; the statement's own. */
const char *people_text(sqlite3_stmt *, int i);
/* The same, copied to where it fits (cut at size - 1). */
void people_take(sqlite3_stmt *, int i, char *out, size_t size);
/* Run a prepared statement without rows, and finalize it. */
int people_run(sqlite3_stmt *) MUST_CHECK;
/* Rows that the last statement changed. */
int people_changed(struct people *);

#endif
