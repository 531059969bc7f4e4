/*
 * DrawingML, charts and diagrams: what all three applications share.
 * ECMA-376 part 1, 20 (DrawingML) and 21 (charts, diagrams).
 */
#include "formats/ooxml/draw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- pictures */

static int
show_placeholder(struct walk *w, struct xnode *n, uint16_t attr)
{
	char id[OPC_ID_BYTES];
	int e;

	if ((e = opc_keep_placeholder(w->part, id)) != 0)
		return e;
	return xnode_set(w->part->xml, n, attr, id) == NULL ? ERR_NOMEM : 0;
}

/*
 * a:blip: a linked picture is fetched on opening; only an embedded one stays.
 */
static int
draw_blip(struct walk *w, struct xnode *n)
{
	const struct opc_rel *r = opc_rel(w->part, node_attr(n, SN_R_LINK));
	bool linked = xnode_attr(n, SN_R_LINK) != NULL;
	bool embedded = xnode_attr(n, SN_R_EMBED) != NULL;
	int e;

	walk_done(n);
	xnode_unset(n, SN_R_LINK);
	if (linked && r != NULL &&
	    (e = part_found(w->part, FIND_OOXML_EXTERNAL_IMAGE,
		 embedded ? ACT_REMOVED : ACT_REPLACED, "%s", r->target)) != 0)
		return e;
	if (embedded)
		return walk_picture(w, n, SN_R_EMBED);
	return linked ? show_placeholder(w, n, SN_R_EMBED) : 0;
}

/* The vector twin of a picture: rebuilt, or the raster stays alone. */
static int
draw_svg(struct walk *w, struct xnode *n)
{
	const struct opc_rel *r = opc_rel(w->part, node_attr(n, SN_R_EMBED));
	struct xnode *ext = n->parent;
	char id[OPC_ID_BYTES];
	int e;

	if (r != NULL && xnode_attr(n, SN_R_LINK) == NULL &&
	    (e = opc_keep_vector(w->part, r, id)) != ERR_NOENT) {
		walk_done(n);
		return e != 0 || xnode_set(w->part->xml, n, SN_R_EMBED, id) !=
				     NULL
			   ? e
			   : ERR_NOMEM;
	}
	if (r == NULL)
		r = opc_rel(w->part, node_attr(n, SN_R_LINK));
	if (r != NULL && r->entry != OPC_NONE)
		w->part->opc->reached[r->entry] = true;
	e = part_found(w->part,
	    r != NULL && r->external ? FIND_OOXML_EXTERNAL_IMAGE
				     : FIND_OOXML_SVG,
	    ACT_REMOVED, "%s", r == NULL ? "" : r->target);
	walk_remove(w, ext != NULL && ext->name == SN_A_EXT ? ext : n);
	return e;
}

/* v:imagedata, and fills and strokes with a picture. */
static int
draw_vml_picture(struct walk *w, struct xnode *n)
{
	static const uint16_t ids[] = { SN_R_ID, SN_O_RELID };
	int e;

	walk_done(n);
	for (size_t i = 0; i < 2; i++) {
		if (xnode_attr(n, ids[i]) == NULL)
			continue;
		if ((e = walk_picture(w, n, ids[i])) != 0)
			return e;
	}
	return 0;
}

/* ---- links and actions */

static int
drop_link(struct walk *w, struct xnode *n, enum finding_id id, const char *what)
{
	walk_remove(w, n);
	return part_found(w->part, id, ACT_REMOVED, "%s", what);
}

/* An r:id that leads nowhere means "no link" together with an action. */
static int
link_target(struct walk *w, struct xnode *n)
{
	const char *id = node_attr(n, SN_R_ID);
	int e;

	if (id[0] == '\0') {
		struct xattr *a = xnode_attr_node(n, SN_R_ID);

		if (a != NULL)
			attr_done(a);
		return 0;
	}
	if ((e = walk_link(w, n, SN_R_ID)) == ERR_NOENT) {
		walk_remove(w, n);
		return 0;
	}
	return e;
}

static int
draw_link(struct walk *w, struct xnode *n)
{
	const char *action = node_attr(n, SN_NO_ACTION);

	walk_done(n);
	if (action[0] == '\0')
		return link_target(w, n);
	if (w->part->opc->app != APP_SLIDE)
		return drop_link(w, n, FIND_OOXML_ACTION, action);
	return slide_action(w, n, action);
}

