/*
 * Facsimile decoding (ITU-T T.4, T.6). Uncompressed mode and other extensions
 * are not read: no scanner makes them. A row is read into a list of changes,
 * repaired so that it rises, and painted.
 */
#include "formats/codec/ccitt.h"

#include "formats/codec/arena.h"
#include "formats/codec/ccitt_int.h"
#include "formats/codec/ccitt_tables.h"
#include "formats/image.h"

#define LOOKUP	   (1u << CCITT_CODE_BITS)
#define MODE_BITS  7u
#define MODES	   (1u << MODE_BITS)
#define ZEROS_BITS 11u /* in front of the 1 of an end of line */
#define BAD	   (-1)

/* What a code word says: bits 0 when there is none. */
struct word {
	uint16_t run;
	uint8_t bits;
	uint8_t last; /* ends a run */
};

struct fax {
	struct doc *d;
	struct arena *arena;
	const struct ccitt_params *p;
	struct reader in;
	size_t start; /* of the data in it */
	uint32_t acc; /* bits not used yet, right-aligned */
	unsigned n_acc;
	unsigned padding; /* of them: zeros behind the end */
	struct word runs[2][LOOKUP];
	struct word modes[MODES];
	uint32_t *ref, *cur; /* changes of the row before and of this one */
	uint32_t n_ref, n_cur;
	uint32_t a0;
	bool at_start, black;
	size_t stride;
	struct buf *out;
	struct ccitt_result *res;
};

/* ---- tables */

static void
fill(struct word *table, unsigned width, unsigned bits, unsigned code,
    struct word w)
{
	unsigned spread = width - bits;

	w.bits = (uint8_t)bits;
	for (unsigned i = 0; i < 1u << spread; i++)
		table[(code << spread) + i] = w;
}

static unsigned
run_of(unsigned i)
{
	return i < CCITT_TERMINATE ? i : (i - CCITT_TERMINATE + 1) * 64;
}

static void
make_tables(struct fax *f)
{
	static const struct ccitt_mode_code modes[] = CCITT_MODE_CODES;
	const struct ccitt_code *c;
	struct word w = { 0 };

	for (unsigned colour = 0; colour < 2; colour++)
		for (unsigned i = 0; i < CCITT_CODES; i++) {
			c = &ccitt_codes[colour][i];
			w.run = (uint16_t)run_of(i);
			w.last = i < CCITT_TERMINATE;
			fill(f->runs[colour], CCITT_CODE_BITS, c->bits, c->word,
			    w);
		}
	for (unsigned i = 0; i < CCITT_MODES; i++) {
		w.run = (uint16_t)i;
		fill(f->modes, MODE_BITS, modes[i].bits, modes[i].word, w);
	}
}

/* ---- bits */

static uint8_t
mirror(uint8_t c)
{
	unsigned v = c;

	v = (v & 0xf0) >> 4 | (v & 0x0f) << 4;
	v = (v & 0xcc) >> 2 | (v & 0x33) << 2;
	return (uint8_t)((v & 0xaa) >> 1 | (v & 0x55) << 1);
}

/* The next n <= 24 bits; zeros stand behind the end. */
static unsigned
peek(struct fax *f, unsigned n)
{
	uint8_t c;

	while (f->n_acc < n) {
		if (reader_u8(&f->in, &c) != 0) {
			c = 0;
			f->padding += 8;
		}
		if (f->p->low_bit_first)
			c = mirror(c);
		f->acc = f->acc << 8 | c;
		f->n_acc += 8;
	}
	return f->acc >> (f->n_acc - n) & ((1u << n) - 1);
}

static void
drop(struct fax *f, unsigned n)
{
	f->n_acc -= n;
	f->acc &= (1u << f->n_acc) - 1;
}

/* Were bits used that are not there? */
static bool
is_past_end(const struct fax *f)
{
	return f->padding > f->n_acc;
}

static bool
is_at_end(const struct fax *f)
{
	return f->padding >= f->n_acc && reader_left(&f->in) == 0;
}

static void
align(struct fax *f)
{
	drop(f, f->n_acc % 8);
	if (f->p->word_align &&
	    (reader_pos(&f->in) - f->start - f->n_acc / 8) % 2 != 0 &&
	    f->n_acc >= f->padding + 8)
		drop(f, 8);
}

/* ---- codes */

static int32_t
get_run(struct fax *f, bool black)
{
	const struct word *w;
	uint32_t run = 0;

	do {
		w = &f->runs[black][peek(f, CCITT_CODE_BITS)];
		if (w->bits == 0)
			return BAD;
		drop(f, w->bits);
		run += w->run;
		if (is_past_end(f) || run > f->p->columns)
			return BAD;
	} while (w->last == 0);
	return (int32_t)run;
}

/* Past one end of line, with fill bits before it, if there is one here. */
static bool
take_eol(struct fax *f)
{
	if (peek(f, ZEROS_BITS) != 0)
		return false;
	while (peek(f, 1) == 0) {
		drop(f, 1);
		if (is_at_end(f))
			return false;
	}
	drop(f, 1);
	return true;
}

