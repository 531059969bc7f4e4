/*
 * Objects and controls on a sheet: what stays is their picture, or the text
 * of the shape that stands for them. ECMA-376 part 1, 18.3.1.59, 18.3.1.19.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/ooxml/sheet.h"

/* The drawing of a sheet; objects that follow put their pictures there. */
int
sheet_drawing(struct walk *w, struct xnode *n)
{
	const struct opc_rel *r = opc_rel(w->part, node_attr(n, SN_R_ID));
	struct sheet *s = w->part->state;
	int e = ERR_NOENT;

	if (r != NULL && r->kind == PART_DRAWING)
		e = walk_rel(w, n, SN_R_ID);
	if (e == ERR_NOENT) {
		walk_remove(w, n);
		return 0;
	}
	if (e == 0 && s != NULL)
		s->drawing = w->part->opc->by_entry[r->entry];
	return e;
}

static const uint16_t corner[] = { SN_XDR_COL, SN_XDR_COLOFF, SN_XDR_ROW,
	SN_XDR_ROWOFF };

/* A number as the grammar of drawings has it. */
static const char *
number_of(struct part *p, const struct xnode *n)
{
	const struct xnode *t = n == NULL ? NULL : n->first;
	char *end, s[24];
	long v;

	if (t == NULL || t->text == NULL)
		return NULL;
	v = strtol(t->text, &end, 10);
	if (*end != '\0' || v > INT32_MAX || v < INT32_MIN)
		return NULL;
	snprintf(s, sizeof(s), "%ld", v);
	return doc_strndup(p->opc->doc, s, strlen(s));
}

static bool
take_anchor(struct part *p, const struct xnode *anchor, struct preview *v)
{
	static const uint16_t ends[] = { SN_X_FROM, SN_X_TO };
	const struct xnode *end;

	for (size_t i = 0; i < 8; i++) {
		end = anchor == NULL ? NULL : xnode_child(anchor, ends[i / 4]);
		if (end == NULL ||
		    (v->at[i] = number_of(p,
			 xnode_child(end, corner[i % 4]))) == NULL)
			return false;
	}
	return true;
}

/* ---- objects of 2007: picture and place stand in the old drawing */

#define EMU_PER_PIXEL 9525
#define PIXELS_MAX    100000

static int
read_old(struct walk *w, struct sheet *s)
{
	if (s->old_read)
		return 0;
	s->old_read = true;
	return old_drawing_read(w->part, &s->old);
}

/* "0, 0, 4, 0, 5, 1, 10, 1": column, pixels, row, pixels; twice. */
static bool
take_old_anchor(struct part *p, const char *text, struct preview *v)
{
	char *end, s[24];
	long n;

	for (size_t i = 0; i < 8; i++) {
		n = strtol(text, &end, 10);
		if (end == text || n < 0 ||
		    n > (i % 2 == 1 ? PIXELS_MAX : INT32_MAX))
			return false;
		text = end + strspn(end, " \t\r\n");
		if (*text != (i == 7 ? '\0' : ','))
			return false;
		text += i != 7;
		snprintf(s, sizeof(s), "%ld",
		    i % 2 == 1 ? n * EMU_PER_PIXEL : n);
		if ((v->at[i] = doc_strndup(p->opc->doc, s, strlen(s))) == NULL)
			return false;
	}
	return true;
}

static void
add_preview(struct sheet *s, struct preview *v)
{
	struct preview **tail = (struct preview **)&s->drawing->state;

	while (*tail != NULL)
		tail = &(*tail)->next;
	*tail = v;
}

/* A preview of this shape, or NULL in *out when it has no place. */
static int
old_preview(struct part *p, const struct old_shape *shape, struct preview **out)
{
	struct preview *v = doc_alloc(p->opc->doc, sizeof(*v));

	*out = NULL;
	if (v == NULL)
		return ERR_NOMEM;
	v->from = p;
	v->rel = shape->picture;
	if (take_old_anchor(p, shape->anchor, v))
		*out = v;
	return 0;
}

/* The element that names the drawing made here, before the old one's. */
static int
put_drawing(struct walk *w, struct xnode *at, const struct part *drawing)
{
	uint16_t type = schema_child(schema_root(SN_X_WORKSHEET), SN_X_DRAWING);
	struct xnode *n = xnode_new(w->part->xml, SN_X_DRAWING, type);
	char id[OPC_ID_BYTES];

	snprintf(id, sizeof(id), "rId%u", drawing->linked_id);
	if (n == NULL || xnode_set(w->part->xml, n, SN_R_ID, id) == NULL)
		return ERR_NOMEM;
	xnode_before(at, n);
	return 0;
}

