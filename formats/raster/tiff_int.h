/*
 * Inside the TIFF module: what directories say, one page as rows, and what is
 * written. TIFF 6.0; BigTIFF for reading.
 */
#ifndef FORMATS_RASTER_TIFF_INT_H
#define FORMATS_RASTER_TIFF_INT_H

#include "formats/codec/arena.h"
#include "formats/doc.h"
#include "formats/exif.h"

/* Tags that are read. */
enum tiff_slot {
	T_SUBFILE,
	T_WIDTH,
	T_HEIGHT,
	T_BITS,
	T_COMPRESSION,
	T_PHOTOMETRIC,
	T_FILL_ORDER,
	T_STRIP_OFFSETS,
	T_ORIENTATION,
	T_SAMPLES,
	T_ROWS_PER_STRIP,
	T_STRIP_BYTES,
	T_X_RESOLUTION,
	T_Y_RESOLUTION,
	T_PLANAR,
	T_T4_OPTIONS,
	T_UNIT,
	T_PREDICTOR,
	T_COLOUR_MAP,
	T_TILE_WIDTH,
	T_TILE_HEIGHT,
	T_TILE_OFFSETS,
	T_TILE_BYTES,
	T_INK_SET,
	T_EXTRA,
	T_FORMAT,
	T_JPEG_TABLES,
	T_YCC_COEFFICIENTS,
	T_YCC_SUBSAMPLING,
	T_YCC_POSITION,
	T_BLACK_WHITE,
	T_ICC,
	T_SUB_IFDS,
	T_COUNT
};

enum tiff_compression {
	TIFF_PLAIN = 1,
	TIFF_FAX_RLE = 2,
	TIFF_FAX3 = 3,
	TIFF_FAX4 = 4,
	TIFF_LZW = 5,
	TIFF_JPEG = 7,
	TIFF_DEFLATE = 8,
	TIFF_FAX_RLEW = 32771,
	TIFF_PACKBITS = 32773,
	TIFF_OLD_DEFLATE = 32946
};

enum tiff_photometric {
	TIFF_WHITE_IS_0,
	TIFF_BLACK_IS_0,
	TIFF_RGB,
	TIFF_PALETTE,
	TIFF_CMYK = 5,
	TIFF_YCC,
	TIFF_LAB = 8
};

#define TIFF_SAMPLES_MAX 16u
#define TIFF_EXTRAS_MAX	 (TIFF_SAMPLES_MAX - 1)

/* count 0: absent. data holds all count values, in the file's byte order. */
struct tiff_value {
	uint16_t type;
	uint64_t count;
	struct reader data;
};

struct tiff {
	struct doc *d;
	struct reader in;
	bool big_endian, is_big; /* is_big: BigTIFF */
	uint64_t *pages;	 /* where the directories of kept pages are */
	uint32_t n_pages;
	struct buf
	    used; /* what was referred to: pairs of 64 bits, from and to */
};

/* A page: what its directory says, checked by tiff_page_check(). */
struct tiff_page {
	char where[24]; /* for findings */
	struct tiff_value v[T_COUNT];
	struct exif basic; /* date and author, if they may stay */
	uint64_t next;	   /* offset of the next directory; 0: the last */
	uint32_t width, height;
	uint16_t bits, samples, colours, compression, photometric, predictor,
	    format, orientation;
	bool separate; /* a plane for each sample */
	bool low_bit_first, tiled;
	uint8_t sub_h, sub_v;	/* of YCC, where rows are stored; else 1 */
	uint8_t jpeg_h, jpeg_v; /* of YCC as JPEG */
	/* A chunk is a strip or a tile of one plane (or of all, chunky). */
	uint32_t chunk_w, chunk_h; /* pixels */
	uint32_t across, down;	   /* chunks in a plane */
	uint32_t n_chunks;
	/* Lines of the picture, chunky: rows, or rows of YCC blocks. */
	uint32_t lines;
	size_t line_bytes;
	uint32_t damaged; /* chunks and rows */
	uint32_t extra;	  /* chunks with bytes behind what was packed */
};

/* A page that is to be written. */
struct tiff_sheet {
	const struct tiff_page *page;
	uint16_t compression, predictor;
	bool tiled, separate;
	uint32_t chunk_w, chunk_h; /* pixels */
	struct buf *data;	   /* all chunks, one behind the other */
	const uint32_t *ends;	   /* of each chunk in data */
	uint32_t n_chunks;
	const struct buf *icc;
	const uint16_t *colour_map; /* NULL, or 3 << bits numbers */
	bool many;		    /* one page of several */
	bool last;
};

