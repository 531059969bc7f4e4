/*
 * Making requests and deciding on them. What counts is in approvecheck.c.
 */
#include "quarantine/approve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "quarantine/approve_int.h"

const char approve_schema[] =
    "CREATE TABLE IF NOT EXISTS request ("
    " id TEXT PRIMARY KEY, transfer TEXT NOT NULL, kind INTEGER NOT NULL,"
    " state INTEGER NOT NULL, time TEXT NOT NULL, expires TEXT NOT NULL,"
    " login TEXT NOT NULL, department TEXT NOT NULL, sha256 TEXT NOT NULL,"
    " why TEXT NOT NULL, approvers TEXT NOT NULL, quorum INTEGER NOT NULL,"
    " reminded TEXT NOT NULL, overdue INTEGER NOT NULL);"
    "CREATE INDEX IF NOT EXISTS request_transfer ON request (transfer, kind);"
    "CREATE INDEX IF NOT EXISTS request_state ON request (state, time);"
    "CREATE TABLE IF NOT EXISTS decision ("
    " request TEXT NOT NULL, login TEXT NOT NULL, department TEXT NOT NULL,"
    " seat TEXT NOT NULL, for_login TEXT NOT NULL, time TEXT NOT NULL,"
    " sha256 TEXT NOT NULL, yes INTEGER NOT NULL,"
    " emergency INTEGER NOT NULL, why TEXT NOT NULL,"
    " PRIMARY KEY (request, login, emergency), UNIQUE (request, seat));";

#define QUORUM_MAX 8
#define HOUR	   3600

static const char *const kinds[] = { "release", "review", "unsanitised" };

void
approve_take(sqlite3_stmt *s, struct request *q)
{
	memset(q, 0, sizeof(*q));
	people_take(s, 0, q->id, sizeof(q->id));
	people_take(s, 1, q->transfer, sizeof(q->transfer));
	q->kind = (enum request_kind)sqlite3_column_int(s, 2);
	q->state = (enum request_state)sqlite3_column_int(s, 3);
	people_take(s, 4, q->time, sizeof(q->time));
	people_take(s, 5, q->expires, sizeof(q->expires));
	people_take(s, 6, q->login, sizeof(q->login));
	people_take(s, 7, q->department, sizeof(q->department));
	people_take(s, 8, q->sha256, sizeof(q->sha256));
	people_take(s, 9, q->why, sizeof(q->why));
	people_take(s, 10, q->approvers, sizeof(q->approvers));
	q->quorum = (uint32_t)sqlite3_column_int(s, 11);
	people_take(s, 12, q->reminded, sizeof(q->reminded));
}

void
approve_take_decision(sqlite3_stmt *s, struct decision *d)
{
	memset(d, 0, sizeof(*d));
	people_take(s, 0, d->request, sizeof(d->request));
	people_take(s, 1, d->login, sizeof(d->login));
	people_take(s, 2, d->department, sizeof(d->department));
	people_take(s, 3, d->for_login, sizeof(d->for_login));
	people_take(s, 4, d->time, sizeof(d->time));
	people_take(s, 5, d->sha256, sizeof(d->sha256));
	d->is_yes = sqlite3_column_int(s, 6) != 0;
	d->is_emergency = sqlite3_column_int(s, 7) != 0;
	people_take(s, 8, d->why, sizeof(d->why));
}

bool
approve_is_blank(const char *s)
{
	return s == NULL || s[strspn(s, " \t\r\n")] == '\0';
}

/* One row, by a statement with one or two parameters. */
static int
find(struct people *p, const char *sql, const char *first, int second,
    struct request *q)
{
	struct request found;
	enum request_state state;
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p, sql, first, &s)) != 0)
		return e;
	if (second >= 0)
		sqlite3_bind_int(s, 2, second);
	if ((e = ledger_step(s)) == 0)
		approve_take(s, &found);
	sqlite3_finalize(s);
	if (e == 0)
		e = approve_tally(p, &found, &state, &found.agreed);
	if (e == 0)
		*q = found;
	return e;
}

