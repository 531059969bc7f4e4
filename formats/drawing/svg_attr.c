/*
 * Attributes as libxml2 tells them: which are listed, whose values follow
 * their grammar, and the conditions that only some viewers fulfil.
 */
#include "formats/drawing/svg_attr.h"

#include <stdio.h>
#include <strings.h>

#define NAME_BYTES 128u

/* ---- attributes */

/* "&#38;" is how the parser leaves "&amp;" in values; nothing else has '&'. */
static int
decode_value(struct svg *g, const xmlChar *s, size_t n)
{
	static const char amp[] = "&#38;";
	struct reader in;
	const uint8_t *p;
	size_t at, len;
	int e = 0;

	buf_clear(&g->value);
	reader_init(&in, s, n);
	while (e == 0 && reader_left(&in) > 0) {
		if (reader_find(&in, reader_pos(&in), amp, 5, &at) != 0)
			at = in.len;
		len = at - reader_pos(&in);
		if (reader_bytes(&in, len, &p) != 0)
			return ERR_INTERNAL;
		e = buf_put(&g->value, p, len);
		if (e == 0 && at < in.len && (e = reader_skip(&in, 5)) == 0)
			e = buf_u8(&g->value, '&');
	}
	return e;
}

static int
take_value(struct svg *g, struct svg_node *n, enum svg_attribute a)
{
	const char *in = buf_cstr(&g->value);
	uint32_t points = 0;
	struct svg_value *v;
	char *text;
	int e;

	buf_clear(&g->tmp);
	if (in == NULL)
		return ERR_NOMEM;
	e = svg_value(g, a, in, &g->tmp, &points);
	if (e == ERR_MALFORMED)
		return svg_say(g, svg_refusal(in), ACT_REMOVED,
		    svg_attributes[a].name);
	if (e != 0 || (g->tmp.len == 0 && a == SVG_A_STYLE))
		return e;
	if ((text = svg_copy(g, g->tmp.data, g->tmp.len)) == NULL ||
	    (e = svg_set(g, n, a, text)) != 0)
		return ERR_NOMEM;
	for (v = n->values; v != NULL; v = v->next)
		if (v->attribute == a)
			v->points = points;
	return 0;
}

static int
say_attribute(struct svg *g, const xmlChar **at)
{
	const char *local = (const char *)at[0];
	enum finding_id id = FIND_SVG_ATTRIBUTE;
	char name[NAME_BYTES];

	if (strncasecmp(local, "on", 2) == 0)
		id = FIND_SVG_EVENT;
	else if (svg_is(at[2], URI_XML) && strcmp(local, "base") == 0)
		id = FIND_SVG_EXTERNAL;
	else if (strcasecmp(local, "src") == 0 ||
		 strcasecmp(local, "href") == 0 ||
		 strcasecmp(local, "ping") == 0)
		id = FIND_SVG_EXTERNAL;
	else if (at[2] != NULL && !svg_is(at[2], URI_XLINK) &&
		 !svg_is(at[2], URI_XML) && !svg_is(at[2], URI_SVG))
		id = FIND_SVG_EDITOR;
	snprintf(name, sizeof(name), "%.40s%s%.60s",
	    at[1] == NULL ? "" : (const char *)at[1], at[1] == NULL ? "" : ":",
	    local);
	return svg_say(g, id, ACT_REMOVED,
	    id == FIND_SVG_EDITOR ? (const char *)at[1] : name);
}

/* The listed attribute of this name and namespace, or SVG_ATTRIBUTES. */
static enum svg_attribute
attribute_of(const xmlChar **at)
{
	char name[NAME_BYTES];

	if (at[2] == NULL && strchr((const char *)at[0], ':') == NULL)
		return svg_attribute_named((const char *)at[0]);
	if (svg_is(at[2], URI_XML))
		snprintf(name, sizeof(name), "xml:%.60s", (const char *)at[0]);
	else if (svg_is(at[2], URI_XLINK) && svg_is(at[0], "href"))
		snprintf(name, sizeof(name), "xlink:href");
	else
		return SVG_ATTRIBUTES;
	return svg_attribute_named(name);
}

static bool
is_condition(const char *name)
{
	return strcmp(name, "systemLanguage") == 0 ||
	       strcmp(name, "requiredExtensions") == 0;
}

