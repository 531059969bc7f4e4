/* Signing in, passwords, lock-out. */
#include "unit/account_case.h"

#include <sys/wait.h>
#include <time.h>

TestSuite(sign_in, .init = case_setup, .fini = case_teardown);

static int
enter(const char *login, const char *password)
{
	struct account a;

	return account_sign_in(people, login, password, strlen(password),
	    "192.0.2.1", &a);
}

static void
set_password(const char *login, const char *password)
{
	cr_assert_eq(account_set_password(people, login, password,
			 strlen(password), false, "root"),
	    0);
}

Test(sign_in, every_refusal_is_the_same)
{
	struct account a;

	account_make("yamada", ROLE_STAFF);
	cr_assert_eq(enter("yamada", ""), ERR_DENIED); /* no password yet */
	set_password("yamada", GOOD);
	cr_assert_eq(enter("yamada", GOOD), 0);
	cr_assert_eq(enter("Yamada", GOOD), 0);
	cr_assert_eq(enter("yamada", GOOD "x"), ERR_DENIED);
	cr_assert_eq(enter("yamada", ""), ERR_DENIED);
	cr_assert_eq(account_sign_in(people, "yamada", GOOD "\0x",
			 GOOD_SIZE + 2, "::1", &a),
	    ERR_DENIED);
	cr_assert_eq(enter("yamada ", GOOD), ERR_DENIED);
	cr_assert_eq(enter("nobody", GOOD), ERR_DENIED);
	cr_assert_eq(enter("?0", GOOD), ERR_DENIED);
	cr_assert_eq(enter("' OR 1=1 --", GOOD), ERR_DENIED);
	cr_assert_eq(enter("", ""), ERR_DENIED);
	a = account_now("yamada");
	a.is_disabled = true;
	cr_assert_eq(account_put(people, &a, "root", why), 0);
	cr_assert_eq(enter("yamada", GOOD), ERR_DENIED);
	a.is_disabled = false;
	snprintf(a.until, sizeof(a.until), "2001-01-01");
	cr_assert_eq(account_put(people, &a, "root", why), 0);
	cr_assert_eq(enter("yamada", GOOD), ERR_DENIED);
	cr_assert_eq(audit_lines("sign-in refused", "\"disabled\""), 1);
	cr_assert_eq(audit_lines("sign-in refused", "outside its dates"), 1);
	cr_assert_eq(audit_lines("sign-in refused", "unknown login"), 5);
	cr_assert_eq(audit_lines("sign-in refused", "wrong password"), 4);
	cr_assert_eq(audit_lines("OR 1=1", ""), 0);
}

/* A login that is not there must cost what a real one costs. */
Test(sign_in, dummy_costs_the_same)
{
	struct timespec a, b;
	double known, unknown;

	account_make("yamada", ROLE_STAFF);
	set_password("yamada", GOOD);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	cr_assert_eq(enter("yamada", "x"), ERR_DENIED);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	known = (double)(b.tv_sec - a.tv_sec) * 1e3 +
		(double)(b.tv_nsec - a.tv_nsec) / 1e6;
	cr_assert_eq(enter("nobody", "x"), ERR_DENIED);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	unknown = (double)(a.tv_sec - b.tv_sec) * 1e3 +
		  (double)(a.tv_nsec - b.tv_nsec) / 1e6;
	cr_expect_gt(known, 5.0, "%.1f ms", known);
	cr_expect(unknown > known / 3 && known > unknown / 3,
	    "known %.1f ms, unknown %.1f ms", known, unknown);
}

Test(sign_in, shows_the_sign_in_before)
{
	struct account a;

	account_make("yamada", ROLE_STAFF);
	set_password("yamada", GOOD);
	cr_assert_eq(account_sign_in(people, "yamada", GOOD, GOOD_SIZE,
			 "192.0.2.7", &a),
	    0);
	cr_assert_str_eq(a.last_time, "");
	cr_assert_eq(enter("yamada", "x"), ERR_DENIED);
	cr_assert_eq(account_sign_in(people, "yamada", GOOD, GOOD_SIZE,
			 "192.0.2.8\nforged", &a),
	    0);
	cr_assert_neq(a.last_time[0], '\0');
	cr_assert_str_eq(a.last_from, "192.0.2.7");
	cr_assert_eq(a.failures, 1);
	a = account_now("yamada");
	cr_assert_eq(a.failures, 0);
	cr_assert_null(strchr(a.last_from, '\n'));
}

static void
fail_times(const char *login, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		cr_assert_eq(enter(login, "x"), ERR_DENIED);
}

/* Seconds until the lock ends. */
static long
lock_left(const char *login)
{
	struct account a = account_now(login);
	struct tm tm = { .tm_isdst = 0 };

	if (a.locked_until[0] == '\0' ||
	    strptime(a.locked_until, "%Y-%m-%dT%H:%M:%S", &tm) == NULL)
		return 0;
	return (long)(timegm(&tm) - time(NULL));
}

