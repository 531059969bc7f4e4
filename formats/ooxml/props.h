/* Document properties, written again from what they mean. */
#ifndef OOXML_PROPS_H
#define OOXML_PROPS_H

#include "formats/ooxml/opc.h"

#define PROPS_CHARS_MAX 255

/*
 * A whole core, extended or custom properties part: every value is text of at
 * most PROPS_CHARS_MAX characters, without hidden or directional ones, and of
 * its type; what is not goes. The program's name becomes ours to say.
 */
int props_unit(struct part *, struct xnode *) MUST_CHECK;

#endif
