/*
 * Lists a ZIP file as zipx reads it, one line an entry: size, CRC-32, name;
 * each entry is unpacked. Corpus and integration scripts compare this with
 * other readers.
 *
 *   zip_list [-o] [-r] [-p PASSWORD]... FILE
 *
 * -o: by the rules of documents (ZIPX_OPC). -r: write the archive anew, to
 * standard output, instead of listing. Exit 1 and a reason when refused.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/fsx.h"
#include "formats/zipx.h"

#define MAX_PASSWORDS 8

static unsigned flags;
static bool again;

struct seen {
	uint32_t crc;
	uint64_t n;
};

static int
count(void *arg, const void *p, size_t n)
{
	struct seen *s = arg;

	s->crc = (uint32_t)crc32_z(s->crc, p, n);
	s->n += n;
	return 0;
}

static int
copy(void *arg, const void *p, size_t n)
{
	return zipw_put(arg, p, n);
}

static int
list_one(struct zipx *z, size_t i)
{
	const struct zip_entry *en = zipx_entry(z, i);
	struct seen s = { 0 };
	int e = 0;

	if (!en->is_dir)
		e = zipx_unpack(z, i, count, &s);
	if (e == 0)
		printf("%llu\t%08x\t%s\n", (unsigned long long)s.n, s.crc,
		    en->name);
	return e;
}

static int
copy_one(struct zipx *z, size_t i, struct zipw *w)
{
	const struct zip_entry *en = zipx_entry(z, i);
	int e;

	if ((e = zipw_begin(w, en->name, en->mtime_dos, false)) != 0 ||
	    (!en->is_dir && (e = zipx_unpack(z, i, copy, w)) != 0))
		return e;
	return zipw_end(w);
}

static int
rebuild(struct doc *d)
{
	struct zipx *z;
	struct zipw *w;
	int e;

	if ((e = zipx_open(d, flags, &z)) != 0 || (e = zipw_new(d, &w)) != 0)
		return e;
	for (size_t i = 0; e == 0 && i < zipx_count(z); i++)
		e = again ? copy_one(z, i, w) : list_one(z, i);
	return e == 0 && again ? zipw_finish(w, false, NULL) : e;
}

static enum probe
probe(const struct reader *r, const char **sub)
{
	(void)r;
	(void)sub;
	return PROBE_YES;
}

static const struct format format_any = {
	.id = "zip", .probe = probe, .rebuild = rebuild
};

/* Stands in for registry.c. */
const struct format *const formats[] = { &format_any, NULL };

static int
run(const char *path, const struct passwords *pw)
{
	struct doc_result res;
	struct options options;
	struct doc_job job = { .options = &options,
		.name = "",
		.passwords = *pw,
		.expect = "zip" };
	struct buf in;
	struct sink out;
	int e;

	options_default(&options);
	buf_init(&in, (size_t)options.limits.max_in_bytes);
	sink_init_fd(&out, STDOUT_FILENO, UINT64_MAX);
	if ((e = fsx_slurp(AT_FDCWD, path, &in)) == 0) {
		buf_reader(&in, &job.in);
		job.out = &out;
		e = doc_run(&job, &res);
		if (e != 0)
			fprintf(stderr, "%s: %s\n", err_name(e), res.message);
	}
	sink_done(&out);
	buf_done(&in);
	return e == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	struct reader list[MAX_PASSWORDS];
	struct passwords pw = { list, 0 };
	int c;

	while ((c = getopt(argc, argv, "orp:")) != -1) {
		if (c == 'p' && pw.n < MAX_PASSWORDS)
			reader_init(&list[pw.n++], optarg, strlen(optarg));
		else if (c == 'o')
			flags |= ZIPX_OPC;
		else if (c == 'r')
			again = true;
		else
			return 64;
	}
	if (optind + 1 != argc || hash_setup() != 0 || zipx_preload() != 0)
		return 64;
	return run(argv[optind], &pw);
}
