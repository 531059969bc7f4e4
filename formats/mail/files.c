/* The files of a mail: each rebuilt on its own, under a safe name. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "formats/known/textkind.h"
#include "formats/mail/mail_int.h"

static const struct {
	const char *ext, *type;
} types[] = { { "docx", "application/vnd.openxmlformats-officedocument."
			"wordprocessingml.document" },
	{ "xlsx", "application/vnd.openxmlformats-officedocument."
		  "spreadsheetml.sheet" },
	{ "pptx", "application/vnd.openxmlformats-officedocument."
		  "presentationml.presentation" },
	{ "pdf", "application/pdf" }, { "jpg", "image/jpeg" },
	{ "jpeg", "image/jpeg" }, { "png", "image/png" },
	{ "gif", "image/gif" }, { "webp", "image/webp" },
	{ "bmp", "image/bmp" }, { "tif", "image/tiff" },
	{ "tiff", "image/tiff" }, { "svg", "image/svg+xml" },
	{ "txt", "text/plain" }, { "csv", "text/csv" }, { "html", "text/html" },
	{ "ics", "text/calendar" }, { "vcf", "text/vcard" },
	{ "zip", "application/zip" }, { "eml", "message/rfc822" } };

#define N_TYPES (sizeof(types) / sizeof(types[0]))

const char *
mail_type_of(const struct doc_result *res)
{
	const struct format *f = format_by_id(res->out_format);
	const char *ext = res->out_ext;

	if (ext[0] == '\0' && f != NULL && f->extensions != NULL)
		ext = f->extensions[0];
	for (size_t i = 0; i < N_TYPES; i++)
		if (strcmp(types[i].ext, ext) == 0)
			return types[i].type;
	if (f != NULL && (f->flags & FMT_TEXT))
		return "text/plain";
	return "application/octet-stream";
}

/* A part without a name is known by its type. */
static const char *
ext_of_type(const char *type)
{
	for (size_t i = 0; i < N_TYPES; i++)
		if (strcmp(types[i].type, type) == 0)
			return types[i].ext;
	return "";
}

/* The name for the identification: a word and the type's extension. */
static int
name_it(struct mail_job *j, struct mail_entry *en)
{
	const char *ext = en->part->kind == MPART_MESSAGE
			      ? "eml"
			      : ext_of_type(en->part->type);
	const char *word = en->part->kind == MPART_MESSAGE ? "message"
			   : strncmp(en->part->type, "image/", 6) == 0
			       ? "image"
			       : "attachment";
	char name[64];

	if (en->came[0] != '\0' && en->part->kind != MPART_MESSAGE)
		return 0;
	if (en->came[0] != '\0' &&
	    strcasecmp(safename_get_ext(en->came), "eml") == 0)
		return 0;
	snprintf(name, sizeof(name), "%s-%zu%s%s", word, ++j->unnamed,
	    ext[0] == '\0' ? "" : ".", ext);
	en->came = doc_strndup(j->d, name, strlen(name));
	return en->came == NULL ? ERR_NOMEM : 0;
}

struct naming {
	struct mail_job *j;
	struct mail_entry *en;
	int err;
};

/* In a mail from outside nothing can be our report. */
static int
check_forged(struct naming *n, const char *name)
{
	struct doc *d = n->j->d;

	if (strcasecmp(name, MAIL_REPORT_NAME) != 0)
		return 0;
	return doc_found(d, FIND_MAIL_FORGED_REPORT, ACT_REPLACED, n->en->came,
	    NULL);
}

/* A path to somewhere: only its last name counts. */
static const char *
without_path(const char *s)
{
	const char *last = s;

	if (strstr(s, "..") == NULL && s[0] != '/' && s[0] != '\\' &&
	    (s[0] == '\0' || s[1] != ':'))
		return s;
	for (; *s != '\0'; s++)
		if (*s == '/' || *s == '\\')
			last = s + 1;
	return last;
}

static int
choose_name(struct naming *n, const struct doc_result *res)
{
	const char *came = without_path(n->en->came);
	char part[SAFENAME_BUF], out[SAFENAME_BUF];
	bool numbered;
	int e;

	if ((e = safename_part(came, strlen(came), part)) != 0)
		return e;
	if (part[0] == '\0')
		memcpy(part, "_", 2);
	if ((e = zip_real_name(res, part, out)) != 0 ||
	    (e = check_forged(n, out)) != 0)
		return e;
	return zip_paths_file(n->j->names, "", out, &n->en->name, &numbered);
}

static void
name_out(void *arg, struct doc_result *res)
{
	struct naming *n = arg;

	if (res->err != 0)
		return;
	n->err = choose_name(n, res);
	if (n->err == 0)
		utf8_printable(n->en->name, strlen(n->en->name), res->out_name,
		    sizeof(res->out_name));
}

/* It stays in quarantine with the original message. */
static int
set_held(struct mail_job *j, struct mail_entry *en,
    const struct doc_result *res)
{
	en->fate = FATE_HELD;
	en->err = res->err;
	en->why = doc_strndup(j->d, res->message, strlen(res->message));
	if (en->why == NULL)
		return ERR_NOMEM;
	return doc_found(j->d, FIND_MEMBER_HELD, ACT_REPLACED, en->came,
	    "%s: %s", err_name(res->err), res->message);
}

static int
add_cid(struct mail_job *j, const struct mail_entry *en, const char *type)
{
	struct html_cid *c;

	if (en->part->id[0] == '\0')
		return 0;
	if ((c = doc_alloc(j->d, sizeof(*c))) == NULL)
		return ERR_NOMEM;
	c->id = en->part->id;
	c->name = en->name != NULL ? en->name : en->came;
	c->type = type;
	c->next = j->cids;
	j->cids = c;
	return 0;
}

