/*
 * Inside of requests: what approve.c (making, deciding) and approvecheck.c
 * (who may, what decisions amount to) share.
 */
#ifndef QUARANTINE_APPROVE_INT_H
#define QUARANTINE_APPROVE_INT_H

#include "quarantine/transfer_int.h"

#define REQUEST_COLUMNS \
	"id, transfer, kind, state, time, expires, login, department, " \
	"sha256, why, approvers, quorum, reminded"
#define DECISION_COLUMNS \
	"request, login, department, for_login, time, sha256, yes, " \
	"emergency, why"

/* Of those an account may act for at a time. */
#define APPROVE_DEPUTIES 32

/* The people that an account acts for today. */
struct deputies {
	struct account of[APPROVE_DEPUTIES];
	size_t n;
};

void approve_take(sqlite3_stmt *, struct request *);
void approve_take_decision(sqlite3_stmt *, struct decision *);

/* Those who are away today and have named this login. */
int approve_deputies(struct people *, const char *login,
    struct deputies *) MUST_CHECK;
/* As approve_may(). ERR_DENIED: why says; others: could not be found out. */
int approve_check(struct people *, const struct request *,
    const struct account *, const struct deputies *,
    char for_login[ACCOUNT_LOGIN_BYTES], char why[POLICY_WHY_BYTES]) MUST_CHECK;
int approve_has_decided(struct people *, const char *request, const char *login,
    bool *yes) MUST_CHECK;
/* Who brought a transfer in. ERR_NOENT. */
int approve_owner(struct people *, const char *transfer,
    char login[ACCOUNT_LOGIN_BYTES]) MUST_CHECK;
/* The state that the decisions amount to, and how many agreed. */
int approve_tally(struct people *, const struct request *, enum request_state *,
    uint32_t *agreed) MUST_CHECK;

/* Requests of a SELECT REQUEST_COLUMNS, in an array to be freed. */
int approve_read(struct people *, const char *sql, struct request **,
    size_t *n) MUST_CHECK;
/* All that are open, likewise. */
int approve_read_open(struct people *, struct request **, size_t *n) MUST_CHECK;
/* The request, open and in time, and its transfer still waiting for it.
 * ERR_EXIST: not so; ERR_NOENT. */
int approve_open_request(struct people *, const char *id,
    struct request *) MUST_CHECK;
/* OPEN -> state; nothing when it is not OPEN. */
int approve_set_state(struct people *, const char *id,
    enum request_state) MUST_CHECK;
/* The account as the register has it, not as the caller had it. */
int approve_fresh_account(struct people *, const struct account *given,
    struct account *) MUST_CHECK;
void approve_fill_decision(struct decision *, const struct request *,
    const struct account *, bool is_yes, const char *text);
int approve_insert_decision(struct people *,
    const struct decision *) MUST_CHECK;
int approve_say_decision(struct people *, const char *event,
    const struct request *, const struct decision *) MUST_CHECK;
int approve_say_request(struct people *, const struct request *) MUST_CHECK;
bool approve_is_blank(const char *);

#endif
