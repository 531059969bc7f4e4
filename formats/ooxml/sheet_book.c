/*
 * The workbook, and what must agree with it: sheets, pivot tables and their
 * caches, tables, metadata. ECMA-376 part 1, 18.2, 18.5, 18.9, 18.10.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "formats/ooxml/sheet.h"

struct book *
sheet_book(const struct part *p)
{
	return p->opc->app == APP_SHEET ? p->opc->state : NULL;
}

/* ---- removal */

/* What may not be without the other. */
static const uint16_t holds[][2] = {
	{ SN_X_HYPERLINKS, SN_X_HYPERLINK },
	{ SN_X_DATAVALIDATIONS, SN_X_DATAVALIDATION },
	{ SN_X_CONDITIONALFORMATTING, SN_X_CFRULE },
	{ SN_X14_CONDITIONALFORMATTING, SN_X14_CFRULE },
	{ SN_X14_CONDITIONALFORMATTINGS, SN_X14_CONDITIONALFORMATTING },
	{ SN_X14_DATAVALIDATIONS, SN_X14_DATAVALIDATION },
	{ SN_X14_SPARKLINES, SN_X14_SPARKLINE },
	{ SN_X14_SPARKLINEGROUP, SN_X14_SPARKLINES },
	{ SN_X14_SPARKLINEGROUPS, SN_X14_SPARKLINEGROUP },
	{ SN_X_DEFINEDNAMES, SN_X_DEFINEDNAME },
	{ SN_X_TABLEPARTS, SN_X_TABLEPART },
	{ SN_X_PIVOTCACHES, SN_X_PIVOTCACHE },
};

static bool
is_last(const struct xnode *n)
{
	for (const struct xnode *c = n->parent->first; c != NULL; c = c->next)
		if (c != n && c->name == n->name)
			return false;
	for (size_t i = 0; i < sizeof(holds) / sizeof(holds[0]); i++)
		if (holds[i][0] == n->parent->name && holds[i][1] == n->name)
			return true;
	return false;
}

void
sheet_remove(struct walk *w, struct xnode *n)
{
	while (n != w->top && n->parent != NULL && is_last(n))
		n = n->parent;
	/* A count is optional, and would be wrong. */
	if (n != w->top && n->parent != NULL)
		xnode_unset(n->parent, SN_NO_COUNT);
	walk_remove(w, n);
}

static bool
leads_to(const struct walk *w, const struct xnode *n, enum part_kind kind)
{
	const struct opc_rel *r = opc_rel(w->part, node_attr(n, SN_R_ID));

	return r != NULL && r->kind == (int)kind;
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
	if (!leads_to(w, n, PART_SHEET) && !leads_to(w, n, PART_CHARTSHEET))
		return 0;
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

/* Excel opens no workbook whose sheets are all hidden. */
static void
show_one(struct xnode *sheets)
{
	const char *state;

	for (struct xnode *c = sheets->first; c != NULL; c = c->next) {
		state = node_attr(c, SN_NO_STATE);
		if (state[0] == '\0' || strcmp(state, "visible") == 0)
			return;
	}
	if (sheets->first != NULL)
		xnode_unset(sheets->first, SN_NO_STATE);
}

static int
new_book(struct part *p, size_t n_sheets)
{
	struct book *b = doc_alloc(p->opc->doc, sizeof(*b));

	if (b == NULL)
		return ERR_NOMEM;
	b->gone = doc_alloc(p->opc->doc, (n_sheets + 1) * sizeof(*b->gone));
	if (b->gone == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < p->n_rels; i++)
		if (p->rels[i].kind == PART_XMETADATA &&
		    !p->opc->bad[p->rels[i].entry])
			b->dynamic = true;
	p->opc->state = b;
	return 0;
}

static int
sheet_gone(struct part *p, const struct xnode *n)
{
	const char *name = node_attr(n, SN_NO_NAME);
	struct book *b = p->opc->state;
	char *copy = doc_strndup(p->opc->doc, name, strlen(name));

	if (copy == NULL)
		return ERR_NOMEM;
	b->gone[b->n_gone++] = copy;
	return 0;
}

int
sheet_workbook(struct walk *w, struct xnode *book)
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
	if (map == NULL || new_book(w->part, n) != 0)
		return ERR_NOMEM;
	n = 0;
	for (c = sheets->first; c != NULL; c = next) {
		next = c->next;
		if ((e = keep_sheet(w, c, &kept)) != 0)
			return e;
		map[n++] = kept ? kept_count++ : UINT32_MAX;
		if (!kept && (e = sheet_gone(w->part, c)) != 0)
			return e;
		if (!kept)
			xnode_remove(c);
	}
	if (kept_count == 0)
		return doc_fail(w->part->opc->doc, ERR_MALFORMED,
		    "no sheet that can be kept");
	show_one(sheets);
	return renumber(w, book, map, n);
}

