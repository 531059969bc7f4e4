/*
 * Character maps of TrueType fonts (ISO 14496-22, 5.2.1.3). Every subtable of
 * format 0, 4, 6 or 12 for Unicode, Macintosh or Windows is read into a list
 * of characters and glyphs and written again in one way: symbol maps (3,0)
 * and Macintosh maps (1,0) are what simple fonts of a PDF are shown with.
 * Variation sequences and mixed widths (formats 2, 8, 10, 13, 14) stay
 * behind: no viewer of a PDF asks for them.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/pdf/font_int.h"

#define MAPS_MAX   32
#define CHARS_4	   65536u
#define GROUPS_MAX 65536u
#define VISITS_MAX (4 * CHARS_4) /* characters of overlapping segments */

struct map {
	uint16_t platform, encoding;
	uint32_t off;	/* in the table read */
	size_t at, len; /* in the data written */
};

struct cmap {
	struct sfnt *s;
	uint16_t glyph[CHARS_4]; /* format 4, 0 and 6: 0 is none */
	struct map map[MAPS_MAX];
	unsigned n;
	struct buf data;
};

static uint16_t
existing(const struct cmap *c, uint32_t glyph)
{
	return glyph < c->s->n_glyphs ? (uint16_t)glyph : 0;
}

static int
read_0(struct cmap *c, struct reader *in)
{
	uint8_t glyph;
	int e;

	if ((e = reader_skip(in, 4)) != 0)
		return e;
	for (unsigned i = 0; i < 256; i++) {
		if (reader_u8(in, &glyph) != 0) {
			c->s->notes->repaired = true;
			break;
		}
		c->glyph[i] = existing(c, glyph);
	}
	return 0;
}

static int
read_6(struct cmap *c, struct reader *in)
{
	uint16_t first, n, glyph;
	int e;

	if ((e = reader_skip(in, 4)) != 0 ||
	    (e = reader_u16be(in, &first)) != 0 ||
	    (e = reader_u16be(in, &n)) != 0)
		return e;
	for (unsigned i = 0; i < n && first + i < CHARS_4; i++) {
		if (reader_u16be(in, &glyph) != 0) {
			c->s->notes->repaired = true;
			break;
		}
		c->glyph[first + i] = existing(c, glyph);
	}
	return 0;
}

struct seg4 {
	uint16_t end, start, delta, offset;
};

/* The glyph of a character in a segment; 0 when it has none. */
static uint16_t
seg4_glyph(const struct reader *table, const struct seg4 *s, size_t offset_at,
    unsigned ch)
{
	struct reader r = *table;
	uint16_t glyph;

	if (s->offset == 0 || s->offset == 0xffff)
		return (uint16_t)(ch + s->delta);
	if (reader_seek(&r, offset_at) != 0 ||
	    reader_skip(&r, s->offset) != 0 ||
	    reader_skip(&r, 2 * (size_t)(ch - s->start)) != 0 ||
	    reader_u16be(&r, &glyph) != 0 || glyph == 0)
		return 0;
	return (uint16_t)(glyph + s->delta);
}

static int
read_4(struct cmap *c, const struct reader *table)
{
	struct reader r = *table;
	struct seg4 s;
	uint16_t x2;
	size_t n, visits = 0;
	int e;

	if ((e = reader_seek(&r, 6)) != 0 || (e = reader_u16be(&r, &x2)) != 0)
		return e;
	n = x2 / 2;
	for (size_t i = 0; i < n; i++) {
		size_t offset_at = 16 + 6 * n + 2 * i;

		if (reader_seek(&r, 14 + 2 * i) != 0 ||
		    reader_u16be(&r, &s.end) != 0 ||
		    reader_seek(&r, 16 + 2 * n + 2 * i) != 0 ||
		    reader_u16be(&r, &s.start) != 0 ||
		    reader_seek(&r, 16 + 4 * n + 2 * i) != 0 ||
		    reader_u16be(&r, &s.delta) != 0 ||
		    reader_seek(&r, offset_at) != 0 ||
		    reader_u16be(&r, &s.offset) != 0)
			break;
		if (s.start > s.end)
			continue;
		if ((visits += s.end - s.start + 1u) > VISITS_MAX) {
			c->s->notes->repaired = true;
			break;
		}
		/* the first segment that holds a character answers */
		for (unsigned ch = s.start; ch <= s.end; ch++)
			if (c->glyph[ch] == 0 && ch != 0xffff)
				c->glyph[ch] = existing(c,
				    seg4_glyph(table, &s, offset_at, ch));
	}
	return 0;
}

