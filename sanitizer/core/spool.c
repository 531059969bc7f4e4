/*
 * The outgoing spool. docs/spool.md has the table of states; the order of
 * steps in spool_seal() and send_one() is that table's other half.
 *
 * Files are named by number alone, so that a restart finds in one look the
 * only thing that can be unfinished: a parcel in out/ with the next number
 * that the ledger does not know. A write transaction of the ledger is the
 * lock of the whole spool.
 */
#include "core/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsx.h"
#include "core/ledger.h"
#include "core/record.h"

#define NAME_BYTES 40

struct spool {
	const struct keys *keys;
	int tmp, out, sent;
	sqlite3 *db;
};

static const char schema[] = "CREATE TABLE IF NOT EXISTS parcel ("
			     " seq INTEGER PRIMARY KEY,"
			     " id TEXT NOT NULL UNIQUE,"
			     " time TEXT NOT NULL)";

static void
name_of(uint64_t seq, char out[NAME_BYTES])
{
	snprintf(out, NAME_BYTES, "%016llu.parcel", (unsigned long long)seq);
}

/* The number in a name of ours, or 0. */
static uint64_t
seq_of(const char *name)
{
	char again[NAME_BYTES];
	uint64_t n;

	if (strspn(name, "0123456789") != 16)
		return 0;
	n = strtoull(name, NULL, 10);
	name_of(n, again);
	return strcmp(again, name) == 0 ? n : 0;
}

