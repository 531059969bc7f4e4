/*
 * A bare CFF font (Technical Note 5176) is read into struct cff: every number
 * typed, every charstring run. Glyph numbers, names or CIDs, the encoding and
 * the hints' zones stay; notices, unique numbers and unused strings go.
 */
#include "formats/pdf/font_int.h"

#include <stdlib.h>
#include <string.h>

#define OP_CHARSET   15
#define OP_ENCODING  16
#define OP_CHARS     17
#define OP_PRIVATE   18
#define OP_SUBRS     19
#define OP_CHAR_TYPE 0x0c06
#define OP_ROS	     0x0c1e
#define OP_FDARRAY   0x0c24
#define OP_FDSELECT  0x0c25

struct source {
	struct reader all;
	struct cff_index tops, strings, global, chars;
	struct cff_index *local; /* of each font dictionary */
	int64_t charset_at, encoding_at, chars_at, fdarray_at, fdselect_at;
	int64_t private_at, private_len, ros[3];
	int64_t char_type;
	uint16_t *new_sid; /* of the custom strings; 0: not yet */
};

static void
take_offset(const struct cff_entry *e, int64_t *to)
{
	if (e->n > 0)
		(void)cff_whole(&e->value[e->n - 1], 0, INT32_MAX, to);
}

static int
read_top(struct source *s, struct cff *f, struct reader dict)
{
	struct cff_entry x;

	while (cff_dict_next(&dict, &x) == 0)
		switch (x.op) {
		case OP_CHARSET:
			take_offset(&x, &s->charset_at);
			break;
		case OP_ENCODING:
			take_offset(&x, &s->encoding_at);
			break;
		case OP_CHARS:
			take_offset(&x, &s->chars_at);
			break;
		case OP_FDARRAY:
			take_offset(&x, &s->fdarray_at);
			break;
		case OP_FDSELECT:
			take_offset(&x, &s->fdselect_at);
			break;
		case OP_CHAR_TYPE:
			take_offset(&x, &s->char_type);
			break;
		case OP_PRIVATE:
			take_offset(&x, &s->private_at);
			if (x.n > 1)
				(void)cff_whole(&x.value[x.n - 2], 0, INT32_MAX,
				    &s->private_len);
			break;
		case OP_ROS:
			if (x.n < 3)
				return ERR_MALFORMED;
			f->is_cid = true;
			for (unsigned i = 0; i < 3; i++)
				if (!cff_whole(&x.value[i], 0, INT32_MAX,
					&s->ros[i]))
					return ERR_MALFORMED;
			break;
		default:
			if (!cff_dict_keep(&f->top, CFF_TOP, &x))
				f->notes->names = true;
		}
	return s->chars_at > 0 && s->char_type == 2 ? 0 : ERR_MALFORMED;
}

/* A Private dictionary and the subroutines it leads to. */
static void
read_private(struct source *s, int64_t at, int64_t len, struct cff_dict *to,
    struct cff_index *subrs, struct font_notes *notes)
{
	struct reader dict, r = s->all;
	struct cff_entry x;
	int64_t off = 0;

	if (len == 0)
		return;
	if (reader_view(&s->all, (size_t)at, (size_t)len, &dict) != 0) {
		notes->repaired = true;
		return;
	}
	while (cff_dict_next(&dict, &x) == 0) {
		if (x.op == OP_SUBRS)
			take_offset(&x, &off);
		else
			(void)cff_dict_keep(to, CFF_PRIVATE, &x);
	}
	if (off == 0)
		return;
	if (reader_seek(&r, (size_t)at) != 0 ||
	    reader_skip(&r, (size_t)off) != 0 || cff_index_read(&r, subrs) != 0)
		notes->repaired = true;
}

static int
read_fd(struct source *s, struct cff *f, const struct cff_index *dicts,
    unsigned i)
{
	struct reader dict;
	struct cff_entry x;
	int64_t at = 0, len = 0;
	int e;

	if ((e = cff_index_item(dicts, i, &dict)) != 0)
		return e;
	while (cff_dict_next(&dict, &x) == 0)
		if (x.op == OP_PRIVATE && x.n == 2) {
			take_offset(&x, &at);
			(void)cff_whole(&x.value[0], 0, INT32_MAX, &len);
		} else
			(void)cff_dict_keep(&f->fd[i], CFF_FD, &x);
	read_private(s, at, len, &f->priv[i], &s->local[i], f->notes);
	return 0;
}

