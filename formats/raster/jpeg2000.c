/*
 * JPEG 2000 (ITU-T T.800), delivered as PNG: the same samples, where few
 * programs in an office read the original. What was coded with losses becomes
 * a JPEG: as PNG it would be many times its size. See docs/formats/jpeg2000.md.
 *
 * Boxes and markers are walked here for the report only; formats/codec/jpx.h
 * decodes.
 */
#include "formats/codec/jpx.h"
#include "formats/format.h"
#include "formats/icc.h"
#include "formats/image.h"
#include "formats/png_int.h"
#include "formats/raster/pngout.h"
#include "formats/raster/rowsout.h"

#define BOXES_MAX   4096u
#define MARKERS_MAX 65536u

#define JPEG_PIXELS_LEAST 4096u /* less is not worth it */
#define JPEG_SIDE_MAX	  65500u
#define SHORTER_TIMES	  4u /* the file against its rows */

enum {
	BOX_SIGNATURE = 0x6a502020,
	BOX_TYPE = 0x66747970,
	BOX_HEADER = 0x6a703268,
	BOX_CODE = 0x6a703263,
	BOX_XML = 0x786d6c20,
	BOX_UUID = 0x75756964,
	BOX_RIGHTS = 0x6a703269,
	BOX_UUID_INFO = 0x75696e66
};

enum { M_SOC = 0xff4f, M_COMMENT = 0xff64, M_TILE = 0xff90, M_END = 0xffd9 };

/* ---- what lies beside the picture */

static int
report_uuid(struct doc *d, struct reader body)
{
	static const struct {
		const char *uuid;
		enum finding_id id;
	} known[] = {
		{ "\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3"
		  "\xaf\xac",
		    FIND_IMAGE_XMP },
		{ "\x33\xc7\xa4\xd2\xb8\x1d\x47\x23\xa0\xba\xf1\xa3\xe0\x97"
		  "\xad\x38",
		    FIND_IMAGE_IPTC },
		{ "\x05\x37\xcd\xab\x9d\x0c\x44\x31\xa7\x2a\xfa\x56\x1f\x2a"
		  "\x11\x3e",
		    FIND_IMAGE_EXIF },
		{ "JpgTiffExif->JP2", FIND_IMAGE_EXIF },
		{ "\xb1\x4b\xf8\xbd\x08\x3d\x4b\x43\xa5\xae\x8c\xd7\xd5\xa6"
		  "\xce\x03",
		    FIND_TIFF_GEO },
	};
	enum finding_id id = FIND_IMAGE_UNKNOWN;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (reader_has(&body, 0, known[i].uuid, 16))
			id = known[i].id;
	return doc_found(d, id, ACT_REMOVED, "uuid", "%zu bytes", body.len);
}

static int
report_box(struct doc *d, uint32_t type, const struct reader *body,
    unsigned *pictures)
{
	int e = 0;

	switch (type) {
	case BOX_SIGNATURE:
	case BOX_TYPE:
	case BOX_HEADER:
		return 0;
	case BOX_CODE:
		if (++*pictures > 1)
			e = doc_found(d, FIND_IMAGE_SECOND, ACT_REMOVED, "jp2c",
			    "%zu bytes", body->len);
		return e;
	case BOX_UUID:
		e = report_uuid(d, *body);
		break;
	case BOX_XML:
	case BOX_RIGHTS:
	case BOX_UUID_INFO:
		e = doc_found(d, FIND_IMAGE_TEXT, ACT_REMOVED, "", "%zu bytes",
		    body->len);
		break;
	default:
		e = doc_found(d, FIND_IMAGE_UNKNOWN, ACT_REMOVED, "",
		    "box 0x%08x, %zu bytes", (unsigned)type, body->len);
	}
	return e != 0 ? e : image_report_script(d, "", body, NULL);
}

/* *code: the codestream; what follows the last box is a trailer. */
static int
walk_boxes(struct doc *d, struct reader in, struct reader *code)
{
	uint32_t n, type;
	uint64_t big, head;
	unsigned pictures = 0;
	struct reader body, at = in;
	int e;

	for (unsigned i = 0; i < BOXES_MAX; i++) {
		if (reader_u32be(&in, &n) != 0 || reader_u32be(&in, &type) != 0)
			break;
		big = n;
		head = n == 1 ? 16 : 8;
		if (n == 1 && reader_u64be(&in, &big) != 0)
			break;
		if (n == 0)
			big = reader_left(&in) + head;
		if (big < head || big - head > reader_left(&in))
			break;
		if ((e = reader_sub(&in, (size_t)(big - head), &body)) != 0 ||
		    (e = report_box(d, type, &body, &pictures)) != 0)
			return e;
		if (type == BOX_CODE && pictures == 1)
			*code = body;
		at = in;
	}
	if ((e = reader_sub(&at, reader_left(&at), &body)) != 0)
		return e;
	return image_report_trailer(d, &body);
}

