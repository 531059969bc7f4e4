/* Which part is text to be read, which is a file. */
#include <string.h>

#include "formats/mail/mail_int.h"

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

static int
plan_text(struct mail_job *j, struct mpart *p, struct mail_body *b)
{
	int e;

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

/* A fixed answer: this part never goes further. */
static int
hold(struct mail_job *j, struct mpart *p, int err, const char *why)
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

static int
plan_multipart(struct mail_job *j, struct mpart *p, struct mail_body *b)
{
	int e = 0;

	if (strcmp(p->type, "multipart/encrypted") == 0)
		return hold(j, p, ERR_ENCRYPTED, "an encrypted message");
	if (strcmp(p->type, "multipart/alternative") == 0 && b == NULL &&
	    (e = new_body(j, &b)) != 0)
		return e;
	for (struct mpart *c = p->first; e == 0 && c != NULL; c = c->next)
		e = plan(j, c, b);
	return e;
}

static int
plan(struct mail_job *j, struct mpart *p, struct mail_body *b)
{
	switch (p->kind) {
	case MPART_TEXT:
	case MPART_HTML:
		return plan_text(j, p, b);
	case MPART_MULTIPART:
		return plan_multipart(j, p, b);
	case MPART_MESSAGE:
	case MPART_FILE:
		break;
	}
	if (strcmp(p->type, "message/partial") == 0)
		return hold(j, p, ERR_UNSUPPORTED, "one piece of a message");
	if (strcmp(p->type, "message/external-body") == 0)
		return hold(j, p, ERR_BLOCKED, "a file that lies elsewhere");
	return plan_file(j, p);
}

/* Our own report of an earlier pass: the last part, by its name. */
static void
find_report(struct mail_job *j)
{
	struct mpart *last = j->root->first;

	if (doc_options(j->d)->mail_fresh || j->root->next != NULL ||
	    j->root->kind != MPART_MULTIPART)
		return;
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