/* ---- writing */

static int
write_0(struct cmap *c)
{
	int e;

	if ((e = buf_u16be(&c->data, 0)) != 0 ||
	    (e = buf_u16be(&c->data, 262)) != 0 ||
	    (e = buf_u16be(&c->data, 0)) != 0)
		return e;
	for (unsigned i = 0; e == 0 && i < 256; i++)
		e = buf_u8(&c->data, (uint8_t)c->glyph[i]);
	return e;
}

static int
write_6(struct cmap *c)
{
	unsigned first = 0, end = CHARS_4;
	int e;

	while (end > 0 && c->glyph[end - 1] == 0)
		end--;
	while (first < end && c->glyph[first] == 0)
		first++;
	if (end - first > 0xffff - 10)
		return ERR_MALFORMED;
	if ((e = buf_u16be(&c->data, 6)) != 0 ||
	    (e = buf_u16be(&c->data, (uint16_t)(10 + 2 * (end - first)))) !=
		0 ||
	    (e = buf_u16be(&c->data, 0)) != 0 ||
	    (e = buf_u16be(&c->data, (uint16_t)first)) != 0 ||
	    (e = buf_u16be(&c->data, (uint16_t)(end - first))) != 0)
		return e;
	for (unsigned i = first; e == 0 && i < end; i++)
		e = buf_u16be(&c->data, c->glyph[i]);
	return e;
}

/* The four parallel arrays of format 4 and the glyphs behind them. */
struct out4 {
	struct buf part[4], glyphs; /* end, start, delta, offset */
	struct buf fix;		    /* for each segment: its place in glyphs */
	unsigned n;
};

static int
add_segment(struct out4 *o, unsigned start, unsigned end, unsigned delta,
    bool listed)
{
	size_t place = listed ? o->glyphs.len + 1 : 0;
	int e;

	o->n++;
	if ((e = buf_u16be(&o->part[0], (uint16_t)end)) != 0 ||
	    (e = buf_u16be(&o->part[1], (uint16_t)start)) != 0 ||
	    (e = buf_u16be(&o->part[2], (uint16_t)delta)) != 0)
		return e;
	return buf_u32be(&o->fix, (uint32_t)place);
}

static unsigned
line_end(const struct cmap *c, unsigned i, unsigned end)
{
	unsigned j = i;

	while (j < end && c->glyph[j + 1] == c->glyph[j] + 1u)
		j++;
	return j;
}

/* A run of characters that all have glyphs: the smaller of two ways. */
static int
add_run(struct cmap *c, struct out4 *o, unsigned start, unsigned end)
{
	unsigned lines = 0, j;
	int e = 0;

	for (unsigned i = start; i <= end; i = line_end(c, i, end) + 1)
		lines++;
	if (8 * lines > 8 + 2 * (end - start + 1)) {
		if ((e = add_segment(o, start, end, 0, true)) != 0)
			return e;
		for (unsigned i = start; e == 0 && i <= end; i++)
			e = buf_u16be(&o->glyphs, c->glyph[i]);
		return e;
	}
	for (unsigned i = start; e == 0 && i <= end; i = j + 1) {
		j = line_end(c, i, end);
		e = add_segment(o, i, j, (uint16_t)(c->glyph[i] - i), false);
	}
	return e;
}

/* Offsets count from their own place to the glyphs behind the arrays. */
static int
put_offsets(struct out4 *o)
{
	struct reader fix;
	uint32_t place;
	int e = 0;

	buf_reader(&o->fix, &fix);
	for (unsigned i = 0; e == 0 && i < o->n; i++) {
		if ((e = reader_u32be(&fix, &place)) != 0)
			return e;
		if (place > 0)
			place += 2 * (o->n - i) - 1;
		if (place > UINT16_MAX)
			return ERR_LIMIT;
		e = buf_u16be(&o->part[3], (uint16_t)place);
	}
	return e;
}

