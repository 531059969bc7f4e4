/*
 * Pages (ISO 32000-1, 7.7.3): the tree is read with what its nodes pass on,
 * and written as one flat list. A page's content becomes one stream, with the
 * resources that it uses and no others.
 */
#include <stdio.h>
#include <string.h>

#include "formats/pdf/walk_int.h"

#define TREE_DEPTH_MAX 64
#define AGAIN_COST     8 /* times the bytes of content */

struct inherited {
	const struct pobj *resources, *media, *crop, *rotate;
};

/* ---- finding them */

/* A copy of a rectangle that has an area, or NULL. */
static int
box(struct walk *w, const struct pobj *v, const struct pobj **dst)
{
	double x[4];
	int e;

	if ((e = pwalk_rect(w, v, dst)) != 0 || *dst == NULL)
		return e;
	for (size_t i = 0; i < 4; i++)
		if (!pobj_number(pobj_item(*dst, i), &x[i]))
			return ERR_INTERNAL;
	if (x[2] - x[0] < 0.01 || x[3] - x[1] < 0.01)
		*dst = NULL;
	return 0;
}

static int
inherit(struct walk *w, const struct pobj *node, struct inherited *in)
{
	const struct pobj *v, *b;
	int e;

	if ((e = pwalk_get(w, node, "Resources", &v)) != 0)
		return e;
	if (pobj_is(v, POBJ_DICT))
		in->resources = v;
	if ((e = pwalk_get(w, node, "MediaBox", &v)) != 0 ||
	    (e = box(w, v, &b)) != 0)
		return e;
	in->media = b != NULL ? b : in->media;
	if ((e = pwalk_get(w, node, "CropBox", &v)) != 0 ||
	    (e = box(w, v, &b)) != 0)
		return e;
	in->crop = b != NULL ? b : in->crop;
	if ((e = pwalk_get(w, node, "Rotate", &v)) != 0)
		return e;
	in->rotate = v != NULL ? v : in->rotate;
	return 0;
}

static int
add_page(struct walk *w, uint32_t src, const struct pobj *dict,
    const struct inherited *in)
{
	struct wpage *pg;
	int e;

	if (w->n_pages >= WALK_PAGES_MAX)
		return doc_fail(w->d, ERR_LIMIT, "more than %d pages",
		    WALK_PAGES_MAX);
	if ((e = pwalk_grow(w, &w->pages, sizeof(*w->pages), w->n_pages,
		 &w->cap_pages)) != 0)
		return e;
	pg = &w->pages[w->n_pages];
	*pg = (struct wpage){ .src = src,
		.dict = dict,
		.resources = in->resources,
		.media = in->media,
		.crop = in->crop,
		.rotate = in->rotate };
	if ((e = pout_reserve(w->p->out, &pg->num)) != 0 ||
	    (e = pwalk_get(w, dict, "Annots", &pg->annots)) != 0)
		return e;
	w->n_pages++;
	snprintf(pg->where, sizeof(pg->where), "page %zu", w->n_pages);
	if (src != 0 && src < w->limit && w->page_of[src] == 0)
		w->page_of[src] = (uint32_t)w->n_pages;
	return 0;
}

static int find_pages(struct walk *, const struct pobj *src, struct inherited,
    unsigned depth);

static int
find_kids(struct walk *w, const struct pobj *kids, const struct inherited *in,
    unsigned depth)
{
	int e;

	for (size_t i = 0; i < pobj_count(kids); i++)
		if ((e = find_pages(w, pobj_item(kids, i), *in, depth + 1)) !=
		    0)
			return e;
	return 0;
}

/* What has Kids is a node, whatever it calls itself. */
static int
find_pages(struct walk *w, const struct pobj *src, struct inherited in,
    unsigned depth)
{
	const struct pobj *v, *kids;
	uint32_t n;
	int e;

	if ((e = pwalk_resolve(w, src, &v)) != 0)
		return e;
	n = pwalk_number(src, v);
	if (!pobj_is(v, POBJ_DICT) || n >= w->limit || depth > TREE_DEPTH_MAX) {
		pwalk_tally(&w->broken, "Pages", NULL);
		return 0;
	}
	if ((e = pwalk_get(w, v, "Kids", &kids)) != 0 ||
	    (e = inherit(w, v, &in)) != 0)
		return e;
	if (!pobj_is(kids, POBJ_ARRAY))
		return add_page(w, n, v, &in);
	if (n != 0 && w->seen[n] != 0) {
		pwalk_tally(&w->broken, "Pages", NULL);
		return 0;
	}
	w->seen[n] = n != 0;
	return find_kids(w, kids, &in, depth);
}

