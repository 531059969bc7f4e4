#include "formats/codec/flate.h"

#include <libdeflate.h>

static struct libdeflate_compressor *packer;
static struct libdeflate_decompressor *unpacker;

int
flate_preload(void)
{
	if (packer == NULL)
		packer = libdeflate_alloc_compressor(FLATE_LEVEL);
	if (unpacker == NULL)
		unpacker = libdeflate_alloc_decompressor();
	return packer == NULL || unpacker == NULL ? ERR_NOMEM : 0;
}

int
flate_unpack(const struct reader *packed, uint8_t *out, size_t n)
{
	size_t used = 0, made = 0;
	int e;

	if ((e = flate_preload()) != 0)
		return e;
	if (libdeflate_zlib_decompress_ex(unpacker, packed->data, packed->len,
		out, n, &used, &made) != LIBDEFLATE_SUCCESS)
		return ERR_MALFORMED;
	return made == n && used == packed->len ? 0 : ERR_MALFORMED;
}

int
flate_pack(const uint8_t *p, size_t n, struct buf *out)
{
	size_t room, packed;
	uint8_t *to;
	int e;

	if ((e = flate_preload()) != 0)
		return e;
	room = libdeflate_zlib_compress_bound(packer, n);
	if ((e = buf_reserve(out, room, &to)) != 0)
		return e;
	if ((packed = libdeflate_zlib_compress(packer, p, n, to, room)) == 0)
		return ERR_INTERNAL;
	buf_commit(out, packed);
	return 0;
}

uint32_t
flate_crc32(uint32_t crc, const void *p, size_t n)
{
	return n == 0 ? crc : libdeflate_crc32(crc, p, n);
}
