/*
 * sekisho-milter: a mail filter for Postfix (milter protocol 6), at SMTP
 * time. It refuses what the policy refuses, and in place (milter { in_place })
 * puts the sanitised message where the one was that came.
 *
 * libmilter runs each callback in a thread of its connection. Nothing here
 * looks into a message; cleaners do (cleaner.h).
 */
#include <arpa/inet.h>
#include <getopt.h>
#include <locale.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/limits.h"
#include "base/log.h"
#include "core/event.h"
#include "base/utf8.h"
#include "cmd/cli.h"
#include "cmd/milter.h"

#define ASK_MS_MAX 280000 /* Postfix waits 300 s for the end of a message */

/* Made before the first thread, and only read by them; flood under flock. */
static struct {
	struct policy policy;
	struct milterpool *pool;
	struct flood *flood;
	pthread_mutex_t flood_lock;
	bool over_tcp;
} site = { .flood_lock = PTHREAD_MUTEX_INITIALIZER };

/* ---- answers */

static sfsistat
say(SMFICTX *ctx, const char *code, const char *extended, const char *text)
{
	char line[CLEANER_SAY_BYTES + 64], *p;

	snprintf(line, sizeof(line), "%s", text);
	/* libmilter takes the text for a format, and no line ends. */
	for (p = line; *p != '\0'; p++)
		if (*p == '%' || *p == '\r' || *p == '\n')
			*p = '_';
	if (smfi_setreply(ctx, (char *)(uintptr_t)code,
		(char *)(uintptr_t)extended, line) != MI_SUCCESS)
		return code[0] == '4' ? SMFIS_TEMPFAIL : SMFIS_REJECT;
	return code[0] == '4' ? SMFIS_TEMPFAIL : SMFIS_REJECT;
}

/* A fault of ours is never the end of a message. */
static sfsistat
fault(SMFICTX *ctx)
{
	return say(ctx, "451", "4.7.1", "the gateway cannot check this now");
}

/* ---- callbacks */

/*
 * What nobody here looks at is not sent, and what can wait for the end of the
 * message is not answered: each answer is a turn between two processes. A
 * server that wants answers gets them. So does every server over TCP, where
 * the pieces that it sends without an answer would wait for each other
 * (see send_at_once()).
 */
#define UNASKED	   (SMFIP_NOHELO | SMFIP_NODATA | SMFIP_NOUNKNOWN)
#define UNANSWERED (SMFIP_NR_HDR | SMFIP_NR_EOH | SMFIP_NR_BODY)

static sfsistat
on_negotiate(SMFICTX *ctx, unsigned long f0, unsigned long f1, unsigned long f2,
    unsigned long f3, unsigned long *pf0, unsigned long *pf1,
    unsigned long *pf2, unsigned long *pf3)
{
	struct milter_conn *c;

	(void)f2, (void)f3;
	*pf0 = site.policy.milter_in_place
		   ? SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_CHGBODY
		   : 0;
	if ((f0 & *pf0) != *pf0)
		return SMFIS_REJECT; /* this server lets us change nothing */
	if ((c = calloc(1, sizeof(*c))) == NULL)
		return SMFIS_REJECT;
	c->fd = -1;
	c->waits = site.over_tcp || (f1 & UNANSWERED) != UNANSWERED;
	if (smfi_setpriv(ctx, c) != MI_SUCCESS) {
		free(c);
		return SMFIS_REJECT;
	}
	*pf1 = f1 & SMFIP_HDR_LEADSPC;
	if (!c->waits)
		*pf1 |= (f1 & UNASKED) | UNANSWERED;
	*pf2 = *pf3 = 0;
	return SMFIS_CONTINUE;
}

static sfsistat
on_connect(SMFICTX *ctx, char *host, _SOCK_ADDR *addr)
{
	struct milter_conn *c = smfi_getpriv(ctx);
	const void *ip = NULL;

	(void)host;
	if (c == NULL)
		return SMFIS_TEMPFAIL;
	if (addr != NULL && addr->sa_family == AF_INET)
		ip =
		    &((const struct sockaddr_in *)(const void *)addr)->sin_addr;
	else if (addr != NULL && addr->sa_family == AF_INET6)
		ip = &((const struct sockaddr_in6 *)(const void *)addr)
			  ->sin6_addr;
	if (ip != NULL)
		(void)!inet_ntop(addr->sa_family, ip, c->client,
		    sizeof(c->client));
	return SMFIS_CONTINUE;
}

/* SIZE=N of MAIL FROM (RFC 1870). */
static bool
claims_too_much(char **argv)
{
	for (argv++; *argv != NULL; argv++)
		if (strncasecmp(*argv, "SIZE=", 5) == 0 &&
		    strtoull(*argv + 5, NULL, 10) >
			site.policy.milter_max_bytes)
			return true;
	return false;
}

