/*
 * The bricks of CFF (Technical Note 5176, sections 3 to 5): INDEX and DICT,
 * read from hostile bytes and written in one way. Only entries on the lists
 * below live on, each with the number of operands it must have.
 */
#include "formats/pdf/font_int.h"

#include <string.h>

#define DIGITS_MAX   17
#define EXPONENT_MAX 99
#define MATRIX_MAX   10000 /* of a FontMatrix */
#define AREA_MIN     1e-12
#define REAL_MAX     48 /* characters of a real */

/* ---- INDEX */

static int
read_offset(const struct cff_index *x, unsigned i, uint32_t *out)
{
	struct reader r = x->offsets;
	uint32_t v = 0;
	uint8_t b;
	int e;

	if ((e = reader_seek(&r, (size_t)i * x->size)) != 0)
		return e;
	for (unsigned k = 0; k < x->size; k++) {
		if ((e = reader_u8(&r, &b)) != 0)
			return e;
		v = v << 8 | b;
	}
	*out = v;
	return 0;
}

int
cff_index_read(struct reader *in, struct cff_index *out)
{
	struct cff_index x = { 0 };
	uint32_t end;
	uint16_t count;
	uint8_t size;
	int e;

	if ((e = reader_u16be(in, &count)) != 0)
		return e;
	if (count == 0) {
		*out = x;
		return 0;
	}
	if ((e = reader_u8(in, &size)) != 0)
		return e;
	if (size < 1 || size > 4)
		return ERR_MALFORMED;
	x.count = count;
	x.size = size;
	if ((e = reader_sub(in, ((size_t)count + 1) * size, &x.offsets)) != 0 ||
	    (e = read_offset(&x, count, &end)) != 0)
		return e;
	if (end == 0)
		return ERR_MALFORMED;
	if (end - 1 > reader_left(in)) /* cut short: the first ones are there */
		end = (uint32_t)reader_left(in) + 1;
	if ((e = reader_sub(in, end - 1, &x.data)) != 0)
		return e;
	*out = x;
	return 0;
}

int
cff_index_item(const struct cff_index *x, unsigned i, struct reader *out)
{
	uint32_t a, b;

	if (i >= x->count || read_offset(x, i, &a) != 0 ||
	    read_offset(x, i + 1, &b) != 0 || a == 0 || b < a ||
	    reader_view(&x->data, a - 1, b - a, out) != 0)
		return ERR_MALFORMED;
	return 0;
}

void
cff_list_init(struct cff_list *l)
{
	l->n = 0;
	buf_init(&l->data, FONT_MAX_BYTES);
	buf_init(&l->ends, FONT_MAX_BYTES);
}

void
cff_list_done(struct cff_list *l)
{
	buf_done(&l->data);
	buf_done(&l->ends);
}

int
cff_list_end(struct cff_list *l)
{
	if (l->n == FONT_MAX_GLYPHS)
		return ERR_LIMIT;
	l->n++;
	return buf_u32be(&l->ends, (uint32_t)l->data.len);
}

static int
put_offset(struct buf *out, uint32_t v, unsigned size)
{
	int e = 0;

	while (e == 0 && size-- > 0)
		e = buf_u8(out, (uint8_t)(v >> (8 * size)));
	return e;
}

int
cff_list_write(const struct cff_list *l, struct buf *out)
{
	struct reader ends;
	uint32_t v, last = (uint32_t)l->data.len + 1;
	unsigned size = last < 0x100	   ? 1
			: last < 0x10000   ? 2
			: last < 0x1000000 ? 3
					   : 4;
	int e;

	if ((e = buf_u16be(out, (uint16_t)l->n)) != 0 || l->n == 0)
		return e;
	if ((e = buf_u8(out, (uint8_t)size)) != 0 ||
	    (e = put_offset(out, 1, size)) != 0)
		return e;
	buf_reader(&l->ends, &ends);
	for (unsigned i = 0; e == 0 && i < l->n; i++)
		if ((e = reader_u32be(&ends, &v)) == 0)
			e = put_offset(out, v + 1, size);
	if (e != 0 || l->data.len == 0)
		return e;
	return buf_put(out, l->data.data, l->data.len);
}

