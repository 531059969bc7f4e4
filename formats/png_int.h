/*
 * Inside the PNG module: what the chunk walk tells the transcoder.
 */
#ifndef FORMATS_PNG_INT_H
#define FORMATS_PNG_INT_H

#include "formats/doc.h"
#include "formats/exif.h"

/* Chunks kept by value, in the order in which they are written. */
enum png_kept {
	PNG_KEPT_CHRM,
	PNG_KEPT_GAMA,
	PNG_KEPT_SRGB,
	PNG_KEPT_CICP,
	PNG_KEPT_SBIT,
	PNG_KEPT_BEFORE_PLTE, /* those above stand before the palette */
	PNG_KEPT_TRNS = PNG_KEPT_BEFORE_PLTE,
	PNG_KEPT_BKGD,
	PNG_KEPT_PHYS,
	PNG_KEPT_COUNT
};

#define PNG_PALETTE_MAX 256u

/* What the file says; borrows the input's bytes. */
struct png_facts {
	uint32_t width, height;
	uint8_t depth, colour;
	bool interlaced;
	struct reader palette; /* contents of PLTE; empty when none */
	/* contents of the kept chunks, checked; data NULL when absent */
	struct reader kept[PNG_KEPT_COUNT];
	bool has_exif;
	struct exif exif;
	struct buf *icc; /* given by the caller: rewritten profile, or empty */
	/* whole chunks for the decoder: signature and IHDR, PLTE, all IDAT */
	struct reader head, plte, idat;
	/* while walking */
	size_t idat_from, idat_to; /* 0: none yet */
	uint32_t others;	   /* chunks besides IDAT */
	uint32_t frames;	   /* chunks of an animation */
	bool has_end, idat_cut, seen_icc;
};

#define PNG_GRAY       0
#define PNG_RGB	       2
#define PNG_INDEXED    3
#define PNG_GRAY_ALPHA 4
#define PNG_RGBA       6

/*
 * Walk all chunks: CRCs, order, limits of the picture, reports about what is
 * not a part of it. f->icc must be set. ERR_MALFORMED, ERR_TRUNCATED,
 * ERR_UNSUPPORTED, ERR_LIMIT; says why.
 */
int png_walk(struct doc *, struct png_facts *f) MUST_CHECK;
/*
 * An ancillary chunk whose CRC is right: kept, or reported and dropped.
 * name: its four letters.
 */
int png_take_chunk(struct doc *, struct png_facts *, const char *name,
    const struct reader *body) MUST_CHECK;

#endif
