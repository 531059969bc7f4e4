/*
 * Passwords and signing in.
 *
 * A try is counted before the password is looked at, so a thousand tries at
 * the same moment are a thousand tries. Known and unknown logins, locked and
 * disabled ones go the same way: one transaction that writes one row, one
 * argon2id, one audit line.
 */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/utf8.h"
#include "quarantine/account_int.h"

#define DAY_S	     86400
#define MAX_FAILURES 1000000u
#define BUCKETS	     256 /* rows that unknown logins share */
#define HASH_TEXT    crypto_pwhash_STRBYTES

/* Of a password that nobody has; the same cost as of a real one. */
static const char dummy[] =
    "$argon2id$v=19$m=65536,t=2,p=1$+dS1a00X7Jxy/zuke5LwdQ$"
    "PwBO4/K+FwjlxVQTPG+pbsYk0GPDNb9R9aLfahyb+Xg";

/* Why a sign-in is refused, for the log alone. */
static const char wrong[] = "wrong password", unknown[] = "unknown login",
		  disabled[] = "disabled", dates[] = "outside its dates",
		  locked[] = "locked";

static void
time_in(time_t seconds, char out[RECORD_TIME_BYTES])
{
	time_t at = time(NULL) + seconds;
	struct tm tm;

	gmtime_r(&at, &tm);
	strftime(out, RECORD_TIME_BYTES, "%Y-%m-%dT%H:%M:%S.000Z", &tm);
}

struct
try {
	struct account account; /* as it was before */
	char key[ACCOUNT_LOGIN_BYTES];
	char hash[HASH_TEXT];
	const char *no; /* why not, whatever the password is */
	unsigned failures;
	char locked_until[RECORD_TIME_BYTES];
};

/* Which row counts for this text, and the hash to compare with. */
static int
find(struct people *p, const char *given, struct try *t)
{
	uint8_t digest[HASH_BYTES];
	sqlite3_stmt *s;
	int e = ERR_NOENT;

	snprintf(t->hash, sizeof(t->hash), "%s", dummy);
	if (account_login(given, t->key) == 0)
		e = account_read(p, t->key, &t->account);
	if (e == ERR_NOENT) {
		hash_of(given, strlen(given), digest);
		snprintf(t->key, sizeof(t->key), "?%u", digest[0] % BUCKETS);
		t->no = unknown;
		return 0;
	}
	if (e != 0 || (e = people_prepare(p,
			   "SELECT password FROM account WHERE login = ?",
			   t->key, &s)) != 0)
		return e;
	if ((e = ledger_step(s)) == 0 && people_text(s, 0)[0] != '\0')
		people_take(s, 0, t->hash, sizeof(t->hash));
	else if (e == 0)
		t->no = wrong;
	sqlite3_finalize(s);
	return e;
}

static int
read_tries(struct people *p, struct try *t)
{
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p,
		 "SELECT failures, locked_until FROM account_try WHERE "
		 "login = ?",
		 t->key, &s)) != 0)
		return e;
	if ((e = ledger_step(s)) == 0) {
		t->failures = (unsigned)sqlite3_column_int(s, 0);
		people_take(s, 1, t->locked_until, sizeof(t->locked_until));
	}
	sqlite3_finalize(s);
	return e == ERR_NOENT ? 0 : e;
}

static int
write_tries(struct people *p, const struct try *t)
{
	sqlite3_stmt *s;
	int e;

	if ((e = people_prepare(p,
		 "INSERT INTO account_try VALUES (?1, ?2, ?3) ON CONFLICT "
		 "(login) DO UPDATE SET failures = ?2, locked_until = ?3",
		 t->key, &s)) != 0)
		return e;
	sqlite3_bind_int(s, 2, (int)t->failures);
	people_bind(s, 3, t->locked_until);
	return people_run(s);
}

/* Twice as long each further time. */
static time_t
lock_seconds(unsigned failures)
{
	time_t s = ACCOUNT_LOCK_S;

	for (unsigned i = ACCOUNT_TRIES; i < failures && s < DAY_S;
	     i += ACCOUNT_TRIES)
		s *= 2;
	return s < DAY_S ? s : DAY_S;
}

/* Count one more. A lock that ends in more than a day was made by a clock that
 * was wrong; it begins again. */
