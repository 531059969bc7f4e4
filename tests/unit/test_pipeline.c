/*
 * The pipeline over the real worker and the real cage, with a toy format
 * that misbehaves to order (tests/integration/toy_format.c).
 */
#include "toy_jobs.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define WORKER TOY_WORKER

static struct pipeline *
open_pipeline(unsigned slots)
{
	struct pipeline *p = NULL;

	cr_assert_eq(pipeline_open(WORKER, slots, &p), 0);
	return p;
}

Test(pipeline, releases_what_two_passes_agree_on)
{
	struct pipeline *p = open_pipeline(1);
	struct record *r;
	struct toy t;
	uint8_t digest[HASH_BYTES];

	toy_init(&t, "dir/plain.toy", "Ta1b2c");
	toy_run(p, &t);
	toy_is_released(&t, "Tabc");
	r = &t.job.record;
	cr_assert_eq(r->method, METHOD_SANITISED);
	cr_assert_str_eq(r->in_name, "dir/plain.toy");
	cr_assert_str_eq(r->out_format, "toy");
	cr_assert_eq(strlen(r->id), 26);
	cr_assert_eq(strlen(r->time), 24);
	cr_assert_eq(r->n_findings, 1);
	cr_assert_eq(r->findings[0].id, FIND_MEMBER_HELD);
	cr_assert_eq(r->findings[0].count, 2);
	hash_of("Ta1b2c", 6, digest);
	cr_assert_arr_eq(r->in_sha256, digest, HASH_BYTES);
	hash_of("Tabc", 4, digest);
	cr_assert_arr_eq(r->out_sha256, digest, HASH_BYTES);
	cr_assert_gt(r->elapsed_ms, 0);
	/* Nobody can change either of them any more. */
	cr_assert_lt(write(t.job.out_fd, "x", 1), 0);
	cr_assert_lt(write(t.job.original_fd, "x", 1), 0);
	toy_done(&t);
	pipeline_close(p);
}

Test(pipeline, ids_sort_by_time)
{
	struct pipeline *p = open_pipeline(1);
	char before[RECORD_ID_BYTES] = "";
	struct toy t;

	for (int i = 0; i < 3; i++) {
		toy_init(&t, "a.toy", "Ta");
		toy_run(p, &t);
		cr_assert_lt(strncmp(before, t.job.record.id, 10), 1);
		cr_assert_neq(strcmp(before, t.job.record.id), 0);
		memcpy(before, t.job.record.id, sizeof(before));
		toy_done(&t);
		usleep(2000);
	}
	pipeline_close(p);
}

struct bad {
	const char *text, *says;
	int err;
};

static void
each_is_held(const struct bad *list, size_t n)
{
	struct pipeline *p = open_pipeline(2);
	struct toy t;

	for (size_t i = 0; i < n; i++) {
		toy_init(&t, "bad.toy", list[i].text);
		toy_run(p, &t);
		toy_is_held(&t);
		cr_assert_neq(strstr(t.job.record.reason, list[i].says), NULL,
		    "%s: %s", list[i].text, t.job.record.reason);
		cr_assert_eq(t.job.record.reason_err, list[i].err,
		    "%s: %s (%s)", list[i].text, t.job.record.reason,
		    err_name(t.job.record.reason_err));
		toy_done(&t);
		toy_goes_on(p);
	}
	pipeline_close(p);
}

Test(pipeline, bad_documents_are_held)
{
	static const struct bad list[] = {
		{ "T-crash", "the worker", ERR_INTERNAL },
		{ "T-spin", "time limit", ERR_LIMIT },
		{ "T-output", "output is larger", ERR_LIMIT },
		{ "T-findings", "proof", ERR_MALFORMED },
		{ "T-open", "forbidden system call", ERR_INTERNAL },
		{ "T-exec", "forbidden system call", ERR_INTERNAL },
		{ "T-growing", "same bytes", ERR_MALFORMED },
		{ "T-other", "proved", ERR_UNSUPPORTED },
		{ "T-password", "password", ERR_ENCRYPTED },
		{ "unknown", "not a known format", ERR_UNSUPPORTED },
		{ "", "not a known format", ERR_UNSUPPORTED },
#ifndef SEKISHO_CAGE_ASAN
		{ "T-memory", "memory", ERR_NOMEM },
#endif
	};

	each_is_held(list, sizeof(list) / sizeof(list[0]));
}

