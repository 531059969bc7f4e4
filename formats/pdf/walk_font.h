/* Shared by walk_font*.c only: a font being copied. */
#ifndef FORMATS_PDF_WALK_FONT_H
#define FORMATS_PDF_WALK_FONT_H

#include "formats/pdf/walk_int.h"

#define FONT_MAX (32u << 20) /* bytes of a program */

struct wfont {
	struct walk *w;
	const struct pobj *src, *resources; /* resolved */
	const char *where;
	struct pobj *dst;
};

/* Set FontDescriptor, as type t, with its rebuilt program. */
int pwalk_descriptor(struct wfont *, pdf_type t) MUST_CHECK;
/* Set DescendantFonts; src is the object of this number, or 0 for a value. */
int pwalk_font_descendant(struct wfont *, uint64_t number,
    const struct pobj *src, bool *ok) MUST_CHECK;
/* The program that a font (of the source) has could not be rebuilt. To be asked
 * when its descriptor was written. */
int pwalk_program_lost(struct walk *, const struct pobj *font,
    bool *lost) MUST_CHECK;
/* walk_font_fall.c: where the descendant lost its program, and nothing else
 * would say what the codes are, f->dst gets a Japanese font by name. */
int pwalk_font_fall(struct wfont *, const struct pobj *descendant) MUST_CHECK;

#endif
