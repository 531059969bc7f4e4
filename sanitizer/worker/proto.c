/*
 * Messages and records; see proto.h. The record reader works on one record
 * at a time, so what it holds does not depend on what is sent.
 */
#include "worker/proto.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/utf8.h"

/* Room for the records that say a budget is used up. */
#define SLACK 64

int
proto_exit_code(int err)
{
	switch (err) {
	case 0:
		return 0;
	case ERR_IO:
		return 74;
	case ERR_INTERNAL:
		return 70;
	default:
		return err < 0 && err > -30 ? 10 - err : 70;
	}
}

/* FNV-1a. */
static uint32_t
mix(uint32_t h, const void *data, size_t n)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 16777619u;
	return h;
}

uint32_t
proto_layout(void)
{
	const size_t sizes[] = { sizeof(struct proto_request),
		sizeof(struct proto_reply), sizeof(struct finding),
		sizeof(struct doc_result), offsetof(struct proto_request, name),
		ACT_COUNT, BUDGET_COUNT };
	uint32_t h = mix(2166136261u, sizes, sizeof(sizes));
	const char *name;

	for (uint32_t id = 0; (name = finding_name(id)) != NULL; id++)
		h = mix(h, name, strlen(name) + 1);
	return mix(h, SEKISHO_VERSION, sizeof(SEKISHO_VERSION));
}

/* ---- control socket */

union ancillary {
	struct cmsghdr align;
	char space[CMSG_SPACE(sizeof(int) * PROTO_FDS)];
};

static bool
has_room(int sock)
{
	struct pollfd p = { sock, POLLOUT, 0 };

	return poll(&p, 1, PROTO_SEND_MS) == 1;
}

int
proto_send(int sock, const void *msg, size_t bytes, const int *fds,
    size_t n_fds, bool soon)
{
	struct iovec iov = { .iov_base = (void *)(uintptr_t)msg,
		.iov_len = bytes };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	union ancillary a = { 0 };
	struct cmsghdr *c;
	ssize_t n;

	if (n_fds > PROTO_FDS)
		return ERR_INTERNAL;
	if (n_fds > 0) {
		mh.msg_control = a.space;
		mh.msg_controllen = CMSG_SPACE(sizeof(int) * n_fds);
		if ((c = CMSG_FIRSTHDR(&mh)) == NULL)
			return ERR_INTERNAL;
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int) * n_fds);
		memcpy(CMSG_DATA(c), fds, sizeof(int) * n_fds);
	}
	do
		n = sendmsg(sock, &mh,
		    MSG_NOSIGNAL | (soon ? MSG_DONTWAIT : 0));
	while (n < 0 &&
	       (errno == EINTR || (soon && errno == EAGAIN && has_room(sock))));
	if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
		return ERR_NOENT;
	return n == (ssize_t)bytes ? 0 : ERR_IO;
}

static size_t
take_fds(struct msghdr *mh, int fds[PROTO_FDS])
{
	struct cmsghdr *c = CMSG_FIRSTHDR(mh);
	size_t n;

	if (c == NULL || c->cmsg_level != SOL_SOCKET ||
	    c->cmsg_type != SCM_RIGHTS)
		return 0;
	n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	if (n > PROTO_FDS)
		n = PROTO_FDS;
	memcpy(fds, CMSG_DATA(c), n * sizeof(int));
	return n;
}

int
proto_recv(int sock, void *msg, size_t bytes, int fds[PROTO_FDS], size_t *n_fds)
{
	struct iovec iov = { .iov_base = msg, .iov_len = bytes };
	union ancillary a;
	struct msghdr mh = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = a.space,
		.msg_controllen = sizeof(a.space) };
	ssize_t n;

	do
		n = recvmsg(sock, &mh, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n == 0 || errno == ECONNRESET ? ERR_NOENT : ERR_IO;
	*n_fds = take_fds(&mh, fds);
	if ((size_t)n == bytes && !(mh.msg_flags & (MSG_TRUNC | MSG_CTRUNC)))
		return 0;
	for (size_t i = 0; i < *n_fds; i++)
		close(fds[i]);
	*n_fds = 0;
	return ERR_MALFORMED;
}

/* ---- records, the child's end */

