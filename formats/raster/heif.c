/*
 * HEIF: HEIC and AVIF (ISO/IEC 23008-12, AV1 Image File Format), decoded and
 * delivered as JPEG, or as PNG where there is transparency or policy asks for
 * it. Boxes are walked first (heif_walk.c); libheif puts the picture together
 * with decoders of ours (heif_plugin.c).
 */
#include <stdlib.h>
#include <string.h>

#include <libheif/heif.h>

#include "formats/format.h"
#include "formats/icc.h"
#include "formats/image.h"
#include "formats/raster/heif_int.h"
#include "formats/raster/heif_unci.h"
#include "formats/raster/rowsout.h"

#define BYTES_A_PIXEL	12u /* of libheif while it decodes and converts */
#define METADATA_MAX	64
#define BASIC_MAX_BYTES 4096u
#define EXIF_OFFSET	4u /* in front of an Exif block: where it begins */

struct heif {
	struct doc *d;
	struct heif_facts facts;
	struct heif_context *ctx;
	struct heif_image_handle *handle;
	struct heif_image *image;
	struct rows_picture picture;
	struct buf icc, basic;
	uint64_t memory;
	bool alpha;
};

static int
failed(struct heif *h, struct heif_error e)
{
	int err = e.code == heif_error_Unsupported_feature ||
			  e.code == heif_error_Unsupported_filetype
		      ? ERR_UNSUPPORTED
		  : e.code == heif_error_Memory_allocation_error
		      ? ERR_LIMIT
		      : ERR_MALFORMED;

	return doc_fail(h->d, err, "%s", e.message);
}

/* ---- what lies beside the picture */

/* Date and author go on if they may; the boxes have turned the picture. */
static int
take_exif(struct heif *h, const struct reader *tiff)
{
	struct exif exif;
	int e = image_take_exif(h->d, "Exif", tiff, &exif);

	exif.orientation = 1;
	if (e == 0 && h->basic.len == 0)
		e = exif_put(&h->basic, &exif);
	return e;
}

static int
report_block(struct heif *h, heif_item_id id)
{
	const char *type = heif_image_handle_get_metadata_type(h->handle, id);
	size_t n = heif_image_handle_get_metadata_size(h->handle, id);
	struct reader in, tiff;
	uint8_t *bytes;
	uint32_t at;

	if (n == 0 || n > doc_options(h->d)->limits.max_in_bytes ||
	    (bytes = doc_alloc(h->d, n)) == NULL ||
	    heif_image_handle_get_metadata(h->handle, id, bytes).code !=
		heif_error_Ok)
		return doc_found(h->d, FIND_IMAGE_UNKNOWN, ACT_REMOVED, "",
		    "%zu bytes", n);
	reader_init(&in, bytes, n);
	if (type != NULL && strcmp(type, "Exif") == 0) {
		if (reader_u32be(&in, &at) != 0 || at > n - EXIF_OFFSET ||
		    reader_view(&in, at + EXIF_OFFSET, n - EXIF_OFFSET - at,
			&tiff) != 0)
			reader_init(&tiff, NULL, 0);
		return take_exif(h, &tiff);
	}
	return doc_found(h->d, FIND_IMAGE_XMP, ACT_REMOVED, "", "%zu bytes", n);
}

static int
report_metadata(struct heif *h)
{
	heif_item_id ids[METADATA_MAX];
	int n = heif_image_handle_get_list_of_metadata_block_IDs(h->handle,
		NULL, ids, METADATA_MAX),
	    e = 0;

	for (int i = 0; i < n && e == 0; i++)
		e = report_block(h, ids[i]);
	return e;
}

/* ---- decoding */

static int
open_file(struct heif *h)
{
	const struct limits *l = &doc_options(h->d)->limits;
	struct reader in = doc_in(h->d);
	struct heif_error e;
	int w, height;

	if ((h->ctx = heif_context_alloc()) == NULL)
		return ERR_NOMEM;
	heif_context_set_max_decoding_threads(h->ctx, 0);
	heif_context_set_maximum_image_size_limit(h->ctx,
	    (int)l->max_image_side_px);
	e = heif_context_read_from_memory_without_copy(h->ctx, in.data, in.len,
	    NULL);
	if (e.code == heif_error_Ok)
		e = heif_context_get_primary_image_handle(h->ctx, &h->handle);
	if (e.code != heif_error_Ok)
		return failed(h, e);
	w = heif_image_handle_get_width(h->handle);
	height = heif_image_handle_get_height(h->handle);
	if (w <= 0 || height <= 0)
		return doc_fail(h->d, ERR_MALFORMED, "no size");
	h->memory = (uint64_t)w * (uint64_t)height * BYTES_A_PIXEL;
	if (doc_spend(h->d, BUDGET_MEMORY_BYTES, h->memory) != 0) {
		h->memory = 0;
		return ERR_LIMIT;
	}
	return image_take_size(h->d, (uint64_t)w, (uint64_t)height);
}

