/*
 * From RECEIVED to the row that says what became of it. watch.h has the
 * order of things.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/utf8.h"
#include "cmd/ppap.h"
#include "cmd/watch.h"
#include "quarantine/notify.h"
#include "core/receipt.h"

#define GROUP_MS      150
#define SAID_MS	      500
#define ROWS_MS	      250
#define ROWS_MAX      10000
#define TRIES	      3
#define PASSING_TRIES 10
#define TEXT_BYTES    (8u << 20)

/* ---- the line */

static bool
is_aside(const struct watch *s, const char *id)
{
	for (size_t i = 0; i < s->n_aside; i++)
		if (strcmp(s->aside[i], id) == 0)
			return true;
	return false;
}

static int
add_row(void *arg, const struct transfer *t)
{
	struct watch *s = arg;
	int e;

	if (is_aside(s, t->id))
		return 0;
	e = watchqueue_add(s->queue, t->department, t->login, t->id, t->bytes,
	    watch_now_ms());
	return e == ERR_EXIST ? 0 : e;
}

void
watch_rows(struct watch *s)
{
	struct transfer_filter f = { .state = TRANSFER_RECEIVED,
		.limit = ROWS_MAX };
	uint64_t now = watch_now_ms(), n, bytes;
	size_t have = watchqueue_length(s->queue) + s->n_aside;
	int e;

	if (!s->has_rows || now - s->rows_ms < ROWS_MS)
		return;
	s->rows_ms = now;
	s->has_rows = false;
	if ((e = transfer_count(s->people, &f, &n, &bytes)) == 0 && n > have &&
	    have < ROWS_MAX)
		e = transfer_list(s->people, &f, add_row, s);
	if (e != 0)
		watch_hold_on(s, e, "STATE/people");
	else if (n > ROWS_MAX)
		s->has_rows = true; /* the rest when these are done */
}

/* ---- jobs */

struct watch_job *
watch_job_new(struct watch *s, const struct transfer *t)
{
	struct watch_job *j = calloc(1, sizeof(*j));

	if (j == NULL)
		return NULL;
	j->t = *t;
	j->t.receipt = j->t.receipt_text = NULL;
	j->p.in_fd = j->p.original_fd = j->p.out_fd = -1;
	j->p.passwords_fd = j->original = -1;
	watch_rules_of(s, t->department, &j->rules);
	j->next = s->jobs;
	s->jobs = j;
	s->n_jobs++;
	return j;
}

void
watch_job_free(struct watch *s, struct watch_job *j)
{
	struct watch_job **at = &s->jobs;

	while (*at != NULL && *at != j)
		at = &(*at)->next;
	if (*at != NULL) {
		*at = j->next;
		s->n_jobs--;
	}
	for (struct watch_job *k = s->jobs; k != NULL; k = k->next)
		if (k->leader == j)
			k->leader = NULL;
	pipeline_job_done(&j->p);
	if (j->p.in_fd >= 0)
		close(j->p.in_fd);
	if (j->original >= 0)
		close(j->original);
	free(j->json);
	free(j->text);
	free(j);
}

void
watch_job_prepare(struct watch *s, struct watch_job *j, int fd)
{
	struct record *r = &j->p.record;

	j->p.in_fd = fd;
	j->p.name = j->t.path;
	j->p.mode = PIPELINE_CLEAN;
	j->p.options = &s->policy->options;
	j->p.user = j;
	snprintf(r->source_kind, sizeof(r->source_kind), "folder");
	snprintf(r->source_from, sizeof(r->source_from), "%s/%s",
	    j->t.department, j->t.login);
	policy_stamp(s->policy, r);
}

unsigned
watch_in_pipeline(const struct watch *s)
{
	return s->o->slots - pipeline_free_slots(s->pipeline);
}

static unsigned
large_jobs(const struct watch *s)
{
	unsigned n = 0;

	for (const struct watch_job *j = s->jobs; j != NULL; j = j->next)
		n += j->phase == JOB_WORK && !j->is_back && j->is_large;
	return n;
}

static struct watch_job *
find_leader(const struct watch *s, const struct watch_job *j)
{
	char ext[16], other[16];

	watch_extension(j->t.path, ext);
	for (struct watch_job *k = s->jobs; k != NULL; k = k->next) {
		if (k == j || k->phase != JOB_WORK || k->caller != NULL ||
		    strcmp(k->t.sha256, j->t.sha256) != 0)
			continue;
		watch_extension(k->t.path, other);
		if (strcmp(ext, other) == 0)
			return k;
	}
	return NULL;
}

