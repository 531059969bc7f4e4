/*
 * Elements, attributes and text as libxml2 tells them, filtered by the schema
 * into nodes; and which branch of mc:AlternateContent is taken.
 */
#include "formats/xmlx_int.h"

#include <stdio.h>
#include <string.h>

/* ---- names */

static uint16_t
name_of(struct xml_parser *p, const xmlChar *local, const xmlChar *uri)
{
	uint64_t h =
	    ((uint64_t)(uintptr_t)local ^ (uint64_t)(uintptr_t)uri << 20) *
	    0x9e3779b97f4a7c15u;
	struct cached *c = &p->cache[h >> 54 & (XML_CACHE - 1)];

	if (c->local != local || c->uri != uri || c->local == NULL) {
		c->local = local;
		c->uri = uri;
		c->name = schema_name(uri == NULL ? "" : (const char *)uri,
		    (const char *)local);
	}
	return c->name;
}

static void
tell_dropped(struct xml_parser *p, const xmlChar *prefix, const xmlChar *local,
    const xmlChar *uri, bool is_attr, bool known)
{
	struct frame *f = p->depth == 0 ? NULL : &p->frames[p->depth - 1];
	char name[160];
	int e;

	if (p->ev.dropped == NULL)
		return;
	snprintf(name, sizeof(name), "%s%s%s%s", is_attr ? "@" : "",
	    prefix == NULL ? "" : (const char *)prefix,
	    prefix == NULL ? "" : ":", (const char *)local);
	e = p->ev.dropped(p->ev.arg, f == NULL ? NULL : f->node,
	    uri == NULL ? "" : (const char *)uri, name, is_attr, known);
	if (e != 0)
		xml_stop(p, e);
}

/* ---- markup compatibility */

static const char *
in_scope(const struct xml_parser *p, const char *prefix, size_t n)
{
	xmlParserCtxtPtr c = p->ctxt;

	for (int i = c->nsNr - 2; i >= 0; i -= 2) {
		const char *have = (const char *)c->nsTab[i];

		if (have != NULL && strlen(have) == n &&
		    memcmp(have, prefix, n) == 0)
			return (const char *)c->nsTab[i + 1];
	}
	return NULL;
}

/* Every prefix of Requires stands for a namespace whose markup we keep. */
static bool
understood(const struct xml_parser *p, const char *requires)
{
	bool any = false;
	const char *uri;
	unsigned ns;
	size_t n;

	for (;; requires += n) {
		requires += strspn(requires, " \t\r\n");
		if ((n = strcspn(requires, " \t\r\n")) == 0)
			return any;
		uri = in_scope(p, requires, n);
		ns = uri == NULL ? SNS_NONE : schema_ns_of(uri);
		/* VML twins of objects: the other branch has the picture. */
		if (ns == SNS_NONE || !schema_ns_understood(ns))
			return false;
		any = true;
	}
}

static bool
branch_fits(struct xml_parser *p, uint16_t name, int n_attrs,
    const xmlChar **attrs)
{
	char requires[512];
	size_t len;

	if (name == SN_MC_FALLBACK)
		return true;
	for (int i = 0; i < n_attrs; i++, attrs += 5) {
		if (strcmp((const char *)attrs[0], "Requires") != 0)
			continue;
		len = (size_t)(attrs[4] - attrs[3]);
		if (len >= sizeof(requires))
			return false;
		memcpy(requires, attrs[3], len);
		requires[len] = '\0';
		return understood(p, requires);
	}
	return false;
}

/* ---- text */

static bool
is_space(const uint8_t *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] != ' ' && s[i] != '\t' && s[i] != '\n' && s[i] != '\r')
			return false;
	return true;
}

static void
flush_text(struct xml_parser *p)
{
	struct frame *f = p->depth == 0 ? NULL : &p->frames[p->depth - 1];
	struct xnode *t;

	if (p->text.len == 0)
		return;
	if (f != NULL && f->node != NULL && f->mode != FRAME_STREAM &&
	    (schema_flags(f->node->type) & SCHEMA_TEXT)) {
		t = xnode_text(p, (const char *)p->text.data, p->text.len);
		if (t == NULL)
			xml_stop(p, ERR_NOMEM);
		else
			xnode_append(f->node, t);
	} else if (!is_space(p->text.data, p->text.len))
		tell_dropped(p, NULL, (const xmlChar *)"text", NULL, false,
		    true);
	buf_clear(&p->text);
}

void
xml_on_text(void *arg, const xmlChar *s, int n)
{
	struct xml_parser *p = arg;
	int e;

	if (p->skipping > 0 || p->err != 0 || n <= 0)
		return;
	if ((e = buf_put(&p->text, s, (size_t)n)) != 0)
		xml_fail(p, e, "text too long", "");
}

/* ---- elements */

