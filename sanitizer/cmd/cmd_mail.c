/*
 * sekisho mail: the hook that a mail server runs for each message. It starts
 * no worker and looks at no content; the service (--serve) does the work.
 * What it prints goes into the mail server's log, or into the bounce: one
 * line, an enhanced status code (RFC 3463) first.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/utf8.h"
#include "cmd/mail.h"
#include "core/event.h"
#include "core/flood.h"

static const char usage[] = N_(
    "Usage: sekisho mail --sender ADDRESS --recipient ADDRESS... < MESSAGE\n"
    "  or:  sekisho mail --serve [OPTION]...\n"
    "  or:  sekisho mail --waiting | --stop REASON | --resume\n"
    "Hand a message to the gateway, for a mail server's pipe; or be the\n"
    "service that rebuilds what was handed in and puts it into the spool.\n\n"
    "      --sender ADDRESS     envelope sender; empty: none (a report)\n"
    "      --recipient ADDRESS  envelope recipient; may be repeated\n"
    "      --client ADDRESS     host that the mail server had it from\n"
    "      --serve              stay and work until SIGTERM\n"
    "      --slots N            documents at a time (1 to 64)\n"
    "      --send FOLDER        put parcels onto the one-way path at once\n"
    "      --department NAME    whom the parcels are for\n"
    "      --once               with --serve: end when nothing waits\n"
    "      --waiting            say how many messages wait\n"
    "      --stop REASON        take no mail until it is resumed\n"
    "      --resume             take mail again, after a stop or a flood\n"
    "      --state DIR          the gateway's state folder\n"
    "      --policy FILE        the site's policy\n"
    "      --profile NAME       a profile of the policy\n"
    "      --help               this text\n\n"
    "Exit status of the hook: 0 the message is safe on disk; 75 try again;\n"
    "65 an address is none; 69 refused for good; 64 usage.\n");

enum {
	OPT_SENDER = 256,
	OPT_RECIPIENT,
	OPT_CLIENT,
	OPT_SERVE,
	OPT_SLOTS,
	OPT_SEND,
	OPT_DEPARTMENT,
	OPT_ONCE,
	OPT_WAITING,
	OPT_STOP,
	OPT_RESUME,
	OPT_HELP
};

static const struct option longs[] = {
	{ "sender", required_argument, NULL, OPT_SENDER },
	{ "recipient", required_argument, NULL, OPT_RECIPIENT },
	{ "client", required_argument, NULL, OPT_CLIENT },
	{ "serve", no_argument, NULL, OPT_SERVE },
	{ "slots", required_argument, NULL, OPT_SLOTS },
	{ "send", required_argument, NULL, OPT_SEND },
	{ "department", required_argument, NULL, OPT_DEPARTMENT },
	{ "once", no_argument, NULL, OPT_ONCE },
	{ "waiting", no_argument, NULL, OPT_WAITING },
	{ "stop", required_argument, NULL, OPT_STOP },
	{ "resume", no_argument, NULL, OPT_RESUME },
	CLI_POLICY_OPTIONS,
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

struct asked {
	struct cli_policy which;
	struct mail_serve_options serve;
	struct mail_envelope envelope;
	const char *sender;
	const char *stop;
	bool is_service, is_waiting, is_resume;
	const char *bad_recipient;
	int err;
};

static void
take_recipient(struct asked *a, const char *s)
{
	int e = mail_envelope_to(&a->envelope, s);

	if (e == ERR_DENIED && a->bad_recipient == NULL)
		a->bad_recipient = s;
	else if (e != 0 && a->err == 0)
		a->err = e;
}

/* The place of an option that just takes a text. */
static const char **
text_option(struct asked *a, int c)
{
	switch (c) {
	case OPT_SENDER:
		return &a->sender;
	case OPT_SEND:
		return &a->serve.send;
	case OPT_STOP:
		return &a->stop;
	case OPT_DEPARTMENT:
		return &a->serve.department;
	case OPT_STATE:
		return &a->which.state;
	case OPT_POLICY:
		return &a->which.file;
	case OPT_PROFILE:
		return &a->which.profile;
	default:
		return NULL;
	}
}

