/*
 * A parcel of mail becomes a message that waits in STATE/mailout.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fsx.h"
#include "core/mailaddr.h"
#include "core/mailout.h"

#define FILE_BYTES 64

/* Short, and one for each number of each gateway. */
static void
file_of(const struct inbox *in, const struct parcel *p, char out[FILE_BYTES])
{
	snprintf(out, FILE_BYTES, "%016llu-%.16s", (unsigned long long)p->seq,
	    in->key);
}

static int
check_addresses(const struct parcel *p, char *why)
{
	bool ok = p->sender[0] == '\0' || mailaddr_ok(p->sender);

	for (size_t i = 0; i < p->n_recipients; i++)
		ok &= mailaddr_ok(p->recipients[i]);
	if (ok)
		return 0;
	snprintf(why, PARCEL_WHY_BYTES, "an address of the envelope is none");
	return ERR_MALFORMED;
}

/* "2026-11-21T04:46:29.123Z" as RFC 5322 writes it. */
static void
date_of(const char *iso, char out[64])
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	unsigned y, m, d, h, min, s;

	if (sscanf(iso, "%4u-%2u-%2uT%2u:%2u:%2u", &y, &m, &d, &h, &min, &s) !=
		6 ||
	    m < 1 || m > 12)
		snprintf(out, 64, "1 Jan 1970 00:00:00 +0000");
	else
		snprintf(out, 64, "%u %s %04u %02u:%02u:%02u +0000", d,
		    months[m - 1], y, h, min, s);
}

/* Trace lines of our own, then the proven message as it is. The same parcel
 * always gives the same bytes. */
static int
compose(const struct parcel *p, int proven, int out)
{
	char head[512], date[64];

	date_of(p->time, date);
	snprintf(head, sizeof(head),
	    "Received: by sekisho (sanitised) id %s;\r\n\t%s\r\n"
	    "X-Sekisho-Id: %s\r\nX-Sekisho-Hops: %u\r\n",
	    p->id, date, p->id, p->hops + 1);
	if (fsx_write_all(out, head, strlen(head)) != 0)
		return ERR_IO;
	return fsx_copy(proven, out);
}

static int
open_folder(const struct inbox *in, const char *name, int *out)
{
	char path[4096];
	int e;

	snprintf(path, sizeof(path), "%s/mailout/%s", in->setup->state_dir,
	    name);
	if ((e = fsx_mkdirs(path, 0700)) != 0)
		return e;
	*out = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *out < 0 ? ERR_IO : 0;
}

/* The payload, with the hash that was signed, and proven again. */
static int
prove(struct inbox *in, int fd, const struct parcel *p, int *out, char *why)
{
	const struct parcel_payload *q = &p->payloads[0];
	int e, copy;

	if ((e = fsx_memfd("sekisho-mail", &copy)) != 0)
		return e;
	if ((e = parcel_read_payload(fd, q, copy, why)) == 0 &&
	    (e = parcel_read_end(fd, why)) == 0) {
		if (lseek(copy, 0, SEEK_SET) < 0)
			e = ERR_IO;
		else if ((e = in->setup->prove(in->setup->arg, copy,
			      q->format)) != 0)
			inbox_not_proven(q->name, e, why);
	}
	if (e != 0)
		close(copy);
	else
		*out = copy;
	return e;
}

static int
store(const struct inbox *in, const struct parcel *p, int proven)
{
	char name[FILE_BYTES];
	int dir = -1, whole = -1, e;

	file_of(in, p, name);
	if ((e = open_folder(in, "msg", &dir)) == 0 &&
	    (e = fsx_memfd("sekisho-mail", &whole)) == 0 &&
	    (e = compose(p, proven, whole)) == 0)
		e = fsx_publish_fd(dir, name, whole, 0600, false);
	if (dir >= 0)
		close(dir);
	if (whole >= 0)
		close(whole);
	return e;
}

