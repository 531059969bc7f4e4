/* Inside the WebP module: what the walk over the chunks tells the coder. */
#ifndef FORMATS_RASTER_WEBP_INT_H
#define FORMATS_RASTER_WEBP_INT_H

#include "formats/doc.h"
#include "formats/exif.h"

/* A picture: of the file, or one of its animation. */
struct webp_frame {
	uint32_t x, y, width, height;
	uint32_t duration_ms;
	uint8_t how; /* of an animation: bit 0 dispose, bit 1 do not blend */
	bool lossless;
	struct reader alpha; /* ALPH; data NULL when there is none */
	struct reader data;  /* VP8 or VP8L */
};

struct webp_facts {
	bool extended, animated;
	uint32_t width, height; /* the canvas */
	uint32_t background;
	uint16_t loops;
	bool seen_icc, seen_exif, seen_anim;
	struct exif exif;
	struct buf *icc; /* given by the caller: rewritten profile, or empty */
	struct webp_frame *frames;
	uint32_t n_frames;
};

/* A picture coded again. */
struct webp_coded {
	struct buf alpha; /* contents of ALPH; empty when opaque */
	struct buf data;  /* contents of VP8 or VP8L */
	bool lossless, has_alpha;
};

/*
 * Walk all chunks: limits, order, sizes of pictures, reports about what is
 * not kept. f->icc must be set. ERR_MALFORMED, ERR_TRUNCATED, ERR_LIMIT,
 * ERR_UNSUPPORTED; says why.
 */
int webp_walk(struct doc *, struct webp_facts *f) MUST_CHECK;
/*
 * Decode a picture and code it anew without loss: VP8L from its pixels, VP8
 * from its symbols, the transparency of VP8 from its values. Both buffers of
 * out are initialised here; webp_coded_done() in any case. Sizes were
 * checked. ERR_MALFORMED, ERR_TRUNCATED, ERR_LIMIT, ERR_NOMEM, ERR_INTERNAL.
 */
int webp_code(struct doc *, const struct webp_frame *,
    struct webp_coded *out) MUST_CHECK;
void webp_coded_done(struct webp_coded *);

#define WEBP_CHUNK_MAX (256u << 20)

/* Append name, length, contents and the zero that makes it even. */
int webp_put_chunk(struct buf *, const char *name, const void *bytes,
    size_t n) MUST_CHECK;

#endif
