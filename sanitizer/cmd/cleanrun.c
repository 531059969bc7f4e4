/*
 * The run of `sekisho clean`. Documents are worked on side by side and
 * finished in the order of the inputs, so that names, receipts and reports
 * are the same for every -j. A window bounds how many wait for their turn.
 *
 * What is released, recorded and stored is quarantine/crossing.h's business:
 * it gives each document back by done() when its fate is on disk.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/log.h"
#include "base/utf8.h"
#include "cmd/clean.h"
#include "cmd/progress.h"
#include "core/outcome.h"
#include "core/receipt.h"
#include "core/spool.h"
#include "quarantine/crossing.h"

#define WINDOW_MAX	 128
#define WINDOW_BYTES_MAX (UINT64_C(512) << 20) /* of waiting inputs */

struct item {
	struct pipeline_job job;
	char *path, *rel;
	struct timespec times[2];
	uint64_t bytes;
	bool is_finished; /* by the pipeline, or refused unread */
};

struct run {
	const struct clean_options *o;
	const struct policy *policy;
	struct cli_state state;
	struct pipeline *pipeline;
	struct spool *spool;
	struct crossing *crossing;
	struct report *report;
	struct receipts receipts;
	struct walk *walk;
	struct progress progress;
	struct report_totals totals;
	int dest_fd, passwords_fd;
	struct item *ring[WINDOW_MAX];
	size_t head, n, window;
	uint64_t waiting_bytes;
	uint64_t unreadable, refused;
	enum outcome worst;
	bool at_end;
	int stop; /* exit status that ends the run, or 0 */
};

static void
item_free(struct item *it)
{
	if (it == NULL)
		return;
	pipeline_job_done(&it->job);
	if (it->job.in_fd >= 0)
		close(it->job.in_fd);
	free(it->path);
	free(it->rel);
	free(it);
}

/* ---- the end of one document */

static void
say(struct run *run, const struct item *it, const struct record *r)
{
	enum words_lang lang = cli_lang();
	char in[RECORD_NAME_BYTES];

	if (run->progress.is_tty && r->verdict == VERDICT_RELEASED)
		return;
	progress_clear(&run->progress);
	utf8_printable(it->path, strlen(it->path), in, sizeof(in));
	if (r->verdict == VERDICT_RELEASED)
		fprintf(stderr, "%s: %s -> %s\n",
		    words_verdict(r->verdict, lang), in, r->out_name);
	else
		fprintf(stderr, "%s: %s: %s (%s)\n",
		    words_verdict(r->verdict, lang), in,
		    words_reason(r->reason_err, r->verdict, lang), r->reason);
}

/* A release that could not be recorded or stored is no release. */
static void
undo(struct record *r, int err)
{
	if (r->verdict != VERDICT_RELEASED)
		return;
	r->verdict = VERDICT_HELD;
	r->method = METHOD_NONE;
	r->out_name[0] = r->out_format[0] = '\0';
	r->out_bytes = 0;
	memset(r->out_sha256, 0, sizeof(r->out_sha256));
	r->reason_err = ERR_INTERNAL;
	snprintf(r->reason, sizeof(r->reason),
	    "it could not be recorded or stored: %s", err_text(err));
}

/* Our own files: a failure ends the run, nothing is taken back. */
static void
own_fault(struct run *run, int err, const char *path)
{
	progress_clear(&run->progress);
	log_error(_("%s: cannot be written: %s"), path,
	    err == ERR_IO ? strerror(errno) : cli_err(err));
	if (run->stop == 0)
		run->stop = cli_status(err);
}

static void
finish(struct run *run, struct item *it, int err)
{
	struct record *r = &it->job.record;
	int e;

	run->worst = outcome_worse(run->worst, outcome_of(r->verdict, err));
	if (err != 0)
		undo(r, err);
	if (r->verdict == VERDICT_RELEASED && run->dest_fd >= 0)
		(void)!utimensat(run->dest_fd, r->out_name, it->times,
		    AT_SYMLINK_NOFOLLOW);
	report_count(&run->totals, r);
	if ((e = receipts_write(&run->receipts, r)) != 0)
		own_fault(run, e, run->o->receipt);
	if (run->report != NULL && (e = report_add(run->report, r)) != 0 &&
	    run->stop == 0)
		own_fault(run, e, run->o->report);
	say(run, it, r);
	run->progress.done++;
	run->progress.done_bytes += it->bytes;
	progress_tick(&run->progress);
	item_free(it);
}

