/* Lines of text; see html_pen.h. */
#include <string.h>

#include "formats/html/html_pen.h"

#define GAP_MAX 3u

static const struct {
	uint32_t from, to;
} wide[] = { { 0x1100, 0x115f }, { 0x2010, 0x2bff }, { 0x2e80, 0x303e },
	{ 0x3041, 0x4dbf }, { 0x4e00, 0xa4cf }, { 0xac00, 0xd7a3 },
	{ 0xe000, 0xfaff }, { 0xfe30, 0xfe6f }, { 0xff00, 0xff60 },
	{ 0xffe0, 0xffe6 }, { 0x1f000, 0x1fbff }, { 0x20000, 0x3fffd } };

bool
html_is_wide(uint32_t cp)
{
	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (cp >= wide[i].from && cp <= wide[i].to)
			return true;
	/* Greek, Cyrillic and signs that Japanese fonts draw wide. */
	return (cp >= 0x391 && cp <= 0x451) || cp == 0xd7 || cp == 0xf7 ||
	       cp == 0xb1 || cp == 0xb0 || cp == 0xa7 || cp == 0xb6;
}

unsigned
html_columns(const char *s, size_t n)
{
	unsigned columns = 0;
	struct reader r;
	uint32_t cp;

	reader_init(&r, s, n);
	while (utf8_get(&r, &cp) == 0)
		if (utf8_classify(cp) == UTF8_PLAIN ||
		    utf8_classify(cp) == UTF8_PRIVATE)
			columns += html_is_wide(cp) ? 2 : 1;
	return columns;
}

void
html_pen_init(struct html_pen *p, struct html *h, struct buf *out,
    struct html_links *links)
{
	*p = (struct html_pen){
		.h = h, .out = out, .links = links, .bol = true, .lead = ""
	};
}

void
html_pen_break(struct html_pen *p, unsigned gap)
{
	p->blank = false;
	if (p->gap < gap)
		p->gap = gap;
}

void
html_pen_newline(struct html_pen *p)
{
	p->blank = false;
	if (p->gap < GAP_MAX)
		p->gap++;
}

/* alone: of an empty line between two others. */
static int
put_quotes(struct html_pen *p, bool alone)
{
	unsigned n = p->quote;
	int e = 0;

	if (alone && p->was_quote < n)
		n = p->was_quote;
	for (unsigned i = 0; e == 0 && i < n; i++)
		e = buf_puts(p->out, alone && i + 1 == n ? ">" : "> ");
	return e;
}

/* Line ends that are due, and what stands before a line. */
static int
begin(struct html_pen *p)
{
	int e = 0;

	if (p->gap > 0) {
		for (unsigned i = 0; e == 0 && p->any && i < p->gap; i++) {
			if (i > 0)
				e = put_quotes(p, true);
			if (e == 0)
				e = buf_u8(p->out, '\n');
		}
		p->gap = 0;
		p->bol = true;
	}
	if (e != 0 || !p->bol)
		return e;
	p->bol = false;
	p->was_quote = p->quote;
	p->any = true;
	p->blank = false;
	p->before = 0;
	e = put_quotes(p, false);
	for (unsigned i = p->lead_columns; e == 0 && i < p->indent; i++)
		e = buf_u8(p->out, ' ');
	if (e == 0)
		e = buf_puts(p->out, p->lead);
	p->lead = "";
	p->lead_columns = 0;
	return e;
}

static int
put_char(struct html_pen *p, uint32_t cp)
{
	bool waiting = p->blank, ended = p->line_end, fresh;
	int e;

	fresh = p->bol || p->gap > 0;
	p->blank = p->line_end = false;
	if ((e = begin(p)) != 0)
		return e;
	/* Lines of the source are broken between Japanese characters, too. */
	if (waiting && !fresh &&
	    !(ended && html_is_wide(p->before) && html_is_wide(cp)) &&
	    (e = buf_u8(p->out, ' ')) != 0)
		return e;
	p->before = cp;
	return utf8_put(p->out, cp);
}

static int
put_pre(struct html_pen *p, uint32_t cp)
{
	int e;

	if (cp == '\n') {
		if (p->gap > 0 || p->bol) {
			/* An empty line. */
			html_pen_newline(p);
			return 0;
		}
		p->gap = 1;
		return 0;
	}
	if (cp == '\r')
		return 0;
	p->blank = false;
	if ((e = begin(p)) != 0)
		return e;
	p->before = cp;
	return cp == '\t' ? buf_puts(p->out, "    ") : utf8_put(p->out, cp);
}

