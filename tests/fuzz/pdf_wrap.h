/* A small PDF around the bytes of one stream, for fuzz targets of its parts. */
#ifndef TESTS_PDF_WRAP_H
#define TESTS_PDF_WRAP_H

#include "base/buf.h"

/*
 * One page with a font. The bytes are the page's drawing (content), else the
 * font's ToUnicode map. out is initialised by the caller. 0, ERR_NOMEM,
 * ERR_LIMIT.
 */
int pdf_wrap(const uint8_t *data, size_t n, bool content,
    struct buf *out) MUST_CHECK;

#endif
