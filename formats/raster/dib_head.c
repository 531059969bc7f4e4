/*
 * Headers of bitmaps in all their lengths; see dib.h. [MS-WMF] 2.2.2.3 to
 * 2.2.2.5 and 2.1.1.7; OS/2: the OS/2 Toolkit's BITMAPINFOHEADER2.
 */
#include "formats/raster/dib_int.h"

#define CORE_BYTES  12u
#define OS2_SHORT   16u
#define INFO_BYTES  40u
#define OS2_BYTES   64u
#define V4_BYTES    108u
#define V5_BYTES    124u
#define PALETTE_MAX 65536u /* entries that a header may name */

enum { BI_RGB, BI_RLE8, BI_RLE4, BI_BITFIELDS, BI_JPEG, BI_PNG, BI_ALPHA };

static int
known_bytes(uint32_t n)
{
	return n == CORE_BYTES || n == OS2_SHORT || n == INFO_BYTES ||
	       n == 52 || n == 56 || n == OS2_BYTES || n == V4_BYTES ||
	       n == V5_BYTES;
}

static int
get_core(struct reader *r, struct dib_head *h)
{
	uint16_t w, hi, planes, bits;
	int e;

	if ((e = reader_u16le(r, &w)) != 0 || (e = reader_u16le(r, &hi)) != 0 ||
	    (e = reader_u16le(r, &planes)) != 0 ||
	    (e = reader_u16le(r, &bits)) != 0)
		return e;
	h->width = w;
	h->height = hi;
	h->bits = bits;
	h->entry_bytes = 3;
	return 0;
}

static int
get_sides(struct reader *r, struct dib_head *h, const char **why)
{
	uint32_t w, hi;
	uint16_t planes, bits;
	int e;

	if ((e = reader_u32le(r, &w)) != 0 || (e = reader_u32le(r, &hi)) != 0 ||
	    (e = reader_u16le(r, &planes)) != 0 ||
	    (e = reader_u16le(r, &bits)) != 0)
		return e;
	if (w > INT32_MAX || hi == 0x80000000u) {
		*why = "a bitmap of negative width";
		return ERR_MALFORMED;
	}
	h->width = w;
	h->top_down = hi > INT32_MAX;
	h->height = h->top_down ? 0u - hi : hi;
	h->bits = bits;
	h->entry_bytes = 4;
	return 0;
}

/* The smallest bit of a mask and the largest value it can give. */
static int
set_mask(struct dib_mask *m, uint32_t mask, unsigned bits)
{
	uint32_t v = mask;

	*m = (struct dib_mask){ .mask = mask };
	if (mask == 0)
		return 0;
	if (bits < 32 && mask >> bits != 0)
		return ERR_MALFORMED;
	for (; (v & 1) == 0; v >>= 1)
		m->shift++;
	m->most = v;
	return (v & (v + 1u)) == 0 ? 0 : ERR_UNSUPPORTED;
}

static int
get_masks(struct reader *r, struct dib_head *h, unsigned n, const char **why)
{
	uint32_t v, seen = 0;
	int e;

	*why = "colour masks that no reader agrees about";
	for (unsigned i = 0; i < n; i++) {
		if ((e = reader_u32le(r, &v)) != 0)
			return e;
		if ((seen & v) != 0)
			return ERR_MALFORMED;
		seen |= v;
		if ((e = set_mask(&h->mask[i], v, h->bits)) != 0)
			return e;
	}
	h->has_masks = true;
	*why = NULL;
	return seen == 0 ? ERR_MALFORMED : 0;
}

static int
take_coding(struct dib_head *h, uint32_t coding, const char **why)
{
	bool os2 = h->bytes == OS2_BYTES || h->bytes == OS2_SHORT;

	*why = "packed in a way that is not supported";
	if (os2 && coding > BI_RLE4)
		return ERR_UNSUPPORTED;
	if (coding == BI_JPEG || coding == BI_PNG || coding > BI_ALPHA)
		return ERR_UNSUPPORTED;
	if (coding == BI_RLE8 || coding == BI_RLE4) {
		h->coding = coding == BI_RLE8 ? DIB_RLE8 : DIB_RLE4;
		if (h->bits != (coding == BI_RLE8 ? 8u : 4u) || h->top_down)
			return ERR_MALFORMED;
	}
	if ((coding == BI_BITFIELDS || coding == BI_ALPHA) && h->bits != 16 &&
	    h->bits != 32)
		return ERR_MALFORMED;
	*why = NULL;
	return 0;
}