static void
crossed(void *arg, struct crossing_item *c, int err)
{
	struct run *run = arg;

	if (err != 0) {
		progress_clear(&run->progress);
		log_error(_("%s: could not be recorded or stored: %s"),
		    c->record->in_name,
		    err == ERR_IO ? strerror(errno) : cli_err(err));
	}
	finish(run, c->user, err);
}

/* ---- hand over, in order */

/* The receipts that travel or are stored with the document. */
static int
attach(const struct run *run, struct crossing_item *c)
{
	if (c->record->verdict == VERDICT_RELEASED && run->spool == NULL)
		return 0;
	return cli_receipts(c->record, &c->receipt, &c->receipt_text);
}

static void
hand_over(struct run *run, struct item *it)
{
	struct record *r = &it->job.record;
	struct crossing_item c = { .record = r, .user = it };
	int e;

	policy_judge(run->policy, r);
	if (r->verdict == VERDICT_RELEASED)
		record_name_output(r);
	c.original_fd = it->job.original_fd;
	c.out_fd = r->verdict == VERDICT_RELEASED ? it->job.out_fd : -1;
	if ((e = attach(run, &c)) != 0) {
		free(c.receipt);
		free(c.receipt_text);
		run->stop = cli_status(e);
		finish(run, it, e);
		return;
	}
	if ((e = crossing_put(run->crossing, &c)) != 0 && run->stop == 0)
		run->stop = cli_status(e);
}

static void
hand_over_finished(struct run *run)
{
	while (run->n > 0 && run->ring[run->head]->is_finished &&
	       run->stop == 0) {
		struct item *it = run->ring[run->head];

		run->ring[run->head] = NULL;
		run->head = (run->head + 1) % WINDOW_MAX;
		run->n--;
		run->waiting_bytes -= it->bytes;
		hand_over(run, it);
	}
}

/* ---- take in */

/* A record for what could not even be opened. */
static void
refuse(struct run *run, struct item *it, const struct walk_entry *w)
{
	struct record *r = &it->job.record;
	const char *why;

	switch (w->what) {
	case WALK_SYMLINK:
		why = "a symbolic link: not followed";
		break;
	case WALK_SPECIAL:
		why = "not a regular file (device, socket or pipe)";
		break;
	case WALK_TOO_LONG:
		why = "its path is too long or too deep";
		break;
	default:
		why = strerror(w->error);
		run->unreadable++;
	}
	run->refused++;
	r->reason_err = ERR_IO;
	if (w->what == WALK_SYMLINK || w->what == WALK_SPECIAL) {
		r->verdict = VERDICT_BLOCKED;
		r->reason_err = ERR_BLOCKED;
	} else if (w->what == WALK_TOO_LONG) {
		r->reason_err = ERR_LIMIT;
	}
	record_id_new(r->id);
	record_time_now(r->time);
	utf8_printable(it->rel, strlen(it->rel), r->in_name,
	    sizeof(r->in_name));
	utf8_printable(why, strlen(why), r->reason, sizeof(r->reason));
	it->is_finished = true;
}

static struct item *
item_new(struct run *run, const struct walk_entry *w)
{
	struct item *it = calloc(1, sizeof(*it));
	struct record *r;

	if (it == NULL)
		return NULL;
	it->job.in_fd = w->fd;
	it->job.original_fd = it->job.out_fd = -1;
	it->path = strdup(w->path);
	it->rel = strdup(w->rel);
	if (it->path == NULL || it->rel == NULL) {
		item_free(it);
		return NULL;
	}
	r = &it->job.record;
	snprintf(r->source_kind, sizeof(r->source_kind), "clean");
	utf8_printable(it->path, strlen(it->path), r->source_from,
	    sizeof(r->source_from));
	policy_stamp(run->policy, r);
	it->job.name = it->rel;
	it->job.mode = PIPELINE_CLEAN;
	it->job.options = &run->policy->options;
	it->job.passwords_fd = run->passwords_fd;
	it->job.user = it;
	if (w->what == WALK_FILE) {
		it->times[0] = w->st.st_atim;
		it->times[1] = w->st.st_mtim;
		it->bytes = (uint64_t)w->st.st_size;
	}
	return it;
}