static int
draw_hover(struct walk *w, struct xnode *n)
{
	const struct opc_rel *r = opc_rel(w->part, node_attr(n, SN_R_ID));

	return drop_link(w, n, FIND_OOXML_HOVER,
	    r != NULL ? r->target : node_attr(n, SN_NO_ACTION));
}

static int
draw_media(struct walk *w, struct xnode *n)
{
	const struct opc_rel *r = opc_rel(w->part, node_attr(n, SN_R_LINK));

	walk_remove(w, n);
	return part_found(w->part, FIND_OOXML_MEDIA, ACT_REMOVED, "%s",
	    r == NULL ? "" : r->target);
}

/* ---- graphic frames */

/* The thing on the page that holds this graphic. */
struct xnode *
draw_frame(struct xnode *n)
{
	for (; n != NULL; n = n->parent)
		switch (n->name) {
		case SN_W_DRAWING:
		case SN_P_GRAPHICFRAME:
		case SN_XDR_GRAPHICFRAME:
		case SN_WPG_GRAPHICFRAME:
		case SN_CDR_GRAPHICFRAME:
			return n;
		default:
			break;
		}
	return NULL;
}

/* An anchor of a sheet holds exactly one object: it goes with it. */
static void
drop_frame(struct walk *w, struct xnode *n)
{
	struct xnode *f = draw_frame(n);

	if (f == NULL)
		f = n;
	if (f->parent != NULL && (f->parent->name == SN_XDR_TWOCELLANCHOR ||
				     f->parent->name == SN_XDR_ONECELLANCHOR ||
				     f->parent->name == SN_XDR_ABSOLUTEANCHOR))
		f = f->parent;
	walk_remove(w, f);
}

static bool
known_graphic(const char *uri)
{
	static const char *const known[] = {
		"http://schemas.openxmlformats.org/drawingml/2006/picture",
		"http://schemas.openxmlformats.org/drawingml/2006/chart",
		"http://schemas.openxmlformats.org/drawingml/2006/diagram",
		"http://schemas.openxmlformats.org/drawingml/2006/table",
		"http://schemas.openxmlformats.org/drawingml/2006/"
		"lockedCanvas",
		"http://schemas.openxmlformats.org/drawingml/2006/"
		"compatibility",
		"http://schemas.microsoft.com/office/drawing/2014/chartex",
		"http://schemas.microsoft.com/office/word/2010/"
		"wordprocessingShape",
		"http://schemas.microsoft.com/office/word/2010/"
		"wordprocessingGroup",
		"http://schemas.microsoft.com/office/word/2010/"
		"wordprocessingCanvas",
		NULL,
	};

	for (size_t i = 0; known[i] != NULL; i++)
		if (strcmp(known[i], uri) == 0)
			return true;
	return false;
}

/* Strict documents name the same graphics by other URIs. */
static const char *
plain_uri(const char *uri)
{
	static const char *const twins[][2] = {
		{ "http://purl.oclc.org/ooxml/drawingml/picture",
		    "http://schemas.openxmlformats.org/drawingml/2006/"
		    "picture" },
		{ "http://purl.oclc.org/ooxml/drawingml/chart",
		    "http://schemas.openxmlformats.org/drawingml/2006/chart" },
		{ "http://purl.oclc.org/ooxml/drawingml/diagram",
		    "http://schemas.openxmlformats.org/drawingml/2006/"
		    "diagram" },
		{ "http://purl.oclc.org/ooxml/drawingml/table",
		    "http://schemas.openxmlformats.org/drawingml/2006/table" },
	};

	for (size_t i = 0; i < 4; i++)
		if (strcmp(twins[i][0], uri) == 0)
			return twins[i][1];
	return uri;
}

static int
draw_graphic(struct walk *w, struct xnode *n)
{
	const char *old = node_attr(n, SN_NO_URI), *uri = plain_uri(old);
	struct xattr *a;

	walk_done(n);
	if (!known_graphic(uri) || n->first == NULL) {
		int e = part_found(w->part, FIND_OOXML_UNKNOWN_MARKUP,
		    ACT_REMOVED, "graphicData %s", uri);

		drop_frame(w, n);
		return e;
	}
	if ((a = xnode_set(w->part->xml, n, SN_NO_URI, uri)) == NULL)
		return ERR_NOMEM;
	attr_done(a);
	return 0;
}

