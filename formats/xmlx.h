/*
 * XML, guarded: libxml2's SAX reader into our own small tree, filtered by a
 * schema table while it is read; and a canonical writer.
 *
 * Only what the schema knows enters the tree: an element or attribute that
 * its parent may not have, or of a namespace not in the table, never becomes
 * a node. DOCTYPE is ERR_MALFORMED; comments, processing instructions vanish;
 * CDATA becomes text. Depth, nodes and attribute sizes are budgeted. No
 * external entity, no network, no recovery.
 *
 * Big parts are streamed: a node whose type has SCHEMA_STREAM is never built;
 * its children are handed over one by one (units) and freed after.
 */
#ifndef FORMATS_XMLX_H
#define FORMATS_XMLX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/doc.h"
#include "formats/schema.h"

struct xattr {
	struct xattr *next;
	const char *value; /* decoded, UTF-8, NUL-terminated */
	uint32_t len;
	uint16_t name; /* SN_*: namespace and local name together */
	uint8_t check; /* enum schema_check that it passed; the code that
			  resolves a CHECK_REL, _FORMULA, _URL or _MACRO sets
			  CHECK_DONE, else the writer refuses it */
};

struct xnode {
	struct xnode *parent, *first, *last, *prev, *next;
	struct xattr *attrs; /* document order */
	const char *text;    /* text nodes: NUL-terminated; else NULL */
	uint32_t len;	     /* of text */
	uint16_t name;	     /* SN_*; SN_TEXT for text */
	uint16_t type;	     /* ST_*: index into the schema, 0 for text */
	bool done; /* converted: else a SCHEMA_TRANSFORM type is not written */
};

struct xtree; /* arena and root of one parsed part; freed with the doc or by
		 xml_free */

struct xml_events {
	void *arg;
	/*
	 * A unit is complete: the whole root, or a child of a streamed node.
	 * The handler may change it; when it returns 0 the node is written to
	 * the writer (if there is one) and freed. To drop it set *drop. What
	 * was put before it (xnode_before()) is written first.
	 */
	int (*unit)(void *arg, struct xnode *, bool *drop);
	/*
	 * Something the schema does not know was dropped. name: "prefix:local"
	 * or "@prefix:local" as the document wrote it, uri its namespace;
	 * known: the name exists in the schema, only not here. Return 0.
	 */
	int (*dropped)(void *arg, const struct xnode *parent, const char *uri,
	    const char *name, bool is_attr, bool known);
};

struct xml_parser;

/* In the zygote: libxml2's tables, and a loader that refuses every entity. */
int xml_preload(void) MUST_CHECK;

/*
 * Markup compatibility is settled while reading: of mc:AlternateContent the
 * first mc:Choice whose namespaces our table understands is taken, else
 * mc:Fallback; its children stand in the parent's place and pass the parent's
 * grammar; the other branches are never parsed into anything. What is taken
 * is reported by neither callback. mc: attributes vanish.
 *
 * Fail closed: a node whose type has SCHEMA_TRANSFORM and that is not done,
 * or an attribute whose check is REL, FORMULA, URL or MACRO, is ERR_INTERNAL
 * in the writer (an empty macro="" is fine). Nodes made by code: xnode_new()
 * and xnode_set() mark what they make as done.
 *
 * Push parser. root_type: the schema root to expect (schema_root()); another
 * root element is ERR_MALFORMED ("expected X, is Y"). out: NULL, or where units
 * go as XML (declaration, root, namespaces: see xml_write). Feed pieces as they
 * are inflated; xml_end() completes. All errors say why by doc_fail().
 */
int xml_begin(struct doc *, const char *where, uint16_t root_type,
    const struct xml_events *, int (*out)(void *, const void *, size_t),
    void *out_arg, struct xml_parser **) MUST_CHECK;
int xml_feed(struct xml_parser *, const void *, size_t n) MUST_CHECK;
int xml_end(struct xml_parser *) MUST_CHECK;
void xml_free(struct xml_parser *);

/* Tree helpers; nodes live in the parser's arena. */
struct xnode *xnode_child(const struct xnode *,
    uint16_t name); /* first, or NULL */
const char *xnode_attr(const struct xnode *, uint16_t name); /* or NULL */
struct xattr *xnode_attr_node(const struct xnode *,
    uint16_t name); /* or NULL */
/* Set or add, as CHECK_DONE; NULL when out of memory. value is copied. */
struct xattr *xnode_set(struct xml_parser *, struct xnode *, uint16_t name,
    const char *value) MUST_CHECK;
/* A relationship id (or formula, URL) was resolved and may be written. */
void xattr_done(struct xattr *);
void xnode_unset(struct xnode *, uint16_t name);
void xnode_remove(struct xnode *); /* with its subtree */
void xnode_unwrap(struct xnode *); /* children take its place */
void xnode_replace(struct xnode *old, struct xnode *fresh);
/* Not linked anywhere yet; NULL when out of memory. */
struct xnode *xnode_new(struct xml_parser *, uint16_t name, uint16_t type);
struct xnode *xnode_text(struct xml_parser *, const char *, size_t n);
void xnode_append(struct xnode *parent, struct xnode *);
void xnode_before(struct xnode *at, struct xnode *);
/* Depth-first: the next node inside top (top itself excluded), or NULL. */
struct xnode *xnode_next(const struct xnode *, const struct xnode *top);
/* As xnode_next(), but past the subtree of the node. */
struct xnode *xnode_skip(const struct xnode *, const struct xnode *top);
/* All text below, in order, into buf. */
int xnode_gather(const struct xnode *, struct buf *) MUST_CHECK;

/*
 * A whole tree as XML in our canonical form: '<?xml version="1.0"
 * encoding="UTF-8" standalone="yes"?>' LF, namespaces by the table's prefixes
 * (the root declares those that the schema lists for its part type, others
 * where they are first needed), attributes in document order, no white space
 * added, '<x/>' for empty ones, mc:Ignorable recomputed on the root.
 */
int xml_write(const struct xnode *, int (*out)(void *, const void *, size_t),
    void *out_arg) MUST_CHECK;
/* Escape text for element content or a double-quoted attribute. */
int xml_escape(const char *, size_t n, bool attr,
    int (*out)(void *, const void *, size_t), void *out_arg) MUST_CHECK;

#endif
