/* Unpacking gzip; see gunzip.h. */
#include "formats/gunzip.h"

#include <string.h>

#include <zlib.h>

#define PIECE_BYTES 65536u

static int
unpack_piece(struct doc *d, z_stream *z, uint64_t packed, struct buf *out,
    bool *end)
{
	const struct limits *l = &doc_options(d)->limits;
	uint8_t *room;
	size_t n;
	int e, rc;

	if ((e = buf_reserve(out, PIECE_BYTES, &room)) != 0)
		return doc_fail(d, e, "unpacks to too much");
	z->next_out = room;
	z->avail_out = PIECE_BYTES;
	rc = inflate(z, Z_NO_FLUSH);
	n = PIECE_BYTES - z->avail_out;
	buf_commit(out, n);
	*end = rc == Z_STREAM_END;
	if (rc != Z_OK && rc != Z_STREAM_END)
		return doc_fail(d, ERR_MALFORMED, "broken gzip data");
	if (out->len > l->ratio_after_bytes &&
	    out->len / (packed + 1) > l->max_ratio)
		return doc_fail(d, ERR_LIMIT, "unpacks to too much");
	if (!*end && n == 0)
		return doc_fail(d, ERR_TRUNCATED, "gzip data end early");
	return doc_spend(d, BUDGET_EXPANDED_BYTES, n);
}

/* The deflated data, then sum and length; what is behind stays in *in. */
int
gunzip(struct doc *d, struct reader *in, struct buf *out)
{
	z_stream z;
	uint32_t sum, size;
	bool end = false;
	int e = 0;

	memset(&z, 0, sizeof(z));
	if (in->len > UINT32_MAX || inflateInit2(&z, -MAX_WBITS) != Z_OK)
		return ERR_NOMEM;
	z.next_in = (z_const Bytef *)in->data;
	z.avail_in = (uInt)in->len;
	while (e == 0 && !end)
		e = unpack_piece(d, &z, in->len, out, &end);
	if (e == 0)
		e = reader_skip(in, (size_t)z.total_in);
	inflateEnd(&z);
	if (e != 0)
		return e;
	if (reader_u32le(in, &sum) != 0 || reader_u32le(in, &size) != 0)
		return doc_fail(d, ERR_TRUNCATED, "gzip data end early");
	if (sum != (uint32_t)crc32_z(0, out->data, out->len) ||
	    size != (uint32_t)out->len)
		return doc_fail(d, ERR_MALFORMED, "wrong checksum");
	return 0;
}
