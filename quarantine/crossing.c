/*
 * Groups: what waits is bounded in documents and bytes, since each holds open
 * files. A group goes in steps, each for all its documents, so that one fsync
 * of the audit log and two of the target serve them all.
 */
#include "quarantine/crossing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/fsx.h"
#include "core/tree.h"

#define GROUP_ITEMS   64
#define GROUP_BYTES   (UINT64_C(64) << 20)
#define RECEIPT_BYTES (UINT64_C(8) << 20)
#define PART_HEAD     ".sekisho-"
#define PART_TAIL     ".part"
#define PART_BYTES    (RECORD_ID_BYTES + 16)

struct waiting {
	struct crossing_item item;
	int err;
	int part_fd;	 /* locked temporary copy in the folder, or -1 */
	uint64_t parcel; /* number, once sealed */
};

struct crossing {
	struct crossing_setup setup;
	struct waiting wait[GROUP_ITEMS];
	size_t n, max_items;
	uint64_t bytes, max_bytes, receipt_bytes;
};

static bool
is_release(const struct waiting *w)
{
	return w->err == 0 && w->item.record->verdict == VERDICT_RELEASED;
}

static const char *
department(const struct crossing *c, const struct waiting *w)
{
	if (w->item.department != NULL)
		return w->item.department;
	return c->setup.department != NULL ? c->setup.department
					   : c->setup.policy->department;
}

/* The line of a document, with who and where to. */
static int
say(struct crossing *c, const struct waiting *w, const char *event)
{
	const char *who = w->item.who != NULL ? w->item.who : c->setup.who;
	json_t *o = audit_of_record(w->item.record);
	int bad = o == NULL;

	if (o != NULL) {
		bad |= json_object_set_new(o, "who",
		    json_string(who == NULL ? "" : who));
		bad |= json_object_set_new(o, "department",
		    json_string(department(c, w)));
		bad |= json_object_set_new(o, "to",
		    json_string(c->setup.spool != NULL ? "spool" : "folder"));
		if (w->parcel != 0)
			bad |= json_object_set_new(o, "parcel",
			    json_integer((json_int_t)w->parcel));
	}
	if (bad != 0) {
		json_decref(o);
		return ERR_NOMEM;
	}
	return audit_append(c->setup.audit, event, o, AUDIT_LATER);
}

static void
part_name(const struct record *r, char out[PART_BYTES])
{
	snprintf(out, PART_BYTES, PART_HEAD "%.*s" PART_TAIL,
	    RECORD_ID_BYTES - 1, r->id);
}

