/*
 * The chunks of a WebP file (RFC 9649), before a decoder sees it. Kept: the
 * pictures, the frame values of an animation, the colour profile, the
 * orientation. Everything else is named and goes.
 */
#include "formats/raster/webp_int.h"

#include <string.h>

#include "formats/icc.h"
#include "formats/image.h"
#include "formats/raster/vp8.h"

#define RIFF_BYTES  12u
#define CHUNKS_MAX  65536u
#define FLAG_ANIM   0x02u
#define VP8L_MAGIC  0x2fu
#define FRAME_BYTES 16u

struct chunk {
	char name[5];
	struct reader body;
};

struct walk {
	struct doc *d;
	struct webp_facts *f;
	struct webp_frame still; /* the picture of a file without animation */
	unsigned chunks;
};

static int
next_chunk(struct reader *in, struct chunk *c)
{
	const uint8_t *name;
	uint32_t n;
	int e;

	*c = (struct chunk){ 0 };
	if ((e = reader_bytes(in, 4, &name)) != 0 ||
	    (e = reader_u32le(in, &n)) != 0 ||
	    (e = reader_sub(in, n, &c->body)) != 0)
		return e;
	memcpy(c->name, name, 4);
	/* The byte that pads the last chunk may be missing. */
	if (n % 2 != 0 && reader_left(in) > 0)
		return reader_skip(in, 1);
	return 0;
}

static bool
is_chunk(const struct chunk *c, const char *name)
{
	return memcmp(c->name, name, 4) == 0;
}

static int
drop(struct walk *w, enum finding_id id, const struct chunk *c)
{
	int e =
	    doc_found(w->d, id, ACT_REMOVED, c->name, "%zu bytes", c->body.len);

	return e == 0 ? image_report_script(w->d, c->name, &c->body, NULL) : e;
}

/* ---- pictures */

static int
get_u24(struct reader *r, uint32_t *out)
{
	uint16_t low;
	uint8_t high;
	int e;

	if ((e = reader_u16le(r, &low)) != 0 || (e = reader_u8(r, &high)) != 0)
		return e;
	*out = (uint32_t)high << 16 | low;
	return 0;
}

/* One signature byte, 14 bits each of width and height less one. */
static int
vp8l_size(const struct reader *data, uint32_t *width, uint32_t *height)
{
	struct reader r = *data;
	uint8_t magic;
	uint32_t v;
	int e;

	if ((e = reader_seek(&r, 0)) != 0 || (e = reader_u8(&r, &magic)) != 0 ||
	    (e = reader_u32le(&r, &v)) != 0)
		return e;
	if (magic != VP8L_MAGIC || v >> 29 != 0)
		return ERR_MALFORMED;
	*width = (v & 0x3fff) + 1;
	*height = (v >> 14 & 0x3fff) + 1;
	return 0;
}

/* ALPH, VP8 or VP8L into a picture that has none yet. 1: it was none of them.
 */
static int
take_picture_chunk(struct walk *w, struct webp_frame *p, const struct chunk *c)
{
	bool lossless = is_chunk(c, "VP8L");
	int e;

	if (is_chunk(c, "ALPH") && p->alpha.data == NULL &&
	    p->data.data == NULL && w->f->extended) {
		p->alpha = c->body;
		return 0;
	}
	if ((!lossless && !is_chunk(c, "VP8 ")) || p->data.data != NULL)
		return 1;
	p->lossless = lossless;
	p->data = c->body;
	e = lossless ? vp8l_size(&c->body, &p->width, &p->height)
		     : vp8_size(&c->body, &p->width, &p->height);
	if (e != 0)
		return doc_fail(w->d, e, "not a picture in %s", c->name);
	return image_take_size(w->d, p->width, p->height);
}

static int
add_frame(struct walk *w, const struct webp_frame *p)
{
	if (p->data.data == NULL)
		return doc_fail(w->d, ERR_MALFORMED, "a frame without picture");
	if (w->f->n_frames == doc_options(w->d)->limits.max_frames)
		return doc_fail(w->d, ERR_LIMIT, "more than %u pictures",
		    (unsigned)w->f->n_frames);
	w->f->frames[w->f->n_frames++] = *p;
	return 0;
}

/* ANMF: place, size, duration, then chunks of its own. */
static int
take_frame(struct walk *w, const struct chunk *c)
{
	struct webp_frame p = { 0 };
	struct reader r = c->body;
	uint32_t width, height;
	struct chunk inner;
	int e;

	if ((e = get_u24(&r, &p.x)) != 0 || (e = get_u24(&r, &p.y)) != 0 ||
	    (e = get_u24(&r, &width)) != 0 || (e = get_u24(&r, &height)) != 0 ||
	    (e = get_u24(&r, &p.duration_ms)) != 0 ||
	    (e = reader_u8(&r, &p.how)) != 0)
		return doc_fail(w->d, e, "a frame ends in its header");
	p.x *= 2;
	p.y *= 2;
	p.how &= 3;
	while (reader_left(&r) > 0) {
		if (++w->chunks > CHUNKS_MAX || (e = next_chunk(&r, &inner)))
			return doc_fail(w->d, ERR_MALFORMED,
			    "a frame with damaged chunks");
		e = take_picture_chunk(w, &p, &inner);
		if (e == 1)
			e = drop(w, FIND_IMAGE_UNKNOWN, &inner);
		if (e != 0)
			return e;
	}
	if (p.data.data != NULL &&
	    (p.width != width + 1 || p.height != height + 1 ||
		p.x + p.width > w->f->width || p.y + p.height > w->f->height))
		return doc_fail(w->d, ERR_MALFORMED,
		    "a frame is not where it says");
	return add_frame(w, &p);
}

