/*
 * sekisho-console: see console.h. It links no parser, starts no worker and
 * reads no original.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/log.h"
#include "quarantine/console/lang.h"
#include "quarantine/console/rate.h"
#include "quarantine/console/server.h"
#include "quarantine/console/session.h"

enum { EXIT_USAGE = 64, EXIT_INTERNAL = 70, EXIT_AGAIN = 75 };

static volatile int stop;

static const char help[] =
    "Usage: sekisho-console [OPTION]...\n"
    "Pages for staff, approvers, administrators and auditors, over HTTP on\n"
    "the loopback or behind the site's TLS proxy.\n"
    "\n"
    "      --policy FILE    the policy (default: the site's)\n"
    "      --state DIR      the state folder (default: of the policy)\n"
    "      --listen ADDRESS listen there instead of console.listen\n"
    "      --port N         port instead of console.port; 0: any free one,\n"
    "                       said on standard output\n"
    "      --routes         print the table of pages as JSON, and end\n"
    "      --verbose        log every request\n"
    "      --syslog         log to syslog\n"
    "      --help, --version\n"
    "\n"
    "See sekisho-console(8).\n";

struct given {
	const char *policy, *state, *listen, *port;
	bool is_verbose, is_syslog;
};

static void
on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static void
catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	sigemptyset(&sa.sa_mask);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
}

/* No picture of our memory (sessions, keys), and files enough for uploads. */
static void
harden(void)
{
	struct rlimit files, core = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &core);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	umask(077);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur =
		    files.rlim_max < 65536 ? files.rlim_max : 65536;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
}

static int
usage(const char *what)
{
	fprintf(stderr, "sekisho-console: %s\nTry 'sekisho-console --help'.\n",
	    what);
	return EXIT_USAGE;
}

static int
print_routes(void)
{
	struct buf out;
	int e;

	buf_init(&out, 1u << 20);
	if ((e = routes_print(&out)) == 0)
		fwrite(out.data, 1, out.len, stdout);
	buf_done(&out);
	return e == 0 ? 0 : EXIT_INTERNAL;
}

/* -1: go on; else the exit status. */
static int
read_options(int argc, char **argv, struct given *o)
{
	static const struct option longs[] = {
		{ "policy", required_argument, NULL, 'p' },
		{ "state", required_argument, NULL, 's' },
		{ "listen", required_argument, NULL, 'l' },
		{ "port", required_argument, NULL, 'n' },
		{ "routes", no_argument, NULL, 'r' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "syslog", no_argument, NULL, 'y' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 'p':
			o->policy = optarg;
			break;
		case 's':
			o->state = optarg;
			break;
		case 'l':
			o->listen = optarg;
			break;
		case 'n':
			o->port = optarg;
			break;
		case 'r':
			return print_routes();
		case 'v':
			o->is_verbose = true;
			break;
		case 'y':
			o->is_syslog = true;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		case 'V':
			puts("sekisho-console " SEKISHO_VERSION);
			return 0;
		default:
			return EXIT_USAGE;
		}
	}
	return optind == argc ? -1 : usage("it takes no arguments");
}

static int
settle(struct policy *p, const struct given *o)
{
	int n;

	if (o->state != NULL) {
		if (o->state[0] != '/')
			return usage("--state: name the folder from the root");
		n = snprintf(p->state_dir, sizeof(p->state_dir), "%s",
		    o->state);
		if (n < 0 || (size_t)n >= sizeof(p->state_dir))
			return usage("--state: too long");
	}
	if (o->listen != NULL) {
		n = snprintf(p->console.listen, sizeof(p->console.listen), "%s",
		    o->listen);
		if (n < 0 || (size_t)n >= sizeof(p->console.listen))
			return usage("--listen: not an address");
	}
	if (o->port != NULL) {
		if (strspn(o->port, "0123456789") != strlen(o->port) ||
		    strlen(o->port) > 5 || o->port[0] == '\0')
			return usage("--port: not a number");
		p->console.port = (uint32_t)strtoul(o->port, NULL, 10);
	}
	return 0;
}

