/*
 * A sekisho-worker in the hands of an attacker. It speaks the protocol of
 * worker/proto.h and then breaks it: how is the first word of the document,
 * so an honest "plain" can follow in the same worker. What concerns the
 * zygote itself is chosen by the program's name. What stands behind "light "
 * is done as a light worker only.
 *
 * It lives outside any cage; what it does is bounded by its parent alone.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fsx.h"
#include "worker/proto.h"

struct ask {
	struct proto_request q;
	int fds[PROTO_FDS];
	char text[1024]; /* the document */
	bool is_proof;
};

static bool is_light;

static bool
says(const struct ask *a, const char *word)
{
	static const char light[] = "light ";
	const size_t n = sizeof(light) - 1;
	const bool both = strncmp(a->text, light, n) != 0;

	return (both || is_light) &&
	       strncmp(a->text + (both ? 0 : n), word, strlen(word)) == 0;
}

static bool
is_mail(const struct ask *a)
{
	return a->q.options.mail_fresh || strcmp(a->q.expect, "mail.eml") == 0;
}

static struct doc_result
honest_result(const struct ask *a, const char *out)
{
	struct doc_result r = { .in_bytes = a->q.in_bytes,
		.out_bytes = strlen(out) };

	snprintf(r.structure, sizeof(r.structure), "toy");
	snprintf(r.out_format, sizeof(r.out_format), "%s",
	    is_mail(a) ? "mail.eml" : "toy");
	snprintf(r.out_ext, sizeof(r.out_ext), "toy");
	hash_of(a->text, strlen(a->text), r.in_sha256);
	hash_of(out, strlen(out), r.out_sha256);
	return r;
}

static void
give(int fd, const void *data, size_t n)
{
	if (fsx_write_all(fd, data, n) != 0)
		_exit(99);
}

static _Noreturn void
finish(const struct ask *a, const char *out, const struct doc_result *r)
{
	give(a->fds[PROTO_FD_OUT], out, strlen(out));
	if (proto_put_result(a->fds[PROTO_FD_RECORDS], PROTO_END, r) != 0)
		_exit(99);
	_exit(proto_exit_code(r->err));
}

/* ---- what it does to its records */

static void
send_finding(int fd, uint32_t action)
{
	const struct finding f = { .id = 0, .action = action, .count = 1 };

	if (proto_put_finding(fd, &f) != 0)
		_exit(99);
}

static void
flood(int fd, const void *data, size_t n)
{
	for (;;)
		if (fsx_write_all(fd, data, n) != 0)
			_exit(0);
}

static void
flood_records(int fd)
{
	for (;;)
		send_finding(fd, ACT_NOTED);
}

static void
flood_members(int fd)
{
	for (;;)
		if (proto_put_member(fd, "a") != 0)
			_exit(0);
}

static void
write_garbage(int fd)
{
	uint8_t noise[4096];

	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (uint8_t)(i * 197 + 13);
	give(fd, noise, sizeof(noise));
}

static void
lie_about_length(int fd)
{
	const struct proto_head head = { PROTO_FINDING, 0xfffffff0u };

	give(fd, &head, sizeof(head));
}

static void
half_a_record(int fd)
{
	const struct proto_head head = { PROTO_FINDING,
		sizeof(struct finding) };

	give(fd, &head, sizeof(head));
	give(fd, "half", 4);
}

static void
number_out_of_range(int fd)
{
	struct {
		struct proto_head head;
		struct finding f;
	} r = { .head = { PROTO_FINDING, sizeof(struct finding) },
		.f = { .id = 0x7fffffff, .count = 1 } };

	give(fd, &r, sizeof(r));
}

/* Then it goes on as if nothing had been. */
static void
spoil_records(const struct ask *a, int fd)
{
	if (says(a, "flood-records"))
		flood_records(fd);
	if (says(a, "flood-members"))
		flood_members(fd);
	if (says(a, "flood-zeros"))
		flood(fd, (const char[4096]){ 0 }, 4096);
	if (says(a, "garbage"))
		write_garbage(fd);
	if (says(a, "length"))
		lie_about_length(fd);
	if (says(a, "half"))
		half_a_record(fd);
	if (says(a, "number"))
		number_out_of_range(fd);
	if (says(a, "finding-in-proof") && a->is_proof)
		send_finding(fd, ACT_REMOVED);
	if (says(a, "kept-in-proof") && a->is_proof)
		send_finding(fd, ACT_KEPT);
	if (says(a, "open-member") && proto_put_member(fd, "a") != 0)
		_exit(99);
}

/* ---- what it does to its result */

static void
spoil_result(const struct ask *a, struct doc_result *r)
{
	if (says(a, "lie-size"))
		r->out_bytes++;
	if (says(a, "lie-hash"))
		r->out_sha256[0] ^= 1;
	if (says(a, "lie-input"))
		r->in_sha256[0] ^= 1;
	if (says(a, "no-format"))
		r->out_format[0] = '\0';
	if (says(a, "other-format") && a->is_proof)
		snprintf(r->out_format, sizeof(r->out_format), "png");
	if (says(a, "blocked-in-proof") && a->is_proof) {
		r->err = ERR_BLOCKED;
		r->out_format[0] = r->out_ext[0] = '\0';
	}
}

