/*
 * Writing and reading parcels: the bytes around the manifest (parcel.c).
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/fsx.h"
#include "core/parcel_int.h"

#define SIGN	   "sekisho-parcel-1"
#define HEAD_BYTES (8 + 4)
#define BLOCK	   65536

/* Copy what a payload's fd holds, which must be what the manifest says. */
static int
write_payload(int fd, const struct parcel_payload *q,
    char why[PARCEL_WHY_BYTES])
{
	uint8_t block[BLOCK], digest[HASH_BYTES];
	struct hash h;
	uint64_t at = 0;
	size_t n;
	int e;

	hash_init(&h);
	for (; at < q->bytes; at += n) {
		n = q->bytes - at < BLOCK ? (size_t)(q->bytes - at) : BLOCK;
		if ((e = fsx_pread_all(q->fd, block, n, at)) != 0)
			return parcel_bad(why,
			    e == ERR_TRUNCATED ? ERR_DENIED : e,
			    "cannot read all of %s", q->name);
		hash_add(&h, block, n);
		if ((e = fsx_write_all(fd, block, n)) != 0)
			return parcel_bad(why, e, "cannot write");
	}
	hash_end(&h, digest);
	if (memcmp(digest, q->sha256, sizeof(digest)) != 0)
		return parcel_bad(why, ERR_DENIED, "not what was released: %s",
		    q->name);
	return 0;
}

/* Magic, length and manifest: what is signed. */
static int
make_head(const struct parcel *p, struct buf *head, char why[PARCEL_WHY_BYTES])
{
	struct buf manifest;
	int e;

	buf_init(&manifest, PARCEL_MANIFEST_BYTES);
	if ((e = parcel_manifest(p, &manifest, why)) == 0 &&
	    ((e = buf_put(head, PARCEL_MAGIC, 8)) != 0 ||
		(e = buf_u32be(head, (uint32_t)manifest.len)) != 0 ||
		(e = buf_put(head, manifest.data, manifest.len)) != 0))
		parcel_bad(why, e, "out of memory");
	buf_done(&manifest);
	return e;
}

int
parcel_write(int fd, const struct parcel *p, const struct keys *k,
    char why[PARCEL_WHY_BYTES])
{
	uint8_t sig[KEYS_SIGNATURE];
	struct buf head;
	int e;

	buf_init(&head, PARCEL_MANIFEST_BYTES + HEAD_BYTES);
	if ((e = make_head(p, &head, why)) == 0 &&
	    ((e = keys_sign(k, SIGN, head.data, head.len, sig)) != 0 ||
		(e = fsx_write_all(fd, head.data, head.len)) != 0 ||
		(e = fsx_write_all(fd, sig, sizeof(sig))) != 0))
		parcel_bad(why, e, "cannot sign or write");
	buf_done(&head);
	for (size_t i = 0; e == 0 && i < p->n_payloads; i++)
		e = write_payload(fd, &p->payloads[i], why);
	return e;
}

static int
read_exact(int fd, void *out, size_t n)
{
	uint8_t *p = out;
	ssize_t r;

	while (n > 0) {
		if ((r = read(fd, p, n)) < 0) {
			if (errno == EINTR)
				continue;
			return ERR_IO;
		}
		if (r == 0)
			return ERR_TRUNCATED;
		p += r;
		n -= (size_t)r;
	}
	return 0;
}

/* Head and manifest into b, in pieces: a length that lies costs no memory. */
static int
read_signed(int fd, struct buf *b, uint32_t *manifest_bytes)
{
	uint8_t head[HEAD_BYTES], *to;
	struct reader r;
	uint32_t n, left, take;
	int e;

	if ((e = read_exact(fd, head, sizeof(head))) != 0)
		return e;
	reader_init(&r, head, sizeof(head));
	if (!reader_has(&r, 0, PARCEL_MAGIC, 8))
		return ERR_MALFORMED;
	if ((e = reader_skip(&r, 8)) != 0 || (e = reader_u32be(&r, &n)) != 0)
		return e;
	if (n < 2 || n > PARCEL_MANIFEST_BYTES)
		return ERR_LIMIT;
	if ((e = buf_put(b, head, sizeof(head))) != 0)
		return e;
	for (left = n; left > 0; left -= take) {
		take = left < BLOCK ? left : BLOCK;
		if ((e = buf_reserve(b, take, &to)) != 0 ||
		    (e = read_exact(fd, to, take)) != 0)
			return e;
		buf_commit(b, take);
	}
	*manifest_bytes = n;
	return 0;
}

static int
read_head(int fd, const uint8_t key[KEYS_SIGN_PUBLIC], struct buf *b,
    struct parcel *p, uint8_t digest[HASH_BYTES], char why[PARCEL_WHY_BYTES])
{
	uint8_t sig[KEYS_SIGNATURE];
	struct reader r, manifest;
	struct hash h;
	uint32_t n;
	int e;

	if ((e = read_signed(fd, b, &n)) != 0 ||
	    (e = read_exact(fd, sig, sizeof(sig))) != 0)
		return parcel_bad(why, e, "not a whole parcel: %s",
		    err_text(e));
	if ((e = keys_verify(key, SIGN, b->data, b->len, sig)) != 0)
		return parcel_bad(why, e,
		    N_("the signature is not the gateway's"));
	buf_reader(b, &r);
	if ((e = reader_view(&r, HEAD_BYTES, n, &manifest)) != 0)
		return e;
	if ((e = parcel_parse(manifest.data, manifest.len, p, why)) != 0)
		return e;
	hash_init(&h);
	hash_add(&h, b->data, b->len);
	hash_add(&h, sig, sizeof(sig));
	hash_end(&h, digest);
	return 0;
}

int
parcel_read_head(int fd, const uint8_t key[KEYS_SIGN_PUBLIC],
    struct parcel *out, uint8_t digest[HASH_BYTES], char why[PARCEL_WHY_BYTES])
{
	struct buf b;
	int e;

	buf_init(&b, PARCEL_MANIFEST_BYTES + HEAD_BYTES);
	e = read_head(fd, key, &b, out, digest, why);
	buf_done(&b);
	return e;
}

int
parcel_read_payload(int fd, const struct parcel_payload *q, int out_fd,
    char why[PARCEL_WHY_BYTES])
{
	uint8_t block[BLOCK], digest[HASH_BYTES];
	struct hash h;
	uint64_t left = q->bytes;
	size_t n;
	int e;

	hash_init(&h);
	for (; left > 0; left -= n) {
		n = left < BLOCK ? (size_t)left : BLOCK;
		if ((e = read_exact(fd, block, n)) != 0)
			return parcel_bad(why, e, "%s: %s", q->name,
			    err_text(e));
		hash_add(&h, block, n);
		if ((e = fsx_write_all(out_fd, block, n)) != 0)
			return parcel_bad(why, e, "cannot write");
	}
	hash_end(&h, digest);
	if (memcmp(digest, q->sha256, sizeof(digest)) != 0)
		return parcel_bad(why, ERR_DENIED,
		    "%s: not what the manifest says", q->name);
	return 0;
}

int
parcel_read_end(int fd, char why[PARCEL_WHY_BYTES])
{
	uint8_t more;
	int e = read_exact(fd, &more, 1);

	if (e == ERR_TRUNCATED)
		return 0;
	return parcel_bad(why, e == 0 ? ERR_MALFORMED : e,
	    e == 0 ? N_("bytes behind the last payload") : "cannot read");
}