/* A sheet without a drawing gets one for the pictures of its objects. */
int
sheet_old_drawing(struct walk *w, struct xnode *n)
{
	struct sheet *s = w->part->state;
	struct preview *v;
	int e;

	if (w->part->kind != PART_SHEET || s == NULL || s->drawing != NULL ||
	    n != w->top)
		return 0;
	if ((e = read_old(w, s)) != 0)
		return e;
	for (const struct old_shape *o = s->old; o != NULL; o = o->next) {
		if (strcmp(o->kind, "Pict") != 0)
			continue;
		if ((e = old_preview(w->part, o, &v)) != 0)
			return e;
		if (v == NULL)
			continue;
		if (s->drawing == NULL &&
		    ((e = opc_new_drawing(w->part, &s->drawing)) != 0 ||
			(e = opc_link(w->part, s->drawing)) != 0 ||
			(e = put_drawing(w, n, s->drawing)) != 0))
			return e;
		s->from_old = true;
		add_preview(s, v);
	}
	return 0;
}

/* The shape of this object, by its number. */
static int
take_old_preview(struct walk *w, const struct xnode *object, bool *ok)
{
	struct sheet *s = w->part->state;
	struct preview *v;
	char id[48];
	int e;

	if (s == NULL || s->drawing == NULL ||
	    strlen(node_attr(object, SN_NO_SHAPEID)) > 16)
		return 0;
	if ((e = read_old(w, s)) != 0)
		return e;
	snprintf(id, sizeof(id), "_x0000_s%s",
	    node_attr(object, SN_NO_SHAPEID));
	for (const struct old_shape *o = s->old; o != NULL; o = o->next) {
		if (strcmp(o->id, id) != 0)
			continue;
		if ((e = old_preview(w->part, o, &v)) != 0 || v == NULL)
			return e;
		add_preview(s, v);
		*ok = true;
		return 0;
	}
	return 0;
}

/* Its picture is to be added to the drawing; *ok: there is a place for it. */
static int
take_preview(struct walk *w, const struct xnode *object, bool *ok)
{
	struct sheet *s = w->part->state;
	struct xnode *pr = xnode_child(object, SN_X_OBJECTPR);
	struct preview *v;

	*ok = s != NULL && s->from_old;
	if (*ok)
		return 0;
	if (pr == NULL)
		pr = xnode_child(object, SN_X_CONTROLPR);
	if (pr == NULL)
		return take_old_preview(w, object, ok);
	if (pr == NULL || s == NULL || s->drawing == NULL ||
	    (object->name == SN_X_CONTROL && node_attr(pr, SN_R_ID)[0] == '\0'))
		return 0;
	if ((v = doc_alloc(w->part->opc->doc, sizeof(*v))) == NULL)
		return ERR_NOMEM;
	v->from = w->part;
	v->rel = opc_rel(w->part, node_attr(pr, SN_R_ID));
	if (!take_anchor(w->part, xnode_child(pr, SN_X_ANCHOR), v))
		return 0;
	add_preview(s, v);
	*ok = true;
	return 0;
}

int
sheet_objects(struct walk *w, struct xnode *n)
{
	bool ole = n->name == SN_X_OLEOBJECTS, ok;
	int e = 0;

	for (struct xnode *c = n->first; e == 0 && c != NULL; c = c->next) {
		if ((e = take_preview(w, c, &ok)) != 0)
			return e;
		e = part_found(w->part,
		    ole ? FIND_OOXML_OLE : FIND_OOXML_CONTROL,
		    ok ? ACT_REPLACED : ACT_REMOVED, "%s",
		    node_attr(c, ole ? SN_NO_PROGID : SN_NO_NAME));
	}
	walk_remove(w, n);
	return e;
}

/* ---- the shape that stands for an object in the drawing */

static bool
has_text(const struct xnode *sp)
{
	const struct xnode *c;

	for (c = xnode_next(sp, sp); c != NULL; c = xnode_next(c, sp))
		if (c->name == SN_A_T && c->first != NULL)
			return true;
	return false;
}

static void
remove_shape(struct walk *w, struct xnode *sp)
{
	struct xnode *up = sp->parent;

	if (up != NULL && up != w->top &&
	    (up->name == SN_XDR_TWOCELLANCHOR ||
		up->name == SN_XDR_ONECELLANCHOR ||
		up->name == SN_XDR_ABSOLUTEANCHOR))
		sp = up;
	walk_remove(w, sp);
}

/*
 * a14:compatExt: a hidden shape beside an object of the old drawing. The
 * object is gone: a label or a button stays as a shape with its text.
 */
