/*
 * JPEG 2000 (ITU-T T.800): a JP2 file or a bare codestream, to interleaved
 * samples. Through OpenJPEG, in one thread.
 *
 * Borrowed input; called by format modules.
 */
#ifndef FORMATS_CODEC_JPX_H
#define FORMATS_CODEC_JPX_H

#include "formats/doc.h"

enum jpx_space { JPX_UNSAID, JPX_GRAY, JPX_RGB, JPX_CMYK };

/*
 * The samples as they are coded: no palette applied, no YCC made RGB, values
 * not stretched to 8 or 16 bits. For a PDF that brings an Indexed space.
 */
#define JPX_RAW (1u << 0)

struct jpx_result {
	uint32_t width, height;
	uint8_t channels; /* 1..5, with alpha */
	uint8_t bits;	  /* of a sample in the output: 8, or 16 big-endian */
	uint8_t depth;	  /* of a sample in the file, the largest: 1..16 */
	enum jpx_space space; /* RGB also where the file said sYCC */
	bool has_alpha;	      /* the last channel */
	bool damaged;	      /* a part could not be read */
};

/*
 * Sizes, components and tiles are read from the headers and taken from the
 * limits before the decoder sees a byte. *out gets the rows, appended, without
 * gaps; icc (may be NULL) the colour profile as it stands in the file,
 * unchecked: icc_take() is for the caller. Subsampled components are repeated.
 *
 * ERR_MALFORMED, ERR_TRUNCATED; ERR_UNSUPPORTED: more than 16 bits or 5
 * components, CIELab, e-YCC; ERR_LIMIT, ERR_NOMEM. Says why.
 */
int jpx_decode(struct doc *, const struct reader *in, unsigned flags,
    struct buf *out, struct buf *icc, struct jpx_result *res) MUST_CHECK;

/* Is the wavelet of the codestream the one with losses (T.800 A.6.1)? */
bool jpx_is_lossy(const struct reader *);

#endif
