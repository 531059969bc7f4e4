/*
 * Reading a package: [Content_Types].xml and relationship parts.
 */
#include "formats/ooxml/opc_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "formats/ooxml/opc_kinds.h"

/* ---- parts by name */

static int
by_name(const void *a, const void *b)
{
	const struct opc_name *x = a, *y = b;

	return strcasecmp(x->name, y->name);
}

int
opc_index(struct opc *o)
{
	size_t n = zipx_count(o->in);

	o->names = doc_alloc(o->doc, (n + 1) * sizeof(*o->names));
	if (o->names == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		o->names[i].name = zipx_entry(o->in, i)->name;
		o->names[i].entry = i;
	}
	o->n_names = n;
	qsort(o->names, n, sizeof(*o->names), by_name);
	return 0;
}

size_t
opc_find(const struct opc *o, const char *name)
{
	struct opc_name key = { .name = name };
	const struct opc_name *hit;

	hit = bsearch(&key, o->names, o->n_names, sizeof(key), by_name);
	return hit == NULL ? OPC_NONE : hit->entry;
}

/* ---- small XML parts read whole */

struct feed {
	struct xml_parser *xml;
};

static int
feed(void *arg, const void *data, size_t n)
{
	struct feed *f = arg;

	return xml_feed(f->xml, data, n);
}

/* Parse entry i with its units going to ev->unit. */
static int
parse(struct opc *o, size_t i, uint16_t root, const struct xml_events *ev)
{
	struct feed f = { NULL };
	int e;

	e = xml_begin(o->doc, zipx_entry(o->in, i)->name, schema_root(root), ev,
	    NULL, NULL, &f.xml);
	if (e != 0)
		return e;
	if ((e = zipx_unpack(o->in, i, feed, &f)) == 0)
		e = xml_end(f.xml);
	xml_free(f.xml);
	return e;
}

static const char *
attr(const struct xnode *n, uint16_t name)
{
	const char *v = xnode_attr(n, name);

	return v == NULL ? "" : v;
}

/* ---- content types */

struct default_type {
	struct default_type *next;
	const char *ext, *type;
};

struct types {
	struct opc *o;
	struct default_type *defaults;
};

static int
take_default(struct types *t, const struct xnode *n)
{
	struct default_type *d = doc_alloc(t->o->doc, sizeof(*d));
	const char *ext = attr(n, SN_NO_EXTENSION);
	const char *type = attr(n, SN_NO_CONTENTTYPE);

	if (d == NULL)
		return ERR_NOMEM;
	for (struct default_type *p = t->defaults; p != NULL; p = p->next)
		if (strcasecmp(p->ext, ext) == 0 &&
		    strcasecmp(p->type, type) != 0)
			return doc_fail(t->o->doc, ERR_AMBIGUOUS,
			    "[Content_Types].xml: two types for .%s", ext);
	*d = (struct default_type){ .next = t->defaults,
		.ext = doc_strndup(t->o->doc, ext, strlen(ext)),
		.type = doc_strndup(t->o->doc, type, strlen(type)) };
	t->defaults = d;
	return d->ext == NULL || d->type == NULL ? ERR_NOMEM : 0;
}

static int
take_override(struct types *t, const struct xnode *n)
{
	const char *name = attr(n, SN_NO_PARTNAME);
	const char *type = attr(n, SN_NO_CONTENTTYPE);
	size_t i;

	if (name[0] == '/')
		name++;
	/* Without a part it is dropped: real writers leave such lines. */
	if ((i = opc_find(t->o, name)) == OPC_NONE)
		return 0;
	if (t->o->types[i] != NULL && strcasecmp(t->o->types[i], type) != 0)
		return doc_fail(t->o->doc, ERR_AMBIGUOUS,
		    "[Content_Types].xml: two types for %s", name);
	t->o->types[i] = doc_strndup(t->o->doc, type, strlen(type));
	return t->o->types[i] == NULL ? ERR_NOMEM : 0;
}

