/*
 * The administrator's pages of accounts. A password that is set here is shown
 * once and must be changed at the next sign-in.
 */
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "quarantine/console/pages.h"

#define FRESH_BYTES 21 /* of a password that is set here, with the NUL */

static const struct {
	unsigned role;
	const char *field, *word, *text;
} roles[] = {
	{ ROLE_STAFF, "staff", N_("staff"), N_("Staff: brings files in") },
	{ ROLE_APPROVER, "approver", N_("approver"),
	    N_("Approver: decides on requests") },
	{ ROLE_ADMINISTRATOR, "administrator", N_("administrator"),
	    N_("Administrator: quarantine, accounts, health") },
	{ ROLE_AUDITOR, "auditor", N_("auditor"),
	    N_("Auditor: log and monthly report") },
};

#define N_ROLES (sizeof(roles) / sizeof(roles[0]))

static void
account_path(const char *login, const char *what, char out[128])
{
	snprintf(out, 128, "/users/%s%s", login, what);
}

void
page_roles(struct visit *r, unsigned has)
{
	bool is_first = true;

	for (size_t i = 0; i < N_ROLES; i++) {
		if ((has & roles[i].role) == 0)
			continue;
		html_text(&r->page, is_first		  ? ""
				    : r->lang == WORDS_JA ? "、"
							  : ", ");
		html_text(&r->page, tr(r, roles[i].word));
		is_first = false;
	}
}

/* ---- list */

static const char *const columns[] = { N_("Login"), N_("Name"),
	N_("Department"), N_("Roles"), N_("State"), N_("Last sign-in") };

/* Nobody else (proxy, directory) says who is who. */
static bool
asks_passwords(const struct visit *r)
{
	return r->site->policy.console.ldap_uri[0] == '\0' &&
	       r->site->policy.console.proxy_header[0] == '\0';
}

static void
state_cell(struct visit *r, const struct account *a)
{
	struct html *h = &r->page;

	html_open(h, "td", "data-label", tr(r, columns[4]), NULL);
	if (a->is_disabled)
		html_el(h, "span", tr(r, N_("disabled")), "class", "tag off",
		    NULL);
	else if (!account_is_valid(a))
		html_el(h, "span", tr(r, N_("outside its dates")), "class",
		    "tag off", NULL);
	else if (account_is_away(a))
		html_el(h, "span", tr(r, N_("away")), "class", "tag", NULL);
	else
		html_text(h, tr(r, N_("active")));
	if (a->password_time[0] == '\0' && asks_passwords(r)) {
		html_text(h, " ");
		html_el(h, "span", tr(r, N_("no password yet")), "class",
		    "tag hiding", NULL);
	}
	if (a->locked_until[0] != '\0') {
		html_text(h, " ");
		html_el(h, "span", tr(r, N_("locked")), "class", "tag off",
		    NULL);
	}
	html_close(h);
}

struct users {
	struct visit *r;
	const char *words;
	unsigned n, without; /* a password */
};

static int
user_row(void *arg, const struct account *a)
{
	struct users *u = arg;
	struct visit *r = u->r;
	struct html *h = &r->page;
	char path[128];

	if (u->words[0] != '\0' && strcasestr(a->login, u->words) == NULL &&
	    strcasestr(a->name, u->words) == NULL &&
	    strcasestr(a->department, u->words) == NULL)
		return 0;
	u->n++;
	u->without += a->password_time[0] == '\0' && !a->is_disabled;
	account_path(a->login, "", path);
	html_open(h, "tr", NULL);
	html_open(h, "th", "scope", "row", NULL);
	html_el(h, "a", a->login, "href", path, NULL);
	html_close(h);
	html_open(h, "td", "data-label", tr(r, columns[1]), NULL);
	html_data(h, a->name);
	html_close(h);
	html_open(h, "td", "data-label", tr(r, columns[2]), NULL);
	html_data(h, a->department);
	html_close(h);
	html_open(h, "td", "data-label", tr(r, columns[3]), NULL);
	page_roles(r, a->roles);
	html_close(h);
	state_cell(r, a);
	html_open(h, "td", "data-label", tr(r, columns[5]), NULL);
	if (a->last_time[0] != '\0')
		page_time(r, a->last_time);
	html_close(h);
	html_close(h);
	return 0;
}

static void
without_password(struct visit *r, unsigned n)
{
	struct html *h = &r->page;
	char text[320];

	snprintf(text, sizeof(text),
	    tr(r, N_("%u accounts have no password yet and cannot sign in. "
		     "Make one on the page of the account, or for all of them "
		     "on the gateway: ")),
	    n);
	html_open(h, "p", "class", "notice note", NULL);
	html_text(h, text);
	html_el(h, "code", "sekisho user password --generate --new", NULL);
	html_close(h);
}

