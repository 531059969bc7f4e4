/*
 * Objects, controls and films on a slide: the picture that they showed stays,
 * in the same place and with the same number, so that animations of it still
 * have their target. ECMA-376 part 1, 19.3.2.
 */
#include "formats/ooxml/slide.h"

#include <string.h>

#include "formats/ooxml/draw.h"

struct made {
	struct walk *w;
	struct xnode *at; /* the node made last */
	int err;
};

/* A child of that name under parent; NULL (and err) when it cannot be. */
static struct xnode *
make(struct made *m, struct xnode *parent, uint16_t name)
{
	uint16_t type;
	struct xnode *n;

	if (m->err != 0 || parent == NULL)
		return NULL;
	if ((type = schema_child(parent->type, name)) == 0) {
		m->err = ERR_INTERNAL;
		return NULL;
	}
	if ((n = xnode_new(m->w->part->xml, name, type)) == NULL) {
		m->err = ERR_NOMEM;
		return NULL;
	}
	xnode_append(parent, n);
	return n;
}

static void
set(struct made *m, struct xnode *n, uint16_t name, const char *value)
{
	if (m->err == 0 && n != NULL && value[0] != '\0' &&
	    xnode_set(m->w->part->xml, n, name, value) == NULL)
		m->err = ERR_NOMEM;
}

/* A rectangle with no picture in it yet. */
static struct xnode *
new_picture(struct made *m, uint16_t type)
{
	struct xnode *pic = xnode_new(m->w->part->xml, SN_P_PIC, type), *n;

	if (pic == NULL) {
		m->err = ERR_NOMEM;
		return NULL;
	}
	n = make(m, pic, SN_P_NVPICPR);
	(void)make(m, n, SN_P_CNVPR);
	(void)make(m, n, SN_P_CNVPICPR);
	(void)make(m, n, SN_P_NVPR);
	n = make(m, pic, SN_P_BLIPFILL);
	(void)make(m, n, SN_A_BLIP);
	(void)make(m, make(m, n, SN_A_STRETCH), SN_A_FILLRECT);
	n = make(m, make(m, pic, SN_P_SPPR), SN_A_PRSTGEOM);
	set(m, n, SN_NO_PRST, "rect");
	(void)make(m, n, SN_A_AVLST);
	return pic;
}

/* The node takes the place of the other, when both are there. */
static void
take_over(struct xnode *from_parent, struct xnode *to_parent, uint16_t name)
{
	struct xnode *from, *to;
	uint16_t type;

	if (from_parent == NULL || to_parent == NULL ||
	    (type = schema_child(to_parent->type, name)) == 0)
		return;
	from = xnode_child(from_parent, name);
	to = xnode_child(to_parent, name);
	if (from == NULL || to == NULL || from->type != type)
		return;
	xnode_remove(from);
	xnode_replace(to, from);
}

static void
copy_attrs(struct made *m, const struct xnode *from, struct xnode *to)
{
	if (from == NULL || to == NULL)
		return;
	for (const struct xattr *a = from->attrs; a != NULL; a = a->next)
		set(m, to, a->name, a->value);
}

/* Where the frame stood, as the position of the picture. */
static void
take_place(struct made *m, struct xnode *frame, struct xnode *pic)
{
	struct xnode *from = xnode_child(frame, SN_P_XFRM), *sp, *x, *old;

	sp = xnode_child(pic, SN_P_SPPR);
	if (sp == NULL)
		sp = make(m, pic, SN_P_SPPR);
	if (from == NULL || sp == NULL)
		return;
	old = xnode_child(sp, SN_A_XFRM);
	x = make(m, sp, SN_A_XFRM);
	if (x == NULL)
		return;
	copy_attrs(m, from, x);
	copy_attrs(m, xnode_child(from, SN_A_OFF), make(m, x, SN_A_OFF));
	copy_attrs(m, xnode_child(from, SN_A_EXT), make(m, x, SN_A_EXT));
	xnode_remove(x);
	if (old != NULL)
		xnode_replace(old, x);
	else if (sp->first != NULL)
		xnode_before(sp->first, x);
	else
		xnode_append(sp, x);
}

/* Something must show: id, or else the placeholder. */
static void
need_blip(struct made *m, struct xnode *pic, const char *id)
{
	struct xnode *fill = xnode_child(pic, SN_P_BLIPFILL), *blip;

	if (fill == NULL)
		fill = make(m, pic, SN_P_BLIPFILL);
	if (fill == NULL)
		return;
	blip = xnode_child(fill, SN_A_BLIP);
	if (blip == NULL && (blip = make(m, fill, SN_A_BLIP)) != NULL &&
	    fill->first != blip) {
		xnode_remove(blip);
		xnode_before(fill->first, blip);
	}
	if (blip != NULL && xnode_attr(blip, SN_R_EMBED) == NULL &&
	    m->err == 0 &&
	    xnode_set(m->w->part->xml, blip, SN_R_EMBED, id) == NULL)
		m->err = ERR_NOMEM;
}

static struct xnode *
picture_for(struct made *m, struct xnode *frame, struct xnode *ole,
    uint16_t type)
{
	struct xnode *pic = slide_below(ole, SN_P_PIC), *from, *to;
	const char *spid = node_attr(ole, SN_NO_SPID), *id = "";
	int e;

	if (pic != NULL) {
		xnode_remove(pic);
		pic->type = type;
	} else {
		e = slide_vml_picture(m->w, spid, &id);
		if (e != 0 && e != ERR_NOENT)
			m->err = e;
		if (m->err != 0 || (pic = new_picture(m, type)) == NULL)
			return NULL;
	}
	from = xnode_child(frame, SN_P_NVGRAPHICFRAMEPR);
	to = xnode_child(pic, SN_P_NVPICPR);
	take_over(from, to, SN_P_CNVPR);
	take_over(from, to, SN_P_NVPR);
	take_place(m, frame, pic);
	need_blip(m, pic, id);
	return pic;
}

