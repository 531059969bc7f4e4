/*
 * sekisho rules: check a file of the departments' rules, or show what is in
 * force.
 */
#include <getopt.h>
#include <stdio.h>

#include "base/log.h"
#include "cmd/cli.h"
#include "core/rules.h"

static const char usage[] =
    N_("Usage: sekisho rules check FILE...\n"
       "       sekisho rules show [--department NAME] [--policy FILE] "
       "[FILE]\n"
       "Say what is wrong with a file of the departments' rules, or print "
       "the\nrules in force (those that the policy names, or of FILE); what "
       "show\nprints is a file of rules.\n\n"
       "      --department NAME   show: those of one department\n"
       "      --policy FILE       the site's policy\n"
       "      --profile NAME      a profile of the policy\n"
       "      --markdown          show: the table of docs/rules.md\n"
       "      --help              this text\n");

enum { OPT_DEPARTMENT = 256, OPT_MARKDOWN, OPT_HELP };

static const struct option longs[] = {
	{ "department", required_argument, NULL, OPT_DEPARTMENT },
	{ "policy", required_argument, NULL, OPT_POLICY },
	{ "profile", required_argument, NULL, OPT_PROFILE },
	{ "markdown", no_argument, NULL, OPT_MARKDOWN },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

static int
load(const char *path, struct ruleset **set)
{
	char why[POLICY_WHY_BYTES] = "";
	int e = rules_load(path, set, why);

	if (e == 0)
		return STATUS_OK;
	log_error("%s", why[0] != '\0' ? why : cli_err(e));
	return STATUS_NOINPUT;
}

static int
check(char **files, int n)
{
	const char *names[RULES_MAX_DEPARTMENTS];
	int status = STATUS_OK, one;
	struct ruleset *set;

	for (int i = 0; i < n; i++) {
		if ((one = load(files[i], &set)) != STATUS_OK) {
			status = one;
			continue;
		}
		printf(_("%s: good (%zu departments)\n"), files[i],
		    rules_departments(set, names));
		rules_free(set);
	}
	return status;
}

static int
print(const struct ruleset *set, const char *department, bool markdown,
    struct buf *b)
{
	bool ja = cli_lang() == WORDS_JA;
	struct rules r;

	if (markdown)
		return rules_manual(b);
	if (department == NULL)
		return rules_print(set, ja, b);
	rules_of(set, department, &r);
	return rules_print_one(&r, ja, b);
}

static int
show(const struct cli_policy *which, const char *file, const char *department,
    bool markdown)
{
	struct ruleset *set;
	struct policy p;
	struct buf b;
	int status, e;

	if (file == NULL) {
		if ((status = cli_load_policy("rules", which, &p)) != 0)
			return status;
		file = p.people_rules_file;
	}
	if ((status = load(file, &set)) != STATUS_OK)
		return status;
	buf_init(&b, 16 << 20);
	if ((e = print(set, department, markdown, &b)) == 0)
		fwrite(b.data, 1, b.len, stdout);
	buf_done(&b);
	rules_free(set);
	return e == 0 ? STATUS_OK : cli_status(e);
}

int
cmd_rules(int argc, char **argv)
{
	static const char *const verbs[] = { "check", "show", NULL };
	struct cli_policy which = { NULL, NULL, NULL };
	const char *department = NULL;
	bool markdown = false;
	int c, n, verb;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case OPT_DEPARTMENT:
			department = optarg;
			break;
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
			return cli_bad_option("rules", argv);
		}
	}
	n = argc - optind - 1;
	if (n < 0 || (verb = cli_verb(verbs, argv[optind])) < 0)
		return cli_usage("rules", _("say check or show"));
	if (verb == 0 && n < 1)
		return cli_usage("rules", _("name the file to check"));
	if (verb == 1 && n > 1)
		return cli_usage("rules", _("show takes one file"));
	return verb == 0 ? check(argv + optind + 1, n)
			 : show(&which, n == 1 ? argv[optind + 1] : NULL,
			       department, markdown);
}
