/* Fuzz target: formats/text/csv.c. Seeds: samples/{benign,planted}/csv. */
#include "fuzz_common.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	(void)fuzz_rebuild("csv", data, n, NULL);
	return 0;
}
