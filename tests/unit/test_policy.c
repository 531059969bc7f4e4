/* Policy files, the rules, and the outcome table. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "core/outcome.h"
#include "core/policy.h"

static char why[POLICY_WHY_BYTES];
static struct policy p;

static int
parse(const char *text, const char *profile)
{
	return policy_parse(text, strlen(text), "p.conf", profile, &p, why);
}

Test(policy, empty_is_default)
{
	struct policy d;

	policy_default(&d);
	cr_assert_eq(parse("", NULL), 0, "%s", why);
	cr_assert_str_eq(p.name, "standard");
	cr_assert_eq(p.options.limits.max_depth, d.options.limits.max_depth);
	cr_assert_eq(memcmp(p.sha256, d.sha256, HASH_BYTES), 0);
}

Test(policy, values)
{
	cr_assert_eq(
	    parse("state_dir = \"/x/y\"\n"
		  "limits { max_in_bytes = 3M\n max_depth = 2 }\n"
		  "office { keep_comments = false }\n"
		  "links { urls = show }\n"
		  "rules { hold_findings = {\"generic.name-mismatch\"} }"
		  "parcel { max_payloads = 7 }",
		NULL),
	    0, "%s", why);
	cr_assert_str_eq(p.state_dir, "/x/y");
	cr_assert_eq(p.options.limits.max_in_bytes, 3u << 20);
	cr_assert_eq(p.options.limits.max_depth, 2);
	cr_assert_not(p.options.keep_comments);
	cr_assert_eq(p.options.url, URL_SHOW);
	cr_assert(p.hold_finding[FIND_NAME_MISMATCH]);
	cr_assert_eq(p.parcel_max_payloads, 7);
}

/* Addresses have colons, names in a directory more than that. */
Test(policy, addresses_and_directories)
{
	cr_assert_eq(parse("console {\n ldap_uri = \"ldaps://dc.jp:636\"\n"
			   " ldap_dn = \"uid=%s,ou=people,dc=jp\"\n"
			   " proxy = \"127.0.0.1 ::1\"\n}\n",
			 NULL),
	    0, "%s", why);
	cr_assert_eq(parse("console { proxy = \"a;b\" }\n", NULL),
	    ERR_MALFORMED);
	/* A directory behind a socket has its path escaped. */
	cr_assert_eq(
	    parse("console { ldap_uri = \"ldapi://%2Frun%2Fldapi\" }\n", NULL),
	    0, "%s", why);
	cr_assert_eq(parse("console { ldap_uri = \"ldap://a;b\" }\n", NULL),
	    ERR_MALFORMED);
}

Test(policy, profiles_lie_over_the_base)
{
	static const char text[] =
	    "default_profile = \"strict\"\n"
	    "limits { max_depth = 4 \n max_ratio = 50 }\n"
	    "profile \"strict\" { limits { max_depth = 2 } }\n"
	    "profile \"wide\" { limits { max_depth = 8 } }\n";

	cr_assert_eq(parse(text, NULL), 0, "%s", why);
	cr_assert_str_eq(p.name, "strict");
	cr_assert_eq(p.options.limits.max_depth, 2);
	cr_assert_eq(p.options.limits.max_ratio, 50);
	cr_assert_eq(parse(text, "wide"), 0);
	cr_assert_eq(p.options.limits.max_depth, 8);
	cr_assert_eq(parse(text, "standard"), 0);
	cr_assert_str_eq(p.name, "standard");
	cr_assert_eq(p.options.limits.max_depth, 4);
	cr_assert_eq(parse(text, "none"), ERR_NOENT);
}