int
approve_get(struct people *p, const char *id, struct request *q)
{
	return find(p, "SELECT " REQUEST_COLUMNS " FROM request WHERE id = ?",
	    id, -1, q);
}

int
approve_of(struct people *p, const char *transfer, enum request_kind kind,
    struct request *q)
{
	return find(p,
	    "SELECT " REQUEST_COLUMNS " FROM request WHERE transfer = ?1 AND "
	    "kind = ?2 ORDER BY time DESC, id DESC LIMIT 1",
	    transfer, (int)kind, q);
}

/* What a request of this kind may be about. */
static int
check_kind(const struct transfer *t, enum request_kind kind, const char *sha256,
    const char *why, const struct rules *r)
{
	switch (kind) {
	case REQUEST_RELEASE:
		return t->state == TRANSFER_APPROVAL &&
			       strcmp(sha256, t->result_sha256) == 0
			   ? 0
			   : ERR_DENIED;
	case REQUEST_REVIEW:
		return strcmp(sha256, t->result_sha256) == 0 ? 0 : ERR_DENIED;
	case REQUEST_UNSANITISED:
		return r->unsanitised_import && !approve_is_blank(why) &&
			       (t->state == TRANSFER_HELD ||
				   t->state == TRANSFER_PASSWORD) &&
			       strcmp(sha256, t->sha256) == 0
			   ? 0
			   : ERR_DENIED;
	}
	return ERR_INTERNAL;
}

static uint32_t
quorum_of(enum request_kind kind, const struct rules *r)
{
	uint32_t n = r->quorum < 1 ? 1 : r->quorum;

	n = n > QUORUM_MAX ? QUORUM_MAX : n;
	if (kind == REQUEST_REVIEW)
		return 1;
	return kind == REQUEST_UNSANITISED && n < 2 ? 2 : n;
}

static void
fill(struct request *q, const struct transfer *t, enum request_kind kind,
    const char *sha256, const char *login, const char *why,
    const struct rules *r)
{
	uint32_t hours = kind == REQUEST_REVIEW ? r->review_h : r->expire_h;

	memset(q, 0, sizeof(*q));
	record_id_new(q->id);
	snprintf(q->transfer, sizeof(q->transfer), "%s", t->id);
	q->kind = kind;
	transfer_time_in(0, q->time);
	transfer_time_in((int64_t)(hours < 1 ? 1 : hours) * HOUR, q->expires);
	snprintf(q->login, sizeof(q->login), "%s", login);
	snprintf(q->department, sizeof(q->department), "%s", t->department);
	snprintf(q->sha256, sizeof(q->sha256), "%s", sha256);
	utf8_printable(why, strlen(why), q->why, sizeof(q->why));
	snprintf(q->approvers, sizeof(q->approvers), "%s", r->approvers);
	q->quorum = quorum_of(kind, r);
}

static int
insert(struct people *p, const struct request *q)
{
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p,
		 "INSERT INTO request (" REQUEST_COLUMNS ", overdue) VALUES "
		 "(?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, '', 0)",
		 q->id, &s)) != 0)
		return e;
	people_bind(s, 2, q->transfer);
	sqlite3_bind_int(s, 3, (int)q->kind);
	people_bind(s, 4, q->time);
	people_bind(s, 5, q->expires);
	people_bind(s, 6, q->login);
	people_bind(s, 7, q->department);
	people_bind(s, 8, q->sha256);
	people_bind(s, 9, q->why);
	people_bind(s, 10, q->approvers);
	sqlite3_bind_int64(s, 11, q->quorum);
	return people_run(s);
}

int
approve_say_request(struct people *p, const struct request *q)
{
	return audit_append(p->audit, "request",
	    json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:I}", "id", q->transfer,
		"request", q->id, "kind", kinds[q->kind], "from", q->login,
		"department", q->department, "sha256", q->sha256, "reason",
		q->why, "quorum", (json_int_t)q->quorum),
	    AUDIT_SYNC);
}

