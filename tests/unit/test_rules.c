/* Rules of the departments: the file, every key, what they decide. */
#include "unit/scratch.h"

#include "core/rules.h"
#include "formats/format.h"

static char why[POLICY_WHY_BYTES];

static struct ruleset *
parsed(const char *text)
{
	struct ruleset *set = NULL;
	int e = rules_parse(text, strlen(text), "r.conf", &set, why);

	cr_assert_eq(e, 0, "%s", why);
	return set;
}

static void
refused(const char *text, const char *message)
{
	struct ruleset *set = NULL;

	cr_expect_eq(rules_parse(text, strlen(text), "r.conf", &set, why),
	    ERR_MALFORMED, "%s", text);
	cr_expect_null(set);
	cr_expect_not_null(strstr(why, message), "%s\nsaid: %s", text, why);
}

static struct rules
rules_for(const char *text, const char *department)
{
	struct ruleset *set = parsed(text);
	struct rules r;

	rules_of(set, department, &r);
	rules_free(set);
	return r;
}

Test(rules, nothing_is_the_defaults)
{
	struct rules a, b = rules_for("", "税務課");

	rules_default(&a);
	snprintf(a.department, sizeof(a.department), "税務課");
	cr_assert_eq(memcmp(&a, &b, sizeof(a)), 0);
	cr_assert_eq(b.approval, APPROVAL_NEVER);
	cr_assert(!b.unsanitised_import);
	cr_assert(!b.may_release_in_emergency);
}

Test(rules, departments_lie_over_everybody)
{
	static const char text[] =
	    "department \"福祉課\" {\n quorum = 2\n}\n"
	    "everybody {\n quorum = 3\n max_file_bytes = 10M\n"
	    " approvers = \"Yamada  SATO @総務課\"\n}\n"
	    "department \"税務課\" {\n max_file_bytes = 20M\n"
	    " approvers = \"\"\n days = \"mon wed\"\n from = \"08:30\"\n"
	    " until = \"17:15\"\n}\n";
	const char *names[RULES_MAX_DEPARTMENTS];
	struct ruleset *set = parsed(text);
	struct rules r;

	rules_of(set, "福祉課", &r);
	cr_assert_eq(r.quorum, 2);
	cr_assert_eq(r.max_file_bytes, UINT64_C(10) << 20);
	cr_assert_str_eq(r.approvers, "yamada sato @総務課");
	rules_of(set, "税務課", &r);
	cr_assert_eq(r.quorum, 3);
	cr_assert_eq(r.max_file_bytes, UINT64_C(20) << 20);
	cr_assert_str_eq(r.approvers, "");
	cr_assert_eq(r.days, 5);
	cr_assert_eq(r.from_minute, 510);
	cr_assert_eq(r.until_minute, 1035);
	rules_of(set, "市民課", &r);
	cr_assert_str_eq(r.department, "市民課");
	cr_assert_eq(r.quorum, 3);
	cr_assert_eq(rules_departments(set, names), 2);
	cr_assert_str_eq(names[0], "福祉課");
	rules_free(set);
}

