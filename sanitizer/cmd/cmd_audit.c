/*
 * sekisho audit: judge and read the log.
 */
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cmd/cli.h"
#include "core/event.h"

static const char usage[] =
    N_("Usage: sekisho audit verify [--key FILE] [OPTION]...\n"
       "       sekisho audit show [OPTION]...\n"
       "       sekisho audit export [--csv] [OPTION]...\n"
       "Check that nobody changed the log, or read it.\n\n"
       "      --key FILE       the public key that must have signed\n"
       "                       (else the key of the state folder)\n"
       "      --head SEQ:HASH  a line noted elsewhere that must be in the log\n"
       "      --since DATE     only from this day on (2026-11-21)\n"
       "      --until DATE     only before this day\n"
       "      --event WORD     only these events (release, hold, ...)\n"
       "      --id ID          only of this document\n"
       "      --csv            a table for a spreadsheet\n"
       "      --json           verify: the result for machines\n"
       "      --state DIR      the gateway's state folder\n"
       "      --policy FILE    the site's policy\n"
       "      --profile NAME   a profile of the policy\n"
       "      --help           this text\n");

enum {
	OPT_KEY = 256,
	OPT_HEAD,
	OPT_SINCE,
	OPT_UNTIL,
	OPT_EVENT,
	OPT_ID,
	OPT_CSV,
	OPT_JSON,
	OPT_HELP
};