/* Masks stand in the long headers, or behind one of 40 bytes. */
static int
take_masks(const struct reader *in, struct dib_head *h, uint32_t coding,
    const char **why)
{
	unsigned n = coding == BI_ALPHA || h->bytes >= 56 ? 4 : 3;
	struct reader r = *in;
	int e;

	if (coding != BI_BITFIELDS && coding != BI_ALPHA)
		return 0;
	if ((e = reader_seek(&r, INFO_BYTES)) != 0 ||
	    (e = get_masks(&r, h, n, why)) != 0)
		return e;
	if (reader_pos(&r) > h->palette_at)
		h->palette_at = reader_pos(&r);
	return 0;
}

/* Profile of a header of 124 bytes; only to say what is dropped. */
static void
take_profile(const struct reader *in, struct dib_head *h)
{
	struct reader r = *in;

	if (reader_seek(&r, 56) != 0 || reader_u32le(&r, &h->profile_kind) != 0)
		return;
	if (h->bytes != V5_BYTES || reader_seek(&r, 112) != 0 ||
	    reader_u32le(&r, &h->profile_at) != 0 ||
	    reader_u32le(&r, &h->profile_bytes) != 0)
		h->profile_at = h->profile_bytes = 0;
}

static int
get_info(struct reader *r, const struct reader *in, struct dib_head *h,
    const char **why)
{
	uint32_t coding = BI_RGB, image_bytes, important;
	int e;

	if ((e = get_sides(r, h, why)) != 0)
		return e;
	if (h->bytes != OS2_SHORT &&
	    ((e = reader_u32le(r, &coding)) != 0 ||
		(e = reader_u32le(r, &image_bytes)) != 0 ||
		(e = reader_u32le(r, &h->x_ppm)) != 0 ||
		(e = reader_u32le(r, &h->y_ppm)) != 0 ||
		(e = reader_u32le(r, &h->n_colours)) != 0 ||
		(e = reader_u32le(r, &important)) != 0))
		return e;
	if ((e = take_coding(h, coding, why)) != 0 ||
	    (e = take_masks(in, h, coding, why)) != 0)
		return e;
	if (h->bytes >= V4_BYTES)
		take_profile(in, h);
	h->plain_form = coding == BI_RGB || h->bytes == V4_BYTES ||
			(h->bits == 16 && coding == BI_BITFIELDS);
	if (h->bytes != INFO_BYTES && h->bytes != V4_BYTES)
		h->plain_form = false;
	return 0;
}

static int
take_palette(struct dib_head *h, const char **why)
{
	if (h->bits != 1 && h->bits != 2 && h->bits != 4 && h->bits != 8 &&
	    h->bits != 16 && h->bits != 24 && h->bits != 32) {
		*why = "a bitmap with an odd number of bits a pixel";
		return h->bits == 0 ? ERR_UNSUPPORTED : ERR_MALFORMED;
	}
	if (h->n_colours > PALETTE_MAX) {
		*why = "a palette larger than all colours";
		return ERR_MALFORMED;
	}
	if (h->n_colours == 0 && h->bits <= 8)
		h->n_colours = 1u << h->bits;
	h->end = h->palette_at + (size_t)h->n_colours * h->entry_bytes;
	return 0;
}

int
dib_head_read(const struct reader *in, bool is_icon, struct dib_head *h,
    const char **why)
{
	struct reader r = *in;
	int e;

	*h = (struct dib_head){ 0 };
	*why = "a bitmap header that ends early";
	if ((e = reader_seek(&r, 0)) != 0 ||
	    (e = reader_u32le(&r, &h->bytes)) != 0)
		return e;
	if (!known_bytes(h->bytes)) {
		*why = "not a known bitmap header";
		return ERR_MALFORMED;
	}
	if (in->len < h->bytes)
		return ERR_TRUNCATED;
	h->palette_at = h->bytes;
	e = h->bytes == CORE_BYTES ? get_core(&r, h) : get_info(&r, in, h, why);
	if (e != 0)
		return e;
	if (is_icon)
		h->height /= 2;
	if (h->top_down)
		h->plain_form = false;
	return take_palette(h, why);
}

int
dib_header_bytes(const struct reader *packed, size_t *out)
{
	struct dib_head h;
	const char *why;
	int e = dib_head_read(packed, false, &h, &why);

	if (e == 0)
		*out = h.end;
	return e;
}
