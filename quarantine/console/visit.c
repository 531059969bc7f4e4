/* What a handler sees of a request, and how it answers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "core/metrics.h"
#include "quarantine/console/lang.h"
#include "quarantine/console/rate.h"
#include "quarantine/console/server.h"
#include "quarantine/console/session.h"

const char *
visit_arg(const struct visit *v, unsigned i)
{
	return i < CONSOLE_ARGS ? v->args[i] : "";
}

const char *
visit_field_at(const struct visit *v, const char *name, size_t i)
{
	struct server_call *c = v->call;
	const char *text;

	for (size_t k = 0; k < c->n_fields; k++)
		if (strcmp(c->fields[k].name, name) == 0 && i-- == 0) {
			text = buf_cstr(&c->fields[k].value);
			return text != NULL ? text : "";
		}
	return NULL;
}

const char *
visit_field(const struct visit *v, const char *name)
{
	const char *text = visit_field_at(v, name, 0);

	return text != NULL ? text : "";
}

int
visit_number(const struct visit *v, const char *name, uint64_t min,
    uint64_t max, uint64_t *out)
{
	const char *s = visit_field(v, name);
	unsigned long long n;

	if (s[0] == '\0' || strlen(s) > 18 ||
	    strspn(s, "0123456789") != strlen(s))
		return ERR_MALFORMED;
	n = strtoull(s, NULL, 10);
	if (n < min || n > max)
		return ERR_MALFORMED;
	*out = n;
	return 0;
}

struct visit_file *
visit_file(const struct visit *v, size_t i)
{
	return i < v->call->n_files ? &v->call->files[i] : NULL;
}

bool
visit_has_role(const struct visit *v, unsigned roles)
{
	return (v->account.roles & roles) != 0;
}

/* ---- cookies */

/* With "__Host-" a browser takes it from this very host by https alone. */
static void
cookie_name(const struct visit *v, const char *name, char out[64])
{
	snprintf(out, 64, "%ssekisho-%s", v->is_secure ? "__Host-" : "", name);
}

const char *
visit_cookie_of(const struct visit *v, const char *name)
{
	char full[64];
	const char *value;

	cookie_name(v, name, full);
	value =
	    MHD_lookup_connection_value(v->call->conn, MHD_COOKIE_KIND, full);
	return value != NULL ? value : "";
}

int
visit_cookie(struct visit *v, const char *name, const char *value,
    int max_age_s)
{
	struct server_call *c = v->call;
	char full[64], age[32] = "";
	int n;

	if (c->n_cookies == SERVER_COOKIES)
		return ERR_INTERNAL;
	cookie_name(v, name, full);
	if (max_age_s >= 0)
		snprintf(age, sizeof(age), "; Max-Age=%d", max_age_s);
	n = snprintf(c->cookies[c->n_cookies], sizeof(c->cookies[0]),
	    "%s=%s; Path=/%s; HttpOnly; SameSite=Strict%s", full, value, age,
	    v->is_secure ? "; Secure" : "");
	if (n < 0 || (size_t)n >= sizeof(c->cookies[0]))
		return ERR_INTERNAL;
	c->n_cookies++;
	return 0;
}

int
visit_guest_token(struct visit *v, char out[CONSOLE_TOKEN_TEXT])
{
	char cookie[CONSOLE_TOKEN_TEXT];
	uint8_t mac[CONSOLE_TOKEN_BYTES];
	const char *given = visit_cookie_of(v, "guest");
	int e;

	snprintf(cookie, sizeof(cookie), "%s", given);
	if (strlen(given) != CONSOLE_TOKEN_TEXT - 1) {
		if (strcmp(v->method, "GET") != 0)
			return ERR_DENIED;
		session_token(cookie);
		if ((e = visit_cookie(v, "guest", cookie, -1)) != 0)
			return e;
	}
	crypto_generichash(mac, sizeof(mac), (const uint8_t *)cookie,
	    strlen(cookie), v->site->secret, sizeof(v->site->secret));
	sodium_bin2hex(out, CONSOLE_TOKEN_TEXT, mac, sizeof(mac));
	return 0;
}

const char *
visit_proxied(const struct visit *v)
{
	const char *name = v->site->policy.console.proxy_header;

	if (name[0] == '\0' || !v->is_proxied)
		return "";
	if (server_has_header_twice(v->call, name))
		return "";
	return server_header(v->call, name);
}

int
visit_sign_in(struct visit *v, const struct account *a, const char *proxied)
{
	char cookie[CONSOLE_TOKEN_TEXT];
	struct session *s;
	int e;

	visit_sign_out(v);
	s = sessions_add(v->site->sessions, a, server_now(), cookie);
	snprintf(s->proxied, sizeof(s->proxied), "%s", proxied);
	rate_know(v->site->rates, v->client, server_now_ms());
	if ((e = visit_cookie(v, "session", cookie, -1)) != 0)
		sessions_drop(s);
	else
		v->session = s;
	sodium_memzero(cookie, sizeof(cookie));
	return e;
}

void
visit_sign_out(struct visit *v)
{
	struct session *s = v->session;

	/* What came with the request may also be somebody's on this machine. */
	if (s == NULL)
		s = sessions_find(v->site->sessions,
		    visit_cookie_of(v, "session"), server_now(), true);
	if (s != NULL)
		sessions_drop(s);
	v->session = NULL;
}

/* ---- answers */