/* ---- numbers */

void
cff_number_trim(struct cff_number *v)
{
	if (v->exponent < -EXPONENT_MAX || v->exponent > EXPONENT_MAX)
		v->digits = 0;
	if (v->digits == 0)
		v->exponent = 0;
	while (v->exponent < 0 && v->digits % 10 == 0) {
		v->digits /= 10;
		v->exponent++;
	}
	while (v->exponent > 0 && v->digits < INT32_MAX / 10 &&
	       v->digits > INT32_MIN / 10) {
		v->digits *= 10;
		v->exponent--;
	}
}

struct real {
	struct cff_number v;
	int exponent, sign, esign;
	unsigned n_digits;
	bool point, in_exponent;
};

/* One half byte of a real; false when the number ends. */
static bool
take_nibble(struct real *r, unsigned nibble)
{
	if (nibble == 0xf)
		return false;
	if (nibble == 0xa)
		r->point = true;
	else if (nibble == 0xb || nibble == 0xc) {
		r->in_exponent = true;
		r->esign = nibble == 0xc ? -1 : 1;
	} else if (nibble == 0xe)
		r->sign = -1;
	else if (nibble < 10 && r->in_exponent) {
		if (r->exponent < EXPONENT_MAX)
			r->exponent = r->exponent * 10 + (int)nibble;
	} else if (nibble < 10 && r->n_digits < DIGITS_MAX) {
		r->v.digits = r->v.digits * 10 + nibble;
		r->n_digits += r->v.digits != 0;
		r->v.exponent -= r->point;
	} else if (nibble < 10 && !r->point)
		r->v.exponent++;
	return true;
}

static int
read_real(struct reader *in, struct cff_number *out)
{
	struct real r = { .sign = 1, .esign = 1 };
	uint8_t b;
	int e;

	do
		if ((e = reader_u8(in, &b)) != 0)
			return e;
	while (take_nibble(&r, b >> 4) && take_nibble(&r, b & 15));
	r.v.digits *= r.sign;
	r.v.exponent += r.esign * r.exponent;
	cff_number_trim(&r.v);
	*out = r.v;
	return 0;
}

static int
read_int(struct reader *in, uint8_t b0, struct cff_number *out)
{
	uint16_t v16;
	uint32_t v32;
	uint8_t b1;
	int e;

	out->exponent = 0;
	if (b0 == 28) {
		if ((e = reader_u16be(in, &v16)) == 0)
			out->digits = (int16_t)v16;
		return e;
	}
	if (b0 == 29) {
		if ((e = reader_u32be(in, &v32)) == 0)
			out->digits = (int32_t)v32;
		return e;
	}
	if (b0 <= 246) {
		out->digits = b0 - 139;
		return 0;
	}
	if ((e = reader_u8(in, &b1)) != 0)
		return e;
	out->digits = b0 <= 250 ? (b0 - 247) * 256 + b1 + 108
				: -(b0 - 251) * 256 - b1 - 108;
	return 0;
}

bool
cff_whole(const struct cff_number *v, int64_t min, int64_t max, int64_t *out)
{
	if (v->exponent != 0 || v->digits < min || v->digits > max)
		return false;
	*out = v->digits;
	return true;
}

int
cff_put_int(struct buf *out, int64_t v)
{
	int e;

	if (v >= -107 && v <= 107)
		return buf_u8(out, (uint8_t)(v + 139));
	if (v >= 108 && v <= 1131) {
		v -= 108;
		if ((e = buf_u8(out, (uint8_t)(247 + v / 256))) != 0)
			return e;
		return buf_u8(out, (uint8_t)(v % 256));
	}
	if (v >= -1131 && v <= -108) {
		v = -v - 108;
		if ((e = buf_u8(out, (uint8_t)(251 + v / 256))) != 0)
			return e;
		return buf_u8(out, (uint8_t)(v % 256));
	}
	if (v >= INT16_MIN && v <= INT16_MAX) {
		if ((e = buf_u8(out, 28)) != 0)
			return e;
		return buf_u16be(out, (uint16_t)v);
	}
	if ((e = buf_u8(out, 29)) != 0)
		return e;
	return buf_u32be(out, (uint32_t)v);
}

