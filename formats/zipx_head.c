/*
 * ZIP headers and end records (APPNOTE 6.3.10 sections 4.3.7, 4.3.12,
 * 4.3.14 to 4.3.16, 4.5): read strictly, with every place where readers are
 * known to differ answered by ERR_AMBIGUOUS.
 */
#include "formats/zipx_int.h"

#include <string.h>

#define SIG_END	  "PK\5\6"
#define SIG_END64 "PK\6\6"
#define SIG_LOC64 "PK\6\7"
#define END_BYTES 22
#define LOC_BYTES 20
#define Z64_BYTES 56
#define MASK16	  0xffffu
#define MASK32	  0xffffffffu

struct end {
	uint16_t disk, cd_disk, n_here, n;
	uint32_t size, off;
	uint16_t comment_len;
};

int
zx_head_read(struct doc *d, struct reader *r, struct zx_head *h)
{
	int e;

	if ((e = reader_u16le(r, &h->version)) != 0 ||
	    (e = reader_u16le(r, &h->flags)) != 0 ||
	    (e = reader_u16le(r, &h->method)) != 0 ||
	    (e = reader_u16le(r, &h->time)) != 0 ||
	    (e = reader_u16le(r, &h->date)) != 0 ||
	    (e = reader_u32le(r, &h->crc)) != 0 ||
	    (e = reader_u32le(r, &h->packed32)) != 0 ||
	    (e = reader_u32le(r, &h->bytes32)) != 0 ||
	    (e = reader_u16le(r, &h->name_len)) != 0 ||
	    (e = reader_u16le(r, &h->extra_len)) != 0)
		return doc_fail(d, e, "a ZIP header is cut short");
	return 0;
}

/* Known and harmless: dropped without a word. */
static bool
is_common(uint16_t id)
{
	static const uint16_t ids[] = {
		0x000a, /* NTFS times */
		0x5455, /* times */
		0x5855, /* Info-ZIP Unix, old */
		0x7855, /* Info-ZIP Unix */
		0x7875, /* Unix user and group */
		0xa220, /* growth hint of Office */
		0xcafe, /* Java */
		0xd935, /* alignment */
	};

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		if (ids[i] == id)
			return true;
	return false;
}

static int
read_aes(struct doc *d, struct reader body, struct zx_extra *x)
{
	const uint8_t *vendor;

	if (x->has_aes)
		return doc_fail(d, ERR_AMBIGUOUS, "two AES extra fields");
	x->has_aes = true;
	if (reader_u16le(&body, &x->aes_version) != 0 ||
	    reader_bytes(&body, 2, &vendor) != 0 ||
	    reader_u8(&body, &x->aes_strength) != 0 ||
	    reader_u16le(&body, &x->aes_method) != 0 || reader_left(&body) != 0)
		return doc_fail(d, ERR_MALFORMED, "AES extra field: length");
	if (memcmp(vendor, "AE", 2) != 0 || x->aes_version < 1 ||
	    x->aes_version > 2 || x->aes_strength < 1 || x->aes_strength > 3)
		return doc_fail(d, ERR_UNSUPPORTED, "AES extra field: kind");
	return 0;
}

static int
take_extra(struct doc *d, uint16_t id, struct reader body, struct zx_extra *x)
{
	if (id == 0x9901)
		return read_aes(d, body, x);
	if ((id == 0x0001 && x->has_z64) || (id == 0x7075 && x->has_up))
		return doc_fail(d, ERR_AMBIGUOUS,
		    "extra field %04x stands twice", id);
	if (id == 0x0001) {
		x->has_z64 = true;
		x->z64 = body;
	} else if (id == 0x7075) {
		x->has_up = true;
		x->up = body;
	} else if (!is_common(id)) {
		x->odd = true;
	}
	return 0;
}

int
zx_extra_read(struct doc *d, struct reader r, struct zx_extra *x)
{
	struct reader body;
	uint16_t id, len;
	int e;

	*x = (struct zx_extra){ 0 };
	while (reader_left(&r) >= 4) {
		if (reader_u16le(&r, &id) != 0 || reader_u16le(&r, &len) != 0 ||
		    reader_sub(&r, len, &body) != 0)
			return doc_fail(d, ERR_AMBIGUOUS,
			    "an extra field is longer than its header says");
		if ((e = take_extra(d, id, body, x)) != 0)
			return e;
	}
	/* Up to three loose bytes: alignment tools, and no reader's matter. */
	return 0;
}

