/*
 * sekisho quarantine rerun: originals through the pipeline again, under this
 * version and policy. What a person brought in goes back to the watcher, with
 * its rules and approvals; a mail crosses to whom it was for; a file without a
 * transfer crosses when the department's rules let it and ask for no approval.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "cmd/ppap.h"
#include "cmd/quarantine.h"
#include "core/event.h"
#include "quarantine/transfer.h"

struct runner {
	const struct rerun *ask;
	struct pipeline *pipeline; /* started when the first one needs it */
	struct options options;
	struct ruleset *rules;
	struct pipeline_job job; /* lives as long as the pipeline */
};

int
quarantine_rules(const struct policy *p, struct ruleset **out)
{
	char why[POLICY_WHY_BYTES] = "";
	int e = rules_load(p->people_rules_file, out, why);

	if (e == 0)
		return STATUS_OK;
	log_error("%s", why[0] != '\0' ? why : cli_err(e));
	return STATUS_NOINPUT;
}

static int
held(const char *id, const char *why)
{
	log_error("%s: %s", id, gettext(why));
	return STATUS_NOT_ALL;
}

/* ---- one that a person brought in */

static int
give_back(struct runner *r, const struct transfer *t)
{
	struct cli_state *st = r->ask->st;
	int fd, e;

	if (r->ask->has_policy)
		return cli_usage("quarantine",
		    _("%s: the watcher works by its own policy; --dry-run "
		      "says what another one would do"),
		    t->id);
	if (t->state != TRANSFER_HELD && t->state != TRANSFER_PASSWORD)
		return held(t->id, t->state == TRANSFER_BLOCKED
				       ? N_("what is blocked never crosses")
				       : N_("it is not held"));
	e = quarantine_read(st->quarantine, t->id, cli_who(), "rerun", &fd);
	if (e == 0) {
		e = transfer_again(st->people, t->id, fd, cli_who());
		close(fd);
	}
	if (e != 0) {
		log_error("%s: %s", t->id,
		    e == ERR_NOENT ? _("its original was disposed of")
				   : cli_err(e));
		return e == ERR_NOENT ? STATUS_NOINPUT : cli_status(e);
	}
	printf(_("%s: given to the watcher again\n"), t->id);
	return STATUS_OK;
}

/* ---- in the cage */

static int
run(struct runner *r, struct opened *o, const char *why)
{
	struct pipeline_job *job = &r->job;
	int fd, status, e;

	if (r->pipeline == NULL &&
	    (status = cli_pipeline(r->ask->policy, 1, &r->pipeline)) != 0)
		return status;
	e = quarantine_read(r->ask->st->quarantine, o->item.id, cli_who(), why,
	    &fd);
	if (e != 0) {
		log_error("%s: %s", o->item.id,
		    e == ERR_NOENT ? _("its original was disposed of")
				   : cli_err(e));
		return e == ERR_NOENT ? STATUS_NOINPUT : cli_status(e);
	}
	*job = (struct pipeline_job){ .in_fd = fd,
		.name = o->is_mail ? "message.eml" : o->item.name,
		.mode = PIPELINE_CLEAN,
		.options = &r->options,
		.passwords_fd = -1,
		.original_fd = -1,
		.out_fd = -1 };
	snprintf(job->record.source_kind, sizeof(job->record.source_kind), "%s",
	    o->item.source_kind);
	snprintf(job->record.source_from, sizeof(job->record.source_from), "%s",
	    o->item.source_from);
	policy_stamp(r->ask->policy, &job->record);
	r->options.mail_fresh = o->is_mail;
	r->options.mail_followup =
	    o->is_mail && strstr(o->item.reason, "delivered") != NULL;
	/* What is kept for pick-up is picked up. */
	r->options.mail_files = r->ask->policy->options.mail_files;
	if (r->options.mail_followup && r->options.mail_files == MAIL_DETACH)
		r->options.mail_files = MAIL_SANITISE;
	status = cli_run_one(r->pipeline, job);
	close(fd);
	job->in_fd = -1;
	if (status == STATUS_OK)
		policy_judge(r->ask->policy, &job->record);
	return status;
}

