/*
 * The frame of TrueType and OpenType fonts (ISO 14496-22, 5.2): the directory
 * is read leniently, because fonts cut down for a PDF break its rules all the
 * time, and written anew with the tables that viewers of a PDF use: cmap,
 * glyf or CFF, head, hhea, hmtx, loca, maxp, OS/2 and post. Hinting programs,
 * layout, colour, bitmaps, variations, names and signatures stay behind.
 */
#include "formats/pdf/font_int.h"

#include <stdlib.h>
#include <string.h>

#define TAG_TTC	      0x74746366u /* "ttcf" */
#define TAG_OTTO      0x4f54544fu
#define HEAD_BYTES    54
#define HEAD_SUM_AT   8
#define SUM_OF_A_FONT 0xb1b0afbau

static const uint32_t tags[SFNT_COUNT] = {
	[SFNT_CFF] = 0x43464620,
	[SFNT_OS2] = 0x4f532f32,
	[SFNT_CMAP] = 0x636d6170,
	[SFNT_GLYF] = 0x676c7966,
	[SFNT_HEAD] = 0x68656164,
	[SFNT_HHEA] = 0x68686561,
	[SFNT_HMTX] = 0x686d7478,
	[SFNT_LOCA] = 0x6c6f6361,
	[SFNT_MAXP] = 0x6d617870,
	[SFNT_POST] = 0x706f7374,
};

static void
note_table(struct font_notes *notes, uint32_t tag)
{
	static const uint32_t programs[] = { 0x6670676d, 0x70726570,
		0x63767420 }; /* fpgm, prep, cvt */

	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if (tag == programs[i]) {
			notes->instructions = true;
			return;
		}
	if (notes->tables)
		return;
	notes->tables = true;
	for (unsigned i = 0; i < 4; i++) {
		char c = (char)(tag >> (24 - 8 * i) & 0xff);

		notes->first[i] = c >= 0x20 && c < 0x7f ? c : '?';
	}
}

/* One record of the directory; the first table of a tag counts. */
static int
take_record(struct sfnt *s, const struct reader *file, struct reader *dir)
{
	uint32_t tag, sum, off, len;
	int e;

	if ((e = reader_u32be(dir, &tag)) != 0 ||
	    (e = reader_u32be(dir, &sum)) != 0 ||
	    (e = reader_u32be(dir, &off)) != 0 ||
	    (e = reader_u32be(dir, &len)) != 0)
		return e;
	for (unsigned i = 0; i < SFNT_COUNT; i++) {
		struct reader r = *file;

		if (tag != tags[i])
			continue;
		if (s->in[i].len > 0 || reader_seek(&r, off) != 0) {
			s->notes->repaired = true;
			return 0;
		}
		if (len > reader_left(&r)) {
			len = (uint32_t)reader_left(&r);
			s->notes->repaired = true;
		}
		return reader_view(file, off, len, &s->in[i]);
	}
	note_table(s->notes, tag);
	return 0;
}

static int
read_directory(struct sfnt *s, const struct reader *file)
{
	struct reader dir = *file;
	uint32_t kind, first;
	uint16_t n;
	int e;

	if ((e = reader_u32be(&dir, &kind)) != 0)
		return e;
	if (kind == TAG_TTC) {
		s->notes->tables = true;
		if ((e = reader_skip(&dir, 8)) != 0 ||
		    (e = reader_u32be(&dir, &first)) != 0 ||
		    (e = reader_seek(&dir, first)) != 0 ||
		    (e = reader_u32be(&dir, &kind)) != 0)
			return e;
	}
	if ((e = reader_u16be(&dir, &n)) != 0 ||
	    (e = reader_skip(&dir, 6)) != 0)
		return e;
	for (unsigned i = 0; i < n; i++)
		if (take_record(s, file, &dir) != 0) {
			s->notes->repaired = true;
			break;
		}
	return 0;
}

/* The number of glyphs: maxp says it, else loca shows it. */
static int
count_glyphs(struct sfnt *s)
{
	struct reader maxp = s->in[SFNT_MAXP], head = s->in[SFNT_HEAD];
	uint16_t n, format;
	size_t in_loca;
	int e;

	if ((e = reader_skip(&head, 50)) != 0)
		return e;
	if ((e = reader_u16be(&head, &format)) != 0) {
		s->notes->repaired = true; /* cut short before the last word */
		format = 0;
	}
	s->long_loca = format != 0;
	in_loca = s->in[SFNT_LOCA].len / (s->long_loca ? 4 : 2);
	if (reader_skip(&maxp, 4) == 0 && reader_u16be(&maxp, &n) == 0) {
		s->n_glyphs = n;
		return n > 0 ? 0 : ERR_MALFORMED;
	}
	if (in_loca < 2 || in_loca > FONT_MAX_GLYPHS)
		return ERR_MALFORMED;
	s->notes->repaired = true;
	s->n_glyphs = (unsigned)in_loca - 1;
	return 0;
}

