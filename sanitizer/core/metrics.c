/* See metrics.h. Exposition format: prometheus.io, "Text-based format". */
#include "core/metrics.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/fsx.h"
#include "core/auditfile.h"
#include "core/flood.h"
#include "core/ledger.h"

#define BUSY_MS 2000

struct work {
	const char *state_dir;
	struct buf *out;
	time_t now;
	unsigned unreadable;
};

static int
head(struct work *w, const char *name, const char *type, const char *help)
{
	return buf_fmt(w->out, "# HELP sekisho_%s %s\n# TYPE sekisho_%s %s\n",
	    name, help, name, type);
}

static int
gauge(struct work *w, const char *name, const char *help, uint64_t v)
{
	int e = head(w, name, "gauge", help);

	return e != 0 ? e
		      : buf_fmt(w->out, "sekisho_%s %" PRIu64 "\n", name, v);
}

/* A label's value: backslash, quote and line feed are escaped. */
static int
labelled(struct work *w, const char *name, const char *label, const char *value,
    uint64_t v)
{
	int e = buf_fmt(w->out, "sekisho_%s{%s=\"", name, label);

	for (const char *s = value; e == 0 && *s != '\0'; s++)
		e = *s == '\n'		      ? buf_puts(w->out, "\\n")
		    : *s == '"' || *s == '\\' ? buf_fmt(w->out, "\\%c", *s)
					      : buf_u8(w->out, (uint8_t)*s);
	return e != 0 ? e : buf_fmt(w->out, "\"} %" PRIu64 "\n", v);
}

/* ---- folders */

struct folder {
	uint64_t files, bytes, oldest_s;
};

/* ERR_NOENT: there is no such folder. */
static int
look_at(const struct work *w, const char *where, struct folder *f)
{
	char path[4096];
	struct dirent *d;
	struct stat st;
	DIR *dir;

	*f = (struct folder){ .files = 0 };
	snprintf(path, sizeof(path), "%.3900s/%.100s", w->state_dir, where);
	if ((dir = opendir(path)) == NULL)
		return errno == ENOENT ? ERR_NOENT : ERR_IO;
	while ((d = readdir(dir)) != NULL) {
		if (d->d_name[0] == '.' ||
		    fstatat(dirfd(dir), d->d_name, &st, AT_SYMLINK_NOFOLLOW) !=
			0 ||
		    !S_ISREG(st.st_mode))
			continue;
		f->files++;
		f->bytes += (uint64_t)st.st_size;
		if (w->now > st.st_mtime &&
		    (uint64_t)(w->now - st.st_mtime) > f->oldest_s)
			f->oldest_s = (uint64_t)(w->now - st.st_mtime);
	}
	closedir(dir);
	return 0;
}

static bool
is_there(const struct work *w, const char *name)
{
	char path[4096];

	snprintf(path, sizeof(path), "%.3900s/%.100s", w->state_dir, name);
	return access(path, F_OK) == 0;
}

static int
mail(struct work *w)
{
	struct folder f;
	int e = look_at(w, "mail/new", &f);

	if (e != 0) {
		w->unreadable += e != ERR_NOENT;
		return 0;
	}
	if ((e = gauge(w, "mail_waiting", "Mails that wait to be worked on.",
		 f.files)) != 0 ||
	    (e = gauge(w, "mail_waiting_bytes", "Their bytes.", f.bytes)) !=
		0 ||
	    (e = gauge(w, "mail_oldest_seconds", "Age of the oldest.",
		 f.oldest_s)) != 0)
		return e;
	(void)!look_at(w, "mail/stuck", &f);
	if ((e = gauge(w, "mail_stuck", "Mails that a person must look at.",
		 f.files)) != 0)
		return e;
	return gauge(w, "mail_stopped", "1: mail is not taken.",
	    is_there(w, "mail/stopped"));
}

static int
mailout(struct work *w)
{
	struct folder f;
	int e = look_at(w, "mailout/msg", &f);

	if (e != 0) {
		w->unreadable += e != ERR_NOENT;
		return 0;
	}
	if ((e = gauge(w, "mailout_waiting",
		 "Mails that wait for the inner mail server.", f.files)) != 0)
		return e;
	(void)!look_at(w, "mailout/failed", &f);
	return gauge(w, "mailout_failed",
	    "Files about mails that the inner mail server refused.", f.files);
}

static int
events(struct work *w)
{
	struct folder f;
	int e = look_at(w, "events/out", &f);

	if (e != 0) {
		w->unreadable += e != ERR_NOENT;
		return 0;
	}
	return gauge(w, "events_waiting", "Notices that wait for the relay.",
	    f.files);
}

/* ---- ledgers */

