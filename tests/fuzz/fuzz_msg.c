/* Fuzz target: formats/mail/msg.c and formats/cfbx.c. Seeds:
 * samples/{benign,planted}/msg. */
#include "fuzz_common.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	(void)fuzz_rebuild("msg", data, n, NULL);
	return 0;
}
