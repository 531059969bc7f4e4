/* Between svg_read.c and svg_attr.c, in the types of libxml2's SAX. */
#ifndef FORMATS_DRAWING_SVG_ATTR_H
#define FORMATS_DRAWING_SVG_ATTR_H

#include <libxml/xmlstring.h>
#include <string.h>

#include "formats/drawing/svg_int.h"

#define URI_SVG	  "http://www.w3.org/2000/svg"
#define URI_XLINK "http://www.w3.org/1999/xlink"
#define URI_XML	  "http://www.w3.org/XML/1998/namespace"
#define URI_XHTML "http://www.w3.org/1999/xhtml"

static inline bool
svg_is(const xmlChar *a, const char *b)
{
	return a != NULL && strcmp((const char *)a, b) == 0;
}

/*
 * attrs: five pointers each (local name, prefix, namespace, value, its end).
 * *gone: the element cannot stay.
 */
int svg_take_attributes(struct svg *, struct svg_node *, int n_attrs,
    const xmlChar **attrs, bool *gone) MUST_CHECK;
/* Is the element shown to Japanese people in a plain viewer? *asked: it says
 * for whom it is. */
bool svg_shown(int n_attrs, const xmlChar **attrs, bool *asked);
/* Is it a sheet of CSS for the screen? */
bool svg_sheet_counts(int n_attrs, const xmlChar **attrs);

#endif