int
page_users(struct visit *r)
{
	struct users u = { .r = r, .words = visit_field(r, "words") };
	struct html *h = &r->page;
	int e;

	page_begin(r, tr(r, N_("Accounts")));
	html_open(h, "p", "class", "actions", NULL);
	html_el(h, "a", tr(r, N_("New account")), "class", "button", "href",
	    "/user-new", NULL);
	html_el(h, "a", tr(r, N_("Import a list (CSV)")), "class",
	    "button second", "href", "/user-import", NULL);
	html_close(h);
	html_open(h, "form", "method", "get", "action", "/users", "class",
	    "find", NULL);
	page_input(r, tr(r, N_("Words (login, name, department)")), "words",
	    "search", u.words, NULL, NULL);
	page_button(r, tr(r, N_("Search")), "");
	html_close(h);
	html_open(h, "div", "class", "scroll", NULL);
	html_open(h, "table", "class", "cards", NULL);
	html_open(h, "thead", NULL);
	html_open(h, "tr", NULL);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		html_el(h, "th", tr(r, columns[i]), "scope", "col", NULL);
	html_close(h);
	html_close(h);
	html_open(h, "tbody", NULL);
	e = account_list(r->site->people, user_row, &u);
	html_close(h);
	html_close(h);
	html_close(h);
	if (u.n == 0)
		html_el(h, "p", tr(r, N_("No account fits.")), NULL);
	if (u.without > 0 && asks_passwords(r))
		without_password(r, u.without);
	return e != 0 ? e : page_end(r);
}

/* ---- one account */

static void
fields(struct visit *r, const struct account *a)
{
	struct html *h = &r->page;
	const struct page_choice languages[] = { { "ja", "日本語" },
		{ "en", "English" }, { NULL, NULL } };

	page_input(r, tr(r, N_("Name")), "name", "text", a->name, NULL,
	    "required", "", NULL);
	page_input(r, tr(r, N_("Department")), "department", "text",
	    a->department, NULL, "required", "", NULL);
	page_input(r, tr(r, N_("Mail address for notices")), "mail", "email",
	    a->mail, NULL, NULL);
	page_select(r, tr(r, N_("Language")), "language", languages,
	    a->language[0] == '\0' ? "ja" : a->language, NULL);
	html_open(h, "fieldset", NULL);
	html_el(h, "legend", tr(r, N_("Roles")), NULL);
	for (size_t i = 0; i < N_ROLES; i++)
		page_check(r, tr(r, roles[i].text), "role", roles[i].field,
		    (a->roles & roles[i].role) != 0);
	html_close(h);
	html_open(h, "fieldset", NULL);
	html_el(h, "legend", tr(r, N_("Validity")), NULL);
	page_input(r, tr(r, N_("First day")), "from", "date", a->from, NULL,
	    NULL);
	page_input(r, tr(r, N_("Last day")), "until", "date", a->until, NULL,
	    NULL);
	page_check(r, tr(r, N_("Disabled: may not sign in")), "disabled", "1",
	    a->is_disabled);
	html_close(h);
	html_open(h, "fieldset", NULL);
	html_el(h, "legend", tr(r, N_("Absence")), NULL);
	page_input(r, tr(r, N_("Deputy (login)")), "deputy", "text", a->deputy,
	    tr(r, N_("Decides in the days of absence.")), NULL);
	page_input(r, tr(r, N_("Away from")), "away_from", "date", a->away_from,
	    NULL, NULL);
	page_input(r, tr(r, N_("Away until")), "away_until", "date",
	    a->away_until, NULL, NULL);
	html_close(h);
}

int
page_user_new(struct visit *r)
{
	static const struct account none = { .roles = ROLE_STAFF,
		.language = "ja" };

	page_begin(r, tr(r, N_("New account")));
	page_form(r, "/user-new");
	page_input(r, tr(r, N_("Login")), "login", "text", "",
	    tr(r, N_("Small letters, digits, dot, minus, underscore.")),
	    "required", "", "autocapitalize", "none", NULL);
	fields(r, &none);
	page_button(r, tr(r, N_("Create")), "");
	html_close(&r->page);
	return page_end(r);
}

