/* A scratch folder for a test, and small helpers around it. */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsx.h"

static char scratch[64];

static inline const char *
in_scratch(const char *name)
{
	static char paths[8][512];
	static unsigned next;
	char *p = paths[next++ % 8];

	snprintf(p, sizeof(paths[0]), "%s/%s", scratch, name);
	return p;
}

static inline void
scratch_make(void)
{
	snprintf(scratch, sizeof(scratch), "/tmp/sekisho-test-XXXXXX");
	cr_assert_not_null(mkdtemp(scratch));
	cr_assert_eq(hash_setup(), 0);
}

static inline int
scratch_remove_one(const char *path, const struct stat *st, int flag,
    struct FTW *f)
{
	(void)st, (void)flag, (void)f;
	return remove(path);
}

static inline void
scratch_remove(void)
{
	nftw(scratch, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* A whole file; the caller's buf is cleared first. */
static inline void
slurp(const char *path, struct buf *b)
{
	buf_clear(b);
	cr_assert_eq(fsx_slurp(AT_FDCWD, path, b), 0, "%s", path);
}

static inline void
spit(const char *path, const void *data, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	cr_assert_geq(fd, 0, "%s", path);
	cr_assert_eq(fsx_write_all(fd, data, n), 0);
	close(fd);
}

static inline int
memory_file(const char *text)
{
	int fd;

	cr_assert_eq(fsx_memfd("test", &fd), 0);
	cr_assert_eq(fsx_write_all(fd, text, strlen(text)), 0);
	cr_assert_eq(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

/* Entries of a folder whose names do not begin with a dot; -1: no folder. */
static inline int
count_in(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;
	int n = 0;

	if (d == NULL)
		return -1;
	while ((e = readdir(d)) != NULL)
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

#endif
