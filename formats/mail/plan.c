/* Which part is text to be read, which is a file. */
#include <string.h>
#include <strings.h>

#include "formats/mail/mail_int.h"
#include "formats/mail/outlook.h"

static int plan(struct mail_job *, struct mpart *,
    struct mail_body *) MUST_CHECK;

int
mail_add_entry(struct mail_job *j, struct mpart *p, struct mail_entry **out)
{
	struct mail_entry *en = doc_alloc(j->d, sizeof(*en));

	if (en == NULL)
		return ERR_NOMEM;
	en->part = p;
	en->bytes = p->body.len;
	en->came = p->name;
	*j->entry_end = en;
	j->entry_end = &en->next;
	*out = en;
	return 0;
}

static int
new_body(struct mail_job *j, struct mail_body **out)
{
	struct mail_body *b = doc_alloc(j->d, sizeof(*b));

	if (b == NULL)
		return ERR_NOMEM;
	*j->body_end = b;
	j->body_end = &b->next;
	*out = b;
	return 0;
}

#define CONTROLS_SHARE 50

/* Said to be text, and none in any charset but UTF-16: one byte of fifty is
 * none of a text. A few of them are filtered. */
static bool
is_binary(const struct mpart *p)
{
	size_t odd = 0;
	uint8_t c;

	if (strncmp(p->charset, "utf-16", 6) == 0 ||
	    strncmp(p->charset, "utf-32", 6) == 0 ||
	    reader_has(&p->body, 0, "\xff\xfe", 2) ||
	    reader_has(&p->body, 0, "\xfe\xff", 2))
		return false;
	for (size_t i = 0; i < p->body.len; i++) {
		c = p->body.data[i];
		odd += c < 7 || c == 0x7f || (c > 13 && c < ' ' && c != 0x1b);
	}
	return odd > p->body.len / CONTROLS_SHARE &&
	       memchr(p->body.data, 0, p->body.len) != NULL;
}

/* The first part, named but not said to be a file: programs show it. */
static bool
is_named_text(const struct mail_job *j, const struct mpart *p)
{
	return j->bodies == NULL && j->entries == NULL && p->is_inline &&
	       !p->doubtful && p != j->report_part &&
	       strcmp(p->type, "text/plain") == 0 &&
	       strcasecmp(safename_get_ext(p->name), "txt") == 0;
}

static int
plan_text(struct mail_job *j, struct mpart *p, struct mail_body *b)
{
	int e;

	if (p->kind == MPART_TEXT && (e = mail_text_files(j, p)) != 0)
		return e;
	if (j->in_tnef && j->bodies != NULL) {
		/* The same text again, perhaps with more form. */
		b = j->bodies;
		if (p->kind == MPART_TEXT && b->n_text + b->n_html > 0)
			return 0;
	}
	if (b == NULL && (e = new_body(j, &b)) != 0)
		return e;
	if (p->kind == MPART_TEXT && b->n_text < MAIL_VARIANTS_MAX)
		b->text[b->n_text++] = p;
	else if (p->kind == MPART_HTML && b->n_html < MAIL_VARIANTS_MAX)
		b->html[b->n_html++] = p;
	else
		return doc_fail(j->d, ERR_LIMIT, "too many texts");
	return 0;
}

static int
plan_file(struct mail_job *j, struct mpart *p)
{
	struct mail_entry *en;

	return mail_add_entry(j, p, &en);
}

int
mail_plan_held(struct mail_job *j, struct mpart *p, int err, const char *why)
{
	struct mail_entry *en;
	int e = mail_add_entry(j, p, &en);

	if (e != 0)
		return e;
	en->fate = FATE_HELD;
	en->err = err;
	en->why = why;
	return 0;
}

static bool
is_signature(const struct mpart *p)
{
	return strcmp(p->type, "application/pkcs7-signature") == 0 ||
	       strcmp(p->type, "application/x-pkcs7-signature") == 0 ||
	       strcmp(p->type, "application/pgp-signature") == 0;
}

static int
drop_signature(struct mail_job *j, const struct mpart *p)
{
	const char *signer;
	int e;

	if (strcmp(p->type, "application/pgp-signature") == 0)
		return doc_found(j->d, FIND_MAIL_SIGNATURE, ACT_REMOVED,
		    p->where, "OpenPGP");
	if ((e = mail_signer(j->d, &p->body, &signer)) != 0)
		return e;
	return doc_found(j->d, FIND_MAIL_SIGNATURE, ACT_REMOVED, p->where,
	    "S/MIME: %s", signer);
}

static int
plan_multipart(struct mail_job *j, struct mpart *p, struct mail_body *b)
{
	int e = 0;

	if (strcmp(p->type, "multipart/encrypted") == 0)
		return mail_plan_held(j, p, ERR_ENCRYPTED,
		    "an encrypted message");
	if (strcmp(p->type, "multipart/alternative") == 0 && b == NULL &&
	    !j->in_tnef && (e = new_body(j, &b)) != 0)
		return e;
	for (struct mpart *c = p->first; e == 0 && c != NULL; c = c->next)
		e = strcmp(p->type, "multipart/signed") == 0 && is_signature(c)
			? drop_signature(j, c)
			: plan(j, c, b);
	return e;
}

