/*
 * What the events of the audit log are called.
 */
#include <stdio.h>
#include <string.h>

#include "quarantine/console/pages.h"

/* Events as docs/audit.md names them, and what people call them. */
static const struct {
	const char *event, *word;
} events[] = {
	{ "received", N_("file taken in") },
	{ "release", N_("about to be released") },
	{ "released", N_("released") },
	{ "hold", N_("held") },
	{ "block", N_("blocked") },
	{ "waiting", N_("waits for approval") },
	{ "settled", N_("transfer settled") },
	{ "again", N_("works on it again") },
	{ "lost", N_("file lost") },
	{ "request", N_("approval asked for") },
	{ "urged", N_("hurry asked for") },
	{ "decision", N_("decision of an approver") },
	{ "emergency", N_("release in an emergency") },
	{ "expired", N_("request expired") },
	{ "reopened", N_("request open again") },
	{ "unsanitised", N_("original brought in unsanitised") },
	{ "unsanitised-sealed", N_("unsanitised original sealed") },
	{ "view", N_("content looked at") },
	{ "show", N_("receipt in quarantine looked at") },
	{ "read", N_("original read for another run") },
	{ "dispose", N_("original about to be destroyed") },
	{ "disposed", N_("original destroyed") },
	{ "sign-in", N_("signed in") },
	{ "sign-in refused", N_("sign-in refused") },
	{ "account", N_("account changed") },
	{ "accounts", N_("accounts imported") },
	{ "password", N_("password set") },
	{ "console", N_("page of the console looked at") },
	{ "send", N_("parcels sent") },
	{ "deliver", N_("about to be delivered") },
	{ "delivered", N_("delivered") },
	{ "refuse", N_("refused on the inner side") },
	{ "look-back", N_("look back") },
	{ "selfcheck", N_("self-check") },
	{ "tidy", N_("tidying") },
	{ "backup", N_("copy of the state made") },
	{ "restored", N_("state restored") },
	{ "mail-stopped", N_("taking of mail stopped") },
	{ "mail-resumed", N_("taking of mail resumed") },
	{ "audit-removed", N_("old file of the log removed") },
	{ "recovered", N_("torn line set aside") },
	{ "checkpoint", N_("signed check-point") },
};

#define N_EVENTS (sizeof(events) / sizeof(events[0]))

void
event_called(const struct visit *r, const char *name, char out[192])
{
	for (size_t i = 0; i < N_EVENTS; i++)
		if (strcmp(events[i].event, name) == 0) {
			snprintf(out, 192, "%s (%.63s)", tr(r, events[i].word),
			    name);
			return;
		}
	snprintf(out, 192, "%.191s", name);
}

void
event_choices(const struct visit *r, const char *chosen,
    struct page_choice out[EVENT_CHOICES])
{
	bool is_known = chosen[0] == '\0';
	size_t n = 0;

	_Static_assert(N_EVENTS + 3 <= EVENT_CHOICES, "room for all");
	out[n++] = (struct page_choice){ "", tr(r, N_("all")) };
	for (size_t i = 0; i < N_EVENTS; i++) {
		out[n++] = (struct page_choice){ events[i].event,
			tr(r, events[i].word) };
		is_known |= strcmp(events[i].event, chosen) == 0;
	}
	if (!is_known)
		out[n++] = (struct page_choice){ chosen, chosen };
	out[n] = (struct page_choice){ NULL, NULL };
}

const char *
what_called(const struct visit *r, const char *what)
{
	static const struct {
		const char *what, *word;
	} all[] = {
		{ "request", N_("request for approval") },
		{ "receipt", N_("receipt") },
		{ "page", N_("picture of a page") },
		{ "text", N_("text") },
		{ "audit-search", N_("search of the log") },
		{ "audit-export", N_("download of the log") },
		{ "audit-verify", N_("verification of the log") },
		{ "month", N_("monthly report") },
		{ "dry-run", N_("dry run of a policy") },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i].what, what) == 0)
			return tr(r, all[i].word);
	return what;
}
