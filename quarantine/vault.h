/*
 * The vault: encrypted originals, STATE/quarantine/vault/ITEM.sealed.
 *
 *   8    "SKVAULT1"
 *   24   header of the secretstream (XChaCha20-Poly1305, libsodium)
 *   ...  chunks of 65536 bytes, each 17 longer when sealed, the last one
 *        tagged final; the item's id is bound to each as additional data
 *
 * Each item has a random key of its own. It leaves vault_seal() only wrapped
 * by a key derived from the master key. Destroying the wrapped key destroys
 * the content, wherever copies of the file may be.
 */
#ifndef QUARANTINE_VAULT_H
#define QUARANTINE_VAULT_H

#include <stdint.h>

#include "base/hash.h"
#include "core/keys.h"

/* nonce, sealed key, tag */
#define VAULT_WRAPPED_BYTES (24 + 32 + 16)

/*
 * Encrypt all of fd (from offset 0) into a new file of the folder; on disk,
 * with the folder, when this returns 0. *bytes and digest: of the plain text.
 * ERR_EXIST, ERR_IO, ERR_LIMIT (over max_bytes).
 */
int vault_seal(int dirfd, const char *name, const char *item,
    const struct keys *, int fd, uint64_t max_bytes,
    uint8_t wrapped[VAULT_WRAPPED_BYTES], uint64_t *bytes,
    uint8_t digest[HASH_BYTES]) MUST_CHECK;
/*
 * Decrypt into an anonymous memory file (sealed; caller closes). Everything
 * is authenticated before *out exists. ERR_DENIED: wrong key, changed, cut
 * short, or another item's file; ERR_NOENT.
 */
int vault_open(int dirfd, const char *name, const char *item,
    const struct keys *, const uint8_t wrapped[VAULT_WRAPPED_BYTES],
    int *out) MUST_CHECK;

#endif
