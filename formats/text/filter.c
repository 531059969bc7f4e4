/*
 * What goes: control characters and whole terminal sequences (ECMA-48),
 * direction overrides, characters without a shape, noncharacters. What stays
 * on purpose: joiners inside emoji, variation selectors behind a kanji (names
 * in the family register) or an emoji, private use characters (gaiji).
 */
#include "formats/text/filter.h"

#include <inttypes.h>
#include <stdio.h>

enum gone {
	G_ESCAPE,
	G_CONTROL,
	G_NUL,
	G_OVERSTRIKE,
	G_CR,
	G_FEED,
	G_EOF,
	G_BIDI,
	G_HIDDEN,
	G_VARIANT,
	G_NONCHAR,
	G_LINE,
	G_PRIVATE,
	G_COUNT
};

static const struct {
	enum finding_id id;
	enum action act;
} said[G_COUNT] = {
	[G_ESCAPE] = { FIND_TEXT_ESCAPE, ACT_REMOVED },
	[G_CONTROL] = { FIND_TEXT_CONTROL, ACT_REMOVED },
	[G_NUL] = { FIND_TEXT_NUL, ACT_REMOVED },
	[G_OVERSTRIKE] = { FIND_TEXT_OVERSTRIKE, ACT_REMOVED },
	[G_CR] = { FIND_TEXT_CR, ACT_REPLACED },
	[G_FEED] = { FIND_TEXT_FEED, ACT_REPLACED },
	[G_EOF] = { FIND_TEXT_EOF, ACT_REMOVED },
	[G_BIDI] = { FIND_TEXT_BIDI, ACT_REMOVED },
	[G_HIDDEN] = { FIND_TEXT_HIDDEN, ACT_REMOVED },
	[G_VARIANT] = { FIND_TEXT_VARIANT, ACT_REMOVED },
	[G_NONCHAR] = { FIND_TEXT_NONCHAR, ACT_REMOVED },
	[G_LINE] = { FIND_TEXT_LINE, ACT_REPLACED },
	[G_PRIVATE] = { FIND_TEXT_PRIVATE, ACT_KEPT },
};

struct tally {
	uint32_t count, cp; /* cp: the first one */
	uint64_t line;
};

struct filter {
	struct cs_in in;
	struct cs_out out;
	struct tally tally[G_COUNT];
	struct cs_char last; /* kept, not yet written: backspaces */
	bool has_last;
	const char *eol; /* the custom of the document */
	uint64_t line;
	const char *part; /* NULL: the whole document */
	bool lines;	  /* of a part: they are numbered */
};

static void
note(struct filter *f, enum gone g, uint32_t cp)
{
	struct tally *t = &f->tally[g];

	if (t->count == 0) {
		t->cp = cp;
		t->line = f->line;
	}
	if (t->count < UINT32_MAX)
		t->count++;
}

static bool
peek(const struct filter *f, struct cs_char *c)
{
	struct cs_in at = f->in;

	return cs_get(&at, c) == 0;
}

/* Takes the next character when it lies in [first, last]. */
static bool
take(struct filter *f, uint32_t first, uint32_t last)
{
	struct cs_in at = f->in;
	struct cs_char c;

	if (cs_get(&at, &c) != 0 || c.cp < first || c.cp > last)
		return false;
	f->in = at;
	return true;
}

static bool
is_newline(uint32_t cp)
{
	return cp == '\n' || cp == '\r' || cp == '\f' || cp == 0x0b ||
	       cp == 0x85 || cp == 0x2028 || cp == 0x2029;
}

static int
flush(struct filter *f)
{
	if (!f->has_last)
		return 0;
	f->has_last = false;
	return cs_put(&f->out, &f->last);
}

static int
keep(struct filter *f, const struct cs_char *c)
{
	int e = flush(f);

	f->last = *c;
	f->has_last = true;
	return e;
}

static int
put_eol(struct filter *f)
{
	struct cs_char c = { .raw = NULL };
	int e = 0;

	for (const char *p = f->eol; e == 0 && *p != '\0'; p++) {
		c.cp = (uint32_t)*p;
		e = keep(f, &c);
	}
	return e;
}

static void
skip_csi(struct filter *f)
{
	while (take(f, 0x30, 0x3f))
		;
	while (take(f, 0x20, 0x2f))
		;
	(void)take(f, 0x40, 0x7e);
}

/* OSC, DCS, PM, APC, SOS: up to BEL or ST, or the end of the line. */
static void
skip_string(struct filter *f)
{
	struct cs_char c;

	while (peek(f, &c) && !is_newline(c.cp) && c.cp != 0x1b) {
		(void)take(f, c.cp, c.cp);
		if (c.cp == 0x07 || c.cp == 0x9c)
			return;
	}
	if (peek(f, &c) && c.cp == 0x1b) {
		struct filter at = *f;

		if (take(&at, 0x1b, 0x1b) && take(&at, '\\', '\\'))
			f->in = at.in;
	}
}

