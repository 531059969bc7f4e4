/* sekisho user list: for people, for machines, and as the CSV of an import. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cmd/user.h"

static json_t *
account_json(const struct account *a)
{
	char roles[64];

	account_roles_text(a->roles, roles);
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:b,s:s,s:s,s:s,s:s,s:s,"
			 "s:s,s:s,s:s,s:s,s:i}",
	    "login", a->login, "name", a->name, "department", a->department,
	    "mail", a->mail, "language", a->language, "roles", roles,
	    "disabled", a->is_disabled, "must_change", a->must_change, "from",
	    a->from, "until", a->until, "deputy", a->deputy, "away_from",
	    a->away_from, "away_until", a->away_until, "last_time",
	    a->last_time, "last_from", a->last_from, "password_time",
	    a->password_time, "locked_until", a->locked_until, "failures",
	    (int)a->failures);
}

static int
print_json(const struct account *a)
{
	json_t *j = account_json(a);
	char *s = j == NULL ? NULL : json_dumps(j, JSON_COMPACT);

	if (s != NULL)
		puts(s);
	free(s);
	json_decref(j);
	return s == NULL ? ERR_NOMEM : 0;
}

/* No field begins a formula: account_put() lets none in. */
void
user_print_field(const char *s, const char *end)
{
	bool quoted = strpbrk(s, ",\"") != NULL;

	if (quoted)
		putchar('"');
	for (; *s != '\0'; s++) {
		if (*s == '"')
			putchar('"');
		putchar(*s);
	}
	if (quoted)
		putchar('"');
	fputs(end, stdout);
}

static int
print_csv(const struct account *a)
{
	char roles[64];

	account_roles_text(a->roles, roles);
	user_print_field(a->login, ",");
	user_print_field(a->name, ",");
	user_print_field(a->department, ",");
	user_print_field(a->mail, ",");
	user_print_field(roles, ",");
	user_print_field(a->from, ",");
	user_print_field(a->until, "\r\n");
	return 0;
}

/* Why somebody may not come in or decide now. */
static void
print_marks(const struct account *a)
{
	if (a->is_disabled)
		printf("  %s", _("(disabled)"));
	else if (!account_is_valid(a))
		printf("  %s", _("(outside its dates)"));
	if (a->password_time[0] == '\0')
		printf("  %s", _("(no password)"));
	else if (a->must_change)
		printf("  %s", _("(must change the password)"));
	if (a->locked_until[0] != '\0')
		printf("  %s", _("(locked)"));
	if (account_is_away(a))
		printf(_("  (away; deputy: %s)"),
		    a->deputy[0] == '\0' ? "-" : a->deputy);
	putchar('\n');
}

static int
print_line(void *arg, const struct account *a)
{
	const struct user_ask *ask = arg;
	char roles[64];

	if (ask->json)
		return print_json(a);
	if (ask->csv)
		return print_csv(a);
	account_roles_text(a->roles, roles);
	printf("%s  %s  %s  %s", a->department, a->login, a->name, roles);
	print_marks(a);
	return 0;
}

int
user_list(struct people *p, const struct user_ask *ask)
{
	int e;

	if (ask->csv)
		fputs(USER_BOM "login,name,department,mail,roles,from,until"
			       "\r\n",
		    stdout);
	e = account_list(p, print_line, (void *)(uintptr_t)ask);
	if (e == 0)
		return STATUS_OK;
	log_error(_("the accounts cannot be read: %s"), cli_err(e));
	return cli_status(e);
}
