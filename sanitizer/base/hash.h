/* SHA-256 (FIPS 180-4), by libsodium. hash_setup() must have returned 0 once.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <sodium.h>

#include "base/err.h"

#define HASH_BYTES 32
#define HASH_HEX   65 /* with the NUL */

struct hash {
	crypto_hash_sha256_state st;
};

/* Initialises libsodium; ERR_INTERNAL when the machine has no randomness. */
int hash_setup(void) MUST_CHECK;
void hash_init(struct hash *);
void hash_add(struct hash *, const void *, size_t n);
void hash_end(struct hash *, uint8_t out[HASH_BYTES]);
void hash_of(const void *, size_t n, uint8_t out[HASH_BYTES]);
void hash_hex(const uint8_t in[HASH_BYTES], char out[HASH_HEX]);
/* Of everything an fd holds from offset 0, the cursor unmoved; ERR_IO. */
int hash_fd(int fd, uint8_t out[HASH_BYTES], uint64_t *bytes) MUST_CHECK;

#endif
