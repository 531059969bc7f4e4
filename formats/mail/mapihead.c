/* The head of a message out of Outlook's properties. */
#include <string.h>
#include <strings.h>

#include "formats/mail/mapi.h"
#include "formats/mail/words_int.h"

#define RECIPIENTS_MAX 10000

enum { TO = 1, CC = 2 };

/* A mail address as the words module spells it, "" when it is none. */
static int
check_address(struct doc *d, const char *s, const char **out)
{
	struct mail_address *a = NULL;
	struct reader r;
	bool odd;
	int e;

	*out = "";
	if (strchr(s, '@') == NULL || strpbrk(s, " \t<>,;:\"()") != NULL)
		return 0;
	reader_init(&r, s, strlen(s));
	if ((e = mail_addresses(d, &r, &a, &odd)) != 0)
		return e;
	if (a != NULL && a->next == NULL)
		*out = a->addr;
	return 0;
}

/* The first of the ids that holds a mail address. */
static int
find_address(struct doc *d, const struct mapi_object *o, const uint16_t *ids,
    size_t n, const char **out)
{
	const char *s;
	int e;

	*out = "";
	for (size_t i = 0; i < n && **out == '\0'; i++)
		if ((e = mapi_string(d, o, ids[i], &s)) != 0 ||
		    (e = check_address(d, s, out)) != 0)
			return e;
	return 0;
}

static int
make_person(struct doc *d, const char *name, const char *addr,
    struct mail_address **out)
{
	struct mail_address *a;

	*out = NULL;
	if (name[0] == '\0' && addr[0] == '\0')
		return 0;
	if ((a = doc_alloc(d, sizeof(*a))) == NULL)
		return ERR_NOMEM;
	/* Outlook repeats the address as the name, often in quotes. */
	a->name = strcasestr(name, addr) != NULL && addr[0] != '\0' &&
			  strlen(name) <= strlen(addr) + 2
		      ? ""
		      : name;
	a->addr = addr;
	*out = a;
	return 0;
}

static int
person(struct doc *d, const struct mapi_object *o, uint16_t name_id,
    uint16_t smtp, uint16_t email, struct mail_address **out)
{
	const uint16_t ids[] = { smtp, email, name_id };
	const char *name, *addr;
	int e;

	if ((e = mapi_string(d, o, name_id, &name)) != 0 ||
	    (e = find_address(d, o, ids, 3, &addr)) != 0)
		return e;
	return make_person(d, name, addr, out);
}

static int
people(struct doc *d, const struct mapi_object *message, struct mail_head *h)
{
	struct mail_address **to = &h->to, **cc = &h->cc, *one;
	size_t n = 0;
	uint32_t type;
	int e;

	for (const struct mapi_object *r = message->recipients; r != NULL;
	     r = r->next) {
		if (++n > RECIPIENTS_MAX)
			return doc_fail(d, ERR_LIMIT, "more than %d recipients",
			    RECIPIENTS_MAX);
		if (!mapi_number(r, MAPI_RECIPIENT_TYPE, &type))
			type = TO;
		/* Who got a blind copy is nobody's business. */
		if ((type & 0xf) != TO && (type & 0xf) != CC)
			continue;
		if ((e = person(d, r, MAPI_DISPLAY_NAME, MAPI_SMTP_ADDRESS,
			 MAPI_EMAIL_ADDRESS, &one)) != 0)
			return e;
		if (one == NULL)
			continue;
		if ((type & 0xf) == TO) {
			*to = one;
			to = &one->next;
		} else {
			*cc = one;
			cc = &one->next;
		}
	}
	return 0;
}

