#include "cmd/clean.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "core/parcel.h"

static const char *
help_text(void)
{
	return _(
	    "Usage: sekisho clean [OPTION]... {-o DEST | --spool} SOURCE...\n"
	    "Rebuild files and folders from safe parts. DEST gets the "
	    "released files only,\nin the same tree. What cannot be proved "
	    "safe is kept in quarantine.\n\n"
	    "  -o, --output DEST          folder for released files\n"
	    "      --spool                into the spool, for the inner side\n"
	    "      --department NAME      whom the spool parcels are for\n"
	    "  -j, --jobs N               documents at a time (1 to 64)\n"
	    "      --policy FILE          policy of the site\n"
	    "      --profile NAME         a profile of that policy\n"
	    "      --receipt FILE|DIR     receipts (one input file: a file)\n"
	    "      --report FILE          .html, .json or .jsonl: the whole "
	    "run\n"
	    "      --password-file FILE   passwords to try, one a line\n"
	    "      --state DIR            keys, audit log, quarantine, spool\n"
	    "  -h, --help                 this text\n\n"
	    "Exit status: 0 all released; 1 something was held or blocked; "
	    "64 usage;\n65 an input is missing or unreadable; 70 internal "
	    "error; 75 try again.\n");
}

enum {
	OPT_SPOOL = 256,
	OPT_DEPARTMENT,
	OPT_RECEIPT,
	OPT_REPORT,
	OPT_PASSWORDS
};

static const struct option options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "jobs", required_argument, NULL, 'j' },
	{ "spool", no_argument, NULL, OPT_SPOOL },
	{ "department", required_argument, NULL, OPT_DEPARTMENT },
	{ "policy", required_argument, NULL, OPT_POLICY },
	{ "profile", required_argument, NULL, OPT_PROFILE },
	{ "receipt", required_argument, NULL, OPT_RECEIPT },
	{ "report", required_argument, NULL, OPT_REPORT },
	{ "password-file", required_argument, NULL, OPT_PASSWORDS },
	{ "state", required_argument, NULL, OPT_STATE },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/* The place of an option that just takes a text. */
static const char **
text_option(struct clean_options *o, int c)
{
	switch (c) {
	case 'o':
		return &o->dest;
	case OPT_DEPARTMENT:
		return &o->department;
	case OPT_POLICY:
		return &o->policy.file;
	case OPT_PROFILE:
		return &o->policy.profile;
	case OPT_RECEIPT:
		return &o->receipt;
	case OPT_REPORT:
		return &o->report;
	case OPT_PASSWORDS:
		return &o->passwords;
	case OPT_STATE:
		return &o->policy.state;
	default:
		return NULL;
	}
}

/* -1: go on; else the exit status. */
static int
parse(int argc, char **argv, struct clean_options *o)
{
	const char **text;
	int c;

	while ((c = getopt_long(argc, argv, ":o:j:h", options, NULL)) != -1) {
		if (c == 'h')
			return cli_help(help_text());
		if (c == OPT_SPOOL)
			o->spool = true;
		else if (c == 'j' && cli_number(optarg, 1, 64, &o->jobs) != 0)
			return cli_usage("clean",
			    _("-j: a number from 1 to 64, not '%s'"), optarg);
		else if ((text = text_option(o, c)) != NULL)
			*text = optarg;
		else if (c != 'j')
			return cli_bad_option("clean", argv);
	}
	o->sources = argv + optind;
	o->n_sources = (size_t)(argc - optind);
	return -1;
}

/* What cannot be meant. 0, or the exit status. */
static int
check(const struct clean_options *o)
{
	enum report_kind kind;

	if (o->n_sources == 0)
		return cli_usage("clean", _("no file or folder given"));
	if (o->spool && o->dest != NULL)
		return cli_usage("clean",
		    _("-o and --spool exclude each other"));
	if (!o->spool && o->dest == NULL)
		return cli_usage("clean",
		    _("where shall the results go? Give -o DEST, or "
		      "--spool"));
	if (o->department != NULL && !o->spool)
		return cli_usage("clean", _("--department needs --spool"));
	if (o->department != NULL && !parcel_department_ok(o->department))
		return cli_usage("clean",
		    _("--department: not a usable name: %s"), o->department);
	if (o->report != NULL && report_kind_of(o->report, &kind) != 0)
		return cli_usage("clean",
		    _("--report: the name must end in .html, .json or "
		      ".jsonl: %s"),
		    o->report);
	if (o->passwords != NULL && access(o->passwords, R_OK) != 0) {
		log_error(_("%s: the password file cannot be read: %s"),
		    o->passwords, strerror(errno));
		return STATUS_NOINPUT;
	}
	return STATUS_OK;
}

int
cmd_clean(int argc, char **argv)
{
	struct clean_options o = { 0 };
	struct policy policy;
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int status;

	o.jobs = cpus < 1 ? 1 : cpus > 64 ? 64 : (unsigned)cpus;
	if ((status = parse(argc, argv, &o)) != -1 ||
	    (status = check(&o)) != 0 ||
	    (status = cli_load_policy("clean", &o.policy, &policy)) != 0)
		return status;
	cli_catch_signals();
	return clean_run(&o, &policy);
}
