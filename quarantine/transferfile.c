/*
 * The files of transfers: private copies and results, and what a killed
 * process left of them. transfer_int.h says who may remove what.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fsx.h"
#include "core/parcel.h"
#include "quarantine/transfer_int.h"

#define BLOCK	 65536
#define PART	 ".part"
#define SEALED	 ".sealed"
#define ATTEMPTS 16

void
transfer_result_name(const char *id, char out[TRANSFER_FILE_BYTES])
{
	snprintf(out, TRANSFER_FILE_BYTES, "%.*s" SEALED, RECORD_ID_BYTES - 1,
	    id);
}

void
transfer_time_in(int64_t seconds, char out[RECORD_TIME_BYTES])
{
	struct timespec now;
	struct tm tm;
	char day[24];
	time_t t;

	clock_gettime(CLOCK_REALTIME, &now);
	t = now.tv_sec + (time_t)seconds;
	gmtime_r(&t, &tm);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out, RECORD_TIME_BYTES, "%s.%03dZ", day,
	    (int)(now.tv_nsec / 1000000) % 1000);
}

int
transfer_remove(int dirfd, const char *name)
{
	if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
		return 0;
	return ERR_IO;
}

/* Read once; what was hashed is what was written (to -1: nowhere). */
static int
copy_loop(int from, int to, uint64_t max_bytes, uint8_t *block,
    uint8_t digest[HASH_BYTES], uint64_t *bytes)
{
	struct hash h;
	ssize_t n;
	int e = 0;

	hash_init(&h);
	*bytes = 0;
	while ((n = pread(from, block, BLOCK, (off_t)*bytes)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ERR_IO;
		if ((uint64_t)n > max_bytes - *bytes)
			return ERR_LIMIT;
		hash_add(&h, block, (size_t)n);
		if (to >= 0 && (e = fsx_write_all(to, block, (size_t)n)) != 0)
			return e;
		*bytes += (uint64_t)n;
	}
	hash_end(&h, digest);
	return 0;
}

static int
copy_hashed(int from, int to, uint64_t max_bytes, uint8_t digest[HASH_BYTES],
    uint64_t *bytes)
{
	uint8_t *block = malloc(BLOCK);
	int e;

	if (block == NULL)
		return ERR_NOMEM;
	e = copy_loop(from, to, max_bytes, block, digest, bytes);
	free(block);
	return e;
}

int
transfer_hash(int fd, uint8_t digest[HASH_BYTES], uint64_t *bytes)
{
	return copy_hashed(fd, -1, UINT64_MAX, digest, bytes);
}

/*
 * Made, then locked: a sweep between the two removes the name, which shows in
 * the number of links.
 */
static int
make_part(int dirfd, const char *name, int *out)
{
	struct stat st;
	int fd;

	for (int i = 0; i < ATTEMPTS; i++) {
		fd = openat(dirfd, name,
		    O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd < 0)
			return errno == EEXIST ? ERR_EXIST : ERR_IO;
		if (flock(fd, LOCK_EX) == 0 && fstat(fd, &st) == 0 &&
		    st.st_nlink == 1) {
			*out = fd;
			return 0;
		}
		close(fd);
	}
	return ERR_IO;
}

static void
part_name(const char *id, char out[TRANSFER_FILE_BYTES])
{
	snprintf(out, TRANSFER_FILE_BYTES, "%.*s" PART, RECORD_ID_BYTES - 1,
	    id);
}

static bool
is_as_before(int fd, const struct stat *was)
{
	struct stat is;

	return fstat(fd, &is) == 0 && is.st_size == was->st_size &&
	       is.st_ctim.tv_sec == was->st_ctim.tv_sec &&
	       is.st_ctim.tv_nsec == was->st_ctim.tv_nsec;
}

int
transfer_stage(struct people *p, const char *id, int fd, uint64_t max_bytes,
    struct staged *s)
{
	char name[TRANSFER_FILE_BYTES];
	struct stat was;
	int e;

	memset(s, 0, sizeof(*s));
	s->fd = -1;
	if (!parcel_id_ok(id) || strlen(id) >= RECORD_ID_BYTES)
		return ERR_NOENT;
	snprintf(s->id, sizeof(s->id), "%s", id);
	part_name(id, name);
	if (fstat(fd, &was) < 0)
		return ERR_IO;
	if ((e = make_part(p->in, name, &s->fd)) != 0)
		return e;
	if ((e = copy_hashed(fd, s->fd, max_bytes, s->digest, &s->bytes)) ==
		0 &&
	    fsync(s->fd) < 0)
		e = ERR_IO;
	/* Half of what was there and half of what somebody writes is nobody's
	 * document. */
	if (e == 0 && !is_as_before(fd, &was))
		e = ERR_TRUNCATED;
	return e;
}

/* Locked before it has a name: no sweep takes it for one that was left. */
static int
name_part(int dirfd, const char *name, int fd)
{
	char path[64];
	struct stat st;

	if (flock(fd, LOCK_EX | LOCK_NB) < 0 || fstat(fd, &st) < 0 ||
	    !S_ISREG(st.st_mode) || st.st_nlink != 0 || fchmod(fd, 0600) < 0)
		return ERR_UNSUPPORTED;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (linkat(AT_FDCWD, path, dirfd, name, AT_SYMLINK_FOLLOW) < 0)
		return ERR_UNSUPPORTED;
	return fsync(fd) < 0 ? ERR_IO : 0;
}

int
transfer_stage_own(struct people *p, const char *id, int fd, uint64_t max_bytes,
    const uint8_t digest[HASH_BYTES], struct staged *s)
{
	char name[TRANSFER_FILE_BYTES];
	struct stat st;
	int e;

	*s = (struct staged){ .fd = -1 };
	if (!parcel_id_ok(id) || strlen(id) >= RECORD_ID_BYTES)
		return ERR_NOENT;
	if (fstat(fd, &st) < 0)
		return ERR_IO;
	if ((uint64_t)st.st_size > max_bytes)
		return ERR_LIMIT;
	s->bytes = (uint64_t)st.st_size;
	snprintf(s->id, sizeof(s->id), "%s", id);
	memcpy(s->digest, digest, HASH_BYTES);
	if ((s->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0)) < 0)
		return ERR_IO;
	part_name(id, name);
	if ((e = name_part(p->in, name, s->fd)) != ERR_UNSUPPORTED)
		return e;
	close(s->fd);
	return transfer_stage(p, id, fd, max_bytes, s);
}

