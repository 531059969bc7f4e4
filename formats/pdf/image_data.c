/*
 * Picture data of PDF (ISO 32000-1, 7.4.5 to 7.4.9 and 8.9.5): JPEG goes
 * through the JPEG module and stays JPEG; fax, JBIG2 and JPEG 2000 become
 * rows of samples.
 */
#include <string.h>

#include "formats/codec/ccitt.h"
#include "formats/codec/jbig2.h"
#include "formats/codec/jpx.h"
#include "formats/image.h"
#include "formats/pdf/image_int.h"

#define PICTURE_BYTES ((size_t)1 << 30)
/* Short data are filled up to so many times their length, and this much. */
#define FILL_RATIO 64
#define FILL_LEAST (16u << 20)

static int
size_found(struct pimage *im, uint64_t w, uint64_t h)
{
	int e = 0;

	if (w == im->width && h == im->height)
		return 0;
	if (im->width != 0)
		e = doc_found(im->p->d, FIND_PDF_IMAGE_SIZE, ACT_REPLACED,
		    im->where, "%u x %u: %llu x %llu", im->width, im->height,
		    (unsigned long long)w, (unsigned long long)h);
	im->width = (uint32_t)w;
	im->height = (uint32_t)h;
	return e;
}

/* ---- JPEG */

static int
only_jpeg(void *arg, const struct identity *id)
{
	(void)arg;
	return strcmp(id->format->id, "jpeg") == 0 ? 0 : ERR_UNSUPPORTED;
}

/* Size and components in the frame header of a JPEG that we wrote. */
static int
read_frame(const struct buf *jpeg, uint16_t *w, uint16_t *h, uint8_t *n)
{
	struct reader r, seg;
	uint8_t ff, marker, depth;
	uint16_t len;
	int e;

	buf_reader(jpeg, &r);
	if ((e = reader_skip(&r, 2)) != 0)
		return e;
	for (;;) {
		if ((e = reader_u8(&r, &ff)) != 0 ||
		    (e = reader_u8(&r, &marker)) != 0 ||
		    (e = reader_u16be(&r, &len)) != 0)
			return e;
		if (ff != 0xff || len < 2)
			return ERR_MALFORMED;
		if ((e = reader_sub(&r, (size_t)len - 2, &seg)) != 0)
			return e;
		if (marker >= 0xc0 && marker <= 0xc2)
			break;
	}
	if ((e = reader_u8(&seg, &depth)) != 0 ||
	    (e = reader_u16be(&seg, h)) != 0 ||
	    (e = reader_u16be(&seg, w)) != 0)
		return e;
	return reader_u8(&seg, n);
}

/* ColorTransform is the only parameter that means something. */
static int
jpeg_parms(struct pimage *im)
{
	const struct pobj *v;
	struct pobj *dict, *n;
	int64_t t;
	int e;

	if ((e = pin_get(im->p->in, im->data.parms, "ColorTransform", &v)) != 0)
		return e;
	if (!pobj_int(v, 0, 1, &t))
		return 0;
	dict = pobj_new_dict(im->p->d, 1);
	n = pobj_new_int(im->p->d, t);
	if (dict == NULL || n == NULL)
		return ERR_NOMEM;
	pobj_set(dict, "ColorTransform", n);
	im->parms = dict;
	return 0;
}

/* Line ends before endstream are no part of the picture. */
static void
trim(struct reader *r)
{
	while (r->len > 2 &&
	       (r->data[r->len - 1] == '\n' || r->data[r->len - 1] == '\r'))
		r->len--;
}