static int
assemble_4(struct out4 *o, struct buf *out)
{
	unsigned power = 1, log = 0;
	size_t len = 16 + 8 * (size_t)o->n + o->glyphs.len;
	int e;

	if (len > UINT16_MAX)
		return ERR_LIMIT;
	for (; power * 2 <= o->n; log++)
		power *= 2;
	if ((e = put_offsets(o)) != 0 || (e = buf_u16be(out, 4)) != 0 ||
	    (e = buf_u16be(out, (uint16_t)len)) != 0 ||
	    (e = buf_u16be(out, 0)) != 0 ||
	    (e = buf_u16be(out, (uint16_t)(2 * o->n))) != 0 ||
	    (e = buf_u16be(out, (uint16_t)(2 * power))) != 0 ||
	    (e = buf_u16be(out, (uint16_t)log)) != 0 ||
	    (e = buf_u16be(out, (uint16_t)(2 * (o->n - power)))) != 0)
		return e;
	for (unsigned i = 0; e == 0 && i < 4; i++) {
		e = buf_put(out, o->part[i].data, o->part[i].len);
		if (e == 0 && i == 0)
			e = buf_u16be(out, 0);
	}
	if (e == 0 && o->glyphs.len > 0)
		e = buf_put(out, o->glyphs.data, o->glyphs.len);
	return e;
}

static int
write_4(struct cmap *c)
{
	struct out4 o = { 0 };
	unsigned j;
	int e = 0;

	for (unsigned i = 0; i < 4; i++)
		buf_init(&o.part[i], 8 * (size_t)CHARS_4);
	buf_init(&o.glyphs, 8 * (size_t)CHARS_4);
	buf_init(&o.fix, 8 * (size_t)CHARS_4);
	for (unsigned i = 0; e == 0 && i < CHARS_4 - 1; i = j + 1) {
		j = i;
		if (c->glyph[i] == 0)
			continue;
		while (j + 1 < CHARS_4 - 1 && c->glyph[j + 1] != 0)
			j++;
		e = add_run(c, &o, i, j);
	}
	if (e == 0)
		e = add_segment(&o, 0xffff, 0xffff, 1, false);
	if (e == 0)
		e = assemble_4(&o, &c->data);
	for (unsigned i = 0; i < 4; i++)
		buf_done(&o.part[i]);
	buf_done(&o.glyphs);
	buf_done(&o.fix);
	return e;
}

struct group {
	uint32_t first, last, glyph;
};

static int
put_group(struct cmap *c, const struct group *g, uint32_t *n)
{
	int e;

	if (++*n > GROUPS_MAX)
		return ERR_LIMIT;
	if ((e = buf_u32be(&c->data, g->first)) != 0 ||
	    (e = buf_u32be(&c->data, g->last)) != 0)
		return e;
	return buf_u32be(&c->data, g->glyph);
}

/* Format 12: groups in order, joined where they touch, cut at the glyphs. */
static int
copy_12(struct cmap *c, struct reader *in, uint32_t *n_out)
{
	struct group g, last = { 0 };
	bool has = false;
	uint32_t n, next = 0;
	int e = 0;

	if ((e = reader_skip(in, 10)) != 0 || (e = reader_u32be(in, &n)) != 0)
		return e;
	for (uint32_t i = 0; e == 0 && i < n; i++) {
		if (reader_u32be(in, &g.first) != 0 ||
		    reader_u32be(in, &g.last) != 0 ||
		    reader_u32be(in, &g.glyph) != 0)
			break;
		if (g.first < next || g.last < g.first || g.last > 0x10ffff ||
		    g.glyph >= c->s->n_glyphs) {
			c->s->notes->repaired = true;
			continue;
		}
		if (g.last - g.first >= c->s->n_glyphs - g.glyph) {
			g.last = g.first + (c->s->n_glyphs - g.glyph - 1);
			c->s->notes->repaired = true;
		}
		next = g.last + 1;
		if (has && g.first == last.last + 1 &&
		    g.glyph == last.glyph + (g.first - last.first)) {
			last.last = g.last;
			continue;
		}
		if (has)
			e = put_group(c, &last, n_out);
		last = g;
		has = true;
	}
	return e == 0 && has ? put_group(c, &last, n_out) : e;
}

static int
rewrite_12(struct cmap *c, struct reader *in)
{
	size_t at = c->data.len;
	uint32_t n = 0, values[2];
	int e;

	for (unsigned i = 0; i < 4; i++)
		if ((e = buf_u32be(&c->data, i == 0 ? 12u << 16 : 0)) != 0)
			return e;
	if ((e = copy_12(c, in, &n)) != 0)
		return e;
	values[0] = 16 + 12 * n;
	values[1] = n;
	for (unsigned i = 0; i < 8; i++)
		c->data.data[at + 4 + (i < 4 ? i : i + 4)] =
		    (uint8_t)(values[i / 4] >> (24 - 8 * (i % 4)));
	return 0;
}

