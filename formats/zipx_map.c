/*
 * The map of a ZIP file: the directory is read, each local header is compared
 * with it, and local header, name, extra, data and descriptor of all entries
 * must tile the file from its first byte to the directory. A file that passes
 * has one reading for those who go by the directory and those who go by the
 * stream (classes A1 to C5 of docs/formats/zip.md). Nothing is inflated here.
 */
#include "formats/zipx_int.h"

#include <stdlib.h>
#include <string.h>

#define SIG_LOCAL "PK\3\4"
#define SIG_DIR	  "PK\1\2"
#define SIG_DESC  0x08074b50u
#define DIR_BYTES 46

#define S_FMT  0170000
#define S_REG  0100000
#define S_DIR  0040000
#define S_LINK 0120000

static int
quarrel(const struct zipx *z, const struct zip_entry *en, const char *what)
{
	return doc_fail(z->d, ERR_AMBIGUOUS, "%s: the two headers differ in %s",
	    en->raw_name, what);
}

static int
read_signature(struct reader *r, const char *sig)
{
	const uint8_t *p;

	if (reader_bytes(r, 4, &p) != 0)
		return ERR_TRUNCATED;
	return memcmp(p, sig, 4) == 0 ? 0 : ERR_MALFORMED;
}

/* Name and extra fields, which both headers have behind their fixed part. */
static int
read_tail(struct zipx *z, struct reader *r, struct zx_head *h)
{
	struct reader extra;

	if (reader_sub(r, h->name_len, &h->name) != 0 ||
	    reader_sub(r, h->extra_len, &extra) != 0)
		return doc_fail(z->d, ERR_TRUNCATED,
		    "a ZIP header is cut short");
	return zx_extra_read(z->d, extra, &h->extra);
}

struct dir_tail {
	uint16_t comment_len, disk, inner_attr;
	uint32_t attr, off;
};

static int
read_dir_fields(struct reader *r, struct dir_tail *t)
{
	int e;

	if ((e = reader_u16le(r, &t->comment_len)) != 0 ||
	    (e = reader_u16le(r, &t->disk)) != 0 ||
	    (e = reader_u16le(r, &t->inner_attr)) != 0 ||
	    (e = reader_u32le(r, &t->attr)) != 0)
		return e;
	return reader_u32le(r, &t->off);
}

static int
read_dir_record(struct zipx *z, struct reader *r, struct zx_more *m)
{
	struct zx_head *h = &m->cd;
	struct dir_tail t;
	uint32_t raw[3];
	uint64_t val[3];
	int e;

	if (read_signature(r, SIG_DIR) != 0)
		return doc_fail(z->d, ERR_AMBIGUOUS,
		    "something else stands in the directory");
	if (reader_u16le(r, &m->made_by) != 0)
		return doc_fail(z->d, ERR_TRUNCATED, "directory");
	if ((e = zx_head_read(z->d, r, h)) != 0)
		return e;
	if (read_dir_fields(r, &t) != 0)
		return doc_fail(z->d, ERR_TRUNCATED, "directory");
	if ((e = read_tail(z, r, h)) != 0)
		return e;
	if (reader_skip(r, t.comment_len) != 0)
		return doc_fail(z->d, ERR_TRUNCATED, "directory");
	if (t.disk != 0)
		return doc_fail(z->d, ERR_AMBIGUOUS, "more than one disk");
	raw[0] = h->bytes32;
	raw[1] = h->packed32;
	raw[2] = t.off;
	if ((e = zx_resolve64(z->d, &h->extra, raw, val, 3)) != 0)
		return e;
	h->bytes = val[0];
	h->packed = val[1];
	m->lfh_off = val[2];
	m->attr = t.attr;
	m->commented = t.comment_len != 0;
	return 0;
}

static int
fill_crypt(struct zipx *z, struct zip_entry *en, const struct zx_head *h)
{
	if (h->flags & (ZX_BIT_STRONG | ZX_BIT_MASKED))
		return doc_fail(z->d, ERR_ENCRYPTED,
		    "%s: strong encryption, which cannot be opened here",
		    en->raw_name);
	en->encrypted = (h->flags & ZX_BIT_CRYPT) != 0;
	if ((h->method == ZX_AES) != h->extra.has_aes ||
	    (h->extra.has_aes && !en->encrypted))
		return doc_fail(z->d, ERR_AMBIGUOUS,
		    "%s: AES field without AES, or AES without its field",
		    en->raw_name);
	en->method = h->method;
	if (h->extra.has_aes) {
		en->method = h->extra.aes_method;
		en->aes_strength = h->extra.aes_strength;
		en->aes_version = (uint8_t)h->extra.aes_version;
	}
	return 0;
}

