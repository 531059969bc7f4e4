/*
 * PresentationML: what PowerPoint's own elements need beyond the allow-list.
 * ECMA-376 part 1, 19.
 */
#include "formats/ooxml/draw.h"

#include <stdlib.h>
#include <string.h>

static int
drop(struct walk *w, struct xnode *n)
{
	walk_remove(w, n);
	return 0;
}

/* ---- actions */

static bool
starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

static bool
known_jump(const char *action)
{
	static const char *const jumps[] = { "nextslide", "previousslide",
		"firstslide", "lastslide", "lastslideviewed", "endshow" };
	static const char head[] = "ppaction://hlinkshowjump?jump=";

	if (!starts(action, head))
		return false;
	for (size_t i = 0; i < sizeof(jumps) / sizeof(jumps[0]); i++)
		if (strcmp(action + strlen(head), jumps[i]) == 0)
			return true;
	return false;
}

static bool
is_custom_show(const char *action)
{
	static const char head[] = "ppaction://customshow?id=";
	const char *s = action + strlen(head);

	if (!starts(action, head) || strspn(s, "0123456789") == 0)
		return false;
	s += strspn(s, "0123456789");
	return *s == '\0' || strcmp(s, "&return=true") == 0;
}

static void
settle(struct xnode *n, uint16_t name)
{
	struct xattr *a = xnode_attr_node(n, name);

	if (a != NULL)
		attr_done(a);
}

int
slide_action(struct walk *w, struct xnode *n, const char *action)
{
	int e;

	if (strcmp(action, "ppaction://hlinksldjump") == 0) {
		settle(n, SN_NO_ACTION);
		if ((e = walk_rel(w, n, SN_R_ID)) != ERR_NOENT)
			return e;
		walk_remove(w, n);
		return 0;
	}
	if (known_jump(action) || is_custom_show(action) ||
	    strcmp(action, "ppaction://noaction") == 0) {
		settle(n, SN_NO_ACTION);
		if (xnode_set(w->part->xml, n, SN_R_ID, "") == NULL)
			return ERR_NOMEM;
		settle(n, SN_R_ID);
		return 0;
	}
	walk_remove(w, n);
	if (strcmp(action, "ppaction://media") == 0)
		return 0;
	return part_found(w->part, FIND_OOXML_ACTION, ACT_REMOVED, "%s",
	    action);
}

/* ---- objects, controls, media */

static struct xnode *
find_below(struct xnode *top, uint16_t name)
{
	for (struct xnode *n = xnode_next(top, top); n != NULL;
	     n = xnode_next(n, top))
		if (n->name == name)
			return n;
	return NULL;
}

/* The frame of an object becomes the picture it showed. */
static int
slide_object(struct walk *w, struct xnode *n)
{
	struct xnode *frame = draw_frame(n), *pic = find_below(n, SN_P_PIC);
	uint16_t type;
	int e;

	e = part_found(w->part, FIND_OOXML_OLE, ACT_FLATTENED, "%s",
	    node_attr(n, SN_NO_PROGID));
	if (e != 0)
		return e;
	if (frame == NULL || frame->parent == NULL || pic == NULL ||
	    (type = schema_child(frame->parent->type, SN_P_PIC)) == 0) {
		walk_remove(w, frame != NULL ? frame : n);
		return 0;
	}
	xnode_remove(pic);
	pic->type = type;
	walk_replace(w, frame, pic);
	return 0;
}

static int
slide_controls(struct walk *w, struct xnode *n)
{
	int e = 0;

	for (struct xnode *c = n->first; e == 0 && c != NULL; c = c->next)
		e = part_found(w->part, FIND_OOXML_CONTROL, ACT_REMOVED, "%s",
		    node_attr(c, SN_NO_NAME));
	walk_remove(w, n);
	return e;
}

static int
slide_media(struct walk *w, struct xnode *n)
{
	struct xnode *ext = n->parent;

	walk_remove(w, ext != NULL && ext->name == SN_P_EXT ? ext : n);
	return 0;
}

/* ---- animations */

static bool
id_exists(struct xnode *root, const char *id)
{
	for (struct xnode *n = root; n != NULL; n = xnode_next(n, root))
		if (n->name == SN_P_CNVPR &&
		    strcmp(node_attr(n, SN_NO_ID), id) == 0)
			return true;
	return false;
}

/* Would this animation act on something that is not on the slide? */
static bool
is_loose(struct xnode *n, struct xnode *root)
{
	const char *id = xnode_attr(n, SN_NO_SPID);

	switch (n->name) {
	case SN_P_CMD:
	case SN_P_AUDIO:
	case SN_P_VIDEO:
	case SN_P_SNDTGT:
	case SN_P_CMEDIANODE:
		return true;
	default:
		return id != NULL && !id_exists(root, id);
	}
}

/*
 * Animations are kept whole or not at all: a timeline with a missing target
 * makes PowerPoint repair the file.
 */
static int
slide_timing(struct walk *w, struct xnode *n)
{
	for (struct xnode *c = n; c != NULL; c = xnode_next(c, n)) {
		if (is_loose(c, w->top)) {
			walk_remove(w, n);
			return part_found(w->part, FIND_OOXML_TIMING,
			    ACT_REMOVED, "%s", schema_local(c->name));
		}
	}
	for (struct xnode *c = n; c != NULL; c = xnode_next(c, n))
		if (c->text == NULL)
			walk_done(c);
	return 0;
}

node_fn *const slide_nodes[SN_COUNT] = {
	[SN_P_OLEOBJ] = slide_object,
	[SN_P_CONTROLS] = slide_controls,
	[SN_P_CUSTDATALST] = drop,
	[SN_P14_MEDIA] = slide_media,
	[SN_P_TIMING] = slide_timing,
};
