/*
 * See boolcode.h; the arithmetic follows RFC 6386 sections 7.3 and 7.4.
 */
#include "formats/raster/boolcode.h"

#define RANGE_START 255u
#define FLUSH_AT    16u /* bits pending: time to put out a byte */
#define END_BYTES   4u	/* decoders read ahead: no end within sight */

/* How far a range must be doubled to reach 128 again. */
static unsigned
shift_of(uint32_t range)
{
	return (unsigned)__builtin_clz(range) - 24;
}

void
bool_reader_init(struct bool_reader *r, const struct reader *in)
{
	*r = (struct bool_reader){ .in = *in, .range = RANGE_START };
	r->in.pos = 0;
	r->bits = -8;
	/* No writer can: the value would not lie within the range. */
	r->impossible = reader_has(&r->in, 0, "\xff", 1);
}

unsigned
bool_get(struct bool_reader *r, unsigned prob)
{
	uint32_t split = 1 + (((r->range - 1) * prob) >> 8);
	uint64_t big;
	uint8_t c;
	unsigned bit;

	while (r->bits < 0) {
		if (reader_u8(&r->in, &c) != 0) {
			c = 0;
			r->past++;
		}
		r->value = r->value << 8 | c;
		r->bits += 8;
	}
	big = (uint64_t)split << r->bits;
	bit = r->value >= big;
	if (bit != 0) {
		r->value -= big;
		r->range -= split;
	} else {
		r->range = split;
	}
	r->bits -= (int)shift_of(r->range);
	r->range <<= shift_of(r->range);
	return bit;
}

void
bool_writer_init(struct bool_writer *w, struct buf *out)
{
	*w = (struct bool_writer){ .out = out, .range = RANGE_START };
}

/* The topmost byte of low is settled but for a carry into those before. */
static void
put_byte(struct bool_writer *w)
{
	uint64_t top = w->low >> w->pending;
	struct buf *b = w->out;
	size_t i = b->len;

	if (top > 0xff)
		while (i > 0 && ++b->data[--i] == 0)
			;
	if (w->e == 0)
		w->e = buf_u8(b, (uint8_t)top);
	w->low &= (UINT64_C(1) << w->pending) - 1;
	w->pending -= 8;
}

void
bool_put(struct bool_writer *w, unsigned prob, unsigned bit)
{
	uint32_t split = 1 + (((w->range - 1) * prob) >> 8);
	unsigned shift;

	if (bit != 0) {
		w->low += split;
		w->range -= split;
	} else {
		w->range = split;
	}
	shift = shift_of(w->range);
	w->range <<= shift;
	w->low <<= shift;
	w->pending += shift;
	if (w->pending >= FLUSH_AT)
		put_byte(w);
}

int
bool_end(struct bool_writer *w)
{
	for (unsigned i = 0; i < END_BYTES && w->e == 0; i++) {
		w->low <<= 8;
		w->pending += 8;
		while (w->pending >= FLUSH_AT)
			put_byte(w);
	}
	return w->e;
}
