/*
 * VP8 key frames (RFC 6386), the lossy pictures of WebP, written again
 * without loss: every symbol (header values, prediction modes, coefficient
 * tokens) is read from the arithmetic code and coded anew into a fresh frame
 * with one partition. The picture is the same in every decoder; no byte is
 * copied. What is written comes out byte for byte.
 */
#ifndef FORMATS_RASTER_VP8_H
#define FORMATS_RASTER_VP8_H

#include "formats/doc.h"

/* Width and height of a key frame: ERR_MALFORMED, ERR_TRUNCATED. */
int vp8_size(const struct reader *frame, uint32_t *width,
    uint32_t *height) MUST_CHECK;
/*
 * Append the rewritten frame to out. The caller has asked the limits for its
 * size. ERR_MALFORMED, ERR_TRUNCATED (says why), ERR_LIMIT, ERR_NOMEM.
 */
int vp8_rewrite(struct doc *, const struct reader *frame,
    struct buf *out) MUST_CHECK;

#endif
