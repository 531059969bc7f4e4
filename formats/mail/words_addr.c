/*
 * Address lists: RFC 5322 with its obsolete forms, RFC 6532, and what is sent
 * instead. Read from the flat text; encoded words in names are expanded after
 * the structure is known, so that nothing in them makes an address.
 */
#include <string.h>

#include "formats/mail/words_int.h"

#define COMMENT_DEPTH 16

/* What stands between two commas. */
struct element {
	struct buf text;    /* words and quoted strings, quotes taken off */
	struct buf spec;    /* the same with quotes: a bare address */
	struct buf comment; /* all of them */
	struct buf angle;   /* between < and > */
	bool has_angle, odd;
	bool group; /* ended by a colon: text is a group's name */
};

struct list {
	struct doc *doc;
	struct mail_address **tail;
	struct element el;
	struct buf held; /* "Yamada" of "Yamada, Taro <...>" */
	bool odd;
};

static bool
is_space(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static int
take_comment(struct reader *r, struct buf *out, bool *odd)
{
	unsigned depth = 1;
	uint8_t c;
	int e = 0;

	if (out->len > 0)
		e = buf_u8(out, ' ');
	while (e == 0) {
		if (reader_u8(r, &c) != 0) {
			*odd = true;
			return 0;
		}
		if (c == '\\' && reader_u8(r, &c) == 0) {
			e = buf_u8(out, c);
			continue;
		}
		if (c == '(' && depth < COMMENT_DEPTH)
			depth++;
		else if (c == ')' && --depth == 0)
			return 0;
		e = buf_u8(out, c);
	}
	return e;
}

/* A quoted string: the text without, the spec with its quotes. */
static int
take_quoted(struct reader *r, struct buf *text, struct buf *spec, bool *odd)
{
	uint8_t c;
	int e = buf_u8(spec, '"');

	while (e == 0) {
		if (reader_u8(r, &c) != 0) {
			*odd = true;
			break;
		}
		if (c == '"')
			break;
		if (c == '\\') {
			if ((e = buf_u8(spec, c)) != 0 || reader_u8(r, &c) != 0)
				break;
		}
		if (e == 0 && (e = buf_u8(spec, c)) == 0)
			e = buf_u8(text, c);
	}
	return e == 0 ? buf_u8(spec, '"') : e;
}

static int
take_angle(struct reader *r, struct element *el)
{
	struct buf unused;
	uint8_t c;
	int e = 0;

	el->odd |= el->has_angle;
	el->has_angle = true;
	buf_clear(&el->angle);
	buf_init(&unused, el->text.max);
	while (e == 0) {
		if (reader_peek(r, &c) != 0) {
			el->odd = true;
			break;
		}
		/* A bracket that is not closed ends with the address. */
		if (c == ',' && el->angle.len > 0 && el->angle.data[0] != '@') {
			el->odd = true;
			break;
		}
		if (reader_skip(r, 1) != 0 || c == '>')
			break;
		if (c == '"')
			e = take_quoted(r, &unused, &el->angle, &el->odd);
		else if (c == '(')
			e = take_comment(r, &el->comment, &el->odd);
		else if (c == '<')
			el->odd = true;
		else
			e = buf_u8(&el->angle, c);
	}
	buf_done(&unused);
	return e;
}

/* The address ends here: at , or ; or the end, or : of a group. */
static int
take_element(struct reader *r, struct element *el)
{
	struct reader piece;
	size_t end;
	uint8_t c;
	int e = 0;

	while (e == 0 && reader_peek(r, &c) == 0) {
		if ((end = words_word_end(r, reader_pos(r))) > 0) {
			if ((e = reader_sub(r, end - reader_pos(r), &piece)) !=
				0 ||
			    (e = buf_put(&el->text, piece.data, piece.len)) !=
				0)
				break;
			e = buf_put(&el->spec, piece.data, piece.len);
			continue;
		}
		if (reader_skip(r, 1) != 0 || c == ',' || c == ';')
			break;
		if (c == ':' && !el->has_angle && el->text.len > 0) {
			el->group = true;
			break;
		}
		if (c == '"') {
			e = take_quoted(r, &el->text, &el->spec, &el->odd);
		} else if (c == '(') {
			e = take_comment(r, &el->comment, &el->odd);
		} else if (c == '<') {
			e = take_angle(r, el);
		} else if (c == '>') {
			el->odd = true;
			e = buf_u8(&el->spec, ' ');
		} else if ((e = buf_u8(&el->text, c)) == 0) {
			e = buf_u8(&el->spec, c);
		}
	}
	return e;
}

/* ---- one address */

/* Brackets hold an address, maybe with a route or a scheme before it. */
static int
read_angle(const struct element *el, struct buf *out, bool *odd)
{
	struct reader r;
	struct buf b;
	size_t colon;
	int e;

	buf_init(&b, el->angle.len + 1);
	buf_reader(&el->angle, &r);
	spec_trim(&r);
	if (reader_has(&r, 0, "@", 1) &&
	    reader_find(&r, 0, ":", 1, &colon) == 0) {
		*odd = true;
		if (reader_view(&r, colon + 1, r.len - colon - 1, &r) != 0)
			return 0;
	} else if (reader_has(&r, 0, "mailto:", 7)) {
		*odd = true;
		if (reader_view(&r, 7, r.len - 7, &r) != 0)
			return 0;
	}
	if ((e = spec_squeeze(&r, &b, odd)) == 0) {
		buf_reader(&b, &r);
		e = spec_make(&r, out, odd);
	}
	buf_done(&b);
	return e;
}

/* ---- the list */

/* Runs of spaces made one. */
static int
put_name(const struct reader *in, struct buf *out)
{
	struct reader r = *in;
	bool space = false, begun = false;
	uint8_t c;
	int e = 0;

	r.pos = 0;
	while (e == 0 && reader_u8(&r, &c) == 0) {
		if (is_space(c)) {
			space = begun;
			continue;
		}
		begun = true;
		if (space)
			e = buf_u8(out, ' ');
		space = false;
		if (e == 0)
			e = buf_u8(out, c);
	}
	return e;
}

static bool
is_ascii(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((uint8_t)s[i] >= 0x80)
			return false;
	return true;
}

/* The domain as servers know it, where only the domain is not ASCII. */
static int
to_ascii(struct doc *d, const char **addr)
{
	const char *at = strrchr(*addr, '@');
	struct buf b;
	bool ok;
	int e;

	if (at == NULL || is_ascii(at, strlen(at)) ||
	    !is_ascii(*addr, (size_t)(at - *addr)))
		return 0;
	buf_init(&b, 16384);
	if ((e = buf_put(&b, *addr, (size_t)(at + 1 - *addr))) == 0 &&
	    (e = words_domain(at + 1, &b, &ok)) == 0 && ok &&
	    (*addr = doc_strndup(d, b.data, b.len)) == NULL)
		e = ERR_NOMEM;
	buf_done(&b);
	return e;
}

static int
put_entry(struct list *l, const struct buf *name, const struct buf *addr)
{
	struct mail_address *a = doc_alloc(l->doc, sizeof(*a));
	struct reader r;
	int e;

	if (a == NULL)
		return ERR_NOMEM;
	buf_reader(name, &r);
	if ((e = words_line(l->doc, &r, &a->name)) != 0)
		return e;
	buf_reader(addr, &r);
	if ((e = words_clean(l->doc, &r, &a->addr)) != 0)
		return e;
	if (a->name[0] == '\0' && a->addr[0] == '\0')
		return 0;
	if (strcmp(a->name, a->addr) == 0)
		a->name = "";
	if ((e = to_ascii(l->doc, &a->addr)) != 0)
		return e;
	*l->tail = a;
	l->tail = &a->next;
	return 0;
}

/* name, then the comments in brackets. */
static int
put_comment(struct buf *name, const struct buf *comment)
{
	struct reader r;
	int e;

	if (comment->len == 0)
		return 0;
	buf_reader(comment, &r);
	if (name->len == 0)
		return put_name(&r, name);
	if ((e = buf_puts(name, " (")) == 0 &&
	    (e = buf_put(name, r.data, r.len)) == 0)
		e = buf_u8(name, ')');
	return e;
}

/* "Taro t@x.jp": the word with the at sign is the address. */
static bool
split_bare(const struct reader *in, struct reader *before, struct reader *addr)
{
	size_t at, from;

	if (!spec_find_at(in, &at) || at == 0)
		return false;
	from = at;
	if (in->data[at - 1] == '"')
		from = 0;
	while (from > 0 && !is_space(in->data[from - 1]))
		from--;
	if (reader_view(in, 0, from, before) != 0 ||
	    reader_view(in, from, in->len - from, addr) != 0)
		return false;
	spec_trim(before);
	if (before->len > 1 && before->data[0] == '"' &&
	    before->data[before->len - 1] == '"')
		return reader_view(before, 1, before->len - 2, before) == 0;
	return true;
}

static int
read_bare(struct list *l, struct buf *name, struct buf *addr)
{
	struct element *el = &l->el;
	struct reader r, before;
	struct buf b;
	int e;

	buf_init(&b, el->spec.len + 1);
	buf_reader(&el->spec, &r);
	spec_trim(&r);
	if ((e = spec_squeeze(&r, &b, &l->odd)) != 0)
		goto out;
	buf_reader(&b, &r);
	if (split_bare(&r, &before, &r) &&
	    (e = spec_make(&r, addr, &l->odd)) != 0)
		goto out;
	if (addr->len > 0) {
		l->odd |= before.len > 0;
		e = put_name(&before, name);
	} else {
		buf_reader(&el->text, &r);
		e = put_name(&r, name);
	}
out:
	buf_done(&b);
	return e;
}

/* An address in brackets; what is none stays readable in the name. */
static int
read_bracketed(struct list *l, struct buf *name, struct buf *addr)
{
	struct element *el = &l->el;
	struct reader r;
	int e;

	if (l->held.len > 0) {
		buf_reader(&l->held, &r);
		if ((e = buf_put(name, r.data, r.len)) != 0 ||
		    (e = buf_puts(name, ", ")) != 0)
			return e;
		buf_clear(&l->held);
	}
	buf_reader(&el->text, &r);
	if ((e = put_name(&r, name)) != 0 ||
	    (e = read_angle(el, addr, &l->odd)) != 0)
		return e;
	if (addr->len > 0 || el->angle.len == 0)
		return 0;
	l->odd = true;
	buf_reader(&el->angle, &r);
	if (name->len > 0 && (e = buf_u8(name, ' ')) != 0)
		return e;
	return put_name(&r, name);
}

/* Words without an address wait: "Yamada" of "Yamada, Taro <...>". */
static int
hold(struct list *l, const struct buf *name)
{
	int e = 0;

	l->odd = true;
	if (l->held.len > 0)
		e = buf_puts(&l->held, ", ");
	return e == 0 ? buf_put(&l->held, name->data, name->len) : e;
}

static int
release(struct list *l)
{
	struct buf none = { .max = 1 };
	int e = 0;

	if (l->held.len > 0)
		e = put_entry(l, &l->held, &none);
	buf_clear(&l->held);
	return e;
}

static int
finish(struct list *l, struct buf *name, struct buf *addr)
{
	struct element *el = &l->el;
	struct reader r;
	int e;

	if (el->group) {
		buf_reader(&el->text, &r);
		if ((e = put_name(&r, name)) != 0 || (e = release(l)) != 0)
			return e;
		return put_entry(l, name, addr);
	}
	e = el->has_angle ? read_bracketed(l, name, addr)
			  : read_bare(l, name, addr);
	if (e != 0 || (e = put_comment(name, &el->comment)) != 0)
		return e;
	if (addr->len == 0 && !el->has_angle)
		return name->len > 0 ? hold(l, name) : 0;
	if ((e = release(l)) != 0)
		return e;
	return put_entry(l, name, addr);
}

static int
read_list(struct list *l, struct reader *r)
{
	struct element *el = &l->el;
	struct buf name, addr;
	int e = 0;

	buf_init(&name, r->len * 2 + 64);
	buf_init(&addr, r->len * 2 + 64);
	while (e == 0 && reader_left(r) > 0) {
		buf_clear(&el->text);
		buf_clear(&el->spec);
		buf_clear(&el->comment);
		buf_clear(&el->angle);
		buf_clear(&name);
		buf_clear(&addr);
		el->has_angle = el->odd = el->group = false;
		if ((e = take_element(r, el)) == 0)
			e = finish(l, &name, &addr);
		l->odd |= el->odd;
	}
	if (e == 0)
		e = release(l);
	buf_done(&name);
	buf_done(&addr);
	return e;
}

int
mail_addresses(struct doc *d, const struct reader *raw,
    struct mail_address **out, bool *odd)
{
	struct list l = { .doc = d, .tail = out };
	struct reader r;
	struct buf flat;
	size_t max = raw->len * 8 + 64;
	int e;

	*out = NULL;
	buf_init(&flat, raw->len * 4 + 64);
	buf_init(&l.el.text, max);
	buf_init(&l.el.spec, max);
	buf_init(&l.el.comment, max);
	buf_init(&l.el.angle, max);
	buf_init(&l.held, max);
	if ((e = words_flatten(d, raw, &flat)) == 0) {
		buf_reader(&flat, &r);
		e = read_list(&l, &r);
	}
	if (e == 0 && l.odd)
		e = doc_found(d, FIND_MAIL_ADDRESS, ACT_REPLACED, "header",
		    "%s", *out != NULL ? (*out)->addr : "");
	*odd = l.odd;
	buf_done(&flat);
	buf_done(&l.el.text);
	buf_done(&l.el.spec);
	buf_done(&l.el.comment);
	buf_done(&l.el.angle);
	buf_done(&l.held);
	return e;
}
