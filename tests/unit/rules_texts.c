/* Prints what docs and samples hold of the table of rules. */
#include <stdio.h>
#include <string.h>

#include "core/rules.h"

int
main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "example";
	char why[POLICY_WHY_BYTES];
	struct ruleset *set;
	struct buf b;
	int e;

	if (rules_load(NULL, &set, why) != 0)
		return 1;
	buf_init(&b, 1 << 20);
	if (strcmp(what, "manual") == 0)
		e = rules_manual(&b);
	else
		e = rules_print(set, strcmp(what, "example-ja") == 0, &b);
	if (e == 0)
		fwrite(b.data, 1, b.len, stdout);
	buf_done(&b);
	rules_free(set);
	return e != 0;
}
