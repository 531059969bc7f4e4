/*
 * ZIP (PKWARE APPNOTE 6.3), guarded: a map that proves the file has one
 * reading, a bounded inflater, and a canonical writer.
 *
 * zipx_open() checks that local headers, names, data and descriptors tile the
 * file without gap or overlap up to the central directory, and that both
 * headers agree (every class of docs/formats/zip.md); what differs between
 * readers is ERR_AMBIGUOUS. Nothing is inflated before that.
 */
#ifndef FORMATS_ZIPX_H
#define FORMATS_ZIPX_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/doc.h"

struct zipx; /* a mapped archive; freed with the doc */
struct zipw; /* an archive being written; freed with the doc */

struct zip_entry {
	const char *raw_name; /* bytes as they stand, NUL-terminated copy */
	size_t raw_len;
	const char *name; /* UTF-8, '/' separators, as decided over all names */
	uint32_t crc;
	uint64_t packed_bytes, bytes;
	uint64_t data_off;  /* of the packed data in the file */
	uint32_t mtime_dos; /* date << 16 | time */
	uint16_t method;    /* as stored: 0, 8, ... (of AE-x: the inner one) */
	bool is_dir, is_symlink;
	bool is_special; /* a device, pipe or socket by its Unix mode */
	bool encrypted;	 /* any kind */
	uint8_t
	    aes_strength; /* 0: ZipCrypto; 1..3: AE-1/2 with 128..256 bits */
	uint8_t aes_version;
	bool utf8_flag;
};

#define ZIPX_OPC \
	(1u << 0) /* rules of OPC: no odd names, methods 0 and 8, no \
		     encryption, no case twins */

/* In preload() of every format that opens archives; again is harmless: opens
 * the charsets of names and the ciphers, which load lazily. */
int zipx_preload(void) MUST_CHECK;
/* ERR_AMBIGUOUS, ERR_MALFORMED, ERR_TRUNCATED, ERR_LIMIT; says why by
 * doc_fail(). */
int zipx_open(struct doc *, unsigned flags, struct zipx **) MUST_CHECK;
size_t zipx_count(const struct zipx *);
const struct zip_entry *zipx_entry(const struct zipx *, size_t i);
/* Exact name; ERR_NOENT. */
int zipx_find(const struct zipx *, const char *name, size_t *i) MUST_CHECK;
/*
 * Unpack entry i, in pieces, to put(). Checks declared size and CRC, charges
 * BUDGET_EXPANDED_BYTES and the ratio on produced bytes, refuses bytes after
 * the last block. Encrypted entries: the doc's passwords are tried in order;
 * ERR_ENCRYPTED when none fits. put's error is returned at once.
 */
int zipx_unpack(struct zipx *, size_t i,
    int (*put)(void *arg, const void *, size_t n), void *arg) MUST_CHECK;
/* The same into a buffer. */
int zipx_slurp(struct zipx *, size_t i, struct buf *) MUST_CHECK;

/*
 * The writer keeps each packed entry in memory (in pieces) until
 * zipw_finish() writes local headers, data, directory and end record with
 * nothing optional: no descriptors, extras or comments, bit 11 only for names
 * that need it, DOS time as given (0: 1980-01-01 00:00).
 */
#define ZIPW_LEVEL 6
int zipw_new(struct doc *, struct zipw **) MUST_CHECK;
/* One entry at a time. store: method 0 (pictures), else deflate. */
int zipw_begin(struct zipw *, const char *name, uint32_t mtime_dos,
    bool store) MUST_CHECK;
int zipw_put(struct zipw *, const void *, size_t n) MUST_CHECK;
int zipw_end(struct zipw *) MUST_CHECK;
/* Throw away the entry begun last (its rebuild failed). */
void zipw_abort(struct zipw *);
/* Is it a picture that does not shrink again? */
bool zipw_is_packed(const struct doc_result *);
/* A whole entry at once. */
int zipw_add(struct zipw *, const char *name, uint32_t mtime_dos, bool store,
    const void *, size_t n) MUST_CHECK;
/*
 * Write all with doc_put(). sorted: entries in byte order of their names,
 * else in order of adding; first (or NULL): this entry before all others.
 */
int zipw_finish(struct zipw *, bool sorted, const char *first) MUST_CHECK;

#endif
