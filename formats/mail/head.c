/* Headers as values: those that a reader of mail needs, and no other. */
#include <stdio.h>
#include <string.h>

#include "formats/mail/mail_int.h"

struct heads {
	struct doc *d;
	const struct mail_field *list;
};

/* The first field of a name; a second one that differs is reported. */
static int
find(struct heads *h, const char *name, const struct mail_field **out)
{
	struct mail_reading m = { .d = h->d };

	*out = mail_field(&m, h->list, name);
	if (m.odd & ODD_DUPLICATE)
		return doc_found(h->d, FIND_MAIL_DUPLICATE, ACT_NOTED, "", "%s",
		    name);
	return 0;
}

/* What is written of a list, read again, until it stays the same: a repair
 * can make another one possible. */
static int
settle(struct heads *h, struct mail_address **list)
{
	struct buf was, is;
	struct reader r;
	bool odd, same = false;
	int e = 0;

	buf_init(&was, SIZE_MAX / 4);
	buf_init(&is, SIZE_MAX / 4);
	for (int i = 0; e == 0 && !same && i < 4; i++) {
		buf_clear(&was);
		buf_clear(&is);
		if ((e = mail_put_addresses(&was, "", *list)) != 0)
			break;
		buf_reader(&was, &r);
		r.pos = 0;
		if (r.len < 1 || reader_view(&r, 1, r.len - 1, &r) != 0 ||
		    (e = mail_addresses(h->d, &r, list, &odd)) != 0 ||
		    (e = mail_put_addresses(&is, "", *list)) != 0)
			break;
		same =
		    was.len == is.len && memcmp(was.data, is.data, is.len) == 0;
	}
	buf_done(&was);
	buf_done(&is);
	return e;
}

/* ---- what no reader needs of a header, and servers on the way would cut */

#define SUBJECT_BYTES 2000
#define NAME_BYTES    500
#define ADDRESS_BYTES 320 /* RFC 5321: 64 + 1 + 255 */
#define LIST_BYTES    60000
#define REST_BYTES    200 /* the entry that stands for what was cut off */

static int
say_long(struct heads *h, const char *name)
{
	return doc_found(h->d, FIND_MAIL_LONG, ACT_REPLACED, "", "%s", name);
}

/* The beginning, in whole characters. */
static int
cut(struct heads *h, const char *s, size_t max, const char **out)
{
	struct buf b;
	int e;

	for (max -= 3; max > 0 && ((uint8_t)s[max] & 0xc0) == 0x80; max--)
		;
	while (max > 0 && s[max - 1] == ' ')
		max--;
	buf_init(&b, NAME_BYTES + SUBJECT_BYTES);
	if ((e = buf_put(&b, s, max)) == 0 &&
	    (e = buf_puts(&b, "\xe2\x80\xa6")) == 0 &&
	    (*out = doc_strndup(h->d, b.data, b.len)) == NULL)
		e = ERR_NOMEM;
	buf_done(&b);
	return e;
}

/* An address longer than any is no address: it becomes a name. */
static int
shorten_one(struct heads *h, struct mail_address *a, bool *any)
{
	int e = 0;

	if (strlen(a->addr) > ADDRESS_BYTES) {
		*any = true;
		if (a->name[0] == '\0')
			a->name = a->addr;
		a->addr = MAIL_NOBODY;
	}
	if (strlen(a->name) > NAME_BYTES) {
		*any = true;
		e = cut(h, a->name, NAME_BYTES, &a->name);
	}
	return e;
}

/* The bytes that one takes in a header. */
static int
written(struct mail_address *a, size_t *n)
{
	struct mail_address one = *a;
	struct buf b;
	int e;

	one.next = NULL;
	buf_init(&b, SIZE_MAX / 4);
	e = mail_put_addresses(&b, "", &one);
	*n = b.len;
	buf_done(&b);
	return e;
}

/* The rest of a list as one entry without an address. */
static int
cut_list(struct heads *h, struct mail_address *a)
{
	char name[REST_BYTES / 2];
	unsigned long n = 0;

	for (const struct mail_address *r = a; r != NULL; r = r->next)
		n++;
	snprintf(name, sizeof(name), "\xe4\xbb\x96%lu\xe4\xbb\xb6 (%lu more)",
	    n, n);
	a->addr = "";
	a->next = NULL;
	a->name = doc_strndup(h->d, name, strlen(name));
	return a->name == NULL ? ERR_NOMEM : 0;
}

static int
shorten(struct heads *h, const char *name, struct mail_address *list)
{
	struct mail_address *from = NULL;
	size_t total = 0, n;
	bool any = false;
	int e = 0;

	for (struct mail_address *a = list; a != NULL; a = a->next) {
		if ((e = shorten_one(h, a, &any)) != 0 ||
		    (e = written(a, &n)) != 0)
			return e;
		if (from == NULL && total + n > LIST_BYTES - REST_BYTES)
			from = a;
		total += n;
	}
	if (total > LIST_BYTES) {
		any = true;
		e = cut_list(h, from);
	}
	return e == 0 && any ? say_long(h, name) : e;
}

static int
addresses(struct heads *h, const char *name, struct mail_address **out)
{
	const struct mail_field *f;
	bool odd = false;
	int e;

	if ((e = find(h, name, &f)) != 0 || f == NULL)
		return e;
	if ((e = mail_addresses(h->d, &f->raw, out, &odd)) != 0 || *out == NULL)
		return e;
	if ((e = shorten(h, name, *out)) != 0)
		return e;
	doc_findings_hold(h->d);
	e = settle(h, out);
	if (doc_findings_settle(h->d, false) != 0)
		return ERR_IO;
	return e;
}

