/*
 * Asking for a held file as it is, not sanitised: where the department's rules
 * allow it. import.h has the conditions; nothing is decided here.
 */
#include <stdio.h>
#include <string.h>

#include "quarantine/console/pages.h"
#include "quarantine/import.h"
#include "quarantine/notify.h"

static void
ask_form(struct visit *v, const struct transfer *t)
{
	char action[RECORD_ID_BYTES + 32];

	snprintf(action, sizeof(action), "/transfers/%s/original", t->id);
	html_open(&v->page, "details", NULL);
	html_el(&v->page, "summary",
	    tr(v, N_("It is needed as it is, not sanitised")), NULL);
	html_el(&v->page, "p",
	    tr(v, N_("Two approvers of different departments must agree. "
		     "Nothing is removed from it then, and everything about "
		     "it stands in the log.")),
	    "class", "hint", NULL);
	page_form(v, action);
	page_input(v, tr(v, N_("Why it is needed as it is")), "why", "text",
	    NULL, NULL, "required", "", "maxlength", "200", NULL);
	page_button(v, tr(v, N_("Ask for the original")), "danger");
	html_close(&v->page);
	html_close(&v->page);
}

static void
asked(struct visit *v, const struct request *q)
{
	static const char *const texts[] = {
		[REQUEST_OPEN] =
		    N_("You asked for the original. Approvers decide on it."),
		[REQUEST_APPROVED] = N_("The original was asked for, and the "
					"approvers agreed."),
		[REQUEST_REJECTED] = N_("The original was asked for, and an "
					"approver refused."),
		[REQUEST_EXPIRED] = N_("The original was asked for, and nobody "
				       "agreed in time."),
	};

	page_notice(v, NOTICE_NOTE,
	    tr(v, texts[q->state <= REQUEST_EXPIRED ? q->state
						    : REQUEST_EXPIRED]));
}

int
original_box(struct visit *v, const struct transfer *t)
{
	struct request q;
	struct rules r;
	int e;

	if (t->state != TRANSFER_HELD && t->state != TRANSFER_PASSWORD)
		return 0;
	e = approve_of(v->site->people, t->id, REQUEST_UNSANITISED, &q);
	if (e != 0 && e != ERR_NOENT)
		return e;
	if (e == 0)
		asked(v, &q);
	console_rules(v->site, t->department, &r);
	if (r.unsanitised_import && t->reason_err != ERR_BLOCKED &&
	    t->reason_err != ERR_INFECTED &&
	    (e == ERR_NOENT || q.state == REQUEST_REJECTED ||
		q.state == REQUEST_EXPIRED))
		ask_form(v, t);
	return 0;
}

static int
ask(struct visit *v, const struct transfer *t, struct request *q,
    char no[POLICY_WHY_BYTES])
{
	struct import_setup s = { .people = v->site->people,
		.quarantine = v->site->quarantine,
		.who = v->account.login };
	struct rules fresh;

	console_rules(v->site, t->department, &fresh); /* read again if due */
	s.rules = v->site->rules;
	return import_ask(&s, t->id, v->account.login, visit_field(v, "why"), q,
	    no);
}

int
mine_original(struct visit *v)
{
	char url[RECORD_ID_BYTES + 16], no[POLICY_WHY_BYTES] = "";
	struct transfer t;
	struct request q;
	int e;

	if ((e = transfer_get(v->site->people, visit_arg(v, 0), &t)) != 0)
		return e;
	e = strcmp(t.login, v->account.login) == 0 ? ask(v, &t, &q, no)
						   : ERR_NOENT;
	snprintf(url, sizeof(url), "/transfers/%s", t.id);
	transfer_done(&t);
	if (e == 0) {
		notify_request(&v->site->policy, v->site->people,
		    EVENT_UNSANITISED_ASKED, &q);
		return visit_go(v, url, NOTICE_DONE, NULL);
	}
	if (e == ERR_EXIST)
		return visit_go(v, url, NOTICE_NOTE,
		    N_("It is asked for already."));
	if (e == ERR_DENIED)
		return visit_go(v, url, NOTICE_ERROR,
		    N_("The original cannot be asked for: a reason is needed, "
		       "and the rules of the department must allow it."));
	return e;
}
