/*
 * Annotations (ISO 32000-1, 12.5). All of them are listed before any is
 * copied, because they name each other. A kind that may not stay loses what it
 * does; its look is drawn into the page where it had one.
 */
#include <stdio.h>
#include <string.h>

#include "formats/pdf/walk_form.h"

#define ANNOTS_MAX   500000
#define FLAG_HIDDEN  2
#define FLAG_NO_VIEW 32

static const struct kind {
	const char *name;
	pdf_type type;
	bool comment; /* says something about the page, is no part of it */
} kinds[] = {
	{ "Caret", PT_AnnotCaret, true },
	{ "Circle", PT_AnnotCircle, false },
	{ "FreeText", PT_AnnotFreeText, false },
	{ "Highlight", PT_AnnotHighlight, false },
	{ "Ink", PT_AnnotInk, false },
	{ "Line", PT_AnnotLine, false },
	{ "Link", PT_AnnotLink, false },
	{ "PolyLine", PT_AnnotPolyLine, false },
	{ "Polygon", PT_AnnotPolygon, false },
	{ "Popup", PT_AnnotPopup, true },
	{ "Square", PT_AnnotSquare, false },
	{ "Squiggly", PT_AnnotSquiggly, false },
	{ "Stamp", PT_AnnotStamp, false },
	{ "StrikeOut", PT_AnnotStrikeOut, false },
	{ "Text", PT_AnnotText, true },
	{ "Underline", PT_AnnotUnderline, false },
	{ "Watermark", PT_AnnotWatermark, false },
	{ "Widget", PT_AnnotWidget, false },
};

static const struct kind *
kind_of(const struct pobj *subtype)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (pobj_is_name(subtype, kinds[i].name))
			return &kinds[i];
	return NULL;
}

/* ---- listing */

static enum finding_id
finding_of(const struct pobj *subtype)
{
	static const char *const media[] = { "3D", "Movie", "RichMedia",
		"Screen", "Sound" };

	for (size_t i = 0; i < sizeof(media) / sizeof(*media); i++)
		if (pobj_is_name(subtype, media[i]))
			return FIND_PDF_MEDIA;
	if (pobj_is_name(subtype, "PrinterMark") ||
	    pobj_is_name(subtype, "TrapNet"))
		return FIND_PDF_PRINT;
	return pobj_is_name(subtype, "Redact") ? FIND_PDF_REDACTION
					       : FIND_PDF_ANNOTATION;
}

/* One that may not stay: said, its files taken out, its actions named. */
static int
leave(struct walk *w, const struct pobj *v, const struct pobj *subtype,
    const char *where)
{
	char name[40] = "?";
	int e;

	if (pobj_is(subtype, POBJ_NAME))
		utf8_printable(subtype->u.bytes.data, subtype->u.bytes.len,
		    name, sizeof(name));
	if ((e = pwalk_left_action(w, pobj_get(v, "A"), where, "A")) != 0 ||
	    (e = pwalk_left_triggers(w, pobj_get(v, "AA"), where)) != 0)
		return e;
	if (pobj_is_name(subtype, "FileAttachment"))
		return pwalk_file(w, pobj_get(v, "FS"), where);
	return doc_found(w->d, finding_of(subtype), ACT_REMOVED, where,
	    "Annot/%s", name);
}

static int
is_seen(struct walk *w, const struct pobj *v, bool *yes)
{
	const struct pobj *x;
	int64_t flags = 0;
	int e;

	*yes = false;
	if ((e = pwalk_get(w, v, "F", &x)) != 0)
		return e;
	if (pobj_int(x, INT32_MIN, UINT32_MAX, &flags) &&
	    (flags & (FLAG_HIDDEN | FLAG_NO_VIEW)))
		return 0;
	if ((e = pwalk_get(w, v, "AP", &x)) != 0)
		return e;
	*yes = pobj_is(x, POBJ_DICT);
	return 0;
}

