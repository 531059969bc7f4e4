/*
 * uuencode (POSIX): "begin 644 name", lines of a length and four characters
 * for three bytes, a line of length 0, "end".
 */
#include <string.h>

#include "formats/mail/outlook.h"

#define NAME_MAX_BYTES 255
#define BLOCKS_MAX     MAIL_PARTS_MAX

struct uu {
	struct doc *d;
	const char *where;
	struct reader in;
	struct buf bytes;
};

/* The next line without its end. ERR_NOENT: there is none. */
static int
take_line(struct reader *r, struct reader *line)
{
	struct reader at = *r;
	size_t n = 0;
	uint8_t c;

	if (reader_left(r) == 0)
		return ERR_NOENT;
	while (reader_u8(&at, &c) == 0 && c != '\n' && c != '\r')
		n++;
	if (reader_sub(r, n, line) != 0)
		return ERR_INTERNAL;
	if (reader_u8(r, &c) == 0 && c == '\r' && reader_peek(r, &c) == 0 &&
	    c == '\n')
		return reader_skip(r, 1);
	return 0;
}

/* "begin 644 name": the offset of the name, 0 when it is no such line. */
static size_t
begin_line(const struct reader *l)
{
	size_t i = 6, n = 0;

	if (!reader_has(l, 0, "begin ", 6))
		return 0;
	while (i < l->len && l->data[i] >= '0' && l->data[i] <= '7') {
		i++;
		n++;
	}
	if (n < 3 || n > 4 || i + 1 >= l->len || l->data[i] != ' ')
		return 0;
	return i + 1;
}

static bool
is_end(const struct reader *l)
{
	size_t n = l->len;

	while (n > 0 && (l->data[n - 1] == ' ' || l->data[n - 1] == '\t'))
		n--;
	return n == 3 && memcmp(l->data, "end", 3) == 0;
}

/* How many bytes the line says it holds; SIZE_MAX: it is no data line. */
static size_t
line_bytes(const struct reader *l)
{
	size_t n, chars;

	if (l->len == 0)
		return 0;
	if (l->data[0] < 0x20 || l->data[0] > 0x60)
		return SIZE_MAX;
	n = (l->data[0] - 0x20u) & 0x3f;
	chars = (n + 2) / 3 * 4;
	/* Blanks at the end get lost on the way; one more is a checksum. */
	if (l->len - 1 > chars + 2 ||
	    (l->len - 1 < chars && chars - (l->len - 1) > 4 && n < 45 &&
		l->len > 1))
		return SIZE_MAX;
	for (size_t i = 1; i < l->len; i++)
		if (l->data[i] < 0x20 || l->data[i] > 0x60)
			return SIZE_MAX;
	return n;
}

static uint8_t
bits(const struct reader *l, size_t i)
{
	uint8_t c = i < l->len ? l->data[i] : 0x20;

	return (uint8_t)((c - 0x20u) & 0x3f);
}

static int
decode_line(const struct reader *l, size_t n, struct buf *out)
{
	uint8_t three[3];
	size_t some;
	int e = 0;

	for (size_t i = 1; e == 0 && n > 0; i += 4) {
		three[0] = (uint8_t)(bits(l, i) << 2 | bits(l, i + 1) >> 4);
		three[1] = (uint8_t)(bits(l, i + 1) << 4 | bits(l, i + 2) >> 2);
		three[2] = (uint8_t)(bits(l, i + 2) << 6 | bits(l, i + 3));
		some = n < 3 ? n : 3;
		e = buf_put(out, three, some);
		n -= some;
	}
	return e;
}

/*
 * The lines of a block behind its first one. A line that is none ends it
 * there, and stays in the text.
 */
static int
decode_block(struct uu *u, bool *whole)
{
	struct reader before, line;
	bool last = false;
	size_t n;
	int e;

	*whole = false;
	buf_clear(&u->bytes);
	for (;;) {
		before = u->in;
		if ((e = take_line(&u->in, &line)) != 0)
			return e == ERR_NOENT ? 0 : e;
		if (is_end(&line)) {
			*whole = true;
			return 0;
		}
		n = line_bytes(&line);
		if (n == SIZE_MAX || (last && n > 0)) {
			u->in = before;
			return 0;
		}
		last = n == 0;
		if ((e = decode_line(&line, n, &u->bytes)) != 0)
			return e;
	}
}

