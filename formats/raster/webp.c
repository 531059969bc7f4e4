/*
 * WebP (RFC 9649): lossy pictures stay lossy, symbol for symbol; lossless ones
 * stay lossless, pixel for pixel; animations keep frames, places and timing.
 * docs/adr/0010-webp-symbols.md says why.
 *
 * Written: RIFF, VP8X only where something needs it, ICCP (rewritten), ANIM and
 * ANMF, ALPH, VP8 or VP8L, EXIF with the orientation alone.
 */
#include <string.h>

#include <webp/decode.h>
#include <webp/encode.h>

#include "formats/format.h"
#include "formats/icc.h"
#include "formats/image.h"
#include "formats/raster/webp_int.h"

enum { FLAG_ANIM = 0x02, FLAG_EXIF = 0x08, FLAG_ALPHA = 0x10, FLAG_ICC = 0x20 };

#define EXIF_MAX 4096u

struct webp {
	struct doc *d;
	struct webp_facts facts;
	struct buf icc, exif;
	struct buf pictures; /* chunks of all pictures */
	bool has_alpha, has_alph_chunk;
};

static int
put_u24(struct buf *b, uint32_t v)
{
	int e = buf_u16le(b, (uint16_t)v);

	return e == 0 ? buf_u8(b, (uint8_t)(v >> 16)) : e;
}

static int
put_coded(struct buf *b, const struct webp_coded *c)
{
	int e = 0;

	if (c->alpha.len > 0)
		e = webp_put_chunk(b, "ALPH", c->alpha.data, c->alpha.len);
	return e != 0 ? e
		      : webp_put_chunk(b, c->lossless ? "VP8L" : "VP8 ",
			    c->data.data, c->data.len);
}

/* ANMF around the picture. */
static int
put_frame(struct buf *b, const struct webp_frame *p, const struct webp_coded *c)
{
	struct buf body;
	int e;

	buf_init(&body, WEBP_CHUNK_MAX);
	if ((e = put_u24(&body, p->x / 2)) == 0 &&
	    (e = put_u24(&body, p->y / 2)) == 0 &&
	    (e = put_u24(&body, p->width - 1)) == 0 &&
	    (e = put_u24(&body, p->height - 1)) == 0 &&
	    (e = put_u24(&body, p->duration_ms)) == 0 &&
	    (e = buf_u8(&body, p->how)) == 0 && (e = put_coded(&body, c)) == 0)
		e = webp_put_chunk(b, "ANMF", body.data, body.len);
	buf_done(&body);
	return e;
}

static int
code_pictures(struct webp *w)
{
	const struct webp_facts *f = &w->facts;
	struct webp_coded c;
	int e = 0;

	for (uint32_t i = 0; i < f->n_frames && e == 0; i++) {
		e = webp_code(w->d, &f->frames[i], &c);
		if (e == 0)
			e = f->animated
				? put_frame(&w->pictures, &f->frames[i], &c)
				: put_coded(&w->pictures, &c);
		w->has_alpha |= c.has_alpha;
		w->has_alph_chunk |= c.alpha.len > 0;
		webp_coded_done(&c);
	}
	return e;
}

/* The chunks before the pictures. */
static int
put_head(const struct webp *w, struct buf *b)
{
	const struct webp_facts *f = &w->facts;
	uint32_t flags = (f->animated ? FLAG_ANIM : 0u) |
			 (w->exif.len > 0 ? FLAG_EXIF : 0u) |
			 (w->has_alpha ? FLAG_ALPHA : 0u) |
			 (w->icc.len > 0 ? FLAG_ICC : 0u);
	int e;

	if ((flags & ~(uint32_t)FLAG_ALPHA) == 0 && !w->has_alph_chunk)
		return 0;
	if ((e = buf_puts(b, "VP8X")) != 0 || (e = buf_u32le(b, 10)) != 0 ||
	    (e = buf_u32le(b, flags)) != 0 ||
	    (e = put_u24(b, f->width - 1)) != 0 ||
	    (e = put_u24(b, f->height - 1)) != 0)
		return e;
	if (w->icc.len > 0 &&
	    (e = webp_put_chunk(b, "ICCP", w->icc.data, w->icc.len)) != 0)
		return e;
	if (!f->animated)
		return 0;
	if ((e = buf_puts(b, "ANIM")) != 0 || (e = buf_u32le(b, 6)) != 0 ||
	    (e = buf_u32le(b, f->background)) != 0)
		return e;
	return buf_u16le(b, f->loops);
}

static int
put_file(struct webp *w)
{
	struct buf head, tail, riff;
	int e;

	buf_init(&riff, 64);
	buf_init(&head, ICC_MAX_BYTES + 4096u);
	buf_init(&tail, EXIF_MAX + 64);
	if ((e = put_head(w, &head)) == 0 && w->exif.len > 0)
		e = webp_put_chunk(&tail, "EXIF", w->exif.data, w->exif.len);
	if (e == 0 && (e = buf_puts(&riff, "RIFF")) == 0 &&
	    (e = buf_u32le(&riff,
		 (uint32_t)(4 + head.len + w->pictures.len + tail.len))) == 0)
		e = buf_puts(&riff, "WEBP");
	if (e == 0)
		e = doc_put(w->d, riff.data, riff.len);
	if (e == 0)
		e = doc_put(w->d, head.data, head.len);
	if (e == 0)
		e = doc_put(w->d, w->pictures.data, w->pictures.len);
	if (e == 0)
		e = doc_put(w->d, tail.data, tail.len);
	buf_done(&tail);
	buf_done(&head);
	buf_done(&riff);
	return e;
}

static int
webp_rebuild(struct doc *d)
{
	struct webp w = { .d = d };
	int e;

	doc_makes(d, "webp", "webp");
	buf_init(&w.icc, ICC_MAX_BYTES);
	buf_init(&w.exif, EXIF_MAX);
	buf_init(&w.pictures, 2 * (size_t)WEBP_CHUNK_MAX);
	w.facts.icc = &w.icc;
	e = webp_walk(d, &w.facts);
	if (e == 0)
		e = exif_put(&w.exif, &w.facts.exif);
	if (e == 0)
		e = code_pictures(&w);
	if (e == 0)
		e = put_file(&w);
	buf_done(&w.pictures);
	buf_done(&w.exif);
	buf_done(&w.icc);
	return e;
}

/* The library looks at the processor and fills its tables once. */
static int
webp_preload(void)
{
	uint8_t pixel[4] = { 0 }, *packed = NULL;
	size_t n = WebPEncodeLosslessBGRA(pixel, 1, 1, 4, &packed);
	int w, h, e = n > 0 && WebPGetInfo(packed, n, &w, &h) ? 0 : ERR_NOMEM;

	WebPFree(packed);
	return e == 0 ? icc_preload() : e;
}

static enum probe
webp_probe(const struct reader *in, const char **sub)
{
	(void)sub;
	return reader_has(in, 0, "RIFF", 4) && reader_has(in, 8, "WEBPVP8", 7)
		   ? PROBE_YES
		   : PROBE_NO;
}

static const char *const webp_mime[] = { "image/webp", NULL };

static const char *const webp_extensions[] = { "webp", NULL };

const struct format format_webp = {
	.id = "webp",
	.flags = FMT_IMAGE,
	.mime = webp_mime,
	.extensions = webp_extensions,
	.preload = webp_preload,
	.probe = webp_probe,
	.rebuild = webp_rebuild,
};
