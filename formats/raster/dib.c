/*
 * Reading and writing the rows of bitmaps; see dib.h.
 */
#include "formats/raster/dib_int.h"

#include <stdlib.h>
#include <string.h>

#include "formats/image.h"

#define INFO_BYTES     40u
#define V4_BYTES       108u
#define SPACE_SRGB     0x73524742u /* "sRGB" */
#define PROFILE_LINKED 0x4c494e4bu /* "LINK": a path stands there */
#define PPM_MAX	       1000000u

/* ---- reading */

/* Rows of a file end at a multiple of four bytes. */
static size_t
file_row_bytes(const struct dib_head *h)
{
	uint64_t bits = (uint64_t)h->width * h->bits;

	return (size_t)((bits + 31) / 32 * 4);
}

static bool
is_mask(const struct dib_head *h, uint32_t r, uint32_t g, uint32_t b)
{
	return h->mask[DIB_RED].mask == r && h->mask[DIB_GREEN].mask == g &&
	       h->mask[DIB_BLUE].mask == b && h->mask[DIB_ALPHA].mask == 0;
}

/* How the pixels will be written. */
static void
choose_bits(const struct dib_head *h, unsigned flags, struct dib *out)
{
	out->bits = h->bits == 2 ? 4 : h->bits;
	if (h->bits <= 8 || h->bits == 24)
		return;
	if (h->bits == 16 &&
	    (!h->has_masks || is_mask(h, 0x7c00, 0x03e0, 0x001f)))
		return;
	if (h->bits == 16 && is_mask(h, 0xf800, 0x07e0, 0x001f)) {
		out->is_565 = true;
		return;
	}
	if (h->has_masks)
		out->bits = h->mask[DIB_ALPHA].mask != 0 ? 32 : 24;
	else
		out->bits = (flags & DIB_FOURTH) != 0 ? 32 : 24;
}

static uint8_t
scaled(const struct dib_mask *m, uint32_t v)
{
	if (m->most == 0)
		return 0;
	v = (v & m->mask) >> m->shift;
	return (uint8_t)(((uint64_t)v * 255 + m->most / 2) / m->most);
}

/* 16 or 32 bits of any layout to B G R, A. */
static void
spread(const struct dib_head *h, const uint8_t *from, unsigned to_bits,
    uint8_t *to)
{
	unsigned step = h->bits / 8;
	uint32_t v;

	for (uint32_t x = 0; x < h->width; x++, from += step) {
		v = (uint32_t)from[0] | (uint32_t)from[1] << 8;
		if (step == 4)
			v |= (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
		*to++ = scaled(&h->mask[DIB_BLUE], v);
		*to++ = scaled(&h->mask[DIB_GREEN], v);
		*to++ = scaled(&h->mask[DIB_RED], v);
		if (to_bits == 32)
			*to++ = scaled(&h->mask[DIB_ALPHA], v);
	}
}

/* 32 bits without a meaning of the fourth byte: it goes. */
static bool
drop_fourth(uint32_t width, const uint8_t *from, uint8_t *to)
{
	bool odd = false;

	for (uint32_t x = 0; x < width; x++, from += 4) {
		*to++ = from[0];
		*to++ = from[1];
		*to++ = from[2];
		odd |= from[3] != 0 && from[3] != 0xff;
	}
	return odd;
}

static void
widen_two(uint32_t width, const uint8_t *from, uint8_t *to)
{
	unsigned v;

	for (uint32_t x = 0; x < width; x++) {
		v = (unsigned)from[x / 4] >> (6 - x % 4 * 2) & 3;
		if (x % 2 == 0)
			to[x / 2] = (uint8_t)(v << 4);
		else
			to[x / 2] = (uint8_t)(to[x / 2] | v);
	}
}

/* Bits behind the last pixel of a row, and bytes that pad it: zero. */
static bool
clear_tail(struct dib *d, uint8_t *row)
{
	unsigned used = (unsigned)((uint64_t)d->width * d->bits % 8);
	unsigned mask = used == 0 ? 0xff : 0xffu << (8 - used) & 0xff;
	uint8_t last = row[d->row_bytes - 1];

	row[d->row_bytes - 1] = (uint8_t)(last & mask);
	return (last & ~mask) != 0;
}

/* One row; true when bytes that nobody sees were not zero. */
static bool
take_row(const struct dib_head *h, const uint8_t *from, struct dib *out,
    uint8_t *to)
{
	bool odd = false;

	if (h->bits == 2) {
		widen_two(out->width, from, to);
	} else if (h->bits <= 8) {
		memcpy(to, from, out->row_bytes);
		odd = clear_tail(out, to);
	} else if (out->bits == 16) {
		memcpy(to, from, out->row_bytes);
		for (uint32_t x = 0; !out->is_565 && x < out->width; x++) {
			odd |= (to[2 * x + 1] & 0x80) != 0;
			to[2 * x + 1] &= 0x7f;
		}
	} else if (h->has_masks) {
		spread(h, from, out->bits, to);
	} else if (h->bits == 32 && out->bits == 24) {
		odd = drop_fourth(out->width, from, to);
	} else {
		memcpy(to, from, out->row_bytes);
	}
	return odd;
}

static bool
any_byte(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != 0)
			return true;
	return false;
}

