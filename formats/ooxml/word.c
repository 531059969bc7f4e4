/*
 * WordprocessingML: what Word's own elements need beyond the allow-list.
 * ECMA-376 part 1, 17.
 */
#include "formats/ooxml/word.h"

#include <string.h>

static int
keep(struct walk *w, struct xnode *n)
{
	(void)w;
	walk_done(n);
	return 0;
}

static int
drop(struct walk *w, struct xnode *n)
{
	walk_remove(w, n);
	return 0;
}

static int
unwrap(struct walk *w, struct xnode *n)
{
	walk_unwrap(w, n);
	return 0;
}

/* ---- fields and links */

/* A run of plain text of this type; NULL when out of memory. */
static struct xnode *
text_run(struct part *p, uint16_t type, const char *s)
{
	struct xnode *r = xnode_new(p->xml, SN_W_R, type);
	struct xnode *t = xnode_new(p->xml, SN_W_T, schema_child(type, SN_W_T));
	struct xnode *text = xnode_text(p->xml, s, strlen(s));

	if (r == NULL || t == NULL || text == NULL ||
	    xnode_set(p->xml, t, SN_XML_SPACE, "preserve") == NULL)
		return NULL;
	xnode_append(t, text);
	xnode_append(r, t);
	return r;
}

int
word_show_url(struct part *p, struct xnode *at, struct buf *url, bool inside)
{
	struct xnode *in = inside ? at : at->parent, *r;
	uint16_t run = in == NULL ? 0 : schema_child(in->type, SN_W_R);
	struct buf s;
	int e;

	if (schema_child(run, SN_W_T) == 0)
		return 0;
	buf_init(&s, 65536);
	if ((e = buf_fmt(&s, " (%s)", buf_cstr(url))) != 0)
		goto out;
	r = text_run(p, run, buf_cstr(&s));
	if (r == NULL)
		e = ERR_NOMEM;
	else if (inside)
		xnode_append(at, r);
	else
		xnode_before(at, r);
out:
	buf_done(&s);
	return e;
}

static int
word_simple_field(struct walk *w, struct xnode *n)
{
	const char *instr = node_attr(n, SN_W_INSTR);
	struct xattr *a;
	struct buf text;
	int e;

	buf_init(&text, 65536);
	e = word_instruction(w->part, instr, strlen(instr), &text);
	if (e == ERR_NOENT) {
		e = text.len == 0 ? 0 : word_show_url(w->part, n, &text, true);
		walk_unwrap(w, n);
	} else if (e == 0) {
		a = xnode_set(w->part->xml, n, SN_W_INSTR, buf_cstr(&text));
		if (a == NULL)
			e = ERR_NOMEM;
		else
			attr_done(a);
		walk_done(n);
	}
	buf_done(&text);
	return e;
}

/* The link goes, its text stays; a place in this document is kept. */
static int
lose_link(struct walk *w, struct xnode *n, struct buf *show)
{
	const struct opc_rel *r = opc_rel(w->part, node_attr(n, SN_R_ID));
	int e = 0;

	if (node_attr(n, SN_W_ANCHOR)[0] != '\0' && r == NULL) {
		xnode_unset(n, SN_R_ID);
		return 0;
	}
	if (show->len > 0)
		e = word_show_url(w->part, n, show, true);
	walk_unwrap(w, n);
	return e;
}

static int
word_link(struct walk *w, struct xnode *n)
{
	struct buf show;
	int e;

	walk_done(n);
	if (xnode_attr(n, SN_R_ID) == NULL) {
		if (node_attr(n, SN_W_ANCHOR)[0] == '\0')
			walk_unwrap(w, n);
		return 0;
	}
	buf_init(&show, 65536);
	e = walk_link_shown(w, n, SN_R_ID, &show);
	if (e == ERR_NOENT)
		e = lose_link(w, n, &show);
	buf_done(&show);
	return e;
}

/* ---- content controls, tags */

static int
word_binding(struct walk *w, struct xnode *n)
{
	walk_remove(w, n);
	return part_found(w->part, FIND_OOXML_DATA_BINDING, ACT_FLATTENED, "%s",
	    node_attr(n, SN_W_XPATH));
}

/* ---- objects */

static const char *
prog_id(const struct xnode *object)
{
	const struct xnode *o = xnode_child(object, SN_O_OLEOBJECT);

	return o == NULL ? "" : node_attr(o, SN_NO_PROGID_CASE2);
}

