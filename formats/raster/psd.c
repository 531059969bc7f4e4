/*
 * PSD and PSB (Adobe Photoshop File Formats Specification): the flat picture
 * that they hold for other programs, as PNG. Layers, masks, paths, thumbnails,
 * history and all other resources go; colour profile and resolution stay.
 *
 * Bitmap, grey, duotone (as grey), indexed, RGB and CMYK (converted) with 1,
 * 8 or 16 bits; stored plain or as run lengths. Rows are streamed.
 */
#include <string.h>

#include "formats/format.h"
#include "formats/icc.h"
#include "formats/image.h"
#include "formats/raster/pngout.h"

#define CHANNELS_MAX  56u
#define USED_MAX      5u /* colours and transparency */
#define PALETTE_BYTES 768u
#define PPM_MAX	      1000000u
#define EXIF_MAX      4096u

enum { M_BITMAP, M_GREY, M_INDEXED, M_RGB, M_CMYK, M_DUOTONE = 8 };

enum {
	R_RESOLUTION = 1005,
	R_THUMBNAIL_OLD = 1033,
	R_THUMBNAIL = 1036,
	R_ICC = 1039,
	R_VERSION = 1057,
	R_EXIF = 1058,
	R_XMP = 1060
};

struct psd {
	struct doc *d;
	struct reader in;
	bool large; /* PSB */
	uint16_t channels, depth, mode, coding;
	uint32_t width, height;
	struct reader palette, icc;
	uint32_t x_ppm, y_ppm;
	bool has_alpha, no_picture;
	unsigned resources, used;
	struct reader rows[USED_MAX];	/* the packed rows of a channel */
	struct reader counts[USED_MAX]; /* their lengths, when packed */
	uint8_t *plane[USED_MAX];	/* one row of each */
	size_t plane_bytes;
	uint8_t *row; /* as PNG has it */
	struct buf profile, exif_block;
	struct exif exif;
};

/* ---- sections */

static int
read_header(struct psd *p)
{
	uint16_t version;
	int e;

	if ((e = reader_skip(&p->in, 4)) != 0 ||
	    (e = reader_u16be(&p->in, &version)) != 0 ||
	    (e = reader_skip(&p->in, 6)) != 0 ||
	    (e = reader_u16be(&p->in, &p->channels)) != 0 ||
	    (e = reader_u32be(&p->in, &p->height)) != 0 ||
	    (e = reader_u32be(&p->in, &p->width)) != 0 ||
	    (e = reader_u16be(&p->in, &p->depth)) != 0 ||
	    (e = reader_u16be(&p->in, &p->mode)) != 0)
		return doc_fail(p->d, e, "ends in its header");
	p->large = version == 2;
	if (p->channels == 0 || p->channels > CHANNELS_MAX)
		return doc_fail(p->d, ERR_MALFORMED, "%u channels",
		    p->channels);
	return image_take_size(p->d, p->width, p->height);
}

/* Colours in the picture; 0: not a mode that we know. */
static unsigned
colours(const struct psd *p)
{
	bool deep = p->depth == 8 || p->depth == 16;

	switch (p->mode) {
	case M_BITMAP:
		return p->depth == 1 ? 1 : 0;
	case M_GREY:
	case M_DUOTONE:
		return deep ? 1 : 0;
	case M_INDEXED:
		return p->depth == 8 ? 1 : 0;
	case M_RGB:
		return deep ? 3 : 0;
	case M_CMYK:
		return deep ? 4 : 0;
	default:
		return 0;
	}
}

static int
check_mode(struct psd *p)
{
	unsigned n = colours(p);

	if (n == 0)
		return doc_fail(p->d, ERR_UNSUPPORTED,
		    "colour mode %u with %u bits", p->mode, p->depth);
	if (p->channels < n)
		return doc_fail(p->d, ERR_MALFORMED,
		    "%u channels are too few for its colours", p->channels);
	p->used = n;
	return 0;
}

