/*
 * Gathering what one child says, and not believing it; see pass.h.
 */
#include "pipeline/pass.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fsx.h"

#define GRACE_MS   3000
#define READ_BYTES 65536
#define UNRESOLVED (-1)

uint64_t
pass_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

void
pass_init(struct pass *p)
{
	memset(p, 0, sizeof(*p));
	p->records = p->out = p->parts = p->pidfd = -1;
}

static void
drop(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void
pass_done(struct pass *p)
{
	drop(&p->records);
	drop(&p->out);
	drop(&p->parts);
	drop(&p->pidfd);
	free(p->findings);
	free(p->members);
	pass_init(p);
}

/* ---- what comes back */

/* Room for one more element; grows by doubling. */
static int
grow(void **list, size_t n, size_t *cap, size_t size)
{
	size_t more = *cap == 0 ? 16 : *cap * 2;
	void *p;

	if (n < *cap)
		return 0;
	if ((p = reallocarray(*list, more, size)) == NULL)
		return ERR_NOMEM;
	*list = p;
	*cap = more;
	return 0;
}

static int
on_finding(void *arg, const struct finding *f)
{
	struct pass *p = arg;
	void *list = p->findings;
	int e = grow(&list, p->n_findings, &p->cap_findings, sizeof(*f));

	p->findings = list;
	if (e == 0)
		p->findings[p->n_findings++] = *f;
	return e;
}

static int
on_member_begin(void *arg, const char *name)
{
	struct pass *p = arg;

	(void)name;
	if (p->depth >= PASS_DEPTH)
		return ERR_LIMIT;
	p->open[p->depth].first_member = p->n_members;
	p->open[p->depth].first_finding = p->n_findings;
	p->depth++;
	return 0;
}

/* A member ends after those inside it: they learn their parent now. */
static int
on_member_end(void *arg, const struct doc_result *r)
{
	struct pass *p = arg;
	void *list = p->members;
	size_t first, from;
	int e = grow(&list, p->n_members, &p->cap_members,
	    sizeof(struct record_member));

	p->members = list;
	if (e != 0)
		return e;
	p->depth--;
	first = p->open[p->depth].first_member;
	from = p->open[p->depth].first_finding;
	for (size_t i = first; i < p->n_members; i++)
		if (p->members[i].parent == UNRESOLVED)
			p->members[i].parent = (int)p->n_members;
	p->members[p->n_members++] = (struct record_member){ .result = *r,
		.parent = UNRESOLVED,
		.first_finding = from,
		.n_findings = p->n_findings - from };
	return 0;
}

static int
on_end(void *arg, const struct doc_result *r)
{
	struct pass *p = arg;

	p->result = *r;
	return 0;
}

/* ---- the life of a child */

static void
set_request(struct proto_request *q, uint32_t seq, const struct pass_input *in)
{
	memset(q, 0, sizeof(*q));
	q->magic = PROTO_MAGIC;
	q->seq = seq;
	q->mode = in->mode;
	q->in_bytes = in->bytes;
	q->has_passwords = in->passwords >= 0;
	q->passwords_bytes = in->passwords_bytes;
	q->has_parts = in->wants_parts;
	q->options = *in->options;
	snprintf(q->name, sizeof(q->name), "%s", in->name);
	snprintf(q->expect, sizeof(q->expect), "%s",
	    in->expect == NULL ? "" : in->expect);
}

int
pass_start(struct pass *p, const struct zygote *z, uint32_t seq,
    const struct pass_input *in)
{
	const struct limits *l = &in->options->limits;
	struct proto_request q;
	int ends[2], fds[PROTO_FDS], e;
	size_t n = PROTO_FD_PASSWORDS;

	set_request(&q, seq, in);
	p->seq = seq;
	proto_stream_init(&p->stream, l);
	p->deadline_ms =
	    pass_now_ms() + (z->light && l->max_wall_ms > PASS_LIGHT_MS
				    ? PASS_LIGHT_MS
				    : l->max_wall_ms);
	if ((e = fsx_memfd("sekisho-output", &p->out)) != 0)
		return e;
	if (in->wants_parts && (e = fsx_memfd("sekisho-parts", &p->parts)) != 0)
		return e;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return ERR_IO;
	p->records = ends[0];
	fds[PROTO_FD_IN] = in->fd;
	fds[PROTO_FD_OUT] = p->out;
	fds[PROTO_FD_RECORDS] = ends[1];
	if (in->passwords >= 0)
		fds[n++] = in->passwords;
	if (in->wants_parts)
		fds[n++] = p->parts;
	e = fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0 ? ERR_IO : 0;
	if (e == 0)
		e = proto_send(z->sock, &q, sizeof(q), fds, n, true);
	close(ends[1]);
	return e;
}

static void
kill_child(struct pass *p)
{
	if (!p->is_killed)
		p->deadline_ms = pass_now_ms() + GRACE_MS;
	p->is_killed = true;
	if (p->pidfd >= 0 && !p->has_exited)
		(void)syscall(SYS_pidfd_send_signal, p->pidfd, SIGKILL, NULL,
		    0);
}

void
pass_fail(struct pass *p, int err, const char *fmt, ...)
{
	va_list ap;

	if (p->err == 0) {
		p->err = err;
		va_start(ap, fmt);
		vsnprintf(p->why, sizeof(p->why), fmt, ap);
		va_end(ap);
	}
	kill_child(p);
}

void
pass_started(struct pass *p, int pidfd)
{
	drop(&p->pidfd);
	p->pidfd = pidfd;
	if (p->is_killed)
		kill_child(p);
}

void
pass_exited(struct pass *p, int status)
{
	p->has_exited = true;
	p->status = status;
}

/* One block at a time, so that a flood does not starve the other slots. */
void
pass_read(struct pass *p)
{
	static uint8_t block[READ_BYTES];
	const struct proto_events ev = { p, on_finding, on_member_begin,
		on_member_end, on_end };
	ssize_t n = read(p->records, block, sizeof(block));
	int e;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		drop(&p->records);
		return;
	}
	/* After a failure the pipe is only emptied. */
	if (p->err != 0)
		return;
	e = proto_stream_feed(&p->stream, block, (size_t)n, &ev);
	if (e == ERR_LIMIT)
		pass_fail(p, e, "the worker sent more records than it may");
	else if (e == ERR_NOMEM)
		pass_fail(p, e, "no memory for the worker's records");
	else if (e != 0)
		pass_fail(p, ERR_INTERNAL, "the worker sent a broken record");
}

