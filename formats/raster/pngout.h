/*
 * Write rows as a PNG file, for formats whose picture is delivered as PNG.
 * The file is the canonical one of formats/png.c: rebuilding it changes no
 * byte and finds nothing (a palette must hold no colour but black that no
 * pixel uses; bits behind the last pixel of a row must be zero; rows of 16 bits
 * are big endian).
 */
#ifndef FORMATS_RASTER_PNGOUT_H
#define FORMATS_RASTER_PNGOUT_H

#include <stdint.h>

#include "formats/doc.h"

struct pngout;

struct pngout_form {
	uint32_t width, height;
	uint8_t depth;	/* bits a sample: 1, 2, 4, 8, 16 */
	uint8_t colour; /* PNG's colour type: 0 grey, 2 RGB, 3 palette, 4, 6 */
	const uint8_t *palette; /* R G B each; colour type 3 only */
	unsigned n_colours;
	uint32_t x_ppm, y_ppm;	/* pixels a metre; both or none (0) */
	const struct buf *icc;	/* NULL or empty, or a profile by icc_take() */
	const struct buf *exif; /* NULL or empty, or a block by exif.h */
};

/*
 * Begin; bytes go to put(arg, ...), which returns 0 or an error; NULL: into
 * doc_put(). form is read during the call only. *out must be closed, after
 * errors too. ERR_NOMEM, ERR_LIMIT, or what put() returned.
 */
int pngout_open(struct doc *, const struct pngout_form *,
    int (*put)(void *arg, const void *, size_t), void *arg,
    struct pngout **out) MUST_CHECK;
/* The next row from the top, in PNG's packing. */
int pngout_row(struct pngout *, const uint8_t *row) MUST_CHECK;
/* The end, after all rows. */
int pngout_end(struct pngout *) MUST_CHECK;
/* Frees; NULL is fine. */
void pngout_close(struct pngout *);

#endif
