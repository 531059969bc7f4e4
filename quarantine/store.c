/*
 * The write lock of the index is the lock of the vault: a file without a row
 * exists only inside somebody's transaction, so whoever holds the lock may
 * remove such files.
 */
#include "quarantine/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/utf8.h"
#include "core/ledger.h"
#include "core/parcel.h"
#include "quarantine/store_int.h"
#include "quarantine/vault.h"

#define FILE_BYTES (PARCEL_ID_BYTES + 16)
#define COLUMNS	   STORE_COLUMNS

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS meta ("
    " name TEXT PRIMARY KEY, value TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS item ("
    " id TEXT PRIMARY KEY, time TEXT NOT NULL, department TEXT NOT NULL,"
    " source_kind TEXT NOT NULL, source_from TEXT NOT NULL,"
    " name TEXT NOT NULL, format TEXT NOT NULL, bytes INTEGER NOT NULL,"
    " sha256 TEXT NOT NULL, verdict TEXT NOT NULL, reason TEXT NOT NULL,"
    " receipt TEXT NOT NULL, state INTEGER NOT NULL, wrapped BLOB,"
    " disposed_time TEXT NOT NULL, disposed_by TEXT NOT NULL,"
    " disposed_why TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS mail ("
    " id TEXT PRIMARY KEY, sender TEXT NOT NULL, envelope TEXT NOT NULL,"
    " wants INTEGER NOT NULL);"
    "CREATE INDEX IF NOT EXISTS mail_sender ON mail (sender, wants);"
    "CREATE TABLE IF NOT EXISTS thread ("
    " key TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (key, id))"
    " WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS item_time ON item (time)";

static void
file_of(const char *id, char out[FILE_BYTES])
{
	snprintf(out, FILE_BYTES, "%.*s.sealed", PARCEL_ID_BYTES - 1, id);
}

static int
prepare(struct quarantine *q, const char *sql, const char *first,
    sqlite3_stmt **out)
{
	int e;

	if ((e = ledger_prepare(q->db, sql, out)) == 0)
		sqlite3_bind_text(*out, 1, first, -1, SQLITE_TRANSIENT);
	return e;
}

/* The index remembers which master key it belongs to. */
static int
check_master(struct quarantine *q)
{
	uint8_t check[KEYS_BYTES];
	char hex[HASH_HEX];
	sqlite3_stmt *s;
	int e;

	if ((e = keys_derive(q->keys, "vaultchk", check)) != 0)
		return e;
	hash_hex(check, hex);
	if ((e = prepare(q,
		 "INSERT OR IGNORE INTO meta (name, value) "
		 "VALUES (?, ?)",
		 "master", &s)) != 0)
		return e;
	store_bind(s, 2, hex);
	e = ledger_done(s);
	sqlite3_finalize(s);
	if (e != 0 || (e = prepare(q, "SELECT value FROM meta WHERE name = ?",
			   "master", &s)) != 0)
		return e;
	if ((e = ledger_step(s)) == 0 && strcmp(store_column(s, 0), hex) != 0)
		e = ERR_DENIED;
	sqlite3_finalize(s);
	return e;
}

/* State of an item; ERR_NOENT. */
static int
state_of(struct quarantine *q, const char *id, int *state)
{
	sqlite3_stmt *s;
	int e;

	if ((e = prepare(q, "SELECT state FROM item WHERE id = ?", id, &s)) !=
	    0)
		return e;
	if ((e = ledger_step(s)) == 0)
		*state = sqlite3_column_int(s, 0);
	sqlite3_finalize(s);
	return e;
}

static int
say_disposed(struct quarantine *q, const char *id)
{
	return audit_append(q->audit, "disposed", json_pack("{s:s}", "id", id),
	    AUDIT_SYNC);
}

/* One file of the vault: keep it only when a stored row wants it. */
static int
sweep_file(struct quarantine *q, const char *name)
{
	char id[FILE_BYTES];
	size_t n = strlen(name);
	int e, state;

	if (n <= 7 || n >= sizeof(id) || strcmp(name + n - 7, ".sealed") != 0)
		return 0;
	snprintf(id, sizeof(id), "%.*s", (int)(n - 7), name);
	e = state_of(q, id, &state);
	if (e == 0 && state == QUARANTINE_STORED)
		return 0;
	if (e == 0 && (e = say_disposed(q, id)) != 0)
		return e;
	if (e != 0 && e != ERR_NOENT)
		return e;
	return unlinkat(q->vault, name, 0) < 0 ? ERR_IO : 0;
}

static int
sweep(struct quarantine *q)
{
	int fd = openat(q->vault, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *d;
	DIR *dir;
	int e = 0;

	if (fd < 0 || (dir = fdopendir(fd)) == NULL)
		return ERR_IO;
	while (e == 0 && (d = readdir(dir)) != NULL)
		e = sweep_file(q, d->d_name);
	closedir(dir);
	return e == 0 ? fsx_fsync_dir(q->vault) : e;
}

/* Old pages of the write-ahead log would still hold a destroyed key. */
static int
forget_log(struct quarantine *q)
{
	return ledger_exec(q->db, "PRAGMA wal_checkpoint(TRUNCATE)");
}

static int
open_all(struct quarantine *q, const char *state_dir)
{
	char path[4096];
	int n, e;

	n = snprintf(path, sizeof(path), "%s/quarantine/vault", state_dir);
	if (n < 0 || (size_t)n >= sizeof(path) - 32)
		return ERR_LIMIT;
	if ((e = fsx_mkdirs(path, 0700)) != 0)
		return e;
	q->vault = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (q->vault < 0)
		return ERR_IO;
	snprintf(path, sizeof(path), "%s/quarantine/index.sqlite", state_dir);
	if ((e = ledger_open(path, schema, &q->db)) != 0 ||
	    (e = ledger_begin(q->db)) != 0)
		return e;
	if ((e = check_master(q)) == 0)
		e = sweep(q);
	if ((e = ledger_end(q->db, e)) != 0)
		return e;
	return forget_log(q);
}

int
quarantine_open(const char *state_dir, const struct keys *keys,
    struct audit *audit, struct quarantine **out)
{
	struct quarantine *q = calloc(1, sizeof(*q));
	int e;

	if (q == NULL)
		return ERR_NOMEM;
	q->keys = keys;
	q->audit = audit;
	q->vault = -1;
	if ((e = open_all(q, state_dir)) != 0)
		quarantine_close(q);
	else
		*out = q;
	return e;
}

void
quarantine_close(struct quarantine *q)
{
	if (q == NULL)
		return;
	if (q->db != NULL)
		sqlite3_close(q->db);
	if (q->vault >= 0)
		close(q->vault);
	free(q);
}

static int
insert(struct quarantine *q, const struct record *r, const char *department,
    const char *receipt, const uint8_t wrapped[VAULT_WRAPPED_BYTES])
{
	char hex[HASH_HEX];
	sqlite3_stmt *s;
	int e;

	if ((e = prepare(q,
		 "INSERT INTO item (" COLUMNS ", receipt, wrapped) VALUES "
		 "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '', '', '', ?, ?)",
		 r->id, &s)) != 0)
		return e;
	hash_hex(r->in_sha256, hex);
	store_bind(s, 2, r->time);
	store_bind(s, 3, department);
	store_bind(s, 4, r->source_kind);
	store_bind(s, 5, r->source_from);
	store_bind(s, 6, r->in_name);
	store_bind(s, 7, r->result.structure);
	sqlite3_bind_int64(s, 8, (sqlite3_int64)r->in_bytes);
	store_bind(s, 9, hex);
	store_bind(s, 10, verdict_name(r->verdict));
	store_bind(s, 11, r->reason);
	store_bind(s, 12, receipt == NULL ? "" : receipt);
	sqlite3_bind_blob(s, 13, wrapped, VAULT_WRAPPED_BYTES,
	    SQLITE_TRANSIENT);
	e = ledger_done(s);
	sqlite3_finalize(s);
	return e;
}

static int
add_locked(struct quarantine *q, const struct record *r, const char *department,
    int fd, const char *receipt)
{
	uint8_t wrapped[VAULT_WRAPPED_BYTES], digest[HASH_BYTES];
	char name[FILE_BYTES];
	uint64_t bytes;
	int e, state;

	if ((e = state_of(q, r->id, &state)) != ERR_NOENT)
		return e;
	file_of(r->id, name);
	unlinkat(q->vault, name, 0); /* without a row: of a killed process */
	if ((e = vault_seal(q->vault, name, r->id, q->keys, fd, r->in_bytes,
		 wrapped, &bytes, digest)) != 0)
		return e == ERR_LIMIT ? ERR_DENIED : e;
	if (bytes != r->in_bytes ||
	    memcmp(digest, r->in_sha256, sizeof(digest)) != 0)
		e = ERR_DENIED;
	if (e == 0)
		e = insert(q, r, department, receipt, wrapped);
	if (e != 0)
		unlinkat(q->vault, name, 0);
	return e;
}

static int
add(struct quarantine *q, const struct record *r, const char *department,
    int fd, const char *receipt)
{
	int e;

	if (!parcel_id_ok(r->id))
		return ERR_INTERNAL;
	if ((e = ledger_begin(q->db)) != 0)
		return e;
	return ledger_end(q->db, add_locked(q, r, department, fd, receipt));
}

int
quarantine_add(struct quarantine *q, const struct record *r,
    const char *department, int fd, const char *receipt)
{
	return r->verdict == VERDICT_RELEASED
		   ? ERR_INTERNAL
		   : add(q, r, department, fd, receipt);
}

int
quarantine_keep(struct quarantine *q, const struct record *r,
    const char *department, int fd, const char *receipt)
{
	struct record part = *r;

	if (r->verdict != VERDICT_RELEASED)
		return quarantine_add(q, r, department, fd, receipt);
	snprintf(part.reason, sizeof(part.reason), "%s",
	    N_("released; the original is kept for a later look"));
	for (size_t i = 0; i < r->n_members; i++) {
		if (r->members[i].verdict == VERDICT_RELEASED)
			continue;
		part.verdict = VERDICT_HELD;
		snprintf(part.reason, sizeof(part.reason),
		    "delivered without what was held inside it");
		break;
	}
	return add(q, &part, department, fd, receipt);
}

/* {"id":ID,"who":WHO,"why":WHY}, made printable. */
static json_t *
access_json(const char *id, const char *who, const char *why)
{
	char shown[64], person[QUARANTINE_WHO_BYTES],
	    reason[RECORD_REASON_BYTES];

	utf8_printable(id, strlen(id), shown, sizeof(shown));
	utf8_printable(who, strlen(who), person, sizeof(person));
	utf8_printable(why, strlen(why), reason, sizeof(reason));
	return json_pack("{s:s, s:s, s:s}", "id", shown, "reason", reason,
	    "who", person);
}

int
quarantine_show(struct quarantine *q, const char *id, const char *who,
    struct quarantine_item *out)
{
	struct quarantine_item item;
	sqlite3_stmt *s;
	int e;

	if ((e = prepare(q,
		 "SELECT " COLUMNS ", receipt FROM item WHERE id = ?", id,
		 &s)) != 0)
		return e;
	if ((e = ledger_step(s)) == 0) {
		store_take(s, &item);
		item.receipt = strdup(store_column(s, 15));
		if (item.receipt == NULL)
			e = ERR_NOMEM;
	}
	sqlite3_finalize(s);
	if (e != 0)
		return e;
	if ((e = audit_append(q->audit, "show", access_json(id, who, ""),
		 AUDIT_SYNC)) != 0) {
		free(item.receipt);
		return e;
	}
	*out = item;
	return 0;
}

/* The wrapped key of a stored item. */
static int
find_key(struct quarantine *q, const char *id,
    uint8_t wrapped[VAULT_WRAPPED_BYTES])
{
	sqlite3_stmt *s;
	int e;

	if ((e = prepare(q,
		 "SELECT wrapped FROM item WHERE id = ? AND state = 0", id,
		 &s)) != 0)
		return e;
	if ((e = ledger_step(s)) == 0) {
		if (sqlite3_column_bytes(s, 0) == VAULT_WRAPPED_BYTES)
			memcpy(wrapped, sqlite3_column_blob(s, 0),
			    VAULT_WRAPPED_BYTES);
		else
			e = ERR_DENIED;
	}
	sqlite3_finalize(s);
	return e;
}

int
quarantine_read(struct quarantine *q, const char *id, const char *who,
    const char *why, int *fd)
{
	uint8_t wrapped[VAULT_WRAPPED_BYTES];
	char name[FILE_BYTES];
	int e;

	if (!parcel_id_ok(id))
		return ERR_NOENT;
	if ((e = find_key(q, id, wrapped)) != 0 ||
	    (e = audit_append(q->audit, "read", access_json(id, who, why),
		 AUDIT_SYNC)) != 0)
		return e;
	file_of(id, name);
	e = vault_open(q->vault, name, id, q->keys, wrapped, fd);
	sodium_memzero(wrapped, sizeof(wrapped));
	return e == ERR_NOENT ? ERR_IO : e;
}

static int
destroy_key(struct quarantine *q, const char *id, const char *who,
    const char *why)
{
	char now[RECORD_TIME_BYTES], person[QUARANTINE_WHO_BYTES],
	    reason[RECORD_REASON_BYTES];
	sqlite3_stmt *s;
	int e;

	record_time_now(now);
	utf8_printable(who, strlen(who), person, sizeof(person));
	utf8_printable(why, strlen(why), reason, sizeof(reason));
	if ((e = prepare(q,
		 "UPDATE item SET wrapped = NULL, state = 1, disposed_time = "
		 "?2, disposed_by = ?3, disposed_why = ?4 WHERE id = ?1",
		 id, &s)) != 0)
		return e;
	store_bind(s, 2, now);
	store_bind(s, 3, person);
	store_bind(s, 4, reason);
	e = ledger_done(s);
	sqlite3_finalize(s);
	return e;
}

static int
dispose_locked(struct quarantine *q, const char *id, const char *who,
    const char *why, bool *fresh)
{
	json_t *fields;
	int e, state;

	if ((e = state_of(q, id, &state)) != 0)
		return e;
	if (state == QUARANTINE_DISPOSED)
		return 0;
	fields = access_json(id, who, why);
	if (fields != NULL && json_object_set_new(fields, "method",
				  json_string(QUARANTINE_METHOD)) != 0) {
		json_decref(fields);
		return ERR_NOMEM;
	}
	if ((e = audit_append(q->audit, "dispose", fields, AUDIT_SYNC)) != 0)
		return e;
	*fresh = true;
	return destroy_key(q, id, who, why);
}

int
quarantine_dispose(struct quarantine *q, const char *id, const char *who,
    const char *why)
{
	char name[FILE_BYTES];
	bool fresh = false;
	int e;

	if (!parcel_id_ok(id))
		return ERR_NOENT;
	if ((e = ledger_begin(q->db)) != 0)
		return e;
	e = ledger_end(q->db, dispose_locked(q, id, who, why, &fresh));
	if (e != 0 || !fresh)
		return e;
	/* The key is gone; what follows a kill makes up for at next open. */
	if ((e = say_disposed(q, id)) != 0)
		return e;
	file_of(id, name);
	if (unlinkat(q->vault, name, 0) < 0 && errno != ENOENT)
		return ERR_IO;
	if ((e = fsx_fsync_dir(q->vault)) != 0)
		return e;
	return forget_log(q);
}
