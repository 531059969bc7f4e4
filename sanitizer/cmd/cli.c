#include "cmd/cli.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/utf8.h"
#include "core/event.h"
#include "core/receipt.h"

volatile sig_atomic_t cli_stop;

int
cli_usage(const char *cmd, const char *fmt, ...)
{
	char raw[1024], line[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	utf8_printable(raw, strlen(raw), line, sizeof(line));
	fprintf(stderr, "sekisho %s: %s\n", cmd, line);
	fprintf(stderr, _("Try 'sekisho %s --help'.\n"), cmd);
	return STATUS_USAGE;
}

int
cli_bad_option(const char *cmd, char **argv)
{
	return cli_usage(cmd, _("unknown option or missing argument: %s"),
	    optind > 0 && argv[optind - 1] != NULL ? argv[optind - 1] : "");
}

int
cli_help(const char *text)
{
	fputs(text, stdout);
	return STATUS_OK;
}

int
cli_status(int err)
{
	switch (err) {
	case 0:
		return STATUS_OK;
	case ERR_IO:
	case ERR_LIMIT:
	case ERR_NOMEM:
		return STATUS_AGAIN;
	default:
		return STATUS_INTERNAL;
	}
}

const char *
cli_err(int err)
{
	return gettext(err_text(err));
}

int
cli_folder(const char *path)
{
	struct stat st;
	int e = stat(path, &st) != 0 ? errno : 0;

	if (e == 0 && !S_ISDIR(st.st_mode))
		e = ENOTDIR;
	if (e == 0)
		return STATUS_OK;
	log_error(_("%s: not a folder that can be used: %s; make it, or "
		    "connect the share, and run again"),
	    path, strerror(e));
	return STATUS_NOINPUT;
}

int
cli_date(const char *cmd, const char *s)
{
	static const char form[] = "dddd-dd-dd";
	size_t i = 0;

	while (form[i] != '\0' &&
	       (form[i] == 'd' ? s[i] >= '0' && s[i] <= '9' : s[i] == form[i]))
		i++;
	if (form[i] == '\0')
		return STATUS_OK;
	return cli_usage(cmd, _("%s: not a date; write it like 2026-11-21"), s);
}

int
cli_number(const char *s, unsigned min, unsigned max, unsigned *out)
{
	unsigned long v;
	char *end;

	if (s[0] < '0' || s[0] > '9')
		return ERR_MALFORMED;
	errno = 0;
	v = strtoul(s, &end, 10);
	if (errno != 0 || *end != '\0' || v < min || v > max)
		return ERR_MALFORMED;
	*out = (unsigned)v;
	return 0;
}

enum words_lang
cli_lang(void)
{
	/* TRANSLATORS: the code of your language, "ja". */
	return strcmp(_("language-code"), "ja") == 0 ? WORDS_JA : WORDS_EN;
}

const char *
cli_who(void)
{
	static char name[QUARANTINE_WHO_BYTES];
	const char *sudo = getenv("SUDO_USER");
	const struct passwd *pw = getpwuid(getuid());

	/* Also for the gateway's own user: the console runs this for a person,
	 * and whoever has the state folder could write any name anyhow. */
	if (sudo != NULL && sudo[0] != '\0')
		utf8_printable(sudo, strlen(sudo), name, sizeof(name));
	else if (pw != NULL)
		utf8_printable(pw->pw_name, strlen(pw->pw_name), name,
		    sizeof(name));
	else
		snprintf(name, sizeof(name), "uid %u", (unsigned)getuid());
	return name;
}

int
cli_verb(const char *const *names, const char *word)
{
	for (int i = 0; names[i] != NULL; i++)
		if (strcmp(names[i], word) == 0)
			return i;
	return -1;
}

static void
on_signal(int sig)
{
	if (cli_stop != 0)
		_exit(128 + sig);
	cli_stop = sig;
}

void
cli_catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	sigemptyset(&sa.sa_mask);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
}

/* A path that stays right, as the records name it. */
static int
set_state(struct policy *p, const char *base, const char *name)
{
	int n = snprintf(p->state_dir, sizeof(p->state_dir), "%s%s%s", base,
	    base[0] != '\0' ? "/" : "", name);

	return n < 0 || (size_t)n >= sizeof(p->state_dir) ? ERR_LIMIT : 0;
}

