/*
 * ZIP writing in one canonical form: local header, data, local header, ...,
 * directory, end record; nothing optional (APPNOTE 4.3.6). Deflate at one
 * level, in one piece or (long entries) fed in blocks of one size, so that the
 * bytes depend on nothing but content and order.
 *
 * Packed data waits in fixed chunks of doc memory; nothing is moved twice.
 */
#include "formats/zipx_int.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define CHUNK	    65536
#define FEED	    65536
#define WHOLE_FIRST ((size_t)64 << 10)
#define MASK32	    0xffffffffu
#define MASK16	    0xffffu
#define EPOCH	    0x00210000u /* 1980-01-01 00:00 */
#define VERSION	    20

struct chunk {
	struct chunk *next;
	uint8_t data[CHUNK];
};

/* A place in the chain of chunks. */
struct place {
	struct chunk *c;
	size_t used;
};

struct record {
	const char *name;
	size_t name_len;
	struct place at; /* where its packed bytes begin */
	uint64_t packed, bytes, off;
	uint32_t crc, mtime;
	bool stored, utf8;
};

struct zipw {
	struct doc *d;
	struct place end;
	struct record *list;
	size_t n, room;
	bool open;	/* list[n] is being written */
	uint8_t *whole; /* the entry so far, until it is too long for it */
	size_t whole_room, whole_used;
	uint8_t *packed;
	size_t packed_room;
	bool streams; /* too long: through zlib */
	bool has_stream;
	z_stream s;
	uint8_t feed[FEED];
	size_t fed;
	uint64_t off; /* while finishing: bytes put so far */
	struct buf dir;
};

static struct chunk *
new_chunk(struct doc *d)
{
	struct chunk *c = doc_alloc_bytes(d, sizeof(*c));

	if (c != NULL)
		c->next = NULL;
	return c;
}

int
zipw_new(struct doc *d, struct zipw **out)
{
	struct zipw *w = doc_alloc(d, sizeof(*w));

	if (w == NULL)
		return ERR_NOMEM;
	w->d = d;
	if ((w->end.c = new_chunk(d)) == NULL)
		return ERR_NOMEM;
	*out = w;
	return 0;
}

static int
keep(struct zipw *w, const uint8_t *p, size_t n)
{
	struct place *at = &w->end;
	size_t k;

	w->list[w->n].packed += n;
	while (n > 0) {
		if (at->used == CHUNK) {
			if (at->c->next == NULL &&
			    (at->c->next = new_chunk(w->d)) == NULL)
				return ERR_NOMEM;
			*at = (struct place){ at->c->next, 0 };
		}
		k = n < CHUNK - at->used ? n : CHUNK - at->used;
		memcpy(at->c->data + at->used, p, k);
		at->used += k;
		p += k;
		n -= k;
	}
	return 0;
}

/* zlib's memory comes from the document, so that no error path leaks it. */
static voidpf
z_alloc(voidpf d, uInt n, uInt size)
{
	size_t bytes;

	return __builtin_mul_overflow((size_t)n, (size_t)size, &bytes)
		   ? Z_NULL
		   : doc_alloc(d, bytes);
}

static void
z_free(voidpf d, voidpf p)
{
	(void)d;
	(void)p;
}

static int
start_stream(struct zipw *w)
{
	if (w->has_stream)
		return deflateReset(&w->s) == Z_OK ? 0 : ERR_INTERNAL;
	w->s.zalloc = z_alloc;
	w->s.zfree = z_free;
	w->s.opaque = w->d;
	if (deflateInit2(&w->s, ZIPW_LEVEL, Z_DEFLATED, -MAX_WBITS, 8,
		Z_DEFAULT_STRATEGY) != Z_OK)
		return doc_fail(w->d, ERR_NOMEM, "out of memory");
	w->has_stream = true;
	return 0;
}

static int
deflate_fed(struct zipw *w, int flush)
{
	uint8_t out[16384];
	int e, state;

	w->s.next_in = w->feed;
	w->s.avail_in = (uInt)w->fed;
	w->fed = 0;
	do {
		w->s.next_out = out;
		w->s.avail_out = sizeof(out);
		state = deflate(&w->s, flush);
		if (state == Z_STREAM_ERROR)
			return doc_fail(w->d, ERR_INTERNAL, "deflate");
		if ((e = keep(w, out, sizeof(out) - w->s.avail_out)) != 0)
			return e;
	} while (w->s.avail_out == 0);
	return 0;
}

