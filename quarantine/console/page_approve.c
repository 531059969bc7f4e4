/*
 * The approver's pages: what waits for a decision, and one request with the
 * safe rendering (pages as pictures, text) and the findings. The original is
 * never shown; the form carries the hash of what was seen.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quarantine/notify.h"
#include "quarantine/console/pages.h"
#include "quarantine/preview.h"

static const char *
kind_called(const struct visit *v, enum request_kind k)
{
	static const char *const names[] = {
		[REQUEST_RELEASE] = N_("Release of a sanitised file"),
		[REQUEST_REVIEW] = N_("Review of an emergency release"),
		[REQUEST_UNSANITISED] =
		    N_("Bringing in an original, not sanitised"),
	};

	return tr(v, names[k]);
}

static const char *
class_called(enum rules_class c)
{
	static const char *const names[] = { "-", "I", "II", "III" };

	return names[c <= CLASS_III ? c : CLASS_NONE];
}

/* ---- queue */

static const char *const queue_names[] = { N_("File"), N_("Request"),
	N_("From"), N_("Class"), N_("Size"), N_("Agreed"), N_("Asked"),
	N_("Expires") };

static void
queue_row(struct visit *v, const struct request *q, const struct transfer *t)
{
	struct html *h = &v->page;
	char path[128], n[48];

	snprintf(path, sizeof(path), "/approvals/%s", q->id);
	html_open(h, "tr", NULL);
	html_open(h, "th", "scope", "row", NULL);
	html_open(h, "a", "href", path, NULL);
	html_data(h, t->result_path[0] != '\0' ? t->result_path : t->path);
	html_close(h);
	html_close(h);
	html_open(h, "td", "data-label", tr(v, queue_names[1]), NULL);
	html_el(h, "span", kind_called(v, q->kind), "class",
	    q->kind == REQUEST_RELEASE ? "tag" : "tag attack", NULL);
	html_close(h);
	html_open(h, "td", "data-label", tr(v, queue_names[2]), NULL);
	html_data(h, t->department);
	html_text(h, " ");
	html_data(h, t->login);
	html_close(h);
	html_el(h, "td", class_called(t->class), "data-label",
	    tr(v, queue_names[3]), NULL);
	html_open(h, "td", "class", "number", "data-label",
	    tr(v, queue_names[4]), NULL);
	page_size(v,
	    q->kind == REQUEST_UNSANITISED ? t->bytes : t->result_bytes);
	html_close(h);
	snprintf(n, sizeof(n), "%u / %u", q->agreed, q->quorum);
	html_el(h, "td", n, "class", "number", "data-label",
	    tr(v, queue_names[5]), NULL);
	html_open(h, "td", "data-label", tr(v, queue_names[6]), NULL);
	page_time(v, q->time);
	html_close(h);
	html_open(h, "td", "data-label", tr(v, queue_names[7]), NULL);
	page_time(v, q->expires);
	html_close(h);
	html_close(h);
}

struct queue {
	struct visit *v;
	struct request *all;
	size_t n, size;
};

static int
queue_add(void *arg, const struct request *q)
{
	struct queue *k = arg;
	struct request *more;

	if (k->n == k->size) {
		size_t size = k->size == 0 ? 64 : 2 * k->size;

		if ((more = reallocarray(k->all, size, sizeof(*more))) == NULL)
			return ERR_NOMEM;
		k->all = more;
		k->size = size;
	}
	k->all[k->n++] = *q;
	return 0;
}

static int
queue_rows(struct queue *k)
{
	struct transfer t;
	int e;

	for (size_t i = 0; i < k->n; i++) {
		e = transfer_get(k->v->site->people, k->all[i].transfer, &t);
		if (e == ERR_NOENT)
			continue;
		if (e != 0)
			return e;
		queue_row(k->v, &k->all[i], &t);
		transfer_done(&t);
	}
	return 0;
}

