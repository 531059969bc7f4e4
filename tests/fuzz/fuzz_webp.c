/* Fuzz target: formats/raster/webp.c. Seeds: samples/{benign,planted}/webp. */
#include "fuzz_common.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	(void)fuzz_rebuild("webp", data, n, NULL);
	return 0;
}