/* ---- strings */

/* The number that a string of the source has in the output. */
static int
map_sid(struct source *s, struct cff *f, unsigned sid, unsigned glyph,
    uint16_t *out)
{
	struct reader name;
	unsigned k = sid - CFF_STRINGS;
	char made[16];
	struct buf b;
	int e;

	if (sid < CFF_STRINGS) {
		*out = (uint16_t)sid;
		return 0;
	}
	if (k < s->strings.count && s->new_sid[k] != 0) {
		*out = s->new_sid[k];
		return 0;
	}
	if (k < s->strings.count &&
	    cff_index_item(&s->strings, k, &name) == 0 &&
	    font_name_ok(name.data, name.len)) {
		if ((e = cff_add_string(f, name.data, name.len, out)) == 0)
			s->new_sid[k] = *out;
		return e;
	}
	f->notes->repaired = true;
	buf_init(&b, sizeof(made));
	e = buf_fmt(&b, "g%u", glyph);
	if (e == 0)
		e = cff_add_string(f, b.data, b.len, out);
	buf_done(&b);
	return e;
}

/* ---- charset */

static int
put_charset(struct source *s, struct cff *f, unsigned glyph, unsigned id)
{
	uint16_t sid = (uint16_t)id;
	int e;

	if (!f->is_cid && (e = map_sid(s, f, id, glyph, &sid)) != 0)
		return e;
	return buf_u16be(&f->charset, sid);
}

static int
read_ranges(struct source *s, struct cff *f, struct reader *r, unsigned format)
{
	unsigned glyph = 1;
	uint16_t first, more;
	uint8_t more8;
	int e;

	while (glyph < f->n_glyphs) {
		more = 0;
		if ((e = reader_u16be(r, &first)) != 0)
			return e;
		if (format == 2 && (e = reader_u16be(r, &more)) != 0)
			return e;
		if (format == 1) {
			if ((e = reader_u8(r, &more8)) != 0)
				return e;
			more = more8;
		}
		for (unsigned i = 0; i <= more && glyph < f->n_glyphs; i++)
			if ((e = put_charset(s, f, glyph++,
				 (first + i) & 0xffff)) != 0)
				return e;
	}
	return 0;
}

/* What is missing counts on (CID) or has no name. */
static int
fill_charset(struct source *s, struct cff *f)
{
	unsigned have = (unsigned)(f->charset.len / 2);
	int e = 0;

	if (have < f->n_glyphs && have > 1)
		f->notes->repaired = true;
	for (; e == 0 && have < f->n_glyphs; have++)
		e = put_charset(s, f, have, f->is_cid ? have : 0);
	return e;
}

static int
read_charset(struct source *s, struct cff *f)
{
	static const unsigned size[] = { 229, 166, 87 };
	struct reader r = s->all;
	uint8_t format;
	int e;

	if (s->charset_at <= 2 && !f->is_cid &&
	    f->n_glyphs <= size[s->charset_at]) {
		f->charset_id = (unsigned)s->charset_at;
		return 0;
	}
	f->charset_id = 3;
	if ((e = buf_u16be(&f->charset, 0)) != 0)
		return e;
	if (s->charset_at > 2) {
		if (reader_seek(&r, (size_t)s->charset_at) != 0 ||
		    reader_u8(&r, &format) != 0 || format > 2)
			f->notes->repaired = true;
		else if ((e = read_ranges(s, f, &r, format)) != 0 &&
			 e != ERR_TRUNCATED)
			return e;
	}
	return fill_charset(s, f);
}

/* ---- encoding */

static void
read_codes(struct cff *f, struct reader *r, unsigned n, bool ranges)
{
	uint8_t code, more = 0;

	while (n-- > 0) {
		if (reader_u8(r, &code) != 0 ||
		    (ranges && reader_u8(r, &more) != 0)) {
			f->notes->repaired = true;
			return;
		}
		for (unsigned i = 0; i <= more; i++)
			if (f->n_codes < 255 && f->n_codes + 1 < f->n_glyphs &&
			    code + i < 256)
				f->codes[f->n_codes++] = (uint8_t)(code + i);
	}
}

unsigned
cff_glyph(const struct cff *f, unsigned sid)
{
	struct reader r;
	uint16_t v;

	if (f->charset_id == 0 && sid < f->n_glyphs)
		return sid;
	buf_reader(&f->charset, &r);
	for (unsigned i = 0; reader_u16be(&r, &v) == 0; i++)
		if (v == sid && i > 0)
			return i;
	return 0;
}

