/* Headers of gzip files, and what is inside; see gzhead.h. */
#include "formats/known/gzhead.h"

#include <string.h>

#include "formats/drawing/meta_is.h"
#include "formats/known/textkind.h"
#include "formats/known/zipdir.h"

#define FLAG_CRC     0x02
#define FLAG_EXTRA   0x04
#define FLAG_NAME    0x08
#define FLAG_COMMENT 0x10
#define FLAG_OTHER   0xe0

static int
skip_string(struct reader *r)
{
	uint8_t c;
	int e;

	do
		if ((e = reader_u8(r, &c)) != 0)
			return e;
	while (c != 0);
	return 0;
}

static int
skip_fields(struct reader *r, uint8_t flags, struct gzhead *h)
{
	uint16_t n;
	int e = 0;

	h->extra = (flags & FLAG_EXTRA) != 0;
	h->name = (flags & FLAG_NAME) != 0;
	h->comment = (flags & FLAG_COMMENT) != 0;
	if (h->extra &&
	    ((e = reader_u16le(r, &n)) != 0 || (e = reader_skip(r, n)) != 0))
		return e;
	if (h->name && (e = skip_string(r)) != 0)
		return e;
	if (h->comment && (e = skip_string(r)) != 0)
		return e;
	return flags & FLAG_CRC ? reader_skip(r, 2) : 0;
}

int
gzhead_read(const struct reader *in, struct gzhead *h)
{
	struct reader r = *in;
	uint8_t flags;
	int e;

	if (!reader_has(in, 0, "\x1f\x8b\x08", 3))
		return ERR_MALFORMED;
	memset(h, 0, sizeof(*h));
	if ((e = reader_seek(&r, 3)) != 0 || (e = reader_u8(&r, &flags)) != 0 ||
	    (e = reader_u32le(&r, &h->time)) != 0 ||
	    (e = reader_u8(&r, &h->level)) != 0 ||
	    (e = reader_u8(&r, &h->os)) != 0)
		return e;
	if ((flags & FLAG_OTHER) != 0)
		return ERR_MALFORMED;
	if ((e = skip_fields(&r, flags, h)) != 0)
		return e;
	return reader_sub(&r, reader_left(&r), &h->packed);
}

struct piece {
	uint8_t *out;
	size_t n;
};

static bool
take_piece(void *arg, const void *data, size_t n)
{
	struct piece *p = arg;

	memcpy(p->out, data, n);
	p->n = n;
	return false; /* one is enough */
}

size_t
gzhead_look(const struct reader *in, uint8_t *out, size_t max)
{
	struct piece p = { .out = out };
	struct gzhead h;

	if (max > ZIPDIR_CHUNK)
		max = ZIPDIR_CHUNK;
	if (gzhead_read(in, &h) != 0 ||
	    zipdir_inflate(&h.packed, max, take_piece, &p) != 0)
		return 0;
	return p.n;
}

bool
gzhead_is_svg(const struct reader *in)
{
	uint8_t head[ZIPDIR_CHUNK];
	struct reader inner;
	const char *sub;
	size_t n = gzhead_look(in, head, sizeof(head));

	reader_init(&inner, head, n);
	return n > 0 && text_kind(&inner, &sub) == TEXT_SVG;
}

/* The first bytes as emf_is() and wmf_is() ask for them. */
#define LOOK_BYTES 64u

static bool
look(const struct reader *in, bool (*is)(const struct reader *))
{
	uint8_t head[LOOK_BYTES];
	struct reader inner;
	size_t n = gzhead_look(in, head, sizeof(head));

	reader_init(&inner, head, n);
	return n > 0 && is(&inner);
}

bool
gzhead_is_emf(const struct reader *in)
{
	return look(in, emf_is);
}

bool
gzhead_is_wmf(const struct reader *in)
{
	return look(in, wmf_is);
}
