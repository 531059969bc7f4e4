/* Unpacking a drawing that came in gzip (SVGZ, EMZ, WMZ). RFC 1952. */
#ifndef FORMATS_GUNZIP_H
#define FORMATS_GUNZIP_H

#include "formats/doc.h"

/*
 * The deflated data at the cursor (gzhead_read() finds it), their sum and
 * length, which must be right; what is behind stays in *in. Appends to out
 * against its maximum, the ratio and the budget of unpacked bytes.
 * ERR_MALFORMED, ERR_TRUNCATED, ERR_LIMIT, with a message.
 */
int gunzip(struct doc *, struct reader *in, struct buf *out) MUST_CHECK;

#endif
