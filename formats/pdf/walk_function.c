/*
 * Functions (ISO 32000-1, 7.10): tables of samples are cut to what they say
 * they hold, formulas (type 4) are read token by token, the others are numbers.
 */
#include <string.h>

#include "formats/pdf/walk_int.h"

#define DEPTH_MAX    8
#define ARGS_MAX     32
#define SAMPLES_MAX  (64u << 20) /* bytes */
#define STITCHED_MAX 4096

static int
plain_stream(struct walk *w, const struct pobj *dict, const struct reader *r,
    const struct pobj **dst)
{
	uint32_t num;
	int e;

	if ((e = pout_reserve(w->p->out, &num)) != 0 ||
	    (e = pout_stream(w->p->out, num, dict, r, PFILTER_NONE, NULL)) != 0)
		return e;
	return pwalk_ref(w, num, dst);
}

/* Bytes that a table of samples needs; 0 when it makes no sense. The arrays
 * may be objects of their own, so the source is asked. */
static int
sampled_bytes(struct walk *w, const struct pobj *v, size_t *bytes)
{
	const struct pobj *size, *range, *bps, *x;
	uint64_t total;
	int64_t n, bits;
	int e;

	*bytes = 0;
	if ((e = pwalk_get(w, v, "Size", &size)) != 0 ||
	    (e = pwalk_get(w, v, "Range", &range)) != 0 ||
	    (e = pwalk_get(w, v, "BitsPerSample", &bps)) != 0)
		return e;
	if (!pobj_int(bps, 1, 32, &bits) || pobj_count(size) > ARGS_MAX ||
	    pobj_count(range) < 2 || pobj_count(range) / 2 > ARGS_MAX)
		return 0;
	total = (uint64_t)bits * (pobj_count(range) / 2);
	for (size_t i = 0; i < pobj_count(size); i++) {
		if ((e = pwalk_item(w, size, i, &x)) != 0)
			return e;
		if (!pobj_int(x, 1, 1 << 24, &n) ||
		    __builtin_mul_overflow(total, (uint64_t)n, &total) ||
		    total > (uint64_t)SAMPLES_MAX * 8)
			return 0;
	}
	*bytes = (size_t)((total + 7) / 8);
	return 0;
}

static int
sampled(struct walk *w, const struct pobj *v, const char *where,
    const struct pobj **dst)
{
	struct pobj *dict;
	struct pdata data;
	struct reader r;
	size_t need;
	bool ok;
	int e;

	if ((e = sampled_bytes(w, v, &need)) != 0 || need == 0 ||
	    (e = pwalk_dict(w, PT_FunctionType0, v, where, &dict)) != 0 ||
	    dict == NULL)
		return e;
	if ((e = pwalk_stream(w, v, where, &data, &ok)) != 0 || !ok)
		return e;
	if (reader_view(&data.bytes, 0, need, &r) == 0)
		e = plain_stream(w, dict, &r, dst);
	pdf_data_free(w->p, &data);
	return e;
}

static int
formula(struct walk *w, const struct pobj *v, const char *where,
    const struct pobj **dst)
{
	struct pobj *dict;
	struct reader r;
	struct buf out;
	int e;

	if ((e = pwalk_dict(w, PT_FunctionType4, v, where, &dict)) != 0 ||
	    dict == NULL)
		return e;
	buf_init(&out, 1 << 20);
	if ((e = pdf_function4(w->p, v, where, &out)) != 0) {
		if (e == ERR_MALFORMED || e == ERR_UNSUPPORTED) {
			doc_forgive(w->d);
			e = 0;
		}
		goto out;
	}
	buf_reader(&out, &r);
	e = plain_stream(w, dict, &r, dst);
out:
	buf_done(&out);
	return e;
}

static int make(struct walk *, const struct pobj *src, const char *where,
    unsigned depth, const struct pobj **dst);

