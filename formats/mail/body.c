/* The text of a mail, out of what its sender offers for it. */
#include <string.h>

#include "formats/mail/mail_int.h"

#define TEXT_MAX ((size_t)16 << 20)

static int
add_text(struct mail_job *j, const struct mpart *p, struct buf *out)
{
	return mail_text(j->d, &p->body, p->charset, p->where, out);
}

static int
html_of(struct mail_job *j, const struct mpart *p, struct html_job *h,
    struct buf *u8)
{
	int e = mail_decode(j->d, &p->body, p->charset, u8);

	if (e != 0)
		return e;
	*h = (struct html_job){ .where = p->where,
		.cids = j->cids,
		.for_mail = true,
		/* Beside cleaned HTML the text is not made of it again. */
		.whole = doc_options(j->d)->mail_body != MAIL_TEXT &&
			 !doc_options(j->d)->mail_fresh };
	buf_reader(u8, &h->in);
	return 0;
}

/* What was written is what was read, but for the line ends of mail. */
static bool
same_lines(const struct buf *html, size_t from, const struct buf *read)
{
	struct reader x, y;
	uint8_t c = 0, e = 0;
	bool more;

	buf_reader(html, &x);
	buf_reader(read, &y);
	if (reader_seek(&x, from) != 0)
		return false;
	do {
		while ((more = reader_u8(&y, &e) == 0) && e == '\r')
			;
		if (more != (reader_u8(&x, &c) == 0) || (more && c != e))
			return false;
	} while (more);
	return read->len > 0;
}

static int
add_html(struct mail_job *j, const struct mpart *p, struct buf *text,
    struct buf *html, bool *is_clean)
{
	struct html_job h;
	struct buf u8;
	size_t from = html->len;
	int e;

	buf_init(&u8, TEXT_MAX);
	if ((e = html_of(j, p, &h, &u8)) != 0 ||
	    (e = html_text(j->d, &h, text)) != 0)
		goto out;
	if (doc_options(j->d)->mail_body == MAIL_TEXT)
		*is_clean = false;
	else if ((e = html_clean(j->d, &h, html)) == 0)
		*is_clean &= same_lines(html, from, &u8);
out:
	buf_done(&u8);
	return e;
}

static bool
same_text(const struct buf *a, const struct buf *b)
{
	struct reader x, y;
	uint32_t c = 0, e = 0;
	bool more, other;

	buf_reader(a, &x);
	buf_reader(b, &y);
	for (;;) {
		more = mail_letter(&x, &c);
		other = mail_letter(&y, &e);
		if (!more || !other)
			return more == other;
		if (c != e)
			return false;
	}
}

/* No blank lines at the end, and one line end. */
static int
trim(struct buf *b)
{
	while (b->len > 0 && strchr(" \t\n", b->data[b->len - 1]) != NULL)
		buf_truncate(b, b->len - 1);
	return b->len > 0 ? buf_u8(b, '\n') : 0;
}

static int
put_body(struct mail_job *j, const struct buf *b)
{
	int e = 0;

	if (b->len == 0)
		return 0;
	if (j->text.len > 0)
		e = buf_puts(&j->text, "\n");
	return e != 0 ? e : buf_put(&j->text, b->data, b->len);
}

/* What the plain text says and the HTML does not is not lost. */
static int
put_rest(struct mail_job *j, const struct buf *text, const struct buf *shown)
{
	bool more;
	int e = mail_says_more(text, shown, &more);

	if (e != 0 || !more)
		return e;
	if ((e = buf_puts(&j->text,
		 "\n--------------------\n"
		 "【関所】HTMLとは違う、もとの文字の本文：\n"
		 "[Sekisho] The plain text, which differs from the HTML:\n"
		 "\n")) != 0)
		return e;
	return buf_put(&j->text, text->data, text->len);
}

static int
choose(struct mail_job *j, const struct mail_body *m, struct buf *text,
    struct buf *html_text_, bool is_clean)
{
	bool ours = is_clean && !doc_options(j->d)->mail_fresh;
	int e;

	if ((e = trim(text)) != 0 || (e = trim(html_text_)) != 0)
		return e;
	if (m->n_html == 0 || html_text_->len == 0)
		return put_body(j, text);
	if (m->n_text > 0 && (ours || same_text(text, html_text_)))
		return put_body(j, text);
	if (m->n_text > 0 && text->len > 0 &&
	    (e = doc_found(j->d, FIND_MAIL_ALTERNATIVE, ACT_REPLACED,
		 m->text[0]->where, NULL)) != 0)
		return e;
	if ((e = put_body(j, html_text_)) != 0 || m->n_text == 0)
		return e;
	return put_rest(j, text, html_text_);
}