static void
submit(struct watch *s, struct watch_job *j)
{
	int e;

	j->phase = JOB_WORK;
	j->leader = NULL;
	if ((e = pipeline_submit(s->pipeline, &j->p)) == 0)
		return;
	log_error(_("the worker does not answer: %s"), cli_err(e));
	s->stop = STATUS_INTERNAL;
	s->is_dropping = true;
	j->is_back = true;
}

/* Its row may be somebody else's by now; that is no fault. */
static int
begin_job(struct watch *s, const char *id, bool is_large)
{
	struct transfer t;
	struct watch_job *j;
	uint64_t seq = 0;
	int fd, e;

	if ((e = transfer_get(s->people, id, &t)) != 0)
		return e == ERR_NOENT ? 0 : e;
	transfer_done(&t);
	t.receipt = t.receipt_text = NULL;
	watch_lazy(s, true); /* it is RECEIVED again at the next start */
	e = transfer_work(s->people, id);
	watch_lazy(s, false);
	if (e != 0)
		return e == ERR_EXIST || e == ERR_NOENT ? 0 : e;
	if ((e = transfer_open(s->people, id, &fd)) != 0 ||
	    (e = spool_find(s->spool, id, &seq)) != 0)
		return e;
	if ((j = watch_job_new(s, &t)) == NULL) {
		close(fd);
		return ERR_NOMEM;
	}
	j->is_large = is_large;
	j->is_sealed = seq != 0;
	watch_job_prepare(s, j, fd);
	if (watch_recall(s, j)) {
		j->phase = JOB_WORK;
		j->is_back = true;
	} else if ((j->leader = find_leader(s, j)) != NULL) {
		j->phase = JOB_FOLLOW;
	} else {
		submit(s, j);
	}
	return 0;
}

void
watch_start_jobs(struct watch *s)
{
	char id[RECORD_ID_BYTES];
	bool is_large;
	int e;

	while (!s->is_dropping && s->stop == 0 && cli_stop == 0 &&
	       s->n_jobs < WATCH_JOBS && pipeline_free_slots(s->pipeline) > 0) {
		if (watchqueue_take(s->queue, s->o->slots, large_jobs(s), id,
			&is_large) != 0)
			return;
		if ((e = begin_job(s, id, is_large)) != 0)
			watch_hold_on(s, e, id);
	}
}

void
watch_job_back(struct watch *s, struct pipeline_job *p)
{
	struct watch_job *j = p->user;

	j->is_back = true;
	watch_remember(s, j);
}

/* ---- the verdict */

static void
hold(struct record *r, int err, const char *why)
{
	r->verdict = VERDICT_HELD;
	r->method = METHOD_NONE;
	r->reason_err = err;
	snprintf(r->reason, sizeof(r->reason), "%s", why);
	r->out_name[0] = r->out_format[0] = '\0';
	r->out_bytes = 0;
	memset(r->out_sha256, 0, sizeof(r->out_sha256));
}

static void
judge(struct watch *s, struct watch_job *j)
{
	struct record *r = &j->p.record;
	char why[RECORD_REASON_BYTES];
	const char *format;

	memcpy(r->id, j->t.id, sizeof(r->id));
	if (j->is_sealed && r->verdict == VERDICT_RELEASED) {
		record_name_output(r); /* it was judged, and has crossed */
		return;
	}
	policy_judge(s->policy, r);
	if (r->verdict == VERDICT_RELEASED && ppap_wants(r))
		hold(r, ERR_ENCRYPTED, "a file inside needs a password");
	if (r->verdict == VERDICT_RELEASED &&
	    (format = rules_format(&j->rules, r)) != NULL) {
		snprintf(why, sizeof(why),
		    "the department may not bring in this format: %s", format);
		hold(r, ERR_DENIED, why);
	}
	if (s->bad_n >= TRIES && strcmp(s->bad_id, j->t.id) == 0 &&
	    r->verdict == VERDICT_RELEASED)
		hold(r, ERR_INTERNAL, "the result could not be handed on");
	if (r->verdict == VERDICT_RELEASED)
		record_name_output(r);
}

static enum transfer_state
state_of(const struct watch_job *j)
{
	const struct record *r = &j->p.record;

	if (r->verdict == VERDICT_BLOCKED)
		return TRANSFER_BLOCKED;
	if (r->verdict != VERDICT_RELEASED)
		return ppap_wants(r) ? TRANSFER_PASSWORD : TRANSFER_HELD;
	if (!j->is_sealed &&
	    rules_wants_approval(&j->rules, r, j->t.login, j->t.class))
		return TRANSFER_APPROVAL;
	return TRANSFER_RELEASED;
}

