/*
 * A look at the central directory of a ZIP file, for probes only: bounded,
 * allocates nothing, proves nothing (zipx_open() does). Names are compared
 * byte by byte as they stand.
 */
#ifndef FORMATS_KNOWN_ZIPDIR_H
#define FORMATS_KNOWN_ZIPDIR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/reader.h"

#define ZIPDIR_MAX_MEMBERS 65536u /* more are not looked at */

struct zipdir {
	struct reader in;  /* the whole file */
	struct reader cur; /* the directory, at the next member */
	uint32_t seen;	   /* members given out */
};

struct zipdir_member {
	const uint8_t *name; /* borrowed, not NUL-terminated */
	size_t name_len;
	uint16_t flags, method;
	uint64_t packed_bytes,
	    bytes;	     /* as the directory says; ZIP64 not read */
	uint64_t header_off; /* of the local header */
};

/*
 * Finds the directory from the last end record (which need not stand at the
 * very end: a damaged file still has a kind). ERR_NOENT when there is none or
 * its numbers point nowhere.
 */
int zipdir_open(const struct reader *, struct zipdir *) MUST_CHECK;
/* The next member; ERR_NOENT after the last, or at the first broken one. */
int zipdir_next(struct zipdir *, struct zipdir_member *) MUST_CHECK;
/* The packed bytes of a member; ERR_TRUNCATED, ERR_MALFORMED. */
int zipdir_data(const struct zipdir *, const struct zipdir_member *,
    struct reader *packed) MUST_CHECK;
/* Exact name; the _fold forms ignore the case of ASCII letters. */
bool zipdir_is(const struct zipdir_member *, const char *name);
bool zipdir_is_fold(const struct zipdir_member *, const char *name);
bool zipdir_starts(const struct zipdir_member *, const char *prefix);
bool zipdir_ends_fold(const struct zipdir_member *, const char *suffix);

#define ZIPDIR_CHUNK 8192u /* most that a call of piece() gets */
/*
 * Unpacks a stored or deflated, unencrypted member in pieces until its end,
 * max bytes, damage, or piece() returns false. Whatever was unpacked until
 * then counts: 0 when at least one piece was given, else ERR_UNSUPPORTED or
 * ERR_MALFORMED.
 */
int zipdir_unpack(const struct zipdir *, const struct zipdir_member *,
    size_t max_bytes, bool (*piece)(void *arg, const void *, size_t n),
    void *arg) MUST_CHECK;
/* The same of deflated data wherever they stand; packed may be longer. */
int zipdir_inflate(const struct reader *packed, size_t max_bytes,
    bool (*piece)(void *arg, const void *, size_t n), void *arg) MUST_CHECK;

#endif
