/*
 * One message from its verdict to the end: note, crossing, and what is done
 * about faults. mailserve.c says what is on disk when.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "cmd/mailserve.h"
#include "core/event.h"

#define GROUP_MS       150
#define BACKOFF_MIN_MS 500
#define BACKOFF_MAX_MS 15000
#define TRIES	       3 /* of a message with a fault of its own */

uint64_t
mail_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void
mail_free(struct serve *s, struct mail *m)
{
	struct mail **p = &s->all;

	while (*p != NULL && *p != m)
		p = &(*p)->next;
	if (*p != NULL)
		*p = m->next;
	s->bytes -= m->bytes;
	pipeline_job_done(&m->job);
	pipeline_job_done(&m->note);
	if (m->job.in_fd >= 0)
		close(m->job.in_fd);
	if (m->note.in_fd >= 0)
		close(m->note.in_fd);
	mail_envelope_done(&m->envelope);
	free(m);
}

void
mail_hold_on(struct serve *s, int err, const char *what)
{
	uint64_t now = mail_now_ms();

	s->is_dropping = true;
	s->backoff_ms = s->backoff_ms == 0 ? BACKOFF_MIN_MS
			: s->backoff_ms > BACKOFF_MAX_MS / 2
			    ? BACKOFF_MAX_MS
			    : 2 * s->backoff_ms;
	if (s->warned_ms != 0 && now - s->warned_ms < MAIL_WARN_MS)
		return;
	s->warned_ms = now;
	if (err == ERR_SCANNER || (err == ERR_IO && errno == ENOSPC))
		(void)event_raise(s->policy,
		    err == ERR_SCANNER ? EVENT_SCANNER_DOWN : EVENT_SPOOL_FULL,
		    (const struct event_field[]){
			{ "id", what }, { NULL, NULL } },
		    NULL);
	log_warn(_("%s: %s; mail waits and is tried again"), what,
	    err == ERR_IO ? strerror(errno) : cli_err(err));
}

/* ---- the end of one message */

static bool
has_held_inside(const struct record *r, bool *wants_password)
{
	bool any = false;

	for (size_t i = 0; i < r->n_members; i++) {
		any |= r->members[i].verdict != VERDICT_RELEASED;
		*wants_password |= r->members[i].result.err == ERR_ENCRYPTED;
	}
	*wants_password |= r->reason_err == ERR_ENCRYPTED;
	return any;
}

/*
 * What is held, whole or in part, is kept with its envelope: a person, or the
 * password that follows, may bring it out again.
 */
static int
keep(struct serve *s, struct mail *m)
{
	const struct record *r = &m->job.record;
	char sender[MAILADDR_BYTES], *json = NULL, *text = NULL, *envelope;
	struct mailthread thread;
	bool wants = false;
	int e = 0;

	if (!has_held_inside(r, &wants) && r->verdict == VERDICT_RELEASED &&
	    !s->looks_back)
		return 0;
	if (r->verdict == VERDICT_RELEASED &&
	    (e = cli_receipts(r, &json, &text)) == 0)
		e = quarantine_keep(s->state.quarantine, r,
		    s->o->department != NULL ? s->o->department
					     : s->policy->department,
		    m->job.original_fd, json);
	free(json);
	free(text);
	if (e != 0)
		return e;
	if ((envelope = mail_envelope_text(&m->envelope)) == NULL)
		return ERR_NOMEM;
	mailaddr_lower(m->envelope.sender, sender);
	e = quarantine_set_mail(s->state.quarantine, m->envelope.id, sender,
	    envelope, wants);
	free(envelope);
	if (e != 0 || !wants || m->envelope.sender[0] == '\0')
		return e;
	if ((e = mailthread_read(r->verdict == VERDICT_RELEASED ? m->job.out_fd
								: -1,
		 m->envelope.sender, &thread)) != 0)
		return e;
	return quarantine_set_thread(s->state.quarantine, m->envelope.id,
	    &thread);
}

