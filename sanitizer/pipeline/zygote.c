/*
 * Starting sekisho-worker. It inherits one socket, standard error, and an
 * environment that is ours alone: same input, same output, on any account.
 */
#include "pipeline/zygote.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "worker/proto.h"

#define READY_MS 30000

/* Sanitizers are told what to do by the environment; release builds have
 * none, and the names mean nothing to them. */
static const char *const passed[] = { "ASAN_OPTIONS", "UBSAN_OPTIONS" };

#define N_PASSED (sizeof(passed) / sizeof(passed[0]))

static void
make_env(char *env[4 + N_PASSED], char text[N_PASSED][256])
{
	static char lc[] = "LC_ALL=C", tz[] = "TZ=UTC0",
		    bind[] = "LD_BIND_NOW=1";
	const char *v;
	size_t n = 0;

	env[n++] = lc;
	env[n++] = tz;
	env[n++] = bind;
	for (size_t i = 0; i < N_PASSED; i++)
		if ((v = getenv(passed[i])) != NULL) {
			snprintf(text[i], sizeof(text[i]), "%s=%s", passed[i],
			    v);
			env[n++] = text[i];
		}
	env[n] = NULL;
}

/* Signals as a fresh program has them; 0, 1 and the socket as we say. */
static int
spawn(const char *path, int sock, bool light, pid_t *pid)
{
	static char word[] = PROTO_LIGHT;
	char text[N_PASSED][256], *env[4 + N_PASSED], *argv[3];
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t all, none;
	int r;

	argv[0] = (char *)(uintptr_t)path;
	argv[1] = light ? word : NULL;
	argv[2] = NULL;
	make_env(env, text);
	sigfillset(&all);
	sigemptyset(&none);
	if (posix_spawnattr_init(&attr) != 0)
		return ERR_NOMEM;
	if (posix_spawn_file_actions_init(&files) != 0) {
		posix_spawnattr_destroy(&attr);
		return ERR_NOMEM;
	}
	if ((r = posix_spawnattr_setsigdefault(&attr, &all)) == 0 &&
	    (r = posix_spawnattr_setsigmask(&attr, &none)) == 0 &&
	    (r = posix_spawnattr_setflags(&attr,
		 POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK)) == 0 &&
	    (r = posix_spawn_file_actions_addopen(&files, 0, "/dev/null",
		 O_RDONLY, 0)) == 0 &&
	    (r = posix_spawn_file_actions_addopen(&files, 1, "/dev/null",
		 O_WRONLY, 0)) == 0 &&
	    (r = posix_spawn_file_actions_adddup2(&files, sock,
		 PROTO_CONTROL_FD)) == 0)
		r = posix_spawn(pid, path, &files, &attr, argv, env);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	errno = r;
	return r == 0 ? 0 : r == ENOENT ? ERR_NOENT : ERR_IO;
}

static int
await_ready(const struct zygote *z)
{
	struct pollfd p = { z->sock, POLLIN, 0 };
	struct proto_reply r;
	int fds[PROTO_FDS], n;
	size_t n_fds;

	do
		n = poll(&p, 1, READY_MS);
	while (n < 0 && errno == EINTR);
	if (n <= 0 || proto_recv(z->sock, &r, sizeof(r), fds, &n_fds) != 0)
		return ERR_INTERNAL;
	for (size_t i = 0; i < n_fds; i++)
		close(fds[i]);
	return n_fds == 0 && r.magic == PROTO_MAGIC && r.kind == PROTO_READY &&
		       r.seq == proto_layout()
		   ? 0
		   : ERR_INTERNAL;
}

/* Where the worker is looked for when nobody says. */
static int
find(char out[PATH_MAX])
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	int w;

	if (n > 0) {
		self[n] = '\0';
		w = snprintf(out, PATH_MAX, "%s/sekisho-worker", dirname(self));
		if (w > 0 && w < PATH_MAX && access(out, X_OK) == 0)
			return 0;
	}
	snprintf(out, PATH_MAX, "%s", SEKISHO_WORKER_PATH);
	return access(out, X_OK) == 0 ? 0 : ERR_NOENT;
}

int
zygote_start(const char *path, bool light, struct zygote *z)
{
	char found[PATH_MAX];
	int pair[2], sock, e;

	*z = (struct zygote){ .sock = -1, .light = light };
	if (path == NULL) {
		if ((e = find(found)) != 0)
			return e;
		path = found;
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return ERR_IO;
	/* Out of the way of what spawn() puts at 0, 1 and the control socket,
	 * also when this program was started without standard input. */
	sock = fcntl(pair[1], F_DUPFD_CLOEXEC, PROTO_CONTROL_FD + 1);
	close(pair[1]);
	if (sock < 0) {
		close(pair[0]);
		return ERR_IO;
	}
	e = spawn(path, sock, light, &z->pid);
	close(sock);
	z->sock = pair[0];
	if (e != 0)
		z->pid = 0;
	else
		e = await_ready(z);
	if (e != 0)
		zygote_stop(z);
	return e;
}

/* Its children carry PR_SET_PDEATHSIG and go with it. */
void
zygote_stop(struct zygote *z)
{
	if (z->sock >= 0)
		close(z->sock);
	z->sock = -1;
	if (z->pid <= 0)
		return;
	kill(z->pid, SIGKILL);
	while (waitpid(z->pid, NULL, 0) < 0 && errno == EINTR)
		;
	z->pid = 0;
}
