/* SpreadsheetML: what its files share; see walk.h. */
#ifndef OOXML_SHEET_H
#define OOXML_SHEET_H

#include "formats/ooxml/old_drawing.h"

#define SHEET_SHARED_MAX (1u << 20) /* numbers of shared formulas */
#define SHEET_CACHES_MAX 4096

/* What the workbook decided, for its other parts (opc.state). */
struct book {
	bool dynamic;	   /* the metadata of dynamic arrays stays */
	const char **gone; /* names of the sheets that were left out */
	size_t n_gone;

	struct {
		const char *id; /* cacheId */
		size_t entry;
	} caches[SHEET_CACHES_MAX];

	size_t n_caches;
};

enum shared { SHARED_NONE, SHARED_KEPT, SHARED_BAD };

/* Of one worksheet or table while it streams (part.state). */
struct sheet {
	uint8_t *shared; /* enum shared, by si */
	size_t n_shared;
	struct part *drawing;
	struct old_shape *old; /* of the old drawing, once read */
	bool old_read;
	bool from_old; /* the drawing was made of the old one's pictures */
};

/* A picture for the drawing of a sheet, in place of an object. */
struct preview {
	struct preview *next;
	struct part *from;	   /* the sheet */
	const struct opc_rel *rel; /* its picture, or NULL */
	const char *at[8];	   /* from and to: col colOff row rowOff */
};

/* NULL when this is no spreadsheet. */
struct book *sheet_book(const struct part *);

/*
 * Remove the node, and with it those around it that then hold nothing and may
 * not be empty.
 */
void sheet_remove(struct walk *, struct xnode *);

/* 0: the attribute is settled; *ok is false when the formula was denied. */
int sheet_formula_attr(struct walk *, struct xnode *, uint16_t name, bool pivot,
    bool *ok) MUST_CHECK;

node_fn sheet_cell, sheet_cell_formula, sheet_rule_formula, sheet_lone_formula,
    sheet_rule_value, sheet_defined_name;
node_fn sheet_workbook, sheet_pivot_cache_ref, sheet_pivot_cache,
    sheet_pivot_source, sheet_pivot_table, sheet_pivot_formula, sheet_table,
    sheet_metadata, sheet_slicers, sheet_part_ref;
node_fn sheet_drawing, sheet_old_drawing, sheet_objects, sheet_twin;

/* Append the previews to a drawing that was walked. */
int sheet_previews(struct part *, struct xnode *) MUST_CHECK;

#endif
