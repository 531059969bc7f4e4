/*
 * Making a copy. A folder with a ledger is copied in two looks: first all its
 * files, while others work; then, with the ledger's write lock held, what came
 * since, without what went, and the ledger itself through a second connection.
 * So the lock is held for the changes of a moment, however large the folder.
 * It is sound because files there are written once, and appear and disappear
 * within a transaction, or (queues) before and after one.
 */
#include "core/backup.h"

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
#include "core/auditfile.h"
#include "core/backup_int.h"
#include "core/ledger.h"

#define DEPTH 16

struct work {
	const char *state_dir, *dir;
	struct backup_list list;
	unsigned round;
	bool with_keys;
	char *why;
};

/* In the order of copying: where documents come from, then where they go. */
static const struct group {
	const char *folder;
	const char *ledger; /* "" : none; locked while the folder is finished */
	const char *with;   /* another folder that belongs to the ledger */
} groups[] = {
	{ "mail", "", "" },
	{ "people", "people/index.sqlite", "" },
	{ "quarantine", "quarantine/index.sqlite", "" },
	{ "receive", "receive/ledger.sqlite", "mailout" },
	{ "spool", "spool/ledger.sqlite", "" },
};

#define GROUPS (sizeof(groups) / sizeof(groups[0]))

static bool
ends(const char *s, const char *tail)
{
	size_t n = strlen(s), m = strlen(tail);

	return n >= m && strcmp(s + n - m, tail) == 0;
}

/* What is no state: unfinished work, locks, what is made anew. */
static bool
is_left_out(const struct work *w, const char *path, const char *name)
{
	return name[0] == '.' || strcmp(name, "tmp") == 0 ||
	       strcmp(name, "lock") == 0 || ends(name, "-wal") ||
	       ends(name, "-shm") || ends(name, "-journal") ||
	       ends(name, ".sqlite") || ends(name, ".sock") ||
	       strncmp(path, "mail/flood.", 11) == 0 ||
	       strcmp(path, "people/wake") == 0 ||
	       (strcmp(path, "keys") == 0 && !w->with_keys);
}

/* ---- one file */

static int
copy_file(struct work *w, const char *path)
{
	char from[8192], to[8192];
	uint8_t sha256[HASH_BYTES];
	uint64_t bytes;
	struct backup_file *known = backup_list_find(&w->list, path);
	int fd, e;

	if (known != NULL) {
		known->round = w->round;
		return 0;
	}
	snprintf(from, sizeof(from), "%.4000s/%.1100s", w->state_dir, path);
	snprintf(to, sizeof(to), "%.4000s/state/%.1100s", w->dir, path);
	fd = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT ? 0
				       : backup_fail(w->why, ERR_IO,
					     "cannot be read", from);
	e = backup_copy(fd, UINT64_MAX, to, &bytes, sha256);
	close(fd);
	if (e != 0)
		return backup_fail(w->why, e, "cannot be copied", to);
	return backup_list_add(&w->list, path, bytes, sha256, w->round);
}

/* Everything below a folder (relative; "" is the whole). */
static int
copy_tree(struct work *w, const char *folder, unsigned depth)
{
	char path[8192], sub[BACKUP_PATH_BYTES];
	struct dirent *d;
	struct stat st;
	DIR *dir;
	int e = 0, n;

	snprintf(path, sizeof(path), "%.4000s/%.1100s", w->state_dir, folder);
	if (depth > DEPTH)
		return backup_fail(w->why, ERR_LIMIT, "too deep", path);
	if ((dir = opendir(path)) == NULL)
		return errno == ENOENT || errno == ENOTDIR
			   ? 0
			   : backup_fail(w->why, ERR_IO, "cannot be read",
				 path);
	while (e == 0 && (d = readdir(dir)) != NULL) {
		n = snprintf(sub, sizeof(sub), "%s/%s", folder, d->d_name);
		if (n < 0 || (size_t)n >= sizeof(sub)) {
			e = backup_fail(w->why, ERR_LIMIT, "too long", folder);
			break;
		}
		if (is_left_out(w, sub, d->d_name) ||
		    fstatat(dirfd(dir), d->d_name, &st, AT_SYMLINK_NOFOLLOW) !=
			0)
			continue;
		if (S_ISDIR(st.st_mode))
			e = copy_tree(w, sub, depth + 1);
		else if (S_ISREG(st.st_mode))
			e = copy_file(w, sub);
	}
	closedir(dir);
	return e;
}