static void
skip_escape(struct filter *f)
{
	struct cs_char c;

	if (!peek(f, &c))
		return;
	if (c.cp == '[' || c.cp == ']' || c.cp == 'P' || c.cp == 'X' ||
	    c.cp == '^' || c.cp == '_' || c.cp == 'k') {
		(void)take(f, c.cp, c.cp);
		if (c.cp == '[')
			skip_csi(f);
		else
			skip_string(f);
		return;
	}
	while (take(f, 0x20, 0x2f))
		;
	(void)take(f, 0x30, 0x7e);
}

static int
on_c1(struct filter *f, uint32_t cp)
{
	if (cp == 0x9b) {
		note(f, G_ESCAPE, cp);
		skip_csi(f);
	} else if (cp == 0x90 || cp == 0x98 || (cp >= 0x9d && cp <= 0x9f)) {
		note(f, G_ESCAPE, cp);
		skip_string(f);
	} else {
		note(f, G_CONTROL, cp);
	}
	return 0;
}

/* Bold and underlined print of old: one of the two characters is enough. */
static int
on_backspace(struct filter *f)
{
	struct cs_char next;

	note(f, G_OVERSTRIKE, 0x08);
	if (!f->has_last || !peek(f, &next) || next.cp < 0x20 ||
	    is_newline(f->last.cp))
		return 0;
	if (next.cp == f->last.cp || f->last.cp == '_')
		f->has_last = false;
	else if (next.cp == '_')
		(void)take(f, '_', '_');
	return 0;
}

static int
on_newline(struct filter *f, const struct cs_char *c)
{
	struct cs_char next;
	int e;

	if (c->cp == '\r' && peek(f, &next) && next.cp == '\n') {
		(void)take(f, '\n', '\n');
		if ((e = keep(f, c)) == 0)
			e = keep(f, &next);
	} else if (c->cp == '\n' ||
		   (c->cp == '\r' && f->eol[1] == '\0' && f->eol[0] == '\r')) {
		e = keep(f, c);
	} else {
		note(f,
		    c->cp == '\r'  ? G_CR
		    : c->cp < 0x20 ? G_FEED
				   : G_LINE,
		    c->cp);
		e = put_eol(f);
	}
	f->line++;
	return e;
}

static int
on_control(struct filter *f, const struct cs_char *c)
{
	if (c->cp == '\t')
		return keep(f, c);
	if (c->cp >= 0x80)
		return on_c1(f, c->cp);
	if (c->cp == 0x1b) {
		note(f, G_ESCAPE, c->cp);
		skip_escape(f);
		return 0;
	}
	if (c->cp == 0x08)
		return on_backspace(f);
	if (c->cp == 0x1a) {
		while (take(f, 0x1a, 0x1a))
			;
		note(f, cs_more(&f->in) ? G_CONTROL : G_EOF, c->cp);
		return 0;
	}
	note(f, c->cp == 0 ? G_NUL : G_CONTROL, c->cp);
	return 0;
}

static bool
is_picture(uint32_t cp)
{
	return cp >= 0x203c && utf8_is_emoji(cp);
}

/* One selector behind what it belongs to. */
static bool
variant_fits(const struct filter *f, uint32_t cp)
{
	uint32_t base = f->has_last ? f->last.cp : 0;

	if (cp >= 0xe0100)
		return utf8_is_han(base);
	if (cp == 0xfe0e || cp == 0xfe0f)
		return utf8_is_emoji(base);
	return cp >= 0xfe00 && cp <= 0xfe02 && utf8_is_han(base);
}

static bool
joiner_fits(const struct filter *f)
{
	struct cs_char next;

	return f->has_last &&
	       (is_picture(f->last.cp) || f->last.cp == 0xfe0f) &&
	       peek(f, &next) && is_picture(next.cp);
}

static int
on_special(struct filter *f, const struct cs_char *c, enum utf8_class k)
{
	enum gone g = G_HIDDEN;

	switch (k) {
	case UTF8_PRIVATE:
		note(f, G_PRIVATE, c->cp);
		return keep(f, c);
	case UTF8_VARIANT:
		if (variant_fits(f, c->cp))
			return keep(f, c);
		g = G_VARIANT;
		break;
	case UTF8_JOINER:
		if (joiner_fits(f))
			return keep(f, c);
		break;
	case UTF8_BIDI:
		g = G_BIDI;
		break;
	case UTF8_NONCHAR:
		g = G_NONCHAR;
		break;
	case UTF8_HIDDEN:
	case UTF8_PLAIN:
	case UTF8_CONTROL:
	case UTF8_LINE:
		break;
	}
	note(f, g, c->cp);
	return 0;
}

static int
filter_char(struct filter *f, const struct cs_char *c)
{
	enum utf8_class k = utf8_classify(c->cp);

	if (is_newline(c->cp))
		return on_newline(f, c);
	if (k == UTF8_PLAIN)
		return keep(f, c);
	if (k == UTF8_CONTROL || c->cp < 0x20)
		return on_control(f, c);
	return on_special(f, c, k);
}

