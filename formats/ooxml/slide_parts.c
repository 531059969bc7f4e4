/*
 * The parts of a presentation: who may lead to whom, and what each cannot be
 * without. PowerPoint opens no slide without layout, no layout without master
 * and no master without theme.
 */
#include "formats/ooxml/slide.h"

#include <string.h>

static const struct {
	enum part_kind from, to;
} implicit[] = {
	{ PART_PRESENTATION, PART_THEME },
	{ PART_PRESENTATION, PART_PRESPROPS },
	{ PART_PRESENTATION, PART_VIEWPROPS },
	{ PART_PRESENTATION, PART_TABLESTYLES },
	{ PART_PRESENTATION, PART_CMAUTHORS },
	{ PART_PRESENTATION, PART_AUTHORS },
	{ PART_MASTER, PART_THEME },
	{ PART_LAYOUT, PART_MASTER },
	{ PART_SLIDE, PART_LAYOUT },
	{ PART_SLIDE, PART_NOTES },
	{ PART_SLIDE, PART_PCOMMENTS },
	{ PART_SLIDE, PART_MODERNCOMMENTS },
	{ PART_NOTES, PART_NOTESMASTER },
	{ PART_NOTES, PART_SLIDE },
	{ PART_NOTESMASTER, PART_THEME },
	{ PART_HANDOUT, PART_THEME },
};

/* Kinds that belong to presentations alone, and themes. */
static bool
is_ours(int kind)
{
	return kind == PART_THEME || kind >= PART_SLIDE;
}

static bool
has(const struct part *p, enum part_kind kind)
{
	for (const struct out_rel *r = p->out; r != NULL; r = r->next)
		if (r->to != NULL && r->to->kind == kind)
			return true;
	return false;
}

bool
slide_wants(const struct part *p, const struct opc_rel *r)
{
	bool listed = !is_ours(r->kind);

	for (size_t i = 0; i < sizeof(implicit) / sizeof(implicit[0]); i++)
		listed = listed || (implicit[i].from == p->kind &&
				       (int)implicit[i].to == r->kind);
	if (!listed)
		return false;
	/* A slide that the presentation does not list is not made here. */
	if (r->kind == PART_SLIDE && p->opc->by_entry[r->entry] == NULL)
		return false;
	/* One of each; a slide has one layout. */
	return !is_ours(r->kind) || !has(p, (enum part_kind)r->kind);
}

static const struct {
	enum part_kind part, needs;
	bool another; /* will do as well */
} needs[] = {
	{ PART_SLIDE, PART_LAYOUT, true },
	{ PART_LAYOUT, PART_MASTER, false },
	{ PART_MASTER, PART_THEME, true },
	{ PART_NOTES, PART_NOTESMASTER, false },
	{ PART_NOTESMASTER, PART_THEME, true },
	{ PART_HANDOUT, PART_THEME, true },
};

static bool
had(const struct part *p, enum part_kind kind)
{
	for (size_t i = 0; i < p->n_rels; i++)
		if (strcmp(p->rels[i].type, opc_kinds[kind].rel) == 0)
			return true;
	return false;
}

static int
find_another(struct part *p, enum part_kind kind)
{
	for (struct part *q = p->opc->parts; q != NULL; q = q->next)
		if (q->kind == kind && !p->opc->bad[q->entry])
			return opc_link(p, q);
	return opc_refuse(p, FIND_OOXML_BAD_PART);
}

int
slide_needs(struct part *p)
{
	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
		if (needs[i].part != p->kind || has(p, needs[i].needs) ||
		    !had(p, needs[i].needs))
			continue;
		return needs[i].another ? find_another(p, needs[i].needs)
					: opc_refuse(p, FIND_OOXML_BAD_PART);
	}
	return 0;
}
