/*
 * Attributes of clean HTML: those of html_attributes.def with values that
 * follow their grammar. The style comes from the sheets and the element.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "formats/drawing/css.h"
#include "formats/html/html_out.h"

#define NAME_BYTES  128u
#define WORDS_BYTES 500u

enum kind {
	K_ID,
	K_LANGUAGE,
	K_WORD,
	K_WORDS, /* text for people */
	K_LENGTH,
	K_NUMBER,
	K_INTEGER,
	K_COLOUR,
	K_FACE,
	K_SIZE,
	K_FLAG,
	K_TYPE,
	K_DATE
};

static const struct row {
	const char *name;
	enum kind kind;
	const char *elements, *words;
} rows[] = {

#define ATTRIBUTE(name, kind, elements, words) \
	{ name, K_##kind, elements, words },
#include "formats/html/html_attributes.def"
#undef ATTRIBUTE
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* ---- escaping */

static int
put(struct html_out *o, const char *s, size_t n, bool quoted)
{
	int e = 0;

	for (size_t i = 0, from = 0; e == 0 && i <= n; i++) {
		const char *with = NULL;

		if (i < n) {
			switch (s[i]) {
			case '&':
				with = "&amp;";
				break;
			case '<':
				with = "&lt;";
				break;
			case '>':
				with = "&gt;";
				break;
			case '"':
				with = quoted ? "&#34;" : NULL;
				break;
			case '\'':
				with = quoted ? "&#39;" : NULL;
				break;
			case '`':
				with = quoted ? "&#96;" : NULL;
				break;
			default:
				break;
			}
			if (with == NULL)
				continue;
		}
		e = buf_put(o->to, s + from, i - from);
		if (e == 0 && with != NULL)
			e = buf_puts(o->to, with);
		from = i + 1;
	}
	return e;
}

int
html_put_text(struct html_out *o, const char *s, size_t n)
{
	int e = 0;

	if (n > 0 && o->after_pre && s[0] == '\n')
		e = buf_u8(o->to, '\n');
	if (n > 0)
		o->after_pre = false;
	return e == 0 ? put(o, s, n, false) : e;
}

int
html_put_value(struct html_out *o, const char *name, const char *value)
{
	int e;

	if ((e = buf_u8(o->to, ' ')) != 0 || (e = buf_puts(o->to, name)) != 0 ||
	    (e = buf_puts(o->to, "=\"")) != 0 ||
	    (e = put(o, value, strlen(value), true)) != 0)
		return e;
	return buf_u8(o->to, '"');
}

/* ---- values; 0, an error, or ERR_MALFORMED */

static bool
lists(const char *words, const char *s, bool any_case, const char **as)
{
	size_t n = strlen(s), k;

	for (const char *w = words; *w != '\0'; w += k + (w[k] == ' ')) {
		k = strcspn(w, " ");
		if (k == n &&
		    (any_case ? strncasecmp(s, w, n) : strncmp(s, w, n)) == 0) {
			*as = w;
			return true;
		}
	}
	return false;
}

static int
word(const struct row *r, const char *s, struct buf *out)
{
	const char *as;

	if (!lists(r->words, s, r->kind == K_WORD, &as))
		return ERR_MALFORMED;
	return buf_put(out, as, strlen(s));
}

/* "12", "50%"; "12px" as old pages write it. */
static int
length(const char *s, bool percent, struct buf *out)
{
	char *end;
	long v = strtol(s, &end, 10);

	if (end == s || v < 0 || v > 10000)
		return ERR_MALFORMED;
	if (*end == '.')
		end += 1 + strspn(end + 1, "0123456789");
	if (percent && *end == '%')
		return buf_fmt(out, "%ld%%", v);
	return *end == '\0' || strcasecmp(end, "px") == 0
		   ? buf_fmt(out, "%ld", v)
		   : ERR_MALFORMED;
}

static int
integer(const char *s, long least, long most, struct buf *out)
{
	char *end;
	long v = strtol(s, &end, 10);

	if (end == s || *end != '\0' || v < least || v > most)
		return ERR_MALFORMED;
	return buf_fmt(out, "%ld", v);
}

/* "+1", "-2", "4" */
static int
size(const char *s, struct buf *out)
{
	const char *digits = s + (*s == '+' || *s == '-');

	if (strspn(digits, "0123456789") != strlen(digits) ||
	    strlen(digits) == 0 || strlen(digits) > 2)
		return ERR_MALFORMED;
	return buf_puts(out, s);
}

static int
colour(const char *s, struct buf *out)
{
	const char *p = s;
	int e = 0;

	if (strlen(s) == 6 && strspn(s, "0123456789abcdefABCDEF") == 6)
		return buf_fmt(out, "#%s", s);
	if (strchr(s, '(') != NULL || !svg_colour(&p, out, &e) || *p != '\0')
		return e != 0 ? e : ERR_MALFORMED;
	return 0;
}

static int
language(const char *s, struct buf *out)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz"
			     "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

	if (n == 0 || n > 35 || s[n] != '\0')
		return ERR_MALFORMED;
	return buf_puts(out, s);
}

/* A name in the page gets a prefix, once, so that it is no name of ours. */
static int
id(const char *s, struct buf *out)
{
	int e;

	if (*s == '\0' || strlen(s) > NAME_BYTES ||
	    strpbrk(s, " \t\r\n\f\"'<>&`") != NULL)
		return ERR_MALFORMED;
	e = strncmp(s, "u-", 2) == 0 ? 0 : buf_puts(out, "u-");
	return e == 0 ? buf_puts(out, s) : e;
}

static int
date(const char *s, struct buf *out)
{
	if (strspn(s, "0123456789-:TZ+.PDHMSWY ") != strlen(s) ||
	    strlen(s) > 40 || *s == '\0')
		return ERR_MALFORMED;
	return buf_puts(out, s);
}

/* For people: blanks made one, cut on a character's border. */
static int
words(const char *s, struct buf *out)
{
	char text[WORDS_BYTES];
	bool blank = false;
	int e = 0;

	utf8_printable(s, strlen(s), text, sizeof(text));
	for (const char *p = text; e == 0 && *p != '\0'; p++) {
		if (*p == ' ') {
			blank = out->len > 0;
			continue;
		}
		if (blank)
			e = buf_u8(out, ' ');
		blank = false;
		if (e == 0)
			e = buf_u8(out, (uint8_t)*p);
	}
	return e;
}

static int
value_of(const struct row *r, const char *s, struct buf *out)
{
	switch (r->kind) {
	case K_ID:
		return id(s, out);
	case K_LANGUAGE:
		return language(s, out);
	case K_WORD:
	case K_TYPE:
		return word(r, s, out);
	case K_WORDS:
		return words(s, out);
	case K_LENGTH:
		return length(s, true, out);
	case K_NUMBER:
		return length(s, false, out);
	case K_INTEGER:
		return integer(s, -1000000, 1000000, out);
	case K_COLOUR:
		return colour(s, out);
	case K_FACE:
		return svg_family(s, out);
	case K_SIZE:
		return size(s, out);
	case K_FLAG:
		return 0;
	case K_DATE:
		return date(s, out);
	}
	return ERR_MALFORMED;
}

/* ---- an element */

static bool
may_have(const struct row *r, const struct html_node *n)
{
	const char *as;

	return r->elements[0] == '\0' ||
	       lists(r->elements, html_rows[n->element].name, false, &as);
}

/* What is left out on purpose, and says nothing about the page. */
static bool
is_plain(const struct html_node *n, const char *name)
{
	static const char *const names[] = { "style", "rel", "target", "href",
		"src", "action", "background", "xmlns", "summary", "headers",
		"cite", "http-equiv", "charset", "content", "srcset", "sizes",
		"loading", "role", "x:fmla", "fmla", NULL };

	for (size_t i = 0; names[i] != NULL; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return strncmp(name, "on", 2) == 0 || strncmp(name, "aria-", 5) == 0 ||
	       strncmp(name, "xmlns:", 6) == 0 ||
	       (n->element == HTML_IMG_ && strcmp(name, "name") == 0);
}

/* What is not on the list, said. */
static int
judge(struct html_out *o, const struct html_node *n)
{
	int e = 0;

	for (const struct html_attr *a = n->attrs; e == 0 && a != NULL;
	     a = a->next) {
		size_t i = 0;

		while (i < ROWS && (strcmp(rows[i].name, a->name) != 0 ||
				       !may_have(&rows[i], n)))
			i++;
		if (i < ROWS || is_plain(n, a->name))
			continue;
		e = strcmp(a->name, "class") == 0 ||
			    strcmp(a->name, "name") == 0
			? html_say(o->h, FIND_HTML_NAMES, ACT_REMOVED, a->name)
			: html_say(o->h, FIND_HTML_ATTRIBUTE, ACT_REMOVED,
			      strncmp(a->name, "data-", 5) == 0 ? "data-*"
								: a->name);
	}
	return e;
}

static int
put_row(struct html_out *o, const struct row *r, const char *value)
{
	const char *s;
	int e;

	while (html_is_blank(*value))
		value++;
	buf_clear(&o->tmp2);
	buf_clear(&o->tmp);
	if ((e = buf_puts(&o->tmp, value)) != 0)
		return e;
	while (o->tmp.len > 0 && html_is_blank(o->tmp.data[o->tmp.len - 1]))
		buf_truncate(&o->tmp, o->tmp.len - 1);
	if ((value = buf_cstr(&o->tmp)) == NULL)
		return ERR_NOMEM;
	e = value_of(r, value, &o->tmp2);
	if (e == ERR_MALFORMED)
		return html_say(o->h, FIND_HTML_ATTRIBUTE, ACT_REMOVED,
		    r->name);
	if (e != 0)
		return e;
	if ((s = buf_cstr(&o->tmp2)) == NULL)
		return ERR_NOMEM;
	return html_put_value(o, r->name, s);
}

static int
put_style(struct html_out *o, struct html_node *n)
{
	const char *s;
	int e;

	if ((e = html_cascade(o->h, n, &o->look)) != 0)
		return e;
	buf_clear(&o->tmp2);
	if ((e = html_look_write(&o->look, &o->tmp2)) != 0 || o->tmp2.len == 0)
		return e;
	if ((s = buf_cstr(&o->tmp2)) == NULL)
		return ERR_NOMEM;
	return html_put_value(o, "style", s);
}

int
html_put_attributes(struct html_out *o, struct html_node *n)
{
	int e;

	if ((e = judge(o, n)) != 0)
		return e;
	for (size_t i = 0; e == 0 && i < ROWS; i++) {
		const char *value;

		if (!may_have(&rows[i], n))
			continue;
		value = html_get(n, rows[i].name);
		/* The old way to name a place. */
		if (value == NULL && i == 0 && n->element == HTML_A_)
			value = html_get(n, "name");
		if (value != NULL)
			e = put_row(o, &rows[i], value);
	}
	return e == 0 ? put_style(o, n) : e;
}
