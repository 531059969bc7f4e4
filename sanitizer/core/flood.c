/*
 * A small table in a shared file; see flood.h.
 */
#include "core/flood.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/utf8.h"

#define MAGIC	  UINT64_C(0x31646f6f6c666b73)
#define WAYS	  8 /* slots that one name may take */
#define STOP_FILE "stopped"

struct counter {
	uint64_t name;	 /* keyed hash; 0: free */
	uint64_t window; /* its number */
	uint32_t now, before;
	uint64_t said; /* the window of the last refusal that was said */
};

struct table {
	uint64_t magic, window_s;
	uint8_t key[crypto_shorthash_KEYBYTES];
	struct counter total;
	struct counter slots[FLOOD_SLOTS];
};

struct flood {
	struct flood_limits limits;
	int fd;
	struct table *table;
};

static int
open_folder(const char *state_dir, int *fd)
{
	char path[4096];
	int e;

	if (snprintf(path, sizeof(path), "%s/mail", state_dir) >=
	    (int)sizeof(path))
		return ERR_LIMIT;
	*fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd >= 0 || errno != ENOENT)
		return *fd < 0 ? ERR_IO : 0;
	if ((e = fsx_mkdirs(path, 0700)) != 0)
		return e;
	*fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *fd < 0 ? ERR_IO : 0;
}

static int
lock(int fd, int how)
{
	while (flock(fd, how) != 0)
		if (errno != EINTR)
			return ERR_IO;
	return 0;
}

static void
begin_anew(struct table *t, uint64_t window_s)
{
	memset(t, 0, sizeof(*t));
	t->window_s = window_s;
	crypto_shorthash_keygen(t->key);
	t->magic = MAGIC;
}

static int
map_table(struct flood *f)
{
	struct stat st;
	int e;

	if ((e = lock(f->fd, LOCK_EX)) != 0)
		return e;
	if (fstat(f->fd, &st) != 0 ||
	    (st.st_size != (off_t)sizeof(struct table) &&
		(ftruncate(f->fd, 0) != 0 ||
		    ftruncate(f->fd, sizeof(struct table)) != 0))) {
		e = ERR_IO;
		goto out;
	}
	/* Room now: a full disk later would be a signal, not an error. */
	if (posix_fallocate(f->fd, 0, sizeof(struct table)) != 0) {
		e = ERR_IO;
		goto out;
	}
	f->table = mmap(NULL, sizeof(struct table), PROT_READ | PROT_WRITE,
	    MAP_SHARED, f->fd, 0);
	if (f->table == MAP_FAILED) {
		f->table = NULL;
		e = ERR_NOMEM;
		goto out;
	}
	if (f->table->magic != MAGIC ||
	    f->table->window_s != f->limits.window_s)
		begin_anew(f->table, f->limits.window_s);
out:
	(void)lock(f->fd, LOCK_UN);
	return e;
}

