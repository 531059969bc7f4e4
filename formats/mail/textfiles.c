/* Things inside a text part that are no text: uuencoded files, ciphertext. */
#include <string.h>

#include "formats/mail/mail_int.h"
#include "formats/mail/outlook.h"

#define PGP_BEGIN "-----BEGIN PGP MESSAGE-----"
#define PGP_END	  "-----END PGP MESSAGE-----"

static int
take_uu(struct mail_job *j, struct mpart *p)
{
	struct mpart *files = NULL, *next;
	struct mail_entry *en;
	struct buf rest;
	int e;

	if (!mail_has_uu(&p->body))
		return 0;
	buf_init(&rest, SIZE_MAX / 4);
	e = mail_uu(j->d, &p->body, p->where, &rest, &files);
	for (; e == 0 && files != NULL; files = next) {
		next = files->next;
		e = mail_add_entry(j, files, &en);
		if (next == NULL && e == 0)
			return mail_settle(j->d, &rest, &p->body);
	}
	buf_done(&rest);
	return e;
}

/* The first ciphertext, from its first line to its last (or the end). */
static bool
find_pgp(const struct reader *in, size_t *from, size_t *to)
{
	size_t at = 0;

	for (;; at++) {
		if (reader_find(in, at, PGP_BEGIN, sizeof(PGP_BEGIN) - 1,
			&at) != 0)
			return false;
		if (at == 0 || reader_has(in, at - 1, "\n", 1))
			break;
	}
	*from = at;
	if (reader_find(in, at, PGP_END, sizeof(PGP_END) - 1, to) == 0)
		*to += sizeof(PGP_END) - 1;
	else
		*to = in->len;
	return true;
}

static int
cut(struct mail_job *j, struct mpart *p, size_t from, size_t to)
{
	struct mpart *c = doc_alloc(j->d, sizeof(*c));
	struct reader before, after;
	struct buf b;
	int e;

	if (c == NULL)
		return ERR_NOMEM;
	*c = *p;
	c->kind = MPART_FILE;
	c->name = "encrypted.asc";
	c->first = c->next = NULL;
	if (reader_view(&p->body, from, to - from, &c->body) != 0 ||
	    reader_view(&p->body, 0, from, &before) != 0 ||
	    reader_view(&p->body, to, p->body.len - to, &after) != 0)
		return ERR_INTERNAL;
	if ((e = mail_plan_held(j, c, ERR_ENCRYPTED, "an encrypted text")) != 0)
		return e;
	buf_init(&b, SIZE_MAX / 4);
	if ((e = buf_put(&b, before.data, before.len)) == 0 &&
	    (e = buf_puts(&b, "[encrypted.asc]\n")) == 0 &&
	    (e = buf_put(&b, after.data, after.len)) == 0)
		e = mail_settle(j->d, &b, &p->body);
	buf_done(&b);
	return e != 0 ? e
		      : doc_found(j->d, FIND_MAIL_CIPHERTEXT, ACT_REMOVED,
			    p->where, NULL);
}

/* As people will see it: what hides a block from us would be gone by then. */
static int
clean(struct mail_job *j, struct mpart *p)
{
	struct buf b;
	int e;

	buf_init(&b, SIZE_MAX / 4);
	if ((e = mail_text(j->d, &p->body, p->charset, p->where, &b)) == 0) {
		p->charset = "utf-8";
		return mail_settle(j->d, &b, &p->body);
	}
	buf_done(&b);
	return e;
}

int
mail_text_files(struct mail_job *j, struct mpart *p)
{
	size_t from, to;
	int e = clean(j, p);

	for (int i = 0; e == 0 && i < 16 && find_pgp(&p->body, &from, &to); i++)
		e = cut(j, p, from, to);
	return e != 0 ? e : take_uu(j, p);
}

/* "begin", perhaps "-base64", blanks, a mode: programs ask no more. */
static bool
begins_uu(const struct reader *line)
{
	size_t i = 5, n = 0;
	bool blank = false;

	if (!reader_has(line, 0, "begin", 5))
		return false;
	if (reader_has(line, i, "-base64", 7))
		i += 7;
	if (reader_has(line, i, "-encoded", 8))
		i += 8;
	for (; reader_has(line, i, " ", 1) || reader_has(line, i, "\t", 1); i++)
		blank = true;
	for (; i < line->len && line->data[i] >= '0' && line->data[i] <= '7';
	     i++)
		n++;
	return blank && n >= 3;
}

/* The first line of a file in the text, for whatever program. */
static bool
begins_file(const struct reader *line)
{
	static const char yenc[] = "=ybegin ";
	static const char binhex[] = "(This file must be converted with BinHex";

	return begins_uu(line) || reader_has(line, 0, yenc, sizeof(yenc) - 1) ||
	       reader_has(line, 0, binhex, sizeof(binhex) - 1) ||
	       reader_has(line, 0, PGP_BEGIN, sizeof(PGP_BEGIN) - 1);
}

/* A line of the kind that the gateway writes to the reader. */
static bool
poses_as_ours(const struct reader *line)
{
	static const char *const ours[] = {
		"\xe3\x80\x90\xe9\x80\x81\xe4\xbf\xa1\xe5\x85\x83"
		"\xe3\x81\xae\xe7\xa2\xba\xe8\xaa\x8d\xe3\x80\x91", /* sender */
		"\xe3\x80\x90\xe9\x96\xa2\xe6\x89\x80\xe3\x80\x91", /* Sekisho
								     */
		"[Sekisho]", NULL
	};
	static const char wide[] = "\xe3\x80\x80";
	size_t i = 0;

	for (;; i++)
		if (reader_has(line, i, wide, 3))
			i += 2;
		else if (!reader_has(line, i, " ", 1) &&
			 !reader_has(line, i, "\t", 1))
			break;
	for (const char *const *s = ours; *s != NULL; s++)
		if (reader_has(line, i, *s, strlen(*s)))
			return true;
	return false;
}

static bool
has_line(const struct buf *text, bool (*is_one)(const struct reader *))
{
	struct reader r, line;

	buf_reader(text, &r);
	while (mail_line(&r, &line))
		if (is_one(&line))
			return true;
	return false;
}

/* Such lines are led by a mark. */
static int
mark_lines(struct buf *text, bool (*is_one)(const struct reader *))
{
	struct reader r, line;
	struct buf b;
	int e = 0;

	if (!has_line(text, is_one))
		return 0;
	buf_reader(text, &r);
	buf_init(&b, text->max);
	while (e == 0 && mail_line(&r, &line)) {
		if (is_one(&line))
			e = buf_puts(&b, "| ");
		if (e == 0 && (e = buf_put(&b, line.data, line.len)) == 0)
			e = buf_u8(&b, '\n');
	}
	if (e == 0) {
		buf_clear(text);
		e = buf_put(text, b.data, b.len);
	}
	buf_done(&b);
	return e;
}

/* Text made of HTML, or of several parts, can look like a block again; and
 * programs take for one what is none by the standard. */
int
mail_defuse(struct buf *text)
{
	return mark_lines(text, begins_file);
}

int
mail_unmask(struct buf *text)
{
	return mark_lines(text, poses_as_ours);
}
