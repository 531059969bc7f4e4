/* sekisho quarantine import: asking for an original, and its release. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cmd/quarantine.h"
#include "core/event.h"
#include "quarantine/import.h"
#include "quarantine/notify.h"

static int
refused(const char *id, int e, const char *no)
{
	if (e == ERR_EXIST)
		log_error(_("%s: a request is open already"), id);
	else if (no[0] != '\0')
		log_error(_("%s: refused: %s"), id, gettext(no));
	else
		log_error("%s: %s", id, cli_err(e));
	return e == ERR_DENIED || e == ERR_EXIST ? STATUS_NOT_ALL
						 : cli_status(e);
}

static int
ask(const struct import_ask *a, const struct import_setup *s, const char *id)
{
	char no[POLICY_WHY_BYTES];
	struct request q;
	int e;

	e = import_ask(s, id, a->login != NULL ? a->login : cli_who(), a->why,
	    &q, no);
	if (e != 0)
		return refused(id, e, no);
	printf(_("%s: asked for (request %s); two approvers of different "
		 "departments must agree until %s; then the watcher puts it "
		 "into the spool\n"),
	    id, q.id, q.expires);
	notify_request(a->policy, a->st->people, EVENT_UNSANITISED_ASKED, &q);
	return STATUS_OK;
}

static int
release(const struct import_ask *a, struct import_setup *s, const char *id)
{
	char no[POLICY_WHY_BYTES];
	struct import_done d;
	int e;

	e = spool_open(a->policy->state_dir, &a->st->keys, &s->spool);
	if (e != 0) {
		log_error(_("%s: the spool cannot be opened: %s"),
		    a->policy->state_dir, cli_err(e));
		return cli_status(e);
	}
	e = import_release(s, id, &d, no);
	spool_close(s->spool);
	if (e != 0)
		return refused(id, e, no);
	printf(_("%s: the original is in the spool, UNSANITISED, as %s "
		 "(parcel %llu)\n"),
	    id, d.name, (unsigned long long)d.parcel);
	notify_import(a->policy, id, &d);
	return STATUS_OK;
}

int
quarantine_import(const struct import_ask *a, const char *id)
{
	struct import_setup s = { .people = a->st->people,
		.quarantine = a->st->quarantine,
		.who = cli_who() };
	struct ruleset *rules;
	int status;

	if ((status = quarantine_rules(a->policy, &rules)) != 0)
		return status;
	s.rules = rules;
	status = a->release ? release(a, &s, id) : ask(a, &s, id);
	rules_free(rules);
	return status;
}
