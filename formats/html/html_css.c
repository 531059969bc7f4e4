/*
 * Declarations. The grammar of values is shared with SVG (drawing/css.h);
 * here are the properties that HTML may have, and what is refused loudly.
 */
#include "formats/html/html_css.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "formats/drawing/css.h"

#define NAME_BYTES    48u
#define VALUE_BYTES   1024u
#define STYLE_BYTES   262144u
#define SIZE_MAX_PX   10000.0
#define INDENT_MAX_PX 100.0
#define AWAY_PX	      300.0

#define LENGTH	 CSS_LENGTH
#define NUMBER	 CSS_NUMBER
#define COLOUR	 CSS_COLOUR
#define NEGATIVE CSS_NEGATIVE
#define FAMILY	 CSS_FAMILY
#define FONTS	 CSS_FONTS
#define BACK	 CSS_BACK
#define RAW	 CSS_RAW
#define WATCH	 CSS_WATCH
#define AWAY	 CSS_AWAY

const struct html_css_row html_css_rows[CSS_PROPERTIES] = {
#define PROPERTY(name, text, kind, max, words) { text, kind, max, words },
#include "formats/html/html_css.def"
#undef PROPERTY
};

static enum html_property
property_named(const char *name)
{
	size_t lo = 0, hi = CSS_PROPERTIES, mid;
	int c;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if ((c = strcmp(name, html_css_rows[mid].name)) == 0)
			return (enum html_property)mid;
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return CSS_PROPERTIES;
}

/* ---- values */

static bool
is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
	       (c >= '0' && c <= '9');
}

/* One of the words that a property lists. */
static bool
keyword(const char **s, const char *words, struct buf *out, int *e)
{
	size_t n = 0, k;

	while (is_name_char((*s)[n]))
		n++;
	for (const char *w = words; n > 0 && *w != '\0';
	     w += k + (w[k] == ' ')) {
		k = strcspn(w, " ");
		if (k != n || strncasecmp(*s, w, n) != 0)
			continue;
		if ((*e = buf_put(out, w, n)) != 0)
			return false;
		*s += n;
		return true;
	}
	return false;
}

bool
html_px(const char *s, double em, double *out)
{
	static const struct {
		const char *name;
		double px;
	} units[] = { { "px", 1 }, { "pt", 4.0 / 3 }, { "in", 96 },
		{ "cm", 37.8 }, { "mm", 3.78 }, { "pc", 16 }, { "rem", 16 },
		{ "vw", 10 }, { "vh", 8 }, { "q", 0.945 } };

	char *end;
	double v = strtod(s, &end);

	if (end == s)
		return false;
	*out = v;
	if (*end == '\0' || v == 0.0)
		return *end == '\0' || is_name_char(*end);
	if (strcasecmp(end, "em") == 0 || strcasecmp(end, "ex") == 0 ||
	    strcasecmp(end, "ch") == 0) {
		*out = v * em * (end[1] == 'm' || end[1] == 'M' ? 1 : 0.5);
		return true;
	}
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcasecmp(end, units[i].name) == 0) {
			*out = v * units[i].px;
			return true;
		}
	return false;
}

/* A length within bounds: nothing may be pushed over something else. */
static bool
length(const char **s, unsigned kind, struct buf *out, int *e)
{
	size_t before = out->len;
	const char *p = *s, *text;
	double px = 0, low = kind & CSS_NEGATIVE ? -INDENT_MAX_PX : 0;
	size_t n;

	if (!svg_length(&p, out, e))
		return false;
	if ((text = buf_cstr(out)) == NULL) {
		*e = ERR_NOMEM;
		return false;
	}
	text += before;
	n = strlen(text);
	px = strtod(text, NULL);
	if (text[n - 1] != '%')
		(void)html_px(text, 16, &px);
	/* What is only looked at may be out of bounds: that is the point. */
	if (!(kind & CSS_WATCH) && (px < low || px > SIZE_MAX_PX)) {
		buf_truncate(out, before);
		return false;
	}
	*s = p;
	return true;
}

static bool
number(const char **s, struct buf *out, int *e)
{
	size_t before = out->len;
	const char *p = *s;

	if (!svg_number(&p, out, e) || is_name_char(*p) || *p == '%' ||
	    (out->len > before && out->data[before] == '-')) {
		buf_truncate(out, before);
		return false;
	}
	*s = p;
	return true;
}

static bool
part(const char **s, const struct html_css_row *row, struct buf *out, int *e)
{
	if (keyword(s, row->words, out, e))
		return true;
	if (*e == 0 && row->kind & CSS_NUMBER && number(s, out, e))
		return true;
	if (*e == 0 && row->kind & CSS_LENGTH && length(s, row->kind, out, e))
		return true;
	return *e == 0 && row->kind & CSS_COLOUR && svg_colour(s, out, e);
}

