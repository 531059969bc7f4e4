/*
 * Destinations (ISO 32000-1, 12.3.2) and the two actions that may stay (12.6):
 * GoTo to a page of this document, and URI under the URL policy.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/pdf/walk_int.h"
#include "formats/url.h"

struct wdests {
	struct wtree_entry *tree; /* by strings: in the order of the source */
	size_t n_tree, cap_tree;
	struct wtree_entry *old; /* by names */
	size_t n_old, cap_old;
	/* the same, sorted for looking up */
	struct reader *keys[2];
};

/* ---- one destination */

static int
target_page(struct walk *w, const struct pobj *ref, const struct pobj **dst)
{
	size_t i = pwalk_page_of(w, ref);
	const struct pobj *v;
	int64_t n;
	int e;

	*dst = NULL;
	if (i == 0) {
		/* A page number belongs to other documents; readers take it. */
		if ((e = pwalk_resolve(w, ref, &v)) != 0 ||
		    !pobj_int(v, 0, WALK_PAGES_MAX, &n) ||
		    (size_t)n >= w->n_pages)
			return e;
		i = (size_t)n + 1;
	}
	return pwalk_ref(w, w->pages[i - 1].num, dst);
}

static const struct fit {
	const char *name;
	size_t n;
} fits[] = { { "XYZ", 3 }, { "Fit", 0 }, { "FitH", 1 }, { "FitV", 1 },
	{ "FitR", 4 }, { "FitB", 0 }, { "FitBH", 1 }, { "FitBV", 1 } };

static const struct fit *
fit_of(const struct pobj *name)
{
	for (size_t i = 0; i < sizeof(fits) / sizeof(*fits); i++)
		if (pobj_is_name(name, fits[i].name))
			return &fits[i];
	return NULL;
}

/* Numbers that are missing are null: "as it is". */
static int
push_places(struct walk *w, const struct pobj *a, size_t n, struct pobj *out)
{
	const struct pobj *v, *null = pobj_new(w->d, POBJ_NULL);
	double x;
	int e;

	if (null == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		if ((e = pwalk_item(w, a, i + 2, &v)) != 0)
			return e;
		pobj_push(out, pobj_number(v, &x) ? v : null);
	}
	return 0;
}

static int explicit(struct walk *w, const struct pobj *a,
    const struct pobj **dst)
{
	const struct pobj *page, *name;
	const struct fit *f;
	struct pobj *out;
	int e;

	*dst = NULL;
	if ((e = target_page(w, pobj_item(a, 0), &page)) != 0 || page == NULL)
		return e;
	if ((e = pwalk_item(w, a, 1, &name)) != 0)
		return e;
	if ((f = fit_of(name)) == NULL)
		f = &fits[1];
	if ((out = pobj_new_array(w->d, 2 + f->n)) == NULL ||
	    (name = pobj_new_name(w->d, f->name)) == NULL)
		return ERR_NOMEM;
	pobj_push(out, page);
	pobj_push(out, name);
	*dst = out;
	return push_places(w, a, f->n, out);
}

/* ---- names */

static int
add_named(struct walk *w, struct wtree_entry **list, size_t *n, size_t *cap,
    const struct pobj *key, const struct pobj *value)
{
	const struct pobj *v, *dest;
	int e;

	if ((e = pwalk_resolve(w, value, &v)) != 0)
		return e;
	if (pobj_is(v, POBJ_DICT)) {
		if (pobj_get(v, "S") != NULL &&
		    (e = pwalk_left_action(w, v, "Names/Dests", "Dests")) != 0)
			return e;
		if ((e = pwalk_get(w, v, "D", &v)) != 0)
			return e;
	}
	if (!pobj_is(v, POBJ_ARRAY) || (e = explicit(w, v, &dest)) != 0 ||
	    dest == NULL) {
		pwalk_tally(&w->broken, "Dests", NULL);
		return e;
	}
	if ((e = pwalk_grow(w, list, sizeof(**list), *n, cap)) != 0)
		return e;
	(*list)[*n] = (struct wtree_entry){ .key = key, .value = dest };
	++*n;
	return 0;
}

static int
from_tree(struct walk *w, void *arg, const struct pobj *key,
    const struct pobj *value)
{
	struct wdests *d = arg;

	return add_named(w, &d->tree, &d->n_tree, &d->cap_tree, key, value);
}

