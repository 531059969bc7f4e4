/*
 * A TIFF as we write it: little endian, one directory behind the other, each
 * followed by its values and its strips. Of tags only those that a picture
 * needs; numbers only, but for the rewritten colour profile.
 */
#include <string.h>

#include "formats/raster/tiff_int.h"

#define ENTRIES_MAX 40u
#define ENTRY_BYTES 12u
#define VALUES_MAX  (64u << 20)

enum {
	TYPE_ASCII = 2,
	TYPE_SHORT = 3,
	TYPE_LONG = 4,
	TYPE_FRACTION = 5,
	TYPE_UNDEFINED = 7
};

struct entry {
	uint16_t tag, type;
	uint32_t count;
	size_t at, len; /* in values */
	bool is_place;	/* offsets from the first strip */
};

struct writer {
	struct tiff *t;
	const struct tiff_sheet *s;
	struct buf values;
	struct entry entry[ENTRIES_MAX];
	unsigned n;
	int e;
};

int
tiff_put_header(struct doc *d)
{
	static const uint8_t header[TIFF_HEADER_BYTES] = { 'I', 'I', 42, 0,
		TIFF_HEADER_BYTES, 0, 0, 0 };

	return doc_put(d, header, sizeof(header));
}

/* ---- entries */

static void
begin(struct writer *w, uint16_t tag, uint16_t type, uint32_t count)
{
	if (w->n == ENTRIES_MAX) {
		w->e = ERR_INTERNAL;
		return;
	}
	w->entry[w->n++] = (struct entry){
		.tag = tag, .type = type, .count = count, .at = w->values.len
	};
}

static void
end(struct writer *w)
{
	struct entry *last = &w->entry[w->n - 1];

	last->len = w->values.len - last->at;
}

static void
put_short(struct writer *w, uint64_t v)
{
	if (w->e == 0)
		w->e = buf_u16le(&w->values, (uint16_t)v);
}

static void
put_long(struct writer *w, uint64_t v)
{
	if (w->e == 0)
		w->e = buf_u32le(&w->values, (uint32_t)v);
}

static void
add_short(struct writer *w, uint16_t tag, uint64_t v)
{
	begin(w, tag, TYPE_SHORT, 1);
	put_short(w, v);
	end(w);
}

static void
add_long(struct writer *w, uint16_t tag, uint64_t v)
{
	begin(w, tag, TYPE_LONG, 1);
	put_long(w, v);
	end(w);
}

/* n times the same number. */
static void
add_shorts(struct writer *w, uint16_t tag, uint16_t v, uint32_t n)
{
	begin(w, tag, TYPE_SHORT, n);
	for (uint32_t i = 0; i < n; i++)
		put_short(w, v);
	end(w);
}

/* Fractions of the page, when all n are there. */
static bool
add_fractions(struct writer *w, uint16_t tag, enum tiff_slot slot, uint32_t n)
{
	const struct tiff_value *v = &w->s->page->v[slot];
	uint32_t f[2];

	for (uint32_t i = 0; i < n; i++)
		if (tiff_fraction(w->t, v, i, f) != 0)
			return false;
	begin(w, tag, TYPE_FRACTION, n);
	for (uint32_t i = 0; i < n; i++)
		if (tiff_fraction(w->t, v, i, f) == 0) {
			put_long(w, f[0]);
			put_long(w, f[1]);
		}
	end(w);
	return true;
}

/* ---- the tags, in rising order */

static void
add_places(struct writer *w, uint16_t offsets)
{
	const struct tiff_sheet *s = w->s;

	begin(w, offsets, TYPE_LONG, s->n_chunks);
	w->entry[w->n - 1].is_place = true;
	for (uint32_t i = 0; i < s->n_chunks; i++)
		put_long(w, i == 0 ? 0 : s->ends[i - 1]);
	end(w);
}

static void
add_sizes(struct writer *w, uint16_t tag)
{
	const struct tiff_sheet *s = w->s;

	begin(w, tag, TYPE_LONG, s->n_chunks);
	for (uint32_t i = 0; i < s->n_chunks; i++)
		put_long(w, s->ends[i] - (i == 0 ? 0 : s->ends[i - 1]));
	end(w);
}