int
pimage_take_jpeg(struct pimage *im, const struct reader *jpeg)
{
	struct doc_result res = { .message = "" };
	struct child c = { .in = jpeg,
		.name = "",
		.where = im->where,
		.flags = CHILD_NO_MAGIC,
		.accept = only_jpeg };
	struct sink sink;
	uint16_t w = 0, h = 0;
	uint8_t n = 0;
	int e;

	sink_init_buf(&sink, &im->own, PICTURE_BYTES);
	sink.plain = true;
	e = doc_child(im->p->d, &c, &sink, &res);
	sink_done(&sink);
	if (e != 0)
		return e;
	if ((e = read_frame(&im->own, &w, &h, &n)) != 0 ||
	    (e = size_found(im, w, h)) != 0)
		return e;
	buf_reader(&im->own, &im->rows);
	im->how = PFILTER_DCT;
	im->bits = 8;
	im->colours = n;
	return 0;
}

static int
decode_dct(struct pimage *im)
{
	struct reader in = im->data.bytes;
	int e;

	if (im->stencil)
		return ERR_MALFORMED;
	trim(&in);
	e = pimage_take_jpeg(im, &in);
	return e == 0 ? jpeg_parms(im) : e;
}

/* ---- rows of 1 bit */

static int
flag(struct pimage *im, const char *key, bool otherwise, bool *out)
{
	const struct pobj *v;
	int e = pin_get(im->p->in, im->data.parms, key, &v);

	*out = pobj_is(v, POBJ_BOOL) ? v->u.b : otherwise;
	return e;
}

static int
number(struct pimage *im, const char *key, int64_t min, int64_t max,
    int64_t otherwise, int64_t *out)
{
	const struct pobj *v;
	int e = pin_get(im->p->in, im->data.parms, key, &v);

	if (e == 0 && !pobj_int(v, min, max, out))
		*out = otherwise;
	return e;
}

static int
read_fax_parms(struct pimage *im, struct ccitt_params *c)
{
	int64_t k, columns, rows, damaged;
	int e;

	if ((e = number(im, "K", INT32_MIN, INT32_MAX, 0, &k)) != 0 ||
	    (e = number(im, "Columns", 1, 1 << 24, 1728, &columns)) != 0 ||
	    (e = number(im, "Rows", 0, 1 << 24, 0, &rows)) != 0 ||
	    (e = number(im, "DamagedRowsBeforeError", 0, 1 << 24, 0,
		 &damaged)) != 0 ||
	    (e = flag(im, "EncodedByteAlign", false, &c->byte_align)) != 0 ||
	    (e = flag(im, "BlackIs1", false, &c->black_is_1)) != 0 ||
	    (e = flag(im, "EndOfBlock", true, &c->end_of_block)) != 0)
		return e;
	c->k = (int32_t)k;
	c->columns = (uint32_t)columns;
	c->rows = im->height != 0 ? im->height : (uint32_t)rows;
	/* Viewers show what they can of damaged rows. */
	c->damaged_max = UINT32_MAX;
	return 0;
}

static int
decode_fax(struct pimage *im)
{
	struct ccitt_params c = { 0 };
	struct ccitt_result res;
	int e;

	if ((e = read_fax_parms(im, &c)) != 0 ||
	    (e = ccitt_decode(im->p->d, &im->data.bytes, &c, &im->own, &res)) !=
		0)
		return e;
	if (im->width == 0 || im->height == 0)
		e = size_found(im, c.columns, res.rows);
	if (e == 0 && (res.damaged > 0 || res.missing > 0))
		e = doc_found(im->p->d, FIND_PDF_IMAGE_SHORT, ACT_REPLACED,
		    im->where, "%u of %u rows", res.damaged + res.missing,
		    res.rows);
	buf_reader(&im->own, &im->rows);
	im->bits = 1;
	im->colours = 1;
	return e;
}

static int
decode_jbig2(struct pimage *im)
{
	struct pdata globals = { 0 };
	struct jb2_result res;
	const struct pobj *v;
	int e = pin_get(im->p->in, im->data.parms, "JBIG2Globals", &v);

	if (e == 0 && pobj_is(v, POBJ_STREAM))
		e = pdf_data(im->p, v, &globals);
	if (e == 0)
		e = jb2_decode(im->p->d, &im->data.bytes,
		    globals.bytes.len > 0 ? &globals.bytes : NULL, &im->own,
		    &res);
	pdf_data_free(im->p, &globals);
	if (e != 0)
		return e;
	if (im->width == 0 || im->width != res.width)
		e = size_found(im, res.width, res.height);
	if (e == 0 && res.damaged)
		e = doc_found(im->p->d, FIND_PDF_IMAGE_SHORT, ACT_REPLACED,
		    im->where, "JBIG2");
	buf_reader(&im->own, &im->rows);
	im->bits = 1;
	im->colours = 1;
	return e;
}

