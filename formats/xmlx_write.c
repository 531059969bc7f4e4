/*
 * The canonical writer of xmlx.h.
 */
#include "formats/xmlx_int.h"

#include <string.h>

#define BLOCK 65536

void
xml_out_init(struct xml_out *w, int (*out)(void *, const void *, size_t),
    void *arg)
{
	memset(w, 0, sizeof(*w));
	w->out = out;
	w->arg = arg;
	buf_init(&w->block, 4 * BLOCK);
}

void
xml_out_done(struct xml_out *w)
{
	buf_done(&w->block);
}

int
xml_out_flush(struct xml_out *w)
{
	int e =
	    w->block.len == 0 ? 0 : w->out(w->arg, w->block.data, w->block.len);

	buf_clear(&w->block);
	return e;
}

static int
put(struct xml_out *w, const char *s, size_t n)
{
	int e;

	if (w->block.len >= BLOCK && (e = xml_out_flush(w)) != 0)
		return e;
	if (n >= BLOCK) {
		if ((e = xml_out_flush(w)) != 0)
			return e;
		return w->out(w->arg, s, n);
	}
	return buf_put(&w->block, s, n);
}

static int
put_str(struct xml_out *w, const char *s)
{
	return put(w, s, strlen(s));
}

static const char *
escaped(char c, bool attr)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '\r':
		return "&#13;";
	case '"':
		return attr ? "&quot;" : NULL;
	case '\n':
		return attr ? "&#10;" : NULL;
	case '\t':
		return attr ? "&#9;" : NULL;
	default:
		return NULL;
	}
}

int
xml_escape(const char *s, size_t n, bool attr,
    int (*out)(void *, const void *, size_t), void *arg)
{
	const char *text;
	size_t from = 0;
	int e;

	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)s[i] > '>' ||
		    (text = escaped(s[i], attr)) == NULL)
			continue;
		if (i > from && (e = out(arg, s + from, i - from)) != 0)
			return e;
		if ((e = out(arg, text, strlen(text))) != 0)
			return e;
		from = i + 1;
	}
	return n > from ? out(arg, s + from, n - from) : 0;
}

static int
put_cb(void *arg, const void *s, size_t n)
{
	return put(arg, s, n);
}

/* "" for the default namespace of this part. */
static const char *
prefix_of(const struct xml_out *w, unsigned ns)
{
	return ns != SNS_NONE && ns == w->by_default ? "" : schema_prefix(ns);
}

static int
put_name(struct xml_out *w, uint16_t name)
{
	const char *prefix = prefix_of(w, schema_ns(name));
	int e;

	if (prefix[0] != '\0' &&
	    ((e = put_str(w, prefix)) != 0 || (e = put(w, ":", 1)) != 0))
		return e;
	return put_str(w, schema_local(name));
}

static int
put_xmlns(struct xml_out *w, unsigned ns)
{
	const char *prefix = prefix_of(w, ns);
	int e;

	if ((e = put_str(w, prefix[0] == '\0' ? " xmlns" : " xmlns:")) != 0 ||
	    (e = put_str(w, prefix)) != 0 || (e = put_str(w, "=\"")) != 0 ||
	    (e = put_str(w, schema_uri(ns))) != 0)
		return e;
	w->declared[ns] = true;
	return put(w, "\"", 1);
}

/* Declare it on this node, until its end. */
static int
need_ns(struct xml_out *w, const struct xnode *n, unsigned ns)
{
	if (ns == SNS_NONE || ns == SNS_XML || w->declared[ns])
		return 0;
	if (w->n_local == XML_LOCAL_MAX)
		return ERR_LIMIT;
	w->local[w->n_local].node = n;
	w->local[w->n_local++].ns = ns;
	return put_xmlns(w, ns);
}

static int
put_ignorable(struct xml_out *w, const uint8_t *ns)
{
	bool first = true;
	int e = 0;

	if (!w->declared[SNS_MC])
		return 0;
	for (; e == 0 && *ns != SNS_NONE; ns++) {
		if (!schema_ns_ignorable(*ns))
			continue;
		if ((e = put_str(w, first ? " mc:Ignorable=\"" : " ")) == 0)
			e = put_str(w, schema_prefix(*ns));
		first = false;
	}
	return e != 0 || first ? e : put(w, "\"", 1);
}

