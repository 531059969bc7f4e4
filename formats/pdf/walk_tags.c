/*
 * Logical structure (ISO 32000-1, 14.7): the tree of elements with their texts
 * and typed attributes, and the table that leads from content back to them.
 * Comes last, because it names pages, forms, pictures and annotations. Class
 * maps, name spaces and private attributes do not stay.
 */
#include <string.h>

#include "formats/pdf/walk_int.h"

#define DEPTH_MAX   200
#define PARENTS_MAX (1 << 20) /* entries for one page */

struct tags {
	struct walk *w;
	uint32_t *of; /* source number -> output number of the element */
	uint32_t root;
	struct wtree_entry *ids, *parents;
	size_t n_ids, cap_ids, n_parents, cap_parents;
	uint32_t lost; /* kids that lead nowhere */
};

static int element(struct tags *, const struct pobj *src, uint32_t parent,
    unsigned depth, const struct pobj **dst);

/* ---- what an element holds */

static int
put_page(struct tags *t, const struct pobj *v, struct pobj *dst)
{
	size_t i = pwalk_page_of(t->w, pobj_get(v, "Pg"));
	const struct pobj *ref;
	int e;

	if (i == 0)
		return 0;
	if ((e = pwalk_ref(t->w, t->w->pages[i - 1].num, &ref)) == 0)
		pobj_set(dst, "Pg", ref);
	return e;
}

/* What became of an object that content shows, or NULL. */
static int
shown(struct tags *t, const struct pobj *ref, const struct pobj **dst)
{
	static const unsigned kinds[] = { PT_XObjectFormType1, PX_IMAGE };
	const struct wannot *a = pwalk_annot_of(t->w, ref);
	struct memo m;
	int e;

	*dst = NULL;
	if (a != NULL)
		return a->num == 0 || a->flatten ? 0
						 : pwalk_ref(t->w, a->num, dst);
	if (!pobj_is(ref, POBJ_REF))
		return 0;
	for (size_t i = 0; i < 2; i++) {
		if ((e = pwalk_seen(t->w, ref->u.ref, kinds[i], &m)) != 0)
			return e;
		if (m.state == MEMO_DONE)
			return pwalk_ref(t->w, m.num, dst);
	}
	return 0;
}

/* A piece of marked content, or an object: both name what shows them. */
static int
reference(struct tags *t, const struct pobj *v, bool is_object,
    const struct pobj **dst)
{
	pdf_type type =
	    is_object ? PT_ObjectReference : PT_MarkedContentReference;
	const char *key = is_object ? "Obj" : "Stm";
	const struct pobj *x;
	struct pobj *dict;
	int e;

	if ((e = pwalk_dict(t->w, type, v, "StructTreeRoot", &dict)) != 0 ||
	    dict == NULL || (e = put_page(t, v, dict)) != 0)
		return e;
	if (is_object || pobj_get(v, key) != NULL) {
		if ((e = shown(t, pobj_get(v, key), &x)) != 0 || x == NULL)
			return e;
		pobj_set(dict, key, x);
	}
	if (pobj_get(dict, "Type") == NULL) {
		x = pobj_new_name(t->w->d, is_object ? "OBJR" : "MCR");
		if (x == NULL)
			return ERR_NOMEM;
		pobj_set(dict, "Type", x);
	}
	*dst = dict;
	return 0;
}

static int
kid(struct tags *t, const struct pobj *src, uint32_t parent, unsigned depth,
    const struct pobj **dst)
{
	const struct pobj *v;
	int64_t n;
	int e;

	*dst = NULL;
	if ((e = pwalk_resolve(t->w, src, &v)) != 0 || v == NULL)
		return e;
	if (pobj_int(v, 0, INT32_MAX, &n))
		*dst = v;
	else if (pobj_get(v, "MCID") != NULL)
		e = reference(t, v, false, dst);
	else if (pobj_get(v, "Obj") != NULL)
		e = reference(t, v, true, dst);
	else if (pobj_is(v, POBJ_DICT))
		return element(t, src, parent, depth, dst);
	if (e == 0 && *dst == NULL)
		t->lost++;
	return e;
}

static int
put_kids(struct tags *t, const struct pobj *v, uint32_t num, unsigned depth,
    struct pobj *dst)
{
	const struct pobj *k, *x;
	struct pobj *out;
	int e;

