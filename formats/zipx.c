/*
 * ZIP reading: open (map and names), find, unpack. RFC 1951 by libdeflate in
 * one piece, or by zlib as a stream.
 */
#include "formats/zipx_int.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define PIECE 65536

int
zipx_preload(void)
{
	int e = zx_name_preload();

	if (e == 0)
		e = zx_fast_preload();
	return e != 0 ? e : zx_crypt_preload();
}

/* What the new archive will not have, for the record. */
static int
report(struct zipx *z)
{
	const struct zx_more *m;
	int e = 0;

	if (z->comment_bytes > 0)
		e = doc_found(z->d, FIND_ZIP_COMMENT, ACT_REMOVED, "",
		    "%zu bytes", z->comment_bytes);
	if (e == 0 && z->backslashes)
		e = doc_found(z->d, FIND_ZIP_BACKSLASH, ACT_REPLACED, "", NULL);
	if (e == 0 && z->charset != NULL)
		e = doc_found(z->d, FIND_ZIP_CHARSET, ACT_REPLACED, "", "%s",
		    z->charset);
	for (size_t i = 0; e == 0 && i < z->n; i++) {
		m = &z->more[i];
		if (m->commented)
			e = doc_found(z->d, FIND_ZIP_ENTRY_COMMENT, ACT_REMOVED,
			    z->list[i].name, NULL);
		if (e == 0 && m->cd.extra.odd)
			e = doc_found(z->d, FIND_ZIP_EXTRA, ACT_REMOVED,
			    z->list[i].name, NULL);
	}
	return e;
}

int
zipx_open(struct doc *d, unsigned flags, struct zipx **out)
{
	struct zipx *z = doc_alloc(d, sizeof(*z));
	int e;

	if (z == NULL)
		return ERR_NOMEM;
	z->d = d;
	z->in = doc_in(d);
	z->flags = flags;
	if ((e = zx_map(z)) != 0 || (e = zx_names(z)) != 0 ||
	    (e = report(z)) != 0)
		return e;
	*out = z;
	return 0;
}

size_t
zipx_count(const struct zipx *z)
{
	return z->n;
}

const struct zip_entry *
zipx_entry(const struct zipx *z, size_t i)
{
	return &z->list[i];
}

static int
compare_key(const void *name, const void *key)
{
	return strcmp(name, ((const struct zx_key *)key)->name);
}

int
zipx_find(const struct zipx *z, const char *name, size_t *i)
{
	const struct zx_key *k = NULL;

	if (z->n > 0)
		k = bsearch(name, z->by_name, z->n, sizeof(*k), compare_key);
	if (k == NULL)
		return ERR_NOENT;
	*i = k->i;
	return 0;
}

/* One unpacking: where bytes come from, and what is known of those made. */
struct run {
	struct zipx *z;
	const struct zip_entry *en;
	struct reader in;	/* packed data, salts and checks taken off */
	struct zx_crypt *crypt; /* NULL: not encrypted */
	uint64_t made;
	uint32_t crc;
	bool dry; /* only to try a password: charges nothing */
	int (*put)(void *, const void *, size_t);
	void *arg;
};

/* A try of a password leaves no message behind. */
static int
fail(const struct run *u, int err, const char *what)
{
	return u->dry ? err
		      : doc_fail(u->z->d, err, "%s: %s", u->en->name, what);
}

/* Count n new bytes against the entry, the ratio and the budget. */
static int
account(struct run *u, const uint8_t *p, size_t n)
{
	const struct limits *l = &doc_options(u->z->d)->limits;
	uint64_t most;

	u->made += n;
	if (u->made > u->en->bytes)
		return fail(u, ERR_MALFORMED, "more bytes than declared");
	if (__builtin_mul_overflow(u->en->packed_bytes, l->max_ratio, &most))
		most = UINT64_MAX;
	if (u->made > l->ratio_after_bytes && u->made > most)
		return fail(u, ERR_LIMIT,
		    "expands more than the permitted ratio");
	u->crc = zx_crc32(u->crc, p, n);
	return u->dry ? 0 : doc_spend(u->z->d, BUDGET_EXPANDED_BYTES, n);
}

static int
emit(struct run *u, const uint8_t *p, size_t n)
{
	int e = account(u, p, n);

	return e != 0 || u->dry || n == 0 ? e : u->put(u->arg, p, n);
}

