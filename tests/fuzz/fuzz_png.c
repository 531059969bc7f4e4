/*
 * Fuzz target: formats/png.c. Seeds: samples/{benign,planted}/png. Inputs are
 * tried as they are and with all checksums put right, or nothing would get
 * past them.
 */
#include "fuzz_common.h"

#include <stdlib.h>
#include <zlib.h>

static int
copy_bytes(struct buf *to, struct reader *in, size_t n)
{
	const uint8_t *p;
	int e;

	if ((e = reader_bytes(in, n, &p)) != 0)
		return e;
	return buf_put(to, p, n);
}

static int
fix_checksums(const uint8_t *data, size_t n, struct buf *out)
{
	struct reader in, at, body;
	uint32_t len;
	int e;

	reader_init(&in, data, n);
	e = copy_bytes(out, &in, 8);
	while (e == 0 && reader_left(&in) > 0) {
		at = in;
		if ((e = reader_u32be(&at, &len)) != 0 ||
		    (e = reader_sub(&at, (size_t)len + 4, &body)) != 0 ||
		    (e = copy_bytes(out, &in, (size_t)len + 8)) != 0 ||
		    (e = reader_skip(&in, 4)) != 0)
			break;
		e = buf_u32be(out, (uint32_t)crc32_z(0, body.data, body.len));
	}
	return e;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf fixed;

	(void)fuzz_rebuild("png", data, n, NULL);
	buf_init(&fixed, n + 64);
	if (fix_checksums(data, n, &fixed) == 0)
		(void)fuzz_rebuild("png", fixed.data, fixed.len, NULL);
	buf_done(&fixed);
	return 0;
}
