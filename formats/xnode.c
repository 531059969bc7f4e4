/*
 * The tree of xmlx.h: links between nodes. No bounds, no bytes of input.
 */
#include "formats/xmlx.h"

#include <string.h>

struct xnode *
xnode_child(const struct xnode *n, uint16_t name)
{
	for (struct xnode *c = n->first; c != NULL; c = c->next)
		if (c->name == name && c->text == NULL)
			return c;
	return NULL;
}

struct xattr *
xnode_attr_node(const struct xnode *n, uint16_t name)
{
	for (struct xattr *a = n->attrs; a != NULL; a = a->next)
		if (a->name == name)
			return a;
	return NULL;
}

const char *
xnode_attr(const struct xnode *n, uint16_t name)
{
	const struct xattr *a = xnode_attr_node(n, name);

	return a == NULL ? NULL : a->value;
}

void
xnode_unset(struct xnode *n, uint16_t name)
{
	for (struct xattr **p = &n->attrs; *p != NULL; p = &(*p)->next)
		if ((*p)->name == name) {
			*p = (*p)->next;
			return;
		}
}

void
xnode_remove(struct xnode *n)
{
	struct xnode *up = n->parent;

	if (n->prev != NULL)
		n->prev->next = n->next;
	else if (up != NULL && up->first == n)
		up->first = n->next;
	if (n->next != NULL)
		n->next->prev = n->prev;
	else if (up != NULL && up->last == n)
		up->last = n->prev;
	n->parent = n->prev = n->next = NULL;
}

void
xnode_append(struct xnode *parent, struct xnode *n)
{
	n->parent = parent;
	n->next = NULL;
	n->prev = parent->last;
	if (parent->last != NULL)
		parent->last->next = n;
	else
		parent->first = n;
	parent->last = n;
}

void
xnode_before(struct xnode *at, struct xnode *n)
{
	n->parent = at->parent;
	n->next = at;
	n->prev = at->prev;
	if (at->prev != NULL)
		at->prev->next = n;
	else if (at->parent != NULL)
		at->parent->first = n;
	at->prev = n;
}

void
xnode_replace(struct xnode *old, struct xnode *fresh)
{
	xnode_before(old, fresh);
	xnode_remove(old);
}

void
xnode_unwrap(struct xnode *n)
{
	struct xnode *c, *next;

	for (c = n->first; c != NULL; c = next) {
		next = c->next;
		xnode_remove(c);
		xnode_before(n, c);
	}
	xnode_remove(n);
}

struct xnode *
xnode_skip(const struct xnode *n, const struct xnode *top)
{
	for (; n != NULL && n != top; n = n->parent)
		if (n->next != NULL)
			return n->next;
	return NULL;
}

struct xnode *
xnode_next(const struct xnode *n, const struct xnode *top)
{
	return n->first != NULL ? n->first : xnode_skip(n, top);
}

void
xattr_done(struct xattr *a)
{
	a->check = CHECK_DONE;
}

int
xnode_gather(const struct xnode *n, struct buf *out)
{
	int e;

	for (const struct xnode *c = xnode_next(n, n); c != NULL;
	     c = xnode_next(c, n))
		if (c->text != NULL && (e = buf_put(out, c->text, c->len)) != 0)
			return e;
	return 0;
}
