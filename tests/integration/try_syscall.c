/*
 * Every way out is shut: each system call below, made in the real cage, must
 * end the process with SIGSYS. Prints TAP; exits 1 when one came through.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "worker/sandbox.h"

#define A(text) (long)(intptr_t)(text)

struct
try {
	const char *name;
	long nr, args[6];
	bool under_asan; /* its runtime needs it: a wider cage lets it pass */
};

#define TRY(name, ...) \
	{ \
#name, SYS_##name, { __VA_ARGS__ }, false \
	}

static const struct try tries[] = {
	TRY(open, A("/etc/passwd"), O_RDONLY),
	TRY(openat, AT_FDCWD, A("/etc/passwd"), O_RDONLY),
	TRY(openat2, AT_FDCWD, A("/etc/passwd"), 0, 0),
	TRY(open_by_handle_at, 0, 0, 0),
	TRY(creat, A("/tmp/x"), 0600),
	TRY(memfd_create, A("x"), 0),
	TRY(read, 3, 0, 0),
	TRY(readv, 3, 0, 0),
	TRY(pread64, 3, 0, 0, 0),
	TRY(pwrite64, 3, 0, 0, 0),
	TRY(writev, 3, 0, 0),
	TRY(sendfile, 3, 4, 0, 1),
	TRY(splice, 3, 0, 4, 0, 1, 0),
	TRY(copy_file_range, 3, 0, 4, 0, 1, 0),
	TRY(ftruncate, 3, 0),
	TRY(lseek, 3, 0, 0),
	TRY(close, 3),
	TRY(dup, 3),
	TRY(dup2, 3, 4),
	TRY(dup3, 3, 4, 0),
	TRY(fcntl, 3, F_GETFL),
	TRY(ioctl, 3, 0x5401),
	TRY(stat, A("/"), 0),
	TRY(fstat, 3, 0),
	TRY(newfstatat, AT_FDCWD, A("/"), 0, 0),
	TRY(statx, AT_FDCWD, A("/"), 0, 0, 0),
	TRY(access, A("/"), 0),
	TRY(faccessat, AT_FDCWD, A("/"), 0),
	TRY(readlink, A("/proc/self/exe"), 0, 0),
	TRY(getdents64, 3, 0, 0),
	TRY(getcwd, 0, 0),
	TRY(chdir, A("/")),
	TRY(fchdir, 3),
	TRY(chroot, A("/")),
	TRY(mkdir, A("/tmp/x"), 0700),
	TRY(unlink, A("/tmp/x")),
	TRY(rename, A("/tmp/x"), A("/tmp/y")),
	TRY(link, A("/tmp/x"), A("/tmp/y")),
	TRY(symlink, A("/tmp/x"), A("/tmp/y")),
	TRY(mknod, A("/tmp/x"), S_IFIFO, 0),
	TRY(chmod, A("/tmp/x"), 0777),
	TRY(fchmod, 3, 0777),
	TRY(chown, A("/tmp/x"), 0, 0),
	TRY(truncate, A("/tmp/x"), 0),
	TRY(mount, A("x"), A("/"), A("tmpfs"), 0, 0),
	TRY(umount2, A("/"), 0),
	TRY(pivot_root, A("/"), A("/")),
	TRY(socket, AF_INET, SOCK_STREAM, 0),
	TRY(socketpair, AF_UNIX, SOCK_STREAM, 0, 0),
	TRY(connect, 3, 0, 0),
	TRY(bind, 3, 0, 0),
	TRY(listen, 3, 1),
	TRY(accept4, 3, 0, 0, 0),
	TRY(sendto, 3, 0, 0, 0, 0, 0),
	TRY(sendmsg, 3, 0, 0),
	TRY(recvfrom, 3, 0, 0, 0, 0, 0),
	TRY(recvmsg, 3, 0, 0),
	TRY(pipe2, 0, 0),
	TRY(poll, 0, 0, 0),
	TRY(epoll_create1, 0),
	TRY(eventfd2, 0, 0),
	TRY(signalfd4, -1, 0, 8, 0),
	TRY(timerfd_create, 0, 0),
	TRY(inotify_init1, 0),
	TRY(fork, 0),
	TRY(vfork, 0),
	TRY(clone, SIGCHLD, 0, 0, 0, 0),
	TRY(clone3, 0, 0),
	TRY(execve, A("/bin/true"), 0, 0),
	TRY(execveat, AT_FDCWD, A("/bin/true"), 0, 0, 0),
	TRY(wait4, -1, 0, WNOHANG, 0),
	TRY(kill, 1, 0),
	TRY(tkill, 1, 0),
	TRY(tgkill, 1, 1, 0),
	TRY(pidfd_open, 1, 0),
	TRY(pidfd_getfd, 3, 0, 0),
	TRY(pidfd_send_signal, 3, 0, 0, 0),
	TRY(ptrace, 0, 0, 0, 0),
	TRY(process_vm_readv, 1, 0, 0, 0, 0, 0),
	TRY(process_vm_writev, 1, 0, 0, 0, 0, 0),
	TRY(kcmp, 1, 1, 0, 0, 0),
	TRY(prctl, PR_GET_DUMPABLE),
	TRY(arch_prctl, 0x1004, 0),
	TRY(seccomp, 0, 0, 0),
	TRY(personality, 0xffffffff),
	TRY(setrlimit, RLIMIT_CPU, 0),
	TRY(prlimit64, 0, RLIMIT_CPU, 0, 0),
	TRY(setuid, 0),
	TRY(setresuid, 0, 0, 0),
	TRY(setgroups, 0, 0),
	TRY(setns, 3, 0),
	TRY(unshare, 0),
	TRY(capset, 0, 0),
	TRY(bpf, 0, 0, 0),
	TRY(perf_event_open, 0, 0, 0, 0, 0),
	TRY(userfaultfd, 0),
	TRY(keyctl, 0, 0, 0, 0, 0),
	TRY(add_key, 0, 0, 0, 0, 0),
	TRY(io_uring_setup, 1, 0),
	TRY(io_setup, 1, 0),
	TRY(shmget, 0, 4096, 0600),
	TRY(shmat, 0, 0, 0),
	TRY(msgget, 0, 0600),
	TRY(semget, 0, 1, 0600),
	TRY(mq_open, A("/x"), O_RDONLY),
	TRY(reboot, 0, 0, 0, 0),
	TRY(init_module, 0, 0, 0),
	TRY(kexec_load, 0, 0, 0, 0),
	TRY(settimeofday, 0, 0),
	TRY(syslog, 3, 0, 0),
	TRY(uname, 0),
	TRY(sysinfo, 0),
	TRY(rt_sigaction, SIGSYS, 0, 0, 8),
	TRY(rt_sigreturn, 0),
	TRY(remap_file_pages, 0, 0, 0, 0, 0),
	TRY(mlock, 0, 0),
	TRY(pkey_mprotect, 0, 0, 0, 0),
	TRY(landlock_create_ruleset, 0, 0, 1),
	{ "mmap with PROT_EXEC", SYS_mmap,
	    { 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		0 },
	    false },
	{ "mmap of a shared file", SYS_mmap,
	    { 0, 4096, PROT_READ, MAP_SHARED, 3, 0 }, true },
	{ "mmap at a fixed place", SYS_mmap,
	    { 4096, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		-1, 0 },
	    true },
	{ "mprotect with PROT_EXEC", SYS_mprotect,
	    { 0, 4096, PROT_READ | PROT_EXEC }, false },
	{ "mprotect with a high bit", SYS_mprotect, { 0, 4096, 1L << 32 },
	    false },
	{ "futex that waits", SYS_futex, { 0, FUTEX_WAIT, 0, 0, 0, 0 }, true },
	{ "madvise that is not DONTNEED", SYS_madvise, { 0, 0, MADV_HUGEPAGE },
	    true },
	{ "x32 call", 0x40000000 | SYS_getpid, { 0 }, false },
	{ "no such call", 100000, { 0 }, false },
};

