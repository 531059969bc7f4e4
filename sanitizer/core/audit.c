/*
 * The writer of the audit log.
 *
 * Order of a synced line: write, fsync of the log, then the head file in
 * place. So head never says more than what is on disk, and what head says may
 * never be missing. Lines behind head's may be lost or torn by a power
 * failure: nothing was released on their strength.
 */
#include "core/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/utf8.h"
#include "core/auditfile.h"

static int
lock_file(struct audit *a)
{
	while (flock(a->fd, LOCK_EX) < 0)
		if (errno != EINTR)
			return ERR_IO;
	return 0;
}

void
audit_unlock(struct audit *a)
{
	flock(a->fd, LOCK_UN);
}

/* Everything up to here is on disk: say so in the head file. */
static int
write_head(struct audit *a)
{
	struct audithead h = { a->chain, a->offset };
	char text[AUDIT_HEAD_BYTES];
	int e;

	if ((e = audithead_make(&h, a->keys, text)) != 0)
		return e;
	if (pwrite(a->headfd, text, sizeof(text), 0) != (ssize_t)sizeof(text))
		return ERR_IO;
	return 0;
}

int
audit_sync_locked(struct audit *a)
{
	if (fsync(a->fd) < 0)
		return a->failed = ERR_IO;
	a->unsynced = false;
	return write_head(a);
}

/* Write one line; a part of a line is taken back. */
static int
put_line(struct audit *a, const char *event, json_t *fields,
    const struct keys *sign)
{
	struct reader line;
	int e, saved;

	buf_clear(&a->line);
	if ((e = auditchain_make(&a->chain, event, fields, sign, &a->line)) !=
	    0)
		return e;
	if (lseek(a->fd, (off_t)a->offset, SEEK_SET) < 0)
		return ERR_IO;
	if ((e = fsx_write_all(a->fd, a->line.data, a->line.len)) != 0) {
		saved = errno;
		if (ftruncate(a->fd, (off_t)a->offset) < 0)
			a->failed = e;
		errno = saved;
		return e;
	}
	a->unsynced = true;
	a->offset += a->line.len;
	reader_init(&line, a->line.data, a->line.len - 1);
	a->chain.seq++;
	hash_of(line.data, line.len, a->chain.hash);
	if (sign != NULL)
		a->chain.checkpoint = a->chain.seq;
	return 0;
}

int
audit_put_checkpoint(struct audit *a, json_t *fields)
{
	int e;

	if (fields == NULL)
		return ERR_NOMEM;
	e = put_line(a, "checkpoint", fields, a->keys);
	json_decref(fields);
	return e;
}

/* Keep what a power failure left of a line, beside the log, then cut it. */
static int
set_aside(struct audit *a, uint64_t size)
{
	uint8_t digest[HASH_BYTES];
	uint64_t n = size - a->offset;
	char name[64], hex[HASH_HEX];
	struct buf b;
	uint8_t *to;
	json_t *fields;
	int e;

	buf_init(&b, 16u << 20);
	if ((e = buf_reserve(&b, n, &to)) == 0)
		e = fsx_pread_all(a->fd, to, n, a->offset);
	snprintf(name, sizeof(name), "torn-%llu.bin",
	    (unsigned long long)a->chain.seq + 1);
	if (e == 0) {
		hash_of(to, n, digest);
		hash_hex(digest, hex);
		e = fsx_publish(a->dirfd, name, to, n, 0600, false);
	}
	buf_done(&b);
	if (e != 0)
		return e;
	if (ftruncate(a->fd, (off_t)a->offset) < 0 || fsync(a->fd) < 0)
		return ERR_IO;
	fields = json_pack("{s:I, s:s, s:s}", "bytes", (json_int_t)n, "file",
	    name, "sha256", hex);
	if (fields == NULL)
		return ERR_NOMEM;
	e = put_line(a, "recovered", fields, NULL);
	json_decref(fields);
	return e == 0 ? audit_sync_locked(a) : e;
}

