/* DrawingML parts that the applications' code calls. */
#ifndef OOXML_DRAW_H
#define OOXML_DRAW_H

#include "formats/ooxml/walk.h"

/* The nearest frame (w:drawing, p:graphicFrame ...) around a node, or NULL. */
struct xnode *draw_frame(struct xnode *);
/* a:hlinkClick with an action, in a presentation: slide.c. */
int slide_action(struct walk *, struct xnode *, const char *action) MUST_CHECK;

/* Shapes of sheets and on charts, with macro and textlink: sheet.c. */
node_fn sheet_shape;

#endif
