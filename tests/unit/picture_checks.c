/*
 * Helpers of test_jpeg.c and test_png.c. Tests run in the project's folder.
 */
#include "picture_checks.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "base/fsx.h"
#include "fuzz_common.h"

#define SAMPLE_MAX_BYTES ((size_t)4 << 20)

void
picture_load(const char *path, struct buf *b)
{
	char full[512];

	snprintf(full, sizeof(full), "samples/%s", path);
	buf_init(b, SAMPLE_MAX_BYTES);
	cr_assert_eq(fsx_slurp(AT_FDCWD, full, b), 0, "%s", full);
}

int
picture_rebuild(const char *id, const char *path, struct buf *out)
{
	struct buf in;
	int e;

	picture_load(path, &in);
	buf_init(out, SAMPLE_MAX_BYTES);
	e = fuzz_rebuild(id, in.data, in.len, out);
	buf_done(&in);
	return e;
}

struct wanted {
	enum finding_id id;
	bool seen;
};

static int
on_finding(void *arg, const struct finding *f)
{
	struct wanted *w = arg;

	if (f->id == (uint32_t)w->id)
		w->seen = true;
	return 0;
}

bool
picture_finds(const char *id, const char *path, enum finding_id want)
{
	struct wanted w = { .id = want };
	struct options o;
	struct doc_result res;
	struct buf in, out;
	struct sink sink;
	struct doc_job job = { .name = "",
		.options = &o,
		.events = { .arg = &w, .finding = on_finding },
		.out = &sink,
		.expect = id };

	cr_assert_eq(doc_preload(), 0);
	options_default(&o);
	picture_load(path, &in);
	buf_init(&out, SAMPLE_MAX_BYTES);
	buf_reader(&in, &job.in);
	sink_init_buf(&sink, &out, SAMPLE_MAX_BYTES);
	if (doc_run(&job, &res) == ERR_INTERNAL)
		cr_assert_fail("%s: %s", path, res.message);
	sink_done(&sink);
	buf_done(&out);
	buf_done(&in);
	return w.seen;
}

void
picture_mutate(const char *id, const char *path, size_t step)
{
	struct buf in;

	picture_load(path, &in);
	for (size_t bit = 0; bit < in.len * 8; bit += step) {
		in.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		(void)fuzz_rebuild(id, in.data, in.len, NULL);
		in.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t n = 0; n < in.len; n += step)
		(void)fuzz_rebuild(id, in.data, n, NULL);
	buf_done(&in);
}