static int
parts(const char *s, const struct html_css_row *row, struct buf *out)
{
	unsigned n = 0;
	int e = 0;

	for (s = svg_blanks(s); *s != '\0'; s = svg_blanks(s)) {
		if (n == row->max)
			return ERR_MALFORMED;
		if (n++ > 0 && (e = buf_u8(out, ' ')) != 0)
			return e;
		if (!part(&s, row, out, &e))
			return e != 0 ? e : ERR_MALFORMED;
		/* "1px2px": two parts need a blank between them. */
		if (*s != '\0' && svg_blanks(s) == s)
			return ERR_MALFORMED;
	}
	return n == 0 ? ERR_MALFORMED : 0;
}

/* The colour among the parts of "background"; "?" for a picture. */
static int
back(const char *s, struct buf *out)
{
	static const struct html_css_row colour = { "", CSS_COLOUR, 1,
		"transparent" };
	size_t before = out->len, n;
	int e = 0;

	for (s = svg_blanks(s); *s != '\0'; s = svg_blanks(s + n)) {
		const char *p = s;

		n = svg_css_span(s, " \t\r\n\f,");
		if (part(&p, &colour, out, &e) && p == s + n)
			return 0;
		if (e != 0)
			return e;
		buf_truncate(out, before);
		n += n == 0;
	}
	return ERR_MALFORMED;
}

/* ---- what is refused */

static bool
holds(const char *s, const char *what)
{
	return strcasestr(s, what) != NULL;
}

/* Does a value, or a name, try to do something? */
static enum finding_id
refusal(const char *name, const char *value)
{
	static const char *const acting[] = { "expression", "javascript",
		"vbscript", "behavior", "-moz-binding", "progid",
		"data:", NULL };

	for (size_t i = 0; acting[i] != NULL; i++)
		if (holds(value, acting[i]) || holds(name, acting[i]))
			return FIND_HTML_CSS_ACTIVE;
	if (holds(value, "url(") || holds(value, "image-set(") ||
	    holds(value, "src("))
		return holds(value, "//") || holds(value, "\\")
			   ? FIND_HTML_REMOTE
			   : FIND_HTML_CSS;
	return FIND_HTML_CSS;
}

static int
refuse(struct html *h, const char *name, const char *value)
{
	enum finding_id id = refusal(name, value);

	if (id == FIND_HTML_CSS && strncmp(name, "mso-", 4) == 0)
		name = "mso-*";
	return html_say(h, id, ACT_REMOVED,
	    id == FIND_HTML_REMOTE ? value : name);
}

/* ---- declarations */

/* Takes "!important" off the end. */
static bool
is_important(char *s)
{
	char *mark = strrchr(s, '!');

	if (mark == NULL ||
	    strncasecmp(mark + 1 + strspn(mark + 1, " \t\r\n\f"), "important",
		9) != 0)
		return false;
	*mark = '\0';
	return true;
}

static int
value_of(const struct html_css_row *row, const char *s, struct buf *out)
{
	if (row->kind & CSS_RAW)
		return buf_puts(out, s);
	if (row->kind & CSS_FAMILY)
		return svg_family(s, out);
	if (row->kind & CSS_FONTS)
		return svg_font(s, out);
	if (row->kind & CSS_BACK)
		return back(s, out);
	return parts(s, row, out);
}

static int
add(struct html *h, enum html_property p, const struct buf *value,
    bool important, struct html_decl ***end)
{
	struct html_decl *d = html_alloc(h, sizeof(*d));

	if (d == NULL ||
	    (d->value = html_copy(h, value->data, value->len)) == NULL)
		return ERR_NOMEM;
	d->property = (uint8_t)p;
	d->important = important;
	**end = d;
	*end = &d->next;
	return 0;
}

/* A background with a picture: what lies behind the text is not known. */
static int
note_picture(struct html *h, const char *value, bool important,
    struct html_decl ***end)
{
	struct buf b;
	int e;

	if (!holds(value, "url(") && !holds(value, "gradient(") &&
	    !holds(value, "image-set("))
		return 0;
	buf_init(&b, 8);
	if ((e = buf_puts(&b, "url")) == 0)
		e = add(h, CSS_BACKGROUND_IMAGE_, &b, important, end);
	buf_done(&b);
	return e;
}

/* Far out to the left or above: not written, but the text is not seen. */
static int
note_off(struct html *h, const char *value, bool important,
    struct html_decl ***end)
{
	double px = 0, least = 0;
	struct buf b;
	int e;

	for (const char *s = value; *s != '\0';
	     s += strcspn(s, " "), s += strspn(s, " ")) {
		char text[32];
		size_t n = strcspn(s, " ");

		if (n >= sizeof(text))
			continue;
		memcpy(text, s, n);
		text[n] = '\0';
		if (html_px(text, 16, &px) && px < least)
			least = px;
	}
	if (least >= -AWAY_PX)
		return 0;
	buf_init(&b, 32);
	if ((e = buf_puts(&b, "-9999px")) == 0)
		e = add(h, CSS_LEFT_, &b, important, end);
	buf_done(&b);
	return e;
}

