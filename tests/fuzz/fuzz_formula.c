/*
 * Fuzz target: formats/ooxml/formula.c. What stays is read again to the same
 * text. Seeds: none needed; dictionary formula.dict.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/ooxml/formula.h"
#include "fuzz_common.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct formula_rules rules = { .links = n % 2 == 0,
		.pivot = n % 3 == 0 };
	enum formula_why why;
	struct buf out, again;
	char what[64];

	buf_init(&out, 4 * FORMULA_MAX_BYTES);
	buf_init(&again, 4 * FORMULA_MAX_BYTES);
	if (formula_parse((const char *)data, n, &rules, &out, &why, what,
		sizeof(what)) == 0 &&
	    (formula_parse((const char *)out.data, out.len, &rules, &again,
		 &why, what, sizeof(what)) != 0 ||
		again.len != out.len ||
		memcmp(again.data, out.data, out.len) != 0))
		abort();
	buf_done(&out);
	buf_done(&again);
	return 0;
}
