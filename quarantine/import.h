/*
 * Unsanitised import (design.md, rule 3 and section 9): the one way for an
 * original. It is off unless the department's rules say unsanitised_import,
 * and then an original crosses only when all of this holds, each looked at
 * here, at the moment of the release, whatever was looked at before:
 *
 *   - the rules of the department allow it (now)
 *   - a person brought it in (a transfer), it is held or wants a password;
 *     what is blocked, or what the scanner found something in, never crosses
 *   - a request of this kind, with a reason, that is approved now
 *     (approve_state()) and whose time is not over
 *   - in its decisions: no refusal, and two who agreed, different persons, of
 *     different departments, neither for the other, none of them the one who
 *     asks or the one who brought it
 *   - the original in quarantine is, byte for byte, what they agreed to
 *   - the audit line "unsanitised" is on disk
 *
 * It goes alone in a parcel of a kind of its own (parcel.h), under a name that
 * says 【未無害化】, with a receipt that says so. The inner side refuses it
 * unless that side allows it too.
 */
#ifndef QUARANTINE_IMPORT_H
#define QUARANTINE_IMPORT_H

#include "core/parcel.h"
#include "core/spool.h"
#include "quarantine/approve.h"
#include "quarantine/store.h"

struct import_setup { /* borrowed */
	struct people *people;
	struct quarantine *quarantine;
	struct spool *spool; /* import_release() only */
	const struct ruleset *rules;
	const char *who; /* the person at the keyboard */
};

/*
 * Ask. login: whose request it is, a valid account. ERR_DENIED: no says which
 * condition is not met (an English line, gettext key); ERR_EXIST: one is open.
 */
int import_ask(const struct import_setup *, const char *id, const char *login,
    const char *why, struct request *, char no[POLICY_WHY_BYTES]) MUST_CHECK;

struct import_done {
	uint64_t parcel;
	char name[PARCEL_NAME_BYTES];
	struct parcel_unsanitised who;
};

/*
 * Seal what was agreed to. ERR_DENIED as above; ERR_NOENT: no such item.
 * After a kill the same call goes on: the parcel's id is the request's.
 */
int import_release(const struct import_setup *, const char *id,
    struct import_done *, char no[POLICY_WHY_BYTES]) MUST_CHECK;

/* Whether a released transfer crossed in this way. */
bool import_was(const struct transfer *);

#endif
