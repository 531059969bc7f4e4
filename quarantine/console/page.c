/* The frame of every page, and the pieces that pages are made of. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "quarantine/console/console.h"
#include "quarantine/console/lang.h"
#include "quarantine/console/session.h"
#include "quarantine/urge.h"

const char *
tr(const struct visit *v, const char *key)
{
	return catalogue_say(v->site->words, v->lang, key);
}

static void
head(struct visit *v, const char *title)
{
	struct html *h = &v->page;
	char text[16];

	html_doctype(h);
	html_open(h, "html", "lang", lang_code(v->lang), NULL);
	html_open(h, "head", NULL);
	html_open(h, "meta", "charset", "utf-8", NULL);
	html_open(h, "meta", "name", "viewport", "content",
	    "width=device-width, initial-scale=1", NULL);
	html_open(h, "title", NULL);
	html_text(h, title);
	html_text(h, " - ");
	html_text(h, tr(v, "Sekisho"));
	html_close(h);
	html_open(h, "link", "rel", "stylesheet", "href", "/static/style.css",
	    NULL);
	html_open(h, "link", "rel", "icon", "href", "/static/icon.svg", "type",
	    "image/svg+xml", NULL);
	if (v->refresh_s > 0) {
		snprintf(text, sizeof(text), "%u", v->refresh_s);
		html_open(h, "meta", "http-equiv", "refresh", "content", text,
		    NULL);
	}
	html_el(h, "script", NULL, "src", "/static/console.js", "defer", "",
	    NULL);
	html_close(h);
}

/* The menu: the rows of the table that have a word for it. */
static void
menu(struct visit *v)
{
	struct html *h = &v->page;
	size_t n;
	const struct route *all = routes(&n);

	html_open(h, "nav", "aria-label", tr(v, "Menu"), NULL);
	html_open(h, "ul", NULL);
	for (size_t i = 0; i < n; i++) {
		bool is_here = v->route != NULL &&
			       strcmp(v->route->path, all[i].path) == 0;

		if (all[i].menu == NULL ||
		    !route_allows(&all[i], v->account.roles) ||
		    (v->account.must_change &&
			(all[i].flags & ROUTE_UNCHANGED) == 0))
			continue;
		html_open(h, "li", NULL);
		html_el(h, "a", tr(v, all[i].menu), "href", all[i].path,
		    "aria-current", is_here ? "page" : NULL, NULL);
		html_close(h);
	}
	html_close(h);
	html_close(h);
}

/* To the same page in the other language. */
static void
language_link(struct visit *v)
{
	bool is_ja = v->lang == WORDS_JA;
	struct buf url;

	buf_init(&url, 4096);
	if (buf_fmt(&url, "/language/%s?", is_ja ? "en" : "ja") != 0)
		v->page.err = ERR_NOMEM;
	page_query(&url, "back",
	    v->route != NULL && strcmp(v->route->method, "GET") == 0 &&
		    (v->route->flags & ROUTE_QUIET) == 0
		? v->path
		: "/");
	html_el(&v->page, "a", is_ja ? "English" : "日本語", "href",
	    buf_cstr(&url), "lang", is_ja ? "en" : "ja", "hreflang",
	    is_ja ? "en" : "ja", NULL);
	buf_done(&url);
}

static void
person(struct visit *v)
{
	struct html *h = &v->page;

	html_open(h, "div", "class", "person", NULL);
	if (v->session != NULL) {
		html_open(h, "span", "class", "who", NULL);
		html_data(h, v->account.name[0] != '\0' ? v->account.name
							: v->account.login);
		html_close(h);
	}
	language_link(v);
	if (v->session != NULL) {
		page_form(v, "/logout");
		page_button(v, tr(v, "Sign out"), "plain");
		html_close(h);
	}
	html_close(h);
}

/* Said once, on the first page after signing in. */
static void
last_sign_in(struct visit *v)
{
	char text[512], when[32];
	struct session *s = v->session;

	if (s->last_time[0] != '\0') {
		words_time(s->last_time, when, sizeof(when));
		snprintf(text, sizeof(text), tr(v, "Last sign-in: %s from %s."),
		    when, s->last_from);
		page_notice(v, NOTICE_NOTE, text);
	}
	if (s->failures > 0) {
		snprintf(text, sizeof(text),
		    tr(v, "Since then somebody failed to sign in with your "
			  "name %u times. If it was not you, tell the "
			  "administrator."),
		    s->failures);
		page_notice(v, NOTICE_ERROR, text);
	}
	s->last_time[0] = '\0';
	s->failures = 0;
}

void
page_begin(struct visit *v, const char *title)
{
	struct html *h = &v->page;

	html_clear(h);
	head(v, title);
	html_open(h, "body", NULL);
	html_el(h, "a", tr(v, "To the content"), "class", "skip", "href",
	    "#main", NULL);
	html_open(h, "header", NULL);
	html_open(h, "div", "class", "bar", NULL);
	html_open(h, "a", "class", "brand", "href", "/", NULL);
	html_el(h, "b", tr(v, "Sekisho"), NULL);
	html_el(h, "span", tr(v, "file sanitisation"), NULL);
	html_close(h);
	person(v);
	html_close(h);
	if (v->session != NULL)
		menu(v);
	html_close(h);
	html_open(h, "main", "id", "main", "tabindex", "-1", NULL);
	html_el(h, "h1", title, NULL);
	if (v->session == NULL)
		return;
	last_sign_in(v);
	if (v->session->notice != NULL) {
		page_notice(v, v->session->notice_kind,
		    tr(v, v->session->notice));
		v->session->notice = NULL;
	}
}

