/*
 * PNG (ISO/IEC 15948), decoded and coded again: the same pixels, colour type,
 * depth and palette order.
 *
 * Written: IHDR, the checked colour chunks, PLTE, tRNS, bKGD, eXIf with the
 * orientation alone, pHYs, IDAT, IEND; never interlaced, filters and
 * compression always chosen the same way. Everything else goes: see
 * docs/formats/png.md. Chunks are walked first (png_walk.c); only IHDR, PLTE
 * and IDAT are decoded (png_read.c). A picture of moderate size is packed as
 * a whole, a larger one row by row by libpng.
 */
#include <string.h>

#include <zlib.h>

#include "formats/codec/flate.h"
#include "formats/format.h"
#include "formats/icc.h"
#include "formats/image.h"
#include "formats/png_int.h"

#define LEVEL	   6
#define IDAT_BYTES 65536u

/* ---- the palette */

static void
note_colours(struct png *g, uint8_t *row)
{
	unsigned depth = g->facts.depth, mask = (1u << depth) - 1, shift;
	size_t bit = 0;

	if (depth == 8) {
		for (uint32_t x = 0; x < g->facts.width; x++)
			g->used[row[x]] = true;
		return;
	}
	for (uint32_t x = 0; x < g->facts.width; x++, bit += depth) {
		shift = 8 - depth - (unsigned)(bit % 8);
		g->used[(unsigned)row[bit / 8] >> shift & mask] = true;
	}
}

/*
 * Colours that no pixel uses become black, so that nothing hides there; an
 * index past the palette gets the black that decoders show for it.
 */
static int
clean_palette(struct png *g)
{
	struct reader r = g->facts.palette;
	unsigned n = (unsigned)(r.len / 3), cleared = 0, grown = 0;
	uint8_t *c = NULL, bkgd;
	png_color was;

	if (g->facts.kept[PNG_KEPT_BKGD].data != NULL &&
	    reader_peek(&g->facts.kept[PNG_KEPT_BKGD], &bkgd) == 0)
		g->used[bkgd] = true;
	for (unsigned i = 0; i < n; i++) {
		if (reader_bytes(&r, 3, (const uint8_t **)&c) != 0)
			return ERR_INTERNAL;
		was = (png_color){ c[0], c[1], c[2] };
		if (g->used[i])
			g->palette[i] = was;
		else if (c[0] != 0 || c[1] != 0 || c[2] != 0)
			cleared++;
	}
	if (n > 1u << g->facts.depth)
		n = 1u << g->facts.depth;
	g->n_colours = (int)n;
	for (unsigned i = n; i < PNG_PALETTE_MAX; i++)
		if (g->used[i] && i < 1u << g->facts.depth) {
			g->n_colours = (int)i + 1;
			grown++;
		}
	if (cleared > 0)
		return doc_found(g->d, FIND_IMAGE_PALETTE, ACT_REMOVED, "PLTE",
		    "%u colours", cleared);
	if (grown > 0)
		return doc_found(g->d, FIND_IMAGE_DAMAGED, ACT_REPLACED, "PLTE",
		    "%u colours were missing", grown);
	return 0;
}

/* ---- writing */

static void
on_write(png_structp p, png_bytep from, size_t n)
{
	struct png *g = png_get_io_ptr(p);

	if ((g->e = doc_put(g->d, from, n)) != 0)
		longjmp(g->env, 1);
}

static void
on_flush(png_structp p)
{
	(void)p;
}

static void
put_chunk(struct png *g, const char *name, const void *bytes, size_t n)
{
	png_write_chunk(g->out, (png_const_bytep)name, bytes, n);
}

static void
put_kept(struct png *g, unsigned from, unsigned to)
{
	static const char *const names[PNG_KEPT_COUNT] = {
		[PNG_KEPT_CHRM] = "cHRM",
		[PNG_KEPT_GAMA] = "gAMA",
		[PNG_KEPT_SRGB] = "sRGB",
		[PNG_KEPT_CICP] = "cICP",
		[PNG_KEPT_SBIT] = "sBIT",
		[PNG_KEPT_TRNS] = "tRNS",
		[PNG_KEPT_BKGD] = "bKGD",
		[PNG_KEPT_PHYS] = "pHYs",
	};
	const struct reader *r;

	for (unsigned k = from; k < to; k++) {
		r = &g->facts.kept[k];
		if (r->data != NULL)
			put_chunk(g, names[k], r->data, r->len);
	}
}