static const struct {
	const char *text, *place, *part;
} wrong[] = {
	{ "limits {\n max_dept = 2 }\n", "p.conf:2:", "max_dept" },
	{ "\n\nstat_dir = \"/x\"\n", "p.conf:3:", "stat_dir" },
	{ "limits {\n max_depth = 0\n}\n", "p.conf:2:", "out of range" },
	{ "limits {\n\n max_depth = 17\n}\n", "p.conf:3:", "out of range" },
	{ "limits { max_in_bytes = 99999999999999999999 }",
	    "p.conf:1:", "out of range" },
	{ "limits { max_in_bytes = 99999999999G }",
	    "p.conf:1:", "out of range" },
	{ "limits { max_in_bytes = -1 }", "p.conf:1:", "not a number" },
	{ "limits { max_in_bytes = 0x10 }", "p.conf:1:", "not a number" },
	{ "limits { max_in_bytes = 1T }", "p.conf:1:", "not a number" },
	{ "limits { max_in_bytes = unlimited }", "p.conf:1:", "not a number" },
	{ "limits { max_depth = 2\n max_depth = 3 }", "p.conf:2:", "twice" },
	{ "limits { max_depth = 2 }\nlimits { max_depth = 3 }",
	    "p.conf:2:", "twice" },
	{ "office {\n keep_comments = yes }", "p.conf:2:", "true or false" },
	{ "links { urls = maybe }", "p.conf:1:", "none of its choices" },
	{ "state_dir = \"x/y\"", "p.conf:1:", "absolute" },
	{ "state_dir = \"${HOME}\"", "p.conf:1:", "$" },
	{ "\ndepartment = \"../x\"", "p.conf:2:", "folder" },
	{ "rules {\n hold_findings = {\"no.such\"} }", "p.conf:2:", "no.such" },
	{ "profile \"standard\" { }", "p.conf:1:", "name" },
	{ "profile \"a\" {\n limits {\n max_depth = 99 } }",
	    "p.conf:3:", "out of range" },
	{ "profile \"a\" {\n state_dir = \"/x\" }", "p.conf:2:", "state_dir" },
	{ "limits {\n max_depth = 2\n", "p.conf:", "" },
	{ "limits { max_depth = 2 } /* ", "p.conf:", "" },
	{ "department = \"x ", "p.conf:", "closed" },
	{ "end-of-policy = 1", "p.conf:2:", "inside" },
	{ "profile \"a\" { }\nprofile \"a\" { }", "p.conf:2:", "" },
	{ "include(\"/etc/passwd\")", "p.conf:1:", "include" },
	{ "\xff", "p.conf:1:", "UTF-8" },
};

Test(policy, errors_name_file_and_line)
{
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct policy before;

		memset(&p, 0x5a, sizeof(p));
		before = p;
		cr_expect_neq(parse(wrong[i].text, NULL), 0, "row %zu", i);
		cr_expect(strncmp(why, wrong[i].place,
			      strlen(wrong[i].place)) == 0,
		    "row %zu: %s", i, why);
		cr_expect(strstr(why, wrong[i].part) != NULL, "row %zu: %s", i,
		    why);
		cr_expect_eq(memcmp(&before, &p, sizeof(p)), 0, "row %zu", i);
	}
	cr_assert_eq(policy_load("/nonexistent/p", NULL, &p, why), ERR_NOENT);
	cr_assert(strstr(why, "/nonexistent/p:") != NULL);
	cr_assert_neq(policy_parse("a\0b", 3, "p.conf", NULL, &p, why), 0);
}

Test(policy, printed_policy_reads_back)
{
	struct policy first, again;
	struct buf b;
	size_t n;
	const struct policy_setting *s = policy_settings(&n);

	cr_assert_eq(parse("limits { max_depth = 3\n max_in_bytes = 1000 }"
			   "rules { hold_findings = {\"generic.name-mismatch\","
			   "\"generic.member-held\"} hold_attacks = true }",
			 NULL),
	    0);
	first = p;
	for (int ja = 0; ja < 2; ja++) {
		buf_init(&b, 1 << 20);
		cr_assert_eq(policy_print(&first, ja, &b), 0);
		cr_assert_eq(policy_parse(buf_cstr(&b), b.len, "p.conf", NULL,
				 &again, why),
		    0, "%s", why);
		for (size_t i = 0; i < n; i++)
			cr_expect_eq(memcmp((char *)&first + s[i].offset,
					 (char *)&again + s[i].offset,
					 s[i].size),
			    0, "%s", s[i].key);
		buf_done(&b);
	}
}

/* Every byte of what the policy decides belongs to a row of the table: a new
 * field without a setting is found here (padding apart). */
Test(policy, every_option_has_a_setting)
{
	static uint8_t seen[sizeof(struct policy)];
	size_t from = offsetof(struct policy, options);
	size_t to = from + sizeof(struct options), n, missing = 0;
	const struct policy_setting *s = policy_settings(&n);

	for (size_t i = 0; i < n; i++)
		memset(seen + s[i].offset, 1, s[i].size);
	for (size_t i = from; i < to; i++)
		missing += !seen[i];
	cr_assert_leq(missing, 12, "%zu bytes without a setting", missing);
}