Test(rules, what_is_wrong_names_the_line)
{
	refused("everybody {\n quorum = 9\n}\n", "r.conf:2: quorum");
	refused("everybody {\n quorum = 0\n}\n", "r.conf:2: quorum");
	refused("everybody {\n quorum = -1\n}\n", "r.conf:2: quorum");
	refused("everybody {\n max_file_bytes = 0\n}\n", ":2: max_file_bytes");
	refused("everybody {\n max_file_bytes = 99999999999999999999\n}\n",
	    ":2: max_file_bytes");
	refused("everybody {\n quorun = 2\n}\n", "quorun");
	refused("everybody {\n quorum = 1\n quorum = 2\n}\n",
	    "r.conf:3: quorum is given twice");
	refused("everybody {\n}\neverybody {\n}\n", "given twice");
	refused("department \"a\" {\n}\ndepartment \"a\" {\n}\n", "r.conf");
	refused("department {\n}\n", "r.conf");
	refused("department \"a/b\" {\n}\n", "folder's name");
	refused("department \"a b\" {\n}\n", "folder's name");
	refused("department \"総務　課\" {\n}\n", "folder's name");
	/* が in two characters: looks like another department's name. */
	refused("department \"か\xe3\x82\x99い課\" {\n}\n", "folder's name");
	refused("everybody {\n approvers = \"@a　@b\"\n}\n", "cannot stand");
	refused("everybody {\n approvers = \"a　b\"\n}\n", "cannot stand");
	refused("department \"..\" {\n}\n", "folder's name");
	refused("quorum = 1\n", "quorum");
	refused("everybody {\n quorum = 1\n", "ends inside a section");
	refused("everybody {\n approvers = \"${HOME}\"\n}\n", "$");
	refused("everybody {\n approvers = \"a\n\"\n}\n", "not closed");
}

Test(rules, values_of_each_kind)
{
	refused("everybody {\n from = \"8:30\"\n}\n", "not a time");
	refused("everybody {\n from = \"24:01\"\n}\n", "not a time");
	refused("everybody {\n from = \"12:60\"\n}\n", "not a time");
	refused("everybody {\n from = \"12:300\"\n}\n", "not a time");
	refused("everybody {\n days = \"\"\n}\n", "at least one day");
	refused("everybody {\n days = \"mon tues\"\n}\n", "tues");
	refused("everybody {\n approval = \"sometimes\"\n}\n", "choices");
	refused("everybody {\n approval_classes = \"I IV\"\n}\n", "IV");
	refused("everybody {\n default_class = \"IV\"\n}\n", "IV");
	refused("everybody {\n approval_classes = \"i\"\n}\n", "\"i\"");
	refused("everybody {\n formats = \"ooxm\"\n}\n", "ooxm");
	refused("everybody {\n formats = \"ooxml.\"\n}\n", "ooxml.");
	refused("everybody {\n formats = \".docx\"\n}\n", ".docx");
	refused("everybody {\n approvers = \"@\"\n}\n", "\"@\"");
	refused("everybody {\n approvers = \"@../x\"\n}\n", "@../x");
	refused("everybody {\n approvers = \"-x\"\n}\n", "-x");
	refused("everybody {\n approval_senders = \"@税務課\"\n}\n",
	    "cannot stand");
	refused("everybody {\n unsanitised_import = \"yes\"\n}\n",
	    "true or false");
	cr_assert_eq(rules_for("everybody { until = \"24:00\" }\n", "a")
			 .until_minute,
	    0);
	cr_assert_str_eq(rules_for("everybody { formats = \"OOXML.docx  "
				   "pdf\" }\n",
			     "a")
			     .formats,
	    "ooxml.docx pdf");
}

Test(rules, long_lists_and_files)
{
	struct buf b;
	struct ruleset *set = NULL;

	buf_init(&b, 16 << 20);
	cr_assert_eq(buf_puts(&b, "everybody {\n approvers = \""), 0);
	for (int i = 0; i < 200; i++)
		cr_assert_eq(buf_fmt(&b, "user%03d ", i), 0);
	cr_assert_eq(buf_puts(&b, "\"\n}\n"), 0);
	refused(buf_cstr(&b), "too long");
	buf_clear(&b);
	for (int i = 0; i < RULES_MAX_DEPARTMENTS; i++)
		cr_assert_eq(buf_fmt(&b,
				 "department \"d%d\" {\n quorum = %d\n}\n", i,
				 1 + i % 8),
		    0);
	set = parsed(buf_cstr(&b));
	rules_free(set);
	cr_assert_eq(buf_puts(&b, "department \"more\" {\n}\n"), 0);
	refused(buf_cstr(&b), "more departments than fit");
	buf_clear(&b);
	for (int i = 0; i < 600000; i++)
		cr_assert_eq(buf_puts(&b, "# a long comment\n"), 0);
	cr_assert_eq(rules_parse((const char *)b.data, b.len, "r.conf", &set,
			 why),
	    ERR_LIMIT);
	buf_done(&b);
	cr_assert_eq(rules_parse("a\0b", 3, "r.conf", &set, why),
	    ERR_MALFORMED);
	cr_assert_eq(rules_load("/nonexistent/rules", &set, why), ERR_NOENT);
	cr_assert_not_null(strstr(why, "/nonexistent/rules"));
}