static const struct option longs[] = {
	{ "key", required_argument, NULL, OPT_KEY },
	{ "head", required_argument, NULL, OPT_HEAD },
	{ "since", required_argument, NULL, OPT_SINCE },
	{ "until", required_argument, NULL, OPT_UNTIL },
	{ "event", required_argument, NULL, OPT_EVENT },
	{ "id", required_argument, NULL, OPT_ID },
	{ "csv", no_argument, NULL, OPT_CSV },
	{ "json", no_argument, NULL, OPT_JSON },
	CLI_POLICY_OPTIONS,
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

struct ask {
	struct cli_policy which;
	struct audit_filter filter;
	const char *key, *head;
	bool csv, json;
};

static int
read_key(const struct ask *a, const struct policy *p,
    uint8_t key[KEYS_SIGN_PUBLIC])
{
	char path[POLICY_PATH_BYTES + 32], why[256];

	snprintf(path, sizeof(path), "%s/keys/sign.pub", p->state_dir);
	if (keys_read_public(a->key != NULL ? a->key : path, key, why) == 0)
		return STATUS_OK;
	log_error(_("the public key cannot be read: %s"), why);
	return STATUS_NOINPUT;
}

static int
print_json(int e, const struct audit_report *r)
{
	char hex[HASH_HEX], *s;
	json_t *j;

	hash_hex(r->head, hex);
	j = json_pack("{s:b,s:I,s:I,s:I,s:I,s:I,s:I,s:s,s:s}", "sound", e == 0,
	    "first", (json_int_t)r->first, "files", (json_int_t)r->files + 1,
	    "lines", (json_int_t)r->lines, "checkpoints",
	    (json_int_t)r->checkpoints, "after_checkpoint",
	    (json_int_t)r->after_checkpoint, "bad_line",
	    (json_int_t)r->bad_line, "why", r->why, "head", hex);
	s = j == NULL ? NULL : json_dumps(j, JSON_COMPACT);
	if (s != NULL)
		puts(s);
	free(s);
	json_decref(j);
	return e == 0 ? STATUS_OK : STATUS_NOT_ALL;
}

static int
judge(const struct ask *a, int e, const struct audit_report *r)
{
	char hex[HASH_HEX];

	if (e == ERR_NOENT) {
		log_error(_("there is no audit log here yet"));
		return STATUS_NOINPUT;
	}
	if (e != 0 && e != ERR_DENIED) {
		log_error(_("the audit log cannot be read: %s"), cli_err(e));
		return cli_status(e);
	}
	if (a->json)
		return print_json(e, r);
	if (e == ERR_DENIED) {
		printf(_("NOT SOUND: line %llu: %s\n"),
		    (unsigned long long)r->bad_line, r->why);
		return STATUS_NOT_ALL;
	}
	hash_hex(r->head, hex);
	printf(_("sound: %llu lines, %llu signed check-points, %llu lines "
		 "since the last one\nhead: %s\n"),
	    (unsigned long long)(r->lines - r->first + (r->first > 0)),
	    (unsigned long long)r->checkpoints,
	    (unsigned long long)r->after_checkpoint, hex);
	if (r->files > 0 || r->first > 1)
		printf(_("in %llu files; number %llu to %llu\n"),
		    (unsigned long long)r->files + 1,
		    (unsigned long long)r->first, (unsigned long long)r->lines);
	return STATUS_OK;
}

static int
verify(const struct ask *a, const struct policy *p)
{
	struct audit_report r = { 0 };
	uint8_t key[KEYS_SIGN_PUBLIC];
	const char *colon = NULL;
	uint64_t seq = 0;
	char *end;
	int status, e;

	if (a->head != NULL) {
		seq = strtoull(a->head, &end, 10);
		colon = *end == ':' && end != a->head ? end + 1 : NULL;
		if (colon == NULL || strlen(colon) != HASH_HEX - 1)
			return cli_usage("audit", _("--head is SEQ:HASH"));
	}
	if ((status = read_key(a, p, key)) != 0)
		return status;
	e = audit_verify(p->state_dir, key, seq, colon, &r);
	if (e == ERR_DENIED)
		(void)event_raise(p, EVENT_AUDIT_BROKEN,
		    (const struct event_field[]){ { "path", p->state_dir },
			{ "reason", r.why }, { NULL, NULL } },
		    NULL);
	return judge(a, e, &r);
}

static int
print(const struct ask *a, const struct policy *p, bool export)
{
	enum audit_form form = a->csv	? AUDIT_CSV
			       : export ? AUDIT_JSONL
					: AUDIT_TEXT;
	int e = audit_export(p->state_dir, &a->filter, form, stdout);

	if (e == ERR_NOENT) {
		log_error(_("there is no audit log here yet"));
		return STATUS_NOINPUT;
	}
	if (e != 0) {
		log_error(_("the audit log cannot be read: %s"), cli_err(e));
		return cli_status(e);
	}
	return STATUS_OK;
}

static int
take_option(struct ask *a, int c, char **argv)
{
	switch (c) {
	case OPT_KEY:
		a->key = optarg;
		return STATUS_OK;
	case OPT_HEAD:
		a->head = optarg;
		return STATUS_OK;
	case OPT_SINCE:
		a->filter.since = optarg;
		return cli_date("audit", optarg);
	case OPT_UNTIL:
		a->filter.until = optarg;
		return cli_date("audit", optarg);
	case OPT_EVENT:
		a->filter.event = optarg;
		return STATUS_OK;
	case OPT_ID:
		a->filter.id = optarg;
		return STATUS_OK;
	case OPT_CSV:
		a->csv = true;
		return STATUS_OK;
	case OPT_JSON:
		a->json = true;
		return STATUS_OK;
	case OPT_STATE:
	case OPT_POLICY:
	case OPT_PROFILE:
		cli_policy_option(c, &a->which);
		return STATUS_OK;
	case OPT_HELP:
		(void)cli_help(_(usage));
		return -1;
	default:
		return cli_bad_option("audit", argv);
	}
}

int
cmd_audit(int argc, char **argv)
{
	static const char *const verbs[] = { "verify", "show", "export", NULL };
	struct ask a = { .key = NULL };
	struct policy p;
	int c, verb, status;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1)
		if ((status = take_option(&a, c, argv)) != STATUS_OK)
			return status < 0 ? STATUS_OK : status;
	if (argc - optind != 1 || (verb = cli_verb(verbs, argv[optind])) < 0)
		return cli_usage("audit", _("say verify, show or export"));
	if ((status = cli_load_policy("audit", &a.which, &p)) != 0)
		return status;
	return verb == 0 ? verify(&a, &p) : print(&a, &p, verb == 2);
}
