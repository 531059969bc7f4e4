/*
 * The tree of form fields (ISO 32000-1, 12.7.3): read with what its nodes pass
 * on, and what becomes of each. Signatures that were made end, and their look
 * is drawn into the page, as all fields are where the policy wants no form. A
 * document whose pages only an XFA program can make is held.
 */
#include "formats/pdf/walk_form.h"

#define FIELDS_MAX 200000
#define DEPTH_MAX  32

#define FF_RADIO (1 << 15)
#define FF_PUSH	 (1 << 16)

static bool
is_type(const struct pobj *v)
{
	return pobj_is_name(v, "Tx") || pobj_is_name(v, "Ch") ||
	       pobj_is_name(v, "Btn") || pobj_is_name(v, "Sig");
}

static bool
is_flags(const struct pobj *v)
{
	int64_t n;

	return pobj_int(v, INT32_MIN, UINT32_MAX, &n);
}

static bool
is_value(const struct pobj *v)
{
	return pobj_is(v, POBJ_STRING) || pobj_is(v, POBJ_NAME) ||
	       pobj_is(v, POBJ_ARRAY) || pobj_is(v, POBJ_STREAM) ||
	       pobj_is(v, POBJ_DICT);
}

static bool
is_place(const struct pobj *v)
{
	int64_t n;

	return pobj_int(v, 0, 2, &n);
}

/* A value that is not valid is not written, so it does not count here. */
static int
inherit(struct walk *w, const struct pobj *dict, const char *key,
    bool (*is_valid)(const struct pobj *), const struct pobj **value)
{
	const struct pobj *v;
	int e;

	if ((e = pwalk_get(w, dict, key, &v)) != 0)
		return e;
	if (is_valid(v))
		*value = v;
	return 0;
}

/* The same for a style, of which something must be left when it is written. */
int
pwalk_style(struct walk *w, const struct pobj *dict, const struct pobj **da)
{
	const struct pobj *v;
	struct reader font;
	struct buf out;
	int e;

	if ((e = pwalk_get(w, dict, "DA", &v)) != 0 || !pobj_is(v, POBJ_STRING))
		return e;
	buf_init(&out, 1 << 16);
	e = pdf_content_da(w->p, &v->u.bytes, &out, &font);
	if (e == 0 && out.len > 0)
		*da = v;
	buf_done(&out);
	return e;
}

static pdf_type
type_of(const struct wfield *f)
{
	int64_t flags = 0;

	if (pobj_is_name(f->ft, "Tx"))
		return PT_FieldTx;
	if (pobj_is_name(f->ft, "Ch"))
		return PT_FieldChoice;
	if (pobj_is_name(f->ft, "Sig"))
		return PT_FieldSig;
	if (!pobj_is_name(f->ft, "Btn"))
		return PT_Field;
	if (!pobj_int(f->ff, INT32_MIN, UINT32_MAX, &flags))
		flags = 0;
	if (flags & FF_PUSH)
		return PT_FieldBtnPush;
	return flags & FF_RADIO ? PT_FieldBtnRadio : PT_FieldBtnCheckbox;
}

/* The value as it will be written, for a node of this type. */
static int
read_value(struct walk *w, struct wfield *f)
{
	const struct pobj *v;
	int e;

	if (f->type == PT_FieldSig)
		return inherit(w, f->dict, "V", is_value, &f->v);
	if ((e = pwalk_get(w, f->dict, "V", &v)) != 0 ||
	    (e = pform_value(w, f->type, v, &f->value)) != 0)
		return e;
	if (f->value != NULL)
		f->v = f->value;
	return 0;
}

static int
read_node(struct walk *w, struct wfield *f)
{
	int e;

	if ((e = inherit(w, f->dict, "FT", is_type, &f->ft)) != 0 ||
	    (e = inherit(w, f->dict, "Ff", is_flags, &f->ff)) != 0 ||
	    (e = pwalk_style(w, f->dict, &f->da)) != 0 ||
	    (e = inherit(w, f->dict, "Q", is_place, &f->q)) != 0 ||
	    (e = inherit(w, f->dict, "MaxLen", is_flags, &f->most)) != 0)
		return e;
	f->type = type_of(f);
	return read_value(w, f);
}

