/*
 * Passwords that a mail tells: for the file of this mail or of the one
 * before. What is written here is tried and forgotten; nobody reads it.
 *
 * A line that speaks of a password, and the three lines below it, are cut
 * into words of visible ASCII; then come words that stand alone on a line.
 */
#include <string.h>

#include "formats/mail/mail_int.h"

#define WORD_MIN   4
#define WORD_MAX   64
#define LINES_NEAR 3

struct secrets {
	struct doc *d;
	struct buf *out;
	size_t n;
};

/* Lower case, after full-width letters were made plain. */
static const char *const phrases[] = { "パスワード", "ﾊﾟｽﾜｰﾄﾞ", "password",
	"passwd", "passcode", "passphrase", "pass word", "パスコード",
	"パスフレーズ", "暗証", "暗号", "解凍", "解除", "開封", "復号", "pw",
	"p/w", "pass:", "pass ", "鍵", NULL };

/* Often said of other things: these lines are read after the others. */
static const char *const hints[] = { "パス", "ﾊﾟｽ", "pass", "合言葉", "キー",
	"ｷｰ", "key", "コード", "ｺｰﾄﾞ", "code", "pin", NULL };

static bool
is_written(const struct secrets *s, const void *p, size_t n)
{
	struct reader r;
	size_t at = 0, end;

	buf_reader(s->out, &r);
	while (reader_find(&r, at, "\n", 1, &end) == 0) {
		if (end - at == n && reader_has(&r, at, p, n))
			return true;
		at = end + 1;
	}
	return false;
}

static int
put_word(struct secrets *s, const uint8_t *p, size_t n)
{
	int e;

	if (n < WORD_MIN || n > WORD_MAX || s->n == MAIL_SECRETS_MAX ||
	    is_written(s, p, n))
		return 0;
	s->n++;
	if ((e = buf_put(s->out, p, n)) != 0)
		return e;
	return buf_u8(s->out, '\n');
}

static bool
one_of(uint8_t c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* As it stands, and without what a sentence puts around it. */
static int
put_variants(struct secrets *s, const uint8_t *p, size_t n)
{
	int e;

	if ((e = put_word(s, p, n)) != 0)
		return e;
	while (n > 0 && one_of(p[0], "\"'([{<:=")) {
		p++;
		n--;
	}
	while (n > 0 && one_of(p[n - 1], "\"')]}>.,;:!")) {
		n--;
		if ((e = put_word(s, p, n)) != 0)
			return e;
	}
	return put_word(s, p, n);
}

/* The words of a line from a place on. pass:WORD is two words as well. */
static int
put_words(struct secrets *s, struct reader line)
{
	const uint8_t *p = line.data;
	size_t begin, colon;
	int e;

	for (size_t i = line.pos; i < line.len; i++) {
		if (p[i] <= ' ' || p[i] >= 0x7f)
			continue;
		begin = i;
		colon = 0;
		for (; i < line.len && p[i] > ' ' && p[i] < 0x7f; i++)
			if (colon == 0 && (p[i] == ':' || p[i] == '='))
				colon = i + 1;
		if (colon > 0 && colon < i &&
		    (e = put_variants(s, p + colon, i - colon)) != 0)
			return e;
		if ((e = put_variants(s, p + begin, i - begin)) != 0)
			return e;
	}
	return 0;
}

/* Where the words behind a phrase begin; false: the line has none. */
static bool
speaks(const struct reader *line, const char *const *of, size_t *behind)
{
	size_t at, best = SIZE_MAX;

	for (; *of != NULL; of++)
		if (reader_find(line, 0, *of, strlen(*of), &at) == 0 &&
		    at + strlen(*of) < best)
			best = at + strlen(*of);
	*behind = best;
	return best != SIZE_MAX;
}

/* Full-width letters, digits and signs (U+FF01 to U+FF5E) and the blank. */
static int
to_plain(const struct buf *text, struct buf *out)
{
	struct reader r;
	uint32_t c;
	int e = 0;

	buf_reader(text, &r);
	while (e == 0 && reader_left(&r) > 0) {
		if (utf8_get(&r, &c) != 0)
			return ERR_MALFORMED;
		if (c >= 0xff01 && c <= 0xff5e)
			c -= 0xfee0;
		else if (c == 0x3000)
			c = ' ';
		e = utf8_put(out, c);
	}
	return e;
}

static void
lower(struct buf *b)
{
	for (size_t i = 0; i < b->len; i++)
		if (b->data[i] >= 'A' && b->data[i] <= 'Z')
			b->data[i] = (uint8_t)(b->data[i] + 32);
}

/* Lines that speak of a password and those below; of NULL: those of one
 * word. */
static int
walk(struct secrets *s, const struct buf *plain, const struct buf *small,
    const char *const *of)
{
	struct reader r, line, low, part;
	unsigned left = 0;
	size_t behind;
	int e = 0;

	buf_reader(plain, &r);
	buf_reader(small, &low);
	while (e == 0 && reader_left(&r) > 0) {
		size_t from = reader_pos(&r);

		if (!mail_line(&r, &line))
			break;
		if ((e = reader_view(&low, from, line.len, &part)) != 0)
			break;
		if (of != NULL && speaks(&part, of, &behind)) {
			left = LINES_NEAR + 1;
			if (reader_seek(&line, behind) == 0)
				e = put_words(s, line);
		} else if (left > 0)
			e = put_words(s, line);
		else if (of == NULL && memchr(line.data, ' ', line.len) == NULL)
			e = put_words(s, line);
		if (left > 0 && line.len > 0)
			left--;
	}
	return e;
}

int
mail_secrets(struct doc *d, const struct buf *text, struct buf *out)
{
	struct secrets s = { d, out, 0 };
	struct buf plain, small;
	int e;

	buf_init(&plain, text->len + 1);
	buf_init(&small, text->len + 1);
	if ((e = to_plain(text, &plain)) == 0 &&
	    (e = buf_put(&small, plain.data, plain.len)) == 0) {
		lower(&small);
		if ((e = walk(&s, &plain, &small, phrases)) == 0 &&
		    (e = walk(&s, &plain, &small, hints)) == 0)
			e = walk(&s, &plain, &small, NULL);
	}
	buf_done(&plain);
	buf_done(&small);
	return e;
}
