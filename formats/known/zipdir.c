#include "formats/known/zipdir.h"

#include <string.h>
#include <strings.h>
#include <zlib.h>

#define EOCD_BYTES     22u
#define LOCATOR_BYTES  20u
#define TAIL_MAX_BYTES (65535u + EOCD_BYTES + LOCATOR_BYTES)
#define ARENA_BYTES    (48u * 1024) /* zlib's state and window: 40 KiB */

struct end {
	size_t off; /* of the end record that counts */
	uint64_t dir_off, dir_bytes;
};

/* Last "PK\5\6" whose comment ends with the file, else the last one at all. */
static int
find_end(const struct reader *in, size_t *out)
{
	size_t from = in->len > TAIL_MAX_BYTES ? in->len - TAIL_MAX_BYTES : 0;
	size_t at = 0;
	struct reader r = *in;
	uint16_t comment;
	bool any = false, good = false, fits;

	*out = 0;
	while (reader_find(in, from, "PK\5\6", 4, &at) == 0) {
		if (reader_seek(&r, at) != 0 || reader_skip(&r, 20) != 0 ||
		    reader_u16le(&r, &comment) != 0)
			break;
		fits = reader_left(&r) == comment;
		if (fits || !good)
			*out = at;
		good = good || fits;
		any = true;
		from = at + 1;
	}
	return any ? 0 : ERR_NOENT;
}

/* A ZIP64 end record replaces the numbers, when there is one. */
static void
read_end64(const struct reader *in, struct end *end)
{
	struct reader r = *in;
	uint64_t off, bytes, dir;

	if (end->off < LOCATOR_BYTES ||
	    !reader_has(in, end->off - LOCATOR_BYTES, "PK\6\7", 4) ||
	    reader_seek(&r, end->off - LOCATOR_BYTES) != 0 ||
	    reader_skip(&r, 8) != 0 || reader_u64le(&r, &off) != 0 ||
	    off > in->len || !reader_has(in, (size_t)off, "PK\6\6", 4))
		return;
	if (reader_seek(&r, (size_t)off) != 0 || reader_skip(&r, 40) != 0 ||
	    reader_u64le(&r, &bytes) != 0 || reader_u64le(&r, &dir) != 0)
		return;
	end->off = (size_t)off;
	end->dir_bytes = bytes;
	end->dir_off = dir;
}

static int
read_end(const struct reader *in, struct end *end)
{
	struct reader r = *in;
	uint32_t bytes, off;
	int e;

	if ((e = find_end(in, &end->off)) != 0)
		return e;
	if (reader_seek(&r, end->off) != 0 || reader_skip(&r, 12) != 0 ||
	    reader_u32le(&r, &bytes) != 0 || reader_u32le(&r, &off) != 0)
		return ERR_NOENT;
	end->dir_bytes = bytes;
	end->dir_off = off;
	if (bytes == UINT32_MAX || off == UINT32_MAX)
		read_end64(in, end);
	return 0;
}

int
zipdir_open(const struct reader *in, struct zipdir *z)
{
	struct end end;
	size_t off;
	int e;

	if ((e = read_end(in, &end)) != 0)
		return e;
	if (end.dir_off <= in->len &&
	    reader_has(in, (size_t)end.dir_off, "PK\1\2", 4))
		off = (size_t)end.dir_off;
	else if (end.dir_bytes <= end.off)
		off = end.off - (size_t)end.dir_bytes; /* something before it */
	else
		return ERR_NOENT;
	if (off > end.off || reader_view(in, off, end.off - off, &z->cur) != 0)
		return ERR_NOENT;
	z->in = *in;
	z->in.pos = 0;
	z->seen = 0;
	return 0;
}

int
zipdir_next(struct zipdir *z, struct zipdir_member *m)
{
	struct reader *r = &z->cur;
	uint16_t name, extra, comment;
	uint32_t sig, packed, bytes, off;

	if (z->seen >= ZIPDIR_MAX_MEMBERS || reader_u32le(r, &sig) != 0 ||
	    sig != 0x02014b50 || reader_skip(r, 4) != 0 ||
	    reader_u16le(r, &m->flags) != 0 ||
	    reader_u16le(r, &m->method) != 0 || reader_skip(r, 8) != 0 ||
	    reader_u32le(r, &packed) != 0 || reader_u32le(r, &bytes) != 0 ||
	    reader_u16le(r, &name) != 0 || reader_u16le(r, &extra) != 0 ||
	    reader_u16le(r, &comment) != 0 || reader_skip(r, 8) != 0 ||
	    reader_u32le(r, &off) != 0 ||
	    reader_bytes(r, name, &m->name) != 0 ||
	    reader_skip(r, extra) != 0 || reader_skip(r, comment) != 0)
		return ERR_NOENT;
	m->name_len = name;
	m->packed_bytes = packed;
	m->bytes = bytes;
	m->header_off = off;
	z->seen++;
	return 0;
}

int
zipdir_data(const struct zipdir *z, const struct zipdir_member *m,
    struct reader *packed)
{
	struct reader r = z->in;
	uint16_t name, extra;

