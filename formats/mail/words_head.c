/*
 * Header values: unfolded, raw text of any charset decoded, encoded words
 * (RFC 2047) expanded, and what acts or hides taken out.
 *
 * Structure is always read from the flat text, before encoded words are
 * expanded: what they hold never becomes syntax.
 */
#include <string.h>

#include "formats/mail/words_int.h"
#include "formats/text/filter.h"

#define LABEL_BYTES 64
#define WORD_BYTES  8192 /* of an encoded word: 75 by the book */

/* ---- flat */

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Folds become one LF; blanks at both ends go. */
static int
unfold(const struct reader *raw, struct buf *out, uint32_t *nuls)
{
	struct reader r = *raw;
	size_t end = 0;
	bool fold = false;
	uint8_t c;
	int e = 0;

	r.pos = 0;
	while (e == 0 && reader_u8(&r, &c) == 0) {
		if (c == '\r' || c == '\n') {
			fold = true;
			buf_truncate(out, end);
			continue;
		}
		if (is_blank(c) && (fold || out->len == 0))
			continue;
		if (fold && out->len > 0)
			e = buf_u8(out, '\n');
		fold = false;
		*nuls += c == 0;
		if (e == 0)
			e = buf_u8(out, c == 0 ? ' ' : c);
		if (!is_blank(c))
			end = out->len;
	}
	buf_truncate(out, end);
	return e;
}

int
words_flatten(struct doc *d, const struct reader *raw, struct buf *out)
{
	struct word_facts f = { .is = MCS_NONE };
	struct reader r;
	struct buf b;
	uint32_t nuls = 0;
	int e;

	buf_init(&b, raw->len + 1);
	if ((e = unfold(raw, &b, &nuls)) != 0)
		goto out;
	buf_reader(&b, &r);
	if ((e = words_decode(&r, MCS_NONE, out, &f)) != 0)
		goto out;
	for (size_t i = 0; i < out->len; i++)
		if (out->data[i] == '\n')
			out->data[i] = ' ';
	if (nuls > 0)
		e = doc_found_n(d, nuls, FIND_MAIL_BREAK, ACT_REPLACED,
		    "header", NULL);
	if (e == 0 && f.is != MCS_ASCII)
		e = doc_found(d, FIND_MAIL_RAW, ACT_REPLACED, "header", "%s",
		    mcs_name(f.is));
	if (e == 0)
		e = words_report(d, &f, "header");
out:
	buf_done(&b);
	return e;
}

/* ---- encoded words */

struct word {
	enum mcs label;
	bool base64;
	struct reader text;
	size_t end; /* behind it */
	bool loose;
};

static bool
is_hex(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') ||
	       (c >= 'a' && c <= 'f');
}

/* "charset?B?" or "charset*ja?Q?" behind "=?". */
static bool
parse_start(struct reader *r, struct word *w)
{
	char label[LABEL_BYTES];
	size_t n = 0;
	uint8_t c = 0, q;
	bool lang = false;

	while (reader_u8(r, &c) == 0 && c != '?') {
		if (c <= ' ' || c >= 0x7f || n == sizeof(label))
			return false;
		lang |= c == '*';
		if (!lang)
			label[n++] = (char)c;
	}
	if (c != '?' || reader_u8(r, &c) != 0 || reader_u8(r, &q) != 0 ||
	    q != '?')
		return false;
	if (c != 'B' && c != 'b' && c != 'Q' && c != 'q')
		return false;
	w->base64 = c == 'B' || c == 'b';
	w->label = mcs_of_label(label, n);
	return true;
}

/* Where the next word begins in [from, to); to when none does. */
static size_t
find_start(const struct reader *in, size_t from, size_t to)
{
	struct word w;
	struct reader r = *in;

	while (reader_find(in, from, "=?", 2, &from) == 0 && from < to) {
		if (reader_seek(&r, from + 2) == 0 && parse_start(&r, &w))
			return from;
		from++;
	}
	return to;
}

/* A question mark that should have been encoded, before an encoded byte. */
static bool
is_false_end(const struct reader *in, size_t end)
{
	struct reader r = *in;
	const uint8_t *b;
	size_t real;

	return reader_seek(&r, end) == 0 && reader_bytes(&r, 2, &b) == 0 &&
	       is_hex(b[0]) && is_hex(b[1]) &&
	       reader_find(in, end, "?=", 2, &real) == 0 &&
	       find_start(in, end, real) == real;
}