/* The text of a real as half bytes: digits, a point, or an exponent. */
static int
put_real(struct buf *out, const struct cff_number *v)
{
	uint8_t nib[REAL_MAX + 2];
	struct buf b;
	unsigned n = 0;
	int e;

	buf_init(&b, REAL_MAX);
	e = buf_fmt(&b, "%lldE%d", (long long)v->digits, v->exponent);
	for (size_t i = 0; e == 0 && i < b.len; i++) {
		char c = (char)b.data[i];

		if (c == 'E' && b.data[i + 1] == '-') {
			nib[n++] = 0xc;
			i++;
		} else
			nib[n++] = c == '-'   ? 0xe
				   : c == 'E' ? 0xb
					      : (uint8_t)(c - '0');
	}
	buf_done(&b);
	nib[n++] = 0xf;
	if (n % 2 != 0)
		nib[n++] = 0xf;
	if (e == 0)
		e = buf_u8(out, 30);
	for (unsigned i = 0; e == 0 && i < n; i += 2)
		e = buf_u8(out, (uint8_t)(nib[i] << 4 | nib[i + 1]));
	return e;
}

static int
put_number(struct buf *out, const struct cff_number *v)
{
	int64_t whole;

	if (cff_whole(v, INT32_MIN, INT32_MAX, &whole))
		return cff_put_int(out, whole);
	return put_real(out, v);
}

/* ---- DICT */

int
cff_dict_next(struct reader *in, struct cff_entry *out)
{
	struct cff_number v;
	uint8_t b;
	int e;

	out->n = 0;
	for (;;) {
		if (reader_u8(in, &b) != 0)
			return ERR_NOENT;
		if (b <= 21) {
			out->op = b;
			if (b != 12)
				return 0;
			if ((e = reader_u8(in, &b)) != 0)
				return ERR_NOENT;
			out->op = 0x0c00u | b;
			return 0;
		}
		if (b == 31 || b == 255 || (b >= 22 && b <= 27))
			continue; /* reserved */
		e = b == 30 ? read_real(in, &v) : read_int(in, b, &v);
		if (e != 0)
			return ERR_NOENT;
		if (out->n < CFF_OPERANDS)
			out->value[out->n++] = v;
	}
}

struct rule {
	uint16_t op;
	uint8_t min, max; /* operands */
	bool even;
};

static const struct rule top_rules[] = {
	{ 5, 4, 4, false },	 /* FontBBox */
	{ 0x0c01, 1, 1, false }, /* isFixedPitch */
	{ 0x0c02, 1, 1, false }, /* ItalicAngle */
	{ 0x0c03, 1, 1, false }, /* UnderlinePosition */
	{ 0x0c04, 1, 1, false }, /* UnderlineThickness */
	{ 0x0c05, 1, 1, false }, /* PaintType */
	{ 0x0c07, 6, 6, false }, /* FontMatrix */
	{ 0x0c08, 1, 1, false }, /* StrokeWidth */
	{ 0x0c22, 1, 1, false }, /* CIDCount */
	{ 0, 0, 0, false },
};
static const struct rule fd_rules[] = {
	{ 0x0c05, 1, 1, false },
	{ 0x0c07, 6, 6, false },
	{ 0, 0, 0, false },
};
static const struct rule private_rules[] = {
	{ 6, 0, 14, true },	  /* BlueValues */
	{ 7, 0, 10, true },	  /* OtherBlues */
	{ 8, 0, 14, true },	  /* FamilyBlues */
	{ 9, 0, 10, true },	  /* FamilyOtherBlues */
	{ 10, 1, 1, false },	  /* StdHW */
	{ 11, 1, 1, false },	  /* StdVW */
	{ 0x0c09, 1, 1, false },  /* BlueScale */
	{ 0x0c0a, 1, 1, false },  /* BlueShift */
	{ 0x0c0b, 1, 1, false },  /* BlueFuzz */
	{ 0x0c0c, 1, 12, false }, /* StemSnapH */
	{ 0x0c0d, 1, 12, false }, /* StemSnapV */
	{ 0x0c0e, 1, 1, false },  /* ForceBold */
	{ 0x0c11, 1, 1, false },  /* LanguageGroup */
	{ 0x0c12, 1, 1, false },  /* ExpansionFactor */
	{ 20, 1, 1, false },	  /* defaultWidthX */
	{ 21, 1, 1, false },	  /* nominalWidthX */
	{ 0, 0, 0, false },
};

