/*
 * The small tables of a TrueType font: head, hhea and hmtx, maxp, OS/2, post
 * (ISO 14496-22, 5.2 and 5.3.4). Each field is a number of known size, read
 * and written again; dates and revisions become zero, counts are counted.
 */
#include <string.h>

#include "formats/pdf/font_int.h"

#define HEAD_MAGIC	0x5f0f3cf5u
#define HEAD_FLAGS	0x000b /* baseline, left side bearing, whole sizes */
#define POST_NAMES_FROM 258    /* indices below are standard names */
#define POST_HEAD_BYTES 16

/* Copy n words of 16 bits; missing ones are zero. */
static int
put_words(struct sfnt *s, struct reader *in, struct buf *out, unsigned n)
{
	uint16_t v;
	int e = 0;

	for (unsigned i = 0; e == 0 && i < n; i++) {
		v = 0;
		if (reader_u16be(in, &v) != 0)
			s->notes->repaired = true;
		e = buf_u16be(out, v);
	}
	return e;
}

static int
put_zeros(struct buf *out, unsigned n_words)
{
	int e = 0;

	for (unsigned i = 0; e == 0 && i < n_words; i++)
		e = buf_u16be(out, 0);
	return e;
}

int
font_head(struct sfnt *s)
{
	struct reader in = s->in[SFNT_HEAD];
	struct buf *out = &s->out[SFNT_HEAD];
	uint16_t flags, units;
	uint32_t date[4];
	int e;

	if ((e = reader_skip(&in, 16)) != 0 ||
	    (e = reader_u16be(&in, &flags)) != 0 ||
	    (e = reader_u16be(&in, &units)) != 0)
		return e;
	if (units == 0)
		return ERR_MALFORMED;
	for (unsigned i = 0; i < 4; i++) {
		if ((e = reader_u32be(&in, &date[i])) != 0)
			return e;
		if (date[i] != 0)
			s->notes->names = true;
	}
	if ((e = buf_u32be(out, 0x10000)) != 0 ||
	    (e = buf_u32be(out, 0x10000)) != 0 ||
	    (e = buf_u32be(out, 0)) != 0 ||
	    (e = buf_u32be(out, HEAD_MAGIC)) != 0 ||
	    (e = buf_u16be(out, flags & HEAD_FLAGS)) != 0 ||
	    (e = buf_u16be(out, units)) != 0 || (e = put_zeros(out, 8)) != 0 ||
	    (e = put_words(s, &in, out, 6)) != 0 || /* box, style, size */
	    (e = buf_u16be(out, 2)) != 0)
		return e;
	if ((e = buf_u16be(out, s->long_loca ? 1 : 0)) != 0)
		return e;
	return buf_u16be(out, 0);
}

/* How many full records of hmtx there are, and may be. */
static unsigned
metric_count(struct sfnt *s)
{
	struct reader hhea = s->in[SFNT_HHEA];
	size_t there = s->in[SFNT_HMTX].len / 4;
	unsigned n = 0;
	uint16_t said;

	if (reader_skip(&hhea, 34) == 0 && reader_u16be(&hhea, &said) == 0)
		n = said;
	if (n == 0 || n > there || n > s->n_glyphs)
		s->notes->repaired = true;
	if (n > there)
		n = (unsigned)there;
	if (n > s->n_glyphs)
		n = s->n_glyphs;
	return n;
}

static int
put_metrics(struct sfnt *s, unsigned *n)
{
	struct reader in = s->in[SFNT_HMTX];
	struct buf *out = &s->out[SFNT_HMTX];
	struct reader head = s->in[SFNT_HEAD];
	uint16_t units;
	int e;

	if (*n == 0) { /* no widths: the document has its own */
		if ((e = reader_skip(&head, 18)) != 0 ||
		    (e = reader_u16be(&head, &units)) != 0 ||
		    (e = buf_u16be(out, units)) != 0 ||
		    (e = buf_u16be(out, 0)) != 0)
			return e;
		*n = 1;
		return put_zeros(out, s->n_glyphs - 1);
	}
	if ((e = put_words(s, &in, out, 2 * *n)) != 0)
		return e;
	return put_words(s, &in, out, s->n_glyphs - *n);
}

