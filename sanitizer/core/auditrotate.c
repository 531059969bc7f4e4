/*
 * Files of the audit log, and the change from one to the next.
 *
 * Order of a rotation, under the lock of the file that is written and of the
 * next one: check-point, all on disk with head; next file with its first line
 * on disk; the old file gets its second name; the next file takes the first
 * name, by one rename; head. A kill before the rename leaves the log as it
 * was (the second name is removed by the next rotation), a kill behind it
 * leaves a head that names the end of the closed file: check_rotated() in
 * audit.c.
 */
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

#define HEAD "audit-"
#define TAIL ".jsonl"

void
auditfile_name(uint64_t last, char out[AUDIT_FILE_BYTES])
{
	snprintf(out, AUDIT_FILE_BYTES, HEAD "%016llu" TAIL,
	    (unsigned long long)last);
}

uint64_t
auditfile_seq(const char *name)
{
	char again[AUDIT_FILE_BYTES];
	uint64_t n;

	if (strncmp(name, HEAD, strlen(HEAD)) != 0)
		return 0;
	n = strtoull(name + strlen(HEAD), NULL, 10);
	auditfile_name(n, again);
	return strcmp(again, name) == 0 ? n : 0;
}

bool
auditfile_is_same(int dirfd, const char *a, const char *b)
{
	struct stat x, y;

	return fstatat(dirfd, a, &x, AT_SYMLINK_NOFOLLOW) == 0 &&
	       fstatat(dirfd, b, &y, AT_SYMLINK_NOFOLLOW) == 0 &&
	       x.st_ino == y.st_ino && x.st_dev == y.st_dev;
}

static int
is_closed(const struct dirent *d)
{
	return auditfile_seq(d->d_name) != 0;
}

int
auditfiles_list(int dirfd, struct auditfiles *out)
{
	struct dirent **list;
	int n = scandirat(dirfd, ".", &list, is_closed, alphasort);

	*out = (struct auditfiles){ .n = 0 };
	if (n < 0)
		return ERR_IO;
	out->names = calloc(n > 0 ? (size_t)n : 1, sizeof(*out->names));
	for (int i = 0; i < n; i++) {
		if (out->names != NULL &&
		    !auditfile_is_same(dirfd, list[i]->d_name, AUDIT_ACTIVE))
			snprintf(out->names[out->n++], AUDIT_FILE_BYTES,
			    "%.39s", list[i]->d_name);
		free(list[i]);
	}
	free(list);
	return out->names == NULL ? ERR_NOMEM : 0;
}

void
auditfiles_done(struct auditfiles *f)
{
	free(f->names);
	*f = (struct auditfiles){ .n = 0 };
}

int
auditfile_tail(int fd, uint64_t end, uint8_t tail[AUDIT_LINE_BYTES],
    struct reader *line)
{
	uint64_t n = end < AUDIT_LINE_BYTES ? end : AUDIT_LINE_BYTES;
	struct reader r;
	size_t begin = 0;

	if (n == 0 || fsx_pread_all(fd, tail, n, end - n) != 0 ||
	    tail[n - 1] != '\n')
		return ERR_DENIED;
	reader_init(&r, tail, n - 1);
	if (reader_rfind(&r, "\n", 1, &begin) == 0)
		begin++;
	return reader_view(&r, begin, n - 1 - begin, line) != 0 ? ERR_DENIED
								: 0;
}

int
auditfile_when(const struct reader *line, uint64_t *seq,
    char time[RECORD_TIME_BYTES])
{
	json_t *root = json_loadb((const char *)line->data, line->len, 0, NULL);
	const char *t = json_string_value(json_object_get(root, "time"));
	json_int_t n = json_integer_value(json_object_get(root, "seq"));
	int e = t == NULL || n <= 0 ? ERR_MALFORMED : 0;

	if (e == 0) {
		snprintf(time, RECORD_TIME_BYTES, "%s", t);
		*seq = (uint64_t)n;
	}
	json_decref(root);
	return e;
}

int
auditfile_first(int fd, uint64_t *seq, char time[RECORD_TIME_BYTES])
{
	struct auditlines lines;
	struct reader line;
	int e;

	auditlines_init(&lines, fd, 0);
	if ((e = auditlines_next(&lines, &line)) == 0)
		e = auditfile_when(&line, seq, time);
	auditlines_done(&lines);
	return e;
}

/* ---- rotation */

static bool
is_due(struct audit *a, uint64_t bytes, const char *before)
{
	char first[RECORD_TIME_BYTES];
	uint64_t seq;

	if (a->chain.seq == 0)
		return false;
	return a->offset > bytes ||
	       (before != NULL && auditfile_first(a->fd, &seq, first) == 0 &&
		   strcmp(first, before) < 0);
}

/* A second name of the file that is written: of a killed rotation. */
static int
clear_names(struct audit *a)
{
	struct dirent **list;
	int n = scandirat(a->dirfd, ".", &list, is_closed, NULL), e = 0;

	if (n < 0)
		return ERR_IO;
	for (int i = 0; i < n; i++) {
		if (auditfile_is_same(a->dirfd, list[i]->d_name,
			AUDIT_ACTIVE) &&
		    unlinkat(a->dirfd, list[i]->d_name, 0) < 0)
			e = ERR_IO;
		free(list[i]);
	}
	free(list);
	return e;
}

