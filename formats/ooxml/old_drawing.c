/* Shapes of old drawings; see old_drawing.h. */
#include "formats/ooxml/old_drawing.h"

#include <string.h>

#include "formats/ooxml/opc_read.h"

struct old_drawing {
	struct part *part; /* only its relationships are used */
	struct old_shape *first, **tail;
	struct xml_parser *xml;
};

static const struct opc_rel *
picture_of(struct old_drawing *v, const struct xnode *shape)
{
	const struct xnode *data = xnode_child(shape, SN_V_IMAGEDATA);
	const char *id;
	const struct opc_rel *r;

	if (data == NULL)
		return NULL;
	id = xnode_attr(data, SN_O_RELID);
	if (id == NULL)
		id = node_attr(data, SN_R_ID);
	r = opc_rel(v->part, id);
	return r != NULL && r->kind == PART_IMAGE && !r->external ? r : NULL;
}

static const char *
copy(struct old_drawing *v, const char *s)
{
	return doc_strndup(v->part->opc->doc, s, strlen(s));
}

static const char *
text_of(struct old_drawing *v, const struct xnode *parent, uint16_t name)
{
	const struct xnode *n =
	    parent == NULL ? NULL : xnode_child(parent, name);

	if (n == NULL || n->first == NULL || n->first->text == NULL)
		return copy(v, "");
	return copy(v, n->first->text);
}

static int
take_shape(struct old_drawing *v, const struct xnode *n)
{
	const struct opc_rel *r = picture_of(v, n);
	const struct xnode *data = xnode_child(n, SN_XVML_CLIENTDATA);
	const char *id = node_attr(n, SN_NO_ID);
	struct old_shape *s;

	if (xnode_attr(n, SN_O_SPID) != NULL)
		id = node_attr(n, SN_O_SPID);
	if (r == NULL || id[0] == '\0')
		return 0;
	if ((s = doc_alloc(v->part->opc->doc, sizeof(*s))) == NULL)
		return ERR_NOMEM;
	*s = (struct old_shape){ .picture = r,
		.id = copy(v, id),
		.kind = copy(v,
		    data == NULL ? "" : node_attr(data, SN_NO_OBJECTTYPE)),
		.anchor = text_of(v, data, SN_XVML_ANCHOR) };
	*v->tail = s;
	v->tail = &s->next;
	return s->id == NULL || s->kind == NULL || s->anchor == NULL ? ERR_NOMEM
								     : 0;
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
	struct old_drawing *v = arg;

	return xml_feed(v->xml, data, n);
}

static int
read_shapes(struct old_drawing *v)
{
	struct part *p = v->part;
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

int
old_drawing_read(struct part *of, struct old_shape **out)
{
	struct opc *o = of->opc;
	const struct opc_rel *r = NULL;
	struct old_drawing v = { .tail = &v.first };
	int e;

	*out = NULL;
	for (size_t i = 0; r == NULL && i < of->n_rels; i++)
		if (of->rels[i].kind == PART_VML &&
		    of->rels[i].entry != OPC_NONE)
			r = &of->rels[i];
	if (r == NULL)
		return 0;
	if ((v.part = doc_alloc(o->doc, sizeof(*v.part))) == NULL)
		return ERR_NOMEM;
	v.part->opc = o;
	v.part->kind = PART_VML;
	v.part->entry = r->entry;
	v.part->in_name = zipx_entry(o->in, r->entry)->name;
	e = read_shapes(&v);
	if (e == 0)
		*out = v.first;
	if (e == 0 || e == ERR_NOMEM || e == ERR_IO || e == ERR_INTERNAL ||
	    e == ERR_LIMIT)
		return e;
	doc_forgive(o->doc);
	return 0;
}
