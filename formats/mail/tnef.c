/*
 * TNEF ([MS-OXTNEF], winmail.dat): a list of attributes. Those of the message
 * come first, then those of each attachment, begun by attAttachRenddata.
 */
#include <stdio.h>
#include <string.h>

#include "formats/mail/outlook.h"
#include "formats/mail/tnef_int.h"

#define ATTRIBUTES_MAX 100000

enum level { LEVEL_MESSAGE = 1, LEVEL_ATTACHMENT = 2 };

enum attribute {
	ATT_FROM = 0x8000,
	ATT_SUBJECT = 0x8004,
	ATT_DATE_SENT = 0x8005,
	ATT_MESSAGE_CLASS = 0x8008,
	ATT_MESSAGE_ID = 0x8009,
	ATT_BODY = 0x800c,
	ATT_PRIORITY = 0x800d,
	ATT_ATTACH_DATA = 0x800f,
	ATT_ATTACH_TITLE = 0x8010,
	ATT_ATTACH_RENDDATA = 0x9002,
	ATT_MAPI_PROPS = 0x9003,
	ATT_RECIP_TABLE = 0x9004,
	ATT_ATTACHMENT = 0x9005,
	ATT_OEM_CODEPAGE = 0x9007
};

struct tnef {
	struct doc *d;
	const char *where;
	struct mapi_object *message;
	struct mapi_object *old; /* what 8-bit attributes say */
	struct mapi_object **next_attachment, *attachment;
	uint32_t attachments, attributes, bad_sums;
	bool has_title, has_data, has_props;
};

/* An 8-bit attribute as the property that says the same. */
static int
add_string(struct tnef *t, uint16_t id, const struct reader *value)
{
	struct mapi_prop p = {
		.id = id, .type = MAPI_STRING8, .value = *value
	};

	return mapi_add(t->d, t->old, &p, t->where);
}

/* ---- attributes of the message */

static int
on_codepage(struct tnef *t, struct reader *r)
{
	uint32_t cp;
	int e;

	if ((e = reader_u32le(r, &cp)) != 0)
		return e;
	t->message->codepage = cp;
	return 0;
}

static int
on_recipients(struct tnef *t, struct reader *r)
{
	struct mapi_object **tail = &t->message->recipients, *o;
	uint32_t n;
	int e;

	if (*tail != NULL)
		return doc_found(t->d, FIND_OUTLOOK_TWICE, ACT_REMOVED,
		    t->where, "recipients");
	if ((e = reader_u32le(r, &n)) != 0)
		return e;
	for (uint32_t i = 0; i < n; i++) {
		if ((o = mapi_new(t->d, t->message->codepage)) == NULL)
			return ERR_NOMEM;
		if ((e = tnef_props(t->d, r, o, t->where, NULL)) != 0)
			return e;
		*tail = o;
		tail = &o->next;
	}
	return 0;
}

/* attFrom: four lengths, a name, "SMTP:address"; each with a NUL. */
static int
on_from(struct tnef *t, struct reader *r)
{
	uint16_t kind, all, name_n, address_n;
	struct reader name, address;
	int e;

	if (reader_u16le(r, &kind) != 0 || reader_u16le(r, &all) != 0 ||
	    reader_u16le(r, &name_n) != 0 || reader_u16le(r, &address_n) != 0 ||
	    reader_sub(r, name_n, &name) != 0 ||
	    reader_sub(r, address_n, &address) != 0)
		return 0; /* nothing depends on it */
	if ((e = add_string(t, MAPI_SENDER_NAME, &name)) != 0)
		return e;
	if (!reader_has(&address, 0, "SMTP:", 5))
		return 0;
	if ((e = reader_view(&address, 5, address.len - 5, &address)) != 0)
		return e;
	return add_string(t, MAPI_SENDER_EMAIL, &address);
}

static int
on_message(struct tnef *t, uint16_t id, struct reader *r)
{
	switch (id) {
	case ATT_OEM_CODEPAGE:
		return on_codepage(t, r);
	case ATT_FROM:
		return on_from(t, r);
	case ATT_SUBJECT:
		return add_string(t, MAPI_SUBJECT, r);
	case ATT_MESSAGE_ID:
		return 0; /* an id of Exchange, none of RFC 5322 */
	case ATT_BODY:
		return add_string(t, MAPI_BODY, r);
	case ATT_MAPI_PROPS:
		return tnef_props(t->d, r, t->message, t->where, NULL);
	case ATT_RECIP_TABLE:
		return on_recipients(t, r);
	default:
		return 0;
	}
}

/* ---- attributes of an attachment */

static int
begin_attachment(struct tnef *t)
{
	struct mapi_object *a = mapi_new(t->d, t->message->codepage);

	if (a == NULL)
		return ERR_NOMEM;
	if (++t->attachments > MAIL_PARTS_MAX)
		return doc_fail(t->d, ERR_LIMIT, "more than %d attachments",
		    MAIL_PARTS_MAX);
	*t->next_attachment = a;
	t->next_attachment = &a->next;
	t->attachment = a;
	t->has_title = t->has_data = t->has_props = false;
	return 0;
}

/* PidTagAttachDataObject: the interface, then TNEF or an OLE storage. */
static int
on_object(struct tnef *t, const struct reader *object)
{
	static const uint8_t is_message[16] = { 0x07, 0x03, 0x02, 0, 0, 0, 0, 0,
		0xc0, 0, 0, 0, 0, 0, 0, 0x46 };

	if (object->len == 0)
		return 0;
	if (reader_has(object, 0, is_message, 16) && object->len > 16)
		return reader_view(object, 16, object->len - 16,
		    &t->attachment->tnef);
	t->attachment->is_ole = true;
	return 0;
}

