/*
 * Fuzz target: formats/ooxml/opc*.c. The input stands in the place of the
 * content types and of each relationship part of the benign deck in turn.
 * Seeds: samples/planted/opc are tried whole as well.
 */
#include "fuzz_common.h"

#include <string.h>

#include "opc_pack.h"

static bool
is_package_part(const char *name)
{
	return name[0] == '[' || strstr(name, ".rels") != NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct pack deck;
	struct pack_zip z;

	if (deck.n == 0 &&
	    (pack_load("samples/benign/pptx/deck.pptx", &deck) != 0 ||
		deck.n == 0))
		return 0;
	if (n > 4 && memcmp(data, "PK\3\4", 4) == 0) {
		(void)fuzz_rebuild("ooxml", data, n, NULL);
		return 0;
	}
	for (size_t i = 0; i < deck.n; i++) {
		if (!is_package_part(deck.parts[i].name))
			continue;
		if (pack_build(&deck, i, data, n, &z) == 0)
			(void)fuzz_rebuild("ooxml", z.body.data, z.body.len,
			    NULL);
		buf_done(&z.body);
		buf_done(&z.directory);
	}
	return 0;
}