static int
add_annot(struct walk *w, size_t page, const struct pobj *src)
{
	const char *where = w->pages[page].where;
	const struct pobj *v, *subtype, *rect;
	const struct kind *k;
	struct wannot *a;
	uint32_t number;
	int e;

	if ((e = pwalk_resolve(w, src, &v)) != 0)
		return e;
	number = pwalk_number(src, v);
	if (number >= w->limit || (number != 0 && w->annot_of[number] != 0))
		return 0;
	if (!pobj_is(v, POBJ_DICT) || w->n_annots >= ANNOTS_MAX) {
		pwalk_tally(&w->broken, "Annot", NULL);
		return 0;
	}
	if ((e = pwalk_get(w, v, "Subtype", &subtype)) != 0 ||
	    (e = pwalk_get(w, v, "Rect", &rect)) != 0 ||
	    (e = pwalk_rect(w, rect, &rect)) != 0 ||
	    (e = pwalk_grow(w, &w->annots, sizeof(*w->annots), w->n_annots,
		 &w->cap_annots)) != 0)
		return e;
	a = &w->annots[w->n_annots];
	*a = (struct wannot){ .src = number, .dict = v, .page = page };
	k = kind_of(subtype);
	if (k != NULL && rect == NULL) {
		pwalk_tally(&w->broken, "Annot", NULL);
		return 0;
	}
	if (k == NULL) {
		if ((e = leave(w, v, subtype, where)) != 0 ||
		    (e = is_seen(w, v, &a->flatten)) != 0)
			return e;
	} else if (k->comment && !doc_options(w->d)->keep_comments) {
		return doc_found(w->d, FIND_PDF_COMMENT, ACT_REMOVED, where,
		    "%s", k->name);
	} else {
		a->type = k->type;
		if ((e = pout_reserve(w->p->out, &a->num)) != 0)
			return e;
	}
	w->n_annots++;
	if (number != 0)
		w->annot_of[number] = (uint32_t)w->n_annots;
	return 0;
}

struct wannot *
pwalk_annot_of(struct walk *w, const struct pobj *ref)
{
	uint32_t i;

	if (!pobj_is(ref, POBJ_REF) || ref->u.ref >= w->limit)
		return NULL;
	i = w->annot_of[ref->u.ref];
	return i == 0 ? NULL : &w->annots[i - 1];
}

void
pwalk_annots_settle(struct walk *w)
{
	for (size_t i = 0; i < w->n_annots; i++) {
		struct wannot *a = &w->annots[i];
		const struct wannot *parent;

		if (a->type != PT_AnnotPopup)
			continue;
		parent = pwalk_annot_of(w, pobj_get(a->dict, "Parent"));
		if (parent == NULL || parent->num == 0 || parent->flatten ||
		    parent->type == PT_AnnotPopup)
			a->num = 0;
	}
}

int
pwalk_annots_find(struct walk *w)
{
	int e;

	for (size_t i = 0; i < w->n_pages; i++) {
		const struct pobj *list = w->pages[i].annots;

		for (size_t j = 0;
		     pobj_is(list, POBJ_ARRAY) && j < pobj_count(list); j++) {
			size_t before = w->n_annots;

			if ((e = add_annot(w, i, pobj_item(list, j))) != 0)
				return e;
			if (w->n_annots > before && w->pages[i].n_annots++ == 0)
				w->pages[i].first_annot = before;
		}
	}
	return 0;
}

/* ---- looks */