/* Only "<id@host>", and of a list of them only those. */
static int
ids(struct doc *d, const struct mapi_object *o, uint16_t id, bool many,
    const char **out)
{
	const char *s;
	struct buf b;
	size_t n;
	int e;

	*out = "";
	if ((e = mapi_string(d, o, id, &s)) != 0)
		return e;
	buf_init(&b, 65536);
	for (; e == 0 && (s = strchr(s, '<')) != NULL; s += n) {
		n = strcspn(s + 1, "<> \t") + 1;
		if (s[n] != '>')
			continue;
		n++;
		if (n > 3 && n < 500 && memchr(s, '@', n) != NULL &&
		    strspn(s, "<>@.-_+=$%#!*/&'~^|?{}`:;,[]()\\\""
			      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			      "abcdefghijklmnopqrstuvwxyz0123456789") >= n &&
		    (b.len == 0 || many))
			e = buf_fmt(&b, "%s%.*s", b.len == 0 ? "" : " ", (int)n,
			    s);
	}
	if (e == ERR_LIMIT)
		e = 0;
	if (e == 0 && b.len > 0 &&
	    (*out = doc_strndup(d, b.data, b.len)) == NULL)
		e = ERR_NOMEM;
	buf_done(&b);
	return e;
}

static int
subject(struct doc *d, const struct mapi_object *o, const char **out)
{
	static const uint16_t from[] = { MAPI_SUBJECT, MAPI_NORMALIZED_SUBJECT,
		MAPI_CONVERSATION_TOPIC };
	const char *raw;
	struct reader r;
	int e;

	*out = "";
	for (size_t i = 0; i < 3 && **out == '\0'; i++) {
		if ((e = mapi_raw(d, o, from[i], &raw)) != 0)
			return e;
		/* U+0001 and the length of "RE: " may stand in front. */
		if (raw[0] == '\1' && raw[1] != '\0')
			raw += 2;
		reader_init(&r, raw, strlen(raw));
		if ((e = words_line(d, &r, out)) != 0)
			return e;
	}
	return 0;
}

static int
date(struct doc *d, const struct mapi_object *o, const char **out)
{
	static const uint16_t from[] = { MAPI_CLIENT_SUBMIT_TIME,
		MAPI_DELIVERY_TIME, MAPI_CREATION_TIME };
	int e;

	*out = "";
	for (size_t i = 0; i < 3 && **out == '\0'; i++)
		if ((e = mapi_date(d, o, from[i], out)) != 0)
			return e;
	return 0;
}

static int
senders(struct doc *d, const struct mapi_object *o, struct mail_head *h)
{
	struct mail_address *from, *sender;
	int e;

	if ((e = person(d, o, MAPI_SENT_REPRESENTING_NAME,
		 MAPI_SENT_REPRESENTING_SMTP, MAPI_SENT_REPRESENTING_EMAIL,
		 &from)) != 0 ||
	    (e = person(d, o, MAPI_SENDER_NAME, MAPI_SENDER_SMTP,
		 MAPI_SENDER_EMAIL, &sender)) != 0)
		return e;
	h->from = from != NULL ? from : sender;
	if (from != NULL && sender != NULL && sender->addr[0] != '\0' &&
	    strcasecmp(from->addr, sender->addr) != 0)
		h->sender = sender;
	return 0;
}

int
mapi_head(struct doc *d, const struct mapi_object *o, struct mail_head **out)
{
	struct mail_head *h = doc_alloc(d, sizeof(*h));
	uint32_t importance;
	int e;

	if (h == NULL)
		return ERR_NOMEM;
	*h = (struct mail_head){
		.importance = "", .auto_submitted = "", .authentication = ""
	};
	if ((e = subject(d, o, &h->subject)) != 0 ||
	    (e = date(d, o, &h->date)) != 0 || (e = senders(d, o, h)) != 0 ||
	    (e = people(d, o, h)) != 0 ||
	    (e = ids(d, o, MAPI_INTERNET_MESSAGE_ID, false, &h->message_id)) !=
		0 ||
	    (e = ids(d, o, MAPI_IN_REPLY_TO, true, &h->in_reply_to)) != 0 ||
	    (e = ids(d, o, MAPI_INTERNET_REFERENCES, true, &h->references)) !=
		0)
		return e;
	if (mapi_number(o, MAPI_IMPORTANCE, &importance))
		h->importance = importance == 2	  ? "high"
				: importance == 0 ? "low"
						  : "";
	*out = h;
	return 0;
}
