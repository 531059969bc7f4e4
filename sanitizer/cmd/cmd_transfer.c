/*
 * sekisho transfer: what people brought in.
 */
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "cmd/cli.h"
#include "quarantine/transfer.h"

static const char usage[] =
    N_("Usage: sekisho transfer list [OPTION]...\n"
       "       sekisho transfer show [OPTION]... ID\n"
       "       sekisho transfer retry [OPTION]... ID...\n"
       "What people brought in by the drop folder or the console, and what "
       "became\nof it; give held ones to the watcher once more.\n\n"
       "      --department NAME   only of this department\n"
       "      --login NAME        only of this person\n"
       "      --only STATE        received, working, password, approval,\n"
       "                          released, held, blocked, rejected, "
       "expired\n"
       "      --waiting           only what is not settled\n"
       "      --words TEXT        only where a name, person or number has "
       "it\n"
       "      --since DATE        only from this day on (2026-11-21)\n"
       "      --until DATE        only before this day\n"
       "      --limit N           at most so many, the newest (1000)\n"
       "      --json              for machines\n"
       "      --state DIR         the gateway's state folder\n"
       "      --policy FILE       the site's policy\n"
       "      --profile NAME      a profile of the policy\n"
       "      --help              this text\n");

enum {
	OPT_DEPARTMENT = 256,
	OPT_LOGIN,
	OPT_ONLY,
	OPT_WAITING,
	OPT_WORDS,
	OPT_SINCE,
	OPT_UNTIL,
	OPT_LIMIT,
	OPT_JSON,
	OPT_HELP
};

