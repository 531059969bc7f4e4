/*
 * The cage; see sandbox.h. The filter is made by libseccomp once, in the
 * zygote: a child only hands it to the kernel.
 */
#include "worker/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define UNDER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_ASAN 1
#endif
#endif
#ifndef UNDER_ASAN
#define UNDER_ASAN 0
#endif

#ifdef SEKISHO_CAGE_ASAN
#define CAGE_ASAN 1
#else
#define CAGE_ASAN 0
#endif

#if CAGE_ASAN && !UNDER_ASAN
#error "SEKISHO_CAGE_ASAN widens the cage: only with AddressSanitizer"
#endif
#if UNDER_ASAN && !CAGE_ASAN
#error "AddressSanitizer needs SEKISHO_CAGE_ASAN"
#endif

#define MAX_MOVED    8
#define HIGH_FD	     64
#define STACK_BYTES  (8u << 20)
#define LAST_FD	     (~0u)
#define NOT(bits)    (~(scmp_datum_t)(bits))
#define RULES(table) (sizeof(table) / sizeof((table)[0]))

/* ---- the filter */

struct rule {
	int nr;
	unsigned n_args;
	struct scmp_arg_cmp args[2];
};

/* Bits of an argument that must all be clear. */
#define CLEAR(arg, bits)   SCMP_CMP64(arg, SCMP_CMP_MASKED_EQ, bits, 0)
#define EQUALS(arg, value) SCMP_CMP64(arg, SCMP_CMP_EQ, value)
#define CALL(name) \
	SCMP_SYS(name), 0, \
	{ \
		{ \
			0 \
		} \
	}
#define CALL1(name, one) \
	SCMP_SYS(name), 1, \
	{ \
		one \
	}
#define CALL2(name, one, two) \
	SCMP_SYS(name), 2, \
	{ \
		one, two \
	}

/* The whole of what the inside needs; found by running it, kept by tests. */
static int
add_rules(scmp_filter_ctx ctx)
{
	const struct rule rules[] = {
		/* The descriptors it holds are the outputs it may have. */
		{ CALL(write) },
		{ CALL(exit_group) },
		{ CALL(exit) },
		/* Memory that can never be executed. */
		{ CALL(brk) },
		{ CALL(munmap) },
		{ CALL(mremap) },
		{ CALL1(mprotect, CLEAR(2, NOT(PROT_READ | PROT_WRITE))) },
		{ CALL2(mmap, CLEAR(2, NOT(PROT_READ | PROT_WRITE)),
		    CLEAR(3,
			NOT(MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE))) },
		{ CALL1(madvise, EQUALS(2, MADV_DONTNEED)) },
		/* pthread_once() wakes; nobody here waits. */
		{ CALL1(futex, EQUALS(1, FUTEX_WAKE)) },
		{ CALL1(futex, EQUALS(1, FUTEX_WAKE_PRIVATE)) },
		/* Where the vDSO cannot answer. */
		{ CALL(clock_gettime) },
		{ CALL(getrandom) },
#if CAGE_ASAN
		{ CALL1(mmap, CLEAR(2, NOT(PROT_READ | PROT_WRITE))) },
		{ CALL(madvise) },
		{ CALL(futex) },
		{ CALL(sigaltstack) },
		{ CALL(rt_sigprocmask) },
		{ CALL(sched_yield) },
		{ CALL(gettid) },
		{ CALL(getpid) },
#endif
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < RULES(rules); i++)
		r = seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, rules[i].nr,
		    rules[i].n_args, rules[i].args);
	return r;
}

/* libseccomp writes its program to a file only. */
static int
take_filter(scmp_filter_ctx ctx, struct sandbox *s)
{
	int fd = memfd_create("sekisho-filter", MFD_CLOEXEC);
	struct stat st;
	int e = ERR_INTERNAL;

	if (fd < 0)
		return ERR_INTERNAL;
	if (seccomp_export_bpf(ctx, fd) != 0 || fstat(fd, &st) != 0 ||
	    st.st_size <= 0 ||
	    (size_t)st.st_size > BPF_MAXINSNS * sizeof(struct sock_filter))
		goto out;
	if ((s->filter = malloc((size_t)st.st_size)) == NULL) {
		e = ERR_NOMEM;
		goto out;
	}
	if (pread(fd, s->filter, (size_t)st.st_size, 0) != st.st_size)
		goto out;
	s->n =
	    (unsigned short)((size_t)st.st_size / sizeof(struct sock_filter));
	e = 0;
out:
	close(fd);
	return e;
}

int
sandbox_prepare(struct sandbox *s)
{
	scmp_filter_ctx ctx;
	int e = ERR_INTERNAL;

	*s = (struct sandbox){ 0 };
	if ((ctx = seccomp_init(SCMP_ACT_KILL_PROCESS)) == NULL)
		return ERR_NOMEM;
	if (seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH,
		SCMP_ACT_KILL_PROCESS) == 0 &&
	    add_rules(ctx) == 0)
		e = take_filter(ctx, s);
	seccomp_release(ctx);
	if (e != 0)
		sandbox_done(s);
	return e;
}

