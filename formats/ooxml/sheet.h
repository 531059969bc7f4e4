/* SpreadsheetML state; see walk.h. */
#ifndef OOXML_SHEET_H
#define OOXML_SHEET_H

#include "formats/ooxml/walk.h"

#define SHEET_BAD_MAX \
	4096 /* refused shared formulas of one sheet; past it all */

/* Of one worksheet while it streams (part.state). */
struct sheet {
	const char *bad[SHEET_BAD_MAX];
	size_t n_bad;
};

#endif
