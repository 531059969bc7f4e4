/*
 * Inside the HEIF module: what its boxes say before a library sees them, and
 * the decoders that libheif is given.
 */
#ifndef FORMATS_RASTER_HEIF_INT_H
#define FORMATS_RASTER_HEIF_INT_H

#include "formats/doc.h"

struct heif_facts {
	uint32_t items;	    /* all of them */
	uint32_t shown;	    /* the main picture, its tiles and its alpha */
	bool has_film;	    /* tracks beside the picture */
	bool is_av1;	    /* some item is AV1 */
	bool full_chroma;   /* some item is 4:4:4 */
	bool is_unci;	    /* the main picture is uncompressed pixels */
	uint32_t main;	    /* its id */
	struct reader meta; /* the directory of items, behind its version */
};

/*
 * Walk the boxes (ISO/IEC 14496-12, 23008-12): finds the main item, checks
 * what it is made of, takes its pixels and those of its tiles from the limits,
 * reports what is none of it. ERR_MALFORMED, ERR_TRUNCATED, ERR_UNSUPPORTED,
 * ERR_LIMIT; says why.
 */
int heif_walk(struct doc *, struct heif_facts *) MUST_CHECK;

/*
 * Before any input: load libheif and give it decoders that start no thread.
 * ERR_INTERNAL.
 */
int heif_preload(void) MUST_CHECK;

#endif
