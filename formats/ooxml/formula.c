/*
 * The formula lexer; see formula.h. It keeps no tree: what matters is that
 * every token is known, that brackets match, and what stands in front of "("
 * and "!". The text written is the tokens, one after the other.
 */
#include "formats/ooxml/formula.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "formats/url.h"

struct lexer {
	struct reader in;
	const struct formula_rules *rules;
	struct buf *out;
	enum formula_why why;
	char *what;
	size_t size;
	unsigned tokens, depth;
	char close[FORMULA_MAX_DEPTH]; /* ')' or '}' awaited */
	bool operand; /* the last token was an operand: "(" is no call */
	size_t link;  /* where the literal address of a HYPERLINK begins */
};

static int
deny(struct lexer *x, enum formula_why why, const void *what, size_t n)
{
	x->why = why;
	utf8_printable(what, n, x->what, x->size);
	return ERR_DENIED;
}

static int
peek(const struct lexer *x)
{
	uint8_t c;

	return reader_peek(&x->in, &c) == 0 ? c : -1;
}

static int
emit(struct lexer *x, const void *data, size_t n)
{
	if (++x->tokens > FORMULA_MAX_TOKENS)
		return deny(x, FORMULA_LIMIT, "", 0);
	return buf_put(x->out, data, n);
}

/* What was read since *from, as one token. */
static int
emit_since(struct lexer *x, const struct reader *from)
{
	return emit(x, from->data + from->pos, x->in.pos - from->pos);
}

/* A run closed by q, in which qq stands for one q; at the opening q. */
static int
take_quoted(struct lexer *x, uint8_t q, struct reader *inside)
{
	struct reader from;
	uint8_t c;

	if (reader_u8(&x->in, &c) != 0)
		return ERR_DENIED;
	from = x->in;
	while (reader_u8(&x->in, &c) == 0) {
		if (c != q)
			continue;
		if (peek(x) == q) {
			if (reader_skip(&x->in, 1) != 0)
				break;
			continue;
		}
		return reader_view(&from, from.pos, x->in.pos - from.pos - 1,
		    inside);
	}
	return deny(x, FORMULA_SYNTAX, "unclosed quote", 14);
}

static bool
has_any(const struct reader *r, const char *chars)
{
	for (size_t i = 0; i < r->len; i++)
		if (r->data[i] != '\0' && strchr(chars, r->data[i]) != NULL)
			return true;
	return false;
}

/* The address in the form that was checked. */
static int
emit_link(struct lexer *x, const struct reader *text)
{
	const char *why;
	struct buf b;
	int e;

	buf_init(&b, 65536);
	e = url_check((const char *)text->data, text->len, &b, &why);
	if (e == 0 && (e = emit(x, "\"", 1)) == 0 &&
	    (e = emit(x, b.data, b.len)) == 0)
		e = emit(x, "\"", 1);
	buf_done(&b);
	return e;
}

static int
lex_string(struct lexer *x)
{
	struct reader from = x->in, inside;
	int e;

	if (x->operand)
		return deny(x, FORMULA_SYNTAX, "\"", 1);
	if ((e = take_quoted(x, '"', &inside)) != 0)
		return e;
	x->operand = true;
	return from.pos == x->link ? emit_link(x, &inside)
				   : emit_since(x, &from);
}

/* One name of a sheet (quotes doubled inside): left out, or a file? */
static int
check_sheet(struct lexer *x, const struct reader *name)
{
	char plain[512];
	size_t n = 0;

	for (size_t i = 0; i < name->len && n + 1 < sizeof(plain); i++) {
		plain[n++] = (char)name->data[i];
		i += name->data[i] == '\'';
	}
	plain[n] = '\0';
	if (strlen(plain) != n || strpbrk(plain, "[]\\/?*") != NULL ||
	    strcasestr(plain, ".xl") != NULL)
		return deny(x, FORMULA_EXTERNAL, name->data, name->len);
	if (x->rules->gone != NULL && x->rules->gone(x->rules->arg, plain, n))
		return deny(x, FORMULA_GONE, name->data, name->len);
	return 0;
}

/* 'A:C'! names a run of sheets. */
static int
check_sheets(struct lexer *x, const struct reader *names)
{
	size_t at = 0, end;
	struct reader one;
	int e = 0;

	for (; e == 0 && at <= names->len; at = end + 1) {
		for (end = at; end < names->len && names->data[end] != ':';)
			end++;
		if ((e = reader_view(names, at, end - at, &one)) == 0)
			e = check_sheet(x, &one);
	}
	return e;
}

