/* Saying what a package loses; used by opc.c. */
#ifndef OOXML_OPC_REPORT_H
#define OOXML_OPC_REPORT_H

#include "formats/ooxml/opc.h"

/* Relationships of a kept part that are never kept; once they are read. */
int opc_report_rels(struct part *) MUST_CHECK;
/* The same for the package root, once its parts are chosen. */
int opc_report_root(struct part *) MUST_CHECK;
/* After the walk: damaged parts, and those that nothing leads to. */
int opc_report_rest(struct opc *) MUST_CHECK;

#endif
