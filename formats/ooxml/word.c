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

int
word_show_url(struct part *p, struct xnode *at, struct buf *url, bool inside)
{
	struct xnode *in = inside ? at : at->parent, *r, *t, *text;
	uint16_t run = in == NULL ? 0 : schema_child(in->type, SN_W_R);
	uint16_t type = schema_child(run, SN_W_T);
	struct buf s;
	int e;

	if (type == 0)
		return 0;
	buf_init(&s, 65536);
	if ((e = buf_fmt(&s, " (%s)", buf_cstr(url))) != 0)
		goto out;
	r = xnode_new(p->xml, SN_W_R, run);
	t = xnode_new(p->xml, SN_W_T, type);
	text = xnode_text(p->xml, (const char *)s.data, s.len);
	if (r == NULL || t == NULL || text == NULL ||
	    xnode_set(p->xml, t, SN_XML_SPACE, "preserve") == NULL) {
		e = ERR_NOMEM;
		goto out;
	}
	xnode_append(t, text);
	xnode_append(r, t);
	if (inside)
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
	uint16_t types[3];
	const uint16_t names[3] = { SN_W_P, SN_W_R, SN_W_T };
	struct xnode *at[3], *text;

	types[0] = n == w->top ? 0 : schema_child(n->parent->type, SN_W_P);
	types[1] = schema_child(types[0], SN_W_R);
	types[2] = schema_child(types[1], SN_W_T);
	if (types[2] == 0) {
		walk_remove(w, n);
		return 0;
	}
	for (size_t i = 0; i < 3; i++) {
		at[i] = xnode_new(w->part->xml, names[i], types[i]);
		if (at[i] == NULL)
			return ERR_NOMEM;
		if (i > 0)
			xnode_append(at[i - 1], at[i]);
	}
	text = xnode_text(w->part->xml, note, sizeof(note) - 1);
	if (text == NULL)
		return ERR_NOMEM;
	xnode_append(at[2], text);
	walk_replace(w, n, at[0]);
	return 0;
}

/* ---- comments, by policy */

static int
word_comment(struct walk *w, struct xnode *n)
{
	if (doc_options(w->part->opc->doc)->keep_comments)
		walk_done(n);
	else
		walk_remove(w, n);
	return 0;
}

/* ---- tracked changes, by policy: accepted when they are not kept */

static bool
keeps_changes(const struct walk *w)
{
	return doc_options(w->part->opc->doc)->keep_tracked_changes;
}

static int
word_inserted(struct walk *w, struct xnode *n)
{
	walk_done(n);
	if (!keeps_changes(w))
		walk_unwrap(w, n);
	return 0;
}

static int
word_deleted(struct walk *w, struct xnode *n)
{
	walk_done(n);
	if (!keeps_changes(w))
		walk_remove(w, n);
	return 0;
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
	[SN_W_SUBDOC] = drop,
	[SN_W_FFDATA] = keep,
	[SN_W_COMMENTRANGESTART] = word_comment,
	[SN_W_COMMENTRANGEEND] = word_comment,
	[SN_W_COMMENTREFERENCE] = word_comment,
	[SN_W_INS] = word_inserted,
	[SN_W_MOVETO] = word_inserted,
	[SN_W_DEL] = word_deleted,
	[SN_W_MOVEFROM] = word_deleted,
};
