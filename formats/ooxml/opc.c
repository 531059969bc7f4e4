/*
 * The walk over a package: from the root along relationships, every part
 * rebuilt once, written under a fresh name. See opc.h.
 */
#include "formats/ooxml/opc.h"

#include <stdio.h>
#include <string.h>

#include "formats/ooxml/opc_kinds.h"
#include "formats/ooxml/opc_read.h"
#include "formats/ooxml/opc_report.h"
#include "formats/ooxml/opc_write.h"
#include "formats/ooxml/picture.h"

#define WALKS_MAX 16

/* ---- parts */

/* "@/theme/theme#.xml" -> "word/theme/theme1.xml" */
static int
name_part(struct opc *o, struct part *p)
{
	const struct opc_kind *k = &opc_kinds[p->kind];
	unsigned n = ++o->numbers[p->kind];
	struct buf b;
	int e = 0;

	buf_init(&b, OPC_NAME_BYTES - 1);
	for (const char *s = k->path; e == 0 && *s != '\0'; s++) {
		if (*s == '@')
			e = buf_puts(&b, o->folder);
		else if (*s == '#')
			e = buf_fmt(&b, "%u", n);
		else
			e = buf_u8(&b, (uint8_t)*s);
	}
	if (e == 0)
		snprintf(p->out_name, sizeof(p->out_name), "%s", buf_cstr(&b));
	buf_done(&b);
	return e;
}

static int
new_part(struct opc *o, enum part_kind kind, size_t entry, struct part *from,
    struct part **out)
{
	struct part *p = doc_alloc(o->doc, sizeof(*p));

	if (p == NULL)
		return ERR_NOMEM;
	p->opc = o;
	p->kind = kind;
	p->entry = entry;
	p->from = from;
	p->in_name = entry == OPC_NONE ? "" : zipx_entry(o->in, entry)->name;
	p->out_type = opc_kinds[kind].out;
	p->out_tail = &p->out;
	*out = p;
	return name_part(o, p);
}

static void
enqueue(struct opc *o, struct part *p)
{
	*o->tail = p;
	o->tail = &p->next;
	if (p->entry != OPC_NONE) {
		o->by_entry[p->entry] = p;
		o->reached[p->entry] = true;
	}
}

bool
opc_is_comment(int kind)
{
	switch (kind) {
	case PART_WCOMMENTS:
	case PART_WCOMMENTSEX:
	case PART_WCOMMENTSIDS:
	case PART_WCOMMENTSCEX:
	case PART_PEOPLE:
	case PART_XCOMMENTS:
	case PART_THREADED:
	case PART_PERSON:
	case PART_PCOMMENTS:
	case PART_MODERNCOMMENTS:
	case PART_CMAUTHORS:
	case PART_AUTHORS:
		return true;
	default:
		return false;
	}
}

bool
opc_may_reach(const struct opc *o, int kind)
{
	static const unsigned bit[] = { 0, PK_WORD, PK_SHEET, PK_SLIDE };
	const struct options *opt = doc_options(o->doc);

	if (kind < 0 || (opc_kinds[kind].flags & bit[o->app]) == 0)
		return false;
	if (opc_kinds[kind].flags & PK_ROOT)
		return opt->metadata == METADATA_KEEP_BASIC;
	return opt->keep_comments || !opc_is_comment(kind);
}

/* ---- outgoing relationships */

static struct out_rel *
add_rel(struct part *p, const char *type, struct part *to, const char *target)
{
	struct out_rel *r = doc_alloc(p->opc->doc, sizeof(*r));

	if (r == NULL)
		return NULL;
	*r = (struct out_rel){
		.type = type, .to = to, .target = target, .id = ++p->last_id
	};
	*p->out_tail = r;
	p->out_tail = &r->next;
	return r;
}

static int
link_part(struct part *p, struct part *to, char id[OPC_ID_BYTES])
{
	if (to->linked_from != p) {
		if (add_rel(p, opc_kinds[to->kind].rel, to, NULL) == NULL)
			return ERR_NOMEM;
		to->linked_from = p;
		to->linked_id = p->last_id;
	}
	snprintf(id, OPC_ID_BYTES, "rId%u", to->linked_id);
	return 0;
}

int
opc_link(struct part *p, struct part *to)
{
	char id[OPC_ID_BYTES];

	return link_part(p, to, id);
}

int
opc_keep_url(struct part *p, const char *url, char id[OPC_ID_BYTES])
{
	char *copy = doc_strndup(p->opc->doc, url, strlen(url));

	if (copy == NULL || add_rel(p, "O:hyperlink", NULL, copy) == NULL)
		return ERR_NOMEM;
	snprintf(id, OPC_ID_BYTES, "rId%u", p->last_id);
	return 0;
}