Test(pipeline, output_past_the_budget_is_held)
{
	struct pipeline *p = open_pipeline(1);
	struct toy t;

	toy_init(&t, "long.toy", "Tabcdefgh");
	t.options.limits.max[BUDGET_OUT_BYTES] = 4;
	toy_run(p, &t);
	toy_is_held(&t);
	cr_assert_eq(t.job.record.reason_err, ERR_LIMIT);
	toy_done(&t);
	pipeline_close(p);
}

Test(pipeline, processor_time_is_bounded)
{
	struct pipeline *p = open_pipeline(1);
	struct toy t;

	toy_init(&t, "spin.toy", "T-spin");
	t.options.limits.max_wall_ms = 30000;
	t.options.limits.max_cpu_s = 1;
	toy_run(p, &t);
	toy_is_held(&t);
	cr_assert_eq(t.job.record.reason_err, ERR_LIMIT, "%s",
	    t.job.record.reason);
	cr_assert_lt(t.job.record.elapsed_ms, 20000);
	toy_done(&t);
	pipeline_close(p);
}

Test(pipeline, chatter_of_libraries_goes_nowhere)
{
	struct pipeline *p = open_pipeline(1);
	struct toy t;

	toy_init(&t, "a.toy", "T-chatter");
	toy_run(p, &t);
#ifndef SEKISHO_CAGE_ASAN
	toy_is_released(&t, "T-chatter");
#endif
	toy_done(&t);
	pipeline_close(p);
}

Test(pipeline, blocked_is_its_own_verdict)
{
	struct pipeline *p = open_pipeline(1);
	struct toy t;

	toy_init(&t, "b.toy", "T-blocked");
	toy_run(p, &t);
	cr_assert_eq(t.job.record.verdict, VERDICT_BLOCKED);
	cr_assert_eq(t.job.out_fd, -1);
	cr_assert_eq(t.job.record.reason_err, ERR_BLOCKED);
	toy_done(&t);
	pipeline_close(p);
}

Test(pipeline, members_know_their_findings)
{
	struct pipeline *p = open_pipeline(1);
	struct record *r;
	struct toy t;

	toy_init(&t, "m.toy", "T-members");
	toy_run(p, &t);
	toy_is_released(&t, "T");
	r = &t.job.record;
	cr_assert_eq(r->n_members, 3);
	cr_assert_eq(r->n_findings, 3);
	for (size_t i = 0; i < 3; i++) {
		cr_assert_eq(r->members[i].parent, -1);
		cr_assert_eq(r->members[i].first_finding, i);
		cr_assert_eq(r->members[i].n_findings, 1);
		cr_assert_eq(r->members[i].verdict, VERDICT_RELEASED);
		cr_assert_str_eq(r->members[i].result.in_name, "in.toy");
	}
	toy_done(&t);
	pipeline_close(p);
}

Test(pipeline, passwords_reach_the_first_pass)
{
	struct pipeline *p = open_pipeline(1);
	int fd = toy_fd("wrong\r\n\nsesame\r\nother");
	struct toy t;

	toy_init(&t, "p.toy", "T-password");
	t.job.passwords_fd = fd;
	toy_run(p, &t);
	toy_is_released(&t, "Topen");
	toy_done(&t);
	close(fd);
	pipeline_close(p);
}

