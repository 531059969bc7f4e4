/*
 * sekisho selfcheck: does the gateway still do what it is for? Documents that
 * come with it go through the pipeline of this host: a planted one must come
 * out without what was planted and be reported as an attack, a benign one must
 * come out as it always did, byte for byte (both with the default options, so
 * that no policy changes the reference; the site's scanner takes part).
 *
 * Which documents: checks.json beside them, an array of
 *   {"file":F,"sha256":HEX of the result,"finding":ID,"canary":TEXT}
 * with finding and canary for planted ones.
 */
#include <fcntl.h>
#include <getopt.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/log.h"
#include "cmd/cli.h"
#include "core/event.h"

#define OUT_BYTES (16u << 20)
#define WHY_BYTES 256

static const char usage[] = N_(
    "Usage: sekisho selfcheck [OPTION]...\n"
    "Let a planted and a benign document go through the gateway of this host.\n"
    "The planted one must come out harmless, the benign one as always. If "
    "not,\n"
    "an alarm is raised (policy, section events) and the status is 1. A timer\n"
    "runs it every hour.\n\n"
    "      --samples DIR    other documents than those installed\n"
    "      --json           the result for machines\n"
    "      --write          print checks.json with what comes out now\n"
    "      --state DIR      the gateway's state folder\n"
    "      --policy FILE    the site's policy\n"
    "      --profile NAME   a profile of the policy\n"
    "      --help           this text\n");

enum { OPT_SAMPLES = 256, OPT_JSON, OPT_WRITE, OPT_HELP };

static const struct option longs[] = {
	{ "samples", required_argument, NULL, OPT_SAMPLES },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "write", no_argument, NULL, OPT_WRITE },
	CLI_POLICY_OPTIONS,
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

struct check {
	struct cli_policy which;
	const char *given;
	char folder[PATH_MAX];
	bool json, write;
	struct pipeline *pipeline;
	struct policy policy, standard;
	json_t *results;
	unsigned failed;
	char why[WHY_BYTES]; /* of the first failure */
};

/* PREFIX/share/sekisho/selfcheck, beside PREFIX/bin. */
static int
find_samples(struct check *c)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	if (c->given != NULL) {
		snprintf(c->folder, sizeof(c->folder), "%s", c->given);
		return 0;
	}
	if (n <= 0)
		return ERR_IO;
	path[n] = '\0';
	for (int i = 0; i < 2; i++)
		if ((slash = strrchr(path, '/')) != NULL)
			*slash = '\0';
	n = snprintf(c->folder, sizeof(c->folder),
	    "%.4000s/share/sekisho/selfcheck", path);
	return n < 0 ? ERR_IO : 0;
}

static const char *
text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s == NULL ? "" : s;
}

static bool
has_finding(const struct record *r, const char *id)
{
	const char *name;

	for (size_t i = 0; i < r->n_findings; i++)
		if ((name = finding_name(r->findings[i].id)) != NULL &&
		    strcmp(name, id) == 0)
			return true;
	return false;
}

static int
has_canary(int fd, const char *canary, bool *found)
{
	char path[64];
	struct reader r;
	struct buf b;
	size_t at;
	int e;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	buf_init(&b, OUT_BYTES);
	e = fsx_slurp(AT_FDCWD, path, &b);
	buf_reader(&b, &r);
	*found = e == 0 && reader_find(&r, 0, canary, strlen(canary), &at) == 0;
	buf_done(&b);
	return e;
}

/* What is wrong with a finished job; why stays "" when nothing is. */
static void
judge(const json_t *want, const struct pipeline_job *job, char why[WHY_BYTES])
{
	const struct record *r = &job->record;
	const char *finding = text_of(want, "finding");
	const char *canary = text_of(want, "canary");
	char hex[HASH_HEX] = "";
	bool found = false;

	if (finding[0] != '\0' && !has_finding(r, finding))
		snprintf(why, WHY_BYTES, "%.60s was not found", finding);
	else if (r->verdict != VERDICT_RELEASED && canary[0] != '\0' &&
		 r->reason_err == ERR_INFECTED)
		return; /* the scanner was quicker: harmless as well */
	else if (r->verdict != VERDICT_RELEASED)
		snprintf(why, WHY_BYTES, "held: %.200s", r->reason);
	else if (canary[0] != '\0' &&
		 (has_canary(job->out_fd, canary, &found) != 0 || found))
		snprintf(why, WHY_BYTES, "what was planted came out");
	else {
		hash_hex(r->out_sha256, hex);
		if (strcmp(hex, text_of(want, "sha256")) != 0)
			snprintf(why, WHY_BYTES,
			    "the result is not the reference");
		else if (canary[0] == '\0' && r->n_findings != 0)
			snprintf(why, WHY_BYTES, "findings in a benign file");
	}
}