static void
take_next(struct run *run)
{
	struct walk_entry w = { .fd = -1 };
	struct item *it;
	int e;

	if ((e = walk_next(run->walk, &w)) == ERR_NOENT) {
		run->at_end = true;
		return;
	}
	if (e != 0 || (it = item_new(run, &w)) == NULL) {
		log_error(_("out of memory"));
		run->stop = STATUS_AGAIN;
		return;
	}
	if (w.what != WALK_FILE) {
		refuse(run, it, &w);
	} else if ((e = pipeline_submit(run->pipeline, &it->job)) != 0) {
		log_error(_("the worker does not answer: %s"), cli_err(e));
		run->stop = STATUS_INTERNAL;
		item_free(it);
		return;
	}
	run->ring[(run->head + run->n++) % WINDOW_MAX] = it;
	run->waiting_bytes += it->bytes;
}

static bool
may_take(const struct run *run)
{
	return !run->at_end && run->stop == 0 && cli_stop == 0 &&
	       run->n < run->window && pipeline_free_slots(run->pipeline) > 0 &&
	       (run->n == 0 || run->waiting_bytes < WINDOW_BYTES_MAX);
}

static void
work(struct run *run)
{
	struct pipeline_job *job;
	int e;

	while (run->stop == 0 && cli_stop == 0 &&
	       !(run->at_end && run->n == 0)) {
		while (may_take(run))
			take_next(run);
		hand_over_finished(run);
		e = pipeline_wait(run->pipeline, 100, &job);
		if (job != NULL)
			((struct item *)job->user)->is_finished = true;
		else if (e != 0)
			run->stop = STATUS_INTERNAL;
		hand_over_finished(run);
		progress_tick(&run->progress);
	}
}

/* ---- begin and end */

static int
open_dest(struct run *run)
{
	const char *dest = run->o->dest;
	struct stat st, src;

	if (dest == NULL)
		return 0;
	if (fsx_mkdirs(dest, 0777) == 0)
		run->dest_fd = open(dest, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (run->dest_fd < 0 || fstat(run->dest_fd, &st) < 0) {
		log_error(_("%s: the folder for results cannot be used: %s"),
		    dest, strerror(errno));
		return errno == ENOSPC ? STATUS_AGAIN : STATUS_USAGE;
	}
	for (size_t i = 0; i < run->o->n_sources; i++)
		if (stat(run->o->sources[i], &src) == 0 &&
		    src.st_dev == st.st_dev && src.st_ino == st.st_ino) {
			/* Originals would stand where results are looked for.
			 */
			log_error(_("%s: the folder for results is an input"),
			    dest);
			return STATUS_USAGE;
		}
	walk_skip(run->walk, &st);
	return 0;
}

static int
open_spool(struct run *run)
{
	int e;

	if (!run->o->spool)
		return 0;
	e = spool_open(run->policy->state_dir, &run->state.keys, &run->spool);
	if (e != 0)
		log_error(_("%s/spool: cannot be opened: %s"),
		    run->policy->state_dir, cli_err(e));
	return cli_status(e);
}

static int
open_report(struct run *run)
{
	enum report_kind kind;
	int e;

	if (run->o->report == NULL ||
	    report_kind_of(run->o->report, &kind) != 0)
		return 0;
	if ((e = clean_may_replace("--report", run->o->report)) != 0)
		return e;
	if ((e = report_open(run->o->report, kind, &run->report)) != 0)
		log_error(_("%s: the report cannot be written: %s"),
		    run->o->report, strerror(errno));
	return e == 0 ? 0 : STATUS_USAGE;
}

static int
open_crossing(struct run *run)
{
	struct crossing_setup setup = {
		.audit = run->state.audit,
		.quarantine = run->state.quarantine,
		.spool = run->spool,
		.dest_fd = run->dest_fd,
		.policy = run->policy,
		.kind = "folder",
		.department = run->o->department,
		.who = cli_who(),
		.done = crossed,
		.arg = run,
	};
	int e = crossing_open(&setup, &run->crossing);

	if (e != 0)
		log_error(_("cannot start: %s"), cli_err(e));
	return cli_status(e);
}

/* Nothing of ours is an input, wherever it stands. */
static void
skip_own(struct run *run)
{
	struct stat st;

	if (stat(run->policy->state_dir, &st) == 0)
		walk_skip(run->walk, &st);
	if (run->receipts.dirfd >= 0)
		walk_skip(run->walk, &run->receipts.st);
}

/* Each waiting document holds a few descriptors. */
static void
raise_descriptors(void)
{
	struct rlimit rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) == 0 && rl.rlim_cur < rl.rlim_max) {
		rl.rlim_cur = rl.rlim_max < 4096 ? rl.rlim_max : 4096;
		(void)!setrlimit(RLIMIT_NOFILE, &rl);
	}
}