/* As if the lock had ended. */
static void
pass_lock(void)
{
	sql("UPDATE account_try SET locked_until = '2001-01-01T00:00:00.000Z' "
	    "WHERE locked_until <> ''");
}

Test(sign_in, locks_and_doubles)
{
	long expected = ACCOUNT_LOCK_S, left;

	account_make("yamada", ROLE_STAFF);
	set_password("yamada", GOOD);
	fail_times("yamada", ACCOUNT_TRIES - 1);
	cr_assert_eq(enter("yamada", GOOD), 0); /* and counts from nought */
	for (int round = 0; round < 3; round++) {
		fail_times("yamada", ACCOUNT_TRIES);
		left = lock_left("yamada");
		cr_assert(left > expected - 60 && left <= expected,
		    "round %d: %ld", round, left);
		cr_assert_eq(enter("yamada", GOOD), ERR_DENIED);
		cr_assert_eq(account_now("yamada").failures,
		    ACCOUNT_TRIES * ((unsigned)round + 1));
		pass_lock();
		expected *= 2;
	}
	sql("UPDATE account_try SET failures = 999");
	fail_times("yamada", 1);
	left = lock_left("yamada");
	cr_assert(left > 86300 && left <= 86400, "%ld", left);
	pass_lock();
	cr_assert_str_eq(account_now("yamada").locked_until, "");
	cr_assert_eq(enter("yamada", GOOD), 0);
	cr_assert_eq(account_now("yamada").failures, 0);
	cr_assert_eq(audit_lines("sign-in refused", "\"locked\""), 3);
}

Test(sign_in, the_last_try_may_be_right)
{
	account_make("yamada", ROLE_STAFF);
	set_password("yamada", GOOD);
	fail_times("yamada", ACCOUNT_TRIES - 1);
	cr_assert_eq(enter("yamada", GOOD), 0);
	cr_assert_eq(lock_left("yamada"), 0);
}

Test(sign_in, unlock_and_new_password_open)
{
	account_make("yamada", ROLE_STAFF);
	set_password("yamada", GOOD);
	fail_times("yamada", ACCOUNT_TRIES);
	cr_assert_eq(enter("yamada", GOOD), ERR_DENIED);
	cr_assert_eq(account_unlock(people, "YAMADA", "root"), 0);
	cr_assert_eq(enter("yamada", GOOD), 0);
	fail_times("yamada", ACCOUNT_TRIES);
	set_password("yamada", "another-" GOOD);
	cr_assert_eq(enter("yamada", GOOD), ERR_DENIED);
	cr_assert_eq(enter("yamada", "another-" GOOD), 0);
	cr_assert_eq(account_unlock(people, "nobody", "root"), ERR_NOENT);
	cr_assert_eq(account_unlock(people, "?1", "root"), ERR_NOENT);
}

/* A clock that was far ahead for a moment must not lock for years. */
Test(sign_in, time_jumps)
{
	long left;

	account_make("yamada", ROLE_STAFF);
	set_password("yamada", GOOD);
	fail_times("yamada", ACCOUNT_TRIES);
	sql("UPDATE account_try SET locked_until = '2099-01-01T00:00:00.000Z'");
	cr_assert_eq(enter("yamada", GOOD), ERR_DENIED);
	left = lock_left("yamada");
	cr_assert(left > 0 && left <= ACCOUNT_LOCK_S, "%ld", left);
	pass_lock();
	cr_assert_eq(enter("yamada", GOOD), 0);
}

/* Unknown logins leave no more rows than there are buckets. */
Test(sign_in, unknown_logins_do_not_fill_the_disk)
{
	sqlite3_stmt *s;
	char name[32];

	for (int i = 0; i < 30; i++) {
		snprintf(name, sizeof(name), "nobody%d", i);
		cr_assert_eq(enter(name, "x"), ERR_DENIED);
	}
	cr_assert_eq(people_prepare(people,
			 "SELECT count(*) FROM account_try WHERE login NOT "
			 "LIKE '?%'",
			 NULL, &s),
	    0);
	cr_assert_eq(ledger_step(s), 0);
	cr_assert_eq(sqlite3_column_int(s, 0), 0);
	sqlite3_finalize(s);
	/* An account may take a name that was tried before. */
	account_make("nobody3", ROLE_STAFF);
	cr_assert_eq(account_now("nobody3").failures, 0);
}

/* Sixteen guesses at the same moment are sixteen guesses: only five are
 * compared. */