/*
 * Read what others added behind what we know. A bad line there was never
 * synced (head would know it): the rest of a power failure.
 */
int
audit_catch_up(struct audit *a)
{
	char why[AUDIT_WHY_BYTES];
	struct auditlines lines;
	struct reader line;
	struct stat st;
	int e;

	if (fstat(a->fd, &st) < 0)
		return ERR_IO;
	if ((uint64_t)st.st_size == a->offset)
		return 0;
	if ((uint64_t)st.st_size < a->offset)
		return a->failed = ERR_DENIED;
	auditlines_init(&lines, a->fd, a->offset);
	while ((e = auditlines_next(&lines, &line)) == 0 &&
	       (e = auditchain_step(&a->chain, &line, a->keys->sign_public,
		    why)) == 0) {
		a->offset = lines.at;
		a->unsynced = true;
	}
	auditlines_done(&lines);
	if (e == ERR_IO || e == ERR_NOMEM)
		return e;
	return e == ERR_NOENT ? 0 : set_aside(a, (uint64_t)st.st_size);
}

/* The line that head names must be the one that ends where head says. */
static int
check_head(struct audit *a, const struct audithead *h)
{
	uint8_t tail[AUDIT_LINE_BYTES], hash[HASH_BYTES];
	struct reader line;

	if (h->offset == 0)
		return h->chain.seq == 0 ? 0 : ERR_DENIED;
	if (auditfile_tail(a->fd, h->offset, tail, &line) != 0)
		return ERR_DENIED;
	hash_of(line.data, line.len, hash);
	return memcmp(hash, h->chain.hash, sizeof(hash)) == 0 ? 0 : ERR_DENIED;
}

/* Killed in a rotation, head still names the end of the file before: that one
 * is closed, and this one begins with the check-point that follows it. */
