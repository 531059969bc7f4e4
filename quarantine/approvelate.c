/*
 * What happens to requests beside decisions: time runs out, and emergencies.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "quarantine/approve_int.h"

#define HOUR 3600

int
approve_read_open(struct people *p, struct request **out, size_t *n)
{
	return approve_read(p,
	    "SELECT " REQUEST_COLUMNS " FROM request WHERE state = 0 "
	    "ORDER BY time, id LIMIT 10000",
	    out, n);
}

int
approve_imports(struct people *p,
    int (*each)(void *arg, const struct request *), void *arg)
{
	struct request *all = NULL;
	size_t n;
	int e;

	e = approve_read(p,
	    "SELECT " REQUEST_COLUMNS " FROM request WHERE state = 1 AND kind "
	    "= 2 AND transfer IN (SELECT id FROM transfer WHERE state IN (2, "
	    "5)) ORDER BY time, id LIMIT 1000",
	    &all, &n);
	for (size_t i = 0; e == 0 && i < n; i++)
		e = each(arg, &all[i]);
	free(all);
	return e;
}

/* The decisions that made it approved may count for nothing by now. */
static int
reopen_one(struct people *p, const struct request *q)
{
	enum request_state state;
	uint32_t agreed;
	sqlite3_stmt *s;
	int e;

	if ((e = approve_tally(p, q, &state, &agreed)) != 0 ||
	    state != REQUEST_OPEN)
		return e;
	if ((e = audit_append(p->audit, "reopened",
		 json_pack("{s:s,s:s}", "id", q->transfer, "request", q->id),
		 AUDIT_SYNC)) != 0 ||
	    (e = people_prepare(p,
		 "UPDATE request SET state = 0 WHERE id = ?1 AND state = 1",
		 q->id, &s)) != 0)
		return e;
	return people_run(s);
}

/* Approved ones whose file waits all the same: whoever agreed has left or
 * moved before it crossed. Others may decide. */
static int
reopen(struct people *p)
{
	struct request *all = NULL;
	size_t n;
	int e;

	e = approve_read(p,
	    "SELECT " REQUEST_COLUMNS " FROM request WHERE state = 1 AND kind "
	    "= 0 AND transfer IN (SELECT id FROM transfer WHERE state = 3) "
	    "ORDER BY time, id LIMIT 1000",
	    &all, &n);
	for (size_t i = 0; e == 0 && i < n; i++)
		if ((e = ledger_begin(p->db)) == 0)
			e = ledger_end(p->db, reopen_one(p, &all[i]));
	free(all);
	return e;
}

static int
say_expired(struct people *p, const struct request *q)
{
	return audit_append(p->audit, "expired",
	    json_pack("{s:s,s:s}", "id", q->transfer, "request", q->id),
	    AUDIT_SYNC);
}

/* One statement that only the first of two processes makes. */
static int
mark(struct people *p, const char *sql, const struct request *q,
    const char *value, bool *fresh)
{
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p, sql, q->id, &s)) != 0)
		return e;
	if (value != NULL)
		people_bind(s, 2, value);
	e = people_run(s);
	*fresh = e == 0 && people_changed(p) == 1;
	return e;
}

static int
expire(struct people *p, const struct request *q, bool *fresh)
{
	enum request_state state;
	uint32_t agreed;
	int e;

	if (q->kind == REQUEST_REVIEW)
		return mark(p,
		    "UPDATE request SET overdue = 1 WHERE id = ?1 AND state = "
		    "0 AND overdue = 0",
		    q, NULL, fresh);
	/* Whoever agreed in time has agreed. */
	if ((e = approve_tally(p, q, &state, &agreed)) != 0)
		return e;
	if (state != REQUEST_EXPIRED)
		return state == REQUEST_OPEN
			   ? 0
			   : approve_set_state(p, q->id, state);
	if ((e = mark(p,
		 "UPDATE request SET state = 3 WHERE id = ?1 AND state = 0", q,
		 NULL, fresh)) != 0 ||
	    !*fresh)
		return e;
	return say_expired(p, q);
}

/* Wants a reminder since: so long after the last one, or after it was made. */
static int
remind(struct people *p, const struct request *q, uint32_t hours, bool *fresh)
{
	char limit[RECORD_TIME_BYTES], now[RECORD_TIME_BYTES];
	const char *last = q->reminded[0] != '\0' ? q->reminded : q->time;

	transfer_time_in(-(int64_t)hours * HOUR, limit);
	if (hours == 0 || strcmp(last, limit) > 0)
		return 0;
	transfer_time_in(0, now);
	/* reminded is as it was read: nobody else reminded meanwhile. */
	if (q->reminded[0] == '\0')
		return mark(p,
		    "UPDATE request SET reminded = ?2 WHERE id = ?1 AND state "
		    "= 0 AND reminded = ''",
		    q, now, fresh);
	return mark(p,
	    "UPDATE request SET reminded = ?2 WHERE id = ?1 AND state = 0 AND "
	    "reminded < ?2",
	    q, now, fresh);
}