/* One marker segment or tile part. ERR_NOENT: the end, or lost. */
static int
walk_marker(struct doc *d, struct reader *in)
{
	size_t at = reader_pos(in);
	uint16_t marker, n, tile;
	uint32_t bytes;
	struct reader body;
	int e;

	if (reader_u16be(in, &marker) != 0 || marker == M_END)
		return ERR_NOENT;
	if (marker == M_SOC)
		return 0;
	if (reader_u16be(in, &n) != 0 || n < 2 ||
	    reader_sub(in, n - 2u, &body) != 0)
		return ERR_NOENT;
	if (marker == M_COMMENT) {
		e = doc_found(d, FIND_IMAGE_COMMENT, ACT_REMOVED, "",
		    "%zu bytes", body.len);
		return e != 0 ? e : image_report_script(d, "", &body, NULL);
	}
	if (marker != M_TILE)
		return 0;
	if (reader_u16be(&body, &tile) != 0 ||
	    reader_u32be(&body, &bytes) != 0 || bytes < 14 ||
	    reader_seek(in, at) != 0 || reader_skip(in, bytes) != 0)
		return ERR_NOENT;
	return 0;
}

/* whole: nothing else follows but a trailer. */
static int
walk_markers(struct doc *d, struct reader in)
{
	struct reader rest;
	int e = 0;

	for (unsigned i = 0; i < MARKERS_MAX && e == 0; i++)
		e = walk_marker(d, &in);
	if (e != ERR_NOENT)
		return e;
	/* Only behind an end that was reached. */
	if (reader_pos(&in) < 2 ||
	    !reader_has(&in, reader_pos(&in) - 2, "\xff\xd9", 2) ||
	    reader_sub(&in, reader_left(&in), &rest) != 0)
		return 0;
	return image_report_trailer(d, &rest);
}

static int
report(struct doc *d)
{
	struct reader in = doc_in(d), code = in;
	int e = 0;

	if (reader_has(&in, 4, "jP  ", 4)) {
		reader_init(&code, NULL, 0);
		e = walk_boxes(d, in, &code);
	}
	return e != 0 ? e : walk_markers(d, code);
}

/* ---- as PNG */

/* Naive, as screens show it without a profile; in place, 4 samples to 3. */
static void
cmyk_to_rgb(uint8_t *row, uint32_t n)
{
	uint8_t *to = row;

	for (; n > 0; n--, row += 4) {
		uint8_t k = (uint8_t)(255 - row[3]);

		for (unsigned i = 0; i < 3; i++)
			*to++ = (uint8_t)((255 - row[i]) * k / 255);
	}
}

static int
set_form(struct doc *d, const struct jpx_result *r, struct pngout_form *f)
{
	static const uint8_t colours[] = { 0, PNG_GRAY, PNG_GRAY_ALPHA, PNG_RGB,
		PNG_RGBA };
	bool cmyk = r->space == JPX_CMYK;

	if (r->channels > 4 || (cmyk && (r->channels != 4 || r->bits != 8)))
		return doc_fail(d, ERR_UNSUPPORTED, "%u channels of %u bits",
		    r->channels, r->bits);
	*f = (struct pngout_form){ .width = r->width,
		.height = r->height,
		.depth = r->bits,
		.colour = cmyk ? PNG_RGB : colours[r->channels] };
	if (cmyk)
		return doc_found(d, FIND_BITMAP_COLOURS, ACT_REPLACED, "",
		    NULL);
	return 0;
}

static int
put_rows(struct doc *d, const struct jpx_result *r, const struct buf *rows,
    const struct pngout_form *f)
{
	size_t stride = rows->len / r->height;
	struct pngout *out = NULL;
	uint8_t *row = rows->data;
	int e = pngout_open(d, f, NULL, NULL, &out);

	for (uint32_t y = 0; y < r->height && e == 0; y++, row += stride) {
		if (r->space == JPX_CMYK)
			cmyk_to_rgb(row, r->width);
		e = pngout_row(out, row);
	}
	if (e == 0)
		e = pngout_end(out);
	pngout_close(out);
	return e;
}

/* ---- as JPEG */

