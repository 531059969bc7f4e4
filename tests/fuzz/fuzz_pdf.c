/* Fuzz target: formats/pdf/. Seeds: samples/{benign,planted}/pdf. */
#include "fuzz_common.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	(void)fuzz_rebuild("pdf", data, n, NULL);
	return 0;
}
