/*
 * Content streams with their resources (ISO 32000-1, 7.8): forms (8.10),
 * graphics states (8.4.5), property lists (14.6.2). The content code asks for
 * each name at its first use; the resource is copied then, and what no content
 * asks for is never looked at.
 */
#include <string.h>

#include "formats/pdf/walk_int.h"

static const char *const categories[PRES_COUNT] = {
	[PRES_EXTGSTATE] = "ExtGState",
	[PRES_COLORSPACE] = "ColorSpace",
	[PRES_PATTERN] = "Pattern",
	[PRES_SHADING] = "Shading",
	[PRES_XOBJECT] = "XObject",
	[PRES_FONT] = "Font",
	[PRES_PROPERTIES] = "Properties",
};

int
pwalk_stream(struct walk *w, const struct pobj *stream, const char *where,
    struct pdata *out, bool *ok)
{
	int e;

	*ok = false;
	*out = (struct pdata){ 0 };
	e = pdf_data(w->p, stream, out);
	if (e == 0 && out->left == PFILTER_NONE) {
		*ok = true;
		if (!out->damaged)
			return 0;
		return doc_found(w->d, FIND_PDF_STREAM, ACT_NOTED, where,
		    "damaged");
	}
	if (e != 0 && e != ERR_MALFORMED && e != ERR_UNSUPPORTED &&
	    e != ERR_DENIED && e != ERR_TRUNCATED)
		return e;
	doc_forgive(w->d);
	out->bytes = (struct reader){ 0 };
	if (where[0] == '\0')
		return 0;
	return doc_found(w->d,
	    e == ERR_DENIED ? FIND_PDF_EXTERNAL : FIND_PDF_STREAM, ACT_REMOVED,
	    where, e == 0 ? "a picture in its place" : "%s", err_name(e));
}

/* ---- property lists of marked content */

