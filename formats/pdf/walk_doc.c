/*
 * The document as a whole (ISO 32000-1, 7.7.2, 14.3.3): a fresh catalog and a
 * fresh information dictionary, filled by the parts of the walk in the order
 * in which they need each other.
 */
#include <string.h>

#include "formats/pdf/walk_int.h"

/* ---- information */

/* What is shown in title bars and lists: no character that turns or hides
 * others. */
static int
plain_text(struct walk *w, const struct pobj *v, const struct pobj **dst)
{
	struct buf in, out;
	struct reader r;
	uint32_t cp;
	int e;

	buf_init(&in, 1 << 20);
	buf_init(&out, 1 << 20);
	e = pwalk_text_get(w, v, &in);
	buf_reader(&in, &r);
	while (e == 0 && utf8_get(&r, &cp) == 0)
		if (utf8_classify(cp) != UTF8_BIDI &&
		    utf8_classify(cp) != UTF8_HIDDEN)
			e = utf8_put(&out, cp);
	if (e == 0)
		e = pwalk_text_make(w, (const char *)out.data, out.len, dst);
	buf_done(&in);
	buf_done(&out);
	return e == ERR_LIMIT ? doc_fail(w->d, e, "a title or name is too long")
			      : e;
}

static int
put_info(struct walk *w, const struct pobj *info, const char *key, bool is_date,
    struct pobj *dst)
{
	const struct pobj *v, *x;
	int e;

	if ((e = pwalk_get(w, info, key, &v)) != 0 || v == NULL)
		return e;
	if ((e = is_date ? pwalk_date(w, v, &x) : plain_text(w, v, &x)) != 0)
		return e;
	if (x != NULL && x->u.bytes.len > 0)
		pobj_set(dst, key, x);
	return 0;
}

static bool
may_stay(const struct walk *w, const struct reader *key)
{
	struct reader title;

	reader_init(&title, "Title", 5);
	if (doc_options(w->d)->metadata == METADATA_KEEP_BASIC)
		return pmodel_find(PT_DocInfo, key) != NULL;
	return pwalk_bytes_compare(key, &title) == 0;
}

static int
say_info(struct walk *w, const struct pobj *info)
{
	struct tally gone = { 0 };

	for (size_t i = 0; i < pobj_count(info); i++)
		if (!may_stay(w, &info->u.dict.entry[i].key))
			pwalk_tally(&gone, "Info", &info->u.dict.entry[i].key);
	if (gone.n == 0)
		return 0;
	return doc_found(w->d, FIND_PDF_METADATA, ACT_REMOVED, "Info", "%s",
	    gone.names);
}

/* Where Info says no title, that of the XMP counts. */
static int
put_title(struct walk *w, const struct pobj *info, struct pobj *dst)
{
	const struct pobj *v, *x;
	int e;

	if ((e = put_info(w, info, "Title", false, dst)) != 0 ||
	    pobj_get(dst, "Title") != NULL ||
	    (e = pwalk_xmp_title(w, &v)) != 0 || v == NULL ||
	    (e = plain_text(w, v, &x)) != 0)
		return e;
	if (x->u.bytes.len > 0)
		pobj_set(dst, "Title", x);
	return 0;
}

static int
make_info(struct walk *w, uint32_t *num)
{
	bool basic = doc_options(w->d)->metadata == METADATA_KEEP_BASIC;
	const struct pobj *info;
	struct pobj *dst;
	int e;

	*num = 0;
	if ((e = pwalk_resolve(w, pin_info(w->p->in), &info)) != 0)
		return e;
	if (!pobj_is(info, POBJ_DICT))
		info = NULL;
	if ((dst = pobj_new_dict(w->d, 4)) == NULL)
		return ERR_NOMEM;
	if ((e = say_info(w, info)) != 0 ||
	    (e = put_title(w, info, dst)) != 0 ||
	    (basic && (e = put_info(w, info, "Author", false, dst)) != 0) ||
	    (basic &&
		(e = put_info(w, info, "CreationDate", true, dst)) != 0) ||
	    (basic && (e = put_info(w, info, "ModDate", true, dst)) != 0))
		return e;
	if (pobj_count(dst) == 0)
		return 0;
	if ((e = pout_reserve(w->p->out, num)) == 0)
		pout_set(w->p->out, *num, dst);
	return e;
}

