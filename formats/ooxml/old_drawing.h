/*
 * The old drawing (VML) of a slide or sheet, read for the pictures of objects
 * that stand only there. ECMA-376 part 4, 14.1.2.11, 19.3.2.4, 19.4.2.
 */
#ifndef OOXML_OLD_DRAWING_H
#define OOXML_OLD_DRAWING_H

#include "formats/ooxml/walk.h"

/* A shape with a picture of the package. */
struct old_shape {
	struct old_shape *next;	       /* in the order of the file */
	const char *id;		       /* "_x0000_s1026" */
	const struct opc_rel *picture; /* of the drawing's relationships */
	const char *kind;	       /* of the object, "Pict"; "" */
	const char *anchor;	       /* eight numbers with commas; "" */
};

/*
 * The shapes of the part's old drawing, in doc memory; NULL when there is
 * none, or none that can be read. The drawing itself is not kept by this.
 */
int old_drawing_read(struct part *, struct old_shape **out) MUST_CHECK;

#endif
