/* Nodes and values of the tree; see svg_int.h. */
#include <string.h>

#include "formats/drawing/svg_int.h"

struct svg_node *
svg_node_new(struct svg *g, struct svg_node *parent, enum svg_element el)
{
	struct svg_node *n = svg_alloc(g, sizeof(*n));

	if (n == NULL)
		return NULL;
	n->element = (uint8_t)el;
	n->parent = parent;
	g->n_nodes++;
	if (parent == NULL)
		return n;
	*(parent->last == NULL ? &parent->first : &parent->last->next) = n;
	parent->last = n;
	return n;
}

const char *
svg_get(const struct svg_node *n, enum svg_attribute a)
{
	for (const struct svg_value *v = n->values; v != NULL; v = v->next)
		if (v->attribute == a)
			return v->text;
	return NULL;
}

int
svg_set(struct svg *g, struct svg_node *n, enum svg_attribute a,
    const char *text)
{
	struct svg_value **at = &n->values, *v;

	if (text == NULL)
		return ERR_NOMEM;
	while (*at != NULL && (*at)->attribute < a)
		at = &(*at)->next;
	if (*at != NULL && (*at)->attribute == a) {
		(*at)->text = text;
		return 0;
	}
	if ((v = svg_alloc(g, sizeof(*v))) == NULL)
		return ERR_NOMEM;
	v->attribute = (uint8_t)a;
	v->text = text;
	v->next = *at;
	*at = v;
	return 0;
}

void
svg_unset(struct svg_node *n, enum svg_attribute a)
{
	for (struct svg_value **at = &n->values; *at != NULL; at = &(*at)->next)
		if ((*at)->attribute == a) {
			*at = (*at)->next;
			return;
		}
}

struct svg_node *
svg_next(const struct svg_node *n, const struct svg_node *top)
{
	if (n->first != NULL)
		return n->first;
	while (n != top && n->next == NULL)
		n = n->parent;
	return n == top ? NULL : n->next;
}