/* What the department's rules say about a file that nobody's transfer is. */
static const char *
rules_against(struct runner *r, const struct opened *o,
    const struct record *rec)
{
	struct rules rules;

	if (o->is_mail)
		return NULL;
	rules_of(r->rules, o->item.department, &rules);
	if (rules_format(&rules, rec) != NULL)
		return N_("the rules of the department do not take this "
			  "format");
	if (rules_wants_approval(&rules, rec, "", CLASS_NONE))
		return N_("it needs an approval: bring it in through the drop "
			  "folder or the console");
	return NULL;
}

static bool
has_file(const struct record *rec)
{
	for (size_t i = 0; i < rec->n_members; i++)
		if (rec->members[i].verdict == VERDICT_RELEASED)
			return true;
	return false;
}

static int
release(struct runner *r, struct opened *o, struct pipeline_job *job)
{
	const struct record *rec = &job->record;
	const char *no;
	int e;

	if (rec->verdict != VERDICT_RELEASED) {
		log_error(_("%s: still held: %s"), o->item.id,
		    words_reason(rec->reason_err, rec->verdict, cli_lang()));
		return STATUS_NOT_ALL;
	}
	if ((no = rules_against(r, o, rec)) != NULL)
		return held(o->item.id, no);
	if (r->options.mail_followup && !has_file(rec))
		return held(o->item.id,
		    N_("still held: no file of it can be let through"));
	if (r->ask->dry) {
		printf(_("%s: would be released\n"), o->item.id);
		return STATUS_OK;
	}
	if ((e = opened_cross(o, job)) != 0) {
		log_error("%s: %s", o->item.id, cli_err(e));
		return cli_status(e);
	}
	printf(_("%s: sanitised, and in the spool\n"), o->item.id);
	return STATUS_OK;
}

static int
rerun_one(struct runner *r, const char *id)
{
	struct opened o = { .st = r->ask->st, .policy = r->ask->policy };
	struct transfer t;
	int status, e;

	if ((e = opened_find(&o, id)) != 0) {
		log_error(e == ERR_NOENT ? _("%s: no such item; 'sekisho "
					     "quarantine list' shows them")
					 : _("%s: cannot be read"),
		    id);
		return e == ERR_NOENT ? STATUS_NOINPUT : cli_status(e);
	}
	e = o.is_mail ? ERR_NOENT : transfer_get(r->ask->st->people, id, &t);
	if (e == 0 && !r->ask->dry)
		status = give_back(r, &t);
	else if (e != 0 && e != ERR_NOENT)
		status = cli_status(e);
	else if (o.item.verdict == VERDICT_RELEASED && !r->ask->dry)
		status = held(id, N_("it was released already"));
	else if ((status = run(r, &o, "rerun")) == STATUS_OK) {
		status = release(r, &o, &r->job);
		pipeline_job_done(&r->job);
	}
	if (e == 0)
		transfer_done(&t);
	opened_done(&o);
	return status;
}

static int
begin(struct runner *r, const struct rerun *a)
{
	*r = (struct runner){ .ask = a, .options = a->policy->options };
	return quarantine_rules(a->policy, &r->rules);
}

static void
end(struct runner *r)
{
	if (r->pipeline != NULL)
		pipeline_close(r->pipeline);
	rules_free(r->rules);
}

int
quarantine_rerun(const struct rerun *a, char **ids, int n)
{
	int status, worst;
	struct runner r;

	if ((worst = begin(&r, a)) != 0)
		return worst;
	for (int i = 0; i < n && cli_stop == 0; i++) {
		status = rerun_one(&r, ids[i]);
		worst = status > worst ? status : worst;
	}
	end(&r);
	return worst;
}

/* ---- looking back */

struct look {
	struct runner runner;
	char (*ids)[RECORD_ID_BYTES];
	size_t n, cap;
	unsigned same, other, worse, failed;
};

