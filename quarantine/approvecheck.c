/*
 * Who may decide, and what the decisions amount to. Nothing here trusts that
 * a decision was allowed when it was made: each is judged again by the
 * accounts as they are today.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "quarantine/approve_int.h"

static int
deny(char why[POLICY_WHY_BYTES], const char *text)
{
	snprintf(why, POLICY_WHY_BYTES, "%s", text);
	return ERR_DENIED;
}

/* Named by the rule that the request was made under. */
static bool
is_listed(const struct request *q, const struct account *a)
{
	char department[RULES_DEPARTMENT_BYTES + 1];

	if (q->approvers[0] == '\0')
		return strcmp(a->department, q->department) == 0;
	snprintf(department, sizeof(department), "@%s", a->department);
	return rules_listed(q->approvers, a->login) ||
	       (a->department[0] != '\0' &&
		   rules_listed(q->approvers, department));
}

/* Holds a place: an approver, valid today, listed, and not whose own it is. */
static bool
holds_place(const struct request *q, const struct account *a, const char *owner)
{
	return account_is_valid(a) && (a->roles & ROLE_APPROVER) != 0 &&
	       strcasecmp(a->login, q->login) != 0 &&
	       strcasecmp(a->login, owner) != 0 && is_listed(q, a);
}

/* An unsanitised import needs an approver of another department as well. */
static bool
may_join(const struct request *q, const struct account *a)
{
	return q->kind == REQUEST_UNSANITISED &&
	       (a->roles & ROLE_APPROVER) != 0 && a->department[0] != '\0' &&
	       strcmp(a->department, q->department) != 0;
}

int
approve_owner(struct people *p, const char *transfer,
    char login[ACCOUNT_LOGIN_BYTES])
{
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p, "SELECT login FROM transfer WHERE id = ?",
		 transfer, &s)) != 0)
		return e;
	if ((e = ledger_step(s)) == 0)
		people_take(s, 0, login, ACCOUNT_LOGIN_BYTES);
	sqlite3_finalize(s);
	return e;
}

struct find_deputies {
	const char *login;
	struct deputies *out;
};

static int
find_deputy(void *arg, const struct account *a)
{
	struct find_deputies *f = arg;

	if (strcmp(a->deputy, f->login) == 0 && account_is_away(a) &&
	    f->out->n < APPROVE_DEPUTIES)
		f->out->of[f->out->n++] = *a;
	return 0;
}

int
approve_deputies(struct people *p, const char *login, struct deputies *out)
{
	struct find_deputies f = { login, out };

	out->n = 0;
	return account_list(p, find_deputy, &f);
}

/* Whether a decision fills this person's place, or is by this person. */
static int
count_decided(struct people *p, const char *sql, const char *request,
    const char *login, bool *yes)
{
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p, sql, request, &s)) != 0)
		return e;
	people_bind(s, 2, login);
	e = ledger_step(s);
	sqlite3_finalize(s);
	*yes = e == 0;
	return e == ERR_NOENT ? 0 : e;
}

int
approve_has_decided(struct people *p, const char *request, const char *login,
    bool *yes)
{
	return count_decided(p,
	    "SELECT 1 FROM decision WHERE request = ?1 AND login = ?2", request,
	    login, yes);
}

static int
is_filled(struct people *p, const char *request, const char *login, bool *yes)
{
	return count_decided(p,
	    "SELECT 1 FROM decision WHERE request = ?1 AND seat = ?2", request,
	    login, yes);
}

/* A free place: the own one, else that of someone who is away. */
static int
find_place(struct people *p, const struct request *q, const struct account *a,
    const struct deputies *d, const char *owner,
    char for_login[ACCOUNT_LOGIN_BYTES], char why[POLICY_WHY_BYTES])
{
	const char *no = N_("you are not one of the approvers of this "
			    "department");
	bool filled = false;
	int e;

	if (holds_place(q, a, owner) || may_join(q, a)) {
		if ((e = is_filled(p, q->id, a->login, &filled)) != 0)
			return e;
		if (!filled)
			return 0;
		no = N_("your deputy has decided for you already");
	}
	for (size_t i = 0; i < d->n; i++) {
		if (!holds_place(q, &d->of[i], owner))
			continue;
		if ((e = is_filled(p, q->id, d->of[i].login, &filled)) != 0)
			return e;
		if (!filled) {
			memcpy(for_login, d->of[i].login, ACCOUNT_LOGIN_BYTES);
			return 0;
		}
		no = N_("the person you act for has decided already");
	}
	return deny(why, no);
}

