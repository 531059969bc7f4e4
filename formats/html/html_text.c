/*
 * HTML as text for mail: what a reader sees, in reading order, links by
 * number with their true destination. docs/formats/html.md has the rules.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "formats/html/html_pen.h"

#define SHOWN_BYTES 2048u
#define ALT_BYTES   500u

struct list {
	bool ordered;
	long n;
};

/* Where the walk is, besides the pen. */
struct place {
	struct list *list;
	bool in_link;
};

static int walk(struct html_pen *, const struct html_node *, struct place);

static int
inside(struct html_pen *p, const struct html_node *n, struct place at)
{
	int e = 0;

	for (const struct html_node *c = n->first; e == 0 && c != NULL;
	     c = c->next)
		e = walk(p, c, at);
	return e;
}

int
html_pen_inside(struct html_pen *p, const struct html_node *n)
{
	return inside(p, n, (struct place){ NULL, false });
}

/* ---- links */

static size_t
bucket(const char *s)
{
	uint32_t k = 2166136261u;

	for (; *s != '\0'; s++)
		k = (k ^ (uint8_t)*s) * 16777619u;
	return k % HTML_BUCKETS;
}

static int
number(struct html_pen *p, const char *url, const char *shown,
    struct html_target **out)
{
	struct html_target **end, *t;

	for (t = p->links->of[bucket(url)]; t != NULL; t = t->same)
		if (strcmp(t->url, url) == 0 && strcmp(t->shown, shown) == 0)
			break;
	if (t == NULL) {
		if ((t = html_alloc(p->h, sizeof(*t))) == NULL ||
		    (t->url = html_copy(p->h, url, strlen(url))) == NULL ||
		    (t->shown = html_copy(p->h, shown, strlen(shown))) == NULL)
			return ERR_NOMEM;
		t->no = ++p->links->n;
		t->same = p->links->of[bucket(url)];
		p->links->of[bucket(url)] = t;
		end = p->links->last == NULL ? &p->links->first
					     : &p->links->last->next;
		*end = p->links->last = t;
	}
	*out = t;
	return 0;
}

/* A link that may be followed: "text [1]". */
static int
good_link(struct html_pen *p, const struct html_node *n, struct place at,
    const char *url, const char *shown)
{
	bool mail = strncmp(url, "mailto:", 7) == 0;
	bool lies = html_misleads(shown, url);
	struct html_target *t;
	char mark[32];
	size_t len = strcspn(url, "?&");
	int e;

	if (lies &&
	    ((e = html_say(p->h, FIND_HTML_LINK_MISLEADING, ACT_REPLACED,
		  url)) != 0 ||
		(e = html_pen_puts(p, "【注意: 表示と異なるリンク】")) != 0))
		return e;
	e = shown[0] == '\0' && n->first == NULL ? 0 : inside(p, n, at);
	if (e != 0)
		return e;
	/* The address is what stands there anyway. */
	if (mail && strlen(shown) == len - 7 &&
	    strncasecmp(shown, url + 7, len - 7) == 0)
		return 0;
	if ((e = number(p, url, lies ? shown : "", &t)) != 0)
		return e;
	snprintf(mark, sizeof(mark), "%s[%u]",
	    shown[0] == '\0' ? "[リンク]"
	    : p->blank	     ? ""
			     : " ",
	    t->no);
	return html_pen_puts(p, mark);
}

/* What may not leave; with the host when a user name poses as one. */
static int
bad_link(struct html_pen *p, const char *href)
{
	char host[200];
	size_t n;
	int e;

	if (!html_true_host(href, host, sizeof(host)))
		return html_pen_puts(p, " [削除されたリンク]");
	e = html_pen_puts(p, " [削除されたリンク: 実際の宛先は ");
	for (const char *s = host; e == 0 && *s != '\0';
	     s += n + (s[n] == '.')) {
		n = strcspn(s, ".");
		e = html_pen_text(p, s, n);
		if (e == 0 && s[n] == '.')
			e = html_pen_puts(p, "[.]");
	}
	return e == 0 ? html_pen_puts(p, "]") : e;
}