static int
note(void *arg, const struct quarantine_item *q)
{
	struct look *l = arg;
	size_t cap = l->cap == 0 ? 256 : 2 * l->cap;
	void *grown;

	if (l->n == l->cap) {
		grown = reallocarray(l->ids, cap, sizeof(*l->ids));
		if (grown == NULL)
			return ERR_NOMEM;
		l->ids = grown;
		l->cap = cap;
	}
	snprintf(l->ids[l->n++], RECORD_ID_BYTES, "%s", q->id);
	return 0;
}

/* Counts of findings by id, of a receipt (an array of objects). */
static json_t *
counts_of(const json_t *findings)
{
	json_t *o = json_object();
	const json_t *f;
	const char *id;
	size_t i;

	json_array_foreach(findings, i, f)
	{
		id = json_string_value(json_object_get(f, "id"));
		if (id != NULL)
			json_object_set_new(o, id,
			    json_integer(json_integer_value(json_object_get(o,
					     id)) +
					 json_integer_value(json_object_get(f,
					     "count"))));
	}
	return o;
}

/* What is found now and was not, and the other way; "+a.b -c.d". */
static void
differences(json_t *before, json_t *now, char *out, size_t size)
{
	json_t *const from[] = { now, before }, *const to[] = { before, now };
	const char *key;
	size_t used = 0;
	json_t *v;

	out[0] = '\0';
	for (int i = 0; i < 2; i++)
		json_object_foreach(from[i], key,
		    v) if (!json_equal(v, json_object_get(to[i], key)) &&
			   used < size) used +=
		    (size_t)snprintf(out + used, size - used, "%s%c%s",
			used > 0 ? " " : "", i == 0 ? '+' : '-', key);
}

struct difference {
	const char *verdict; /* NULL: the same */
	char findings[512];  /* "": the same */
	bool bytes;
};

static int
compare(const char *receipt, const struct record *r, struct difference *d)
{
	json_t *old = json_loads(receipt, 0, NULL), *fresh = NULL, *a, *b;
	const char *was, *hash;
	char hex[HASH_HEX] = "", *json = NULL, *text = NULL;
	int e = old == NULL ? ERR_MALFORMED : cli_receipts(r, &json, &text);

	if (e == 0 && (fresh = json_loads(json, 0, NULL)) == NULL)
		e = ERR_NOMEM;
	if (e == 0) {
		was = json_string_value(json_object_get(old, "verdict"));
		hash = json_string_value(json_object_get(json_object_get(old,
							     "output"),
		    "sha256"));
		hash_hex(r->out_sha256, hex);
		a = counts_of(json_object_get(old, "findings"));
		b = counts_of(json_object_get(fresh, "findings"));
		*d = (struct difference){ .verdict = NULL };
		if (was == NULL || strcmp(was, verdict_name(r->verdict)) != 0)
			d->verdict = verdict_name(r->verdict);
		differences(a, b, d->findings, sizeof(d->findings));
		d->bytes = r->verdict == VERDICT_RELEASED &&
			   (hash == NULL || strcmp(hash, hex) != 0);
		json_decref(a);
		json_decref(b);
	}
	json_decref(old);
	json_decref(fresh);
	free(json);
	free(text);
	return e;
}

static void
say(const struct look *l, const struct quarantine_item *q,
    const struct record *r, const struct difference *d)
{
	json_t *j;
	char *s;

	if (!l->runner.ask->json) {
		printf("%s  %s\n", q->id, q->name);
		if (d->verdict != NULL)
			printf(_("    would now be: %s (%s)\n"),
			    words_verdict(r->verdict, cli_lang()),
			    words_reason(r->reason_err, r->verdict,
				cli_lang()));
		if (d->findings[0] != '\0')
			printf(_("    findings: %s\n"), d->findings);
		if (d->bytes && d->verdict == NULL)
			printf(_("    the result would have other bytes\n"));
		return;
	}
	j = json_pack("{s:s,s:s,s:s,s:s,s:s,s:b}", "id", q->id, "name", q->name,
	    "department", q->department, "verdict", verdict_name(r->verdict),
	    "findings", d->findings, "bytes", d->bytes);
	s = j == NULL ? NULL : json_dumps(j, JSON_COMPACT);
	if (s != NULL)
		puts(s);
	free(s);
	json_decref(j);
}

