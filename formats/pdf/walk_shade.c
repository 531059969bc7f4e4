/*
 * Shadings (ISO 32000-1, 8.7.4), patterns (8.7), graphics states (8.4.5) and
 * soft masks (11.6.5.3). The points of a mesh are cut to whole ones.
 */
#include <string.h>

#include "formats/pdf/walk_int.h"

#define STEP_MIN 0.001 /* of a tile's side, in units of the page */
#define TILE_MIN 0.01  /* of its area */

/* ---- shadings */

static pdf_type
shading_type(int64_t t)
{
	static const pdf_type types[] = { PT_ShadingType1, PT_ShadingType2,
		PT_ShadingType3, PT_ShadingType4, PT_ShadingType5,
		PT_ShadingType6, PT_ShadingType7 };

	return types[t - 1];
}

/* Bits of the smallest piece of a mesh that a reader takes at once. */
static bool
piece_bits(const struct pobj *dict, int64_t type, unsigned colours,
    uint64_t *bits)
{
	int64_t xy, c, flag = 0;

	if (!pobj_int(pobj_get(dict, "BitsPerCoordinate"), 1, 32, &xy) ||
	    !pobj_int(pobj_get(dict, "BitsPerComponent"), 1, 16, &c) ||
	    (type != 5 &&
		!pobj_int(pobj_get(dict, "BitsPerFlag"), 2, 8, &flag)))
		return false;
	*bits = (uint64_t)flag + 2 * (uint64_t)xy + (uint64_t)c * colours;
	return true;
}

static int
mesh(struct walk *w, const struct pobj *v, int64_t type, unsigned colours,
    const char *where, struct pobj *dict, const struct pobj **dst)
{
	uint64_t bits;
	struct pdata data;
	uint32_t num;
	bool ok;
	int e;

	if (!piece_bits(dict, type, colours, &bits))
		return 0;
	if ((e = pwalk_stream(w, v, where, &data, &ok)) != 0)
		return e;
	if (ok && data.bytes.len >= (bits + 7) / 8 &&
	    (e = pout_reserve(w->p->out, &num)) == 0 &&
	    (e = pout_stream(w->p->out, num, dict, &data.bytes, PFILTER_NONE,
		 NULL)) == 0)
		e = pwalk_ref(w, num, dst);
	pdf_data_free(w->p, &data);
	return e;
}

static int
make_shading(struct walk *w, const struct pobj *v, const struct pobj *resources,
    const char *where, const struct pobj **dst)
{
	const struct pobj *x, *space;
	struct pobj *dict;
	unsigned colours = 1;
	int64_t t;
	int e;

	if ((e = pwalk_get(w, v, "ShadingType", &x)) != 0 ||
	    !pobj_int(x, 1, 7, &t) || (t >= 4) != pobj_is(v, POBJ_STREAM))
		return e;
	if ((e = pwalk_dict(w, shading_type(t), v, where, &dict)) != 0 ||
	    dict == NULL ||
	    (e = pdf_colour_space(w->p, pobj_get(v, "ColorSpace"), resources,
		 where, &space, &colours)) != 0 ||
	    space == NULL)
		return e;
	pobj_set(dict, "ColorSpace", space);
	if (pobj_get(v, "Function") != NULL) {
		if ((e = pwalk_functions(w, pobj_get(v, "Function"), where,
			 &x)) != 0 ||
		    x == NULL)
			return e;
		pobj_set(dict, "Function", x);
		colours = 1;
	} else if (t < 4) {
		return 0;
	}
	*dst = dict;
	if (t < 4)
		return 0;
	*dst = NULL;
	return mesh(w, v, t, colours, where, dict, dst);
}

/* What a maker gives for an object at number (0: it is direct), as a
 * reference; streams are references already. */
static int
settle(struct walk *w, uint32_t number, unsigned kind, const struct pobj **dst)
{
	uint32_t num = 0;
	int e = 0;

	if (number == 0)
		return 0;
	if (pobj_is(*dst, POBJ_REF)) {
		num = (*dst)->u.ref;
	} else if (*dst != NULL) {
		if ((e = pout_reserve(w->p->out, &num)) != 0)
			return e;
		pout_set(w->p->out, num, *dst);
		e = pwalk_ref(w, num, dst);
	}
	pwalk_settle(w, number, kind, num, 0);
	return e;
}

