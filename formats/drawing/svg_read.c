/*
 * UTF-8 without a DOCTYPE into the tree of svg_int.h, by libxml2's SAX
 * interface. Names are compared as {namespace, local name}; what is not on
 * the lists never becomes a node.
 */
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "formats/drawing/svg_attr.h"

#define DEPTH_MAX  256u
#define TEXT_BYTES (64u << 20)
#define NAME_BYTES 128u

struct reading {
	struct svg *g;
	xmlParserCtxtPtr ctxt;
	struct svg_node *at; /* NULL before the root and behind it */
	size_t depth, skipping;
	struct buf text;
	int e;
};

static void
stop(struct reading *r, int e)
{
	if (e == 0 || r->e != 0)
		return;
	r->e = e;
	xmlStopParser(r->ctxt);
}

static void
fail(struct reading *r, int e, const char *what)
{
	if (r->e == 0)
		stop(r, doc_fail(r->g->d, e, "%s", what));
}

static void
say(struct reading *r, enum finding_id id, enum action act, const char *detail)
{
	stop(r, svg_say(r->g, id, act, detail));
}

/* ---- what is refused by name, to say what it was */

static const struct {
	const char *name;
	enum finding_id id;
} refused[] = {
	{ "script", FIND_SVG_SCRIPT },
	{ "handler", FIND_SVG_SCRIPT },
	{ "listener", FIND_SVG_SCRIPT },
	{ "foreignObject", FIND_SVG_HTML },
	{ "iframe", FIND_SVG_HTML },
	{ "object", FIND_SVG_HTML },
	{ "embed", FIND_SVG_HTML },
	{ "audio", FIND_SVG_HTML },
	{ "video", FIND_SVG_HTML },
	{ "canvas", FIND_SVG_HTML },
	{ "img", FIND_SVG_HTML },
	{ "link", FIND_SVG_HTML },
	{ "animate", FIND_SVG_ANIMATION },
	{ "animateColor", FIND_SVG_ANIMATION },
	{ "animateMotion", FIND_SVG_ANIMATION },
	{ "animateTransform", FIND_SVG_ANIMATION },
	{ "animation", FIND_SVG_ANIMATION },
	{ "discard", FIND_SVG_ANIMATION },
	{ "mpath", FIND_SVG_ANIMATION },
	{ "set", FIND_SVG_ANIMATION },
	{ "metadata", FIND_SVG_METADATA },
	{ "font", FIND_SVG_FONT },
	{ "font-face", FIND_SVG_FONT },
	{ "glyph", FIND_SVG_FONT },
	{ "tref", FIND_SVG_EXTERNAL },
	{ "cursor", FIND_SVG_EXTERNAL },
	{ "color-profile", FIND_SVG_EXTERNAL },
};

static void
say_element(struct reading *r, const xmlChar *local, const xmlChar *prefix,
    const xmlChar *uri, bool ours)
{
	enum finding_id id = FIND_SVG_ELEMENT;
	char name[NAME_BYTES];

	snprintf(name, sizeof(name), "%.40s%s%.60s",
	    prefix == NULL ? "" : (const char *)prefix,
	    prefix == NULL ? "" : ":", (const char *)local);
	if (svg_is(uri, URI_XHTML))
		id = FIND_SVG_HTML;
	else if (!ours)
		id = FIND_SVG_EDITOR;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (strcasecmp((const char *)local, refused[i].name) == 0 &&
		    (ours || refused[i].id == FIND_SVG_SCRIPT))
			id = refused[i].id;
	/* Of a program's own data its name for itself is enough. */
	say(r, id, ACT_REMOVED,
	    id == FIND_SVG_EDITOR && prefix != NULL ? (const char *)prefix
						    : name);
}

/* ---- characters */

