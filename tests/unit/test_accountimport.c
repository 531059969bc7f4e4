/* Lists of accounts: CSV as people write it and as nobody should, the day on
 * which they hold. */
#include "unit/account_case.h"

#include <sys/wait.h>

TestSuite(import, .init = case_setup, .fini = case_teardown);

#define HEAD "login,name,department,mail,roles,from,until\n"

struct seen {
	unsigned n[3];
	struct account last;
};

static int
see(void *arg, const struct account *before, const struct account *after,
    enum account_change what)
{
	struct seen *s = arg;

	cr_assert_eq(before == NULL, what == ACCOUNT_NEW);
	s->n[what]++;
	s->last = *after;
	return 0;
}

static struct seen
import(const char *csv, const char *effective, bool apply)
{
	struct seen s = { .n = { 0 } };

	cr_assert_eq(account_import(people, csv, strlen(csv), effective, apply,
			 "root", see, &s, why),
	    0, "%s", why);
	return s;
}

static void
refused(const char *csv, size_t n, const char *message)
{
	struct account a;

	cr_expect_eq(account_import(people, csv, n, NULL, true, "root", NULL,
			 NULL, why),
	    ERR_MALFORMED, "%s", csv);
	cr_expect_not_null(strstr(why, message), "%s\nsaid: %s", csv, why);
	cr_expect_eq(account_get(people, "good", &a), ERR_NOENT, "%s", csv);
}

#define REFUSED(csv, message) refused(csv, sizeof(csv) - 1, message)

Test(import, preview_changes_nothing)
{
	static const char csv[] = HEAD
	    "yamada,山田 花子,税務課,y@example.lg.jp,職員 承認者,2027/4/1,\r\n"
	    "\"sato\",\"佐藤, 太郎\",福祉課,,staff,,\n";
	struct account a;
	struct seen s = import(csv, NULL, false);

	cr_assert_eq(s.n[ACCOUNT_NEW], 2);
	cr_assert_eq(account_get(people, "yamada", &a), ERR_NOENT);
	s = import(csv, NULL, true);
	cr_assert_eq(s.n[ACCOUNT_NEW], 2);
	a = account_now("yamada");
	cr_assert_eq(a.roles, ROLE_STAFF | ROLE_APPROVER);
	cr_assert_str_eq(a.from, "2027-04-01");
	cr_assert_str_eq(a.mail, "y@example.lg.jp");
	cr_assert(a.must_change);
	cr_assert_str_eq(account_now("sato").name, "佐藤, 太郎");
	s = import(csv, NULL, true);
	cr_assert_eq(s.n[ACCOUNT_SAME], 2);
	cr_assert_eq(audit_lines("\"account\"", "new"), 2);
}

Test(import, changes_the_columns_given)
{
	struct account a;
	struct seen s;

	import(HEAD "yamada,山田,税務課,y@example.jp,staff,,\n", NULL, true);
	a = account_now("yamada");
	a.is_disabled = true;
	a.must_change = false;
	snprintf(a.language, sizeof(a.language), "en");
	cr_assert_eq(account_put(people, &a, "root", why), 0);
	cr_assert_eq(account_set_password(people, "yamada", GOOD, GOOD_SIZE,
			 false, "root"),
	    0);
	s = import("所属,ログイン\n福祉課,YAMADA\n", NULL, true);
	cr_assert_eq(s.n[ACCOUNT_CHANGED], 1);
	a = account_now("yamada");
	cr_assert_str_eq(a.department, "福祉課");
	cr_assert_str_eq(a.name, "山田");
	cr_assert_str_eq(a.mail, "y@example.jp");
	cr_assert_str_eq(a.language, "en");
	cr_assert(a.is_disabled);
	cr_assert(!a.must_change);
	cr_assert_neq(a.password_time[0], '\0');
	/* A new one needs the rest as well. */
	REFUSED("所属,ログイン\n福祉課,good\n",
	    "line 2: there is no such login");
}

