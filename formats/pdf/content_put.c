/*
 * Tokens in canonical form, and what they mean; see content_lex.h.
 */
#include "formats/pdf/content_lex.h"

#include <string.h>

/* ---- numbers in canonical form */

#define NUMBER_MAX 2147483647u
#define DIGITS_MAX 19 /* that fit 64 bits */

struct decimal {
	uint64_t mantissa;
	int64_t decimals; /* value = mantissa / 10^decimals */
	bool minus;
};

static inline bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static int64_t
read_exponent(struct reader *r)
{
	int64_t e = 0;
	bool minus;

	r->pos++;
	minus = plex_peek(r) == '-';
	if (minus || plex_peek(r) == '+')
		r->pos++;
	for (; r->pos < r->len; r->pos++)
		if (e < 1000)
			e = e * 10 + (r->data[r->pos] - '0');
	return minus ? -e : e;
}

static void
read_decimal(const struct ptoken *t, struct decimal *d)
{
	struct reader r = t->raw;
	unsigned digits = 0;
	bool point = false;
	uint8_t c;

	*d = (struct decimal){ .minus = r.len > 0 && r.data[0] == '-' };
	for (; r.pos < r.len; r.pos++) {
		c = r.data[r.pos];
		if (c == '.') {
			point = true;
		} else if (c == 'e' || c == 'E') {
			d->decimals -= read_exponent(&r);
			break;
		} else if (is_digit(c) && digits < DIGITS_MAX) {
			d->mantissa = d->mantissa * 10 + (uint64_t)(c - '0');
			digits += d->mantissa != 0;
			d->decimals += point;
		} else if (is_digit(c) && !point) {
			d->decimals--;
		}
	}
}

/* 0 to 9 decimals, no idle zeros, not too large. */
static void
round_decimal(struct decimal *d)
{
	uint64_t whole;

	for (; d->decimals > 10 && d->mantissa > 0; d->decimals--)
		d->mantissa /= 10;
	if (d->decimals > 9)
		d->mantissa = d->decimals == 10 ? (d->mantissa + 5) / 10 : 0;
	if (d->decimals > 9)
		d->decimals = 9;
	for (; d->decimals < 0 && d->mantissa <= NUMBER_MAX; d->decimals++)
		if ((d->mantissa *= 10) == 0)
			d->decimals = -1;
	if (d->decimals < 0) {
		d->decimals = 0;
		d->mantissa = NUMBER_MAX;
	}
	while (d->decimals > 0 && d->mantissa % 10 == 0) {
		d->mantissa /= 10;
		d->decimals--;
	}
	if (d->mantissa <= NUMBER_MAX)
		return;
	whole = d->mantissa;
	for (int64_t i = 0; i < d->decimals; i++)
		whole /= 10;
	if (whole > NUMBER_MAX)
		*d = (struct decimal){ NUMBER_MAX, 0, d->minus };
}

static int
put_number(const struct ptoken *t, struct buf *out)
{
	struct decimal d;
	char text[32];
	size_t at = sizeof(text);
	int64_t left;

	read_decimal(t, &d);
	round_decimal(&d);
	left = d.decimals;
	do {
		text[--at] = (char)('0' + d.mantissa % 10);
		d.mantissa /= 10;
		if (--left == 0)
			text[--at] = '.';
	} while (d.mantissa > 0 || left >= 0);
	if (d.minus && !(text[at] == '0' && at + 1 == sizeof(text)))
		text[--at] = '-';
	return buf_add(out, text + at, sizeof(text) - at);
}

bool
plex_int(const struct ptoken *t, int64_t min, int64_t max, int64_t *out)
{
	struct decimal d;
	int64_t v;

	if (t->kind != PLEX_NUMBER)
		return false;
	read_decimal(t, &d);
	round_decimal(&d);
	if (d.decimals != 0)
		return false;
	v = d.minus ? -(int64_t)d.mantissa : (int64_t)d.mantissa;
	if (v < min || v > max)
		return false;
	*out = v;
	return true;
}

/* ---- names and strings */

/* Gathers bytes before they go to the buffer. */
struct gather {
	struct buf *out;
	bool escape; /* as the inside of a string in parentheses */
	size_t n;
	uint8_t bytes[256];
};

static int
gather_end(struct gather *g)
{
	size_t n = g->n;

	g->n = 0;
	return buf_add(g->out, g->bytes, n);
}

static inline int
gather_add(struct gather *g, uint8_t c)
{
	if (g->n + 2 > sizeof(g->bytes)) {
		int e = gather_end(g);

		if (e != 0)
			return e;
	}
	if (g->escape && (c == '(' || c == ')' || c == '\\' || c == '\r')) {
		g->bytes[g->n++] = '\\';
		if (c == '\r')
			c = 'r';
	}
	g->bytes[g->n++] = c;
	return 0;
}

