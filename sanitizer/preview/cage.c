/*
 * Bubblewrap sets up the namespaces; the list of what a converter never needs
 * (seccomp) and the limits are set here. Output comes through a pipe: what
 * the parent has read, nobody can change any more.
 */
#include "preview/cage.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fsx.h"

#define BLOCK	      65536
#define IN_FD	      "8" /* in words and in numbers */
#define IN_NUMBER     8
#define FILTER_FD     "9"
#define FILTER_NUMBER 9
#define MAX_ARGS      96
#define TMP_BYTES     "268435456"

bool
cage_has(const char *const *paths)
{
	for (; *paths != NULL; paths++)
		if (access(*paths, X_OK) != 0)
			return false;
	return true;
}

static const char *const fixed[] = { "bwrap", "--unshare-user", "--unshare-ipc",
	"--unshare-pid", "--unshare-net", "--unshare-uts",
	"--unshare-cgroup-try", "--disable-userns", "--uid", "65534", "--gid",
	"65534", "--hostname", "preview", "--cap-drop", "ALL",
	"--die-with-parent", "--new-session", "--clearenv", "--setenv", "PATH",
	"/usr/bin", "--setenv", "HOME", "/tmp", "--setenv", "LANG", "C.UTF-8",
	"--ro-bind", "/usr", "/usr", "--tmpfs", "/usr/local", "--symlink",
	"usr/bin", "/bin", "--symlink", "usr/lib", "/lib", "--symlink",
	"usr/lib64", "/lib64", "--ro-bind-try", "/etc/fonts", "/etc/fonts",
	"--ro-bind-try", "/etc/libreoffice", "/etc/libreoffice",
	"--ro-bind-try", "/var/cache/fontconfig", "/var/cache/fontconfig",
	"--proc", "/proc", "--dev", "/dev", "--size", TMP_BYTES, "--tmpfs",
	"/tmp", "--remount-ro", "/usr/local", "--chdir", "/tmp", "--seccomp",
	FILTER_FD, "--ro-bind-data", IN_FD };

static const int never[] = { SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev), SCMP_SYS(keyctl), SCMP_SYS(add_key),
	SCMP_SYS(request_key), SCMP_SYS(bpf), SCMP_SYS(perf_event_open),
	SCMP_SYS(userfaultfd), SCMP_SYS(io_uring_setup),
	SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register), SCMP_SYS(mount),
	SCMP_SYS(umount2), SCMP_SYS(pivot_root), SCMP_SYS(chroot),
	SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(move_mount),
	SCMP_SYS(open_tree), SCMP_SYS(fsopen), SCMP_SYS(fsmount),
	SCMP_SYS(mount_setattr), SCMP_SYS(kexec_load), SCMP_SYS(init_module),
	SCMP_SYS(finit_module), SCMP_SYS(delete_module),
	SCMP_SYS(open_by_handle_at), SCMP_SYS(name_to_handle_at),
	SCMP_SYS(acct), SCMP_SYS(quotactl), SCMP_SYS(swapon), SCMP_SYS(swapoff),
	SCMP_SYS(reboot), SCMP_SYS(syslog), SCMP_SYS(personality),
	SCMP_SYS(pidfd_getfd), SCMP_SYS(kcmp) };

/* The filter as bubblewrap reads it. */
static int
make_filter(int *out)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
	int fd = -1, bad;

	if (f == NULL)
		return ERR_NOMEM;
	bad = 0;
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		bad |= seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), never[i], 0);
	/* Sockets within the cage only. */
	bad |= seccomp_rule_add(f, SCMP_ACT_ERRNO(EAFNOSUPPORT),
	    SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_NE, AF_UNIX));
	if (bad == 0 && fsx_memfd("sekisho-filter", &fd) == 0 &&
	    (seccomp_export_bpf(f, fd) != 0 || lseek(fd, 0, SEEK_SET) != 0)) {
		close(fd);
		fd = -1;
	}
	seccomp_release(f);
	*out = fd;
	return fd < 0 ? ERR_IO : 0;
}

static int
limit(int what, rlim_t most)
{
	struct rlimit r = { most, most };

	return setrlimit(what, &r);
}