static void
put_icc(struct png *g)
{
	static const uint8_t head[] = "Profile\0"; /* name, NUL, method 0 */
	uLong n = compressBound((uLong)g->icc.len);
	uint8_t *room;

	if (g->icc.len == 0)
		return;
	buf_clear(&g->scratch);
	if ((g->e = buf_put(&g->scratch, head, sizeof(head))) != 0 ||
	    (g->e = buf_reserve(&g->scratch, n, &room)) != 0)
		longjmp(g->env, 1);
	if (compress2(room, &n, g->icc.data, (uLong)g->icc.len, 9) != Z_OK)
		png_error(g->out, "a colour profile did not compress");
	buf_commit(&g->scratch, n);
	put_chunk(g, "iCCP", g->scratch.data, g->scratch.len);
}

static void
put_exif(struct png *g)
{
	buf_clear(&g->scratch);
	if ((g->e = exif_put(&g->scratch, &g->facts.exif)) != 0)
		longjmp(g->env, 1);
	if (g->scratch.len == 0)
		return;
	put_chunk(g, "eXIf", g->scratch.data, g->scratch.len);
}

/* Transparency of unused colours is dropped with them. */
static void
put_transparency(struct png *g)
{
	struct reader r = g->facts.kept[PNG_KEPT_TRNS];
	uint8_t v;

	if (g->facts.colour != PNG_INDEXED || r.data == NULL) {
		put_kept(g, PNG_KEPT_TRNS, PNG_KEPT_TRNS + 1);
		return;
	}
	buf_clear(&g->scratch);
	for (unsigned i = 0; reader_u8(&r, &v) == 0; i++)
		if (i < (unsigned)g->n_colours &&
		    (g->e = buf_u8(&g->scratch, g->used[i] ? v : 255)) != 0)
			longjmp(g->env, 1);
	put_chunk(g, "tRNS", g->scratch.data, g->scratch.len);
}

static void
open_writer(struct png *g)
{
	uint32_t side = doc_options(g->d)->limits.max_image_side_px;

	g->out = png_create_write_struct(PNG_LIBPNG_VER_STRING, g, png_on_error,
	    png_on_warning);
	g->out_info = g->out == NULL ? NULL : png_create_info_struct(g->out);
	if (g->out_info == NULL) {
		g->e = ERR_NOMEM;
		longjmp(g->env, 1);
	}
	png_set_write_fn(g->out, g, on_write, on_flush);
	png_set_user_limits(g->out, side, side);
	png_set_check_for_invalid_index(g->out, 0);
	png_set_compression_level(g->out, LEVEL);
	png_set_compression_buffer_size(g->out, IDAT_BYTES);
}

static void
put_headers(struct png *g)
{
	const struct png_facts *f = &g->facts;

	png_set_IHDR(g->out, g->out_info, f->width, f->height, f->depth,
	    f->colour, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE,
	    PNG_FILTER_TYPE_BASE);
	if (f->colour == PNG_INDEXED)
		png_set_PLTE(g->out, g->out_info, g->palette, g->n_colours);
	png_write_info_before_PLTE(g->out, g->out_info);
	put_kept(g, 0, PNG_KEPT_BEFORE_PLTE);
	put_icc(g);
	png_write_info(g->out, g->out_info);
	put_transparency(g);
	put_kept(g, PNG_KEPT_BKGD, PNG_KEPT_COUNT);
	put_exif(g);
}

static void
put_row(struct png *g, uint8_t *row)
{
	png_write_row(g->out, row);
}

/* A chunk of our own: libpng lets no IDAT pass by itself. */
static void
put_raw_chunk(struct png *g, const char *name, const uint8_t *bytes, size_t n)
{
	uint32_t crc = flate_crc32(flate_crc32(0, name, 4), bytes, n);
	struct buf *b = &g->scratch;

	buf_clear(b);
	if ((g->e = buf_u32be(b, (uint32_t)n)) != 0 ||
	    (g->e = buf_put(b, name, 4)) != 0 ||
	    (g->e = doc_put(g->d, b->data, b->len)) != 0 ||
	    (n > 0 && (g->e = doc_put(g->d, bytes, n)) != 0))
		longjmp(g->env, 1);
	buf_clear(b);
	if ((g->e = buf_u32be(b, crc)) != 0 ||
	    (g->e = doc_put(g->d, b->data, b->len)) != 0)
		longjmp(g->env, 1);
}

/* All rows at once: filtered, packed, cut into chunks. */
static void
put_whole(struct png *g)
{
	size_t n = g->row_bytes + 1;
	const uint8_t *part;
	struct reader r;

	png_rows_filter(&g->rows,
	    g->facts.depth >= 8 && g->facts.colour != PNG_INDEXED,
	    png_alloc(g, 2 * n));
	if ((g->e = flate_pack(g->rows.data, n * g->facts.height,
		 &g->packed)) != 0)
		longjmp(g->env, 1);
	buf_reader(&g->packed, &r);
	while ((n = reader_left(&r)) > 0) {
		if (n > IDAT_BYTES)
			n = IDAT_BYTES;
		if (reader_bytes(&r, n, &part) != 0)
			png_give_up(g, ERR_INTERNAL);
		put_raw_chunk(g, "IDAT", part, n);
	}
	put_raw_chunk(g, "IEND", NULL, 0);
}

