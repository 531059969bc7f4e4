/* Shared by xmlx.c and xmlx_write.c; nobody else includes it. */
#ifndef FORMATS_XMLX_INT_H
#define FORMATS_XMLX_INT_H

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

#endif
