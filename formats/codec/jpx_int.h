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

/*
 * Find the codestream, read its SIZ (T.800 A.5.1), check it and take the
 * pixels from the limits. ERR_MALFORMED, ERR_TRUNCATED, ERR_UNSUPPORTED,
 * ERR_LIMIT; says why.
 */
int jpx_head_read(struct doc *, const struct reader *in,
    struct jpx_head *) MUST_CHECK;

#endif
