/*
 * The line of what waits, as the watcher takes it (watchqueue.h): two lanes,
 * small files and large ones, in each of them one file of each person in
 * turn. It is computed from the rows; only whose turn it is within a round
 * is the watcher's alone, so who waits longer is taken to be before others.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quarantine/transfer_int.h"

/* Starting a document costs about as much as this many bytes of it. */
#define OVERHEAD "65536"
#define LARGE	 0
#define SMALL	 1
#define LANES	 2

struct waiting { /* of one person in one lane */
	char department[RULES_DEPARTMENT_BYTES], login[ACCOUNT_LOGIN_BYTES];
	char head[RECORD_ID_BYTES]; /* the first that waits */
	int lane;
	double n, cost;
};

struct transfer_line {
	uint64_t fast_bytes;
	double ms_per_cost;
	double working[LANES], cost[LANES]; /* in work now */
	struct waiting *all;
	size_t n;
};

/* Thousandths of a millisecond for each byte, of the last hundred; a few
 * documents a second as long as nothing is known. */
static int
speed(struct people *p, double *ms_per_byte)
{
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p,
		 "SELECT sum(worked_ms), sum(bytes + " OVERHEAD ") FROM "
		 "(SELECT worked_ms, bytes FROM transfer WHERE worked_ms > 0 "
		 "ORDER BY began_ms DESC LIMIT 100) AS last",
		 NULL, &s)) != 0)
		return e;
	*ms_per_byte = 200.0 / 65536;
	if ((e = ledger_step(s)) == 0 && sqlite3_column_int64(s, 1) > 0)
		*ms_per_byte =
		    sqlite3_column_double(s, 0) / sqlite3_column_double(s, 1);
	sqlite3_finalize(s);
	return e;
}

static int
read_working(struct people *p, struct transfer_line *l)
{
	sqlite3_stmt *s;
	int e, lane;

	if ((e = people_prepare(p,
		 "SELECT CASE WHEN bytes <= ?1 THEN 1 ELSE 0 END AS lane, "
		 "count(*), sum(bytes + " OVERHEAD ") FROM transfer WHERE "
		 "state = 1 GROUP BY lane",
		 NULL, &s)) != 0)
		return e;
	sqlite3_bind_int64(s, 1, (sqlite3_int64)l->fast_bytes);
	while ((e = ledger_step(s)) == 0) {
		lane = sqlite3_column_int(s, 0);
		l->working[lane] = sqlite3_column_double(s, 1);
		l->cost[lane] = sqlite3_column_double(s, 2);
	}
	sqlite3_finalize(s);
	return e == ERR_NOENT ? 0 : e;
}

static int
add_waiting(struct transfer_line *l, sqlite3_stmt *s)
{
	struct waiting *more, *w;

	if (l->n % 64 == 0) {
		more = reallocarray(l->all, l->n + 64, sizeof(*more));
		if (more == NULL)
			return ERR_NOMEM;
		l->all = more;
	}
	w = &l->all[l->n++];
	people_take(s, 0, w->department, sizeof(w->department));
	people_take(s, 1, w->login, sizeof(w->login));
	w->lane = sqlite3_column_int(s, 2);
	w->n = sqlite3_column_double(s, 3);
	w->cost = sqlite3_column_double(s, 4);
	people_take(s, 5, w->head, sizeof(w->head));
	return 0;
}

static int
read_waiting(struct people *p, struct transfer_line *l)
{
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p,
		 "SELECT department, login, CASE WHEN bytes <= ?1 THEN 1 ELSE "
		 "0 END AS lane, count(*), sum(bytes + " OVERHEAD "), min(id) "
		 "FROM transfer WHERE state = 0 GROUP BY department, login, "
		 "lane",
		 NULL, &s)) != 0)
		return e;
	sqlite3_bind_int64(s, 1, (sqlite3_int64)l->fast_bytes);
	while ((e = ledger_step(s)) == 0)
		if ((e = add_waiting(l, s)) != 0)
			break;
	sqlite3_finalize(s);
	return e == ERR_NOENT ? 0 : e;
}

int
transfer_line_read(struct people *p, uint64_t fast_bytes,
    struct transfer_line **out)
{
	struct transfer_line *l = calloc(1, sizeof(*l));
	int e;

	if (l == NULL)
		return ERR_NOMEM;
	l->fast_bytes = fast_bytes;
	if ((e = speed(p, &l->ms_per_cost)) != 0 ||
	    (e = read_working(p, l)) != 0 || (e = read_waiting(p, l)) != 0) {
		transfer_line_free(l);
		return e;
	}
	*out = l;
	return 0;
}

