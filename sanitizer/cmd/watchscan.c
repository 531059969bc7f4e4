/* See watchscan.h. */
#include "cmd/watchscan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "cmd/watchname.h"

struct scan {
	const struct scan_limits *limits;
	void (*folder)(void *arg, int dirfd);
	void *arg;
	struct scan_unit *unit;
	struct timespec now;
	uint32_t left;	     /* entries that may still be looked at */
	bool is_cut;	     /* there were more */
	bool is_partial;     /* something is on its way */
	int64_t youngest_ms; /* age of the newest change */
};

/* Milliseconds since a change; a time to come is taken for an old one. */
static int64_t
age_ms(const struct scan *s, const struct timespec *t)
{
	int64_t ms = (int64_t)(s->now.tv_sec - t->tv_sec) * 1000 +
		     (s->now.tv_nsec - t->tv_nsec) / 1000000;

	return ms < -1000 ? INT64_MAX : ms < 0 ? 0 : ms;
}

enum lease { LEASE_FREE, LEASE_WRITTEN, LEASE_UNKNOWN };

/* A read lease is granted when nobody has the file open for writing. */
static enum lease
try_lease(int fd)
{
	if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0) {
		(void)!fcntl(fd, F_SETLEASE, F_UNLCK);
		return LEASE_FREE;
	}
	return errno == EAGAIN ? LEASE_WRITTEN : LEASE_UNKNOWN;
}

static bool
is_finished(const struct scan_limits *l, int fd, const struct stat *st,
    int64_t age)
{
	switch (try_lease(fd)) {
	case LEASE_WRITTEN:
		return false;
	case LEASE_FREE:
		if (st->st_size > 0)
			return age >= (int64_t)l->settle_ms;
		break;
	case LEASE_UNKNOWN:
		break;
	}
	return age >= (int64_t)l->quiet_s * 1000;
}

/* ---- units */

static void
unit_free(struct scan_unit *u)
{
	for (size_t i = 0; i < u->n; i++)
		free(u->files[i].path);
	free(u->files);
	free(u);
}

void
watchscan_free(struct scan_unit *u)
{
	struct scan_unit *next;

	for (; u != NULL; u = next) {
		next = u->next;
		unit_free(u);
	}
}

static int
add_file(struct scan *s, const char *path, enum scan_what what,
    const struct stat *st, const struct timespec *born)
{
	struct scan_unit *u = s->unit;
	struct scan_file *more, *f;
	size_t room = u->room == 0 ? 4 : 2 * u->room;

	if (u->n == u->room) {
		if ((more = reallocarray(u->files, room, sizeof(*more))) ==
		    NULL)
			return ERR_NOMEM;
		u->files = more;
		u->room = room;
	}
	f = &u->files[u->n];
	*f = (struct scan_file){ .what = what, .st = *st, .born = *born };
	if ((f->path = strdup(path)) == NULL)
		return ERR_NOMEM;
	u->n++;
	if (what == SCAN_FILE)
		u->bytes += (uint64_t)st->st_size;
	return 0;
}

/* ---- one entry */

static struct timespec
birth(int dirfd, const char *name, const struct stat *st)
{
	struct statx x;

	if (statx(dirfd, name, AT_SYMLINK_NOFOLLOW, STATX_BTIME, &x) == 0 &&
	    (x.stx_mask & STATX_BTIME) != 0)
		return (struct timespec){ x.stx_btime.tv_sec,
			x.stx_btime.tv_nsec };
	return st->st_ctim;
}

static enum scan_what
what_is(const struct stat *st)
{
	if (S_ISLNK(st->st_mode))
		return SCAN_LINK;
	if (!S_ISREG(st->st_mode))
		return SCAN_SPECIAL;
	return st->st_nlink > 1 ? SCAN_LINKED : SCAN_FILE;
}

