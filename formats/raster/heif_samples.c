/*
 * Samples of uncompressed pictures in HEIF, in any order, to rows of pixels;
 * see heif_unci.h. All orders are read from front to back.
 */
#include "formats/codec/arena.h"
#include "formats/raster/heif_unci.h"

struct plane {
	uint16_t *v; /* NULL: padding */
	uint32_t w, h;
	uint8_t bits;
};

struct samples {
	struct doc *d;
	const struct unci_form *f;
	struct reader in;
	uint32_t held; /* bits of the last octet that are still to come */
	unsigned n_held;
	uint32_t tile_w, tile_h;
	struct plane planes[UNCI_PARTS_MAX];
};

/* The octets that a sample alone takes, and what may be lost before it. */
static uint64_t
most_of_sample(const struct unci_part *part)
{
	return part->octets != 0 ? part->octets + 1u : 2u;
}

uint64_t
unci_most_octets(const struct unci_form *f)
{
	uint64_t row = 0, tile, tiles = (uint64_t)f->tiles_x * f->tiles_y;

	/* Each component in rows of its own, and none coarser than another. */
	for (unsigned i = 0; i < f->n; i++)
		row += most_of_sample(&f->parts[i]);
	row = row > f->pixel_size ? row : f->pixel_size;
	row =
	    row * (f->width / f->tiles_x) + f->n * ((uint64_t)f->row_align + 1);
	tile = row * (f->height / f->tiles_y) +
	       f->n * ((uint64_t)f->tile_align + 1);
	return tile * tiles;
}

/* ---- one sample */

static void
to_octet(struct samples *s)
{
	s->n_held = 0;
}

static int
get_bits(struct samples *s, unsigned n, uint32_t *out)
{
	uint8_t c;
	int e;

	while (s->n_held < n) {
		if ((e = reader_u8(&s->in, &c)) != 0)
			return e;
		s->held = s->held << 8 | c;
		s->n_held += 8;
	}
	s->n_held -= n;
	*out = s->held >> s->n_held & ((1u << n) - 1);
	return 0;
}

static int
get_octets(struct samples *s, const struct unci_part *part, uint32_t *out)
{
	uint32_t v = 0;
	uint8_t c;
	int e;

	to_octet(s);
	for (unsigned i = 0; i < part->octets; i++) {
		if ((e = reader_u8(&s->in, &c)) != 0)
			return e;
		v = s->f->little ? v | (uint32_t)c << 8 * i : v << 8 | c;
	}
	*out = v & ((1u << part->bits) - 1);
	return 0;
}

static int
get_sample(struct samples *s, unsigned part, uint32_t x, uint32_t y)
{
	const struct unci_part *p = &s->f->parts[part];
	struct plane *to = &s->planes[part];
	uint32_t v;
	int e =
	    p->octets != 0 ? get_octets(s, p, &v) : get_bits(s, p->bits, &v);

	if (e == 0 && to->v != NULL)
		to->v[(size_t)y * to->w + x] = (uint16_t)v;
	return e;
}

/* ---- rows and tiles */

static int
skip_to(struct samples *s, size_t from, uint32_t align)
{
	size_t n;

	to_octet(s);
	if (align == 0)
		return 0;
	n = (reader_pos(&s->in) - from) % align;
	return n == 0 ? 0 : reader_skip(&s->in, align - n);
}

/* A row of one component, or of two whose samples alternate. */
static int
get_row(struct samples *s, unsigned part, unsigned n, uint32_t x0, uint32_t y)
{
	size_t from = reader_pos(&s->in);
	const struct plane *p = &s->planes[part];
	uint32_t w = s->tile_w / (s->f->width / p->w);
	int e = 0;

	for (uint32_t x = 0; x < w && e == 0; x++)
		for (unsigned i = 0; i < n && e == 0; i++)
			e = get_sample(s, part + i, x0 + x, y);
	return e != 0 ? e : skip_to(s, from, s->f->row_align);
}

static int
get_pixel_row(struct samples *s, uint32_t x0, uint32_t y)
{
	size_t row = reader_pos(&s->in), from;
	const struct unci_form *f = s->f;
	int e = 0;

	for (uint32_t x = 0; x < s->tile_w && e == 0; x++) {
		from = reader_pos(&s->in);
		for (unsigned i = 0; i < f->n && e == 0; i++)
			e = get_sample(s, i, x0 + x, y);
		if (e == 0 && f->pixel_size != 0)
			e = skip_to(s, from, f->pixel_size);
	}
	return e != 0 ? e : skip_to(s, row, f->row_align);
}