static int
insert_mail(struct inbox *in, const struct parcel *p, int64_t *n)
{
	char name[FILE_BYTES];
	sqlite3_stmt *q;
	int e;

	file_of(in, p, name);
	if ((e = ledger_prepare(in->db,
		 "INSERT INTO mail (sender, seq, id, mfrom, file, time) "
		 "VALUES (?, ?, ?, ?, ?, ?)",
		 &q)) != 0)
		return e;
	sqlite3_bind_text(q, 1, in->key, -1, SQLITE_STATIC);
	sqlite3_bind_int64(q, 2, (sqlite3_int64)p->seq);
	sqlite3_bind_text(q, 3, p->id, -1, SQLITE_STATIC);
	sqlite3_bind_text(q, 4, p->sender, -1, SQLITE_STATIC);
	sqlite3_bind_text(q, 5, name, -1, SQLITE_STATIC);
	sqlite3_bind_int64(q, 6, (sqlite3_int64)time(NULL));
	e = ledger_done(q);
	sqlite3_finalize(q);
	*n = sqlite3_last_insert_rowid(in->db);
	return e;
}

static int
insert_rcpts(struct inbox *in, const struct parcel *p, int64_t n)
{
	sqlite3_stmt *q;
	int e;

	if ((e = ledger_prepare(in->db,
		 "INSERT INTO rcpt (n, idx, addr, state, tries, due, answer) "
		 "VALUES (?, ?, ?, 0, 0, 0, '')",
		 &q)) != 0)
		return e;
	for (size_t i = 0; e == 0 && i < p->n_recipients; i++) {
		sqlite3_bind_int64(q, 1, n);
		sqlite3_bind_int(q, 2, (int)i);
		sqlite3_bind_text(q, 3, p->recipients[i], -1, SQLITE_STATIC);
		e = ledger_done(q);
		sqlite3_reset(q);
	}
	sqlite3_finalize(q);
	return e;
}

static int
write_rows(struct inbox *in, const struct parcel *p, const char *file,
    const char *digest)
{
	int64_t n;
	int e;

	if ((e = ledger_begin(in->db)) != 0)
		return e;
	if ((e = inbox_insert(in, p, file, digest, INBOX_DELIVERED)) == 0 &&
	    (e = insert_mail(in, p, &n)) == 0)
		e = insert_rcpts(in, p, n);
	return ledger_end(in->db, e);
}

/* On disk at the next audit_sync(), which comes before any delivery. */
static int
say(struct inbox *in, const struct parcel *p)
{
	char hex[HASH_HEX];

	hash_hex(p->payloads[0].sha256, hex);
	return audit_append(in->setup->audit, "deliver",
	    json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I}", "name",
		p->payloads[0].name, "sha256", hex, "format",
		p->payloads[0].format, "id", p->id, "from", p->sender,
		"recipients_n", (json_int_t)p->n_recipients, "parcel",
		(json_int_t)p->seq),
	    AUDIT_LATER);
}

int
mailout_take(struct inbox *in, int fd, const struct parcel *p, const char *file,
    const char *digest, char *why)
{
	int proven, e;

	if ((e = check_addresses(p, why)) != 0 ||
	    (e = prove(in, fd, p, &proven, why)) != 0)
		return e;
	if ((e = store(in, p, proven)) == 0 && (e = say(in, p)) == 0)
		e = write_rows(in, p, file, digest);
	close(proven);
	/* From here on nothing is the parcel's fault. */
	return e == 0 || e == ERR_NOMEM ? e : ERR_IO;
}

/* ---- left by a kill */

static int
has_row(struct inbox *in, const char *name, bool *yes)
{
	sqlite3_stmt *q;
	int e;

	if ((e = ledger_prepare(in->db, "SELECT 1 FROM mail WHERE file = ?",
		 &q)) != 0)
		return e;
	sqlite3_bind_text(q, 1, name, -1, SQLITE_STATIC);
	e = ledger_step(q);
	sqlite3_finalize(q);
	*yes = e == 0;
	return e == ERR_NOENT ? 0 : e;
}

int
mailout_tidy(struct inbox *in)
{
	struct dirent *d;
	bool keep;
	DIR *dir;
	int fd, e;

	if ((e = open_folder(in, "msg", &fd)) != 0)
		return e;
	if ((dir = fdopendir(fd)) == NULL) {
		close(fd);
		return ERR_IO;
	}
	while (e == 0 && (d = readdir(dir)) != NULL)
		if (strcmp(d->d_name, ".") != 0 &&
		    strcmp(d->d_name, "..") != 0 &&
		    (e = has_row(in, d->d_name, &keep)) == 0 && !keep)
			unlinkat(fd, d->d_name, 0);
	closedir(dir);
	return e;
}
