/*
 * PresentationML: what PowerPoint's own elements need beyond the allow-list.
 * ECMA-376 part 1, 19.
 */
#include "formats/ooxml/slide.h"

#include <stdlib.h>
#include <string.h>

#include "formats/ooxml/draw.h"

/* ---- sets of numbers */

bool
slide_number(const char *s, uint32_t *out)
{
	uint64_t v = 0;

	if (*s == '\0' || strlen(s) > 10)
		return false;
	for (; *s >= '0' && *s <= '9'; s++)
		v = v * 10 + (uint64_t)(*s - '0');
	if (*s != '\0' || v > UINT32_MAX)
		return false;
	*out = (uint32_t)v;
	return true;
}

static int
by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

int
slide_ids(struct walk *w, struct xnode *top, uint16_t element, uint16_t attr,
    struct id_set *out)
{
	size_t n = 0;

	*out = (struct id_set){ NULL, 0 };
	for (struct xnode *c = top; c != NULL; c = xnode_next(c, top))
		n += c->name == element;
	out->ids = doc_alloc(w->part->opc->doc, (n + 1) * sizeof(*out->ids));
	if (out->ids == NULL)
		return ERR_NOMEM;
	for (struct xnode *c = top; c != NULL; c = xnode_next(c, top))
		if (c->name == element &&
		    slide_number(node_attr(c, attr), &out->ids[out->n]))
			out->n++;
	qsort(out->ids, out->n, sizeof(*out->ids), by_number);
	return 0;
}

bool
slide_id_in(const struct id_set *set, const char *value)
{
	uint32_t v;

	return slide_number(value, &v) && set->n > 0 &&
	       bsearch(&v, set->ids, set->n, sizeof(v), by_number) != NULL;
}

struct xnode *
slide_below(struct xnode *top, uint16_t name)
{
	for (struct xnode *n = xnode_next(top, top); n != NULL;
	     n = xnode_next(n, top))
		if (n->name == name)
			return n;
	return NULL;
}

struct deck *
slide_deck(struct walk *w)
{
	struct opc *o = w->part->opc;

	if (o->state == NULL)
		o->state = doc_alloc(o->doc, sizeof(struct deck));
	return o->state;
}

/* Payload of add-ins; its parts are reported with the relationships. */
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

/* The id of a show that the presentation has, and perhaps the way back. */
static bool
is_custom_show(struct walk *w, const char *action)
{
	static const char head[] = "ppaction://customshow?id=";
	const struct deck *deck = slide_deck(w);
	char id[12];
	size_t n;

	if (deck == NULL || !starts(action, head))
		return false;
	action += strlen(head);
	n = strspn(action, "0123456789");
	if (n >= sizeof(id))
		return false;
	memcpy(id, action, n);
	id[n] = '\0';
	return slide_id_in(&deck->shows, id) &&
	       (action[n] == '\0' || strcmp(action + n, "&return=true") == 0 ||
		   strcmp(action + n, "&return=false") == 0);
}