void
transfer_line_free(struct transfer_line *l)
{
	if (l == NULL)
		return;
	free(l->all);
	free(l);
}

static const struct waiting *
find(const struct transfer_line *l, const char *department, const char *login,
    int lane)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->all[i].lane == lane &&
		    strcmp(l->all[i].login, login) == 0 &&
		    strcmp(l->all[i].department, department) == 0)
			return &l->all[i];
	return NULL;
}

/* A person's file that has k of their own before it, own_cost with itself:
 * of each other person as many come before, and one more of those who wait
 * longer. */
static void
place(const struct transfer_line *l, const struct waiting *me, double k,
    double own_cost, uint64_t *before, uint64_t *seconds)
{
	double n = k, cost = own_cost + l->cost[me->lane], turns,
	       lanes = l->working[me->lane];

	for (size_t i = 0; i < l->n; i++) {
		const struct waiting *w = &l->all[i];

		if (w == me || w->lane != me->lane)
			continue;
		turns = k + (strcmp(w->head, me->head) < 0 ? 1 : 0);
		turns = turns < w->n ? turns : w->n;
		n += turns;
		cost += w->cost * turns / w->n;
	}
	*before = (uint64_t)n;
	*seconds =
	    (uint64_t)(l->ms_per_cost * cost / (lanes < 1 ? 1 : lanes) / 1000 +
		       1);
}

int
transfer_line_of(const struct transfer_line *l, const char *department,
    const char *login, uint64_t *before, uint64_t *seconds)
{
	uint64_t first, last, unused;
	const struct waiting *me;
	bool is_found = false;

	for (int lane = 0; lane < LANES; lane++) {
		if ((me = find(l, department, login, lane)) == NULL)
			continue;
		place(l, me, 0, me->cost / me->n, &first, &unused);
		place(l, me, me->n - 1, me->cost, &unused, &last);
		*before = !is_found || first < *before ? first : *before;
		*seconds = !is_found || last > *seconds ? last : *seconds;
		is_found = true;
	}
	return is_found ? 0 : ERR_NOENT;
}

/* How many of the same person stand before it in its lane, and what they and
 * it cost. */
static int
own_before(struct people *p, const struct transfer *t, uint64_t fast_bytes,
    double *k, double *cost)
{
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p,
		 "SELECT count(*), coalesce(sum(bytes + " OVERHEAD "), 0) FROM "
		 "transfer WHERE department = ?1 AND login = ?2 AND state = 0 "
		 "AND id < ?3 AND (CASE WHEN bytes <= ?4 THEN 1 ELSE 0 END) = "
		 "?5",
		 t->department, &s)) != 0)
		return e;
	people_bind(s, 2, t->login);
	people_bind(s, 3, t->id);
	sqlite3_bind_int64(s, 4, (sqlite3_int64)fast_bytes);
	sqlite3_bind_int(s, 5, t->bytes <= fast_bytes ? SMALL : LARGE);
	if ((e = ledger_step(s)) == 0) {
		*k = sqlite3_column_double(s, 0);
		*cost =
		    sqlite3_column_double(s, 1) + (double)t->bytes + 65536.0;
	}
	sqlite3_finalize(s);
	return e;
}

int
transfer_line_at(const struct transfer_line *l, struct people *p,
    const struct transfer *t, uint64_t *before, uint64_t *seconds)
{
	int lane = t->bytes <= l->fast_bytes ? SMALL : LARGE, e;
	const struct waiting *me;
	double k, cost;

	*before = *seconds = 0;
	if (t->state > TRANSFER_WORKING)
		return 0;
	me = t->state == TRANSFER_RECEIVED
		 ? find(l, t->department, t->login, lane)
		 : NULL;
	if (me == NULL) { /* it is in work, or was taken just now */
		*seconds = (uint64_t)(l->ms_per_cost *
					  ((double)t->bytes + 65536.0) / 1000 +
				      1);
		return 0;
	}
	if ((e = own_before(p, t, l->fast_bytes, &k, &cost)) != 0)
		return e;
	place(l, me, k, cost, before, seconds);
	return 0;
}

int
transfer_position(struct people *p, const char *id, uint64_t fast_bytes,
    uint64_t *before, uint64_t *seconds)
{
	struct transfer_line *l;
	struct transfer t;
	int e;

	if ((e = transfer_get(p, id, &t)) != 0)
		return e;
	if ((e = transfer_line_read(p, fast_bytes, &l)) == 0) {
		e = transfer_line_at(l, p, &t, before, seconds);
		transfer_line_free(l);
	}
	transfer_done(&t);
	return e;
}