/* -1: go on; else the exit status. */
static int
parse(int argc, char **argv, struct asked *a)
{
	const char **text;
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == OPT_HELP)
			return cli_help(_(usage));
		if (c == OPT_RECIPIENT)
			take_recipient(a, optarg);
		else if (c == OPT_CLIENT)
			utf8_printable(optarg, strlen(optarg),
			    a->envelope.client, sizeof(a->envelope.client));
		else if (c == OPT_SERVE)
			a->is_service = true;
		else if (c == OPT_WAITING)
			a->is_waiting = true;
		else if (c == OPT_RESUME)
			a->is_resume = true;
		else if (c == OPT_ONCE)
			a->serve.once = true;
		else if (c == OPT_SLOTS &&
			 cli_number(optarg, 1, 64, &a->serve.slots) != 0)
			return cli_usage("mail",
			    _("--slots: a number from 1 to 64, not '%s'"),
			    optarg);
		else if ((text = text_option(a, c)) != NULL)
			*text = optarg;
		else if (c != OPT_SLOTS)
			return cli_bad_option("mail", argv);
	}
	for (; optind < argc; optind++) /* --recipient ${recipient} */
		take_recipient(a, argv[optind]);
	return -1;
}

static int
refuse(const char *code, const char *text, const char *what, int status)
{
	char shown[2 * MAILADDR_BYTES] = "";

	if (what != NULL)
		utf8_printable(what, strlen(what), shown, sizeof(shown));
	printf("%s %s%s%s\n", code, text, what != NULL ? ": " : "", shown);
	return status;
}

static int
check_envelope(struct asked *a)
{
	struct mail_envelope *v = &a->envelope;

	if (a->err == ERR_NOMEM)
		return refuse("4.3.0", "out of memory", NULL, STATUS_AGAIN);
	if (a->bad_recipient != NULL &&
	    v->n_recipients >= MAILQUEUE_RECIPIENTS_MAX)
		return refuse("4.5.3", "too many recipients", NULL,
		    STATUS_AGAIN);
	if (a->bad_recipient != NULL)
		return refuse("5.1.3", "not an address", a->bad_recipient,
		    STATUS_BAD_ADDRESS);
	if (a->sender == NULL || v->n_recipients == 0)
		return cli_usage("mail",
		    _("name the sender (--sender) and at least one recipient "
		      "(--recipient)"));
	if (mailaddr_is_null(a->sender))
		return STATUS_OK;
	if (!mailaddr_ok(a->sender))
		return refuse("5.1.7", "not an address", a->sender,
		    STATUS_BAD_ADDRESS);
	snprintf(v->sender, sizeof(v->sender), "%s", a->sender);
	return STATUS_OK;
}

static int
answer(enum mailqueue_no no)
{
	switch (no) {
	case MAILQUEUE_STOPPED:
		return refuse("4.3.2", "mail is not taken at the moment", NULL,
		    STATUS_AGAIN);
	case MAILQUEUE_FULL:
		return refuse("4.3.1", "too much mail waits already", NULL,
		    STATUS_AGAIN);
	case MAILQUEUE_DISK:
		return refuse("4.3.1", "the disk is nearly full", NULL,
		    STATUS_AGAIN);
	case MAILQUEUE_TOO_LARGE:
		return refuse("5.3.4", "the message is too large", NULL,
		    STATUS_REFUSED);
	case MAILQUEUE_LOOP:
		return refuse("5.4.6", "handed on too often: a loop", NULL,
		    STATUS_REFUSED);
	case MAILQUEUE_TAKEN:
		break;
	}
	return STATUS_INTERNAL;
}

/* This gateway only takes mail in, whatever the mail server is told to. */
static const char *
outsider(const struct policy *p, const struct mail_envelope *v)
{
	const char *domains = p->options.mail_internal_domains;

	for (size_t i = 0; domains[0] != '\0' && i < v->n_recipients; i++)
		if (!mailaddr_is_inside(v->recipients[i], domains))
			return v->recipients[i];
	return NULL;
}

