/*
 * Taking parcels in. docs/spool.md has the states; here the order is: verify
 * all, stage all, prove all, put on disk, plan (ledger), audit, rename,
 * ledger, remove the parcel.
 */
#include "core/receive.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/utf8.h"
#include "core/inbox.h"
#include "core/mailout.h"

/* Our own trouble: says nothing about the parcel. */
static bool
is_ours(int err)
{
	return err == ERR_IO || err == ERR_NOMEM || err == ERR_INTERNAL;
}

/* The name under which a parcel is kept in refused/. */
static void
refused_name(const char *file, unsigned n, char out[64])
{
	char hex[HASH_HEX];
	uint8_t digest[HASH_BYTES];

	if (strspn(file, "0123456789") == 16 &&
	    strcmp(file + 16, ".parcel") == 0)
		snprintf(out, 48, "%.16s", file);
	else {
		hash_of(file, strlen(file), digest);
		hash_hex(digest, hex);
		snprintf(out, 48, "other-%.16s", hex);
	}
	snprintf(out + strlen(out), 16, "-%u", n);
}

/* Across file systems a rename is a copy; a link or fifo is only removed. */
static int
carry_off(struct inbox *in, const char *file, const char *to)
{
	int fd, e;

	if (renameat2(in->from, file, in->refused, to, 1) == 0)
		return 0;
	if (errno != EXDEV)
		return errno == EEXIST ? ERR_EXIST : ERR_IO;
	fd = openat(in->from, file,
	    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	e = fd < 0 ? 0 : fsx_publish_fd(in->refused, to, fd, 0600, true);
	if (fd >= 0)
		close(fd);
	if (e == 0 && unlinkat(in->from, file, 0) < 0)
		e = ERR_IO;
	return e;
}

/* Audit line, reason, then the parcel: a kill in between repeats the line. */
static int
refuse(struct inbox *in, const char *file, const struct parcel *p,
    const char *why)
{
	char shown[256], name[64], note[96], text[1024];
	int e = ERR_EXIST;

	utf8_printable(file, strlen(file), shown, sizeof(shown));
	if ((e = audit_append(in->setup->audit, "refuse",
		 json_pack("{s:s, s:s, s:s, s:I}", "file", shown, "reason", why,
		     "id", p->id, "parcel", (json_int_t)p->seq),
		 AUDIT_SYNC)) != 0)
		return e;
	snprintf(text, sizeof(text), "%s\n%s\n", shown, why);
	e = ERR_EXIST;
	for (unsigned n = 1; e == ERR_EXIST && n < 10000; n++) {
		refused_name(file, n, name);
		if (faccessat(in->refused, name, F_OK, AT_SYMLINK_NOFOLLOW) ==
		    0)
			continue;
		snprintf(note, sizeof(note), "%s.reason.txt", name);
		e = fsx_publish(in->refused, note, text, strlen(text), 0600,
		    false);
		if (e == 0)
			e = carry_off(in, file, name);
	}
	if (e == 0)
		e = fsx_fsync_dir(in->refused);
	return e == 0 ? fsx_fsync_dir(in->from) : e;
}

static int
open_staged(int stage, size_t i, const char *end, int *fd)
{
	char name[48];

	snprintf(name, sizeof(name), "%zu%s", i, end);
	*fd = openat(stage, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	return *fd < 0 ? ERR_IO : 0;
}

static int
stage_text(int stage, size_t i, const char *end, const char *text)
{
	int fd, e;

	if (text == NULL || text[0] == '\0' || strcmp(text, "{}") == 0)
		return 0;
	if ((e = open_staged(stage, i, end, &fd)) != 0)
		return e;
	e = fsx_write_all(fd, text, strlen(text));
	close(fd);
	return e;
}

/* As it was outside; a time that cannot be set is no reason to refuse. */
static void
set_time(int fd, const struct parcel_payload *q)
{
	const struct timespec t[2] = { { (time_t)q->mtime, 0 },
		{ (time_t)q->mtime, 0 } };

	if (q->mtime != 0)
		(void)!futimens(fd, t);
}

void
inbox_not_proven(const char *name, int e, char why[PARCEL_WHY_BYTES])
{
	snprintf(why, PARCEL_WHY_BYTES, "%.150s: does not prove: %s", name,
	    e == ERR_DENIED
		? "this side would rebuild it otherwise; are policy and "
		  "version those of the gateway?"
		: err_text(e));
}

/* One payload: bytes, hash, proof. An original cannot be proved; that it may
 * come at all was judged by take_unsanitised(). */
static int
stage_payload(struct inbox *in, int parcel, int stage, size_t i,
    const struct parcel *p, char *why)
{
	const struct parcel_payload *q = &p->payloads[i];
	int fd, e;

	if ((e = open_staged(stage, i, "", &fd)) != 0)
		return e;
	e = parcel_read_payload(parcel, q, fd, why);
	if (e == 0 && lseek(fd, 0, SEEK_SET) < 0)
		e = ERR_IO;
	if (e == 0 && !parcel_is_unsanitised(p) &&
	    (e = in->setup->prove(in->setup->arg, fd, q->format)) != 0)
		inbox_not_proven(q->name, e, why);
	set_time(fd, q);
	close(fd);
	if (e == 0)
		e = stage_text(stage, i, ".json", q->receipt);
	if (e == 0)
		e = stage_text(stage, i, ".txt", q->receipt_text);
	return e;
}

/* Everything of a parcel, verified and proven, on disk in its stage. */
static int
stage_all(struct inbox *in, int fd, const struct parcel *p, const char *name,
    char *why)
{
	int stage, e = 0;

	inbox_unstage(in, name);
	if (mkdirat(in->stage, name, 0700) < 0)
		return ERR_IO;
	stage = openat(in->stage, name,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (stage < 0)
		return ERR_IO;
	for (size_t i = 0; e == 0 && i < p->n_payloads; i++)
		e = stage_payload(in, fd, stage, i, p, why);
	if (e == 0)
		e = parcel_read_end(fd, why);
	if (e == 0 && syncfs(stage) < 0)
		e = ERR_IO;
	close(stage);
	return e;
}

/* The parcel was delivered: remove it where it arrived. */
static int
close_parcel(struct inbox *in, const char *file, uint64_t seq)
{
	int e;

	if (unlinkat(in->from, file, 0) < 0 && errno != ENOENT)
		return ERR_IO;
	if ((e = fsx_fsync_dir(in->from)) != 0)
		return e;
	return inbox_set(in, seq, INBOX_CLOSED);
}

/* Removed from FROM without waiting for the disk: take_all() closes the
 * numbers of all such parcels at once. */
static int
take_mail(struct inbox *in, int fd, const char *file, const struct parcel *p,
    const char *digest, struct receive_report *r)
{
	int e;

	if ((e = mailout_take(in, fd, p, file, digest, r->why)) != 0)
		return e;
	if (unlinkat(in->from, file, 0) < 0 && errno != ENOENT)
		return ERR_IO;
	r->delivered++;
	r->documents++;
	return 0;
}

static int
take_new(struct inbox *in, int fd, const char *file, const struct parcel *p,
    const char *digest, struct receive_report *r)
{
	char name[32];
	int e;

	snprintf(name, sizeof(name), "%llu", (unsigned long long)p->seq);
	if ((e = stage_all(in, fd, p, name, r->why)) != 0) {
		inbox_unstage(in, name);
		return e;
	}
	if ((e = inbox_plan(in, p, file, digest)) != 0 ||
	    (e = inbox_deliver(in, p->seq, &r->documents)) != 0 ||
	    (e = close_parcel(in, file, p->seq)) != 0)
		return e == ERR_NOMEM ? e : ERR_IO; /* never the parcel's */
	r->delivered++;
	return 0;
}

/* Design.md 9: refused unless this side allows it as well; every condition
 * is looked at again, whoever signed. The line is on disk before anything. */
static int
take_unsanitised(struct inbox *in, int fd, const char *file,
    const struct parcel *p, const char *digest, struct receive_report *r)
{
	const struct parcel_unsanitised *u = &p->unsanitised;
	char hex[HASH_HEX];
	int e;

	if (!in->setup->allow_unsanitised) {
		snprintf(r->why, PARCEL_WHY_BYTES, "%s",
		    N_("an original that was not sanitised; this side does "
		       "not take them (--allow-unsanitised)"));
		return ERR_DENIED;
	}
	if ((e = parcel_unsanitised_check(p, r->why)) != 0)
		return ERR_DENIED;
	hash_hex(p->payloads[0].sha256, hex);
	if ((e = audit_append(in->setup->audit, "unsanitised",
		 json_pack("{s:s,s:s,s:s,s:s,s:[s,s],s:[s,s],s:s,s:I}", "id",
		     p->id, "name", p->payloads[0].name, "sha256", hex,
		     "asked_by", u->asked_by, "agreed", u->agreed[0].login,
		     u->agreed[1].login, "departments", u->agreed[0].department,
		     u->agreed[1].department, "reason", u->why, "parcel",
		     (json_int_t)p->seq),
		 AUDIT_SYNC)) != 0)
		return ERR_IO;
	if (in->setup->unsanitised != NULL)
		in->setup->unsanitised(in->setup->arg, p);
	return take_new(in, fd, file, p, digest, r);
}

/* A parcel whose signature is right. */
static int
take_signed(struct inbox *in, int fd, const char *file, const struct parcel *p,
    const uint8_t digest[HASH_BYTES], struct receive_report *r)
{
	char hex[HASH_HEX], known[HASH_HEX] = "";
	enum inbox_state state;
	int e;

	hash_hex(digest, hex);
	if ((e = inbox_find(in, p->seq, &state, known)) != 0)
		return ERR_IO;
	if (state == INBOX_UNKNOWN && in->setup->takes_mail &&
	    strcmp(p->kind, "mail") == 0)
		return take_mail(in, fd, file, p, hex, r);
	if (state == INBOX_UNKNOWN && parcel_is_unsanitised(p))
		return take_unsanitised(in, fd, file, p, hex, r);
	if (state == INBOX_UNKNOWN)
		return take_new(in, fd, file, p, hex, r);
	if (state == INBOX_DELIVERED && strcmp(hex, known) == 0)
		return close_parcel(in, file, p->seq);
	snprintf(r->why, PARCEL_WHY_BYTES, "number %llu was received already",
	    (unsigned long long)p->seq);
	return ERR_DENIED;
}

static int
open_arrived(struct inbox *in, const char *file, int *out)
{
	struct stat st;
	int fd = openat(in->from, file,
	    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return errno == ELOOP || errno == ENXIO ? ERR_MALFORMED
							: ERR_IO;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return ERR_MALFORMED;
	}
	*out = fd;
	return 0;
}

/* 0: delivered or refused. An error: our own trouble; the parcel stays. */
static int
take_one(struct inbox *in, const char *file, struct receive_report *r)
{
	struct parcel p = { .id = "" };
	uint8_t digest[HASH_BYTES];
	int fd = -1, e;

	r->why[0] = '\0';
	if ((e = open_arrived(in, file, &fd)) != 0)
		snprintf(r->why, PARCEL_WHY_BYTES, "not a plain file");
	if (e == 0)
		e = parcel_read_head(fd, in->setup->key, &p, digest, r->why);
	if (e == 0)
		e = take_signed(in, fd, file, &p, digest, r);
	if (fd >= 0)
		close(fd);
	if (e != 0 && r->why[0] == '\0')
		snprintf(r->why, PARCEL_WHY_BYTES, "%s", err_text(e));
	if (e != 0 && !is_ours(e)) {
		if ((e = refuse(in, file, &p, r->why)) == 0)
			r->refused++;
		else
			e = ERR_IO;
	} else if (e != 0)
		r->again++;
	parcel_done(&p);
	return e;
}

/* Rows that a kill left: finish deliveries, close what was removed. */
static int
finish(struct inbox *in, struct receive_report *r)
{
	char file[INBOX_FILE_BYTES];
	sqlite3_stmt *q;
	uint64_t seq;
	int e, state;

	for (;;) {
		if ((e = ledger_prepare(in->db,
			 "SELECT seq, state, file FROM parcel WHERE state < 3 "
			 "AND sender = ? ORDER BY seq LIMIT 1",
			 &q)) != 0)
			return e;
		sqlite3_bind_text(q, 1, in->key, -1, SQLITE_STATIC);
		if ((e = ledger_step(q)) == 0) {
			seq = (uint64_t)sqlite3_column_int64(q, 0);
			state = sqlite3_column_int(q, 1);
			snprintf(file, sizeof(file), "%s",
			    (const char *)sqlite3_column_text(q, 2));
		}
		sqlite3_finalize(q);
		if (e != 0)
			return e == ERR_NOENT ? 0 : e;
		if (state == INBOX_DELIVERING &&
		    (e = inbox_deliver(in, seq, &r->documents)) != 0)
			return e;
		r->delivered += state == INBOX_DELIVERING;
		if ((e = close_parcel(in, file, seq)) != 0)
			return e;
	}
}

/* Stages without a row: never planned, so nothing of them was delivered. */
static int
clear_stages(struct inbox *in)
{
	int fd = openat(in->stage, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *d;
	DIR *dir;

	if (fd < 0 || (dir = fdopendir(fd)) == NULL)
		return ERR_IO;
	while ((d = readdir(dir)) != NULL)
		if (d->d_name[0] != '.')
			inbox_unstage(in, d->d_name);
	closedir(dir);
	return 0;
}

static int
is_parcel(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return d->d_name[0] != '.' && d->d_type != DT_DIR && n > 7 &&
	       strcmp(d->d_name + n - 7, ".parcel") == 0;
}

static int
take_all(struct inbox *in, struct receive_report *r)
{
	struct dirent **list;
	int e = 0, n = scandirat(in->from, ".", &list, is_parcel, alphasort);

	if (n < 0)
		return ERR_IO;
	for (int i = 0; i < n; i++) {
		int again = 0;

		if (in->setup->at_most != 0 &&
		    r->delivered + r->refused >= in->setup->at_most)
			r->has_more = true;
		if (e == 0 && !r->has_more &&
		    (e = take_one(in, list[i]->d_name, r)) != 0)
			again = 1;
		/* "Not now" of the proof or disk: the next may still go. */
		if (again && e != ERR_IO)
			e = 0;
		free(list[i]);
	}
	free(list);
	return e == 0 && in->setup->takes_mail && r->delivered > 0
		   ? inbox_close_all(in)
		   : e;
}

int
receive_run(const struct receive_setup *setup, struct receive_report *r)
{
	struct inbox in;
	int e;

	memset(r, 0, sizeof(*r));
	if ((e = inbox_open(setup, &in)) == 0 && (e = finish(&in, r)) == 0 &&
	    (e = clear_stages(&in)) == 0 &&
	    (!setup->takes_mail || (e = mailout_tidy(&in)) == 0))
		e = take_all(&in, r);
	inbox_close(&in);
	return e;
}

int
receive_gap_known(const char *state_dir, const uint8_t key[KEYS_SIGN_PUBLIC],
    uint64_t first, uint64_t last, const char *why)
{
	char hex[HASH_HEX], now[RECORD_TIME_BYTES];
	sqlite3_stmt *q;
	sqlite3 *db;
	int e;

	if (first == 0 || first > last || last > INT64_MAX)
		return ERR_MALFORMED;
	if ((e = inbox_ledger(state_dir, &db)) != 0)
		return e;
	hash_hex(key, hex);
	record_time_now(now);
	if ((e = ledger_prepare(db,
		 "INSERT INTO known_gap (sender, first, last, why, time) "
		 "VALUES (?, ?, ?, ?, ?)",
		 &q)) == 0) {
		sqlite3_bind_text(q, 1, hex, -1, SQLITE_STATIC);
		sqlite3_bind_int64(q, 2, (sqlite3_int64)first);
		sqlite3_bind_int64(q, 3, (sqlite3_int64)last);
		sqlite3_bind_text(q, 4, why, -1, SQLITE_STATIC);
		sqlite3_bind_text(q, 5, now, -1, SQLITE_STATIC);
		e = ledger_done(q);
		sqlite3_finalize(q);
	}
	sqlite3_close(db);
	return e;
}

int
receive_gaps(const char *state_dir, const uint8_t key[KEYS_SIGN_PUBLIC],
    struct receive_gap *gaps, size_t max, size_t *n, uint64_t *highest)
{
	char hex[HASH_HEX];
	uint64_t next = 1, seq, last;
	sqlite3_stmt *q;
	sqlite3 *db;
	int e;

	*n = 0;
	if ((e = inbox_ledger(state_dir, &db)) != 0)
		return e;
	hash_hex(key, hex);
	if ((e = ledger_prepare(db,
		 "SELECT seq AS a, seq FROM parcel WHERE sender = ?1 UNION "
		 "ALL SELECT first, last FROM known_gap WHERE sender = ?1 "
		 "ORDER BY a",
		 &q)) == 0) {
		sqlite3_bind_text(q, 1, hex, -1, SQLITE_STATIC);
		while ((e = ledger_step(q)) == 0) {
			seq = (uint64_t)sqlite3_column_int64(q, 0);
			if (seq > next && (*n)++ < max)
				gaps[*n - 1] =
				    (struct receive_gap){ next, seq - 1 };
			last = (uint64_t)sqlite3_column_int64(q, 1);
			next = last + 1 > next ? last + 1 : next;
		}
		sqlite3_finalize(q);
	}
	sqlite3_close(db);
	*highest = next - 1;
	return e == ERR_NOENT ? 0 : e;
}