int
pwalk_pages_find(struct walk *w)
{
	const struct pobj *root;
	int e;

	if ((e = pwalk_resolve(w, pin_root(w->p->in), &root)) != 0 ||
	    (e = find_pages(w, pobj_get(root, "Pages"), (struct inherited){ 0 },
		 0)) != 0)
		return e;
	if (w->n_pages == 0)
		return doc_fail(w->d, ERR_MALFORMED, "it has no page");
	return pout_reserve(w->p->out, &w->root_num);
}

size_t
pwalk_page_of(struct walk *w, const struct pobj *ref)
{
	if (!pobj_is(ref, POBJ_REF) || ref->u.ref >= w->limit)
		return 0;
	return w->page_of[ref->u.ref];
}

/* ---- copying them */

static int
put_boxes(struct walk *w, const struct wpage *pg, struct pobj *dst)
{
	const struct pobj *media = pg->media;
	struct pobj *a;
	int e;

	if (media == NULL) {
		static const int64_t letter[] = { 0, 0, 612, 792 };

		if ((e = doc_found(w->d, FIND_PDF_PAGE_BOX, ACT_REPLACED,
			 pg->where, NULL)) != 0)
			return e;
		if ((a = pobj_new_array(w->d, 4)) == NULL)
			return ERR_NOMEM;
		for (size_t i = 0; i < 4; i++) {
			const struct pobj *x = pobj_new_int(w->d, letter[i]);

			if (x == NULL)
				return ERR_NOMEM;
			pobj_push(a, x);
		}
		media = a;
	}
	pobj_set(dst, "MediaBox", media);
	if (pg->crop != NULL)
		pobj_set(dst, "CropBox", pg->crop);
	return 0;
}

static int
put_rotate(struct walk *w, const struct wpage *pg, struct pobj *dst)
{
	const struct pobj *v;
	int64_t n;

	if (pg->rotate == NULL)
		return 0;
	if (!pobj_int(pg->rotate, -360000, 360000, &n) || n % 90 != 0) {
		struct reader key;

		reader_init(&key, "Rotate", 6);
		pwalk_tally(&w->wrong, "PageObject", &key);
		return 0;
	}
	if ((n = ((n % 360) + 360) % 360) == 0)
		return 0;
	if ((v = pobj_new_int(w->d, n)) == NULL)
		return ERR_NOMEM;
	pobj_set(dst, "Rotate", v);
	return 0;
}

/* Pages may share their content, and each is read for itself: a small file of
 * many pages would take long, so what is read again counts for more. */
static int
spend_again(struct walk *w, const struct pobj *stream, size_t bytes)
{
	struct memo m;
	int e;

	if ((e = pwalk_seen(w, stream->number, PX_CONTENTS, &m)) != 0 ||
	    m.state == MEMO_FRESH)
		return e;
	return doc_spend(w->d, BUDGET_EXPANDED_BYTES,
	    (uint64_t)bytes * AGAIN_COST);
}

/* All streams of a page as one: an operator may begin in one and end in the
 * next only at a token, so a line end goes between. */
static int
gather(struct walk *w, const struct pobj *src, const char *where,
    struct buf *out)
{
	const struct pobj *v, *s;
	struct pdata data;
	size_t n;
	bool ok;
	int e;

