/*
 * Charstrings of Type 1 (Adobe Type 1 Font Format, chapters 6 and 8) are run
 * and what they draw is written as a charstring of type 2: one move before
 * each contour, flex as two curves, stems sorted and declared first, replaced
 * hints as masks. OtherSubrs 0 to 3 mean flex and hint replacement; of all
 * others only the operands pass through, as the book asks.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/pdf/font_int.h"

#define ONE	   INT64_C(65536)
#define STACK	   48
#define DEPTH_MAX  10
#define FLEX_MOVES 7
#define MASKS_MAX  256

struct stem {
	int64_t pos, size;
	bool vertical;
	uint8_t place; /* among the sorted ones */
};

/* Hints that hold from an offset of the path on. */
struct mask {
	size_t at;
	uint8_t stems[TYPE2_STEMS / 8];
};

struct glyph {
	const struct t1 *t;
	uint64_t *steps;
	int64_t stack[STACK], ps[STACK];
	unsigned n, n_ps, depth;
	int64_t sb[2], width;
	int64_t move[2]; /* not yet written */
	int64_t flex[FLEX_MOVES][2];
	unsigned n_flex;
	bool in_flex, moving, ended;
	struct stem stem[TYPE2_STEMS];
	unsigned n_stems;
	struct mask mask[MASKS_MAX];
	unsigned n_masks;
	bool fresh_hints; /* the next stem begins a new set */
	struct buf path;
};

static int
put(struct glyph *g, const int64_t *v, unsigned n, unsigned op)
{
	int e = 0;

	for (unsigned i = 0; i < n; i++) {
		if (v[i] > INT32_MAX || v[i] < INT32_MIN)
			return ERR_MALFORMED;
		if ((e = type2_put_number(&g->path, (int32_t)v[i])) != 0)
			return e;
	}
	return type2_put_op(&g->path, op);
}

/* ---- hints */

static int
find_stem(struct glyph *g, int64_t pos, int64_t size, bool vertical)
{
	for (unsigned i = 0; i < g->n_stems; i++)
		if (g->stem[i].pos == pos && g->stem[i].size == size &&
		    g->stem[i].vertical == vertical)
			return (int)i;
	if (g->n_stems == TYPE2_STEMS)
		return -1;
	g->stem[g->n_stems] = (struct stem){ pos, size, vertical, 0 };
	return (int)g->n_stems++;
}

/* A stem that does not fit in is left out: hints are only advice. */
static void
add_stem(struct glyph *g, int64_t pos, int64_t size, bool vertical)
{
	struct mask *m;
	int i;

	if (size < 0) {
		pos += size;
		size = -size;
	}
	if (pos > INT32_MAX || pos < INT32_MIN || size > INT32_MAX ||
	    (i = find_stem(g, pos, size, vertical)) < 0)
		return;
	if (g->n_masks == 0 || g->fresh_hints) {
		if (g->n_masks == MASKS_MAX)
			return;
		m = &g->mask[g->n_masks++];
		memset(m, 0, sizeof(*m));
		m->at = g->path.len;
		g->fresh_hints = false;
	}
	m = &g->mask[g->n_masks - 1];
	m->stems[i / 8] |= (uint8_t)(1u << i % 8);
}

static void
do_stems(struct glyph *g, bool vertical, unsigned n)
{
	for (unsigned i = 0; i + 1 < n && i + 1 < g->n; i += 2)
		add_stem(g, g->stack[i] + g->sb[vertical ? 0 : 1],
		    g->stack[i + 1], vertical);
}

/* ---- drawing */

static void
do_move(struct glyph *g, int64_t dx, int64_t dy)
{
	if (g->in_flex) {
		if (g->n_flex < FLEX_MOVES) {
			g->flex[g->n_flex][0] = dx;
			g->flex[g->n_flex][1] = dy;
		}
		return;
	}
	g->move[0] += dx;
	g->move[1] += dy;
	g->moving = true;
}

