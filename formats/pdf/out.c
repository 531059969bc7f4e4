/*
 * The canonical writer (ISO 32000-1, 7.5): PDF 1.7, one classic
 * cross-reference table, no object streams, no updates, no encryption.
 *
 * Objects are numbered in the order in which a walk from the trailer finds
 * them, so that neither the order of filling nor the numbers of the source
 * leave a trace.
 */
#include "formats/pdf/pdf_int.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

/* ISO 32000-1 Annex C counts to 8388607. */
#define OBJECTS_MAX 8388607u

/* One number for all: fast, and within a few percent of the smallest. */
#define LEVEL 6

struct slot {
	const struct pobj *value;
	const uint8_t *coded; /* a stream: its bytes as they are written */
	size_t bytes;
	bool is_stream;
};

struct pout {
	struct doc *d;
	struct buf slots; /* of struct slot; number 0 is never used */
	struct buf room;  /* for what a coder makes */
	struct buf rows;  /* for filtered rows */
};

static struct libdeflate_compressor *packer;

int
pout_preload(void)
{
	if (packer == NULL)
		packer = libdeflate_alloc_compressor(LEVEL);
	return packer == NULL ? ERR_NOMEM : 0;
}

int
pout_new(struct doc *d, struct pout **out)
{
	struct pout *o;
	struct slot none = { 0 };
	int e;

	if ((e = pout_preload()) != 0)
		return e;
	if ((o = doc_alloc(d, sizeof(*o))) == NULL)
		return ERR_NOMEM;
	o->d = d;
	buf_init(&o->slots, (size_t)OBJECTS_MAX * sizeof(struct slot));
	buf_init(&o->room, SIZE_MAX / 2);
	buf_init(&o->rows, SIZE_MAX / 2);
	if ((e = buf_put(&o->slots, &none, sizeof(none))) != 0)
		return e;
	*out = o;
	return 0;
}

void
pout_free(struct pout *o)
{
	if (o == NULL)
		return;
	buf_done(&o->slots);
	buf_done(&o->room);
	buf_done(&o->rows);
}

static size_t
slot_count(const struct pout *o)
{
	return o->slots.len / sizeof(struct slot);
}

static struct slot *
slot_at(const struct pout *o, uint32_t num)
{
	return num > 0 && num < slot_count(o)
		   ? (struct slot *)(void *)o->slots.data + num
		   : NULL;
}

int
pout_reserve(struct pout *o, uint32_t *num)
{
	struct slot none = { 0 };
	size_t n = slot_count(o);
	int e = buf_put(&o->slots, &none, sizeof(none));

	if (e == ERR_LIMIT)
		return doc_fail(o->d, e, "more than %u objects", OBJECTS_MAX);
	if (e == 0)
		*num = (uint32_t)n;
	return e;
}

void
pout_set(struct pout *o, uint32_t num, const struct pobj *value)
{
	struct slot *s = slot_at(o, num);

	if (s != NULL)
		*s = (struct slot){ .value = value };
}

/* ---- streams */

/* The dictionary as it is written: Length, Filter and DecodeParms with it. */
static int
fill_stream(struct pout *o, uint32_t num, const struct pobj *dict,
    const struct reader *coded, const char *filter, const struct pobj *parms)
{
	struct slot *s = slot_at(o, num);
	struct pobj *full, *length, *name;
	uint8_t *copy;
	size_t n = pobj_count(dict);

	if (s == NULL)
		return ERR_INTERNAL;
	full = pobj_new_dict(o->d, n + 3);
	copy = doc_alloc(o->d, coded->len);
	length = pobj_new_int(o->d, (int64_t)coded->len);
	name = filter == NULL ? NULL : pobj_new_name(o->d, filter);
	if (full == NULL || copy == NULL || length == NULL ||
	    (filter != NULL && name == NULL))
		return ERR_NOMEM;
	if (coded->len > 0)
		memcpy(copy, coded->data, coded->len);
	for (size_t i = 0; i < n; i++)
		pobj_set_bytes(full, &dict->u.dict.entry[i].key,
		    dict->u.dict.entry[i].value);
	pobj_set(full, "Length", length);
	if (filter != NULL)
		pobj_set(full, "Filter", name);
	if (filter != NULL && parms != NULL)
		pobj_set(full, "DecodeParms", parms);
	*s = (struct slot){ full, copy, coded->len, true };
	return 0;
}