	if ((e = pwalk_resolve(w, src, &v)) != 0 || v == NULL)
		return e;
	n = pobj_is(v, POBJ_ARRAY) ? pobj_count(v) : 1;
	for (size_t i = 0; i < n; i++) {
		s = v;
		if (pobj_is(v, POBJ_ARRAY) &&
		    (e = pwalk_item(w, v, i, &s)) != 0)
			return e;
		if (!pobj_is(s, POBJ_STREAM)) {
			pwalk_tally(&w->broken, "Contents", NULL);
			continue;
		}
		if ((e = pwalk_stream(w, s, where, &data, &ok)) != 0)
			return e;
		if ((e = spend_again(w, s, data.bytes.len)) == 0)
			e = buf_put(out, data.bytes.data, data.bytes.len);
		pdf_data_free(w->p, &data);
		if (e != 0 || (e = buf_u8(out, '\n')) != 0)
			return e;
	}
	return 0;
}

/* Content and resources of a page that has something else drawn into it. */
static int
make_contents(struct walk *w, const struct wpage *pg, struct pobj *dst)
{
	struct wres res = {
		.w = w, .source = pg->resources, .where = pg->where
	};
	struct buf in, out;
	const struct pobj *v;
	struct reader r;
	uint32_t num;
	int e;

	buf_init(&in, 1u << 30);
	buf_init(&out, 1u << 30);
	if ((e = gather(w, pobj_get(pg->dict, "Contents"), pg->where, &in)) !=
		0 ||
	    (e = pwalk_forms_draw(w, pg, &in, &res.source)) != 0)
		goto out;
	buf_reader(&in, &r);
	if ((e = pwalk_content(&res, &r, PCONTENT_PAGE, &out)) != 0 ||
	    (e = pwalk_resources(&res, &v)) != 0)
		goto out;
	if (v == NULL && (v = pobj_new_dict(w->d, 1)) == NULL) {
		e = ERR_NOMEM;
		goto out;
	}
	pobj_set(dst, "Resources", v);
	if (out.len == 0)
		goto out;
	buf_reader(&out, &r);
	if ((v = pobj_new_dict(w->d, 1)) == NULL) {
		e = ERR_NOMEM;
		goto out;
	}
	if ((e = pout_reserve(w->p->out, &num)) != 0 ||
	    (e = pout_stream(w->p->out, num, v, &r, PFILTER_NONE, NULL)) != 0 ||
	    (e = pwalk_ref(w, num, &v)) != 0)
		goto out;
	pobj_set(dst, "Contents", v);
out:
	buf_done(&in);
	buf_done(&out);
	return e;
}

static int
copy_page(struct walk *w, size_t i)
{
	const struct wpage *pg = &w->pages[i];
	const struct pobj *v;
	struct pobj *dst;
	int e;

	if ((e = pwalk_dict(w, PT_PageObject, pg->dict, pg->where, &dst)) != 0)
		return e;
	if (dst == NULL)
		return ERR_INTERNAL;
	if (pobj_get(dst, "Type") == NULL) {
		if ((v = pobj_new_name(w->d, "Page")) == NULL)
			return ERR_NOMEM;
		pobj_set(dst, "Type", v);
	}
	if ((e = pwalk_ref(w, w->root_num, &v)) != 0)
		return e;
	pobj_set(dst, "Parent", v);
	if ((e = put_boxes(w, pg, dst)) != 0 ||
	    (e = put_rotate(w, pg, dst)) != 0 ||
	    (e = make_contents(w, pg, dst)) != 0 ||
	    (e = pwalk_annots(w, i, &v)) != 0)
		return e;
	if (v != NULL)
		pobj_set(dst, "Annots", v);
	pout_set(w->p->out, pg->num, dst);
	return 0;
}

int
pwalk_pages_copy(struct walk *w)
{
	struct pobj *root, *kids;
	const struct pobj *v, *n, *type;
	int e;

	if ((root = pobj_new_dict(w->d, 3)) == NULL ||
	    (kids = pobj_new_array(w->d, w->n_pages)) == NULL ||
	    (n = pobj_new_int(w->d, (int64_t)w->n_pages)) == NULL ||
	    (type = pobj_new_name(w->d, "Pages")) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < w->n_pages; i++) {
		if ((e = copy_page(w, i)) != 0 ||
		    (e = pwalk_ref(w, w->pages[i].num, &v)) != 0)
			return e;
		pobj_push(kids, v);
	}
	pobj_set(root, "Type", type);
	pobj_set(root, "Count", n);
	pobj_set(root, "Kids", kids);
	pout_set(w->p->out, w->root_num, root);
	return 0;
}