static int find_field(struct walk *, const struct pobj *src,
    struct wfield *parent, unsigned depth);

static int
add_kid(struct walk *w, struct wfield *parent, struct wfield *field,
    const struct wannot *annot)
{
	struct wforms *forms = w->forms;
	int e;

	if (parent == NULL)
		return 0;
	if ((e = pwalk_grow(w, &forms->kids, sizeof(*forms->kids),
		 forms->n_kids, &forms->cap_kids)) != 0)
		return e;
	forms->kids[forms->n_kids++] =
	    (struct wkid){ .parent = parent, .field = field, .annot = annot };
	return 0;
}

/* A kid that is a widget and no field of its own. */
static int
take_widget(struct walk *w, struct wannot *a, const struct pobj *v,
    struct wfield *parent, bool *taken)
{
	const struct pobj *name;
	int e;

	if ((e = pwalk_get(w, v, "T", &name)) != 0)
		return e;
	*taken = a != NULL && a->type == PT_AnnotWidget && parent != NULL &&
		 !pobj_is(name, POBJ_STRING);
	if (!*taken || a->field != NULL)
		return 0;
	a->field = parent;
	parent->n_widgets++;
	return add_kid(w, parent, NULL, a);
}

static int
new_field(struct walk *w, const struct pobj *src, const struct pobj *v,
    struct wfield *parent, struct wfield **out)
{
	struct wforms *forms = w->forms;
	struct wfield *f;
	int e;

	if ((f = doc_alloc(w->d, sizeof(*f))) == NULL)
		return ERR_NOMEM;
	if (parent != NULL)
		*f = (struct wfield){ .ft = parent->ft,
			.ff = parent->ff,
			.v = parent->v,
			.da = parent->da,
			.q = parent->q };
	else
		f->da = forms->da;
	f->dict = v;
	f->parent = parent;
	f->annot = pwalk_annot_of(w, src);
	if (f->annot != NULL &&
	    (f->annot->type != PT_AnnotWidget || f->annot->field != NULL))
		f->annot = NULL;
	if (f->annot != NULL) {
		f->annot->field = f;
		f->n_widgets = 1;
		f->num = f->annot->num;
	} else if ((e = pout_reserve(w->p->out, &f->num)) != 0) {
		return e;
	}
	if ((e = pwalk_grow(w, &forms->fields, sizeof(*forms->fields), forms->n,
		 &forms->cap)) != 0)
		return e;
	forms->fields[forms->n++] = f;
	*out = f;
	if ((e = add_kid(w, parent, f, NULL)) != 0)
		return e;
	return read_node(w, f);
}

static int
find_field(struct walk *w, const struct pobj *src, struct wfield *parent,
    unsigned depth)
{
	const struct pobj *v, *kids;
	struct wfield *f;
	struct memo m;
	bool taken;
	int e;

	if ((e = pwalk_resolve(w, src, &v)) != 0)
		return e;
	if (!pobj_is(v, POBJ_DICT) || depth > DEPTH_MAX ||
	    w->forms->n >= FIELDS_MAX) {
		pwalk_tally(&w->broken, "Field", NULL);
		return 0;
	}
	if ((e = take_widget(w, pwalk_annot_of(w, src), v, parent, &taken)) !=
		0 ||
	    taken)
		return e;
	if ((e = pwalk_seen(w, pwalk_number(src, v), PT_Field, &m)) != 0)
		return e;
	if (m.state != MEMO_FRESH)
		return 0;
	if ((e = new_field(w, src, v, parent, &f)) != 0 ||
	    (e = pwalk_get(w, v, "Kids", &kids)) != 0)
		return e;
	/* What is a widget itself has no others. */
	if (f->annot != NULL)
		return 0;
	for (size_t i = 0; pobj_is(kids, POBJ_ARRAY) && i < pobj_count(kids);
	     i++)
		if ((e = find_field(w, pobj_item(kids, i), f, depth + 1)) != 0)
			return e;
	return 0;
}

/* Widgets that no field names, with a type of their own: readers take them for
 * fields. */
