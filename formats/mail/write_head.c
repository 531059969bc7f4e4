/* Headers written: RFC 5322 lines, encoded words, RFC 2231 names. */
#include <stdio.h>
#include <string.h>

#include "formats/mail/write_int.h"

#define WORD_BYTES 45 /* before base64: the word has at most 75 columns */
#define FOLD_AT	   72
#define RAW_MAX	   400

static bool
is_ascii(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s < ' ' || *s > '~')
			return false;
	return true;
}

/* How many bytes of whole characters fit into one word. */
static size_t
take_word(const char *s)
{
	size_t n = strlen(s);

	if (n <= WORD_BYTES)
		return n;
	for (n = WORD_BYTES; n > 0 && ((uint8_t)s[n] & 0xc0) == 0x80; n--)
		;
	return n;
}

static int
put_words(struct buf *b, const char *s)
{
	const char *gap = "";
	size_t n;
	int e;

	while (*s != '\0') {
		n = take_word(s);
		if ((e = buf_fmt(b, "%s=?UTF-8?B?", gap)) != 0 ||
		    (e = mail_put_base64(b, s, n)) != 0 ||
		    (e = buf_puts(b, "?=")) != 0)
			return e;
		gap = "\r\n ";
		s += n;
	}
	return 0;
}

/* Short enough words, and nothing that could be taken for an encoded one. */
static bool
is_raw(const char *s)
{
	size_t n = strlen(s), run;

	if (!is_ascii(s) || n > RAW_MAX || strstr(s, "=?") != NULL ||
	    strstr(s, "  ") != NULL || s[0] == ' ' ||
	    (n > 0 && s[n - 1] == ' '))
		return false;
	for (; *s != '\0'; s += run + (s[run] == ' '))
		if ((run = strcspn(s, " ")) > FOLD_AT)
			return false;
	return true;
}

/* Folded before words; col: where it begins. */
static int
put_raw(struct buf *b, const char *s, size_t col)
{
	size_t run;
	int e;

	while (*s != '\0') {
		run = strcspn(s, " ");
		if (col > 1 && col + run > FOLD_AT) {
			if ((e = buf_puts(b, "\r\n ")) != 0)
				return e;
			col = 1;
		} else if (col > 1 && (e = buf_puts(b, " ")) != 0)
			return e;
		if ((e = buf_put(b, s, run)) != 0)
			return e;
		col += run + 1;
		s += run;
		s += strspn(s, " ");
	}
	return 0;
}

static int
put_unstructured(struct buf *b, const char *name, const char *value)
{
	int e;

	if (value[0] == '\0')
		return 0;
	if ((e = buf_fmt(b, "%s:", name)) != 0)
		return e;
	if (is_raw(value))
		e = put_raw(b, value, strlen(name) + 2);
	else if ((e = buf_u8(b, ' ')) == 0)
		e = put_words(b, value);
	return e == 0 ? buf_puts(b, "\r\n") : e;
}

static int
put_display(struct buf *b, const char *name)
{
	int e;

	if (!is_raw(name) || strlen(name) > FOLD_AT)
		return put_words(b, name);
	if ((e = buf_u8(b, '"')) != 0)
		return e;
	for (; *name != '\0'; name++)
		if (((*name == '"' || *name == '\\') &&
			(e = buf_u8(b, '\\')) != 0) ||
		    (e = buf_u8(b, (uint8_t)*name)) != 0)
			return e;
	return buf_u8(b, '"');
}

/* Programs read an encoded word even where none can stand. */
static bool
is_sendable(const char *addr)
{
	return is_ascii(addr) && strstr(addr, "=?") == NULL;
}

/*
 * An address that only SMTPUTF8 could carry, or none: shown as the name, with
 * a mailbox that is nobody's behind it (as RFC 6858 does), so that an answer
 * goes to no stranger.
 */
static int
put_unsendable(struct buf *b, const struct mail_address *a)
{
	struct buf all;
	const char *s;
	int e;

	buf_init(&all, 65536);
	if ((e = buf_fmt(&all, "%s%s%s", a->name, a->name[0] == '\0' ? "" : " ",
		 a->addr)) == 0 &&
	    (s = buf_cstr(&all)) != NULL && (e = put_display(b, s)) == 0)
		e = buf_puts(b, "\r\n <" MAIL_NOBODY ">");
	buf_done(&all);
	return e;
}

static int
put_address(struct buf *b, const struct mail_address *a)
{
	int e;

	if (a->addr[0] != '\0' && !is_sendable(a->addr))
		return put_unsendable(b, a);
	if (a->name[0] == '\0')
		return buf_puts(b, a->addr);
	if ((e = put_display(b, a->name)) != 0)
		return e;
	/* A group of nobody has only a name. */
	return a->addr[0] == '\0' ? buf_puts(b, ":;")
				  : buf_fmt(b, "\r\n <%s>", a->addr);
}

