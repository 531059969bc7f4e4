/*
 * HTML in which nothing acts: the elements, attributes and styles of the
 * tables, written in one way. What was written is read and written again until
 * nothing changes, so that no reader of HTML5 sees another tree than we do.
 */
#include <string.h>
#include <strings.h>

#include "formats/html/html_out.h"
#include "formats/html/html_pen.h"

#define ROUNDS	    6u
#define SHOWN_BYTES 2048u
#define TITLE_BYTES 400u

static const char head[] =
    "<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"";

static int node(struct html_out *, struct html_node *);

static int
inside(struct html_out *o, struct html_node *n)
{
	int e = 0;

	for (struct html_node *c = n->first; e == 0 && c != NULL; c = c->next)
		e = node(o, c);
	return e;
}

static int
puts_text(struct html_out *o, const char *s)
{
	return html_put_text(o, s, strlen(s));
}

/* ---- links */

/* " [hxxps://...]" behind a text that is no link any more. */
static int
show_url(struct html_out *o, const char *url)
{
	int e;

	buf_clear(&o->tmp);
	if ((e = buf_puts(&o->tmp, " [")) != 0 ||
	    (e = html_defang(url, &o->tmp)) != 0 ||
	    (e = buf_puts(&o->tmp, "]")) != 0)
		return e;
	return html_put_text(o, (const char *)o->tmp.data, o->tmp.len);
}

static int
open_link(struct html_out *o, struct html_node *n, const char *url)
{
	int e;

	if ((e = buf_puts(o->to, "<a")) != 0 ||
	    (url[0] != '\0' && (e = html_put_value(o, "href", url)) != 0))
		return e;
	o->after_pre = false;
	if (url[0] != '\0' && url[0] != '#' &&
	    (e = html_put_value(o, "rel", "noopener noreferrer")) != 0)
		return e;
	if ((e = html_put_attributes(o, n)) != 0 ||
	    (e = buf_u8(o->to, '>')) != 0 || (e = inside(o, n)) != 0)
		return e;
	return buf_puts(o->to, "</a>");
}

/* "#a" of the page is "#u-a" now, as the place is. */
static int
place(struct html_out *o, struct html_node *n, const char *url)
{
	int e;

	buf_clear(&o->tmp2);
	if ((e = buf_u8(&o->tmp2, '#')) != 0 ||
	    (strncmp(url + 1, "u-", 2) != 0 && url[1] != '\0' &&
		(e = buf_puts(&o->tmp2, "u-")) != 0) ||
	    (e = buf_puts(&o->tmp2, url + 1)) != 0)
		return e;
	url = html_copy(o->h, o->tmp2.data, o->tmp2.len);
	return url == NULL ? ERR_NOMEM : open_link(o, n, url);
}

static int
outward(struct html_out *o, struct html_node *n, const char *url)
{
	enum url_policy policy = doc_options(o->h->d)->url;
	const char *shown;
	bool lies;
	int e;

	if ((e = html_gather(n, &o->tmp, SHOWN_BYTES)) != 0)
		return e;
	if ((shown = buf_cstr(&o->tmp)) == NULL)
		return ERR_NOMEM;
	lies = html_misleads(shown, url);
	if (!lies && policy == URL_KEEP)
		return open_link(o, n, url);
	e = html_say(o->h,
	    lies ? FIND_HTML_LINK_MISLEADING : FIND_HTML_LINK_REMOVED,
	    ACT_FLATTENED, url);
	if (e == 0)
		e = inside(o, n);
	return e == 0 && (lies || policy == URL_SHOW) ? show_url(o, url) : e;
}

static int
link_of(struct html_out *o, struct html_node *n)
{
	enum html_link kind;
	const char *url;
	struct buf b;
	int e;

	buf_init(&b, 65536);
	e = html_link(o->h, html_get(n, "href"), &b, &kind);
	url = e == 0 ? html_copy(o->h, b.data, b.len) : NULL;
	buf_done(&b);
	if (e != 0 || url == NULL)
		return e != 0 ? e : ERR_NOMEM;
	switch (kind) {
	case HTML_LINK_OK:
		return outward(o, n, url);
	case HTML_LINK_PLACE:
		return place(o, n, url);
	case HTML_LINK_BAD:
		return inside(o, n);
	case HTML_LINK_NONE:
		break;
	}
	return open_link(o, n, "");
}

/* ---- elements */

static int
picture(struct html_out *o, struct html_node *n)
{
	enum html_picture what;
	const char *src;
	int e;

	if ((e = html_picture_of(o, n, &what)) != 0)
		return e;
	if (what == HTML_PICTURE_GONE)
		return 0;
	if (what == HTML_PICTURE_ALT)
		return html_put_text(o, (const char *)o->tmp.data, o->tmp.len);
	if ((src = buf_cstr(&o->tmp)) == NULL)
		return ERR_NOMEM;
	o->after_pre = false;
	if ((e = buf_puts(o->to, "<img")) != 0 ||
	    (e = html_put_value(o, "src", src)) != 0 ||
	    (e = html_put_attributes(o, n)) != 0)
		return e;
	return buf_u8(o->to, '>');
}