/* The preview of an object becomes a plain drawing in its place. */
static int
word_object(struct walk *w, struct xnode *n)
{
	uint16_t type = schema_child(n->parent->type, SN_W_PICT), t;
	bool control = xnode_child(n, SN_W_CONTROL) != NULL;
	struct xnode *pict, *c, *next;
	int e;

	e = part_found(w->part, control ? FIND_OOXML_CONTROL : FIND_OOXML_OLE,
	    ACT_FLATTENED, "%s", prog_id(n));
	if (e != 0)
		return e;
	if (type == 0 || n == w->top) {
		walk_remove(w, n);
		return 0;
	}
	if ((pict = xnode_new(w->part->xml, SN_W_PICT, type)) == NULL)
		return ERR_NOMEM;
	for (c = n->first; c != NULL; c = next) {
		next = c->next;
		if (schema_ns(c->name) != SNS_V ||
		    (t = schema_child(type, c->name)) == 0)
			continue;
		xnode_remove(c);
		c->type = t;
		xnode_append(pict, c);
	}
	if (pict->first == NULL)
		walk_remove(w, n);
	else
		walk_replace(w, n, pict);
	return 0;
}

static int
word_control(struct walk *w, struct xnode *n)
{
	walk_remove(w, n);
	return part_found(w->part, FIND_OOXML_CONTROL, ACT_REMOVED, "%s",
	    node_attr(n, SN_W_NAME));
}

/* o:OLEObject in a w:pict: the shape beside it stays. */
static int
word_ole(struct walk *w, struct xnode *n)
{
	walk_remove(w, n);
	return part_found(w->part, FIND_OOXML_OLE, ACT_REMOVED, "%s",
	    node_attr(n, SN_NO_PROGID_CASE2));
}

/* An imported document leaves a line that says so. */
static int
word_chunk(struct walk *w, struct xnode *n)
{
	static const char note[] = "［別形式の文書を除去しました / "
				   "imported document removed］";
	struct xnode *p = NULL, *r;
	uint16_t para, run;

	if (n == w->top) {
		walk_remove(w, n);
		return 0;
	}
	para = schema_child(n->parent->type, SN_W_P);
	run = schema_child(para != 0 ? para : n->parent->type, SN_W_R);
	if (schema_child(run, SN_W_T) == 0) {
		walk_remove(w, n);
		return 0;
	}
	if ((r = text_run(w->part, run, note)) == NULL)
		return ERR_NOMEM;
	if (para != 0) {
		if ((p = xnode_new(w->part->xml, SN_W_P, para)) == NULL)
			return ERR_NOMEM;
		xnode_append(p, r);
	}
	walk_replace(w, n, p != NULL ? p : r);
	return 0;
}

int
word_unit(struct part *p, struct xnode *root)
{
	int e = 0;

	if (!doc_options(p->opc->doc)->keep_tracked_changes)
		e = word_accept(p, root);
	return e != 0 ? e : word_fields(p, root);
}

node_fn *const word_nodes[SN_COUNT] = {
	[SN_W_FLDSIMPLE] = word_simple_field,
	[SN_W_HYPERLINK] = word_link,
	[SN_W_SMARTTAG] = unwrap,
	[SN_W_CUSTOMXML] = unwrap,
	[SN_W_SDT] = keep,
	[SN_W_SDTPR] = keep,
	[SN_W_SDTCONTENT] = keep,
	[SN_W_DATABINDING] = word_binding,
	[SN_W15_DATABINDING] = word_binding,
	[SN_W_OBJECT] = word_object,
	[SN_W_PICT] = keep,
	[SN_V_BACKGROUND] = keep,
	[SN_XVML_CLIENTDATA] = drop,
	[SN_W_CONTROL] = word_control,
	[SN_O_OLEOBJECT] = word_ole,
	[SN_W_ALTCHUNK] = word_chunk,
	[SN_W_SUBDOC] = word_chunk,
	[SN_W_FFDATA] = keep,
	[SN_W_FOOTNOTE] = word_footnote,
	[SN_W_FOOTNOTEREFERENCE] = word_footnote_ref,
	[SN_W_ENDNOTE] = word_endnote,
	[SN_W_ENDNOTEREFERENCE] = word_endnote_ref,
	[SN_W_COMMENT] = word_comment,
	[SN_W_COMMENTREFERENCE] = word_comment_ref,
	[SN_W_COMMENTRANGESTART] = word_comment_ref,
	[SN_W_COMMENTRANGEEND] = word_comment_ref,
};
