/*
 * Memory and making of nodes; see xmlx.h. Nodes live in arenas: one for what
 * lasts as long as the parser, one for the unit at hand.
 */
#include "formats/xmlx_int.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK 65536

/* ---- memory of nodes */

void *
xml_arena_alloc(struct xml_parser *p, struct arena *a, size_t n)
{
	struct chunk *c = a->chunks;
	size_t len = n > CHUNK ? n : CHUNK;
	void *at;

	n = (n + 15) & ~(size_t)15;
	if (len < n)
		len = n;
	if (c == NULL || n > c->len - c->used) {
		if (doc_spend(p->d, BUDGET_MEMORY_BYTES, len) != 0) {
			xml_stop(p, ERR_LIMIT);
			return NULL;
		}
		if ((c = malloc(sizeof(*c) + len)) == NULL) {
			xml_stop(p, ERR_NOMEM);
			return NULL;
		}
		*c = (struct chunk){ .next = a->chunks, .len = len };
		a->chunks = c;
	}
	at = (char *)(c + 1) + c->used;
	c->used += n;
	memset(at, 0, n);
	return at;
}

/* Keeps one chunk, so that a stream of small units costs no malloc. */
void
xml_arena_reset(struct xml_parser *p, struct arena *a, size_t keep)
{
	struct chunk *c;

	while ((c = a->chunks) != NULL && (keep == 0 || c->next != NULL)) {
		a->chunks = c->next;
		doc_refund(p->d, BUDGET_MEMORY_BYTES, c->len);
		free(c);
	}
	if (c != NULL)
		c->used = 0;
}

static struct arena *
arena_now(struct xml_parser *p)
{
	return &p->unit;
}

static char *
arena_text(struct xml_parser *p, struct arena *a, const void *s, size_t n)
{
	char *t = n < SIZE_MAX - 32 ? xml_arena_alloc(p, a, n + 1) : NULL;

	if (t != NULL && n > 0)
		memcpy(t, s, n);
	return t;
}

struct xnode *
xnode_new(struct xml_parser *p, uint16_t name, uint16_t type)
{
	struct xnode *n = xml_arena_alloc(p, arena_now(p), sizeof(*n));

	if (n != NULL) {
		n->name = name;
		n->type = type;
		n->done = true;
	}
	return n;
}

struct xnode *
xnode_text(struct xml_parser *p, const char *s, size_t len)
{
	struct xnode *n = xnode_new(p, SN_TEXT, 0);

	if (n == NULL || len > UINT32_MAX ||
	    (n->text = arena_text(p, arena_now(p), s, len)) == NULL)
		return NULL;
	n->len = (uint32_t)len;
	return n;
}

struct xattr *
xml_add_attr(struct xml_parser *p, struct arena *a, struct xnode *n,
    uint16_t name, const void *value, size_t len)
{
	struct xattr *at = xml_arena_alloc(p, a, sizeof(*at)), **tail;

	if (at == NULL || len > UINT32_MAX ||
	    (at->value = arena_text(p, a, value, len)) == NULL)
		return NULL;
	at->len = (uint32_t)len;
	at->name = name;
	for (tail = &n->attrs; *tail != NULL; tail = &(*tail)->next)
		;
	*tail = at;
	return at;
}

struct xattr *
xnode_set(struct xml_parser *p, struct xnode *n, uint16_t name,
    const char *value)
{
	struct xattr *a = xnode_attr_node(n, name);
	size_t len = strlen(value);

	if (a == NULL) {
		a = xml_add_attr(p, arena_now(p), n, name, value, len);
		if (a != NULL)
			a->check = CHECK_DONE;
		return a;
	}
	a->check = CHECK_DONE;
	if ((a->value = arena_text(p, arena_now(p), value, len)) == NULL)
		return NULL;
	a->len = (uint32_t)len;
	return a;
}
