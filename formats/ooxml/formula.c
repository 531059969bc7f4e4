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
	struct buf *out;
	enum formula_why why;
	char *what;
	size_t size;
	unsigned tokens, depth;
	char close[FORMULA_MAX_DEPTH]; /* ')' or '}' awaited */
	bool operand; /* the last token was an operand: "(" is no call */
};

static const char *const functions[] = {
#include "formats/ooxml/formula_functions.def"
};

const char *
formula_why_text(enum formula_why why)
{
	static const char *const text[] = {
		[FORMULA_OK] = "fine",
		[FORMULA_EXTERNAL] = "another workbook or file",
		[FORMULA_DDE] = "DDE",
		[FORMULA_FUNCTION] = "function not allowed",
		[FORMULA_ADDIN] = "add-in function",
		[FORMULA_URL] = "link not allowed",
		[FORMULA_SYNTAX] = "not understood",
		[FORMULA_LIMIT] = "too long",
	};

	return text[why];
}

static int
compare(const void *a, const void *b)
{
	return strcmp(a, *(const char *const *)b);
}

bool
formula_function_known(const char *name, size_t n)
{
	char key[40];

	if (n == 0 || n >= sizeof(key))
		return false;
	memcpy(key, name, n);
	key[n] = '\0';
	return bsearch(key, functions, sizeof(functions) / sizeof(functions[0]),
		   sizeof(functions[0]), compare) != NULL;
}

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

static int
lex_string(struct lexer *x)
{
	struct reader from = x->in, inside;
	int e;

	if ((e = take_quoted(x, '"', &inside)) != 0)
		return e;
	x->operand = true;
	return emit_since(x, &from);
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
	if (has_any(&inside, "[]\\/?*"))
		return deny(x, FORMULA_EXTERNAL, inside.data, inside.len);
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

/* A letter, '_' or '\\' of ASCII, or anything beyond that is plain. */
static bool
starts_name(uint32_t cp)
{
	return (cp >= 'a' && cp <= 'z') || (cp >= 'A' && cp <= 'Z') ||
	       cp == '_' || cp == '\\' || cp == '$' ||
	       (cp > 0x7f && utf8_classify(cp) != UTF8_CONTROL &&
		   utf8_classify(cp) != UTF8_NONCHAR);
}

static bool
goes_on(uint32_t cp)
{
	return starts_name(cp) || (cp < 0x80 && is_digit((int)cp)) ||
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

/* The literal text argument behind "NAME(", when there is one and only one. */
static bool
literal_argument(const struct lexer *x, struct reader *text)
{
	struct lexer probe = *x;
	char scratch[8];

	probe.what = scratch;
	probe.size = sizeof(scratch);
	while (peek(&probe) == ' ' || peek(&probe) == '(')
		if (reader_skip(&probe.in, 1) != 0)
			return false;
	if (peek(&probe) != '"' || take_quoted(&probe, '"', text) != 0)
		return false;
	while (peek(&probe) == ' ')
		if (reader_skip(&probe.in, 1) != 0)
			return false;
	return peek(&probe) == ',' || peek(&probe) == ')';
}

static bool
url_allowed(const struct reader *text)
{
	const char *why;
	struct buf b;
	bool ok;

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

	if (name->len == 9 && word_starts(name, "HYPERLINK")) {
		if (!literal_argument(x, &text))
			return deny(x, FORMULA_URL, name->data, name->len);
		if (!url_allowed(&text))
			return deny(x, FORMULA_URL, text.data, text.len);
	}
	if (name->len == 8 && word_starts(name, "INDIRECT") &&
	    literal_argument(x, &text) && has_any(&text, "[]\\/|"))
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

static int
lex_call(struct lexer *x, const struct reader *word)
{
	struct reader name = *word;
	char upper[40];

	if (word_starts(&name, "_xll.") || word_starts(&name, "_xldudf_") ||
	    word_starts(&name, "_xludf."))
		return deny(x, FORMULA_ADDIN, word->data, word->len);
	/* A LAMBDA bound by LET is called by its parameter name. */
	if (word_starts(&name, "_xlpm."))
		return emit(x, word->data, word->len);
	strip_prefix(&name);
	if (name.len >= sizeof(upper))
		return deny(x, FORMULA_FUNCTION, word->data, word->len);
	for (size_t i = 0; i < name.len; i++)
		upper[i] = (char)(name.data[i] >= 'a' && name.data[i] <= 'z'
				      ? name.data[i] - 32
				      : name.data[i]);
	if (!formula_function_known(upper, name.len))
		return deny(x, FORMULA_FUNCTION, word->data, word->len);
	if (check_argument(x, &name) != 0)
		return ERR_DENIED;
	return emit(x, word->data, word->len);
}

/*
 * Table1[[#This Row],[Name]] and [@Name]: brackets may nest, ' escapes. What
 * looks like a book number or a path is external.
 */
static int
lex_brackets(struct lexer *x, bool after_name)
{
	struct reader from = x->in;
	unsigned depth = 0;
	bool digits = true;
	uint8_t c;

	while (reader_u8(&x->in, &c) == 0) {
		if (c == '\'' && reader_skip(&x->in, 1) != 0)
			break;
		if (c == '[')
			depth++;
		else if (c == ']') {
			if (--depth == 0)
				break;
		} else if (!is_digit(c))
			digits = false;
		if (c == '|')
			return deny(x, FORMULA_DDE, "|", 1);
		if (depth > FORMULA_MAX_DEPTH)
			return deny(x, FORMULA_LIMIT, "[", 1);
	}
	if (depth != 0)
		return deny(x, FORMULA_SYNTAX, "[", 1);
	if ((!after_name && digits) || peek(x) == '!' || peek(x) == '\'' ||
	    (!after_name && peek(x) > 0 && starts_name((uint32_t)peek(x))))
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
	if (word_starts(&word, "_xll") || word_starts(&word, "_xldudf"))
		return deny(x, FORMULA_ADDIN, word.data, word.len);
	if ((e = lex_exponent(x, &word)) != 0)
		return e;
	x->operand = true;
	if (peek(x) == '!') {
		/* Sheet1!A1; "!name" alone would be another book's. */
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
	if (c == '.' || is_digit(c) || starts_name((uint32_t)c) || c > 0x7f)
		return lex_word(x);
	return c == '\0' ? deny(x, FORMULA_SYNTAX, "NUL", 3) : lex_sign(x, c);
}

int
formula_parse(const char *text, size_t n, struct buf *out,
    enum formula_why *why, char *what, size_t size)
{
	struct lexer x = { .out = out, .what = what, .size = size };
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
