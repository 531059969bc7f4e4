#include "core/inbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsx.h"
#include "core/tree.h"

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS parcel ("
    " sender TEXT NOT NULL, seq INTEGER NOT NULL, id TEXT NOT NULL,"
    " digest TEXT NOT NULL, file TEXT NOT NULL, state INTEGER NOT NULL,"
    " time TEXT NOT NULL, PRIMARY KEY (sender, seq));"
    "CREATE TABLE IF NOT EXISTS target ("
    " sender TEXT NOT NULL, seq INTEGER NOT NULL, idx INTEGER NOT NULL,"
    " path TEXT NOT NULL, sha256 TEXT NOT NULL, format TEXT NOT NULL,"
    " PRIMARY KEY (sender, seq, idx));"
    "CREATE TABLE IF NOT EXISTS known_gap ("
    " sender TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,"
    " why TEXT NOT NULL, time TEXT NOT NULL, PRIMARY KEY (sender, first));"
    /* mailout.h */
    "CREATE TABLE IF NOT EXISTS mail ("
    " n INTEGER PRIMARY KEY AUTOINCREMENT, sender TEXT NOT NULL,"
    " seq INTEGER NOT NULL, id TEXT NOT NULL, mfrom TEXT NOT NULL,"
    " file TEXT NOT NULL UNIQUE, time INTEGER NOT NULL,"
    " UNIQUE (sender, seq));"
    "CREATE TABLE IF NOT EXISTS rcpt ("
    " n INTEGER NOT NULL, idx INTEGER NOT NULL, addr TEXT NOT NULL,"
    " state INTEGER NOT NULL, tries INTEGER NOT NULL, due INTEGER NOT NULL,"
    " answer TEXT NOT NULL, PRIMARY KEY (n, idx));"
    "CREATE INDEX IF NOT EXISTS rcpt_addr ON rcpt (addr, state)";

int
inbox_ledger(const char *state_dir, sqlite3 **db)
{
	char path[4096];
	int n = snprintf(path, sizeof(path), "%s/receive", state_dir), e;

	if (n < 0 || (size_t)n >= sizeof(path) - 32)
		return ERR_LIMIT;
	if ((e = fsx_mkdirs(path, 0700)) != 0)
		return e;
	snprintf(path, sizeof(path), "%s/receive/ledger.sqlite", state_dir);
	return ledger_open(path, schema, db);
}

static int
open_dir(const char *path, bool make, int *out)
{
	int e;

	if (make && (e = fsx_mkdirs(path, 0700)) != 0)
		return e;
	*out = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *out >= 0 ? 0 : errno == ENOENT ? ERR_NOENT : ERR_IO;
}

/* One receiver at a time for one state folder. */
static int
take_lock(const char *state_dir, int *out)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/receive/lock", state_dir);
	*out = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*out < 0)
		return ERR_IO;
	return flock(*out, LOCK_EX | LOCK_NB) == 0 ? 0 : ERR_LIMIT;
}

int
inbox_open(const struct receive_setup *setup, struct inbox *in)
{
	char path[4096];
	int e;

	*in = (struct inbox){ .setup = setup,
		.lock = -1,
		.from = -1,
		.dest = -1,
		.stage = -1,
		.refused = -1 };
	hash_hex(setup->key, in->key);
	if (strlen(setup->state_dir) > 4000 || strlen(setup->dest_dir) > 4000)
		return ERR_LIMIT;
	if ((e = inbox_ledger(setup->state_dir, &in->db)) != 0 ||
	    (e = take_lock(setup->state_dir, &in->lock)) != 0 ||
	    (e = open_dir(setup->from_dir, false, &in->from)) != 0 ||
	    (e = open_dir(setup->dest_dir, false, &in->dest)) != 0)
		return e;
	snprintf(path, sizeof(path), "%s/%s", setup->dest_dir, INBOX_STAGE);
	if ((e = open_dir(path, true, &in->stage)) != 0)
		return e;
	snprintf(path, sizeof(path), "%s/refused", setup->state_dir);
	return open_dir(path, true, &in->refused);
}

