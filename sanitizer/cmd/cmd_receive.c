/*
 * sekisho receive: the inner side. Checks and delivers parcels; every payload
 * is proved once more by a worker of this side.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/log.h"
#include "cmd/cli.h"
#include "core/event.h"
#include "core/mailout.h"
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
    "      --smtp HOST:PORT hand mail to the inner mail server\n"
    "      --lmtp HOST:PORT|/SOCKET  the same by LMTP\n"
    "      --interval S     stay, and look every S seconds and whenever\n"
    "                       something arrives\n"
    "      --gaps           only report numbers that never arrived\n"
    "      --known FIRST-LAST --why TEXT  with --gaps: people know of these\n"
    "      --allow-unsanitised  take originals as well that two people of the\n"
    "                       outer side agreed to; their names say so\n"
    "      --help           this text\n");

enum {
	OPT_KEY = 256,
	OPT_GAPS,
	OPT_SMTP,
	OPT_LMTP,
	OPT_INTERVAL,
	OPT_UNSANITISED,
	OPT_KNOWN,
	OPT_WHY,
	OPT_HELP
};

static const struct option longs[] = {
	{ "key", required_argument, NULL, OPT_KEY },
	CLI_POLICY_OPTIONS,
	{ "smtp", required_argument, NULL, OPT_SMTP },
	{ "lmtp", required_argument, NULL, OPT_LMTP },
	{ "interval", required_argument, NULL, OPT_INTERVAL },
	{ "gaps", no_argument, NULL, OPT_GAPS },
	{ "allow-unsanitised", no_argument, NULL, OPT_UNSANITISED },
	{ "known", required_argument, NULL, OPT_KNOWN },
	{ "why", required_argument, NULL, OPT_WHY },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

#define GAPS_SHOWN 100
#define MAIL_BATCH 50 /* parcels taken in before mail is handed on */

struct asked {
	struct cli_policy which;
	const char *key_file, *smtp, *lmtp, *known, *why;
	struct smtpout_target target;
	unsigned interval; /* seconds; 0: once */
	bool gaps, unsanitised;
};

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
	struct pipeline_job *back = NULL;
	int e;

	if (cli_stop != 0) {
		errno = EINTR;
		return ERR_IO;
	}
	e = pipeline_submit(p->pipeline, &job);
	/* The job stands on our stack: it must come back, signal or not. */
	while (e == 0 && back == NULL)
		e = pipeline_wait(p->pipeline, 1000, &back);
	if (back == NULL) {
		log_error(_("the worker does not answer: %s"), cli_err(e));
		return ERR_INTERNAL;
	}
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

