/*
 * JPEG 2000 (ITU-T T.800) through OpenJPEG, from memory, without threads and
 * without a word. See jpx.h.
 */
#include "formats/codec/jpx.h"

#include <openjpeg.h>

#include "formats/codec/jpx_int.h"

#define BUFFER_BYTES 65536u

/* One channel of the output. */
struct channel {
	const opj_image_comp_t *c;
	uint32_t dx, dy; /* output pixels for one sample */
	int32_t low;	 /* added first: signed samples */
	int32_t most;	 /* 2^depth - 1 */
	int32_t full;	 /* most of the output; 0: not stretched */
};

struct jpx {
	struct doc *d;
	struct reader in;
	struct jpx_head head;
	unsigned flags, complaints;
	char first[160];
	opj_codec_t *codec;
	opj_stream_t *stream;
	opj_image_t *image;
	uint32_t width, height;
	unsigned n;
	struct channel ch[JPX_CHANNELS_MAX];
	bool ycc;
	struct jpx_result *res;
};

/* ---- OpenJPEG's callbacks */

static OPJ_SIZE_T
on_read(void *to, OPJ_SIZE_T n, void *arg)
{
	struct jpx *j = arg;
	size_t some = reader_left(&j->in) < n ? reader_left(&j->in) : n;
	const uint8_t *from;

	if (some == 0 || reader_bytes(&j->in, some, &from) != 0)
		return (OPJ_SIZE_T)-1;
	memcpy(to, from, some);
	return some;
}

static OPJ_OFF_T
on_skip(OPJ_OFF_T n, void *arg)
{
	struct jpx *j = arg;

	if (n < 0 || (uint64_t)n > reader_left(&j->in))
		n = (OPJ_OFF_T)reader_left(&j->in);
	return reader_skip(&j->in, (size_t)n) == 0 ? n : -1;
}

static OPJ_BOOL
on_seek(OPJ_OFF_T to, void *arg)
{
	struct jpx *j = arg;

	return to >= 0 && reader_seek(&j->in, (size_t)to) == 0;
}

static void
on_complaint(const char *text, void *arg)
{
	struct jpx *j = arg;

	if (j->complaints++ == 0) {
		snprintf(j->first, sizeof(j->first), "%s", text);
		j->first[strcspn(j->first, "\n")] = '\0';
	}
}

static void
on_info(const char *text, void *arg)
{
	(void)text;
	(void)arg;
}

/* ---- decoding */

static int
open_decoder(struct jpx *j, bool strict)
{
	opj_dparameters_t p;

	j->codec = opj_create_decompress(j->head.is_jp2 ? OPJ_CODEC_JP2
							: OPJ_CODEC_J2K);
	j->stream = opj_stream_create(BUFFER_BYTES, OPJ_STREAM_READ);
	if (j->codec == NULL || j->stream == NULL)
		return ERR_NOMEM;
	opj_set_info_handler(j->codec, on_info, j);
	opj_set_warning_handler(j->codec, on_complaint, j);
	opj_set_error_handler(j->codec, on_complaint, j);
	opj_stream_set_read_function(j->stream, on_read);
	opj_stream_set_skip_function(j->stream, on_skip);
	opj_stream_set_seek_function(j->stream, on_seek);
	opj_stream_set_user_data(j->stream, j, NULL);
	opj_stream_set_user_data_length(j->stream, j->in.len);
	opj_set_default_decoder_parameters(&p);
	if ((j->flags & JPX_RAW) != 0)
		p.flags |= OPJ_DPARAMETERS_IGNORE_PCLR_CMAP_CDEF_FLAG;
	if (!opj_setup_decoder(j->codec, &p) ||
	    !opj_decoder_set_strict_mode(j->codec, strict))
		return ERR_INTERNAL;
	return 0;
}

static void
close_decoder(struct jpx *j)
{
	if (j->image != NULL)
		opj_image_destroy(j->image);
	if (j->codec != NULL)
		opj_destroy_codec(j->codec);
	if (j->stream != NULL)
		opj_stream_destroy(j->stream);
	j->image = NULL;
	j->codec = NULL;
	j->stream = NULL;
}

static int
run_decoder(struct jpx *j, bool strict)
{
	int e;

	if ((e = reader_seek(&j->in, 0)) != 0 ||
	    (e = open_decoder(j, strict)) != 0)
		return doc_fail(j->d, e, "the JPEG 2000 decoder");
	if (!opj_read_header(j->stream, j->codec, &j->image) ||
	    j->image == NULL || !opj_decode(j->codec, j->stream, j->image))
		return ERR_MALFORMED;
	(void)opj_end_decompress(j->codec, j->stream);
	return 0;
}

