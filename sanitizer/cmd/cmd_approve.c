/*
 * sekisho approve: requests, and decisions on them. Whoever may run this has
 * the state folder in hand; a decision is a person's all the same, and is
 * made with the password of that person's account.
 */
#include <getopt.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/log.h"
#include "cmd/user.h"
#include "quarantine/notify.h"
#include "quarantine/approve.h"
#include "quarantine/preview.h"

static const char usage[] =
    N_("Usage: sekisho approve list [--json] [--as LOGIN]\n"
       "       sekisho approve show ID\n"
       "       sekisho approve yes|no [--as LOGIN] [--why TEXT] ID\n"
       "       sekisho approve emergency [--as LOGIN] --why TEXT ID\n"
       "       sekisho approve away [--as LOGIN] --deputy LOGIN --from DATE "
       "--until DATE\n"
       "       sekisho approve back [--as LOGIN]\n"
       "Requests for the release of sanitised files, and decisions on them.\n"
       "ID is a request's or a transfer's. A decision asks for the password "
       "of\nthe account (or reads it from standard input); nobody decides on "
       "their\nown, and the rules of the department say who may. Who is away "
       "lets\nanother approver decide meanwhile.\n\n"
       "      --as LOGIN          the account; else that of the user's name\n"
       "      --why TEXT          for the record\n"
       "      --deputy LOGIN      away: who decides meanwhile\n"
       "      --from DATE         away: the first day (2026-12-28)\n"
       "      --until DATE        away: the last day\n"
       "      --json              list: for machines\n"
       "      --state DIR         the gateway's state folder\n"
       "      --policy FILE       the site's policy\n"
       "      --profile NAME      a profile of the policy\n"
       "      --help              this text\n");

enum {
	OPT_AS = 256,
	OPT_WHY,
	OPT_DEPUTY,
	OPT_FROM,
	OPT_UNTIL,
	OPT_JSON,
	OPT_HELP
};

static const struct option longs[] = {
	{ "as", required_argument, NULL, OPT_AS },
	{ "why", required_argument, NULL, OPT_WHY },
	{ "deputy", required_argument, NULL, OPT_DEPUTY },
	{ "from", required_argument, NULL, OPT_FROM },
	{ "until", required_argument, NULL, OPT_UNTIL },
	{ "json", no_argument, NULL, OPT_JSON },
	CLI_POLICY_OPTIONS,
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

struct ask {
	struct cli_policy which;
	const char *as, *why;
	const char *deputy, *from, *until;
	bool json;
	struct people *people;
	size_t shown;
};

static const char *
kind_text(enum request_kind k)
{
	return k == REQUEST_RELEASE  ? _("release")
	       : k == REQUEST_REVIEW ? _("review of an emergency release")
				     : _("unsanitised import");
}

static const char *
request_text(enum request_state s)
{
	return s == REQUEST_OPEN       ? _("open")
	       : s == REQUEST_APPROVED ? _("approved")
	       : s == REQUEST_REJECTED ? _("refused")
				       : _("not decided in time");
}

static int
print_json(const struct request *q, const char *name)
{
	static const char *const kinds[] = { "release", "review",
		"unsanitised" };
	json_t *j = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:i,s:i}",
	    "id", q->id, "transfer", q->transfer, "kind", kinds[q->kind],
	    "time", q->time, "expires", q->expires, "login", q->login,
	    "department", q->department, "name", name, "sha256", q->sha256,
	    "quorum", (int)q->quorum, "agreed", (int)q->agreed);
	char *s = j == NULL ? NULL : json_dumps(j, JSON_COMPACT);

	if (s != NULL)
		puts(s);
	free(s);
	json_decref(j);
	return s == NULL ? ERR_NOMEM : 0;
}

static int
print_line(void *arg, const struct request *q)
{
	struct ask *a = arg;
	char until[40], name[RECORD_NAME_BYTES] = "";
	struct transfer t;

	a->shown++;
	if (transfer_get(a->people, q->transfer, &t) == 0) {
		memcpy(name, t.path, sizeof(name));
		transfer_done(&t);
	}
	if (a->json)
		return print_json(q, name);
	words_time(q->expires, until, sizeof(until));
	printf("%s  %s  %s/%s  %s\n", q->id, kind_text(q->kind), q->department,
	    q->login, name);
	printf(_("    until %s; %u of %u agreed\n"), until, q->agreed,
	    q->quorum);
	return 0;
}