static void
facts(struct visit *r, const struct account *a)
{
	char n[24];

	html_open(&r->page, "dl", NULL);
	page_fact_data(r, tr(r, N_("Login")), a->login);
	if (a->last_time[0] != '\0') {
		char when[40];

		words_time(a->last_time, when, sizeof(when));
		page_fact(r, tr(r, N_("Last sign-in")), when);
		page_fact_data(r, tr(r, N_("From the address")), a->last_from);
	}
	snprintf(n, sizeof(n), "%u", a->failures);
	page_fact(r, tr(r, N_("Failures since")), n);
	if (a->locked_until[0] != '\0') {
		char when[40];

		words_time(a->locked_until, when, sizeof(when));
		page_fact(r, tr(r, N_("Locked until")), when);
	}
	html_close(&r->page);
}

static void
lock_button(struct visit *r, const struct account *a, const char *what,
    const char *text, const char *class)
{
	char path[128];

	account_path(a->login, "/lock", path);
	page_form(r, path);
	html_open(&r->page, "input", "type", "hidden", "name", "what", "value",
	    what, NULL);
	page_button(r, text, class);
	html_close(&r->page);
}

/* What is needed in a hurry: let somebody in, or keep somebody out. */
static void
lock_buttons(struct visit *r, const struct account *a)
{
	html_open(&r->page, "div", "class", "actions", NULL);
	if (a->locked_until[0] != '\0' || a->failures > 0)
		lock_button(r, a, "unlock", tr(r, N_("Unlock")), "second");
	if (a->is_disabled)
		lock_button(r, a, "enable", tr(r, N_("Let them sign in again")),
		    "second");
	else if (strcmp(a->login, r->account.login) != 0)
		lock_button(r, a, "disable",
		    tr(r, N_("Lock this account out at once")), "danger");
	html_close(&r->page);
}

int
page_user(struct visit *r)
{
	struct account a;
	char path[128];
	int e;

	if ((e = account_get(r->site->people, visit_arg(r, 0), &a)) != 0)
		return e;
	page_begin(r, a.name[0] != '\0' ? a.name : a.login);
	facts(r, &a);
	lock_buttons(r, &a);
	html_el(&r->page, "h2", tr(r, N_("Details")), NULL);
	account_path(a.login, "", path);
	page_form(r, path);
	fields(r, &a);
	page_button(r, tr(r, N_("Save")), "");
	html_close(&r->page);
	html_el(&r->page, "h2", tr(r, N_("Password")), NULL);
	account_path(a.login, "/password", path);
	page_form(r, path);
	html_el(&r->page, "p",
	    tr(r, N_("A new password is made and shown once; the person must "
		     "change it at the next sign-in. A lock is lifted.")),
	    NULL);
	page_button(r, tr(r, N_("Make a new password")), "second");
	html_close(&r->page);
	return page_end(r);
}

/* ---- changes */

static void
take(const struct visit *r, const char *name, char *out, size_t size)
{
	snprintf(out, size, "%s", visit_field(r, name));
}

static int
from_form(const struct visit *r, struct account *a)
{
	const char *v;

	take(r, "name", a->name, sizeof(a->name));
	take(r, "department", a->department, sizeof(a->department));
	take(r, "mail", a->mail, sizeof(a->mail));
	take(r, "language", a->language, sizeof(a->language));
	take(r, "from", a->from, sizeof(a->from));
	take(r, "until", a->until, sizeof(a->until));
	take(r, "deputy", a->deputy, sizeof(a->deputy));
	take(r, "away_from", a->away_from, sizeof(a->away_from));
	take(r, "away_until", a->away_until, sizeof(a->away_until));
	a->is_disabled = visit_field(r, "disabled")[0] != '\0';
	a->roles = 0;
	for (size_t i = 0; (v = visit_field_at(r, "role", i)) != NULL; i++) {
		size_t k = 0;

		while (k < N_ROLES && strcmp(roles[k].field, v) != 0)
			k++;
		if (k == N_ROLES)
			return ERR_MALFORMED;
		a->roles |= roles[k].role;
	}
	return 0;
}

bool
page_is_own_gain(const struct visit *r, const struct account *after)
{
	const struct account *me = &r->account;

	if (strcmp(after->login, me->login) != 0)
		return false;
	return (after->roles & ~me->roles) != 0 ||
	       ((after->roles & ROLE_APPROVER) != 0 &&
		   strcmp(after->department, me->department) != 0);
}

/* What was wrong, above the form with what was typed. */
static int
again(struct visit *r, const struct account *a, const char *action,
    const char *why)
{
	r->status = 400;
	page_begin(r, tr(r, N_("Accounts")));
	page_notice(r, NOTICE_ERROR, tr(r, why));
	page_form(r, action);
	if (strcmp(action, "/user-new") == 0)
		page_input(r, tr(r, N_("Login")), "login", "text", a->login,
		    NULL, "required", "", NULL);
	fields(r, a);
	page_button(r, tr(r, N_("Save")), "");
	html_close(&r->page);
	return page_end(r);
}

