/* The figures of a month, out of the audit log. */
#include "unit/scratch.h"

#include <time.h>

#include "core/audit.h"
#include "core/month.h"

static struct keys keys;

static void
setup(void)
{
	char why[256];

	scratch_make();
	setenv("TZ", "Asia/Tokyo", 1);
	tzset();
	cr_assert_eq(keys_open(scratch, true, &keys, why), 0);
}

TestSuite(month, .init = setup, .fini = scratch_remove);

static void
this_month(char out[8], int *day)
{
	time_t t = time(NULL);
	struct tm tm;

	localtime_r(&t, &tm);
	strftime(out, 8, "%Y-%m", &tm);
	*day = tm.tm_mday;
}

static void
line(struct audit *a, const char *event, const char *id, const char *department,
    const char *reason)
{
	cr_assert_eq(audit_append(a, event,
			 json_pack("{s:s,s:s,s:s,s:s,s:s,s:i,s:{s:i}}", "id",
			     id, "department", department, "source", "mail",
			     "format", "ooxml.docx", "reason", reason, "bytes",
			     100, "findings", "ooxml.vba", 2),
			 AUDIT_LATER),
	    0);
}

static json_int_t
at(json_t *o, const char *a, const char *b, const char *c)
{
	json_t *v = json_object_get(json_object_get(o, a), b);

	return json_integer_value(c == NULL ? v : json_object_get(v, c));
}

Test(month, counts_documents_once)
{
	struct audit *a;
	char month[8];
	json_t *o;
	int day;

	cr_assert_eq(audit_open(scratch, &keys, 100, &a), 0);
	line(a, "release", "A", "税務課", "");
	line(a, "released", "A", "税務課", "");
	line(a, "released", "A", "税務課", ""); /* said again after a kill */
	line(a, "released", "B", "総務課", "");
	line(a, "hold", "C", "税務課", "needs a password");
	line(a, "hold", "D", "", "needs a password");
	line(a, "block", "E", "総務課", "a program");
	cr_assert_eq(audit_close(a), 0);
	this_month(month, &day);
	cr_assert_eq(month_count(scratch, month, &o), 0);
	cr_expect_eq(at(o, "totals", "released", NULL), 2);
	cr_expect_eq(at(o, "totals", "held", NULL), 2);
	cr_expect_eq(at(o, "totals", "blocked", NULL), 1);
	cr_expect_eq(json_integer_value(json_object_get(o, "bytes")), 500);
	cr_expect_eq(at(o, "departments", "税務課", "released"), 1);
	cr_expect_eq(at(o, "departments", "税務課", "held"), 1);
	cr_expect_eq(at(o, "departments", "-", "held"), 1);
	cr_expect_eq(at(o, "sources", "mail", "blocked"), 1);
	cr_expect_eq(at(o, "formats", "ooxml.docx", "released"), 2);
	cr_expect_eq(at(o, "findings", "ooxml.vba", NULL), 10);
	cr_expect_eq(at(o, "reasons", "needs a password", NULL), 2);
	cr_expect_eq(at(o, "events", "release", NULL), 1);
	cr_expect_eq(json_integer_value(json_object_get(
			 json_array_get(json_object_get(o, "days"),
			     (size_t)day - 1),
			 "released")),
	    2);
	json_decref(o);
}

/* Reasons name files; their kinds are few. */
Test(month, reasons_are_counted_by_kind)
{
	struct record r = { .verdict = VERDICT_HELD,
		.reason_err = ERR_ENCRYPTED };
	struct audit *a;
	char month[8];
	json_t *o;
	int day;

	cr_assert_eq(audit_open(scratch, &keys, 100, &a), 0);
	for (int i = 0; i < 3; i++) {
		snprintf(r.id, sizeof(r.id), "R%d", i);
		snprintf(r.reason, sizeof(r.reason), "%d.zip: needs a password",
		    i);
		cr_assert_eq(audit_append(a, "hold", audit_of_record(&r),
				 AUDIT_LATER),
		    0);
	}
	snprintf(r.id, sizeof(r.id), "P");
	r.reason_err = 0;
	cr_assert_eq(audit_append(a, "hold", audit_of_record(&r), AUDIT_LATER),
	    0);
	cr_assert_eq(audit_close(a), 0);
	this_month(month, &day);
	cr_assert_eq(month_count(scratch, month, &o), 0);
	cr_expect_eq(json_object_size(json_object_get(o, "reasons")), 2);
	cr_expect_eq(at(o, "reasons", "encrypted", NULL), 3);
	cr_expect_eq(at(o, "reasons", "policy", NULL), 1);
	json_decref(o);
}

Test(month, many_names_are_counted_together)
{
	struct audit *a;
	char month[8], id[32], who[32];
	json_t *o;
	int day;

	cr_assert_eq(audit_open(scratch, &keys, 1000, &a), 0);
	for (int i = 0; i < MONTH_NAMES + 10; i++) {
		snprintf(id, sizeof(id), "I%d", i);
		snprintf(who, sizeof(who), "課%d", i);
		line(a, "released", id, who, "");
	}
	cr_assert_eq(audit_close(a), 0);
	this_month(month, &day);
	cr_assert_eq(month_count(scratch, month, &o), 0);
	cr_expect_eq(at(o, "totals", "released", NULL), MONTH_NAMES + 10);
	cr_expect_eq(at(o, "departments", "…", "released"), 10);
	json_decref(o);
}

Test(month, other_months_and_nonsense)
{
	struct audit *a;
	json_t *o;
	char m[8];

	cr_expect_eq(month_count(scratch, "2026-11", &o), ERR_NOENT);
	cr_assert_eq(audit_open(scratch, &keys, 100, &a), 0);
	line(a, "released", "A", "税務課", "");
	cr_assert_eq(audit_close(a), 0);
	cr_assert_eq(month_count(scratch, "1999-01", &o), 0);
	cr_expect_eq(at(o, "totals", "released", NULL), 0);
	json_decref(o);
	cr_expect_eq(month_count(scratch, "2026-13", &o), ERR_MALFORMED);
	cr_expect_eq(month_count(scratch, "2026-1", &o), ERR_MALFORMED);
	cr_expect_eq(month_count(scratch, "../../e", &o), ERR_MALFORMED);
	month_step("2026-01", -1, m);
	cr_expect_str_eq(m, "2025-12");
	month_step("2026-12", 1, m);
	cr_expect_str_eq(m, "2027-01");
}
