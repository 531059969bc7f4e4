/*
 * Run lengths in bitmaps (RLE4 and RLE8, [MS-WMF] 3.1.6). Pixels that no run
 * names stay zero, as Windows shows them. Runs past the edge are cut there.
 */
#include "formats/raster/dib_int.h"

struct rle {
	struct reader *in;
	struct dib *out;
	bool nibbles, damaged;
	uint32_t x, y; /* y counts from the bottom */
};

static void
put(struct rle *s, uint8_t v)
{
	uint8_t *row;

	if (s->x >= s->out->width || s->y >= s->out->height) {
		s->damaged = true;
		return;
	}
	row = s->out->pixels + (s->out->height - 1 - s->y) * s->out->row_bytes;
	if (!s->nibbles)
		row[s->x] = v;
	else if (s->x % 2 == 0)
		row[s->x / 2] =
		    (uint8_t)((row[s->x / 2] & 0x0f) | (v & 15) << 4);
	else
		row[s->x / 2] = (uint8_t)((row[s->x / 2] & 0xf0) | (v & 15));
	s->x++;
}

static void
run(struct rle *s, uint8_t n, uint8_t v)
{
	for (unsigned i = 0; i < n; i++)
		put(s, !s->nibbles  ? v
		       : i % 2 == 0 ? (uint8_t)(v >> 4)
				    : (uint8_t)(v & 15));
}

/* n pixels as they stand, padded to two bytes. */
static int
literal(struct rle *s, unsigned n)
{
	unsigned bytes = s->nibbles ? (n + 1) / 2 : n;
	uint8_t v = 0;
	int e;

	for (unsigned i = 0; i < n; i++) {
		if ((!s->nibbles || i % 2 == 0) &&
		    (e = reader_u8(s->in, &v)) != 0)
			return e;
		put(s, !s->nibbles  ? v
		       : i % 2 == 0 ? (uint8_t)(v >> 4)
				    : (uint8_t)(v & 15));
	}
	return bytes % 2 != 0 ? reader_skip(s->in, 1) : 0;
}

/* ERR_NOENT: the end was said. */
static int
escape(struct rle *s, uint8_t code)
{
	uint8_t dx, dy;
	int e;

	switch (code) {
	case 0:
		s->x = 0;
		s->y++;
		return 0;
	case 1:
		return ERR_NOENT;
	case 2:
		if ((e = reader_u8(s->in, &dx)) != 0 ||
		    (e = reader_u8(s->in, &dy)) != 0)
			return e;
		s->x += dx;
		s->y += dy;
		return 0;
	default:
		return literal(s, code);
	}
}

void
dib_unpack(const struct dib_head *h, struct reader *bits, struct dib *out,
    bool *damaged)
{
	struct rle s = {
		.in = bits, .out = out, .nibbles = h->coding == DIB_RLE4
	};
	uint8_t n, v;
	int e = 0;

	while (e == 0) {
		if ((e = reader_u8(bits, &n)) != 0 ||
		    (e = reader_u8(bits, &v)) != 0)
			break;
		if (n == 0)
			e = escape(&s, v);
		else
			run(&s, n, v);
		/* Nothing behind the last line can show. */
		if (e == 0 && s.y > out->height)
			e = ERR_MALFORMED;
	}
	*damaged = s.damaged || e != ERR_NOENT;
}
