/* The arithmetic decoder of JBIG2 (T.88 Annex E) and its integers (Annex A). */
#include "formats/codec/jbig2_int.h"

/*
 * Writers may leave out all bytes at the end that read like what stands behind
 * a marker, which for pixels can be most of them; for numbers, few.
 */
#define PAST_MAX     32u  /* bytes behind data that just stop */
#define PAST_INT_MAX 256u /* ... and have a marker, for numbers */

/* Table E.1. */
const struct jb2_state jb2_states[47] = {
	{ 0x5601, 1, 1, true },
	{ 0x3401, 2, 6, false },
	{ 0x1801, 3, 9, false },
	{ 0x0ac1, 4, 12, false },
	{ 0x0521, 5, 29, false },
	{ 0x0221, 38, 33, false },
	{ 0x5601, 7, 6, true },
	{ 0x5401, 8, 14, false },
	{ 0x4801, 9, 14, false },
	{ 0x3801, 10, 14, false },
	{ 0x3001, 11, 17, false },
	{ 0x2401, 12, 18, false },
	{ 0x1c01, 13, 20, false },
	{ 0x1601, 29, 21, false },
	{ 0x5601, 15, 14, true },
	{ 0x5401, 16, 14, false },
	{ 0x5101, 17, 15, false },
	{ 0x4801, 18, 16, false },
	{ 0x3801, 19, 17, false },
	{ 0x3401, 20, 18, false },
	{ 0x3001, 21, 19, false },
	{ 0x2801, 22, 19, false },
	{ 0x2401, 23, 20, false },
	{ 0x2201, 24, 21, false },
	{ 0x1c01, 25, 22, false },
	{ 0x1801, 26, 23, false },
	{ 0x1601, 27, 24, false },
	{ 0x1401, 28, 25, false },
	{ 0x1201, 29, 26, false },
	{ 0x1101, 30, 27, false },
	{ 0x0ac1, 31, 28, false },
	{ 0x09c1, 32, 29, false },
	{ 0x08a1, 33, 30, false },
	{ 0x0521, 34, 31, false },
	{ 0x0441, 35, 32, false },
	{ 0x02a1, 36, 33, false },
	{ 0x0221, 37, 34, false },
	{ 0x0141, 38, 35, false },
	{ 0x0111, 39, 36, false },
	{ 0x0085, 40, 37, false },
	{ 0x0049, 41, 38, false },
	{ 0x0025, 42, 39, false },
	{ 0x0015, 43, 40, false },
	{ 0x0009, 44, 41, false },
	{ 0x0005, 45, 42, false },
	{ 0x0001, 45, 43, false },
	{ 0x5601, 46, 46, false },
};

/* ---- bits */

/* E.3.4. Behind the end, and behind a marker, there are ones. */
static void
take_byte(struct jb2_arith *m)
{
	bool is_end = false;
	uint8_t next;

	if (reader_peek(&m->in, &next) != 0) {
		next = 0xff;
		is_end = true;
	}
	if (m->b == 0xff && next > 0x8f) {
		m->c += 0xff00;
		m->ct = 8;
		m->past++;
		m->has_ended = m->has_ended || !is_end;
		return;
	}
	if (!is_end)
		(void)!reader_u8(&m->in, &next);
	m->c += m->b == 0xff ? (uint32_t)next << 9 : (uint32_t)next << 8;
	m->ct = m->b == 0xff ? 7 : 8;
	m->b = next;
}

void
jb2_arith_init(struct jb2_arith *m, const struct reader *in)
{
	*m = (struct jb2_arith){ .in = *in, .b = 0xff };
	if (reader_u8(&m->in, &m->b) != 0)
		m->b = 0xff;
	m->c = (uint32_t)m->b << 16;
	take_byte(m);
	m->c <<= 7;
	m->ct -= 7;
	m->a = 0x8000;
}

/* The decision where the interval has to grow again (E.3.2, E.3.3). */
unsigned
jb2_bit_slow(struct jb2_arith *m, uint8_t *cx, bool low)
{
	const struct jb2_state *s = &jb2_states[*cx >> 1];
	unsigned mps = *cx & 1u, bit = mps;

	if (low == (m->a < s->qe)) {
		*cx = (uint8_t)(s->mps << 1 | mps);
	} else {
		bit = 1 - mps;
		*cx = (uint8_t)(s->lps << 1 | (s->turns ? bit : mps));
	}
	if (low)
		m->a = s->qe;
	do {
		if (m->ct == 0)
			take_byte(m);
		m->a <<= 1;
		m->c <<= 1;
		m->ct--;
	} while ((m->a & 0x8000) == 0);
	return bit;
}

