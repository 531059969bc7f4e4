/*
 * The dictionary of a picture (ISO 32000-1, table 89), read and written.
 */
#include <string.h>

#include "formats/pdf/image_int.h"
#include "formats/pdf/walk_int.h"

const char *
pimage_device(unsigned colours)
{
	switch (colours) {
	case 1:
		return "DeviceGray";
	case 3:
		return "DeviceRGB";
	case 4:
		return "DeviceCMYK";
	default:
		return NULL;
	}
}

static bool
is_one_of(const struct reader *r, const char *const *names)
{
	for (; *names != NULL; names++)
		if (r->len == strlen(*names) &&
		    memcmp(r->data, *names, r->len) == 0)
			return true;
	return false;
}

int
pimage_report_keys(struct pimage *im)
{
	static const char *const fine[] = { "Type", "Subtype", "Name", "Length",
		"Filter", "DecodeParms", "DP", "Width", "Height", "ImageMask",
		"BitsPerComponent", "ColorSpace", "Decode", "Mask", "SMask",
		"SMaskInData", "Interpolate", "Intent", "Matte", "StructParent",
		"OC", "DL", NULL };
	const struct pentry *at = im->dict->u.dict.entry;
	int e = 0;

	for (size_t i = 0; e == 0 && i < im->dict->u.dict.n; i++)
		if (!is_one_of(&at[i].key, fine))
			e = doc_found(im->p->d, FIND_PDF_IMAGE_KEY, ACT_REMOVED,
			    im->where, "%.*s",
			    at[i].key.len < 40 ? (int)at[i].key.len : 40,
			    (const char *)at[i].key.data);
	return e;
}

/* A copy of an array of n numbers; *out NULL when it is none. */
static int
numbers(struct pimage *im, const struct pobj *v, size_t n,
    const struct pobj **out)
{
	struct pobj *copy;
	const struct pobj *item;
	double d;
	int e;

	*out = NULL;
	if (!pobj_is(v, POBJ_ARRAY) || pobj_count(v) != n)
		return 0;
	if ((copy = pobj_new_array(im->p->d, n)) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		if ((e = pin_resolve(im->p->in, pobj_item(v, i), &item)) != 0)
			return e;
		if (!pobj_number(item, &d))
			return 0;
		pobj_push(copy, item);
	}
	*out = copy;
	return 0;
}

int
pimage_colour_key(struct pimage *im, const struct pobj *mask,
    const struct pobj **out)
{
	size_t n = 2 * (size_t)im->colours;
	int64_t v, low = 0, max = ((int64_t)1 << im->bits) - 1;
	const struct pobj *item;
	struct pobj *copy, *one;
	int e;

	*out = NULL;
	if (pobj_count(mask) != n)
		return 0;
	if ((copy = pobj_new_array(im->p->d, n)) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		if ((e = pin_resolve(im->p->in, pobj_item(mask, i), &item)) !=
		    0)
			return e;
		if (!pobj_int(item, 0, INT32_MAX, &v))
			return 0;
		v = v > max ? max : v;
		if (i % 2 == 0)
			low = v;
		else if (v < low)
			return 0;
		if ((one = pobj_new_int(im->p->d, v)) == NULL)
			return ERR_NOMEM;
		pobj_push(copy, one);
	}
	*out = copy;
	return 0;
}

static int
set_int(struct doc *d, struct pobj *dict, const char *key, int64_t v)
{
	struct pobj *n = pobj_new_int(d, v);

	if (n == NULL)
		return ERR_NOMEM;
	pobj_set(dict, key, n);
	return 0;
}

static int
set_name(struct doc *d, struct pobj *dict, const char *key, const char *v)
{
	struct pobj *n = pobj_new_name(d, v);

	if (n == NULL)
		return ERR_NOMEM;
	pobj_set(dict, key, n);
	return 0;
}

static int
set_true(struct doc *d, struct pobj *dict, const char *key)
{
	struct pobj *b = pobj_new(d, POBJ_BOOL);

	if (b == NULL)
		return ERR_NOMEM;
	b->u.b = true;
	pobj_set(dict, key, b);
	return 0;
}

