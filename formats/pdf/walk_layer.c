/*
 * Optional content (ISO 32000-1, 8.11): groups with their names, memberships,
 * and the one configuration that says what is shown. Rules that change what is
 * shown by use (view, print, export, zoom) and other configurations go. Layers
 * that are off are kept, and said.
 */
#include <string.h>

#include "formats/pdf/walk_int.h"

#define LAYERS_MAX 10000
#define DEPTH_MAX  16
#define LISTED_MAX (1u << 18) /* groups and lists in lists */

struct wlayer {
	uint32_t num;
	const struct pobj *name;
	bool design; /* not for viewing: a reader never hides it */
	bool said;
};

struct wlayers {
	struct wlayer *list;
	size_t n, cap;
	uint32_t *of;	 /* source number -> index + 1 */
	uint32_t listed; /* in orders and expressions */
};

static struct wlayer *
layer_of(const struct walk *w, const struct pobj *ref)
{
	uint32_t i;

	if (w->layers == NULL || !pobj_is(ref, POBJ_REF) ||
	    ref->u.ref >= w->limit)
		return NULL;
	i = w->layers->of[ref->u.ref];
	return i == 0 ? NULL : &w->layers->list[i - 1];
}

static int
is_design(struct walk *w, const struct pobj *v, bool *yes)
{
	const struct pobj *intent, *x;
	int e;

	*yes = false;
	if ((e = pwalk_get(w, v, "Intent", &intent)) != 0 || intent == NULL)
		return e;
	if (!pobj_is(intent, POBJ_ARRAY)) {
		*yes = pobj_is_name(intent, "Design");
		return 0;
	}
	*yes = pobj_count(intent) > 0;
	for (size_t i = 0; *yes && i < pobj_count(intent); i++) {
		if ((e = pwalk_item(w, intent, i, &x)) != 0)
			return e;
		*yes = pobj_is_name(x, "Design");
	}
	return 0;
}

static int
add_layer(struct walk *w, const struct pobj *ref)
{
	struct wlayers *l = w->layers;
	struct wlayer *x;
	const struct pobj *v;
	struct pobj *dict;
	int e;

	if (!pobj_is(ref, POBJ_REF) || ref->u.ref >= w->limit ||
	    l->of[ref->u.ref] != 0 || l->n >= LAYERS_MAX)
		return 0;
	if ((e = pwalk_resolve(w, ref, &v)) != 0 ||
	    (e = pwalk_dict(w, PT_OptContentGroup, v, "OCProperties", &dict)) !=
		0 ||
	    dict == NULL)
		return e;
	if (pobj_get(dict, "Type") == NULL) {
		const struct pobj *type = pobj_new_name(w->d, "OCG");

		if (type == NULL)
			return ERR_NOMEM;
		pobj_set(dict, "Type", type);
	}
	if ((e = pwalk_grow(w, &l->list, sizeof(*l->list), l->n, &l->cap)) != 0)
		return e;
	x = &l->list[l->n++];
	*x = (struct wlayer){ .name = pobj_get(dict, "Name") };
	l->of[ref->u.ref] = (uint32_t)l->n;
	if ((e = is_design(w, v, &x->design)) != 0 ||
	    (e = pout_reserve(w->p->out, &x->num)) != 0)
		return e;
	pout_set(w->p->out, x->num, dict);
	return 0;
}

int
pwalk_layers_find(struct walk *w, const struct pobj *root)
{
	const struct pobj *props, *list;
	int e;

	if ((e = pwalk_get(w, root, "OCProperties", &props)) != 0 ||
	    !pobj_is(props, POBJ_DICT))
		return e;
	if ((w->layers = doc_alloc(w->d, sizeof(*w->layers))) == NULL ||
	    (w->layers->of = doc_alloc(w->d,
		 (size_t)w->limit * sizeof(*w->layers->of))) == NULL)
		return ERR_NOMEM;
	if ((e = pwalk_get(w, props, "OCGs", &list)) != 0)
		return e;
	for (size_t i = 0; pobj_is(list, POBJ_ARRAY) && i < pobj_count(list);
	     i++)
		if ((e = add_layer(w, pobj_item(list, i))) != 0)
			return e;
	return 0;
}