static int
hand_in(struct asked *a, const struct policy *p)
{
	const struct mailqueue_limits limits = {
		.message_bytes = p->milter_max_bytes,
		.queue_bytes = p->mail_queue_bytes,
		.queue_messages = p->mail_queue_messages,
		.free_bytes = p->mail_queue_free_bytes,
	};
	const char *other = outsider(p, &a->envelope);
	struct mailqueue *q = NULL;
	enum mailqueue_no no;
	int status, e;

	if (other != NULL)
		return refuse("5.7.1",
		    "no domain of this site; mail is not passed on to others",
		    other, STATUS_REFUSED);
	if ((status = mailhook_before_intake(p, &a->envelope)) != STATUS_OK)
		return status;
	if ((e = hash_setup()) == 0 &&
	    (e = mailqueue_open(p->state_dir, &q)) == 0)
		e = mailqueue_add(q, STDIN_FILENO, &limits, &a->envelope, &no);
	mailqueue_close(q);
	if (e == ERR_DENIED && (no == MAILQUEUE_FULL || no == MAILQUEUE_DISK))
		(void)event_raise(p, EVENT_SPOOL_FULL,
		    (const struct event_field[]){
			{ "path", p->state_dir }, { NULL, NULL } },
		    NULL);
	if (e == ERR_DENIED)
		return answer(no);
	if (e != 0)
		return refuse("4.3.0", "cannot be stored", err_text(e),
		    STATUS_AGAIN);
	printf("2.6.0 queued as %s\n", a->envelope.id);
	return STATUS_OK;
}

static int
say_waiting(const struct policy *p)
{
	uint64_t messages, bytes;
	struct mailqueue *q;
	char size[16];
	int e;

	if ((e = mailqueue_open(p->state_dir, &q)) == 0) {
		e = mailqueue_waiting(q, &messages, &bytes);
		mailqueue_close(q);
	}
	if (e != 0) {
		log_error(_("%s/mail: cannot be read: %s"), p->state_dir,
		    cli_err(e));
		return cli_status(e);
	}
	words_size(bytes, size, sizeof(size));
	printf(_("%llu messages wait (%s)\n"), (unsigned long long)messages,
	    size);
	return STATUS_OK;
}

/* An administrator's word, in the audit log before it counts. */
static int
stop_or_resume(const struct asked *a, const struct policy *p)
{
	const char *why = a->stop != NULL ? a->stop : "";
	struct cli_state st;
	int status, e;

	if ((status = cli_state_open(&st, p, STATE_CREATE)) == 0) {
		e = audit_append(st.audit,
		    a->is_resume ? "mail-resumed" : "mail-stopped",
		    json_pack("{s:s, s:s}", "who", cli_who(), "why", why),
		    AUDIT_SYNC);
		if (e == 0)
			e = a->is_resume ? flood_resume(p->state_dir)
					 : flood_stop(p->state_dir, why);
		if (e == 0)
			puts(a->is_resume ? _("mail is taken again")
					  : _("no mail is taken now"));
		else if (e == ERR_NOENT)
			puts(_("mail was not stopped"));
		else
			log_error(_("%s/mail: %s"), p->state_dir, cli_err(e));
		status = e == ERR_NOENT ? STATUS_OK : cli_status(e);
	}
	e = cli_state_close(&st);
	return status != STATUS_OK ? status : e;
}

/* Whatever goes wrong before the message is safe must not lose it: a mail
 * server takes 64 and 70 for a refusal, so the hook says "again" instead. */
static int
run_hook(struct asked *a)
{
	struct policy p;
	int status;

	if ((status = check_envelope(a)) != STATUS_OK)
		return status;
	if (cli_load_policy("mail", &a->which, &p) != 0)
		return refuse("4.3.5", "the policy of the gateway is wrong",
		    NULL, STATUS_AGAIN);
	umask(077);
	status = hand_in(a, &p);
	return status;
}

int
cmd_mail(int argc, char **argv)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct asked a = { .serve.slots = 0 };
	struct policy p;
	int status;

	a.serve.slots = cpus < 1 ? 1 : cpus > 64 ? 64 : (unsigned)cpus;
	status = parse(argc, argv, &a);
	if (status == -1 && !a.is_service && !a.is_waiting && !a.is_resume &&
	    a.stop == NULL)
		status = run_hook(&a);
	else if (status == -1 && a.envelope.n_recipients > 0)
		status = cli_usage("mail",
		    _("the service takes no message; leave --serve away"));
	else if (status == -1 &&
		 (status = cli_load_policy("mail", &a.which, &p)) == 0)
		status = a.is_waiting	? say_waiting(&p)
			 : a.is_service ? mail_serve(&a.serve, &p)
					: stop_or_resume(&a, &p);
	mail_envelope_done(&a.envelope);
	return status;
}