/* One component, or a pair, of one tile. */
static int
get_part(struct samples *s, unsigned part, unsigned n, uint32_t tx, uint32_t ty)
{
	const struct plane *p = &s->planes[part];
	uint32_t w = s->tile_w / (s->f->width / p->w),
		 h = s->tile_h / (s->f->height / p->h);
	int e = 0;

	for (uint32_t y = 0; y < h && e == 0; y++)
		e = get_row(s, part, n, tx * w, ty * h + y);
	return e;
}

static bool
is_colour(const struct unci_part *p)
{
	return p->role == UNCI_CB || p->role == UNCI_CR;
}

static int
get_parts(struct samples *s, uint32_t tx, uint32_t ty)
{
	const struct unci_form *f = s->f;
	unsigned n;
	int e = 0;

	for (unsigned i = 0; i < f->n && e == 0; i += n) {
		n = f->order == UNCI_MIXED && i + 1 < f->n &&
			    is_colour(&f->parts[i]) &&
			    is_colour(&f->parts[i + 1])
			? 2
			: 1;
		e = get_part(s, i, n, tx, ty);
	}
	return e;
}

static int
get_tile(struct samples *s, uint32_t tx, uint32_t ty)
{
	size_t from = reader_pos(&s->in);
	uint32_t x0 = tx * s->tile_w, y0 = ty * s->tile_h;
	const struct unci_form *f = s->f;
	int e = 0;

	if (f->order == UNCI_BY_COMPONENT || f->order == UNCI_MIXED)
		e = get_parts(s, tx, ty);
	for (uint32_t y = 0;
	     f->order == UNCI_BY_PIXEL && y < s->tile_h && e == 0; y++)
		e = get_pixel_row(s, x0, y0 + y);
	for (uint32_t y = 0; f->order == UNCI_BY_ROW && y < s->tile_h && e == 0;
	     y++)
		for (unsigned i = 0; i < f->n && e == 0; i++)
			e = get_row(s, i, 1, x0, y0 + y);
	return e != 0 ? e : skip_to(s, from, f->tile_align);
}

static int
get_all(struct samples *s)
{
	const struct unci_form *f = s->f;
	bool by_tile = f->order == UNCI_BY_TILE;
	uint32_t tiles = f->tiles_x * f->tiles_y, tx, ty;
	size_t from;
	int e = 0;

	for (unsigned i = 0; i < (by_tile ? f->n : 1) && e == 0; i++)
		for (uint32_t t = 0; t < tiles && e == 0; t++) {
			tx = t % f->tiles_x;
			ty = t / f->tiles_x;
			from = reader_pos(&s->in);
			e = by_tile ? get_part(s, i, 1, tx, ty)
				    : get_tile(s, tx, ty);
			if (e == 0 && by_tile)
				e = skip_to(s, from, f->tile_align);
		}
	return e;
}

/* ---- as pixels */

struct pixels {
	const struct unci_picture *p;
	const struct plane *by_role[UNCI_ROLES];
	int32_t most; /* of a value in a row */
};

/* y and c: the lowest value and the span, in samples of the file. */
struct span {
	int32_t y0, y, c0, c;
};

static struct span
span_of(const struct unci_form *f, uint8_t bits)
{
	int32_t one = bits >= 8 ? 1 << (bits - 8) : 1;

	if (f->full_range || bits < 8)
		return (struct span){ 0, (1 << bits) - 1, 1 << (bits - 1),
			(1 << bits) - 1 };
	return (struct span){ 16 * one, 219 * one, 128 * one, 224 * one };
}

static uint32_t
value_at(const struct plane *p, const struct unci_form *f, uint32_t x,
    uint32_t y)
{
	return p->v[(size_t)(y / (f->height / p->h)) * p->w +
		    x / (f->width / p->w)];
}

static uint16_t
clamp(int64_t v, int32_t most)
{
	return (uint16_t)(v < 0 ? 0 : v > most ? most : v);
}

static uint16_t
stretched(const struct pixels *px, const struct plane *p, uint32_t x,
    uint32_t y)
{
	uint32_t most = (1u << p->bits) - 1,
		 v = value_at(p, &px->p->form, x, y);

	return (uint16_t)((v * (uint64_t)px->most + most / 2) / most);
}

#define POINT 20 /* bits behind it, of brightness and colour */

/* Brightness 0..1. */
static int64_t
brightness(const struct pixels *px, uint32_t x, uint32_t y)
{
	const struct plane *p = px->by_role[UNCI_Y];
	struct span s = span_of(&px->p->form, p->bits);
	int64_t v = value_at(p, &px->p->form, x, y);

	return (v - s.y0) * (1 << POINT) / s.y;
}

