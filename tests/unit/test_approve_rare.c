/* Emergencies, and originals that are asked for as they are. */
#include "unit/approve_case.h"

TestSuite(approve_rare, .init = setup, .fini = register_teardown);

Test(approve_rare, emergency_needs_the_rule_and_a_reason)
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

Test(approve_rare, emergency_is_reviewed_by_another)
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
	/* Late, it counts all the same. */
	cr_assert_eq(decide(&review, &second, true, &s), 0, "%s", why);
	cr_assert_eq(s, REQUEST_APPROVED);
}

Test(approve_rare, emergency_by_the_administrator)
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

Test(approve_rare, unsanitised_is_off)
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

Test(approve_rare, unsanitised_needs_two_departments)
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

Test(approve_rare, unsanitised_needs_the_own_department)
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

Test(approve_rare, unsanitised_is_never_an_emergency)
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
