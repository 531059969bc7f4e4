/* Inside the GIF module: what the walk over the blocks tells the coder. */
#ifndef FORMATS_RASTER_GIF_INT_H
#define FORMATS_RASTER_GIF_INT_H

#include "formats/doc.h"

#define GIF_COLOURS 256u

struct gif_frame {
	uint16_t left, top, width, height;
	bool interlaced, has_transparent;
	uint8_t transparent, disposal;
	uint16_t delay;	       /* hundredths of a second */
	struct reader palette; /* empty: the common one */
	struct reader whole;   /* from its separator to its last block */
	uint32_t x, y, w, h;   /* the part of it inside the canvas */
};

struct gif_facts {
	uint32_t width, height; /* the canvas */
	uint8_t background;
	struct reader palette; /* the common one; empty when there is none */
	bool has_loops;
	uint16_t loops; /* 0: for ever */
	struct gif_frame *frames;
	uint32_t n_frames;
	uint64_t most_px; /* of the largest frame */
};

/*
 * Walk all blocks: limits, what is kept, reports about the rest. ERR_MALFORMED,
 * ERR_TRUNCATED, ERR_LIMIT; says why.
 */
int gif_walk(struct doc *, struct gif_facts *) MUST_CHECK;

#endif
