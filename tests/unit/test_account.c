/* Accounts: what they may hold, signing in, lock-out. */
#include "unit/account_case.h"

#include <sodium.h>
#include <sys/wait.h>
#include <time.h>

TestSuite(account, .init = case_setup, .fini = case_teardown);
TestSuite(account_text);
TestSuite(sign_in, .init = case_setup, .fini = case_teardown);

Test(account_text, roles)
{
	char text[64];
	unsigned roles = 99;

	account_roles_text(ROLE_STAFF | ROLE_APPROVER, text);
	cr_assert_str_eq(text, "staff approver");
	account_roles_text(15, text);
	cr_assert_str_eq(text, "staff approver administrator auditor");
	cr_assert_eq(account_roles_read(text, &roles), 0);
	cr_assert_eq(roles, 15);
	cr_assert_eq(account_roles_read(" 職員  承認者 ", &roles), 0);
	cr_assert_eq(roles, ROLE_STAFF | ROLE_APPROVER);
	cr_assert_eq(account_roles_read("", &roles), 0);
	cr_assert_eq(roles, 0);
	cr_assert_eq(account_roles_read("staff boss", &roles), ERR_MALFORMED);
	cr_assert_eq(account_roles_read("Staff", &roles), ERR_MALFORMED);
	cr_assert_eq(roles, 0);
}

Test(account_text, dates)
{
	static const char *const bad[] = { "2027-02-29", "2027-4-31", "2027",
		"2027-04", "2027-04-01x", "2027-00-01", "2027-01-00",
		"2027-13-01", "12027-01-01", "27-01-01", "2027/04-01",
		"2027--04-01", " 2027-04-01", "2027-04-01 ", "1900-01-01",
		"2027-004-01", "２０２７-04-01", "-2027-04-01" };
	char out[ACCOUNT_DATE_BYTES];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cr_expect_eq(account_date(bad[i], out), ERR_MALFORMED, "%s",
		    bad[i]);
		cr_expect(!account_is_date(bad[i]), "%s", bad[i]);
	}
	cr_assert_eq(account_date("2028/2/29", out), 0);
	cr_assert_str_eq(out, "2028-02-29");
	cr_assert_eq(account_date("2027-4-1", out), 0);
	cr_assert_str_eq(out, "2027-04-01");
	cr_assert(!account_is_date("2027-4-1"));
	cr_assert(!account_is_date(""));
	cr_assert(account_is_date("2027-04-01"));
	cr_assert_eq(account_date("", out), 0);
	cr_assert_str_eq(out, "");
}

Test(account_text, passwords)
{
	static const char *const bad[] = { "", "short", "elevenchars",
		"aaaaaaaaaaaa", "abababababab", "123456789012", "839274651029",
		"abcdefghijkl", "password2026!", "P@ssw0rd12345",
		"passwordpassword", "qwertyuiop12", "1qaz2wsx3edc",
		"Administrator1", "yamada-12345", "YAMADAyamada1",
		"sekisho-2026-11", "welcome-welcome", "rainy day\non it",
		"rainy\tday on it", "rainy-day-\xff\xfe-pass" };
	static const char *const good[] = { GOOD, "雨の日も風の日も歩いて行く",
		"Xk9#2$8@1%Qz", "correct horse battery", "passenger-lists" };
	char big[ACCOUNT_PASSWORD_BYTES + 2];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_not_null(account_password_bad("yamada", bad[i],
				       strlen(bad[i])),
		    "%s", bad[i]);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		cr_expect_null(account_password_bad("yamada", good[i],
				   strlen(good[i])),
		    "%s", good[i]);
	cr_expect_not_null(account_password_bad("y", "rainy\0day on it", 15));
	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = (char)('!' + i * 7 % 90);
	cr_expect_null(account_password_bad("y", big, 1024));
	cr_expect_not_null(account_password_bad("y", big, 1025));
}

static void
refused(const struct account *a, const char *message)
{
	cr_expect_eq(account_put(people, a, "root", why), ERR_MALFORMED, "%s",
	    message);
	cr_expect_not_null(strstr(why, message), "%s: %s", message, why);
}

