/*
 * Decoders for libheif: HEVC by libde265, AV1 by dav1d. The ones that libheif
 * brings start threads, which no caged process may; these decode where they
 * are called. They have a higher priority and are registered before input.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <dav1d/dav1d.h>
#include <libde265/de265.h>
#include <libheif/heif.h>
#include <libheif/heif_plugin.h>

#include "formats/raster/heif_int.h"

#define PRIORITY    1000
#define TILE_MAX_PX (1u << 26) /* of one coded picture */
#define PLANES	    3

static const struct heif_error ok = { heif_error_Ok, heif_suberror_Unspecified,
	"" };

static struct heif_error
fail(const char *what)
{
	return (struct heif_error){ heif_error_Decoder_plugin_error,
		heif_suberror_Unspecified, what };
}

/* ---- a decoded picture for libheif */

struct planes {
	int width, height, bits;
	enum heif_chroma chroma;
	bool full_range;
	int primaries, transfer, matrix;
	const uint8_t *at[PLANES];
	size_t stride[PLANES];
};

static struct heif_error
copy_plane(struct heif_image *image, const struct planes *p, unsigned i)
{
	static const enum heif_channel channels[] = { heif_channel_Y,
		heif_channel_Cb, heif_channel_Cr };

	bool small_w = i > 0 && p->chroma != heif_chroma_444,
	     small_h = i > 0 && p->chroma == heif_chroma_420;
	int w = small_w ? (p->width + 1) / 2 : p->width,
	    h = small_h ? (p->height + 1) / 2 : p->height, stride = 0;
	size_t n = (size_t)w * (p->bits > 8 ? 2 : 1);
	struct heif_error e;
	uint8_t *to;

	e = heif_image_add_plane(image, channels[i], w, h, p->bits);
	if (e.code != heif_error_Ok)
		return e;
	to = heif_image_get_plane(image, channels[i], &stride);
	if (to == NULL || p->at[i] == NULL || stride < 0 ||
	    n > (size_t)stride || n > p->stride[i])
		return fail("planes do not fit");
	for (int y = 0; y < h; y++)
		memcpy(to + (size_t)y * (size_t)stride,
		    p->at[i] + (size_t)y * p->stride[i], n);
	return ok;
}

static struct heif_error
set_colours(struct heif_image *image, const struct planes *p)
{
	struct heif_color_profile_nclx *nclx = heif_nclx_color_profile_alloc();
	struct heif_error e;

	if (nclx == NULL)
		return fail("out of memory");
	nclx->full_range_flag = p->full_range;
	(void)heif_nclx_color_profile_set_matrix_coefficients(nclx,
	    (uint16_t)p->matrix);
	(void)heif_nclx_color_profile_set_color_primaries(nclx,
	    (uint16_t)p->primaries);
	(void)heif_nclx_color_profile_set_transfer_characteristics(nclx,
	    (uint16_t)p->transfer);
	e = heif_image_set_nclx_color_profile(image, nclx);
	heif_nclx_color_profile_free(nclx);
	return e;
}

static struct heif_error
make_image(const struct planes *p, struct heif_image **out)
{
	bool grey = p->chroma == heif_chroma_monochrome;
	struct heif_image *image = NULL;
	struct heif_error e;

	if (p->width <= 0 || p->height <= 0 || p->bits < 8 || p->bits > 16)
		return fail("a picture of an odd size");
	e = heif_image_create(p->width, p->height,
	    grey ? heif_colorspace_monochrome : heif_colorspace_YCbCr,
	    p->chroma, &image);
	for (unsigned i = 0; i < (grey ? 1u : PLANES); i++)
		if (e.code == heif_error_Ok)
			e = copy_plane(image, p, i);
	if (e.code == heif_error_Ok)
		e = set_colours(image, p);
	if (e.code != heif_error_Ok)
		heif_image_release(image);
	else
		*out = image;
	return e;
}

/* ---- HEVC */

static const char *
hevc_name(void)
{
	return "HEVC in one thread";
}

static int
hevc_supports(enum heif_compression_format f)
{
	return f == heif_compression_HEVC ? PRIORITY : 0;
}

