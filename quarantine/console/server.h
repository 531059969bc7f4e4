/*
 * Inside of the console: one request from its first header to its answer.
 * server.c talks to the library, gate.c says who may, form.c takes fields and
 * files in, visit.c is what handlers see.
 */
#ifndef CONSOLE_SERVER_H
#define CONSOLE_SERVER_H

#include "quarantine/console/console.h"

#define SERVER_COOKIES 3

struct server_field {
	char name[32];
	struct buf value;
};

struct server_link; /* a connection; server.c */

struct server_call {
	struct visit v;
	struct MHD_Connection *conn;
	struct server_link *link;
	struct MHD_PostProcessor *pp;
	struct server_field *fields;
	size_t n_fields;
	struct visit_file *files;
	size_t n_files;
	uint64_t field_bytes, max_body, body, said_body;
	unsigned refused;   /* HTTP status to be said after the body */
	const char *reason; /* for the page of an error; N_() */
	bool is_token_seen; /* before any file is taken */
	struct server_call *next_upload, **prev_upload; /* or NULL */
	struct MHD_Response *answer;
	unsigned answer_status;
	uint64_t answer_bytes;
	char cookies[SERVER_COOKIES][256];
	size_t n_cookies;
	char host[256];
};

struct server;

/* Listen. why: one English line on an error. */
int server_start(struct console *, struct server **,
    char why[POLICY_WHY_BYTES]) MUST_CHECK;
/* Serve until *stop is not 0; tick() is called about once a second. */
int server_run(struct server *, const volatile int *stop,
    void (*tick)(struct console *)) MUST_CHECK;
/* The port it listens on (0 was asked for: any free one). */
unsigned server_port(const struct server *);
void server_stop(struct server *);
/* Milliseconds and seconds of a clock that never goes back. */
uint64_t server_now_ms(void);
time_t server_now(void);
/* A header; "" when there is none. */
const char *server_header(const struct server_call *, const char *name);
bool server_has_header_twice(const struct server_call *, const char *name);
/* Whether an address is one of the proxies. */
bool server_is_proxy(const struct console *, const char *address);

/* ---- gate.c */

/* Everything that is decided before the body comes: 0, or a status with
 * c->reason (303: to the sign-in). */
unsigned gate_open(struct server_call *, const char *peer);
/* The token of a form; 0, or 403. */
unsigned gate_token(struct server_call *, const char *token);

/* ---- form.c */

/* Query fields, and what takes a body in. 0, or a status. */
unsigned form_begin(struct server_call *);
unsigned form_more(struct server_call *, const char *data, size_t n);
unsigned form_end(struct server_call *);
void form_done(struct server_call *);

/* ---- visit.c */

/* A page that says what went wrong. */
void visit_fail(struct server_call *, unsigned status);
/* After sign-in: session and cookie. */
int visit_sign_in(struct visit *, const struct account *,
    const char *proxied) MUST_CHECK;
void visit_sign_out(struct visit *);
int visit_cookie(struct visit *, const char *name, const char *value,
    int max_age_s) MUST_CHECK;
const char *visit_cookie_of(const struct visit *, const char *name);
/* The token of the sign-in form, bound to a cookie. */
int visit_guest_token(struct visit *, char out[CONSOLE_TOKEN_TEXT]) MUST_CHECK;
/* The account that the proxy says is here, or "". */
const char *visit_proxied(const struct visit *);

#endif
