#include "core/mailqueue.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/fsx.h"
#include "core/mailhops.h"
#include "core/parcel.h"

#define BLOCK	       65536
#define MAGIC	       "SEKIMAIL"
#define FOOT_BYTES     12
#define ENVELOPE_BYTES (1u << 20)
#define ID_MAX	       32
#define SCHEMA	       "sekisho.mail/1"
#define STOPPED	       "stopped"

struct mailqueue {
	int dir, tmp, new, stuck, lock;
};

/* ---- envelope */

int
mail_envelope_to(struct mail_envelope *v, const char *recipient)
{
	char **grown;

	if (!mailaddr_ok(recipient) ||
	    v->n_recipients >= MAILQUEUE_RECIPIENTS_MAX)
		return ERR_DENIED;
	grown = reallocarray(v->recipients, v->n_recipients + 2,
	    sizeof(*v->recipients));
	if (grown == NULL)
		return ERR_NOMEM;
	v->recipients = grown;
	if ((grown[v->n_recipients] = strdup(recipient)) == NULL)
		return ERR_NOMEM;
	grown[++v->n_recipients] = NULL;
	return 0;
}

void
mail_envelope_done(struct mail_envelope *v)
{
	for (size_t i = 0; i < v->n_recipients; i++)
		free(v->recipients[i]);
	free(v->recipients);
	v->recipients = NULL;
	v->n_recipients = 0;
}

char *
mail_envelope_text(const struct mail_envelope *v)
{
	json_t *to = json_array(), *root;
	char *text;
	int bad = 0;

	for (size_t i = 0; i < v->n_recipients; i++)
		bad |= json_array_append_new(to, json_string(v->recipients[i]));
	root = json_pack("{s:s, s:i, s:s, s:o, s:s, s:s, s:s}", "client",
	    v->client, "hops", (int)v->hops, "id", v->id, "recipients", to,
	    "schema", SCHEMA, "sender", v->sender, "time", v->time);
	text = root == NULL || bad != 0
		   ? NULL
		   : json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(root);
	return text;
}

static int
text_of(const json_t *root, const char *key, char *out, size_t size)
{
	const json_t *v = json_object_get(root, key);
	const char *s = json_string_value(v);

	if (s == NULL || strlen(s) != json_string_length(v) ||
	    strlen(s) >= size)
		return ERR_MALFORMED;
	memcpy(out, s, strlen(s) + 1);
	return 0;
}

int
mail_envelope_read(const void *text, size_t n, struct mail_envelope *v)
{
	json_t *root = json_loadb(text, n, JSON_REJECT_DUPLICATES, NULL), *to;
	json_int_t hops = json_integer_value(json_object_get(root, "hops"));
	char schema[32] = "";
	int e = ERR_MALFORMED;

	*v = (struct mail_envelope){ .id = "" };
	to = json_object_get(root, "recipients");
	if (json_object_size(root) == 7 &&
	    text_of(root, "schema", schema, sizeof(schema)) == 0 &&
	    strcmp(schema, SCHEMA) == 0 &&
	    text_of(root, "id", v->id, sizeof(v->id)) == 0 &&
	    parcel_id_ok(v->id) && strlen(v->id) < ID_MAX &&
	    text_of(root, "time", v->time, sizeof(v->time)) == 0 &&
	    text_of(root, "client", v->client, sizeof(v->client)) == 0 &&
	    text_of(root, "sender", v->sender, sizeof(v->sender)) == 0 &&
	    (v->sender[0] == '\0' || mailaddr_ok(v->sender)) && hops >= 0 &&
	    hops <= MAILQUEUE_HOPS_MAX && json_array_size(to) > 0)
		e = 0;
	v->hops = e == 0 ? (unsigned)hops : 0;
	for (size_t i = 0; e == 0 && i < json_array_size(to); i++) {
		const char *s = json_string_value(json_array_get(to, i));

		e = s == NULL ? ERR_MALFORMED : mail_envelope_to(v, s);
	}
	json_decref(root);
	if (e != 0)
		mail_envelope_done(v);
	return e == ERR_DENIED ? ERR_MALFORMED : e;
}

/* ---- folders */

