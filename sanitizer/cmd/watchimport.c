/*
 * Originals that cross unsanitised (quarantine/import.h): when the last of
 * those who must agree has agreed, the release is ours. Each condition is
 * looked at again by import_release(); one that is denied is not tried again
 * before the rules change or the next start.
 */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "cmd/watch.h"
#include "quarantine/import.h"
#include "quarantine/notify.h"

static bool
was_denied(const struct watch *s, const char *request)
{
	for (size_t i = 0; i < s->n_denied; i++)
		if (strcmp(s->denied[i], request) == 0)
			return true;
	return false;
}

static void
deny(struct watch *s, const struct request *q, const char *no)
{
	log_warn(_("%s: the original does not cross: %s"), q->transfer,
	    no[0] != '\0' ? gettext(no) : cli_err(ERR_DENIED));
	if (s->n_denied == WATCH_ASIDE)
		s->n_denied = 0;
	memcpy(s->denied[s->n_denied++], q->id, RECORD_ID_BYTES);
}

static int
release(void *arg, const struct request *q)
{
	struct watch *s = arg;
	const struct import_setup setup = { .people = s->people,
		.quarantine = s->state.quarantine,
		.spool = s->spool,
		.rules = s->rules,
		.who = "sekisho-watch" };
	char no[POLICY_WHY_BYTES];
	struct import_done d;
	int e;

	if (was_denied(s, q->id))
		return 0;
	e = import_release(&setup, q->transfer, &d, no);
	/* What is wrong with one of them stops nothing else. */
	if (e == ERR_DENIED || e == ERR_MALFORMED || e == ERR_INTERNAL) {
		deny(s, q, no);
		return 0;
	}
	if (e == ERR_EXIST || e == ERR_NOENT) /* somebody else did */
		return 0;
	if (e != 0)
		return e;
	log_warn(_("%s: the original crossed UNSANITISED as %s (parcel %llu)"),
	    q->transfer, d.name, (unsigned long long)d.parcel);
	notify_import(s->policy, q->transfer, &d);
	s->sender.is_unsent = true;
	return watch_say(s, q->transfer);
}

int
watch_imports(struct watch *s)
{
	watch_flush(s);
	return approve_imports(s->people, release, s);
}
