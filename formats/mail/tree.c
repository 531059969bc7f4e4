/*
 * Our own strict reader: a message as a tree of parts.
 *
 * Where a message can be read in several ways (two Content-Type headers,
 * base64 that goes on behind its padding, ...) it is read again by each other
 * rule that would matter, and once by GMime; what only the other readings
 * find is added as files, marked doubtful. docs/formats/mail.md.
 */
#include <stdio.h>
#include <string.h>

#include "formats/mail/mail_int.h"
#include "formats/mail/tree_int.h"

#define BOUNDARY_MAX 256
#define ID_MAX	     200

struct context {
	const char *where;
	unsigned depth;
	bool in_digest;
};

static int read_entity(struct mail_reading *, struct reader *in,
    const struct context *, struct mpart **out) MUST_CHECK;

/* ---- type, name, disposition */

static bool
is_type(const char *s)
{
	const char *slash = strchr(s, '/');

	return slash != NULL && slash != s && slash[1] != '\0' &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789/"
			 "!#$&^_.+-") == strlen(s) &&
	       strchr(slash + 1, '/') == NULL;
}

static int
read_type(struct mail_reading *m, const struct mail_field *ct, bool in_digest,
    struct mpart *p)
{
	char type[MAIL_TYPE_BYTES] = "";
	bool clean = true;

	if (ct != NULL)
		mail_token(&ct->raw, type, &clean);
	if (ct != NULL && (!clean || !is_type(type)))
		m->odd |= ODD_TYPE;
	if (!is_type(type))
		snprintf(type, sizeof(type), "%s",
		    in_digest && ct == NULL ? "message/rfc822" : "text/plain");
	p->type = mail_lower(m->d, type, strlen(type));
	return p->type == NULL ? ERR_NOMEM : 0;
}

static int
parameter(struct mail_reading *m, const struct mail_field *f, const char *name,
    const char *out[MAIL_CANDIDATES_MAX], size_t *n)
{
	*n = 0;
	return f == NULL ? 0 : mail_parameter(m->d, &f->raw, name, out, n);
}

/* A name that would never cross, or the one that differs, is what counts. */
static const char *
worse_name(struct mail_reading *m, const char *a, const char *b)
{
	const struct format *f;
	const char *ext;

	if (a[0] == '\0' || b[0] == '\0')
		return a[0] == '\0' ? b : a;
	ext = safename_get_ext(b);
	if (strcasecmp(safename_get_ext(a), ext) == 0)
		return a;
	m->odd |= ODD_NAME;
	f = format_by_extension(ext);
	return f != NULL && (f->flags & FMT_BLOCKED) ? b : a;
}

static int
read_name(struct mail_reading *m, const struct mail_field *cd,
    const struct mail_field *ct, struct mpart *p)
{
	const char *c[MAIL_CANDIDATES_MAX];
	size_t n;
	int e;

	p->name = "";
	if ((e = parameter(m, cd, "filename", c, &n)) != 0)
		return e;
	for (size_t i = 0; i < n; i++)
		p->name = worse_name(m, p->name, c[i]);
	if ((e = parameter(m, ct, "name", c, &n)) != 0)
		return e;
	for (size_t i = 0; i < n; i++)
		p->name = worse_name(m, p->name, c[i]);
	return 0;
}

static int
read_disposition(struct mail_reading *m, const struct mail_field *cd,
    struct mpart *p)
{
	char token[MAIL_TYPE_BYTES];
	bool clean;

	p->is_inline = true;
	if (cd == NULL)
		return 0;
	mail_token(&cd->raw, token, &clean);
	p->is_inline = strcmp(token, "inline") == 0 || token[0] == '\0';
	(void)m;
	return 0;
}

static int
read_id(struct mail_reading *m, const struct mail_field *f, struct mpart *p)
{
	const char *id;
	char *own;
	size_t n;
	int e;

	p->id = "";
	if (f == NULL)
		return 0;
	if ((e = mail_words(m->d, &f->raw, &id)) != 0)
		return e;
	id += strspn(id, " <");
	n = strcspn(id, "> ");
	if ((own = doc_strndup(m->d, id, n < ID_MAX ? n : ID_MAX)) == NULL)
		return ERR_NOMEM;
	for (char *c = own; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~' || strchr("<>\"\\(),;", *c) != NULL)
			*c = '_';
	p->id = own;
	return 0;
}

static int
read_charset(struct mail_reading *m, const struct mail_field *ct,
    struct mpart *p)
{
	const char *c[MAIL_CANDIDATES_MAX];
	size_t n;
	int e;

	p->charset = "";
	if ((e = parameter(m, ct, "charset", c, &n)) != 0 || n == 0)
		return e;
	p->charset = mail_lower(m->d, c[0], strlen(c[0]));
	return p->charset == NULL ? ERR_NOMEM : 0;
}

static enum mpart_kind
kind_of(const struct mpart *p)
{
	/* The last ones tell what became of a mail. */
	static const char *const texts[] = { "text/plain", "text/enriched",
		"text/richtext", "message/delivery-status",
		"message/disposition-notification", "message/feedback-report",
		"text/rfc822-headers" };

	if (strncmp(p->type, "multipart/", 10) == 0)
		return MPART_MULTIPART;
	if (strcmp(p->type, "message/rfc822") == 0 ||
	    strcmp(p->type, "message/global") == 0 ||
	    strcmp(p->type, "message/news") == 0)
		return MPART_MESSAGE;
	if (!p->is_inline || p->name[0] != '\0')
		return MPART_FILE;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(p->type, texts[i]) == 0)
			return MPART_TEXT;
	return strcmp(p->type, "text/html") == 0 ? MPART_HTML : MPART_FILE;
}

