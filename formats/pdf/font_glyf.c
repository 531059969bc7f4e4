/*
 * Outlines of TrueType (ISO 14496-22, 5.3.3): every glyph is parsed to its
 * contours, points and components and written again without instructions.
 * A glyph that breaks the rules becomes empty, as a viewer would show it.
 *
 * Simple glyphs are written first, beside the font; then the composites are
 * weighed (no cycle, no depth over 16, no more points than a number of 16
 * bits counts); then everything is put together in the order of the glyphs.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/pdf/font_int.h"

#define POINTS_MAX 65535u
#define DEPTH_MAX  16
#define PARTS_MAX  256

#define ON_CURVE 0x01
#define X_SHORT	 0x02
#define Y_SHORT	 0x04
#define REPEAT	 0x08
#define X_SAME	 0x10 /* with X_SHORT: positive */
#define Y_SAME	 0x20
#define OVERLAP	 0x40 /* of the first point only */

#define ARGS_WORDS 0x0001
#define ARGS_XY	   0x0002
#define ONE_SCALE  0x0008
#define MORE	   0x0020
#define TWO_SCALES 0x0040
#define MATRIX	   0x0080
#define KEPT_FLAGS 0x1eef /* all but instructions and reserved ones */
#define INSTR	   0x0100

enum state { RAW, EMPTY, SIMPLE, BUSY, COMPOSITE };

struct outline {
	size_t at, len; /* SIMPLE: in the scratch; else in glyf */
	uint16_t points, contours;
	uint8_t state, depth;
};

struct glyf {
	struct sfnt *s;
	struct outline *g; /* n_glyphs of them */
	struct buf scratch;
	/* of the glyph at hand */
	uint8_t flag[POINTS_MAX + 1];
	int16_t x[POINTS_MAX + 1], y[POINTS_MAX + 1];
};

/* The bytes of a glyph in the input; ERR_NOENT when it has none. */
static int
glyph_bytes(const struct glyf *f, unsigned id, struct reader *out)
{
	struct reader loca = f->s->in[SFNT_LOCA];
	struct reader all = f->s->in[SFNT_GLYF];
	uint32_t a, b;
	uint16_t a2, b2;

	if (f->s->long_loca) {
		if (reader_seek(&loca, (size_t)id * 4) != 0 ||
		    reader_u32be(&loca, &a) != 0)
			return ERR_TRUNCATED;
		if (reader_u32be(&loca, &b) != 0)
			b = (uint32_t)all.len;
	} else {
		if (reader_seek(&loca, (size_t)id * 2) != 0 ||
		    reader_u16be(&loca, &a2) != 0)
			return ERR_TRUNCATED;
		a = (uint32_t)a2 * 2;
		b = (uint32_t)all.len;
		if (reader_u16be(&loca, &b2) == 0)
			b = (uint32_t)b2 * 2;
	}
	if (a == b)
		return ERR_NOENT;
	if (b > all.len || b < a) /* as FreeType: to the end */
		b = (uint32_t)all.len;
	if (reader_seek(&all, a) != 0)
		return ERR_TRUNCATED;
	return reader_sub(&all, b - a, out);
}

static int
read_flags(struct glyf *f, struct reader *in, unsigned n)
{
	uint8_t v, again;
	int e;

	for (unsigned i = 0; i < n;) {
		if ((e = reader_u8(in, &v)) != 0)
			return e;
		again = 0;
		if ((v & REPEAT) != 0 && (e = reader_u8(in, &again)) != 0)
			return e;
		if (again > n - i - 1)
			return ERR_MALFORMED;
		memset(f->flag + i, v, (size_t)again + 1);
		i += again + 1u;
	}
	return 0;
}

static int
read_deltas(struct glyf *f, struct reader *in, unsigned n, int16_t *to,
    unsigned is_short, unsigned same)
{
	uint8_t v8;
	uint16_t v16;
	int e;

	for (unsigned i = 0; i < n; i++) {
		to[i] = 0;
		if ((f->flag[i] & is_short) != 0) {
			if ((e = reader_u8(in, &v8)) != 0)
				return e;
			to[i] = (int16_t)((f->flag[i] & same) ? v8 : -v8);
		} else if ((f->flag[i] & same) == 0) {
			if ((e = reader_u16be(in, &v16)) != 0)
				return e;
			to[i] = (int16_t)v16;
		}
	}
	return 0;
}

