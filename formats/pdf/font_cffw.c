/*
 * Write a CFF font (Technical Note 5176) in one way: header, names, top
 * dictionary, strings, no subroutines, encoding, charset, FDSelect,
 * charstrings, font dictionaries, private dictionaries; each list in the
 * smallest of its formats.
 */
#include "formats/pdf/font_int.h"

#include <stdlib.h>
#include <string.h>

#define HEAD_BYTES 4

static const char *const standard[CFF_STRINGS] = {
#include "formats/pdf/font_strings.def"
};

int
cff_fds(struct cff *f, unsigned n)
{
	free(f->fd);
	free(f->priv);
	f->n_fd = n;
	f->fd = calloc(n, sizeof(*f->fd));
	f->priv = calloc(n, sizeof(*f->priv));
	return f->fd != NULL && f->priv != NULL ? 0 : ERR_NOMEM;
}

int
cff_init(struct cff *f, struct font_notes *notes)
{
	*f = (struct cff){ .notes = notes };
	cff_list_init(&f->chars);
	cff_list_init(&f->strings);
	buf_init(&f->charset, FONT_MAX_BYTES);
	buf_init(&f->fd_of, FONT_MAX_BYTES);
	buf_init(&f->seac, FONT_MAX_BYTES);
	return cff_fds(f, 1);
}

void
cff_done(struct cff *f)
{
	cff_list_done(&f->chars);
	cff_list_done(&f->strings);
	buf_done(&f->charset);
	buf_done(&f->fd_of);
	buf_done(&f->seac);
	free(f->fd);
	free(f->priv);
}

int
cff_add_string(struct cff *f, const void *p, size_t n, uint16_t *sid)
{
	int e;

	for (unsigned i = 0; i < CFF_STRINGS; i++)
		if (strlen(standard[i]) == n &&
		    memcmp(standard[i], p, n) == 0) {
			*sid = (uint16_t)i;
			return 0;
		}
	if (f->strings.n == CFF_STRING_MAX)
		return ERR_LIMIT;
	if ((e = buf_put(&f->strings.data, p, n)) != 0 ||
	    (e = cff_list_end(&f->strings)) != 0)
		return e;
	*sid = (uint16_t)(CFF_STRINGS + f->strings.n - 1);
	return 0;
}

static uint16_t
charset_at(const struct cff *f, unsigned glyph)
{
	struct reader r;
	uint16_t v = 0;

	if (f->charset_id == 0)
		return (uint16_t)glyph;
	buf_reader(&f->charset, &r);
	if (reader_seek(&r, 2 * (size_t)glyph) != 0 ||
	    reader_u16be(&r, &v) != 0)
		return 0;
	return v;
}

/* ---- charset */

static unsigned
run_length(const struct cff *f, unsigned glyph, unsigned max)
{
	unsigned n = 1;

	while (n < max && glyph + n < f->n_glyphs &&
	       charset_at(f, glyph + n) == charset_at(f, glyph) + n)
		n++;
	return n;
}

static size_t
range_count(const struct cff *f, unsigned max)
{
	size_t n = 0;

	for (unsigned g = 1; g < f->n_glyphs; g += run_length(f, g, max))
		n++;
	return n;
}

static int
write_charset(const struct cff *f, struct buf *out)
{
	size_t size[3] = { 2 * (size_t)(f->n_glyphs - 1),
		3 * range_count(f, 256), 4 * range_count(f, 65536) };
	unsigned format = size[1] < size[0] ? 1 : 0, n;
	int e;

	if (size[2] < size[format])
		format = 2;
	e = buf_u8(out, (uint8_t)format);
	for (unsigned g = 1; e == 0 && g < f->n_glyphs; g += n) {
		n = format == 0 ? 1
				: run_length(f, g, format == 1 ? 256 : 65536);
		e = buf_u16be(out, charset_at(f, g));
		if (e == 0 && format == 1)
			e = buf_u8(out, (uint8_t)(n - 1));
		if (e == 0 && format == 2)
			e = buf_u16be(out, (uint16_t)(n - 1));
	}
	return e;
}

/* ---- encoding, FDSelect */

