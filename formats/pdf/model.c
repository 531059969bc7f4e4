/*
 * Questions to the tables of the model; see model.h.
 */
#include "formats/pdf/model.h"

#include <stdio.h>
#include <string.h>

static int
compare(const struct pmodel_key *k, const struct reader *key)
{
	size_t n = k->len < key->len ? k->len : key->len;
	int c = n == 0 ? 0 : memcmp(k->key, key->data, n);

	if (c != 0)
		return c;
	return k->len < key->len ? -1 : k->len > key->len;
}

const struct pmodel_key *
pmodel_find(pdf_type t, const struct reader *key)
{
	const struct pmodel *m = &pmodels[t < PT_COUNT ? t : PT_NONE];
	size_t lo = 0, hi = m->n_keys;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct pmodel_key *k = &pmodel_keys[m->keys + mid];
		int c = compare(k, key);

		if (c == 0)
			return k;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

/* Is the word one of " A B "? */
static bool
listed(const char *values, const void *word, size_t n)
{
	size_t len = strlen(values);
	const char *at = values, *p;

	if (n == 0 || n > 64 || memchr(word, ' ', n) != NULL)
		return false;
	while ((p = memmem(at, len - (size_t)(at - values), word, n)) != NULL) {
		if (p[-1] == ' ' && p[n] == ' ')
			return true;
		at = p + 1;
	}
	return false;
}

static bool
in_range(const struct pmodel_alt *a, const struct pobj *v)
{
	double x;

	return pobj_number(v, &x) && x <= a->max &&
	       (a->above ? x > a->min : x >= a->min);
}

static bool
int_allowed(const struct pmodel_alt *a, const struct pobj *v)
{
	int64_t i;
	char word[24];
	int n;

	if (!pobj_int(v, INT32_MIN, UINT32_MAX, &i))
		return false;
	if (a->values == NULL)
		return in_range(a, v);
	n = snprintf(word, sizeof(word), "%lld", (long long)i);
	return listed(a->values, word, (size_t)n);
}

bool
pmodel_allows(const struct pmodel_alt *a, const struct pobj *v)
{
	switch (a->kind) {
	case PK_NAME:
		return pobj_is(v, POBJ_NAME) &&
		       (a->values == NULL ||
			   listed(a->values, v->u.bytes.data, v->u.bytes.len));
	case PK_INT:
		return int_allowed(a, v);
	case PK_NUM:
		return in_range(a, v);
	case PK_BOOL:
		return pobj_is(v, POBJ_BOOL);
	case PK_TEXT:
	case PK_BYTES:
	case PK_DATE:
		return pobj_is(v, POBJ_STRING);
	case PK_NULL:
		return v == NULL || v->type == POBJ_NULL;
	default:
		return false;
	}
}