/* Opened without waiting for a pipe's other end, and without following. */
static int
open_plain(int dirfd, const char *name)
{
	return openat(dirfd, name,
	    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
}

static int
see_file(struct scan *s, int dirfd, const char *name, const char *path,
    const struct stat *st)
{
	struct timespec born = birth(dirfd, name, st);
	enum scan_what what = what_is(st);
	int64_t age = age_ms(s, &st->st_ctim);
	int fd;

	if (what == SCAN_FILE) {
		if ((fd = open_plain(dirfd, name)) < 0) {
			s->is_partial = true; /* gone, or not ours to read */
			return 0;
		}
		if (!is_finished(s->limits, fd, st, age))
			s->is_partial = true;
		close(fd);
	}
	if (age < s->youngest_ms)
		s->youngest_ms = age;
	return add_file(s, path, what, st, &born);
}

/* The lease says nothing of a partial file: only its name and its age do. */
static void
see_partial(struct scan *s, const struct stat *st)
{
	if (age_ms(s, &st->st_ctim) < SCAN_PARTIAL_S * INT64_C(1000))
		s->is_partial = true;
}

static int see_folder(struct scan *s, int dirfd, const char *path,
    unsigned depth);

static int
enter_folder(struct scan *s, int dirfd, const char *name, const char *path,
    const struct stat *st, unsigned depth)
{
	int64_t age = age_ms(s, &st->st_ctim);
	int fd;

	if (age < s->youngest_ms)
		s->youngest_ms = age;
	if (depth >= SCAN_DEPTH)
		return add_file(s, path, SCAN_LONG, st, &st->st_ctim);
	fd = openat(dirfd, name,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) {
		s->is_partial = true;
		return 0;
	}
	return see_folder(s, fd, path, depth + 1);
}

/* false: it is one too many. */
static bool
may_see(struct scan *s)
{
	s->is_cut = s->is_cut || s->left == 0;
	if (s->left > 0)
		s->left--;
	return !s->is_cut;
}

static int
see_entry(struct scan *s, int dirfd, const char *name, const char *parent,
    unsigned depth)
{
	char path[SCAN_PATH_BYTES];
	struct stat st;
	int n;

	if (!may_see(s))
		return 0;
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : ERR_IO;
	n = snprintf(path, sizeof(path), "%s%s%s", parent,
	    parent[0] != '\0' ? "/" : "", name);
	if (n < 0 || (size_t)n >= sizeof(path))
		return add_file(s, name, SCAN_LONG, &st, &st.st_ctim);
	if (S_ISDIR(st.st_mode))
		return enter_folder(s, dirfd, name, path, &st, depth);
	switch (watch_kind(name)) {
	case WATCH_PARTIAL:
		see_partial(s, &st);
		return 0;
	case WATCH_IGNORED:
		return 0;
	case WATCH_FILE:
		break;
	}
	return s->unit->n >= SCAN_FILES ? 0
					: see_file(s, dirfd, name, path, &st);
}

static bool
is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Closes dirfd. */
static int
see_folder(struct scan *s, int dirfd, const char *path, unsigned depth)
{
	struct dirent *d;
	DIR *dir;
	int e = 0;

	if (s->folder != NULL)
		s->folder(s->arg, dirfd);
	if ((dir = fdopendir(dirfd)) == NULL) {
		close(dirfd);
		return ERR_IO;
	}
	while (e == 0 && !s->is_cut && (d = readdir(dir)) != NULL)
		if (!is_dots(d->d_name))
			e = see_entry(s, dirfd, d->d_name, path, depth);
	closedir(dir);
	return e;
}

/* ---- all units of a person */

static int
by_path(const void *a, const void *b)
{
	const struct scan_file *x = a, *y = b;

	return strcmp(x->path, y->path);
}

static int
see_unit(struct scan *s, int dirfd, const char *name, const char *parent,
    struct scan_unit **out)
{
	struct scan_unit *u = calloc(1, sizeof(*u));
	struct stat st;
	int e;

	*out = NULL;
	if (u == NULL)
		return ERR_NOMEM;
	s->unit = u;
	s->is_partial = false;
	s->youngest_ms = INT64_MAX;
	u->is_folder = fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		       S_ISDIR(st.st_mode);
	e = see_entry(s, dirfd, name, parent, parent[0] != '\0' ? 1 : 0);
	if (e != 0 || u->n == 0) {
		unit_free(u);
		return e;
	}
	if (u->is_folder && s->youngest_ms < s->limits->quiet_s * INT64_C(1000))
		s->is_partial = true;
	u->is_finished = !s->is_partial;
	qsort(u->files, u->n, sizeof(*u->files), by_path);
	*out = u;
	return 0;
}

static int see_units(struct scan *s, int fd, const char *parent,
    struct scan_unit ***tail);

/* false: it is no shelf, nor anything that could be entered as one. */
static bool
see_shelf(struct scan *s, int dirfd, const char *name, struct scan_unit ***tail,
    int *e)
{
	int fd;

	if (s->limits->is_shelf == NULL || !s->limits->is_shelf(s->arg, name))
		return false;
	fd = openat(dirfd, name,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	*e = see_units(s, fd, name, tail);
	return true;
}

/* Closes fd. parent: "", or the shelf's name. */
static int
see_units(struct scan *s, int fd, const char *parent, struct scan_unit ***tail)
{
	struct dirent *d;
	int e = 0;
	DIR *dir;

	if (s->folder != NULL)
		s->folder(s->arg, fd);
	if ((dir = fdopendir(fd)) == NULL) {
		close(fd);
		return ERR_IO;
	}
	while (e == 0 && !s->is_cut && (d = readdir(dir)) != NULL) {
		if (is_dots(d->d_name) ||
		    (parent[0] == '\0' &&
			see_shelf(s, fd, d->d_name, tail, &e)))
			continue;
		e = see_unit(s, fd, d->d_name, parent, *tail);
		if (**tail != NULL)
			*tail = &(**tail)->next;
	}
	closedir(dir);
	return e;
}

int
watchscan_person(int dirfd, const struct scan_limits *limits,
    void (*folder)(void *arg, int dirfd), void *arg, struct scan_unit **units,
    bool *is_cut)
{
	struct scan s = { .limits = limits,
		.folder = folder,
		.arg = arg,
		.left = limits->entries };
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), e;
	struct scan_unit *all = NULL, **tail = &all;

	if (fd < 0)
		return ERR_IO;
	clock_gettime(CLOCK_REALTIME, &s.now);
	e = see_units(&s, fd, "", &tail);
	if (e != 0)
		watchscan_free(all);
	else
		*units = all;
	*is_cut = s.is_cut;
	return e;
}

/* ---- one file again */

int
watchscan_parent(int dirfd, const char *path, int *out, const char **base)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), next;
	char part[256];
	const char *slash;

	for (; fd >= 0 && (slash = strchr(path, '/')) != NULL;
	     path = slash + 1) {
		snprintf(part, sizeof(part), "%.*s", (int)(slash - path), path);
		next = openat(fd, part,
		    O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		close(fd);
		fd = next;
	}
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP
			   ? ERR_NOENT
			   : ERR_IO;
	*out = fd;
	*base = path;
	return 0;
}