static int
stitched(struct walk *w, const struct pobj *v, const char *where,
    unsigned depth, const struct pobj **dst)
{
	const struct pobj *list, *x;
	struct pobj *dict, *out;
	size_t n;
	int e;

	if ((e = pwalk_dict(w, PT_FunctionType3, v, where, &dict)) != 0 ||
	    dict == NULL || (e = pwalk_get(w, v, "Functions", &list)) != 0)
		return e;
	n = pobj_is(list, POBJ_ARRAY) ? pobj_count(list) : 0;
	if (n == 0 || n > STITCHED_MAX)
		return 0;
	if ((out = pobj_new_array(w->d, n)) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		if ((e = make(w, pobj_item(list, i), where, depth + 1, &x)) !=
			0 ||
		    x == NULL)
			return e;
		pobj_push(out, x);
	}
	pobj_set(dict, "Functions", out);
	*dst = dict;
	return 0;
}

static int
by_type(struct walk *w, const struct pobj *v, const char *where, unsigned depth,
    const struct pobj **dst)
{
	const struct pobj *type;
	struct pobj *dict;
	int64_t t;
	int e;

	if ((e = pwalk_get(w, v, "FunctionType", &type)) != 0 ||
	    !pobj_int(type, 0, 4, &t))
		return e;
	if (pobj_is(v, POBJ_STREAM))
		return t == 0	? sampled(w, v, where, dst)
		       : t == 4 ? formula(w, v, where, dst)
				: 0;
	if (t == 3)
		return stitched(w, v, where, depth, dst);
	if (t != 2)
		return 0;
	e = pwalk_dict(w, PT_FunctionType2, v, where, &dict);
	*dst = dict;
	return e;
}

static int
make(struct walk *w, const struct pobj *src, const char *where, unsigned depth,
    const struct pobj **dst)
{
	const struct pobj *v;
	struct memo m;
	uint32_t number, num = 0;
	int e;

	*dst = NULL;
	if (depth > DEPTH_MAX || (e = pwalk_resolve(w, src, &v)) != 0)
		return depth > DEPTH_MAX ? 0 : e;
	if (!pobj_is(v, POBJ_DICT) && !pobj_is(v, POBJ_STREAM))
		return 0;
	number = pwalk_number(src, v);
	if ((e = pwalk_seen(w, number, PX_FUNCTION, &m)) != 0)
		return e;
	if (m.state == MEMO_DONE)
		return pwalk_ref(w, m.num, dst);
	if (m.state != MEMO_FRESH)
		return 0;
	if ((e = by_type(w, v, where, depth, dst)) != 0 || number == 0)
		return e;
	if (pobj_is(*dst, POBJ_REF))
		num = (*dst)->u.ref;
	else if (*dst != NULL) {
		if ((e = pout_reserve(w->p->out, &num)) != 0)
			return e;
		pout_set(w->p->out, num, *dst);
		e = pwalk_ref(w, num, dst);
	}
	pwalk_settle(w, number, PX_FUNCTION, num, 0);
	return e;
}

int
pwalk_function(struct walk *w, const struct pobj *src, const char *where,
    const struct pobj **dst)
{
	return make(w, src, where, 0, dst);
}

/* One function, or as many as there are colours. */
int
pwalk_functions(struct walk *w, const struct pobj *src, const char *where,
    const struct pobj **dst)
{
	const struct pobj *v, *x;
	struct pobj *out;
	int e;

	*dst = NULL;
	if ((e = pwalk_resolve(w, src, &v)) != 0)
		return e;
	if (!pobj_is(v, POBJ_ARRAY))
		return pwalk_function(w, src, where, dst);
	if (pobj_count(v) == 0 || pobj_count(v) > ARGS_MAX)
		return 0;
	if ((out = pobj_new_array(w->d, pobj_count(v))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < pobj_count(v); i++) {
		if ((e = pwalk_function(w, pobj_item(v, i), where, &x)) != 0 ||
		    x == NULL)
			return e;
		pobj_push(out, x);
	}
	*dst = out;
	return 0;
}
