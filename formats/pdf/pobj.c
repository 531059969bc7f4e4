/*
 * PDF values: questions, making, and the canonical text (ISO 32000-1, 7.3).
 */
#include "formats/pdf/pobj_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
const uint8_t pobj_chars[256] = {
	[0] = PCHAR_SPACE, ['\t'] = PCHAR_SPACE, ['\n'] = PCHAR_SPACE,
	['\f'] = PCHAR_SPACE, ['\r'] = PCHAR_SPACE, [' '] = PCHAR_SPACE,
	['('] = PCHAR_DELIMITER, [')'] = PCHAR_DELIMITER,
	['<'] = PCHAR_DELIMITER, ['>'] = PCHAR_DELIMITER,
	['['] = PCHAR_DELIMITER, [']'] = PCHAR_DELIMITER,
	['{'] = PCHAR_DELIMITER, ['}'] = PCHAR_DELIMITER,
	['/'] = PCHAR_DELIMITER, ['%'] = PCHAR_DELIMITER,
};
/* clang-format on */

static const double tens[POBJ_DECIMALS_MAX + 1] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5,
	1e6, 1e7, 1e8, 1e9 };

bool
pobj_is(const struct pobj *p, enum pobj_type t)
{
	return p == NULL ? t == POBJ_NULL : p->type == t;
}

static bool
bytes_are(const struct reader *r, const char *s, size_t n)
{
	return r->len == n && (n == 0 || memcmp(r->data, s, n) == 0);
}

bool
pobj_is_name(const struct pobj *p, const char *name)
{
	return p != NULL && p->type == POBJ_NAME &&
	       bytes_are(&p->u.bytes, name, strlen(name));
}

bool
pobj_number(const struct pobj *p, double *out)
{
	if (pobj_is(p, POBJ_INT))
		*out = (double)p->u.i;
	else if (pobj_is(p, POBJ_REAL))
		*out = (double)p->u.real.mantissa / tens[p->u.real.decimals];
	else
		return false;
	return true;
}

bool
pobj_int(const struct pobj *p, int64_t min, int64_t max, int64_t *out)
{
	double v;

	if (pobj_is(p, POBJ_INT)) {
		if (p->u.i < min || p->u.i > max)
			return false;
		*out = p->u.i;
		return true;
	}
	if (!pobj_number(p, &v) || v != floor(v) || v < (double)min ||
	    v > (double)max || fabs(v) > 9e15)
		return false;
	*out = (int64_t)v;
	return true;
}

static int
compare_keys(const struct reader *a, const struct reader *b)
{
	size_t n = a->len < b->len ? a->len : b->len;
	int c = n == 0 ? 0 : memcmp(a->data, b->data, n);

	return c != 0 ? c : (a->len > b->len) - (a->len < b->len);
}

static bool
is_dict(const struct pobj *p)
{
	return p != NULL && (p->type == POBJ_DICT || p->type == POBJ_STREAM);
}

