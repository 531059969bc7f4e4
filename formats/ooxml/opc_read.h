/* Reading a package; used by opc.c. All return 0 or an error with a message. */
#ifndef OOXML_OPC_READ_H
#define OOXML_OPC_READ_H

#include "formats/ooxml/opc.h"

/* Sort the entry names, for opc_find(). */
int opc_index(struct opc *) MUST_CHECK;
/* Zip index of a part, ASCII case folded; OPC_NONE. */
size_t opc_find(const struct opc *, const char *name);
/* The content type of every entry, into o->types. */
int opc_read_types(struct opc *) MUST_CHECK;
/* The relationships of a part, into p->rels; none is fine. The package root
 * is a part with the in_name "". */
int opc_read_rels(struct part *) MUST_CHECK;

#endif
