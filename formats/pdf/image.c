/*
 * Pictures of PDF (ISO 32000-1, 8.9): the dictionary from its typed keys, the
 * data decoded and coded again. A picture that cannot be read becomes a grey
 * one in the same place; its masks stay.
 *
 * Alternates, OPI, Metadata and all keys that are not in table 89 go.
 */
#include <libdeflate.h>
#include <string.h>

#include "formats/codec/ccitt.h"
#include "formats/pdf/image_int.h"

#define PICTURE_BYTES ((size_t)1 << 30)
#define PLACEHOLDER   0xc0
/* A fax code that is so much shorter than its rows needs no comparison. */
#define FAX_SURELY    12
#define DEFLATE_LEVEL 6

bool
pimage_is_mild(struct doc *d, int e)
{
	if (e == ERR_NOMEM || e == ERR_IO || e == ERR_INTERNAL)
		return false;
	return e != ERR_LIMIT || !doc_exhausted(d);
}

/* ---- what the dictionary says */

static int
get(struct pimage *im, const char *key, const struct pobj **out)
{
	return pin_get(im->p->in, im->dict, key, out);
}

static int
read_numbers(struct pimage *im)
{
	const struct pobj *v;
	int64_t n;
	int e;

	if ((e = get(im, "Width", &v)) != 0)
		return e;
	if (pobj_int(v, 1, 1 << 24, &n))
		im->width = (uint32_t)n;
	if ((e = get(im, "Height", &v)) != 0)
		return e;
	if (pobj_int(v, 1, 1 << 24, &n))
		im->height = (uint32_t)n;
	if ((e = get(im, "BitsPerComponent", &v)) != 0)
		return e;
	if (pobj_int(v, 1, 16, &n) && (n & (n - 1)) == 0)
		im->bits = (unsigned)n;
	if ((e = get(im, "ImageMask", &v)) != 0)
		return e;
	im->stencil =
	    im->role != PIMAGE_SOFT && pobj_is(v, POBJ_BOOL) && v->u.b;
	/* What a Mask leads to may have forgotten to say so. */
	im->stencil |= im->role == PIMAGE_STENCIL && im->bits == 1;
	return 0;
}

/* Is it an Indexed space, by itself or under a name of the resources? */
static int
find_indexed(struct pimage *im, const struct pobj *space)
{
	const struct pobj *list, *first;
	int e;

	if (pobj_is(space, POBJ_NAME)) {
		if ((e = pin_get(im->p->in, im->resources, "ColorSpace",
			 &list)) != 0)
			return e;
		for (size_t i = 0; i < pobj_count(list); i++) {
			const struct pentry *at = &list->u.dict.entry[i];

			if (!pobj_is(list, POBJ_DICT) ||
			    at->key.len != space->u.bytes.len ||
			    memcmp(at->key.data, space->u.bytes.data,
				at->key.len) != 0)
				continue;
			if ((e = pin_resolve(im->p->in, at->value, &space)) !=
			    0)
				return e;
			break;
		}
	}
	if ((e = pin_resolve(im->p->in, pobj_item(space, 0), &first)) != 0)
		return e;
	im->indexed =
	    pobj_is_name(first, "Indexed") || pobj_is_name(first, "I");
	return 0;
}

static int
read_space(struct pimage *im)
{
	const struct pobj *v;
	int e;

	if (im->stencil || im->role == PIMAGE_SOFT) {
		im->colours = 1;
		if (im->stencil)
			im->bits = 1;
		return 0;
	}
	if ((e = get(im, "ColorSpace", &v)) != 0 || v == NULL)
		return e;
	if ((e = pdf_colour_space(im->p, v, im->resources, im->where,
		 &im->space, &im->colours)) != 0)
		return e;
	if (im->space == NULL) {
		im->colours = 0;
		return 0;
	}
	return find_indexed(im, v);
}

