/* Inside of `sekisho quarantine`. */
#ifndef CMD_QUARANTINE_H
#define CMD_QUARANTINE_H

#include "cmd/cli.h"
#include "core/mailqueue.h"
#include "core/rules.h"

/* An item that somebody works on, and whom it was for. */
struct opened {
	struct cli_state *st;
	const struct policy *policy;
	struct quarantine_item item;
	struct mail_envelope envelope;
	bool is_mail;
	int err;
};

/* By the caller: st, policy. ERR_NOENT: no such item. */
int opened_find(struct opened *, const char *id) MUST_CHECK;
void opened_done(struct opened *);
/* The sanitised result into the spool, for whom it was; a second time makes
 * no second parcel. */
int opened_cross(struct opened *, struct pipeline_job *) MUST_CHECK;

/* Read a password and bring the item out with it. An exit status. */
int quarantine_password(struct cli_state *, const struct policy *,
    const char *id);

struct rerun {
	struct cli_state *st;
	const struct policy *policy;
	bool has_policy; /* another one than the site's was asked for */
	bool dry, json;
	const char *since, *until, *department; /* look-back */
};

/* Run originals again. An exit status. */
int quarantine_rerun(const struct rerun *, char **ids, int n);
/* Look back at what was released. An exit status. */
int quarantine_lookback(const struct rerun *);

struct import_ask {
	struct cli_state *st;
	const struct policy *policy;
	const char *login, *why;
	bool release;
};

/* Ask for, or release, an original as it is. An exit status. */
int quarantine_import(const struct import_ask *, const char *id);

/* The rules of the site (policy, people.rules_file). 0, or an exit status; the
 * user was told. rules_free() by the caller. */
int quarantine_rules(const struct policy *, struct ruleset **);

#endif