int
page_end(struct visit *v)
{
	struct html *h = &v->page;

	html_close(h); /* main */
	html_close(h); /* body */
	html_close(h); /* html */
	return html_end(h);
}

static void
form(struct visit *v, const char *action, const char *enctype)
{
	html_open(&v->page, "form", "method", "post", "action", action,
	    "enctype", enctype, NULL);
	if (v->session != NULL)
		html_open(&v->page, "input", "type", "hidden", "name", "token",
		    "value", v->session->token, NULL);
}

void
page_form(struct visit *v, const char *action)
{
	form(v, action, NULL);
}

void
page_file_form(struct visit *v, const char *action)
{
	form(v, action, "multipart/form-data");
}

static void
hint_of(struct visit *v, const char *id, const char *hint)
{
	if (hint != NULL)
		html_el(&v->page, "p", hint, "class", "hint", "id", id, NULL);
}

#define ID_BYTES_OF_FIELD 80

/* Whether an element of the page has this id already. */
static bool
has_id(const struct html *h, const char *id)
{
	char needle[ID_BYTES_OF_FIELD + 8];

	snprintf(needle, sizeof(needle), "id=\"%s\"", id);
	return h->out.len > 0 &&
	       memmem(h->out.data, h->out.len, needle, strlen(needle)) != NULL;
}

/* A label is for one field: a second form's field of that name is another. */
static void
ids_of(const struct visit *v, const char *name, char field[ID_BYTES_OF_FIELD],
    char hint[ID_BYTES_OF_FIELD])
{
	snprintf(field, ID_BYTES_OF_FIELD, "f-%.60s", name);
	for (unsigned n = 2; n < 100 && has_id(&v->page, field); n++)
		snprintf(field, ID_BYTES_OF_FIELD, "f-%.60s-%u", name, n);
	snprintf(hint, ID_BYTES_OF_FIELD, "h%s", field + 1);
}

void
page_input(struct visit *v, const char *label, const char *name,
    const char *type, const char *value, const char *hint, ...)
{
	char id[ID_BYTES_OF_FIELD], hint_id[ID_BYTES_OF_FIELD];
	const char *more[12] = { NULL };
	struct html *h = &v->page;
	va_list ap;

	ids_of(v, name, id, hint_id);
	va_start(ap, hint);
	for (size_t i = 0; i + 1 < 12; i++)
		if ((more[i] = va_arg(ap, const char *)) == NULL && i % 2 == 0)
			break;
	va_end(ap);
	html_open(h, "div", "class", "field", NULL);
	html_el(h, "label", label, "for", id, NULL);
	hint_of(v, hint_id, hint);
	/* The first NULL name ends the list. */
	html_open(h, "input", "id", id, "name", name, "type", type, "value",
	    value, "aria-describedby", hint != NULL ? hint_id : NULL, more[0],
	    more[1], more[2], more[3], more[4], more[5], more[6], more[7],
	    more[8], more[9], NULL);
	html_close(h);
}

void
page_area(struct visit *v, const char *label, const char *name,
    const char *value, const char *hint, unsigned rows)
{
	char id[ID_BYTES_OF_FIELD], hint_id[ID_BYTES_OF_FIELD], text[16];
	struct html *h = &v->page;

	ids_of(v, name, id, hint_id);
	snprintf(text, sizeof(text), "%u", rows);
	html_open(h, "div", "class", "field", NULL);
	html_el(h, "label", label, "for", id, NULL);
	hint_of(v, hint_id, hint);
	html_el(h, "textarea", value, "id", id, "name", name, "rows", text,
	    "aria-describedby", hint != NULL ? hint_id : NULL, NULL);
	html_close(h);
}

void
page_select(struct visit *v, const char *label, const char *name,
    const struct page_choice *choices, const char *chosen, const char *hint)
{
	char id[ID_BYTES_OF_FIELD], hint_id[ID_BYTES_OF_FIELD];
	struct html *h = &v->page;

	ids_of(v, name, id, hint_id);
	html_open(h, "div", "class", "field", NULL);
	html_el(h, "label", label, "for", id, NULL);
	hint_of(v, hint_id, hint);
	html_open(h, "select", "id", id, "name", name, "aria-describedby",
	    hint != NULL ? hint_id : NULL, NULL);
	for (; choices->text != NULL; choices++)
		html_el(h, "option", choices->text, "value", choices->value,
		    "selected", strcmp(choices->value, chosen) == 0 ? "" : NULL,
		    NULL);
	html_close(h);
	html_close(h);
}

