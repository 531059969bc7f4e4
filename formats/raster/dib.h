/*
 * Device-independent bitmaps, the picture inside BMP, ICO, CUR, EMF and WMF
 * ([MS-WMF] 2.2.2.9, the Windows SDK's BITMAPINFO): read in any of its forms,
 * written in one plain form.
 *
 * Read: headers of 12, 16, 40, 52, 56, 64, 108 and 124 bytes; 1, 2, 4, 8, 16,
 * 24 and 32 bits; RLE4, RLE8, colour masks; bottom-up and top-down. JPEG, PNG,
 * CMYK and the fax forms of OS/2 are refused (ERR_UNSUPPORTED).
 * Written: a header of 40 bytes (108 when there is transparency), not packed,
 * bottom-up; 1, 4, 8 bits with the full palette, 16 bits as 5-5-5 or 5-6-5,
 * 24 bits, 32 bits. Colours that no pixel uses are black. What is written is
 * read again as the same struct, with no finding.
 */
#ifndef FORMATS_RASTER_DIB_H
#define FORMATS_RASTER_DIB_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/doc.h"

/* The fourth byte of plain 32-bit pixels is transparency (icons, AlphaBlend);
 * without it that byte is dropped and 24 bits stay. */
#define DIB_FOURTH (1u << 0)
/* An icon: the header counts the lines of the mask too. Only dib_read(),
 * which does not read the mask, and dib_write_header(). */
#define DIB_ICON (1u << 1)

#define DIB_COLOURS_MAX 256u

struct dib {
	uint32_t width, height; /* pixels */
	unsigned bits;		/* as written: 1, 4, 8, 16, 24 or 32 */
	bool is_565;		/* 16 bits: 5-6-5, else 5-5-5 */
	uint32_t x_ppm, y_ppm;	/* pixels a metre; 0: not known */
	uint8_t palette[DIB_COLOURS_MAX][4]; /* blue, green, red, 0 */
	size_t row_bytes;		     /* of one row, without padding */
	/* Top row first; 24 bits are B G R, 32 are B G R A, 16 little endian.
	 */
	uint8_t *pixels;
	size_t pixel_bytes; /* row_bytes * height */
};

/*
 * How long header, masks and palette of a packed DIB are: where its bits
 * begin. ERR_TRUNCATED, ERR_MALFORMED, ERR_UNSUPPORTED.
 */
int dib_header_bytes(const struct reader *packed, size_t *out) MUST_CHECK;
/*
 * Read one. header: from the header's first byte to the end of its palette,
 * may be longer; bits: from the first pixel byte, may be longer. Both are
 * read from their cursors' zero. where names it in findings. flags: DIB_FOURTH,
 * DIB_ICON. Limits of pictures and pixels are asked before anything is
 * allocated; the pixels count against the memory budget until dib_done().
 * *used (may be NULL): how many bytes of bits were read. On an error out holds
 * nothing, and the message is set.
 */
int dib_read(struct doc *, const char *where, const struct reader *header,
    const struct reader *bits, unsigned flags, struct dib *out,
    size_t *used) MUST_CHECK;
void dib_done(struct doc *, struct dib *);

/* Append header and palette, or the pixels bottom-up. ERR_LIMIT, ERR_NOMEM.
 * A packed DIB is the one behind the other. */
int dib_write_header(const struct dib *, unsigned flags,
    struct buf *out) MUST_CHECK;
int dib_write_bits(const struct dib *, struct buf *out) MUST_CHECK;
/* One row of the file form (0: the last, as files go), padded to four bytes,
 * appended to out. For writing without a second copy of the picture. */
int dib_write_row(const struct dib *, uint32_t from_bottom,
    struct buf *out) MUST_CHECK;
/* Bytes that dib_write_header() and dib_write_bits() add. */
size_t dib_written_header_bytes(const struct dib *, unsigned flags);
size_t dib_written_bits_bytes(const struct dib *);

/* A row (0: the top one) as R G B A, 4 * width bytes at to. */
void dib_row_rgba(const struct dib *, uint32_t y, uint8_t *to);

#endif
