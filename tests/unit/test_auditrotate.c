/* The audit log over several files: rotation, writers that follow, kills, and
 * what may and may not be missing. */
#include "unit/scratch.h"

#include <sys/wait.h>

#include "core/audit.h"

static struct keys keys;

static void
setup(void)
{
	char why[256];

	scratch_make();
	cr_assert_eq(keys_open(scratch, true, &keys, why), 0, "%s", why);
}

TestSuite(rotate, .init = setup, .fini = scratch_remove);

static struct audit *
open_log(void)
{
	struct audit *a = NULL;

	cr_assert_eq(audit_open(scratch, &keys, 100, &a), 0);
	return a;
}

static void
add(struct audit *a, int n)
{
	for (int i = 0; i < n; i++)
		cr_assert_eq(audit_append(a, "test", json_pack("{s:i}", "n", i),
				 AUDIT_SYNC),
		    0);
}

static void
rotate(struct audit *a, char name[40])
{
	bool done;

	cr_assert_eq(audit_rotate(a, 0, NULL, &done, name), 0);
	cr_assert(done);
}

static struct audit_report report;

static int
verify(void)
{
	return audit_verify(scratch, keys.sign_public, 0, NULL, &report);
}

static const char *
in_audit(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "audit/%s", name);
	return in_scratch(path);
}

Test(rotate, chain_runs_on_and_writers_follow)
{
	struct audit *a = open_log(), *b = open_log();
	char one[40], two[40];
	FILE *f = tmpfile();
	struct audit_filter all = { NULL, NULL, NULL, NULL };
	char line[4096];
	int lines = 0;
	bool done;

	add(a, 5);
	cr_assert_eq(audit_rotate(a, 1 << 20, NULL, &done, one), 0);
	cr_expect_not(done);
	cr_assert_eq(audit_rotate(a, 1 << 20, "2000", &done, one), 0);
	cr_expect_not(done);
	rotate(a, one);
	add(b, 3); /* b had the closed file open */
	rotate(b, two);
	rotate(b, two); /* twice, so that a is two files behind */
	add(a, 4);
	add(b, 1);
	cr_assert_eq(audit_close(b), 0);
	cr_assert_eq(audit_close(a), 0);
	cr_assert_eq(verify(), 0, "%s", report.why);
	cr_expect_eq(report.files, 3);
	cr_expect_eq(report.first, 1);
	cr_assert_eq(audit_export(scratch, &all, AUDIT_JSONL, f), 0);
	rewind(f);
	while (fgets(line, sizeof(line), f) != NULL)
		lines++;
	cr_expect_eq((uint64_t)lines, report.lines);
	fclose(f);
}

Test(rotate, many_writers)
{
	pid_t pid[3];
	int status;

	for (int i = 0; i < 3; i++) {
		if ((pid[i] = fork()) != 0)
			continue;
		struct audit *a = open_log();
		char name[40];
		bool done;
		int e = 0;

		for (int k = 0; e == 0 && k < 60; k++) {
			e = audit_append(a, "test",
			    json_pack("{s:i,s:i}", "who", i, "n", k),
			    k % 3 == 0 ? AUDIT_SYNC : AUDIT_LATER);
			if (e == 0 && k % 7 == i)
				e = audit_rotate(a, 0, NULL, &done, name);
		}
		_exit(e != 0 || audit_close(a) != 0);
	}
	for (int i = 0; i < 3; i++) {
		waitpid(pid[i], &status, 0);
		cr_expect_eq(status, 0);
	}
	cr_assert_eq(verify(), 0, "%llu %s",
	    (unsigned long long)report.bad_line, report.why);
	cr_expect_gt(report.files, 20);
}

/* The steps of a rotation, cut short. */
Test(rotate, killed_before_the_rename)
{
	struct audit *a = open_log();
	char name[40];

	add(a, 5);
	cr_assert_eq(audit_close(a), 0);
	/* What stands then: a second name, and the next file. */
	cr_assert_eq(link(in_audit("audit.jsonl"),
			 in_audit("audit-0000000000000006.jsonl")),
	    0);
	spit(in_audit("audit.next"), "half a line", 11);
	cr_assert_eq(verify(), 0, "%s", report.why);
	a = open_log();
	add(a, 2);
	cr_assert_eq(verify(), 0, "%s", report.why);
	rotate(a, name);
	add(a, 1);
	cr_assert_eq(audit_close(a), 0);
	cr_assert_eq(verify(), 0, "%s", report.why);
	cr_expect_eq(report.files, 1);
	cr_expect_neq(access(in_audit("audit-0000000000000006.jsonl"), F_OK),
	    0);
}