/* What print writes is read back to the same, in both languages. */
Test(rules, print_and_read_back)
{
	static const char text[] =
	    "everybody {\n approval = \"rules\"\n formats = \"pdf\"\n"
	    " approval_classes = \"I none\"\n from = \"22:00\"\n}\n"
	    "department \"税務課\" {\n approvers = \"a @b\"\n days = \"sun\"\n"
	    " may_release_in_emergency = true\n formats = \"\"\n}\n"
	    "department \"b\" {\n}\n";
	struct ruleset *set = parsed(text), *again;
	struct buf one, two;

	for (int ja = 0; ja < 2; ja++) {
		buf_init(&one, 1 << 20);
		buf_init(&two, 1 << 20);
		cr_assert_eq(rules_print(set, ja, &one), 0);
		again = parsed(buf_cstr(&one));
		cr_assert_eq(rules_print(again, ja, &two), 0);
		cr_assert_str_eq(buf_cstr(&one), buf_cstr(&two));
		cr_assert_not_null(strstr(buf_cstr(&two),
		    "department \"税務課\" {\n\tformats = \"\"\n"
		    "\tdays = \"sun\"\n\tapprovers = \"a @b\"\n"
		    "\tmay_release_in_emergency = true\n}\n"));
		rules_free(again);
		buf_done(&one);
		buf_done(&two);
	}
	rules_free(set);
}

Test(rules, words_of_lists)
{
	cr_assert(rules_listed("a b @税務課", "@税務課"));
	cr_assert(rules_listed("a b", "a"));
	cr_assert(rules_listed(" a  b ", "b"));
	cr_assert(!rules_listed("ab", "a"));
	cr_assert(!rules_listed("a b", "a b"));
	cr_assert(!rules_listed("a", ""));
	cr_assert(!rules_listed("", ""));
	cr_assert(!rules_listed("", "a"));
}

Test(rules, hours_and_days)
{
	static const struct rules_load none;
	struct rules day = rules_for("everybody { days = \"mon tue wed thu "
				     "fri\"\n from = \"08:30\"\n until = "
				     "\"17:15\" }\n",
	    "a");
	struct rules night = rules_for("everybody { days = \"fri\"\n from = "
				       "\"22:00\"\n until = \"06:00\" }\n",
	    "a");

	cr_assert_eq(rules_intake(&day, 1, 0, 509, &none), RULES_CLOSED);
	cr_assert_eq(rules_intake(&day, 1, 0, 510, &none), RULES_TAKEN);
	cr_assert_eq(rules_intake(&day, 1, 4, 1034, &none), RULES_TAKEN);
	cr_assert_eq(rules_intake(&day, 1, 4, 1035, &none), RULES_CLOSED);
	cr_assert_eq(rules_intake(&day, 1, 5, 600, &none), RULES_CLOSED);
	cr_assert_eq(rules_intake(&night, 1, 4, 1380, &none), RULES_TAKEN);
	cr_assert_eq(rules_intake(&night, 1, 5, 359, &none), RULES_TAKEN);
	cr_assert_eq(rules_intake(&night, 1, 4, 359, &none), RULES_CLOSED);
	cr_assert_eq(rules_intake(&night, 1, 5, 1380, &none), RULES_CLOSED);
	cr_assert_eq(rules_intake(&night, 1, 7, 1380, &none), RULES_CLOSED);
	cr_assert_eq(rules_intake(&day, 1, 0, 1440, &none), RULES_CLOSED);
}

