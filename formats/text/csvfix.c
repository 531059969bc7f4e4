/*
 * Apostrophes before what a spreadsheet would run; see csvfix.h.
 *
 * The file is copied character by character. Only the quotation of fields is
 * read in one way, the file's own; every place behind a line end or one of
 * the four usual separators counts as a beginning of a field.
 */
#include "formats/text/csvfix.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/text/csvnum.h"

#define FIELD_CHARS_MAX (1u << 20) /* of one quoted field */
#define UNBALANCED_MAX	100
#define SAID_ONE_BY_ONE 100 /* further formulas are counted in one record */
#define SAMPLE_CHARS	60
#define IDIOM_CHARS	64
#define IS_SEPARATOR(c) ((c) == ',' || (c) == ';' || (c) == '\t' || (c) == '|')
#define IS_NEWLINE(c)	((c) == '\n' || (c) == '\r')
#define IS_SPACE(c)	((c) == ' ' || (c) == 0x3000 || (c) == 0xa0)
#define IS_ALNUM(c) \
	(((c) >= '0' && (c) <= '9') || ((c) >= 'A' && (c) <= 'Z') || \
	    ((c) >= 'a' && (c) <= 'z'))

struct csv {
	struct doc *d;
	struct cs_in in;
	struct cs_out out;
	uint32_t delim; /* of the file itself */
	uint64_t line;
	enum action act; /* ACT_REPLACED, or ACT_KEPT when only reporting */
	bool quoted;	 /* inside a quoted field */
	bool wrapping;	 /* inside a field that we put into quotes */
	bool dde;	 /* this line names a program as DDE does */
	unsigned unbalanced;
	uint32_t said, unsaid;
	uint64_t unsaid_line;
};

/* Where a field may begin. */
struct start {
	uint32_t by; /* the separator before it */
	bool real;   /* in the file's own dialect */
};

static bool
next(const struct cs_in *in, struct cs_char *c)
{
	struct cs_in at = *in;

	return cs_get(&at, c) == 0;
}

uint32_t
csvfix_ahead(const struct cs_in *in)
{
	struct cs_char c;

	return next(in, &c) ? c.cp : 0;
}

uint32_t
csvfix_step(struct cs_in *in)
{
	struct cs_char c;

	return cs_get(in, &c) == 0 ? c.cp : 0;
}

static int
copy(struct csv *s)
{
	struct cs_char c;
	int e;

	if ((e = cs_get(&s->in, &c)) != 0)
		return e;
	return cs_put(&s->out, &c);
}

static bool
ends_field(const struct csv *s, uint32_t cp)
{
	return cp == 0 || cp == s->delim || IS_NEWLINE(cp);
}

static int
found(struct csv *s, enum finding_id id, enum action act,
    const struct cs_in *at)
{
	char where[48], text[SAMPLE_CHARS * 4 + 1];
	struct cs_in in = *at;
	struct buf b;
	uint32_t cp;
	int e = 0;

	buf_init(&b, sizeof(text) - 1);
	for (size_t i = 0; e == 0 && i < SAMPLE_CHARS; i++) {
		cp = csvfix_step(&in);
		if (cp == 0 || IS_NEWLINE(cp))
			break;
		e = utf8_put(&b, cp);
	}
	snprintf(text, sizeof(text), "%s", b.len > 0 ? buf_cstr(&b) : "");
	buf_done(&b);
	snprintf(where, sizeof(where), "line %" PRIu64, s->line);
	return e != 0 ? e : doc_found(s->d, id, act, where, "%s", text);
}

static int
found_formula(struct csv *s, const struct cs_in *at)
{
	if (s->said < SAID_ONE_BY_ONE) {
		s->said++;
		return found(s, FIND_CSV_FORMULA, s->act, at);
	}
	if (s->unsaid++ == 0)
		s->unsaid_line = s->line;
	return 0;
}

static bool
is_lead(uint32_t cp)
{
	return cp == '=' || cp == '+' || cp == '-' || cp == '@' || cp == '|' ||
	       cp == 0xff1d || cp == 0xff0b || cp == 0xff0d || cp == 0xff20 ||
	       cp == 0xff5c;
}

