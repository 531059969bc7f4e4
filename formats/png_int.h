/*
 * Inside the PNG module: what the chunk walk tells the transcoder.
 */
#ifndef FORMATS_PNG_INT_H
#define FORMATS_PNG_INT_H

#include <setjmp.h>

#include <png.h>

#include "formats/doc.h"
#include "formats/exif.h"
#include "formats/png_rows.h"

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
	struct exif text; /* date and author of text chunks */
	struct buf *icc;  /* given by the caller: rewritten profile, or empty */
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

#define PNG_SPANS 4u
/* Filtered rows up to this size are packed at once. */
#define PNG_WHOLE_MAX_BYTES ((size_t)64 << 20)

/* A picture on its way through; errors inside libpng jump to env. */
struct png {
	struct doc *d;
	struct png_facts facts;
	struct buf icc, scratch, packed;
	jmp_buf env;
	int e;		  /* why we jumped */
	unsigned extra;	  /* warnings: bytes behind the picture data */
	unsigned damaged; /* other warnings */
	png_structp in, out;
	png_infop in_info, out_info;
	struct reader spans[PNG_SPANS]; /* what libpng reads */
	unsigned span;
	size_t row_bytes;
	uint8_t pad_mask;     /* of the last byte in a row */
	struct png_rows rows; /* the whole picture; data NULL: row by row */
	uint8_t *row;	      /* one row */
	bool whole;	      /* written from memory; by size alone */
	png_color palette[PNG_PALETTE_MAX];
	int n_colours;
	bool used[PNG_PALETTE_MAX];
};

/* png_read.c: all jump to env when something goes wrong. */

/* libpng's callbacks, for the writer as well; none ever exits or prints. */
void png_on_error(png_structp, png_const_charp);
void png_on_warning(png_structp, png_const_charp);
/* doc_alloc(), or a jump. */
void *png_alloc(struct png *, size_t n);
/* Give up with this error. */
void png_give_up(struct png *, int e) __attribute__((noreturn));
/*
 * Before any row: small pictures are unpacked here as a whole, larger ones
 * row by row with each call of png_each_row().
 */
void png_load(struct png *);
/* All rows, top to bottom, any number of times. */
void png_each_row(struct png *, void (*row)(struct png *, uint8_t *));
/* Frees what libpng holds for reading; may be called at any time. */
void png_close_reader(struct png *);

#endif