static int
settle_move(struct glyph *g)
{
	int e = 0;

	if (g->moving)
		e = put(g, g->move, 2, 21);
	g->moving = false;
	g->move[0] = g->move[1] = 0;
	return e;
}

static int
draw(struct glyph *g, unsigned n, unsigned op)
{
	int e;

	if (g->n < n || g->in_flex)
		return ERR_MALFORMED;
	if ((e = settle_move(g)) != 0)
		return e;
	return put(g, g->stack + (g->n - n), n, op);
}

/* Seven moves, the first to a point of reference: two curves. */
static int
end_flex(struct glyph *g)
{
	int64_t v[12];
	int e;

	g->in_flex = false;
	if (g->n_flex != FLEX_MOVES)
		return ERR_MALFORMED;
	for (unsigned k = 0; k < 2; k++) {
		v[k] = g->flex[0][k] + g->flex[1][k];
		for (unsigned i = 2; i < FLEX_MOVES; i++)
			v[2 * (i - 1) + k] = g->flex[i][k];
	}
	if ((e = settle_move(g)) != 0)
		return e;
	return put(g, v, 12, 8);
}

/* ---- operators */

static int
do_other(struct glyph *g)
{
	int64_t which, n;

	if (g->n < 2)
		return ERR_MALFORMED;
	which = g->stack[--g->n] / ONE;
	n = g->stack[--g->n] / ONE;
	if (n < 0 || n > g->n)
		return ERR_MALFORMED;
	g->n_ps = 0;
	for (int64_t i = 0; i < n; i++)
		g->ps[g->n_ps++] = g->stack[--g->n];
	switch (which) {
	case 0: /* height, x, y: gives back x and y */
		if (n == 3)
			g->n_ps = 2;
		return end_flex(g);
	case 1:
		g->in_flex = true;
		g->n_flex = 0;
		break;
	case 2:
		if (g->in_flex && g->n_flex < FLEX_MOVES)
			g->n_flex++;
		break;
	case 3:
		g->fresh_hints = true;
		break;
	default:
		break;
	}
	return 0;
}

static int
do_divide(struct glyph *g)
{
	int64_t a, b;

	if (g->n < 2)
		return ERR_MALFORMED;
	b = g->stack[--g->n];
	a = g->stack[g->n - 1];
	if (b == 0 || a > INT64_MAX / ONE || a < INT64_MIN / ONE)
		return ERR_MALFORMED;
	g->stack[g->n - 1] = a * ONE / b;
	return 0;
}

static int
do_seac(struct glyph *g)
{
	int64_t v[4];
	int e;

	if (g->n < 5)
		return ERR_MALFORMED;
	memcpy(v, g->stack + (g->n - 4), sizeof(v));
	v[0] += g->sb[0] - g->stack[g->n - 5];
	for (unsigned i = 2; i < 4; i++)
		if (v[i] < 0 || v[i] > 255 * ONE || v[i] % ONE != 0)
			return ERR_MALFORMED;
	if (g->path.len > 0)
		return ERR_MALFORMED;
	g->ended = true;
	if ((e = put(g, v, 4, 14)) != 0)
		return e;
	return 0;
}

static int
do_bearing(struct glyph *g, unsigned n)
{
	if (g->n < n)
		return ERR_MALFORMED;
	g->sb[0] = g->stack[0];
	g->sb[1] = n == 4 ? g->stack[1] : 0;
	g->width = g->stack[n / 2];
	g->move[0] = g->sb[0];
	g->move[1] = g->sb[1];
	g->moving = true;
	return 0;
}