#define REFUSED(field, value, message) \
	do { \
		struct account bad_ = account_of("good", ROLE_STAFF); \
		snprintf(bad_.field, sizeof(bad_.field), "%s", value); \
		refused(&bad_, message); \
	} while (0)

Test(account, odd_logins)
{
	char text[65], out[ACCOUNT_LOGIN_BYTES];
	static const char *const bad[] = { "", "a b", "../x", "..", ".", ".x",
		"x.", "-x", "a/b", "a\\b", "a:b", "a@b", "ｙａｍａｄａ", "山田",
		"a\nb", "a'b", "a\"b", "a%b", "a*", "con", "nul", "com1",
		"lpt9.x", "a\xe2\x80\xae", "aux", "a\x7f" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		REFUSED(login, bad[i], "a login is");
	memset(text, 'a', 64);
	text[64] = '\0';
	cr_assert_eq(account_login(text, out), ERR_MALFORMED);
	text[63] = '\0';
	cr_assert_eq(account_login(text, out), 0);
	account_make("YAMADA.Hanako_2-x", ROLE_STAFF);
	cr_assert_str_eq(account_now("yamada.hanako_2-x").login,
	    "yamada.hanako_2-x");
	cr_assert_str_eq(account_now("Yamada.HANAKO_2-X").login,
	    "yamada.hanako_2-x");
}

Test(account, odd_fields)
{
	struct account a = account_of("good", 0);

	refused(&a, "roles are");
	a.roles = 16;
	refused(&a, "roles are");
	REFUSED(name, "", "a name is");
	REFUSED(name, "=cmd|' /C calc'!A0", "a name is");
	REFUSED(name, "+1", "a name is");
	REFUSED(name, "-1", "a name is");
	REFUSED(name, "@SUM(1)", "a name is");
	REFUSED(name, "＝1+1", "a name is");
	REFUSED(name, "'=1", "a name is");
	REFUSED(name, "\t=1", "a name is");
	REFUSED(name, " =1", "a name is");
	REFUSED(name, "a\nb", "a name is");
	REFUSED(name, "a\xe2\x80\xae\x62", "a name is");
	REFUSED(name, "a\xff", "a name is");
	REFUSED(department, "", "a department is");
	REFUSED(department, "a b", "a department is");
	REFUSED(department, "@a", "a department is");
	REFUSED(department, "../a", "a department is");
	REFUSED(department, "総務　課", "a department is");
	REFUSED(department, "か\xe3\x82\x99い課", "a department is");
	REFUSED(department, "=1", "a department is");
	REFUSED(mail, "nobody", "mail address");
	REFUSED(mail, "a@b\r\nBcc: c@d", "mail address");
	REFUSED(language, "fr", "language");
	REFUSED(from, "2027-4-1", "dates");
	REFUSED(until, "soon", "dates");
	REFUSED(deputy, "nobody", "no such account as deputy");
	REFUSED(deputy, "../x", "no such account as deputy");
	a = account_of("good", ROLE_STAFF);
	snprintf(a.from, sizeof(a.from), "2027-04-02");
	snprintf(a.until, sizeof(a.until), "2027-04-01");
	refused(&a, "dates");
	/* Names as people have them. */
	a = account_of("good", ROLE_STAFF);
	snprintf(a.name, sizeof(a.name), "渡邉󠄂 O'Neil 𠮷田 髙﨑");
	cr_assert_eq(account_put(people, &a, "root", why), 0, "%s", why);
}

Test(account, put_changes_and_keeps)
{
	struct account a = account_of("yamada", ROLE_STAFF), b;

	cr_assert_eq(account_get(people, "yamada", &b), ERR_NOENT);
	cr_assert_eq(account_put(people, &a, "root", why), 0);
	b = account_now("yamada");
	cr_assert_str_eq(b.language, "ja");
	cr_assert_str_eq(b.password_time, "");
	cr_assert_eq(account_set_password(people, "yamada", GOOD, GOOD_SIZE,
			 false, "root"),
	    0);
	a.roles = ROLE_STAFF | ROLE_APPROVER;
	cr_assert_eq(account_put(people, &a, "sato", why), 0);
	cr_assert_eq(account_put(people, &a, "sato", why), 0);
	cr_assert_eq(account_sign_in(people, "yamada", GOOD, GOOD_SIZE, "::1",
			 &b),
	    0);
	cr_assert_eq(b.roles, ROLE_STAFF | ROLE_APPROVER);
	cr_assert_eq(audit_lines("new: ", "yamada"), 1);
	cr_assert_eq(audit_lines("changed: roles: staff -> staff approver",
			 "sato"),
	    1);
}

Test(account, deputies_and_dates)
{
	struct account a;
	char today[ACCOUNT_DATE_BYTES];

	account_today(today);
	account_make("sato", ROLE_APPROVER);
	account_make("yamada", ROLE_APPROVER);
	a = account_now("yamada");
	snprintf(a.deputy, sizeof(a.deputy), "yamada");
	refused(&a, "own deputy");
	snprintf(a.deputy, sizeof(a.deputy), "SATO");
	cr_assert_eq(account_put(people, &a, "yamada", why), 0, "%s", why);
	a = account_now("yamada");
	cr_assert_str_eq(a.deputy, "sato");
	cr_assert(account_is_valid(&a));
	cr_assert(!account_is_away(&a));
	snprintf(a.away_from, sizeof(a.away_from), "%s", today);
	cr_assert(account_is_away(&a));
	snprintf(a.away_until, sizeof(a.away_until), "%s", today);
	cr_assert(account_is_away(&a));
	snprintf(a.away_until, sizeof(a.away_until), "2001-01-01");
	cr_assert(!account_is_away(&a));
	snprintf(a.from, sizeof(a.from), "%s", today);
	snprintf(a.until, sizeof(a.until), "%s", today);
	cr_assert(account_is_valid(&a));
	snprintf(a.from, sizeof(a.from), "9999-01-01");
	a.until[0] = '\0';
	cr_assert(!account_is_valid(&a));
	a.from[0] = '\0';
	snprintf(a.until, sizeof(a.until), "2001-01-01");
	cr_assert(!account_is_valid(&a));
	a.until[0] = '\0';
	a.is_disabled = true;
	cr_assert(!account_is_valid(&a));
}

static int
count_account(void *arg, const struct account *a)
{
	(void)a;
	return ++*(int *)arg == 3 ? ERR_LIMIT : 0;
}

static int
count_all(void *arg, const struct account *a)
{
	(void)a;
	++*(int *)arg;
	return 0;
}

Test(account, list_stops)
{
	int n = 0;

	account_make("a", ROLE_STAFF);
	account_make("b", ROLE_STAFF);
	cr_assert_eq(account_list(people, count_account, &n), 0);
	cr_assert_eq(n, 2);
	account_make("c", ROLE_STAFF);
	account_make("d", ROLE_STAFF);
	n = 0;
	cr_assert_eq(account_list(people, count_account, &n), ERR_LIMIT);
	cr_assert_eq(n, 3);
}

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
	/* Who comes by the proxy opens no lock of passwords. */
	cr_assert_eq(account_now("yamada").failures, ACCOUNT_TRIES);
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

/* Four processes write accounts, each its own and all of them one. */
Test(account, written_side_by_side)
{
	struct account a;
	pid_t pids[4];
	int status, n = 0;

	account_make("shared", ROLE_STAFF);
	case_close();
	for (int i = 0; i < 4; i++) {
		if ((pids[i] = fork()) != 0)
			continue;
		case_open();
		status = 0;
		for (int k = 0; k < 20; k++) {
			a = account_of("shared", ROLE_STAFF);
			snprintf(a.name, sizeof(a.name), "人%d-%d", i, k);
			status |= account_put(people, &a, "root", why) != 0;
			snprintf(a.login, sizeof(a.login), "own%d-%d", i, k);
			status |= account_put(people, &a, "root", why) != 0;
		}
		_exit(status);
	}
	for (int i = 0; i < 4; i++) {
		cr_assert_eq(waitpid(pids[i], &status, 0), pids[i]);
		cr_assert_eq(status, 0);
	}
	case_open();
	cr_assert_eq(account_list(people, count_all, &n), 0);
	cr_assert_eq(n, 81);
	cr_assert_eq(audit_lines("\"shared\"", "changed: name: "), 80);
}