/* c:chart, cx:chart: without its part the frame means nothing. */
static int
draw_chart(struct walk *w, struct xnode *n)
{
	int e;

	walk_done(n);
	if (xnode_attr(n, SN_R_ID) == NULL)
		return 0; /* c:chart inside c:chartSpace */
	if ((e = walk_rel(w, n, SN_R_ID)) == ERR_NOENT) {
		drop_frame(w, n);
		return 0;
	}
	return e;
}

static int
draw_diagram(struct walk *w, struct xnode *n)
{
	static const uint16_t ids[] = { SN_R_DM, SN_R_LO, SN_R_QS, SN_R_CS };
	int e;

	walk_done(n);
	for (size_t i = 0; i < 4; i++) {
		if ((e = walk_rel(w, n, ids[i])) == ERR_NOENT) {
			drop_frame(w, n);
			return 0;
		}
		if (e != 0)
			return e;
	}
	return 0;
}

/* The cached drawing is named by the relationship id of the frame's part. */
static int
draw_diagram_cache(struct walk *w, struct xnode *n)
{
	struct part *from = w->part->from;
	const struct opc_rel *r;
	char id[OPC_ID_BYTES];
	struct xattr *a;
	int e = ERR_NOENT;

	walk_done(n);
	r = from == NULL ? NULL : opc_rel(from, node_attr(n, SN_NO_RELID));
	if (r != NULL && r->kind == PART_DGMDRAWING)
		e = opc_linked(from, r, id);
	if (e != 0) {
		walk_remove(w, n->parent != NULL ? n->parent : n);
		return e == ERR_NOENT ? 0 : e;
	}
	if ((a = xnode_set(w->part->xml, n, SN_NO_RELID, id)) == NULL)
		return ERR_NOMEM;
	attr_done(a);
	return 0;
}

/* ---- charts */

/* The workbook behind a chart is rebuilt like any document and kept. */
static int
chart_data(struct walk *w, struct xnode *n)
{
	const struct opc_rel *r = opc_rel(w->part, node_attr(n, SN_R_ID));
	int e;

	walk_done(n);
	if (r != NULL && r->external) {
		e = part_found(w->part, FIND_OOXML_EXTERNAL_LINK, ACT_REMOVED,
		    "%s", r->target);
		walk_remove(w, n);
		return e;
	}
	if ((e = walk_rel(w, n, SN_R_ID)) == ERR_NOENT) {
		walk_remove(w, n);
		return r == NULL ? 0
				 : part_found(w->part, FIND_OOXML_PACKAGE,
				       ACT_REMOVED, "%s", r->target);
	}
	return e;
}

static int
chart_auto_update(struct walk *w, struct xnode *n)
{
	walk_remove(w, n);
	return 0;
}

/* c:cat, c:val and their like hold one reference and may not be empty. */
static struct xnode *
around(struct xnode *ref)
{
	switch (ref->parent == NULL ? 0 : ref->parent->name) {
	case SN_C_CAT:
	case SN_C_VAL:
	case SN_C_XVAL:
	case SN_C_YVAL:
	case SN_C_BUBBLESIZE:
	case SN_C_TX:
		return ref->parent;
	default:
		return ref;
	}
}

/* c:numRef with its cache becomes c:numLit: the same values, no reference. */
static int
to_literal(struct walk *w, struct xnode *ref, uint16_t cache, uint16_t lit)
{
	struct xnode *c = xnode_child(ref, cache), *fresh, *child, *next;
	uint16_t type = schema_child(ref->parent->type, lit);

	if (c == NULL || type == 0) {
		walk_remove(w, around(ref));
		return 0;
	}
	if ((fresh = xnode_new(w->part->xml, lit, type)) == NULL)
		return ERR_NOMEM;
	for (child = c->first; child != NULL; child = next) {
		next = child->next;
		xnode_remove(child);
		xnode_append(fresh, child);
	}
	walk_replace(w, ref, fresh);
	return 0;
}

/* The name of a series: its first cached value as plain text. */
static int
to_value(struct walk *w, struct xnode *ref)
{
	struct xnode *cache = xnode_child(ref, SN_C_STRCACHE), *pt, *v;
	uint16_t type = schema_child(ref->parent->type, SN_C_V);

	pt = cache == NULL ? NULL : xnode_child(cache, SN_C_PT);
	v = pt == NULL ? NULL : xnode_child(pt, SN_C_V);
	if (v == NULL || type == 0) {
		walk_remove(w, ref->parent);
		return 0;
	}
	xnode_remove(v);
	v->type = type;
	walk_replace(w, ref, v);
	return 0;
}

