/* Text regions of JBIG2 (T.88 6.4, 7.4.3): symbols in strips. */
#include "formats/codec/jbig2_int.h"

#define RUN_CODES 35u

enum corner { BOTTOM_LEFT, TOP_LEFT, BOTTOM_RIGHT, TOP_RIGHT };

struct text {
	struct jb2 *j;
	struct jb2_coder *c;
	const struct jb2_text *p;
	struct jb2_bitmap *to;
	int64_t strip, s; /* STRIPT and CURS */
};

/* ---- symbols */

int
jb2_refine_inside(struct jb2 *j, struct jb2_coder *c, enum jb2_number which,
    const struct jb2_refine *r, struct jb2_bitmap *to)
{
	struct jb2_arith mq;
	struct reader part;
	int64_t size;
	int e;

	if (!c->huffman)
		return jb2_refine(j, &c->mq, r, to);
	if ((e = jb2_need(c, which, &size)) != 0)
		return e;
	jb2_align(&c->bits);
	if (size < 0 || (uint64_t)size > reader_left(&c->bits.in))
		return ERR_TRUNCATED;
	if ((e = reader_sub(&c->bits.in, (size_t)size, &part)) != 0)
		return e;
	jb2_arith_init(&mq, &part);
	return jb2_refine(j, &mq, r, to);
}

/* 6.4.11: a symbol with changes. */
static int
refined_symbol(struct text *t, const struct jb2_bitmap *from,
    struct jb2_bitmap **out)
{
	static const enum jb2_number numbers[] = { JB2_RDW, JB2_RDH, JB2_RDX,
		JB2_RDY };
	struct jb2_refine r = t->p->r;
	int64_t v[4], w, h;
	int e = 0;

	for (unsigned i = 0; i < 4 && e == 0; i++) {
		e = jb2_need(t->c, numbers[i], &v[i]);
		if (e == 0 && (v[i] > JB2_FAR || v[i] < -JB2_FAR))
			e = ERR_MALFORMED;
	}
	if (e != 0)
		return e;
	w = (int64_t)from->w + v[0];
	h = (int64_t)from->h + v[1];
	if (w < 0 || h < 0)
		return ERR_MALFORMED;
	r.from = from;
	r.dx = (v[0] >> 1) + v[2];
	r.dy = (v[1] >> 1) + v[3];
	if ((e = jb2_bitmap_new(t->j, (uint64_t)w, (uint64_t)h, out)) != 0)
		return e;
	e = jb2_refine_inside(t->j, t->c, JB2_RSIZE, &r, *out);
	if (e != 0)
		jb2_bitmap_free(t->j, *out);
	return e;
}

static int
take_t(struct text *t, int64_t *at)
{
	int64_t v = 0;
	uint32_t bits = 0;
	int e = 0;

	if (t->p->strip_bits > 0 && t->c->huffman) {
		e = jb2_read_bits(&t->c->bits, t->p->strip_bits, &bits);
		v = bits;
	} else if (t->p->strip_bits > 0) {
		e = jb2_need(t->c, JB2_IT, &v);
	}
	*at = t->strip + v;
	return e;
}

/* 6.4.5 3c) vi to xi: the place moves along the strip by the symbol's size. */
static void
place(struct text *t, const struct jb2_bitmap *b, int64_t at)
{
	unsigned corner = t->p->corner;
	bool across = t->p->transposed;
	bool is_right = corner == BOTTOM_RIGHT || corner == TOP_RIGHT,
	     is_bottom = corner == BOTTOM_LEFT || corner == BOTTOM_RIGHT;
	int64_t size = (across ? (int64_t)b->h : (int64_t)b->w) - 1, x, y;
	bool before = across ? is_bottom : is_right;

	if (before)
		t->s += size;
	x = across ? at : t->s;
	y = across ? t->s : at;
	if (is_right)
		x -= (int64_t)b->w - 1;
	if (is_bottom)
		y -= (int64_t)b->h - 1;
	jb2_draw(t->to, b, x, y, t->p->op);
	if (!before)
		t->s += size;
}

