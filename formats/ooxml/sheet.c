/*
 * SpreadsheetML: what Excel's own elements need beyond the allow-list.
 * ECMA-376 part 1, 18.
 */
#include "formats/ooxml/walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "formats/ooxml/formula.h"
#include "formats/ooxml/sheet.h"

/* ---- formulas */

int
formula_check(struct part *p, const char *where, const char *text, size_t n,
    struct buf *out)
{
	enum formula_why why;
	enum finding_id id;
	char what[64];
	int e;

	e = formula_parse(text, n, out, &why, what, sizeof(what));
	if (e != ERR_DENIED)
		return e;
	id = why == FORMULA_SYNTAX || why == FORMULA_LIMIT
		 ? FIND_OOXML_FORMULA_UNKNOWN
		 : FIND_OOXML_FORMULA;
	e = doc_found(p->opc->doc, id, ACT_FLATTENED, where, "%s: %s",
	    formula_why_text(why), what);
	return e != 0 ? e : ERR_NOENT;
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

/* Shared formulas name their master by a number; those of a bad one go too. */
static bool
shared_is_bad(struct sheet *s, const char *si)
{
	for (size_t i = 0; i < s->n_bad; i++)
		if (strcmp(s->bad[i], si) == 0)
			return true;
	return s->n_bad == SHEET_BAD_MAX;
}

static int
shared_mark(struct walk *w, struct sheet *s, const char *si)
{
	if (s->n_bad == SHEET_BAD_MAX)
		return 0;
	s->bad[s->n_bad] = doc_strndup(w->part->opc->doc, si, strlen(si));
	return s->bad[s->n_bad++] == NULL ? ERR_NOMEM : 0;
}

static int
cell_formula(struct walk *w, struct xnode *n)
{
	struct sheet *s = w->part->state;
	bool shared = strcmp(node_attr(n, SN_NO_T), "shared") == 0;
	const char *si = node_attr(n, SN_NO_SI);
	int e;

	if (s == NULL)
		return ERR_INTERNAL;
	if (shared && n->first == NULL && shared_is_bad(s, si)) {
		walk_remove(w, n);
		return 0;
	}
	if ((e = formula_text(w, n)) != ERR_NOENT)
		return e;
	e = shared ? shared_mark(w, s, si) : 0;
	walk_remove(w, n);
	return e;
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
				walk_remove(w, at);
				return 0;
			}
	walk_remove(w, n);
	return 0;
}

static int
rule_formula(struct walk *w, struct xnode *n)
{
	static const uint16_t names[] = { SN_X_CFRULE, SN_X14_CFRULE,
		SN_X_DATAVALIDATION, SN_X14_DATAVALIDATION, SN_X14_SPARKLINE,
		0 };

	return formula_or_drop(w, n, names);
}

static int
lone_formula(struct walk *w, struct xnode *n)
{
	static const uint16_t none[] = { 0 };

	return formula_or_drop(w, n, none);
}

/* x:cfvo val: a number, or a formula. */
static int
attr_formula(struct walk *w, struct xnode *n, uint16_t name, bool *ok)
{
	struct xattr *a = xnode_attr_node(n, name);
	struct buf out;
	int e;

	*ok = true;
	if (a == NULL || a->check != CHECK_FORMULA)
		return 0;
	buf_init(&out, 4 * FORMULA_MAX_BYTES);
	e = a->len == 0 ? 0
			: formula_check(w->part, w->part->in_name, a->value,
			      a->len, &out);
	if (e == 0)
		attr_done(a);
	else if (e == ERR_NOENT) {
		*ok = false;
		e = 0;
	}
	buf_done(&out);
	return e;
}

static int
rule_value(struct walk *w, struct xnode *n)
{
	struct xnode *at;
	bool ok;
	int e = attr_formula(w, n, SN_NO_VAL, &ok);

	if (e != 0 || ok)
		return e;
	for (at = n->parent; at != NULL; at = at->parent)
		if (at->name == SN_X_CFRULE)
			break;
	walk_remove(w, at != NULL ? at : n);
	return 0;
}

/* ---- names */

static bool
runs_by_name(const char *name)
{
	static const char *const starts[] = { "auto_open", "auto_close",
		"auto_activate", "auto_deactivate", "autoopen", "autoclose",
		"recorder", "data_form" };
	char plain[256];
	struct reader r;
	uint32_t cp;
	size_t n = 0;

	reader_init(&r, name, strlen(name));
	while (utf8_get(&r, &cp) == 0 && n + 1 < sizeof(plain))
		if (cp < 0x80 || utf8_classify(cp) == UTF8_PLAIN)
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

static int
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
		walk_remove(w, n);
		return part_found(w->part, FIND_OOXML_MACRO_NAME, ACT_REMOVED,
		    "%s", name);
	}
	if ((e = formula_text(w, n)) == ERR_NOENT) {
		walk_remove(w, n);
		return 0;
	}
	return e;
}