/* The part of an entry, made and queued when it is reached first. */
static int
reach(struct part *from, const struct opc_rel *rel,
    int (*picture)(struct part *), struct part **out)
{
	struct opc *o = from->opc;
	struct part *p = o->by_entry[rel->entry];
	int e;

	if (p != NULL) {
		/* One part in two roles is a trick. */
		if ((int)p->kind != rel->kind)
			return ERR_NOENT;
		*out = p;
		return 0;
	}
	if ((opc_kinds[rel->kind].flags & PK_SINGLE) &&
	    o->numbers[rel->kind] > 0)
		return ERR_NOENT;
	e = new_part(o, (enum part_kind)rel->kind, rel->entry, from, &p);
	if (e != 0)
		return e;
	enqueue(o, p);
	e = 0;
	if (rel->kind == PART_IMAGE)
		e = picture(p);
	else if (rel->kind == PART_EMBEDDED)
		e = opc_workbook(p);
	if (e == 0)
		*out = p;
	return e;
}

int
opc_keep(struct part *p, const struct opc_rel *rel, char id[OPC_ID_BYTES])
{
	struct opc *o = p->opc;
	struct part *to;
	int e;

	if (rel->external || rel->entry == OPC_NONE || o->bad[rel->entry] ||
	    !opc_may_reach(o, rel->kind) ||
	    (opc_kinds[rel->kind].flags & (PK_MAIN | PK_ROOT)))
		return ERR_NOENT;
	/* Slides are listed by the presentation, which is read first. */
	if (rel->kind == PART_SLIDE && p->kind != PART_PRESENTATION &&
	    o->by_entry[rel->entry] == NULL)
		return ERR_NOENT;
	/* A workbook stays only as the data behind a chart. */
	if (rel->kind == PART_EMBEDDED && p->kind != PART_CHART)
		return ERR_NOENT;
	if ((e = reach(p, rel, opc_picture, &to)) != 0)
		return e;
	if (to->kind == PART_EMBEDDED && to->out_type == NULL)
		return ERR_NOENT;
	if (to->kind == PART_IMAGE && to->out_type == NULL)
		return opc_keep_placeholder(p, id);
	return link_part(p, to, id);
}

int
opc_keep_vector(struct part *p, const struct opc_rel *rel,
    char id[OPC_ID_BYTES])
{
	struct opc *o = p->opc;
	struct part *to;
	int e;

	if (rel->external || rel->entry == OPC_NONE || o->bad[rel->entry] ||
	    rel->kind != PART_IMAGE || !opc_may_reach(o, rel->kind))
		return ERR_NOENT;
	if ((e = reach(p, rel, opc_vector, &to)) != 0)
		return e;
	if (to->out_type == NULL || strcmp(to->out_ext, "svg") != 0)
		return ERR_NOENT;
	return link_part(p, to, id);
}

int
opc_linked(const struct part *p, const struct opc_rel *rel,
    char id[OPC_ID_BYTES])
{
	if (rel->entry == OPC_NONE)
		return ERR_NOENT;
	for (const struct out_rel *r = p->out; r != NULL; r = r->next)
		if (r->to != NULL && r->to == p->opc->by_entry[rel->entry]) {
			snprintf(id, OPC_ID_BYTES, "rId%u", r->id);
			return 0;
		}
	return ERR_NOENT;
}

int
opc_keep_placeholder(struct part *p, char id[OPC_ID_BYTES])
{
	int e;

	if (p->opc->placeholder == NULL && (e = opc_placeholder(p->opc)) != 0)
		return e;
	return link_part(p, p->opc->placeholder, id);
}

int
opc_new_picture(struct opc *o, struct part **out)
{
	int e = new_part(o, PART_IMAGE, OPC_NONE, NULL, out);

	if (e == 0)
		enqueue(o, *out);
	return e;
}

int
opc_new_drawing(struct part *sheet, struct part **out)
{
	int e = new_part(sheet->opc, PART_DRAWING, OPC_NONE, sheet, out);

	if (e != 0)
		return e;
	(*out)->in_name = sheet->in_name;
	enqueue(sheet->opc, *out);
	return 0;
}

/* ---- one part */

struct out {
	struct part *p;
	bool begun;
};

/* The entry begins with the first byte, so that it may never begin. */
static int
put_part(void *arg, const void *data, size_t n)
{
	struct out *t = arg;
	struct opc *o = t->p->opc;
	int e;

	if (!t->begun) {
		if ((e = zipw_begin(o->zip, t->p->out_name, 0, false)) != 0)
			return e;
		t->begun = true;
	}
	return zipw_put(o->zip, data, n);
}

