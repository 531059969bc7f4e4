/*
 * What the picture formats share: size limits and reports about what lies in
 * a picture file besides the picture.
 */
#ifndef FORMATS_IMAGE_H
#define FORMATS_IMAGE_H

#include "formats/doc.h"
#include "formats/exif.h"

/*
 * Before anything is allocated for it: is w x h pixels within the limits of
 * one picture, and of all of them together? ERR_LIMIT; ERR_MALFORMED for 0.
 */
int image_take_size(struct doc *, uint64_t w, uint64_t h) MUST_CHECK;
/* The same for pixels of one bit: eight cost one. Scans have many pages. */
int image_take_bits(struct doc *, uint64_t w, uint64_t h) MUST_CHECK;
/* image.script when the bytes hold the start of a script; *found (may be
 * NULL) says so. */
int image_report_script(struct doc *, const char *where,
    const struct reader *bytes, bool *found) MUST_CHECK;
/*
 * What lies behind the end of a picture: rest is all of it, may be empty.
 * Names the format of what it looks like. Only a report.
 */
int image_report_trailer(struct doc *, const struct reader *rest) MUST_CHECK;
/*
 * Read an Exif block for *out and report it, unless it is the one that we
 * write ourselves. A block that cannot be read is reported too.
 */
int image_take_exif(struct doc *, const char *where, const struct reader *tiff,
    struct exif *out) MUST_CHECK;
/* Clears date and author unless the options keep them, and says what stays.
 * image_take_exif() has done this. */
int image_keep_basic(struct doc *, const char *where, struct exif *) MUST_CHECK;

#endif
