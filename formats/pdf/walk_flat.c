/*
 * Looks drawn into the page (ISO 32000-1, 12.5.5): of signatures, of fields
 * where the policy wants no form, and of annotations that may not stay. The
 * additions are made in terms of the source, and pass through the same code as
 * all other content.
 */
#include <float.h>
#include <stdio.h>
#include <string.h>

#include "formats/pdf/walk_look.h"

struct rect {
	double x0, y0, x1, y1;
};

/* ---- what is drawn where */

/* The form of the state that is shown now. */
static int
current_look(struct walk *w, const struct pobj *v, const struct pobj **form,
    const struct pobj **stream)
{
	const struct pobj *ap, *n, *state;
	int e;

	*form = *stream = NULL;
	if ((e = pwalk_get(w, v, "AP", &ap)) != 0 ||
	    (e = pwalk_get(w, ap, "N", &n)) != 0)
		return e;
	*form = pobj_get(ap, "N");
	if (pobj_is(n, POBJ_DICT)) {
		if ((e = pwalk_get(w, v, "AS", &state)) != 0)
			return e;
		*form = pobj_is(state, POBJ_NAME)
			    ? pobj_get_bytes(n, &state->u.bytes)
			    : NULL;
		if ((e = pwalk_resolve(w, *form, &n)) != 0)
			return e;
	}
	*stream = pobj_is(n, POBJ_STREAM) ? n : NULL;
	return 0;
}

static bool
numbers(const struct pobj *a, double *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!pobj_number(pobj_item(a, i), &out[i]))
			return false;
	return true;
}

static int
read_rect(struct walk *w, const struct pobj *src, struct rect *r, bool *ok)
{
	const struct pobj *v, *a;
	double x[4];
	int e;

	*ok = false;
	if ((e = pwalk_resolve(w, src, &v)) != 0 ||
	    (e = pwalk_rect(w, v, &a)) != 0 || a == NULL)
		return e;
	*ok = numbers(a, x, 4);
	if (*ok)
		*r = (struct rect){ x[0], x[1], x[2], x[3] };
	return 0;
}

/* The box of a form after its matrix. */
static int
form_box(struct walk *w, const struct pobj *stream, struct rect *out, bool *ok)
{
	double m[6] = { 1, 0, 0, 1, 0, 0 };
	const struct pobj *v, *a;
	struct rect b;
	int e;

	if ((e = read_rect(w, pobj_get(stream, "BBox"), &b, ok)) != 0 || !*ok)
		return e;
	if ((e = pwalk_get(w, stream, "Matrix", &v)) != 0 ||
	    (e = pwalk_numbers(w, v, 6, 6, &a)) != 0)
		return e;
	if (a != NULL && !numbers(a, m, 6))
		return ERR_INTERNAL;
	*out = (struct rect){ DBL_MAX, DBL_MAX, -DBL_MAX, -DBL_MAX };
	for (int i = 0; i < 4; i++) {
		double px = i & 1 ? b.x1 : b.x0, py = i & 2 ? b.y1 : b.y0;
		double x = m[0] * px + m[2] * py + m[4];
		double y = m[1] * px + m[3] * py + m[5];

		out->x0 = x < out->x0 ? x : out->x0;
		out->x1 = x > out->x1 ? x : out->x1;
		out->y0 = y < out->y0 ? y : out->y0;
		out->y1 = y > out->y1 ? y : out->y1;
	}
	return 0;
}

/* q a 0 0 d e f cm /Name Do Q */
static int
draw(const struct rect *box, const struct rect *to, const char *name,
    struct buf *content)
{
	double w = box->x1 - box->x0, h = box->y1 - box->y0;
	double sx = w < 1e-6 ? 1 : (to->x1 - to->x0) / w;
	double sy = h < 1e-6 ? 1 : (to->y1 - to->y0) / h;

	if (!(sx > -1e6 && sx < 1e6 && sy > -1e6 && sy < 1e6))
		return 0;
	return buf_fmt(content, "q\n%.6f 0 0 %.6f %.6f %.6f cm\n/%s Do\nQ\n",
	    sx, sy, to->x0 - box->x0 * sx, to->y0 - box->y0 * sy, name);
}

/* ---- the page with it */

struct flat {
	struct walk *w;
	struct buf *content;
	/* XObject and Font of the page's resources, or NULL; and the same with
	 * the new ones. */
	const struct pobj *old, *old_fonts;
	struct pobj *forms, *fonts;
	unsigned next;
};

/* A name that the page does not use. */
static const char *
free_name(struct flat *f)
{
	struct reader key;
	char name[24];
	int n;

	do {
		n = snprintf(name, sizeof(name), "Look%u", f->next++);
		reader_init(&key, name, (size_t)n);
	} while (pobj_get_bytes(f->old, &key) != NULL ||
		 pobj_get_bytes(f->old_fonts, &key) != NULL);
	return doc_strndup(f->w->d, name, (size_t)n);
}

