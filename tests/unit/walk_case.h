/*
 * Whole documents for the tests of the typed walk: made from pieces, run with
 * all real formats behind it. A result must come out again byte for byte,
 * with nothing found but what was kept on purpose.
 */
#ifndef TESTS_UNIT_WALK_CASE_H
#define TESTS_UNIT_WALK_CASE_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "formats/doc.h"

#define OBJECTS 64

struct run {
	struct options o;
	struct doc_result res;
	struct buf out;
	char found[16384]; /* "id action [where] detail; " */
	size_t loud;	   /* findings other than kept ones */
	int err;
};

static char *object[OBJECTS];

static inline void
clear(void)
{
	for (size_t i = 0; i < OBJECTS; i++) {
		free(object[i]);
		object[i] = NULL;
	}
}

PRINTF_LIKE(2, 3) static inline void set(size_t n, const char *fmt, ...)
{
	va_list ap;

	cr_assert_lt(n, OBJECTS);
	free(object[n]);
	va_start(ap, fmt);
	cr_assert_geq(vasprintf(&object[n], fmt, ap), 0);
	va_end(ap);
}

static inline void
set_stream(size_t n, const char *dict, const char *data)
{
	set(n, "<<%s/Length %zu>>\nstream\n%s\nendstream", dict, strlen(data),
	    data);
}

/* A catalog, its pages, and one page: 1, 2, 3; its content: 4. */
static inline void
set_page(const char *catalog, const char *page, const char *content)
{
	clear();
	set(1, "<</Type/Catalog/Pages 2 0 R%s>>", catalog);
	set(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>");
	set(3,
	    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 "
	    "R%s>>",
	    page);
	set_stream(4, "", content);
}

static inline void
build(struct buf *b, const char *trailer)
{
	size_t at[OBJECTS] = { 0 }, xref;

	cr_assert_eq(buf_puts(b, "%PDF-1.7\n"), 0);
	for (size_t i = 1; i < OBJECTS; i++)
		if (object[i] != NULL) {
			at[i] = b->len;
			cr_assert_eq(buf_fmt(b, "%zu 0 obj\n%s\nendobj\n", i,
					 object[i]),
			    0);
		}
	xref = b->len;
	cr_assert_eq(buf_fmt(b, "xref\n0 %d\n0000000000 65535 f \n", OBJECTS),
	    0);
	for (size_t i = 1; i < OBJECTS; i++)
		cr_assert_eq(buf_fmt(b, "%010zu %05d %c \n", at[i],
				 at[i] != 0 ? 0 : 65535,
				 at[i] != 0 ? 'n' : 'f'),
		    0);
	cr_assert_eq(buf_fmt(b,
			 "trailer\n<</Size %d/Root 1 0 R%s>>\n"
			 "startxref\n%zu\n%%%%EOF\n",
			 OBJECTS, trailer, xref),
	    0);
}

static inline int
on_finding(void *arg, const struct finding *f)
{
	struct run *r = arg;
	size_t n = strlen(r->found);

	r->loud += f->action != ACT_KEPT;
	snprintf(r->found + n, sizeof(r->found) - n, "%s %s [%s] %s; ",
	    finding_name(f->id), finding_action_name(f->action), f->where,
	    f->detail);
	return 0;
}

static inline int
quiet_begin(void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return 0;
}

static inline int
quiet_end(void *arg, const struct doc_result *res)
{
	(void)arg;
	(void)res;
	return 0;
}

static inline void
once(struct run *r, const void *in, size_t n)
{
	struct sink sink;
	struct doc_job job = { .name = "case",
		.options = &r->o,
		.events = { .arg = r,
		    .finding = on_finding,
		    .member_begin = quiet_begin,
		    .member_end = quiet_end },
		.out = &sink };

	reader_init(&job.in, in, n);
	buf_init(&r->out, 1 << 26);
	sink_init_buf(&sink, &r->out, 1 << 26);
	r->err = doc_run(&job, &r->res);
	sink_done(&sink);
}

/* Run bytes; a result must be a fixpoint. */
static inline void
run_bytes(struct run *r, const void *in, size_t n)
{
	struct run again = { .o = r->o };

	cr_assert_eq(doc_preload(), 0);
	once(r, in, n);
	cr_assert_neq(r->err, ERR_INTERNAL, "%s", r->res.message);
	if (r->err != 0)
		return;
	once(&again, r->out.data, r->out.len);
	cr_assert_eq(again.err, 0, "again: %s", again.res.message);
	cr_assert_eq(again.loud, 0, "again: %s", again.found);
	cr_assert_eq(again.out.len, r->out.len);
	cr_assert_arr_eq(again.out.data, r->out.data, r->out.len);
	buf_done(&again.out);
}

static inline void
run(struct run *r, const char *trailer)
{
	struct buf in;

	buf_init(&in, 1 << 20);
	build(&in, trailer);
	run_bytes(r, in.data, in.len);
	buf_done(&in);
	clear();
}

static inline struct run *
fresh(void)
{
	struct run *r = calloc(1, sizeof(*r));

	cr_assert_not_null(r);
	options_default(&r->o);
	return r;
}

static inline bool
holds(const struct run *r, const char *text)
{
	struct reader all;
	size_t at;

	reader_init(&all, r->out.data, r->out.len);
	return reader_find(&all, 0, text, strlen(text), &at) == 0;
}

#define HOLDS(r, text) cr_assert(holds(r, text), "no %s in it", text)
#define LACKS(r, text) cr_assert(!holds(r, text), "%s in it", text)
#define SAYS(r, text) \
	cr_assert_not_null(strstr((r)->found, text), "no \"%s\" in: %s", text, \
	    (r)->found)
#define DONE(r) \
	do { \
		buf_done(&(r)->out); \
		free(r); \
	} while (0)

#endif
