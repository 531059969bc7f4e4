/*
 * One message in, one decision out; see cleaner.h.
 *
 * In place, the order of docs/operations.md holds here as well: a release is
 * on disk in the audit log before the milter hears of it, a held message is
 * in quarantine before its note goes out.
 */
#include "cmd/cleaner.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/log.h"
#include "base/utf8.h"
#include "cmd/mail.h"
#include "core/event.h"
#include "worker/proto.h"

#define ENVELOPE_BYTES (1u << 20)

struct cleaner {
	const struct policy *policy;
	struct options options;
	struct pipeline *pipeline;
	struct cli_state state;
};

/* ---- the envelope */

static int
read_line(struct reader *r, char *out, size_t size)
{
	const uint8_t *p;
	size_t end;

	if (reader_find(r, reader_pos(r), "\n", 1, &end) != 0 ||
	    end - reader_pos(r) >= size ||
	    reader_bytes(r, end - reader_pos(r), &p) != 0)
		return ERR_MALFORMED;
	end -= (size_t)(p - r->data);
	memcpy(out, p, end);
	out[end] = '\0';
	return reader_skip(r, 1);
}

static int
read_envelope(int fd, struct mail_envelope *v)
{
	char line[MAILADDR_BYTES];
	struct buf b;
	struct reader r;
	uint8_t *room;
	off_t size = lseek(fd, 0, SEEK_END);
	int e;

	buf_init(&b, ENVELOPE_BYTES);
	if (size < 0 || (uint64_t)size > ENVELOPE_BYTES)
		return ERR_MALFORMED;
	if ((e = buf_reserve(&b, (size_t)size, &room)) != 0 ||
	    (e = fsx_pread_all(fd, room, (size_t)size, 0)) != 0)
		goto out;
	buf_commit(&b, (size_t)size);
	buf_reader(&b, &r);
	if ((e = read_line(&r, v->sender, sizeof(v->sender))) != 0 ||
	    (e = read_line(&r, v->client, sizeof(v->client))) != 0)
		goto out;
	while (e == 0 && reader_left(&r) > 0)
		if ((e = read_line(&r, line, sizeof(line))) == 0)
			e = mail_envelope_to(v, line);
out:
	buf_done(&b);
	return e;
}

/* ---- one document */

/* ERR_IO: not now. */
static int
run_job(struct cleaner *c, const struct mail_envelope *v, int fd,
    const char *name, struct pipeline_job *job)
{
	*job = (struct pipeline_job){ .in_fd = fd,
		.name = name,
		.mode = c->policy->milter_in_place ? PIPELINE_CLEAN
						   : PIPELINE_EXPLAIN,
		.options = &c->options,
		.passwords_fd = -1,
		.original_fd = -1,
		.out_fd = -1 };
	snprintf(job->record.source_kind, sizeof(job->record.source_kind),
	    "mail");
	snprintf(job->record.source_from, sizeof(job->record.source_from), "%s",
	    v->sender[0] != '\0' ? v->sender : "<>");
	policy_stamp(c->policy, &job->record);
	if (lseek(fd, 0, SEEK_SET) != 0 ||
	    cli_run_one(c->pipeline, job) != STATUS_OK)
		return ERR_IO;
	return 0;
}

static bool
is_ours(const struct record *r)
{
	return r->verdict == VERDICT_HELD &&
	       (r->reason_err == ERR_IO || r->reason_err == ERR_NOMEM ||
		   r->reason_err == ERR_INTERNAL ||
		   r->reason_err == ERR_SCANNER);
}

/* The first file inside that may never cross. */
static const char *
program_in(const struct record *r)
{
	for (size_t i = 0; i < r->n_members; i++)
		if (r->members[i].verdict == VERDICT_BLOCKED)
			return r->members[i].result.in_name;
	return NULL;
}

static void
reject(struct cleaner_answer *a, const char *code, const char *what,
    const char *name)
{
	char raw[CLEANER_SAY_BYTES];

	a->action = CLEANER_REJECT;
	snprintf(a->code, sizeof(a->code), "%s", code);
	snprintf(raw, sizeof(raw), "%s%s%s", what, name[0] != '\0' ? ": " : "",
	    name);
	utf8_printable(raw, strlen(raw), a->say, sizeof(a->say));
}

/* A new message that takes the place of a held one. */
static int
note(struct cleaner *c, struct mail_envelope *v, const struct record *r,
    int *out)
{
	struct pipeline_job job;
	int fd, e;

	if ((e = mailnote_make(v, r, &fd)) != 0)
		return e;
	e = run_job(c, v, fd, "note.eml", &job);
	if (e == 0 && job.record.verdict != VERDICT_RELEASED)
		e = ERR_INTERNAL;
	if (e == 0) {
		*out = job.out_fd;
		job.out_fd = -1;
	}
	pipeline_job_done(&job);
	close(fd);
	return e;
}

