/* Fuzz target: formats/drawing/emf*.c. Seeds: samples/{benign,planted}/emf. */
#include "fuzz_common.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	(void)fuzz_rebuild("emf", data, n, NULL);
	return 0;
}