/* Not what no viewer shows: controls, noncharacters. */
static int
filter_text(struct reading *r)
{
	struct reader in;
	struct buf clean;
	uint32_t cp;
	int e = 0;

	buf_init(&clean, TEXT_BYTES);
	buf_reader(&r->text, &in);
	while (e == 0 && reader_left(&in) > 0) {
		if ((e = utf8_get(&in, &cp)) != 0)
			break;
		switch (utf8_classify(cp)) {
		case UTF8_CONTROL:
		case UTF8_NONCHAR:
			e = svg_say(r->g, FIND_SVG_STRAY_TEXT, ACT_REMOVED,
			    "control character");
			break;
		default:
			e = utf8_put(&clean, cp);
		}
	}
	buf_clear(&r->text);
	if (e == 0 && clean.len > 0)
		e = buf_put(&r->text, clean.data, clean.len);
	buf_done(&clean);
	return e;
}

static bool
has_ink(const struct buf *b)
{
	for (size_t i = 0; i < b->len; i++)
		if (b->data[i] > ' ')
			return true;
	return false;
}

static void
flush_text(struct reading *r)
{
	struct svg_node *t;

	if (r->text.len == 0 || r->e != 0)
		return;
	if (r->at == NULL || !r->at->in_text) {
		if (has_ink(&r->text))
			say(r, FIND_SVG_STRAY_TEXT, ACT_REMOVED,
			    r->at == NULL ? ""
					  : svg_elements[r->at->element].name);
		buf_clear(&r->text);
		return;
	}
	stop(r, filter_text(r));
	if (r->e == 0 && r->text.len > 0) {
		t = svg_node_new(r->g, r->at, SVG_CHARS);
		if (t == NULL || (t->text = svg_copy(r->g, r->text.data,
				      r->text.len)) == NULL)
			stop(r, ERR_NOMEM);
		else
			t->len = r->text.len;
	}
	buf_clear(&r->text);
}

static void
on_text(void *arg, const xmlChar *s, int n)
{
	struct reading *r = arg;

	if (r->skipping > 0 || r->e != 0 || n <= 0)
		return;
	if (buf_put(&r->text, s, (size_t)n) != 0)
		fail(r, ERR_LIMIT, "text too long");
}

/* ---- elements */

static bool
is_svg(const struct reading *r, const xmlChar *uri)
{
	return svg_is(uri, URI_SVG) || (r->g->bare && uri == NULL);
}

static void
open_root(struct reading *r, const xmlChar *local, const xmlChar *uri)
{
	if (r->g->root != NULL || !svg_is(local, "svg") ||
	    (uri != NULL && !svg_is(uri, URI_SVG))) {
		fail(r, ERR_MALFORMED, "the root element is not svg");
		return;
	}
	if (uri == NULL) {
		r->g->bare = true;
		say(r, FIND_SVG_NAMESPACE, ACT_REPLACED, "");
	}
}

/* May the element stand here? A switch takes its first fitting child. */
static bool
may_stand(struct reading *r, enum svg_element el, int n_attrs,
    const xmlChar **attrs)
{
	struct svg_node *up = r->at;
	unsigned holds, is_ = svg_elements[el].is;
	bool asked, here = svg_shown(n_attrs, attrs, &asked);

	if (asked)
		say(r, FIND_SVG_CHOICE, here ? ACT_FLATTENED : ACT_REMOVED,
		    svg_elements[el].name);
	if (!here)
		return false;
	if (up == NULL)
		return true;
	holds = svg_elements[up->element].holds;
	/* Inside a text a link holds text, elsewhere drawings. */
	if (up->element == SVG_A)
		holds = up->in_text ? IN_TEXT | IN_NOTE : IN_BODY;
	if ((is_ & holds) == 0) {
		say(r, FIND_SVG_ELEMENT, ACT_REMOVED, svg_elements[el].name);
		return false;
	}
	if (up->choosing && up->chosen && (is_ & IN_NOTE) == 0) {
		say(r, FIND_SVG_CHOICE, ACT_REMOVED, svg_elements[el].name);
		return false;
	}
	if (up->choosing && (is_ & IN_NOTE) == 0)
		up->chosen = true;
	if (el != SVG_STYLE || svg_sheet_counts(n_attrs, attrs))
		return true;
	say(r, FIND_SVG_CSS, ACT_REMOVED, "style");
	return false;
}

static bool
holds_text(const struct svg_node *n)
{
	switch ((enum svg_element)n->element) {
	case SVG_TEXT:
	case SVG_TSPAN:
	case SVG_TEXT_PATH:
	case SVG_TITLE:
	case SVG_DESC:
	case SVG_STYLE:
		return true;
	case SVG_A:
		return n->parent != NULL && n->parent->in_text;
	default:
		return false;
	}
}

