/*
 * The shared harness of the fuzz targets; see fuzz_common.h.
 */
#include "fuzz_common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIB (UINT64_C(1) << 20)

struct tally {
	unsigned removed; /* findings that are not ACT_KEPT */
	struct finding last;
};

static int
count_finding(void *arg, const struct finding *f)
{
	struct tally *t = arg;

	if (f->action != ACT_KEPT) {
		t->removed++;
		t->last = *f;
	}
	return 0;
}

static void
broken(const char *what, const struct doc_result *res, const struct tally *t)
{
	fprintf(stderr, "broken promise: %s: %s (%s)\n", what, res->message,
	    err_name(res->err));
	if (t->removed > 0)
		fprintf(stderr, "last finding: %s %s %s\n",
		    finding_name(t->last.id), t->last.where, t->last.detail);
	abort();
}

static void
small_limits(struct options *o)
{
	options_default(o);
	o->limits.max[BUDGET_EXPANDED_BYTES] = 32 * MIB;
	o->limits.max[BUDGET_OUT_BYTES] = 32 * MIB;
	o->limits.max[BUDGET_MEMORY_BYTES] = 64 * MIB;
	o->limits.max[BUDGET_MEMBERS] = 100;
	o->limits.max[BUDGET_XML_NODES] = 100000;
	o->limits.max[BUDGET_PIXELS] = 4000000;
	o->limits.max[BUDGET_FINDINGS] = 1000;
	o->limits.max_image_px = 1000000;
	o->limits.max_image_side_px = 4096;
}

static int
one_pass(const struct options *o, const char *expect, const uint8_t *data,
    size_t n, struct buf *out, struct doc_result *res, struct tally *t)
{
	struct sink sink;
	struct doc_job job = { .name = "",
		.options = o,
		.events = { .arg = t, .finding = count_finding },
		.out = &sink,
		.expect = expect };
	int e;

	memset(t, 0, sizeof(*t));
	reader_init(&job.in, data, n);
	sink_init_buf(&sink, out, o->limits.max[BUDGET_OUT_BYTES]);
	e = doc_run(&job, res);
	sink_done(&sink);
	return e;
}

/* The second pass over what the first one wrote. */
static void
prove(const struct options *o, const struct buf *first, const char *id)
{
	struct doc_result res;
	struct tally t;
	struct buf again;

	buf_init(&again, (size_t)o->limits.max[BUDGET_OUT_BYTES]);
	if (one_pass(o, id, first->data, first->len, &again, &res, &t) != 0)
		broken("the result is refused", &res, &t);
	if (again.len != first->len ||
	    (first->len > 0 &&
		memcmp(again.data, first->data, first->len) != 0))
		broken("the result changes again", &res, &t);
	if (t.removed > 0)
		broken("a finding in the result", &res, &t);
	buf_done(&again);
}

/* Once in a process, as the zygote does: it costs more than most inputs. */
static void
preload(void)
{
	static bool done;

	if (!done && doc_preload() != 0)
		abort();
	done = true;
}

int
fuzz_rebuild_with(const char *expect, const uint8_t *data, size_t n,
    void (*tune)(struct options *), struct buf *out)
{
	struct options o;
	struct doc_result res;
	struct tally t;
	struct buf first;
	int e;

	preload();
	small_limits(&o);
	if (tune != NULL)
		tune(&o);
	buf_init(&first, (size_t)o.limits.max[BUDGET_OUT_BYTES]);
	e = one_pass(&o, expect, data, n, &first, &res, &t);
	if (e == ERR_INTERNAL)
		broken("an internal error", &res, &t);
	if (e == 0)
		prove(&o, &first, res.out_format);
	if (e == 0 && out != NULL && buf_put(out, first.data, first.len) != 0)
		abort();
	buf_done(&first);
	return e;
}

int
fuzz_rebuild(const char *expect, const uint8_t *data, size_t n, struct buf *out)
{
	return fuzz_rebuild_with(expect, data, n, NULL, out);
}
