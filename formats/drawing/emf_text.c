/*
 * EMF: text. [MS-EMF] 2.3.5.7, 2.3.5.8, 2.3.5.32, 2.3.5.33; EmrText 2.2.5
 *
 * Written: the string right behind the fields, then the widths. Several
 * strings in one record become a record each.
 */
#include "formats/drawing/emf.h"

#define TEXT_FIXED 76u /* where the string begins */

#define OPT_GLYPHS  0x10u
#define OPT_NO_RECT 0x100u
#define OPT_SMALL   0x200u
#define OPT_PDY	    0x2000u
#define OPT_KNOWN   0x13f96u

#define ONE_FLOAT 0x3f800000u

struct text {
	uint32_t bounds[4], mode, scale[2];
	uint32_t at[2], n, string_off, options, rect[4], widths_off;
	bool wide;
	struct reader string, widths; /* widths: n or 2n numbers, or none */
	struct meta_spans read;
};

static int
get_words(struct reader *r, uint32_t *to, size_t n)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < n; i++)
		err = reader_u32le(r, &to[i]);
	return err;
}

static int
put_words(struct emf *e, const uint32_t *words, size_t n)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < n; i++)
		err = buf_u32le(&e->m->rec, words[i]);
	return err;
}

/* A mode that GDI does not know is taken as the old one; scales are finite. */
static int
get_mode(struct reader *r, struct text *t)
{
	int err;

	if ((err = reader_u32le(r, &t->mode)) != 0 ||
	    (err = get_words(r, t->scale, 2)) != 0)
		return err;
	if (t->mode != 2)
		t->mode = 1;
	for (unsigned i = 0; i < 2; i++)
		if ((t->scale[i] >> 23 & 0xff) == 0xff)
			t->scale[i] = ONE_FLOAT;
	return 0;
}

/* EmrText; the offsets count from the record. */
static int
get_text(struct emf *e, struct reader *r, struct text *t)
{
	size_t bytes, widths;
	int err;

	if ((err = get_words(r, t->at, 2)) != 0 ||
	    (err = reader_u32le(r, &t->n)) != 0 ||
	    (err = reader_u32le(r, &t->string_off)) != 0 ||
	    (err = reader_u32le(r, &t->options)) != 0 ||
	    (err = get_words(r, t->rect, 4)) != 0 ||
	    (err = reader_u32le(r, &t->widths_off)) != 0)
		return err;
	t->options &= OPT_KNOWN & ~OPT_SMALL;
	if (__builtin_mul_overflow((size_t)t->n, t->wide ? 2u : 1u, &bytes) ||
	    __builtin_mul_overflow((size_t)t->n, t->options & OPT_PDY ? 8u : 4u,
		&widths))
		return ERR_MALFORMED;
	if (t->n > 0 && (err = reader_view(&e->whole, t->string_off, bytes,
			     &t->string)) != 0)
		return err;
	if (t->widths_off == 0 || t->n == 0 ||
	    reader_view(&e->whole, t->widths_off, widths, &t->widths) != 0) {
		t->options &= ~OPT_PDY;
		reader_init(&t->widths, NULL, 0);
	}
	meta_span(&t->read, t->string_off, t->string.len);
	meta_span(&t->read, t->widths_off, t->widths.len);
	return 0;
}

/* Controls and halves of characters draw nothing that anyone needs. */
static int
put_wide(struct emf *e, struct reader *r, uint32_t n, bool glyphs)
{
	uint16_t unit, next;
	bool high = false, ok;
	struct reader ahead;
	int err;

	for (uint32_t i = 0; i < n; i++) {
		if ((err = reader_u16le(r, &unit)) != 0)
			return err;
		ok = unit >= 0x20 || unit == '\t' || unit == '\r' ||
		     unit == '\n';
		if (unit >= 0xdc00 && unit < 0xe000)
			ok = high;
		ahead = *r;
		high = unit >= 0xd800 && unit < 0xdc00 && i + 1 < n &&
		       reader_u16le(&ahead, &next) == 0 && next >= 0xdc00 &&
		       next < 0xe000;
		if (unit >= 0xd800 && unit < 0xdc00)
			ok = high;
		if (!ok && !glyphs) {
			unit = ' ';
			meta_found(e->m, FIND_METAFILE_TEXT, ACT_REPLACED,
			    e->m->name);
		}
		if ((err = buf_u16le(&e->m->rec, unit)) != 0)
			return err;
	}
	return 0;
}