void
inbox_close(struct inbox *in)
{
	const int fds[] = { in->from, in->dest, in->stage, in->refused,
		in->lock };

	if (in->db != NULL)
		sqlite3_close(in->db);
	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/* A statement whose first two parameters are the sender and the number. */
static int
prepare(struct inbox *in, const char *sql, uint64_t seq, sqlite3_stmt **q)
{
	int e;

	if ((e = ledger_prepare(in->db, sql, q)) != 0)
		return e;
	sqlite3_bind_text(*q, 1, in->key, -1, SQLITE_STATIC);
	sqlite3_bind_int64(*q, 2, (sqlite3_int64)seq);
	return 0;
}

int
inbox_find(struct inbox *in, uint64_t seq, enum inbox_state *state,
    char digest[HASH_HEX])
{
	sqlite3_stmt *q;
	int e;

	*state = INBOX_UNKNOWN;
	if ((e = prepare(in,
		 "SELECT state, digest FROM parcel WHERE sender = ? AND "
		 "seq = ?",
		 seq, &q)) != 0)
		return e;
	if ((e = ledger_step(q)) == 0) {
		*state = (enum inbox_state)sqlite3_column_int(q, 0);
		snprintf(digest, HASH_HEX, "%s",
		    (const char *)sqlite3_column_text(q, 1));
	}
	sqlite3_finalize(q);
	return e == ERR_NOENT ? 0 : e;
}

int
inbox_set(struct inbox *in, uint64_t seq, enum inbox_state state)
{
	sqlite3_stmt *q;
	int e;

	if ((e = prepare(in,
		 "UPDATE parcel SET state = ?3 WHERE sender = ?1 AND seq = ?2",
		 seq, &q)) != 0)
		return e;
	sqlite3_bind_int(q, 3, (int)state);
	e = ledger_done(q);
	sqlite3_finalize(q);
	return e;
}

int
inbox_close_all(struct inbox *in)
{
	sqlite3_stmt *q;
	int e;

	if ((e = fsx_fsync_dir(in->from)) != 0 ||
	    (e = ledger_prepare(in->db,
		 "UPDATE parcel SET state = 3 WHERE sender = ? AND state = 2",
		 &q)) != 0)
		return e;
	sqlite3_bind_text(q, 1, in->key, -1, SQLITE_STATIC);
	e = ledger_done(q);
	sqlite3_finalize(q);
	return e;
}

void
inbox_unstage(struct inbox *in, const char *name)
{
	int fd = openat(in->stage, name,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	struct dirent *d;
	DIR *dir;

	if (fd < 0)
		return;
	if ((dir = fdopendir(fd)) == NULL) {
		close(fd);
		return;
	}
	while ((d = readdir(dir)) != NULL)
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			unlinkat(fd, d->d_name, 0);
	closedir(dir);
	unlinkat(in->stage, name, AT_REMOVEDIR);
}

/* Whether another payload of this parcel is planned for the path. */
static int
is_planned(struct inbox *in, uint64_t seq, const char *path, bool *yes)
{
	sqlite3_stmt *q;
	int e;

	if ((e = prepare(in,
		 "SELECT 1 FROM target WHERE sender = ?1 AND seq = ?2 AND "
		 "path IN (?3, ?3 || '.receipt.json', "
		 "?3 || '.receipt.ja.txt')",
		 seq, &q)) != 0)
		return e;
	sqlite3_bind_text(q, 3, path, -1, SQLITE_STATIC);
	e = ledger_step(q);
	sqlite3_finalize(q);
	*yes = e == 0;
	return e == ERR_NOENT ? 0 : e;
}

/* "dept/a/b" as "dept/a_b": when "dept/a" is a file, or a link. */
static int
flatten(const char *path, char *out, size_t size)
{
	char name[2 * PARCEL_NAME_BYTES], made[PARCEL_NAME_BYTES];
	const char *slash = strchr(path, '/');
	int w;

	if (slash == NULL)
		return ERR_INTERNAL;
	snprintf(name, sizeof(name), "%s", slash + 1);
	for (char *s = name; *s != '\0'; s++)
		if (*s == '/')
			*s = '_';
	parcel_name_make(name, made);
	w = snprintf(out, size, "%.*s%s", (int)(slash - path) + 1, path, made);
	return w < 0 || (size_t)w >= size ? ERR_LIMIT : 0;
}

static int
is_taken(struct inbox *in, const char *path, bool *yes)
{
	const char *base;
	int dir, e;

	if ((e = tree_open_parent(in->dest, path, 0770, &dir, &base)) != 0)
		return e;
	*yes = !tree_is_free(dir, base, "") ||
	       !tree_is_free(dir, base, ".receipt.json") ||
	       !tree_is_free(dir, base, ".receipt.ja.txt");
	close(dir);
	return 0;
}

/* The first free name for a path: the file's and its receipts'. */
static int
choose(struct inbox *in, uint64_t seq, const char *path, char *out, size_t size)
{
	char wish[2 * PARCEL_NAME_BYTES];
	bool taken = true, flat = false;
	int e = 0;

	snprintf(wish, sizeof(wish), "%s", path);
	for (unsigned n = 1; e == 0 && taken; n++) {
		if (n > 99999)
			return ERR_LIMIT;
		if ((e = tree_numbered(wish, n, out, size)) == 0 &&
		    (e = is_planned(in, seq, out, &taken)) == 0 && !taken)
			e = is_taken(in, out, &taken);
		if (e == ERR_EXIST) {
			e = flat ? ERR_IO : flatten(path, wish, sizeof(wish));
			flat = taken = true;
			n = 0;
		}
	}
	return e;
}

static int
plan_target(struct inbox *in, const struct parcel *p, size_t i)
{
	char wish[2 * PARCEL_NAME_BYTES], path[2 * PARCEL_NAME_BYTES];
	char hex[HASH_HEX];
	sqlite3_stmt *q;
	int e;

	snprintf(wish, sizeof(wish), "%s/%s", p->department,
	    p->payloads[i].name);
	if ((e = choose(in, p->seq, wish, path, sizeof(path))) != 0 ||
	    (e = prepare(in,
		 "INSERT INTO target (sender, seq, idx, path, sha256, format) "
		 "VALUES (?, ?, ?, ?, ?, ?)",
		 p->seq, &q)) != 0)
		return e;
	hash_hex(p->payloads[i].sha256, hex);
	sqlite3_bind_int64(q, 3, (sqlite3_int64)i);
	sqlite3_bind_text(q, 4, path, -1, SQLITE_STATIC);
	sqlite3_bind_text(q, 5, hex, -1, SQLITE_STATIC);
	sqlite3_bind_text(q, 6, p->payloads[i].format, -1, SQLITE_STATIC);
	e = ledger_done(q);
	sqlite3_finalize(q);
	return e;
}

int
inbox_insert(struct inbox *in, const struct parcel *p, const char *file,
    const char *digest, enum inbox_state state)
{
	char now[RECORD_TIME_BYTES];
	sqlite3_stmt *q;
	int e;

	record_time_now(now);
	if ((e = prepare(in,
		 "INSERT INTO parcel (sender, seq, id, digest, file, state, "
		 "time) VALUES (?, ?, ?, ?, ?, ?, ?)",
		 p->seq, &q)) != 0)
		return e;
	sqlite3_bind_text(q, 3, p->id, -1, SQLITE_STATIC);
	sqlite3_bind_text(q, 4, digest, -1, SQLITE_STATIC);
	sqlite3_bind_text(q, 5, file, -1, SQLITE_STATIC);
	sqlite3_bind_int(q, 6, (int)state);
	sqlite3_bind_text(q, 7, now, -1, SQLITE_STATIC);
	e = ledger_done(q);
	sqlite3_finalize(q);
	return e;
}

static int
plan_all(struct inbox *in, const struct parcel *p, const char *file,
    const char *digest)
{
	int e = inbox_insert(in, p, file, digest, INBOX_DELIVERING);

	for (size_t i = 0; e == 0 && i < p->n_payloads; i++)
		e = plan_target(in, p, i);
	return e;
}

int
inbox_plan(struct inbox *in, const struct parcel *p, const char *file,
    const char *digest)
{
	int e;

	if ((e = ledger_begin(in->db)) != 0)
		return e;
	return ledger_end(in->db, plan_all(in, p, file, digest));
}

struct target {
	sqlite3_int64 idx;
	char path[2 * PARCEL_NAME_BYTES];
};

/* The planned name was taken meanwhile: plan another, on disk before use. */
static int
replan(struct inbox *in, uint64_t seq, struct target *t)
{
	char path[2 * PARCEL_NAME_BYTES];
	sqlite3_stmt *q;
	int e;

	if ((e = choose(in, seq, t->path, path, sizeof(path))) != 0 ||
	    (e = prepare(in,
		 "UPDATE target SET path = ?4 WHERE sender = ?1 AND seq = ?2 "
		 "AND idx = ?3",
		 seq, &q)) != 0)
		return e;
	sqlite3_bind_int64(q, 3, t->idx);
	sqlite3_bind_text(q, 4, path, -1, SQLITE_STATIC);
	e = ledger_done(q);
	sqlite3_finalize(q);
	if (e == 0)
		snprintf(t->path, sizeof(t->path), "%s", path);
	return e;
}

static int
move_receipt(struct inbox *in, int stage, const struct target *t,
    const char *staged_end, const char *end)
{
	char staged[64], wish[3 * PARCEL_NAME_BYTES],
	    path[3 * PARCEL_NAME_BYTES];
	int e = ERR_EXIST;

	snprintf(staged, sizeof(staged), "%lld%s", (long long)t->idx,
	    staged_end);
	if (tree_is_free(stage, staged, ""))
		return 0;
	snprintf(wish, sizeof(wish), "%s%s", t->path, end);
	for (unsigned n = 1; e == ERR_EXIST && n < 100000; n++)
		if ((e = tree_numbered(wish, n, path, sizeof(path))) == 0)
			e = tree_move(stage, staged, in->dest, path, 0770);
	return e;
}

static int
move_target(struct inbox *in, uint64_t seq, int stage, struct target *t)
{
	char staged[32];
	int e = 0;

	snprintf(staged, sizeof(staged), "%lld", (long long)t->idx);
	while (!tree_is_free(stage, staged, "")) {
		if ((e = tree_move(stage, staged, in->dest, t->path, 0770)) ==
		    0)
			break;
		if (e != ERR_EXIST || (e = replan(in, seq, t)) != 0)
			return e;
	}
	if ((e = move_receipt(in, stage, t, ".json", ".receipt.json")) != 0)
		return e;
	return move_receipt(in, stage, t, ".txt", ".receipt.ja.txt");
}

/* Every payload's line is on disk before its name appears. */
static int
audit_targets(struct inbox *in, uint64_t seq)
{
	sqlite3_stmt *q;
	int e;

	if ((e = prepare(in,
		 "SELECT t.path, t.sha256, t.format, p.id FROM target t JOIN "
		 "parcel p ON p.sender = t.sender AND p.seq = t.seq WHERE "
		 "t.sender = ? AND t.seq = ? ORDER BY t.idx",
		 seq, &q)) != 0)
		return e;
	while ((e = ledger_step(q)) == 0) {
		e = audit_append(in->setup->audit, "deliver",
		    json_pack("{s:s, s:s, s:s, s:s, s:I}", "name",
			sqlite3_column_text(q, 0), "sha256",
			sqlite3_column_text(q, 1), "format",
			sqlite3_column_text(q, 2), "id",
			sqlite3_column_text(q, 3), "parcel", (json_int_t)seq),
		    AUDIT_LATER);
		if (e != 0)
			break;
	}
	sqlite3_finalize(q);
	return e == ERR_NOENT ? audit_sync(in->setup->audit) : e;
}

static int
next_target(struct inbox *in, uint64_t seq, struct target *t)
{
	sqlite3_stmt *q;
	int e;

	if ((e = prepare(in,
		 "SELECT idx, path FROM target WHERE sender = ? AND seq = ? "
		 "AND idx > ? ORDER BY idx LIMIT 1",
		 seq, &q)) != 0)
		return e;
	sqlite3_bind_int64(q, 3, t->idx);
	if ((e = ledger_step(q)) == 0) {
		t->idx = sqlite3_column_int64(q, 0);
		snprintf(t->path, sizeof(t->path), "%s",
		    (const char *)sqlite3_column_text(q, 1));
	}
	sqlite3_finalize(q);
	return e;
}

static int
move_all(struct inbox *in, uint64_t seq, int stage, uint64_t *documents)
{
	struct target t = { .idx = -1 };
	uint64_t n = 0;
	int e;

	while ((e = next_target(in, seq, &t)) == 0) {
		if ((e = move_target(in, seq, stage, &t)) != 0)
			return e;
		n++;
	}
	if (e != ERR_NOENT)
		return e;
	*documents += n;
	return syncfs(in->dest) < 0 ? ERR_IO : 0;
}

static int
close_delivery(struct inbox *in, uint64_t seq)
{
	sqlite3_stmt *q;
	int e;

	if ((e = ledger_begin(in->db)) != 0)
		return e;
	e = inbox_set(in, seq, INBOX_DELIVERED);
	if (e == 0 &&
	    (e = prepare(in, "DELETE FROM target WHERE sender = ? AND seq = ?",
		 seq, &q)) == 0) {
		e = ledger_done(q);
		sqlite3_finalize(q);
	}
	return ledger_end(in->db, e);
}

int
inbox_deliver(struct inbox *in, uint64_t seq, uint64_t *documents)
{
	char name[32];
	uint64_t n = 0;
	int stage, e;

	snprintf(name, sizeof(name), "%llu", (unsigned long long)seq);
	stage = openat(in->stage, name,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (stage < 0)
		return ERR_IO;
	if ((e = audit_targets(in, seq)) == 0)
		e = move_all(in, seq, stage, &n);
	close(stage);
	if (e == 0)
		e = audit_append(in->setup->audit, "delivered",
		    json_pack("{s:I, s:I}", "parcel", (json_int_t)seq,
			"documents", (json_int_t)n),
		    AUDIT_SYNC);
	if (e == 0)
		e = close_delivery(in, seq);
	if (e == 0) {
		inbox_unstage(in, name);
		*documents += n;
	}
	return e;
}