/* Up to PIPE_BUF in one write, so that a record costs one system call. */
static int
put(int fd, enum proto_record type, const void *body, size_t bytes)
{
	struct proto_head head = { type, (uint32_t)bytes };
	uint8_t raw[sizeof(head) + PROTO_BODY_BYTES];

	memcpy(raw, &head, sizeof(head));
	memcpy(raw + sizeof(head), body, bytes);
	return fsx_write_all(fd, raw, sizeof(head) + bytes);
}

static void
set_text(char *out, size_t size, const char *in)
{
	char text[DOC_MESSAGE_BYTES];

	utf8_printable(in, strnlen(in, size), text,
	    size < sizeof(text) ? size : sizeof(text));
	memcpy(out, text, strlen(text) + 1);
}

int
proto_put_finding(int fd, const struct finding *f)
{
	struct finding clean = {
		.id = f->id, .action = f->action, .count = f->count
	};

	set_text(clean.where, sizeof(clean.where), f->where);
	set_text(clean.detail, sizeof(clean.detail), f->detail);
	return put(fd, PROTO_FINDING, &clean, sizeof(clean));
}

int
proto_put_member(int fd, const char *name)
{
	char clean[DOC_NAME_BYTES] = "";

	utf8_printable(name, strlen(name), clean, sizeof(clean));
	return put(fd, PROTO_MEMBER_BEGIN, clean, sizeof(clean));
}

int
proto_put_result(int fd, enum proto_record type, const struct doc_result *r)
{
	struct doc_result c = { .err = r->err,
		.agree = r->agree,
		.in_bytes = r->in_bytes,
		.out_bytes = r->out_bytes };

	set_text(c.structure, sizeof(c.structure), r->structure);
	set_text(c.magic, sizeof(c.magic), r->magic);
	set_text(c.name_says, sizeof(c.name_says), r->name_says);
	set_text(c.out_format, sizeof(c.out_format), r->out_format);
	set_text(c.out_ext, sizeof(c.out_ext), r->out_ext);
	set_text(c.in_name, sizeof(c.in_name), r->in_name);
	set_text(c.out_name, sizeof(c.out_name), r->out_name);
	set_text(c.message, sizeof(c.message), r->message);
	memcpy(c.in_sha256, r->in_sha256, HASH_BYTES);
	memcpy(c.out_sha256, r->out_sha256, HASH_BYTES);
	return put(fd, type, &c, sizeof(c));
}

/* ---- records, the parent's end */

void
proto_stream_init(struct proto_stream *s, const struct limits *l)
{
	memset(s, 0, sizeof(*s));
	s->max_findings = l->max[BUDGET_FINDINGS] + SLACK;
	s->max_members = l->max[BUDGET_MEMBERS] + SLACK;
	s->max_depth = l->max_depth + 1; /* one that is refused is still said */
}

/* Terminated, and exactly what utf8_printable() would have made of it. */
static bool
text_ok(const char *s, size_t size)
{
	char same[DOC_NAME_BYTES + 8];
	size_t n = strnlen(s, size);

	if (n >= size || n > DOC_NAME_BYTES)
		return false;
	utf8_printable(s, n, same, sizeof(same));
	return strcmp(s, same) == 0;
}

static bool
only(const char *s, size_t size, const char *allowed)
{
	size_t n = strnlen(s, size);

	return n < size && strspn(s, allowed) == n;
}

#define LOWER "abcdefghijklmnopqrstuvwxyz0123456789"

/* What becomes a name of a file or a key of a policy is stricter than text. */
static bool
result_ok(const struct doc_result *r)
{
	if (r->err > 0 || strcmp(err_name(r->err), "unknown") == 0 ||
	    r->agree > 1)
		return false;
	if (r->err != 0 && (r->out_format[0] != '\0' || r->out_ext[0] != '\0'))
		return false;
	return only(r->out_ext, sizeof(r->out_ext), LOWER) &&
	       only(r->out_format, sizeof(r->out_format), LOWER "._+-") &&
	       text_ok(r->structure, sizeof(r->structure)) &&
	       text_ok(r->magic, sizeof(r->magic)) &&
	       text_ok(r->name_says, sizeof(r->name_says)) &&
	       text_ok(r->in_name, sizeof(r->in_name)) &&
	       text_ok(r->out_name, sizeof(r->out_name)) &&
	       text_ok(r->message, sizeof(r->message));
}