/* Some writers put every field there: fine where it says the same again. */
static int
check_surplus(struct doc *d, struct reader r, const uint64_t *val, size_t n)
{
	uint64_t v;
	uint32_t disk = 0;

	for (size_t i = 0; i < n && reader_left(&r) >= 8; i++)
		if (reader_u64le(&r, &v) != 0 || v != val[i])
			return doc_fail(d, ERR_AMBIGUOUS,
			    "ZIP64 field says something else");
	if (reader_left(&r) != 0 &&
	    (reader_u32le(&r, &disk) != 0 || reader_left(&r) != 0 || disk != 0))
		return doc_fail(d, ERR_AMBIGUOUS, "ZIP64 field: length");
	return 0;
}

int
zx_resolve64(struct doc *d, const struct zx_extra *x, const uint32_t *raw,
    uint64_t *val, size_t n)
{
	struct reader r = x->z64;

	for (size_t i = 0; i < n; i++) {
		val[i] = raw[i];
		if (raw[i] == MASK32 && reader_u64le(&r, &val[i]) != 0)
			return doc_fail(d, ERR_MALFORMED,
			    "a ZIP64 value is missing");
	}
	return reader_left(&r) == 0 ? 0 : check_surplus(d, x->z64, val, n);
}

static int
read_end(const struct reader *in, size_t off, struct end *end)
{
	struct reader r = *in;
	int e;

	if ((e = reader_seek(&r, off)) != 0 || (e = reader_skip(&r, 4)) != 0 ||
	    (e = reader_u16le(&r, &end->disk)) != 0 ||
	    (e = reader_u16le(&r, &end->cd_disk)) != 0 ||
	    (e = reader_u16le(&r, &end->n_here)) != 0 ||
	    (e = reader_u16le(&r, &end->n)) != 0 ||
	    (e = reader_u32le(&r, &end->size)) != 0 ||
	    (e = reader_u32le(&r, &end->off)) != 0)
		return e;
	return reader_u16le(&r, &end->comment_len);
}

/* A 32-bit field of the end record beside its ZIP64 value. */
static bool
fits(uint64_t small, uint64_t mask, uint64_t big)
{
	return small == mask || small == big;
}

struct end64 {
	uint64_t size, n_here, n, cd_size, cd_off;
	uint16_t made, needed;
	uint32_t disk, cd_disk;
};

static int
read_end64(struct reader *r, struct end64 *z)
{
	int e;

	if ((e = reader_skip(r, 4)) != 0 ||
	    (e = reader_u64le(r, &z->size)) != 0 ||
	    (e = reader_u16le(r, &z->made)) != 0 ||
	    (e = reader_u16le(r, &z->needed)) != 0 ||
	    (e = reader_u32le(r, &z->disk)) != 0 ||
	    (e = reader_u32le(r, &z->cd_disk)) != 0 ||
	    (e = reader_u64le(r, &z->n_here)) != 0 ||
	    (e = reader_u64le(r, &z->n)) != 0 ||
	    (e = reader_u64le(r, &z->cd_size)) != 0)
		return e;
	return reader_u64le(r, &z->cd_off);
}

/*
 * The ZIP64 end record must stand directly before its locator, and say what
 * the small record says, or what it has no room for.
 */
static int
take_end64(struct zipx *z, size_t loc_off, const struct end *end,
    struct end64 *z64)
{
	struct reader r = z->in;
	uint32_t disk, disks;
	uint64_t off;

	if (reader_seek(&r, loc_off) != 0 || reader_skip(&r, 4) != 0 ||
	    reader_u32le(&r, &disk) != 0 || reader_u64le(&r, &off) != 0 ||
	    reader_u32le(&r, &disks) != 0)
		return doc_fail(z->d, ERR_TRUNCATED, "ZIP64 locator");
	if (disk != 0 || disks > 1)
		return doc_fail(z->d, ERR_AMBIGUOUS, "more than one disk");
	if (off != (uint64_t)loc_off - Z64_BYTES ||
	    !reader_has(&z->in, (size_t)off, SIG_END64, 4) ||
	    reader_seek(&r, (size_t)off) != 0 || read_end64(&r, z64) != 0 ||
	    z64->size != Z64_BYTES - 12)
		return doc_fail(z->d, ERR_AMBIGUOUS,
		    "the ZIP64 end record is not where it should be");
	if (z64->disk != 0 || z64->cd_disk != 0 || z64->n_here != z64->n ||
	    !fits(end->n, MASK16, z64->n) ||
	    !fits(end->n_here, MASK16, z64->n) ||
	    !fits(end->size, MASK32, z64->cd_size) ||
	    !fits(end->off, MASK32, z64->cd_off) ||
	    !fits(end->disk, MASK16, 0) || !fits(end->cd_disk, MASK16, 0))
		return doc_fail(z->d, ERR_AMBIGUOUS,
		    "the two end records differ");
	z->end_off = (size_t)off;
	return 0;
}

