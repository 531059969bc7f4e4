/*
 * Font dictionaries (ISO 32000-1, 9.5 to 9.10): the numbers and names around a
 * font program. The program itself, and tables of character codes, are
 * rewritten by the font and CMap code; a program that cannot be is left out,
 * and a reader takes another font in its place.
 */
#include <string.h>

#include "formats/pdf/walk_font.h"

#define WIDTHS_MAX    65536 /* entries of W and W2 */
#define GID_MAP_BYTES 131072

/* ---- tables of codes */

static int
make_cmap(struct wfont *f, const struct pobj *stream, bool to_unicode,
    uint32_t *num)
{
	const struct pobj *dict = NULL;
	struct reader r;
	struct buf out;
	int e;

	buf_init(&out, FONT_MAX);
	e = pdf_cmap(f->w->p, stream, to_unicode, f->where, &out, &dict);
	if (e == ERR_MALFORMED || e == ERR_UNSUPPORTED || e == ERR_TRUNCATED ||
	    e == ERR_DENIED) {
		doc_forgive(f->w->d);
		e = doc_found(f->w->d, FIND_PDF_CMAP, ACT_REMOVED, f->where,
		    "%s", err_name(e));
		goto out;
	}
	if (e != 0 || dict == NULL || out.len == 0)
		goto out;
	buf_reader(&out, &r);
	if ((e = pout_reserve(f->w->p->out, num)) != 0)
		goto out;
	e = pout_stream(f->w->p->out, *num, dict, &r, PFILTER_NONE, NULL);
out:
	buf_done(&out);
	return e;
}

static int
cmap_stream(struct wfont *f, const struct pobj *stream, bool to_unicode,
    const char *key)
{
	unsigned kind = to_unicode ? PX_TO_UNICODE : PX_CMAP;
	const struct pobj *ref;
	struct memo m;
	int e;

	if ((e = pwalk_seen(f->w, stream->number, kind, &m)) != 0)
		return e;
	if (m.state == MEMO_FRESH) {
		if ((e = make_cmap(f, stream, to_unicode, &m.num)) != 0)
			return e;
		pwalk_settle(f->w, stream->number, kind, m.num, 0);
	}
	if (m.num == 0)
		return 0;
	if ((e = pwalk_ref(f->w, m.num, &ref)) != 0)
		return e;
	pobj_set(f->dst, key, ref);
	return 0;
}

/* Identity-H as ToUnicode is no stream, but says what a reader shall do. */
static int
put_to_unicode(struct wfont *f)
{
	const struct pobj *v;
	int e;

	if ((e = pwalk_get(f->w, f->src, "ToUnicode", &v)) != 0 || v == NULL)
		return e;
	if (pobj_is(v, POBJ_STREAM))
		return cmap_stream(f, v, true, "ToUnicode");
	if (pobj_is_name(v, "Identity-H") || pobj_is_name(v, "Identity-V"))
		pobj_set(f->dst, "ToUnicode", v);
	return 0;
}

/* ---- simple fonts */

static int
put_widths(struct wfont *f)
{
	const struct pobj *v, *x;
	int e;

	if ((e = pwalk_get(f->w, f->src, "Widths", &v)) != 0 || v == NULL ||
	    (e = pwalk_numbers(f->w, v, 0, 256, &x)) != 0)
		return e;
	if (x != NULL)
		pobj_set(f->dst, "Widths", x);
	else
		pwalk_tally(&f->w->wrong, "Font/Widths", NULL);
	return 0;
}