static int
take_attribute(struct svg *g, struct svg_node *n, const xmlChar **at)
{
	enum svg_attribute a = attribute_of(at);
	int e;

	if (a != SVG_ATTRIBUTES && svg_attributes[a].kind == SVG_K_HREF &&
	    (svg_attributes[a].elements >> n->element & 1) != 0)
		return 0; /* take_href() */
	if (at[2] == NULL && is_condition((const char *)at[0]))
		return 0; /* svg_shown() */
	if (n->element == SVG_STYLE && at[2] == NULL &&
	    (svg_is(at[0], "type") || svg_is(at[0], "media")))
		return 0; /* svg_sheet_counts() */
	if (a == SVG_ATTRIBUTES ||
	    (svg_attributes[a].elements >> n->element & 1) == 0)
		return say_attribute(g, at);
	if ((e = decode_value(g, at[3], (size_t)(at[4] - at[3]))) != 0)
		return e;
	return take_value(g, n, a);
}

/* href counts before xlink:href (SVG 2); written in the form that was used. */
static int
take_href(struct svg *g, struct svg_node *n, int n_attrs, const xmlChar **attrs,
    bool *gone)
{
	const xmlChar **plain = NULL, **linked = NULL, **at;
	enum svg_attribute a;
	const char *s;
	int e;

	for (int i = 0; i < n_attrs; i++) {
		a = attribute_of(attrs + 5 * i);
		if (a == SVG_A_HREF)
			plain = attrs + 5 * i;
		else if (a == SVG_A_XLINK_HREF)
			linked = attrs + 5 * i;
	}
	*gone = n->element == SVG_USE;
	at = plain != NULL ? plain : linked;
	if (at == NULL ||
	    (svg_attributes[SVG_A_HREF].elements >> n->element & 1) == 0)
		return 0;
	if ((e = decode_value(g, at[3], (size_t)(at[4] - at[3]))) != 0)
		return e;
	if ((s = buf_cstr(&g->value)) == NULL)
		return ERR_NOMEM;
	return svg_href(g, n, s, linked != NULL, gone);
}

int
svg_take_attributes(struct svg *g, struct svg_node *n, int n_attrs,
    const xmlChar **attrs, bool *gone)
{
	int e = 0;

	for (int i = 0; i < n_attrs && e == 0; i++)
		e = take_attribute(g, n, attrs + 5 * i);
	return e != 0 ? e : take_href(g, n, n_attrs, attrs, gone);
}

/* ---- what only some viewers show */

/* "ja", "en-US": for Japanese people, who read some English. */
static bool
language_fits(const char *s, size_t n)
{
	return n >= 2 &&
	       (strncasecmp(s, "ja", 2) == 0 || strncasecmp(s, "en", 2) == 0) &&
	       (n == 2 || s[2] == '-');
}

static bool
any_language(const char *s, size_t n)
{
	size_t i = 0, len;

	while (i < n) {
		i += strspn(s + i, " ,\t\r\n");
		len = strcspn(s + i, " ,\t\r\n\"'");
		if (len == 0 || i + len > n)
			break;
		if (language_fits(s + i, len))
			return true;
		i += len;
	}
	return false;
}

/*
 * Do the conditions hold? Extensions are never there; a language must be one
 * of ours; features are taken to be there.
 */
bool
svg_shown(int n_attrs, const xmlChar **attrs, bool *asked)
{
	*asked = false;
	for (int i = 0; i < n_attrs; i++, attrs += 5) {
		size_t n = (size_t)(attrs[4] - attrs[3]);

		if (attrs[2] != NULL)
			continue;
		if (svg_is(attrs[0], "requiredExtensions")) {
			*asked = true;
			return false;
		}
		if (svg_is(attrs[0], "systemLanguage")) {
			*asked = true;
			if (!any_language((const char *)attrs[3], n))
				return false;
		}
	}
	return true;
}

/* A sheet for print, or in another language than CSS, does not count. */
bool
svg_sheet_counts(int n_attrs, const xmlChar **attrs)
{
	for (int i = 0; i < n_attrs; i++, attrs += 5) {
		size_t n = (size_t)(attrs[4] - attrs[3]);
		const char *s = (const char *)attrs[3];

		if (attrs[2] != NULL || n == 0)
			continue;
		if (svg_is(attrs[0], "type") &&
		    (n != 8 || strncasecmp(s, "text/css", 8) != 0))
			return false;
		if (svg_is(attrs[0], "media") &&
		    !(n == 3 && strncasecmp(s, "all", 3) == 0) &&
		    !(n == 6 && strncasecmp(s, "screen", 6) == 0))
			return false;
	}
	return true;
}