static int
take_rows(const struct dib_head *h, struct reader *bits, struct dib *out,
    uint32_t *odd)
{
	size_t stride = file_row_bytes(h), used;
	const uint8_t *from;
	uint32_t y;
	int e;

	used = (size_t)(((uint64_t)h->width * h->bits + 7) / 8);
	for (uint32_t i = 0; i < out->height; i++) {
		y = h->top_down ? i : out->height - 1 - i;
		/* The padding of the last row may be missing. */
		if (i + 1 == out->height && reader_left(bits) < stride)
			stride = used;
		if ((e = reader_bytes(bits, stride, &from)) != 0)
			return e;
		if (any_byte(from + used, stride - used) |
		    take_row(h, from, out,
			out->pixels + (size_t)y * out->row_bytes))
			*odd += 1;
	}
	return 0;
}

/* ---- the palette */

static void
note_colours(const struct dib *d, bool *used)
{
	unsigned per = 8 / d->bits, mask = (1u << d->bits) - 1;
	const uint8_t *row;

	for (uint32_t y = 0; y < d->height; y++) {
		row = d->pixels + (size_t)y * d->row_bytes;
		for (uint32_t x = 0; x < d->width; x++)
			used[(unsigned)row[x / per] >>
				 (8 - d->bits * (x % per + 1)) &
			     mask] = true;
	}
}

static int
take_palette(struct doc *doc, const char *where, const struct reader *header,
    const struct dib_head *h, struct dib *out)
{
	bool used[DIB_COLOURS_MAX] = { false };
	struct reader r = *header;
	unsigned cleared = 0;
	const uint8_t *c;

	if (h->bits > 8)
		return h->n_colours == 0 || header->len < h->end
			   ? 0
			   : doc_found(doc, FIND_IMAGE_PALETTE, ACT_REMOVED,
				 where, "%u colours", (unsigned)h->n_colours);
	note_colours(out, used);
	if (reader_seek(&r, h->palette_at) != 0)
		return ERR_INTERNAL;
	for (unsigned i = 0; i < h->n_colours && i < 1u << out->bits; i++) {
		if (reader_bytes(&r, h->entry_bytes, &c) != 0)
			break;
		if (used[i])
			memcpy(out->palette[i], c, 3);
		else if (c[0] != 0 || c[1] != 0 || c[2] != 0)
			cleared++;
	}
	if (cleared == 0)
		return 0;
	return doc_found(doc, FIND_IMAGE_PALETTE, ACT_REMOVED, where,
	    "%u colours", cleared);
}

/* ---- the whole */