/* 'Sheet name'! or 'A:B'!; a path, book or DDE topic is refused. */
static int
lex_quoted_sheet(struct lexer *x)
{
	struct reader from = x->in, inside;
	int e;

	if ((e = take_quoted(x, '\'', &inside)) != 0)
		return e;
	if (peek(x) == '|' || has_any(&inside, "|"))
		return deny(x, FORMULA_DDE, inside.data, inside.len);
	if (peek(x) != '!' && x->rules->pivot && !has_any(&inside, "[]\\")) {
		x->operand = true;
		return emit_since(x, &from);
	}
	if ((e = check_sheets(x, &inside)) != 0)
		return e;
	if (peek(x) != '!')
		return deny(x, FORMULA_SYNTAX, inside.data, inside.len);
	if ((e = reader_skip(&x->in, 1)) != 0)
		return e;
	x->operand = false;
	return emit_since(x, &from);
}

static bool
is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static bool
goes_on(uint32_t cp)
{
	return formula_starts_name(cp) || (cp < 0x80 && is_digit((int)cp)) ||
	       cp == '.' || cp == '?';
}

/* An identifier, number, reference: the longest run of name characters. */
static int
take_word(struct lexer *x, struct reader *word)
{
	struct reader from = x->in, next;
	uint32_t cp;

	for (next = x->in; utf8_get(&next, &cp) == 0 && goes_on(cp);)
		x->in = next;
	return reader_view(&from, from.pos, x->in.pos - from.pos, word);
}

static bool
word_starts(const struct reader *w, const char *s)
{
	size_t n = strlen(s);

	return w->len >= n && strncasecmp((const char *)w->data, s, n) == 0;
}

static int
skip_spaces(struct lexer *x)
{
	int c, e = 0;

	while (e == 0 && (c = peek(x)) > 0 && strchr(" \t\r\n", c) != NULL)
		e = reader_skip(&x->in, 1);
	return e;
}

/* The first argument behind "NAME", when it is one literal text; *at: where. */
static bool
literal_argument(const struct lexer *x, struct reader *text, size_t *at)
{
	struct lexer probe = *x;
	char scratch[8];

	probe.what = scratch;
	probe.size = sizeof(scratch);
	if (skip_spaces(&probe) != 0 || peek(&probe) != '(' ||
	    reader_skip(&probe.in, 1) != 0 || skip_spaces(&probe) != 0)
		return false;
	*at = probe.in.pos;
	if (peek(&probe) != '"' || take_quoted(&probe, '"', text) != 0 ||
	    skip_spaces(&probe) != 0)
		return false;
	return peek(&probe) == ',' || peek(&probe) == ')';
}

static bool
url_allowed(const struct reader *text)
{
	const char *why;
	struct buf b;
	bool ok;

	/* "#[book]Sheet!A1" is a place in another book. */
	if (has_any(text, "\"[]|"))
		return false;
	buf_init(&b, 65536);
	ok = url_check((const char *)text->data, text->len, &b, &why) == 0;
	buf_done(&b);
	return ok;
}

/* HYPERLINK and INDIRECT say in a text where they lead. */
static int
check_argument(struct lexer *x, const struct reader *name)
{
	struct reader text;
	size_t at;

	if (name->len == 9 && word_starts(name, "HYPERLINK")) {
		if (!x->rules->links || !literal_argument(x, &text, &at))
			return deny(x, FORMULA_URL, name->data, name->len);
		if (!url_allowed(&text))
			return deny(x, FORMULA_URL, text.data, text.len);
		x->link = at;
	}
	if (name->len == 8 && word_starts(name, "INDIRECT") &&
	    literal_argument(x, &text, &at) && has_any(&text, "[]\\/|"))
		return deny(x, FORMULA_EXTERNAL, text.data, text.len);
	return 0;
}

/* "_xlfn." and its kin mark functions newer than the reader. */
static void
strip_prefix(struct reader *name)
{
	static const char *const prefixes[] = { "_xlfn._xlws.", "_xlfn.",
		"_xlws." };
	size_t n;

	for (size_t i = 0; i < 3; i++) {
		n = strlen(prefixes[i]);
		if (word_starts(name, prefixes[i]) &&
		    reader_view(name, n, name->len - n, name) == 0)
			return;
	}
}

static bool
known(const struct reader *name)
{
	char upper[40];

	if (name->len >= sizeof(upper))
		return false;
	for (size_t i = 0; i < name->len; i++)
		upper[i] = (char)(name->data[i] >= 'a' && name->data[i] <= 'z'
				      ? name->data[i] - 32
				      : name->data[i]);
	return formula_function_known(upper, name->len);
}

/*
 * A name that is not called. Excel's own begin with "_xl": a parameter, a
 * built-in name, or a function handed over as a value (_xleta.SUM).
 */