/* A slide, and one of the show. */
static bool
is_slide(struct walk *w, struct xnode *n)
{
	const struct opc_rel *r = opc_rel(w->part, node_attr(n, SN_R_ID));

	return r != NULL && r->kind == PART_SLIDE && r->entry != OPC_NONE &&
	       w->part->opc->by_entry[r->entry] != NULL;
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
	int e = ERR_NOENT;

	if (strcmp(action, "ppaction://hlinksldjump") == 0) {
		settle(n, SN_NO_ACTION);
		if (is_slide(w, n))
			e = walk_rel(w, n, SN_R_ID);
		if (e != ERR_NOENT)
			return e;
		walk_remove(w, n);
		return part_found(w->part, FIND_OOXML_ACTION, ACT_REMOVED, "%s",
		    action);
	}
	if (known_jump(action) || is_custom_show(w, action) ||
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

/* ---- lists of the presentation */

/* Resolve the r:id of every child; those that lead nowhere go. */
static int
settle_list(struct walk *w, struct xnode *list, uint16_t child, int kind)
{
	struct xnode *n, *next;
	int e;

	for (n = list->first; n != NULL; n = next) {
		const struct opc_rel *r =
		    opc_rel(w->part, node_attr(n, SN_R_ID));

		next = n->next;
		e = ERR_NOENT;
		if (n->name == child && r != NULL && r->kind == kind)
			e = walk_rel(w, n, SN_R_ID);
		if (e == ERR_NOENT)
			xnode_remove(n);
		else if (e != 0)
			return e;
	}
	return 0;
}

/* A list that had something and has nothing left. */
static int
settle_all(struct walk *w, struct xnode *list, uint16_t child, int kind,
    const char *what)
{
	bool had = list->first != NULL;
	int e;

	if ((e = settle_list(w, list, child, kind)) != 0)
		return e;
	if (had && list->first == NULL)
		return doc_fail(w->part->opc->doc, ERR_MALFORMED,
		    "no %s could be kept", what);
	return 0;
}

static int
slide_list(struct walk *w, struct xnode *n)
{
	struct deck *deck = slide_deck(w);
	int e;

	if (deck == NULL)
		return ERR_NOMEM;
	e = settle_all(w, n, SN_P_SLDID, PART_SLIDE, "slide");
	if (e != 0)
		return e;
	return slide_ids(w, n, SN_P_SLDID, SN_NO_ID, &deck->slides);
}

static int
master_list(struct walk *w, struct xnode *n)
{
	return settle_all(w, n, SN_P_SLDMASTERID, PART_MASTER, "slide master");
}

static int
layout_list(struct walk *w, struct xnode *n)
{
	int e = settle_list(w, n, SN_P_SLDLAYOUTID, PART_LAYOUT);

	if (e == 0 && n->first == NULL)
		walk_remove(w, n);
	return e;
}

/* Custom shows: of slides that stay; and their numbers for the actions. */
static int
show_list(struct walk *w, struct xnode *n)
{
	struct deck *deck = slide_deck(w);
	struct xnode *show, *next, *list;
	int e = 0;

	if (deck == NULL)
		return ERR_NOMEM;
	for (show = n->first; e == 0 && show != NULL; show = next) {
		next = show->next;
		list = xnode_child(show, SN_P_SLDLST);
		if (list != NULL)
			e = settle_list(w, list, SN_P_SLD, PART_SLIDE);
		if (list == NULL || list->first == NULL)
			xnode_remove(show);
	}
	if (e != 0)
		return e;
	e = slide_ids(w, n, SN_P_CUSTSHOW, SN_NO_ID, &deck->shows);
	if (e == 0 && n->first == NULL)
		walk_remove(w, n);
	return e;
}

/* Sections name slides by their numbers. */
static int
section_slide(struct walk *w, struct xnode *n)
{
	const struct deck *deck = slide_deck(w);

	if (deck == NULL)
		return ERR_NOMEM;
	if (!slide_id_in(&deck->slides, node_attr(n, SN_NO_ID)))
		walk_remove(w, n);
	return 0;
}

/* ---- the rest */

static int
slide_media(struct walk *w, struct xnode *n)
{
	struct xnode *ext = n->parent;

	walk_remove(w, ext != NULL && ext->name == SN_P_EXT ? ext : n);
	return 0;
}

/* A comment must say where it stands; what we do not keep is "unknown". */
static int
slide_comment(struct walk *w, struct xnode *n)
{
	uint16_t type = schema_child(n->type, SN_P188_UNKNOWNANCHOR);
	struct xnode *anchor;

	if (xnode_child(n, SN_P188_UNKNOWNANCHOR) != NULL || type == 0)
		return 0;
	anchor = xnode_new(w->part->xml, SN_P188_UNKNOWNANCHOR, type);
	if (anchor == NULL)
		return ERR_NOMEM;
	if (n->first != NULL)
		xnode_before(n->first, anchor);
	else
		xnode_append(n, anchor);
	return 0;
}

node_fn *const slide_nodes[SN_COUNT] = {
	[SN_P_GRAPHICFRAME] = slide_frame,
	[SN_P_CSLD] = slide_canvas,
	[SN_P_CONTROLS] = slide_controls,
	[SN_P_PIC] = slide_picture,
	[SN_P_BGPR] = slide_background,
	[SN_P_CUSTDATALST] = drop,
	[SN_P14_MEDIA] = slide_media,
	[SN_P_TIMING] = slide_timing,
	[SN_P_SLDIDLST] = slide_list,
	[SN_P_SLDMASTERIDLST] = master_list,
	[SN_P_SLDLAYOUTIDLST] = layout_list,
	[SN_P_CUSTSHOWLST] = show_list,
	[SN_P14_SLDID] = section_slide,
	[SN_P188_CM] = slide_comment,
};
