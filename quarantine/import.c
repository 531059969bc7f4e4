/* See import.h. */
#include "quarantine/import.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/receipt.h"

static const char was_imported[] = N_("brought in unsanitised");

bool
import_was(const struct transfer *t)
{
	return t->state == TRANSFER_RELEASED &&
	       strcmp(t->reason, was_imported) == 0;
}

static int
deny(char no[POLICY_WHY_BYTES], const char *text)
{
	snprintf(no, POLICY_WHY_BYTES, "%s", text);
	return ERR_DENIED;
}

static bool
is_blank(const char *s)
{
	return s[strspn(s, " \t\r\n")] == '\0';
}

/* What does not depend on a request. On 0 *t is the caller's. */
static int
check_item(const struct import_setup *s, const char *id, struct transfer *t,
    struct rules *r, char no[POLICY_WHY_BYTES])
{
	struct quarantine_item item = { .receipt = NULL };
	int e;

	if ((e = transfer_get(s->people, id, t)) == ERR_NOENT)
		return deny(no, N_("nobody brought this in: originals of mail "
				   "do not cross"));
	if (e != 0)
		return e;
	rules_of(s->rules, t->department, r);
	if ((e = quarantine_show(s->quarantine, id, s->who, &item)) != 0)
		e = e == ERR_NOENT
			? deny(no, N_("its original is not in quarantine"))
			: e;
	else if (!r->unsanitised_import)
		e = deny(no, N_("the rules of this department do not allow "
				"unsanitised imports"));
	else if (t->state != TRANSFER_HELD && t->state != TRANSFER_PASSWORD)
		e = deny(no, N_("it is not held"));
	else if (item.verdict != VERDICT_HELD || t->reason_err == ERR_BLOCKED)
		e = deny(no, N_("what is blocked never crosses"));
	else if (t->reason_err == ERR_INFECTED ||
		 strstr(item.receipt, "\"generic.scanner\"") != NULL)
		e = deny(no, N_("the virus scanner found something in it"));
	else if (item.state != QUARANTINE_STORED)
		e = deny(no, N_("its original was disposed of"));
	else if (strcmp(item.sha256, t->sha256) != 0 || t->sha256[0] == '\0')
		e = deny(no, N_("the original in quarantine is another one"));
	free(item.receipt);
	if (e != 0)
		transfer_done(t);
	return e;
}

int
import_ask(const struct import_setup *s, const char *id, const char *login,
    const char *why, struct request *q, char no[POLICY_WHY_BYTES])
{
	struct account a;
	struct transfer t;
	struct rules r;
	int e;

	no[0] = '\0';
	if (is_blank(why))
		return deny(no, N_("an unsanitised import needs its reason"));
	if ((e = account_get(s->people, login, &a)) == ERR_NOENT ||
	    (e == 0 && !account_is_valid(&a)))
		return deny(no, N_("the one who asks needs a valid account"));
	if (e != 0 || (e = check_item(s, id, &t, &r, no)) != 0)
		return e;
	e = approve_ask(s->people, &t, REQUEST_UNSANITISED, t.sha256, a.login,
	    why, &r, q);
	transfer_done(&t);
	if (e == ERR_DENIED)
		return deny(no, N_("the rules do not allow this request"));
	return e;
}

/* ---- who agreed */

struct agreed {
	const struct request *q;
	const char *owner;
	struct parcel_unsanitised *to;
	char seat[2][ACCOUNT_LOGIN_BYTES]; /* for whom, or themselves */
	size_t n;
	bool refused;
};

static bool
is_one_of(const char *login, const struct agreed *a)
{
	return strcasecmp(login, a->q->login) == 0 ||
	       strcasecmp(login, a->owner) == 0;
}

static int
count(void *arg, const struct decision *d)
{
	struct agreed *a = arg;
	const char *seat = d->for_login[0] != '\0' ? d->for_login : d->login;
	size_t k = a->n;

	if (strcmp(d->sha256, a->q->sha256) != 0 ||
	    strcmp(d->time, a->q->expires) > 0)
		return 0;
	if (!d->is_yes) {
		a->refused = true;
		return 0;
	}
	if (d->is_emergency || is_one_of(d->login, a) || is_one_of(seat, a) ||
	    k == 2)
		return 0;
	if (k == 1 &&
	    (strcmp(d->login, a->to->agreed[0].login) == 0 ||
		strcmp(d->login, a->seat[0]) == 0 ||
		strcmp(seat, a->to->agreed[0].login) == 0 ||
		strcmp(seat, a->seat[0]) == 0 ||
		strcmp(d->department, a->to->agreed[0].department) == 0))
		return 0;
	snprintf(a->to->agreed[k].login, sizeof(a->to->agreed[k].login), "%s",
	    d->login);
	snprintf(a->to->agreed[k].department,
	    sizeof(a->to->agreed[k].department), "%s", d->department);
	snprintf(a->seat[k], sizeof(a->seat[k]), "%s", seat);
	a->n++;
	return 0;
}

