/* Fuzz target: formats/raster/heif.c. Seeds: samples/{benign,planted}/heif. */
#include "fuzz_common.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	(void)fuzz_rebuild("heif", data, n, NULL);
	return 0;
}