static void
read_more_codes(struct source *s, struct cff *f, struct reader *r)
{
	uint8_t n, code;
	uint16_t sid, glyph;

	if (reader_u8(r, &n) != 0)
		return;
	while (n-- > 0) {
		if (reader_u8(r, &code) != 0 || reader_u16be(r, &sid) != 0) {
			f->notes->repaired = true;
			return;
		}
		if (sid >= CFF_STRINGS) {
			unsigned k = sid - CFF_STRINGS;

			sid = k < s->strings.count ? s->new_sid[k] : 0;
		}
		glyph = sid == 0 ? 0 : (uint16_t)cff_glyph(f, sid);
		if (glyph != 0)
			f->more[f->n_more++] = (struct cff_code){ code, glyph };
		else
			f->notes->repaired = true;
	}
}

static void
read_encoding(struct source *s, struct cff *f)
{
	struct reader r = s->all;
	uint8_t format, n;

	f->encoding_id = s->encoding_at == 1 ? 1 : 0;
	if (s->encoding_at <= 1 || f->is_cid)
		return;
	if (reader_seek(&r, (size_t)s->encoding_at) != 0 ||
	    reader_u8(&r, &format) != 0 || (format & 0x7f) > 1 ||
	    reader_u8(&r, &n) != 0) {
		f->notes->repaired = true;
		return;
	}
	f->encoding_id = 2;
	read_codes(f, &r, n, (format & 0x7f) == 1);
	if ((format & 0x80) != 0)
		read_more_codes(s, f, &r);
}

/* ---- glyphs */

static int
read_fdselect(struct source *s, struct cff *f)
{
	struct reader r = s->all;
	uint16_t n, first, next;
	uint8_t format, fd;
	int e;

	if ((e = reader_seek(&r, (size_t)s->fdselect_at)) != 0 ||
	    (e = reader_u8(&r, &format)) != 0)
		return e;
	if (format == 0) {
		for (unsigned i = 0; i < f->n_glyphs; i++)
			if ((e = reader_u8(&r, &fd)) != 0 ||
			    (e = buf_u8(&f->fd_of, fd)) != 0)
				return e;
		return 0;
	}
	if (format != 3)
		return ERR_MALFORMED;
	if ((e = reader_u16be(&r, &n)) != 0 ||
	    (e = reader_u16be(&r, &first)) != 0)
		return e;
	for (; n > 0; n--, first = next) {
		if ((e = reader_u8(&r, &fd)) != 0 ||
		    (e = reader_u16be(&r, &next)) != 0)
			return e;
		while (f->fd_of.len < next && f->fd_of.len < f->n_glyphs)
			if ((e = buf_u8(&f->fd_of, fd)) != 0)
				return e;
	}
	return 0;
}

/* Every glyph gets a font dictionary that exists. */
static int
take_fdselect(struct source *s, struct cff *f)
{
	int e;

	if ((e = read_fdselect(s, f)) != 0) {
		if (e != ERR_TRUNCATED && e != ERR_MALFORMED)
			return e;
		f->notes->repaired = true;
	}
	while (f->fd_of.len < f->n_glyphs)
		if ((e = buf_u8(&f->fd_of, 0)) != 0)
			return e;
	for (unsigned i = 0; i < f->n_glyphs; i++)
		if (f->fd_of.data[i] >= f->n_fd) {
			f->fd_of.data[i] = 0;
			f->notes->repaired = true;
		}
	return 0;
}

static int
read_chars(struct source *s, struct cff *f)
{
	struct type2_font font = { .global = &s->global,
		.is_cid = f->is_cid,
		.steps = font_steps(&s->all) };
	struct buf *out = &f->chars.data;
	struct reader body;
	int e = 0;

	for (unsigned i = 0; e == 0 && i < f->n_glyphs; i++) {
		size_t from = out->len;

		font.local = &s->local[f->is_cid ? f->fd_of.data[i] : 0];
		if ((e = cff_index_item(&s->chars, i, &body)) == 0)
			e = type2_flatten(&font, &body, out);
		if (e == ERR_MALFORMED) {
			buf_truncate(out, from);
			f->notes->glyphs++;
			font.parts = 0;
			e = type2_put_op(out, 14);
		}
		if (e == 0 && (e = buf_u16be(&f->seac, font.parts)) == 0)
			e = cff_list_end(&f->chars);
	}
	return e;
}

