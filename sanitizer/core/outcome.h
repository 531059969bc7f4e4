/*
 * What each outcome of a document means for whoever handed it in.
 *
 * One table, outcome.c: the mail hook, the drop folder and `sekisho clean`
 * read their row and decide nothing themselves. No outcome forwards an
 * original.
 */
#ifndef CORE_OUTCOME_H
#define CORE_OUTCOME_H

#include <stddef.h>

#include "core/verdict.h"

enum outcome {
	OUTCOME_HELD = 0, /* also: crash, timeout, limit, ambiguous */
	OUTCOME_RELEASED,
	OUTCOME_BLOCKED,
	OUTCOME_TEMPORARY, /* no space, store locked, spawn failed */
	OUTCOME_INTERNAL,  /* our own state is missing, or a bug */
	OUTCOME_COUNT
};

enum mail_action {
	MAIL_SPOOL = 1,	     /* the rebuilt message goes into the spool */
	MAIL_STORE_AND_NOTE, /* stored; the text goes with a note */
	MAIL_TEMPFAIL,	     /* EX_TEMPFAIL, 4.7.1: the sender tries again */
};

enum folder_action {
	FOLDER_SPOOL = 1,
	FOLDER_QUARANTINE,
	FOLDER_QUARANTINE_MARKED, /* as a type that never crosses */
	FOLDER_LEAVE_RETRY,	  /* left in place, tried again */
	FOLDER_LEAVE		  /* left in place for a person */
};

struct outcome_row {
	enum outcome outcome;
	const char *name; /* "held": stable */
	enum mail_action mail;
	int mail_may_reject;   /* REJECT 5.7.1 at SMTP time by policy */
	int mail_log_internal; /* an internal error goes into the log */
	int mail_exit;	       /* of `sekisho mail`: 0, or EX_TEMPFAIL 75 */
	enum folder_action folder;
	int clean_exit; /* of `sekisho clean`: 0, 1, 70 or 75 */
};

/* The row; for a number that is no outcome, the row of OUTCOME_INTERNAL. */
const struct outcome_row *outcome_row(enum outcome);
/*
 * The outcome of a finished document. err: 0, or the error of a step after
 * the verdict (audit, spool, store), which outweighs the verdict: a release
 * that could not be recorded is no release. ERR_IO, ERR_NOMEM and ERR_LIMIT
 * (disk or quota full) are temporary; any other error is internal.
 */
enum outcome outcome_of(enum verdict, int err);
/* Of two outcomes of one run, the one that decides the exit status:
 * internal, temporary, blocked, held, released, in this order. */
enum outcome outcome_worse(enum outcome, enum outcome);

#endif