static int
link_of(struct html_pen *p, const struct html_node *n, struct place at)
{
	const char *href = html_get(n, "href"), *shown;
	enum html_link kind;
	struct buf url, text;
	int e;

	if (at.in_link || href == NULL)
		return inside(p, n, at);
	at.in_link = true;
	buf_init(&url, 65536);
	buf_init(&text, SHOWN_BYTES + 64);
	if ((e = html_link(p->h, href, &url, &kind)) != 0 ||
	    (e = html_gather(n, &text, SHOWN_BYTES)) != 0)
		goto out;
	if ((shown = buf_cstr(&text)) == NULL ||
	    (url.len > 0 && buf_cstr(&url) == NULL)) {
		e = ERR_NOMEM;
		goto out;
	}
	if (kind == HTML_LINK_OK) {
		e = good_link(p, n, at, (const char *)url.data, shown);
	} else {
		e = inside(p, n, at);
		if (e == 0 && kind == HTML_LINK_BAD)
			e = bad_link(p, href);
	}
out:
	buf_done(&url);
	buf_done(&text);
	return e;
}

/* The list at the end. */
static int
put_target(struct html_pen *p, const struct html_target *t)
{
	struct buf *b = p->out;
	struct buf host;
	int e;

	buf_init(&host, SHOWN_BYTES);
	if ((e = buf_fmt(b, "[%u] ", t->no)) == 0)
		e = html_defang(t->url, b);
	if (e == 0)
		e = html_wrapped(t->url, &host);
	if (e == 0 && host.len > 0) {
		if ((e = html_say(p->h, FIND_HTML_LINK_WRAPPED, ACT_KEPT,
			 t->url)) == 0 &&
		    (e = buf_puts(b, " (転送先: ")) == 0) {
			for (size_t i = 0; e == 0 && i < host.len; i++)
				e = host.data[i] == '.'
					? buf_puts(b, "[.]")
					: buf_u8(b, host.data[i]);
			if (e == 0)
				e = buf_puts(b, ")");
		}
	}
	if (e == 0 && t->shown[0] != '\0') {
		char shown[200];

		utf8_printable(t->shown, strlen(t->shown), shown,
		    sizeof(shown));
		e = buf_fmt(b,
		    "\n    【注意】本文には「%s」と表示されていましたが、"
		    "実際のリンク先は上のとおりです。",
		    shown);
	}
	if (e == 0)
		e = buf_u8(b, '\n');
	buf_done(&host);
	return e;
}

static int
put_targets(struct html_pen *p)
{
	int e;

	if (p->links->first == NULL)
		return 0;
	if ((e = buf_puts(p->out, p->any ? "\n\n" : "")) != 0 ||
	    (e = buf_puts(p->out, "--- リンク先 (links) ---\n")) != 0)
		return e;
	for (const struct html_target *t = p->links->first; e == 0 && t != NULL;
	     t = t->next)
		e = put_target(p, t);
	return e;
}

/* ---- pictures and fields */

static const struct html_cid *
cid_of(const struct html *h, const char *src)
{
	const struct html_cid *c = h->job->cids;

	src += strspn(src, " \t\r\n\f");
	if (strncasecmp(src, "cid:", 4) != 0)
		return NULL;
	while (c != NULL && strcmp(c->id, src + 4) != 0)
		c = c->next;
	return c;
}

/* "0", "1", "1px": nobody sees it. */
static bool
is_dot(const char *v)
{
	return v != NULL && (v[0] == '0' || v[0] == '1') &&
	       (v[1] == '\0' || strcasecmp(v + 1, "px") == 0);
}

static int
picture(struct html_pen *p, const struct html_node *n)
{
	const char *src = html_get(n, "src"), *alt = html_get(n, "alt");
	const struct html_cid *cid;
	bool remote;
	char text[ALT_BYTES];
	int e;

	src = src == NULL ? "" : src + strspn(src, " \t\r\n\f");
	alt = alt == NULL ? "" : alt;
	cid = cid_of(p->h, src);
	remote = cid == NULL && strncasecmp(src, "data:", 5) != 0 &&
		 strncasecmp(src, "cid:", 4) != 0 && src[0] != '\0';
	if (remote && is_dot(html_get(n, "width")) &&
	    is_dot(html_get(n, "height")))
		return html_say(p->h, FIND_HTML_PIXEL, ACT_REMOVED, src);
	if (remote &&
	    (e = html_say(p->h, FIND_HTML_REMOTE, ACT_REMOVED, src)) != 0)
		return e;
	if (html_all_blank(alt) && cid != NULL)
		alt = cid->name;
	if (html_all_blank(alt) && (remote || src[0] == '\0'))
		return 0;
	utf8_printable(alt, strlen(alt), text, sizeof(text));
	if (html_all_blank(text))
		return html_pen_puts(p, "[画像]");
	if ((e = html_pen_puts(p, "[画像: ")) != 0 ||
	    (e = html_pen_puts(p, text)) != 0)
		return e;
	return html_pen_puts(p, "]");
}

