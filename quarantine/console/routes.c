/*
 * The table: every page there is. Rows of one person's work stand together,
 * and the menu has their order.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quarantine/console/pages.h"

#define UPLOAD_BYTES UINT64_MAX /* as the policy says */

#define ACCOUNT_FIELDS \
	"name department mail language role from until disabled deputy " \
	"away_from away_until"

static const struct route table[] = {
	{ "GET", "/static/style.css", PUBLIC, "", static_style, NULL, 0, 0 },
	{ "GET", "/static/console.js", PUBLIC, "", static_script, NULL, 0, 0 },
	{ "GET", "/static/icon.svg", PUBLIC, "", static_icon, NULL, 0, 0 },
	{ "GET", "/robots.txt", PUBLIC, "", static_robots, NULL, 0, 0 },

	{ "GET", "/login", PUBLIC, "next", sign_form, NULL, 0, 0 },
	{ "POST", "/login", PUBLIC, "login password next", sign_in, NULL, 0,
	    ROUTE_SIGNS_IN },
	{ "GET", "/language/{code}", PUBLIC, "back", sign_language, NULL, 0,
	    ROUTE_QUIET },
	{ "GET", "/", ANYONE, "", sign_home, NULL, 0, 0 },
	{ "POST", "/logout", ANYONE, "", sign_out, NULL, 0, ROUTE_UNCHANGED },

	/* staff */
	{ "GET", "/upload", ROLE_STAFF, "", upload_form, N_("Bring in files"),
	    0, 0 },
	{ "POST", "/upload", ROLE_STAFF, "class folder files", upload_take,
	    NULL, UPLOAD_BYTES, ROUTE_FILES },
	{ "GET", "/transfers", ROLE_STAFF, "page q", mine_list, N_("My files"),
	    0, 0 },
	{ "GET", "/transfers/part", ROLE_STAFF, "page q", mine_part, NULL, 0,
	    ROUTE_QUIET },
	{ "GET", "/transfers/{id}", ROLE_STAFF, "", mine_show, NULL, 0, 0 },
	{ "POST", "/transfers/{id}/password", ROLE_STAFF, "password",
	    mine_password, NULL, 0, 0 },
	{ "POST", "/transfers/{id}/urge", ROLE_STAFF, "why", mine_urge, NULL, 0,
	    0 },
	{ "POST", "/transfers/{id}/original", ROLE_STAFF, "why", mine_original,
	    NULL, 0, 0 },

	/* approver */
	{ "GET", "/approvals", ROLE_APPROVER | ROLE_ADMINISTRATOR, "",
	    approvals_list, N_("Approvals"), 0, 0 },
	{ "GET", "/approvals/{id}", ROLE_APPROVER | ROLE_ADMINISTRATOR, "",
	    approvals_show, NULL, 0, 0 },
	{ "GET", "/approvals/{id}/page/{n}", ROLE_APPROVER, "", approvals_page,
	    NULL, 0, ROUTE_QUIET },
	{ "GET", "/approvals/{id}/text", ROLE_APPROVER, "", approvals_text,
	    NULL, 0, 0 },
	{ "POST", "/approvals/{id}", ROLE_APPROVER, "sha256 why decision",
	    approvals_decide, NULL, 0, 0 },
	{ "POST", "/approvals/{id}/emergency",
	    ROLE_APPROVER | ROLE_ADMINISTRATOR, "why", approvals_emergency,
	    NULL, 0, 0 },

	{ "GET", "/away", ROLE_APPROVER, "", away_form, N_("My absence"), 0,
	    0 },
	{ "POST", "/away", ROLE_APPROVER, "from until deputy", away_enter, NULL,
	    0, 0 },
	{ "POST", "/away/back", ROLE_APPROVER, "", away_back, NULL, 0, 0 },

	/* administrator */
	{ "GET", "/quarantine", ROLE_ADMINISTRATOR,
	    "words department show page", quarantine_items, N_("Quarantine"), 0,
	    0 },
	{ "GET", "/quarantine/{id}", ROLE_ADMINISTRATOR, "", quarantine_item,
	    NULL, 0, 0 },
	{ "POST", "/quarantine/{id}/rerun", ROLE_ADMINISTRATOR, "",
	    quarantine_rerun, NULL, 0, 0 },
	{ "POST", "/quarantine/{id}/dispose", ROLE_ADMINISTRATOR, "why",
	    quarantine_destroy, NULL, 0, 0 },
	{ "GET", "/users", ROLE_ADMINISTRATOR, "words", page_users,
	    N_("Accounts"), 0, 0 },
	{ "GET", "/user-new", ROLE_ADMINISTRATOR, "", page_user_new, NULL, 0,
	    0 },
	{ "POST", "/user-new", ROLE_ADMINISTRATOR, "login " ACCOUNT_FIELDS,
	    page_user_create, NULL, 0, 0 },
	{ "GET", "/user-import", ROLE_ADMINISTRATOR, "", page_import, NULL, 0,
	    0 },
	{ "POST", "/user-import", ROLE_ADMINISTRATOR, "list effective",
	    page_import_preview, NULL, ACCOUNT_IMPORT_BYTES + 65536,
	    ROUTE_FILES },
	{ "POST", "/user-import/apply", ROLE_ADMINISTRATOR, "hash effective",
	    page_import_apply, NULL, 0, 0 },
	{ "POST", "/user-import/cancel", ROLE_ADMINISTRATOR, "effective",
	    page_import_cancel, NULL, 0, 0 },
	{ "GET", "/users/{login}", ROLE_ADMINISTRATOR, "", page_user, NULL, 0,
	    0 },
	{ "POST", "/users/{login}", ROLE_ADMINISTRATOR, ACCOUNT_FIELDS,
	    page_user_save, NULL, 0, 0 },
	{ "POST", "/users/{login}/lock", ROLE_ADMINISTRATOR, "what",
	    page_user_lock, NULL, 0, 0 },
	{ "POST", "/users/{login}/password", ROLE_ADMINISTRATOR, "",
	    page_user_password, NULL, 0, 0 },
	{ "GET", "/policies", ROLE_ADMINISTRATOR, "", policies_page,
	    N_("Policy"), 0, 0 },
	{ "POST", "/policies/dryrun", ROLE_ADMINISTRATOR, "profile days",
	    policies_dryrun, NULL, 0, 0 },
	{ "GET", "/health", ROLE_ADMINISTRATOR, "", health_page, N_("Health"),
	    0, 0 },
	{ "GET", "/metrics", PUBLIC, "", health_metrics, NULL, 0, ROUTE_QUIET },

	/* auditor */
	{ "GET", "/audit", ROLE_AUDITOR, "since until event words page",
	    page_audit, N_("Audit log"), 0, 0 },
	{ "GET", "/audit/export", ROLE_AUDITOR, "form since until event words",
	    page_audit_export, NULL, 0, 0 },
	{ "GET", "/audit/verify", ROLE_AUDITOR, "", page_audit_verify, NULL, 0,
	    0 },
	{ "GET", "/months", ROLE_AUDITOR, "", page_months, N_("Monthly report"),
	    0, 0 },
	{ "GET", "/months/{month}", ROLE_AUDITOR, "", page_month, NULL, 0, 0 },
	{ "GET", "/months/{month}/json", ROLE_AUDITOR, "", page_month_json,
	    NULL, 0, 0 },

	{ "GET", "/password", ANYONE, "", password_form, N_("Change password"),
	    0, ROUTE_UNCHANGED },
	{ "POST", "/password", ANYONE, "old new again", password_change, NULL,
	    0, ROUTE_UNCHANGED },
};