/* Only what was released counts: the receipt says so. */
static int
was_released(const char *receipt, bool *yes)
{
	json_t *j = json_loads(receipt, 0, NULL);
	const char *v = json_string_value(json_object_get(j, "verdict"));

	*yes = v != NULL && strcmp(v, verdict_name(VERDICT_RELEASED)) == 0;
	json_decref(j);
	return j == NULL ? ERR_MALFORMED : 0;
}

static int
look_at(struct look *l, const char *id)
{
	const struct rerun *a = l->runner.ask;
	struct opened o = { .st = a->st, .policy = a->policy };
	struct difference d = { .verdict = NULL };
	struct pipeline_job *job = &l->runner.job;
	char *receipt = NULL;
	bool yes = false;
	int e;

	if ((e = quarantine_receipt(a->st->quarantine, id, &receipt)) != 0 ||
	    (e = was_released(receipt, &yes)) != 0 || !yes) {
		free(receipt);
		return e == ERR_MALFORMED ? 0 : e;
	}
	if ((e = opened_find(&o, id)) == 0 && a->dry) {
		printf("%s  %s\n", id, o.item.name);
		l->same++;
	} else if (e == 0 && run(&l->runner, &o, "look back") == STATUS_OK) {
		if ((e = compare(receipt, &job->record, &d)) == 0) {
			bool differs = d.verdict != NULL ||
				       d.findings[0] != '\0' || d.bytes;

			l->same += !differs;
			l->other += differs;
			l->worse += d.verdict != NULL ||
				    strchr(d.findings, '+') != NULL;
			if (differs)
				say(l, &o.item, &job->record, &d);
		}
		pipeline_job_done(job);
	} else
		l->failed++;
	opened_done(&o);
	free(receipt);
	return e;
}

static int
summary(struct look *l)
{
	const struct rerun *a = l->runner.ask;
	char n[16], since[16];
	int e;

	if (a->dry) {
		printf(_("%u originals would be looked at\n"), l->same);
		return STATUS_OK;
	}
	e = audit_append(a->st->audit, "look-back",
	    json_pack("{s:s, s:i, s:i, s:i, s:i, s:s}", "since", a->since,
		"same", l->same, "other", l->other, "worse", l->worse, "failed",
		l->failed, "who", cli_who()),
	    AUDIT_SYNC);
	if (!a->json)
		printf(_("%u come out the same, %u otherwise (of these %u with "
			 "another verdict or more findings), %u could not be "
			 "tried\n"),
		    l->same, l->other, l->worse, l->failed);
	if (l->worse > 0) {
		snprintf(n, sizeof(n), "%u", l->worse);
		snprintf(since, sizeof(since), "%.10s", a->since);
		(void)event_raise(a->policy, EVENT_LOOKBACK,
		    (const struct event_field[]){
			{ "count", n }, { "since", since }, { NULL, NULL } },
		    NULL);
	}
	if (e != 0)
		return cli_status(e);
	return l->other > 0 || l->failed > 0 ? STATUS_NOT_ALL : STATUS_OK;
}

int
quarantine_lookback(const struct rerun *a)
{
	const struct quarantine_filter f = { .since = a->since,
		.until = a->until,
		.department = a->department,
		.kept = 1 };
	struct look l = { .n = 0 };
	int status, e;

	if ((status = begin(&l.runner, a)) != 0)
		return status;
	e = quarantine_list(a->st->quarantine, &f, note, &l);
	for (size_t i = 0; e == 0 && i < l.n && cli_stop == 0; i++)
		e = look_at(&l, l.ids[i]);
	end(&l.runner);
	free(l.ids);
	if (e != 0) {
		log_error(_("the quarantine cannot be read: %s"), cli_err(e));
		return cli_status(e);
	}
	return summary(&l);
}
