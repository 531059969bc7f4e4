/*
 * What ends when its time is over: `sekisho tidy` calls these. Each says what
 * it does (or would do: dry) to each(), one item at a time, with the reason.
 */
#ifndef QUARANTINE_RETENTION_H
#define QUARANTINE_RETENTION_H

#include "core/rules.h"
#include "quarantine/people.h"
#include "quarantine/store.h"

struct retention {
	struct quarantine *quarantine;
	struct people *people;
	const struct ruleset *rules;
	const char *who;
	bool dry;
	/* id; name: for people; why: English (gettext key) */
	void (*each)(void *arg, const char *id, const char *name,
	    const char *why);
	/* A department that is over its quota, before anything is done. */
	void (*over)(void *arg, const char *department, uint64_t bytes,
	    uint64_t limit);
	void *arg;
};

/* Originals whose retention (released ones: released_days) is over are
 * disposed of, with a record. *n: how many. */
int retention_quarantine(const struct retention *, uint64_t *n) MUST_CHECK;
/*
 * Departments over quarantine_bytes: over() hears of each. dispose: the
 * oldest are disposed of until it fits, those of released ones first.
 */
int retention_quota(const struct retention *, bool dispose,
    uint64_t *n) MUST_CHECK;
/* Settled transfers that last changed before `before` leave the list, with
 * their requests, decisions and previews; the audit log keeps what happened.
 * Those with an open request stay. */
int retention_transfers(const struct retention *, const char *before,
    uint64_t *n) MUST_CHECK;

#endif