static const struct option longs[] = {
	{ "department", required_argument, NULL, OPT_DEPARTMENT },
	{ "login", required_argument, NULL, OPT_LOGIN },
	{ "only", required_argument, NULL, OPT_ONLY },
	{ "waiting", no_argument, NULL, OPT_WAITING },
	{ "words", required_argument, NULL, OPT_WORDS },
	{ "since", required_argument, NULL, OPT_SINCE },
	{ "until", required_argument, NULL, OPT_UNTIL },
	{ "limit", required_argument, NULL, OPT_LIMIT },
	{ "json", no_argument, NULL, OPT_JSON },
	CLI_POLICY_OPTIONS,
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

struct ask {
	struct cli_policy which;
	struct transfer_filter filter;
	bool json;
	size_t shown;
};

static const char *
state_text(enum transfer_state s)
{
	static const char *const texts[TRANSFER_STATES] = {
		[TRANSFER_RECEIVED] = N_("waits for its turn"),
		[TRANSFER_WORKING] = N_("is being sanitised"),
		[TRANSFER_PASSWORD] = N_("waits for its password"),
		[TRANSFER_APPROVAL] = N_("waits for approval"),
		[TRANSFER_RELEASED] = N_("released"),
		[TRANSFER_HELD] = N_("held"),
		[TRANSFER_BLOCKED] = N_("blocked"),
		[TRANSFER_REJECTED] = N_("refused"),
		[TRANSFER_EXPIRED] = N_("not approved in time"),
	};

	return (unsigned)s < TRANSFER_STATES ? _(texts[s]) : "";
}

static int
print_json(const struct transfer *t)
{
	json_t *j = json_pack(
	    "{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:i,s:I,s:s,s:s,s:s,s:s,s:s,s:s,"
	    "s:s,s:I,s:i,s:i,s:i}",
	    "id", t->id, "time", t->time, "changed", t->changed, "department",
	    t->department, "login", t->login, "name", t->path, "batch",
	    t->batch, "via", t->via == VIA_FOLDER ? "folder" : "console",
	    "class", (int)t->class, "size", (json_int_t)t->bytes, "sha256",
	    t->sha256, "state", transfer_state_name(t->state), "format",
	    t->format, "method", t->method, "reason", t->reason, "result",
	    t->result_path, "result_sha256", t->result_sha256, "result_size",
	    (json_int_t)t->result_bytes, "findings", (int)t->findings,
	    "attacks", (int)t->attacks, "tries", (int)t->tries);
	char *s = j == NULL ? NULL : json_dumps(j, JSON_COMPACT);

	if (s != NULL)
		puts(s);
	free(s);
	json_decref(j);
	return s == NULL ? ERR_NOMEM : 0;
}

static int
print_line(void *arg, const struct transfer *t)
{
	struct ask *a = arg;
	char when[40], size[16];

	a->shown++;
	if (a->json)
		return print_json(t);
	words_time(t->time, when, sizeof(when));
	words_size(t->bytes, size, sizeof(size));
	printf("%s  %s  %s  %s/%s  %s  %s\n", t->id, when, state_text(t->state),
	    t->department, t->login, size, t->path);
	if (t->reason[0] != '\0')
		printf("    %s\n", gettext(t->reason));
	return 0;
}

static int
missing(const char *id, int e)
{
	if (e == ERR_NOENT)
		log_error(_("%s: no such transfer; 'sekisho transfer list' "
			    "shows them"),
		    id);
	else if (e == ERR_EXIST)
		log_error(_("%s: it is neither held nor waits for a "
			    "password"),
		    id);
	else
		log_error("%s: %s", id, cli_err(e));
	return e == ERR_NOENT	? STATUS_NOINPUT
	       : e == ERR_EXIST ? STATUS_NOT_ALL
				: cli_status(e);
}

static int
list(struct cli_state *st, struct ask *a)
{
	int e;

	a->filter.newest_first = true;
	if ((e = transfer_list(st->people, &a->filter, print_line, a)) != 0) {
		log_error(_("the transfers cannot be read: %s"), cli_err(e));
		return cli_status(e);
	}
	if (a->shown == 0 && !a->json)
		printf(_("no transfers\n"));
	return STATUS_OK;
}

static int
show(struct cli_state *st, struct ask *a, const char *id, uint64_t fast_bytes)
{
	uint64_t before, seconds;
	struct transfer t;
	int e;

	if ((e = transfer_get(st->people, id, &t)) != 0)
		return missing(id, e);
	e = print_line(a, &t);
	if (e == 0 && !a->json) {
		printf("    SHA-256: %s\n", t.sha256);
		if (t.state == TRANSFER_RECEIVED &&
		    transfer_position(st->people, id, fast_bytes, &before,
			&seconds) == 0)
			printf(_("    %llu before it; about %llu s\n"),
			    (unsigned long long)before,
			    (unsigned long long)seconds);
		if (t.receipt_text != NULL)
			fputs(t.receipt_text, stdout);
	}
	transfer_done(&t);
	return e == 0 ? STATUS_OK : cli_status(e);
}

static int
retry_one(struct cli_state *st, const char *id)
{
	int e, fd;

	if ((e = quarantine_read(st->quarantine, id, cli_who(), "retry",
		 &fd)) != 0)
		return missing(id, e);
	e = transfer_again(st->people, id, fd, cli_who());
	close(fd);
	if (e != 0)
		return missing(id, e);
	printf(_("%s: given to the watcher again\n"), id);
	return STATUS_OK;
}

static int
run(const char *verb, struct ask *a, char **ids, int n)
{
	struct cli_state st;
	struct policy p;
	int status, one, last;

	if ((status = cli_load_policy("transfer", &a->which, &p)) != 0)
		return status;
	status = cli_state_open(&st, &p, STATE_QUARANTINE | STATE_PEOPLE);
	if (status == 0 && strcmp(verb, "list") == 0)
		status = list(&st, a);
	else if (status == 0 && strcmp(verb, "show") == 0)
		status = show(&st, a, ids[0], p.people_fast_bytes);
	else if (status == 0)
		for (int i = 0; i < n; i++)
			if ((one = retry_one(&st, ids[i])) != 0)
				status = one;
	last = cli_state_close(&st);
	return status != 0 ? status : last;
}

static int
find_state(const char *name, int *state)
{
	for (int i = 0; i < TRANSFER_STATES; i++)
		if (strcmp(transfer_state_name((enum transfer_state)i), name) ==
		    0) {
			*state = i;
			return STATUS_OK;
		}
	return cli_usage("transfer", _("no such state: %s"), name);
}

/* -1: the option was taken; else an exit status. */
static int
take_filter(struct ask *a, int c)
{
	int status;

	switch (c) {
	case OPT_DEPARTMENT:
		a->filter.department = optarg;
		return -1;
	case OPT_LOGIN:
		a->filter.login = optarg;
		return -1;
	case OPT_ONLY:
		status = find_state(optarg, &a->filter.state);
		return status == STATUS_OK ? -1 : status;
	case OPT_WAITING:
		a->filter.unsettled = true;
		return -1;
	case OPT_WORDS:
		a->filter.words = optarg;
		return -1;
	case OPT_LIMIT:
		return cli_number(optarg, 1, 10000, &a->filter.limit) == 0
			   ? -1
			   : cli_usage("transfer",
				 _("--limit: a number of 1 to 10000"));
	default:
		if (c == OPT_SINCE)
			a->filter.since = optarg;
		else
			a->filter.until = optarg;
		status = cli_date("transfer", optarg);
		return status == STATUS_OK ? -1 : status;
	}
}

static int
take_option(struct ask *a, int c, char **argv)
{
	switch (c) {
	case OPT_JSON:
		a->json = true;
		return -1;
	case OPT_STATE:
	case OPT_POLICY:
	case OPT_PROFILE:
		cli_policy_option(c, &a->which);
		return -1;
	case OPT_HELP:
		return cli_help(_(usage));
	case '?':
		return cli_bad_option("transfer", argv);
	default:
		return take_filter(a, c);
	}
}

int
cmd_transfer(int argc, char **argv)
{
	static const char *const verbs[] = { "list", "show", "retry", NULL };
	struct ask a = { .filter = { .state = -1 } };
	int c, n, status, verb;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1)
		if ((status = take_option(&a, c, argv)) >= 0)
			return status;
	n = argc - optind - 1;
	verb = n < 0 ? -1 : cli_verb(verbs, argv[optind]);
	if (verb < 0)
		return cli_usage("transfer", _("say list, show or retry"));
	if ((verb == 0) != (n == 0) || (verb == 1 && n != 1))
		return cli_usage("transfer", verb == 0
						 ? _("list takes no argument")
						 : _("name the transfer"));
	return run(verbs[verb], &a, argv + optind + 1, n);
}
