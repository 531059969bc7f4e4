#include "quarantine/console/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGS_MAX 24

static const char *const names[TOOL_KINDS] = { "rerun.out", "dryrun.out" };

/* One process; the console has one thread. */
static struct {
	pid_t pid;
	int status;
} running[TOOL_KINDS] = { { 0, -1 }, { 0, -1 } };

bool
tool_runs(enum tool_kind kind, int *status)
{
	int how;

	if (running[kind].pid > 0 &&
	    waitpid(running[kind].pid, &how, WNOHANG) == running[kind].pid) {
		running[kind].pid = 0;
		running[kind].status = WIFEXITED(how) ? WEXITSTATUS(how) : 70;
	}
	*status = running[kind].status;
	return running[kind].pid > 0;
}

/* The program beside this one. */
static int
path_of(char out[4096])
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;
	int len;

	if (n <= 0)
		return ERR_IO;
	self[n] = '\0';
	if ((slash = strrchr(self, '/')) == NULL)
		return ERR_IO;
	len = snprintf(out, 4096, "%.*s/sekisho", (int)(slash - self), self);
	if (len < 0 || len >= 4096)
		return ERR_LIMIT;
	if (access(out, X_OK) < 0) /* installed: sbin beside bin */
		snprintf(out, 4096, "%s", SEKISHO_TOOL_PATH);
	return 0;
}

static int
spawn(int out, const char *path, const char *const *args, const char *who,
    pid_t *pid)
{
	char name[ACCOUNT_LOGIN_BYTES + 16];
	char *env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8",
		name, NULL };
	posix_spawn_file_actions_t files;
	int e;

	snprintf(name, sizeof(name), "SUDO_USER=%s", who);
	if (posix_spawn_file_actions_init(&files) != 0)
		return ERR_NOMEM;
	e = posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY,
		0) != 0 ||
	    posix_spawn_file_actions_adddup2(&files, out, 1) != 0 ||
	    posix_spawn_file_actions_adddup2(&files, out, 2) != 0 ||
	    posix_spawn(pid, path, &files, NULL, (char *const *)args, env) != 0;
	posix_spawn_file_actions_destroy(&files);
	return e != 0 ? ERR_IO : 0;
}

int
tool_start(struct console *c, enum tool_kind kind, const char *who,
    const char *const *args)
{
	const char *argv[ARGS_MAX + 4] = { "sekisho" };
	char path[4096];
	size_t n = 1;
	int out, status, e;

	if (tool_runs(kind, &status))
		return ERR_EXIST;
	if ((e = path_of(path)) != 0)
		return e;
	for (; *args != NULL && n < ARGS_MAX; args++)
		argv[n++] = *args;
	argv[n++] = "--state";
	argv[n] = c->policy.state_dir;
	out = openat(c->tmp, names[kind],
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (out < 0)
		return ERR_IO;
	e = spawn(out, path, argv, who, &running[kind].pid);
	close(out);
	if (e != 0)
		running[kind].pid = 0;
	return e;
}

int
tool_output(const struct console *c, enum tool_kind kind, int *fd)
{
	*fd = openat(c->tmp, names[kind], O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (*fd < 0)
		return errno == ENOENT ? ERR_NOENT : ERR_IO;
	return 0;
}
