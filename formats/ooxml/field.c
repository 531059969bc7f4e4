/*
 * Field instructions; see field.h. A keyword is kept only with arguments and
 * switches from its row; the text written is made from the parse.
 */
#include "formats/ooxml/field.h"

#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"

/*
 * Switches: a letter, followed by ':' when it takes an argument. Every row
 * may also have \* (format), \# (number picture), \@ (date picture), \!.
 * args: most plain arguments; 'b' in check: they must be bookmark names.
 */
static const struct row {
	const char *keyword;
	enum field_class is;
	unsigned args;
	char check;
	const char *switches;
} rows[] = {
	{ "PAGE", FIELD_KEEP, 0, 0, "" },
	{ "NUMPAGES", FIELD_KEEP, 0, 0, "" },
	{ "SECTION", FIELD_KEEP, 0, 0, "" },
	{ "SECTIONPAGES", FIELD_KEEP, 0, 0, "" },
	{ "SEQ", FIELD_KEEP, 2, 0, "chnr:s:" },
	{ "STYLEREF", FIELD_KEEP, 1, 0, "lnprtw" },
	{ "REF", FIELD_KEEP, 1, 'b', "d:fhnprtw" },
	{ "PAGEREF", FIELD_KEEP, 1, 'b', "hp" },
	{ "NOTEREF", FIELD_KEEP, 1, 'b', "fhp" },
	{ "TOC", FIELD_KEEP, 0, 0, "a:b:c:d:f:hl:n:o:p:s:t:uwxz" },
	{ "TC", FIELD_KEEP, 1, 0, "f:l:n" },
	{ "XE", FIELD_KEEP, 1, 0, "bf:ir:t:y:" },
	{ "INDEX", FIELD_KEEP, 0, 0, "b:c:d:e:f:g:h:k:l:p:rs:yz:" },
	{ "TOA", FIELD_KEEP, 0, 0, "b:c:d:e:fg:hl:ps:" },
	{ "TA", FIELD_KEEP, 0, 0, "bc:il:r:s:" },
	{ "LISTNUM", FIELD_KEEP, 1, 0, "l:s:" },
	{ "AUTONUM", FIELD_KEEP, 0, 0, "s:" },
	{ "AUTONUMLGL", FIELD_KEEP, 0, 0, "es:" },
	{ "AUTONUMOUT", FIELD_KEEP, 0, 0, "" },
	{ "SYMBOL", FIELD_KEEP, 1, 0, "af:hjs:u" },
	{ "ADVANCE", FIELD_KEEP, 0, 0, "d:l:r:u:x:y:" },
	{ "DATE", FIELD_KEEP, 0, 0, "hlsu" },
	{ "TIME", FIELD_KEEP, 0, 0, "" },
	{ "CREATEDATE", FIELD_KEEP, 0, 0, "hsu" },
	{ "SAVEDATE", FIELD_KEEP, 0, 0, "hsu" },
	{ "PRINTDATE", FIELD_KEEP, 0, 0, "hsu" },
	{ "EDITTIME", FIELD_KEEP, 0, 0, "" },
	{ "NUMWORDS", FIELD_KEEP, 0, 0, "" },
	{ "NUMCHARS", FIELD_KEEP, 0, 0, "" },
	{ "AUTHOR", FIELD_KEEP, 0, 0, "" },
	{ "TITLE", FIELD_KEEP, 0, 0, "" },
	{ "SUBJECT", FIELD_KEEP, 0, 0, "" },
	{ "KEYWORDS", FIELD_KEEP, 0, 0, "" },
	{ "COMMENTS", FIELD_KEEP, 0, 0, "" },
	{ "LASTSAVEDBY", FIELD_KEEP, 0, 0, "" },
	{ "FILENAME", FIELD_KEEP, 0, 0, "" },
	{ "REVNUM", FIELD_KEEP, 0, 0, "" },
	{ "BIBLIOGRAPHY", FIELD_KEEP, 0, 0, "f:l:m:" },
	{ "CITATION", FIELD_KEEP, 1, 0, "f:l:m:np:s:ty:v:" },
	{ "FORMTEXT", FIELD_KEEP, 0, 0, "" },
	{ "FORMCHECKBOX", FIELD_KEEP, 0, 0, "" },
	{ "FORMDROPDOWN", FIELD_KEEP, 0, 0, "" },
	{ "HYPERLINK", FIELD_LINK, 1, 0, "l:o:t:mnhs" },
	{ "QUOTE", FIELD_FLATTEN, 0, 0, "" },
	{ "IF", FIELD_FLATTEN, 0, 0, "" },
	{ "COMPARE", FIELD_FLATTEN, 0, 0, "" },
	{ "SET", FIELD_FLATTEN, 0, 0, "" },
	{ "ASK", FIELD_FLATTEN, 0, 0, "" },
	{ "FILLIN", FIELD_FLATTEN, 0, 0, "" },
	{ "DOCPROPERTY", FIELD_FLATTEN, 0, 0, "" },
	{ "DOCVARIABLE", FIELD_FLATTEN, 0, 0, "" },
	{ "USERNAME", FIELD_FLATTEN, 0, 0, "" },
	{ "USERINITIALS", FIELD_FLATTEN, 0, 0, "" },
	{ "USERADDRESS", FIELD_FLATTEN, 0, 0, "" },
	{ "FILESIZE", FIELD_FLATTEN, 0, 0, "" },
	{ "TEMPLATE", FIELD_FLATTEN, 0, 0, "" },
	{ "INFO", FIELD_FLATTEN, 0, 0, "" },
	{ "ADDRESSBLOCK", FIELD_FLATTEN, 0, 0, "" },
	{ "GREETINGLINE", FIELD_FLATTEN, 0, 0, "" },
	{ "MERGEFIELD", FIELD_FLATTEN, 0, 0, "" },
	{ "MERGEREC", FIELD_FLATTEN, 0, 0, "" },
	{ "MERGESEQ", FIELD_FLATTEN, 0, 0, "" },
	{ "NEXT", FIELD_FLATTEN, 0, 0, "" },
	{ "NEXTIF", FIELD_FLATTEN, 0, 0, "" },
	{ "SKIPIF", FIELD_FLATTEN, 0, 0, "" },
	{ "AUTOTEXT", FIELD_FLATTEN, 0, 0, "" },
	{ "AUTOTEXTLIST", FIELD_FLATTEN, 0, 0, "" },
	{ "GLOSSARY", FIELD_FLATTEN, 0, 0, "" },
	{ "BARCODE", FIELD_FLATTEN, 0, 0, "" },
	{ "DISPLAYBARCODE", FIELD_FLATTEN, 0, 0, "" },
	{ "MERGEBARCODE", FIELD_FLATTEN, 0, 0, "" },
	{ "SHAPE", FIELD_FLATTEN, 0, 0, "" },
	{ "BIDIOUTLINE", FIELD_FLATTEN, 0, 0, "" },
	{ "GOTOBUTTON", FIELD_FLATTEN, 0, 0, "" },
	{ "DDE", FIELD_DANGER, 0, 0, "" },
	{ "DDEAUTO", FIELD_DANGER, 0, 0, "" },
	{ "LINK", FIELD_DANGER, 0, 0, "" },
	{ "INCLUDE", FIELD_DANGER, 0, 0, "" },
	{ "INCLUDEPICTURE", FIELD_DANGER, 0, 0, "" },
	{ "INCLUDETEXT", FIELD_DANGER, 0, 0, "" },
	{ "IMPORT", FIELD_DANGER, 0, 0, "" },
	{ "RD", FIELD_DANGER, 0, 0, "" },
	{ "DATABASE", FIELD_DANGER, 0, 0, "" },
	{ "DATA", FIELD_DANGER, 0, 0, "" },
	{ "EMBED", FIELD_DANGER, 0, 0, "" },
	{ "CONTROL", FIELD_DANGER, 0, 0, "" },
	{ "OCX", FIELD_DANGER, 0, 0, "" },
	{ "HTMLCONTROL", FIELD_DANGER, 0, 0, "" },
	{ "MACRO", FIELD_DANGER, 0, 0, "" },
	{ "MACROBUTTON", FIELD_DANGER, 0, 0, "" },
	{ "PRINT", FIELD_DANGER, 0, 0, "" },
	{ "PRIVATE", FIELD_DANGER, 0, 0, "" },
	{ "ADDIN", FIELD_DANGER, 0, 0, "" },
	{ "SUBSCRIBER", FIELD_DANGER, 0, 0, "" },
	{ "FTREF", FIELD_DANGER, 0, 0, "" },
	{ "PLUGIN", FIELD_DANGER, 0, 0, "" },
};

