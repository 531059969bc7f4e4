/*
 * The resident service. Messages are worked on side by side and finished in
 * the order of arrival; finished ones cross in groups that share the waits
 * for the disk. A message leaves the queue when its fate is on disk:
 *
 *   released      parcel sealed under the message's id
 *   held, blocked original in quarantine under the same id, then the note to
 *                 the recipients sealed under ID-N
 *
 * All three are found again by their ids, so a kill at any point repeats work
 * but no result. A fault of the disk drops what is in hand, waits, and begins
 * again with the oldest message; nothing is lost, as all of it still waits.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "cmd/mailserve.h"
#include "core/rules.h"

#define WINDOW_BYTES_MAX (UINT64_C(512) << 20) /* of waiting messages */
#define WAIT_MS		 50
#define IDLE_MS		 1000
#define NOTE_TAIL	 "-N"

/* ---- take in */

static void
forget_names(struct serve *s)
{
	for (; s->at < s->n_names; s->at++)
		free(s->names[s->at]);
	free(s->names);
	s->names = NULL;
	s->at = s->n_names = 0;
}

static bool
is_in_hand(const struct serve *s, const char *name)
{
	for (const struct mail *m = s->all; m != NULL; m = m->next)
		if (strcmp(m->name, name) == 0)
			return true;
	return false;
}

/* The next name that is not in hand; false: none. */
static bool
next_name(struct serve *s, char *out)
{
	int e;

	if (s->at == s->n_names) {
		forget_names(s);
		if ((e = mailqueue_list(s->queue, &s->names, &s->n_names)) !=
		    0) {
			mail_hold_on(s, e, "STATE/mail");
			return false;
		}
	}
	while (s->at < s->n_names) {
		char *name = s->names[s->at++];
		bool take = !is_in_hand(s, name);

		snprintf(out, MAILQUEUE_NAME_BYTES, "%s", name);
		free(name);
		if (take)
			return true;
	}
	return false;
}

/* 0: *out is to be worked on, or NULL: nothing to do about this name. */
static int
open_mail(struct serve *s, const char *name, struct mail **out)
{
	struct mail *m = calloc(1, sizeof(*m));
	uint64_t seq;
	int e;

	*out = NULL;
	if (m == NULL)
		return ERR_NOMEM;
	m->job.in_fd = m->job.original_fd = m->job.out_fd = -1;
	m->note.in_fd = m->note.original_fd = m->note.out_fd = -1;
	snprintf(m->name, sizeof(m->name), "%s", name);
	e = mailqueue_take(s->queue, name, &m->envelope, &m->job.in_fd);
	if (e == ERR_MALFORMED) {
		log_error(_("%s/mail/new/%s: not a message of the queue; set "
			    "aside into stuck/"),
		    s->policy->state_dir, name);
		e = mailqueue_set_aside(s->queue, name);
	} else if (e == 0 &&
		   (e = spool_find(s->spool, m->envelope.id, &seq)) == 0) {
		if (seq == 0)
			*out = m;
		else /* sealed before a kill */
			e = mailqueue_remove(s->queue, name);
	}
	if (*out == NULL)
		mail_free(s, m);
	return e == ERR_NOENT ? 0 : e;
}

static void
take(struct serve *s, struct mail *m)
{
	struct mail_envelope *v = &m->envelope;
	struct stat st;

	snprintf(m->file, sizeof(m->file), "%s.eml", v->id);
	snprintf(m->note_once, sizeof(m->note_once), "%.30s" NOTE_TAIL, v->id);
	m->crossing = (struct crossing_mail){ v->sender,
		(const char *const *)v->recipients, v->hops };
	m->note_crossing = m->crossing;
	m->note_crossing.sender = "";
	if (fstat(m->job.in_fd, &st) == 0)
		m->bytes = (uint64_t)st.st_size;
	s->bytes += m->bytes;
	m->next = s->all;
	s->all = m;
	s->ring[(s->head + s->n++) % MAIL_WINDOW_MAX] = m;
	mail_set_job(s, m, &m->job);
	mail_submit(s, m, &m->job);
}

