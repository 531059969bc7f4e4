/*
 * The walk over a unit; see walk.h.
 */
#include "formats/ooxml/walk.h"

#include <string.h>

#include "formats/url.h"

void
walk_done(struct xnode *n)
{
	n->done = true;
}

void
attr_done(struct xattr *a)
{
	xattr_done(a);
}

void
walk_remove(struct walk *w, struct xnode *n)
{
	w->gone = true;
	w->next = xnode_skip(n, w->top);
	if (n == w->top)
		w->drop = true;
	else
		xnode_remove(n);
}

void
walk_unwrap(struct walk *w, struct xnode *n)
{
	if (n->first == NULL || n == w->top) {
		walk_remove(w, n);
		return;
	}
	w->gone = true;
	w->next = n->first;
	xnode_unwrap(n);
}

void
walk_replace(struct walk *w, struct xnode *old, struct xnode *fresh)
{
	if (old == w->top) {
		walk_remove(w, old);
		return;
	}
	w->gone = true;
	xnode_replace(old, fresh);
	w->next = fresh;
}

void
walk_skip(struct walk *w, struct xnode *n)
{
	w->gone = true;
	w->next = xnode_skip(n, w->top);
}

const char *
node_attr(const struct xnode *n, uint16_t name)
{
	const char *v = xnode_attr(n, name);

	return v == NULL ? "" : v;
}

static int
set_id(struct walk *w, struct xnode *n, uint16_t attr, const char *id)
{
	struct xattr *a = xnode_set(w->part->xml, n, attr, id);

	if (a == NULL)
		return ERR_NOMEM;
	attr_done(a);
	return 0;
}

int
walk_rel(struct walk *w, struct xnode *n, uint16_t attr)
{
	const struct opc_rel *r = opc_rel(w->part, node_attr(n, attr));
	char id[OPC_ID_BYTES];
	int e;

	if (r == NULL)
		return ERR_NOENT;
	if ((e = opc_keep(w->part, r, id)) != 0)
		return e;
	return set_id(w, n, attr, id);
}

static int
report_lost_picture(struct part *p, const struct opc_rel *r)
{
	if (r != NULL && r->external)
		return part_found(p, FIND_OOXML_EXTERNAL_IMAGE, ACT_REPLACED,
		    "%s", r->target);
	return part_found(p, FIND_OOXML_PICTURE, ACT_REPLACED, "%s",
	    r == NULL || r->entry == OPC_NONE ? "missing" : r->type);
}

int
walk_picture(struct walk *w, struct xnode *n, uint16_t attr)
{
	const struct opc_rel *r = opc_rel(w->part, node_attr(n, attr));
	char id[OPC_ID_BYTES];
	int e = ERR_NOENT;

	if (r != NULL && r->kind == PART_IMAGE)
		e = opc_keep(w->part, r, id);
	if (e == ERR_NOENT && (e = report_lost_picture(w->part, r)) == 0)
		e = opc_keep_placeholder(w->part, id);
	return e != 0 ? e : set_id(w, n, attr, id);
}

/* What kind of refusal it is, for the clerk. */
static enum finding_id
refusal(const char *url, const char *why)
{
	if (strcmp(why, "path") == 0 && url[0] != '\\' && url[0] != '/' &&
	    strchr(url, '!') == NULL && strchr(url, ':') == NULL)
		return FIND_OOXML_LINK_RELATIVE;
	return FIND_OOXML_LINK;
}

int
part_url(struct part *p, const char *url, struct buf *out)
{
	enum url_policy policy = doc_options(p->opc->doc)->url;
	const char *why = "";
	int e, e2 = 0;

	e = url_check(url, strlen(url), out, &why);
	if (e != 0 && e != ERR_DENIED)
		return e;
	if (e == 0 && (policy == URL_KEEP || out->data[0] == '#'))
		return 0;
	if (e == 0)
		e2 = part_found(p, FIND_OOXML_LINK_REMOVED, ACT_REMOVED, "%s",
		    url);
	else if (strcmp(why, "empty") != 0)
		e2 = part_found(p, refusal(url, why), ACT_REMOVED, "%s", url);
	if (e != 0 || policy != URL_SHOW)
		buf_truncate(out, 0);
	return e2 != 0 ? e2 : ERR_NOENT;
}

