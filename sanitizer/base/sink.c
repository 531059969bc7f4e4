#include "base/sink.h"

#include <string.h>

#include "base/fsx.h"

#define BLOCK 65536

void
sink_init_fd(struct sink *s, int fd, uint64_t max_bytes)
{
	*s = (struct sink){ .fd = fd, .max_bytes = max_bytes };
	buf_init(&s->block, 2 * BLOCK);
	hash_init(&s->hash);
}

void
sink_init_buf(struct sink *s, struct buf *to, uint64_t max_bytes)
{
	*s = (struct sink){ .fd = -1, .to = to, .max_bytes = max_bytes };
	buf_init(&s->block, 2 * BLOCK);
	hash_init(&s->hash);
}

static int
flush(struct sink *s)
{
	int e = fsx_write_all(s->fd, s->block.data, s->block.len);

	buf_clear(&s->block);
	return e;
}

static int
take(struct sink *s, const void *data, size_t n)
{
	int e;

	if (n > s->max_bytes - s->bytes)
		return ERR_LIMIT;
	s->bytes += n;
	if (!s->plain)
		hash_add(&s->hash, data, n);
	if (s->to != NULL)
		return buf_put(s->to, data, n);
	if (n >= BLOCK) {
		if ((e = flush(s)) != 0)
			return e;
		return fsx_write_all(s->fd, data, n);
	}
	if ((e = buf_put(&s->block, data, n)) != 0)
		return e;
	return s->block.len >= BLOCK ? flush(s) : 0;
}

int
sink_write(struct sink *s, const void *data, size_t n)
{
	if (s->err == 0)
		s->err = take(s, data, n);
	return s->err;
}

int
sink_close(struct sink *s, uint8_t digest[HASH_BYTES])
{
	if (s->err == 0 && s->to == NULL)
		s->err = flush(s);
	if (s->plain)
		memset(digest, 0, HASH_BYTES);
	else if (s->err == 0)
		hash_end(&s->hash, digest);
	sink_done(s);
	return s->err;
}

void
sink_done(struct sink *s)
{
	buf_done(&s->block);
}
