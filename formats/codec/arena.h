/*
 * Memory that a decoder needs for a while: charged to the document's memory
 * budget and given back, whole or piece by piece. Fits the callbacks of
 * libraries that bring their own allocator interface.
 *
 * One owner, on its stack or in its own memory. Called by format modules.
 */
#ifndef FORMATS_CODEC_ARENA_H
#define FORMATS_CODEC_ARENA_H

#include "formats/doc.h"

struct arena_block;

struct arena {
	struct doc *d;
	struct arena_block *blocks;
};

void arena_init(struct arena *, struct doc *);
/* Zeroed memory; NULL when over budget or out of memory (says why once). */
void *arena_alloc(struct arena *, size_t n);
/* The same with the contents of p, which is freed; NULL leaves p alone. */
void *arena_realloc(struct arena *, void *p, size_t n);
/* p: of this arena, or NULL. */
void arena_free(struct arena *, void *p);
/* Frees all that is left. May be called again. */
void arena_done(struct arena *);

#endif