/* ---- a row */

/* A change at column x. A change back at the same place is none at all. */
static void
change(struct fax *f, uint32_t x)
{
	f->black = !f->black;
	if (x >= f->p->columns)
		return;
	if (f->n_cur > 0 && f->cur[f->n_cur - 1] == x)
		f->n_cur--;
	else
		f->cur[f->n_cur++] = x;
}

/* Index of b1: the first change right of a0 to the other colour. */
static uint32_t
find_b1(const struct fax *f, uint32_t from)
{
	uint32_t i = from;

	while (i > 0 && f->ref[i - 1] > f->a0)
		i--;
	while (i < f->n_ref && f->ref[i] <= f->a0 && !f->at_start)
		i++;
	if (i % 2 != (f->black ? 1u : 0u))
		i++;
	return i;
}

static int
take_horizontal(struct fax *f)
{
	bool first = f->black;
	int32_t run;

	for (unsigned i = 0; i < 2; i++) {
		if ((run = get_run(f, i == 0 ? first : !first)) == BAD ||
		    (uint32_t)run > f->p->columns - f->a0)
			return BAD;
		f->a0 += (uint32_t)run;
		f->at_start = false;
		change(f, f->a0);
	}
	return 0;
}

/* b1 and distance to a1; it may neither go back nor past the edge. */
static int
take_vertical(struct fax *f, uint32_t b1, unsigned mode)
{
	uint32_t x = b1 + mode;

	if (x < f->a0 + 3 || x - 3 > f->p->columns)
		return BAD;
	f->a0 = x - 3;
	f->at_start = false;
	change(f, f->a0);
	return 0;
}

static int
get_row_2d(struct fax *f)
{
	const struct word *w;
	uint32_t i = 0;
	int e = 0;

	while (f->a0 < f->p->columns && e == 0) {
		w = &f->modes[peek(f, MODE_BITS)];
		if (w->bits == 0)
			return BAD;
		drop(f, w->bits);
		if (is_past_end(f))
			return BAD;
		i = find_b1(f, i < f->n_ref ? i : f->n_ref);
		if (w->run == CCITT_PASS) {
			f->a0 = f->ref[i + 1];
			f->at_start = false;
		} else if (w->run == CCITT_HORIZONTAL) {
			e = take_horizontal(f);
		} else {
			e = take_vertical(f, f->ref[i], w->run);
		}
	}
	return e;
}

static int
get_row_1d(struct fax *f)
{
	int32_t run;

	while (f->a0 < f->p->columns) {
		if ((run = get_run(f, f->black)) == BAD ||
		    (uint32_t)run > f->p->columns - f->a0)
			return BAD;
		f->a0 += (uint32_t)run;
		change(f, f->a0);
	}
	return 0;
}

static int
get_row(struct fax *f, bool two_d)
{
	int e;

	f->n_cur = 0;
	f->a0 = 0;
	f->at_start = true;
	f->black = false;
	e = two_d ? get_row_2d(f) : get_row_1d(f);
	for (unsigned i = 0; i < CCITT_GUARDS; i++)
		f->cur[f->n_cur + i] = f->p->columns;
	return e;
}

/* ---- output */

static void
paint_run(uint8_t *row, uint32_t from, uint32_t to)
{
	for (; from < to && from % 8 != 0; from++)
		row[from / 8] ^= (uint8_t)(0x80 >> from % 8);
	for (; from < to && to - from >= 8; from += 8)
		row[from / 8] ^= 0xff;
	for (; from < to; from++)
		row[from / 8] ^= (uint8_t)(0x80 >> from % 8);
}

/* One more row, where nobody said how many there are. */
static int
take_row(struct fax *f)
{
	const struct limits *l = &doc_options(f->d)->limits;
	uint64_t rows = (uint64_t)f->res->rows + 1;

	if (rows > l->max_image_side_px ||
	    rows * f->p->columns > l->max_image_px)
		return doc_fail(f->d, ERR_LIMIT,
		    "a fax picture of more than %u rows",
		    (unsigned)f->res->rows);
	return doc_spend(f->d, BUDGET_PIXELS, f->stride);
}

/* The changes in cur become a row of out. */
static int
put_row(struct fax *f)
{
	uint32_t x;
	uint8_t *row;
	int e;

	if (f->p->rows == 0 && (e = take_row(f)) != 0)
		return e;
	if ((e = buf_reserve(f->out, f->stride, &row)) != 0)
		return doc_fail(f->d, e, "the rows of a fax picture");
	memset(row, 0, f->stride);
	if (!f->p->black_is_1)
		paint_run(row, 0, f->p->columns);
	for (uint32_t i = 0; i < f->n_cur; i += 2) {
		x = i + 1 < f->n_cur ? f->cur[i + 1] : f->p->columns;
		paint_run(row, f->cur[i], x);
	}
	buf_commit(f->out, f->stride);
	f->res->rows++;
	return 0;
}