static int
hex_value(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

static int
octal(struct reader *r, uint8_t first)
{
	unsigned v = first - '0';
	int c;

	for (int i = 0; i < 2; i++) {
		c = plex_peek(r);
		if (c < '0' || c > '7')
			break;
		v = v * 8 + (unsigned)(c - '0');
		r->pos++;
	}
	return (int)(v & 0xff);
}

/* Behind a backslash: the byte that is meant, or -1 for none. */
static int
escaped(struct reader *r)
{
	static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
	const char *at;
	int c = plex_peek(r);

	if (c < 0)
		return -1;
	r->pos++;
	if (c >= '0' && c <= '7')
		return octal(r, (uint8_t)c);
	if (c == '\r' && plex_peek(r) == '\n')
		r->pos++;
	if (c == '\r' || c == '\n')
		return -1;
	at = c != 0 ? strchr(from, c) : NULL;
	return at != NULL ? (uint8_t)to[at - from] : c;
}

static int
decode_string(const struct ptoken *t, struct gather *g)
{
	struct reader r = t->raw;
	int c, e = 0;

	while (e == 0 && (c = plex_peek(&r)) >= 0) {
		r.pos++;
		if (c == '\\') {
			if ((c = escaped(&r)) < 0)
				continue;
		} else if (c == '\r') {
			c = '\n';
			if (plex_peek(&r) == '\n')
				r.pos++;
		}
		e = gather_add(g, (uint8_t)c);
	}
	return e == 0 ? gather_end(g) : e;
}

static int
decode_hex(const struct ptoken *t, struct gather *g)
{
	int high = -1, v, e = 0;

	for (size_t i = 0; e == 0 && i < t->raw.len; i++) {
		if ((v = hex_value(t->raw.data[i])) < 0)
			continue;
		if (high < 0) {
			high = v;
			continue;
		}
		e = gather_add(g, (uint8_t)(high * 16 + v));
		high = -1;
	}
	if (e == 0 && high >= 0)
		e = gather_add(g, (uint8_t)(high * 16));
	return e == 0 ? gather_end(g) : e;
}

/* The next byte of a name, #xx resolved. */
static uint8_t
name_byte(struct reader *r)
{
	uint8_t c = r->data[r->pos++];
	int high, low;

	if (c != '#' || r->len - r->pos < 2)
		return c;
	high = hex_value(r->data[r->pos]);
	low = hex_value(r->data[r->pos + 1]);
	if (high < 0 || low < 0)
		return c;
	r->pos += 2;
	return (uint8_t)(high * 16 + low);
}

static int
decode_name(const struct ptoken *t, struct gather *g, bool encode)
{
	static const char digits[] = "0123456789ABCDEF";
	struct reader r = t->raw;
	uint8_t c;
	int e = 0;

	while (e == 0 && r.pos < r.len) {
		c = name_byte(&r);
		if (encode &&
		    (c < 0x21 || c > 0x7e || c == '#' || plex_ends_word(c))) {
			if ((e = gather_add(g, '#')) == 0)
				e = gather_add(g, (uint8_t)digits[c >> 4]);
			c = (uint8_t)digits[c & 15];
		}
		if (e == 0)
			e = gather_add(g, c);
	}
	return e == 0 ? gather_end(g) : e;
}

/* The bytes of a string or name that are not canonical as they stand. */
static int
gather(const struct ptoken *t, struct buf *out, bool canonical)
{
	struct gather g;

	g.out = out;
	g.escape = canonical;
	g.n = 0;
	if (t->kind == PLEX_NAME) {
		g.escape = false;
		return decode_name(t, &g, canonical);
	}
	return t->kind == PLEX_HEX ? decode_hex(t, &g) : decode_string(t, &g);
}

int
plex_decode(const struct ptoken *t, struct buf *out)
{
	if (t->plain)
		return buf_add(out, t->raw.data, t->raw.len);
	return gather(t, out, false);
}

static int
put_between(const struct ptoken *t, struct buf *out)
{
	if (t->plain)
		return buf_add(out, t->raw.data, t->raw.len);
	return gather(t, out, true);
}

int
plex_put(const struct ptoken *t, struct buf *out)
{
	int e;

	switch (t->kind) {
	case PLEX_NUMBER:
		if (!t->plain)
			return put_number(t, out);
		return buf_add(out, t->raw.data, t->raw.len);
	case PLEX_NAME:
		if ((e = buf_add(out, "/", 1)) != 0)
			return e;
		return put_between(t, out);
	case PLEX_STRING:
	case PLEX_HEX:
		if ((e = buf_add(out, "(", 1)) != 0 ||
		    (e = put_between(t, out)) != 0)
			return e;
		return buf_add(out, ")", 1);
	default:
		return buf_add(out, t->raw.data, t->raw.len);
	}
}
