/*
 * The probes cover one way out of each kind; the table of all system calls
 * is tests/integration/try_syscall.c.
 */
#include "worker/selftest.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"

static void
try_open(void)
{
	(void)open("/dev/null", O_RDONLY);
}

static void
try_socket(void)
{
	(void)socket(AF_INET, SOCK_STREAM, 0);
}

static void
try_execve(void)
{
	char *const none[] = { NULL };

	(void)execve("/bin/true", none, none);
}

static void
try_fork(void)
{
	(void)fork();
}

static void
try_ptrace(void)
{
	(void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static void
try_kill(void)
{
	(void)kill(getppid(), 0);
}

static void
try_code(void)
{
	(void)mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void
try_nothing(void)
{
	volatile char *p = malloc(1 << 20);

	if (p == NULL)
		_exit(2);
	p[0] = 1;
	_exit(0);
}

static const struct {
	const char *name;
	void (*go)(void);
	int signal; /* that it must die of; 0: must exit with 0 */
} probes[] = {
	{ "open", try_open, SIGSYS },
	{ "socket", try_socket, SIGSYS },
	{ "execve", try_execve, SIGSYS },
	{ "fork", try_fork, SIGSYS },
	{ "ptrace", try_ptrace, SIGSYS },
	{ "kill", try_kill, SIGSYS },
	{ "executable memory", try_code, SIGSYS },
	{ "nothing forbidden", try_nothing, 0 },
};

/* Exits 3 when the cage cannot be entered, 1 when the way out was open. */
static _Noreturn void
probe(const struct sandbox *cage, void (*go)(void))
{
	const struct sandbox_limits most = {
		.address_space_bytes = UINT64_C(1) << 30,
		.file_bytes = 4096,
		.cpu_s = 5,
	};

	if (sandbox_fds(NULL, 0) != 0 || sandbox_limits(&most) != 0 ||
	    sandbox_lock(cage) != 0)
		_exit(3);
	go();
	_exit(1);
}

static int
run(const struct sandbox *cage, size_t i)
{
	int status;
	pid_t pid;

	if ((pid = _Fork()) < 0)
		return ERR_INTERNAL;
	if (pid == 0)
		probe(cage, probes[i].go);
	if (waitpid(pid, &status, 0) != pid)
		return ERR_INTERNAL;
	if (probes[i].signal == 0)
		return status == 0 ? 0 : ERR_INTERNAL;
	return WIFSIGNALED(status) && WTERMSIG(status) == probes[i].signal
		   ? 0
		   : ERR_INTERNAL;
}

int
selftest_cage(const struct sandbox *cage)
{
	for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++)
		if (run(cage, i) != 0) {
			log_error("the cage does not hold: %s", probes[i].name);
			return ERR_INTERNAL;
		}
	return 0;
}
