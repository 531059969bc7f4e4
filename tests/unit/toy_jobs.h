/*
 * What tests of the pipeline share: a job made of a string, run to its end.
 */
#ifndef UNIT_TOY_JOBS_H
#define UNIT_TOY_JOBS_H

#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#include "base/fsx.h"
#include "pipeline/pipeline.h"

struct toy {
	struct pipeline_job job;
	struct options options;
	int in;
};

static inline int
toy_fd(const char *text)
{
	int fd;

	cr_assert_eq(fsx_memfd("toy", &fd), 0);
	cr_assert_eq(fsx_write_all(fd, text, strlen(text)), 0);
	return fd;
}

/* Short limits, so that a hostile document costs a second at most. */
static inline void
toy_init(struct toy *t, const char *name, const char *text)
{
	memset(t, 0, sizeof(*t));
	options_default(&t->options);
	t->options.limits.max_wall_ms = 1500;
	t->options.limits.max[BUDGET_OUT_BYTES] = 1 << 20;
	t->options.limits.max[BUDGET_FINDINGS] = 1000;
	t->options.limits.max_address_space_bytes = UINT64_C(256) << 20;
	t->in = toy_fd(text);
	t->job.in_fd = t->in;
	t->job.name = name;
	t->job.options = &t->options;
	t->job.passwords_fd = -1;
}

static inline void
toy_done(struct toy *t)
{
	pipeline_job_done(&t->job);
	close(t->in);
}

static inline void
toy_run(struct pipeline *p, struct toy *t)
{
	struct pipeline_job *back = NULL;

	cr_assert_eq(pipeline_submit(p, &t->job), 0);
	while (back == NULL)
		cr_assert_eq(pipeline_wait(p, 60000, &back), 0);
	cr_assert_eq(back, &t->job);
}

/* Nothing but a release has output; nothing but a release has no reason. */
static inline void
toy_is_held(const struct toy *t)
{
	cr_assert_eq(t->job.record.verdict, VERDICT_HELD, "%s",
	    t->job.record.reason);
	cr_assert_eq(t->job.record.method, METHOD_NONE);
	cr_assert_eq(t->job.out_fd, -1);
	cr_assert_eq(t->job.record.out_bytes, 0);
	cr_assert_neq(t->job.record.reason[0], '\0');
}

static inline void
toy_is_released(const struct toy *t, const char *text)
{
	char got[256] = "";

	cr_assert_eq(t->job.record.verdict, VERDICT_RELEASED, "%s",
	    t->job.record.reason);
	cr_assert_eq(t->job.record.reason[0], '\0');
	cr_assert_eq(t->job.record.out_bytes, strlen(text));
	cr_assert_geq(pread(t->job.out_fd, got, sizeof(got) - 1, 0), 0);
	cr_assert_str_eq(got, text);
}

static inline void
toy_goes_on(struct pipeline *p)
{
	struct toy t;

	toy_init(&t, "next.toy", "Tnext");
	toy_run(p, &t);
	toy_is_released(&t, "Tnext");
	toy_done(&t);
}

#endif
