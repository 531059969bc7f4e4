/*
 * The gateway's own keys, files of the state folder:
 *
 *   keys/master.key  32 bytes, wraps the item keys of the quarantine   0600
 *   keys/sign.key    Ed25519 secret key: parcels, audit check-points   0600
 *   keys/sign.pub    its public half, to be carried to the inner side  0644
 *
 * Each file is one line, "sekisho-master-1 HEX" and so on, so that one is
 * never taken for another. A key is made on first use only, never overwritten
 * and never "repaired": a damaged file is an error for a person. Losing
 * master.key loses every original in quarantine.
 */
#ifndef CORE_KEYS_H
#define CORE_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define KEYS_BYTES	 32
#define KEYS_SIGN_SECRET 64
#define KEYS_SIGN_PUBLIC 32
#define KEYS_SIGNATURE	 64

struct keys {
	uint8_t master[KEYS_BYTES];
	uint8_t sign_secret[KEYS_SIGN_SECRET];
	uint8_t sign_public[KEYS_SIGN_PUBLIC];
	bool made_master, made_sign; /* by this call: say it to the user */
};

/*
 * Read the keys of a state folder (made with mode 0700 when absent); create
 * says whether missing ones are made. ERR_NOENT: missing and not to be made;
 * ERR_DENIED: open to others than the owner, or not ours; ERR_MALFORMED:
 * damaged; ERR_IO. why (may be NULL) gets one English line for the user, on
 * errors and when a key was made.
 */
int keys_open(const char *state_dir, bool create, struct keys *,
    char why[256]) MUST_CHECK;
/* Wipes the memory. */
void keys_done(struct keys *);

/* A public key file (sign.pub, as exported). ERR_NOENT, ERR_MALFORMED. */
int keys_read_public(const char *path, uint8_t key[KEYS_SIGN_PUBLIC],
    char why[256]) MUST_CHECK;
/* "sekisho-sign-public-1 HEX\n": what `keys/sign.pub` holds. */
void keys_public_text(const uint8_t key[KEYS_SIGN_PUBLIC], char out[128]);

/*
 * Ed25519 over SHA-256(context, a zero byte, data): a signature made
 * for one purpose is worth nothing for another. ERR_DENIED: wrong signature.
 */
int keys_sign(const struct keys *, const char *context, const void *, size_t n,
    uint8_t sig[KEYS_SIGNATURE]) MUST_CHECK;
int keys_verify(const uint8_t key[KEYS_SIGN_PUBLIC], const char *context,
    const void *, size_t n, const uint8_t sig[KEYS_SIGNATURE]) MUST_CHECK;
/* A key for one purpose, derived from the master key (BLAKE2b, crypto_kdf). */
int keys_derive(const struct keys *, const char context[8],
    uint8_t out[KEYS_BYTES]) MUST_CHECK;

#endif