static int
draw_symbol(struct text *t)
{
	struct jb2_bitmap *b, *fresh = NULL;
	int64_t at, refined = 0;
	uint32_t id;
	int e;

	if ((e = take_t(t, &at)) != 0 || (e = jb2_get_id(t->c, &id)) != 0)
		return e;
	if (id >= t->p->n_symbols)
		return ERR_MALFORMED;
	b = t->p->symbols[id];
	if (t->p->refines && (e = jb2_need(t->c, JB2_RI, &refined)) != 0)
		return e;
	if (refined != 0) {
		if ((e = refined_symbol(t, b, &fresh)) != 0)
			return e;
		b = fresh;
	}
	e = jb2_spend(t->j, JB2_STEP + b->h + b->stride * b->h);
	if (e == 0)
		place(t, b, at);
	jb2_bitmap_free(t->j, fresh);
	return e;
}

/* ---- strips */

static bool
is_far(const struct text *t)
{
	return t->s > JB2_FAR || t->s < -JB2_FAR || t->strip > JB2_FAR ||
	       t->strip < -JB2_FAR;
}

static int
next_strip(struct text *t, int64_t *first)
{
	int64_t v;
	int e;

	if ((e = jb2_spend(t->j, JB2_STEP)) != 0 ||
	    (e = jb2_need(t->c, JB2_DT, &v)) != 0)
		return e;
	if (v > JB2_FAR || v < -JB2_FAR)
		return ERR_MALFORMED;
	t->strip += v * (1 << t->p->strip_bits);
	if ((e = jb2_need(t->c, JB2_FS, &v)) != 0)
		return e;
	if (v > JB2_FAR || v < -JB2_FAR)
		return ERR_MALFORMED;
	*first += v;
	t->s = *first;
	return is_far(t) ? ERR_MALFORMED : 0;
}

/* ERR_NOENT at the end of the strip. */
static int
next_in_strip(struct text *t)
{
	int64_t v;
	int e = jb2_get(t->c, JB2_DS, &v);

	if (e != 0)
		return e;
	if (v > JB2_FAR || v < -JB2_FAR)
		return ERR_MALFORMED;
	t->s += v + t->p->offset;
	return is_far(t) ? ERR_MALFORMED : 0;
}

int
jb2_text(struct jb2 *j, struct jb2_coder *c, const struct jb2_text *p,
    struct jb2_bitmap *to)
{
	struct text t = { .j = j, .c = c, .p = p, .to = to };
	int64_t first = 0, v;
	uint32_t n = 0;
	int e;

	if ((e = jb2_need(c, JB2_DT, &v)) != 0)
		return e;
	if (v > JB2_FAR || v < -JB2_FAR)
		return ERR_MALFORMED;
	t.strip = -v * (1 << p->strip_bits);
	while (n < p->n) {
		if ((e = next_strip(&t, &first)) != 0)
			return e;
		do {
			if ((e = draw_symbol(&t)) != 0)
				return e;
			e = next_in_strip(&t);
		} while (++n < p->n && e == 0);
		/* Whether the last strip is ended does not matter. */
		if (n < p->n && e != ERR_NOENT)
			return e;
	}
	return 0;
}

/* ---- the codes of symbols (7.4.3.1.7) */

static int
read_run_codes(struct jb2 *j, struct jb2_bits *b, struct jb2_table **out)
{
	struct jb2_line lines[RUN_CODES] = { 0 };
	uint32_t len;
	int e;

	for (unsigned i = 0; i < RUN_CODES; i++) {
		if ((e = jb2_read_bits(b, 4, &len)) != 0)
			return e;
		lines[i].low = (int32_t)i;
		lines[i].len = (uint8_t)len;
	}
	return jb2_table_make(j, lines, RUN_CODES, out);
}

/* One code: a length, or a run of some. */
static int
read_length(const struct jb2_table *runs, struct jb2_bits *b, uint8_t last,
    uint8_t *len, uint32_t *n)
{
	int64_t code;
	uint32_t more = 0;
	int e = jb2_table_get(runs, b, &code);

	if (e != 0)
		return e;
	*len = code < 32 ? (uint8_t)code : code == 32 ? last : 0;
	*n = 1;
	if (code >= 32) {
		e = jb2_read_bits(b,
		    code == 32	 ? 2
		    : code == 33 ? 3
				 : 7,
		    &more);
		*n = more + (code == 34 ? 11 : 3);
	}
	return e;
}

