/* Fuzz target: formats/text/text.c. Seeds: samples/{benign,planted}/text. */
#include "fuzz_common.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	(void)fuzz_rebuild("text", data, n, NULL);
	return 0;
}
