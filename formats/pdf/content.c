/*
 * Content streams (ISO 32000-1, 7.8.2 and annex A): operands are written as
 * they are read, and stay when the operator behind them is one of the 73 and
 * they are of its kinds. One pass, no values.
 *
 * What viewers accept keeps its look: operands too many (the last count), q
 * inside text, marks across text, Q too many, missing ends. Text outside BT
 * is given its BT.
 */
#include <string.h>

#include "formats/pdf/content_int.h"

void
content_saw(struct content *c, enum content_seen what,
    const struct reader *example)
{
	if (c->seen[what]++ == 0 && example != NULL)
		c->example[what] = *example;
}

/* ---- operands */

static int
array(struct content *c, enum operand_kind *kind)
{
	struct ptoken t;
	unsigned depth = 0;
	bool number = false;
	int e;

	*kind = OPERAND_ARRAY;
	if ((e = buf_add(c->out, "[", 1)) != 0)
		return e;
	for (;;) {
		plex_next(&c->lex, &t);
		if (t.kind == PLEX_END ||
		    (t.kind == PLEX_ARRAY_END && depth == 0))
			break;
		if (t.kind == PLEX_ARRAY || t.kind == PLEX_DICT)
			depth++;
		if (depth > 0 ||
		    (t.kind != PLEX_NUMBER && t.kind != PLEX_STRING &&
			t.kind != PLEX_HEX)) {
			if (depth > 0 && (t.kind == PLEX_ARRAY_END ||
					     t.kind == PLEX_DICT_END))
				depth--;
			content_saw(c, SEEN_OPERANDS, NULL);
			continue;
		}
		if (number && t.kind == PLEX_NUMBER &&
		    (e = buf_add(c->out, " ", 1)) != 0)
			return e;
		number = t.kind == PLEX_NUMBER;
		if (!number)
			*kind = OPERAND_TEXT;
		if ((e = plex_put(&t, c->out)) != 0)
			return e;
	}
	return buf_add(c->out, "]", 1);
}

/* Written, and then remembered as what it means. */
static int
push_name(struct content *c, const struct ptoken *t, struct operand *o)
{
	uint8_t *p;
	int e;

	if ((e = plex_put(t, c->out)) != 0 || t->plain)
		return e;
	buf_clear(&c->scratch);
	if ((e = plex_decode(t, &c->scratch)) != 0)
		return e;
	if ((p = doc_alloc(c->p->d, c->scratch.len + 1)) == NULL)
		return ERR_NOMEM;
	if (c->scratch.len > 0)
		memcpy(p, c->scratch.data, c->scratch.len);
	reader_init(&o->token.raw, p, c->scratch.len);
	return 0;
}

static int
push(struct content *c, const struct ptoken *t)
{
	struct operand *o;
	bool apart;
	int e;

	if (c->n == CONTENT_OPERANDS) {
		content_saw(c, SEEN_JUNK, NULL);
		buf_truncate(c->out, c->mark);
		c->n = 0;
	}
	o = &c->op[c->n];
	o->token = *t;
	o->at = c->out->len;
	apart = c->n > 0 &&
		(o[-1].kind == OPERAND_NUMBER || o[-1].kind == OPERAND_NAME);
	c->n++;
	switch (t->kind) {
	case PLEX_NUMBER:
		o->kind = OPERAND_NUMBER;
		if (apart && (e = buf_add(c->out, " ", 1)) != 0)
			return e;
		return plex_put(t, c->out);
	case PLEX_NAME:
		o->kind = OPERAND_NAME;
		return push_name(c, t, o);
	case PLEX_STRING:
	case PLEX_HEX:
		o->kind = OPERAND_STRING;
		return plex_put(t, c->out);
	case PLEX_ARRAY:
		return array(c, &o->kind);
	case PLEX_DICT:
		o->kind = OPERAND_DICT;
		return content_properties(c, c->out);
	default:
		o->kind = OPERAND_OTHER;
		return 0;
	}
}

static bool
is_value_word(const struct ptoken *t)
{
	return plex_is(t, "true") || plex_is(t, "false") || plex_is(t, "null");
}