/* ---- parts */

/* One delimiter line: [from, to) with the line end before it. */
struct delimiter {
	size_t from, to;
	bool closes;
};

/* Behind "--boundary": what follows on the line? false: another boundary. */
static bool
read_delimiter(struct reader *r, struct delimiter *out)
{
	struct reader line, rest;

	out->closes = false;
	if (!mail_line(r, &line))
		reader_init(&line, "", 0);
	rest = line;
	if (reader_has(&line, 0, "--", 2)) {
		out->closes = true;
		return true;
	}
	for (size_t i = 0; i < rest.len; i++)
		if (!reader_has(&line, i, " ", 1) &&
		    !reader_has(&line, i, "\t", 1))
			return false;
	return true;
}

/* The end of line that stands before a delimiter belongs to it. */
static size_t
before(const struct reader *in, size_t at)
{
	if (at > 0 && reader_has(in, at - 1, "\n", 1))
		at--;
	if (at > 0 && reader_has(in, at - 1, "\r", 1))
		at--;
	return at;
}

/* The next delimiter from the cursor on, which moves behind it. */
static bool
next_delimiter(struct mail_reading *m, struct reader *in, const char *mark,
    struct delimiter *out)
{
	size_t at, from = reader_pos(in), n = strlen(mark);

	while (reader_find(in, from, mark, n, &at) == 0) {
		from = at + n;
		if (at > 0 && !reader_has(in, at - 1, "\n", 1) &&
		    !reader_has(in, at - 1, "\r", 1))
			continue;
		if (reader_seek(in, from) != 0)
			return false;
		if (!read_delimiter(in, out))
			continue;
		out->from = before(in, at);
		out->to = reader_pos(in);
		(void)m;
		return true;
	}
	return false;
}

/* Text before or behind the parts that looks like a part of its own. */
static bool
has_part(const struct reader *r)
{
	size_t at;

	return memmem(r->data, r->len, "ontent-Type:", 12) != NULL ||
	       memmem(r->data, r->len, "ONTENT-TYPE:", 12) != NULL ||
	       reader_find(r, 0, "ontent-type:", 12, &at) == 0 ||
	       reader_find(r, 0, "ontent-Disposition:", 19, &at) == 0;
}

static int
add_part(struct mail_reading *m, struct reader *body, const struct context *c,
    unsigned n, struct mpart ***end)
{
	struct context sub = { .depth = c->depth + 1,
		.in_digest = c->in_digest };
	char where[64];
	int e;

	snprintf(where, sizeof(where), "%.50s%s%u", c->where,
	    c->where[0] == '\0' ? "" : ".", n);
	if ((sub.where = doc_strndup(m->d, where, strlen(where))) == NULL)
		return ERR_NOMEM;
	if ((e = read_entity(m, body, &sub, *end)) != 0)
		return e;
	*end = &(**end)->next;
	return 0;
}

static int
split(struct mail_reading *m, struct mpart *p, const char *boundary,
    const struct context *c)
{
	struct context sub = *c;
	struct mpart **end = &p->first;
	struct reader in = p->body, part;
	struct delimiter a = { 0 }, b = { 0 };
	char mark[BOUNDARY_MAX + 4];
	unsigned n = 0;
	bool more;
	int e;

	snprintf(mark, sizeof(mark), "--%s", boundary);
	sub.in_digest = strcmp(p->type, "multipart/digest") == 0;
	if (!next_delimiter(m, &in, mark, &a))
		return 0;
	if (reader_view(&in, 0, a.from, &part) == 0 && has_part(&part))
		m->odd |= ODD_OUTSIDE;
	for (; !a.closes; a = b) {
		more = next_delimiter(m, &in, mark, &b);
		if (!more) {
			m->odd |= ODD_UNENDED;
			b = (struct delimiter){ in.len, in.len, true };
		}
		if (b.from < a.to)
			b.from = a.to;
		if (reader_view(&in, a.to, b.from - a.to, &part) != 0)
			return ERR_INTERNAL;
		if ((e = add_part(m, &part, &sub, ++n, &end)) != 0)
			return e;
	}
	if (reader_view(&in, a.to, in.len - a.to, &part) == 0 &&
	    has_part(&part))
		m->odd |= ODD_OUTSIDE;
	return 0;
}

