/* Fuzz target: formats/jpeg.c. Seeds: samples/{benign,planted}/jpeg. */
#include "fuzz_common.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	(void)fuzz_rebuild("jpeg", data, n, NULL);
	return 0;
}