/* ERR_NOENT: there is none. */
static int
open_ledger(struct work *w, const char *name, sqlite3 **db)
{
	char path[4096];

	snprintf(path, sizeof(path), "%.3900s/%.100s", w->state_dir, name);
	if (access(path, F_OK) != 0)
		return errno == ENOENT ? ERR_NOENT : ERR_IO;
	if (sqlite3_open_v2(path, db, SQLITE_OPEN_READONLY, NULL) !=
	    SQLITE_OK) {
		sqlite3_close(*db);
		return ERR_IO;
	}
	sqlite3_busy_timeout(*db, BUSY_MS);
	return 0;
}

/* Lines NAME{label="column 0"} for a column of all rows. */
static int
rows(struct work *w, sqlite3 *db, const char *sql, const char *name,
    const char *label, int column)
{
	const char *text;
	sqlite3_stmt *q;
	int e;

	if (ledger_prepare(db, sql, &q) != 0) {
		w->unreadable++;
		return 0;
	}
	while ((e = ledger_step(q)) == 0) {
		text = (const char *)sqlite3_column_text(q, 0);
		if ((e = labelled(w, name, label, text == NULL ? "" : text,
			 (uint64_t)sqlite3_column_int64(q, column))) != 0)
			break;
	}
	sqlite3_finalize(q);
	if (e == ERR_NOMEM)
		return e;
	w->unreadable += e != ERR_NOENT && e != ERR_LIMIT;
	return 0;
}

static int
number(struct work *w, sqlite3 *db, const char *sql, const char *name,
    const char *help)
{
	sqlite3_stmt *q;
	uint64_t v = 0;
	int e;

	if (ledger_prepare(db, sql, &q) != 0) {
		w->unreadable++;
		return 0;
	}
	if ((e = ledger_step(q)) == 0)
		v = (uint64_t)sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	if (e != 0) {
		w->unreadable++;
		return 0;
	}
	return gauge(w, name, help, v);
}

#define STATES \
	"(SELECT 0 AS n, 'received' AS name UNION SELECT 1, 'working' UNION " \
	"SELECT 2, 'password' UNION SELECT 3, 'approval' UNION SELECT 4, " \
	"'released' UNION SELECT 5, 'held' UNION SELECT 6, 'blocked' UNION " \
	"SELECT 7, 'rejected' UNION SELECT 8, 'expired')"

static int
people(struct work *w)
{
	sqlite3 *db = NULL;
	int e = open_ledger(w, "people/index.sqlite", &db);

	if (e != 0) {
		w->unreadable += e != ERR_NOENT;
		return 0;
	}
	if ((e = head(w, "transfers", "gauge", "Transfers by state.")) == 0 &&
	    (e = rows(w, db,
		 "SELECT s.name, count(t.id) FROM " STATES
		 " AS s LEFT JOIN transfer AS t ON t.state = s.n GROUP BY "
		 "s.name ORDER BY s.n",
		 "transfers", "state", 1)) == 0 &&
	    (e = number(w, db,
		 "SELECT coalesce(max(CAST(strftime('%s', 'now') AS INTEGER) "
		 "- CAST(strftime('%s', time) AS INTEGER)), 0) FROM transfer "
		 "WHERE state < 2",
		 "transfers_oldest_seconds",
		 "Age of the oldest one that waits for its turn.")) == 0)
		e = number(w, db,
		    "SELECT count(*) FROM request WHERE state = 0",
		    "requests_open", "Requests that wait for a decision.");
	sqlite3_close(db);
	return e;
}

static int
quarantine(struct work *w)
{
	static const char sql[] =
	    "SELECT department, count(*), coalesce(sum(bytes), 0) FROM item "
	    "WHERE state = 0 GROUP BY department ORDER BY department";
	sqlite3 *db = NULL;
	int e = open_ledger(w, "quarantine/index.sqlite", &db);

	if (e != 0) {
		w->unreadable += e != ERR_NOENT;
		return 0;
	}
	if ((e = head(w, "quarantine_items", "gauge",
		 "Originals in quarantine.")) == 0 &&
	    (e = rows(w, db, sql, "quarantine_items", "department", 1)) == 0 &&
	    (e = head(w, "quarantine_bytes", "gauge", "Their bytes.")) == 0)
		e = rows(w, db, sql, "quarantine_bytes", "department", 2);
	sqlite3_close(db);
	return e;
}

static int
spool(struct work *w)
{
	struct folder f;
	sqlite3 *db = NULL;
	int e = look_at(w, "spool/out", &f);

	if (e != 0) {
		w->unreadable += e != ERR_NOENT;
		return 0;
	}
	if ((e = gauge(w, "spool_waiting", "Parcels that wait to be sent.",
		 f.files)) != 0 ||
	    (e = gauge(w, "spool_waiting_bytes", "Their bytes.", f.bytes)) !=
		0 ||
	    (e = gauge(w, "spool_oldest_seconds", "Age of the oldest.",
		 f.oldest_s)) != 0)
		return e;
	if (open_ledger(w, "spool/ledger.sqlite", &db) != 0) {
		w->unreadable++;
		return 0;
	}
	e = number(w, db, "SELECT coalesce(max(seq), 0) FROM parcel",
	    "spool_last_number", "Number of the newest parcel.");
	sqlite3_close(db);
	return e;
}