/* The accounts of those who agreed, as they are now. */
static int
check_person(const struct import_setup *s, const struct parcel_agreed *p,
    char no[POLICY_WHY_BYTES])
{
	struct account a;
	int e = account_get(s->people, p->login, &a);

	if (e == ERR_NOENT ||
	    (e == 0 &&
		(!account_is_valid(&a) || (a.roles & ROLE_APPROVER) == 0 ||
		    strcmp(a.department, p->department) != 0)))
		return deny(no, N_("one of those who agreed is not an approver "
				   "of that department any more"));
	return e;
}

static int
check_decisions(const struct import_setup *s, const struct request *q,
    const struct transfer *t, struct parcel_unsanitised *to,
    char no[POLICY_WHY_BYTES])
{
	struct agreed a = { .q = q, .owner = t->login, .to = to };
	int e;

	memset(to, 0, sizeof(*to));
	snprintf(to->asked_by, sizeof(to->asked_by), "%s", q->login);
	snprintf(to->why, sizeof(to->why), "%s", q->why);
	if ((e = approve_decisions(s->people, q->id, count, &a)) != 0)
		return e;
	if (a.refused)
		return deny(no, N_("somebody refused it"));
	if (a.n < 2)
		return deny(no, N_("two approvers of different departments "
				   "must agree, who neither ask nor brought "
				   "it"));
	if ((e = check_person(s, &to->agreed[0], no)) != 0)
		return e;
	return check_person(s, &to->agreed[1], no);
}

static int
check_request(const struct import_setup *s, const struct transfer *t,
    struct request *q, struct parcel_unsanitised *to, char no[POLICY_WHY_BYTES])
{
	char now[RECORD_TIME_BYTES];
	enum request_state state;
	int e;

	e = approve_of(s->people, t->id, REQUEST_UNSANITISED, q);
	if (e == ERR_NOENT)
		return deny(no, N_("nobody asked for it"));
	if (e != 0 || (e = approve_state(s->people, q, &state)) != 0)
		return e;
	record_time_now(now);
	if (state == REQUEST_REJECTED)
		return deny(no, N_("somebody refused it"));
	if (strcmp(now, q->expires) > 0 || state == REQUEST_EXPIRED)
		return deny(no, N_("the time of the request is over"));
	if (state != REQUEST_APPROVED)
		return deny(no, N_("it is not approved yet"));
	if (q->kind != REQUEST_UNSANITISED || is_blank(q->why) ||
	    strcmp(q->transfer, t->id) != 0 ||
	    strcmp(q->sha256, t->sha256) != 0)
		return deny(no, N_("the request is about something else"));
	return check_decisions(s, q, t, to, no);
}

/* ---- the crossing */

static char *
receipt_of(const struct transfer *t, const struct parcel_unsanitised *u)
{
	json_t *o = json_pack("{s:s,s:s,s:s,s:s,s:{s:s,s:I,s:s},"
			      "s:{s:s,s:s,s:[{s:s,s:s},{s:s,s:s}]}}",
	    "schema", "sekisho.receipt/1", "id", t->id, "verdict",
	    PARCEL_UNSANITISED, "method", "none", "input", "name", t->path,
	    "size", (json_int_t)t->bytes, "sha256", t->sha256,
	    PARCEL_UNSANITISED, "asked_by", u->asked_by, "why", u->why,
	    "agreed", "login", u->agreed[0].login, "department",
	    u->agreed[0].department, "login", u->agreed[1].login, "department",
	    u->agreed[1].department);
	char *text =
	    o == NULL ? NULL : json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS);

	json_decref(o);
	return text;
}

static char *
words_of(const struct transfer *t, const struct parcel_unsanitised *u)
{
	char *text = NULL;

	if (asprintf(&text,
		"【未無害化】このファイルは無害化していない原本です。\n"
		"中のマクロ、スクリプト、リンクなどは取り除かれていません。"
		"開く前に情報システム担当に確かめてください。\n\n"
		"受付番号: %s\n元の名前: %s\nSHA-256: %s\n理由: %s\n"
		"申請者: %s\n承認者: %s（%s）、%s（%s）\n",
		t->id, t->path, t->sha256, u->why, u->asked_by,
		u->agreed[0].login, u->agreed[0].department, u->agreed[1].login,
		u->agreed[1].department) < 0)
		return NULL;
	return text;
}

