/*
 * Font descriptors (ISO 32000-1, 9.8) and the programs that they hold: each is
 * rebuilt once. A program under the key of another type of font is common; it
 * is written under the key that fits it.
 */
#include <string.h>

#include "formats/pdf/walk_font.h"

/* ---- programs */

static const char *const file_keys[] = { "FontFile", "FontFile2", "FontFile3" };

static enum pfont_file
claimed(size_t key, const struct pobj *subtype)
{
	if (key == 0)
		return PFONT_TYPE1;
	if (key == 1)
		return PFONT_TRUETYPE;
	if (pobj_is_name(subtype, "CIDFontType0C"))
		return PFONT_CID0C;
	return pobj_is_name(subtype, "OpenType") ? PFONT_OPENTYPE
						 : PFONT_TYPE1C;
}

static int
program_dict(struct walk *w, enum pfont_file kind, size_t n,
    const uint32_t lengths[3], struct pobj **dst)
{
	static const char *const names[] = { "Length1", "Length2", "Length3" };
	const char *subtype = kind == PFONT_TYPE1C     ? "Type1C"
			      : kind == PFONT_CID0C    ? "CIDFontType0C"
			      : kind == PFONT_OPENTYPE ? "OpenType"
						       : NULL;
	const struct pobj *v;
	unsigned count = kind == PFONT_TYPE1 ? 3 : kind == PFONT_TRUETYPE;

	if ((*dst = pobj_new_dict(w->d, 4)) == NULL)
		return ERR_NOMEM;
	if (subtype != NULL) {
		if ((v = pobj_new_name(w->d, subtype)) == NULL)
			return ERR_NOMEM;
		pobj_set(*dst, "Subtype", v);
	}
	for (unsigned i = 0; i < count; i++) {
		v = pobj_new_int(w->d,
		    count == 1 ? (int64_t)n : (int64_t)lengths[i]);
		if (v == NULL)
			return ERR_NOMEM;
		pobj_set(*dst, names[i], v);
	}
	return 0;
}

static int
make_program(struct wfont *f, const struct pobj *stream, enum pfont_file *kind,
    uint32_t *num)
{
	struct pfont font = { .kind = *kind, .where = f->where };
	uint32_t lengths[3] = { 0 };
	struct pobj *dict;
	struct pdata data;
	struct reader r;
	struct buf out;
	bool ok;
	int e;

	if ((e = pwalk_stream(f->w, stream, f->where, &data, &ok)) != 0 || !ok)
		return e;
	font.bytes = data.bytes;
	buf_init(&out, FONT_MAX);
	if ((e = pdf_font_file(f->w->p, &font, &out, lengths)) != 0) {
		if (e == ERR_MALFORMED || e == ERR_UNSUPPORTED ||
		    e == ERR_TRUNCATED) {
			doc_forgive(f->w->d);
			e = doc_found(f->w->d, FIND_PDF_FONT, ACT_REMOVED,
			    f->where, "%s", err_name(e));
		}
		goto out;
	}
	*kind = font.kind;
	buf_reader(&out, &r);
	if ((e = program_dict(f->w, font.kind, out.len, lengths, &dict)) != 0 ||
	    (e = pout_reserve(f->w->p->out, num)) != 0)
		goto out;
	e = pout_stream(f->w->p->out, *num, dict, &r, PFILTER_NONE, NULL);
out:
	pdf_data_free(f->w->p, &data);
	buf_done(&out);
	return e;
}

static int
put_program(struct wfont *f, const struct pobj *descriptor, struct pobj *dst)
{
	const struct pobj *stream = NULL, *subtype;
	enum pfont_file kind;
	uint32_t num = 0;
	struct memo m;
	size_t i;
	int e;

	for (i = 0; i < 3; i++) {
		if ((e = pwalk_get(f->w, descriptor, file_keys[i], &stream)) !=
		    0)
			return e;
		if (pobj_is(stream, POBJ_STREAM))
			break;
	}
	if (i == 3)
		return 0;
	if ((e = pwalk_get(f->w, stream, "Subtype", &subtype)) != 0 ||
	    (e = pwalk_seen(f->w, stream->number, PX_FONT_FILE, &m)) != 0)
		return e;
	kind = claimed(i, subtype);
	if (m.state == MEMO_FRESH) {
		if ((e = make_program(f, stream, &kind, &num)) != 0)
			return e;
		pwalk_settle(f->w, stream->number, PX_FONT_FILE, num,
		    (uint16_t)kind);
	} else {
		num = m.num;
		kind = (enum pfont_file)m.extra;
	}
	if (num == 0)
		return 0;
	if ((e = pwalk_ref(f->w, num, &stream)) != 0)
		return e;
	pobj_set(dst,
	    file_keys[kind == PFONT_TYPE1      ? 0
		      : kind == PFONT_TRUETYPE ? 1
					       : 2],
	    stream);
	return 0;
}

int
pwalk_program_lost(struct walk *w, const struct pobj *font, bool *lost)
{
	const struct pobj *descriptor, *stream = NULL;
	struct memo m;
	int e;

	*lost = false;
	if ((e = pwalk_get(w, font, "FontDescriptor", &descriptor)) != 0)
		return e;
	for (size_t i = 0; i < 3 && !pobj_is(stream, POBJ_STREAM); i++)
		if ((e = pwalk_get(w, descriptor, file_keys[i], &stream)) != 0)
			return e;
	if (!pobj_is(stream, POBJ_STREAM))
		return 0;
	e = pwalk_seen(w, stream->number, PX_FONT_FILE, &m);
	*lost = e == 0 && m.state != MEMO_FRESH && m.num == 0;
	return e;
}

int
pwalk_descriptor(struct wfont *f, pdf_type t)
{
	static const pdf_type files[] = { PT_FontDescriptorTrueType,
		PT_FontDescriptorType1, PT_FontDescriptorCIDType2 };
	const struct pobj *v, *ref;
	struct pobj *dict;
	pdf_type types[4] = { t };
	struct memo m;
	uint32_t number, num = 0;
	bool ok;
	int e;

	if ((e = pwalk_get(f->w, f->src, "FontDescriptor", &v)) != 0 ||
	    !pobj_is(v, POBJ_DICT))
		return e;
	number = pwalk_number(pobj_get(f->src, "FontDescriptor"), v);
	if ((e = pwalk_seen(f->w, number, t, &m)) != 0)
		return e;
	if (m.state == MEMO_FRESH) {
		/* A file under a key of another type of font is common. */
		memcpy(types + 1, files, sizeof(files));
		if ((dict = pobj_new_dict(f->w->d, 40)) == NULL)
			return ERR_NOMEM;
		if ((e = pwalk_fill(f->w, t, v, f->where, dict, &ok)) != 0 ||
		    (e = pwalk_unknown(f->w, types, 4, v, f->where)) != 0 ||
		    (e = put_program(f, v, dict)) != 0 ||
		    (e = pout_reserve(f->w->p->out, &num)) != 0)
			return e;
		pout_set(f->w->p->out, num, dict);
		pwalk_settle(f->w, number, t, num, 0);
		m.num = num;
	}
	if (m.num == 0)
		return 0;
	if ((e = pwalk_ref(f->w, m.num, &ref)) != 0)
		return e;
	pobj_set(f->dst, "FontDescriptor", ref);
	return 0;
}