/* What it showed is not in the grammar: an empty frame is no use. */
static int
known_frame(struct walk *w, struct xnode *frame)
{
	if (slide_below(frame, SN_A_GRAPHICDATA) != NULL)
		return 0;
	walk_remove(w, frame);
	return part_found(w->part, FIND_OOXML_UNKNOWN_MARKUP, ACT_REMOVED,
	    "p:graphicFrame");
}

/* The frame of an object becomes the picture it showed. */
int
slide_frame(struct walk *w, struct xnode *frame)
{
	struct made m = { .w = w };
	struct xnode *ole = slide_below(frame, SN_P_OLEOBJ), *pic;
	uint16_t type;
	int e;

	if (ole == NULL)
		return known_frame(w, frame);
	e = part_found(w->part, FIND_OOXML_OLE, ACT_FLATTENED, "%s",
	    node_attr(ole, SN_NO_PROGID));
	if (e != 0)
		return e;
	if (frame->parent == NULL ||
	    (type = schema_child(frame->parent->type, SN_P_PIC)) == 0) {
		walk_remove(w, frame);
		return 0;
	}
	pic = picture_for(&m, frame, ole, type);
	if (m.err != 0)
		return m.err;
	walk_replace(w, frame, pic);
	return 0;
}

/* ---- controls */

static int
flatten_control(struct walk *w, struct xnode *tree, struct xnode *control,
    uint32_t id)
{
	struct made m = { .w = w };
	struct xnode *pic = xnode_child(control, SN_P_PIC), *ext, *props;
	uint16_t type = schema_child(tree->type, SN_P_PIC);
	struct buf b;
	int e;

	e = part_found(w->part, FIND_OOXML_CONTROL, ACT_FLATTENED, "%s",
	    node_attr(control, SN_NO_NAME));
	if (e != 0 || pic == NULL || type == 0)
		return e;
	xnode_remove(pic);
	pic->type = type;
	ext = xnode_child(tree, SN_P_EXTLST);
	if (ext != NULL)
		xnode_before(ext, pic);
	else
		xnode_append(tree, pic);
	need_blip(&m, pic, "");
	props = xnode_child(pic, SN_P_NVPICPR);
	props = props == NULL ? NULL : xnode_child(props, SN_P_CNVPR);
	buf_init(&b, 16);
	if ((e = buf_fmt(&b, "%u", id)) == 0)
		set(&m, props, SN_NO_ID, buf_cstr(&b));
	buf_done(&b);
	return e != 0 ? e : m.err;
}

/* p:cSld: its controls leave their pictures on the slide, on top. */
int
slide_canvas(struct walk *w, struct xnode *n)
{
	struct xnode *list = xnode_child(n, SN_P_CONTROLS),
		     *tree = xnode_child(n, SN_P_SPTREE);
	struct id_set ids;
	uint32_t id;
	int e;

	if (list == NULL || tree == NULL)
		return 0;
	e = slide_ids(w, w->top, SN_P_CNVPR, SN_NO_ID, &ids);
	id = ids.n == 0 ? 1 : ids.ids[ids.n - 1];
	for (struct xnode *c = list->first; e == 0 && c != NULL; c = c->next)
		if (c->name == SN_P_CONTROL && id < UINT32_MAX)
			e = flatten_control(w, tree, c, ++id);
	xnode_remove(list);
	return e;
}

/* One that stood where there is no canvas. */
int
slide_controls(struct walk *w, struct xnode *n)
{
	walk_remove(w, n);
	return part_found(w->part, FIND_OOXML_CONTROL, ACT_REMOVED, NULL);
}

/* ---- films */

/* p:pic: the picture of a film or sound stays; without one, the placeholder. */
int
slide_picture(struct walk *w, struct xnode *n)
{
	static const uint16_t media[] = { SN_A_VIDEOFILE, SN_A_AUDIOFILE,
		SN_A_QUICKTIMEFILE, SN_A_WAVAUDIOFILE, SN_P14_MEDIA };
	struct made m = { .w = w };
	struct xnode *props = xnode_child(n, SN_P_NVPICPR);
	bool is_film = false;

	for (size_t i = 0; props != NULL && i < 5; i++)
		is_film = is_film || slide_below(props, media[i]) != NULL;
	if (is_film)
		need_blip(&m, n, "");
	return m.err;
}

/* ---- backgrounds */

/*
 * p:bgPr: a picture fetched from outside leaves no fill. The placeholder would
 * make the slide unreadable.
 */
int
slide_background(struct walk *w, struct xnode *n)
{
	struct xnode *fill = xnode_child(n, SN_A_BLIPFILL), *blip, *none;
	uint16_t type = schema_child(n->type, SN_A_NOFILL);
	const struct opc_rel *r;
	const char *id;

	blip = fill == NULL ? NULL : xnode_child(fill, SN_A_BLIP);
	if (blip == NULL || type == 0)
		return 0;
	id = xnode_attr(blip, SN_R_EMBED);
	if (id == NULL)
		id = node_attr(blip, SN_R_LINK);
	r = opc_rel(w->part, id);
	if (r != NULL && !r->external && r->kind == PART_IMAGE)
		return 0;
	if ((none = xnode_new(w->part->xml, SN_A_NOFILL, type)) == NULL)
		return ERR_NOMEM;
	xnode_replace(fill, none);
	return part_found(w->part, FIND_OOXML_EXTERNAL_IMAGE, ACT_REMOVED, "%s",
	    r == NULL ? "" : r->target);
}