int
approve_insert(struct people *p, const struct transfer *t,
    enum request_kind kind, const char *sha256, const char *login,
    const char *why, const struct rules *r, struct request *out)
{
	struct request q;
	int e;

	if ((e = check_kind(t, kind, sha256, why, r)) != 0)
		return e;
	e = approve_of(p, t->id, kind, &q);
	if (e == 0 && q.state == REQUEST_OPEN)
		return ERR_EXIST;
	if (e != 0 && e != ERR_NOENT)
		return e;
	fill(&q, t, kind, sha256, login, why, r);
	if ((e = approve_say_request(p, &q)) == 0 && (e = insert(p, &q)) == 0)
		*out = q;
	return e;
}

int
approve_ask(struct people *p, const struct transfer *t, enum request_kind kind,
    const char *sha256, const char *login, const char *why,
    const struct rules *r, struct request *out)
{
	struct transfer now;
	int e;

	if (kind == REQUEST_REVIEW || login[0] == '\0')
		return ERR_INTERNAL;
	if ((e = ledger_begin(p->db)) != 0)
		return e;
	/* As it is under the lock, not as the caller saw it. */
	if ((e = transfer_get(p, t->id, &now)) == 0) {
		e = approve_insert(p, &now, kind, sha256, login,
		    why == NULL ? "" : why, r, out);
		transfer_done(&now);
	}
	if ((e = ledger_end(p->db, e)) == 0)
		people_wake(p);
	return e;
}

int
approve_set_state(struct people *p, const char *id, enum request_state state)
{
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p,
		 "UPDATE request SET state = ?2 WHERE id = ?1 AND state = 0",
		 id, &s)) != 0)
		return e;
	sqlite3_bind_int(s, 2, (int)state);
	return people_run(s);
}

int
approve_withdraw(struct people *p, const char *transfer)
{
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p,
		 "UPDATE request SET state = 3 WHERE transfer = ? AND state = "
		 "0 AND kind <> 1",
		 transfer, &s)) != 0)
		return e;
	return people_run(s);
}

/* Read first, call afterwards: each() may write. */
int
approve_read(struct people *p, const char *sql, struct request **out, size_t *n)
{
	struct request *all = NULL, *more;
	size_t room = 0;
	sqlite3_stmt *s;
	int e;

	*n = 0;
	if ((e = people_prepare(p, sql, NULL, &s)) != 0)
		return e;
	while ((e = ledger_step(s)) == 0) {
		if (*n == room) {
			room = room == 0 ? 32 : room * 2;
			more = reallocarray(all, room, sizeof(*all));
			if (more == NULL) {
				e = ERR_NOMEM;
				break;
			}
			all = more;
		}
		approve_take(s, &all[(*n)++]);
	}
	sqlite3_finalize(s);
	if (e == ERR_NOENT)
		*out = all;
	else
		free(all);
	return e == ERR_NOENT ? 0 : e;
}

int
approve_list(struct people *p, const struct account *a,
    int (*each)(void *arg, const struct request *), void *arg)
{
	char who[ACCOUNT_LOGIN_BYTES], why[POLICY_WHY_BYTES];
	struct deputies *d = malloc(sizeof(*d));
	struct request *all = NULL;
	enum request_state state;
	size_t n = 0;
	int e;

	if (d == NULL)
		return ERR_NOMEM;
	if ((e = approve_read_open(p, &all, &n)) == 0 && a != NULL)
		e = approve_deputies(p, a->login, d);
	for (size_t i = 0; e == 0 && i < n; i++) {
		if (a != NULL &&
		    (e = approve_check(p, &all[i], a, d, who, why)) != 0) {
			e = e == ERR_DENIED ? 0 : e;
			continue;
		}
		e = approve_tally(p, &all[i], &state, &all[i].agreed);
		if (e == 0 && state == REQUEST_OPEN)
			e = each(arg, &all[i]);
	}
	free(all);
	free(d);
	return e;
}

