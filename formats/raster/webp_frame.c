/*
 * One picture of a WebP file, coded again without loss. libwebp decodes what
 * came in; VP8L is coded from the pixels, the transparency of VP8 from its
 * values, and VP8 itself symbol by symbol (vp8.h), since coding its pixels
 * would lose a little each time. The new VP8 frame must decode to the very
 * same samples, or the file is held.
 */
#include <stdlib.h>
#include <string.h>

#include <webp/decode.h>
#include <webp/encode.h>

#include "formats/raster/vp8.h"
#include "formats/raster/webp_int.h"

#define DECODE_BYTES_A_PX 8u  /* what libwebp takes, at most */
#define ENCODE_BYTES_A_PX 40u /* the same, coding without loss */
#define REST_BYTES	  8u
#define SMALL_PX	  (1u << 20)
#define QUALITY_SMALL	  50.0f
#define QUALITY_LARGE	  25.0f

int
webp_put_chunk(struct buf *b, const char *name, const void *bytes, size_t n)
{
	int e;

	if (n > UINT32_MAX)
		return ERR_LIMIT;
	if ((e = buf_put(b, name, 4)) != 0 ||
	    (e = buf_u32le(b, (uint32_t)n)) != 0 ||
	    (e = buf_put(b, bytes, n)) != 0)
		return e;
	return n % 2 != 0 ? buf_u8(b, 0) : 0;
}

/* A whole file of one picture, for the decoder. */
static int
wrap(const struct webp_frame *p, const struct reader *alpha,
    const struct reader *data, struct buf *out)
{
	uint32_t w = p->width - 1, h = p->height - 1;
	const uint8_t vp8x[10] = { 0x10, 0, 0, 0, (uint8_t)w, (uint8_t)(w >> 8),
		(uint8_t)(w >> 16), (uint8_t)h, (uint8_t)(h >> 8),
		(uint8_t)(h >> 16) };
	size_t n = 4 + 18 + 8 + alpha->len + alpha->len % 2 + 8 + data->len +
		   data->len % 2;
	int e;

	if (alpha->data == NULL)
		n = 4 + 8 + data->len + data->len % 2;
	if ((e = buf_puts(out, "RIFF")) != 0 ||
	    (e = buf_u32le(out, (uint32_t)n)) != 0 ||
	    (e = buf_puts(out, "WEBP")) != 0)
		return e;
	if (alpha->data != NULL &&
	    ((e = webp_put_chunk(out, "VP8X", vp8x, sizeof(vp8x))) != 0 ||
		(e = webp_put_chunk(out, "ALPH", alpha->data, alpha->len))))
		return e;
	return webp_put_chunk(out, p->lossless ? "VP8L" : "VP8 ", data->data,
	    data->len);
}

/* Decode; free with WebPFreeDecBuffer(&c->output). */
static int
decode(struct doc *d, const struct webp_frame *p, const struct reader *alpha,
    const struct reader *data, WEBP_CSP_MODE mode, WebPDecoderConfig *c)
{
	VP8StatusCode s;
	struct buf file;
	int e;

	if (!WebPInitDecoderConfig(c))
		return ERR_INTERNAL;
	c->output.colorspace = mode;
	buf_init(&file, WEBP_CHUNK_MAX);
	if ((e = wrap(p, alpha, data, &file)) == 0) {
		s = WebPDecode(file.data, file.len, c);
		e = s == VP8_STATUS_OK		    ? 0
		    : s == VP8_STATUS_OUT_OF_MEMORY ? ERR_NOMEM
						    : ERR_MALFORMED;
	}
	buf_done(&file);
	return e == 0 ? 0 : doc_fail(d, e, "the packed pixels are damaged");
}

/*
 * Nobody says where packed data ends: when the picture is whole without its
 * last bytes, they were not part of it.
 */
static int
report_rest(struct doc *d, const struct webp_frame *p, const char *where)
{
	bool of_alpha = !p->lossless;
	struct reader alpha = p->alpha, data = p->data, *cut;
	WebPDecoderConfig c;
	int e;

	cut = of_alpha ? &alpha : &data;
	if (cut->len <= REST_BYTES)
		return 0;
	cut->len -= REST_BYTES;
	e = decode(d, p, &alpha, &data, of_alpha ? MODE_YUVA : MODE_BGRA, &c);
	WebPFreeDecBuffer(&c.output);
	if (e == 0)
		return doc_found(d, FIND_IMAGE_GARBAGE, ACT_REMOVED, where,
		    "behind the packed picture");
	doc_forgive(d);
	return e == ERR_MALFORMED ? 0 : e;
}

