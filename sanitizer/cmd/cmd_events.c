/*
 * sekisho events: mails about events that wait, and a trial of them.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cmd/cli.h"
#include "core/event.h"

static const char usage[] =
    N_("Usage: sekisho events send [OPTION]...\n"
       "       sekisho events test [OPTION]...\n"
       "Hand over the mails about events that wait (a timer does it), or "
       "raise\nan event that means nothing, to see whether it arrives.\n\n"
       "      --state DIR      the gateway's state folder\n"
       "      --policy FILE    the site's policy (section events)\n"
       "      --profile NAME   a profile of the policy\n"
       "      --help           this text\n");

enum { OPT_HELP = 256 };

static const struct option longs[] = {
	CLI_POLICY_OPTIONS,
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

static int
send_all(const struct policy *p)
{
	struct event_sent sent;
	char why[EVENT_WHY_BYTES];
	int e = event_send(p, &sent, why);

	printf(_("%llu notices sent, %llu wait, %llu given up\n"),
	    (unsigned long long)sent.sent, (unsigned long long)sent.waiting,
	    (unsigned long long)sent.given_up);
	if (e != 0) {
		log_error(_("the relay %s: %s; notices wait"),
		    p->events_mail_relay, why[0] != '\0' ? why : cli_err(e));
		return cli_status(e);
	}
	return STATUS_OK;
}

static int
try_all(const struct policy *p)
{
	int e = event_raise(p, EVENT_TEST,
	    (const struct event_field[]){
		{ "who", cli_who() }, { NULL, NULL } },
	    NULL);

	if (e != 0) {
		log_error(_("the event did not reach syslog (%s) or the folder "
			    "of notices: %s; see section events of the policy"),
		    p->events_syslog[0] == '\0' ? "-" : p->events_syslog,
		    cli_err(e));
		(void)send_all(p);
		return cli_status(e);
	}
	return send_all(p);
}

int
cmd_events(int argc, char **argv)
{
	static const char *const verbs[] = { "send", "test", NULL };
	struct cli_policy which = { NULL, NULL, NULL };
	struct policy p;
	int c, verb, status;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case OPT_STATE:
		case OPT_POLICY:
		case OPT_PROFILE:
			cli_policy_option(c, &which);
			break;
		case OPT_HELP:
			return cli_help(_(usage));
		default:
			return cli_bad_option("events", argv);
		}
	}
	if (argc - optind != 1 || (verb = cli_verb(verbs, argv[optind])) < 0)
		return cli_usage("events", _("say send or test"));
	if ((status = cli_load_policy("events", &which, &p)) != 0)
		return status;
	return verb == 0 ? send_all(&p) : try_all(&p);
}
