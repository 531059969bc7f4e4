/*
 * SVGZ: an SVG in gzip (RFC 1952), unpacked, rebuilt and packed again. The
 * wrapping is written without name, time and system, so that the same drawing
 * always gives the same bytes.
 */
#include <string.h>

#include <zlib.h>

#include "formats/drawing/svg_int.h"
#include "formats/format.h"
#include "formats/known/gzhead.h"

#define PIECE_BYTES 65536u
#define PLAIN_BYTES (512u << 20)
#define OS_UNKNOWN  255

static int
say(struct doc *d, const char *what)
{
	return doc_found(d, FIND_SVG_GZIP, ACT_REMOVED, "", "%s", what);
}

/* What the header says besides "deflated". */
static int
report_head(struct doc *d, const struct gzhead *h)
{
	int e = 0;

	if (h->name)
		e = say(d, "name");
	if (e == 0 && h->comment)
		e = say(d, "comment");
	if (e == 0 && h->extra)
		e = say(d, "extra field");
	if (e == 0 && h->time != 0)
		e = say(d, "time");
	return e;
}

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
static int
unpack(struct doc *d, struct reader *in, struct buf *out)
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

struct packer {
	struct doc *d;
	z_stream z;
	uint32_t sum, size;
};

static int
deflate_some(struct packer *p, int flush)
{
	uint8_t piece[PIECE_BYTES];
	int e = 0, rc = Z_OK;

	do {
		p->z.next_out = piece;
		p->z.avail_out = sizeof(piece);
		if ((rc = deflate(&p->z, flush)) == Z_STREAM_ERROR)
			return ERR_INTERNAL;
		e = doc_put(p->d, piece, sizeof(piece) - p->z.avail_out);
	} while (e == 0 && p->z.avail_out == 0 && rc != Z_STREAM_END);
	return e;
}

static int
put_packed(void *arg, const void *s, size_t n)
{
	struct packer *p = arg;

	if (n > UINT32_MAX)
		return ERR_LIMIT;
	p->sum = (uint32_t)crc32_z(p->sum, s, n);
	p->size += (uint32_t)n;
	p->z.next_in = (z_const Bytef *)s;
	p->z.avail_in = (uInt)n;
	return deflate_some(p, Z_NO_FLUSH);
}

static int
pack(struct doc *d, const struct reader *plain)
{
	static const uint8_t head[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2,
		OS_UNKNOWN };
	struct packer p = { .d = d };
	struct buf tail;
	int e;

	if (deflateInit2(&p.z, 9, Z_DEFLATED, -MAX_WBITS, 8,
		Z_DEFAULT_STRATEGY) != Z_OK)
		return ERR_NOMEM;
	buf_init(&tail, 8);
	if ((e = doc_put(d, head, sizeof(head))) == 0 &&
	    (e = svg_clean(d, plain, put_packed, &p)) == 0 &&
	    (e = deflate_some(&p, Z_FINISH)) == 0 &&
	    (e = buf_u32le(&tail, p.sum)) == 0 &&
	    (e = buf_u32le(&tail, p.size)) == 0)
		e = doc_put(d, tail.data, tail.len);
	buf_done(&tail);
	deflateEnd(&p.z);
	return e;
}

static int
svgz_rebuild(struct doc *d)
{
	struct reader in = doc_in(d), plain;
	struct gzhead h;
	struct buf out;
	int e;

	doc_makes(d, "svgz", "svgz");
	if ((e = gzhead_read(&in, &h)) != 0)
		return doc_fail(d, e, "broken gzip header");
	if ((e = report_head(d, &h)) != 0)
		return e;
	buf_init(&out, PLAIN_BYTES);
	if ((e = unpack(d, &h.packed, &out)) == 0 && reader_left(&h.packed) > 0)
		e = say(d, "bytes behind the end");
	if (e == 0) {
		buf_reader(&out, &plain);
		e = pack(d, &plain);
	}
	buf_done(&out);
	return e;
}

static enum probe
svgz_probe(const struct reader *in, const char **sub)
{
	(void)sub;
	return gzhead_is_svg(in) ? PROBE_YES : PROBE_NO;
}

static const char *const svgz_mime[] = { "application/gzip",
	"application/x-gzip", "image/svg+xml", NULL };
static const char *const svgz_ext[] = { "svgz", NULL };

const struct format format_svgz = {
	.id = "svgz",
	.mime = svgz_mime,
	.extensions = svgz_ext,
	.probe = svgz_probe,
	.rebuild = svgz_rebuild,
};
