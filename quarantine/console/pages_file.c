/* One file of one's own: what became of it and why, its password, a hurry. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "core/event.h"
#include "quarantine/console/pages.h"
#include "quarantine/console/passjob.h"
#include "quarantine/import.h"
#include "quarantine/urge.h"

/* Somebody else's does not exist. */
static int
own_transfer(struct visit *v, struct transfer *t)
{
	int e = transfer_get(v->site->people, visit_arg(v, 0), t);

	if (e != 0)
		return e;
	if (strcmp(t->login, v->account.login) == 0)
		return 0;
	transfer_done(t);
	return ERR_NOENT;
}

static const char *
meaning(struct visit *v, enum transfer_state state)
{
	static const char *const all[TRANSFER_STATES] = {
		[TRANSFER_RECEIVED] = N_("It waits for its turn."),
		[TRANSFER_WORKING] = N_("It is being checked and rebuilt."),
		[TRANSFER_PASSWORD] =
		    N_("It is locked with a password, so it was not delivered. "
		       "The original is kept in quarantine."),
		[TRANSFER_APPROVAL] =
		    N_("It was sanitised and waits for an approver."),
		[TRANSFER_RELEASED] =
		    N_("The sanitised file was delivered to your department's "
		       "folder inside."),
		[TRANSFER_HELD] =
		    N_("It could not be proved safe, so it was not delivered. "
		       "The original is kept in quarantine."),
		[TRANSFER_BLOCKED] =
		    N_("This kind of file may not be brought in. The original "
		       "is kept in quarantine."),
		[TRANSFER_REJECTED] =
		    N_("An approver did not agree, so it was not delivered."),
		[TRANSFER_EXPIRED] =
		    N_("Nobody agreed in time, so it was not delivered."),
	};

	return tr(v, all[state < TRANSFER_STATES ? state : TRANSFER_HELD]);
}

static void
reason_and_next(struct visit *v, const struct transfer *t)
{
	enum verdict verdict =
	    t->state == TRANSFER_BLOCKED ? VERDICT_BLOCKED : VERDICT_HELD;
	struct html *h = &v->page;

	switch (t->state) {
	case TRANSFER_HELD:
	case TRANSFER_BLOCKED:
		html_open(h, "dl", NULL);
		page_fact(v, tr(v, "Reason"),
		    words_reason(t->reason_err, verdict, v->lang));
		page_fact(v, tr(v, "What to do"),
		    words_next(t->reason_err, verdict, v->lang));
		html_close(h);
		break;
	case TRANSFER_REJECTED:
	case TRANSFER_EXPIRED:
		if (t->reason[0] != '\0') {
			html_open(h, "dl", NULL);
			page_fact_data(v, tr(v, "Reason"), tr(v, t->reason));
			html_close(h);
		}
		html_el(h, "p",
		    tr(v, "If you need it, talk to the approver and bring it "
			  "in again."),
		    NULL);
		break;
	case TRANSFER_RECEIVED:
	case TRANSFER_WORKING:
	case TRANSFER_PASSWORD:
	case TRANSFER_APPROVAL:
	case TRANSFER_RELEASED:
	case TRANSFER_STATES:
	default:
		break;
	}
}

/* Shown while the watcher tries it; the answer is told once it is there. */
static void
password_box(struct visit *v, const struct transfer *t)
{
	char action[RECORD_ID_BYTES + 32], say[WATCHSOCK_SAY_BYTES];
	enum passjob job;

	if (t->state != TRANSFER_PASSWORD && t->state != TRANSFER_WORKING)
		return;
	job = passjob_ask(t->id, v->account.login, say);
	if (job == PASSJOB_RUNS) {
		page_notice(v, NOTICE_NOTE,
		    tr(v, "The password is being tried. One moment..."));
		return;
	}
	if (t->state != TRANSFER_PASSWORD)
		return;
	if (job == PASSJOB_FAILED)
		page_notice(v, NOTICE_ERROR,
		    say[0] != '\0' ? tr(v, say)
				   : tr(v, "The password does not fit."));
	snprintf(action, sizeof(action), "/transfers/%s/password", t->id);
	page_form(v, action);
	page_input(v, tr(v, "Password of the file"), "password", "text", NULL,
	    tr(v, "As the sender told it. It is used once and not kept."),
	    "autocomplete", "off", "autocapitalize", "none", "spellcheck",
	    "false", "required", "", "autofocus", "", NULL);
	page_button(v, tr(v, "Open and deliver"), "");
	html_close(&v->page);
}

static void
urge_form(struct visit *v, const struct transfer *t)
{
	char action[RECORD_ID_BYTES + 32];

	snprintf(action, sizeof(action), "/transfers/%s/urge", t->id);
	html_open(&v->page, "details", NULL);
	html_el(&v->page, "summary", tr(v, "It cannot wait"), NULL);
	html_el(&v->page, "p",
	    tr(v, "In an emergency an approver or administrator can release "
		  "the sanitised file at once; it is reviewed afterwards."),
	    "class", "hint", NULL);
	page_form(v, action);
	page_input(v, tr(v, "Why it cannot wait"), "why", "text", NULL, NULL,
	    "required", "", "maxlength", "120", NULL);
	page_button(v, tr(v, "Ask for an emergency release"), "second");
	html_close(&v->page);
	html_close(&v->page);
}