/* LF, CRLF or CR: what most lines of the document end with. */
static const char *
custom_eol(struct cs_in in)
{
	uint64_t lf = 0, crlf = 0, cr = 0;
	uint32_t before = 0;
	struct cs_char c;

	while (cs_get(&in, &c) == 0) {
		if (c.cp == '\n') {
			lf++;
			crlf += before == '\r';
		}
		cr += c.cp == '\r';
		before = c.cp;
	}
	if (lf == 0)
		return cr > 0 ? "\r" : "\n";
	return crlf >= lf - crlf ? "\r\n" : "\n";
}

static void
name_place(const struct filter *f, uint64_t line, char *where, size_t size)
{
	const char *part = f->part == NULL ? "" : f->part;

	if (f->part != NULL && !f->lines)
		snprintf(where, size, "%s", part);
	else
		snprintf(where, size, "%s%sline %" PRIu64, part,
		    part[0] == '\0' ? "" : " ", line);
}

static int
report(struct doc *d, const struct filter *f)
{
	char where[FINDING_WHERE_BYTES];
	int e = 0;

	for (int g = 0; e == 0 && g < G_COUNT; g++) {
		if (f->tally[g].count == 0)
			continue;
		name_place(f, f->tally[g].line, where, sizeof(where));
		e = doc_found_n(d, f->tally[g].count, said[g].id, said[g].act,
		    where, "U+%04X", f->tally[g].cp);
	}
	if (e == 0 && f->in.shifts != f->out.shifts &&
	    f->out.is == CS_ISO2022JP)
		e = doc_found(d, FIND_TEXT_SHIFTS, ACT_NOTED, "", NULL);
	return e;
}

static int
begin(struct doc *d, struct filter *f, const struct charset_id *was, bool want,
    struct charset_id *id)
{
	bool utf8 = doc_options(d)->charset == CHARSET_UTF8;
	bool wide = was->is == CS_UTF16LE || was->is == CS_UTF16BE;
	int e = 0;

	*id = *was;
	if (utf8 && was->is != CS_ASCII && was->is != CS_UTF8) {
		*id = (struct charset_id){ CS_UTF8, was->bom || want };
		e = doc_found(d, FIND_TEXT_CONVERTED, ACT_REPLACED, "",
		    "%s -> UTF-8", charset_name(was->is));
	} else if (wide && !was->bom) {
		id->bom = true;
		e = doc_found(d, FIND_TEXT_BOM, ACT_NOTED, "", "%s",
		    charset_name(was->is));
	}
	cs_start(&f->out, f->out.to, was->is, id->is);
	return e == 0 && id->bom ? cs_bom(&f->out) : e;
}

static int
run(struct filter *f)
{
	struct cs_char c;
	int e;

	while (cs_more(&f->in)) {
		if ((e = cs_get(&f->in, &c)) != 0 ||
		    (e = filter_char(f, &c)) != 0)
			return e;
	}
	cs_close(&f->in);
	if ((e = flush(f)) != 0)
		return e;
	return cs_end(&f->out);
}

int
text_check(struct doc *d, const struct buf *out, struct charset_id *id)
{
	struct charset_id again;
	struct identity is;
	struct reader r;

	buf_reader(out, &r);
	if (charset_detect(&r, false, &again) != 0 ||
	    (again.is != id->is && again.is != CS_ASCII))
		return doc_fail(d, ERR_AMBIGUOUS,
		    "the charset is not certain: %s", charset_name(id->is));
	if (text_acts(&r, &again))
		return doc_fail(d, ERR_AMBIGUOUS,
		    "the text begins like something that acts");
	/* Taking an escape sequence out, or putting a quote in, may have
	 * moved letters to where another format has its signature. */
	if (identify(&r, "", false, &is) != 0 || !(is.format->flags & FMT_TEXT))
		return doc_fail(d, ERR_AMBIGUOUS,
		    "what is left of the text looks like %s",
		    is.structure[0] == '\0' ? "no text" : is.structure);
	*id = again;
	return 0;
}

int
text_filter(struct doc *d, struct buf *out, bool want_bom,
    struct charset_id *id)
{
	struct filter f = { .line = 1, .out.to = out };
	struct reader r = doc_in(d);
	struct charset_id was;
	int e;

	if ((e = charset_detect(&r, false, &was)) != 0)
		return doc_fail(d, e, "the text is in no known charset");
	cs_open(&f.in, &r, &was);
	f.eol = custom_eol(f.in);
	if ((e = begin(d, &f, &was, want_bom, id)) != 0 || (e = run(&f)) != 0)
		return e;
	if ((e = text_check(d, out, id)) != 0)
		return e;
	return report(d, &f);
}

int
text_filter_part(struct doc *d, const struct reader *in, const char *where,
    bool lines, struct buf *out)
{
	struct filter f = { .line = 1,
		.eol = lines ? "\n" : " ",
		.part = where,
		.lines = lines };
	struct charset_id id = { .is = CS_UTF8 };
	int e;

	cs_open(&f.in, in, &id);
	cs_start(&f.out, out, CS_UTF8, CS_UTF8);
	if ((e = run(&f)) != 0)
		return e;
	return report(d, &f);
}
