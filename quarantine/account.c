/*
 * Rows of accounts. Everything is decided inside a write transaction, on the
 * row as it is then; the audit line is written before the row.
 */
#include "quarantine/account.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "quarantine/account_int.h"

/*
 * account: one row a person, never removed (records name them).
 * account_try: failures in a row, by login; for logins that do not exist a
 * fixed number of rows shares them, so that both cost the same.
 * account_pending: rows of an import that wait for their day.
 */
const char account_schema[] =
    "CREATE TABLE IF NOT EXISTS account ("
    " login TEXT PRIMARY KEY, name TEXT NOT NULL, department TEXT NOT NULL,"
    " mail TEXT NOT NULL, language TEXT NOT NULL, roles INTEGER NOT NULL,"
    " disabled INTEGER NOT NULL, must_change INTEGER NOT NULL,"
    " valid_from TEXT NOT NULL, valid_until TEXT NOT NULL,"
    " deputy TEXT NOT NULL, away_from TEXT NOT NULL,"
    " away_until TEXT NOT NULL, last_time TEXT NOT NULL,"
    " last_from TEXT NOT NULL, password TEXT NOT NULL,"
    " password_time TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS account_try ("
    " login TEXT PRIMARY KEY, failures INTEGER NOT NULL,"
    " locked_until TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS account_pending ("
    " effective TEXT NOT NULL, login TEXT NOT NULL, name TEXT NOT NULL,"
    " department TEXT NOT NULL, mail TEXT NOT NULL, roles INTEGER NOT NULL,"
    " valid_from TEXT NOT NULL, valid_until TEXT NOT NULL,"
    " gives INTEGER NOT NULL, who TEXT NOT NULL, time TEXT NOT NULL,"
    " PRIMARY KEY (effective, login));";

#define SELECT \
	"SELECT a.login, a.name, a.department, a.mail, a.language, a.roles, " \
	"a.disabled, a.must_change, a.valid_from, a.valid_until, a.deputy, " \
	"a.away_from, a.away_until, a.last_time, a.last_from, " \
	"a.password_time, coalesce(t.failures, 0), " \
	"coalesce(t.locked_until, '') FROM account AS a " \
	"LEFT JOIN account_try AS t ON t.login = a.login "

static void
take(sqlite3_stmt *s, struct account *a)
{
	const struct {
		char *to;
		size_t size;
		int column;
	} texts[] = {
		{ a->login, sizeof(a->login), 0 },
		{ a->name, sizeof(a->name), 1 },
		{ a->department, sizeof(a->department), 2 },
		{ a->mail, sizeof(a->mail), 3 },
		{ a->language, sizeof(a->language), 4 },
		{ a->from, sizeof(a->from), 8 },
		{ a->until, sizeof(a->until), 9 },
		{ a->deputy, sizeof(a->deputy), 10 },
		{ a->away_from, sizeof(a->away_from), 11 },
		{ a->away_until, sizeof(a->away_until), 12 },
		{ a->last_time, sizeof(a->last_time), 13 },
		{ a->last_from, sizeof(a->last_from), 14 },
		{ a->password_time, sizeof(a->password_time), 15 },
		{ a->locked_until, sizeof(a->locked_until), 17 },
	};

	char now[RECORD_TIME_BYTES];

	record_time_now(now);
	memset(a, 0, sizeof(*a));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		people_take(s, texts[i].column, texts[i].to, texts[i].size);
	a->roles = (unsigned)sqlite3_column_int(s, 5);
	a->is_disabled = sqlite3_column_int(s, 6) != 0;
	a->must_change = sqlite3_column_int(s, 7) != 0;
	a->failures = (unsigned)sqlite3_column_int(s, 16);
	if (strcmp(a->locked_until, now) <= 0)
		a->locked_until[0] = '\0'; /* it is over */
}

int
account_read(struct people *p, const char *login, struct account *out)
{
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p, SELECT "WHERE a.login = ?", login, &s)) != 0)
		return e;
	if ((e = ledger_step(s)) == 0)
		take(s, out);
	sqlite3_finalize(s);
	return e;
}

int
account_get(struct people *p, const char *login, struct account *out)
{
	char lower[ACCOUNT_LOGIN_BYTES];

	if (account_login(login, lower) != 0)
		return ERR_NOENT;
	return account_read(p, lower, out);
}

int
account_list(struct people *p, int (*each)(void *arg, const struct account *),
    void *arg)
{
	struct account a;
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p, SELECT "ORDER BY a.department, a.login",
		 NULL, &s)) != 0)
		return e;
	while ((e = ledger_step(s)) == 0) {
		take(s, &a);
		if ((e = each(arg, &a)) != 0)
			break;
	}
	sqlite3_finalize(s);
	return e == ERR_NOENT ? 0 : e;
}