/* ---- JPEG 2000 */

/* Some of the interleaved samples, from the channel first on. */
static int
take_channels(const struct buf *from, const struct jpx_result *res,
    unsigned first, unsigned n, struct buf *to)
{
	size_t sample = res->bits / 8, step = sample * res->channels;
	struct reader r;
	const uint8_t *p;
	int e = 0;

	buf_reader(from, &r);
	while (e == 0 && reader_left(&r) > 0) {
		if ((e = reader_bytes(&r, step, &p)) == 0)
			e = buf_add(to, p + sample * first, sample * n);
	}
	return e;
}

static int
split_alpha(struct pimage *im, const struct buf *all,
    const struct jpx_result *res, unsigned colours)
{
	const struct pobj *v;
	struct jpx_result high = *res;
	int64_t use;
	int e;

	if ((e = pin_get(im->p->in, im->dict, "SMaskInData", &v)) != 0)
		return e;
	if (res->has_alpha && colours < res->channels &&
	    pobj_int(v, 1, 2, &use)) {
		im->premultiplied = use == 2;
		/* Of 16 bits the higher 8 do for opacity. */
		if (res->bits == 16) {
			high.bits = 8;
			high.channels = (uint8_t)(res->channels * 2);
			e = take_channels(all, &high, high.channels - 2u, 1,
			    &im->alpha);
		} else {
			e = take_channels(all, res, res->channels - 1u, 1,
			    &im->alpha);
		}
	}
	return e == 0 ? take_channels(all, res, 0, colours, &im->own) : e;
}

static unsigned
jpx_colours(const struct pimage *im, const struct jpx_result *res)
{
	unsigned n = res->channels - (res->has_alpha ? 1u : 0u);

	if (im->space != NULL && im->colours <= res->channels)
		return im->colours;
	if (n == 2 || n > 4)
		n = n == 2 ? 1 : 4;
	return n;
}

static int
decode_jpx(struct pimage *im)
{
	struct jpx_result res;
	unsigned colours;
	struct buf all;
	int e;

	if (im->stencil)
		return ERR_MALFORMED;
	buf_init(&all, PICTURE_BYTES);
	e = jpx_decode(im->p->d, &im->data.bytes, im->indexed ? JPX_RAW : 0,
	    &all, NULL, &res);
	if (e == 0) {
		colours = jpx_colours(im, &res);
		if (colours < res.channels)
			e = split_alpha(im, &all, &res, colours);
		else
			e = buf_put(&im->own, all.data, all.len);
	}
	buf_done(&all);
	if (e != 0)
		return e;
	if (res.damaged)
		e = doc_found(im->p->d, FIND_PDF_IMAGE_SHORT, ACT_REPLACED,
		    im->where, "JPEG 2000");
	if (e == 0)
		e = size_found(im, res.width, res.height);
	buf_reader(&im->own, &im->rows);
	im->bits = res.bits;
	im->colours = colours;
	return e;
}

/* ---- plain samples */

/* What the length of the data tells when the dictionary does not. */
static void
guess_samples(struct pimage *im)
{
	static const unsigned colours[] = { 1, 3, 4 };
	uint64_t px = (uint64_t)im->width * im->height;

	if (im->bits == 0)
		im->bits = 8;
	if (im->colours != 0)
		return;
	for (size_t i = 0; i < 3; i++)
		if (px * colours[i] * im->bits / 8 <= im->data.bytes.len)
			im->colours = colours[i];
}