/* Sizes are checked where the first memory for a picture is asked. */
static int
hevc_get_buffer(de265_decoder_context *c, struct de265_image_spec *spec,
    struct de265_image *image, void *arg)
{
	(void)arg;
	if (spec->width <= 0 || spec->height <= 0 ||
	    (uint64_t)spec->width * (uint64_t)spec->height > TILE_MAX_PX)
		return 0;
	return de265_get_default_image_allocation_functions()->get_buffer(c,
	    spec, image, NULL);
}

static void
hevc_release_buffer(de265_decoder_context *c, struct de265_image *image,
    void *arg)
{
	(void)arg;
	de265_get_default_image_allocation_functions()->release_buffer(c, image,
	    NULL);
}

static struct heif_error
hevc_new(void **out)
{
	struct de265_image_allocation memory = { hevc_get_buffer,
		hevc_release_buffer };
	de265_decoder_context *c = de265_new_decoder();

	if (c == NULL)
		return fail("out of memory");
	de265_set_image_allocation_functions(c, &memory, NULL);
	*out = c;
	return ok;
}

static void
hevc_free(void *c)
{
	(void)de265_free_decoder(c);
}

/* Units, each with its length in front. */
static struct heif_error
hevc_push(void *c, const void *data, size_t n)
{
	struct reader in;
	const uint8_t *unit;
	uint32_t len;

	reader_init(&in, data, n);
	while (reader_left(&in) > 0) {
		if (reader_u32be(&in, &len) != 0 || len > INT_MAX ||
		    reader_bytes(&in, len, &unit) != 0)
			return fail("a unit cut short");
		if (de265_push_NAL(c, unit, (int)len, 0, NULL) != DE265_OK)
			return fail("a unit was refused");
	}
	return ok;
}

static struct heif_error
hevc_image(const struct de265_image *m, struct heif_image **out)
{
	static const enum heif_chroma chromas[] = { [de265_chroma_mono] =
							heif_chroma_monochrome,
		[de265_chroma_420] = heif_chroma_420,
		[de265_chroma_422] = heif_chroma_422,
		[de265_chroma_444] = heif_chroma_444 };
	struct planes p = { .width = de265_get_image_width(m, 0),
		.height = de265_get_image_height(m, 0),
		.bits = de265_get_bits_per_pixel(m, 0),
		.full_range = de265_get_image_full_range_flag(m) != 0,
		.primaries = de265_get_image_colour_primaries(m),
		.transfer = de265_get_image_transfer_characteristics(m),
		.matrix = de265_get_image_matrix_coefficients(m) };
	enum de265_chroma chroma = de265_get_chroma_format(m);
	int stride;

	if ((unsigned)chroma >= sizeof(chromas) / sizeof(chromas[0]))
		return fail("an unknown chroma format");
	p.chroma = chromas[chroma];
	for (int i = 0; i < (chroma == de265_chroma_mono ? 1 : PLANES); i++) {
		if (de265_get_bits_per_pixel(m, i) != p.bits)
			return fail("planes of different bits");
		p.at[i] = de265_get_image_plane(m, i, &stride);
		p.stride[i] = stride < 0 ? 0 : (size_t)stride;
	}
	return make_image(&p, out);
}

static struct heif_error
hevc_decode(void *c, struct heif_image **out)
{
	const struct de265_image *m = NULL;
	struct heif_error e;
	int more = 1;

	if (de265_flush_data(c) != DE265_OK)
		return fail("the end was refused");
	while (more != 0 && m == NULL) {
		if (de265_decode(c, &more) != DE265_OK)
			break;
		m = de265_get_next_picture(c);
	}
	if (m == NULL)
		return fail("no picture in HEVC data");
	e = hevc_image(m, out);
	de265_release_next_picture(c);
	return e;
}

/* ---- AV1 */

struct av1 {
	Dav1dContext *c;
	Dav1dData data;
};

static const char *
av1_name(void)
{
	return "AV1 in one thread";
}

static int
av1_supports(enum heif_compression_format f)
{
	return f == heif_compression_AV1 ? PRIORITY : 0;
}

static struct heif_error
av1_new(void **out)
{
	struct av1 *a = calloc(1, sizeof(*a));
	Dav1dSettings s;

	if (a == NULL)
		return fail("out of memory");
	dav1d_default_settings(&s);
	s.n_threads = 1;
	s.max_frame_delay = 1;
	s.frame_size_limit = TILE_MAX_PX;
	s.all_layers = 0;
	s.logger.callback = NULL;
	if (dav1d_open(&a->c, &s) != 0) {
		free(a);
		return fail("the AV1 decoder");
	}
	*out = a;
	return ok;
}