/* One word of the rule: "@DEPARTMENT", or a login. */
static void
approver_name(struct visit *v, const char *word)
{
	struct account a;
	char text[RULES_DEPARTMENT_BYTES + 128];

	if (word[0] == '@') {
		snprintf(text, sizeof(text), tr(v, "approvers of %s"),
		    word + 1);
		html_data(&v->page, text);
	} else if (account_get(v->site->people, word, &a) == 0 &&
		   a.name[0] != '\0') {
		html_data(&v->page, a.name);
	} else {
		html_data(&v->page, word);
	}
}

/* Whom to ask when it takes long. */
static void
approvers(struct visit *v, const struct request *q)
{
	char list[RULES_LIST_BYTES + RULES_DEPARTMENT_BYTES], *word, *rest;
	struct html *h = &v->page;
	const char *sep = "";

	if (q->approvers[0] != '\0')
		snprintf(list, sizeof(list), "%s", q->approvers);
	else
		snprintf(list, sizeof(list), "@%s", q->department);
	html_el(h, "dt", tr(v, "Who may approve"), NULL);
	html_open(h, "dd", NULL);
	for (word = strtok_r(list, " ", &rest); word != NULL;
	     word = strtok_r(NULL, " ", &rest)) {
		html_text(h, sep);
		approver_name(v, word);
		sep = v->lang == WORDS_JA ? "、" : ", ";
	}
	html_close(h);
}

static int
approval_box(struct visit *v, const struct transfer *t)
{
	struct html *h = &v->page;
	struct rules rules;
	struct request q;
	struct urge urge;
	char text[64];
	int e;

	if (t->state != TRANSFER_APPROVAL)
		return 0;
	e = approve_of(v->site->people, t->id, REQUEST_RELEASE, &q);
	if (e != 0)
		return e == ERR_NOENT ? 0 : e;
	html_open(h, "dl", NULL);
	snprintf(text, sizeof(text), tr(v, "%u of %u have agreed"), q.agreed,
	    q.quorum);
	page_fact(v, tr(v, "Approval"), text);
	approvers(v, &q);
	html_el(h, "dt", tr(v, "Expires"), NULL);
	html_open(h, "dd", NULL);
	page_time(v, q.expires);
	html_close(h);
	html_close(h);
	e = urge_get(v->site->people, q.id, &urge);
	if (e == 0)
		page_notice(v, NOTICE_NOTE,
		    tr(v, "You asked for an emergency release. The approvers "
			  "were told."));
	console_rules(v->site, t->department, &rules);
	if (e == ERR_NOENT && rules.may_release_in_emergency &&
	    q.state == REQUEST_OPEN)
		urge_form(v, t);
	return e == ERR_NOENT ? 0 : e;
}

static void
summary(struct visit *v, const struct transfer *t)
{
	uint64_t before, seconds;
	struct html *h = &v->page;
	char text[128];

	html_open(h, "p", NULL);
	page_state(v, t->state);
	html_close(h);
	html_el(h, "p",
	    import_was(t)
		? tr(v, "The original was delivered as it is, not sanitised, "
			"after two approvers agreed.")
		: meaning(v, t->state),
	    NULL);
	if (t->state == TRANSFER_RECEIVED &&
	    transfer_position(v->site->people, t->id,
		v->site->policy.people_fast_bytes, &before, &seconds) == 0) {
		snprintf(text, sizeof(text),
		    tr(v, "%llu files before it, about %llu minutes"),
		    (unsigned long long)before,
		    (unsigned long long)(seconds + 59) / 60);
		html_el(h, "p", text, NULL);
	}
	reason_and_next(v, t);
	html_open(h, "dl", NULL);
	html_el(h, "dt", tr(v, "Received"), NULL);
	html_open(h, "dd", NULL);
	page_time(v, t->time);
	html_text(h, " · ");
	page_size(v, t->bytes);
	html_close(h);
	if (t->format[0] != '\0')
		page_fact(v, tr(v, "Kind of file"),
		    words_format(t->format, v->lang));
	if (t->result_path[0] != '\0') {
		html_el(h, "dt", tr(v, "Sanitised file"), NULL);
		html_open(h, "dd", NULL);
		html_data(h, t->result_path);
		html_text(h, " · ");
		page_size(v, t->result_bytes);
		html_close(h);
	}
	html_close(h);
}

/* Whether the page will say something else in a moment. */
static bool
is_moving(const struct visit *v, const struct transfer *t)
{
	char say[WATCHSOCK_SAY_BYTES];

	return t->state == TRANSFER_RECEIVED || t->state == TRANSFER_WORKING ||
	       (t->state == TRANSFER_PASSWORD &&
		   passjob_ask(t->id, v->account.login, say) == PASSJOB_RUNS);
}

