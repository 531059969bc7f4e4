/*
 * JBIG2 (ITU-T T.88) as PDF embeds it: segments in a row without a file
 * header, with the shared ones apart; to packed rows of 1 bit.
 *
 * A row is (width + 7) / 8 bytes, the first pixel in the highest bit. Black is
 * 0, as PDF's JBIG2Decode gives it; the bits behind the last pixel are 0.
 * Borrowed input; called by format modules.
 */
#ifndef FORMATS_CODEC_JBIG2_H
#define FORMATS_CODEC_JBIG2_H

#include "formats/doc.h"

struct jb2_result {
	uint32_t width, height;
	bool damaged; /* something could not be read: white is there */
};

/*
 * globals: NULL, or the segments that come first. Segment headers are walked
 * before the decoder sees a byte: the page and all regions are taken from the
 * limits. The decoder's memory is charged while it works. *out gets the rows,
 * appended. ERR_MALFORMED when there is no page; ERR_LIMIT; ERR_NOMEM. Says
 * why.
 */
int jb2_decode(struct doc *, const struct reader *in,
    const struct reader *globals, struct buf *out,
    struct jb2_result *res) MUST_CHECK;

#endif