bool
watchscan_was(const struct scan_file *f, const struct stat *b)
{
	const struct stat *a = &f->st;

	return S_ISREG(b->st_mode) && a->st_dev == b->st_dev &&
	       a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_nlink == b->st_nlink &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static bool
same(const struct scan_file *f, const struct stat *b)
{
	return watchscan_was(f, b) &&
	       f->st.st_ctim.tv_sec == b->st_ctim.tv_sec &&
	       f->st.st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

int
watchscan_open(int dirfd, const struct scan_file *f, int *out)
{
	const char *base;
	struct stat st;
	int dir, fd, e;

	if ((e = watchscan_parent(dirfd, f->path, &dir, &base)) != 0)
		return e;
	fd = open_plain(dir, base);
	e = fd >= 0				? 0
	    : errno == ENOENT || errno == ELOOP ? ERR_NOENT
						: ERR_IO;
	close(dir);
	if (e != 0)
		return e;
	if (fstat(fd, &st) < 0 || !same(f, &st) ||
	    try_lease(fd) == LEASE_WRITTEN) {
		close(fd);
		return ERR_EXIST;
	}
	*out = fd;
	return 0;
}

bool
watchscan_is_same(int dirfd, const struct scan_file *f)
{
	int fd;

	if (watchscan_open(dirfd, f, &fd) != 0)
		return false;
	close(fd);
	return true;
}

/*
 * Place, inode, birth, size and time of the content. Not the device, whose
 * number another start may change; and not ctime: a change of
 * rights between a kill and the next start makes no new file. Where no birth
 * is known ctime stands in for it, or the second file of the same name that
 * got the inode of the first would be taken for it.
 */
void
watchscan_once(const char *department, const char *login,
    const struct scan_file *f, char out[SCAN_ONCE_BYTES])
{
	const int64_t numbers[] = { (int64_t)f->st.st_ino, f->st.st_size,
		f->st.st_mtim.tv_sec, f->st.st_mtim.tv_nsec, f->born.tv_sec,
		f->born.tv_nsec };
	uint8_t digest[HASH_BYTES];
	struct hash h;

	hash_init(&h);
	hash_add(&h, department, strlen(department) + 1);
	hash_add(&h, login, strlen(login) + 1);
	hash_add(&h, f->path, strlen(f->path) + 1);
	hash_add(&h, numbers, sizeof(numbers));
	hash_end(&h, digest);
	hash_hex(digest, out);
}
