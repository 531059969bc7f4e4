/*
 * What stands between the network and a handler. Everything here is decided
 * from the header of a request alone, before a byte of its body is taken.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "quarantine/console/lang.h"
#include "quarantine/console/rate.h"
#include "quarantine/console/server.h"
#include "quarantine/console/session.h"

static unsigned
no(struct server_call *c, unsigned status, const char *reason)
{
	c->reason = reason;
	return status;
}

/* The name in a Host header, without its port. */
static void
host_name(const char *host, char *out, size_t size)
{
	const char *end =
	    host[0] == '[' ? strchr(host, ']') : strchr(host, ':');
	size_t n = end == NULL ? strlen(host) : (size_t)(end - host);

	if (host[0] == '[' && end != NULL)
		n++;
	snprintf(out, size, "%.*s", (int)n, host);
}

static bool
is_loopback(const char *name)
{
	return strcasecmp(name, "localhost") == 0 ||
	       strcmp(name, "127.0.0.1") == 0 || strcmp(name, "[::1]") == 0;
}

/* Whoever asks for a name that is not ours was led here (DNS rebinding). */
static unsigned
check_host(struct server_call *c)
{
	const char *host = server_header(c, "Host");
	char name[256];

	if (server_has_header_twice(c, "Host") || host[0] == '\0' ||
	    strlen(host) >= sizeof(c->host) ||
	    strspn(host, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			 "0123456789.:-[]") != strlen(host))
		return no(c, 400, N_("The request is not well formed."));
	host_name(host, name, sizeof(name));
	if (!is_loopback(name) &&
	    !rules_listed(c->v.site->policy.console.hosts, name))
		return no(c, 421, N_("This is not the name of this site."));
	snprintf(c->host, sizeof(c->host), "%s", host);
	c->v.is_secure = !is_loopback(name);
	return 0;
}

/* The browser's address: the peer, or the last one a trusted proxy names. */
static void
settle_client(struct server_call *c, const char *peer)
{
	const char *from = server_header(c, "X-Forwarded-For");
	const char *last = strrchr(from, ',');
	char text[CONSOLE_CLIENT_BYTES];
	unsigned char address[16];

	snprintf(c->v.client, sizeof(c->v.client), "%s", peer);
	c->v.is_proxied = server_is_proxy(c->v.site, peer);
	if (!c->v.is_proxied || from[0] == '\0')
		return;
	last = last == NULL ? from : last + 1;
	last += strspn(last, " \t");
	snprintf(text, sizeof(text), "%.*s", (int)strcspn(last, " \t"), last);
	if (inet_pton(AF_INET, text, address) == 1 ||
	    inet_pton(AF_INET6, text, address) == 1)
		snprintf(c->v.client, sizeof(c->v.client), "%s", text);
}

/* One body, whose length is said beforehand; none for GET. */
static unsigned
check_length(struct server_call *c)
{
	const char *length = server_header(c, "Content-Length");
	bool is_post = strcmp(c->v.method, "POST") == 0;
	unsigned long long n;
	char *end;

	if (server_header(c, "Transfer-Encoding")[0] != '\0' ||
	    server_has_header_twice(c, "Content-Length") ||
	    server_header(c, "Content-Encoding")[0] != '\0')
		return no(c, 400, N_("The request is not well formed."));
	if (length[0] == '\0')
		return is_post
			   ? no(c, 411, N_("The request is not well formed."))
			   : 0;
	if (strspn(length, "0123456789") != strlen(length) ||
	    strlen(length) > 18)
		return no(c, 400, N_("The request is not well formed."));
	n = strtoull(length, &end, 10);
	if (!is_post && n > 0)
		return no(c, 400, N_("The request is not well formed."));
	c->said_body = n;
	return 0;
}

static bool
starts_with(const char *s, const char *head, const char **rest)
{
	size_t n = strlen(head);

	if (strncasecmp(s, head, n) != 0)
		return false;
	*rest = s + n;
	return true;
}

/* Browsers say where a form stood. A token is asked for besides. */
static unsigned
check_origin(struct server_call *c)
{
	const char *origin = server_header(c, "Origin");
	const char *site = server_header(c, "Sec-Fetch-Site");
	const char *rest = "";
	bool is_own;

	is_own = starts_with(origin, "https://", &rest) ||
		 (!c->v.is_secure && starts_with(origin, "http://", &rest));
	if (origin[0] != '\0' && (!is_own || strcasecmp(rest, c->host) != 0))
		return no(c, 403,
		    N_("The request came from another site and was refused."));
	if (site[0] != '\0' && strcmp(site, "same-origin") != 0)
		return no(c, 403,
		    N_("The request came from another site and was refused."));
	return 0;
}

