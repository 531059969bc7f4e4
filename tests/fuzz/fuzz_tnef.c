/* Fuzz target: formats/mail/tnef.c. Seeds: samples/{benign,planted}/tnef. */
#include "fuzz_common.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	(void)fuzz_rebuild("tnef", data, n, NULL);
	return 0;
}
