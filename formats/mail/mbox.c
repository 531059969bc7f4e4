/*
 * Mailboxes (RFC 4155): messages behind "From " lines. One alone is a
 * message; several become an archive of messages, each rebuilt on its own.
 */
#include <stdio.h>
#include <string.h>

#include "formats/mail/mail_int.h"
#include "formats/zipx.h"

#define BOX_MAX 10000

struct box {
	struct doc *d;
	struct zipw *w;
	unsigned n, kept;
	int first_err;
};

/* A "From " line between messages: an empty line or nothing before it, a
 * header behind it. */
static bool
is_start(const struct reader *in, size_t at)
{
	struct reader r = *in, line, head;
	uint8_t c = 0;

	if (!reader_has(in, at, "From ", 5) ||
	    (at > 0 && !reader_has(in, at - 2, "\n\n", 2) &&
		(at < 4 || !reader_has(in, at - 4, "\r\n\r\n", 4))))
		return false;
	if (reader_seek(&r, at) != 0 || !mail_line(&r, &line) ||
	    !mail_line(&r, &head))
		return false;
	while (reader_u8(&head, &c) == 0 && c > ' ' && c < 0x7f && c != ':')
		;
	return c == ':' || reader_has(&head, 0, ">From ", 6);
}

/* The next start at or behind the cursor; ERR_NOENT. */
static int
next_start(const struct reader *in, size_t from, size_t *out)
{
	while (reader_find(in, from, "From ", 5, &from) == 0) {
		if (is_start(in, from)) {
			*out = from;
			return 0;
		}
		from++;
	}
	return ERR_NOENT;
}

static int
put_held(struct box *b, const char *name, const struct doc_result *res)
{
	char path[64];
	struct buf note;
	int e;

	if (b->first_err == 0)
		b->first_err = res->err;
	if ((e = doc_found(b->d, FIND_MEMBER_HELD, ACT_REPLACED, name, "%s: %s",
		 err_name(res->err), res->message)) != 0)
		return e;
	snprintf(path, sizeof(path), "%s.held.txt", name);
	buf_init(&note, 1 << 16);
	if ((e = zip_note(name, res->err, &note)) == 0)
		e = zipw_add(b->w, path, 0, false, note.data, note.len);
	buf_done(&note);
	return e;
}

static int
put_message(struct box *b, const struct reader *in)
{
	struct reader r = *in, line, body;
	struct child c = { .in = &body, .flags = CHILD_MEMBER };
	struct doc_result res;
	struct sink s;
	struct buf out;
	char name[40];
	int e;

	if (++b->n > BOX_MAX)
		return doc_fail(b->d, ERR_LIMIT, "too many messages");
	if (!mail_line(&r, &line) ||
	    reader_sub(&r, reader_left(&r), &body) != 0)
		return ERR_INTERNAL;
	snprintf(name, sizeof(name), "message-%04u.eml", b->n);
	c.name = c.where = name;
	buf_init(&out, SIZE_MAX / 4);
	sink_init_buf(&s, &out, doc_budget(b->d, BUDGET_OUT_BYTES));
	e = doc_child(b->d, &c, &s, &res);
	sink_done(&s);
	if (e == ERR_IO || e == ERR_INTERNAL || (e != 0 && res.err == 0) ||
	    doc_exhausted(b->d)) {
		e = doc_fail(b->d, e != 0 ? e : ERR_LIMIT, "%s", res.message);
	} else if (e != 0 || strcmp(res.out_ext, "eml") != 0) {
		if (e == 0)
			res.err = ERR_UNSUPPORTED;
		e = put_held(b, name, &res);
	} else {
		b->kept++;
		e = zipw_add(b->w, name, 0, false, out.data, out.len);
	}
	buf_done(&out);
	return e;
}

int
mail_split_box(struct doc *d, bool *is_done)
{
	struct box b = { .d = d };
	struct reader in = doc_in(d), part;
	size_t at = 0, next;
	int e;

	*is_done = false;
	/* What came by mail is one mail. */
	if (doc_depth(d) == 0 && doc_options(d)->mail_fresh)
		return 0;
	if (!is_start(&in, 0) || next_start(&in, 1, &next) != 0)
		return 0;
	*is_done = true;
	if ((e = doc_found(d, FIND_MAIL_MBOX, ACT_REPLACED, "", NULL)) != 0 ||
	    (e = zipw_new(d, &b.w)) != 0)
		return e;
	for (bool more = true; e == 0 && more; at = next) {
		more = next_start(&in, at + 1, &next) == 0;
		if (!more)
			next = in.len;
		if (reader_view(&in, at, next - at, &part) != 0)
			return ERR_INTERNAL;
		e = put_message(&b, &part);
	}
	if (e != 0)
		return e;
	if (b.kept == 0)
		return doc_fail(d, b.first_err,
		    "no message of it could be "
		    "let through");
	doc_makes(d, "zip", "zip");
	return zipw_finish(b.w, false, NULL);
}
