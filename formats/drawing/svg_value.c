/*
 * Values of attributes and properties: numbers, lengths, colours, words,
 * references. Each is read by its grammar (SVG 1.1, 4.2; CSS Values 3) and
 * written in one spelling; digits stay as they were, so that nothing moves.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "formats/drawing/svg_int.h"

#define DIGITS_MAX	40 /* of one number, before and behind the point */
#define WORD_BYTES	40
#define ID_BYTES_MAX	256
#define CLASS_BYTES_MAX 4096 /* each rule looks through them */
#define LIST_MAX	100000u

/* ---- pieces */

const char *
svg_blanks(const char *s)
{
	return s + strspn(s, " \t\r\n\f");
}

const char *
svg_comma(const char *s)
{
	s = svg_blanks(s);
	return *s == ',' ? svg_blanks(s + 1) : s;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
put(struct buf *out, const char *s, size_t n, int *e)
{
	if (*e == 0)
		*e = buf_put(out, s, n);
	return *e == 0;
}

/* The digits of a number, split; false when there are none. */
struct digits {
	bool minus;
	const char *whole, *part;
	size_t n_whole, n_part;
	int exponent;
};

static const char *
read_exponent(const char *s, int *exponent)
{
	const char *p;
	bool minus;
	int v = 0;

	if (*s != 'e' && *s != 'E')
		return s;
	p = s + 1;
	minus = *p == '-';
	if (*p == '-' || *p == '+')
		p++;
	if (!is_digit(*p))
		return s;
	for (; is_digit(*p); p++)
		if (v < 1000)
			v = v * 10 + (*p - '0');
	*exponent = minus ? -v : v;
	return p;
}

static const char *
read_digits(const char *s, struct digits *d)
{
	memset(d, 0, sizeof(*d));
	if (*s == '+' || *s == '-')
		d->minus = *s++ == '-';
	d->whole = s;
	while (is_digit(*s))
		s++;
	d->n_whole = (size_t)(s - d->whole);
	if (*s == '.' && (is_digit(s[1]) || d->n_whole > 0)) {
		d->part = ++s;
		while (is_digit(*s))
			s++;
		d->n_part = (size_t)(s - d->part);
	}
	if (d->n_whole == 0 && d->n_part == 0)
		return NULL;
	s = read_exponent(s, &d->exponent);
	while (d->n_whole > 0 && *d->whole == '0') {
		d->whole++;
		d->n_whole--;
	}
	if (d->n_part > DIGITS_MAX)
		d->n_part = DIGITS_MAX;
	while (d->n_part > 0 && d->part[d->n_part - 1] == '0')
		d->n_part--;
	return s;
}

/* "-12.5e-3"; "0" for every nothing. */
static bool
put_digits(const struct digits *d, struct buf *out, int *e)
{
	size_t before = out->len;

	if (d->n_whole == 0 && d->n_part == 0)
		return put(out, "0", 1, e);
	if (d->minus)
		put(out, "-", 1, e);
	if (d->n_whole > 0)
		put(out, d->whole, d->n_whole, e);
	else
		put(out, "0", 1, e);
	if (d->n_part > 0) {
		put(out, ".", 1, e);
		put(out, d->part, d->n_part, e);
	}
	if (*e == 0 && d->exponent != 0)
		*e = buf_fmt(out, "e%d", d->exponent);
	if (*e != 0)
		buf_truncate(out, before);
	return *e == 0;
}

/* Under 1e10: beyond, renderers overflow in different ways. */
static bool
in_range(const struct digits *d)
{
	size_t zeros = 0;

	if (d->n_whole == 0) {
		while (zeros < d->n_part && d->part[zeros] == '0')
			zeros++;
		return d->exponent - (int)zeros <= 9 && d->exponent > -60;
	}
	return d->n_whole <= DIGITS_MAX &&
	       (int)d->n_whole + d->exponent <= 10 && d->exponent > -60;
}

bool
svg_number(const char **s, struct buf *out, int *e)
{
	struct digits d;
	const char *end = read_digits(*s, &d);

	if (*e != 0 || end == NULL || !in_range(&d) || !put_digits(&d, out, e))
		return false;
	*s = end;
	return true;
}

static bool
put_unit(const char **s, struct buf *out, int *e)
{
	static const char *const units[] = { "em", "ex", "px", "in", "cm", "mm",
		"pt", "pc", "rem", "ch", "vw", "vh", "vmin", "vmax", "q", "deg",
		"rad", "grad", "turn" };
	size_t n = 0;

	if (**s == '%') {
		(*s)++;
		return put(out, "%", 1, e);
	}
	while (is_alpha((*s)[n]))
		n++;
	if (n == 0)
		return true;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strlen(units[i]) == n &&
		    strncasecmp(*s, units[i], n) == 0) {
			*s += n;
			return put(out, units[i], n, e);
		}
	return false;
}

