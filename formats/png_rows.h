/*
 * The five row filters of PNG (ISO/IEC 15948, 9), undone and chosen, for a
 * picture that is held as a whole: rows of 1 + row_bytes bytes, the first of
 * each being the filter type. Compiled for speed: a long loop for each.
 */
#ifndef FORMATS_PNG_ROWS_H
#define FORMATS_PNG_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct png_rows {
	uint8_t *data; /* height * (1 + row_bytes) bytes */
	size_t row_bytes;
	uint32_t height;
	unsigned pixel_bytes; /* 1 for pixels smaller than a byte; 1..8 */
};

/* In place; the filter types become 0. ERR_MALFORMED: an unknown one. */
int png_rows_undo(struct png_rows *) MUST_CHECK;
/*
 * In place: each row gets the filter with the smallest sum of absolute
 * values, the lowest type when two are equal; type 0 for all when adaptive
 * is false. spare: row_bytes * 2 bytes.
 */
void png_rows_filter(struct png_rows *, bool adaptive, uint8_t *spare);

#endif
