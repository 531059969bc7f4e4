/* Bitmaps inside drawings: header and pixels, rebuilt like a picture. */
#ifndef DRAWING_META_DIB_H
#define DRAWING_META_DIB_H

#include "formats/drawing/meta.h"

struct meta_dib {
	struct buf header; /* with the palette */
	struct buf bits;
};

#define META_DIB_ALPHA	(1u << 0) /* the fourth byte is transparency */
#define META_DIB_PACKED (1u << 1) /* JPEG and PNG are allowed */

/*
 * Rebuild one into out (initialised here; meta_dib_done() in any case).
 * usage: 0 colours, 1 numbers in a palette. A local error, reported here,
 * when it cannot be done.
 */
int meta_dib_take(struct meta *, const struct reader *header,
    const struct reader *bits, uint32_t usage, unsigned flags,
    struct meta_dib *out) MUST_CHECK;
/* The same of one where the pixels follow the palette. */
int meta_dib_take_joined(struct meta *, const struct reader *, uint32_t usage,
    struct meta_dib *out) MUST_CHECK;
void meta_dib_done(struct meta_dib *);

#endif
