/*
 * Writing a package: relationships and content types, made anew.
 */
#include "formats/ooxml/opc_write.h"

#include <string.h>

#include "formats/ooxml/opc_kinds.h"

#define PART_BYTES (64u << 20)
#define XML_HEAD \
	"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"

static int
put(void *arg, const void *data, size_t n)
{
	return buf_put(arg, data, n);
}

static int
put_attr(struct buf *b, const char *name, const char *value)
{
	int e;

	if ((e = buf_fmt(b, " %s=\"", name)) != 0 ||
	    (e = xml_escape(value, strlen(value), true, put, b)) != 0)
		return e;
	return buf_u8(b, '"');
}

static int
put_rel(struct buf *b, const struct out_rel *r)
{
	struct buf uri;
	int e;

	buf_init(&uri, 512);
	if ((e = opc_rel_uri(r->type, &uri)) != 0 ||
	    (e = buf_fmt(b, "<Relationship Id=\"rId%u\"", r->id)) != 0 ||
	    (e = put_attr(b, "Type", buf_cstr(&uri))) != 0)
		goto out;
	if (r->to != NULL)
		e = buf_fmt(b, " Target=\"/%s\"/>", r->to->out_name);
	else if ((e = put_attr(b, "Target", r->target)) == 0)
		e = buf_puts(b, " TargetMode=\"External\"/>");
out:
	buf_done(&uri);
	return e;
}

/* "word/document.xml" -> "word/_rels/document.xml.rels" */
static int
rels_name(const char *name, struct buf *out)
{
	const char *slash = strrchr(name, '/');
	const char *base = slash == NULL ? name : slash + 1;

	return buf_fmt(out, "%.*s_rels/%s.rels", (int)(base - name), name,
	    base);
}

int
opc_write_rels(struct part *p)
{
	struct buf b, name;
	int e;

	if (p->out == NULL)
		return 0;
	buf_init(&b, PART_BYTES);
	buf_init(&name, 2 * OPC_NAME_BYTES);
	e = rels_name(p->out_name, &name);
	if (e == 0)
		e = buf_puts(&b, XML_HEAD
		    "<Relationships xmlns=\"http://"
		    "schemas.openxmlformats.org/package/2006/relationships\">");
	for (const struct out_rel *r = p->out; e == 0 && r != NULL; r = r->next)
		e = put_rel(&b, r);
	if (e == 0 && (e = buf_puts(&b, "</Relationships>")) == 0)
		e = zipw_add(p->opc->zip, buf_cstr(&name), 0, false, b.data,
		    b.len);
	buf_done(&b);
	buf_done(&name);
	return e;
}

static int
put_override(struct buf *b, const struct part *p)
{
	struct buf type;
	int e;

	if (p->out_ext != NULL || p->out_type == NULL || p->kind == PART_VML)
		return 0;
	buf_init(&type, 256);
	if ((e = opc_type_full(p->out_type, &type)) == 0)
		e = buf_fmt(b,
		    "<Override PartName=\"/%s\" ContentType=\"%s\"/>",
		    p->out_name, buf_cstr(&type));
	buf_done(&type);
	return e;
}

/* The first part with this extension speaks for it. */
static bool
ext_is_new(const struct opc *o, const struct part *p)
{
	for (const struct part *q = o->parts; q != p; q = q->next)
		if (q->out_ext != NULL && strcmp(q->out_ext, p->out_ext) == 0)
			return false;
	return true;
}

static int
put_default(struct buf *b, const char *ext, const char *type)
{
	return buf_fmt(b, "<Default Extension=\"%s\" ContentType=\"%s\"/>", ext,
	    type);
}

static int
put_types(struct opc *o, struct buf *b)
{
	int e;

	e = buf_puts(b,
	    XML_HEAD "<Types xmlns=\"http://schemas."
		     "openxmlformats.org/package/2006/content-types\">");
	if (e == 0)
		e = put_default(b, "rels",
		    "application/vnd.openxmlformats-"
		    "package.relationships+xml");
	if (e == 0)
		e = put_default(b, "xml", "application/xml");
	if (e == 0 && o->numbers[PART_VML] > 0)
		e = put_default(b, "vml",
		    "application/vnd.openxmlformats-"
		    "officedocument.vmlDrawing");
	for (const struct part *p = o->parts; e == 0 && p != NULL; p = p->next)
		if (p->out_ext != NULL && ext_is_new(o, p))
			e = put_default(b, p->out_ext, p->out_type);
	for (const struct part *p = o->parts; e == 0 && p != NULL; p = p->next)
		e = put_override(b, p);
	return e == 0 ? buf_puts(b, "</Types>") : e;
}

int
opc_finish(struct opc *o)
{
	struct buf b;
	int e;

	buf_init(&b, PART_BYTES);
	if ((e = put_types(o, &b)) == 0)
		e = zipw_add(o->zip, "[Content_Types].xml", 0, false, b.data,
		    b.len);
	buf_done(&b);
	return e == 0 ? zipw_finish(o->zip, true, "[Content_Types].xml") : e;
}
