/*
 * sekisho user: the accounts of the console and of the drop folder.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cmd/user.h"

static const char usage[] =
    N_("Usage: sekisho user list [--json | --csv]\n"
       "       sekisho user add|set [OPTION]... LOGIN\n"
       "       sekisho user password [--generate] [--keep] LOGIN\n"
       "       sekisho user password --generate --new\n"
       "       sekisho user unlock|disable LOGIN...\n"
       "       sekisho user import [--effective DATE] [--apply] FILE\n"
       "       sekisho user pending [--cancel DATE]\n"
       "Accounts: who may sign in, in which roles, for which department. An\n"
       "import (CSV: login,name,department,mail,roles,from,until) shows what "
       "it\nwould change, until it is run with --apply. A new password is "
       "asked\nfor, or read from standard input; the person changes it at "
       "the first\nsign-in.\n\n"
       "      --name TEXT          the person's name\n"
       "      --department NAME    a folder's name\n"
       "      --roles LIST         of staff, approver, administrator, "
       "auditor\n"
       "      --mail ADDRESS       for notices\n"
       "      --language ja|en     of pages and notices\n"
       "      --from DATE          valid from this day on (2027-04-01)\n"
       "      --until DATE         valid up to this day\n"
       "      --deputy LOGIN       acts while the person is away\n"
       "      --away-from DATE     first day away\n"
       "      --away-until DATE    last day away\n"
       "      --enable             set: no longer disabled\n"
       "      --generate           password: make one and print it\n"
       "      --new                password: for all who have none yet; "
       "prints\n                           a list (CSV) to hand out\n"
       "      --keep               password: it need not be changed\n"
       "      --effective DATE     import: on this day\n"
       "      --apply              import: do it\n"
       "      --cancel DATE        pending: forget the rows of this day\n"
       "      --json               list: for machines\n"
       "      --csv                list: as an import reads it\n"
       "      --state DIR          the gateway's state folder\n"
       "      --policy FILE        the site's policy\n"
       "      --profile NAME       a profile of the policy\n"
       "      --help               this text\n");

enum {
	OPT_ROLES = 256,
	OPT_ENABLE,
	OPT_GENERATE,
	OPT_NEW,
	OPT_KEEP,
	OPT_EFFECTIVE,
	OPT_APPLY,
	OPT_CANCEL,
	OPT_JSON,
	OPT_CSV,
	OPT_HELP,
	OPT_TEXTS /* first of texts[] */
};

/* Options whose value is a text of the account. */
#define TEXT(name, bit, field) \
	{ \
		name, bit, offsetof(struct account, field), \
		    sizeof(((struct account *)NULL)->field) \
	}

static const struct {
	const char *name;
	unsigned bit;
	size_t offset, size;
} texts[] = {
	TEXT("name", USER_NAME, name),
	TEXT("department", USER_DEPARTMENT, department),
	TEXT("mail", USER_MAIL, mail),
	TEXT("language", USER_LANGUAGE, language),
	TEXT("from", USER_FROM, from),
	TEXT("until", USER_UNTIL, until),
	TEXT("deputy", USER_DEPUTY, deputy),
	TEXT("away-from", USER_AWAY_FROM, away_from),
	TEXT("away-until", USER_AWAY_UNTIL, away_until),
};

#define N_TEXTS (sizeof(texts) / sizeof(texts[0]))

static const struct option longs[] = {
	{ "name", required_argument, NULL, OPT_TEXTS },
	{ "department", required_argument, NULL, OPT_TEXTS + 1 },
	{ "mail", required_argument, NULL, OPT_TEXTS + 2 },
	{ "language", required_argument, NULL, OPT_TEXTS + 3 },
	{ "from", required_argument, NULL, OPT_TEXTS + 4 },
	{ "until", required_argument, NULL, OPT_TEXTS + 5 },
	{ "deputy", required_argument, NULL, OPT_TEXTS + 6 },
	{ "away-from", required_argument, NULL, OPT_TEXTS + 7 },
	{ "away-until", required_argument, NULL, OPT_TEXTS + 8 },
	{ "roles", required_argument, NULL, OPT_ROLES },
	{ "enable", no_argument, NULL, OPT_ENABLE },
	{ "generate", no_argument, NULL, OPT_GENERATE },
	{ "new", no_argument, NULL, OPT_NEW },
	{ "keep", no_argument, NULL, OPT_KEEP },
	{ "effective", required_argument, NULL, OPT_EFFECTIVE },
	{ "apply", no_argument, NULL, OPT_APPLY },
	{ "cancel", required_argument, NULL, OPT_CANCEL },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "csv", no_argument, NULL, OPT_CSV },
	CLI_POLICY_OPTIONS,
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

