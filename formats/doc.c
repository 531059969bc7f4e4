/*
 * The world of a format module: input, output, budgets, findings, children.
 */
#include "formats/doc_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader
doc_in(const struct doc *d)
{
	struct reader r = d->in;

	r.pos = 0;
	return r;
}

const char *
doc_name(const struct doc *d)
{
	return d->name;
}

const struct options *
doc_options(const struct doc *d)
{
	return d->shared->options;
}

const struct passwords *
doc_passwords(const struct doc *d)
{
	return &d->shared->passwords;
}

bool
doc_may_try(const struct doc *d)
{
	return d->shared->wrong_passwords < DOC_WRONG_PASSWORDS;
}

void
doc_tried(struct doc *d)
{
	d->shared->wrong_passwords++;
}

unsigned
doc_depth(const struct doc *d)
{
	return d->depth;
}

int
doc_fail(struct doc *d, int err, const char *fmt, ...)
{
	char raw[1024];
	va_list ap;

	if (d->res->message[0] != '\0')
		return err;
	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	utf8_printable(raw, strlen(raw), d->res->message,
	    sizeof(d->res->message));
	return err;
}

void
doc_forgive(struct doc *d)
{
	d->res->message[0] = '\0';
}

uint64_t
doc_budget(const struct doc *d, enum budget b)
{
	return d->shared->options->limits.max[b] - d->shared->spent[b];
}

int
doc_spend(struct doc *d, enum budget b, uint64_t n)
{
	if (n > doc_budget(d, b)) {
		if (b != BUDGET_MEMORY_BYTES)
			d->shared->exhausted = true;
		return doc_fail(d, ERR_LIMIT, "over the limit of %llu %s",
		    (unsigned long long)d->shared->options->limits.max[b],
		    budget_name(b));
	}
	d->shared->spent[b] += n;
	return 0;
}

void
doc_refund(struct doc *d, enum budget b, uint64_t n)
{
	d->shared->spent[b] -=
	    n < d->shared->spent[b] ? n : d->shared->spent[b];
}

int
doc_put(struct doc *d, const void *data, size_t n)
{
	int e;

	/* A child's output is counted once more when its parent writes it. */
	if (d->parent == NULL && (e = doc_spend(d, BUDGET_OUT_BYTES, n)) != 0)
		return e;
	return sink_write(d->out, data, n);
}

static void *
alloc(struct doc *d, size_t n, bool zeroed)
{
	struct block *b;

	if (n > SIZE_MAX - sizeof(*b) ||
	    doc_spend(d, BUDGET_MEMORY_BYTES, n) != 0)
		return NULL;
	b = zeroed ? calloc(1, sizeof(*b) + n) : malloc(sizeof(*b) + n);
	if (b == NULL) {
		(void)doc_fail(d, ERR_NOMEM, "out of memory");
		return NULL;
	}
	b->n = n;
	b->next = d->blocks;
	d->blocks = b;
	return b + 1;
}

void *
doc_alloc(struct doc *d, size_t n)
{
	return alloc(d, n, true);
}

void *
doc_alloc_bytes(struct doc *d, size_t n)
{
	return alloc(d, n, false);
}

char *
doc_strndup(struct doc *d, const void *s, size_t n)
{
	char *p;

	if (n == SIZE_MAX || (p = doc_alloc(d, n + 1)) == NULL)
		return NULL;
	if (n > 0)
		memcpy(p, s, n);
	return p;
}

static void
set_id(char out[ID_BYTES], const char *id)
{
	snprintf(out, ID_BYTES, "%s", id);
}

void
doc_is(struct doc *d, const char *id)
{
	set_id(d->res->structure, id);
}

void
doc_makes(struct doc *d, const char *out_id, const char *out_ext)
{
	set_id(d->res->out_format, out_id);
	snprintf(d->res->out_ext, sizeof(d->res->out_ext), "%s", out_ext);
}

static void
take_identity(struct doc_result *res, const struct identity *id)
{
	set_id(res->structure, id->structure);
	set_id(res->name_says, id->name);
	memcpy(res->magic, id->magic, sizeof(res->magic));
	res->agree = id->magic_agrees && id->name_agrees;
}