int
mailqueue_open(const char *state_dir, struct mailqueue **out)
{
	static const char *const names[] = { "", "/tmp", "/new", "/stuck" };
	struct mailqueue *q = calloc(1, sizeof(*q));
	char path[4096];
	int e = 0;

	if (q == NULL)
		return ERR_NOMEM;
	*q = (struct mailqueue){ -1, -1, -1, -1, -1 };
	int *const fds[] = { &q->dir, &q->tmp, &q->new, &q->stuck };

	if (strlen(state_dir) > 4000)
		e = ERR_LIMIT;
	for (size_t i = 0; e == 0 && i < 4; i++) {
		snprintf(path, sizeof(path), "%s/mail%s", state_dir, names[i]);
		*fds[i] = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (*fds[i] >= 0)
			continue;
		if ((e = fsx_mkdirs(path, 0700)) != 0)
			continue;
		*fds[i] = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		e = *fds[i] < 0 ? ERR_IO : 0;
	}
	if (e != 0)
		mailqueue_close(q);
	else
		*out = q;
	return e;
}

void
mailqueue_close(struct mailqueue *q)
{
	if (q == NULL)
		return;
	const int fds[] = { q->dir, q->tmp, q->new, q->stuck, q->lock };

	for (size_t i = 0; i < 5; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	free(q);
}

int
mailqueue_serve(struct mailqueue *q)
{
	q->lock = openat(q->dir, "lock",
	    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (q->lock < 0)
		return ERR_IO;
	return flock(q->lock, LOCK_EX | LOCK_NB) < 0 ? ERR_LIMIT : 0;
}

int
mailqueue_new_fd(const struct mailqueue *q)
{
	return q->new;
}

static bool
is_stopped(const struct mailqueue *q)
{
	return faccessat(q->dir, STOPPED, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* ---- names: TIME (19 digits, ns).ID.BYTES */

static bool
name_read(const char *name, uint64_t *ns, uint64_t *bytes)
{
	const char *dot = strchr(name, '.'), *last = strrchr(name, '.');
	char *end;

	if (strspn(name, "0123456789") != 19 || dot != name + 19 ||
	    last <= dot + 1 || last[1] < '0' || last[1] > '9')
		return false;
	*ns = strtoull(name, NULL, 10);
	*bytes = strtoull(last + 1, &end, 10);
	return *end == '\0';
}

struct tally {
	uint64_t messages, bytes, last_ns;
	char **names;
	size_t n, cap;
	bool keep;
};

static int
keep_name(struct tally *t, const char *name)
{
	char **grown;

	if (t->n == t->cap) {
		t->cap = t->cap == 0 ? 256 : 2 * t->cap;
		grown = reallocarray(t->names, t->cap, sizeof(*grown));
		if (grown == NULL)
			return ERR_NOMEM;
		t->names = grown;
	}
	if ((t->names[t->n] = strdup(name)) == NULL)
		return ERR_NOMEM;
	t->n++;
	return 0;
}

static void
tally_free(struct tally *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->names[i]);
	free(t->names);
}

static int
tally(struct mailqueue *q, struct tally *t)
{
	int fd = openat(q->new, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), e = 0;
	uint64_t ns, bytes;
	struct dirent *d;
	DIR *dir;

	if (fd < 0)
		return ERR_IO;
	if ((dir = fdopendir(fd)) == NULL) {
		close(fd);
		return ERR_IO;
	}
	while (e == 0 && (d = readdir(dir)) != NULL) {
		if (!name_read(d->d_name, &ns, &bytes))
			continue;
		t->messages++;
		t->bytes += bytes;
		if (ns > t->last_ns)
			t->last_ns = ns;
		if (t->keep)
			e = keep_name(t, d->d_name);
	}
	closedir(dir);
	return e;
}

int
mailqueue_waiting(struct mailqueue *q, uint64_t *messages, uint64_t *bytes)
{
	struct tally t = { .keep = false };
	int e;

	if ((e = tally(q, &t)) != 0)
		return e;
	*messages = t.messages;
	*bytes = t.bytes;
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

int
mailqueue_list(struct mailqueue *q, char ***names, size_t *n)
{
	struct tally t = { .keep = true };
	int e;

	if ((e = tally(q, &t)) != 0) {
		tally_free(&t);
		return e;
	}
	if (t.n > 0)
		qsort(t.names, t.n, sizeof(*t.names), by_name);
	*names = t.names;
	*n = t.n;
	return 0;
}

/* ---- in */

static int
no(enum mailqueue_no why, enum mailqueue_no *out)
{
	*out = why;
	return ERR_DENIED;
}

static int
check_room(struct mailqueue *q, const struct mailqueue_limits *l,
    struct tally *t, uint64_t bytes, enum mailqueue_no *out)
{
	struct statvfs fs;
	uint64_t left;
	int e;

	*t = (struct tally){ .keep = false };
	if (is_stopped(q))
		return no(MAILQUEUE_STOPPED, out);
	if ((e = tally(q, t)) != 0)
		return e;
	if (t->messages >= l->queue_messages || t->bytes > l->queue_bytes ||
	    bytes > l->queue_bytes - t->bytes)
		return no(MAILQUEUE_FULL, out);
	if (fstatvfs(q->new, &fs) < 0)
		return ERR_IO;
	left = (uint64_t)fs.f_bavail * (uint64_t)fs.f_frsize;
	return left < l->free_bytes ? no(MAILQUEUE_DISK, out) : 0;
}

static int
copy_in(int from, int to, uint64_t max, struct mailhops *hops, uint64_t *bytes,
    enum mailqueue_no *out)
{
	uint8_t block[BLOCK];
	uint64_t at = 0;
	ssize_t n;
	int e;

	while ((n = read(from, block, sizeof(block))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ERR_IO;
		if ((uint64_t)n > max - at)
			return no(MAILQUEUE_TOO_LARGE, out);
		mailhops_add(hops, block, (size_t)n);
		if ((e = fsx_write_all(to, block, (size_t)n)) != 0)
			return e;
		at += (uint64_t)n;
	}
	*bytes = at;
	return 0;
}

static int
append_envelope(int fd, const struct mail_envelope *v)
{
	char *text = mail_envelope_text(v);
	struct buf b;
	int e;

	buf_init(&b, ENVELOPE_BYTES + FOOT_BYTES);
	if (text == NULL)
		e = ERR_NOMEM;
	else if ((e = buf_puts(&b, text)) == 0 &&
		 (e = buf_u32be(&b, (uint32_t)strlen(text))) == 0 &&
		 (e = buf_put(&b, MAGIC, 8)) == 0)
		e = fsx_write_all(fd, b.data, b.len);
	buf_done(&b);
	free(text);
	return e;
}

/* Behind all that waits, even when the clock was set back. */
static void
name_new(const struct tally *t, const char *id, uint64_t bytes, char *out)
{
	struct timespec now;
	uint64_t ns;

	clock_gettime(CLOCK_REALTIME, &now);
	ns = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	if (ns <= t->last_ns)
		ns = t->last_ns + 1;
	snprintf(out, MAILQUEUE_NAME_BYTES, "%019llu.%s.%llu",
	    (unsigned long long)ns, id, (unsigned long long)bytes);
}

static int
fill(struct mailqueue *q, int from, int fd, const struct mailqueue_limits *l,
    struct mail_envelope *v, char *name, enum mailqueue_no *out)
{
	struct mailhops hops;
	uint64_t bytes = 0;
	struct tally t;
	int e;

	mailhops_init(&hops);
	if ((e = copy_in(from, fd, l->message_bytes, &hops, &bytes, out)) != 0)
		return e;
	v->hops = mailhops_count(&hops);
	if (v->hops >= MAILQUEUE_HOPS_MAX)
		return no(MAILQUEUE_LOOP, out);
	record_time_now(v->time);
	if ((e = append_envelope(fd, v)) != 0)
		return e;
	if (fsync(fd) < 0)
		return ERR_IO;
	if ((e = check_room(q, l, &t, bytes, out)) != 0)
		return e;
	name_new(&t, v->id, bytes, name);
	return 0;
}

int
mailqueue_add(struct mailqueue *q, int from, const struct mailqueue_limits *l,
    struct mail_envelope *v, enum mailqueue_no *out)
{
	char name[MAILQUEUE_NAME_BYTES];
	struct tally t;
	int fd, e;

	*out = MAILQUEUE_TAKEN;
	if (v->n_recipients == 0)
		return ERR_INTERNAL;
	if ((e = check_room(q, l, &t, 0, out)) != 0)
		return e;
	record_id_new(v->id);
	fd = openat(q->tmp, v->id,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return ERR_IO;
	e = flock(fd, LOCK_EX | LOCK_NB) < 0 ? ERR_IO : 0;
	if (e == 0)
		e = fill(q, from, fd, l, v, name, out);
	if (e == 0)
		e = fsx_move(q->tmp, v->id, q->new, name, true);
	if (e != 0)
		unlinkat(q->tmp, v->id, 0);
	close(fd);
	return e;
}

/* ---- out */

/* Where the message ends and the envelope begins. */
static int
read_foot(int fd, uint64_t *message, uint32_t *envelope)
{
	uint8_t foot[FOOT_BYTES];
	struct reader r;
	struct stat st;
	uint64_t size;
	int e;

	if (fstat(fd, &st) < 0)
		return ERR_IO;
	size = (uint64_t)st.st_size;
	if (!S_ISREG(st.st_mode) || size < FOOT_BYTES)
		return ERR_MALFORMED;
	if ((e = fsx_pread_all(fd, foot, FOOT_BYTES, size - FOOT_BYTES)) != 0)
		return e;
	reader_init(&r, foot, sizeof(foot));
	if ((e = reader_u32be(&r, envelope)) != 0)
		return e;
	if (!reader_has(&r, 4, MAGIC, 8) || *envelope > ENVELOPE_BYTES ||
	    *envelope > size - FOOT_BYTES)
		return ERR_MALFORMED;
	*message = size - FOOT_BYTES - *envelope;
	return 0;
}

static int
read_envelope(int fd, uint64_t at, uint32_t n, struct mail_envelope *v)
{
	uint8_t *room;
	struct buf b;
	int e;

	buf_init(&b, ENVELOPE_BYTES);
	if ((e = buf_reserve(&b, n, &room)) == 0 &&
	    (e = fsx_pread_all(fd, room, n, at)) == 0) {
		buf_commit(&b, n);
		e = mail_envelope_read(b.data, b.len, v);
	}
	buf_done(&b);
	return e;
}

static int
copy_message(int fd, uint64_t bytes, int *out)
{
	uint8_t block[BLOCK];
	uint64_t at = 0;
	size_t n;
	int to, e;

	if ((e = fsx_memfd("sekisho-mail", &to)) != 0)
		return e;
	for (; e == 0 && at < bytes; at += n) {
		n = bytes - at < BLOCK ? (size_t)(bytes - at) : BLOCK;
		if ((e = fsx_pread_all(fd, block, n, at)) == 0)
			e = fsx_write_all(to, block, n);
	}
	if (e == 0 && lseek(to, 0, SEEK_SET) < 0)
		e = ERR_IO;
	if (e != 0)
		close(to);
	else
		*out = to;
	return e;
}

int
mailqueue_take(struct mailqueue *q, const char *name, struct mail_envelope *v,
    int *out)
{
	uint64_t message = 0;
	uint32_t n = 0;
	int e, fd = openat(q->new, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return errno == ENOENT ? ERR_NOENT : ERR_IO;
	if ((e = read_foot(fd, &message, &n)) == 0 &&
	    (e = read_envelope(fd, message, n, v)) == 0 &&
	    (e = copy_message(fd, message, out)) != 0)
		mail_envelope_done(v);
	close(fd);
	return e == ERR_TRUNCATED ? ERR_MALFORMED : e;
}

int
mailqueue_remove(struct mailqueue *q, const char *name)
{
	return unlinkat(q->new, name, 0) < 0 && errno != ENOENT ? ERR_IO : 0;
}

int
mailqueue_set_aside(struct mailqueue *q, const char *name)
{
	return fsx_move(q->new, name, q->stuck, name, true);
}

int
mailqueue_tidy(struct mailqueue *q)
{
	int fd = openat(q->tmp, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), one;
	struct dirent *d;
	DIR *dir;

	if (fd < 0)
		return ERR_IO;
	if ((dir = fdopendir(fd)) == NULL) {
		close(fd);
		return ERR_IO;
	}
	while ((d = readdir(dir)) != NULL) {
		if (d->d_name[0] == '.')
			continue;
		one = openat(q->tmp, d->d_name,
		    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
		if (one >= 0 && flock(one, LOCK_EX | LOCK_NB) == 0)
			unlinkat(q->tmp, d->d_name, 0);
		if (one >= 0)
			close(one);
	}
	closedir(dir);
	return 0;
}
