/* What ends when its time is over, and what stays. */
#include "unit/people_case.h"

#include "quarantine/retention.h"
#include "quarantine/transfer_int.h"

static struct quarantine *held;
static struct ruleset *rules;
static struct retention retention;
static char gone[16][RECORD_ID_BYTES];
static size_t n_gone, n_over;

static void
note(void *arg, const char *id, const char *name, const char *because)
{
	(void)arg, (void)name, (void)because;
	snprintf(gone[n_gone++ % 16], RECORD_ID_BYTES, "%s", id);
}

static void
over(void *arg, const char *department, uint64_t bytes, uint64_t limit)
{
	(void)arg, (void)department;
	cr_expect_gt(bytes, limit);
	n_over++;
}

static void
make_rules(const char *text)
{
	rules_free(rules);
	rules = NULL;
	cr_assert_eq(rules_parse(text, strlen(text), "rules", &rules, why), 0,
	    "%s", why);
	retention.rules = rules;
	n_gone = n_over = 0;
}

static void
begin(void)
{
	register_setup();
	cr_assert_eq(quarantine_open(scratch, &keys, audit, &held), 0);
	retention = (struct retention){ .quarantine = held,
		.people = p,
		.who = "night",
		.each = note,
		.over = over };
}

static void
end(void)
{
	quarantine_close(held);
	rules_free(rules);
	rules = NULL;
	register_teardown();
}

TestSuite(retention, .init = begin, .fini = end);

/* An item of so many days ago. */
static void
store(const char *id, const char *department, int days, enum verdict v,
    const char *text)
{
	struct record r = { .source_kind = "folder", .verdict = v };
	int fd = memory_file(text);

	snprintf(r.id, sizeof(r.id), "%s", id);
	transfer_time_in(-(int64_t)days * 86400, r.time);
	r.in_bytes = strlen(text);
	hash_of(text, strlen(text), r.in_sha256);
	cr_assert_eq(quarantine_keep(held, &r, department, fd, "{}"), 0);
	close(fd);
}

static bool
is_stored(const char *id)
{
	int fd, e = quarantine_read(held, id, "x", "y", &fd);

	if (e == 0)
		close(fd);
	return e == 0;
}

Test(retention, by_department_and_kind)
{
	uint64_t n;

	make_rules("everybody { retention_days = 10\n released_days = 5 }\n"
		   "department \"福祉課\" { retention_days = 100 }");
	store("A", "税務課", 11, VERDICT_HELD, "a");
	store("B", "税務課", 9, VERDICT_BLOCKED, "b");
	store("C", "福祉課", 11, VERDICT_HELD, "c");
	store("D", "福祉課", 6, VERDICT_RELEASED, "d");
	store("E", "税務課", 4, VERDICT_RELEASED, "e");
	retention.dry = true;
	cr_assert_eq(retention_quarantine(&retention, &n), 0);
	cr_expect_eq(n, 2);
	cr_expect(is_stored("A") && is_stored("D"), "dry");
	retention.dry = false;
	cr_assert_eq(retention_quarantine(&retention, &n), 0);
	cr_expect_eq(n, 2);
	cr_expect(!is_stored("A") && !is_stored("D"));
	cr_expect(is_stored("B") && is_stored("C") && is_stored("E"));
	cr_assert_eq(retention_quarantine(&retention, &n), 0);
	cr_expect_eq(n, 0, "once");
	/* Originals of released ones are not wanted any more. */
	make_rules("everybody { released_days = 0 }");
	cr_assert_eq(retention_quarantine(&retention, &n), 0);
	cr_expect(!is_stored("E") && is_stored("B"));
}

