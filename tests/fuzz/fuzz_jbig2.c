/*
 * Fuzz target: formats/codec/jbig2*.c, segments without a document around
 * them. Seeds: tests/fuzz/seeds/jbig2 (tests/make/jbig2.py). What comes out
 * is rows of the size that was said, with nothing behind the last pixel.
 */
#include <stdio.h>
#include <stdlib.h>

#include "formats/codec/jbig2.h"
#include "formats/format.h"
#include "fuzz_common.h"

#define MIB (UINT64_C(1) << 20)

static void
check(const struct buf *rows, const struct jb2_result *r)
{
	size_t stride = ((size_t)r->width + 7) / 8;
	uint8_t tail = (uint8_t)(r->width % 8 == 0 ? 0 : 0xff >> r->width % 8);

	if (r->width == 0 || r->height == 0 ||
	    rows->len != stride * r->height) {
		fprintf(stderr, "broken promise: %u x %u in %zu bytes\n",
		    (unsigned)r->width, (unsigned)r->height, rows->len);
		abort();
	}
	for (size_t i = stride; i <= rows->len; i += stride)
		if ((rows->data[i - 1] & tail) != 0)
			abort();
}

static int
rebuild(struct doc *d)
{
	struct reader in = doc_in(d);
	struct jb2_result r;
	struct buf out;
	int e;

	buf_init(&out, 16 * MIB);
	e = jb2_decode(d, &in, NULL, &out, &r);
	if (e == 0) {
		check(&out, &r);
		e = doc_put(d, out.data, out.len);
	}
	buf_done(&out);
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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static bool loaded;
	struct options o;
	struct sink sink;
	struct buf out;
	struct doc_result res;
	struct doc_job job = {
		.name = "", .options = &o, .out = &sink, .expect = "any"
	};

	if (!loaded && (hash_setup() != 0 || doc_preload() != 0))
		abort();
	loaded = true;
	options_default(&o);
	o.limits.max[BUDGET_MEMORY_BYTES] = 64 * MIB;
	o.limits.max[BUDGET_PIXELS] = 4000000;
	o.limits.max_image_px = 1000000;
	o.limits.max_image_side_px = 4096;
	reader_init(&job.in, data, n);
	buf_init(&out, 16 * MIB);
	sink_init_buf(&sink, &out, 16 * MIB);
	if (doc_run(&job, &res) == ERR_INTERNAL) {
		fprintf(stderr, "broken promise: %s\n", res.message);
		abort();
	}
	sink_done(&sink);
	buf_done(&out);
	return 0;
}