static bool
finding_ok(const struct finding *f)
{
	return f->id < FIND_COUNT && f->action < ACT_COUNT && f->count > 0 &&
	       text_ok(f->where, sizeof(f->where)) &&
	       text_ok(f->detail, sizeof(f->detail));
}

static int
got_finding(struct proto_stream *s, const void *body,
    const struct proto_events *ev)
{
	struct finding f;

	memcpy(&f, body, sizeof(f));
	if (!finding_ok(&f))
		return ERR_MALFORMED;
	if (s->n_findings++ >= s->max_findings)
		return ERR_LIMIT;
	return ev->finding(ev->arg, &f);
}

static int
got_member(struct proto_stream *s, const void *body,
    const struct proto_events *ev)
{
	char name[DOC_NAME_BYTES];

	memcpy(name, body, sizeof(name));
	if (!text_ok(name, sizeof(name)))
		return ERR_MALFORMED;
	if (s->n_members++ >= s->max_members || s->depth >= s->max_depth)
		return ERR_LIMIT;
	s->depth++;
	return ev->member_begin(ev->arg, name);
}

static int
got_result(struct proto_stream *s, enum proto_record type, const void *body,
    const struct proto_events *ev)
{
	struct doc_result r;

	memcpy(&r, body, sizeof(r));
	if (!result_ok(&r))
		return ERR_MALFORMED;
	if (type == PROTO_END) {
		if (s->depth != 0)
			return ERR_MALFORMED;
		s->has_ended = true;
		return ev->end(ev->arg, &r);
	}
	if (s->depth == 0)
		return ERR_MALFORMED;
	s->depth--;
	return ev->member_end(ev->arg, &r);
}

/* The size that a body of this type has; 0 for a type that is none. */
static size_t
body_bytes(uint32_t type)
{
	switch (type) {
	case PROTO_FINDING:
		return sizeof(struct finding);
	case PROTO_MEMBER_BEGIN:
		return DOC_NAME_BYTES;
	case PROTO_MEMBER_END:
	case PROTO_END:
		return sizeof(struct doc_result);
	default:
		return 0;
	}
}

static int
got_record(struct proto_stream *s, const struct proto_events *ev)
{
	const void *body = s->in.raw + sizeof(s->in.head);

	switch (s->in.head.type) {
	case PROTO_FINDING:
		return got_finding(s, body, ev);
	case PROTO_MEMBER_BEGIN:
		return got_member(s, body, ev);
	default:
		return got_result(s, s->in.head.type, body, ev);
	}
}

/* Moves bytes into the record until it holds want; true when it does. */
static bool
gather(struct proto_stream *s, struct reader *in, size_t want)
{
	const uint8_t *p;
	size_t n = want - s->have;

	if (n > reader_left(in))
		n = reader_left(in);
	if (reader_bytes(in, n, &p) != 0)
		return false;
	memcpy(s->in.raw + s->have, p, n);
	s->have += n;
	return s->have == want;
}

static int
feed(struct proto_stream *s, struct reader *in, const struct proto_events *ev)
{
	size_t body;
	int e;

	while (reader_left(in) > 0) {
		if (s->has_ended)
			return ERR_MALFORMED;
		if (s->have < sizeof(s->in.head) &&
		    !gather(s, in, sizeof(s->in.head)))
			return 0;
		body = body_bytes(s->in.head.type);
		if (body == 0 || body != s->in.head.bytes)
			return ERR_MALFORMED;
		if (!gather(s, in, sizeof(s->in.head) + body))
			return 0;
		s->have = 0;
		if ((e = got_record(s, ev)) != 0)
			return e;
	}
	return 0;
}

int
proto_stream_feed(struct proto_stream *s, const void *data, size_t n,
    const struct proto_events *ev)
{
	struct reader in;

	reader_init(&in, data, n);
	if (s->err == 0)
		s->err = feed(s, &in, ev);
	return s->err;
}

int
proto_stream_finish(struct proto_stream *s)
{
	if (s->err == 0 && (!s->has_ended || s->have != 0))
		s->err = ERR_TRUNCATED;
	return s->err;
}