/* "- item": prose behind a line end or another separator, not a formula. */
static bool
is_bullet(struct cs_in in)
{
	uint32_t cp = csvfix_step(&in);

	if (cp != '-' && cp != '+' && cp != 0xff0d && cp != 0xff0b)
		return false;
	if (!IS_SPACE(csvfix_ahead(&in)))
		return false;
	while ((cp = csvfix_step(&in)) != 0 && !IS_NEWLINE(cp))
		if (cp == '(' || cp == '!' || cp == '|' || cp == '[' ||
		    cp == '=' || cp == '&' ||
		    (cp >= 0xff01 && cp <= 0xff5e &&
			!(cp >= 0xff10 && cp <= 0xff19)))
			return false;
	return true;
}

/* Signed numbers, phone numbers and rules of dashes stay as they are. */
static bool
is_number(const struct csv *s, struct cs_in in, const struct start *st,
    bool quoted)
{
	char text[CSVNUM_MAX + 1];
	uint32_t cp;
	size_t n = 0;

	if (s->dde)
		return false;
	while ((cp = csvfix_ahead(&in)) != 0) {
		if (cp == '"')
			break;
		if (!quoted && (cp == st->by || IS_NEWLINE(cp)))
			break;
		if (n == CSVNUM_MAX || (text[n++] = csvnum_ascii(cp)) == '\0')
			return false;
		(void)csvfix_step(&in);
	}
	if (cp == '"' && !quoted && !s->quoted)
		return false;
	text[n] = '\0';
	return csvnum_is(text);
}

/* Would any reader see a formula begin here? */
static bool
is_dangerous(const struct csv *s, const struct start *st, bool quoted)
{
	struct cs_in in = s->in;
	uint32_t cp;

	if (quoted)
		(void)csvfix_step(&in);
	cp = csvfix_ahead(&in);
	if (st->real && ((cp == '\t' && (quoted || s->delim != '\t')) ||
			    (quoted && IS_NEWLINE(cp))))
		return true;
	while (IS_SPACE(cp) || cp == '"') {
		(void)csvfix_step(&in);
		cp = csvfix_ahead(&in);
	}
	if (!is_lead(cp) || (cp == '|' && st->by == '|'))
		return false;
	return !is_number(s, in, st, quoted) && (st->real || !is_bullet(in));
}

/* Does the quotation that begins here end as a field does? */
static bool
closes(const struct csv *s)
{
	struct cs_in in = s->in;
	uint32_t cp;

	(void)csvfix_step(&in);
	for (size_t n = 0; n < FIELD_CHARS_MAX && (cp = csvfix_step(&in)) != 0;
	     n++) {
		if (cp != '"')
			continue;
		if (ends_field(s, csvfix_ahead(&in)))
			return true;
		if (csvfix_ahead(&in) == '"')
			(void)csvfix_step(&in);
	}
	return false;
}

/*
 * ="001" and its quoted form: only a text. *text is set to where it begins,
 * the cursor behind the field; false leaves it alone.
 */
static bool
take_idiom(struct csv *s, struct cs_in *text, size_t *len)
{
	struct cs_in in = s->in;
	bool outer = csvfix_ahead(&in) == '"';
	size_t n = 0;
	uint32_t cp;

	if (outer)
		(void)csvfix_step(&in);
	if (csvfix_step(&in) != '=' || csvfix_step(&in) != '"' ||
	    (outer && csvfix_step(&in) != '"'))
		return false;
	*text = in;
	while ((cp = csvfix_ahead(&in)) != '"') {
		if (n++ == IDIOM_CHARS ||
		    !(IS_ALNUM(cp) ||
			(n > 1 && (cp == '-' || cp == '.' || cp == '/' ||
				      cp == ':' || cp == ' '))))
			return false;
		(void)csvfix_step(&in);
	}
	for (int i = 0; i < (outer ? 3 : 1); i++)
		if (csvfix_step(&in) != '"')
			return false;
	if (n == 0 || !ends_field(s, csvfix_ahead(&in)))
		return false;
	*len = n;
	s->in = in;
	return true;
}

