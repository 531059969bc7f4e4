/* Symbol dictionaries of JBIG2 (T.88 6.5, 7.4.2). */
#include <string.h>

#include "formats/codec/jbig2_int.h"

#define SYMBOLS_MAX (1u << 20)

struct dict {
	struct jb2 *j;
	const struct jb2_segment *s;
	struct jb2_coder c;
	bool huffman, refines, uses_cx, keeps_cx;
	struct jb2_generic g;
	struct jb2_refine r;
	uint32_t n_exported, n_new, n_in;
	struct jb2_bitmap **list; /* n_in given ones, n_new of this one */
	uint32_t n;		  /* of the new ones: known */
	int64_t height, width, all_widths;
	uint32_t class_first;
	uint32_t *widths; /* of the new ones, where they come in one bitmap */
};

/* ---- the head */

static int
read_flags(struct dict *t, struct reader *in)
{
	static const struct {
		enum jb2_number which;
		unsigned shift, bits, first, n;
	} picks[] = { { JB2_DH, 2, 2, 4, 2 }, { JB2_DW, 4, 2, 2, 2 },
		{ JB2_BMSIZE, 6, 1, 1, 1 }, { JB2_AI, 7, 1, 1, 1 } };
	const struct jb2_table **table;
	uint32_t custom = 0;
	uint16_t f;
	unsigned v, last;
	int e = reader_u16be(in, &f);

	if (e != 0)
		return e;
	t->huffman = (f & 1) != 0;
	t->refines = (f & 2) != 0;
	t->uses_cx = (f & 0x100) != 0;
	t->keeps_cx = (f & 0x200) != 0;
	t->g.template = f >> 10 & 3;
	t->r.template = f >> 12 & 1;
	for (size_t i = 0; i < 4 && t->huffman && e == 0; i++) {
		table = &t->c.tables[picks[i].which];
		last = (1u << picks[i].bits) - 1;
		v = (unsigned)f >> picks[i].shift & last;
		if (v == last)
			e = jb2_custom_table(t->s, &custom, table);
		else if (v >= picks[i].n)
			e = ERR_MALFORMED;
		else
			e = jb2_table_standard(t->j, picks[i].first + v, table);
	}
	return e;
}

static int
read_head(struct dict *t, struct reader *in)
{
	int e = read_flags(t, in);

	if (e != 0 || (!t->huffman && (e = jb2_generic_at(in, &t->g)) != 0) ||
	    (t->refines && (e = jb2_refine_at(in, &t->r)) != 0) ||
	    (e = reader_u32be(in, &t->n_exported)) != 0 ||
	    (e = reader_u32be(in, &t->n_new)) != 0)
		return e;
	return t->n_new > SYMBOLS_MAX ? ERR_MALFORMED : 0;
}

/* What Table 17 says about texts that are symbols. */
static int
set_tables(struct dict *t)
{
	static const struct {
		enum jb2_number which;
		unsigned i;
	} tables[] = { { JB2_FS, 6 }, { JB2_DS, 8 }, { JB2_DT, 11 },
		{ JB2_RDW, 15 }, { JB2_RDH, 15 }, { JB2_RDX, 15 },
		{ JB2_RDY, 15 }, { JB2_RSIZE, 1 }, { JB2_EX, 1 } };

	int e = 0;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]) && e == 0;
	     i++)
		e = jb2_table_standard(t->j, tables[i].i,
		    &t->c.tables[tables[i].which]);
	return e;
}

/* 7.4.2.2: contexts go on from the last dictionary, if it kept them. */
static int
set_contexts(struct dict *t)
{
	const struct jb2_left *from = NULL;

	t->g.cx = arena_alloc(&t->j->arena, JB2_GENERIC_CX);
	t->r.cx = arena_alloc(&t->j->arena, JB2_REFINE_CX);
	if (t->g.cx == NULL || t->r.cx == NULL)
		return ERR_NOMEM;
	if (!t->uses_cx)
		return 0;
	for (uint32_t i = 0; i < t->s->n_refs; i++)
		if (t->s->refs[i]->kind == JB2_SYMBOLS)
			from = t->s->refs[i];
	if (from == NULL || from->generic_cx == NULL)
		return ERR_MALFORMED;
	memcpy(t->g.cx, from->generic_cx, JB2_GENERIC_CX);
	memcpy(t->r.cx, from->refine_cx, JB2_REFINE_CX);
	return 0;
}

/* ---- one symbol */

/* 6.5.8.2.2: one other symbol, with changes. */
static int
refine_one(struct dict *t, struct jb2_bitmap *to)
{
	struct jb2_refine r = t->r;
	uint32_t id;
	int e;

	if ((e = jb2_get_id(&t->c, &id)) != 0 ||
	    (e = jb2_need(&t->c, JB2_RDX, &r.dx)) != 0 ||
	    (e = jb2_need(&t->c, JB2_RDY, &r.dy)) != 0)
		return e;
	if (id >= t->n_in + t->n)
		return ERR_MALFORMED;
	r.from = t->list[id];
	return jb2_refine_inside(t->j, &t->c, JB2_RSIZE, &r, to);
}

static int
refine_some(struct dict *t, struct jb2_bitmap *to)
{
	struct jb2_text p = { .refines = true,
		.corner = 1,
		.r = t->r,
		.symbols = t->list,
		.n_symbols = t->n_in + t->n };
	int64_t n;
	int e;

	if ((e = jb2_need(&t->c, JB2_AI, &n)) != 0)
		return e;
	if (n == 1)
		return refine_one(t, to);
	if (n < 0 || n > UINT32_MAX)
		return ERR_MALFORMED;
	p.n = (uint32_t)n;
	return jb2_text(t->j, &t->c, &p, to);
}

