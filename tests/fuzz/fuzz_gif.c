/* Fuzz target: formats/raster/gif.c. Seeds: samples/{benign,planted}/gif. */
#include "fuzz_common.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	(void)fuzz_rebuild("gif", data, n, NULL);
	return 0;
}
