/*
 * Decryption of ZIP entries: the traditional cipher (APPNOTE 6.1) and WinZip
 * AES (AE-1 and AE-2: PBKDF2-HMAC-SHA1 with 1000 rounds, AES in counter mode
 * with a little-endian counter from 1, HMAC-SHA1 cut to 80 bits) by libcrypto.
 *
 * Nothing is ever encrypted here: results leave in the clear, or re-encrypted
 * by who sends them.
 */
#include "formats/zipx_int.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define BLOCK	   16
#define BATCH	   4096 /* bytes of key stream made at once */
#define MAC_BYTES  10
#define ROUNDS	   1000
#define OLD_HEADER 12

struct zx_crypt {
	EVP_CIPHER_CTX *aes; /* NULL: traditional */
	uint64_t counter;    /* of the next block */
	uint8_t stream[BATCH];
	size_t used; /* of stream */
	uint32_t key[3];
};

static const z_crc_t *crc_table;
static EVP_CIPHER *ciphers[3];
static EVP_MD *sha1;

/*
 * libcrypto fetches its algorithms from the built-in provider. No file is
 * read, also not its configuration; a derivation here warms up what it
 * makes on first use.
 */
int
zx_crypt_preload(void)
{
	static const char *const names[3] = { "AES-128-ECB", "AES-192-ECB",
		"AES-256-ECB" };
	uint8_t key[8];
	unsigned n = 0;
	uint8_t mac[EVP_MAX_MD_SIZE];

	if (crc_table != NULL)
		return 0;
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1)
		return ERR_INTERNAL;
	for (size_t i = 0; i < 3; i++)
		if (ciphers[i] == NULL && (ciphers[i] = EVP_CIPHER_fetch(NULL,
					       names[i], NULL)) == NULL)
			return ERR_INTERNAL;
	if (sha1 == NULL && (sha1 = EVP_MD_fetch(NULL, "SHA1", NULL)) == NULL)
		return ERR_INTERNAL;
	if (PKCS5_PBKDF2_HMAC("x", 1, (const uint8_t *)"salt", 4, 1, sha1,
		(int)sizeof(key), key) != 1 ||
	    HMAC(sha1, key, (int)sizeof(key), key, sizeof(key), mac, &n) ==
		NULL)
		return ERR_INTERNAL;
	crc_table = get_crc_table();
	return 0;
}

static uint32_t
crc_step(uint32_t crc, uint8_t c)
{
	return crc_table[(crc ^ c) & 0xff] ^ (crc >> 8);
}

static void
old_update(uint32_t key[3], uint8_t c)
{
	key[0] = crc_step(key[0], c);
	key[1] = (key[1] + (key[0] & 0xff)) * 134775813u + 1;
	key[2] = crc_step(key[2], (uint8_t)(key[1] >> 24));
}

static uint8_t
old_byte(uint32_t key[3], uint8_t c)
{
	uint32_t t = (key[2] | 2) & 0xffff;

	c ^= (uint8_t)((t * (t ^ 1)) >> 8);
	old_update(key, c);
	return c;
}

static int
old_open(struct zx_crypt *c, const struct zx_more *m, struct reader password,
    struct reader *payload)
{
	const uint8_t *p;
	uint8_t ch, check = 0;

	c->key[0] = 0x12345678;
	c->key[1] = 0x23456789;
	c->key[2] = 0x34567890;
	while (reader_u8(&password, &ch) == 0)
		old_update(c->key, ch);
	if (reader_bytes(payload, OLD_HEADER, &p) != 0)
		return ERR_INTERNAL;
	for (size_t i = 0; i < OLD_HEADER; i++)
		check = old_byte(c->key, p[i]);
	/* With a descriptor the CRC was not known yet: the time stands in. */
	if (check == m->cd.crc >> 24 ||
	    ((m->cd.flags & ZX_BIT_DESC) && check == m->lfh_time >> 8))
		return 0;
	return ERR_DENIED;
}

