/*
 * What the two cages cost a document: the time from handing in a document of
 * one byte until its released result is back, with both passes, over and over
 * in one process. Prints the median and its neighbours in milliseconds.
 *
 *   bench_cage WORKER [RUNS [TEXT [NAME [mail]]]]
 *
 * mail: as the mail way does it, with a light worker.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fsx.h"
#include "pipeline/pipeline.h"

static double
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static int
by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Milliseconds of one job, or a negative number when it was not released. */
static double
once(struct pipeline *p, struct pipeline_job *job)
{
	struct pipeline_job *back = NULL;
	double start = now_ms(), took;

	if (pipeline_submit(p, job) != 0)
		return -1;
	while (back == NULL)
		if (pipeline_wait(p, -1, &back) != 0)
			return -1;
	took = now_ms() - start;
	if (job->record.verdict != VERDICT_RELEASED) {
		fprintf(stderr, "held: %s\n", job->record.reason);
		took = -1;
	}
	pipeline_job_done(job);
	return took;
}

static int
measure(struct pipeline *p, const char *text, const char *name, bool mail,
    size_t n, double *took)
{
	struct options options;
	struct pipeline_job job = {
		.name = name, .options = &options, .passwords_fd = -1
	};

	options_default(&options);
	options.mail_fresh = mail;
	if (fsx_memfd("bench", &job.in_fd) != 0 ||
	    fsx_write_all(job.in_fd, text, strlen(text)) != 0)
		return 1;
	for (size_t i = 0; i < n; i++)
		if ((took[i] = once(p, &job)) < 0)
			return 1;
	qsort(took, n, sizeof(took[0]), by_value);
	return 0;
}

int
main(int argc, char **argv)
{
	size_t n = argc > 2 ? strtoul(argv[2], NULL, 10) : 500;
	const char *text = argc > 3 ? argv[3] : "T";
	const char *name = argc > 4 ? argv[4] : "bench.toy";
	const bool mail = argc > 5;
	struct pipeline *p;
	double *took;
	int r;

	if (argc < 2 || n == 0 || n > 1000000 ||
	    (took = calloc(n, sizeof(took[0]))) == NULL)
		return 64;
	if (pipeline_open(argv[1], 1, &p) != 0 ||
	    (mail && pipeline_mail(p) != 0)) {
		fprintf(stderr, "cannot start %s\n", argv[1]);
		free(took);
		return 70;
	}
	r = measure(p, text, name, mail, n, took);
	if (r == 0)
		printf(
		    "%s %zu: median %.3f ms, p10 %.3f, p90 %.3f (two passes)\n",
		    argv[1], n, took[n / 2], took[n / 10], took[n * 9 / 10]);
	pipeline_close(p);
	free(took);
	return r;
}
