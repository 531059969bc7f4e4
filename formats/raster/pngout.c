/*
 * Rows to PNG; see pngout.h. Settings and order of chunks are those of
 * formats/png.c: a test compares.
 */
#include "formats/raster/pngout.h"

#include <setjmp.h>

#include <png.h>
#include <zlib.h>

#include "formats/icc.h"

#define LEVEL	   6
#define IDAT_BYTES 65536u

struct pngout {
	struct doc *d;
	int (*put)(void *, const void *, size_t);
	void *arg;
	jmp_buf env;
	int e;
	png_structp out;
	png_infop info;
};

static void
on_error(png_structp p, png_const_charp text)
{
	struct pngout *g = png_get_error_ptr(p);

	if (g->e == 0)
		g->e = doc_fail(g->d, ERR_INTERNAL, "%s", text);
	longjmp(g->env, 1);
}

static void
on_warning(png_structp p, png_const_charp text)
{
	(void)p;
	(void)text;
}

static void
on_write(png_structp p, png_bytep from, size_t n)
{
	struct pngout *g = png_get_io_ptr(p);

	g->e =
	    g->put != NULL ? g->put(g->arg, from, n) : doc_put(g->d, from, n);
	if (g->e != 0)
		longjmp(g->env, 1);
}

static void
on_flush(png_structp p)
{
	(void)p;
}

static void
set_form(struct pngout *g, const struct pngout_form *f)
{
	png_color palette[256] = { { 0, 0, 0 } };

	png_set_IHDR(g->out, g->info, f->width, f->height, f->depth, f->colour,
	    PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE,
	    PNG_FILTER_TYPE_BASE);
	if (f->colour != PNG_COLOR_TYPE_PALETTE)
		return;
	for (unsigned i = 0; i < f->n_colours && i < 256; i++)
		palette[i] = (png_color){ f->palette[3 * i],
			f->palette[3 * i + 1], f->palette[3 * i + 2] };
	png_set_PLTE(g->out, g->info, palette, (int)f->n_colours);
}

static int
pack_icc(const struct buf *icc, struct buf *to)
{
	static const uint8_t head[] = "Profile\0"; /* name, NUL, method 0 */
	uLong n = compressBound((uLong)icc->len);
	uint8_t *room;
	int e;

	if ((e = buf_put(to, head, sizeof(head))) != 0 ||
	    (e = buf_reserve(to, n, &room)) != 0)
		return e;
	if (compress2(room, &n, icc->data, (uLong)icc->len, 9) != Z_OK)
		return ERR_INTERNAL;
	buf_commit(to, n);
	return 0;
}

static void
set_u32(uint8_t *to, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		to[i] = (uint8_t)(v >> (24 - 8 * i));
}

static void
put_phys(struct pngout *g, const struct pngout_form *f)
{
	uint8_t body[9] = { [8] = PNG_RESOLUTION_METER };

	if (f->x_ppm == 0 || f->y_ppm == 0 || f->x_ppm > PNG_UINT_31_MAX ||
	    f->y_ppm > PNG_UINT_31_MAX)
		return;
	set_u32(body, f->x_ppm);
	set_u32(body + 4, f->y_ppm);
	png_write_chunk(g->out, (png_const_bytep) "pHYs", body, sizeof(body));
}

/* IHDR, iCCP, PLTE, pHYs, eXIf. icc: the packed chunk, may be empty. */
static void
put_head(struct pngout *g, const struct pngout_form *f, const struct buf *icc)
{
	set_form(g, f);
	png_write_info_before_PLTE(g->out, g->info);
	if (icc->len > 0)
		png_write_chunk(g->out, (png_const_bytep) "iCCP", icc->data,
		    icc->len);
	png_write_info(g->out, g->info);
	put_phys(g, f);
	if (f->exif != NULL && f->exif->len > 0)
		png_write_chunk(g->out, (png_const_bytep) "eXIf", f->exif->data,
		    f->exif->len);
}

static int
begin(struct pngout *g, const struct pngout_form *f, const struct buf *icc)
{
	uint32_t side = doc_options(g->d)->limits.max_image_side_px;

	g->out = png_create_write_struct(PNG_LIBPNG_VER_STRING, g, on_error,
	    on_warning);
	g->info = g->out == NULL ? NULL : png_create_info_struct(g->out);
	if (g->info == NULL)
		return ERR_NOMEM;
	if (setjmp(g->env) != 0)
		return g->e;
	png_set_write_fn(g->out, g, on_write, on_flush);
	png_set_user_limits(g->out, side, side);
	png_set_check_for_invalid_index(g->out, 0);
	png_set_compression_level(g->out, LEVEL);
	png_set_compression_buffer_size(g->out, IDAT_BYTES);
	put_head(g, f, icc);
	return 0;
}

int
pngout_open(struct doc *d, const struct pngout_form *f,
    int (*put)(void *, const void *, size_t), void *arg, struct pngout **out)
{
	struct pngout *g = doc_alloc(d, sizeof(*g));
	struct buf icc;
	int e = 0;

	*out = g;
	if (g == NULL)
		return ERR_NOMEM;
	g->d = d;
	g->put = put;
	g->arg = arg;
	buf_init(&icc, (size_t)2 * ICC_MAX_BYTES);
	if (f->icc != NULL && f->icc->len > 0)
		e = pack_icc(f->icc, &icc);
	if (e == 0)
		e = begin(g, f, &icc);
	buf_done(&icc);
	return e;
}

int
pngout_row(struct pngout *g, const uint8_t *row)
{
	if (g->e == 0 && setjmp(g->env) == 0)
		png_write_row(g->out, row);
	return g->e;
}

int
pngout_end(struct pngout *g)
{
	if (g->e == 0 && setjmp(g->env) == 0)
		png_write_end(g->out, NULL);
	return g->e;
}

void
pngout_close(struct pngout *g)
{
	if (g != NULL)
		png_destroy_write_struct(&g->out, &g->info);
}