static int
take_resolution(struct psd *p, struct reader body)
{
	uint32_t x, y, unit;
	uint64_t ppm[2];

	/* Pixels an inch, 16.16; the unit is only how it is shown. */
	if (reader_u32be(&body, &x) != 0 || reader_u32be(&body, &unit) != 0 ||
	    reader_u32be(&body, &y) != 0)
		return 0;
	ppm[0] = ((uint64_t)x * 10000 / 254 + 32768) >> 16;
	ppm[1] = ((uint64_t)y * 10000 / 254 + 32768) >> 16;
	if (ppm[0] > 0 && ppm[1] > 0 && ppm[0] <= PPM_MAX &&
	    ppm[1] <= PPM_MAX) {
		p->x_ppm = (uint32_t)ppm[0];
		p->y_ppm = (uint32_t)ppm[1];
	}
	return 0;
}

static int
take_resource(struct psd *p, uint16_t id, const struct reader *body)
{
	switch (id) {
	case R_RESOLUTION:
		return take_resolution(p, *body);
	case R_ICC:
		p->icc = *body;
		return 0;
	case R_VERSION:
		p->no_picture = reader_has(body, 4, "\0", 1);
		return 0;
	case R_EXIF:
		return image_take_exif(p->d, "8BIM", body, &p->exif);
	case R_XMP:
		return doc_found(p->d, FIND_IMAGE_XMP, ACT_REMOVED, "8BIM",
		    "%zu bytes", body->len);
	case R_THUMBNAIL:
	case R_THUMBNAIL_OLD:
		return doc_found(p->d, FIND_IMAGE_THUMBNAIL, ACT_REMOVED,
		    "8BIM", "%zu bytes", body->len);
	default:
		p->resources++;
		return image_report_script(p->d, "8BIM", body, NULL);
	}
}

/* Blocks: "8BIM", id, a short name, length, contents; all even. */
static int
read_resources(struct psd *p)
{
	struct reader all, body;
	uint32_t n;
	uint16_t id;
	uint8_t name;
	int e;

	if ((e = reader_u32be(&p->in, &n)) != 0 ||
	    (e = reader_sub(&p->in, n, &all)) != 0)
		return doc_fail(p->d, e, "ends in its resources");
	while (reader_left(&all) >= 12) {
		if (reader_skip(&all, 4) != 0 || reader_u16be(&all, &id) != 0 ||
		    reader_u8(&all, &name) != 0 ||
		    reader_skip(&all, name | 1u) != 0 ||
		    reader_u32be(&all, &n) != 0 ||
		    reader_sub(&all, n, &body) != 0)
			break;
		if ((e = take_resource(p, id, &body)) != 0)
			return e;
		if (n % 2 != 0 && reader_skip(&all, 1) != 0)
			break;
	}
	if (p->no_picture)
		return doc_fail(p->d, ERR_UNSUPPORTED,
		    "saved without a flat picture");
	if (p->resources == 0)
		return 0;
	return doc_found(p->d, FIND_IMAGE_IPTC, ACT_REMOVED, "8BIM",
	    "%u records", p->resources);
}

static int
read_length(struct psd *p, struct reader *r, uint64_t *n)
{
	uint32_t small;
	int e;

	if (p->large)
		return reader_u64be(r, n);
	if ((e = reader_u32be(r, &small)) == 0)
		*n = small;
	return e;
}

