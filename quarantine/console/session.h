/*
 * Sessions, in memory: a restart signs everybody out. A cookie holds 256
 * random bits; the table holds their SHA-256, so that a picture of the memory
 * is no key. A session is made at sign-in and never before (no fixation).
 */
#ifndef CONSOLE_SESSION_H
#define CONSOLE_SESSION_H

#include "quarantine/console/console.h"

#define SESSIONS_MAX	   4096
#define SESSIONS_PER_LOGIN 8

struct session {
	uint8_t hash[HASH_BYTES];
	char login[ACCOUNT_LOGIN_BYTES];   /* "": a free place */
	char token[CONSOLE_TOKEN_TEXT];	   /* of its forms (CSRF) */
	char proxied[ACCOUNT_LOGIN_BYTES]; /* whom the proxy vouched for */
	time_t made, used;
	enum notice notice_kind;
	const char *notice; /* shown once; a constant, or NULL */
	char last_time[RECORD_TIME_BYTES], last_from[64];
	char password_time[RECORD_TIME_BYTES]; /* of its first page */
	unsigned failures;		       /* before this sign-in */
};

int sessions_new(uint32_t idle_s, uint32_t whole_s,
    struct sessions **) MUST_CHECK;
void sessions_free(struct sessions *);
/* A new session; cookie: what the browser keeps. Past SESSIONS_PER_LOGIN the
 * person's oldest ends, past SESSIONS_MAX the one unused longest. */
struct session *sessions_add(struct sessions *, const struct account *,
    time_t now, char cookie[CONSOLE_TOKEN_TEXT]);
/* NULL: unknown, or over. quiet: does not count as use. */
struct session *sessions_find(struct sessions *, const char *cookie, time_t now,
    bool quiet);
void sessions_drop(struct session *);
/* End all of a person's but one (NULL: all). */
void sessions_drop_login(struct sessions *, const char *login,
    const struct session *but);
/* 256 random bits in hexadecimal. */
void session_token(char out[CONSOLE_TOKEN_TEXT]);
/* Compares in constant time. */
bool session_same(const char *a, const char *b);

#endif
