/*
 * What a page of a TIFF is (TIFF 6.0 sections 3 to 23), from the values of its
 * directory: sizes, samples, strips and tiles.
 */
#include "formats/image.h"
#include "formats/raster/tiff_int.h"

#define SIDE_MAX 0xffffffffu

static int
refuse(struct tiff *t, const struct tiff_page *p, const char *what, uint64_t n)
{
	return doc_fail(t->d, ERR_UNSUPPORTED, "%s: %s %llu", p->where, what,
	    (unsigned long long)n);
}

/* ---- samples */

static bool
can_unpack(uint64_t compression)
{
	switch (compression) {
	case TIFF_PLAIN:
	case TIFF_FAX_RLE:
	case TIFF_FAX3:
	case TIFF_FAX4:
	case TIFF_LZW:
	case TIFF_JPEG:
	case TIFF_DEFLATE:
	case TIFF_FAX_RLEW:
	case TIFF_PACKBITS:
	case TIFF_OLD_DEFLATE:
		return true;
	default:
		return false;
	}
}

static bool
is_fax(const struct tiff_page *p)
{
	return p->compression == TIFF_FAX_RLE ||
	       p->compression == TIFF_FAX_RLEW || p->compression == TIFF_FAX3 ||
	       p->compression == TIFF_FAX4;
}

/* All samples must have as many bits. */
static int
check_bits(struct tiff *t, struct tiff_page *p)
{
	uint64_t bits = tiff_number_or(t, &p->v[T_BITS], 1), other;

	for (uint64_t i = 1; i < p->samples && i < p->v[T_BITS].count; i++)
		if (tiff_number(t, &p->v[T_BITS], i, &other) != 0 ||
		    other != bits)
			return refuse(t, p, "samples of different bits", other);
	if (bits < 1 || (bits > 16 && bits != 24 && bits != 32 && bits != 64))
		return refuse(t, p, "bits a sample:", bits);
	p->bits = (uint16_t)bits;
	return 0;
}

static int
check_colours(struct tiff *t, struct tiff_page *p)
{
	static const uint8_t colours[] = { 1, 1, 3, 1, 0, 4, 3, 0, 3 };
	uint64_t n = tiff_number_or(t, &p->v[T_PHOTOMETRIC],
	    is_fax(p) ? TIFF_WHITE_IS_0 : TIFF_BLACK_IS_0);

	if (n >= sizeof(colours) || colours[n] == 0)
		return refuse(t, p, "photometric interpretation", n);
	p->photometric = (uint16_t)n;
	p->colours = colours[n];
	if (p->samples < p->colours)
		return doc_fail(t->d, ERR_MALFORMED,
		    "%s: %u samples for %u colours", p->where, p->samples,
		    p->colours);
	if (n == TIFF_PALETTE &&
	    (p->bits > 16 || p->v[T_COLOUR_MAP].count < 3u << p->bits))
		return doc_fail(t->d, ERR_MALFORMED, "%s: no colour map",
		    p->where);
	if (n == TIFF_CMYK && tiff_number_or(t, &p->v[T_INK_SET], 1) != 1)
		return refuse(t, p, "ink set",
		    tiff_number_or(t, &p->v[T_INK_SET], 1));
	return 0;
}

