/*
 * Fuzz target: formats/zip.c and zipx. Seeds: samples/{benign,planted}/zip.
 */
#include "fuzz_common.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	(void)fuzz_rebuild("zip", data, n, NULL);
	return 0;
}
