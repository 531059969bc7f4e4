/*
 * The allow-list of OOXML as a grammar: which element may hold which child
 * and attribute, and what values an attribute may have.
 *
 * Made by tests/make/schema.py from the published schemas (ECMA-376
 * transitional with Microsoft's extensions) into formats/ooxml/schema.tsv,
 * which is reviewed and kept, and from that by the build into C tables
 * (docs/formats/ooxml-schema.md). Names are numbers: SN_W_P is
 * {wordprocessingml main, "p"}; SN_NO_VAL has no namespace; a second name
 * that differs by case only ends in _CASE2. What cuts.tsv leaves out by name
 * has a number too. Types are elements in their places: ST_W_P.
 */
#ifndef FORMATS_SCHEMA_H
#define FORMATS_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ooxml_names.h" /* generated: enum SN_*, ST_* (types), SNS_* (namespaces) */

#define SCHEMA_STREAM (1u << 0) /* children are units */
#define SCHEMA_TEXT   (1u << 1) /* may hold character data, all kept */
#define SCHEMA_TRANSFORM \
	(1u << 2)		 /* must be converted by code: see xnode.done */
#define SCHEMA_FORMULA (1u << 3) /* its text is a formula (also TRANSFORM) */
#define SCHEMA_EXT     (1u << 4) /* its uri chooses the type: schema_ext() */
#define SCHEMA_PRUNE   (1u << 5) /* goes when nothing is left in it */

enum schema_check {
	CHECK_NONE,    /* not allowed */
	CHECK_BOOL,    /* ST_OnOff, and t f "" of VML */
	CHECK_INT,     /* optional sign and digits, 64 bits */
	CHECK_DECIMAL, /* xsd:double, percent sign and universal measures
			  (12.5pt) */
	CHECK_HEX,     /* hexBinary, also "auto" and with '#' */
	CHECK_TOKEN, /* enumeration: letters digits . _ - + : only, 64 bytes */
	CHECK_LIST,  /* tokens or numbers parted by spaces */
	CHECK_TEXT,  /* any text: length cap */
	CHECK_DATE,  /* dateTime */
	CHECK_GUID,  /* {8-4-4-4-12} */
	CHECK_BASE64,
	CHECK_REF,   /* cell or range reference(s) */
	CHECK_STYLE, /* VML style: property list, no url() or escapes */
	/* Below: the writer refuses them until set to CHECK_DONE. */
	CHECK_REL,     /* a relationship id: resolved by the package code */
	CHECK_FORMULA, /* passes the formula tokenizer (xlsx code) */
	CHECK_URL,     /* passes the URL policy */
	CHECK_MACRO,   /* names a macro: removed, or "" */
	CHECK_DONE,    /* was resolved */
	CHECK_COUNT
};

/* Name number of {uri, local}, strict and pre-release URIs folded; 0: unknown.
 */
uint16_t schema_name(const char *uri, const char *local);
/* The same of a namespace number (SNS_NONE: no namespace). */
uint16_t schema_name_in(unsigned ns, const char *local);
/* Type of a part's root by the root's name number (SN_W_DOCUMENT); 0: none. */
uint16_t schema_root(uint16_t name);
/* Type of this child in that parent; 0: not allowed. */
uint16_t schema_child(uint16_t type, uint16_t name);
/*
 * The type that a SCHEMA_EXT element (name) gets from its uri attribute, and
 * the uri as we write it; 0: not in exts.tsv.
 */
uint16_t schema_ext(uint16_t name, const char *uri, const char **canonical);
enum schema_check schema_attr(uint16_t type, uint16_t name);
static inline unsigned schema_flags(uint16_t type);
uint16_t schema_type_name(uint16_t type); /* SN_* */
/* Does a decoded value pass? (REL, FORMULA, URL: only length.) */
bool schema_value_ok(enum schema_check, const char *value, size_t len);
const char *schema_local(uint16_t name); /* "p" */

/* "w:p", its length, and where "p" begins in it; never NULL. */
struct schema_qname {
	const char *text;
	uint8_t len, local;
};
static inline const struct schema_qname *schema_qname(uint16_t name);
static inline unsigned schema_ns(uint16_t name); /* SNS_*; 0: none */
const char *schema_prefix(unsigned ns);		 /* "w" */
const char *schema_uri(unsigned ns);		 /* transitional */
bool schema_ns_ignorable(unsigned ns);		 /* belongs into mc:Ignorable */
bool schema_ns_understood(unsigned ns);		 /* mc:Choice may require it */
/* SNS_* of a URI (aliases folded); 0: unknown. */
unsigned schema_ns_of(const char *uri);

/*
 * How a part is written: the namespaces its root declares, in order. The
 * first is the default namespace when by_default (x:, properties), and its
 * attributes then have no prefix anyway.
 */
struct schema_profile {
	bool by_default;
	const uint8_t *ns; /* SNS_*, ended by SNS_NONE */
};

/* Of a root name; a plain one when nothing is known. Never NULL. */
const struct schema_profile *schema_profile(uint16_t root_name);

/* ---- the hot look-ups */

extern const uint8_t schema_flag_table[ST_COUNT];
extern const uint8_t schema_ns_table[SN_COUNT];
extern const struct schema_qname schema_qname_table[SN_COUNT];

static inline unsigned
schema_flags(uint16_t type)
{
	return schema_flag_table[type < ST_COUNT ? type : ST_NONE];
}

static inline unsigned
schema_ns(uint16_t name)
{
	return schema_ns_table[name < SN_COUNT ? name : SN_NONE];
}

static inline const struct schema_qname *
schema_qname(uint16_t name)
{
	return &schema_qname_table[name < SN_COUNT ? name : SN_NONE];
}

#endif