/* ---- small parts of the catalog */

struct labels {
	struct wtree_entry *list;
	size_t n, cap;
};

static int
add_label(struct walk *w, void *arg, const struct pobj *key,
    const struct pobj *value)
{
	struct labels *l = arg;
	const struct pobj *v;
	struct pobj *dict;
	int e;

	if ((e = pwalk_resolve(w, value, &v)) != 0 || !pobj_is(v, POBJ_DICT) ||
	    (e = pwalk_dict(w, PT_PageLabel, v, "PageLabels", &dict)) != 0 ||
	    dict == NULL)
		return e;
	if ((e = pwalk_grow(w, &l->list, sizeof(*l->list), l->n, &l->cap)) != 0)
		return e;
	l->list[l->n++] = (struct wtree_entry){ .key = key, .value = dict };
	return 0;
}

static int
put_labels(struct walk *w, const struct pobj *root, struct pobj *dst)
{
	struct labels l = { 0 };
	const struct pobj *v;
	int e;

	if ((e = pwalk_tree(w, pobj_get(root, "PageLabels"), true, add_label,
		 &l)) != 0 ||
	    (e = pwalk_tree_make(w, true, l.list, l.n, &v)) != 0)
		return e;
	if (v != NULL)
		pobj_set(dst, "PageLabels", v);
	return 0;
}

static int
intent(struct walk *w, const struct pobj *v, struct pobj *list)
{
	const struct pobj *profile, *n;
	struct pobj *dict;
	uint32_t num;
	int64_t colours;
	int e;

	if ((e = pwalk_dict(w, PT_OutputIntents, v, "OutputIntents", &dict)) !=
		0 ||
	    dict == NULL ||
	    (e = pwalk_get(w, v, "DestOutputProfile", &profile)) != 0)
		return e;
	if (pobj_is(profile, POBJ_STREAM)) {
		if ((e = pwalk_get(w, profile, "N", &n)) != 0)
			return e;
		if (pobj_int(n, 1, 4, &colours) && colours != 2) {
			if ((e = pwalk_icc(w, profile, (unsigned)colours,
				 "OutputIntents", &num)) != 0)
				return e;
			if (num != 0) {
				if ((e = pwalk_ref(w, num, &n)) != 0)
					return e;
				pobj_set(dict, "DestOutputProfile", n);
			}
		}
	}
	pobj_push(list, dict);
	return 0;
}

