/*
 * PNG: from the chunks to rows of pixels.
 *
 * A picture of moderate size is unpacked in one go and its filters undone
 * here. What that does not take (damaged or interlaced pictures) and what is
 * too large for it is read by libpng, which says what is wrong with it.
 */
#include <string.h>

#include "formats/codec/flate.h"
#include "formats/image.h"
#include "formats/png_int.h"

#define CHUNK_MAX_BYTES (8u << 20) /* libpng: memory for one chunk */

/* ---- libpng's callbacks */

void
png_give_up(struct png *g, int e)
{
	g->e = e;
	longjmp(g->env, 1);
}

void
png_on_error(png_structp p, png_const_charp text)
{
	struct png *g = png_get_error_ptr(p);

	if (g->e == 0)
		g->e = doc_fail(g->d, ERR_MALFORMED, "%s", text);
	longjmp(g->env, 1);
}

void
png_on_warning(png_structp p, png_const_charp text)
{
	struct png *g = png_get_error_ptr(p);

	if (strstr(text, "xtra compressed") != NULL ||
	    strstr(text, "Too m") != NULL)
		g->extra++;
	else
		g->damaged++;
}

static void
on_read(png_structp p, png_bytep to, size_t n)
{
	struct png *g = png_get_io_ptr(p);
	const uint8_t *from;
	struct reader *r;
	size_t some;

	while (n > 0) {
		while (g->span < PNG_SPANS &&
		       reader_left(&g->spans[g->span]) == 0)
			g->span++;
		if (g->span == PNG_SPANS)
			png_error(p, "picture data ends early");
		r = &g->spans[g->span];
		some = reader_left(r) < n ? reader_left(r) : n;
		if (reader_bytes(r, some, &from) != 0)
			png_error(p, "picture data ends early");
		memcpy(to, from, some);
		to += some;
		n -= some;
	}
}

void *
png_alloc(struct png *g, size_t n)
{
	void *p = doc_alloc(g->d, n);

	if (p == NULL)
		png_give_up(g, ERR_NOMEM);
	return p;
}

/* ---- libpng */

static void
open_reader(struct png *g)
{
	static const uint8_t end[] = { 0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xae,
		0x42, 0x60, 0x82 };
	uint32_t side = doc_options(g->d)->limits.max_image_side_px;

	g->extra = 0;
	g->damaged = 0;
	g->spans[0] = g->facts.head;
	g->spans[1] = g->facts.plte;
	g->spans[2] = g->facts.idat;
	reader_init(&g->spans[3], end, sizeof(end));
	g->span = 0;
	g->in = png_create_read_struct(PNG_LIBPNG_VER_STRING, g, png_on_error,
	    png_on_warning);
	g->in_info = g->in == NULL ? NULL : png_create_info_struct(g->in);
	if (g->in_info == NULL)
		png_give_up(g, ERR_NOMEM);
	png_set_read_fn(g->in, g, on_read);
	png_set_user_limits(g->in, side, side);
	png_set_chunk_cache_max(g->in, 1);
	png_set_chunk_malloc_max(g->in, CHUNK_MAX_BYTES);
	/* The walk has checked them. */
	png_set_crc_action(g->in, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
	png_set_check_for_invalid_index(g->in, 0);
	png_read_info(g->in, g->in_info);
	(void)png_set_interlace_handling(g->in);
	png_read_update_info(g->in, g->in_info);
	if (png_get_rowbytes(g->in, g->in_info) != g->row_bytes)
		png_give_up(g, ERR_INTERNAL);
}

void
png_close_reader(struct png *g)
{
	png_destroy_read_struct(&g->in, &g->in_info, NULL);
	g->in = NULL;
	g->in_info = NULL;
}

/* libpng says nothing about whole IDAT chunks behind the last row. */
static void
end_reading(struct png *g)
{
	if (reader_left(&g->spans[2]) > 0)
		g->extra++;
	png_read_end(g->in, NULL);
	png_close_reader(g);
}

/* ---- as a whole */

static uint8_t *
row_at(const struct png *g, uint32_t y)
{
	return g->rows.data + (size_t)y * (1 + g->row_bytes) + 1;
}

/* The contents of all IDAT chunks, one behind the other. */
static int
join_idat(struct png *g, struct buf *out)
{
	struct reader r = g->facts.idat, body;
	uint32_t n;
	int e = 0;

	while (e == 0 && reader_left(&r) > 0)
		if ((e = reader_u32be(&r, &n)) == 0 &&
		    (e = reader_skip(&r, 4)) == 0 &&
		    (e = reader_sub(&r, n, &body)) == 0 &&
		    (e = reader_skip(&r, 4)) == 0)
			e = buf_put(out, body.data, body.len);
	return e;
}

/* Not 0: libpng shall have a look, and say what is wrong. */
static int
load_fast(struct png *g)
{
	struct reader packed;
	struct buf idat;
	int e;

	if (g->facts.interlaced)
		return ERR_UNSUPPORTED;
	buf_init(&idat, g->facts.idat.len + 1);
	e = join_idat(g, &idat);
	buf_reader(&idat, &packed);
	if (e == 0)
		e = flate_unpack(&packed, g->rows.data,
		    g->facts.height * (1 + g->row_bytes));
	if (e == 0)
		e = png_rows_undo(&g->rows);
	buf_done(&idat);
	return e;
}

static void
load_libpng(struct png *g)
{
	uint8_t **at = png_alloc(g, g->facts.height * sizeof(*at));

	for (uint32_t y = 0; y < g->facts.height; y++)
		at[y] = row_at(g, y);
	memset(g->rows.data, 0, g->facts.height * (1 + g->row_bytes));
	open_reader(g);
	png_read_image(g->in, at);
	end_reading(g);
}

void
png_load(struct png *g)
{
	size_t n;

	if (__builtin_mul_overflow(g->facts.height, 1 + g->row_bytes, &n))
		png_give_up(g, ERR_LIMIT);
	if (n > PNG_WHOLE_MAX_BYTES && !g->facts.interlaced)
		return;
	g->rows.row_bytes = g->row_bytes;
	g->rows.height = g->facts.height;
	if ((g->rows.data = doc_alloc_bytes(g->d, n)) == NULL)
		png_give_up(g, ERR_NOMEM);
	if (load_fast(g) != 0)
		load_libpng(g);
	for (uint32_t y = 0; y < g->facts.height; y++)
		row_at(g, y)[g->row_bytes - 1] &= g->pad_mask;
}

void
png_each_row(struct png *g, void (*row)(struct png *, uint8_t *))
{
	if (g->rows.data != NULL) {
		for (uint32_t y = 0; y < g->facts.height; y++)
			row(g, row_at(g, y));
		return;
	}
	open_reader(g);
	if (g->row == NULL)
		g->row = png_alloc(g, g->row_bytes);
	for (uint32_t y = 0; y < g->facts.height; y++) {
		png_read_row(g->in, g->row, NULL);
		g->row[g->row_bytes - 1] &= g->pad_mask;
		row(g, g->row);
	}
	end_reading(g);
}
