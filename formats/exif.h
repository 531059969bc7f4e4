/*
 * Exif (CIPA DC-008), only what changes how a picture looks (orientation and
 * resolution of the first directory), and what a site may want to keep: the
 * time when it was taken and who took it. Nothing else is interpreted, and
 * what is written holds these values alone; never a place.
 *
 * Borrowed readers; no allocation. Called by format modules.
 */
#ifndef FORMATS_EXIF_H
#define FORMATS_EXIF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/reader.h"

#define EXIF_DATE_BYTES	  20u /* "2024:01:31 23:59:59" and NUL */
#define EXIF_AUTHOR_BYTES 128u

struct exif {
	uint8_t orientation; /* 1..8; 1 when absent or odd */
	uint8_t unit;	     /* 0: none known, 1: per inch, 2: per centimetre */
	uint16_t x_density;  /* rounded, 0: unknown */
	uint16_t y_density;
	bool has_gps;
	bool has_thumbnail; /* there is a second directory */
	/* NUL-terminated; "" when absent or not as it must be */
	char date[EXIF_DATE_BYTES];
	char author[EXIF_AUTHOR_BYTES];
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
/*
 * Orientation, date and author, as far as there are any; nothing when there is
 * none. With an orientation alone it is what exif_write() makes. ERR_LIMIT,
 * ERR_NOMEM.
 */
int exif_put(struct buf *, const struct exif *) MUST_CHECK;
/* Is this exactly what exif_put() makes for these values? */
bool exif_is_put(const struct reader *tiff, const struct exif *);
/*
 * The typed values, from bytes without a NUL: "" in out unless it is a date
 * between 1900 and 2199 ("-" and "T" may stand for ":" and the blank); or a
 * name of letters, digits, blanks and the few signs that names have, in
 * UTF-8. Blanks around it go.
 */
void exif_take_date(const struct reader *, char out[EXIF_DATE_BYTES]);
void exif_take_author(const struct reader *, char out[EXIF_AUTHOR_BYTES]);

#endif
