/* Writing a package; used by opc.c. */
#ifndef OOXML_OPC_WRITE_H
#define OOXML_OPC_WRITE_H

#include "formats/ooxml/opc.h"

/* The relationship part of p, when it has any relationship out. */
int opc_write_rels(struct part *) MUST_CHECK;
/* [Content_Types].xml, then the whole archive. */
int opc_finish(struct opc *) MUST_CHECK;

#endif