/* The one way to write a difference. */
static uint8_t
delta_flag(int v, uint8_t is_short, uint8_t same)
{
	if (v == 0)
		return same;
	if (v > 0 && v <= 255)
		return is_short | same;
	return v < 0 && v >= -255 ? is_short : 0;
}

static int
write_flags(struct glyf *f, unsigned n, struct buf *out)
{
	unsigned run;
	int e = 0;

	for (unsigned i = 0; i < n; i++)
		f->flag[i] = (uint8_t)((f->flag[i] & ON_CURVE) |
				       (i == 0 ? f->flag[i] & OVERLAP : 0) |
				       delta_flag(f->x[i], X_SHORT, X_SAME) |
				       delta_flag(f->y[i], Y_SHORT, Y_SAME));
	for (unsigned i = 0; e == 0 && i < n; i += run) {
		run = 1;
		while (run < 256 && i + run < n &&
		       f->flag[i + run] == f->flag[i])
			run++;
		if (run < 3) {
			run = 1;
			e = buf_u8(out, f->flag[i]);
		} else if ((e = buf_u8(out, f->flag[i] | REPEAT)) == 0)
			e = buf_u8(out, (uint8_t)(run - 1));
	}
	return e;
}

static int
write_deltas(const int16_t *v, unsigned n, struct buf *out)
{
	uint8_t *p;
	size_t used = 0;
	int e;

	if ((e = buf_reserve(out, (size_t)n * 2, &p)) != 0)
		return e;
	for (unsigned i = 0; i < n; i++) {
		if (v[i] == 0)
			continue;
		if (v[i] >= -255 && v[i] <= 255)
			p[used++] = (uint8_t)(v[i] < 0 ? -v[i] : v[i]);
		else {
			p[used++] = (uint8_t)((uint16_t)v[i] >> 8);
			p[used++] = (uint8_t)v[i];
		}
	}
	buf_commit(out, used);
	return 0;
}

/* Ends of contours must not go back; the last gives the number of points. */
static int
copy_ends(struct reader *in, unsigned n, struct buf *out, unsigned *points)
{
	uint16_t end, last = 0;
	int e;

	for (unsigned i = 0; i < n; i++) {
		if ((e = reader_u16be(in, &end)) != 0)
			return e;
		if (end < last || end == POINTS_MAX)
			return ERR_MALFORMED;
		last = end;
		if ((e = buf_u16be(out, end)) != 0)
			return e;
	}
	*points = last + 1u;
	return 0;
}

static int
copy_simple(struct glyf *f, struct reader *in, unsigned contours,
    struct outline *g)
{
	struct buf *out = &f->scratch;
	const uint8_t *box;
	uint16_t program;
	unsigned n;
	int e;

	if ((e = reader_bytes(in, 8, &box)) != 0 ||
	    (e = buf_u16be(out, (uint16_t)contours)) != 0 ||
	    (e = buf_put(out, box, 8)) != 0 ||
	    (e = copy_ends(in, contours, out, &n)) != 0 ||
	    (e = reader_u16be(in, &program)) != 0 ||
	    (e = reader_skip(in, program)) != 0 ||
	    (e = read_flags(f, in, n)) != 0 ||
	    (e = read_deltas(f, in, n, f->x, X_SHORT, X_SAME)) != 0 ||
	    (e = read_deltas(f, in, n, f->y, Y_SHORT, Y_SAME)) != 0 ||
	    (e = buf_u16be(out, 0)) != 0 || (e = write_flags(f, n, out)) != 0 ||
	    (e = write_deltas(f->x, n, out)) != 0 ||
	    (e = write_deltas(f->y, n, out)) != 0)
		return e;
	if (program > 0)
		f->s->notes->instructions = true;
	if (out->len % 2 != 0 && (e = buf_u8(out, 0)) != 0)
		return e;
	g->points = (uint16_t)n;
	g->contours = (uint16_t)contours;
	return 0;
}

