/*
 * The small independent reader of the canonical form that out.c writes:
 * header, objects 1..n behind each other, one table, one trailer, and not a
 * byte more. Whatever deviates is for the other reader, so that our own
 * output is never judged by the library that read the input.
 */
#include "formats/pdf/pdf_int.h"

#include <stdlib.h>
#include <string.h>

#define ENTRY_BYTES 20

struct strict {
	struct doc *d;
	struct reader in;
	uint32_t size; /* objects, with number 0 */
	size_t xref;   /* offset of the table */
	const struct pobj **value;
	struct reader *bytes; /* of streams */
	bool bad_ref;
};

static bool
take_text(struct reader *r, const char *s, size_t n)
{
	if (!reader_has(r, reader_pos(r), s, n))
		return false;
	return reader_skip(r, n) == 0;
}

#define TAKE(r, s) take_text((r), (s), sizeof(s) - 1)

/* Decimal digits without leading zeros, and a newline. */
static bool
take_number(struct reader *r, uint64_t *out)
{
	uint64_t v = 0;
	uint8_t c;
	size_t n = 0;

	for (; reader_peek(r, &c) == 0 && c >= '0' && c <= '9' && n < 12; n++) {
		if (n > 0 && v == 0)
			return false;
		v = v * 10 + c - '0';
		if (reader_skip(r, 1) != 0)
			return false;
	}
	*out = v;
	return n > 0 && TAKE(r, "\n");
}

/* From the end: where the table is and how many objects it has. */
static bool
find_table(struct strict *s, struct reader *table)
{
	struct reader r = s->in;
	uint64_t xref, size;
	size_t at;

	if (!reader_has(&r, 0, PDF_HEADER, sizeof(PDF_HEADER) - 1) ||
	    r.len < 64 || reader_view(&r, r.len - 64, 64, table) != 0 ||
	    reader_rfind(table, "startxref\n", 10, &at) != 0)
		return false;
	table->pos = at + 10;
	if (!take_number(table, &xref) || !TAKE(table, "%%EOF\n") ||
	    reader_left(table) > 0 || xref > r.len ||
	    reader_seek(&r, (size_t)xref) != 0 || !TAKE(&r, "xref\n0 ") ||
	    !take_number(&r, &size) || size < 2 ||
	    size > reader_left(&r) / ENTRY_BYTES)
		return false;
	s->xref = (size_t)xref;
	s->size = (uint32_t)size;
	*table = r;
	return true;
}

/* One line of the table; *off is 0 for the first. */
static bool
take_entry(struct reader *table, bool first, size_t *off)
{
	const uint8_t *p;
	size_t v = 0;

	if (first)
		return TAKE(table, "0000000000 65535 f \n");
	if (reader_bytes(table, 10, &p) != 0 || !TAKE(table, " 00000 n \n"))
		return false;
	for (int i = 0; i < 10; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		v = v * 10 + p[i] - '0';
	}
	*off = v;
	return true;
}

/* The trailer has nothing of its own: it is made again and compared. */
static bool
trailer_fits(const struct strict *s, struct reader *tail, bool *info)
{
	uint8_t digest[HASH_BYTES];
	struct buf b;
	bool fits = false;

	hash_of(s->in.data, s->xref, digest);
	buf_init(&b, 4096);
	for (int i = 0; i < 2 && !fits; i++) {
		buf_clear(&b);
		if (pout_trailer(&b, digest, i == 1, s->size, s->xref) != 0)
			break;
		*info = i == 1;
		fits = b.len == reader_left(tail) &&
		       reader_has(tail, reader_pos(tail), b.data, b.len);
	}
	buf_done(&b);
	return fits;
}

static uint32_t
check_ref(void *arg, uint32_t num, uint32_t gen)
{
	struct strict *s = arg;

	if (num > 0 && num < s->size && gen == 0)
		return num;
	s->bad_ref = true;
	return 0;
}

