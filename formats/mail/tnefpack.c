/*
 * An object as TNEF: how a message inside a .msg goes to a module of its own.
 * Properties that nobody reads (named ones but a few) are left out.
 */
#include "formats/mail/tnef_int.h"

#define PACK_MAX (512u << 20)

enum { LEVEL_MESSAGE = 1, LEVEL_ATTACHMENT = 2 };

#define ID_OEM_CODEPAGE	   0x00069007u
#define ID_MAPI_PROPS	   0x00069003u
#define ID_RECIP_TABLE	   0x00069004u
#define ID_ATTACH_RENDDATA 0x00069002u
#define ID_ATTACHMENT	   0x00069005u

static int pack(struct doc *, const struct mapi_object *, struct buf *out,
    unsigned depth);

static bool
is_variable(uint16_t type)
{
	return type == MAPI_STRING8 || type == MAPI_UNICODE ||
	       type == MAPI_BINARY;
}

static bool
is_kept(const struct mapi_prop *p)
{
	if (p->id >= 0x8000 && p->lid != MAPI_LID_REMINDER_FILE &&
	    p->lid != MAPI_LID_VERBS)
		return false;
	return is_variable(p->type) || p->type == MAPI_INT16 ||
	       p->type == MAPI_INT32 || p->type == MAPI_BOOL ||
	       p->type == MAPI_TIME;
}

static int
put_padded(struct buf *out, const struct reader *value)
{
	int e;

	if ((e = buf_put(out, value->data, value->len)) != 0)
		return e;
	return buf_put(out, "\0\0\0", (4 - value->len % 4) % 4);
}

static int
put_prop(struct buf *out, const struct mapi_prop *p)
{
	static const uint8_t no_set[16];
	struct reader value = p->value;
	int e;

	if ((e = buf_u16le(out, p->type)) != 0 ||
	    (e = buf_u16le(out, p->id)) != 0)
		return e;
	if (p->id >= 0x8000 && ((e = buf_put(out, no_set, 16)) != 0 ||
				   (e = buf_u32le(out, 0)) != 0 ||
				   (e = buf_u32le(out, p->lid)) != 0))
		return e;
	if (is_variable(p->type)) {
		if (value.len > UINT32_MAX)
			return ERR_LIMIT;
		if ((e = buf_u32le(out, 1)) != 0 ||
		    (e = buf_u32le(out, (uint32_t)value.len)) != 0)
			return e;
	} else if ((e = reader_view(&value, 0, p->type == MAPI_TIME ? 8 : 4,
			&value)) != 0) {
		return e;
	}
	return put_padded(out, &value);
}

/* The count, then those that are kept; object: what stands for 0x3701. */
static int
put_props(struct buf *out, const struct mapi_object *o,
    const struct buf *object)
{
	static const uint8_t is_message[16] = { 0x07, 0x03, 0x02, 0, 0, 0, 0, 0,
		0xc0, 0, 0, 0, 0, 0, 0, 0x46 };
	uint32_t n = object == NULL ? 0 : 1;
	struct reader value;
	int e;

	for (const struct mapi_prop *p = o->props; p != NULL; p = p->next)
		n += is_kept(p);
	if ((e = buf_u32le(out, n)) != 0)
		return e;
	for (const struct mapi_prop *p = o->props; p != NULL; p = p->next)
		if (is_kept(p) && (e = put_prop(out, p)) != 0)
			return e;
	if (object == NULL)
		return 0;
	buf_reader(object, &value);
	if (value.len > UINT32_MAX - 16)
		return ERR_LIMIT;
	if ((e = buf_u16le(out, MAPI_OBJECT)) != 0 ||
	    (e = buf_u16le(out, MAPI_ATTACH_DATA)) != 0 ||
	    (e = buf_u32le(out, 1)) != 0 ||
	    (e = buf_u32le(out, (uint32_t)value.len + 16)) != 0 ||
	    (e = buf_put(out, is_message, 16)) != 0)
		return e;
	return put_padded(out, &value);
}