static bool
may_be_jpeg(struct doc *d, const struct jpx_result *r)
{
	struct reader in = doc_in(d);
	uint64_t px = (uint64_t)r->width * r->height;

	return r->bits == 8 && r->depth == 8 && !r->has_alpha && !r->damaged &&
	       r->space != JPX_CMYK && (r->channels == 1 || r->channels == 3) &&
	       px >= JPEG_PIXELS_LEAST && r->width <= JPEG_SIDE_MAX &&
	       r->height <= JPEG_SIDE_MAX &&
	       in.len < px * r->channels / SHORTER_TIMES && jpx_is_lossy(&in);
}

static int
put_jpeg(struct doc *d, const struct jpx_result *r, const struct buf *rows,
    const struct buf *icc)
{
	const struct rows_picture p = { .width = r->width,
		.height = r->height,
		.channels = r->channels,
		.bits = 8,
		.stride = rows->len / r->height,
		.rows = rows->data,
		.faithful = true,
		.icc = icc };
	int e;

	doc_makes(d, "jpeg", "jpg");
	e = rows_put_jpeg(d, &p);
	return e != 0 ? e
		      : doc_found(d, FIND_PICTURE_CONVERTED, ACT_REPLACED, "",
			    "JPEG 2000: JPEG");
}

static int
put_png(struct doc *d, const struct jpx_result *r, const struct buf *rows,
    const struct buf *icc)
{
	struct pngout_form f;
	int e;

	doc_makes(d, "png", "png");
	if ((e = set_form(d, r, &f)) != 0 ||
	    (e = doc_found(d, FIND_PICTURE_CONVERTED, ACT_REPLACED, "",
		 "JPEG 2000: PNG")) != 0)
		return e;
	f.icc = icc;
	return put_rows(d, r, rows, &f);
}

/* ---- the module */

static int
deliver(struct doc *d, const struct jpx_result *r, const struct buf *rows,
    const struct buf *profile)
{
	bool grey = r->channels <= 2;
	struct reader icc;
	struct buf clean;
	int e = 0;

	buf_init(&clean, ICC_MAX_BYTES);
	buf_reader(profile, &icc);
	if (profile->len > 0 && r->space != JPX_CMYK)
		e = icc_take(d, "colr", &icc, grey ? ICC_GRAY : ICC_RGB,
		    &clean);
	if (e == 0 && r->damaged)
		e = doc_found(d, FIND_IMAGE_DAMAGED, ACT_REPLACED, "", NULL);
	if (e == 0) {
		e = may_be_jpeg(d, r) ? put_jpeg(d, r, rows, &clean)
				      : ERR_NOENT;
		if (e == ERR_NOENT)
			e = put_png(d, r, rows, &clean);
	}
	buf_done(&clean);
	return e;
}

static int
jpeg2000_rebuild(struct doc *d)
{
	struct reader in = doc_in(d);
	struct jpx_result r;
	struct buf rows, profile;
	int e;

	buf_init(&rows, (size_t)doc_budget(d, BUDGET_EXPANDED_BYTES) + 1);
	buf_init(&profile, ICC_MAX_BYTES);
	if ((e = jpx_decode(d, &in, 0, &rows, &profile, &r)) == 0 &&
	    (e = report(d)) == 0)
		e = deliver(d, &r, &rows, &profile);
	buf_done(&rows);
	buf_done(&profile);
	return e;
}

static enum probe
jpeg2000_probe(const struct reader *in, const char **sub)
{
	if (reader_has(in, 0, "\0\0\0\x0cjP  \r\n\x87\n", 12)) {
		*sub = "jpeg2000.jp2";
		return PROBE_YES;
	}
	if (reader_has(in, 0, "\xff\x4f\xff\x51", 4)) {
		*sub = "jpeg2000.j2k";
		return PROBE_YES;
	}
	return PROBE_NO;
}

/* The first is what is written. */
static const char *const jpeg2000_mime[] = { "image/png", "image/jp2",
	"image/jpx", "image/jpm", "image/x-jp2-codestream", NULL };

static const char *const jpeg2000_extensions[] = { "jp2", "j2k", "jpf", "jpx",
	"j2c", "jpc", "jpm", NULL };

const struct format format_jpeg2000 = {
	.id = "jpeg2000",
	.flags = FMT_IMAGE,
	.mime = jpeg2000_mime,
	.extensions = jpeg2000_extensions,
	.preload = icc_preload,
	.probe = jpeg2000_probe,
	.rebuild = jpeg2000_rebuild,
};
