/*
 * See milterpool.h. A cleaner is spawned by whichever thread needs it, so
 * nothing here depends on the thread that started it.
 */
#include "cmd/milterpool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "worker/proto.h"

extern char **environ;

struct seat {
	pid_t pid; /* 0: empty */
	int sock;
	bool is_taken;
};

struct milterpool {
	pthread_mutex_t lock;
	pthread_cond_t freed;
	char *const *argv;
	int timeout_ms;
	unsigned n;
	struct seat seats[];
};

static void
stop(struct seat *s)
{
	if (s->pid == 0)
		return;
	close(s->sock);
	kill(s->pid, SIGKILL);
	while (waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
		;
	s->pid = 0;
}

static int
spawn(const struct milterpool *p, int end, pid_t *pid)
{
	posix_spawn_file_actions_t acts;
	posix_spawnattr_t attr;
	sigset_t none;
	int e = ERR_NOMEM;

	/* The threads block signals for the one that waits for them. */
	sigemptyset(&none);
	if (posix_spawnattr_init(&attr) != 0)
		return ERR_NOMEM;
	if (posix_spawn_file_actions_init(&acts) != 0) {
		posix_spawnattr_destroy(&attr);
		return ERR_NOMEM;
	}
	if (posix_spawnattr_setsigmask(&attr, &none) == 0 &&
	    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK) == 0 &&
	    posix_spawn_file_actions_adddup2(&acts, end, CLEANER_FD) == 0)
		e = posix_spawn(pid, "/proc/self/exe", &acts, &attr, p->argv,
			environ) == 0
			? 0
			: ERR_IO;
	posix_spawn_file_actions_destroy(&acts);
	posix_spawnattr_destroy(&attr);
	return e;
}

static int
start(const struct milterpool *p, struct seat *s)
{
	int pair[2], end, e;

	if (s->pid != 0)
		return 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return ERR_IO;
	/* dup2() onto itself would keep close-on-exec. */
	end = fcntl(pair[1], F_DUPFD_CLOEXEC, CLEANER_FD + 1);
	close(pair[1]);
	e = end < 0 ? ERR_IO : spawn(p, end, &s->pid);
	if (end >= 0)
		close(end);
	if (e != 0) {
		close(pair[0]);
		s->pid = 0;
		return e;
	}
	s->sock = pair[0];
	return 0;
}

int
milterpool_open(char *const argv[], unsigned cleaners, int timeout_ms,
    struct milterpool **out)
{
	struct milterpool *p =
	    calloc(1, sizeof(*p) + cleaners * sizeof(p->seats[0]));
	pthread_condattr_t attr;
	int e;

	if (p == NULL)
		return ERR_NOMEM;
	p->argv = argv;
	p->timeout_ms = timeout_ms;
	p->n = cleaners;
	pthread_mutex_init(&p->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&p->freed, &attr);
	pthread_condattr_destroy(&attr);
	if ((e = start(p, &p->seats[0])) != 0) {
		milterpool_close(p);
		return e;
	}
	*out = p;
	return 0;
}

void
milterpool_close(struct milterpool *p)
{
	if (p == NULL)
		return;
	for (unsigned i = 0; i < p->n; i++)
		stop(&p->seats[i]);
	pthread_cond_destroy(&p->freed);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

static struct seat *
any_free(struct milterpool *p)
{
	struct seat *empty = NULL;

	for (unsigned i = 0; i < p->n; i++) {
		if (p->seats[i].is_taken)
			continue;
		if (p->seats[i].pid != 0)
			return &p->seats[i];
		empty = &p->seats[i];
	}
	return empty;
}

/* NULL: none came free in time. */
static struct seat *
take(struct milterpool *p, const struct timespec *until)
{
	struct seat *s;

	pthread_mutex_lock(&p->lock);
	while ((s = any_free(p)) == NULL)
		if (pthread_cond_timedwait(&p->freed, &p->lock, until) != 0)
			break;
	if (s != NULL)
		s->is_taken = true;
	pthread_mutex_unlock(&p->lock);
	return s;
}

static void
give_back(struct milterpool *p, struct seat *s)
{
	pthread_mutex_lock(&p->lock);
	s->is_taken = false;
	pthread_cond_signal(&p->freed);
	pthread_mutex_unlock(&p->lock);
}

static int
left_ms(const struct timespec *until)
{
	struct timespec now;
	long long ms;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ms = (long long)(until->tv_sec - now.tv_sec) * 1000 +
	     (until->tv_nsec - now.tv_nsec) / 1000000;
	return ms < 0 ? 0 : (int)ms;
}

static bool
is_answer(const struct cleaner_answer *a, size_t n_fds)
{
	return a->magic == CLEANER_MAGIC && a->action <= CLEANER_REJECT &&
	       n_fds == (a->action == CLEANER_REPLACE ? 1u : 0u) &&
	       memchr(a->code, '\0', sizeof(a->code)) != NULL &&
	       memchr(a->say, '\0', sizeof(a->say)) != NULL;
}

/* ERR_*: the cleaner is of no more use. */
static int
ask(struct seat *s, const struct timespec *until, const int in[2],
    struct cleaner_answer *a, int *out)
{
	const struct cleaner_ask q = { CLEANER_MAGIC };
	struct pollfd w = { s->sock, POLLIN, 0 };
	int fds[PROTO_FDS], e, n;
	size_t n_fds;

	if ((e = proto_send(s->sock, &q, sizeof(q), in, 2, true)) != 0)
		return e;
	while ((n = poll(&w, 1, left_ms(until))) < 0 && errno == EINTR)
		;
	if (n <= 0)
		return ERR_LIMIT;
	if ((e = proto_recv(s->sock, a, sizeof(*a), fds, &n_fds)) != 0)
		return e;
	if (is_answer(a, n_fds)) {
		*out = n_fds == 1 ? fds[0] : -1;
		return 0;
	}
	for (size_t i = 0; i < n_fds; i++)
		close(fds[i]);
	return ERR_MALFORMED;
}

void
milterpool_ask(struct milterpool *p, int message, int envelope,
    struct cleaner_answer *a, int *out)
{
	const int in[2] = { message, envelope };
	struct timespec until;
	struct seat *s;
	int e;

	*out = -1;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += p->timeout_ms / 1000;
	s = take(p, &until);
	e = s == NULL ? ERR_LIMIT : start(p, s);
	if (e == 0 && (e = ask(s, &until, in, a, out)) != 0)
		stop(s);
	if (s != NULL)
		give_back(p, s);
	if (e == 0)
		return;
	log_warn("no answer about a message: %s", err_text(e));
	*a = (struct cleaner_answer){ .magic = CLEANER_MAGIC,
		.action = CLEANER_TEMPFAIL };
}