/* The next piece of packed data, decrypted; *n 0 at the end. */
static int
next_piece(struct run *u, uint8_t *room, const uint8_t **p, size_t *n)
{
	*n = reader_left(&u->in) < PIECE ? reader_left(&u->in) : PIECE;
	if (reader_bytes(&u->in, *n, p) != 0)
		return ERR_INTERNAL;
	if (u->crypt == NULL)
		return 0;
	if (zx_crypt_next(u->crypt, *p, room, *n) != 0)
		return doc_fail(u->z->d, ERR_INTERNAL, "cipher");
	*p = room;
	return 0;
}

static int
copy_stored(struct run *u, uint8_t *room)
{
	const uint8_t *p;
	size_t n;
	int e;

	do {
		if ((e = next_piece(u, room, &p, &n)) != 0 ||
		    (e = emit(u, p, n)) != 0)
			return e;
	} while (n > 0);
	return 0;
}

/* All that one piece of input gives. */
static int
inflate_piece(struct run *u, z_stream *s, uint8_t *window, int *state)
{
	int e;

	do {
		s->next_out = window;
		s->avail_out = PIECE;
		*state = inflate(s, Z_NO_FLUSH);
		if (*state == Z_MEM_ERROR)
			return doc_fail(u->z->d, ERR_NOMEM, "out of memory");
		if (*state != Z_OK && *state != Z_STREAM_END &&
		    *state != Z_BUF_ERROR)
			return fail(u, ERR_MALFORMED,
			    "damaged compressed data");
		if ((e = emit(u, window, PIECE - s->avail_out)) != 0)
			return e;
	} while (s->avail_out == 0 && *state != Z_STREAM_END);
	return 0;
}

static int
inflate_all(struct run *u, z_stream *s, uint8_t *room, uint8_t *window)
{
	const uint8_t *p;
	size_t n = 0;
	int e, state = Z_OK;

	while (state != Z_STREAM_END) {
		if ((e = next_piece(u, room, &p, &n)) != 0)
			return e;
		if (n == 0)
			return fail(u, ERR_MALFORMED,
			    "the compressed data ends too soon");
		s->next_in = (z_const Bytef *)(uintptr_t)p;
		s->avail_in = (uInt)n;
		if ((e = inflate_piece(u, s, window, &state)) != 0)
			return e;
	}
	if (s->avail_in != 0 || reader_left(&u->in) != 0)
		return fail(u, ERR_AMBIGUOUS, "bytes behind the last block");
	return 0;
}

static int
unpack_deflate(struct run *u, uint8_t *room)
{
	z_stream s = { 0 };
	uint8_t *window = NULL;
	int e;

	if (inflateInit2(&s, -MAX_WBITS) != Z_OK)
		return doc_fail(u->z->d, ERR_NOMEM, "out of memory");
	if ((window = malloc(PIECE)) == NULL)
		e = doc_fail(u->z->d, ERR_NOMEM, "out of memory");
	else
		e = inflate_all(u, &s, room, window);
	free(window);
	inflateEnd(&s);
	return e;
}

/* May this entry be made in one piece, if its claim is true? */
static bool
fits_whole(const struct run *u)
{
	const struct limits *l = &doc_options(u->z->d)->limits;
	uint64_t most;

	if (u->crypt != NULL || u->en->bytes > ZX_WHOLE_BYTES)
		return false;
	if (__builtin_mul_overflow(u->en->packed_bytes, l->max_ratio, &most))
		most = UINT64_MAX;
	return u->en->bytes <= l->ratio_after_bytes || u->en->bytes <= most;
}

static int
unpack_whole(struct run *u)
{
	size_t n = (size_t)u->en->bytes;
	uint8_t *out = malloc(n + 1);
	const char *what = "";
	struct reader all;
	int e;

	if (out == NULL)
		return doc_fail(u->z->d, ERR_NOMEM, "out of memory");
	if (reader_sub(&u->in, reader_left(&u->in), &all) != 0)
		e = ERR_INTERNAL;
	else if ((e = zx_inflate_whole(&all, out, n, &what)) != 0)
		e = fail(u, e, what);
	else
		e = emit(u, out, n);
	free(out);
	return e;
}