Test(sign_in, guesses_side_by_side)
{
	pid_t pids[16];
	int status, in = 0;

	account_make("yamada", ROLE_STAFF);
	set_password("yamada", GOOD);
	case_close();
	for (size_t i = 0; i < 16; i++) {
		if ((pids[i] = fork()) != 0)
			continue;
		case_open();
		/* The right one comes last. */
		if (i == 15)
			usleep(1500000);
		status = enter("yamada", i == 15 ? GOOD : "wrong") == 0;
		people_close(people);
		_exit(status);
	}
	for (size_t i = 0; i < 16; i++) {
		cr_assert_eq(waitpid(pids[i], &status, 0), pids[i]);
		cr_assert(WIFEXITED(status));
		in += WEXITSTATUS(status);
	}
	case_open();
	cr_assert_eq(in, 0);
	cr_assert_eq(account_now("yamada").failures, ACCOUNT_TRIES);
	cr_assert_eq(audit_lines("sign-in refused", "wrong password"),
	    ACCOUNT_TRIES);
	cr_assert_eq(audit_lines("sign-in refused", "\"locked\""), 11);
}

Test(sign_in, trusted)
{
	struct account a;

	account_make("yamada", ROLE_STAFF);
	fail_times("yamada", ACCOUNT_TRIES);
	cr_assert_eq(account_trusted(people, "YAMADA", "192.0.2.1", "proxy",
			 &a),
	    0);
	cr_assert_str_eq(a.login, "yamada");
	/* The person was here: failures in a row end. */
	cr_assert_eq(account_now("yamada").failures, 0);
	cr_assert_str_eq(account_now("yamada").locked_until, "");
	cr_assert_eq(account_trusted(people, "nobody", "x", "proxy", &a),
	    ERR_DENIED);
	cr_assert_eq(account_trusted(people, "ya mada", "x", "proxy", &a),
	    ERR_DENIED);
	cr_assert_eq(account_trusted(people, "", "x", "proxy", &a), ERR_DENIED);
	a.is_disabled = true;
	cr_assert_eq(account_put(people, &a, "root", why), 0);
	cr_assert_eq(account_trusted(people, "yamada", "x", "proxy", &a),
	    ERR_DENIED);
	cr_assert_eq(audit_lines("\"sign-in\"", "\"proxy\""), 1);
}

Test(sign_in, new_passwords)
{
	struct account a;

	cr_assert_eq(account_set_password(people, "nobody", GOOD, GOOD_SIZE,
			 false, "root"),
	    ERR_NOENT);
	account_make("yamada", ROLE_STAFF);
	cr_assert_eq(account_set_password(people, "yamada", "short", 5, false,
			 "root"),
	    ERR_MALFORMED);
	cr_assert_eq(account_set_password(people, "yamada", GOOD, GOOD_SIZE,
			 true, "root"),
	    0);
	cr_assert_eq(account_sign_in(people, "yamada", GOOD, GOOD_SIZE, "::1",
			 &a),
	    0);
	cr_assert(a.must_change);
	cr_assert_neq(a.password_time[0], '\0');
	/* The person must not keep it; an administrator learns nothing. */
	cr_assert_eq(account_set_password(people, "yamada", GOOD, GOOD_SIZE,
			 false, "yamada"),
	    ERR_MALFORMED);
	cr_assert(account_now("yamada").must_change);
	cr_assert_eq(account_set_password(people, "yamada", "a-new-" GOOD,
			 GOOD_SIZE + 6, false, "yamada"),
	    0);
	cr_assert(!account_now("yamada").must_change);
	cr_assert_eq(account_set_password(people, "yamada", "a-new-" GOOD,
			 GOOD_SIZE + 6, true, "root"),
	    0);
	cr_assert_eq(audit_lines(GOOD, ""), 0);
}

/* Whoever steals the index finds argon2id with its salt. */
Test(sign_in, index_holds_no_password)
{
	struct buf b;

	account_make("yamada", ROLE_STAFF);
	set_password("yamada", GOOD);
	cr_assert_eq(ledger_exec(people->db, "PRAGMA wal_checkpoint(TRUNCATE)"),
	    0);
	buf_init(&b, 1 << 24);
	slurp(in_scratch("people/index.sqlite"), &b);
	cr_assert_null(memmem(b.data, b.len, GOOD, GOOD_SIZE));
	cr_assert_not_null(memmem(b.data, b.len, "$argon2id$v=19$m=65536", 22));
	buf_done(&b);
}

/* When the log cannot be written nobody comes in and nothing changes. */
Test(sign_in, no_log_no_entry)
{
	struct account a = account_of("new", ROLE_STAFF);

	account_make("yamada", ROLE_STAFF);
	set_password("yamada", GOOD);
	/* Lines are cut off behind the program's back. */
	cr_assert_eq(truncate(in_scratch("audit/audit.jsonl"), 10), 0);
	cr_assert_neq(enter("yamada", GOOD), 0);
	cr_assert_eq(enter("yamada", GOOD), ERR_IO);
	cr_assert_eq(enter("yamada", "x"), ERR_IO);
	cr_assert_neq(account_put(people, &a, "root", why), 0);
	cr_assert_eq(account_get(people, "new", &a), ERR_NOENT);
	people_close(people);
	cr_assert_neq(audit_close(audit), 0);
	scratch_remove();
	case_setup(); /* for the end of the test */
}
