/* What a kill at any moment leaves of transfers. */
#include "unit/people_case.h"

#include <signal.h>

TestSuite(transfer_kill, .init = register_setup, .fini = register_teardown);

/* One transfer after the other through an approval, for ever. */
static _Noreturn void
go_on(unsigned seed)
{
	struct rules rules = rules_for(1);

	register_open();
	for (unsigned i = seed;; i++) {
		struct request q = waiting("hanako", "result", &rules);

		if (i % 3 != 0 &&
		    transfer_settle(p, q.transfer,
			i % 3 == 1 ? TRANSFER_RELEASED : TRANSFER_REJECTED,
			"") != 0)
			_exit(1);
		if (i % 3 == 1 && transfer_forget_result(p, q.transfer) != 0)
			_exit(1);
	}
}

Test(transfer_kill, killed_on_the_way)
{
	int status;
	pid_t pid;

	register_close();
	for (unsigned i = 0; i < 15; i++) {
		if ((pid = fork()) == 0)
			go_on(i);
		usleep(15000 + i * 9000);
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		cr_assert(WIFSIGNALED(status));
	}
	register_open();
	cr_assert_eq(transfer_restart(p), 0);
	cr_assert_eq(sql_number("SELECT count(*) FROM transfer WHERE state = 1 "
				"OR state = 5"),
	    0, "none is lost");
	cr_assert_eq(sql_number("SELECT count(*) FROM transfer t WHERE state = "
				"3 AND (wrapped IS NULL OR NOT EXISTS (SELECT "
				"1 FROM request q WHERE q.transfer = t.id AND "
				"q.state = 0))"),
	    0);
	cr_assert_eq(sql_number("SELECT count(*) FROM transfer WHERE state IN "
				"(6, 7, 8) AND wrapped IS NOT NULL"),
	    0);
	cr_assert_eq(count_in(in_scratch("people/results")),
	    sql_number("SELECT count(*) FROM transfer WHERE wrapped IS NOT "
		       "NULL"));
	cr_assert_eq(count_in(in_scratch("people/in")),
	    sql_number("SELECT count(*) FROM transfer WHERE state IN (0, 3)"));
}

/* Killed anywhere in it, a file is in with its row, or not at all. */
Test(transfer_kill, killed_while_adding)
{
	char *big = malloc(4 << 20);
	int status, rows;
	pid_t pid;

	memset(big, 'x', (4 << 20) - 1);
	big[(4 << 20) - 1] = '\0';
	register_close();
	for (int i = 0; i < 12; i++) {
		if ((pid = fork()) == 0) {
			int fd = memory_file(big);

			register_open();
			for (;;) {
				struct transfer t = transfer_of("a", "b");

				if (transfer_add(p, &t, fd, 8 << 20, NULL) != 0)
					_exit(1);
			}
		}
		usleep((useconds_t)(20000 + i * 7000));
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		cr_assert(WIFSIGNALED(status));
	}
	register_open();
	cr_assert_eq(transfer_restart(p), 0);
	rows = sql_number("SELECT count(*) FROM transfer WHERE state = 0");
	cr_assert_eq(count_in(in_scratch("people/in")), rows);
	cr_assert_eq(sql_number("SELECT count(*) FROM transfer WHERE state <> "
				"0 OR bytes <> 4194303"),
	    0);
	free(big);
}
