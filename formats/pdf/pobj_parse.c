/*
 * PDF values out of their text (ISO 32000-1, 7.2 and 7.3): the plain form for
 * files, and what viewers make of the rest for content streams.
 */
#include "formats/pdf/pobj_int.h"

#include <string.h>

#define MANTISSA_MAX (INT64_C(1000000000000000000))

struct parser {
	struct doc *d;
	struct reader *r;
	const struct pobj_syntax *syntax;
	struct buf stack; /* of values, items of what is not closed yet */
};

/* The byte at the cursor, or -1. */
static inline int
look(const struct reader *r)
{
	return r->pos < r->len ? r->data[r->pos] : -1;
}

static inline bool
is_regular(int c)
{
	return c >= 0 && pobj_chars[c] == PCHAR_REGULAR;
}

static inline bool
is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static void
skip_comment(struct reader *r)
{
	int c;

	while ((c = look(r)) >= 0 && c != '\n' && c != '\r')
		r->pos++;
}

static void
skip_space(const struct parser *p)
{
	int c;

	while ((c = look(p->r)) >= 0) {
		if (c == '%' && p->syntax->ops)
			skip_comment(p->r);
		else if (pobj_chars[c] == PCHAR_SPACE)
			p->r->pos++;
		else
			return;
	}
}