static int
find_orphans(struct walk *w)
{
	const struct pobj *ref, *type;
	int e;

	for (size_t i = 0; i < w->n_annots; i++) {
		struct wannot *a = &w->annots[i];

		if (a->type != PT_AnnotWidget || a->field != NULL ||
		    a->src == 0)
			continue;
		if ((e = pwalk_get(w, a->dict, "FT", &type)) != 0)
			return e;
		if (!is_type(type))
			continue;
		if ((ref = pobj_new_ref(w->d, a->src)) == NULL)
			return ERR_NOMEM;
		if ((e = find_field(w, ref, NULL, 0)) != 0)
			return e;
	}
	return 0;
}

/* What is below a signature that was made ends with it. A field stays when it
 * is seen somewhere, itself or below. Children come behind their parents, so
 * from the end. */
static void
settle_fields(struct walk *w)
{
	struct wforms *forms = w->forms;

	for (size_t i = 0; i < forms->n; i++) {
		struct wfield *f = forms->fields[i];

		f->ends = (f->type == PT_FieldSig && f->v != NULL) ||
			  (f->parent != NULL && f->parent->ends);
	}
	for (size_t i = forms->n; i-- > 0;) {
		struct wfield *f = forms->fields[i];

		f->stays = !f->ends && (f->n_widgets > 0 || f->n_kids > 0);
		if (f->stays && f->parent != NULL)
			f->parent->n_kids++;
	}
}

/* Signed fields, and all fields by policy, become part of the page. */
static int
settle_widgets(struct walk *w)
{
	bool all = doc_options(w->d)->forms == FORMS_FLATTEN;
	uint32_t n = 0;

	for (size_t i = 0; i < w->n_annots; i++) {
		struct wannot *a = &w->annots[i];

		if (a->type != PT_AnnotWidget)
			continue;
		if (all || (a->field != NULL && a->field->ends)) {
			a->flatten = true;
			n += all;
		}
		if (a->field != NULL && !a->field->stays)
			a->field = NULL;
	}
	if (n == 0)
		return 0;
	return doc_found_n(w->d, n, FIND_PDF_FORM_FLAT, ACT_FLATTENED,
	    "AcroForm", NULL);
}

/* A form that only a program can draw: the page says "please wait". */
static int
check_xfa(struct walk *w, const struct pobj *root, const struct pobj *acro)
{
	const struct pobj *v, *fields;
	int e;

	if (pobj_get(acro, "XFA") == NULL)
		return 0;
	if ((e = pwalk_get(w, root, "NeedsRendering", &v)) != 0 ||
	    (e = pwalk_get(w, acro, "Fields", &fields)) != 0)
		return e;
	if ((pobj_is(v, POBJ_BOOL) && v->u.b) ||
	    (pobj_count(fields) == 0 && w->n_pages == 1))
		return doc_fail(w->d, ERR_UNSUPPORTED,
		    "a dynamic XFA form: its pages are made by a program "
		    "inside it. Ask for a print of it as PDF");
	return 0;
}

int
pwalk_forms_find(struct walk *w)
{
	const struct pobj *root, *acro, *fields;
	int e;

	if ((w->forms = doc_alloc(w->d, sizeof(*w->forms))) == NULL)
		return ERR_NOMEM;
	if ((e = pwalk_resolve(w, pin_root(w->p->in), &root)) != 0 ||
	    (e = pwalk_get(w, root, "AcroForm", &acro)) != 0)
		return e;
	if (pobj_is(acro, POBJ_DICT)) {
		w->forms->acro = acro;
		if ((e = check_xfa(w, root, acro)) != 0 ||
		    (e = pwalk_get(w, acro, "DR", &w->forms->dr)) != 0 ||
		    (e = pwalk_style(w, acro, &w->forms->da)) != 0 ||
		    (e = pwalk_get(w, acro, "Fields", &fields)) != 0)
			return e;
		for (size_t i = 0;
		     pobj_is(fields, POBJ_ARRAY) && i < pobj_count(fields); i++)
			if ((e = find_field(w, pobj_item(fields, i), NULL,
				 0)) != 0)
				return e;
	}
	if ((e = find_orphans(w)) != 0)
		return e;
	settle_fields(w);
	return settle_widgets(w);
}
