#include "cmd/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/record.h"

#define SKIP_MAX  16
#define DEPTH_MAX 128

/* One open folder: its sorted names and how far we are. */
struct level {
	int fd;
	char **names;
	size_t n, at;
	size_t rel_len, path_len; /* of the prefix, without its slash */
};

struct walk {
	char *const *sources;
	size_t n_sources, at;
	struct level levels[DEPTH_MAX];
	size_t depth;
	char *rel, *path; /* of the last entry */
	struct stat skip[SKIP_MAX];
	size_t n_skip;
};

int
walk_open(char *const *sources, size_t n, struct walk **out)
{
	struct walk *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return ERR_NOMEM;
	w->sources = sources;
	w->n_sources = n;
	*out = w;
	return 0;
}

void
walk_skip(struct walk *w, const struct stat *st)
{
	if (w->n_skip < SKIP_MAX)
		w->skip[w->n_skip++] = *st;
}

static bool
is_skipped(const struct walk *w, const struct stat *st)
{
	for (size_t i = 0; i < w->n_skip; i++)
		if (w->skip[i].st_dev == st->st_dev &&
		    w->skip[i].st_ino == st->st_ino)
			return true;
	return false;
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
level_done(struct level *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->names[i]);
	free(l->names);
	if (l->fd >= 0)
		close(l->fd);
	*l = (struct level){ .fd = -1 };
}

static int
level_add(struct level *l, size_t *cap, const char *name)
{
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return 0;
	if (l->n == *cap) {
		size_t more = *cap == 0 ? 64 : *cap * 2;
		char **p = reallocarray(l->names, more, sizeof(p[0]));

		if (p == NULL)
			return ERR_NOMEM;
		l->names = p;
		*cap = more;
	}
	if ((l->names[l->n] = strdup(name)) == NULL)
		return ERR_NOMEM;
	l->n++;
	return 0;
}

/* Takes fd over. ERR_IO (errno), ERR_NOMEM. */
static int
level_read(struct level *l, int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3), e = 0;
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *de;
	size_t cap = 0;

	*l = (struct level){ .fd = fd };
	if (d == NULL) {
		if (copy >= 0)
			close(copy);
		return ERR_IO;
	}
	errno = 0;
	while (e == 0 && (de = readdir(d)) != NULL)
		e = level_add(l, &cap, de->d_name);
	if (e == 0 && errno != 0)
		e = ERR_IO;
	closedir(d);
	if (l->n > 0)
		qsort(l->names, l->n, sizeof(l->names[0]), by_bytes);
	return e;
}

/* The first n bytes of *s, a slash if any, and the name. */
static int
join(char **s, size_t n, const char *name)
{
	char *made = NULL;

	if (n == 0)
		made = strdup(name);
	else if (asprintf(&made, "%.*s%s%s", (int)n, *s,
		     (*s)[n - 1] == '/' ? "" : "/", name) < 0)
		made = NULL;
	if (made == NULL)
		return ERR_NOMEM;
	free(*s);
	*s = made;
	return 0;
}

/* What stands at dirfd/name; a file or folder is opened. */
static enum walk_what
look(int dirfd, const char *name, struct walk_entry *e)
{
	e->fd = -1;
	e->error = 0;
	if (fstatat(dirfd, name, &e->st, AT_SYMLINK_NOFOLLOW) < 0) {
		e->error = errno;
		return WALK_UNREADABLE;
	}
	if (S_ISLNK(e->st.st_mode))
		return WALK_SYMLINK;
	if (!S_ISREG(e->st.st_mode) && !S_ISDIR(e->st.st_mode))
		return WALK_SPECIAL;
	/* what was looked at may have been exchanged: look again, opened */
	e->fd = openat(dirfd, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (e->fd < 0 || fstat(e->fd, &e->st) < 0) {
		e->error = errno;
		return e->error == ELOOP ? WALK_SYMLINK : WALK_UNREADABLE;
	}
	return S_ISREG(e->st.st_mode) || S_ISDIR(e->st.st_mode) ? WALK_FILE
								: WALK_SPECIAL;
}

/* Go into the open folder of *e; what is then WALK_UNREADABLE or the like
 * when that fails. */
static int
enter(struct walk *w, bool top, struct walk_entry *e)
{
	struct level *l = &w->levels[w->depth];
	int err;

	if (is_skipped(w, &e->st))
		return 0;
	if (w->depth == DEPTH_MAX - 1 || strlen(w->rel) >= RECORD_NAME_BYTES) {
		e->what = WALK_TOO_LONG;
		return ERR_EXIST;
	}
	err = level_read(l, e->fd);
	e->fd = -1;
	if (err == 0) {
		l->rel_len = top ? 0 : strlen(w->rel);
		l->path_len = strlen(w->path);
		w->depth++;
		return 0;
	}
	e->what = WALK_UNREADABLE;
	e->error = errno;
	level_done(l);
	return err == ERR_NOMEM ? err : ERR_EXIST;
}

/* 0: a folder was entered or passed by; ERR_EXIST: *e is to be handed out. */
static int
take(struct walk *w, int dirfd, const char *name, bool top,
    struct walk_entry *e)
{
	int err = ERR_EXIST;

	e->what = look(dirfd, name, e);
	e->rel = w->rel;
	e->path = w->path;
	if (e->what == WALK_FILE && S_ISDIR(e->st.st_mode))
		err = enter(w, top, e);
	else if (strlen(w->rel) >= RECORD_NAME_BYTES)
		e->what = WALK_TOO_LONG;
	if ((e->what != WALK_FILE || err != ERR_EXIST) && e->fd >= 0) {
		close(e->fd);
		e->fd = -1;
	}
	return err;
}

static int
next_source(struct walk *w, struct walk_entry *e)
{
	const char *src = w->sources[w->at++], *slash;
	size_t n = strlen(src);

	while (n > 1 && src[n - 1] == '/')
		n--;
	free(w->path);
	free(w->rel);
	w->rel = NULL;
	if ((w->path = strndup(src, n)) == NULL)
		return ERR_NOMEM;
	slash = strrchr(w->path, '/');
	w->rel =
	    strdup(slash == NULL || slash[1] == '\0' ? w->path : slash + 1);
	if (w->rel == NULL)
		return ERR_NOMEM;
	return take(w, AT_FDCWD, w->path, true, e);
}

static int
next_entry(struct walk *w, struct walk_entry *e)
{
	struct level *l = &w->levels[w->depth - 1];
	const char *name;
	int err;

	if (l->at == l->n) {
		level_done(l);
		w->depth--;
		return 0;
	}
	name = l->names[l->at++];
	if ((err = join(&w->rel, l->rel_len, name)) != 0 ||
	    (err = join(&w->path, l->path_len, name)) != 0)
		return err;
	return take(w, l->fd, name, false, e);
}

int
walk_next(struct walk *w, struct walk_entry *e)
{
	int err = 0;

	while (err == 0) {
		if (w->depth > 0)
			err = next_entry(w, e);
		else if (w->at < w->n_sources)
			err = next_source(w, e);
		else
			return ERR_NOENT;
	}
	return err == ERR_EXIST ? 0 : err;
}

void
walk_close(struct walk *w)
{
	if (w == NULL)
		return;
	while (w->depth > 0)
		level_done(&w->levels[--w->depth]);
	free(w->rel);
	free(w->path);
	free(w);
}
