/*
 * Formulas wherever they stand, and defined names. ECMA-376 part 1, 18.3.1.40,
 * 18.2.5, 18.17.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "formats/ooxml/formula.h"
#include "formats/ooxml/sheet.h"

/* ---- formulas */

/* Excel tells names of sheets apart without regard to case. */
static bool
sheet_is_gone(const void *arg, const char *name, size_t n)
{
	const struct book *b = arg;

	for (size_t i = 0; i < b->n_gone; i++)
		if (strlen(b->gone[i]) == n &&
		    strncasecmp(b->gone[i], name, n) == 0)
			return true;
	return false;
}

static int
check(struct part *p, const char *where, const char *text, size_t n, bool pivot,
    struct buf *out)
{
	const struct book *book = sheet_book(p);
	struct formula_rules rules = {
		.links = doc_options(p->opc->doc)->url == URL_KEEP,
		.pivot = pivot,
		.gone = book != NULL && book->n_gone > 0 ? sheet_is_gone : NULL,
		.arg = book,
	};
	enum formula_why why;
	enum finding_id id;
	char what[64];
	int e;

	e = formula_parse(text, n, &rules, out, &why, what, sizeof(what));
	if (e != ERR_DENIED)
		return e;
	id =
	    why == FORMULA_SYNTAX || why == FORMULA_LIMIT || why == FORMULA_GONE
		? FIND_OOXML_FORMULA_UNKNOWN
		: FIND_OOXML_FORMULA;
	e = doc_found(p->opc->doc, id, ACT_FLATTENED, where, "%s: %s",
	    formula_why_text(why), what);
	return e != 0 ? e : ERR_NOENT;
}

int
formula_check(struct part *p, const char *where, const char *text, size_t n,
    struct buf *out)
{
	return check(p, where, text, n, false, out);
}

/* The text of an element as a formula; 0: written anew; ERR_NOENT: denied. */
static int
formula_text(struct walk *w, struct xnode *n)
{
	struct buf text, out;
	struct xnode *t;
	int e;

	buf_init(&text, 4 * FORMULA_MAX_BYTES);
	buf_init(&out, 4 * FORMULA_MAX_BYTES);
	if ((e = xnode_gather(n, &text)) == ERR_LIMIT)
		e = ERR_NOENT;
	if (e == 0 && text.len > 0)
		e = formula_check(w->part, w->part->in_name, buf_cstr(&text),
		    text.len, &out);
	if (e != 0)
		goto out;
	while (n->first != NULL)
		xnode_remove(n->first);
	if (out.len > 0) {
		t = xnode_text(w->part->xml, buf_cstr(&out), out.len);
		if (t == NULL)
			e = ERR_NOMEM;
		else
			xnode_append(n, t);
	}
	walk_done(n);
	walk_skip(w, n);
out:
	buf_done(&text);
	buf_done(&out);
	return e;
}

/* The number of a shared formula; SHEET_SHARED_MAX when it is none. */
static size_t
shared_number(const char *si)
{
	unsigned long v;
	char *end;

	v = strtoul(si, &end, 10);
	return si[0] < '0' || si[0] > '9' || *end != '\0' ||
		       v > SHEET_SHARED_MAX
		   ? SHEET_SHARED_MAX
		   : v;
}

static int
shared_set(struct part *p, struct sheet *s, size_t si, enum shared v)
{
	size_t n = s->n_shared == 0 ? 1024 : s->n_shared;
	uint8_t *more;

	if (si >= SHEET_SHARED_MAX)
		return 0;
	while (n <= si)
		n *= 2;
	if (n > s->n_shared) {
		if ((more = doc_alloc(p->opc->doc, n)) == NULL)
			return ERR_NOMEM;
		if (s->n_shared > 0)
			memcpy(more, s->shared, s->n_shared);
		s->shared = more;
		s->n_shared = n;
	}
	s->shared[si] = v;
	return 0;
}

/* Without its value nothing would be left in the cell: said apart. */
static int
cell_emptied(struct walk *w, struct xnode *f)
{
	struct xnode *c = f->parent;

	walk_remove(w, f);
	if (c == NULL || c->name != SN_X_C)
		return 0;
	xnode_unset(c, SN_NO_CM);
	if (xnode_child(c, SN_X_V) != NULL || xnode_child(c, SN_X_IS) != NULL)
		return 0;
	return part_found(w->part, FIND_OOXML_FORMULA_EMPTY, ACT_REMOVED, "%s",
	    node_attr(c, SN_NO_R));
}

/* A member of a shared formula: it has no text, its master speaks for it. */
static int
shared_member(struct walk *w, struct xnode *n, struct sheet *s, size_t si)
{
	enum shared master = si < s->n_shared ? s->shared[si] : SHARED_NONE;
	int e = 0;

	if (master == SHARED_KEPT) {
		walk_done(n);
		return 0;
	}
	if (master == SHARED_NONE)
		e = part_found(w->part, FIND_OOXML_FORMULA_UNKNOWN,
		    ACT_FLATTENED, "shared formula %s has no beginning",
		    node_attr(n, SN_NO_SI));
	return e != 0 ? e : cell_emptied(w, n);
}