/* A file cut short is read as far as it goes, in a second run. */
static int
decode(struct jpx *j)
{
	int e = run_decoder(j, true);

	if (e == ERR_MALFORMED) {
		close_decoder(j);
		j->complaints++;
		e = run_decoder(j, false);
	}
	if (e == ERR_MALFORMED)
		return doc_fail(j->d, e, "JPEG 2000: %s", j->first);
	return e;
}

/* ---- what came out */

/* The finest spacing is one output pixel; the others are multiples of it. */
static int
set_spacing(struct jpx *j)
{
	const opj_image_comp_t *c = j->image->comps;
	uint32_t dx = c[0].dx, dy = c[0].dy;

	for (unsigned i = 0; i < j->n; i++) {
		dx = c[i].dx < dx ? c[i].dx : dx;
		dy = c[i].dy < dy ? c[i].dy : dy;
	}
	for (unsigned i = 0; i < j->n; i++) {
		if (c[i].data == NULL || c[i].w == 0 || c[i].h == 0 ||
		    c[i].prec < 1 || c[i].prec > 16 || dx == 0 || dy == 0)
			return doc_fail(j->d, ERR_MALFORMED,
			    "JPEG 2000: a component without samples");
		if (c[i].dx % dx != 0 || c[i].dy % dy != 0)
			return doc_fail(j->d, ERR_UNSUPPORTED,
			    "components of odd spacing");
		if (c[i].dx == dx && c[i].dy == dy) {
			j->width = c[i].w;
			j->height = c[i].h;
		}
		j->ch[i].dx = c[i].dx / dx;
		j->ch[i].dy = c[i].dy / dy;
	}
	if (j->width == 0 || j->width > j->head.width ||
	    j->height > j->head.height)
		return doc_fail(j->d, ERR_MALFORMED,
		    "JPEG 2000: two sizes of one picture");
	return 0;
}

static int
set_channels(struct jpx *j)
{
	const opj_image_comp_t *c = j->image->comps;
	struct jpx_result *res = j->res;
	int e;

	if (j->image->numcomps < 1 || j->image->numcomps > JPX_CHANNELS_MAX)
		return doc_fail(j->d, ERR_UNSUPPORTED, "%u channels",
		    (unsigned)j->image->numcomps);
	j->n = j->image->numcomps;
	if ((e = set_spacing(j)) != 0)
		return e;
	for (unsigned i = 0; i < j->n; i++)
		res->depth =
		    c[i].prec > res->depth ? (uint8_t)c[i].prec : res->depth;
	res->bits = res->depth > 8 ? 16 : 8;
	for (unsigned i = 0; i < j->n; i++) {
		j->ch[i].c = &c[i];
		j->ch[i].low = c[i].sgnd ? 1 << (c[i].prec - 1) : 0;
		j->ch[i].most = (1 << c[i].prec) - 1;
		j->ch[i].full =
		    (j->flags & JPX_RAW) != 0 ? 0 : (1 << res->bits) - 1;
	}
	return 0;
}

/* Alpha goes last; unmarked it is where the space leaves one channel over. */
static void
set_alpha(struct jpx *j, unsigned colours)
{
	struct channel alpha;
	unsigned at = j->n;

	for (unsigned i = 0; i < j->n; i++)
		if (j->image->comps[i].alpha != 0)
			at = i;
	if (at == j->n && (colours == 0 || j->n != colours + 1))
		return;
	j->res->has_alpha = true;
	if (at + 1 >= j->n)
		return;
	alpha = j->ch[at];
	for (unsigned i = at; i + 1 < j->n; i++)
		j->ch[i] = j->ch[i + 1];
	j->ch[j->n - 1] = alpha;
}

static int
set_space(struct jpx *j)
{
	static const uint8_t colours[] = {
		[JPX_UNSAID] = 0, [JPX_GRAY] = 1, [JPX_RGB] = 3, [JPX_CMYK] = 4
	};
	const opj_image_t *m = j->image;
	struct jpx_result *res = j->res;
	bool lab = m->icc_profile_buf != NULL && m->icc_profile_len == 0;

	if ((j->flags & JPX_RAW) != 0)
		return 0;
	if (lab || m->color_space == OPJ_CLRSPC_EYCC)
		return doc_fail(j->d, ERR_UNSUPPORTED, "CIELab or e-YCC");
	j->ycc = m->color_space == OPJ_CLRSPC_SYCC ||
		 (j->n >= 3 && m->color_space != OPJ_CLRSPC_CMYK &&
		     j->ch[0].dx == 1 && j->ch[1].dx > 1);
	if (j->ycc || m->color_space == OPJ_CLRSPC_SRGB)
		res->space = JPX_RGB;
	else if (m->color_space == OPJ_CLRSPC_GRAY)
		res->space = JPX_GRAY;
	else if (m->color_space == OPJ_CLRSPC_CMYK)
		res->space = JPX_CMYK;
	if (j->n < colours[res->space] || (j->ycc && res->bits != 8))
		return doc_fail(j->d, ERR_UNSUPPORTED,
		    "%u channels of colour space %d", j->n,
		    (int)m->color_space);
	set_alpha(j, colours[res->space]);
	return 0;
}