static uint32_t
checksum(const struct buf *b)
{
	struct reader r;
	uint32_t sum = 0, word;

	buf_reader(b, &r);
	while (reader_u32be(&r, &word) == 0)
		sum += word;
	return sum;
}

static int
pad4(struct buf *b)
{
	int e = 0;

	while (e == 0 && b->len % 4 != 0)
		e = buf_u8(b, 0);
	return e;
}

static int
write_directory(struct sfnt *s, struct buf *out, const size_t len[SFNT_COUNT],
    const uint32_t sum[SFNT_COUNT])
{
	unsigned n = 0, power = 1, log = 0;
	uint32_t off;
	int e;

	for (unsigned i = 0; i < SFNT_COUNT; i++)
		n += len[i] > 0;
	while (power * 2 <= n) {
		power *= 2;
		log++;
	}
	off = 12 + 16 * n;
	if ((e = buf_u32be(out, len[SFNT_CFF] > 0 ? TAG_OTTO : 0x10000)) != 0 ||
	    (e = buf_u16be(out, (uint16_t)n)) != 0 ||
	    (e = buf_u16be(out, (uint16_t)(power * 16))) != 0 ||
	    (e = buf_u16be(out, (uint16_t)log)) != 0 ||
	    (e = buf_u16be(out, (uint16_t)((n - power) * 16))) != 0)
		return e;
	for (unsigned i = 0; e == 0 && i < SFNT_COUNT; i++) {
		if (len[i] == 0)
			continue;
		if ((e = buf_u32be(out, tags[i])) == 0 &&
		    (e = buf_u32be(out, sum[i])) == 0 &&
		    (e = buf_u32be(out, off)) == 0)
			e = buf_u32be(out, (uint32_t)len[i]);
		off += (uint32_t)s->out[i].len;
	}
	return e;
}

/* Put the sum over the whole font into head, which lies at head_at. */
static void
adjust_sum(struct buf *out, size_t head_at)
{
	uint32_t v = SUM_OF_A_FONT - checksum(out);

	for (unsigned i = 0; i < 4; i++)
		out->data[head_at + HEAD_SUM_AT + i] =
		    (uint8_t)(v >> (24 - 8 * i));
}

static int
write_font(struct sfnt *s, struct buf *out)
{
	size_t len[SFNT_COUNT], head_at = 0;
	uint32_t sum[SFNT_COUNT] = { 0 };
	int e = 0;

	for (unsigned i = 0; e == 0 && i < SFNT_COUNT; i++) {
		len[i] = s->out[i].len;
		if (len[i] == 0)
			continue;
		if ((e = pad4(&s->out[i])) == 0)
			sum[i] = checksum(&s->out[i]);
	}
	if (e == 0)
		e = write_directory(s, out, len, sum);
	for (unsigned i = 0; e == 0 && i < SFNT_COUNT; i++) {
		if (i == SFNT_HEAD)
			head_at = out->len;
		if (len[i] > 0)
			e = buf_put(out, s->out[i].data, s->out[i].len);
	}
	if (e == 0)
		adjust_sum(out, head_at);
	return e;
}

static int
rebuild_outlines(struct sfnt *s, bool cff)
{
	bool cid;
	int e;

	if (cff) {
		if ((e = font_cff(&s->in[SFNT_CFF], &s->out[SFNT_CFF], s->notes,
			 &cid)) != 0)
			return e;
		s->long_loca = false;
		if (s->in[SFNT_GLYF].len > 0)
			s->notes->tables = true;
		return 0;
	}
	if (s->in[SFNT_GLYF].len == 0 && s->in[SFNT_LOCA].len == 0)
		return ERR_MALFORMED;
	return font_glyf(s);
}

int
font_sfnt(const struct reader *in, struct buf *out, struct font_notes *notes,
    bool *cff)
{
	struct sfnt s = { .notes = notes };
	struct buf whole;
	int e;

	buf_init(&whole, FONT_MAX_BYTES);
	for (unsigned i = 0; i < SFNT_COUNT; i++)
		buf_init(&s.out[i], FONT_MAX_BYTES);
	if ((e = read_directory(&s, in)) == 0 && (e = count_glyphs(&s)) == 0) {
		*cff = s.in[SFNT_CFF].len > 0;
		if ((e = rebuild_outlines(&s, *cff)) == 0 &&
		    (e = font_head(&s)) == 0 && (e = font_hmtx(&s)) == 0 &&
		    (e = font_maxp(&s)) == 0 && (e = font_cmap(&s)) == 0 &&
		    (e = font_post(&s)) == 0 && (e = font_os2(&s)) == 0 &&
		    (e = write_font(&s, &whole)) == 0)
			e = buf_put(out, whole.data, whole.len);
	}
	for (unsigned i = 0; i < SFNT_COUNT; i++)
		buf_done(&s.out[i]);
	buf_done(&whole);
	return e == ERR_TRUNCATED ? ERR_MALFORMED : e;
}
