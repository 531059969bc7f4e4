/*
 * Fonts whose program cannot be rebuilt, and whose codes are numbers of glyphs
 * of just this program: no other font could show them. Where the font says
 * which characters they are (ToUnicode), the codes lead to those characters in
 * a Japanese font by name instead, with the widths they had.
 */
#include <string.h>

#include "formats/pdf/walk_font.h"

#define CIDS	  23060 /* of Adobe-Japan1 */
#define ENOUGH	  10	/* of so many characters one may be missing */
#define WIDTH_MAX 32767
#define FONTS_MAX 256		  /* in a document */
#define MAP_MAX	  (4u << 20)	  /* bytes of a map */
#define STEPS_MAX (PDF_CODES * 8) /* codes that are read, some again */

struct fall {
	struct wfont *f;
	const struct pobj *descendant; /* of the source */
	uint16_t *cids;		       /* by code, 0 for none */
	uint32_t known, unknown, steps;
};

/* ---- which characters */

static uint32_t
code_of(const struct pobj *v)
{
	struct reader r = v->u.bytes;
	uint16_t n;

	return r.len == 2 && reader_u16be(&r, &n) == 0 ? n : PDF_CODES;
}

/* The first character of a text in UTF-16; 0: none. */
static uint32_t
first_of(const struct pobj *v)
{
	struct reader r = v->u.bytes;
	uint16_t high, low;

	if (!pobj_is(v, POBJ_STRING) || reader_u16be(&r, &high) != 0)
		return 0;
	if ((high & 0xfc00) != 0xd800 || reader_u16be(&r, &low) != 0)
		return high;
	return 0x10000 + ((uint32_t)(high & 0x3ff) << 10) + (low & 0x3ff);
}

static void
set_code(struct fall *l, uint32_t code, uint32_t cp)
{
	uint16_t cid = pdf_japan1_cid(cp);

	if (code >= PDF_CODES || l->cids[code] != 0)
		return;
	l->cids[code] = cid;
	if (cid != 0)
		l->known++;
	else if (cp > 0x20)
		l->unknown++;
}

static void
set_range(struct fall *l, const struct pobj *from, const struct pobj *to,
    const struct pobj *v)
{
	uint32_t low = code_of(from), high = code_of(to), cp;

	for (uint32_t i = 0;
	     low + i <= high && low + i < PDF_CODES && l->steps++ < STEPS_MAX;
	     i++) {
		cp = pobj_is(v, POBJ_ARRAY) ? 0 : first_of(v) + i;
		if (pobj_is(v, POBJ_ARRAY)) {
			if (i >= pobj_count(v))
				return;
			cp = first_of(pobj_item(v, i));
		}
		set_code(l, low + i, cp);
	}
}

/* The map in its canonical form. */
static void
read_map(struct fall *l, const struct buf *text)
{
	const struct pobj *part[3], *v;
	struct doc *d = l->f->w->d;
	struct reader r;
	size_t n = 0, each = 0;

	buf_reader(text, &r);
	while (pobj_parse(d, &r, true, &v) == 0) {
		if (pobj_is(v, POBJ_OP)) {
			each = reader_has(&v->u.bytes, 0, "beginbfchar", 11) ? 2
			       : reader_has(&v->u.bytes, 0, "beginbfrange", 12)
				   ? 3
				   : 0;
			n = 0;
		} else if (each != 0 && (pobj_is(v, POBJ_STRING) || n == 2)) {
			part[n++] = v;
			if (n < each)
				continue;
			if (each == 2)
				set_code(l, code_of(part[0]),
				    first_of(part[1]));
			else
				set_range(l, part[0], part[1], part[2]);
			n = 0;
		}
	}
	doc_forgive(d);
}

static int
read_characters(struct fall *l)
{
	struct wfont *f = l->f;
	const struct pobj *v, *dict;
	struct buf text;
	int e;

	if ((e = pwalk_get(f->w, f->src, "ToUnicode", &v)) != 0 ||
	    !pobj_is(v, POBJ_STREAM))
		return e;
	buf_init(&text, FONT_MAX);
	e = pdf_cmap(f->w->p, v, true, f->where, &text, &dict);
	if (e == 0 && text.len <= MAP_MAX)
		read_map(l, &text);
	if (e != 0 && e != ERR_NOMEM && e != ERR_LIMIT) {
		doc_forgive(f->w->d);
		e = 0;
	}
	buf_done(&text);
	return e;
}

/* ---- how wide */

static uint16_t
width_of(const struct pobj *v)
{
	double n;

	return pobj_number(v, &n) && n >= 0 && n <= WIDTH_MAX
		   ? (uint16_t)(n + 0.5)
		   : 1000;
}

static void
set_width(const struct fall *l, uint16_t *widths, uint32_t code, uint16_t width)
{
	if (code < PDF_CODES && l->cids[code] != 0 && l->cids[code] < CIDS)
		widths[l->cids[code]] = width;
}