/* *out is borrowed until the next call. */
static int
deflate(struct pout *o, const struct reader *plain, struct reader *out)
{
	size_t room = libdeflate_zlib_compress_bound(packer, plain->len), n;
	uint8_t *p;
	int e;

	buf_clear(&o->room);
	if ((e = buf_reserve(&o->room, room, &p)) != 0)
		return e;
	n = libdeflate_zlib_compress(packer, plain->data, plain->len, p, room);
	if (n == 0)
		return ERR_INTERNAL;
	reader_init(out, p, n);
	return 0;
}

/* Flate, or plain when that is no longer. */
static int
stream_plain(struct pout *o, uint32_t num, const struct pobj *dict,
    const struct reader *bytes, const struct pobj *parms)
{
	struct reader coded;
	int e;

	if (bytes->len == 0)
		return fill_stream(o, num, dict, bytes, NULL, NULL);
	if ((e = deflate(o, bytes, &coded)) != 0)
		return e;
	if (parms == NULL && coded.len >= bytes->len)
		return fill_stream(o, num, dict, bytes, NULL, NULL);
	return fill_stream(o, num, dict, &coded, "FlateDecode", parms);
}

int
pout_stream(struct pout *o, uint32_t num, const struct pobj *dict,
    const struct reader *bytes, enum pfilter how, const struct pobj *parms)
{
	switch (how) {
	case PFILTER_NONE:
		return stream_plain(o, num, dict, bytes, NULL);
	case PFILTER_DCT:
		return fill_stream(o, num, dict, bytes, "DCTDecode", parms);
	case PFILTER_CCITT:
		return fill_stream(o, num, dict, bytes, "CCITTFaxDecode",
		    parms);
	case PFILTER_JPX:
	case PFILTER_JBIG2:
		break;
	}
	return ERR_INTERNAL; /* never written */
}

/* ---- rows of pictures */

/* PNG filters (RFC 2083, 6): the sum of what they leave, as signed bytes. */
static uint64_t
filter_row(int kind, const uint8_t *row, const uint8_t *up, size_t n,
    size_t step, uint8_t *out)
{
	uint64_t sum = 0;
	uint8_t v;

	for (size_t i = 0; i < n; i++) {
		uint8_t left = i < step ? 0 : row[i - step];

		v = row[i];
		if (kind == 1)
			v = (uint8_t)(v - left);
		else if (kind == 2)
			v = (uint8_t)(v - up[i]);
		else if (kind == 3)
			v = (uint8_t)(v - ((left + up[i]) >> 1));
		out[i] = v;
		sum += v < 128 ? v : 256u - v;
	}
	return sum;
}

/*
 * The rule: of none, left, up and average the first with the smallest sum.
 * Paeth gains little over them and costs as much as all.
 */
static void
choose_filter(const uint8_t *row, const uint8_t *up, size_t n, size_t step,
    uint8_t *out, uint8_t *spare)
{
	uint64_t best = UINT64_MAX, sum;

	for (int kind = 0; kind <= 3; kind++) {
		sum = filter_row(kind, row, up, n, step, spare);
		if (sum >= best)
			continue;
		best = sum;
		out[0] = (uint8_t)kind;
		memcpy(out + 1, spare, n);
	}
}

static int
filter_rows(struct pout *o, const struct reader *rows, size_t row, size_t step,
    struct reader *out)
{
	size_t n = rows->len / row, room;
	uint8_t *p, *none, *spare;
	int e;