static void
count_try(struct try *t)
{
	char now[RECORD_TIME_BYTES], last[RECORD_TIME_BYTES];

	time_in(0, now);
	time_in(DAY_S + 1, last);
	if (t->locked_until[0] != '\0' && strcmp(now, t->locked_until) < 0) {
		if (strcmp(last, t->locked_until) < 0)
			time_in(lock_seconds(t->failures), t->locked_until);
		if (t->no == NULL)
			t->no = locked;
		return;
	}
	if (t->failures < MAX_FAILURES)
		t->failures++;
	if (t->failures % ACCOUNT_TRIES == 0)
		time_in(lock_seconds(t->failures), t->locked_until);
}

static int
begin_locked(struct people *p, const char *given, struct try *t)
{
	int e;

	if ((e = find(p, given, t)) != 0 || (e = read_tries(p, t)) != 0)
		return e;
	count_try(t);
	return write_tries(p, t);
}

static int
begin_try(struct people *p, const char *given, struct try *t)
{
	int e;

	if ((e = ledger_begin(p->db)) != 0)
		return e;
	return ledger_end(p->db, begin_locked(p, given, t));
}

/* 0, ERR_DENIED, or ERR_NOMEM: argon2id needs 64 MiB. */
static int
verify(const char hash[HASH_TEXT], const char *password, size_t n)
{
	bool is_long = n > ACCOUNT_PASSWORD_BYTES;
	int rc;

	errno = 0;
	rc = crypto_pwhash_str_verify(hash, is_long ? "" : password,
	    is_long ? 0 : n);
	if (rc != 0 && errno == ENOMEM)
		return ERR_NOMEM;
	return rc == 0 && !is_long ? 0 : ERR_DENIED;
}

static const char *
invalid(const struct account *a)
{
	if (a->is_disabled)
		return disabled;
	return account_is_valid(a) ? NULL : dates;
}

/* The log line, then the row: last time, from where, no failures. */
static int
enter_locked(struct people *p, const char *login, const char *from,
    const char *how)
{
	char now[RECORD_TIME_BYTES];
	struct try t = { .failures = 0 };
	sqlite3_stmt *s;
	int e;

	if ((e = account_say(p, "sign-in", login, from, how, NULL,
		 AUDIT_SYNC)) != 0)
		return e;
	snprintf(t.key, sizeof(t.key), "%s", login);
	if ((e = write_tries(p, &t)) != 0)
		return e;
	record_time_now(now);
	if ((e = people_prepare(p,
		 "UPDATE account SET last_time = ?2, last_from = ?3 WHERE "
		 "login = ?1",
		 login, &s)) != 0)
		return e;
	people_bind(s, 2, now);
	people_bind(s, 3, from);
	return people_run(s);
}

/* What was true when the password was looked at must be so still. */
static int
still_same(struct people *p, const struct try *t, const char **no)
{
	struct try now = { .no = NULL };
	int e;

	if ((e = find(p, t->key, &now)) != 0)
		return e;
	*no = now.no != NULL ? now.no : invalid(&now.account);
	if (*no == NULL && strcmp(now.hash, t->hash) != 0)
		*no = wrong;
	return *no == NULL ? 0 : ERR_DENIED;
}

static int
enter(struct people *p, const struct try *t, const char *from, const char **no)
{
	int e;

	if ((e = ledger_begin(p->db)) != 0)
		return e;
	if ((e = still_same(p, t, no)) == 0)
		e = enter_locked(p, t->key, from, "password");
	return ledger_end(p->db, e);
}

static int
refuse(struct people *p, const struct try *t, const char *from, const char *no)
{
	/* People type passwords where the login belongs: it is not kept. */
	int e = account_say(p, "sign-in refused",
	    t->key[0] == '?' ? "" : t->key, from, no, NULL, AUDIT_SYNC);

	return e != 0 ? e : ERR_DENIED;
}

static void
printable_client(const char *client, char out[64])
{
	utf8_printable(client, strlen(client), out, 64);
}

int
account_sign_in(struct people *p, const char *login, const char *password,
    size_t n, const char *client, struct account *out)
{
	struct try t = { .no = NULL };
	const char *no = wrong;
	char from[64];
	int e;

	printable_client(client, from);
	if ((e = begin_try(p, login, &t)) != 0)
		return e;
	e = verify(t.hash, password, n);
	if (e != 0 && e != ERR_DENIED)
		return e;
	if (t.no != NULL || (e == 0 && (t.no = invalid(&t.account)) != NULL))
		return refuse(p, &t, from, t.no);
	if (e == 0)
		e = enter(p, &t, from, &no);
	sodium_memzero(t.hash, sizeof(t.hash));
	if (e == ERR_DENIED)
		return refuse(p, &t, from, no);
	if (e == 0)
		*out = t.account;
	return e;
}