static bool
may_take(const struct serve *s)
{
	return s->stop == 0 && cli_stop == 0 && !s->is_dropping &&
	       s->n < s->window && pipeline_free_slots(s->pipeline) > 0 &&
	       (s->n == 0 || s->bytes < WINDOW_BYTES_MAX);
}

/* false: nothing waits. */
static bool
take_more(struct serve *s)
{
	char name[MAILQUEUE_NAME_BYTES];
	struct mail *m;
	int e;

	while (may_take(s)) {
		if (!next_name(s, name))
			return false;
		if ((e = open_mail(s, name, &m)) != 0)
			mail_hold_on(s, e, name);
		else if (m != NULL)
			take(s, m);
	}
	return true;
}

/* ---- the loop */

static void
send_parcels(struct serve *s, bool now)
{
	int e =
	    sender_go(&s->sender, s->spool, s->state.audit, now, mail_now_ms());

	if (e != 0)
		mail_hold_on(s, e, "audit");
}

/* Sleep until something arrives, the time is over, or a signal comes. */
static void
rest(struct serve *s, int ms)
{
	struct pollfd p = { s->watch, POLLIN, 0 };
	char events[4096];

	if (poll(&p, s->watch >= 0 ? 1 : 0, ms) > 0)
		(void)!read(s->watch, events, sizeof(events));
}

static void
rest_from_fault(struct serve *s)
{
	forget_names(s);
	for (unsigned ms = 0; ms < s->backoff_ms && cli_stop == 0; ms += 100)
		poll(NULL, 0, 100);
	s->is_dropping = false;
}

static void
tidy(struct serve *s)
{
	uint64_t t = mail_now_ms();

	if (s->tidy_ms != 0 && t - s->tidy_ms < MAIL_WARN_MS)
		return;
	s->tidy_ms = t;
	if (mailqueue_tidy(s->queue) != 0)
		log_warn(_("%s/mail/tmp: cannot be tidied"),
		    s->policy->state_dir);
}

static void
wait_for_worker(struct serve *s, int ms)
{
	struct pipeline_job *job;
	int e = pipeline_wait(s->pipeline, ms, &job);

	if (job != NULL)
		((struct mail *)job->user)->is_back = true;
	else if (e != 0) {
		log_error(_("the worker does not answer: %s"), cli_err(e));
		s->stop = STATUS_INTERNAL;
	}
}

static void
work(struct serve *s)
{
	bool more;

	while (s->stop == 0 && (cli_stop == 0 || s->n > 0)) {
		tidy(s);
		mail_hand_over(s);
		more = take_more(s);
		if (s->is_dropping) {
			mail_drop(s);
			if (s->n == 0) {
				rest_from_fault(s);
				continue;
			}
		}
		send_parcels(s, s->n == 0);
		if (pipeline_free_slots(s->pipeline) < s->o->slots)
			wait_for_worker(s, WAIT_MS);
		else if (s->n == 0 && !more && cli_stop == 0) {
			mail_flush(s);
			if (s->o->once && !s->is_dropping)
				return;
			if (!s->is_dropping)
				rest(s, s->sender.is_unsent ? SENDER_EVERY_MS
							    : IDLE_MS);
		}
	}
}

/* ---- begin and end */

static int
open_crossing(struct serve *s)
{
	struct crossing_setup setup = {
		.audit = s->state.audit,
		.quarantine = s->state.quarantine,
		.spool = s->spool,
		.dest_fd = -1,
		.policy = s->policy,
		.kind = "mail",
		.department = s->o->department,
		.who = "mail",
		.done = mail_crossed,
		.arg = s,
	};
	int e = crossing_open(&setup, &s->crossing);

	setup.done = mail_second_crossed;
	if (e == 0)
		e = crossing_open(&setup, &s->second);
	if (e != 0)
		log_error(_("cannot start: %s"), cli_err(e));
	return cli_status(e);
}