bool
svg_length(const char **s, struct buf *out, int *e)
{
	size_t before = out->len;
	const char *p = *s;

	if (!svg_number(&p, out, e) || !put_unit(&p, out, e)) {
		buf_truncate(out, before);
		return false;
	}
	*s = p;
	return true;
}

static const char *const words[] = {
#define WORD(text) text,
#include "formats/drawing/svg_words.def"
#undef WORD
};

static bool
is_known(const char *s, size_t n)
{
	size_t lo = 0, hi = sizeof(words) / sizeof(words[0]), mid;
	int c;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		c = strncasecmp(s, words[mid], n);
		if (c == 0 && words[mid][n] != '\0')
			c = -1;
		if (c == 0)
			return true;
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return false;
}

/* One keyword: nothing that could call or reach anything. */
bool
svg_word(const char **s, struct buf *out, int *e)
{
	const char *p = *s;
	size_t n = 0;

	while (is_alpha(p[n]) || is_digit(p[n]) || p[n] == '-')
		n++;
	if (n == 0 || p[n] == '(' || p[n] == ':' || !is_known(p, n) ||
	    !put(out, p, n, e))
		return false;
	*s = p + n;
	return true;
}

/* "ja", "zh-Hant-TW" (RFC 5646). */
static bool
language(const char **s, struct buf *out, int *e)
{
	const char *p = *s;
	size_t n = 0, part = 0;

	for (; is_alpha(p[n]) || is_digit(p[n]) || p[n] == '-'; n++) {
		part = p[n] == '-' ? 0 : part + 1;
		if (part > 8)
			return false;
	}
	if (n == 0 || n > WORD_BYTES || !is_alpha(*p) || part == 0 ||
	    !put(out, p, n, e))
		return false;
	*s = p + n;
	return true;
}

/* The bytes of one character of an id; 0 when it cannot stand in one. */
static size_t
id_char(const char *s)
{
	struct reader r;
	uint32_t cp;

	if ((unsigned char)*s < 0x80)
		return is_alpha(*s) || is_digit(*s) ||
			       (*s != '\0' && strchr("_-.:", *s) != NULL)
			   ? 1
			   : 0;
	reader_init(&r, s, strnlen(s, 4));
	if (utf8_get(&r, &cp) != 0 || utf8_classify(cp) != UTF8_PLAIN ||
	    cp == 0xa0 || cp == 0x3000 || cp == 0xfffd)
		return 0;
	return reader_pos(&r);
}

size_t
svg_id_len(const char *s)
{
	size_t n = 0, c;

	while ((c = id_char(s + n)) > 0)
		n += c;
	return n > ID_BYTES_MAX ? 0 : n;
}

/* ---- lists */

static bool
either(const char **s, struct buf *out, int *e)
{
	return svg_length(s, out, e) || svg_word(s, out, e);
}

/* Items parted by blanks or commas; an empty list is one. */
static bool
list(const char **s, struct buf *out, int *e,
    bool (*item)(const char **, struct buf *, int *), char between)
{
	const char *p = svg_blanks(*s);
	unsigned n = 0;

	while (*p != '\0') {
		if (n++ == LIST_MAX || (n > 1 && !put(out, &between, 1, e)) ||
		    !item(&p, out, e))
			return false;
		p = svg_comma(p);
	}
	*s = p;
	return *e == 0;
}

static bool
class_name(const char **s, struct buf *out, int *e)
{
	size_t n = svg_id_len(*s);

	if (n == 0 || !put(out, *s, n, e))
		return false;
	*s += n;
	return true;
}

/* Names of classes; one that cannot be written is left out. */
static int
classes(const char *s, struct buf *out)
{
	int e = 0;

	if (strlen(s) > CLASS_BYTES_MAX)
		return ERR_MALFORMED;
	for (s = svg_blanks(s); e == 0 && *s != '\0'; s = svg_blanks(s)) {
		size_t n = strcspn(s, " \t\r\n\f");

		if (svg_id_len(s) == n) {
			if (out->len > 0)
				e = buf_u8(out, ' ');
			if (e == 0)
				(void)class_name(&s, out, &e);
		} else {
			s += n;
		}
	}
	return e;
}