static int
take_symbol(struct dict *t)
{
	struct jb2_bitmap *b;
	int e;

	if (t->huffman && !t->refines) {
		t->widths[t->n] = (uint32_t)t->width;
		return 0;
	}
	if ((e = jb2_bitmap_new(t->j, (uint64_t)t->width, (uint64_t)t->height,
		 &b)) != 0)
		return e;
	t->list[t->n_in + t->n] = b;
	if (t->refines)
		return refine_some(t, b);
	return jb2_generic(t->j, &t->c.mq, &t->g, b);
}

/* ---- a height class */

/* 6.5.9: all symbols of the class side by side. */
static int
take_together(struct dict *t)
{
	struct jb2_bitmap *all, *b;
	struct reader part;
	int64_t size, x = 0;
	uint64_t bytes;
	int e;

	if ((e = jb2_need(&t->c, JB2_BMSIZE, &size)) != 0 ||
	    (e = jb2_bitmap_new(t->j, (uint64_t)t->all_widths,
		 (uint64_t)t->height, &all)) != 0)
		return e;
	jb2_align(&t->c.bits);
	bytes = size == 0 ? all->stride * all->h : (uint64_t)size;
	if (size < 0 || bytes > reader_left(&t->c.bits.in))
		return ERR_TRUNCATED;
	if ((e = reader_sub(&t->c.bits.in, (size_t)bytes, &part)) != 0)
		return e;
	if (size == 0)
		jb2_rows(all, &part);
	else if ((e = jb2_mmr(t->j, &part, all)) != 0)
		return e;
	for (uint32_t i = t->class_first; i < t->n; i++) {
		if ((e = jb2_bitmap_new(t->j, t->widths[i], (uint64_t)t->height,
			 &b)) != 0)
			return e;
		jb2_draw(b, all, -x, 0, JB2_REPLACE);
		t->list[t->n_in + i] = b;
		x += t->widths[i];
	}
	jb2_bitmap_free(t->j, all);
	return 0;
}

static int
take_class(struct dict *t)
{
	int64_t v;
	int e;

	if ((e = jb2_spend(t->j, JB2_STEP)) != 0 ||
	    (e = jb2_need(&t->c, JB2_DH, &v)) != 0)
		return e;
	t->height += v;
	t->width = t->all_widths = 0;
	t->class_first = t->n;
	if (t->height < 0 || t->height > JB2_FAR)
		return ERR_MALFORMED;
	while ((e = jb2_get(&t->c, JB2_DW, &v)) == 0) {
		t->width += v;
		if (t->n >= t->n_new || t->width < 0 || t->width > JB2_FAR)
			return ERR_MALFORMED;
		t->all_widths += t->width;
		if ((e = jb2_spend(t->j, JB2_STEP)) != 0 ||
		    (e = take_symbol(t)) != 0)
			return e;
		t->n++;
	}
	if (e != ERR_NOENT)
		return e;
	return t->huffman && !t->refines ? take_together(t) : 0;
}

/* ---- what it gives to others (6.5.10) */

static int export(struct dict *t, struct jb2_left *left)
{
	uint32_t all = t->n_in + t->n_new, i = 0, empty = 0;
	bool is_out = false;
	int64_t run;
	int e;

	left->list = arena_alloc(&t->j->arena, all * sizeof(*left->list));
	if (left->list == NULL)
		return ERR_NOMEM;
	while (i < all) {
		if ((e = jb2_need(&t->c, JB2_EX, &run)) != 0)
			return e;
		empty = run == 0 ? empty + 1 : 0;
		if (run < 0 || run > all - i || empty > 4)
			return ERR_MALFORMED;
		for (; run > 0; run--, i++)
			if (is_out)
				left->list[left->n++] = t->list[i];
		is_out = !is_out;
	}
	return left->n == t->n_exported ? 0 : ERR_MALFORMED;
}

static int
decode(struct dict *t, struct jb2_left *left)
{
	int e = 0;

	while (e == 0 && t->n < t->n_new)
		e = take_class(t);
	if (e == 0)
		e = export(t, left);
	if (t->keeps_cx) {
		left->generic_cx = t->g.cx;
		left->refine_cx = t->r.cx;
	}
	return e;
}

int
jb2_symbol_segment(struct jb2 *j, const struct jb2_segment *s)
{
	struct dict t = { .j = j, .s = s };
	struct jb2_left left = { .kind = JB2_SYMBOLS };
	const struct jb2_table *tables[JB2_NUMBERS];
	struct reader in = s->data;
	unsigned id_bits;
	int e;

	if ((e = read_head(&t, &in)) != 0 ||
	    (e = jb2_all_symbols(j, s, t.n_new, &t.list, &t.n_in)) != 0)
		return e;
	id_bits = jb2_log2((uint64_t)t.n_in + t.n_new);
	if (t.huffman && id_bits == 0)
		id_bits = 1;
	memcpy(tables, t.c.tables, sizeof(tables));
	if ((e = jb2_coder_init(j, &t.c, &in, t.huffman, id_bits)) != 0)
		return e;
	memcpy(t.c.tables, tables, sizeof(tables));
	if ((e = set_tables(&t)) != 0 || (e = set_contexts(&t)) != 0)
		return e;
	t.widths = arena_alloc(&j->arena, t.n_new * sizeof(*t.widths));
	if (t.widths == NULL)
		return ERR_NOMEM;
	e = decode(&t, &left);
	arena_free(&j->arena, t.widths);
	arena_free(&j->arena, t.c.ints);
	arena_free(&j->arena, t.c.ids);
	if (!t.keeps_cx) {
		arena_free(&j->arena, t.g.cx);
		arena_free(&j->arena, t.r.cx);
	}
	return e != 0 ? e : jb2_keep(j, s, &left);
}