int
font_hmtx(struct sfnt *s)
{
	struct reader in = s->in[SFNT_HHEA];
	struct buf *out = &s->out[SFNT_HHEA];
	unsigned n = metric_count(s);
	int e;

	if ((e = put_metrics(s, &n)) != 0)
		return e;
	if (reader_skip(&in, 4) != 0)
		s->notes->repaired = true;
	if ((e = buf_u32be(out, 0x10000)) != 0 ||
	    (e = put_words(s, &in, out, 10)) != 0 || /* to caretOffset */
	    (e = put_zeros(out, 5)) != 0)
		return e;
	return buf_u16be(out, (uint16_t)n);
}

int
font_maxp(struct sfnt *s)
{
	struct buf *out = &s->out[SFNT_MAXP];
	const unsigned values[] = { s->points, s->contours, s->all_points,
		s->all_contours, 1 };
	int e;

	if (s->out[SFNT_CFF].len > 0) {
		if ((e = buf_u32be(out, 0x5000)) != 0)
			return e;
		return buf_u16be(out, (uint16_t)s->n_glyphs);
	}
	if ((e = buf_u32be(out, 0x10000)) != 0 ||
	    (e = buf_u16be(out, (uint16_t)s->n_glyphs)) != 0)
		return e;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if ((e = buf_u16be(out, (uint16_t)values[i])) != 0)
			return e;
	/* no twilight points, storage, functions, stack, instructions */
	if ((e = put_zeros(out, 6)) != 0 ||
	    (e = buf_u16be(out, (uint16_t)s->parts)) != 0)
		return e;
	return buf_u16be(out, (uint16_t)s->depth);
}

int
font_os2(struct sfnt *s)
{
	/* words of each version, 5.3.4.1 */
	static const unsigned words[] = { 39, 43, 48, 48, 48, 50 };
	struct reader in = s->in[SFNT_OS2];
	struct buf *out = &s->out[SFNT_OS2];
	uint16_t version;
	int e;

	if (reader_u16be(&in, &version) != 0)
		return 0;
	if (version > 5 || in.len < 2 * words[version])
		version = 0;
	if (in.len < 2 * words[version]) {
		s->notes->repaired = true;
		return 0;
	}
	if (in.len > 2 * words[version])
		s->notes->repaired = true;
	if ((e = buf_u16be(out, version)) != 0 ||
	    (e = put_words(s, &in, out, 28)) != 0)
		return e;
	/* the maker's mark is text of the font's maker */
	if ((e = reader_skip(&in, 4)) != 0 ||
	    (e = buf_u32be(out, 0x20202020)) != 0)
		return e;
	return put_words(s, &in, out, words[version] - 31);
}

bool
font_name_ok(const uint8_t *p, size_t n)
{
	if (n == 0 || n > FONT_NAME_BYTES)
		return false;
	for (size_t i = 0; i < n; i++)
		if (p[i] <= 0x20 || p[i] >= 0x7f ||
		    memchr("()<>[]{}/%", p[i], 10) != NULL)
			return false;
	return true;
}

/* ---- post: names of glyphs */

struct post {
	struct buf where; /* name k: offset and length, two u32be */
	struct buf fresh; /* name k: its new number + 1, or 0; u16be */
	struct buf names; /* written */
	unsigned n, n_fresh;
};

/* Where each name of format 2 lies in the table. */
static int
find_names(struct post *p, struct reader *in)
{
	uint8_t n;
	int e = 0;

	while (e == 0 && p->n < FONT_MAX_GLYPHS && reader_u8(in, &n) == 0) {
		size_t at = reader_pos(in);

		if (reader_skip(in, n) != 0)
			break;
		if ((e = buf_u32be(&p->where, (uint32_t)at)) == 0 &&
		    (e = buf_u32be(&p->where, n)) == 0 &&
		    (e = buf_u16be(&p->fresh, 0)) == 0)
			p->n++;
	}
	return e;
}