/* The proof rebuilds to something else. */
static const char *
choose_output(const struct ask *a)
{
	if (says(a, "shorter") && a->is_proof)
		return "short";
	if (says(a, "other-bytes") && a->is_proof)
		return "Other-bytes";
	return a->text;
}

static _Noreturn void
document(const struct ask *a)
{
	const int records = a->fds[PROTO_FD_RECORDS];
	const char *out = choose_output(a);
	struct doc_result r = honest_result(a, out);

	if (says(a, "crash"))
		abort();
	if (says(a, "spin"))
		for (;;)
			;
	if (says(a, "sleep"))
		for (;;)
			pause();
	if (says(a, "silent"))
		_exit(0);
	if (says(a, "flood-output"))
		flood(a->fds[PROTO_FD_OUT], (const char[65536]){ 0 }, 4096);
	spoil_records(a, records);
	spoil_result(a, &r);
	if (says(a, "two-ends") &&
	    proto_put_result(records, PROTO_END, &r) != 0)
		_exit(99);
	if (says(a, "after-end")) {
		(void)!proto_put_result(records, PROTO_END, &r);
		send_finding(records, ACT_NOTED);
		_exit(0);
	}
	if (says(a, "exit-code")) {
		(void)!proto_put_result(records, PROTO_END, &r);
		_exit(12);
	}
	if (says(a, "claims-well-but-dies")) {
		(void)!proto_put_result(records, PROTO_END, &r);
		abort();
	}
	finish(a, out, &r);
}

/* ---- what the zygote does */

static void
reply(enum proto_kind kind, uint32_t seq, pid_t pid, int status, int fd)
{
	const struct proto_reply r = { PROTO_MAGIC, kind, seq, pid, status };

	if (proto_send(PROTO_CONTROL_FD, &r, sizeof(r), &fd, fd >= 0, false) !=
	    0)
		_exit(0);
}

static void
close_fds(const struct ask *a)
{
	for (int i = 0; i < PROTO_FDS; i++)
		if (a->fds[i] >= 0)
			close(a->fds[i]);
}

/* false: the document goes to a child. */
static bool
zygote_misbehaves(const struct ask *a)
{
	if (says(a, "zygote-dies"))
		_exit(1);
	if (says(a, "zygote-silent"))
		return true;
	if (says(a, "zygote-garbage")) {
		(void)!write(PROTO_CONTROL_FD, "garbage", 7);
		return true;
	}
	if (says(a, "zygote-unknown")) {
		reply(PROTO_EXITED, a->q.seq + 77, 1, 0, -1);
		return true;
	}
	if (says(a, "zygote-no-pidfd")) {
		reply(PROTO_STARTED, a->q.seq, 1, 0, -1);
		return true;
	}
	if (says(a, "zygote-refuses")) {
		close_fds(a);
		reply(PROTO_REFUSED, a->q.seq, 0, EAGAIN, -1);
		return true;
	}
	return false;
}

static void
serve_one(struct ask *a)
{
	int pidfd, status;
	pid_t pid;

	if ((pid = fork()) == 0)
		document(a);
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	reply(PROTO_STARTED, a->q.seq, pid, 0, pidfd);
	close(pidfd);
	close_fds(a);
	waitpid(pid, &status, 0);
	reply(PROTO_EXITED, a->q.seq, pid, status, -1);
}

static void
serve(void)
{
	static struct ask a;
	size_t n;

	for (;;) {
		memset(&a, 0, sizeof(a));
		for (int i = 0; i < PROTO_FDS; i++)
			a.fds[i] = -1;
		if (proto_recv(PROTO_CONTROL_FD, &a.q, sizeof(a.q), a.fds,
			&n) != 0)
			return;
		a.is_proof = a.q.expect[0] != '\0';
		if (a.q.in_bytes >= sizeof(a.text) ||
		    fsx_pread_all(a.fds[PROTO_FD_IN], a.text, a.q.in_bytes,
			0) != 0)
			_exit(98);
		if (!zygote_misbehaves(&a))
			serve_one(&a);
	}
}

int
main(int argc, char **argv)
{
	const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
	const char *name = slash == NULL ? "" : slash + 1;

	is_light = argc > 1 && strcmp(argv[1], PROTO_LIGHT) == 0;
	if (hash_setup() != 0 || strcmp(name, "not-ready") == 0)
		return 70;
	if (strcmp(name, "other-build") == 0)
		reply(PROTO_READY, proto_layout() + 1, getpid(), 0, -1);
	else
		reply(PROTO_READY, proto_layout(), getpid(), 0, -1);
	serve();
	return 0;
}