/* ---- tiff_walk.c */

/*
 * The header and the chain of directories: t->pages. Loops, directories
 * outside the file, too many pages. Thumbnails and masks are left out and
 * reported. ERR_MALFORMED, ERR_TRUNCATED, ERR_LIMIT, ERR_UNSUPPORTED.
 */
int tiff_walk(struct tiff *) MUST_CHECK;
/* Remember that these bytes of the file are referred to. */
int tiff_note_used(struct tiff *, uint64_t from, uint64_t bytes) MUST_CHECK;
/* Say what nothing refers to: in gaps, and behind the end. */
int tiff_report_rest(struct tiff *) MUST_CHECK;
/* One directory; report: say what is dropped from it. */
int tiff_read_directory(struct tiff *, uint64_t at, bool report,
    struct tiff_page *) MUST_CHECK;
/* Value i as a number; ERR_NOENT when there is none of an integer type. */
int tiff_number(const struct tiff *, const struct tiff_value *, uint64_t i,
    uint64_t *out) MUST_CHECK;
/* The first value, or fallback. */
uint64_t tiff_number_or(const struct tiff *, const struct tiff_value *,
    uint64_t fallback);
/* Value i as a fraction in lowest terms; ERR_NOENT. */
int tiff_fraction(const struct tiff *, const struct tiff_value *, uint64_t i,
    uint32_t out[2]) MUST_CHECK;

/* ---- tiff_tags.c */

/* The slot of a tag, or -1. */
int tiff_slot_of(uint16_t tag);
#define TIFF_DATE   306u
#define TIFF_ARTIST 315u

/*
 * Say that a tag is dropped; date and author may go to p->basic instead.
 * value: its bytes, may be empty.
 */
int tiff_report_tag(struct tiff *, struct tiff_page *, uint16_t tag,
    const struct reader *value) MUST_CHECK;

/* ---- tiff_page.c */

/*
 * Fill the facts of a page from its values and check them; takes the pixels
 * from the limits. ERR_MALFORMED, ERR_UNSUPPORTED, ERR_LIMIT.
 */
int tiff_page_check(struct tiff *, struct tiff_page *) MUST_CHECK;
/* The packed bytes of chunk i; ERR_NOENT when they are missing. */
int tiff_chunk(struct tiff *, const struct tiff_page *, uint32_t i,
    struct reader *out) MUST_CHECK;

/* ---- tiff_unpack.c */

/*
 * Unpack at most n bytes; returns how many there were (the rest is left
 * alone): damage is fewer bytes. *in is moved behind what was used.
 */
size_t tiff_unpack_lzw(struct reader *in, uint8_t *out, size_t n);
size_t tiff_unpack_packbits(struct reader *in, uint8_t *out, size_t n);
size_t tiff_unpack_deflate(struct reader *in, uint8_t *out, size_t n);

/* ---- tiff_read.c */

/* All rows of a page: lines * line_bytes, memory of the arena. Damage is
 * counted in the page. */
int tiff_read_rows(struct tiff *, struct tiff_page *, struct arena *,
    uint8_t **rows) MUST_CHECK;

/* ---- tiff_jpeg.c */

/*
 * The chunks of a JPEG page, each rebuilt by the JPEG module into a whole
 * picture; *ends memory of the arena. ERR_MALFORMED when one is not what the
 * page says.
 */
int tiff_jpeg_chunks(struct tiff *, struct tiff_page *, struct arena *,
    struct buf *data, uint32_t **ends) MUST_CHECK;

/* ---- tiff_pack.c */

/*
 * Rows as chunks of the one form that we write, in *out (page must be set)
 * and *data: Group 4 for one bit, deflate for the rest. The rows are used up.
 */
int tiff_pack_rows(struct tiff *, struct arena *, uint8_t *rows,
    struct buf *data, struct tiff_sheet *out) MUST_CHECK;
/*
 * The colour map of a palette page, colours without a pixel made black; *map
 * is memory of the arena, NULL for other pages.
 */
int tiff_take_map(struct tiff *, const struct tiff_page *, struct arena *,
    const uint8_t *rows, uint16_t **map) MUST_CHECK;

/* ---- tiff_write.c */

#define TIFF_HEADER_BYTES 8u

/* The header; the first directory follows it. */
int tiff_put_header(struct doc *) MUST_CHECK;
/* A page at *at (from the start of the file), which is moved. */
int tiff_put_page(struct tiff *, const struct tiff_sheet *,
    uint64_t *at) MUST_CHECK;

#endif
