/* outlook_show FILE...: what our readers see in .msg, TNEF and uuencode. */
#include <fcntl.h>
#include <stdio.h>

#include "base/fsx.h"
#include "outlook_case.h"

static int
show(const char *path)
{
	static struct pdf_case c;
	struct buf in, out;
	int e;

	buf_init(&in, (size_t)1 << 29);
	if (fsx_slurp(AT_FDCWD, path, &in) != 0) {
		perror(path);
		return 1;
	}
	e = outlook_case_run(&c, in.data, in.len, &out);
	printf("== %s: %s %s\n%.*s%s%s", path, e == 0 ? "ok" : err_name(e),
	    c.res.message, e == 0 ? (int)out.len : 0,
	    out.data == NULL ? "" : (const char *)out.data, c.findings,
	    c.n_findings > 0 ? "\n" : "");
	buf_done(&in);
	buf_done(&out);
	return 0;
}

int
main(int argc, char **argv)
{
	int bad = 0;

	for (int i = 1; i < argc; i++)
		bad |= show(argv[i]);
	return bad;
}
