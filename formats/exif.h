/*
 * Exif (CIPA DC-008), only what changes how a picture looks: orientation and
 * resolution of the first directory. Nothing else is interpreted, and what is
 * written holds the orientation alone.
 *
 * Borrowed readers; no allocation. Called by format modules.
 */
#ifndef FORMATS_EXIF_H
#define FORMATS_EXIF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/reader.h"

struct exif {
	uint8_t orientation; /* 1..8; 1 when absent or odd */
	uint8_t unit;	     /* 0: none known, 1: per inch, 2: per centimetre */
	uint16_t x_density;  /* rounded, 0: unknown */
	uint16_t y_density;
	bool has_gps;
	bool has_thumbnail; /* there is a second directory */
};

/*
 * tiff: begins with the byte order mark ("II" or "MM"). ERR_MALFORMED or
 * ERR_TRUNCATED when the first directory cannot be read to its end; *out then
 * holds what was read before.
 */
int exif_read(const struct reader *tiff, struct exif *out) MUST_CHECK;
/* The one form we write: 26 bytes, big endian, one entry. ERR_LIMIT, ERR_NOMEM.
 */
int exif_write(struct buf *, uint8_t orientation) MUST_CHECK;
/* Is this exactly what exif_write() makes for some orientation 2..8? */
bool exif_is_canonical(const struct reader *tiff);

#endif
