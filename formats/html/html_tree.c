/*
 * gumbo's tree, and out of it our own. The only file with gumbo's header.
 *
 * gumbo does not ask whether its allocator found memory, walks its stack of
 * open elements for many tags, and frees its tree by recursion. So: all of
 * its memory comes from an arena that is charged to the document, is left by
 * longjmp when something is too much, and is dropped whole; a tree deeper
 * than GUMBO_DEPTH_MAX, a tag with too many attributes, or too many <html>
 * and <body> tags (their attributes are merged one by one) are refused while
 * they are made, so that no input takes time that grows with its square.
 */
#include <gumbo.h>
#include <setjmp.h>
#include <string.h>
#include <strings.h>

#include "formats/codec/arena.h"
#include "formats/html/html_int.h"

#define GUMBO_DEPTH_MAX 512u
#define SLAB_FIRST	1024u
#define SLABS_MAX	12u
#define ATTRIBUTES_MAX	512u /* since the last node */
#define ROOTS_MAX	16u  /* <html> and <body> tags */

/* Nodes lie in slabs of their own, so that a pointer to one can be told. */
struct lab {
	jmp_buf out;
	struct doc *d;
	struct arena arena;
	GumboNode *slab[SLABS_MAX];
	size_t slab_n[SLABS_MAX];
	size_t slabs, used; /* of the last slab */
	size_t nodes, attributes;
	const GumboNode *last; /* the newest; by now the one before is placed */
};

static _Noreturn void
leave(struct lab *l, const char *why)
{
	int e = why == NULL ? ERR_NOMEM : doc_fail(l->d, ERR_LIMIT, "%s", why);

	longjmp(l->out, e);
}

static bool
is_node(const struct lab *l, const GumboNode *n)
{
	for (size_t i = l->slabs; i-- > 0;) {
		uintptr_t at = (uintptr_t)n, from = (uintptr_t)l->slab[i];
		size_t off = at - from;

		if (at >= from && off < l->slab_n[i] * sizeof(GumboNode))
			return off % sizeof(GumboNode) == 0;
	}
	return false;
}

static void
check_depth(struct lab *l)
{
	const GumboNode *n = l->last;
	unsigned depth = 0;

	while (n != NULL && is_node(l, n)) {
		if (++depth > GUMBO_DEPTH_MAX)
			leave(l, "HTML nested too deeply");
		n = n->parent;
	}
}

static void *
new_node(struct lab *l)
{
	size_t n;

	check_depth(l);
	if (++l->nodes > HTML_NODES_MAX)
		leave(l, "HTML with too many parts");
	if (doc_spend(l->d, BUDGET_XML_NODES, 1) != 0)
		longjmp(l->out, ERR_LIMIT);
	if (l->slabs == 0 || l->used == l->slab_n[l->slabs - 1]) {
		n = (size_t)SLAB_FIRST << l->slabs;
		if (l->slabs == SLABS_MAX)
			leave(l, "HTML with too many parts");
		l->slab[l->slabs] =
		    arena_alloc(&l->arena, n * sizeof(GumboNode));
		if (l->slab[l->slabs] == NULL)
			leave(l, NULL);
		l->slab_n[l->slabs++] = n;
		l->used = 0;
	}
	l->attributes = 0;
	l->last = &l->slab[l->slabs - 1][l->used++];
	return &l->slab[l->slabs - 1][l->used - 1];
}

static void *
on_alloc(void *arg, size_t n)
{
	struct lab *l = arg;
	void *p;

	if (n == sizeof(GumboNode))
		return new_node(l);
	if (n == sizeof(GumboAttribute) && ++l->attributes > ATTRIBUTES_MAX)
		leave(l, "HTML with too many attributes");
	if ((p = arena_alloc(&l->arena, n)) == NULL)
		leave(l, NULL);
	return p;
}

static void
on_free(void *arg, void *p)
{
	struct lab *l = arg;

	if (p != NULL && !is_node(l, p))
		arena_free(&l->arena, p);
}

/* ---- our tree */

struct grow {
	struct html *h;
	enum html_element of[GUMBO_TAG_LAST + 1]; /* by gumbo's number */
};