static int
put_idiom(struct csv *s, bool *done)
{
	struct cs_in text, at = s->in;
	struct cs_char c;
	size_t n;
	int e;

	*done = take_idiom(s, &text, &n);
	if (!*done)
		return 0;
	if ((e = found(s, FIND_CSV_IDIOM,
		 s->act == ACT_KEPT ? ACT_KEPT : ACT_FLATTENED, &at)) != 0 ||
	    (e = cs_put_ascii(&s->out, '"')) != 0)
		return e;
	while (n-- > 0) {
		if ((e = cs_get(&text, &c)) != 0 ||
		    (e = cs_put(&s->out, &c)) != 0)
			return e;
	}
	return cs_put_ascii(&s->out, '"');
}

static int
wrap(struct csv *s)
{
	s->wrapping = true;
	return cs_put_ascii(&s->out, '"');
}

/* A field of the file itself begins with a quotation mark. */
static int
open_quotes(struct csv *s)
{
	int e;

	if (closes(s)) {
		s->quoted = true;
		return 0;
	}
	if (++s->unbalanced > UNBALANCED_MAX)
		return doc_fail(s->d, ERR_MALFORMED,
		    "line %" PRIu64 ": quotation marks do not pair", s->line);
	if ((e = found(s, FIND_CSV_QUOTES, s->act, &s->in)) != 0)
		return e;
	return wrap(s);
}

static int
begin_field(struct csv *s, const struct start *st)
{
	struct cs_in at = s->in;
	bool done = false, bad, quoted;
	int e = 0;

	if (st->real && (e = put_idiom(s, &done)) == 0 && !done &&
	    !s->wrapping && csvfix_ahead(&s->in) == '"')
		e = open_quotes(s);
	if (e != 0 || done)
		return e;
	quoted = st->real && s->quoted;
	bad = is_dangerous(s, st, quoted);
	if (quoted && (e = copy(s)) != 0)
		return e;
	if (!bad)
		return 0;
	if ((e = found_formula(s, &at)) != 0)
		return e;
	return cs_put_ascii(&s->out, '\'');
}

/* A quotation mark inside a field. */
static int
put_quote(struct csv *s)
{
	struct cs_in at = s->in;
	int e;

	if ((e = copy(s)) != 0)
		return e;
	if (s->wrapping)
		return cs_put_ascii(&s->out, '"');
	if (!s->quoted)
		return 0;
	if (ends_field(s, csvfix_ahead(&s->in)))
		s->quoted = false;
	else if (csvfix_ahead(&s->in) == '"')
		return copy(s);
	else
		return found(s, FIND_CSV_QUOTES, ACT_KEPT, &at);
	return 0;
}

/* Does this line hold the marks of NAME|TOPIC!ITEM? */
static bool
names_program(struct cs_in in)
{
	bool bar = false;
	uint32_t cp;

	while ((cp = csvfix_step(&in)) != 0 && !IS_NEWLINE(cp)) {
		if (bar && cp == '!')
			return true;
		bar = bar || cp == '|';
	}
	return false;
}

static int
end_wrapping(struct csv *s)
{
	if (!s->wrapping)
		return 0;
	s->wrapping = false;
	return cs_put_ascii(&s->out, '"');
}

static int
put_newline(struct csv *s)
{
	struct start st = { .by = s->delim, .real = !s->quoted };
	bool crlf;
	int e;

	if ((e = end_wrapping(s)) != 0)
		return e;
	crlf = csvfix_ahead(&s->in) == '\r';
	if ((e = copy(s)) != 0)
		return e;
	if (crlf && csvfix_ahead(&s->in) == '\n' && (e = copy(s)) != 0)
		return e;
	s->line++;
	s->dde = names_program(s->in);
	return begin_field(s, &st);
}