/* Where the text stops and the word ends. */
static size_t
find_end(const struct reader *in, size_t from, struct word *w)
{
	size_t stop, at = from, next;
	uint8_t c;
	struct reader r = *in;

	while (reader_find(in, at, "?=", 2, &stop) == 0) {
		if ((next = find_start(in, from, stop)) < stop)
			break;
		w->end = stop + 2;
		if (w->base64 || !is_false_end(in, w->end))
			return stop;
		w->loose = true;
		at = w->end;
	}
	/* The end was lost: up to the next word, or as far as it goes. */
	w->loose = true;
	stop = w->end = find_start(in, from, in->len);
	if (!w->base64 || reader_seek(&r, from) != 0)
		return stop;
	while (reader_pos(&r) < w->end && reader_u8(&r, &c) == 0)
		if (is_blank(c) || c == '?') {
			stop = reader_pos(&r) - 1;
			w->end = c == '?' ? stop + 1 : stop;
			break;
		}
	return stop;
}

/* An encoded word at an offset. */
static bool
parse_word(const struct reader *all, size_t at, struct word *w)
{
	size_t left = at < all->len ? all->len - at : 0;
	struct reader near = *all, *in = &near, r, inner;
	size_t stop, nested = 0;

	*w = (struct word){ .label = MCS_NONE };
	if (left > WORD_BYTES)
		near.len = at + WORD_BYTES;
	r = near;
	if (reader_seek(&r, at + 2) != 0 || !parse_start(&r, w))
		return false;
	/* One word put into another: the inner one has the text. */
	for (inner = r; reader_has(in, inner.pos, "=?", 2) &&
			reader_skip(&inner, 2) == 0 && parse_start(&inner, w);
	     r = inner)
		nested++;
	stop = find_end(in, r.pos, w);
	w->loose |= nested > 0;
	for (; nested > 0 && reader_has(in, w->end, "?=", 2); nested--)
		w->end += 2;
	return reader_view(in, r.pos, stop - r.pos, &w->text) == 0;
}

size_t
words_word_end(const struct reader *in, size_t at)
{
	struct word w;

	return reader_has(in, at, "=?", 2) && parse_word(in, at, &w) ? w.end
								     : 0;
}

static int
value64(uint8_t c)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *p = c != 0 ? strchr(digits, c) : NULL;

	return p != NULL ? (int)(p - digits) : -1;
}

/* Padding in the middle ends one run of base64 and begins the next. */
static int
decode_b(struct word *w, struct buf *out)
{
	uint32_t bits = 0, n = 0, digits = 0, pads = 0;
	struct reader r = w->text;
	uint8_t c;
	int e = 0, v;

	while (e == 0 && reader_u8(&r, &c) == 0) {
		if (c == '=') {
			bits = n = 0;
			pads++;
			continue;
		}
		if ((v = value64(c)) < 0) {
			w->loose = true;
			continue;
		}
		if (pads > 0) {
			w->loose = true;
			pads = digits = 0;
		}
		digits++;
		bits = bits << 6 | (uint32_t)v;
		n += 6;
		if (n >= 8) {
			n -= 8;
			e = buf_u8(out, (uint8_t)(bits >> n));
		}
	}
	w->loose |= (digits + pads) % 4 != 0;
	return e;
}

static uint8_t
hex(uint8_t c)
{
	return (uint8_t)(c <= '9' ? c - '0' : (c & 0x5f) - 'A' + 10);
}

static int
decode_q(struct word *w, struct buf *out)
{
	struct reader r = w->text;
	const uint8_t *b;
	uint8_t c;
	int e = 0;

	while (e == 0 && reader_u8(&r, &c) == 0) {
		struct reader at = r;

		w->loose |= c == ' ' || c == '?';
		if (c == '=' && reader_bytes(&at, 2, &b) == 0 && is_hex(b[0]) &&
		    is_hex(b[1])) {
			c = (uint8_t)(hex(b[0]) << 4 | hex(b[1]));
			r = at;
		} else if (c == '=') {
			w->loose = true;
			/* A soft line break, folded. */
			if (reader_has(&r, r.pos, " ", 1) &&
			    reader_skip(&r, 1) == 0)
				continue;
		} else if (c == '_') {
			c = ' ';
		}
		e = buf_u8(out, c);
	}
	return e;
}

/* Words in one charset that stand side by side are one text: mail programs
 * cut in the middle of a character. */
struct run {
	enum mcs label;
	struct buf bytes;
	struct jis_tail tail; /* of the bytes */
	bool open;
	uint32_t loose;
};

static int
flush(struct run *run, struct buf *out, struct word_facts *f)
{
	struct reader r;
	int e;

	if (!run->open)
		return 0;
	run->open = false;
	buf_reader(&run->bytes, &r);
	e = words_decode(&r, run->label, out, f);
	buf_clear(&run->bytes);
	run->tail = (struct jis_tail){ 0 };
	return e;
}

