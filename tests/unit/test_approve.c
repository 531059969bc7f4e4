/* Requests and decisions: every rule of approve.h, one by one. */
#include "unit/people_case.h"

#include <time.h>

static struct account staff, boss, second, other, admin;

static void
setup(void)
{
	register_setup();
	staff = person("hanako", "税務課", ROLE_STAFF | ROLE_APPROVER);
	boss = person("boss", "税務課", ROLE_STAFF | ROLE_APPROVER);
	second = person("second", "税務課", ROLE_APPROVER);
	other = person("other", "福祉課", ROLE_APPROVER);
	admin = person("admin", "情報課", ROLE_ADMINISTRATOR);
}

TestSuite(approve, .init = setup, .fini = register_teardown);

static int
decide(const struct request *q, const struct account *a, bool yes,
    enum request_state *state)
{
	return approve_decide(p, q->id, a, q->sha256, yes, "text", state, why);
}

static enum request_state
state_of(const struct request *q)
{
	enum request_state state;

	cr_assert_eq(approve_state(p, q, &state), 0);
	return state;
}

static void
put(struct account *a)
{
	cr_assert_eq(account_put(p, a, "test", why), 0, "%s", why);
}

/* "2026-11-21", so many days from today. */
static void
day(int days, char out[ACCOUNT_DATE_BYTES])
{
	time_t t = time(NULL) + days * 86400;
	struct tm tm;

	localtime_r(&t, &tm);
	strftime(out, ACCOUNT_DATE_BYTES, "%Y-%m-%d", &tm);
}

static void
go_away(struct account *a, const char *deputy)
{
	snprintf(a->deputy, sizeof(a->deputy), "%s", deputy);
	day(-1, a->away_from);
	day(1, a->away_until);
	put(a);
}

static void
come_back(struct account *a)
{
	day(-3, a->away_from);
	day(-2, a->away_until);
	put(a);
}

static int
count(void *arg, const struct request *q)
{
	(void)q;
	(*(int *)arg)++;
	return 0;
}

static int
listed_for(const struct account *a)
{
	int n = 0;

	cr_assert_eq(approve_list(p, a, count, &n), 0);
	return n;
}

static int
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

Test(approve, one_yes)
{
	struct rules r = rules_for(1);
	struct request q = waiting("hanako", "result", &r);
	enum request_state s;

	cr_assert_eq(state_of(&q), REQUEST_OPEN);
	cr_assert_eq(q.quorum, 1);
	cr_assert_eq(decide(&q, &boss, true, &s), 0, "%s", why);
	cr_assert_eq(s, REQUEST_APPROVED);
	cr_assert_eq(state_of(&q), REQUEST_APPROVED);
	cr_assert(audited("\"decision\""));
	cr_assert_eq(approve_get(p, q.id, &q), 0);
	cr_assert_eq(q.agreed, 1);
	cr_assert_eq(q.state, REQUEST_APPROVED);
	cr_assert_eq(decide(&q, &second, false, &s), ERR_EXIST);
	cr_assert_neq(why[0], '\0');
}

Test(approve, nobody_decides_on_their_own)
{
	struct rules r = rules_for(1);
	struct request q = waiting("hanako", "result", &r);
	enum request_state s;

	cr_assert_eq(decide(&q, &staff, true, &s), ERR_DENIED);
	cr_assert_str_eq(why, "nobody decides on their own");
	cr_assert_eq(decide(&q, &staff, false, &s), ERR_DENIED);
	cr_assert_eq(listed_for(&staff), 0);
	cr_assert_eq(listed_for(&boss), 1);
	cr_assert_eq(listed_for(NULL), 1);
}

/* Nor does whom they left their place to. */
Test(approve, nobody_decides_by_their_deputy)
{
	struct rules r = rules_for(1);
	struct request q = waiting("hanako", "result", &r);
	enum request_state s;

	go_away(&staff, "other");
	cr_assert_eq(decide(&q, &other, true, &s), ERR_DENIED);
	cr_assert_eq(state_of(&q), REQUEST_OPEN);
}

