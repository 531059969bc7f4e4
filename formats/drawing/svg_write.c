/*
 * The tree as XML in one spelling: UTF-8, one default namespace, attributes
 * in the order of the table, a line for each element outside of texts.
 */
#include <string.h>

#include "formats/drawing/svg_int.h"
#include "formats/xmlx.h"

static const char head[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
static const char space_svg[] = " xmlns=\"http://www.w3.org/2000/svg\"";
static const char space_xlink[] =
    " xmlns:xlink=\"http://www.w3.org/1999/xlink\"";

static int
put(struct svg *g, const char *s)
{
	return g->put(g->put_arg, s, strlen(s));
}

static int
write_values(struct svg *g, const struct svg_node *n)
{
	int e = 0;

	for (struct svg_value *v = n->values; v != NULL && e == 0;
	     v = v->next) {
		if ((e = put(g, " ")) != 0 ||
		    (e = put(g, svg_attributes[v->attribute].name)) != 0 ||
		    (e = put(g, "=\"")) != 0 ||
		    (e = xml_escape(v->text, strlen(v->text), true, g->put,
			 g->put_arg)) != 0)
			break;
		e = put(g, "\"");
	}
	return e;
}

static int
write_rules(struct svg *g, const struct svg_node *n)
{
	struct svg_sheet *s = g->sheets;
	int e = 0;

	while (s != NULL && s->node != n)
		s = s->next;
	for (struct svg_rule *r = s == NULL ? NULL : s->rules;
	     r != NULL && e == 0; r = r->next) {
		if (r->gone)
			continue;
		if ((e = put(g, "\n")) != 0 ||
		    (e = xml_escape(r->selectors, strlen(r->selectors), false,
			 g->put, g->put_arg)) != 0 ||
		    (e = put(g, "{")) != 0 ||
		    (e = xml_escape(r->declarations, strlen(r->declarations),
			 false, g->put, g->put_arg)) != 0)
			break;
		e = put(g, "}");
	}
	return e == 0 ? put(g, "\n") : e;
}

/* Children on lines of their own, unless blanks count here. */
static bool
on_lines(const struct svg_node *n)
{
	return n != NULL && !n->in_text;
}

static bool
is_empty(const struct svg_node *n)
{
	for (struct svg_node *c = n->first; c != NULL; c = c->next)
		if (!c->gone)
			return false;
	return n->element != SVG_STYLE;
}

static int
write_start(struct svg *g, const struct svg_node *n)
{
	int e;

	if ((n->parent == NULL || on_lines(n->parent)) &&
	    (e = put(g, "\n")) != 0)
		return e;
	if ((e = put(g, "<")) != 0 ||
	    (e = put(g, svg_elements[n->element].name)) != 0)
		return e;
	if (n->parent == NULL &&
	    ((e = put(g, space_svg)) != 0 ||
		(g->xlink && (e = put(g, space_xlink)) != 0)))
		return e;
	if ((e = write_values(g, n)) != 0)
		return e;
	if ((e = put(g, is_empty(n) ? "/>" : ">")) != 0)
		return e;
	return n->element == SVG_STYLE ? write_rules(g, n) : 0;
}

static int
write_end(struct svg *g, const struct svg_node *n)
{
	int e = 0;

	if (n->element == SVG_CHARS || is_empty(n))
		return 0;
	if (n->element != SVG_STYLE && on_lines(n))
		e = put(g, "\n");
	if (e != 0 || (e = put(g, "</")) != 0 ||
	    (e = put(g, svg_elements[n->element].name)) != 0)
		return e;
	return put(g, ">");
}

/* Is xlink:href written anywhere? */
static bool
needs_xlink(const struct svg *g)
{
	for (const struct svg_node *n = g->root; n != NULL;
	     n = svg_next(n, g->root))
		if (!n->gone && svg_get(n, SVG_A_XLINK_HREF) != NULL)
			return true;
	return false;
}

int
svg_write(struct svg *g)
{
	const struct svg_node *n = g->root, *next;
	int e = put(g, head);

	g->xlink = needs_xlink(g);

	while (e == 0 && n != NULL) {
		e = n->element == SVG_CHARS
			? xml_escape(n->text, n->len, false, g->put, g->put_arg)
			: write_start(g, n);
		for (next = n->first; next != NULL && next->gone;)
			next = next->next;
		/* Up until there is a brother. */
		while (e == 0 && next == NULL && n != NULL) {
			e = write_end(g, n);
			for (next = n->next; next != NULL && next->gone;)
				next = next->next;
			n = n->parent;
		}
		n = next;
	}
	return e == 0 ? put(g, "\n") : e;
}
