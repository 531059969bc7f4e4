/*
 * Fuzz target: character maps of PDF, in a document of one page, so that the
 * whole way is gone and the result must be a fixpoint. Seeds:
 * tests/fuzz/seeds/pdf_cmap.
 */
#include "fuzz_common.h"
#include "pdf_wrap.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf b;

	buf_init(&b, n + 4096);
	if (pdf_wrap(data, n, false, &b) == 0)
		(void)fuzz_rebuild("pdf", b.data, b.len, NULL);
	buf_done(&b);
	return 0;
}
