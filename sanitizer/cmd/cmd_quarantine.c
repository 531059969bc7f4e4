/*
 * sekisho quarantine: what is held, and its disposal.
 */
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cmd/quarantine.h"

static const char usage[] =
    N_("Usage: sekisho quarantine list [OPTION]...\n"
       "       sekisho quarantine show [OPTION]... ID\n"
       "       sekisho quarantine password [OPTION]... ID\n"
       "       sekisho quarantine dispose [OPTION]... --why TEXT ID...\n"
       "Look at what is held; open an item with its password (asked for, or\n"
       "from standard input) so that the sanitised result crosses; or "
       "destroy\nan original for good (its key is destroyed; when, who and "
       "why are\nrecorded).\n\n"
       "      --department NAME   only of this department\n"
       "      --since DATE        only from this day on (2026-11-21)\n"
       "      --until DATE        only before this day\n"
       "      --all               disposed ones as well\n"
       "      --why TEXT          the reason of a disposal\n"
       "      --json              for machines\n"
       "      --state DIR         the gateway's state folder\n"
       "      --policy FILE       the site's policy\n"
       "      --profile NAME      a profile of the policy\n"
       "      --help              this text\n");

enum {
	OPT_DEPARTMENT = 256,
	OPT_SINCE,
	OPT_UNTIL,
	OPT_ALL,
	OPT_WHY,
	OPT_JSON,
	OPT_STATE,
	OPT_POLICY,
	OPT_PROFILE,
	OPT_HELP
};

static const struct option longs[] = {
	{ "department", required_argument, NULL, OPT_DEPARTMENT },
	{ "since", required_argument, NULL, OPT_SINCE },
	{ "until", required_argument, NULL, OPT_UNTIL },
	{ "all", no_argument, NULL, OPT_ALL },
	{ "why", required_argument, NULL, OPT_WHY },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "state", required_argument, NULL, OPT_STATE },
	{ "policy", required_argument, NULL, OPT_POLICY },
	{ "profile", required_argument, NULL, OPT_PROFILE },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

struct ask {
	struct cli_policy which;
	struct quarantine_filter filter;
	const char *why;
	bool json;
	size_t shown;
};

static json_t *
item_json(const struct quarantine_item *q)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:I,s:s,s:s,s:s,s:b,s:s,s:s,"
			 "s:s}",
	    "id", q->id, "time", q->time, "department", q->department, "from",
	    q->source_from, "name", q->name, "format", q->format, "size",
	    (json_int_t)q->bytes, "sha256", q->sha256, "verdict",
	    verdict_name(q->verdict), "reason", q->reason, "disposed",
	    q->state == QUARANTINE_DISPOSED, "disposed_time", q->disposed_time,
	    "disposed_by", q->disposed_by, "disposed_why", q->disposed_why);
}

static int
print_json(const struct quarantine_item *q)
{
	json_t *j = item_json(q);
	char *s = j == NULL ? NULL : json_dumps(j, JSON_COMPACT);

	if (s != NULL)
		puts(s);
	free(s);
	json_decref(j);
	return s == NULL ? ERR_NOMEM : 0;
}

/* The reason as it was recorded, in the user's language where it has one. */
static const char *
said(const char *reason)
{
	return reason[0] == '\0' ? reason : gettext(reason);
}

static int
print_line(void *arg, const struct quarantine_item *q)
{
	struct ask *a = arg;
	char when[40], size[16];

	a->shown++;
	if (a->json)
		return print_json(q);
	words_time(q->time, when, sizeof(when));
	words_size(q->bytes, size, sizeof(size));
	printf("%s  %s  %s  %s  %s%s%s\n    %s\n", q->id, when,
	    words_verdict(q->verdict, cli_lang()), size, q->name,
	    q->state == QUARANTINE_DISPOSED ? "  " : "",
	    q->state == QUARANTINE_DISPOSED ? _("(disposed)") : "",
	    said(q->reason));
	return 0;
}

static int
list(struct quarantine *q, struct ask *a)
{
	int e = quarantine_list(q, &a->filter, print_line, a);

	if (e != 0) {
		log_error(_("the quarantine cannot be read: %s"), cli_err(e));
		return cli_status(e);
	}
	if (a->shown == 0 && !a->json)
		printf(_("nothing is held\n"));
	return STATUS_OK;
}