static int
words(struct heads *h, const char *name, const char **out)
{
	const struct mail_field *f;
	int e;

	*out = "";
	if ((e = find(h, name, &f)) != 0 || f == NULL)
		return e;
	return mail_words(h->d, &f->raw, out);
}

static int
subject(struct heads *h, const char **out)
{
	int e = words(h, "subject", out);

	if (e != 0 || strlen(*out) <= SUBJECT_BYTES)
		return e;
	e = cut(h, *out, SUBJECT_BYTES, out);
	return e == 0 ? say_long(h, "subject") : e;
}

/* One of the words that are allowed, else "". */
static const char *
allowed(const char *value, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strncasecmp(value, *list, strlen(*list)) == 0)
			return *list;
	return "";
}

static bool
is_id_char(char c)
{
	return c > ' ' && c < 0x7f && c != '<' && c != '>' && c != '"' &&
	       c != '\\' && c != ',' && c != ';';
}

/* Programs read an encoded word even in an id, and we would. */
static bool
has_word(const char *s, size_t n)
{
	for (size_t i = 0; i + 1 < n; i++)
		if (s[i] == '=' && s[i + 1] == '?')
			return true;
	return false;
}

/* "<a@b> <c@d>": ids only, at most so many bytes in all. */
static int
read_ids(struct heads *h, const char *name, size_t max, const char **out)
{
	const char *s, *at;
	struct buf b;
	size_t n;
	int e;

	if ((e = words(h, name, &s)) != 0)
		return e;
	buf_init(&b, 8192);
	for (at = strchr(s, '<'); e == 0 && at != NULL && max > 0;
	     at = strchr(at + 1, '<')) {
		for (n = 1; is_id_char(at[n]); n++)
			;
		if (n == 1 || n > 250 || at[n] != '>' || has_word(at, n))
			continue;
		if (b.len + n + 2 > 8000)
			break;
		e = buf_fmt(&b, "%s%.*s>", b.len > 0 ? " " : "", (int)n, at);
		max--;
	}
	if (e == 0 && (*out = doc_strndup(h->d, b.data, b.len)) == NULL)
		e = ERR_NOMEM;
	buf_done(&b);
	return e;
}

static int
read_date(struct heads *h, const char **out)
{
	const struct mail_field *f;
	int e;

	*out = "";
	if ((e = find(h, "date", &f)) != 0 || f == NULL)
		return e;
	return mail_date(h->d, &f->raw, out);
}

/* "high" and "low" of three headers that say it. */
static int
read_importance(struct heads *h, const char **out)
{
	static const char *const list[] = { "high", "low", NULL };
	const char *s, *p;
	int e;

	if ((e = words(h, "importance", &s)) != 0 ||
	    (e = words(h, "x-priority", &p)) != 0)
		return e;
	*out = allowed(s, list);
	if (**out == '\0' && (p[0] == '1' || p[0] == '2'))
		*out = "high";
	if (**out == '\0' && (p[0] == '4' || p[0] == '5'))
		*out = "low";
	return 0;
}

/* Headers that ask a program to answer, or follow the reader. */
static int
report_dropped(struct heads *h)
{
	static const char *const asks[] = { "disposition-notification-to",
		"return-receipt-to", "x-confirm-reading-to", "read-receipt-to",
		NULL };
	int e = 0;

	for (const struct mail_field *f = h->list; e == 0 && f != NULL;
	     f = f->next)
		for (size_t i = 0; e == 0 && asks[i] != NULL; i++)
			if (strcmp(f->name, asks[i]) == 0)
				e = doc_found(h->d, FIND_MAIL_RECEIPT_ASKED,
				    ACT_REMOVED, "", "%s", f->name);
	return e;
}

int
mail_head_read(struct doc *d, const struct mail_field *list,
    struct mail_head **out)
{
	static const char *const autos[] = { "auto-generated", "auto-replied",
		"auto-notified", NULL };
	struct heads h = { .d = d, .list = list };
	struct mail_head *m = doc_alloc(d, sizeof(*m));
	const struct mail_field *version;
	const char *s;
	int e;

	if (m == NULL)
		return ERR_NOMEM;
	if ((e = find(&h, "mime-version", &version)) != 0 ||
	    (e = addresses(&h, "from", &m->from)) != 0 ||
	    (e = addresses(&h, "sender", &m->sender)) != 0 ||
	    (e = addresses(&h, "reply-to", &m->reply_to)) != 0 ||
	    (e = addresses(&h, "to", &m->to)) != 0 ||
	    (e = addresses(&h, "cc", &m->cc)) != 0 ||
	    (e = subject(&h, &m->subject)) != 0 ||
	    (e = read_date(&h, &m->date)) != 0 ||
	    (e = read_ids(&h, "message-id", 1, &m->message_id)) != 0 ||
	    (e = read_ids(&h, "in-reply-to", 8, &m->in_reply_to)) != 0 ||
	    (e = read_ids(&h, "references", 100, &m->references)) != 0 ||
	    (e = read_importance(&h, &m->importance)) != 0 ||
	    (e = words(&h, "auto-submitted", &s)) != 0)
		return e;
	m->auto_submitted = allowed(s, autos);
	if ((e = mail_authentication(d, list, &m->authentication)) != 0)
		return e;
	*out = m;
	return report_dropped(&h);
}
