/*
 * Type 1 becomes CFF: the glyphs in an order that lets the encoding be
 * written (.notdef, those with a code by code, the others), names kept.
 */
#include "formats/pdf/font_int.h"

#include <stdlib.h>
#include <string.h>

#define NONE 0xffffu

struct order {
	uint16_t *list; /* places in t1.glyph; NONE: a made .notdef */
	unsigned n;
	bool *used;
};

static unsigned
find_glyph(const struct t1 *t, const struct reader *name)
{
	for (unsigned i = 0; i < t->n_glyphs; i++)
		if (t->glyph[i].name.len == name->len &&
		    memcmp(t->glyph[i].name.data, name->data, name->len) == 0)
			return i;
	return NONE;
}

static void
add_glyph(struct order *o, unsigned i)
{
	o->list[o->n++] = (uint16_t)i;
	if (i != NONE)
		o->used[i] = true;
}

/* The place of a glyph in the new order. */
static uint16_t
place_of(const struct order *o, unsigned glyph)
{
	for (unsigned i = 1; i < o->n; i++)
		if (o->list[i] == glyph)
			return (uint16_t)i;
	return 0;
}

static void
order_glyphs(const struct t1 *t, struct cff *f, struct order *o)
{
	struct reader notdef;
	unsigned glyph;

	reader_init(&notdef, ".notdef", 7);
	add_glyph(o, find_glyph(t, &notdef));
	f->encoding_id = t->standard_encoding ? 0 : 2;
	for (unsigned c = 0; c < 256 && !t->standard_encoding; c++) {
		if (t->code[c].len == 0 ||
		    (glyph = find_glyph(t, &t->code[c])) == NONE ||
		    glyph == o->list[0])
			continue;
		if (o->used[glyph])
			f->more[f->n_more++] =
			    (struct cff_code){ (uint8_t)c, place_of(o, glyph) };
		else {
			add_glyph(o, glyph);
			f->codes[f->n_codes++] = (uint8_t)c;
		}
	}
	for (unsigned i = 0; i < t->n_glyphs; i++)
		if (!o->used[i])
			add_glyph(o, i);
}

static int
put_name(struct cff *f, const struct t1_glyph *g, unsigned glyph)
{
	struct reader name = g->name;
	struct buf made;
	uint16_t sid;
	int e = 0;

	buf_init(&made, 16);
	if (!font_name_ok(name.data, name.len)) {
		e = buf_fmt(&made, "g%u", glyph);
		buf_reader(&made, &name);
	}
	if (e == 0 && (e = cff_add_string(f, name.data, name.len, &sid)) == 0)
		e = buf_u16be(&f->charset, sid);
	buf_done(&made);
	return e;
}

/* Through type 2, so that what is written is in its one form. */
static int
put_char(const struct t1 *t, struct cff *f, const struct t1_glyph *g,
    uint64_t *steps, struct type2_font *font)
{
	struct buf *out = &f->chars.data, raw;
	size_t from = out->len;
	struct reader r;
	int e = ERR_MALFORMED;

	buf_init(&raw, 8 * (size_t)FONT_MAX_CHAR);
	if (g != NULL && (e = t1_convert(t, &g->body, steps, &raw)) == 0) {
		buf_reader(&raw, &r);
		e = type2_flatten(font, &r, out);
	}
	buf_done(&raw);
	if (e == ERR_MALFORMED) {
		buf_truncate(out, from);
		f->notes->glyphs += g != NULL;
		font->parts = 0;
		e = type2_put_op(out, 14);
	}
	if (e == 0)
		e = buf_u16be(&f->seac, font->parts);
	return e == 0 ? cff_list_end(&f->chars) : e;
}

static int
put_glyphs(const struct t1 *t, struct cff *f, const struct order *o)
{
	static const struct cff_index none;
	struct type2_font font = {
		.global = &none, .local = &none, .steps = UINT64_MAX
	};
	uint64_t steps = t->steps;
	int e;

	f->charset_id = 3;
	f->n_glyphs = o->n;
	if ((e = buf_u16be(&f->charset, 0)) != 0)
		return e;
	for (unsigned i = 0; i < o->n; i++) {
		const struct t1_glyph *g =
		    o->list[i] == NONE ? NULL : &t->glyph[o->list[i]];

		if ((i > 0 && (e = put_name(f, g, i)) != 0) ||
		    (e = put_char(t, f, g, &steps, &font)) != 0)
			return e;
	}
	return 0;
}

static int
convert(const struct t1 *t, struct cff *f, struct order *o, struct buf *out)
{
	int e;

	o->list = calloc(t->n_glyphs + 1u, sizeof(*o->list));
	o->used = calloc(t->n_glyphs + 1u, sizeof(*o->used));
	if (o->list == NULL || o->used == NULL)
		return ERR_NOMEM;
	f->name = t->name;
	if (!font_name_ok(f->name.data, f->name.len))
		reader_init(&f->name, "Font", 4);
	f->top = t->top;
	f->priv[0] = t->priv;
	order_glyphs(t, f, o);
	if ((e = put_glyphs(t, f, o)) != 0 || (e = cff_check_seac(f)) != 0)
		return e;
	return cff_write(f, out);
}

int
font_type1(const struct reader *in, struct buf *out, struct font_notes *notes)
{
	struct t1 *t = calloc(1, sizeof(*t));
	struct order o = { 0 };
	struct cff f;
	int e;

	if (t == NULL)
		return ERR_NOMEM;
	if ((e = cff_init(&f, notes)) == 0 && (e = t1_parse(t, in)) == 0)
		e = convert(t, &f, &o, out);
	notes->converted = true;
	cff_done(&f);
	t1_done(t);
	free(t);
	free(o.list);
	free(o.used);
	return e == ERR_TRUNCATED ? ERR_MALFORMED : e;
}