static int
statements(struct content *c)
{
	struct ptoken t;
	int e = 0;

	while (e == 0) {
		plex_next(&c->lex, &t);
		switch (t.kind) {
		case PLEX_END:
			return 0;
		case PLEX_WORD:
			e = t.raw.len > 3 && is_value_word(&t)
				? push(c, &t)
				: content_run(c, &t);
			break;
		case PLEX_ARRAY_END:
		case PLEX_DICT_END:
		case PLEX_BRACE:
		case PLEX_BRACE_END:
		case PLEX_JUNK:
			content_saw(c, SEEN_JUNK, NULL);
			break;
		default:
			e = push(c, &t);
		}
	}
	return e;
}

/* ---- the whole */

/* What is still open is closed. */
static int
finish(struct content *c)
{
	int e = 0;

	buf_truncate(c->out, c->mark);
	if (c->n > 0)
		content_saw(c, SEEN_OPERANDS, NULL);
	if (c->in_text || c->marks.depth > 0 || c->saves.depth > 0 ||
	    c->compats.depth > 0)
		content_saw(c, SEEN_STATE, NULL);
	if (c->in_text)
		e = buf_puts(c->out, "ET\n");
	for (; e == 0 && c->marks.depth > 0; c->marks.depth--)
		e = buf_puts(c->out, "EMC\n");
	for (; e == 0 && c->saves.depth > 0; c->saves.depth--)
		e = buf_puts(c->out, "Q\n");
	for (; e == 0 && c->compats.depth > 0; c->compats.depth--)
		e = buf_puts(c->out, "EX\n");
	return e;
}

static int
report(struct content *c)
{
	static const struct {
		enum finding_id id;
		enum action action;
	} table[SEEN_COUNT] = {
		[SEEN_UNKNOWN] = { FIND_PDF_CONTENT_UNKNOWN, ACT_REMOVED },
		[SEEN_OPERANDS] = { FIND_PDF_CONTENT_OPERANDS, ACT_REMOVED },
		[SEEN_NAME] = { FIND_PDF_CONTENT_NAME, ACT_REMOVED },
		[SEEN_STATE] = { FIND_PDF_CONTENT_STATE, ACT_REPLACED },
		[SEEN_COMMENT] = { FIND_PDF_CONTENT_COMMENT, ACT_REMOVED },
		[SEEN_PROPERTY] = { FIND_PDF_CONTENT_PROPERTY, ACT_REMOVED },
		[SEEN_JUNK] = { FIND_PDF_CONTENT_JUNK, ACT_REMOVED },
		[SEEN_INLINE] = { FIND_PDF_INLINE_IMAGE, ACT_REMOVED },
		[SEEN_BOMB] = { FIND_PDF_CONTENT_BOMB, ACT_REMOVED },
	};
	const struct reader *r;
	int e = 0;

	c->seen[SEEN_COMMENT] = c->lex.comments;
	c->seen[SEEN_JUNK] += c->lex.cut;
	for (size_t i = 0; e == 0 && i < SEEN_COUNT; i++) {
		if (c->seen[i] == 0)
			continue;
		r = &c->example[i];
		e = doc_found_n(c->p->d, c->seen[i], table[i].id,
		    table[i].action, c->in->where, "%.*s",
		    r->len < 40 ? (int)r->len : 40,
		    r->data != NULL ? (const char *)r->data : "");
	}
	return e;
}

int
pdf_content(struct pdf *p, const struct pcontent *in, struct buf *out,
    struct pused *used)
{
	struct content c = { .p = p,
		.in = in,
		.out = out,
		.used = used,
		.mark = out->len,
		.lex.in = in->bytes };
	int e;

	buf_init(&c.scratch, out->max);
	content_names_init(&c.names);
	if ((e = content_defaults(&c)) == 0 && (e = statements(&c)) == 0 &&
	    (e = finish(&c)) == 0 && (e = content_drawn_set(&c)) == 0)
		e = report(&c);
	content_names_done(&c.names);
	buf_done(&c.scratch);
	return e;
}
