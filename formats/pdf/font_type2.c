/*
 * Charstrings of type 2 (Technical Note 5177), run like a rasteriser runs
 * them and written again as they went: calls of subroutines and arithmetic
 * are gone, so that what a viewer gets has no depth, no loops and a stack
 * that was seen to suffice. Hints stay: they are numbers. Unknown operators
 * are left out with their operands.
 */
#include "formats/pdf/font_int.h"

#include <string.h>

#define DEPTH_MAX  10
#define STEPS_MAX  (UINT64_C(1) << 18) /* of one charstring */
#define STEPS_FONT (UINT64_C(1) << 22) /* of all, and for each byte ... */
#define STEPS_BYTE 64
#define TRANSIENT  32
#define FIXED_HALF 0x8000

enum op {
	OP_HSTEM = 1,
	OP_VSTEM = 3,
	OP_VMOVETO = 4,
	OP_RLINETO = 5,
	OP_HLINETO = 6,
	OP_VLINETO = 7,
	OP_RRCURVETO = 8,
	OP_CALLSUBR = 10,
	OP_RETURN = 11,
	OP_ESCAPE = 12,
	OP_ENDCHAR = 14,
	OP_HSTEMHM = 18,
	OP_HINTMASK = 19,
	OP_CNTRMASK = 20,
	OP_RMOVETO = 21,
	OP_HMOVETO = 22,
	OP_VSTEMHM = 23,
	OP_RCURVELINE = 24,
	OP_RLINECURVE = 25,
	OP_VVCURVETO = 26,
	OP_HHCURVETO = 27,
	OP_SHORT = 28,
	OP_CALLGSUBR = 29,
	OP_VHCURVETO = 30,
	OP_HVCURVETO = 31,
	OP_HFLEX = 0x0c22,
	OP_FLEX = 0x0c23,
	OP_HFLEX1 = 0x0c24,
	OP_FLEX1 = 0x0c25,
};

struct run {
	struct type2_font *font;
	struct buf *out;
	size_t from; /* where this charstring begins in out */
	int32_t stack[TYPE2_STACK];
	unsigned n, stems, depth;
	int32_t transient[TRANSIENT];
	uint64_t steps;
	bool width_done, ended;
};

uint64_t
font_steps(const struct reader *program)
{
	return STEPS_FONT + STEPS_BYTE * (uint64_t)program->len;
}

int
type2_put_op(struct buf *out, unsigned op)
{
	int e;

	if (op < 0x0c00)
		return buf_u8(out, (uint8_t)op);
	if ((e = buf_u8(out, OP_ESCAPE)) != 0)
		return e;
	return buf_u8(out, (uint8_t)op);
}

int
type2_put_number(struct buf *out, int32_t v)
{
	int32_t whole = v / 65536;
	int e;

	if (v % 65536 != 0) {
		if ((e = buf_u8(out, 255)) != 0)
			return e;
		return buf_u32be(out, (uint32_t)v);
	}
	if (whole > 1131 || whole < -1131) {
		if ((e = buf_u8(out, OP_SHORT)) != 0)
			return e;
		return buf_u16be(out, (uint16_t)whole);
	}
	return cff_put_int(out, whole);
}

static int
emit(struct run *r, unsigned op, unsigned from, unsigned n)
{
	int e = 0;

	for (unsigned i = from; e == 0 && i < from + n; i++)
		e = type2_put_number(r->out, r->stack[i]);
	if (e == 0)
		e = type2_put_op(r->out, op);
	if (e == 0 && r->out->len - r->from > FONT_MAX_CHAR)
		e = ERR_MALFORMED;
	return e;
}

/*
 * Write an operator that clears the stack and may have the width before its
 * n operands; those are the last ones.
 */
static int
emit_first(struct run *r, unsigned op, unsigned n)
{
	bool width = !r->width_done && r->n > n;

	r->width_done = true;
	if (width && r->n > n + 1) /* width, rubbish, operands */
		memmove(r->stack + 1, r->stack + (r->n - n),
		    n * sizeof(r->stack[0]));
	if (width)
		return emit(r, op, 0, n + 1);
	return emit(r, op, r->n - n, n);
}

