/*
 * One document. Everything up to sandbox_lock() touches no input byte;
 * everything after it can only compute, and write to what it was handed.
 */
#include "worker/child.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/fsx.h"
#include "formats/doc.h"

#define FD(which) (SANDBOX_FIRST_FD + (int)(which))

/* Where what is taken out goes, for the scanner. */
struct parts {
	int fd; /* -1: nobody asked */
};

static int
send_finding(void *arg, const struct finding *f)
{
	(void)arg;
	return proto_put_finding(FD(PROTO_FD_RECORDS), f);
}

static int
send_member(void *arg, const char *name)
{
	(void)arg;
	return proto_put_member(FD(PROTO_FD_RECORDS), name);
}

static int
send_result(void *arg, const struct doc_result *r)
{
	(void)arg;
	return proto_put_result(FD(PROTO_FD_RECORDS), PROTO_MEMBER_END, r);
}

/* Its size, then its bytes: sanitizer/pipeline/scan.h. */
static int
keep_part(void *arg, const struct reader *bytes)
{
	const struct parts *parts = arg;
	struct buf head;
	int e;

	if (parts->fd < 0)
		return 0;
	buf_init(&head, 8);
	e = buf_u64le(&head, bytes->len);
	if (e == 0)
		e = fsx_write_all(parts->fd, head.data, head.len);
	if (e == 0)
		e = fsx_write_all(parts->fd, bytes->data, bytes->len);
	buf_done(&head);
	return e;
}

static int
enter(const struct sandbox *cage, const struct proto_request *q, const int *fds,
    size_t n_fds)
{
	const struct limits *l = &q->options.limits;
	const struct sandbox_limits most = { .address_space_bytes =
						 l->max_address_space_bytes,
		.file_bytes = l->max[BUDGET_OUT_BYTES],
		.cpu_s = l->max_cpu_s };

	if (sandbox_fds(fds, n_fds) != 0 || sandbox_limits(&most) != 0)
		return ERR_INTERNAL;
	return sandbox_lock(cage);
}

static int
map(int fd, uint64_t bytes, struct reader *out)
{
	void *p;

	reader_init(out, NULL, 0);
	if (bytes == 0)
		return 0;
	p = mmap(NULL, (size_t)bytes, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return ERR_NOMEM;
	reader_init(out, p, (size_t)bytes);
	return 0;
}

/* One a line, the bytes as they are; LF or CRLF, empty lines are none. */
static size_t
split_passwords(struct reader *in, struct reader list[PROTO_PASSWORDS])
{
	size_t n = 0, end;

	while (n < PROTO_PASSWORDS && reader_left(in) > 0) {
		if (reader_find(in, reader_pos(in), "\n", 1, &end) != 0)
			end = in->len;
		if (reader_sub(in, end - reader_pos(in), &list[n]) != 0)
			break;
		if (reader_left(in) > 0 && reader_skip(in, 1) != 0)
			break;
		if (list[n].len > 0 && list[n].data[list[n].len - 1] == '\r')
			list[n].len--;
		if (list[n].len > 0)
			n++;
	}
	return n;
}

static int
work(const struct proto_request *q, bool light, struct doc_result *res)
{
	static struct reader list[PROTO_PASSWORDS];
	struct reader secrets;
	struct sink out;
	struct parts parts = { q->has_parts ? FD(PROTO_FD_PASSWORDS) +
						  (q->has_passwords ? 1 : 0)
					    : -1 };
	struct doc_job job = {
		.name = q->name,
		.options = &q->options,
		.passwords = { .list = list },
		.events = { &parts, send_finding, send_member, send_result,
		    keep_part },
		.out = &out,
		.expect = q->expect[0] != '\0' ? q->expect : NULL,
		.light = light,
	};
	int e;

	sink_init_fd(&out, FD(PROTO_FD_OUT),
	    q->options.limits.max[BUDGET_OUT_BYTES]);
	*res = (struct doc_result){ 0 };
	if ((e = map(FD(PROTO_FD_IN), q->in_bytes, &job.in)) != 0 ||
	    (q->has_passwords && (e = map(FD(PROTO_FD_PASSWORDS),
				      q->passwords_bytes, &secrets)) != 0)) {
		res->err = e;
		return e;
	}
	if (q->has_passwords)
		job.passwords.n = split_passwords(&secrets, list);
	if (q->mode == PROTO_IDENTIFY)
		return doc_identify(&job, res);
	return doc_run(&job, res);
}

_Noreturn void
child_run(const struct sandbox *cage, const struct proto_request *q,
    const int *fds, size_t n_fds, bool light)
{
	struct doc_result res;
	int e;

	if (enter(cage, q, fds, n_fds) != 0)
		_exit(PROTO_EXIT_CAGE);
	e = work(q, light, &res);
	if (proto_put_result(FD(PROTO_FD_RECORDS), PROTO_END, &res) != 0)
		_exit(PROTO_EXIT_RECORDS);
	_exit(proto_exit_code(e));
}
