/* Accounts: what they may hold, who writes them. */
#include "unit/account_case.h"

#include <sys/wait.h>

TestSuite(account, .init = case_setup, .fini = case_teardown);
TestSuite(account_text);

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

static int
set_away(const char *login, const char *deputy, const char *from,
    const char *until)
{
	return account_set_away(people, login, deputy, from, until, why);
}

Test(account, own_absence)
{
	char today[ACCOUNT_DATE_BYTES];
	struct account a;

	account_today(today);
	account_make("boss", ROLE_APPROVER | ROLE_STAFF);
	account_make("second", ROLE_APPROVER);
	account_make("staff", ROLE_STAFF);
	cr_assert_eq(set_away("boss", "Second", today, "2999-12-31"), 0, "%s",
	    why);
	cr_assert_eq(account_get(people, "boss", &a), 0);
	cr_assert_str_eq(a.deputy, "second");
	cr_assert(account_is_away(&a));
	cr_assert_eq(a.roles, ROLE_APPROVER | ROLE_STAFF);
	cr_assert_str_eq(a.department, "税務課");
	cr_expect_eq(set_away("boss", "boss", today, today), ERR_DENIED);
	cr_expect_eq(set_away("boss", "staff", today, today), ERR_DENIED);
	cr_expect_eq(set_away("boss", "nobody", today, today), ERR_DENIED);
	cr_expect_eq(set_away("boss", "", today, today), ERR_DENIED);
	cr_expect_eq(set_away("boss", "second", "", today), ERR_DENIED);
	cr_expect_eq(set_away("boss", "second", "2020-01-01", "2020-01-02"),
	    ERR_DENIED);
	cr_expect_eq(set_away("boss", "second", "2999-01-02", "2999-01-01"),
	    ERR_DENIED);
	cr_expect_eq(set_away("boss", "second", "2027-4-1", "2027-4-2"),
	    ERR_DENIED);
	cr_expect_eq(set_away("staff", "second", today, today), ERR_DENIED);
	cr_expect_eq(set_away("nobody", "second", today, today), ERR_NOENT);
	cr_assert_eq(account_get(people, "boss", &a), 0);
	cr_assert_str_eq(a.deputy, "second", "what is refused changes nothing");
	cr_assert_eq(set_away("boss", "", "", ""), 0);
	cr_assert_eq(account_get(people, "boss", &a), 0);
	cr_assert(a.deputy[0] == '\0' && !account_is_away(&a));
}