Test(pipeline, a_receiver_takes_only_canonical_input)
{
	struct pipeline *p = open_pipeline(1);
	struct toy t;

	toy_init(&t, "c.toy", "Tabc");
	t.job.mode = PIPELINE_PROVE;
	t.job.format = "toy";
	toy_run(p, &t);
	toy_is_released(&t, "Tabc");
	toy_done(&t);
	toy_init(&t, "c.toy", "Tabc1");
	t.job.mode = PIPELINE_PROVE;
	t.job.format = "toy";
	toy_run(p, &t);
	toy_is_held(&t);
	toy_done(&t);
	toy_init(&t, "c.toy", "Tabc");
	t.job.mode = PIPELINE_PROVE;
	t.job.format = "png";
	toy_run(p, &t);
	toy_is_held(&t);
	toy_done(&t);
	toy_init(&t, "c.toy", "Tabc");
	t.job.mode = PIPELINE_PROVE;
	toy_run(p, &t);
	toy_is_held(&t);
	toy_done(&t);
	pipeline_close(p);
}

Test(pipeline, explaining_and_identifying_give_no_output)
{
	struct pipeline *p = open_pipeline(1);
	struct toy t;

	toy_init(&t, "e.toy", "Ta1");
	t.job.mode = PIPELINE_EXPLAIN;
	toy_run(p, &t);
	cr_assert_eq(t.job.record.verdict, VERDICT_RELEASED);
	cr_assert_eq(t.job.out_fd, -1);
	cr_assert_eq(t.job.record.n_findings, 1);
	toy_done(&t);
	toy_init(&t, "e.toy", "T-crash");
	t.job.mode = PIPELINE_IDENTIFY;
	toy_run(p, &t);
	toy_is_held(&t);
	cr_assert_eq(t.job.record.reason_err, 0);
	cr_assert_str_eq(t.job.record.result.structure, "toy");
	toy_done(&t);
	pipeline_close(p);
}

Test(pipeline, what_is_no_file_is_refused_unread)
{
	struct pipeline *p = open_pipeline(1);
	int ends[2], dir = open("/", O_RDONLY | O_DIRECTORY);
	struct toy t;

	cr_assert_eq(pipe(ends), 0);
	for (int i = 0; i < 3; i++) {
		toy_init(&t, "x.toy", "Ta");
		t.job.in_fd = i == 0 ? ends[0] : i == 1 ? dir : -1;
		toy_run(p, &t);
		toy_is_held(&t);
		cr_assert_eq(t.job.original_fd, -1);
		toy_done(&t);
	}
	toy_init(&t, "x.toy", "Tabcdef");
	t.options.limits.max_in_bytes = 6;
	toy_run(p, &t);
	toy_is_held(&t);
	cr_assert_eq(t.job.record.reason_err, ERR_LIMIT);
	toy_done(&t);
	close(ends[0]);
	close(ends[1]);
	close(dir);
	pipeline_close(p);
}

Test(pipeline, several_at_a_time_do_not_disturb_each_other)
{
	static const char *const texts[] = { "Tone", "T-spin", "Ttwo2",
		"T-crash", "T-members", "Tthree" };
	struct pipeline *p = open_pipeline(6);
	struct pipeline_job *back;
	struct toy t[6];

	for (size_t i = 0; i < 6; i++) {
		toy_init(&t[i], "s.toy", texts[i]);
		cr_assert_eq(pipeline_submit(p, &t[i].job), 0);
	}
	cr_assert_eq(pipeline_free_slots(p), 0);
	cr_assert_eq(pipeline_submit(p, &t[0].job), ERR_LIMIT);
	for (size_t n = 0; n < 6; n += back != NULL)
		cr_assert_eq(pipeline_wait(p, -1, &back), 0);
	toy_is_released(&t[0], "Tone");
	toy_is_held(&t[1]);
	toy_is_released(&t[2], "Ttwo");
	toy_is_held(&t[3]);
	toy_is_released(&t[4], "T");
	toy_is_released(&t[5], "Tthree");
	for (size_t i = 0; i < 6; i++)
		toy_done(&t[i]);
	cr_assert_eq(pipeline_wait(p, -1, &back), 0);
	cr_assert_eq(back, NULL);
	pipeline_close(p);
}

