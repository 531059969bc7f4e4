/*
 * Preloaded into a program: it is killed before the DIE_AT-th call that
 * changes a disk or hands something on (counted in this process alone, not in
 * its children). Without DIE_AT nothing happens; with DIE_COUNT=FILE the
 * number of calls is written there at the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static long armed = -1, steps;
static pid_t self;

static int
is_counted(void)
{
	const char *at;

	if (armed < 0) {
		at = getenv("DIE_AT");
		armed = at == NULL ? 0 : strtol(at, NULL, 10);
		/* the worker and the like are not who dies */
		self =
		    strcmp(program_invocation_short_name, "sekisho-watch") == 0
			? getpid()
			: 0;
	}
	return self == getpid();
}

static void
step(void)
{
	if (is_counted() && ++steps == armed)
		kill(getpid(), SIGKILL);
}

__attribute__((destructor)) static void
say(void)
{
	const char *path = getenv("DIE_COUNT");
	char text[32];
	int fd;

	if (path == NULL || self != getpid())
		return;
	snprintf(text, sizeof(text), "%ld\n", steps);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd >= 0) {
		if (syscall(SYS_write, fd, text, strlen(text)) < 0)
			steps = 0;
		close(fd);
	}
}

#define INTERPOSE(type, name, params, call) \
	type name params; \
	type name params \
	{ \
		step(); \
		return (type)syscall call; \
	}

INTERPOSE(ssize_t, pwrite, (int fd, const void *p, size_t n, off_t at),
    (SYS_pwrite64, fd, p, n, at))
INTERPOSE(ssize_t, pwrite64, (int fd, const void *p, size_t n, off_t at),
    (SYS_pwrite64, fd, p, n, at))
INTERPOSE(int, fsync, (int fd), (SYS_fsync, fd))
INTERPOSE(int, fdatasync, (int fd), (SYS_fdatasync, fd))
INTERPOSE(int, syncfs, (int fd), (SYS_syncfs, fd))
INTERPOSE(int, ftruncate64, (int fd, off_t n), (SYS_ftruncate, fd, n))
INTERPOSE(int, unlink, (const char *p), (SYS_unlink, p))
INTERPOSE(int, unlinkat, (int d, const char *p, int f), (SYS_unlinkat, d, p, f))
INTERPOSE(int, rename, (const char *a, const char *b), (SYS_rename, a, b))
INTERPOSE(int, renameat, (int d, const char *a, int t, const char *b),
    (SYS_renameat, d, a, t, b))
INTERPOSE(int, renameat2,
    (int d, const char *a, int t, const char *b, unsigned f),
    (SYS_renameat2, d, a, t, b, f))
INTERPOSE(int, mkdirat, (int d, const char *p, mode_t m),
    (SYS_mkdirat, d, p, m))