	if ((e = pwalk_get(t->w, v, "K", &k)) != 0 || k == NULL)
		return e;
	if (!pobj_is(k, POBJ_ARRAY)) {
		if ((e = kid(t, pobj_get(v, "K"), num, depth, &x)) != 0)
			return e;
		if (x != NULL)
			pobj_set(dst, "K", x);
		return 0;
	}
	if ((out = pobj_new_array(t->w->d, pobj_count(k))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < pobj_count(k); i++) {
		if ((e = kid(t, pobj_item(k, i), num, depth, &x)) != 0)
			return e;
		if (x != NULL)
			pobj_push(out, x);
	}
	if (pobj_count(out) > 0)
		pobj_set(dst, "K", out);
	return 0;
}

/* A: one set of attributes, or several, each with its revision or without. */
static int
put_attributes(struct tags *t, const struct pobj *v, struct pobj *dst)
{
	static const pdf_type type = PT_StructureAttributesDict;
	const struct pobj *a, *x, *y;
	struct pobj *out;
	bool kept = false;
	int64_t n;
	int e;

	if ((e = pwalk_get(t->w, v, "A", &a)) != 0 || a == NULL)
		return e;
	if (pobj_is(a, POBJ_DICT)) {
		if ((e = pwalk_copy(t->w, type, pobj_get(v, "A"),
			 "StructTreeRoot", &x)) != 0)
			return e;
		if (x != NULL)
			pobj_set(dst, "A", x);
		return 0;
	}
	if (!pobj_is(a, POBJ_ARRAY))
		return 0;
	if ((out = pobj_new_array(t->w->d, pobj_count(a))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < pobj_count(a); i++) {
		if ((e = pwalk_item(t->w, a, i, &x)) != 0)
			return e;
		y = NULL;
		if (pobj_is(x, POBJ_DICT) &&
		    (e = pwalk_copy(t->w, type, pobj_item(a, i),
			 "StructTreeRoot", &y)) != 0)
			return e;
		if (pobj_int(x, 0, INT32_MAX, &n) && kept)
			y = x;
		kept = y != NULL && y != x;
		if (y != NULL)
			pobj_push(out, y);
	}
	if (pobj_count(out) > 0)
		pobj_set(dst, "A", out);
	return 0;
}

static int
put_id(struct tags *t, const struct pobj *v, uint32_t num, struct pobj *dst)
{
	const struct pobj *id, *ref;
	int e;

	if ((e = pwalk_get(t->w, v, "ID", &id)) != 0 ||
	    !pobj_is(id, POBJ_STRING))
		return e;
	if ((e = pwalk_ref(t->w, num, &ref)) != 0 ||
	    (e = pwalk_grow(t->w, &t->ids, sizeof(*t->ids), t->n_ids,
		 &t->cap_ids)) != 0)
		return e;
	t->ids[t->n_ids++] = (struct wtree_entry){ .key = id, .value = ref };
	pobj_set(dst, "ID", id);
	return 0;
}

/* ---- elements */

static int
fill_element(struct tags *t, const struct pobj *v, uint32_t parent,
    uint32_t num, unsigned depth, struct pobj *dst)
{
	const struct pobj *ref;
	int e;

	if ((e = pwalk_ref(t->w, parent, &ref)) != 0)
		return e;
	pobj_set(dst, "P", ref);
	if ((e = put_page(t, v, dst)) != 0 ||
	    (e = put_id(t, v, num, dst)) != 0 ||
	    (e = put_attributes(t, v, dst)) != 0)
		return e;
	return put_kids(t, v, num, depth, dst);
}

/* A role that has the name of an action would make an action of the element
 * for a careless reader. */
static int
tame_role(struct tags *t, struct pobj *dict)
{
	const struct pobj *plain;
	struct reader key;

	if (!pwalk_is_action(pobj_get(dict, "S")))
		return 0;
	if ((plain = pobj_new_name(t->w->d, "NonStruct")) == NULL)
		return ERR_NOMEM;
	pwalk_replace(dict, "S", plain);
	reader_init(&key, "S", 1);
	pwalk_tally(&t->w->wrong, "StructElem", &key);
	return 0;
}

static int
element(struct tags *t, const struct pobj *src, uint32_t parent, unsigned depth,
    const struct pobj **dst)
{
	const struct pobj *v;
	struct pobj *dict;
	uint32_t number, num;
	int e;

	if ((e = pwalk_resolve(t->w, src, &v)) != 0)
		return e;
	number = pwalk_number(src, v);
	if (depth > DEPTH_MAX || number >= t->w->limit ||
	    (number != 0 && t->of[number] != 0)) {
		t->lost++;
		return 0;
	}
	if ((e = pwalk_dict(t->w, PT_StructElem, v, "StructTreeRoot", &dict)) !=
		0 ||
	    dict == NULL || (e = tame_role(t, dict)) != 0 ||
	    (e = pout_reserve(t->w->p->out, &num)) != 0)
		return e;
	t->of[number] = number == 0 ? 0 : num;
	pout_set(t->w->p->out, num, dict);
	if ((e = fill_element(t, v, parent, num, depth + 1, dict)) != 0)
		return e;
	return pwalk_ref(t->w, num, dst);
}

/* ---- from content to elements */

static int
mapped(struct tags *t, const struct pobj *ref, const struct pobj **dst)
{
	*dst = NULL;
	if (!pobj_is(ref, POBJ_REF) || ref->u.ref >= t->w->limit ||
	    t->of[ref->u.ref] == 0)
		return 0;
	return pwalk_ref(t->w, t->of[ref->u.ref], dst);
}

static int
mapped_list(struct tags *t, const struct pobj *a, const struct pobj **dst)
{
	const struct pobj *x, *null;
	struct pobj *out;
	bool any = false;
	int e;

	*dst = NULL;
	if (pobj_count(a) > PARENTS_MAX)
		return 0;
	if ((null = pobj_new(t->w->d, POBJ_NULL)) == NULL ||
	    (out = pobj_new_array(t->w->d, pobj_count(a))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < pobj_count(a); i++) {
		if ((e = mapped(t, pobj_item(a, i), &x)) != 0)
			return e;
		any = any || x != NULL;
		pobj_push(out, x != NULL ? x : null);
	}
	if (any)
		*dst = out;
	return 0;
}

static int
add_parent(struct walk *w, void *arg, const struct pobj *key,
    const struct pobj *value)
{
	struct tags *t = arg;
	const struct pobj *v, *x;
	int e;

	if ((e = pwalk_resolve(w, value, &v)) != 0)
		return e;
	e = pobj_is(v, POBJ_ARRAY) ? mapped_list(t, v, &x)
				   : mapped(t, value, &x);
	if (e != 0 || x == NULL)
		return e;
	if ((e = pwalk_grow(w, &t->parents, sizeof(*t->parents), t->n_parents,
		 &t->cap_parents)) != 0)
		return e;
	t->parents[t->n_parents++] =
	    (struct wtree_entry){ .key = key, .value = x };
	return 0;
}

/* Names of roles: from what a producer calls it to what the standard does. */
static int
put_roles(struct tags *t, const struct pobj *v, struct pobj *dst)
{
	const struct pobj *map, *x;
	struct pobj *out;
	int e;

	if ((e = pwalk_get(t->w, v, "RoleMap", &map)) != 0 ||
	    !pobj_is(map, POBJ_DICT) || pobj_count(map) == 0)
		return e;
	if ((out = pobj_new_dict(t->w->d, pobj_count(map))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < pobj_count(map); i++) {
		const struct pentry *en = &map->u.dict.entry[i];

		if ((e = pwalk_resolve(t->w, en->value, &x)) != 0)
			return e;
		if (pobj_is(x, POBJ_NAME))
			pobj_set_bytes(out, &en->key, x);
		else
			pwalk_tally(&t->w->wrong, "RoleMap", &en->key);
	}
	if (pobj_count(out) > 0)
		pobj_set(dst, "RoleMap", out);
	return 0;
}

static int
put_tables(struct tags *t, const struct pobj *v, struct pobj *dst)
{
	const struct pobj *x;
	int64_t n;
	int e;

	if ((e = pwalk_tree(t->w, pobj_get(v, "ParentTree"), true, add_parent,
		 t)) != 0 ||
	    (e = pwalk_tree_make(t->w, true, t->parents, t->n_parents, &x)) !=
		0)
		return e;
	if (x != NULL)
		pobj_set(dst, "ParentTree", x);
	if ((e = pwalk_tree_make(t->w, false, t->ids, t->n_ids, &x)) != 0)
		return e;
	if (x != NULL)
		pobj_set(dst, "IDTree", x);
	if ((e = pwalk_get(t->w, v, "ParentTreeNextKey", &x)) != 0)
		return e;
	if (pobj_int(x, 0, INT32_MAX, &n))
		pobj_set(dst, "ParentTreeNextKey", x);
	return put_roles(t, v, dst);
}

int
pwalk_tags(struct walk *w, const struct pobj *root, struct pobj *dst)
{
	struct tags t = { .w = w };
	const struct pobj *v, *ref;
	struct pobj *dict;
	int e;

	if ((e = pwalk_get(w, root, "StructTreeRoot", &v)) != 0 ||
	    !pobj_is(v, POBJ_DICT) ||
	    (e = pwalk_dict(w, PT_StructTreeRoot, v, "StructTreeRoot",
		 &dict)) != 0 ||
	    dict == NULL || (e = pout_reserve(w->p->out, &t.root)) != 0)
		return e;
	if ((t.of = doc_alloc(w->d, ((size_t)w->limit + 1) * sizeof(*t.of))) ==
	    NULL)
		return ERR_NOMEM;
	if ((e = put_kids(&t, v, t.root, 0, dict)) != 0 ||
	    (e = put_tables(&t, v, dict)) != 0 ||
	    (e = pwalk_ref(w, t.root, &ref)) != 0)
		return e;
	pout_set(w->p->out, t.root, dict);
	pobj_set(dst, "StructTreeRoot", ref);
	if (t.lost == 0)
		return 0;
	return doc_found_n(w->d, t.lost, FIND_PDF_TAG, ACT_REMOVED,
	    "StructTreeRoot", NULL);
}
