/*
 * The typed walk: copies of objects by the table of the model (ISO 32000-1,
 * 7.3, 7.7). A copy holds the keys of its type with values of their kind, and
 * nothing else. Cycles have no place in what the table copies: an object that
 * is reached again while it is being copied is left out there. Where PDF needs
 * cycles (pages, annotations, fields, tags), the parts of the walk number the
 * objects first.
 */
#include <string.h>

#include "formats/pdf/walk_int.h"

#define MEMO_FIRST 1024

uint32_t
pwalk_number(const struct pobj *src, const struct pobj *resolved)
{
	if (pobj_is(src, POBJ_REF))
		return src->u.ref;
	return pobj_is(resolved, POBJ_STREAM) ? resolved->number : 0;
}

uint64_t
pwalk_identity(const struct pobj *src, const struct pobj *resolved)
{
	uint32_t number = pwalk_number(src, resolved);

	return number != 0 ? number : (uint64_t)(uintptr_t)resolved;
}

int
pwalk_resolve(struct walk *w, const struct pobj *src, const struct pobj **out)
{
	*out = src;
	if (!pobj_is(src, POBJ_REF))
		return 0;
	return pin_resolve(w->p->in, src, out);
}

int
pwalk_get(struct walk *w, const struct pobj *dict, const char *key,
    const struct pobj **out)
{
	return pwalk_resolve(w, pobj_get(dict, key), out);
}

int
pwalk_item(struct walk *w, const struct pobj *array, size_t i,
    const struct pobj **out)
{
	return pwalk_resolve(w, pobj_item(array, i), out);
}

int
pwalk_grow(struct walk *w, void *list, size_t size, size_t n, size_t *cap)
{
	void **at = list, *fresh;
	size_t want = *cap == 0 ? 16 : *cap * 2, bytes;

	if (n < *cap)
		return 0;
	if (__builtin_mul_overflow(want, size, &bytes))
		return ERR_NOMEM;
	if ((fresh = doc_alloc(w->d, bytes)) == NULL)
		return ERR_NOMEM;
	if (n > 0)
		memcpy(fresh, *at, n * size);
	*at = fresh;
	*cap = want;
	return 0;
}

/* ---- memo */

static struct memo *
memo_slot(struct memo *table, size_t cap, uint64_t key)
{
	size_t i = (size_t)((key * 0x9e3779b97f4a7c15u) >> 20) & (cap - 1);

	while (table[i].key != 0 && table[i].key != key)
		i = (i + 1) & (cap - 1);
	return &table[i];
}

static int
memo_room(struct walk *w)
{
	size_t cap = w->memo_cap == 0 ? MEMO_FIRST : w->memo_cap * 2, bytes;
	struct memo *fresh;

	if (w->memo_n * 2 < w->memo_cap)
		return 0;
	if (__builtin_mul_overflow(cap, sizeof(*fresh), &bytes) ||
	    (fresh = doc_alloc(w->d, bytes)) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < w->memo_cap; i++)
		if (w->memo[i].key != 0)
			*memo_slot(fresh, cap, w->memo[i].key) = w->memo[i];
	w->memo = fresh;
	w->memo_cap = cap;
	return 0;
}

static uint64_t
memo_key(uint64_t src, unsigned kind)
{
	return src << 16 | kind;
}

int
pwalk_seen(struct walk *w, uint64_t src, unsigned kind, struct memo *out)
{
	struct memo *m;
	int e;

	*out = (struct memo){ .state = MEMO_FRESH };
	if (src == 0)
		return 0;
	if ((e = memo_room(w)) != 0)
		return e;
	m = memo_slot(w->memo, w->memo_cap, memo_key(src, kind));
	if (m->key != 0) {
		*out = *m;
		return 0;
	}
	*m = (struct memo){ .key = memo_key(src, kind), .state = MEMO_BUSY };
	w->memo_n++;
	return 0;
}

void
pwalk_settle(struct walk *w, uint64_t src, unsigned kind, uint32_t num,
    uint16_t extra)
{
	struct memo *m;

	if (src == 0)
		return;
	m = memo_slot(w->memo, w->memo_cap, memo_key(src, kind));
	m->num = num;
	m->extra = extra;
	m->state = num == 0 ? MEMO_GONE : MEMO_DONE;
}