static int
check_rotated(struct audit *a, struct audithead *h)
{
	char name[AUDIT_FILE_BYTES], why[AUDIT_WHY_BYTES];
	struct auditchain c = h->chain;
	struct auditlines lines;
	struct reader line;
	int e;

	auditfile_name(h->chain.seq, name);
	if (h->chain.seq == 0 ||
	    faccessat(a->dirfd, name, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
		return ERR_DENIED;
	auditlines_init(&lines, a->fd, 0);
	if ((e = auditlines_next(&lines, &line)) == 0)
		e = auditchain_step(&c, &line, a->keys->sign_public, why);
	auditlines_done(&lines);
	if (e == ERR_IO || e == ERR_NOMEM)
		return e;
	if (e != 0 || c.checkpoint != c.seq)
		return ERR_DENIED;
	h->offset = 0;
	return 0;
}

/* The head file exists before the first line does: a log without one, or
 * one that is shorter than head says, was tampered with. */
static int
read_head(struct audit *a)
{
	struct audithead h = { .offset = 0 };
	char text[AUDIT_HEAD_BYTES];
	struct stat st;
	int e = audithead_read(a->dirfd, a->keys->sign_public, &h);

	if (e == ERR_NOENT) {
		if (fstat(a->fd, &st) < 0)
			return ERR_IO;
		if (st.st_size > 0)
			return ERR_DENIED;
		if ((e = audithead_make(&h, a->keys, text)) != 0)
			return e;
		e = fsx_publish(a->dirfd, "head", text, sizeof(text), 0600,
		    true);
	}
	if (e == 0 && (e = check_head(a, &h)) == ERR_DENIED)
		e = check_rotated(a, &h);
	if (e == 0 && h.chain.seq < a->chain.seq)
		e = ERR_DENIED; /* put back to an older state under us */
	if (e != 0)
		return e;
	a->chain = h.chain;
	a->offset = h.offset;
	if (a->headfd >= 0)
		close(a->headfd);
	a->headfd = openat(a->dirfd, "head", O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	return a->headfd < 0 ? ERR_IO : 0;
}

static int
open_active(struct audit *a, int flags)
{
	int fd = openat(a->dirfd, AUDIT_ACTIVE,
	    O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);

	if (fd < 0)
		return errno == ENOENT ? ERR_DENIED : ERR_IO;
	if (a->fd >= 0)
		close(a->fd);
	a->fd = fd;
	return 0;
}

static bool
is_active(const struct audit *a)
{
	struct stat now, ours;

	return fstat(a->fd, &ours) == 0 &&
	       fstatat(a->dirfd, AUDIT_ACTIVE, &now, AT_SYMLINK_NOFOLLOW) ==
		   0 &&
	       now.st_ino == ours.st_ino && now.st_dev == ours.st_dev;
}

/* Whoever waited here while another process began the next file goes on in
 * that one. What is known of the chain may not become less. */
int
audit_lock(struct audit *a)
{
	bool moved = false;
	int e;

	while ((e = lock_file(a)) == 0 && !is_active(a)) {
		audit_unlock(a);
		moved = true;
		if ((e = open_active(a, 0)) != 0)
			return a->failed = e;
	}
	if (e == 0 && moved) {
		if ((e = read_head(a)) != 0) {
			audit_unlock(a);
			return a->failed = e;
		}
		a->unsynced = false;
	}
	return e;
}

static int
open_log(struct audit *a)
{
	int e;

	if ((e = open_active(a, O_CREAT)) != 0 || (e = lock_file(a)) != 0)
		return e;
	while (!is_active(a)) {
		audit_unlock(a);
		if ((e = open_active(a, O_CREAT)) != 0 ||
		    (e = lock_file(a)) != 0)
			return e;
	}
	if ((e = read_head(a)) == 0)
		e = audit_catch_up(a);
	if (e == 0)
		e = fsx_fsync_dir(a->dirfd);
	audit_unlock(a);
	return e;
}

static void
audit_free(struct audit *a)
{
	if (a->headfd >= 0)
		close(a->headfd);
	if (a->fd >= 0)
		close(a->fd);
	if (a->dirfd >= 0)
		close(a->dirfd);
	buf_done(&a->line);
	free(a);
}

int
audit_open(const char *state_dir, const struct keys *keys,
    uint32_t checkpoint_lines, struct audit **out)
{
	struct audit *a = calloc(1, sizeof(*a));
	int e;

	if (a == NULL)
		return ERR_NOMEM;
	a->dirfd = a->fd = a->headfd = -1;
	a->keys = keys;
	a->checkpoint_lines = checkpoint_lines;
	buf_init(&a->line, AUDIT_LINE_BYTES);
	e = auditline_folder(state_dir, true, &a->dirfd);
	if (e == 0)
		e = open_log(a);
	if (e != 0)
		audit_free(a);
	else
		*out = a;
	return e;
}

static int
append_locked(struct audit *a, const char *event, json_t *fields,
    enum audit_when when)
{
	int e;

	if ((e = audit_catch_up(a)) != 0)
		return e;
	if ((e = put_line(a, event, fields, NULL)) != 0)
		return e;
	if (a->chain.seq - a->chain.checkpoint >= a->checkpoint_lines &&
	    (e = audit_put_checkpoint(a, json_object())) != 0)
		return e;
	return when == AUDIT_SYNC ? audit_sync_locked(a) : 0;
}

int
audit_append(struct audit *a, const char *event, json_t *fields,
    enum audit_when when)
{
	int e;

	if (fields == NULL)
		return ERR_NOMEM;
	if ((e = a->failed) == 0 && (e = audit_lock(a)) == 0) {
		e = append_locked(a, event, fields, when);
		audit_unlock(a);
	}
	json_decref(fields);
	return e;
}

int
audit_sync(struct audit *a)
{
	int e;

	if (a->failed != 0)
		return a->failed;
	if (!a->unsynced)
		return 0;
	if ((e = audit_lock(a)) != 0)
		return e;
	if ((e = audit_catch_up(a)) == 0)
		e = audit_sync_locked(a);
	audit_unlock(a);
	return e;
}

void
audit_head(const struct audit *a, uint64_t *seq, char hex[HASH_HEX])
{
	*seq = a->chain.seq;
	hash_hex(a->chain.hash, hex);
}

int
audit_close(struct audit *a)
{
	int e = 0;

	if (a == NULL)
		return 0;
	if ((e = a->failed) == 0 && (e = audit_lock(a)) == 0) {
		if ((e = audit_catch_up(a)) == 0 &&
		    a->chain.seq > a->chain.checkpoint)
			e = audit_put_checkpoint(a, json_object());
		if (e == 0 && a->unsynced && (e = audit_sync_locked(a)) == 0 &&
		    fsync(a->headfd) < 0)
			e = ERR_IO;
		audit_unlock(a);
	}
	audit_free(a);
	return e;
}

static void
put_text(json_t *o, const char *key, const char *text, int *bad)
{
	char clean[RECORD_NAME_BYTES];

	utf8_printable(text, strlen(text), clean, sizeof(clean));
	*bad |= json_object_set_new(o, key, json_string(clean));
}

static void
put_number(json_t *o, const char *key, uint64_t n, int *bad)
{
	*bad |= json_object_set_new(o, key, json_integer((json_int_t)n));
}

static void
put_hash(json_t *o, const char *key, const uint8_t hash[HASH_BYTES], int *bad)
{
	char hex[HASH_HEX];

	hash_hex(hash, hex);
	*bad |= json_object_set_new(o, key, json_string(hex));
}

/* {"ooxml.vba":2}: ids with counts; where and what stand in the receipt. */
static json_t *
findings_of(const struct record *r, int *bad)
{
	json_t *o = json_object();
	const char *id;

	for (size_t i = 0; o != NULL && i < r->n_findings; i++) {
		if ((id = finding_name(r->findings[i].id)) == NULL)
			continue;
		put_number(o, id,
		    (uint64_t)json_integer_value(json_object_get(o, id)) +
			r->findings[i].count,
		    bad);
	}
	return o;
}

/* The kind of reason, for figures: a text may name a file. */
static const char *
why_of(const struct record *r)
{
	if (r->reason_err == 0 || r->reason_err == ERR_DENIED)
		return r->verdict == VERDICT_BLOCKED ? err_name(ERR_BLOCKED)
						     : "policy";
	return err_name(r->reason_err);
}

json_t *
audit_of_record(const struct record *r)
{
	json_t *o = json_object();
	int bad = 0;

	if (o == NULL)
		return NULL;
	put_text(o, "id", r->id, &bad);
	put_text(o, "source", r->source_kind, &bad);
	put_text(o, "from", r->source_from, &bad);
	put_text(o, "name", r->in_name, &bad);
	put_number(o, "bytes", r->in_bytes, &bad);
	put_hash(o, "sha256", r->in_sha256, &bad);
	put_text(o, "format", r->result.structure, &bad);
	put_text(o, "verdict", verdict_name(r->verdict), &bad);
	put_text(o, "method", method_name(r->method), &bad);
	put_text(o, "reason", r->reason, &bad);
	if (r->verdict != VERDICT_RELEASED)
		put_text(o, "why", why_of(r), &bad);
	put_text(o, "policy", r->policy_name, &bad);
	put_hash(o, "policy_sha256", r->policy_sha256, &bad);
	bad |= json_object_set_new(o, "findings", findings_of(r, &bad));
	if (r->verdict == VERDICT_RELEASED) {
		put_text(o, "out_name", r->out_name, &bad);
		put_text(o, "out_format", r->out_format, &bad);
		put_number(o, "out_bytes", r->out_bytes, &bad);
		put_hash(o, "out_sha256", r->out_sha256, &bad);
	}
	if (bad != 0) {
		json_decref(o);
		return NULL;
	}
	return o;
}