static int
types_unit(void *arg, struct xnode *root, bool *drop)
{
	struct types *t = arg;
	int e = 0;

	(void)drop;
	for (struct xnode *n = root->first; e == 0 && n != NULL; n = n->next) {
		if (n->name == SN_CT_DEFAULT)
			e = take_default(t, n);
		else if (n->name == SN_CT_OVERRIDE)
			e = take_override(t, n);
	}
	return e;
}

static const char *
default_for(const struct types *t, const char *name)
{
	const char *dot = strrchr(name, '.');

	if (dot == NULL || strchr(dot, '/') != NULL)
		return NULL;
	for (const struct default_type *d = t->defaults; d != NULL; d = d->next)
		if (strcasecmp(d->ext, dot + 1) == 0)
			return d->type;
	return NULL;
}

int
opc_read_types(struct opc *o)
{
	struct types t = { .o = o };
	struct xml_events ev = { .arg = &t, .unit = types_unit };
	size_t n = zipx_count(o->in), i;
	int e;

	o->types = doc_alloc(o->doc, (n + 1) * sizeof(*o->types));
	if (o->types == NULL)
		return ERR_NOMEM;
	if ((i = opc_find(o, "[Content_Types].xml")) == OPC_NONE)
		return doc_fail(o->doc, ERR_MALFORMED,
		    "no [Content_Types].xml");
	o->types_entry = i;
	if ((e = parse(o, i, SN_CT_TYPES, &ev)) != 0)
		return e;
	for (i = 0; i < n; i++)
		if (o->types[i] == NULL)
			o->types[i] =
			    default_for(&t, zipx_entry(o->in, i)->name);
	return 0;
}

/* ---- relationships */

/*
 * Target against the folder of its source: "../media/a.png" of
 * "word/document.xml" is "media/a.png". "" when it leaves the package.
 */
static int
resolve(const char *source, const char *target, struct buf *out)
{
	const char *slash = strrchr(source, '/');
	size_t n;
	int e = 0;

	if (target[0] != '/' && slash != NULL)
		e = buf_put(out, source, (size_t)(slash - source) + 1);
	for (; e == 0 && *target != '\0'; target += n) {
		n = strcspn(target, "/\\");
		if (n == 2 && strncmp(target, "..", 2) == 0) {
			if (out->len == 0)
				return ERR_MALFORMED;
			buf_truncate(out, out->len - 1);
			while (out->len > 0 && out->data[out->len - 1] != '/')
				buf_truncate(out, out->len - 1);
		} else if (n > 0 && !(n == 1 && target[0] == '.')) {
			e = buf_put(out, target, n);
			if (e == 0 && target[n] != '\0')
				e = buf_u8(out, '/');
		}
		if (target[n] != '\0')
			n++;
	}
	return e;
}

/* Value of two hex digits; 0 when they are not. */
static unsigned
hex_byte(const char *s)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *hi = *s == '\0' ? NULL : strchr(digits, *s), *lo;

	if (hi == NULL || s[1] == '\0' || (lo = strchr(digits, s[1])) == NULL)
		return 0;
	return (unsigned)((hi - digits) % 16 * 16 + (lo - digits) % 16);
}

/* %20 and the like: some writers escape, none needs it for our names. */
static void
unescape(char *s)
{
	char *to = s;
	unsigned v;

	for (; *s != '\0'; s++) {
		v = *s == '%' ? hex_byte(s + 1) : 0;
		if (v > 0x1f && v != '/' && v != '\\') {
			*to++ = (char)v;
			s += 2;
		} else
			*to++ = *s;
	}
	*to = '\0';
}

static size_t
locate(struct opc *o, const char *source, const char *target)
{
	size_t at = OPC_NONE;
	struct buf b;
	char *s;

	buf_init(&b, 4096);
	if (resolve(source, target, &b) == 0 && b.len > 0 &&
	    (at = opc_find(o, buf_cstr(&b))) == OPC_NONE &&
	    (s = doc_strndup(o->doc, b.data, b.len)) != NULL) {
		unescape(s);
		at = opc_find(o, s);
	}
	buf_done(&b);
	return at;
}

struct rels {
	struct opc *o;
	struct part *part;
	const char *source;
};