#define TOKENS_MAX 64

struct token {
	struct reader text;
	bool is_switch, quoted;
};

/* Blank for Word: white space, NBSP, soft hyphen and what nobody sees. */
static bool
is_blank(uint32_t cp)
{
	return cp <= 0x20 || cp == 0xa0 || cp == 0x3000 ||
	       utf8_classify(cp) == UTF8_HIDDEN ||
	       utf8_classify(cp) == UTF8_BIDI ||
	       utf8_classify(cp) == UTF8_CONTROL;
}

static bool
is_quote(uint32_t cp)
{
	return cp == '"' || cp == 0x201c || cp == 0x201d || cp == 0x201e;
}

/* Inside quotes a backslash takes the next character with it. */
static int
take_quoted(struct reader *in, struct reader *text)
{
	struct reader from = *in, before;
	uint32_t cp;

	for (;;) {
		before = *in;
		if (utf8_get(in, &cp) != 0)
			return ERR_MALFORMED;
		if (is_quote(cp))
			return reader_view(&from, from.pos,
			    before.pos - from.pos, text);
		if (cp == '\\' && utf8_get(in, &cp) != 0)
			return ERR_MALFORMED;
	}
}

static int
take_plain(struct reader *in, struct token *t)
{
	struct reader from = *in, next;
	uint32_t cp;

	for (next = *in; utf8_get(&next, &cp) == 0; *in = next)
		if (is_blank(cp) || is_quote(cp) ||
		    (cp == '\\' && in->pos > from.pos))
			break;
	t->is_switch = reader_has(&from, from.pos, "\\", 1);
	if (t->is_switch && in->pos - from.pos > 2) {
		/* "\hfoo": the switch is one character. */
		*in = from;
		if (reader_skip(in, 2) != 0)
			return ERR_MALFORMED;
	}
	return reader_view(&from, from.pos, in->pos - from.pos, &t->text);
}

