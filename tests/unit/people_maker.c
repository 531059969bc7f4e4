/* Makes accounts for tests: people_maker STATE LOGIN DEPARTMENT ROLES PASSWORD
 * [must-change] ...: each four or five words an account. */
#include <stdio.h>
#include <string.h>

#include "quarantine/account.h"

static int
make(struct people *p, char **w)
{
	char why[POLICY_WHY_BYTES] = "";
	struct account a = { .language = "" };
	int e;

	snprintf(a.login, sizeof(a.login), "%s", w[0]);
	snprintf(a.name, sizeof(a.name), "%s", w[0]);
	snprintf(a.department, sizeof(a.department), "%s", w[1]);
	snprintf(a.language, sizeof(a.language), "ja");
	if ((e = account_roles_read(w[2], &a.roles)) != 0)
		return e;
	if ((e = account_put(p, &a, "test", why)) != 0) {
		fprintf(stderr, "%s: %s\n", w[0], why);
		return e;
	}
	return account_set_password(p, w[0], w[3], strlen(w[3]),
	    strcmp(w[4], "must-change") == 0, "test");
}

int
main(int argc, char **argv)
{
	struct people *p = NULL;
	struct audit *audit = NULL;
	struct keys keys;
	char why[256];
	int e;

	if (argc < 7 || hash_setup() != 0)
		return 64;
	if ((e = keys_open(argv[1], true, &keys, why)) == 0 &&
	    (e = audit_open(argv[1], &keys, 1000, &audit)) == 0)
		e = people_open(argv[1], &keys, audit, &p);
	for (int i = 2; e == 0 && i + 4 < argc; i += 5)
		e = make(p, argv + i);
	if (p != NULL)
		people_close(p);
	if (audit != NULL && audit_close(audit) != 0)
		e = ERR_IO;
	if (e != 0)
		fprintf(stderr, "%s\n", err_text(e));
	return e == 0 ? 0 : 1;
}