static int
print_decision(void *arg, const struct decision *d)
{
	char when[40];

	(void)arg;
	words_time(d->time, when, sizeof(when));
	printf("    %s  %s%s%s  %s  %s\n", when, d->login,
	    d->for_login[0] != '\0' ? _(" for ") : "", d->for_login,
	    d->is_emergency ? _("emergency")
	    : d->is_yes	    ? _("yes")
			    : _("no"),
	    d->why);
	return 0;
}

static int
failed(const char *id, int e)
{
	if (e == ERR_NOENT)
		log_error(_("%s: no such request; 'sekisho approve list' "
			    "shows those that are open"),
		    id);
	else
		log_error("%s: %s", id, cli_err(e));
	return e == ERR_NOENT ? STATUS_NOINPUT : cli_status(e);
}

/* By its own number, or the open one of a transfer. */
static int
find(struct people *p, const char *id, struct request *q)
{
	int e = approve_get(p, id, q);

	for (int k = REQUEST_RELEASE;
	     e == ERR_NOENT && k <= REQUEST_UNSANITISED; k++) {
		e = approve_of(p, id, (enum request_kind)k, q);
		if (e == 0 && q->state != REQUEST_OPEN &&
		    k != REQUEST_UNSANITISED)
			e = ERR_NOENT;
	}
	return e;
}

static int
list(struct people *p, struct ask *a)
{
	struct account me;
	int e = 0;

	if (a->as != NULL && (e = account_get(p, a->as, &me)) != 0)
		return user_failed(a->as, e);
	e = approve_list(p, a->as == NULL ? NULL : &me, print_line, a);
	if (e != 0)
		return failed("-", e);
	if (a->shown == 0 && !a->json)
		printf(_("nothing waits for a decision\n"));
	return STATUS_OK;
}

/* What a person decides on; the hash is what the decision is bound to. */
static int
show(struct people *p, struct ask *a, const struct request *q)
{
	struct transfer t;
	struct preview v;
	int e;

	if ((e = transfer_get(p, q->transfer, &t)) != 0 ||
	    (e = print_line(a, q)) != 0)
		return failed(q->id, e);
	printf(_("    state: %s\n    transfer: %s\n    SHA-256: %s\n"),
	    request_text(q->state), q->transfer, q->sha256);
	printf(_("    findings: %u, of these attacks: %u\n"), t.findings,
	    t.attacks);
	if (q->why[0] != '\0')
		printf(_("    reason: %s\n"), q->why);
	if (preview_get(p, q->transfer, &v) != 0)
		printf(_("    preview: not made yet\n"));
	else
		printf(_("    preview: %u pages %s\n"), v.pages,
		    v.why[0] != '\0' ? gettext(v.why) : "");
	transfer_done(&t);
	e = approve_decisions(p, q->id, print_decision, NULL);
	return e == 0 ? STATUS_OK : failed(q->id, e);
}

/* Sign in as the person who decides: each time, and never by --as alone. */
static int
sign_in(struct people *p, const struct ask *a, struct account *me)
{
	const char *login = a->as != NULL ? a->as : cli_who();
	static struct secret_line secret;
	char prompt[ACCOUNT_LOGIN_BYTES + 64], from[ACCOUNT_LOGIN_BYTES + 32];
	int e;

	snprintf(prompt, sizeof(prompt), _("Password of %.63s: "), login);
	snprintf(from, sizeof(from), "gateway: %.60s", cli_who());
	(void)mlock(&secret, sizeof(secret));
	if ((e = user_ask_secret(prompt, &secret)) == 0)
		e = account_sign_in(p, login, secret.text, secret.n, from, me);
	sodium_memzero(&secret, sizeof(secret));
	if (e == 0 && me->must_change) {
		log_error(_("%s: change the password in the console first"),
		    login);
		return STATUS_NOT_ALL;
	}
	if (e == ERR_DENIED) {
		log_error(_("%s: not signed in"), login);
		return STATUS_NOT_ALL;
	}
	return e == 0 ? STATUS_OK : failed(login, e);
}

static int
emergency(const struct policy *p, struct ask *a, const struct request *q,
    const struct account *me, char no[POLICY_WHY_BYTES])
{
	struct ruleset *set;
	struct rules rules;
	int e;

	if ((e = rules_load(p->people_rules_file, &set, no)) != 0)
		return e == ERR_DENIED ? ERR_MALFORMED : e;
	rules_of(set, q->department, &rules);
	e = approve_emergency(a->people, q->id, me, a->why, &rules, no);
	rules_free(set);
	if (e == 0)
		notify_transfer(p, a->people, EVENT_EMERGENCY, q->transfer,
		    REQUEST_REVIEW);
	return e;
}

