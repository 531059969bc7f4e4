/* Inside of accounts: what account*.c share. */
#ifndef QUARANTINE_ACCOUNT_INT_H
#define QUARANTINE_ACCOUNT_INT_H

#include <jansson.h>

#include "quarantine/account.h"
#include "quarantine/people_int.h"

/* Columns of an account that an import may give. */
enum {
	GIVES_NAME = 1,
	GIVES_DEPARTMENT = 2,
	GIVES_MAIL = 4,
	GIVES_ROLES = 8,
	GIVES_FROM = 16,
	GIVES_UNTIL = 32
};

/* One line of an import. */
struct account_row {
	struct account account; /* login, and the columns given */
	unsigned line;		/* of the file, from 1 */
	unsigned gives;		/* GIVES_* */
};

/* ERR_MALFORMED, with one English line (gettext key). */
int account_no(char why[POLICY_WHY_BYTES], const char *key) MUST_CHECK;
/* A login made lower case. ERR_MALFORMED: not one. */
int account_login(const char *, char out[ACCOUNT_LOGIN_BYTES]) MUST_CHECK;
/* Everything but what other rows decide (the deputy). */
int account_check(const struct account *,
    char why[POLICY_WHY_BYTES]) MUST_CHECK;
/* A day of the calendar as "2027-04-01"; is_date() takes no other form. */
bool account_is_date(const char *);
/* The same, also from "2027/4/1" and "2027-4-1"; "" stays. */
int account_date(const char *, char out[ACCOUNT_DATE_BYTES]) MUST_CHECK;
/* Local time. */
void account_today(char out[ACCOUNT_DATE_BYTES]);

/* Inside a transaction: read, store (audit line first). */
int account_read(struct people *, const char *login,
    struct account *) MUST_CHECK;
int account_store(struct people *, const struct account *before,
    const struct account *after, const char *who, enum audit_when) MUST_CHECK;
/* An audit line of one account; detail may be NULL. */
int account_say(struct people *, const char *event, const char *login,
    const char *who, const char *what, const char *detail,
    enum audit_when) MUST_CHECK;
/* Lines said AUDIT_LATER are on disk when this returns 0. */
int account_sync(struct people *) MUST_CHECK;
/* Whether a store would change anything. */
bool account_same(const struct account *, const struct account *);

/* The lines of a CSV file; *rows to be freed. */
int account_csv(const char *, size_t n, struct account_row **rows,
    size_t *n_rows, char why[ACCOUNT_WHY_BYTES]) MUST_CHECK;
/* One more wrong line behind those of why, if there is room; value: what stood
 * there, or NULL. ERR_MALFORMED. */
int account_no_line(char why[ACCOUNT_WHY_BYTES], unsigned line, const char *key,
    const char *value);

#endif
