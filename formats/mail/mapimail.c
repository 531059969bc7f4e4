/* The parts of a mail out of an Outlook message. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "formats/mail/mapi.h"
#include "formats/safename.h"

#define BODY_MAX (64u << 20)

enum method { BY_VALUE = 1, EMBEDDED = 5, OLE = 6 };

struct build {
	struct doc *d;
	const char *where;
	unsigned parts;
	struct mpart *files, **tail;
};

static const char *
part_where(struct build *b, const char *what)
{
	char text[160];

	snprintf(text, sizeof(text), "%.120s%s%s", b->where,
	    b->where[0] == '\0' ? "" : "/", what);
	return doc_strndup(b->d, text, strlen(text));
}

static struct mpart *
new_part(struct build *b, enum mpart_kind kind, const char *type,
    const char *where)
{
	struct mpart *p = doc_alloc(b->d, sizeof(*p));

	if (p == NULL || (where = part_where(b, where)) == NULL)
		return NULL;
	p->kind = kind;
	p->type = type;
	p->charset = p->name = p->id = "";
	p->where = where;
	return p;
}

/* A copy of a buffer in document memory. */
static int
keep(struct doc *d, const struct buf *from, struct reader *out)
{
	char *copy = doc_strndup(d,
	    from->data == NULL ? "" : (char *)from->data, from->len);

	if (copy == NULL)
		return ERR_NOMEM;
	reader_init(out, copy, from->len);
	return 0;
}

/* ---- bodies */

static uint32_t
html_codepage(const struct mapi_object *o)
{
	uint32_t cp;

	return mapi_number(o, MAPI_INTERNET_CODEPAGE, &cp) ? cp : o->codepage;
}

static bool
is_empty(const struct reader *r)
{
	for (size_t i = 0; i < r->len; i++)
		if (r->data[i] > ' ')
			return false;
	return true;
}

/* PidTagBody or PidTagHtml as it stands; *out stays NULL when there is none. */
static int
direct_body(struct build *b, const struct mapi_object *o, uint16_t id,
    struct mpart **out)
{
	const struct mapi_prop *p = mapi_find(o, id);
	bool html = id == MAPI_HTML;
	const char *text;
	struct mpart *m;
	int e;

	*out = NULL;
	if (p == NULL || is_empty(&p->value) ||
	    (p->type != MAPI_UNICODE && p->type != MAPI_STRING8 &&
		p->type != MAPI_BINARY))
		return 0;
	m = new_part(b, html ? MPART_HTML : MPART_TEXT,
	    html ? "text/html" : "text/plain", html ? "html" : "text");
	if (m == NULL)
		return ERR_NOMEM;
	m->is_inline = true;
	if (p->type == MAPI_UNICODE) {
		if ((e = mapi_raw(b->d, o, id, &text)) != 0)
			return e;
		reader_init(&m->body, text, strlen(text));
		m->charset = "utf-8";
	} else {
		m->body = p->value;
		while (m->body.len > 0 && m->body.data[m->body.len - 1] == 0)
			m->body.len--;
		m->charset =
		    mapi_charset(html ? html_codepage(o) : o->codepage);
	}
	*out = m;
	return 0;
}

static int
unpack_rtf(struct build *b, const struct mapi_prop *p, struct buf *text,
    enum rtf_kind *kind)
{
	struct reader rtf;
	int e;

	if ((e = rtf_unpack(b->d, &p->value, &rtf)) == 0)
		e = rtf_text(b->d, &rtf, text, kind);
	return e;
}

/* The body that hides in compressed RTF, when it says more than the others. */
static int
rtf_body(struct build *b, const struct mapi_object *o, struct mpart **text,
    struct mpart **html)
{
	const struct mapi_prop *p = mapi_find(o, MAPI_RTF_COMPRESSED);
	enum rtf_kind kind = RTF_PLAIN;
	struct mpart *m;
	struct buf out;
	bool as_html;
	int e;

