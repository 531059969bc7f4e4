/* Fuzz target: formats/raster/jpeg2000.c. Seeds:
 * samples/{benign,planted}/jpeg2000. */
#include "fuzz_common.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	(void)fuzz_rebuild("jpeg2000", data, n, NULL);
	return 0;
}
