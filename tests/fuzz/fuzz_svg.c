/*
 * Fuzz target: formats/drawing/. Seeds: samples/{benign,planted}/svg. What is
 * no gzip file is also tried as the body of a drawing, and packed as SVGZ.
 */
#include "fuzz_common.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static void
try_inside(const uint8_t *data, size_t n)
{
	static const char open[] = "<svg xmlns=\"http://www.w3.org/2000/svg\" "
				   "xmlns:xlink=\"http://www.w3.org/1999/"
				   "xlink\"><g id=\"a\" ";
	struct buf b;

	buf_init(&b, n + sizeof(open) + 64);
	if (buf_puts(&b, open) == 0 && buf_put(&b, data, n) == 0 &&
	    buf_puts(&b, "</g></svg>") == 0)
		(void)fuzz_rebuild("svg", b.data, b.len, NULL);
	buf_done(&b);
}

static int
pack(const uint8_t *data, size_t n, struct buf *out)
{
	static const uint8_t head[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3 };
	z_stream z;
	uint8_t *room;
	int e;

	memset(&z, 0, sizeof(z));
	if (deflateInit2(&z, 1, Z_DEFLATED, -MAX_WBITS, 8,
		Z_DEFAULT_STRATEGY) != Z_OK)
		return ERR_NOMEM;
	if ((e = buf_put(out, head, sizeof(head))) == 0 &&
	    (e = buf_reserve(out, deflateBound(&z, n), &room)) == 0) {
		z.next_in = (z_const Bytef *)data;
		z.avail_in = (uInt)n;
		z.next_out = room;
		z.avail_out = (uInt)deflateBound(&z, n);
		(void)deflate(&z, Z_FINISH);
		buf_commit(out, z.total_out);
		e = buf_u32le(out, (uint32_t)crc32_z(0, data, n));
	}
	if (e == 0)
		e = buf_u32le(out, (uint32_t)n);
	deflateEnd(&z);
	return e;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf b;

	(void)fuzz_rebuild("svg", data, n, NULL);
	if (n > 0 && data[0] == 0x1f) {
		(void)fuzz_rebuild("svgz", data, n, NULL);
		return 0;
	}
	try_inside(data, n);
	buf_init(&b, n * 2 + 1024);
	if (n > 0 && data[0] == '<' && pack(data, n, &b) == 0)
		(void)fuzz_rebuild("svgz", b.data, b.len, NULL);
	buf_done(&b);
	return 0;
}
