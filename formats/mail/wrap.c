/*
 * A tree of Outlook as the bytes of a message, nothing changed: so that a
 * message inside another is rebuilt like any file.
 */
#include <stdio.h>
#include <string.h>

#include "formats/mail/write_int.h"

static int put_part(struct buf *b, const struct mpart *p, unsigned *n,
    unsigned depth) MUST_CHECK;

static int
put_base64_lines(struct buf *b, const struct reader *bytes)
{
	struct reader r = *bytes;
	const uint8_t *at;
	size_t n;
	int e = 0;

	r.pos = 0;
	while (e == 0 && reader_left(&r) > 0) {
		n = reader_left(&r) < 57 ? reader_left(&r) : 57;
		if (reader_bytes(&r, n, &at) != 0)
			return ERR_INTERNAL;
		if ((e = mail_put_base64(b, at, n)) == 0)
			e = buf_puts(b, "\r\n");
	}
	return e;
}

static int
put_leaf(struct buf *b, const struct mpart *p)
{
	bool is_text = p->kind == MPART_TEXT || p->kind == MPART_HTML;
	int e;

	if ((e = buf_fmt(b, "Content-Type: %s", p->type)) != 0)
		return e;
	if (is_text && p->charset[0] != '\0' &&
	    (e = buf_fmt(b, "; charset=\"%s\"", p->charset)) != 0)
		return e;
	if ((e = buf_puts(b, "\r\nContent-Transfer-Encoding: base64\r\n")) != 0)
		return e;
	if (p->id != NULL && p->id[0] != '\0' &&
	    (e = buf_fmt(b, "Content-ID: <%s>\r\n", p->id)) != 0)
		return e;
	if (!is_text && (e = mail_put_filename(b, p->name)) != 0)
		return e;
	if ((e = buf_puts(b, "\r\n")) != 0)
		return e;
	return put_base64_lines(b, &p->body);
}

/* The boundary cannot be in what is base64 or made of other such parts. */
static int
put_multipart(struct buf *b, const struct mpart *p, unsigned *n, unsigned depth)
{
	unsigned mine = ++*n;
	int e = buf_fmt(b, "Content-Type: %s; boundary=\"=_wrap_%u_\"\r\n",
	    p->type, mine);

	for (const struct mpart *c = p->first; e == 0 && c != NULL;
	     c = c->next) {
		e = buf_fmt(b, "\r\n--=_wrap_%u_\r\n", mine);
		if (e == 0)
			e = put_part(b, c, n, depth + 1);
	}
	return e == 0 ? buf_fmt(b, "\r\n--=_wrap_%u_--\r\n", mine) : e;
}

static int
put_message(struct buf *b, const struct mpart *p, unsigned *n, unsigned depth)
{
	int e = p->head == NULL ? 0 : mail_put_head(b, p->head);

	if (e != 0 || (e = buf_puts(b, "MIME-Version: 1.0\r\n"
				       "Received: as an attachment\r\n")) != 0)
		return e;
	return p->first == NULL ? buf_puts(b, "\r\n")
				: put_part(b, p->first, n, depth + 1);
}

static int
put_part(struct buf *b, const struct mpart *p, unsigned *n, unsigned depth)
{
	int e;

	if (depth > MAIL_DEPTH_MAX)
		return ERR_LIMIT;
	switch (p->kind) {
	case MPART_MULTIPART:
		return put_multipart(b, p, n, depth);
	case MPART_MESSAGE:
		if (p->first == NULL)
			break;
		e = buf_puts(b, "Content-Type: message/rfc822\r\n\r\n");
		return e != 0 ? e : put_message(b, p, n, depth);
	case MPART_TEXT:
	case MPART_HTML:
	case MPART_FILE:
		break;
	}
	return put_leaf(b, p);
}

int
mail_wrap(struct doc *d, const struct mpart *p, struct reader *out)
{
	unsigned n = 0;
	struct buf b;
	int e;

	buf_init(&b, SIZE_MAX / 4);
	if ((e = put_message(&b, p, &n, 0)) == 0)
		return mail_settle(d, &b, out);
	buf_done(&b);
	return e;
}
