/*
 * Decoded rows of a picture as a JPEG or a PNG, in the one form of those
 * modules, to doc_put(). For formats that are delivered as another.
 */
#ifndef FORMATS_RASTER_ROWSOUT_H
#define FORMATS_RASTER_ROWSOUT_H

#include "formats/doc.h"

struct rows_picture {
	uint32_t width, height;
	uint8_t channels; /* grey, grey and alpha, R G B, R G B A: 1..4 */
	uint8_t bits;	  /* 8, or 16 big endian */
	size_t stride;
	const uint8_t *rows;
	bool half;		/* one chroma sample for 2 x 2 pixels */
	bool faithful;		/* at least 45 dB from the rows, or no JPEG */
	const struct buf *icc;	/* by icc_take(), or empty */
	const struct buf *exif; /* by exif_put(), or empty */
};

/*
 * A JPEG of quality 92, or for faithful the lowest from there on that is. One
 * or three channels of 8 bits, whose pixels have been taken from the limits.
 * ERR_NOENT: none is faithful, and nothing has been put. ERR_NOMEM, ERR_LIMIT,
 * what the JPEG module returned; says why.
 */
int rows_put_jpeg(struct doc *, const struct rows_picture *) MUST_CHECK;
/* What pngout_open() and doc_put() return. */
int rows_put_png(struct doc *, const struct rows_picture *) MUST_CHECK;

#endif