static int
do_move(struct run *r, unsigned op)
{
	unsigned need = op == OP_RMOVETO ? 2 : 1;

	if (r->n < need)
		return ERR_MALFORMED;
	return emit_first(r, op, need);
}

static int
do_stems(struct run *r, unsigned op)
{
	bool mask = op == OP_HINTMASK || op == OP_CNTRMASK;
	unsigned n = r->n;
	int e;

	if (n % 2 != 0 && r->width_done)
		n--;
	r->stems += n / 2;
	if (r->stems > TYPE2_STEMS)
		return ERR_MALFORMED;
	if (n == 0 && (!mask || r->stems == 0))
		return 0;
	e = emit(r, op, r->n - n, n);
	r->width_done = true;
	return e;
}

/* The bits behind hintmask: one for each stem so far. */
static int
do_mask(struct run *r, unsigned op, struct reader *in)
{
	uint8_t b;
	int e;

	if ((e = do_stems(r, op)) != 0)
		return e;
	for (unsigned left = r->stems; left > 0;) {
		if ((e = reader_u8(in, &b)) != 0)
			return e;
		if (left < 8)
			b &= (uint8_t)(0xff00u >> left);
		if ((e = buf_u8(r->out, b)) != 0)
			return e;
		left -= left < 8 ? left : 8;
	}
	return 0;
}

/* How many operands of a path operator count, and from where. */
static unsigned
path_operands(unsigned op, unsigned have, unsigned *from)
{
	*from = 0;
	switch (op) {
	case OP_RLINETO:
		return have - have % 2;
	case OP_HLINETO:
	case OP_VLINETO:
		return have;
	case OP_RRCURVETO:
		return have - have % 6;
	case OP_RCURVELINE:
		return have < 8 ? 0 : have - (have - 2) % 6;
	case OP_RLINECURVE:
		return have < 8 ? 0 : have - have % 2;
	default: /* as rasterisers do: the first two too many go */
		if (have % 4 >= 2) {
			*from = 2;
			have -= 2;
		}
		return have < 4 ? 0 : have;
	}
}

static int
do_path(struct run *r, unsigned op)
{
	unsigned from, n = path_operands(op, r->n, &from);

	return n == 0 ? 0 : emit(r, op, from, n);
}

static int
do_flex(struct run *r, unsigned op)
{
	static const uint8_t need[] = { 7, 13, 9, 11 };
	unsigned n = need[op - OP_HFLEX];

	return r->n < n ? ERR_MALFORMED : emit(r, op, 0, n);
}

static bool
is_part(int32_t v)
{
	return v >= 0 && v <= 255 * 65536 && v % 65536 == 0 &&
	       cff_standard_sid((unsigned)(v / 65536)) != 0;
}

/* Four operands more make an accented letter of two others. */
static int
do_end(struct run *r)
{
	const int32_t *top = r->stack + r->n;
	bool parts = r->n >= 4 && !r->font->is_cid && is_part(top[-1]) &&
		     is_part(top[-2]);

	r->ended = true;
	if (!parts) {
		r->n %= 2; /* an odd one is the width */
		return emit_first(r, OP_ENDCHAR, 0);
	}
	r->font->parts = (uint16_t)(top[-2] / 65536 << 8 | top[-1] / 65536);
	return emit_first(r, OP_ENDCHAR, 4);
}

/* ---- arithmetic; operands are 16.16 */

static int32_t
clamp(int64_t v)
{
	return v > INT32_MAX   ? INT32_MAX
	       : v < INT32_MIN ? INT32_MIN
			       : (int32_t)v;
}

static int32_t
root(int32_t v)
{
	uint64_t x = v > 0 ? (uint64_t)v << 16 : 0, r = 0;

	for (uint64_t bit = UINT64_C(1) << 24; bit > 0; bit >>= 1)
		if ((r + bit) * (r + bit) <= x)
			r += bit;
	return (int32_t)r;
}

static int32_t
divide(int32_t a, int32_t b)
{
	int64_t n = (int64_t)a * 65536;

	if (b == 0)
		return 0;
	n += ((n < 0) == (b < 0) ? b : -(int64_t)b) / 2;
	return clamp(n / b);
}

static int32_t
multiply(int32_t a, int32_t b)
{
	int64_t v = (int64_t)a * b;

	return clamp((v + (v < 0 ? -FIXED_HALF : FIXED_HALF)) / 65536);
}

