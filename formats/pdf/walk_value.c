/*
 * Single values of the walk: text strings (ISO 32000-1, 7.9.2), dates (7.9.4),
 * rectangles (7.9.5), numbers. Text is read in any of the three encodings and
 * written in one form: ASCII, or UTF-16BE.
 */
#include <string.h>

#include "formats/pdf/walk_int.h"

#define TEXT_MAX_BYTES (1u << 24)

int
pwalk_ref(struct walk *w, uint32_t num, const struct pobj **dst)
{
	*dst = pobj_new_ref(w->d, num);
	return *dst == NULL ? ERR_NOMEM : 0;
}

int
pwalk_bytes(struct walk *w, enum pobj_type type, const void *data, size_t n,
    const struct pobj **dst)
{
	char *copy = doc_strndup(w->d, n == 0 ? "" : data, n);

	if (copy == NULL)
		return ERR_NOMEM;
	*dst = pobj_new_bytes(w->d, type, copy, n);
	return *dst == NULL ? ERR_NOMEM : 0;
}

void
pwalk_replace(struct pobj *dict, const char *key, const struct pobj *v)
{
	for (size_t i = 0; i < pobj_count(dict); i++) {
		struct pentry *x = &dict->u.dict.entry[i];

		if (x->key.len == strlen(key) &&
		    memcmp(x->key.data, key, x->key.len) == 0) {
			x->value = v;
			return;
		}
	}
	pobj_set(dict, key, v);
}

/* ---- text */

/* PDFDocEncoding (D.2) where it differs from Latin 1; 0: nothing there. */
static const uint16_t doc_low[8] = { 0x2d8, 0x2c7, 0x2c6, 0x2d9, 0x2dd, 0x2db,
	0x2da, 0x2dc };
static const uint16_t doc_high[33] = { 0x2022, 0x2020, 0x2021, 0x2026, 0x2014,
	0x2013, 0x192, 0x2044, 0x2039, 0x203a, 0x2212, 0x2030, 0x201e, 0x201c,
	0x201d, 0x2018, 0x2019, 0x201a, 0x2122, 0xfb01, 0xfb02, 0x141, 0x152,
	0x160, 0x178, 0x17d, 0x131, 0x142, 0x153, 0x161, 0x17e, 0, 0x20ac };

static uint32_t
from_doc(uint8_t c)
{
	if (c >= 0x18 && c <= 0x1f)
		return doc_low[c - 0x18];
	if (c >= 0x80 && c <= 0xa0)
		return doc_high[c - 0x80];
	return c == 0xad ? 0 : c;
}

/* A character that text may hold; control characters, halves of pairs and
 * what is no character may not. */
static int
put_char(struct buf *out, uint32_t cp)
{
	if (cp == '\r')
		cp = '\n';
	if ((cp < 0x20 && cp != '\t' && cp != '\n') ||
	    (cp >= 0x7f && cp < 0xa0) || (cp >= 0xd800 && cp < 0xe000) ||
	    cp > 0x10ffff || utf8_classify(cp) == UTF8_NONCHAR)
		return 0;
	return utf8_put(out, cp);
}

struct units {
	struct reader r;
	bool little;
	bool escaped; /* inside the language code between two ESC */
};

static bool
get_unit(struct units *u, uint16_t *c)
{
	return (u->little ? reader_u16le(&u->r, c) : reader_u16be(&u->r, c)) ==
	       0;
}

static int
from_utf16(struct units *u, struct buf *out)
{
	uint16_t hi, lo;
	uint32_t cp, last = 0;
	int e;

	while (get_unit(u, &hi)) {
		cp = hi;
		if (hi >= 0xd800 && hi < 0xdc00) {
			struct units ahead = *u;

			if (get_unit(&ahead, &lo) && lo >= 0xdc00 &&
			    lo < 0xe000) {
				cp = 0x10000 + ((uint32_t)(hi - 0xd800) << 10) +
				     (lo - 0xdc00u);
				*u = ahead;
			}
		}
		if (cp == 0x1b)
			u->escaped = !u->escaped;
		else if (!u->escaped && !(cp == '\n' && last == '\r') &&
			 (e = put_char(out, cp)) != 0)
			return e;
		last = cp;
	}
	return 0;
}

static int
from_utf8(struct reader *r, struct buf *out)
{
	uint32_t cp, last = 0;
	int e;

	while (reader_left(r) > 0) {
		if (utf8_get(r, &cp) != 0) {
			if ((e = reader_skip(r, 1)) != 0)
				return e;
			continue;
		}
		if (!(cp == '\n' && last == '\r') &&
		    (e = put_char(out, cp)) != 0)
			return e;
		last = cp;
	}
	return 0;
}

