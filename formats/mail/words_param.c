/*
 * Parameters of Content-Type and Content-Disposition: RFC 2045 and RFC 2231,
 * and what is sent instead. All readings are given that a mail program might
 * take; the caller says that they differ.
 */
#include <string.h>

#include "formats/mail/words_int.h"

#define PIECES_MAX   128 /* of one header */
#define NAME_BYTES   64
#define SECTIONS_MAX 100
#define EXPAND_MAX   3

/* One "name*3*=value". */
struct piece {
	bool extended; /* RFC 2231: percent-encoded */
	int section;   /* -1: none */
	bool quoted, odd;
	struct reader value; /* as it stands, quotes taken off */
};

struct pieces {
	struct piece list[PIECES_MAX];
	size_t n;
	bool odd;
};

static bool
is_space(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static void
skip_spaces(struct reader *r)
{
	uint8_t c;

	while (reader_peek(r, &c) == 0 && is_space(c))
		if (reader_skip(r, 1) != 0)
			return;
}

/* "filename*0*": does it name what is wanted, and which piece is it? */
static bool
matches(const struct reader *attr, const char *name, struct piece *p)
{
	struct reader r = *attr;
	size_t n = strlen(name);
	uint8_t c;

	r.pos = 0;
	*p = (struct piece){ .section = -1 };
	for (size_t i = 0; i < n; i++) {
		if (reader_u8(&r, &c) != 0)
			return false;
		if (c >= 'A' && c <= 'Z')
			c = (uint8_t)(c | 0x20);
		if (c != (uint8_t)name[i])
			return false;
	}
	if (reader_left(&r) == 0)
		return true;
	if (reader_u8(&r, &c) != 0 || c != '*')
		return false;
	while (reader_peek(&r, &c) == 0 && c >= '0' && c <= '9') {
		p->section = (p->section < 0 ? 0 : p->section) * 10 + c - '0';
		if (p->section >= SECTIONS_MAX || reader_skip(&r, 1) != 0)
			return false;
	}
	if (reader_left(&r) == 0) {
		p->extended = p->section < 0;
		return true;
	}
	p->extended = true;
	return reader_u8(&r, &c) == 0 && c == '*' && reader_left(&r) == 0;
}

/* From behind the opening quote to the closing one, which may be lost. */
static int
take_quoted(struct reader *r, struct piece *p)
{
	size_t from = reader_pos(r), end = r->len;
	uint8_t c;

	p->quoted = true;
	while (reader_u8(r, &c) == 0) {
		if (c == '"') {
			end = reader_pos(r) - 1;
			break;
		}
		if (c == '\\' && reader_left(r) > 0 && reader_skip(r, 1) != 0)
			break;
	}
	p->odd = end == r->len;
	return reader_view(r, from, end - from, &p->value);
}

/* Up to the semicolon, without the spaces at its end. */
static int
take_plain(struct reader *r, struct piece *p)
{
	size_t from = reader_pos(r), end = from;
	uint8_t c;

	while (reader_peek(r, &c) == 0 && c != ';') {
		if (reader_skip(r, 1) != 0)
			break;
		if (!is_space(c))
			end = reader_pos(r);
	}
	return reader_view(r, from, end - from, &p->value);
}

/* To the next semicolon outside of quotes. */
static bool
next_parameter(struct reader *r)
{
	struct piece p = { .section = -1 };
	uint8_t c;

	while (reader_u8(r, &c) == 0) {
		if (c == ';')
			return true;
		if (c == '"' && take_quoted(r, &p) != 0)
			return false;
	}
	return false;
}

/* "attr =": false when this is no parameter. */
static bool
take_attr(struct reader *r, struct reader *attr)
{
	size_t from, end;
	uint8_t c;

	skip_spaces(r);
	from = end = reader_pos(r);
	while (reader_peek(r, &c) == 0 && c != '=' && c != ';' && c != '"') {
		if (reader_skip(r, 1) != 0)
			return false;
		if (!is_space(c))
			end = reader_pos(r);
	}
	return reader_peek(r, &c) == 0 && c == '=' && reader_skip(r, 1) == 0 &&
	       reader_view(r, from, end - from, attr) == 0;
}

static int
collect(struct reader r, const char *name, struct pieces *all)
{
	struct reader attr;
	struct piece p;
	uint8_t c;
	int e;

	while (next_parameter(&r)) {
		struct reader at = r;

		if (!take_attr(&at, &attr))
			continue;
		if (!matches(&attr, name, &p)) {
			/* A value with a semicolon in quotes is passed by. */
			r = at;
			continue;
		}
		skip_spaces(&at);
		if (reader_peek(&at, &c) == 0 && c == '"') {
			if (reader_skip(&at, 1) != 0 ||
			    (e = take_quoted(&at, &p)) != 0)
				return ERR_TRUNCATED;
		} else if ((e = take_plain(&at, &p)) != 0) {
			return e;
		}
		r = at;
		all->odd |= p.odd || all->n == PIECES_MAX;
		if (all->n < PIECES_MAX)
			all->list[all->n++] = p;
	}
	return 0;
}

/* ---- values */

static bool
is_hex(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') ||
	       (c >= 'a' && c <= 'f');
}

static uint8_t
hex(uint8_t c)
{
	return (uint8_t)(c <= '9' ? c - '0' : (c & 0x5f) - 'A' + 10);
}

static int
put_percent(const struct reader *in, struct buf *out)
{
	struct reader r = *in;
	const uint8_t *b;
	uint8_t c;
	int e = 0;

	while (e == 0 && reader_u8(&r, &c) == 0) {
		struct reader at = r;

		if (c == '%' && reader_bytes(&at, 2, &b) == 0 && is_hex(b[0]) &&
		    is_hex(b[1])) {
			c = (uint8_t)(hex(b[0]) << 4 | hex(b[1]));
			r = at;
		}
		e = buf_u8(out, c);
	}
	return e;
}

/* Quoted pairs; loose: a backslash before a letter is a path, and stays. */
static int
put_unquoted(const struct piece *p, bool loose, struct buf *out)
{
	struct reader r = p->value;
	uint8_t c, next;
	int e = 0;

	r.pos = 0;
	while (e == 0 && reader_u8(&r, &c) == 0) {
		if (p->quoted && c == '\\' && reader_peek(&r, &next) == 0 &&
		    (!loose || next == '"' || next == '\\' || next >= 0x80)) {
			if (next >= 0x80 && loose)
				e = buf_u8(out, c);
			c = next;
			if (reader_skip(&r, 1) != 0)
				return ERR_TRUNCATED;
		}
		if (e == 0)
			e = buf_u8(out, c);
	}
	return e;
}

/* "charset'lang'text" into its parts; only the charset, or not even that. */
static enum mcs
take_charset(struct reader *value)
{
	struct reader r = *value;
	size_t first, second, end;
	enum mcs label;

	if (reader_find(&r, 0, "'", 1, &first) != 0)
		return MCS_NONE;
	end = first + 1;
	label = mcs_of_label((const char *)r.data, first);
	if (reader_find(&r, end, "'", 1, &second) == 0)
		end = second + 1;
	else if (label == MCS_UNKNOWN)
		return MCS_NONE;
	if (reader_view(&r, end, r.len - end, value) != 0)
		return MCS_NONE;
	return label;
}

struct candidates {
	struct doc *doc;
	const char **out;
	size_t n;
};

static bool
has_word(const struct reader *in)
{
	size_t at = 0;

	for (; reader_find(in, at, "=?", 2, &at) == 0; at++)
		if (words_word_end(in, at) > 0)
			return true;
	return false;
}

/*
 * RFC 2231 has no way to write a name that looks like an encoded word: one
 * that comes out of another is expanded as well, or made none.
 */
static int
expand_all(struct doc *d, const struct reader *text, const char **made)
{
	struct reader r = *text;
	char *plain;
	int e;

	for (unsigned i = 0; i < EXPAND_MAX; i++) {
		if ((e = words_line(d, &r, made)) != 0)
			return e;
		reader_init(&r, *made, strlen(*made));
		if (!has_word(&r))
			return 0;
	}
	if ((plain = doc_strndup(d, r.data, r.len)) == NULL)
		return ERR_NOMEM;
	for (char *s = plain; *s != '\0'; s++)
		if (*s == '?')
			*s = '_';
	*made = plain;
	return 0;
}

static int
add(struct candidates *c, const struct reader *text)
{
	const char *made;
	int e;

	if ((e = expand_all(c->doc, text, &made)) != 0)
		return e;
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->out[i], made) == 0)
			return 0;
	if (c->n < MAIL_CANDIDATES_MAX)
		c->out[c->n++] = made;
	return 0;
}