/* Said to the people of this side as well. */
static void
tell_unsanitised(void *arg, const struct parcel *p)
{
	const struct prover *prover = arg;
	char number[24];

	snprintf(number, sizeof(number), "%llu", (unsigned long long)p->seq);
	log_warn(_("an original that was not sanitised: %s (asked for by %s)"),
	    p->payloads[0].name, p->unsanitised.asked_by);
	(void)event_raise(prover->policy, EVENT_UNSANITISED,
	    (const struct event_field[]){ { "parcel", number },
		{ "name", p->payloads[0].name },
		{ "who", p->unsanitised.asked_by },
		{ "why", p->unsanitised.why }, { NULL, NULL } },
	    NULL);
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

/* Numbers that people know will not come; the audit log has who said so. */
static int
note_gap(const struct asked *a, const struct policy *p,
    const uint8_t key[KEYS_SIGN_PUBLIC])
{
	unsigned long long first = 0, last = 0;
	struct cli_state st = { .audit = NULL };
	char rest = '\0';
	int status, kept, e;

	if (sscanf(a->known, "%20llu-%20llu%c", &first, &last, &rest) != 2 ||
	    a->why == NULL || a->why[0] == '\0')
		return cli_usage("receive",
		    _("--known is FIRST-LAST, and needs its reason: --why "
		      "TEXT"));
	if ((status = cli_state_open(&st, p, STATE_CREATE)) == 0) {
		e = audit_append(st.audit, "gap-known",
		    json_pack("{s:I, s:I, s:s, s:s}", "first",
			(json_int_t)first, "last", (json_int_t)last, "reason",
			a->why, "who", cli_who()),
		    AUDIT_SYNC);
		if (e == 0)
			e = receive_gap_known(p->state_dir, key, first, last,
			    a->why);
		if (e != 0)
			log_error("%s: %s", a->known, cli_err(e));
		status = e == ERR_MALFORMED || e == ERR_EXIST ? STATUS_USAGE
							      : cli_status(e);
	}
	kept = cli_state_close(&st);
	return status != 0 ? status : kept;
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

struct inner {
	const struct asked *asked;
	const struct policy *policy;
	struct receive_setup setup;
	struct cli_state state;
	struct prover prover;
	char helo[256];
	unsigned down; /* runs in a row without the mail server */
};

/* Our name as a mail server may see it: letters, digits, dots, hyphens. */
static void
own_name(char out[256])
{
	static const char fit[] = "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";

	if (gethostname(out, 255) != 0)
		out[0] = '\0';
	out[255] = '\0';
	if (out[0] == '\0' || strspn(out, fit) != strlen(out))
		snprintf(out, 256, "localhost");
}

static int
asked_to_stop(void)
{
	return cli_stop;
}

static int
say_mail(const struct mailout_report *r)
{
	if (r->delivered + r->deferred + r->failed > 0)
		printf(_("mail: %llu recipients delivered, %llu later, %llu "
			 "failed; %llu messages wait\n"),
		    (unsigned long long)r->delivered,
		    (unsigned long long)r->deferred,
		    (unsigned long long)r->failed,
		    (unsigned long long)r->waiting);
	if (r->failed > 0)
		log_warn(_("mail that cannot be delivered is in "
			   "mailout/failed; the last answer: %s"),
		    r->why);
	if (r->waiting > 0)
		return STATUS_AGAIN;
	return r->failed > 0 ? STATUS_NOT_ALL : STATUS_OK;
}

static int
deliver(struct inner *in)
{
	struct mailout_setup setup = { .state_dir = in->policy->state_dir,
		.target = &in->asked->target,
		.audit = in->state.audit,
		.helo = in->helo,
		.stop = asked_to_stop };
	struct mailout_report report;
	int e = mailout_run(&setup, &report);

	if (e != 0) {
		log_error(_("delivering mail stopped: %s"), cli_err(e));
		return cli_status(e);
	}
	/* Said once, not at every look. */
	if (report.is_down && in->down++ == 0)
		log_warn(_("the mail server: %s; mail waits and is tried "
			   "again"),
		    report.why);
	if (!report.is_down)
		in->down = 0;
	return say_mail(&report);
}

/* more: parcels were left that nothing keeps from being taken now. */
static int
take_some(struct inner *in, bool *more)
{
	struct receive_report report = { 0 };
	int e = receive_run(&in->setup, &report), status, mail;

	if (e != 0) {
		if (cli_stop == 0)
			log_error(_("receiving stopped: %s; run it again"),
			    cli_err(e));
		status = cli_status(e);
	} else if (in->asked->interval != 0 && report.delivered == 0 &&
		   report.refused == 0 && report.again == 0)
		status = STATUS_OK;
	else
		status = say_report(&report, in->policy->state_dir);
	*more = e == 0 && report.has_more;
	if (!in->setup.takes_mail)
		return status;
	mail = deliver(in);
	return status != STATUS_OK ? status : mail;
}

/* Everything that is there now; the worst status of the parts. */
static int
take_all(struct inner *in)
{
	int status = STATUS_OK, s;
	bool more = true;

	while (more && cli_stop == 0) {
		s = take_some(in, &more);
		status = s > status ? s : status;
	}
	return status;
}

/* Tells of parcels that arrive in FROM, or -1: then the interval alone. */
static int
watch(const char *from)
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	if (fd >= 0 &&
	    inotify_add_watch(fd, from, IN_MOVED_TO | IN_CLOSE_WRITE) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Until the next look is due, something arrives, or a signal comes. */
static void
rest(const struct inner *in, int watched)
{
	struct pollfd p = { .fd = watched, .events = POLLIN };
	char events[4096];

	for (unsigned t = 0; t < in->asked->interval * 10 && cli_stop == 0;
	     t++) {
		if (poll(&p, 1, 100) <= 0)
			continue;
		while (read(watched, events, sizeof(events)) > 0)
			;
		break;
	}
}

/* Until a signal; every fault is tried again at the next look. */
static int
take_for_ever(struct inner *in)
{
	int watched = watch(in->setup.from_dir);
	bool more;

	while (cli_stop == 0) {
		(void)take_some(in, &more);
		fflush(stdout);
		rest(in, watched);
	}
	if (watched >= 0)
		close(watched);
	return STATUS_OK;
}

static int
take(const struct asked *a, const struct policy *p,
    const uint8_t key[KEYS_SIGN_PUBLIC], char **dirs)
{
	struct inner in = { .asked = a,
		.policy = p,
		.setup = { .from_dir = dirs[0],
		    .dest_dir = dirs[1],
		    .state_dir = p->state_dir,
		    .at_most =
			a->smtp != NULL || a->lmtp != NULL ? MAIL_BATCH : 0,
		    .takes_mail = a->smtp != NULL || a->lmtp != NULL,
		    .allow_unsanitised = a->unsanitised || p->allow_unsanitised,
		    .unsanitised = tell_unsanitised,
		    .prove = prove },
		.prover = { NULL, p } };
	int status, last;

	memcpy(in.setup.key, key, sizeof(in.setup.key));
	in.setup.arg = &in.prover;
	own_name(in.helo);
	cli_catch_signals();
	if ((status = cli_state_open(&in.state, p, STATE_CREATE)) == 0 &&
	    (status = cli_pipeline(p, 1, &in.prover.pipeline)) == 0) {
		in.setup.audit = in.state.audit;
		status = a->interval != 0 ? take_for_ever(&in) : take_all(&in);
	}
	if (in.prover.pipeline != NULL)
		pipeline_close(in.prover.pipeline);
	last = cli_state_close(&in.state);
	return status != 0 ? status : last;
}

/* -1: go on; else the exit status. */
static int
parse(int argc, char **argv, struct asked *a)
{
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case OPT_KEY:
			a->key_file = optarg;
			break;
		case OPT_STATE:
		case OPT_POLICY:
		case OPT_PROFILE:
			cli_policy_option(c, &a->which);
			break;
		case OPT_SMTP:
			a->smtp = optarg;
			break;
		case OPT_LMTP:
			a->lmtp = optarg;
			break;
		case OPT_INTERVAL:
			if (cli_number(optarg, 1, 86400, &a->interval) != 0)
				return cli_usage("receive",
				    _("--interval: seconds, not '%s'"), optarg);
			break;
		case OPT_GAPS:
			a->gaps = true;
			break;
		case OPT_UNSANITISED:
			a->unsanitised = true;
			break;
		case OPT_KNOWN:
			a->known = optarg;
			break;
		case OPT_WHY:
			a->why = optarg;
			break;
		case OPT_HELP:
			return cli_help(_(usage));
		default:
			return cli_bad_option("receive", argv);
		}
	}
	return -1;
}

/* What cannot be meant. 0, or the exit status. */
static int
check(struct asked *a, int n_folders)
{
	const char *server = a->smtp != NULL ? a->smtp : a->lmtp;

	if (a->key_file == NULL)
		return cli_usage("receive",
		    _("--key is missing: without it nobody could tell the "
		      "gateway's parcels from others"));
	if (n_folders != (a->gaps ? 0 : 2))
		return cli_usage("receive",
		    a->gaps ? _("--gaps takes no folder")
			    : _("name two folders: FROM DEST"));
	if (a->smtp != NULL && a->lmtp != NULL)
		return cli_usage("receive",
		    _("--smtp and --lmtp exclude each other"));
	if (a->known != NULL && !a->gaps)
		return cli_usage("receive", _("--known goes with --gaps"));
	if (server != NULL &&
	    smtpout_target(server, a->lmtp != NULL, &a->target) != 0)
		return cli_usage("receive",
		    _("not a mail server, HOST:PORT: %s"), server);
	return STATUS_OK;
}

int
cmd_receive(int argc, char **argv)
{
	struct asked a = { .key_file = NULL };
	uint8_t key[KEYS_SIGN_PUBLIC];
	struct policy p;
	char why[256];
	int status;

	if ((status = parse(argc, argv, &a)) != -1 ||
	    (status = check(&a, argc - optind)) != 0)
		return status;
	if (keys_read_public(a.key_file, key, why) != 0) {
		log_error(_("the public key cannot be read: %s"), why);
		return STATUS_NOINPUT;
	}
	if (!a.gaps && ((status = cli_folder(argv[optind])) != 0 ||
			   (status = cli_folder(argv[optind + 1])) != 0))
		return status;
	if ((status = cli_load_policy("receive", &a.which, &p)) != 0)
		return status;
	if (a.known != NULL && (status = note_gap(&a, &p, key)) != 0)
		return status;
	return a.gaps ? report_gaps(p.state_dir, key)
		      : take(&a, &p, key, argv + optind);
}
