/*
 * sekisho-worker: started once by each program that cleans, never by hand.
 *
 * The zygote loads what parsers load lazily, gives up what it can, proves
 * that the cage holds, and from then on only forks: one child for one
 * document. It reads no input byte, so nothing that a document does to a
 * child reaches the next one. It ends when its control socket does.
 *
 * With the word "light" it loads only what messages of texts need; its
 * children say of everything else that it is too much for them.
 */
#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "formats/doc.h"
#include "worker/child.h"
#include "worker/proto.h"
#include "worker/sandbox.h"
#include "worker/selftest.h"
#include "worker/shed.h"

#define EX_USAGE    64
#define EX_SOFTWARE 70

struct zygote {
	struct sandbox cage;
	bool light;  /* for messages of texts */
	int signals; /* signalfd of SIGCHLD */

	struct {
		pid_t pid; /* 0: free */
		uint32_t seq;
	} children[PROTO_SLOTS];
};

/* ---- once */

static int
by_value(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/*
 * What the C library does on first use and could not do in the cage: qsort()
 * of more than a kilobyte asks for the size of memory, the time functions
 * read the zone.
 */
static void
warm_up(void)
{
	int some[1024];

	for (int i = 0; i < 1024; i++)
		some[i] = 1024 - i;
	qsort(some, 1024, sizeof(some[0]), by_value);
	tzset();
}

static int
watch_children(struct zygote *z)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return ERR_INTERNAL;
	z->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return z->signals < 0 ? ERR_INTERNAL : 0;
}

static int
prepare(struct zygote *z)
{
	int e;

	warm_up();
	if ((e = z->light ? doc_preload_mail() : doc_preload()) != 0) {
		log_error("cannot load what the formats need: %s", err_text(e));
		return e;
	}
	if ((e = sandbox_prepare(&z->cage)) != 0 ||
	    (e = sandbox_confine()) != 0) {
		log_error("cannot build the cage");
		return e;
	}
	if (z->light)
		shed_all_but_mail();
	else
		shed_libraries();
	if ((e = selftest_cage(&z->cage)) != 0)
		return e;
	/* What was freed on the way is put in order once, not in each child. */
	(void)malloc_trim(0);
	return watch_children(z);
}

/* ---- for each document */

static int
reply(enum proto_kind kind, uint32_t seq, pid_t pid, int status, int pidfd)
{
	const struct proto_reply r = { PROTO_MAGIC, kind, seq, pid, status };

	return proto_send(PROTO_CONTROL_FD, &r, sizeof(r), &pidfd,
	    pidfd >= 0 ? 1 : 0, false);
}

static bool
request_ok(const struct proto_request *q, size_t n_fds)
{
	return q->magic == PROTO_MAGIC &&
	       (q->mode == PROTO_REBUILD || q->mode == PROTO_IDENTIFY) &&
	       n_fds == PROTO_FDS - (q->has_passwords ? 0u : 1u) -
			    (q->has_parts ? 0u : 1u) &&
	       memchr(q->name, '\0', sizeof(q->name)) != NULL &&
	       memchr(q->expect, '\0', sizeof(q->expect)) != NULL;
}

/* In the child. A parent that died before prctl() is seen by its pid. */
static _Noreturn void
become_child(const struct zygote *z, const struct proto_request *q,
    const int *fds, size_t n_fds, pid_t parent)
{
	if (!request_ok(q, n_fds))
		_exit(PROTO_EXIT_REQUEST);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 ||
	    getppid() != parent)
		_exit(PROTO_EXIT_CAGE);
	child_run(&z->cage, q, fds, n_fds, z->light);
}

static int
start(struct zygote *z, const struct proto_request *q, const int *fds,
    size_t n_fds)
{
	const pid_t self = getpid();
	size_t slot = 0;
	int pidfd, e;
	pid_t pid;

	while (slot < PROTO_SLOTS && z->children[slot].pid != 0)
		slot++;
	if (slot == PROTO_SLOTS)
		return reply(PROTO_REFUSED, q->seq, 0, EAGAIN, -1);
	/* Without the handlers of libraries, whose code may have been shed;
	 * there is one thread here, so they have nothing to mend. */
	if ((pid = _Fork()) < 0)
		return reply(PROTO_REFUSED, q->seq, 0, errno, -1);
	if (pid == 0)
		become_child(z, q, fds, n_fds, self);
	z->children[slot].pid = pid;
	z->children[slot].seq = q->seq;
	if ((pidfd = (int)syscall(SYS_pidfd_open, pid, 0)) < 0)
		return ERR_INTERNAL;
	e = reply(PROTO_STARTED, q->seq, pid, 0, pidfd);
	close(pidfd);
	return e;
}

static int
take_request(struct zygote *z)
{
	struct proto_request q;
	int fds[PROTO_FDS], e;
	size_t n_fds;

	if ((e = proto_recv(PROTO_CONTROL_FD, &q, sizeof(q), fds, &n_fds)) != 0)
		return e;
	e = start(z, &q, fds, n_fds);
	for (size_t i = 0; i < n_fds; i++)
		close(fds[i]);
	explicit_bzero(&q, sizeof(q));
	return e;
}

static int
reap(struct zygote *z)
{
	struct signalfd_siginfo unused[8];
	int status, e;
	pid_t pid;

	while (read(z->signals, unused, sizeof(unused)) > 0)
		;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < PROTO_SLOTS; i++)
			if (z->children[i].pid == pid) {
				z->children[i].pid = 0;
				e = reply(PROTO_EXITED, z->children[i].seq, pid,
				    status, -1);
				if (e != 0)
					return e;
			}
	return 0;
}

static int
serve(struct zygote *z)
{
	struct pollfd p[2] = { { PROTO_CONTROL_FD, POLLIN, 0 },
		{ z->signals, POLLIN, 0 } };
	int e = 0;

	while (e == 0) {
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			return ERR_INTERNAL;
		if (p[1].revents != 0)
			e = reap(z);
		if (e == 0 && p[0].revents != 0)
			e = take_request(z);
	}
	return e;
}

static int
is_socket(int fd)
{
	int type;
	socklen_t n = sizeof(type);

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) == 0 &&
	       type == SOCK_SEQPACKET;
}

int
main(int argc, char **argv)
{
	static struct zygote z;
	int e;

	log_setup("sekisho-worker", LOG_LEVEL_WARN, 0);
	if (!is_socket(PROTO_CONTROL_FD)) {
		log_error("started by sekisho programs only");
		return EX_USAGE;
	}
	z.light = argc > 1 && strcmp(argv[1], PROTO_LIGHT) == 0;
	if (close_range(PROTO_CONTROL_FD + 1, ~0u, 0) != 0 || prepare(&z) != 0)
		return EX_SOFTWARE;
	if (reply(PROTO_READY, proto_layout(), getpid(), 0, -1) != 0)
		return EX_SOFTWARE;
	e = serve(&z);
	/* Children die with their parent; nothing else is left to end. */
	_exit(e == ERR_NOENT ? 0 : EX_SOFTWARE);
}
