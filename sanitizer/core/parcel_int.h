/* Inside of parcel. */
#ifndef CORE_PARCEL_INT_H
#define CORE_PARCEL_INT_H

#include "core/parcel.h"

/* Writes one printable line into why (PARCEL_WHY_BYTES); returns err. */
int parcel_bad(char *why, int err, const char *fmt, ...) PRINTF_LIKE(3, 4);

#endif
