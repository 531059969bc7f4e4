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
    N_("Usage: sekisho quarantine list|search [OPTION]... [WORD]...\n"
       "       sekisho quarantine show [OPTION]... ID\n"
       "       sekisho quarantine password [OPTION]... ID\n"
       "       sekisho quarantine rerun [OPTION]... ID...\n"
       "       sekisho quarantine rerun --released-since DATE [OPTION]...\n"
       "       sekisho quarantine dispose [OPTION]... --why TEXT ID...\n"
       "       sekisho quarantine import [OPTION]... --why TEXT ID\n"
       "       sekisho quarantine import --release [OPTION]... ID\n"
       "Look at what is held; open an item with its password (asked for, or\n"
       "from standard input) so that the sanitised result crosses; run it "
       "again\nunder this version and policy; look back whether what was "
       "released would\ncome out otherwise today (nothing is released by "
       "it); destroy an original\nfor good (its key is destroyed; when, who, "
       "why and how are recorded); or ask\nfor an original as it is, which "
       "two approvers of different departments must\nagree to and which is "
       "off unless the rules allow it.\n\n"
       "      --words TEXT        only those with all these words\n"
       "      --department NAME   only of this department\n"
       "      --since DATE        only from this day on (2026-11-21)\n"
       "      --until DATE        only before this day\n"
       "      --all               disposed ones as well\n"
       "      --disposed          only these: when, by whom, why, how\n"
       "      --kept              originals of released ones as well\n"
       "      --why TEXT          the reason of a disposal or import\n"
       "      --released-since DATE  look back from this day on\n"
       "      --dry-run           rerun: release nothing; look back: only "
       "list\n"
       "      --login LOGIN       import: whose request it is\n"
       "      --release           import: what was agreed to\n"
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
	OPT_DISPOSED,
	OPT_KEPT,
	OPT_WORDS,
	OPT_WHY,
	OPT_LOOK,
	OPT_DRY,
	OPT_LOGIN,
	OPT_RELEASE,
	OPT_JSON,
	OPT_HELP
};

static const struct option longs[] = {
	{ "department", required_argument, NULL, OPT_DEPARTMENT },
	{ "since", required_argument, NULL, OPT_SINCE },
	{ "until", required_argument, NULL, OPT_UNTIL },
	{ "all", no_argument, NULL, OPT_ALL },
	{ "disposed", no_argument, NULL, OPT_DISPOSED },
	{ "kept", no_argument, NULL, OPT_KEPT },
	{ "words", required_argument, NULL, OPT_WORDS },
	{ "why", required_argument, NULL, OPT_WHY },
	{ "released-since", required_argument, NULL, OPT_LOOK },
	{ "dry-run", no_argument, NULL, OPT_DRY },
	{ "login", required_argument, NULL, OPT_LOGIN },
	{ "release", no_argument, NULL, OPT_RELEASE },
	{ "json", no_argument, NULL, OPT_JSON },
	CLI_POLICY_OPTIONS,
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

enum verb { LIST, SEARCH, SHOW, DISPOSE, PASSWORD, RERUN, IMPORT };

/* QUARANTINE_METHOD, for people. */
static const char method[] =
    N_("key destroyed, then the encrypted file removed");

struct ask {
	struct cli_policy which;
	struct quarantine_filter filter;
	const char *why, *login, *look;
	char words[1024];
	bool json, dry, release;
	size_t shown;
};

static json_t *
item_json(const struct quarantine_item *q)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:I,s:s,s:s,s:s,s:b,s:s,s:s,"
			 "s:s,s:s}",
	    "id", q->id, "time", q->time, "department", q->department, "from",
	    q->source_from, "name", q->name, "format", q->format, "size",
	    (json_int_t)q->bytes, "sha256", q->sha256, "verdict",
	    verdict_name(q->verdict), "reason", q->reason, "disposed",
	    q->state == QUARANTINE_DISPOSED, "disposed_time", q->disposed_time,
	    "disposed_by", q->disposed_by, "disposed_why", q->disposed_why,
	    "disposed_how",
	    q->state == QUARANTINE_DISPOSED ? QUARANTINE_METHOD : "");
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
	if (a->filter.with_disposed == 2) {
		words_time(q->disposed_time, when, sizeof(when));
		printf(_("    disposed: %s by %s: %s (%s)\n"), when,
		    q->disposed_by, said(q->disposed_why), gettext(method));
	}
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
rerun(struct cli_state *st, struct ask *a, const struct policy *p, char **ids,
    int n)
{
	const struct rerun r = { .st = st,
		.policy = p,
		.has_policy = a->which.profile != NULL,
		.dry = a->dry,
		.json = a->json,
		.since = a->look,
		.until = a->filter.until,
		.department = a->filter.department };

	cli_catch_signals();
	return a->look != NULL ? quarantine_lookback(&r)
			       : quarantine_rerun(&r, ids, n);
}

static int
import(struct cli_state *st, struct ask *a, const struct policy *p,
    const char *id)
{
	const struct import_ask i = { st, p, a->login, a->why, a->release };

	return quarantine_import(&i, id);
}