/* What a child may do; each must return. */
static int
allowed(void)
{
	char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return 1;
	p[0] = 1;
	if (mprotect(p, 4096, PROT_READ) != 0 || munmap(p, 8192) != 0)
		return 2;
	p = malloc(4 << 20);
	if (p == NULL || (p = realloc(p, 8 << 20)) == NULL)
		return 3;
	free(p);
	return write(SANDBOX_FIRST_FD, "x", 1) == 1 ? 0 : 4;
}

static _Noreturn void
inside(const struct sandbox *cage, const struct try *t, int out)
{
	const struct sandbox_limits most = {
		.address_space_bytes = UINT64_C(1) << 30,
		.file_bytes = 1 << 20,
		.cpu_s = 5,
	};

	if (sandbox_fds(&out, 1) != 0 || sandbox_limits(&most) != 0 ||
	    sandbox_lock(cage) != 0)
		_exit(99);
	if (t == NULL)
		_exit(allowed());
	(void)syscall(t->nr, t->args[0], t->args[1], t->args[2], t->args[3],
	    t->args[4], t->args[5]);
	_exit(0);
}

static int
status_of(const struct sandbox *cage, const struct try *t, int out)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		inside(cage, t, out);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return status;
}

static unsigned number, failed;

static void
say(bool ok, const char *what, int status)
{
	number++;
	failed += !ok;
	printf("%sok %u - %s", ok ? "" : "not ", number, what);
	if (!ok)
		printf(" # status %#x", (unsigned)status);
	putchar('\n');
	fflush(stdout);
}

static bool
is_skipped(const struct try *t)
{
#ifdef SEKISHO_CAGE_ASAN
	return t->under_asan;
#else
	(void)t;
	return false;
#endif
}

/* Landlock alone, without the filter: what the zygote has given up. */
static _Noreturn void
confined(void)
{
	if (sandbox_confine() != 0)
		_exit(99);
	if (open("/etc/passwd", O_RDONLY) >= 0 || errno != EACCES)
		_exit(1);
	if (open("/tmp/sekisho-try", O_WRONLY | O_CREAT, 0600) >= 0)
		_exit(2);
	if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0 ||
	    prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		_exit(3);
	_exit(0);
}

static void
try_landlock(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
	int status = -1;
	pid_t pid;

	if (abi < 1) {
		number++;
		printf("ok %u # SKIP this kernel has no Landlock\n", number);
		return;
	}
	if ((pid = fork()) == 0)
		confined();
	waitpid(pid, &status, 0);
	say(status == 0, "Landlock denies paths to the zygote", status);
}

int
main(void)
{
	int out = memfd_create("try", 0), status;
	struct sandbox cage;

	if (out < 0 || sandbox_prepare(&cage) != 0)
		return 99;
	status = status_of(&cage, NULL, out);
	say(status == 0, "what a rebuild needs is allowed", status);
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		if (is_skipped(&tries[i]))
			continue;
		status = status_of(&cage, &tries[i], out);
		say(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS,
		    tries[i].name, status);
	}
	try_landlock();
	sandbox_done(&cage);
	printf("1..%u\n", number);
	return failed == 0 ? 0 : 1;
}
