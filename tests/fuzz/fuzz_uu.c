/* Fuzz target: formats/mail/uu.c. Seeds: samples/{benign,planted}/uu. */
#include "fuzz_common.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	(void)fuzz_rebuild("uu", data, n, NULL);
	return 0;
}
