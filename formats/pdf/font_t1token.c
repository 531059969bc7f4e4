/*
 * Tokens of the PostScript that Type 1 programs are written in, and their
 * cipher. Nothing is executed.
 */
#include <string.h>

#include "formats/pdf/font_int.h"

#define DIGITS_MAX 17
#define CIPHER_1   52845
#define CIPHER_2   22719
#define NESTING	   32

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' ||
	       c == 0;
}

static bool
is_delimiter(uint8_t c)
{
	return memchr("()<>[]{}/%", c, 10) != NULL;
}

static void
skip_blanks(struct reader *r)
{
	uint8_t c;
	bool comment = false;

	while (reader_peek(r, &c) == 0) {
		if (c == '%')
			comment = true;
		else if (c == '\n' || c == '\r')
			comment = false;
		else if (!comment && !is_blank(c))
			return;
		if (reader_skip(r, 1) != 0)
			return;
	}
}

/* A string: parentheses in pairs, or hexadecimal up to its end. */
static void
skip_string(struct reader *r, uint8_t open)
{
	unsigned depth = 1;
	uint8_t c;

	while (depth > 0 && reader_u8(r, &c) == 0) {
		if (open == '<')
			depth = c == '>' ? 0 : 1;
		else if (c == '\\') {
			if (reader_skip(r, 1) != 0)
				return;
		} else if (c == '(')
			depth += depth < NESTING;
		else if (c == ')')
			depth--;
	}
}

static int
cut(const struct reader *r, size_t from, struct reader *out)
{
	return reader_view(r, from, reader_pos(r) - from, out);
}

int
t1_next(struct reader *r, struct t1_token *out)
{
	size_t from;
	uint8_t c;

	skip_blanks(r);
	from = reader_pos(r);
	if (reader_u8(r, &c) != 0)
		return ERR_NOENT;
	if (c == '(' || c == '<') {
		skip_string(r, c);
		out->kind = T1_STRING;
		return cut(r, from, &out->text);
	}
	if (c == '[' || c == '{' || c == ']' || c == '}') {
		out->kind = c == '[' || c == '{' ? T1_OPEN : T1_CLOSE;
		return cut(r, from, &out->text);
	}
	out->kind = c == '/' ? T1_NAME : T1_WORD;
	if (c == '/')
		from = reader_pos(r);
	if (c == ')' || c == '>')
		return cut(r, from, &out->text);
	while (reader_peek(r, &c) == 0 && !is_blank(c) && !is_delimiter(c))
		if (reader_skip(r, 1) != 0)
			break;
	return cut(r, from, &out->text);
}

bool
t1_is(const struct t1_token *t, const char *word)
{
	return t->text.len == strlen(word) &&
	       memcmp(t->text.data, word, t->text.len) == 0;
}

/* The digits behind e or E. */
static bool
read_exponent(struct reader *r, int *out)
{
	int v = 0, sign = 1;
	uint8_t c;

	while (reader_u8(r, &c) == 0) {
		if (c == '-' && v == 0)
			sign = -1;
		else if (c >= '0' && c <= '9' && v < 1000)
			v = v * 10 + (c - '0');
		else if (c != '+')
			return false;
	}
	*out = v * sign;
	return true;
}

bool
t1_number(const struct t1_token *t, struct cff_number *out)
{
	struct reader r = t->text;
	struct cff_number v = { 0 };
	unsigned n = 0;
	bool point = false, minus = false, any = false;
	int exponent = 0;
	uint8_t c;

	if (t->kind != T1_WORD)
		return false;
	while (reader_u8(&r, &c) == 0) {
		if ((c == '-' || c == '+') && reader_pos(&r) == 1)
			minus = c == '-';
		else if (c == '.' && !point)
			point = true;
		else if ((c == 'e' || c == 'E') && any) {
			if (!read_exponent(&r, &exponent))
				return false;
		} else if (c < '0' || c > '9')
			return false;
		else if (n < DIGITS_MAX) {
			v.digits = v.digits * 10 + (c - '0');
			v.exponent -= point;
			n += v.digits != 0;
			any = true;
		} else
			v.exponent += !point;
	}
	if (minus)
		v.digits = -v.digits;
	v.exponent += exponent;
	cff_number_trim(&v);
	*out = v;
	return any;
}

bool
t1_whole(const struct t1_token *t, int64_t min, int64_t max, int64_t *out)
{
	struct cff_number v;

	return t1_number(t, &v) && cff_whole(&v, min, max, out);
}

int
t1_numbers(struct reader *r, struct cff_entry *out)
{
	struct t1_token t;
	int e;

	out->n = 0;
	if ((e = t1_next(r, &t)) != 0)
		return e;
	if (t.kind != T1_OPEN)
		return ERR_MALFORMED;
	while ((e = t1_next(r, &t)) == 0 && t.kind != T1_CLOSE)
		if (out->n == CFF_OPERANDS ||
		    !t1_number(&t, &out->value[out->n++]))
			return ERR_MALFORMED;
	return e;
}

void
t1_decipher(uint8_t *p, size_t n, uint16_t key)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t c = p[i];

		p[i] = (uint8_t)(c ^ key >> 8);
		key = (uint16_t)((unsigned)(c + key) * CIPHER_1 + CIPHER_2);
	}
}