	if (m->header_off > r.len ||
	    !reader_has(&r, (size_t)m->header_off, "PK\3\4", 4))
		return ERR_MALFORMED;
	if (reader_seek(&r, (size_t)m->header_off) != 0 ||
	    reader_skip(&r, 26) != 0 || reader_u16le(&r, &name) != 0 ||
	    reader_u16le(&r, &extra) != 0 || reader_skip(&r, name) != 0 ||
	    reader_skip(&r, extra) != 0)
		return ERR_TRUNCATED;
	if (m->packed_bytes > reader_left(&r))
		return ERR_TRUNCATED;
	return reader_sub(&r, (size_t)m->packed_bytes, packed);
}

bool
zipdir_is(const struct zipdir_member *m, const char *name)
{
	return m->name_len == strlen(name) &&
	       memcmp(m->name, name, m->name_len) == 0;
}

bool
zipdir_is_fold(const struct zipdir_member *m, const char *name)
{
	return m->name_len == strlen(name) &&
	       strncasecmp((const char *)m->name, name, m->name_len) == 0;
}

bool
zipdir_starts(const struct zipdir_member *m, const char *prefix)
{
	size_t n = strlen(prefix);

	return m->name_len >= n && memcmp(m->name, prefix, n) == 0;
}

bool
zipdir_ends_fold(const struct zipdir_member *m, const char *suffix)
{
	struct reader name;
	size_t n = strlen(suffix);
	const uint8_t *end;

	reader_init(&name, m->name, m->name_len);
	if (n > m->name_len || reader_skip(&name, m->name_len - n) != 0 ||
	    reader_bytes(&name, n, &end) != 0)
		return false;
	return strncasecmp((const char *)end, suffix, n) == 0;
}

/* ---- unpacking without the heap */

struct arena {
	size_t used;
	_Alignas(16) unsigned char bytes[ARENA_BYTES];
};

static voidpf
take(voidpf opaque, uInt items, uInt size)
{
	struct arena *a = opaque;
	size_t n, at = a->used;

	if (__builtin_mul_overflow((size_t)items, (size_t)size, &n) ||
	    n > ARENA_BYTES - 16 || at > ARENA_BYTES - 16 - n)
		return Z_NULL;
	a->used = (at + n + 15) & ~(size_t)15;
	return a->bytes + at;
}

static void
give_back(voidpf opaque, voidpf p)
{
	(void)opaque; /* the arena ends with the call */
	(void)p;
}

/* One piece of at most ZIPDIR_CHUNK bytes; false at the end. */
static bool
inflate_piece(z_stream *s, size_t *left, void *chunk,
    bool (*piece)(void *, const void *, size_t), void *arg, bool *any)
{
	size_t room = *left < ZIPDIR_CHUNK ? *left : ZIPDIR_CHUNK;
	size_t n;
	int z;

	s->next_out = chunk;
	s->avail_out = (uInt)room;
	z = inflate(s, Z_SYNC_FLUSH);
	n = room - s->avail_out;
	if (n == 0)
		return false;
	*any = true;
	*left -= n;
	return piece(arg, chunk, n) && z == Z_OK && *left > 0;
}

int
zipdir_inflate(const struct reader *packed, size_t max_bytes,
    bool (*piece)(void *, const void *, size_t), void *arg)
{
	struct arena arena;
	unsigned char chunk[ZIPDIR_CHUNK];
	z_stream s;
	bool any = false;

	arena.used = 0;
	memset(&s, 0, sizeof(s));
	s.zalloc = take;
	s.zfree = give_back;
	s.opaque = &arena;
	if (packed->len > UINT32_MAX || inflateInit2(&s, -MAX_WBITS) != Z_OK)
		return ERR_UNSUPPORTED;
	s.next_in = (z_const Bytef *)packed->data;
	s.avail_in = (uInt)packed->len;
	while (inflate_piece(&s, &max_bytes, chunk, piece, arg, &any))
		;
	(void)inflateEnd(&s);
	return any ? 0 : ERR_MALFORMED;
}

static int
unpack_stored(const struct reader *packed, size_t max_bytes,
    bool (*piece)(void *, const void *, size_t), void *arg)
{
	struct reader r = *packed;
	const uint8_t *p;
	size_t n, left = max_bytes;

	while (reader_left(&r) > 0 && left > 0) {
		n = reader_left(&r) < ZIPDIR_CHUNK ? reader_left(&r)
						   : ZIPDIR_CHUNK;
		n = n < left ? n : left;
		if (reader_bytes(&r, n, &p) != 0 || !piece(arg, p, n))
			break;
		left -= n;
	}
	return packed->len > 0 ? 0 : ERR_MALFORMED;
}

int
zipdir_unpack(const struct zipdir *z, const struct zipdir_member *m,
    size_t max_bytes, bool (*piece)(void *arg, const void *, size_t n),
    void *arg)
{
	struct reader packed;
	int e;

	if ((m->flags & 1) != 0 || (m->method != 0 && m->method != 8))
		return ERR_UNSUPPORTED;
	if ((e = zipdir_data(z, m, &packed)) != 0)
		return e;
	return m->method == 0 ? unpack_stored(&packed, max_bytes, piece, arg)
			      : zipdir_inflate(&packed, max_bytes, piece, arg);
}
