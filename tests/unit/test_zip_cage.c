/*
 * Archives through the real worker: what names, ciphers and zlib need in the
 * cage is loaded before it closes. Every benign sample must be released and
 * proved.
 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fsx.h"
#include "pipeline/pipeline.h"

#define DIR_BENIGN "samples/benign/zip"

static void
run_one(struct pipeline *p, const char *name)
{
	static const char passwords[] = "wrong\nhimitsu\n";
	struct pipeline_job job = { .name = name }, *back = NULL;
	struct options options;
	char path[512];

	options_default(&options);
	job.options = &options;
	snprintf(path, sizeof(path), "%s/%s", DIR_BENIGN, name);
	job.in_fd = open(path, O_RDONLY | O_CLOEXEC);
	cr_assert_geq(job.in_fd, 0, "%s", path);
	cr_assert_eq(fsx_memfd("passwords", &job.passwords_fd), 0);
	cr_assert_eq(fsx_write_all(job.passwords_fd, passwords,
			 sizeof(passwords) - 1),
	    0);
	cr_assert_eq(pipeline_submit(p, &job), 0);
	while (back == NULL)
		cr_assert_eq(pipeline_wait(p, 60000, &back), 0);
	cr_expect_eq(job.record.verdict, VERDICT_RELEASED, "%s: %s", name,
	    job.record.reason);
	pipeline_job_done(&job);
}

Test(zip_cage, benign_samples_are_released, .timeout = 120)
{
	struct pipeline *p = NULL;
	struct dirent *de;
	DIR *dir;

	cr_assert_eq(hash_setup(), 0);
	cr_assert_eq(pipeline_open(SEKISHO_WORKER, 1, &p), 0);
	cr_assert_not_null(dir = opendir(DIR_BENIGN));
	while ((de = readdir(dir)) != NULL)
		if (strstr(de->d_name, ".zip") != NULL)
			run_one(p, de->d_name);
	closedir(dir);
	pipeline_close(p);
}
