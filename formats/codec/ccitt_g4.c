/*
 * Facsimile coding, Group 4 (ITU-T T.6), by the one rule of T.6 2.2: there is
 * no choice to make, so a picture has one code.
 */
#include "formats/codec/ccitt.h"

#include "formats/codec/arena.h"
#include "formats/codec/ccitt_int.h"
#include "formats/codec/ccitt_tables.h"

#define RUN_MAX 2560u

struct coder {
	struct doc *d;
	struct buf *out;
	uint32_t columns;
	uint32_t acc;
	unsigned n_acc;
	int e;
	uint32_t *ref, *cur;
	uint32_t n_cur;
};

static void
put(struct coder *c, unsigned bits, uint32_t word)
{
	uint8_t byte;

	c->acc = c->acc << bits | word;
	c->n_acc += bits;
	while (c->n_acc >= 8) {
		c->n_acc -= 8;
		byte = (uint8_t)(c->acc >> c->n_acc);
		if (c->e == 0)
			c->e = buf_add(c->out, &byte, 1);
	}
	c->acc &= (1u << c->n_acc) - 1;
}

static void
put_run(struct coder *c, uint32_t run, bool black)
{
	const struct ccitt_code *codes = ccitt_codes[black], *w;

	for (; run > RUN_MAX; run -= RUN_MAX) {
		w = &codes[CCITT_CODES - 1];
		put(c, w->bits, w->word);
	}
	if (run >= CCITT_TERMINATE) {
		w = &codes[CCITT_TERMINATE - 1 + run / 64];
		put(c, w->bits, w->word);
	}
	put(c, codes[run % 64].bits, codes[run % 64].word);
}

/* The column from x on where the bits stop being those of flip. */
static uint32_t
run_end(const uint8_t *row, uint32_t x, uint32_t columns, uint8_t flip)
{
	while (x < columns) {
		if (x % 8 == 0 && row[x / 8] == flip) {
			x += 8;
			continue;
		}
		if (((row[x / 8] ^ flip) & 0x80 >> x % 8) != 0)
			return x;
		x++;
	}
	return columns;
}

static void
find_changes(struct coder *c, const uint8_t *row, bool black_is_1)
{
	uint8_t flip = black_is_1 ? 0 : 0xff;
	uint32_t x = 0;

	c->n_cur = 0;
	while ((x = run_end(row, x, c->columns, flip)) < c->columns) {
		c->cur[c->n_cur++] = x;
		flip ^= 0xff;
	}
	for (unsigned i = 0; i < CCITT_GUARDS; i++)
		c->cur[c->n_cur + i] = c->columns;
}

static void
put_row(struct coder *c)
{
	static const struct ccitt_mode_code modes[] = CCITT_MODE_CODES;
	const struct ccitt_mode_code *m;
	uint32_t a0 = 0, a1, a2, i = 0, k = 0;
	bool black = false, at_start = true;

	while (a0 < c->columns) {
		/* k: of a1 in cur; i: of b1 in ref, of the same colour */
		a1 = c->cur[k];
		while (i > 0 && c->ref[i - 1] > a0)
			i--;
		while (c->ref[i] <= a0 && c->ref[i] < c->columns && !at_start)
			i++;
		if (i % 2 != (black ? 1u : 0u))
			i++;
		if (c->ref[i + 1] < a1) {
			m = &modes[CCITT_PASS];
			put(c, m->bits, m->word);
			a0 = c->ref[i + 1];
		} else if (a1 + 3 >= c->ref[i] && a1 <= c->ref[i] + 3) {
			m = &modes[a1 + 3 - c->ref[i]];
			put(c, m->bits, m->word);
			a0 = a1;
			black = !black;
			k++;
		} else {
			a2 = c->cur[k + 1];
			m = &modes[CCITT_HORIZONTAL];
			put(c, m->bits, m->word);
			put_run(c, a1 - a0, black);
			put_run(c, a2 - a1, !black);
			a0 = a2;
			k += 2;
		}
		at_start = false;
	}
}

static int
put_rows(struct coder *c, struct reader rows, uint32_t n, bool black_is_1)
{
	size_t stride = ((size_t)c->columns + 7) / 8;
	const uint8_t *row;
	uint32_t *was;

	for (unsigned i = 0; i < CCITT_GUARDS; i++)
		c->ref[i] = c->columns;
	for (uint32_t y = 0; y < n && c->e == 0; y++) {
		if (reader_bytes(&rows, stride, &row) != 0)
			return doc_fail(c->d, ERR_INTERNAL, "rows are missing");
		find_changes(c, row, black_is_1);
		put_row(c);
		was = c->ref;
		c->ref = c->cur;
		c->cur = was;
	}
	put(c, CCITT_EOL_BITS, CCITT_EOL);
	put(c, CCITT_EOL_BITS, CCITT_EOL);
	if (c->n_acc > 0)
		put(c, 8 - c->n_acc, 0);
	return c->e;
}

int
ccitt_g4_encode(struct doc *d, const struct reader *rows_in, uint32_t columns,
    uint32_t n_rows, bool black_is_1, struct buf *out)
{
	struct coder c = { .d = d, .out = out, .columns = columns };
	size_t bytes;
	struct arena arena;
	int e = ERR_NOMEM;

	if (columns == 0 ||
	    __builtin_mul_overflow((size_t)columns + CCITT_GUARDS,
		sizeof(c.ref[0]), &bytes))
		return doc_fail(d, ERR_INTERNAL, "a fax picture too wide");
	arena_init(&arena, d);
	c.ref = arena_alloc(&arena, bytes);
	c.cur = arena_alloc(&arena, bytes);
	if (c.ref != NULL && c.cur != NULL)
		e = put_rows(&c, *rows_in, n_rows, black_is_1);
	arena_done(&arena);
	return e;
}