/* ---- workbook: the list of sheets */

static int
keep_sheet(struct walk *w, struct xnode *n, bool *kept)
{
	const char *state = node_attr(n, SN_NO_STATE);
	bool hidden = state[0] != '\0' && strcmp(state, "visible") != 0;
	int e;

	*kept = false;
	if (hidden && !doc_options(w->part->opc->doc)->keep_hidden_sheets)
		return part_found(w->part, FIND_OOXML_HIDDEN_SHEET, ACT_REMOVED,
		    "%s", node_attr(n, SN_NO_NAME));
	if ((e = walk_rel(w, n, SN_R_ID)) != 0)
		return e == ERR_NOENT ? 0 : e;
	*kept = true;
	if (strcmp(state, "veryHidden") != 0)
		return 0;
	if (xnode_set(w->part->xml, n, SN_NO_STATE, "hidden") == NULL)
		return ERR_NOMEM;
	return part_found(w->part, FIND_OOXML_HIDDEN_SHEET, ACT_REPLACED, "%s",
	    node_attr(n, SN_NO_NAME));
}

static int
set_number(struct walk *w, struct xnode *n, uint16_t name, unsigned v)
{
	char s[16];

	snprintf(s, sizeof(s), "%u", v);
	return xnode_set(w->part->xml, n, name, s) == NULL ? ERR_NOMEM : 0;
}

/* Numbers of sheets elsewhere follow those that are gone. */
static int
renumber(struct walk *w, struct xnode *book, const unsigned *map, size_t n)
{
	static const uint16_t names[] = { SN_NO_LOCALSHEETID, SN_NO_ACTIVETAB,
		SN_NO_FIRSTSHEET };
	struct xnode *c, *next;
	unsigned long v;
	const char *s;
	char *end;

	for (c = xnode_next(book, book); c != NULL; c = next) {
		next = xnode_next(c, book);
		for (size_t i = 0; i < 3; i++) {
			if ((s = xnode_attr(c, names[i])) == NULL)
				continue;
			v = strtoul(s, &end, 10);
			if (*end == '\0' && v < n && map[v] != UINT32_MAX) {
				if (set_number(w, c, names[i], map[v]) != 0)
					return ERR_NOMEM;
			} else if (i == 0) {
				next = xnode_skip(c, book);
				xnode_remove(c);
				break;
			} else
				xnode_unset(c, names[i]);
		}
	}
	return 0;
}

static int
workbook(struct walk *w, struct xnode *book)
{
	struct xnode *sheets = xnode_child(book, SN_X_SHEETS), *c, *next;
	unsigned *map, kept_count = 0;
	size_t n = 0;
	bool kept;
	int e;

	if (sheets == NULL)
		return doc_fail(w->part->opc->doc, ERR_MALFORMED, "no sheets");
	for (c = sheets->first; c != NULL; c = c->next)
		n++;
	map = doc_alloc(w->part->opc->doc, (n + 1) * sizeof(*map));
	if (map == NULL)
		return ERR_NOMEM;
	n = 0;
	for (c = sheets->first; c != NULL; c = next) {
		next = c->next;
		if ((e = keep_sheet(w, c, &kept)) != 0)
			return e;
		map[n++] = kept ? kept_count++ : UINT32_MAX;
		if (!kept)
			xnode_remove(c);
	}
	if (kept_count == 0)
		return doc_fail(w->part->opc->doc, ERR_MALFORMED,
		    "no sheet that can be kept");
	return renumber(w, book, map, n);
}

/* ---- links, drawings, pivots */

static int
drop(struct walk *w, struct xnode *n)
{
	walk_remove(w, n);
	return 0;
}

static int
sheet_link(struct walk *w, struct xnode *n)
{
	const char *location = node_attr(n, SN_NO_LOCATION);
	int e;

	walk_done(n);
	if (xnode_attr(n, SN_R_ID) == NULL) {
		if (location[0] == '\0' || strpbrk(location, "[]\\/|") != NULL)
			walk_remove(w, n);
		return 0;
	}
	if ((e = walk_link(w, n, SN_R_ID)) == ERR_NOENT) {
		walk_remove(w, n);
		return 0;
	}
	return e;
}