static void
put_rows(struct png *g)
{
	if (g->whole) {
		put_whole(g);
		return;
	}
	png_each_row(g, put_row);
	png_write_end(g->out, NULL);
}

static int
transcode(struct png *g)
{
	if (setjmp(g->env) == 0) {
		png_load(g);
		if (g->facts.colour == PNG_INDEXED) {
			png_each_row(g, note_colours);
			if ((g->e = clean_palette(g)) != 0)
				longjmp(g->env, 1);
		}
		open_writer(g);
		put_headers(g);
		put_rows(g);
	} else if (g->e == 0) {
		g->e = ERR_INTERNAL;
	}
	png_close_reader(g);
	png_destroy_write_struct(&g->out, &g->out_info);
	return g->e;
}

/* ---- the module */

/* The bits of the last byte that belong to pixels; the rest could hide. */
static void
set_pad_mask(struct png *g)
{
	uint64_t bits = (uint64_t)g->facts.width * g->facts.depth;

	g->pad_mask = 0xff;
	if (g->facts.depth < 8 && bits % 8 != 0)
		g->pad_mask = (uint8_t)(0xff << (8 - bits % 8));
}

static int
preload(void)
{
	int e = icc_preload();

	return e != 0 ? e : flate_preload();
}

static int
report_damage(struct png *g)
{
	int e = 0;

	if (g->extra > 0)
		e = doc_found(g->d, FIND_IMAGE_GARBAGE, ACT_REMOVED, "IDAT",
		    "behind the picture data");
	if (e == 0 && g->damaged > 0)
		e = doc_found(g->d, FIND_IMAGE_DAMAGED, ACT_REPLACED, "IDAT",
		    "%u times", g->damaged);
	return e;
}

/* The shape of a row, and what all take when unpacked, from the budget. */
static int
plan_rows(struct png *g)
{
	static const uint8_t channels[] = { 1, 0, 3, 1, 2, 0, 4 };
	const struct png_facts *f = &g->facts;
	uint64_t bits;

	if (f->colour >= sizeof(channels) || channels[f->colour] == 0)
		return doc_fail(g->d, ERR_MALFORMED, "colour type %u",
		    f->colour);
	if (f->depth != 1 && f->depth != 2 && f->depth != 4 && f->depth != 8 &&
	    f->depth != 16)
		return doc_fail(g->d, ERR_MALFORMED, "%u bits a sample",
		    f->depth);
	bits = (uint64_t)f->depth * channels[f->colour];
	g->rows.pixel_bytes = bits < 8 ? 1 : (unsigned)(bits / 8);
	bits *= f->width;
	g->row_bytes = (size_t)(bits / 8 + (bits % 8 != 0));
	g->whole = (1 + g->row_bytes) * f->height <= PNG_WHOLE_MAX_BYTES;
	set_pad_mask(g);
	return doc_spend(g->d, BUDGET_EXPANDED_BYTES,
	    (1 + (uint64_t)g->row_bytes) * f->height);
}

static int
png_rebuild(struct doc *d)
{
	struct png *g = doc_alloc(d, sizeof(*g));
	int e;

	if (g == NULL)
		return ERR_NOMEM;
	g->d = d;
	buf_init(&g->icc, ICC_MAX_BYTES);
	buf_init(&g->scratch, (size_t)2 * ICC_MAX_BYTES);
	buf_init(&g->packed, 2 * PNG_WHOLE_MAX_BYTES);
	g->facts.icc = &g->icc;
	doc_makes(d, "png", "png");
	e = png_walk(d, &g->facts);
	if (e == 0)
		e = plan_rows(g);
	if (e == 0)
		e = transcode(g);
	if (e == 0)
		e = report_damage(g);
	buf_done(&g->packed);
	buf_done(&g->scratch);
	buf_done(&g->icc);
	return e;
}

static enum probe
png_probe(const struct reader *in, const char **sub)
{
	(void)sub;
	return reader_has(in, 0, "\x89PNG\r\n\x1a\n", 8) &&
		       (reader_has(in, 8, "\0\0\0\x0dIHDR", 8) ||
			   reader_has(in, 12, "CgBI", 4))
		   ? PROBE_YES
		   : PROBE_NO;
}

static const char *const png_mime[] = { "image/png", "image/apng",
	"image/vnd.mozilla.apng", NULL };

static const char *const png_extensions[] = { "png", "apng", NULL };

const struct format format_png = {
	.id = "png",
	.flags = FMT_IMAGE,
	.mime = png_mime,
	.extensions = png_extensions,
	.preload = preload,
	.probe = png_probe,
	.rebuild = png_rebuild,
};