static int
rewrite(struct cmap *c, const struct reader *table)
{
	struct reader in = *table;
	uint16_t format;
	int e;

	if ((e = reader_u16be(&in, &format)) != 0)
		return e;
	if (format == 12)
		return rewrite_12(c, &in);
	memset(c->glyph, 0, sizeof(c->glyph));
	switch (format) {
	case 0:
		e = read_0(c, &in);
		return e != 0 ? e : write_0(c);
	case 4:
		e = read_4(c, table);
		return e != 0 ? e : write_4(c);
	case 6:
		e = read_6(c, &in);
		return e != 0 ? e : write_6(c);
	default:
		return ERR_UNSUPPORTED;
	}
}

/* Two encodings often share one subtable. */
static void
share(struct cmap *c, struct map *m)
{
	for (unsigned i = 0; i < c->n; i++)
		if (c->map[i].len == m->len &&
		    memcmp(c->data.data + c->map[i].at, c->data.data + m->at,
			m->len) == 0) {
			buf_truncate(&c->data, m->at);
			m->at = c->map[i].at;
			return;
		}
}

static int
by_encoding(const void *a, const void *b)
{
	const struct map *x = a, *y = b;

	if (x->platform != y->platform)
		return x->platform < y->platform ? -1 : 1;
	return x->encoding < y->encoding ? -1 : x->encoding > y->encoding;
}

/* A record of the directory; the first of an encoding counts. */
static int
take_record(struct cmap *c, struct reader *records)
{
	struct map m = { 0 };
	int e;

	if ((e = reader_u16be(records, &m.platform)) != 0 ||
	    (e = reader_u16be(records, &m.encoding)) != 0 ||
	    (e = reader_u32be(records, &m.off)) != 0)
		return e;
	if ((m.platform != 0 && m.platform != 1 && m.platform != 3) ||
	    m.encoding > 10 || c->n == MAPS_MAX) {
		c->s->notes->repaired = true;
		return 0;
	}
	for (unsigned i = 0; i < c->n; i++)
		if (by_encoding(&c->map[i], &m) == 0) {
			c->s->notes->repaired = true;
			return 0;
		}
	c->map[c->n++] = m;
	return 0;
}

/* Rewrite the subtables in the order of the new directory. */
static void
take_maps(struct cmap *c)
{
	const struct reader *all = &c->s->in[SFNT_CMAP];
	unsigned n = c->n;

	c->n = 0;
	for (unsigned i = 0; i < n; i++) {
		struct map m = c->map[i];
		struct reader rest = *all, table;

		m.at = c->data.len;
		if (reader_seek(&rest, m.off) != 0 ||
		    reader_sub(&rest, reader_left(&rest), &table) != 0 ||
		    rewrite(c, &table) != 0) {
			buf_truncate(&c->data, m.at);
			c->s->notes->repaired = true;
			continue;
		}
		m.len = c->data.len - m.at;
		share(c, &m);
		c->map[c->n++] = m;
	}
}

static int
write_cmap(struct cmap *c)
{
	struct buf *out = &c->s->out[SFNT_CMAP];
	int e;

	if ((e = buf_u16be(out, 0)) != 0 ||
	    (e = buf_u16be(out, (uint16_t)c->n)) != 0)
		return e;
	for (unsigned i = 0; i < c->n; i++)
		if ((e = buf_u16be(out, c->map[i].platform)) != 0 ||
		    (e = buf_u16be(out, c->map[i].encoding)) != 0 ||
		    (e = buf_u32be(out,
			 (uint32_t)(4 + 8 * c->n + c->map[i].at))) != 0)
			return e;
	return c->data.len == 0 ? 0 : buf_put(out, c->data.data, c->data.len);
}

int
font_cmap(struct sfnt *s)
{
	struct reader in = s->in[SFNT_CMAP];
	struct cmap *c;
	uint16_t n;
	int e = 0;

	if (reader_skip(&in, 2) != 0 || reader_u16be(&in, &n) != 0)
		return 0;
	if ((c = calloc(1, sizeof(*c))) == NULL)
		return ERR_NOMEM;
	c->s = s;
	buf_init(&c->data, FONT_MAX_BYTES);
	for (unsigned i = 0; i < n && i < 2 * MAPS_MAX; i++)
		if (take_record(c, &in) != 0) {
			s->notes->repaired = true;
			break;
		}
	qsort(c->map, c->n, sizeof(c->map[0]), by_encoding);
	take_maps(c);
	if (e == 0 && c->n > 0)
		e = write_cmap(c);
	buf_done(&c->data);
	free(c);
	return e;
}