int
page_user_save(struct visit *r)
{
	char why[POLICY_WHY_BYTES] = "", path[128];
	struct account a;
	int e;

	if ((e = account_get(r->site->people, visit_arg(r, 0), &a)) != 0 ||
	    (e = from_form(r, &a)) != 0)
		return e;
	account_path(a.login, "", path);
	if (strcmp(a.login, r->account.login) == 0 &&
	    ((a.roles & ROLE_ADMINISTRATOR) == 0 || a.is_disabled))
		return again(r, &a, path,
		    N_("You cannot take your own account out of office; "
		       "another administrator can."));
	if (page_is_own_gain(r, &a))
		return again(r, &a, path,
		    N_("Nobody gives a role to their own account, or moves it "
		       "to another department to approve there; another "
		       "administrator can."));
	e = account_put(r->site->people, &a, r->account.login, why);
	if (e == ERR_MALFORMED)
		return again(r, &a, path, why);
	return e != 0 ? e : visit_go(r, path, NOTICE_DONE, N_("Saved."));
}

int
page_user_lock(struct visit *r)
{
	const char *what = visit_field(r, "what");
	char why[POLICY_WHY_BYTES] = "", path[128];
	struct account a;
	int e;

	if ((e = account_get(r->site->people, visit_arg(r, 0), &a)) != 0)
		return e;
	account_path(a.login, "", path);
	if (strcmp(what, "unlock") == 0)
		e = account_unlock(r->site->people, a.login, r->account.login);
	else if (strcmp(what, "enable") != 0 && strcmp(what, "disable") != 0)
		return ERR_MALFORMED;
	else if (strcmp(a.login, r->account.login) == 0)
		return visit_go(r, path, NOTICE_ERROR,
		    N_("You cannot take your own account out of office; "
		       "another administrator can."));
	else {
		a.is_disabled = strcmp(what, "disable") == 0;
		e = account_put(r->site->people, &a, r->account.login, why);
	}
	if (e == ERR_MALFORMED)
		return visit_go(r, path, NOTICE_ERROR,
		    N_("Its details are not in order; mend them first."));
	return e != 0 ? e : visit_go(r, path, NOTICE_DONE, N_("Saved."));
}

/* A password of 20 letters and digits that are not mistaken for others. */
static void
fresh(char out[FRESH_BYTES])
{
	static const char letters[] =
	    "abcdefghijkmnpqrstuvwxyzACDEFGHJKLMNPQRTUVWXY34679";

	for (size_t i = 0; i < FRESH_BYTES - 1; i++)
		out[i] = letters[randombytes_uniform(sizeof(letters) - 1)];
	out[FRESH_BYTES - 1] = '\0';
}

/* Make a password, set it, show it once. */
static int
give_password(struct visit *r, const char *login)
{
	char password[FRESH_BYTES], path[128];
	int e;

	fresh(password);
	e = account_set_password(r->site->people, login, password,
	    FRESH_BYTES - 1, true, r->account.login);
	if (e == 0) {
		account_path(login, "", path);
		page_begin(r, tr(r, N_("New password")));
		page_notice(r, NOTICE_NOTE,
		    tr(r, N_("This password is shown only now. Give it to the "
			     "person in a way that others do not see.")));
		html_open(&r->page, "dl", NULL);
		page_fact(r, tr(r, N_("Login")), login);
		html_el(&r->page, "dt", tr(r, N_("Password")), NULL);
		html_open(&r->page, "dd", NULL);
		html_el(&r->page, "code", password, "class", "secret", NULL);
		html_close(&r->page);
		html_close(&r->page);
		html_el(&r->page, "a", tr(r, N_("Back to the account")), "href",
		    path, NULL);
		e = page_end(r);
	}
	sodium_memzero(password, sizeof(password));
	return e;
}

int
page_user_password(struct visit *r)
{
	return give_password(r, visit_arg(r, 0));
}

int
page_user_create(struct visit *r)
{
	char why[POLICY_WHY_BYTES] = "";
	struct account a = { .must_change = true }, there;
	int e;

	take(r, "login", a.login, sizeof(a.login));
	if ((e = from_form(r, &a)) != 0)
		return e;
	if (account_get(r->site->people, a.login, &there) == 0)
		return again(r, &a, "/user-new",
		    N_("There is an account with this login already."));
	e = account_put(r->site->people, &a, r->account.login, why);
	if (e == ERR_MALFORMED)
		return again(r, &a, "/user-new", why);
	if (e == 0)
		e = account_get(r->site->people, a.login, &there);
	return e != 0 ? e : give_password(r, there.login);
}