bool
pass_clock(struct pass *p, uint64_t now_ms)
{
	if (now_ms < p->deadline_ms)
		return true;
	if (p->is_killed)
		return false;
	pass_fail(p, ERR_LIMIT, "took longer than the time limit");
	return true;
}

bool
pass_is_over(const struct pass *p)
{
	return p->has_exited && p->records < 0;
}

/* ---- what to make of it */

static int
by_signal(struct pass *p, int sig)
{
	const char *name = sigabbrev_np(sig);

	switch (sig) {
	case SIGXCPU:
		pass_fail(p, ERR_LIMIT, "used more processor time than it may");
		break;
	case SIGXFSZ:
		pass_fail(p, ERR_LIMIT, "the output is larger than it may be");
		break;
	case SIGSYS:
		pass_fail(p, ERR_INTERNAL,
		    "the worker was stopped: it made a forbidden system call");
		break;
	default:
		pass_fail(p, ERR_INTERNAL, "the worker died of signal SIG%s",
		    name == NULL ? "?" : name);
	}
	return p->err;
}

int
pass_judge(struct pass *p)
{
	int code;

	if (p->err != 0)
		return p->err;
	if (!WIFEXITED(p->status))
		return by_signal(p,
		    WIFSIGNALED(p->status) ? WTERMSIG(p->status) : 0);
	code = WEXITSTATUS(p->status);
	if (proto_stream_finish(&p->stream) != 0)
		pass_fail(p, ERR_INTERNAL,
		    "the worker ended without a result (exit status %d)", code);
	else if (code != proto_exit_code(p->result.err))
		pass_fail(p, ERR_INTERNAL,
		    "the worker's result contradicts its exit status %d", code);
	else if (p->result.err != 0)
		pass_fail(p, p->result.err, "%s",
		    p->result.message[0] != '\0' ? p->result.message
						 : err_text(p->result.err));
	return p->err;
}