Test(policy, no_limit_may_be_zero)
{
	size_t n;
	const struct policy_setting *s = policy_settings(&n);
	struct policy d;

	policy_default(&d);
	for (size_t i = 0; i < n; i++) {
		struct buf b;
		char text[256];

		if (s[i].type != POLICY_UINT)
			continue;
		cr_expect_geq(s[i].min, 1, "%s", s[i].key);
		buf_init(&b, 64);
		cr_assert_eq(policy_value(&d, &s[i], &b), 0);
		snprintf(text, sizeof(text), "%s { %s = %s }", s[i].section,
		    s[i].key, buf_cstr(&b));
		cr_expect_eq(parse(text, NULL), 0, "%s", why);
		snprintf(text, sizeof(text), "%s { %s = 0 }", s[i].section,
		    s[i].key);
		cr_expect_neq(parse(text, NULL), 0, "%s", text);
		buf_done(&b);
	}
}

static void
judge(const char *text, uint32_t id, enum verdict want)
{
	struct finding f = { .id = id, .count = 1 };
	struct record r = { .verdict = VERDICT_RELEASED,
		.method = METHOD_SANITISED,
		.findings = &f,
		.n_findings = 1,
		.out_name = "a",
		.out_bytes = 3 };

	cr_assert_eq(parse(text, NULL), 0, "%s", why);
	policy_judge(&p, &r);
	cr_expect_eq(r.verdict, want, "%s", text);
	if (want == VERDICT_HELD) {
		cr_expect_neq(r.reason[0], '\0');
		cr_expect_eq(r.out_name[0], '\0');
		cr_expect_eq(r.out_bytes, 0);
		cr_expect_eq(r.method, METHOD_NONE);
	}
}

Test(policy, rules_hold)
{
	judge("", FIND_NAME_MISMATCH, VERDICT_RELEASED);
	judge("rules { hold_name_mismatch = true }", FIND_NAME_MISMATCH,
	    VERDICT_HELD);
	judge("rules { hold_name_mismatch = true }", FIND_MAGIC_MISMATCH,
	    VERDICT_RELEASED);
	judge("rules { hold_magic_mismatch = true }", FIND_MAGIC_MISMATCH,
	    VERDICT_HELD);
	judge("rules { hold_member_held = true }", FIND_MEMBER_HELD,
	    VERDICT_HELD);
	judge("rules { hold_findings = {\"generic.member-held\"} }",
	    FIND_MEMBER_HELD, VERDICT_HELD);
	for (uint32_t i = 0; i < FIND_COUNT; i++)
		judge("rules { hold_attacks = true }", i,
		    finding_kind(i) == KIND_ATTACK ? VERDICT_HELD
						   : VERDICT_RELEASED);
	/* Findings that were not sent could have met a rule. */
	judge("limits { max_findings = 1 } rules { hold_attacks = true }",
	    FIND_NAME_MISMATCH, VERDICT_HELD);
}

Test(policy, rules_never_release)
{
	struct record r = { .verdict = VERDICT_BLOCKED, .reason = "x" };

	cr_assert_eq(parse("rules { hold_attacks = true }", NULL), 0);
	policy_judge(&p, &r);
	cr_assert_eq(r.verdict, VERDICT_BLOCKED);
	cr_assert_str_eq(r.reason, "x");
	r.verdict = VERDICT_HELD;
	policy_judge(&p, &r);
	cr_assert_eq(r.verdict, VERDICT_HELD);
}

Test(outcome, table)
{
	static const struct {
		enum outcome o;
		const char *name;
		enum mail_action mail;
		int reject, mail_exit;
		enum folder_action folder;
		int exit;
	} want[OUTCOME_COUNT] = {
		{ OUTCOME_RELEASED, "released", MAIL_SPOOL, 0, 0, FOLDER_SPOOL,
		    0 },
		{ OUTCOME_HELD, "held", MAIL_STORE_AND_NOTE, 0, 0,
		    FOLDER_QUARANTINE, 1 },
		{ OUTCOME_BLOCKED, "blocked", MAIL_STORE_AND_NOTE, 1, 0,
		    FOLDER_QUARANTINE_MARKED, 1 },
		{ OUTCOME_TEMPORARY, "temporary", MAIL_TEMPFAIL, 0, 75,
		    FOLDER_LEAVE_RETRY, 75 },
		{ OUTCOME_INTERNAL, "internal", MAIL_TEMPFAIL, 0, 75,
		    FOLDER_LEAVE, 70 },
	};

	for (size_t i = 0; i < OUTCOME_COUNT; i++) {
		const struct outcome_row *r = outcome_row(want[i].o);

		cr_expect_eq(r->outcome, want[i].o);
		cr_expect_str_eq(r->name, want[i].name);
		cr_expect_eq(r->mail, want[i].mail, "%s", r->name);
		cr_expect_eq(r->mail_may_reject, want[i].reject);
		cr_expect_eq(r->mail_exit, want[i].mail_exit);
		cr_expect_eq(r->folder, want[i].folder);
		cr_expect_eq(r->clean_exit, want[i].exit);
		cr_expect_eq(r->mail_log_internal,
		    want[i].o == OUTCOME_INTERNAL);
	}
	cr_assert_eq(outcome_row((enum outcome)77)->outcome, OUTCOME_INTERNAL);
}