/* roll: the n topmost by j places */
static int
do_roll(struct run *r)
{
	int32_t old[TYPE2_STACK], *top;
	int n, j;

	if (r->n < 2)
		return ERR_MALFORMED;
	n = r->stack[r->n - 2] / 65536;
	j = r->stack[r->n - 1] / 65536;
	r->n -= 2;
	if (n < 0 || (unsigned)n > r->n)
		return ERR_MALFORMED;
	if (n == 0)
		return 0;
	top = r->stack + (r->n - (unsigned)n);
	memcpy(old, top, (size_t)n * sizeof(old[0]));
	j = (j % n + n) % n;
	for (int i = 0; i < n; i++)
		top[(i + j) % n] = old[i];
	return 0;
}

/* put, get, index: the topmost operand is an index */
static int
do_indexed(struct run *r, unsigned op)
{
	int32_t i = r->stack[r->n - 1] / 65536;

	if (op == 29) {
		if (i < 0)
			i = 0;
		if ((unsigned)i + 2 > r->n)
			return ERR_MALFORMED;
		r->stack[r->n - 1] = r->stack[r->n - 2 - (unsigned)i];
		return 0;
	}
	if (i < 0 || i >= TRANSIENT)
		return ERR_MALFORMED;
	if (op == 20) {
		r->transient[i] = r->stack[r->n - 2];
		r->n -= 2;
	} else
		r->stack[r->n - 1] = r->transient[i];
	return 0;
}

static int
do_one(struct run *r, unsigned op)
{
	int32_t *a = &r->stack[r->n - 1];

	switch (op) {
	case 5:
		*a = *a == 0 ? 65536 : 0;
		break;
	case 9:
		*a = clamp(*a < 0 ? -(int64_t)*a : *a);
		break;
	case 14:
		*a = clamp(-(int64_t)*a);
		break;
	case 18:
		r->n--;
		break;
	case 26:
		*a = root(*a);
		break;
	case 27:
		if (r->n == TYPE2_STACK)
			return ERR_MALFORMED;
		a[1] = *a;
		r->n++;
		break;
	default:
		return do_indexed(r, op);
	}
	return 0;
}

static int
do_two(struct run *r, unsigned op)
{
	int32_t b = r->stack[r->n - 1], *a = &r->stack[r->n - 2], t = *a;

	switch (op) {
	case 3:
		*a = t != 0 && b != 0 ? 65536 : 0;
		break;
	case 4:
		*a = t != 0 || b != 0 ? 65536 : 0;
		break;
	case 10:
		*a = clamp((int64_t)t + b);
		break;
	case 11:
		*a = clamp((int64_t)t - b);
		break;
	case 12:
		*a = divide(t, b);
		break;
	case 15:
		*a = t == b ? 65536 : 0;
		break;
	case 24:
		*a = multiply(t, b);
		break;
	default: /* exch */
		*a = b;
		a[1] = t;
		return 0;
	}
	r->n--;
	return 0;
}

static int
do_ifelse(struct run *r)
{
	int32_t *a = r->stack + r->n;

	if (r->n < 4)
		return ERR_MALFORMED;
	if (a[-2] > a[-1])
		a[-4] = a[-3];
	r->n -= 3;
	return 0;
}

static bool
is_one_of(unsigned op, const char *set)
{
	return op != 0 && op < 128 && strchr(set, (int)op) != NULL;
}

static int
do_escape(struct run *r, struct reader *in)
{
	uint8_t op;
	int e;

	if ((e = reader_u8(in, &op)) != 0)
		return e;
	if (op >= 34 && op <= 37) {
		e = do_flex(r, 0x0c00u | op);
		r->n = 0;
		return e;
	}
	if (op == 22)
		return do_ifelse(r);
	if (op == 30)
		return do_roll(r);
	if (is_one_of(op, "\5\11\16\22\25\32\33\35"))
		return r->n < 1 ? ERR_MALFORMED : do_one(r, op);
	if (is_one_of(op, "\3\4\12\13\14\17\30\34"))
		return r->n < 2 ? ERR_MALFORMED : do_two(r, op);
	if (op == 20)
		return r->n < 2 ? ERR_MALFORMED : do_indexed(r, op);
	if (op == 23) /* random: not the same twice */
		return ERR_MALFORMED;
	r->n = 0;
	return 0;
}

