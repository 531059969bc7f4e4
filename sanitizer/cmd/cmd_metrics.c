/*
 * sekisho metrics: figures for a monitor.
 */
#include <getopt.h>
#include <stdio.h>

#include "base/log.h"
#include "cmd/cli.h"
#include "core/metrics.h"

static const char usage[] =
    N_("Usage: sekisho metrics [OPTION]...\n"
       "Print figures of the state folder in the text format of Prometheus.\n"
       "Nothing is locked or changed.\n\n"
       "      --state DIR      the gateway's state folder\n"
       "      --policy FILE    the site's policy\n"
       "      --profile NAME   a profile of the policy\n"
       "      --help           this text\n");

enum { OPT_HELP = 256 };

static const struct option longs[] = {
	CLI_POLICY_OPTIONS,
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

static int
print(const struct policy *p)
{
	struct buf b;
	int e;

	buf_init(&b, METRICS_MAX_BYTES);
	if ((e = metrics_text(p->state_dir, &b)) == 0)
		fwrite(b.data, 1, b.len, stdout);
	buf_done(&b);
	if (e == ERR_NOENT) {
		log_error(_("%s: not a state folder that can be read"),
		    p->state_dir);
		return STATUS_NOINPUT;
	}
	if (e != 0)
		log_error(_("the figures cannot be made: %s"), cli_err(e));
	return cli_status(e);
}

int
cmd_metrics(int argc, char **argv)
{
	struct cli_policy which = { NULL, NULL, NULL };
	struct policy p;
	int c, status;

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
			return cli_bad_option("metrics", argv);
		}
	}
	if (argc != optind)
		return cli_usage("metrics", _("metrics takes no argument"));
	if ((status = cli_load_policy("metrics", &which, &p)) != 0)
		return status;
	return print(&p);
}
