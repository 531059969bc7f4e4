/* Huffman coding of JBIG2 (T.88 Annex B): the tables, and reading by them. */
#include "formats/codec/jbig2_int.h"

#define LINES_MAX 65536u /* of a table that is in the data */

/* ---- bits */

int
jb2_read_bits(struct jb2_bits *b, unsigned n, uint32_t *out)
{
	uint32_t v = 0;
	uint8_t c;

	for (unsigned i = 0; i < n; i++) {
		if (b->n == 0) {
			if (reader_u8(&b->in, &c) != 0)
				return ERR_TRUNCATED;
			b->byte = c;
			b->n = 8;
		}
		b->n--;
		v = v << 1 | (b->byte >> b->n & 1u);
	}
	*out = v;
	return 0;
}

void
jb2_align(struct jb2_bits *b)
{
	b->n = 0;
}

/* ---- tables */

int
jb2_table_make(struct jb2 *j, const struct jb2_line *lines, size_t n,
    struct jb2_table **out)
{
	struct jb2_table *t = arena_alloc(&j->arena, sizeof(*t));
	uint32_t at[JB2_CODE_MAX + 1] = { 0 };
	uint64_t codes = 0;

	if (t == NULL ||
	    (t->sorted = arena_alloc(&j->arena, n * sizeof(*lines))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		if (lines[i].len > JB2_CODE_MAX)
			return ERR_MALFORMED;
		if (lines[i].len > 0)
			t->count[lines[i].len]++;
	}
	for (unsigned len = 1; len <= JB2_CODE_MAX; len++) {
		at[len] = t->n;
		t->n += t->count[len];
		codes += (uint64_t)t->count[len] << (JB2_CODE_MAX - len);
	}
	if (codes > UINT64_C(1) << JB2_CODE_MAX)
		return ERR_MALFORMED;
	for (size_t i = 0; i < n; i++)
		if (lines[i].len > 0)
			t->sorted[at[lines[i].len]++] = lines[i];
	*out = t;
	return 0;
}

/* Codes of one length are in a row, and in the order of their lines (B.3). */
static int
find_line(const struct jb2_table *t, struct jb2_bits *b,
    const struct jb2_line **out)
{
	uint64_t code = 0, first = 0;
	uint32_t index = 0, bit;
	int e;

	for (unsigned len = 1; len <= JB2_CODE_MAX; len++) {
		if ((e = jb2_read_bits(b, 1, &bit)) != 0)
			return e;
		code = code << 1 | bit;
		if (code - first < t->count[len]) {
			*out = &t->sorted[index + (uint32_t)(code - first)];
			return 0;
		}
		index += t->count[len];
		first = (first + t->count[len]) << 1;
		if (index >= t->n)
			break;
	}
	return ERR_MALFORMED;
}

int
jb2_table_get(const struct jb2_table *t, struct jb2_bits *b, int64_t *out)
{
	const struct jb2_line *l;
	uint32_t v = 0;
	int e;

	if ((e = find_line(t, b, &l)) != 0)
		return e;
	if (l->kind == JB2_LINE_OOB)
		return ERR_NOENT;
	if ((e = jb2_read_bits(b, l->range, &v)) != 0)
		return e;
	*out =
	    l->kind == JB2_LINE_LOW ? (int64_t)l->low - v : (int64_t)l->low + v;
	return 0;
}

/* ---- tables in the data (B.2) */

static int
add_line(struct jb2_bits *b, unsigned len_bits, struct jb2_line *l)
{
	uint32_t v;
	int e = jb2_read_bits(b, len_bits, &v);

	if (e == 0 && v > JB2_CODE_MAX)
		e = ERR_MALFORMED;
	if (e == 0)
		l->len = (uint8_t)v;
	return e;
}

static int
read_lines(struct jb2_bits *b, unsigned flags, int64_t low, int64_t high,
    struct jb2_line *lines, size_t *n)
{
	unsigned len_bits = (flags >> 1 & 7) + 1, bits = (flags >> 4 & 7) + 1;
	int64_t at = low;
	uint32_t range;
	int e = 0;

