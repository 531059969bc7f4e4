/* The line: places and times as the watcher's lanes are taken. */
#include "unit/people_case.h"

TestSuite(transferline, .init = register_setup, .fini = register_teardown);

static struct transfer
bring_large(const char *login)
{
	static char text[3000];

	memset(text, 'x', sizeof(text) - 1);
	usleep(1500); /* ids are in the order of time */
	return bring(login, text);
}

static void
is_at(const struct transfer *t, uint64_t want)
{
	uint64_t before = 999, seconds;

	cr_assert_eq(transfer_position(p, t->id, 1000, &before, &seconds), 0);
	cr_assert_eq(before, want, "%s: %u before it, not %u", t->login,
	    (unsigned)before, (unsigned)want);
	cr_assert_geq(seconds, 1);
}

Test(transferline, position_in_the_line)
{
	struct transfer a = bring("hanako", "1"), b;
	uint64_t before, seconds;

	usleep(2000);
	b = bring("taro", "2");
	is_at(&b, 1);
	cr_assert_eq(transfer_work(p, a.id), 0);
	is_at(&b, 0);
	cr_assert_eq(transfer_position(p, "NONE", 1000, &before, &seconds),
	    ERR_NOENT);
}

/* As watchqueue.h takes them: small ones never wait for large ones, and who
 * brings many delays nobody else. */
Test(transferline, position_in_the_fast_lane)
{
	struct transfer big[4], small[3], mine, large;
	struct transfer_line *line;
	uint64_t before, seconds, slow;

	for (int i = 0; i < 4; i++)
		big[i] = bring_large("jiro");
	for (int i = 0; i < 3; i++) {
		usleep(1500);
		small[i] = bring("hanako", "x");
	}
	usleep(1500);
	mine = bring("taro", "y");
	large = bring_large("taro");
	is_at(&big[3], 4); /* its three, and taro's first */
	is_at(&small[0], 0);
	is_at(&mine, 1); /* one of hanako's, none of the large ones */
	is_at(&small[2], 3);
	is_at(&large, 1);
	cr_assert_eq(transfer_position(p, mine.id, 1 << 20, &before, &seconds),
	    0);
	cr_assert_eq(before, 2, "one lane: jiro's and hanako's first");
	cr_assert_eq(transfer_line_read(p, 1000, &line), 0);
	cr_assert_eq(transfer_line_of(line, "税務課", "jiro", &before, &slow),
	    0);
	cr_assert_eq(before, 0);
	cr_assert_eq(transfer_line_of(line, "税務課", "nobody", &before,
			 &seconds),
	    ERR_NOENT);
	transfer_line_free(line);
}

/* What a large file will take says nothing of a small one's time. */
Test(transferline, time_in_the_fast_lane)
{
	uint64_t before, fast, slow;
	struct transfer big, t;
	char sql[160];

	big = bring_large("jiro");
	usleep(1500);
	t = bring("hanako", "x");
	snprintf(sql, sizeof(sql),
	    "UPDATE transfer SET bytes = 900000000 WHERE id = '%s'", big.id);
	cr_assert_eq(ledger_exec(p->db, sql), 0);
	cr_assert_eq(transfer_position(p, t.id, 1000, &before, &fast), 0);
	cr_assert_eq(transfer_position(p, big.id, 1000, &before, &slow), 0);
	cr_assert_leq(fast, 2);
	cr_assert_geq(slow, 600);
	cr_assert_eq(transfer_work(p, big.id), 0); /* nor while it is in work */
	cr_assert_eq(transfer_position(p, t.id, 1000, &before, &fast), 0);
	cr_assert_leq(fast, 2);
}
