/* Shared by walk_font.c and walk_font_file.c only: a font being copied. */
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

#endif
