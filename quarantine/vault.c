/*
 * Reordered, cut or joined chunks fail in the secretstream itself; a file put
 * in another item's place fails by the item's id in every chunk.
 */
#include "quarantine/vault.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fsx.h"

#define MAGIC	"SKVAULT1"
#define CHUNK	65536
#define SEALED	(CHUNK + crypto_secretstream_xchacha20poly1305_ABYTES)
#define HEADER	crypto_secretstream_xchacha20poly1305_HEADERBYTES
#define FINAL	crypto_secretstream_xchacha20poly1305_TAG_FINAL
#define NONCE	crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define KDF_CTX "vaultkey"

_Static_assert(VAULT_WRAPPED_BYTES ==
		   NONCE + 32 + crypto_aead_xchacha20poly1305_ietf_ABYTES,
    "wrapped key");
_Static_assert(crypto_secretstream_xchacha20poly1305_KEYBYTES == 32, "key");

/* Up to n bytes at an offset: fewer only at the end of the file. */
static int
read_some(int fd, uint8_t *out, size_t n, uint64_t at, size_t *got)
{
	ssize_t r;

	*got = 0;
	while (*got < n) {
		r = pread(fd, out + *got, n - *got, (off_t)(at + *got));
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return ERR_IO;
		if (r == 0)
			break;
		*got += (size_t)r;
	}
	return 0;
}

static int
wrap(const struct keys *keys, const char *item, const uint8_t key[32],
    uint8_t out[VAULT_WRAPPED_BYTES])
{
	uint8_t master[KEYS_BYTES];
	int e;

	if ((e = keys_derive(keys, KDF_CTX, master)) != 0)
		return e;
	randombytes_buf(out, NONCE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE, NULL, key, 32,
	    (const uint8_t *)item, strlen(item), NULL, out, master);
	sodium_memzero(master, sizeof(master));
	return 0;
}

static int
unwrap(const struct keys *keys, const char *item,
    const uint8_t in[VAULT_WRAPPED_BYTES], uint8_t key[32])
{
	uint8_t master[KEYS_BYTES];
	int e;

	if ((e = keys_derive(keys, KDF_CTX, master)) != 0)
		return e;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(key, NULL, NULL,
		in + NONCE, VAULT_WRAPPED_BYTES - NONCE, (const uint8_t *)item,
		strlen(item), in, master) != 0)
		e = ERR_DENIED;
	sodium_memzero(master, sizeof(master));
	return e;
}

struct sealing {
	const char *item;
	int from, to;
	uint64_t max_bytes, bytes;
	struct hash hash;
	uint8_t plain[CHUNK], sealed[SEALED];
};

static int
seal_chunks(struct sealing *s,
    crypto_secretstream_xchacha20poly1305_state *state)
{
	size_t n;
	int e;

	do {
		if ((e = read_some(s->from, s->plain, CHUNK, s->bytes, &n)) !=
		    0)
			return e;
		if (n > s->max_bytes - s->bytes)
			return ERR_LIMIT;
		s->bytes += n;
		hash_add(&s->hash, s->plain, n);
		crypto_secretstream_xchacha20poly1305_push(state, s->sealed,
		    NULL, s->plain, n, (const uint8_t *)s->item,
		    strlen(s->item), n < CHUNK ? FINAL : 0);
		if ((e = fsx_write_all(s->to, s->sealed,
			 n + crypto_secretstream_xchacha20poly1305_ABYTES)) !=
		    0)
			return e;
	} while (n == CHUNK);
	return 0;
}

static int
seal_file(struct sealing *s, const uint8_t key[32])
{
	crypto_secretstream_xchacha20poly1305_state state;
	uint8_t header[HEADER];
	int e;

	crypto_secretstream_xchacha20poly1305_init_push(&state, header, key);
	if ((e = fsx_write_all(s->to, MAGIC, 8)) == 0 &&
	    (e = fsx_write_all(s->to, header, sizeof(header))) == 0)
		e = seal_chunks(s, &state);
	sodium_memzero(&state, sizeof(state));
	if (e == 0 && fsync(s->to) < 0)
		e = ERR_IO;
	return e;
}