static int
from_bytes(struct reader *r, struct buf *out)
{
	uint8_t c, last = 0;
	int e;

	while (reader_u8(r, &c) == 0) {
		uint32_t cp = from_doc(c);

		if (cp != 0 && !(cp == '\n' && last == '\r') &&
		    (e = put_char(out, cp)) != 0)
			return e;
		last = c;
	}
	return 0;
}

int
pwalk_text_get(struct walk *w, const struct pobj *v, struct buf *out)
{
	struct units u = { 0 };
	struct reader r;

	(void)w;
	if (!pobj_is(v, POBJ_STRING))
		return 0;
	reader_init(&r, v->u.bytes.data, v->u.bytes.len);
	if (reader_has(&r, 0, "\xef\xbb\xbf", 3)) {
		int e = reader_skip(&r, 3);

		return e != 0 ? e : from_utf8(&r, out);
	}
	u.r = r;
	u.little = reader_has(&r, 0, "\xff\xfe", 2);
	if (u.little || reader_has(&r, 0, "\xfe\xff", 2)) {
		int e = reader_skip(&u.r, 2);

		return e != 0 ? e : from_utf16(&u, out);
	}
	return from_bytes(&r, out);
}

static bool
is_ascii(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] >= 0x7f)
			return false;
	return true;
}

static int
put_utf16(struct buf *b, uint32_t cp)
{
	int e;

	if (cp < 0x10000)
		return buf_u16be(b, (uint16_t)cp);
	cp -= 0x10000;
	if ((e = buf_u16be(b, (uint16_t)(0xd800 + (cp >> 10)))) != 0)
		return e;
	return buf_u16be(b, (uint16_t)(0xdc00 + (cp & 0x3ff)));
}

int
pwalk_parse(struct walk *w, const struct buf *text, const struct pobj **dst)
{
	char *copy = doc_strndup(w->d, (const char *)text->data, text->len);
	struct reader r;

	if (copy == NULL)
		return ERR_NOMEM;
	reader_init(&r, copy, text->len);
	return pobj_parse(w->d, &r, false, dst);
}

int
pwalk_text_make(struct walk *w, const char *text, size_t n,
    const struct pobj **dst)
{
	struct reader r;
	struct buf b;
	uint32_t cp;
	int e;

	if (is_ascii(text, n))
		return pwalk_bytes(w, POBJ_STRING, text, n, dst);
	buf_init(&b, TEXT_MAX_BYTES);
	reader_init(&r, text, n);
	e = buf_u16be(&b, 0xfeff);
	while (e == 0 && utf8_get(&r, &cp) == 0)
		e = put_utf16(&b, cp);
	if (e == 0)
		e = pwalk_bytes(w, POBJ_STRING, b.data, b.len, dst);
	buf_done(&b);
	return e;
}

/* Letters that are the same in every form of text: most text. */
static bool
is_plain(const struct reader *r)
{
	for (size_t i = 0; i < r->len; i++)
		if ((r->data[i] < 0x20 || r->data[i] > 0x7e) &&
		    r->data[i] != '\n' && r->data[i] != '\t')
			return false;
	return true;
}

int
pwalk_text(struct walk *w, const struct pobj *v, const struct pobj **dst)
{
	struct buf b;
	int e;

	*dst = NULL;
	if (!pobj_is(v, POBJ_STRING))
		return 0;
	if (v->u.bytes.len == 0) {
		*dst = v;
		return 0;
	}
	if (v->u.bytes.len <= TEXT_MAX_BYTES && is_plain(&v->u.bytes))
		return pwalk_bytes(w, POBJ_STRING, v->u.bytes.data,
		    v->u.bytes.len, dst);
	buf_init(&b, TEXT_MAX_BYTES);
	if ((e = pwalk_text_get(w, v, &b)) == 0)
		e = pwalk_text_make(w, (const char *)b.data, b.len, dst);
	buf_done(&b);
	if (e == ERR_LIMIT)
		return doc_fail(w->d, ERR_LIMIT, "a text is too long");
	return e;
}

/* ---- dates: D:YYYYMMDDHHmmSSOHH'mm' */

static bool
digits(struct reader *r, unsigned n, unsigned lo, unsigned hi, struct buf *out,
    bool *more)
{
	struct reader at = *r;
	unsigned x = 0;
	uint8_t c;

	for (unsigned i = 0; i < n; i++) {
		if (reader_u8(&at, &c) != 0 || c < '0' || c > '9') {
			*more = false;
			return i == 0;
		}
		x = x * 10 + (c - '0');
	}
	*more = x >= lo && x <= hi;
	if (!*more || buf_put(out, r->data + r->pos, n) != 0)
		return false;
	*r = at;
	return true;
}