static void
wrong_line(const char **from, unsigned line, const char *key, const char *value)
{
	char said[POLICY_WHY_BYTES], what[ACCOUNT_VALUE_BYTES];
	unsigned at;

	cr_assert(account_why_next(from, &at, said, what), "line %u", line);
	cr_expect_eq(at, line);
	cr_expect_not_null(strstr(said, key), "%s", said);
	cr_expect_str_eq(what, value);
}

/* A list is mended once, not once for each of its faults. */
Test(import, tells_of_all_wrong_lines)
{
	static const char csv[] = HEAD "a,甲,税務課,,課長,,\n"
				       "good,乙,税務課,,staff,,\n"
				       "山本,丙,税務課,,staff,,\n"
				       "c,丁,税務課,,staff,2027/13/1,\n"
				       "d,戊\n"
				       "good,己,税務課,,staff,,\n";
	static const char later[] =
	    HEAD "e,=1,税務課,,staff,,\nf,庚,税 務課,,staff,,\n";
	const char *at = why;

	REFUSED(csv, "line 2: roles are");
	wrong_line(&at, 2, "roles are", "課長");
	wrong_line(&at, 4, "a login is", "山本");
	wrong_line(&at, 5, "dates are", "2027/13/1");
	wrong_line(&at, 6, "not as many columns", "");
	wrong_line(&at, 7, "stands twice", "good");
	cr_expect_eq(*at, '\0');
	cr_assert_eq(account_import(people, later, sizeof(later) - 1, NULL,
			 false, "root", see, &(struct seen){ .n = { 0 } }, why),
	    ERR_MALFORMED);
	at = why;
	wrong_line(&at, 2, "a name is", "e");
	wrong_line(&at, 3, "department", "f");
}

Test(import, many_wrong_lines_are_cut)
{
	char *csv = malloc(64 * 5000);
	const char *at = why;
	unsigned n = 0, line;
	char key[POLICY_WHY_BYTES], value[ACCOUNT_VALUE_BYTES];
	size_t len;

	cr_assert_not_null(csv);
	len = strlen(HEAD);
	memcpy(csv, HEAD, len);
	for (int i = 0; i < 5000; i++) {
		memcpy(csv + len, "x y,a,b,,staff,,\n", 17);
		len += 17;
	}
	cr_assert_eq(account_import(people, csv, len, NULL, false, "root", NULL,
			 NULL, why),
	    ERR_MALFORMED);
	cr_assert_lt(strlen(why), ACCOUNT_WHY_BYTES);
	while (account_why_next(&at, &line, key, value))
		cr_assert_eq(line, n++ + 2);
	cr_expect_gt(n, 20);
	free(csv);
}

Test(import, cp932_as_excel_writes_it)
{
	/* login,氏名,所属,役割 / suzuki,鈴木 髙子,税務課,職員 */
	static const char csv[] =
	    "login,\x8e\x81\x96\xbc,\x8f\x8a\x91\xae,\x96\xf0\x8a\x84\r\n"
	    "suzuki,\x97\xe9\x96\xd8 \xfb\xfc\x8eq,"
	    "\x90\xc5\x96\xb1\x89\xdb,\x90\x45\x88\xf5\r\n";

	import(csv, NULL, true);
	cr_assert_str_eq(account_now("suzuki").name, "鈴木 髙子");
	cr_assert_str_eq(account_now("suzuki").department, "税務課");
	cr_assert_eq(account_now("suzuki").roles, ROLE_STAFF);
	REFUSED("login,name\ngood,\x81\n", "neither UTF-8 nor");
	REFUSED("login,name\ngood,\xfd\xff\n", "neither UTF-8 nor");
	import("\xef\xbb\xbflogin,name,department,roles\n"
	       "bom,山田,税務課,staff",
	    NULL, true);
	cr_assert_str_eq(account_now("bom").name, "山田");
}