Test(outcome, of_verdict_and_error)
{
	cr_expect_eq(outcome_of(VERDICT_RELEASED, 0), OUTCOME_RELEASED);
	cr_expect_eq(outcome_of(VERDICT_HELD, 0), OUTCOME_HELD);
	cr_expect_eq(outcome_of(VERDICT_BLOCKED, 0), OUTCOME_BLOCKED);
	cr_expect_eq(outcome_of((enum verdict)9, 0), OUTCOME_HELD);
	cr_expect_eq(outcome_of(VERDICT_RELEASED, ERR_IO), OUTCOME_TEMPORARY);
	cr_expect_eq(outcome_of(VERDICT_HELD, ERR_LIMIT), OUTCOME_TEMPORARY);
	cr_expect_eq(outcome_of(VERDICT_RELEASED, ERR_DENIED),
	    OUTCOME_INTERNAL);
	cr_expect_eq(outcome_worse(OUTCOME_RELEASED, OUTCOME_HELD),
	    OUTCOME_HELD);
	cr_expect_eq(outcome_worse(OUTCOME_TEMPORARY, OUTCOME_BLOCKED),
	    OUTCOME_TEMPORARY);
	cr_expect_eq(outcome_worse(OUTCOME_TEMPORARY, OUTCOME_INTERNAL),
	    OUTCOME_INTERNAL);
	cr_expect_eq(outcome_worse(OUTCOME_RELEASED, OUTCOME_RELEASED),
	    OUTCOME_RELEASED);
}

static void
named(const char *in, const char *structure, const char *out, const char *ext,
    bool lied, const char *want)
{
	struct finding f = { .id = FIND_NAME_MISMATCH };
	struct record r = { .findings = &f, .n_findings = lied };

	snprintf(r.in_name, sizeof(r.in_name), "%s", in);
	snprintf(r.result.structure, ID_BYTES, "%s", structure);
	snprintf(r.result.out_format, ID_BYTES, "%s", out);
	snprintf(r.result.out_ext, sizeof(r.result.out_ext), "%s", ext);
	record_name_output(&r);
	cr_expect_str_eq(r.out_name, want);
}

/* A receipt is no text with half a character in it, and is not made. */
Test(record, output_name_ends_with_a_whole_character)
{
	struct record r = { .n_findings = 0 };

	for (size_t lead = 0; lead < 3; lead++) {
		size_t n = 0;

		for (; n < lead; n++)
			r.in_name[n] = 'a';
		for (; n + 4 < sizeof(r.in_name); n += 3)
			memcpy(r.in_name + n, "\xe9\x95\xb7", 4);
		snprintf(r.result.out_ext, sizeof(r.result.out_ext), "txt");
		record_name_output(&r);
		cr_expect(utf8_valid(r.out_name, strlen(r.out_name)));
		cr_expect_str_eq(r.out_name + strlen(r.out_name) - 4, ".txt");
	}
}

Test(record, output_names)
{
	named("d/a.jpeg", "jpeg", "jpeg", "jpg", false, "d/a.jpeg");
	named("a.docm", "ooxml.docm", "ooxml.docx", "docx", false, "a.docx");
	named("a.DOCX", "ooxml.docx", "ooxml.docx", "docx", false, "a.DOCX");
	named("photo.txt", "jpeg", "jpeg", "jpg", true, "photo.txt.jpg");
	named("photo", "jpeg", "jpeg", "jpg", false, "photo.jpg");
	named("a.b/photo", "jpeg", "jpeg", "jpg", false, "a.b/photo.jpg");
	named("x.ps1\302\240", "text", "text", "txt", false,
	    "x.ps1\302\240.txt");
	named("x.log", "text", "text", "txt", false, "x.log");
	named("x.svg ", "text", "text", "txt", false, "x.svg .txt");
	named(".hidden", "jpeg", "jpeg", "jpg", false, ".hidden.jpg");
	named("a.bin", "x", "x", "", false, "a.bin");
}

Test(policy, names_its_profiles)
{
	static const char text[] = "profile \"strict\" {\n}\n"
				   "profile \"税務\" {\n}\n";

	cr_assert_eq(policy_parse(text, sizeof(text) - 1, "x", NULL, &p, why),
	    0, "%s", why);
	cr_expect_str_eq(p.profiles, "strict\n税務\n");
	policy_default(&p);
	cr_expect_str_eq(p.profiles, "");
}