static int
declare(struct html *h, const char *name, char *value, struct html_decl ***end)
{
	enum html_property p = property_named(name);
	bool important = is_important(value);
	struct buf b;
	int e;

	while (value[0] != '\0' && html_is_blank(value[strlen(value) - 1]))
		value[strlen(value) - 1] = '\0';
	if (strncmp(name, "background", 10) == 0 &&
	    (e = note_picture(h, value, important, end)) != 0)
		return e;
	if (p == CSS_PROPERTIES || p == CSS_BACKGROUND_IMAGE_)
		return p == CSS_PROPERTIES || holds(value, "(")
			   ? refuse(h, name, value)
			   : 0;
	buf_init(&b, VALUE_BYTES);
	e = value_of(&html_css_rows[p], value, &b);
	if (e == 0 && b.len > 0) {
		/* "background: red" is one spelling of its colour. */
		if (p == CSS_BACKGROUND_)
			p = CSS_BACKGROUND_COLOR_;
		e = add(h, p, &b, important, end);
		if (e == 0 && refusal(name, value) != FIND_HTML_CSS)
			e = refuse(h, name, value);
	} else if (e == 0 || e == ERR_MALFORMED || e == ERR_LIMIT) {
		e = html_css_rows[p].kind & (CSS_NEGATIVE | CSS_AWAY)
			? note_off(h, value, important, end)
			: 0;
		if (e == 0 && (!holds(name, "background") || holds(value, "(")))
			e = refuse(h, name, value);
	}
	buf_done(&b);
	return e;
}

/* n bytes between two semicolons, without comments. */
static int
declaration(struct html *h, const char *s, size_t n, struct html_decl ***end)
{
	char text[VALUE_BYTES], *colon;
	size_t k;

	while (n > 0 && html_is_blank(*s)) {
		s++;
		n--;
	}
	if (n == 0)
		return 0;
	if (memchr(s, '\\', n) != NULL)
		return html_say(h, FIND_HTML_CSS_ESCAPE, ACT_REMOVED, "");
	if (n >= sizeof(text))
		return html_say(h, FIND_HTML_CSS, ACT_REMOVED, "");
	memcpy(text, s, n);
	text[n] = '\0';
	if ((colon = strchr(text, ':')) == NULL)
		return html_say(h, FIND_HTML_CSS, ACT_REMOVED, "");
	*colon = '\0';
	for (k = strlen(text); k > 0 && html_is_blank(text[k - 1]);)
		text[--k] = '\0';
	if (k == 0 || k > NAME_BYTES)
		return html_say(h, FIND_HTML_CSS, ACT_REMOVED, "");
	for (size_t i = 0; i < k; i++)
		if (text[i] >= 'A' && text[i] <= 'Z')
			text[i] = (char)(text[i] | 0x20);
	colon++;
	return declare(h, text, colon + strspn(colon, " \t\r\n\f"), end);
}

int
html_css_read(struct html *h, const char *in, struct html_decl **out)
{
	struct html_decl **end = out;
	struct buf css;
	const char *s;
	size_t n;
	int e;

	*out = NULL;
	if (strlen(in) > STYLE_BYTES)
		return html_say(h, FIND_HTML_CSS, ACT_REMOVED, "");
	buf_init(&css, STYLE_BYTES + 1);
	if ((e = svg_strip_comments(in, &css)) != 0)
		goto out;
	if ((s = buf_cstr(&css)) == NULL) {
		e = ERR_NOMEM;
		goto out;
	}
	for (; e == 0 && *s != '\0'; s += n) {
		n = svg_css_span(s, ";");
		e = declaration(h, s, n, &end);
		n += s[n] == ';';
	}
out:
	buf_done(&css);
	return e;
}

/* ---- who wins */

void
html_look_add(struct html_look *l, const struct html_decl *d, uint32_t weight,
    uint32_t *order)
{
	for (; d != NULL; d = d->next) {
		uint64_t rank = (uint64_t)d->important << 62 |
				(uint64_t)weight << 24 | ++*order;

		if (l->of[d->property] == NULL ||
		    rank >= l->rank[d->property]) {
			l->of[d->property] = d;
			l->rank[d->property] = rank;
		}
	}
}

int
html_look_write(const struct html_look *l, struct buf *out)
{
	uint8_t sorted[CSS_PROPERTIES];
	size_t n = 0;
	int e = 0;

	for (size_t i = 0; i < CSS_PROPERTIES; i++) {
		size_t k;

		if (l->of[i] == NULL || html_css_rows[i].kind & CSS_WATCH)
			continue;
		for (k = n++; k > 0 && l->rank[sorted[k - 1]] > l->rank[i]; k--)
			sorted[k] = sorted[k - 1];
		sorted[k] = (uint8_t)i;
	}
	for (size_t i = 0; e == 0 && i < n; i++) {
		if (i > 0)
			e = buf_u8(out, ';');
		if (e == 0)
			e = buf_puts(out, html_css_rows[sorted[i]].name);
		if (e == 0)
			e = buf_u8(out, ':');
		if (e == 0)
			e = buf_puts(out, l->of[sorted[i]]->value);
	}
	return e;
}
