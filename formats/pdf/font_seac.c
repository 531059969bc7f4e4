/*
 * Accented letters of CFF made of two others (endchar with four operands,
 * Technical Note 5177, appendix C): the others must be there and be no such
 * letters themselves, or a viewer could be led in a circle.
 */
#include "formats/pdf/font_int.h"

/* The standard encoding (Technical Note 5176, appendix B) in runs. */
unsigned
cff_standard_sid(unsigned code)
{
	static const struct {
		uint8_t first, last, sid;
	} runs[] = { { 32, 126, 1 }, { 161, 175, 96 }, { 177, 180, 111 },
		{ 182, 189, 115 }, { 191, 191, 123 }, { 193, 200, 124 },
		{ 202, 203, 132 }, { 205, 208, 134 }, { 225, 225, 138 },
		{ 227, 227, 139 }, { 232, 235, 140 }, { 241, 241, 144 },
		{ 245, 245, 145 }, { 248, 251, 146 } };

	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++)
		if (code >= runs[i].first && code <= runs[i].last)
			return runs[i].sid + code - runs[i].first;
	return 0;
}

static uint16_t
parts_of(const struct cff *f, unsigned glyph)
{
	struct reader r;
	uint16_t v = 0;

	buf_reader(&f->seac, &r);
	if (reader_seek(&r, 2 * (size_t)glyph) != 0 ||
	    reader_u16be(&r, &v) != 0)
		return 0;
	return v;
}

/* Which codes stand for letters that may be parts. */
static void
find_parts(const struct cff *f, bool may[256])
{
	for (unsigned code = 0; code < 256; code++) {
		unsigned sid = cff_standard_sid(code), glyph;

		may[code] = sid != 0 && (glyph = cff_glyph(f, sid)) != 0 &&
			    parts_of(f, glyph) == 0;
	}
}

static bool
is_bad(const struct cff *f, unsigned glyph, const bool may[256])
{
	unsigned parts = parts_of(f, glyph);

	return parts != 0 && (!may[parts >> 8] || !may[parts & 0xff]);
}

/* The charstrings again, those of bad ones empty. */
static int
copy_chars(const struct cff *f, const bool may[256], struct cff_list *to)
{
	struct reader all, ends, one;
	uint32_t end, from = 0;
	int e = 0;

	buf_reader(&f->chars.data, &all);
	buf_reader(&f->chars.ends, &ends);
	for (unsigned i = 0; e == 0 && i < f->n_glyphs; i++, from = end) {
		if ((e = reader_u32be(&ends, &end)) != 0 ||
		    (e = reader_view(&all, from, end - from, &one)) != 0)
			return e;
		if (is_bad(f, i, may)) {
			f->notes->glyphs++;
			e = type2_put_op(&to->data, 14);
		} else
			e = buf_put(&to->data, one.data, one.len);
		if (e == 0)
			e = cff_list_end(to);
	}
	return e;
}

int
cff_check_seac(struct cff *f)
{
	struct cff_list chars;
	bool bad = false, may[256];
	int e;

	find_parts(f, may);
	for (unsigned i = 0; i < f->n_glyphs && !bad; i++)
		bad = is_bad(f, i, may);
	if (!bad)
		return 0;
	cff_list_init(&chars);
	if ((e = copy_chars(f, may, &chars)) != 0) {
		cff_list_done(&chars);
		return e;
	}
	cff_list_done(&f->chars);
	f->chars = chars;
	return 0;
}
