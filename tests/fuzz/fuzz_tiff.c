/* Fuzz target: formats/raster/tiff.c. Seeds: samples/{benign,planted}/tiff. */
#include "fuzz_common.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	(void)fuzz_rebuild("tiff", data, n, NULL);
	return 0;
}
