/*
 * Bookmarks (ISO 32000-1, 12.3.3): titles, places, colours; links between them
 * and counts are made anew.
 */
#include "formats/pdf/walk_int.h"

#define DEPTH_MAX 64
#define ITEMS_MAX 200000

struct outline {
	struct walk *w;
	size_t n;
};

/* A list of brothers as it is written. */
struct level {
	uint32_t first, last;
	int64_t shown; /* items seen when their parent is open */
};

static int brothers(struct outline *, const struct pobj *first, uint32_t parent,
    unsigned depth, struct level *);

static int
put_int(struct walk *w, struct pobj *dict, const char *key, int64_t n)
{
	const struct pobj *v = pobj_new_int(w->d, n);

	if (v == NULL)
		return ERR_NOMEM;
	pobj_set(dict, key, v);
	return 0;
}

static int
put_ref(struct walk *w, struct pobj *dict, const char *key, uint32_t num)
{
	const struct pobj *v;
	int e;

	if (num == 0)
		return 0;
	if ((e = pwalk_ref(w, num, &v)) == 0)
		pobj_set(dict, key, v);
	return e;
}

static int
put_target(struct walk *w, const struct pobj *v, struct pobj *dict)
{
	const struct pobj *x;
	int e;

	if (pobj_get(v, "Dest") != NULL) {
		if ((e = pwalk_dest(w, pobj_get(v, "Dest"), "Outlines", &x)) !=
		    0)
			return e;
		if (x != NULL) {
			pobj_set(dict, "Dest", x);
			return pwalk_left_action(w, pobj_get(v, "A"),
			    "Outlines", "A");
		}
	}
	if ((e = pwalk_action(w, pobj_get(v, "A"), "Outlines", &x, NULL)) != 0)
		return e;
	if (x != NULL)
		pobj_set(dict, "A", x);
	return 0;
}

static int
make_item(struct outline *o, const struct pobj *v, uint32_t num, unsigned depth,
    struct pobj **dst, int64_t *shown)
{
	static const pdf_type type = PT_OutlineItem;
	struct walk *w = o->w;
	struct level kids = { 0 };
	const struct pobj *count, *title;
	struct pobj *dict;
	double n = 0;
	bool ok;
	int e;

	*shown = 1;
	if ((*dst = dict = pobj_new_dict(w->d, 12)) == NULL)
		return ERR_NOMEM;
	if ((e = pwalk_fill(w, type, v, "Outlines", dict, &ok)) != 0 ||
	    (e = pwalk_unknown(w, &type, 1, v, "Outlines")) != 0)
		return e;
	if (!ok) {
		if ((title = pobj_new_bytes(w->d, POBJ_STRING, "", 0)) == NULL)
			return ERR_NOMEM;
		pobj_set(dict, "Title", title);
	}
	if ((e = put_target(w, v, dict)) != 0 ||
	    (e = pwalk_get(w, v, "Count", &count)) != 0 ||
	    (e = brothers(o, pobj_get(v, "First"), num, depth + 1, &kids)) !=
		0 ||
	    kids.first == 0)
		return e;
	if (pobj_number(count, &n) && n > 0)
		*shown += kids.shown;
	else
		kids.shown = -kids.shown;
	if ((e = put_ref(w, dict, "First", kids.first)) != 0 ||
	    (e = put_ref(w, dict, "Last", kids.last)) != 0)
		return e;
	return put_int(w, dict, "Count", kids.shown);
}

/* The next one that was not met before, or NULL. */
static int
take(struct outline *o, const struct pobj *src, const struct pobj **v)
{
	struct memo m;
	int e;

	if ((e = pwalk_resolve(o->w, src, v)) != 0 || *v == NULL)
		return e;
	if ((e = pwalk_seen(o->w, pwalk_number(src, *v), PX_OUTLINE, &m)) != 0)
		return e;
	if (pobj_is(*v, POBJ_DICT) && m.state == MEMO_FRESH &&
	    o->n < ITEMS_MAX) {
		o->n++;
		return 0;
	}
	pwalk_tally(&o->w->broken, "Outlines", NULL);
	*v = NULL;
	return 0;
}

static int
brothers(struct outline *o, const struct pobj *first, uint32_t parent,
    unsigned depth, struct level *out)
{
	struct walk *w = o->w;
	const struct pobj *v, *src = first;
	struct pobj *dict, *before = NULL;
	uint32_t num;
	int64_t shown;
	int e;

	while (depth <= DEPTH_MAX && src != NULL) {
		if ((e = take(o, src, &v)) != 0 || v == NULL)
			return e;
		if ((e = pout_reserve(w->p->out, &num)) != 0 ||
		    (e = make_item(o, v, num, depth, &dict, &shown)) != 0 ||
		    (e = put_ref(w, dict, "Parent", parent)) != 0 ||
		    (e = put_ref(w, dict, "Prev", out->last)) != 0)
			return e;
		if (before != NULL &&
		    (e = put_ref(w, before, "Next", num)) != 0)
			return e;
		pout_set(w->p->out, num, dict);
		before = dict;
		out->last = num;
		if (out->first == 0)
			out->first = num;
		out->shown += shown;
		src = pobj_get(v, "Next");
	}
	return 0;
}

int
pwalk_outlines(struct walk *w, const struct pobj *root, struct pobj *dst)
{
	struct outline o = { .w = w };
	struct level top = { 0 };
	const struct pobj *v;
	struct pobj *dict;
	uint32_t num;
	int e;

	if ((e = pwalk_get(w, root, "Outlines", &v)) != 0 ||
	    !pobj_is(v, POBJ_DICT) || pobj_get(v, "First") == NULL)
		return e;
	if ((e = pwalk_dict(w, PT_Outline, v, "Outlines", &dict)) != 0 ||
	    (e = pout_reserve(w->p->out, &num)) != 0 ||
	    (e = brothers(&o, pobj_get(v, "First"), num, 0, &top)) != 0 ||
	    top.first == 0)
		return e;
	if ((e = put_ref(w, dict, "First", top.first)) != 0 ||
	    (e = put_ref(w, dict, "Last", top.last)) != 0 ||
	    (e = put_int(w, dict, "Count", top.shown)) != 0)
		return e;
	pout_set(w->p->out, num, dict);
	return put_ref(w, dst, "Outlines", num);
}