static int
feed(void *arg, const void *data, size_t n)
{
	struct part *p = arg;

	return xml_feed(p->xml, data, n);
}

static int
unit(void *arg, struct xnode *n, bool *drop)
{
	return ooxml_unit(arg, n, drop);
}

static int
dropped(void *arg, const struct xnode *parent, const char *uri,
    const char *name, bool is_attr, bool known)
{
	return ooxml_dropped(arg, parent, uri, name, is_attr, known);
}

/* The part's XML; of a drawing that is made here, an empty one. */
static int
feed_part(struct part *p)
{
	static const char empty[] =
	    "<xdr:wsDr xmlns:xdr=\"http://schemas.openxmlformats.org/"
	    "drawingml/2006/spreadsheetDrawing\"/>";

	if (p->entry == OPC_NONE)
		return xml_feed(p->xml, empty, sizeof(empty) - 1);
	return zipx_unpack(p->opc->in, p->entry, feed, p);
}

static int
parse_part(struct part *p, struct out *t)
{
	struct xml_events ev = { .arg = p, .unit = unit, .dropped = dropped };
	int e;

	e = xml_begin(p->opc->doc, p->in_name,
	    schema_root(opc_kinds[p->kind].root), &ev, put_part, t, &p->xml);
	if (e != 0)
		return e;
	if ((e = ooxml_part_begin(p)) == 0 && (e = feed_part(p)) == 0 &&
	    (e = xml_end(p->xml)) == 0)
		e = ooxml_part_end(p);
	xml_free(p->xml);
	p->xml = NULL;
	return e;
}

/* Relationships that need no r:id, in the order of the file. */
static int
keep_implicit(struct part *p, unsigned flag)
{
	char id[OPC_ID_BYTES];
	int e;

	for (size_t i = 0; i < p->n_rels; i++) {
		const struct opc_rel *r = &p->rels[i];

		if (r->kind < 0 || !(opc_kinds[r->kind].flags & flag) ||
		    !ooxml_wants(p, r))
			continue;
		if ((e = opc_keep(p, r, id)) != 0 && e != ERR_NOENT)
			return e;
	}
	return 0;
}

static int
read_rels(struct part *p)
{
	int e;

	if (p->entry == OPC_NONE)
		return 0;
	if ((e = opc_read_rels(p)) != 0)
		return e;
	if ((e = opc_report_rels(p)) != 0)
		return e;
	if (opc_kinds[p->kind].flags & PK_NORELS)
		p->n_rels = 0;
	return 0;
}

int
opc_refuse(struct part *p, enum finding_id why)
{
	if (p->entry != OPC_NONE)
		p->opc->bad[p->entry] = (uint16_t)(why + 1);
	return ERR_MALFORMED;
}

/* Is this the kind of error that spoils the part, not the document? */
static bool
spoils_part(const struct part *p, int e)
{
	return (e == ERR_MALFORMED || e == ERR_TRUNCATED) &&
	       p->entry != OPC_NONE && !(opc_kinds[p->kind].flags & PK_MAIN);
}

static int
rebuild_part(struct part *p)
{
	struct opc *o = p->opc;
	struct out t = { .p = p };
	int e;

	if (p->kind == PART_IMAGE || p->kind == PART_EMBEDDED)
		return 0;
	if ((e = read_rels(p)) == 0 && (e = parse_part(p, &t)) == 0)
		e = keep_implicit(p, PK_IMPLICIT);
	if (e == 0)
		e = ooxml_part_linked(p);
	if (e == 0 && !t.begun)
		e = ERR_INTERNAL;
	if (e == 0 && (e = zipw_end(o->zip)) == 0)
		return opc_write_rels(p);
	if (t.begun)
		zipw_abort(o->zip);
	if (!spoils_part(p, e))
		return e;
	doc_forgive(o->doc);
	if (o->bad[p->entry] == 0)
		o->bad[p->entry] = FIND_OOXML_BAD_PART + 1;
	o->again = true;
	return 0;
}

/* ---- the whole package */

static int
find_main(struct part *root, const struct opc_rel **main_rel)
{
	struct opc *o = root->opc;

	for (size_t i = 0; i < root->n_rels; i++) {
		const struct opc_rel *r = &root->rels[i];

		if (strcmp(r->type, "O:officeDocument") != 0)
			continue;
		if (*main_rel != NULL)
			return doc_fail(o->doc, ERR_AMBIGUOUS,
			    "two main documents");
		*main_rel = r;
	}
	if (*main_rel == NULL || (*main_rel)->external ||
	    (*main_rel)->entry == OPC_NONE)
		return doc_fail(o->doc, ERR_MALFORMED, "no main document");
	if ((*main_rel)->kind < 0 ||
	    !(opc_kinds[(*main_rel)->kind].flags & PK_MAIN))
		return doc_fail(o->doc, ERR_UNSUPPORTED,
		    "not supported yet: main part %s",
		    o->types[(*main_rel)->entry]);
	return 0;
}