int
account_say(struct people *p, const char *event, const char *login,
    const char *who, const char *what, const char *detail, enum audit_when when)
{
	char person[ACCOUNT_NAME_BYTES];
	struct buf b;
	json_t *j = NULL;
	const char *text;
	int e;

	utf8_printable(who, strlen(who), person, sizeof(person));
	buf_init(&b, 16384);
	e = buf_fmt(&b, "%s%s%s", what, detail == NULL ? "" : ": ",
	    detail == NULL ? "" : detail);
	if (e == 0 && (text = buf_cstr(&b)) != NULL)
		j = json_pack("{s:s, s:s, s:s}", "id", login, "reason", text,
		    "who", person);
	buf_done(&b);
	if (e != 0)
		return e;
	e = audit_append(p->audit, event, j, when);
	/* A changed log is no wrong password. */
	return e == ERR_DENIED ? ERR_IO : e;
}

int
account_sync(struct people *p)
{
	int e = audit_sync(p->audit);

	return e == ERR_DENIED ? ERR_IO : e;
}

bool
account_same(const struct account *a, const struct account *b)
{
	return strcmp(a->name, b->name) == 0 &&
	       strcmp(a->department, b->department) == 0 &&
	       strcmp(a->mail, b->mail) == 0 &&
	       strcmp(a->language, b->language) == 0 && a->roles == b->roles &&
	       a->is_disabled == b->is_disabled &&
	       a->must_change == b->must_change &&
	       strcmp(a->from, b->from) == 0 &&
	       strcmp(a->until, b->until) == 0 &&
	       strcmp(a->deputy, b->deputy) == 0 &&
	       strcmp(a->away_from, b->away_from) == 0 &&
	       strcmp(a->away_until, b->away_until) == 0;
}

/* "roles: staff -> staff approver; ..." for the log. */
static int
describe(const struct account *old, const struct account *new, struct buf *b)
{
	char was[64], is[64];

	const struct {
		const char *name, *was, *is;
	} fields[] = {
		{ "name", old->name, new->name },
		{ "department", old->department, new->department },
		{ "mail", old->mail, new->mail },
		{ "language", old->language, new->language },
		{ "roles", was, is },
		{ "disabled", old->is_disabled ? "yes" : "no",
		    new->is_disabled ? "yes" : "no" },
		{ "must change", old->must_change ? "yes" : "no",
		    new->must_change ? "yes" : "no" },
		{ "from", old->from, new->from },
		{ "until", old->until, new->until },
		{ "deputy", old->deputy, new->deputy },
		{ "away from", old->away_from, new->away_from },
		{ "away until", old->away_until, new->away_until },
	};

	int e = 0;

	account_roles_text(old->roles, was);
	account_roles_text(new->roles, is);
	for (size_t i = 0; e == 0 && i < sizeof(fields) / sizeof(fields[0]);
	     i++)
		if (strcmp(fields[i].was, fields[i].is) != 0)
			e = buf_fmt(b, "%s%s: %s -> %s", b->len > 0 ? "; " : "",
			    fields[i].name, fields[i].was, fields[i].is);
	return e;
}

static int
say_store(struct people *p, const struct account *before,
    const struct account *after, const char *who, enum audit_when when)
{
	static const struct account none;
	const char *text;
	struct buf b;
	int e;

	buf_init(&b, 8192);
	e = describe(before == NULL ? &none : before, after, &b);
	if (e == 0)
		e = (text = buf_cstr(&b)) == NULL
			? ERR_NOMEM
			: account_say(p, "account", after->login, who,
			      before == NULL ? "new" : "changed", text, when);
	buf_done(&b);
	return e;
}

static void
bind_account(sqlite3_stmt *s, const struct account *a)
{
	people_bind(s, 1, a->login);
	people_bind(s, 2, a->name);
	people_bind(s, 3, a->department);
	people_bind(s, 4, a->mail);
	people_bind(s, 5, a->language);
	sqlite3_bind_int(s, 6, (int)a->roles);
	sqlite3_bind_int(s, 7, a->is_disabled);
	sqlite3_bind_int(s, 8, a->must_change);
	people_bind(s, 9, a->from);
	people_bind(s, 10, a->until);
	people_bind(s, 11, a->deputy);
	people_bind(s, 12, a->away_from);
	people_bind(s, 13, a->away_until);
}

int
account_store(struct people *p, const struct account *before,
    const struct account *after, const char *who, enum audit_when when)
{
	sqlite3_stmt *s;
	int e;

	if (before != NULL && account_same(before, after))
		return 0;
	if ((e = say_store(p, before, after, who, when)) != 0 ||
	    (e = people_prepare(p,
		 "INSERT INTO account VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
		 "?9, ?10, ?11, ?12, ?13, '', '', '', '') ON CONFLICT (login) "
		 "DO UPDATE SET name = ?2, department = ?3, mail = ?4, "
		 "language = ?5, roles = ?6, disabled = ?7, must_change = ?8, "
		 "valid_from = ?9, valid_until = ?10, deputy = ?11, "
		 "away_from = ?12, away_until = ?13",
		 NULL, &s)) != 0)
		return e;
	bind_account(s, after);
	return people_run(s);
}