bool
jb2_is_past(const struct jb2_arith *m)
{
	return m->past > PAST_MAX && !m->has_ended;
}

/* ---- integers */

static unsigned
int_bit(struct jb2_arith *m, uint8_t *cx, unsigned *prev)
{
	unsigned bit = jb2_bit(m, cx + *prev), next = *prev << 1 | bit;

	*prev = *prev < 256 ? next : (next & 511) | 256;
	return bit;
}

/* A.2: how many bits follow, and what is added to them. */
static int
get_int(struct jb2_arith *m, uint8_t *cx, int64_t *out)
{
	static const struct {
		unsigned bits;
		int64_t base;
	} forms[] = { { 2, 0 }, { 4, 4 }, { 6, 20 }, { 8, 84 }, { 12, 340 },
		{ 32, 4436 } };

	unsigned prev = 1, form = 0, negative = int_bit(m, cx, &prev);
	int64_t v = 0;

	while (form < 5 && int_bit(m, cx, &prev) != 0)
		form++;
	for (unsigned i = 0; i < forms[form].bits; i++)
		v = v << 1 | int_bit(m, cx, &prev);
	v += forms[form].base;
	if (m->past > PAST_INT_MAX || jb2_is_past(m))
		return ERR_TRUNCATED;
	if (negative != 0 && v == 0)
		return ERR_NOENT;
	*out = negative != 0 ? -v : v;
	return 0;
}

static uint32_t
get_arith_id(struct jb2_coder *c)
{
	uint32_t prev = 1;

	for (unsigned i = 0; i < c->id_bits; i++)
		prev = prev << 1 | jb2_bit(&c->mq, c->ids + prev);
	return prev - (UINT32_C(1) << c->id_bits);
}

/* ---- numbers, in either coding */

unsigned
jb2_log2(uint64_t count)
{
	unsigned n = 0;

	while (n < 63 && UINT64_C(1) << n < count)
		n++;
	return n;
}

int
jb2_coder_init(struct jb2 *j, struct jb2_coder *c, const struct reader *in,
    bool huffman, unsigned id_bits)
{
	*c = (struct jb2_coder){ .huffman = huffman, .id_bits = id_bits };
	c->bits.in = *in;
	if (huffman)
		return 0;
	jb2_arith_init(&c->mq, in);
	c->ints = arena_alloc(&j->arena, (size_t)JB2_NUMBERS * JB2_INT_CX);
	c->ids = arena_alloc(&j->arena, (size_t)1 << id_bits);
	return c->ints == NULL || c->ids == NULL ? ERR_NOMEM : 0;
}

int
jb2_get(struct jb2_coder *c, enum jb2_number which, int64_t *out)
{
	uint32_t v;
	int e;

	if (!c->huffman)
		return get_int(&c->mq, c->ints + (size_t)which * JB2_INT_CX,
		    out);
	if (which == JB2_RI) {
		if ((e = jb2_read_bits(&c->bits, 1, &v)) == 0)
			*out = v;
		return e;
	}
	if (c->tables[which] == NULL)
		return ERR_MALFORMED;
	return jb2_table_get(c->tables[which], &c->bits, out);
}

int
jb2_need(struct jb2_coder *c, enum jb2_number which, int64_t *out)
{
	int e = jb2_get(c, which, out);

	return e == ERR_NOENT ? ERR_MALFORMED : e;
}

int
jb2_get_id(struct jb2_coder *c, uint32_t *out)
{
	int64_t v;
	int e = 0;

	if (!c->huffman)
		*out = get_arith_id(c);
	else if (c->id_codes == NULL)
		e = jb2_read_bits(&c->bits, c->id_bits, out);
	else if ((e = jb2_table_get(c->id_codes, &c->bits, &v)) == 0)
		*out = (uint32_t)v;
	return e == ERR_NOENT ? ERR_MALFORMED : e;
}