	while (e == 0 && at < high) {
		if (*n + 3 >= LINES_MAX)
			return ERR_MALFORMED;
		lines[*n].low = (int32_t)at;
		if ((e = add_line(b, len_bits, &lines[*n])) != 0 ||
		    (e = jb2_read_bits(b, bits, &range)) != 0)
			return e;
		if (range > 32)
			return ERR_MALFORMED;
		lines[(*n)++].range = (uint8_t)range;
		at += INT64_C(1) << range;
	}
	if (e != 0 || low == INT32_MIN || at > INT32_MAX)
		return e != 0 ? e : ERR_MALFORMED;
	lines[*n] =
	    (struct jb2_line){ (int32_t)(low - 1), 0, 32, JB2_LINE_LOW };
	if ((e = add_line(b, len_bits, &lines[(*n)++])) != 0)
		return e;
	lines[*n] = (struct jb2_line){ (int32_t)at, 0, 32, JB2_LINE };
	if ((e = add_line(b, len_bits, &lines[(*n)++])) != 0 ||
	    (flags & 1) == 0)
		return e;
	lines[*n] = (struct jb2_line){ 0, 0, 0, JB2_LINE_OOB };
	return add_line(b, len_bits, &lines[(*n)++]);
}

int
jb2_table_read(struct jb2 *j, struct reader data, struct jb2_table **out)
{
	struct jb2_bits b = { 0 };
	struct jb2_line *lines;
	uint32_t low, high;
	uint8_t flags;
	size_t n = 0;
	int e;

	if ((e = reader_u8(&data, &flags)) != 0 ||
	    (e = reader_u32be(&data, &low)) != 0 ||
	    (e = reader_u32be(&data, &high)) != 0)
		return e;
	if ((lines = arena_alloc(&j->arena, LINES_MAX * sizeof(*lines))) ==
	    NULL)
		return ERR_NOMEM;
	b.in = data;
	e = read_lines(&b, flags, (int32_t)low, (int32_t)high, lines, &n);
	if (e == 0)
		e = jb2_table_make(j, lines, n, out);
	arena_free(&j->arena, lines);
	return e;
}

/* ---- tables that everybody knows (B.5) */

#define L(len, range, low) \
	{ \
		low, len, range, JB2_LINE \
	}
#define LOW(len, low) \
	{ \
		low, len, 32, JB2_LINE_LOW \
	}
#define HIGH(len, low) \
	{ \
		low, len, 32, JB2_LINE \
	}
#define OOB(len) \
	{ \
		0, len, 0, JB2_LINE_OOB \
	}

static const struct jb2_line b1[] = { L(1, 4, 0), L(2, 8, 16), L(3, 16, 272),
	HIGH(3, 65808) };
static const struct jb2_line b2[] = { L(1, 0, 0), L(2, 0, 1), L(3, 0, 2),
	L(4, 3, 3), L(5, 6, 11), HIGH(6, 75), OOB(6) };
static const struct jb2_line b3[] = { L(8, 8, -256), L(1, 0, 0), L(2, 0, 1),
	L(3, 0, 2), L(4, 3, 3), L(5, 6, 11), LOW(8, -257), HIGH(7, 75),
	OOB(6) };
static const struct jb2_line b4[] = { L(1, 0, 1), L(2, 0, 2), L(3, 0, 3),
	L(4, 3, 4), L(5, 6, 12), HIGH(5, 76) };
static const struct jb2_line b5[] = { L(7, 8, -255), L(1, 0, 1), L(2, 0, 2),
	L(3, 0, 3), L(4, 3, 4), L(5, 6, 12), LOW(7, -256), HIGH(6, 76) };
static const struct jb2_line b6[] = { L(5, 10, -2048), L(4, 9, -1024),
	L(4, 8, -512), L(4, 7, -256), L(5, 6, -128), L(5, 5, -64), L(4, 5, -32),
	L(2, 7, 0), L(3, 7, 128), L(3, 8, 256), L(4, 9, 512), L(4, 10, 1024),
	LOW(6, -2049), HIGH(6, 2048) };
static const struct jb2_line b7[] = { L(4, 9, -1024), L(3, 8, -512),
	L(4, 7, -256), L(5, 6, -128), L(5, 5, -64), L(4, 5, -32), L(4, 5, 0),
	L(5, 5, 32), L(5, 6, 64), L(4, 7, 128), L(3, 8, 256), L(3, 9, 512),
	L(3, 10, 1024), LOW(5, -1025), HIGH(5, 2048) };
static const struct jb2_line b8[] = { L(8, 3, -15), L(9, 1, -7), L(8, 1, -5),
	L(9, 0, -3), L(7, 0, -2), L(4, 0, -1), L(2, 1, 0), L(5, 0, 2),
	L(6, 0, 3), L(3, 4, 4), L(6, 1, 20), L(4, 4, 22), L(4, 5, 38),
	L(5, 6, 70), L(5, 7, 134), L(6, 7, 262), L(7, 8, 390), L(6, 10, 646),
	LOW(9, -16), HIGH(9, 1670), OOB(2) };
static const struct jb2_line b9[] = { L(8, 4, -31), L(9, 2, -15), L(8, 2, -11),
	L(9, 1, -7), L(7, 1, -5), L(4, 1, -3), L(3, 1, -1), L(3, 1, 1),
	L(5, 1, 3), L(6, 1, 5), L(3, 5, 7), L(6, 2, 39), L(4, 5, 43),
	L(4, 6, 75), L(5, 7, 139), L(5, 8, 267), L(6, 8, 523), L(7, 9, 779),
	L(6, 11, 1291), LOW(9, -32), HIGH(9, 3339), OOB(2) };
static const struct jb2_line b10[] = { L(7, 4, -21), L(8, 0, -5), L(7, 0, -4),
	L(5, 0, -3), L(2, 2, -2), L(5, 0, 2), L(6, 0, 3), L(7, 0, 4),
	L(8, 0, 5), L(2, 6, 6), L(5, 5, 70), L(6, 5, 102), L(6, 6, 134),
	L(6, 7, 198), L(6, 8, 326), L(6, 9, 582), L(6, 10, 1094),
	L(7, 11, 2118), LOW(8, -22), HIGH(8, 4166), OOB(2) };
static const struct jb2_line b11[] = { L(1, 0, 1), L(2, 1, 2), L(4, 0, 4),
	L(4, 1, 5), L(5, 1, 7), L(5, 2, 9), L(6, 2, 13), L(7, 2, 17),
	L(7, 3, 21), L(7, 4, 29), L(7, 5, 45), L(7, 6, 77), HIGH(7, 141) };
static const struct jb2_line b12[] = { L(1, 0, 1), L(2, 0, 2), L(3, 1, 3),
	L(5, 0, 5), L(5, 1, 6), L(6, 1, 8), L(7, 0, 10), L(7, 1, 11),
	L(7, 2, 13), L(7, 3, 17), L(7, 4, 25), L(8, 5, 41), HIGH(8, 73) };
static const struct jb2_line b13[] = { L(1, 0, 1), L(3, 0, 2), L(4, 0, 3),
	L(5, 0, 4), L(4, 1, 5), L(3, 3, 7), L(6, 1, 15), L(6, 2, 17),
	L(6, 3, 21), L(6, 4, 29), L(6, 5, 45), L(7, 6, 77), HIGH(7, 141) };
static const struct jb2_line b14[] = { L(3, 0, -2), L(3, 0, -1), L(1, 0, 0),
	L(3, 0, 1), L(3, 0, 2) };
static const struct jb2_line b15[] = { L(7, 4, -24), L(6, 2, -8), L(5, 1, -4),
	L(4, 0, -2), L(3, 0, -1), L(1, 0, 0), L(3, 0, 1), L(4, 0, 2),
	L(5, 1, 3), L(6, 2, 5), L(7, 4, 9), LOW(7, -25), HIGH(7, 25) };

#define T(t) \
	{ \
		t, sizeof(t) / sizeof((t)[0]) \
	}

static const struct {
	const struct jb2_line *lines;
	size_t n;
} standard[JB2_STANDARD] = { T(b1), T(b2), T(b3), T(b4), T(b5), T(b6), T(b7),
	T(b8), T(b9), T(b10), T(b11), T(b12), T(b13), T(b14), T(b15) };

int
jb2_table_standard(struct jb2 *j, unsigned i, const struct jb2_table **out)
{
	int e = 0;

	if (i == 0 || i > JB2_STANDARD)
		return ERR_INTERNAL;
	if (j->standard[i] == NULL)
		e = jb2_table_make(j, standard[i - 1].lines, standard[i - 1].n,
		    &j->standard[i]);
	*out = j->standard[i];
	return e;
}
