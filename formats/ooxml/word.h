/* WordprocessingML handlers; see walk.h. */
#ifndef OOXML_WORD_H
#define OOXML_WORD_H

#include "formats/ooxml/walk.h"

#endif