static int
take_stream(struct strict *s, uint32_t num, struct reader *r,
    const struct pobj *dict)
{
	struct pobj *stream;
	int64_t n;

	if (!pobj_is(dict, POBJ_DICT) ||
	    !pobj_int(pobj_get(dict, "Length"), 0, INT64_MAX, &n) ||
	    reader_sub(r, (size_t)n, &s->bytes[num]) != 0 ||
	    !TAKE(r, "\nendstream"))
		return ERR_NOENT;
	if ((stream = pobj_new(s->d, POBJ_STREAM)) == NULL)
		return ERR_NOMEM;
	stream->u.dict = dict->u.dict;
	stream->number = num;
	s->value[num] = stream;
	return 0;
}

static int
take_object(struct strict *s, uint32_t num, struct reader *r)
{
	struct pobj_syntax syntax = { .ref = check_ref, .arg = s };
	struct buf b;
	bool fits;
	int e;

	buf_init(&b, 64);
	fits = buf_fmt(&b, "%u 0 obj\n", num) == 0 &&
	       take_text(r, buf_cstr(&b), b.len);
	buf_done(&b);
	if (!fits)
		return ERR_NOENT;
	e = pobj_parse_as(s->d, r, &syntax, &s->value[num]);
	if (e != 0)
		return e == ERR_NOMEM ? e : ERR_NOENT;
	if (TAKE(r, "\nstream\n") &&
	    (e = take_stream(s, num, r, s->value[num])) != 0)
		return e;
	return TAKE(r, "\nendobj\n") && !s->bad_ref ? 0 : ERR_NOENT;
}

static int
take_objects(struct strict *s, struct reader *table)
{
	struct reader r = s->in;
	size_t off = 0;
	int e;

	s->value = doc_alloc(s->d, s->size * sizeof(struct pobj *));
	s->bytes = doc_alloc(s->d, s->size * sizeof(struct reader));
	if (s->value == NULL || s->bytes == NULL)
		return ERR_NOMEM;
	r.len = s->xref;
	r.pos = sizeof(PDF_HEADER) - 1;
	for (uint32_t i = 0; i < s->size; i++) {
		if (!take_entry(table, i == 0, &off))
			return ERR_NOENT;
		if (i == 0)
			continue;
		if (off != reader_pos(&r))
			return ERR_NOENT;
		if ((e = take_object(s, i, &r)) != 0)
			return e;
	}
	return reader_left(&r) == 0 ? 0 : ERR_NOENT;
}

static int
load(void *state, uint32_t num, const struct pobj **out)
{
	*out = ((struct strict *)state)->value[num];
	return 0;
}

static int
raw(void *state, const struct pobj *stream, struct reader *out, void **own)
{
	struct strict *s = state;

	*own = NULL;
	if (stream->number == 0 || stream->number >= s->size)
		return ERR_INTERNAL;
	*out = s->bytes[stream->number];
	return 0;
}

static void
no_close(void *state)
{
	(void)state;
}

static const struct pin_ops strict_ops = { load, raw, no_close };

static int
give(struct strict *s, bool info, struct pin_source *out)
{
	struct pobj *root = pobj_new_ref(s->d, 1), *second = NULL;

	if (info && (second = pobj_new_ref(s->d, 2)) == NULL)
		return ERR_NOMEM;
	if (root == NULL)
		return ERR_NOMEM;
	*out = (struct pin_source){ .ops = &strict_ops,
		.state = s,
		.root = root,
		.info = second,
		.limit = s->size,
		.facts = { .strict = true, .revisions = 1 } };
	return 0;
}

int
pin_strict_open(struct doc *d, struct pin_source *out)
{
	struct strict *s;
	struct reader table, tail;
	bool info;
	int e;

	if ((s = doc_alloc(d, sizeof(*s))) == NULL)
		return ERR_NOMEM;
	s->d = d;
	s->in = doc_in(d);
	if (!find_table(s, &table))
		return ERR_NOENT;
	tail = table;
	if (reader_skip(&tail, (size_t)s->size * ENTRY_BYTES) != 0 ||
	    !trailer_fits(s, &tail, &info))
		return ERR_NOENT;
	if ((e = take_objects(s, &table)) != 0)
		return e;
	return give(s, info, out);
}
