/*
 * The header of a gzip file (RFC 1952), and a look at what is packed in it:
 * for probes, so that a packed drawing (SVGZ) is known from an archive.
 */
#ifndef FORMATS_KNOWN_GZHEAD_H
#define FORMATS_KNOWN_GZHEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/reader.h"

struct gzhead {
	uint32_t time;		   /* 0: not said */
	uint8_t level, os;	   /* XFL and OS, as they stand */
	bool extra, name, comment; /* fields that are there */
	struct reader packed;	   /* the deflated data and all behind it */
};

/* ERR_MALFORMED, ERR_TRUNCATED; allocates nothing. */
int gzhead_read(const struct reader *, struct gzhead *) MUST_CHECK;
/*
 * The first bytes of what is packed, at most max (of 8192): how many came
 * out, 0 when it is no gzip file. Allocates nothing; 60 KiB of stack.
 */
size_t gzhead_look(const struct reader *, uint8_t *out, size_t max);
/* Is a packed drawing of this kind in it? */
bool gzhead_is_svg(const struct reader *);
bool gzhead_is_emf(const struct reader *);
bool gzhead_is_wmf(const struct reader *);

#endif