/* ---- rows */

static uint32_t
sample(const struct channel *ch, uint32_t x, uint32_t y)
{
	const opj_image_comp_t *c = ch->c;
	uint32_t sx = x / ch->dx, sy = y / ch->dy;
	int32_t v;

	sx = sx < c->w ? sx : c->w - 1;
	sy = sy < c->h ? sy : c->h - 1;
	v = c->data[(size_t)sy * c->w + sx];
	v = v > ch->most ? ch->most : v < -ch->low ? -ch->low : v;
	v += ch->low;
	v = v > ch->most ? ch->most : v;
	if (ch->full == 0 || ch->full == ch->most)
		return (uint32_t)v;
	return ((uint32_t)v * (uint32_t)ch->full + (uint32_t)ch->most / 2) /
	       (uint32_t)ch->most;
}

static uint8_t
clamp(int32_t v)
{
	return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

/* ITU-R BT.601, full range, in 16 bits behind the point. */
static void
ycc_to_rgb(uint8_t *p)
{
	int32_t y = p[0] * 65536 + 32768, b = p[1] - 128, r = p[2] - 128;

	p[0] = clamp((y + 91881 * r) >> 16);
	p[1] = clamp((y - 22554 * b - 46802 * r) >> 16);
	p[2] = clamp((y + 116130 * b) >> 16);
}

static void
fill_row(const struct jpx *j, uint32_t y, uint8_t *to)
{
	uint32_t v;

	for (uint32_t x = 0; x < j->width; x++) {
		for (unsigned i = 0; i < j->n; i++) {
			v = sample(&j->ch[i], x, y);
			if (j->res->bits == 16)
				*to++ = (uint8_t)(v >> 8);
			*to++ = (uint8_t)v;
		}
		if (j->ycc)
			ycc_to_rgb(to - j->n);
	}
}

static int
put_rows(struct jpx *j, struct buf *out)
{
	uint64_t stride = (uint64_t)j->width * j->n * (j->res->bits / 8u);
	uint8_t *to;
	int e = doc_spend(j->d, BUDGET_EXPANDED_BYTES, stride * j->height);

	for (uint32_t y = 0; y < j->height && e == 0; y++) {
		if ((e = buf_reserve(out, (size_t)stride, &to)) != 0)
			return doc_fail(j->d, e, "the rows of a picture");
		fill_row(j, y, to);
		buf_commit(out, (size_t)stride);
	}
	return e;
}

static int
take_picture(struct jpx *j, struct buf *out, struct buf *icc)
{
	const opj_image_t *m = j->image;
	int e;

	if ((e = set_channels(j)) != 0 || (e = set_space(j)) != 0)
		return e;
	j->res->width = j->width;
	j->res->height = j->height;
	j->res->channels = (uint8_t)j->n;
	j->res->damaged = j->complaints > 0;
	if (icc != NULL && m->icc_profile_buf != NULL &&
	    m->icc_profile_len > 0 &&
	    buf_put(icc, m->icc_profile_buf, m->icc_profile_len) != 0)
		buf_clear(icc); /* too long for any use */
	return put_rows(j, out);
}

int
jpx_decode(struct doc *d, const struct reader *in, unsigned flags,
    struct buf *out, struct buf *icc, struct jpx_result *res)
{
	struct jpx j = { .d = d, .in = *in, .flags = flags, .res = res };
	uint64_t memory;
	int e;

	*res = (struct jpx_result){ 0 };
	if ((e = jpx_head_read(d, in, &j.head)) != 0)
		return e;
	memory = j.head.memory;
	if (doc_spend(d, BUDGET_MEMORY_BYTES, memory) != 0)
		return ERR_LIMIT;
	if ((e = decode(&j)) == 0)
		e = take_picture(&j, out, icc);
	close_decoder(&j);
	doc_refund(d, BUDGET_MEMORY_BYTES, memory);
	return e;
}
