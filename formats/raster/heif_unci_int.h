/* Shared by the files that read uncompressed pictures in HEIF. */
#ifndef FORMATS_RASTER_HEIF_UNCI_INT_H
#define FORMATS_RASTER_HEIF_UNCI_INT_H

#include "formats/raster/heif_box.h"
#include "formats/raster/heif_unci.h"

enum { PACK_NONE, PACK_ZLIB, PACK_DEFLATE };

struct unci {
	struct doc *d;
	struct reader in, meta;
	uint32_t id;
	struct unci_picture *p;
	struct unci_form *f; /* of p */
	/* bodies of its properties; len 0: none */
	struct reader uncc, cmpd, ispe, cmpc, nclx, profile;
	int pack;
	unsigned links; /* properties of it */
};

/* Say why: ERR_UNSUPPORTED, ERR_MALFORMED. */
int unci_unsupported(struct unci *, const char *what) MUST_CHECK;
int unci_malformed(struct unci *, const char *what) MUST_CHECK;
/* The extents of the item (iloc, 14496-12 8.11.3) to p->data: as those, or
 * ERR_AMBIGUOUS. */
int unci_bytes(struct unci *) MUST_CHECK;
/* Unpack p->data, if it is packed: as those, or ERR_LIMIT, ERR_NOMEM. */
int unci_unpack(struct unci *) MUST_CHECK;

#endif
