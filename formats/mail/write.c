/* A fresh message: own boundaries, one encoding rule, CRLF. */
#include <stdio.h>
#include <string.h>

#include "formats/mail/write_int.h"

#define FLUSH_BYTES   65536
#define PLAIN_COLUMNS 76

int
mail_flush(struct mail_writer *w, size_t at_least)
{
	int e;

	if (w->b.len < at_least || w->b.len == 0)
		return 0;
	e = sink_write(w->to, w->b.data, w->b.len);
	buf_clear(&w->b);
	return e;
}

/* ---- bodies */

/* Lines that go as they are: ASCII, short, and nothing that a relay or a
 * mailbox would change. */
static bool
is_plain(const struct reader *text)
{
	struct reader r = *text;
	size_t col = 0;
	uint8_t c, last = '\n';

	while (reader_u8(&r, &c) == 0) {
		if (c == '\n') {
			if (last == ' ' || last == '\t')
				return false;
			col = 0;
		} else if (c >= 0x7f || (c < ' ' && c != '\t') ||
			   ++col > PLAIN_COLUMNS ||
			   (col == 1 && (c == '.' || c == 'F' || c == '-')))
			return false;
		last = c;
	}
	return last == '\n';
}

static bool
is_mostly_ascii(const struct reader *text)
{
	size_t high = 0;

	for (size_t i = 0; i < text->len; i++)
		high += text->data[i] >= 0x80;
	return high <= text->len / 8;
}

static int
put_crlf(struct mail_writer *w, const struct reader *text)
{
	struct reader r = *text, line;
	int e = 0;

	while (e == 0 && mail_line(&r, &line))
		if ((e = buf_put(&w->b, line.data, line.len)) == 0 &&
		    (e = buf_puts(&w->b, "\r\n")) == 0)
			e = mail_flush(w, FLUSH_BYTES);
	return e;
}

/* One byte of a line; at_end: the last of it. */
static int
put_qp_byte(struct mail_writer *w, uint8_t c, bool at_end, size_t *col)
{
	bool raw = (c > ' ' && c < 0x7f && c != '=') ||
		   ((c == ' ' || c == '\t') && !at_end);
	size_t n = raw ? 1 : 3;
	int e = 0;

	if (*col == 0 && (c == '.' || c == 'F' || c == '-')) {
		raw = false;
		n = 3;
	}
	if (*col + n > PLAIN_COLUMNS - 1) {
		e = buf_puts(&w->b, "=\r\n");
		*col = 0;
		if (c == '.' || c == 'F' || c == '-') {
			raw = false;
			n = 3;
		}
	}
	*col += n;
	if (e != 0)
		return e;
	return raw ? buf_u8(&w->b, c) : buf_fmt(&w->b, "=%02X", c);
}

static int
put_qp(struct mail_writer *w, const struct reader *text)
{
	struct reader r = *text;
	size_t col = 0;
	uint8_t c, next;
	int e = 0;

	while (e == 0 && reader_u8(&r, &c) == 0) {
		if (c == '\n') {
			e = buf_puts(&w->b, "\r\n");
			col = 0;
			if (e == 0)
				e = mail_flush(w, FLUSH_BYTES);
			continue;
		}
		e = put_qp_byte(w, c,
		    reader_peek(&r, &next) != 0 || next == '\n', &col);
	}
	if (e == 0 && col > 0)
		e = buf_puts(&w->b, "=\r\n");
	return e;
}

static void
group64(const uint8_t *in, size_t n, char out[4])
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqr"
				  "stuvwxyz0123456789+/";
	uint32_t v = (uint32_t)in[0] << 16;

	if (n > 1)
		v |= (uint32_t)in[1] << 8;
	if (n > 2)
		v |= in[2];
	out[0] = set[v >> 18 & 63];
	out[1] = set[v >> 12 & 63];
	out[2] = n > 1 ? set[v >> 6 & 63] : '=';
	out[3] = n > 2 ? set[v & 63] : '=';
}

int
mail_put_base64(struct buf *b, const void *data, size_t bytes)
{
	struct reader r;
	const uint8_t *p;
	char out[4];
	size_t n;
	int e = 0;

	reader_init(&r, data, bytes);
	while (e == 0 && reader_left(&r) > 0) {
		n = reader_left(&r) < 3 ? reader_left(&r) : 3;
		if (reader_bytes(&r, n, &p) != 0)
			return ERR_INTERNAL;
		group64(p, n, out);
		e = buf_add(b, out, 4);
	}
	return e;
}

