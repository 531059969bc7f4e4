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
put_big(struct xml_out *w, const char *s, size_t n)
{
	int e;

	if ((e = xml_out_flush(w)) != 0)
		return e;
	return w->out(w->arg, s, n);
}

static inline int
put(struct xml_out *w, const char *s, size_t n)
{
	int e;

	if (n >= BLOCK)
		return put_big(w, s, n);
	if (w->block.len >= BLOCK && (e = xml_out_flush(w)) != 0)
		return e;
	return buf_add(&w->block, s, n);
}

static int
put_str(struct xml_out *w, const char *s)
{
	return put(w, s, strlen(s));
}

/* What text and attributes cannot hold as it is; others are NULL. */
static const char *const in_text['>' + 1] = {
	['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['\r'] = "&#13;"
};
static const char *const in_attr['>' + 1] = { ['&'] = "&amp;",
	['<'] = "&lt;",
	['>'] = "&gt;",
	['\r'] = "&#13;",
	['"'] = "&quot;",
	['\n'] = "&#10;",
	['\t'] = "&#9;" };

/* How many bytes of s need nothing. */
static inline size_t
plain(const char *s, size_t n, const char *const *table)
{
	size_t i = 0;

	while (i < n && ((unsigned char)s[i] > '>' ||
			    table[(unsigned char)s[i]] == NULL))
		i++;
	return i;
}

int
xml_escape(const char *s, size_t n, bool attr,
    int (*out)(void *, const void *, size_t), void *arg)
{
	const char *const *table = attr ? in_attr : in_text, *text;
	size_t run;
	int e;

	for (;; s += run + 1, n -= run + 1) {
		run = plain(s, n, table);
		if (run > 0 && (e = out(arg, s, run)) != 0)
			return e;
		if (run == n)
			return 0;
		text = table[(unsigned char)s[run]];
		if ((e = out(arg, text, strlen(text))) != 0)
			return e;
	}
}

static int
put_cb(void *arg, const void *s, size_t n)
{
	return put(arg, s, n);
}

static inline int
put_escaped(struct xml_out *w, const char *s, size_t n, bool attr)
{
	if (plain(s, n, attr ? in_attr : in_text) == n)
		return put(w, s, n);
	return xml_escape(s, n, attr, put_cb, w);
}

/* "" for the default namespace of this part. */
static const char *
prefix_of(const struct xml_out *w, unsigned ns)
{
	return ns != SNS_NONE && ns == w->by_default ? "" : schema_prefix(ns);
}

static inline int
put_name(struct xml_out *w, uint16_t name)
{
	const struct schema_qname *q = schema_qname(name);
	unsigned ns = schema_ns(name);

	if (ns == w->by_default && ns != SNS_NONE)
		return put(w, q->text + q->local, (size_t)(q->len - q->local));
	return put(w, q->text, q->len);
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
	    (e = put_escaped(w, a->value, a->len, true)) != 0)
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
			e = put_escaped(w, n->text, n->len, false);
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