/* audit.next with its first line, locked and on disk; a->fd is it now. */
static int
begin_next(struct audit *a, const char *closed)
{
	struct audit before = *a;
	int e, fd;

	fd = openat(a->dirfd, AUDIT_NEXT,
	    O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return ERR_IO;
	a->fd = fd;
	a->offset = 0;
	e = flock(fd, LOCK_EX | LOCK_NB) < 0 ? ERR_IO : 0;
	if (e == 0)
		e = audit_put_checkpoint(a,
		    json_pack("{s:s}", "continues", closed));
	if (e == 0 && fsync(fd) < 0)
		e = ERR_IO;
	if (e != 0) {
		close(fd);
		a->fd = before.fd;
		a->offset = before.offset;
		a->chain = before.chain;
	}
	return e;
}

static int
change_names(struct audit *a, const char *closed)
{
	if (linkat(a->dirfd, AUDIT_ACTIVE, a->dirfd, closed, 0) < 0)
		return errno == EEXIST ? ERR_EXIST : ERR_IO;
	if (fsx_fsync_dir(a->dirfd) != 0 ||
	    renameat(a->dirfd, AUDIT_NEXT, a->dirfd, AUDIT_ACTIVE) < 0)
		return ERR_IO;
	return fsx_fsync_dir(a->dirfd);
}

static int
rotate_locked(struct audit *a, char name[AUDIT_FILE_BYTES])
{
	int e, old = a->fd;

	if ((e = clear_names(a)) != 0)
		return e;
	if (a->chain.seq > a->chain.checkpoint &&
	    (e = audit_put_checkpoint(a, json_object())) != 0)
		return e;
	if ((e = audit_sync_locked(a)) != 0)
		return e;
	if (fsync(a->headfd) < 0)
		return ERR_IO;
	auditfile_name(a->chain.seq, name);
	if ((e = begin_next(a, name)) != 0)
		return e;
	/* From here on there is no way back within this process. */
	if ((e = change_names(a, name)) != 0)
		a->failed = e;
	close(old);
	if (e == 0 && (e = audit_sync_locked(a)) == 0 && fsync(a->headfd) < 0)
		e = ERR_IO;
	return e;
}

int
audit_rotate(struct audit *a, uint64_t bytes, const char *before, bool *done,
    char name[40])
{
	int e;

	*done = false;
	if ((e = a->failed) != 0 || (e = audit_lock(a)) != 0)
		return e;
	e = audit_catch_up(a);
	if (e == 0 && is_due(a, bytes, before) &&
	    (e = rotate_locked(a, name)) == 0)
		*done = true;
	audit_unlock(a);
	return e;
}

/* ---- the end of old files */

struct old {
	uint64_t first, last;
	char time[RECORD_TIME_BYTES]; /* of the last line */
	char hash[HASH_HEX];	      /* likewise */
};

static int
look(struct audit *a, const char *name, struct old *o)
{
	uint8_t tail[AUDIT_LINE_BYTES], digest[HASH_BYTES];
	char first[RECORD_TIME_BYTES];
	struct reader line;
	struct stat st;
	int fd = openat(a->dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), e;

	if (fd < 0)
		return ERR_IO;
	e = fstat(fd, &st) < 0 ? ERR_IO : auditfile_first(fd, &o->first, first);
	if (e == 0 &&
	    (e = auditfile_tail(fd, (uint64_t)st.st_size, tail, &line)) == 0 &&
	    (e = auditfile_when(&line, &o->last, o->time)) == 0) {
		hash_of(line.data, line.len, digest);
		hash_hex(digest, o->hash);
	}
	close(fd);
	return e;
}

static int
forget_one(struct audit *a, const char *name, const struct old *o)
{
	int e = audit_append(a, "audit-removed",
	    json_pack("{s:s, s:I, s:I, s:s}", "file", name, "first",
		(json_int_t)o->first, "last", (json_int_t)o->last, "hash",
		o->hash),
	    AUDIT_SYNC);

	if (e != 0)
		return e;
	if (unlinkat(a->dirfd, name, 0) < 0)
		return ERR_IO;
	return fsx_fsync_dir(a->dirfd);
}

int
audit_forget(struct audit *a, const char *before, bool dry,
    void (*each)(void *arg, const char *name, uint64_t first, uint64_t last),
    void *arg)
{
	struct auditfiles files;
	struct old o;
	int e;

	if ((e = auditfiles_list(a->dirfd, &files)) != 0)
		return e;
	for (size_t i = 0; e == 0 && i < files.n; i++) {
		if ((e = look(a, files.names[i], &o)) != 0 ||
		    strcmp(o.time, before) >= 0)
			break;
		if (each != NULL)
			each(arg, files.names[i], o.first, o.last);
		if (!dry)
			e = forget_one(a, files.names[i], &o);
	}
	auditfiles_done(&files);
	return e;
}
