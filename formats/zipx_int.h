/* Shared by the zipx*.c files only; zipx.h is the manual. */
#ifndef FORMATS_ZIPX_INT_H
#define FORMATS_ZIPX_INT_H

#include "formats/zipx.h"

#define ZX_STORE   0
#define ZX_DEFLATE 8
#define ZX_AES	   99

/* General purpose bits (APPNOTE 4.4.4). */
#define ZX_BIT_CRYPT  0x0001
#define ZX_BIT_DESC   0x0008
#define ZX_BIT_STRONG 0x0040
#define ZX_BIT_UTF8   0x0800
#define ZX_BIT_MASKED 0x2000
#define ZX_BITS_KNOWN \
	0x081f /* crypt, 2 of deflate, descriptor, UTF-8, and 4, \
		  which says nothing with methods 0 and 8 */

/* What the extra fields of one header say (APPNOTE 4.5 and 4.6). */
struct zx_extra {
	struct reader z64, up; /* 0x0001 and 0x7075, contents */
	bool has_z64, has_up, has_aes;
	bool odd; /* something of no known purpose */
	uint16_t aes_version, aes_method;
	uint8_t aes_strength;
};

/* The fields that both headers of an entry have, in their common order. */
struct zx_head {
	uint16_t version, flags, method, time, date;
	uint32_t crc, packed32, bytes32;
	uint16_t name_len, extra_len;
	uint64_t packed, bytes; /* after ZIP64 */
	struct reader name;
	struct zx_extra extra;
};

/* Beside each struct zip_entry. */
struct zx_more {
	struct zx_head cd;
	uint64_t lfh_off;
	uint16_t made_by, lfh_time;
	uint32_t attr;
	bool commented;
};

struct zx_key {
	const char *name;
	size_t i;
};

struct zipx {
	struct doc *d;
	struct reader in;
	unsigned flags;
	struct zip_entry *list;
	struct zx_more *more;
	struct zx_key *by_name; /* in byte order */
	size_t n;
	size_t cd_off, cd_size, end_off; /* end_off: of the end record */
	size_t comment_bytes;
	bool backslashes;
	const char *charset; /* of unmarked names, when not UTF-8 */
	size_t password;     /* index of the one that fitted last */
};

/*
 * Entries up to so many bytes are packed and unpacked in one piece by
 * libdeflate, which is two to three times as fast; longer ones stream through
 * zlib in bounded memory. Which it is depends on the size alone.
 */
#define ZX_WHOLE_BYTES ((size_t)64 << 20)

/* zipx_fast.c: whole buffers. */
int zx_fast_preload(void) MUST_CHECK;
uint32_t zx_crc32(uint32_t crc, const void *, size_t n);
/*
 * Exactly bytes bytes from all of packed. ERR_MALFORMED: damaged, or more or
 * fewer bytes than that; ERR_AMBIGUOUS: bytes behind the last block. *what:
 * the English reason.
 */
int zx_inflate_whole(const struct reader *packed, uint8_t *out, size_t bytes,
    const char **what) MUST_CHECK;
/* Into out, *packed bytes of it; room is at least zx_deflate_bound(n). */
int zx_deflate_whole(const uint8_t *, size_t n, uint8_t *out, size_t room,
    size_t *packed) MUST_CHECK;
size_t zx_deflate_bound(size_t n);

/* zipx_map.c: directory and tiling. */
int zx_map(struct zipx *) MUST_CHECK;
/* zipx_head.c: headers, extra fields, end records. */
int zx_find_end(struct zipx *, uint64_t *count) MUST_CHECK;
int zx_no_decoy(const struct zipx *) MUST_CHECK;
int zx_head_read(struct doc *, struct reader *, struct zx_head *) MUST_CHECK;
int zx_extra_read(struct doc *, struct reader, struct zx_extra *) MUST_CHECK;
/* Sizes (and offset): 32-bit values, ZIP64 where they are masked. */
int zx_resolve64(struct doc *, const struct zx_extra *, const uint32_t *raw,
    uint64_t *val, size_t n) MUST_CHECK;
/* zipx_name.c: one decision about the charset, then every rule on names. */
int zx_names(struct zipx *) MUST_CHECK;
int zx_name_preload(void) MUST_CHECK;
/* zipx_crypt.c */
struct zx_crypt;
int zx_crypt_preload(void) MUST_CHECK;
/*
 * Start decrypting entry i with one password. payload: the packed data inside.
 * ERR_DENIED: does not fit (for AES surely, for ZipCrypto by one byte).
 */
int zx_crypt_open(struct zipx *, size_t i, struct reader password,
    struct reader *payload, struct zx_crypt **) MUST_CHECK;
/* In order, each byte once. */
int zx_crypt_next(struct zx_crypt *, const uint8_t *in, uint8_t *out,
    size_t n) MUST_CHECK;
void zx_crypt_free(struct zx_crypt *);

#endif
