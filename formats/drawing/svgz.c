/*
 * SVGZ: an SVG in gzip (RFC 1952), unpacked, rebuilt and packed again. The
 * wrapping is written without name, time and system, so that the same drawing
 * always gives the same bytes.
 */
#include <string.h>

#include <zlib.h>

#include "formats/drawing/svg_int.h"
#include "formats/format.h"
#include "formats/gunzip.h"
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
	if ((e = gunzip(d, &h.packed, &out)) == 0 && reader_left(&h.packed) > 0)
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
