/*
 * References between parts of a drawing: those that go round are cut, and how
 * much all of them draw is counted, so that no small file makes a viewer draw
 * for ever. Ids are unique afterwards: readers disagree about a second one.
 *
 * Every element is visited once. Its cost is what it draws (by its corners, and
 * more for a filter) with all that is inside it and behind its references;
 * fills, strokes and markers count once for every element inside (count) or
 * corner (points), since those inherit them.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/drawing/svg_int.h"

#define NESTING_MAX 512u      /* elements and references, inside each other */
#define DRAWN_FREE  500000u   /* drawn by references, whatever the size */
#define DRAWN_TIMES 4u	      /* and so often the elements there are */
#define CORNERS	    16u	      /* that cost as much as one element */
#define FILTER_COST 20u	      /* elements that one step of a filter costs */
#define STEPS_MAX   40000000u /* of looking */

enum mark { MARK_NEW, MARK_OPEN, MARK_DONE };

struct target {
	const char *id;
	struct svg_node *node;
	size_t order;
};

struct refs {
	struct svg *g;
	struct target *targets;
	size_t n;
	bool round; /* this way leads back: cut the last reference */
	uint64_t steps;
	struct svg_rule **rules; /* that refer to something */
	size_t n_rules;
	uint64_t rule_steps; /* to ask all rules about one element */
};

static int visit(struct refs *, struct svg_node *, unsigned depth);

static int
by_id(const void *a, const void *b)
{
	const struct target *x = a, *y = b;
	int c = strcmp(x->id, y->id);

	if (c != 0)
		return c;
	return x->order < y->order ? -1 : x->order > y->order;
}

static int
count_ids(struct refs *f)
{
	size_t n = 0, bytes;

	for (struct svg_node *x = f->g->root; x != NULL;
	     x = svg_next(x, f->g->root))
		if (!x->gone && svg_get(x, SVG_A_ID) != NULL)
			n++;
	if (n == 0)
		return 0;
	if (__builtin_mul_overflow(n, sizeof(f->targets[0]), &bytes) ||
	    (f->targets = doc_alloc(f->g->d, bytes)) == NULL)
		return ERR_NOMEM;
	return 0;
}

/* The first of two elements with the same id keeps it. */
static int
take_ids(struct refs *f)
{
	size_t n = 0, kept = 0;
	int e;

	if ((e = count_ids(f)) != 0 || f->targets == NULL)
		return e;
	for (struct svg_node *x = f->g->root; x != NULL;
	     x = svg_next(x, f->g->root))
		if (!x->gone && svg_get(x, SVG_A_ID) != NULL) {
			f->targets[n] =
			    (struct target){ svg_get(x, SVG_A_ID), x, n };
			n++;
		}
	qsort(f->targets, n, sizeof(f->targets[0]), by_id);
	for (size_t i = 0; e == 0 && i < n; i++) {
		if (kept > 0 &&
		    strcmp(f->targets[kept - 1].id, f->targets[i].id) == 0) {
			svg_unset(f->targets[i].node, SVG_A_ID);
			e = svg_say(f->g, FIND_SVG_ID, ACT_REMOVED,
			    f->targets[i].id);
		} else {
			f->targets[kept++] = f->targets[i];
		}
	}
	f->n = kept;
	return e;
}

