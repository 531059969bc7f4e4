#include "base/hash.h"

#include <errno.h>
#include <sys/types.h>
#include <unistd.h>

int
hash_setup(void)
{
	return sodium_init() < 0 ? ERR_INTERNAL : 0;
}

void
hash_init(struct hash *h)
{
	crypto_hash_sha256_init(&h->st);
}

void
hash_add(struct hash *h, const void *data, size_t n)
{
	crypto_hash_sha256_update(&h->st, data, n);
}

void
hash_end(struct hash *h, uint8_t out[HASH_BYTES])
{
	crypto_hash_sha256_final(&h->st, out);
}

void
hash_of(const void *data, size_t n, uint8_t out[HASH_BYTES])
{
	crypto_hash_sha256(out, data, n);
}

void
hash_hex(const uint8_t in[HASH_BYTES], char out[HASH_HEX])
{
	sodium_bin2hex(out, HASH_HEX, in, HASH_BYTES);
}

int
hash_fd(int fd, uint8_t out[HASH_BYTES], uint64_t *bytes)
{
	static uint8_t block[65536];
	struct hash h;
	uint64_t at = 0;
	ssize_t n;

	hash_init(&h);
	while ((n = pread(fd, block, sizeof(block), (off_t)at)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ERR_IO;
		hash_add(&h, block, (size_t)n);
		at += (uint64_t)n;
	}
	hash_end(&h, out);
	*bytes = at;
	return 0;
}
