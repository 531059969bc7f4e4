/*
 * Pictures as data: URLs (RFC 2397, base64 of RFC 4648), as drawings and web
 * pages carry them: read, rebuilt by their own module, written again.
 */
#ifndef FORMATS_DATAURL_H
#define FORMATS_DATAURL_H

#include "formats/doc.h"

/* The largest picture, encoded or not. */
#define DATAURL_PICTURE_BYTES (64u << 20)

/* Where the digits of "data:TYPE;base64,DIGITS" begin; NULL: another URL. */
const char *dataurl_digits(const char *url);

/*
 * Append what base64 digits stand for; blanks between them are skipped.
 * ERR_MALFORMED: other characters; ERR_LIMIT, ERR_NOMEM of the buffer.
 */
int dataurl_decode(const char *digits, struct buf *) MUST_CHECK;

/*
 * Rebuild the bytes of a picture and append the result as a data: URL.
 * common: NULL-terminated ids of the formats that may stand there; another is
 * ERR_UNSUPPORTED. Other errors are doc_child()'s, which fills *res.
 */
int dataurl_picture(struct doc *, const struct reader *in, const char *where,
    const char *const *common, struct buf *out,
    struct doc_result *res) MUST_CHECK;

#endif
