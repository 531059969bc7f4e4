/* Values cleaned and written: one escape, one fold, one line end. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "formats/pim/pim.h"

#define FOLD_BYTES    75
#define ADDRESS_BYTES 254
#define LINE_MAX_OUT  (1u << 20)

void
pim_out_init(struct pim_out *o, struct doc *d, const struct pim_family *family)
{
	*o = (struct pim_out){ .d = d, .family = family, .where = "" };
	buf_init(&o->line, LINE_MAX_OUT);
}

void
pim_out_done(struct pim_out *o)
{
	buf_done(&o->line);
}

int
pim_begin(struct pim_out *o, const char *name)
{
	buf_clear(&o->line);
	return buf_puts(&o->line, name);
}

int
pim_add(struct pim_out *o, const char *fmt, ...)
{
	va_list ap;
	int e;

	va_start(ap, fmt);
	e = buf_vfmt(&o->line, fmt, ap);
	va_end(ap);
	return e;
}

/* ---- characters */

static bool
is_picture(uint32_t cp)
{
	return cp >= 0x203c && utf8_is_emoji(cp);
}

/* May this stand behind the one written before? The rules of plain text. */
static bool
may_stand(uint32_t cp, uint32_t before, const struct reader *rest)
{
	struct reader at = *rest;
	uint32_t next;

	switch (utf8_classify(cp)) {
	case UTF8_PLAIN:
		return cp >= ' ';
	case UTF8_PRIVATE:
		return true;
	case UTF8_VARIANT:
		if (cp >= 0xe0100)
			return utf8_is_han(before);
		if (cp == 0xfe0e || cp == 0xfe0f)
			return utf8_is_emoji(before);
		return cp >= 0xfe00 && cp <= 0xfe02 && utf8_is_han(before);
	case UTF8_JOINER:
		return (is_picture(before) || before == 0xfe0f) &&
		       utf8_get(&at, &next) == 0 && is_picture(next);
	case UTF8_CONTROL:
	case UTF8_BIDI:
	case UTF8_HIDDEN:
	case UTF8_NONCHAR:
	case UTF8_LINE:
		break;
	}
	return false;
}

static int
note_characters(struct pim_out *o, uint32_t n, uint32_t cp)
{
	if (n == 0)
		return 0;
	return doc_found_n(o->d, n, o->family->characters, ACT_REMOVED,
	    o->where, "U+%04X", cp);
}

int
pim_add_param(struct pim_out *o, const char *name, const char *value)
{
	bool quote = value[strcspn(value, ",;:")] != '\0';
	uint32_t cp, before = 0, gone = 0, first = 0;
	size_t start = o->line.len;
	struct reader r;
	int e;

	reader_init(&r, value, strlen(value));
	if ((e = pim_add(o, ";%s=%s", name, quote ? "\"" : "")) != 0)
		return e;
	while (utf8_get(&r, &cp) == 0) {
		if (cp == '"')
			cp = '\'';
		if (!may_stand(cp, before, &r)) {
			first = gone++ == 0 ? cp : first;
			continue;
		}
		if ((e = utf8_put(&o->line, cp)) != 0)
			return e;
		before = cp;
	}
	if ((e = buf_puts(&o->line, quote ? "\"" : "")) != 0)
		return e;
	/* Of nothing but hidden characters: no parameter. */
	if (before == 0)
		buf_truncate(&o->line, start);
	return note_characters(o, gone, first);
}

/* The next character of a value without its escape; LF for a line end. */
static int
get_char(struct reader *r, uint32_t *cp)
{
	struct reader at;
	uint32_t next;
	int e;

	if ((e = utf8_get(r, cp)) != 0)
		return e;
	at = *r;
	if (*cp == '\\' && utf8_get(&at, &next) == 0 &&
	    (next == 'n' || next == 'N' || next == ';' || next == ',' ||
		next == ':' || next == '\\')) {
		*cp = next == 'n' || next == 'N' ? '\n' : next;
		*r = at;
	} else if (*cp == '\r') {
		if (utf8_get(&at, &next) == 0 && next == '\n')
			*r = at;
		*cp = '\n';
	} else if (*cp == '\t') {
		*cp = ' ';
	}
	return 0;
}