static int
answer(struct visit *v, struct MHD_Response *r, unsigned status, uint64_t bytes)
{
	if (r == NULL)
		return ERR_NOMEM;
	if (v->call->answer != NULL)
		MHD_destroy_response(v->call->answer);
	v->call->answer = r;
	v->call->answer_status = status;
	v->call->answer_bytes = bytes;
	return 0;
}

static int
header(struct MHD_Response *r, const char *name, const char *value)
{
	return MHD_add_response_header(r, name, value) == MHD_YES
		   ? 0
		   : ERR_INTERNAL;
}

int
visit_go(struct visit *v, const char *path, enum notice kind, const char *key)
{
	struct MHD_Response *r;
	int e;

	if (path[0] != '/' || path[1] == '/' || strpbrk(path, "\\\r\n") != NULL)
		return ERR_INTERNAL;
	if (key != NULL && v->session != NULL) {
		v->session->notice = key;
		v->session->notice_kind = kind;
	}
	r = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	if ((e = answer(v, r, 303, 0)) != 0)
		return e;
	return header(r, "Location", path);
}

/* RFC 6266: the name in UTF-8, percent-encoded, for whatever it holds. */
static int
name_download(struct MHD_Response *r, const char *type, const char *name)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789._-";
	static const char *const shown[] = { "image/png", "image/svg+xml",
		"text/plain; charset=utf-8", METRICS_TYPE, "application/json",
		"text/css", "text/javascript" };
	struct buf text;
	int e = 0;

	if (name == NULL) {
		for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
			if (strcmp(shown[i], type) == 0)
				return header(r, "Content-Type", type);
		return ERR_INTERNAL;
	}
	buf_init(&text, 8192);
	e = buf_puts(&text, "attachment; filename*=UTF-8''");
	for (; e == 0 && *name != '\0'; name++)
		e = strchr(plain, *name) != NULL
			? buf_put(&text, name, 1)
			: buf_fmt(&text, "%%%02X", (unsigned char)*name);
	if (e == 0 && (e = header(r, "Content-Type", type)) == 0)
		e = header(r, "Content-Disposition", buf_cstr(&text));
	buf_done(&text);
	return e;
}

int
visit_bytes(struct visit *v, const char *type, const void *data, size_t n,
    const char *name)
{
	/* The library copies; its argument only lacks the const. */
	struct MHD_Response *r = MHD_create_response_from_buffer(n,
	    (void *)(uintptr_t)data, MHD_RESPMEM_MUST_COPY);
	int e = answer(v, r, 200, n);

	return e != 0 ? e : name_download(r, type, name);
}

int
visit_fd(struct visit *v, const char *type, int fd, const char *name)
{
	off_t size = lseek(fd, 0, SEEK_END);
	struct MHD_Response *r = NULL;
	int e;

	if (size >= 0)
		r = MHD_create_response_from_fd64((uint64_t)size, fd);
	if (r == NULL)
		close(fd);
	e = size < 0 ? ERR_IO : answer(v, r, 200, (uint64_t)size);
	return e != 0 ? e : name_download(r, type, name);
}

int
visit_audit(struct visit *v, const char *what, const char *id)
{
	return audit_append(v->site->audit, "console",
	    json_pack("{s:s, s:s, s:s, s:s}", "who", v->account.login, "from",
		v->client, "what", what, "id", id),
	    AUDIT_SYNC);
}

/* ---- errors */

static const char *
title_of(unsigned status)
{
	switch (status) {
	case 403:
		return N_("Not allowed");
	case 404:
		return N_("Not found");
	case 413:
		return N_("Too large");
	case 429:
	case 503:
		return N_("Busy");
	case 500:
		return N_("A fault of the gateway");
	default:
		return N_("The request was refused");
	}
}

static int
go_to_sign_in(struct visit *v)
{
	struct buf url;
	int e;

	if (v->session != NULL) /* the password must be changed first */
		return visit_go(v, "/password", NOTICE_NOTE, NULL);
	buf_init(&url, 4096);
	e = buf_puts(&url, "/login");
	if (e == 0 && strcmp(v->method, "GET") == 0 && !v->is_quiet &&
	    strcmp(v->path, "/") != 0 && (e = buf_puts(&url, "?")) == 0)
		page_query(&url, "next", v->path);
	if (e == 0)
		e = visit_go(v, buf_cstr(&url), NOTICE_NOTE, NULL);
	buf_done(&url);
	return e;
}

static int
error_page(struct visit *v, const char *reason)
{
	page_begin(v, tr(v, title_of(v->status)));
	page_notice(v, NOTICE_ERROR, tr(v, reason));
	html_open(&v->page, "p", NULL);
	html_el(&v->page, "a", tr(v, "To the first page"), "href", "/", NULL);
	html_close(&v->page);
	return page_end(v);
}

void
visit_fail(struct server_call *c, unsigned status)
{
	const char *reason = c->reason;
	struct visit *v = &c->v;

	if (status == 303 && go_to_sign_in(v) == 0)
		return;
	if (reason == NULL)
		reason = status == 404	 ? N_("There is no such page.")
			 : status == 403 ? N_("This is not yours to do.")
			 : status == 503
			     ? N_("The gateway is busy. Try again later.")
			     : N_("Something went wrong. Try again; if it "
				  "goes on, tell the administrator.");
	v->status = status;
	if (error_page(v, reason) != 0)
		html_clear(&v->page);
}
