/*
 * JPEG in TIFF (Adobe's TIFF technical note 2): every strip or tile becomes a
 * whole picture with its own tables, rebuilt by the JPEG module, so that no
 * pixel changes. Old-style JPEG (compression 6) is not read.
 */
#include <string.h>

#include "formats/raster/tiff_int.h"

#define CHUNK_MAX_BYTES (256u << 20)

enum { M_SOF0 = 0xc0, M_SOF2 = 0xc2, M_SOS = 0xda };

static int
only_jpeg(void *arg, const struct identity *id)
{
	(void)arg;
	return strcmp(id->structure, "jpeg") == 0 ? 0 : ERR_UNSUPPORTED;
}

/* SOI, the shared tables, the strip without its SOI. */
static int
join(struct tiff *t, const struct tiff_page *p, struct reader in,
    struct buf *out)
{
	static const uint8_t soi[] = { 0xff, 0xd8 };
	struct reader tables = p->v[T_JPEG_TABLES].data, body;
	int e = buf_put(out, soi, sizeof(soi));

	if (e != 0)
		return e;
	if (tables.len > 4 && reader_has(&tables, 0, soi, 2) &&
	    reader_has(&tables, tables.len - 2, "\xff\xd9", 2) &&
	    ((e = reader_view(&tables, 2, tables.len - 4, &body)) != 0 ||
		(e = buf_put(out, body.data, body.len)) != 0))
		return e;
	if (!reader_has(&in, 0, soi, 2))
		return doc_fail(t->d, ERR_MALFORMED, "%s: not JPEG", p->where);
	if ((e = reader_skip(&in, 2)) != 0 ||
	    (e = reader_sub(&in, reader_left(&in), &body)) != 0)
		return e;
	return buf_put(out, body.data, body.len);
}

/* Past the markers of our own JPEG to the contents of its frame header. */
static int
find_frame(struct reader *r)
{
	uint8_t ff, marker;
	uint16_t n;
	int e;

	if ((e = reader_skip(r, 2)) != 0)
		return e;
	for (;;) {
		if ((e = reader_u8(r, &ff)) != 0 ||
		    (e = reader_u8(r, &marker)) != 0 ||
		    (e = reader_u16be(r, &n)) != 0)
			return e;
		if (marker >= M_SOF0 && marker <= M_SOF2)
			return 0;
		if (marker == M_SOS || n < 2)
			return ERR_MALFORMED;
		if ((e = reader_skip(r, n - 2u)) != 0)
			return e;
	}
}

/* Is the picture in the chunk the one that the page says? */
static int
check_frame(struct tiff *t, struct tiff_page *p, struct reader r, uint32_t h)
{
	uint8_t bits, n, id, hv = 0;
	uint16_t height, width;

	if (find_frame(&r) != 0 || reader_u8(&r, &bits) != 0 ||
	    reader_u16be(&r, &height) != 0 || reader_u16be(&r, &width) != 0 ||
	    reader_u8(&r, &n) != 0 || reader_u8(&r, &id) != 0 ||
	    reader_u8(&r, &hv) != 0)
		return doc_fail(t->d, ERR_INTERNAL, "a JPEG without frame");
	if (width != p->chunk_w || (height != h && height != p->chunk_h) ||
	    n != (p->separate ? 1 : p->samples) || p->bits != 8)
		return doc_fail(t->d, ERR_MALFORMED,
		    "%s: a JPEG of %u x %u, %u components, in a strip of "
		    "%u x %u",
		    p->where, width, height, n, (unsigned)p->chunk_w,
		    (unsigned)h);
	if (p->jpeg_h != 0 && (p->jpeg_h != hv >> 4 || p->jpeg_v != (hv & 15)))
		return doc_fail(t->d, ERR_MALFORMED,
		    "%s: strips of different sampling", p->where);
	p->jpeg_h = hv >> 4;
	p->jpeg_v = hv & 15;
	return 0;
}

static int
put_chunk(struct tiff *t, struct tiff_page *p, uint32_t i, struct buf *whole,
    struct buf *data)
{
	uint32_t y = i % (p->across * p->down) / p->across * p->chunk_h,
		 h = p->tiled || p->height - y > p->chunk_h ? p->chunk_h
							    : p->height - y;
	uint8_t digest[HASH_BYTES];
	struct reader in, made;
	struct child child = { .in = &in,
		.name = "",
		.where = p->where,
		.flags = CHILD_NO_MAGIC,
		.accept = only_jpeg };
	struct doc_result res;
	struct sink sink;
	size_t from = data->len;
	int e;

	if (tiff_chunk(t, p, i, &in) != 0)
		return doc_fail(t->d, ERR_TRUNCATED, "%s: strip %u is missing",
		    p->where, (unsigned)i + 1);
	buf_clear(whole);
	if ((e = join(t, p, in, whole)) != 0)
		return e;
	buf_reader(whole, &in);
	sink_init_buf(&sink, data, CHUNK_MAX_BYTES);
	if ((e = doc_child(t->d, &child, &sink, &res)) != 0)
		(void)doc_fail(t->d, e, "%s: %s", p->where, res.message);
	if (e == 0)
		e = sink_close(&sink, digest);
	sink_done(&sink);
	if (e != 0)
		return e;
	/* The pixels of a strip are those of the page. */
	doc_refund(t->d, BUDGET_PIXELS, (uint64_t)p->chunk_w * h);
	buf_reader(data, &made);
	if ((e = reader_seek(&made, from)) != 0 ||
	    (e = reader_sub(&made, data->len - from, &in)) != 0)
		return e;
	return check_frame(t, p, in, h);
}

int
tiff_jpeg_chunks(struct tiff *t, struct tiff_page *p, struct arena *a,
    struct buf *data, uint32_t **ends)
{
	struct buf whole;
	size_t bytes;
	int e = 0;

	if (__builtin_mul_overflow((size_t)p->n_chunks, sizeof(**ends), &bytes))
		return ERR_LIMIT;
	if ((*ends = arena_alloc(a, bytes)) == NULL)
		return ERR_NOMEM;
	buf_init(&whole, CHUNK_MAX_BYTES);
	for (uint32_t i = 0; i < p->n_chunks && e == 0; i++) {
		e = put_chunk(t, p, i, &whole, data);
		(*ends)[i] = (uint32_t)data->len;
	}
	buf_done(&whole);
	return e;
}
