/*
 * Where objects come from: the strict reader, or else qpdf; what they give is
 * remembered here.
 */
#include "formats/pdf/pdf_int.h"

#include <stdlib.h>
#include <string.h>

#define CHAIN_MAX	  32 /* references to references */
#define HEADER_LOOK_BYTES 1024u

/* Memory that may go before the document ends. */
struct chunk {
	struct chunk *prev, *next;
	size_t n;
	max_align_t data[];
};

struct pin {
	struct doc *d;
	struct pin_source source;
	const struct pobj **value; /* by number */
	uint8_t *loaded;
	struct chunk *chunks;
};

/* ---- memory */

void *
pin_alloc(struct pin *in, size_t n)
{
	struct chunk *c;

	if (n > SIZE_MAX / 2 || doc_spend(in->d, BUDGET_MEMORY_BYTES, n) != 0)
		return NULL;
	if ((c = malloc(sizeof(*c) + n)) == NULL) {
		doc_refund(in->d, BUDGET_MEMORY_BYTES, n);
		return NULL;
	}
	*c = (struct chunk){ .next = in->chunks, .n = n };
	if (c->next != NULL)
		c->next->prev = c;
	in->chunks = c;
	return c->data;
}

static struct chunk *
chunk_of(void *p)
{
	return (struct chunk *)(void *)((uint8_t *)p -
					offsetof(struct chunk, data));
}

void *
pin_realloc(struct pin *in, void *p, size_t n)
{
	struct chunk *c;
	size_t old;

	if (p == NULL)
		return pin_alloc(in, n);
	old = chunk_of(p)->n;
	if (n > SIZE_MAX / 2 ||
	    (n > old && doc_spend(in->d, BUDGET_MEMORY_BYTES, n - old) != 0))
		return NULL;
	if ((c = realloc(chunk_of(p), sizeof(*c) + n)) == NULL) {
		doc_refund(in->d, BUDGET_MEMORY_BYTES, n > old ? n - old : 0);
		return NULL;
	}
	doc_refund(in->d, BUDGET_MEMORY_BYTES, n < old ? old - n : 0);
	c->n = n;
	*(c->prev == NULL ? &in->chunks : &c->prev->next) = c;
	if (c->next != NULL)
		c->next->prev = c;
	return c->data;
}

void
pin_free(struct pin *in, void *p)
{
	struct chunk *c;

	if (p == NULL)
		return;
	c = chunk_of(p);
	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		in->chunks = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	doc_refund(in->d, BUDGET_MEMORY_BYTES, c->n);
	free(c);
}

/* ---- the outside of the file */

static void
count_revisions(const struct reader *in, struct pin_facts *f)
{
	static const char mark[] = "startxref";
	size_t at = 0;
	struct reader r = *in;
	uint8_t c = 0;

	while (reader_find(in, at, mark, sizeof(mark) - 1, &at) == 0) {
		at += sizeof(mark) - 1;
		r.pos = at;
		while (reader_u8(&r, &c) == 0 && pobj_chars[c] == PCHAR_SPACE)
			;
		/* 0: the first part of a linearized file. */
		if (c >= '1' && c <= '9')
			f->revisions++;
	}
}

static void
look_outside(const struct reader *in, struct pin_facts *f)
{
	struct reader r = *in;
	size_t at;
	uint8_t c;

	if (reader_find(in, 0, "%PDF-", 5, &at) == 0 && at < HEADER_LOOK_BYTES)
		f->junk_before = at > 0;
	if (reader_rfind(in, "%%EOF", 5, &at) == 0) {
		r.pos = at + 5;
		while (reader_u8(&r, &c) == 0)
			f->junk_after |= pobj_chars[c] != PCHAR_SPACE;
	}
	count_revisions(in, f);
}

/* ---- the source */

static int
make_tables(struct pin *in)
{
	size_t n = in->source.limit;

	in->value = doc_alloc(in->d, n * sizeof(struct pobj *));
	in->loaded = doc_alloc(in->d, n);
	return in->value == NULL || in->loaded == NULL ? ERR_NOMEM : 0;
}

/* Without a catalog there is nothing to begin with. */
static int
check_root(struct pin *in)
{
	const struct pobj *root;
	int e = pin_resolve(in, in->source.root, &root);

	if (e == 0 && !pobj_is(root, POBJ_DICT))
		e = doc_fail(in->d, ERR_MALFORMED,
		    "damaged beyond repair: no catalog");
	return e;
}