/* W: c [w ...] or c1 c2 w. */
static int
read_widths(struct fall *l, uint16_t *widths)
{
	struct walk *w = l->f->w;
	const struct pobj *a, *first, *v, *x;
	int64_t low, high;
	uint16_t all;
	int e;

	if ((e = pwalk_get(w, l->descendant, "DW", &v)) != 0)
		return e;
	all = width_of(v);
	for (uint32_t i = 0; i < PDF_CODES; i++)
		set_width(l, widths, i, all);
	if ((e = pwalk_get(w, l->descendant, "W", &a)) != 0)
		return e;
	for (size_t i = 0; pobj_is(a, POBJ_ARRAY) && i + 1 < pobj_count(a);) {
		if ((e = pwalk_item(w, a, i++, &first)) != 0 ||
		    (e = pwalk_item(w, a, i++, &v)) != 0)
			return e;
		if (!pobj_int(first, 0, PDF_CODES - 1, &low))
			break;
		for (size_t k = 0; pobj_is(v, POBJ_ARRAY) && k < pobj_count(v);
		     k++) {
			if ((e = pwalk_item(w, v, k, &x)) != 0)
				return e;
			set_width(l, widths, (uint32_t)low + (uint32_t)k,
			    width_of(x));
		}
		if (pobj_is(v, POBJ_ARRAY))
			continue;
		if (!pobj_int(v, 0, PDF_CODES - 1, &high))
			break;
		if ((e = pwalk_item(w, a, i++, &x)) != 0)
			return e;
		for (; low <= high && l->steps++ < STEPS_MAX; low++)
			set_width(l, widths, (uint32_t)low, width_of(x));
	}
	return 0;
}

/* ---- the font */

static int
put_widths(const uint16_t *widths, struct buf *b)
{
	uint32_t n;
	int e = 0;

	for (uint32_t i = 0; e == 0 && i < CIDS; i += n) {
		for (n = 1; i + n < CIDS && widths[i + n] == widths[i]; n++)
			;
		if (widths[i] != 1000)
			e = buf_fmt(b, "%u %u %u ", i, i + n - 1, widths[i]);
	}
	return e;
}

static int
descendant(struct fall *l, const struct pobj **dst)
{
	struct walk *w = l->f->w;
	uint16_t *widths = doc_alloc(w->d, CIDS * sizeof(*widths));
	struct buf b;
	int e;

	if (widths == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < CIDS; i++)
		widths[i] = 1000;
	if ((e = read_widths(l, widths)) != 0)
		return e;
	buf_init(&b, 1 << 20);
	if ((e = buf_puts(&b, PDF_JAPAN1_FONT "/W[")) == 0 &&
	    (e = put_widths(widths, &b)) == 0 && (e = buf_puts(&b, "]>>")) == 0)
		e = pwalk_parse(w, &b, dst);
	buf_done(&b);
	return e;
}

static int
encoding(const struct fall *l, bool vertical, const struct pobj **dst)
{
	struct walk *w = l->f->w;
	const struct pobj *dict;
	struct reader r;
	struct buf out;
	uint32_t num;
	int e;

	buf_init(&out, FONT_MAX);
	e = pdf_japan1_cmap(w->p, l->cids, vertical, &out, &dict);
	buf_reader(&out, &r);
	if (e == 0 && (e = pout_reserve(w->p->out, &num)) == 0 &&
	    (e = pout_stream(w->p->out, num, dict, &r, PFILTER_NONE, NULL)) ==
		0)
		e = pwalk_ref(w, num, dst);
	buf_done(&out);
	return e;
}

static bool
is_identity(const struct pobj *encoding)
{
	return pobj_is_name(encoding, "Identity-H") ||
	       pobj_is_name(encoding, "Identity-V");
}

/* A collection that viewers know says by itself what the numbers are. */
static int
is_known(struct walk *w, const struct pobj *dict, bool *known)
{
	static const char *const names[] = { "Japan1", "GB1", "CNS1", "Korea1",
		"KR" };
	const struct pobj *v;
	int e;

	*known = false;
	if ((e = pwalk_get(w, dict, "CIDSystemInfo", &v)) != 0 ||
	    (e = pwalk_get(w, v, "Ordering", &v)) != 0 ||
	    !pobj_is(v, POBJ_STRING))
		return e;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		*known = *known || (v->u.bytes.len == strlen(names[i]) &&
				       reader_has(&v->u.bytes, 0, names[i],
					   strlen(names[i])));
	return 0;
}

static int
replace(struct fall *l, const struct pobj *was)
{
	struct wfont *f = l->f;
	const struct pobj *v, *name = pobj_new_name(f->w->d, "HeiseiKakuGo-W5");
	bool ok;
	int e;

	if (name == NULL)
		return ERR_NOMEM;
	if ((e = descendant(l, &v)) != 0)
		return e;
	if ((e = pwalk_font_descendant(f, 0, v, &ok)) != 0)
		return e;
	if (!ok)
		return ERR_INTERNAL;
	pwalk_replace(f->dst, "BaseFont", name);
	if ((e = encoding(l, pobj_is_name(was, "Identity-V"), &v)) != 0)
		return e;
	pwalk_replace(f->dst, "Encoding", v);
	return doc_found(f->w->d, FIND_PDF_FONT_FALLBACK, ACT_REPLACED,
	    f->where, NULL);
}

int
pwalk_font_fall(struct wfont *f, const struct pobj *src)
{
	struct fall l = { .f = f, .descendant = src };
	const struct pobj *was;
	bool lost, known;
	int e;

	if ((e = pwalk_program_lost(f->w, src, &lost)) != 0 || !lost ||
	    (e = pwalk_get(f->w, f->src, "Encoding", &was)) != 0 ||
	    !is_identity(was) || (e = is_known(f->w, src, &known)) != 0 ||
	    known || f->w->n_fallen++ >= FONTS_MAX)
		return e;
	if ((l.cids = doc_alloc(f->w->d, PDF_CODES * sizeof(*l.cids))) == NULL)
		return ERR_NOMEM;
	if ((e = read_characters(&l)) != 0 || l.known == 0 ||
	    l.unknown > l.known / ENOUGH)
		return e;
	return replace(&l, was);
}