Test(import, what_is_wrong_names_the_line)
{
#define GOOD_ROW "good,山田,税務課,,staff,,\n"
	REFUSED("", "line 0: the list is empty");
	REFUSED("\n", "line 1: the first line names");
	REFUSED("good,山田,税務課,,staff,,\n", "line 1: the first line names");
	REFUSED("login,login\ngood,good\n", "line 1: a column is named twice");
	REFUSED("name\n山田\n", "line 1: the column login is missing");
	REFUSED("login,admin\ngood,1\n", "line 1: the first line names");
	REFUSED(HEAD GOOD_ROW "a\n", "line 3: not as many columns");
	REFUSED(HEAD GOOD_ROW "a,b,c,,staff,,,\n", "line 3: more columns");
	REFUSED(HEAD GOOD_ROW "\n\nGood,山田,税務課,,staff,,\n",
	    "line 5: this login stands twice");
	REFUSED(HEAD GOOD_ROW "a b,山田,税務課,,staff,,\n",
	    "line 3: a login is");
	REFUSED(HEAD GOOD_ROW "a,,税務課,,staff,,\n", "line 3: a name is");
	REFUSED(HEAD GOOD_ROW "a,b,,,staff,,\n", "line 3: a department");
	REFUSED(HEAD GOOD_ROW "a,b,c,x,staff,,\n",
	    "line 3: this is not a mail");
	REFUSED(HEAD GOOD_ROW "a,b,c,,,,\n", "line 3: roles are");
	REFUSED(HEAD GOOD_ROW "a,b,c,,root,,\n", "line 3: roles are");
	REFUSED(HEAD GOOD_ROW "a,b,c,,staff,4/1,\n", "line 3: dates");
	REFUSED(HEAD GOOD_ROW "a,b,c,,staff,2027/4/2,2027/4/1\n",
	    "line 3: dates");
	REFUSED(HEAD GOOD_ROW "a,\"b,c,,staff,,", "line 3: a quote is not");
	REFUSED(HEAD GOOD_ROW "a,\"b\"x,c,,staff,,\n",
	    "line 3: something stands behind");
	REFUSED(HEAD GOOD_ROW "a,b\"c,c,,staff,,\n", "line 3: a quote inside");
	REFUSED(HEAD GOOD_ROW "a,\"b\nc\",c,,staff,,\n", "line 3: a control");
	REFUSED(HEAD GOOD_ROW "a,b\tc,c,,staff,,\n", "line 3: a control");
	REFUSED(HEAD GOOD_ROW "a,b\rc,c,,staff,,\n", "line 3: a control");
	REFUSED(HEAD GOOD_ROW "a,b\0c,c,,staff,,\n", "line 3: a control");
	REFUSED(HEAD "good\0x,b,c,,staff,,\n", "line 2: a control");
	/* UTF-16, as "Unicode text" of Excel. */
	REFUSED("\xff\xfel\0o\0g\0i\0n\0", "neither UTF-8 nor");
	REFUSED("l\0o\0g\0i\0n\0,\0", "line 1: a control");
}

/* What would begin a formula when somebody opens an export of ours. */
Test(import, formulas)
{
	REFUSED(HEAD "good,=1+1,税務課,,staff,,\n", "line 2: a name is");
	REFUSED(HEAD "good,\"=HYPERLINK(\"\"http://x\"\")\",税務課,,staff,,\n",
	    "line 2: a name is");
	REFUSED(HEAD "good,  @SUM(A1),税務課,,staff,,\n", "line 2: a name is");
	REFUSED(HEAD "good,山田,+cmd,,staff,,\n", "line 2: a department");
	REFUSED(HEAD "good,山田,-1,,staff,,\n", "line 2: a department");
	REFUSED(HEAD "=good,山田,税務課,,staff,,\n", "line 2: a login is");
	REFUSED(HEAD "good,山田,税務課,=x,staff,,\n", "line 2: this is not");
}