static int
read_id_codes(struct jb2 *j, struct jb2_coder *c, uint32_t n_symbols)
{
	struct jb2_line *lines;
	struct jb2_table *runs, *ids = NULL;
	uint32_t i = 0, n;
	uint8_t len = 0;
	int e;

	lines = arena_alloc(&j->arena, (size_t)n_symbols * sizeof(*lines));
	if (lines == NULL)
		return ERR_NOMEM;
	e = read_run_codes(j, &c->bits, &runs);
	while (e == 0 && i < n_symbols) {
		if ((e = read_length(runs, &c->bits, len, &len, &n)) != 0)
			break;
		for (; n > 0 && i < n_symbols; n--, i++) {
			lines[i].low = (int32_t)i;
			lines[i].len = len;
		}
	}
	if (e == 0)
		e = jb2_table_make(j, lines, n_symbols, &ids);
	arena_free(&j->arena, lines);
	jb2_align(&c->bits);
	c->id_codes = ids;
	return e == ERR_NOENT ? ERR_MALFORMED : e;
}

/* ---- the segment */

/* 7.4.3.1.6: two bits for each table, 3 for one in the data. */
static int
pick_tables(struct jb2 *j, const struct jb2_segment *s, struct jb2_coder *c,
    unsigned flags)
{
	static const struct {
		enum jb2_number which;
		unsigned bits, first, n;
	} picks[] = { { JB2_FS, 2, 6, 2 }, { JB2_DS, 2, 8, 3 },
		{ JB2_DT, 2, 11, 3 }, { JB2_RDW, 2, 14, 2 },
		{ JB2_RDH, 2, 14, 2 }, { JB2_RDX, 2, 14, 2 },
		{ JB2_RDY, 2, 14, 2 }, { JB2_RSIZE, 1, 1, 1 } };

	uint32_t custom = 0;
	unsigned v, last;
	int e = 0;

	for (size_t i = 0; i < sizeof(picks) / sizeof(picks[0]); i++) {
		last = (1u << picks[i].bits) - 1;
		v = flags & last;
		flags >>= picks[i].bits;
		if (v == last)
			e = jb2_custom_table(s, &custom,
			    &c->tables[picks[i].which]);
		else if (v >= picks[i].n)
			e = ERR_MALFORMED;
		else
			e = jb2_table_standard(j, picks[i].first + v,
			    &c->tables[picks[i].which]);
		if (e != 0)
			return e;
	}
	return 0;
}

static int
read_head(struct reader *in, struct jb2_text *p, bool *huffman,
    uint16_t *table_flags)
{
	uint16_t f;
	int e;

	if ((e = reader_u16be(in, &f)) != 0)
		return e;
	*huffman = (f & 1) != 0;
	p->refines = (f & 2) != 0;
	p->strip_bits = f >> 2 & 3;
	p->corner = f >> 4 & 3;
	p->transposed = (f & 0x40) != 0;
	p->op = (enum jb2_op)(f >> 7 & 3);
	p->black = (f & 0x200) != 0;
	p->offset = (f >> 10 & 31) - (f >> 9 & 32);
	p->r.template = f >> 15;
	if (*huffman && (e = reader_u16be(in, table_flags)) != 0)
		return e;
	if (p->refines && (e = jb2_refine_at(in, &p->r)) != 0)
		return e;
	return reader_u32be(in, &p->n);
}

int
jb2_text_segment(struct jb2 *j, const struct jb2_segment *s, struct reader *in,
    struct jb2_bitmap *to)
{
	struct jb2_text p = { 0 };
	struct jb2_bitmap **symbols;
	struct jb2_coder c;
	uint16_t table_flags = 0;
	bool huffman;
	int e;

	if ((e = read_head(in, &p, &huffman, &table_flags)) != 0 ||
	    (e = jb2_all_symbols(j, s, 0, &symbols, &p.n_symbols)) != 0 ||
	    (e = jb2_coder_init(j, &c, in, huffman, jb2_log2(p.n_symbols))) !=
		0)
		return e;
	p.symbols = symbols;
	if (huffman && ((e = pick_tables(j, s, &c, table_flags)) != 0 ||
			   (e = read_id_codes(j, &c, p.n_symbols)) != 0))
		return e;
	if ((p.r.cx = arena_alloc(&j->arena, JB2_REFINE_CX)) == NULL)
		return ERR_NOMEM;
	jb2_bitmap_fill(to, p.black);
	e = jb2_text(j, &c, &p, to);
	arena_free(&j->arena, p.r.cx);
	arena_free(&j->arena, c.ints);
	arena_free(&j->arena, c.ids);
	arena_free(&j->arena, symbols);
	return e;
}
