/*
 * The compiled form of schema.tsv, namespaces.tsv and exts.tsv: constant
 * tables made by schema_gen.py. Only formats/schema.c reads them.
 */
#ifndef FORMATS_OOXML_SCHEMA_TABLES_H
#define FORMATS_OOXML_SCHEMA_TABLES_H

#include "formats/schema.h"

struct schema_kid { /* sorted by name within a type */
	uint16_t name, type;
};

struct schema_att { /* sorted by name within a type */
	uint16_t name;
	uint8_t check;
};

struct schema_rec {
	uint32_t kid, n_kids, att, n_atts;
	uint16_t name;
};

struct schema_uri_rec {
	const char *uri;
	uint16_t ns;
};

struct schema_ns_rec {
	const char *prefix, *uri;
	bool understood, ignorable;
};

struct schema_ext_rec {
	uint16_t name; /* of the ext, or graphicData */
	const char *uri;
	uint16_t type;
};

extern const struct schema_kid schema_kids[];
extern const struct schema_att schema_atts[];
extern const struct schema_rec schema_types[];
extern const struct schema_uri_rec schema_uris[];
extern const struct schema_ns_rec schema_namespaces[];
extern const struct schema_ext_rec schema_exts[];
extern const struct schema_kid schema_roots[];

/* Open addressing, 0 is empty; the hash is schema.c's. */
extern const unsigned schema_name_hash_mask;
extern const uint16_t schema_name_hash[];
extern const unsigned schema_uri_hash_mask;
extern const uint16_t schema_uri_hash[];

#endif
