/*
 * The list of formats. The order settles nothing: two structural YES are an
 * ambiguous file, whatever stands first here.
 */
#include "formats/format.h"

#include <stddef.h>

const struct format *const formats[] = {
	NULL,
};