static int
on_attachment_props(struct tnef *t, struct reader *r)
{
	struct reader object;
	int e;

	reader_init(&object, NULL, 0);
	if ((e = tnef_props(t->d, r, t->attachment, t->where, &object)) != 0)
		return e;
	return on_object(t, &object);
}

/* Once for each attachment; what comes again is another one. */
static int
once(struct tnef *t, bool *had)
{
	int e = 0;

	if (*had && (e = doc_found(t->d, FIND_OUTLOOK_TWICE, ACT_NOTED,
			 t->where, "attachment %u", t->attachments)) == 0)
		e = begin_attachment(t);
	*had = true;
	return e;
}

static int
on_attachment(struct tnef *t, uint16_t id, struct reader *r)
{
	int e;

	if (id == ATT_ATTACH_RENDDATA)
		return begin_attachment(t);
	if (t->attachment == NULL && (e = begin_attachment(t)) != 0)
		return e;
	switch (id) {
	case ATT_ATTACH_TITLE:
		if ((e = once(t, &t->has_title)) != 0)
			return e;
		return mapi_line(t->d, r, t->message->codepage,
		    &t->attachment->title);
	case ATT_ATTACH_DATA:
		if ((e = once(t, &t->has_data)) != 0)
			return e;
		t->attachment->data = *r;
		return 0;
	case ATT_ATTACHMENT:
		if ((e = once(t, &t->has_props)) != 0)
			return e;
		return on_attachment_props(t, r);
	default:
		return 0;
	}
}

/* ---- the list */

static uint16_t
sum_of(const struct reader *r)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < r->len; i++)
		sum += r->data[i];
	return (uint16_t)sum;
}

static int
read_attribute(struct tnef *t, struct reader *r)
{
	struct reader value;
	uint32_t id, n;
	uint16_t sum;
	uint8_t level;
	int e;

	if ((e = reader_u8(r, &level)) != 0 ||
	    (e = reader_u32le(r, &id)) != 0 || (e = reader_u32le(r, &n)) != 0)
		return e;
	if (level != LEVEL_MESSAGE && level != LEVEL_ATTACHMENT)
		return ERR_MALFORMED;
	if (++t->attributes > ATTRIBUTES_MAX)
		return doc_fail(t->d, ERR_LIMIT, "more than %d attributes",
		    ATTRIBUTES_MAX);
	if ((e = reader_sub(r, n, &value)) != 0 ||
	    (e = reader_u16le(r, &sum)) != 0)
		return e;
	t->bad_sums += sum != sum_of(&value);
	return level == LEVEL_MESSAGE
		   ? on_message(t, (uint16_t)(id & 0xffff), &value)
		   : on_attachment(t, (uint16_t)(id & 0xffff), &value);
}

/* Is that which cannot be an attribute just bytes behind the last one? */
static bool
is_tail(const struct reader *r)
{
	return r->data[r->pos] != LEVEL_MESSAGE &&
	       r->data[r->pos] != LEVEL_ATTACHMENT;
}

static int
read_attributes(struct tnef *t, struct reader *r)
{
	int e = 0;

	while (reader_left(r) > 0) {
		if (t->attributes > 0 && is_tail(r))
			return doc_found(t->d, FIND_OUTLOOK_TRAILING,
			    ACT_REMOVED, t->where, NULL);
		e = read_attribute(t, r);
		if (e == ERR_TRUNCATED || e == ERR_MALFORMED)
			return doc_fail(t->d, e, "TNEF: attribute %u is broken",
			    t->attributes);
		if (e != 0)
			return e;
	}
	if (t->bad_sums == 0)
		return 0;
	return doc_found_n(t->d, t->bad_sums, FIND_OUTLOOK_CHECKSUM, ACT_NOTED,
	    t->where, NULL);
}

static int
read_tnef(struct doc *d, const struct reader *in, const char *where,
    struct mapi_object **out)
{
	struct tnef t = { .d = d, .where = where };
	struct reader r = *in;
	uint32_t signature, cp;
	uint16_t key;
	int e;

	r.pos = 0;
	if (reader_u32le(&r, &signature) != 0 || signature != TNEF_SIGNATURE ||
	    reader_u16le(&r, &key) != 0)
		return doc_fail(d, ERR_MALFORMED, "TNEF: no signature");
	if ((t.message = mapi_new(d, 0)) == NULL ||
	    (t.old = mapi_new(d, 0)) == NULL)
		return ERR_NOMEM;
	t.next_attachment = &t.message->attachments;
	if ((e = read_attributes(&t, &r)) != 0)
		return e;
	for (const struct mapi_prop *p = t.old->props; p; p = p->next)
		if (mapi_find(t.message, p->id) == NULL &&
		    (e = mapi_add(d, t.message, p, where)) != 0)
			return e;
	if (t.message->codepage == 0 &&
	    (mapi_number(t.message, MAPI_MESSAGE_CODEPAGE, &cp) ||
		mapi_number(t.message, MAPI_INTERNET_CODEPAGE, &cp)))
		t.message->codepage = cp;
	*out = t.message;
	return 0;
}

int
mail_tnef(struct doc *d, const struct reader *in, const char *where,
    struct mpart **out)
{
	struct mapi_object *o;
	int e;

	if ((e = read_tnef(d, in, where, &o)) != 0)
		return e;
	return mapi_mail(d, o, where, out);
}
