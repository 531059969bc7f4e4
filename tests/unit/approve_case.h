/* People and requests, for the tests of approvals. */
#ifndef TESTS_APPROVE_CASE_H
#define TESTS_APPROVE_CASE_H

#include "unit/people_case.h"

#include <time.h>

static struct account staff, boss, second, other, admin;

static inline void
setup(void)
{
	register_setup();
	staff = person("hanako", "税務課", ROLE_STAFF | ROLE_APPROVER);
	boss = person("boss", "税務課", ROLE_STAFF | ROLE_APPROVER);
	second = person("second", "税務課", ROLE_APPROVER);
	other = person("other", "福祉課", ROLE_APPROVER);
	admin = person("admin", "情報課", ROLE_ADMINISTRATOR);
}

static inline int
decide(const struct request *q, const struct account *a, bool yes,
    enum request_state *state)
{
	return approve_decide(p, q->id, a, q->sha256, yes, "text", state, why);
}

static inline enum request_state
state_of(const struct request *q)
{
	enum request_state state;

	cr_assert_eq(approve_state(p, q, &state), 0);
	return state;
}

static inline void
put(struct account *a)
{
	cr_assert_eq(account_put(p, a, "test", why), 0, "%s", why);
}

/* "2026-11-21", so many days from today. */
static inline void
day(int days, char out[ACCOUNT_DATE_BYTES])
{
	time_t t = time(NULL) + days * 86400;
	struct tm tm;

	localtime_r(&t, &tm);
	strftime(out, ACCOUNT_DATE_BYTES, "%Y-%m-%d", &tm);
}

static inline void
go_away(struct account *a, const char *deputy)
{
	snprintf(a->deputy, sizeof(a->deputy), "%s", deputy);
	day(-1, a->away_from);
	day(1, a->away_until);
	put(a);
}

static inline void
come_back(struct account *a)
{
	day(-3, a->away_from);
	day(-2, a->away_until);
	put(a);
}

static inline int
count(void *arg, const struct request *q)
{
	(void)q;
	(*(int *)arg)++;
	return 0;
}

static inline int
listed_for(const struct account *a)
{
	int n = 0;

	cr_assert_eq(approve_list(p, a, count, &n), 0);
	return n;
}

static inline int
audited(const char *event)
{
	struct buf b;
	struct reader r;
	size_t at;
	int e;

	buf_init(&b, 1 << 20);
	slurp(in_scratch("audit/audit.jsonl"), &b);
	buf_reader(&b, &r);
	e = reader_find(&r, 0, event, strlen(event), &at);
	buf_done(&b);
	return e == 0;
}

/* A held one, of which the original is asked for. */
static inline struct transfer
held(const char *login)
{
	struct transfer t = bring(login, "original");
	struct record rec = record_for(&t, NULL);

	cr_assert_eq(transfer_work(p, t.id), 0);
	cr_assert_eq(transfer_finish(p, t.id, TRANSFER_HELD, &rec, NULL, NULL,
			 -1, NULL),
	    0);
	return look(t.id);
}

static inline int
ask(const struct transfer *t, const char *reason, const struct rules *r,
    struct request *q)
{
	return approve_ask(p, t, REQUEST_UNSANITISED, t->sha256, t->login,
	    reason, r, q);
}

struct ticked {
	int expired, reminded;
};

static inline int
on_tick(void *arg, const struct request *q, bool is_expired)
{
	struct ticked *t = arg;

	(void)q;
	t->expired += is_expired;
	t->reminded += !is_expired;
	return 0;
}

static inline struct ticked
tick(void)
{
	static const char rules_text[] =
	    "everybody {\n remind_h = 4\n}\n"
	    "department \"福祉課\" {\n remind_h = 40\n}\n";
	struct ruleset *set;
	struct ticked t = { 0, 0 };

	cr_assert_eq(rules_parse(rules_text, sizeof(rules_text) - 1, "r", &set,
			 why),
	    0, "%s", why);
	cr_assert_eq(approve_tick(p, set, on_tick, &t), 0);
	rules_free(set);
	return t;
}

#endif