int
html_pen_text(struct html_pen *p, const char *s, size_t n)
{
	struct reader r;
	uint32_t cp;
	int e = 0;

	reader_init(&r, s, n);
	while (e == 0 && reader_left(&r) > 0) {
		if ((e = utf8_get(&r, &cp)) != 0)
			break;
		if (p->pre > 0) {
			e = put_pre(p, cp);
		} else if (cp < 0x80 && html_is_blank((int)cp)) {
			p->blank = true;
			p->line_end |= cp == '\n';
		} else if (cp == 0xa0) {
			/* Indents made of it; trailing ones are cut later. */
			if (!p->bol && p->gap == 0)
				e = put_char(p, ' ');
			else
				e = begin(p) != 0 ? ERR_LIMIT
						  : buf_u8(p->out, ' ');
		} else {
			e = put_char(p, cp);
		}
	}
	return e;
}

int
html_pen_puts(struct html_pen *p, const char *s)
{
	bool waiting = p->blank && !p->bol && p->gap == 0;
	int e;

	p->blank = p->line_end = false;
	if ((e = begin(p)) != 0)
		return e;
	if (waiting && (e = buf_u8(p->out, ' ')) != 0)
		return e;
	p->before = ']';
	return buf_puts(p->out, s);
}

int
html_gather(const struct html_node *top, struct buf *out, size_t max)
{
	const struct html_node *n = top;
	bool blank = false;
	int e = 0;

	buf_clear(out);
	while (e == 0 && n != NULL && out->len < max) {
		if (n->hidden || html_is(n, HTML_GONE) || n->foreign) {
			n = html_after(n, top);
			continue;
		}
		if (html_is(n, HTML_BLOCK) || n->element == HTML_BR_)
			blank = true;
		for (size_t i = 0; e == 0 && i < n->len && out->len < max;
		     i++) {
			if (html_is_blank(n->text[i])) {
				blank = true;
				continue;
			}
			if (blank && out->len > 0)
				e = buf_u8(out, ' ');
			blank = false;
			if (e == 0)
				e = buf_u8(out, (uint8_t)n->text[i]);
		}
		n = html_next(n, top);
	}
	return e;
}

int
html_pen_form(struct html_pen *p, const struct html_node *n)
{
	int e;

	html_pen_break(p, 1);
	e = html_pen_inside(p, n);
	html_pen_break(p, 1);
	if (e == 0)
		e = html_pen_puts(p, "[フォーム削除]");
	html_pen_break(p, 1);
	return e;
}

/* ---- the whole */

static int
tidy(const struct buf *in, size_t len, struct buf *out)
{
	const char *s = (const char *)in->data;
	size_t from = 0, end, to;
	int e = 0;

	while (e == 0 && from < len) {
		const char *nl = memchr(s + from, '\n', len - from);

		end = nl == NULL ? len : (size_t)(nl - s);
		for (to = end; to > from && s[to - 1] == ' ';)
			to--;
		if ((e = buf_put(out, s + from, to - from)) == 0)
			e = buf_u8(out, '\n');
		from = end + 1;
	}
	return e;
}

/* In whole lines, or in whole characters of a very long one. */
static size_t
cut_at(const struct buf *in)
{
	size_t n = HTML_TEXT_BYTES, at = n;

	while (at > n - 4096 && in->data[at - 1] != '\n')
		at--;
	if (in->data[at - 1] == '\n')
		return at;
	while ((in->data[n] & 0xc0) == 0x80)
		n--;
	return n;
}

int
html_tidy(struct html *h, const struct buf *in, struct buf *out)
{
	int e;

	if (!h->job->for_mail || h->job->whole || in->len <= HTML_TEXT_BYTES)
		return tidy(in, in->len, out);
	if ((e = tidy(in, cut_at(in), out)) != 0 ||
	    (e = buf_puts(out,
		 "\n〔本文が長いため、ここから先は省略しました〕\n"
		 "[The text is too long: the rest was left out]\n")) != 0)
		return e;
	return html_say(h, FIND_HTML_CUT, ACT_REMOVED, "");
}