/* Write a simple glyph to the scratch; others are only sorted by kind. */
static int
take_glyph(struct glyf *f, unsigned id)
{
	struct outline *g = &f->g[id];
	struct reader in;
	uint16_t contours;
	int e;

	g->state = EMPTY;
	g->at = f->scratch.len;
	if ((e = glyph_bytes(f, id, &in)) == ERR_NOENT)
		return 0;
	if (e == 0 && (e = reader_u16be(&in, &contours)) == 0) {
		if (contours == 0)
			return 0;
		if (contours > INT16_MAX) {
			g->state = RAW;
			return 0;
		}
		e = copy_simple(f, &in, contours, g);
	}
	if (e == 0) {
		g->state = SIMPLE;
		g->len = f->scratch.len - g->at;
		return 0;
	}
	buf_truncate(&f->scratch, g->at);
	if (e != ERR_TRUNCATED && e != ERR_MALFORMED)
		return e;
	f->s->notes->glyphs++;
	return 0;
}

struct part {
	uint16_t flags, id, arg[2], matrix[4];
	unsigned n_matrix;
};

static int
read_part(struct reader *in, struct part *p)
{
	uint8_t b;
	int e;

	if ((e = reader_u16be(in, &p->flags)) != 0 ||
	    (e = reader_u16be(in, &p->id)) != 0)
		return e;
	for (unsigned i = 0; i < 2; i++) {
		if ((p->flags & ARGS_WORDS) != 0) {
			if ((e = reader_u16be(in, &p->arg[i])) != 0)
				return e;
			continue;
		}
		if ((e = reader_u8(in, &b)) != 0)
			return e;
		p->arg[i] = b;
	}
	p->n_matrix = (p->flags & ONE_SCALE)	? 1
		      : (p->flags & TWO_SCALES) ? 2
		      : (p->flags & MATRIX)	? 4
						: 0;
	for (unsigned i = 0; i < p->n_matrix; i++)
		if ((e = reader_u16be(in, &p->matrix[i])) != 0)
			return e;
	return 0;
}

static int weigh(struct glyf *, unsigned id, unsigned depth);

/* Add one component's points to those of the composite. */
static int
add_part(struct glyf *f, const struct part *p, unsigned depth,
    struct outline *sum)
{
	const struct outline *c;
	int e;

	if (p->id >= f->s->n_glyphs)
		return ERR_MALFORMED;
	if ((e = weigh(f, p->id, depth + 1)) != 0)
		return e;
	c = &f->g[p->id];
	if ((p->flags & ARGS_XY) == 0 &&
	    (p->arg[0] >= sum->points || p->arg[1] >= c->points))
		return ERR_MALFORMED;
	if (c->points > POINTS_MAX - sum->points ||
	    c->contours > POINTS_MAX - sum->contours)
		return ERR_MALFORMED;
	sum->points = (uint16_t)(sum->points + c->points);
	sum->contours = (uint16_t)(sum->contours + c->contours);
	if (c->depth >= sum->depth)
		sum->depth = (uint8_t)(c->depth + 1);
	return 0;
}

static int
weigh_parts(struct glyf *f, unsigned id, unsigned depth, struct outline *sum,
    unsigned *parts)
{
	struct reader in;
	struct part p = { .flags = MORE };
	int e;

	if ((e = glyph_bytes(f, id, &in)) != 0 ||
	    (e = reader_skip(&in, 10)) != 0)
		return e;
	for (*parts = 0; (p.flags & MORE) != 0; ++*parts)
		if (*parts == PARTS_MAX || (e = read_part(&in, &p)) != 0 ||
		    (e = add_part(f, &p, depth, sum)) != 0)
			return e != 0 ? e : ERR_MALFORMED;
	if ((p.flags & INSTR) != 0)
		f->s->notes->instructions = true;
	return sum->depth > DEPTH_MAX ? ERR_MALFORMED : 0;
}

/* Is a glyph fit to be a component? A composite is looked into once. */
static int
weigh(struct glyf *f, unsigned id, unsigned depth)
{
	struct outline *g = &f->g[id], sum = { 0 };
	struct sfnt *s = f->s;
	unsigned parts;

	if (g->state == BUSY || depth > DEPTH_MAX)
		return ERR_MALFORMED;
	if (g->state != RAW)
		return 0;
	g->state = BUSY;
	if (weigh_parts(f, id, depth, &sum, &parts) != 0) {
		g->state = EMPTY;
		s->notes->glyphs++;
		return ERR_MALFORMED;
	}
	g->points = sum.points;
	g->contours = sum.contours;
	g->depth = sum.depth;
	g->state = COMPOSITE;
	if (sum.points > s->all_points)
		s->all_points = sum.points;
	if (sum.contours > s->all_contours)
		s->all_contours = sum.contours;
	if (parts > s->parts)
		s->parts = parts;
	if (sum.depth > s->depth)
		s->depth = sum.depth;
	return 0;
}

