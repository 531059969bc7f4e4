/*
 * ICC colour profiles (ICC.1:2010, ICC.1:2001-04), rewritten: the numbers that
 * change colours are read and written again into a fresh profile; names,
 * copyrights, device settings, dates and private tags do not survive.
 */
#ifndef FORMATS_ICC_H
#define FORMATS_ICC_H

#include "formats/doc.h"

/* Kind of colour that the picture stores. */
enum icc_space { ICC_GRAY, ICC_RGB, ICC_CMYK };

#define ICC_MAX_BYTES (4u << 20)

/*
 * Before any input: Little CMS asks for today's date, and the first time that
 * reads the zone file, which no caged process may. ERR_NOMEM.
 */
int icc_preload(void) MUST_CHECK;
/*
 * Append a canonical profile that means the same to out. A canonical one
 * comes out byte for byte. ERR_MALFORMED: not a profile, of a kind or space
 * that does not fit, or it cannot be written in canonical form: the caller
 * drops it. ERR_LIMIT: over ICC_MAX_BYTES. *out is left alone on an error.
 */
int icc_rewrite(struct doc *, const struct reader *profile, enum icc_space,
    struct buf *out) MUST_CHECK;
/*
 * icc_rewrite(), and say it: image.icc when something changed, image.icc-bad
 * when the profile goes (out stays empty). out must be empty. 0, or the error
 * of doc_found(), ERR_NOMEM.
 */
int icc_take(struct doc *, const char *where, const struct reader *profile,
    enum icc_space, struct buf *out) MUST_CHECK;

#endif
