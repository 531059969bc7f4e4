/* The block of headers: lines, fields, first tokens (RFC 5322, 2.2, 3.6.8). */
#include <ctype.h>
#include <string.h>

#include "formats/mail/mail_int.h"

/* The first end of line at or behind the cursor. */
static size_t
line_end(const struct reader *in)
{
	struct reader r = *in;
	uint8_t c;

	while (reader_peek(&r, &c) == 0 && c != '\n' && c != '\r' &&
	       reader_skip(&r, 1) == 0)
		;
	return reader_pos(&r);
}

bool
mail_line(struct reader *in, struct reader *line)
{
	size_t from = reader_pos(in), end;
	uint8_t c = 0;

	if (reader_left(in) == 0)
		return false;
	end = line_end(in);
	if (reader_view(in, from, end - from, line) != 0 ||
	    reader_seek(in, end) != 0)
		return false;
	/* CR CR LF is one end: text that was converted twice. */
	while (reader_peek(in, &c) == 0 && c == '\r' &&
	       (reader_has(in, reader_pos(in) + 1, "\r\n", 2) ||
		   reader_has(in, reader_pos(in) + 1, "\n", 1)))
		if (reader_skip(in, 1) != 0)
			return false;
	return reader_left(in) == 0 || reader_skip(in, 1) == 0;
}

static bool
is_blank(const struct reader *line)
{
	struct reader r = *line;
	uint8_t c;

	while (reader_u8(&r, &c) == 0)
		if (c != ' ' && c != '\t')
			return false;
	return true;
}

/* The length of a field's name, 0 when the line is no field; *value: where
 * its value begins. */
static size_t
name_length(const struct reader *line, size_t *value)
{
	struct reader r = *line;
	size_t n = 0;
	uint8_t c;

	while (reader_u8(&r, &c) == 0 && c > ' ' && c < 0x7f && c != ':')
		n++;
	if (n == 0 || reader_seek(&r, n) != 0)
		return 0;
	while (reader_u8(&r, &c) == 0)
		if (c == ':') {
			*value = reader_pos(&r);
			return n;
		} else if (c != ' ' && c != '\t')
			return 0;
	return 0;
}

