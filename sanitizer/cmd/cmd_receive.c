/*
 * sekisho receive: the inner side. Checks and delivers parcels; every payload
 * is proved once more by a worker of this side.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cmd/cli.h"
#include "core/receive.h"

static const char usage[] = N_(
    "Usage: sekisho receive [OPTION]... --key FILE FROM DEST\n"
    "Take the parcels that arrived in FROM, check signature, number, hashes\n"
    "and names, prove every document again, and deliver into DEST, a folder\n"
    "for each department. What is not right is refused, with the reason.\n\n"
    "      --key FILE       the gateway's public key (sekisho send "
    "--public-key)\n"
    "      --state DIR      the state folder of this side\n"
    "      --policy FILE    the policy of this side (limits)\n"
    "      --profile NAME   a profile of the policy\n"
    "      --gaps           only report numbers that never arrived\n"
    "      --help           this text\n");

enum { OPT_KEY = 256, OPT_STATE, OPT_POLICY, OPT_PROFILE, OPT_GAPS, OPT_HELP };

static const struct option longs[] = {
	{ "key", required_argument, NULL, OPT_KEY },
	{ "state", required_argument, NULL, OPT_STATE },
	{ "policy", required_argument, NULL, OPT_POLICY },
	{ "profile", required_argument, NULL, OPT_PROFILE },
	{ "gaps", no_argument, NULL, OPT_GAPS },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

#define GAPS_SHOWN 100

struct prover {
	struct pipeline *pipeline;
	const struct policy *policy;
};

/* A fault of this side is "not now"; a document that does not prove is not. */
static int
prove(void *arg, int fd, const char *format)
{
	struct prover *p = arg;
	struct pipeline_job job = { .in_fd = fd,
		.name = "",
		.mode = PIPELINE_PROVE,
		.format = format,
		.options = &p->policy->options,
		.passwords_fd = -1,
		.original_fd = -1,
		.out_fd = -1 };
	int e;

	if (cli_run_one(p->pipeline, &job) != STATUS_OK)
		return ERR_INTERNAL;
	if (job.record.verdict == VERDICT_RELEASED)
		e = 0;
	else if (job.record.reason_err == ERR_IO ||
		 job.record.reason_err == ERR_NOMEM)
		e = job.record.reason_err;
	else
		e = ERR_DENIED;
	pipeline_job_done(&job);
	return e;
}

static int
report_gaps(const char *state_dir, const uint8_t key[KEYS_SIGN_PUBLIC])
{
	struct receive_gap gaps[GAPS_SHOWN];
	uint64_t highest;
	size_t n;
	int e;

	e = receive_gaps(state_dir, key, gaps, GAPS_SHOWN, &n, &highest);
	if (e == ERR_NOENT || (e == 0 && highest == 0)) {
		printf(_("nothing was received yet\n"));
		return STATUS_OK;
	}
	if (e != 0) {
		log_error(_("%s: the record of numbers cannot be read: %s"),
		    state_dir, cli_err(e));
		return cli_status(e);
	}
	if (n == 0) {
		printf(_("no gap: every parcel from 1 to %llu arrived\n"),
		    (unsigned long long)highest);
		return STATUS_OK;
	}
	for (size_t i = 0; i < n && i < GAPS_SHOWN; i++)
		printf(_("missing: %llu to %llu\n"),
		    (unsigned long long)gaps[i].first,
		    (unsigned long long)gaps[i].last);
	printf(_("%zu gaps up to number %llu; ask the outer side to send "
		 "these parcels again\n"),
	    n, (unsigned long long)highest);
	return STATUS_NOT_ALL;
}

static int
say_report(const struct receive_report *r, const char *state_dir)
{
	printf(_("%llu parcels delivered (%llu documents), %llu refused, "
		 "%llu left for the next run\n"),
	    (unsigned long long)r->delivered, (unsigned long long)r->documents,
	    (unsigned long long)r->refused, (unsigned long long)r->again);
	if (r->refused == 0 && r->again == 0)
		return STATUS_OK;
	if (r->refused > 0)
		log_warn(_("refused parcels are in %s/refused, each with its "
			   "reason; the last: %s"),
		    state_dir, gettext(r->why));
	else
		log_warn(_("left for the next run: %s"), gettext(r->why));
	return r->again > 0 ? STATUS_AGAIN : STATUS_NOT_ALL;
}

static int
take(const struct policy *p, const uint8_t key[KEYS_SIGN_PUBLIC], char **dirs)
{
	struct receive_setup setup = { .from_dir = dirs[0],
		.dest_dir = dirs[1],
		.state_dir = p->state_dir,
		.prove = prove };
	struct prover prover = { NULL, p };
	struct cli_state st = { .audit = NULL };
	struct receive_report report = { 0 };
	int status, last, e;

	memcpy(setup.key, key, sizeof(setup.key));
	setup.arg = &prover;
	if ((status = cli_state_open(&st, p, STATE_CREATE)) != 0 ||
	    (status = cli_pipeline(p, 1, &prover.pipeline)) != 0)
		goto out;
	setup.audit = st.audit;
	if ((e = receive_run(&setup, &report)) != 0) {
		log_error(_("receiving stopped: %s; run it again"), cli_err(e));
		status = cli_status(e);
	} else
		status = say_report(&report, p->state_dir);
out:
	if (prover.pipeline != NULL)
		pipeline_close(prover.pipeline);
	last = cli_state_close(&st);
	return status != 0 ? status : last;
}

int
cmd_receive(int argc, char **argv)
{
	struct cli_policy which = { NULL, NULL, NULL };
	uint8_t key[KEYS_SIGN_PUBLIC];
	const char *key_file = NULL;
	bool gaps = false;
	struct policy p;
	char why[256];
	int c, status;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case OPT_KEY:
			key_file = optarg;
			break;
		case OPT_STATE:
			which.state = optarg;
			break;
		case OPT_POLICY:
			which.file = optarg;
			break;
		case OPT_PROFILE:
			which.profile = optarg;
			break;
		case OPT_GAPS:
			gaps = true;
			break;
		case OPT_HELP:
			return cli_help(_(usage));
		default:
			return cli_bad_option("receive", argv);
		}
	}
	if (key_file == NULL)
		return cli_usage("receive",
		    _("--key is missing: without it nobody could tell the "
		      "gateway's parcels from others"));
	if (argc - optind != (gaps ? 0 : 2))
		return cli_usage("receive",
		    gaps ? _("--gaps takes no folder")
			 : _("name two folders: FROM DEST"));
	if (keys_read_public(key_file, key, why) != 0) {
		log_error(_("the public key cannot be read: %s"), why);
		return STATUS_NOINPUT;
	}
	if (!gaps && ((status = cli_folder(argv[optind])) != 0 ||
			 (status = cli_folder(argv[optind + 1])) != 0))
		return status;
	if ((status = cli_load_policy("receive", &which, &p)) != 0)
		return status;
	return gaps ? report_gaps(p.state_dir, key)
		    : take(&p, key, argv + optind);
}
