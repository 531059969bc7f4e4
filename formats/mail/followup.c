/*
 * The second mail: the files that a mail was delivered without, when their
 * password came. It answers the first, so that readers show them together.
 */
#include <string.h>

#include "formats/mail/mail_int.h"

static const char text[] =
    "先にお届けしたメールの添付ファイルです。パスワードで開き、無害化しました。"
    "\n"
    "本文は先のメールをご覧ください。\n\n"
    "These are the files of a mail that you have already. They were opened\n"
    "with the password and sanitised; the text is in the first mail.\n";

static const char subject[] = "【添付ファイル】";

static int
join(struct doc *d, const char *a, const char *b, const char *c,
    const char **out)
{
	struct buf buf;
	int e;

	buf_init(&buf, MAIL_HEAD_BYTES);
	if ((e = buf_puts(&buf, a)) == 0 && (e = buf_puts(&buf, b)) == 0 &&
	    (e = buf_puts(&buf, c)) == 0 &&
	    (*out = doc_strndup(d, buf.data, buf.len)) == NULL)
		e = ERR_NOMEM;
	buf_done(&buf);
	return e;
}

int
mail_followup(struct mail_job *j)
{
	struct mail_head *h = doc_alloc(j->d, sizeof(*h));
	const char *id = j->head->message_id;
	int e;

	if (h == NULL)
		return ERR_NOMEM;
	*h = *j->head;
	if ((e = join(j->d, subject, j->head->subject, "", &h->subject)) != 0)
		return e;
	if (id[0] == '<') {
		h->in_reply_to = id;
		if ((e = join(j->d, h->references,
			 h->references[0] == '\0' ? "" : " ", id,
			 &h->references)) != 0 ||
		    (e = join(j->d, "<files.", id + 1, "", &h->message_id)) !=
			0)
			return e;
	}
	j->head = h;
	buf_clear(&j->text);
	buf_clear(&j->html);
	return buf_puts(&j->text, text);
}
