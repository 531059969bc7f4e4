/* Fuzz target: formats/drawing/wmf*.c. Seeds: samples/{benign,planted}/wmf. */
#include "fuzz_common.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	(void)fuzz_rebuild("wmf", data, n, NULL);
	return 0;
}