int
flood_open(const char *state_dir, const char *where,
    const struct flood_limits *limits, struct flood **out)
{
	struct flood *f;
	char name[32];
	int dir, e;

	if (limits->window_s == 0)
		return ERR_INTERNAL;
	if ((e = hash_setup()) != 0 || (e = open_folder(state_dir, &dir)) != 0)
		return e;
	if ((f = calloc(1, sizeof(*f))) == NULL) {
		close(dir);
		return ERR_NOMEM;
	}
	f->limits = *limits;
	snprintf(name, sizeof(name), "flood.%s", where);
	f->fd =
	    openat(dir, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	close(dir);
	e = f->fd < 0 ? ERR_IO : map_table(f);
	if (e != 0) {
		flood_close(f);
		return e;
	}
	*out = f;
	return 0;
}

void
flood_close(struct flood *f)
{
	if (f == NULL)
		return;
	if (f->table != NULL)
		munmap(f->table, sizeof(*f->table));
	if (f->fd >= 0)
		close(f->fd);
	free(f);
}

/* ---- counting */

static uint64_t
hash_name(const struct table *t, char kind, const char *name)
{
	uint8_t out[crypto_shorthash_BYTES];
	struct hash h;
	uint8_t digest[HASH_BYTES];
	uint64_t v;

	hash_init(&h);
	hash_add(&h, &kind, 1);
	hash_add(&h, name, strlen(name));
	hash_end(&h, digest);
	crypto_shorthash(out, digest, sizeof(digest), t->key);
	memcpy(&v, out, sizeof(v));
	return v == 0 ? 1 : v;
}

/* The counter of a name; the one that rests longest makes room for it. */
static struct counter *
find(struct table *t, uint64_t name, uint64_t window)
{
	struct counter *set = &t->slots[name % (FLOOD_SLOTS / WAYS) * WAYS];
	struct counter *oldest = set;

	for (unsigned i = 0; i < WAYS; i++) {
		if (set[i].name == name)
			return &set[i];
		if (set[i].window < oldest->window)
			oldest = &set[i];
	}
	memset(oldest, 0, sizeof(*oldest));
	oldest->name = name;
	oldest->window = window;
	return oldest;
}

/* Bring a counter to this window; its estimate of the last window_s. */
static uint64_t
estimate(struct counter *c, uint64_t now_s, uint64_t window_s)
{
	uint64_t window = now_s / window_s, into = now_s % window_s;

	if (c->window + 1 == window) {
		c->before = c->now;
		c->now = 0;
	} else if (c->window != window) /* or the clock was set back */
		c->before = c->now = 0;
	c->window = window;
	return c->now +
	       (c->before * (window_s - into) + window_s - 1) / window_s;
}

static bool
say_once(struct counter *c)
{
	if (c->said == c->window + 1)
		return false;
	c->said = c->window + 1;
	return true;
}

int
flood_count(struct flood *f, uint64_t now_s, const char *client,
    const char *sender, enum flood_verdict *out, bool *is_new)
{
	struct table *t = f->table;
	const uint64_t w = f->limits.window_s;

	struct {
		struct counter *c;
		uint64_t most;
		enum flood_verdict kind;
	} all[3] = { { &t->total, f->limits.total, FLOOD_TOTAL } };

	size_t n = 1;
	int e;

	*out = FLOOD_OK;
	*is_new = false;
	if ((e = lock(f->fd, LOCK_EX)) != 0)
		return e;
	if (client[0] != '\0') {
		all[n].c = find(t, hash_name(t, 'c', client), now_s / w);
		all[n].most = f->limits.per_client;
		all[n++].kind = FLOOD_CLIENT;
	}
	if (sender[0] != '\0') {
		all[n].c = find(t, hash_name(t, 's', sender), now_s / w);
		all[n].most = f->limits.per_sender;
		all[n++].kind = FLOOD_SENDER;
	}
	for (size_t i = n; i-- > 0 && *out == FLOOD_OK;)
		if (estimate(all[i].c, now_s, w) >= all[i].most) {
			*out = all[i].kind;
			*is_new = say_once(all[i].c);
		}
	for (size_t i = 0; *out == FLOOD_OK && i < n; i++)
		all[i].c->now++;
	(void)lock(f->fd, LOCK_UN);
	return 0;
}

int
flood_peek(const char *state_dir, const char *where, uint64_t now_s,
    uint64_t *messages, uint64_t *window_s)
{
	struct {
		uint64_t magic, window_s;
		uint8_t key[crypto_shorthash_KEYBYTES];
		struct counter total;
	} head;

	char path[4096];
	int fd, e;

	snprintf(path, sizeof(path), "%.4000s/mail/flood.%.20s", state_dir,
	    where);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) < 0)
		return errno == ENOENT ? ERR_NOENT : ERR_IO;
	if ((e = lock(fd, LOCK_SH)) == 0)
		e = fsx_pread_all(fd, &head, sizeof(head), 0);
	close(fd);
	if (e != 0)
		return e;
	if (head.magic != MAGIC || head.window_s == 0)
		return ERR_MALFORMED;
	*messages = estimate(&head.total, now_s, head.window_s);
	*window_s = head.window_s;
	return 0;
}

const char *
flood_word(enum flood_verdict v)
{
	static const char *const words[] = { "none", "client", "sender",
		"total" };

	return (unsigned)v < sizeof(words) / sizeof(words[0]) ? words[v]
							      : words[0];
}

/* ---- the stop */

int
flood_stop(const char *state_dir, const char *why)
{
	char line[FLOOD_WHY_BYTES];
	int dir, e;

	if ((e = open_folder(state_dir, &dir)) != 0)
		return e;
	utf8_printable(why, strlen(why), line, sizeof(line));
	e = fsx_publish(dir, STOP_FILE, line, strlen(line), 0600, true);
	close(dir);
	return e == ERR_EXIST ? 0 : e;
}

int
flood_stopped(const char *state_dir, char why[FLOOD_WHY_BYTES])
{
	struct buf b;
	int dir, e;

	if ((e = open_folder(state_dir, &dir)) != 0)
		return ERR_IO;
	buf_init(&b, FLOOD_WHY_BYTES);
	e = fsx_slurp(dir, STOP_FILE, &b);
	close(dir);
	if (e == 0 || e == ERR_LIMIT) {
		utf8_printable((const char *)b.data, b.len, why,
		    FLOOD_WHY_BYTES);
		e = ERR_DENIED;
	} else
		e = e == ERR_NOENT ? 0 : ERR_IO;
	buf_done(&b);
	return e;
}

int
flood_resume(const char *state_dir)
{
	int dir, e;

	if ((e = open_folder(state_dir, &dir)) != 0)
		return e;
	if (unlinkat(dir, STOP_FILE, 0) != 0)
		e = errno == ENOENT ? ERR_NOENT : ERR_IO;
	else
		e = fsx_fsync_dir(dir);
	close(dir);
	return e;
}
