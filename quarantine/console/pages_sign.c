/* The way in and out, one's password, the language. */
#include <stdio.h>
#include <string.h>

#include "core/event.h"
#include "base/log.h"
#include "quarantine/console/lang.h"
#include "quarantine/console/ldap.h"
#include "quarantine/console/pages.h"
#include "quarantine/console/rate.h"
#include "quarantine/console/server.h"
#include "quarantine/console/session.h"

#define LDAP_REST_S 30 /* after it did not answer */

/* A page of ours that a person may be led to after signing in. */
static const char *
safe_next(const struct visit *v, const char *field)
{
	char args[CONSOLE_ARGS][ACCOUNT_LOGIN_BYTES];
	const char *next = visit_field(v, field);
	const struct route *r = route_find("GET", next, args);

	return r != NULL && (r->flags & ROUTE_QUIET) == 0 ? next : "/";
}

static int
sign_page(struct visit *v, const char *problem)
{
	const char *next = safe_next(v, "next");
	char token[CONSOLE_TOKEN_TEXT];
	int e;

	if ((e = visit_guest_token(v, token)) != 0)
		return e;
	page_begin(v, tr(v, "Sign in"));
	html_open(&v->page, "div", "class", "card narrow", NULL);
	if (problem != NULL)
		page_notice(v, NOTICE_ERROR, problem);
	page_form(v, "/login");
	html_open(&v->page, "input", "type", "hidden", "name", "token", "value",
	    token, NULL);
	html_open(&v->page, "input", "type", "hidden", "name", "next", "value",
	    next, NULL);
	page_input(v, tr(v, "User name"), "login", "text", NULL, NULL,
	    "autocomplete", "username", "autocapitalize", "none", "required",
	    "", "autofocus", "", NULL);
	page_input(v, tr(v, "Password"), "password", "password", NULL, NULL,
	    "autocomplete", "current-password", "required", "", NULL);
	page_button(v, tr(v, "Sign in"), "");
	html_close(&v->page);
	if (strcmp(next, "/") != 0) {
		/* A link in a mail comes without the cookie of the session. */
		html_open(&v->page, "p", "class", "small", NULL);
		html_el(&v->page, "a",
		    tr(v, "If you are signed in already, go on here"), "href",
		    next, NULL);
		html_close(&v->page);
	}
	html_close(&v->page);
	return page_end(v);
}

/* Where the person's work begins. */
static int
go_on(struct visit *v, const struct account *a, const char *next)
{
	if (a->must_change)
		return visit_go(v, "/password", NOTICE_NOTE,
		    N_("Please choose a password of your own first."));
	return visit_go(v, next, NOTICE_NOTE, NULL);
}

/* Whom the site's proxy signed in comes in without a form. */
static int
sign_in_by_proxy(struct visit *v, bool *is_in)
{
	const char *login = visit_proxied(v);
	struct account a;
	int e;

	*is_in = false;
	if (login[0] == '\0')
		return 0;
	e = account_trusted(v->site->people, login, v->client, "proxy", &a);
	if (e == ERR_DENIED || e == ERR_NOENT)
		return 0;
	if (e == 0 && (e = visit_sign_in(v, &a, login)) == 0)
		*is_in = true;
	return e;
}

int
sign_form(struct visit *v)
{
	bool is_in;
	int e;

	if (v->session != NULL)
		return visit_go(v, safe_next(v, "next"), NOTICE_NOTE, NULL);
	if ((e = sign_in_by_proxy(v, &is_in)) != 0)
		return e;
	if (is_in)
		return visit_go(v, safe_next(v, "next"), NOTICE_NOTE, NULL);
	return sign_page(v, NULL);
}

/* The directory first, where there is one; a locked account stays locked. */
static int
by_directory(struct visit *v, const char *login, const char *password,
    struct account *a)
{
	const struct policy_console *p = &v->site->policy.console;
	int e;

	if (p->ldap_uri[0] == '\0' || server_now() < v->site->no_ldap_until ||
	    account_get(v->site->people, login, a) != 0 ||
	    a->locked_until[0] != '\0')
		return ERR_DENIED;
	e = ldap_check(p->ldap_uri, p->ldap_dn, login, password,
	    strlen(password));
	if (e == ERR_IO || e == ERR_MALFORMED) {
		log_error("the directory %s cannot be asked", p->ldap_uri);
		/* Everybody waits while it is asked. */
		v->site->no_ldap_until = server_now() + LDAP_REST_S;
	}
	if (e != 0)
		return ERR_DENIED;
	return account_trusted(v->site->people, login, v->client, "ldap", a);
}

static void
lower(const char *in, char out[ACCOUNT_LOGIN_BYTES])
{
	size_t i = 0;

	for (; in[i] != '\0' && i + 1 < ACCOUNT_LOGIN_BYTES; i++)
		out[i] =
		    in[i] >= 'A' && in[i] <= 'Z' ? (char)(in[i] + 32) : in[i];
	out[i] = '\0';
}

/* Said to the people who run it; the answer to the browser stays the same. */
static void
tell_lock(struct visit *v, const char *login)
{
	struct account a;

	if (account_get(v->site->people, login, &a) != 0 ||
	    a.locked_until[0] == '\0')
		return;
	(void)event_raise(&v->site->policy, EVENT_LOCKOUT,
	    (const struct event_field[]){ { "login", a.login },
		{ "department", a.department }, { "client", v->client },
		{ NULL, NULL } },
	    NULL);
}

