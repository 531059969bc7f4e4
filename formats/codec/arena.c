/* Counted memory of decoders; see arena.h. */
#include "formats/codec/arena.h"

#include <stdlib.h>
#include <string.h>

struct arena_block {
	struct arena_block *next, *prev;
	size_t n;
	max_align_t data[];
};

void
arena_init(struct arena *a, struct doc *d)
{
	*a = (struct arena){ .d = d };
}

void *
arena_alloc(struct arena *a, size_t n)
{
	struct arena_block *b;
	size_t whole;

	if (__builtin_add_overflow(n, sizeof(*b), &whole) ||
	    doc_spend(a->d, BUDGET_MEMORY_BYTES, whole) != 0)
		return NULL;
	if ((b = calloc(1, whole)) == NULL) {
		doc_refund(a->d, BUDGET_MEMORY_BYTES, whole);
		(void)doc_fail(a->d, ERR_NOMEM, "out of memory");
		return NULL;
	}
	b->n = n;
	b->next = a->blocks;
	if (b->next != NULL)
		b->next->prev = b;
	a->blocks = b;
	return b->data;
}

static struct arena_block *
block_of(void *p)
{
	return (struct arena_block *)((char *)p -
				      offsetof(struct arena_block, data));
}

void
arena_free(struct arena *a, void *p)
{
	struct arena_block *b;

	if (p == NULL)
		return;
	b = block_of(p);
	if (b->prev != NULL)
		b->prev->next = b->next;
	else
		a->blocks = b->next;
	if (b->next != NULL)
		b->next->prev = b->prev;
	doc_refund(a->d, BUDGET_MEMORY_BYTES, sizeof(*b) + b->n);
	free(b);
}

void *
arena_realloc(struct arena *a, void *p, size_t n)
{
	size_t was = p == NULL ? 0 : block_of(p)->n;
	void *fresh = arena_alloc(a, n);

	if (fresh == NULL || p == NULL)
		return fresh;
	memcpy(fresh, p, was < n ? was : n);
	arena_free(a, p);
	return fresh;
}

void
arena_done(struct arena *a)
{
	while (a->blocks != NULL)
		arena_free(a, a->blocks->data);
}
