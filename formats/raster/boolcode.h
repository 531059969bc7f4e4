/*
 * The arithmetic coder of VP8 (RFC 6386 section 7), both ways. Probabilities
 * are of a zero, in 256ths; both sides must name the same ones.
 */
#ifndef FORMATS_RASTER_BOOLCODE_H
#define FORMATS_RASTER_BOOLCODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/reader.h"

struct bool_reader {
	struct reader in;
	uint64_t value; /* 8 + bits bits of it are loaded */
	int bits;
	uint32_t range;
	unsigned past;	 /* zero bytes taken behind the end */
	bool impossible; /* no writer begins like this */
};

struct bool_writer {
	struct buf *out; /* borrowed */
	uint64_t low;
	unsigned pending; /* bits of low above its window of 8 */
	uint32_t range;
	int e; /* of the buffer; checked at the end */
};

void bool_reader_init(struct bool_reader *, const struct reader *);
/* Behind the end of the data stand zeros; see past. */
unsigned bool_get(struct bool_reader *, unsigned prob);

void bool_writer_init(struct bool_writer *, struct buf *out);
void bool_put(struct bool_writer *, unsigned prob, unsigned bit);
/* Flush. 0, ERR_LIMIT, ERR_NOMEM of the buffer. */
int bool_end(struct bool_writer *) MUST_CHECK;

#endif