static _Noreturn void
become(const struct cage_job *j, int filter, int out)
{
	const char *argv[MAX_ARGS];
	char *const env[] = { NULL };
	size_t n = sizeof(fixed) / sizeof(fixed[0]), i;
	char file[64];
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	/* Away from the numbers that are given to bubblewrap. */
	int in = fcntl(j->in_fd, F_DUPFD_CLOEXEC, 32);
	int bpf = fcntl(filter, F_DUPFD_CLOEXEC, 32);
	int to = fcntl(out, F_DUPFD_CLOEXEC, 32);

	if (null < 0 || in < 0 || bpf < 0 || to < 0 || dup2(null, 0) < 0 ||
	    dup2(to, 1) < 0 || dup2(null, 2) < 0 ||
	    close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) < 0 ||
	    dup2(in, IN_NUMBER) < 0 || dup2(bpf, FILTER_NUMBER) < 0 ||
	    lseek(in, 0, SEEK_SET) != 0)
		_exit(127);
	snprintf(file, sizeof(file), "/in/file.%s", j->ext);
	memcpy(argv, fixed, sizeof(fixed));
	argv[n++] = file;
	argv[n++] = "--remount-ro";
	argv[n++] = "/";
	argv[n++] = "--";
	for (i = 0; j->argv[i] != NULL && n < MAX_ARGS - 1; i++)
		argv[n++] = j->argv[i];
	argv[n] = NULL;
	umask(077);
	/* Bubblewrap refuses what capabilities a service may have. */
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (limit(RLIMIT_CORE, 0) < 0 || limit(RLIMIT_CPU, 120) < 0 ||
	    limit(RLIMIT_FSIZE, (rlim_t)256 << 20) < 0 ||
	    limit(RLIMIT_NOFILE, 256) < 0 || limit(RLIMIT_NPROC, 256) < 0 ||
	    limit(RLIMIT_AS, (rlim_t)4 << 30) < 0)
		_exit(127);
	execve(CAGE_BWRAP, (char *const *)argv, env);
	_exit(127);
}

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* All that it writes, in time. */
static int
drain(int from, int to, const struct cage_job *j, uint8_t *block)
{
	int64_t end = now_ms() + (int64_t)j->seconds * 1000, left;
	uint64_t all = 0;
	ssize_t n;
	int e, r;

	for (;;) {
		struct pollfd p = { .fd = from, .events = POLLIN };

		if ((left = end - now_ms()) <= 0)
			return ERR_LIMIT;
		r = poll(&p, 1, (int)left);
		if (r < 0 && errno != EINTR)
			return ERR_IO;
		if (r <= 0)
			continue;
		n = read(from, block, BLOCK);
		if (n < 0 && errno != EINTR)
			return ERR_IO;
		if (n == 0)
			return 0;
		if (n < 0)
			continue;
		if ((uint64_t)n > j->max_bytes - all)
			return ERR_LIMIT;
		all += (uint64_t)n;
		if ((e = fsx_write_all(to, block, (size_t)n)) != 0)
			return e;
	}
}

/* It has closed its output; it has a little time to end. */
static int
reap(pid_t pid, bool kill_it)
{
	int status = 0;

	for (int i = 0; !kill_it && i < 200; i++) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) && WEXITSTATUS(status) == 0
				   ? 0
				   : ERR_MALFORMED;
		usleep(10000);
	}
	kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return ERR_LIMIT;
}

static int
run(const struct cage_job *j, int filter, int to)
{
	uint8_t *block = malloc(BLOCK);
	int pipes[2], e, ended;
	pid_t pid;

	if (block == NULL || pipe2(pipes, O_CLOEXEC) < 0) {
		free(block);
		return ERR_NOMEM;
	}
	if ((pid = fork()) == 0)
		become(j, filter, pipes[1]);
	close(pipes[1]);
	e = pid < 0 ? ERR_NOMEM : drain(pipes[0], to, j, block);
	close(pipes[0]);
	free(block);
	if (pid < 0)
		return e;
	ended = reap(pid, e != 0);
	return e != 0 ? e : ended;
}

int
cage_run(const struct cage_job *j, int *out_fd)
{
	int filter = -1, to = -1, e;

	if ((e = make_filter(&filter)) != 0)
		return e;
	if ((e = fsx_memfd("sekisho-preview", &to)) == 0 &&
	    (e = run(j, filter, to)) == 0 &&
	    (e = lseek(to, 0, SEEK_SET) < 0 ? ERR_IO : 0) == 0)
		e = fsx_seal(to);
	close(filter);
	if (e == 0)
		*out_fd = to;
	else if (to >= 0)
		close(to);
	return e;
}