static int
report(struct doc *doc, const char *where, const struct dib_head *h,
    const struct dib *out, uint32_t odd, bool damaged)
{
	bool plain = h->plain_form && h->bits == out->bits;
	int e = 0;

	if (!plain)
		e = doc_found(doc, FIND_BITMAP_FORM, ACT_REPLACED, where,
		    "%u bits, header of %u bytes", h->bits, (unsigned)h->bytes);
	if (e == 0 && odd > 0)
		e = doc_found(doc, FIND_BITMAP_PADDING, ACT_REMOVED, where,
		    "%u rows", (unsigned)odd);
	if (e == 0 && damaged)
		e = doc_found(doc, FIND_IMAGE_DAMAGED, ACT_REPLACED, where,
		    "run lengths");
	if (e == 0 && h->profile_kind == PROFILE_LINKED)
		e = doc_found(doc, FIND_BITMAP_PROFILE_FILE, ACT_REMOVED, where,
		    NULL);
	else if (e == 0 && h->profile_bytes != 0)
		e = doc_found(doc, FIND_IMAGE_ICC_BAD, ACT_REMOVED, where,
		    "%u bytes", (unsigned)h->profile_bytes);
	return e;
}

static uint32_t
sane_ppm(uint32_t v)
{
	return v <= PPM_MAX ? v : 0;
}

static int
make_room(struct doc *doc, struct dib *out)
{
	int e;

	out->row_bytes = (size_t)(((uint64_t)out->width * out->bits + 7) / 8);
	if (__builtin_mul_overflow(out->row_bytes, (size_t)out->height,
		&out->pixel_bytes))
		return doc_fail(doc, ERR_LIMIT, "a bitmap over all limits");
	if ((e = doc_spend(doc, BUDGET_EXPANDED_BYTES, out->pixel_bytes)) !=
		0 ||
	    (e = doc_spend(doc, BUDGET_MEMORY_BYTES, out->pixel_bytes)) != 0)
		return e;
	out->pixels = calloc(1, out->pixel_bytes);
	if (out->pixels == NULL) {
		doc_refund(doc, BUDGET_MEMORY_BYTES, out->pixel_bytes);
		return doc_fail(doc, ERR_NOMEM, "out of memory");
	}
	return 0;
}

static int
read_pixels(struct doc *doc, const char *where, const struct reader *header,
    const struct dib_head *h, struct reader *bits, struct dib *out)
{
	bool damaged = false;
	uint32_t odd = 0;
	int e = 0;

	if (h->coding == DIB_PLAIN)
		e = take_rows(h, bits, out, &odd);
	else
		dib_unpack(h, bits, out, &damaged);
	if (e != 0)
		return doc_fail(doc, e, "ends within the picture");
	if ((e = take_palette(doc, where, header, h, out)) != 0)
		return e;
	return report(doc, where, h, out, odd, damaged);
}

int
dib_read(struct doc *doc, const char *where, const struct reader *header,
    const struct reader *bits, unsigned flags, struct dib *out, size_t *used)
{
	struct reader from = *bits;
	struct dib_head h;
	const char *why;
	int e;

	*out = (struct dib){ 0 };
	e = dib_head_read(header, (flags & DIB_ICON) != 0, &h, &why);
	if (e != 0)
		return doc_fail(doc, e, "%s",
		    why != NULL ? why : "a bitmap header that ends early");
	if ((e = image_take_size(doc, h.width, h.height)) != 0)
		return e;
	out->width = h.width;
	out->height = h.height;
	out->x_ppm = sane_ppm(h.x_ppm);
	out->y_ppm = sane_ppm(h.y_ppm);
	choose_bits(&h, flags, out);
	if ((e = make_room(doc, out)) != 0)
		return e;
	if ((e = reader_seek(&from, 0)) == 0)
		e = read_pixels(doc, where, header, &h, &from, out);
	if (e != 0)
		dib_done(doc, out);
	else if (used != NULL)
		*used = reader_pos(&from);
	return e;
}

void
dib_done(struct doc *doc, struct dib *d)
{
	if (d->pixels == NULL)
		return;
	free(d->pixels);
	doc_refund(doc, BUDGET_MEMORY_BYTES, d->pixel_bytes);
	d->pixels = NULL;
}

/* ---- writing */

/* Transparency needs the longer header, except where the reader knows. */
static bool
is_long(const struct dib *d, unsigned flags)
{
	return d->bits == 32 && (flags & DIB_FOURTH) == 0;
}

static size_t
written_row_bytes(const struct dib *d)
{
	return (d->row_bytes + 3) / 4 * 4;
}

