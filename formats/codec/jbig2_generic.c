/*
 * Generic regions and refinements of JBIG2 (T.88 6.2, 6.3). Rows are decoded
 * as one byte a pixel, between margins that are always white, so that windows
 * may slide over both edges.
 */
#include <string.h>

#include "formats/codec/ccitt.h"
#include "formats/codec/jbig2_int.h"

#define LEFT  128u /* as far as an adaptive pixel may reach */
#define RIGHT 16u

/* ---- rows */

/* n rows of w pixels, white. */
static int
take_lines(struct jb2 *j, unsigned n, uint32_t w, uint8_t **lines)
{
	size_t each = (size_t)w + LEFT + RIGHT, all = each * n;

	if (all > j->n_lines) {
		arena_free(&j->arena, j->lines);
		j->n_lines = 0;
		if ((j->lines = arena_alloc(&j->arena, all)) == NULL)
			return ERR_NOMEM;
		j->n_lines = all;
	}
	memset(j->lines, 0, all);
	for (unsigned i = 0; i < n; i++)
		lines[i] = j->lines + each * i + LEFT;
	return 0;
}

/* ---- generic regions */

/* Windows of a template: in the rows above, ahead of x; their bits below. */
struct shape {
	unsigned bits0, bits1, bits2; /* of this row and those above */
	unsigned ahead1, ahead2;
	unsigned typical; /* the context that says "like the row above" */
	unsigned n_at;

	struct {
		int8_t x, y; /* where the pixel usually is */
		uint8_t bit;
	} at[4];
};

/* Figures 3 to 6 and 8 to 11: with the usual adaptive pixels, windows. */
static const struct shape shapes[4] = {
	{ 4, 7, 5, 3, 2, 0x9b25, 4,
	    { { 3, -1, 4 }, { -3, -1, 10 }, { 2, -2, 11 }, { -2, -2, 15 } } },
	{ 3, 6, 4, 3, 2, 0x0795, 1, { { 3, -1, 3 } } },
	{ 2, 5, 3, 2, 1, 0x00e5, 1, { { 2, -1, 2 } } },
	{ 4, 6, 0, 2, 0, 0x0195, 1, { { 2, -1, 4 } } },
};

struct generic {
	const struct jb2_generic *g;
	const struct shape *s;
	struct jb2_arith *mq;
	struct jb2_bitmap *to;
	uint8_t *row[3]; /* this one, and those above */
	bool usual;	 /* all adaptive pixels are where they usually are */
};

/* An adaptive pixel may only be one that is known already. */
static bool
is_known(int x, int y)
{
	return y < 0 || (y == 0 && x < 0);
}

int
jb2_generic_at(struct reader *in, struct jb2_generic *g)
{
	uint8_t c;
	int e;

	for (unsigned i = 0; i < shapes[g->template].n_at * 2; i++) {
		if ((e = reader_u8(in, &c)) != 0)
			return e;
		g->at[i] = (int8_t)c;
	}
	for (unsigned i = 0; i < shapes[g->template].n_at; i++)
		if (!is_known(g->at[i * 2], g->at[i * 2 + 1]))
			return ERR_MALFORMED;
	return 0;
}

static bool
is_usual(const struct jb2_generic *g, const struct shape *s)
{
	for (unsigned i = 0; i < s->n_at; i++)
		if (g->at[i * 2] != s->at[i].x ||
		    g->at[i * 2 + 1] != s->at[i].y)
			return false;
	return true;
}

static unsigned
adapt(const struct generic *r, unsigned cx, uint32_t x, uint32_t y)
{
	unsigned bit, v;
	int dx, dy;

	for (unsigned i = 0; i < r->s->n_at; i++) {
		dx = r->g->at[i * 2];
		dy = r->g->at[i * 2 + 1];
		bit = 1u << r->s->at[i].bit;
		v = dy == 0
			? r->row[0][(int64_t)x + dx]
			: jb2_pixel(r->to, (int64_t)x + dx, (int64_t)y + dy);
		cx = v != 0 ? cx | bit : cx & ~bit;
	}
	return cx;
}