	if (__builtin_mul_overflow(n, row + 1, &room) ||
	    __builtin_add_overflow(room, 2 * row, &room))
		return ERR_LIMIT;
	buf_clear(&o->rows);
	if ((e = buf_reserve(&o->rows, room, &p)) != 0)
		return e;
	none = p + n * (row + 1);
	spare = none + row;
	memset(none, 0, row);
	for (size_t i = 0; i < n; i++)
		choose_filter(rows->data + i * row,
		    i == 0 ? none : rows->data + (i - 1) * row, row, step,
		    p + i * (row + 1), spare);
	reader_init(out, p, n * (row + 1));
	return 0;
}

static int
row_parms(struct pout *o, uint32_t columns, unsigned colours, unsigned bits,
    const struct pobj **out)
{
	static const char *const keys[4] = { "BitsPerComponent", "Colors",
		"Columns", "Predictor" };
	const int64_t values[4] = { bits, colours, columns, 15 };
	struct pobj *p = pobj_new_dict(o->d, 4), *v;

	if (p == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < 4; i++) {
		if ((v = pobj_new_int(o->d, values[i])) == NULL)
			return ERR_NOMEM;
		pobj_set(p, keys[i], v);
	}
	*out = p;
	return 0;
}

/* Samples of less than a byte gain nothing from the filters. */
int
pout_rows(struct pout *o, uint32_t num, const struct pobj *dict,
    const struct reader *rows, uint32_t columns, unsigned colours,
    unsigned bits)
{
	size_t step = (size_t)colours * bits / 8, row;
	const struct pobj *parms;
	struct reader filtered;
	int e;

	if (bits < 8 || rows->len == 0)
		return stream_plain(o, num, dict, rows, NULL);
	if (__builtin_mul_overflow(step, (size_t)columns, &row) || row == 0 ||
	    rows->len % row != 0)
		return ERR_INTERNAL;
	if ((e = filter_rows(o, rows, row, step, &filtered)) != 0 ||
	    (e = row_parms(o, columns, colours, bits, &parms)) != 0)
		return e;
	return stream_plain(o, num, dict, &filtered, parms);
}

/* ---- the file */

struct writing {
	struct pout *o;
	struct sink *to; /* NULL: doc_put() */
	struct buf text; /* of what is written next */
	uint32_t *map;	 /* number in the file by number here; 0: unreached */
	uint32_t *order; /* and back, from 1 */
	uint64_t *offset;
	uint32_t n;  /* numbers given */
	uint64_t at; /* bytes written */
	struct hash hash;
};

static void
reach(struct writing *w, uint32_t num)
{
	const struct slot *s = slot_at(w->o, num);

	if (s == NULL || s->value == NULL || w->map[num] != 0)
		return;
	w->map[num] = ++w->n;
	w->order[w->n] = num;
}

static int
reach_all(struct writing *w, const struct pobj *p, int depth)
{
	int e = 0;

	if (depth > POBJ_DEPTH_MAX)
		return doc_fail(w->o->d, ERR_LIMIT, "values nested too deep");
	if (pobj_is(p, POBJ_REF))
		reach(w, p->u.ref);
	else if (pobj_is(p, POBJ_ARRAY))
		for (size_t i = 0; e == 0 && i < p->u.array.n; i++)
			e = reach_all(w, p->u.array.item[i], depth + 1);
	else if (pobj_is(p, POBJ_DICT) || pobj_is(p, POBJ_STREAM)) {
		pobj_sort(p);
		for (size_t i = 0; e == 0 && i < p->u.dict.n; i++)
			e = reach_all(w, p->u.dict.entry[i].value, depth + 1);
	}
	return e;
}

static int
put(struct writing *w, const void *data, size_t n)
{
	hash_add(&w->hash, data, n);
	w->at += n;
	return w->to == NULL ? doc_put(w->o->d, data, n)
			     : sink_write(w->to, data, n);
}

