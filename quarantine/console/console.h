/*
 * sekisho-console: the pages for people, over HTTP on the loopback or behind
 * the site's TLS proxy. It shows what the registers say and writes down what
 * people decide; it never runs a document and opens no original.
 *
 * One thread does everything: the handles of the registers are never shared,
 * and the language of a request is a member of the request.
 *
 * A PAGE IS A ROW of the one table in routes.c: method, path, who may, which
 * fields, what does it. What no row has is 404. The table also makes the menu,
 * `sekisho-console --routes` and the permission matrix of the tests.
 *
 * Order of checks, before a handler sees anything: Host, size and speed of the
 * request; row (404); signed in (else 303 to /login); account still valid;
 * role (403); for POST the origin and the CSRF token (403); fields (400).
 *
 * A handler answers in one of these ways and returns 0:
 *   page_begin() ... page_end()      a page; v->status may be set before
 *   visit_go()                     303 to another page, with a message
 *   visit_bytes(), visit_fd()    a download or a picture
 * or returns an error and has answered nothing: ERR_NOENT is 404, ERR_DENIED
 * 403, ERR_MALFORMED 400, ERR_LIMIT 503 (busy), others 500. A transfer of
 * somebody else is ERR_NOENT: its number is not confirmed.
 *
 * Whoever shows content (a receipt, a preview, an item of quarantine) calls
 * visit_audit() first and shows nothing when that fails.
 */
#ifndef CONSOLE_CONSOLE_H
#define CONSOLE_CONSOLE_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "quarantine/console/html.h"
#include "core/policy.h"
#include "core/rules.h"
#include "core/words.h"
#include "quarantine/account.h"
#include "quarantine/approve.h"
#include "quarantine/people.h"
#include "quarantine/store.h"
#include "quarantine/transfer.h"

#define CONSOLE_FIELDS_MAX   256
#define CONSOLE_FIELD_BYTES  8192	 /* of one field */
#define CONSOLE_FORM_BYTES   (64u << 10) /* of a form without files */
#define CONSOLE_FILES_MAX    1000	 /* of one upload */
#define CONSOLE_TOKEN_BYTES  32
#define CONSOLE_TOKEN_TEXT   65 /* in hexadecimal, with the NUL */
#define CONSOLE_CLIENT_BYTES 64
#define CONSOLE_ARGS	     2

struct catalogue; /* lang.h */
struct sessions;  /* session.h */
struct session;
struct rates; /* rate.h */

/* Everything the pages stand on; made before the first request. */
struct server_call;

struct console {
	struct policy policy;
	struct keys keys;
	struct audit *audit;
	struct people *people;
	struct quarantine *quarantine;
	struct ruleset *rules; /* console_rules() */
	time_t rules_seen, rules_mtime;
	struct catalogue *words;
	struct sessions *sessions;
	struct rates *rates;
	uint8_t secret[CONSOLE_TOKEN_BYTES]; /* of this run */
	const char *policy_file;	     /* --policy, or NULL */
	int tmp;			     /* folder for uploads under way */
	time_t no_ldap_until;		     /* the directory did not answer */
	struct server_call *uploads;	     /* those under way */
};

/* The rules of a department as the file has them now (looked at every 5 s; a
 * file that became wrong leaves the rules before it in force). */
void console_rules(struct console *, const char *department, struct rules *);
/* At start-up; the user was told. */
int console_rules_open(struct console *) MUST_CHECK;

/* ---- the table */

enum {
	ANYONE = 0,	 /* whoever is signed in */
	PUBLIC = 1 << 16 /* the way in: no account needed */
};

struct visit;

struct route {
	const char *method; /* "GET" (HEAD as well), "POST" */
	const char *path;   /* "/transfers/{id}": {..} is one component of
			     * [A-Za-z0-9._-], not beginning with a dot:
			     * visit_arg() */
	unsigned roles;	    /* ROLE_*, any of them; ANYONE; PUBLIC */
	const char *fields; /* names it takes, blanks between; others: 400 */
	int (*handle)(struct visit *);
	const char *menu;   /* N_("..."): stands in the menu; or NULL */
	uint64_t max_bytes; /* of the body; 0: CONSOLE_FORM_BYTES */
	unsigned flags;
};

enum {
	ROUTE_FILES = 1, /* files may be sent (visit_file()) */
	ROUTE_QUIET = 2, /* asked by the page itself: not a sign of life of the
			  * person, and no page to go back to */
	ROUTE_SIGNS_IN = 4, /* token of the sign-in form instead of a session's;
			     * stricter rate */
	ROUTE_UNCHANGED = 8 /* also for those who must change their password */
};

const struct route *routes(size_t *n);
/* The row, with its arguments in args; NULL: none. */
const struct route *route_find(const char *method, const char *path,
    char args[CONSOLE_ARGS][ACCOUNT_LOGIN_BYTES]);
bool route_allows(const struct route *, unsigned roles);
/* --routes: the table as JSON. */
int routes_print(struct buf *) MUST_CHECK;

/* ---- requests */