static const struct pobj *
search(const struct pobj *p, const struct reader *key)
{
	size_t low = 0, high = p->u.dict.n, mid;
	int c;

	while (low < high) {
		mid = low + (high - low) / 2;
		c = compare_keys(&p->u.dict.entry[mid].key, key);
		if (c == 0)
			return p->u.dict.entry[mid].value;
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

const struct pobj *
pobj_get(const struct pobj *p, const char *key)
{
	struct reader k;

	reader_init(&k, key, strlen(key));
	return pobj_get_bytes(p, &k);
}

const struct pobj *
pobj_get_bytes(const struct pobj *p, const struct reader *key)
{
	if (!is_dict(p))
		return NULL;
	if (p->u.dict.sorted)
		return search(p, key);
	for (size_t i = 0; i < p->u.dict.n; i++)
		if (compare_keys(&p->u.dict.entry[i].key, key) == 0)
			return p->u.dict.entry[i].value;
	return NULL;
}

const struct pobj *
pobj_item(const struct pobj *p, size_t i)
{
	return pobj_is(p, POBJ_ARRAY) && i < p->u.array.n ? p->u.array.item[i]
							  : NULL;
}

size_t
pobj_count(const struct pobj *p)
{
	return pobj_is(p, POBJ_ARRAY) ? p->u.array.n
	       : is_dict(p)	      ? p->u.dict.n
				      : 0;
}

struct pobj *
pobj_new(struct doc *d, enum pobj_type t)
{
	struct pobj *p = doc_alloc(d, sizeof(*p));

	if (p != NULL)
		p->type = t;
	return p;
}

struct pobj *
pobj_new_int(struct doc *d, int64_t i)
{
	struct pobj *p = pobj_new(d, POBJ_INT);

	if (p != NULL)
		p->u.i = i;
	return p;
}

struct pobj *
pobj_new_decimal(struct doc *d, int64_t mantissa, unsigned decimals)
{
	struct pobj *p;

	while (decimals > POBJ_DECIMALS_MAX) {
		mantissa /= 10;
		decimals--;
	}
	while (decimals > 0 && mantissa % 10 == 0) {
		mantissa /= 10;
		decimals--;
	}
	if (decimals == 0)
		return pobj_new_int(d, mantissa);
	if ((p = pobj_new(d, POBJ_REAL)) != NULL) {
		p->u.real.mantissa = mantissa;
		p->u.real.decimals = (uint8_t)decimals;
	}
	return p;
}

struct pobj *
pobj_new_name(struct doc *d, const char *name)
{
	return pobj_new_bytes(d, POBJ_NAME, name, strlen(name));
}

struct pobj *
pobj_new_ref(struct doc *d, uint32_t ref)
{
	struct pobj *p = pobj_new(d, POBJ_REF);

	if (p != NULL)
		p->u.ref = ref;
	return p;
}

struct pobj *
pobj_new_bytes(struct doc *d, enum pobj_type t, const void *data, size_t n)
{
	struct pobj *p = pobj_new(d, t);

	if (p != NULL)
		reader_init(&p->u.bytes, data, n);
	return p;
}

struct pobj *
pobj_new_array(struct doc *d, size_t n_max)
{
	struct pobj *p = pobj_new(d, POBJ_ARRAY);
	size_t bytes;

	if (p == NULL || n_max == 0)
		return p;
	if (__builtin_mul_overflow(n_max, sizeof(p->u.array.item[0]), &bytes))
		return NULL;
	p->u.array.item = doc_alloc(d, bytes);
	return p->u.array.item == NULL ? NULL : p;
}

struct pobj *
pobj_new_dict(struct doc *d, size_t n_max)
{
	struct pobj *p = pobj_new(d, POBJ_DICT);
	size_t bytes;

	if (p == NULL || n_max == 0)
		return p;
	if (__builtin_mul_overflow(n_max, sizeof(p->u.dict.entry[0]), &bytes))
		return NULL;
	p->u.dict.entry = doc_alloc(d, bytes);
	return p->u.dict.entry == NULL ? NULL : p;
}

void
pobj_push(struct pobj *array, const struct pobj *v)
{
	array->u.array.item[array->u.array.n++] = v;
}

void
pobj_set(struct pobj *dict, const char *key, const struct pobj *v)
{
	struct reader k;

	reader_init(&k, key, strlen(key));
	pobj_set_bytes(dict, &k, v);
}

void
pobj_set_bytes(struct pobj *dict, const struct reader *key,
    const struct pobj *v)
{
	struct pentry *e = dict->u.dict.entry;
	size_t n = dict->u.dict.n++;

	e[n] = (struct pentry){ .key = *key, .value = v };
	dict->u.dict.sorted =
	    n == 0 ||
	    (dict->u.dict.sorted && compare_keys(&e[n - 1].key, key) < 0);
}

static int
by_key(const void *a, const void *b)
{
	return compare_keys(&((const struct pentry *)a)->key,
	    &((const struct pentry *)b)->key);
}

void
pobj_sort(const struct pobj *p)
{
	if (p->u.dict.n > 1 && !p->u.dict.sorted)
		qsort(p->u.dict.entry, p->u.dict.n, sizeof(struct pentry),
		    by_key);
}

/* qsort() is not stable: equal keys keep their order by their place. */
static int
by_key_and_place(const void *a, const void *b)
{
	const struct pentry *const *x = a, *const *y = b;
	int c = compare_keys(&(*x)->key, &(*y)->key);

	return c != 0 ? c : (*x > *y) - (*x < *y);
}

int
pobj_sort_unique(struct doc *d, struct pobj *p)
{
	size_t n = p->u.dict.n, at = 0;
	struct pentry **order = doc_alloc(d, n * sizeof(struct pentry *));
	struct pentry *sorted = doc_alloc(d, n * sizeof(*sorted));

	if (order == NULL || sorted == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++)
		order[i] = &p->u.dict.entry[i];
	qsort(order, n, sizeof(*order), by_key_and_place);
	for (size_t i = 0; i < n; i++) {
		if (at > 0 &&
		    compare_keys(&sorted[at - 1].key, &order[i]->key) == 0)
			at--;
		sorted[at++] = *order[i];
	}
	p->u.dict.entry = sorted;
	p->u.dict.n = at;
	p->u.dict.sorted = true;
	return 0;
}

/* ---- text */

struct writer {
	const uint32_t *map; /* NULL: references as they are */
	size_t n;
	struct buf *b;
};

static const char hex[] = "0123456789ABCDEF";

/* A name's bytes; a NUL can only be said as #00, which readers refuse. */
static int
write_name(const struct reader *name, struct buf *b)
{
	char esc[3] = "#";
	size_t from = 0;
	int e = buf_add(b, "/", 1);

	for (size_t i = 0; e == 0 && i < name->len; i++) {
		uint8_t c = name->data[i];

		if (c > 32 && c < 127 && c != '#' &&
		    pobj_chars[c] == PCHAR_REGULAR)
			continue;
		esc[1] = hex[c >> 4];
		esc[2] = hex[c & 15];
		e = buf_add(b, name->data + from, i - from);
		if (e == 0)
			e = buf_add(b, esc, 3);
		from = i + 1;
	}
	if (e == 0 && from < name->len)
		e = buf_add(b, name->data + from, name->len - from);
	return e;
}

static int
write_hex(const struct reader *s, struct buf *b)
{
	uint8_t *p;
	size_t n;
	int e;

	if (__builtin_mul_overflow(s->len, (size_t)2, &n))
		return ERR_LIMIT;
	if ((e = buf_add(b, "<", 1)) != 0 || (e = buf_reserve(b, n, &p)) != 0)
		return e;
	for (size_t i = 0; i < s->len; i++) {
		*p++ = (uint8_t)hex[s->data[i] >> 4];
		*p++ = (uint8_t)hex[s->data[i] & 15];
	}
	buf_commit(b, n);
	return buf_add(b, ">", 1);
}

/* Printable ASCII stands as it is; anything else makes all hexadecimal. */
static int
write_string(const struct reader *s, struct buf *b)
{
	size_t from = 0;
	int e;

	for (size_t i = 0; i < s->len; i++)
		if (s->data[i] < 32 || s->data[i] > 126)
			return write_hex(s, b);
	e = buf_add(b, "(", 1);
	for (size_t i = 0; e == 0 && i < s->len; i++) {
		uint8_t c = s->data[i];

		if (c != '(' && c != ')' && c != '\\')
			continue;
		if (i > from)
			e = buf_add(b, s->data + from, i - from);
		if (e == 0)
			e = buf_add(b, "\\", 1);
		from = i;
	}
	if (e == 0 && from < s->len)
		e = buf_add(b, s->data + from, s->len - from);
	return e != 0 ? e : buf_add(b, ")", 1);
}

static int
write_number(int64_t mantissa, unsigned decimals, struct buf *b)
{
	uint64_t v = mantissa < 0 ? 0 - (uint64_t)mantissa : (uint64_t)mantissa;
	char text[24];
	size_t at = sizeof(text);
	unsigned digits = 0;

	do {
		text[--at] = (char)('0' + v % 10);
		v /= 10;
		if (++digits == decimals)
			text[--at] = '.';
	} while (v > 0 || digits <= decimals);
	if (mantissa < 0)
		text[--at] = '-';
	return buf_add(b, text + at, sizeof(text) - at);
}

static int
write_ref(const struct writer *w, uint32_t ref)
{
	int e;

	if (w->map != NULL)
		ref = ref < w->n ? w->map[ref] : 0;
	if (ref == 0)
		return buf_add(w->b, "null", 4);
	e = write_number(ref, 0, w->b);
	return e != 0 ? e : buf_add(w->b, " 0 R", 4);
}

static int write_value(const struct writer *, const struct pobj *, int depth);

static int
write_array(const struct writer *w, const struct pobj *p, int depth)
{
	int e = buf_add(w->b, "[", 1);

	for (size_t i = 0; e == 0 && i < p->u.array.n; i++) {
		if (i > 0)
			e = buf_add(w->b, " ", 1);
		if (e == 0)
			e = write_value(w, p->u.array.item[i], depth);
	}
	return e != 0 ? e : buf_add(w->b, "]", 1);
}

static bool
is_nothing(const struct writer *w, const struct pobj *p)
{
	return p == NULL || p->type == POBJ_NULL ||
	       (p->type == POBJ_REF && w->map != NULL &&
		   (p->u.ref >= w->n || w->map[p->u.ref] == 0));
}

static int
write_dict(const struct writer *w, const struct pobj *p, int depth)
{
	bool first = true;
	int e = buf_add(w->b, "<<", 2);

	pobj_sort(p);
	for (size_t i = 0; e == 0 && i < p->u.dict.n; i++) {
		const struct pentry *t = &p->u.dict.entry[i];

		if (is_nothing(w, t->value))
			continue;
		if (!first)
			e = buf_add(w->b, " ", 1);
		first = false;
		if (e == 0)
			e = write_name(&t->key, w->b);
		if (e == 0)
			e = buf_add(w->b, " ", 1);
		if (e == 0)
			e = write_value(w, t->value, depth);
	}
	return e != 0 ? e : buf_add(w->b, ">>", 2);
}

static int
write_value(const struct writer *w, const struct pobj *p, int depth)
{
	if (depth > POBJ_DEPTH_MAX)
		return ERR_LIMIT;
	switch (p == NULL ? POBJ_NULL : p->type) {
	case POBJ_NULL:
		return buf_add(w->b, "null", 4);
	case POBJ_BOOL:
		return buf_puts(w->b, p->u.b ? "true" : "false");
	case POBJ_INT:
		return write_number(p->u.i, 0, w->b);
	case POBJ_REAL:
		return write_number(p->u.real.mantissa, p->u.real.decimals,
		    w->b);
	case POBJ_NAME:
		return write_name(&p->u.bytes, w->b);
	case POBJ_STRING:
		return write_string(&p->u.bytes, w->b);
	case POBJ_OP:
		return buf_add(w->b, p->u.bytes.data, p->u.bytes.len);
	case POBJ_ARRAY:
		return write_array(w, p, depth + 1);
	case POBJ_DICT:
	case POBJ_STREAM:
		return write_dict(w, p, depth + 1);
	case POBJ_REF:
		return write_ref(w, p->u.ref);
	}
	return ERR_INTERNAL;
}

int
pobj_write_as(const struct pobj *p, const uint32_t *map, size_t n,
    struct buf *b)
{
	struct writer w = { map, n, b };

	return write_value(&w, p, 0);
}

int
pobj_write(const struct pobj *p, struct buf *b)
{
	return pobj_write_as(p, NULL, 0, b);
}