static void
add_resolution(struct writer *w)
{
	const struct tiff_page *p = w->s->page;
	uint32_t x[2], y[2];
	uint64_t unit = tiff_number_or(w->t, &p->v[T_UNIT], 2);

	if (tiff_fraction(w->t, &p->v[T_X_RESOLUTION], 0, x) == 0 &&
	    tiff_fraction(w->t, &p->v[T_Y_RESOLUTION], 0, y) == 0 &&
	    x[0] != 0 && y[0] != 0) {
		(void)add_fractions(w, 282, T_X_RESOLUTION, 1);
		(void)add_fractions(w, 283, T_Y_RESOLUTION, 1);
		add_short(w, 284, w->s->separate ? 2 : 1);
		add_short(w, 296, unit >= 1 && unit <= 3 ? unit : 2);
	} else {
		add_short(w, 284, w->s->separate ? 2 : 1);
	}
}

static void
add_text(struct writer *w, uint16_t tag, const char *text)
{
	size_t n = strlen(text) + 1;

	if (n == 1)
		return;
	begin(w, tag, TYPE_ASCII, (uint32_t)n);
	if (w->e == 0)
		w->e = buf_put(&w->values, text, n);
	end(w);
}

static void
add_map(struct writer *w)
{
	const uint16_t *map = w->s->colour_map;
	uint32_t n;

	if (map == NULL)
		return;
	n = 3u << w->s->page->bits;
	begin(w, 320, TYPE_SHORT, n);
	for (uint32_t i = 0; i < n; i++)
		put_short(w, map[i]);
	end(w);
}

static void
add_extra(struct writer *w)
{
	const struct tiff_page *p = w->s->page;
	uint64_t v;

	if (p->samples == p->colours)
		return;
	begin(w, 338, TYPE_SHORT, (uint32_t)(p->samples - p->colours));
	for (unsigned i = 0; i < (unsigned)(p->samples - p->colours); i++) {
		if (tiff_number(w->t, &p->v[T_EXTRA], i, &v) != 0 || v > 2)
			v = 0;
		put_short(w, v);
	}
	end(w);
}

static void
add_ycc(struct writer *w)
{
	const struct tiff_page *p = w->s->page;
	bool jpeg = w->s->compression == TIFF_JPEG;
	uint64_t position = tiff_number_or(w->t, &p->v[T_YCC_POSITION], 1);

	if (p->photometric == TIFF_YCC) {
		(void)add_fractions(w, 529, T_YCC_COEFFICIENTS, 3);
		begin(w, 530, TYPE_SHORT, 2);
		put_short(w, jpeg ? p->jpeg_h : p->sub_h);
		put_short(w, jpeg ? p->jpeg_v : p->sub_v);
		end(w);
		add_short(w, 531, position == 2 ? 2 : 1);
	}
	if (p->photometric == TIFF_YCC || p->photometric == TIFF_RGB)
		(void)add_fractions(w, 532, T_BLACK_WHITE, 6);
}

static void
add_tags(struct writer *w)
{
	const struct tiff_sheet *s = w->s;
	const struct tiff_page *p = s->page;

	add_long(w, 254, s->many ? 2 : 0);
	add_long(w, 256, p->width);
	add_long(w, 257, p->height);
	add_shorts(w, 258, p->bits, p->samples);
	add_short(w, 259, s->compression);
	add_short(w, 262, p->photometric);
	add_short(w, 266, 1);
	if (!s->tiled)
		add_places(w, 273);
	add_short(w, 274, p->orientation);
	add_short(w, 277, p->samples);
	if (!s->tiled) {
		add_long(w, 278, s->chunk_h);
		add_sizes(w, 279);
	}
	add_resolution(w);
	add_text(w, TIFF_DATE, p->basic.date);
	add_text(w, TIFF_ARTIST, p->basic.author);
	if (s->predictor != 1)
		add_short(w, 317, s->predictor);
	add_map(w);
	if (s->tiled) {
		add_long(w, 322, s->chunk_w);
		add_long(w, 323, s->chunk_h);
		add_places(w, 324);
		add_sizes(w, 325);
	}
	if (p->photometric == TIFF_CMYK)
		add_short(w, 332, 1);
	add_extra(w);
	if (p->format != 1)
		add_shorts(w, 339, p->format, p->samples);
	add_ycc(w);
	if (s->icc->len > 0) {
		begin(w, 34675, TYPE_UNDEFINED, (uint32_t)s->icc->len);
		if (w->e == 0)
			w->e = buf_put(&w->values, s->icc->data, s->icc->len);
		end(w);
	}
}

