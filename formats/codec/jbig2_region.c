/*
 * Region segments of JBIG2 (T.88 7.4.1, 7.4.6, 7.4.7), and where they are
 * drawn on the page. What could be read of a damaged one is shown.
 */
#include "formats/codec/jbig2_int.h"

#define SIZE_HEAD 17u

struct region {
	uint32_t w, h, x, y;
	uint8_t flags;
};

static int
read_region(struct reader *in, struct region *r)
{
	int e;

	if ((e = reader_u32be(in, &r->w)) != 0 ||
	    (e = reader_u32be(in, &r->h)) != 0 ||
	    (e = reader_u32be(in, &r->x)) != 0 ||
	    (e = reader_u32be(in, &r->y)) != 0)
		return e;
	return reader_u8(in, &r->flags);
}

/* ---- generic regions */

/*
 * 7.2.7: without a size the data ends with a mark, and the number of rows
 * behind it.
 */
static int
find_end(struct jb2_segment *s, struct region *r)
{
	static const uint8_t arithmetic[] = { 0xff, 0xac }, mmr[] = { 0, 0 };
	struct reader all = s->data;
	uint32_t rows;
	uint8_t flags;
	size_t at;
	int e;

	if ((e = reader_seek(&all, reader_pos(&all) + SIZE_HEAD)) != 0 ||
	    (e = reader_u8(&all, &flags)) != 0)
		return e;
	e = reader_find(&all, reader_pos(&all),
	    (flags & 1) != 0 ? mmr : arithmetic, 2, &at);
	if (e != 0)
		return ERR_TRUNCATED;
	if ((e = reader_seek(&all, at + 2)) != 0)
		return e;
	if ((e = reader_u32be(&all, &rows)) != 0)
		return e;
	s->size = reader_pos(&all) - reader_pos(&s->data);
	if (rows < r->h)
		r->h = rows;
	return 0;
}

static int
generic(struct jb2 *j, struct reader *in, struct jb2_bitmap *to)
{
	struct jb2_generic g = { 0 };
	struct jb2_arith mq;
	uint8_t flags;
	int e = reader_u8(in, &flags);

	if (e != 0)
		return e;
	if ((flags & 1) != 0)
		return jb2_mmr(j, in, to);
	if ((flags & 0x10) != 0)
		return ERR_UNSUPPORTED;
	g.template = flags >> 1 & 3;
	g.tpgd = (flags & 8) != 0;
	if ((e = jb2_generic_at(in, &g)) != 0)
		return e;
	if ((g.cx = arena_alloc(&j->arena, JB2_GENERIC_CX)) == NULL)
		return ERR_NOMEM;
	jb2_arith_init(&mq, in);
	e = jb2_generic(j, &mq, &g, to);
	arena_free(&j->arena, g.cx);
	return e;
}

/* ---- refinements of another region, or of the page */

static int
refine(struct jb2 *j, const struct jb2_segment *s, struct reader *in,
    const struct region *r, struct jb2_bitmap *to)
{
	struct jb2_refine g = { 0 };
	struct jb2_bitmap *page = NULL;
	struct jb2_arith mq;
	uint8_t flags;
	int e = reader_u8(in, &flags);

	g.template = flags & 1;
	g.tpgr = (flags & 2) != 0;
	if (e != 0 || (e = jb2_refine_at(in, &g)) != 0)
		return e;
	for (uint32_t i = 0; i < s->n_refs; i++)
		if (s->refs[i]->kind == JB2_BITMAP)
			g.from = s->refs[i]->list[0];
	if (g.from == NULL) {
		if (j->page == NULL)
			return ERR_MALFORMED;
		if ((e = jb2_bitmap_new(j, r->w, r->h, &page)) != 0)
			return e;
		jb2_draw(page, j->page, -(int64_t)r->x, -(int64_t)r->y,
		    JB2_REPLACE);
		g.from = page;
	}
	if ((g.cx = arena_alloc(&j->arena, JB2_REFINE_CX)) == NULL)
		return ERR_NOMEM;
	jb2_arith_init(&mq, in);
	e = jb2_refine(j, &mq, &g, to);
	arena_free(&j->arena, g.cx);
	jb2_bitmap_free(j, page);
	return e;
}

/* ---- the segment */

static int
decode(struct jb2 *j, const struct jb2_segment *s, struct reader *in,
    const struct region *r, struct jb2_bitmap *to)
{
	if (s->type < 20)
		return jb2_text_segment(j, s, in, to);
	if (s->type < 36)
		return jb2_halftone_segment(j, s, in, to);
	if (s->type < 40)
		return generic(j, in, to);
	return refine(j, s, in, r, to);
}

/* A page whose height is not known grows with what is drawn. */
static int
draw(struct jb2 *j, const struct region *r, const struct jb2_bitmap *b)
{
	uint64_t bottom = (uint64_t)r->y + r->h;
	int e = 0;

	if (j->page == NULL || (r->flags & 7) >= JB2_OPS)
		return ERR_MALFORMED;
	if (j->page_open && bottom > j->page->h) {
		if (bottom > doc_options(j->d)->limits.max_image_side_px)
			return doc_fail(j->d, ERR_LIMIT,
			    "JBIG2: more than %u rows", (unsigned)j->page->h);
		e = jb2_bitmap_grow(j, j->page, (uint32_t)bottom,
		    j->page_black);
	}
	if (e == 0)
		jb2_draw(j->page, b, r->x, r->y, (enum jb2_op)(r->flags & 7));
	return e;
}

int
jb2_region_segment(struct jb2 *j, struct jb2_segment *s)
{
	struct jb2_left left = { .kind = JB2_BITMAP, .n = 1 };
	struct jb2_bitmap *b;
	struct region r;
	struct reader in = s->data;
	int e, damage;

	if ((e = read_region(&in, &r)) != 0 ||
	    (s->unknown_size && (e = find_end(s, &r)) != 0) ||
	    (e = jb2_bitmap_new(j, r.w, r.h, &b)) != 0)
		return e;
	damage = decode(j, s, &in, &r, b);
	if (damage != 0 && !jb2_is_mild(damage))
		return damage;
	/* Types of four regions each; the first is for others to refine. */
	if (s->type % 4 == 0) {
		if ((left.list = arena_alloc(&j->arena, sizeof(b))) == NULL)
			return ERR_NOMEM;
		left.list[0] = b;
		e = jb2_keep(j, s, &left);
	} else {
		e = draw(j, &r, b);
		jb2_bitmap_free(j, b);
	}
	return e != 0 ? e : damage;
}
