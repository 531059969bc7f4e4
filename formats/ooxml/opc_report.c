/*
 * What a package loses, told once for each part: relationships that are never
 * kept, and parts that nothing kept leads to.
 */
#include "formats/ooxml/opc_report.h"

#include <string.h>
#include <strings.h>

#include "formats/ooxml/opc_kinds.h"
#include "formats/ooxml/opc_read.h"

/* ---- what hangs below a removed part goes with it, unsaid */

/*
 * Mark what the removed part leads to, and what that leads to. Each entry is
 * looked at once; what the walk keeps as well is kept all the same.
 */
static int
mark_below(struct opc *o, size_t top)
{
	size_t *list = o->queue, n = 0;
	int e;

	if (o->below[top])
		return 0;
	o->below[top] = true;
	list[n++] = top;
	for (size_t i = 0; i < n; i++) {
		struct part p = { .opc = o,
			.kind = PART_COUNT,
			.entry = list[i],
			.in_name = zipx_entry(o->in, list[i])->name };

		if ((e = opc_read_rels(&p)) != 0) {
			if (doc_is_fatal(e))
				return e;
			doc_forgive(o->doc);
			continue;
		}
		for (size_t k = 0; k < p.n_rels; k++) {
			size_t to = p.rels[k].entry;

			if (to == OPC_NONE || o->below[to])
				continue;
			o->below[to] = true;
			list[n++] = to;
		}
	}
	return 0;
}

/* ---- relationships */

/* Kept by the walk, or told by it. */
static bool
is_walked(const struct part *p, const struct opc_rel *r)
{
	if (strcmp(r->type, "O:hyperlink") == 0)
		return true;
	if (strcmp(r->type, "O:image") == 0 &&
	    (r->external || r->kind == PART_IMAGE))
		return true;
	if (r->kind == PART_EMBEDDED)
		return p->kind == PART_CHART;
	return r->kind >= 0 && p->kind != PART_COUNT &&
	       opc_may_reach(p->opc, r->kind);
}

/* The finding for an internal part that never stays here; -1: none. */
static int
inner_finding(const struct part *p, const struct opc_rel *r)
{
	const char *type = p->opc->types[r->entry];

	if (r->kind >= 0 && (opc_kinds[r->kind].flags & PK_ROOT))
		return FIND_OOXML_PROPERTIES;
	if (opc_is_comment(r->kind))
		return FIND_OOXML_COMMENTS;
	/* The old drawing of an object or note, when it is not kept. */
	if (r->kind == PART_VML)
		return -1;
	return opc_rel_finding(r->type, type == NULL ? "" : type);
}

static int
report_inner(struct part *p, const struct opc_rel *r)
{
	struct opc *o = p->opc;
	bool known = o->below[r->entry];
	int find, e;

	if (o->told[r->entry])
		return 0;
	if ((e = mark_below(o, r->entry)) != 0)
		return e;
	find = inner_finding(p, r);
	if (find < 0 || (known && find == FIND_OOXML_UNKNOWN_PART))
		return 0;
	o->told[r->entry] = true;
	return doc_found(o->doc, (enum finding_id)find, ACT_REMOVED,
	    zipx_entry(o->in, r->entry)->name, NULL);
}

static int
report_outer(struct part *p, const struct opc_rel *r)
{
	int find = opc_rel_finding(r->type, "");

	if (find < 0)
		return 0;
	if (find == FIND_OOXML_UNKNOWN_PART)
		find = FIND_OOXML_EXTERNAL;
	return part_found(p, (enum finding_id)find, ACT_REMOVED, "%s",
	    r->target);
}

int
opc_report_rels(struct part *p)
{
	int e = 0;

	for (size_t i = 0; e == 0 && i < p->n_rels; i++) {
		const struct opc_rel *r = &p->rels[i];

		if (is_walked(p, r))
			continue;
		if (r->external)
			e = report_outer(p, r);
		else if (r->entry != OPC_NONE)
			e = report_inner(p, r);
	}
	return e;
}

int
opc_report_root(struct part *root)
{
	struct opc *o = root->opc;
	int e = 0;

	for (size_t i = 0; e == 0 && i < root->n_rels; i++) {
		const struct opc_rel *r = &root->rels[i];

		if (strcmp(r->type, "O:officeDocument") == 0)
			continue;
		if (r->external)
			e = report_outer(root, r);
		else if (r->entry != OPC_NONE && o->by_entry[r->entry] == NULL)
			e = report_inner(root, r);
	}
	return e;
}

/* ---- parts */

static bool
is_rels(const char *name)
{
	size_t n = strlen(name);

	return n > 5 && strcasecmp(name + n - 5, ".rels") == 0;
}

static int
report_bad(struct opc *o, size_t i)
{
	int e;

	if (o->bad[i] == 0)
		return 0;
	if ((e = mark_below(o, i)) != 0)
		return e;
	return doc_found(o->doc, (enum finding_id)(o->bad[i] - 1), ACT_REMOVED,
	    zipx_entry(o->in, i)->name, NULL);
}

static int
report_orphan(struct opc *o, size_t i)
{
	const struct zip_entry *z = zipx_entry(o->in, i);
	int e;

	if (o->bad[i] != 0 || o->reached[i] || o->below[i] || z->is_dir)
		return 0;
	if ((e = mark_below(o, i)) != 0)
		return e;
	return doc_found(o->doc, FIND_OOXML_UNREACHED, ACT_REMOVED, z->name,
	    NULL);
}

int
opc_report_rest(struct opc *o)
{
	size_t count = zipx_count(o->in);
	int e = 0;

	for (size_t i = 0; e == 0 && i < count; i++)
		e = report_bad(o, i);
	/* Relationships of a part that is told are no news. */
	for (size_t i = 0; e == 0 && i < count; i++)
		if (!is_rels(zipx_entry(o->in, i)->name))
			e = report_orphan(o, i);
	for (size_t i = 0; e == 0 && i < count; i++)
		e = report_orphan(o, i);
	return e;
}