	if (p == NULL || p->type != MAPI_BINARY || *html != NULL)
		return 0;
	buf_init(&out, BODY_MAX);
	e = unpack_rtf(b, p, &out, &kind);
	if (e == ERR_MALFORMED || e == ERR_TRUNCATED) {
		doc_forgive(b->d);
		e = doc_found(b->d, FIND_OUTLOOK_BODY, ACT_REMOVED, b->where,
		    "RTF");
		goto out;
	}
	as_html = kind == RTF_OF_HTML;
	if (e != 0 || out.len == 0 || (!as_html && *text != NULL))
		goto out;
	m = new_part(b, as_html ? MPART_HTML : MPART_TEXT,
	    as_html ? "text/html" : "text/plain", as_html ? "html" : "text");
	if (m == NULL) {
		e = ERR_NOMEM;
		goto out;
	}
	m->is_inline = true;
	m->charset = "utf-8";
	*(as_html ? html : text) = m;
	if ((e = keep(b->d, &out, &m->body)) == 0 && kind == RTF_PLAIN)
		e = doc_found(b->d, FIND_OUTLOOK_RTF, ACT_REPLACED, b->where,
		    NULL);
out:
	buf_done(&out);
	return e;
}

static int
bodies(struct build *b, const struct mapi_object *o, struct mpart **out)
{
	struct mpart *text, *html, *both;
	int e;

	*out = NULL;
	if ((e = direct_body(b, o, MAPI_BODY, &text)) != 0 ||
	    (e = direct_body(b, o, MAPI_HTML, &html)) != 0 ||
	    (e = rtf_body(b, o, &text, &html)) != 0)
		return e;
	if (text == NULL || html == NULL) {
		*out = text != NULL ? text : html;
		return 0;
	}
	both = new_part(b, MPART_MULTIPART, "multipart/alternative", "body");
	if (both == NULL)
		return ERR_NOMEM;
	both->first = text;
	text->next = html;
	*out = both;
	return 0;
}

/* ---- attachments */

/* "ab" and "abc" agree for 8.3 names; case does not count. */
static bool
ends_differ(const char *a, const char *b)
{
	const char *x = safename_get_ext(a), *y = safename_get_ext(b);
	size_t n = strlen(x) < strlen(y) ? strlen(x) : strlen(y);

	if (strlen(x) == strlen(y))
		return strcasecmp(x, y) != 0;
	return n != 3 || strncasecmp(x, y, 3) != 0;
}

/* The last component of what may be a path. */
static const char *
base_name(const char *s)
{
	const char *p = s;

	for (; *s != '\0'; s++)
		if (*s == '/' || *s == '\\')
			p = s + 1;
	return p;
}

static int
attachment_name(struct build *b, const struct mapi_object *a, const char *where,
    const char **out)
{
	static const uint16_t from[] = { MAPI_ATTACH_LONG_FILENAME,
		MAPI_ATTACH_FILENAME, MAPI_DISPLAY_NAME };
	const char *name[4] = { "", "", "", a->title != NULL ? a->title : "" };
	int e;

	for (size_t i = 0; i < 3; i++)
		if ((e = mapi_string(b->d, a, from[i], &name[i])) != 0)
			return e;
	*out = "";
	for (size_t i = 0; i < 4 && **out == '\0'; i++)
		*out = base_name(name[(i == 2) ? 3 : (i == 3) ? 2 : i]);
	for (size_t i = 0; i < 4; i++)
		if (i != 2 && name[i][0] != '\0' &&
		    ends_differ(*out, base_name(name[i])) &&
		    (e = doc_found(b->d, FIND_OUTLOOK_NAMES, ACT_NOTED, where,
			 "%s, %s", *out, name[i])) != 0)
			return e;
	return 0;
}

