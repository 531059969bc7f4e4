/*
 * Name trees and number trees (ISO 32000-1, 7.9.6, 7.9.7): read node by node,
 * each node once; written as one node with its keys in order.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/pdf/walk_int.h"

#define DEPTH_MAX 40

struct tree {
	struct walk *w;
	bool numbers;
	pwalk_tree_fn *fn;
	void *arg;
};

static bool
key_fits(const struct tree *t, const struct pobj *key)
{
	int64_t n;

	if (t->numbers)
		return pobj_int(key, 0, INT32_MAX, &n);
	return pobj_is(key, POBJ_STRING);
}

static int
leaves(struct tree *t, const struct pobj *list)
{
	const struct pobj *key;
	int e;

	for (size_t i = 0; i + 1 < pobj_count(list); i += 2) {
		if ((e = pwalk_item(t->w, list, i, &key)) != 0)
			return e;
		if (!key_fits(t, key)) {
			pwalk_tally(&t->w->broken, "Tree", NULL);
			continue;
		}
		if ((e = t->fn(t->w, t->arg, key, pobj_item(list, i + 1))) != 0)
			return e;
	}
	return 0;
}

static int
node(struct tree *t, const struct pobj *src, unsigned depth)
{
	const struct pobj *v, *list;
	struct memo m;
	int e;

	if ((e = pwalk_resolve(t->w, src, &v)) != 0 || !pobj_is(v, POBJ_DICT))
		return e;
	if ((e = pwalk_seen(t->w, pwalk_number(src, v), PX_TREE, &m)) != 0)
		return e;
	if (m.state != MEMO_FRESH || depth > DEPTH_MAX) {
		pwalk_tally(&t->w->broken, "Tree", NULL);
		return 0;
	}
	if ((e = pwalk_get(t->w, v, t->numbers ? "Nums" : "Names", &list)) != 0)
		return e;
	if (pobj_is(list, POBJ_ARRAY) && (e = leaves(t, list)) != 0)
		return e;
	if ((e = pwalk_get(t->w, v, "Kids", &list)) != 0)
		return e;
	for (size_t i = 0; pobj_is(list, POBJ_ARRAY) && i < pobj_count(list);
	     i++)
		if ((e = node(t, pobj_item(list, i), depth + 1)) != 0)
			return e;
	return 0;
}

int
pwalk_tree(struct walk *w, const struct pobj *root, bool numbers,
    pwalk_tree_fn *fn, void *arg)
{
	struct tree t = { .w = w, .numbers = numbers, .fn = fn, .arg = arg };

	return node(&t, root, 0);
}

/* ---- writing */

int
pwalk_bytes_compare(const struct reader *a, const struct reader *b)
{
	size_t n = a->len < b->len ? a->len : b->len;
	int c = n == 0 ? 0 : memcmp(a->data, b->data, n);

	if (c != 0)
		return c;
	return a->len < b->len ? -1 : a->len > b->len;
}

struct order {
	const struct wtree_entry *x;
	size_t i; /* place in the source: the first of twins wins */
	int64_t n;
};

static int
compare(const void *pa, const void *pb)
{
	const struct order *a = pa, *b = pb;
	int c = 0;

	if (pobj_is(a->x->key, POBJ_STRING))
		c = pwalk_bytes_compare(&a->x->key->u.bytes,
		    &b->x->key->u.bytes);
	else
		c = a->n < b->n ? -1 : a->n > b->n;
	return c != 0 ? c : (a->i < b->i ? -1 : 1);
}

static bool
twins(const struct order *a, const struct order *b)
{
	struct order x = *a, y = *b;

	x.i = 0;
	y.i = 1;
	if (compare(&x, &y) > 0)
		return false;
	x.i = 1;
	y.i = 0;
	return compare(&x, &y) > 0;
}

int
pwalk_tree_make(struct walk *w, bool numbers, struct wtree_entry *list,
    size_t n, const struct pobj **dst)
{
	struct order *o;
	struct pobj *flat, *dict;
	size_t bytes;

	*dst = NULL;
	if (n == 0)
		return 0;
	if (__builtin_mul_overflow(n, sizeof(*o), &bytes) ||
	    (o = doc_alloc(w->d, bytes)) == NULL ||
	    (flat = pobj_new_array(w->d, 2 * n)) == NULL ||
	    (dict = pobj_new_dict(w->d, 1)) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		o[i] = (struct order){ .x = &list[i], .i = i };
		if (numbers && !pobj_int(list[i].key, 0, INT32_MAX, &o[i].n))
			return ERR_INTERNAL;
	}
	qsort(o, n, sizeof(*o), compare);
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && twins(&o[i - 1], &o[i])) {
			pwalk_tally(&w->broken, "Tree", NULL);
			continue;
		}
		pobj_push(flat, o[i].x->key);
		pobj_push(flat, o[i].x->value);
	}
	pobj_set(dict, numbers ? "Nums" : "Names", flat);
	*dst = dict;
	return 0;
}
