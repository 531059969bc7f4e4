#include "quarantine/notify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct people_to {
	struct people *p;
	const struct request *q;
	char mail[NOTIFY_PEOPLE][MAILADDR_BYTES];
	const char *list[NOTIFY_PEOPLE + 1];
	size_t n;
};

static void
add(struct people_to *t, const struct account *a)
{
	if (a->mail[0] == '\0' || t->n == NOTIFY_PEOPLE)
		return;
	snprintf(t->mail[t->n], MAILADDR_BYTES, "%s", a->mail);
	t->list[t->n] = t->mail[t->n];
	t->list[++t->n] = NULL;
}

static int
add_approver(void *arg, const struct account *a)
{
	char for_login[ACCOUNT_LOGIN_BYTES], why[POLICY_WHY_BYTES];
	struct people_to *t = arg;

	if ((a->roles & ROLE_APPROVER) != 0 && a->mail[0] != '\0' &&
	    approve_may(t->p, t->q, a, for_login, why))
		add(t, a);
	return t->n == NOTIFY_PEOPLE;
}

static void
find_people(struct people_to *t, enum event_kind k)
{
	struct account a;

	if (k != EVENT_APPROVAL_EXPIRED)
		(void)!account_list(t->p, add_approver, t);
	else if (account_get(t->p, t->q->login, &a) == 0)
		add(t, &a);
}

void
notify_request(const struct policy *policy, struct people *p, enum event_kind k,
    const struct request *q)
{
	struct people_to *to = calloc(1, sizeof(*to));
	struct transfer t = { .id = "" };
	const struct event_field fields[] = { { "transfer", q->transfer },
		{ "request", q->id }, { "department", q->department },
		{ "login", q->login }, { "name", t.path },
		{ "expires", q->expires }, { NULL, NULL } };

	if (to == NULL)
		return;
	to->p = p;
	to->q = q;
	if (transfer_get(p, q->transfer, &t) != 0)
		t.path[0] = '\0';
	else
		transfer_done(&t);
	find_people(to, k);
	(void)event_raise(policy, k, fields, to->n > 0 ? to->list : NULL);
	free(to);
}

void
notify_transfer(const struct policy *policy, struct people *p,
    enum event_kind k, const char *transfer, enum request_kind kind)
{
	struct request q;

	if (approve_of(p, transfer, kind, &q) == 0)
		notify_request(policy, p, k, &q);
}

void
notify_import(const struct policy *policy, const char *transfer,
    const struct import_done *d)
{
	char number[24];

	snprintf(number, sizeof(number), "%llu", (unsigned long long)d->parcel);
	(void)event_raise(policy, EVENT_UNSANITISED,
	    (const struct event_field[]){ { "transfer", transfer },
		{ "parcel", number }, { "name", d->name },
		{ "login", d->who.asked_by }, { "why", d->who.why },
		{ NULL, NULL } },
	    NULL);
}