static int
trusted_locked(struct people *p, struct try *t, const char *from,
    const char *how)
{
	int e;

	if ((e = find(p, t->key, t)) != 0)
		return e;
	if (t->no != unknown)
		t->no = invalid(&t->account);
	if (t->no != NULL)
		return ERR_DENIED;
	return enter_locked(p, t->key, from, how);
}

int
account_trusted(struct people *p, const char *login, const char *client,
    const char *how, struct account *out)
{
	struct try t = { .no = NULL };
	char from[64], by[64];
	int e;

	printable_client(client, from);
	utf8_printable(how, strlen(how), by, sizeof(by));
	if (account_login(login, t.key) != 0)
		snprintf(t.key, sizeof(t.key), "?");
	if ((e = ledger_begin(p->db)) != 0)
		return e;
	e = ledger_end(p->db, trusted_locked(p, &t, from, by));
	if (e == ERR_DENIED)
		return refuse(p, &t, from, t.no);
	if (e == 0)
		*out = t.account;
	return e;
}

/* Whether the person kept the old password: only they may be told. */
static int
is_kept(struct people *p, const char *login, const char *password, size_t n,
    const char *who)
{
	struct try t = { .no = NULL };
	int e;

	if ((e = find(p, login, &t)) != 0)
		return e;
	if (t.no == unknown)
		return ERR_NOENT;
	if (strcmp(login, who) != 0 || t.no != NULL)
		return 0;
	e = verify(t.hash, password, n);
	return e == 0 ? ERR_MALFORMED : e == ERR_DENIED ? 0 : e;
}

static int
set_locked(struct people *p, const char *login, const char *hash,
    bool must_change, const char *who)
{
	char now[RECORD_TIME_BYTES];
	struct try t = { .failures = 0 };
	sqlite3_stmt *s;
	int e;

	if ((e = account_say(p, "password", login, who,
		 must_change ? "set, to be changed" : "set", NULL,
		 AUDIT_SYNC)) != 0)
		return e;
	snprintf(t.key, sizeof(t.key), "%s", login);
	record_time_now(now);
	if ((e = write_tries(p, &t)) != 0 ||
	    (e = people_prepare(p,
		 "UPDATE account SET password = ?2, password_time = ?3, "
		 "must_change = ?4 WHERE login = ?1",
		 login, &s)) != 0)
		return e;
	people_bind(s, 2, hash);
	people_bind(s, 3, now);
	sqlite3_bind_int(s, 4, must_change);
	if ((e = people_run(s)) != 0)
		return e;
	return people_changed(p) == 1 ? 0 : ERR_NOENT;
}

int
account_set_password(struct people *p, const char *given, const char *password,
    size_t n, bool must_change, const char *who)
{
	char login[ACCOUNT_LOGIN_BYTES], hash[HASH_TEXT];
	int e;

	if (account_login(given, login) != 0)
		return ERR_NOENT;
	if (account_password_bad(login, password, n) != NULL)
		return ERR_MALFORMED;
	if ((e = is_kept(p, login, password, n, who)) != 0)
		return e;
	if (crypto_pwhash_str(hash, password, n,
		crypto_pwhash_OPSLIMIT_INTERACTIVE,
		crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
		return ERR_NOMEM;
	if ((e = ledger_begin(p->db)) != 0)
		return e;
	return ledger_end(p->db, set_locked(p, login, hash, must_change, who));
}

static int
unlock_locked(struct people *p, const char *login, const char *who)
{
	struct try t = { .failures = 0 };
	struct account a;
	int e;

	if ((e = account_read(p, login, &a)) != 0 ||
	    (e = account_say(p, "account", login, who, "unlocked", NULL,
		 AUDIT_SYNC)) != 0)
		return e;
	snprintf(t.key, sizeof(t.key), "%s", login);
	return write_tries(p, &t);
}

int
account_unlock(struct people *p, const char *given, const char *who)
{
	char login[ACCOUNT_LOGIN_BYTES];
	int e;

	if (account_login(given, login) != 0)
		return ERR_NOENT;
	if ((e = ledger_begin(p->db)) != 0)
		return e;
	return ledger_end(p->db, unlock_locked(p, login, who));
}