typedef int maker(struct walk *, const struct pobj *v,
    const struct pobj *resources, const char *where, const struct pobj **dst);

static int
once(struct walk *w, const struct pobj *src, unsigned kind, maker *make,
    const struct pobj *resources, const char *where, enum finding_id bad,
    const struct pobj **dst)
{
	const struct pobj *v;
	struct memo m;
	uint32_t number;
	int e;

	*dst = NULL;
	if ((e = pwalk_resolve(w, src, &v)) != 0)
		return e;
	number = pwalk_number(src, v);
	if ((e = pwalk_seen(w, number, kind, &m)) != 0)
		return e;
	if (m.state == MEMO_DONE)
		return pwalk_ref(w, m.num, dst);
	if (m.state != MEMO_FRESH)
		return 0;
	if ((e = make(w, v, resources, where, dst)) != 0)
		return e;
	if (*dst == NULL && (e = doc_found(w->d, bad, ACT_REMOVED, where, "%s",
				 pmodels[kind].name)) != 0)
		return e;
	return settle(w, number, kind, dst);
}

int
pwalk_shading(struct walk *w, const struct pobj *src,
    const struct pobj *resources, const char *where, const struct pobj **dst)
{
	return once(w, src, PT_ShadingType1, make_shading, resources, where,
	    FIND_PDF_COLOUR, dst);
}

/* ---- patterns */

static double
size_of(double v)
{
	return v < 0 ? -v : v;
}

/* Tiles of no size that a reader could see would be drawn without end. */
static bool
is_step(const struct pobj *dict)
{
	double m[4] = { 1, 0, 0, 1 }, xs, ys;
	const struct pobj *matrix = pobj_get(dict, "Matrix");

	if (!pobj_number(pobj_get(dict, "XStep"), &xs) ||
	    !pobj_number(pobj_get(dict, "YStep"), &ys))
		return false;
	for (size_t i = 0; i < 4; i++)
		(void)pobj_number(pobj_item(matrix, i), &m[i]);
	xs = size_of(xs) * (size_of(m[0]) + size_of(m[1]));
	ys = size_of(ys) * (size_of(m[2]) + size_of(m[3]));
	return xs > STEP_MIN && ys > STEP_MIN && xs * ys > TILE_MIN;
}

static int
tiling(struct walk *w, const struct pobj *v, const struct pobj *resources,
    const char *where, const struct pobj **dst)
{
	const struct pobj *x;
	struct pobj *dict;
	uint32_t num;
	int e;

	if (!pobj_is(v, POBJ_STREAM) || w->p->depth >= WALK_FORM_DEPTH)
		return 0;
	if ((e = pwalk_dict(w, PT_PatternType1, v, where, &dict)) != 0 ||
	    dict == NULL)
		return e;
	if (!is_step(dict))
		return 0;
	if (pobj_get(dict, "TilingType") == NULL) {
		if ((x = pobj_new_int(w->d, 1)) == NULL)
			return ERR_NOMEM;
		pobj_set(dict, "TilingType", x);
	}
	if ((e = pout_reserve(w->p->out, &num)) != 0)
		return e;
	w->p->depth++;
	e = pwalk_content_stream(w, v, resources, PCONTENT_PATTERN, where, dict,
	    num);
	w->p->depth--;
	return e != 0 ? e : pwalk_ref(w, num, dst);
}

static int
make_pattern(struct walk *w, const struct pobj *v, const struct pobj *resources,
    const char *where, const struct pobj **dst)
{
	const struct pobj *type, *x;
	struct pobj *dict;
	int64_t t;
	int e;

	if ((e = pwalk_get(w, v, "PatternType", &type)) != 0 ||
	    !pobj_int(type, 1, 2, &t))
		return e;
	if (t == 1)
		return tiling(w, v, resources, where, dst);
	if ((e = pwalk_dict(w, PT_PatternType2, v, where, &dict)) != 0 ||
	    dict == NULL ||
	    (e = pwalk_shading(w, pobj_get(v, "Shading"), resources, where,
		 &x)) != 0 ||
	    x == NULL)
		return e;
	pobj_set(dict, "Shading", x);
	*dst = dict;
	if (pobj_get(v, "ExtGState") == NULL)
		return 0;
	if ((e = pwalk_gstate(w, pobj_get(v, "ExtGState"), resources, where,
		 &x)) != 0)
		return e;
	if (x != NULL)
		pobj_set(dict, "ExtGState", x);
	return 0;
}