/* After decoding: a space of other components than the data have goes. */
static int
settle_space(struct pimage *im, unsigned said)
{
	if (im->role == PIMAGE_STENCIL && !im->stencil)
		return ERR_MALFORMED;
	if (im->stencil || im->role == PIMAGE_SOFT)
		return im->colours == 1 && (!im->stencil || im->bits == 1)
			   ? 0
			   : ERR_MALFORMED;
	if (im->space != NULL && said == im->colours)
		return 0;
	if (pimage_device(im->colours) == NULL)
		return ERR_MALFORMED;
	if (im->space == NULL)
		return 0;
	im->space = NULL;
	im->indexed = false;
	return doc_found(im->p->d, FIND_PDF_IMAGE_SIZE, ACT_REPLACED, im->where,
	    "%u components: %u", said, im->colours);
}

/* ---- writing */

/* Is Flate no longer than n bytes? */
static int
flate_wins(const struct reader *rows, size_t n, bool *wins)
{
	struct libdeflate_compressor *z =
	    libdeflate_alloc_compressor(DEFLATE_LEVEL);
	struct buf b;
	uint8_t *p;
	int e;

	if (z == NULL)
		return ERR_NOMEM;
	buf_init(&b, n + 1);
	if ((e = buf_reserve(&b, n + 1, &p)) == 0) {
		size_t made = libdeflate_zlib_compress(z, rows->data, rows->len,
		    p, n + 1);

		*wins = made != 0 && made <= n;
	}
	buf_done(&b);
	libdeflate_free_compressor(z);
	return e;
}

/* Are most bits set? Then white is 1. */
static bool
mostly_set(const struct reader *rows)
{
	size_t set = 0;

	for (size_t i = 0; i < rows->len; i++)
		set += (size_t)__builtin_popcount(rows->data[i]);
	return set / 4 >= rows->len; /* of 8 bits a byte */
}

static int
fax_parms(struct pimage *im, bool black_is_1, const struct pobj **out)
{
	struct doc *d = im->p->d;
	struct pobj *dict = pobj_new_dict(d, 4), *flag;
	struct pobj *k = pobj_new_int(d, -1);
	struct pobj *columns = pobj_new_int(d, im->width);
	struct pobj *rows = pobj_new_int(d, im->height);

	flag = pobj_new(d, POBJ_BOOL);
	if (dict == NULL || k == NULL || columns == NULL || rows == NULL ||
	    flag == NULL)
		return ERR_NOMEM;
	flag->u.b = true;
	pobj_set(dict, "K", k);
	pobj_set(dict, "Columns", columns);
	pobj_set(dict, "Rows", rows);
	if (black_is_1)
		pobj_set(dict, "BlackIs1", flag);
	*out = dict;
	return 0;
}

/* Group 4 or Flate, whichever is shorter. */
static int
write_bits(struct pimage *im, uint32_t num, const struct pobj *dict)
{
	bool black_is_1 = !mostly_set(&im->rows), flate = false;
	const struct pobj *parms;
	struct reader coded;
	struct buf fax;
	int e;

	buf_init(&fax, im->rows.len + 64);
	e = ccitt_g4_encode(im->p->d, &im->rows, im->width, im->height,
	    black_is_1, &fax);
	if (e == ERR_LIMIT)
		flate = true; /* longer than the rows */
	else if (e == 0 && fax.len > im->rows.len / FAX_SURELY)
		e = flate_wins(&im->rows, fax.len, &flate);
	if (flate) {
		e = pout_stream(im->p->out, num, dict, &im->rows, PFILTER_NONE,
		    NULL);
	} else if (e == 0 && (e = fax_parms(im, black_is_1, &parms)) == 0) {
		buf_reader(&fax, &coded);
		e = pout_stream(im->p->out, num, dict, &coded, PFILTER_CCITT,
		    parms);
	}
	buf_done(&fax);
	return e;
}