static int
put_away(struct cleaner *c, struct mail_envelope *v,
    const struct pipeline_job *job, int *out)
{
	const struct record *r = &job->record;
	char *json = NULL, *text = NULL;
	int e;

	if ((e = cli_receipts(r, &json, &text)) == 0)
		e = quarantine_add(c->state.quarantine, r,
		    c->policy->department, job->original_fd, json);
	free(json);
	free(text);
	if (e == 0)
		e = audit_append(c->state.audit,
		    r->verdict == VERDICT_BLOCKED ? "block" : "hold",
		    audit_of_record(r), AUDIT_SYNC);
	return e != 0 ? e : note(c, v, r, out);
}

static int
decide(struct cleaner *c, struct mail_envelope *v, struct pipeline_job *job,
    struct cleaner_answer *a, int *out)
{
	struct record *r = &job->record;
	const char *program;
	int e;

	policy_judge(c->policy, r);
	memcpy(v->id, r->id, sizeof(v->id));
	memcpy(v->time, r->time, sizeof(v->time));
	if (r->reason_err == ERR_SCANNER)
		(void)event_raise(c->policy, EVENT_SCANNER_DOWN, NULL, NULL);
	if (is_ours(r))
		return ERR_IO;
	if (c->policy->milter_refuse_programs &&
	    (program = program_in(r)) != NULL) {
		reject(a, "5.7.1", "programs are not taken", program);
		return 0;
	}
	if (!c->policy->milter_in_place) {
		a->action = CLEANER_ACCEPT;
		return 0;
	}
	if (r->verdict != VERDICT_RELEASED)
		e = put_away(c, v, job, out);
	else if ((e = audit_append(c->state.audit, "release",
		      audit_of_record(r), AUDIT_SYNC)) == 0) {
		*out = job->out_fd;
		job->out_fd = -1;
	}
	if (e == 0)
		a->action = CLEANER_REPLACE;
	return e;
}

static void
handle(struct cleaner *c, int message, int envelope, struct cleaner_answer *a,
    int *out)
{
	struct mail_envelope v = { .n_recipients = 0 };
	struct pipeline_job job = { .original_fd = -1, .out_fd = -1 };
	int e;

	*a = (struct cleaner_answer){ CLEANER_MAGIC, CLEANER_TEMPFAIL, "", "" };
	*out = -1;
	if ((e = read_envelope(envelope, &v)) == 0 &&
	    (e = run_job(c, &v, message, "message.eml", &job)) == 0)
		e = decide(c, &v, &job, a, out);
	if (e != 0) {
		a->action = CLEANER_TEMPFAIL;
		snprintf(a->say, sizeof(a->say), "%s",
		    job.record.reason[0] != '\0' ? job.record.reason
						 : err_text(e));
		log_warn("%s: %s", job.record.id, a->say);
	}
	pipeline_job_done(&job);
	mail_envelope_done(&v);
}

/* ---- the process */

static int
serve(struct cleaner *c)
{
	struct cleaner_answer a;
	struct cleaner_ask ask;
	int fds[PROTO_FDS], out, e;
	size_t n;

	for (;;) {
		e = proto_recv(CLEANER_FD, &ask, sizeof(ask), fds, &n);
		if (e == ERR_IO && errno == EINTR && cli_stop == 0)
			continue;
		if (e == ERR_NOENT || cli_stop != 0)
			return STATUS_OK;
		if (e != 0 || n != 2 || ask.magic != CLEANER_MAGIC)
			return STATUS_INTERNAL;
		handle(c, fds[0], fds[1], &a, &out);
		e = proto_send(CLEANER_FD, &a, sizeof(a), &out,
		    out >= 0 ? 1 : 0, false);
		close(fds[0]);
		close(fds[1]);
		if (out >= 0)
			close(out);
		if (e != 0)
			return STATUS_OK; /* the milter is gone */
	}
}

int
cleaner_run(const struct policy *p)
{
	struct cleaner c = { .policy = p, .options = p->options };
	int status;

	c.options.mail_fresh = true;
	umask(077);
	cli_catch_signals();
	if ((status = cli_pipeline_mail(p, 1, &c.pipeline)) != 0)
		return status;
	if (p->milter_in_place)
		status = cli_state_open(&c.state, p,
		    STATE_CREATE | STATE_QUARANTINE);
	if (status == 0)
		status = serve(&c);
	pipeline_close(c.pipeline);
	if (p->milter_in_place)
		(void)!cli_state_close(&c.state);
	return status;
}