/* A copy beside the tree; locked, so that nobody takes it for a left-over. */
static int
write_part(struct crossing *c, struct waiting *w)
{
	char name[PART_BYTES];
	int e;

	part_name(w->item.record, name);
	w->part_fd = openat(c->setup.dest_fd, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (w->part_fd < 0)
		return ERR_IO;
	if (flock(w->part_fd, LOCK_EX | LOCK_NB) < 0)
		return ERR_IO;
	if ((e = fsx_copy(w->item.out_fd, w->part_fd)) != 0)
		unlinkat(c->setup.dest_fd, name, 0);
	return e;
}

/* What a killed run left: nobody holds its lock. */
static int
clear_parts(int dest)
{
	int fd = openat(dest, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), part;
	struct dirent *d;
	DIR *dir;

	if (fd < 0 || (dir = fdopendir(fd)) == NULL)
		return ERR_IO;
	while ((d = readdir(dir)) != NULL) {
		size_t n = strlen(d->d_name);

		if (strncmp(d->d_name, PART_HEAD, strlen(PART_HEAD)) != 0 ||
		    n < strlen(PART_TAIL) ||
		    strcmp(d->d_name + n - strlen(PART_TAIL), PART_TAIL) != 0)
			continue;
		part = openat(dest, d->d_name,
		    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
		if (part >= 0 && flock(part, LOCK_EX | LOCK_NB) == 0)
			unlinkat(dest, d->d_name, 0);
		if (part >= 0)
			close(part);
	}
	closedir(dir);
	return 0;
}

/* When "a" of "a/b" is a file or a link: "a_b". */
static void
step_aside(struct crossing *c, struct record *r)
{
	char made[PARCEL_NAME_BYTES];
	const char *base;
	int dir, e;

	e = tree_open_parent(c->setup.dest_fd, r->out_name, 0777, &dir, &base);
	if (e == 0)
		close(dir);
	if (e != ERR_EXIST)
		return;
	for (char *s = r->out_name; *s != '\0'; s++)
		if (*s == '/')
			*s = '_';
	parcel_name_make(r->out_name, made);
	snprintf(r->out_name, sizeof(r->out_name), "%s", made);
}

/* Give the copy its name: never over a file, never through a link. */
static int
publish(struct crossing *c, struct waiting *w)
{
	struct record *r = w->item.record;
	char part[PART_BYTES], path[RECORD_NAME_BYTES];
	int e = ERR_EXIST;

	part_name(r, part);
	step_aside(c, r);
	for (unsigned n = 1; e == ERR_EXIST && n < 100000; n++)
		if ((e = tree_numbered(r->out_name, n, path, sizeof(path))) ==
		    0)
			e = tree_move(c->setup.dest_fd, part, c->setup.dest_fd,
			    path, 0777);
	if (e == 0)
		memcpy(r->out_name, path, sizeof(path));
	else
		unlinkat(c->setup.dest_fd, part, 0);
	return e;
}

static void
fail_all(struct crossing *c, int e)
{
	for (size_t i = 0; i < c->n; i++)
		if (is_release(&c->wait[i]))
			c->wait[i].err = e;
}

static void
drop_parts(struct crossing *c)
{
	char part[PART_BYTES];

	for (size_t i = 0; i < c->n; i++)
		if (c->wait[i].part_fd >= 0 && c->wait[i].err != 0) {
			part_name(c->wait[i].item.record, part);
			unlinkat(c->setup.dest_fd, part, 0);
		}
}

static int
audit_all(struct crossing *c, const char *event)
{
	int e = 0;

	for (size_t i = 0; e == 0 && i < c->n; i++)
		if (is_release(&c->wait[i]))
			e = say(c, &c->wait[i], event);
	return e;
}

static bool
any_release(const struct crossing *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (is_release(&c->wait[i]))
			return true;
	return false;
}

static void
to_folder(struct crossing *c)
{
	int e;

	if (!any_release(c))
		return;
	for (size_t i = 0; i < c->n; i++)
		if (is_release(&c->wait[i]))
			c->wait[i].err = write_part(c, &c->wait[i]);
	e = syncfs(c->setup.dest_fd) < 0 ? ERR_IO : 0;
	if (e == 0)
		e = audit_all(c, "release");
	if (e == 0)
		e = audit_sync(c->setup.audit);
	if (e != 0)
		fail_all(c, e);
	for (size_t i = 0; i < c->n; i++)
		if (is_release(&c->wait[i]))
			c->wait[i].err = publish(c, &c->wait[i]);
	drop_parts(c);
	/* A name that may be lost by a power failure is not handled yet. */
	if (syncfs(c->setup.dest_fd) < 0)
		fail_all(c, ERR_IO);
}

static bool
has_name(const struct parcel *p, const char *name)
{
	for (size_t i = 0; i < p->n_payloads; i++)
		if (strcmp(p->payloads[i].name, name) == 0)
			return true;
	return false;
}

/* A safe name, once in the parcel. */
static int
name_payload(const struct parcel *p, const char *wish, char *out)
{
	char made[PARCEL_NAME_BYTES], next[2 * PARCEL_NAME_BYTES];
	int e = 0;

	parcel_name_make(wish, made);
	snprintf(out, PARCEL_NAME_BYTES, "%s", made);
	for (unsigned n = 2; e == 0 && has_name(p, out) && n < 1000; n++)
		if ((e = tree_numbered(made, n, next, sizeof(next))) == 0)
			parcel_name_make(next, out);
	return e;
}

static int
add_payload(struct parcel *p, const struct waiting *w)
{
	struct parcel_payload *q = &p->payloads[p->n_payloads];
	const struct crossing_item *i = &w->item;
	char wish[PARCEL_NAME_BYTES];
	int e;

	memset(q, 0, sizeof(*q));
	if (i->folder != NULL)
		parcel_name_below(i->folder, i->record->out_name, wish);
	else
		parcel_name_make(i->record->out_name, wish);
	if ((e = name_payload(p, wish, q->name)) != 0)
		return e;
	if (i->mtime > 0 && i->mtime <= PARCEL_MAX_MTIME)
		q->mtime = i->mtime;
	q->bytes = i->record->out_bytes;
	memcpy(q->sha256, i->record->out_sha256, HASH_BYTES);
	snprintf(q->format, sizeof(q->format), "%s", i->record->out_format);
	q->fd = i->out_fd;
	if ((i->receipt != NULL && (q->receipt = strdup(i->receipt)) == NULL) ||
	    (i->receipt_text != NULL &&
		(q->receipt_text = strdup(i->receipt_text)) == NULL))
		e = ERR_NOMEM;
	p->n_payloads++;
	return e;
}

static int
add_recipients(struct parcel *p, const char *const *to)
{
	size_t n = 0;

	while (to != NULL && to[n] != NULL)
		n++;
	if (n == 0)
		return 0;
	if ((p->recipients = calloc(n, sizeof(*p->recipients))) == NULL)
		return ERR_NOMEM;
	for (; p->n_recipients < n; p->n_recipients++)
		if ((p->recipients[p->n_recipients] =
			    strdup(to[p->n_recipients])) == NULL)
			return ERR_NOMEM;
	return 0;
}

static int
begin_parcel(const struct crossing *c, const struct waiting *w,
    struct parcel *p, size_t n)
{
	const char *once = w->item.once;
	char fresh[RECORD_ID_BYTES];

	*p = (struct parcel){ .seq = 0 };
	record_id_new(fresh);
	snprintf(p->id, sizeof(p->id), "%s", once != NULL ? once : fresh);
	snprintf(p->department, sizeof(p->department), "%s", department(c, w));
	snprintf(p->kind, sizeof(p->kind), "%s", c->setup.kind);
	p->payloads = calloc(n, sizeof(*p->payloads));
	return p->payloads == NULL ? ERR_NOMEM : 0;
}

/* The parcel of one message or file. */
static int
make_own(const struct crossing *c, const struct waiting *w, struct parcel *p)
{
	const struct crossing_mail *m = w->item.mail;
	int e;

	if ((e = begin_parcel(c, w, p, 1)) != 0)
		return e;
	if (m != NULL) {
		snprintf(p->sender, sizeof(p->sender), "%s", m->sender);
		p->hops = m->hops;
	}
	if ((e = add_recipients(p,
		 m != NULL ? m->recipients : c->setup.recipients)) != 0)
		return e;
	return add_payload(p, w);
}

/* A parcel each, of n. A fault of one of them is its own. */
static void
seal_own(struct crossing *c, struct waiting *const *list, size_t n)
{
	char why[PARCEL_WHY_BYTES];
	struct parcel p[GROUP_ITEMS];
	uint64_t seqs[GROUP_ITEMS];
	size_t made = 0;
	int e = 0;

	for (; e == 0 && made < n; made++)
		e = make_own(c, list[made], &p[made]);
	if (e == 0)
		e = spool_seal_many(c->setup.spool, p, n, seqs, why);
	for (size_t i = 0; i < made; i++)
		parcel_done(&p[i]);
	if (e != 0 && e != ERR_IO && e != ERR_NOMEM && n > 1) {
		for (size_t i = 0; i < n; i++)
			seal_own(c, &list[i], 1);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		list[i]->err = e;
		list[i]->parcel = e == 0 ? seqs[i] : 0;
	}
}

/* One parcel of all that are released from first on, or of one with an id. */
static int
seal(struct crossing *c, struct waiting *first, size_t n)
{
	char why[PARCEL_WHY_BYTES];
	struct parcel p;
	uint64_t seq = 0;
	int e;

	if ((e = begin_parcel(c, first, &p, n)) != 0)
		return e;
	e = add_recipients(&p, c->setup.recipients);
	for (size_t i = 0; e == 0 && i < n; i++)
		if (is_release(&first[i]))
			e = add_payload(&p, &first[i]);
	if (e == 0)
		e = spool_seal(c->setup.spool, &p, &seq, why);
	parcel_done(&p);
	for (size_t i = 0; e == 0 && i < n; i++)
		if (is_release(&first[i]))
			first[i].parcel = seq;
	return e;
}

static int
seal_all(struct crossing *c)
{
	struct waiting *own[GROUP_ITEMS];
	size_t n = 0;

	if (c->wait[0].item.mail == NULL && !c->setup.is_each_own)
		return seal(c, c->wait, c->n);
	for (size_t i = 0; i < c->n; i++)
		if (is_release(&c->wait[i]))
			own[n++] = &c->wait[i];
	seal_own(c, own, n);
	return 0;
}

static void
to_spool(struct crossing *c)
{
	int e;

	if (!any_release(c))
		return;
	if ((e = audit_all(c, "release")) == 0 &&
	    (e = audit_sync(c->setup.audit)) == 0)
		e = seal_all(c);
	if (e != 0)
		fail_all(c, e);
}

/* Held and blocked: the original is safe before the line says so. */
static void
put_away(struct crossing *c, struct waiting *w)
{
	struct crossing_item *i = &w->item;

	if (c->setup.quarantine != NULL && i->original_fd >= 0)
		w->err = quarantine_add(c->setup.quarantine, i->record,
		    department(c, w), i->original_fd, i->receipt);
	if (w->err == 0)
		w->err = say(c, w,
		    i->record->verdict == VERDICT_BLOCKED ? "block" : "hold");
}

static int
finish(struct crossing *c)
{
	int e = 0;

	for (size_t i = 0; i < c->n; i++) {
		struct waiting *w = &c->wait[i];

		if (w->part_fd >= 0)
			close(w->part_fd);
		free(w->item.receipt);
		free(w->item.receipt_text);
		w->item.receipt = w->item.receipt_text = NULL;
		if (e == 0)
			e = w->err;
		c->setup.done(c->setup.arg, &w->item, w->err);
	}
	c->n = 0;
	c->bytes = c->receipt_bytes = 0;
	return e;
}

int
crossing_flush(struct crossing *c)
{
	int e;

	if (c->n == 0)
		return 0;
	for (size_t i = 0; i < c->n; i++)
		if (c->wait[i].err == 0 && !is_release(&c->wait[i]))
			put_away(c, &c->wait[i]);
	if (c->setup.spool != NULL)
		to_spool(c);
	else
		to_folder(c);
	if ((e = audit_all(c, "released")) == 0)
		e = audit_sync(c->setup.audit);
	/* Only a held document depends on these lines; a released one has
	 * its line since before its name appeared. */
	for (size_t i = 0; e != 0 && i < c->n; i++)
		if (c->wait[i].err == 0 && !is_release(&c->wait[i]))
			c->wait[i].err = e;
	return finish(c);
}

/* A release must have what it releases, and a name that stays inside. */
static int
check(const struct crossing *c, const struct crossing_item *i)
{
	char made[PARCEL_NAME_BYTES];
	struct record *r = i->record;

	if (r->verdict != VERDICT_RELEASED)
		return 0;
	if (i->out_fd < 0 || !parcel_id_ok(r->id) ||
	    (c->setup.spool != NULL && strcmp(c->setup.kind, "mail") == 0 &&
		(i->mail == NULL || i->once == NULL)) ||
	    (c->setup.is_each_own && i->once == NULL))
		return ERR_INTERNAL;
	if (c->setup.spool == NULL && !tree_path_ok(r->out_name)) {
		parcel_name_make(r->out_name, made);
		snprintf(r->out_name, sizeof(r->out_name), "%s", made);
	}
	return 0;
}

static uint64_t
length(const char *s)
{
	return s == NULL ? 0 : strlen(s);
}

int
crossing_put(struct crossing *c, const struct crossing_item *i)
{
	uint64_t receipts = length(i->receipt) + length(i->receipt_text);
	uint64_t bytes = i->record->verdict == VERDICT_RELEASED
			     ? i->record->out_bytes
			     : i->record->in_bytes;
	bool alone =
	    i->once != NULL && i->mail == NULL && !c->setup.is_each_own;
	int e = 0, later;

	if (c->n > 0 && (alone || bytes > c->max_bytes - c->bytes ||
			    receipts > RECEIPT_BYTES - c->receipt_bytes))
		e = crossing_flush(c);
	c->wait[c->n++] =
	    (struct waiting){ .item = *i, .err = check(c, i), .part_fd = -1 };
	c->bytes =
	    bytes > c->max_bytes - c->bytes ? c->max_bytes : c->bytes + bytes;
	c->receipt_bytes = receipts > RECEIPT_BYTES - c->receipt_bytes
			       ? RECEIPT_BYTES
			       : c->receipt_bytes + receipts;
	if (c->n < c->max_items && !alone)
		return e;
	later = crossing_flush(c);
	return e != 0 ? e : later;
}

int
crossing_open(const struct crossing_setup *setup, struct crossing **out)
{
	struct crossing *c = calloc(1, sizeof(*c));
	const struct policy *p = setup->policy;
	int e = 0;

	if (c == NULL)
		return ERR_NOMEM;
	c->setup = *setup;
	c->max_items = GROUP_ITEMS;
	if (setup->spool != NULL && p->parcel_max_payloads < GROUP_ITEMS)
		c->max_items = p->parcel_max_payloads;
	c->max_bytes = GROUP_BYTES;
	if (setup->spool != NULL && p->parcel_max_bytes < GROUP_BYTES)
		c->max_bytes = p->parcel_max_bytes;
	if (setup->spool == NULL)
		e = clear_parts(setup->dest_fd);
	if (e != 0)
		free(c);
	else
		*out = c;
	return e;
}

int
crossing_close(struct crossing *c)
{
	int e;

	if (c == NULL)
		return 0;
	e = crossing_flush(c);
	free(c);
	return e;
}