int
user_failed(const char *login, int e)
{
	if (e == ERR_NOENT) {
		log_error(_("%s: no such account; 'sekisho user list' shows "
			    "them"),
		    login);
		return STATUS_NOINPUT;
	}
	log_error("%s: %s", login, cli_err(e));
	return cli_status(e);
}

/* The values given over what is there. */
static void
merge(const struct user_ask *ask, struct account *a)
{
	for (size_t i = 0; i < N_TEXTS; i++)
		if ((ask->gives & texts[i].bit) != 0)
			memcpy((char *)a + texts[i].offset,
			    (const char *)&ask->given + texts[i].offset,
			    texts[i].size);
	if ((ask->gives & USER_ROLES) != 0)
		a->roles = ask->given.roles;
	if ((ask->gives & USER_ENABLE) != 0)
		a->is_disabled = false;
}

static int
put(struct people *p, const struct account *a, const char *login)
{
	char why[POLICY_WHY_BYTES] = "";
	int e = account_put(p, a, cli_who(), why);

	if (e == 0)
		return STATUS_OK;
	if (e != ERR_MALFORMED)
		return user_failed(login, e);
	log_error("%s: %s", login, _(why));
	return STATUS_NOT_ALL;
}

static int
add(struct people *p, const struct user_ask *ask, const char *login)
{
	struct account a = { .must_change = true, .roles = ROLE_STAFF }, old;
	int e = account_get(p, login, &old), status;

	if (e == 0) {
		log_error(_("%s: there is such an account; 'sekisho user set' "
			    "changes it"),
		    login);
		return STATUS_NOT_ALL;
	}
	if (e != ERR_NOENT)
		return user_failed(login, e);
	merge(ask, &a);
	if (strlen(login) < sizeof(a.login))
		snprintf(a.login, sizeof(a.login), "%s", login);
	if ((status = put(p, &a, login)) == STATUS_OK)
		printf(_("%s: made; it has no password yet: 'sekisho user "
			 "password %s'\n"),
		    login, login);
	return status;
}

static int
set(struct people *p, const struct user_ask *ask, const char *login)
{
	struct account a;
	int e, status;

	if ((e = account_get(p, login, &a)) != 0)
		return user_failed(login, e);
	merge(ask, &a);
	if ((status = put(p, &a, login)) == STATUS_OK)
		printf(_("%s: changed\n"), login);
	return status;
}

static int
unlock(struct people *p, const struct user_ask *ask, const char *login)
{
	int e = account_unlock(p, login, cli_who());

	(void)ask;
	if (e != 0)
		return user_failed(login, e);
	printf(_("%s: unlocked\n"), login);
	return STATUS_OK;
}

static int
disable(struct people *p, const struct user_ask *ask, const char *login)
{
	struct account a;
	int e, status;

	(void)ask;
	if ((e = account_get(p, login, &a)) != 0)
		return user_failed(login, e);
	a.is_disabled = true;
	if ((status = put(p, &a, login)) == STATUS_OK)
		printf(_("%s: disabled\n"), login);
	return status;
}

static int
list(struct people *p, const struct user_ask *ask, const char *none)
{
	(void)none;
	return user_list(p, ask);
}

static int
pending(struct people *p, const struct user_ask *ask, const char *none)
{
	(void)none;
	return user_pending(p, ask);
}

static int
password(struct people *p, const struct user_ask *ask, const char *login)
{
	return login == NULL ? user_passwords(p, ask)
			     : user_password(p, ask, login);
}

static const struct {
	const char *name;
	int (*run)(struct people *, const struct user_ask *, const char *);
	int least, most;
} verbs[] = {
	{ "list", list, 0, 0 },
	{ "add", add, 1, 1 },
	{ "set", set, 1, 1 },
	{ "password", password, 1, 1 },
	{ "unlock", unlock, 1, 10000 },
	{ "disable", disable, 1, 10000 },
	{ "import", user_import, 1, 1 },
	{ "pending", pending, 0, 0 },
};