/* ---- coding */

static int
on_write(const uint8_t *bytes, size_t n, const WebPPicture *p)
{
	return buf_put(p->custom_ptr, bytes, n) == 0;
}

/* The contents of a chunk in what the encoder wrote; ERR_NOENT. */
static int
find_chunk(const struct buf *file, const char *name, struct reader *out)
{
	const uint8_t *id;
	struct reader r;
	uint32_t n;

	buf_reader(file, &r);
	if (reader_seek(&r, 12) != 0)
		return ERR_NOENT;
	while (reader_bytes(&r, 4, &id) == 0 && reader_u32le(&r, &n) == 0 &&
	       reader_sub(&r, n, out) == 0) {
		if (memcmp(id, name, 4) == 0)
			return 0;
		if (n % 2 != 0 && reader_skip(&r, 1) != 0)
			break;
	}
	return ERR_NOENT;
}

static int
encode(struct doc *d, const WebPConfig *c, WebPPicture *p, struct buf *file)
{
	p->writer = on_write;
	p->custom_ptr = file;
	if (WebPValidateConfig(c) && WebPEncode(c, p))
		return 0;
	return doc_fail(d,
	    p->error_code == VP8_ENC_ERROR_OUT_OF_MEMORY ||
		    p->error_code == VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY
		? ERR_NOMEM
		: ERR_LIMIT,
	    "cannot be written (%d)", (int)p->error_code);
}

/* From rows of B G R A, as libwebp keeps them in words. */
static int
code_lossless(struct doc *d, const WebPRGBABuffer *px, uint32_t w, uint32_t h,
    struct webp_coded *out)
{
	bool small = (uint64_t)w * h <= SMALL_PX;
	struct reader body;
	WebPPicture p;
	WebPConfig c;
	struct buf file;
	int e;

	if (!WebPConfigInit(&c) || !WebPPictureInit(&p))
		return ERR_INTERNAL;
	c.lossless = 1;
	c.exact = 1;
	c.method = 3;
	c.quality = small ? QUALITY_SMALL : QUALITY_LARGE;
	p.use_argb = 1;
	p.width = (int)w;
	p.height = (int)h;
	p.argb = (uint32_t *)(void *)px->rgba;
	p.argb_stride = px->stride / 4;
	buf_init(&file, WEBP_CHUNK_MAX);
	out->has_alpha = WebPPictureHasTransparency(&p);
	if ((e = encode(d, &c, &p, &file)) == 0 &&
	    (e = find_chunk(&file, "VP8L", &body)) == 0)
		e = buf_put(&out->data, body.data, body.len);
	buf_done(&file);
	return e;
}

/*
 * The encoder takes transparency only beside a picture: it gets a grey one.
 * When nothing is transparent the chunk goes.
 */
static int
code_alpha(struct doc *d, const WebPYUVABuffer *px, uint32_t w, uint32_t h,
    struct webp_coded *out)
{
	struct reader body;
	WebPPicture p;
	WebPConfig c;
	struct buf file;
	int e;

	if (!WebPConfigInit(&c) || !WebPPictureInit(&p))
		return ERR_INTERNAL;
	c.method = 0;
	c.alpha_quality = 100;
	p.colorspace = WEBP_YUV420A;
	p.width = (int)w;
	p.height = (int)h;
	buf_init(&file, WEBP_CHUNK_MAX);
	if (!WebPPictureAlloc(&p)) {
		e = ERR_NOMEM;
		goto out;
	}
	for (uint32_t y = 0; y < h; y++) {
		memset(p.y + (ptrdiff_t)y * p.y_stride, 128, w);
		memcpy(p.a + (ptrdiff_t)y * p.a_stride,
		    px->a + (ptrdiff_t)y * px->a_stride, w);
	}
	for (uint32_t y = 0; y < (h + 1) / 2; y++) {
		memset(p.u + (ptrdiff_t)y * p.uv_stride, 128, (w + 1) / 2);
		memset(p.v + (ptrdiff_t)y * p.uv_stride, 128, (w + 1) / 2);
	}
	if ((e = encode(d, &c, &p, &file)) == 0 &&
	    find_chunk(&file, "ALPH", &body) == 0) {
		out->has_alpha = true;
		e = buf_put(&out->alpha, body.data, body.len);
	}
out:
	WebPPictureFree(&p);
	buf_done(&file);
	return e;
}

