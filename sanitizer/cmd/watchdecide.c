/*
 * What people and time decide: approvals, passwords, what is due.
 *
 * Nothing crosses on the word of a column: approve_state() is asked each time.
 * The order for an approved result is that of any other: crossing (found again
 * by its id), row, text, and then the stored result is destroyed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/utf8.h"
#include "cmd/ppap.h"
#include "cmd/watch.h"
#include "quarantine/notify.h"

#define DECIDE_MS 500
#define MINUTE_MS 60000

/* ---- approvals */

static int
hex_in(const char *hex, uint8_t out[HASH_BYTES])
{
	size_t n;

	return sodium_hex2bin(out, HASH_BYTES, hex, strlen(hex), NULL, &n,
		   NULL) == 0 &&
		       n == HASH_BYTES
		   ? 0
		   : ERR_MALFORMED;
}

/* What the audit line and the parcel say, from the row. */
static int
record_of(struct watch *s, const struct transfer *t, struct record *r)
{
	memset(r, 0, sizeof(*r));
	memcpy(r->id, t->id, sizeof(r->id));
	record_time_now(r->time);
	snprintf(r->source_kind, sizeof(r->source_kind), "folder");
	snprintf(r->source_from, sizeof(r->source_from), "%s/%s", t->department,
	    t->login);
	snprintf(r->in_name, sizeof(r->in_name), "%s", t->path);
	r->in_bytes = t->bytes;
	snprintf(r->result.structure, sizeof(r->result.structure), "%s",
	    t->format);
	policy_stamp(s->policy, r);
	return hex_in(t->sha256, r->in_sha256);
}

static int
as_released(struct watch *s, const struct transfer *t, struct record *r)
{
	int e;

	if ((e = record_of(s, t, r)) != 0)
		return e;
	r->verdict = VERDICT_RELEASED;
	r->method = METHOD_SANITISED;
	for (int m = METHOD_NONE; m <= METHOD_CONFIRMED; m++)
		if (strcmp(method_name((enum method)m), t->method) == 0)
			r->method = (enum method)m;
	snprintf(r->out_name, sizeof(r->out_name), "%s", t->result_path);
	snprintf(r->out_format, sizeof(r->out_format), "%s", t->result_format);
	r->out_bytes = t->result_bytes;
	return hex_in(t->result_sha256, r->out_sha256);
}

static int
cross_result(struct watch *s, const struct transfer *t)
{
	struct record r;
	struct crossing_item c = { .record = &r,
		.original_fd = -1,
		.once = t->id,
		.department = t->department,
		.who = t->login,
		.folder = t->login,
		.mtime = t->mtime };
	int e, e2;

	if ((e = as_released(s, t, &r)) != 0 ||
	    (e = transfer_result(s->people, t->id, &c.out_fd)) != 0)
		return e;
	if ((t->receipt != NULL && (c.receipt = strdup(t->receipt)) == NULL) ||
	    (t->receipt_text != NULL &&
		(c.receipt_text = strdup(t->receipt_text)) == NULL)) {
		free(c.receipt);
		close(c.out_fd);
		return ERR_NOMEM;
	}
	s->crossing_n++;
	e = crossing_put(s->crossing, &c);
	e2 = crossing_flush(s->crossing); /* the record is ours: now */
	close(c.out_fd);
	return e != 0 ? e : e2;
}

static int
release(struct watch *s, const struct transfer *t, const struct rules *rules)
{
	uint64_t seq = 0;
	int fd, e;

	if ((e = spool_find(s->spool, t->id, &seq)) != 0)
		return e;
	if (seq == 0 && (e = cross_result(s, t)) != 0)
		return e;
	if (rules->released_days > 0 &&
	    transfer_open(s->people, t->id, &fd) == 0) {
		struct record r;

		if ((e = as_released(s, t, &r)) == 0)
			e = quarantine_keep(s->state.quarantine, &r,
			    t->department, fd, t->receipt);
		close(fd);
	}
	return e;
}