Test(import, huge_lists)
{
	struct buf b;

	buf_init(&b, 16 << 20);
	cr_assert_eq(buf_puts(&b, HEAD), 0);
	for (int i = 0; i < 20000; i++)
		cr_assert_eq(buf_fmt(&b, "u%d,職員%d,課%d,,staff,,\n", i, i,
				 i % 50),
		    0);
	cr_assert_eq(account_import(people, (const char *)b.data, b.len, NULL,
			 false, "root", NULL, NULL, why),
	    0, "%s", why);
	cr_assert_eq(buf_puts(&b, "more,職員,課,,staff,,\n"), 0);
	cr_assert_eq(account_import(people, (const char *)b.data, b.len, NULL,
			 true, "root", NULL, NULL, why),
	    ERR_LIMIT);
	buf_clear(&b);
	while (b.len <= ACCOUNT_IMPORT_BYTES)
		cr_assert_eq(buf_puts(&b, "\n\n\n\n\n\n\n\n"), 0);
	cr_assert_eq(account_import(people, (const char *)b.data, b.len, NULL,
			 true, "root", NULL, NULL, why),
	    ERR_LIMIT);
	/* One line of four million bytes. */
	buf_clear(&b);
	cr_assert_eq(buf_puts(&b, HEAD "good,"), 0);
	while (b.len < ACCOUNT_IMPORT_BYTES - 16)
		cr_assert_eq(buf_puts(&b, "aaaaaaaa"), 0);
	refused(buf_cstr(&b), b.len, "line 2: a field is too long");
	buf_done(&b);
}

static int
stop_second(void *arg, const struct account *before,
    const struct account *after, enum account_change what)
{
	(void)before, (void)after, (void)what;
	return ++*(int *)arg == 2 ? ERR_LIMIT : 0;
}

/* All lines or none, also when the caller stops. */
Test(import, all_or_nothing)
{
	static const char csv[] = HEAD "good,a,b,,staff,,\nb,a,b,,staff,,\n";
	struct account a;
	int n = 0;

	cr_assert_eq(account_import(people, csv, strlen(csv), NULL, true,
			 "root", stop_second, &n, why),
	    ERR_LIMIT);
	cr_assert_eq(account_get(people, "good", &a), ERR_NOENT);
	cr_assert_eq(account_import(people, csv, strlen(csv), "2027-4-1", true,
			 "root", NULL, NULL, why),
	    ERR_MALFORMED);
	cr_assert_eq(account_import(people, csv, strlen(csv), "", true, "root",
			 NULL, NULL, why),
	    ERR_MALFORMED);
}

static int
count_waiting(void *arg, const char *effective, const char *who,
    const struct account *before, const struct account *after)
{
	(void)before;
	cr_assert_str_eq(effective, "2099-04-01");
	cr_assert_str_eq(who, "root");
	cr_assert_neq(after->department[0], '\0');
	++*(int *)arg;
	return 0;
}

static unsigned
due(void)
{
	unsigned n = 99;

	cr_assert_eq(account_due(people, &n), 0);
	return n;
}

/* As if the day had come. */
static void
pass_time(void)
{
	sql("UPDATE account_pending SET effective = '2001' || "
	    "substr(effective, 5)");
}

Test(import, waits_for_its_day)
{
	static const char april[] = "login,department\nyamada,福祉課\n";
	struct seen s;
	unsigned rows;
	int n = 0;

	import(HEAD "yamada,山田,税務課,,staff,,\n", NULL, true);
	s = import(april, "2099-04-01", false);
	cr_assert_eq(s.n[ACCOUNT_CHANGED], 1);
	cr_assert_eq(account_waiting(people, count_waiting, &n), 0);
	cr_assert_eq(n, 0);
	import(april, "2099-04-01", true);
	import(april, "2099-04-01", true);
	import(HEAD "new,新人,福祉課,,staff,,\n", "2099-04-01", true);
	cr_assert_eq(account_waiting(people, count_waiting, &n), 0);
	cr_assert_eq(n, 2);
	cr_assert_eq(due(), 0);
	cr_assert_str_eq(account_now("yamada").department, "税務課");
	pass_time();
	cr_assert_eq(due(), 2);
	cr_assert_str_eq(account_now("yamada").department, "福祉課");
	cr_assert_str_eq(account_now("yamada").name, "山田");
	cr_assert_str_eq(account_now("new").name, "新人");
	cr_assert_eq(due(), 0);
	/* Dates of today and before hold at once. */
	import("login,department\nyamada,市民課\n", "2001-04-01", true);
	cr_assert_str_eq(account_now("yamada").department, "市民課");
	import(april, "2099-04-01", true);
	cr_assert_eq(account_cancel(people, "2099-04-02", "root", &rows),
	    ERR_NOENT);
	cr_assert_eq(account_cancel(people, "2099-04-01", "root", &rows), 0);
	cr_assert_eq(rows, 1);
	pass_time();
	cr_assert_eq(due(), 0);
}