Test(approve, caller_may_not_change_the_account)
{
	struct rules r = rules_for(1);
	struct request q = waiting("hanako", "result", &r);
	struct account liar = other;
	enum request_state s;

	memcpy(liar.department, boss.department, sizeof(liar.department));
	cr_assert_eq(decide(&q, &liar, true, &s), ERR_DENIED);
	snprintf(liar.login, sizeof(liar.login), "nobody");
	cr_assert_eq(decide(&q, &liar, true, &s), ERR_DENIED);
}

Test(approve, only_approvers_of_the_department)
{
	struct rules r = rules_for(1);
	struct request q = waiting("hanako", "result", &r);
	enum request_state s;

	cr_assert_eq(decide(&q, &other, true, &s), ERR_DENIED);
	cr_assert_eq(decide(&q, &admin, true, &s), ERR_DENIED);
	second.roles = ROLE_STAFF;
	put(&second);
	cr_assert_eq(decide(&q, &second, true, &s), ERR_DENIED);
}

Test(approve, listed_by_login_or_department)
{
	struct rules r = rules_for(1);
	struct request q;
	enum request_state s;

	snprintf(r.approvers, sizeof(r.approvers), "second @福祉課");
	q = waiting("hanako", "result", &r);
	cr_assert_eq(decide(&q, &boss, true, &s), ERR_DENIED);
	cr_assert_eq(decide(&q, &admin, true, &s), ERR_DENIED);
	cr_assert_eq(decide(&q, &other, true, &s), 0, "%s", why);
	q = waiting("hanako", "result", &r);
	cr_assert_eq(decide(&q, &second, true, &s), 0, "%s", why);
}

Test(approve, two_of_n)
{
	struct rules r = rules_for(2);
	struct request q = waiting("hanako", "result", &r);
	enum request_state s;

	cr_assert_eq(decide(&q, &boss, true, &s), 0);
	cr_assert_eq(s, REQUEST_OPEN);
	cr_assert_eq(state_of(&q), REQUEST_OPEN);
	cr_assert_eq(decide(&q, &boss, true, &s), ERR_EXIST);
	cr_assert_str_eq(why, "you have decided already");
	cr_assert_eq(decide(&q, &boss, false, &s), ERR_EXIST);
	cr_assert_eq(listed_for(&boss), 0);
	cr_assert_eq(decide(&q, &second, true, &s), 0);
	cr_assert_eq(s, REQUEST_APPROVED);
	cr_assert_eq(state_of(&q), REQUEST_APPROVED);
}

Test(approve, one_refusal_rejects)
{
	struct rules r = rules_for(2);
	struct request q = waiting("hanako", "result", &r);
	enum request_state s;

	cr_assert_eq(decide(&q, &boss, true, &s), 0);
	cr_assert_eq(decide(&q, &second, false, &s), 0);
	cr_assert_eq(s, REQUEST_REJECTED);
	cr_assert_eq(state_of(&q), REQUEST_REJECTED);
	/* It stays so, whatever becomes of the account. */
	second.is_disabled = true;
	put(&second);
	cr_assert_eq(state_of(&q), REQUEST_REJECTED);
}

Test(approve, bound_to_the_hash)
{
	struct rules r = rules_for(1);
	struct request q = waiting("hanako", "result", &r);
	char hash[HASH_HEX];
	enum request_state s;

	memcpy(hash, q.sha256, sizeof(hash));
	hash[0] = hash[0] == 'a' ? 'b' : 'a';
	cr_assert_eq(approve_decide(p, q.id, &boss, hash, true, "", &s, why),
	    ERR_DENIED);
	cr_assert_eq(approve_decide(p, q.id, &boss, "", true, "", &s, why),
	    ERR_DENIED);
	cr_assert_eq(decide(&q, &boss, true, &s), 0);
	/* A decision, the request or the result is changed behind it. */
	sql("UPDATE decision SET sha256 = 'x' || substr(sha256, 2)");
	cr_assert_eq(state_of(&q), REQUEST_OPEN);
	sql("UPDATE decision SET sha256 = (SELECT sha256 FROM request)");
	cr_assert_eq(state_of(&q), REQUEST_APPROVED);
	sql("UPDATE transfer SET result_sha256 = 'x' || "
	    "substr(result_sha256, 2)");
	cr_assert_eq(state_of(&q), REQUEST_EXPIRED);
	memcpy(q.sha256, hash, sizeof(hash));
	cr_assert_eq(state_of(&q), REQUEST_EXPIRED);
}