static int
write_data(struct pimage *im, uint32_t num, const struct pobj *dict)
{
	if (im->how == PFILTER_DCT)
		return pout_stream(im->p->out, num, dict, &im->rows,
		    PFILTER_DCT, im->parms);
	if (im->bits == 1 && im->colours == 1)
		return write_bits(im, num, dict);
	/* Neighbours in a palette are no neighbours in colour. */
	if (im->indexed)
		return pout_stream(im->p->out, num, dict, &im->rows,
		    PFILTER_NONE, NULL);
	return pout_rows(im->p->out, num, dict, &im->rows, im->width,
	    im->colours, im->bits);
}

/* ---- masks */

static int picture(struct pdf *, const struct pobj *dict, struct pdata *,
    int got, const struct pobj *resources, const char *where, enum pimage_role,
    uint32_t *num);

/* Masks have no masks: this goes one level deep. */
static int
mask_stream(struct pimage *im, const char *key, const struct pobj *v,
    enum pimage_role role, struct pobj *dict)
{
	struct pdata data = { 0 };
	struct pobj *ref;
	uint32_t num = 0;
	int e, got = pdf_data(im->p, v, &data);

	if ((e = picture(im->p, v, &data, got, im->resources, im->where, role,
		 &num)) != 0)
		return e;
	if (num == 0)
		return 0;
	if ((ref = pobj_new_ref(im->p->d, num)) == NULL)
		return ERR_NOMEM;
	pobj_set(dict, key, ref);
	return 0;
}

/* The opacity that a JPEG 2000 brought along. */
static int
own_alpha(struct pimage *im, struct pobj *dict)
{
	struct pimage soft = { .p = im->p,
		.where = im->where,
		.role = PIMAGE_SOFT,
		.width = im->width,
		.height = im->height,
		.bits = 8,
		.colours = 1 };
	struct pobj *out, *matte, *zero, *ref;
	uint32_t num;
	int e;

	buf_reader(&im->alpha, &soft.rows);
	if ((soft.dict = pobj_new_dict(im->p->d, 1)) == NULL)
		return ERR_NOMEM;
	if ((e = pimage_dict(&soft, 1, &out)) != 0 ||
	    (e = pout_reserve(im->p->out, &num)) != 0)
		return e;
	matte = pobj_new_array(im->p->d, 32);
	zero = pobj_new_int(im->p->d, 0);
	ref = pobj_new_ref(im->p->d, num);
	if (matte == NULL || zero == NULL || ref == NULL)
		return ERR_NOMEM;
	for (unsigned i = 0; i < im->colours && i < 32; i++)
		pobj_push(matte, zero);
	if (im->premultiplied)
		pobj_set(out, "Matte", matte);
	pobj_set(dict, "SMask", ref);
	return write_data(&soft, num, out);
}

static int
set_masks(struct pimage *im, struct pobj *dict)
{
	const struct pobj *v, *key;
	int e;

	if (im->role != PIMAGE_PICTURE || im->stencil)
		return 0;
	if (im->alpha.len > 0)
		return own_alpha(im, dict);
	if ((e = get(im, "SMask", &v)) != 0)
		return e;
	if (pobj_is(v, POBJ_STREAM))
		return mask_stream(im, "SMask", v, PIMAGE_SOFT, dict);
	if ((e = get(im, "Mask", &v)) != 0)
		return e;
	if (pobj_is(v, POBJ_STREAM))
		return mask_stream(im, "Mask", v, PIMAGE_STENCIL, dict);
	if (!pobj_is(v, POBJ_ARRAY) || im->placed)
		return 0;
	if ((e = pimage_colour_key(im, v, &key)) != 0)
		return e;
	if (key == NULL)
		return doc_found(im->p->d, FIND_PDF_IMAGE_KEY, ACT_REMOVED,
		    im->where, "Mask");
	pobj_set(dict, "Mask", key);
	return 0;
}

