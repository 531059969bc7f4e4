/*
 * The tokens of content_lex.h. What is odd in numbers is read as the common
 * viewers read it: signs may be doubled, a minus inside is passed over, a
 * second point begins another number, exponents are understood.
 */
#include "formats/pdf/content_lex.h"

#include <string.h>

enum { REGULAR, SPACE, DELIMITER, DIGIT, SIGN };

static const uint8_t classes[256] = {
	[0] = SPACE,
	['\t'] = SPACE,
	['\n'] = SPACE,
	['\f'] = SPACE,
	['\r'] = SPACE,
	[' '] = SPACE,
	['('] = DELIMITER,
	[')'] = DELIMITER,
	['<'] = DELIMITER,
	['>'] = DELIMITER,
	['['] = DELIMITER,
	[']'] = DELIMITER,
	['{'] = DELIMITER,
	['}'] = DELIMITER,
	['/'] = DELIMITER,
	['%'] = DELIMITER,
	['0'] = DIGIT,
	['1'] = DIGIT,
	['2'] = DIGIT,
	['3'] = DIGIT,
	['4'] = DIGIT,
	['5'] = DIGIT,
	['6'] = DIGIT,
	['7'] = DIGIT,
	['8'] = DIGIT,
	['9'] = DIGIT,
	['+'] = SIGN,
	['-'] = SIGN,
	['.'] = SIGN,
};

bool
plex_is_space(uint8_t c)
{
	return classes[c] == SPACE;
}

bool
plex_ends_word(uint8_t c)
{
	return classes[c] == SPACE || classes[c] == DELIMITER;
}

bool
plex_is(const struct ptoken *t, const char *word)
{
	size_t n = strlen(word);

	return t->kind == PLEX_WORD && t->raw.len == n &&
	       memcmp(t->raw.data, word, n) == 0;
}

/* The token is what lies between from and the cursor. */
static inline void
take(const struct reader *r, size_t from, struct ptoken *t)
{
	t->raw.data = r->data + from;
	t->raw.len = r->pos - from;
	t->raw.pos = 0;
}

static inline size_t
skip_digits(struct reader *r)
{
	size_t from = r->pos;

	while (r->pos < r->len && classes[r->data[r->pos]] == DIGIT)
		r->pos++;
	return r->pos - from;
}

/* e-05: some programs write it though PDF has no exponents. */
static void
skip_exponent(struct reader *r)
{
	struct reader at = *r;
	int c = plex_peek(&at);

	if (c != 'e' && c != 'E')
		return;
	at.pos++;
	c = plex_peek(&at);
	if (c == '+' || c == '-')
		at.pos++;
	if (skip_digits(&at) > 0)
		*r = at;
}

static void
lex_odd_number(struct reader *r, struct ptoken *t)
{
	size_t from = r->pos;
	bool point = false;
	int c;

	while ((c = plex_peek(r)) == '+' || c == '-')
		r->pos++;
	for (; (c = plex_peek(r)) >= 0; r->pos++) {
		if (c == '.' && !point)
			point = true;
		else if (c != '-' && classes[c] != DIGIT)
			break;
	}
	skip_exponent(r);
	take(r, from, t);
	t->plain = false;
}

static void
lex_number(struct reader *r, struct ptoken *t)
{
	size_t from = r->pos, whole, part = 1;
	uint8_t first, last = '1';
	bool minus = plex_peek(r) == '-';
	int c;

	t->kind = PLEX_NUMBER;
	if (minus)
		r->pos++;
	first = r->pos < r->len ? r->data[r->pos] : 0;
	whole = skip_digits(r);
	c = plex_peek(r);
	if (c == '.') {
		r->pos++;
		if ((part = skip_digits(r)) > 0)
			last = r->data[r->pos - 1];
		minus = false; /* what matters then is the last digit */
		c = plex_peek(r);
	}
	if (whole > 0 && whole <= 9 && (first != '0' || whole == 1) &&
	    part > 0 && part <= 9 && last != '0' && !(minus && first == '0') &&
	    (c < 0 || plex_ends_word((uint8_t)c))) {
		take(r, from, t);
		t->plain = true;
		return;
	}
	r->pos = from;
	lex_odd_number(r, t);
}