static int
queue_table(struct queue *k)
{
	struct html *h = &k->v->page;
	int e;

	html_open(h, "div", "class", "scroll", NULL);
	html_open(h, "table", "class", "cards", NULL);
	html_open(h, "thead", NULL);
	html_open(h, "tr", NULL);
	for (size_t i = 0; i < sizeof(queue_names) / sizeof(queue_names[0]);
	     i++)
		html_el(h, "th", tr(k->v, queue_names[i]), "scope", "col",
		    NULL);
	html_close(h);
	html_close(h);
	html_open(h, "tbody", NULL);
	e = queue_rows(k);
	html_close(h);
	html_close(h);
	html_close(h);
	return e;
}

int
approvals_list(struct visit *v)
{
	struct queue k = { .v = v };
	bool sees_all = visit_has_role(v, ROLE_ADMINISTRATOR);
	int e = approve_list(v->site->people, sees_all ? NULL : &v->account,
	    queue_add, &k);

	if (e == 0) {
		page_begin(v, tr(v, N_("Approvals")));
		if (k.n == 0)
			html_el(&v->page, "p",
			    sees_all
				? tr(v, N_("No request is open."))
				: tr(v, N_("Nothing waits for your decision.")),
			    NULL);
		else
			e = queue_table(&k);
	}
	free(k.all);
	return e != 0 ? e : page_end(v);
}

/* ---- one request */

struct shown {
	struct request q;
	struct transfer t;
	struct account by;
	char for_login[ACCOUNT_LOGIN_BYTES];
	char why_not[POLICY_WHY_BYTES];
	bool may;
	bool sees_pages; /* decides or has decided */
};

struct mine {
	const char *login;
	bool is_found;
};

static int
is_mine(void *arg, const struct decision *d)
{
	struct mine *m = arg;

	m->is_found |= strcmp(d->login, m->login) == 0;
	return 0;
}

/* 0, or ERR_NOENT: this person did not. */
static int
has_decided(struct visit *v, const char *id)
{
	struct mine m = { .login = v->account.login };
	int e = approve_decisions(v->site->people, id, is_mine, &m);

	return e != 0 ? e : m.is_found ? 0 : ERR_NOENT;
}

/* ERR_NOENT for those who have nothing to do with it. An administrator sees
 * what is asked for (for an emergency), but not what the file says. */
static int
find(struct visit *v, bool shows_content, struct shown *s)
{
	int e;

	memset(s, 0, sizeof(*s));
	if ((e = approve_get(v->site->people, visit_arg(v, 0), &s->q)) != 0 ||
	    (e = transfer_get(v->site->people, s->q.transfer, &s->t)) != 0)
		return e;
	if (account_get(v->site->people, s->q.login, &s->by) != 0)
		snprintf(s->by.login, sizeof(s->by.login), "%s", s->q.login);
	s->may = approve_may(v->site->people, &s->q, &v->account, s->for_login,
	    s->why_not);
	s->sees_pages = s->may || (e = has_decided(v, s->q.id)) == 0;
	if (s->sees_pages ||
	    (!shows_content && visit_has_role(v, ROLE_ADMINISTRATOR)))
		return 0;
	transfer_done(&s->t);
	return e;
}

static int
decision_row(void *arg, const struct decision *d)
{
	struct visit *v = arg;
	struct html *h = &v->page;

	html_open(h, "li", NULL);
	html_el(h, "strong", tr(v, d->is_yes ? N_("approved") : N_("rejected")),
	    NULL);
	html_text(h, " ");
	html_data(h, d->login);
	if (d->for_login[0] != '\0') {
		html_text(h, " (");
		html_text(h, tr(v, N_("as deputy of: ")));
		html_data(h, d->for_login);
		html_text(h, ")");
	}
	if (d->is_emergency) {
		html_text(h, " ");
		html_el(h, "span", tr(v, N_("emergency")), "class",
		    "tag attack", NULL);
	}
	html_text(h, " ");
	page_time(v, d->time);
	html_text(h, " ");
	html_data(h, d->why);
	html_close(h);
	return 0;
}

