/*
 * Outlook message files ([MS-OXMSG]): a compound file in which a storage is a
 * message, a recipient or an attachment, and a stream is a property.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "formats/cfbx.h"
#include "formats/mail/mapi.h"
#include "formats/mail/outlook.h"

#define OBJECTS_MAX 20000 /* messages, recipients, attachments, all levels */
#define ENTRY_BYTES 16

/* The head in front of the fixed properties, by kind of storage. */
enum head { HEAD_TOP = 32, HEAD_EMBEDDED = 24, HEAD_OTHER = 8 };

/* __nameid_version1.0: which property id stands for which number. */
struct named {
	uint16_t id;
	uint32_t lid;
};

struct msg {
	struct doc *d;
	struct cfbx *c;
	struct named *named;
	size_t n_named;
	uint32_t objects, strays;
	const char *where;
};

static struct mapi_object *
new_object(struct msg *m, uint32_t codepage)
{
	if (++m->objects > OBJECTS_MAX) {
		(void)doc_fail(m->d, ERR_LIMIT, "more than %d objects",
		    OBJECTS_MAX);
		return NULL;
	}
	return mapi_new(m->d, codepage);
}

static int
no_object(const struct msg *m)
{
	return m->objects > OBJECTS_MAX ? ERR_LIMIT : ERR_NOMEM;
}

/* ---- named properties */

static int
read_named(struct msg *m)
{
	uint32_t dir = cfbx_child(m->c, 0, "__nameid_version1.0");
	uint32_t at = cfbx_child(m->c, dir, "__substg1.0_00030102"), lid;
	uint16_t kind, index;
	struct reader r;
	size_t n;
	int e;

	if (at == CFBX_NONE || (e = cfbx_stream(m->c, at, &r)) == ERR_NOENT)
		return 0;
	if (e != 0)
		return e;
	n = r.len / 8;
	if (n == 0)
		return 0;
	if ((m->named = doc_alloc(m->d, n * sizeof(*m->named))) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		if ((e = reader_u32le(&r, &lid)) != 0 ||
		    (e = reader_u16le(&r, &kind)) != 0 ||
		    (e = reader_u16le(&r, &index)) != 0)
			return e;
		if (kind & 1 || index > 0x7ffe)
			continue;
		m->named[m->n_named++] =
		    (struct named){ .id = (uint16_t)(0x8000 + index),
			    .lid = lid };
	}
	return 0;
}

static uint32_t
lid_of(const struct msg *m, uint16_t id)
{
	for (size_t i = 0; id >= 0x8000 && i < m->n_named; i++)
		if (m->named[i].id == id)
			return m->named[i].lid;
	return 0;
}

/* ---- properties of one storage */

static bool
hex8(const char *s, uint32_t *out)
{
	uint32_t v = 0, c;

	for (size_t i = 0; i < 8; i++) {
		if (s[i] >= '0' && s[i] <= '9')
			c = (uint32_t)(s[i] - '0');
		else if (s[i] >= 'A' && s[i] <= 'F')
			c = (uint32_t)(s[i] - 'A' + 10);
		else if (s[i] >= 'a' && s[i] <= 'f')
			c = (uint32_t)(s[i] - 'a' + 10);
		else
			return false;
		v = v * 16 + c;
	}
	*out = v;
	return true;
}

/* Those whose value stands in the property stream itself. */
static int
fixed_props(struct msg *m, uint32_t storage, enum head head,
    struct mapi_object *o)
{
	uint32_t at = cfbx_child(m->c, storage, "__properties_version1.0");
	struct reader r, entry;
	struct mapi_prop p;
	int e;

	if (at == CFBX_NONE || cfbx_stream(m->c, at, &r) != 0)
		return doc_fail(m->d, ERR_MALFORMED,
		    "Outlook message: properties are missing");
	if (reader_skip(&r, head) != 0)
		return doc_fail(m->d, ERR_TRUNCATED,
		    "Outlook message: properties are cut short");
	while (reader_left(&r) >= ENTRY_BYTES) {
		memset(&p, 0, sizeof(p));
		if ((e = reader_sub(&r, ENTRY_BYTES, &entry)) != 0 ||
		    (e = reader_u16le(&entry, &p.type)) != 0 ||
		    (e = reader_u16le(&entry, &p.id)) != 0 ||
		    (e = reader_skip(&entry, 4)) != 0 ||
		    (e = reader_sub(&entry, 8, &p.value)) != 0)
			return e;
		p.lid = lid_of(m, p.id);
		if (p.type == MAPI_STRING8 || p.type == MAPI_UNICODE ||
		    p.type == MAPI_BINARY || p.type == MAPI_OBJECT ||
		    (p.type & MAPI_MULTIPLE))
			continue; /* in a stream of its own */
		if ((e = mapi_add(m->d, o, &p, m->where)) != 0)
			return e;
	}
	return 0;
}