/* The column alone releases nothing. */
Test(approve, column_alone_is_nothing)
{
	struct rules r = rules_for(1);
	struct request q = waiting("hanako", "result", &r);

	sql("UPDATE request SET state = 1");
	cr_assert_eq(state_of(&q), REQUEST_OPEN);
}

Test(approve, disabled_accounts_count_for_nothing)
{
	struct rules r = rules_for(1);
	struct request q = waiting("hanako", "result", &r);
	enum request_state s;

	cr_assert_eq(decide(&q, &boss, true, &s), 0);
	boss.is_disabled = true;
	put(&boss);
	cr_assert_eq(state_of(&q), REQUEST_OPEN);
	boss.is_disabled = false;
	day(-9, boss.from);
	day(-1, boss.until);
	put(&boss);
	cr_assert_eq(state_of(&q), REQUEST_OPEN);
	boss.until[0] = '\0';
	boss.roles = ROLE_STAFF;
	put(&boss);
	cr_assert_eq(state_of(&q), REQUEST_OPEN);
	boss.roles = ROLE_APPROVER;
	snprintf(boss.department, sizeof(boss.department), "福祉課");
	put(&boss);
	cr_assert_eq(state_of(&q), REQUEST_OPEN);
	snprintf(boss.department, sizeof(boss.department), "税務課");
	put(&boss);
	cr_assert_eq(state_of(&q), REQUEST_APPROVED);
	boss.is_disabled = true;
	put(&boss);
	q = waiting("hanako", "result", &r);
	cr_assert_eq(decide(&q, &boss, true, &s), ERR_DENIED);
	cr_assert_str_eq(why, "your account is not valid today");
}

Test(approve, deputy_of_someone_away)
{
	struct rules r = rules_for(1);
	struct request q = waiting("hanako", "result", &r);
	char of[ACCOUNT_LOGIN_BYTES];
	enum request_state s;

	snprintf(boss.deputy, sizeof(boss.deputy), "other");
	put(&boss);
	cr_assert_not(approve_may(p, &q, &other, of, why));
	go_away(&boss, "other");
	cr_assert(approve_may(p, &q, &other, of, why), "%s", why);
	cr_assert_str_eq(of, "boss");
	cr_assert_eq(listed_for(&other), 1);
	cr_assert_eq(decide(&q, &other, true, &s), 0, "%s", why);
	cr_assert_eq(s, REQUEST_APPROVED);
	come_back(&boss);
	cr_assert_eq(state_of(&q), REQUEST_APPROVED);
	boss.is_disabled = true;
	put(&boss);
	cr_assert_eq(state_of(&q), REQUEST_OPEN);
}

Test(approve, deputy_must_be_an_approver)
{
	struct rules r = rules_for(1);
	struct request q = waiting("hanako", "result", &r);
	enum request_state s;

	go_away(&boss, "admin");
	cr_assert_eq(decide(&q, &admin, true, &s), ERR_DENIED);
}

/* A place is one vote: its holder's, or the deputy's. */
Test(approve, one_vote_for_a_place)
{
	struct rules r = rules_for(2);
	struct request q = waiting("hanako", "result", &r);
	enum request_state s;

	cr_assert_eq(decide(&q, &boss, true, &s), 0);
	go_away(&boss, "other");
	cr_assert_eq(decide(&q, &other, true, &s), ERR_DENIED);
	cr_assert_str_eq(why, "the person you act for has decided already");
	q = waiting("hanako", "result", &r);
	cr_assert_eq(decide(&q, &other, true, &s), 0);
	come_back(&boss);
	cr_assert_eq(decide(&q, &boss, true, &s), ERR_DENIED);
	cr_assert_str_eq(why, "your deputy has decided for you already");
	cr_assert_eq(state_of(&q), REQUEST_OPEN);
}