/* An account that changed meanwhile may no longer fit; the rest goes on. */
Test(import, a_row_that_does_not_fit_any_more)
{
	struct account a;

	import(HEAD "a,山田,税務課,,staff,,\nb,佐藤,税務課,,staff,,\n", NULL,
	    true);
	import("login,from\na,2099-05-01\nb,2099-05-01\n", "2099-04-01", true);
	a = account_now("a");
	snprintf(a.until, sizeof(a.until), "2098-01-01");
	cr_assert_eq(account_put(people, &a, "root", why), 0);
	pass_time();
	cr_assert_eq(due(), 1);
	cr_assert_str_eq(account_now("a").from, "");
	cr_assert_str_eq(account_now("b").from, "2099-05-01");
	cr_assert_eq(audit_lines("import left out", "dates"), 1);
	cr_assert_eq(due(), 0);
}

/* Watcher and console both bring in what is due: each row once. */
Test(import, due_in_several_processes)
{
	pid_t pids[4];
	unsigned n, sum = 0;
	int status;
	struct buf b;

	buf_init(&b, 1 << 16);
	cr_assert_eq(buf_puts(&b, HEAD), 0);
	for (int i = 0; i < 50; i++)
		cr_assert_eq(buf_fmt(&b, "u%d,職員,税務課,,staff,,\n", i), 0);
	import(buf_cstr(&b), "2099-04-01", true);
	buf_done(&b);
	pass_time();
	case_close();
	for (size_t i = 0; i < 4; i++) {
		if ((pids[i] = fork()) != 0)
			continue;
		case_open();
		_exit(account_due(people, &n) == 0 ? (int)n : 99);
	}
	for (size_t i = 0; i < 4; i++) {
		cr_assert_eq(waitpid(pids[i], &status, 0), pids[i]);
		cr_assert(WIFEXITED(status));
		sum += (unsigned)WEXITSTATUS(status);
	}
	case_open();
	cr_assert_eq(sum, 50);
	cr_assert_eq(audit_lines("\"account\"", "new: "), 50);
}

/* Bits flipped, bytes cut, in both encodings. */
Test(import, mutations)
{
	static const char *const seeds[] = {
		HEAD "yamada,\"山田, \"\"花子\"\"\",税務課,y@example.jp,"
		     "staff approver,2027/4/1,2028-03-31\r\nb,c,d,,staff,,\n",
		"login,\x8e\x81\x96\xbc,roles\r\nsuzuki,"
		"\x97\xe9\x96\xd8 \xfb\xfc\x8eq,\x90\x45\x88\xf5\r\n",
	};
	char text[512];
	uint32_t x = 7;

	for (int i = 0; i < 6000; i++) {
		size_t n = strlen(seeds[i % 2]);
		int e;

		memcpy(text, seeds[i % 2], n + 1);
		for (int k = 0; k < 1 + i % 3; k++) {
			x = x * 1664525 + 1013904223;
			text[(x >> 8) % n] ^= (char)(1u << (x >> 28) % 8);
		}
		if (i % 5 == 0)
			n = (x >> 4) % n;
		e = account_import(people, text, n, NULL, false, "root", NULL,
		    NULL, why);
		cr_assert(e == 0 || (e == ERR_MALFORMED && why[0] != '\0'),
		    "%d", e);
	}
}