/* What a directory record says alone. */
static int
fill_entry(struct zipx *z, size_t i)
{
	const struct zx_more *m = &z->more[i];
	const struct zx_head *h = &m->cd;
	struct zip_entry *en = &z->list[i];

	if (h->name_len == 0)
		return doc_fail(z->d, ERR_MALFORMED, "an entry has no name");
	en->raw_name = doc_strndup(z->d, h->name.data, h->name_len);
	if (en->raw_name == NULL)
		return ERR_NOMEM;
	en->raw_len = h->name_len;
	if (strlen(en->raw_name) != en->raw_len)
		return doc_fail(z->d, ERR_AMBIGUOUS,
		    "%s: a NUL stands in a name", en->raw_name);
	en->crc = h->crc;
	en->packed_bytes = h->packed;
	en->bytes = h->bytes;
	en->mtime_dos = (uint32_t)h->date << 16 | h->time;
	en->utf8_flag = (h->flags & ZX_BIT_UTF8) != 0;
	return fill_crypt(z, en, h);
}

/* Bytes that the packed form has beside the data: salts, checks. */
static uint64_t
crypt_bytes(const struct zip_entry *en)
{
	if (!en->encrypted)
		return 0;
	return en->aes_strength == 0 ? 12 : 4 + 4u * en->aes_strength + 2 + 10;
}

static int
check_entry(const struct zipx *z, size_t i)
{
	const struct zip_entry *en = &z->list[i];
	const struct zx_head *h = &z->more[i].cd;
	uint64_t more = crypt_bytes(en), least = more, most;

	if (h->flags & ~(unsigned)ZX_BITS_KNOWN)
		return doc_fail(z->d, ERR_MALFORMED,
		    "%s: reserved flag bits are set", en->raw_name);
	if (en->packed_bytes < least)
		return doc_fail(z->d, ERR_MALFORMED,
		    "%s: shorter than its encryption needs", en->raw_name);
	if (en->method == ZX_STORE && en->packed_bytes - more != en->bytes)
		return doc_fail(z->d, ERR_AMBIGUOUS,
		    "%s: stored, but its two sizes differ", en->raw_name);
	/* Deflate cannot do better than 1032:1 (RFC 1951). */
	if (en->method == ZX_DEFLATE &&
	    (__builtin_mul_overflow(en->packed_bytes, 1040u, &most) ||
		en->bytes > most))
		return doc_fail(z->d, ERR_MALFORMED,
		    "%s: claims more bytes than it can hold", en->raw_name);
	if (!(z->flags & ZIPX_OPC))
		return 0;
	if (en->encrypted)
		return doc_fail(z->d, ERR_ENCRYPTED, "%s: encrypted inside",
		    en->raw_name);
	if (en->method != ZX_STORE && en->method != ZX_DEFLATE)
		return doc_fail(z->d, ERR_UNSUPPORTED,
		    "%s: packed by method %u, which documents do not use",
		    en->raw_name, en->method);
	return 0;
}

