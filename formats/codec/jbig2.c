/*
 * JBIG2 (ITU-T T.88): segments, and the page (7.2, 7.4.8 to 7.4.15). A segment
 * that cannot be read is left out, and the picture said to be damaged.
 */
#include "formats/codec/jbig2.h"

#include "formats/codec/jbig2_int.h"
#include "formats/image.h"

#define SEGMENTS_MAX 65536u
#define SYMBOLS_MAX  (1u << 20)
#define UNKNOWN	     0xffffffffu
#define TYPE_MASK    0x3fu
#define BIG_PAGE     0x40u /* the page number has four bytes */

enum type {
	TYPE_SYMBOLS = 0,
	TYPE_PATTERNS = 16,
	TYPE_GENERIC = 38,
	TYPE_PAGE = 48,
	TYPE_PAGE_END = 49,
	TYPE_STRIPE_END = 50,
	TYPE_FILE_END = 51,
	TYPE_PROFILES = 52,
	TYPE_TABLE = 53,
	TYPE_COLOURS = 54,
	TYPE_EXTENSION = 62
};

bool
jb2_is_mild(int err)
{
	return err == ERR_MALFORMED || err == ERR_TRUNCATED ||
	       err == ERR_UNSUPPORTED;
}

int
jb2_spend(struct jb2 *j, uint64_t n)
{
	return doc_spend(j->d, BUDGET_PIXELS, n);
}

/* ---- what segments leave for others */

int
jb2_keep(struct jb2 *j, const struct jb2_segment *s, const struct jb2_left *l)
{
	struct jb2_left *own = arena_alloc(&j->arena, sizeof(*own));

	if (own == NULL)
		return ERR_NOMEM;
	*own = *l;
	own->number = s->number;
	own->before = j->left;
	j->left = own;
	j->n_left++;
	return 0;
}

static struct jb2_left *
find_left(const struct jb2 *j, uint32_t number)
{
	struct jb2_left *l = j->left;

	while (l != NULL && l->number != number)
		l = l->before;
	return l;
}

int
jb2_custom_table(const struct jb2_segment *s, uint32_t *i,
    const struct jb2_table **out)
{
	while (*i < s->n_refs && s->refs[*i]->kind != JB2_TABLE)
		(*i)++;
	if (*i >= s->n_refs)
		return ERR_MALFORMED;
	*out = s->refs[(*i)++]->table;
	return 0;
}

int
jb2_all_symbols(struct jb2 *j, const struct jb2_segment *s, uint32_t n_more,
    struct jb2_bitmap ***out, uint32_t *n)
{
	const struct jb2_left *l;
	uint64_t all = 0;
	uint32_t at = 0;
	int e;

	for (uint32_t i = 0; i < s->n_refs; i++)
		if (s->refs[i]->kind == JB2_SYMBOLS)
			all += s->refs[i]->n;
	if (all > SYMBOLS_MAX)
		return ERR_MALFORMED;
	if ((e = jb2_spend(j, all)) != 0)
		return e;
	*out = arena_alloc(&j->arena, (size_t)(all + n_more) * sizeof(**out));
	if (*out == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < s->n_refs; i++) {
		l = s->refs[i];
		for (uint32_t k = 0; l->kind == JB2_SYMBOLS && k < l->n; k++)
			(*out)[at++] = l->list[k];
	}
	*n = at;
	return 0;
}

static int
table_segment(struct jb2 *j, const struct jb2_segment *s)
{
	struct jb2_left left = { .kind = JB2_TABLE };
	int e = jb2_table_read(j, s->data, &left.table);

	return e != 0 ? e : jb2_keep(j, s, &left);
}

/* ---- the page (7.4.8) */

