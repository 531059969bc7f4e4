/* "My files": what a person brought in, newest first, and what became of it. */
#include <stdio.h>
#include <string.h>

#include "quarantine/console/pages.h"
#include "quarantine/console/server.h"
#include "quarantine/import.h"

#define PER_PAGE 30

struct list {
	struct visit *v;
	struct transfer_line *line; /* read for the first that waits */
};

static int
position(struct list *l, const struct transfer *t, uint64_t *before,
    uint64_t *seconds)
{
	struct console *site = l->v->site;
	int e;

	if (l->line == NULL &&
	    (e = transfer_line_read(site->people,
		 site->policy.people_fast_bytes, &l->line)) != 0)
		return e;
	return transfer_line_at(l->line, site->people, t, before, seconds);
}

/* One sentence on what happens now, or what to do. */
static void
what_now(struct list *l, const struct transfer *t)
{
	uint64_t before = 0, seconds = 0;
	struct visit *v = l->v;
	char text[256];

	switch (t->state) {
	case TRANSFER_RECEIVED:
		if (position(l, t, &before, &seconds) != 0)
			return;
		if (seconds < 60)
			snprintf(text, sizeof(text),
			    tr(v, "%llu files before it, less than a minute"),
			    (unsigned long long)before);
		else
			snprintf(text, sizeof(text),
			    tr(v, "%llu files before it, about %llu minutes"),
			    (unsigned long long)before,
			    (unsigned long long)(seconds + 59) / 60);
		break;
	case TRANSFER_RELEASED:
		if (import_was(t))
			snprintf(text, sizeof(text), "%s",
			    tr(v, "Not sanitised: the original"));
		else if (t->findings == 0)
			snprintf(text, sizeof(text), "%s",
			    tr(v, "Nothing had to be removed"));
		else
			snprintf(text, sizeof(text),
			    tr(v, "%u things were removed or changed"),
			    t->findings);
		break;
	case TRANSFER_PASSWORD:
		snprintf(text, sizeof(text), "%s",
		    tr(v, "Enter the password, and it goes on"));
		break;
	case TRANSFER_HELD:
	case TRANSFER_BLOCKED:
		snprintf(text, sizeof(text), "%s",
		    words_reason(t->reason_err,
			t->state == TRANSFER_BLOCKED ? VERDICT_BLOCKED
						     : VERDICT_HELD,
			v->lang));
		break;
	case TRANSFER_WORKING:
	case TRANSFER_APPROVAL:
	case TRANSFER_REJECTED:
	case TRANSFER_EXPIRED:
	case TRANSFER_STATES:
	default:
		return;
	}
	html_text(&v->page, " · ");
	html_text(&v->page, text);
}

static int
put_item(void *arg, const struct transfer *t)
{
	struct list *l = arg;
	struct visit *v = l->v;
	struct html *h = &v->page;
	char url[RECORD_ID_BYTES + 16];

	snprintf(url, sizeof(url), "/transfers/%s", t->id);
	html_open(h, "li", NULL);
	html_open(h, "div", "class", "top", NULL);
	html_open(h, "a", "class", "name", "href", url, NULL);
	html_data(h, t->path);
	html_close(h);
	page_state(v, t->state);
	html_close(h);
	html_open(h, "div", "class", "small", NULL);
	page_time(v, t->time);
	html_text(h, " · ");
	page_size(v, t->bytes);
	what_now(l, t);
	html_close(h);
	html_close(h);
	return 0;
}

static int
put_list(struct visit *v)
{
	struct transfer_filter f = { .login = v->account.login,
		.state = -1,
		.newest_first = true,
		.limit = PER_PAGE };
	uint64_t page = 1, total = 0, bytes;
	struct list l = { .v = v };
	const char *q = visit_field(v, "q");
	struct buf query;
	int e;

	if (visit_field(v, "page")[0] != '\0' &&
	    visit_number(v, "page", 1, 100000, &page) != 0)
		return ERR_MALFORMED;
	f.offset = (unsigned)(page - 1) * PER_PAGE;
	f.words = q[0] != '\0' ? q : NULL;
	if ((e = transfer_count(v->site->people, &f, &total, &bytes)) != 0)
		return e;
	html_open(&v->page, "div", "id", "mine", NULL);
	if (total == 0)
		html_el(&v->page, "p",
		    f.words != NULL ? tr(v, "Nothing was found.")
				    : tr(v, "You have brought nothing in yet."),
		    "class", "card", NULL);
	html_open(&v->page, "ul", "class", "list", NULL);
	e = transfer_list(v->site->people, &f, put_item, &l);
	transfer_line_free(l.line);
	html_close(&v->page);
	buf_init(&query, 64u << 10);
	if (f.words != NULL)
		page_query(&query, "q", q);
	page_pages(v, "/transfers", buf_cstr(&query), page, PER_PAGE, total);
	buf_done(&query);
	html_close(&v->page);
	return e;
}

static void
search(struct visit *v)
{
	struct html *h = &v->page;

	html_open(h, "form", "method", "get", "action", "/transfers", "class",
	    "find", "role", "search", NULL);
	page_input(v, tr(v, "Search by name"), "q", "search",
	    visit_field(v, "q"), NULL, NULL);
	page_button(v, tr(v, "Search"), "second");
	html_close(h);
}

int
mine_list(struct visit *v)
{
	int e;

	page_begin(v, tr(v, "My files"));
	html_open(&v->page, "p", "class", "actions", NULL);
	html_el(&v->page, "a", tr(v, "Bring in files"), "class", "button",
	    "href", "/upload", NULL);
	html_close(&v->page);
	search(v);
	html_open(&v->page, "div", "data-refresh", "/transfers/part", NULL);
	e = put_list(v);
	html_close(&v->page);
	return e != 0 ? e : page_end(v);
}

/* The list alone, for the script that keeps the page fresh. */
int
mine_part(struct visit *v)
{
	int e;

	html_clear(&v->page);
	e = put_list(v);
	return e != 0 ? e : html_end(&v->page);
}
