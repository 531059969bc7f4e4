/*
 * Default appearance strings of form fields and free text (ISO 32000-1,
 * 12.7.3.3): the font with its size and the colour; nothing else draws.
 */
#include <string.h>

#include "formats/pdf/content_lex.h"
#include "formats/pdf/pdf.h"

#define OPERANDS_MAX 8

struct da {
	struct doc *d;
	struct plex lex;
	struct ptoken op[OPERANDS_MAX];
	size_t n;
	struct buf *out;
	struct reader font;
	bool bad;
};

static int
put_statement(struct da *a, size_t n, const struct ptoken *word)
{
	int e = 0;

	if (a->out->len > 0)
		e = buf_add(a->out, " ", 1);
	for (size_t i = a->n - n; e == 0 && i < a->n; i++)
		if ((e = plex_put(&a->op[i], a->out)) == 0)
			e = buf_add(a->out, " ", 1);
	return e == 0 ? plex_put(word, a->out) : e;
}

/* What the font's name means, in document memory. */
static int
take_font(struct da *a, const struct ptoken *name)
{
	struct buf b;
	uint8_t *p;
	int e;

	buf_init(&b, name->raw.len + 1);
	if ((e = plex_decode(name, &b)) == 0 && b.len > 0) {
		if ((p = doc_alloc(a->d, b.len)) == NULL) {
			e = ERR_NOMEM;
		} else {
			memcpy(p, b.data, b.len);
			reader_init(&a->font, p, b.len);
		}
	}
	buf_done(&b);
	return e;
}

static int
run(struct da *a, const struct ptoken *word)
{
	static const struct {
		const char *word;
		size_t numbers;
		bool named;
	} table[] = { { "Tf", 1, true }, { "g", 1, false }, { "rg", 3, false },
		{ "k", 4, false }, { "G", 1, false }, { "RG", 3, false },
		{ "K", 4, false } };

	size_t i, n;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (plex_is(word, table[i].word))
			break;
	if (i == sizeof(table) / sizeof(table[0]))
		goto out;
	n = table[i].numbers + table[i].named;
	if (a->n < n || (table[i].named && a->op[a->n - n].kind != PLEX_NAME))
		goto out;
	for (size_t k = a->n - table[i].numbers; k < a->n; k++)
		if (a->op[k].kind != PLEX_NUMBER)
			goto out;
	a->bad |= a->n > n;
	if (table[i].named) {
		int e = take_font(a, &a->op[a->n - n]);

		if (e != 0)
			return e;
	}
	return put_statement(a, n, word);
out:
	a->bad = true;
	return 0;
}

static int
statements(struct da *a)
{
	struct ptoken t;
	int e = 0;

	while (e == 0) {
		plex_next(&a->lex, &t);
		if (t.kind == PLEX_END)
			break;
		if (t.kind == PLEX_WORD) {
			e = run(a, &t);
			a->n = 0;
		} else if (a->n < OPERANDS_MAX) {
			a->op[a->n++] = t;
		} else {
			a->n = 0;
			a->bad = true;
		}
	}
	a->bad |= a->n > 0 || a->lex.comments > 0 || a->lex.cut > 0;
	return e;
}

int
pdf_content_da(struct pdf *p, const struct reader *da, struct buf *out,
    struct reader *font)
{
	struct da a = { .d = p->d, .lex.in = *da, .out = out };
	int e;

	reader_init(&a.font, NULL, 0);
	a.lex.in.pos = 0;
	if ((e = statements(&a)) != 0)
		return e;
	*font = a.font;
	if (a.bad)
		return doc_found(p->d, FIND_PDF_DA, ACT_REMOVED, "DA", NULL);
	return 0;
}
