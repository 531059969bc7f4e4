/* Fuzz target: formats/url.c. What may leave may leave again, unchanged. */
#include <stdlib.h>
#include <string.h>

#include "formats/url.h"
#include "fuzz_common.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf out, again;
	const char *why;

	buf_init(&out, 65536);
	buf_init(&again, 65536);
	if (url_check((const char *)data, n, &out, &why) == 0 &&
	    (url_check((const char *)out.data, out.len, &again, &why) != 0 ||
		again.len != out.len ||
		memcmp(again.data, out.data, out.len) != 0))
		abort();
	buf_done(&out);
	buf_done(&again);
	return 0;
}