/* "&#38;" is how the parser leaves "&amp;" in values; nothing else has '&'. */
static size_t
decode_amp(char *s, size_t n)
{
	static const char amp[] = "&#38;";
	char *to = s, *end = s + n;

	if (memchr(s, '&', n) == NULL)
		return n;
	for (const char *from = s; from < end;) {
		if ((size_t)(end - from) >= 5 && memcmp(from, amp, 5) == 0) {
			*to++ = '&';
			from += 5;
		} else
			*to++ = *from++;
	}
	*to = '\0';
	return (size_t)(to - s);
}

static void
take_attr(struct xml_parser *p, struct arena *a, struct xnode *n,
    const xmlChar **at)
{
	uint16_t name = name_of(p, at[0], at[2]);
	enum schema_check check = schema_attr(n->type, name);
	size_t len = (size_t)(at[4] - at[3]);
	struct xattr *x;

	if (check == CHECK_NONE) {
		if (at[2] == NULL ||
		    schema_ns_of((const char *)at[2]) != SNS_MC)
			tell_dropped(p, at[1], at[0], at[2], true, name != 0);
		return;
	}
	/* Other values of xml:space say nothing. */
	if (name == SN_XML_SPACE &&
	    (len != 8 || memcmp(at[3], "preserve", 8) != 0))
		return;
	if (len > doc_options(p->d)->limits.max_xml_attr_bytes) {
		xml_fail(p, ERR_LIMIT,
		    "attribute too long:", (const char *)at[0]);
		return;
	}
	if ((x = xml_add_attr(p, a, n, name, at[3], len)) == NULL) {
		xml_stop(p, ERR_NOMEM);
		return;
	}
	x->check = (uint8_t)check;
	x->len = (uint32_t)decode_amp((char *)(uintptr_t)x->value, len);
	if (!schema_value_ok(check, x->value, x->len)) {
		xnode_unset(n, name);
		tell_dropped(p, at[1], at[0], at[2], true, true);
	}
}

static void
push(struct xml_parser *p, struct xnode *node, enum frame_mode mode)
{
	if (p->depth == XML_DEPTH_MAX ||
	    p->depth >= doc_options(p->d)->limits.max_xml_depth) {
		xml_fail(p, ERR_LIMIT, "nested too deep", "");
		return;
	}
	p->frames[p->depth++] = (struct frame){ .node = node, .mode = mode };
}

/* The type that attribute "uri" gives to an ext; 0: we do not keep it. */
static uint16_t
type_by_uri(uint16_t name, int n_attrs, const xmlChar **attrs,
    const char **canonical)
{
	char uri[256];
	size_t len;

	for (int i = 0; i < n_attrs; i++, attrs += 5) {
		if (attrs[2] != NULL ||
		    strcmp((const char *)attrs[0], "uri") != 0)
			continue;
		len = (size_t)(attrs[4] - attrs[3]);
		if (len >= sizeof(uri))
			return ST_NONE;
		memcpy(uri, attrs[3], len);
		uri[len] = '\0';
		return schema_ext(name, uri, canonical);
	}
	return ST_NONE;
}

/* The type this element has here, or 0. */
static uint16_t
type_here(struct xml_parser *p, uint16_t name, const xmlChar *local,
    int n_attrs, const xmlChar **attrs, const char **uri)
{
	struct xnode *up;
	uint16_t type;

	if (p->depth == 0) {
		if (name != 0 && schema_root(name) == p->root_type) {
			p->has_root = true;
			return p->root_type;
		}
		xml_fail(p, ERR_MALFORMED, "unexpected root element",
		    (const char *)local);
		return 0;
	}
	up = p->frames[p->depth - 1].node;
	type = name == 0 ? 0 : schema_child(up->type, name);
	if (type != 0 && (schema_flags(type) & SCHEMA_EXT))
		return type_by_uri(name, n_attrs, attrs, uri);
	return type;
}

static void
open_element(struct xml_parser *p, uint16_t name, uint16_t type, int n_attrs,
    const xmlChar **attrs, const char *uri)
{
	bool stream = (schema_flags(type) & SCHEMA_STREAM) != 0;
	struct frame *f = p->depth == 0 ? NULL : &p->frames[p->depth - 1];
	struct arena *a = stream ? &p->lasting : &p->unit;
	struct xnode *n = xml_arena_alloc(p, a, sizeof(*n));

	if (n == NULL) {
		xml_stop(p, ERR_NOMEM);
		return;
	}
	n->name = name;
	n->type = type;
	for (int i = 0; i < n_attrs && p->err == 0; i++)
		take_attr(p, a, n, attrs + 5 * i);
	/* In the one spelling that we write. */
	if (uri != NULL && n->attrs != NULL && n->attrs->name == SN_NO_URI)
		n->attrs->value = uri;
	if (f != NULL && f->mode != FRAME_STREAM &&
	    p->frames[p->depth - 1].node != NULL &&
	    !(schema_flags(f->node->type) & SCHEMA_STREAM))
		xnode_append(f->node, n);
	else if (f != NULL)
		n->parent = f->node; /* a unit knows its parent's type */
	push(p, n, stream ? FRAME_STREAM : FRAME_NODE);
}