/* The key material and the authentication of the whole, before any use. */
static int
aes_open(struct zx_crypt *c, const struct zip_entry *en, struct reader password,
    struct reader *payload)
{
	size_t key_n = 8 + 8 * (size_t)en->aes_strength, salt_n = key_n / 2;
	const uint8_t *salt, *verifier, *mac;
	uint8_t keys[2 * 32 + 2], got[EVP_MAX_MD_SIZE];
	struct reader body, all = *payload;
	unsigned n = 0;

	if (all.len < salt_n + 2 + MAC_BYTES || password.len > INT32_MAX)
		return ERR_INTERNAL;
	if (reader_bytes(&all, salt_n, &salt) != 0 ||
	    reader_bytes(&all, 2, &verifier) != 0 ||
	    reader_sub(&all, reader_left(&all) - MAC_BYTES, &body) != 0 ||
	    reader_bytes(&all, MAC_BYTES, &mac) != 0)
		return ERR_INTERNAL;
	if (PKCS5_PBKDF2_HMAC((const char *)password.data, (int)password.len,
		salt, (int)salt_n, ROUNDS, sha1, (int)(2 * key_n + 2),
		keys) != 1)
		return ERR_INTERNAL;
	if (CRYPTO_memcmp(keys + 2 * key_n, verifier, 2) != 0)
		return ERR_DENIED;
	if (HMAC(sha1, keys + key_n, (int)key_n, body.data, body.len, got,
		&n) == NULL)
		return ERR_INTERNAL;
	if (CRYPTO_memcmp(got, mac, MAC_BYTES) != 0)
		return ERR_DENIED;
	if ((c->aes = EVP_CIPHER_CTX_new()) == NULL)
		return ERR_NOMEM;
	if (EVP_EncryptInit_ex2(c->aes, ciphers[en->aes_strength - 1], keys,
		NULL, NULL) != 1 ||
	    EVP_CIPHER_CTX_set_padding(c->aes, 0) != 1)
		return ERR_INTERNAL;
	c->counter = 1;
	c->used = BATCH;
	*payload = body;
	return 0;
}

int
zx_crypt_open(struct zipx *z, size_t i, struct reader password,
    struct reader *payload, struct zx_crypt **out)
{
	const struct zip_entry *en = &z->list[i];
	struct zx_crypt *c;
	int e;

	if (crc_table == NULL)
		return doc_fail(z->d, ERR_INTERNAL, "ciphers not loaded");
	if (reader_view(&z->in, (size_t)en->data_off, (size_t)en->packed_bytes,
		payload) != 0)
		return ERR_INTERNAL;
	if ((c = calloc(1, sizeof(*c))) == NULL)
		return doc_fail(z->d, ERR_NOMEM, "out of memory");
	e = en->aes_strength == 0 ? old_open(c, &z->more[i], password, payload)
				  : aes_open(c, en, password, payload);
	if (e != 0) {
		zx_crypt_free(c);
		return e;
	}
	*payload = (struct reader){ payload->data + payload->pos,
		reader_left(payload), 0 };
	*out = c;
	return 0;
}

static int
refill(struct zx_crypt *c)
{
	uint8_t plain[BATCH] = { 0 };
	int n = 0;

	for (size_t at = 0; at < BATCH; at += BLOCK, c->counter++)
		for (size_t k = 0; k < 8; k++)
			plain[at + k] = (uint8_t)(c->counter >> 8 * k);
	if (EVP_EncryptUpdate(c->aes, c->stream, &n, plain, BATCH) != 1 ||
	    n != BATCH)
		return ERR_INTERNAL;
	c->used = 0;
	return 0;
}

int
zx_crypt_next(struct zx_crypt *c, const uint8_t *in, uint8_t *out, size_t n)
{
	int e;

	for (size_t i = 0; i < n; i++) {
		if (c->aes == NULL) {
			out[i] = old_byte(c->key, in[i]);
			continue;
		}
		if (c->used == BATCH && (e = refill(c)) != 0)
			return e;
		out[i] = in[i] ^ c->stream[c->used++];
	}
	return 0;
}

void
zx_crypt_free(struct zx_crypt *c)
{
	if (c == NULL)
		return;
	EVP_CIPHER_CTX_free(c->aes);
	OPENSSL_cleanse(c, sizeof(*c));
	free(c);
}
