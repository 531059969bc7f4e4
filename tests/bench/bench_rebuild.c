/*
 * How long does a document take? In one process, after preload, as the caged
 * worker does it: rebuild and the proof of what it wrote.
 *
 *   bench_rebuild FILE...
 *
 * One line a file: name, bytes in, bytes out, milliseconds of processor time
 * of both passes. A file that cannot be rebuilt is left out.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/fsx.h"
#include "formats/doc.h"

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int
pass(const struct buf *in, struct buf *out)
{
	struct options o;
	struct doc_result res;
	struct sink sink;
	struct doc_job job = { .name = "", .options = &o, .out = &sink };
	int e;

	options_default(&o);
	buf_reader(in, &job.in);
	sink_init_buf(&sink, out, o.limits.max[BUDGET_OUT_BYTES]);
	e = doc_run(&job, &res);
	sink_done(&sink);
	return e;
}

static void
bench(const char *path)
{
	struct buf in, out, again;
	double t;

	buf_init(&in, (size_t)1 << 29);
	buf_init(&out, (size_t)1 << 29);
	buf_init(&again, (size_t)1 << 29);
	t = now_ms();
	if (fsx_slurp(AT_FDCWD, path, &in) != 0)
		fprintf(stderr, "bench_rebuild: %s: cannot be read\n", path);
	else if (pass(&in, &out) == 0 && pass(&out, &again) == 0)
		printf("%s\t%zu\t%zu\t%.2f\n", path, in.len, out.len,
		    now_ms() - t);
	buf_done(&in);
	buf_done(&out);
	buf_done(&again);
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		return 64;
	if (doc_preload() != 0)
		return 70;
	for (int i = 1; i < argc; i++)
		bench(argv[i]);
	return 0;
}
