#include "base/reader.h"

#include <assert.h>
#include <string.h>

void
reader_init(struct reader *r, const void *data, size_t len)
{
	assert(data != NULL || len == 0);
	r->data = data;
	r->len = len;
	r->pos = 0;
}

size_t
reader_left(const struct reader *r)
{
	assert(r->pos <= r->len);
	return r->len - r->pos;
}

size_t
reader_pos(const struct reader *r)
{
	return r->pos;
}

int
reader_bytes(struct reader *r, size_t n, const uint8_t **out)
{
	if (n > reader_left(r))
		return ERR_TRUNCATED;
	*out = r->data == NULL ? (const uint8_t *)"" : r->data + r->pos;
	r->pos += n;
	return 0;
}

/* The one place where bytes become an integer. */
static int
get(struct reader *r, size_t n, bool big, uint64_t *out)
{
	const uint8_t *p;
	uint64_t v = 0;

	if (reader_bytes(r, n, &p) != 0)
		return ERR_TRUNCATED;
	for (size_t i = 0; i < n; i++)
		v |= (uint64_t)p[i] << 8 * (big ? n - 1 - i : i);
	*out = v;
	return 0;
}

#define GETTER(name, type, n, big) \
	int name(struct reader *r, type *out) \
	{ \
		uint64_t v; \
\
		if (get(r, n, big, &v) != 0) \
			return ERR_TRUNCATED; \
		*out = (type)v; \
		return 0; \
	}

GETTER(reader_u8, uint8_t, 1, false)
GETTER(reader_u16le, uint16_t, 2, false)
GETTER(reader_u32le, uint32_t, 4, false)
GETTER(reader_u64le, uint64_t, 8, false)
GETTER(reader_u16be, uint16_t, 2, true)
GETTER(reader_u32be, uint32_t, 4, true)
GETTER(reader_u64be, uint64_t, 8, true)

int
reader_skip(struct reader *r, size_t n)
{
	const uint8_t *p;

	return reader_bytes(r, n, &p);
}

int
reader_seek(struct reader *r, size_t pos)
{
	if (pos > r->len)
		return ERR_TRUNCATED;
	r->pos = pos;
	return 0;
}

int
reader_peek(const struct reader *r, uint8_t *out)
{
	struct reader copy = *r;

	return reader_u8(&copy, out);
}

int
reader_view(const struct reader *r, size_t off, size_t len, struct reader *out)
{
	struct reader copy = *r;

	if (reader_seek(&copy, off) != 0)
		return ERR_TRUNCATED;
	return reader_sub(&copy, len, out);
}

int
reader_sub(struct reader *r, size_t len, struct reader *out)
{
	const uint8_t *p;

	if (reader_bytes(r, len, &p) != 0)
		return ERR_TRUNCATED;
	reader_init(out, p, len);
	return 0;
}

bool
reader_has(const struct reader *r, size_t off, const void *magic, size_t n)
{
	struct reader v;

	if (reader_view(r, off, n, &v) != 0)
		return false;
	return n == 0 || memcmp(v.data, magic, n) == 0;
}

int
reader_find(const struct reader *r, size_t from, const void *pat, size_t n,
    size_t *out)
{
	const uint8_t *hit;

	if (from > r->len || n == 0 || n > r->len - from)
		return ERR_NOENT;
	hit = memmem(r->data + from, r->len - from, pat, n);
	if (hit == NULL)
		return ERR_NOENT;
	*out = (size_t)(hit - r->data);
	return 0;
}

int
reader_rfind(const struct reader *r, const void *pat, size_t n, size_t *out)
{
	if (n == 0 || n > r->len)
		return ERR_NOENT;
	for (size_t off = r->len - n;; off--) {
		if (memcmp(r->data + off, pat, n) == 0) {
			*out = off;
			return 0;
		}
		if (off == 0)
			return ERR_NOENT;
	}
}