/* The first pixels of a window, as they are left of the row. */
static unsigned
window(const uint8_t *row, unsigned ahead)
{
	unsigned w = 0;

	for (unsigned i = 0; i < ahead; i++)
		w = w << 1 | row[i];
	return w;
}

static void
generic_row(const struct generic *r, uint32_t y)
{
	const struct shape *s = r->s;
	const struct jb2_bitmap *skip = r->g->skip;
	const uint8_t *one = r->row[1], *two = r->row[2];
	unsigned mask0 = (1u << s->bits0) - 1, mask1 = (1u << s->bits1) - 1,
		 mask2 = (1u << s->bits2) - 1, w0 = 0, cx;
	unsigned w1 = window(one, s->ahead1), w2 = window(two, s->ahead2);
	uint32_t w = r->to->w;

	for (uint32_t x = 0; x < w; x++) {
		w1 = (w1 << 1 | one[x + s->ahead1]) & mask1;
		w2 = (w2 << 1 | two[x + s->ahead2]) & mask2;
		cx = (w2 << s->bits1 | w1) << s->bits0 | w0;
		if (!r->usual)
			cx = adapt(r, cx, x, y);
		if (skip != NULL && jb2_pixel(skip, x, y) != 0)
			r->row[0][x] = 0;
		else
			r->row[0][x] = (uint8_t)jb2_bit(r->mq, r->g->cx + cx);
		w0 = (w0 << 1 | r->row[0][x]) & mask0;
	}
}

int
jb2_generic(struct jb2 *j, struct jb2_arith *mq, const struct jb2_generic *g,
    struct jb2_bitmap *to)
{
	const struct shape *s = &shapes[g->template];
	struct generic r = { .g = g, .s = s, .mq = mq, .to = to };
	uint8_t *last;
	unsigned same = 0;
	int e = take_lines(j, 3, to->w, r.row);

	r.usual = is_usual(g, s);
	for (uint32_t y = 0; y < to->h && e == 0; y++) {
		if (g->tpgd)
			same ^= jb2_bit(mq, g->cx + s->typical);
		if (same != 0)
			memcpy(r.row[0], r.row[1], to->w);
		else
			generic_row(&r, y);
		jb2_pack(to, y, r.row[0]);
		last = r.row[2];
		r.row[2] = r.row[1];
		r.row[1] = r.row[0];
		r.row[0] = last;
		if (jb2_is_past(mq))
			e = ERR_TRUNCATED;
	}
	return e;
}

/* ---- refinements */

/*
 * A context has three pixels of the row above, one of this row, and nine of
 * the bitmap that is refined. Template 1 does without four of them.
 */
#define AT_ABOVE     12u
#define AT_FROM	     8u
#define CX_NINE	     0x1ffu
#define CX_TYPICAL   0x010u
#define CX_TEMPLATE1 (0x1fffu & ~0x144u)

struct refine {
	const struct jb2_refine *g;
	struct jb2_arith *mq;
	struct jb2_bitmap *to;
	uint8_t *row[2];  /* this one and the one above */
	uint8_t *from[3]; /* of the other bitmap: above, same, below */
	bool usual, same;
};

int
jb2_refine_at(struct reader *in, struct jb2_refine *g)
{
	uint8_t c;
	int e;

	if (g->template != 0)
		return 0;
	for (unsigned i = 0; i < 4; i++) {
		if ((e = reader_u8(in, &c)) != 0)
			return e;
		g->at[i] = (int8_t)c;
	}
	return is_known(g->at[0], g->at[1]) ? 0 : ERR_MALFORMED;
}

static void
load(struct refine *r, int64_t y, uint8_t *line)
{
	jb2_unpack(r->g->from, -1 - r->g->dx, y - r->g->dy, line - 1,
	    (size_t)r->to->w + 2);
}

static unsigned
adapt_refine(const struct refine *r, unsigned cx, uint32_t x, uint32_t y)
{
	const int8_t *at = r->g->at;
	unsigned v = at[1] == 0 ? r->row[0][(int64_t)x + at[0]]
				: jb2_pixel(r->to, (int64_t)x + at[0],
				      (int64_t)y + at[1]);

	cx = (cx & ~(1u << AT_ABOVE)) | v << AT_ABOVE;
	v = jb2_pixel(r->g->from, x - r->g->dx + at[2], y - r->g->dy + at[3]);
	return (cx & ~(1u << AT_FROM)) | v << AT_FROM;
}

