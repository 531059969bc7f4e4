/*
 * Rows in the form that we write: Group 4 where a pixel is one bit, else
 * deflate over strips of about 256 KiB, with differences where samples are
 * numbers of 8 or 16 bits.
 */
#include <libdeflate.h>
#include <string.h>

#include "formats/codec/ccitt.h"
#include "formats/raster/tiff_int.h"

#define STRIP_BYTES (256u << 10)
#define LEVEL	    6

/* ---- what lies in rows besides pixels */

/* Bits behind the last pixel of a row. */
static void
clear_padding(const struct tiff_page *p, uint8_t *rows)
{
	uint64_t bits = (uint64_t)p->bits * p->samples * p->width;
	uint8_t mask = (uint8_t)(0xff << (7 - (bits + 7) % 8));

	if (p->sub_h * p->sub_v != 1 || bits % 8 == 0)
		return;
	for (uint32_t y = 0; y < p->lines; y++, rows += p->line_bytes)
		rows[p->line_bytes - 1] &= mask;
}

static void
note_used(const struct tiff_page *p, const uint8_t *row, uint8_t *used)
{
	unsigned mask = (1u << p->bits) - 1, shift;
	size_t at = 0;

	for (uint32_t x = 0; x < p->width; x++, at += p->bits) {
		if (p->bits == 16) {
			used[row[2 * x] | row[2 * x + 1] << 8] = 1;
			continue;
		}
		shift = 8 - p->bits - (unsigned)(at % 8);
		used[(unsigned)row[at / 8] >> shift & mask] = 1;
	}
}

int
tiff_take_map(struct tiff *t, const struct tiff_page *p, struct arena *a,
    const uint8_t *rows, uint16_t **map)
{
	bool all = p->samples > 1 || (p->bits != 16 && 8 % p->bits != 0);
	unsigned cleared = 0;
	uint64_t v = 0;
	uint8_t *used;
	size_t n;

	*map = NULL;
	if (p->photometric != TIFF_PALETTE)
		return 0;
	n = (size_t)1 << p->bits;
	*map = arena_alloc(a, 3 * n * sizeof(**map));
	used = arena_alloc(a, n);
	if (*map == NULL || used == NULL)
		return ERR_NOMEM;
	for (uint32_t y = 0; y < p->lines && !all; y++)
		note_used(p, rows + y * p->line_bytes, used);
	for (size_t i = 0; i < 3 * n; i++) {
		if (tiff_number(t, &p->v[T_COLOUR_MAP], i, &v) != 0)
			v = 0;
		if (all || used[i % n] != 0)
			(*map)[i] = (uint16_t)v;
		else if (v != 0)
			cleared++;
	}
	if (cleared == 0)
		return 0;
	return doc_found(t->d, FIND_IMAGE_PALETTE, ACT_REMOVED, p->where,
	    "%u numbers", cleared);
}

/* ---- packing */

/* Each number less the one a pixel before; from the end, in place. */
static void
subtract(const struct tiff_page *p, uint8_t *line)
{
	size_t step = (size_t)p->samples * (p->bits / 8u);
	int v;

	if (p->bits == 8) {
		for (size_t i = p->line_bytes; i > step; i--)
			line[i - 1] =
			    (uint8_t)(line[i - 1] - line[i - 1 - step]);
		return;
	}
	for (size_t i = p->line_bytes; i > step; i -= 2) {
		v = (line[i - 2] | line[i - 1] << 8) -
		    (line[i - 2 - step] | line[i - 1 - step] << 8);
		line[i - 2] = (uint8_t)v;
		line[i - 1] = (uint8_t)(v >> 8);
	}
}

static bool
has_numbers(const struct tiff_page *p)
{
	return (p->bits == 8 || p->bits == 16) &&
	       p->photometric != TIFF_PALETTE && p->format <= 2 &&
	       p->sub_h * p->sub_v == 1;
}

static int
pack_strip(struct tiff *t, struct libdeflate_compressor *z, const uint8_t *p,
    size_t n, struct buf *data)
{
	size_t room = libdeflate_zlib_compress_bound(z, n), made;
	uint8_t *to;
	int e;

	if ((e = buf_reserve(data, room, &to)) != 0)
		return doc_fail(t->d, e, "the packed strips");
	if ((made = libdeflate_zlib_compress(z, p, n, to, room)) == 0)
		return ERR_INTERNAL;
	buf_commit(data, made);
	return 0;
}

static int
pack_deflate(struct tiff *t, struct arena *a, uint8_t *rows, struct buf *data,
    struct tiff_sheet *out)
{
	const struct tiff_page *p = out->page;
	uint32_t each = STRIP_BYTES / p->line_bytes == 0
			    ? 1
			    : (uint32_t)(STRIP_BYTES / p->line_bytes),
		 lines;
	struct libdeflate_compressor *z;
	uint32_t *ends;
	int e = 0;

	each = each < p->lines ? each : p->lines;
	out->n_chunks = p->lines / each + (p->lines % each != 0 ? 1 : 0);
	out->compression = TIFF_DEFLATE;
	out->predictor = has_numbers(p) ? 2 : 1;
	out->chunk_h = out->n_chunks == 1 ? p->height : each * p->sub_v;
	ends = arena_alloc(a, (size_t)out->n_chunks * sizeof(*ends));
	z = libdeflate_alloc_compressor(LEVEL);
	if (ends == NULL || z == NULL)
		e = ERR_NOMEM;
	for (uint32_t y = 0; y < p->lines && out->predictor == 2; y++)
		subtract(p, rows + y * p->line_bytes);
	for (uint32_t i = 0, y = 0; i < out->n_chunks && e == 0; i++) {
		lines = p->lines - y < each ? p->lines - y : each;
		e = pack_strip(t, z, rows + y * p->line_bytes,
		    lines * p->line_bytes, data);
		ends[i] = (uint32_t)data->len;
		y += lines;
	}
	libdeflate_free_compressor(z);
	out->ends = ends;
	return e;
}

/* Group 4; ERR_LIMIT when it would be longer than the rows. */
static int
pack_fax(struct tiff *t, struct arena *a, const uint8_t *rows, struct buf *data,
    struct tiff_sheet *out)
{
	const struct tiff_page *p = out->page;
	size_t n = p->line_bytes * p->lines;
	struct buf packed;
	struct reader in;
	uint32_t *ends;
	int e;

	if ((ends = arena_alloc(a, sizeof(*ends))) == NULL)
		return ERR_NOMEM;
	reader_init(&in, rows, n);
	buf_init(&packed, n);
	e = ccitt_g4_encode(t->d, &in, p->width, p->height, true, &packed);
	if (e == 0)
		e = buf_put(data, packed.data, packed.len);
	buf_done(&packed);
	if (e != 0)
		return e;
	out->compression = TIFF_FAX4;
	out->predictor = 1;
	out->chunk_h = p->height;
	out->n_chunks = 1;
	ends[0] = (uint32_t)data->len;
	out->ends = ends;
	return 0;
}

int
tiff_pack_rows(struct tiff *t, struct arena *a, uint8_t *rows, struct buf *data,
    struct tiff_sheet *out)
{
	const struct tiff_page *p = out->page;
	int e = ERR_LIMIT;

	out->data = data;
	out->chunk_w = p->width;
	clear_padding(p, rows);
	if (p->bits == 1 && p->samples == 1 && p->photometric <= 1)
		e = pack_fax(t, a, rows, data, out);
	return e == ERR_LIMIT ? pack_deflate(t, a, rows, data, out) : e;
}