/* Properties and the like, reached from the root; then their findings. */
static int
keep_root_parts(struct part *root)
{
	struct opc *o = root->opc;
	struct part *to;
	int e;

	for (size_t i = 0; i < root->n_rels; i++) {
		const struct opc_rel *r = &root->rels[i];

		if (r->kind < 0 || !(opc_kinds[r->kind].flags & PK_ROOT) ||
		    o->bad[r->entry] || !opc_may_reach(o, r->kind))
			continue;
		if ((e = reach(root, r, opc_picture, &to)) == ERR_NOENT)
			continue;
		if (e != 0 ||
		    add_rel(root, opc_kinds[to->kind].rel, to, NULL) == NULL)
			return e != 0 ? e : ERR_NOMEM;
	}
	return 0;
}

static void
begin_walk(struct opc *o)
{
	size_t n = zipx_count(o->in);

	o->parts = NULL;
	o->tail = &o->parts;
	o->again = false;
	o->placeholder = NULL;
	o->state = NULL;
	memset(o->numbers, 0, sizeof(o->numbers));
	memset(o->by_entry, 0, n * sizeof(*o->by_entry));
	memset(o->reached, 0, n * sizeof(*o->reached));
	memset(o->below, 0, n * sizeof(*o->below));
	memset(o->told, 0, n * sizeof(*o->told));
	if (o->types_entry != OPC_NONE)
		o->reached[o->types_entry] = true;
}

static int
walk(struct opc *o, struct part *root)
{
	const struct opc_rel *main_rel = NULL;
	struct part *p;
	int e;

	if ((e = zipw_new(o->doc, &o->zip)) != 0 ||
	    (e = opc_read_rels(root)) != 0 ||
	    (e = find_main(root, &main_rel)) != 0 ||
	    (e = ooxml_app_begin(o, main_rel)) != 0)
		return e;
	if ((e = reach(root, main_rel, opc_picture, &p)) != 0)
		return e;
	if (add_rel(root, "O:officeDocument", p, NULL) == NULL)
		return ERR_NOMEM;
	p->out_type = o->main_type;
	if ((e = keep_root_parts(root)) != 0 ||
	    (e = opc_report_root(root)) != 0)
		return e;
	for (p = o->parts; p != NULL; p = p->next)
		if ((e = rebuild_part(p)) != 0)
			return e;
	return opc_write_rels(root);
}

static int
open_package(struct opc *o)
{
	size_t n;
	int e;

	if ((e = zipx_open(o->doc, ZIPX_OPC, &o->in)) != 0)
		return e;
	n = zipx_count(o->in);
	o->bad = doc_alloc(o->doc, (n + 1) * sizeof(*o->bad));
	o->reached = doc_alloc(o->doc, n + 1);
	o->below = doc_alloc(o->doc, n + 1);
	o->told = doc_alloc(o->doc, n + 1);
	o->queue = doc_alloc(o->doc, (n + 1) * sizeof(*o->queue));
	o->by_entry = doc_alloc(o->doc, (n + 1) * sizeof(*o->by_entry));
	if (o->bad == NULL || o->reached == NULL || o->below == NULL ||
	    o->told == NULL || o->queue == NULL || o->by_entry == NULL)
		return ERR_NOMEM;
	if ((e = opc_index(o)) != 0)
		return e;
	return opc_read_types(o);
}

int
opc_rebuild(struct doc *d)
{
	struct opc o = { .doc = d };
	int e, e2;

	if ((e = open_package(&o)) != 0)
		return e;
	for (unsigned i = 0; i < WALKS_MAX; i++) {
		struct part root = { .opc = &o,
			.kind = PART_COUNT,
			.entry = OPC_NONE,
			.in_name = "" };

		root.out_tail = &root.out;
		begin_walk(&o);
		doc_findings_hold(d);
		e = walk(&o, &root);
		if (e == 0 && !o.again)
			e = opc_report_rest(&o);
		e2 = doc_findings_settle(d, e != 0 || !o.again);
		if (e != 0 || e2 != 0)
			return e != 0 ? e : e2;
		if (!o.again)
			return opc_finish(&o);
	}
	return doc_fail(d, ERR_MALFORMED, "too many damaged parts");
}