Test(pipeline, all_slots_at_once)
{
	enum { N = 64 };
	static struct toy t[N];
	struct pipeline *p = open_pipeline(N);
	struct pipeline_job *back;

	for (size_t i = 0; i < N; i++)
		toy_init(&t[i], "all.toy", "Tall");
	for (size_t i = 0; i < N; i++) {
		t[i].options.limits.max_wall_ms = 60000;
		cr_assert_eq(pipeline_submit(p, &t[i].job), 0);
	}
	for (size_t n = 0; n < N; n += back != NULL)
		cr_assert_eq(pipeline_wait(p, -1, &back), 0);
	for (size_t i = 0; i < N; i++) {
		toy_is_released(&t[i], "Tall");
		toy_done(&t[i]);
	}
	pipeline_close(p);
}

/* A program that dies leaves nobody behind who still works on a document. */
Test(pipeline, children_do_not_outlive_the_program)
{
	struct toy t;
	pid_t pid;

	cr_assert_eq(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
	if ((pid = fork()) == 0) {
		struct pipeline_job *back;
		struct pipeline *p = open_pipeline(1);

		toy_init(&t, "spin.toy", "T-spin");
		t.options.limits.max_wall_ms = 60000;
		if (pipeline_submit(p, &t.job) == 0)
			(void)!pipeline_wait(p, 300, &back);
		raise(SIGKILL);
	}
	cr_assert_gt(pid, 0);
	/* The program, its zygote and the child; or this never ends. */
	alarm(30);
	for (int n = 0; n < 3; n++)
		cr_assert_gt(waitpid(-1, NULL, 0), 0);
	cr_assert_eq(waitpid(-1, NULL, 0), -1);
	cr_assert_eq(errno, ECHILD);
}

Test(pipeline, starts_without_standard_descriptors)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		struct pipeline *p = NULL;

		for (int fd = 0; fd < 3; fd++)
			close(fd);
		if (pipeline_open(WORKER, 1, &p) != 0)
			_exit(1);
		pipeline_close(p);
		_exit(0);
	}
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert_eq(status, 0);
}

Test(pipeline, names_are_claims_of_bounded_size)
{
	static char huge[5000];
	static const char *const names[] = { "", "/", "a/b/", "\xff\xfe.toy",
		"\x1b[31m.toy", huge };
	struct pipeline *p = open_pipeline(1);
	struct toy t;

	memset(huge, 'x', sizeof(huge) - 5);
	memcpy(huge + sizeof(huge) - 5, ".toy", 5);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		toy_init(&t, names[i], "Tname");
		toy_run(p, &t);
		toy_is_released(&t, "Tname");
		cr_assert_eq(strchr(t.job.record.in_name, '\x1b'), NULL);
		toy_done(&t);
	}
	pipeline_close(p);
}

Test(pipeline, the_worker_is_not_for_people)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		close_range(3, ~0u, 0);
		execl(WORKER, WORKER, (char *)NULL);
		_exit(99);
	}
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert(WIFEXITED(status));
	cr_assert_eq(WEXITSTATUS(status), 64);
}

Test(pipeline, does_not_start_without_a_worker)
{
	struct pipeline *p = NULL;

	cr_assert_eq(pipeline_open("/nonexistent", 1, &p), ERR_NOENT);
	cr_assert_eq(pipeline_open("/bin/true", 1, &p), ERR_INTERNAL);
	cr_assert_eq(pipeline_open(WORKER, 0, &p), ERR_INTERNAL);
	cr_assert_eq(pipeline_open(WORKER, 65, &p), ERR_INTERNAL);
	cr_assert_eq(p, NULL);
}