static int
put_root_ns(struct xml_out *w, const struct xnode *n)
{
	const struct schema_profile *p = schema_profile(n->name);
	int e = 0;

	w->root_done = true;
	for (const uint8_t *ns = p->ns; e == 0 && *ns != SNS_NONE; ns++)
		e = put_xmlns(w, *ns);
	return e == 0 ? put_ignorable(w, p->ns) : e;
}

static int
put_attr(struct xml_out *w, const struct xattr *a)
{
	int e;

	if (a->check == CHECK_REL || a->check == CHECK_FORMULA ||
	    a->check == CHECK_URL || (a->check == CHECK_MACRO && a->len > 0)) {
		w->refused = a->name;
		return ERR_INTERNAL;
	}
	if ((e = put(w, " ", 1)) != 0 || (e = put_name(w, a->name)) != 0 ||
	    (e = put(w, "=\"", 2)) != 0 ||
	    (e = xml_escape(a->value, a->len, true, put_cb, w)) != 0)
		return e;
	return put(w, "\"", 1);
}

int
xml_out_head(struct xml_out *w)
{
	return put_str(w, "<?xml version=\"1.0\" encoding=\"UTF-8\" "
			  "standalone=\"yes\"?>\n");
}

int
xml_out_start(struct xml_out *w, const struct xnode *n, bool empty)
{
	int e;

	/* Nobody took it: our bug, and it must not leave. */
	if ((schema_flags(n->type) & SCHEMA_TRANSFORM) && !n->done) {
		w->refused = n->name;
		return ERR_INTERNAL;
	}
	if (!w->root_done)
		w->by_default = schema_profile(n->name)->by_default
				    ? schema_ns(n->name)
				    : SNS_NONE;
	if ((e = put(w, "<", 1)) != 0 || (e = put_name(w, n->name)) != 0)
		return e;
	if (!w->root_done && (e = put_root_ns(w, n)) != 0)
		return e;
	if ((e = need_ns(w, n, schema_ns(n->name))) != 0)
		return e;
	for (const struct xattr *a = n->attrs; a != NULL; a = a->next)
		if ((e = need_ns(w, n, schema_ns(a->name))) != 0)
			return e;
	for (const struct xattr *a = n->attrs; a != NULL; a = a->next)
		if ((e = put_attr(w, a)) != 0)
			return e;
	return empty ? put_str(w, "/>") : put(w, ">", 1);
}

static void
forget_ns(struct xml_out *w, const struct xnode *n)
{
	while (w->n_local > 0 && w->local[w->n_local - 1].node == n)
		w->declared[w->local[--w->n_local].ns] = false;
}

int
xml_out_end(struct xml_out *w, const struct xnode *n)
{
	int e;

	forget_ns(w, n);
	if ((e = put_str(w, "</")) != 0 || (e = put_name(w, n->name)) != 0)
		return e;
	return put(w, ">", 1);
}

/* Says nothing: no text, or an ext or extLst in which nothing is left. */
static bool
is_hollow(const struct xnode *n)
{
	if (n->text != NULL)
		return n->len == 0;
	if (!(schema_flags(n->type) & SCHEMA_PRUNE))
		return false;
	for (const struct xnode *c = n->first; c != NULL; c = c->next)
		if (!is_hollow(c))
			return false;
	return true;
}

static const struct xnode *
solid(const struct xnode *n)
{
	while (n != NULL && is_hollow(n))
		n = n->next;
	return n;
}

int
xml_out_tree(struct xml_out *w, const struct xnode *top)
{
	const struct xnode *n = is_hollow(top) ? NULL : top, *first, *next;
	int e;

	while (n != NULL) {
		first = solid(n->first);
		if (n->text != NULL)
			e = xml_escape(n->text, n->len, false, put_cb, w);
		else
			e = xml_out_start(w, n, first == NULL);
		if (e != 0)
			return e;
		if (first != NULL) {
			n = first;
			continue;
		}
		if (n->text == NULL)
			forget_ns(w, n);
		for (; n != top && (next = solid(n->next)) == NULL;
		     n = n->parent)
			if ((e = xml_out_end(w, n->parent)) != 0)
				return e;
		n = n == top ? NULL : next;
	}
	return 0;
}

int
xml_write(const struct xnode *root, int (*out)(void *, const void *, size_t),
    void *arg)
{
	struct xml_out w;
	int e;

	xml_out_init(&w, out, arg);
	if ((e = xml_out_head(&w)) == 0 && (e = xml_out_tree(&w, root)) == 0)
		e = xml_out_flush(&w);
	xml_out_done(&w);
	return e;
}