static int
page_segment(struct jb2 *j, const struct jb2_segment *s)
{
	struct reader in = s->data;
	uint32_t w, h;
	uint8_t flags;
	int e;

	if (reader_u32be(&in, &w) != 0 || reader_u32be(&in, &h) != 0 ||
	    reader_skip(&in, 8) != 0 || reader_u8(&in, &flags) != 0)
		return doc_fail(j->d, ERR_MALFORMED, "a short JBIG2 page");
	if (j->has_page)
		return doc_fail(j->d, ERR_MALFORMED,
		    "two pages in a JBIG2 picture");
	j->has_page = true;
	j->page_open = h == UNKNOWN;
	j->page_black = (flags & 4) != 0;
	if (j->page_open)
		h = 0;
	if ((e = image_take_bits(j->d, w, h == 0 ? 1 : h)) != 0)
		return e;
	if ((e = jb2_bitmap_new(j, w, h, &j->page)) == 0)
		jb2_bitmap_fill(j->page, j->page_black);
	return e;
}

static int
stripe_end(struct jb2 *j, const struct jb2_segment *s)
{
	struct reader in = s->data;
	uint32_t y;
	int e = reader_u32be(&in, &y);

	if (e != 0 || !j->page_open || j->page == NULL)
		return e;
	if (y >= doc_options(j->d)->limits.max_image_side_px)
		return doc_fail(j->d, ERR_LIMIT, "JBIG2: %u rows", (unsigned)y);
	j->page_end = y + 1;
	return jb2_bitmap_grow(j, j->page, y + 1, j->page_black);
}

/* ---- segments */

static int
handle(struct jb2 *j, struct jb2_segment *s)
{
	switch (s->type) {
	case TYPE_SYMBOLS:
		return jb2_symbol_segment(j, s);
	case TYPE_PATTERNS:
		return jb2_pattern_segment(j, s);
	case TYPE_PAGE:
		return page_segment(j, s);
	case TYPE_STRIPE_END:
		return stripe_end(j, s);
	case TYPE_PAGE_END:
	case TYPE_FILE_END:
		j->is_done = j->has_page;
		return 0;
	case TYPE_TABLE:
		return table_segment(j, s);
	case TYPE_PROFILES:
	case TYPE_COLOURS:
	case TYPE_EXTENSION:
		return 0;
	}
	if ((s->type >= 4 && s->type <= 7) ||
	    (s->type >= 20 && s->type <= 23) ||
	    (s->type >= 36 && s->type <= 43))
		return jb2_region_segment(j, s);
	return ERR_MALFORMED;
}

/* 7.2.4: how many, flags, and the numbers of the segments referred to. */
static int
count_refs(struct reader *in, uint32_t *n)
{
	uint8_t c;
	int e;

	if ((e = reader_peek(in, &c)) != 0)
		return e;
	*n = c >> 5;
	if (*n != 7)
		return reader_skip(in, 1);
	if ((e = reader_u32be(in, n)) != 0)
		return e;
	*n &= 0x1fffffff;
	return reader_skip(in, *n / 8 + 1);
}

static int
read_number(struct reader *in, uint32_t own, uint32_t *out)
{
	uint16_t v16;
	uint8_t v8;
	int e;

	if (own > 65536)
		return reader_u32be(in, out);
	if (own > 256) {
		if ((e = reader_u16be(in, &v16)) == 0)
			*out = v16;
	} else if ((e = reader_u8(in, &v8)) == 0) {
		*out = v8;
	}
	return e;
}

static int
read_refs(struct jb2 *j, struct reader *in, struct jb2_segment *s)
{
	struct jb2_left *l;
	uint32_t n, number;
	int e;

	if ((e = count_refs(in, &n)) != 0)
		return e;
	if (n > reader_left(in))
		return ERR_TRUNCATED;
	/* Each of them is looked for. */
	if ((e = jb2_spend(j, (uint64_t)n * j->n_left)) != 0)
		return e;
	s->refs = arena_alloc(&j->arena, n * sizeof(*s->refs));
	if (s->refs == NULL)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < n; i++) {
		if ((e = read_number(in, s->number, &number)) != 0)
			return e;
		if ((l = find_left(j, number)) != NULL)
			s->refs[s->n_refs++] = l;
	}
	return 0;
}