/* "__substg1.0_37010102": a property in a stream of its own. */
static int
stream_prop(struct msg *m, uint32_t at, struct mapi_object *o)
{
	const struct cfbx_entry *en = cfbx_entry(m->c, at);
	struct mapi_prop p = { 0 };
	uint32_t tag;
	int e;

	if (strncasecmp(en->name, "__substg1.0_", 12) != 0 ||
	    !hex8(en->name + 12, &tag)) {
		m->strays +=
		    strcasecmp(en->name, "__properties_version1.0") != 0;
		return 0;
	}
	/* Values of multiple properties: "...-00000000". */
	if (en->name[20] != '\0' || (tag & MAPI_MULTIPLE))
		return 0;
	p.id = (uint16_t)(tag >> 16);
	p.type = (uint16_t)(tag & 0xffff);
	p.lid = lid_of(m, p.id);
	if ((e = cfbx_stream(m->c, at, &p.value)) != 0)
		return e;
	return mapi_add(m->d, o, &p, m->where);
}

static int
read_props(struct msg *m, uint32_t storage, enum head head,
    struct mapi_object *o)
{
	uint32_t cp;
	int e;

	if ((e = fixed_props(m, storage, head, o)) != 0)
		return e;
	for (uint32_t i = cfbx_entry(m->c, storage)->first; i != CFBX_NONE;
	     i = cfbx_entry(m->c, i)->next)
		if (!cfbx_entry(m->c, i)->is_storage &&
		    (e = stream_prop(m, i, o)) != 0)
			return e;
	if (mapi_number(o, MAPI_MESSAGE_CODEPAGE, &cp) ||
	    (o->codepage == 0 && mapi_number(o, MAPI_INTERNET_CODEPAGE, &cp)))
		o->codepage = cp;
	return 0;
}

/* ---- storages */

static int read_message(struct msg *, uint32_t storage, enum head,
    uint32_t codepage, unsigned depth, struct mapi_object **out);

static int
read_recipient(struct msg *m, uint32_t at, uint32_t codepage,
    struct mapi_object ***tail)
{
	struct mapi_object *r = new_object(m, codepage);
	int e;

	if (r == NULL)
		return no_object(m);
	if ((e = read_props(m, at, HEAD_OTHER, r)) != 0)
		return e;
	**tail = r;
	*tail = &r->next;
	return 0;
}

/* The storage of an embedded message or of an OLE object, if it has one. */
static int
read_inner(struct msg *m, uint32_t at, struct mapi_object *a, unsigned depth)
{
	uint32_t inner = cfbx_child(m->c, at, "__substg1.0_3701000D");
	uint32_t method;

	if (inner == CFBX_NONE || !cfbx_entry(m->c, inner)->is_storage)
		return 0;
	if (!mapi_number(a, MAPI_ATTACH_METHOD, &method) || method != 5 ||
	    cfbx_child(m->c, inner, "__properties_version1.0") == CFBX_NONE) {
		a->is_ole = true;
		return 0;
	}
	return read_message(m, inner, HEAD_EMBEDDED, a->codepage, depth + 1,
	    &a->embedded);
}

static int
read_attachment(struct msg *m, uint32_t at, uint32_t codepage, unsigned depth,
    struct mapi_object ***tail)
{
	struct mapi_object *a = new_object(m, codepage);
	int e;

	if (a == NULL)
		return no_object(m);
	if ((e = read_props(m, at, HEAD_OTHER, a)) != 0 ||
	    (e = read_inner(m, at, a, depth)) != 0)
		return e;
	**tail = a;
	*tail = &a->next;
	return 0;
}

static int
read_message(struct msg *m, uint32_t storage, enum head head, uint32_t codepage,
    unsigned depth, struct mapi_object **out)
{
	struct mapi_object *o = new_object(m, codepage);
	struct mapi_object **recipients, **attachments;
	const struct cfbx_entry *en;
	int e;

	if (o == NULL)
		return no_object(m);
	if (depth > MAIL_DEPTH_MAX)
		return doc_fail(m->d, ERR_LIMIT,
		    "messages inside each other too deeply");
	if ((e = read_props(m, storage, head, o)) != 0)
		return e;
	recipients = &o->recipients;
	attachments = &o->attachments;
	for (uint32_t i = cfbx_entry(m->c, storage)->first; i != CFBX_NONE;
	     i = en->next) {
		en = cfbx_entry(m->c, i);
		e = 0;
		if (!en->is_storage)
			continue;
		if (strncasecmp(en->name, "__recip_version1.0_#", 20) == 0)
			e = read_recipient(m, i, o->codepage, &recipients);
		else if (strncasecmp(en->name, "__attach_version1.0_#", 21) ==
			 0)
			e = read_attachment(m, i, o->codepage, depth,
			    &attachments);
		else
			m->strays +=
			    strcasecmp(en->name, "__nameid_version1.0") != 0;
		if (e != 0)
			return e;
	}
	*out = o;
	return 0;
}

int
mail_msg(struct doc *d, const struct reader *in, const char *where,
    struct mpart **out)
{
	struct msg m = { .d = d, .where = where };
	struct mapi_object *o;
	int e;

	if ((e = cfbx_open(d, in, &m.c)) != 0 || (e = read_named(&m)) != 0 ||
	    (e = read_message(&m, 0, HEAD_TOP, 0, 0, &o)) != 0)
		return e;
	if (m.strays > 0 && (e = doc_found_n(d, m.strays, FIND_OUTLOOK_STREAMS,
				 ACT_REMOVED, where, NULL)) != 0)
		return e;
	return mapi_mail(d, o, where, out);
}