/* Who holds a place and acts for another has one vote all the same. */
Test(approve, one_decision_a_person)
{
	struct rules r = rules_for(2);
	struct request q = waiting("hanako", "result", &r);
	enum request_state s;

	go_away(&boss, "second");
	cr_assert_eq(decide(&q, &second, true, &s), 0);
	cr_assert_eq(decide(&q, &second, true, &s), ERR_EXIST);
	cr_assert_eq(state_of(&q), REQUEST_OPEN);
}

struct ticked {
	int expired, reminded;
};

static int
on_tick(void *arg, const struct request *q, bool is_expired)
{
	struct ticked *t = arg;

	(void)q;
	t->expired += is_expired;
	t->reminded += !is_expired;
	return 0;
}

static struct ticked
tick(void)
{
	struct ticked t = { 0, 0 };

	cr_assert_eq(approve_tick(p, 4, on_tick, &t), 0);
	return t;
}

Test(approve, expires)
{
	struct rules r = rules_for(1);
	struct request q = waiting("hanako", "result", &r);
	enum request_state s;
	struct ticked t;

	sql("UPDATE request SET expires = '2020-01-01T00:00:00.000Z'");
	cr_assert_eq(state_of(&q), REQUEST_EXPIRED);
	cr_assert_eq(decide(&q, &boss, true, &s), ERR_EXIST);
	cr_assert_eq(listed_for(&boss), 0);
	t = tick();
	cr_assert_eq(t.expired, 1);
	t = tick();
	cr_assert_eq(t.expired + t.reminded, 0);
	sql("UPDATE request SET expires = '2999-01-01T00:00:00.000Z'");
	cr_assert_eq(state_of(&q), REQUEST_EXPIRED);
	cr_assert(audited("\"expired\""));
}

Test(approve, agreed_in_time_is_agreed)
{
	struct rules r = rules_for(1);
	struct request q = waiting("hanako", "result", &r);
	enum request_state s;

	cr_assert_eq(decide(&q, &boss, true, &s), 0);
	sql("UPDATE request SET expires = (SELECT time FROM decision)");
	usleep(5000);
	cr_assert_eq(tick().expired, 0);
	cr_assert_eq(state_of(&q), REQUEST_APPROVED);
	sql("UPDATE request SET expires = '2020-01-01T00:00:00.000Z'");
	cr_assert_eq(state_of(&q), REQUEST_EXPIRED);
}

Test(approve, reminds)
{
	struct rules r = rules_for(1);

	waiting("hanako", "result", &r);
	cr_assert_eq(tick().reminded, 0);
	sql("UPDATE request SET time = '2020-01-01T00:00:00.000Z'");
	cr_assert_eq(tick().reminded, 1);
	cr_assert_eq(tick().reminded, 0);
	sql("UPDATE request SET reminded = '2020-01-01T00:00:00.000Z'");
	cr_assert_eq(tick().reminded, 1);
}

Test(approve, emergency_needs_the_rule_and_a_reason)
{
	struct rules r = rules_for(2);
	struct request q = waiting("hanako", "result", &r);

	cr_assert_eq(approve_emergency(p, q.id, &boss, "fire", &r, why),
	    ERR_DENIED);
	r.may_release_in_emergency = true;
	cr_assert_eq(approve_emergency(p, q.id, &boss, " \t", &r, why),
	    ERR_DENIED);
	cr_assert_eq(approve_emergency(p, q.id, &staff, "fire", &r, why),
	    ERR_DENIED);
	cr_assert_str_eq(why, "nobody decides on their own");
	boss.roles = ROLE_AUDITOR | ROLE_STAFF;
	put(&boss);
	cr_assert_eq(approve_emergency(p, q.id, &boss, "fire", &r, why),
	    ERR_DENIED);
	cr_assert_eq(state_of(&q), REQUEST_OPEN);
}