static void
open_element(struct reading *r, enum svg_element el, bool choosing, int n_attrs,
    const xmlChar **attrs)
{
	struct svg_node *n;
	bool gone = false;

	if (r->depth == DEPTH_MAX ||
	    r->depth >= doc_options(r->g->d)->limits.max_xml_depth) {
		fail(r, ERR_LIMIT, "nested too deep");
		return;
	}
	if ((n = svg_node_new(r->g, r->at, el)) == NULL) {
		stop(r, ERR_NOMEM);
		return;
	}
	n->choosing = choosing;
	n->in_text = holds_text(n);
	stop(r, svg_take_attributes(r->g, n, n_attrs, attrs, &gone));
	if (gone)
		n->gone = true;
	if (r->at == NULL)
		r->g->root = n;
	r->at = n;
	r->depth++;
}

/* Inside what goes anyway, programs are still told. */
static void
tell_hidden(struct reading *r, const xmlChar *local, int n_attrs,
    const xmlChar **attrs)
{
	if (strcasecmp((const char *)local, "script") == 0)
		say(r, FIND_SVG_SCRIPT, ACT_REMOVED, "script");
	for (int i = 0; i < n_attrs && r->e == 0; i++)
		if (strncasecmp((const char *)attrs[5 * i], "on", 2) == 0)
			say(r, FIND_SVG_EVENT, ACT_REMOVED,
			    (const char *)attrs[5 * i]);
}

/* Programs draw with this one prefix without saying what it is. */
static void
declare_xlink(int n_attrs, const xmlChar **attrs)
{
	for (int i = 0; i < n_attrs; i++)
		if (attrs[5 * i + 2] == NULL && attrs[5 * i + 1] != NULL &&
		    svg_is(attrs[5 * i + 1], "xlink"))
			attrs[5 * i + 2] = (const xmlChar *)URI_XLINK;
}

static void
on_start(void *arg, const xmlChar *local, const xmlChar *prefix,
    const xmlChar *uri, int n_ns, const xmlChar **ns, int n_attrs,
    int n_default, const xmlChar **attrs)
{
	struct reading *r = arg;
	enum svg_element el;
	bool choosing;

	(void)n_ns, (void)ns, (void)n_default;
	if (r->e != 0)
		return;
	if (doc_spend(r->g->d, BUDGET_XML_NODES, 1) != 0) {
		stop(r, ERR_LIMIT);
		return;
	}
	if (r->skipping > 0) {
		r->skipping++;
		tell_hidden(r, local, n_attrs, attrs);
		return;
	}
	declare_xlink(n_attrs, attrs);
	flush_text(r);
	if (r->at == NULL)
		open_root(r, local, uri);
	if (r->e != 0)
		return;
	choosing = is_svg(r, uri) && svg_is(local, "switch");
	el = choosing	      ? SVG_G
	     : is_svg(r, uri) ? svg_element_named((const char *)local)
			      : SVG_NONE;
	if (el == SVG_NONE)
		say_element(r, local, prefix, uri, is_svg(r, uri));
	if (el == SVG_NONE || !may_stand(r, el, n_attrs, attrs)) {
		r->skipping = 1;
		tell_hidden(r, (const xmlChar *)"", n_attrs, attrs);
	} else {
		if (choosing)
			say(r, FIND_SVG_CHOICE, ACT_FLATTENED, "switch");
		open_element(r, el, choosing, n_attrs, attrs);
	}
}

/* The text of a style becomes a sheet. */
static void
close_style(struct reading *r, struct svg_node *n)
{
	bool empty = true;
	const char *s;
	int e = 0;

	buf_clear(&r->g->value);
	for (struct svg_node *t = n->first; e == 0 && t != NULL; t = t->next)
		e = buf_put(&r->g->value, t->text, t->len);
	n->first = n->last = NULL;
	if (e == 0 && (s = buf_cstr(&r->g->value)) == NULL)
		e = ERR_NOMEM;
	if (e == 0)
		e = svg_sheet(r->g, n, s, &empty);
	n->gone = n->gone || empty;
	stop(r, e);
}