static int
hex_value(int c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* #xx in a name; #00 and what is no such thing stand for themselves. */
static int
name_escape(const uint8_t *s, size_t left)
{
	int high, low;

	if (left < 3 || s[0] != '#')
		return -1;
	high = hex_value(s[1]);
	low = hex_value(s[2]);
	return high < 0 || low < 0 || high + low == 0 ? -1 : high << 4 | low;
}

static int
decode_name(struct parser *p, struct reader *name)
{
	uint8_t *out = doc_alloc(p->d, name->len);
	size_t n = 0;
	int c;

	if (out == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < name->len; i++) {
		c = name_escape(name->data + i, name->len - i);
		if (c >= 0)
			i += 2;
		out[n++] = c >= 0 ? (uint8_t)c : name->data[i];
	}
	reader_init(name, out, n);
	return 0;
}

/* The regular characters at the cursor. */
static struct reader
take_regular(struct reader *r)
{
	struct reader out;
	size_t from = r->pos;

	while (is_regular(look(r)))
		r->pos++;
	reader_init(&out, r->data + from, r->pos - from);
	return out;
}

static int
take_name(struct parser *p, struct reader *name)
{
	p->r->pos++;
	*name = take_regular(p->r);
	return name->len > 0 && memchr(name->data, '#', name->len) != NULL
		   ? decode_name(p, name)
		   : 0;
}

static int
give_bytes(struct parser *p, enum pobj_type t, const struct reader *bytes,
    const struct pobj **out)
{
	*out = pobj_new_bytes(p->d, t, bytes->data, bytes->len);
	return *out == NULL ? ERR_NOMEM : 0;
}

static int
parse_name(struct parser *p, const struct pobj **out)
{
	struct reader name;
	int e = take_name(p, &name);

	return e != 0 ? e : give_bytes(p, POBJ_NAME, &name, out);
}

/* ---- strings */

/* Behind a backslash: one byte, or -1 for none (an end of line). */
static int
literal_escape(struct reader *r)
{
	static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
	int c = look(r), v = 0;
	const char *at;

	if (c < 0)
		return -1;
	if (c >= '0' && c <= '7') {
		for (int i = 0; i < 3 && (c = look(r)) >= '0' && c <= '7';
		     i++) {
			v = v * 8 + c - '0';
			r->pos++;
		}
		return v & 255;
	}
	r->pos++;
	if (c == '\n')
		return -1;
	if (c == '\r') {
		if (look(r) == '\n')
			r->pos++;
		return -1;
	}
	at = memchr(from, c, 5);
	return at != NULL ? to[at - from] : c;
}

/* Cursor behind the closing parenthesis; *plain: nothing to decode. */
static int
find_close(struct reader *r, bool *plain)
{
	int c, depth = 1;

	*plain = true;
	while ((c = look(r)) >= 0) {
		r->pos++;
		if (c == '(')
			depth++;
		else if (c == ')' && --depth == 0)
			return 0;
		else if (c == '\r')
			*plain = false;
		else if (c == '\\') {
			*plain = false;
			if (look(r) >= 0)
				r->pos++;
		}
	}
	return ERR_MALFORMED;
}

static int
decode_literal(struct parser *p, struct reader *s)
{
	uint8_t *out = doc_alloc(p->d, s->len);
	size_t n = 0;
	int c;

	if (out == NULL)
		return ERR_NOMEM;
	while ((c = look(s)) >= 0) {
		s->pos++;
		if (c == '\r') {
			if (look(s) == '\n')
				s->pos++;
			c = '\n';
		} else if (c == '\\')
			c = literal_escape(s);
		if (c >= 0)
			out[n++] = (uint8_t)c;
	}
	reader_init(s, out, n);
	return 0;
}

static int
parse_literal(struct parser *p, const struct pobj **out)
{
	struct reader s;
	size_t from;
	bool plain;
	int e;

	from = ++p->r->pos;
	if ((e = find_close(p->r, &plain)) != 0)
		return e;
	reader_init(&s, p->r->data + from, p->r->pos - from - 1);
	if (!plain && (e = decode_literal(p, &s)) != 0)
		return e;
	return give_bytes(p, POBJ_STRING, &s, out);
}

static int
parse_hex(struct parser *p, const struct pobj **out)
{
	size_t from = ++p->r->pos, n = 0;
	struct reader s;
	uint8_t *bytes;
	int c, v;

	while ((c = look(p->r)) >= 0 && c != '>')
		p->r->pos++;
	if (c < 0)
		return ERR_MALFORMED;
	reader_init(&s, p->r->data + from, p->r->pos - from);
	p->r->pos++;
	if ((bytes = doc_alloc(p->d, s.len / 2 + 1)) == NULL)
		return ERR_NOMEM;
	while ((c = look(&s)) >= 0) {
		s.pos++;
		if ((v = hex_value(c)) < 0) {
			if (!p->syntax->ops && pobj_chars[c] != PCHAR_SPACE)
				return ERR_MALFORMED;
			continue;
		}
		bytes[n / 2] =
		    (uint8_t)(bytes[n / 2] | (n % 2 == 0 ? v << 4 : v));
		n++;
	}
	reader_init(&s, bytes, (n + 1) / 2);
	return give_bytes(p, POBJ_STRING, &s, out);
}

/* ---- numbers */

struct number {
	int64_t mantissa;
	unsigned decimals;
	bool negative, point, round_up;
};

/* Digits that have no room any more: the rest of the whole part makes the
 * number as large as there is, the rest of the fraction is rounded. */
static void
add_digit(struct number *n, int digit)
{
	if (n->mantissa < MANTISSA_MAX / 10 &&
	    (!n->point || n->decimals < POBJ_DECIMALS_MAX)) {
		n->mantissa = n->mantissa * 10 + digit;
		n->decimals += n->point;
	} else if (!n->point)
		n->mantissa = MANTISSA_MAX - 1;
	else if (n->decimals <= POBJ_DECIMALS_MAX) {
		n->round_up = digit >= 5;
		n->decimals += POBJ_DECIMALS_MAX + 1; /* no more of them */
	}
}

/* What viewers take: signs repeated or inside are passed over. */
static void
read_number(const struct parser *p, struct number *n)
{
	int c = look(p->r);

	memset(n, 0, sizeof(*n));
	while (c == '+' || c == '-') {
		n->negative |= c == '-';
		p->r->pos++;
		c = p->syntax->ops ? look(p->r) : -1;
	}
	while ((c = look(p->r)) >= 0) {
		if (is_digit(c))
			add_digit(n, c - '0');
		else if (c == '.' && !n->point)
			n->point = true;
		else if (c != '-' || !p->syntax->ops)
			break;
		p->r->pos++;
	}
	if (n->decimals > POBJ_DECIMALS_MAX)
		n->decimals -= POBJ_DECIMALS_MAX + 1;
	if (n->round_up && (n->decimals > 0 || n->mantissa < MANTISSA_MAX - 1))
		n->mantissa++;
	if (n->negative)
		n->mantissa = -n->mantissa;
}

/* " gen R" behind a number; the cursor moves only when it is there. */
static bool
take_gen(struct parser *p, uint32_t *gen)
{
	struct reader r = *p->r;
	uint32_t v = 0;
	int c;

	if (look(&r) < 0 || pobj_chars[look(&r)] != PCHAR_SPACE)
		return false;
	while ((c = look(&r)) >= 0 && pobj_chars[c] == PCHAR_SPACE)
		r.pos++;
	if (!is_digit(look(&r)))
		return false;
	for (; is_digit(c = look(&r)) && v < 100000; r.pos++)
		v = v * 10 + (uint32_t)(c - '0');
	if (look(&r) < 0 || pobj_chars[look(&r)] != PCHAR_SPACE)
		return false;
	while ((c = look(&r)) >= 0 && pobj_chars[c] == PCHAR_SPACE)
		r.pos++;
	if (c != 'R')
		return false;
	r.pos++;
	if (is_regular(look(&r)))
		return false;
	p->r->pos = r.pos;
	*gen = v;
	return true;
}

static int
give_ref(struct parser *p, int64_t num, uint32_t gen, const struct pobj **out)
{
	const struct pobj_syntax *s = p->syntax;
	uint32_t ref = num > 0 && num < UINT32_MAX ? (uint32_t)num : 0;

	if (s->ref != NULL)
		ref = s->ref(s->arg, ref, gen);
	else if (ref == 0 || gen != 0)
		return ERR_MALFORMED;
	*out = ref == 0 ? pobj_new(p->d, POBJ_NULL) : pobj_new_ref(p->d, ref);
	return *out == NULL ? ERR_NOMEM : 0;
}

static int
parse_number(struct parser *p, const struct pobj **out)
{
	struct number n;
	uint32_t gen;

	read_number(p, &n);
	if (!p->syntax->ops && is_regular(look(p->r)))
		return ERR_MALFORMED;
	if (!p->syntax->ops && !n.point && n.mantissa >= 0 && take_gen(p, &gen))
		return give_ref(p, n.mantissa, gen, out);
	*out = pobj_new_decimal(p->d, n.mantissa, n.decimals);
	return *out == NULL ? ERR_NOMEM : 0;
}

/* ---- arrays and dictionaries */

static int parse_value(struct parser *, int depth, const struct pobj **out);

static int
push(struct parser *p, const void *item, size_t n)
{
	int e = buf_add(&p->stack, item, n);

	return e == ERR_LIMIT ? ERR_NOMEM : e;
}

/* The items of an array, or the keys and values of a dictionary, that stand
 * on the stack from here on. */
static int
pop_array(struct parser *p, size_t from, const struct pobj **out)
{
	size_t n = (p->stack.len - from) / sizeof(*out);
	struct pobj *a = pobj_new_array(p->d, n);

	if (a == NULL)
		return ERR_NOMEM;
	if (n > 0)
		memcpy(a->u.array.item, p->stack.data + from, n * sizeof(*out));
	a->u.array.n = n;
	buf_truncate(&p->stack, from);
	*out = a;
	return 0;
}

static int
parse_array(struct parser *p, int depth, const struct pobj **out)
{
	size_t from = p->stack.len;
	const struct pobj *v;
	int e;

	p->r->pos++;
	for (;;) {
		skip_space(p);
		if (look(p->r) == ']') {
			p->r->pos++;
			return pop_array(p, from, out);
		}
		if ((e = parse_value(p, depth, &v)) != 0)
			return e == ERR_NOENT ? ERR_MALFORMED : e;
		if (v->type != POBJ_OP && (e = push(p, &v, sizeof(v))) != 0)
			return e;
	}
}

/* Sorted; of a key that comes twice the last counts. */
static int
pop_dict(struct parser *p, size_t from, const struct pobj **out)
{
	size_t n = (p->stack.len - from) / sizeof(struct pentry), at, k;
	struct pobj *d = pobj_new_dict(p->d, n);
	struct pentry t;

	if (d == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		memcpy(&t, p->stack.data + from + i * sizeof(t), sizeof(t));
		pobj_set_bytes(d, &t.key, t.value);
	}
	buf_truncate(&p->stack, from);
	if (n > 0 && !d->u.dict.sorted && pobj_sort_unique(p->d, d) != 0)
		return ERR_NOMEM;
	for (at = k = 0; k < d->u.dict.n; k++)
		if (d->u.dict.entry[k].value->type != POBJ_NULL)
			d->u.dict.entry[at++] = d->u.dict.entry[k];
	d->u.dict.n = at;
	*out = d;
	return 0;
}

static int
parse_entry(struct parser *p, int depth)
{
	struct pentry t;
	int e;

	if ((e = take_name(p, &t.key)) != 0)
		return e;
	skip_space(p);
	if (look(p->r) == '>' && p->syntax->ops)
		return 0; /* a key without a value */
	if ((e = parse_value(p, depth, &t.value)) != 0)
		return e == ERR_NOENT ? ERR_MALFORMED : e;
	return t.value->type == POBJ_OP ? 0 : push(p, &t, sizeof(t));
}

static int
parse_dict(struct parser *p, int depth, const struct pobj **out)
{
	size_t from = p->stack.len;
	const struct pobj *v;
	int e = 0;

	p->r->pos++;
	for (;;) {
		skip_space(p);
		if (look(p->r) == '/')
			e = parse_entry(p, depth);
		else if (look(p->r) == '>') {
			p->r->pos++;
			if (look(p->r) != '>')
				return ERR_MALFORMED;
			p->r->pos++;
			return pop_dict(p, from, out);
		} else
			e = p->syntax->ops ? parse_value(p, depth, &v)
					   : ERR_MALFORMED;
		if (e != 0)
			return e == ERR_NOENT ? ERR_MALFORMED : e;
	}
}

/* ---- one value */

static int
parse_keyword(struct parser *p, const struct pobj **out)
{
	struct reader word = take_regular(p->r);
	struct pobj *v;

	if (word.len == 4 && memcmp(word.data, "null", 4) == 0)
		v = pobj_new(p->d, POBJ_NULL);
	else if ((word.len == 4 && memcmp(word.data, "true", 4) == 0) ||
		 (word.len == 5 && memcmp(word.data, "false", 5) == 0)) {
		if ((v = pobj_new(p->d, POBJ_BOOL)) != NULL)
			v->u.b = word.len == 4;
	} else if (p->syntax->ops)
		return give_bytes(p, POBJ_OP, &word, out);
	else
		return ERR_MALFORMED;
	*out = v;
	return v == NULL ? ERR_NOMEM : 0;
}

/* A delimiter that begins nothing; braces are operators. */
static int
parse_stray(struct parser *p, int c, const struct pobj **out)
{
	struct reader word;

	reader_init(&word, p->r->data + p->r->pos, 1);
	p->r->pos++;
	return p->syntax->ops && (c == '{' || c == '}')
		   ? give_bytes(p, POBJ_OP, &word, out)
		   : ERR_MALFORMED;
}

static int
parse_angle(struct parser *p, int depth, const struct pobj **out)
{
	if (p->r->pos + 1 < p->r->len && p->r->data[p->r->pos + 1] == '<') {
		p->r->pos++;
		return parse_dict(p, depth + 1, out);
	}
	return parse_hex(p, out);
}

static int
parse_value(struct parser *p, int depth, const struct pobj **out)
{
	int c;

	skip_space(p);
	if ((c = look(p->r)) < 0)
		return ERR_NOENT;
	if (depth >= POBJ_DEPTH_MAX && (c == '<' || c == '[')) {
		p->r->pos++;
		return ERR_MALFORMED;
	}
	if (is_digit(c) || c == '-' || c == '.' || c == '+')
		return parse_number(p, out);
	switch (c) {
	case '/':
		return parse_name(p, out);
	case '(':
		return parse_literal(p, out);
	case '<':
		return parse_angle(p, depth, out);
	case '[':
		return parse_array(p, depth + 1, out);
	default:
		return is_regular(c) ? parse_keyword(p, out)
				     : parse_stray(p, c, out);
	}
}

int
pobj_parse_as(struct doc *d, struct reader *r, const struct pobj_syntax *s,
    const struct pobj **out)
{
	struct parser p = { .d = d, .r = r, .syntax = s };
	const struct pobj *v;
	int e;

	buf_init(&p.stack, SIZE_MAX / 2);
	if ((e = parse_value(&p, 0, &v)) == 0)
		*out = v;
	buf_done(&p.stack);
	return e;
}

int
pobj_parse(struct doc *d, struct reader *r, bool ops, const struct pobj **out)
{
	struct pobj_syntax s = { .ops = ops };

	return pobj_parse_as(d, r, &s, out);
}