int
mail_put_addresses(struct buf *b, const char *name,
    const struct mail_address *a)
{
	const char *gap = " ";
	int e;

	if (a == NULL)
		return 0;
	if ((e = buf_fmt(b, "%s:", name)) != 0)
		return e;
	for (; a != NULL; a = a->next) {
		if (a->addr[0] == '\0' && a->name[0] == '\0')
			continue;
		if ((e = buf_puts(b, gap)) != 0 || (e = put_address(b, a)) != 0)
			return e;
		gap = ",\r\n ";
	}
	return buf_puts(b, "\r\n");
}

static int
put_ids(struct buf *b, const char *name, const char *ids)
{
	size_t n;
	int e;

	if (ids[0] == '\0')
		return 0;
	if ((e = buf_fmt(b, "%s:", name)) != 0)
		return e;
	for (const char *gap = " "; *ids != '\0'; gap = "\r\n ") {
		n = strcspn(ids, " ");
		if ((e = buf_puts(b, gap)) != 0 ||
		    (e = buf_put(b, ids, n)) != 0)
			return e;
		ids += n;
		ids += strspn(ids, " ");
	}
	return buf_puts(b, "\r\n");
}

int
mail_put_head(struct buf *b, const struct mail_head *h)
{
	int e;

	if ((e = mail_put_addresses(b, "From", h->from)) != 0 ||
	    (e = mail_put_addresses(b, "Sender", h->sender)) != 0 ||
	    (e = mail_put_addresses(b, "Reply-To", h->reply_to)) != 0 ||
	    (e = mail_put_addresses(b, "To", h->to)) != 0 ||
	    (e = mail_put_addresses(b, "Cc", h->cc)) != 0 ||
	    (e = put_unstructured(b, "Subject", h->subject)) != 0 ||
	    (e = put_unstructured(b, "Date", h->date)) != 0 ||
	    (e = put_ids(b, "Message-ID", h->message_id)) != 0 ||
	    (e = put_ids(b, "In-Reply-To", h->in_reply_to)) != 0 ||
	    (e = put_ids(b, "References", h->references)) != 0 ||
	    (e = put_unstructured(b, "Importance", h->importance)) != 0)
		return e;
	return put_unstructured(b, "Auto-Submitted", h->auto_submitted);
}

/* ---- names of files */

static bool
is_simple(const char *s)
{
	return is_ascii(s) && strlen(s) < 60 && strpbrk(s, "\"\\") == NULL &&
	       strstr(s, "=?") == NULL;
}

static int
put_percent(struct buf *b, const char *s, size_t n)
{
	static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz0123456789-._~";
	int e = 0;

	for (size_t i = 0; e == 0 && i < n; i++)
		e = strchr(safe, s[i]) != NULL
			? buf_u8(b, (uint8_t)s[i])
			: buf_fmt(b, "%%%02X", (unsigned)(uint8_t)s[i]);
	return e;
}

#define PIECE_BYTES 18 /* 54 columns */

static size_t
take_piece(const char *s)
{
	size_t n = strlen(s);

	if (n <= PIECE_BYTES)
		return n;
	for (n = PIECE_BYTES; n > 0 && ((uint8_t)s[n] & 0xc0) == 0x80; n--)
		;
	return n;
}

static int
put_extended(struct buf *b, const char *s)
{
	bool one = take_piece(s) == strlen(s);
	unsigned i = 0;
	size_t n;
	int e = 0;

	for (; e == 0 && *s != '\0'; s += n, i++) {
		n = take_piece(s);
		e = one ? buf_puts(b, ";\r\n filename*=UTF-8''")
			: buf_fmt(b, ";\r\n filename*%u*=%s", i,
			      i == 0 ? "UTF-8''" : "");
		if (e == 0)
			e = put_percent(b, s, n);
	}
	return e;
}

/*
 * The name in Content-Disposition, one spelling of it: programs differ on
 * which of two they take.
 */
int
mail_put_filename(struct buf *b, const char *name)
{
	int e;

	if ((e = buf_puts(b, "Content-Disposition: attachment")) != 0)
		return e;
	if (is_simple(name))
		return buf_fmt(b, ";\r\n filename=\"%s\"\r\n", name);
	if ((e = put_extended(b, name)) != 0)
		return e;
	return buf_puts(b, "\r\n");
}

/* For programs that know no RFC 2231: the name of Content-Type, in ASCII. */
int
mail_put_fallback(struct buf *b, const char *name, unsigned n)
{
	const char *ext = safename_get_ext(name);

	if (is_simple(name))
		return buf_puts(b, "\r\n");
	if (!is_simple(ext))
		ext = "";
	return buf_fmt(b, ";\r\n name=\"attachment-%u%s%s\"\r\n", n,
	    ext[0] == '\0' ? "" : ".", ext);
}
