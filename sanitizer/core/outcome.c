#include "core/outcome.h"

#include <stddef.h>
#include <sysexits.h>

#include "base/err.h"

static const struct outcome_row rows[OUTCOME_COUNT] = {
	[OUTCOME_HELD] = { .outcome = OUTCOME_HELD,
	    .name = "held",
	    .mail = MAIL_STORE_AND_NOTE,
	    .mail_exit = EX_OK,
	    .folder = FOLDER_QUARANTINE,
	    .clean_exit = 1 },
	[OUTCOME_RELEASED] = { .outcome = OUTCOME_RELEASED,
	    .name = "released",
	    .mail = MAIL_SPOOL,
	    .mail_exit = EX_OK,
	    .folder = FOLDER_SPOOL,
	    .clean_exit = EX_OK },
	[OUTCOME_BLOCKED] = { .outcome = OUTCOME_BLOCKED,
	    .name = "blocked",
	    .mail = MAIL_STORE_AND_NOTE,
	    .mail_may_reject = 1,
	    .mail_exit = EX_OK,
	    .folder = FOLDER_QUARANTINE_MARKED,
	    .clean_exit = 1 },
	[OUTCOME_TEMPORARY] = { .outcome = OUTCOME_TEMPORARY,
	    .name = "temporary",
	    .mail = MAIL_TEMPFAIL,
	    .mail_exit = EX_TEMPFAIL,
	    .folder = FOLDER_LEAVE_RETRY,
	    .clean_exit = EX_TEMPFAIL },
	[OUTCOME_INTERNAL] = { .outcome = OUTCOME_INTERNAL,
	    .name = "internal",
	    .mail = MAIL_TEMPFAIL,
	    .mail_log_internal = 1,
	    .mail_exit = EX_TEMPFAIL,
	    .folder = FOLDER_LEAVE,
	    .clean_exit = EX_SOFTWARE },
};

const struct outcome_row *
outcome_row(enum outcome o)
{
	if ((unsigned)o >= OUTCOME_COUNT)
		o = OUTCOME_INTERNAL;
	return &rows[o];
}

enum outcome
outcome_of(enum verdict v, int err)
{
	switch (err) {
	case 0:
		break;
	case ERR_IO:
	case ERR_NOMEM:
	case ERR_LIMIT:
		return OUTCOME_TEMPORARY;
	default:
		return OUTCOME_INTERNAL;
	}
	switch (v) {
	case VERDICT_RELEASED:
		return OUTCOME_RELEASED;
	case VERDICT_BLOCKED:
		return OUTCOME_BLOCKED;
	case VERDICT_HELD:
		break;
	}
	return OUTCOME_HELD;
}

enum outcome
outcome_worse(enum outcome a, enum outcome b)
{
	static const int rank[OUTCOME_COUNT] = {
		[OUTCOME_RELEASED] = 0,
		[OUTCOME_HELD] = 1,
		[OUTCOME_BLOCKED] = 2,
		[OUTCOME_TEMPORARY] = 3,
		[OUTCOME_INTERNAL] = 4,
	};

	a = outcome_row(a)->outcome;
	b = outcome_row(b)->outcome;
	return rank[a] >= rank[b] ? a : b;
}