static int
tokenise(struct reader *in, struct token *t, size_t *n)
{
	struct reader next;
	uint32_t cp;
	int e;

	for (*n = 0; reader_left(in) > 0;) {
		next = *in;
		if (utf8_get(&next, &cp) != 0 || *n == TOKENS_MAX)
			return ERR_MALFORMED;
		if (is_blank(cp)) {
			*in = next;
			continue;
		}
		t[*n] = (struct token){ .quoted = is_quote(cp) };
		if (t[*n].quoted) {
			*in = next;
			e = take_quoted(in, &t[*n].text);
		} else
			e = take_plain(in, &t[*n]);
		if (e != 0)
			return e;
		(*n)++;
	}
	return 0;
}

static bool
same(const struct reader *r, const char *s)
{
	return strlen(s) == r->len &&
	       strncasecmp((const char *)r->data, s, r->len) == 0;
}

static bool
is_bookmark(const struct reader *r)
{
	struct reader in = *r;
	uint32_t cp;

	if (r->len == 0 || r->len > 160)
		return false;
	for (in.pos = 0; utf8_get(&in, &cp) == 0;)
		if (cp < 0x80 && cp != '_' && cp != '.' && cp != '-' &&
		    !(cp >= '0' && cp <= '9') &&
		    !((cp | 32) >= 'a' && (cp | 32) <= 'z'))
			return false;
	return reader_left(&in) == 0;
}

/* -1: not allowed; 0: no argument; 1: takes one. */
static int
switch_takes(const struct row *row, const struct token *t)
{
	const char *s;
	char c;

	if (t->text.len != 2)
		return -1;
	c = (char)t->text.data[1];
	if (c == '*' || c == '#' || c == '@')
		return 1;
	if (c == '!')
		return 0;
	if (c >= 'A' && c <= 'Z')
		c = (char)(c + 32);
	if (c == ':' || (s = strchr(row->switches, c)) == NULL || c == '\0')
		return -1;
	return s[1] == ':';
}

/* As it was written: a plain token holds no blank, quote or backslash. */
static int
put_argument(struct buf *b, const struct token *t)
{
	const char *quote = t->quoted ? "\"" : "";
	int e;

	if ((e = buf_u8(b, ' ')) != 0 || (e = buf_puts(b, quote)) != 0 ||
	    (e = buf_put(b, t->text.data, t->text.len)) != 0)
		return e;
	return buf_puts(b, quote);
}

static int
put_switch(struct buf *b, const struct token *t)
{
	return buf_fmt(b, " \\%c", t->text.data[1]);
}