/* ---- the whole */

static int
write_picture(struct pimage *im, uint32_t *num)
{
	struct pobj *dict;
	int e;

	if ((e = pimage_dict(im, 2, &dict)) != 0 ||
	    (e = set_masks(im, dict)) != 0 ||
	    (e = pout_reserve(im->p->out, num)) != 0)
		return e;
	return write_data(im, *num, dict);
}

static const char *
code_name(enum pfilter f)
{
	static const char *const names[] = { [PFILTER_NONE] = "plain",
		[PFILTER_DCT] = "JPEG",
		[PFILTER_JPX] = "JPEG 2000",
		[PFILTER_JBIG2] = "JBIG2",
		[PFILTER_CCITT] = "fax" };

	return names[f];
}

/* A grey pixel with the masks and the layer of the picture. */
static int
write_grey(struct pimage *im, uint32_t *num)
{
	static const uint8_t grey = PLACEHOLDER;

	im->width = im->height = 1;
	im->bits = 8;
	im->colours = 1;
	im->space = NULL;
	im->indexed = false;
	im->how = PFILTER_NONE;
	im->placed = true;
	reader_init(&im->rows, &grey, 1);
	return write_picture(im, num);
}

/* Grey instead of the picture; nothing instead of a mask. */
static int
place(struct pimage *im, int why, uint32_t *num)
{
	bool mask = im->stencil || im->role != PIMAGE_PICTURE;
	int e;

	doc_forgive(im->p->d);
	buf_clear(&im->alpha);
	*num = 0;
	e = doc_found(im->p->d, FIND_PDF_IMAGE,
	    mask ? ACT_REMOVED : ACT_REPLACED, im->where, "%s: %s",
	    code_name(im->data.left), err_text(why));
	return e != 0 || mask ? e : write_grey(im, num);
}

static int
rebuild(struct pimage *im, int got, uint32_t *num)
{
	unsigned said;
	int e;

	if ((e = read_numbers(im)) != 0 || (e = read_space(im)) != 0 ||
	    (e = pimage_report_keys(im)) != 0)
		return e;
	said = im->colours;
	if ((e = got) == 0 && (e = pimage_decode(im)) == 0)
		e = settle_space(im, said);
	if (e != 0)
		return pimage_is_mild(im->p->d, e) ? place(im, e, num) : e;
	return write_picture(im, num);
}

/* got: how undoing the filters ended. data: freed here. */
static int
picture(struct pdf *p, const struct pobj *dict, struct pdata *data, int got,
    const struct pobj *resources, const char *where, enum pimage_role role,
    uint32_t *num)
{
	struct pimage im = { .p = p,
		.dict = dict,
		.resources = resources,
		.where = where,
		.role = role,
		.data = *data };
	int e;

	if (got != 0 && !pimage_is_mild(p->d, got))
		return got;
	buf_init(&im.own, PICTURE_BYTES);
	buf_init(&im.alpha, PICTURE_BYTES);
	e = rebuild(&im, got, num);
	buf_done(&im.alpha);
	buf_done(&im.own);
	pdf_data_free(p, &im.data);
	return e;
}

int
pdf_image(struct pdf *p, const struct pobj *stream,
    const struct pobj *resources, const char *where, uint32_t *num)
{
	struct pdata data = { 0 };
	int got = pdf_data(p, stream, &data);

	return picture(p, stream, &data, got, resources, where, PIMAGE_PICTURE,
	    num);
}

int
pdf_inline_image(struct pdf *p, const struct pobj *dict,
    const struct reader *bytes, const struct pobj *resources, const char *where,
    uint32_t *num)
{
	struct pdata data = { 0 };
	int got = pdf_unfilter(p, bytes, pobj_get(dict, "Filter"),
	    pobj_get(dict, "DecodeParms"), &data);

	return picture(p, dict, &data, got, resources, where, PIMAGE_PICTURE,
	    num);
}
