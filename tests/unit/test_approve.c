/* Requests and decisions: every rule of approve.h, one by one. */
#include "unit/approve_case.h"

TestSuite(approve, .init = setup, .fini = register_teardown);

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

/* A folder may be spelled as the other side spells the person. */
Test(approve, own_in_capitals)
{
	struct rules r = rules_for(1);
	struct request q = waiting("Hanako", "result", &r);
	enum request_state s;

	r.may_release_in_emergency = true;
	cr_assert_eq(decide(&q, &staff, true, &s), ERR_DENIED);
	cr_assert_str_eq(why, "nobody decides on their own");
	cr_assert_eq(listed_for(&staff), 0);
	cr_assert_eq(approve_emergency(p, q.id, &staff, "now", &r, why),
	    ERR_DENIED);
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

/* Who agreed leaves before the watcher has let it cross: others decide. */
Test(approve, open_again_for_others)
{
	struct rules r = rules_for(1);
	struct request q = waiting("hanako", "result", &r);
	enum request_state s;

	cr_assert_eq(decide(&q, &boss, true, &s), 0);
	cr_assert_eq(s, REQUEST_APPROVED);
	(void)tick();
	cr_assert_eq(decide(&q, &second, true, &s), ERR_EXIST);
	boss.is_disabled = true;
	put(&boss);
	cr_assert_eq(state_of(&q), REQUEST_OPEN);
	(void)tick();
	cr_assert_eq(audited("\"reopened\""), 1);
	cr_assert_eq(listed_for(&second), 1);
	cr_assert_eq(decide(&q, &second, true, &s), 0);
	cr_assert_eq(s, REQUEST_APPROVED);
	cr_assert_eq(state_of(&q), REQUEST_APPROVED);
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

/* As often as its own department says. */
Test(approve, reminds_as_the_department_wants)
{
	struct rules r = rules_for(1);

	waiting("hanako", "result", &r);
	sql("UPDATE request SET time = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', "
	    "'-5 hours'), department = '福祉課'");
	cr_assert_eq(tick().reminded, 0);
	sql("UPDATE request SET department = '税務課'");
	cr_assert_eq(tick().reminded, 1);
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