int
sign_in(struct visit *v)
{
	const char *password = visit_field(v, "password");
	char login[ACCOUNT_LOGIN_BYTES];
	struct account a;
	int e = ERR_DENIED;

	lower(visit_field(v, "login"), login);
	if (strlen(password) < ACCOUNT_PASSWORD_BYTES &&
	    strlen(visit_field(v, "login")) < ACCOUNT_LOGIN_BYTES) {
		e = by_directory(v, login, password, &a);
		if (e == ERR_DENIED)
			e = account_sign_in(v->site->people, login, password,
			    strlen(password), v->client, &a);
	}
	if (e == ERR_DENIED || e == ERR_NOENT || e == ERR_MALFORMED) {
		tell_lock(v, login);
		v->status = 401;
		return sign_page(v,
		    tr(v, "User name or password is wrong, or the account is "
			  "locked for some minutes after several failures."));
	}
	if (e != 0 || (e = visit_sign_in(v, &a, "")) != 0)
		return e;
	return go_on(v, &a, safe_next(v, "next"));
}

int
sign_out(struct visit *v)
{
	int e;

	visit_sign_out(v);
	if ((e = visit_cookie(v, "session", "", 0)) != 0)
		return e;
	return visit_go(v, "/login", NOTICE_NOTE, NULL);
}

/* The first page of the menu that is the person's. */
int
sign_home(struct visit *v)
{
	size_t n;
	const struct route *all = routes(&n);

	for (size_t i = 0; i < n; i++)
		if (all[i].menu != NULL &&
		    route_allows(&all[i], v->account.roles))
			return visit_go(v, all[i].path, NOTICE_NOTE, NULL);
	return visit_go(v, "/password", NOTICE_NOTE, NULL);
}

int
sign_language(struct visit *v)
{
	const char *code = visit_arg(v, 0);
	int e;

	if (strcmp(code, "ja") != 0 && strcmp(code, "en") != 0)
		return ERR_NOENT;
	if ((e = visit_cookie(v, "lang", code, 365 * 86400)) != 0)
		return e;
	return visit_go(v, safe_next(v, "back"), NOTICE_NOTE, NULL);
}

/* ---- password */

static int
password_page(struct visit *v, const char *problem)
{
	char hint[256];

	page_begin(v, tr(v, "Change password"));
	if (problem != NULL)
		page_notice(v, NOTICE_ERROR, problem);
	snprintf(hint, sizeof(hint),
	    tr(v, "At least %d characters; a sentence is fine. Not the user "
		  "name, not a common password."),
	    ACCOUNT_PASSWORD_MIN);
	html_open(&v->page, "div", "class", "card narrow", NULL);
	page_form(v, "/password");
	/* For password managers; without a name it is not sent. */
	html_open(&v->page, "input", "type", "text", "hidden", "", "readonly",
	    "", "autocomplete", "username", "value", v->account.login, NULL);
	page_input(v, tr(v, "Password now"), "old", "password", NULL, NULL,
	    "autocomplete", "current-password", "required", "", NULL);
	page_input(v, tr(v, "New password"), "new", "password", NULL, hint,
	    "autocomplete", "new-password", "required", "", "minlength", "12",
	    NULL);
	page_input(v, tr(v, "New password once more"), "again", "password",
	    NULL, NULL, "autocomplete", "new-password", "required", "", NULL);
	page_button(v, tr(v, "Change password"), "");
	html_close(&v->page);
	html_close(&v->page);
	return page_end(v);
}

int
password_form(struct visit *v)
{
	return password_page(v, NULL);
}

int
password_change(struct visit *v)
{
	const char *old = visit_field(v, "old"), *new = visit_field(v, "new");
	struct account a = v->account;
	int e;

	v->status = 400;
	if (strcmp(new, visit_field(v, "again")) != 0)
		return password_page(v,
		    tr(v, "The two new passwords are not the same."));
	if (strcmp(new, old) == 0)
		return password_page(v,
		    tr(v, "The new password is the old one."));
	if (!rate_take(v->site->rates, RATE_SIGN_IN, v->client,
		server_now_ms()))
		return ERR_LIMIT;
	e = account_sign_in(v->site->people, a.login, old, strlen(old),
	    v->client, &a);
	if (e == ERR_DENIED)
		return password_page(v, tr(v, "The password now is wrong."));
	if (e == 0)
		e = account_set_password(v->site->people, a.login, new,
		    strlen(new), false, a.login);
	if (e == ERR_MALFORMED)
		return password_page(v,
		    tr(v, "This password is too short or too common. Choose "
			  "another one."));
	if (e != 0)
		return e;
	/* Whoever else knew the old one is out, and this session is new. */
	sessions_drop_login(v->site->sessions, a.login, NULL);
	v->session = NULL;
	a.last_time[0] = '\0';
	a.failures = 0;
	if ((e = visit_sign_in(v, &a, visit_proxied(v))) != 0)
		return e;
	return visit_go(v, "/", NOTICE_DONE, N_("The password is changed."));
}
