/* Bitmaps of JBIG2: the only file that touches their bytes. */
#include "formats/codec/jbig2_int.h"

#include <string.h>

#define SIDE_MAX (1u << 24)

static int
check_size(struct jb2 *j, uint64_t w, uint64_t h, size_t *bytes)
{
	uint64_t most = doc_options(j->d)->limits.max_image_px;

	if (w > SIDE_MAX || h > SIDE_MAX || w * h > most)
		return doc_fail(j->d, ERR_LIMIT,
		    "JBIG2: %llu x %llu pixels: over the limit of %llu",
		    (unsigned long long)w, (unsigned long long)h,
		    (unsigned long long)most);
	*bytes = (size_t)((w + 7) / 8 * h);
	return 0;
}

int
jb2_bitmap_new(struct jb2 *j, uint64_t w, uint64_t h, struct jb2_bitmap **out)
{
	struct jb2_bitmap *b;
	size_t bytes;
	int e;

	if ((e = check_size(j, w, h, &bytes)) != 0 ||
	    (e = jb2_spend(j, bytes + h / 8 + 1)) != 0)
		return e;
	if ((b = arena_alloc(&j->arena, sizeof(*b))) == NULL ||
	    (b->data = arena_alloc(&j->arena, bytes)) == NULL)
		return ERR_NOMEM;
	b->w = (uint32_t)w;
	b->h = (uint32_t)h;
	b->stride = ((size_t)w + 7) / 8;
	*out = b;
	return 0;
}

void
jb2_bitmap_free(struct jb2 *j, struct jb2_bitmap *b)
{
	if (b == NULL)
		return;
	arena_free(&j->arena, b->data);
	arena_free(&j->arena, b);
}

void
jb2_bitmap_fill(struct jb2_bitmap *b, bool black)
{
	memset(b->data, black ? 0xff : 0, b->stride * b->h);
}

int
jb2_bitmap_grow(struct jb2 *j, struct jb2_bitmap *b, uint32_t h, bool black)
{
	size_t was = b->stride * b->h, bytes;
	uint8_t *fresh;
	int e;

	if (h <= b->h)
		return 0;
	if ((e = check_size(j, b->w, h, &bytes)) != 0 ||
	    (e = jb2_spend(j, bytes)) != 0)
		return e;
	if ((fresh = arena_realloc(&j->arena, b->data, bytes)) == NULL)
		return ERR_NOMEM;
	memset(fresh + was, black ? 0xff : 0, bytes - was);
	b->data = fresh;
	b->h = h;
	return 0;
}

static bool
is_inside(const struct jb2_bitmap *b, int64_t x, int64_t y)
{
	return x >= 0 && y >= 0 && x < b->w && y < b->h;
}

unsigned
jb2_pixel(const struct jb2_bitmap *b, int64_t x, int64_t y)
{
	const uint8_t *row;

	if (!is_inside(b, x, y))
		return 0;
	row = b->data + b->stride * (size_t)y;
	return (unsigned)row[x / 8] >> (7u - (unsigned)x % 8u) & 1u;
}

void
jb2_unpack(const struct jb2_bitmap *b, int64_t x, int64_t y, uint8_t *to,
    size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)jb2_pixel(b, x + (int64_t)i, y);
}

void
jb2_pack(struct jb2_bitmap *b, uint32_t y, const uint8_t *from)
{
	uint8_t *row = b->data + b->stride * y;

	if (y >= b->h)
		return;
	memset(row, 0, b->stride);
	for (uint32_t x = 0; x < b->w; x++)
		row[x / 8] |= (uint8_t)(from[x] << (7 - x % 8));
}

void
jb2_rows(struct jb2_bitmap *b, const struct reader *packed)
{
	size_t all = b->stride * b->h;

	if (reader_left(packed) < all)
		all = reader_left(packed);
	if (all > 0)
		memcpy(b->data, packed->data + packed->pos, all);
}

/* ---- drawing */

/* Eight pixels of a row from bit `at` on, which may be -7; 0 outside. */
static unsigned
eight(const uint8_t *row, size_t stride, int64_t at)
{
	int64_t i = at >= 0 ? at / 8 : -1;
	unsigned shift = (unsigned)(at - i * 8), v = 0;

	if (i >= 0 && (size_t)i < stride)
		v = (unsigned)row[i] << 8;
	if (shift > 0 && i + 1 >= 0 && (size_t)(i + 1) < stride)
		v |= row[i + 1];
	return v >> (8 - shift) & 0xff;
}

static uint8_t
combine(unsigned d, unsigned s, unsigned mask, enum jb2_op op)
{
	unsigned v = s;

	switch (op) {
	case JB2_OR:
		v = d | s;
		break;
	case JB2_AND:
		v = d & s;
		break;
	case JB2_XOR:
		v = d ^ s;
		break;
	case JB2_XNOR:
		v = ~(d ^ s);
		break;
	case JB2_REPLACE:
	case JB2_OPS:
		break;
	}
	return (uint8_t)((d & ~mask) | (v & mask));
}

/* Columns from..to of a row, as far as the source's column 0 stands at x. */
static void
draw_row(uint8_t *row, const uint8_t *src, size_t stride, int64_t x,
    int64_t from, int64_t to, enum jb2_op op)
{
	unsigned mask;

	for (int64_t i = from / 8; i * 8 < to; i++) {
		mask = 0xff;
		if (i * 8 < from)
			mask &= 0xffu >> (from - i * 8);
		if (i * 8 + 8 > to)
			mask &= 0xffu << (i * 8 + 8 - to);
		row[i] =
		    combine(row[i], eight(src, stride, i * 8 - x), mask, op);
	}
}

void
jb2_draw(struct jb2_bitmap *to, const struct jb2_bitmap *b, int64_t x,
    int64_t y, enum jb2_op op)
{
	int64_t left, right, top, bottom;

	if (x > JB2_FAR || y > JB2_FAR || x < -JB2_FAR || y < -JB2_FAR)
		return;
	left = x > 0 ? x : 0;
	top = y > 0 ? y : 0;
	right = x + b->w < to->w ? x + b->w : to->w;
	bottom = y + b->h < to->h ? y + b->h : to->h;
	if (left >= right)
		return;
	for (int64_t i = top; i < bottom; i++)
		draw_row(to->data + to->stride * (size_t)i,
		    b->data + b->stride * (size_t)(i - y), b->stride, x, left,
		    right, op);
}