/* The original is kept in quarantine, as that of any other that was held. */
static int
put_away(struct watch *s, const struct transfer *t, const char *why)
{
	struct record r;
	int fd, e;

	if ((e = transfer_open(s->people, t->id, &fd)) != 0)
		return e == ERR_NOENT ? 0 : e;
	if ((e = record_of(s, t, &r)) == 0) {
		r.verdict = VERDICT_HELD;
		r.reason_err = ERR_DENIED;
		snprintf(r.reason, sizeof(r.reason), "%s", why);
		e = quarantine_add(s->state.quarantine, &r, t->department, fd,
		    t->receipt);
	}
	if (e == 0)
		e = audit_append(s->state.audit, "hold", audit_of_record(&r),
		    AUDIT_SYNC);
	close(fd);
	return e;
}

/* Why somebody refused, for the person who waits. */
static int
take_reason(void *arg, const struct decision *d)
{
	char *why = arg;

	if (!d->is_yes && d->why[0] != '\0')
		snprintf(why, RECORD_REASON_BYTES, "%s", d->why);
	return 0;
}

static int
settle(struct watch *s, const struct transfer *t, const struct request *q,
    enum request_state decided)
{
	enum transfer_state state =
	    decided == REQUEST_APPROVED	  ? TRANSFER_RELEASED
	    : decided == REQUEST_REJECTED ? TRANSFER_REJECTED
					  : TRANSFER_EXPIRED;
	char why[RECORD_REASON_BYTES] = "";
	struct rules rules;
	int e;

	watch_rules_of(s, t->department, &rules);
	if (state == TRANSFER_REJECTED &&
	    (e = approve_decisions(s->people, q->id, take_reason, why)) != 0)
		return e;
	e = state == TRANSFER_RELEASED
		? release(s, t, &rules)
		: put_away(s, t,
		      state == TRANSFER_REJECTED
			  ? "an approver refused it"
			  : "nobody approved it in time");
	if (e == 0)
		e = transfer_settle(s->people, t->id, state, why);
	if (e == ERR_EXIST)
		return 0;
	if (e == 0 && state == TRANSFER_RELEASED)
		e = transfer_forget_result(s->people, t->id);
	if (e == 0)
		e = watch_say(s, t->id);
	log_info("%s: %s/%s: %s%s%s", t->id, t->department, t->login,
	    transfer_state_name(state), e != 0 ? ": " : "",
	    e != 0 ? err_text(e) : "");
	return e;
}

static int
decide_one(void *arg, const struct transfer *row)
{
	enum request_state state = REQUEST_OPEN;
	struct watch *s = arg;
	struct transfer t;
	struct request q;
	int e;

	e = approve_of(s->people, row->id, REQUEST_RELEASE, &q);
	if (e == 0 && (e = approve_state(s->people, &q, &state)) == 0 &&
	    state != REQUEST_OPEN &&
	    (e = transfer_get(s->people, row->id, &t)) == 0) {
		if (strcmp(q.sha256, t.result_sha256) != 0)
			e = ERR_DENIED;
		else
			e = settle(s, &t, &q, state);
		transfer_done(&t);
	}
	if (e == ERR_IO || e == ERR_NOMEM || e == ERR_LIMIT)
		return e;
	if (e != 0 && e != ERR_NOENT)
		log_error(_("%s: the decision cannot be carried out: %s"),
		    row->id, cli_err(e));
	return 0;
}

void
watch_decide(struct watch *s)
{
	struct transfer_filter f = { .state = TRANSFER_APPROVAL };
	uint64_t now = watch_now_ms();
	int e;

	if (!s->has_decisions || now < s->decide_ms)
		return;
	s->has_decisions = false;
	do {
		e = transfer_list(s->people, &f, decide_one, s);
		f.offset += 1000;
	} while (e == 0 && f.offset < 10000);
	if (e == 0)
		e = watch_imports(s);
	/* A tenth of the time at most, however many wait. */
	s->decide_ms = watch_now_ms() + DECIDE_MS + 9 * (watch_now_ms() - now);
	if (e != 0) {
		s->has_decisions = true;
		watch_hold_on(s, e, "STATE/people");
	}
}

/* ---- passwords */

