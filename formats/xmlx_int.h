/* Shared by the xmlx files; nobody else includes it. */
#ifndef FORMATS_XMLX_INT_H
#define FORMATS_XMLX_INT_H

#include <libxml/parser.h>

#include "formats/xmlx.h"

#define XML_DEPTH_MAX 256
#define XML_LOCAL_MAX 64 /* namespaces declared below the root at a time */

/* A canonical writer; pieces of one document may come at different times. */
struct xml_out {
	int (*out)(void *, const void *, size_t);
	void *arg;
	struct buf block;
	bool declared[SNS_COUNT];

	struct {
		const struct xnode *node;
		unsigned ns;
	} local[XML_LOCAL_MAX];

	size_t n_local;
	bool root_done;
	uint16_t refused;    /* name of what was not dealt with */
	unsigned by_default; /* the namespace written without a prefix */
};

void xml_out_init(struct xml_out *, int (*out)(void *, const void *, size_t),
    void *arg);
/* The XML declaration; then start tags, subtrees, end tags as they come. */
int xml_out_head(struct xml_out *) MUST_CHECK;
int xml_out_start(struct xml_out *, const struct xnode *,
    bool empty) MUST_CHECK;
int xml_out_end(struct xml_out *, const struct xnode *) MUST_CHECK;
int xml_out_tree(struct xml_out *, const struct xnode *) MUST_CHECK;
int xml_out_flush(struct xml_out *) MUST_CHECK;
void xml_out_done(struct xml_out *);

#define XML_CACHE 1024 /* a power of two */

enum frame_mode {
	FRAME_NODE,   /* an element of the tree */
	FRAME_STREAM, /* an element whose children are units */
	FRAME_CHOICE, /* mc:AlternateContent: waits for its branch */
	FRAME_BRANCH  /* the branch taken: children belong to node */
};

struct frame {
	struct xnode *node; /* where children go; NULL above the root */
	enum frame_mode mode;
	bool chosen;
};

struct chunk {
	struct chunk *next;
	size_t len, used;
};

struct arena {
	struct chunk *chunks;
};

struct cached {
	const xmlChar *local,
	    *uri; /* interned by libxml2: compared by address */
	uint16_t name;
};

struct xml_parser {
	struct doc *d;
	const char *where;
	uint16_t root_type;
	struct xml_events ev;
	xmlParserCtxtPtr ctxt;
	int err;
	struct arena lasting, unit; /* stream nodes; the unit being built */
	struct frame frames[XML_DEPTH_MAX];
	size_t depth;
	size_t
	    skipping; /* open elements below a dropped one, itself included */
	struct buf text;
	struct buf head; /* first bytes, until the encoding is known */
	bool head_done, writes, has_root;
	struct xml_out out;
	struct cached cache[XML_CACHE];
};

void *xml_arena_alloc(struct xml_parser *, struct arena *, size_t n);
/* keep 1: one chunk stays, so that a stream of small units costs no malloc. */
void xml_arena_reset(struct xml_parser *, struct arena *, size_t keep);
struct xattr *xml_add_attr(struct xml_parser *, struct arena *, struct xnode *,
    uint16_t name, const void *value, size_t len);
/* End the parse with this error; the message is kept by doc_fail(). */
void xml_stop(struct xml_parser *, int err);
void xml_fail(struct xml_parser *, int err, const char *what, const char *name);

/* libxml2 calls these (xmlx_sax.c). */
void xml_on_start(void *, const xmlChar *local, const xmlChar *prefix,
    const xmlChar *uri, int n_ns, const xmlChar **ns, int n_attrs,
    int n_default, const xmlChar **attrs);
void xml_on_end(void *, const xmlChar *local, const xmlChar *prefix,
    const xmlChar *uri);
void xml_on_text(void *, const xmlChar *, int n);

#endif
