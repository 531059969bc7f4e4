/*
 * Accounts: who may sign in, in which roles, for which department.
 *
 * Passwords are kept as argon2id (libsodium, interactive limits or above).
 * After ACCOUNT_TRIES failures in a row an account is locked for
 * ACCOUNT_LOCK_S seconds, twice as long each further time, up to a day; an
 * unknown login costs the same time and gives the same answer. Every change
 * is an audit line with the person who made it.
 */
#ifndef QUARANTINE_ACCOUNT_H
#define QUARANTINE_ACCOUNT_H

#include <stdbool.h>

#include "core/mailaddr.h"
#include "core/record.h"
#include "core/rules.h"
#include "quarantine/people.h"

#define ACCOUNT_LOGIN_BYTES    64 /* a-z 0-9 . _ -; made lower case */
#define ACCOUNT_NAME_BYTES     128
#define ACCOUNT_PASSWORD_BYTES 1024
#define ACCOUNT_PASSWORD_MIN   12 /* characters of a new password */
#define ACCOUNT_TRIES	       5
#define ACCOUNT_LOCK_S	       300
#define ACCOUNT_DATE_BYTES     16 /* "2027-04-01" */

enum {
	ROLE_STAFF = 1,
	ROLE_APPROVER = 2,
	ROLE_ADMINISTRATOR = 4,
	ROLE_AUDITOR = 8
};

struct account {
	char login[ACCOUNT_LOGIN_BYTES];
	char name[ACCOUNT_NAME_BYTES];
	char department[RULES_DEPARTMENT_BYTES];
	char mail[MAILADDR_BYTES]; /* "": no notices */
	char language[4];	   /* "ja", "en" */
	unsigned roles;		   /* ROLE_* */
	bool is_disabled;
	bool must_change; /* the password, at the next sign-in */
	char from[ACCOUNT_DATE_BYTES], until[ACCOUNT_DATE_BYTES]; /* valid; "":
								   * always */
	char deputy[ACCOUNT_LOGIN_BYTES]; /* acts while this one is away */
	char away_from[ACCOUNT_DATE_BYTES], away_until[ACCOUNT_DATE_BYTES];
	char last_time[RECORD_TIME_BYTES];     /* of the sign-in before, "" */
	char last_from[64];		       /* its address */
	char locked_until[RECORD_TIME_BYTES];  /* "" */
	unsigned failures;		       /* since the last sign-in */
	char password_time[RECORD_TIME_BYTES]; /* when it was set, "": there
						* is none; a session that began
						* with another is over */
};

/* "staff approver" and back (ERR_MALFORMED). Reading takes the Japanese
 * names as well: 職員 承認者 管理者 監査者. */
void account_roles_text(unsigned roles, char out[64]);
int account_roles_read(const char *, unsigned *roles) MUST_CHECK;

/* Make or change (everything but password, last_*, locked, failures).
 * who: the person who does it. why: one English line (gettext key) on
 * ERR_MALFORMED. */
int account_put(struct people *, const struct account *, const char *who,
    char why[POLICY_WHY_BYTES]) MUST_CHECK;
/* ERR_NOENT. */
int account_get(struct people *, const char *login,
    struct account *) MUST_CHECK;
/* By department, then login. each() returns 0 to go on. */
int account_list(struct people *,
    int (*each)(void *arg, const struct account *), void *arg) MUST_CHECK;
/*
 * An approver enters their own days away (the last one included) and who acts
 * meanwhile; "" for all three: they are back. Nothing else changes. ERR_DENIED
 * (why): no approver, no day, an end that is over, or a deputy who could not
 * act: not another valid account with the role of an approver.
 */
int account_set_away(struct people *, const char *login, const char *deputy,
    const char *from, const char *until, char why[POLICY_WHY_BYTES]) MUST_CHECK;
/*
 * What is wrong with a new password, one English line (gettext key), or NULL:
 * not UTF-8, shorter than ACCOUNT_PASSWORD_MIN characters, the login itself,
 * a common one.
 */
const char *account_password_bad(const char *login, const char *password,
    size_t n);
/* Set a password (n bytes, wiped by the caller) and unlock. ERR_MALFORMED:
 * account_password_bad(), or a person (who is login) keeps the old one.
 * ERR_NOENT. */
int account_set_password(struct people *, const char *login,
    const char *password, size_t n, bool must_change,
    const char *who) MUST_CHECK;
int account_unlock(struct people *, const char *login,
    const char *who) MUST_CHECK;

/*
 * Sign in. client: address of the browser. 0: *account as it was before this
 * sign-in (last_time, last_from, failures: shown to the person). ERR_DENIED:
 * wrong, unknown, disabled, outside its dates, or locked: one answer for all;
 * the audit line says which.
 */
int account_sign_in(struct people *, const char *login, const char *password,
    size_t n, const char *client, struct account *) MUST_CHECK;
/* The same for a person whom the site's proxy or directory vouches for; no
 * password is looked at, no lock of passwords counts, and failures before it
 * are forgotten. */
int account_trusted(struct people *, const char *login, const char *client,
    const char *how, struct account *) MUST_CHECK;
/* Whether today (local time) lies in the account's dates, the last day
 * included, and it is not disabled. */
bool account_is_valid(const struct account *);
/* Whether the account is away today (its deputy acts). */
bool account_is_away(const struct account *);

/*
 * Import: CSV (UTF-8 with or without BOM, or CP932), header line
 * login,name,department,mail,roles,from,until (in any order; mail, from and
 * until may be absent; Japanese: ログイン,氏名,所属,メール,役割,開始日,
 * 終了日; dates also as 2027/4/1). each() gets every line with what would
 * happen (before: NULL for a new one); apply: it happens, all lines or none.
 * A line for an existing login changes the columns given, and nothing else.
 * effective: a date, or NULL for now: from tomorrow on the rows wait
 * (account_due() brings them in); a later import for the same day and login
 * takes the place of the earlier. each() must not wait: with apply, others
 * do. ERR_MALFORMED: why names the lines that are wrong, as many as there is
 * room for (account_why_next()), or is one KEY of gettext. ERR_LIMIT: more than
 * ACCOUNT_IMPORT_BYTES or _ROWS.
 */
#define ACCOUNT_IMPORT_BYTES (4u << 20)
#define ACCOUNT_IMPORT_ROWS  20000
#define ACCOUNT_WHY_BYTES    4096
#define ACCOUNT_VALUE_BYTES  64

/* One wrong line of why ("line 3: KEY", perhaps a tab and what stood there,
 * cut). *why moves on; false: no more, or why is not of lines. */
bool account_why_next(const char **why, unsigned *line,
    char key[POLICY_WHY_BYTES], char value[ACCOUNT_VALUE_BYTES]);

enum account_change { ACCOUNT_SAME, ACCOUNT_NEW, ACCOUNT_CHANGED };

int account_import(struct people *, const char *csv, size_t n,
    const char *effective, bool apply, const char *who,
    int (*each)(void *arg, const struct account *before,
	const struct account *after, enum account_change),
    void *arg, char why[ACCOUNT_WHY_BYTES]) MUST_CHECK;
/* Bring in what is due today; the watcher and the console call it. */
int account_due(struct people *, unsigned *changed) MUST_CHECK;
/* Rows that wait, by date and login, and who gave them. */
int account_waiting(struct people *,
    int (*each)(void *arg, const char *effective, const char *who,
	const struct account *before, const struct account *after),
    void *arg) MUST_CHECK;
/* Forget the rows of a date. ERR_NOENT: there are none. */
int account_cancel(struct people *, const char *effective, const char *who,
    unsigned *rows) MUST_CHECK;

#endif