static int
run(enum verb verb, struct ask *a, char **ids, int n)
{
	struct cli_state st = { .audit = NULL };
	unsigned flags = STATE_QUARANTINE;
	struct policy p;
	int status, last;

	if (verb >= PASSWORD)
		flags |= STATE_PEOPLE;
	if ((status = cli_load_policy("quarantine", &a->which, &p)) != 0)
		return status;
	status = cli_state_open(&st, &p, flags);
	if (status == 0)
		switch (verb) {
		case LIST:
		case SEARCH:
			status = list(st.quarantine, a);
			break;
		case SHOW:
			status = show(st.quarantine, a, ids[0]);
			break;
		case DISPOSE:
			status = dispose(st.quarantine, a, ids, n);
			break;
		case PASSWORD:
			status = quarantine_password(&st, &p, ids[0]);
			break;
		case RERUN:
			status = rerun(&st, a, &p, ids, n);
			break;
		case IMPORT:
			status = import(&st, a, &p, ids[0]);
			break;
		}
	last = cli_state_close(&st);
	return status != 0 ? status : last;
}

static int
take_flag(struct ask *a, int c)
{
	switch (c) {
	case OPT_ALL:
		a->filter.with_disposed = 1;
		return STATUS_OK;
	case OPT_DISPOSED:
		a->filter.with_disposed = 2;
		a->filter.kept = 1;
		return STATUS_OK;
	case OPT_KEPT:
		a->filter.kept = 1;
		return STATUS_OK;
	case OPT_DRY:
		a->dry = true;
		return STATUS_OK;
	case OPT_RELEASE:
		a->release = true;
		return STATUS_OK;
	case OPT_JSON:
		a->json = true;
		return STATUS_OK;
	case OPT_HELP:
		(void)cli_help(_(usage));
		return -1;
	default:
		return STATUS_USAGE;
	}
}

/* One option; STATUS_OK to go on, -1 when help was printed. */
static int
take_option(struct ask *a, int c, char **argv)
{
	int status;

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
	case OPT_LOOK:
		a->look = optarg;
		return cli_date("quarantine", optarg);
	case OPT_WORDS:
		a->filter.words = optarg;
		return STATUS_OK;
	case OPT_WHY:
		a->why = optarg;
		return STATUS_OK;
	case OPT_LOGIN:
		a->login = optarg;
		return STATUS_OK;
	case OPT_STATE:
	case OPT_POLICY:
	case OPT_PROFILE:
		cli_policy_option(c, &a->which);
		return STATUS_OK;
	default:
		status = take_flag(a, c);
		return status == STATUS_USAGE
			   ? cli_bad_option("quarantine", argv)
			   : status;
	}
}

/* What cannot be meant. */
static int
check(struct ask *a, enum verb verb, char **ids, int n)
{
	size_t used = 0;

	if (verb == SEARCH) {
		for (int i = 0; i < n && used < sizeof(a->words); i++)
			used += (size_t)snprintf(a->words + used,
			    sizeof(a->words) - used, "%s ", ids[i]);
		if (n > 0)
			a->filter.words = a->words;
		if (a->filter.words == NULL)
			return cli_usage("quarantine",
			    _("say what to search for"));
		return STATUS_OK;
	}
	if (verb == LIST && n != 0)
		return cli_usage("quarantine", _("list takes no ID"));
	if ((verb == SHOW || verb == PASSWORD || verb == IMPORT) && n != 1)
		return cli_usage("quarantine", _("name the ID of an item"));
	if (verb == RERUN && (a->look != NULL) == (n > 0))
		return cli_usage("quarantine",
		    _("name the IDs of items, or --released-since DATE"));
	if (verb == DISPOSE && n < 1)
		return cli_usage("quarantine", _("name the ID of an item"));
	if (verb == DISPOSE && (a->why == NULL || a->why[0] == '\0'))
		return cli_usage("quarantine",
		    _("a disposal needs its reason: --why TEXT"));
	if (verb == IMPORT && !a->release &&
	    (a->why == NULL || a->why[0] == '\0'))
		return cli_usage("quarantine",
		    _("an unsanitised import needs its reason: --why TEXT"));
	return STATUS_OK;
}

int
cmd_quarantine(int argc, char **argv)
{
	static const char *const verbs[] = { "list", "search", "show",
		"dispose", "password", "rerun", "import", NULL };
	struct ask a = { .why = NULL };
	int c, n, verb, status;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1)
		if ((status = take_option(&a, c, argv)) != STATUS_OK)
			return status < 0 ? STATUS_OK : status;
	n = argc - optind - 1;
	if (n < 0 || (verb = cli_verb(verbs, argv[optind])) < 0)
		return cli_usage("quarantine",
		    _("say list, search, show, password, rerun, dispose or "
		      "import"));
	status = check(&a, (enum verb)verb, argv + optind + 1, n);
	return status != STATUS_OK
		   ? status
		   : run((enum verb)verb, &a, argv + optind + 1, n);
}
