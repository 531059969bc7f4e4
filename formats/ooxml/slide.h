/* PresentationML: what slide.c and its neighbours share. ECMA-376 part 1, 19.
 */
#ifndef OOXML_SLIDE_H
#define OOXML_SLIDE_H

#include "formats/ooxml/old_drawing.h"

/* A set of numbers (shape ids, slide ids): sorted once, then searched. */
struct id_set {
	uint32_t *ids;
	size_t n;
};

/* What the presentation lists; for the parts that come after it. */
struct deck {
	struct id_set slides;	   /* p:sldId/@id that stay */
	struct id_set shows;	   /* custom shows */
	struct old_shape *old;	   /* of the old drawing of ... */
	const struct part *old_of; /* ... this slide; or NULL */
};

/* A decimal number; false for anything else. */
bool slide_number(const char *, uint32_t *out);
/* The values of this attribute of these elements below (and at) top. Memory
 * of the doc. */
int slide_ids(struct walk *, struct xnode *top, uint16_t element, uint16_t attr,
    struct id_set *out) MUST_CHECK;
bool slide_id_in(const struct id_set *, const char *value);
struct deck *slide_deck(struct walk *);

/* The first of that name below top, or NULL. */
struct xnode *slide_below(struct xnode *top, uint16_t name);

/* p:timing: what acts on something that is gone goes. slide_timing.c. */
int slide_timing(struct walk *, struct xnode *) MUST_CHECK;

/*
 * The picture of that shape of the slide's old drawing: *id is a relationship
 * id for r:embed, until the walk comes to it. ERR_NOENT: there is none.
 * slide_vml.c.
 */
int slide_vml_picture(struct walk *, const char *spid,
    const char **id) MUST_CHECK;

/* Objects, controls and films become pictures. slide_object.c. */
int slide_frame(struct walk *, struct xnode *) MUST_CHECK;
int slide_canvas(struct walk *, struct xnode *) MUST_CHECK;
int slide_controls(struct walk *, struct xnode *) MUST_CHECK;
int slide_picture(struct walk *, struct xnode *) MUST_CHECK;
int slide_background(struct walk *, struct xnode *) MUST_CHECK;

/* In a presentation: may this part lead there without an r:id? */
bool slide_wants(const struct part *, const struct opc_rel *);
/*
 * All relationships of the part are settled: does it still have what it
 * cannot be without (a slide its layout, a layout its master, a master its
 * theme)? Another one of the same kind is taken, else the part goes.
 */
int slide_needs(struct part *) MUST_CHECK;

#endif
