/*
 * For tests of the text family: rebuild bytes under a name, check that the
 * result is a fixpoint, and collect the findings.
 */
#ifndef TESTS_TEXT_RUN_H
#define TESTS_TEXT_RUN_H

#include <stdio.h>
#include <string.h>
#include <criterion/criterion.h>

#include "formats/doc.h"

struct text_run {
	struct buf out;
	struct doc_result res;
	uint32_t count[FIND_COUNT]; /* by finding id */
	char where[FIND_COUNT][FINDING_WHERE_BYTES];
	uint32_t changed; /* findings that are not ACT_KEPT */
	int err;
};

static int
text_run_note(void *arg, const struct finding *f)
{
	struct text_run *t = arg;

	if (t->count[f->id] == 0)
		memcpy(t->where[f->id], f->where, sizeof(f->where));
	t->count[f->id] += f->count;
	t->changed += f->action != ACT_KEPT;
	return 0;
}

static inline void
text_run_once(struct text_run *t, const struct options *o, const char *name,
    const void *data, size_t n)
{
	struct sink sink;
	struct doc_job job = { .name = name,
		.options = o,
		.events = { .arg = t, .finding = text_run_note },
		.out = &sink };

	memset(t, 0, sizeof(*t));
	buf_init(&t->out, 64u << 20);
	reader_init(&job.in, data, n);
	sink_init_buf(&sink, &t->out, 64u << 20);
	t->err = doc_run(&job, &t->res);
	sink_done(&sink);
}

static inline void
text_run_with(struct text_run *t, const struct options *o, const char *name,
    const void *data, size_t n)
{
	static bool loaded;
	struct text_run again;
	char then[DOC_NAME_BYTES];

	if (!loaded)
		cr_assert_eq(doc_preload(), 0);
	loaded = true;
	text_run_once(t, o, name, data, n);
	if (t->err != 0)
		return;
	/* Under the name that it gets: another family has another one. */
	snprintf(then, sizeof(then), "a.%s", t->res.out_ext);
	if (strncmp(t->res.out_format, "text", 4) == 0 ||
	    strncmp(t->res.out_format, "csv", 3) == 0)
		snprintf(then, sizeof(then), "%s", name);
	text_run_once(&again, o, then, t->out.data, t->out.len);
	cr_assert_eq(again.err, 0, "second pass: %s", again.res.message);
	cr_assert_eq(again.out.len, t->out.len, "second pass changes %s", name);
	cr_assert(t->out.len == 0 ||
		  memcmp(again.out.data, t->out.data, t->out.len) == 0);
	cr_assert_eq(again.changed, 0, "a finding in the second pass of %s",
	    name);
	buf_done(&again.out);
}

static inline void
text_run(struct text_run *t, const char *name, const void *data, size_t n)
{
	struct options o;

	options_default(&o);
	text_run_with(t, &o, name, data, n);
}

static inline void
text_run_expect(const char *name, const char *in, const char *want)
{
	struct text_run t;

	text_run(&t, name, in, strlen(in));
	cr_assert_eq(t.err, 0, "%s: %s", in, t.res.message);
	cr_assert_str_eq(buf_cstr(&t.out), want);
	buf_done(&t.out);
}

#endif