int
pwalk_pattern(struct walk *w, const struct pobj *src,
    const struct pobj *resources, const char *where, const struct pobj **dst)
{
	return once(w, src, PT_PatternType1, make_pattern, resources, where,
	    FIND_PDF_COLOUR, dst);
}

/* ---- graphics states */

static int
mask_function(struct walk *w, const struct pobj *v, const char *where,
    struct pobj *dict)
{
	const struct pobj *x;
	int e;

	if ((e = pwalk_get(w, v, "TR", &x)) != 0)
		return e;
	if (!pobj_is_name(x, "Identity") &&
	    (e = pwalk_function(w, pobj_get(v, "TR"), where, &x)) != 0)
		return e;
	if (x != NULL)
		pobj_set(dict, "TR", x);
	return 0;
}

static int
make_mask(struct walk *w, const struct pobj *v, const struct pobj *resources,
    const char *where, const struct pobj **dst)
{
	const struct pobj *s, *g;
	struct pobj *dict;
	int e;

	if ((e = pwalk_get(w, v, "S", &s)) != 0 ||
	    (e = pwalk_dict(w,
		 pobj_is_name(s, "Alpha") ? PT_SoftMaskAlpha
					  : PT_SoftMaskLuminosity,
		 v, where, &dict)) != 0 ||
	    dict == NULL ||
	    (e = pwalk_form(w, pobj_get(v, "G"), resources, where, &g)) != 0 ||
	    g == NULL)
		return e;
	pobj_set(dict, "G", g);
	*dst = dict;
	return mask_function(w, v, where, dict);
}

static int
put_mask(struct walk *w, const struct pobj *v, const struct pobj *resources,
    const char *where, struct pobj *dict)
{
	const struct pobj *x;
	int e;

	if ((e = pwalk_get(w, v, "SMask", &x)) != 0 || x == NULL)
		return e;
	if (!pobj_is_name(x, "None") &&
	    (e = once(w, pobj_get(v, "SMask"), PT_SoftMaskAlpha, make_mask,
		 resources, where, FIND_PDF_BROKEN, &x)) != 0)
		return e;
	if (x != NULL)
		pobj_set(dict, "SMask", x);
	return 0;
}

/* Font: [font size]. */
static int
put_font(struct walk *w, const struct pobj *v, const struct pobj *resources,
    const char *where, struct pobj *dict)
{
	const struct pobj *a, *font, *size;
	struct pobj *out;
	double x;
	int e;

	if ((e = pwalk_get(w, v, "Font", &a)) != 0 || !pobj_is(a, POBJ_ARRAY))
		return e;
	if ((e = pwalk_item(w, a, 1, &size)) != 0 || !pobj_number(size, &x) ||
	    (e = pwalk_font(w, pobj_item(a, 0), resources, where, &font)) !=
		0 ||
	    font == NULL)
		return e;
	if ((out = pobj_new_array(w->d, 2)) == NULL)
		return ERR_NOMEM;
	pobj_push(out, font);
	pobj_push(out, size);
	pobj_set(dict, "Font", out);
	return 0;
}

static int
make_gstate(struct walk *w, const struct pobj *v, const struct pobj *resources,
    const char *where, const struct pobj **dst)
{
	struct pobj *dict;
	int e;

	if ((e = pwalk_dict(w, PT_GraphicsStateParameter, v, where, &dict)) !=
		0 ||
	    dict == NULL || (e = put_mask(w, v, resources, where, dict)) != 0 ||
	    (e = put_font(w, v, resources, where, dict)) != 0)
		return e;
	*dst = dict;
	return 0;
}

int
pwalk_gstate(struct walk *w, const struct pobj *src,
    const struct pobj *resources, const char *where, const struct pobj **dst)
{
	return once(w, src, PT_GraphicsStateParameter, make_gstate, resources,
	    where, FIND_PDF_BROKEN, dst);
}
