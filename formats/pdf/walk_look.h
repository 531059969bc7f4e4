/* Shared by walk_look*.c, walk_set.c and walk_flat.c only: looks of fields. */
#ifndef FORMATS_PDF_WALK_LOOK_H
#define FORMATS_PDF_WALK_LOOK_H

#include "formats/pdf/walk_form.h"

#define LOOK_TEXT_MAX (1u << 16)

struct look {
	struct walk *w;
	const struct wannot *a;
	const char *where;
	double width, height, size;
	const struct pobj *font;      /* its name, in the style */
	const struct pobj *name;      /* what it is called in the content */
	const struct pobj *dict;      /* the font, of the source */
	const struct pobj *resources; /* made up, of the source */
	bool wide;		      /* two bytes a character, Unicode */
	bool any;		      /* wide, and our own Japanese one */
	bool for_good;		      /* nobody can scroll: all has to fit */
	struct buf plain;	      /* the style, canonical */
	struct buf style;	      /* without the font */
	struct buf content;
};

/* walk_look_font.c: a font by its PostScript name, which every reader has. */
int look_standard_font(struct walk *, const char *name,
    const struct pobj **dst) MUST_CHECK;
/* The look is drawn in this font, of the source. */
int look_with_font(struct look *, const struct pobj *font) MUST_CHECK;
/* A font for the text: that of the style, or the Japanese one. *ok false: none
 * has all its characters. */
int look_font(struct look *, const struct buf *text, bool *ok) MUST_CHECK;
/* How wide a character of ASCII is, generously. */
double look_latin_ems(uint32_t cp);
/*
 * walk_set.c: the text into k->content, in the style and at the place that the
 * field says: one line, lines that are broken where they are full, or cells.
 * *ok false when its font has no code for a character.
 */
int look_set_text(struct look *, const struct buf *text, bool *ok) MUST_CHECK;
/*
 * walk_look.c: a look to be drawn into the page, from the lower left corner
 * of the widget on. name: of the font, among those of the page. content is
 * initialised by the caller; *font is its font, of the source, or NULL. *ok
 * false: there is a value, and it cannot be drawn. Nothing drawn: no value.
 */
int pwalk_look_draw(struct walk *, const struct wannot *, const char *where,
    const struct pobj *name, struct buf *content, const struct pobj **font,
    bool *ok) MUST_CHECK;

#endif