int
sheet_cell_formula(struct walk *w, struct xnode *n)
{
	struct sheet *s = w->part->state;
	bool shared = strcmp(node_attr(n, SN_NO_T), "shared") == 0;
	size_t si = shared ? shared_number(node_attr(n, SN_NO_SI)) : 0;
	int e, e2 = 0;

	if (s == NULL)
		return ERR_INTERNAL;
	if (shared && n->first == NULL)
		return shared_member(w, n, s, si);
	if ((e = formula_text(w, n)) != 0 && e != ERR_NOENT)
		return e;
	if (shared)
		e2 = shared_set(w->part, s, si,
		    e == 0 ? SHARED_KEPT : SHARED_BAD);
	if (e2 == 0 && e == ERR_NOENT)
		e2 = cell_emptied(w, n);
	return e2;
}

/* The metadata keeps one entry, of dynamic arrays (sheet_metadata). */
int
sheet_cell(struct walk *w, struct xnode *n)
{
	const struct book *book = sheet_book(w->part);
	const struct xnode *f;

	if (xnode_attr_node(n, SN_NO_CM) == NULL)
		return 0;
	f = xnode_child(n, SN_X_F);
	if (book == NULL || !book->dynamic || f == NULL ||
	    strcmp(node_attr(f, SN_NO_T), "array") != 0) {
		xnode_unset(n, SN_NO_CM);
		return 0;
	}
	return xnode_set(w->part->xml, n, SN_NO_CM, "1") == NULL ? ERR_NOMEM
								 : 0;
}

/* Remove the nearest ancestor of one of these names with the formula in it. */
static int
formula_or_drop(struct walk *w, struct xnode *n, const uint16_t *names)
{
	struct xnode *at;
	int e = formula_text(w, n);

	if (e != ERR_NOENT)
		return e;
	for (at = n->parent; at != NULL; at = at->parent)
		for (size_t i = 0; names[i] != 0; i++)
			if (at->name == names[i]) {
				sheet_remove(w, at);
				return 0;
			}
	walk_remove(w, n);
	return 0;
}

int
sheet_rule_formula(struct walk *w, struct xnode *n)
{
	static const uint16_t names[] = { SN_X_CFRULE, SN_X14_CFRULE,
		SN_X_DATAVALIDATION, SN_X14_DATAVALIDATION, SN_X14_SPARKLINE,
		0 };

	return formula_or_drop(w, n, names);
}

int
sheet_lone_formula(struct walk *w, struct xnode *n)
{
	static const uint16_t none[] = { 0 };

	return formula_or_drop(w, n, none);
}

/* x:cfvo val: a number, or a formula. */
int
sheet_formula_attr(struct walk *w, struct xnode *n, uint16_t name, bool pivot,
    bool *ok)
{
	struct xattr *a = xnode_attr_node(n, name);
	struct buf out;
	int e;

	*ok = true;
	if (a == NULL || a->check != CHECK_FORMULA)
		return 0;
	buf_init(&out, 4 * FORMULA_MAX_BYTES);
	e = a->len == 0 ? 0
			: check(w->part, w->part->in_name, a->value, a->len,
			      pivot, &out);
	if (e == 0)
		attr_done(a);
	else if (e == ERR_NOENT) {
		*ok = false;
		e = 0;
	}
	buf_done(&out);
	return e;
}

int
sheet_rule_value(struct walk *w, struct xnode *n)
{
	struct xnode *at;
	bool ok;
	int e = sheet_formula_attr(w, n, SN_NO_VAL, false, &ok);

	if (e != 0 || ok)
		return e;
	for (at = n->parent; at != NULL; at = at->parent)
		if (at->name == SN_X_CFRULE)
			break;
	sheet_remove(w, at != NULL ? at : n);
	return 0;
}

/* ---- names */

static bool
runs_by_name(const char *name)
{
	static const char *const starts[] = { "auto_open", "auto_close",
		"auto_activate", "auto_deactivate", "autoopen", "autoclose",
		"recorder", "data_form", "_xlbgnm", "_xlcn" };
	char plain[256];
	struct reader r;
	uint32_t cp;
	size_t n = 0;

	reader_init(&r, name, strlen(name));
	while (utf8_get(&r, &cp) == 0 && n + 1 < sizeof(plain))
		if (cp >= 0xff01 && cp <= 0xff5e)
			plain[n++] = (char)(cp - 0xfee0);
		else if (cp < 0x80 || utf8_classify(cp) == UTF8_PLAIN)
			plain[n++] = cp < 0x80 ? (char)cp : '?';
	plain[n] = '\0';
	name = strncasecmp(plain, "_xlnm.", 6) == 0 ? plain + 6 : plain;
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (strncasecmp(name, starts[i], strlen(starts[i])) == 0)
			return true;
	return false;
}

static bool
is_on(const char *v)
{
	return v[0] != '\0' && strcmp(v, "0") != 0 && strcmp(v, "false") != 0 &&
	       strcmp(v, "off") != 0;
}

int
sheet_defined_name(struct walk *w, struct xnode *n)
{
	const char *name = node_attr(n, SN_NO_NAME);
	bool macro = is_on(node_attr(n, SN_NO_XLM)) ||
		     is_on(node_attr(n, SN_NO_FUNCTION)) ||
		     is_on(node_attr(n, SN_NO_VBPROCEDURE)) ||
		     runs_by_name(name);
	int e;

	xnode_unset(n, SN_NO_XLM);
	xnode_unset(n, SN_NO_FUNCTION);
	xnode_unset(n, SN_NO_VBPROCEDURE);
	if (macro) {
		sheet_remove(w, n);
		return part_found(w->part, FIND_OOXML_MACRO_NAME, ACT_REMOVED,
		    "%s", name);
	}
	if ((e = formula_text(w, n)) == ERR_NOENT) {
		sheet_remove(w, n);
		return 0;
	}
	return e;
}