static int
write_encoding(const struct cff *f, struct buf *out)
{
	int e;

	if ((e = buf_u8(out, f->n_more > 0 ? 0x80 : 0)) != 0 ||
	    (e = buf_u8(out, (uint8_t)f->n_codes)) != 0)
		return e;
	if (f->n_codes > 0 && (e = buf_put(out, f->codes, f->n_codes)) != 0)
		return e;
	if (f->n_more == 0)
		return 0;
	e = buf_u8(out, (uint8_t)f->n_more);
	for (unsigned i = 0; e == 0 && i < f->n_more; i++)
		if ((e = buf_u8(out, f->more[i].code)) == 0)
			e = buf_u16be(out, charset_at(f, f->more[i].glyph));
	return e;
}

static int
write_fdselect(const struct cff *f, struct buf *out)
{
	const uint8_t *fd = f->fd_of.data;
	size_t n = 1;
	int e;

	for (unsigned i = 1; i < f->n_glyphs; i++)
		n += fd[i] != fd[i - 1];
	if (5 + 3 * n >= 1 + (size_t)f->n_glyphs) {
		if ((e = buf_u8(out, 0)) != 0)
			return e;
		return buf_put(out, fd, f->n_glyphs);
	}
	if ((e = buf_u8(out, 3)) != 0 || (e = buf_u16be(out, (uint16_t)n)) != 0)
		return e;
	for (unsigned i = 0; e == 0 && i < f->n_glyphs; i++)
		if (i == 0 || fd[i] != fd[i - 1])
			if ((e = buf_u16be(out, (uint16_t)i)) == 0)
				e = buf_u8(out, fd[i]);
	return e != 0 ? e : buf_u16be(out, (uint16_t)f->n_glyphs);
}

/* ---- everything in its place */

struct pieces {
	struct buf head;    /* header, name */
	struct buf middle;  /* strings, no subroutines */
	struct buf coding;  /* encoding, charset, FDSelect, charstrings */
	struct cff_list fd; /* font dictionaries */
	struct buf priv;
	size_t encoding, charset, fdselect, chars; /* in coding */
	size_t priv_at[CFF_FD_MAX + 1];
};

static void
pieces_init(struct pieces *p)
{
	buf_init(&p->head, FONT_MAX_BYTES);
	buf_init(&p->middle, FONT_MAX_BYTES);
	buf_init(&p->coding, FONT_MAX_BYTES);
	buf_init(&p->priv, FONT_MAX_BYTES);
	cff_list_init(&p->fd);
}

static void
pieces_done(struct pieces *p)
{
	buf_done(&p->head);
	buf_done(&p->middle);
	buf_done(&p->coding);
	buf_done(&p->priv);
	cff_list_done(&p->fd);
}

static int
make_pieces(const struct cff *f, struct pieces *p)
{
	struct cff_list name;
	int e;

	cff_list_init(&name);
	e = buf_u32be(&p->head, 0x01000404);
	if (e == 0 &&
	    (e = buf_put(&name.data, f->name.data, f->name.len)) == 0 &&
	    (e = cff_list_end(&name)) == 0)
		e = cff_list_write(&name, &p->head);
	cff_list_done(&name);
	if (e != 0 || (e = cff_list_write(&f->strings, &p->middle)) != 0 ||
	    (e = buf_u16be(&p->middle, 0)) != 0)
		return e;
	if (f->encoding_id == 2 && (e = write_encoding(f, &p->coding)) != 0)
		return e;
	p->charset = p->coding.len;
	if (f->charset_id == 3 && (e = write_charset(f, &p->coding)) != 0)
		return e;
	p->fdselect = p->coding.len;
	if (f->is_cid && (e = write_fdselect(f, &p->coding)) != 0)
		return e;
	p->chars = p->coding.len;
	if ((e = cff_list_write(&f->chars, &p->coding)) != 0)
		return e;
	for (unsigned i = 0; e == 0 && i < f->n_fd; i++) {
		p->priv_at[i] = p->priv.len;
		e = cff_dict_write(&f->priv[i], &p->priv);
	}
	p->priv_at[f->n_fd] = p->priv.len;
	return e;
}