static int
check_samples(struct tiff *t, struct tiff_page *p)
{
	uint64_t n = tiff_number_or(t, &p->v[T_SAMPLES], 1);
	int e;

	if (n < 1 || n > TIFF_SAMPLES_MAX)
		return refuse(t, p, "samples a pixel:", n);
	p->samples = (uint16_t)n;
	n = tiff_number_or(t, &p->v[T_COMPRESSION], TIFF_PLAIN);
	if (!can_unpack(n))
		return refuse(t, p, "compression", n);
	p->compression = (uint16_t)n;
	if ((e = check_bits(t, p)) != 0 || (e = check_colours(t, p)) != 0)
		return e;
	if (is_fax(p) && (p->bits != 1 || p->samples != 1))
		return doc_fail(t->d, ERR_MALFORMED,
		    "%s: a fax of more than one bit", p->where);
	n = tiff_number_or(t, &p->v[T_FORMAT], 1);
	if (n < 1 || n > 4 || (n == 3 && p->bits != 16 && p->bits < 24))
		return refuse(t, p, "sample format", n);
	p->format = (uint16_t)n;
	n = tiff_number_or(t, &p->v[T_ORIENTATION], 1);
	p->orientation = n >= 1 && n <= 8 ? (uint16_t)n : 1;
	p->low_bit_first = tiff_number_or(t, &p->v[T_FILL_ORDER], 1) == 2;
	p->separate =
	    p->samples > 1 && tiff_number_or(t, &p->v[T_PLANAR], 1) == 2;
	return 0;
}

static int
check_predictor(struct tiff *t, struct tiff_page *p)
{
	uint64_t n = tiff_number_or(t, &p->v[T_PREDICTOR], 1);

	p->predictor = 1;
	/* Other codecs have none, whatever the tag says. */
	if (p->compression != TIFF_LZW && p->compression != TIFF_DEFLATE &&
	    p->compression != TIFF_OLD_DEFLATE)
		return 0;
	if (n < 1 || n > 3 ||
	    (n == 2 && p->bits != 8 && p->bits != 16 && p->bits != 32 &&
		p->bits != 64) ||
	    (n == 3 && (p->format != 3 || p->bits % 8 != 0)))
		return refuse(t, p, "predictor", n);
	p->predictor = (uint16_t)n;
	return 0;
}

/* ---- sizes */

/* YCC may store one pair of chroma for a block of pixels. */
static int
check_subsampling(struct tiff *t, struct tiff_page *p)
{
	uint64_t h = 2, v = 2;

	p->sub_h = p->sub_v = 1;
	if (p->photometric != TIFF_YCC)
		return 0;
	if (tiff_number(t, &p->v[T_YCC_SUBSAMPLING], 0, &h) != 0 ||
	    tiff_number(t, &p->v[T_YCC_SUBSAMPLING], 1, &v) != 0)
		h = v = 2;
	if (p->compression == TIFF_JPEG || p->separate)
		return p->separate && h * v != 1 && p->compression != TIFF_JPEG
			   ? refuse(t, p, "subsampled planes:", h * v)
			   : 0;
	if ((h != 1 && h != 2 && h != 4) || (v != 1 && v != 2 && v != 4))
		return refuse(t, p, "chroma subsampling", h * 10 + v);
	if (h * v != 1 &&
	    (p->tiled || p->bits != 8 || p->samples != 3 || p->predictor != 1))
		return refuse(t, p, "this kind of chroma subsampling", h * v);
	p->sub_h = (uint8_t)h;
	p->sub_v = (uint8_t)v;
	return 0;
}

static uint32_t
div_up(uint32_t a, uint32_t b)
{
	return a / b + (a % b != 0 ? 1 : 0);
}

static int
set_lines(struct tiff *t, struct tiff_page *p)
{
	uint64_t bits = (uint64_t)p->bits * p->samples, bytes, all;

	p->lines = div_up(p->height, p->sub_v);
	if (p->sub_h * p->sub_v != 1)
		bytes = (uint64_t)div_up(p->width, p->sub_h) *
			(p->sub_h * p->sub_v + 2u);
	else
		bytes = (bits * p->width + 7) / 8;
	if (__builtin_mul_overflow(bytes, p->lines, &all))
		return doc_fail(t->d, ERR_LIMIT, "%s is too large", p->where);
	p->line_bytes = (size_t)bytes;
	return doc_spend(t->d, BUDGET_EXPANDED_BYTES, all);
}