int
transfer_keep(struct people *p, const struct staged *s)
{
	char name[TRANSFER_FILE_BYTES];

	part_name(s->id, name);
	if (renameat(p->in, name, p->in, s->id) < 0)
		return ERR_IO;
	return fsx_fsync_dir(p->in);
}

void
transfer_unstage(struct people *p, struct staged *s, int e)
{
	char name[TRANSFER_FILE_BYTES];

	if (s->fd < 0)
		return;
	if (e != 0) {
		part_name(s->id, name);
		unlinkat(p->in, name, 0);
	}
	close(s->fd);
	s->fd = -1;
}

/* A copy that nobody holds any more. */
static int
sweep_part(int dirfd, const char *name)
{
	int fd = openat(dirfd, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	int e = 0;

	if (fd < 0)
		return errno == ENOENT ? 0 : ERR_IO;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		e = transfer_remove(dirfd, name);
	close(fd);
	return e;
}

/* Whether the row of this name, without its ending, wants its file. */
static int
wanted(struct people *p, const char *sql, const char *name, size_t ending,
    bool *yes)
{
	char id[TRANSFER_FILE_BYTES];
	size_t n = strlen(name);
	sqlite3_stmt *s;
	int e;

	if (n <= ending || n >= sizeof(id)) {
		*yes = true; /* none of ours: not ours to remove */
		return 0;
	}
	snprintf(id, sizeof(id), "%.*s", (int)(n - ending), name);
	if (!parcel_id_ok(id)) {
		*yes = true;
		return 0;
	}
	if ((e = people_prepare(p, sql, id, &s)) != 0)
		return e;
	e = ledger_step(s);
	sqlite3_finalize(s);
	*yes = e == 0;
	return e == ERR_NOENT ? 0 : e;
}

static bool
ends_in(const char *name, const char *ending)
{
	size_t n = strlen(name), m = strlen(ending);

	return n > m && strcmp(name + n - m, ending) == 0;
}

static int
sweep_in(struct people *p, const char *name)
{
	bool yes = true;
	int e;

	if (ends_in(name, PART))
		return sweep_part(p->in, name);
	e = wanted(p,
	    "SELECT 1 FROM transfer WHERE id = ? AND state IN (0, 1, 3)", name,
	    0, &yes);
	return e != 0 || yes ? e : transfer_remove(p->in, name);
}

static int
sweep_result(struct people *p, const char *name)
{
	bool yes = true;
	int e;

	if (!ends_in(name, SEALED))
		return 0;
	e = wanted(p,
	    "SELECT 1 FROM transfer WHERE id = ? AND wrapped IS NOT NULL", name,
	    strlen(SEALED), &yes);
	return e != 0 || yes ? e : transfer_remove(p->results, name);
}

static int
sweep_preview(struct people *p, const char *name)
{
	bool yes = true;
	int e;

	if (!ends_in(name, SEALED))
		return 0;
	e = wanted(p, "SELECT 1 FROM preview WHERE transfer = ?", name,
	    strlen(SEALED), &yes);
	return e != 0 || yes ? e : transfer_remove(p->previews, name);
}

/* Of settled transfers, but for those that are still reviewed. */
#define NOT_WANTED \
	"DELETE FROM preview WHERE EXISTS (SELECT 1 FROM transfer t WHERE " \
	"t.id = preview.transfer AND t.state >= 4) AND NOT EXISTS (SELECT 1 " \
	"FROM request q WHERE q.transfer = preview.transfer AND q.kind = 1 " \
	"AND q.state = 0)"

static int
forget_previews(struct people *p)
{
	return ledger_exec(p->db, NOT_WANTED);
}

int
preview_settled(struct people *p, const char *id)
{
	char name[TRANSFER_FILE_BYTES];
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p, NOT_WANTED " AND transfer = ?", id, &s)) !=
		0 ||
	    (e = people_run(s)) != 0 || people_changed(p) == 0)
		return e;
	transfer_result_name(id, name);
	return transfer_remove(p->previews, name);
}

