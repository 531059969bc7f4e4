/*
 * The administrator's pages of the quarantine: what is held and why, its
 * receipt, another run, disposal. The original itself is not shown.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "quarantine/console/pages.h"
#include "quarantine/console/tool.h"

#define PER_PAGE 50

struct list {
	struct visit *v;
	const char *words, *department, *show;
	struct quarantine_item *all;
	size_t n, size;
};

static const char *const columns[] = { N_("File"), N_("State"), N_("Reason"),
	N_("Department"), N_("From"), N_("Size"), N_("Time") };

#define N_COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* Why it is held, in the reader's language: the receipt has both. */
static void
reason(struct visit *v, const struct quarantine_item *q)
{
	char *text = NULL, plain[3 * RECORD_REASON_BYTES];
	const char *said = NULL;
	json_t *o = NULL;

	if (q->verdict == VERDICT_RELEASED) {
		html_text(&v->page,
		    tr(v, N_("Delivered; the original is kept for a later "
			     "look.")));
		return;
	}
	if (v->lang == WORDS_JA &&
	    quarantine_receipt(v->site->quarantine, q->id, &text) == 0 &&
	    text != NULL && (o = json_loads(text, 0, NULL)) != NULL)
		said = json_string_value(json_object_get(o, "reason_ja"));
	words_detail(tr(v, q->reason), v->lang, plain, sizeof(plain));
	html_data(&v->page, said != NULL && said[0] != '\0' ? said : plain);
	json_decref(o);
	free(text);
}

/* Held when it came, and crossed since: its password came, it ran again. */
static void
crossed_since(struct visit *v, const struct quarantine_item *q)
{
	struct transfer t;

	if (q->verdict == VERDICT_RELEASED ||
	    transfer_get(v->site->people, q->id, &t) != 0)
		return;
	if (t.state == TRANSFER_RELEASED) {
		html_text(&v->page, " ");
		page_state(v, t.state);
	}
	transfer_done(&t);
}

static void
state(struct visit *v, const struct quarantine_item *q)
{
	if (q->state == QUARANTINE_DISPOSED)
		html_el(&v->page, "span", tr(v, N_("destroyed")), "class",
		    "tag off", NULL);
	else
		html_el(&v->page, "span", words_verdict(q->verdict, v->lang),
		    "class",
		    q->verdict == VERDICT_BLOCKED ? "tag attack"
		    : q->verdict == VERDICT_HELD  ? "tag hiding"
						  : "tag",
		    NULL);
	crossed_since(v, q);
}

static int
add(void *arg, const struct quarantine_item *q)
{
	struct list *l = arg;
	struct quarantine_item *more;

	if (l->n == l->size) {
		size_t size = l->size == 0 ? 64 : 2 * l->size;

		more = reallocarray(l->all, size, sizeof(*more));
		if (more == NULL)
			return ERR_NOMEM;
		l->all = more;
		l->size = size;
	}
	l->all[l->n++] = *q;
	return 0;
}

static void
row(struct visit *v, const struct quarantine_item *q)
{
	struct html *h = &v->page;
	char path[128];

	snprintf(path, sizeof(path), "/quarantine/%s", q->id);
	html_open(h, "tr", NULL);
	html_open(h, "th", "scope", "row", NULL);
	html_open(h, "a", "href", path, NULL);
	html_data(h, q->name[0] != '\0' ? q->name : q->id);
	html_close(h);
	html_close(h);
	html_open(h, "td", "data-label", tr(v, columns[1]), NULL);
	state(v, q);
	html_close(h);
	html_open(h, "td", "data-label", tr(v, columns[2]), NULL);
	reason(v, q);
	html_close(h);
	html_open(h, "td", "data-label", tr(v, columns[3]), NULL);
	html_data(h, q->department);
	html_close(h);
	html_open(h, "td", "data-label", tr(v, columns[4]), NULL);
	html_data(h, q->source_from);
	html_close(h);
	html_open(h, "td", "class", "number", "data-label", tr(v, columns[5]),
	    NULL);
	page_size(v, q->bytes);
	html_close(h);
	html_open(h, "td", "data-label", tr(v, columns[6]), NULL);
	page_time(v, q->time);
	html_close(h);
	html_close(h);
}

