/*
 * Starting sekisho-preview: as pipeline/ starts its worker, beside this
 * program first.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "quarantine/preview.h"

#ifndef SEKISHO_PREVIEW_PATH
#define SEKISHO_PREVIEW_PATH "/usr/local/libexec/sekisho/sekisho-preview"
#endif

static int
find_program(const char *given, char out[PATH_MAX])
{
	ssize_t n;
	char *slash;

	if (given != NULL) {
		snprintf(out, PATH_MAX, "%s", given);
		return access(out, X_OK) == 0 ? 0 : ERR_NOENT;
	}
	n = readlink("/proc/self/exe", out, PATH_MAX - 32);
	if (n > 0) {
		out[n] = '\0';
		slash = strrchr(out, '/');
		if (slash != NULL) {
			snprintf(slash, 32, "/sekisho-preview");
			if (access(out, X_OK) == 0)
				return 0;
		}
	}
	snprintf(out, PATH_MAX, "%s", SEKISHO_PREVIEW_PATH);
	return access(out, X_OK) == 0 ? 0 : ERR_NOENT;
}

static _Noreturn void
run(const char *path, const char *const *argv)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
	    close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
		_exit(127);
	/* Of the watcher's capabilities it needs none. */
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	execv(path, (char *const *)argv);
	_exit(127);
}

int
preview_start(const char *program, const char *state_dir,
    const char *policy_file, const char *profile, const char *id, pid_t *pid)
{
	const char *argv[10] = { "sekisho-preview", "--state", state_dir };
	char path[PATH_MAX];
	int e, n = 3;
	pid_t child;

	if ((e = find_program(program, path)) != 0)
		return e;
	if (policy_file != NULL) {
		argv[n++] = "--policy";
		argv[n++] = policy_file;
	}
	if (profile != NULL) {
		argv[n++] = "--profile";
		argv[n++] = profile;
	}
	argv[n++] = id;
	argv[n] = NULL;
	if ((child = fork()) < 0)
		return errno == ENOMEM || errno == EAGAIN ? ERR_NOMEM : ERR_IO;
	if (child == 0)
		run(path, argv);
	*pid = child;
	return 0;
}