/* The forms of one state: a form, or one for each name. */
static int
look(struct walk *w, const struct pobj *src, const char *where,
    const struct pobj **dst)
{
	const struct pobj *v, *x;
	struct pobj *out;
	int e;

	*dst = NULL;
	if ((e = pwalk_resolve(w, src, &v)) != 0)
		return e;
	if (pobj_is(v, POBJ_STREAM))
		return pwalk_form(w, src, w->forms->dr, where, dst);
	if (!pobj_is(v, POBJ_DICT))
		return 0;
	if ((out = pobj_new_dict(w->d, pobj_count(v))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < pobj_count(v); i++) {
		const struct pentry *en = &v->u.dict.entry[i];

		if ((e = pwalk_form(w, en->value, w->forms->dr, where, &x)) !=
		    0)
			return e;
		if (x != NULL)
			pobj_set_bytes(out, &en->key, x);
	}
	*dst = pobj_count(out) > 0 ? out : NULL;
	return 0;
}

int
pwalk_appearance(struct walk *w, const struct pobj *src, const char *where,
    const struct pobj **dst)
{
	static const char *const states[] = { "N", "R", "D" };
	const struct pobj *v, *x;
	struct pobj *out;
	int e;

	*dst = NULL;
	if ((e = pwalk_resolve(w, src, &v)) != 0 || !pobj_is(v, POBJ_DICT))
		return e;
	if ((out = pobj_new_dict(w->d, 3)) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < 3; i++) {
		if ((e = look(w, pobj_get(v, states[i]), where, &x)) != 0)
			return e;
		if (x != NULL)
			pobj_set(out, states[i], x);
	}
	*dst = pobj_get(out, "N") != NULL ? out : NULL;
	return 0;
}

int
pwalk_icons(struct walk *w, const struct pobj *src, const char *where,
    struct pobj *dst)
{
	static const char *const keys[] = { "I", "RI", "IX" };
	const struct pobj *v;
	int e;

	for (size_t i = 0; i < 3; i++) {
		if (pobj_get(src, keys[i]) == NULL)
			continue;
		if ((e = pwalk_resource(w, PRES_XOBJECT, pobj_get(src, keys[i]),
			 NULL, where, &v)) != 0)
			return e;
		if (v != NULL)
			pobj_set(dst, keys[i], v);
	}
	return 0;
}

static int
put_look(struct walk *w, const struct pobj *v, const char *where,
    struct pobj *dst)
{
	const struct pobj *ap, *state;
	int e;

	if ((e = pwalk_appearance(w, pobj_get(v, "AP"), where, &ap)) != 0 ||
	    ap == NULL)
		return e;
	pobj_set(dst, "AP", ap);
	if ((e = pwalk_get(w, v, "AS", &state)) != 0)
		return e;
	if (pobj_is(state, POBJ_NAME) && pobj_is(pobj_get(ap, "N"), POBJ_DICT))
		pobj_set(dst, "AS", state);
	return 0;
}

/* ---- copying */

static int
put_annot(struct walk *w, const struct pobj *v, const char *key, const char *as,
    struct pobj *dst)
{
	const struct wannot *a = pwalk_annot_of(w, pobj_get(v, key));
	const struct pobj *x;
	int e;

	if (a == NULL || a->num == 0 || a->flatten)
		return 0;
	if ((e = pwalk_ref(w, a->num, &x)) == 0)
		pobj_set(dst, as, x);
	return e;
}

/* The address of a link that goes is said in its text. */
static int
show_address(struct walk *w, const struct pobj *address, struct pobj *dst)
{
	const struct pobj *old = pobj_get(dst, "Contents"), *text;
	struct buf b;
	int e;

	if (old == NULL || old->u.bytes.len == 0) {
		pwalk_replace(dst, "Contents", address);
		return 0;
	}
	buf_init(&b, 1 << 20);
	if ((e = pwalk_text_get(w, old, &b)) == 0 &&
	    (e = buf_puts(&b, " <")) == 0 &&
	    (e = pwalk_text_get(w, address, &b)) == 0 &&
	    (e = buf_u8(&b, '>')) == 0 &&
	    (e = pwalk_text_make(w, (const char *)b.data, b.len, &text)) == 0)
		pwalk_replace(dst, "Contents", text);
	buf_done(&b);
	return e == ERR_LIMIT ? 0 : e;
}

static int
put_link(struct walk *w, const struct pobj *v, const char *where,
    struct pobj *dst)
{
	const struct pobj *x, *show = NULL;
	int e;

	if (pobj_get(v, "Dest") != NULL) {
		if ((e = pwalk_dest(w, pobj_get(v, "Dest"), where, &x)) != 0)
			return e;
		if (x != NULL) {
			pobj_set(dst, "Dest", x);
			return pwalk_left_action(w, pobj_get(v, "A"), where,
			    "A");
		}
	}
	if ((e = pwalk_action(w, pobj_get(v, "A"), where, &x, &show)) != 0)
		return e;
	if (x != NULL)
		pobj_set(dst, "A", x);
	return show == NULL ? 0 : show_address(w, show, dst);
}

/* DA of free text: font, size and colour. */
static int
put_style(struct walk *w, const struct pobj *v, struct pobj *dst)
{
	const struct pobj *da;
	struct reader font;
	struct buf out;
	int e;

	if ((e = pwalk_get(w, v, "DA", &da)) != 0 || !pobj_is(da, POBJ_STRING))
		return e;
	buf_init(&out, 1 << 16);
	e = pdf_content_da(w->p, &da->u.bytes, &out, &font);
	if (e == 0 &&
	    (e = pwalk_bytes(w, POBJ_STRING, out.data, out.len, &da)) == 0)
		pobj_set(dst, "DA", da);
	buf_done(&out);
	return e;
}

static int
put_by_kind(struct walk *w, struct wannot *a, const char *where,
    struct pobj *dst)
{
	const struct pobj *v = a->dict;
	int e;

	switch (a->type) {
	case PT_AnnotLink:
		return put_link(w, v, where, dst);
	case PT_AnnotPopup:
		return put_annot(w, v, "Parent", "Parent", dst);
	case PT_AnnotWidget:
		return pwalk_widget(w, a, where, dst);
	case PT_AnnotFreeText:
		if ((e = put_style(w, v, dst)) != 0)
			return e;
		break;
	default:
		break;
	}
	if ((e = put_annot(w, v, "IRT", "IRT", dst)) != 0)
		return e;
	return put_annot(w, v, "Popup", "Popup", dst);
}

static int
copy_annot(struct walk *w, struct wannot *a, const char *where)
{
	pdf_type types[7] = { a->type, PT_Field, PT_FieldTx, PT_FieldChoice,
		PT_FieldBtnCheckbox, PT_FieldSig, PT_FieldBtnPush };
	struct pobj *dst;
	const struct pobj *x;
	bool ok;
	int e;

	if ((dst = pobj_new_dict(w->d, 64)) == NULL)
		return ERR_NOMEM;
	if ((e = pwalk_fill(w, a->type, a->dict, where, dst, &ok)) != 0 ||
	    (e = pwalk_unknown(w, types, a->type == PT_AnnotWidget ? 7 : 1,
		 a->dict, where)) != 0)
		return e;
	if (!ok)
		return ERR_INTERNAL;
	if (pobj_get(a->dict, "P") != NULL) {
		if ((e = pwalk_ref(w, w->pages[a->page].num, &x)) != 0)
			return e;
		pobj_set(dst, "P", x);
	}
	if ((e = put_look(w, a->dict, where, dst)) != 0 ||
	    (e = put_by_kind(w, a, where, dst)) != 0)
		return e;
	pout_set(w->p->out, a->num, dst);
	return 0;
}

int
pwalk_annots(struct walk *w, size_t page, const struct pobj **dst)
{
	const struct wpage *pg = &w->pages[page];
	struct pobj *out;
	const struct pobj *ref;
	int e;

	*dst = NULL;
	if ((out = pobj_new_array(w->d, pg->n_annots)) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < pg->n_annots; i++) {
		struct wannot *a = &w->annots[pg->first_annot + i];

		if (a->num == 0 || a->flatten)
			continue;
		if ((e = copy_annot(w, a, pg->where)) != 0 ||
		    (e = pwalk_ref(w, a->num, &ref)) != 0)
			return e;
		pobj_push(out, ref);
	}
	*dst = pobj_count(out) > 0 ? out : NULL;
	return 0;
}