static void
av1_free(void *arg)
{
	struct av1 *a = arg;

	dav1d_data_unref(&a->data);
	dav1d_close(&a->c);
	free(a);
}

static struct heif_error
av1_push(void *arg, const void *data, size_t n)
{
	struct av1 *a = arg;
	uint8_t *room;

	if (a->data.sz != 0 || n == 0)
		return fail("AV1 data in pieces");
	if ((room = dav1d_data_create(&a->data, n)) == NULL)
		return fail("out of memory");
	memcpy(room, data, n);
	return ok;
}

static struct heif_error
av1_image(const Dav1dPicture *m, struct heif_image **out)
{
	static const enum heif_chroma chromas[] = { [DAV1D_PIXEL_LAYOUT_I400] =
							heif_chroma_monochrome,
		[DAV1D_PIXEL_LAYOUT_I420] = heif_chroma_420,
		[DAV1D_PIXEL_LAYOUT_I422] = heif_chroma_422,
		[DAV1D_PIXEL_LAYOUT_I444] = heif_chroma_444 };
	struct planes p = {
		.width = m->p.w, .height = m->p.h, .bits = m->p.bpc
	};

	if ((unsigned)m->p.layout >= sizeof(chromas) / sizeof(chromas[0]))
		return fail("an unknown chroma format");
	p.chroma = chromas[m->p.layout];
	p.full_range = m->seq_hdr->color_range != 0;
	p.primaries = (int)m->seq_hdr->pri;
	p.transfer = (int)m->seq_hdr->trc;
	p.matrix = (int)m->seq_hdr->mtrx;
	for (int i = 0; i < PLANES; i++) {
		p.at[i] = m->data[i];
		p.stride[i] =
		    m->stride[i != 0] < 0 ? 0 : (size_t)m->stride[i != 0];
	}
	return make_image(&p, out);
}

static struct heif_error
av1_decode(void *arg, struct heif_image **out)
{
	struct av1 *a = arg;
	Dav1dPicture m = { 0 };
	struct heif_error e;
	int r = dav1d_send_data(a->c, &a->data);

	if (r < 0 && r != DAV1D_ERR(EAGAIN))
		return fail("damaged AV1 data");
	while ((r = dav1d_get_picture(a->c, &m)) == DAV1D_ERR(EAGAIN) &&
	       a->data.sz > 0)
		if ((r = dav1d_send_data(a->c, &a->data)) < 0 &&
		    r != DAV1D_ERR(EAGAIN))
			break;
	if (r != 0)
		return fail("no picture in AV1 data");
	e = av1_image(&m, out);
	dav1d_picture_unref(&m);
	return e;
}

/* ---- both */

static void
set_strict(void *decoder, int flag)
{
	(void)decoder;
	(void)flag;
}

static const struct heif_decoder_plugin hevc = {
	.plugin_api_version = 3,
	.get_plugin_name = hevc_name,
	.does_support_format = hevc_supports,
	.new_decoder = hevc_new,
	.free_decoder = hevc_free,
	.push_data = hevc_push,
	.decode_image = hevc_decode,
	.set_strict_decoding = set_strict,
	.id_name = "sekisho-hevc",
};

static const struct heif_decoder_plugin av1 = {
	.plugin_api_version = 3,
	.get_plugin_name = av1_name,
	.does_support_format = av1_supports,
	.new_decoder = av1_new,
	.free_decoder = av1_free,
	.push_data = av1_push,
	.decode_image = av1_decode,
	.set_strict_decoding = set_strict,
	.id_name = "sekisho-av1",
};

int
heif_preload(void)
{
	void *warm = NULL;

	/* Tables of libde265 and what dav1d asks about the processor. */
	if (heif_init(NULL).code != heif_error_Ok || de265_init() != DE265_OK ||
	    heif_register_decoder_plugin(&hevc).code != heif_error_Ok ||
	    heif_register_decoder_plugin(&av1).code != heif_error_Ok ||
	    av1_new(&warm).code != heif_error_Ok)
		return ERR_INTERNAL;
	av1_free(warm);
	return 0;
}