static int
read_segment(struct jb2 *j, struct reader *in, struct jb2_segment *s)
{
	uint32_t n;
	uint8_t flags;
	int e;

	if ((e = reader_u32be(in, &s->number)) != 0 ||
	    (e = reader_u8(in, &flags)) != 0 ||
	    (e = read_refs(j, in, s)) != 0 ||
	    (e = reader_skip(in, (flags & BIG_PAGE) != 0 ? 4 : 1)) != 0 ||
	    (e = reader_u32be(in, &n)) != 0)
		return e;
	s->type = flags & TYPE_MASK;
	s->unknown_size = n == UNKNOWN && s->type == TYPE_GENERIC;
	if (n > reader_left(in)) {
		j->damaged = j->damaged || !s->unknown_size;
		n = (uint32_t)reader_left(in);
	}
	return reader_sub(in, n, &s->data);
}

static int
one_segment(struct jb2 *j, struct reader *in)
{
	struct jb2_segment s = { 0 };
	size_t at;
	int e = read_segment(j, in, &s);

	if (e == 0) {
		at = reader_pos(in) - reader_left(&s.data);
		e = handle(j, &s);
		if (e == 0 && s.unknown_size)
			e = reader_seek(in, at + s.size);
		if (jb2_is_mild(e) && s.type != TYPE_PAGE) {
			j->damaged = true;
			e = 0;
		}
	}
	arena_free(&j->arena, s.refs);
	return e;
}

static int
walk(struct jb2 *j, struct reader in)
{
	int e = 0;

	while (e == 0 && reader_left(&in) > 0 && !j->is_done) {
		if (j->n_segments++ >= SEGMENTS_MAX)
			return doc_fail(j->d, ERR_LIMIT,
			    "more than %u JBIG2 segments", SEGMENTS_MAX);
		e = one_segment(j, &in);
	}
	/* Bytes that are no whole header are fill. */
	return e == ERR_TRUNCATED ? 0 : e;
}

/* ---- the picture */

static int
put_rows(struct jb2 *j, uint32_t h, struct buf *out)
{
	const struct jb2_bitmap *b = j->page;
	uint8_t mask = (uint8_t)(0xff << (7 - (b->w + 7) % 8));
	struct reader rows;
	const uint8_t *row;
	uint8_t *to;
	int e;

	reader_init(&rows, b->data, b->stride * b->h);
	if (doc_spend(j->d, BUDGET_EXPANDED_BYTES, b->stride * h) != 0)
		return ERR_LIMIT;
	for (uint32_t y = 0; y < h; y++) {
		if ((e = reader_bytes(&rows, b->stride, &row)) != 0 ||
		    (e = buf_reserve(out, b->stride, &to)) != 0)
			return doc_fail(j->d, e, "the rows of a JBIG2 picture");
		for (size_t i = 0; i < b->stride; i++)
			to[i] = (uint8_t)~row[i];
		to[b->stride - 1] &= mask;
		buf_commit(out, b->stride);
	}
	return 0;
}

static int
finish(struct jb2 *j, struct buf *out, struct jb2_result *res)
{
	uint32_t h;

	if (j->page == NULL)
		return doc_fail(j->d, ERR_MALFORMED,
		    "a JBIG2 picture without page");
	h = j->page->h;
	if (j->page_open && j->page_end != 0 && j->page_end < h)
		h = j->page_end;
	if (h == 0)
		return doc_fail(j->d, ERR_MALFORMED,
		    "a JBIG2 picture without rows");
	*res = (struct jb2_result){ j->page->w, h, j->damaged };
	return put_rows(j, h, out);
}

int
jb2_decode(struct doc *d, const struct reader *in, const struct reader *globals,
    struct buf *out, struct jb2_result *res)
{
	struct jb2 j = { .d = d };
	int e = 0;

	arena_init(&j.arena, d);
	if (globals != NULL)
		e = walk(&j, *globals);
	if (e == 0)
		e = walk(&j, *in);
	if (e == 0)
		e = finish(&j, out, res);
	arena_done(&j.arena);
	return e;
}