static int
set_tiles(struct tiff *t, struct tiff_page *p)
{
	uint32_t side = doc_options(t->d)->limits.max_image_side_px;
	uint64_t w = tiff_number_or(t, &p->v[T_TILE_WIDTH], 0),
		 h = tiff_number_or(t, &p->v[T_TILE_HEIGHT], 0);

	if (w == 0 || h == 0 || w > side || h > side ||
	    w * h > doc_options(t->d)->limits.max_image_px)
		return doc_fail(t->d, ERR_LIMIT, "%s: tiles of %llu x %llu",
		    p->where, (unsigned long long)w, (unsigned long long)h);
	if (w * p->bits % 8 != 0)
		return refuse(t, p, "tile width", w);
	p->chunk_w = (uint32_t)w;
	p->chunk_h = (uint32_t)h;
	/* A small picture in a large tile costs as much as the tile. */
	return doc_spend(t->d, BUDGET_PIXELS, w * h);
}

static int
set_strips(struct tiff *t, struct tiff_page *p)
{
	uint64_t n = tiff_number_or(t, &p->v[T_ROWS_PER_STRIP], SIDE_MAX);

	p->chunk_w = p->width;
	p->chunk_h = n == 0 || n > p->height ? p->height : (uint32_t)n;
	if (p->chunk_h != p->height && p->chunk_h % p->sub_v != 0)
		return refuse(t, p, "rows in a strip:", n);
	return 0;
}

static int
set_chunks(struct tiff *t, struct tiff_page *p)
{
	uint64_t n;
	int e = p->tiled ? set_tiles(t, p) : set_strips(t, p);

	if (e != 0)
		return e;
	p->across = div_up(p->width, p->chunk_w);
	p->down = div_up(p->height, p->chunk_h);
	n = (uint64_t)p->across * p->down * (p->separate ? p->samples : 1u);
	if (n > UINT32_MAX)
		return doc_fail(t->d, ERR_LIMIT, "%s: %llu tiles", p->where,
		    (unsigned long long)n);
	p->n_chunks = (uint32_t)n;
	if (p->separate && p->bits % 8 != 0)
		return refuse(t, p, "planes of samples of bits:", p->bits);
	return 0;
}

int
tiff_page_check(struct tiff *t, struct tiff_page *p)
{
	uint64_t w = tiff_number_or(t, &p->v[T_WIDTH], 0),
		 h = tiff_number_or(t, &p->v[T_HEIGHT], 0);
	bool bits = tiff_number_or(t, &p->v[T_BITS], 1) == 1 &&
		    tiff_number_or(t, &p->v[T_SAMPLES], 1) == 1;
	int e =
	    bits ? image_take_bits(t->d, w, h) : image_take_size(t->d, w, h);

	if (e != 0)
		return e;
	p->width = (uint32_t)w;
	p->height = (uint32_t)h;
	p->tiled = p->v[T_TILE_WIDTH].count > 0;
	if ((e = check_samples(t, p)) != 0 ||
	    (e = check_predictor(t, p)) != 0 ||
	    (e = check_subsampling(t, p)) != 0 || (e = set_lines(t, p)) != 0)
		return e;
	return set_chunks(t, p);
}

/* ---- where the chunks are */

int
tiff_chunk(struct tiff *t, const struct tiff_page *p, uint32_t i,
    struct reader *out)
{
	bool tiles = p->tiled && p->v[T_TILE_OFFSETS].count > 0;
	const struct tiff_value
	    *where = &p->v[tiles ? T_TILE_OFFSETS : T_STRIP_OFFSETS],
	    *bytes =
		&p->v[p->tiled && p->v[T_TILE_BYTES].count > 0 ? T_TILE_BYTES
							       : T_STRIP_BYTES];
	uint64_t at, n = 0;

	if (tiff_number(t, where, i, &at) != 0 || at == 0 || at >= t->in.len)
		return ERR_NOENT;
	/* Old writers leave the sizes out; and files get cut short. */
	if (tiff_number(t, bytes, i, &n) != 0 || n == 0 || n > t->in.len - at)
		n = t->in.len - at;
	if (reader_view(&t->in, (size_t)at, (size_t)n, out) != 0)
		return ERR_NOENT;
	return tiff_note_used(t, at, n);
}