/* ---- a folder with its ledger */

static int
copy_pages(sqlite3 *from, sqlite3 *to)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
	int rc;

	if (b == NULL)
		return ERR_IO;
	rc = sqlite3_backup_step(b, -1);
	return sqlite3_backup_finish(b) == SQLITE_OK && rc == SQLITE_DONE
		   ? 0
		   : ERR_IO;
}

static int
copy_ledger(struct work *w, const char *path)
{
	char from[8192], to[8192];
	uint8_t sha256[HASH_BYTES];
	sqlite3 *src = NULL, *dst = NULL;
	uint64_t bytes = 0;
	int fd, e = ERR_IO;

	snprintf(from, sizeof(from), "%.4000s/%.1100s", w->state_dir, path);
	snprintf(to, sizeof(to), "%.4000s/state/%.1100s", w->dir, path);
	if (sqlite3_open_v2(from, &src, SQLITE_OPEN_READONLY, NULL) ==
		SQLITE_OK &&
	    sqlite3_busy_timeout(src, 30000) == SQLITE_OK &&
	    sqlite3_open_v2(to, &dst,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) == SQLITE_OK)
		e = copy_pages(src, dst);
	sqlite3_close(src);
	if (sqlite3_close(dst) != SQLITE_OK && e == 0)
		e = ERR_IO;
	if (e != 0)
		return backup_fail(w->why, ERR_IO, "cannot be copied", from);
	if ((fd = open(to, O_RDONLY | O_CLOEXEC)) < 0)
		return ERR_IO;
	e = hash_fd(fd, sha256, &bytes);
	close(fd);
	return e != 0
		   ? e
		   : backup_list_add(&w->list, path, bytes, sha256, w->round);
}

static bool
is_below(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	return n > 0 && strncmp(path, folder, n) == 0 && path[n] == '/';
}

/* What the second look did not see any more. */
static int
drop_gone(struct work *w, const struct group *g)
{
	char to[8192];
	size_t kept = 0;
	int e = 0;

	for (size_t i = 0; i < w->list.n; i++) {
		struct backup_file *f = &w->list.files[i];

		if (f->round == w->round || (!is_below(f->path, g->folder) &&
						!is_below(f->path, g->with))) {
			w->list.files[kept++] = *f;
			continue;
		}
		snprintf(to, sizeof(to), "%.4000s/state/%.1100s", w->dir,
		    f->path);
		if (unlink(to) < 0)
			e = backup_fail(w->why, ERR_IO, "cannot be removed",
			    to);
	}
	w->list.n = w->list.sorted = kept;
	backup_list_sort(&w->list);
	return e;
}

static int
copy_both(struct work *w, const struct group *g)
{
	int e = copy_tree(w, g->folder, 0);

	return e == 0 && g->with[0] != '\0' ? copy_tree(w, g->with, 0) : e;
}

static int
copy_group(struct work *w, const struct group *g)
{
	char path[8192], to[8192];
	sqlite3 *lock = NULL;
	int e;

	w->round++;
	if ((e = copy_both(w, g)) != 0 || g->ledger[0] == '\0')
		return e;
	snprintf(path, sizeof(path), "%.4000s/%.1100s", w->state_dir,
	    g->ledger);
	if (access(path, F_OK) != 0)
		return 0;
	snprintf(to, sizeof(to), "%.4000s/state/%.1100s", w->dir, g->folder);
	if ((e = fsx_mkdirs(to, 0700)) != 0 ||
	    (e = ledger_open(path, "", &lock)) != 0 ||
	    (e = ledger_begin(lock)) != 0) {
		sqlite3_close(lock);
		return backup_fail(w->why, e, "cannot be locked", path);
	}
	w->round++;
	backup_list_sort(&w->list);
	if ((e = copy_both(w, g)) == 0 && (e = drop_gone(w, g)) == 0)
		e = copy_ledger(w, g->ledger);
	if (ledger_exec(lock, "ROLLBACK") != 0 && e == 0)
		e = ERR_IO;
	sqlite3_close(lock);
	return e;
}