static void
complete(struct serve *s, struct mail *m)
{
	const struct record *r = &m->job.record;
	int e = m->err;

	if (e == 0)
		e = mailqueue_remove(s->queue, m->name);
	if (e == 0) {
		log_info("%s: %s, %zu recipients%s%s", m->envelope.id,
		    verdict_name(r->verdict), m->envelope.n_recipients,
		    r->reason[0] != '\0' ? ": " : "", r->reason);
		s->backoff_ms = 0;
	} else {
		if (e != ERR_IO && e != ERR_NOMEM) {
			s->bad_n = strcmp(s->bad_id, m->envelope.id) == 0
				       ? s->bad_n + 1
				       : 1;
			memcpy(s->bad_id, m->envelope.id, sizeof(s->bad_id));
		}
		mail_hold_on(s, e, m->envelope.id);
	}
	mail_free(s, m);
}

void
mail_crossed(void *arg, struct crossing_item *c, int err)
{
	struct mail *m = c->user;
	struct serve *s = arg;

	if (m->err == 0)
		m->err = err;
	s->crossing_n--;
	if (err == 0 && c->record->verdict == VERDICT_RELEASED)
		s->sender.is_unsent = true;
	if (--m->crossing_left == 0)
		complete(s, m);
}

static int
put(struct serve *s, struct mail *m, struct pipeline_job *job, const char *once)
{
	struct crossing_item c = { .record = &job->record,
		.out_fd = job->out_fd,
		.original_fd = job->original_fd,
		.once = once,
		.mail = job == &m->note ? &m->note_crossing : &m->crossing,
		.user = m };
	int e;

	if (s->crossing_n++ == 0)
		s->group_ms = mail_now_ms();
	if ((e = cli_receipts(&job->record, &c.receipt, &c.receipt_text)) !=
	    0) {
		mail_crossed(s, &c, e);
		return e;
	}
	return crossing_put(s->crossing, &c);
}

void
mail_flush(struct serve *s)
{
	if (s->crossing_n > 0)
		(void)!crossing_flush(s->crossing);
}

/* ---- from the verdict to the crossing, in order */

static int
say_received(struct serve *s, const struct mail *m)
{
	const struct mail_envelope *v = &m->envelope;
	char hex[HASH_HEX];
	json_t *to = json_array(), *o;
	int bad = 0;

	hash_hex(m->job.record.in_sha256, hex);
	for (size_t i = 0; i < v->n_recipients && i < 50; i++)
		bad |= json_array_append_new(to, json_string(v->recipients[i]));
	o = json_pack("{s:s, s:s, s:s, s:o, s:I, s:I, s:I, s:s, s:s}", "id",
	    v->id, "source", "mail", "from", v->sender, "recipients", to,
	    "recipients_n", (json_int_t)v->n_recipients, "hops",
	    (json_int_t)v->hops, "size", (json_int_t)m->job.record.in_bytes,
	    "sha256", hex, "client", v->client);
	if (o != NULL && bad != 0) {
		json_decref(o);
		o = NULL;
	}
	return audit_append(s->state.audit, "received", o, AUDIT_LATER);
}

/* A fault of this message alone, again and again: a person must look. */
static void
judge_fault(const struct serve *s, struct mail *m)
{
	struct record *r = &m->job.record;

	if (s->bad_n < TRIES || strcmp(s->bad_id, m->envelope.id) != 0 ||
	    r->verdict != VERDICT_RELEASED)
		return;
	r->verdict = VERDICT_HELD;
	r->method = METHOD_NONE;
	r->reason_err = ERR_INTERNAL;
	snprintf(r->reason, sizeof(r->reason),
	    "the result could not be put into the spool");
	r->out_format[0] = '\0';
	r->out_bytes = 0;
	memset(r->out_sha256, 0, sizeof(r->out_sha256));
}