#define N_VERBS (sizeof(verbs) / sizeof(verbs[0]))

static int
run(size_t verb, const struct user_ask *ask, char **args, int n)
{
	struct cli_state st = { .audit = NULL };
	struct policy p;
	int status, one, last;

	if ((status = cli_load_policy("user", &ask->which, &p)) != 0)
		return status;
	status = cli_state_open(&st, &p,
	    STATE_PEOPLE |
		(verbs[verb].run == add || ask->apply ? STATE_CREATE : 0));
	if (status == STATUS_OK && n == 0)
		status = verbs[verb].run(st.people, ask, NULL);
	else if (status == STATUS_OK)
		for (int i = 0; i < n; i++)
			if ((one = verbs[verb].run(st.people, ask, args[i])) !=
			    STATUS_OK)
				status = one;
	last = cli_state_close(&st);
	return status != 0 ? status : last;
}

static int
take_text(struct user_ask *a, size_t i)
{
	if (strlen(optarg) >= texts[i].size)
		return cli_usage("user", _("--%s: too long"), texts[i].name);
	memcpy((char *)&a->given + texts[i].offset, optarg, strlen(optarg) + 1);
	a->gives |= texts[i].bit;
	return STATUS_OK;
}

/* One option; STATUS_OK to go on, -1 when help was printed. */
static int
take_option(struct user_ask *a, int c, char **argv)
{
	if (c >= OPT_TEXTS && c < OPT_TEXTS + (int)N_TEXTS)
		return take_text(a, (size_t)(c - OPT_TEXTS));
	switch (c) {
	case OPT_ROLES:
		a->gives |= USER_ROLES;
		return account_roles_read(optarg, &a->given.roles) == 0
			   ? STATUS_OK
			   : cli_usage("user",
				 _("--roles: staff, approver, administrator, "
				   "auditor, blanks between"));
	case OPT_ENABLE:
		a->gives |= USER_ENABLE;
		return STATUS_OK;
	case OPT_GENERATE:
		a->generate = true;
		return STATUS_OK;
	case OPT_NEW:
		a->all_new = true;
		return STATUS_OK;
	case OPT_KEEP:
		a->keep = true;
		return STATUS_OK;
	case OPT_EFFECTIVE:
		a->effective = optarg;
		return cli_date("user", optarg);
	case OPT_APPLY:
		a->apply = true;
		return STATUS_OK;
	case OPT_CANCEL:
		a->cancel = optarg;
		return cli_date("user", optarg);
	case OPT_JSON:
		a->json = true;
		return STATUS_OK;
	case OPT_CSV:
		a->csv = true;
		return STATUS_OK;
	case OPT_STATE:
	case OPT_POLICY:
	case OPT_PROFILE:
		cli_policy_option(c, &a->which);
		return STATUS_OK;
	case OPT_HELP:
		(void)cli_help(_(usage));
		return -1;
	default:
		return cli_bad_option("user", argv);
	}
}

int
cmd_user(int argc, char **argv)
{
	struct user_ask a = { .json = false };
	int c, n, status;
	size_t verb;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1)
		if ((status = take_option(&a, c, argv)) != STATUS_OK)
			return status < 0 ? STATUS_OK : status;
	n = argc - optind - 1;
	for (verb = 0; n >= 0 && verb < N_VERBS; verb++)
		if (strcmp(verbs[verb].name, argv[optind]) == 0)
			break;
	if (n < 0 || verb == N_VERBS)
		return cli_usage("user",
		    _("say list, add, set, password, unlock, disable, import "
		      "or pending"));
	if (a.all_new && (verbs[verb].run != password || !a.generate || n > 0))
		return cli_usage("user",
		    _("--new: with password --generate, and no login"));
	if ((n < verbs[verb].least && !a.all_new) || n > verbs[verb].most)
		return cli_usage("user",
		    verbs[verb].most == 0 ? _("%s takes no argument")
		    : verbs[verb].run == user_import
			? _("%s: name the list (CSV)")
			: _("%s: name the login"),
		    verbs[verb].name);
	return run(verb, &a, argv + optind + 1, n);
}
