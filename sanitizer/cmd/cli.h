/*
 * What the subcommands of `sekisho` share. Main program only: these functions
 * speak to the user on standard error and return exit statuses.
 */
#ifndef CMD_CLI_H
#define CMD_CLI_H

#include <libintl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/audit.h"
#include "core/keys.h"
#include "core/policy.h"
#include "core/words.h"
#include "pipeline/pipeline.h"
#include "quarantine/people.h"
#include "quarantine/store.h"

#define _(s) gettext(s)

/* As in sysexits.h; the manual page says what each means. */
enum {
	STATUS_OK = 0,
	STATUS_NOT_ALL = 1, /* something was held, blocked or is wrong */
	STATUS_USAGE = 64,
	STATUS_NOINPUT = 65,
	STATUS_INTERNAL = 70,
	STATUS_AGAIN = 75
};

int cmd_clean(int, char **);
int cmd_explain(int, char **);
int cmd_identify(int, char **);
int cmd_send(int, char **);
int cmd_receive(int, char **);
int cmd_mail(int, char **);
int cmd_quarantine(int, char **);
int cmd_audit(int, char **);
int cmd_policy(int, char **);
int cmd_rules(int, char **);
int cmd_user(int, char **);
int cmd_transfer(int, char **);
int cmd_approve(int, char **);
int cmd_events(int, char **);
int cmd_metrics(int, char **);
int cmd_selfcheck(int, char **);
int cmd_tidy(int, char **);
int cmd_backup(int, char **);
int cmd_restore(int, char **);

/* "sekisho CMD: message", and where help is. Returns STATUS_USAGE. */
int cli_usage(const char *cmd, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* What getopt_long() found wrong. Returns STATUS_USAGE. */
int cli_bad_option(const char *cmd, char **argv);
/* Help text on standard output. Returns STATUS_OK. */
int cli_help(const char *text);
/* ERR_IO, ERR_LIMIT, ERR_NOMEM: STATUS_AGAIN; others: STATUS_INTERNAL. */
int cli_status(int err);
/* err_text() in the user's language; not to be freed. */
const char *cli_err(int err);
/* STATUS_OK, or says that the folder is missing: STATUS_NOINPUT. */
int cli_folder(const char *path);
/* STATUS_OK when s begins like "2026-11-21", else a usage error. */
int cli_date(const char *cmd, const char *s);
/* A whole number within the range, or ERR_MALFORMED. */
int cli_number(const char *, unsigned min, unsigned max, unsigned *) MUST_CHECK;
/* The language of messages. */
enum words_lang cli_lang(void);
/* The person at the keyboard, for records: SUDO_USER or the login name. */
const char *cli_who(void);
/* Index of word in names (NULL-terminated), or -1. */
int cli_verb(const char *const *names, const char *word);

/* Set by SIGINT and SIGTERM; a second signal ends the program at once. */
extern volatile sig_atomic_t cli_stop;
void cli_catch_signals(void);

/* Options that several subcommands take. */
struct cli_policy {
	const char *file;    /* --policy, or NULL */
	const char *profile; /* --profile, or NULL */
	const char *state;   /* --state, or NULL */
};

/* Their codes for getopt_long(); a subcommand's own begin at 256. */
enum { OPT_STATE = 512, OPT_POLICY, OPT_PROFILE };

#define CLI_POLICY_OPTIONS \
	{ "state", required_argument, NULL, OPT_STATE }, \
	    { "policy", required_argument, NULL, OPT_POLICY }, \
	{ \
		"profile", required_argument, NULL, OPT_PROFILE \
	}
/* Keep optarg as what such a code stands for. */
void cli_policy_option(int c, struct cli_policy *);

/*
 * Read the policy (--policy, else the site's file when there is one, else the
 * defaults) and settle state_dir. 0, or an exit status; the user was told.
 */
int cli_load_policy(const char *cmd, const struct cli_policy *,
    struct policy *);

/* Keys and records of a state folder. */
struct cli_state {
	struct keys keys;
	struct audit *audit;
	struct quarantine *quarantine; /* NULL unless asked for */
	struct people *people;	       /* likewise */
};

enum { STATE_CREATE = 1, STATE_QUARANTINE = 2, STATE_PEOPLE = 4 };

/* 0, or an exit status; the user was told. cli_state_close() in any case. */
int cli_state_open(struct cli_state *, const struct policy *, unsigned flags);
/* 0, or the status of a log that could not be finished. */
int cli_state_close(struct cli_state *);

/* Start the worker, with the policy's scanner. 0, or an exit status; the user
 * was told. */
int cli_pipeline(const struct policy *, unsigned slots, struct pipeline **);
/* The same for messages: pipeline_mail(). */
int cli_pipeline_mail(const struct policy *, unsigned slots,
    struct pipeline **);
/*
 * The receipts that travel or are stored with a document, to be freed: JSON,
 * and for a released one the text. ERR_LIMIT, ERR_NOMEM: neither.
 */
int cli_receipts(const struct record *, char **json, char **text) MUST_CHECK;
/* Run one document to its end. 0, or an exit status; the user was told. */
int cli_run_one(struct pipeline *, struct pipeline_job *);

#endif