/* The new index of a name; 0 (.notdef) when it is not fit to be written. */
static int
place_name(struct post *p, const struct reader *table, unsigned k,
    uint16_t *index)
{
	struct reader where, name;
	uint32_t at, n;
	unsigned have =
	    (unsigned)p->fresh.data[2 * k] << 8 | p->fresh.data[2 * k + 1];
	int e;

	*index = 0;
	if (have > 0) {
		*index = (uint16_t)(POST_NAMES_FROM + have - 1);
		return 0;
	}
	buf_reader(&p->where, &where);
	if ((e = reader_seek(&where, (size_t)8 * k)) != 0 ||
	    (e = reader_u32be(&where, &at)) != 0 ||
	    (e = reader_u32be(&where, &n)) != 0 ||
	    (e = reader_view(table, at, n, &name)) != 0)
		return e;
	if (!font_name_ok(name.data, name.len) ||
	    p->n_fresh + POST_NAMES_FROM >= FONT_MAX_GLYPHS)
		return 0;
	*index = (uint16_t)(POST_NAMES_FROM + p->n_fresh);
	p->n_fresh++;
	p->fresh.data[2 * k] = (uint8_t)(p->n_fresh >> 8);
	p->fresh.data[2 * k + 1] = (uint8_t)p->n_fresh;
	if ((e = buf_u8(&p->names, (uint8_t)n)) != 0)
		return e;
	return buf_put(&p->names, name.data, n);
}

static int
put_names(struct sfnt *s, struct post *p, struct reader indices)
{
	struct buf *out = &s->out[SFNT_POST];
	uint16_t index;
	int e = buf_u16be(out, (uint16_t)s->n_glyphs);

	for (unsigned i = 0; e == 0 && i < s->n_glyphs; i++) {
		if (reader_u16be(&indices, &index) != 0) {
			s->notes->repaired = true;
			index = 0;
		}
		if (index >= POST_NAMES_FROM) {
			unsigned k = index - POST_NAMES_FROM;
			bool known = k < p->n;

			index = 0;
			if (known)
				e = place_name(p, &s->in[SFNT_POST], k, &index);
			if (index == 0)
				s->notes->repaired = true;
		}
		if (e == 0)
			e = buf_u16be(out, index);
	}
	if (e == 0 && p->names.len > 0)
		e = buf_put(out, p->names.data, p->names.len);
	return e;
}

static int
put_post_head(struct sfnt *s, uint32_t version)
{
	struct reader in = s->in[SFNT_POST];
	struct buf *out = &s->out[SFNT_POST];
	int e;

	if (reader_skip(&in, 4) != 0)
		s->notes->repaired = true;
	if ((e = buf_u32be(out, version)) != 0 ||
	    (e = put_words(s, &in, out, 6)) != 0)
		return e;
	return put_zeros(out, 8); /* memory use */
}

/* Format 2: an index for each glyph, then the names. */
static int
put_post2(struct sfnt *s, struct reader in)
{
	struct post p = { 0 };
	struct reader indices;
	uint16_t n;
	int e;

	buf_init(&p.where, FONT_MAX_BYTES);
	buf_init(&p.fresh, FONT_MAX_BYTES);
	buf_init(&p.names, FONT_MAX_BYTES);
	if (reader_u16be(&in, &n) != 0 ||
	    reader_sub(&in, 2 * (size_t)n, &indices) != 0) {
		s->notes->repaired = true;
		e = put_post_head(s, 0x30000);
	} else {
		if (n != s->n_glyphs)
			s->notes->repaired = true;
		if ((e = put_post_head(s, 0x20000)) == 0 &&
		    (e = find_names(&p, &in)) == 0)
			e = put_names(s, &p, indices);
	}
	buf_done(&p.where);
	buf_done(&p.fresh);
	buf_done(&p.names);
	return e;
}

int
font_post(struct sfnt *s)
{
	struct reader in = s->in[SFNT_POST];
	uint32_t version;

	if (reader_u32be(&in, &version) != 0)
		return 0;
	if (version == 0x20000 && reader_seek(&in, 32) == 0)
		return put_post2(s, in);
	if (version != 0x10000 && version != 0x30000) {
		s->notes->repaired = true;
		version = 0x30000;
	}
	return put_post_head(s, version);
}