static bool
is_grouped(const char *name)
{
	for (size_t i = 0; i < GROUPS; i++)
		if (strcmp(name, groups[i].folder) == 0 ||
		    strcmp(name, groups[i].with) == 0)
			return true;
	return strcmp(name, "audit") == 0;
}

/* Whatever else there is. */
static int
copy_rest(struct work *w)
{
	DIR *dir = opendir(w->state_dir);
	struct dirent *d;
	struct stat st;
	int e = 0;

	if (dir == NULL)
		return backup_fail(w->why, ERR_IO, "cannot be read",
		    w->state_dir);
	w->round++;
	while (e == 0 && (d = readdir(dir)) != NULL) {
		if (is_grouped(d->d_name) ||
		    is_left_out(w, d->d_name, d->d_name) ||
		    fstatat(dirfd(dir), d->d_name, &st, AT_SYMLINK_NOFOLLOW) !=
			0)
			continue;
		if (S_ISDIR(st.st_mode))
			e = copy_tree(w, d->d_name, 1);
		else if (S_ISREG(st.st_mode))
			e = copy_file(w, d->d_name);
	}
	closedir(dir);
	return e;
}

/* ---- the audit log */

struct moment {
	int dirfd, fd;
	uint64_t size;
	struct buf head;
	struct auditfiles closed;
};

/* The files of the log as they are between two lines. */
static int
look_at_log(struct moment *m)
{
	struct stat ours, now;
	int e = ERR_IO;

	for (unsigned i = 0; i < 100; i++) {
		m->fd = openat(m->dirfd, AUDIT_ACTIVE, O_RDONLY | O_CLOEXEC);
		if (m->fd < 0 || flock(m->fd, LOCK_SH) < 0 ||
		    fstat(m->fd, &ours) < 0 ||
		    fstatat(m->dirfd, AUDIT_ACTIVE, &now, AT_SYMLINK_NOFOLLOW) <
			0)
			return ERR_IO;
		if (now.st_ino == ours.st_ino)
			break;
		close(m->fd); /* a rotation came between */
		m->fd = -1;
	}
	if (m->fd < 0)
		return ERR_LIMIT;
	m->size = (uint64_t)ours.st_size;
	if ((e = fsx_slurp(m->dirfd, "head", &m->head)) == 0)
		e = auditfiles_list(m->dirfd, &m->closed);
	flock(m->fd, LOCK_UN);
	return e;
}

static int
copy_log(struct work *w, struct moment *m)
{
	char to[8192], path[128];
	uint8_t sha256[HASH_BYTES];
	uint64_t bytes;
	int fd, e = 0;

	for (size_t i = 0; e == 0 && i < m->closed.n; i++) {
		snprintf(path, sizeof(path), "audit/%s", m->closed.names[i]);
		e = copy_file(w, path);
	}
	snprintf(to, sizeof(to), "%.4000s/state/audit/" AUDIT_ACTIVE, w->dir);
	if (e == 0 &&
	    (e = backup_copy(m->fd, m->size, to, &bytes, sha256)) == 0)
		e = bytes != m->size
			? ERR_DENIED
			: backup_list_add(&w->list, "audit/" AUDIT_ACTIVE,
			      bytes, sha256, w->round);
	if (e != 0)
		return e;
	if ((e = fsx_memfd("sekisho-head", &fd)) != 0)
		return e;
	snprintf(to, sizeof(to), "%.4000s/state/audit/head", w->dir);
	if ((e = fsx_write_all(fd, m->head.data, m->head.len)) == 0 &&
	    (e = backup_copy(fd, UINT64_MAX, to, &bytes, sha256)) == 0)
		e = backup_list_add(&w->list, "audit/head", bytes, sha256,
		    w->round);
	close(fd);
	return e;
}

static int
copy_audit(struct work *w)
{
	struct moment m = { .dirfd = -1, .fd = -1 };
	int e = auditline_folder(w->state_dir, false, &m.dirfd);

	if (e == ERR_NOENT)
		return 0;
	buf_init(&m.head, AUDIT_HEAD_BYTES);
	w->round++;
	if (e == 0 && (e = look_at_log(&m)) == 0)
		e = copy_log(w, &m);
	auditfiles_done(&m.closed);
	buf_done(&m.head);
	if (m.fd >= 0)
		close(m.fd);
	if (m.dirfd >= 0)
		close(m.dirfd);
	return e == 0 ? 0 : backup_fail(w->why, e, "cannot be copied", "audit");
}

