/*
 * Boxes of the ISO base media file format (ISO/IEC 14496-12, 4.2): a length,
 * a kind, a body. For the HEIF module. Borrowed bytes.
 */
#ifndef FORMATS_RASTER_HEIF_BOX_H
#define FORMATS_RASTER_HEIF_BOX_H

#include "base/reader.h"

#define FOURCC(a, b, c, d) \
	((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | \
	    (uint32_t)(d))

struct heif_box {
	uint32_t type;
	struct reader body;
};

/* ERR_NOENT at the end; ERR_TRUNCATED: *b is what is left. */
int heif_next_box(struct reader *in, struct heif_box *b) MUST_CHECK;
/* The first box of this kind in in; ERR_NOENT, ERR_TRUNCATED. */
int heif_find_box(struct reader in, uint32_t type,
    struct reader *body) MUST_CHECK;
/* Version and flags at the head of a "full" box. ERR_TRUNCATED. */
int heif_get_full(struct reader *in, uint8_t *version,
    uint32_t *flags) MUST_CHECK;
/* A number of 16 bits, or of 32. ERR_TRUNCATED. */
int heif_get_id(struct reader *in, bool wide, uint32_t *out) MUST_CHECK;

#endif
