/*
 * Rows to PNG; see pngout.h. Settings and order of chunks are those of
 * formats/png.c: a test compares.
 */
#include "formats/raster/pngout.h"

#include <setjmp.h>
#include <string.h>

#include <png.h>
#include <zlib.h>

#include "formats/codec/flate.h"
#include "formats/icc.h"
#include "formats/png_int.h"

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
	bool whole;	      /* moderate pictures are packed at once */
	bool adaptive;	      /* filters are chosen */
	struct png_rows rows; /* whole only */
	uint32_t next;
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

static int
put(struct pngout *g, const void *from, size_t n)
{
	return g->put != NULL ? g->put(g->arg, from, n)
			      : doc_put(g->d, from, n);
}

static void
on_write(png_structp p, png_bytep from, size_t n)
{
	struct pngout *g = png_get_io_ptr(p);

	if ((g->e = put(g, from, n)) != 0)
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

/* The same pictures as in png.c are kept until the end. */
static int
plan_rows(struct pngout *g, const struct pngout_form *f)
{
	static const uint8_t channels[] = { 1, 0, 3, 1, 2, 0, 4 };
	unsigned bits = (unsigned)f->depth * channels[f->colour];
	size_t n;

	g->rows.height = f->height;
	g->rows.pixel_bytes = bits < 8 ? 1 : bits / 8;
	g->rows.row_bytes = (size_t)(((uint64_t)bits * f->width + 7) / 8);
	g->adaptive = f->depth >= 8 && f->colour != PNG_INDEXED;
	n = (1 + g->rows.row_bytes) * f->height;
	g->whole = n <= PNG_WHOLE_MAX_BYTES;
	if (g->whole)
		g->rows.data = doc_alloc(g->d, n);
	return g->whole && g->rows.data == NULL ? ERR_NOMEM : 0;
}

int
pngout_open(struct doc *d, const struct pngout_form *f,
    int (*put_to)(void *, const void *, size_t), void *arg, struct pngout **out)
{
	struct pngout *g = doc_alloc(d, sizeof(*g));
	struct buf icc;
	int e;

	*out = g;
	if (g == NULL)
		return ERR_NOMEM;
	g->d = d;
	g->put = put_to;
	g->arg = arg;
	if ((e = plan_rows(g, f)) != 0)
		return e;
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
	size_t n = g->rows.row_bytes;

	if (g->e != 0)
		return g->e;
	if (g->whole) {
		if (g->next == g->rows.height)
			return ERR_INTERNAL;
		memcpy(g->rows.data + g->next * (n + 1) + 1, row, n);
		g->next++;
		return 0;
	}
	if (setjmp(g->env) == 0)
		png_write_row(g->out, row);
	return g->e;
}

static int
put_chunk(struct pngout *g, const char *name, const uint8_t *bytes, size_t n)
{
	uint8_t word[4];
	int e;

	set_u32(word, (uint32_t)n);
	if ((e = put(g, word, 4)) != 0 || (e = put(g, name, 4)) != 0 ||
	    (n > 0 && (e = put(g, bytes, n)) != 0))
		return e;
	set_u32(word, flate_crc32(flate_crc32(0, name, 4), bytes, n));
	return put(g, word, 4);
}

static int
put_whole(struct pngout *g, struct buf *packed)
{
	size_t n = g->rows.row_bytes + 1;
	uint8_t *spare = doc_alloc(g->d, 2 * n);
	const uint8_t *part;
	struct reader r;
	int e;

	if (spare == NULL)
		return ERR_NOMEM;
	png_rows_filter(&g->rows, g->adaptive, spare);
	if ((e = flate_pack(g->rows.data, n * g->rows.height, packed)) != 0)
		return e;
	buf_reader(packed, &r);
	while ((n = reader_left(&r)) > 0) {
		n = n > IDAT_BYTES ? IDAT_BYTES : n;
		if ((e = reader_bytes(&r, n, &part)) != 0 ||
		    (e = put_chunk(g, "IDAT", part, n)) != 0)
			return e;
	}
	return put_chunk(g, "IEND", (const uint8_t *)"", 0);
}

int
pngout_end(struct pngout *g)
{
	struct buf packed;

	if (g->e != 0)
		return g->e;
	if (g->whole) {
		buf_init(&packed, 2 * PNG_WHOLE_MAX_BYTES);
		g->e = g->next == g->rows.height ? put_whole(g, &packed)
						 : ERR_INTERNAL;
		buf_done(&packed);
		return g->e;
	}
	if (setjmp(g->env) == 0)
		png_write_end(g->out, NULL);
	return g->e;
}

void
pngout_close(struct pngout *g)
{
	if (g != NULL)
		png_destroy_write_struct(&g->out, &g->info);
}