static void
swap(struct fax *f)
{
	uint32_t *was = f->ref;

	f->ref = f->cur;
	f->n_ref = f->n_cur;
	f->cur = was;
	f->n_cur = 0;
}

/* Rows that were promised and are not there are white. */
static int
put_missing(struct fax *f)
{
	int e = 0;

	f->n_cur = 0;
	while (e == 0 && f->res->rows < f->p->rows) {
		f->res->missing++;
		e = put_row(f);
	}
	return e;
}

/* ---- the picture */

/*
 * What stands between rows: fill, ends of line, the tag of mixed coding.
 * False at the end of the picture.
 */
static bool
between_rows(struct fax *f, bool *two_d)
{
	unsigned eols = 0;

	if (f->p->k < 0) {
		if (peek(f, 2 * CCITT_EOL_BITS) == CCITT_EOFB)
			return false;
		if (f->p->byte_align)
			align(f);
		*two_d = true;
		return !is_at_end(f) && peek(f, CCITT_EOL_BITS) != CCITT_EOL;
	}
	if (f->p->byte_align && !f->p->end_of_line)
		align(f);
	while (take_eol(f)) {
		eols++;
		*two_d = f->p->k > 0 && peek(f, 1) == 0;
		if (f->p->k > 0)
			drop(f, 1);
	}
	if (eols > 1 && (f->p->end_of_block || eols > 2) && f->res->rows > 0)
		return false;
	if (eols == 0) {
		if (f->p->byte_align)
			align(f);
		*two_d = f->p->k > 0 && f->res->rows > 0 && peek(f, 1) == 0;
		if (f->p->k > 0)
			drop(f, 1);
	}
	return !is_at_end(f);
}

/* After damage: to the next end of line, which stays to be read. */
static bool
resync(struct fax *f)
{
	if (f->p->k < 0)
		return false;
	while (peek(f, ZEROS_BITS) != 0) {
		if (is_at_end(f))
			return false;
		drop(f, 1);
	}
	return !is_at_end(f);
}

static int
get_rows(struct fax *f)
{
	bool two_d = false, go_on = true;
	int e = 0;

	while (e == 0 && go_on &&
	       (f->p->rows == 0 || f->res->rows < f->p->rows) &&
	       between_rows(f, &two_d)) {
		if (get_row(f, two_d) == BAD) {
			go_on = resync(f);
			if (!go_on && f->n_cur == 0)
				break;
			if (f->res->damaged++ >= f->p->damaged_max)
				go_on = false;
		}
		e = put_row(f);
		swap(f);
	}
	return e != 0 ? e : put_missing(f);
}

/* Whole bytes that are not used, behind the end of block if it is here. */
static size_t
find_left(struct fax *f)
{
	if (f->p->k < 0 && peek(f, 2 * CCITT_EOL_BITS) == CCITT_EOFB)
		drop(f, 2 * CCITT_EOL_BITS);
	if (f->n_acc < f->padding)
		return 0;
	return reader_left(&f->in) + (f->n_acc - f->padding) / 8;
}

/* A row has at most as many changes as columns. */
static int
set_up(struct fax *f)
{
	size_t bytes =
	    ((size_t)f->p->columns + CCITT_GUARDS) * sizeof(f->ref[0]);

	f->stride = ((size_t)f->p->columns + 7) / 8;
	f->ref = arena_alloc(f->arena, bytes);
	f->cur = arena_alloc(f->arena, bytes);
	if (f->ref == NULL || f->cur == NULL)
		return ERR_NOMEM;
	for (unsigned i = 0; i < CCITT_GUARDS; i++)
		f->ref[i] = f->p->columns;
	make_tables(f);
	return 0;
}

int
ccitt_decode(struct doc *d, const struct reader *in,
    const struct ccitt_params *p, struct buf *out, struct ccitt_result *res)
{
	struct arena arena;
	struct fax *f;
	int e;

	*res = (struct ccitt_result){ 0 };
	/* With rows unknown they are taken one by one. */
	if ((!p->size_taken || p->rows == 0) &&
	    (e = image_take_bits(d, p->columns, p->rows == 0 ? 1 : p->rows)) !=
		0)
		return e;
	arena_init(&arena, d);
	if ((f = arena_alloc(&arena, sizeof(*f))) == NULL)
		return ERR_NOMEM;
	f->d = d;
	f->arena = &arena;
	f->p = p;
	f->in = *in;
	f->start = reader_pos(in);
	f->out = out;
	f->res = res;
	if ((e = set_up(f)) == 0)
		e = get_rows(f);
	if (e == 0)
		res->left = find_left(f);
	if (e == 0 && res->rows == res->missing)
		e = doc_fail(d, ERR_MALFORMED, "a fax picture without rows");
	arena_done(&arena);
	return e;
}