static int
property_list(struct walk *w, const struct pobj *src, const char *where,
    const struct pobj **dst)
{
	static const struct {
		const char *key;
		struct pmodel_alt alt;
	} keys[] = {
		{ "ActualText", { .kind = PK_TEXT } },
		{ "Alt", { .kind = PK_TEXT } },
		{ "BBox", { .kind = PK_RECT } },
		{ "E", { .kind = PK_TEXT } },
		{ "Lang", { .kind = PK_TEXT } },
		{ "MCID", { .kind = PK_INT, .min = 0, .max = INT32_MAX } },
		{ "Subtype", { .kind = PK_NAME } },
		{ "Type", { .kind = PK_NAME } },
	};
	const struct pobj *v, *x;
	struct pobj *out;
	size_t n = 0;
	int e;

	*dst = NULL;
	if ((e = pwalk_resolve(w, src, &v)) != 0 || !pobj_is(v, POBJ_DICT))
		return e;
	if ((out = pobj_new_dict(w->d, sizeof(keys) / sizeof(*keys))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		if ((e = pwalk_get(w, v, keys[i].key, &x)) != 0)
			return e;
		if (x == NULL)
			continue;
		n++;
		if ((e = pwalk_scalar(w, &keys[i].alt, x, &x)) != 0)
			return e;
		if (x != NULL)
			pobj_set(out, keys[i].key, x);
	}
	*dst = out;
	if (n == pobj_count(v))
		return 0;
	return doc_found(w->d, FIND_PDF_CONTENT_PROPERTY, ACT_REMOVED, where,
	    NULL);
}

static int
properties(struct walk *w, const struct pobj *src, const char *where,
    const struct pobj **dst)
{
	const struct pobj *v, *type;
	int e;

	if ((e = pwalk_resolve(w, src, &v)) != 0 ||
	    (e = pwalk_get(w, v, "Type", &type)) != 0)
		return e;
	if (pobj_is_name(type, "OCG") || pobj_is_name(type, "OCMD"))
		return pwalk_layer(w, src, where, dst);
	return property_list(w, src, where, dst);
}

/* ---- external objects */

static int
image(struct walk *w, const struct pobj *v, const struct pobj *resources,
    const char *where, const struct pobj **dst)
{
	struct memo m;
	uint32_t num = 0;
	int e;

	if ((e = pwalk_seen(w, v->number, PX_IMAGE, &m)) != 0)
		return e;
	if (m.state == MEMO_DONE)
		return pwalk_ref(w, m.num, dst);
	if (m.state != MEMO_FRESH)
		return 0;
	if ((e = pdf_image(w->p, v, resources, where, &num)) != 0)
		return e;
	pwalk_settle(w, v->number, PX_IMAGE, num, 0);
	return num == 0 ? 0 : pwalk_ref(w, num, dst);
}

static int
xobject(struct walk *w, const struct pobj *src, const struct pobj *resources,
    const char *where, const struct pobj **dst)
{
	const struct pobj *v, *kind, *kind2;
	int e;

	if ((e = pwalk_resolve(w, src, &v)) != 0 || !pobj_is(v, POBJ_STREAM))
		return e;
	if ((e = pwalk_get(w, v, "Subtype", &kind)) != 0 ||
	    (e = pwalk_get(w, v, "Subtype2", &kind2)) != 0)
		return e;
	if (pobj_is_name(kind, "PS") || pobj_is_name(kind2, "PS"))
		return doc_found(w->d, FIND_PDF_POSTSCRIPT, ACT_REMOVED, where,
		    "XObject/PS");
	if (pobj_is_name(kind, "Image"))
		return image(w, v, resources, where, dst);
	return pwalk_form(w, src, resources, where, dst);
}

int
pwalk_resource(struct walk *w, enum presource kind, const struct pobj *src,
    const struct pobj *resources, const char *where, const struct pobj **dst)
{
	unsigned n;

	*dst = NULL;
	switch (kind) {
	case PRES_EXTGSTATE:
		return pwalk_gstate(w, src, resources, where, dst);
	case PRES_COLORSPACE:
		return pdf_colour_space(w->p, src, resources, where, dst, &n);
	case PRES_PATTERN:
		return pwalk_pattern(w, src, resources, where, dst);
	case PRES_SHADING:
		return pwalk_shading(w, src, resources, where, dst);
	case PRES_XOBJECT:
		return xobject(w, src, resources, where, dst);
	case PRES_FONT:
		return pwalk_font(w, src, resources, where, dst);
	case PRES_PROPERTIES:
		return properties(w, src, where, dst);
	default:
		return ERR_INTERNAL;
	}
}

/* ---- content */

static bool
same_name(const struct reader *a, const struct reader *b)
{
	return a->len == b->len &&
	       (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static size_t
name_slot(const struct wres *res, enum presource kind,
    const struct reader *name)
{
	uint32_t h = 2166136261u ^ (uint32_t)kind;
	const struct wres_name *x;
	size_t i;

	for (size_t k = 0; k < name->len; k++)
		h = (h ^ name->data[k]) * 16777619u;
	for (i = h & (res->n_slots - 1); res->slots[i] != 0;
	     i = (i + 1) & (res->n_slots - 1)) {
		x = &res->list[res->slots[i] - 1];
		if (x->kind == kind && same_name(&x->name, name))
			break;
	}
	return i;
}

static int
more_slots(struct wres *res)
{
	size_t n = res->n_slots == 0 ? 32 : res->n_slots * 2, bytes;

	if (res->n * 2 < res->n_slots)
		return 0;
	if (__builtin_mul_overflow(n, sizeof(*res->slots), &bytes) ||
	    (res->slots = doc_alloc(res->w->d, bytes)) == NULL)
		return ERR_NOMEM;
	res->n_slots = n;
	for (size_t i = 0; i < res->n; i++)
		res->slots[name_slot(res, res->list[i].kind,
		    &res->list[i].name)] = (uint32_t)(i + 1);
	return 0;
}

static int
add_name(struct wres *res, enum presource kind, const struct reader *name,
    const struct pobj *value)
{
	const char *copy;
	size_t slot;
	int e;

	if ((e = more_slots(res)) != 0)
		return e;
	slot = name_slot(res, kind, name);
	if (res->slots[slot] != 0) {
		res->list[res->slots[slot] - 1].value = value;
		return 0;
	}
	if ((e = pwalk_grow(res->w, &res->list, sizeof(*res->list), res->n,
		 &res->cap)) != 0)
		return e;
	/* The name may lie in content that is given back before the end. */
	if ((copy = doc_strndup(res->w->d, name->data, name->len)) == NULL)
		return ERR_NOMEM;
	res->list[res->n] = (struct wres_name){ .kind = kind, .value = value };
	reader_init(&res->list[res->n++].name, copy, name->len);
	res->slots[slot] = (uint32_t)res->n;
	return 0;
}

static bool
has_name(const struct wres *res, enum presource kind, const struct reader *name)
{
	uint32_t at = res->n == 0 ? 0 : res->slots[name_slot(res, kind, name)];

	return at != 0 && res->list[at - 1].value != NULL;
}

static int
keep(void *arg, enum presource kind, const struct reader *name,
    const struct pobj *value, bool *stays)
{
	struct wres *res = arg;
	const struct pobj *v;
	int e;

	res->fresh = 0;
	if (has_name(res, kind, name)) {
		*stays = true;
		return 0;
	}
	if ((e = pwalk_resource(res->w, kind, value, res->source, res->where,
		 &v)) != 0)
		return e;
	*stays = v != NULL;
	if (v == NULL || (e = add_name(res, kind, name, v)) != 0)
		return e;
	res->fresh = res->slots[name_slot(res, kind, name)];
	return 0;
}

/* What keep() has just added was not drawn after all. */
static void
drop(void *arg)
{
	struct wres *res = arg;

	if (res->fresh == 0)
		return;
	res->list[res->fresh - 1].value = NULL;
	res->fresh = 0;
}

int
pwalk_content(struct wres *res, const struct reader *bytes,
    enum pcontent_kind kind, struct buf *out)
{
	struct pcontent c = { .bytes = *bytes,
		.resources = res->source,
		.kind = kind,
		.number = res->number,
		.where = res->where,
		.keep = keep,
		.drop = drop,
		.arg = res };
	struct pused used = { 0 };
	const struct pobj *v;
	int e;

	if ((e = pdf_content(res->w->p, &c, out, &used)) != 0)
		return e;
	for (size_t i = 0; i < used.n; i++) {
		const struct pused_name *u = &used.list[i];

		if (u->added == 0)
			continue;
		if ((e = pwalk_ref(res->w, u->added, &v)) != 0 ||
		    (e = add_name(res, u->kind, &u->name, v)) != 0)
			return e;
	}
	return 0;
}

int
pwalk_resources(struct wres *res, const struct pobj **dst)
{
	size_t n[PRES_COUNT] = { 0 }, all = 0;
	struct pobj *out, *part;

	*dst = NULL;
	for (size_t i = 0; i < res->n; i++)
		if (res->list[i].value != NULL) {
			n[res->list[i].kind]++;
			all++;
		}
	if (all == 0)
		return 0;
	if ((out = pobj_new_dict(res->w->d, PRES_COUNT)) == NULL)
		return ERR_NOMEM;
	for (unsigned k = 0; k < PRES_COUNT; k++) {
		if (n[k] == 0)
			continue;
		if ((part = pobj_new_dict(res->w->d, n[k])) == NULL)
			return ERR_NOMEM;
		for (size_t i = 0; i < res->n; i++)
			if (res->list[i].kind == k &&
			    res->list[i].value != NULL)
				pobj_set_bytes(part, &res->list[i].name,
				    res->list[i].value);
		pobj_set(out, categories[k], part);
	}
	*dst = out;
	return 0;
}

/* ---- forms */

/* The stream of a form or pattern: dict has all but Resources. */
int
pwalk_content_stream(struct walk *w, const struct pobj *v,
    const struct pobj *resources, enum pcontent_kind kind, const char *where,
    struct pobj *dict, uint32_t num)
{
	struct wres res = { .w = w, .number = v->number, .where = where };
	const struct pobj *x;
	struct reader r;
	struct pdata data;
	struct buf out;
	bool ok;
	int e;

	if ((e = pwalk_get(w, v, "Resources", &res.source)) != 0 ||
	    (e = pwalk_stream(w, v, where, &data, &ok)) != 0)
		return e;
	if (!pobj_is(res.source, POBJ_DICT))
		res.source = resources;
	buf_init(&out, 1u << 30);
	if ((e = pwalk_content(&res, &data.bytes, kind, &out)) != 0 ||
	    (e = pwalk_resources(&res, &x)) != 0)
		goto out;
	if (x == NULL && (x = pobj_new_dict(w->d, 1)) == NULL) {
		e = ERR_NOMEM;
		goto out;
	}
	pobj_set(dict, "Resources", x);
	buf_reader(&out, &r);
	e = pout_stream(w->p->out, num, dict, &r, PFILTER_NONE, NULL);
out:
	pdf_data_free(w->p, &data);
	buf_done(&out);
	return e;
}

static int
make_form(struct walk *w, const struct pobj *v, const struct pobj *resources,
    const char *where, uint32_t *num)
{
	const struct pobj *name;
	struct pobj *dict;
	int e;

	if ((e = pwalk_dict(w, PT_XObjectFormType1, v, where, &dict)) != 0 ||
	    dict == NULL)
		return e;
	if ((name = pobj_new_name(w->d, "Form")) == NULL)
		return ERR_NOMEM;
	if (pobj_get(dict, "Subtype") == NULL)
		pobj_set(dict, "Subtype", name);
	if ((e = pout_reserve(w->p->out, num)) != 0)
		return e;
	w->p->depth++;
	e = pwalk_content_stream(w, v, resources, PCONTENT_FORM, where, dict,
	    *num);
	w->p->depth--;
	return e;
}

int
pwalk_form(struct walk *w, const struct pobj *src, const struct pobj *resources,
    const char *where, const struct pobj **dst)
{
	const struct pobj *v;
	struct memo m;
	uint32_t num = 0;
	int e;

	*dst = NULL;
	if ((e = pwalk_resolve(w, src, &v)) != 0 || !pobj_is(v, POBJ_STREAM))
		return e;
	if ((e = pwalk_seen(w, v->number, PT_XObjectFormType1, &m)) != 0)
		return e;
	if (m.state == MEMO_DONE)
		return pwalk_ref(w, m.num, dst);
	if (m.state == MEMO_BUSY || w->p->depth >= WALK_FORM_DEPTH)
		pwalk_tally(&w->broken, "Form", NULL);
	if (m.state != MEMO_FRESH)
		return 0;
	if (w->p->depth < WALK_FORM_DEPTH &&
	    (e = make_form(w, v, resources, where, &num)) != 0)
		return e;
	pwalk_settle(w, v->number, PT_XObjectFormType1, num, 0);
	return num == 0 ? 0 : pwalk_ref(w, num, dst);
}