static int
do_escape(struct glyph *g, struct reader *in)
{
	uint8_t op;
	int e;

	if ((e = reader_u8(in, &op)) != 0)
		return e;
	switch (op) {
	case 12:
		return do_divide(g);
	case 16:
		return do_other(g);
	case 17: /* pop */
		if (g->n == STACK)
			return ERR_MALFORMED;
		g->stack[g->n++] = g->n_ps > 0 ? g->ps[--g->n_ps] : 0;
		return 0;
	case 1:
	case 2:
		do_stems(g, op == 1, 6);
		break;
	case 6:
		e = do_seac(g);
		break;
	case 7:
		e = do_bearing(g, 4);
		break;
	default: /* dotsection, setcurrentpoint, unknown ones */
		break;
	}
	g->n = 0;
	return e;
}

static int run(struct glyph *, struct reader);

static int
do_call(struct glyph *g)
{
	int64_t i;
	int e;

	if (g->n == 0 || g->depth == DEPTH_MAX)
		return ERR_MALFORMED;
	i = g->stack[--g->n] / ONE;
	if (i < 0 || i >= g->t->n_subrs)
		return ERR_MALFORMED;
	g->depth++;
	e = run(g, g->t->subr[i]);
	g->depth--;
	return e;
}

static int
do_draw(struct glyph *g, uint8_t op)
{
	const int64_t *v = g->stack;

	switch (op) {
	case 4:
		do_move(g, 0, g->n > 0 ? v[g->n - 1] : 0);
		return 0;
	case 21:
		if (g->n < 2)
			return ERR_MALFORMED;
		do_move(g, v[g->n - 2], v[g->n - 1]);
		return 0;
	case 22:
		do_move(g, g->n > 0 ? v[g->n - 1] : 0, 0);
		return 0;
	case 5:
		return draw(g, 2, op);
	case 6:
	case 7:
		return draw(g, 1, op);
	case 8:
		return draw(g, 6, op);
	default: /* 30, 31 */
		return draw(g, 4, op);
	}
}

static int
do_op(struct glyph *g, uint8_t op, struct reader *in)
{
	int e = 0;

	switch (op) {
	case 10:
		return do_call(g);
	case 12:
		return do_escape(g, in);
	case 1:
	case 3:
		do_stems(g, op == 3, 2);
		break;
	case 9: /* the next contour begins where this one ended */
		g->moving = true;
		break;
	case 13:
		e = do_bearing(g, 2);
		break;
	case 14:
		g->ended = true;
		break;
	case 4:
	case 5:
	case 6:
	case 7:
	case 8:
	case 21:
	case 22:
	case 30:
	case 31:
		e = do_draw(g, op);
		break;
	default:
		break;
	}
	g->n = 0;
	return e;
}

static int
push(struct glyph *g, uint8_t b0, struct reader *in)
{
	uint32_t v32;
	uint8_t b1;
	int64_t v;
	int e;

	if (g->n == STACK)
		return ERR_MALFORMED;
	if (b0 == 255) {
		if ((e = reader_u32be(in, &v32)) != 0)
			return e;
		v = (int32_t)v32;
	} else if (b0 <= 246)
		v = b0 - 139;
	else {
		if ((e = reader_u8(in, &b1)) != 0)
			return e;
		v = b0 <= 250 ? (b0 - 247) * 256 + b1 + 108
			      : -(b0 - 251) * 256 - b1 - 108;
	}
	g->stack[g->n++] = v * ONE;
	return 0;
}

static int
run(struct glyph *g, struct reader in)
{
	uint8_t op;
	int e = 0;

	while (e == 0 && !g->ended && reader_u8(&in, &op) == 0) {
		if (*g->steps == 0)
			return ERR_LIMIT;
		--*g->steps;
		if (g->path.len > FONT_MAX_CHAR)
			return ERR_MALFORMED;
		if (op >= 32)
			e = push(g, op, &in);
		else if (op == 11)
			return 0;
		else
			e = do_op(g, op, &in);
	}
	return e;
}

/* ---- writing */

static int
by_place(const void *a, const void *b)
{
	const struct stem *x = *(const struct stem *const *)a;
	const struct stem *y = *(const struct stem *const *)b;

	if (x->vertical != y->vertical)
		return x->vertical ? 1 : -1;
	if (x->pos != y->pos)
		return x->pos < y->pos ? -1 : 1;
	return x->size < y->size ? -1 : x->size > y->size;
}

