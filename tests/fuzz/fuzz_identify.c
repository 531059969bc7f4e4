/*
 * Identification of any bytes. The first byte chooses the claimed name.
 * Without an engine (SEKISHO_FUZZ off) main() replays the files named.
 */
#include <stdio.h>
#include <stdlib.h>

#include "formats/identify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const names[] = { "", "a.txt", "a.docx", "a.json",
		"a.html", "a.exe",
		"a\xE2\x80\xAE"
		"b.zip",
		"\xFF.\xFF" };
	struct identity id;
	struct reader r;
	uint8_t pick;
	int e;

	reader_init(&r, data, n);
	if (reader_u8(&r, &pick) != 0 ||
	    reader_sub(&r, reader_left(&r), &r) != 0)
		return 0;
	e = identify(&r, names[pick % 8], false, &id);
	if (e == 0 && id.format == NULL)
		abort();
	if (e != 0 && e != ERR_AMBIGUOUS && e != ERR_BLOCKED &&
	    e != ERR_UNSUPPORTED)
		abort();
	return 0;
}

#ifndef SEKISHO_FUZZ_ENGINE
int
main(int argc, char **argv)
{
	static uint8_t buf[1 << 20];

	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");
		size_t n;

		if (f == NULL)
			return 1;
		n = fread(buf, 1, sizeof(buf), f);
		fclose(f);
		LLVMFuzzerTestOneInput(buf, n);
	}
	return 0;
}
#endif