static int
missing(const char *id, int e)
{
	if (e == ERR_NOENT) {
		log_error(_("%s: no such item; 'sekisho quarantine list' "
			    "shows them"),
		    id);
		return STATUS_NOINPUT;
	}
	log_error("%s: %s", id, cli_err(e));
	return cli_status(e);
}

static int
show(struct quarantine *q, struct ask *a, const char *id)
{
	struct quarantine_item item = { .receipt = NULL };
	int e;

	if ((e = quarantine_show(q, id, cli_who(), &item)) != 0)
		return missing(id, e);
	e = print_line(a, &item);
	if (e == 0 && !a->json) {
		printf(_("    department: %s\n    from: %s\n    SHA-256: %s\n"),
		    item.department, item.source_from, item.sha256);
		if (item.state == QUARANTINE_DISPOSED)
			printf(_("    disposed: %s by %s: %s\n"),
			    item.disposed_time, item.disposed_by,
			    item.disposed_why);
		if (item.receipt != NULL)
			puts(item.receipt);
	}
	free(item.receipt);
	return e == 0 ? STATUS_OK : cli_status(e);
}

static int
dispose(struct quarantine *q, const struct ask *a, char **ids, int n)
{
	int status = STATUS_OK, e;

	for (int i = 0; i < n; i++) {
		e = quarantine_dispose(q, ids[i], cli_who(), a->why);
		if (e == 0)
			printf(_("%s: disposed; its key is destroyed\n"),
			    ids[i]);
		else
			status = missing(ids[i], e);
	}
	return status;
}

static int
run(const char *verb, struct ask *a, char **ids, int n)
{
	struct cli_state st = { .audit = NULL };
	struct policy p;
	int status, last;

	if ((status = cli_load_policy("quarantine", &a->which, &p)) != 0)
		return status;
	status = cli_state_open(&st, &p, STATE_QUARANTINE);
	if (status == 0) {
		if (strcmp(verb, "list") == 0)
			status = list(st.quarantine, a);
		else if (strcmp(verb, "show") == 0)
			status = show(st.quarantine, a, ids[0]);
		else if (strcmp(verb, "password") == 0)
			status = quarantine_password(&st, &p, ids[0]);
		else
			status = dispose(st.quarantine, a, ids, n);
	}
	last = cli_state_close(&st);
	return status != 0 ? status : last;
}

/* One option; STATUS_OK to go on, -1 when help was printed. */
static int
take_option(struct ask *a, int c, char **argv)
{
	switch (c) {
	case OPT_DEPARTMENT:
		a->filter.department = optarg;
		return STATUS_OK;
	case OPT_SINCE:
		a->filter.since = optarg;
		return cli_date("quarantine", optarg);
	case OPT_UNTIL:
		a->filter.until = optarg;
		return cli_date("quarantine", optarg);
	case OPT_ALL:
		a->filter.with_disposed = 1;
		return STATUS_OK;
	case OPT_WHY:
		a->why = optarg;
		return STATUS_OK;
	case OPT_JSON:
		a->json = true;
		return STATUS_OK;
	case OPT_STATE:
		a->which.state = optarg;
		return STATUS_OK;
	case OPT_POLICY:
		a->which.file = optarg;
		return STATUS_OK;
	case OPT_PROFILE:
		a->which.profile = optarg;
		return STATUS_OK;
	case OPT_HELP:
		(void)cli_help(_(usage));
		return -1;
	default:
		return cli_bad_option("quarantine", argv);
	}
}

int
cmd_quarantine(int argc, char **argv)
{
	static const char *const verbs[] = { "list", "show", "dispose",
		"password", NULL };
	struct ask a = { .why = NULL };
	int c, n, verb, status;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1)
		if ((status = take_option(&a, c, argv)) != STATUS_OK)
			return status < 0 ? STATUS_OK : status;
	n = argc - optind - 1;
	if (n < 0 || (verb = cli_verb(verbs, argv[optind])) < 0)
		return cli_usage("quarantine",
		    _("say list, show, password or dispose"));
	if ((verb == 0 && n != 0) || ((verb == 1 || verb == 3) && n != 1) ||
	    (verb == 2 && n < 1))
		return cli_usage("quarantine",
		    verb == 0 ? _("list takes no ID")
			      : _("name the ID of an item"));
	if (verb == 2 && (a.why == NULL || a.why[0] == '\0'))
		return cli_usage("quarantine",
		    _("a disposal needs its reason: --why TEXT"));
	return run(verbs[verb], &a, argv + optind + 1, n);
}
