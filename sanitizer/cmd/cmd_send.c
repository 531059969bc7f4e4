/*
 * sekisho send: put finished parcels onto the one-way path.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cmd/cli.h"
#include "core/spool.h"

static const char usage[] =
    N_("Usage: sekisho send [OPTION]... FOLDER\n"
       "Copy every waiting parcel, in order, to FOLDER: the way to the inner\n"
       "side. Parcels that were copied are kept as sent.\n\n"
       "      --state DIR      the gateway's state folder\n"
       "      --policy FILE    the site's policy\n"
       "      --profile NAME   a profile of the policy\n"
       "      --waiting        only say how many parcels wait\n"
       "      --public-key     print the key that the inner side must pin\n"
       "      --help           this text\n");

enum { OPT_WAITING = 256, OPT_KEY, OPT_HELP };

static const struct option longs[] = {
	CLI_POLICY_OPTIONS,
	{ "waiting", no_argument, NULL, OPT_WAITING },
	{ "public-key", no_argument, NULL, OPT_KEY },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

static int
say_waiting(struct spool *s)
{
	uint64_t parcels, bytes;
	char size[16];
	int e;

	if ((e = spool_waiting(s, &parcels, &bytes)) != 0) {
		log_error(_("the spool cannot be read: %s"), cli_err(e));
		return cli_status(e);
	}
	words_size(bytes, size, sizeof(size));
	printf(_("%llu parcels wait (%s)\n"), (unsigned long long)parcels,
	    size);
	return STATUS_OK;
}

static int
send_all(struct spool *s, struct audit *audit, const char *folder)
{
	struct spool_sent sent = { 0, 0 };
	char why[PARCEL_WHY_BYTES] = "", size[16];
	int e, e2;

	e = spool_send(s, folder, &sent, why);
	e2 = audit_append(audit, "send",
	    json_pack("{s:I, s:I, s:s, s:s}", "parcels",
		(json_int_t)sent.parcels, "bytes", (json_int_t)sent.bytes, "to",
		folder, "result", err_name(e)),
	    AUDIT_SYNC);
	words_size(sent.bytes, size, sizeof(size));
	printf(_("%llu parcels sent (%s)\n"), (unsigned long long)sent.parcels,
	    size);
	if (e != 0) {
		log_error(_("%s: %s; what was not sent waits and is sent next "
			    "time"),
		    folder, why[0] != '\0' ? why : cli_err(e));
		return cli_status(e);
	}
	return e2 != 0 ? cli_status(e2) : STATUS_OK;
}

static int
run(const struct policy *p, const char *folder, bool waiting, bool key)
{
	struct cli_state st = { .audit = NULL };
	struct spool *s = NULL;
	char text[128];
	int status, last, e;

	if ((status = cli_state_open(&st, p, STATE_CREATE)) != 0)
		goto out;
	if (key) {
		keys_public_text(st.keys.sign_public, text);
		fputs(text, stdout);
		goto out;
	}
	if ((e = spool_open(p->state_dir, &st.keys, &s)) != 0) {
		log_error(_("%s: the spool cannot be opened: %s"), p->state_dir,
		    cli_err(e));
		status = cli_status(e);
		goto out;
	}
	status = waiting ? say_waiting(s) : send_all(s, st.audit, folder);
out:
	spool_close(s);
	last = cli_state_close(&st);
	return status != 0 ? status : last;
}

int
cmd_send(int argc, char **argv)
{
	struct cli_policy which = { NULL, NULL, NULL };
	bool waiting = false, key = false;
	struct policy p;
	int c, status;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case OPT_STATE:
		case OPT_POLICY:
		case OPT_PROFILE:
			cli_policy_option(c, &which);
			break;
		case OPT_WAITING:
			waiting = true;
			break;
		case OPT_KEY:
			key = true;
			break;
		case OPT_HELP:
			return cli_help(_(usage));
		default:
			return cli_bad_option("send", argv);
		}
	}
	if (argc - optind != (waiting || key ? 0 : 1))
		return cli_usage("send", _("name one folder to send to"));
	if (optind < argc && (status = cli_folder(argv[optind])) != 0)
		return status;
	if ((status = cli_load_policy("send", &which, &p)) != 0)
		return status;
	return run(&p, argv[optind], waiting, key);
}