/* ---- parts that are named in lists */

int
sheet_part_ref(struct walk *w, struct xnode *n)
{
	int e = ERR_NOENT;

	if (n->name != SN_X_TABLEPART || leads_to(w, n, PART_TABLE))
		e = walk_rel(w, n, SN_R_ID);
	if (e != ERR_NOENT)
		return e;
	sheet_remove(w, n);
	return 0;
}

/* Without the query or map behind it a table is a plain one. */
int
sheet_table(struct walk *w, struct xnode *n)
{
	(void)w;
	xnode_unset(n, SN_NO_TABLETYPE);
	return 0;
}

/* ---- pivot tables */

int
sheet_pivot_cache_ref(struct walk *w, struct xnode *n)
{
	const struct opc_rel *r = opc_rel(w->part, node_attr(n, SN_R_ID));
	const char *id = node_attr(n, SN_NO_CACHEID);
	struct book *b = sheet_book(w->part);
	int e = ERR_NOENT;

	if (b == NULL)
		return ERR_INTERNAL;
	if (r != NULL && r->kind == PART_PIVOTCACHE &&
	    b->n_caches < SHEET_CACHES_MAX)
		e = walk_rel(w, n, SN_R_ID);
	if (e == ERR_NOENT) {
		sheet_remove(w, n);
		return 0;
	}
	if (e != 0)
		return e;
	b->caches[b->n_caches].entry = r->entry;
	b->caches[b->n_caches].id =
	    doc_strndup(w->part->opc->doc, id, strlen(id));
	return b->caches[b->n_caches++].id == NULL ? ERR_NOMEM : 0;
}

/* A cache of something outside goes, and with it the tables made from it. */
int
sheet_pivot_cache(struct walk *w, struct xnode *n)
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

int
sheet_pivot_source(struct walk *w, struct xnode *n)
{
	const struct book *b = sheet_book(w->part);
	const char *sheet = node_attr(n, SN_NO_SHEET);

	if (xnode_attr(n, SN_R_ID) != NULL ||
	    strpbrk(sheet, "[]\\/|") != NULL ||
	    strpbrk(node_attr(n, SN_NO_NAME), "[]\\/|") != NULL)
		return opc_refuse(w->part, FIND_OOXML_EXTERNAL_LINK);
	for (size_t i = 0; b != NULL && i < b->n_gone; i++)
		if (strcasecmp(b->gone[i], sheet) == 0)
			return opc_refuse(w->part, FIND_OOXML_EXTERNAL_LINK);
	return 0;
}

/* x:cacheField, x:calculatedItem: without its formula the cache is broken. */
int
sheet_pivot_formula(struct walk *w, struct xnode *n)
{
	bool ok;
	int e = sheet_formula_attr(w, n, SN_NO_FORMULA, true, &ok);

	if (e == 0 && !ok)
		return opc_refuse(w->part, FIND_OOXML_FORMULA);
	return e;
}

