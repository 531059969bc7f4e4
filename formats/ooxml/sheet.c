/*
 * SpreadsheetML: links, shapes and notes, and the table of all handlers.
 * ECMA-376 part 1, 18.
 */
#include <string.h>

#include "formats/ooxml/sheet.h"
#include "formats/ooxml/draw.h"

/* ---- links and drawings */

static int
drop(struct walk *w, struct xnode *n)
{
	walk_remove(w, n);
	return 0;
}

/* A place in this workbook: no book, path or topic in it. */
static bool
is_place(const char *location)
{
	size_t word = strspn(location, "abcdefghijklmnopqrstuvwxyz"
				       "ABCDEFGHIJKLMNOPQRSTUVWXYZ-+.");

	/* "XFD:XFD" are columns; "file:" and "javascript:" are schemes. */
	return location[0] != '\0' && strpbrk(location, "[]\\/|") == NULL &&
	       (word < 4 || location[word] != ':');
}

static int
sheet_link(struct walk *w, struct xnode *n)
{
	const char *location = node_attr(n, SN_NO_LOCATION);
	int e;

	walk_done(n);
	if (xnode_attr(n, SN_R_ID) == NULL) {
		if (is_place(location))
			return 0;
		sheet_remove(w, n);
		if (location[0] == '\0')
			return 0;
		return part_found(w->part, FIND_OOXML_LINK, ACT_REMOVED, "%s",
		    location);
	}
	if (location[0] != '\0' && !is_place(location)) {
		xnode_unset(n, SN_NO_LOCATION);
		e = part_found(w->part, FIND_OOXML_LINK, ACT_REMOVED, "#%s",
		    location);
		if (e != 0)
			return e;
	}
	if ((e = walk_link(w, n, SN_R_ID)) == ERR_NOENT) {
		sheet_remove(w, n);
		return 0;
	}
	return e;
}

int
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
	if ((e = sheet_formula_attr(w, n, SN_NO_TEXTLINK, false, &ok)) != 0)
		return e;
	if (!ok)
		xnode_unset(n, SN_NO_TEXTLINK);
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
	[SN_X_WORKBOOK] = sheet_workbook,
	[SN_X_DEFINEDNAME] = sheet_defined_name,
	[SN_X_EXTERNALREFERENCES] = drop,
	[SN_X_C] = sheet_cell,
	[SN_X_F] = sheet_cell_formula,
	[SN_X_FORMULA] = sheet_rule_formula,
	[SN_X_FORMULA1] = sheet_rule_formula,
	[SN_X_FORMULA2] = sheet_rule_formula,
	[SN_XM_F] = sheet_rule_formula,
	[SN_X_CALCULATEDCOLUMNFORMULA] = sheet_lone_formula,
	[SN_X_TOTALSROWFORMULA] = sheet_lone_formula,
	[SN_X_CFVO] = sheet_rule_value,
	[SN_X_HYPERLINK] = sheet_link,
	[SN_X_DRAWING] = sheet_drawing,
	[SN_X_LEGACYDRAWING] = sheet_old_drawing,
	[SN_X_OLEOBJECTS] = sheet_objects,
	[SN_X_CONTROLS] = sheet_objects,
	[SN_A14_COMPATEXT] = sheet_twin,
	[SN_X_TABLE] = sheet_table,
	[SN_X_TABLEPART] = sheet_part_ref,
	[SN_X_METADATA] = sheet_metadata,
	[SN_X14_SLICERLIST] = sheet_slicers,
	[SN_X14_SLICERCACHES] = sheet_slicers,
	[SN_X15_SLICERCACHES] = sheet_slicers,
	[SN_X15_TIMELINEREFS] = sheet_slicers,
	[SN_X15_TIMELINECACHEREFS] = sheet_slicers,
	[SN_XDR_SP] = sheet_shape,
	[SN_XDR_PIC] = sheet_shape,
	[SN_XDR_CXNSP] = sheet_shape,
	[SN_XDR_GRAPHICFRAME] = sheet_shape,
	[SN_X_PIVOTCACHE] = sheet_pivot_cache_ref,
	[SN_X_PIVOTCACHEDEFINITION] = sheet_pivot_cache,
	[SN_X_PIVOTTABLEDEFINITION] = sheet_pivot_table,
	[SN_X_CACHEFIELD] = sheet_pivot_formula,
	[SN_X_CALCULATEDITEM] = sheet_pivot_formula,
	[SN_X_WORKSHEETSOURCE] = sheet_pivot_source,
	[SN_X_RANGESET] = sheet_pivot_source,
	[SN_V_SHAPE] = vml_shape,
};
