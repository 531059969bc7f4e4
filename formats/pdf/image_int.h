/* Inside the picture code of PDF: image.c, image_data.c, image_dict.c. */
#ifndef FORMATS_PDF_IMAGE_INT_H
#define FORMATS_PDF_IMAGE_INT_H

#include "formats/pdf/pdf.h"

enum pimage_role {
	PIMAGE_PICTURE,
	PIMAGE_STENCIL, /* what Mask leads to */
	PIMAGE_SOFT	/* what SMask leads to */
};

struct pimage {
	struct pdf *p;
	const struct pobj *dict; /* of the source */
	const struct pobj *resources;
	const char *where;
	enum pimage_role role;

	/* What the dictionary says; corrected by the data. */
	uint32_t width, height;	  /* 0: not said */
	bool stencil;		  /* ImageMask */
	unsigned bits;		  /* of a component; 0: not said */
	const struct pobj *space; /* of the output; NULL: none that is valid */
	unsigned colours;	  /* components; 0: not known */
	bool indexed;

	/* The picture: rows without gaps, or a code that stays as it is. */
	enum pfilter how; /* NONE: rows; DCT */
	struct reader rows;
	const struct pobj *parms; /* of the output, for DCT; or NULL */
	struct pdata data;	  /* what rows may borrow from */
	struct buf own;		  /* what rows may borrow from */
	struct buf alpha;	  /* 8-bit rows of JPX; empty: none */
	bool premultiplied;
	bool placed; /* a grey pixel stands for it */
};

/* An error that is about this picture alone, which then is forgiven. */
bool pimage_is_mild(struct doc *, int err);
/*
 * im->data undone into im->rows, or into a code that may stay. Corrects
 * width, height, bits and colours. Any error: there is no picture.
 */
int pimage_decode(struct pimage *) MUST_CHECK;
/*
 * Rows of exactly width x height: short ones filled, long ones cut, the bits
 * behind each row 0. Takes the pixels from the limits when `take` is set.
 */
int pimage_fit_rows(struct pimage *, bool take) MUST_CHECK;
/* A JPEG through its module; it stays a JPEG. */
int pimage_take_jpeg(struct pimage *, const struct reader *) MUST_CHECK;
/* JPEG 2000 whose rows are in im->rows: is it fit to become JPEG, and so. */
bool pimage_may_be_jpeg(const struct pimage *, const struct reader *jpx);
int pimage_to_jpeg(struct pimage *) MUST_CHECK;
/* The colour space that fits the components by itself. */
const char *pimage_device(unsigned colours);
/* Names the keys that do not stay. */
int pimage_report_keys(struct pimage *) MUST_CHECK;
/*
 * The keys of the output but SMask and Mask, in room for n_more others.
 */
int pimage_dict(struct pimage *, size_t n_more, struct pobj **out) MUST_CHECK;
/* Mask as an array of colours; *out NULL: none that is valid. */
int pimage_colour_key(struct pimage *, const struct pobj *mask,
    const struct pobj **out) MUST_CHECK;

#endif