/* ---- the rest */

/* What the head file says; its signature is audit_verify()'s matter. */
static int
audit_head_of(int dirfd, uint64_t *seq, uint64_t *checkpoint)
{
	struct buf b;
	struct reader r, slot;
	json_t *root = NULL;
	int e;

	buf_init(&b, AUDIT_HEAD_BYTES);
	e = fsx_slurp(dirfd, "head", &b);
	buf_reader(&b, &r);
	if (e == 0 && (e = reader_sub(&r, AUDIT_HEAD_SLOT, &slot)) == 0 &&
	    (root = json_loadb((const char *)slot.data, slot.len, 0, NULL)) ==
		NULL)
		e = ERR_MALFORMED;
	if (e == 0) {
		*seq =
		    (uint64_t)json_integer_value(json_object_get(root, "seq"));
		*checkpoint = (uint64_t)json_integer_value(json_object_get(root,
		    "checkpoint"));
	}
	json_decref(root);
	buf_done(&b);
	return e;
}

static int
audit(struct work *w)
{
	uint64_t seq = 0, checkpoint = 0;
	struct folder f;
	int dirfd, e = auditline_folder(w->state_dir, false, &dirfd);

	if (e != 0) {
		w->unreadable += e != ERR_NOENT;
		return 0;
	}
	e = audit_head_of(dirfd, &seq, &checkpoint);
	close(dirfd);
	if (e != 0) {
		w->unreadable++;
		return 0;
	}
	if ((e = gauge(w, "audit_lines", "Number of the newest line on disk.",
		 seq)) != 0 ||
	    (e = gauge(w, "audit_checkpoint_age_lines",
		 "Lines that no check-point covers yet.",
		 seq > checkpoint ? seq - checkpoint : 0)) != 0)
		return e;
	(void)!look_at(w, "audit", &f);
	return gauge(w, "audit_bytes", "Bytes of the audit log's folder.",
	    f.bytes);
}

static int
flood(struct work *w)
{
	static const char *const where[] = { "milter", "hook" };
	uint64_t n, window;
	bool is_first = true;
	int e = 0;

	for (size_t i = 0; e == 0 && i < 2; i++) {
		if (flood_peek(w->state_dir, where[i], (uint64_t)w->now, &n,
			&window) != 0)
			continue;
		if (is_first)
			e = head(w, "flood_messages", "gauge",
			    "Mails within the window of the flood control.");
		is_first = false;
		if (e == 0)
			e = labelled(w, "flood_messages", "where", where[i], n);
	}
	return e;
}

static int
selfcheck(struct work *w)
{
	char path[4096];
	json_t *j;
	int e;

	snprintf(path, sizeof(path), "%.3900s/selfcheck.json", w->state_dir);
	if (access(path, F_OK) != 0)
		return 0;
	if ((j = json_load_file(path, 0, NULL)) == NULL) {
		w->unreadable++;
		return 0;
	}
	e = gauge(w, "selfcheck_ok", "1: the last self-check passed.",
	    json_is_true(json_object_get(j, "ok")));
	if (e == 0)
		e = gauge(w, "selfcheck_time_seconds",
		    "When it was, in seconds since 1970.",
		    (uint64_t)json_integer_value(json_object_get(j, "time_s")));
	json_decref(j);
	return e;
}

static int
disk(struct work *w)
{
	struct statvfs v;
	int e;

	if (statvfs(w->state_dir, &v) != 0) {
		w->unreadable++;
		return 0;
	}
	e = gauge(w, "disk_free_bytes", "Room on the disk of the state folder.",
	    (uint64_t)v.f_bavail * v.f_frsize);
	return e != 0 ? e
		      : gauge(w, "disk_bytes", "Size of that disk.",
			    (uint64_t)v.f_blocks * v.f_frsize);
}

int
metrics_text(const char *state_dir, struct buf *out)
{
	static int (*const parts[])(struct work *) = { people, mail, mailout,
		spool, quarantine, audit, flood, events, selfcheck, disk };
	struct work w = {
		.state_dir = state_dir, .out = out, .now = time(NULL)
	};
	int e;

	if (access(state_dir, R_OK | X_OK) != 0)
		return ERR_NOENT;
	e = gauge(&w, "up", "1: these figures could be read.", 1);
	for (size_t i = 0; e == 0 && i < sizeof(parts) / sizeof(parts[0]); i++)
		e = parts[i](&w);
	return e != 0 ? e
		      : gauge(&w, "unreadable",
			    "Parts that could not be read just now.",
			    w.unreadable);
}