static int
compare_keys(const void *a, const void *b)
{
	return pwalk_bytes_compare(a, b);
}

static int
sort_keys(struct walk *w, const struct wtree_entry *list, size_t n,
    struct reader **keys)
{
	size_t bytes;

	if (__builtin_mul_overflow(n + 1, sizeof(**keys), &bytes) ||
	    (*keys = doc_alloc(w->d, bytes)) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++)
		(*keys)[i] = list[i].key->u.bytes;
	qsort(*keys, n, sizeof(**keys), compare_keys);
	return 0;
}

int
pwalk_dests_find(struct walk *w)
{
	struct wdests *d = doc_alloc(w->d, sizeof(*d));
	const struct pobj *root, *names, *old, *key;
	int e;

	if (d == NULL)
		return ERR_NOMEM;
	w->dests = d;
	if ((e = pwalk_resolve(w, pin_root(w->p->in), &root)) != 0 ||
	    (e = pwalk_get(w, root, "Names", &names)) != 0 ||
	    (e = pwalk_tree(w, pobj_get(names, "Dests"), false, from_tree,
		 d)) != 0 ||
	    (e = pwalk_get(w, root, "Dests", &old)) != 0)
		return e;
	for (size_t i = 0; pobj_is(old, POBJ_DICT) && i < pobj_count(old);
	     i++) {
		const struct pentry *x = &old->u.dict.entry[i];

		key = pobj_new_bytes(w->d, POBJ_NAME, x->key.data, x->key.len);
		if (key == NULL)
			return ERR_NOMEM;
		if ((e = add_named(w, &d->old, &d->n_old, &d->cap_old, key,
			 x->value)) != 0)
			return e;
	}
	if ((e = sort_keys(w, d->tree, d->n_tree, &d->keys[0])) != 0)
		return e;
	return sort_keys(w, d->old, d->n_old, &d->keys[1]);
}

static bool
is_named(const struct wdests *d, const struct reader *key)
{
	return bsearch(key, d->keys[0], d->n_tree, sizeof(*key),
		   compare_keys) != NULL ||
	       bsearch(key, d->keys[1], d->n_old, sizeof(*key), compare_keys) !=
		   NULL;
}

int
pwalk_dest(struct walk *w, const struct pobj *src, const char *where,
    const struct pobj **dst)
{
	const struct pobj *v;
	int e;

	*dst = NULL;
	if ((e = pwalk_resolve(w, src, &v)) != 0 || v == NULL)
		return e;
	if (pobj_is(v, POBJ_DICT) && (e = pwalk_get(w, v, "D", &v)) != 0)
		return e;
	if (pobj_is(v, POBJ_ARRAY))
		e = explicit(w, v, dst);
	else if ((pobj_is(v, POBJ_NAME) || pobj_is(v, POBJ_STRING)) &&
		 is_named(w->dests, &v->u.bytes))
		*dst = v;
	if (e != 0 || *dst != NULL)
		return e;
	return doc_found(w->d, FIND_PDF_DEST, ACT_REMOVED, where, NULL);
}

int
pwalk_names(struct walk *w, const struct pobj *root, struct pobj *dst)
{
	static const pdf_type none = PT_NONE;
	struct wdests *d = w->dests;
	const struct pobj *names, *tree;
	struct pobj *dict;
	int e;

	if ((e = pwalk_get(w, root, "Names", &names)) != 0)
		return e;
	for (size_t i = 0; pobj_is(names, POBJ_DICT) && i < pobj_count(names);
	     i++) {
		const struct pentry *x = &names->u.dict.entry[i];

		if (x->key.len == 5 && memcmp(x->key.data, "Dests", 5) == 0)
			continue;
		if ((e = pwalk_left(w, none, x, "Names")) != 0)
			return e;
	}
	if ((e = pwalk_tree_make(w, false, d->tree, d->n_tree, &tree)) != 0)
		return e;
	if (tree != NULL) {
		if ((dict = pobj_new_dict(w->d, 1)) == NULL)
			return ERR_NOMEM;
		pobj_set(dict, "Dests", tree);
		pobj_set(dst, "Names", dict);
	}
	if (d->n_old == 0)
		return 0;
	if ((dict = pobj_new_dict(w->d, d->n_old)) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < d->n_old; i++)
		pobj_set_bytes(dict, &d->old[i].key->u.bytes, d->old[i].value);
	pobj_set(dst, "Dests", dict);
	return 0;
}