Test(rules, quotas)
{
	struct rules r;
	struct rules_load l = { .user_files = 0 };
	uint64_t huge = UINT64_MAX;

	rules_default(&r);
	r.max_file_bytes = 100;
	r.user_waiting_bytes = 200;
	r.department_waiting_bytes = 300;
	r.user_waiting_files = 2;
	cr_assert_eq(rules_intake(&r, 100, 0, 0, &l), RULES_TAKEN);
	cr_assert_eq(rules_intake(&r, 101, 0, 0, &l), RULES_TOO_LARGE);
	cr_assert_eq(rules_intake(&r, huge, 0, 0, &l), RULES_TOO_LARGE);
	l.user_bytes = 100;
	cr_assert_eq(rules_intake(&r, 100, 0, 0, &l), RULES_TAKEN);
	l.user_bytes = 101;
	cr_assert_eq(rules_intake(&r, 100, 0, 0, &l), RULES_USER_QUOTA);
	l.user_bytes = huge;
	cr_assert_eq(rules_intake(&r, 1, 0, 0, &l), RULES_USER_QUOTA);
	l.user_bytes = 0;
	l.user_files = 2;
	cr_assert_eq(rules_intake(&r, 0, 0, 0, &l), RULES_USER_QUOTA);
	l.user_files = 1;
	l.department_bytes = 201;
	cr_assert_eq(rules_intake(&r, 100, 0, 0, &l), RULES_DEPARTMENT_QUOTA);
	/* It would wait for ever. */
	r.max_file_bytes = huge;
	l.department_bytes = 0;
	cr_assert_eq(rules_intake(&r, 201, 0, 0, &l), RULES_TOO_LARGE);
}

static struct record_member
member(const char *format, int parent, enum verdict v)
{
	struct record_member m = { .parent = parent, .verdict = v };

	snprintf(m.result.structure, sizeof(m.result.structure), "%s", format);
	return m;
}

static struct record
document(const char *format, struct record_member *m, size_t n)
{
	struct record r = { .members = m, .n_members = n };

	r.verdict = VERDICT_RELEASED;
	snprintf(r.result.structure, sizeof(r.result.structure), "%s", format);
	return r;
}

Test(rules, formats_and_members)
{
	struct record_member parts[] = {
		member("jpeg", 1, VERDICT_RELEASED),
		member("ooxml.xlsx", 2, VERDICT_RELEASED),
		member("zip", -1, VERDICT_RELEASED),
		member("program", -1, VERDICT_BLOCKED),
	};
	struct record docx = document("ooxml.docx", parts, 0);
	struct record zip = document("zip", parts, 4);
	struct rules r;

	rules_default(&r);
	cr_assert_null(rules_format(&r, &zip));
	snprintf(r.formats, sizeof(r.formats), "zip ooxml");
	cr_assert_null(rules_format(&r, &zip));
	cr_assert_null(rules_format(&r, &docx));
	snprintf(r.formats, sizeof(r.formats), "ooxml.docx zip");
	cr_assert_null(rules_format(&r, &docx));
	cr_assert_str_eq(rules_format(&r, &zip), "ooxml.xlsx");
	snprintf(r.formats, sizeof(r.formats), "pdf");
	cr_assert_str_eq(rules_format(&r, &docx), "ooxml.docx");
	/* A picture beside the workbook came by itself, and so does one whose
	 * parent is nonsense. */
	snprintf(r.formats, sizeof(r.formats), "zip ooxml");
	parts[0].parent = 2;
	cr_assert_str_eq(rules_format(&r, &zip), "jpeg");
	parts[0].parent = 77;
	cr_assert_str_eq(rules_format(&r, &zip), "jpeg");
}