/* winmail.dat: what is in it stands in its place. */
static int
plan_tnef(struct mail_job *j, struct mpart *p, bool *done)
{
	struct mpart *m;
	int e;

	*done = false;
	/* A message inside an Outlook message is one of its own: outlook.h. */
	if (!reader_has(&p->body, 0, "\x78\x9f\x3e\x22", 4) || j->in_tnef ||
	    strcasecmp(safename_get_ext(p->name), "tnef") == 0)
		return 0;
	e = mail_tnef(j->d, &p->body, p->where, &m);
	if (e == ERR_MALFORMED || e == ERR_TRUNCATED) {
		doc_forgive(j->d);
		return 0;
	}
	if (e != 0)
		return e;
	*done = true;
	if ((e = doc_found(j->d, FIND_MAIL_OPENED, ACT_REPLACED, p->where, "%s",
		 p->name)) != 0)
		return e;
	j->in_tnef = true;
	for (struct mpart *c = m->first; e == 0 && c != NULL; c = c->next)
		e = plan(j, c, NULL);
	j->in_tnef = false;
	return e;
}

/* A signed message in one piece. */
static int
plan_opaque(struct mail_job *j, struct mpart *p, struct mail_body *b)
{
	const char *signer;
	struct reader inner;
	struct mpart *m;
	int e = mail_unwrap(j->d, &p->body, &inner, &signer);

	if (e == ERR_ENCRYPTED || e == ERR_MALFORMED) {
		doc_forgive(j->d);
		return mail_plan_held(j, p, e,
		    e == ERR_ENCRYPTED ? "an encrypted message"
				       : "no message in it");
	}
	if (e != 0 || (e = doc_found(j->d, FIND_MAIL_SIGNATURE, ACT_REMOVED,
			   p->where, "S/MIME: %s", signer)) != 0)
		return e;
	if (++j->unwrapped > MAIL_UNWRAP_MAX)
		return mail_plan_held(j, p, ERR_LIMIT, "signed too often");
	if ((e = mail_tree(j->d, &inner, &m)) != 0)
		return e;
	for (; e == 0 && m != NULL; m = m->next)
		e = plan(j, m, b);
	return e;
}

static bool
is_one_of(const char *type, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(*list, type) == 0)
			return true;
	return false;
}

/* RFC 8551, 3.10: some programs know S/MIME by this name alone. */
static bool
is_opaque(const struct mpart *p)
{
	static const char *const types[] = { "application/pkcs7-mime",
		"application/x-pkcs7-mime", NULL };

	return is_one_of(p->type, types) ||
	       (strcmp(p->type, "application/octet-stream") == 0 &&
		   strcasecmp(p->name, "smime.p7m") == 0);
}

static int
plan_special(struct mail_job *j, struct mpart *p, struct mail_body *b,
    bool *done)
{
	static const char *const dropped[] = { "text/x-amp-html",
		"application/applefile", NULL };

	*done = true;
	if (strcmp(p->type, "message/partial") == 0)
		return mail_plan_held(j, p, ERR_UNSUPPORTED,
		    "one piece of a message");
	if (strcmp(p->type, "message/external-body") == 0)
		return mail_plan_held(j, p, ERR_BLOCKED,
		    "a file that lies elsewhere");
	if (is_one_of(p->type, dropped))
		return doc_found(j->d, FIND_MAIL_DROPPED, ACT_REMOVED, p->where,
		    "%s", p->type);
	if (is_opaque(p))
		return plan_opaque(j, p, b);
	return plan_tnef(j, p, done);
}

static int
plan(struct mail_job *j, struct mpart *p, struct mail_body *b)
{
	bool done = false;
	int e;

	switch (p->kind) {
	case MPART_TEXT:
	case MPART_HTML:
		return is_binary(p) ? plan_file(j, p) : plan_text(j, p, b);
	case MPART_MULTIPART:
		return plan_multipart(j, p, b);
	case MPART_MESSAGE:
		return plan_file(j, p);
	case MPART_FILE:
		if (is_named_text(j, p)) {
			p->kind = MPART_TEXT;
			return plan(j, p, b);
		}
		break;
	}
	e = plan_special(j, p, b, &done);
	return e != 0 || done ? e : plan_file(j, p);
}

/* Our own report of an earlier pass: the last part, by its name. */
static void
find_report(struct mail_job *j)
{
	struct mpart *last;

	if (doc_options(j->d)->mail_fresh || j->root == NULL ||
	    j->root->next != NULL || j->root->kind != MPART_MULTIPART)
		return;
	last = j->root->first;
	while (last != NULL && last->next != NULL)
		last = last->next;
	if (last != NULL && last->kind == MPART_FILE &&
	    strcmp(last->type, "text/plain") == 0 &&
	    strcmp(last->name, MAIL_REPORT_NAME) == 0)
		j->report_part = last;
}

int
mail_plan(struct mail_job *j)
{
	int e = 0;

	find_report(j);
	for (struct mpart *p = j->root; e == 0 && p != NULL; p = p->next)
		e = plan(j, p, NULL);
	return e;
}