/* The zone: Z, or + or - with hours and minutes. */
static bool
zone(struct reader *r, struct buf *out)
{
	struct reader at = *r;
	uint8_t c;
	bool more;

	if (reader_u8(&at, &c) != 0)
		return true;
	if (c == 'Z')
		return buf_u8(out, 'Z') == 0;
	if ((c != '+' && c != '-') || buf_u8(out, c) != 0 ||
	    !digits(&at, 2, 0, 23, out, &more) || !more)
		return false;
	if (reader_u8(&at, &c) != 0 || c != '\'')
		at.pos = at.len;
	if (buf_u8(out, '\'') != 0 || !digits(&at, 2, 0, 59, out, &more))
		return false;
	if (!more && buf_put(out, "00", 2) != 0)
		return false;
	return buf_u8(out, '\'') == 0;
}

static bool
date(struct reader *r, struct buf *out)
{
	static const uint8_t parts[][3] = { { 2, 1, 12 }, { 2, 1, 31 },
		{ 2, 0, 23 }, { 2, 0, 59 }, { 2, 0, 59 } };
	bool more;

	if (reader_has(r, 0, "D:", 2) && reader_skip(r, 2) != 0)
		return false;
	if (buf_put(out, "D:", 2) != 0 || !digits(r, 4, 1, 9999, out, &more) ||
	    !more)
		return false;
	for (size_t i = 0; more && i < 5; i++)
		if (!digits(r, parts[i][0], parts[i][1], parts[i][2], out,
			&more))
			return false;
	return !more || zone(r, out);
}

int
pwalk_date(struct walk *w, const struct pobj *v, const struct pobj **dst)
{
	struct reader r;
	struct buf b;
	int e = 0;

	*dst = NULL;
	if (!pobj_is(v, POBJ_STRING))
		return 0;
	buf_init(&b, 64);
	reader_init(&r, v->u.bytes.data, v->u.bytes.len);
	if (date(&r, &b))
		e = pwalk_bytes(w, POBJ_STRING, b.data, b.len, dst);
	buf_done(&b);
	return e;
}

/* ---- numbers */

int
pwalk_numbers(struct walk *w, const struct pobj *src, size_t n_min,
    size_t n_max, const struct pobj **dst)
{
	size_t n = pobj_count(src);
	const struct pobj *v;
	struct pobj *out;
	double x;
	int e;

	*dst = NULL;
	if (!pobj_is(src, POBJ_ARRAY) || n < n_min || n > n_max)
		return 0;
	if ((out = pobj_new_array(w->d, n)) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		if ((e = pwalk_item(w, src, i, &v)) != 0)
			return e;
		if (!pobj_number(v, &x))
			return 0;
		pobj_push(out, v);
	}
	*dst = out;
	return 0;
}

/* Two opposite corners, put in order. */
int
pwalk_rect(struct walk *w, const struct pobj *src, const struct pobj **dst)
{
	const struct pobj *v, *a, *b;
	double x[4] = { 0 };
	struct pobj *out;
	int e;

	if ((e = pwalk_numbers(w, src, 4, 4, &v)) != 0 || v == NULL) {
		*dst = NULL;
		return e;
	}
	for (size_t i = 0; i < 4; i++)
		if (!pobj_number(pobj_item(v, i), &x[i]))
			return ERR_INTERNAL;
	if ((out = pobj_new_array(w->d, 4)) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < 4; i++) {
		a = pobj_item(v, i % 2);
		b = pobj_item(v, i % 2 + 2);
		pobj_push(out, (x[i % 2] <= x[i % 2 + 2]) == (i < 2) ? a : b);
	}
	*dst = out;
	return 0;
}

/* A whole number as an integer, whatever it was written as. */
static int
whole(struct walk *w, const struct pobj *v, const struct pobj **dst)
{
	int64_t i;

	*dst = v;
	if (v->type == POBJ_INT || !pobj_int(v, INT32_MIN, UINT32_MAX, &i))
		return 0;
	*dst = pobj_new_int(w->d, i);
	return *dst == NULL ? ERR_NOMEM : 0;
}

int
pwalk_scalar(struct walk *w, const struct pmodel_alt *a, const struct pobj *v,
    const struct pobj **dst)
{
	*dst = NULL;
	if (a->kind == PK_RECT)
		return pwalk_rect(w, v, dst);
	if (a->kind == PK_MATRIX)
		return pwalk_numbers(w, v, 6, 6, dst);
	if (!pmodel_allows(a, v))
		return 0;
	switch (a->kind) {
	case PK_INT:
		return whole(w, v, dst);
	case PK_TEXT:
		return pwalk_text(w, v, dst);
	case PK_DATE:
		return pwalk_date(w, v, dst);
	default:
		*dst = v;
		return 0;
	}
}
