/* Bitmaps inside drawings; see meta_dib.h. */
#include "formats/drawing/meta_dib.h"

#include <string.h>

#include "formats/image.h"
#include "formats/raster/dib.h"

#define HEADER_BYTES 40u
#define BI_JPEG	     4u
#define BI_PNG	     5u

void
meta_dib_done(struct meta_dib *b)
{
	buf_done(&b->header);
	buf_done(&b->bits);
}

/* BITMAPINFOHEADER, [MS-WMF] 2.2.2.3. */
static int
put_header(struct buf *to, uint32_t w, uint32_t h, uint16_t bits,
    uint32_t packing, uint32_t bytes)
{
	int e;

	if ((e = buf_u32le(to, HEADER_BYTES)) != 0 ||
	    (e = buf_u32le(to, w)) != 0 || (e = buf_u32le(to, h)) != 0 ||
	    (e = buf_u16le(to, 1)) != 0 || (e = buf_u16le(to, bits)) != 0 ||
	    (e = buf_u32le(to, packing)) != 0 ||
	    (e = buf_u32le(to, bytes)) != 0 || (e = buf_u32le(to, 0)) != 0 ||
	    (e = buf_u32le(to, 0)) != 0 || (e = buf_u32le(to, 0)) != 0)
		return e;
	return buf_u32le(to, 0);
}

/* Transparency as AlphaBlend wants it: a plain header of 32 bits. */
static int
write_dib(const struct dib *dib, struct meta_dib *out)
{
	int e;

	e = dib->bits == 32 ? put_header(&out->header, dib->width, dib->height,
				  32, 0, (uint32_t)dib_written_bits_bytes(dib))
			    : dib_write_header(dib, 0, &out->header);
	return e != 0 ? e : dib_write_bits(dib, &out->bits);
}

/* ---- a whole JPEG or PNG as bits */

struct packed {
	const char *id;
	uint32_t kind;
};

static int
accept_packed(void *arg, const struct identity *id)
{
	const struct packed *p = arg;

	return strcmp(id->format->id, p->id) == 0 ? 0 : ERR_UNSUPPORTED;
}

static int
rebuild_packed(struct meta *m, const struct reader *bits, struct packed *p,
    struct buf *out)
{
	struct child c = { .in = bits,
		.name = "",
		.where = m->name,
		.flags = CHILD_NO_MAGIC,
		.accept = accept_packed,
		.arg = p };
	struct doc_result res;
	struct sink sink;
	int e;

	sink_init_buf(&sink, out, META_MAX_BYTES);
	sink.plain = true;
	e = doc_child(m->d, &c, &sink, &res);
	sink_done(&sink);
	return e;
}

static int
take_packed(struct meta *m, const struct reader *header,
    const struct reader *bits, uint32_t kind, struct meta_dib *out)
{
	struct packed p = { kind == BI_JPEG ? "jpeg" : "png", kind };
	struct reader r = *header;
	uint32_t w, h;
	int e;

	if ((e = reader_seek(&r, 4)) != 0 || (e = reader_u32le(&r, &w)) != 0 ||
	    (e = reader_u32le(&r, &h)) != 0 ||
	    (e = rebuild_packed(m, bits, &p, &out->bits)) != 0)
		return e;
	return put_header(&out->header, w, h, 0, kind, (uint32_t)out->bits.len);
}

/* ---- the rest */

static int
take_plain(struct meta *m, const struct reader *header,
    const struct reader *bits, unsigned flags, struct meta_dib *out)
{
	struct dib dib;
	struct reader rest;
	size_t n, used;
	int e = dib_read(m->d, m->name, header, bits,
	    flags & META_DIB_ALPHA ? DIB_FOURTH : 0, &dib, &used);

	if (e != 0)
		return e;
	if (used < bits->len &&
	    reader_view(bits, used, bits->len - used, &rest) == 0)
		meta_check_zero(m, &rest);
	if (dib_header_bytes(header, &n) == 0 && n < header->len &&
	    reader_view(header, n, header->len - n, &rest) == 0)
		meta_check_zero(m, &rest);
	e = write_dib(&dib, out);
	dib_done(m->d, &dib);
	return e;
}

static uint32_t
packing_of(const struct reader *header)
{
	struct reader r = *header;
	uint32_t bytes, packing = 0;

	if (reader_u32le(&r, &bytes) != 0 || bytes < HEADER_BYTES ||
	    reader_seek(&r, 16) != 0 || reader_u32le(&r, &packing) != 0)
		return 0;
	return packing;
}

static uint16_t
depth_of(const struct reader *header)
{
	struct reader r = *header;
	uint32_t bytes;
	uint16_t n = 0;

	if (reader_u32le(&r, &bytes) == 0 &&
	    reader_seek(&r, bytes == 12 ? 10 : 14) == 0)
		(void)!reader_u16le(&r, &n);
	return n;
}

/* What is wrong with a bitmap loses that bitmap; what is ours is not. */
static int
settle(struct meta *m, int e)
{
	if (e == 0 || e == ERR_NOMEM || e == ERR_IO || e == ERR_INTERNAL ||
	    (e == ERR_LIMIT && doc_exhausted(m->d)))
		return e;
	doc_forgive(m->d);
	meta_found(m, FIND_METAFILE_BITMAP, ACT_REMOVED, m->name);
	return ERR_UNSUPPORTED;
}

int
meta_dib_take(struct meta *m, const struct reader *header,
    const struct reader *bits, uint32_t usage, unsigned flags,
    struct meta_dib *out)
{
	uint32_t packing = packing_of(header);
	int e;

	buf_init(&out->header, META_MAX_BYTES);
	buf_init(&out->bits, META_MAX_BYTES);
	if (packing == BI_JPEG || packing == BI_PNG)
		e = flags & META_DIB_PACKED
			? take_packed(m, header, bits, packing, out)
			: ERR_UNSUPPORTED;
	else if (usage != 0 && depth_of(header) <= 8)
		e = ERR_UNSUPPORTED;
	else
		e = take_plain(m, header, bits, flags, out);
	return settle(m, e);
}

int
meta_dib_take_joined(struct meta *m, const struct reader *in, uint32_t usage,
    struct meta_dib *out)
{
	struct reader header, bits;
	size_t n;
	int e;

	buf_init(&out->header, META_MAX_BYTES);
	buf_init(&out->bits, META_MAX_BYTES);
	if ((e = dib_header_bytes(in, &n)) != 0 ||
	    (e = reader_view(in, 0, n, &header)) != 0 ||
	    (e = reader_view(in, n, in->len - n, &bits)) != 0) {
		return settle(m, e);
	}
	return meta_dib_take(m, &header, &bits, usage, 0, out);
}