static int
begin_password(struct watch *s, struct watch_caller *c)
{
	struct watch_job *j;
	struct transfer t;
	int fd, e;

	if ((e = transfer_get(s->people, c->id, &t)) != 0)
		return e;
	transfer_done(&t);
	t.receipt = t.receipt_text = NULL;
	if (t.state != TRANSFER_PASSWORD)
		return ERR_EXIST;
	if ((e = quarantine_read(s->state.quarantine, c->id, c->who,
		 "a password was entered", &fd)) != 0)
		return e;
	if ((j = watch_job_new(s, &t)) == NULL) {
		close(fd);
		return ERR_NOMEM;
	}
	watch_job_prepare(s, j, fd);
	j->p.passwords_fd = c->passwords;
	j->caller = c;
	j->phase = JOB_WORK;
	if ((e = pipeline_submit(s->pipeline, &j->p)) != 0) {
		j->caller = NULL;
		watch_job_free(s, j);
		return e;
	}
	c->is_in_work = true;
	return 0;
}

void
watch_passwords(struct watch *s)
{
	int e;

	for (size_t i = 0; i < WATCH_CALLERS; i++) {
		struct watch_caller *c = &s->callers[i];

		if (c->fd < 0 || !c->is_asking || c->is_in_work ||
		    s->is_dropping || pipeline_free_slots(s->pipeline) == 0)
			continue;
		if ((e = begin_password(s, c)) == 0)
			continue;
		watch_ctl_answer(c, false,
		    e == ERR_NOENT   ? N_("there is no such file")
		    : e == ERR_EXIST ? N_("it does not wait for a password")
				     : N_("the gateway cannot do it now; try "
					  "again later"));
	}
}

bool
watch_password_back(struct watch *s, struct watch_job *j)
{
	int e;

	if (ppap_wants(&j->p.record)) {
		watch_ctl_answer(j->caller, false,
		    N_("this password does not open it"));
		j->caller = NULL;
		j->phase = JOB_DONE;
		return false;
	}
	/* From here on as any other: a kill leaves it RECEIVED, and without
	 * the password it comes back to PASSWORD. */
	if ((e = transfer_again(s->people, j->t.id, j->p.in_fd,
		 j->caller->who)) == 0 &&
	    (e = transfer_work(s->people, j->t.id)) == 0)
		return true;
	watch_ctl_answer(j->caller, false,
	    e == ERR_EXIST ? N_("it does not wait for a password")
			   : N_("the gateway cannot do it now; try again "
				"later"));
	j->caller = NULL;
	j->phase = JOB_DONE;
	if (e != ERR_EXIST)
		watch_hold_on(s, e, j->t.id);
	return false;
}

/* ---- time */

static int
tell(void *arg, const struct request *q, bool is_expired)
{
	struct watch *s = arg;

	if (is_expired && q->kind == REQUEST_RELEASE)
		s->has_decisions = true;
	notify_request(s->policy, s->people,
	    is_expired ? EVENT_APPROVAL_EXPIRED : EVENT_APPROVAL_REMINDER, q);
	return 0;
}

/* A changed file of rules counts at once; a wrong one not at all. */
static void
reload_rules(struct watch *s)
{
	char why[POLICY_WHY_BYTES] = "";
	struct ruleset *fresh;
	struct stat st;

	if (s->policy->people_rules_file[0] == '\0' ||
	    stat(s->policy->people_rules_file, &st) != 0 ||
	    (st.st_mtim.tv_sec == s->rules_time.tv_sec &&
		st.st_mtim.tv_nsec == s->rules_time.tv_nsec))
		return;
	s->rules_time = st.st_mtim;
	if (rules_load(s->policy->people_rules_file, &fresh, why) != 0) {
		log_error(_("%s; the rules of before still hold"), why);
		return;
	}
	rules_free(s->rules);
	s->rules = fresh;
	s->n_denied = 0;
	log_info(_("the rules were read again"));
}

void
watch_minute(struct watch *s)
{
	uint64_t now = watch_now_ms();
	unsigned changed;
	int e;

	if (s->minute_ms != 0 && now - s->minute_ms < MINUTE_MS)
		return;
	s->minute_ms = now;
	s->has_rows = s->has_decisions = true;
	reload_rules(s);
	if ((s->is_unsaid && (e = watch_say_all(s)) != 0) ||
	    (e = account_due(s->people, &changed)) != 0 ||
	    (e = approve_tick(s->people, s->rules, tell, s)) != 0)
		watch_hold_on(s, e, "STATE/people");
}