static int
feed_stream(struct zipw *w, const uint8_t *p, size_t n)
{
	size_t k;
	int e;

	for (; n > 0; p += k, n -= k) {
		if (w->fed == FEED && (e = deflate_fed(w, Z_NO_FLUSH)) != 0)
			return e;
		k = n < FEED - w->fed ? n : FEED - w->fed;
		memcpy(w->feed + w->fed, p, k);
		w->fed += k;
	}
	return 0;
}

/* Doc memory again: a first piece, then eight times as much each time. */
static int
grow_whole(struct zipw *w, size_t need)
{
	size_t room = w->whole_room == 0 ? WHOLE_FIRST : w->whole_room;
	uint8_t *p;

	while (room < need)
		room *= 8;
	if (room == w->whole_room)
		return 0;
	if ((p = doc_alloc_bytes(w->d, room)) == NULL)
		return ERR_NOMEM;
	if (w->whole_used > 0)
		memcpy(p, w->whole, w->whole_used);
	w->whole = p;
	w->whole_room = room;
	return 0;
}

/* Collected until the end, or until it is too long: then it streams. */
static int
take(struct zipw *w, const uint8_t *p, size_t n)
{
	int e;

	if (!w->streams && n > ZX_WHOLE_BYTES - w->whole_used) {
		if ((e = start_stream(w)) != 0 ||
		    (e = feed_stream(w, w->whole, w->whole_used)) != 0)
			return e;
		w->streams = true;
	}
	if (w->streams)
		return feed_stream(w, p, n);
	if ((e = grow_whole(w, w->whole_used + n)) != 0)
		return e;
	memcpy(w->whole + w->whole_used, p, n);
	w->whole_used += n;
	return 0;
}

static int
pack_whole(struct zipw *w)
{
	size_t bound = zx_deflate_bound(w->whole_used), n;
	int e;

	if (bound > w->packed_room) {
		if ((w->packed = doc_alloc_bytes(w->d, bound)) == NULL)
			return ERR_NOMEM;
		w->packed_room = bound;
	}
	e = zx_deflate_whole(w->whole, w->whole_used, w->packed, bound, &n);
	return e != 0 ? doc_fail(w->d, e, "deflate") : keep(w, w->packed, n);
}

/* A date that a calendar has; else the epoch of the format. */
static uint32_t
clean_time(uint32_t t)
{
	uint32_t month = t >> 21 & 15, day = t >> 16 & 31;

	if (month < 1 || month > 12 || day < 1 || (t >> 11 & 31) > 23 ||
	    (t >> 5 & 63) > 59 || (t & 31) > 29)
		return EPOCH;
	return t;
}

static int
more_room(struct zipw *w)
{
	size_t room = w->room == 0 ? 64 : 2 * w->room;
	struct record *list;

	if (w->n < w->room)
		return 0;
	if ((list = doc_alloc(w->d, room * sizeof(*list))) == NULL)
		return ERR_NOMEM;
	if (w->n > 0)
		memcpy(list, w->list, w->n * sizeof(*list));
	w->list = list;
	w->room = room;
	return 0;
}

int
zipw_begin(struct zipw *w, const char *name, uint32_t mtime_dos, bool store)
{
	size_t n = strlen(name);
	struct record *r;
	int e;

	if (w->open || n == 0 || n > MASK16)
		return doc_fail(w->d, ERR_INTERNAL, "zipw_begin: %s", name);
	if ((e = more_room(w)) != 0)
		return e;
	r = &w->list[w->n];
	*r = (struct record){ .name_len = n,
		.at = w->end,
		.mtime = clean_time(mtime_dos),
		.stored = store || name[n - 1] == '/' };
	if ((r->name = doc_strndup(w->d, name, n)) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++)
		r->utf8 = r->utf8 || (unsigned char)name[i] >= 0x80;
	w->fed = w->whole_used = 0;
	w->streams = false;
	w->open = true;
	return 0;
}

int
zipw_put(struct zipw *w, const void *data, size_t n)
{
	struct record *r = &w->list[w->n];

	if (!w->open)
		return doc_fail(w->d, ERR_INTERNAL, "zipw_put");
	if (n == 0)
		return 0;
	r->bytes += n;
	r->crc = zx_crc32(r->crc, data, n);
	return r->stored ? keep(w, data, n) : take(w, data, n);
}