static int
decide(const struct policy *p, struct ask *a, const char *verb,
    const struct request *q)
{
	enum request_state state = REQUEST_APPROVED;
	char no[POLICY_WHY_BYTES] = "";
	struct account me;
	int status, e;

	if ((status = show(a->people, a, q)) != 0 ||
	    (status = sign_in(a->people, a, &me)) != 0)
		return status;
	if (strcmp(verb, "emergency") == 0)
		e = emergency(p, a, q, &me, no);
	else
		e = approve_decide(a->people, q->id, &me, q->sha256,
		    strcmp(verb, "yes") == 0, a->why, &state, no);
	if (e != 0 && no[0] != '\0') {
		log_error("%s: %s", q->id, gettext(no));
		return STATUS_NOT_ALL;
	}
	if (e != 0)
		return failed(q->id, e);
	printf("%s: %s\n", q->id, request_text(state));
	return STATUS_OK;
}

/* One's own absence, or its end. */
static int
away(struct people *p, const struct ask *a, bool is_back)
{
	char no[POLICY_WHY_BYTES] = "";
	struct account me;
	int status, e;

	if ((status = sign_in(p, a, &me)) != 0)
		return status;
	e = account_set_away(p, me.login, is_back ? "" : a->deputy,
	    is_back ? "" : a->from, is_back ? "" : a->until, no);
	if (e == ERR_DENIED && no[0] != '\0') {
		log_error("%s: %s", me.login, gettext(no));
		return STATUS_NOT_ALL;
	}
	if (e != 0)
		return user_failed(me.login, e);
	if (is_back)
		printf(_("%s: back\n"), me.login);
	else
		printf(_("%s: away from %s to %s; %s decides meanwhile\n"),
		    me.login, a->from, a->until, a->deputy);
	return STATUS_OK;
}

static int
run(const char *verb, struct ask *a, const char *id)
{
	struct cli_state st;
	struct request q;
	struct policy p;
	int status, last, e;

	if ((status = cli_load_policy("approve", &a->which, &p)) != 0)
		return status;
	if ((status = cli_state_open(&st, &p, STATE_PEOPLE)) == 0) {
		a->people = st.people;
		if (strcmp(verb, "away") == 0 || strcmp(verb, "back") == 0)
			status = away(st.people, a, verb[0] == 'b');
		else if (id == NULL)
			status = list(st.people, a);
		else if ((e = find(st.people, id, &q)) != 0)
			status = failed(id, e);
		else if (strcmp(verb, "show") == 0)
			status = show(st.people, a, &q);
		else
			status = decide(&p, a, verb, &q);
	}
	last = cli_state_close(&st);
	return status != 0 ? status : last;
}

/* -1: the option was taken; else an exit status. */
static int
take_option(struct ask *a, int c, char **argv)
{
	switch (c) {
	case OPT_AS:
		a->as = optarg;
		return -1;
	case OPT_WHY:
		a->why = optarg;
		return -1;
	case OPT_DEPUTY:
		a->deputy = optarg;
		return -1;
	case OPT_FROM:
		a->from = optarg;
		return -1;
	case OPT_UNTIL:
		a->until = optarg;
		return -1;
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
	default:
		return cli_bad_option("approve", argv);
	}
}

/* list, away, back */
static bool
takes_none(int verb)
{
	return verb == 0 || verb >= 5;
}

int
cmd_approve(int argc, char **argv)
{
	static const char *const verbs[] = { "list", "show", "yes", "no",
		"emergency", "away", "back", NULL };
	struct ask a = { .as = NULL };
	int c, n, status, verb;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1)
		if ((status = take_option(&a, c, argv)) >= 0)
			return status;
	n = argc - optind - 1;
	verb = n < 0 ? -1 : cli_verb(verbs, argv[optind]);
	if (verb < 0)
		return cli_usage("approve",
		    _("say list, show, yes, no, emergency, away or back"));
	if (n != (takes_none(verb) ? 0 : 1))
		return cli_usage("approve", takes_none(verb)
						? _("it takes no argument")
						: _("name the request"));
	if (verb == 5 &&
	    (a.deputy == NULL || a.from == NULL || a.until == NULL))
		return cli_usage("approve",
		    _("away needs --deputy, --from and --until"));
	if (verb == 4 && a.why == NULL)
		return cli_usage("approve",
		    _("a release in an emergency needs a reason (--why)"));
	return run(verbs[verb], &a, takes_none(verb) ? NULL : argv[optind + 1]);
}
