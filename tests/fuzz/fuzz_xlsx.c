/*
 * Fuzz target: formats/ooxml/sheet*.c. The first byte chooses a part of the
 * benign workbook, the rest stands in its place: so the markup is tried, not
 * the archive. Seeds: samples/{benign,planted}/xlsx are tried whole as well.
 */
#include "fuzz_common.h"
#include "opc_pack.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct pack book;
	struct pack_zip z;

	if (book.n == 0 &&
	    (pack_load("samples/benign/xlsx/book.xlsx", &book) != 0 ||
		book.n == 0))
		return 0;
	if (n == 0)
		return 0;
	if (n > 4 && data[0] == 'P' && data[1] == 'K')
		(void)fuzz_rebuild("ooxml", data, n, NULL);
	if (pack_build(&book, data[0] % book.n, data + 1, n - 1, &z) == 0)
		(void)fuzz_rebuild("ooxml", z.body.data, z.body.len, NULL);
	buf_done(&z.body);
	buf_done(&z.directory);
	return 0;
}