static int
make_receipts(struct watch_job *j)
{
	const char *text;
	char *unused = NULL;
	struct buf b;
	int e;

	if ((e = cli_receipts(&j->p.record, &j->json, &unused)) != 0)
		return e;
	free(unused);
	buf_init(&b, TEXT_BYTES);
	e = receipt_text_ja(&j->p.record, &b);
	if (e == 0 &&
	    ((text = buf_cstr(&b)) == NULL || (j->text = strdup(text)) == NULL))
		e = ERR_NOMEM;
	buf_done(&b);
	return e;
}

/* ---- the end */

/* A fault again and again of one document alone must not stop the others. */
static void
count_fault(struct watch *s, const struct watch_job *j, int e)
{
	if (e == ERR_IO || e == ERR_NOMEM)
		return;
	s->bad_n = strcmp(s->bad_id, j->t.id) == 0 ? s->bad_n + 1 : 1;
	memcpy(s->bad_id, j->t.id, sizeof(s->bad_id));
	if (s->bad_n <= 2 * TRIES || s->n_aside == WATCH_ASIDE)
		return;
	log_error(_("%s: cannot be finished (%s); it waits until the next "
		    "start"),
	    j->t.id, cli_err(e));
	memcpy(s->aside[s->n_aside++], j->t.id, RECORD_ID_BYTES);
}

static void
complete(struct watch *s, struct watch_job *j, int e)
{
	enum transfer_state state = state_of(j);
	const struct record *r = &j->p.record;

	if (e == 0 && state == TRANSFER_RELEASED && j->rules.released_days > 0)
		e = quarantine_keep(s->state.quarantine, r, j->t.department,
		    j->p.original_fd, j->json);
	if (e == 0)
		e = transfer_finish(s->people, j->t.id, state, r, j->json,
		    j->text, state == TRANSFER_APPROVAL ? j->p.out_fd : -1,
		    &j->rules);
	if (e == ERR_EXIST || e == ERR_NOENT) /* somebody settled it */
		e = 0;
	else if (e == 0) {
		log_info("%s: %s/%s: %s%s%s", j->t.id, j->t.department,
		    j->t.login, transfer_state_name(state),
		    r->reason[0] != '\0' ? ": " : "", r->reason);
		s->backoff_ms = 0;
		if (state == TRANSFER_APPROVAL)
			notify_transfer(s->policy, s->people,
			    EVENT_APPROVAL_WAITING, j->t.id, REQUEST_RELEASE);
		e = watch_say(s, j->t.id);
	}
	if (e != 0) {
		count_fault(s, j, e);
		watch_hold_on(s, e, j->t.id);
	}
	if (j->caller != NULL)
		watch_ctl_answer(j->caller,
		    e == 0 && (state == TRANSFER_RELEASED ||
				  state == TRANSFER_APPROVAL),
		    e != 0 ? N_("the gateway cannot do it now; try again later")
		    : state == TRANSFER_RELEASED
			? N_("opened, sanitised and on its way")
		    : state == TRANSFER_APPROVAL
			? N_("opened and sanitised; it waits for approval")
			: N_("opened, but it is held; see the receipt"));
	j->caller = NULL;
	j->phase = JOB_DONE;
}

void
watch_crossed(void *arg, struct crossing_item *c, int err)
{
	struct watch *s = arg;

	s->crossing_n--;
	if (err == 0 && c->record->verdict == VERDICT_RELEASED)
		s->sender.is_unsent = true;
	if (c->user != NULL)
		((struct watch_job *)c->user)->err = err;
	if (c->user != NULL)
		complete(s, c->user, err);
}

static int
copy_text(const char *from, char **to)
{
	if (from == NULL)
		return 0;
	*to = strdup(from);
	return *to == NULL ? ERR_NOMEM : 0;
}

static void
cross(struct watch *s, struct watch_job *j)
{
	struct record *r = &j->p.record;
	bool out = r->verdict == VERDICT_RELEASED;
	struct crossing_item c = { .record = r,
		.out_fd = out ? j->p.out_fd : -1,
		.original_fd = j->p.original_fd,
		.once = j->t.id,
		.department = j->t.department,
		.who = j->t.login,
		.folder = j->t.login,
		.mtime = j->t.mtime,
		.user = j };

	j->phase = JOB_CROSS;
	if (copy_text(j->json, &c.receipt) != 0 ||
	    (out && copy_text(j->text, &c.receipt_text) != 0)) {
		free(c.receipt);
		complete(s, j, ERR_NOMEM);
		return;
	}
	if (s->crossing_n++ == 0)
		s->group_ms = watch_now_ms();
	(void)!crossing_put(s->crossing, &c); /* watch_crossed() hears it */
}