/* Bytes in a charset: one more candidate. */
static int
add_bytes(struct candidates *c, const struct buf *bytes, enum mcs label)
{
	struct word_facts f = { .is = MCS_NONE };
	struct reader r;
	struct buf text;
	int e;

	buf_reader(bytes, &r);
	buf_init(&text, r.len * 4 + 64);
	if ((e = words_decode(&r, label, &text, &f)) == 0 &&
	    (e = words_report(c->doc, &f, "header")) == 0) {
		buf_reader(&text, &r);
		e = add(c, &r);
	}
	buf_done(&text);
	return e;
}

static int
add_extended(struct candidates *c, const struct piece *p)
{
	struct reader value = p->value;
	enum mcs label = take_charset(&value);
	struct buf b;
	int e;

	buf_init(&b, value.len + 1);
	if ((e = put_percent(&value, &b)) == 0)
		e = add_bytes(c, &b, label);
	buf_done(&b);
	return e;
}

/* A name percent-encoded as in a URL, without saying so. */
static bool
is_url_text(const struct buf *plain, struct buf *out)
{
	struct reader r;
	bool high = false;

	buf_reader(plain, &r);
	if (put_percent(&r, out) != 0 || out->len == plain->len ||
	    !utf8_valid(out->data, out->len))
		return false;
	for (size_t i = 0; i < out->len; i++)
		high |= out->data[i] >= 0x80;
	for (size_t i = 0; i < plain->len; i++)
		if (plain->data[i] >= 0x80)
			return false;
	return high;
}

