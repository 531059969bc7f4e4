/*
 * Imports: a list of accounts is judged as a whole against the accounts there
 * are, then happens as a whole, now or on its day (the moves of April).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quarantine/account_int.h"

struct import {
	struct people *people;
	const struct account_row *rows;
	size_t n;
	const char *effective; /* NULL: now */
	const char *who;
	bool apply;
	int (*each)(void *arg, const struct account *, const struct account *,
	    enum account_change);
	void *arg;
	char *why;
};

/* The columns given over what is there. */
static void
merge(const struct account_row *row, struct account *a)
{
	const struct account *r = &row->account;

	memcpy(a->login, r->login, sizeof(a->login));
	if ((row->gives & GIVES_NAME) != 0)
		memcpy(a->name, r->name, sizeof(a->name));
	if ((row->gives & GIVES_DEPARTMENT) != 0)
		memcpy(a->department, r->department, sizeof(a->department));
	if ((row->gives & GIVES_MAIL) != 0)
		memcpy(a->mail, r->mail, sizeof(a->mail));
	if ((row->gives & GIVES_ROLES) != 0)
		a->roles = r->roles;
	if ((row->gives & GIVES_FROM) != 0)
		memcpy(a->from, r->from, sizeof(a->from));
	if ((row->gives & GIVES_UNTIL) != 0)
		memcpy(a->until, r->until, sizeof(a->until));
}

/* What the row makes of the account. *is_new: there was none. */
static int
change(struct people *p, const struct account_row *row, struct account *before,
    struct account *after, bool *is_new)
{
	static const struct account fresh = { .language = "ja",
		.must_change = true };
	int e = account_read(p, row->account.login, before);

	if (e != 0 && e != ERR_NOENT)
		return e;
	*is_new = e == ERR_NOENT;
	*after = *is_new ? fresh : *before;
	merge(row, after);
	return 0;
}

/* A login that is new, of which only some columns are known. */
static bool
is_half(const struct account_row *row, bool is_new)
{
	const unsigned all = GIVES_NAME | GIVES_DEPARTMENT | GIVES_ROLES;

	return is_new && (row->gives & all) != all;
}

static int
check_row(const struct import *im, const struct account_row *row,
    const struct account *after, bool is_new)
{
	char said[POLICY_WHY_BYTES] = "";

	if (is_half(row, is_new))
		return account_no_line(im->why, row->line,
		    N_("there is no such login; a new account needs name, "
		       "department and roles as well"),
		    row->account.login);
	if (account_check(after, said) == 0)
		return 0;
	return account_no_line(im->why, row->line, said, row->account.login);
}

/* A row of another import for that day and login gives way, wholly. */
static int
wait_row(const struct import *im, const struct account_row *row)
{
	const struct account *a = &row->account;
	char now[RECORD_TIME_BYTES];
	sqlite3_stmt *s;
	int e;

	record_time_now(now);
	if ((e = people_prepare(im->people,
		 "INSERT OR REPLACE INTO account_pending VALUES (?1, ?2, ?3, "
		 "?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
		 im->effective, &s)) != 0)
		return e;
	people_bind(s, 2, a->login);
	people_bind(s, 3, a->name);
	people_bind(s, 4, a->department);
	people_bind(s, 5, a->mail);
	sqlite3_bind_int(s, 6, (int)a->roles);
	people_bind(s, 7, a->from);
	people_bind(s, 8, a->until);
	sqlite3_bind_int(s, 9, (int)row->gives);
	people_bind(s, 10, im->who);
	people_bind(s, 11, now);
	return people_run(s);
}

static int
import_row(const struct import *im, const struct account_row *row)
{
	struct account before, after;
	enum account_change what;
	bool is_new;
	int e;

	if ((e = change(im->people, row, &before, &after, &is_new)) != 0)
		return e;
	if ((e = check_row(im, row, &after, is_new)) != 0)
		return e;
	what = is_new			       ? ACCOUNT_NEW
	       : account_same(&before, &after) ? ACCOUNT_SAME
					       : ACCOUNT_CHANGED;
	if (im->each != NULL &&
	    (e = im->each(im->arg, is_new ? NULL : &before, &after, what)) != 0)
		return e;
	if (!im->apply)
		return 0;
	if (im->effective != NULL)
		return wait_row(im, row);
	return account_store(im->people, is_new ? NULL : &before, &after,
	    im->who, AUDIT_LATER);
}

static int
import_locked(const struct import *im)
{
	bool is_bad = false;
	char text[64];
	int e = 0;

	if (im->apply) {
		snprintf(text, sizeof(text), "%zu rows, effective %s", im->n,
		    im->effective == NULL ? "now" : im->effective);
		e = account_say(im->people, "accounts", "", im->who, "import",
		    text, AUDIT_LATER);
	}
	for (size_t i = 0; e == 0 && i < im->n; i++) {
		e = import_row(im, &im->rows[i]);
		if (e == ERR_MALFORMED && !im->apply) {
			is_bad = true; /* a preview tells of all of them */
			e = 0;
		}
	}
	if (e == 0 && is_bad)
		e = ERR_MALFORMED;
	return e == 0 && im->apply ? account_sync(im->people) : e;
}

