/*
 * Text of fields, set (ISO 32000-1, 12.7.4.3): in one line, in lines, or in a
 * comb of cells. How wide a character is, is estimated generously: fonts that
 * are not embedded may be replaced by any other.
 */
#include <string.h>

#include "formats/pdf/walk_look.h"

#define FF_LINES  (1 << 12)
#define FF_SECRET (1 << 13)
#define FF_FILE	  (1 << 20)
#define FF_COMB	  (1 << 24)
#define CELLS_MAX 1000
#define PITCH	  1.15
#define MARGIN	  2.0

static bool
flag(const struct wfield *f, int64_t bit)
{
	int64_t n;

	return pobj_int(f->ff, INT32_MIN, UINT32_MAX, &n) && (n & bit) != 0;
}

/* ---- characters */

static double
ems(const struct look *k, uint32_t cp)
{
	if (cp < 0x20)
		return 0;
	if (k->wide && (!k->any || cp > 0x7e))
		return cp < 0x80 || (cp >= 0xff61 && cp < 0xffa0) ? 0.5 : 1;
	return look_latin_ems(cp);
}

static double
line_ems(const struct look *k, struct reader line)
{
	double n = 0;
	uint32_t cp;

	while (utf8_get(&line, &cp) == 0)
		n += cp < 0x80 || k->wide ? ems(k, cp) : 1;
	return n;
}

/* One character of the font; false when it has none. */
static int
put_char(const struct look *k, uint32_t cp, struct buf *b, bool *ok)
{
	int e;

	if (k->wide && cp >= 0x20 && cp < 0x10000)
		return buf_u16be(b, (uint16_t)cp);
	if (k->any && cp >= 0x10000) {
		cp -= 0x10000;
		if ((e = buf_u16be(b, (uint16_t)(0xd800 + (cp >> 10)))) != 0)
			return e;
		return buf_u16be(b, (uint16_t)(0xdc00 + (cp & 0x3ff)));
	}
	if (!k->wide && cp >= 0x20 && cp < 0x7f)
		return buf_u8(b, (uint8_t)cp);
	*ok = *ok && cp < 0x20;
	return 0;
}

/* x y and the string: UTF-8 in the codes of the font. */
static int
show(struct look *k, struct reader text, double x, double y, bool *ok)
{
	const struct pobj *v;
	struct buf b;
	uint32_t cp;
	int e = 0;

	buf_init(&b, LOOK_TEXT_MAX);
	while (e == 0 && *ok && utf8_get(&text, &cp) == 0)
		e = put_char(k, cp, &b, ok);
	if (e == 0 && *ok && b.len > 0 &&
	    (e = pwalk_bytes(k->w, POBJ_STRING, b.data, b.len, &v)) == 0 &&
	    (e = buf_fmt(&k->content, "1 0 0 1 %.3f %.3f Tm ", x, y)) == 0 &&
	    (e = pobj_write(v, &k->content)) == 0)
		e = buf_puts(&k->content, " Tj\n");
	buf_done(&b);
	return e;
}

/* ---- lines */

static bool
is_end(uint32_t cp)
{
	return cp == '\n' || cp == '\r';
}

/* Past a line end: two characters are one. */
static void
skip_end(struct reader *all)
{
	struct reader at = *all;
	uint32_t cp, next;

	if (utf8_get(&at, &cp) != 0 || !is_end(cp))
		return;
	*all = at;
	if (cp == '\r' && utf8_get(&at, &next) == 0 && next == '\n')
		*all = at;
}

/*
 * The next line: up to a line end, or as much as fits, broken behind a space
 * or between characters that know none. At least one character.
 */
static int
take_line(const struct look *k, struct reader *all, struct reader *line)
{
	double most = (k->width - 2 * MARGIN) / k->size, n = 0;
	struct reader at = *all, before;
	size_t from = reader_pos(all), end = from, may = from;
	uint32_t cp;
	int e;

	for (;;) {
		before = at;
		if (utf8_get(&at, &cp) != 0 || is_end(cp)) {
			end = reader_pos(&before);
			break;
		}
		n += cp < 0x80 || k->wide ? ems(k, cp) : 1;
		if (n > most && cp != ' ' && reader_pos(&before) > from) {
			end = may > from ? may : reader_pos(&before);
			break;
		}
		if (cp == ' ' || cp >= 0x2e80)
			may = reader_pos(&at);
	}
	if ((e = reader_sub(all, end - from, line)) == 0)
		skip_end(all);
	return e;
}

static double
lines_height(const struct look *k, const struct buf *text)
{
	struct reader all, line;
	double n = 0;

	buf_reader(text, &all);
	while (reader_left(&all) > 0 && take_line(k, &all, &line) == 0)
		n++;
	return n * PITCH * k->size;
}

static int
put_line(struct look *k, const struct reader *line, int64_t align, double y,
    bool *ok)
{
	double left = k->width - 2 * MARGIN - line_ems(k, *line) * k->size;
	double x = MARGIN;

	if (left > 0 && align > 0)
		x += align == 1 ? left / 2 : left;
	return show(k, *line, x, y, ok);
}

