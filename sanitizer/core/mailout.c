/*
 * Delivery of what mailin.c stored. One transaction for each message that was
 * tried; the message's file goes when nobody waits for it any more.
 */
#include "core/mailout.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/fsx.h"
#include "core/mailaddr.h"

#define RCPTS_MAX     PARCEL_MAX_RECIPIENTS
#define RETRY_MIN_S   5
#define RETRY_MAX_S   1800
#define STATE_PENDING "0"
#define BOUNCE_BYTES  16384

struct outbox {
	const struct mailout_setup *setup;
	struct mailout_report *report;
	sqlite3 *db;
	int lock, msg, failed;
	struct smtpout *server;
	int64_t now;
};

struct letter {
	int64_t n, time;
	char id[PARCEL_ID_BYTES], file[64];
	char sender[PARCEL_ADDRESS_BYTES];
	size_t n_rcpts;
	struct smtpout_rcpt *rcpts;

	struct rcpt_row {
		int idx, tries;
		char address[PARCEL_ADDRESS_BYTES];
	} * rows;
};

static int
open_box(struct outbox *o)
{
	static const char *const names[] = { "msg", "failed" };
	int *const fds[] = { &o->msg, &o->failed };
	char path[4096];
	int e;

	if (strlen(o->setup->state_dir) > 4000)
		return ERR_LIMIT;
	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/mailout/%s",
		    o->setup->state_dir, names[i]);
		if ((e = fsx_mkdirs(path, 0700)) != 0)
			return e;
		*fds[i] = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (*fds[i] < 0)
			return ERR_IO;
	}
	snprintf(path, sizeof(path), "%s/mailout/lock", o->setup->state_dir);
	o->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (o->lock < 0)
		return ERR_IO;
	if (flock(o->lock, LOCK_EX | LOCK_NB) < 0)
		return ERR_LIMIT;
	return inbox_ledger(o->setup->state_dir, &o->db);
}