static int
fill(struct rels *r, const struct xnode *n, struct opc_rel *rel)
{
	struct doc *d = r->o->doc;
	const char *id = attr(n, SN_NO_ID_CASE2),
		   *target = attr(n, SN_NO_TARGET);
	const char *type, *mode;

	rel->id = doc_strndup(d, id, strlen(id));
	rel->target = doc_strndup(d, target, strlen(target));
	rel->type = opc_rel_short(d, attr(n, SN_NO_TYPE_CASE2));
	if (r->source[0] == '\0' &&
	    opc_rel_is_strict(attr(n, SN_NO_TYPE_CASE2)))
		r->o->strict = true;
	/* Whatever is not plainly internal leads out. */
	mode = attr(n, SN_NO_TARGETMODE);
	rel->external = mode[0] != '\0' && strcmp(mode, "Internal") != 0;
	rel->entry = OPC_NONE;
	rel->kind = -1;
	if (rel->id == NULL || rel->target == NULL || rel->type == NULL)
		return ERR_NOMEM;
	if (rel->external)
		return 0;
	rel->entry = locate(r->o, r->source, target);
	if (rel->entry == OPC_NONE)
		return 0;
	type = r->o->types[rel->entry];
	rel->kind = opc_kind_of(rel->type, type == NULL ? "" : type);
	return 0;
}

static int
by_id(const void *a, const void *b)
{
	const struct opc_rel *const *x = a, *const *y = b;

	return strcmp((*x)->id, (*y)->id);
}

/* An index for opc_rel(); and two relationships of one id are two readings. */
static int
sort_rels(struct part *p)
{
	struct doc *d = p->opc->doc;

	p->sorted = doc_alloc(d, (p->n_rels + 1) * sizeof(*p->sorted));
	if (p->sorted == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < p->n_rels; i++)
		p->sorted[i] = &p->rels[i];
	qsort(p->sorted, p->n_rels, sizeof(*p->sorted), by_id);
	for (size_t i = 1; i < p->n_rels; i++)
		if (strcmp(p->sorted[i - 1]->id, p->sorted[i]->id) == 0)
			return doc_fail(d, ERR_AMBIGUOUS,
			    "two relationships with the id %s in %s",
			    p->sorted[i]->id, p->in_name);
	return 0;
}

static int
rels_unit(void *arg, struct xnode *root, bool *drop)
{
	struct rels *r = arg;
	size_t n = 0;
	int e;

	(void)drop;
	for (struct xnode *c = root->first; c != NULL; c = c->next)
		n++;
	r->part->rels = doc_alloc(r->o->doc, (n + 1) * sizeof(struct opc_rel));
	if (r->part->rels == NULL)
		return ERR_NOMEM;
	for (struct xnode *c = root->first; c != NULL; c = c->next) {
		if (c->name != SN_REL_RELATIONSHIP)
			continue;
		e = fill(r, c, &r->part->rels[r->part->n_rels]);
		if (e != 0)
			return e;
		r->part->n_rels++;
	}
	return sort_rels(r->part);
}

int
opc_read_rels(struct part *p)
{
	struct opc *o = p->opc;
	struct rels r = { .o = o, .part = p, .source = p->in_name };
	struct xml_events ev = { .arg = &r, .unit = rels_unit };
	const char *slash = strrchr(p->in_name, '/');
	const char *base = slash == NULL ? p->in_name : slash + 1;
	char name[1024];
	size_t i;
	int n;

	n = snprintf(name, sizeof(name), "%.*s_rels/%s.rels",
	    (int)(base - p->in_name), p->in_name, base);
	if (n < 0 || (size_t)n >= sizeof(name))
		return doc_fail(o->doc, ERR_LIMIT, "part name too long");
	if ((i = opc_find(o, name)) == OPC_NONE)
		return 0;
	o->reached[i] = true;
	return parse(o, i, SN_REL_RELATIONSHIPS, &ev);
}

const struct opc_rel *
opc_rel(const struct part *p, const char *id)
{
	struct opc_rel key = { .id = id };
	const struct opc_rel *k = &key, **hit;

	if (p->sorted == NULL)
		return NULL;
	hit = bsearch(&k, p->sorted, p->n_rels, sizeof(k), by_id);
	return hit == NULL ? NULL : *hit;
}