size_t
dib_written_header_bytes(const struct dib *d, unsigned flags)
{
	if (is_long(d, flags))
		return V4_BYTES;
	if (d->bits == 16 && d->is_565)
		return INFO_BYTES + 12;
	return INFO_BYTES + (d->bits <= 8 ? 4u << d->bits : 0u);
}

size_t
dib_written_bits_bytes(const struct dib *d)
{
	return written_row_bytes(d) * d->height;
}

static int
put_masks(const struct dib *d, struct buf *out)
{
	static const uint32_t five[] = { 0xf800, 0x07e0, 0x001f },
			      eight[] = { 0x00ff0000, 0x0000ff00, 0x000000ff,
				      0xff000000, SPACE_SRGB };
	const uint32_t *m = d->bits == 32 ? eight : five;
	unsigned n = d->bits == 32 ? 5 : 3;
	int e = 0;

	for (unsigned i = 0; i < n && e == 0; i++)
		e = buf_u32le(out, m[i]);
	/* End points and gamma: not used with sRGB. */
	for (unsigned i = 0; d->bits == 32 && i < 12 && e == 0; i++)
		e = buf_u32le(out, 0);
	return e;
}

int
dib_write_header(const struct dib *d, unsigned flags, struct buf *out)
{
	bool masks = is_long(d, flags) || (d->bits == 16 && d->is_565);
	uint32_t lines = (flags & DIB_ICON) != 0 ? d->height * 2 : d->height;
	const uint32_t words[] = { is_long(d, flags) ? V4_BYTES : INFO_BYTES,
		d->width, lines, 1u | d->bits << 16, masks ? 3u : 0u,
		(uint32_t)dib_written_bits_bytes(d), d->x_ppm, d->y_ppm, 0, 0 };
	int e = 0;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && e == 0; i++)
		e = buf_u32le(out, words[i]);
	if (e == 0 && masks)
		e = put_masks(d, out);
	if (e == 0 && d->bits <= 8)
		e = buf_put(out, d->palette, (size_t)4 << d->bits);
	return e;
}

int
dib_write_row(const struct dib *d, uint32_t from_bottom, struct buf *out)
{
	static const uint8_t zero[4];
	size_t y = d->height - 1 - from_bottom;
	int e = buf_add(out, d->pixels + y * d->row_bytes, d->row_bytes);

	return e != 0 ? e
		      : buf_add(out, zero, written_row_bytes(d) - d->row_bytes);
}

int
dib_write_bits(const struct dib *d, struct buf *out)
{
	int e = 0;

	for (uint32_t i = 0; i < d->height && e == 0; i++)
		e = dib_write_row(d, i, out);
	return e;
}

/* ---- as R G B A */

static void
sixteen_rgba(const struct dib *d, const uint8_t *row, uint8_t *to)
{
	unsigned v, g_bits = d->is_565 ? 6 : 5, g_most = (1u << g_bits) - 1;

	for (uint32_t x = 0; x < d->width; x++, row += 2) {
		v = row[0] | (unsigned)row[1] << 8;
		*to++ = (uint8_t)(((v >> (5 + g_bits) & 31) * 255 + 15) / 31);
		*to++ =
		    (uint8_t)(((v >> 5 & g_most) * 255 + g_most / 2) / g_most);
		*to++ = (uint8_t)(((v & 31) * 255 + 15) / 31);
		*to++ = 255;
	}
}

void
dib_row_rgba(const struct dib *d, uint32_t y, uint8_t *to)
{
	const uint8_t *row = d->pixels + (size_t)y * d->row_bytes, *c;
	unsigned per = d->bits <= 8 ? 8 / d->bits : 1, i;

	if (d->bits == 16) {
		sixteen_rgba(d, row, to);
		return;
	}
	for (uint32_t x = 0; x < d->width; x++, to += 4) {
		if (d->bits <= 8) {
			i = (unsigned)row[x / per] >>
				(8 - d->bits * (x % per + 1)) &
			    ((1u << d->bits) - 1);
			c = d->palette[i];
		} else {
			c = row + (size_t)x * (d->bits / 8);
		}
		to[0] = c[2];
		to[1] = c[1];
		to[2] = c[0];
		to[3] = d->bits == 32 ? c[3] : 255;
	}
}
