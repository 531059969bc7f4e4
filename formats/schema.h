/*
 * The allow-list of OOXML as a grammar: which element may hold which child
 * and attribute, and what values an attribute may have.
 *
 * Made by tests/make/schema.py from the published schemas (ECMA-376
 * transitional with Microsoft's extensions) into formats/ooxml/schema.tsv,
 * which is reviewed and kept, and from that by the build into C tables.
 * Names are numbers: SN_W_P is {wordprocessingml main, "p"}; attributes
 * without namespace are SN_A_VAL (namespace 0).
 */
#ifndef FORMATS_SCHEMA_H
#define FORMATS_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ooxml_names.h" /* generated: enum SN_*, ST_* (types), SNS_* (namespaces) */

#define SCHEMA_STREAM	(1u << 0) /* children are units */
#define SCHEMA_TEXT	(1u << 1) /* may hold character data */
#define SCHEMA_PRESERVE (1u << 2) /* white space matters in it */
#define SCHEMA_TRANSFORM (1u << 3) /* may be written only after a handler took it */

enum schema_check {
	CHECK_NONE,    /* not allowed */
	CHECK_BOOL,    /* ST_OnOff in all spellings */
	CHECK_INT,     /* optional sign and digits, 64 bits */
	CHECK_DECIMAL, /* xsd:double, percent sign and universal measures
			  (12.5pt) */
	CHECK_HEX,     /* hexBinary, also "auto" */
	CHECK_TOKEN, /* enumeration: letters digits . _ - + : only, 64 bytes */
	CHECK_LIST,  /* tokens or numbers parted by spaces */
	CHECK_TEXT,  /* any text: length cap, printable */
	CHECK_DATE,  /* dateTime */
	CHECK_GUID,  /* {8-4-4-4-12} */
	CHECK_REL,   /* a relationship id: resolved by the package code */
	CHECK_FORMULA, /* passes the formula tokenizer (xlsx code) */
	CHECK_REF,     /* cell or range reference(s) */
	CHECK_URL,     /* passes the URL policy */
	CHECK_STYLE,   /* VML style: property list, no url() */
	CHECK_DONE,    /* was one of the last kinds and is resolved: may be written */
	CHECK_COUNT
};

/* Name number of {uri, local}, strict and pre-release URIs folded; 0: unknown.
 */
uint16_t schema_name(const char *uri, const char *local);
/* Type of a part's root by the root's name number (SN_W_DOCUMENT); 0: none. */
uint16_t schema_root(uint16_t name);
/* Type of this child in that parent; 0: not allowed. */
uint16_t schema_child(uint16_t type, uint16_t name);
enum schema_check schema_attr(uint16_t type, uint16_t name);
unsigned schema_flags(uint16_t type);
/* Does a decoded value pass? (REL, FORMULA, URL: only length and printable.) */
bool schema_value_ok(enum schema_check, const char *value, size_t len);
const char *schema_local(uint16_t name); /* "p" */
unsigned schema_ns(uint16_t name);	 /* SNS_*; 0: none */
const char *schema_prefix(unsigned ns);	 /* "w" */
const char *schema_uri(unsigned ns);	 /* transitional */
bool schema_ns_ignorable(unsigned ns);	 /* belongs into mc:Ignorable */
/* SNS_* of a URI (aliases folded); 0: unknown. */
unsigned schema_ns_of(const char *uri);

#endif