static void
on_end(void *arg, const xmlChar *local, const xmlChar *prefix,
    const xmlChar *uri)
{
	struct reading *r = arg;
	struct svg_node *n;

	(void)local, (void)prefix, (void)uri;
	if (r->e != 0)
		return;
	if (r->skipping > 0) {
		r->skipping--;
		return;
	}
	flush_text(r);
	if ((n = r->at) == NULL)
		return;
	if (n->element == SVG_STYLE)
		close_style(r, n);
	r->at = n->parent;
	r->depth--;
}

static void
on_comment(void *arg, const xmlChar *s)
{
	(void)s;
	say(arg, FIND_SVG_COMMENT, ACT_REMOVED, "");
}

static void
on_instruction(void *arg, const xmlChar *target, const xmlChar *data)
{
	(void)data;
	say(arg, FIND_SVG_INSTRUCTION, ACT_REMOVED, (const char *)target);
}

static void
on_doctype(void *arg, const xmlChar *name, const xmlChar *external,
    const xmlChar *system)
{
	(void)name, (void)external, (void)system;
	fail(arg, ERR_MALFORMED, "a second DOCTYPE");
}

static void
on_reference(void *arg, const xmlChar *name)
{
	(void)name;
	fail(arg, ERR_MALFORMED, "an entity that is not defined");
}

/* The third name is that of the element: this is about an attribute. */
static bool
is_bare_xlink(const xmlError *err)
{
	return err->domain == XML_FROM_NAMESPACE &&
	       err->code == XML_NS_ERR_UNDEFINED_NAMESPACE &&
	       err->str1 != NULL && err->str3 != NULL &&
	       strcmp(err->str1, "xlink") == 0;
}

static void
on_error(void *arg, xmlErrorPtr err)
{
	struct reading *r = arg;
	char line[160];

	/* Also what is no fatal error to libxml2: undeclared prefixes. */
	if (r->e != 0 || err->level < XML_ERR_ERROR || is_bare_xlink(err))
		return;
	snprintf(line, sizeof(line), "line %d: %.100s", err->line,
	    err->message == NULL ? "" : err->message);
	line[strcspn(line, "\n")] = '\0';
	r->e = doc_fail(r->g->d, ERR_MALFORMED, "%s", line);
}

static void
set_handlers(xmlSAXHandler *h)
{
	memset(h, 0, sizeof(*h));
	h->initialized = XML_SAX2_MAGIC;
	h->startElementNs = on_start;
	h->endElementNs = on_end;
	h->characters = on_text;
	h->cdataBlock = on_text;
	h->ignorableWhitespace = on_text;
	h->comment = on_comment;
	h->processingInstruction = on_instruction;
	h->internalSubset = on_doctype;
	h->reference = on_reference;
	h->serror = on_error;
}

static int
parse(struct reading *r, const struct buf *body)
{
	int rc = xmlParseDocument(r->ctxt);

	(void)body;
	if (r->e != 0)
		return r->e;
	if (rc != 0 || !r->ctxt->wellFormed || r->g->root == NULL)
		return doc_fail(r->g->d, ERR_MALFORMED, "not well-formed XML");
	return 0;
}

int
svg_read(struct svg *g, const struct buf *body)
{
	struct reading r = { .g = g };
	int e;

	if (body->len == 0 || body->data[0] != '<')
		return doc_fail(g->d, ERR_MALFORMED, "does not begin as XML");
	r.ctxt =
	    xmlCreateMemoryParserCtxt((const char *)body->data, (int)body->len);
	if (r.ctxt == NULL)
		return ERR_NOMEM;
	buf_init(&r.text, TEXT_BYTES);
	set_handlers(r.ctxt->sax);
	r.ctxt->userData = &r;
	/* Pictures are long attributes; depth and sizes are bounded here. */
	xmlCtxtUseOptions(r.ctxt,
	    XML_PARSE_NONET | XML_PARSE_COMPACT | XML_PARSE_HUGE);
	e = parse(&r, body);
	xmlFreeParserCtxt(r.ctxt);
	buf_done(&r.text);
	return e;
}