static int
load_policy(struct policy *p, const struct given *o)
{
	const char *path = o->policy != NULL ? o->policy : SEKISHO_POLICY_PATH;
	char why[POLICY_WHY_BYTES];
	int e;

	policy_default(p);
	if (o->policy == NULL && access(path, F_OK) != 0)
		return settle(p, o);
	if ((e = policy_load(path, NULL, p, why)) != 0) {
		log_error("%s", why);
		return e == ERR_NOENT ? 65 : EXIT_INTERNAL;
	}
	return settle(p, o);
}

static int
open_registers(struct console *site)
{
	const struct policy *p = &site->policy;
	char why[256] = "";
	int e;

	if ((e = keys_open(p->state_dir, true, &site->keys, why)) != 0)
		log_error("%s: %s", p->state_dir, why);
	if (e == 0 && (e = audit_open(p->state_dir, &site->keys,
			   p->audit_checkpoint_lines, &site->audit)) != 0)
		log_error("the audit log: %s", err_text(e));
	if (e == 0 && (e = people_open(p->state_dir, &site->keys, site->audit,
			   &site->people)) != 0)
		log_error("the register of people: %s", err_text(e));
	if (e == 0 && (e = quarantine_open(p->state_dir, &site->keys,
			   site->audit, &site->quarantine)) != 0)
		log_error("the quarantine: %s", err_text(e));
	return e;
}

static int
open_site(struct console *site)
{
	const struct policy_console *p = &site->policy.console;
	char path[POLICY_PATH_BYTES + 16];
	int e, n;

	site->tmp = -1;
	if (hash_setup() != 0 || (e = open_registers(site)) != 0)
		return EXIT_AGAIN;
	if (catalogue_load(&site->words) != 0)
		log_warn("no Japanese texts beside the program: the pages are "
			 "English");
	randombytes_buf(site->secret, sizeof(site->secret));
	n = snprintf(path, sizeof(path), "%s/console", site->policy.state_dir);
	if (n < 0 || (size_t)n >= sizeof(path) || fsx_mkdirs(path, 0700) != 0)
		return EXIT_AGAIN;
	site->tmp = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (site->tmp < 0 ||
	    rates_new(p->requests_per_minute, &site->rates) != 0 ||
	    sessions_new(p->idle_s, p->session_s, &site->sessions) != 0) {
		log_error("%s: %s", site->policy.state_dir, strerror(errno));
		return EXIT_AGAIN;
	}
	return console_rules_open(site) == 0 ? 0 : EXIT_INTERNAL;
}

static int
close_site(struct console *site)
{
	int e = 0;

	sessions_free(site->sessions);
	rates_free(site->rates);
	catalogue_free(site->words);
	rules_free(site->rules);
	if (site->quarantine != NULL)
		quarantine_close(site->quarantine);
	if (site->people != NULL)
		people_close(site->people);
	if (site->audit != NULL)
		e = audit_close(site->audit);
	keys_done(&site->keys);
	if (site->tmp >= 0)
		close(site->tmp);
	return e == 0 ? 0 : EXIT_AGAIN;
}

/* Once an hour: changes of accounts that are due today. */
static void
tick(struct console *site)
{
	static time_t looked;
	time_t now = server_now();
	unsigned changed;

	if (looked != 0 && now - looked < 3600)
		return;
	looked = now;
	if (account_due(site->people, &changed) != 0)
		log_error("changes of accounts that are due were not made");
}

static int
serve(struct console *site)
{
	char why[POLICY_WHY_BYTES] = "";
	struct server *s;
	int e;

	if ((e = server_start(site, &s, why)) != 0) {
		log_error("%s", why);
		return EXIT_AGAIN;
	}
	printf("listening on %s port %u\n", site->policy.console.listen,
	    server_port(s));
	fflush(stdout);
	e = server_run(s, &stop, tick);
	server_stop(s);
	return e == 0 ? 0 : EXIT_INTERNAL;
}

int
main(int argc, char **argv)
{
	static struct console site;
	struct given o = { 0 };
	int status, closed;

	log_setup("sekisho-console", LOG_LEVEL_INFO, 0);
	if ((status = read_options(argc, argv, &o)) >= 0)
		return status;
	log_setup("sekisho-console",
	    o.is_verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO, o.is_syslog);
	harden();
	catch_signals();
	if ((status = load_policy(&site.policy, &o)) != 0)
		return status;
	site.policy_file = o.policy;
	if ((status = open_site(&site)) == 0)
		status = serve(&site);
	closed = close_site(&site);
	return status != 0 ? status : closed;
}
