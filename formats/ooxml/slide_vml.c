/*
 * Pictures of objects that stand only in the old drawing (VML) of a slide:
 * p:oleObj/@spid names a shape there. ECMA-376 part 4, 19.3.2.4, 14.1.2.11.
 *
 * The drawing itself is not kept. It is read for the names of its shapes and
 * of their pictures; the picture is lent to the slide under an id that no
 * file can have, and resolved like any other when the slide comes to it.
 */
#include "formats/ooxml/slide.h"

#include <string.h>

#include "formats/ooxml/opc_read.h"

struct shape {
	struct shape *next;
	const char *spid;
	const struct opc_rel *picture;
};

struct slide_vml {
	struct part *drawing; /* only its relationships are used */
	struct shape *shapes;
	struct xml_parser *xml;
};

static const struct opc_rel *
picture_of(struct slide_vml *v, const struct xnode *shape)
{
	const struct xnode *data = xnode_child(shape, SN_V_IMAGEDATA);
	const char *id;
	const struct opc_rel *r;

	if (data == NULL)
		return NULL;
	id = xnode_attr(data, SN_O_RELID);
	if (id == NULL)
		id = node_attr(data, SN_R_ID);
	r = opc_rel(v->drawing, id);
	return r != NULL && r->kind == PART_IMAGE && !r->external ? r : NULL;
}

static int
take_shape(struct slide_vml *v, const struct xnode *n)
{
	struct doc *d = v->drawing->opc->doc;
	const struct opc_rel *r = picture_of(v, n);
	const char *spid = node_attr(n, SN_NO_ID);
	struct shape *s;

	if (xnode_attr(n, SN_O_SPID) != NULL)
		spid = node_attr(n, SN_O_SPID);
	if (r == NULL || spid[0] == '\0')
		return 0;
	if ((s = doc_alloc(d, sizeof(*s))) == NULL)
		return ERR_NOMEM;
	*s = (struct shape){ .next = v->shapes,
		.spid = doc_strndup(d, spid, strlen(spid)),
		.picture = r };
	v->shapes = s;
	return s->spid == NULL ? ERR_NOMEM : 0;
}

static int
unit(void *arg, struct xnode *top, bool *drop)
{
	int e = 0;

	*drop = true;
	for (const struct xnode *n = top; e == 0 && n != NULL;
	     n = xnode_next(n, top))
		if (n->name == SN_V_SHAPE)
			e = take_shape(arg, n);
	return e;
}

static int
feed(void *arg, const void *data, size_t n)
{
	struct slide_vml *v = arg;

	return xml_feed(v->xml, data, n);
}

static int
read_shapes(struct slide_vml *v)
{
	struct part *p = v->drawing;
	struct xml_events ev = { .arg = v, .unit = unit };
	int e;

	if ((e = opc_read_rels(p)) != 0)
		return e;
	e = xml_begin(p->opc->doc, p->in_name, schema_root(SN_NO_XML), &ev,
	    NULL, NULL, &v->xml);
	if (e != 0)
		return e;
	if ((e = zipx_unpack(p->opc->in, p->entry, feed, v)) == 0)
		e = xml_end(v->xml);
	xml_free(v->xml);
	return e;
}

/* The drawing of the slide. One that cannot be read has no shapes. */
static int
open_drawing(struct part *slide, struct slide_vml *v)
{
	struct opc *o = slide->opc;
	const struct opc_rel *r = NULL;
	struct part *p;
	int e;

	for (size_t i = 0; r == NULL && i < slide->n_rels; i++)
		if (slide->rels[i].kind == PART_VML &&
		    slide->rels[i].entry != OPC_NONE)
			r = &slide->rels[i];
	if (r == NULL)
		return 0;
	if ((p = doc_alloc(o->doc, sizeof(*p))) == NULL)
		return ERR_NOMEM;
	p->opc = o;
	p->kind = PART_VML;
	p->entry = r->entry;
	p->in_name = zipx_entry(o->in, r->entry)->name;
	v->drawing = p;
	e = read_shapes(v);
	if (e == ERR_NOMEM || e == ERR_IO || e == ERR_INTERNAL ||
	    e == ERR_LIMIT)
		return e;
	if (e != 0)
		doc_forgive(o->doc);
	return 0;
}

/* One more relationship of the slide, in its place by id. */
static int
lend(struct part *p, const struct opc_rel *r, const char *id)
{
	struct doc *d = p->opc->doc;
	size_t n = p->n_rels, at = 0;
	struct opc_rel *rels = doc_alloc(d, (n + 1) * sizeof(*rels));
	const struct opc_rel **sorted =
	    doc_alloc(d, (n + 2) * sizeof(const struct opc_rel *));

	if (rels == NULL || sorted == NULL)
		return ERR_NOMEM;
	memcpy(rels, p->rels, n * sizeof(*rels));
	rels[n] = *r;
	rels[n].id = id;
	while (at < n && strcmp(p->sorted[at]->id, id) < 0)
		at++;
	memcpy(sorted, p->sorted, at * sizeof(const struct opc_rel *));
	sorted[at] = &rels[n];
	memcpy(sorted + at + 1, p->sorted + at,
	    (n - at) * sizeof(const struct opc_rel *));
	p->rels = rels;
	p->sorted = sorted;
	p->n_rels = n + 1;
	return 0;
}

/* A control character, which no XML holds, and the name of the shape. */
static int
lend_under_name(struct part *slide, const struct shape *s, const char **id)
{
	struct buf b;
	int e;

	buf_init(&b, 4096);
	if ((e = buf_u8(&b, 1)) == 0 && (e = buf_puts(&b, s->spid)) == 0 &&
	    (*id = doc_strndup(slide->opc->doc, b.data, b.len)) == NULL)
		e = ERR_NOMEM;
	buf_done(&b);
	if (e == 0 && opc_rel(slide, *id) == NULL)
		e = lend(slide, s->picture, *id);
	return e == ERR_LIMIT ? ERR_NOENT : e;
}

int
slide_vml_picture(struct walk *w, const char *spid, const char **id)
{
	struct deck *deck = slide_deck(w);
	struct slide_vml *v;
	int e;

	if (deck == NULL)
		return ERR_NOMEM;
	if (deck->vml == NULL || deck->vml_of != w->part) {
		if ((v = doc_alloc(w->part->opc->doc, sizeof(*v))) == NULL)
			return ERR_NOMEM;
		if ((e = open_drawing(w->part, v)) != 0)
			return e;
		deck->vml = v;
		deck->vml_of = w->part;
	}
	for (const struct shape *s = deck->vml->shapes; s != NULL; s = s->next)
		if (strcmp(s->spid, spid) == 0)
			return lend_under_name(w->part, s, id);
	return ERR_NOENT;
}