int
sheet_twin(struct walk *w, struct xnode *n)
{
	struct xnode *sp = n->parent, *props = NULL;

	if (w->part->kind != PART_DRAWING)
		return 0;
	for (; sp != NULL && sp->name != SN_XDR_SP; sp = sp->parent)
		if (sp->name == SN_XDR_CNVPR)
			props = sp;
	if (sp == NULL || props == NULL)
		return 0;
	if (!has_text(sp)) {
		remove_shape(w, sp);
		return 0;
	}
	xnode_unset(props, SN_NO_HIDDEN);
	walk_remove(w,
	    n->parent != NULL && n->parent->name == SN_A_EXT ? n->parent : n);
	return 0;
}

/* ---- pictures made of previews */

/* A child made by code, behind the others; NULL: it may not be there. */
static struct xnode *
add(struct part *p, struct xnode *parent, uint16_t name)
{
	struct xnode *n;
	uint16_t type;

	if (parent == NULL || (type = schema_child(parent->type, name)) == 0 ||
	    (n = xnode_new(p->xml, name, type)) == NULL)
		return NULL;
	xnode_append(parent, n);
	return n;
}

static bool
add_attr(struct part *p, struct xnode *n, uint16_t name, const char *v)
{
	return n != NULL && xnode_set(p->xml, n, name, v) != NULL;
}

static bool
add_corner(struct part *p, struct xnode *anchor, uint16_t end,
    const char *const at[4])
{
	struct xnode *e = add(p, anchor, end), *c, *t;

	for (size_t i = 0; i < 4; i++) {
		if ((c = add(p, e, corner[i])) == NULL ||
		    (t = xnode_text(p->xml, at[i], strlen(at[i]))) == NULL)
			return false;
		xnode_append(c, t);
	}
	return true;
}

static unsigned long
highest_id(const struct xnode *root)
{
	unsigned long v, max = 0;
	const struct xnode *c;

	for (c = xnode_next(root, root); c != NULL; c = xnode_next(c, root)) {
		if (c->name != SN_XDR_CNVPR)
			continue;
		v = strtoul(node_attr(c, SN_NO_ID), NULL, 10);
		if (v > max && v < INT32_MAX / 2)
			max = v;
	}
	return max;
}

static bool
add_picture(struct part *p, struct xnode *anchor, unsigned long number,
    const char *rid)
{
	struct xnode *pic = add(p, anchor, SN_XDR_PIC);
	struct xnode *nv = add(p, pic, SN_XDR_NVPICPR);
	struct xnode *props = add(p, nv, SN_XDR_CNVPR);
	struct xnode *fill, *blip, *geom;
	char id[24], name[48];

	snprintf(id, sizeof(id), "%lu", number);
	snprintf(name, sizeof(name), "Object %lu", number);
	if (!add_attr(p, props, SN_NO_ID, id) ||
	    !add_attr(p, props, SN_NO_NAME, name) ||
	    add(p, nv, SN_XDR_CNVPICPR) == NULL)
		return false;
	fill = add(p, pic, SN_XDR_BLIPFILL);
	blip = add(p, fill, SN_A_BLIP);
	if (!add_attr(p, blip, SN_R_EMBED, rid) ||
	    add(p, add(p, fill, SN_A_STRETCH), SN_A_FILLRECT) == NULL)
		return false;
	geom = add(p, add(p, pic, SN_XDR_SPPR), SN_A_PRSTGEOM);
	return add_attr(p, geom, SN_NO_PRST, "rect") &&
	       add(p, geom, SN_A_AVLST) != NULL;
}

static int
picture_id(struct part *p, const struct preview *v, char rid[OPC_ID_BYTES])
{
	int e = ERR_NOENT;

	if (v->rel != NULL && v->rel->kind == PART_IMAGE)
		e = opc_keep(p, v->rel, rid);
	return e == ERR_NOENT ? opc_keep_placeholder(p, rid) : e;
}

/*
 * Called when everything else in the drawing has its relationship ids, so
 * that those of the pictures are the last, as their places are.
 */
int
sheet_previews(struct part *p, struct xnode *root)
{
	const struct preview *v = p->state;
	unsigned long number = highest_id(root);
	char rid[OPC_ID_BYTES];
	struct xnode *anchor;
	int e;

	for (; v != NULL; v = v->next) {
		if ((e = picture_id(p, v, rid)) != 0)
			return e;
		anchor = add(p, root, SN_XDR_TWOCELLANCHOR);
		if (!add_corner(p, anchor, SN_XDR_FROM, v->at) ||
		    !add_corner(p, anchor, SN_XDR_TO, v->at + 4) ||
		    !add_picture(p, anchor, ++number, rid) ||
		    add(p, anchor, SN_XDR_CLIENTDATA) == NULL)
			return ERR_NOMEM;
	}
	return 0;
}