static int
add_word(struct run *run, struct word *w, struct buf *out, struct word_facts *f)
{
	struct reader before, r;
	struct buf b;
	int e = 0;

	if (run->open && run->label != w->label)
		e = flush(run, out, f);
	buf_init(&b, w->text.len + 1);
	if (e == 0)
		e = w->base64 ? decode_b(w, &b) : decode_q(w, &b);
	buf_reader(&b, &r);
	if (e == 0 && run->open && w->label == MCS_JIS) {
		buf_reader(&run->bytes, &before);
		jis_tail(&before, &run->tail);
		/* Each word begins in ASCII, unless it clearly does not. */
		if (jis_tail_is_wide(&run->tail) && !run->tail.half &&
		    !jis_continues(&r))
			e = buf_puts(&run->bytes, "\x1b(B");
	}
	if (e == 0)
		e = buf_put(&run->bytes, r.data, r.len);
	run->open = true;
	run->label = w->label;
	run->loose += w->loose;
	buf_done(&b);
	return e;
}

static size_t
skip_blanks(const struct reader *in, size_t at)
{
	while (reader_has(in, at, " ", 1) || reader_has(in, at, "\t", 1))
		at++;
	return at;
}

static int
expand(const struct reader *in, struct run *run, struct buf *out,
    struct word_facts *f)
{
	size_t at = 0, next;
	struct reader r;
	struct word w;
	int e = 0;

	while (e == 0 && at < in->len) {
		next = run->open ? skip_blanks(in, at) : at;
		if (reader_has(in, next, "=?", 2) && parse_word(in, next, &w)) {
			e = add_word(run, &w, out, f);
			at = w.end;
			continue;
		}
		if ((e = flush(run, out, f)) != 0)
			break;
		/* Up to what may be the next one. */
		if (reader_find(in, at + 1, "=?", 2, &next) != 0)
			next = in->len;
		if ((e = reader_view(in, at, next - at, &r)) == 0)
			e = buf_put(out, r.data, r.len);
		at = next;
	}
	return e == 0 ? flush(run, out, f) : e;
}

int
words_expand(struct doc *d, const struct reader *flat, struct buf *out)
{
	struct run run = { .label = MCS_NONE };
	struct word_facts f = { .is = MCS_NONE };
	int e;

	buf_init(&run.bytes, flat->len + 64);
	e = expand(flat, &run, out, &f);
	if (e == 0 && run.loose > 0)
		e = doc_found_n(d, run.loose, FIND_MAIL_WORD, ACT_REPLACED,
		    "header", NULL);
	if (e == 0)
		e = words_report(d, &f, "header");
	buf_done(&run.bytes);
	return e;
}

/* ---- clean */

/* Breaks become spaces; those at the end are nobody's attack. */
static int
take_breaks(struct doc *d, const struct reader *in, struct buf *out)
{
	struct reader r = *in;
	size_t end = in->len;
	uint32_t n = 0;
	uint8_t c;
	int e = 0;

	while (end > 0 && is_blank(in->data[end - 1]))
		end--;
	r.pos = 0;
	while (e == 0 && reader_pos(&r) < end && reader_u8(&r, &c) == 0) {
		n += c == '\r' || c == '\n' || c == 0;
		e = buf_u8(out, is_blank(c) || c == 0 ? ' ' : c);
	}
	if (e == 0 && n > 0)
		e = doc_found_n(d, n, FIND_MAIL_BREAK, ACT_REPLACED, "header",
		    NULL);
	return e;
}

int
words_clean(struct doc *d, const struct reader *text, const char **out)
{
	struct buf line, clean;
	struct reader r;
	size_t from = 0;
	int e;

	buf_init(&line, text->len + 1);
	buf_init(&clean, text->len + 1);
	if ((e = take_breaks(d, text, &line)) != 0)
		goto out;
	buf_reader(&line, &r);
	if ((e = text_filter_part(d, &r, "header", false, &clean)) != 0)
		goto out;
	while (clean.len > 0 && clean.data[clean.len - 1] == ' ')
		buf_truncate(&clean, clean.len - 1);
	buf_reader(&clean, &r);
	from = skip_blanks(&r, 0);
	if ((e = reader_view(&r, from, r.len - from, &r)) != 0)
		goto out;
	*out = doc_strndup(d, r.data, r.len);
	e = *out == NULL ? ERR_NOMEM : 0;
out:
	buf_done(&line);
	buf_done(&clean);
	return e;
}

int
words_line(struct doc *d, const struct reader *flat, const char **out)
{
	struct reader r;
	struct buf b;
	int e;

	buf_init(&b, flat->len * 4 + 64);
	if ((e = words_expand(d, flat, &b)) == 0) {
		buf_reader(&b, &r);
		e = words_clean(d, &r, out);
	}
	buf_done(&b);
	return e;
}