int
approve_decisions(struct people *p, const char *request,
    int (*each)(void *arg, const struct decision *), void *arg)
{
	struct decision d;
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p,
		 "SELECT " DECISION_COLUMNS " FROM decision WHERE request = ? "
		 "ORDER BY time, login",
		 request, &s)) != 0)
		return e;
	while ((e = ledger_step(s)) == 0) {
		approve_take_decision(s, &d);
		if ((e = each(arg, &d)) != 0)
			break;
	}
	sqlite3_finalize(s);
	return e == ERR_NOENT ? 0 : e;
}

/* approve_check() with the deputies of the account. */
static int
check(struct people *p, const struct request *q, const struct account *a,
    char for_login[ACCOUNT_LOGIN_BYTES], char why[POLICY_WHY_BYTES])
{
	struct deputies *d = malloc(sizeof(*d));
	int e;

	if (d == NULL)
		return ERR_NOMEM;
	if ((e = approve_deputies(p, a->login, d)) == 0)
		e = approve_check(p, q, a, d, for_login, why);
	free(d);
	return e;
}

bool
approve_may(struct people *p, const struct request *q, const struct account *a,
    char for_login[ACCOUNT_LOGIN_BYTES], char why[POLICY_WHY_BYTES])
{
	int e;

	why[0] = '\0';
	if ((e = check(p, q, a, for_login, why)) == 0)
		return true;
	if (e != ERR_DENIED)
		snprintf(why, POLICY_WHY_BYTES, "%s", err_text(e));
	return false;
}

/* What the transfer has now is what the request is about. */
static int
is_bound(struct people *p, const struct request *q, bool *yes)
{
	struct transfer t;
	int e;

	*yes = false;
	if ((e = transfer_get(p, q->transfer, &t)) != 0)
		return e == ERR_NOENT ? 0 : e;
	if (q->kind == REQUEST_UNSANITISED)
		*yes = strcmp(q->sha256, t.sha256) == 0;
	else
		*yes = strcmp(q->sha256, t.result_sha256) == 0;
	transfer_done(&t);
	return 0;
}

int
approve_state(struct people *p, const struct request *asked,
    enum request_state *state)
{
	struct request q;
	bool bound;
	int e;

	if ((e = approve_get(p, asked->id, &q)) != 0 ||
	    (e = is_bound(p, &q, &bound)) != 0)
		return e;
	if (q.state == REQUEST_REJECTED || q.state == REQUEST_EXPIRED) {
		*state = q.state;
		return 0;
	}
	if (!bound || strcmp(asked->sha256, q.sha256) != 0) {
		*state = REQUEST_EXPIRED;
		return 0;
	}
	return approve_tally(p, &q, state, &q.agreed);
}

int
approve_say_decision(struct people *p, const char *event,
    const struct request *q, const struct decision *d)
{
	return audit_append(p->audit, event,
	    json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:s}", "id", q->transfer,
		"request", d->request, "kind", kinds[q->kind], "who", d->login,
		"for", d->for_login, "sha256", d->sha256, "yes", d->is_yes,
		"reason", d->why),
	    AUDIT_SYNC);
}

int
approve_insert_decision(struct people *p, const struct decision *d)
{
	char seat[ACCOUNT_LOGIN_BYTES + 16];
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p,
		 "INSERT INTO decision (" DECISION_COLUMNS ", seat) VALUES (?, "
		 "?, ?, ?, ?, ?, ?, ?, ?, ?)",
		 d->request, &s)) != 0)
		return e;
	snprintf(seat, sizeof(seat), "%s%s", d->is_emergency ? "!" : "",
	    d->for_login[0] != '\0' ? d->for_login : d->login);
	people_bind(s, 2, d->login);
	people_bind(s, 3, d->department);
	people_bind(s, 4, d->for_login);
	people_bind(s, 5, d->time);
	people_bind(s, 6, d->sha256);
	sqlite3_bind_int(s, 7, d->is_yes);
	sqlite3_bind_int(s, 8, d->is_emergency);
	people_bind(s, 9, d->why);
	people_bind(s, 10, seat);
	return people_run(s);
}

