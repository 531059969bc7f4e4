/*
 * Fuzz target: formats/ooxml/field.c, Word's field instructions. What is kept
 * is written in a form that is kept again, as it is.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "formats/ooxml/field.h"
#include "fuzz_common.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct field f, g;

	if (field_parse((const char *)data, n, &f) != 0)
		return 0;
	if (f.is == FIELD_KEEP && f.text.len <= FIELD_MAX_BYTES) {
		if (field_parse((const char *)f.text.data, f.text.len, &g) != 0)
			abort();
		if (g.is != FIELD_KEEP || g.text.len != f.text.len ||
		    memcmp(g.text.data, f.text.data, f.text.len) != 0)
			abort();
		field_done(&g);
	}
	field_done(&f);
	return 0;
}