/* Font dictionaries; their size does not depend on where Private lies. */
static int
make_fds(const struct cff *f, struct pieces *p, size_t priv_from)
{
	int e = 0;

	cff_list_done(&p->fd);
	cff_list_init(&p->fd);
	for (unsigned i = 0; e == 0 && f->is_cid && i < f->n_fd; i++) {
		const uint32_t at[] = { (uint32_t)(p->priv_at[i + 1] -
						   p->priv_at[i]),
			(uint32_t)(priv_from + p->priv_at[i]) };

		if ((e = cff_dict_write(&f->fd[i], &p->fd.data)) == 0 &&
		    (e = cff_put_fixed(&p->fd.data, 18, at, 2)) == 0)
			e = cff_list_end(&p->fd);
	}
	return e;
}

/* The top dictionary for a font whose coding begins at from. */
static int
put_top(const struct cff *f, const struct pieces *p, size_t from, size_t fds,
    struct buf *out)
{
	const uint32_t ros[] = { f->registry, f->ordering, f->supplement };
	const uint32_t priv[] = { (uint32_t)p->priv.len,
		(uint32_t)(from + p->coding.len + fds) };
	uint32_t at;
	int e;

	if (f->is_cid && (e = cff_put_fixed(out, 0x0c1e, ros, 3)) != 0)
		return e;
	if ((e = cff_dict_write(&f->top, out)) != 0)
		return e;
	at = (uint32_t)from;
	if (f->encoding_id != 2)
		at = f->encoding_id;
	if (!f->is_cid && (e = cff_put_fixed(out, 16, &at, 1)) != 0)
		return e;
	at = f->charset_id == 3 ? (uint32_t)(from + p->charset) : f->charset_id;
	if ((e = cff_put_fixed(out, 15, &at, 1)) != 0)
		return e;
	at = (uint32_t)(from + p->chars);
	if ((e = cff_put_fixed(out, 17, &at, 1)) != 0)
		return e;
	if (!f->is_cid)
		return cff_put_fixed(out, 18, priv, 2);
	at = (uint32_t)(from + p->fdselect);
	if ((e = cff_put_fixed(out, 0x0c25, &at, 1)) != 0)
		return e;
	at = (uint32_t)(from + p->coding.len);
	return cff_put_fixed(out, 0x0c24, &at, 1);
}

static int
assemble(const struct cff *f, struct pieces *p, struct buf *out)
{
	struct buf top, fds;
	struct cff_list tops;
	size_t from;
	int e;

	buf_init(&top, FONT_MAX_BYTES);
	buf_init(&fds, FONT_MAX_BYTES);
	cff_list_init(&tops);
	/* once for the sizes, once for the places */
	from = 0;
	for (unsigned pass = 0; pass < 2; pass++) {
		size_t begin = from;

		cff_list_done(&tops);
		cff_list_init(&tops);
		buf_clear(&top);
		if ((e = make_fds(f, p, begin + p->coding.len + fds.len)) != 0)
			break;
		buf_clear(&fds);
		if ((f->is_cid && (e = cff_list_write(&p->fd, &fds)) != 0) ||
		    (e = put_top(f, p, begin, fds.len, &tops.data)) != 0 ||
		    (e = cff_list_end(&tops)) != 0 ||
		    (e = cff_list_write(&tops, &top)) != 0)
			break;
		from = p->head.len + top.len + p->middle.len;
	}
	if (e == 0 && (e = buf_put(out, p->head.data, p->head.len)) == 0 &&
	    (e = buf_put(out, top.data, top.len)) == 0 &&
	    (e = buf_put(out, p->middle.data, p->middle.len)) == 0 &&
	    (e = buf_put(out, p->coding.data, p->coding.len)) == 0 &&
	    fds.len > 0)
		e = buf_put(out, fds.data, fds.len);
	if (e == 0 && p->priv.len > 0)
		e = buf_put(out, p->priv.data, p->priv.len);
	cff_list_done(&tops);
	buf_done(&fds);
	buf_done(&top);
	return e;
}

int
cff_write(const struct cff *f, struct buf *out)
{
	struct pieces *p = calloc(1, sizeof(*p));
	int e;

	if (p == NULL)
		return ERR_NOMEM;
	pieces_init(p);
	if ((e = make_pieces(f, p)) == 0)
		e = assemble(f, p, out);
	pieces_done(p);
	free(p);
	return e;
}