void
mail_set_job(struct serve *s, struct mail *m, struct pipeline_job *job)
{
	struct record *r = &job->record;

	snprintf(r->source_kind, sizeof(r->source_kind), "mail");
	snprintf(r->source_from, sizeof(r->source_from), "%s",
	    m->envelope.sender[0] != '\0' ? m->envelope.sender : "<>");
	policy_stamp(s->policy, r);
	job->name = m->file;
	job->mode = PIPELINE_CLEAN;
	job->options = &s->options;
	job->passwords_fd = -1;
	job->user = m;
}

void
mail_submit(struct serve *s, struct mail *m, struct pipeline_job *job)
{
	int e;

	m->is_back = false;
	if ((e = pipeline_submit(s->pipeline, job)) == 0)
		return;
	log_error(_("the worker does not answer: %s"), cli_err(e));
	s->stop = STATUS_INTERNAL;
	s->is_dropping = true;
	m->is_back = true;
}

void
mail_second_crossed(void *arg, struct crossing_item *c, int err)
{
	struct serve *s = arg;

	(void)c;
	s->second_err = err;
}

/*
 * The same files make the same id, so that a repeat makes no second mail;
 * other files (one opens today, another tomorrow) make another.
 */
void
mail_second_id(struct record *r, const char *id)
{
	snprintf(r->id, sizeof(r->id), "%.26sF%02x%02x", id, r->out_sha256[0],
	    r->out_sha256[1]);
}

/* A mail that was opened at last crosses by itself, as an answer to what was
 * delivered without its files. */
static int
cross_second(void *arg, const struct mail_envelope *v, const char *id,
    struct pipeline_job *job)
{
	struct crossing_mail to = { v->sender,
		(const char *const *)v->recipients, v->hops };
	struct crossing_item c = { .record = &job->record,
		.out_fd = job->out_fd,
		.original_fd = job->original_fd,
		.once = job->record.id,
		.mail = &to };
	char sender[MAILADDR_BYTES], *envelope;
	struct serve *s = arg;
	int e;

	mail_second_id(&job->record, id);
	policy_judge(s->policy, &job->record);
	if (job->record.verdict != VERDICT_RELEASED)
		return 0;
	record_name_output(&job->record);
	if ((e = cli_receipts(&job->record, &c.receipt, &c.receipt_text)) !=
		0 ||
	    (e = crossing_put(s->second, &c)) != 0 ||
	    (e = crossing_flush(s->second)) != 0 || (e = s->second_err) != 0)
		return e;
	s->sender.is_unsent = true;
	log_info("%s: opened by a password that came", id);
	if ((envelope = mail_envelope_text(v)) == NULL)
		return ERR_NOMEM;
	mailaddr_lower(v->sender, sender);
	e = quarantine_set_mail(s->state.quarantine, id, sender, envelope,
	    false);
	free(envelope);
	return e;
}

/* Passwords that come with mail: for this one, or of this one. */
static int
try_passwords(struct serve *s, struct mail *m)
{
	struct record *r = &m->job.record;
	int e;

	if (!ppap_wants(r))
		return r->verdict == VERDICT_RELEASED
			   ? ppap_follow(s->ppap, &m->envelope, &m->job,
				 cross_second, s)
			   : 0;
	if ((e = ppap_help(s->ppap, &m->envelope, &m->job)) == 0)
		policy_judge(s->policy, r);
	return e == ERR_NOENT ? 0 : e;
}