Test(rules, approval)
{
	struct record_member parts[] = {
		member("ooxml.xlsm", -1, VERDICT_RELEASED),
	};
	struct record doc = document("zip", parts, 1);
	struct rules r;

	doc.in_bytes = 100;
	rules_default(&r);
	cr_assert(!rules_wants_approval(&r, &doc, "a", CLASS_I));
	r.approval = APPROVAL_ALWAYS;
	cr_assert(rules_wants_approval(&r, &doc, "a", CLASS_NONE));
	r.approval = APPROVAL_RULES;
	cr_assert(!rules_wants_approval(&r, &doc, "a", CLASS_I));
	snprintf(r.approval_classes, sizeof(r.approval_classes), "I II");
	cr_assert(rules_wants_approval(&r, &doc, "a", CLASS_I));
	cr_assert(rules_wants_approval(&r, &doc, "a", CLASS_II));
	cr_assert(!rules_wants_approval(&r, &doc, "a", CLASS_III));
	cr_assert(!rules_wants_approval(&r, &doc, "a", CLASS_NONE));
	snprintf(r.approval_classes, sizeof(r.approval_classes), "none");
	cr_assert(rules_wants_approval(&r, &doc, "a", CLASS_NONE));
	cr_assert(!rules_wants_approval(&r, &doc, "a", CLASS_III));
	snprintf(r.approval_senders, sizeof(r.approval_senders), "x b");
	cr_assert(rules_wants_approval(&r, &doc, "b", CLASS_III));
	cr_assert(rules_wants_approval(&r, &doc, "B", CLASS_III));
	cr_assert(!rules_wants_approval(&r, &doc, "c", CLASS_III));
	r.approval_over_bytes = 100;
	cr_assert(!rules_wants_approval(&r, &doc, "c", CLASS_III));
	doc.out_bytes = 101;
	cr_assert(rules_wants_approval(&r, &doc, "c", CLASS_III));
	doc.out_bytes = 0;
	snprintf(r.approval_formats, sizeof(r.approval_formats), "ooxml.xlsm");
	cr_assert(rules_wants_approval(&r, &doc, "c", CLASS_III));
	snprintf(r.approval_formats, sizeof(r.approval_formats), "pdf");
	cr_assert(!rules_wants_approval(&r, &doc, "c", CLASS_III));
}

/* Every format that can be released may stand in a list. */
Test(rules, knows_every_format)
{
	char text[256];

	for (size_t i = 0; formats[i] != NULL; i++) {
		if (formats[i]->rebuild == NULL)
			continue;
		snprintf(text, sizeof(text), "everybody { formats = \"%s\" }\n",
		    formats[i]->id);
		rules_free(parsed(text));
	}
}

/* Bits flipped, bytes cut: an error that names a line, or rules that print. */
Test(rules, mutations)
{
	static const char seed[] =
	    "everybody {\n # c\n approval = \"rules\"\n formats = \"pdf\"\n}\n"
	    "department \"税務課\" {\n approvers = \"a @b\"\n quorum = 2\n}\n";
	char text[sizeof(seed)];
	uint32_t x = 1;
	struct ruleset *set;
	struct buf b;

	buf_init(&b, 1 << 20);
	for (int i = 0; i < 4000; i++) {
		size_t n = sizeof(seed) - 1;

		memcpy(text, seed, sizeof(seed));
		for (int k = 0; k < 1 + i % 4; k++) {
			x = x * 1664525 + 1013904223;
			text[(x >> 8) % n] ^= (char)(1u << (x >> 28) % 8);
		}
		if (i % 5 == 0)
			n = (x >> 4) % n;
		if (rules_parse(text, n, "r.conf", &set, why) != 0) {
			cr_assert_not_null(strstr(why, "r.conf:"), "%s", why);
			continue;
		}
		buf_clear(&b);
		cr_assert_eq(rules_print(set, false, &b), 0);
		rules_free(set);
		set = parsed(buf_cstr(&b));
		rules_free(set);
	}
	buf_done(&b);
}