static int
replace_reference(struct walk *w, struct xnode *ref)
{
	switch (ref->name) {
	case SN_C_NUMREF:
		return to_literal(w, ref, SN_C_NUMCACHE, SN_C_NUMLIT);
	case SN_C_STRREF:
		if (ref->parent != NULL && ref->parent->name == SN_C_TX)
			return to_value(w, ref);
		return to_literal(w, ref, SN_C_STRCACHE, SN_C_STRLIT);
	default:
		walk_remove(w, around(ref));
		return 0;
	}
}

/* c:f, also in its extension forms: inside the workbook, or the cache only. */
static int
chart_formula(struct walk *w, struct xnode *n)
{
	struct buf text, out;
	struct xnode *t;
	int e;

	buf_init(&text, 65536);
	buf_init(&out, 65536);
	if ((e = xnode_gather(n, &text)) != 0)
		goto out;
	e = text.len == 0 ? 0
			  : formula_check(w->part, w->part->in_name,
				buf_cstr(&text), text.len, &out);
	if (e == ERR_NOENT) {
		e = replace_reference(w, n->parent != NULL ? n->parent : n);
		goto out;
	}
	if (e != 0)
		goto out;
	walk_done(n);
	while (n->first != NULL)
		xnode_remove(n->first);
	if ((t = xnode_text(w->part->xml, buf_cstr(&out), out.len)) == NULL)
		e = ERR_NOMEM;
	else
		xnode_append(n, t);
	walk_skip(w, n);
out:
	buf_done(&text);
	buf_done(&out);
	return e;
}

/*
 * c14:style of Office 2010 may stand only beside its fallback; 102 there is
 * 2 of c:style.
 */
static int
chart_style(struct walk *w, struct xnode *n)
{
	long v = strtol(node_attr(n, SN_NO_VAL), NULL, 10) - 100;
	uint16_t type =
	    n->parent == NULL ? 0 : schema_child(n->parent->type, SN_C_STYLE);
	struct xnode *fresh;
	char s[8];

	if (type == 0 || v < 1 || v > 48 || n == w->top) {
		walk_remove(w, n);
		return 0;
	}
	snprintf(s, sizeof(s), "%ld", v);
	fresh = xnode_new(w->part->xml, SN_C_STYLE, type);
	if (fresh == NULL ||
	    xnode_set(w->part->xml, fresh, SN_NO_VAL, s) == NULL)
		return ERR_NOMEM;
	walk_replace(w, n, fresh);
	return 0;
}

node_fn *const draw_nodes[SN_COUNT] = {
	/* On a chart, wherever that stands. */
	[SN_CDR_SP] = sheet_shape,
	[SN_CDR_PIC] = sheet_shape,
	[SN_CDR_CXNSP] = sheet_shape,
	[SN_CDR_GRAPHICFRAME] = sheet_shape,
	[SN_C14_STYLE] = chart_style,
	[SN_A_BLIP] = draw_blip,
	[SN_ASVG_SVGBLIP] = draw_svg,
	[SN_V_IMAGEDATA] = draw_vml_picture,
	[SN_V_FILL] = draw_vml_picture,
	[SN_V_STROKE] = draw_vml_picture,
	[SN_A_HLINKCLICK] = draw_link,
	[SN_A_HLINKHOVER] = draw_hover,
	[SN_A_HLINKMOUSEOVER] = draw_hover,
	[SN_A_SND] = draw_media,
	[SN_A_AUDIOFILE] = draw_media,
	[SN_A_VIDEOFILE] = draw_media,
	[SN_A_QUICKTIMEFILE] = draw_media,
	[SN_A_WAVAUDIOFILE] = draw_media,
	[SN_A_GRAPHICDATA] = draw_graphic,
	[SN_C_CHART] = draw_chart,
	[SN_CX_CHART] = draw_chart,
	[SN_DGM_RELIDS] = draw_diagram,
	[SN_DSP_DATAMODELEXT] = draw_diagram_cache,
	[SN_C_EXTERNALDATA] = chart_data,
	[SN_C_AUTOUPDATE] = chart_auto_update,
	[SN_C_F] = chart_formula,
	[SN_CX_F] = chart_formula,
	[SN_C15_F] = chart_formula,
	[SN_C15_SQREF] = chart_formula,
};