/* ---- actions */

/* The address as UTF-8: mostly ASCII, but UTF-8 and text strings are met. */
static int
address(struct walk *w, const struct pobj *v, struct buf *out)
{
	const struct reader *r = &v->u.bytes;

	if (!reader_has(r, 0, "\xfe\xff", 2) &&
	    !reader_has(r, 0, "\xff\xfe", 2) &&
	    !reader_has(r, 0, "\xef\xbb\xbf", 3) && utf8_valid(r->data, r->len))
		return buf_put(out, r->data, r->len);
	return pwalk_text_get(w, v, out);
}

static int
checked(struct walk *w, const struct buf *url, const char *where,
    struct buf *out, const struct pobj **dst, const struct pobj **show)
{
	enum url_policy policy = doc_options(w->d)->url;
	const char *why = "";
	char text[200];
	int e;

	utf8_printable(url->data, url->len, text, sizeof(text));
	e = url_check((const char *)url->data, url->len, out, &why);
	/* A place alone is one of a base that does not stay. */
	if (e == 0 && out->data[0] == '#') {
		e = ERR_DENIED;
		why = "path";
	}
	if (e == ERR_DENIED || e == ERR_LIMIT)
		return doc_found(w->d, FIND_PDF_LINK, ACT_REMOVED, where,
		    "%s (%s)", text, why);
	if (e != 0)
		return e;
	if (policy == URL_KEEP)
		return pwalk_bytes(w, POBJ_STRING, out->data, out->len, dst);
	if (policy == URL_SHOW && show != NULL &&
	    (e = pwalk_text_make(w, (const char *)out->data, out->len, show)) !=
		0)
		return e;
	return doc_found(w->d, FIND_PDF_LINK_REMOVED, ACT_REMOVED, where, "%s",
	    text);
}

static int
uri(struct walk *w, const struct pobj *a, const char *where,
    const struct pobj **dst, const struct pobj **show)
{
	const struct pobj *v;
	struct buf in, out;
	int e;

	if ((e = pwalk_get(w, a, "URI", &v)) != 0)
		return e;
	*dst = NULL;
	if (!pobj_is(v, POBJ_STRING))
		return doc_found(w->d, FIND_PDF_LINK, ACT_REMOVED, where, NULL);
	buf_init(&in, 1 << 16);
	buf_init(&out, 1 << 16);
	e = address(w, v, &in);
	if (e == 0)
		e = checked(w, &in, where, &out, dst, show);
	else if (e == ERR_LIMIT)
		e = doc_found(w->d, FIND_PDF_LINK, ACT_REMOVED, where,
		    "(length)");
	buf_done(&in);
	buf_done(&out);
	return e;
}

static int
wrap(struct walk *w, const char *type, const char *key, const struct pobj *v,
    const struct pobj **dst)
{
	struct pobj *dict = pobj_new_dict(w->d, 2);
	const struct pobj *s = pobj_new_name(w->d, type);

	if (dict == NULL || s == NULL)
		return ERR_NOMEM;
	pobj_set(dict, "S", s);
	pobj_set(dict, key, v);
	*dst = dict;
	return 0;
}

int
pwalk_action(struct walk *w, const struct pobj *src, const char *where,
    const struct pobj **dst, const struct pobj **show)
{
	const struct pobj *a, *s, *v = NULL;
	bool jump;
	int e;

	*dst = NULL;
	if ((e = pwalk_resolve(w, src, &a)) != 0 ||
	    (e = pwalk_get(w, a, "S", &s)) != 0)
		return e;
	jump = pobj_is_name(s, "GoTo");
	if (!jump && !pobj_is_name(s, "URI"))
		return pwalk_left_action(w, a, where, "A");
	if ((e = pwalk_left_action(w, pobj_get(a, "Next"), where, "Next")) != 0)
		return e;
	e = jump ? pwalk_dest(w, pobj_get(a, "D"), where, &v)
		 : uri(w, a, where, &v, show);
	if (e != 0 || v == NULL)
		return e;
	return wrap(w, jump ? "GoTo" : "URI", jump ? "D" : "URI", v, dst);
}