static int
check_end(const struct run *u)
{
	if (u->made != u->en->bytes)
		return fail(u, ERR_MALFORMED, "fewer bytes than declared");
	/* AE-2 has none: its authentication code stands for it. */
	if (u->en->aes_version != 2 && u->crc != u->en->crc)
		return fail(u, ERR_MALFORMED, "wrong CRC");
	return 0;
}

static int
unpack(struct run *u)
{
	uint8_t *room = NULL;
	int e;

	if (u->en->method != ZX_STORE && u->en->method != ZX_DEFLATE)
		return doc_fail(u->z->d, ERR_UNSUPPORTED,
		    "%s: packed by method %u, which is not supported",
		    u->en->name, u->en->method);
	if (u->crypt != NULL && (room = malloc(PIECE)) == NULL)
		return doc_fail(u->z->d, ERR_NOMEM, "out of memory");
	if (u->en->method == ZX_STORE)
		e = copy_stored(u, room);
	else
		e = fits_whole(u) ? unpack_whole(u) : unpack_deflate(u, room);
	free(room);
	return e != 0 ? e : check_end(u);
}

/*
 * One password. ERR_DENIED when it does not fit. One byte of proof is little
 * (ZipCrypto), so the data is unpacked once into nothing before it is
 * believed; AES has been authenticated by then.
 */
static int
try_password(struct run *u, size_t i, const struct reader *password)
{
	int e = zx_crypt_open(u->z, i, *password, &u->in, &u->crypt);

	if (e == 0 && u->en->aes_strength == 0) {
		u->dry = true;
		e = unpack(u);
		zx_crypt_free(u->crypt);
		u->crypt = NULL;
		u->dry = false;
		u->made = u->crc = 0;
		if (e == ERR_MALFORMED || e == ERR_AMBIGUOUS)
			e = ERR_DENIED;
		if (e == 0)
			e = zx_crypt_open(u->z, i, *password, &u->in,
			    &u->crypt);
	}
	if (e == 0)
		e = unpack(u);
	zx_crypt_free(u->crypt);
	u->crypt = NULL;
	return e;
}

static int
unpack_encrypted(struct run *u, size_t i)
{
	const struct passwords *list = doc_passwords(u->z->d);
	size_t k;
	int e;

	/* The one that fitted last time fits again, nearly always. */
	for (size_t n = 0; n < list->n && doc_may_try(u->z->d); n++) {
		k = (u->z->password + n) % list->n;
		e = try_password(u, i, &list->list[k]);
		if (e == 0)
			u->z->password = k;
		if (e != ERR_DENIED)
			return e;
		doc_tried(u->z->d);
	}
	if (list->n > 0 && !doc_may_try(u->z->d))
		return doc_fail(u->z->d, ERR_ENCRYPTED,
		    "%s: enough passwords were tried", u->en->name);
	return doc_fail(u->z->d, ERR_ENCRYPTED,
	    list->n == 0 ? "%s: needs a password" : "%s: no password fits",
	    u->en->name);
}

int
zipx_unpack(struct zipx *z, size_t i,
    int (*put)(void *arg, const void *, size_t n), void *arg)
{
	struct run u = { .z = z, .en = &z->list[i], .put = put, .arg = arg };

	if (reader_view(&z->in, (size_t)u.en->data_off,
		(size_t)u.en->packed_bytes, &u.in) != 0)
		return doc_fail(z->d, ERR_INTERNAL, "data outside the file");
	return u.en->encrypted ? unpack_encrypted(&u, i) : unpack(&u);
}

static int
put_buf(void *arg, const void *p, size_t n)
{
	return buf_put(arg, p, n);
}

int
zipx_slurp(struct zipx *z, size_t i, struct buf *out)
{
	const struct zip_entry *en = &z->list[i];
	uint8_t *room;
	int e;

	/* Room for all of it at once, when the claim can be true at all. */
	if (en->bytes > doc_budget(z->d, BUDGET_EXPANDED_BYTES))
		return doc_spend(z->d, BUDGET_EXPANDED_BYTES, en->bytes);
	if (en->bytes <= PIECE * 16 &&
	    (e = buf_reserve(out, (size_t)en->bytes, &room)) != 0)
		return doc_fail(z->d, e, "%s: larger than expected", en->name);
	e = zipx_unpack(z, i, put_buf, out);
	return e == ERR_LIMIT || e == ERR_NOMEM
		   ? doc_fail(z->d, e, "%s: larger than expected", en->name)
		   : e;
}
