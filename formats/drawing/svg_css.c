/*
 * Styles: the declarations of an attribute or of a rule (CSS Syntax 3, as far
 * as it is needed to find where one ends). Only listed properties with values
 * that follow their grammar are written; nothing with a backslash is read.
 */
#include <string.h>
#include <strings.h>

#include "formats/drawing/svg_int.h"

#define NAME_BYTES 64u

/* Behind a string that starts here. */
static const char *
skip_string(const char *s)
{
	char quote = *s++;

	for (; *s != '\0' && *s != quote; s++)
		if (*s == '\\' && s[1] != '\0')
			s++;
	return *s == '\0' ? s : s + 1;
}

int
svg_strip_comments(const char *s, struct buf *out)
{
	const char *end;
	int e = 0;

	while (e == 0 && *s != '\0') {
		if (*s == '"' || *s == '\'') {
			end = skip_string(s);
			e = buf_put(out, s, (size_t)(end - s));
			s = end;
		} else if (s[0] == '/' && s[1] == '*') {
			end = strstr(s + 2, "*/");
			s = end == NULL ? s + strlen(s) : end + 2;
			e = buf_u8(out, ' ');
		} else {
			e = buf_u8(out, (uint8_t)*s++);
		}
	}
	return e;
}

size_t
svg_css_span(const char *in, const char *stop)
{
	const char *s = in;
	unsigned depth = 0;

	while (*s != '\0') {
		if (depth == 0 && strchr(stop, *s) != NULL)
			break;
		if (*s == '"' || *s == '\'') {
			s = skip_string(s);
			continue;
		}
		if (*s == '\\' && s[1] != '\0')
			s++;
		else if (*s == '(' || *s == '[' || *s == '{')
			depth++;
		else if ((*s == ')' || *s == ']' || *s == '}') && depth > 0)
			depth--;
		s++;
	}
	return (size_t)(s - in);
}

static int
refuse(struct svg *g, enum finding_id id, const char *name)
{
	return svg_say(g, id, ACT_REMOVED, name);
}

/* Takes "!important" off the end of a value of n bytes. */
static bool
is_important(const char *s, size_t *n)
{
	static const char word[] = "important";
	size_t len = sizeof(word) - 1, k = *n;

	if (k <= len || strncasecmp(s + k - len, word, len) != 0)
		return false;
	k -= len;
	while (k > 0 && strchr(" \t\r\n\f", s[k - 1]) != NULL)
		k--;
	if (k == 0 || s[k - 1] != '!')
		return false;
	*n = k - 1;
	return true;
}

static bool
take_name(const char *s, size_t n, char *name)
{
	while (n > 0 && strchr(" \t\r\n\f", s[n - 1]) != NULL)
		n--;
	if (n == 0 || n >= NAME_BYTES)
		return false;
	for (size_t i = 0; i < n; i++)
		name[i] =
		    s[i] >= 'A' && s[i] <= 'Z' ? (char)(s[i] | 0x20) : s[i];
	name[n] = '\0';
	return true;
}

static int
write_declaration(struct svg *g, const char *name, const char *value,
    bool important, struct buf *out)
{
	enum svg_attribute a = svg_attribute_named(name);
	size_t before = out->len;
	uint32_t points;
	int e;

	if (a == SVG_ATTRIBUTES || !svg_attributes[a].css)
		return refuse(g,
		    svg_refusal(value) == FIND_SVG_EXTERNAL ? FIND_SVG_EXTERNAL
							    : FIND_SVG_CSS,
		    name);
	if (before > 0 && (e = buf_u8(out, ';')) != 0)
		return e;
	if ((e = buf_puts(out, name)) != 0 || (e = buf_u8(out, ':')) != 0)
		return e;
	size_t empty = out->len;

	e = svg_value(g, a, value, out, &points);
	if (e == ERR_MALFORMED || (e == 0 && out->len == empty)) {
		buf_truncate(out, before);
		return refuse(g, svg_refusal(value), name);
	}
	return e == 0 && important ? buf_puts(out, "!important") : e;
}

/* n bytes between two semicolons. */
static int
declaration(struct svg *g, const char *s, size_t n, struct buf *out)
{
	const char *colon, *value;
	char name[NAME_BYTES];
	bool important;
	size_t len;
	int e;

	while (n > 0 && strchr(" \t\r\n\f", *s) != NULL) {
		s++;
		n--;
	}
	if (n == 0)
		return 0;
	colon = memchr(s, ':', n);
	if (memchr(s, '\\', n) != NULL)
		return refuse(g, FIND_SVG_ESCAPE, "");
	if (colon == NULL || !take_name(s, (size_t)(colon - s), name))
		return refuse(g, FIND_SVG_CSS, "");
	value = colon + 1;
	len = n - (size_t)(value - s);
	while (len > 0 && strchr(" \t\r\n\f", value[len - 1]) != NULL)
		len--;
	important = is_important(value, &len);
	buf_clear(&g->part);
	if ((e = buf_put(&g->part, value, len)) != 0)
		return e;
	if ((value = buf_cstr(&g->part)) == NULL)
		return ERR_NOMEM;
	return write_declaration(g, name, svg_blanks(value), important, out);
}

int
svg_declarations(struct svg *g, const char *in, struct buf *out)
{
	struct buf one;
	const char *s;
	size_t n;
	int e;

	buf_clear(&g->css);
	buf_init(&one, out->max);
	if ((e = svg_strip_comments(in, &g->css)) != 0)
		goto out;
	if ((s = buf_cstr(&g->css)) == NULL) {
		e = ERR_NOMEM;
		goto out;
	}
	for (; e == 0 && *s != '\0'; s += n) {
		n = svg_css_span(s, ";");
		e = declaration(g, s, n, &one);
		n += s[n] == ';';
	}
	if (e == 0)
		e = buf_put(out, one.data, one.len);
out:
	buf_done(&one);
	return e;
}
