/*
 * sekisho explain and sekisho identify: look, and write nothing. Neither
 * leaves a trace in the audit log, as nothing crosses.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "cmd/cli.h"
#include "core/receipt.h"

enum { OPT_JSON = 256, OPT_PASSWORDS };

static const struct option options[] = {
	{ "json", no_argument, NULL, OPT_JSON },
	{ "policy", required_argument, NULL, OPT_POLICY },
	{ "profile", required_argument, NULL, OPT_PROFILE },
	{ "password-file", required_argument, NULL, OPT_PASSWORDS },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

struct look {
	const char *cmd;
	enum pipeline_mode mode;
	struct cli_policy which;
	const char *passwords;
	struct policy policy;
	struct pipeline *pipeline;
	int passwords_fd;
	bool json;
};

static const char *
help_text(enum pipeline_mode mode)
{
	if (mode == PIPELINE_IDENTIFY)
		return _(
		    "Usage: sekisho identify [OPTION]... FILE...\n"
		    "Say what each file is by its structure, by libmagic "
		    "and by its name.\n\n"
		    "      --json                 for machines, a line a "
		    "file\n"
		    "      --policy FILE          policy of the site\n"
		    "      --profile NAME         a profile of that policy\n"
		    "  -h, --help                 this text\n\n"
		    "Exit status: 0 all identified; 1 not all; 64 usage; "
		    "65 no such file.\n");
	return _("Usage: sekisho explain [OPTION]... FILE...\n"
		 "Say what a file is, what would be removed from it and why. "
		 "Nothing is written.\n\n"
		 "      --json                 the receipt it would get, a "
		 "line a file\n"
		 "      --policy FILE          policy of the site\n"
		 "      --profile NAME         a profile of that policy\n"
		 "      --password-file FILE   passwords to try, one a line\n"
		 "  -h, --help                 this text\n\n"
		 "Exit status: 0 it would be released; 1 it would not; "
		 "64 usage;\n65 no such file.\n");
}

/* ---- for people */

/* One of our texts, or a text of the document made inert, on the terminal. */
static void
put(const char *text)
{
	struct buf b;

	buf_init(&b, RECEIPT_MAX_BYTES);
	if (receipt_defang(&b, text) == 0)
		fwrite(b.data, 1, b.len, stdout);
	buf_done(&b);
}

static void
print_finding(const struct finding *f, enum words_lang lang)
{
	const char *what =
	    lang == WORDS_JA ? finding_ja(f->id) : finding_en(f->id);

	printf("  - [%s] %s: %s", words_kind(finding_kind(f->id), lang),
	    what != NULL ? what : "?", words_action(f->action, lang));
	if (f->count > 1)
		printf(" x%u", f->count);
	if (f->where[0] != '\0') {
		printf("\n      ");
		put(f->where);
	}
	if (f->detail[0] != '\0') {
		printf("\n      ");
		put(f->detail);
	}
	putchar('\n');
}

static void
print_identity(const struct record *r, enum words_lang lang)
{
	const struct doc_result *d = &r->result;

	put(r->in_name);
	printf(": %s", words_format(d->structure, lang));
	printf(_(" (structure: %s; libmagic: %s; name: %s)%s\n"),
	    d->structure[0] != '\0' ? d->structure : "-",
	    d->magic[0] != '\0' ? d->magic : "-",
	    d->name_says[0] != '\0' ? d->name_says : "-",
	    d->agree != 0 ? "" : _("  the opinions differ"));
}

static void
print_members(const struct record *r, enum words_lang lang)
{
	if (r->n_members > 0)
		printf(_("Files inside:\n"));
	for (size_t i = 0; i < r->n_members; i++) {
		const struct record_member *m = &r->members[i];

		printf("  - [%s] ", words_verdict(m->verdict, lang));
		put(m->result.in_name);
		printf(" (%s)\n", words_format(m->result.structure, lang));
	}
}

static void
print_explanation(const struct record *r)
{
	enum words_lang lang = cli_lang();

	print_identity(r, lang);
	if (r->verdict == VERDICT_RELEASED)
		printf(_("It would be released (%s).\n"),
		    words_method(r->method, lang));
	else
		printf(_("It would not be released (%s): %s (%s)\nNext: %s\n"),
		    words_verdict(r->verdict, lang),
		    words_reason(r->reason_err, r->verdict, lang), r->reason,
		    words_next(r->reason_err, r->verdict, lang));
	if (r->n_findings > 0)
		printf(_("Found:\n"));
	else if (r->verdict == VERDICT_RELEASED)
		printf(_("Nothing was found that has to be removed.\n"));
	for (size_t i = 0; i < r->n_findings; i++)
		print_finding(&r->findings[i], lang);
	print_members(r, lang);
}