/* A negative number of layers: the channel behind the colours is used. */
static int
read_layers(struct psd *p)
{
	struct reader all;
	uint64_t n, info;
	uint16_t raw;
	int count, e;

	if ((e = read_length(p, &p->in, &n)) != 0 || n > reader_left(&p->in) ||
	    (e = reader_sub(&p->in, (size_t)n, &all)) != 0)
		return doc_fail(p->d, ERR_TRUNCATED, "ends in its layers");
	if (read_length(p, &all, &info) != 0 || info < 2 ||
	    reader_u16be(&all, &raw) != 0)
		return 0;
	count = raw > INT16_MAX ? (int)raw - 65536 : (int)raw;
	if (count < 0 && p->channels > p->used && p->mode != M_CMYK &&
	    p->mode != M_INDEXED && p->mode != M_BITMAP) {
		p->has_alpha = true;
		p->used++;
	}
	if (count == 0)
		return 0;
	return doc_found(p->d, FIND_BITMAP_LAYERS, ACT_FLATTENED, "",
	    "%d layers", count < 0 ? -count : count);
}

static int
read_palette(struct psd *p)
{
	uint32_t n;
	int e;

	if ((e = reader_u32be(&p->in, &n)) != 0 ||
	    (e = reader_sub(&p->in, n, &p->palette)) != 0)
		return doc_fail(p->d, e, "ends in its colours");
	if (p->mode == M_INDEXED && n < PALETTE_BYTES)
		return doc_fail(p->d, ERR_MALFORMED, "a palette of %u bytes",
		    (unsigned)n);
	return 0;
}

/* ---- rows */

/* Of a channel: its table of lengths, and how many bytes its rows take. */
static int
measure(struct psd *p, struct reader *table, struct reader *own, size_t *bytes)
{
	unsigned entry = p->large ? 4 : 2;
	uint16_t small;
	uint32_t n = 0;
	struct reader r;
	int e;

	*bytes = 0;
	if ((e = reader_sub(table, (size_t)p->height * entry, own)) != 0)
		return e;
	r = *own;
	for (uint32_t y = 0; y < p->height; y++) {
		if (p->large)
			e = reader_u32be(&r, &n);
		else if ((e = reader_u16be(&r, &small)) == 0)
			n = small;
		if (e != 0 || __builtin_add_overflow(*bytes, n, bytes))
			return ERR_MALFORMED;
	}
	return 0;
}

static int
find_rows(struct psd *p)
{
	struct reader table = { 0 }, own;
	size_t entries = (size_t)p->channels * p->height, bytes;
	int e;

	if ((e = reader_u16be(&p->in, &p->coding)) != 0)
		return doc_fail(p->d, e, "ends before the picture");
	if (p->coding > 1)
		return doc_fail(p->d, ERR_UNSUPPORTED,
		    "a flat picture packed as %u", p->coding);
	if (p->coding == 1 &&
	    (e = reader_sub(&p->in, entries * (p->large ? 4 : 2), &table)) != 0)
		return doc_fail(p->d, e, "ends before the picture");
	bytes = p->plane_bytes * p->height;
	for (unsigned i = 0; i < p->used; i++) {
		if (p->coding == 1) {
			if ((e = measure(p, &table, &own, &bytes)) != 0)
				return doc_fail(p->d, e, "damaged lengths");
			p->counts[i] = own;
		}
		if ((e = reader_sub(&p->in, bytes, &p->rows[i])) != 0)
			return doc_fail(p->d, e, "ends within the picture");
	}
	return 0;
}

/* PackBits into exactly n bytes. */
static int
unpack(struct reader *from, uint8_t *to, size_t n)
{
	size_t at = 0, some;
	const uint8_t *b;
	uint8_t c;
	int e;

	while (reader_left(from) > 0) {
		if ((e = reader_u8(from, &c)) != 0)
			return e;
		if (c == 128)
			continue;
		some = c < 128 ? c + 1u : 257u - c;
		if (some > n - at ||
		    (e = reader_bytes(from, c < 128 ? some : 1, &b)) != 0)
			return ERR_MALFORMED;
		if (c < 128)
			memcpy(to + at, b, some);
		else
			memset(to + at, *b, some);
		at += some;
	}
	return at == n ? 0 : ERR_MALFORMED;
}