/* ---- lists of groups */

/* Lists in lists can name the same list again and again. */
static int
count_listed(struct walk *w, size_t n)
{
	struct wlayers *l = w->layers;

	if (n > LISTED_MAX - l->listed)
		return doc_fail(w->d, ERR_LIMIT, "lists of layers without end");
	l->listed += (uint32_t)n;
	return 0;
}

static int
push_layer(struct walk *w, const struct pobj *ref, struct pobj *out)
{
	const struct wlayer *x = layer_of(w, ref);
	const struct pobj *v;
	int e;

	if (x == NULL) {
		pwalk_tally(&w->broken, "OCG", NULL);
		return 0;
	}
	if ((e = pwalk_ref(w, x->num, &v)) != 0)
		return e;
	pobj_push(out, v);
	return 0;
}

static int
groups(struct walk *w, const struct pobj *src, const struct pobj **dst)
{
	const struct pobj *a;
	struct pobj *out;
	int e;

	*dst = NULL;
	if ((e = pwalk_resolve(w, src, &a)) != 0 || !pobj_is(a, POBJ_ARRAY))
		return e;
	if ((out = pobj_new_array(w->d, pobj_count(a))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < pobj_count(a); i++)
		if ((e = push_layer(w, pobj_item(a, i), out)) != 0)
			return e;
	*dst = out;
	return 0;
}

/* Order: groups, labels (text first in a list), lists inside lists. */
static int
order(struct walk *w, const struct pobj *src, unsigned depth,
    const struct pobj **dst)
{
	const struct pobj *a, *v, *x;
	struct pobj *out;
	int e;

	*dst = NULL;
	if ((e = pwalk_resolve(w, src, &a)) != 0 || !pobj_is(a, POBJ_ARRAY) ||
	    depth > DEPTH_MAX || (e = count_listed(w, pobj_count(a))) != 0)
		return e;
	if ((out = pobj_new_array(w->d, pobj_count(a))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < pobj_count(a); i++) {
		if ((e = pwalk_item(w, a, i, &v)) != 0)
			return e;
		x = NULL;
		if (pobj_is(v, POBJ_STRING))
			e = pwalk_text(w, v, &x);
		else if (pobj_is(v, POBJ_ARRAY))
			e = order(w, v, depth + 1, &x);
		else
			e = push_layer(w, pobj_item(a, i), out);
		if (e != 0)
			return e;
		if (x != NULL)
			pobj_push(out, x);
	}
	*dst = out;
	return 0;
}

static int
lists(struct walk *w, const struct pobj *src, const struct pobj **dst)
{
	const struct pobj *a, *x;
	struct pobj *out;
	int e;

	*dst = NULL;
	if ((e = pwalk_resolve(w, src, &a)) != 0 || !pobj_is(a, POBJ_ARRAY))
		return e;
	if ((out = pobj_new_array(w->d, pobj_count(a))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < pobj_count(a); i++) {
		if ((e = groups(w, pobj_item(a, i), &x)) != 0)
			return e;
		if (x != NULL)
			pobj_push(out, x);
	}
	*dst = out;
	return 0;
}

/* ---- what is shown */

static int
say_hidden(struct walk *w, struct wlayer *x)
{
	char name[120] = "";
	struct buf b;
	int e;

	if (x->said)
		return 0;
	x->said = true;
	buf_init(&b, 1 << 16);
	if ((e = pwalk_text_get(w, x->name, &b)) == 0)
		utf8_printable(b.data, b.len, name, sizeof(name));
	buf_done(&b);
	if (e != 0 && e != ERR_LIMIT)
		return e;
	return doc_found(w->d, FIND_PDF_LAYER, ACT_KEPT, "OCProperties", "%s",
	    name);
}

/* OFF, without groups that are not for viewing: they are always seen. */
static int
hidden(struct walk *w, const struct pobj *src, const struct pobj **dst)
{
	const struct pobj *a;
	struct wlayer *x;
	struct pobj *out;
	int e;

	*dst = NULL;
	if ((e = pwalk_resolve(w, src, &a)) != 0 || !pobj_is(a, POBJ_ARRAY))
		return e;
	if ((out = pobj_new_array(w->d, pobj_count(a))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < pobj_count(a); i++) {
		x = layer_of(w, pobj_item(a, i));
		if (x != NULL && x->design)
			continue;
		if ((e = push_layer(w, pobj_item(a, i), out)) != 0 ||
		    (x != NULL && (e = say_hidden(w, x)) != 0))
			return e;
	}
	*dst = out;
	return 0;
}

static int
config(struct walk *w, const struct pobj *d, struct pobj *dst)
{
	static const struct {
		const char *key;
		int (*make)(struct walk *, const struct pobj *,
		    const struct pobj **);
	} parts[] = { { "ON", groups }, { "OFF", hidden }, { "Locked", groups },
		{ "RBGroups", lists } };
	const struct pobj *v;
	int e;

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if ((e = parts[i].make(w, pobj_get(d, parts[i].key), &v)) != 0)
			return e;
		if (v != NULL && pobj_count(v) > 0)
			pobj_set(dst, parts[i].key, v);
	}
	if ((e = order(w, pobj_get(d, "Order"), 0, &v)) != 0)
		return e;
	if (v != NULL)
		pobj_set(dst, "Order", v);
	return 0;
}

/* With BaseState OFF all are hidden that ON does not name. */
static int
say_all_hidden(struct walk *w, const struct pobj *d)
{
	const struct pobj *v;
	struct wlayer *x;
	int e;

	if ((e = pwalk_get(w, d, "BaseState", &v)) != 0 ||
	    !pobj_is_name(v, "OFF") || (e = pwalk_get(w, d, "ON", &v)) != 0)
		return e;
	for (size_t i = 0; pobj_is(v, POBJ_ARRAY) && i < pobj_count(v); i++)
		if ((x = layer_of(w, pobj_item(v, i))) != NULL)
			x->said = true;
	for (size_t i = 0; i < w->layers->n; i++)
		if ((e = say_hidden(w, &w->layers->list[i])) != 0)
			return e;
	return 0;
}

static int
put_groups(struct walk *w, struct pobj *out)
{
	struct pobj *list = pobj_new_array(w->d, w->layers->n);
	const struct pobj *v;
	int e;

	if (list == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < w->layers->n; i++) {
		if ((e = pwalk_ref(w, w->layers->list[i].num, &v)) != 0)
			return e;
		pobj_push(list, v);
	}
	pobj_set(out, "OCGs", list);
	return 0;
}

int
pwalk_layers(struct walk *w, const struct pobj *root, struct pobj *dst)
{
	const struct pobj *props, *d;
	struct pobj *out, *cfg;
	int e;

	if (w->layers == NULL || w->layers->n == 0)
		return 0;
	if ((e = pwalk_get(w, root, "OCProperties", &props)) != 0 ||
	    (e = pwalk_dict(w, PT_OptContentProperties, props, "OCProperties",
		 &out)) != 0 ||
	    (e = pwalk_get(w, props, "D", &d)) != 0)
		return e;
	if (!pobj_is(d, POBJ_DICT) && (d = pobj_new_dict(w->d, 1)) == NULL)
		return ERR_NOMEM;
	if ((e = pwalk_dict(w, PT_OptContentConfig, d, "OCProperties", &cfg)) !=
		0 ||
	    (e = config(w, d, cfg)) != 0 || (e = say_all_hidden(w, d)) != 0 ||
	    (e = put_groups(w, out)) != 0)
		return e;
	pobj_set(out, "D", cfg);
	pobj_set(dst, "OCProperties", out);
	return 0;
}

/* ---- references to groups */

/* [/And x ...], x a group or another such list. */
static int
expression(struct walk *w, const struct pobj *src, unsigned depth,
    const struct pobj **dst)
{
	const struct pobj *a, *v, *x;
	struct pobj *out;
	int e;

	*dst = NULL;
	if ((e = pwalk_resolve(w, src, &a)) != 0 || !pobj_is(a, POBJ_ARRAY) ||
	    depth > DEPTH_MAX || (e = count_listed(w, pobj_count(a))) != 0 ||
	    (e = pwalk_item(w, a, 0, &v)) != 0)
		return e;
	if (!pobj_is_name(v, "And") && !pobj_is_name(v, "Or") &&
	    !pobj_is_name(v, "Not"))
		return 0;
	if ((out = pobj_new_array(w->d, pobj_count(a))) == NULL)
		return ERR_NOMEM;
	pobj_push(out, v);
	for (size_t i = 1; i < pobj_count(a); i++) {
		if ((e = pwalk_item(w, a, i, &v)) != 0)
			return e;
		if (!pobj_is(v, POBJ_ARRAY)) {
			if ((e = push_layer(w, pobj_item(a, i), out)) != 0)
				return e;
			continue;
		}
		if ((e = expression(w, v, depth + 1, &x)) != 0)
			return e;
		if (x != NULL)
			pobj_push(out, x);
	}
	*dst = pobj_count(out) > 1 ? out : NULL;
	return 0;
}

static int
membership(struct walk *w, const struct pobj *v, const char *where,
    const struct pobj **dst)
{
	const struct pobj *list, *x;
	struct pobj *dict;
	int e;

	if ((e = pwalk_dict(w, PT_OptContentMembership, v, where, &dict)) !=
		0 ||
	    dict == NULL || (e = pwalk_get(w, v, "OCGs", &list)) != 0)
		return e;
	if (pobj_is(list, POBJ_ARRAY)) {
		if ((e = groups(w, list, &x)) != 0)
			return e;
		if (x != NULL)
			pobj_set(dict, "OCGs", x);
	} else if (layer_of(w, pobj_get(v, "OCGs")) != NULL) {
		if ((e = pwalk_ref(w, layer_of(w, pobj_get(v, "OCGs"))->num,
			 &x)) != 0)
			return e;
		pobj_set(dict, "OCGs", x);
	}
	if ((e = expression(w, pobj_get(v, "VE"), 0, &x)) != 0)
		return e;
	if (x != NULL)
		pobj_set(dict, "VE", x);
	*dst = dict;
	return 0;
}

int
pwalk_layer(struct walk *w, const struct pobj *src, const char *where,
    const struct pobj **dst)
{
	const struct wlayer *x = layer_of(w, src);
	const struct pobj *v, *type;
	struct memo m;
	uint32_t number;
	int e;

	*dst = NULL;
	if (x != NULL)
		return pwalk_ref(w, x->num, dst);
	/* Without a group there are no properties of layers in the result. */
	if (w->layers == NULL || w->layers->n == 0)
		return 0;
	if ((e = pwalk_resolve(w, src, &v)) != 0 ||
	    (e = pwalk_get(w, v, "Type", &type)) != 0 ||
	    !pobj_is_name(type, "OCMD"))
		return e;
	number = pwalk_number(src, v);
	if ((e = pwalk_seen(w, number, PT_OptContentMembership, &m)) != 0)
		return e;
	if (m.state == MEMO_FRESH) {
		if ((e = membership(w, v, where, dst)) != 0)
			return e;
		if (*dst != NULL) {
			if ((e = pout_reserve(w->p->out, &m.num)) != 0)
				return e;
			pout_set(w->p->out, m.num, *dst);
		}
		pwalk_settle(w, number, PT_OptContentMembership, m.num, 0);
	}
	*dst = NULL;
	return m.num == 0 ? 0 : pwalk_ref(w, m.num, dst);
}