static void
table(struct list *l, uint64_t page)
{
	struct visit *v = l->v;
	struct html *h = &v->page;
	size_t from = (size_t)(page - 1) * PER_PAGE;

	html_open(h, "div", "class", "scroll", NULL);
	html_open(h, "table", "class", "cards", NULL);
	html_open(h, "thead", NULL);
	html_open(h, "tr", NULL);
	for (size_t i = 0; i < N_COLUMNS; i++)
		html_el(h, "th", tr(v, columns[i]), "scope", "col", NULL);
	html_close(h);
	html_close(h);
	html_open(h, "tbody", NULL);
	for (size_t i = from; i < l->n && i < from + PER_PAGE; i++)
		row(v, &l->all[l->n - 1 - i]);
	html_close(h);
	html_close(h);
	html_close(h);
}

static int
show_list(struct list *l, uint64_t page)
{
	struct visit *v = l->v;
	const struct page_choice choices[] = {
		{ "", tr(v, N_("held")) },
		{ "all", tr(v, N_("held and destroyed")) },
		{ "disposed", tr(v, N_("destroyed")) },
		{ "kept", tr(v, N_("originals kept of delivered files")) },
		{ NULL, NULL },
	};
	struct html *h = &v->page;
	struct buf q;

	page_begin(v, tr(v, N_("Quarantine")));
	html_open(h, "form", "method", "get", "action", "/quarantine", "class",
	    "find", NULL);
	page_input(v, tr(v, N_("Words (name, sender, reason, id)")), "words",
	    "search", l->words, NULL, NULL);
	page_input(v, tr(v, N_("Department")), "department", "text",
	    l->department, NULL, NULL);
	page_select(v, tr(v, N_("Show")), "show", choices, l->show, NULL);
	page_button(v, tr(v, N_("Search")), "");
	html_close(h);
	if (l->n == 0)
		html_el(h, "p", tr(v, N_("Nothing is held here.")), NULL);
	else
		table(l, page);
	buf_init(&q, 65536);
	page_query(&q, "words", l->words);
	if (buf_puts(&q, "&") != 0)
		h->err = ERR_NOMEM;
	page_query(&q, "department", l->department);
	if (buf_puts(&q, "&") != 0)
		h->err = ERR_NOMEM;
	page_query(&q, "show", l->show);
	page_pages(v, "/quarantine", buf_cstr(&q), page, PER_PAGE, l->n);
	buf_done(&q);
	return page_end(v);
}

int
quarantine_items(struct visit *v)
{
	struct list l = { .v = v,
		.words = visit_field(v, "words"),
		.department = visit_field(v, "department"),
		.show = visit_field(v, "show") };
	const struct quarantine_filter f = {
		.department = l.department[0] == '\0' ? NULL : l.department,
		.words = l.words[0] == '\0' ? NULL : l.words,
		.with_disposed = strcmp(l.show, "disposed") == 0 ? 2
				 : strcmp(l.show, "all") == 0	 ? 1
								 : 0,
		.kept = strcmp(l.show, "kept") == 0 ? 2 : 0,
	};
	uint64_t page = 1;
	int e = 0;

	if (visit_field(v, "page")[0] != '\0')
		e = visit_number(v, "page", 1, 1000000, &page);
	if (e == 0)
		e = quarantine_list(v->site->quarantine, &f, add, &l);
	if (e == 0)
		e = show_list(&l, page);
	free(l.all);
	return e;
}

/* ---- one item */

static void
actions(struct visit *v, const struct quarantine_item *q)
{
	struct html *h = &v->page;
	char path[128];
	int status;

	html_el(h, "h2", tr(v, N_("What to do with it")), NULL);
	if (tool_runs(TOOL_RERUN, &status))
		page_notice(v, NOTICE_NOTE,
		    tr(v, N_("A run is under way; load this page again in a "
			     "moment.")));
	snprintf(path, sizeof(path), "/quarantine/%s/rerun", q->id);
	page_form(v, path);
	html_el(h, "p",
	    tr(v, N_("Run it again with this version and today's policy. It "
		     "crosses only when it comes out clean, and the rules of "
		     "the department hold as before.")),
	    NULL);
	page_button(v, tr(v, N_("Run again")), "second");
	html_close(h);
	snprintf(path, sizeof(path), "/quarantine/%s/dispose", q->id);
	html_open(h, "details", "class", "danger", NULL);
	html_el(h, "summary", tr(v, N_("Destroy the original")), NULL);
	page_form(v, path);
	html_el(h, "p",
	    tr(v, N_("Its key is destroyed; nobody can read it again. Who, "
		     "when and why are recorded.")),
	    NULL);
	page_area(v, tr(v, N_("Reason")), "why", "", NULL, 2);
	page_button(v, tr(v, N_("Destroy")), "danger");
	html_close(h);
	html_close(h);
}