static int
report_quarrel(struct doc *d, const struct identity *id)
{
	int e = 0;

	if (!id->name_agrees)
		e = doc_found(d, FIND_NAME_MISMATCH, ACT_NOTED, "", "%s / .%s",
		    id->structure, id->name);
	if (e == 0 && !id->magic_agrees)
		e = doc_found(d, FIND_MAGIC_MISMATCH, ACT_NOTED, "", "%s / %s",
		    id->structure, id->magic);
	return e;
}

/* Why this format goes no further, or 0. */
static int
refuse(struct doc *d, const struct identity *id)
{
	const struct format *f = id->format;

	if (f->flags & FMT_BLOCKED)
		return doc_fail(d, ERR_BLOCKED, "never allowed across: %s",
		    id->structure);
	if (f->flags & FMT_ENCRYPTED)
		return doc_fail(d, ERR_ENCRYPTED, "needs a password: %s",
		    id->structure);
	if (f->rebuild == NULL)
		return doc_fail(d, ERR_UNSUPPORTED, "not supported yet: %s",
		    id->structure);
	return 0;
}

/* A dot-separated prefix: "ooxml" covers "ooxml.docx". */
static bool
covers(const char *id, const char *family)
{
	size_t n = strlen(family);

	return strncmp(id, family, n) == 0 && (id[n] == '\0' || id[n] == '.');
}

static int
identify_doc(struct doc *d, bool ask_magic, struct identity *id)
{
	int e;

	e = identify(&d->in, d->name, ask_magic, id);
	if (e == ERR_BLOCKED)
		(void)doc_fail(d, e, "never allowed across: names .%s",
		    id->name);
	else if (e != 0)
		(void)doc_fail(d, e,
		    e == ERR_AMBIGUOUS ? "fits more than one format: %s"
				       : "not a known format: %s",
		    id->structure[0] != '\0' ? id->structure : id->magic);
	take_identity(d->res, id);
	return e;
}

static void
finish(struct doc *d)
{
	struct block *b;

	while ((b = d->blocks) != NULL) {
		d->blocks = b->next;
		d->shared->spent[BUDGET_MEMORY_BYTES] -= b->n;
		free(b);
	}
}

/*
 * A message of the mail way is a mail by where it came from. Were its bytes
 * asked, a sender could make it look like a text, which crosses as it is.
 */
static bool
comes_by_mail(const struct doc *d)
{
	return d->parent == NULL && doc_options(d)->mail_fresh &&
	       !d->shared->proving;
}

/* Identify and rebuild; the common part of top level and children. */
static int
run(struct doc *d, const struct child *c, const char *expect)
{
	struct identity id;
	int e, e2;

	/* Of a picture in a document nobody asks the hash. */
	if (!d->out->plain)
		hash_of(d->in.data, d->in.len, d->res->in_sha256);
	d->res->in_bytes = d->in.len;
	if (comes_by_mail(d))
		e = identify_mail(&id);
	else if (d->shared->proving || (c->flags & CHILD_NO_MAGIC))
		e = identify_doc(d, false, &id);
	else if ((e = doc_too_much(d)) == 0)
		e = identify_doc(d, true, &id);
	if (e == 0 && expect != NULL)
		identify_expected(&d->in, expect, &id);
	if (e == 0 && expect != NULL && !covers(expect, id.format->id))
		e = doc_fail(d, ERR_MALFORMED, "expected %s, is %s", expect,
		    id.structure);
	if (e == 0 && c->accept != NULL)
		e = c->accept(c->arg, &id);
	if (e == 0)
		e = refuse(d, &id);
	if (e == 0)
		e = report_quarrel(d, &id);
	if (e == 0) {
		doc_makes(d, id.structure, "");
		e = id.format->rebuild(d);
	}
	e2 = doc_send_last(d);
	return e != 0 ? e : e2;
}

static void
seal_result(struct doc *d, int e)
{
	d->res->err = e;
	d->res->out_bytes = d->out->bytes;
	if (e == 0)
		return;
	d->res->out_format[0] = '\0';
	d->res->out_ext[0] = '\0';
	memset(d->res->out_sha256, 0, HASH_BYTES);
	if (d->res->message[0] == '\0')
		(void)doc_fail(d, e, "%s", err_text(e));
}

int
doc_too_much(struct doc *d)
{
	if (!d->shared->light)
		return 0;
	d->shared->gave_up = true;
	return doc_fail(d, ERR_INTERNAL, "too much for a light process");
}

