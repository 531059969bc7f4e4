/*
 * Bytes of a mail to text: the calls of mail.h that have no structure to
 * read. See words_int.h for the parts.
 */
#include <string.h>

#include "formats/mail/words_int.h"
#include "formats/text/filter.h"

/* UTF-8 is at most so many times as long as what it is made from. */
#define GROWTH 4

int
mail_words_preload(void)
{
	return mtab_preload();
}

int
mail_words(struct doc *d, const struct reader *raw, const char **out)
{
	struct reader r;
	struct buf b;
	int e;

	buf_init(&b, raw->len * GROWTH + 64);
	if ((e = words_flatten(d, raw, &b)) == 0) {
		buf_reader(&b, &r);
		e = words_line(d, &r, out);
	}
	buf_done(&b);
	return e;
}

int
mail_decode(struct doc *d, const struct reader *bytes, const char *charset,
    struct buf *out)
{
	struct word_facts f = { .is = MCS_NONE };
	struct reader r = *bytes;
	int e;

	r.pos = 0;
	e = words_decode(&r, mcs_of_label(charset, strlen(charset)), out, &f);
	return e == 0 ? words_report(d, &f, "") : e;
}

/* CRLF and CRCRLF become LF; a lone CR is left to the filter, which says so. */
static int
join_lines(const struct reader *in, struct buf *out)
{
	struct reader r = *in;
	size_t from = 0, at;
	struct reader piece;
	int e;

	while (reader_find(&r, from, "\r\n", 2, &at) == 0) {
		if ((e = reader_view(&r, from, at - from, &piece)) != 0 ||
		    (e = buf_put(out, piece.data, piece.len)) != 0)
			return e;
		while (out->len > 0 && out->data[out->len - 1] == '\r')
			buf_truncate(out, out->len - 1);
		from = at + 1;
	}
	if ((e = reader_view(&r, from, r.len - from, &piece)) != 0)
		return e;
	return buf_put(out, piece.data, piece.len);
}

int
mail_text(struct doc *d, const struct reader *bytes, const char *charset,
    const char *where, struct buf *out)
{
	struct word_facts f = { .is = MCS_NONE };
	struct reader r = *bytes;
	struct buf text, lines;
	int e;

	buf_init(&text, bytes->len * GROWTH + 64);
	buf_init(&lines, bytes->len * GROWTH + 64);
	r.pos = 0;
	if ((e = words_decode(&r, mcs_of_label(charset, strlen(charset)), &text,
		 &f)) != 0 ||
	    (e = words_report(d, &f, where)) != 0)
		goto out;
	buf_reader(&text, &r);
	if ((e = join_lines(&r, &lines)) != 0)
		goto out;
	buf_reader(&lines, &r);
	e = text_filter_part(d, &r, where, true, out);
out:
	buf_done(&text);
	buf_done(&lines);
	return e;
}