static int
add_file(struct mail_job *j, struct mail_entry *en, struct buf *b,
    const struct doc_result *res)
{
	struct mail_file *f = doc_alloc(j->d, sizeof(*f));
	int e;

	if (f == NULL)
		return ERR_NOMEM;
	if ((e = mail_settle(j->d, b, &f->bytes)) != 0)
		return e;
	f->name = en->name;
	f->type = mail_type_of(res);
	f->charset =
	    strncmp(f->type, "text/", 5) == 0 ? mail_charset_of(&f->bytes) : "";
	f->id = en->part->id;
	*j->file_end = f;
	j->file_end = &f->next;
	if (strcmp(en->name, en->came) != 0 && en->part->name[0] != '\0' &&
	    (e = doc_found(j->d, FIND_MAIL_RENAMED, ACT_REPLACED, en->came,
		 "%s", en->name)) != 0)
		return e;
	return add_cid(j, en, f->type);
}

static bool
looks_like_mail(const struct reader *r)
{
	const char *s;

	return text_kind(r, &s) == TEXT_MAIL;
}

/* A message with hardly a header is a message nonetheless. */
static int
with_headers(struct mail_job *j, struct reader *in)
{
	static const char more[] = "MIME-Version: 1.0\r\n"
				   "Received: as an attachment\r\n";
	struct buf b;
	int e;

	buf_init(&b, SIZE_MAX / 4);
	if ((e = buf_puts(&b, more)) == 0 &&
	    (e = buf_put(&b, in->data, in->len)) == 0)
		return mail_settle(j->d, &b, in);
	buf_done(&b);
	return e;
}

/* A nested message as bytes that the mail module reads as one. */
static int
prepare(struct mail_job *j, struct mpart *p)
{
	if (p->kind != MPART_MESSAGE)
		return 0;
	if (p->body.len == 0 && p->first != NULL)
		return mail_wrap(j->d, p, &p->body);
	if (looks_like_mail(&p->body))
		return 0;
	return with_headers(j, &p->body);
}

static int
rebuild_file(struct mail_job *j, struct mail_entry *en)
{
	struct naming n = { .j = j, .en = en };
	struct child c = { .in = &en->part->body,
		.name = en->came,
		.where = en->came,
		.flags = CHILD_MEMBER,
		.name_out = name_out,
		.arg = &n };
	struct doc_result res;
	struct sink s;
	struct buf b;
	int e;

	buf_init(&b, SIZE_MAX / 4);
	sink_init_buf(&s, &b, doc_budget(j->d, BUDGET_OUT_BYTES));
	e = doc_child(j->d, &c, &s, &res);
	sink_done(&s);
	if (e == ERR_IO || e == ERR_INTERNAL || (e != 0 && res.err == 0) ||
	    doc_exhausted(j->d)) {
		buf_done(&b);
		return doc_fail(j->d, e != 0 ? e : ERR_LIMIT, "%s: %s",
		    en->came, res.message);
	}
	if (e == 0 && n.err == 0)
		return add_file(j, en, &b, &res);
	buf_done(&b);
	if (n.err != 0)
		return n.err;
	if ((e = set_held(j, en, &res)) != 0)
		return e;
	return add_cid(j, en, "");
}

/* What is decided without a look inside; it is a member all the same. */
static int
lose(struct mail_job *j, struct mail_entry *en, int err, const char *why)
{
	struct child c = { .in = &en->part->body,
		.name = en->came,
		.where = en->came,
		.flags = CHILD_MEMBER };
	struct doc_result res;
	int e;

	(void)doc_fail(j->d, err, "%s", why);
	if ((e = doc_child_lost(j->d, &c, err, &res)) != 0)
		return e;
	if (en->fate == FATE_DETACHED)
		return doc_found(j->d, FIND_MAIL_DETACHED, ACT_REMOVED,
		    en->came, NULL);
	if (en->fate == FATE_REMOVED)
		return doc_found(j->d, FIND_MAIL_REMOVED, ACT_REMOVED, en->came,
		    NULL);
	return set_held(j, en, &res);
}

int
mail_do_file(struct mail_job *j, struct mail_entry *en)
{
	enum mail_files_policy rule = doc_options(j->d)->mail_files;
	int e = name_it(j, en);

	if (e != 0 || (e = prepare(j, en->part)) != 0)
		return e;
	if (en->fate == FATE_HELD)
		return lose(j, en, en->err, en->why);
	if (rule == MAIL_SANITISE)
		return rebuild_file(j, en);
	en->fate = rule == MAIL_DETACH ? FATE_DETACHED : FATE_REMOVED;
	return lose(j, en, ERR_DENIED,
	    rule == MAIL_DETACH ? "kept for pick-up" : "left out by policy");
}

/* The name of the report is never an attachment's. */
static int
reserve(struct mail_job *j)
{
	const char *path;
	bool numbered;
	int e = zip_paths_new(j->d, &j->names);

	return e != 0 ? e
		      : zip_paths_file(j->names, "", MAIL_REPORT_NAME, &path,
			    &numbered);
}

int
mail_files(struct mail_job *j)
{
	int e = 0;

	for (struct mail_entry *en = j->entries; e == 0 && en != NULL;
	     en = en->next) {
		if (en->part == j->report_part)
			continue;
		if (j->names == NULL && (e = reserve(j)) != 0)
			return e;
		if ((e = doc_found_flush(j->d)) != 0)
			return e;
		j->at = en;
		if ((e = mail_do_file(j, en)) == 0)
			e = doc_found_flush(j->d);
		j->at = NULL;
	}
	return e;
}
