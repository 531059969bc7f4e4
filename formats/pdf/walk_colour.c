/*
 * Colour spaces (ISO 32000-1, 8.6). ICC profiles are rewritten by the picture
 * code; one that cannot be gives way to the device space with as many
 * components. Attributes of DeviceN that only a press needs do not stay.
 */
#include <string.h>

#include "formats/icc.h"
#include "formats/pdf/walk_int.h"

#define DEPTH_MAX      6
#define COMPONENTS_MAX 32

/* Beside the number of components in a memo: it is only a name. */
#define IS_DEVICE  0x100
#define IS_PATTERN 0x200

/* What a colour space inside another one may be, besides plain. */
struct space {
	struct walk *w;
	const struct pobj *resources;
	const char *where;
	unsigned depth;
};

static int colour(struct space, const struct pobj *src, const struct pobj **dst,
    unsigned *n);

static int
name_of(struct walk *w, const char *name, const struct pobj **dst)
{
	*dst = pobj_new_name(w->d, name);
	return *dst == NULL ? ERR_NOMEM : 0;
}

static int
device(struct walk *w, unsigned n, const struct pobj **dst)
{
	return name_of(w,
	    n == 1   ? "DeviceGray"
	    : n == 3 ? "DeviceRGB"
		     : "DeviceCMYK",
	    dst);
}

static int
start(struct walk *w, const char *name, size_t n_max, struct pobj **out)
{
	const struct pobj *v;
	int e;

	if ((*out = pobj_new_array(w->d, n_max)) == NULL)
		return ERR_NOMEM;
	if ((e = name_of(w, name, &v)) != 0)
		return e;
	pobj_push(*out, v);
	return 0;
}

/* [/CalRGB dict] and its like. */
static int
calibrated(struct space s, const struct pobj *a, const char *name, pdf_type t,
    unsigned n, const struct pobj **dst, unsigned *components)
{
	const struct pobj *v;
	struct pobj *dict, *out;
	int e;

	if ((e = pwalk_item(s.w, a, 1, &v)) != 0 ||
	    (e = pwalk_dict(s.w, t, v, s.where, &dict)) != 0 || dict == NULL)
		return e;
	if ((e = start(s.w, name, 2, &out)) != 0)
		return e;
	pobj_push(out, dict);
	*dst = out;
	*components = n;
	return 0;
}

/* ---- ICC */

static int
make_icc(struct space s, const struct pobj *v, unsigned n, uint32_t *num)
{
	enum icc_space kind = n == 1 ? ICC_GRAY : n == 3 ? ICC_RGB : ICC_CMYK;
	struct pobj *dict;
	const struct pobj *x;
	struct pdata data;
	struct reader r;
	struct buf out;
	bool ok;
	int e;

	if ((e = pwalk_stream(s.w, v, s.where, &data, &ok)) != 0 || !ok)
		return e;
	buf_init(&out, ICC_MAX_BYTES);
	if ((e = icc_take(s.w->d, s.where, &data.bytes, kind, &out)) != 0 ||
	    out.len == 0)
		goto out;
	e = ERR_NOMEM;
	if ((dict = pobj_new_dict(s.w->d, 1)) == NULL ||
	    (x = pobj_new_int(s.w->d, (int64_t)n)) == NULL)
		goto out;
	pobj_set(dict, "N", x);
	if ((e = pout_reserve(s.w->p->out, num)) != 0)
		goto out;
	buf_reader(&out, &r);
	e = pout_stream(s.w->p->out, *num, dict, &r, PFILTER_NONE, NULL);
out:
	pdf_data_free(s.w->p, &data);
	buf_done(&out);
	return e;
}

int
pwalk_icc(struct walk *w, const struct pobj *stream, unsigned n,
    const char *where, uint32_t *num)
{
	struct space s = { .w = w, .where = where };
	struct memo m;
	int e;

	*num = 0;
	if ((e = pwalk_seen(w, stream->number, PX_ICC, &m)) != 0)
		return e;
	*num = m.num;
	if (m.state != MEMO_FRESH)
		return 0;
	if ((e = make_icc(s, stream, n, num)) != 0)
		return e;
	pwalk_settle(w, stream->number, PX_ICC, *num, 0);
	return 0;
}