/* A field with a value and no look: the look is made. */
static int
draw_made(struct flat *f, const struct wannot *a, const struct rect *to,
    const char *where)
{
	const struct pobj *name, *font;
	const char *text = free_name(f);
	struct buf look;
	bool ok;
	int e;

	if (text == NULL || (name = pobj_new_name(f->w->d, text)) == NULL)
		return ERR_NOMEM;
	buf_init(&look, f->content->max);
	e = pwalk_look_draw(f->w, a, where, name, &look, &font, &ok);
	if (e == 0 && !ok)
		e = doc_fail(f->w->d, ERR_UNSUPPORTED,
		    "%s: a field has a value and no look, and none can be "
		    "made: keep forms (pdf.forms), or ask for a print as PDF",
		    where);
	if (e == 0 && look.len > 0) {
		if (font != NULL)
			pobj_set(f->fonts, text, font);
		if ((e = buf_fmt(f->content, "q\n1 0 0 1 %.3f %.3f cm\n",
			 to->x0, to->y0)) == 0 &&
		    (e = buf_put(f->content, look.data, look.len)) == 0)
			e = buf_puts(f->content, "Q\n");
	}
	buf_done(&look);
	return e;
}

static int
draw_annot(struct flat *f, const struct wannot *a, const char *where)
{
	const struct pobj *form, *stream, *ap;
	struct rect box, to;
	const char *name;
	bool ok;
	int e;

	if ((e = current_look(f->w, a->dict, &form, &stream)) != 0 ||
	    (e = read_rect(f->w, pobj_get(a->dict, "Rect"), &to, &ok)) != 0 ||
	    !ok || (e = pwalk_get(f->w, a->dict, "AP", &ap)) != 0)
		return e;
	if (!pobj_is(ap, POBJ_DICT))
		return draw_made(f, a, &to, where);
	if (stream == NULL || (e = form_box(f->w, stream, &box, &ok)) != 0 ||
	    !ok)
		return e;
	if ((name = free_name(f)) == NULL)
		return ERR_NOMEM;
	pobj_set(f->forms, name, form);
	return draw(&box, &to, name, f->content);
}

static bool
is_shown(struct walk *w, const struct wannot *a)
{
	const struct pobj *v;
	int64_t flags;

	if (!a->flatten || pwalk_get(w, a->dict, "F", &v) != 0)
		return false;
	return !pobj_int(v, INT32_MIN, UINT32_MAX, &flags) ||
	       (flags & (2 | 32)) == 0;
}

/* A copy of one dictionary of the page's resources, with room for n more. */
static int
copy_kind(struct walk *w, const struct pobj *resources, const char *kind,
    size_t n, const struct pobj **old, struct pobj **out)
{
	int e = pwalk_get(w, resources, kind, old);

	if (e != 0)
		return e;
	if (!pobj_is(*old, POBJ_DICT))
		*old = NULL;
	if ((*out = pobj_new_dict(w->d, pobj_count(*old) + n)) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < pobj_count(*old); i++)
		pobj_set_bytes(*out, &(*old)->u.dict.entry[i].key,
		    (*old)->u.dict.entry[i].value);
	return 0;
}

static bool
is_key(const struct pentry *x, const char *key)
{
	return x->key.len == strlen(key) &&
	       memcmp(x->key.data, key, x->key.len) == 0;
}

static int
with_forms(const struct flat *f, const struct pobj *old,
    const struct pobj **out)
{
	struct pobj *fresh = pobj_new_dict(f->w->d, pobj_count(old) + 2);

	if (fresh == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < pobj_count(old); i++) {
		const struct pentry *x = &old->u.dict.entry[i];

		if (!is_key(x, "XObject") && !is_key(x, "Font"))
			pobj_set_bytes(fresh, &x->key, x->value);
	}
	pobj_set(fresh, "XObject", f->forms);
	pobj_set(fresh, "Font", f->fonts);
	*out = fresh;
	return 0;
}

static int
surround(struct buf *content)
{
	struct buf all;
	int e;

	buf_init(&all, content->max);
	if ((e = buf_puts(&all, "q\n")) != 0 ||
	    (e = buf_put(&all, content->data, content->len)) != 0 ||
	    (e = buf_puts(&all, "\nQ\n")) != 0) {
		buf_done(&all);
		return e;
	}
	buf_done(content);
	*content = all;
	return 0;
}

int
pwalk_forms_draw(struct walk *w, const struct wpage *pg, struct buf *content,
    const struct pobj **resources)
{
	struct flat f = { .w = w, .content = content };
	size_t n = 0;
	int e;

	for (size_t i = 0; i < pg->n_annots; i++)
		n += is_shown(w, &w->annots[pg->first_annot + i]);
	if (n == 0)
		return 0;
	if ((e = copy_kind(w, *resources, "XObject", n, &f.old, &f.forms)) !=
		0 ||
	    (e = copy_kind(w, *resources, "Font", n, &f.old_fonts, &f.fonts)) !=
		0)
		return e;
	if ((e = surround(content)) != 0)
		return e;
	for (size_t i = 0; i < pg->n_annots; i++) {
		const struct wannot *a = &w->annots[pg->first_annot + i];

		if (is_shown(w, a) && (e = draw_annot(&f, a, pg->where)) != 0)
			return e;
	}
	return with_forms(&f, *resources, resources);
}
