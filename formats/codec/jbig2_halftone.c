/* Pattern dictionaries and halftones of JBIG2 (T.88 6.6, 6.7, 7.4.4, 7.4.5). */
#include "formats/codec/jbig2_int.h"

#define PATTERNS_MAX 65536u

/* What patterns are coded with: adaptive pixels where the standard has them. */
static void
set_template(struct jb2_generic *g, unsigned flags, int x)
{
	g->template = flags >> 1 & 3;
	g->at[0] = (int8_t)x;
	g->at[2] = -3;
	g->at[3] = -1;
	g->at[4] = 2;
	g->at[5] = -2;
	g->at[6] = -2;
	g->at[7] = -2;
}

/* ---- patterns */

int
jb2_pattern_segment(struct jb2 *j, const struct jb2_segment *s)
{
	struct jb2_left left = { .kind = JB2_PATTERNS };
	struct jb2_generic g = { 0 };
	struct jb2_bitmap *all;
	struct jb2_arith mq;
	struct reader in = s->data;
	uint8_t flags, w, h;
	uint32_t most;
	int e;

	if ((e = reader_u8(&in, &flags)) != 0 ||
	    (e = reader_u8(&in, &w)) != 0 || (e = reader_u8(&in, &h)) != 0 ||
	    (e = reader_u32be(&in, &most)) != 0)
		return e;
	if (w == 0 || w > 128 || h == 0 || most >= PATTERNS_MAX)
		return ERR_MALFORMED;
	left.n = most + 1;
	left.list = arena_alloc(&j->arena, left.n * sizeof(*left.list));
	g.cx = arena_alloc(&j->arena, JB2_GENERIC_CX);
	if (left.list == NULL || g.cx == NULL)
		return ERR_NOMEM;
	if ((e = jb2_bitmap_new(j, (uint64_t)left.n * w, h, &all)) != 0)
		return e;
	set_template(&g, flags, -(int)w);
	jb2_arith_init(&mq, &in);
	e = (flags & 1) != 0 ? jb2_mmr(j, &in, all)
			     : jb2_generic(j, &mq, &g, all);
	for (uint32_t i = 0; i < left.n && e == 0; i++) {
		if ((e = jb2_bitmap_new(j, w, h, &left.list[i])) == 0)
			jb2_draw(left.list[i], all, -(int64_t)i * w, 0,
			    JB2_REPLACE);
	}
	jb2_bitmap_free(j, all);
	return e != 0 ? e : jb2_keep(j, s, &left);
}

/* ---- halftones */

struct halftone {
	const struct jb2_left *patterns;
	struct jb2_bitmap *to;
	uint8_t flags;
	uint32_t w, h; /* of the grid, whose first corner is at x, y */
	int32_t x, y;  /* 1/256 pixels, as is the step */
	uint16_t step_x, step_y;
};

static int
read_head(struct reader *in, struct halftone *t)
{
	uint32_t x, y;
	int e;

	if ((e = reader_u8(in, &t->flags)) != 0 ||
	    (e = reader_u32be(in, &t->w)) != 0 ||
	    (e = reader_u32be(in, &t->h)) != 0 ||
	    (e = reader_u32be(in, &x)) != 0 ||
	    (e = reader_u32be(in, &y)) != 0 ||
	    (e = reader_u16be(in, &t->step_x)) != 0)
		return e;
	t->x = (int32_t)x;
	t->y = (int32_t)y;
	return reader_u16be(in, &t->step_y);
}

/* Where the pattern of a cell stands. */
static void
cell(const struct halftone *t, int64_t across, int64_t down, int64_t *x,
    int64_t *y)
{
	*x = (t->x + down * t->step_y + across * t->step_x) >> 8;
	*y = (t->y + down * t->step_x - across * t->step_y) >> 8;
}