static int
decode(struct heif *h, bool deep)
{
	struct heif_decoding_options *o = heif_decoding_options_alloc();
	enum heif_chroma chroma =
	    deep       ? (h->alpha ? heif_chroma_interleaved_RRGGBBAA_BE
				   : heif_chroma_interleaved_RRGGBB_BE)
	    : h->alpha ? heif_chroma_interleaved_RGBA
		       : heif_chroma_interleaved_RGB;
	struct heif_error e;

	if (o == NULL)
		return ERR_NOMEM;
	o->convert_hdr_to_8bit = !deep;
	o->strict_decoding = 1;
	e = heif_decode_image(h->handle, &h->image, heif_colorspace_RGB, chroma,
	    o);
	heif_decoding_options_free(o);
	return e.code == heif_error_Ok ? 0 : failed(h, e);
}

/* Samples of 9 to 15 bits are stretched to 16. */
static void
stretch(uint8_t *row, size_t n, int bits)
{
	unsigned v;

	for (size_t i = 0; i + 1 < n; i += 2) {
		v = (unsigned)row[i] << 8 | row[i + 1];
		v = v << (16 - bits) | v >> (2 * bits - 16);
		row[i] = (uint8_t)(v >> 8);
		row[i + 1] = (uint8_t)v;
	}
}

static int
take_rows(struct heif *h, bool deep)
{
	struct rows_picture *p = &h->picture;
	int stride = 0,
	    w = heif_image_get_width(h->image, heif_channel_interleaved),
	    height = heif_image_get_height(h->image, heif_channel_interleaved),
	    bits = heif_image_get_bits_per_pixel_range(h->image,
		heif_channel_interleaved);
	uint8_t *rows =
	    heif_image_get_plane(h->image, heif_channel_interleaved, &stride);

	p->channels = h->alpha ? 4 : 3;
	p->bits = deep ? 16 : 8;
	if (rows == NULL || w <= 0 || height <= 0 || stride <= 0 ||
	    (uint64_t)w * p->channels * (p->bits / 8u) > (uint64_t)stride ||
	    (deep && (bits < 9 || bits > 16)))
		return doc_fail(h->d, ERR_MALFORMED, "no rows");
	p->width = (uint32_t)w;
	p->height = (uint32_t)height;
	p->stride = (size_t)stride;
	p->rows = rows;
	for (int y = 0; y < height && deep && bits < 16; y++)
		stretch(rows + (size_t)y * p->stride,
		    (size_t)w * p->channels * 2, bits);
	return doc_spend(h->d, BUDGET_EXPANDED_BYTES,
	    (uint64_t)p->stride * p->height);
}

static int
take_profile(struct heif *h)
{
	size_t n = heif_image_handle_get_raw_color_profile_size(h->handle);
	struct reader in;
	uint8_t *bytes;

	if (n == 0 || n > ICC_MAX_BYTES ||
	    heif_image_handle_get_color_profile_type(h->handle) ==
		heif_color_profile_type_nclx)
		return 0;
	if ((bytes = doc_alloc(h->d, n)) == NULL)
		return ERR_NOMEM;
	if (heif_image_handle_get_raw_color_profile(h->handle, bytes).code !=
	    heif_error_Ok)
		return 0;
	reader_init(&in, bytes, n);
	return icc_take(h->d, "colr", &in, ICC_RGB, &h->icc);
}

/* ---- the module */

/* The pixels of h->picture; profile and metadata are with it. */
static int
deliver(struct heif *h, bool png, const char *from)
{
	struct rows_picture *p = &h->picture;
	int e = doc_found(h->d, FIND_PICTURE_CONVERTED, ACT_REPLACED, "",
	    "%s: %s", from, png ? "PNG" : "JPEG");

	if (e != 0)
		return e;
	p->exif = &h->basic;
	doc_makes(h->d, png ? "png" : "jpeg", png ? "png" : "jpg");
	return png ? rows_put_png(h->d, p) : rows_put_jpeg(h->d, p);
}