/* A claimed type: "image/png", lower case, else the neutral one. */
static int
mime_type(struct build *b, const struct mapi_object *a, const char **out)
{
	const char *s;
	char *low;
	size_t n;
	int e;

	*out = "application/octet-stream";
	if ((e = mapi_string(b->d, a, MAPI_ATTACH_MIME_TAG, &s)) != 0)
		return e;
	n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		      "0123456789-.+_/");
	if (s[n] != '\0' || n == 0 || n > 100 || strchr(s, '/') == NULL)
		return 0;
	if ((low = doc_strndup(b->d, s, n)) == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++)
		if (low[i] >= 'A' && low[i] <= 'Z')
			low[i] = (char)(low[i] - 'A' + 'a');
	*out = low;
	return 0;
}

static int
content_id(struct build *b, const struct mapi_object *a, const char **out)
{
	const char *s;
	size_t n;
	int e;

	*out = "";
	if ((e = mapi_string(b->d, a, MAPI_ATTACH_CONTENT_ID, &s)) != 0)
		return e;
	s += *s == '<';
	n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		      "0123456789-.+_@$=#");
	if (n == 0 || n > 200 || (s[n] != '\0' && s[n] != '>'))
		return 0;
	*out = doc_strndup(b->d, s, n);
	return *out == NULL ? ERR_NOMEM : 0;
}

static int
add_file(struct build *b, const struct mapi_object *a,
    const struct reader *bytes, const char *where)
{
	struct mpart *m = new_part(b, MPART_FILE, "", where);
	int e;

	if (m == NULL)
		return ERR_NOMEM;
	if ((e = attachment_name(b, a, m->where, &m->name)) != 0 ||
	    (e = mime_type(b, a, &m->type)) != 0 ||
	    (e = content_id(b, a, &m->id)) != 0)
		return e;
	m->body = *bytes;
	m->is_inline = m->id[0] != '\0';
	*b->tail = m;
	b->tail = &m->next;
	return 0;
}

/* An attached message goes through a module of its own, as TNEF. */
static int
add_message(struct build *b, const struct mapi_object *a, const char *where)
{
	struct mpart *m = new_part(b, MPART_FILE, "application/ms-tnef", where);
	char name[SAFENAME_BUF];
	int e;

	if (m == NULL)
		return ERR_NOMEM;
	if ((e = attachment_name(b, a, m->where, &m->name)) != 0)
		return e;
	snprintf(name, sizeof(name), "%.160s.tnef",
	    m->name[0] == '\0' ? "message" : m->name);
	if ((m->name = doc_strndup(b->d, name, strlen(name))) == NULL)
		return ERR_NOMEM;
	m->body = a->tnef;
	if (a->embedded != NULL &&
	    (e = mapi_pack(b->d, a->embedded, &m->body)) != 0)
		return e;
	*b->tail = m;
	b->tail = &m->next;
	return 0;
}

static int
dropped(struct build *b, const struct mapi_object *a, enum finding_id id,
    const char *where)
{
	static const uint16_t from[] = { MAPI_ATTACH_LONG_PATHNAME,
		MAPI_ATTACH_PATHNAME, MAPI_ATTACH_LONG_FILENAME,
		MAPI_ATTACH_FILENAME, MAPI_DISPLAY_NAME };
	const char *s = "";
	int e;

	for (size_t i = 0; i < 5 && *s == '\0'; i++)
		if ((e = mapi_string(b->d, a, from[i], &s)) != 0)
			return e;
	if ((where = part_where(b, where)) == NULL)
		return ERR_NOMEM;
	return doc_found(b->d, id, ACT_REMOVED, where, "%.200s", s);
}