/* ---- VP8 */

static bool
same_plane(const uint8_t *a, int a_stride, const uint8_t *b, int b_stride,
    uint32_t w, uint32_t h)
{
	for (uint32_t y = 0; y < h; y++)
		if (memcmp(a + (ptrdiff_t)y * a_stride,
			b + (ptrdiff_t)y * b_stride, w) != 0)
			return false;
	return true;
}

static bool
same_picture(const struct webp_frame *p, const WebPYUVABuffer *a,
    const WebPYUVABuffer *b)
{
	uint32_t w = (p->width + 1) / 2, h = (p->height + 1) / 2;

	return same_plane(a->y, a->y_stride, b->y, b->y_stride, p->width,
		   p->height) &&
	       same_plane(a->u, a->u_stride, b->u, b->u_stride, w, h) &&
	       same_plane(a->v, a->v_stride, b->v, b->v_stride, w, h);
}

static int
check_same(struct doc *d, const struct webp_frame *p, const WebPYUVABuffer *was,
    const struct webp_coded *out)
{
	struct reader none = { 0 }, data;
	WebPDecoderConfig c;
	int e;

	buf_reader(&out->data, &data);
	if ((e = decode(d, p, &none, &data, MODE_YUV, &c)) == 0 &&
	    !same_picture(p, was, &c.output.u.YUVA))
		e = doc_fail(d, ERR_INTERNAL, "the picture came out different");
	WebPFreeDecBuffer(&c.output);
	return e;
}

static int
code_lossy(struct doc *d, const struct webp_frame *p, struct webp_coded *out)
{
	bool alpha = p->alpha.data != NULL;
	WebPDecoderConfig c;
	int e;

	e = decode(d, p, &p->alpha, &p->data, alpha ? MODE_YUVA : MODE_YUV, &c);
	if (e == 0)
		e = vp8_rewrite(d, &p->data, &out->data);
	if (e == 0)
		e = check_same(d, p, &c.output.u.YUVA, out);
	if (e == 0 && alpha)
		e = report_rest(d, p, "ALPH");
	if (e == 0 && alpha)
		e = code_alpha(d, &c.output.u.YUVA, p->width, p->height, out);
	WebPFreeDecBuffer(&c.output);
	return e;
}

static int
code_pixels(struct doc *d, const struct webp_frame *p, struct webp_coded *out)
{
	struct reader none = { 0 };
	WebPDecoderConfig c;
	int e = decode(d, p, &none, &p->data, MODE_BGRA, &c);

	if (e == 0)
		e = report_rest(d, p, "VP8L");
	if (e == 0)
		e = code_lossless(d, &c.output.u.RGBA, p->width, p->height,
		    out);
	WebPFreeDecBuffer(&c.output);
	return e;
}

int
webp_code(struct doc *d, const struct webp_frame *p, struct webp_coded *out)
{
	uint64_t px = (uint64_t)p->width * p->height;
	uint64_t memory =
	    px * (p->lossless ? ENCODE_BYTES_A_PX : 2 * DECODE_BYTES_A_PX);
	int e;

	*out = (struct webp_coded){ .lossless = p->lossless };
	buf_init(&out->alpha, WEBP_CHUNK_MAX);
	buf_init(&out->data, WEBP_CHUNK_MAX);
	if ((e = doc_spend(d, BUDGET_EXPANDED_BYTES, px * 4)) != 0 ||
	    (e = doc_spend(d, BUDGET_MEMORY_BYTES, memory)) != 0)
		return e;
	e = p->lossless ? code_pixels(d, p, out) : code_lossy(d, p, out);
	doc_refund(d, BUDGET_MEMORY_BYTES, memory);
	return e;
}

void
webp_coded_done(struct webp_coded *c)
{
	buf_done(&c->alpha);
	buf_done(&c->data);
}