static int
one_body(struct mail_job *j, const struct mail_body *m)
{
	struct buf text, shown;
	bool is_clean = true;
	int e = 0;

	buf_init(&text, TEXT_MAX);
	buf_init(&shown, TEXT_MAX);
	for (size_t i = 0; e == 0 && i < m->n_text; i++)
		e = add_text(j, m->text[i], &text);
	for (size_t i = 0; e == 0 && i < m->n_html; i++)
		e = add_html(j, m->html[i], &shown, &j->html, &is_clean);
	if (e == 0 && doc_options(j->d)->mail_fresh &&
	    (e = mail_unmask(&text)) == 0)
		e = mail_unmask(&shown);
	if (e == 0)
		e = choose(j, m, &text, &shown, is_clean);
	buf_done(&text);
	buf_done(&shown);
	return e;
}

/* What the relay found out about the sender, before all that he writes. */
static int
put_authentication(struct mail_job *j)
{
	const char *s = j->head->authentication;

	if (s[0] == '\0')
		return 0;
	return buf_fmt(&j->text, "【送信元の確認】%s\n", s);
}

/* ---- what the gateway says in the HTML */

static int
put_escaped(struct buf *b, const char *s)
{
	int e = 0;

	for (; e == 0 && *s != '\0'; s++)
		e = *s == '<'	? buf_puts(b, "&lt;")
		    : *s == '>' ? buf_puts(b, "&gt;")
		    : *s == '&' ? buf_puts(b, "&amp;")
				: buf_u8(b, (uint8_t)*s);
	return e;
}

static int
insert(struct buf *html, size_t at, const struct buf *what)
{
	struct buf b;
	int e;

	buf_init(&b, html->max);
	if ((e = buf_put(&b, html->data, at)) == 0 &&
	    (e = buf_put(&b, what->data, what->len)) == 0 &&
	    (e = buf_put(&b, html->data + at, html->len - at)) == 0) {
		buf_clear(html);
		e = buf_put(html, b.data, b.len);
	}
	buf_done(&b);
	return e;
}

/* Where the body of what we wrote begins and ends. */
static int
put_in_html(struct buf *html, bool first, const struct buf *what)
{
	static const char end[] = "\n</body>";
	struct reader r;
	size_t at, last;

	buf_reader(html, &r);
	if (reader_find(&r, 0, end, sizeof(end) - 1, &last) != 0 ||
	    reader_find(&r, 0, "<body", 5, &at) != 0 ||
	    reader_find(&r, at, "\n", 1, &at) != 0)
		return ERR_INTERNAL;
	return insert(html, first && at < last ? at + 1 : last, what);
}

/* The true address, whatever name and picture the page shows. */
static int
put_banner(struct mail_job *j)
{
	const struct mail_address *a = j->head->from;
	struct buf b;
	int e;

	if (j->html.len == 0 || !doc_options(j->d)->mail_fresh)
		return 0;
	buf_init(&b, 65536);
	if ((e = buf_puts(&b, "<p>【送信元の確認】")) == 0 &&
	    (e = put_escaped(&b, a == NULL ? "" : a->addr)) == 0 &&
	    (j->head->authentication[0] == '\0' ||
		((e = buf_u8(&b, ' ')) == 0 &&
		    (e = put_escaped(&b, j->head->authentication)) == 0)) &&
	    (e = buf_puts(&b, "</p>")) == 0)
		e = put_in_html(&j->html, true, &b);
	buf_done(&b);
	return e;
}

static int
put_html_notice(struct mail_job *j, size_t n)
{
	struct buf b;
	int e;

	if (j->html.len == 0)
		return 0;
	buf_init(&b, 65536);
	if ((e = buf_fmt(&b,
		 "<p>【関所】届けていない添付ファイルが%zu件あります。"
		 "詳しくは添付の「" MAIL_REPORT_NAME "」をご覧ください。<br>"
		 "[Sekisho] %zu attachment(s) not delivered: see the report "
		 "attached.</p>",
		 n, n)) == 0)
		e = put_in_html(&j->html, false, &b);
	buf_done(&b);
	return e;
}

/* Files that do not come with the mail. */
static int
put_notice(struct mail_job *j)
{
	size_t n = 0;
	int e;

	for (const struct mail_entry *en = j->entries; en != NULL;
	     en = en->next)
		n += en->fate != FATE_REBUILT && en->part != j->report_part;
	if (n == 0)
		return 0;
	if ((e = put_html_notice(j, n)) != 0)
		return e;
	return buf_fmt(&j->text,
	    "%s--------------------\n"
	    "【関所】届けていない添付ファイルが%zu件あります。"
	    "詳しくは添付の「" MAIL_REPORT_NAME "」をご覧ください。\n"
	    "[Sekisho] %zu attachment(s) not delivered: see the report "
	    "attached.\n",
	    j->text.len > 0 ? "\n" : "", n, n);
}

int
mail_bodies(struct mail_job *j)
{
	int e;

	buf_init(&j->text, TEXT_MAX);
	buf_init(&j->html, TEXT_MAX);
	e = put_authentication(j);
	for (const struct mail_body *m = j->bodies; e == 0 && m != NULL;
	     m = m->next)
		e = one_body(j, m);
	if (e == 0)
		e = put_banner(j);
	if (e == 0 && (e = trim(&j->text)) == 0)
		e = mail_defuse(&j->text);
	return e == 0 ? put_notice(j) : e;
}
