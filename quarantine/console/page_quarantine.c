/*
 * The administrator's pages of the quarantine: what is held and why, its
 * receipt, another run, disposal. The original itself is not shown.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "quarantine/console/pages.h"
#include "quarantine/console/tool.h"

#define PER_PAGE 50

struct list {
	struct visit *v;
	const char *words;
	struct quarantine_item *all;
	size_t n, size;
};

static bool
has_words(const struct quarantine_item *q, const char *words)
{
	return words[0] == '\0' || strcasestr(q->name, words) != NULL ||
	       strcasestr(q->source_from, words) != NULL ||
	       strcasestr(q->reason, words) != NULL ||
	       strcmp(q->id, words) == 0;
}

static int
add(void *arg, const struct quarantine_item *q)
{
	struct list *l = arg;
	struct quarantine_item *more;

	if (!has_words(q, l->words))
		return 0;
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
	html_el(h, "td", words_verdict(q->verdict, v->lang), NULL);
	html_el(h, "td", tr(v, q->reason), NULL);
	html_open(h, "td", NULL);
	html_data(h, q->department);
	html_close(h);
	html_open(h, "td", NULL);
	html_data(h, q->source_from);
	html_close(h);
	html_open(h, "td", "class", "number", NULL);
	page_size(v, q->bytes);
	html_close(h);
	html_open(h, "td", NULL);
	page_time(v, q->time);
	html_close(h);
	html_close(h);
}

static void
table(struct list *l, uint64_t page)
{
	static const char *const names[] = { N_("File"), N_("State"),
		N_("Reason"), N_("Department"), N_("From"), N_("Size"),
		N_("Time") };
	struct visit *v = l->v;
	struct html *h = &v->page;
	size_t from = (size_t)page * PER_PAGE;

	html_open(h, "div", "class", "scroll", NULL);
	html_open(h, "table", NULL);
	html_open(h, "thead", NULL);
	html_open(h, "tr", NULL);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		html_el(h, "th", tr(v, names[i]), "scope", "col", NULL);
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
show_list(struct list *l, const char *department, uint64_t page)
{
	struct visit *v = l->v;
	struct html *h = &v->page;
	struct buf q;

	page_begin(v, tr(v, N_("Quarantine")));
	html_open(h, "form", "method", "get", "action", "/quarantine", "class",
	    "find", NULL);
	page_input(v, tr(v, N_("Words (name, sender, reason, id)")), "words",
	    "search", l->words, NULL, NULL);
	page_input(v, tr(v, N_("Department")), "department", "text", department,
	    NULL, NULL);
	page_button(v, tr(v, N_("Search")), "");
	html_close(h);
	if (l->n == 0)
		html_el(h, "p", tr(v, N_("Nothing is held here.")), NULL);
	else
		table(l, page);
	buf_init(&q, 65536);
	page_query(&q, "words", l->words);
	page_query(&q, "department", department);
	page_pages(v, "/quarantine", buf_cstr(&q), page, PER_PAGE, l->n);
	buf_done(&q);
	return page_end(v);
}

int
quarantine_items(struct visit *v)
{
	const char *department = visit_field(v, "department");
	struct quarantine_filter f = {
		.department = department[0] == '\0' ? NULL : department
	};
	struct list l = { .v = v, .words = visit_field(v, "words") };
	uint64_t page = 0;
	int e = 0;

	if (visit_field(v, "page")[0] != '\0')
		e = visit_number(v, "page", 0, 1000000, &page);
	if (e == 0)
		e = quarantine_list(v->site->quarantine, &f, add, &l);
	if (e == 0)
		e = show_list(&l, department, page);
	free(l.all);
	return e;
}

/* ---- one item */

static void
actions(struct visit *v, const struct quarantine_item *q)
{
	struct html *h = &v->page;
	char path[128];

	html_el(h, "h2", tr(v, N_("What to do with it")), NULL);
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
	page_fact(v, tr(v, N_("State")), words_verdict(q->verdict, v->lang));
	page_fact_data(v, tr(v, N_("Reason")), tr(v, q->reason));
	page_fact_data(v, tr(v, N_("Department")), q->department);
	page_fact_data(v, tr(v, N_("From")), q->source_from);
	page_fact(v, tr(v, N_("Format")), words_format(q->format, v->lang));
	words_size(q->bytes, size, sizeof(size));
	page_fact(v, tr(v, N_("Size")), size);
	page_fact(v, "SHA-256", q->sha256);
	page_fact(v, "ID", q->id);
	if (q->state == QUARANTINE_DISPOSED) {
		page_fact_data(v, tr(v, N_("Destroyed by")), q->disposed_by);
		page_fact_data(v, tr(v, N_("Why")), q->disposed_why);
	}
	html_close(&v->page);
	html_el(&v->page, "h2", tr(v, N_("What was found")), NULL);
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
	const char *const args[] = { "quarantine", "rerun", visit_arg(v, 0),
		NULL };
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