static int
check_name(struct lexer *x, const struct reader *word)
{
	struct reader name = *word;

	if (has_any(word, "\\") && (peek(x) == '!' || peek(x) == '['))
		return deny(x, FORMULA_EXTERNAL, word->data, word->len);
	if (!word_starts(word, "_xl") || word_starts(word, "_xlpm.") ||
	    word_starts(word, "_xlnm."))
		return 0;
	if (word_starts(word, "_xleta.")) {
		if (reader_view(word, 7, word->len - 7, &name) != 0)
			return ERR_INTERNAL;
		/* Their arguments would not be seen here. */
		if (word_starts(&name, "HYPERLINK") ||
		    word_starts(&name, "INDIRECT"))
			return deny(x, FORMULA_URL, word->data, word->len);
	} else
		strip_prefix(&name);
	if (name.len < word->len && known(&name))
		return 0;
	return deny(x, FORMULA_ADDIN, word->data, word->len);
}

static int
lex_call(struct lexer *x, const struct reader *word)
{
	struct reader name = *word;

	if (word_starts(&name, "_xll.") || word_starts(&name, "_xldudf_") ||
	    word_starts(&name, "_xludf."))
		return deny(x, FORMULA_ADDIN, word->data, word->len);
	/* A LAMBDA bound by LET is called by its parameter name. */
	if (word_starts(&name, "_xlpm."))
		return emit(x, word->data, word->len);
	strip_prefix(&name);
	if (!known(&name))
		return deny(x, FORMULA_FUNCTION, word->data, word->len);
	if (check_argument(x, &name) != 0)
		return ERR_DENIED;
	return emit(x, word->data, word->len);
}

/*
 * Table1[[#This Row],[Name]]: brackets may nest, ' escapes. In a file they
 * always follow the table's name; what stands alone, or runs on into another
 * name, is the number or path of a book.
 */
static int
lex_brackets(struct lexer *x, bool after_name)
{
	struct reader from = x->in, next;
	unsigned depth = 0;
	uint32_t cp;
	uint8_t c;

	while (reader_u8(&x->in, &c) == 0) {
		if (c == '\'' && reader_skip(&x->in, 1) != 0)
			break;
		if (c == '[')
			depth++;
		else if (c == ']' && --depth == 0)
			break;
		if (c == '|')
			return deny(x, FORMULA_DDE, "|", 1);
		if (depth > FORMULA_MAX_DEPTH)
			return deny(x, FORMULA_LIMIT, "[", 1);
	}
	if (depth != 0)
		return deny(x, FORMULA_SYNTAX, "[", 1);
	next = x->in;
	if (!after_name || peek(x) == '!' || peek(x) == '\'' ||
	    peek(x) == '[' || (utf8_get(&next, &cp) == 0 && goes_on(cp)))
		return deny(x, FORMULA_EXTERNAL, from.data + from.pos,
		    x->in.pos - from.pos);
	x->operand = true;
	return emit_since(x, &from);
}

/* 1.5E+3: the sign belongs to the number. */
static int
lex_exponent(struct lexer *x, const struct reader *word)
{
	struct reader rest;
	uint8_t last = word->data[word->len - 1];

	if (!is_digit(word->data[0]) || (last != 'E' && last != 'e') ||
	    (peek(x) != '+' && peek(x) != '-'))
		return 0;
	if (reader_skip(&x->in, 1) != 0)
		return ERR_INTERNAL;
	return take_word(x, &rest);
}

/* A1, $XFD$1048576: what may stand before "(" with a space between. */
static bool
is_cell(const struct reader *w)
{
	size_t i = 0, letters = 0, digits = 0;

	i += i < w->len && w->data[i] == '$';
	for (; i < w->len && strchr("$0123456789", w->data[i]) == NULL; i++)
		letters++;
	i += i < w->len && w->data[i] == '$';
	for (; i < w->len && is_digit(w->data[i]); i++)
		digits++;
	return i == w->len && letters >= 1 && letters <= 3 && digits >= 1;
}

/* Excel lets white space stand between a function and its bracket. */
static bool
is_call(const struct lexer *x, const struct reader *word)
{
	struct lexer ahead = *x;
	bool spaced = false;
	int c;

	while ((c = peek(&ahead)) > 0 && strchr(" \t\r\n", c) != NULL) {
		spaced = true;
		if (reader_skip(&ahead.in, 1) != 0)
			return false;
	}
	return c == '(' && !is_digit(word->data[0]) &&
	       !(spaced && is_cell(word));
}

