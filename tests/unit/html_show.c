/*
 * HTML to text or to clean HTML on the command line, for tests.
 *
 *   html_show text|clean [--links keep|remove|show] FILE
 *
 * The result goes to standard output; findings, one JSON object a line, to
 * standard error. FILE is UTF-8, as it comes out of a mail. Two pictures are
 * known: cid:one (one.png) and cid:two (two.jpg). Exit status as run_format.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/fsx.h"
#include "html_case.h"

static int
on_finding(void *arg, const struct finding *f)
{
	(void)arg;
	fprintf(stderr,
	    "{\"finding\":\"%s\",\"action\":\"%s\",\"count\":%u,"
	    "\"detail\":\"%s\"}\n",
	    finding_name(f->id), finding_action_name(f->action),
	    (unsigned)f->count, f->detail);
	return 0;
}

int
main(int argc, char **argv)
{
	struct html_case c = { .finding = on_finding };
	struct buf in, out;
	int e, i = 2;

	if (argc < 3)
		return 64;
	c.clean = strcmp(argv[1], "clean") == 0;
	if (strcmp(argv[i], "--links") == 0 && argc > 4) {
		c.links = strcmp(argv[3], "remove") == 0 ? URL_REMOVE
			  : strcmp(argv[3], "show") == 0 ? URL_SHOW
							 : URL_KEEP;
		i = 4;
	}
	buf_init(&in, 1u << 28);
	buf_init(&out, 1u << 28);
	if ((e = fsx_slurp(AT_FDCWD, argv[i], &in)) != 0)
		return 65;
	buf_reader(&in, &c.in);
	if ((e = html_case_run(&c, &out)) == 0 && out.len > 0)
		fwrite(out.data, 1, out.len, stdout);
	else if (e != 0)
		fprintf(stderr, "%s: %s\n", err_name(e), c.message);
	buf_done(&in);
	buf_done(&out);
	return -e;
}