static void
facts(struct visit *v, const struct shown *s)
{
	char n[64];

	html_open(&v->page, "dl", NULL);
	page_fact_data(v, tr(v, N_("File")),
	    s->t.result_path[0] != '\0' ? s->t.result_path : s->t.path);
	page_fact(v, tr(v, N_("Request")), kind_called(v, s->q.kind));
	page_fact_data(v, tr(v, N_("Asked by")),
	    s->by.name[0] != '\0' ? s->by.name : s->by.login);
	page_fact_data(v, tr(v, N_("Department")), s->t.department);
	page_fact(v, tr(v, N_("Class of information")),
	    class_called(s->t.class));
	page_fact(v, tr(v, N_("Format")), words_format(s->t.format, v->lang));
	if (s->q.why[0] != '\0')
		page_fact_data(v, tr(v, N_("Reason given")), s->q.why);
	page_urged(v, s->q.id);
	snprintf(n, sizeof(n), "%u / %u", s->q.agreed, s->q.quorum);
	page_fact(v, tr(v, N_("Agreed")), n);
	page_fact(v, tr(v, N_("SHA-256 of what crosses")), s->q.sha256);
	html_close(&v->page);
}

static void
pictures(struct visit *v, const struct request *q, const struct preview *p)
{
	struct html *h = &v->page;
	char path[128], alt[96];

	html_open(h, "div", "class", "previews", NULL);
	for (unsigned i = 1; i <= p->pages; i++) {
		snprintf(path, sizeof(path), "/approvals/%s/page/%u", q->id, i);
		snprintf(alt, sizeof(alt), "%s %u", tr(v, N_("Page")), i);
		html_open(h, "a", "href", path, NULL);
		html_open(h, "img", "src", path, "alt", alt, "loading", "lazy",
		    NULL);
		html_close(h);
	}
	html_close(h);
	if (p->is_cut)
		html_el(h, "p",
		    tr(v, N_("The document has more than is shown here.")),
		    NULL);
	if (!p->has_text)
		return;
	snprintf(path, sizeof(path), "/approvals/%s/text", q->id);
	html_open(h, "p", NULL);
	html_el(h, "a", tr(v, N_("Show the text")), "href", path, NULL);
	html_close(h);
}

static int
preview(struct visit *v, const struct shown *s)
{
	struct preview p;
	int e;

	html_el(&v->page, "h2", tr(v, N_("What it looks like")), NULL);
	if (s->q.kind == REQUEST_UNSANITISED) {
		page_notice(v, NOTICE_ERROR,
		    tr(v, N_("There is no safe rendering of an original. Agree "
			     "only when you know what it is and where it "
			     "comes from.")));
		return 0;
	}
	e = preview_get(v->site->people, s->t.id, &p);
	if (e == ERR_NOENT) {
		html_el(&v->page, "p",
		    tr(v,
			s->q.kind == REQUEST_REVIEW
			    ? N_("The file has crossed; its rendering is not "
				 "kept.")
			    : N_("The rendering is being made; load this page "
				 "again in a moment.")),
		    NULL);
		return 0;
	}
	if (e != 0)
		return e;
	if (p.why[0] != '\0')
		page_notice(v, NOTICE_NOTE, tr(v, p.why));
	pictures(v, &s->q, &p);
	return 0;
}