static int
put_attribute(struct buf *out, uint8_t level, uint32_t id,
    const struct buf *value)
{
	uint32_t sum = 0;
	int e;

	if (value->len > UINT32_MAX)
		return ERR_LIMIT;
	for (size_t i = 0; i < value->len; i++)
		sum += value->data[i];
	if ((e = buf_u8(out, level)) != 0 || (e = buf_u32le(out, id)) != 0 ||
	    (e = buf_u32le(out, (uint32_t)value->len)) != 0 ||
	    (e = buf_put(out, value->data, value->len)) != 0)
		return e;
	return buf_u16le(out, (uint16_t)sum);
}

static int
put_message(struct buf *out, const struct mapi_object *o, struct buf *b)
{
	uint32_t n = 0;
	int e;

	if ((e = buf_u32le(b, o->codepage)) != 0 ||
	    (e = put_attribute(out, LEVEL_MESSAGE, ID_OEM_CODEPAGE, b)) != 0)
		return e;
	buf_clear(b);
	if ((e = put_props(b, o, NULL)) != 0 ||
	    (e = put_attribute(out, LEVEL_MESSAGE, ID_MAPI_PROPS, b)) != 0 ||
	    o->recipients == NULL)
		return e;
	for (const struct mapi_object *r = o->recipients; r; r = r->next)
		n++;
	buf_clear(b);
	e = buf_u32le(b, n);
	for (const struct mapi_object *r = o->recipients; e == 0 && r != NULL;
	     r = r->next)
		e = put_props(b, r, NULL);
	return e != 0 ? e
		      : put_attribute(out, LEVEL_MESSAGE, ID_RECIP_TABLE, b);
}

static int
put_attachment(struct doc *d, struct buf *out, const struct mapi_object *a,
    struct buf *b, unsigned depth)
{
	struct buf inner;
	int e;

	buf_clear(b);
	if ((e = buf_put(b, "\1\0\xff\xff\xff\xff\0\0\0\0\0\0\0\0", 14)) != 0 ||
	    (e = put_attribute(out, LEVEL_ATTACHMENT, ID_ATTACH_RENDDATA, b)) !=
		0)
		return e;
	buf_clear(b);
	buf_init(&inner, PACK_MAX);
	if (a->embedded != NULL)
		e = pack(d, a->embedded, &inner, depth + 1);
	if (e == 0)
		e = put_props(b, a, a->embedded != NULL ? &inner : NULL);
	if (e == 0)
		e = put_attribute(out, LEVEL_ATTACHMENT, ID_ATTACHMENT, b);
	buf_done(&inner);
	return e;
}

static int
pack(struct doc *d, const struct mapi_object *o, struct buf *out,
    unsigned depth)
{
	struct buf b;
	int e;

	if (depth > MAIL_DEPTH_MAX)
		return doc_fail(d, ERR_LIMIT,
		    "messages inside each other too deeply");
	buf_init(&b, PACK_MAX);
	if ((e = buf_u32le(out, TNEF_SIGNATURE)) == 0 &&
	    (e = buf_u16le(out, 0)) == 0)
		e = put_message(out, o, &b);
	for (const struct mapi_object *a = o->attachments; e == 0 && a != NULL;
	     a = a->next)
		e = put_attachment(d, out, a, &b, depth);
	buf_done(&b);
	return e;
}

int
mapi_pack(struct doc *d, const struct mapi_object *o, struct reader *out)
{
	struct buf b;
	char *copy;
	int e;

	buf_init(&b, PACK_MAX);
	e = pack(d, o, &b, 0);
	if (e == 0 && (e = doc_spend(d, BUDGET_EXPANDED_BYTES, b.len)) == 0) {
		copy = doc_strndup(d, b.data, b.len);
		if (copy == NULL)
			e = ERR_NOMEM;
		else
			reader_init(out, copy, b.len);
	}
	buf_done(&b);
	return e;
}