static void
raise_event(const struct milter_conn *c, enum flood_verdict v)
{
	char why[FLOOD_WHY_BYTES];

	snprintf(why, sizeof(why), "flood of mail (%s): client %s, sender <%s>",
	    flood_word(v), c->client[0] != '\0' ? c->client : "?", c->sender);
	log_warn("%s", why);
	(void)event_raise(&site.policy,
	    v == FLOOD_TOTAL && site.policy.flood.stop ? EVENT_FLOOD_STOP
						       : EVENT_FLOOD,
	    (const struct event_field[]){ { "client", c->client },
		{ "sender", c->sender }, { NULL, NULL } },
	    NULL);
	if (v == FLOOD_TOTAL && site.policy.flood.stop) {
		if (flood_stop(site.policy.state_dir, why) != 0)
			log_error("the stop cannot be written");
		log_error("mail is not taken until 'sekisho mail --resume'");
	}
}

/* SMFIS_CONTINUE, or the answer that turns the message away for now. */
static sfsistat
check_flood(SMFICTX *ctx, const struct milter_conn *c)
{
	char why[FLOOD_WHY_BYTES];
	enum flood_verdict v;
	bool is_new;
	int e;

	if ((e = flood_stopped(site.policy.state_dir, why)) == ERR_DENIED)
		return say(ctx, "451", "4.3.2",
		    "mail is not taken at the moment");
	if (e != 0)
		return fault(ctx);
	pthread_mutex_lock(&site.flood_lock);
	e = flood_count(site.flood, (uint64_t)time(NULL), c->client, c->sender,
	    &v, &is_new);
	pthread_mutex_unlock(&site.flood_lock);
	if (e != 0)
		return fault(ctx);
	if (v == FLOOD_OK)
		return SMFIS_CONTINUE;
	if (is_new)
		raise_event(c, v);
	return say(ctx, "451", "4.7.1", "too much mail at once; try later");
}

static sfsistat
on_sender(SMFICTX *ctx, char **argv)
{
	struct milter_conn *c = smfi_getpriv(ctx);
	sfsistat answer;

	if (c == NULL)
		return SMFIS_TEMPFAIL;
	milter_begin(c);
	if (milter_address(argv[0], true, c->sender) != 0)
		return say(ctx, "553", "5.1.7", "not an address");
	if (claims_too_much(argv))
		return say(ctx, "552", "5.3.4", "the message is too large");
	if ((answer = check_flood(ctx, c)) != SMFIS_CONTINUE)
		return answer;
	return buf_fmt(&c->envelope, "%s\n%s\n", c->sender, c->client) == 0
		   ? SMFIS_CONTINUE
		   : fault(ctx);
}

/* This gateway only takes mail in: whoever sends, the way leads inside. */
static sfsistat
on_recipient(SMFICTX *ctx, char **argv)
{
	const char *domains = site.policy.options.mail_internal_domains;
	struct milter_conn *c = smfi_getpriv(ctx);
	char to[MAILADDR_BYTES];

	if (c == NULL || !c->has_message)
		return SMFIS_TEMPFAIL;
	if (milter_address(argv[0], false, to) != 0)
		return say(ctx, "553", "5.1.3", "not an address");
	if (domains[0] != '\0' && !mailaddr_is_inside(to, domains))
		return say(ctx, "550", "5.7.1",
		    "no domain of this site; mail is not passed on to others");
	if (c->n_recipients == MAILQUEUE_RECIPIENTS_MAX)
		return say(ctx, "452", "4.5.3", "too many recipients");
	if (buf_fmt(&c->envelope, "%s\n", to) != 0)
		return fault(ctx);
	c->n_recipients++;
	return SMFIS_CONTINUE;
}

/* A message that could not be kept, or not wholly. */
static sfsistat
not_kept(SMFICTX *ctx, int e)
{
	if (e == ERR_LIMIT)
		return say(ctx, "552", "5.3.4", "the message is too large");
	return fault(ctx);
}

/* What milter_add*() made of a piece. After a failure nothing is added. */
static sfsistat
taken(SMFICTX *ctx, struct milter_conn *c, int e)
{
	if (c->err == 0)
		c->err = e;
	if (!c->waits)
		return SMFIS_NOREPLY;
	return c->err == 0 ? SMFIS_CONTINUE : not_kept(ctx, c->err);
}

/* Without an answer there is a piece that cannot be kept: on_end() says so. */
static sfsistat
no_message(const struct milter_conn *c)
{
	return c != NULL && !c->waits ? SMFIS_NOREPLY : SMFIS_TEMPFAIL;
}

