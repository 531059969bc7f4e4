/* Inside of event: the mail of an event, and the words in it. */
#ifndef CORE_EVENTMAIL_H
#define CORE_EVENTMAIL_H

#include "core/event.h"

struct event_words {
	const char *ja, *en;	       /* what happened, one line */
	const char *next_ja, *next_en; /* what to do */
};

const struct event_words *event_words(enum event_kind);

/* Put the mail for each address into STATE/events/out/, unless one of this
 * kind went there lately. */
int eventmail_put(const struct policy *, enum event_kind,
    const struct event_field *, const char *const *to) MUST_CHECK;

/* Whether a name ("KIND.PLACE") was last used less than seconds ago; if not,
 * it is used now. *missed: how often it was asked for in between. */
int event_is_due(const struct policy *, const char *name, uint64_t seconds,
    bool *due, uint64_t *missed) MUST_CHECK;

/* Our own name as RFC 5424 and RFC 5321 take it. */
void event_host(char out[256]);

#endif