static enum html_element
element_of(struct grow *g, const GumboElement *e)
{
	const char *name;
	GumboStringPiece s;
	char low[32];

	if (e->tag != GUMBO_TAG_UNKNOWN)
		return g->of[e->tag];
	s = e->original_tag;
	if (s.data == NULL)
		return HTML_OTHER;
	gumbo_tag_from_original_text(&s);
	if (s.data == NULL || s.length == 0 || s.length >= sizeof(low))
		return HTML_OTHER;
	for (size_t i = 0; i < s.length; i++)
		low[i] = s.data[i] >= 'A' && s.data[i] <= 'Z'
			     ? (char)(s.data[i] | 0x20)
			     : s.data[i];
	low[s.length] = '\0';
	name = low;
	return html_element_named(name);
}

static void
append(struct html_node *parent, struct html_node *n)
{
	n->parent = parent;
	if (parent->last == NULL)
		parent->first = n;
	else
		parent->last->next = n;
	parent->last = n;
}

static int
copy_attributes(struct grow *g, const GumboElement *e, struct html_node *n)
{
	struct html_attr **end = &n->attrs, *a;

	for (unsigned i = 0; i < e->attributes.length; i++) {
		const GumboAttribute *from = e->attributes.data[i];

		if ((a = html_alloc(g->h, sizeof(*a))) == NULL ||
		    (a->name = html_copy(g->h, from->name,
			 strlen(from->name))) == NULL ||
		    (a->value = html_copy(g->h, from->value,
			 strlen(from->value))) == NULL)
			return ERR_NOMEM;
		*end = a;
		end = &a->next;
	}
	return 0;
}

static int
add_element(struct grow *g, const GumboNode *from, struct html_node *parent,
    struct html_node **out)
{
	struct html_node *n = html_alloc(g->h, sizeof(*n));

	if (n == NULL)
		return ERR_NOMEM;
	n->text = "";
	n->element = (uint8_t)element_of(g, &from->v.element);
	n->foreign = from->v.element.tag_namespace != GUMBO_NAMESPACE_HTML;
	append(parent, n);
	*out = n;
	return copy_attributes(g, &from->v.element, n);
}

static int
add_text(struct grow *g, const char *s, struct html_node *parent)
{
	struct html_node *n = html_alloc(g->h, sizeof(*n));

	if (n == NULL)
		return ERR_NOMEM;
	n->element = HTML_CHARS;
	n->len = strlen(s);
	if ((n->text = html_copy(g->h, s, n->len)) == NULL)
		return ERR_NOMEM;
	append(parent, n);
	return 0;
}

static void
count_comment(struct html *h, const char *s)
{
	s += strspn(s, " \t\r\n");
	if (strncasecmp(s, "[if ", 4) == 0 ||
	    strncasecmp(s, "[endif]", 7) == 0 ||
	    strncasecmp(s, "<![endif]", 9) == 0)
		h->conditionals++;
	else
		h->comments++;
}

/* What it holds would be no text of the page. */
static bool
is_gone(struct grow *g, const GumboElement *e)
{
	enum html_element is = element_of(g, e);

	return e->tag_namespace != GUMBO_NAMESPACE_HTML ||
	       (is < HTML_ELEMENTS && html_rows[is].flags & HTML_GONE);
}

/* One node of gumbo's; *inside: where its children go. */
static int
take(struct grow *g, const GumboNode *from, struct html_node *parent,
    unsigned depth, struct html_node **inside)
{
	*inside = NULL;
	switch (from->type) {
	case GUMBO_NODE_TEXT:
	case GUMBO_NODE_CDATA:
	case GUMBO_NODE_WHITESPACE:
		return add_text(g, from->v.text.text, parent);
	case GUMBO_NODE_COMMENT:
		count_comment(g->h, from->v.text.text);
		return 0;
	case GUMBO_NODE_ELEMENT:
	case GUMBO_NODE_TEMPLATE:
		if (depth <= HTML_DEPTH_MAX)
			return add_element(g, from, parent, inside);
		g->h->deep++;
		if (!is_gone(g, &from->v.element))
			*inside = parent;
		return 0;
	case GUMBO_NODE_DOCUMENT:
		break;
	}
	return 0;
}