Test(approve, emergency_is_reviewed_by_another)
{
	struct rules r = rules_for(2);
	struct request q = waiting("hanako", "result", &r), review;
	enum request_state s;

	r.may_release_in_emergency = true;
	cr_assert_eq(decide(&q, &boss, true, &s), 0);
	cr_assert_eq(approve_emergency(p, q.id, &boss, "洪水のため", &r, why),
	    0, "%s", why);
	cr_assert_eq(state_of(&q), REQUEST_APPROVED);
	cr_assert(audited("\"emergency\""));
	cr_assert_eq(approve_emergency(p, q.id, &second, "again", &r, why),
	    ERR_EXIST);
	cr_assert_eq(transfer_settle(p, q.transfer, TRANSFER_RELEASED, ""), 0);
	cr_assert_eq(approve_of(p, q.transfer, REQUEST_REVIEW, &review), 0);
	cr_assert_eq(review.state, REQUEST_OPEN);
	cr_assert_str_eq(review.login, "boss");
	cr_assert_str_eq(review.why, "洪水のため");
	cr_assert_eq(decide(&review, &boss, true, &s), ERR_DENIED);
	cr_assert_eq(decide(&review, &staff, true, &s), ERR_DENIED);
	sql("UPDATE request SET expires = '2020-01-01T00:00:00.000Z' WHERE "
	    "kind = 1");
	cr_assert_eq(tick().expired, 1);
	cr_assert_eq(tick().expired, 0);
	cr_assert_eq(listed_for(&second), 1);
	sql("UPDATE request SET expires = '2999-01-01T00:00:00.000Z' WHERE "
	    "kind = 1");
	cr_assert_eq(decide(&review, &second, true, &s), 0, "%s", why);
	cr_assert_eq(s, REQUEST_APPROVED);
}

Test(approve, emergency_by_the_administrator)
{
	struct rules r = rules_for(2);
	struct request q = waiting("hanako", "result", &r);

	r.may_release_in_emergency = true;
	cr_assert_eq(approve_emergency(p, q.id, &admin, "fire", &r, why), 0,
	    "%s", why);
	cr_assert_eq(state_of(&q), REQUEST_APPROVED);
	admin.is_disabled = true;
	put(&admin);
	cr_assert_eq(state_of(&q), REQUEST_OPEN);
}

/* A held one, of which the original is asked for. */
static struct transfer
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

static int
ask(const struct transfer *t, const char *reason, const struct rules *r,
    struct request *q)
{
	return approve_ask(p, t, REQUEST_UNSANITISED, t->sha256, t->login,
	    reason, r, q);
}

Test(approve, unsanitised_is_off)
{
	struct rules r = rules_for(1);
	struct transfer t = held("hanako");
	struct request q;

	cr_assert_eq(ask(&t, "why", &r, &q), ERR_DENIED);
	r.unsanitised_import = true;
	cr_assert_eq(ask(&t, "  ", &r, &q), ERR_DENIED);
	cr_assert_eq(ask(&t, NULL, &r, &q), ERR_DENIED);
	cr_assert_eq(approve_ask(p, &t, REQUEST_UNSANITISED, "other", "hanako",
			 "why", &r, &q),
	    ERR_DENIED);
	t = bring("hanako", "new");
	cr_assert_eq(ask(&t, "why", &r, &q), ERR_DENIED);
}

Test(approve, unsanitised_needs_two_departments)
{
	struct rules r = rules_for(1);
	struct transfer t = held("hanako");
	struct request q, twice;
	enum request_state s;

	r.unsanitised_import = true;
	cr_assert_eq(ask(&t, "CAD data", &r, &q), 0);
	cr_assert_eq(q.quorum, 2);
	cr_assert_eq(ask(&t, "CAD data", &r, &twice), ERR_EXIST);
	cr_assert_eq(decide(&q, &boss, true, &s), 0);
	cr_assert_eq(s, REQUEST_OPEN);
	cr_assert_eq(decide(&q, &second, true, &s), 0);
	cr_assert_eq(s, REQUEST_OPEN, "two of one department");
	cr_assert_eq(transfer_settle(p, t.id, TRANSFER_RELEASED, ""),
	    ERR_DENIED);
	cr_assert_eq(decide(&q, &admin, true, &s), ERR_DENIED);
	cr_assert_eq(decide(&q, &other, true, &s), 0, "%s", why);
	cr_assert_eq(s, REQUEST_APPROVED);
	cr_assert_eq(transfer_settle(p, t.id, TRANSFER_RELEASED, ""), 0);
	cr_assert_eq(approve_emergency(p, q.id, &boss, "x", &r, why),
	    ERR_EXIST);
}