static int
small_end(struct zipx *z, const struct end *end)
{
	if (end->disk != 0 || end->cd_disk != 0 || end->n_here != end->n)
		return doc_fail(z->d, ERR_AMBIGUOUS, "more than one disk");
	if (end->size == MASK32 || end->off == MASK32)
		return doc_fail(z->d, ERR_MALFORMED,
		    "the ZIP64 end record is missing");
	return 0;
}

/* [off, off + size) must end exactly where the (first) end record begins. */
static int
set_directory(struct zipx *z, uint64_t off, uint64_t size)
{
	uint64_t end;

	if (__builtin_add_overflow(off, size, &end) || end != z->end_off)
		return doc_fail(z->d, ERR_AMBIGUOUS,
		    "the directory does not end at the end record");
	z->cd_off = (size_t)off;
	z->cd_size = (size_t)size;
	return 0;
}

/*
 * A line end or padding behind the end record, as some mail programs and
 * editors leave it: no reader takes it for anything. At most four bytes.
 */
static int
trim_blanks(struct zipx *z, size_t end)
{
	struct reader tail;
	uint8_t c;

	if (z->in.len <= end || z->in.len - end > 4 ||
	    reader_view(&z->in, end, z->in.len - end, &tail) != 0)
		return 0;
	while (reader_u8(&tail, &c) == 0)
		if (c != '\n' && c != '\r' && c != ' ' && c != '\0')
			return 0;
	return reader_view(&z->in, 0, end, &z->in);
}

int
zx_find_end(struct zipx *z, uint64_t *count)
{
	struct end64 z64 = { 0 };
	struct end end;
	size_t off, loc;
	int e;

	if (reader_rfind(&z->in, SIG_END, 4, &off) != 0)
		return doc_fail(z->d, ERR_TRUNCATED,
		    "the end of the archive is missing");
	if (read_end(&z->in, off, &end) != 0)
		return doc_fail(z->d, ERR_TRUNCATED,
		    "the end record is cut short");
	if ((e = trim_blanks(z, off + END_BYTES + (size_t)end.comment_len)) !=
	    0)
		return e;
	if (z->in.len - off != END_BYTES + (size_t)end.comment_len)
		return doc_fail(z->d, ERR_AMBIGUOUS,
		    "the archive does not end with its end record");
	z->comment_bytes = end.comment_len;
	z->end_off = off;
	loc = off < LOC_BYTES ? off : off - LOC_BYTES;
	if (!reader_has(&z->in, loc, SIG_LOC64, 4)) {
		*count = end.n;
		if ((e = small_end(z, &end)) != 0)
			return e;
		return set_directory(z, end.off, end.size);
	}
	if ((e = take_end64(z, loc, &end, &z64)) != 0)
		return e;
	*count = z64.n;
	return set_directory(z, z64.cd_off, z64.cd_size);
}

/*
 * No other end record that some reader could take for the real one. Those of
 * archives stored inside members are common; they are no danger as long as
 * their comment does not reach the end of this file and their directory is
 * not found at the offset they name.
 */
int
zx_no_decoy(const struct zipx *z)
{
	struct end end;
	size_t at = 0;

	for (; reader_find(&z->in, at, SIG_END, 4, &at) == 0; at++) {
		if (at >= z->end_off && reader_has(&z->in, at, SIG_END, 4) &&
		    z->in.len - at == END_BYTES + z->comment_bytes)
			continue;
		if (at >= z->cd_off)
			return doc_fail(z->d, ERR_AMBIGUOUS,
			    "more than one end record");
		if (read_end(&z->in, at, &end) != 0)
			return 0;
		if (z->in.len - at <= END_BYTES + (size_t)end.comment_len ||
		    reader_has(&z->in, end.off, "PK\1\2", 4))
			return doc_fail(z->d, ERR_AMBIGUOUS,
			    "a second end record lies in the data");
	}
	return 0;
}