static int
put_text(struct writing *w)
{
	int e = put(w, w->text.data, w->text.len);

	buf_clear(&w->text);
	return e;
}

static int
put_object(struct writing *w, uint32_t n)
{
	const struct slot *s = slot_at(w->o, w->order[n]);
	int e;

	w->offset[n] = w->at;
	if ((e = buf_fmt(&w->text, "%u 0 obj\n", n)) != 0 ||
	    (e = pobj_write_as(s->value, w->map, slot_count(w->o), &w->text)) !=
		0)
		return e;
	if (s->is_stream) {
		if ((e = buf_puts(&w->text, "\nstream\n")) != 0 ||
		    (e = put_text(w)) != 0 ||
		    (e = put(w, s->coded, s->bytes)) != 0 ||
		    (e = buf_puts(&w->text, "\nendstream")) != 0)
			return e;
	}
	if ((e = buf_puts(&w->text, "\nendobj\n")) != 0)
		return e;
	return put_text(w);
}

int
pout_trailer(struct buf *b, const uint8_t digest[HASH_BYTES], bool info,
    uint32_t size, uint64_t xref)
{
	char hex[HASH_HEX];

	hash_hex(digest, hex);
	return buf_fmt(b,
	    "trailer\n<</ID [<%.32s> <%.32s>]%s /Root 1 0 R /Size %u>>\n"
	    "startxref\n%llu\n%%%%EOF\n",
	    hex, hex, info ? " /Info 2 0 R" : "", size,
	    (unsigned long long)xref);
}

/* The file's identity is what stands before its table. */
static int
put_tail(struct writing *w, bool info)
{
	uint8_t digest[HASH_BYTES];
	uint64_t xref = w->at;
	struct hash so_far = w->hash;
	int e;

	hash_end(&so_far, digest);
	e = buf_fmt(&w->text, "xref\n0 %u\n0000000000 65535 f \n", w->n + 1);
	for (uint32_t i = 1; e == 0 && i <= w->n; i++)
		e = buf_fmt(&w->text, "%010llu 00000 n \n",
		    (unsigned long long)w->offset[i]);
	if (e == 0)
		e = pout_trailer(&w->text, digest, info, w->n + 1, xref);
	return e != 0 ? e : put_text(w);
}

static int
write_file(struct writing *w, uint32_t root, uint32_t info)
{
	bool has_info;
	int e = 0;

	reach(w, root);
	if (w->n != 1)
		return ERR_INTERNAL;
	reach(w, info);
	has_info = w->n == 2;
	for (uint32_t i = 1; e == 0 && i <= w->n; i++)
		e = reach_all(w, slot_at(w->o, w->order[i])->value, 0);
	if (e == 0)
		e = put(w, PDF_HEADER, sizeof(PDF_HEADER) - 1);
	for (uint32_t i = 1; e == 0 && i <= w->n; i++)
		e = put_object(w, i);
	return e != 0 ? e : put_tail(w, has_info);
}

int
pout_write(struct pout *o, uint32_t root, uint32_t info, struct sink *to)
{
	size_t n = slot_count(o);
	struct writing w = { .o = o, .to = to };
	int e;

	w.map = doc_alloc(o->d, n * sizeof(*w.map));
	w.order = doc_alloc(o->d, n * sizeof(*w.order));
	w.offset = doc_alloc(o->d, n * sizeof(*w.offset));
	if (w.map == NULL || w.order == NULL || w.offset == NULL)
		return ERR_NOMEM;
	buf_init(&w.text, SIZE_MAX / 2);
	hash_init(&w.hash);
	e = write_file(&w, root, info);
	buf_done(&w.text);
	return e;
}

int
pout_finish(struct pout *o, uint32_t root, uint32_t info)
{
	return pout_write(o, root, info, NULL);
}
