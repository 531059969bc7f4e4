/* Where the bytes of an uncompressed picture are; see heif_unci_int.h. */
#include <string.h>

#include <zlib.h>

#include "formats/raster/heif_unci_int.h"

#define EXTENTS_MAX 4096u
#define PIECE_BYTES 65536u

int
unci_unsupported(struct unci *u, const char *what)
{
	return doc_fail(u->d, ERR_UNSUPPORTED, "uncompressed pixels: %s", what);
}

int
unci_malformed(struct unci *u, const char *what)
{
	return doc_fail(u->d, ERR_MALFORMED, "uncompressed pixels: %s", what);
}

/* A number of 0, 4 or 8 octets. */
static int
get_sized(struct reader *in, unsigned octets, uint64_t *out)
{
	uint32_t v;
	int e;

	*out = 0;
	if (octets == 0)
		return 0;
	if (octets == 8)
		return reader_u64be(in, out);
	if (octets != 4)
		return ERR_UNSUPPORTED;
	if ((e = reader_u32be(in, &v)) == 0)
		*out = v;
	return e;
}

struct iloc {
	uint8_t version;
	unsigned offset_size, length_size, base_size, index_size;
};

struct place {
	uint32_t id;
	uint16_t method, source, n;
	uint64_t base;
};

static int
get_place(struct reader *in, const struct iloc *l, struct place *p)
{
	p->method = 0;
	if (heif_get_id(in, l->version == 2, &p->id) != 0 ||
	    (l->version > 0 && reader_u16be(in, &p->method) != 0) ||
	    reader_u16be(in, &p->source) != 0 ||
	    get_sized(in, l->base_size, &p->base) != 0 ||
	    reader_u16be(in, &p->n) != 0)
		return ERR_MALFORMED;
	p->method &= 15;
	return 0;
}

static int
put_extent(struct unci *u, const struct reader *in, uint64_t base, uint64_t at,
    uint64_t len)
{
	struct reader part;

	if (__builtin_add_overflow(base, at, &at) || at > in->len)
		return unci_malformed(u, "bytes outside the file");
	if (len == 0)
		len = in->len - at;
	if (reader_view(in, (size_t)at, (size_t)len, &part) != 0)
		return unci_malformed(u, "bytes outside the file");
	if (buf_put(&u->p->data, part.data, part.len) != 0)
		return unci_unsupported(u, "the same bytes more than once");
	return 0;
}

/* take: this is the item. */
static int
read_extents(struct unci *u, struct reader *r, const struct iloc *l,
    const struct place *p, bool take)
{
	struct reader in = u->in;
	uint64_t index, at, len;
	int e = 0;

	if (take && (p->method > 1 || p->source != 0 || p->n > EXTENTS_MAX))
		return unci_unsupported(u, "bytes in another place");
	if (take && p->method == 1 &&
	    heif_find_box(u->meta, FOURCC('i', 'd', 'a', 't'), &in) != 0)
		return unci_malformed(u, "no bytes");
	for (unsigned i = 0; i < p->n && e == 0; i++) {
		if (get_sized(r, l->version > 0 ? l->index_size : 0, &index) !=
			0 ||
		    get_sized(r, l->offset_size, &at) != 0 ||
		    get_sized(r, l->length_size, &len) != 0)
			return unci_malformed(u, "iloc cut short");
		if (take)
			e = put_extent(u, &in, p->base, at, len);
	}
	return e;
}

int
unci_bytes(struct unci *u)
{
	struct reader r;
	struct iloc l;
	struct place p;
	uint16_t sizes;
	uint32_t flags, n;
	int e = 0;

	if (heif_find_box(u->meta, FOURCC('i', 'l', 'o', 'c'), &r) != 0 ||
	    heif_get_full(&r, &l.version, &flags) != 0 || l.version > 2 ||
	    reader_u16be(&r, &sizes) != 0 ||
	    heif_get_id(&r, l.version == 2, &n) != 0)
		return unci_malformed(u, "no iloc");
	l.offset_size = sizes >> 12;
	l.length_size = sizes >> 8 & 15;
	l.base_size = sizes >> 4 & 15;
	l.index_size = sizes & 15;
	for (uint32_t i = 0; i < n && e == 0; i++) {
		if (get_place(&r, &l, &p) != 0)
			return unci_malformed(u, "iloc cut short");
		if (p.id == u->id && u->p->data.len > 0)
			return doc_fail(u->d, ERR_AMBIGUOUS,
			    "uncompressed pixels: two places");
		e = read_extents(u, &r, &l, &p, p.id == u->id);
	}
	if (e == 0 && u->p->data.len == 0)
		return unci_malformed(u, "no bytes");
	return e;
}

/* No more than can be looked at; the rest is left. */
static int
inflate_into(struct unci *u, z_stream *z, struct buf *out)
{
	uint8_t *room;
	size_t n;
	int rc = Z_OK, e = 0;

	while (e == 0 && rc == Z_OK && out->len < out->max) {
		n = out->max - out->len;
		n = n < PIECE_BYTES ? n : PIECE_BYTES;
		if (buf_reserve(out, n, &room) != 0)
			return ERR_NOMEM;
		z->next_out = room;
		z->avail_out = (uInt)n;
		rc = inflate(z, Z_NO_FLUSH);
		buf_commit(out, n - z->avail_out);
		e = doc_spend(u->d, BUDGET_EXPANDED_BYTES, n - z->avail_out);
		if (n == z->avail_out)
			break;
	}
	if (e != 0 || rc == Z_OK || rc == Z_STREAM_END)
		return e;
	return unci_malformed(u, "damaged");
}

int
unci_unpack(struct unci *u)
{
	uint64_t most = unci_most_octets(u->f);
	struct buf packed = u->p->data;
	z_stream z;
	int e;

	if (u->pack == PACK_NONE)
		return 0;
	if (most > doc_budget(u->d, BUDGET_EXPANDED_BYTES))
		return doc_fail(u->d, ERR_LIMIT, "%llu bytes of samples",
		    (unsigned long long)most);
	memset(&z, 0, sizeof(z));
	if (packed.len > UINT32_MAX ||
	    inflateInit2(&z, u->pack == PACK_ZLIB ? MAX_WBITS : -MAX_WBITS) !=
		Z_OK)
		return ERR_NOMEM;
	buf_init(&u->p->data, (size_t)most);
	z.next_in = packed.data;
	z.avail_in = (uInt)packed.len;
	e = inflate_into(u, &z, &u->p->data);
	inflateEnd(&z);
	buf_done(&packed);
	return e;
}