struct visit_file {
	char field[32];
	char name[RECORD_NAME_BYTES]; /* as the browser said, printable UTF-8,
				       * perhaps with folders; not yet safe */
	int fd; /* the request's; anonymous, gone after it */
	uint64_t bytes, flushed;
	struct hash hash; /* of what came so far */
};

struct visit {
	struct console *site;
	const struct route *route;
	const char *method, *path;
	char args[CONSOLE_ARGS][ACCOUNT_LOGIN_BYTES];
	char client[CONSOLE_CLIENT_BYTES]; /* address of the browser */
	enum words_lang lang;
	bool is_secure; /* the browser came by https */
	bool is_quiet;
	bool is_proxied;	 /* it came through one of the site's proxies */
	struct session *session; /* NULL: PUBLIC */
	struct account account;	 /* as it is now; zero without a session */
	unsigned status;	 /* of the page; 200 */
	unsigned refresh_s;	 /* the page loads itself again; 0: not */
	struct html page;
	struct server_call *call; /* server.c's own */
};

/* Component i of the path that stood in {..}. */
const char *visit_arg(const struct visit *, unsigned i);
/* A field of the form or of the query; "" when there is none. Valid UTF-8
 * without NUL, at most CONSOLE_FIELD_BYTES - 1. */
const char *visit_field(const struct visit *, const char *name);
/* The i-th field of that name (check boxes); NULL: no more. */
const char *visit_field_at(const struct visit *, const char *name, size_t i);
/* A whole number in a field. */
int visit_number(const struct visit *, const char *name, uint64_t min,
    uint64_t max, uint64_t *out) MUST_CHECK;
/* NULL: no more. */
struct visit_file *visit_file(const struct visit *, size_t i);
bool visit_has_role(const struct visit *, unsigned roles);

/* Text for people: an English key and what it is in the reader's language. */
const char *tr(const struct visit *, const char *key)
    __attribute__((format_arg(2)));

enum notice { NOTICE_DONE, NOTICE_NOTE, NOTICE_ERROR };

/* 303 to a path of this site (from the handler's own words and checked
 * arguments only). key: an English text (N_) shown there once, or NULL. */
int visit_go(struct visit *, const char *path, enum notice,
    const char *key) MUST_CHECK;
/* Bytes (copied). name: of a download, or NULL to be shown in the page (only
 * image/png, image/svg+xml, text/plain, application/json). */
int visit_bytes(struct visit *, const char *type, const void *, size_t n,
    const char *name) MUST_CHECK;
/* The same of a file; fd is taken over in any case. */
int visit_fd(struct visit *, const char *type, int fd,
    const char *name) MUST_CHECK;
/* An audit line "console": who, from where, what (a constant word), of what.
 * On disk before it returns 0. */
int visit_audit(struct visit *, const char *what, const char *id) MUST_CHECK;

/* ---- pages */

/* Head, menu, notices; title is a translated text and becomes the h1. */
void page_begin(struct visit *, const char *title);
int page_end(struct visit *) MUST_CHECK;
/* <form method=post> with the token; closed by html_close(). */
void page_form(struct visit *, const char *action);
/* The same for files. */
void page_file_form(struct visit *, const char *action);
/* A label and its input. hint: translated, or NULL. more: further attributes
 * as for html_open(). */
void page_input(struct visit *, const char *label, const char *name,
    const char *type, const char *value, const char *hint, ...)
    __attribute__((sentinel));
void page_area(struct visit *, const char *label, const char *name,
    const char *value, const char *hint, unsigned rows);

struct page_choice {
	const char *value, *text;
};

/* text NULL ends the list; texts are translated by the caller. */
void page_select(struct visit *, const char *label, const char *name,
    const struct page_choice *, const char *chosen, const char *hint);
void page_check(struct visit *, const char *label, const char *name,
    const char *value, bool is_on);
/* class: "", "second" or "danger". */
void page_button(struct visit *, const char *text, const char *class);
void page_notice(struct visit *, enum notice, const char *text);
/* A row of a <dl>. data: words of strangers. */
void page_fact(struct visit *, const char *term, const char *text);
void page_fact_data(struct visit *, const char *term, const char *data);
/* A row of a <dl>: that the person who asks cannot wait, and why (urge.h);
 * nothing when nobody said so. */
void page_urged(struct visit *, const char *request);
/* A time as the clerk's clock shows it, in <time>. */
void page_time(struct visit *, const char *iso);
void page_size(struct visit *, uint64_t bytes);
/* The word of a state as a tag: told apart by sign, word and colour. */
void page_state(struct visit *, enum transfer_state);
/* Newer and older pages of a list: path and its query without "page". */
void page_pages(struct visit *, const char *path, const char *query,
    uint64_t page, uint64_t per_page, uint64_t total);
/* The receipt of a document (its JSON; NULL: none) as lists for people. The
 * caller has audited that it is shown. */
void page_receipt(struct visit *, const char *json);
/* A value for a query: percent-encoded. */
void page_query(struct buf *, const char *name, const char *value);

#endif