/* What a form shows: text of fields, marks of boxes. */
static int
field(struct html_pen *p, const struct html_node *n)
{
	const char *type = html_get(n, "type"), *value = html_get(n, "value");
	bool on = html_get(n, "checked") != NULL;

	type = type == NULL ? "text" : type;
	if (strcasecmp(type, "checkbox") == 0)
		return html_pen_puts(p, on ? "☑" : "☐");
	if (strcasecmp(type, "radio") == 0)
		return html_pen_puts(p, on ? "◉" : "○");
	if (strcasecmp(type, "hidden") == 0 ||
	    strcasecmp(type, "password") == 0 || value == NULL)
		return 0;
	return html_pen_text(p, value, strlen(value));
}

/* ---- elements */

/* In parentheses behind the characters that it reads. */
static int
reading(struct html_pen *p, const struct html_node *n, struct place at)
{
	struct buf t;
	int e;

	buf_init(&t, 1024);
	e = html_gather(n, &t, 512);
	if (e == 0 && t.len > 0 && (e = html_pen_puts(p, "(")) == 0 &&
	    (e = inside(p, n, at)) == 0)
		e = html_pen_puts(p, ")");
	buf_done(&t);
	return e;
}

/* 10^3 and H_2O: where the place of digits has a meaning. */
static int
raised(struct html_pen *p, const struct html_node *n, struct place at)
{
	struct buf t;
	bool digits;
	int e;

	buf_init(&t, 128);
	e = html_gather(n, &t, 32);
	digits = t.len > 0 && t.len <= 8;
	for (size_t i = 0; i < t.len; i++)
		digits &=
		    isdigit(t.data[i]) || t.data[i] == '-' || t.data[i] == '+';
	if (e == 0 && digits && n->element == HTML_SUP_)
		e = html_pen_puts(p, "^");
	else if (e == 0 && digits)
		e = html_pen_puts(p, "_");
	buf_done(&t);
	return e == 0 ? inside(p, n, at) : e;
}

static int
between(struct html_pen *p, const struct html_node *n, struct place at,
    const char *before, const char *after)
{
	int e = html_pen_puts(p, before);

	if (e == 0)
		e = inside(p, n, at);
	return e == 0 ? html_pen_puts(p, after) : e;
}

static int
item(struct html_pen *p, const struct html_node *n, struct place at)
{
	unsigned columns = 3, was = p->indent;
	const char *value;
	char *lead;
	int e;

	html_pen_break(p, 1);
	p->lead = "・ ";
	if (at.list != NULL && at.list->ordered) {
		if ((value = html_get(n, "value")) != NULL && *value != '\0')
			at.list->n = strtol(value, NULL, 10) % 1000000;
		if ((lead = html_alloc(p->h, 24)) == NULL)
			return ERR_NOMEM;
		snprintf(lead, 24, "%ld. ", at.list->n++);
		p->lead = lead;
		columns = (unsigned)strlen(lead);
	}
	p->lead_columns = columns;
	p->indent += columns;
	e = inside(p, n, (struct place){ NULL, at.in_link });
	p->indent = was;
	p->lead = "";
	p->lead_columns = 0;
	html_pen_break(p, 1);
	return e;
}

static int
list(struct html_pen *p, const struct html_node *n, struct place at)
{
	const char *start = html_get(n, "start");
	struct list l = { n->element == HTML_OL_, 1 };
	unsigned gap = p->indent > 0 ? 1 : 2;
	int e;

	if (start != NULL)
		l.n = strtol(start, NULL, 10) % 1000000;
	html_pen_break(p, gap);
	e = inside(p, n, (struct place){ &l, at.in_link });
	html_pen_break(p, gap);
	return e;
}

/* A block with line ends around it, and a mark before it. */
static int
block(struct html_pen *p, const struct html_node *n, struct place at,
    unsigned gap, const char *lead)
{
	int e;

	html_pen_break(p, gap);
	if (lead[0] != '\0') {
		p->lead = lead;
		p->lead_columns = 0;
	}
	e = inside(p, n, at);
	if (lead[0] != '\0')
		p->lead = "";
	html_pen_break(p, gap);
	return e;
}

static int
deeper(struct html_pen *p, const struct html_node *n, struct place at,
    unsigned *what, unsigned by, unsigned gap)
{
	int e;

	html_pen_break(p, gap);
	*what += by;
	e = inside(p, n, at);
	*what -= by;
	html_pen_break(p, gap);
	return e;
}

