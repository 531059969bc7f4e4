/*
 * Requests and decisions. A request belongs to one transfer (or one item of
 * quarantine) and is bound to the SHA-256 of what it releases.
 *
 * Rules, all checked here and again by whoever releases (approve_state()):
 * nobody decides on their own (nor their deputy for them); one decision a
 * person, and one for each place, whether its holder or the deputy made it;
 * the person must have the role of an approver and be listed by the rules of
 * the department (or be the deputy of one who is and who is away today);
 * `quorum` persons must agree, one refusal rejects; a decision on another hash
 * counts for nothing, nor does one of an account that is not valid any more;
 * after expire_h it is expired. For an unsanitised import any approver of
 * another department may agree besides those who are listed: one of these and
 * two departments are needed at least. Every decision is an audit line before
 * it is a row.
 */
#ifndef QUARANTINE_APPROVE_H
#define QUARANTINE_APPROVE_H

#include "quarantine/transfer.h"

enum request_kind {
	REQUEST_RELEASE = 0, /* of a sanitised result */
	REQUEST_REVIEW,	     /* of an emergency release, afterwards */
	REQUEST_UNSANITISED  /* of an original; off by default; two approvers
			      * of different departments and a reason */
};

enum request_state {
	REQUEST_OPEN = 0,
	REQUEST_APPROVED,
	REQUEST_REJECTED,
	REQUEST_EXPIRED
};

struct request {
	char id[RECORD_ID_BYTES];
	char transfer[RECORD_ID_BYTES];
	enum request_kind kind;
	enum request_state state;
	char time[RECORD_TIME_BYTES], expires[RECORD_TIME_BYTES];
	char login[ACCOUNT_LOGIN_BYTES]; /* who asks: never decides */
	char department[RULES_DEPARTMENT_BYTES];
	char sha256[HASH_HEX]; /* of what would cross */
	char why[RECORD_REASON_BYTES];
	char approvers[RULES_LIST_BYTES]; /* the rule when it was made */
	uint32_t quorum, agreed;
	char reminded[RECORD_TIME_BYTES];
};

struct decision {
	char request[RECORD_ID_BYTES];
	char login[ACCOUNT_LOGIN_BYTES], department[RULES_DEPARTMENT_BYTES];
	char for_login[ACCOUNT_LOGIN_BYTES]; /* the one who is away, or "" */
	char time[RECORD_TIME_BYTES];
	char sha256[HASH_HEX];
	bool is_yes;
	bool is_emergency; /* approve_emergency() */
	char why[RECORD_REASON_BYTES];
};

/* Make a request (RELEASE: transfer_finish() does it; REVIEW:
 * approve_emergency()). ERR_EXIST: one is open for this transfer and kind.
 * ERR_DENIED: the rules do not allow this kind, no reason is given for an
 * unsanitised import, the transfer is not held, or the hash is another. */
int approve_ask(struct people *, const struct transfer *, enum request_kind,
    const char *sha256, const char *login, const char *why,
    const struct rules *, struct request *) MUST_CHECK;
int approve_get(struct people *, const char *id, struct request *) MUST_CHECK;
/* The newest request of a transfer of that kind. ERR_NOENT. */
int approve_of(struct people *, const char *transfer, enum request_kind,
    struct request *) MUST_CHECK;
/* Open ones that this person may decide on (NULL: all open ones). */
int approve_list(struct people *, const struct account *,
    int (*each)(void *arg, const struct request *), void *arg) MUST_CHECK;
int approve_decisions(struct people *, const char *request,
    int (*each)(void *arg, const struct decision *), void *arg) MUST_CHECK;
/* Requests for originals that were approved and whose transfer still waits:
 * import_release() judges each anew. */
int approve_imports(struct people *,
    int (*each)(void *arg, const struct request *), void *arg) MUST_CHECK;
/* Whether this person may; why: one English line (gettext key) when not. */
bool approve_may(struct people *, const struct request *,
    const struct account *, char for_login[ACCOUNT_LOGIN_BYTES],
    char why[POLICY_WHY_BYTES]);
/*
 * Decide. sha256: what the person saw. ERR_DENIED: may not (why);
 * ERR_EXIST: has decided before, or the request is not open. *state: after it.
 */
int approve_decide(struct people *, const char *request, const struct account *,
    const char *sha256, bool is_yes, const char *text, enum request_state *,
    char why[POLICY_WHY_BYTES]) MUST_CHECK;
/*
 * What the decisions amount to, computed from them and from the accounts, not
 * from the state column: the watcher asks this before anything crosses.
 */
int approve_state(struct people *, const struct request *,
    enum request_state *) MUST_CHECK;
/*
 * Expire what is due; each() for every request that became expired or wants a
 * reminder (after remind_h of its department's rules, and again after as long).
 * A review does not expire: each() says once that it is overdue (is_expired),
 * and it stays open. One that was approved by somebody who may not any more,
 * before its file crossed, is open again. The transfer of an expired request is
 * the watcher's to settle, also at its next start: approve_state() says it
 * again.
 */
int approve_tick(struct people *, const struct ruleset *,
    int (*each)(void *arg, const struct request *, bool is_expired),
    void *arg) MUST_CHECK;
/*
 * Emergency: the sanitised result is released at once, by a person with
 * ROLE_APPROVER or ROLE_ADMINISTRATOR who is not the one that brought it, with
 * a reason; a REQUEST_REVIEW follows. ERR_DENIED: the rules do not allow it.
 */
int approve_emergency(struct people *, const char *request,
    const struct account *, const char *why, const struct rules *,
    char no[POLICY_WHY_BYTES]) MUST_CHECK;

#endif