static int
add_plain(struct candidates *c, const struct piece *p, bool loose)
{
	struct buf b, url;
	struct reader r;
	int e;

	buf_init(&b, p->value.len + 1);
	buf_init(&url, p->value.len + 1);
	if ((e = put_unquoted(p, loose, &b)) != 0)
		goto out;
	if (is_url_text(&b, &url)) {
		buf_reader(&url, &r);
		if ((e = add(c, &r)) != 0)
			goto out;
	}
	buf_reader(&b, &r);
	e = add(c, &r);
out:
	buf_done(&b);
	buf_done(&url);
	return e;
}

/* ---- continuations */

/* The piece of a section: the first or the last that was sent. */
static const struct piece *
section(const struct pieces *all, int number, bool last)
{
	const struct piece *found = NULL;

	for (size_t i = 0; i < all->n; i++)
		if (all->list[i].section == number && (found == NULL || last))
			found = &all->list[i];
	return found;
}

/* All sections in order; gaps are passed over. */
static int
add_sections(struct candidates *c, struct pieces *all, bool last)
{
	enum mcs label = MCS_NONE;
	const struct piece *p;
	struct reader value;
	struct buf b;
	size_t bytes = 1, have = 0;
	int e = 0, expected = 0;

	for (size_t i = 0; i < all->n; i++)
		bytes += all->list[i].value.len;
	buf_init(&b, bytes);
	for (int i = 0; e == 0 && i < SECTIONS_MAX; i++) {
		if ((p = section(all, i, last)) == NULL)
			continue;
		all->odd |= i != expected;
		expected = i + 1;
		have++;
		value = p->value;
		if (p->extended && label == MCS_NONE) {
			label = take_charset(&value);
			all->odd |= have > 1 && label != MCS_NONE;
		}
		e = p->extended ? put_percent(&value, &b)
				: put_unquoted(p, true, &b);
	}
	if (e == 0 && have > 0)
		e = add_bytes(c, &b, label);
	buf_done(&b);
	return e;
}

/* Something was sent twice, with different values. */
static bool
has_doubles(const struct pieces *all)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->list[i].section >= 0 &&
		    section(all, all->list[i].section, true) != &all->list[i])
			return true;
	return false;
}

static const char *
extension(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot != NULL ? dot : "";
}

/* ASCII beside a name that is not, of the same type: for old programs. */
static bool
is_fallback(const struct candidates *c, const struct piece *p)
{
	const struct reader *v = &p->value;
	const char *ext;
	bool high = false;
	size_t n;

	if (c->n == 0 || reader_has(v, 0, "=?", 2))
		return false;
	for (const char *s = c->out[0]; *s != '\0'; s++)
		high |= (uint8_t)*s >= 0x80;
	for (size_t i = 0; i < v->len; i++)
		if (v->data[i] >= 0x80)
			return false;
	ext = extension(c->out[0]);
	n = strlen(ext);
	return high && v->len >= n && reader_has(v, v->len - n, ext, n);
}

static int
add_all(struct candidates *c, struct pieces *all)
{
	int e = 0;

	for (size_t i = 0; e == 0 && i < all->n; i++)
		if (all->list[i].extended && all->list[i].section < 0)
			e = add_extended(c, &all->list[i]);
	if (e == 0)
		e = add_sections(c, all, false);
	if (e == 0 && has_doubles(all)) {
		all->odd = true;
		e = add_sections(c, all, true);
	}
	for (size_t i = 0; e == 0 && i < all->n; i++)
		if (!all->list[i].extended && all->list[i].section < 0 &&
		    !is_fallback(c, &all->list[i]))
			e = add_plain(c, &all->list[i], true);
	return e;
}

int
mail_parameter(struct doc *d, const struct reader *raw, const char *name,
    const char *out[MAIL_CANDIDATES_MAX], size_t *n)
{
	struct candidates c = { .doc = d, .out = out };
	struct pieces *all = doc_alloc(d, sizeof(*all));
	struct reader r;
	struct buf flat;
	int e;

	if (all == NULL)
		return ERR_NOMEM;
	buf_init(&flat, raw->len * 4 + 64);
	if ((e = words_flatten(d, raw, &flat)) != 0)
		goto out;
	buf_reader(&flat, &r);
	if ((e = collect(r, name, all)) != 0 || (e = add_all(&c, all)) != 0)
		goto out;
	if (all->odd || c.n > 1)
		e = doc_found(d, FIND_MAIL_PARAMETER, ACT_REPLACED, name, "%s",
		    c.n > 0 ? c.out[0] : "");
	*n = c.n;
out:
	buf_done(&flat);
	return e;
}