/* ---- one value */

enum finding_id
svg_refusal(const char *value)
{
	static const char *const reach[] = { "url", "://",
		"script:", "expression", "data:", "import" };

	for (size_t i = 0; i < sizeof(reach) / sizeof(reach[0]); i++)
		if (strcasestr(value, reach[i]) != NULL)
			return FIND_SVG_EXTERNAL;
	return FIND_SVG_VALUE;
}

/* What costs time without bound, or 0. */
static double
most(enum svg_attribute a)
{
	switch (a) {
	case SVG_A_NUM_OCTAVES:
		return 10;
	case SVG_A_ORDER:
		return 16;
	case SVG_A_RADIUS:
		return 500;
	case SVG_A_STD_DEVIATION:
		return 2000;
	default:
		return 0;
	}
}

static bool
not_too_much(enum svg_attribute a, const char *s)
{
	double limit = most(a);

	/* Our own spelling: digits, and a point in the C locale. */
	while (limit > 0 && *s != '\0') {
		if (fabs(strtod(s, NULL)) > limit)
			return false;
		s += strcspn(s, " ");
		s += strspn(s, " ");
	}
	return true;
}

static bool
read_kind(enum svg_kind kind, const char **s, struct buf *out, int *e)
{
	switch (kind) {
	case SVG_K_NUMBERS:
		return list(s, out, e, svg_number, ' ');
	case SVG_K_LENGTH:
		return either(s, out, e);
	case SVG_K_LENGTHS:
		return list(s, out, e, either, ' ');
	case SVG_K_COLOUR:
		return svg_colour(s, out, e);
	case SVG_K_PAINT:
		return svg_paint(s, out, e);
	case SVG_K_REF:
		return svg_url(s, out, e) || svg_word(s, out, e);
	case SVG_K_WORD:
		return svg_word(s, out, e);
	case SVG_K_WORDS:
		return list(s, out, e, svg_word, ' ');
	case SVG_K_NAME:
		return class_name(s, out, e);
	case SVG_K_LANG:
		return language(s, out, e);
	default:
		return false;
	}
}

static int
simple(enum svg_attribute a, const char *in, struct buf *out)
{
	enum svg_kind kind = svg_attributes[a].kind;
	const char *s = svg_blanks(in);
	size_t before = out->len;
	int e = 0;

	if (!read_kind(kind, &s, out, &e) || *svg_blanks(s) != '\0') {
		buf_truncate(out, before);
		/* "inherit" of what else takes numbers only. */
		s = svg_blanks(in);
		if (e != 0 || kind == SVG_K_NAME || !svg_word(&s, out, &e) ||
		    *svg_blanks(s) != '\0') {
			buf_truncate(out, before);
			return e != 0 ? e : ERR_MALFORMED;
		}
	}
	if (kind == SVG_K_NUMBERS && most(a) > 0) {
		const char *written = buf_cstr(out);

		if (written == NULL)
			return ERR_NOMEM;
		if (!not_too_much(a, written + before)) {
			buf_truncate(out, before);
			return ERR_MALFORMED;
		}
	}
	return e;
}

static int
drawn(struct svg *g, enum svg_attribute a, const char *in, struct buf *out,
    uint32_t *points)
{
	bool cut = false;
	int e = svg_attributes[a].kind == SVG_K_PATH
		    ? svg_path(in, out, points, &cut)
		    : svg_points(in, out, points, &cut);

	if (e != 0)
		return e;
	/* A renderer draws up to the error: so do we. */
	return cut ? svg_say(g, FIND_SVG_VALUE, ACT_REPLACED,
			 svg_attributes[a].name)
		   : 0;
}

int
svg_value(struct svg *g, enum svg_attribute a, const char *in, struct buf *out,
    uint32_t *points)
{
	switch (svg_attributes[a].kind) {
	case SVG_K_PATH:
	case SVG_K_POINTS:
		return drawn(g, a, in, out, points);
	case SVG_K_TRANSFORM:
		return svg_transform(in, out);
	case SVG_K_FONT:
		return svg_font(in, out);
	case SVG_K_FAMILY:
		return svg_family(in, out);
	case SVG_K_CLASS:
		return classes(in, out);
	case SVG_K_STYLE:
		return svg_declarations(g, in, out);
	case SVG_K_HREF:
		return ERR_INTERNAL;
	default:
		return simple(a, in, out);
	}
}
