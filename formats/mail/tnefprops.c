/* Lists of properties in TNEF: [MS-OXTNEF] 2.1.3.4. */
#include <string.h>

#include "formats/mail/tnef_int.h"

#define VALUES_MAX 65536 /* of one property */

enum { NAME_NUMBER, NAME_STRING };

static size_t
padding(size_t n)
{
	return (4 - n % 4) % 4;
}

static bool
is_variable(uint16_t type)
{
	return type == MAPI_STRING8 || type == MAPI_UNICODE ||
	       type == MAPI_BINARY || type == MAPI_OBJECT;
}

/* Bytes of a value of fixed size as it is stored; 0: unknown type. */
static size_t
fixed_bytes(uint16_t type)
{
	switch (type) {
	case 0x0001: /* null */
	case MAPI_INT16:
	case MAPI_INT32:
	case 0x0004: /* float */
	case 0x000a: /* error */
	case MAPI_BOOL:
		return 4;
	case 0x0005: /* double */
	case 0x0006: /* currency */
	case 0x0007: /* application time */
	case 0x0014: /* int64 */
	case MAPI_TIME:
		return 8;
	case 0x0048: /* GUID */
		return 16;
	default:
		return 0;
	}
}

/* Behind an id from 0x8000 on: the set, and a number or a name in it. */
static int
read_name(struct reader *r, struct mapi_prop *p)
{
	uint32_t kind, n;
	int e;

	if ((e = reader_skip(r, 16)) != 0 ||
	    (e = reader_u32le(r, &kind)) != 0 || (e = reader_u32le(r, &n)) != 0)
		return e;
	if (kind == NAME_NUMBER)
		p->lid = n;
	else if (kind == NAME_STRING)
		e = reader_skip(r, (size_t)n + padding(n));
	else
		e = ERR_MALFORMED;
	return e;
}

/* One value of variable length; the last padding may be missing. */
static int
read_variable(struct reader *r, struct reader *out)
{
	uint32_t n;
	size_t pad;
	int e;

	if ((e = reader_u32le(r, &n)) != 0 || (e = reader_sub(r, n, out)) != 0)
		return e;
	pad = padding(n);
	return reader_skip(r, pad < reader_left(r) ? pad : reader_left(r));
}

static int
read_values(struct reader *r, struct mapi_prop *p)
{
	uint16_t type = p->type & (uint16_t)~MAPI_MULTIPLE;
	bool many = (p->type & MAPI_MULTIPLE) != 0;
	struct reader value;
	uint32_t n = 1;
	int e;

	if ((many || is_variable(type)) && (e = reader_u32le(r, &n)) != 0)
		return e;
	if (n > VALUES_MAX || (!is_variable(type) && fixed_bytes(type) == 0))
		return ERR_MALFORMED;
	reader_init(&p->value, NULL, 0);
	for (uint32_t i = 0; i < n; i++) {
		e = is_variable(type)
			? read_variable(r, &value)
			: reader_sub(r, fixed_bytes(type), &value);
		if (e != 0)
			return e;
		if (i == 0)
			p->value = value;
	}
	return 0;
}

int
tnef_props(struct doc *d, struct reader *r, struct mapi_object *o,
    const char *where, struct reader *object)
{
	struct mapi_prop p;
	uint32_t n;
	int e;

	if ((e = reader_u32le(r, &n)) != 0)
		return e;
	if (n > MAPI_PROPS_MAX)
		return doc_fail(d, ERR_LIMIT, "more than %d properties",
		    MAPI_PROPS_MAX);
	for (uint32_t i = 0; i < n; i++) {
		memset(&p, 0, sizeof(p));
		if ((e = reader_u16le(r, &p.type)) != 0 ||
		    (e = reader_u16le(r, &p.id)) != 0 ||
		    (p.id >= 0x8000 && (e = read_name(r, &p)) != 0) ||
		    (e = read_values(r, &p)) != 0)
			return e;
		if (p.type == MAPI_OBJECT && p.id == MAPI_ATTACH_DATA &&
		    object != NULL)
			*object = p.value;
		if ((e = mapi_add(d, o, &p, where)) != 0)
			return e;
	}
	return 0;
}