/* No verdict on the document: the scanner, the disk or the memory failed. */
static bool
is_passing(const struct record *r)
{
	return r->verdict == VERDICT_HELD &&
	       (r->reason_err == ERR_SCANNER || r->reason_err == ERR_IO ||
		   r->reason_err == ERR_NOMEM);
}

/* What the pipeline could not even copy is kept as it came. */
static int
need_original(struct watch_job *j)
{
	struct record *r = &j->p.record;
	size_t n;

	if (j->p.original_fd >= 0)
		return 0;
	j->p.original_fd = fcntl(j->p.in_fd, F_DUPFD_CLOEXEC, 0);
	r->in_bytes = j->t.bytes;
	return j->p.original_fd < 0 ||
		       sodium_hex2bin(r->in_sha256, HASH_BYTES, j->t.sha256,
			   strlen(j->t.sha256), NULL, &n, NULL) != 0
		   ? ERR_IO
		   : 0;
}

/* The result is there: judge, and send it where it goes. */
static void
advance(struct watch *s, struct watch_job *j)
{
	enum transfer_state state;
	int e;

	if (is_passing(&j->p.record) && j->t.tries < PASSING_TRIES &&
	    j->caller == NULL) {
		j->phase = JOB_DONE;
		watch_hold_on(s, j->p.record.reason_err, j->t.id);
		return;
	}
	if ((e = need_original(j)) != 0) {
		j->phase = JOB_DONE;
		watch_hold_on(s, e, j->t.id);
		return;
	}
	judge(s, j);
	if (j->caller != NULL && !watch_password_back(s, j))
		return;
	if ((e = make_receipts(j)) != 0) {
		complete(s, j, e);
		return;
	}
	state = state_of(j);
	if (state == TRANSFER_APPROVAL ||
	    (j->is_sealed && state == TRANSFER_RELEASED))
		complete(s, j, 0);
	else
		cross(s, j);
}

/* Its leader is done: the same result, or a try of its own. */
static void
follow(struct watch *s, struct watch_job *j)
{
	if (j->leader != NULL && !j->leader->is_back)
		return;
	if (watch_recall(s, j)) {
		j->leader = NULL;
		j->phase = JOB_WORK;
		j->is_back = true;
	} else if (pipeline_free_slots(s->pipeline) > 0) {
		submit(s, j);
	}
}

static void
drop_done(struct watch *s)
{
	struct watch_job *j, *next;

	for (j = s->jobs; j != NULL; j = next) {
		next = j->next;
		if (j->phase == JOB_DONE)
			watch_job_free(s, j);
	}
}

void
watch_flush(struct watch *s)
{
	if (s->crossing_n > 0)
		(void)!crossing_flush(s->crossing);
}

void
watch_hand_over(struct watch *s)
{
	struct watch_job *j;
	int e;

	for (j = s->jobs; j != NULL && !s->is_dropping; j = j->next)
		if (j->phase == JOB_FOLLOW)
			follow(s, j);
	for (j = s->jobs; j != NULL && !s->is_dropping; j = j->next)
		if (j->phase == JOB_WORK && j->is_back)
			advance(s, j);
	if (s->crossing_n > 0 && (watch_in_pipeline(s) == 0 ||
				     watch_now_ms() - s->group_ms >= GROUP_MS))
		watch_flush(s);
	if (s->n_saying > 0 &&
	    (watch_in_pipeline(s) == 0 ||
		watch_now_ms() - s->saying_ms >= SAID_MS) &&
	    (e = watch_said(s)) != 0)
		watch_hold_on(s, e, s->policy->people_root);
	drop_done(s);
}

/* Whatever the pipeline gave back, and what never went there. */
void
watch_jobs_drop(struct watch *s)
{
	struct watch_job *j, *next;

	watch_flush(s);
	for (j = s->jobs; j != NULL; j = next) {
		next = j->next;
		if (j->phase == JOB_WORK && !j->is_back)
			continue;
		if (j->caller != NULL)
			watch_ctl_answer(j->caller, false,
			    N_("the gateway cannot do it now; try again "
			       "later"));
		watch_job_free(s, j);
	}
}