int
zipw_end(struct zipw *w)
{
	struct record *r = &w->list[w->n];
	int e;

	if (!w->open)
		return doc_fail(w->d, ERR_INTERNAL, "zipw_end");
	if (r->bytes == 0)
		r->stored = true; /* two bytes of deflate say less */
	else if (!r->stored && (e = w->streams ? deflate_fed(w, Z_FINISH)
					       : pack_whole(w)) != 0)
		return e;
	w->open = false;
	w->n++;
	return 0;
}

void
zipw_abort(struct zipw *w)
{
	if (!w->open)
		return;
	w->end = w->list[w->n].at;
	w->open = false;
}

bool
zipw_is_packed(const struct doc_result *res)
{
	return strcmp(res->out_format, "jpeg") == 0 ||
	       strcmp(res->out_format, "png") == 0;
}

int
zipw_add(struct zipw *w, const char *name, uint32_t mtime_dos, bool store,
    const void *data, size_t n)
{
	int e;

	if ((e = zipw_begin(w, name, mtime_dos, store)) != 0 ||
	    (e = zipw_put(w, data, n)) != 0)
		return e;
	return zipw_end(w);
}

static bool
needs64(const struct record *r)
{
	return r->packed >= MASK32 || r->bytes >= MASK32;
}

static uint32_t
small(uint64_t v, bool masked)
{
	return masked ? MASK32 : (uint32_t)v;
}

/* The fields that both headers share, from "version needed" on. */
static int
put_common(struct buf *b, const struct record *r, uint16_t extra_len)
{
	bool big = needs64(r);
	int e;

	if ((e = buf_u16le(b, extra_len > 0 ? 45 : VERSION)) != 0 ||
	    (e = buf_u16le(b, r->utf8 ? ZX_BIT_UTF8 : 0)) != 0 ||
	    (e = buf_u16le(b, r->stored ? ZX_STORE : ZX_DEFLATE)) != 0 ||
	    (e = buf_u32le(b, r->mtime)) != 0 ||
	    (e = buf_u32le(b, r->crc)) != 0 ||
	    (e = buf_u32le(b, small(r->packed, big))) != 0 ||
	    (e = buf_u32le(b, small(r->bytes, big))) != 0 ||
	    (e = buf_u16le(b, (uint16_t)r->name_len)) != 0)
		return e;
	return buf_u16le(b, extra_len);
}

static int
put_extra(struct buf *b, const struct record *r, bool with_off)
{
	uint16_t n = (uint16_t)((needs64(r) ? 16 : 0) + (with_off ? 8 : 0));
	int e;

	if (n == 0)
		return 0;
	if ((e = buf_u16le(b, 1)) != 0 || (e = buf_u16le(b, n)) != 0)
		return e;
	if (needs64(r) && ((e = buf_u64le(b, r->bytes)) != 0 ||
			      (e = buf_u64le(b, r->packed)) != 0))
		return e;
	return with_off ? buf_u64le(b, r->off) : 0;
}

static int
put_dir(struct buf *b, const struct record *r)
{
	bool far = r->off >= MASK32;
	uint16_t n = (uint16_t)((needs64(r) ? 16 : 0) + (far ? 8 : 0));
	bool is_dir = r->name[r->name_len - 1] == '/';
	int e;

	n = (uint16_t)(n > 0 ? n + 4 : 0);
	if ((e = buf_put(b, "PK\1\2", 4)) != 0 ||
	    (e = buf_u16le(b, VERSION)) != 0 ||
	    (e = put_common(b, r, n)) != 0 ||
	    (e = buf_u16le(b, 0)) != 0 || /* comment */
	    (e = buf_u16le(b, 0)) != 0 || /* disk */
	    (e = buf_u16le(b, 0)) != 0 || /* internal attributes */
	    (e = buf_u32le(b, is_dir ? 0x10 : 0)) != 0 ||
	    (e = buf_u32le(b, small(r->off, far))) != 0 ||
	    (e = buf_put(b, r->name, r->name_len)) != 0)
		return e;
	return put_extra(b, r, far);
}

static int
flush(struct zipw *w, struct buf *b)
{
	int e = doc_put(w->d, b->data, b->len);

	w->off += b->len;
	buf_clear(b);
	return e;
}

static int
put_data(struct zipw *w, const struct record *r)
{
	struct place at = r->at;
	uint64_t left = r->packed;
	size_t k;
	int e;

	while (left > 0) {
		if (at.used == CHUNK)
			at = (struct place){ at.c->next, 0 };
		k = CHUNK - at.used;
		if (left < k)
			k = (size_t)left;
		if ((e = doc_put(w->d, at.c->data + at.used, k)) != 0)
			return e;
		at.used += k;
		left -= k;
	}
	w->off += r->packed;
	return 0;
}

