/*
 * References between parts of a drawing: those that go round are cut, and how
 * much all of them draw is counted, so that no small file makes a viewer draw
 * for ever. Ids are unique afterwards: readers disagree about a second one.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/drawing/svg_int.h"

#define NESTING_MAX 32u	       /* references inside references */
#define DRAWN_FREE  500000u    /* drawn by references, whatever the size */
#define DRAWN_TIMES 4u	       /* and so often the elements there are */
#define STEPS_MAX   200000000u /* of looking */

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
	uint64_t steps;
	struct svg_rule **rules; /* that refer to something */
	size_t n_rules;
	uint64_t rule_steps; /* to ask all rules about one element */
};

static int visit(struct refs *, struct svg_node *, unsigned nesting);

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

/* ---- what one reference costs */

static void
add(uint64_t *sum, uint64_t n)
{
	if (__builtin_add_overflow(*sum, n, sum))
		*sum = UINT64_MAX;
}

static uint64_t
price(const struct svg_node *t, uint64_t times)
{
	uint64_t cost;

	/* A colour run is painted, not drawn; a path is followed. */
	if (t->element == SVG_LINEAR_GRADIENT ||
	    t->element == SVG_RADIAL_GRADIENT || t->element == SVG_PATH)
		return times;
	if (__builtin_mul_overflow(t->cost, times, &cost))
		return UINT64_MAX;
	return cost;
}

/* One reference from within from; *round: it must go. */
static int
follow(struct refs *f, struct svg_node *from, const char *id, size_t n,
    uint64_t times, unsigned nesting, bool *round)
{
	struct svg_node *t = target(f, id, n);
	int e = 0;

	*round = false;
	if (t == NULL)
		return 0;
	if (t->mark == MARK_OPEN) {
		*round = true;
		return svg_say(f->g, FIND_SVG_CYCLE, ACT_REMOVED,
		    svg_elements[t->element].name);
	}
	if (t->mark == MARK_NEW)
		e = visit(f, t, nesting + 1);
	if (e == 0)
		add(&from->cost, price(t, times));
	return e;
}

/* All "url(#id)" of a value in our spelling; name: whose value it is. */
static int
follow_urls(struct refs *f, struct svg_node *from, const char *name,
    const char *s, uint64_t points, unsigned nesting, bool *round)
{
	/* A marker stands on every corner. */
	bool marker =
	    strncmp(name, "marker", 6) == 0 || strstr(s, "marker") != NULL;
	bool one;
	size_t n;
	int e;

	*round = false;
	while ((s = strstr(s, "url(#")) != NULL) {
		s += 5;
		n = svg_id_len(s);
		if ((e = follow(f, from, s, n, marker ? points + 1 : 1, nesting,
			 &one)) != 0)
			return e;
		*round = *round || one;
		s += n;
	}
	return 0;
}

/* ---- one element */

static int
follow_value(struct refs *f, struct svg_node *from, const struct svg_node *n,
    const struct svg_value *v, uint64_t points, unsigned nesting, bool *round)
{
	const struct svg_attribute_row *row = &svg_attributes[v->attribute];

	*round = false;
	if (row->kind == SVG_K_HREF && v->text[0] == '#' && n->element != SVG_A)
		return follow(f, from, v->text + 1, strlen(v->text + 1), 1,
		    nesting, round);
	if (row->kind == SVG_K_PAINT || row->kind == SVG_K_STYLE ||
	    row->kind == SVG_K_REF)
		return follow_urls(f, from, row->name, v->text, points, nesting,
		    round);
	return 0;
}

static uint64_t
points_of(const struct svg_node *n)
{
	uint64_t points = 2;

	for (const struct svg_value *v = n->values; v != NULL; v = v->next)
		if (v->points > points)
			points = v->points;
	return points;
}

static int
follow_values(struct refs *f, struct svg_node *from, struct svg_node *n,
    uint64_t points, unsigned nesting)
{
	struct svg_value *v, *next;
	bool round;
	int e;

	for (v = n->values; v != NULL; v = next) {
		next = v->next;
		if ((e = follow_value(f, from, n, v, points, nesting,
			 &round)) != 0)
			return e;
		if (!round)
			continue;
		n->gone = n->gone || n->element == SVG_USE;
		svg_unset(n, (enum svg_attribute)v->attribute);
	}
	return 0;
}

static int
follow_rules(struct refs *f, struct svg_node *from, const struct svg_node *n,
    uint64_t points, unsigned nesting)
{
	bool round;
	int e;

	for (size_t i = 0; i < f->n_rules; i++) {
		if (f->rules[i]->gone || !svg_rule_fits(f->rules[i], n))
			continue;
		if ((e = follow_urls(f, from, "", f->rules[i]->declarations,
			 points, nesting, &round)) != 0)
			return e;
		if (round)
			f->rules[i]->gone = true;
	}
	return 0;
}

/* Everything inside a target and behind its references; its cost. */
static int
visit(struct refs *f, struct svg_node *t, unsigned nesting)
{
	uint64_t points;
	int e = 0;

	if (nesting > NESTING_MAX)
		return doc_fail(f->g->d, ERR_LIMIT,
		    "references nested too deep");
	t->mark = MARK_OPEN;
	for (struct svg_node *n = t; e == 0 && n != NULL; n = svg_next(n, t)) {
		add(&t->cost, 1);
		f->steps += 1 + f->rule_steps;
		if (f->steps > STEPS_MAX)
			return doc_fail(f->g->d, ERR_LIMIT,
			    "too many references");
		if (n->gone || n->element == SVG_CHARS)
			continue;
		points = points_of(n);
		if ((e = follow_values(f, t, n, points, nesting)) == 0)
			e = follow_rules(f, t, n, points, nesting);
	}
	t->mark = MARK_DONE;
	return e;
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
	uint64_t most;
	int e;

	if ((e = take_ids(&f)) != 0 || (e = take_rules(&f)) != 0 ||
	    (e = visit(&f, g->root, 0)) != 0)
		return e;
	drop_empty_sheets(g);
	if (__builtin_mul_overflow(g->n_nodes, DRAWN_TIMES + 1, &most))
		most = UINT64_MAX - DRAWN_FREE;
	return g->root->cost > most + DRAWN_FREE
		   ? doc_fail(g->d, ERR_LIMIT,
			 "its parts are drawn too many times")
		   : 0;
}
