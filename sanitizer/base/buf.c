#include "base/buf.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
buf_init(struct buf *b, size_t max_bytes)
{
	assert(max_bytes > 0);
	*b = (struct buf){ .max = max_bytes };
}

void
buf_done(struct buf *b)
{
	free(b->data);
	b->data = NULL;
	b->len = b->cap = 0;
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
}

/* One byte more than asked for is always there, for buf_cstr(). */
int
buf_reserve(struct buf *b, size_t n, uint8_t **out)
{
	size_t cap;
	uint8_t *p;

	assert(b->len <= b->max && b->max > 0);
	if (n > b->max - b->len)
		return ERR_LIMIT;
	if (b->data == NULL || n >= b->cap - b->len) {
		cap = b->cap < 64 ? 64 : b->cap;
		while (n >= cap - b->len) {
			if (cap > SIZE_MAX / 2)
				return ERR_NOMEM;
			cap *= 2;
		}
		if ((p = realloc(b->data, cap)) == NULL)
			return ERR_NOMEM;
		b->data = p;
		b->cap = cap;
	}
	*out = b->data + b->len;
	return 0;
}

void
buf_commit(struct buf *b, size_t n)
{
	assert(n < b->cap - b->len);
	b->len += n;
}

void
buf_truncate(struct buf *b, size_t n)
{
	assert(n <= b->len);
	b->len = n;
}

int
buf_put(struct buf *b, const void *data, size_t n)
{
	uint8_t *p;
	int e;

	if ((e = buf_reserve(b, n, &p)) != 0)
		return e;
	if (n > 0)
		memcpy(p, data, n);
	buf_commit(b, n);
	return 0;
}

int
buf_puts(struct buf *b, const char *s)
{
	return buf_put(b, s, strlen(s));
}

static int
put(struct buf *b, uint64_t v, size_t n, int big)
{
	uint8_t raw[8];

	for (size_t i = 0; i < n; i++)
		raw[big ? n - 1 - i : i] = (uint8_t)(v >> 8 * i);
	return buf_put(b, raw, n);
}

#define PUTTER(name, type, n, big) \
	int name(struct buf *b, type v) \
	{ \
		return put(b, v, n, big); \
	}

PUTTER(buf_u8, uint8_t, 1, 0)
PUTTER(buf_u16le, uint16_t, 2, 0)
PUTTER(buf_u32le, uint32_t, 4, 0)
PUTTER(buf_u64le, uint64_t, 8, 0)
PUTTER(buf_u16be, uint16_t, 2, 1)
PUTTER(buf_u32be, uint32_t, 4, 1)
PUTTER(buf_u64be, uint64_t, 8, 1)

int
buf_vfmt(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	uint8_t *p;
	int n, e;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		return ERR_INTERNAL;
	if ((e = buf_reserve(b, (size_t)n, &p)) != 0)
		return e;
	vsnprintf((char *)p, (size_t)n + 1, fmt, ap);
	buf_commit(b, (size_t)n);
	return 0;
}

int
buf_fmt(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int e;

	va_start(ap, fmt);
	e = buf_vfmt(b, fmt, ap);
	va_end(ap);
	return e;
}

const char *
buf_cstr(struct buf *b)
{
	uint8_t *p;

	if (b->len == 0)
		return "";
	if (buf_reserve(b, 0, &p) != 0)
		return NULL;
	*p = '\0';
	return (const char *)b->data;
}

void
buf_reader(const struct buf *b, struct reader *r)
{
	reader_init(r, b->data, b->len);
}