int
vault_seal(int dirfd, const char *name, const char *item,
    const struct keys *keys, int fd, uint64_t max_bytes,
    uint8_t wrapped[VAULT_WRAPPED_BYTES], uint64_t *bytes,
    uint8_t digest[HASH_BYTES])
{
	struct sealing s = { .item = item, .from = fd, .max_bytes = max_bytes };
	uint8_t key[32];
	int e;

	s.to = openat(dirfd, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s.to < 0)
		return errno == EEXIST ? ERR_EXIST : ERR_IO;
	crypto_secretstream_xchacha20poly1305_keygen(key);
	hash_init(&s.hash);
	if ((e = seal_file(&s, key)) == 0)
		e = wrap(keys, item, key, wrapped);
	sodium_memzero(key, sizeof(key));
	sodium_memzero(s.plain, sizeof(s.plain));
	if (close(s.to) < 0 && e == 0)
		e = ERR_IO;
	if (e == 0)
		e = fsx_fsync_dir(dirfd);
	if (e != 0) {
		unlinkat(dirfd, name, 0);
		return e;
	}
	*bytes = s.bytes;
	hash_end(&s.hash, digest);
	return 0;
}

struct opening {
	const char *item;
	int from, to;
	uint8_t plain[CHUNK], sealed[SEALED];
};

static int
open_chunks(struct opening *o,
    crypto_secretstream_xchacha20poly1305_state *state, uint64_t at)
{
	unsigned char tag = 0;
	unsigned long long plain;
	size_t n, more;
	int e;

	for (; tag != FINAL; at += n) {
		if ((e = read_some(o->from, o->sealed, SEALED, at, &n)) != 0)
			return e;
		if (n < crypto_secretstream_xchacha20poly1305_ABYTES ||
		    crypto_secretstream_xchacha20poly1305_pull(state, o->plain,
			&plain, &tag, o->sealed, n, (const uint8_t *)o->item,
			strlen(o->item)) != 0)
			return ERR_DENIED;
		if ((e = fsx_write_all(o->to, o->plain, (size_t)plain)) != 0)
			return e;
	}
	if ((e = read_some(o->from, o->sealed, 1, at, &more)) != 0)
		return e;
	return more == 0 ? 0 : ERR_DENIED;
}

static int
open_file(struct opening *o, const uint8_t key[32])
{
	crypto_secretstream_xchacha20poly1305_state state;
	uint8_t head[8 + HEADER];
	int e;

	if ((e = fsx_pread_all(o->from, head, sizeof(head), 0)) != 0)
		return e == ERR_TRUNCATED ? ERR_DENIED : e;
	if (memcmp(head, MAGIC, 8) != 0 ||
	    crypto_secretstream_xchacha20poly1305_init_pull(&state, head + 8,
		key) != 0)
		return ERR_DENIED;
	e = open_chunks(o, &state, sizeof(head));
	sodium_memzero(&state, sizeof(state));
	return e;
}

int
vault_open(int dirfd, const char *name, const char *item,
    const struct keys *keys, const uint8_t wrapped[VAULT_WRAPPED_BYTES],
    int *out)
{
	struct opening o = { .item = item, .from = -1, .to = -1 };
	uint8_t key[32];
	int e;

	o.from = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (o.from < 0)
		return errno == ENOENT ? ERR_NOENT : ERR_IO;
	if ((e = unwrap(keys, item, wrapped, key)) == 0 &&
	    (e = fsx_memfd("sekisho-original", &o.to)) == 0)
		e = open_file(&o, key);
	sodium_memzero(key, sizeof(key));
	sodium_memzero(o.plain, sizeof(o.plain));
	close(o.from);
	if (e == 0 && lseek(o.to, 0, SEEK_SET) < 0)
		e = ERR_IO;
	if (e == 0)
		e = fsx_seal(o.to);
	if (e == 0)
		*out = o.to;
	else if (o.to >= 0)
		close(o.to);
	return e;
}