Test(retention, quota)
{
	static char big[700001];
	uint64_t n;

	memset(big, 'x', sizeof(big) - 1);
	make_rules("everybody { quarantine_bytes = 1M\n released_days = 90 }");
	store("A", "税務課", 9, VERDICT_HELD, big);
	store("B", "税務課", 8, VERDICT_HELD, "b");
	store("C", "税務課", 1, VERDICT_RELEASED, big);
	store("D", "福祉課", 9, VERDICT_HELD, big);
	cr_assert_eq(retention_quota(&retention, false, &n), 0);
	cr_expect_eq(n_over, 1);
	cr_expect_eq(n, 0);
	cr_assert_eq(retention_quota(&retention, true, &n), 0);
	cr_expect_eq(n, 1, "kept ones go first");
	cr_expect(!is_stored("C"));
	cr_expect(is_stored("A") && is_stored("B") && is_stored("D"));
	store("E", "税務課", 1, VERDICT_HELD, big);
	cr_assert_eq(retention_quota(&retention, true, &n), 0);
	cr_expect_eq(n, 1, "then the oldest, until it fits");
	cr_expect(!is_stored("A") && is_stored("B") && is_stored("E"));
}

Test(retention, transfers)
{
	struct rules r = rules_for(1);
	struct transfer t = bring("hanako", "one");
	struct record rec = record_for(&t, NULL);
	struct request q;
	uint64_t n;

	make_rules("");
	person("hanako", "税務課", ROLE_STAFF);
	cr_assert_eq(transfer_work(p, t.id), 0);
	cr_assert_eq(transfer_finish(p, t.id, TRANSFER_HELD, &rec, NULL, NULL,
			 -1, NULL),
	    0);
	(void)bring("hanako", "waits");	   /* not settled */
	q = waiting("hanako", "text", &r); /* waits for a decision */
	cr_assert_eq(retention_transfers(&retention, "2000-01-01", &n), 0);
	cr_expect_eq(n, 0);
	cr_assert_eq(retention_transfers(&retention, "9999-01-01", &n), 0);
	cr_expect_eq(n, 1);
	cr_expect_eq(sql_number("SELECT count(*) FROM transfer"), 2);
	cr_assert_eq(transfer_settle(p, q.transfer, TRANSFER_REJECTED, "x"), 0);
	sql("UPDATE request SET state = 2");
	cr_assert_eq(retention_transfers(&retention, "9999-01-01", &n), 0);
	cr_expect_eq(n, 1);
	cr_expect_eq(sql_number("SELECT count(*) FROM request"), 0);
	cr_expect_eq(sql_number("SELECT count(*) FROM decision"), 0);
}

static int
count(void *arg, const struct quarantine_item *i)
{
	(void)i;
	++*(int *)arg;
	return 0;
}

static int
found(const char *words, int kept, int disposed)
{
	const struct quarantine_filter f = {
		.words = words, .kept = kept, .with_disposed = disposed
	};
	int n = 0;

	cr_assert_eq(quarantine_list(held, &f, count, &n), 0);
	return n;
}

Test(retention, searching)
{
	store("AAA", "税務課", 1, VERDICT_HELD, "a");
	store("BBB", "福祉課", 1, VERDICT_BLOCKED, "b");
	store("CCC", "税務課", 1, VERDICT_RELEASED, "c");
	cr_expect_eq(found(NULL, 0, 0), 2);
	cr_expect_eq(found("", 0, 0), 2);
	cr_expect_eq(found("aaa", 0, 0), 1);
	cr_expect_eq(found("税務課", 0, 0), 1);
	cr_expect_eq(found("税務課", 1, 0), 2);
	cr_expect_eq(found("税務課", 2, 0), 1);
	cr_expect_eq(found("税務課\u3000AAA", 0, 0), 1);
	cr_expect_eq(found("税務課 bbb", 0, 0), 0);
	cr_expect_eq(found("' OR 1=1 --", 1, 1), 0);
	cr_assert_eq(quarantine_dispose(held, "AAA", "x", "y"), 0);
	cr_expect_eq(found(NULL, 0, 0), 1);
	cr_expect_eq(found(NULL, 0, 1), 2);
	cr_expect_eq(found(NULL, 0, 2), 1);
}
