/*
 * One address, "local@domain", out of what stands for it: dot-atom, quoted,
 * with the spaces of the obsolete syntax, or as some carriers gave them out.
 */
#include <string.h>

#include "formats/mail/words_int.h"

#define ADDRESS_BYTES 320

static bool
is_space(uint8_t c)
{
	return c == ' ' || c == '\t';
}

void
spec_trim(struct reader *r)
{
	while (r->len > 0 && is_space(r->data[r->len - 1]))
		r->len--;
	while (r->len > 0 && is_space(r->data[0]) &&
	       reader_view(r, 1, r->len - 1, r) == 0)
		;
}

static bool
is_atom(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c >= 0x80 ||
	       (c != 0 && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static bool
is_dot_atom(const struct buf *b)
{
	bool dot = true;

	for (size_t i = 0; i < b->len; i++) {
		if (b->data[i] != '.' && !is_atom(b->data[i]))
			return false;
		if (dot && b->data[i] == '.')
			return false;
		dot = b->data[i] == '.';
	}
	return !dot;
}

static bool
is_domain(const struct reader *d)
{
	bool literal =
	    d->len > 2 && d->data[0] == '[' && d->data[d->len - 1] == ']';
	uint8_t c;

	for (size_t i = literal; i < d->len - literal; i++) {
		c = d->data[i];
		if (!(c >= 0x80 || (c >= 'a' && c <= 'z') ||
			(c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			c == '-' || c == '.' || c == '_' ||
			(literal && c == ':')))
			return false;
		if (!literal && c == '.' && (i == 0 || d->data[i - 1] == '.'))
			return false;
	}
	return d->len > 0;
}

int
spec_squeeze(const struct reader *in, struct buf *out, bool *odd)
{
	struct reader r = *in;
	uint8_t c, next;
	bool quoted = false;
	int e = 0;

	r.pos = 0;
	while (e == 0 && reader_u8(&r, &c) == 0) {
		if (c == '\\' && quoted && reader_u8(&r, &next) == 0) {
			if ((e = buf_u8(out, c)) == 0)
				e = buf_u8(out, next);
			continue;
		}
		quoted ^= c == '"';
		if (is_space(c) && !quoted) {
			struct reader at = r;

			while (reader_peek(&at, &next) == 0 && is_space(next))
				if (reader_skip(&at, 1) != 0)
					break;
			if (reader_peek(&at, &next) != 0)
				next = 0;
			if (next == '.' || next == '@' ||
			    (out->len > 0 &&
				(out->data[out->len - 1] == '.' ||
				    out->data[out->len - 1] == '@'))) {
				*odd = true;
				continue;
			}
		}
		e = buf_u8(out, c);
	}
	return e;
}

bool
spec_find_at(const struct reader *in, size_t *at)
{
	struct reader r = *in;
	bool quoted = false, found = false;
	uint8_t c;

	r.pos = 0;
	while (reader_u8(&r, &c) == 0) {
		if (c == '\\' && quoted && reader_u8(&r, &c) == 0)
			continue;
		quoted ^= c == '"';
		if (c == '@' && !quoted) {
			*at = reader_pos(&r) - 1;
			found = true;
		}
	}
	return found;
}

/* The local part without quotes. */
static int
put_local(const struct reader *in, struct buf *out)
{
	struct reader r = *in;
	bool quoted = false;
	uint8_t c;
	int e = 0;

	r.pos = 0;
	while (e == 0 && reader_u8(&r, &c) == 0) {
		if (c == '"') {
			quoted = !quoted;
			continue;
		}
		if (c == '\\' && quoted && reader_u8(&r, &c) != 0)
			break;
		e = buf_u8(out, c);
	}
	return e;
}

static int
put_quoted_local(const struct buf *local, struct buf *out)
{
	int e = buf_u8(out, '"');

	for (size_t i = 0; e == 0 && i < local->len; i++) {
		if (local->data[i] == '"' || local->data[i] == '\\')
			e = buf_u8(out, '\\');
		if (e == 0)
			e = buf_u8(out, local->data[i]);
	}
	return e == 0 ? buf_u8(out, '"') : e;
}

int
spec_make(const struct reader *in, struct buf *out, bool *odd)
{
	struct reader r = *in, local, domain;
	struct buf plain;
	size_t at;
	int e;

	if (!spec_find_at(&r, &at) || at == 0 || r.len > ADDRESS_BYTES ||
	    reader_view(&r, 0, at, &local) != 0 ||
	    reader_view(&r, at + 1, r.len - at - 1, &domain) != 0)
		return 0;
	spec_trim(&local);
	spec_trim(&domain);
	if (domain.len > 1 && domain.data[domain.len - 1] == '.') {
		domain.len--;
		*odd = true;
	}
	if (!is_domain(&domain))
		return 0;
	buf_init(&plain, local.len + 1);
	if ((e = put_local(&local, &plain)) != 0)
		goto out;
	if (is_dot_atom(&plain)) {
		e = buf_put(out, plain.data, plain.len);
	} else {
		/* Some Japanese carriers gave out a..b@ and a.@ */
		*odd |= local.len == 0 || local.data[0] != '"';
		e = put_quoted_local(&plain, out);
	}
	if (e == 0)
		e = buf_u8(out, '@');
	for (size_t i = 0; e == 0 && i < domain.len; i++) {
		uint8_t c = domain.data[i];

		e = buf_u8(out, c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c);
	}
out:
	buf_done(&plain);
	return e;
}