/* ---- other chunks */

static int
take_extended(struct walk *w, const struct chunk *c)
{
	struct reader r = c->body;
	uint32_t flags;
	int e;

	if ((e = reader_u32le(&r, &flags)) != 0 ||
	    (e = get_u24(&r, &w->f->width)) != 0 ||
	    (e = get_u24(&r, &w->f->height)) != 0)
		return doc_fail(w->d, e, "ends in its header");
	w->f->extended = true;
	w->f->animated = (flags & FLAG_ANIM) != 0;
	w->f->width++;
	w->f->height++;
	return image_take_size(w->d, w->f->width, w->f->height);
}

static int
take_anim(struct walk *w, const struct chunk *c)
{
	struct reader r = c->body;

	if (w->f->seen_anim || !w->f->animated || w->f->n_frames > 0 ||
	    reader_u32le(&r, &w->f->background) != 0 ||
	    reader_u16le(&r, &w->f->loops) != 0)
		return drop(w, FIND_IMAGE_UNKNOWN, c);
	w->f->seen_anim = true;
	return 0;
}

static int
take_icc(struct walk *w, const struct chunk *c)
{
	if (w->f->seen_icc || w->f->n_frames > 0 || w->still.data.data != NULL)
		return drop(w, FIND_IMAGE_ICC_BAD, c);
	w->f->seen_icc = true;
	return icc_take(w->d, "ICCP", &c->body, ICC_RGB, w->f->icc);
}

static int
take_exif(struct walk *w, const struct chunk *c)
{
	struct reader tiff = c->body;
	struct exif x;
	int e;

	/* Many writers leave the name that JPEG needs before it. */
	if (reader_has(&tiff, 0, "Exif\0\0", 6) &&
	    reader_view(&c->body, 6, c->body.len - 6, &tiff) != 0)
		return ERR_INTERNAL;
	if ((e = image_take_exif(w->d, "EXIF", &tiff, &x)) != 0)
		return e;
	if (!w->f->seen_exif)
		w->f->exif = x;
	w->f->seen_exif = true;
	return 0;
}

static int
take_chunk(struct walk *w, const struct chunk *c)
{
	int e;

	if (w->f->animated && is_chunk(c, "ANMF") && w->f->seen_anim)
		return take_frame(w, c);
	if (!w->f->animated) {
		e = take_picture_chunk(w, &w->still, c);
		if (e <= 0)
			return e;
	}
	if (is_chunk(c, "ANIM"))
		return take_anim(w, c);
	if (w->f->extended && is_chunk(c, "ICCP"))
		return take_icc(w, c);
	if (w->f->extended && is_chunk(c, "EXIF"))
		return take_exif(w, c);
	return drop(w,
	    is_chunk(c, "XMP ") ? FIND_IMAGE_XMP : FIND_IMAGE_UNKNOWN, c);
}

/* ---- the file */

static int
open_riff(struct walk *w, struct reader *in, struct reader *riff)
{
	uint32_t n;
	int e;

	if ((e = reader_seek(in, 4)) != 0 || (e = reader_u32le(in, &n)) != 0)
		return doc_fail(w->d, e, "ends in its header");
	if (n < 4 || (e = reader_sub(in, n, riff)) != 0)
		return doc_fail(w->d, ERR_TRUNCATED, "ends within the picture");
	if (n % 2 != 0 && reader_left(in) > 0 && reader_skip(in, 1) != 0)
		return ERR_INTERNAL;
	return reader_skip(riff, 4);
}

static int
finish(struct walk *w)
{
	int e;

	if (!w->f->animated) {
		if (w->f->extended && w->still.data.data != NULL &&
		    (w->still.width != w->f->width ||
			w->still.height != w->f->height))
			return doc_fail(w->d, ERR_MALFORMED,
			    "two sizes for one picture");
		if ((e = add_frame(w, &w->still)) != 0)
			return e;
		w->f->width = w->still.width;
		w->f->height = w->still.height;
	}
	return w->f->n_frames > 0
		   ? 0
		   : doc_fail(w->d, ERR_MALFORMED, "no picture in it");
}

int
webp_walk(struct doc *d, struct webp_facts *f)
{
	struct walk w = { .d = d, .f = f };
	struct reader in = doc_in(d), riff, rest;
	struct chunk c;
	size_t n;
	int e;

	f->exif.orientation = 1;
	if (__builtin_mul_overflow(doc_options(d)->limits.max_frames,
		sizeof(f->frames[0]), &n) ||
	    (f->frames = doc_alloc(d, n)) == NULL)
		return ERR_NOMEM;
	if ((e = open_riff(&w, &in, &riff)) != 0)
		return e;
	while (reader_left(&riff) > 0) {
		if (++w.chunks > CHUNKS_MAX)
			return doc_fail(d, ERR_LIMIT, "too many chunks");
		if ((e = next_chunk(&riff, &c)) != 0)
			return doc_fail(d, e, "ends within a chunk");
		e = w.chunks == 1 && is_chunk(&c, "VP8X")
			? take_extended(&w, &c)
			: take_chunk(&w, &c);
		if (e != 0)
			return e;
	}
	if ((e = finish(&w)) != 0 ||
	    (e = reader_sub(&in, reader_left(&in), &rest)) != 0)
		return e;
	return image_report_trailer(d, &rest);
}
