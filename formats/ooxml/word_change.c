/*
 * Tracked changes, accepted: what was inserted stays, what was deleted goes,
 * what was reformatted keeps its new form. ECMA-376 part 1, 17.13.5.
 */
#include "formats/ooxml/word.h"

/* What only tells how something looked, or where a move began and ended. */
static bool
is_history(uint16_t name)
{
	switch (name) {
	case SN_W_RPRCHANGE:
	case SN_W_PPRCHANGE:
	case SN_W_SECTPRCHANGE:
	case SN_W_TBLPRCHANGE:
	case SN_W_TBLPREXCHANGE:
	case SN_W_TBLGRIDCHANGE:
	case SN_W_TRPRCHANGE:
	case SN_W_TCPRCHANGE:
	case SN_W_NUMBERINGCHANGE:
	case SN_W_CELLINS:
	case SN_W_CELLMERGE:
	case SN_W_MOVEFROMRANGESTART:
	case SN_W_MOVEFROMRANGEEND:
	case SN_W_MOVETORANGESTART:
	case SN_W_MOVETORANGEEND:
	case SN_W_DELTEXT:
		return true;
	default:
		return false;
	}
}

static struct xnode *
above(struct xnode *n, uint16_t name)
{
	return n != NULL && n->parent != NULL && n->parent->name == name
		   ? n->parent
		   : NULL;
}

/* The paragraph after p with nothing but range marks between, or NULL. */
static struct xnode *
next_paragraph(const struct xnode *p)
{
	struct xnode *n;

	for (n = p->next; n != NULL; n = n->next) {
		if (n->name == SN_W_P)
			return n->type == p->type ? n : NULL;
		if (n->first != NULL)
			return NULL;
	}
	return NULL;
}

/* A deleted paragraph mark joins its text to the next paragraph. */
static struct xnode *
join(struct xnode *p, struct xnode *to, struct xnode *root)
{
	struct xnode *next = xnode_skip(p, root), *at = to->first, *c, *after;

	if (at != NULL && at->name == SN_W_PPR)
		at = at->next;
	for (c = p->first; c != NULL; c = after) {
		after = c->next;
		if (c->name == SN_W_PPR)
			continue;
		xnode_remove(c);
		if (at != NULL)
			xnode_before(at, c);
		else
			xnode_append(to, c);
	}
	xnode_remove(p);
	return next;
}

/* A row or cell goes, and what is empty without it; the table's end stays. */
static struct xnode *
remove_row(struct xnode *n, struct xnode *root)
{
	struct xnode *next, *up;

	for (;; n = up) {
		next = xnode_skip(n, root);
		up = n->parent;
		xnode_remove(n);
		if (up == root || (up->name != SN_W_TR && up->name != SN_W_TBL))
			return next;
		if (xnode_child(up, SN_W_TR) != NULL ||
		    xnode_child(up, SN_W_TC) != NULL ||
		    xnode_child(up, SN_W_SDT) != NULL)
			return next;
	}
}

static struct xnode *
accept_deletion(struct xnode *n, struct xnode *root)
{
	struct xnode *next = xnode_skip(n, root), *p, *to;
	struct xnode *row = above(above(n, SN_W_TRPR), SN_W_TR);
	struct xnode *cell = above(above(n, SN_W_TCPR), SN_W_TC);

	if (row != NULL)
		return remove_row(row, root);
	if (cell != NULL)
		return remove_row(cell, root);
	p = above(above(above(n, SN_W_RPR), SN_W_PPR), SN_W_P);
	xnode_remove(n);
	if (p == NULL || p == root ||
	    xnode_child(xnode_child(p, SN_W_PPR), SN_W_SECTPR) != NULL ||
	    (to = next_paragraph(p)) == NULL)
		return next;
	return join(p, to, root);
}

static struct xnode *
accept_insertion(struct xnode *n, struct xnode *root)
{
	struct xnode *next = n->first;

	if (next == NULL) {
		next = xnode_skip(n, root);
		xnode_remove(n);
	} else
		xnode_unwrap(n);
	return next;
}

int
word_accept(struct part *p, struct xnode *root)
{
	struct xnode *n, *next;
	uint32_t seen = 0;

	for (n = xnode_next(root, root); n != NULL; n = next) {
		next = xnode_next(n, root);
		switch (n->name) {
		case SN_W_INS:
		case SN_W_MOVETO:
			next = accept_insertion(n, root);
			break;
		case SN_W_DEL:
		case SN_W_MOVEFROM:
		case SN_W_CELLDEL:
			next = accept_deletion(n, root);
			break;
		default:
			if (!is_history(n->name))
				continue;
			next = xnode_skip(n, root);
			xnode_remove(n);
			break;
		}
		seen++;
	}
	if (seen == 0)
		return 0;
	return doc_found_n(p->opc->doc, seen, FIND_OOXML_CHANGES, ACT_FLATTENED,
	    p->in_name, NULL);
}
