/* Pictures and workbooks inside a package: rebuilt by their own modules. */
#ifndef OOXML_PICTURE_H
#define OOXML_PICTURE_H

#include "formats/ooxml/opc.h"

/*
 * Rebuild the picture of this part at once. On 0 its out_name and out_type
 * are set; or out_type is NULL, the finding was made and o->placeholder is
 * there to be used instead.
 */
int opc_picture(struct part *) MUST_CHECK;
/*
 * The same of a drawing (SVG) beside a picture: out_type stays NULL when it
 * cannot be rebuilt, and nothing is reported.
 */
int opc_vector(struct part *) MUST_CHECK;
/*
 * The workbook behind a chart, rebuilt like any document. On 0 out_type is
 * set, or NULL when it could not be rebuilt (the chart shows its cache).
 */
int opc_workbook(struct part *) MUST_CHECK;
/* Make o->placeholder. */
int opc_placeholder(struct opc *) MUST_CHECK;

#endif
