/*
 * Calculator functions (ISO 32000-1, 7.10.5): numbers, the 42 operators and
 * braces, each block with its if or ifelse. Written again token by token.
 */
#include <string.h>

#include "formats/pdf/content_lex.h"
#include "formats/pdf/pdf.h"

#define DEPTH_MAX 32
#define BYTES_MAX (64u << 10)

struct formula {
	struct plex lex;
	struct buf *out;
	unsigned depth;
	uint8_t blocks[DEPTH_MAX + 1]; /* closed, waiting for if or ifelse */
	bool done;
};

static bool
is_operator(const struct ptoken *t)
{
	static const char *const words[] = { "abs", "add", "and", "atan",
		"bitshift", "ceiling", "copy", "cos", "cvi", "cvr", "div",
		"dup", "eq", "exch", "exp", "false", "floor", "ge", "gt",
		"idiv", "index", "le", "ln", "log", "lt", "mod", "mul", "ne",
		"neg", "not", "or", "pop", "roll", "round", "sin", "sqrt",
		"sub", "true", "truncate", "xor" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (plex_is(t, words[i]))
			return true;
	return false;
}

/* What may come next; false: it is not valid. */
static bool
fits(struct formula *f, const struct ptoken *t)
{
	uint8_t *blocks = &f->blocks[f->depth];

	if (t->kind == PLEX_BRACE) {
		if (f->done || f->depth == DEPTH_MAX || *blocks > 1)
			return false;
		f->blocks[++f->depth] = 0;
		return true;
	}
	if (f->depth == 0)
		return false;
	if (t->kind == PLEX_BRACE_END) {
		if (*blocks != 0)
			return false;
		if (--f->depth == 0)
			f->done = true;
		else
			f->blocks[f->depth]++;
		return true;
	}
	if (plex_is(t, "if") || plex_is(t, "ifelse")) {
		if (*blocks != (t->raw.len == 2 ? 1 : 2))
			return false;
		*blocks = 0;
		return true;
	}
	return *blocks == 0 && (t->kind == PLEX_NUMBER || is_operator(t));
}

static int
rewrite(struct formula *f)
{
	struct ptoken t;
	bool word = false;
	int e = 0;

	while (e == 0) {
		plex_next(&f->lex, &t);
		if (t.kind == PLEX_END)
			return f->done ? 0 : ERR_MALFORMED;
		if (!fits(f, &t) || f->out->len > BYTES_MAX)
			return ERR_MALFORMED;
		if (word && t.kind != PLEX_BRACE && t.kind != PLEX_BRACE_END)
			e = buf_add(f->out, " ", 1);
		word = t.kind != PLEX_BRACE && t.kind != PLEX_BRACE_END;
		if (e == 0)
			e = plex_put(&t, f->out);
	}
	return e;
}

int
pdf_function4(struct pdf *p, const struct pobj *stream, const char *where,
    struct buf *out)
{
	struct formula f = { .out = out };
	struct pdata data = { 0 };
	int e = pdf_data(p, stream, &data), said;

	if (e == 0 && data.left != PFILTER_NONE)
		e = ERR_UNSUPPORTED;
	if (e == 0) {
		f.lex.in = data.bytes;
		f.lex.in.pos = 0;
		e = rewrite(&f);
	}
	pdf_data_free(p, &data);
	if (e != ERR_MALFORMED && e != ERR_UNSUPPORTED && e != ERR_DENIED)
		return e;
	said = doc_found(p->d, FIND_PDF_FUNCTION4, ACT_REMOVED, where, NULL);
	return said != 0 ? said : ERR_MALFORMED;
}
