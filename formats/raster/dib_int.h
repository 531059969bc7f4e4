/* Inside the reader of bitmaps: what a header says. */
#ifndef FORMATS_RASTER_DIB_INT_H
#define FORMATS_RASTER_DIB_INT_H

#include "formats/raster/dib.h"

enum dib_coding { DIB_PLAIN, DIB_RLE8, DIB_RLE4 };

enum { DIB_RED, DIB_GREEN, DIB_BLUE, DIB_ALPHA, DIB_MASKS };

struct dib_mask {
	uint32_t mask;
	unsigned shift, most; /* value: (v & mask) >> shift, 0..most */
};

struct dib_head {
	uint32_t bytes; /* of the header itself */
	uint32_t width, height;
	bool top_down, plain_form; /* as we write it */
	unsigned bits;		   /* in the file */
	enum dib_coding coding;
	bool has_masks;
	struct dib_mask mask[DIB_MASKS];
	uint32_t x_ppm, y_ppm;
	uint32_t n_colours; /* entries of the palette in the file */
	unsigned entry_bytes;
	size_t palette_at, end;
	uint32_t profile_kind, profile_at, profile_bytes;
};

/* As dib_header_bytes(); *why: a text for the error. */
int dib_head_read(const struct reader *, bool is_icon, struct dib_head *,
    const char **why) MUST_CHECK;
/* Decode RLE into out->pixels (zeroed). *damaged: not as it should be. */
void dib_unpack(const struct dib_head *, struct reader *bits, struct dib *out,
    bool *damaged);

#endif
