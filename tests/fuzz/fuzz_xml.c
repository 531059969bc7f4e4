/*
 * Fuzz target: formats/xmlx and the grammar. The root is taken from the first
 * start tag. Once the reader accepts a part, its own output must read back
 * the same; what nobody dealt with must not come out. Seeds: seeds_xml.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz_common.h"
#include "xml_case.h"

/* Of the roots with this local name, the one of the lowest number. */
static uint16_t
root_by_local(const char *local)
{
	for (uint16_t n = 1; n < SN_COUNT; n++)
		if (schema_root(n) != ST_NONE &&
		    strcmp(schema_local(n), local) == 0)
			return n;
	return SN_W_DOCUMENT;
}

static uint16_t
guess_root(const uint8_t *data, size_t n)
{
	char tag[64] = "", *colon;
	struct reader r;
	uint8_t c = 0;
	size_t len = 0;

	reader_init(&r, data, n);
	while (reader_u8(&r, &c) == 0)
		if (c == '<' && reader_peek(&r, &c) == 0 && c != '?' &&
		    c != '!')
			break;
	while (len < sizeof(tag) - 1 && reader_u8(&r, &c) == 0 &&
	       strchr(" \t\r\n/>", c) == NULL)
		tag[len++] = (char)c;
	colon = strchr(tag, ':');
	return root_by_local(colon == NULL ? tag : colon + 1);
}

static void
small(struct xml_case *c)
{
	c->options.limits.max[BUDGET_MEMORY_BYTES] = 16u << 20;
	c->options.limits.max[BUDGET_XML_NODES] = 100000;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct xml_case c;
	int e;

	xml_case_init(&c, guess_root(data, n));
	small(&c);
	c.step = n > 0 ? 1 + data[n - 1] * (size_t)7 : 0;
	e = xml_case_run(&c, data, n);
	if (e == ERR_INTERNAL || (e == 0 && xml_case_again(&c) != 0)) {
		fprintf(stderr, "broken promise: %s\n", c.message);
		abort();
	}
	xml_case_done(&c);
	return 0;
}