void
page_check(struct visit *v, const char *label, const char *name,
    const char *value, bool is_on)
{
	struct html *h = &v->page;

	html_open(h, "label", "class", "check", NULL);
	html_open(h, "input", "type", "checkbox", "name", name, "value", value,
	    "checked", is_on ? "" : NULL, NULL);
	html_el(h, "span", label, NULL);
	html_close(h);
}

void
page_button(struct visit *v, const char *text, const char *class)
{
	html_el(&v->page, "button", text, "type", "submit", "class",
	    class[0] != '\0' ? class : NULL, NULL);
}

void
page_notice(struct visit *v, enum notice kind, const char *text)
{
	static const char *const classes[] = {
		[NOTICE_DONE] = "notice done",
		[NOTICE_NOTE] = "notice",
		[NOTICE_ERROR] = "notice error",
	};

	html_el(&v->page, "p", text, "class", classes[kind], "role",
	    kind == NOTICE_ERROR ? "alert" : "status", NULL);
}

void
page_fact(struct visit *v, const char *term, const char *text)
{
	html_el(&v->page, "dt", term, NULL);
	html_el(&v->page, "dd", text, NULL);
}

void
page_fact_data(struct visit *v, const char *term, const char *data)
{
	html_el(&v->page, "dt", term, NULL);
	html_open(&v->page, "dd", NULL);
	html_data(&v->page, data);
	html_close(&v->page);
}

void
page_urged(struct visit *v, const char *request)
{
	struct urge u;

	if (urge_get(v->site->people, request, &u) != 0)
		return;
	html_el(&v->page, "dt", tr(v, "It cannot wait"), NULL);
	html_open(&v->page, "dd", "class", "worry", NULL);
	html_data(&v->page, u.why);
	html_text(&v->page, " · ");
	page_time(v, u.time);
	html_close(&v->page);
}

void
page_time(struct visit *v, const char *iso)
{
	char text[32];

	words_time(iso, text, sizeof(text));
	html_el(&v->page, "time", text, "datetime", iso, NULL);
}

void
page_size(struct visit *v, uint64_t bytes)
{
	char text[16];

	words_size(bytes, text, sizeof(text));
	html_text(&v->page, text);
}

void
page_state(struct visit *v, enum transfer_state state)
{
	static const struct {
		const char *class, *sign, *word;
	} states[TRANSFER_STATES] = {
		[TRANSFER_RECEIVED] = { "wait", "…", N_("Waiting") },
		[TRANSFER_WORKING] = { "wait", "…", N_("Being checked") },
		[TRANSFER_PASSWORD] = { "ask", "?", N_("Password needed") },
		[TRANSFER_APPROVAL] = { "wait", "…", N_("Waits for approval") },
		[TRANSFER_RELEASED] = { "done", "✓", N_("Delivered") },
		[TRANSFER_HELD] = { "held", "!", N_("Held") },
		[TRANSFER_BLOCKED] = { "stop", "×", N_("Blocked") },
		[TRANSFER_REJECTED] = { "stop", "×", N_("Refused") },
		[TRANSFER_EXPIRED] = { "stop", "×", N_("Expired") },
	};
	struct html *h = &v->page;

	if (state >= TRANSFER_STATES)
		state = TRANSFER_HELD;
	html_open(h, "span", "class", "state", "data-state",
	    states[state].class, NULL);
	html_el(h, "span", states[state].sign, "aria-hidden", "true", NULL);
	html_text(h, " ");
	html_text(h, tr(v, states[state].word));
	html_close(h);
}

void
page_query(struct buf *url, const char *name, const char *value)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789._-~";
	int e = buf_fmt(url, "%s=", name);

	for (; e == 0 && *value != '\0'; value++)
		e = strchr(plain, *value) != NULL
			? buf_put(url, value, 1)
			: buf_fmt(url, "%%%02X", (unsigned char)*value);
	if (e != 0)
		buf_clear(url); /* an address that is cut leads elsewhere */
}

static void
page_link(struct visit *v, const char *path, const char *query, uint64_t page,
    const char *text, const char *rel)
{
	struct buf url;

	buf_init(&url, 64u << 10);
	if (buf_fmt(&url, "%s?%s%spage=%llu", path, query,
		query[0] != '\0' ? "&" : "", (unsigned long long)page) == 0)
		html_el(&v->page, "a", text, "href", buf_cstr(&url), "rel", rel,
		    NULL);
	buf_done(&url);
}

void
page_pages(struct visit *v, const char *path, const char *query, uint64_t page,
    uint64_t per_page, uint64_t total)
{
	uint64_t last = total == 0 ? 1 : (total + per_page - 1) / per_page;
	char text[128];

	if (last <= 1)
		return;
	html_open(&v->page, "nav", "class", "pages", "aria-label",
	    tr(v, "Pages of the list"), NULL);
	if (page > 1)
		page_link(v, path, query, page - 1, tr(v, "Newer"), "prev");
	snprintf(text, sizeof(text), tr(v, "Page %llu of %llu"),
	    (unsigned long long)page, (unsigned long long)last);
	html_el(&v->page, "span", text, NULL);
	if (page < last)
		page_link(v, path, query, page + 1, tr(v, "Older"), "next");
	html_close(&v->page);
}
