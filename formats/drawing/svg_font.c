/*
 * Names of fonts, and the short form that holds them (CSS Fonts 3). Names are
 * letters of any script, digits and blanks; nothing is fetched by them.
 */
#include <string.h>

#include "formats/drawing/svg_int.h"

#define FAMILY_BYTES 200u
#define PARTS_MAX    8u

/* A character of a name in bytes; 0: none, or not in a name. */
static size_t
name_char(const char *s)
{
	if (*s == ' ' || *s == '+' || *s == '&' || *s == '@' || *s == '/')
		return 1;
	return *s == ':' ? 0 : svg_id_len(s) > 0 ? 1 : 0;
}

/* Up to the end of the name: a quote, a comma or the end of the value. */
static size_t
name_end(const char *s, char quote)
{
	return quote != '\0' ? strcspn(s, quote == '"' ? "\"" : "'")
			     : strcspn(s, ",");
}

static bool
name_fits(const char *s, size_t n)
{
	struct reader r;
	uint32_t cp;

	if (n == 0 || n > FAMILY_BYTES)
		return false;
	reader_init(&r, s, n);
	while (reader_left(&r) > 0) {
		if (utf8_get(&r, &cp) != 0)
			return false;
		if (cp < 0x80 ? name_char((char[2]){ (char)cp, '\0' }) == 0
			      : utf8_classify(cp) != UTF8_PLAIN)
			return false;
	}
	return true;
}

/* Is it written without quotes? ASCII words that do not begin with a digit. */
static bool
is_plain(const char *s, size_t n)
{
	bool start = true;

	for (size_t i = 0; i < n; i++) {
		bool letter = (s[i] >= 'a' && s[i] <= 'z') ||
			      (s[i] >= 'A' && s[i] <= 'Z') || s[i] == '_';
		bool more = (s[i] >= '0' && s[i] <= '9') || s[i] == '-';

		if (s[i] == ' ' ? start : !letter && (start || !more))
			return false;
		start = s[i] == ' ';
	}
	return !start;
}

/* One name; quoted stays quoted. */
static int
put_name(const char *s, size_t n, bool quoted, struct buf *out)
{
	int e;

	if (out->len > 0 && (e = buf_u8(out, ',')) != 0)
		return e;
	if (!quoted && is_plain(s, n))
		return buf_put(out, s, n);
	if ((e = buf_u8(out, '\'')) != 0 || (e = buf_put(out, s, n)) != 0)
		return e;
	return buf_u8(out, '\'');
}

/* Names parted by commas; one that cannot be written is left out. */
static int
names(const char *s, struct buf *out)
{
	size_t n, before = out->len;
	const char *name;
	char quote;
	int e = 0;

	for (s = svg_blanks(s); e == 0 && *s != '\0'; s = svg_blanks(s)) {
		quote = *s == '"' || *s == '\'' ? *s++ : '\0';
		n = name_end(s, quote);
		name = s;
		s += n;
		if (quote != '\0' && *s == quote)
			s = svg_blanks(s + 1);
		while (n > 0 && name[n - 1] == ' ')
			n--;
		while (n > 0 && *name == ' ') {
			name++;
			n--;
		}
		if (name_fits(name, n))
			e = put_name(name, n, quote != '\0', out);
		s += strcspn(s, ",");
		s += *s == ',';
	}
	return e != 0 ? e : out->len == before ? ERR_MALFORMED : 0;
}

int
svg_family(const char *s, struct buf *out)
{
	struct buf t;
	int e;

	buf_init(&t, out->max);
	if ((e = names(s, &t)) == 0)
		e = buf_put(out, t.data, t.len);
	buf_done(&t);
	return e;
}

/* "italic bold 12px/1.2 " before the names; also "inherit", "menu". */
int
svg_font(const char *s, struct buf *out)
{
	size_t before = out->len;
	const char *p;
	bool sized = false;
	int e = 0;

	s = svg_blanks(s);
	for (unsigned i = 0; i < PARTS_MAX && !sized; i++) {
		p = s;
		if (svg_length(&p, out, &e)) {
			/* A weight is a bare number, a size has a unit. */
			sized = p[-1] == '%' || (p[-1] | 0x20) >= 'a' ||
				*svg_blanks(p) == '/';
		} else if (!svg_word(&p, out, &e)) {
			break;
		}
		s = svg_blanks(p);
		if (e == 0)
			e = buf_u8(out, ' ');
	}
	if (e == 0 && !sized && *s == '\0' && out->len > before) {
		buf_truncate(out, out->len - 1); /* a single word */
		return 0;
	}
	if (e == 0 && sized && *s == '/') {
		p = svg_blanks(s + 1);
		buf_truncate(out, out->len - 1);
		if ((e = buf_u8(out, '/')) == 0 && svg_length(&p, out, &e) &&
		    (e = buf_u8(out, ' ')) == 0)
			s = svg_blanks(p);
		else
			sized = false;
	}
	if (e == 0 && sized)
		e = svg_family(s, out);
	if (e == 0 && !sized)
		e = ERR_MALFORMED;
	if (e != 0)
		buf_truncate(out, before);
	return e;
}