static int
sheet_objects(struct walk *w, struct xnode *n)
{
	bool ole = n->name == SN_X_OLEOBJECTS;
	int e = 0;

	for (struct xnode *c = n->first; e == 0 && c != NULL; c = c->next)
		e = part_found(w->part,
		    ole ? FIND_OOXML_OLE : FIND_OOXML_CONTROL, ACT_REMOVED,
		    "%s", node_attr(c, ole ? SN_NO_PROGID : SN_NO_NAME));
	walk_remove(w, n);
	return e;
}

static int
sheet_shape(struct walk *w, struct xnode *n)
{
	const char *macro = node_attr(n, SN_NO_MACRO);
	struct xattr *a = xnode_attr_node(n, SN_NO_TEXTLINK);
	bool ok;
	int e;

	walk_done(n);
	if (macro[0] != '\0' &&
	    (e = part_found(w->part, FIND_OOXML_MACRO_ATTRIBUTE, ACT_REMOVED,
		 "%s", macro)) != 0)
		return e;
	if (macro[0] != '\0')
		xnode_unset(n, SN_NO_MACRO);
	else if (xnode_attr_node(n, SN_NO_MACRO) != NULL)
		attr_done(xnode_attr_node(n, SN_NO_MACRO));
	if (a == NULL)
		return 0;
	if ((e = attr_formula(w, n, SN_NO_TEXTLINK, &ok)) != 0)
		return e;
	if (!ok)
		xnode_unset(n, SN_NO_TEXTLINK);
	return 0;
}

/* A cache of something outside goes, and with it the tables made from it. */
static int
pivot_cache(struct walk *w, struct xnode *n)
{
	struct xnode *source = xnode_child(n, SN_X_CACHESOURCE);
	const char *type = source == NULL ? "" : node_attr(source, SN_NO_TYPE);
	int e;

	walk_done(n);
	if (strcmp(type, "worksheet") != 0)
		return opc_refuse(w->part, FIND_OOXML_CONNECTION);
	if (xnode_attr(n, SN_R_ID) == NULL)
		return 0;
	if (!doc_options(w->part->opc->doc)->keep_pivot_records)
		e = ERR_NOENT;
	else
		e = walk_rel(w, n, SN_R_ID);
	if (e == ERR_NOENT) {
		xnode_unset(n, SN_R_ID);
		return 0;
	}
	return e;
}

static int
pivot_source(struct walk *w, struct xnode *n)
{
	if (xnode_attr(n, SN_R_ID) != NULL)
		return opc_refuse(w->part, FIND_OOXML_EXTERNAL_LINK);
	return 0;
}

/* ---- VML: notes only */

static int
vml_shape(struct walk *w, struct xnode *n)
{
	const struct xnode *data = xnode_child(n, SN_XVML_CLIENTDATA);

	if (data == NULL ||
	    strcmp(node_attr(data, SN_NO_OBJECTTYPE), "Note") != 0) {
		walk_remove(w, n);
		return 0;
	}
	walk_done(n);
	return 0;
}

static int
vml_data(struct walk *w, struct xnode *n)
{
	(void)w;
	walk_done(n);
	return 0;
}

node_fn *const sheet_nodes[SN_COUNT] = {
	[SN_XVML_CLIENTDATA] = vml_data,
	[SN_X_WORKBOOK] = workbook,
	[SN_X_DEFINEDNAME] = sheet_defined_name,
	[SN_X_EXTERNALREFERENCES] = drop,
	[SN_X_F] = cell_formula,
	[SN_X_FORMULA] = rule_formula,
	[SN_X_FORMULA1] = rule_formula,
	[SN_X_FORMULA2] = rule_formula,
	[SN_XM_F] = rule_formula,
	[SN_X_CALCULATEDCOLUMNFORMULA] = lone_formula,
	[SN_X_TOTALSROWFORMULA] = lone_formula,
	[SN_X_CFVO] = rule_value,
	[SN_X_HYPERLINK] = sheet_link,
	[SN_X_OLEOBJECTS] = sheet_objects,
	[SN_X_CONTROLS] = sheet_objects,
	[SN_XDR_SP] = sheet_shape,
	[SN_XDR_PIC] = sheet_shape,
	[SN_XDR_CXNSP] = sheet_shape,
	[SN_XDR_GRAPHICFRAME] = sheet_shape,
	[SN_CDR_SP] = sheet_shape,
	[SN_CDR_PIC] = sheet_shape,
	[SN_CDR_CXNSP] = sheet_shape,
	[SN_CDR_GRAPHICFRAME] = sheet_shape,
	[SN_X_PIVOTCACHEDEFINITION] = pivot_cache,
	[SN_X_WORKSHEETSOURCE] = pivot_source,
	[SN_X_RANGESET] = pivot_source,
	[SN_V_SHAPE] = vml_shape,
};