/* ---- for machines */

/* Of a receipt, only what identification knows. */
static int
print_json(const struct look *l, const struct record *r)
{
	json_t *o = receipt_build(r), *part = NULL;
	char *s = NULL;

	if (o != NULL && l->mode == PIPELINE_IDENTIFY)
		part = json_pack("{s:O, s:O}", "input",
		    json_object_get(o, "input"), "identified",
		    json_object_get(o, "identified"));
	if (o != NULL)
		s = json_dumps(part != NULL ? part : o,
		    JSON_COMPACT | JSON_REAL_PRECISION(6));
	if (s != NULL)
		puts(s);
	free(s);
	json_decref(part);
	json_decref(o);
	return s != NULL ? STATUS_OK : STATUS_AGAIN;
}

static int
print(const struct look *l, const struct record *r)
{
	bool good = l->mode == PIPELINE_IDENTIFY
			? r->result.structure[0] != '\0'
			: r->verdict == VERDICT_RELEASED;

	if (l->json && print_json(l, r) != STATUS_OK)
		return STATUS_AGAIN;
	if (!l->json && l->mode == PIPELINE_IDENTIFY)
		print_identity(r, cli_lang());
	else if (!l->json)
		print_explanation(r);
	return good ? STATUS_OK : STATUS_NOT_ALL;
}

/* ---- one file */

static int
open_input(const char *path, int *out)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0) {
		log_error(_("%s: cannot be read: %s"), path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return STATUS_NOINPUT;
	}
	if (!S_ISREG(st.st_mode)) {
		log_error(_("%s: not a regular file; name files, one by one"),
		    path);
		close(fd);
		return STATUS_NOINPUT;
	}
	*out = fd;
	return STATUS_OK;
}

static int
look_at(const struct look *l, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct pipeline_job job = {
		.name = slash == NULL ? path : slash + 1,
		.mode = l->mode,
		.options = &l->policy.options,
		.passwords_fd = l->passwords_fd,
		.original_fd = -1,
		.out_fd = -1,
	};
	int status;

	if ((status = open_input(path, &job.in_fd)) != STATUS_OK)
		return status;
	snprintf(job.record.source_kind, sizeof(job.record.source_kind),
	    "clean");
	policy_stamp(&l->policy, &job.record);
	if ((status = cli_run_one(l->pipeline, &job)) == STATUS_OK) {
		if (l->mode == PIPELINE_EXPLAIN) {
			policy_judge(&l->policy, &job.record);
			if (job.record.verdict == VERDICT_RELEASED)
				record_name_output(&job.record);
		}
		status = print(l, &job.record);
		pipeline_job_done(&job);
	}
	close(job.in_fd);
	return status;
}

/* -1: go on; else the exit status. */
static int
parse(int argc, char **argv, struct look *l)
{
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (c) {
		case 'h':
			return cli_help(help_text(l->mode));
		case OPT_JSON:
			l->json = true;
			break;
		case OPT_POLICY:
			l->which.file = optarg;
			break;
		case OPT_PROFILE:
			l->which.profile = optarg;
			break;
		case OPT_PASSWORDS:
			l->passwords = optarg;
			break;
		default:
			return cli_bad_option(l->cmd, argv);
		}
	}
	return argc == optind ? cli_usage(l->cmd, _("no file given")) : -1;
}

static int
run(int argc, char **argv, struct look *l)
{
	int status, one;

	l->passwords_fd = -1;
	if ((status = parse(argc, argv, l)) != -1 ||
	    (status = cli_load_policy(l->cmd, &l->which, &l->policy)) != 0)
		return status;
	if (l->passwords != NULL &&
	    (status = open_input(l->passwords, &l->passwords_fd)) != 0)
		return status;
	cli_catch_signals();
	status = cli_pipeline(&l->policy, 1, &l->pipeline);
	if (status == STATUS_OK) {
		for (int i = optind; i < argc && cli_stop == 0; i++)
			if ((one = look_at(l, argv[i])) > status)
				status = one;
		pipeline_close(l->pipeline);
	}
	if (l->passwords_fd >= 0)
		close(l->passwords_fd);
	return cli_stop != 0 ? STATUS_AGAIN : status;
}

int
cmd_explain(int argc, char **argv)
{
	struct look l = { .cmd = "explain", .mode = PIPELINE_EXPLAIN };

	return run(argc, argv, &l);
}

int
cmd_identify(int argc, char **argv)
{
	struct look l = { .cmd = "identify", .mode = PIPELINE_IDENTIFY };

	return run(argc, argv, &l);
}
