/* Between the files of identify. */
#ifndef FORMATS_IDENTIFY_INT_H
#define FORMATS_IDENTIFY_INT_H

#include <magic.h>

#include "base/err.h"

/*
 * libmagic's table into this handle, once, before any input. It stays for the
 * life of the process. ERR_IO: there is none, or another version's.
 */
int magic_load_table(magic_t) MUST_CHECK;

#endif