static int
sweep_folder(struct people *p, int dirfd,
    int (*one)(struct people *, const char *))
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *d;
	DIR *dir;
	int e = 0;

	if (fd < 0)
		return ERR_IO;
	if ((dir = fdopendir(fd)) == NULL) {
		close(fd);
		return ERR_IO;
	}
	while (e == 0 && (d = readdir(dir)) != NULL)
		if (d->d_name[0] != '.')
			e = one(p, d->d_name);
	closedir(dir);
	return e == 0 ? fsx_fsync_dir(dirfd) : e;
}

static bool
is_there(int dirfd, const char *name)
{
	return faccessat(dirfd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static int
say_lost(struct people *p, const char *id, const char *what)
{
	return audit_append(p->audit, "lost",
	    json_pack("{s:s,s:s}", "id", id, "what", what), AUDIT_SYNC);
}

/* A row whose file is gone: from the private copy again, or held. */
static int
mend(struct people *p, const char *id, bool was_result)
{
	bool again = was_result && is_there(p->in, id);
	char now[RECORD_TIME_BYTES];
	sqlite3_stmt *s;
	int e;

	if ((e = say_lost(p, id, was_result ? "result" : "copy")) != 0 ||
	    (e = approve_withdraw(p, id)) != 0)
		return e;
	if ((e = people_prepare(p,
		 again ? "UPDATE transfer SET state = 0, wrapped = NULL, "
			 "said = 0, changed = ?2 WHERE id = ?1"
		       : "UPDATE transfer SET state = 5, wrapped = NULL, "
			 "said = 0, changed = ?2, method = 'none', reason = "
			 "?3, reason_err = ?4 WHERE id = ?1",
		 id, &s)) != 0)
		return e;
	record_time_now(now);
	people_bind(s, 2, now);
	if (!again) {
		people_bind(s, 3, N_("its file in the gateway was lost"));
		sqlite3_bind_int(s, 4, ERR_IO);
	}
	return people_run(s);
}

/* The first row from an id on that has lost its file. */
static int
next_lost(struct people *p, bool results, char id[RECORD_ID_BYTES])
{
	char name[TRANSFER_FILE_BYTES];
	bool lost = false;
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p,
		 results ? "SELECT id FROM transfer WHERE state = 3 AND id > ? "
			   "ORDER BY id"
			 : "SELECT id FROM transfer WHERE state = 0 AND id > ? "
			   "ORDER BY id",
		 id, &s)) != 0)
		return e;
	while (!lost && (e = ledger_step(s)) == 0) {
		people_take(s, 0, id, RECORD_ID_BYTES);
		transfer_result_name(id, name);
		lost = results ? !is_there(p->results, name)
			       : !is_there(p->in, id);
	}
	sqlite3_finalize(s);
	return e;
}

static int
mend_all(struct people *p, bool results)
{
	char id[RECORD_ID_BYTES] = "";
	int e;

	while ((e = next_lost(p, results, id)) == 0)
		if ((e = mend(p, id, results)) != 0)
			return e;
	return e == ERR_NOENT ? 0 : e;
}

int
transfer_sweep(struct people *p)
{
	int e;

	if ((e = mend_all(p, true)) != 0 || (e = mend_all(p, false)) != 0 ||
	    (e = sweep_folder(p, p->in, sweep_in)) != 0 ||
	    (e = forget_previews(p)) != 0 ||
	    (e = sweep_folder(p, p->previews, sweep_preview)) != 0)
		return e;
	return sweep_folder(p, p->results, sweep_result);
}
