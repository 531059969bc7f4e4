/*
 * The list of formats. The order settles nothing: two structural YES are an
 * ambiguous file, whatever stands first here.
 */
#include "formats/format.h"

#include <stddef.h>

extern const struct format format_jpeg, format_png;

const struct format *const formats[] = {
	&format_jpeg,
	&format_png,
	NULL,
};