static int
put_differences(struct wfont *f, const struct pobj *v, struct pobj *dict)
{
	const struct pobj *a, *x;
	struct pobj *out;
	size_t bad = 0;
	int64_t n;
	int e;

	if ((e = pwalk_get(f->w, v, "Differences", &a)) != 0 ||
	    !pobj_is(a, POBJ_ARRAY))
		return e;
	if ((out = pobj_new_array(f->w->d, pobj_count(a))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < pobj_count(a); i++) {
		if ((e = pwalk_item(f->w, a, i, &x)) != 0)
			return e;
		if (pobj_is(x, POBJ_NAME) ||
		    (pobj_is(x, POBJ_INT) && pobj_int(x, 0, 255, &n)))
			pobj_push(out, x);
		else
			bad++;
	}
	if (bad > 0)
		pwalk_tally(&f->w->wrong, "Encoding/Differences", NULL);
	pobj_set(dict, "Differences", out);
	return 0;
}

static int
put_encoding(struct wfont *f)
{
	static const struct pmodel_alt any = { .kind = PK_NAME,
		.values = " MacRomanEncoding MacExpertEncoding "
			  "WinAnsiEncoding StandardEncoding " };
	const struct pobj *v;
	struct pobj *dict;
	int e;

	if ((e = pwalk_get(f->w, f->src, "Encoding", &v)) != 0 || v == NULL)
		return e;
	if (pobj_is(v, POBJ_NAME) && pmodel_allows(&any, v)) {
		pobj_set(f->dst, "Encoding", v);
	} else if (pobj_is(v, POBJ_DICT)) {
		if ((e = pwalk_dict(f->w, PT_Encoding, v, f->where, &dict)) !=
			0 ||
		    (e = put_differences(f, v, dict)) != 0)
			return e;
		pobj_set(f->dst, "Encoding", dict);
	} else {
		pwalk_tally(&f->w->wrong, "Font/Encoding", NULL);
	}
	return 0;
}

static int
simple(struct wfont *f, pdf_type t, pdf_type descriptor, const char *subtype)
{
	const struct pobj *name;
	bool ok;
	int e;

	if ((f->dst = pobj_new_dict(f->w->d, 20)) == NULL ||
	    (name = pobj_new_name(f->w->d, subtype)) == NULL)
		return ERR_NOMEM;
	pobj_set(f->dst, "Subtype", name);
	if ((e = pwalk_fill(f->w, t, f->src, f->where, f->dst, &ok)) != 0 ||
	    (e = pwalk_unknown(f->w, &t, 1, f->src, f->where)) != 0 ||
	    (e = put_widths(f)) != 0 || (e = put_encoding(f)) != 0 ||
	    (e = put_to_unicode(f)) != 0)
		return e;
	return pwalk_descriptor(f, descriptor);
}

/* ---- Type 3: glyphs are content */

static int
put_glyph(struct wfont *f, struct wres *res, const struct pentry *glyph,
    struct pobj *procs)
{
	const struct pobj *v;
	struct pobj *dict;
	struct pdata data;
	struct reader r;
	struct buf out;
	uint32_t num;
	bool ok;
	int e;

	if ((e = pwalk_resolve(f->w, glyph->value, &v)) != 0)
		return e;
	if (!pobj_is(v, POBJ_STREAM)) {
		pwalk_tally(&f->w->broken, "CharProcs", NULL);
		return 0;
	}
	if ((e = pwalk_stream(f->w, v, f->where, &data, &ok)) != 0 || !ok)
		return e;
	buf_init(&out, 1u << 30);
	if ((e = pwalk_content(res, &data.bytes, PCONTENT_TYPE3, &out)) != 0)
		goto out;
	buf_reader(&out, &r);
	if ((dict = pobj_new_dict(f->w->d, 1)) == NULL)
		e = ERR_NOMEM;
	if (e != 0 || (e = pout_reserve(f->w->p->out, &num)) != 0 ||
	    (e = pout_stream(f->w->p->out, num, dict, &r, PFILTER_NONE,
		 NULL)) != 0 ||
	    (e = pwalk_ref(f->w, num, &v)) != 0)
		goto out;
	pobj_set_bytes(procs, &glyph->key, v);
out:
	pdf_data_free(f->w->p, &data);
	buf_done(&out);
	return e;
}

static int
put_glyphs(struct wfont *f)
{
	struct wres res = { .w = f->w, .where = f->where };
	const struct pobj *v, *x;
	struct pobj *procs;
	int e;

	if ((e = pwalk_get(f->w, f->src, "CharProcs", &v)) != 0 ||
	    (e = pwalk_get(f->w, f->src, "Resources", &res.source)) != 0)
		return e;
	if (!pobj_is(res.source, POBJ_DICT))
		res.source = f->resources;
	if ((procs = pobj_new_dict(f->w->d,
		 pobj_is(v, POBJ_DICT) ? pobj_count(v) : 0)) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; pobj_is(v, POBJ_DICT) && i < pobj_count(v); i++)
		if ((e = put_glyph(f, &res, &v->u.dict.entry[i], procs)) != 0)
			return e;
	pobj_set(f->dst, "CharProcs", procs);
	if ((e = pwalk_resources(&res, &x)) != 0)
		return e;
	/* Without any it would take those of the page when it is read again. */
	if (x == NULL && (x = pobj_new_dict(f->w->d, 1)) == NULL)
		return ERR_NOMEM;
	pobj_set(f->dst, "Resources", x);
	return 0;
}

static int
type3(struct wfont *f)
{
	struct pobj *dict;
	int e;

	if (f->w->p->depth >= WALK_FORM_DEPTH)
		return 0;
	if ((e = pwalk_dict(f->w, PT_FontType3, f->src, f->where, &dict)) !=
		0 ||
	    dict == NULL)
		return e;
	f->dst = dict;
	f->w->p->depth++;
	e = put_glyphs(f);
	f->w->p->depth--;
	if (e != 0 || (e = put_widths(f)) != 0 || (e = put_encoding(f)) != 0 ||
	    (e = put_to_unicode(f)) != 0)
		return e;
	return pwalk_descriptor(f, PT_FontDescriptorType3);
}

/* ---- composite fonts */

/* W: c [w ...] or c1 c2 w; W2 has three numbers where W has one. */
static int
put_metrics(struct wfont *f, const char *key, size_t each)
{
	const struct pobj *a, *x, *list;
	struct pobj *out;
	size_t i = 0, n;
	double num;
	int e;

	if ((e = pwalk_get(f->w, f->src, key, &a)) != 0 ||
	    !pobj_is(a, POBJ_ARRAY))
		return e;
	n = pobj_count(a);
	if ((out = pobj_new_array(f->w->d, n)) == NULL)
		return ERR_NOMEM;
	for (; i < n && i < 4 * WIDTHS_MAX; i++) {
		if ((e = pwalk_item(f->w, a, i, &x)) != 0)
			return e;
		list = x;
		if (pobj_is(x, POBJ_ARRAY) &&
		    (e = pwalk_numbers(f->w, x, 0, each * WIDTHS_MAX, &list)) !=
			0)
			return e;
		if (list == NULL || (list == x && !pobj_number(x, &num)))
			break;
		pobj_push(out, list);
	}
	if (i < n)
		pwalk_tally(&f->w->wrong, "CIDFont/W", NULL);
	if (i > 0)
		pobj_set(f->dst, key, out);
	return 0;
}

static int
put_gid_map(struct wfont *f)
{
	const struct pobj *v, *ref;
	struct pobj *dict;
	struct pdata data;
	struct memo m;
	bool ok;
	int e;

	if ((e = pwalk_get(f->w, f->src, "CIDToGIDMap", &v)) != 0)
		return e;
	if (pobj_is_name(v, "Identity"))
		pobj_set(f->dst, "CIDToGIDMap", v);
	if (!pobj_is(v, POBJ_STREAM))
		return 0;
	if ((e = pwalk_seen(f->w, v->number, PX_GID_MAP, &m)) != 0)
		return e;
	if (m.state == MEMO_FRESH) {
		if ((e = pwalk_stream(f->w, v, f->where, &data, &ok)) != 0)
			return e;
		if (ok && data.bytes.len <= GID_MAP_BYTES) {
			data.bytes.len -= data.bytes.len % 2;
			if ((dict = pobj_new_dict(f->w->d, 1)) == NULL)
				return ERR_NOMEM;
			if ((e = pout_reserve(f->w->p->out, &m.num)) != 0 ||
			    (e = pout_stream(f->w->p->out, m.num, dict,
				 &data.bytes, PFILTER_NONE, NULL)) != 0)
				return e;
		}
		pdf_data_free(f->w->p, &data);
		pwalk_settle(f->w, v->number, PX_GID_MAP, m.num, 0);
	}
	if (m.num == 0)
		return 0;
	if ((e = pwalk_ref(f->w, m.num, &ref)) != 0)
		return e;
	pobj_set(f->dst, "CIDToGIDMap", ref);
	return 0;
}

static int
make_descendant(struct wfont *f)
{
	const struct pobj *kind;
	pdf_type t, d;
	int e;

	if ((e = pwalk_get(f->w, f->src, "Subtype", &kind)) != 0)
		return e;
	t = pobj_is_name(kind, "CIDFontType0") ? PT_FontCIDType0
					       : PT_FontCIDType2;
	d = t == PT_FontCIDType0 ? PT_FontDescriptorCIDType0
				 : PT_FontDescriptorCIDType2;
	if ((e = pwalk_dict(f->w, t, f->src, f->where, &f->dst)) != 0 ||
	    f->dst == NULL || (e = put_metrics(f, "W", 1)) != 0 ||
	    (e = put_metrics(f, "W2", 3)) != 0 || (e = put_gid_map(f)) != 0)
		return e;
	return pwalk_descriptor(f, d);
}

int
pwalk_font_descendant(struct wfont *parent, uint64_t number,
    const struct pobj *src, bool *ok)
{
	struct wfont f = { .w = parent->w, .src = src, .where = parent->where };
	const struct pobj *v;
	struct pobj *list;
	struct memo m;
	int e;

	*ok = false;
	if ((e = pwalk_seen(f.w, number, PT_FontCIDType2, &m)) != 0)
		return e;
	if (m.state == MEMO_FRESH) {
		if ((e = make_descendant(&f)) != 0)
			return e;
		if (f.dst != NULL) {
			if ((e = pout_reserve(f.w->p->out, &m.num)) != 0)
				return e;
			pout_set(f.w->p->out, m.num, f.dst);
		}
		pwalk_settle(f.w, number, PT_FontCIDType2, m.num, 0);
	}
	if (m.num == 0)
		return 0;
	if ((list = pobj_new_array(f.w->d, 1)) == NULL)
		return ERR_NOMEM;
	if ((e = pwalk_ref(f.w, m.num, &v)) != 0)
		return e;
	pobj_push(list, v);
	pwalk_replace(parent->dst, "DescendantFonts", list);
	*ok = true;
	return 0;
}

static int
put_descendant(struct wfont *f, const struct pobj **src, bool *ok)
{
	const struct pobj *a, *v;
	int e;

	*ok = false;
	if ((e = pwalk_get(f->w, f->src, "DescendantFonts", &a)) != 0)
		return e;
	v = pobj_is(a, POBJ_ARRAY) ? pobj_item(a, 0)
				   : pobj_get(f->src, "DescendantFonts");
	if ((e = pwalk_resolve(f->w, v, src)) != 0 || !pobj_is(*src, POBJ_DICT))
		return e;
	return pwalk_font_descendant(f, pwalk_number(v, *src), *src, ok);
}

static int
type0(struct wfont *f)
{
	struct reader key;
	const struct pmodel_key *row;
	const struct pobj *v, *src = NULL;
	bool ok;
	int e;

	if ((e = pwalk_dict(f->w, PT_FontType0, f->src, f->where, &f->dst)) !=
		0 ||
	    f->dst == NULL || (e = put_descendant(f, &src, &ok)) != 0 ||
	    (e = pwalk_get(f->w, f->src, "Encoding", &v)) != 0)
		return e;
	reader_init(&key, "Encoding", 8);
	row = pmodel_find(PT_FontType0, &key);
	if (pobj_is(v, POBJ_STREAM)) {
		if ((e = cmap_stream(f, v, false, "Encoding")) != 0)
			return e;
	} else if (row != NULL && pmodel_allows(&pmodel_alts[row->alts], v)) {
		pobj_set(f->dst, "Encoding", v);
	}
	if (!ok || pobj_get(f->dst, "Encoding") == NULL) {
		f->dst = NULL;
		return 0;
	}
	if ((e = put_to_unicode(f)) != 0)
		return e;
	return pwalk_font_fall(f, src);
}

/* ---- all */

int
pwalk_font_kind(struct walk *w, const struct pobj *v, pdf_type *kind)
{
	const struct pobj *name;
	int e;

	*kind = PT_FontType1;
	if ((e = pwalk_get(w, v, "Subtype", &name)) != 0)
		return e;
	if (pobj_is_name(name, "Type0"))
		*kind = PT_FontType0;
	else if (pobj_is_name(name, "Type3"))
		*kind = PT_FontType3;
	else if (pobj_is_name(name, "TrueType"))
		*kind = PT_FontTrueType;
	return 0;
}

static int
make(struct wfont *f)
{
	pdf_type kind;
	int e;

	if (!pobj_is(f->src, POBJ_DICT))
		return 0;
	if ((e = pwalk_font_kind(f->w, f->src, &kind)) != 0)
		return e;
	switch (kind) {
	case PT_FontType0:
		return type0(f);
	case PT_FontType3:
		return type3(f);
	case PT_FontTrueType:
		return simple(f, kind, PT_FontDescriptorTrueType, "TrueType");
	default:
		return simple(f, PT_FontType1, PT_FontDescriptorType1, "Type1");
	}
}

int
pwalk_font(struct walk *w, const struct pobj *src, const struct pobj *resources,
    const char *where, const struct pobj **dst)
{
	struct wfont f = { .w = w, .resources = resources, .where = where };
	struct memo m;
	uint64_t number;
	int e;

	*dst = NULL;
	if ((e = pwalk_resolve(w, src, &f.src)) != 0)
		return e;
	number = pwalk_identity(src, f.src);
	if ((e = pwalk_seen(w, number, PT_FontType1, &m)) != 0)
		return e;
	if (m.state == MEMO_FRESH) {
		if ((e = make(&f)) != 0)
			return e;
		if (f.dst == NULL) {
			pwalk_settle(w, number, PT_FontType1, 0, 0);
			return doc_found(w->d, FIND_PDF_FONT, ACT_REMOVED,
			    where, NULL);
		}
		if ((e = pout_reserve(w->p->out, &m.num)) != 0)
			return e;
		pout_set(w->p->out, m.num, f.dst);
		pwalk_settle(w, number, PT_FontType1, m.num, 0);
	}
	return m.num == 0 ? 0 : pwalk_ref(w, m.num, dst);
}