static int
open_queue(struct serve *s)
{
	int e;

	if ((e = mailqueue_open(s->policy->state_dir, &s->queue)) == 0)
		e = mailqueue_serve(s->queue);
	if (e == ERR_LIMIT)
		log_error(_("%s/mail: another service works there"),
		    s->policy->state_dir);
	else if (e != 0)
		log_error(_("%s/mail: cannot be opened: %s"),
		    s->policy->state_dir, cli_err(e));
	return cli_status(e);
}

static void
watch_queue(struct serve *s)
{
	char path[POLICY_PATH_BYTES + 16];

	snprintf(path, sizeof(path), "%s/mail/new", s->policy->state_dir);
	s->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (s->watch >= 0 && inotify_add_watch(s->watch, path, IN_MOVED_TO) < 0)
		log_warn("%s: %s", path, strerror(errno));
}

/* Whether the department's rules keep originals for a look back. */
static void
read_rules(struct serve *s)
{
	char why[POLICY_WHY_BYTES] = "";
	struct ruleset *set;
	struct rules rules;
	int e = rules_load(s->policy->people_rules_file, &set, why);

	if (e != 0) {
		log_warn(_("%s; no original of a released mail is kept"),
		    why[0] != '\0' ? why : cli_err(e));
		return;
	}
	rules_of(set,
	    s->o->department != NULL ? s->o->department : s->policy->department,
	    &rules);
	s->looks_back = rules.released_days > 0;
	rules_free(set);
}

static int
begin(struct serve *s)
{
	int status, e;

	if (s->o->department != NULL && !parcel_department_ok(s->o->department))
		return cli_usage("mail",
		    _("--department: not a usable name: %s"), s->o->department);
	if (s->o->send != NULL && (status = cli_folder(s->o->send)) != 0)
		return status;
	umask(077);
	read_rules(s);
	if ((status = cli_pipeline_mail(s->policy, s->o->slots,
		 &s->pipeline)) != 0 ||
	    (status = cli_state_open(&s->state, s->policy,
		 STATE_CREATE | STATE_QUARANTINE)) != 0 ||
	    (status = open_queue(s)) != 0)
		return status;
	e = spool_open(s->policy->state_dir, &s->state.keys, &s->spool);
	if (e != 0) {
		log_error(_("%s/spool: cannot be opened: %s"),
		    s->policy->state_dir, cli_err(e));
		return cli_status(e);
	}
	watch_queue(s);
	if ((status = ppap_open(s->policy, s->state.quarantine, &s->ppap)) != 0)
		return status;
	return open_crossing(s);
}

static int
end(struct serve *s, int status)
{
	int e = crossing_close(s->crossing), e2 = crossing_close(s->second);

	if (e == 0)
		e = e2;
	ppap_close(s->ppap);

	if (status == 0 && e != 0)
		status = cli_status(e);
	if (status == 0)
		send_parcels(s, true);
	pipeline_close(s->pipeline);
	while (s->n > 0)
		mail_free(s, mail_pop(s));
	forget_names(s);
	mailqueue_close(s->queue);
	if (s->watch >= 0)
		close(s->watch);
	spool_close(s->spool);
	e = cli_state_close(&s->state);
	return status != 0 ? status : e;
}

int
mail_serve(const struct mail_serve_options *o, const struct policy *policy)
{
	struct serve s = { .o = o,
		.policy = policy,
		.options = policy->options,
		.watch = -1,
		.sender = { .to = o->send, .is_unsent = true } };
	int status;

	s.options.mail_fresh = true;
	s.window =
	    o->slots * 4 < MAIL_WINDOW_MAX ? o->slots * 4 : MAIL_WINDOW_MAX;
	cli_catch_signals();
	if ((status = begin(&s)) == 0) {
		log_info(_("the mail service works (%u at a time)"), o->slots);
		work(&s);
		status = s.stop;
	}
	return end(&s, status);
}