static int
user_state(struct policy *p)
{
	const char *xdg = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");

	if (xdg != NULL && xdg[0] == '/')
		return set_state(p, xdg, "sekisho");
	if (home != NULL && home[0] == '/')
		return set_state(p, home, ".local/state/sekisho");
	return ERR_NOENT;
}

/* The gateway's own user works in the gateway's folder, by hand as well as by
 * its services: all of them must mean the same one. */
static bool
is_own(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
	       st.st_uid == geteuid();
}

/* --state, then the policy, then root's folder or one's own. */
static int
settle_state(const char *cmd, const char *given, struct policy *p)
{
	char cwd[PATH_MAX] = "";
	struct policy standard;

	if (given != NULL) {
		if (given[0] != '/' && getcwd(cwd, sizeof(cwd)) == NULL)
			return cli_usage(cmd,
			    _("--state: name the folder from the root"));
		if (given[0] == '\0' || set_state(p, cwd, given) != 0)
			return cli_usage(cmd,
			    _("--state: not a usable path: %s"), given);
		return 0;
	}
	policy_default(&standard);
	if (strcmp(p->state_dir, standard.state_dir) != 0 || geteuid() == 0 ||
	    is_own(p->state_dir))
		return 0;
	if (user_state(p) != 0)
		return cli_usage(cmd,
		    _("no home folder for records: name one with --state "
		      "DIR"));
	return 0;
}

void
cli_policy_option(int c, struct cli_policy *o)
{
	const char **text = c == OPT_STATE    ? &o->state
			    : c == OPT_POLICY ? &o->file
					      : &o->profile;

	*text = optarg;
}

int
cli_load_policy(const char *cmd, const struct cli_policy *o, struct policy *p)
{
	const char *file = o->file;
	char why[POLICY_WHY_BYTES] = "";
	int e;

	if (file == NULL && access(SEKISHO_POLICY_PATH, F_OK) == 0)
		file = SEKISHO_POLICY_PATH;
	if (file != NULL && access(file, R_OK) != 0) {
		log_error(_("%s: the policy cannot be read: %s"), file,
		    strerror(errno));
		return STATUS_NOINPUT;
	}
	if (file == NULL && o->profile != NULL)
		return cli_usage(cmd,
		    _("--profile %s: profiles stand in a policy; give "
		      "--policy FILE"),
		    o->profile);
	e = file != NULL ? policy_load(file, o->profile, p, why)
			 : policy_parse("", 0, "", o->profile, p, why);
	if (e == 0)
		return settle_state(cmd, o->state, p);
	log_error("%s", why[0] != '\0' ? why : cli_err(e));
	if (file != NULL)
		fprintf(stderr,
		    _("Correct the policy; 'sekisho policy check %s' reads it "
		      "again.\n"),
		    file);
	return STATUS_USAGE;
}

/* Why the log cannot be opened, and what to do. */
static int
audit_failed(int e, const struct policy *p)
{
	if (e == ERR_DENIED || e == ERR_MALFORMED)
		(void)event_raise(p, EVENT_AUDIT_BROKEN,
		    (const struct event_field[]){
			{ "path", p->state_dir }, { NULL, NULL } },
		    NULL);
	if (e == ERR_DENIED || e == ERR_MALFORMED)
		log_error(_("%s/audit: the log was changed or damaged; nothing "
			    "is released. Run 'sekisho audit verify --state "
			    "%s'"),
		    p->state_dir, p->state_dir);
	else
		log_error(_("%s/audit: the log cannot be opened: %s; nothing "
			    "is released"),
		    p->state_dir, cli_err(e));
	return cli_status(e);
}