/* Does a block begin with this line? Its next line must be of one. */
static bool
starts_block(const struct reader *line, const struct reader *rest)
{
	struct reader at = *rest, next;
	size_t n;

	if (begin_line(line) == 0 || take_line(&at, &next) != 0)
		return false;
	if (is_end(&next))
		return true;
	n = line_bytes(&next);
	if (n == SIZE_MAX || next.len == 0)
		return false;
	/* An empty file, or as many characters as the length asks for. */
	return n == 0 ? next.len == 1 : next.len - 1 + 4 >= (n + 2) / 3 * 4;
}

bool
mail_has_uu(const struct reader *text)
{
	struct reader r = *text, line;
	size_t at = 0;

	/* Most texts have no such word at all. */
	while (reader_find(text, at, "begin ", 6, &at) == 0) {
		if (at == 0 || text->data[at - 1] == '\n' ||
		    text->data[at - 1] == '\r') {
			if (reader_seek(&r, at) == 0 &&
			    take_line(&r, &line) == 0 &&
			    starts_block(&line, &r))
				return true;
		}
		at++;
	}
	return false;
}

bool
mail_uu_first(const struct reader *text)
{
	struct reader r = *text, line;

	r.pos = 0;
	return take_line(&r, &line) == 0 && starts_block(&line, &r);
}

static int
block_name(struct uu *u, const struct reader *line, const char **out)
{
	struct reader name;
	size_t at = begin_line(line), n = line->len - at;
	int e;

	if ((e = reader_view(line, at, n > NAME_MAX_BYTES ? NAME_MAX_BYTES : n,
		 &name)) != 0)
		return e;
	return mail_words(u->d, &name, out);
}

static int
make_part(struct uu *u, const struct reader *line, unsigned number,
    struct mpart **out)
{
	struct mpart *p = doc_alloc(u->d, sizeof(*p));
	uint8_t *copy;
	bool whole;
	int e;

	if (p == NULL)
		return ERR_NOMEM;
	*p = (struct mpart){ .kind = MPART_FILE,
		.type = "application/octet-stream",
		.charset = "",
		.id = "",
		.where = u->where };
	if ((e = block_name(u, line, &p->name)) != 0 ||
	    (e = decode_block(u, &whole)) != 0)
		return e;
	if ((copy = doc_alloc_bytes(u->d, u->bytes.len + 1)) == NULL)
		return ERR_NOMEM;
	if (u->bytes.len > 0)
		memcpy(copy, u->bytes.data, u->bytes.len);
	reader_init(&p->body, copy, u->bytes.len);
	p->doubtful = !whole;
	*out = p;
	return doc_found(u->d,
	    whole ? FIND_UUENCODE_BLOCK : FIND_UUENCODE_BROKEN, ACT_REPLACED,
	    u->where, "%u: %s", number, p->name);
}

/* The bytes between two cursors into the same text. */
static int
put_between(struct buf *to, const struct reader *from, const struct reader *end)
{
	struct reader r = *from;
	size_t n = reader_pos(end) - reader_pos(from);
	const uint8_t *p;
	int e = reader_bytes(&r, n, &p);

	return e != 0 ? e : buf_put(to, p, n);
}

/* "[name]", or a number for a name that might be in another charset. */
static int
put_mark(struct buf *to, const struct mpart *p, unsigned n)
{
	for (const char *s = p->name; *s != '\0'; s++)
		if ((unsigned char)*s >= 0x80)
			return buf_fmt(to, "[attachment %u]\n", n);
	return buf_fmt(to, "[%s]\n", p->name);
}

static int
split(struct uu *u, struct buf *rest, struct mpart **files)
{
	struct mpart **tail = files;
	struct reader line, before;
	unsigned n = 0;
	int e;

	for (before = u->in; take_line(&u->in, &line) == 0; before = u->in) {
		if (!starts_block(&line, &u->in)) {
			if ((e = put_between(rest, &before, &u->in)) != 0)
				return e;
			continue;
		}
		if (++n > BLOCKS_MAX)
			return doc_fail(u->d, ERR_LIMIT,
			    "more than %d uuencoded files", BLOCKS_MAX);
		if ((e = make_part(u, &line, n, tail)) != 0 ||
		    (e = put_mark(rest, *tail, n)) != 0)
			return e;
		tail = &(*tail)->next;
	}
	return 0;
}

int
mail_uu(struct doc *d, const struct reader *text, const char *where,
    struct buf *rest, struct mpart **files)
{
	struct uu u = { .d = d, .where = where, .in = *text };
	int e;

	*files = NULL;
	if (!mail_has_uu(text))
		return 0;
	u.in.pos = 0;
	buf_init(&u.bytes, text->len + 64);
	e = split(&u, rest, files);
	buf_done(&u.bytes);
	return e;
}
