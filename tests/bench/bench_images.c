/*
 * How long do pictures take? In one process, after preload, as the caged
 * worker does it: rebuild and the proof of what it wrote.
 *
 *   bench_images ROUNDS FILE...
 *
 * One line a file: name, bytes in, bytes out, milliseconds of both passes,
 * and for PNG the milliseconds of libpng alone, decoding and encoding once.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <png.h>

#include "base/fsx.h"
#include "formats/doc.h"

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int
pass(const struct buf *in, const char *expect, struct buf *out)
{
	struct options o;
	struct doc_result res;
	struct sink sink;
	struct doc_job job = {
		.name = "", .options = &o, .out = &sink, .expect = expect
	};
	int e;

	options_default(&o);
	buf_reader(in, &job.in);
	buf_clear(out);
	sink_init_buf(&sink, out, o.limits.max[BUDGET_OUT_BYTES]);
	e = doc_run(&job, &res);
	sink_done(&sink);
	return e;
}

static void
count_bytes(png_structp p, png_bytep bytes, size_t n)
{
	size_t *total = png_get_io_ptr(p);

	(void)bytes;
	*total += n;
}

static void
no_flush(png_structp p)
{
	(void)p;
}

static void
give_bytes(png_structp p, png_bytep to, size_t n)
{
	struct reader *r = png_get_io_ptr(p);
	const uint8_t *from;

	if (reader_bytes(r, n, &from) != 0)
		png_error(p, "short");
	memcpy(to, from, n);
}

/* libpng alone, the same settings: 0, or -1 when it refuses. */
static int
plain_png(const struct buf *in)
{
	png_structp p =
	    png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
	png_infop i = png_create_info_struct(p);
	png_structp w =
	    png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
	struct reader r;
	size_t total = 0;

	buf_reader(in, &r);
	if (setjmp(png_jmpbuf(p)) != 0 || setjmp(png_jmpbuf(w)) != 0)
		return -1;
	png_set_read_fn(p, &r, give_bytes);
	png_read_png(p, i, 0, NULL);
	png_set_write_fn(w, &total, count_bytes, no_flush);
	png_set_compression_level(w, 6);
	png_set_rows(w, i, png_get_rows(p, i));
	png_write_png(w, i, 0, NULL);
	png_destroy_write_struct(&w, NULL);
	png_destroy_read_struct(&p, &i, NULL);
	return 0;
}

static int
bench(const char *path, unsigned rounds)
{
	struct buf in, out, again;
	const char *id;
	double t, both, plain = 0;
	int e;

	buf_init(&in, (size_t)1 << 29);
	buf_init(&out, (size_t)1 << 29);
	buf_init(&again, (size_t)1 << 29);
	if ((e = fsx_slurp(AT_FDCWD, path, &in)) != 0)
		goto out;
	id = in.len > 0 && in.data[0] == 0xff ? "jpeg" : "png";
	t = now_ms();
	for (unsigned i = 0; i < rounds && e == 0; i++)
		if ((e = pass(&in, NULL, &out)) == 0)
			e = pass(&out, id, &again);
	both = (now_ms() - t) / rounds;
	if (e == 0 && strcmp(id, "png") == 0) {
		t = now_ms();
		for (unsigned i = 0; i < rounds; i++)
			if (plain_png(&in) != 0)
				break;
		plain = (now_ms() - t) / rounds;
	}
	printf("%s\t%zu\t%zu\t%.2f\t%.2f\n", path, in.len, out.len, both,
	    plain);
out:
	if (e != 0)
		fprintf(stderr, "bench_images: %s: %s\n", path, err_text(e));
	buf_done(&in);
	buf_done(&out);
	buf_done(&again);
	return e;
}

int
main(int argc, char **argv)
{
	unsigned rounds;
	int bad = 0;

	if (argc < 3 || (rounds = (unsigned)strtoul(argv[1], NULL, 10)) == 0) {
		fprintf(stderr, "usage: bench_images ROUNDS FILE...\n");
		return 64;
	}
	if (doc_preload() != 0)
		return 70;
	for (int i = 2; i < argc; i++)
		bad |= bench(argv[i], rounds) != 0;
	return bad;
}