static void
close_box(struct outbox *o)
{
	const int fds[] = { o->msg, o->failed, o->lock };

	smtpout_close(o->server);
	if (o->db != NULL)
		sqlite3_close(o->db);
	for (size_t i = 0; i < 3; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

static void
letter_done(struct letter *l)
{
	free(l->rcpts);
	free(l->rows);
	l->rcpts = NULL;
	l->rows = NULL;
	l->n_rcpts = 0;
}

/* ---- what is due */

static void
column(sqlite3_stmt *q, int i, char *out, size_t size)
{
	const char *s = (const char *)sqlite3_column_text(q, i);

	snprintf(out, size, "%s", s == NULL ? "" : s);
}

/* The next message after n that has a recipient who is due. */
static int
next_letter(struct outbox *o, int64_t after, struct letter *l)
{
	sqlite3_stmt *q;
	int e;

	if ((e = ledger_prepare(o->db,
		 "SELECT n, id, mfrom, file, time FROM mail WHERE n > ?1 AND "
		 "EXISTS (SELECT 1 FROM rcpt WHERE rcpt.n = mail.n AND "
		 "state = " STATE_PENDING " AND due <= ?2) "
		 "ORDER BY n LIMIT 1",
		 &q)) != 0)
		return e;
	sqlite3_bind_int64(q, 1, after);
	sqlite3_bind_int64(q, 2, o->now);
	if ((e = ledger_step(q)) == 0) {
		l->n = sqlite3_column_int64(q, 0);
		column(q, 1, l->id, sizeof(l->id));
		column(q, 2, l->sender, sizeof(l->sender));
		column(q, 3, l->file, sizeof(l->file));
		l->time = sqlite3_column_int64(q, 4);
	}
	sqlite3_finalize(q);
	return e;
}

/* Its recipients who are due and have nothing older that must come first. */
static int
load_rcpts(struct outbox *o, struct letter *l)
{
	sqlite3_stmt *q;
	int e;

	l->rows = calloc(RCPTS_MAX, sizeof(*l->rows));
	l->rcpts = calloc(RCPTS_MAX, sizeof(*l->rcpts));
	if (l->rows == NULL || l->rcpts == NULL)
		return ERR_NOMEM;
	if ((e = ledger_prepare(o->db,
		 "SELECT idx, tries, addr FROM rcpt r WHERE n = ?1 AND "
		 "state = " STATE_PENDING " AND due <= ?2 AND NOT EXISTS "
		 "(SELECT 1 FROM rcpt b WHERE b.addr = r.addr AND "
		 "b.state = " STATE_PENDING " AND b.n < r.n AND b.tries < ?3) "
		 "ORDER BY idx",
		 &q)) != 0)
		return e;
	sqlite3_bind_int64(q, 1, l->n);
	sqlite3_bind_int64(q, 2, o->now);
	sqlite3_bind_int(q, 3, MAILOUT_BLOCK_TRIES);
	while (l->n_rcpts < RCPTS_MAX && (e = ledger_step(q)) == 0) {
		struct rcpt_row *r = &l->rows[l->n_rcpts];

		r->idx = sqlite3_column_int(q, 0);
		r->tries = sqlite3_column_int(q, 1);
		column(q, 2, r->address, sizeof(r->address));
		l->rcpts[l->n_rcpts++].address = r->address;
	}
	sqlite3_finalize(q);
	return e == ERR_NOENT ? 0 : e;
}

/* ---- what came of it */

/* 5 s, 10 s, 20 s, ... half an hour. */
static int64_t
pause_of(int tries)
{
	int64_t s = RETRY_MIN_S;

	while (tries-- > 0 && s < RETRY_MAX_S)
		s *= 2;
	return s < RETRY_MAX_S ? s : RETRY_MAX_S;
}

/* For the people of the inner side: the message, and why it did not go. */
static int
write_bounce(struct outbox *o, const struct letter *l, size_t i)
{
	char name[PARCEL_ID_BYTES + 32], text[BOUNCE_BYTES];
	int n;

	snprintf(name, sizeof(name), "%s.eml", l->id);
	if (linkat(o->msg, l->file, o->failed, name, 0) < 0 &&
	    errno != EEXIST && errno != ENOENT)
		return ERR_IO;
	snprintf(name, sizeof(name), "%s-%d.txt", l->id, l->rows[i].idx);
	n = snprintf(text, sizeof(text),
	    "配達できなかったメール / Mail that could not be delivered\n\n"
	    "番号 / Number: %s\n差出人 / Sender: <%s>\n"
	    "宛先 / Recipient: <%s>\n回数 / Attempts: %d\n"
	    "メールサーバーの応答 / Answer of the mail server:\n  %s\n\n"
	    "無害化済みの本文は同じ場所の %s.eml にあります。\n"
	    "The sanitised message is %s.eml beside this file.\n",
	    l->id, l->sender, l->rows[i].address, l->rows[i].tries + 1,
	    l->rcpts[i].text, l->id, l->id);
	if (n < 0 || (size_t)n >= sizeof(text))
		return ERR_INTERNAL;
	return fsx_publish(o->failed, name, text, (size_t)n, 0600, false);
}

static bool
is_expired(const struct outbox *o, const struct letter *l)
{
	return o->now - l->time > MAILOUT_EXPIRE_S;
}

static int
set_row(struct outbox *o, const struct letter *l, size_t i, int state,
    int64_t due)
{
	sqlite3_stmt *q;
	int e;

	if ((e = ledger_prepare(o->db,
		 "UPDATE rcpt SET state = ?3, due = ?4, answer = ?5, "
		 "tries = tries + 1 WHERE n = ?1 AND idx = ?2",
		 &q)) != 0)
		return e;
	sqlite3_bind_int64(q, 1, l->n);
	sqlite3_bind_int(q, 2, l->rows[i].idx);
	sqlite3_bind_int(q, 3, state);
	sqlite3_bind_int64(q, 4, due);
	sqlite3_bind_text(q, 5, l->rcpts[i].text, -1, SQLITE_STATIC);
	e = ledger_done(q);
	sqlite3_finalize(q);
	return e;
}

static int
set_rows(struct outbox *o, const struct letter *l)
{
	int e = 0;

	for (size_t i = 0; e == 0 && i < l->n_rcpts; i++) {
		if (l->rcpts[i].fate == SMTPOUT_DELIVERED)
			e = set_row(o, l, i, 1, 0);
		else if (l->rcpts[i].fate == SMTPOUT_NEVER)
			e = set_row(o, l, i, 2, 0);
		else if (l->rcpts[i].fate == SMTPOUT_LATER)
			e = set_row(o, l, i, 0,
			    o->now + pause_of(l->rows[i].tries));
	}
	return e;
}

/* A message nobody waits for: its file, then its rows. */
static int
forget(struct outbox *o, const struct letter *l)
{
	static const char *const sql[] = {
		"DELETE FROM mail WHERE n = ?1 AND NOT EXISTS (SELECT 1 FROM "
		"rcpt WHERE rcpt.n = ?1 AND state = " STATE_PENDING ")",
		"DELETE FROM rcpt WHERE n = ?1 AND NOT EXISTS (SELECT 1 FROM "
		"mail WHERE mail.n = ?1)",
	};
	sqlite3_stmt *q;
	int e = 0;

	for (size_t i = 0; e == 0 && i < 2; i++) {
		if ((e = ledger_prepare(o->db, sql[i], &q)) != 0)
			return e;
		sqlite3_bind_int64(q, 1, l->n);
		e = ledger_done(q);
		sqlite3_finalize(q);
	}
	return e;
}

static bool
is_forgotten(struct outbox *o, const struct letter *l)
{
	sqlite3_stmt *q;
	int e = ledger_prepare(o->db, "SELECT 1 FROM mail WHERE n = ?", &q);

	if (e != 0)
		return false;
	sqlite3_bind_int64(q, 1, l->n);
	e = ledger_step(q);
	sqlite3_finalize(q);
	return e == ERR_NOENT;
}

static int
say(struct outbox *o, const struct letter *l, size_t i)
{
	static const char *const events[] = { [SMTPOUT_DELIVERED] = "mailed",
		[SMTPOUT_LATER] = "mail-later",
		[SMTPOUT_NEVER] = "mail-failed" };

	if (l->rcpts[i].fate == SMTPOUT_UNKNOWN)
		return 0;
	return audit_append(o->setup->audit, events[l->rcpts[i].fate],
	    json_pack("{s:s, s:s, s:s}", "id", l->id, "to", l->rows[i].address,
		"answer", l->rcpts[i].text),
	    AUDIT_LATER);
}

/* On disk before anything else is begun. */
static int
record(struct outbox *o, struct letter *l)
{
	int e = 0;

	for (size_t i = 0; e == 0 && i < l->n_rcpts; i++) {
		if (l->rcpts[i].fate == SMTPOUT_LATER && is_expired(o, l))
			l->rcpts[i].fate = SMTPOUT_NEVER;
		if (l->rcpts[i].fate == SMTPOUT_NEVER)
			e = write_bounce(o, l, i);
	}
	if (e == 0 && (e = ledger_begin(o->db)) == 0) {
		if ((e = set_rows(o, l)) == 0)
			e = forget(o, l);
		e = ledger_end(o->db, e);
	}
	if (e == 0 && is_forgotten(o, l) && unlinkat(o->msg, l->file, 0) < 0 &&
	    errno != ENOENT)
		e = ERR_IO;
	for (size_t i = 0; e == 0 && i < l->n_rcpts; i++) {
		o->report->delivered += l->rcpts[i].fate == SMTPOUT_DELIVERED;
		o->report->deferred += l->rcpts[i].fate == SMTPOUT_LATER;
		o->report->failed += l->rcpts[i].fate == SMTPOUT_NEVER;
		if (l->rcpts[i].fate != SMTPOUT_DELIVERED)
			memcpy(o->report->why, l->rcpts[i].text,
			    sizeof(o->report->why));
		e = say(o, l, i);
	}
	return e;
}

/* ---- the run */

static int
reach(struct outbox *o)
{
	int e;

	if (o->server != NULL)
		return 0;
	e = smtpout_open(o->setup->target, o->setup->helo, &o->server,
	    o->report->why);
	if (e == ERR_IO)
		o->report->is_down = true;
	return e;
}

static bool
needs_utf8(const struct letter *l)
{
	bool yes = mailaddr_is_utf8(l->sender);

	for (size_t i = 0; i < l->n_rcpts; i++)
		yes |= mailaddr_is_utf8(l->rcpts[i].address);
	return yes;
}

/* Somebody removed the file; those who wait behind it must not suffer. */
static int
give_up(struct outbox *o, struct letter *l)
{
	for (size_t i = 0; i < l->n_rcpts; i++) {
		l->rcpts[i].fate = SMTPOUT_NEVER;
		snprintf(l->rcpts[i].text, sizeof(l->rcpts[i].text),
		    "the file of the message is gone: mailout/msg/%s", l->file);
	}
	return record(o, l);
}

static int
hand_over(struct outbox *o, struct letter *l)
{
	struct smtpout_mail m = { .sender = l->sender };
	int e, fd = openat(o->msg, l->file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return errno == ENOENT ? give_up(o, l) : ERR_IO;
	if ((e = smtpout_look(fd, &m)) == 0) {
		m.needs_utf8 |= needs_utf8(l);
		if (smtpout_send(o->server, &m, l->rcpts, l->n_rcpts) != 0) {
			smtpout_close(o->server);
			o->server = NULL;
			o->report->is_down = true;
		}
		o->report->messages++;
		e = record(o, l);
	}
	close(fd);
	return e;
}

static int
count_waiting(struct outbox *o)
{
	sqlite3_stmt *q;
	int e;

	if ((e = ledger_prepare(o->db, "SELECT count(*) FROM mail", &q)) != 0)
		return e;
	if ((e = ledger_step(q)) == 0)
		o->report->waiting = (uint64_t)sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	return e;
}

static int
deliver_all(struct outbox *o)
{
	struct letter l = { .n = 0 };
	int e = 0;

	while (e == 0 && !o->report->is_down &&
	       (o->setup->stop == NULL || o->setup->stop() == 0) &&
	       (e = next_letter(o, l.n, &l)) == 0) {
		if ((e = load_rcpts(o, &l)) == 0 && l.n_rcpts > 0 &&
		    (e = reach(o)) == 0)
			e = hand_over(o, &l);
		letter_done(&l);
	}
	if (e == ERR_NOENT || (e != 0 && o->report->is_down))
		e = 0;
	return e;
}

int
mailout_run(const struct mailout_setup *setup, struct mailout_report *report)
{
	struct outbox o = { .setup = setup,
		.report = report,
		.lock = -1,
		.msg = -1,
		.failed = -1,
		.now = (int64_t)time(NULL) };
	int e;

	memset(report, 0, sizeof(*report));
	if ((e = open_box(&o)) == 0 && (e = audit_sync(setup->audit)) == 0 &&
	    (e = deliver_all(&o)) == 0 && (e = audit_sync(setup->audit)) == 0)
		e = count_waiting(&o);
	close_box(&o);
	return e;
}
