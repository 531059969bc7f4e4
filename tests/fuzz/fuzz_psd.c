/* Fuzz target: formats/raster/psd.c. Seeds: samples/{benign,planted}/psd. */
#include "fuzz_common.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	(void)fuzz_rebuild("psd", data, n, NULL);
	return 0;
}