/* The deputy must be there, and another person. */
static int
check_deputy(struct people *p, const struct account *a,
    char why[POLICY_WHY_BYTES])
{
	struct account deputy;
	int e;

	if (a->deputy[0] == '\0')
		return 0;
	if (strcmp(a->deputy, a->login) == 0)
		return account_no(why, N_("nobody is their own deputy"));
	e = account_read(p, a->deputy, &deputy);
	return e == ERR_NOENT
		   ? account_no(why, N_("there is no such account as deputy"))
		   : e;
}

static int
put_locked(struct people *p, const struct account *a, const char *who,
    char why[POLICY_WHY_BYTES])
{
	struct account before;
	int e;

	if ((e = check_deputy(p, a, why)) != 0)
		return e;
	e = account_read(p, a->login, &before);
	if (e != 0 && e != ERR_NOENT)
		return e;
	return account_store(p, e == 0 ? &before : NULL, a, who, AUDIT_SYNC);
}

int
account_put(struct people *p, const struct account *given, const char *who,
    char why[POLICY_WHY_BYTES])
{
	struct account a = *given;
	int e;

	why[0] = '\0';
	if (account_login(given->login, a.login) != 0)
		a.login[0] = '\0'; /* account_check() says it */
	if (a.deputy[0] != '\0' && account_login(given->deputy, a.deputy) != 0)
		return account_no(why,
		    N_("there is no such account as deputy"));
	if (a.language[0] == '\0')
		snprintf(a.language, sizeof(a.language), "ja");
	if ((e = account_check(&a, why)) != 0 || (e = ledger_begin(p->db)) != 0)
		return e;
	return ledger_end(p->db, put_locked(p, &a, who, why));
}

/* ---- one's own absence */

static int
denied(char why[POLICY_WHY_BYTES], const char *key)
{
	(void)!account_no(why, key);
	return ERR_DENIED;
}

static int
check_away(struct people *p, const struct account *a,
    char why[POLICY_WHY_BYTES])
{
	char today[ACCOUNT_DATE_BYTES];
	struct account d;
	int e;

	if ((a->roles & ROLE_APPROVER) == 0 || !account_is_valid(a))
		return denied(why, N_("this needs the role of an approver"));
	if (a->deputy[0] == '\0' && a->away_from[0] == '\0' &&
	    a->away_until[0] == '\0')
		return 0;
	account_today(today);
	if (!account_is_date(a->away_from) || !account_is_date(a->away_until) ||
	    strcmp(a->away_from, a->away_until) > 0 ||
	    strcmp(a->away_until, today) < 0)
		return denied(why,
		    N_("give the first and the last day, the last not before "
		       "the first and not over yet"));
	if (strcmp(a->deputy, a->login) == 0)
		return denied(why, N_("nobody is their own deputy"));
	e = account_read(p, a->deputy, &d);
	if (e != 0 && e != ERR_NOENT)
		return e;
	if (e != 0 || !account_is_valid(&d) || (d.roles & ROLE_APPROVER) == 0)
		return denied(why,
		    N_("the deputy must be another approver, with a valid "
		       "account"));
	return 0;
}

static int
away_locked(struct people *p, const char *login, const char *deputy,
    const char *from, const char *until, char why[POLICY_WHY_BYTES])
{
	struct account before, after;
	int e;

	if ((e = account_read(p, login, &before)) != 0)
		return e;
	after = before;
	snprintf(after.away_from, sizeof(after.away_from), "%s", from);
	snprintf(after.away_until, sizeof(after.away_until), "%s", until);
	after.deputy[0] = '\0';
	if (deputy[0] != '\0' && account_login(deputy, after.deputy) != 0)
		return denied(why, N_("there is no such account as deputy"));
	if ((e = check_away(p, &after, why)) != 0)
		return e;
	return account_store(p, &before, &after, login, AUDIT_SYNC);
}

int
account_set_away(struct people *p, const char *login, const char *deputy,
    const char *from, const char *until, char why[POLICY_WHY_BYTES])
{
	char lower[ACCOUNT_LOGIN_BYTES];
	int e;

	why[0] = '\0';
	if (account_login(login, lower) != 0)
		return ERR_NOENT;
	if ((e = ledger_begin(p->db)) != 0)
		return e;
	return ledger_end(p->db,
	    away_locked(p, lower, deputy, from, until, why));
}
