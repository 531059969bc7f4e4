/*
 * A reader: borrowed bytes with a cursor.
 *
 * Every getter checks the bound, must itself be checked, and leaves both the
 * cursor and *out alone when it returns an error. A reader owns nothing and
 * allocates nothing; the bytes must outlive it. Invariant: pos <= len.
 * reader.c, buf.c and utf8.c are the only files that do bounds arithmetic.
 */
#ifndef BASE_READER_H
#define BASE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct reader {
	const uint8_t *data; /* may be NULL when len is 0 */
	size_t len;
	size_t pos;
};

void reader_init(struct reader *, const void *data, size_t len);
size_t reader_left(const struct reader *);
size_t reader_pos(const struct reader *);

/* Fixed-width integers at the cursor. ERR_TRUNCATED when fewer bytes are left.
 */
int reader_u8(struct reader *, uint8_t *out) MUST_CHECK;
int reader_u16le(struct reader *, uint16_t *out) MUST_CHECK;
int reader_u32le(struct reader *, uint32_t *out) MUST_CHECK;
int reader_u64le(struct reader *, uint64_t *out) MUST_CHECK;
int reader_u16be(struct reader *, uint16_t *out) MUST_CHECK;
int reader_u32be(struct reader *, uint32_t *out) MUST_CHECK;
int reader_u64be(struct reader *, uint64_t *out) MUST_CHECK;

/* n bytes at the cursor, borrowed; ERR_TRUNCATED. */
int reader_bytes(struct reader *, size_t n, const uint8_t **out) MUST_CHECK;
int reader_skip(struct reader *, size_t n) MUST_CHECK;
/* Cursor to an absolute offset; ERR_TRUNCATED past the end. */
int reader_seek(struct reader *, size_t pos) MUST_CHECK;
/* The next byte without moving; ERR_TRUNCATED at the end. */
int reader_peek(const struct reader *, uint8_t *out) MUST_CHECK;
/* A nested window [off, off+len) of the whole; ERR_TRUNCATED when outside. */
int reader_view(const struct reader *, size_t off, size_t len,
    struct reader *out) MUST_CHECK;
/* A window of the next len bytes; moves past them. */
int reader_sub(struct reader *, size_t len, struct reader *out) MUST_CHECK;
/* True when the n bytes of magic stand at absolute offset off. */
bool reader_has(const struct reader *, size_t off, const void *magic, size_t n);
/* First offset >= from of the n bytes of pat; ERR_NOENT when there is none. */
int reader_find(const struct reader *, size_t from, const void *pat, size_t n,
    size_t *out) MUST_CHECK;
/* Last offset of pat at all; ERR_NOENT when there is none. */
int reader_rfind(const struct reader *, const void *pat, size_t n,
    size_t *out) MUST_CHECK;

#endif