static int
begin(struct run *run)
{
	const struct clean_options *o = run->o;
	int s;

	raise_descriptors();
	run->window = o->jobs * 4 < WINDOW_MAX ? o->jobs * 4 : WINDOW_MAX;
	if (walk_open(o->sources, o->n_sources, &run->walk) != 0)
		return STATUS_AGAIN;
	if (o->passwords != NULL) {
		run->passwords_fd = open(o->passwords, O_RDONLY | O_CLOEXEC);
		if (run->passwords_fd < 0)
			return STATUS_NOINPUT;
	}
	if ((s = cli_pipeline(run->policy, o->jobs, &run->pipeline)) != 0 ||
	    (s = cli_state_open(&run->state, run->policy,
		 STATE_CREATE | STATE_QUARANTINE)) != 0 ||
	    (s = open_dest(run)) != 0 || (s = open_spool(run)) != 0 ||
	    (s = receipts_open(&run->receipts, o->receipt, o->sources,
		 o->n_sources)) != 0 ||
	    (s = open_report(run)) != 0 || (s = open_crossing(run)) != 0)
		return s;
	skip_own(run);
	return 0;
}

/* For the bar: how much there will be. */
static void
count_inputs(struct run *run)
{
	struct walk_entry e;
	struct walk *w;

	progress_start(&run->progress);
	if (!run->progress.is_tty ||
	    walk_open(run->o->sources, run->o->n_sources, &w) != 0)
		return;
	while (walk_next(w, &e) == 0) {
		run->progress.files++;
		if (e.what == WALK_FILE) {
			run->progress.bytes += (uint64_t)e.st.st_size;
			close(e.fd);
		}
	}
	walk_close(w);
}

static int
status_of(const struct run *run)
{
	if (run->stop != 0)
		return run->stop;
	if (cli_stop != 0)
		return STATUS_AGAIN;
	if (run->worst == OUTCOME_INTERNAL || run->worst == OUTCOME_TEMPORARY)
		return outcome_row(run->worst)->clean_exit;
	if (run->unreadable > 0)
		return STATUS_NOINPUT;
	return outcome_row(run->worst)->clean_exit;
}

/* Everything is closed in any case; the first fault is the status. */
static int
end(struct run *run, int status)
{
	bool partial;
	int e;

	if (run->crossing != NULL && (e = crossing_close(run->crossing)) != 0 &&
	    status == 0 && run->stop == 0)
		run->stop = cli_status(e);
	progress_clear(&run->progress);
	pipeline_close(run->pipeline);
	for (; run->n > 0; run->n--) {
		item_free(run->ring[run->head]);
		run->head = (run->head + 1) % WINDOW_MAX;
	}
	partial = run->stop != 0 || cli_stop != 0;
	if (run->report != NULL && status != 0)
		report_discard(run->report);
	else if (run->report != NULL &&
		 (e = report_close(run->report, partial)) != 0)
		own_fault(run, e, run->o->report);
	if (status == 0) {
		if (partial)
			log_warn(_("the run was broken off; not every file "
				   "was processed"));
		clean_summary(run->o, run->policy, &run->totals, run->refused);
		status = status_of(run);
	}
	if (run->spool != NULL)
		spool_close(run->spool);
	e = cli_state_close(&run->state);
	receipts_close(&run->receipts);
	walk_close(run->walk);
	if (run->dest_fd >= 0)
		close(run->dest_fd);
	if (run->passwords_fd >= 0)
		close(run->passwords_fd);
	return status == 0 || status == STATUS_NOT_ALL ? (e != 0 ? e : status)
						       : status;
}

int
clean_run(const struct clean_options *o, const struct policy *policy)
{
	struct run run = { .o = o,
		.policy = policy,
		.dest_fd = -1,
		.passwords_fd = -1,
		.receipts = { .dirfd = -1 },
		.worst = OUTCOME_RELEASED };
	int status = begin(&run);

	if (status == 0) {
		count_inputs(&run);
		work(&run);
	}
	return end(&run, status);
}