static int
child_run(struct doc *parent, const struct child *c, struct sink *out,
    struct doc_result *res)
{
	struct doc d = { .parent = parent,
		.shared = parent->shared,
		.in = *c->in,
		.name = c->name,
		.where = c->where,
		.out = out,
		.res = res,
		.depth = parent->depth + 1 };
	int e = 0;

	d.in.pos = 0;
	if (d.depth > parent->shared->options->limits.max_depth)
		e = doc_fail(&d, ERR_LIMIT, "nested deeper than %u levels",
		    parent->shared->options->limits.max_depth);
	if (e == 0)
		e = doc_too_much(&d);
	if (e == 0)
		e = doc_spend(&d, BUDGET_MEMBERS, 1);
	if (e == 0)
		e = run(&d, c, NULL);
	if (e == 0)
		e = sink_close(out, res->out_sha256);
	seal_result(&d, e);
	finish(&d);
	return e;
}

int
doc_child(struct doc *parent, const struct child *c, struct sink *out,
    struct doc_result *res)
{
	const struct doc_events *ev = &parent->shared->events;
	bool member = (c->flags & CHILD_MEMBER) != 0;
	int e, e2;

	memset(res, 0, sizeof(*res));
	utf8_printable(c->name, strlen(c->name), res->in_name,
	    sizeof(res->in_name));
	if ((e = doc_send_last(parent)) != 0)
		return e;
	if (member && ev->member_begin != NULL &&
	    (e = ev->member_begin(ev->arg, res->in_name)) != 0)
		return e;
	if (member && ev->member_bytes != NULL &&
	    (e = ev->member_bytes(ev->arg, c->in)) != 0)
		return e;
	e = child_run(parent, c, out, res);
	if (c->name_out != NULL)
		c->name_out(c->arg, res);
	if (member && ev->member_end != NULL &&
	    (e2 = ev->member_end(ev->arg, res)) != 0)
		return e2;
	return e;
}

int
doc_child_lost(struct doc *parent, const struct child *c, int err,
    struct doc_result *res)
{
	const struct doc_events *ev = &parent->shared->events;
	int e;

	memset(res, 0, sizeof(*res));
	utf8_printable(c->name, strlen(c->name), res->in_name,
	    sizeof(res->in_name));
	res->err = err;
	res->in_bytes = c->in->len;
	snprintf(res->message, sizeof(res->message), "%s",
	    parent->res->message[0] != '\0' ? parent->res->message
					    : err_text(err));
	parent->res->message[0] = '\0';
	if ((e = doc_send_last(parent)) != 0)
		return e;
	if (ev->member_begin != NULL &&
	    (e = ev->member_begin(ev->arg, res->in_name)) != 0)
		return e;
	if (c->name_out != NULL)
		c->name_out(c->arg, res);
	return ev->member_end == NULL ? 0 : ev->member_end(ev->arg, res);
}

bool
doc_exhausted(const struct doc *d)
{
	return d->shared->exhausted;
}

static void
start(const struct doc_job *job, struct shared *s, struct doc *d,
    struct doc_result *res)
{
	memset(res, 0, sizeof(*res));
	*s = (struct shared){ .options = job->options,
		.passwords = job->passwords,
		.events = job->events,
		.proving = job->expect != NULL,
		.light = job->light };
	*d = (struct doc){ .shared = s,
		.in = job->in,
		.name = job->name,
		.where = "",
		.out = job->out,
		.res = res };
	d->in.pos = 0;
}

int
doc_run(const struct doc_job *job, struct doc_result *res)
{
	struct child top = { .flags =
				 job->expect != NULL ? CHILD_NO_MAGIC : 0 };
	struct shared s;
	struct doc d;
	int e;

	start(job, &s, &d, res);
	e = run(&d, &top, job->expect);
	if (s.gave_up)
		e = ERR_INTERNAL;
	if (e == 0)
		e = sink_close(job->out, res->out_sha256);
	seal_result(&d, e);
	finish(&d);
	return e;
}

int
doc_identify(const struct doc_job *job, struct doc_result *res)
{
	struct identity id;
	struct shared s;
	struct doc d;
	int e;

	start(job, &s, &d, res);
	hash_of(d.in.data, d.in.len, res->in_sha256);
	res->in_bytes = d.in.len;
	if ((e = doc_too_much(&d)) == 0)
		e = identify_doc(&d, true, &id);
	res->err = e;
	finish(&d);
	return e;
}
