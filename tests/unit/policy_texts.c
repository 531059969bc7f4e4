/* Prints what docs and samples hold of the policy table. */
#include <stdio.h>
#include <string.h>

#include "core/policy.h"

int
main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "example";
	struct policy p;
	struct buf b;
	int e;

	policy_default(&p);
	buf_init(&b, 1 << 20);
	if (strcmp(what, "manual") == 0)
		e = policy_manual(&b);
	else
		e = policy_print(&p, strcmp(what, "example-ja") == 0, &b);
	if (e == 0)
		fwrite(b.data, 1, b.len, stdout);
	buf_done(&b);
	return e != 0;
}