static int64_t
colour(const struct pixels *px, enum unci_role role, uint32_t x, uint32_t y)
{
	const struct plane *p = px->by_role[role];
	struct span s = span_of(&px->p->form, p->bits);
	int64_t v = value_at(p, &px->p->form, x, y);

	return (v - s.c0) * (1 << POINT) / s.c;
}

static uint16_t
from_point(const struct pixels *px, int64_t v)
{
	return clamp((v * px->most + (1 << (POINT - 1))) >> POINT, px->most);
}

/* ITU-T H.273: the numbers of BT.709, BT.601, BT.2020 in 1/65536. */
static void
ycc_pixel(const struct pixels *px, uint32_t x, uint32_t y, uint16_t *to)
{
	static const int32_t all[][4] = { { 103206, 12276, 30679, 121609 },
		{ 91881, 22554, 46802, 116130 },
		{ 96639, 10784, 37444, 123299 } };
	uint8_t matrix = px->p->form.matrix;
	const int32_t *m = all[matrix == 1 ? 0 : matrix == 9 ? 2 : 1];
	int64_t l = brightness(px, x, y), b = colour(px, UNCI_CB, x, y),
		r = colour(px, UNCI_CR, x, y);

	to[0] = from_point(px, l + ((m[0] * r) >> 16));
	to[1] = from_point(px, l - ((m[1] * b + m[2] * r) >> 16));
	to[2] = from_point(px, l + ((m[3] * b) >> 16));
}

static void
pixel(const struct pixels *px, uint32_t x, uint32_t y, uint16_t *to)
{
	const struct plane *const *by = px->by_role;
	unsigned n = px->p->channels;

	if (by[UNCI_RED] != NULL)
		for (unsigned i = 0; i < 3; i++)
			to[i] = stretched(px, by[UNCI_RED + i], x, y);
	else if (by[UNCI_CB] != NULL)
		ycc_pixel(px, x, y, to);
	else if (by[UNCI_Y] != NULL)
		to[0] = from_point(px, brightness(px, x, y));
	else
		to[0] = stretched(px, by[UNCI_GREY], x, y);
	if (by[UNCI_ALPHA] != NULL)
		to[n - 1] = stretched(px, by[UNCI_ALPHA], x, y);
}

static int
put_rows(const struct pixels *px, struct buf *rows)
{
	const struct unci_picture *p = px->p;
	size_t stride = (size_t)p->form.width * p->channels * (p->deep ? 2 : 1);
	uint16_t v[4];
	uint8_t *to;
	int e;

	for (uint32_t y = 0; y < p->form.height; y++) {
		if ((e = buf_reserve(rows, stride, &to)) != 0)
			return e;
		for (uint32_t x = 0; x < p->form.width; x++) {
			pixel(px, x, y, v);
			for (unsigned i = 0; i < p->channels; i++) {
				if (p->deep)
					*to++ = (uint8_t)(v[i] >> 8);
				*to++ = (uint8_t)v[i];
			}
		}
		buf_commit(rows, stride);
	}
	return 0;
}

/* ---- all of it */

static int
make_planes(struct samples *s, struct arena *arena)
{
	const struct unci_form *f = s->f;
	struct plane *p;

	for (unsigned i = 0; i < f->n; i++) {
		p = &s->planes[i];
		p->bits = f->parts[i].bits;
		p->w = f->width / (is_colour(&f->parts[i]) ? f->across : 1);
		p->h = f->height / (is_colour(&f->parts[i]) ? f->down : 1);
		if (f->parts[i].role == UNCI_PADDING)
			continue;
		p->v = arena_alloc(arena, (size_t)p->w * p->h * sizeof(*p->v));
		if (p->v == NULL)
			return ERR_NOMEM;
	}
	return 0;
}

int
unci_rows(struct doc *d, const struct unci_picture *p, struct buf *rows)
{
	struct samples s = { .d = d, .f = &p->form };
	struct pixels px = { .p = p, .most = p->deep ? 65535 : 255 };
	struct arena arena;
	int e;

	arena_init(&arena, d);
	buf_reader(&p->data, &s.in);
	s.tile_w = p->form.width / p->form.tiles_x;
	s.tile_h = p->form.height / p->form.tiles_y;
	if ((e = make_planes(&s, &arena)) == 0 && (e = get_all(&s)) != 0)
		e = doc_fail(d, ERR_TRUNCATED,
		    "uncompressed pixels: too few bytes");
	for (unsigned i = 0; i < p->form.n; i++)
		px.by_role[p->form.parts[i].role] = &s.planes[i];
	if (e == 0 && (e = doc_spend(d, BUDGET_EXPANDED_BYTES,
			   (uint64_t)p->form.width * p->form.height *
			       p->channels * (p->deep ? 2 : 1))) == 0)
		e = put_rows(&px, rows);
	arena_done(&arena);
	return e;
}