/* Depth-first without recursion: the place of each node is written in it. */
static int
grow(struct grow *g, const GumboNode *top, struct html_node *root)
{
	struct html_node *inside[GUMBO_DEPTH_MAX * 2];
	unsigned at[GUMBO_DEPTH_MAX * 2];
	const GumboNode *from[GUMBO_DEPTH_MAX * 2];
	const GumboVector *kids;
	unsigned depth = 1;
	int e = 0;

	from[0] = top;
	inside[0] = root;
	at[0] = 0;
	while (e == 0 && depth > 0) {
		unsigned i = depth - 1;

		kids = &from[i]->v.element.children;
		if (at[i] == kids->length) {
			depth--;
			continue;
		}
		from[depth] = kids->data[at[i]++];
		e = take(g, from[depth], inside[i], depth, &inside[depth]);
		at[depth] = 0;
		if (inside[depth] != NULL && ++depth == GUMBO_DEPTH_MAX * 2)
			e = doc_fail(g->h->d, ERR_LIMIT,
			    "HTML nested too deeply");
	}
	return e;
}

static int
plant(struct html *h, const GumboOutput *out)
{
	const GumboDocument *doc = &out->document->v.document;
	struct grow g = { .h = h };
	struct html_node *n;
	int e;

	for (int i = 0; i <= GUMBO_TAG_LAST; i++)
		g.of[i] =
		    i < GUMBO_TAG_UNKNOWN
			? html_element_named(gumbo_normalized_tagname((GumboTag)
				  i))
			: HTML_OTHER;
	for (unsigned i = 0; i < doc->children.length; i++) {
		const GumboNode *c = doc->children.data[i];

		if (c->type == GUMBO_NODE_COMMENT)
			count_comment(h, c->v.text.text);
	}
	h->doctype = doc->has_doctype &&
		     doc->doc_type_quirks_mode == GUMBO_DOCTYPE_NO_QUIRKS;
	if ((h->root = html_alloc(h, sizeof(*h->root))) == NULL)
		return ERR_NOMEM;
	h->root->text = "";
	h->root->element = HTML_HTML_;
	if ((e = copy_attributes(&g, &out->root->v.element, h->root)) != 0 ||
	    (e = grow(&g, out->root, h->root)) != 0)
		return e;
	for (n = h->root->first; n != NULL; n = n->next) {
		if (n->element == HTML_HEAD_ && h->head == NULL)
			h->head = n;
		if (n->element == HTML_BODY_ && h->body == NULL)
			h->body = n;
	}
	return 0;
}

/* ---- reading */

static bool
many_roots(const struct reader *in)
{
	unsigned n = 0;
	size_t at = 0;

	while (reader_find(in, at, "<", 1, &at) == 0) {
		const char *s = (const char *)in->data + at + 1;
		size_t left = in->len - at - 1;

		if (left >= 4 &&
		    (strncasecmp(s, "html", 4) == 0 ||
			strncasecmp(s, "body", 4) == 0) &&
		    ++n > ROOTS_MAX)
			return true;
		at++;
	}
	return false;
}

static int
run(struct lab *l, struct html *h, const struct reader *in)
{
	GumboOptions o = kGumboDefaultOptions;
	const GumboOutput *out;
	int e;

	o.allocator = on_alloc;
	o.deallocator = on_free;
	o.userdata = l;
	o.max_errors = 0;
	if ((e = setjmp(l->out)) != 0)
		return e;
	out = gumbo_parse_with_options(&o,
	    in->data == NULL ? "" : (const char *)in->data, in->len);
	return plant(h, out);
}

int
html_read(struct html *h, const struct reader *in)
{
	struct lab *l = doc_alloc(h->d, sizeof(*l));
	int e;

	if (l == NULL)
		return ERR_NOMEM;
	if (in->len > HTML_IN_BYTES || many_roots(in))
		return doc_fail(h->d, ERR_LIMIT, "HTML is too large");
	if (!utf8_valid(in->data, in->len))
		return doc_fail(h->d, ERR_MALFORMED, "HTML is not UTF-8");
	l->d = h->d;
	arena_init(&l->arena, h->d);
	e = run(l, h, in);
	arena_done(&l->arena);
	return e;
}
