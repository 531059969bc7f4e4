/*
 * Reads XML parts through the grammar and says what it drops; checks that
 * what is written reads back the same with nothing left to drop.
 *
 *   xml_survey [-w] [-q] [-t] < LIST
 *
 * LIST has lines FILE<TAB>URI<TAB>ROOT. A line for each dropped thing:
 * "drop", known or unknown, parent, name, namespace, file. -w: write the
 * rebuilt part to FILE.out. -q: no list. -t: say the speed. Exit 1 when a part
 * was refused or its output was no fixpoint.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fsx.h"
#include "formats/xmlx.h"

#define MAX_BYTES ((size_t)1 << 30)

static bool quiet, keep, timed;
static uint16_t root;
static const char *file;
static unsigned drops;
static struct buf *into;

static int
to_buf(void *arg, const void *p, size_t n)
{
	return buf_put(arg, p, n);
}

/* As if all code had done its part. */
static void
settle(struct xnode *n)
{
	n->done = true;
	for (struct xattr *a = n->attrs; a != NULL; a = a->next)
		xattr_done(a);
}

static int
unit(void *arg, struct xnode *n, bool *drop)
{
	(void)arg;
	(void)drop;
	settle(n);
	for (struct xnode *c = xnode_next(n, n); c != NULL;
	     c = xnode_next(c, n))
		settle(c);
	return 0;
}

static int
dropped(void *arg, const struct xnode *parent, const char *uri,
    const char *name, bool is_attr, bool known)
{
	(void)arg;
	(void)is_attr;
	drops++;
	if (!quiet)
		printf("drop\t%s\t%s:%s\t%s\t%s\t%s\n",
		    known ? "known" : "unknown",
		    parent == NULL ? ""
				   : schema_prefix(schema_ns(parent->name)),
		    parent == NULL ? "" : schema_local(parent->name), name, uri,
		    file);
	return 0;
}

static int
rebuild(struct doc *d)
{
	struct xml_events ev = { .unit = unit, .dropped = dropped };
	struct reader in = doc_in(d);
	struct timespec a, b;
	struct xml_parser *p;
	size_t step;
	int e;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	if ((e = xml_begin(d, "", schema_root(root), &ev, to_buf, into, &p)) !=
	    0)
		return e;
	for (size_t at = 0; e == 0 && at < in.len; at += step) {
		step = in.len - at > 65536 ? 65536 : in.len - at;
		e = xml_feed(p, in.data + at, step);
	}
	if (e == 0)
		e = xml_end(p);
	xml_free(p);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	if (timed)
		printf("speed\t%.0f MB/s\t%s\n",
		    (double)in.len / ((double)(b.tv_sec - a.tv_sec) * 1e6 +
					 (double)(b.tv_nsec - a.tv_nsec) / 1e3),
		    file);
	return e;
}

static enum probe
probe(const struct reader *r, const char **sub)
{
	(void)r;
	(void)sub;
	return PROBE_YES;
}

static const struct format format_any = {
	.id = "any", .probe = probe, .rebuild = rebuild
};

/* Stands in for registry.c. */
const struct format *const formats[] = { &format_any, NULL };

static int
pass(const struct buf *in, struct buf *out, const struct options *opt,
    struct doc_result *res)
{
	struct doc_job job = { .name = "", .options = opt, .expect = "any" };
	struct buf none;
	struct sink sink;
	int e;

	buf_init(&none, 1);
	buf_reader(in, &job.in);
	sink_init_buf(&sink, &none, 1);
	job.out = &sink;
	into = out;
	drops = 0;
	e = doc_run(&job, res);
	sink_done(&sink);
	buf_done(&none);
	return e;
}

static int
survey(const struct options *opt)
{
	struct doc_result res;
	struct buf in, out, again;
	char name[4096];
	int bad = 0;

	buf_init(&in, MAX_BYTES);
	buf_init(&out, MAX_BYTES);
	buf_init(&again, MAX_BYTES);
	if (fsx_slurp(AT_FDCWD, file, &in) != 0)
		bad = printf("fail\tunreadable\t%s\n", file);
	else if (pass(&in, &out, opt, &res) != 0)
		bad = printf("fail\t%s\t%s\n", res.message, file);
	else if (pass(&out, &again, opt, &res) != 0 || drops > 0)
		bad = printf("fail\tsecond pass: %u dropped, %s\t%s\n", drops,
		    res.message, file);
	else if (out.len != again.len ||
		 (out.len > 0 && memcmp(out.data, again.data, out.len) != 0))
		bad = printf("fail\tno fixpoint\t%s\n", file);
	snprintf(name, sizeof(name), "%s.out", file);
	if (keep &&
	    fsx_publish(AT_FDCWD, name, out.data, out.len, 0644, false) != 0)
		bad = 1;
	buf_done(&in);
	buf_done(&out);
	buf_done(&again);
	return bad != 0;
}

int
main(int argc, char **argv)
{
	static struct options opt;
	char line[8192], *uri, *local;
	int bad = 0;

	for (int i = 1; i < argc; i++) {
		quiet |= strcmp(argv[i], "-q") == 0;
		timed |= strcmp(argv[i], "-t") == 0;
		keep |= strcmp(argv[i], "-w") == 0;
	}
	options_default(&opt);
	if (hash_setup() != 0 || xml_preload() != 0)
		return 70;
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		file = strtok(line, "\t");
		uri = strtok(NULL, "\t");
		local = strtok(NULL, "\t");
		if (local == NULL)
			return 64;
		root = schema_name(strcmp(uri, "-") == 0 ? "" : uri, local);
		bad |= survey(&opt);
	}
	return bad;
}
