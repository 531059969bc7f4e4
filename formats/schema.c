/* Look-ups in the tables of formats/ooxml (see schema.h). */
#include "formats/schema.h"

#include <string.h>
#include <strings.h>

#include "formats/ooxml/schema_tables.h"

/* FNV-1a with a last stir, the same as in schema_gen.py. */
static uint32_t
hash_name(unsigned ns, const char *s)
{
	uint32_t h = 2166136261u ^ ns;

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return h ^ h >> 15;
}

unsigned
schema_ns_of(const char *uri)
{
	uint32_t i = hash_name(0, uri) & schema_uri_hash_mask;
	uint16_t n;

	for (; (n = schema_uri_hash[i]) != 0;
	     i = (i + 1) & schema_uri_hash_mask)
		if (strcmp(schema_uris[n].uri, uri) == 0)
			return schema_uris[n].ns;
	return SNS_NONE;
}

uint16_t
schema_name_in(unsigned ns, const char *local)
{
	uint32_t i = hash_name(ns, local) & schema_name_hash_mask;
	uint16_t n;

	for (; (n = schema_name_hash[i]) != 0;
	     i = (i + 1) & schema_name_hash_mask)
		if (schema_ns_table[n] == ns &&
		    strcmp(schema_local(n), local) == 0)
			return n;
	return SN_NONE;
}

uint16_t
schema_name(const char *uri, const char *local)
{
	unsigned ns = SNS_NONE;

	if (uri != NULL && uri[0] != '\0' &&
	    (ns = schema_ns_of(uri)) == SNS_NONE)
		return SN_NONE;
	return schema_name_in(ns, local);
}

uint16_t
schema_root(uint16_t name)
{
	for (const struct schema_kid *r = schema_roots; r->name != 0; r++)
		if (r->name == name)
			return r->type;
	return ST_NONE;
}

static const struct schema_rec *
rec(uint16_t type)
{
	return &schema_types[type < ST_COUNT ? type : ST_NONE];
}

uint16_t
schema_child(uint16_t type, uint16_t name)
{
	const struct schema_rec *t = rec(type);
	size_t lo = 0, hi = t->n_kids;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct schema_kid *k = &schema_kids[t->kid + mid];

		if (k->name == name)
			return k->type;
		if (k->name < name)
			lo = mid + 1;
		else
			hi = mid;
	}
	return ST_NONE;
}

enum schema_check
schema_attr(uint16_t type, uint16_t name)
{
	const struct schema_rec *t = rec(type);
	size_t lo = 0, hi = t->n_atts;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct schema_att *a = &schema_atts[t->att + mid];

		if (a->name == name)
			return (enum schema_check)a->check;
		if (a->name < name)
			lo = mid + 1;
		else
			hi = mid;
	}
	return CHECK_NONE;
}

/*
 * The strict dialect names a graphic without the year:
 * http://purl.oclc.org/ooxml/drawingml/table.
 */
static bool
same_uri(const char *known, const char *uri)
{
	static const char plain[] = "http://schemas.openxmlformats.org/",
			  strict[] = "http://purl.oclc.org/ooxml/";
	size_t n;

	if (strcasecmp(known, uri) == 0)
		return true;
	if (strncmp(uri, strict, strlen(strict)) != 0 ||
	    strncmp(known, plain, strlen(plain)) != 0)
		return false;
	uri += strlen(strict);
	known += strlen(plain);
	n = strcspn(uri, "/");
	return strncmp(known, uri, n) == 0 &&
	       strncmp(known + n, "/2006/", 6) == 0 && uri[n] == '/' &&
	       strcmp(known + n + 6, uri + n + 1) == 0;
}

uint16_t
schema_ext(uint16_t name, const char *uri, const char **canonical)
{
	for (const struct schema_ext_rec *e = schema_exts; e->uri != NULL;
	     e++) {
		if (e->name != name || !same_uri(e->uri, uri))
			continue;
		*canonical = e->uri;
		return e->type;
	}
	return ST_NONE;
}

uint16_t
schema_type_name(uint16_t type)
{
	return rec(type)->name;
}

const char *
schema_local(uint16_t name)
{
	const struct schema_qname *q = schema_qname(name);

	return q->text + q->local;
}

const char *
schema_prefix(unsigned ns)
{
	return schema_namespaces[ns < SNS_COUNT ? ns : SNS_NONE].prefix;
}

const char *
schema_uri(unsigned ns)
{
	return schema_namespaces[ns < SNS_COUNT ? ns : SNS_NONE].uri;
}

bool
schema_ns_ignorable(unsigned ns)
{
	return schema_namespaces[ns < SNS_COUNT ? ns : SNS_NONE].ignorable;
}

bool
schema_ns_understood(unsigned ns)
{
	return schema_namespaces[ns < SNS_COUNT ? ns : SNS_NONE].understood;
}