static int
set_decode(struct pimage *im, struct pobj *dict)
{
	const struct pobj *v, *copy;
	int e;

	if (im->placed)
		return 0;
	if ((e = pin_get(im->p->in, im->dict, "Decode", &v)) != 0 || v == NULL)
		return e;
	if ((e = numbers(im, v, 2 * (size_t)im->colours, &copy)) != 0)
		return e;
	if (copy == NULL)
		return doc_found(im->p->d, FIND_PDF_IMAGE_KEY, ACT_REMOVED,
		    im->where, "Decode");
	pobj_set(dict, "Decode", copy);
	return 0;
}

static int
set_intent(struct pimage *im, struct pobj *dict)
{
	static const char *const intents[] = { "AbsoluteColorimetric",
		"RelativeColorimetric", "Saturation", "Perceptual", NULL };
	const struct pobj *v;
	int e;

	if ((e = pin_get(im->p->in, im->dict, "Intent", &v)) != 0)
		return e;
	if (pobj_is(v, POBJ_NAME) && is_one_of(&v->u.bytes, intents))
		pobj_set(dict, "Intent", v);
	return 0;
}

/* Only of soft masks: the colour that the picture was mixed with. */
static int
set_matte(struct pimage *im, struct pobj *dict)
{
	const struct pobj *v, *copy;
	int e;

	if ((e = pin_get(im->p->in, im->dict, "Matte", &v)) != 0 ||
	    !pobj_is(v, POBJ_ARRAY) || pobj_count(v) > 32)
		return e;
	if ((e = numbers(im, v, pobj_count(v), &copy)) != 0)
		return e;
	if (copy != NULL)
		pobj_set(dict, "Matte", copy);
	return 0;
}

static int
set_space(struct pimage *im, struct pobj *dict)
{
	if (im->stencil)
		return set_true(im->p->d, dict, "ImageMask");
	if (im->space == NULL)
		return set_name(im->p->d, dict, "ColorSpace",
		    pimage_device(im->colours));
	pobj_set(dict, "ColorSpace", im->space);
	return 0;
}

/* The layer that the picture belongs to. */
static int
set_layer(struct pimage *im, struct pobj *dict)
{
	const struct pobj *layer = pobj_get(im->dict, "OC"), *copy;
	int e;

	if (layer == NULL || im->role != PIMAGE_PICTURE)
		return 0;
	if ((e = pwalk_layer(im->p->walk, layer, im->where, &copy)) != 0)
		return e;
	if (copy != NULL)
		pobj_set(dict, "OC", copy);
	return 0;
}

static int
set_others(struct pimage *im, struct pobj *dict)
{
	struct doc *d = im->p->d;
	const struct pobj *v;
	int64_t n;
	int e;

	if ((e = pin_get(im->p->in, im->dict, "Interpolate", &v)) != 0)
		return e;
	if (pobj_is(v, POBJ_BOOL) && v->u.b &&
	    (e = set_true(d, dict, "Interpolate")) != 0)
		return e;
	if ((e = pin_get(im->p->in, im->dict, "StructParent", &v)) != 0)
		return e;
	if (pobj_int(v, 0, INT32_MAX, &n) && im->role == PIMAGE_PICTURE &&
	    (e = set_int(d, dict, "StructParent", n)) != 0)
		return e;
	return set_layer(im, dict);
}

int
pimage_dict(struct pimage *im, size_t n_more, struct pobj **out)
{
	struct doc *d = im->p->d;
	struct pobj *dict = pobj_new_dict(d, 16 + n_more);
	int e;

	if (dict == NULL)
		return ERR_NOMEM;
	if ((e = set_name(d, dict, "Type", "XObject")) != 0 ||
	    (e = set_name(d, dict, "Subtype", "Image")) != 0 ||
	    (e = set_int(d, dict, "Width", im->width)) != 0 ||
	    (e = set_int(d, dict, "Height", im->height)) != 0 ||
	    (e = set_int(d, dict, "BitsPerComponent", im->bits)) != 0 ||
	    (e = set_space(im, dict)) != 0 || (e = set_decode(im, dict)) != 0 ||
	    (e = set_intent(im, dict)) != 0 || (e = set_others(im, dict)) != 0)
		return e;
	if (im->role == PIMAGE_SOFT && (e = set_matte(im, dict)) != 0)
		return e;
	*out = dict;
	return 0;
}