static int
exists(int dirfd, const char *name)
{
	return faccessat(dirfd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Everything in tmp/ is unfinished work of someone who held the lock and is
 * gone: the lock is ours now. */
static int
clear_tmp(struct spool *s)
{
	int fd = openat(s->tmp, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *d;
	DIR *dir;

	if (fd < 0 || (dir = fdopendir(fd)) == NULL)
		return ERR_IO;
	while ((d = readdir(dir)) != NULL)
		if (d->d_name[0] != '.')
			unlinkat(s->tmp, d->d_name, 0);
	closedir(dir);
	return 0;
}

static int
last_seq(struct spool *s, uint64_t *seq)
{
	sqlite3_stmt *q;
	int e;

	if ((e = ledger_prepare(s->db,
		 "SELECT coalesce(max(seq), 0) "
		 "FROM parcel",
		 &q)) != 0)
		return e;
	if ((e = ledger_step(q)) == 0)
		*seq = (uint64_t)sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	return e;
}

static int
insert(struct spool *s, uint64_t seq, const char *id, const char *time)
{
	sqlite3_stmt *q;
	int e;

	if ((e = ledger_prepare(s->db,
		 "INSERT INTO parcel (seq, id, time) "
		 "VALUES (?, ?, ?)",
		 &q)) != 0)
		return e;
	sqlite3_bind_int64(q, 1, (sqlite3_int64)seq);
	sqlite3_bind_text(q, 2, id, -1, SQLITE_STATIC);
	sqlite3_bind_text(q, 3, time, -1, SQLITE_STATIC);
	e = ledger_done(q);
	sqlite3_finalize(q);
	return e;
}

/* A parcel that reached its folder before its row: write the row. */
static int
adopt(struct spool *s, int dirfd, const char *name, uint64_t seq)
{
	char why[PARCEL_WHY_BYTES];
	uint8_t digest[HASH_BYTES];
	struct parcel p;
	int e, fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return ERR_IO;
	e = parcel_read_head(fd, s->keys->sign_public, &p, digest, why);
	close(fd);
	if (e != 0)
		return e == ERR_IO || e == ERR_NOMEM ? e : ERR_DENIED;
	e = p.seq == seq ? insert(s, seq, p.id, p.time) : ERR_DENIED;
	parcel_done(&p);
	return e;
}

/* Within the lock: bring the ledger up to what stands in the folders. */
static int
recover(struct spool *s, uint64_t *next)
{
	char name[NAME_BYTES];
	uint64_t last = 0;
	int e;

	if ((e = last_seq(s, &last)) != 0)
		return e;
	for (;; last++) {
		name_of(last + 1, name);
		if (exists(s->out, name))
			e = adopt(s, s->out, name, last + 1);
		else if (exists(s->sent, name))
			e = adopt(s, s->sent, name, last + 1);
		else
			break;
		if (e != 0)
			return e;
	}
	*next = last + 1;
	return 0;
}

static int
open_folders(struct spool *s, const char *state_dir)
{
	static const char *const names[] = { "tmp", "out", "sent" };
	int *const fds[] = { &s->tmp, &s->out, &s->sent };
	char path[4096];
	int e;

	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/spool/%s", state_dir,
		    names[i]);
		if ((e = fsx_mkdirs(path, 0700)) != 0)
			return e;
		*fds[i] = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (*fds[i] < 0)
			return ERR_IO;
	}
	snprintf(path, sizeof(path), "%s/spool/ledger.sqlite", state_dir);
	return ledger_open(path, schema, &s->db);
}

int
spool_open(const char *state_dir, const struct keys *keys, struct spool **out)
{
	struct spool *s = calloc(1, sizeof(*s));
	uint64_t next;
	int e;

	if (s == NULL)
		return ERR_NOMEM;
	s->keys = keys;
	s->tmp = s->out = s->sent = -1;
	e = strlen(state_dir) > 4000 ? ERR_LIMIT : open_folders(s, state_dir);
	if (e == 0 && (e = ledger_begin(s->db)) == 0) {
		if ((e = recover(s, &next)) == 0)
			e = clear_tmp(s);
		e = ledger_end(s->db, e);
	}
	if (e != 0)
		spool_close(s);
	else
		*out = s;
	return e;
}

void
spool_close(struct spool *s)
{
	if (s == NULL)
		return;
	if (s->db != NULL)
		sqlite3_close(s->db);
	if (s->tmp >= 0)
		close(s->tmp);
	if (s->out >= 0)
		close(s->out);
	if (s->sent >= 0)
		close(s->sent);
	free(s);
}

/* The number an id already has; 0 in *seq when it has none. */
static int
find_id(struct spool *s, const char *id, uint64_t *seq)
{
	sqlite3_stmt *q;
	int e;

	*seq = 0;
	if ((e = ledger_prepare(s->db, "SELECT seq FROM parcel WHERE id = ?",
		 &q)) != 0)
		return e;
	sqlite3_bind_text(q, 1, id, -1, SQLITE_STATIC);
	if ((e = ledger_step(q)) == 0)
		*seq = (uint64_t)sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	return e == ERR_NOENT ? 0 : e;
}

int
spool_find(struct spool *s, const char *id, uint64_t *seq)
{
	return find_id(s, id, seq);
}

/* tmp/NAME, not yet on disk; the caller closes *out. */
static int
write_file(struct spool *s, const struct parcel *p, int *out, char *why)
{
	char name[NAME_BYTES];
	int fd, e;

	name_of(p->seq, name);
	unlinkat(s->tmp, name, 0);
	fd =
	    openat(s->tmp, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return ERR_IO;
	*out = fd;
	e = parcel_write(fd, p, s->keys, why);
	if (e != 0)
		unlinkat(s->tmp, name, 0);
	return e;
}

/* All were written before the first wait, so that it serves most of the
 * others. Not syncfs(): that waits for everybody's files. */
static int
sync_files(int *fds, size_t n, int e)
{
	for (size_t i = 0; i < n; i++) {
		if (e == 0 && fsync(fds[i]) < 0)
			e = ERR_IO;
		if (close(fds[i]) < 0 && e == 0)
			e = ERR_IO;
	}
	return e;
}

/* To out/, in the order of numbers: a kill leaves no gap. */
static int
publish(struct spool *s, const struct parcel *const *list, size_t n)
{
	char name[NAME_BYTES];

	for (size_t i = 0; i < n; i++) {
		name_of(list[i]->seq, name);
		if (renameat2(s->tmp, name, s->out, name, 1) < 0)
			return errno == EEXIST ? ERR_EXIST : ERR_IO;
	}
	return n == 0 ? 0 : fsx_fsync_dir(s->out);
}

static int
seal_locked(struct spool *s, struct parcel *p, size_t n, uint64_t *seqs,
    char *why)
{
	const struct parcel *made[SPOOL_MANY];
	uint64_t next;
	int fds[SPOOL_MANY];
	size_t m = 0, n_fds = 0;
	int e = recover(s, &next);

	for (size_t i = 0; e == 0 && i < n; i++) {
		if ((e = find_id(s, p[i].id, &seqs[i])) != 0 || seqs[i] != 0)
			continue;
		seqs[i] = p[i].seq = next;
		record_time_now(p[i].time);
		/* The row first, uncommitted: what may fail, fails before the
		 * file stands in out/. */
		fds[n_fds] = -1;
		if ((e = insert(s, next++, p[i].id, p[i].time)) == 0)
			e = write_file(s, &p[i], &fds[n_fds], why);
		n_fds += fds[n_fds] >= 0;
		made[m++] = &p[i];
	}
	e = sync_files(fds, n_fds, e);
	return e == 0 ? publish(s, made, m) : e;
}

int
spool_seal_many(struct spool *s, struct parcel *p, size_t n, uint64_t *seqs,
    char why[PARCEL_WHY_BYTES])
{
	int e;

	snprintf(why, PARCEL_WHY_BYTES, "%s", "");
	if (n == 0 || n > SPOOL_MANY)
		return ERR_INTERNAL;
	for (size_t i = 0; i < n; i++)
		if (!parcel_id_ok(p[i].id))
			return ERR_MALFORMED;
	if ((e = ledger_begin(s->db)) == 0) {
		e = seal_locked(s, p, n, seqs, why);
		e = ledger_end(s->db, e);
	}
	if (e != 0 && why[0] == '\0')
		snprintf(why, PARCEL_WHY_BYTES, "the spool: %s", err_text(e));
	return e;
}

int
spool_seal(struct spool *s, struct parcel *p, uint64_t *out,
    char why[PARCEL_WHY_BYTES])
{
	uint64_t seq = 0;
	int e = spool_seal_many(s, p, 1, &seq, why);

	if (e == 0)
		*out = seq;
	return e;
}

/* Numbers of out/, ascending; caller frees. */
static int
by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static int
list_out(struct spool *s, uint64_t **out, size_t *count)
{
	int fd = openat(s->out, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	uint64_t *list = NULL, *grown, seq;
	size_t n = 0, cap = 0;
	struct dirent *d;
	DIR *dir;

	if (fd < 0 || (dir = fdopendir(fd)) == NULL)
		return ERR_IO;
	while ((d = readdir(dir)) != NULL) {
		if ((seq = seq_of(d->d_name)) == 0)
			continue;
		if (n == cap) {
			cap = cap == 0 ? 64 : 2 * cap;
			grown = reallocarray(list, cap, sizeof(*list));
			if (grown == NULL) {
				free(list);
				closedir(dir);
				return ERR_NOMEM;
			}
			list = grown;
		}
		list[n++] = seq;
	}
	closedir(dir);
	if (n > 0)
		qsort(list, n, sizeof(*list), by_number);
	*out = list;
	*count = n;
	return 0;
}

/* Whether todir holds this very parcel already, from before a kill. */
static int
same_file(int to, const char *name, int fd, bool *same)
{
	uint8_t a[HASH_BYTES], b[HASH_BYTES];
	uint64_t n, m;
	int e, there = openat(to, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (there < 0)
		return ERR_IO;
	e = hash_fd(there, a, &n);
	close(there);
	if (e == 0 && (e = hash_fd(fd, b, &m)) == 0)
		*same = n == m && memcmp(a, b, sizeof(a)) == 0;
	return e;
}

/* A name of its own for each parcel: what a kill leaves, the next run
 * overwrites. The receiver looks at no name that begins with a dot. */
static int
copy_across(int fd, int to, const char *name)
{
	char part[NAME_BYTES + 8];
	int e, copy;

	snprintf(part, sizeof(part), ".%s.part", name);
	copy = openat(to, part,
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (copy < 0)
		return ERR_IO;
	e = fsx_copy(fd, copy);
	if (e == 0 && fsync(copy) < 0)
		e = ERR_IO;
	if (close(copy) < 0 && e == 0)
		e = ERR_IO;
	if (e == 0)
		e = fsx_move(to, part, to, name, true);
	if (e != 0)
		unlinkat(to, part, 0);
	return e;
}

static int
send_one(struct spool *s, uint64_t seq, int to, struct spool_sent *done,
    char *why)
{
	char name[NAME_BYTES];
	bool same = false;
	struct stat st;
	int fd, e;

	name_of(seq, name);
	fd = openat(s->out, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return ERR_IO;
	e = fstat(fd, &st) < 0 ? ERR_IO : copy_across(fd, to, name);
	if (e == ERR_EXIST && (e = same_file(to, name, fd, &same)) == 0 &&
	    !same) {
		e = ERR_EXIST;
		snprintf(why, PARCEL_WHY_BYTES,
		    "another %s stands where parcels are put", name);
	}
	close(fd);
	if (e == 0 && same) /* the kill may have come before this */
		e = fsx_fsync_dir(to);
	if (e == 0)
		e = fsx_move(s->out, name, s->sent, name, true);
	if (e == 0) {
		done->parcels++;
		done->bytes += (uint64_t)st.st_size;
	}
	return e;
}

static int
send_locked(struct spool *s, int to, struct spool_sent *done, char *why)
{
	uint64_t next, *list;
	size_t n;
	int e;

	if ((e = recover(s, &next)) != 0 || (e = list_out(s, &list, &n)) != 0)
		return e;
	for (size_t i = 0; e == 0 && i < n; i++)
		e = send_one(s, list[i], to, done, why);
	free(list);
	return e;
}

int
spool_send(struct spool *s, const char *todir, struct spool_sent *done,
    char why[PARCEL_WHY_BYTES])
{
	int to, e;

	*done = (struct spool_sent){ .parcels = 0 };
	snprintf(why, PARCEL_WHY_BYTES, "%s", "");
	if ((to = open(todir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
		snprintf(why, PARCEL_WHY_BYTES, "cannot open %.200s", todir);
		return errno == ENOENT ? ERR_NOENT : ERR_IO;
	}
	if ((e = ledger_begin(s->db)) == 0)
		e = ledger_end(s->db, send_locked(s, to, done, why));
	close(to);
	if (e != 0 && why[0] == '\0')
		snprintf(why, PARCEL_WHY_BYTES, "sending: %s", err_text(e));
	return e;
}

int
spool_waiting(struct spool *s, uint64_t *parcels, uint64_t *bytes)
{
	char name[NAME_BYTES];
	struct stat st;
	uint64_t *list, sum = 0;
	size_t n;
	int e;

	if ((e = list_out(s, &list, &n)) != 0)
		return e;
	for (size_t i = 0; i < n; i++) {
		name_of(list[i], name);
		if (fstatat(s->out, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			sum += (uint64_t)st.st_size;
	}
	free(list);
	*parcels = n;
	*bytes = sum;
	return 0;
}
