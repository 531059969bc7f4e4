/*
 * Inside the JPEG 2000 codec: what the headers say before a decoder runs.
 */
#ifndef FORMATS_CODEC_JPX_INT_H
#define FORMATS_CODEC_JPX_INT_H

#include "formats/doc.h"

#define JPX_CHANNELS_MAX 5u

struct jpx_head {
	bool is_jp2; /* boxes around the codestream */
	uint32_t width, height;
	uint16_t n_components;
	uint64_t memory; /* that decoding takes at most, in bytes, about */
};

/* T.800 A.5.1, the picture on its grid; dx, dy: the finest spacing. */
struct jpx_siz {
	uint32_t x1, y1, x0, y0, tile_w, tile_h, tile_x0, tile_y0;
	uint16_t n; /* components */
	uint8_t dx, dy;
};

/*
 * Find the codestream, read its SIZ (T.800 A.5.1), check it and take the
 * pixels from the limits. ERR_MALFORMED, ERR_TRUNCATED, ERR_UNSUPPORTED,
 * ERR_LIMIT; says why.
 */
int jpx_head_read(struct doc *, const struct reader *in,
    struct jpx_head *) MUST_CHECK;
/*
 * Bounds the work that the codestream asks for before a decoder begins: the
 * packets against its bytes, the blocks of all layers, the places where
 * precincts may begin. s is checked. *memory: what the decoder keeps beside the
 * samples, in bytes, about. ERR_LIMIT, ERR_NOMEM; says why.
 */
int jpx_work(struct doc *, const struct reader *code, const struct jpx_siz *s,
    uint64_t *memory) MUST_CHECK;

#endif