static int
icc_based(struct space s, const struct pobj *a, const struct pobj **dst,
    unsigned *components)
{
	const struct pobj *v, *x;
	struct pobj *out;
	uint32_t num;
	int64_t n;
	int e;

	if ((e = pwalk_item(s.w, a, 1, &v)) != 0 || !pobj_is(v, POBJ_STREAM))
		return e;
	if ((e = pwalk_get(s.w, v, "N", &x)) != 0)
		return e;
	if (!pobj_int(x, 1, 4, &n) || n == 2) {
		/* Only the space it names as the other way can help. */
		s.depth++;
		return colour(s, pobj_get(v, "Alternate"), dst, components);
	}
	*components = (unsigned)n;
	if ((e = pwalk_icc(s.w, v, *components, s.where, &num)) != 0)
		return e;
	if (num == 0)
		return device(s.w, *components, dst);
	if ((e = start(s.w, "ICCBased", 2, &out)) != 0 ||
	    (e = pwalk_ref(s.w, num, &x)) != 0)
		return e;
	pobj_push(out, x);
	*dst = out;
	return 0;
}

/* ---- tables and inks */

/* The colours of an Indexed space, exactly as many bytes as it needs. */
static int
lookup(struct space s, const struct pobj *v, size_t n, const struct pobj **dst)
{
	uint8_t table[256 * COMPONENTS_MAX] = { 0 };
	struct pdata data = { 0 };
	bool ok = pobj_is(v, POBJ_STRING);
	int e;

	*dst = NULL;
	if (ok)
		data.bytes = v->u.bytes;
	else if (pobj_is(v, POBJ_STREAM) &&
		 (e = pwalk_stream(s.w, v, s.where, &data, &ok)) != 0)
		return e;
	if (ok && data.bytes.len > 0)
		memcpy(table, data.bytes.data,
		    data.bytes.len < n ? data.bytes.len : n);
	pdf_data_free(s.w->p, &data);
	if (!ok)
		return 0;
	return pwalk_bytes(s.w, POBJ_STRING, table, n, dst);
}

static int
indexed(struct space s, const struct pobj *a, const struct pobj **dst,
    unsigned *components)
{
	const struct pobj *base, *v, *high, *table;
	struct pobj *out;
	unsigned n = 0;
	int64_t top;
	int e;

	s.depth++;
	if ((e = colour(s, pobj_item(a, 1), &base, &n)) != 0 || base == NULL ||
	    n == 0 || n > COMPONENTS_MAX)
		return e;
	if ((e = pwalk_item(s.w, a, 2, &high)) != 0 ||
	    (e = pwalk_item(s.w, a, 3, &v)) != 0)
		return e;
	if (!pobj_int(high, 0, 255, &top))
		return 0;
	if ((e = lookup(s, v, ((size_t)top + 1) * n, &table)) != 0 ||
	    table == NULL)
		return e;
	if ((e = start(s.w, "Indexed", 4, &out)) != 0)
		return e;
	if ((v = pobj_new_int(s.w->d, top)) == NULL)
		return ERR_NOMEM;
	pobj_push(out, base);
	pobj_push(out, v);
	pobj_push(out, table);
	*dst = out;
	*components = 1;
	return 0;
}

/* The last two of Separation and DeviceN: the other space and the formula. */
static int
tint(struct space s, const struct pobj *a, struct pobj *out, bool *ok)
{
	const struct pobj *other, *formula;
	unsigned n = 0;
	int e;

	*ok = false;
	s.depth++;
	if ((e = colour(s, pobj_item(a, 2), &other, &n)) != 0 ||
	    other == NULL || n == 0)
		return e;
	if ((e = pwalk_function(s.w, pobj_item(a, 3), s.where, &formula)) !=
		0 ||
	    formula == NULL)
		return e;
	pobj_push(out, other);
	pobj_push(out, formula);
	*ok = true;
	return 0;
}

static int
separation(struct space s, const struct pobj *a, const struct pobj **dst,
    unsigned *components)
{
	const struct pobj *name;
	struct pobj *out;
	bool ok;
	int e;

	if ((e = pwalk_item(s.w, a, 1, &name)) != 0 ||
	    !pobj_is(name, POBJ_NAME) ||
	    (e = start(s.w, "Separation", 4, &out)) != 0)
		return e;
	pobj_push(out, name);
	if ((e = tint(s, a, out, &ok)) != 0 || !ok)
		return e;
	*dst = out;
	*components = 1;
	return 0;
}

