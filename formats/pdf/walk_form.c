/*
 * Forms (ISO 32000-1, 12.7), written: fields with their values and styles, the
 * fonts that styles name. Actions, formats and calculations are code and go;
 * so does an XFA form.
 */
#include <string.h>

#include "formats/pdf/walk_form.h"

/* ---- values */

int
pform_text(struct walk *w, const struct pobj *v, const struct pobj **dst)
{
	struct pdata data;
	struct pobj *s;
	bool ok;
	int e;

	*dst = NULL;
	if (pobj_is(v, POBJ_STRING))
		return pwalk_text(w, v, dst);
	if (!pobj_is(v, POBJ_STREAM))
		return 0;
	if ((e = pwalk_stream(w, v, "AcroForm", &data, &ok)) != 0 || !ok)
		return e;
	s = pobj_new_bytes(w->d, POBJ_STRING, data.bytes.data, data.bytes.len);
	e = s == NULL ? ERR_NOMEM : pwalk_text(w, s, dst);
	if (e == 0 && *dst == s)
		e = pwalk_bytes(w, POBJ_STRING, "", 0, dst);
	pdf_data_free(w->p, &data);
	return e;
}

static int
choice_value(struct walk *w, const struct pobj *v, const struct pobj **dst)
{
	const struct pobj *x;
	struct pobj *out;
	int e;

	if (!pobj_is(v, POBJ_ARRAY))
		return pform_text(w, v, dst);
	if ((out = pobj_new_array(w->d, pobj_count(v))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < pobj_count(v); i++) {
		if ((e = pwalk_item(w, v, i, &x)) != 0 ||
		    (e = pwalk_text(w, x, &x)) != 0)
			return e;
		if (x != NULL)
			pobj_push(out, x);
	}
	*dst = out;
	return 0;
}

int
pform_value(struct walk *w, pdf_type type, const struct pobj *v,
    const struct pobj **dst)
{
	*dst = NULL;
	if (type == PT_FieldTx)
		return pform_text(w, v, dst);
	if (type == PT_FieldChoice)
		return choice_value(w, v, dst);
	if (type != PT_FieldSig && pobj_is(v, POBJ_NAME))
		*dst = v;
	return 0;
}

static void
put_value(struct walk *w, const char *key, const struct pobj *src,
    const struct pobj *value, struct pobj *dst)
{
	struct reader name;

	if (value != NULL) {
		pwalk_replace(dst, key, value);
	} else if (src != NULL) {
		reader_init(&name, key, strlen(key));
		pwalk_tally(&w->wrong, "Field", &name);
	}
}

static int
put_values(struct walk *w, const struct wfield *f, struct pobj *dst)
{
	const struct pobj *v, *x;
	int e;

	if ((e = pwalk_get(w, f->dict, "V", &v)) != 0)
		return e;
	put_value(w, "V", v, f->value, dst);
	if ((e = pwalk_get(w, f->dict, "DV", &v)) != 0 ||
	    (e = pform_value(w, f->type, v, &x)) != 0)
		return e;
	put_value(w, "DV", v, x, dst);
	return 0;
}

/* Remember the font of a style, for DR. */
static int
use_font(struct walk *w, const struct reader *font)
{
	struct wforms *forms = w->forms;
	const char *copy;
	int e;

	if (font->len == 0)
		return 0;
	for (size_t i = 0; i < forms->n_fonts; i++)
		if (pwalk_bytes_compare(&forms->fonts[i], font) == 0)
			return 0;
	if (forms->n_fonts >= WALK_FORM_FONTS)
		return 0;
	if ((e = pwalk_grow(w, &forms->fonts, sizeof(*forms->fonts),
		 forms->n_fonts, &forms->cap_fonts)) != 0)
		return e;
	if ((copy = doc_strndup(w->d, font->data, font->len)) == NULL)
		return ERR_NOMEM;
	reader_init(&forms->fonts[forms->n_fonts++], copy, font->len);
	return 0;
}

static int
put_style(struct walk *w, const struct pobj *src, struct pobj *dst)
{
	const struct pobj *da;
	struct reader font = { 0 };
	struct buf out;
	int e;

	if ((e = pwalk_get(w, src, "DA", &da)) != 0 ||
	    !pobj_is(da, POBJ_STRING))
		return e;
	buf_init(&out, 1 << 16);
	e = pdf_content_da(w->p, &da->u.bytes, &out, &font);
	if (e == 0 && out.len > 0 &&
	    (e = pwalk_bytes(w, POBJ_STRING, out.data, out.len, &da)) == 0 &&
	    (e = use_font(w, &font)) == 0)
		pwalk_replace(dst, "DA", da);
	buf_done(&out);
	return e;
}

/* ---- writing */

static int
put_parent(struct walk *w, const struct wfield *parent, struct pobj *dst)
{
	const struct pobj *v;
	int e;

	if (parent == NULL)
		return 0;
	if ((e = pwalk_ref(w, parent->num, &v)) == 0)
		pobj_set(dst, "Parent", v);
	return e;
}

/* What a field says, without what is around it. */
static int
put_field(struct walk *w, const struct wfield *f, struct pobj *dst)
{
	bool ok;
	int e;

	if ((e = pwalk_fill(w, f->type, f->dict, "AcroForm", dst, &ok)) != 0 ||
	    (e = put_values(w, f, dst)) != 0 ||
	    (e = put_style(w, f->dict, dst)) != 0)
		return e;
	return put_parent(w, f->parent, dst);
}

int
pwalk_widget(struct walk *w, struct wannot *a, const char *where,
    struct pobj *dst)
{
	struct wfield *f = a->field;
	const struct pobj *x;
	int e;

	if (pobj_get(a->dict, "A") != NULL) {
		if ((e = pwalk_action(w, pobj_get(a->dict, "A"), where, &x,
			 NULL)) != 0)
			return e;
		if (x != NULL)
			pobj_set(dst, "A", x);
	}
	if (f != NULL && f->annot == a) {
		f->is_put = true;
		e = put_field(w, f, dst);
	} else {
		if ((e = put_style(w, a->dict, dst)) != 0)
			return e;
		e = put_parent(w, f, dst);
	}
	if (e != 0)
		return e;
	return pwalk_look(w, a, where, dst);
}

static int
copy_field(struct walk *w, struct wfield *f)
{
	static const pdf_type types[] = { PT_Field, PT_FieldTx, PT_FieldChoice,
		PT_FieldBtnCheckbox, PT_FieldSig, PT_FieldBtnPush };
	struct pobj *dst;
	int e;

	if (!f->stays || f->annot != NULL)
		return 0;
	if ((dst = pobj_new_dict(w->d, 32)) == NULL)
		return ERR_NOMEM;
	if ((e = put_field(w, f, dst)) != 0 ||
	    (e = pwalk_unknown(w, types, sizeof(types) / sizeof(*types),
		 f->dict, "AcroForm")) != 0)
		return e;
	f->dst = dst;
	pout_set(w->p->out, f->num, dst);
	return 0;
}

/* Kids of all fields at once, in the order of the source: options count on it.
 */
static int
put_kids(struct walk *w)
{
	struct wforms *forms = w->forms;
	const struct pobj *ref;
	struct pobj *kids;
	int e;

	for (size_t i = 0; i < forms->n; i++) {
		struct wfield *f = forms->fields[i];

		if (!f->stays || f->dst == NULL)
			continue;
		if ((kids = pobj_new_array(w->d,
			 (size_t)f->n_kids + f->n_widgets)) == NULL)
			return ERR_NOMEM;
		f->kids = kids;
		pobj_set(f->dst, "Kids", kids);
	}
	for (size_t i = 0; i < forms->n_kids; i++) {
		const struct wkid *k = &forms->kids[i];

		if (k->parent->kids == NULL ||
		    (k->field != NULL ? !k->field->stays : k->annot->flatten))
			continue;
		if ((e = pwalk_ref(w,
			 k->field != NULL ? k->field->num : k->annot->num,
			 &ref)) != 0)
			return e;
		pobj_push(k->parent->kids, ref);
	}
	return 0;
}

static int
put_resources(struct walk *w, struct pobj *dst)
{
	struct wforms *forms = w->forms;
	const struct pobj *fonts, *v, *x;
	struct pobj *dr, *out;
	int e;

	if ((e = pwalk_get(w, forms->dr, "Font", &fonts)) != 0)
		return e;
	if ((dr = pobj_new_dict(w->d, 1)) == NULL ||
	    (out = pobj_new_dict(w->d, forms->n_fonts)) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < forms->n_fonts; i++) {
		v = pobj_get_bytes(fonts, &forms->fonts[i]);
		if (v == NULL)
			continue;
		if ((e = pwalk_font(w, v, forms->dr, "AcroForm", &x)) != 0)
			return e;
		if (x != NULL)
			pobj_set_bytes(out, &forms->fonts[i], x);
	}
	if (pobj_count(out) == 0)
		return 0;
	pobj_set(dr, "Font", out);
	pobj_set(dst, "DR", dr);
	return 0;
}

static int
put_roots(struct walk *w, struct pobj *dst)
{
	struct wforms *forms = w->forms;
	const struct pobj *ref;
	struct pobj *roots;
	int e;

	if ((roots = pobj_new_array(w->d, forms->n)) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < forms->n; i++) {
		const struct wfield *f = forms->fields[i];

		if (!f->stays || f->parent != NULL)
			continue;
		if ((e = pwalk_ref(w, f->num, &ref)) != 0)
			return e;
		pobj_push(roots, ref);
	}
	pobj_set(dst, "Fields", roots);
	return 0;
}

/* Code of fields and widgets that are not written. */
static int
say_actions(struct walk *w)
{
	const struct pobj *v;
	int e;

	for (size_t i = 0; i < w->forms->n; i++) {
		v = w->forms->fields[i]->dict;
		if (!w->forms->fields[i]->stays &&
		    (e = pwalk_left_triggers(w, pobj_get(v, "AA"),
			 "AcroForm")) != 0)
			return e;
	}
	for (size_t i = 0; i < w->n_annots; i++) {
		v = w->annots[i].dict;
		if (w->annots[i].type != PT_AnnotWidget ||
		    !w->annots[i].flatten)
			continue;
		if ((e = pwalk_left_action(w, pobj_get(v, "A"), "AcroForm",
			 "A")) != 0 ||
		    (e = pwalk_left_triggers(w, pobj_get(v, "AA"),
			 "AcroForm")) != 0)
			return e;
	}
	return 0;
}

static int
say_unseen(struct walk *w)
{
	struct wforms *forms = w->forms;
	uint32_t n = 0;
	int e;

	if ((e = say_actions(w)) != 0)
		return e;
	for (size_t i = 0; i < forms->n; i++)
		n += !forms->fields[i]->stays && !forms->fields[i]->ends;
	if (n == 0)
		return 0;
	return doc_found_n(w->d, n, FIND_PDF_FIELD, ACT_REMOVED, "AcroForm",
	    NULL);
}

/* What the form as a whole says, also when nothing of it stays. */
static int
say_form(struct walk *w, struct pobj **dst)
{
	static const char *const silent[] = { "CO", "SigFlags" };
	const struct pobj *acro = w->forms->acro;
	static const pdf_type t = PT_InteractiveForm;
	bool ok;
	int e;

	if ((*dst = pobj_new_dict(w->d, 8)) == NULL)
		return ERR_NOMEM;
	if (acro == NULL)
		return 0;
	if ((e = pwalk_fill(w, t, acro, "AcroForm", *dst, &ok)) != 0)
		return e;
	for (size_t i = 0; i < pobj_count(acro); i++) {
		const struct pentry *x = &acro->u.dict.entry[i];
		size_t k = 0;

		while (k < 2 &&
		       (x->key.len != strlen(silent[k]) ||
			   memcmp(x->key.data, silent[k], x->key.len) != 0))
			k++;
		if (k == 2 && pmodel_find(t, &x->key) == NULL &&
		    (e = pwalk_left(w, t, x, "AcroForm")) != 0)
			return e;
	}
	return 0;
}

int
pwalk_forms(struct walk *w, struct pobj *catalog)
{
	struct wforms *forms = w->forms;
	const struct pobj *v;
	struct pobj *dst;
	bool any = false;
	int e;

	if ((e = say_form(w, &dst)) != 0 || (e = say_unseen(w)) != 0)
		return e;
	for (size_t i = 0; i < forms->n; i++) {
		any = any || forms->fields[i]->stays;
		if ((e = copy_field(w, forms->fields[i])) != 0)
			return e;
	}
	if (!any || doc_options(w->d)->forms == FORMS_FLATTEN)
		return 0;
	if ((e = put_kids(w)) != 0 || (e = put_roots(w, dst)) != 0 ||
	    (e = put_style(w, forms->acro, dst)) != 0 ||
	    (e = put_resources(w, dst)) != 0)
		return e;
	if (forms->needs_looks && pobj_get(dst, "NeedAppearances") == NULL) {
		struct pobj *yes = pobj_new(w->d, POBJ_BOOL);

		if (yes == NULL)
			return ERR_NOMEM;
		yes->u.b = true;
		pobj_set(dst, "NeedAppearances", yes);
	}
	v = dst;
	pobj_set(catalog, "AcroForm", v);
	return 0;
}