static void
settle_language(struct server_call *c)
{
	struct visit *v = &c->v;
	const char *chosen = visit_cookie_of(v, "lang");

	if (strcmp(chosen, "en") == 0 || strcmp(chosen, "ja") == 0)
		v->lang = chosen[0] == 'e' ? WORDS_EN : WORDS_JA;
	else if (v->session != NULL && v->account.language[0] != '\0')
		v->lang = strcmp(v->account.language, "en") == 0 ? WORDS_EN
								 : WORDS_JA;
	else
		v->lang = lang_of_header(server_header(c, "Accept-Language"));
}

/* A password that somebody set elsewhere ends the session. */
static bool
same_password(struct session *s, const struct account *a)
{
	if (s->password_time[0] == '\0')
		memcpy(s->password_time, a->password_time,
		    sizeof(s->password_time));
	return strcmp(s->password_time, a->password_time) == 0;
}

/* Who is here: the session's account as the register has it now. */
static void
settle_session(struct server_call *c)
{
	struct visit *v = &c->v;
	const char *proxied = visit_proxied(v);
	struct session *s;

	v->is_quiet = v->route != NULL && (v->route->flags & ROUTE_QUIET) != 0;
	s = sessions_find(v->site->sessions, visit_cookie_of(v, "session"),
	    server_now(), v->is_quiet);
	if (s == NULL)
		return;
	/* Another person came through the proxy, or the account is over. */
	if (strcmp(s->proxied, proxied) != 0 ||
	    account_get(v->site->people, s->login, &v->account) != 0 ||
	    !account_is_valid(&v->account) || !same_password(s, &v->account)) {
		sessions_drop(s);
		memset(&v->account, 0, sizeof(v->account));
		return;
	}
	v->session = s;
}

static unsigned
check_person(struct server_call *c)
{
	struct visit *v = &c->v;

	if ((v->route->roles & PUBLIC) != 0)
		return 0;
	if (v->session == NULL)
		return no(c, 303, NULL);
	if (!route_allows(v->route, v->account.roles))
		return no(c, 403, N_("This page is not part of your work."));
	if (v->account.must_change && (v->route->flags & ROUTE_UNCHANGED) == 0)
		return no(c, 303, NULL);
	return 0;
}

static unsigned
check_rate(struct server_call *c)
{
	struct visit *v = &c->v;
	uint64_t now = server_now_ms();

	if (!rate_take(v->site->rates, RATE_REQUEST, v->client, now))
		return no(c, 429,
		    N_("Too many requests. Please wait a minute."));
	return 0;
}

/* Passwords cost us memory and time; guessing is slow. */
static unsigned
check_sign_in_rate(struct server_call *c)
{
	struct visit *v = &c->v;
	uint64_t now = server_now_ms();

	if ((v->route->flags & ROUTE_SIGNS_IN) == 0)
		return 0;
	if (!rate_take(v->site->rates, RATE_SIGN_IN, v->client, now) ||
	    (!rate_knows(v->site->rates, v->client, now) &&
		!rate_take(v->site->rates, RATE_SIGN_INS, "", now)))
		return no(c, 429,
		    N_("Too many requests. Please wait a minute."));
	return 0;
}

unsigned
gate_open(struct server_call *c, const char *peer)
{
	struct visit *v = &c->v;
	unsigned status;

	settle_client(c, peer);
	settle_language(c);
	if ((status = check_rate(c)) != 0 || (status = check_host(c)) != 0 ||
	    (status = check_length(c)) != 0)
		return status;
	v->route = route_find(v->method, v->path, v->args);
	settle_session(c);
	settle_language(c);
	if (v->route == NULL)
		return no(c, 404, N_("There is no such page."));
	if ((status = check_person(c)) != 0)
		return status;
	if (strcmp(v->method, "POST") == 0 && (status = check_origin(c)) != 0)
		return status;
	return check_sign_in_rate(c);
}

unsigned
gate_token(struct server_call *c, const char *token)
{
	struct visit *v = &c->v;
	char guest[CONSOLE_TOKEN_TEXT] = "";
	bool is_right;

	if ((v->route->flags & ROUTE_SIGNS_IN) != 0)
		is_right = visit_guest_token(v, guest) == 0 &&
			   session_same(guest, token);
	else
		is_right = v->session != NULL &&
			   session_same(v->session->token, token);
	if (is_right)
		return 0;
	return no(c, 403,
	    N_("The page was open for too long. Go back, load it again and "
	       "try once more."));
}