int
pin_open(struct doc *d, struct pin **out)
{
	struct reader r = doc_in(d);
	struct pin *in = doc_alloc(d, sizeof(*in));
	int e;

	if (in == NULL)
		return ERR_NOMEM;
	in->d = d;
	e = pin_strict_open(d, &in->source);
	if (e == ERR_NOENT) {
		look_outside(&r, &in->source.facts);
		e = pin_qpdf_open(d, &in->source);
	}
	if (e == 0)
		e = make_tables(in);
	if (e == 0)
		e = check_root(in);
	if (e != 0) {
		pin_close(in);
		return e;
	}
	*out = in;
	return 0;
}

void
pin_close(struct pin *in)
{
	if (in == NULL)
		return;
	while (in->chunks != NULL)
		pin_free(in, in->chunks->data);
	if (in->source.ops != NULL)
		in->source.ops->close(in->source.state);
	in->source.ops = NULL;
}

const struct pin_facts *
pin_facts(const struct pin *in)
{
	return &in->source.facts;
}

const struct pobj *
pin_root(struct pin *in)
{
	return in->source.root;
}

const struct pobj *
pin_info(struct pin *in)
{
	return in->source.info;
}

uint32_t
pin_limit(const struct pin *in)
{
	return in->source.limit;
}

static int
load(struct pin *in, uint32_t num, const struct pobj **out)
{
	int e;

	if (num == 0 || num >= in->source.limit) {
		*out = NULL;
		return 0;
	}
	if (!in->loaded[num]) {
		e = in->source.ops->load(in->source.state, num,
		    &in->value[num]);
		if (e != 0)
			return e;
		in->loaded[num] = 1;
	}
	*out = in->value[num];
	return 0;
}

int
pin_resolve(struct pin *in, const struct pobj *p, const struct pobj **out)
{
	int e;

	for (int i = 0; pobj_is(p, POBJ_REF); i++) {
		if (i == CHAIN_MAX) {
			p = NULL;
			break;
		}
		if ((e = load(in, p->u.ref, &p)) != 0)
			return e;
	}
	*out = pobj_is(p, POBJ_NULL) ? NULL : p;
	return 0;
}

int
pin_get(struct pin *in, const struct pobj *dict, const char *key,
    const struct pobj **out)
{
	return pin_resolve(in, pobj_get(dict, key), out);
}

static bool
is_storage(const struct pobj *p)
{
	const struct pobj *type = pobj_get(p, "Type");

	return pobj_is_name(type, "ObjStm") || pobj_is_name(type, "XRef") ||
	       pobj_get(p, "Linearized") != NULL ||
	       (pobj_get(p, "O") != NULL && pobj_get(p, "U") != NULL);
}

int
pin_count_unused(struct pin *in, uint32_t *n)
{
	const struct pobj *v;
	int e;

	*n = 0;
	for (uint32_t i = 1; i < in->source.limit; i++) {
		if (in->loaded[i])
			continue;
		if ((e = load(in, i, &v)) != 0)
			return e;
		if (v != NULL && !pobj_is(v, POBJ_NULL) &&
		    !pobj_is(v, POBJ_INT) && !is_storage(v))
			++*n;
	}
	return 0;
}

int
pin_raw_mem(struct pin *in, const struct pobj *stream, struct reader *out,
    void **mem)
{
	void *own = NULL, *copy;
	struct reader r;
	int e;

	*mem = NULL;
	if (!pobj_is(stream, POBJ_STREAM))
		return ERR_MALFORMED;
	if (pobj_get(stream, "F") != NULL)
		return ERR_DENIED;
	e = in->source.ops->raw(in->source.state, stream, &r, &own);
	if (e == 0 && own != NULL) {
		if ((copy = pin_alloc(in, r.len)) == NULL)
			e = ERR_NOMEM;
		else {
			memcpy(copy, r.data, r.len);
			reader_init(&r, copy, r.len);
			*mem = copy;
		}
	}
	free(own);
	if (e == 0)
		*out = r;
	return e;
}

int
pin_raw(struct pin *in, const struct pobj *stream, struct reader *out)
{
	void *mem;

	return pin_raw_mem(in, stream, out, &mem);
}