static int
tick_one(struct people *p, const struct request *q, uint32_t remind_h,
    bool *said, bool *expired)
{
	char now[RECORD_TIME_BYTES];
	int e;

	*said = false;
	transfer_time_in(0, now);
	*expired = strcmp(now, q->expires) > 0;
	if ((e = ledger_begin(p->db)) != 0)
		return e;
	if (*expired)
		e = expire(p, q, said);
	if (e == 0 && (!*expired || q->kind == REQUEST_REVIEW) && !*said) {
		*expired = false;
		e = remind(p, q, remind_h, said);
	}
	return ledger_end(p->db, e);
}

int
approve_tick(struct people *p, const struct ruleset *set,
    int (*each)(void *arg, const struct request *, bool is_expired), void *arg)
{
	struct request *all = NULL;
	bool said, expired;
	struct rules rules;
	size_t n = 0;
	int e;

	if ((e = reopen(p)) != 0 || (e = approve_read_open(p, &all, &n)) != 0)
		return e;
	for (size_t i = 0; e == 0 && i < n; i++) {
		rules_of(set, all[i].department, &rules);
		e = tick_one(p, &all[i], rules.remind_h, &said, &expired);
		if (e != 0 || !said)
			continue;
		if (expired && all[i].kind != REQUEST_REVIEW) {
			all[i].state = REQUEST_EXPIRED;
			people_wake(p);
		}
		e = each(arg, &all[i], expired);
	}
	free(all);
	return e;
}

static int
deny(char no[POLICY_WHY_BYTES], const char *text)
{
	snprintf(no, POLICY_WHY_BYTES, "%s", text);
	return ERR_DENIED;
}

static int
check_emergency(struct people *p, const struct request *q,
    const struct account *a, const struct rules *r, char no[POLICY_WHY_BYTES])
{
	char owner[ACCOUNT_LOGIN_BYTES];
	int e;

	if (q->kind != REQUEST_RELEASE)
		return deny(no, N_("only a sanitised result is released in an "
				   "emergency"));
	if (!r->may_release_in_emergency)
		return deny(no, N_("the rules of the department allow no "
				   "release in an emergency"));
	if (!account_is_valid(a))
		return deny(no, N_("your account is not valid today"));
	if ((a->roles & (ROLE_APPROVER | ROLE_ADMINISTRATOR)) == 0)
		return deny(no, N_("this needs the role of an approver or an "
				   "administrator"));
	if ((e = approve_owner(p, q->transfer, owner)) != 0)
		return e;
	if (strcasecmp(a->login, q->login) == 0 ||
	    strcasecmp(a->login, owner) == 0)
		return deny(no, N_("nobody decides on their own"));
	return 0;
}

/* The review is asked for by whoever released: who never decides on it. */
static int
ask_review(struct people *p, const struct request *q, const struct account *a,
    const char *why, const struct rules *r)
{
	struct transfer t;
	struct request review;
	int e;

	if ((e = transfer_get(p, q->transfer, &t)) != 0)
		return e;
	e = approve_insert(p, &t, REQUEST_REVIEW, q->sha256, a->login, why, r,
	    &review);
	transfer_done(&t);
	return e;
}

static int
emergency_locked(struct people *p, const char *request,
    const struct account *given, const char *why, const struct rules *r,
    char no[POLICY_WHY_BYTES])
{
	struct account a;
	struct decision d;
	struct request q;
	int e;

	if ((e = approve_open_request(p, request, &q)) != 0 ||
	    (e = approve_fresh_account(p, given, &a)) != 0 ||
	    (e = check_emergency(p, &q, &a, r, no)) != 0)
		return e;
	approve_fill_decision(&d, &q, &a, true, why);
	d.is_emergency = true;
	if ((e = approve_say_decision(p, "emergency", &q, &d)) != 0 ||
	    (e = approve_insert_decision(p, &d)) != 0 ||
	    (e = approve_set_state(p, q.id, REQUEST_APPROVED)) != 0)
		return e;
	return ask_review(p, &q, &a, why, r);
}

int
approve_emergency(struct people *p, const char *request,
    const struct account *a, const char *why, const struct rules *r,
    char no[POLICY_WHY_BYTES])
{
	int e;

	no[0] = '\0';
	if (approve_is_blank(why))
		return deny(no, N_("a release in an emergency needs a reason"));
	if ((e = ledger_begin(p->db)) != 0)
		return e;
	e = ledger_end(p->db, emergency_locked(p, request, a, why, r, no));
	if (e == ERR_EXIST)
		snprintf(no, POLICY_WHY_BYTES, "%s",
		    N_("the request is not open any more"));
	if (e == 0)
		people_wake(p);
	return e;
}