/* What a form shows. */
static int
field(struct html_out *o, const struct html_node *n)
{
	const char *type = html_get(n, "type"), *value = html_get(n, "value");
	bool on = html_get(n, "checked") != NULL;

	type = type == NULL ? "text" : type;
	if (strcasecmp(type, "checkbox") == 0)
		return puts_text(o, on ? "☑" : "☐");
	if (strcasecmp(type, "radio") == 0)
		return puts_text(o, on ? "◉" : "○");
	if (strcasecmp(type, "hidden") == 0 ||
	    strcasecmp(type, "password") == 0 || value == NULL)
		return 0;
	return puts_text(o, value);
}

static int
write_element(struct html_out *o, struct html_node *n, const char *name)
{
	bool is_void = html_is(n, HTML_VOID);
	int e;

	o->after_pre = false;
	if ((e = buf_u8(o->to, '<')) != 0 || (e = buf_puts(o->to, name)) != 0)
		return e;
	if (html_is(n, HTML_KEEP))
		e = html_put_attributes(o, n);
	if (e != 0 || (e = buf_u8(o->to, '>')) != 0 || is_void)
		return e;
	o->after_pre = strcmp(name, "pre") == 0;
	if ((e = inside(o, n)) != 0)
		return e;
	o->after_pre = false;
	return buf_fmt(o->to, "</%s>", name);
}

/* A cell that a spreadsheet would take for a formula. */
static int
cell(struct html_out *o, struct html_node *n)
{
	const struct html_node *c = html_next(n, n);

	while (c != NULL && (c->element != HTML_CHARS ||
				html_all_blank(c->text) || c->hidden))
		c = html_next(c, n);
	if (c != NULL && doc_options(o->h->d)->csv == CSV_QUOTE) {
		const char *s = c->text + strspn(c->text, " \t\r\n\f");

		if (*s == '=' && s[1] != '\0' && s[1] != '=' && s[1] != ' ') {
			struct html_node *m = (struct html_node *)c;
			int e =
			    html_say(o->h, FIND_HTML_FORMULA, ACT_REPLACED, s);

			buf_clear(&o->tmp);
			if (e != 0 || (e = buf_puts(&o->tmp, "'")) != 0 ||
			    (e = buf_puts(&o->tmp, s)) != 0)
				return e;
			m->text = html_copy(o->h, o->tmp.data, o->tmp.len);
			m->len = o->tmp.len;
			if (m->text == NULL)
				return ERR_NOMEM;
		}
	}
	return write_element(o, n, html_rows[n->element].name);
}

/* An element that is not kept: its tags go, or become plain ones. */
static int
opened(struct html_out *o, struct html_node *n)
{
	int e;

	switch ((enum html_element)n->element) {
	case HTML_INPUT_:
		return field(o, n);
	case HTML_OPTION_:
		e = inside(o, n);
		return e == 0 ? puts_text(o, " ") : e;
	case HTML_TEXTAREA_:
	case HTML_XMP_:
	case HTML_LISTING_:
	case HTML_PLAINTEXT_:
		return write_element(o, n, "pre");
	case HTML_DIR_:
	case HTML_MENU_:
		return write_element(o, n, "ul");
	default:
		return html_is(n, HTML_BLOCK) ? write_element(o, n, "div")
					      : inside(o, n);
	}
}

static int
node(struct html_out *o, struct html_node *n)
{
	if (n->element == HTML_CHARS)
		return n->hidden ? 0 : html_put_text(o, n->text, n->len);
	if (n->inert || n->foreign)
		return 0;
	if (n->element >= HTML_ELEMENTS) {
		int e = html_say(o->h, FIND_HTML_ELEMENT, ACT_REMOVED, "");

		return e == 0 ? inside(o, n) : e;
	}
	switch ((enum html_element)n->element) {
	case HTML_A_:
		return link_of(o, n);
	case HTML_IMG_:
	case HTML_IMAGE_:
		return picture(o, n);
	case HTML_TD_:
	case HTML_TH_:
		return cell(o, n);
	case HTML_HTML_:
	case HTML_HEAD_:
	case HTML_BODY_:
	case HTML_TITLE_:
		return 0;
	default:
		break;
	}
	if (html_is(n, HTML_GONE))
		return 0;
	return html_is(n, HTML_KEEP)
		   ? write_element(o, n, html_rows[n->element].name)
		   : opened(o, n);
}

/* ---- the page */