#define N_ROUTES (sizeof(table) / sizeof(table[0]))

const struct route *
routes(size_t *n)
{
	*n = N_ROUTES;
	return table;
}

/* Length of an argument at the head of s; 0: none. */
static size_t
argument(const char *s)
{
	size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "abcdefghijklmnopqrstuvwxyz0123456789._-");

	if (s[0] == '.' || n >= ACCOUNT_LOGIN_BYTES ||
	    (s[n] != '\0' && s[n] != '/'))
		return 0;
	return n;
}

static bool
matches(const char *pattern, const char *path,
    char args[CONSOLE_ARGS][ACCOUNT_LOGIN_BYTES])
{
	size_t n, i = 0;

	for (; *pattern != '\0'; pattern++) {
		if (*pattern != '{') {
			if (*path++ != *pattern)
				return false;
			continue;
		}
		if (i == CONSOLE_ARGS || (n = argument(path)) == 0)
			return false;
		memcpy(args[i], path, n);
		args[i++][n] = '\0';
		path += n;
		pattern = strchr(pattern, '}');
		if (pattern == NULL)
			return false;
	}
	return *path == '\0';
}

const struct route *
route_find(const char *method, const char *path,
    char args[CONSOLE_ARGS][ACCOUNT_LOGIN_BYTES])
{
	/* Rows without an argument stand before those with one. */
	for (size_t i = 0; i < N_ROUTES; i++) {
		memset(args, 0, CONSOLE_ARGS * ACCOUNT_LOGIN_BYTES);
		if (strcmp(table[i].method, method) == 0 &&
		    matches(table[i].path, path, args))
			return &table[i];
	}
	return NULL;
}

bool
route_allows(const struct route *r, unsigned roles)
{
	return r->roles == ANYONE || (r->roles & PUBLIC) != 0 ||
	       (r->roles & roles) != 0;
}

static json_t *
row_json(const struct route *r)
{
	char roles[64] = "";

	if ((r->roles & PUBLIC) != 0)
		snprintf(roles, sizeof(roles), "public");
	else if (r->roles == ANYONE)
		snprintf(roles, sizeof(roles), "anyone");
	else
		account_roles_text(r->roles, roles);
	return json_pack("{s:s, s:s, s:s, s:s, s:b, s:b}", "method", r->method,
	    "path", r->path, "roles", roles, "fields", r->fields, "files",
	    (r->flags & ROUTE_FILES) != 0, "unchanged",
	    (r->flags & ROUTE_UNCHANGED) != 0);
}

int
routes_print(struct buf *out)
{
	json_t *all = json_array();
	char *text = NULL;
	int e = all == NULL ? ERR_NOMEM : 0;

	for (size_t i = 0; e == 0 && i < N_ROUTES; i++)
		if (json_array_append_new(all, row_json(&table[i])) != 0)
			e = ERR_NOMEM;
	if (e == 0 && (text = json_dumps(all, JSON_INDENT(1))) == NULL)
		e = ERR_NOMEM;
	if (e == 0 && (e = buf_puts(out, text)) == 0)
		e = buf_puts(out, "\n");
	free(text);
	json_decref(all);
	return e;
}