static void
decide_form(struct visit *v, const struct shown *s)
{
	struct html *h = &v->page;
	bool is_review = s->q.kind == REQUEST_REVIEW;
	char path[128];

	html_el(h, "h2", tr(v, N_("Your decision")), NULL);
	if (!s->may) {
		page_notice(v, NOTICE_NOTE, tr(v, s->why_not));
		return;
	}
	if (s->for_login[0] != '\0') {
		html_open(h, "p", NULL);
		html_text(h, tr(v, N_("You decide as the deputy of: ")));
		html_data(h, s->for_login);
		html_close(h);
	}
	snprintf(path, sizeof(path), "/approvals/%s", s->q.id);
	page_form(v, path);
	html_open(h, "input", "type", "hidden", "name", "sha256", "value",
	    s->q.sha256, NULL);
	page_area(v,
	    is_review ? tr(v, N_("Remark (needed when it was not right)"))
		      : tr(v, N_("Remark (needed for a rejection)")),
	    "why", "", NULL, 3);
	html_open(h, "p", "class", "actions", NULL);
	html_el(h, "button",
	    tr(v, is_review ? N_("It was right") : N_("Approve")), "type",
	    "submit", "name", "decision", "value", "yes", "class", "button",
	    NULL);
	html_el(h, "button",
	    tr(v, is_review ? N_("It was not right") : N_("Reject")), "type",
	    "submit", "name", "decision", "value", "no", "class",
	    "button danger", NULL);
	html_close(h);
	html_close(h);
}

static void
emergency_form(struct visit *v, const struct shown *s)
{
	struct html *h = &v->page;
	struct rules rules;
	char path[128];

	console_rules(v->site, s->t.department, &rules);
	if (!rules.may_release_in_emergency || s->q.kind != REQUEST_RELEASE ||
	    s->q.state != REQUEST_OPEN ||
	    strcmp(s->q.login, v->account.login) == 0)
		return;
	snprintf(path, sizeof(path), "/approvals/%s/emergency", s->q.id);
	html_open(h, "details", "class", "danger", NULL);
	html_el(h, "summary", tr(v, N_("Release in an emergency")), NULL);
	page_form(v, path);
	html_el(h, "p",
	    tr(v, N_("The sanitised file crosses at once. Others review it "
		     "afterwards, and your reason stands in the log.")),
	    NULL);
	page_area(v, tr(v, N_("Reason")), "why", "", NULL, 3);
	page_button(v, tr(v, N_("Release now")), "danger");
	html_close(h);
	html_close(h);
}

static int
show(struct visit *v, const struct shown *s)
{
	int e;

	page_begin(v, tr(v, N_("Request")));
	if (s->q.state != REQUEST_OPEN)
		page_notice(v, NOTICE_NOTE,
		    tr(v, N_("This request is settled.")));
	if (s->q.kind == REQUEST_UNSANITISED)
		page_notice(v, NOTICE_ERROR,
		    tr(v, N_("This is an original that was not sanitised. It "
			     "crosses as it is when two approvers of "
			     "different departments agree.")));
	facts(v, s);
	html_open(&v->page, "ul", NULL);
	e = approve_decisions(v->site->people, s->q.id, decision_row, v);
	html_close(&v->page);
	if (e == 0 && s->sees_pages)
		e = preview(v, s);
	page_receipt(v, s->t.receipt);
	if (s->q.state == REQUEST_OPEN) {
		decide_form(v, s);
		emergency_form(v, s);
	}
	return e != 0 ? e : page_end(v);
}

int
approvals_show(struct visit *v)
{
	struct shown s;
	int e;

	if ((e = find(v, false, &s)) != 0)
		return e;
	if ((e = visit_audit(v, "request", s.q.id)) == 0)
		e = show(v, &s);
	transfer_done(&s.t);
	return e;
}

int
approvals_page(struct visit *v)
{
	struct shown s;
	unsigned long n = strtoul(visit_arg(v, 1), NULL, 10);
	struct buf b;
	int e;

	if (n == 0 || n > PREVIEW_PAGES || (e = find(v, true, &s)) != 0)
		return ERR_NOENT;
	buf_init(&b, PREVIEW_PAGE_BYTES);
	if ((e = preview_page(v->site->people, s.t.id, (unsigned)n,
		 v->account.login, &b)) == 0)
		e = visit_bytes(v, "image/png", b.data, b.len, NULL);
	buf_done(&b);
	transfer_done(&s.t);
	return e;
}