static sfsistat
on_header(SMFICTX *ctx, char *name, char *value)
{
	struct milter_conn *c = smfi_getpriv(ctx);

	if (c == NULL || !c->has_message)
		return no_message(c);
	return taken(ctx, c,
	    c->err != 0 ? c->err
			: milter_add_header(c, name, value,
			      site.policy.milter_max_bytes));
}

static sfsistat
on_end_of_header(SMFICTX *ctx)
{
	struct milter_conn *c = smfi_getpriv(ctx);

	if (c == NULL || !c->has_message)
		return no_message(c);
	return taken(ctx, c,
	    c->err != 0
		? c->err
		: milter_add(c, "\r\n", 2, site.policy.milter_max_bytes));
}

static sfsistat
on_body(SMFICTX *ctx, unsigned char *p, size_t n)
{
	struct milter_conn *c = smfi_getpriv(ctx);

	if (c == NULL || !c->has_message)
		return no_message(c);
	return taken(ctx, c,
	    c->err != 0 ? c->err
			: milter_add(c, p, n, site.policy.milter_max_bytes));
}

/* A cleaner's answer becomes the mail server's. */
static sfsistat
ask_cleaner(SMFICTX *ctx, struct milter_conn *c)
{
	struct cleaner_answer a;
	int envelope, out, e;
	sfsistat answer;

	if (fsx_memfd("sekisho-envelope", &envelope) != 0)
		return fault(ctx);
	e = fsx_write_all(envelope, c->envelope.data, c->envelope.len);
	if (e != 0) {
		close(envelope);
		return fault(ctx);
	}
	milterpool_ask(site.pool, c->fd, envelope, &a, &out);
	close(envelope);
	switch (a.action) {
	case CLEANER_ACCEPT:
		answer = SMFIS_CONTINUE;
		break;
	case CLEANER_REPLACE:
		answer = milter_replace(ctx, c, out) == 0 ? SMFIS_CONTINUE
							  : fault(ctx);
		break;
	case CLEANER_REJECT:
		answer = say(ctx, "554", a.code, a.say);
		break;
	default:
		answer = fault(ctx);
	}
	if (out >= 0)
		close(out);
	return answer;
}

static sfsistat
on_end(SMFICTX *ctx)
{
	struct milter_conn *c = smfi_getpriv(ctx);
	const struct policy *p = &site.policy;
	sfsistat answer = SMFIS_CONTINUE;

	if (c == NULL || !c->has_message || (c->fd < 0 && c->err == 0))
		return SMFIS_TEMPFAIL;
	if (c->err != 0)
		answer = not_kept(ctx, c->err);
	else if (mailhops_count(&c->hops) >= MAILQUEUE_HOPS_MAX)
		answer =
		    say(ctx, "554", "5.4.6", "handed on too often: a loop");
	else if (c->parts > p->milter_max_parts)
		answer = say(ctx, "554", "5.6.0", "too many parts");
	else if (p->milter_in_place || p->milter_refuse_programs)
		answer = ask_cleaner(ctx, c);
	milter_forget(c);
	return answer;
}

static sfsistat
on_abort(SMFICTX *ctx)
{
	struct milter_conn *c = smfi_getpriv(ctx);

	if (c != NULL)
		milter_forget(c);
	return SMFIS_CONTINUE;
}

static sfsistat
on_close(SMFICTX *ctx)
{
	struct milter_conn *c = smfi_getpriv(ctx);

	if (c == NULL)
		return SMFIS_CONTINUE;
	milter_forget(c);
	free(c);
	smfi_setpriv(ctx, NULL);
	return SMFIS_CONTINUE;
}

/* ---- the program */

static const char usage[] = N_(
    "Usage: sekisho-milter --socket SOCKET [OPTION]...\n"
    "A mail filter for Postfix: refuses what the policy refuses and, with\n"
    "milter { in_place = true }, puts the sanitised message in its place.\n\n"
    "      --socket SOCKET  unix:/path, or inet:PORT@127.0.0.1\n"
    "      --slots N        messages at a time (1 to 64)\n"
    "      --state DIR      the gateway's state folder\n"
    "      --policy FILE    the site's policy\n"
    "      --profile NAME   a profile of the policy\n"
    "      --help           this text\n");

enum { OPT_SOCKET = 256, OPT_SLOTS, OPT_CLEANER, OPT_HELP };

