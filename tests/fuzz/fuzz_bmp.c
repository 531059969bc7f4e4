/* Fuzz target: formats/raster/bmp.c. Seeds: samples/{benign,planted}/bmp. */
#include "fuzz_common.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	(void)fuzz_rebuild("bmp", data, n, NULL);
	return 0;
}