/* HTML drops the first line end of these. */
static int
pre(struct html_pen *p, const struct html_node *n, struct place at)
{
	p->blank = false;
	return deeper(p, n, at, &p->pre, 1, 2);
}

static int
rule(struct html_pen *p)
{
	int e;

	html_pen_break(p, 1);
	e = html_pen_puts(p, "--------------------");
	html_pen_break(p, 1);
	return e;
}

static int
inline_of(struct html_pen *p, const struct html_node *n, struct place at)
{
	switch ((enum html_element)n->element) {
	case HTML_A_:
		return link_of(p, n, at);
	case HTML_IMG_:
	case HTML_IMAGE_:
		return picture(p, n);
	case HTML_INPUT_:
		return field(p, n);
	case HTML_BR_:
		html_pen_newline(p);
		return 0;
	case HTML_RT_:
		return reading(p, n, at);
	case HTML_RP_:
		return 0;
	case HTML_SUP_:
	case HTML_SUB_:
		return raised(p, n, at);
	case HTML_Q_:
		return between(p, n, at, "「", "」");
	case HTML_DEL_:
	case HTML_S_:
	case HTML_STRIKE_:
		return between(p, n, at, "〔取消: ", "〕");
	case HTML_OPTION_:
		p->blank = true;
		return inside(p, n, at);
	default:
		return inside(p, n, at);
	}
}

static int
block_of(struct html_pen *p, const struct html_node *n, struct place at)
{
	switch ((enum html_element)n->element) {
	case HTML_H1_:
	case HTML_H2_:
	case HTML_H3_:
		return block(p, n, at, 2, "■ ");
	case HTML_H4_:
	case HTML_H5_:
	case HTML_H6_:
		return block(p, n, at, 2, "□ ");
	case HTML_P_:
	case HTML_DL_:
	case HTML_FIGURE_:
		return block(p, n, at, 2, "");
	case HTML_UL_:
	case HTML_OL_:
	case HTML_DIR_:
	case HTML_MENU_:
		return list(p, n, at);
	case HTML_LI_:
		return item(p, n, at);
	case HTML_DD_:
		return deeper(p, n, at, &p->indent, 2, 1);
	case HTML_BLOCKQUOTE_:
		return deeper(p, n, at, &p->quote, 1, 2);
	case HTML_PRE_:
	case HTML_XMP_:
	case HTML_LISTING_:
	case HTML_PLAINTEXT_:
	case HTML_TEXTAREA_:
		return pre(p, n, at);
	case HTML_TABLE_:
		return html_pen_table(p, n);
	case HTML_HR_:
		return rule(p);
	case HTML_FORM_:
		return html_pen_form(p, n);
	default:
		return block(p, n, at, 1, "");
	}
}

static int
walk(struct html_pen *p, const struct html_node *n, struct place at)
{
	if (n->element == HTML_CHARS)
		return n->hidden ? 0 : html_pen_text(p, n->text, n->len);
	if (n->foreign || n->element == HTML_HEAD_ || html_is(n, HTML_GONE))
		return 0;
	if (n->hidden)
		return inside(p, n, at);
	return html_is(n, HTML_BLOCK) ? block_of(p, n, at)
				      : inline_of(p, n, at);
}

/* ---- the whole */

static int
write_text(struct html *h, struct buf *out)
{
	struct html_links *links = html_alloc(h, sizeof(*links));
	struct html_pen p;
	struct buf raw;
	int e = 0;

	if (links == NULL)
		return ERR_NOMEM;
	buf_init(&raw, out->max);
	html_pen_init(&p, h, &raw, links);
	if (h->body != NULL)
		e = html_pen_inside(&p, h->body);
	if (e == 0 && h->job->for_mail)
		e = put_targets(&p);
	if (e == 0)
		e = html_tidy(h, &raw, out);
	buf_done(&raw);
	return e;
}

int
html_text(struct doc *d, const struct html_job *job, struct buf *out)
{
	struct html h = { .d = d, .job = job, .as_text = true };
	int e;

	buf_init(&h.tmp, (size_t)HTML_IN_BYTES * 2);
	if ((e = html_read(&h, &job->in)) == 0 && (e = html_judge(&h)) == 0 &&
	    (e = html_chars(&h)) == 0 && (e = html_look(&h)) == 0 &&
	    (e = write_text(&h, out)) == 0)
		e = html_report(&h);
	buf_done(&h.tmp);
	return e;
}
