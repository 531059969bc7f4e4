/* See watchqueue.h. */
#include "cmd/watchqueue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 4096

enum { LARGE, SMALL, LANES };

struct entry {
	char id[RECORD_ID_BYTES];
	uint64_t since;
	struct entry *next;   /* in its lane */
	struct entry *hashed; /* in its bucket */
};

struct lane {
	struct entry *first, *last;
	size_t n;
};

struct user {
	char *department, *login;
	struct lane lanes[LANES];
	struct user *next; /* a ring */
};

struct watchqueue {
	uint64_t fast_bytes;
	struct user *turn[LANES]; /* whose it is, in each lane */
	struct user *users;	  /* any of the ring */
	struct entry *buckets[BUCKETS];
	size_t n[LANES];
};

static struct entry **
bucket(struct watchqueue *q, const char *id)
{
	uint32_t h = 2166136261u;

	for (; *id != '\0'; id++)
		h = (h ^ (uint8_t)*id) * 16777619u;
	return &q->buckets[h % BUCKETS];
}

int
watchqueue_new(uint64_t fast_bytes, struct watchqueue **out)
{
	struct watchqueue *q = calloc(1, sizeof(*q));

	if (q == NULL)
		return ERR_NOMEM;
	q->fast_bytes = fast_bytes;
	*out = q;
	return 0;
}

static void
user_free(struct user *u)
{
	free(u->department);
	free(u->login);
	free(u);
}

static struct user *
user_new(const char *department, const char *login)
{
	struct user *u = calloc(1, sizeof(*u));

	if (u == NULL)
		return NULL;
	u->department = strdup(department);
	u->login = strdup(login);
	if (u->department != NULL && u->login != NULL)
		return u;
	user_free(u);
	return NULL;
}

static struct user *
find_user(struct watchqueue *q, const char *department, const char *login)
{
	struct user *u = q->users;

	if (u == NULL)
		return NULL;
	do {
		if (strcmp(u->login, login) == 0 &&
		    strcmp(u->department, department) == 0)
			return u;
		u = u->next;
	} while (u != q->users);
	return NULL;
}

static struct user *
need_user(struct watchqueue *q, const char *department, const char *login)
{
	struct user *u = find_user(q, department, login);

	if (u != NULL || (u = user_new(department, login)) == NULL)
		return u;
	if (q->users == NULL) {
		u->next = u;
		q->turn[LARGE] = q->turn[SMALL] = u;
	} else {
		u->next = q->users->next;
		q->users->next = u;
	}
	q->users = u;
	return u;
}

int
watchqueue_add(struct watchqueue *q, const char *department, const char *login,
    const char *id, uint64_t bytes, uint64_t since)
{
	int lane = bytes <= q->fast_bytes ? SMALL : LARGE;
	struct entry **b = bucket(q, id), *e;
	struct user *u;

	for (e = *b; e != NULL; e = e->hashed)
		if (strcmp(e->id, id) == 0)
			return ERR_EXIST;
	if ((u = need_user(q, department, login)) == NULL ||
	    (e = calloc(1, sizeof(*e))) == NULL)
		return ERR_NOMEM;
	snprintf(e->id, sizeof(e->id), "%s", id);
	e->since = since;
	e->hashed = *b;
	*b = e;
	if (u->lanes[lane].last != NULL)
		u->lanes[lane].last->next = e;
	else
		u->lanes[lane].first = e;
	u->lanes[lane].last = e;
	u->lanes[lane].n++;
	q->n[lane]++;
	return 0;
}

static void
forget(struct watchqueue *q, struct entry *e)
{
	struct entry **b = bucket(q, e->id);

	while (*b != e)
		b = &(*b)->hashed;
	*b = e->hashed;
	free(e);
}

static void
pop(struct watchqueue *q, int which, char id[RECORD_ID_BYTES])
{
	struct user *u = q->turn[which];
	struct entry *e;
	struct lane *l;

	while (u->lanes[which].first == NULL)
		u = u->next;
	l = &u->lanes[which];
	e = l->first;
	l->first = e->next;
	if (l->first == NULL)
		l->last = NULL;
	l->n--;
	q->n[which]--;
	q->turn[which] = u->next;
	memcpy(id, e->id, RECORD_ID_BYTES);
	forget(q, e);
}

int
watchqueue_take(struct watchqueue *q, unsigned slots, unsigned large,
    char id[RECORD_ID_BYTES], bool *is_large)
{
	int lane;

	if (q->n[LARGE] > 0 && large == 0)
		lane = LARGE;
	else if (q->n[SMALL] > 0)
		lane = SMALL;
	else if (q->n[LARGE] > 0 && large + 1 < slots)
		lane = LARGE;
	else
		return ERR_NOENT;
	pop(q, lane, id);
	*is_large = lane == LARGE;
	return 0;
}

void
watchqueue_clear(struct watchqueue *q)
{
	char id[RECORD_ID_BYTES];

	for (int lane = 0; lane < LANES; lane++)
		while (q->n[lane] > 0)
			pop(q, lane, id);
}

size_t
watchqueue_length(const struct watchqueue *q)
{
	return q->n[LARGE] + q->n[SMALL];
}

void
watchqueue_free(struct watchqueue *q)
{
	struct user *u, *next;

	if (q == NULL)
		return;
	watchqueue_clear(q);
	if ((u = q->users) != NULL) {
		next = u->next;
		u->next = NULL;
		for (u = next; u != NULL; u = next) {
			next = u->next;
			user_free(u);
		}
	}
	free(q);
}

static void
describe(const struct user *u, struct watchqueue_user *out)
{
	*out = (struct watchqueue_user){ u->department, u->login, 0, 0, NULL,
		NULL };
	for (int i = 0; i < LANES; i++) {
		const struct lane *l = &u->lanes[i];

		if (l->n == 0)
			continue;
		out->waiting += l->n;
		if (out->first == NULL || l->first->since < out->since) {
			out->since = l->first->since;
			out->first = l->first->id;
		}
		if (out->last == NULL || strcmp(l->last->id, out->last) > 0)
			out->last = l->last->id;
	}
}

void
watchqueue_users(const struct watchqueue *q,
    void (*each)(void *arg, const struct watchqueue_user *), void *arg)
{
	const struct user *u = q->users;
	struct watchqueue_user w;

	if (u == NULL)
		return;
	do {
		describe(u, &w);
		if (w.waiting > 0)
			each(arg, &w);
		u = u->next;
	} while (u != q->users);
}
