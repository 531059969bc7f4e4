/* Fuzz target: formats/pim. Seeds: samples/{benign,planted}/icalendar. */
#include "fuzz_common.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	(void)fuzz_rebuild("icalendar", data, n, NULL);
	return 0;
}