/* A path or address in an argument of a plain field is no business of it. */
static bool
looks_outside(const struct reader *r)
{
	size_t at;

	return reader_find(r, 0, "\\\\", 2, &at) == 0 ||
	       reader_find(r, 0, "//", 2, &at) == 0;
}

static int
take_switch(const struct row *row, struct field *f, const struct token *t,
    size_t n, size_t *i)
{
	const struct token *sw = &t[*i];
	int takes = switch_takes(row, sw), e;
	bool drop;

	if (takes < 0)
		return ERR_MALFORMED;
	/* Frames, image maps, subaddresses of HYPERLINK: not written. */
	drop = row->is == FIELD_LINK &&
	       strchr("tmnsTMNS", sw->text.data[1]) != NULL;
	if (!drop && (e = put_switch(&f->text, sw)) != 0)
		return e;
	if (takes == 0 || *i + 1 == n || t[*i + 1].is_switch)
		return 0;
	(*i)++;
	/* "\\o" of a link is a text to show; "\\l" is a place in here. */
	if (looks_outside(&t[*i].text) &&
	    (row->is != FIELD_LINK || strchr("lL", sw->text.data[1]) != NULL))
		return ERR_MALFORMED;
	return drop ? 0 : put_argument(&f->text, &t[*i]);
}

static int
take_argument(const struct row *row, struct field *f, const struct token *t,
    unsigned *args)
{
	if (++*args > row->args)
		return ERR_MALFORMED;
	if (row->is == FIELD_LINK)
		return buf_put(&f->url, t->text.data, t->text.len);
	if ((row->check == 'b' && !is_bookmark(&t->text)) ||
	    looks_outside(&t->text))
		return ERR_MALFORMED;
	return put_argument(&f->text, t);
}

static int
regenerate(const struct row *row, struct field *f, const struct token *t,
    size_t n)
{
	unsigned args = 0;
	int e = 0;

	if (row->is == FIELD_KEEP)
		e = buf_fmt(&f->text, " %s", row->keyword);
	for (size_t i = 1; e == 0 && i < n; i++)
		e = t[i].is_switch ? take_switch(row, f, t, n, &i)
				   : take_argument(row, f, &t[i], &args);
	if (e == 0 && row->check == 'b' && args == 0)
		e = ERR_MALFORMED;
	return e == 0 && row->is == FIELD_KEEP ? buf_u8(&f->text, ' ') : e;
}

/* A switch of a formula: number picture or format, its argument after it. */
static int
take_formats(struct field *f, const struct token *t, size_t n)
{
	static const struct row any = { "=", FIELD_KEEP, 0, 0, "" };
	int e = 0;

	for (size_t i = 0; e == 0 && i < n; i++)
		e = t[i].is_switch ? take_switch(&any, f, t, n, &i)
				   : ERR_MALFORMED;
	return e == 0 ? buf_u8(&f->text, ' ') : e;
}

/* What a formula of a table may hold: names, cells, numbers, operators. */
static bool
in_expression(uint32_t cp)
{
	if (cp >= 0x80)
		return utf8_classify(cp) == UTF8_PLAIN && !is_quote(cp);
	return (cp >= '0' && cp <= '9') ||
	       ((cp | 32) >= 'a' && (cp | 32) <= 'z') ||
	       (cp != 0 && strchr("_.,;:()+-*/^%=<>", (int)cp) != NULL);
}

/* "= SUM(ABOVE) \\# 0": in is what follows the equals sign. */
static int
take_expression(struct reader *in, struct field *f)
{
	struct token t[TOKENS_MAX];
	struct reader next;
	uint32_t cp;
	size_t n = 0;
	int e;

	e = buf_puts(&f->text, " =");
	for (next = *in; e == 0 && utf8_get(&next, &cp) == 0; *in = next) {
		if (cp == '\\')
			break;
		if (!is_blank(cp) && !in_expression(cp))
			return ERR_MALFORMED;
		e = utf8_put(&f->text, is_blank(cp) ? ' ' : cp);
	}
	while (f->text.len > 0 && f->text.data[f->text.len - 1] == ' ')
		buf_truncate(&f->text, f->text.len - 1);
	if (e != 0 || (e = tokenise(in, t, &n)) != 0 ||
	    (e = take_formats(f, t, n)) != 0)
		return e;
	f->is = FIELD_KEEP;
	return 0;
}