static int
decode_plain(struct pimage *im)
{
	guess_samples(im);
	im->rows = im->data.bytes;
	return pimage_fit_rows(im, true);
}

/* The bits behind the last sample of each row. */
static bool
has_tails(const struct pimage *im, size_t row, uint8_t tail)
{
	for (size_t at = row; tail != 0 && at <= im->rows.len; at += row)
		if (im->rows.data[at - 1] & tail)
			return true;
	return false;
}

static int
own_rows(struct pimage *im, size_t all)
{
	uint8_t fill = im->colours == 4 || im->indexed ? 0 : 0xff, *p;
	struct buf b;
	size_t n = im->rows.len < all ? im->rows.len : all;
	int e;

	buf_init(&b, PICTURE_BYTES);
	if ((e = buf_reserve(&b, all, &p)) != 0) {
		buf_done(&b);
		return e;
	}
	if (n > 0)
		memcpy(p, im->rows.data, n);
	memset(p + n, fill, all - n);
	buf_commit(&b, all);
	buf_done(&im->own);
	im->own = b;
	buf_reader(&im->own, &im->rows);
	return 0;
}

static int
fill_rows(struct pimage *im, size_t all)
{
	size_t n = im->rows.len;
	int e;

	if (n == 0 || (all > FILL_LEAST && all / FILL_RATIO > n))
		return ERR_TRUNCATED;
	if ((e = own_rows(im, all)) != 0)
		return e;
	return doc_found(im->p->d, FIND_PDF_IMAGE_SHORT, ACT_REPLACED,
	    im->where, "%zu of %zu bytes", n, all);
}

static int
cut_rows(struct pimage *im, size_t all)
{
	size_t more = im->rows.len - all;

	im->rows.len = all;
	/* Line ends, and what fills up a last word. */
	if (more <= 8)
		return 0;
	return doc_found(im->p->d, FIND_PDF_IMAGE_KEY, ACT_REMOVED, im->where,
	    "%zu bytes behind the picture", more);
}

int
pimage_fit_rows(struct pimage *im, bool take)
{
	uint64_t line = (uint64_t)im->width * im->colours * im->bits;
	size_t row = (size_t)((line + 7) / 8), all;
	uint8_t tail = (uint8_t)(line % 8 == 0 ? 0 : 0xff >> line % 8);
	int e = 0;

	if (line == 0 || im->height == 0)
		return ERR_MALFORMED;
	if (__builtin_mul_overflow(row, (size_t)im->height, &all) ||
	    all > PICTURE_BYTES)
		return ERR_LIMIT;
	/* Rows that no decoder has asked for were not taken either. */
	if (take || im->rows.len < all)
		e = im->bits == 1 && im->colours == 1
			? image_take_bits(im->p->d, im->width, im->height)
			: image_take_size(im->p->d, im->width, im->height);
	if (e != 0)
		return e;
	if (im->rows.len < all)
		e = fill_rows(im, all);
	else if (im->rows.len > all)
		e = cut_rows(im, all);
	if (e != 0 || !has_tails(im, row, tail))
		return e;
	if (im->rows.data != im->own.data && (e = own_rows(im, all)) != 0)
		return e;
	for (size_t at = row; at <= all; at += row)
		im->own.data[at - 1] &= (uint8_t)~tail;
	return 0;
}

int
pimage_decode(struct pimage *im)
{
	int e = ERR_UNSUPPORTED;

	switch (im->data.left) {
	case PFILTER_NONE:
		return decode_plain(im);
	case PFILTER_DCT:
		return decode_dct(im);
	case PFILTER_JPX:
		if ((e = decode_jpx(im)) == 0 &&
		    pimage_may_be_jpeg(im, &im->data.bytes))
			return pimage_to_jpeg(im);
		break;
	case PFILTER_JBIG2:
		e = decode_jbig2(im);
		break;
	case PFILTER_CCITT:
		e = decode_fax(im);
		break;
	}
	return e == 0 ? pimage_fit_rows(im, false) : e;
}