static int
note(struct check *c, json_t *want, const struct record *r, const char *why)
{
	char hex[HASH_HEX] = "";

	if (why[0] != '\0' && c->failed++ == 0)
		snprintf(c->why, sizeof(c->why), "%.80s: %.160s",
		    text_of(want, "file"), why);
	if (c->write && r != NULL) {
		hash_hex(r->out_sha256, hex);
		return json_object_set_new(want, "sha256", json_string(hex)) !=
			       0
			   ? ERR_NOMEM
			   : 0;
	}
	return json_array_append_new(c->results,
		   json_pack("{s:s, s:b, s:s}", "file", text_of(want, "file"),
		       "ok", why[0] == '\0', "why", why)) != 0
		   ? ERR_NOMEM
		   : 0;
}

static int
run_one(struct check *c, json_t *want)
{
	struct pipeline_job job = { .name = text_of(want, "file"),
		.mode = PIPELINE_CLEAN,
		.options = &c->standard.options,
		.passwords_fd = -1,
		.original_fd = -1,
		.out_fd = -1 };
	char path[PATH_MAX + 300], why[WHY_BYTES] = "";
	int e;

	snprintf(path, sizeof(path), "%s/%.255s", c->folder,
	    text_of(want, "file"));
	job.in_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (job.in_fd < 0) {
		snprintf(why, sizeof(why), "cannot be opened: %.200s", path);
		return note(c, want, NULL, why);
	}
	snprintf(job.record.source_kind, sizeof(job.record.source_kind),
	    "clean");
	policy_stamp(&c->standard, &job.record);
	if (cli_run_one(c->pipeline, &job) != STATUS_OK) {
		snprintf(why, sizeof(why), "the worker does not answer");
		close(job.in_fd);
		return note(c, want, NULL, why);
	}
	judge(want, &job, why);
	e = note(c, want, &job.record, why);
	pipeline_job_done(&job);
	close(job.in_fd);
	return e;
}

static void
fail(struct check *c, const char *why)
{
	if (c->failed++ == 0)
		snprintf(c->why, sizeof(c->why), "%s", why);
}

static void
run_all(struct check *c, json_t **list)
{
	char path[PATH_MAX + 16];
	size_t i;
	json_t *want;

	snprintf(path, sizeof(path), "%s/checks.json", c->folder);
	*list = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_array(*list) || json_array_size(*list) == 0) {
		fail(c, "checks.json cannot be read");
		return;
	}
	if (cli_pipeline(&c->policy, 1, &c->pipeline) != 0) {
		fail(c, "the worker cannot be started");
		return;
	}
	json_array_foreach(*list, i, want) if (run_one(c, want) != 0)
	    fail(c, "out of memory");
	pipeline_close(c->pipeline);
}

/* How the last one ended: STATE/selfcheck.json. */
static bool
failed_before(const struct check *c)
{
	char path[POLICY_PATH_BYTES + 32];
	json_t *j;
	bool failed;

	snprintf(path, sizeof(path), "%s/selfcheck.json", c->policy.state_dir);
	j = json_load_file(path, 0, NULL);
	failed = json_is_false(json_object_get(j, "ok"));
	json_decref(j);
	return failed;
}

