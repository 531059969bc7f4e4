/*
 * Transforming a unit: every node is shown once, in document order, to the
 * handler of its name; then its attributes are resolved.
 *
 * What the schema marks as SCHEMA_TRANSFORM must be taken by a handler (which
 * calls walk_done()); relationship, URL and formula attributes must be
 * resolved. xml_write() refuses whatever nobody took.
 */
#ifndef OOXML_WALK_H
#define OOXML_WALK_H

#include "formats/ooxml/opc.h"

struct walk {
	struct part *part;
	struct xnode *top;
	struct xnode
	    *next; /* shown after this one; handlers that remove set it */
	bool gone; /* the node shown is no longer to be looked at */
	bool drop; /* top itself was removed */
};

/* 0, or an error that ends the part. */
typedef int node_fn(struct walk *, struct xnode *);

int walk_unit(struct part *, struct xnode *top, bool *drop) MUST_CHECK;

/* The handler took it: it may be written. */
void walk_done(struct xnode *);
void attr_done(struct xattr *);
/* Remove the node with its subtree. */
void walk_remove(struct walk *, struct xnode *);
/* Put its children in its place; they are shown next. */
void walk_unwrap(struct walk *, struct xnode *);
/* Put fresh in its place; fresh is shown next. */
void walk_replace(struct walk *, struct xnode *old, struct xnode *fresh);
/* Leave the subtree as it is: it is not shown (the handler saw to it). */
void walk_skip(struct walk *, struct xnode *);

/* ---- what several apps need */

/* Value of an attribute, "" when it is not there. */
const char *node_attr(const struct xnode *, uint16_t name);
/*
 * Resolve a relationship attribute to an internal part. Sets the fresh id and
 * marks it done. ERR_NOENT: it cannot be kept (and is still there).
 */
int walk_rel(struct walk *, struct xnode *, uint16_t attr) MUST_CHECK;
/* The same, for a picture that must show: else the placeholder. */
int walk_picture(struct walk *, struct xnode *, uint16_t attr) MUST_CHECK;
/*
 * A hyperlink attribute. On 0 it was kept (done); ERR_NOENT: reported, the
 * link must go. The policy of doc_options()->url is applied.
 */
int walk_link(struct walk *, struct xnode *, uint16_t attr) MUST_CHECK;
/* The same; show: on ERR_NOENT what part_url() leaves in its out. */
int walk_link_shown(struct walk *, struct xnode *, uint16_t attr,
    struct buf *show) MUST_CHECK;
/*
 * A literal URL under the policy; ERR_NOENT as above. out (empty before):
 * canonical; on ERR_NOENT the address to show beside the text (URL_SHOW), or
 * nothing.
 */
int part_url(struct part *, const char *url, struct buf *out) MUST_CHECK;

/* Handlers by element name; NULL: none. app ones go before the common ones. */
extern node_fn *const draw_nodes[SN_COUNT];
extern node_fn *const word_nodes[SN_COUNT];
extern node_fn *const sheet_nodes[SN_COUNT];
extern node_fn *const slide_nodes[SN_COUNT];

/*
 * A formula as text (without "="): the form to write, or ERR_NOENT when only
 * its cached value may stay (reported as where). sheet_formula.c.
 */
int formula_check(struct part *, const char *where, const char *text, size_t n,
    struct buf *out) MUST_CHECK;

/*
 * An instruction as text: out gets the form to write; ERR_NOENT (reported)
 * when only the result may stay; out is then an address to show behind it, or
 * empty. word_field.c.
 */
int word_instruction(struct part *, const char *, size_t n,
    struct buf *out) MUST_CHECK;
/* " (address)" as a run: last in at, or before it. word.c. */
int word_show_url(struct part *, struct xnode *at, struct buf *url,
    bool inside) MUST_CHECK;
/* Word: the field machine, over a whole part before the walk. */
int word_fields(struct part *, struct xnode *root) MUST_CHECK;

#endif