Test(rotate, killed_behind_the_rename)
{
	struct audit *a = open_log();
	struct buf head;
	char name[40];

	buf_init(&head, 4096);
	add(a, 5);
	cr_assert_eq(audit_close(a), 0); /* with its check-point */
	slurp(in_audit("head"), &head);
	a = open_log();
	rotate(a, name);
	cr_assert_eq(audit_close(a), 0);
	spit(in_audit("head"), head.data, head.len);
	buf_done(&head);
	cr_assert_eq(verify(), 0, "%s", report.why);
	a = open_log();
	add(a, 2);
	cr_assert_eq(audit_close(a), 0);
	cr_assert_eq(verify(), 0, "%s", report.why);
	cr_expect_eq(report.files, 1);
}

static unsigned said;

static void
hear(void *arg, const char *name, uint64_t first, uint64_t last)
{
	(void)arg, (void)name, (void)first, (void)last;
	said++;
}

Test(rotate, old_files_go_with_a_record)
{
	struct audit *a = open_log();
	char one[40], two[40], kept[128];

	add(a, 5);
	rotate(a, one);
	add(a, 5);
	rotate(a, two);
	add(a, 1);
	said = 0;
	cr_assert_eq(audit_forget(a, "2001-01-01", false, hear, NULL), 0);
	cr_expect_eq(said, 0);
	cr_assert_eq(audit_forget(a, "9999-01-01", true, hear, NULL), 0);
	cr_expect_eq(said, 2);
	cr_assert_eq(access(in_audit(one), F_OK), 0);
	/* A file that goes without a record is missed. */
	snprintf(kept, sizeof(kept), "%s", in_scratch("kept"));
	cr_assert_eq(rename(in_audit(one), kept), 0);
	cr_expect_eq(verify(), ERR_DENIED);
	cr_expect(strstr(report.why, "older lines are missing") != NULL, "%s",
	    report.why);
	cr_assert_eq(rename(kept, in_audit(one)), 0);
	cr_assert_eq(audit_forget(a, "9999-01-01", false, hear, NULL), 0);
	cr_expect_neq(access(in_audit(one), F_OK), 0);
	cr_expect_neq(access(in_audit(two), F_OK), 0);
	add(a, 2);
	cr_assert_eq(audit_close(a), 0);
	cr_assert_eq(verify(), 0, "%s", report.why);
	cr_expect_gt(report.first, 10);
	a = open_log();
	add(a, 1);
	cr_assert_eq(audit_close(a), 0);
	cr_assert_eq(verify(), 0, "%s", report.why);
}

Test(rotate, closed_files_are_judged)
{
	struct audit *a = open_log();
	char one[40], two[40], kept[128];
	struct buf b;

	add(a, 5);
	rotate(a, one);
	add(a, 5);
	rotate(a, two);
	add(a, 5);
	cr_assert_eq(audit_close(a), 0);
	cr_assert_eq(verify(), 0);
	buf_init(&b, 1 << 20);
	/* a byte in a closed file */
	slurp(in_audit(one), &b);
	b.data[b.len / 2] ^= 1;
	spit(in_audit(one), b.data, b.len);
	cr_expect_eq(verify(), ERR_DENIED);
	b.data[b.len / 2] ^= 1;
	spit(in_audit(one), b.data, b.len);
	cr_assert_eq(verify(), 0);
	/* one that ends early */
	cr_assert_eq(truncate(in_audit(two), 300), 0);
	cr_expect_eq(verify(), ERR_DENIED);
	/* one in the middle gone */
	snprintf(kept, sizeof(kept), "%s", in_scratch("kept"));
	cr_assert_eq(rename(in_audit(two), kept), 0);
	cr_expect_eq(verify(), ERR_DENIED);
	/* the one that is written gone: nothing is written any more */
	buf_done(&b);
}

Test(rotate, a_log_that_is_taken_away_under_a_writer)
{
	struct audit *a = open_log();

	add(a, 2);
	cr_assert_eq(rename(in_audit("audit.jsonl"), in_scratch("away")), 0);
	cr_expect_eq(audit_append(a, "test", json_object(), AUDIT_SYNC),
	    ERR_DENIED);
	cr_assert_eq(rename(in_scratch("away"), in_audit("audit.jsonl")), 0);
	cr_expect_eq(audit_append(a, "test", json_object(), AUDIT_SYNC),
	    ERR_DENIED);
	cr_expect_neq(audit_close(a), 0);
}