static int
same_up(const struct reader *a, const struct reader *b)
{
	return a->len == b->len &&
	       (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static int
compare_extra(const struct zipx *z, const struct zip_entry *en,
    const struct zx_extra *a, const struct zx_extra *b)
{
	if (a->has_up != b->has_up || !same_up(&a->up, &b->up))
		return quarrel(z, en, "their Unicode path");
	if (a->has_aes != b->has_aes || a->aes_version != b->aes_version ||
	    a->aes_strength != b->aes_strength ||
	    a->aes_method != b->aes_method)
		return quarrel(z, en, "their AES field");
	return 0;
}

/* A local value: equal, or zero when a descriptor brings it later. */
static bool
agrees(uint64_t local, uint64_t dir, bool later)
{
	return local == dir || (later && local == 0);
}

static int
compare(const struct zipx *z, size_t i, const struct zx_head *h)
{
	const struct zx_head *cd = &z->more[i].cd;
	const struct zip_entry *en = &z->list[i];
	bool later = (cd->flags & ZX_BIT_DESC) != 0;

	if (!same_up(&h->name, &cd->name))
		return quarrel(z, en, "the name");
	if (h->method != cd->method)
		return quarrel(z, en, "the method");
	/* The deflate level (bits 1 and 2) means nothing to a reader. */
	if ((h->flags | 6) != (cd->flags | 6))
		return quarrel(z, en, "the flags");
	if (!agrees(h->crc, cd->crc, later))
		return quarrel(z, en, "the CRC");
	if (!agrees(h->bytes, cd->bytes, later) ||
	    !agrees(h->packed, cd->packed, later))
		return quarrel(z, en, "the sizes");
	return compare_extra(z, en, &h->extra, &cd->extra);
}

/* One of the four forms of a descriptor, saying what the directory says. */
static int
check_descriptor(const struct zipx *z, size_t i, struct reader r)
{
	const struct zip_entry *en = &z->list[i];
	const struct zx_head *h = &z->more[i].cd;
	bool is_signed = r.len == 16 || r.len == 24, wide = r.len >= 20;
	uint32_t sig = 0, crc = 0, small[2] = { 0 };
	uint64_t packed = 0, bytes = 0;
	int e = 0;

	if (r.len != 12 && r.len != 16 && r.len != 20 && r.len != 24)
		return doc_fail(z->d, ERR_AMBIGUOUS,
		    "%s: no descriptor, or other bytes, behind its data",
		    en->raw_name);
	if (is_signed)
		e = reader_u32le(&r, &sig);
	if (e == 0)
		e = reader_u32le(&r, &crc);
	if (e == 0 && wide && (e = reader_u64le(&r, &packed)) == 0)
		e = reader_u64le(&r, &bytes);
	if (e == 0 && !wide && (e = reader_u32le(&r, &small[0])) == 0)
		e = reader_u32le(&r, &small[1]);
	if (!wide) {
		packed = small[0];
		bytes = small[1];
	}
	if (e != 0 || (is_signed ? sig != SIG_DESC : crc == SIG_DESC) ||
	    crc != h->crc || packed != h->packed || bytes != h->bytes)
		return doc_fail(z->d, ERR_AMBIGUOUS,
		    "%s: its descriptor says something else", en->raw_name);
	return 0;
}

/*
 * Stored data with sizes only in the descriptor: a stream reader looks for
 * the signature. It must find the real one first.
 */
static int
check_stored_stream(const struct zipx *z, size_t i, const struct zx_head *local,
    size_t data_end)
{
	const struct zip_entry *en = &z->list[i];
	size_t at;

	if (local->method != ZX_STORE || local->packed == en->packed_bytes)
		return 0;
	if (reader_find(&z->in, (size_t)en->data_off, "PK\7\10", 4, &at) != 0 ||
	    at != data_end)
		return doc_fail(z->d, ERR_AMBIGUOUS,
		    "%s: stored, and only a guess finds its end", en->raw_name);
	return 0;
}

/* Everything of entry i must lie in [its offset, next) and fill it. */
static int
check_tile(struct zipx *z, size_t i, size_t next)
{
	struct zip_entry *en = &z->list[i];
	struct reader r, rest;
	struct zx_head h;
	uint32_t raw[2];
	uint64_t val[2];
	int e;

	if (reader_view(&z->in, (size_t)z->more[i].lfh_off,
		next - (size_t)z->more[i].lfh_off, &r) != 0 ||
	    read_signature(&r, SIG_LOCAL) != 0)
		return doc_fail(z->d, ERR_AMBIGUOUS,
		    "%s: no local header where the directory says",
		    en->raw_name);
	if ((e = zx_head_read(z->d, &r, &h)) != 0 ||
	    (e = read_tail(z, &r, &h)) != 0)
		return e;
	raw[0] = h.bytes32;
	raw[1] = h.packed32;
	if ((e = zx_resolve64(z->d, &h.extra, raw, val, 2)) != 0)
		return e;
	h.bytes = val[0];
	h.packed = val[1];
	if ((e = compare(z, i, &h)) != 0)
		return e;
	z->more[i].lfh_time = h.time;
	en->data_off = z->more[i].lfh_off + reader_pos(&r);
	if (en->packed_bytes > reader_left(&r) ||
	    reader_skip(&r, (size_t)en->packed_bytes) != 0)
		return doc_fail(z->d, ERR_AMBIGUOUS,
		    "%s: overlaps what follows it", en->raw_name);
	if (reader_sub(&r, reader_left(&r), &rest) != 0)
		return ERR_INTERNAL;
	if (h.flags & ZX_BIT_DESC) {
		if ((e = check_descriptor(z, i, rest)) != 0)
			return e;
		return check_stored_stream(z, i, &h,
		    (size_t)(en->data_off + en->packed_bytes));
	}
	if (rest.len != 0)
		return doc_fail(z->d, ERR_AMBIGUOUS,
		    "%s: %zu bytes behind its data belong to nothing",
		    en->raw_name, rest.len);
	return 0;
}

struct order {
	uint64_t off;
	size_t i;
};

static int
by_offset(const void *a, const void *b)
{
	const struct order *x = a, *y = b;

	return x->off < y->off ? -1 : x->off > y->off;
}

static int
check_tiling(struct zipx *z)
{
	struct order *o;
	uint64_t next;
	int e;

	if (z->n == 0)
		return z->cd_off == 0 ? 0
				      : doc_fail(z->d, ERR_AMBIGUOUS,
					    "bytes that belong to no entry");
	if ((o = doc_alloc(z->d, z->n * sizeof(*o))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < z->n; i++)
		o[i] = (struct order){ z->more[i].lfh_off, i };
	qsort(o, z->n, sizeof(*o), by_offset);
	if (o[0].off != 0)
		return doc_fail(z->d, ERR_AMBIGUOUS,
		    "the archive does not begin with its first entry");
	for (size_t k = 0; k < z->n; k++) {
		next = k + 1 < z->n ? o[k + 1].off : z->cd_off;
		if (next <= o[k].off || next > z->cd_off)
			return doc_fail(z->d, ERR_AMBIGUOUS,
			    "%s: shares its place with another",
			    z->list[o[k].i].raw_name);
		if ((e = check_tile(z, o[k].i, (size_t)next)) != 0)
			return e;
	}
	return 0;
}

static int
read_directory(struct zipx *z, uint64_t count)
{
	uint64_t most = doc_options(z->d)->limits.max[BUDGET_MEMBERS];
	struct reader r;
	int e;

	if (reader_view(&z->in, z->cd_off, z->cd_size, &r) != 0)
		return doc_fail(z->d, ERR_TRUNCATED, "directory");
	if (count > z->cd_size / DIR_BYTES)
		return doc_fail(z->d, ERR_AMBIGUOUS,
		    "fewer entries than the end record says");
	if (count > most)
		return doc_fail(z->d, ERR_LIMIT,
		    "over the limit of %llu entries", (unsigned long long)most);
	z->list = doc_alloc(z->d, (size_t)count * sizeof(*z->list) + 1);
	z->more = doc_alloc(z->d, (size_t)count * sizeof(*z->more) + 1);
	if (z->list == NULL || z->more == NULL)
		return ERR_NOMEM;
	for (z->n = 0; z->n < count; z->n++)
		if ((e = read_dir_record(z, &r, &z->more[z->n])) != 0 ||
		    (e = fill_entry(z, z->n)) != 0 ||
		    (e = check_entry(z, z->n)) != 0)
			return e;
	if (reader_left(&r) != 0)
		return doc_fail(z->d, ERR_AMBIGUOUS,
		    "more in the directory than the end record says");
	return 0;
}

/* Directories, symbolic links and devices, by attributes. */
static void
set_kind(struct zip_entry *en, const struct zx_more *m)
{
	unsigned host = m->made_by >> 8;
	unsigned mode = (host == 3 || host == 19) ? m->attr >> 16 & S_FMT : 0;

	en->is_symlink = mode == S_LINK;
	en->is_special =
	    mode != 0 && mode != S_REG && mode != S_DIR && mode != S_LINK;
	en->is_dir = mode == S_DIR || (mode == 0 && (m->attr & 0x10) != 0);
}

int
zx_map(struct zipx *z)
{
	uint64_t count = 0;
	int e;

	if ((e = zx_find_end(z, &count)) != 0 ||
	    (e = read_directory(z, count)) != 0 || (e = check_tiling(z)) != 0 ||
	    (e = zx_no_decoy(z)) != 0)
		return e;
	for (size_t i = 0; i < z->n; i++)
		set_kind(&z->list[i], &z->more[i]);
	return 0;
}