static void
lex_name(struct reader *r, struct ptoken *t)
{
	size_t from = ++r->pos;
	uint8_t c;

	t->kind = PLEX_NAME;
	t->plain = true;
	for (; r->pos < r->len; r->pos++) {
		c = r->data[r->pos];
		if (plex_ends_word(c))
			break;
		if (c == '#' || c < 0x21 || c > 0x7e)
			t->plain = false;
	}
	take(r, from, t);
}

static void
lex_string(struct plex *x, struct ptoken *t)
{
	struct reader *r = &x->in;
	size_t from = ++r->pos, depth = 1;
	uint8_t c;

	t->kind = PLEX_STRING;
	t->plain = true;
	for (; r->pos < r->len; r->pos++) {
		c = r->data[r->pos];
		if (c == ')' && --depth == 0)
			break;
		if (c != ')' && c != '(' && c != '\\' && c != '\r')
			continue;
		t->plain = false;
		if (c == '(')
			depth++;
		else if (c == '\\' && r->pos + 1 < r->len)
			r->pos++;
	}
	take(r, from, t);
	if (r->pos < r->len)
		r->pos++;
	else
		x->cut++;
}

static void
lex_hex(struct plex *x, struct ptoken *t)
{
	struct reader *r = &x->in;
	size_t from = r->pos;

	t->kind = PLEX_HEX;
	t->plain = false;
	while (r->pos < r->len && r->data[r->pos] != '>')
		r->pos++;
	take(r, from, t);
	if (r->pos < r->len)
		r->pos++;
	else
		x->cut++;
}

static void
lex_word(struct reader *r, struct ptoken *t)
{
	size_t from = r->pos;

	while (r->pos < r->len && !plex_ends_word(r->data[r->pos]))
		r->pos++;
	take(r, from, t);
	t->kind = PLEX_WORD;
	t->plain = true;
}

static void
lex_delimiter(struct plex *x, uint8_t c, struct ptoken *t)
{
	struct reader *r = &x->in;
	size_t from = r->pos++;

	t->plain = true;
	switch (c) {
	case '[':
		t->kind = PLEX_ARRAY;
		break;
	case ']':
		t->kind = PLEX_ARRAY_END;
		break;
	case '{':
		t->kind = PLEX_BRACE;
		break;
	case '}':
		t->kind = PLEX_BRACE_END;
		break;
	case '<':
		if (plex_peek(r) != '<') {
			lex_hex(x, t);
			return;
		}
		r->pos++;
		t->kind = PLEX_DICT;
		break;
	default:
		t->kind = PLEX_JUNK;
		if (c == '>' && plex_peek(r) == '>') {
			r->pos++;
			t->kind = PLEX_DICT_END;
		}
	}
	take(r, from, t);
}

static void
skip_comment(struct plex *x)
{
	struct reader *r = &x->in;

	x->comments++;
	while (r->pos < r->len && r->data[r->pos] != '\n' &&
	       r->data[r->pos] != '\r')
		r->pos++;
}

void
plex_next(struct plex *x, struct ptoken *t)
{
	struct reader *r = &x->in;
	uint8_t c;

	for (;;) {
		if (r->pos >= r->len) {
			t->kind = PLEX_END;
			reader_init(&t->raw, NULL, 0);
			return;
		}
		c = r->data[r->pos];
		if (classes[c] == SPACE)
			r->pos++;
		else if (c == '%')
			skip_comment(x);
		else
			break;
	}
	if (classes[c] == DIGIT || classes[c] == SIGN)
		lex_number(r, t);
	else if (classes[c] == REGULAR)
		lex_word(r, t);
	else if (c == '/')
		lex_name(r, t);
	else if (c == '(')
		lex_string(x, t);
	else
		lex_delimiter(x, c, t);
}