static int
put_lines(struct look *k, const struct buf *text, int64_t align, bool *ok)
{
	double y = k->height - MARGIN - k->size;
	struct reader all, line;
	int e = 0;

	buf_reader(text, &all);
	while (e == 0 && *ok && reader_left(&all) > 0) {
		if ((e = take_line(k, &all, &line)) == 0)
			e = put_line(k, &line, align, y, ok);
		y -= k->size * PITCH;
	}
	return e;
}

/* ---- cells */

static uint32_t
characters(struct reader text)
{
	uint32_t n = 0, cp;

	while (utf8_get(&text, &cp) == 0)
		n++;
	return n;
}

/* How many cells the field has: 0 when it is no comb, or more is in it. */
static int64_t
cells(const struct look *k, const struct buf *text)
{
	const struct wfield *f = k->a->field;
	struct reader all;
	int64_t n;

	buf_reader(text, &all);
	if (f->type != PT_FieldTx || !flag(f, FF_COMB) ||
	    flag(f, FF_LINES | FF_SECRET | FF_FILE) ||
	    !pobj_int(f->most, 1, CELLS_MAX, &n) || characters(all) > n)
		return 0;
	return n;
}

static int
put_cells(struct look *k, const struct buf *text, int64_t n, int64_t align,
    double y, bool *ok)
{
	double each = k->width / (double)n;
	struct reader all, one;
	int64_t free, i = 0;
	uint32_t cp;
	size_t from;
	int e = 0;

	buf_reader(text, &all);
	free = n - characters(all);
	if (align > 0)
		i = align == 1 ? free / 2 : free;
	for (; e == 0 && *ok && reader_left(&all) > 0; i++) {
		from = reader_pos(&all);
		if (utf8_get(&all, &cp) != 0)
			break;
		reader_init(&one, all.data, all.len);
		if ((e = reader_view(&one, from, reader_pos(&all) - from,
			 &one)) == 0)
			e = show(k, one,
			    ((double)i + 0.5) * each -
				line_ems(k, one) * k->size / 2,
			    y, ok);
	}
	return e;
}

/* ---- all of it */

/* A size of 0 is for us to choose: what fits, from 12 down to 4. */
static void
choose_size(struct look *k, const struct buf *text, bool lines, int64_t n)
{
	bool is_free = k->size <= 0 || k->size > 500;
	struct reader all;
	double wide;

	if (is_free) {
		k->size = lines ? 12 : (k->height - 2) * 0.75;
		k->size = k->size > 12 ? 12 : k->size < 4 ? 4 : k->size;
	}
	if (!is_free && !k->for_good)
		return;
	buf_reader(text, &all);
	if (lines) {
		while (k->size > 4 &&
		       lines_height(k, text) > k->height - 2 * MARGIN)
			k->size -= 1;
	} else if (n == 0) {
		wide = line_ems(k, all) * k->size;
		if (wide > k->width - 2 * MARGIN)
			k->size *= (k->width - 2 * MARGIN) / wide;
	}
	if (is_free && k->size < 4)
		k->size = 4;
}

/* As many stars as there are characters. */
static int
hide(const struct buf *text, struct buf *stars)
{
	struct reader all;
	uint32_t n;
	int e = 0;

	buf_reader(text, &all);
	n = characters(all);
	for (uint32_t i = 0; i < n && i < 64 && e == 0; i++)
		e = buf_u8(stars, '*');
	return e;
}

static int
put_text(struct look *k, const struct buf *text, bool *ok)
{
	const struct wfield *f = k->a->field;
	bool lines = f->type == PT_FieldTx && flag(f, FF_LINES);
	int64_t align = 0, n = cells(k, text);
	struct reader all;
	double y;
	int e;

	if (!pobj_int(f->q, 0, 2, &align))
		align = 0;
	choose_size(k, text, lines, n);
	y = (k->height - k->size) / 2 + k->size * 0.22;
	if ((e = pobj_write(k->name, &k->content)) != 0 ||
	    (e = buf_fmt(&k->content, " %.3f Tf\n", k->size)) != 0)
		return e;
	if (lines)
		return put_lines(k, text, align, ok);
	if (n > 0)
		return put_cells(k, text, n, align, y, ok);
	buf_reader(text, &all);
	return put_line(k, &all, align, y, ok);
}

int
look_set_text(struct look *k, const struct buf *text, bool *ok)
{
	const struct wfield *f = k->a->field;
	struct buf stars;
	int e;

	*ok = true;
	buf_init(&stars, 64);
	if (f->type == PT_FieldTx && flag(f, FF_SECRET)) {
		if ((e = hide(text, &stars)) != 0)
			goto out;
		text = &stars;
	}
	if ((e = buf_fmt(&k->content,
		 "/Tx BMC\nq\n1 1 %.3f %.3f re\nW\nn\nBT\n", k->width - 2,
		 k->height - 2)) == 0 &&
	    (e = buf_put(&k->content, k->style.data, k->style.len)) == 0 &&
	    (e = put_text(k, text, ok)) == 0)
		e = buf_puts(&k->content, "ET\nQ\nEMC\n");
out:
	buf_done(&stars);
	return e;
}
