#include "core/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

static int
from_sqlite(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return 0;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ERR_LIMIT;
	case SQLITE_NOMEM:
		return ERR_NOMEM;
	case SQLITE_IOERR:
	case SQLITE_FULL:
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return ERR_IO;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return ERR_MALFORMED;
	case SQLITE_CONSTRAINT:
		return ERR_EXIST;
	default:
		return ERR_INTERNAL;
	}
}

/* SQLite would make the file with the umask's mode. */
static int
make_private(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return ERR_IO;
	close(fd);
	return 0;
}

int
ledger_open(const char *path, const char *schema, sqlite3 **out)
{
	sqlite3 *db = NULL;
	int e;

	if ((e = make_private(path)) != 0)
		return e;
	e = from_sqlite(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE,
	    NULL));
	if (e == 0) {
		sqlite3_extended_result_codes(db, 1);
		sqlite3_busy_timeout(db, 30000);
		e = ledger_exec(db, "PRAGMA journal_mode=WAL;"
				    "PRAGMA synchronous=FULL;"
				    "PRAGMA secure_delete=ON;"
				    "PRAGMA foreign_keys=ON;"
				    "PRAGMA trusted_schema=OFF");
	}
	if (e == 0)
		e = ledger_exec(db, schema);
	if (e != 0)
		sqlite3_close(db);
	else
		*out = db;
	return e;
}

int
ledger_exec(sqlite3 *db, const char *sql)
{
	return from_sqlite(sqlite3_exec(db, sql, NULL, NULL, NULL));
}

int
ledger_begin(sqlite3 *db)
{
	return ledger_exec(db, "BEGIN IMMEDIATE");
}

int
ledger_end(sqlite3 *db, int e)
{
	int rolled;

	if (e == 0 && (e = ledger_exec(db, "COMMIT")) == 0)
		return 0;
	/* The first error tells; a failed roll back ends with the close. */
	rolled = ledger_exec(db, "ROLLBACK");
	return e != 0 ? e : rolled;
}

int
ledger_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **out)
{
	return from_sqlite(sqlite3_prepare_v2(db, sql, -1, out, NULL));
}

int
ledger_step(sqlite3_stmt *q)
{
	int rc = sqlite3_step(q);

	return rc == SQLITE_DONE ? ERR_NOENT : from_sqlite(rc);
}

int
ledger_done(sqlite3_stmt *q)
{
	int e = ledger_step(q);

	return e == ERR_NOENT ? 0 : e == 0 ? ERR_INTERNAL : e;
}