/* A pivot table stays with the cache that the workbook lists for it. */
int
sheet_pivot_table(struct walk *w, struct xnode *n)
{
	const char *id = node_attr(n, SN_NO_CACHEID);
	const struct book *b = sheet_book(w->part);
	const struct part *p = w->part;

	for (size_t i = 0; b != NULL && i < b->n_caches; i++) {
		if (strcmp(b->caches[i].id, id) != 0)
			continue;
		for (size_t k = 0; k < p->n_rels; k++)
			if (p->rels[k].kind == PART_PIVOTCACHE &&
			    p->rels[k].entry == b->caches[i].entry)
				return 0;
	}
	return opc_refuse(w->part, FIND_OOXML_CONNECTION);
}

/*
 * Slicers and timelines: buttons over a pivot table or table, spread over
 * parts that must all agree. The table stays filtered as it is.
 */
int
sheet_slicers(struct walk *w, struct xnode *n)
{
	struct part *p = w->part;
	struct xnode *ext = n->parent;

	for (size_t i = 0; i < p->n_rels; i++)
		if (p->rels[i].kind == PART_SLICER ||
		    p->rels[i].kind == PART_SLICERCACHE)
			p->opc->reached[p->rels[i].entry] = true;
	walk_remove(w,
	    ext != NULL && n != w->top && ext->name == SN_X_EXT ? ext : n);
	return part_found(p, FIND_OOXML_SLICER, ACT_REMOVED, NULL);
}

/* ---- metadata: dynamic arrays only */

/* Of the children with this name the first with that @name (NULL: any). */
static struct xnode *
keep_one(struct xnode *parent, uint16_t child, const char *name)
{
	struct xnode *c, *next, *kept = NULL;

	if (parent == NULL)
		return NULL;
	for (c = parent->first; c != NULL; c = next) {
		next = c->next;
		if (kept == NULL && c->name == child &&
		    (name == NULL ||
			strcmp(node_attr(c, SN_NO_NAME), name) == 0))
			kept = c;
		else
			xnode_remove(c);
	}
	return kept;
}

static bool
is_dynamic(const struct xnode *bk)
{
	for (const struct xnode *c = xnode_next(bk, bk); c != NULL;
	     c = xnode_next(c, bk))
		if (c->name == SN_XDA_DYNAMICARRAYPROPERTIES)
			return true;
	return false;
}

static int
set(struct walk *w, struct xnode *n, uint16_t name, const char *v)
{
	return xnode_set(w->part->xml, n, name, v) == NULL ? ERR_NOMEM : 0;
}

/*
 * Cells name an entry of the metadata by number (c/@cm). The parts of a sheet
 * are read first; so there is always the same single entry, number 1.
 */
int
sheet_metadata(struct walk *w, struct xnode *n)
{
	static const char name[] = "XLDAPR";
	struct xnode *types = NULL, *future = NULL, *cells = NULL, *c, *next;
	struct xnode *bk, *rc;

	for (c = n->first; c != NULL; c = next) {
		next = c->next;
		if (c->name == SN_X_METADATATYPES && types == NULL)
			types = c;
		else if (c->name == SN_X_CELLMETADATA && cells == NULL)
			cells = c;
		else if (c->name == SN_X_FUTUREMETADATA && future == NULL &&
			 strcmp(node_attr(c, SN_NO_NAME), name) == 0)
			future = c;
		else
			xnode_remove(c);
	}
	bk = keep_one(future, SN_X_BK, NULL);
	rc = keep_one(keep_one(cells, SN_X_BK, NULL), SN_X_RC, NULL);
	if (keep_one(types, SN_X_METADATATYPE, name) == NULL || bk == NULL ||
	    rc == NULL || !is_dynamic(bk))
		return opc_refuse(w->part, FIND_OOXML_RICH_DATA);
	if (set(w, types, SN_NO_COUNT, "1") != 0 ||
	    set(w, future, SN_NO_COUNT, "1") != 0 ||
	    set(w, cells, SN_NO_COUNT, "1") != 0 ||
	    set(w, rc, SN_NO_T, "1") != 0)
		return ERR_NOMEM;
	return set(w, rc, SN_NO_V, "0");
}