const char *
mail_lower(struct doc *d, const void *s, size_t n)
{
	char *p = doc_strndup(d, s, n);

	for (char *c = p; c != NULL && *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return p;
}

struct fields {
	struct doc *d;
	struct mail_field *list, **end;
	struct mail_field *last;
	size_t n, last_at; /* where the value of the last begins */
	unsigned odd;
};

static int
add_field(struct fields *f, const struct reader *in, size_t at,
    const struct reader *line, size_t n, size_t value)
{
	struct mail_field *m;

	if (++f->n > MAIL_FIELDS_MAX)
		return doc_fail(f->d, ERR_LIMIT, "too many headers");
	if ((m = doc_alloc(f->d, sizeof(*m))) == NULL ||
	    (m->name = mail_lower(f->d, line->data, n)) == NULL)
		return ERR_NOMEM;
	f->last_at = at + value;
	*f->end = m;
	f->end = &m->next;
	f->last = m;
	return reader_view(in, f->last_at, line->len - value, &m->raw);
}

/* Is the next line a field or the continuation of one? */
static bool
goes_on(const struct reader *in)
{
	struct reader r = *in, line;
	size_t value;

	return mail_line(&r, &line) && !is_blank(&line) &&
	       (reader_has(&line, 0, " ", 1) || reader_has(&line, 0, "\t", 1) ||
		   name_length(&line, &value) > 0);
}

static int
take_line(struct fields *f, struct reader *in, size_t at,
    const struct reader *line, bool *done)
{
	size_t value = 0, n = name_length(line, &value);
	bool folded =
	    reader_has(line, 0, " ", 1) || reader_has(line, 0, "\t", 1);

	*done = line->len == 0 || (is_blank(line) && !goes_on(in));
	if (memchr(line->data, 0, line->len) != NULL)
		f->odd |= ODD_LINE_END;
	if (*done)
		return 0;
	if (folded && f->last != NULL)
		return reader_view(in, f->last_at, at + line->len - f->last_at,
		    &f->last->raw);
	if (n > 0)
		return add_field(f, in, at, line, n, value);
	if (f->n == 0 && (reader_has(line, 0, "From ", 5) ||
			     reader_has(line, 0, ">From ", 6)))
		return 0;
	f->odd |= ODD_HEADER_LINE;
	if (goes_on(in))
		return 0; /* a line that was broken: the rest are headers */
	*done = true;
	return reader_seek(in, at); /* the text begins here */
}

int
mail_fields(struct doc *d, struct reader *in, unsigned *odd,
    struct mail_field **out)
{
	struct fields f = { .d = d };
	size_t from = reader_pos(in), at;
	struct reader line;
	bool done = false;
	int e;

	f.end = &f.list;
	for (at = from; !done && mail_line(in, &line); at = reader_pos(in)) {
		if (at - from > MAIL_HEAD_BYTES)
			return doc_fail(d, ERR_LIMIT, "headers too long");
		if (reader_has(in, at + line.len, "\r", 1) &&
		    !reader_has(in, at + line.len, "\r\n", 2) &&
		    !reader_has(in, at + line.len, "\r\r\n", 3))
			f.odd |= ODD_LINE_END;
		if ((e = take_line(&f, in, at, &line, &done)) != 0)
			return e;
	}
	*odd |= f.odd;
	*out = f.list;
	return 0;
}

/* Equal but for blanks and ends of line. */
static bool
same_value(const struct reader *a, const struct reader *b)
{
	struct reader x = *a, y = *b;
	uint8_t c, e;
	bool more, other;

	for (;;) {
		while ((more = reader_u8(&x, &c) == 0) && c <= ' ')
			;
		while ((other = reader_u8(&y, &e) == 0) && e <= ' ')
			;
		if (!more || !other)
			return more == other;
		if (c != e)
			return false;
	}
}

const struct mail_field *
mail_field(struct mail_reading *m, const struct mail_field *f, const char *name)
{
	const struct mail_field *first = NULL, *last = NULL;

	for (; f != NULL; f = f->next) {
		if (strcmp(f->name, name) != 0)
			continue;
		if (first == NULL)
			first = f;
		else if (!same_value(&first->raw, &f->raw)) {
			m->odd |= ODD_DUPLICATE;
			m->varies |= RULE_LAST_HEADER;
		}
		last = f;
	}
	return m->rules & RULE_LAST_HEADER ? last : first;
}

/* Over blanks, line ends and comments (nested, with quoted pairs). */
static void
skip_comments(struct reader *r)
{
	unsigned depth = 0;
	uint8_t c;

	while (reader_peek(r, &c) == 0) {
		if (depth == 0 && c > ' ' && c != '(')
			return;
		if (reader_skip(r, 1) != 0)
			return;
		if (c == '(')
			depth++;
		else if (c == ')' && depth > 0)
			depth--;
		else if (c == '\\' && depth > 0 && reader_skip(r, 1) != 0)
			return;
	}
}

void
mail_token(const struct reader *raw, char out[MAIL_TYPE_BYTES], bool *clean)
{
	static const char special[] = ";,\"<>()[]@=";
	struct reader r = *raw;
	size_t n = 0;
	uint8_t c = 0;

	r.pos = 0;
	skip_comments(&r);
	while (reader_peek(&r, &c) == 0 && c > ' ' && c < 0x7f &&
	       strchr(special, c) == NULL && n + 1 < MAIL_TYPE_BYTES &&
	       reader_skip(&r, 1) == 0)
		out[n++] = (char)tolower(c);
	out[n] = '\0';
	skip_comments(&r);
	*clean = n > 0 && (reader_peek(&r, &c) != 0 || c == ';');
}