void
sandbox_done(struct sandbox *s)
{
	free(s->filter);
	*s = (struct sandbox){ 0 };
}

/* ---- what the zygote gives up */

static int
drop_capabilities(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };

	return syscall(SYS_capset, &head, none) == 0 ? 0 : ERR_INTERNAL;
}

/*
 * A ruleset that handles every right and grants none. A right the kernel does
 * not know is refused, so what is asked for follows its version; ABI 4 added
 * the network, ABI 6 scopes. Fields past the header's struct are not sent.
 */
static int
deny_paths(void)
{
	struct {
		uint64_t fs, net, scoped;
	} all = { 0 };

	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	size_t bytes = sizeof(all.fs);
	long fd;
	int e;

	if (abi < 1)
		return errno == ENOSYS || errno == EOPNOTSUPP ? 0
							      : ERR_INTERNAL;
	all.fs = (UINT64_C(1) << 13) - 1;
	if (abi >= 2)
		all.fs |= UINT64_C(1) << 13; /* REFER */
	if (abi >= 3)
		all.fs |= UINT64_C(1) << 14; /* TRUNCATE */
	if (abi >= 5)
		all.fs |= UINT64_C(1) << 15; /* IOCTL_DEV */
	if (abi >= 4) {
		all.net = 3; /* BIND_TCP, CONNECT_TCP */
		bytes += sizeof(all.net);
	}
	if (abi >= 6) {
		all.scoped = 3; /* abstract sockets, signals */
		bytes += sizeof(all.scoped);
	}
	fd = syscall(SYS_landlock_create_ruleset, &all, bytes, 0);
	if (fd < 0)
		return ERR_INTERNAL;
	e = syscall(SYS_landlock_restrict_self, (int)fd, 0) == 0 ? 0
								 : ERR_INTERNAL;
	close((int)fd);
	return e;
}

/* Handlers that a library left behind would run in every child. */
static int
default_signals(void)
{
	const struct sigaction dfl = { .sa_handler = SIG_DFL };

	for (int s = 1; s <= SIGRTMAX; s++)
		if (s != SIGKILL && s != SIGSTOP &&
		    !(UNDER_ASAN && s == SIGSEGV) &&
		    sigaction(s, &dfl, NULL) != 0 && errno != EINVAL)
			return ERR_INTERNAL;
	return 0;
}

int
sandbox_confine(void)
{
	if (default_signals() != 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || drop_capabilities() != 0)
		return ERR_INTERNAL;
	return deny_paths();
}

/* ---- what each child gives up */

int
sandbox_fds(const int *fds, size_t n)
{
	const int first = UNDER_ASAN ? STDERR_FILENO : 0;
	const unsigned last = SANDBOX_FIRST_FD + (unsigned)n;
	int high[MAX_MOVED];

	if (n > MAX_MOVED)
		return ERR_INTERNAL;
	/* First out of the way: a target may be another one's source. */
	for (size_t i = 0; i < n; i++)
		if ((high[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, HIGH_FD)) < 0)
			return ERR_INTERNAL;
	for (int fd = 0; fd < first || (first == 0 && fd < 3); fd++)
		close(fd);
	for (size_t i = 0; i < n; i++)
		if (dup3(high[i], SANDBOX_FIRST_FD + (int)i, O_CLOEXEC) < 0)
			return ERR_INTERNAL;
	return close_range(last, LAST_FD, 0) == 0 ? 0 : ERR_INTERNAL;
}

static int
limit(__rlimit_resource_t what, uint64_t most)
{
	/* At the hard limit of time the kernel sends SIGKILL, which says
	 * nothing: SIGXCPU has to come first. */
	const struct rlimit rl = { most, what == RLIMIT_CPU ? most + 1 : most };

	return setrlimit(what, &rl) == 0 ? 0 : ERR_INTERNAL;
}

int
sandbox_limits(const struct sandbox_limits *l)
{
	if (limit(RLIMIT_CORE, 0) != 0 || limit(RLIMIT_NPROC, 0) != 0 ||
	    limit(RLIMIT_NOFILE, 0) != 0 || limit(RLIMIT_MEMLOCK, 0) != 0 ||
	    limit(RLIMIT_MSGQUEUE, 0) != 0 ||
	    limit(RLIMIT_STACK, STACK_BYTES) != 0 ||
	    limit(RLIMIT_CPU, l->cpu_s) != 0 ||
	    limit(RLIMIT_FSIZE, l->file_bytes) != 0)
		return ERR_INTERNAL;
	if (!CAGE_ASAN && limit(RLIMIT_AS, l->address_space_bytes) != 0)
		return ERR_INTERNAL;
	return 0;
}

int
sandbox_lock(const struct sandbox *s)
{
	const struct sock_fprog prog = { s->n, s->filter };
	sigset_t none;

	sigemptyset(&none);
	if (s->n == 0 || sigprocmask(SIG_SETMASK, &none, NULL) != 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return ERR_INTERNAL;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) == 0
		   ? 0
		   : ERR_INTERNAL;
}