/* 6.6.5.1: cells that are not seen need no pattern. */
static int
make_skip(struct jb2 *j, const struct halftone *t, struct jb2_bitmap **out)
{
	const struct jb2_bitmap *p = t->patterns->list[0];
	struct jb2_bitmap *dot;
	int64_t x, y;
	int e;

	if ((e = jb2_bitmap_new(j, t->w, t->h, out)) != 0 ||
	    (e = jb2_bitmap_new(j, 1, 1, &dot)) != 0 ||
	    (e = jb2_spend(j, (uint64_t)t->w * t->h)) != 0)
		return e;
	jb2_bitmap_fill(dot, true);
	for (uint32_t m = 0; m < t->h; m++)
		for (uint32_t n = 0; n < t->w; n++) {
			cell(t, n, m, &x, &y);
			if (x + p->w <= 0 || x >= t->to->w || y + p->h <= 0 ||
			    y >= t->to->h)
				jb2_draw(*out, dot, n, m, JB2_REPLACE);
		}
	return 0;
}

/* Annex C: planes of a Gray code, the highest first. */
static int
take_planes(struct jb2 *j, const struct halftone *t, struct reader *in,
    unsigned n, struct jb2_bitmap **planes)
{
	struct jb2_generic g = { 0 };
	struct jb2_bitmap *skip = NULL;
	struct jb2_arith mq;
	int e = 0;

	set_template(&g, t->flags, (t->flags >> 1 & 3) <= 1 ? 3 : 2);
	g.at[1] = -1;
	if ((g.cx = arena_alloc(&j->arena, JB2_GENERIC_CX)) == NULL)
		return ERR_NOMEM;
	if ((t->flags & 8) != 0 && (e = make_skip(j, t, &skip)) != 0)
		return e;
	g.skip = skip;
	jb2_arith_init(&mq, in);
	for (unsigned i = n; i-- > 0 && e == 0;) {
		if ((e = jb2_bitmap_new(j, t->w, t->h, &planes[i])) != 0)
			return e;
		e = (t->flags & 1) != 0 ? jb2_mmr(j, in, planes[i])
					: jb2_generic(j, &mq, &g, planes[i]);
		if (i + 1 < n)
			jb2_draw(planes[i], planes[i + 1], 0, 0, JB2_XOR);
	}
	return e;
}

static int
draw_cells(struct jb2 *j, const struct halftone *t, unsigned n,
    struct jb2_bitmap *const *planes)
{
	const struct jb2_bitmap *p = t->patterns->list[0];
	uint64_t each = p->stride * p->h + 2, all;
	enum jb2_op op = (enum jb2_op)(t->flags >> 4 & 7);
	uint32_t v;
	int64_t x, y;
	int e;

	if (__builtin_mul_overflow(each * t->w, (uint64_t)t->h, &all))
		return ERR_MALFORMED;
	if ((e = jb2_spend(j, all)) != 0)
		return e;
	for (uint32_t down = 0; down < t->h; down++)
		for (uint32_t across = 0; across < t->w; across++) {
			v = 0;
			for (unsigned i = n; i-- > 0;)
				v = v << 1 | jb2_pixel(planes[i], across, down);
			if (v >= t->patterns->n)
				v = t->patterns->n - 1;
			cell(t, across, down, &x, &y);
			jb2_draw(t->to, t->patterns->list[v], x, y, op);
		}
	return 0;
}

int
jb2_halftone_segment(struct jb2 *j, const struct jb2_segment *s,
    struct reader *in, struct jb2_bitmap *to)
{
	struct halftone t = { .to = to };
	struct jb2_bitmap *planes[17] = { NULL };
	unsigned n;
	int e;

	if ((e = read_head(in, &t)) != 0)
		return e;
	if (s->n_refs != 1 || s->refs[0]->kind != JB2_PATTERNS ||
	    (t.flags >> 4 & 7) >= JB2_OPS)
		return ERR_MALFORMED;
	t.patterns = s->refs[0];
	n = jb2_log2(t.patterns->n);
	jb2_bitmap_fill(to, (t.flags & 0x80) != 0);
	if (t.w == 0 || t.h == 0)
		return 0;
	if ((e = take_planes(j, &t, in, n, planes)) != 0)
		return e;
	return draw_cells(j, &t, n, planes);
}