static int
next_plane(struct psd *p, unsigned i)
{
	struct reader packed;
	const uint8_t *b;
	uint16_t small;
	uint32_t n;
	int e;

	if (p->coding == 0) {
		if ((e = reader_bytes(&p->rows[i], p->plane_bytes, &b)) == 0)
			memcpy(p->plane[i], b, p->plane_bytes);
		return e;
	}
	if (p->large) {
		e = reader_u32be(&p->counts[i], &n);
	} else if ((e = reader_u16be(&p->counts[i], &small)) == 0) {
		n = small;
	}
	if (e != 0 || (e = reader_sub(&p->rows[i], n, &packed)) != 0)
		return e;
	return unpack(&packed, p->plane[i], p->plane_bytes);
}

/* ---- the PNG row */

static void
bitmap_row(struct psd *p)
{
	unsigned tail = p->width % 8;

	for (size_t i = 0; i < p->plane_bytes; i++)
		p->row[i] = (uint8_t)~p->plane[0][i];
	if (tail != 0)
		p->row[p->plane_bytes - 1] =
		    (uint8_t)(p->row[p->plane_bytes - 1] & 0xffu << (8 - tail));
}

static void
indexed_row(struct psd *p)
{
	const uint8_t *c = p->palette.data;
	uint8_t *to = p->row;

	for (uint32_t x = 0; x < p->width; x++)
		for (unsigned k = 0; k < 3; k++)
			*to++ = c[k * 256 + p->plane[0][x]];
}

/* Stored inverted: 255 is no ink. */
static void
cmyk_row(struct psd *p)
{
	unsigned step = p->depth / 8;
	uint8_t *to = p->row;
	size_t at;

	for (uint32_t x = 0; x < p->width; x++) {
		at = (size_t)x * step;
		for (unsigned k = 0; k < 3; k++)
			*to++ = (uint8_t)((p->plane[k][at] * p->plane[3][at] +
					      127) /
					  255);
	}
}

static void
plain_row(struct psd *p)
{
	unsigned step = p->depth / 8;
	uint8_t *to = p->row;

	for (uint32_t x = 0; x < p->width; x++)
		for (unsigned k = 0; k < p->used; k++)
			for (unsigned b = 0; b < step; b++)
				*to++ = p->plane[k][(size_t)x * step + b];
}

static void
make_row(struct psd *p)
{
	switch (p->mode) {
	case M_BITMAP:
		bitmap_row(p);
		break;
	case M_INDEXED:
		indexed_row(p);
		break;
	case M_CMYK:
		cmyk_row(p);
		break;
	default:
		plain_row(p);
	}
}

static void
set_form(const struct psd *p, struct pngout_form *f)
{
	bool grey =
	    p->mode == M_BITMAP || p->mode == M_GREY || p->mode == M_DUOTONE;

	*f = (struct pngout_form){ .width = p->width,
		.height = p->height,
		.depth = (uint8_t)p->depth,
		.colour = (uint8_t)((grey ? 0 : 2) + (p->has_alpha ? 4 : 0)),
		.x_ppm = p->x_ppm,
		.y_ppm = p->y_ppm,
		.icc = &p->profile,
		.exif = &p->exif_block };
	if (p->mode == M_CMYK)
		f->depth = 8;
}

static int
take_profile(struct psd *p)
{
	if (p->icc.data == NULL || p->icc.len == 0)
		return 0;
	if (p->mode == M_CMYK)
		return doc_found(p->d, FIND_IMAGE_ICC_BAD, ACT_REMOVED, "8BIM",
		    "%zu bytes", p->icc.len);
	return icc_take(p->d, "8BIM", &p->icc,
	    p->mode == M_RGB || p->mode == M_INDEXED ? ICC_RGB : ICC_GRAY,
	    &p->profile);
}

