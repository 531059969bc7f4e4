/*
 * Animations: a timeline that acts on something that is no longer there makes
 * PowerPoint repair the file, and media nodes start what was removed. So each
 * such node goes, with the containers that it leaves empty, and every
 * condition that waits for it. ECMA-376 part 1, 19.5.
 */
#include "formats/ooxml/slide.h"

#define ROUNDS_MAX 8

struct timing {
	struct walk *w;
	struct xnode *top;
	struct id_set shapes, nodes, targets;
	uint32_t removed;
	bool hollow; /* nothing is left */
};

static bool
is_time_node(const struct xnode *n)
{
	switch (n->name) {
	case SN_P_PAR:
	case SN_P_SEQ:
	case SN_P_EXCL:
	case SN_P_ANIM:
	case SN_P_ANIMCLR:
	case SN_P_ANIMEFFECT:
	case SN_P_ANIMMOTION:
	case SN_P_ANIMROT:
	case SN_P_ANIMSCALE:
	case SN_P_CMD:
	case SN_P_SET:
	case SN_P_AUDIO:
	case SN_P_VIDEO:
		return true;
	default:
		return false;
	}
}

/* Does it act on what is not on the slide, or wait for what is gone? */
static bool
is_loose(const struct timing *t, const struct xnode *n)
{
	switch (n->name) {
	case SN_P_CMD:
	case SN_P_AUDIO:
	case SN_P_VIDEO:
	case SN_P_SNDTGT:
	case SN_P_CMEDIANODE:
	case SN_P_OLECHARTEL:
		return true;
	case SN_P_SPTGT:
	case SN_P_SUBSP:
	case SN_P_INKTGT:
		return !slide_id_in(&t->shapes, node_attr(n, SN_NO_SPID));
	case SN_P_TN:
		return !slide_id_in(&t->nodes, node_attr(n, SN_NO_VAL));
	case SN_P_TGTEL:
		return n->first == NULL;
	case SN_P_PAR:
	case SN_P_SEQ:
	case SN_P_EXCL:
		return slide_below((struct xnode *)n, SN_P_CTN) == NULL;
	default:
		return false;
	}
}

/* What goes when n goes: the containers that would be left empty. */
static struct xnode *
with_container(const struct timing *t, struct xnode *n)
{
	struct xnode *up;

	for (; n != t->top; n = up) {
		up = n->parent;
		if (n->prev != NULL || n->next != NULL)
			return n;
		switch (up->name) {
		case SN_P_SUBTNLST:
		case SN_P_TNLST:
		case SN_P_TMPLLST:
			break;
		case SN_P_TMPL:
			break;
		case SN_P_CHILDTNLST:
			if (up->parent->name == SN_P_CTN &&
			    is_time_node(up->parent->parent))
				up = up->parent->parent;
			break;
		default:
			return n;
		}
	}
	return n;
}

/* The time node that this belongs to; t->top when none does. */
static struct xnode *
owner(const struct timing *t, struct xnode *n)
{
	while (n != t->top && !is_time_node(n))
		n = n->parent;
	return n;
}

/* Remove what is loose; how many went. */
static uint32_t
sweep(struct timing *t)
{
	struct xnode *n, *next, *victim;
	uint32_t count = 0;

	for (n = xnode_next(t->top, t->top); n != NULL; n = next) {
		next = xnode_next(n, t->top);
		if (n->text != NULL || !is_loose(t, n))
			continue;
		victim = with_container(t, owner(t, n));
		count++;
		if (victim == t->top || victim->name == SN_P_TNLST) {
			t->hollow = true;
			return count;
		}
		next = xnode_skip(victim, t->top);
		xnode_remove(victim);
	}
	return count;
}

/* Build entries go with their shape, and with its last animation. */
static void
sweep_builds(struct timing *t)
{
	struct xnode *list = xnode_child(t->top, SN_P_BLDLST), *b, *next;
	const char *id;

	if (list == NULL)
		return;
	for (b = list->first; b != NULL; b = next) {
		next = b->next;
		id = node_attr(b, SN_NO_SPID);
		if (b->text == NULL && slide_id_in(&t->shapes, id) &&
		    slide_id_in(&t->targets, id))
			continue;
		xnode_remove(b);
	}
	if (list->first == NULL)
		xnode_remove(list);
}

static int
settle(struct timing *t)
{
	uint32_t n = 1;
	int e;

	for (unsigned i = 0; n != 0 && !t->hollow; i++) {
		if (i == ROUNDS_MAX) {
			t->hollow = true;
			break;
		}
		e = slide_ids(t->w, t->top, SN_P_CTN, SN_NO_ID, &t->nodes);
		if (e != 0)
			return e;
		n = sweep(t);
		t->removed += n;
	}
	e = slide_ids(t->w, t->top, SN_P_SPTGT, SN_NO_SPID, &t->targets);
	if (e == 0 && !t->hollow)
		sweep_builds(t);
	return e;
}

int
slide_timing(struct walk *w, struct xnode *n)
{
	struct timing t = { .w = w, .top = n };
	int e;

	e = slide_ids(w, w->top, SN_P_CNVPR, SN_NO_ID, &t.shapes);
	if (e != 0 || (e = settle(&t)) != 0)
		return e;
	if (t.hollow)
		walk_remove(w, n);
	else
		for (struct xnode *c = n; c != NULL; c = xnode_next(c, n))
			if (c->text == NULL)
				walk_done(c);
	return t.removed == 0 ? 0
			      : doc_found_n(w->part->opc->doc, t.removed,
				    FIND_OOXML_TIMING, ACT_REMOVED,
				    w->part->in_name, NULL);
}