int
cli_state_open(struct cli_state *s, const struct policy *p, unsigned flags)
{
	bool create = (flags & STATE_CREATE) != 0;
	char why[256] = "";
	int e;

	*s = (struct cli_state){ .audit = NULL };
	if ((e = hash_setup()) != 0) {
		log_error(_("cannot start: %s"), cli_err(e));
		return STATUS_INTERNAL;
	}
	if ((e = keys_open(p->state_dir, create, &s->keys, why)) != 0) {
		if (e == ERR_NOENT && !create)
			log_error(_("%s: not a state folder (it has no keys); "
				    "name the right one with --state"),
			    p->state_dir);
		else
			log_error(_("%s: the keys cannot be read: %s"),
			    p->state_dir, why[0] != '\0' ? why : cli_err(e));
		return e == ERR_NOENT && !create ? STATUS_NOINPUT
						 : cli_status(e);
	}
	if (why[0] != '\0')
		log_info(_("new keys in %s/keys: back them up, without "
			   "master.key nothing in quarantine can be read"),
		    p->state_dir);
	e = audit_open(p->state_dir, &s->keys, p->audit_checkpoint_lines,
	    &s->audit);
	if (e != 0)
		return audit_failed(e, p);
	if ((flags & STATE_QUARANTINE) != 0 &&
	    (e = quarantine_open(p->state_dir, &s->keys, s->audit,
		 &s->quarantine)) != 0) {
		log_error(_("%s/quarantine: cannot be opened: %s"),
		    p->state_dir, cli_err(e));
		return cli_status(e);
	}
	if ((flags & STATE_PEOPLE) != 0 &&
	    (e = people_open(p->state_dir, &s->keys, s->audit, &s->people)) !=
		0) {
		log_error(_("%s/people: cannot be opened: %s"), p->state_dir,
		    cli_err(e));
		return cli_status(e);
	}
	return 0;
}

int
cli_state_close(struct cli_state *s)
{
	int e;

	if (s->quarantine != NULL)
		quarantine_close(s->quarantine);
	people_close(s->people);
	e = audit_close(s->audit);
	keys_done(&s->keys);
	if (e != 0)
		log_error(_("the audit log could not be finished: %s"),
		    cli_err(e));
	return cli_status(e);
}

static int
open_pipeline(const struct policy *p, unsigned slots, bool mail,
    struct pipeline **out)
{
	int e = pipeline_open(NULL, slots, out);

	if (e == 0 && mail)
		e = pipeline_mail(*out);
	if (e == 0 && p->scan_clamd[0] != '\0')
		e = pipeline_scan(*out, p->scan_clamd,
		    (uint64_t)p->scan_timeout_s * 1000);
	if (e == 0)
		return 0;
	if (e == ERR_INTERNAL)
		log_error(_("sekisho-worker failed the self-test of its cage; "
			    "nothing may run. The kernel must offer seccomp "
			    "and Landlock"));
	else
		log_error(_("sekisho-worker cannot be started: %s. It belongs "
			    "beside this program"),
		    cli_err(e));
	return e == ERR_NOMEM ? STATUS_AGAIN : STATUS_INTERNAL;
}

int
cli_pipeline(const struct policy *p, unsigned slots, struct pipeline **out)
{
	return open_pipeline(p, slots, false, out);
}

int
cli_pipeline_mail(const struct policy *p, unsigned slots, struct pipeline **out)
{
	return open_pipeline(p, slots, true, out);
}

int
cli_run_one(struct pipeline *p, struct pipeline_job *job)
{
	struct pipeline_job *back = NULL;
	int e = pipeline_submit(p, job);

	while (e == 0 && back == NULL && cli_stop == 0)
		e = pipeline_wait(p, 1000, &back);
	if (back != NULL)
		return STATUS_OK;
	if (e != 0)
		log_error(_("the worker does not answer: %s"), cli_err(e));
	return e != 0 ? STATUS_INTERNAL : STATUS_AGAIN;
}

static int
steal(struct buf *b, char **out)
{
	const char *s = buf_cstr(b);

	*out = s == NULL ? NULL : strdup(s);
	return *out == NULL ? ERR_NOMEM : 0;
}

int
cli_receipts(const struct record *r, char **json, char **text)
{
	bool released = r->verdict == VERDICT_RELEASED;
	struct buf b;
	int e;

	*json = *text = NULL;
	buf_init(&b, RECEIPT_MAX_BYTES);
	if ((e = receipt_json(r, false, &b)) == 0)
		e = steal(&b, json);
	buf_clear(&b);
	if (e == 0 && released && (e = receipt_text_ja(r, &b)) == 0)
		e = steal(&b, text);
	buf_done(&b);
	if (e != 0) {
		free(*json);
		*json = *text = NULL;
	}
	return e;
}
