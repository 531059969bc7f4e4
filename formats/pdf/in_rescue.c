/*
 * A file whose trailer is missing or leads nowhere, as after a broken
 * transfer: the catalog is looked for, and a trailer that names it is put in
 * front, for qpdf to find when it puts the file together again.
 */
#include "formats/pdf/pdf_int.h"

#include <string.h>

#define BACK_BYTES 65536u /* from "/Catalog" back to its "obj" */

/* Decimal digits that end at offset end; where they begin, or end. */
static size_t
digits_before(const struct reader *in, size_t end)
{
	size_t at = end;

	while (at > 0 && in->data[at - 1] >= '0' && in->data[at - 1] <= '9')
		at--;
	return at;
}

static size_t
space_before(const struct reader *in, size_t end)
{
	size_t at = end;

	while (at > 0 && pobj_chars[in->data[at - 1]] == PCHAR_SPACE)
		at--;
	return at;
}

/* "12 0 obj" of the object that holds offset at. */
static int
find_number(const struct reader *in, size_t at, struct reader *ref)
{
	size_t from = at < BACK_BYTES ? 0 : at - BACK_BYTES, obj, gen, num;
	struct reader back;

	if (reader_view(in, from, at - from, &back) != 0 ||
	    reader_rfind(&back, "obj", 3, &obj) != 0)
		return ERR_NOENT;
	obj = space_before(in, from + obj);
	gen = digits_before(in, obj);
	num = digits_before(in, space_before(in, gen));
	if (gen == obj || num == space_before(in, gen) || obj - num > 16)
		return ERR_NOENT;
	return reader_view(in, num, obj - num, ref);
}

static bool
is_catalog(const struct reader *in, size_t at)
{
	size_t before = space_before(in, at);
	struct reader r = *in;
	uint8_t c;

	if (before < 5 || !reader_has(in, before - 5, "/Type", 5))
		return false;
	return reader_seek(&r, at + 8) != 0 || reader_u8(&r, &c) != 0 ||
	       pobj_chars[c] != PCHAR_REGULAR;
}

/* The last one: a later revision replaces an earlier one. */
static int
find_catalog(const struct reader *in, struct reader *ref)
{
	struct reader found;
	size_t at = 0;
	bool any = false;

	while (reader_find(in, at, "/Catalog", 8, &at) == 0) {
		if (is_catalog(in, at) && find_number(in, at, &found) == 0) {
			*ref = found;
			any = true;
		}
		at++;
	}
	return any ? 0 : ERR_NOENT;
}

int
pin_rescue(struct doc *d, struct reader *out)
{
	static const char head[] = "%PDF-1.7\ntrailer\n<</Root ",
			  tail[] = " R>>\n", end[] = "\n%%EOF\n";
	struct reader in = doc_in(d), ref;
	size_t n = sizeof(head) + sizeof(tail) + sizeof(end) - 3;
	uint8_t *p, *at;
	int e;

	if ((e = find_catalog(&in, &ref)) != 0)
		return e;
	if (__builtin_add_overflow(n, in.len, &n) ||
	    __builtin_add_overflow(n, ref.len, &n))
		return ERR_LIMIT;
	if ((p = at = doc_alloc(d, n)) == NULL)
		return ERR_NOMEM;
	at = (uint8_t *)mempcpy(at, head, sizeof(head) - 1);
	at = (uint8_t *)mempcpy(at, ref.data, ref.len);
	at = (uint8_t *)mempcpy(at, tail, sizeof(tail) - 1);
	at = (uint8_t *)mempcpy(at, in.data, in.len);
	memcpy(at, end, sizeof(end) - 1);
	reader_init(out, p, n);
	return 0;
}