static int
convert_coded(struct heif *h, bool png)
{
	bool deep;
	int e;

	if ((e = open_file(h)) != 0 || (e = report_metadata(h)) != 0 ||
	    (e = take_profile(h)) != 0)
		return e;
	h->alpha = heif_image_handle_has_alpha_channel(h->handle) != 0;
	png = png || h->alpha;
	deep = png && heif_image_handle_get_luma_bits_per_pixel(h->handle) > 8;
	if ((e = decode(h, deep)) != 0 || (e = take_rows(h, deep)) != 0)
		return e;
	h->picture.icc = &h->icc;
	h->picture.half = !h->facts.full_chroma;
	return deliver(h, png, h->facts.is_av1 ? "AVIF" : "HEIC");
}

static int
put_unci(struct heif *h, struct unci_picture *u, bool png, struct buf *rows)
{
	const struct unci_form *f = &u->form;
	int e;

	png = png || u->channels == 2 || u->channels == 4;
	for (unsigned i = 0; i < f->n; i++)
		u->deep |= png && f->parts[i].bits > 8;
	if ((e = unci_rows(h->d, u, rows)) != 0)
		return e;
	h->picture = (struct rows_picture){ .width = f->width,
		.height = f->height,
		.channels = (uint8_t)u->channels,
		.bits = u->deep ? 16 : 8,
		.stride = rows->len / f->height,
		.rows = rows->data,
		.half = u->half,
		.icc = &u->icc };
	return deliver(h, png, "HEIF");
}

static int
convert_unci(struct heif *h, bool png)
{
	struct reader in = doc_in(h->d);
	struct unci_picture u;
	struct buf rows;
	int e;

	buf_init(&rows, (size_t)doc_budget(h->d, BUDGET_EXPANDED_BYTES) + 1);
	e = unci_read(h->d, &in, &h->facts.meta, h->facts.main, &u);
	if (e == 0)
		e = put_unci(h, &u, png, &rows);
	unci_done(&u);
	buf_done(&rows);
	return e;
}

static int
heif_rebuild(struct doc *d)
{
	struct heif *h = doc_alloc(d, sizeof(*h));
	int e;

	if (h == NULL)
		return ERR_NOMEM;
	if (doc_options(d)->heif == HEIF_HOLD)
		return doc_fail(d, ERR_UNSUPPORTED,
		    "held by policy (pictures.heif)");
	h->d = d;
	buf_init(&h->icc, ICC_MAX_BYTES);
	buf_init(&h->basic, BASIC_MAX_BYTES);
	if ((e = heif_walk(d, &h->facts)) == 0)
		e = h->facts.is_unci
			? convert_unci(h, doc_options(d)->heif == HEIF_PNG)
			: convert_coded(h, doc_options(d)->heif == HEIF_PNG);
	if (h->image != NULL)
		heif_image_release(h->image);
	if (h->handle != NULL)
		heif_image_handle_release(h->handle);
	if (h->ctx != NULL)
		heif_context_free(h->ctx);
	doc_refund(d, BUDGET_MEMORY_BYTES, h->memory);
	buf_done(&h->icc);
	buf_done(&h->basic);
	return e;
}

static bool
has_brand(const struct reader *in, const char *const *brands, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (reader_has(in, 8, brands[i], 4))
			return true;
	return false;
}

/* The major brand; "mif1" alone leaves open which codec it is. */
static enum probe
heif_probe(const struct reader *in, const char **sub)
{
	static const char *const avif[] = { "avif", "avis" };
	static const char *const heic[] = { "heic", "heix", "hevc", "hevx",
		"heim", "heis", "mif1", "mif2", "msf1" };
	struct reader r = *in;
	uint32_t n;
	size_t at;

	if (!reader_has(in, 4, "ftyp", 4))
		return PROBE_NO;
	if (has_brand(in, avif, sizeof(avif) / sizeof(avif[0]))) {
		*sub = "heif.avif";
		return PROBE_YES;
	}
	if (!has_brand(in, heic, sizeof(heic) / sizeof(heic[0])))
		return PROBE_NO;
	*sub = "heif.heic";
	if (reader_u32be(&r, &n) == 0 && n <= 256 &&
	    reader_view(in, 0, n, &r) == 0 &&
	    reader_find(&r, 16, "avif", 4, &at) == 0)
		*sub = "heif.avif";
	return PROBE_YES;
}

static int
preload(void)
{
	int e = icc_preload();

	return e != 0 ? e : heif_preload();
}

static const char *const heif_mime[] = { "image/jpeg", "image/heif",
	"image/heic", "image/heif-sequence", "image/heic-sequence",
	"image/avif", "image/avif-sequence", NULL };

static const char *const heif_extensions[] = { "heic", "heif", "hif", "avif",
	NULL };

const struct format format_heif = {
	.id = "heif",
	.flags = FMT_IMAGE,
	.mime = heif_mime,
	.extensions = heif_extensions,
	.preload = preload,
	.probe = heif_probe,
	.rebuild = heif_rebuild,
};