/* ---- by the table */

/* Do the keys by which types are told apart have the values of t? */
static int
fits(struct walk *w, pdf_type t, const struct pobj *v, bool *yes)
{
	const struct pmodel *m = &pmodels[t];
	const struct pobj *x;
	int e;

	*yes = true;
	for (size_t i = 0; *yes && i < m->n_keys; i++) {
		const struct pmodel_key *k = &pmodel_keys[m->keys + i];

		if (!(k->flags & PM_NEEDED) ||
		    pmodel_alts[k->alts].values == NULL)
			continue;
		if ((e = pwalk_get(w, v, k->key, &x)) != 0)
			return e;
		*yes = pmodel_allows(&pmodel_alts[k->alts], x);
	}
	return 0;
}

/* A dictionary or array as the first of the linked types that takes it. */
static int
copy_linked(struct walk *w, const struct pmodel_alt *a, const struct pobj *src,
    const struct pobj *v, const char *where, const struct pobj **dst)
{
	const pdf_type *t = &pmodel_links[a->links];
	struct tally before;
	bool yes = true;
	int e;

	for (; *t != PT_NONE; t++) {
		before = w->wrong;
		if (!pmodels[*t].is_array && (e = fits(w, *t, v, &yes)) != 0)
			return e;
		if (!yes)
			continue;
		if ((e = pwalk_copy(w, *t, src, where, dst)) != 0 ||
		    *dst != NULL)
			return e;
		/* Nothing is wrong with it before the last has refused. */
		if (t[1] != PT_NONE)
			w->wrong = before;
	}
	return 0;
}

static bool
is_linked(const struct pmodel_alt *a, const struct pobj *v)
{
	return (a->kind == PK_DICT && pobj_is(v, POBJ_DICT)) ||
	       (a->kind == PK_ARRAY && pobj_is(v, POBJ_ARRAY));
}

int
pwalk_value(struct walk *w, pdf_type t, const struct pmodel_key *k,
    const struct pobj *src, const char *where, const struct pobj **dst)
{
	struct reader name;
	const struct pobj *v;
	int e;

	*dst = NULL;
	if ((e = pwalk_resolve(w, src, &v)) != 0 || v == NULL ||
	    v->type == POBJ_NULL)
		return e;
	for (unsigned i = 0; *dst == NULL && i < k->n_alts; i++) {
		const struct pmodel_alt *a = &pmodel_alts[k->alts + i];

		if (is_linked(a, v))
			e = copy_linked(w, a, src, v, where, dst);
		else
			e = pwalk_scalar(w, a, v, dst);
		if (e != 0)
			return e;
	}
	if (*dst == NULL) {
		reader_init(&name, k->key, k->len);
		pwalk_tally(&w->wrong, pmodels[t].name, &name);
	}
	return 0;
}

int
pwalk_fill(struct walk *w, pdf_type t, const struct pobj *src,
    const char *where, struct pobj *dst, bool *ok)
{
	const struct pmodel *m = &pmodels[t];
	const struct pobj *v;
	int e;

	*ok = true;
	for (size_t i = 0; i < m->n_keys; i++) {
		const struct pmodel_key *k = &pmodel_keys[m->keys + i];

		if ((k->flags & PM_BY_CODE) || pobj_get(dst, k->key) != NULL)
			continue;
		if ((e = pwalk_value(w, t, k, pobj_get(src, k->key), where,
			 &v)) != 0)
			return e;
		if (v != NULL)
			pobj_set(dst, k->key, v);
		else if (k->flags & PM_NEEDED)
			*ok = false;
	}
	return 0;
}

int
pwalk_unknown(struct walk *w, const pdf_type *types, size_t n,
    const struct pobj *src, const char *where)
{
	const struct pentry *x;
	int e;

	for (size_t i = 0; i < pobj_count(src); i++) {
		size_t j = 0;

		x = &src->u.dict.entry[i];
		while (j < n && pmodel_find(types[j], &x->key) == NULL)
			j++;
		if (j == n && (e = pwalk_left(w, types[0], x, where)) != 0)
			return e;
	}
	return 0;
}