static const struct rule *
find_rule(enum cff_kind kind, unsigned op)
{
	const struct rule *r = kind == CFF_TOP	? top_rules
			       : kind == CFF_FD ? fd_rules
						: private_rules;

	for (; r->max > 0; r++)
		if (r->op == op)
			return r;
	return NULL;
}

static double
value_of(const struct cff_number *v)
{
	double d = (double)v->digits;

	for (int i = v->exponent; i < 0; i++)
		d /= 10;
	for (int i = v->exponent; i > 0; i--)
		d *= 10;
	return d;
}

/* A matrix that makes nothing flat nor huge. */
static bool
is_matrix(const struct cff_number *v)
{
	double m[6], area;

	for (unsigned i = 0; i < 6; i++) {
		m[i] = value_of(&v[i]);
		if (m[i] > MATRIX_MAX || m[i] < -MATRIX_MAX)
			return false;
	}
	area = m[0] * m[3] - m[1] * m[2];
	return area > AREA_MIN || area < -AREA_MIN;
}

bool
cff_dict_keep(struct cff_dict *d, enum cff_kind kind, const struct cff_entry *e)
{
	const struct rule *r = find_rule(kind, e->op);
	struct cff_kept *k = d->entry;
	unsigned n = e->n, from = 0;

	if (r == NULL || n < r->min)
		return false;
	if (r->even)
		n -= n % 2;
	if (n > r->max) {
		if (r->min == r->max) /* the last ones count */
			from = n - r->max;
		n = r->max;
	}
	if (r->op == CFF_TOP_FONT && !is_matrix(e->value + from))
		return false;
	while (k < d->entry + d->n && k->op != r->op)
		k++;
	if (k == d->entry + d->n)
		d->n++;
	k->op = r->op;
	k->n = (uint8_t)n;
	memcpy(k->value, e->value + from, n * sizeof(k->value[0]));
	return true;
}

int
cff_put_op(struct buf *out, unsigned op)
{
	int e;

	if (op < 0x0c00)
		return buf_u8(out, (uint8_t)op);
	if ((e = buf_u8(out, 12)) != 0)
		return e;
	return buf_u8(out, (uint8_t)op);
}

int
cff_put_fixed(struct buf *out, unsigned op, const uint32_t *value, unsigned n)
{
	int e;

	for (unsigned i = 0; i < n; i++)
		if ((e = buf_u8(out, 29)) != 0 ||
		    (e = buf_u32be(out, value[i])) != 0)
			return e;
	return cff_put_op(out, op);
}

int
cff_dict_write(const struct cff_dict *d, struct buf *out)
{
	int e = 0;

	for (unsigned i = 0; e == 0 && i < d->n; i++) {
		for (unsigned k = 0; e == 0 && k < d->entry[i].n; k++)
			e = put_number(out, &d->entry[i].value[k]);
		if (e == 0)
			e = cff_put_op(out, d->entry[i].op);
	}
	return e;
}
