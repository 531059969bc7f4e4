/* Fonts of drawings: the eight bytes behind the five numbers, and names. */
#ifndef DRAWING_META_FONT_H
#define DRAWING_META_FONT_H

#include "formats/drawing/meta.h"

/* Italic to pitch: LogFont, [MS-EMF] 2.2.13; the same in [MS-WMF] 2.2.1.2. */
int meta_take_font_bytes(struct meta *) MUST_CHECK;
/*
 * A face name of 32 UTF-16 units. Ends at the first 0, the rest is zero; a
 * name with anything that no font has in its name becomes empty.
 */
int meta_take_face16(struct meta *) MUST_CHECK;
/* The same of at most 32 bytes, in whatever charset; written padded to even. */
int meta_take_face8(struct meta *) MUST_CHECK;

#endif