/* The inks of a DeviceN space by themselves. */
static int
colorants(struct space s, const struct pobj *attrs, struct pobj *dict)
{
	const struct pobj *v, *x;
	struct pobj *out;
	unsigned n;
	int e;

	if ((e = pwalk_get(s.w, attrs, "Colorants", &v)) != 0 ||
	    !pobj_is(v, POBJ_DICT) || pobj_count(v) > COMPONENTS_MAX)
		return e;
	if ((out = pobj_new_dict(s.w->d, pobj_count(v))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < pobj_count(v); i++) {
		if ((e = colour(s, v->u.dict.entry[i].value, &x, &n)) != 0)
			return e;
		if (x != NULL)
			pobj_set_bytes(out, &v->u.dict.entry[i].key, x);
	}
	pobj_set(dict, "Colorants", out);
	return 0;
}

static int
process(struct space s, const struct pobj *attrs, struct pobj *dict)
{
	const struct pobj *v, *x;
	struct pobj *out;
	unsigned n;
	int e;

	if ((e = pwalk_get(s.w, attrs, "Process", &v)) != 0 ||
	    !pobj_is(v, POBJ_DICT))
		return e;
	if ((e = pwalk_dict(s.w, PT_DeviceNProcess, v, s.where, &out)) != 0 ||
	    out == NULL ||
	    (e = colour(s, pobj_get(v, "ColorSpace"), &x, &n)) != 0 ||
	    x == NULL)
		return e;
	pobj_set(out, "ColorSpace", x);
	pobj_set(dict, "Process", out);
	return 0;
}

static int
attributes(struct space s, const struct pobj *a, struct pobj *out)
{
	const struct pobj *v;
	struct pobj *dict;
	int e;

	s.depth++;
	if ((e = pwalk_item(s.w, a, 4, &v)) != 0 || !pobj_is(v, POBJ_DICT))
		return e;
	if ((e = pwalk_dict(s.w, PT_DeviceNDict, v, s.where, &dict)) != 0 ||
	    dict == NULL || (e = colorants(s, v, dict)) != 0 ||
	    (e = process(s, v, dict)) != 0)
		return e;
	pobj_push(out, dict);
	return 0;
}

static int
device_n(struct space s, const struct pobj *a, const struct pobj **dst,
    unsigned *components)
{
	const struct pobj *names, *v;
	struct pobj *out, *list;
	bool ok;
	int e;

	if ((e = pwalk_item(s.w, a, 1, &names)) != 0)
		return e;
	if (!pobj_is(names, POBJ_ARRAY) || pobj_count(names) == 0 ||
	    pobj_count(names) > COMPONENTS_MAX)
		return 0;
	if ((list = pobj_new_array(s.w->d, pobj_count(names))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < pobj_count(names); i++) {
		if ((e = pwalk_item(s.w, names, i, &v)) != 0)
			return e;
		if (!pobj_is(v, POBJ_NAME))
			return 0;
		pobj_push(list, v);
	}
	if ((e = start(s.w, "DeviceN", 5, &out)) != 0)
		return e;
	pobj_push(out, list);
	if ((e = tint(s, a, out, &ok)) != 0 || !ok ||
	    (e = attributes(s, a, out)) != 0)
		return e;
	*dst = out;
	*components = (unsigned)pobj_count(names);
	return 0;
}

/* Pattern, alone or over a space for patterns without colours. */
static int
pattern(struct space s, const struct pobj *a, const struct pobj **dst,
    unsigned *components)
{
	const struct pobj *base;
	struct pobj *out;
	int e;

	s.depth++;
	if (pobj_count(a) < 2) {
		*components = 1;
		return name_of(s.w, "Pattern", dst);
	}
	if ((e = colour(s, pobj_item(a, 1), &base, components)) != 0 ||
	    base == NULL || (e = start(s.w, "Pattern", 2, &out)) != 0)
		return e;
	pobj_push(out, base);
	*dst = out;
	return 0;
}

/* ---- all */

static bool
device_of(const struct pobj *name, unsigned *n)
{
	static const struct {
		const char *name;
		unsigned n;
	} devices[] = { { "DeviceGray", 1 }, { "DeviceRGB", 3 },
		{ "DeviceCMYK", 4 }, { "G", 1 }, { "RGB", 3 }, { "CMYK", 4 },
		{ "CalGray", 1 }, { "CalRGB", 3 }, { "CalCMYK", 4 } };

	for (size_t i = 0; i < sizeof(devices) / sizeof(*devices); i++)
		if (pobj_is_name(name, devices[i].name)) {
			*n = devices[i].n;
			return true;
		}
	return false;
}

static int
by_name(struct space s, const struct pobj *name, const struct pobj **dst,
    unsigned *n)
{
	const struct pobj *spaces;
	struct reader key = name->u.bytes;
	int e;

	if (device_of(name, n))
		return device(s.w, *n, dst);
	if (pobj_is_name(name, "Pattern"))
		return pattern(s, NULL, dst, n);
	if ((e = pwalk_get(s.w, s.resources, "ColorSpace", &spaces)) != 0 ||
	    !pobj_is(spaces, POBJ_DICT))
		return e;
	s.depth++;
	return colour(s, pobj_get_bytes(spaces, &key), dst, n);
}

static int
by_array(struct space s, const struct pobj *a, const struct pobj **dst,
    unsigned *n)
{
	const struct pobj *name;
	int e;

	if ((e = pwalk_item(s.w, a, 0, &name)) != 0 ||
	    !pobj_is(name, POBJ_NAME))
		return e;
	if (pobj_count(a) == 1)
		return by_name(s, name, dst, n);
	if (pobj_is_name(name, "ICCBased"))
		return icc_based(s, a, dst, n);
	if (pobj_is_name(name, "Indexed") || pobj_is_name(name, "I"))
		return indexed(s, a, dst, n);
	if (pobj_is_name(name, "Separation"))
		return separation(s, a, dst, n);
	if (pobj_is_name(name, "DeviceN"))
		return device_n(s, a, dst, n);
	if (pobj_is_name(name, "Pattern"))
		return pattern(s, a, dst, n);
	if (pobj_is_name(name, "CalGray"))
		return calibrated(s, a, "CalGray", PT_CalGrayDict, 1, dst, n);
	if (pobj_is_name(name, "CalRGB"))
		return calibrated(s, a, "CalRGB", PT_CalRGBDict, 3, dst, n);
	if (pobj_is_name(name, "Lab"))
		return calibrated(s, a, "Lab", PT_LabDict, 3, dst, n);
	return by_name(s, name, dst, n);
}

static int
again(struct space s, const struct memo *m, const struct pobj **dst)
{
	if (m->extra & IS_PATTERN)
		return name_of(s.w, "Pattern", dst);
	if (m->extra & IS_DEVICE)
		return device(s.w, m->extra & 0xff, dst);
	return pwalk_ref(s.w, m->num, dst);
}

static int
colour(struct space s, const struct pobj *src, const struct pobj **dst,
    unsigned *n)
{
	const struct pobj *v;
	struct memo m;
	uint32_t number, num = 0;
	int e;

	*dst = NULL;
	if (s.depth > DEPTH_MAX || (e = pwalk_resolve(s.w, src, &v)) != 0)
		return s.depth > DEPTH_MAX ? 0 : e;
	if (pobj_is(v, POBJ_NAME))
		return by_name(s, v, dst, n);
	if (!pobj_is(v, POBJ_ARRAY))
		return 0;
	number = pwalk_number(src, v);
	if ((e = pwalk_seen(s.w, number, PX_COLOUR, &m)) != 0)
		return e;
	*n = m.extra & 0xff;
	if (m.state == MEMO_DONE)
		return again(s, &m, dst);
	if (m.state != MEMO_FRESH)
		return 0;
	if ((e = by_array(s, v, dst, n)) != 0 || number == 0)
		return e;
	/* A name stands for itself, without an object. */
	if (pobj_is(*dst, POBJ_NAME)) {
		pwalk_settle(s.w, number, PX_COLOUR, UINT32_MAX,
		    (uint16_t)(*n |
			       (pobj_is_name(*dst, "Pattern") ? IS_PATTERN
							      : IS_DEVICE)));
		return 0;
	}
	if (*dst != NULL && (e = pout_reserve(s.w->p->out, &num)) != 0)
		return e;
	pwalk_settle(s.w, number, PX_COLOUR, num, (uint16_t)*n);
	if (*dst == NULL)
		return 0;
	pout_set(s.w->p->out, num, *dst);
	return pwalk_ref(s.w, num, dst);
}

int
pdf_colour_space(struct pdf *p, const struct pobj *src,
    const struct pobj *resources, const char *where, const struct pobj **dst,
    unsigned *components)
{
	struct space s = {
		.w = p->walk, .resources = resources, .where = where
	};
	unsigned n = 0;
	int e;

	if ((e = colour(s, src, dst, &n)) != 0)
		return e;
	*components = n;
	if (*dst != NULL || src == NULL)
		return 0;
	return doc_found(p->d, FIND_PDF_COLOUR, ACT_REMOVED, where, NULL);
}

/* Group/CS: what the group mixes its colours in. */
int
pwalk_group_space(struct walk *w, const struct pobj *src, const char *where,
    struct pobj *dst)
{
	const struct pobj *v;
	unsigned n;
	int e;

	if (pobj_get(src, "CS") == NULL)
		return 0;
	if ((e = pdf_colour_space(w->p, pobj_get(src, "CS"), NULL, where, &v,
		 &n)) != 0)
		return e;
	if (v != NULL)
		pobj_set(dst, "CS", v);
	return 0;
}