static int
save(struct check *c, char **text)
{
	char now[RECORD_TIME_BYTES];
	json_t *j;
	int dir, e;

	record_time_now(now);
	j = json_pack("{s:s, s:b, s:s, s:I, s:s, s:s, s:O}", "schema",
	    "sekisho.selfcheck/1", "ok", c->failed == 0, "time", now, "time_s",
	    (json_int_t)time(NULL), "version", SEKISHO_VERSION, "why", c->why,
	    "checks", c->results);
	*text = j == NULL ? NULL : json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(j);
	if (*text == NULL)
		return ERR_NOMEM;
	dir = open(c->policy.state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return ERR_IO;
	e = fsx_publish(dir, "selfcheck.json", *text, strlen(*text), 0600,
	    false);
	close(dir);
	return e;
}

static void
tell(struct check *c, bool before)
{
	const struct event_field fields[] = { { "reason", c->why },
		{ NULL, NULL } };

	if (c->failed > 0) {
		log_error(_("the self-check failed: %s"), c->why);
		(void)event_raise(&c->policy, EVENT_SELFCHECK_FAILED, fields,
		    NULL);
	} else if (before)
		(void)event_raise(&c->policy, EVENT_SELFCHECK_PASSED, NULL,
		    NULL);
}

static int
say(struct check *c, const char *text)
{
	const json_t *r;
	size_t i;

	if (c->json) {
		if (text != NULL)
			puts(text);
		return 0;
	}
	json_array_foreach(c->results, i, r) printf("%s  %s%s%s\n",
	    json_is_true(json_object_get(r, "ok")) ? "ok" : "NOT OK",
	    text_of(r, "file"), text_of(r, "why")[0] != '\0' ? ": " : "",
	    text_of(r, "why"));
	if (c->failed == 0)
		printf(_("the gateway sanitises as it should\n"));
	return 0;
}

/* Said to syslog, on another host as well: then nobody can put an older or
 * another log in place of this one unseen. */
static void
tell_head(const struct check *c, const struct audit *a)
{
	char hex[HASH_HEX], head[24 + HASH_HEX];
	uint64_t seq;

	audit_head(a, &seq, hex);
	snprintf(head, sizeof(head), "%llu:%s", (unsigned long long)seq, hex);
	(void)event_raise(&c->policy, EVENT_AUDIT_HEAD,
	    (const struct event_field[]){ { "head", head }, { NULL, NULL } },
	    NULL);
}

static int
finish(struct check *c)
{
	struct cli_state st = { .audit = NULL };
	bool before = failed_before(c);
	char *text = NULL;
	int status, last, e = 0;

	status = cli_state_open(&st, &c->policy, STATE_CREATE);
	if (status == 0)
		e = audit_append(st.audit, "selfcheck",
		    json_pack("{s:b, s:i, s:s}", "ok", c->failed == 0, "failed",
			c->failed, "reason", c->why),
		    AUDIT_SYNC);
	else
		fail(c, "the audit log cannot be opened");
	if (e != 0)
		fail(c, "the audit log cannot be written");
	else if (status == 0)
		tell_head(c, st.audit);
	last = cli_state_close(&st);
	if ((e = save(c, &text)) != 0)
		log_error(_("%s/selfcheck.json: cannot be written: %s"),
		    c->policy.state_dir, cli_err(e));
	tell(c, before);
	(void)say(c, text);
	free(text);
	return c->failed > 0 || status != 0 ? STATUS_NOT_ALL : last;
}

static int
run(struct check *c)
{
	json_t *list = NULL;
	int status = 0;

	policy_default(&c->standard);
	if (hash_setup() != 0 || find_samples(c) != 0 ||
	    (c->results = json_array()) == NULL)
		return STATUS_INTERNAL;
	run_all(c, &list);
	if (c->write)
		json_dumpf(list, stdout, JSON_INDENT(1));
	else
		status = finish(c);
	json_decref(list);
	json_decref(c->results);
	return status;
}

int
cmd_selfcheck(int argc, char **argv)
{
	static struct check c;
	int o, status;

	while ((o = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (o) {
		case OPT_SAMPLES:
			c.given = optarg;
			break;
		case OPT_JSON:
			c.json = true;
			break;
		case OPT_WRITE:
			c.write = true;
			break;
		case OPT_STATE:
		case OPT_POLICY:
		case OPT_PROFILE:
			cli_policy_option(o, &c.which);
			break;
		case OPT_HELP:
			return cli_help(_(usage));
		default:
			return cli_bad_option("selfcheck", argv);
		}
	}
	if (argc != optind)
		return cli_usage("selfcheck", _("selfcheck takes no argument"));
	if ((status = cli_load_policy("selfcheck", &c.which, &c.policy)) != 0)
		return status;
	return run(&c);
}
