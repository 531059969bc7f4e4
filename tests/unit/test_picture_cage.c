/*
 * Pictures in the real cage: the libraries may ask the system for nothing
 * that the cage forbids, and huge ones are held.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "pipeline/pipeline.h"

static enum verdict
clean(struct pipeline *p, const char *path)
{
	struct pipeline_job job = { .name = path, .passwords_fd = -1 };
	struct pipeline_job *back = NULL;
	struct options o;
	enum verdict v;

	options_default(&o);
	job.options = &o;
	job.in_fd = open(path, O_RDONLY | O_CLOEXEC);
	cr_assert_geq(job.in_fd, 0, "%s", path);
	cr_assert_eq(pipeline_submit(p, &job), 0);
	while (back == NULL)
		cr_assert_eq(pipeline_wait(p, -1, &back), 0);
	v = job.record.verdict;
	if (v != VERDICT_RELEASED)
		fprintf(stderr, "%s: %s\n", path, job.record.reason);
	close(job.in_fd);
	pipeline_job_done(&job);
	return v;
}

Test(picture_cage, pictures_are_released, .timeout = 60)
{
	static const char *const paths[] = { "benign/jpeg/colour.jpg",
		"benign/jpeg/cmyk-inverted.jpg", "planted/jpeg/icc-text.jpg",
		"planted/jpeg/exif-gps.jpg", "planted/jpeg/no-end.jpg",
		"benign/png/type6-16.png", "benign/png/interlaced.png",
		"planted/png/icc-text.png", "planted/png/palette.png",
		"benign/emf/packed-picture.emf", "benign/emf/packed.emz",
		"benign/wmf/bitmaps.wmf", "benign/gif/animation.gif",
		"benign/bmp/alpha.bmp", "benign/icon/png.ico",
		"benign/webp/animation.webp", "benign/webp/lossless-alpha.webp",
		"planted/webp/icc.webp", "benign/psd/alpha.psd",
		"planted/psd/icc.psd" };
	struct pipeline *p = NULL;
	char path[128];

	cr_assert_eq(pipeline_open(SEKISHO_WORKER, 1, &p), 0);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		snprintf(path, sizeof(path), "samples/%s", paths[i]);
		cr_expect_eq(clean(p, path), VERDICT_RELEASED, "%s", path);
	}
	cr_expect_eq(clean(p, "samples/planted/jpeg/huge.jpg"), VERDICT_HELD);
	pipeline_close(p);
}