static int
put_separator(struct csv *s, uint32_t cp)
{
	struct start st = { .by = cp, .real = !s->quoted && cp == s->delim };
	int e;

	if (st.real && (e = end_wrapping(s)) != 0)
		return e;
	if ((e = copy(s)) != 0)
		return e;
	return begin_field(s, &st);
}

/* Skips an ASCII word, in any case when any is true. */
static bool
take_word(struct cs_in *in, const char *word, bool any)
{
	uint32_t cp;

	for (; *word != '\0'; word++) {
		cp = csvfix_step(in);
		if (any && cp >= 'A' && cp <= 'Z')
			cp += 'a' - 'A';
		if (cp != (uint32_t)*word)
			return false;
	}
	return true;
}

/* "sep=;" in the first line sets the separator for Excel. */
static int
put_sep_line(struct csv *s, bool *done)
{
	struct cs_in in = s->in, at = s->in;
	bool quoted = csvfix_ahead(&in) == '"';
	uint32_t cp;
	int e;

	*done = false;
	if (quoted)
		(void)csvfix_step(&in);
	if (!take_word(&in, "sep=", true))
		return 0;
	cp = csvfix_step(&in);
	if (quoted && csvfix_ahead(&in) == '"')
		(void)csvfix_step(&in);
	if (!IS_SEPARATOR(cp) ||
	    !(csvfix_ahead(&in) == 0 || IS_NEWLINE(csvfix_ahead(&in)))) {
		if ((e = found(s, FIND_CSV_SEPARATOR, s->act, &at)) != 0)
			return e;
		return cs_put_ascii(&s->out, '\'');
	}
	*done = true;
	s->delim = cp;
	if ((e = found(s, FIND_CSV_SEPARATOR, ACT_KEPT, &at)) != 0)
		return e;
	while (!IS_NEWLINE(csvfix_ahead(&s->in)) && cs_more(&s->in))
		if ((e = copy(s)) != 0)
			return e;
	return 0;
}

/* Excel takes a file that begins with ID for SYLK, TABLE for DIF. */
static int
begin_file(struct csv *s)
{
	struct start st = { .by = s->delim, .real = true };
	struct cs_in id = s->in, table = s->in, at = s->in;
	bool done;
	int e;

	if ((e = put_sep_line(s, &done)) != 0 || done)
		return e;
	s->dde = names_program(s->in);
	if (take_word(&id, "ID", false) || take_word(&table, "TABLE", false)) {
		if ((e = found(s, FIND_CSV_MAGIC, s->act, &at)) != 0 ||
		    (e = wrap(s)) != 0)
			return e;
	}
	return begin_field(s, &st);
}

static int
run(struct csv *s)
{
	uint32_t cp;
	int e;

	if ((e = begin_file(s)) != 0)
		return e;
	while ((cp = csvfix_ahead(&s->in)) != 0) {
		if (cp == '"')
			e = put_quote(s);
		else if (IS_NEWLINE(cp))
			e = put_newline(s);
		else if (IS_SEPARATOR(cp))
			e = put_separator(s, cp);
		else
			e = copy(s);
		if (e != 0)
			return e;
	}
	if ((e = end_wrapping(s)) != 0)
		return e;
	return cs_end(&s->out);
}

int
csvfix_run(struct doc *d, const struct buf *text, const struct charset_id *id,
    uint32_t delim, struct buf *out)
{
	bool report = doc_options(d)->csv == CSV_REPORT;
	struct csv s = { .d = d,
		.line = 1,
		.delim = delim,
		.act = report ? ACT_KEPT : ACT_REPLACED };
	char where[48];
	struct reader r;
	int e;

	buf_reader(text, &r);
	cs_open(&s.in, &r, id);
	cs_start(&s.out, out, id->is, id->is);
	if ((id->bom && (e = cs_bom(&s.out)) != 0) || (e = run(&s)) != 0)
		return e;
	if (s.unsaid == 0)
		return 0;
	snprintf(where, sizeof(where), "line %" PRIu64, s.unsaid_line);
	return doc_found_n(d, s.unsaid, FIND_CSV_FORMULA, s.act, where,
	    "and below");
}