static const struct option longs[] = {
	{ "socket", required_argument, NULL, OPT_SOCKET },
	{ "slots", required_argument, NULL, OPT_SLOTS },
	CLI_POLICY_OPTIONS,
	{ "cleaner", no_argument, NULL, OPT_CLEANER },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

struct asked {
	struct cli_policy which;
	char *socket;
	unsigned slots;
	bool is_cleaner;
};

/* -1: go on; else the exit status. */
static int
parse(int argc, char **argv, struct asked *a)
{
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1)
		switch (c) {
		case OPT_SOCKET:
			a->socket = optarg;
			break;
		case OPT_SLOTS:
			if (cli_number(optarg, 1, 64, &a->slots) != 0)
				return cli_usage("milter",
				    _("--slots: a number from 1 to 64, not "
				      "'%s'"),
				    optarg);
			break;
		case OPT_STATE:
		case OPT_POLICY:
		case OPT_PROFILE:
			cli_policy_option(c, &a->which);
			break;
		case OPT_CLEANER:
			a->is_cleaner = true;
			break;
		case OPT_HELP:
			return cli_help(_(usage));
		default:
			return cli_bad_option("milter", argv);
		}
	if (!a->is_cleaner && (a->socket == NULL || optind < argc))
		return cli_usage("milter", _("name the socket (--socket)"));
	return -1;
}

/*
 * The end of a message is answered by many small pieces, and over TCP none is
 * to wait until the server acknowledges the one before (Nagle, delayed
 * acknowledgement: 40 ms a message). libmilter shows nobody its socket, so it
 * is looked for; connections take the option over from it.
 */
static void
send_at_once(void)
{
	const int yes = 1;

	for (int fd = 3; fd < 64; fd++) {
		int listens = 0;
		socklen_t n = sizeof(listens);

		if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &n) ==
			0 &&
		    listens != 0)
			(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes,
			    sizeof(yes));
	}
}

static int
listen_on(char *where)
{
	struct smfiDesc desc = { .xxfi_name = (char *)(uintptr_t) "sekisho",
		.xxfi_version = SMFI_VERSION,
		.xxfi_flags =
		    site.policy.milter_in_place
			? SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_CHGBODY
			: 0,
		.xxfi_connect = on_connect,
		.xxfi_envfrom = on_sender,
		.xxfi_envrcpt = on_recipient,
		.xxfi_header = on_header,
		.xxfi_eoh = on_end_of_header,
		.xxfi_body = on_body,
		.xxfi_eom = on_end,
		.xxfi_abort = on_abort,
		.xxfi_close = on_close,
		.xxfi_negotiate = on_negotiate };

	/* The group of the socket's folder may connect: that of Postfix. */
	umask(0007);
	site.over_tcp = strncmp(where, "inet", 4) == 0;
	if (smfi_setconn(where) != MI_SUCCESS ||
	    smfi_register(desc) != MI_SUCCESS ||
	    smfi_opensocket(true) != MI_SUCCESS) {
		log_error(_("%s: this socket cannot be opened"), where);
		return STATUS_INTERNAL;
	}
	umask(077);
	send_at_once();
	return smfi_main() == MI_SUCCESS ? STATUS_OK : STATUS_INTERNAL;
}

static int
serve(struct asked *a, char **argv)
{
	const struct policy *p = &site.policy;
	uint64_t ms = 2 * p->options.limits.max_wall_ms + 5000 +
		      (p->scan_clamd[0] != '\0' ? p->scan_timeout_s * 1000 : 0);
	int status, e;

	umask(077);
	if ((e = flood_open(p->state_dir, "milter", &p->flood, &site.flood)) !=
	    0) {
		log_error(_("%s/mail: cannot be opened: %s"), p->state_dir,
		    cli_err(e));
		return cli_status(e);
	}
	e = milterpool_open(argv, a->slots,
	    ms > ASK_MS_MAX ? ASK_MS_MAX : (int)ms, &site.pool);
	if (e != 0) {
		log_error(_("sekisho-worker cannot be started: %s. It belongs "
			    "beside this program"),
		    cli_err(e));
		flood_close(site.flood);
		return cli_status(e);
	}
	status = listen_on(a->socket);
	milterpool_close(site.pool);
	flood_close(site.flood);
	return status;
}

int
main(int argc, char **argv)
{
	static char cleaner_option[] = "--cleaner";
	struct asked a = { .slots = 2 };
	char **args;
	int status;

	setlocale(LC_ALL, "C.UTF-8");
	log_setup("sekisho-milter", LOG_LEVEL_INFO, 0);
	limits_no_core();
	opterr = 0;
	if ((status = parse(argc, argv, &a)) != -1 ||
	    (status = cli_load_policy("milter", &a.which, &site.policy)) != 0)
		return status;
	if (a.is_cleaner)
		return cleaner_run(&site.policy);
	/* A cleaner has our words and one more. */
	if ((args = calloc((size_t)argc + 2, sizeof(*args))) == NULL)
		return STATUS_AGAIN;
	memcpy(args, argv, (size_t)argc * sizeof(*args));
	args[argc] = cleaner_option;
	status = serve(&a, args);
	free(args);
	return status;
}