static int
put_rows(struct psd *p, struct pngout *out)
{
	int e;

	for (uint32_t y = 0; y < p->height; y++) {
		for (unsigned i = 0; i < p->used; i++)
			if ((e = next_plane(p, i)) != 0)
				return doc_fail(p->d, e,
				    "the packed pixels are damaged");
		make_row(p);
		if ((e = pngout_row(out, p->row)) != 0)
			return e;
	}
	return pngout_end(out);
}

static int
put_picture(struct psd *p)
{
	struct pngout_form form;
	struct pngout *out = NULL;
	int e;

	if ((e = take_profile(p)) != 0)
		return e;
	/* The flat picture is as it looks: it is not turned again. */
	p->exif.orientation = 1;
	if ((e = exif_put(&p->exif_block, &p->exif)) != 0)
		return e;
	set_form(p, &form);
	if ((e = pngout_open(p->d, &form, NULL, NULL, &out)) == 0)
		e = put_rows(p, out);
	pngout_close(out);
	return e;
}

/* ---- the module */

static int
make_room(struct psd *p)
{
	size_t row = (size_t)p->width * USED_MAX * 2;
	int e;

	p->plane_bytes = ((size_t)p->width * p->depth + 7) / 8;
	if ((e = doc_spend(p->d, BUDGET_EXPANDED_BYTES,
		 (uint64_t)p->plane_bytes * p->used * p->height)) != 0)
		return e;
	for (unsigned i = 0; i < p->used; i++)
		if ((p->plane[i] = doc_alloc(p->d, p->plane_bytes)) == NULL)
			return ERR_NOMEM;
	p->row = doc_alloc(p->d, row);
	return p->row == NULL ? ERR_NOMEM : 0;
}

static int
finish(struct psd *p)
{
	struct reader rest;
	int e = 0;

	if (p->mode == M_CMYK || p->mode == M_DUOTONE)
		e = doc_found(p->d, FIND_BITMAP_COLOURS, ACT_REPLACED, "",
		    NULL);
	/* With other channels behind the colours this is not the end. */
	if (e == 0 && p->channels > p->used)
		return doc_found(p->d, FIND_BITMAP_LAYERS, ACT_REMOVED, "",
		    "%u channels", p->channels - p->used);
	if (e != 0 || reader_sub(&p->in, reader_left(&p->in), &rest) != 0)
		return e;
	return image_report_trailer(p->d, &rest);
}

static int
psd_rebuild(struct doc *d)
{
	struct psd *p = doc_alloc(d, sizeof(*p));
	int e;

	if (p == NULL)
		return ERR_NOMEM;
	p->d = d;
	p->in = doc_in(d);
	doc_makes(d, "png", "png");
	buf_init(&p->profile, ICC_MAX_BYTES);
	buf_init(&p->exif_block, EXIF_MAX);
	if ((e = read_header(p)) == 0 && (e = check_mode(p)) == 0 &&
	    (e = read_palette(p)) == 0 && (e = read_resources(p)) == 0 &&
	    (e = read_layers(p)) == 0 && (e = make_room(p)) == 0 &&
	    (e = find_rows(p)) == 0 && (e = put_picture(p)) == 0)
		e = finish(p);
	buf_done(&p->exif_block);
	buf_done(&p->profile);
	return e;
}

static enum probe
psd_probe(const struct reader *in, const char **sub)
{
	(void)sub;
	return reader_has(in, 0, "8BPS\0\1", 6) ||
		       reader_has(in, 0, "8BPS\0\2", 6)
		   ? PROBE_YES
		   : PROBE_NO;
}

/* The first is what is written. */
static const char *const psd_mime[] = { "image/png",
	"image/vnd.adobe.photoshop", NULL };

static const char *const psd_extensions[] = { "psd", "psb", NULL };

const struct format format_psd = {
	.id = "psd",
	.flags = FMT_IMAGE,
	.mime = psd_mime,
	.extensions = psd_extensions,
	.preload = icc_preload,
	.probe = psd_probe,
	.rebuild = psd_rebuild,
};