/* Line by line: what is in a line is a stranger's, its end is not. */
static void
lines(struct html *h, char *text)
{
	char *next;

	for (; text != NULL; text = next) {
		if ((next = strchr(text, '\n')) != NULL)
			*next++ = '\0';
		for (char *s = text; *s != '\0'; s++)
			*s = *s == '\t' || *s == '\r' || *s == '\f' ? ' ' : *s;
		html_data(h, text);
		html_text(h, "\n");
	}
}

int
approvals_text(struct visit *v)
{
	char path[128];
	struct shown s;
	struct buf b;
	int e;

	if ((e = find(v, true, &s)) != 0)
		return e;
	buf_init(&b, PREVIEW_TEXT_BYTES + 1);
	if ((e = preview_text(v->site->people, s.t.id, v->account.login, &b)) ==
		0 &&
	    (e = buf_put(&b, "", 1)) == 0) {
		char *text = (char *)b.data;

		page_begin(v, tr(v, N_("Text of the file")));
		html_open(&v->page, "pre", "class", "out", NULL);
		lines(&v->page, text);
		html_close(&v->page);
		snprintf(path, sizeof(path), "/approvals/%s", s.q.id);
		html_el(&v->page, "a", tr(v, N_("Back to the request")), "href",
		    path, NULL);
		e = page_end(v);
	}
	buf_done(&b);
	transfer_done(&s.t);
	return e;
}

static int
back(struct visit *v, const char *id, const char *key)
{
	char path[128];

	snprintf(path, sizeof(path), "/approvals/%s", id);
	return visit_go(v, path, NOTICE_ERROR, key);
}

int
approvals_decide(struct visit *v)
{
	const char *what = visit_field(v, "decision"),
		   *text = visit_field(v, "why");
	char why[POLICY_WHY_BYTES] = "";
	enum request_state state;
	struct shown s;
	bool is_yes = strcmp(what, "yes") == 0;
	int e;

	if (!is_yes && strcmp(what, "no") != 0)
		return ERR_MALFORMED;
	if ((e = find(v, true, &s)) != 0)
		return e;
	transfer_done(&s.t);
	if (!is_yes && text[strspn(text, " \r\n\t")] == '\0')
		return back(v, s.q.id, N_("A rejection needs its reason."));
	e = approve_decide(v->site->people, s.q.id, &v->account,
	    visit_field(v, "sha256"), is_yes, text, &state, why);
	if (e == ERR_DENIED)
		return back(v, s.q.id, N_("This decision is not yours."));
	if (e == ERR_EXIST)
		return back(v, s.q.id,
		    N_("It is decided already, by you or by others."));
	if (e != 0)
		return e;
	return visit_go(v, "/approvals", NOTICE_DONE,
	    is_yes ? N_("Approved.") : N_("Rejected."));
}

int
approvals_emergency(struct visit *v)
{
	const char *text = visit_field(v, "why");
	char why[POLICY_WHY_BYTES] = "";
	struct rules rules;
	struct shown s;
	int e;

	if ((e = find(v, false, &s)) != 0)
		return e;
	console_rules(v->site, s.t.department, &rules);
	transfer_done(&s.t);
	if (text[strspn(text, " \r\n\t")] == '\0')
		return back(v, s.q.id,
		    N_("An emergency release needs its reason."));
	e = approve_emergency(v->site->people, s.q.id, &v->account, text,
	    &rules, why);
	if (e == ERR_DENIED || e == ERR_EXIST)
		return back(v, s.q.id,
		    N_("The rules do not allow this emergency release."));
	if (e != 0)
		return e;
	notify_transfer(&v->site->policy, v->site->people, EVENT_EMERGENCY,
	    s.q.transfer, REQUEST_REVIEW);
	return visit_go(v, "/approvals", NOTICE_DONE,
	    N_("Released in an emergency; a review follows."));
}