static int
lex_word(struct lexer *x)
{
	struct reader from = x->in, word;
	int e;

	if ((e = take_word(x, &word)) != 0)
		return e;
	if (word.len == 0)
		return deny(x, FORMULA_SYNTAX, from.data + from.pos, 1);
	if (is_call(x, &word)) {
		x->operand = false;
		return lex_call(x, &word);
	}
	if (peek(x) == '|')
		return deny(x, FORMULA_DDE, word.data, word.len);
	if ((e = check_name(x, &word)) != 0)
		return e;
	if ((e = lex_exponent(x, &word)) != 0)
		return e;
	x->operand = true;
	if (peek(x) == '!' || peek(x) == ':') {
		/* Sheet1!A1, Sheet1:Sheet3!A1; "!name" is another book's. */
		if ((e = check_sheet(x, &word)) != 0)
			return e;
	}
	if (peek(x) == '!') {
		if ((e = reader_skip(&x->in, 1)) != 0)
			return e;
		x->operand = false;
	}
	if ((e = emit_since(x, &from)) != 0)
		return e;
	return peek(x) == '[' ? lex_brackets(x, true) : 0;
}

/* #REF! #N/A #DIV/0! ...: a constant; "#" behind a reference: spill range. */
static int
lex_hash(struct lexer *x)
{
	static const char *const errors[] = { "#REF!", "#N/A", "#DIV/0!",
		"#VALUE!", "#NAME?", "#NULL!", "#NUM!", "#GETTING_DATA",
		"#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#UNKNOWN!",
		"#CONNECT!", "#BUSY!" };
	struct reader from = x->in;
	int e;

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		size_t n = strlen(errors[i]);

		if (!reader_has(&x->in, x->in.pos, errors[i], n))
			continue;
		if ((e = reader_skip(&x->in, n)) != 0)
			return e;
		x->operand = true;
		return emit_since(x, &from);
	}
	if (!x->operand)
		return deny(x, FORMULA_SYNTAX, "#", 1);
	if ((e = reader_skip(&x->in, 1)) != 0)
		return e;
	return emit(x, "#", 1);
}

static int
lex_bracket(struct lexer *x, int c)
{
	if (c == '(' || c == '{') {
		if (x->depth == FORMULA_MAX_DEPTH)
			return deny(x, FORMULA_LIMIT, "(", 1);
		x->close[x->depth++] = c == '(' ? ')' : '}';
		x->operand = false;
		return 0;
	}
	if (x->depth == 0 || x->close[--x->depth] != c)
		return deny(x, FORMULA_SYNTAX, ")", 1);
	x->operand = true;
	return 0;
}

static int
lex_sign(struct lexer *x, int c)
{
	uint8_t raw = (uint8_t)c;
	int e;

	if ((e = reader_skip(&x->in, 1)) != 0)
		return e;
	if (c == '|')
		return deny(x, FORMULA_DDE, "|", 1);
	if (strchr("(){}", c) != NULL) {
		if ((e = lex_bracket(x, c)) != 0)
			return e;
	} else if (strchr(" \t\r\n", c) == NULL) {
		if (strchr("+-*/^&=<>:,;@%", c) == NULL)
			return deny(x, FORMULA_SYNTAX, &raw, 1);
		x->operand = c == '%';
	}
	return emit(x, &raw, 1);
}

static int
lex_one(struct lexer *x, int c)
{
	if (c == '"')
		return lex_string(x);
	if (c == '\'')
		return lex_quoted_sheet(x);
	if (c == '[')
		return lex_brackets(x, false);
	if (c == '#')
		return lex_hash(x);
	if (c == '.' || is_digit(c) || formula_starts_name((uint32_t)c) ||
	    c > 0x7f)
		return lex_word(x);
	return c == '\0' ? deny(x, FORMULA_SYNTAX, "NUL", 3) : lex_sign(x, c);
}

int
formula_parse(const char *text, size_t n, const struct formula_rules *rules,
    struct buf *out, enum formula_why *why, char *what, size_t size)
{
	struct lexer x = { .rules = rules,
		.out = out,
		.what = what,
		.size = size,
		.link = SIZE_MAX };
	size_t before = out->len;
	int c, e = 0;

	reader_init(&x.in, text, n);
	what[0] = '\0';
	if (n > FORMULA_MAX_BYTES)
		e = deny(&x, FORMULA_LIMIT, "", 0);
	else if (n == 0 || !utf8_valid(text, n))
		e = deny(&x, FORMULA_SYNTAX, "", 0);
	while (e == 0 && (c = peek(&x)) >= 0)
		e = lex_one(&x, c);
	if (e == 0 && x.depth > 0)
		e = deny(&x, FORMULA_SYNTAX, "(", 1);
	if (e != 0)
		buf_truncate(out, before);
	*why = x.why;
	return e;
}