void
xml_on_start(void *arg, const xmlChar *local, const xmlChar *prefix,
    const xmlChar *uri, int n_ns, const xmlChar **ns, int n_attrs,
    int n_default, const xmlChar **attrs)
{
	struct xml_parser *p = arg;
	struct frame *f;
	const char *ext = NULL;
	uint16_t name, type;

	(void)n_ns, (void)ns, (void)n_default;
	if (p->err != 0)
		return;
	if (doc_spend(p->d, BUDGET_XML_NODES, 1) != 0) {
		xml_stop(p, ERR_LIMIT);
		return;
	}
	if (p->skipping > 0) {
		p->skipping++;
		return;
	}
	flush_text(p);
	name = name_of(p, local, uri);
	f = p->depth == 0 ? NULL : &p->frames[p->depth - 1];
	if (f != NULL && f->mode == FRAME_CHOICE) {
		if (!f->chosen &&
		    (name == SN_MC_CHOICE || name == SN_MC_FALLBACK) &&
		    branch_fits(p, name, n_attrs, attrs)) {
			f->chosen = true;
			push(p, f->node, FRAME_BRANCH);
		} else
			p->skipping = 1;
		return;
	}
	if (f != NULL && name == SN_MC_ALTERNATECONTENT) {
		push(p, f->node, FRAME_CHOICE);
		return;
	}
	if ((type = type_here(p, name, local, n_attrs, attrs, &ext)) == 0) {
		if (p->err == 0)
			tell_dropped(p, prefix, local, uri, false, name != 0);
		p->skipping = 1;
		return;
	}
	open_element(p, name, type, n_attrs, attrs, ext);
}

/* Start tags of streamed ancestors that were not written yet. */
static int
write_ancestors(struct xml_parser *p, size_t upto, bool empty_last)
{
	int e;

	for (size_t i = 0; i < upto; i++) {
		struct xnode *n = p->frames[i].node;

		if (p->frames[i].mode != FRAME_STREAM || p->frames[i].chosen)
			continue;
		if (i == 0 && (e = xml_out_head(&p->out)) != 0)
			return e;
		if ((e = xml_out_start(&p->out, n,
			 empty_last && i == upto - 1)) != 0)
			return e;
		p->frames[i].chosen = true;
	}
	return 0;
}

/* A unit is whole: show it, write it, forget it. */
static int
finish_unit(struct xml_parser *p, struct xnode *n, bool is_root)
{
	const struct xnode *first;
	bool drop = false;
	int e;

	n->parent = NULL;
	n->prev = NULL;
	e = p->ev.unit == NULL ? 0 : p->ev.unit(p->ev.arg, n, &drop);
	if (e == 0 && p->writes && !drop) {
		e = is_root ? xml_out_head(&p->out)
			    : write_ancestors(p, p->depth, false);
		for (first = n; first->prev != NULL; first = first->prev)
			;
		for (; e == 0 && first != n; first = first->next)
			e = xml_out_tree(&p->out, first);
		if (e == 0)
			e = xml_out_tree(&p->out, n);
	}
	if (e == ERR_INTERNAL)
		(void)doc_fail(p->d, e, "%s: %s in %s was not dealt with",
		    p->where, schema_local(p->out.refused),
		    schema_local(n->name));
	xml_arena_reset(p, &p->unit, 1);
	return e;
}

/* The frame is popped already but still stands in its place. */
static int
finish_stream(struct xml_parser *p, struct frame *f)
{
	if (!p->writes)
		return 0;
	if (f->chosen)
		return xml_out_end(&p->out, f->node);
	return write_ancestors(p, p->depth + 1, true);
}

/* An ext or extLst out of which everything was dropped. */
static bool
is_hollow(const struct xnode *n)
{
	return n->first == NULL && (schema_flags(n->type) & SCHEMA_PRUNE) != 0;
}

void
xml_on_end(void *arg, const xmlChar *local, const xmlChar *prefix,
    const xmlChar *uri)
{
	struct xml_parser *p = arg;
	struct frame *f, *up;
	int e = 0;

	(void)local, (void)prefix, (void)uri;
	if (p->err != 0)
		return;
	if (p->skipping > 0) {
		p->skipping--;
		return;
	}
	flush_text(p);
	if (p->depth == 0 || p->err != 0)
		return;
	f = &p->frames[--p->depth];
	up = p->depth == 0 ? NULL : &p->frames[p->depth - 1];
	if (f->mode == FRAME_NODE && up != NULL && is_hollow(f->node)) {
		xnode_remove(f->node);
		if (schema_flags(up->node->type) & SCHEMA_STREAM)
			xml_arena_reset(p, &p->unit, 1);
		return;
	}
	if (f->mode == FRAME_STREAM)
		e = finish_stream(p, f);
	else if (f->mode == FRAME_NODE && up == NULL)
		e = finish_unit(p, f->node, true);
	else if (f->mode == FRAME_NODE &&
		 (schema_flags(up->node->type) & SCHEMA_STREAM))
		e = finish_unit(p, f->node, false);
	if (e != 0)
		xml_stop(p, e);
}