void
approve_fill_decision(struct decision *d, const struct request *q,
    const struct account *a, bool is_yes, const char *text)
{
	memset(d, 0, sizeof(*d));
	memcpy(d->request, q->id, sizeof(d->request));
	memcpy(d->login, a->login, sizeof(d->login));
	memcpy(d->department, a->department, sizeof(d->department));
	memcpy(d->sha256, q->sha256, sizeof(d->sha256));
	transfer_time_in(0, d->time);
	d->is_yes = is_yes;
	text = text == NULL ? "" : text;
	utf8_printable(text, strlen(text), d->why, sizeof(d->why));
}

/* The account as the register has it, not as the caller had it. */
int
approve_fresh_account(struct people *p, const struct account *given,
    struct account *a)
{
	int e = account_get(p, given->login, a);

	return e == ERR_NOENT ? ERR_DENIED : e;
}

/* The request, open and in time, and its transfer still waiting for it. */
int
approve_open_request(struct people *p, const char *id, struct request *q)
{
	enum request_state state;
	int e, of;

	if ((e = approve_get(p, id, q)) != 0 ||
	    (e = approve_state(p, q, &state)) != 0)
		return e;
	if (q->state != REQUEST_OPEN || state != REQUEST_OPEN)
		return ERR_EXIST;
	if ((e = transfer_state_of(p, q->transfer, &of)) != 0)
		return e;
	return q->kind == REQUEST_RELEASE && of != TRANSFER_APPROVAL ? ERR_EXIST
								     : 0;
}

struct verdict_of {
	const struct account *account;
	const char *sha256, *text;
	bool is_yes;
};

static int
decide_locked(struct people *p, const char *id, const struct verdict_of *v,
    enum request_state *state, char why[POLICY_WHY_BYTES])
{
	struct account a;
	struct decision d;
	struct request q;
	bool decided = false;
	int e;

	if ((e = approve_open_request(p, id, &q)) != 0 ||
	    (e = approve_fresh_account(p, v->account, &a)) != 0 ||
	    (e = approve_has_decided(p, id, a.login, &decided)) != 0)
		return e;
	approve_fill_decision(&d, &q, &a, v->is_yes, v->text);
	if ((e = check(p, &q, &a, d.for_login, why)) != 0)
		return e == ERR_DENIED && decided ? ERR_EXIST : e;
	if (strcmp(v->sha256, q.sha256) != 0) {
		snprintf(why, POLICY_WHY_BYTES, "%s",
		    N_("what you saw is not what would be released"));
		return ERR_DENIED;
	}
	if ((e = approve_say_decision(p, "decision", &q, &d)) != 0 ||
	    (e = approve_insert_decision(p, &d)) != 0 ||
	    (e = approve_tally(p, &q, state, &q.agreed)) != 0)
		return e;
	if (*state == REQUEST_OPEN)
		return 0;
	if ((e = approve_set_state(p, id, *state)) != 0)
		return e;
	/* What was kept for a review goes with it. */
	return q.kind == REQUEST_REVIEW ? preview_settled(p, q.transfer) : 0;
}

int
approve_decide(struct people *p, const char *request, const struct account *a,
    const char *sha256, bool is_yes, const char *text,
    enum request_state *state, char why[POLICY_WHY_BYTES])
{
	struct verdict_of v = { a, sha256, text, is_yes };
	enum request_state after = REQUEST_OPEN;
	int e;

	why[0] = '\0';
	if ((e = ledger_begin(p->db)) != 0)
		return e;
	e = decide_locked(p, request, &v, &after, why);
	if ((e = ledger_end(p->db, e)) != 0) {
		if (e == ERR_EXIST && why[0] == '\0')
			snprintf(why, POLICY_WHY_BYTES, "%s",
			    N_("the request is not open any more"));
		return e;
	}
	*state = after;
	people_wake(p);
	return 0;
}
