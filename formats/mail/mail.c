/*
 * The mail module: a message is read as a tree, and a fresh message is
 * written of what people need of it. docs/formats/mail.md.
 */
#include <string.h>

#include "formats/format.h"
#include "formats/known/textkind.h"
#include "formats/mail/mail_int.h"

static void
add_found(struct mail_entry *en, uint32_t id)
{
	if (id == FIND_MEMBER_HELD || id == FIND_MAIL_DETACHED ||
	    id == FIND_MAIL_REMOVED)
		return;
	for (size_t i = 0; i < en->n_found; i++)
		if (en->found[i] == id)
			return;
	if (en->n_found < ENTRY_FOUND_MAX)
		en->found[en->n_found++] = id;
}

static void
heard(void *arg, const struct finding *f)
{
	struct mail_job *j = arg;

	if (f->action == ACT_KEPT || f->id >= FIND_COUNT)
		return;
	if (f->id == FIND_NAME_MISMATCH || f->id == FIND_MAGIC_MISMATCH)
		return;
	j->n_found++;
	if (j->at != NULL) {
		add_found(j->at, f->id);
		return;
	}
	j->found[f->id]++;
	if (f->id == FIND_MAIL_SIGNATURE && j->n_signers < MAIL_SIGNERS_MAX)
		j->signers[j->n_signers++] =
		    doc_strndup(j->d, f->detail, strlen(f->detail));
}

static void
done(struct mail_job *j)
{
	buf_done(&j->text);
	buf_done(&j->html);
	buf_done(&j->report);
}

static int
compose(struct mail_job *j, struct sink *to)
{
	int e;

	if ((e = mail_plan(j)) != 0 || (e = mail_files(j)) != 0 ||
	    (e = mail_bodies(j)) != 0 || (e = mail_report(j)) != 0)
		return e;
	if (doc_options(j->d)->mail_followup && doc_depth(j->d) == 0 &&
	    (e = mail_followup(j)) != 0)
		return e;
	j->out.head = j->head;
	j->out.files = j->files;
	buf_reader(&j->text, &j->out.text);
	buf_reader(&j->html, &j->out.html);
	buf_reader(&j->report, &j->out.report);
	return mail_write(j->d, &j->out, to);
}

static struct mail_job *
new_job(struct doc *d)
{
	struct mail_job *j = doc_alloc(d, sizeof(*j));
	struct doc_listener *l = doc_alloc(d, sizeof(*l));

	if (j == NULL || l == NULL)
		return NULL;
	j->d = d;
	j->body_end = &j->bodies;
	j->entry_end = &j->entries;
	j->file_end = &j->files;
	buf_init(&j->text, 1);
	buf_init(&j->html, 1);
	buf_init(&j->report, 1);
	*l = (struct doc_listener){ heard, j };
	doc_listen(d, l);
	return j;
}

/* What is gathered here becomes the document's output. */
static int
put_out(struct doc *d, struct buf *b, int e)
{
	if (e == 0)
		e = doc_put(d, b->data, b->len);
	buf_done(b);
	return e;
}

/* A password may stand there. */
static int
subject_too(struct mail_job *j)
{
	int e = buf_u8(&j->text, '\n');

	if (e == 0)
		e = buf_puts(&j->text, j->head->subject);
	return e == 0 ? buf_u8(&j->text, '\n') : e;
}

int
mail_rebuild(struct doc *d, struct mpart *root)
{
	struct mail_job *j = new_job(d);
	struct mail_head *head = root->head;
	struct sink s;
	struct buf b;
	int e;

	if (j == NULL ||
	    (head == NULL && (head = doc_alloc(d, sizeof(*head))) == NULL))
		return ERR_NOMEM;
	if (root->head == NULL)
		head->subject = head->date = head->message_id =
		    head->in_reply_to = head->references = head->importance =
			head->auto_submitted = head->authentication = "";
	j->head = head;
	/* An Outlook message is only the cover of its parts. */
	j->root = root->kind == MPART_MESSAGE && root->body.len == 0
		      ? root->first
		      : root;
	if ((e = mail_mark_sender(d, head)) != 0)
		return e;
	buf_init(&b, SIZE_MAX / 4);
	if (doc_options(d)->mail_secrets) {
		if ((e = mail_plan(j)) == 0 && (e = mail_bodies(j)) == 0 &&
		    (e = subject_too(j)) == 0)
			e = mail_secrets(d, &j->text, &b);
		done(j);
		doc_makes(d, "mail.secrets", "");
		return put_out(d, &b, e);
	}
	sink_init_buf(&s, &b, doc_budget(d, BUDGET_OUT_BYTES));
	s.plain = true;
	e = compose(j, &s);
	sink_done(&s);
	done(j);
	doc_makes(d, "mail.eml", "eml");
	return put_out(d, &b, e);
}

static int
rebuild(struct doc *d)
{
	struct reader in = doc_in(d);
	struct mpart *root;
	bool is_done;
	int e = mail_split_box(d, &is_done);

	if (e != 0 || is_done)
		return e;
	e = mail_tree(d, &in, &root);
	return e != 0 ? e : mail_rebuild(d, root);
}

static enum probe
probe(const struct reader *r, const char **sub)
{
	const char *s;

	if (text_kind(r, &s) != TEXT_MAIL)
		return PROBE_NO;
	*sub = s;
	return PROBE_YES;
}

static int
preload(void)
{
	int e = mail_cms_preload();

	if (e == 0)
		e = mail_gmime_preload();
	return e != 0 ? e : mail_words_preload();
}

static const char *const mime[] = { "message/rfc822", "message/news",
	"application/mbox", "text/plain", "text/html", "application/x-empty",
	NULL };
static const char *const extensions[] = { "eml", "mbox", "mbx", NULL };

const struct format format_mail = { .id = "mail",
	.mime = mime,
	.extensions = extensions,
	.flags = FMT_CONTAINER,
	.preload = preload,
	.probe = probe,
	.rebuild = rebuild };