static int
put_string(struct emf *e, const struct text *t)
{
	static const uint8_t pad[3];
	struct reader r = t->string;
	int err;

	err = t->wide ? put_wide(e, &r, t->n, (t->options & OPT_GLYPHS) != 0)
		      : meta_copy_from(e->m, &r, t->n, 1);
	if (err != 0)
		return err;
	return buf_put(&e->m->rec, pad, (4 - e->m->rec.len % 4) % 4);
}

/* m->rec becomes the fields of one EXTTEXTOUT record. */
static int
write_text(struct emf *e, const struct text *t)
{
	size_t bytes = (size_t)t->n * (t->wide ? 2 : 1);
	uint32_t widths_off;
	int err;

	widths_off = TEXT_FIXED + (uint32_t)((bytes + 3) & ~(size_t)3);
	if ((err = put_words(e, t->bounds, 4)) != 0 ||
	    (err = put_words(e, &t->mode, 1)) != 0 ||
	    (err = put_words(e, t->scale, 2)) != 0 ||
	    (err = put_words(e, t->at, 2)) != 0 ||
	    (err = buf_u32le(&e->m->rec, t->n)) != 0 ||
	    (err = buf_u32le(&e->m->rec, TEXT_FIXED)) != 0 ||
	    (err = buf_u32le(&e->m->rec, t->options)) != 0 ||
	    (err = put_words(e, t->rect, 4)) != 0 ||
	    (err = buf_u32le(&e->m->rec,
		 t->widths.len == 0 ? 0 : widths_off)) != 0 ||
	    (err = put_string(e, t)) != 0)
		return err;
	return buf_put(&e->m->rec, t->widths.data, t->widths.len);
}

int
emf_take_text(struct emf *e)
{
	struct text t = { .wide = e->type == EMF_EXTTEXTOUTW };
	struct reader *r = &e->m->r;
	int err;

	if ((err = get_words(r, t.bounds, 4)) != 0 ||
	    (err = get_mode(r, &t)) != 0 || (err = get_text(e, r, &t)) != 0 ||
	    (err = reader_skip(r, reader_left(r))) != 0)
		return err;
	meta_span(&t.read, 0, TEXT_FIXED);
	meta_check_gaps(e->m, &e->whole, &t.read);
	return write_text(e, &t);
}

/* Bounds, mode, scales, how many, and an EmrText of each. */
int
emf_take_poly_text(struct emf *e)
{
	struct text t = { .wide = e->type != EMF_POLYTEXTOUTA };
	struct reader *r = &e->m->r;
	uint32_t n;
	int err;

	if ((err = get_words(r, t.bounds, 4)) != 0 ||
	    (err = get_mode(r, &t)) != 0 || (err = reader_u32le(r, &n)) != 0)
		return err;
	for (uint32_t i = 0; i < n; i++) {
		buf_clear(&e->m->rec);
		if ((err = get_text(e, r, &t)) != 0 ||
		    (err = write_text(e, &t)) != 0 ||
		    (err = emf_put(e,
			 t.wide ? EMF_EXTTEXTOUTW : EMF_EXTTEXTOUTA)) != 0)
			return err;
	}
	e->written = true;
	return reader_skip(r, reader_left(r));
}

/* No widths, and often no rectangle; characters of one byte by choice. */
int
emf_take_small_text(struct emf *e)
{
	struct text t = { .n = 0 };
	struct reader *r = &e->m->r;
	int err;

	if ((err = get_words(r, t.at, 2)) != 0 ||
	    (err = reader_u32le(r, &t.n)) != 0 ||
	    (err = reader_u32le(r, &t.options)) != 0 ||
	    (err = get_mode(r, &t)) != 0)
		return err;
	t.options &= OPT_KNOWN & ~OPT_PDY;
	t.wide = (t.options & OPT_SMALL) == 0;
	if ((err = put_words(e, t.at, 2)) != 0 ||
	    (err = put_words(e, &t.n, 1)) != 0 ||
	    (err = put_words(e, &t.options, 1)) != 0 ||
	    (err = put_words(e, &t.mode, 1)) != 0 ||
	    (err = put_words(e, t.scale, 2)) != 0)
		return err;
	if ((t.options & OPT_NO_RECT) == 0 &&
	    (err = meta_copy(e->m, "llll")) != 0)
		return err;
	if (__builtin_mul_overflow((size_t)t.n, t.wide ? 2u : 1u,
		&t.string.len) ||
	    (err = reader_sub(r, t.string.len, &t.string)) != 0)
		return ERR_MALFORMED;
	return put_string(e, &t);
}
