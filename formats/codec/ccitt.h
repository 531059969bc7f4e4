/*
 * Facsimile coding (ITU-T T.4: Group 3, one and two dimensions; T.6: Group 4),
 * as TIFF and PDF hold it, to and from packed rows of 1 bit.
 *
 * A row is (columns + 7) / 8 bytes, the first pixel in the highest bit; the
 * bits behind the last pixel are 0. Borrowed input; called by format modules.
 */
#ifndef FORMATS_CODEC_CCITT_H
#define FORMATS_CODEC_CCITT_H

#include "formats/doc.h"

/* The parameters of PDF's CCITTFaxDecode (ISO 32000-1, 7.4.6). */
struct ccitt_params {
	int32_t k;	  /* < 0: Group 4; 0: one dimension; > 0: both, mixed */
	bool byte_align;  /* every row begins at a byte */
	bool word_align;  /* ... at two of them (TIFF 32771) */
	bool end_of_line; /* asked with byte_align only: see below */
	bool black_is_1;  /* of the rows that come out */
	bool low_bit_first;   /* of the bytes that go in (TIFF FillOrder 2) */
	bool size_taken;      /* the caller has asked image_take_bits() */
	bool end_of_block;    /* without it only rows ends the picture */
	uint32_t columns;     /* pixels */
	uint32_t rows;	      /* 0: until the data end */
	uint32_t damaged_max; /* rows that may be damaged; then it ends */
};

struct ccitt_result {
	uint32_t rows;	  /* in the output */
	uint32_t damaged; /* of them: guessed, in a part or wholly */
	uint32_t missing; /* of them: behind the end of the data, white */
	size_t left; /* bytes behind the last row, and Group 4's end of block */
};

/*
 * Line ends are seen wherever they stand. Only where rows begin at a byte it
 * must be said that there are some (end_of_line): fill bits and the next code
 * word may look like one. A damaged row keeps what was read of it; Group 3 goes
 * on at the next end of line, Group 4 cannot. With rows != 0 exactly that many
 * come out.
 *
 * *out gets the rows, appended; its maximum holds. Pixels are taken from the
 * limits (image_take_bits) before anything is allocated, but with size_taken,
 * which needs rows. ERR_LIMIT, ERR_NOMEM; ERR_MALFORMED when columns is 0 or
 * no row could be read. Says why.
 */
int ccitt_decode(struct doc *, const struct reader *in,
    const struct ccitt_params *, struct buf *out,
    struct ccitt_result *res) MUST_CHECK;
/*
 * Rows of the form above as Group 4, ended by EOFB and filled to a byte: one
 * picture, one code. rows_in must hold n_rows rows (ERR_INTERNAL). ERR_LIMIT
 * past the maximum of out, ERR_NOMEM.
 */
int ccitt_g4_encode(struct doc *, const struct reader *rows_in,
    uint32_t columns, uint32_t n_rows, bool black_is_1,
    struct buf *out) MUST_CHECK;

#endif