/* ---- layout */

static size_t
even(size_t n)
{
	return n + n % 2;
}

static size_t
outside(const struct entry *x)
{
	return x->len > 4 ? even(x->len) : 0;
}

/* The value of an entry; places are moved to where the strips are. */
static int
put_value(const struct writer *w, const struct entry *x, uint64_t strips,
    struct buf *out)
{
	struct reader all, r;
	uint32_t v;
	int e;

	buf_reader(&w->values, &all);
	if ((e = reader_view(&all, x->at, x->len, &r)) != 0)
		return e;
	if (!x->is_place)
		return buf_put(out, r.data, r.len);
	while (reader_u32le(&r, &v) == 0)
		if ((e = buf_u32le(out, (uint32_t)(strips + v))) != 0)
			return e;
	return 0;
}

static int
put_entry(const struct writer *w, const struct entry *x, uint64_t place,
    uint64_t strips, struct buf *out)
{
	size_t from;
	int e;

	if ((e = buf_u16le(out, x->tag)) != 0 ||
	    (e = buf_u16le(out, x->type)) != 0 ||
	    (e = buf_u32le(out, x->count)) != 0)
		return e;
	if (x->len > 4)
		return buf_u32le(out, (uint32_t)place);
	from = out->len;
	e = put_value(w, x, strips, out);
	while (e == 0 && out->len - from < 4)
		e = buf_u8(out, 0);
	return e;
}

/* Directory and values; the strips come behind them. */
static int
put_directory(const struct writer *w, uint64_t *at, struct buf *out)
{
	uint64_t place = *at + 2 + (uint64_t)w->n * ENTRY_BYTES + 4, strips,
		 next;
	int e = buf_u16le(out, (uint16_t)w->n);

	strips = place;
	for (unsigned i = 0; i < w->n; i++)
		strips += outside(&w->entry[i]);
	next = strips + even(w->s->data->len);
	if (next > UINT32_MAX)
		return doc_fail(w->t->d, ERR_LIMIT, "over 4 GB of TIFF");
	for (unsigned i = 0; i < w->n && e == 0; i++) {
		e = put_entry(w, &w->entry[i], place, strips, out);
		place += outside(&w->entry[i]);
	}
	if (e == 0)
		e = buf_u32le(out, w->s->last ? 0 : (uint32_t)next);
	for (unsigned i = 0; i < w->n && e == 0; i++) {
		if (w->entry[i].len <= 4)
			continue;
		e = put_value(w, &w->entry[i], strips, out);
		if (e == 0 && w->entry[i].len % 2 != 0)
			e = buf_u8(out, 0);
	}
	*at = next;
	return e;
}

int
tiff_put_page(struct tiff *t, const struct tiff_sheet *s, uint64_t *at)
{
	struct writer w = { .t = t, .s = s };
	struct buf out;
	int e;

	buf_init(&w.values, VALUES_MAX);
	buf_init(&out, 2 * VALUES_MAX);
	add_tags(&w);
	e = w.e;
	if (e == 0)
		e = put_directory(&w, at, &out);
	if (e == 0)
		e = doc_put(t->d, out.data, out.len);
	if (e == 0)
		e = doc_put(t->d, s->data->data, s->data->len);
	if (e == 0 && s->data->len % 2 != 0)
		e = doc_put(t->d, "", 1);
	buf_done(&w.values);
	buf_done(&out);
	return e;
}
