/* Fuzz target: formats/raster/ico.c. Seeds: samples/{benign,planted}/icon. */
#include "fuzz_common.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	(void)fuzz_rebuild("icon", data, n, NULL);
	return 0;
}
