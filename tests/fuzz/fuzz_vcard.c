/* Fuzz target: formats/pim. Seeds: samples/{benign,planted}/vcard. */
#include "fuzz_common.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	(void)fuzz_rebuild("vcard", data, n, NULL);
	return 0;
}
