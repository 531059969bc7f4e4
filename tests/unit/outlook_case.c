#include "outlook_case.h"

#include <string.h>

#include "formats/mail/outlook.h"

static int
say(struct buf *b, const char *word, const char *value)
{
	return value[0] == '\0' ? 0 : buf_fmt(b, "%s %s\n", word, value);
}

static int
say_people(struct buf *b, const char *word, const struct mail_address *a)
{
	int e = 0;

	for (; e == 0 && a != NULL; a = a->next)
		e = buf_fmt(b, "%s %s <%s>\n", word, a->name, a->addr);
	return e;
}

static int
say_head(struct buf *b, const struct mail_head *h)
{
	int e;

	if ((e = say(b, "subject", h->subject)) != 0 ||
	    (e = say(b, "date", h->date)) != 0 ||
	    (e = say(b, "id", h->message_id)) != 0 ||
	    (e = say_people(b, "from", h->from)) != 0 ||
	    (e = say_people(b, "sender", h->sender)) != 0 ||
	    (e = say_people(b, "to", h->to)) != 0)
		return e;
	return say_people(b, "cc", h->cc);
}

static int
say_part(struct doc *d, struct buf *b, const struct mpart *p)
{
	static const char *const kinds[] = { "text", "html", "multipart",
		"message", "file" };
	int e;

	if ((e = buf_fmt(b, "%s %s %s %s %zu\n", kinds[p->kind], p->type,
		 p->charset, p->name, p->body.len)) != 0)
		return e;
	if (p->kind == MPART_TEXT || p->kind == MPART_HTML) {
		if ((e = buf_puts(b, "<<")) != 0 ||
		    (e = mail_decode(d, &p->body, p->charset, b)) != 0 ||
		    (e = buf_puts(b, ">>\n")) != 0)
			return e;
	}
	for (const struct mpart *c = p->first; c != NULL; c = c->next)
		if ((e = say_part(d, b, c)) != 0)
			return e;
	return 0;
}

static int
show_uu(struct doc *d, const struct reader *in, struct buf *b)
{
	struct mpart *files;
	struct buf rest;
	int e;

	buf_init(&rest, 1u << 26);
	if ((e = mail_uu(d, in, "", &rest, &files)) == 0 && files != NULL)
		e = buf_fmt(b, "<<%s>>\n", buf_cstr(&rest));
	for (; e == 0 && files != NULL; files = files->next)
		e = say_part(d, b, files);
	buf_done(&rest);
	return e;
}

static int
body(struct doc *d, void *arg)
{
	struct reader in = doc_in(d);
	struct mpart *m;
	struct buf b;
	int e;

	(void)arg;
	buf_init(&b, 1u << 28);
	if (reader_has(&in, 0, "\x78\x9f\x3e\x22", 4))
		e = mail_tnef(d, &in, "", &m);
	else if (reader_has(&in, 0, "\xd0\xcf\x11\xe0", 4))
		e = mail_msg(d, &in, "", &m);
	else {
		e = show_uu(d, &in, &b);
		m = NULL;
	}
	if (e == 0 && m != NULL && (e = say_head(&b, m->head)) == 0)
		e = say_part(d, &b, m);
	if (e == 0)
		e = doc_put(d, b.data, b.len);
	buf_done(&b);
	return e;
}

int
outlook_case_run(struct pdf_case *c, const void *in, size_t n, struct buf *out)
{
	if (mail_words_preload() != 0)
		return ERR_INTERNAL;
	memset(c, 0, sizeof(*c));
	c->body = body;
	return pdf_case_run(c, in, n, out);
}
