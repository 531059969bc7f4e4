/*
 * Filters of text and runs (ISO 32000-1, 7.4.2, 7.4.3, 7.4.5), and the
 * predictors of Flate and LZW (7.4.4.4).
 */
#include "formats/pdf/pdf_int.h"

#include <string.h>

int
pgrow_put(struct pgrow *g, const void *data, size_t n)
{
	size_t cap = g->cap;
	uint8_t *p;

	if (n > PFILTER_BYTES_MAX - g->n)
		return ERR_LIMIT;
	if (n > g->cap - g->n) {
		while (n > cap - g->n)
			cap = cap < 2048 ? 4096 : cap * 2;
		if ((p = pin_realloc(g->in, g->data, cap)) == NULL)
			return ERR_NOMEM;
		g->data = p;
		g->cap = cap;
	}
	if (n > 0)
		memcpy(g->data + g->n, data, n);
	g->n += n;
	return 0;
}

static int
hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int
pfilter_hex(struct reader *in, struct pgrow *out, bool *damaged)
{
	uint8_t c, byte = 0;
	unsigned n = 0;
	int e, v;

	while ((e = reader_u8(in, &c)) == 0 && c != '>') {
		if ((v = hex_digit(c)) < 0) {
			*damaged |= pobj_chars[c] != PCHAR_SPACE;
			continue;
		}
		byte = (uint8_t)(n % 2 == 0 ? v << 4 : byte | v);
		if (n++ % 2 == 1 && (e = pgrow_put(out, &byte, 1)) != 0)
			return e;
	}
	*damaged |= e != 0;
	return n % 2 == 1 ? pgrow_put(out, &byte, 1) : 0;
}

/* n of 2..5 digits make n-1 bytes. */
static int
put_a85(const uint8_t *digit, unsigned n, struct pgrow *out, bool *damaged)
{
	uint64_t v = 0;
	uint8_t bytes[4];

	for (unsigned i = 0; i < 5; i++)
		v = v * 85 + (i < n ? digit[i] : 84);
	*damaged |= v > UINT32_MAX;
	for (unsigned i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(v >> (24 - 8 * i));
	return pgrow_put(out, bytes, n - 1);
}

int
pfilter_a85(struct reader *in, struct pgrow *out, bool *damaged)
{
	uint8_t c, digit[5];
	unsigned n = 0;
	int e;

	while ((e = reader_u8(in, &c)) == 0 && c != '~') {
		if (c >= '!' && c <= 'u')
			digit[n++] = (uint8_t)(c - '!');
		else if (c == 'z' && n == 0)
			e = pgrow_put(out, "\0\0\0\0", 4);
		else
			*damaged |= pobj_chars[c] != PCHAR_SPACE;
		if (n == 5) {
			e = put_a85(digit, n, out, damaged);
			n = 0;
		}
		if (e != 0)
			return e;
	}
	*damaged |= e != 0 || n == 1;
	return n > 1 ? put_a85(digit, n, out, damaged) : 0;
}

int
pfilter_run(struct reader *in, struct pgrow *out, bool *damaged)
{
	const uint8_t *p;
	uint8_t n, run[128];
	size_t left;
	int e;

	while ((e = reader_u8(in, &n)) == 0 && n != 128) {
		if (n < 128) {
			left = reader_left(in);
			*damaged |= left < (size_t)n + 1;
			if (left > (size_t)n + 1)
				left = (size_t)n + 1;
			if (reader_bytes(in, left, &p) != 0)
				return ERR_INTERNAL;
			e = pgrow_put(out, p, left);
		} else if (reader_bytes(in, 1, &p) == 0) {
			memset(run, p[0], 257u - n);
			e = pgrow_put(out, run, 257u - n);
		} else
			*damaged = true;
		if (e != 0)
			return e;
	}
	/* The end mark is often left out. */
	return 0;
}

/* ---- predictors */

static uint8_t
paeth(uint8_t a, uint8_t b, uint8_t c)
{
	int p = a + b - c;
	int pa = p > a ? p - a : a - p, pb = p > b ? p - b : b - p,
	    pc = p > c ? p - c : c - p;

	return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

/* One row of PNG; out may lie before in, never behind. */
static void
unfilter_row(int kind, const uint8_t *in, const uint8_t *up, uint8_t *out,
    size_t n, size_t step)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t left = i < step ? 0 : out[i - step];
		uint8_t above = up == NULL ? 0 : up[i];
		uint8_t corner = up == NULL || i < step ? 0 : up[i - step];
		uint8_t v = in[i];

		if (kind == 1)
			v = (uint8_t)(v + left);
		else if (kind == 2)
			v = (uint8_t)(v + above);
		else if (kind == 3)
			v = (uint8_t)(v + ((left + above) >> 1));
		else if (kind == 4)
			v = (uint8_t)(v + paeth(left, above, corner));
		out[i] = v;
	}
}

static void
undo_png(uint8_t *data, size_t *n, size_t row, size_t step, bool *damaged)
{
	size_t from = 0, to = 0, take;
	const uint8_t *up = NULL;
	int kind;

	while (from < *n) {
		kind = data[from++];
		take = *n - from < row ? *n - from : row;
		*damaged |= kind > 4 || take < row;
		unfilter_row(kind, data + from, up, data + to, take, step);
		up = data + to;
		from += take;
		to += take;
	}
	*n = to;
}

/* TIFF 6.0, section 14: each sample less the one before it. */
static void
undo_tiff_row(uint8_t *row, size_t n, const struct ppredictor *p)
{
	unsigned colours = (unsigned)p->colours, bits = (unsigned)p->bits;
	uint16_t before[32] = { 0 };
	size_t samples = n * 8 / bits;
	unsigned mask = (1u << bits) - 1, shift, v;

	for (size_t i = 0; i < samples; i++) {
		uint16_t *last = &before[i % colours];

		if (bits == 16) {
			v = (unsigned)row[2 * i] << 8 | row[2 * i + 1];
			*last = (uint16_t)(*last + v);
			row[2 * i] = (uint8_t)(*last >> 8);
			row[2 * i + 1] = (uint8_t)*last;
			continue;
		}
		shift = 8 - bits - (unsigned)(i * bits % 8);
		v = (unsigned)row[i * bits / 8] >> shift & mask;
		*last = (uint16_t)((*last + v) & mask);
		row[i * bits / 8] =
		    (uint8_t)((row[i * bits / 8] & ~(mask << shift)) |
			      (unsigned)*last << shift);
	}
}

void
pfilter_predict(const struct ppredictor *p, uint8_t *data, size_t *n,
    bool *damaged)
{
	size_t bits = (size_t)p->colours * (size_t)p->bits;
	size_t row = (bits * (size_t)p->columns + 7) / 8;

	if (p->kind >= 10)
		undo_png(data, n, row, (bits + 7) / 8, damaged);
	else if (p->kind == 2)
		for (size_t at = 0; at < *n; at += row)
			undo_tiff_row(data + at, *n - at < row ? *n - at : row,
			    p);
}