Test(approve, unsanitised_needs_the_own_department)
{
	struct account third = person("third", "建設課", ROLE_APPROVER);
	struct rules r = rules_for(1);
	struct transfer t = held("hanako");
	struct request q;
	enum request_state s;

	r.unsanitised_import = true;
	cr_assert_eq(ask(&t, "CAD data", &r, &q), 0);
	cr_assert_eq(decide(&q, &other, true, &s), 0);
	cr_assert_eq(decide(&q, &third, true, &s), 0);
	cr_assert_eq(s, REQUEST_OPEN, "nobody of those who are listed");
	cr_assert_eq(decide(&q, &staff, true, &s), ERR_DENIED);
	cr_assert_eq(decide(&q, &boss, true, &s), 0);
	cr_assert_eq(s, REQUEST_APPROVED);
}

Test(approve, unsanitised_is_never_an_emergency)
{
	struct rules r = rules_for(1);
	struct transfer t = held("hanako");
	struct request q;

	r.unsanitised_import = r.may_release_in_emergency = true;
	cr_assert_eq(ask(&t, "CAD data", &r, &q), 0);
	cr_assert_eq(approve_emergency(p, q.id, &admin, "x", &r, why),
	    ERR_DENIED);
	/* Not even by a row that says so. */
	sql("INSERT INTO decision SELECT id, 'admin', '', '!admin', '', time, "
	    "sha256, 1, 1, '' FROM request");
	cr_assert_eq(state_of(&q), REQUEST_OPEN);
}

Test(approve, withdrawn_when_worked_on_again)
{
	struct rules r = rules_for(1);
	struct transfer t = held("hanako");
	struct request q;
	enum request_state s;
	int fd = memory_file("original");

	r.unsanitised_import = true;
	cr_assert_eq(ask(&t, "CAD data", &r, &q), 0);
	cr_assert_eq(transfer_again(p, t.id, fd, "root"), 0);
	close(fd);
	cr_assert_eq(state_of(&q), REQUEST_EXPIRED);
	cr_assert_eq(decide(&q, &boss, true, &s), ERR_EXIST);
}

Test(approve, settled_transfer_is_not_decided_on)
{
	struct rules r = rules_for(1);
	struct request q = waiting("hanako", "result", &r);
	enum request_state s;

	cr_assert_eq(transfer_settle(p, q.transfer, TRANSFER_EXPIRED, ""), 0);
	cr_assert_eq(decide(&q, &boss, true, &s), ERR_EXIST);
	cr_assert_eq(approve_decide(p, "NONE", &boss, q.sha256, true, "", &s,
			 why),
	    ERR_NOENT);
}

/* Without the audit line there is no decision. */
Test(approve, no_log_no_decision)
{
	struct rules r = rules_for(1);
	struct request q = waiting("hanako", "result", &r);
	enum request_state s;

	spit(in_scratch("audit/audit.jsonl"), "", 0);
	cr_assert_neq(decide(&q, &boss, true, &s), 0);
	cr_assert_eq(sql_number("SELECT count(*) FROM decision"), 0);
	cr_assert_eq(state_of(&q), REQUEST_OPEN);
	people_close(p);
	cr_assert_neq(audit_close(audit), 0);
	scratch_remove();
	register_setup();
}

/* Many press the button at the same moment: one decision each, and the
 * request ends once. */
Test(approve, at_the_same_moment)
{
	struct rules r = rules_for(2);
	struct request q = waiting("hanako", "result", &r);
	pid_t pids[6];
	int status, made = 0;

	register_close();
	for (int i = 0; i < 6; i++)
		if ((pids[i] = fork()) == 0) {
			const struct account *a = i % 2 ? &boss : &second;
			enum request_state s;
			int e;

			register_open();
			e = decide(&q, a, true, &s);
			register_close();
			_exit(e == 0 ? 1 : e == ERR_EXIST ? 0 : 99);
		}
	for (int i = 0; i < 6; i++) {
		waitpid(pids[i], &status, 0);
		cr_assert(WIFEXITED(status));
		made += WEXITSTATUS(status);
	}
	cr_assert_eq(made, 2);
	register_open();
	cr_assert_eq(state_of(&q), REQUEST_APPROVED);
}