static bool
same_bytes(const struct reader *a, const struct reader *b)
{
	return a->len == b->len &&
	       (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static int
attachment(struct build *b, const struct mapi_object *a)
{
	const struct mapi_prop *data = mapi_find(a, MAPI_ATTACH_DATA);
	uint32_t method = BY_VALUE;
	char where[32];
	int e;

	if (b->parts++ >= MAIL_PARTS_MAX)
		return doc_fail(b->d, ERR_LIMIT, "more than %d attachments",
		    MAIL_PARTS_MAX);
	snprintf(where, sizeof(where), "attachment %u", b->parts);
	if (a->embedded != NULL || a->tnef.len > 0)
		return add_message(b, a, where);
	(void)mapi_number(a, MAPI_ATTACH_METHOD, &method);
	if (a->is_ole || method == OLE)
		return dropped(b, a, FIND_OUTLOOK_OLE, where);
	if (data != NULL && data->type != MAPI_BINARY)
		data = NULL;
	if (a->data.len > 0 && (e = add_file(b, a, &a->data, where)) != 0)
		return e;
	if (data != NULL && data->value.len > 0 &&
	    (a->data.len == 0 || !same_bytes(&a->data, &data->value)))
		return add_file(b, a, &data->value, where);
	if (a->data.len > 0)
		return 0;
	return dropped(b, a,
	    method == BY_VALUE || method == 0 || method == EMBEDDED
		? FIND_OUTLOOK_BROKEN
		: FIND_OUTLOOK_REFERENCE,
	    where);
}

/* ---- what only Outlook would act on */

static int
report(struct build *b, const struct mapi_object *o)
{
	static const struct {
		uint32_t lid;
		enum finding_id id;
	} acting[] = {
		{ MAPI_LID_REMINDER_FILE, FIND_OUTLOOK_REMINDER },
		{ MAPI_LID_VERBS, FIND_OUTLOOK_VOTING },
	};
	const char *class;
	int e;

	for (size_t i = 0; i < sizeof(acting) / sizeof(acting[0]); i++)
		if (mapi_find_lid(o, acting[i].lid) != NULL &&
		    (e = doc_found(b->d, acting[i].id, ACT_REMOVED, b->where,
			 NULL)) != 0)
			return e;
	if ((e = mapi_string(b->d, o, MAPI_MESSAGE_CLASS, &class)) != 0)
		return e;
	if (class[0] == '\0' || strcasecmp(class, "IPM.Note") == 0 ||
	    strcasecmp(class, "IPM.Microsoft Mail.Note") == 0 ||
	    strncasecmp(class, "IPM.Note.SMIME", 14) == 0 ||
	    strncasecmp(class, "REPORT.", 7) == 0)
		return 0;
	return doc_found(b->d,
	    strncasecmp(class, "IPM.Note.", 9) == 0 ? FIND_OUTLOOK_FORM
						    : FIND_OUTLOOK_CLASS,
	    ACT_REMOVED, b->where, "%.100s", class);
}

int
mapi_mail(struct doc *d, const struct mapi_object *o, const char *where,
    struct mpart **out)
{
	struct build b = { .d = d, .where = where };
	struct mpart *m, *body, *mixed;
	int e;

	b.tail = &b.files;
	if ((m = new_part(&b, MPART_MESSAGE, "message/rfc822", "")) == NULL)
		return ERR_NOMEM;
	m->where = where;
	if ((e = mapi_head(d, o, &m->head)) != 0 ||
	    (e = bodies(&b, o, &body)) != 0 || (e = report(&b, o)) != 0)
		return e;
	for (const struct mapi_object *a = o->attachments; a != NULL;
	     a = a->next)
		if ((e = attachment(&b, a)) != 0)
			return e;
	if (body == NULL && b.files == NULL &&
	    (body = new_part(&b, MPART_TEXT, "text/plain", "text")) == NULL)
		return ERR_NOMEM;
	m->first = body;
	*out = m;
	if (b.files == NULL)
		return 0;
	if ((mixed = new_part(&b, MPART_MULTIPART, "multipart/mixed",
		 "parts")) == NULL)
		return ERR_NOMEM;
	mixed->first = body != NULL ? body : b.files;
	if (body != NULL)
		body->next = b.files;
	m->first = mixed;
	return 0;
}
