/* Fuzz target: formats/png.c. Seeds: samples/{benign,planted}/png. */
#include "fuzz_common.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	(void)fuzz_rebuild("png", data, n, NULL);
	return 0;
}
