/* Shared by walk_form.c, walk_flat.c and walk_look.c only: form fields. */
#ifndef FORMATS_PDF_WALK_FORM_H
#define FORMATS_PDF_WALK_FORM_H

#include "formats/pdf/walk_int.h"

#define WALK_FORM_FONTS 256 /* in styles of fields */

struct wfield {
	const struct pobj *dict; /* of the source */
	uint32_t num;		 /* in the output */
	pdf_type type;
	struct wfield *parent;
	struct wannot *annot; /* the widget that is the same object, or NULL */
	uint32_t n_widgets, n_kids;
	/* its own, or its parent's: resolved */
	const struct pobj *ft, *ff, *v, *da, *q, *most;
	const struct pobj *value; /* its own V as it is written, or NULL */
	bool stays;
	bool ends; /* a signature that was made */
	bool is_put;
	struct pobj *dst, *kids;
};

/* A kid of a field: a field or a widget. */
struct wkid {
	struct wfield *parent, *field; /* field NULL: a widget */
	const struct wannot *annot;
};

struct wforms {
	const struct pobj *acro; /* NULL: none */
	const struct pobj *dr, *da;
	struct wfield **fields; /* parents first */
	size_t n, cap;
	struct wkid *kids; /* in the order of the source */
	size_t n_kids, cap_kids;
	struct reader *fonts; /* named in styles */
	size_t n_fonts, cap_fonts;
	const struct pobj *japanese; /* walk_look_font.c, or NULL */
	bool needs_looks;	     /* a widget has a value and no look */
};

/* walk_form.c: text of a string, or of a stream that holds one. */
int pform_text(struct walk *, const struct pobj *,
    const struct pobj **dst) MUST_CHECK;
/* What a V or DV (resolved) of a field of this type is written as; NULL: not at
 * all. */
int pform_value(struct walk *, pdf_type, const struct pobj *,
    const struct pobj **dst) MUST_CHECK;
/* walk_field.c: *da becomes the style in dict when something of it stays. */
int pwalk_style(struct walk *, const struct pobj *dict,
    const struct pobj **da) MUST_CHECK;
/* walk_look.c: where a widget has no look, make one. */
int pwalk_look(struct walk *, struct wannot *, const char *where,
    struct pobj *dst) MUST_CHECK;

#endif
