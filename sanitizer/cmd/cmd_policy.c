/*
 * sekisho policy: check a policy file, or show what is in force.
 */
#include <getopt.h>
#include <stdio.h>

#include "base/log.h"
#include "cmd/cli.h"

static const char usage[] =
    N_("Usage: sekisho policy check [--profile NAME] FILE...\n"
       "       sekisho policy show [--policy FILE] [--profile NAME]\n"
       "Say what is wrong with a policy file, or print every setting in force\n"
       "with its meaning, range and default; what show prints is a policy "
       "file.\n\n"
       "      --policy FILE    the site's policy\n"
       "      --profile NAME   a profile of the policy\n"
       "      --markdown       show: the table of docs/policy.md\n"
       "      --help           this text\n");

enum { OPT_MARKDOWN = 256, OPT_HELP };

static const struct option longs[] = {
	{ "policy", required_argument, NULL, OPT_POLICY },
	{ "profile", required_argument, NULL, OPT_PROFILE },
	{ "markdown", no_argument, NULL, OPT_MARKDOWN },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

static int
check(const char *profile, char **files, int n)
{
	char why[POLICY_WHY_BYTES];
	struct policy p;
	int status = STATUS_OK;

	for (int i = 0; i < n; i++) {
		if (policy_load(files[i], profile, &p, why) == 0) {
			printf(_("%s: good (profile %s)\n"), files[i], p.name);
			continue;
		}
		log_error("%s", why);
		status = STATUS_NOINPUT;
	}
	return status;
}

static int
show(const struct cli_policy *which, bool markdown)
{
	struct policy p;
	struct buf b;
	int status, e;

	if ((status = cli_load_policy("policy", which, &p)) != 0)
		return status;
	buf_init(&b, 1 << 20);
	e = markdown ? policy_manual(&b)
		     : policy_print(&p, cli_lang() == WORDS_JA, &b);
	if (e == 0)
		fwrite(b.data, 1, b.len, stdout);
	buf_done(&b);
	return e == 0 ? STATUS_OK : cli_status(e);
}

int
cmd_policy(int argc, char **argv)
{
	static const char *const verbs[] = { "check", "show", NULL };
	struct cli_policy which = { NULL, NULL, NULL };
	bool markdown = false;
	int c, verb;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case OPT_POLICY:
			which.file = optarg;
			break;
		case OPT_PROFILE:
			which.profile = optarg;
			break;
		case OPT_MARKDOWN:
			markdown = true;
			break;
		case OPT_HELP:
			return cli_help(_(usage));
		default:
			return cli_bad_option("policy", argv);
		}
	}
	if (optind == argc || (verb = cli_verb(verbs, argv[optind])) < 0)
		return cli_usage("policy", _("say check or show"));
	if (verb == 0 && argc - optind < 2)
		return cli_usage("policy", _("name the file to check"));
	if (verb == 1 && argc - optind != 1)
		return cli_usage("policy",
		    _("show takes no file: --policy FILE"));
	return verb == 0
		   ? check(which.profile, argv + optind + 1, argc - optind - 1)
		   : show(&which, markdown);
}
