/*
 * Notes and comments by their numbers: a reference stays only when what it
 * names will be there, and a number names one thing only. Word repairs or
 * refuses a document in which it does not.
 */
#include "formats/ooxml/word.h"

#include <stdlib.h>

struct id {
	long value;
	bool used;
};

struct ids {
	bool loaded;
	struct id *list; /* sorted */
	size_t n;
};

enum { FOOT, END, COMMENT, IDS_COUNT };

struct word_state {
	struct ids of[IDS_COUNT];
};

static const struct {
	enum part_kind kind;
	uint16_t root, element;
} families[IDS_COUNT] = {
	[FOOT] = { PART_FOOTNOTES, SN_W_FOOTNOTES, SN_W_FOOTNOTE },
	[END] = { PART_ENDNOTES, SN_W_ENDNOTES, SN_W_ENDNOTE },
	[COMMENT] = { PART_WCOMMENTS, SN_W_COMMENTS, SN_W_COMMENT },
};

/* ---- reading the numbers ahead */

struct scan {
	struct doc *doc;
	struct ids *ids;
	uint16_t element;
	struct xml_parser *xml;
};

static int
by_value(const void *a, const void *b)
{
	const struct id *x = a, *y = b;

	return (x->value > y->value) - (x->value < y->value);
}

static int
scan_unit(void *arg, struct xnode *root, bool *drop)
{
	struct scan *s = arg;
	size_t n = 0;

	(void)drop;
	for (struct xnode *c = root->first; c != NULL; c = c->next)
		n++;
	s->ids->list = doc_alloc(s->doc, (n + 1) * sizeof(struct id));
	if (s->ids->list == NULL)
		return ERR_NOMEM;
	for (struct xnode *c = root->first; c != NULL; c = c->next)
		if (c->name == s->element)
			s->ids->list[s->ids->n++].value =
			    strtol(node_attr(c, SN_W_ID), NULL, 10);
	qsort(s->ids->list, s->ids->n, sizeof(struct id), by_value);
	return 0;
}

static int
feed(void *arg, const void *data, size_t n)
{
	struct scan *s = arg;

	return xml_feed(s->xml, data, n);
}

static int
scan(struct opc *o, size_t entry, int family, struct ids *ids)
{
	struct scan s = {
		.doc = o->doc, .ids = ids, .element = families[family].element
	};
	struct xml_events ev = { .arg = &s, .unit = scan_unit };
	int e;

	e = xml_begin(o->doc, zipx_entry(o->in, entry)->name,
	    schema_root(families[family].root), &ev, NULL, NULL, &s.xml);
	if (e != 0)
		return e;
	if ((e = zipx_unpack(o->in, entry, feed, &s)) == 0)
		e = xml_end(s.xml);
	xml_free(s.xml);
	return e;
}

/* The part of this kind that the main document will keep, or OPC_NONE. */
static size_t
kept_entry(const struct opc *o, enum part_kind kind)
{
	const struct part *p = o->parts;

	while (p != NULL && p->kind != PART_DOCUMENT)
		p = p->next;
	for (size_t i = 0; p != NULL && i < p->n_rels; i++)
		if (p->rels[i].kind == (int)kind && !o->bad[p->rels[i].entry] &&
		    opc_may_reach(o, p->rels[i].kind))
			return p->rels[i].entry;
	return OPC_NONE;
}

bool
word_wants(const struct part *p, const struct opc_rel *r)
{
	switch (r->kind) {
	case PART_WCOMMENTSEX:
	case PART_WCOMMENTSIDS:
	case PART_WCOMMENTSCEX:
		return kept_entry(p->opc, PART_WCOMMENTS) != OPC_NONE;
	default:
		return true;
	}
}

static int
load(struct part *p, int family, struct ids **out)
{
	struct opc *o = p->opc;
	struct word_state *s = o->state;
	size_t entry;
	int e = 0;

	if (s == NULL)
		s = o->state = doc_alloc(o->doc, sizeof(*s));
	if (s == NULL)
		return ERR_NOMEM;
	*out = &s->of[family];
	if ((*out)->loaded)
		return 0;
	(*out)->loaded = true;
	entry = kept_entry(o, families[family].kind);
	if (entry == OPC_NONE)
		return 0;
	e = scan(o, entry, family, *out);
	if (e != ERR_MALFORMED && e != ERR_TRUNCATED)
		return e;
	/* When its turn comes it is found bad, and the walk begins again. */
	doc_forgive(o->doc);
	return 0;
}

static int
find(struct part *p, int family, const char *number, struct id **hit)
{
	struct id key = { .value = strtol(number, NULL, 10) };
	struct ids *ids;
	int e;

	if ((e = load(p, family, &ids)) != 0)
		return e;
	*hit = ids->n == 0
		   ? NULL
		   : bsearch(&key, ids->list, ids->n, sizeof(key), by_value);
	/* Of equal ones always the first. */
	while (*hit != NULL && *hit > ids->list &&
	       (*hit)[-1].value == key.value)
		(*hit)--;
	return 0;
}

/* ---- handlers */

static int
reference(struct walk *w, struct xnode *n, int family, bool tell)
{
	struct id *hit;
	int e = find(w->part, family, node_attr(n, SN_W_ID), &hit);

	if (e != 0)
		return e;
	if (hit != NULL) {
		walk_done(n);
		return 0;
	}
	if (tell)
		e = part_found(w->part, FIND_OOXML_REFERENCE, ACT_REMOVED, "%s",
		    schema_local(n->name));
	walk_remove(w, n);
	return e;
}

int
word_footnote_ref(struct walk *w, struct xnode *n)
{
	return reference(w, n, FOOT, true);
}

int
word_endnote_ref(struct walk *w, struct xnode *n)
{
	return reference(w, n, END, true);
}

int
word_comment_ref(struct walk *w, struct xnode *n)
{
	bool keeps = doc_options(w->part->opc->doc)->keep_comments;

	return reference(w, n, COMMENT,
	    keeps && n->name == SN_W_COMMENTREFERENCE);
}

/* The second one of a number would be another reading of it. */
static int
definition(struct walk *w, struct xnode *n, int family)
{
	struct id *hit;
	int e;

	if (w->part->kind != families[family].kind)
		return reference(w, n, family, true); /* in the settings */
	if ((e = find(w->part, family, node_attr(n, SN_W_ID), &hit)) != 0)
		return e;
	if (hit != NULL && !hit->used) {
		hit->used = true;
		walk_done(n);
		return 0;
	}
	walk_remove(w, n);
	return part_found(w->part, FIND_OOXML_REFERENCE, ACT_REMOVED, "%s",
	    schema_local(n->name));
}

int
word_footnote(struct walk *w, struct xnode *n)
{
	return definition(w, n, FOOT);
}

int
word_endnote(struct walk *w, struct xnode *n)
{
	return definition(w, n, END);
}

int
word_comment(struct walk *w, struct xnode *n)
{
	return definition(w, n, COMMENT);
}
