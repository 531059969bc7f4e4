/*
 * Uncompressed pixels inside HEIF: items of the kind "unci" (ISO/IEC 23001-17),
 * which libheif of the distribution does not know. For the HEIF module.
 *
 * Accepted: grey, RGB or YCbCr, with alpha or without; unsigned samples of 1
 * to 16 bits; samples of a component, of a pixel, of a row or of a tile beside
 * each other; 4:2:2 and 4:2:0; tiles; packed by zlib or deflate as a whole.
 */
#ifndef FORMATS_RASTER_HEIF_UNCI_H
#define FORMATS_RASTER_HEIF_UNCI_H

#include "formats/doc.h"

#define UNCI_PARTS_MAX 8

/* What a component means; the numbers are those of the standard. */
enum unci_role {
	UNCI_GREY = 0,
	UNCI_Y = 1,
	UNCI_CB = 2,
	UNCI_CR = 3,
	UNCI_RED = 4,
	UNCI_GREEN = 5,
	UNCI_BLUE = 6,
	UNCI_ALPHA = 7,
	UNCI_PADDING = 12,
	UNCI_ROLES
};

enum unci_order {
	UNCI_BY_COMPONENT,
	UNCI_BY_PIXEL,
	UNCI_MIXED, /* Y, then Cb and Cr in pairs */
	UNCI_BY_ROW,
	UNCI_BY_TILE
};

struct unci_part {
	uint8_t role;
	uint8_t bits;	/* 1..16 */
	uint8_t octets; /* a sample takes so many; 0: no more than its bits */
};

/* How the samples lie: the box uncC, checked. */
struct unci_form {
	uint32_t width, height;
	unsigned n;
	struct unci_part parts[UNCI_PARTS_MAX];
	enum unci_order order;
	uint8_t across, down; /* pixels for one sample of colour: 1, 2 */
	bool little;	      /* octets of a sample, the lowest first */
	uint32_t pixel_size, row_align, tile_align; /* octets; 0: none */
	uint32_t tiles_x, tiles_y;
	uint8_t matrix;	 /* of YCbCr, as in nclx */
	bool full_range; /* of YCbCr */
};

struct unci_picture {
	unsigned channels; /* 1..4, the last of 2 and 4 is alpha */
	bool deep;	   /* 16 bits big-endian instead of 8 */
	bool half;	   /* colours are coarser than brightness */
	struct unci_form form;
	struct buf data; /* as the item holds it, unpacked */
	struct buf icc;	 /* by icc_take(), or empty */
};

/*
 * Read the properties and the bytes of the item id, in the file in, whose
 * directory of items is meta (behind its version). Takes the pixels from the
 * limits. *p is to be given to unci_done(), after errors too. ERR_UNSUPPORTED
 * for what is not in the list above; ERR_MALFORMED, ERR_LIMIT, ERR_NOMEM; says
 * why.
 */
int unci_read(struct doc *, const struct reader *in, const struct reader *meta,
    uint32_t id, struct unci_picture *p) MUST_CHECK;
void unci_done(struct unci_picture *);

/*
 * Put the samples into rows, top down, without gaps: channels x (deep ? 2 : 1)
 * octets a pixel. deep is by the caller. ERR_MALFORMED when bytes are missing.
 */
int unci_rows(struct doc *, const struct unci_picture *p,
    struct buf *rows) MUST_CHECK;

/* unci_rows() looks at no more octets of data; the sizes are within limits. */
uint64_t unci_most_octets(const struct unci_form *);

#endif
