/* See retention.h. Lists are read before anything is changed. */
#include "quarantine/retention.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "quarantine/preview.h"
#include "quarantine/transfer_int.h"

struct due {
	char id[RECORD_ID_BYTES], name[RECORD_NAME_BYTES];
	const char *why;
	uint64_t bytes;
};

struct list {
	const struct retention *r;
	struct due *items;
	size_t n, cap;
	/* of the quota */
	const char *department;
	bool kept;
};

static int
add(struct list *l, const char *id, const char *name, uint64_t bytes,
    const char *why)
{
	size_t cap = l->cap == 0 ? 64 : 2 * l->cap;
	struct due *grown;

	if (l->n == l->cap) {
		grown = reallocarray(l->items, cap, sizeof(*grown));
		if (grown == NULL)
			return ERR_NOMEM;
		l->items = grown;
		l->cap = cap;
	}
	snprintf(l->items[l->n].id, RECORD_ID_BYTES, "%s", id);
	snprintf(l->items[l->n].name, RECORD_NAME_BYTES, "%s", name);
	l->items[l->n].why = why;
	l->items[l->n++].bytes = bytes;
	return 0;
}

/* The time so many days ago, as records write it. */
static void
days_ago(uint32_t days, char out[RECORD_TIME_BYTES])
{
	transfer_time_in(-(int64_t)days * 86400, out);
}

static int
dispose(const struct retention *r, const struct due *d)
{
	r->each(r->arg, d->id, d->name, d->why);
	return r->dry
		   ? 0
		   : quarantine_dispose(r->quarantine, d->id, r->who, d->why);
}

/* ---- time */

static int
note_old(void *arg, const struct quarantine_item *i)
{
	struct list *l = arg;
	bool kept = i->verdict == VERDICT_RELEASED;
	char limit[RECORD_TIME_BYTES];
	struct rules rules;

	rules_of(l->r->rules, i->department, &rules);
	days_ago(kept ? rules.released_days : rules.retention_days, limit);
	if (strcmp(i->time, limit) >= 0)
		return 0;
	return add(l, i->id, i->name, i->bytes,
	    kept ? N_("the time for looking back is over")
		 : N_("its retention is over"));
}

int
retention_quarantine(const struct retention *r, uint64_t *n)
{
	const struct quarantine_filter all = { .kept = 1 };
	struct list l = { .r = r };
	int e = quarantine_list(r->quarantine, &all, note_old, &l);

	*n = 0;
	for (size_t i = 0; e == 0 && i < l.n; i++)
		if ((e = dispose(r, &l.items[i])) == 0)
			++*n;
	free(l.items);
	return e;
}

/* ---- quota */

struct over {
	char department[64];
	uint64_t bytes, limit;
};

struct overs {
	const struct retention *r;
	struct over list[RULES_MAX_DEPARTMENTS];
	size_t n;
};

static int
note_over(void *arg, const struct quarantine_usage *u)
{
	struct overs *o = arg;
	struct rules rules;

	rules_of(o->r->rules, u->department, &rules);
	if (u->bytes + u->kept_bytes <= rules.quarantine_bytes ||
	    o->n == RULES_MAX_DEPARTMENTS)
		return 0;
	snprintf(o->list[o->n].department, sizeof(o->list[o->n].department),
	    "%s", u->department);
	o->list[o->n].bytes = u->bytes + u->kept_bytes;
	o->list[o->n++].limit = rules.quarantine_bytes;
	return 0;
}

/* Oldest first, as lists are; those of released ones before the others. */
static int
note_candidate(void *arg, const struct quarantine_item *i)
{
	struct list *l = arg;

	if ((i->verdict == VERDICT_RELEASED) != l->kept ||
	    strcmp(i->department, l->department) != 0)
		return 0;
	return add(l, i->id, i->name, i->bytes,
	    N_("the department is over its quota: the oldest goes first"));
}

static int
make_room(const struct retention *r, const struct over *o, uint64_t *n)
{
	const struct quarantine_filter f = { .kept = 1,
		.department = o->department[0] != '\0' ? o->department : NULL };
	struct list l = { .r = r, .department = o->department, .kept = true };
	uint64_t bytes = o->bytes;
	int e = quarantine_list(r->quarantine, &f, note_candidate, &l);

	l.kept = false;
	if (e == 0)
		e = quarantine_list(r->quarantine, &f, note_candidate, &l);
	for (size_t i = 0; e == 0 && bytes > o->limit && i < l.n; i++) {
		if ((e = dispose(r, &l.items[i])) != 0)
			break;
		bytes -= l.items[i].bytes < bytes ? l.items[i].bytes : bytes;
		++*n;
	}
	free(l.items);
	return e;
}

int
retention_quota(const struct retention *r, bool may_dispose, uint64_t *n)
{
	struct overs *o = calloc(1, sizeof(*o));
	int e;

	*n = 0;
	if (o == NULL)
		return ERR_NOMEM;
	o->r = r;
	e = quarantine_usage(r->quarantine, note_over, o);
	for (size_t i = 0; e == 0 && i < o->n; i++) {
		r->over(r->arg, o->list[i].department, o->list[i].bytes,
		    o->list[i].limit);
		if (may_dispose)
			e = make_room(r, &o->list[i], n);
	}
	free(o);
	return e;
}

/* ---- transfers */

static int
read_old(const struct retention *r, const char *before, struct list *l)
{
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(r->people,
		 "SELECT id, path FROM transfer WHERE state >= 4 AND changed < "
		 "?1 AND NOT EXISTS (SELECT 1 FROM request WHERE "
		 "request.transfer = transfer.id AND request.state = 0) ORDER "
		 "BY changed LIMIT 100000",
		 before, &s)) != 0)
		return e;
	while ((e = ledger_step(s)) == 0)
		if ((e = add(l, people_text(s, 0), people_text(s, 1), 0,
			 N_("it was settled long ago"))) != 0)
			break;
	sqlite3_finalize(s);
	return e == ERR_NOENT ? 0 : e;
}

static int
forget_rows(struct people *p, const char *id)
{
	static const char *const sql[] = {
		"DELETE FROM decision WHERE request IN (SELECT id FROM request "
		"WHERE transfer = ?1)",
		"DELETE FROM request WHERE transfer = ?1",
		"DELETE FROM transfer WHERE id = ?1 AND state >= 4",
	};
	sqlite3_stmt *s;
	int e = ledger_begin(p->db);

	if (e != 0)
		return e;
	for (size_t i = 0; e == 0 && i < sizeof(sql) / sizeof(sql[0]); i++)
		if ((e = people_prepare(p, sql[i], id, &s)) == 0)
			e = people_run(s);
	return ledger_end(p->db, e);
}

int
retention_transfers(const struct retention *r, const char *before, uint64_t *n)
{
	struct list l = { .r = r };
	int e = read_old(r, before, &l);

	*n = 0;
	for (size_t i = 0; e == 0 && i < l.n; i++) {
		r->each(r->arg, l.items[i].id, l.items[i].name, l.items[i].why);
		if (!r->dry &&
		    ((e = preview_forget(r->people, l.items[i].id)) != 0 ||
			(e = transfer_forget_result(r->people,
			     l.items[i].id)) != 0 ||
			(e = forget_rows(r->people, l.items[i].id)) != 0))
			break;
		++*n;
	}
	free(l.items);
	return e;
}