/* Declarations of one direction; each operator counts from 0 again. */
static int
put_stems(struct stem **sorted, unsigned n, bool vertical, bool masks,
    struct buf *out)
{
	unsigned op = (vertical ? 3u : 1u), in_op = 0;
	int64_t last = 0;
	int e = 0;

	if (masks)
		op = vertical ? 23 : 18;
	for (unsigned i = 0; e == 0 && i < n; i++) {
		int64_t delta = sorted[i]->pos - last;

		if (sorted[i]->vertical != vertical)
			continue;
		if (delta > INT32_MAX || delta < INT32_MIN)
			return ERR_MALFORMED;
		if ((e = type2_put_number(out, (int32_t)delta)) == 0)
			e = type2_put_number(out, (int32_t)sorted[i]->size);
		last = sorted[i]->pos + sorted[i]->size;
		if (e == 0 && ++in_op == 20) {
			e = type2_put_op(out, op);
			in_op = 0;
			last = 0;
		}
	}
	return e == 0 && in_op > 0 ? type2_put_op(out, op) : e;
}

static int
put_mask(const struct glyph *g, const struct mask *m, struct buf *out)
{
	uint8_t bits[TYPE2_STEMS / 8] = { 0 };
	int e;

	for (unsigned i = 0; i < g->n_stems; i++)
		if ((m->stems[i / 8] & 1u << i % 8) != 0)
			bits[g->stem[i].place / 8] |=
			    (uint8_t)(0x80u >> g->stem[i].place % 8);
	if ((e = type2_put_op(out, 19)) != 0)
		return e;
	return buf_put(out, bits, (g->n_stems + 7) / 8);
}

static int
put_path(const struct glyph *g, struct buf *out)
{
	size_t at = 0;
	int e = 0;

	for (unsigned i = 0; e == 0 && g->n_masks > 1 && i < g->n_masks; i++) {
		const struct mask *m = &g->mask[i];

		if (i + 1 < g->n_masks && m->at == g->mask[i + 1].at)
			continue; /* nothing drawn with it */
		if (m->at > at)
			e = buf_put(out, g->path.data + at, m->at - at);
		at = m->at;
		if (e == 0)
			e = put_mask(g, m, out);
	}
	if (e == 0 && g->path.len > at)
		e = buf_put(out, g->path.data + at, g->path.len - at);
	return e;
}

static int
put_glyph(struct glyph *g, struct buf *out)
{
	struct stem *sorted[TYPE2_STEMS];
	bool masks = g->n_masks > 1;
	int e;

	if (g->width > INT32_MAX || g->width < INT32_MIN)
		return ERR_MALFORMED;
	for (unsigned i = 0; i < g->n_stems; i++)
		sorted[i] = &g->stem[i];
	qsort(sorted, g->n_stems, sizeof(sorted[0]), by_place);
	for (unsigned i = 0; i < g->n_stems; i++)
		sorted[i]->place = (uint8_t)i;
	if ((e = type2_put_number(out, (int32_t)g->width)) != 0 ||
	    (e = put_stems(sorted, g->n_stems, false, masks, out)) != 0 ||
	    (e = put_stems(sorted, g->n_stems, true, masks, out)) != 0 ||
	    (e = put_path(g, out)) != 0)
		return e;
	return 0;
}

int
t1_convert(const struct t1 *t, const struct reader *body, uint64_t *steps,
    struct buf *out)
{
	struct glyph g = { .t = t, .steps = steps };
	int e;

	buf_init(&g.path, 4 * (size_t)FONT_MAX_CHAR);
	e = run(&g, *body);
	if (e == 0 && (e = put_glyph(&g, out)) == 0)
		e = type2_put_op(out, 14);
	buf_done(&g.path);
	return e == ERR_TRUNCATED ? ERR_MALFORMED : e;
}