/* ---- the whole */

bool
backup_is_taken(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *d;
	bool any = false;

	if (dir == NULL)
		return errno != ENOENT;
	while (!any && (d = readdir(dir)) != NULL)
		any =
		    strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0;
	closedir(dir);
	return any;
}

/* The newest number of the spool; one more than the copy knows does no harm. */
static int
last_seq(const struct work *w, uint64_t *seq)
{
	char path[8192];
	sqlite3 *db = NULL;
	sqlite3_stmt *q;
	int e;

	*seq = 0;
	snprintf(path, sizeof(path), "%.4000s/spool/ledger.sqlite",
	    w->state_dir);
	if (access(path, F_OK) != 0)
		return 0;
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) !=
	    SQLITE_OK) {
		sqlite3_close(db);
		return ERR_IO;
	}
	sqlite3_busy_timeout(db, 30000);
	if ((e = ledger_prepare(db, "SELECT coalesce(max(seq), 0) FROM parcel",
		 &q)) == 0) {
		if ((e = ledger_step(q)) == 0)
			*seq = (uint64_t)sqlite3_column_int64(q, 0);
		sqlite3_finalize(q);
	}
	sqlite3_close(db);
	return e;
}

static int
seal(struct work *w, const struct keys *k, struct backup_report *r)
{
	uint8_t sig[KEYS_SIGNATURE], digest[HASH_BYTES];
	char hex[2 * KEYS_SIGNATURE + 2];
	struct buf text;
	int dir, e;

	backup_list_sort(&w->list);
	for (size_t i = 0; i < w->list.n; i++)
		r->bytes += w->list.files[i].bytes;
	r->files = w->list.n;
	if ((dir = open(w->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return ERR_IO;
	buf_init(&text, BACKUP_MANIFEST_BYTES);
	e = syncfs(dir) < 0 ? ERR_IO : backup_manifest(&w->list, r, &text);
	if (e == 0)
		e = keys_sign(k, BACKUP_SIGN, text.data, text.len, sig);
	if (e == 0) {
		hash_of(text.data, text.len, digest);
		hash_hex(digest, r->manifest);
		sodium_bin2hex(hex, sizeof(hex) - 1, sig, sizeof(sig));
		snprintf(hex + 2 * KEYS_SIGNATURE, 2, "\n");
		e = fsx_publish(dir, "manifest.sig", hex, sizeof(hex) - 1, 0600,
		    true);
	}
	if (e == 0)
		e = fsx_publish(dir, "manifest.json", text.data, text.len, 0600,
		    true);
	buf_done(&text);
	close(dir);
	return e;
}

static int
make(struct work *w, const struct keys *k, struct backup_report *r)
{
	int e = 0;

	for (size_t i = 0; e == 0 && i < GROUPS; i++)
		e = copy_group(w, &groups[i]);
	if (e == 0 && (e = copy_rest(w)) == 0 && (e = copy_audit(w)) == 0 &&
	    (e = last_seq(w, &r->last_seq)) == 0)
		e = seal(w, k, r);
	return e;
}

int
backup_make(const char *state_dir, const char *dir, const struct keys *k,
    bool with_keys, struct backup_report *r, char why[BACKUP_WHY_BYTES])
{
	struct work w = { .state_dir = state_dir,
		.dir = dir,
		.with_keys = with_keys,
		.why = why };
	char path[4200];
	mode_t mask;
	int e;

	*r = (struct backup_report){ .has_keys = with_keys };
	why[0] = '\0';
	record_time_now(r->time);
	if (strlen(state_dir) > 3900 || strlen(dir) > 3900)
		return backup_fail(why, ERR_LIMIT, "too long", dir);
	if (backup_is_taken(dir))
		return backup_fail(why, ERR_EXIST, "must be empty", dir);
	mask = umask(077);
	snprintf(path, sizeof(path), "%s/state", dir);
	if ((e = fsx_mkdirs(path, 0700)) != 0)
		backup_fail(why, e, "cannot be made", path);
	else
		e = make(&w, k, r);
	umask(mask);
	backup_list_done(&w.list);
	if (e != 0 && why[0] == '\0')
		backup_fail(why, e, "the copy", dir);
	return e;
}