/*
 * EQ \\o\\ac(○,1): layout of characters, much used for 囲い文字. in is what
 * follows the keyword.
 */
static int
take_equation(struct reader *in, struct field *f)
{
	struct reader next;
	uint32_t cp;
	int e;

	if (looks_outside(in))
		return ERR_MALFORMED;
	e = buf_puts(&f->text, " EQ ");
	while (next = *in, utf8_get(&next, &cp) == 0 && is_blank(cp))
		*in = next;
	for (; e == 0 && utf8_get(in, &cp) == 0;)
		e = utf8_put(&f->text, is_blank(cp) && cp != 0x3000 ? ' ' : cp);
	if (e == 0 && reader_left(in) > 0)
		e = ERR_MALFORMED;
	while (f->text.len > 0 && f->text.data[f->text.len - 1] == ' ')
		buf_truncate(&f->text, f->text.len - 1);
	if (e != 0 || (e = buf_u8(&f->text, ' ')) != 0)
		return e;
	f->is = FIELD_KEEP;
	return 0;
}

static const struct row *
find_row(const struct reader *word)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (same(word, rows[i].keyword))
			return &rows[i];
	return NULL;
}

static void
set_keyword(struct field *f, const struct reader *word)
{
	utf8_printable(word->data, word->len, f->keyword, sizeof(f->keyword));
	for (char *p = f->keyword; *p != '\0'; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 32);
}

/* What follows a keyword of n bytes. */
static int
after(const struct reader *in, size_t n, struct reader *rest)
{
	struct reader next = *in;
	uint32_t cp;

	next.pos = 0;
	do
		*rest = next;
	while (utf8_get(&next, &cp) == 0 && is_blank(cp));
	return reader_skip(rest, n);
}

static int
classify(struct reader *in, struct field *f)
{
	struct token t[TOKENS_MAX];
	const struct row *row;
	struct reader rest;
	size_t n = 0;
	int e;

	e = tokenise(in, t, &n);
	if (n == 0)
		return e;
	set_keyword(f, &t[0].text);
	if (!t[0].quoted && reader_has(&t[0].text, 0, "=", 1)) {
		e = after(in, 1, &rest);
		return e == 0 ? take_expression(&rest, f) : e;
	}
	if (!t[0].quoted && same(&t[0].text, "EQ")) {
		e = after(in, 2, &rest);
		return e == 0 ? take_equation(&rest, f) : e;
	}
	if (t[0].quoted || t[0].is_switch ||
	    (row = find_row(&t[0].text)) == NULL)
		return e;
	if (row->is == FIELD_DANGER)
		f->is = FIELD_DANGER;
	if (e != 0 || row->is == FIELD_FLATTEN || row->is == FIELD_DANGER)
		return e;
	if ((e = regenerate(row, f, t, n)) == 0)
		f->is = row->is;
	return e;
}

/* What is kept must read the same when it is read again. */
static int
read_again(struct field *f)
{
	struct field g = { .is = FIELD_FLATTEN };
	struct reader in;
	int e;

	buf_init(&g.text, 2 * FIELD_MAX_BYTES);
	buf_init(&g.url, FIELD_MAX_BYTES);
	buf_reader(&f->text, &in);
	e = f->text.len > FIELD_MAX_BYTES ? ERR_LIMIT : classify(&in, &g);
	if (e != ERR_NOMEM &&
	    (e != 0 || g.is != FIELD_KEEP || g.text.len != f->text.len ||
		memcmp(g.text.data, f->text.data, g.text.len) != 0))
		f->is = FIELD_FLATTEN;
	field_done(&g);
	return e == ERR_NOMEM ? e : 0;
}

int
field_parse(const char *text, size_t n, struct field *f)
{
	struct reader in;
	int e;

	memset(f, 0, sizeof(*f));
	f->is = FIELD_FLATTEN;
	buf_init(&f->text, 2 * FIELD_MAX_BYTES);
	buf_init(&f->url, FIELD_MAX_BYTES);
	reader_init(&in, text, n);
	if (n > FIELD_MAX_BYTES)
		return 0;
	e = classify(&in, f);
	if (e == 0 && f->is == FIELD_KEEP)
		e = read_again(f);
	return e == ERR_NOMEM ? e : 0;
}

void
field_done(struct field *f)
{
	buf_done(&f->text);
	buf_done(&f->url);
}
