/* The readings of a message, put together; mail_tree(). */
#include <stdio.h>
#include <string.h>

#include "formats/mail/tree_int.h"

struct leaf {
	struct mpart *part;
	uint8_t sha256[HASH_BYTES];
};

struct leaves {
	struct leaf list[MAIL_PARTS_MAX + 1];
	size_t n;
};

static void
collect(struct mpart *p, struct leaves *out)
{
	for (; p != NULL; p = p->next) {
		if (p->kind == MPART_MULTIPART) {
			collect(p->first, out);
			continue;
		}
		if (out->n >= MAIL_PARTS_MAX)
			return;
		out->list[out->n].part = p;
		hash_of(p->body.data, p->body.len, out->list[out->n].sha256);
		out->n++;
	}
}

static bool
has_leaf(const struct leaves *l, const struct leaf *x)
{
	for (size_t i = 0; i < l->n; i++)
		if (memcmp(l->list[i].sha256, x->sha256, HASH_BYTES) == 0)
			return true;
	return false;
}

/* Text that only another reading shows is the raw text of parts. */
static bool
is_worth(const struct leaf *x)
{
	return x->part->body.len > 0 && x->part->kind != MPART_TEXT;
}

/* Text that people read, or the raw lines of other parts: nothing that only
 * one program would save as a file. */
static bool
only_text(const struct reader *r)
{
	for (size_t i = 0; i < r->len; i++)
		if (r->data[i] < ' ' && r->data[i] != '\n' &&
		    r->data[i] != '\r' && r->data[i] != '\t' &&
		    r->data[i] != 0x1b && r->data[i] != '\f')
			return false;
	return memmem(r->data, r->len, "begin ", 6) == NULL;
}

static void
append(struct mpart *root, struct mpart *p)
{
	struct mpart **end = &root->next;

	while (*end != NULL)
		end = &(*end)->next;
	p->next = NULL;
	*end = p;
}

/* Leaves of other that main lacks, behind the root as files. */
static int
unite(struct mail_reading *m, struct mpart *root, struct leaves *main_,
    struct mpart *other)
{
	struct leaves *l = doc_alloc(m->d, sizeof(*l));

	if (l == NULL)
		return ERR_NOMEM;
	collect(other, l);
	for (size_t i = 0; i < l->n; i++) {
		if (has_leaf(main_, &l->list[i]) || !is_worth(&l->list[i]))
			continue;
		if (main_->n >= MAIL_PARTS_MAX)
			return doc_fail(m->d, ERR_LIMIT, "too many parts");
		l->list[i].part->kind = MPART_FILE;
		l->list[i].part->doubtful = true;
		m->odd |= ODD_READERS;
		main_->list[main_->n++] = l->list[i];
		append(root, l->list[i].part);
	}
	return 0;
}

static int
other_rules(struct mail_reading *m, const struct reader *in, struct mpart *root,
    struct leaves *l)
{
	struct mpart *other;
	int e = 0;

	for (unsigned rule = 1; e == 0 && rule <= RULE_ALL; rule <<= 1) {
		struct mail_reading again = { .d = m->d, .rules = rule };

		if ((m->varies & rule) == 0)
			continue;
		doc_findings_hold(m->d);
		e = mail_read_once(&again, in, &other);
		if (doc_findings_settle(m->d, false) != 0)
			return ERR_IO;
		if (e == 0)
			e = unite(m, root, l, other);
	}
	return e;
}

/* ---- what GMime finds */

/* The same bytes in the same encoding: as it nearly always is. */
static bool
has_span(const struct leaves *l, const struct reader *raw, enum mail_cte cte)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct mpart *p = l->list[i].part;

		if (p->raw.data == raw->data && p->raw.len == raw->len &&
		    p->cte == (int)cte)
			return true;
	}
	return false;
}

static int
add_span(struct mail_reading *m, const struct reader *in, struct mpart *root,
    struct leaves *l, const struct mail_span *s)
{
	struct reader raw;
	struct mpart *p;
	struct leaf x;
	int e;