static int
put_base64(struct mail_writer *w, const struct reader *bytes)
{
	struct reader r = *bytes;
	const uint8_t *p;
	size_t n;
	int e = 0;

	while (e == 0 && reader_left(&r) > 0) {
		n = reader_left(&r) < 57 ? reader_left(&r) : 57;
		if (reader_bytes(&r, n, &p) != 0)
			return ERR_INTERNAL;
		if ((e = mail_put_base64(&w->b, p, n)) == 0 &&
		    (e = buf_puts(&w->b, "\r\n")) == 0)
			e = mail_flush(w, FLUSH_BYTES);
	}
	return e;
}

/* Text as base64: with the line ends that text has in a mail. */
static int
put_text64(struct mail_writer *w, const struct reader *text)
{
	struct mail_writer copy = { .to = w->to };
	struct reader all;
	int e;

	buf_init(&copy.b, SIZE_MAX / 4);
	e = buf_reserve(&copy.b, text->len + 1, &(uint8_t *){ NULL });
	for (size_t i = 0; e == 0 && i < text->len; i++)
		e = text->data[i] == '\n' ? buf_add(&copy.b, "\r\n", 2)
					  : buf_add(&copy.b, &text->data[i], 1);
	buf_reader(&copy.b, &all);
	if (e == 0)
		e = put_base64(w, &all);
	buf_done(&copy.b);
	return e;
}

/* Headers and body of a text part, the empty line between them included. */
static int
put_text(struct mail_writer *w, const char *subtype, const struct reader *text,
    const char *more)
{
	/* A text that is a file is base64: programs differ on its line ends. */
	bool file = more[0] != '\0', plain = !file && is_plain(text),
	     qp = !file && !plain && is_mostly_ascii(text);
	int e;

	if ((e = buf_fmt(&w->b,
		 "Content-Type: text/%s; charset=%s%s\r\n"
		 "Content-Transfer-Encoding: %s\r\n%s\r\n",
		 subtype, plain ? "us-ascii" : "utf-8",
		 !file ? "" : ";\r\n name=\"report.txt\"",
		 plain ? "7bit"
		 : qp  ? "quoted-printable"
		       : "base64",
		 more)) != 0)
		return e;
	if (plain)
		return put_crlf(w, text);
	return qp ? put_qp(w, text) : put_text64(w, text);
}

/* ---- parts */

static int
open_parts(struct mail_writer *w, const char *kind, unsigned level)
{
	return buf_fmt(&w->b,
	    "Content-Type: multipart/%s;\r\n boundary=\"%s%u\"\r\n", kind,
	    w->mark, level);
}

static int
next_part(struct mail_writer *w, unsigned level)
{
	return buf_fmt(&w->b, "\r\n--%s%u\r\n", w->mark, level);
}

static int
close_parts(struct mail_writer *w, unsigned level)
{
	return buf_fmt(&w->b, "\r\n--%s%u--\r\n", w->mark, level);
}

static int
put_file(struct mail_writer *w, const struct mail_file *f, unsigned n)
{
	bool message = strcmp(f->type, "message/rfc822") == 0;
	int e;

	if ((e = buf_fmt(&w->b, "Content-Type: %s%s%s", f->type,
		 f->charset[0] == '\0' ? "" : ";\r\n charset=", f->charset)) !=
		0 ||
	    (e = mail_put_fallback(&w->b, f->name, n)) != 0 ||
	    (e = buf_fmt(&w->b, "Content-Transfer-Encoding: %s\r\n",
		 message ? "7bit" : "base64")) != 0)
		return e;
	if (f->id[0] != '\0' &&
	    (e = buf_fmt(&w->b, "Content-ID: <%s>\r\n", f->id)) != 0)
		return e;
	if ((e = mail_put_filename(&w->b, f->name)) != 0 ||
	    (e = buf_puts(&w->b, "\r\n")) != 0)
		return e;
	return message ? put_crlf(w, &f->bytes) : put_base64(w, &f->bytes);
}