int
account_import(struct people *p, const char *csv, size_t n,
    const char *effective, bool apply, const char *who,
    int (*each)(void *arg, const struct account *before,
	const struct account *after, enum account_change),
    void *arg, char why[ACCOUNT_WHY_BYTES])
{
	struct import im = { .people = p,
		.who = who,
		.apply = apply,
		.each = each,
		.arg = arg,
		.why = why };
	char today[ACCOUNT_DATE_BYTES];
	struct account_row *rows = NULL;
	int e;

	if (effective != NULL && !account_is_date(effective))
		return account_no(why,
		    N_("dates are written like 2027-04-01, the first before "
		       "the last"));
	if ((e = account_csv(csv, n, &rows, &im.n, why)) != 0)
		return e;
	account_today(today);
	if (effective != NULL && strcmp(effective, today) > 0)
		im.effective = effective;
	im.rows = rows;
	/* A preview as well looks at one state of the accounts. */
	e = apply ? ledger_begin(p->db) : ledger_exec(p->db, "BEGIN");
	if (e == 0)
		e = ledger_end(p->db, import_locked(&im));
	free(rows);
	return e;
}

#define PENDING \
	"SELECT login, name, department, mail, roles, valid_from, " \
	"valid_until, gives, effective, who FROM account_pending "

struct pending {
	struct account_row row;
	char effective[ACCOUNT_DATE_BYTES];
	char who[ACCOUNT_NAME_BYTES];
};

static void
take(sqlite3_stmt *s, struct pending *w)
{
	struct account *a = &w->row.account;

	memset(w, 0, sizeof(*w));
	people_take(s, 0, a->login, sizeof(a->login));
	people_take(s, 1, a->name, sizeof(a->name));
	people_take(s, 2, a->department, sizeof(a->department));
	people_take(s, 3, a->mail, sizeof(a->mail));
	a->roles = (unsigned)sqlite3_column_int(s, 4);
	people_take(s, 5, a->from, sizeof(a->from));
	people_take(s, 6, a->until, sizeof(a->until));
	w->row.gives = (unsigned)sqlite3_column_int(s, 7);
	people_take(s, 8, w->effective, sizeof(w->effective));
	people_take(s, 9, w->who, sizeof(w->who));
}

/* The first row that is due; ERR_NOENT. */
static int
next_due(struct people *p, const char *today, struct pending *w)
{
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p,
		 PENDING "WHERE effective <= ? ORDER BY effective, login "
			 "LIMIT 1",
		 today, &s)) != 0)
		return e;
	if ((e = ledger_step(s)) == 0)
		take(s, w);
	sqlite3_finalize(s);
	return e;
}

static int
forget(struct people *p, const struct pending *w)
{
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p,
		 "DELETE FROM account_pending WHERE effective = ? AND "
		 "login = ?",
		 w->effective, &s)) != 0)
		return e;
	people_bind(s, 2, w->row.account.login);
	return people_run(s);
}

/* A row that does not fit any more (others changed the account since) is
 * left out and said in the log; it must not stop those behind it. */
static int
due_row(struct people *p, const struct pending *w, unsigned *changed)
{
	char why[POLICY_WHY_BYTES] = "";
	struct account before, after;
	bool is_new;
	int e;

	if ((e = change(p, &w->row, &before, &after, &is_new)) != 0)
		return e;
	if (account_check(&after, why) != 0)
		e = account_say(p, "account", w->row.account.login, w->who,
		    "import left out", why, AUDIT_LATER);
	else if (is_new || !account_same(&before, &after)) {
		e = account_store(p, is_new ? NULL : &before, &after, w->who,
		    AUDIT_LATER);
		(*changed)++;
	}
	return e == 0 ? forget(p, w) : e;
}

static int
due_locked(struct people *p, const char *today, unsigned *changed)
{
	struct pending w;
	int e;

	while ((e = next_due(p, today, &w)) == 0)
		if ((e = due_row(p, &w, changed)) != 0)
			return e;
	return e == ERR_NOENT ? account_sync(p) : e;
}

int
account_due(struct people *p, unsigned *changed)
{
	char today[ACCOUNT_DATE_BYTES];
	struct pending w;
	unsigned n = 0;
	int e;

	account_today(today);
	/* Without the write lock, for it is called often. */
	e = next_due(p, today, &w);
	if (e == 0 && (e = ledger_begin(p->db)) == 0)
		e = ledger_end(p->db, due_locked(p, today, &n));
	if (e != 0 && e != ERR_NOENT)
		return e;
	*changed = n;
	return 0;
}

int
account_waiting(struct people *p,
    int (*each)(void *arg, const char *effective, const char *who,
	const struct account *before, const struct account *after),
    void *arg)
{
	struct account before, after;
	struct pending w;
	sqlite3_stmt *s;
	bool is_new;
	int e;

	if ((e = people_prepare(p, PENDING "ORDER BY effective, login", NULL,
		 &s)) != 0)
		return e;
	while ((e = ledger_step(s)) == 0) {
		take(s, &w);
		if ((e = change(p, &w.row, &before, &after, &is_new)) != 0 ||
		    (e = each(arg, w.effective, w.who, is_new ? NULL : &before,
			 &after)) != 0)
			break;
	}
	sqlite3_finalize(s);
	return e == ERR_NOENT ? 0 : e;
}

static int
cancel_locked(struct people *p, const char *effective, const char *who,
    unsigned *rows)
{
	sqlite3_stmt *s;
	int e;

	if ((e = account_say(p, "accounts", "", who, "import cancelled",
		 effective, AUDIT_SYNC)) != 0 ||
	    (e = people_prepare(p,
		 "DELETE FROM account_pending WHERE effective = ?", effective,
		 &s)) != 0 ||
	    (e = people_run(s)) != 0)
		return e;
	*rows = (unsigned)people_changed(p);
	return *rows == 0 ? ERR_NOENT : 0;
}

int
account_cancel(struct people *p, const char *effective, const char *who,
    unsigned *rows)
{
	unsigned n = 0;
	int e;

	if (!account_is_date(effective))
		return ERR_NOENT;
	if ((e = ledger_begin(p->db)) != 0)
		return e;
	e = ledger_end(p->db, cancel_locked(p, effective, who, &n));
	if (e == 0)
		*rows = n;
	return e;
}
