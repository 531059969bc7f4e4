/* What an EMF or WMF begins with, for probes; allocates nothing. */
#ifndef DRAWING_META_IS_H
#define DRAWING_META_IS_H

#include <stdbool.h>

#include "base/reader.h"

bool emf_is(const struct reader *);
bool wmf_is(const struct reader *);

#endif