/* Does a delimiter of this boundary stand in the body? */
static bool
occurs(struct mail_reading *m, const struct reader *body, const char *boundary)
{
	struct reader in = *body;
	struct delimiter x;
	char mark[BOUNDARY_MAX + 4];

	snprintf(mark, sizeof(mark), "--%s", boundary);
	in.pos = 0;
	return next_delimiter(m, &in, mark, &x);
}

/* No boundary is said, or one that does not occur: the first line "--X" for
 * which there is a line "--X--". */
static bool
guess(struct mail_reading *m, const struct reader *body, char out[BOUNDARY_MAX])
{
	struct reader in = *body, line;
	char mark[BOUNDARY_MAX + 8];
	size_t at;

	in.pos = 0;
	for (unsigned n = 0; n < 64 && mail_line(&in, &line); n++) {
		if (line.len < 3 || line.len >= BOUNDARY_MAX ||
		    !reader_has(&line, 0, "--", 2) ||
		    memchr(line.data, 0, line.len) != NULL)
			continue;
		snprintf(mark, sizeof(mark), "\n%.*s--", (int)line.len,
		    (const char *)line.data);
		if (reader_find(body, 0, mark, line.len + 3, &at) != 0)
			continue;
		snprintf(out, BOUNDARY_MAX, "%.*s", (int)(line.len - 2),
		    (const char *)line.data + 2);
		return occurs(m, body, out);
	}
	return false;
}

static bool
fits(const char *boundary)
{
	return boundary[0] != '\0' && strlen(boundary) < BOUNDARY_MAX;
}

/* Of the boundaries given the one that is there; *n counts those that are. */
static const char *
pick(struct mail_reading *m, const struct reader *body, const char *const *c,
    size_t n)
{
	const char *first = NULL, *last = NULL;

	for (size_t i = 0; i < n; i++) {
		if (!fits(c[i]) || !occurs(m, body, c[i]))
			continue;
		if (first == NULL)
			first = c[i];
		else
			m->varies |= RULE_LAST_BOUNDARY;
		last = c[i];
	}
	if (n > 1)
		m->odd |= ODD_BOUNDARY;
	return m->rules & RULE_LAST_BOUNDARY ? last : first;
}

static int
read_parts(struct mail_reading *m, const struct mail_field *ct, struct mpart *p,
    const struct context *c)
{
	const char *list[MAIL_CANDIDATES_MAX], *boundary;
	char guessed[BOUNDARY_MAX];
	size_t n;
	int e;

	if ((e = parameter(m, ct, "boundary", list, &n)) != 0)
		return e;
	boundary = pick(m, &p->body, list, n);
	if (boundary == NULL) {
		m->odd |= ODD_BOUNDARY;
		if (guess(m, &p->body, guessed))
			boundary = guessed;
	}
	if (boundary != NULL)
		return split(m, p, boundary, c);
	p->kind = MPART_TEXT;
	p->type = "text/plain";
	return 0;
}

static int
read_body(struct mail_reading *m, const struct mail_field *fields,
    const struct reader *raw, struct mpart *p)
{
	enum mail_cte cte = mail_cte(m, fields);
	bool composite = p->kind == MPART_MULTIPART || p->kind == MPART_MESSAGE;

	if (composite && cte != CTE_NONE)
		m->odd |= ODD_NESTING;
	p->raw = *raw;
	p->cte = (int)cte;
	return mail_undo(m, raw, cte, &p->body);
}

static int
read_entity(struct mail_reading *m, struct reader *in, const struct context *c,
    struct mpart **out)
{
	const struct mail_field *ct, *cd;
	struct mail_field *fields;
	struct reader raw;
	struct mpart *p;
	int e;

	if (c->depth > MAIL_DEPTH_MAX || ++m->parts > MAIL_PARTS_MAX)
		return doc_fail(m->d, ERR_LIMIT, "too many parts");
	if ((p = doc_alloc(m->d, sizeof(*p))) == NULL)
		return ERR_NOMEM;
	*out = p;
	p->where = c->where;
	if ((e = mail_fields(m->d, in, &m->odd, &fields)) != 0 ||
	    (e = reader_sub(in, reader_left(in), &raw)) != 0)
		return e;
	if (c->depth == 0 && (e = mail_head_read(m->d, fields, &p->head)) != 0)
		return e;
	ct = mail_field(m, fields, "content-type");
	cd = mail_field(m, fields, "content-disposition");
	if ((e = read_type(m, ct, c->in_digest, p)) != 0 ||
	    (e = read_disposition(m, cd, p)) != 0 ||
	    (e = read_name(m, cd, ct, p)) != 0 ||
	    (e = read_charset(m, ct, p)) != 0 ||
	    (e = read_id(m, mail_field(m, fields, "content-id"), p)) != 0)
		return e;
	p->kind = kind_of(p);
	if ((e = read_body(m, fields, &raw, p)) != 0)
		return e;
	return p->kind == MPART_MULTIPART ? read_parts(m, ct, p, c) : 0;
}

int
mail_read_once(struct mail_reading *m, const struct reader *in,
    struct mpart **out)
{
	struct context top = { .where = "" };
	struct reader r = *in;

	r.pos = 0;
	return read_entity(m, &r, &top, out);
}