/* Not while it moves: the page loads itself again, and every look at content
 * is a line of the log. */
static bool
shows_receipt(const struct visit *v, const struct transfer *t)
{
	return t->receipt != NULL && t->receipt[0] != '\0' && !is_moving(v, t);
}

static int
transfer_page(struct visit *v, const struct transfer *t)
{
	struct html *h = &v->page;
	const char *name = strrchr(t->path, '/');
	int e;

	/* The title goes through html_text(): the path is printable. */
	if (is_moving(v, t))
		v->refresh_s = 3;
	page_begin(v, name != NULL ? name + 1 : t->path);
	html_open(h, "div", "class", "card", NULL);
	summary(v, t);
	password_box(v, t);
	if ((e = approval_box(v, t)) == 0)
		e = original_box(v, t);
	html_close(h);
	if (shows_receipt(v, t))
		page_receipt(v, t->receipt);
	html_open(h, "p", NULL);
	html_el(h, "a", tr(v, "To my files"), "href", "/transfers", NULL);
	html_close(h);
	return e != 0 ? e : page_end(v);
}

int
mine_show(struct visit *v)
{
	struct transfer t = { 0 };
	int e;

	if ((e = own_transfer(v, &t)) != 0)
		return e;
	if (shows_receipt(v, &t))
		e = visit_audit(v, "receipt", t.id);
	if (e == 0)
		e = transfer_page(v, &t);
	transfer_done(&t);
	return e;
}

/* Back to the page of the file. */
static int
go_back(struct visit *v, enum notice kind, const char *key)
{
	char url[RECORD_ID_BYTES + 16];

	snprintf(url, sizeof(url), "/transfers/%.39s", visit_arg(v, 0));
	return visit_go(v, url, kind, key);
}

/* ---- the password */

int
mine_password(struct visit *v)
{
	const char *password = visit_field(v, "password");
	struct transfer t = { 0 };
	int e;

	if ((e = own_transfer(v, &t)) != 0)
		return e;
	if (t.state != TRANSFER_PASSWORD)
		e = go_back(v, NOTICE_NOTE,
		    N_("This file does not wait for a password any more."));
	else if (password[0] == '\0' || strpbrk(password, "\r\n") != NULL)
		e = go_back(v, NOTICE_ERROR, N_("Enter the password."));
	else {
		e = passjob_start(v->site->policy.state_dir, t.id,
		    v->account.login, password);
		if (e == 0 || e == ERR_EXIST)
			e = go_back(v, NOTICE_NOTE, NULL);
	}
	transfer_done(&t);
	return e;
}

/* ---- a hurry */

#define TOLD_MAX 16

struct told {
	struct people *people;
	const struct request *q;
	char mail[TOLD_MAX][MAILADDR_BYTES];
	const char *to[TOLD_MAX + 1];
	size_t n;
};

static int
add_approver(void *arg, const struct account *a)
{
	char for_login[ACCOUNT_LOGIN_BYTES], why[POLICY_WHY_BYTES];
	struct told *t = arg;

	if (t->n == TOLD_MAX || a->mail[0] == '\0' || !account_is_valid(a) ||
	    !approve_may(t->people, t->q, a, for_login, why))
		return 0;
	snprintf(t->mail[t->n], sizeof(t->mail[0]), "%s", a->mail);
	t->to[t->n] = t->mail[t->n];
	t->n++;
	return 0;
}

/* Those who may decide get a mail; the page of the request says it anyway. */
static void
tell_approvers(struct visit *v, const struct request *q)
{
	const struct event_field fields[] = { { "transfer", q->transfer },
		{ "request", q->id }, { "department", q->department },
		{ "login", q->login }, { "urgent", "yes" }, { NULL, NULL } };
	struct told t = { .people = v->site->people, .q = q };

	if (account_list(v->site->people, add_approver, &t) != 0 ||
	    event_raise(&v->site->policy, EVENT_APPROVAL_WAITING, fields,
		t.n > 0 ? t.to : NULL) != 0)
		log_error("the approvers of a request were not told");
}

int
mine_urge(struct visit *v)
{
	struct transfer t = { 0 };
	struct request q;
	int e;

	if ((e = own_transfer(v, &t)) != 0)
		return e;
	e = approve_of(v->site->people, t.id, REQUEST_RELEASE, &q);
	if (e == 0)
		e = urge_put(v->site->people, &q, v->account.login,
		    visit_field(v, "why"));
	if (e == 0)
		tell_approvers(v, &q);
	transfer_done(&t);
	switch (e) {
	case 0:
		return go_back(v, NOTICE_DONE, NULL);
	case ERR_EXIST:
		return go_back(v, NOTICE_NOTE, NULL);
	case ERR_MALFORMED:
		return go_back(v, NOTICE_ERROR,
		    N_("Write in a few words why it cannot wait."));
	default:
		return e;
	}
}