static json_t *
audit_fields(const struct import_setup *s, const struct transfer *t,
    const struct request *q, const struct parcel_unsanitised *u)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:I,s:s,s:s,s:[s,s],s:[s,s],s:s,"
			 "s:s}",
	    "id", t->id, "request", q->id, "name", t->path, "department",
	    t->department, "bytes", (json_int_t)t->bytes, "sha256", t->sha256,
	    "asked_by", u->asked_by, "agreed", u->agreed[0].login,
	    u->agreed[1].login, "departments", u->agreed[0].department,
	    u->agreed[1].department, "reason", u->why, "who", s->who);
}

/* The parcel, but for its payload's descriptor. */
static int
fill_parcel(const struct transfer *t, const struct request *q,
    const struct parcel_unsanitised *u, struct parcel *p)
{
	char path[PARCEL_NAME_BYTES];
	struct parcel_payload *f;

	*p = (struct parcel){ .seq = 0, .unsanitised = *u };
	snprintf(p->id, sizeof(p->id), "%.60s-U", q->id);
	snprintf(p->department, sizeof(p->department), "%s", t->department);
	snprintf(p->kind, sizeof(p->kind), "%s", PARCEL_UNSANITISED);
	if ((p->payloads = calloc(1, sizeof(*p->payloads))) == NULL)
		return ERR_NOMEM;
	p->n_payloads = 1;
	f = &p->payloads[0];
	parcel_name_mark(t->path, path);
	parcel_name_below(t->login, path, f->name);
	snprintf(f->format, sizeof(f->format), "%s", PARCEL_UNSANITISED);
	f->fd = -1;
	f->receipt = receipt_of(t, u);
	f->receipt_text = words_of(t, u);
	if (f->receipt == NULL || f->receipt_text == NULL)
		return ERR_NOMEM;
	return sodium_hex2bin(f->sha256, HASH_BYTES, q->sha256,
		   strlen(q->sha256), NULL, NULL, NULL) == 0
		   ? 0
		   : ERR_MALFORMED;
}

/* The original, decrypted; byte for byte what was agreed to, or nothing. */
static int
open_original(const struct import_setup *s, const struct request *q,
    struct parcel_payload *f, char no[POLICY_WHY_BYTES])
{
	uint8_t digest[HASH_BYTES];
	int e;

	e = quarantine_read(s->quarantine, q->transfer, s->who,
	    "unsanitised import", &f->fd);
	if (e == ERR_NOENT)
		return deny(no, N_("its original was disposed of"));
	if (e == 0)
		e = hash_fd(f->fd, digest, &f->bytes);
	if (e == 0 && memcmp(digest, f->sha256, sizeof(digest)) != 0)
		e = deny(no, N_("the original in quarantine is another one"));
	return e;
}

static int
cross(const struct import_setup *s, const struct transfer *t,
    const struct request *q, struct import_done *d, char no[POLICY_WHY_BYTES])
{
	char why[PARCEL_WHY_BYTES] = "";
	struct parcel p;
	int e;

	if ((e = fill_parcel(t, q, &d->who, &p)) == 0 &&
	    (e = open_original(s, q, &p.payloads[0], no)) == 0 &&
	    (e = audit_append(s->people->audit, "unsanitised",
		 audit_fields(s, t, q, &d->who), AUDIT_SYNC)) == 0) {
		snprintf(d->name, sizeof(d->name), "%s", p.payloads[0].name);
		e = spool_seal(s->spool, &p, &d->parcel, why);
		if (e != 0)
			snprintf(no, POLICY_WHY_BYTES, "%s", why);
	}
	if (p.n_payloads == 1 && p.payloads[0].fd >= 0)
		close(p.payloads[0].fd);
	parcel_done(&p);
	return e;
}

int
import_release(const struct import_setup *s, const char *id,
    struct import_done *d, char no[POLICY_WHY_BYTES])
{
	struct transfer t;
	struct request q;
	struct rules r;
	int e;

	memset(d, 0, sizeof(*d));
	no[0] = '\0';
	if ((e = check_item(s, id, &t, &r, no)) != 0)
		return e;
	if ((e = check_request(s, &t, &q, &d->who, no)) == 0 &&
	    (e = cross(s, &t, &q, d, no)) == 0 &&
	    (e = audit_append(s->people->audit, "unsanitised-sealed",
		 json_pack("{s:s,s:s,s:I}", "id", id, "request", q.id, "parcel",
		     (json_int_t)d->parcel),
		 AUDIT_SYNC)) == 0)
		e = transfer_settle(s->people, id, TRANSFER_RELEASED,
		    was_imported);
	transfer_done(&t);
	return e;
}