static struct svg_node *
target(const struct refs *f, const char *id, size_t n)
{
	size_t lo = 0, hi = f->n, mid;
	int c;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		c = strncmp(id, f->targets[mid].id, n);
		if (c == 0 && f->targets[mid].id[n] != '\0')
			c = -1;
		if (c == 0)
			return f->targets[mid].node;
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

/* ---- one reference */

static void
add(uint64_t *sum, uint64_t n, uint64_t times)
{
	uint64_t all;

	if (__builtin_mul_overflow(n, times, &all) ||
	    __builtin_add_overflow(*sum, all, sum))
		*sum = UINT64_MAX;
}

static bool
is_inside(const struct svg_node *n, const struct svg_node *top)
{
	while (n != NULL && n != top)
		n = n->parent;
	return n != NULL;
}

/*
 * What from refers to, drawn so many times. *round: the reference must go.
 * inherited: everything inside from refers to it as well.
 */
static int
follow(struct refs *f, struct svg_node *from, struct svg_node *t,
    uint64_t times, bool inherited, unsigned depth, bool *round)
{
	bool tiled = t->element == SVG_PATTERN || t->element == SVG_MARKER;
	int e = 0;

	*round =
	    t->mark == MARK_OPEN || (inherited && tiled && is_inside(t, from));
	if (!*round && t->mark == MARK_NEW) {
		e = visit(f, t, depth);
		*round = f->round;
		f->round = false;
	}
	if (e == 0 && *round)
		return svg_say(f->g, FIND_SVG_CYCLE, ACT_REMOVED,
		    svg_elements[t->element].name);
	/* A colour run is painted, not drawn; a path is followed. */
	if (t->element == SVG_LINEAR_GRADIENT ||
	    t->element == SVG_RADIAL_GRADIENT)
		add(&from->cost, 1, 1);
	else
		add(&from->cost, t->cost, times);
	return e;
}

/* "#id" of use and others. */
static int
follow_href(struct refs *f, struct svg_node *n, const char *id, unsigned depth,
    bool *round)
{
	struct svg_node *t = target(f, id, strlen(id));
	int e;

	*round = false;
	if (t == NULL)
		return 0;
	e = follow(f, n, t, 1, false, depth, round);
	if (e == 0 && !*round && n->element == SVG_USE) {
		add(&n->count, t->count, 1);
		add(&n->points, t->points, 1);
	}
	return e;
}

/* How often what this property refers to is drawn, and who else has it. */
static uint64_t
times_of(const char *property, const struct svg_node *n, bool *inherited)
{
	*inherited = true;
	if (strncmp(property, "marker", 6) == 0)
		return n->points; /* on every corner */
	if (strncmp(property, "fill", 4) == 0 ||
	    strncmp(property, "stroke", 6) == 0)
		return n->count;
	*inherited = false;
	return 1;
}

/*
 * All "url(#id)" of a value in our spelling, or of declarations; property:
 * whose value it is, NULL when the declarations say so.
 */
static int
follow_urls(struct refs *f, struct svg_node *n, const char *property,
    const char *s, unsigned depth, bool *round)
{
	const char *all = s, *semicolon, *name;
	struct svg_node *t;
	bool one, inherited;
	uint64_t times;
	size_t len;
	int e;

	*round = false;
	for (; (s = strstr(s, "url(#")) != NULL; s += len) {
		semicolon = memrchr(all, ';', (size_t)(s - all));
		name = property != NULL	   ? property
		       : semicolon != NULL ? semicolon + 1
					   : all;
		times = times_of(name, n, &inherited);
		s += 5;
		len = svg_id_len(s);
		if ((t = target(f, s, len)) == NULL)
			continue;
		if ((e = follow(f, n, t, times, inherited, depth, &one)) != 0)
			return e;
		*round = *round || one;
	}
	return 0;
}

/* ---- one element */

static int
follow_value(struct refs *f, struct svg_node *n, const struct svg_value *v,
    bool hrefs, unsigned depth, bool *round)
{
	const struct svg_attribute_row *row = &svg_attributes[v->attribute];

	*round = false;
	if (hrefs)
		return row->kind == SVG_K_HREF && v->text[0] == '#' &&
			       n->element != SVG_A
			   ? follow_href(f, n, v->text + 1, depth, round)
			   : 0;
	if (row->kind == SVG_K_PAINT || row->kind == SVG_K_STYLE ||
	    row->kind == SVG_K_REF)
		return follow_urls(f, n,
		    row->kind == SVG_K_STYLE ? NULL : row->name, v->text, depth,
		    round);
	return 0;
}

static int
follow_values(struct refs *f, struct svg_node *n, bool hrefs, unsigned depth)
{
	struct svg_value *v, *next;
	bool round;
	int e;

	for (v = n->values; v != NULL; v = next) {
		next = v->next;
		if ((e = follow_value(f, n, v, hrefs, depth, &round)) != 0)
			return e;
		if (!round)
			continue;
		n->gone = n->gone || n->element == SVG_USE;
		svg_unset(n, (enum svg_attribute)v->attribute);
	}
	return 0;
}

static int
follow_rules(struct refs *f, struct svg_node *n, unsigned depth)
{
	bool round;
	int e;

	for (size_t i = 0; i < f->n_rules; i++) {
		if (f->rules[i]->gone || !svg_rule_fits(f->rules[i], n))
			continue;
		if ((e = follow_urls(f, n, NULL, f->rules[i]->declarations,
			 depth, &round)) != 0)
			return e;
		if (round)
			f->rules[i]->gone = true;
	}
	return 0;
}

/*
 * The children of n. When one of them is being visited already, the way here
 * led through a reference from inside it: f->round, and n is forgotten.
 */
static int
visit_children(struct refs *f, struct svg_node *n, unsigned depth)
{
	int e;

	for (struct svg_node *c = n->first; c != NULL; c = c->next) {
		if (c->gone || c->element == SVG_CHARS)
			continue;
		f->round = c->mark == MARK_OPEN;
		if (c->mark == MARK_NEW && (e = visit(f, c, depth)) != 0)
			return e;
		if (f->round)
			return 0;
		add(&n->cost, c->cost, 1);
		add(&n->count, c->count, 1);
		add(&n->points, c->points, 1);
	}
	return 0;
}

static uint64_t
points_of(const struct svg_node *n)
{
	uint64_t points = 2;

	for (const struct svg_value *v = n->values; v != NULL; v = v->next)
		if (v->points >= points)
			points = (uint64_t)v->points + 1;
	return points;
}

/* What it takes to draw n alone: a long path is more than a rectangle, and a
 * filter looks at every pixel. */
static uint64_t
cost_of(const struct svg_node *n)
{
	uint64_t cost = 1 + points_of(n) / CORNERS;

	if (n->element >= SVG_FE_BLEND && n->element <= SVG_FE_TURBULENCE)
		cost *= FILTER_COST;
	return cost;
}

/* What n draws, with everything inside it and behind its references. */
static int
visit(struct refs *f, struct svg_node *n, unsigned depth)
{
	int e;

	if (depth == NESTING_MAX)
		return doc_fail(f->g->d, ERR_LIMIT,
		    "references nested too deep");
	f->steps += 1 + f->rule_steps;
	if (f->steps > STEPS_MAX)
		return doc_fail(f->g->d, ERR_LIMIT, "too many references");
	n->mark = MARK_OPEN;
	n->cost = cost_of(n);
	n->count = 1;
	n->points = points_of(n);
	if ((e = visit_children(f, n, depth + 1)) != 0)
		return e;
	if (f->round) {
		n->mark = MARK_NEW;
		return 0;
	}
	if ((e = follow_values(f, n, true, depth + 1)) != 0 ||
	    (e = follow_values(f, n, false, depth + 1)) != 0 ||
	    (e = follow_rules(f, n, depth + 1)) != 0)
		return e;
	n->mark = MARK_DONE;
	return 0;
}

/* ---- the whole drawing */

static int
take_rules(struct refs *f)
{
	size_t n = 0, bytes;

	for (struct svg_sheet *s = f->g->sheets; s != NULL; s = s->next)
		for (struct svg_rule *r = s->rules; r != NULL; r = r->next)
			n += r->refers;
	if (n == 0)
		return 0;
	if (__builtin_mul_overflow(n, sizeof(f->rules[0]), &bytes) ||
	    (f->rules = doc_alloc(f->g->d, bytes)) == NULL)
		return ERR_NOMEM;
	for (struct svg_sheet *s = f->g->sheets; s != NULL; s = s->next)
		for (struct svg_rule *r = s->rules; r != NULL; r = r->next)
			if (r->refers) {
				f->rules[f->n_rules++] = r;
				f->rule_steps += 1 + strlen(r->selectors) / 16;
			}
	return 0;
}

/* A sheet without rules is none. */
static void
drop_empty_sheets(struct svg *g)
{
	bool any;

	for (struct svg_sheet *s = g->sheets; s != NULL; s = s->next) {
		any = false;
		for (struct svg_rule *r = s->rules; r != NULL; r = r->next)
			any = any || !r->gone;
		s->node->gone = s->node->gone || !any;
	}
}

int
svg_refs(struct svg *g)
{
	struct refs f = { .g = g };
	uint64_t own = 0, most;
	int e;

	if ((e = take_ids(&f)) != 0 || (e = take_rules(&f)) != 0 ||
	    (e = visit(&f, g->root, 0)) != 0)
		return e;
	drop_empty_sheets(g);
	for (struct svg_node *n = g->root; n != NULL; n = svg_next(n, g->root))
		own += n->gone ? 0 : cost_of(n);
	most = own * (DRAWN_TIMES + 1) + DRAWN_FREE;
	return g->root->cost > most ? doc_fail(g->d, ERR_LIMIT,
					  "its parts are drawn too many times")
				    : 0;
}