/* ---- the whole */

static int
read_head(struct source *s, struct cff *f)
{
	struct reader r = s->all, dict;
	struct cff_index names;
	uint8_t major, head;
	int e;

	if ((e = reader_u8(&r, &major)) != 0 || (e = reader_skip(&r, 1)) != 0 ||
	    (e = reader_u8(&r, &head)) != 0)
		return e;
	if (major != 1 || head < 4)
		return ERR_MALFORMED;
	if ((e = reader_seek(&r, head)) != 0 ||
	    (e = cff_index_read(&r, &names)) != 0 ||
	    (e = cff_index_read(&r, &s->tops)) != 0 ||
	    (e = cff_index_read(&r, &s->strings)) != 0 ||
	    (e = cff_index_read(&r, &s->global)) != 0 ||
	    (e = cff_index_item(&s->tops, 0, &dict)) != 0)
		return e;
	if (cff_index_item(&names, 0, &f->name) != 0 ||
	    !font_name_ok(f->name.data, f->name.len))
		reader_init(&f->name, "Font", 4);
	if ((e = read_top(s, f, dict)) != 0)
		return e;
	r = s->all;
	if ((e = reader_seek(&r, (size_t)s->chars_at)) != 0 ||
	    (e = cff_index_read(&r, &s->chars)) != 0)
		return e;
	f->n_glyphs = s->chars.count;
	return f->n_glyphs > 0 && f->n_glyphs <= FONT_MAX_GLYPHS
		   ? 0
		   : ERR_MALFORMED;
}

static int
take_local(struct source *s, unsigned n)
{
	s->local = calloc(n, sizeof(*s->local));
	return s->local != NULL ? 0 : ERR_NOMEM;
}

static int
read_dicts(struct source *s, struct cff *f)
{
	struct reader r = s->all;
	struct cff_index dicts;
	uint16_t sid;
	int e;

	if (!f->is_cid) {
		if ((e = take_local(s, 1)) != 0)
			return e;
		read_private(s, s->private_at, s->private_len, &f->priv[0],
		    &s->local[0], f->notes);
		return 0;
	}
	if ((e = reader_seek(&r, (size_t)s->fdarray_at)) != 0 ||
	    (e = cff_index_read(&r, &dicts)) != 0)
		return e;
	if (dicts.count == 0 || dicts.count > CFF_FD_MAX)
		return ERR_MALFORMED;
	if ((e = cff_fds(f, dicts.count)) != 0 ||
	    (e = take_local(s, dicts.count)) != 0)
		return e;
	for (unsigned i = 0; i < f->n_fd; i++)
		if ((e = read_fd(s, f, &dicts, i)) != 0)
			return e;
	if ((e = map_sid(s, f, (unsigned)s->ros[0] & 0xffff, 0, &sid)) != 0)
		return e;
	f->registry = sid;
	if ((e = map_sid(s, f, (unsigned)s->ros[1] & 0xffff, 0, &sid)) != 0)
		return e;
	f->ordering = sid;
	f->supplement = (uint32_t)s->ros[2];
	return take_fdselect(s, f);
}

static int
rebuild(struct source *s, struct cff *f, struct buf *out)
{
	int e;

	if ((e = read_head(s, f)) != 0)
		return e;
	s->new_sid = calloc(s->strings.count + 1u, sizeof(*s->new_sid));
	if (s->new_sid == NULL)
		return ERR_NOMEM;
	if ((e = read_dicts(s, f)) != 0 || (e = read_charset(s, f)) != 0)
		return e;
	read_encoding(s, f);
	if ((e = read_chars(s, f)) != 0 || (e = cff_check_seac(f)) != 0)
		return e;
	return cff_write(f, out);
}

int
font_cff(const struct reader *in, struct buf *out, struct font_notes *notes,
    bool *cid)
{
	struct source s = { .char_type = 2 };
	struct cff f;
	int e;

	reader_init(&s.all, in->data, in->len);
	if ((e = cff_init(&f, notes)) == 0)
		e = rebuild(&s, &f, out);
	*cid = f.is_cid;
	cff_done(&f);
	free(s.local);
	free(s.new_sid);
	return e == ERR_TRUNCATED ? ERR_MALFORMED : e;
}