static int
put_char(struct buf *to, uint32_t cp)
{
	int e;

	if (cp == '\n')
		return buf_puts(to, "\\n");
	if (cp == '\\' || cp == ';' || cp == ',')
		if ((e = buf_u8(to, '\\')) != 0)
			return e;
	return utf8_put(to, cp);
}

int
pim_add_text(struct pim_out *o, const char *s, size_t n)
{
	uint32_t cp, before = 0, gone = 0, first = 0;
	struct reader r;
	int e;

	if (n > PIM_TEXT_MAX)
		return doc_fail(o->d, ERR_LIMIT, "%s: more than %d bytes",
		    o->where, PIM_TEXT_MAX);
	reader_init(&r, s, n);
	while (get_char(&r, &cp) == 0) {
		if (cp != '\n' && !may_stand(cp, before, &r)) {
			first = gone++ == 0 ? cp : first;
			continue;
		}
		if ((e = put_char(&o->line, cp)) != 0)
			return e;
		before = cp;
	}
	return note_characters(o, gone, first);
}

/* ---- lines */

/* How much fits into room without cutting a character. */
static size_t
fit(const struct reader *r, size_t room)
{
	struct reader at = *r;
	size_t n = 0;
	uint32_t cp;

	while (utf8_get(&at, &cp) == 0 &&
	       reader_pos(&at) - reader_pos(r) <= room)
		n = reader_pos(&at) - reader_pos(r);
	return n;
}

int
pim_send(struct pim_out *o)
{
	size_t room = FOLD_BYTES, n;
	const uint8_t *p;
	struct reader r;
	int e;

	buf_reader(&o->line, &r);
	for (;;) {
		n = fit(&r, room);
		if ((e = reader_bytes(&r, n, &p)) != 0 ||
		    (e = doc_put(o->d, p, n)) != 0 ||
		    (e = doc_put(o->d, "\r\n", 2)) != 0)
			return e;
		if (reader_left(&r) == 0)
			return 0;
		if (n == 0)
			return ERR_INTERNAL;
		if ((e = doc_put(o->d, " ", 1)) != 0)
			return e;
		room = FOLD_BYTES - 1;
	}
}

int
pim_line(struct pim_out *o, const char *fmt, ...)
{
	va_list ap;
	int e;

	buf_clear(&o->line);
	va_start(ap, fmt);
	e = buf_vfmt(&o->line, fmt, ap);
	va_end(ap);
	return e != 0 ? e : pim_send(o);
}

/* ---- what values are made of */

size_t
pim_span(const char *value, char c)
{
	size_t n = 0;

	while (value[n] != '\0' && value[n] != c)
		n += value[n] == '\\' && value[n + 1] != '\0' ? 2 : 1;
	return n;
}

bool
pim_visible(const char *s, size_t n)
{
	enum utf8_class k;
	struct reader r;
	uint32_t cp;

	reader_init(&r, s, n);
	while (utf8_get(&r, &cp) == 0) {
		k = utf8_classify(cp);
		if ((k == UTF8_PLAIN || k == UTF8_PRIVATE) && cp > ' ' &&
		    cp != ';' && cp != ',')
			return true;
	}
	return false;
}

bool
pim_is_address(const char *s)
{
	const char *at = strchr(s, '@');
	struct reader r;
	uint32_t cp;

	if (at == NULL || at == s || at[1] == '\0' || strchr(at + 1, '@') ||
	    strlen(s) > ADDRESS_BYTES || at[strcspn(at, "_%?&=!#$*/+'`{|}~^")])
		return false;
	reader_init(&r, s, strlen(s));
	while (utf8_get(&r, &cp) == 0)
		if (cp <= ' ' || utf8_classify(cp) != UTF8_PLAIN ||
		    (cp < 0x80 && strchr("\"(),:;<>[\\]?%&", (int)cp) != NULL))
			return false;
	return true;
}

const char *
pim_word(const char *words, const char *value, size_t *n)
{
	size_t len = strlen(value);

	for (const char *w = words; *w != '\0'; w += *w == '|') {
		*n = strcspn(w, "|");
		if (*n == len && strncasecmp(w, value, len) == 0)
			return w;
		w += *n;
	}
	return NULL;
}