/* PHASE_JUDGE: 0 when it crosses or needs a note; an error: not now. */
static int
judge(struct serve *s, struct mail *m)
{
	struct record *r = &m->job.record;
	int e;

	memcpy(r->id, m->envelope.id, sizeof(r->id));
	policy_judge(s->policy, r);
	judge_fault(s, m);
	if ((e = try_passwords(s, m)) != 0)
		return e;
	if ((e = mailhook_after_verdict(s->policy, &m->envelope,
		 m->job.original_fd, r)) != 0)
		return e;
	if (r->verdict == VERDICT_RELEASED)
		record_name_output(r);
	if ((e = say_received(s, m)) != 0 || (e = keep(s, m)) != 0)
		return e;
	if (r->verdict == VERDICT_RELEASED) {
		m->phase = PHASE_CROSS;
		return 0;
	}
	if ((e = mailnote_make(&m->envelope, r, &m->note.in_fd)) != 0)
		return e;
	m->phase = PHASE_NOTE;
	mail_set_job(s, m, &m->note);
	mail_submit(s, m, &m->note);
	return 0;
}

/* PHASE_CROSS: the message; or its original, then the note. */
static void
cross(struct serve *s, struct mail *m)
{
	bool has_note =
	    m->note.record.verdict == VERDICT_RELEASED && m->note.out_fd >= 0;

	m->crossing_left = 1 + (has_note ? 1u : 0u);
	(void)!put(s, m, &m->job, m->envelope.id);
	if (has_note)
		(void)!put(s, m, &m->note, m->note_once);
}

static void
note_is_back(struct serve *s, struct mail *m)
{
	struct record *r = &m->note.record;

	memcpy(r->id, m->note_once, sizeof(r->id));
	if (r->verdict == VERDICT_RELEASED)
		record_name_output(r);
	else
		log_error(_("%s: no note could be made: %s"), m->envelope.id,
		    r->reason);
	(void)s;
	m->phase = PHASE_CROSS;
}

/* Whether our own machinery failed, not the message: worth a second run. */
static bool
is_ours(const struct record *r)
{
	return r->verdict == VERDICT_HELD &&
	       (r->reason_err == ERR_IO || r->reason_err == ERR_INTERNAL);
}

/* The oldest message goes on one phase. false: it must wait. */
static bool
advance(struct serve *s, struct mail *m)
{
	struct pipeline_job *job = m->phase == PHASE_NOTE ? &m->note : &m->job;
	int e;

	if (!m->is_back)
		return false;
	if (is_ours(&job->record) && (!m->was_repeated || cli_stop != 0)) {
		if (cli_stop != 0) {
			s->is_dropping = true;
			return false;
		}
		if (pipeline_free_slots(s->pipeline) == 0)
			return false;
		m->was_repeated = true;
		pipeline_job_done(job);
		mail_submit(s, m, job);
		return false;
	}
	if (job->record.reason_err == ERR_SCANNER) {
		log_warn("%s: %s", m->envelope.id, job->record.reason);
		mail_hold_on(s, ERR_SCANNER, m->envelope.id);
		return false;
	}
	if (m->phase == PHASE_WORK)
		m->phase = PHASE_JUDGE;
	if (m->phase == PHASE_JUDGE) {
		if (m->job.record.verdict != VERDICT_RELEASED &&
		    pipeline_free_slots(s->pipeline) == 0)
			return false;
		if ((e = judge(s, m)) != 0) {
			mail_hold_on(s, e, m->envelope.id);
			return false;
		}
		return m->phase == PHASE_CROSS;
	}
	note_is_back(s, m);
	return true;
}

struct mail *
mail_pop(struct serve *s)
{
	struct mail *m = s->ring[s->head];

	s->ring[s->head] = NULL;
	s->head = (s->head + 1) % MAIL_WINDOW_MAX;
	s->n--;
	return m;
}

void
mail_hand_over(struct serve *s)
{
	while (s->n > 0 && !s->is_dropping && advance(s, s->ring[s->head]))
		cross(s, mail_pop(s));
	if (s->crossing_n > 0 &&
	    (pipeline_free_slots(s->pipeline) == s->o->slots ||
		mail_now_ms() - s->group_ms >= GROUP_MS))
		mail_flush(s);
}

void
mail_drop(struct serve *s)
{
	mail_flush(s);
	while (s->n > 0 && s->ring[s->head]->is_back)
		mail_free(s, mail_pop(s));
}