static int
keep_external(struct walk *w, struct xnode *n, uint16_t attr,
    const struct opc_rel *r, struct buf *url)
{
	char id[OPC_ID_BYTES];
	int e;

	if ((e = part_url(w->part, r->target, url)) == 0 &&
	    (e = opc_keep_url(w->part, buf_cstr(url), id)) == 0)
		e = set_id(w, n, attr, id);
	return e;
}

int
walk_link_shown(struct walk *w, struct xnode *n, uint16_t attr,
    struct buf *show)
{
	const struct opc_rel *r = opc_rel(w->part, node_attr(n, attr));

	if (r == NULL || strcmp(r->type, "O:hyperlink") != 0)
		return ERR_NOENT;
	/* "#place" is written as an internal target by some programs. */
	if (!r->external && r->entry != OPC_NONE)
		return ERR_NOENT;
	return keep_external(w, n, attr, r, show);
}

int
walk_link(struct walk *w, struct xnode *n, uint16_t attr)
{
	struct buf url;
	int e;

	buf_init(&url, 65536);
	e = walk_link_shown(w, n, attr, &url);
	buf_done(&url);
	return e;
}

static node_fn *
handler(const struct part *p, uint16_t name)
{
	static node_fn *const *const by_app[] = {
		[APP_WORD] = word_nodes,
		[APP_SHEET] = sheet_nodes,
		[APP_SLIDE] = slide_nodes,
	};
	node_fn *f = by_app[p->opc->app][name];

	return f != NULL ? f : draw_nodes[name];
}

/*
 * A relationship attribute nobody took: an internal part that may stay, else
 * the element has no meaning and goes.
 */
static int
settle_attrs(struct walk *w, struct xnode *n)
{
	struct xattr *a, *next;
	int e;

	for (a = n->attrs; a != NULL; a = next) {
		next = a->next;
		if (a->check == CHECK_URL || a->check == CHECK_FORMULA)
			xnode_unset(n, a->name);
		if (a->check != CHECK_REL)
			continue;
		if ((e = walk_rel(w, n, a->name)) == ERR_NOENT) {
			walk_remove(w, n);
			return 0;
		}
		if (e != 0)
			return e;
	}
	return 0;
}

/* What means nothing without children and has none (any more). */
static bool
is_hollow(const struct xnode *n)
{
	return n->text == NULL && n->first == NULL &&
	       (schema_flags(n->type) & SCHEMA_PRUNE);
}

static void
prune(struct xnode *top, bool *drop)
{
	struct xnode *n, *next, *up;

	for (n = xnode_next(top, top); n != NULL; n = next) {
		next = xnode_next(n, top);
		for (; n != top && is_hollow(n); n = up) {
			up = n->parent;
			xnode_remove(n);
		}
	}
	if (is_hollow(top))
		*drop = true;
}

int
walk_unit(struct part *p, struct xnode *top, bool *drop)
{
	struct walk w = { .part = p, .top = top, .next = NULL };
	node_fn *f;
	int e;

	for (struct xnode *n = top; n != NULL; n = w.next) {
		w.next = xnode_next(n, top);
		w.gone = false;
		if (n->text != NULL)
			continue;
		f = handler(p, n->name);
		if (f != NULL && (e = f(&w, n)) != 0)
			return e;
		if (!w.gone && (e = settle_attrs(&w, n)) != 0)
			return e;
		if (!w.gone)
			w.next = xnode_next(n, top);
	}
	*drop = w.drop;
	if (!w.drop)
		prune(top, drop);
	return 0;
}