int
pwalk_dict(struct walk *w, pdf_type t, const struct pobj *src,
    const char *where, struct pobj **dst)
{
	struct pobj *fresh;
	bool ok;
	int e;

	*dst = NULL;
	if (!pobj_is(src, POBJ_DICT) && !pobj_is(src, POBJ_STREAM))
		return 0;
	if ((fresh = pobj_new_dict(w->d, pmodels[t].n_keys)) == NULL)
		return ERR_NOMEM;
	if ((e = pwalk_fill(w, t, src, where, fresh, &ok)) != 0 ||
	    (e = pwalk_unknown(w, &t, 1, src, where)) != 0)
		return e;
	if (ok)
		*dst = fresh;
	else
		pwalk_tally(&w->broken, pmodels[t].name, NULL);
	return 0;
}

/* Names and dictionaries that do not fit are left out of a list; numbers
 * stand in their places, so one bad one spoils all. */
static bool
may_skip(const struct pmodel_key *k)
{
	const struct pmodel_alt *a = &pmodel_alts[k->alts];

	return k->key[0] == '*' && k->n_alts == 1 &&
	       (a->kind == PK_NAME || a->kind == PK_TEXT);
}

static int
copy_array(struct walk *w, pdf_type t, const struct pobj *src,
    const char *where, const struct pobj **dst)
{
	const struct pmodel *m = &pmodels[t];
	const struct pmodel_key *k = &pmodel_keys[m->keys];
	size_t n = pobj_count(src);
	const struct pobj *v;
	struct pobj *out;
	int e;

	*dst = NULL;
	if (!pobj_is(src, POBJ_ARRAY) || (k->key[0] != '*' && n > m->n_keys))
		return 0;
	if ((out = pobj_new_array(w->d, n)) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		if ((e = pwalk_value(w, t, k->key[0] == '*' ? k : k + i,
			 pobj_item(src, i), where, &v)) != 0)
			return e;
		if (v == NULL && !may_skip(k))
			return 0;
		if (v != NULL)
			pobj_push(out, v);
	}
	if (n < m->n_keys && (k[n].flags & PM_NEEDED))
		return 0;
	*dst = out;
	return 0;
}

static int
make_linked(struct walk *w, pdf_type t, const struct pobj *v, const char *where,
    const struct pobj **dst)
{
	struct pobj *dict;
	int e;

	if (pmodels[t].is_array)
		return copy_array(w, t, v, where, dst);
	e = pwalk_dict(w, t, v, where, &dict);
	*dst = dict;
	if (e != 0 || dict == NULL)
		return e;
	if (t == PT_GroupAttributes)
		return pwalk_group_space(w, v, where, dict);
	if (t == PT_AppearanceCharacteristics)
		return pwalk_icons(w, v, where, dict);
	return 0;
}

int
pwalk_copy(struct walk *w, pdf_type t, const struct pobj *src,
    const char *where, const struct pobj **dst)
{
	const struct pobj *v;
	struct memo m;
	uint32_t number, num = 0;
	int e;

	*dst = NULL;
	if (t == PT_OptContentGroup || t == PT_OptContentMembership)
		return pwalk_layer(w, src, where, dst);
	if ((e = pwalk_resolve(w, src, &v)) != 0 || v == NULL)
		return e;
	number = pwalk_number(src, v);
	if ((e = pwalk_seen(w, number, t, &m)) != 0)
		return e;
	if (m.state == MEMO_DONE)
		return pwalk_ref(w, m.num, dst);
	if (m.state != MEMO_FRESH)
		return 0;
	if (w->depth >= WALK_DEPTH_MAX) {
		pwalk_tally(&w->broken, pmodels[t].name, NULL);
		pwalk_settle(w, number, t, 0, 0);
		return 0;
	}
	w->depth++;
	e = make_linked(w, t, v, where, dst);
	w->depth--;
	if (e != 0 || number == 0)
		return e;
	if (*dst != NULL && (e = pout_reserve(w->p->out, &num)) != 0)
		return e;
	pwalk_settle(w, number, t, num, 0);
	if (*dst == NULL)
		return 0;
	pout_set(w->p->out, num, *dst);
	return pwalk_ref(w, num, dst);
}
