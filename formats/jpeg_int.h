/*
 * Inside the JPEG module: what the marker walk tells the transcoder.
 */
#ifndef FORMATS_JPEG_INT_H
#define FORMATS_JPEG_INT_H

#include "formats/doc.h"
#include "formats/exif.h"

#define JPEG_COMPONENTS_MAX 4u
#define JPEG_SPANS_MAX	    2048u
#define JPEG_ICC_CHUNKS_MAX 255u

struct jpeg_component {
	uint8_t id, h, v;
};

/* What the file says; borrows the input's bytes. */
struct jpeg_facts {
	/* the frame */
	uint8_t sof; /* marker: 0xc0..0xc2; 0: none seen */
	uint16_t width, height;
	uint8_t n_components;
	struct jpeg_component component[JPEG_COMPONENTS_MAX];
	uint32_t scans;
	/* how to read the colours */
	bool has_jfif, has_adobe;
	uint8_t unit; /* of the density: 0 ratio, 1 inch, 2 centimetre */
	uint16_t x_density, y_density;
	uint8_t adobe_transform;
	bool has_exif;
	struct exif exif;
	/* profile chunks by their number - 1 */
	struct reader icc[JPEG_ICC_CHUNKS_MAX];
	uint8_t icc_count;
	bool icc_seen, icc_bad;
	/* tables, headers and coded data, in order: all the decoder sees */
	struct reader *spans;
	size_t n_spans;
	bool has_end; /* EOI was there */
};

/*
 * Walk the markers of the whole file, check the frame, report what is not a
 * part of the picture. Pixel limits are checked here, before anything is
 * decoded. ERR_MALFORMED, ERR_TRUNCATED, ERR_UNSUPPORTED, ERR_AMBIGUOUS,
 * ERR_LIMIT; says why.
 */
int jpeg_walk(struct doc *, struct jpeg_facts *) MUST_CHECK;
/* What an APPn or COM segment holds; one call a segment, after its marker. */
int jpeg_take_segment(struct doc *, struct jpeg_facts *, uint8_t marker,
    const struct reader *body) MUST_CHECK;

/* What a decoder complained about. */
struct jpeg_damage {
	unsigned extra; /* bytes that are not coded data */
	unsigned times; /* other warnings */
	char warning[256];
};

/*
 * Decode the pixels of a whole JPEG file (in) and code them anew, so that
 * doing it again changes nothing; append the file to out, without JFIF and
 * Adobe segments. Reports image.reencoded when a pixel changed. The size was
 * checked. ERR_MALFORMED, ERR_LIMIT, ERR_NOMEM; ERR_UNSUPPORTED when no
 * quality comes to rest.
 */
int jpeg_reencode(struct doc *, const struct reader *in, struct jpeg_damage *,
    struct buf *out) MUST_CHECK;

#endif
