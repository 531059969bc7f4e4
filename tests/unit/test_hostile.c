/*
 * The pipeline against a worker in the hands of an attacker
 * (tests/integration/hostile_worker.c): each trick is a held document with a
 * reason, and the next document goes through.
 */
#include "toy_jobs.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

static struct pipeline *
open_hostile(unsigned slots)
{
	struct pipeline *p = NULL;

	cr_assert_eq(pipeline_open(HOSTILE_WORKER, slots, &p), 0);
	return p;
}

struct trick {
	const char *text;
	const char *says;
	int err;
};

static void
each_is_held(const struct trick *list, size_t n)
{
	struct pipeline *p = open_hostile(1);
	struct toy t;

	for (size_t i = 0; i < n; i++) {
		toy_init(&t, "trick.toy", list[i].text);
		t.options.limits.max_wall_ms = 400;
		toy_run(p, &t);
		toy_is_held(&t);
		cr_assert_neq(strstr(t.job.record.reason, list[i].says), NULL,
		    "%s: %s", list[i].text, t.job.record.reason);
		cr_assert_eq(t.job.record.reason_err, list[i].err, "%s: %s",
		    list[i].text, err_name(t.job.record.reason_err));
		toy_done(&t);
		toy_goes_on(p);
	}
	pipeline_close(p);
}

#define EACH(list) each_is_held(list, sizeof(list) / sizeof((list)[0]))

Test(hostile, processes_that_misbehave)
{
	static const struct trick list[] = {
		{ "crash", "SIGABRT", ERR_INTERNAL },
		{ "claims-well-but-dies", "SIGABRT", ERR_INTERNAL },
		{ "spin", "time limit", ERR_LIMIT },
		{ "sleep", "time limit", ERR_LIMIT },
		{ "silent", "without a result", ERR_INTERNAL },
		{ "exit-code", "contradicts", ERR_INTERNAL },
	};

	EACH(list);
}

Test(hostile, records_that_are_none)
{
	static const struct trick list[] = {
		{ "flood-records", "more records", ERR_LIMIT },
		{ "flood-members", "more records", ERR_LIMIT },
		{ "flood-zeros", "broken record", ERR_INTERNAL },
		{ "garbage", "broken record", ERR_INTERNAL },
		{ "length", "broken record", ERR_INTERNAL },
		{ "half", "broken record", ERR_INTERNAL },
		{ "number", "broken record", ERR_INTERNAL },
		{ "open-member", "broken record", ERR_INTERNAL },
		{ "two-ends", "broken record", ERR_INTERNAL },
		{ "after-end", "broken record", ERR_INTERNAL },
	};

	EACH(list);
}

Test(hostile, results_that_are_lies)
{
	static const struct trick list[] = {
		{ "lie-size", "not true", ERR_INTERNAL },
		{ "lie-hash", "not true", ERR_INTERNAL },
		{ "lie-input", "another input", ERR_INTERNAL },
		{ "no-format", "does not say", ERR_INTERNAL },
	};

	EACH(list);
}

Test(hostile, proofs_that_do_not_prove)
{
	static const struct trick list[] = {
		{ "other-bytes", "same bytes", ERR_MALFORMED },
		{ "shorter", "same bytes", ERR_MALFORMED },
		{ "other-format", "expected toy", ERR_MALFORMED },
		{ "finding-in-proof", "still found", ERR_MALFORMED },
		{ "blocked-in-proof", "not proved", ERR_INTERNAL },
	};

	EACH(list);
}

/* What was kept on purpose is found again; that is no objection. */
Test(hostile, a_kept_thing_may_stay)
{
	struct pipeline *p = open_hostile(1);
	struct toy t;

	toy_init(&t, "k.toy", "kept-in-proof");
	toy_run(p, &t);
	toy_is_released(&t, "kept-in-proof");
	toy_done(&t);
	pipeline_close(p);
}

/* No cage bounds it here: the parent's own look at the size has to. */
Test(hostile, a_flood_of_output_ends_in_time)
{
	struct pipeline *p = open_hostile(1);
	struct toy t;

	toy_init(&t, "f.toy", "flood-output");
	t.options.limits.max_wall_ms = 50;
	toy_run(p, &t);
	toy_is_held(&t);
	toy_done(&t);
	toy_goes_on(p);
	pipeline_close(p);
}

Test(hostile, an_output_past_the_cap_is_held)
{
	struct pipeline *p = open_hostile(1);
	struct toy t;

	toy_init(&t, "c.toy", "plain but long");
	t.options.limits.max[BUDGET_OUT_BYTES] = 4;
	toy_run(p, &t);
	toy_is_held(&t);
	cr_assert_eq(t.job.record.reason_err, ERR_LIMIT);
	toy_done(&t);
	pipeline_close(p);
}

Test(hostile, zygotes_that_misbehave_are_replaced)
{
	static const struct trick list[] = {
		{ "zygote-dies", "ended unexpectedly", ERR_INTERNAL },
		{ "zygote-silent", "ended unexpectedly", ERR_INTERNAL },
		{ "zygote-garbage", "ended unexpectedly", ERR_INTERNAL },
		{ "zygote-unknown", "ended unexpectedly", ERR_INTERNAL },
		{ "zygote-no-pidfd", "ended unexpectedly", ERR_INTERNAL },
		{ "zygote-refuses", "no process", ERR_NOMEM },
	};

	EACH(list);
}

/* Two in a row, with nothing that went well between, end the service. */
Test(hostile, a_zygote_that_dies_again_is_given_up)
{
	struct pipeline *p = open_hostile(1);
	struct pipeline_job *back;
	struct toy t;

	for (int i = 0; i < 2; i++) {
		toy_init(&t, "z.toy", "zygote-dies");
		toy_run(p, &t);
		toy_is_held(&t);
		toy_done(&t);
	}
	cr_assert_eq(pipeline_wait(p, 0, &back), ERR_INTERNAL);
	cr_assert_eq(back, NULL);
	toy_init(&t, "z.toy", "plain");
	cr_assert_eq(pipeline_submit(p, &t.job), ERR_INTERNAL);
	close(t.in);
	pipeline_close(p);
}

Test(hostile, all_that_ran_in_a_dead_zygote_is_held)
{
	struct pipeline *p = open_hostile(3);
	struct pipeline_job *back;
	struct toy t[3];

	for (size_t i = 0; i < 3; i++) {
		toy_init(&t[i], "z.toy", i == 1 ? "zygote-dies" : "sleep");
		t[i].options.limits.max_wall_ms = 300;
		cr_assert_eq(pipeline_submit(p, &t[i].job), 0);
	}
	for (size_t n = 0; n < 3; n += back != NULL)
		cr_assert_eq(pipeline_wait(p, -1, &back), 0);
	for (size_t i = 0; i < 3; i++) {
		toy_is_held(&t[i]);
		toy_done(&t[i]);
	}
	toy_goes_on(p);
	pipeline_close(p);
}

Test(hostile, a_worker_that_is_not_ready_does_not_serve)
{
	static const char *const names[] = { "not-ready", "other-build" };
	char dir[] = "/tmp/sekisho-test-XXXXXX", path[PATH_MAX];
	struct pipeline *p = NULL;

	cr_assert_neq(mkdtemp(dir), NULL);
	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		cr_assert_eq(symlink(HOSTILE_WORKER, path), 0);
		cr_assert_eq(pipeline_open(path, 1, &p), ERR_INTERNAL);
		cr_assert_eq(p, NULL);
		unlink(path);
	}
	rmdir(dir);
}