int
approve_check(struct people *p, const struct request *q,
    const struct account *a, const struct deputies *d,
    char for_login[ACCOUNT_LOGIN_BYTES], char why[POLICY_WHY_BYTES])
{
	char owner[ACCOUNT_LOGIN_BYTES];
	bool decided;
	int e;

	for_login[0] = '\0';
	if (q->state != REQUEST_OPEN)
		return deny(why, N_("the request is not open any more"));
	if (!account_is_valid(a))
		return deny(why, N_("your account is not valid today"));
	if ((a->roles & ROLE_APPROVER) == 0)
		return deny(why, N_("this needs the role of an approver"));
	if ((e = approve_owner(p, q->transfer, owner)) != 0)
		return e;
	if (strcasecmp(a->login, q->login) == 0 ||
	    strcasecmp(a->login, owner) == 0)
		return deny(why, N_("nobody decides on their own"));
	if ((e = approve_has_decided(p, q->id, a->login, &decided)) != 0)
		return e;
	if (decided)
		return deny(why, N_("you have decided already"));
	return find_place(p, q, a, d, owner, for_login, why);
}

struct tally {
	const struct request *q;
	char owner[ACCOUNT_LOGIN_BYTES];
	uint32_t yes;
	bool no, emergency, listed;
	char department[RULES_DEPARTMENT_BYTES]; /* of the first who agreed */
	bool departments;			 /* two at least */
};

/* An account as it is now; an unknown one is nobody's. */
static int
find_account(struct people *p, const char *login, struct account *a)
{
	int e = account_get(p, login, a);

	if (e != ERR_NOENT)
		return e;
	memset(a, 0, sizeof(*a));
	a->is_disabled = true;
	return 0;
}

/* Whether a decision counts today; *listed: for a place of the list. */
static int
still_counts(struct people *p, const struct tally *t, const struct decision *d,
    bool *counts, bool *listed)
{
	struct account a, seat;
	int e;

	*counts = *listed = false;
	if (strcmp(d->sha256, t->q->sha256) != 0)
		return 0;
	/* A review that is late is better than none. */
	if (t->q->kind != REQUEST_REVIEW && strcmp(d->time, t->q->expires) > 0)
		return 0;
	if ((e = find_account(p, d->login, &a)) != 0)
		return e;
	if (!account_is_valid(&a) || strcasecmp(a.login, t->q->login) == 0 ||
	    strcasecmp(a.login, t->owner) == 0)
		return 0;
	if (d->is_emergency) {
		*counts = t->q->kind == REQUEST_RELEASE &&
			  (a.roles & (ROLE_APPROVER | ROLE_ADMINISTRATOR)) != 0;
		return 0;
	}
	if ((a.roles & ROLE_APPROVER) == 0)
		return 0;
	seat = a;
	if (d->for_login[0] != '\0' &&
	    (e = find_account(p, d->for_login, &seat)) != 0)
		return e;
	*listed = holds_place(t->q, &seat, t->owner);
	*counts = *listed || (d->for_login[0] == '\0' && may_join(t->q, &a));
	return 0;
}

static int
count_one(struct people *p, struct tally *t, const struct decision *d)
{
	bool counts, listed;
	int e;

	if ((e = still_counts(p, t, d, &counts, &listed)) != 0 || !counts)
		return e;
	if (d->is_emergency)
		t->emergency = true;
	else if (!d->is_yes)
		t->no = true;
	else {
		t->listed = t->listed || listed;
		if (t->yes++ == 0)
			memcpy(t->department, d->department,
			    sizeof(t->department));
		else if (strcmp(t->department, d->department) != 0)
			t->departments = true;
	}
	return 0;
}

static int
count_all(struct people *p, struct tally *t)
{
	struct decision d;
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p,
		 "SELECT " DECISION_COLUMNS " FROM decision WHERE request = ? "
		 "ORDER BY time, login",
		 t->q->id, &s)) != 0)
		return e;
	while ((e = ledger_step(s)) == 0) {
		approve_take_decision(s, &d);
		if ((e = count_one(p, t, &d)) != 0)
			break;
	}
	sqlite3_finalize(s);
	return e == ERR_NOENT ? 0 : e;
}

static bool
has_agreed(const struct tally *t)
{
	if (t->emergency)
		return true;
	if (t->yes < t->q->quorum || t->yes == 0)
		return false;
	return t->q->kind != REQUEST_UNSANITISED ||
	       (t->yes >= 2 && t->departments && t->listed);
}

int
approve_tally(struct people *p, const struct request *q,
    enum request_state *state, uint32_t *agreed)
{
	char now[RECORD_TIME_BYTES];
	struct tally t = { .q = q };
	int e;

	*agreed = 0;
	*state = REQUEST_EXPIRED;
	if ((e = approve_owner(p, q->transfer, t.owner)) != 0)
		return e == ERR_NOENT ? 0 : e;
	if ((e = count_all(p, &t)) != 0)
		return e;
	*agreed = t.yes;
	record_time_now(now);
	if (t.no)
		*state = REQUEST_REJECTED;
	else if (has_agreed(&t))
		*state = REQUEST_APPROVED;
	else if (strcmp(now, q->expires) <= 0 || q->kind == REQUEST_REVIEW)
		*state = REQUEST_OPEN;
	return 0;
}
