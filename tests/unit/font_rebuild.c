/* Rebuild one font program outside the cage: font_rebuild KIND IN OUT. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/fsx.h"
#include "formats/pdf/font_int.h"
#include "formats/pdf/pdf.h"

static const char *const kinds[] = { "t1", "tt", "t1c", "cid", "otf" };

static int
usage(void)
{
	fprintf(stderr, "usage: font_rebuild t1|tt|t1c|cid|otf IN OUT\n");
	return 64;
}

int
main(int argc, char **argv)
{
	struct pfont f = { .where = "" };
	struct font_notes n = { 0 };
	struct buf in, out;
	FILE *to;
	int e, kind = -1;

	for (int i = 0; argc == 4 && i < 5; i++)
		if (strcmp(argv[1], kinds[i]) == 0)
			kind = i;
	if (kind < 0)
		return usage();
	f.kind = (enum pfont_file)kind;
	buf_init(&in, FONT_MAX_BYTES);
	buf_init(&out, FONT_MAX_BYTES);
	if ((e = fsx_slurp(AT_FDCWD, argv[2], &in)) == 0) {
		buf_reader(&in, &f.bytes);
		e = font_rebuild(&f, &out, &n);
	}
	printf("%s %s%s%s%s%s%s glyphs=%u %zu %zu\n",
	    e == 0 ? kinds[f.kind] : err_name(e),
	    n.instructions ? " instructions" : "", n.tables ? " tables:" : "",
	    n.first, n.names ? " names" : "", n.repaired ? " repaired" : "",
	    n.converted ? " converted" : "", n.glyphs, in.len, out.len);
	if (e == 0 && (to = fopen(argv[3], "wb")) != NULL) {
		fwrite(out.data, 1, out.len, to);
		fclose(to);
	}
	buf_done(&in);
	buf_done(&out);
	return e == 0 ? 0 : 1;
}