/* ---- the machine */

static int
push_number(struct run *r, uint8_t b0, struct reader *in)
{
	uint16_t v16;
	uint32_t v32;
	uint8_t b1;
	int e, v;

	if (r->n == TYPE2_STACK)
		return ERR_MALFORMED;
	if (b0 == 255) {
		if ((e = reader_u32be(in, &v32)) == 0)
			r->stack[r->n++] = (int32_t)v32;
		return e;
	}
	if (b0 == OP_SHORT) {
		if ((e = reader_u16be(in, &v16)) != 0)
			return e;
		v = (int16_t)v16;
	} else if (b0 <= 246)
		v = b0 - 139;
	else {
		if ((e = reader_u8(in, &b1)) != 0)
			return e;
		v = b0 <= 250 ? (b0 - 247) * 256 + b1 + 108
			      : -(b0 - 251) * 256 - b1 - 108;
	}
	r->stack[r->n++] = v * 65536;
	return 0;
}

static int run(struct run *, struct reader *);

static int
do_call(struct run *r, const struct cff_index *subrs)
{
	int bias = subrs->count < 1240	  ? 107
		   : subrs->count < 33900 ? 1131
					  : 32768;
	struct reader body;
	int i, e;

	if (r->n == 0 || r->depth == DEPTH_MAX)
		return ERR_MALFORMED;
	i = r->stack[--r->n] / 65536 + bias;
	if (i < 0 || (e = cff_index_item(subrs, (unsigned)i, &body)) != 0)
		return ERR_MALFORMED;
	r->depth++;
	e = run(r, &body);
	r->depth--;
	return e;
}

static int
do_op(struct run *r, uint8_t op, struct reader *in)
{
	int e = 0;

	switch (op) {
	case OP_CALLSUBR:
		return do_call(r, r->font->local);
	case OP_CALLGSUBR:
		return do_call(r, r->font->global);
	case OP_ESCAPE:
		return do_escape(r, in);
	case OP_HSTEM:
	case OP_VSTEM:
	case OP_HSTEMHM:
	case OP_VSTEMHM:
		e = do_stems(r, op);
		break;
	case OP_HINTMASK:
	case OP_CNTRMASK:
		e = do_mask(r, op, in);
		break;
	case OP_RMOVETO:
	case OP_HMOVETO:
	case OP_VMOVETO:
		e = do_move(r, op);
		break;
	case OP_ENDCHAR:
		e = do_end(r);
		break;
	case OP_RLINETO:
	case OP_HLINETO:
	case OP_VLINETO:
	case OP_RRCURVETO:
	case OP_RCURVELINE:
	case OP_RLINECURVE:
	case OP_VVCURVETO:
	case OP_HHCURVETO:
	case OP_VHCURVETO:
	case OP_HVCURVETO:
		e = do_path(r, op);
		break;
	default: /* unknown: with its operands */
		break;
	}
	r->n = 0;
	return e;
}

static int
run(struct run *r, struct reader *in)
{
	uint8_t op;
	int e = 0;

	while (e == 0 && !r->ended && reader_u8(in, &op) == 0) {
		if (r->steps-- == 0)
			return ERR_MALFORMED;
		if (op >= 32 || op == OP_SHORT)
			e = push_number(r, op, in);
		else if (op == OP_RETURN)
			return 0;
		else
			e = do_op(r, op, in);
	}
	return e;
}

int
type2_flatten(struct type2_font *font, const struct reader *in, struct buf *out)
{
	struct run r = { .font = font, .out = out, .from = out->len };
	struct reader body = *in;
	uint64_t steps = font->steps < STEPS_MAX ? font->steps : STEPS_MAX;
	int e;

	r.steps = steps;
	font->parts = 0;
	e = run(&r, &body);
	if (e == 0 && !r.ended)
		e = do_end(&r);
	font->steps -= steps - (r.steps < steps ? r.steps : 0);
	if (font->steps == 0)
		return ERR_LIMIT;
	return e == ERR_TRUNCATED ? ERR_MALFORMED : e;
}