static int
write_part(const struct part *p, struct buf *out)
{
	int e;

	if ((e = buf_u16be(out, p->flags & KEPT_FLAGS)) != 0 ||
	    (e = buf_u16be(out, p->id)) != 0)
		return e;
	for (unsigned i = 0; i < 2; i++)
		if ((e = (p->flags & ARGS_WORDS)
			     ? buf_u16be(out, p->arg[i])
			     : buf_u8(out, (uint8_t)p->arg[i])) != 0)
			return e;
	for (unsigned i = 0; i < p->n_matrix; i++)
		if ((e = buf_u16be(out, p->matrix[i])) != 0)
			return e;
	return 0;
}

static int
write_composite(struct glyf *f, unsigned id, struct buf *out)
{
	struct reader in;
	struct part p = { .flags = MORE };
	const uint8_t *box;
	int e;

	if ((e = glyph_bytes(f, id, &in)) != 0 ||
	    (e = reader_skip(&in, 2)) != 0 ||
	    (e = reader_bytes(&in, 8, &box)) != 0 ||
	    (e = buf_u16be(out, 0xffff)) != 0 ||
	    (e = buf_put(out, box, 8)) != 0)
		return e;
	while (e == 0 && (p.flags & MORE) != 0)
		if ((e = read_part(&in, &p)) == 0)
			e = write_part(&p, out);
	if (e == 0 && out->len % 2 != 0)
		e = buf_u8(out, 0);
	return e;
}

static int
write_glyphs(struct glyf *f)
{
	struct sfnt *s = f->s;
	struct buf *out = &s->out[SFNT_GLYF];
	struct outline *g;
	int e = 0;

	for (unsigned i = 0; e == 0 && i < s->n_glyphs; i++) {
		size_t at = out->len;

		g = &f->g[i];
		if (g->state == SIMPLE) {
			e = buf_put(out, f->scratch.data + g->at, g->len);
			if (g->points > s->points)
				s->points = g->points;
			if (g->contours > s->contours)
				s->contours = g->contours;
		} else if (g->state == COMPOSITE)
			e = write_composite(f, i, out);
		g->at = at;
	}
	return e;
}

static int
write_loca(struct glyf *f)
{
	struct sfnt *s = f->s;
	struct buf *out = &s->out[SFNT_LOCA];
	size_t end = s->out[SFNT_GLYF].len;
	int e = 0;

	s->long_loca = end > 2 * (size_t)UINT16_MAX;
	for (unsigned i = 0; e == 0 && i <= s->n_glyphs; i++) {
		size_t at = i < s->n_glyphs ? f->g[i].at : end;

		e = s->long_loca ? buf_u32be(out, (uint32_t)at)
				 : buf_u16be(out, (uint16_t)(at / 2));
	}
	return e;
}

int
font_glyf(struct sfnt *s)
{
	struct glyf *f = calloc(1, sizeof(*f));
	int e = 0;

	if (f == NULL)
		return ERR_NOMEM;
	f->s = s;
	buf_init(&f->scratch, FONT_MAX_BYTES);
	f->g = calloc(s->n_glyphs, sizeof(*f->g));
	if (f->g == NULL)
		e = ERR_NOMEM;
	for (unsigned i = 0; e == 0 && i < s->n_glyphs; i++)
		e = take_glyph(f, i);
	for (unsigned i = 0; e == 0 && i < s->n_glyphs; i++)
		(void)weigh(f, i, 0);
	if (e == 0 && (e = write_glyphs(f)) == 0)
		e = write_loca(f);
	if (e == 0 && s->out[SFNT_GLYF].len == 0)
		e = buf_u8(&s->out[SFNT_GLYF], 0); /* no outlines at all */
	buf_done(&f->scratch);
	free(f->g);
	free(f);
	return e;
}