static int
put_entry(struct zipw *w, struct record *r, struct buf *head)
{
	int e;

	r->off = w->off;
	if ((e = buf_put(head, "PK\3\4", 4)) != 0 ||
	    (e = put_common(head, r, needs64(r) ? 20 : 0)) != 0 ||
	    (e = buf_put(head, r->name, r->name_len)) != 0 ||
	    (e = put_extra(head, r, false)) != 0 || (e = flush(w, head)) != 0 ||
	    (e = put_data(w, r)) != 0)
		return e;
	return put_dir(&w->dir, r);
}

static int
put_end64(struct buf *b, uint64_t n, uint64_t size, uint64_t off)
{
	int e;

	if ((e = buf_put(b, "PK\6\6", 4)) != 0 || (e = buf_u64le(b, 44)) != 0 ||
	    (e = buf_u16le(b, 45)) != 0 || (e = buf_u16le(b, 45)) != 0 ||
	    (e = buf_u64le(b, 0)) != 0 || /* two disk numbers */
	    (e = buf_u64le(b, n)) != 0 || (e = buf_u64le(b, n)) != 0 ||
	    (e = buf_u64le(b, size)) != 0 || (e = buf_u64le(b, off)) != 0 ||
	    (e = buf_put(b, "PK\6\7", 4)) != 0 || (e = buf_u32le(b, 0)) != 0 ||
	    (e = buf_u64le(b, off + size)) != 0)
		return e;
	return buf_u32le(b, 1);
}

static int
put_end(struct zipw *w, struct buf *b, uint64_t off)
{
	uint64_t size = w->dir.len;
	uint16_t n = w->n >= MASK16 ? MASK16 : (uint16_t)w->n;
	int e;

	if ((e = flush(w, &w->dir)) != 0)
		return e;
	if ((w->n >= MASK16 || size >= MASK32 || off >= MASK32) &&
	    (e = put_end64(b, w->n, size, off)) != 0)
		return e;
	if ((e = buf_put(b, "PK\5\6", 4)) != 0 || (e = buf_u32le(b, 0)) != 0 ||
	    (e = buf_u16le(b, n)) != 0 || (e = buf_u16le(b, n)) != 0 ||
	    (e = buf_u32le(b, small(size, size >= MASK32))) != 0 ||
	    (e = buf_u32le(b, small(off, off >= MASK32))) != 0 ||
	    (e = buf_u16le(b, 0)) != 0)
		return e;
	return flush(w, b);
}

static int
by_name(const void *a, const void *b)
{
	const struct record *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

/* The order of writing; a name that stands twice is our own mistake. */
static int
make_order(struct zipw *w, bool sorted, const char *first, struct record ***out)
{
	struct record **o, **s, *r;
	size_t n = w->n;

	if ((o = doc_alloc(w->d, n * sizeof(*o) + 1)) == NULL ||
	    (s = doc_alloc(w->d, n * sizeof(*s) + 1)) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++)
		o[i] = s[i] = &w->list[i];
	if (n > 0)
		qsort(s, n, sizeof(*s), by_name);
	for (size_t i = 1; i < n; i++)
		if (strcmp(s[i - 1]->name, s[i]->name) == 0)
			return doc_fail(w->d, ERR_INTERNAL, "%s: written twice",
			    s[i]->name);
	*out = sorted ? s : o;
	for (size_t i = 1; first != NULL && i < n; i++) {
		if (strcmp((*out)[i]->name, first) != 0)
			continue;
		r = (*out)[i];
		memmove(*out + 1, *out, i * sizeof(**out));
		(*out)[0] = r;
		break;
	}
	return 0;
}

int
zipw_finish(struct zipw *w, bool sorted, const char *first)
{
	struct record **o;
	struct buf b;
	int e;

	if (w->open)
		return doc_fail(w->d, ERR_INTERNAL, "zipw_finish");
	if ((e = make_order(w, sorted, first, &o)) != 0)
		return e;
	buf_init(&b, 1 << 20);
	buf_init(&w->dir, SIZE_MAX / 4);
	for (size_t i = 0; e == 0 && i < w->n; i++)
		e = put_entry(w, o[i], &b);
	if (e == 0)
		e = put_end(w, &b, w->off);
	buf_done(&b);
	buf_done(&w->dir);
	return e;
}
