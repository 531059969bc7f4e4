/* A register in a scratch folder, and accounts in it. */
#ifndef TESTS_ACCOUNT_CASE_H
#define TESTS_ACCOUNT_CASE_H

#include "unit/scratch.h"

#include "quarantine/account_int.h"

#define GOOD	  "rainy-day-on-the-pass"
#define GOOD_SIZE (sizeof(GOOD) - 1)

static struct keys keys;
static struct audit *audit;
static struct people *people;
static char why[ACCOUNT_WHY_BYTES];

static inline void
case_open(void)
{
	cr_assert_eq(audit_open(scratch, &keys, 100, &audit), 0);
	cr_assert_eq(people_open(scratch, &keys, audit, &people), 0);
}

static inline void
case_close(void)
{
	people_close(people);
	cr_assert_eq(audit_close(audit), 0);
}

static inline void
case_setup(void)
{
	char text[256];

	scratch_make();
	cr_assert_eq(keys_open(scratch, true, &keys, text), 0);
	case_open();
}

static inline void
case_teardown(void)
{
	case_close();
	scratch_remove();
}

static inline struct account
account_of(const char *login, unsigned roles)
{
	struct account a = { .roles = roles };

	snprintf(a.login, sizeof(a.login), "%s", login);
	snprintf(a.name, sizeof(a.name), "山田 花子");
	snprintf(a.department, sizeof(a.department), "税務課");
	return a;
}

static inline void
account_make(const char *login, unsigned roles)
{
	struct account a = account_of(login, roles);

	cr_assert_eq(account_put(people, &a, "root", why), 0, "%s", why);
}

static inline struct account
account_now(const char *login)
{
	struct account a;

	cr_assert_eq(account_get(people, login, &a), 0, "%s", login);
	return a;
}

static inline void
sql(const char *text)
{
	cr_assert_eq(ledger_exec(people->db, text), 0, "%s", text);
}

/* Lines of the audit log that have both words. */
static inline unsigned
audit_lines(const char *one, const char *two)
{
	struct buf b;
	unsigned n = 0;
	char *line, *rest, *text;

	cr_assert_eq(audit_sync(audit), 0);
	buf_init(&b, 64 << 20);
	slurp(in_scratch("audit/audit.jsonl"), &b);
	text = strdup(buf_cstr(&b));
	cr_assert_not_null(text);
	for (line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		n += strstr(line, one) != NULL && strstr(line, two) != NULL;
	free(text);
	buf_done(&b);
	return n;
}

#endif