	if (reader_view(in, s->from, s->bytes, &raw) != 0 ||
	    has_span(l, &raw, s->cte))
		return 0;
	if ((p = doc_alloc(m->d, sizeof(*p))) == NULL)
		return ERR_NOMEM;
	if ((e = mail_undo(m, &raw, s->cte, &p->body)) != 0)
		return e;
	x.part = p;
	hash_of(p->body.data, p->body.len, x.sha256);
	if (p->body.len == 0 || has_leaf(l, &x) || only_text(&p->body))
		return 0;
	if (l->n >= MAIL_PARTS_MAX)
		return doc_fail(m->d, ERR_LIMIT, "too many parts");
	p->kind = MPART_FILE;
	p->type = "application/octet-stream";
	p->charset = p->name = p->id = p->where = "";
	p->doubtful = true;
	m->odd |= ODD_READERS;
	l->list[l->n++] = x;
	append(root, p);
	return 0;
}

/* Skips what stands before the headers of a message in a mailbox. */
static int
ask_gmime(struct mail_reading *m, const struct reader *in, struct mpart *root,
    struct leaves *l)
{
	struct mail_spans *s = doc_alloc_bytes(m->d, sizeof(*s));
	struct reader r = *in, line;
	size_t from = 0;
	int e;

	if (s == NULL)
		return ERR_NOMEM;
	r.pos = 0;
	if ((reader_has(in, 0, "From ", 5) || reader_has(in, 0, ">From ", 6)) &&
	    mail_line(&r, &line))
		from = reader_pos(&r);
	if (reader_view(in, from, in->len - from, &r) != 0)
		return ERR_INTERNAL;
	e = mail_gmime(m->d, &r, s);
	if (s->too_many)
		m->odd |= ODD_READERS;
	for (size_t i = 0; e == 0 && i < s->n; i++)
		e = add_span(m, &r, root, l, &s->list[i]);
	return e;
}

static const struct {
	unsigned bit;
	const char *what;
	bool differs; /* readers really see different mails */
} words[] = {
	{ ODD_DUPLICATE, "headers given twice", true },
	{ ODD_TYPE, "Content-Type", false },
	{ ODD_ENCODING, "Content-Transfer-Encoding", true },
	{ ODD_BOUNDARY, "boundary", true },
	{ ODD_BASE64, "base64", true },
	{ ODD_HEADER_LINE, "a line among the headers that is none", false },
	{ ODD_LINE_END, "ends of lines", false },
	{ ODD_OUTSIDE, "parts outside the parts", true },
	{ ODD_NAME, "file names", true },
	{ ODD_NESTING, "encoding of a multipart", true },
	{ ODD_READERS, "attachments", true },
};

static int
report(struct mail_reading *m)
{
	bool differs = false;
	int e = 0;

	for (size_t i = 0; e == 0 && i < sizeof(words) / sizeof(words[0]);
	     i++) {
		if ((m->odd & words[i].bit) == 0)
			continue;
		differs |= words[i].differs;
		e = doc_found(m->d, FIND_MAIL_AMBIGUOUS, ACT_REPLACED, "", "%s",
		    words[i].what);
	}
	if (e == 0 && (m->odd & ODD_UNENDED))
		e = doc_found(m->d, FIND_MAIL_UNENDED, ACT_REPLACED, "", NULL);
	if (e == 0 && differs && doc_options(m->d)->mail_ambiguous == MAIL_HOLD)
		return doc_fail(m->d, ERR_AMBIGUOUS,
		    "mail programs would read this differently");
	return e;
}

int
mail_tree(struct doc *d, const struct reader *in, struct mpart **out)
{
	struct mail_reading m = { .d = d };
	/* Mostly never touched: not cleared. */
	struct leaves *l = doc_alloc_bytes(d, sizeof(*l));
	int e;

	if (l == NULL)
		return ERR_NOMEM;
	l->n = 0;
	if ((e = mail_read_once(&m, in, out)) != 0)
		return e;
	collect(*out, l);
	if ((e = other_rules(&m, in, *out, l)) != 0 ||
	    (e = ask_gmime(&m, in, *out, l)) != 0)
		return e;
	return report(&m);
}