static int
title(struct html_out *o)
{
	const struct html_node *n =
	    o->h->head == NULL ? NULL : o->h->head->first;
	char text[TITLE_BYTES];
	const char *s;
	int e;

	while (n != NULL && n->element != HTML_TITLE_)
		n = n->next;
	if (n == NULL)
		return 0;
	if ((e = html_gather(n, &o->tmp, TITLE_BYTES)) != 0 || o->tmp.len == 0)
		return e;
	if ((s = buf_cstr(&o->tmp)) == NULL)
		return ERR_NOMEM;
	utf8_printable(s, strlen(s), text, sizeof(text));
	if ((e = buf_puts(o->to, "<title>")) != 0 ||
	    (e = puts_text(o, text)) != 0)
		return e;
	return buf_puts(o->to, "</title>\n");
}

/* White space at both ends of the body is the writer's. */
static void
trim(struct html_node *body)
{
	struct html_node *n = body->first;

	for (; n != NULL && n->element == HTML_CHARS; n = n->next) {
		size_t k = strspn(n->text, " \t\r\n\f");

		n->text += k;
		n->len -= k;
		if (n->len > 0)
			break;
	}
}

/* Blanks at the end of what was written for the body. */
static void
trim_end(struct buf *b, size_t from)
{
	while (b->len > from && html_is_blank(b->data[b->len - 1]))
		buf_truncate(b, b->len - 1);
}

static int
body(struct html_out *o)
{
	struct html_node *n = o->h->body;
	size_t from;
	int e;

	if ((e = buf_puts(o->to, "<body")) != 0)
		return e;
	if (n != NULL && !n->inert && (e = html_put_attributes(o, n)) != 0)
		return e;
	if ((e = buf_puts(o->to, ">\n")) != 0)
		return e;
	from = o->to->len;
	if (n != NULL && !n->inert) {
		trim(n);
		if ((e = inside(o, n)) != 0)
			return e;
	}
	trim_end(o->to, from);
	return buf_puts(o->to, "\n</body>\n</html>\n");
}

static int
page(struct html_out *o)
{
	const char *lang = html_get(o->h->root, "lang");
	int e;

	buf_clear(o->to);
	if ((e = buf_puts(o->to, "<!DOCTYPE html>\n<html")) != 0)
		return e;
	if (lang != NULL && *lang != '\0' && strlen(lang) <= 35 &&
	    strspn(lang,
		"abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == strlen(lang) &&
	    (e = html_put_value(o, "lang", lang)) != 0)
		return e;
	if ((e = buf_puts(o->to, ">\n<head>\n")) != 0 ||
	    (e = buf_puts(o->to, head)) != 0 ||
	    (e = buf_puts(o->to, HTML_CSP "\">\n")) != 0 ||
	    (e = title(o)) != 0 || (e = buf_puts(o->to, "</head>\n")) != 0)
		return e;
	return body(o);
}

/* One round: in to out. */
static int
clean(struct html *h, const struct reader *in, struct buf *out,
    struct html_made **made)
{
	struct html_out *o = html_alloc(h, sizeof(*o));
	int e;

	if (o == NULL)
		return ERR_NOMEM;
	*o = (struct html_out){ .h = h, .to = out, .made = made };
	buf_init(&h->tmp, (size_t)HTML_IN_BYTES * 2);
	buf_init(&o->tmp, (size_t)HTML_IN_BYTES * 2);
	buf_init(&o->tmp2, (size_t)HTML_IN_BYTES * 2);
	if ((e = html_read(h, in)) == 0 && (e = html_judge(h)) == 0 &&
	    (e = html_chars(h)) == 0 && (e = html_look(h)) == 0)
		e = page(o);
	buf_done(&h->tmp);
	buf_done(&o->tmp);
	buf_done(&o->tmp2);
	return e;
}

static bool
same(const struct buf *a, const struct buf *b)
{
	return a->len == b->len &&
	       (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

int
html_clean(struct doc *d, const struct html_job *job, struct buf *out)
{
	struct html h = { .d = d, .job = job }, again;
	struct html_made *made = NULL;
	struct buf next, swap;
	struct reader r;
	int e;

	buf_init(&next, out->max);
	if ((e = clean(&h, &job->in, out, &made)) == 0)
		e = html_report(&h);
	for (unsigned i = 0; e == 0; i++) {
		again = (struct html){ .d = d, .job = job, .quiet = true };
		buf_reader(out, &r);
		if ((e = clean(&again, &r, &next, &made)) != 0 ||
		    same(out, &next))
			break;
		if (i == ROUNDS)
			e = doc_fail(d, ERR_AMBIGUOUS,
			    "HTML that reads differently each time");
		swap = *out;
		*out = next;
		next = swap;
	}
	buf_done(&next);
	return e;
}