static void
refine_row(const struct refine *r, uint32_t y)
{
	const uint8_t *above = r->row[1];
	unsigned a = above[0], f[3], nine, cx;

	for (unsigned i = 0; i < 3; i++)
		f[i] = (unsigned)r->from[i][-1] << 1 | r->from[i][0];
	for (uint32_t x = 0; x < r->to->w; x++) {
		a = (a << 1 | above[x + 1]) & 7;
		nine = 0;
		for (unsigned i = 0; i < 3; i++) {
			f[i] = (f[i] << 1 | r->from[i][x + 1]) & 7;
			nine = nine << 3 | f[i];
		}
		if (r->same && (nine == 0 || nine == CX_NINE)) {
			r->row[0][x] = nine != 0;
			continue;
		}
		cx = a << 10 | (unsigned)r->row[0][(int64_t)x - 1] << 9 | nine;
		if (r->g->template != 0)
			cx &= CX_TEMPLATE1;
		else if (!r->usual)
			cx = adapt_refine(r, cx, x, y);
		r->row[0][x] = (uint8_t)jb2_bit(r->mq, r->g->cx + cx);
	}
}

static void
turn(uint8_t **lines, unsigned n)
{
	uint8_t *first = lines[0];

	for (unsigned i = 0; i + 1 < n; i++)
		lines[i] = lines[i + 1];
	lines[n - 1] = first;
}

int
jb2_refine(struct jb2 *j, struct jb2_arith *mq, const struct jb2_refine *g,
    struct jb2_bitmap *to)
{
	struct refine r = { .g = g, .mq = mq, .to = to };
	uint8_t *lines[5];
	int e;

	if (g->dx > JB2_FAR || g->dx < -JB2_FAR || g->dy > JB2_FAR ||
	    g->dy < -JB2_FAR)
		return ERR_MALFORMED;
	/* It takes longer than other pixels. */
	if ((e = jb2_spend(j, to->stride * to->h)) != 0 ||
	    (e = take_lines(j, 5, to->w, lines)) != 0)
		return e;
	memcpy(r.row, lines, sizeof(r.row));
	memcpy(r.from, lines + 2, sizeof(r.from));
	r.usual = g->at[0] == -1 && g->at[1] == -1 && g->at[2] == -1 &&
		  g->at[3] == -1;
	load(&r, -1, r.from[1]);
	load(&r, 0, r.from[2]);
	for (uint32_t y = 0; y < to->h && e == 0; y++) {
		turn(r.from, 3);
		load(&r, (int64_t)y + 1, r.from[2]);
		if (g->tpgr && jb2_bit(mq, g->cx + CX_TYPICAL) != 0)
			r.same = !r.same;
		refine_row(&r, y);
		jb2_pack(to, y, r.row[0]);
		turn(r.row, 2);
		if (jb2_is_past(mq))
			e = ERR_TRUNCATED;
	}
	return e;
}

/* ---- Group 4 (6.2.6) */

int
jb2_mmr(struct jb2 *j, struct reader *in, struct jb2_bitmap *to)
{
	struct ccitt_params p = { .k = -1,
		.black_is_1 = true,
		.size_taken = true,
		.columns = to->w,
		.rows = to->h,
		.damaged_max = UINT32_MAX };
	struct ccitt_result res;
	struct reader rows;
	struct buf b;
	int e;

	if (to->w == 0 || to->h == 0)
		return 0;
	buf_init(&b, to->stride * to->h);
	e = ccitt_decode(j->d, in, &p, &b, &res);
	if (e == 0) {
		buf_reader(&b, &rows);
		jb2_rows(to, &rows);
		if (res.damaged > 0 || res.missing > 0)
			j->damaged = true;
		e = reader_skip(in, reader_left(in) - res.left);
	}
	buf_done(&b);
	if (e == ERR_MALFORMED)
		doc_forgive(j->d);
	return e;
}
