/*
 * Says what files are: path, result, structure, magic, name; one line each,
 * tab-separated. identify_list [-t] FILE...; -t adds the time libmagic took.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "formats/doc.h"

static void *
slurp(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	size_t cap = 1 << 20, got;
	char *p = malloc(cap);

	*n = 0;
	while (f != NULL && p != NULL &&
	       (got = fread(p + *n, 1, cap - *n, f)) > 0) {
		*n += got;
		if (*n == cap)
			p = realloc(p, cap *= 2);
	}
	if (f != NULL)
		fclose(f);
	return p;
}

static double
us_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void
say(const char *path, bool timed)
{
	const char *base = strrchr(path, '/');
	struct identity id;
	struct reader r;
	double t0, t1, t2;
	size_t n;
	char *p = slurp(path, &n);
	int e;

	if (p == NULL)
		exit(1);
	reader_init(&r, p, n);
	base = base == NULL ? path : base + 1;
	t0 = us_now();
	e = identify(&r, base, false, &id);
	t1 = us_now();
	e = identify(&r, base, true, &id);
	t2 = us_now();
	printf("%s\t%s\t%s\t%s\t%s\t%d", path, err_name(e), id.structure,
	    id.magic, id.name, id.magic_agrees);
	if (timed)
		printf("\t%.0f\t%.0f", t1 - t0, t2 - t1 - (t1 - t0));
	putchar('\n');
	free(p);
}

int
main(int argc, char **argv)
{
	bool timed = argc > 1 && strcmp(argv[1], "-t") == 0;

	if (doc_preload() != 0)
		return 1;
	for (int i = timed ? 2 : 1; i < argc; i++)
		say(argv[i], timed);
	return 0;
}