static int
put_alternative(struct mail_writer *w, const struct mail_out *o)
{
	int e;

	if (o->html.len == 0)
		return put_text(w, "plain", &o->text, "");
	if ((e = open_parts(w, "alternative", 2)) != 0 ||
	    (e = next_part(w, 2)) != 0 ||
	    (e = put_text(w, "plain", &o->text, "")) != 0 ||
	    (e = next_part(w, 2)) != 0 ||
	    (e = put_text(w, "html", &o->html, "")) != 0)
		return e;
	return close_parts(w, 2);
}

static bool
is_related(const struct mail_out *o, const struct mail_file *f)
{
	return o->html.len > 0 && f->id[0] != '\0';
}

static bool
any_related(const struct mail_out *o)
{
	for (const struct mail_file *f = o->files; f != NULL; f = f->next)
		if (is_related(o, f))
			return true;
	return false;
}

static int
put_related(struct mail_writer *w, const struct mail_out *o)
{
	unsigned n = 0;
	int e;

	if (!any_related(o))
		return put_alternative(w, o);
	if ((e = buf_fmt(&w->b,
		 "Content-Type: multipart/related;\r\n"
		 " type=\"multipart/alternative\";\r\n"
		 " boundary=\"%s1\"\r\n",
		 w->mark)) != 0 ||
	    (e = next_part(w, 1)) != 0 || (e = put_alternative(w, o)) != 0)
		return e;
	for (const struct mail_file *f = o->files; f != NULL; f = f->next) {
		n++;
		if (is_related(o, f) && ((e = next_part(w, 1)) != 0 ||
					    (e = put_file(w, f, n)) != 0))
			return e;
	}
	return close_parts(w, 1);
}

static bool
any_mixed(const struct mail_out *o)
{
	for (const struct mail_file *f = o->files; f != NULL; f = f->next)
		if (!is_related(o, f))
			return true;
	return o->report.len > 0;
}

static int
put_report(struct mail_writer *w, const struct mail_out *o)
{
	struct buf more;
	const char *s;
	int e;

	if (o->report.len == 0)
		return 0;
	buf_init(&more, 4096);
	if ((e = mail_put_filename(&more, MAIL_REPORT_NAME)) == 0 &&
	    (e = next_part(w, 0)) == 0 && (s = buf_cstr(&more)) != NULL)
		e = put_text(w, "plain", &o->report, s);
	buf_done(&more);
	return e;
}

static int
put_all(struct mail_writer *w, const struct mail_out *o)
{
	unsigned n = 0;
	int e;

	if (!any_mixed(o))
		return put_related(w, o);
	if ((e = open_parts(w, "mixed", 0)) != 0 ||
	    (e = next_part(w, 0)) != 0 || (e = put_related(w, o)) != 0)
		return e;
	for (const struct mail_file *f = o->files; f != NULL; f = f->next) {
		n++;
		if (!is_related(o, f) && ((e = next_part(w, 0)) != 0 ||
					     (e = put_file(w, f, n)) != 0))
			return e;
	}
	if ((e = put_report(w, o)) != 0)
		return e;
	return close_parts(w, 0);
}

/* Of all that is in it: no text can hold the digest of itself. */
static void
make_mark(struct mail_writer *w, const struct mail_out *o)
{
	uint8_t sha256[HASH_BYTES];
	char hex[HASH_HEX];
	struct hash h;

	hash_init(&h);
	hash_add(&h, w->b.data, w->b.len);
	hash_add(&h, o->text.data, o->text.len);
	hash_add(&h, o->html.data, o->html.len);
	hash_add(&h, o->report.data, o->report.len);
	for (const struct mail_file *f = o->files; f != NULL; f = f->next) {
		hash_add(&h, f->name, strlen(f->name) + 1);
		hash_add(&h, f->bytes.data, f->bytes.len);
	}
	hash_end(&h, sha256);
	hash_hex(sha256, hex);
	snprintf(w->mark, sizeof(w->mark), "=_sekisho_%.32s_", hex);
}

int
mail_write(struct doc *d, const struct mail_out *o, struct sink *to)
{
	struct mail_writer w = { .to = to };
	int e;

	(void)d;
	buf_init(&w.b, SIZE_MAX / 4);
	/* First, so that a probe sees what this is however long the rest. */
	e = buf_puts(&w.b, "MIME-Version: 1.0\r\n");
	if (e == 0)
		e = mail_put_head(&w.b, o->head);
	make_mark(&w, o);
	if (e == 0 && (e = put_all(&w, o)) == 0)
		e = mail_flush(&w, 0);
	buf_done(&w.b);
	return e;
}
