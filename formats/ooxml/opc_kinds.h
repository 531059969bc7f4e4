/* Lookups in the tables of parts and relationship types. */
#ifndef OOXML_OPC_KINDS_H
#define OOXML_OPC_KINDS_H

#include "formats/ooxml/opc.h"

/* "O:styles" to its whole transitional URI. ERR_INTERNAL for no short form. */
int opc_rel_uri(const char *short_type, struct buf *out) MUST_CHECK;
/* "W:styles+xml" to the whole content type. */
int opc_type_full(const char *abbreviated, struct buf *out) MUST_CHECK;
bool opc_type_is(const char *abbreviated, const char *type);
bool opc_type_fits(const struct opc_kind *, const char *type);
/* The row for this relationship and content type, or -1. */
int opc_kind_of(const char *rel, const char *type);

/* A type of the strict dialect (ISO/IEC 29500 strict)? */
bool opc_rel_is_strict(const char *type);

#endif