static int
put_intents(struct walk *w, const struct pobj *root, struct pobj *dst)
{
	const struct pobj *a, *v;
	struct pobj *list;
	int e;

	if ((e = pwalk_get(w, root, "OutputIntents", &a)) != 0 ||
	    !pobj_is(a, POBJ_ARRAY))
		return e;
	if ((list = pobj_new_array(w->d, pobj_count(a))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < pobj_count(a); i++)
		if ((e = pwalk_item(w, a, i, &v)) != 0 ||
		    (e = intent(w, v, list)) != 0)
			return e;
	if (pobj_count(list) > 0)
		pobj_set(dst, "OutputIntents", list);
	return 0;
}

/* What is done when the document opens: a place may be shown, nothing else. */
static int
put_open(struct walk *w, const struct pobj *root, struct pobj *dst)
{
	const struct pobj *v, *s, *dest = NULL;
	int e;

	if ((e = pwalk_get(w, root, "OpenAction", &v)) != 0 || v == NULL)
		return e;
	if (pobj_is(v, POBJ_DICT) && pobj_get(v, "S") != NULL) {
		if ((e = pwalk_get(w, v, "S", &s)) != 0)
			return e;
		if (!pobj_is_name(s, "GoTo"))
			return pwalk_left_action(w, v, "", "OpenAction");
		if ((e = pwalk_left_action(w, pobj_get(v, "Next"), "",
			 "OpenAction/Next")) != 0)
			return e;
	}
	if ((e = pwalk_dest(w, v, "OpenAction", &dest)) != 0)
		return e;
	if (dest != NULL)
		pobj_set(dst, "OpenAction", dest);
	return 0;
}

/* ---- all */

static int
make_root(struct walk *w, const struct pobj *root, uint32_t *num)
{
	struct pobj *dst;
	const struct pobj *v;
	int e;

	if ((e = pwalk_dict(w, PT_Catalog, root, "", &dst)) != 0)
		return e;
	if (dst == NULL)
		return ERR_INTERNAL;
	if (pobj_get(dst, "Type") == NULL) {
		if ((v = pobj_new_name(w->d, "Catalog")) == NULL)
			return ERR_NOMEM;
		pobj_set(dst, "Type", v);
	}
	if ((e = pwalk_ref(w, w->root_num, &v)) != 0)
		return e;
	pobj_set(dst, "Pages", v);
	if ((e = put_open(w, root, dst)) != 0 ||
	    (e = pwalk_names(w, root, dst)) != 0 ||
	    (e = put_labels(w, root, dst)) != 0 ||
	    (e = pwalk_outlines(w, root, dst)) != 0 ||
	    (e = put_intents(w, root, dst)) != 0 ||
	    (e = pwalk_layers(w, root, dst)) != 0 ||
	    (e = pwalk_pages_copy(w)) != 0 || (e = pwalk_forms(w, dst)) != 0 ||
	    (e = pwalk_tags(w, root, dst)) != 0 ||
	    (e = pout_reserve(w->p->out, num)) != 0)
		return e;
	pout_set(w->p->out, *num, dst);
	return 0;
}

static int
prepare(struct walk *w, const struct pobj *root)
{
	size_t n;
	int e;

	w->limit = pin_limit(w->p->in);
	n = (size_t)w->limit + 1;
	if ((w->page_of = doc_alloc(w->d, n * sizeof(*w->page_of))) == NULL ||
	    (w->annot_of = doc_alloc(w->d, n * sizeof(*w->annot_of))) == NULL ||
	    (w->seen = doc_alloc(w->d, n)) == NULL)
		return ERR_NOMEM;
	if ((e = pwalk_pages_find(w)) != 0 || (e = pwalk_annots_find(w)) != 0 ||
	    (e = pwalk_dests_find(w)) != 0 ||
	    (e = pwalk_layers_find(w, root)) != 0)
		return e;
	if ((e = pwalk_forms_find(w)) != 0)
		return e;
	pwalk_annots_settle(w);
	return 0;
}

int
pdf_walk(struct pdf *p, uint32_t *root_num, uint32_t *info_num)
{
	struct walk *w = doc_alloc(p->d, sizeof(*w));
	const struct pobj *root;
	int e;

	if (w == NULL)
		return ERR_NOMEM;
	w->p = p;
	w->d = p->d;
	p->walk = w;
	if ((e = pwalk_resolve(w, pin_root(p->in), &root)) != 0)
		return e;
	if (!pobj_is(root, POBJ_DICT))
		return doc_fail(p->d, ERR_MALFORMED, "it has no catalog");
	if ((e = prepare(w, root)) != 0 ||
	    (e = make_root(w, root, root_num)) != 0 ||
	    (e = make_info(w, info_num)) != 0)
		return e;
	return pwalk_tally_say(w);
}

int
pdf_copy(struct pdf *p, pdf_type t, const struct pobj *src, const char *where,
    const struct pobj **dst)
{
	return pwalk_copy(p->walk, t, src, where, dst);
}
