/*
 * Deflate of whole buffers (RFC 1951) by libdeflate. The two objects are made
 * once, before any input; between calls they keep nothing of it.
 */
#include "formats/zipx_int.h"

#include <libdeflate.h>

static struct libdeflate_compressor *packer;
static struct libdeflate_decompressor *unpacker;

int
zx_fast_preload(void)
{
	if (packer == NULL)
		packer = libdeflate_alloc_compressor(ZIPW_LEVEL);
	if (unpacker == NULL)
		unpacker = libdeflate_alloc_decompressor();
	return packer == NULL || unpacker == NULL ? ERR_NOMEM : 0;
}

uint32_t
zx_crc32(uint32_t crc, const void *p, size_t n)
{
	return n == 0 ? crc : libdeflate_crc32(crc, p, n);
}

int
zx_inflate_whole(const struct reader *packed, uint8_t *out, size_t bytes,
    const char **what)
{
	size_t used = 0, made = 0;
	int e;

	if ((e = zx_fast_preload()) != 0) {
		*what = "out of memory";
		return e;
	}
	switch (libdeflate_deflate_decompress_ex(unpacker, packed->data,
	    packed->len, out, bytes, &used, &made)) {
	case LIBDEFLATE_SUCCESS:
		break;
	case LIBDEFLATE_INSUFFICIENT_SPACE:
		*what = "more bytes than declared";
		return ERR_MALFORMED;
	default:
		*what = "damaged compressed data";
		return ERR_MALFORMED;
	}
	if (made != bytes) {
		*what = "fewer bytes than declared";
		return ERR_MALFORMED;
	}
	if (used != packed->len) {
		*what = "bytes behind the last block";
		return ERR_AMBIGUOUS;
	}
	return 0;
}

size_t
zx_deflate_bound(size_t n)
{
	return libdeflate_deflate_compress_bound(packer, n);
}

int
zx_deflate_whole(const uint8_t *p, size_t n, uint8_t *out, size_t room,
    size_t *packed)
{
	int e;

	if ((e = zx_fast_preload()) != 0)
		return e;
	*packed = libdeflate_deflate_compress(packer, p, n, out, room);
	return *packed == 0 ? ERR_INTERNAL : 0;
}
