/*
 * A growable buffer that cannot be made without its maximum.
 *
 * The bytes belong to the buffer; data moves when it grows. Adding past max
 * returns ERR_LIMIT and adds nothing; a failed malloc returns ERR_NOMEM.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"
#include "base/reader.h"

struct buf {
	uint8_t *data; /* NULL until something is added */
	size_t len;
	size_t cap;
	size_t max; /* in bytes, never 0 */
};

void buf_init(struct buf *, size_t max_bytes);
/* Frees the bytes; the buffer may be used again with the same maximum. */
void buf_done(struct buf *);
/* Forgets the contents, keeps the memory. */
void buf_clear(struct buf *);

int buf_put(struct buf *, const void *, size_t n) MUST_CHECK;
/* The same, inline where there is room: for loops over many small pieces. */
static inline int buf_add(struct buf *, const void *, size_t n) MUST_CHECK;
int buf_puts(struct buf *, const char *) MUST_CHECK;
int buf_u8(struct buf *, uint8_t) MUST_CHECK;
int buf_u16le(struct buf *, uint16_t) MUST_CHECK;
int buf_u32le(struct buf *, uint32_t) MUST_CHECK;
int buf_u64le(struct buf *, uint64_t) MUST_CHECK;
int buf_u16be(struct buf *, uint16_t) MUST_CHECK;
int buf_u32be(struct buf *, uint32_t) MUST_CHECK;
int buf_u64be(struct buf *, uint64_t) MUST_CHECK;
int buf_fmt(struct buf *, const char *fmt, ...) MUST_CHECK PRINTF_LIKE(2, 3);
int
buf_vfmt(struct buf *, const char *fmt, va_list)
MUST_CHECK
PRINTF_LIKE(2, 0);

/* Room for n more bytes at *out; buf_commit() then says how many were used. */
int buf_reserve(struct buf *, size_t n, uint8_t **out) MUST_CHECK;
void buf_commit(struct buf *, size_t n);
/* Drops all after the first n bytes; n <= len is the caller's invariant. */
void buf_truncate(struct buf *, size_t n);
/* The contents as a C string (a NUL is kept behind them); "" when empty;
 * NULL only when there is no memory for the NUL. */
const char *buf_cstr(struct buf *);
void buf_reader(const struct buf *, struct reader *);

static inline int
buf_add(struct buf *b, const void *data, size_t n)
{
	if (n >= b->cap - b->len || n > b->max - b->len)
		return buf_put(b, data, n);
	memcpy(b->data + b->len, data, n);
	b->len += n;
	return 0;
}

#endif