static int
show(struct visit *v, const struct quarantine_item *q)
{
	char size[16];

	page_begin(v, tr(v, N_("Item in quarantine")));
	html_open(&v->page, "dl", NULL);
	page_fact_data(v, tr(v, N_("File")), q->name);
	html_el(&v->page, "dt", tr(v, N_("State")), NULL);
	html_open(&v->page, "dd", NULL);
	state(v, q);
	html_close(&v->page);
	html_el(&v->page, "dt", tr(v, N_("Reason")), NULL);
	html_open(&v->page, "dd", NULL);
	reason(v, q);
	html_close(&v->page);
	page_fact_data(v, tr(v, N_("Department")), q->department);
	page_fact_data(v, tr(v, N_("From")), q->source_from);
	page_fact(v, tr(v, N_("Format")), words_format(q->format, v->lang));
	words_size(q->bytes, size, sizeof(size));
	page_fact(v, tr(v, N_("Size")), size);
	page_fact(v, "SHA-256", q->sha256);
	page_fact(v, "ID", q->id);
	if (q->state == QUARANTINE_DISPOSED) {
		char when[40];

		words_time(q->disposed_time, when, sizeof(when));
		page_fact(v, tr(v, N_("Destroyed on")), when);
		page_fact_data(v, tr(v, N_("Destroyed by")), q->disposed_by);
		page_fact_data(v, tr(v, N_("Why")), q->disposed_why);
		page_fact(v, tr(v, N_("How")),
		    tr(v,
			N_("key destroyed, then the encrypted file removed")));
	}
	html_close(&v->page);
	page_receipt(v, q->receipt);
	if (q->state == QUARANTINE_STORED)
		actions(v, q);
	return page_end(v);
}

int
quarantine_item(struct visit *v)
{
	struct quarantine_item q = { .receipt = NULL };
	int e = quarantine_show(v->site->quarantine, visit_arg(v, 0),
	    v->account.login, &q);

	if (e == 0)
		e = show(v, &q);
	free(q.receipt);
	return e;
}

static int
back(struct visit *v, enum notice n, const char *key)
{
	char path[128];

	snprintf(path, sizeof(path), "/quarantine/%s", visit_arg(v, 0));
	return visit_go(v, path, n, key);
}

int
quarantine_rerun(struct visit *v)
{
	const char *const policy = v->site->policy_file;
	const char *const args[] = { "quarantine", "rerun", visit_arg(v, 0),
		policy != NULL ? "--policy" : NULL, policy, NULL };
	struct quarantine_item q = { .receipt = NULL };
	int e = quarantine_show(v->site->quarantine, visit_arg(v, 0),
	    v->account.login, &q);

	free(q.receipt);
	if (e != 0)
		return e;
	e = tool_start(v->site, TOOL_RERUN, v->account.login, args);
	if (e == ERR_EXIST)
		return back(v, NOTICE_NOTE,
		    N_("Another run is under way; try again in a moment."));
	if (e != 0)
		return e;
	return back(v, NOTICE_DONE,
	    N_("It runs again. What comes of it stands here and in the log."));
}

int
quarantine_destroy(struct visit *v)
{
	const char *why = visit_field(v, "why");
	int e;

	if (why[strspn(why, " \r\n\t")] == '\0')
		return back(v, NOTICE_ERROR,
		    N_("A disposal needs its reason."));
	e = quarantine_dispose(v->site->quarantine, visit_arg(v, 0),
	    v->account.login, why);
	if (e != 0)
		return e;
	return visit_go(v, "/quarantine", NOTICE_DONE,
	    N_("The original is destroyed."));
}
