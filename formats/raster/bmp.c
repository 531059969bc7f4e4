/*
 * BMP (the Windows SDK's BITMAPFILEHEADER before a bitmap): the same pixels
 * in one plain form, see dib.h. Dropped: gaps, what lies behind the pixels,
 * colour profiles, every value that changes no pixel.
 */
#include "formats/format.h"
#include "formats/image.h"
#include "formats/raster/dib.h"

#define FILE_HEADER_BYTES 14u
#define ROW_MAX_BYTES	  (1u << 20)

static bool
all_zero(const struct reader *r)
{
	for (size_t i = 0; i < r->len; i++)
		if (r->data[i] != 0)
			return false;
	return true;
}

/* What lies between the palette and the pixels. */
static int
report_gap(struct doc *d, const struct reader *header)
{
	struct reader r = *header, gap;
	size_t end;

	if (dib_header_bytes(header, &end) != 0 || reader_seek(&r, end) != 0 ||
	    reader_sub(&r, reader_left(&r), &gap) != 0 || all_zero(&gap))
		return 0;
	return doc_found(d, FIND_IMAGE_GARBAGE, ACT_REMOVED, "",
	    "%zu bytes before the pixels", gap.len);
}

/* Where header and pixels are. Some writers leave the offset zero. */
static int
split(struct doc *d, struct reader *header, struct reader *bits)
{
	struct reader in = doc_in(d), all;
	uint32_t off;
	size_t end;
	int e;

	if ((e = reader_seek(&in, 10)) != 0 || (e = reader_u32le(&in, &off)) ||
	    (e = reader_view(&in, FILE_HEADER_BYTES, in.len - FILE_HEADER_BYTES,
		 &all)) != 0)
		return doc_fail(d, e, "shorter than its header");
	if (off == 0 && dib_header_bytes(&all, &end) == 0)
		off = (uint32_t)end + FILE_HEADER_BYTES;
	if (off < FILE_HEADER_BYTES ||
	    (e = reader_view(&all, 0, off - FILE_HEADER_BYTES, header)) != 0 ||
	    (e = reader_view(&in, off, in.len - off, bits)) != 0)
		return doc_fail(d, ERR_MALFORMED, "the pixels lie outside");
	return report_gap(d, header);
}

static int
put_rows(struct doc *d, const struct dib *b, struct buf *row)
{
	int e = 0;

	for (uint32_t i = 0; i < b->height && e == 0; i++) {
		buf_clear(row);
		if ((e = dib_write_row(b, i, row)) == 0)
			e = doc_put(d, row->data, row->len);
	}
	return e;
}

static int
put_file(struct doc *d, const struct dib *b, struct buf *out)
{
	size_t head = FILE_HEADER_BYTES + dib_written_header_bytes(b, 0);
	size_t size;
	int e;

	if (__builtin_add_overflow(head, dib_written_bits_bytes(b), &size) ||
	    size > UINT32_MAX)
		return doc_fail(d, ERR_LIMIT, "a bitmap over 4 GiB");
	if ((e = buf_puts(out, "BM")) != 0 ||
	    (e = buf_u32le(out, (uint32_t)size)) != 0 ||
	    (e = buf_u32le(out, 0)) != 0 ||
	    (e = buf_u32le(out, (uint32_t)head)) != 0 ||
	    (e = dib_write_header(b, 0, out)) != 0 ||
	    (e = doc_put(d, out->data, out->len)) != 0)
		return e;
	return put_rows(d, b, out);
}

static int
bmp_rebuild(struct doc *d)
{
	struct reader header, bits, rest;
	struct dib b;
	struct buf out;
	size_t used;
	int e;

	doc_makes(d, "bmp", "bmp");
	if ((e = split(d, &header, &bits)) != 0 ||
	    (e = dib_read(d, "", &header, &bits, 0, &b, &used)) != 0)
		return e;
	buf_init(&out, ROW_MAX_BYTES);
	e = put_file(d, &b, &out);
	if (e == 0 && reader_seek(&bits, used) == 0 &&
	    reader_sub(&bits, reader_left(&bits), &rest) == 0)
		e = image_report_trailer(d, &rest);
	buf_done(&out);
	dib_done(d, &b);
	return e;
}

/* "BM" is two letters: the header behind must be one that can be. */
static enum probe
bmp_probe(const struct reader *in, const char **sub)
{
	struct reader r = *in;
	uint32_t n;

	(void)sub;
	if (!reader_has(in, 0, "BM", 2) ||
	    reader_seek(&r, FILE_HEADER_BYTES) != 0 ||
	    reader_u32le(&r, &n) != 0)
		return PROBE_NO;
	return n == 12 || n == 16 || n == 40 || n == 52 || n == 56 || n == 64 ||
		       n == 108 || n == 124
		   ? PROBE_YES
		   : PROBE_NO;
}

static const char *const bmp_mime[] = { "image/bmp", "image/x-ms-bmp",
	"image/x-bmp", NULL };

static const char *const bmp_extensions[] = { "bmp", "dib", NULL };

const struct format format_bmp = {
	.id = "bmp",
	.flags = FMT_IMAGE,
	.mime = bmp_mime,
	.extensions = bmp_extensions,
	.probe = bmp_probe,
	.rebuild = bmp_rebuild,
};
