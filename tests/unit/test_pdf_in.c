/*
 * PDF in and out: both readers and the writer. formats/pdf/in*.c, out.c
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "formats/pdf/pdf_int.h"
#include "pdf_case.h"

struct copying {
	struct pin *in;
	struct pout *out;
	uint32_t *map; /* output number by source number */
};

static struct pin_facts facts; /* of the last run */

static struct pobj *copy(struct doc *, struct copying *, const struct pobj *);

static uint32_t
copy_ref(struct doc *d, struct copying *c, uint32_t num)
{
	const struct pobj *v;
	struct reader raw;
	struct pobj *mine;
	uint32_t to;

	if (num >= pin_limit(c->in) || c->map[num] != 0)
		return num >= pin_limit(c->in) ? 0 : c->map[num];
	cr_assert_eq(pout_reserve(c->out, &to), 0);
	c->map[num] = to;
	cr_assert_eq(pin_resolve(c->in, pobj_new_ref(d, num), &v), 0);
	mine = copy(d, c, v);
	if (v != NULL && v->type == POBJ_STREAM) {
		cr_assert_eq(pin_raw(c->in, v, &raw), 0);
		cr_assert_eq(pout_stream(c->out, to, mine, &raw, PFILTER_DCT,
				 NULL),
		    0);
	} else
		pout_set(c->out, to, mine);
	return to;
}

/* All that can be reached; a stream's bytes as they are. */
static struct pobj *
copy(struct doc *d, struct copying *c, const struct pobj *v)
{
	struct pobj *p = NULL;

	if (pobj_is(v, POBJ_NULL))
		return pobj_new(d, POBJ_NULL);
	if (pobj_is(v, POBJ_REF))
		return pobj_new_ref(d, copy_ref(d, c, v->u.ref));
	if (pobj_is(v, POBJ_ARRAY)) {
		p = pobj_new_array(d, v->u.array.n);
		for (size_t i = 0; i < v->u.array.n; i++)
			pobj_push(p, copy(d, c, v->u.array.item[i]));
	} else if (pobj_is(v, POBJ_DICT) || pobj_is(v, POBJ_STREAM)) {
		p = pobj_new_dict(d, v->u.dict.n);
		for (size_t i = 0; i < v->u.dict.n; i++) {
			const struct pentry *e = &v->u.dict.entry[i];

			if (v->type == POBJ_STREAM &&
			    (memcmp(e->key.data, "Length", 6) == 0 ||
				memcmp(e->key.data, "Filter", 6) == 0))
				continue;
			pobj_set_bytes(p, &e->key, copy(d, c, e->value));
		}
	} else {
		p = pobj_new(d, v->type);
		*p = *v;
	}
	return p;
}

static int
copy_all(struct doc *d, void *arg)
{
	struct copying c = { 0 };
	uint32_t root = 0, info = 0;
	int e;

	(void)arg;
	if ((e = pin_open(d, &c.in)) != 0)
		return e;
	facts = *pin_facts(c.in);
	if (pobj_is(pin_root(c.in), POBJ_REF)) {
		cr_assert_eq(pout_new(d, &c.out), 0);
		c.map = doc_alloc(d, pin_limit(c.in) * sizeof(uint32_t));
		root = copy_ref(d, &c, pin_root(c.in)->u.ref);
		if (pobj_is(pin_info(c.in), POBJ_REF))
			info = copy_ref(d, &c, pin_info(c.in)->u.ref);
		e = pout_finish(c.out, root, info);
	}
	pout_free(c.out);
	pin_close(c.in);
	return e;
}

/* A small document with a table whose offsets are right. */
static void
make(struct buf *b, const char *junk, const char *trailer)
{
	static const char *const objects[] = {
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200.50]"
		"/Contents 4 0 R/Resources<<>>>>",
		"<</Length 9>>stream\nq 1 w Q\r\n\nendstream",
		"<</Title(A \\(b\\))/Unused 6 0 R>>",
		"(reached by Info)",
	};
	size_t off[6], start;

	buf_init(b, 1 << 20);
	cr_assert_eq(buf_puts(b, junk), 0);
	start = b->len;
	cr_assert_eq(buf_puts(b, "%PDF-1.4\n"), 0);
	for (size_t i = 0; i < 6; i++) {
		off[i] = b->len - start;
		cr_assert_eq(buf_fmt(b, "%zu 0 obj%s endobj\n", i + 1,
				 objects[i]),
		    0);
	}
	start = b->len - start;
	cr_assert_eq(buf_puts(b, "xref\n0 7\n0000000000 65535 f \n"), 0);
	for (size_t i = 0; i < 6; i++)
		cr_assert_eq(buf_fmt(b, "%010zu 00000 n \n", off[i]), 0);
	cr_assert_eq(buf_fmt(b,
			 "trailer<</Size 7/Root 1 0 R/Info 5 0 R%s>>\n"
			 "startxref\n%zu\n%%%%EOF\n",
			 trailer, start),
	    0);
}

static int
run(const struct buf *in, struct buf *out)
{
	struct pdf_case c = { .body = copy_all };

	return pdf_case_run(&c, in->data, in->len, out);
}

Test(pdf_in, a_plain_file_becomes_canonical_and_stays)
{
	struct buf in, out, again;

	make(&in, "", "");
	cr_assert_eq(run(&in, &out), 0);
	cr_expect(!facts.strict && !facts.repaired && !facts.encrypted &&
		  !facts.junk_before && !facts.junk_after);
	cr_expect_eq(facts.revisions, 1);
	cr_assert_eq(run(&out, &again), 0);
	cr_expect(facts.strict);
	cr_assert_eq(out.len, again.len);
	cr_expect_eq(memcmp(out.data, again.data, out.len), 0);
	buf_done(&in);
	buf_done(&out);
	buf_done(&again);
}

Test(pdf_in, numbers_follow_the_walk_not_the_source)
{
	struct reader r;
	struct buf in, out;
	size_t at;

	make(&in, "", "");
	cr_assert_eq(run(&in, &out), 0);
	buf_reader(&out, &r);
	cr_expect_eq(reader_find(&r, 0, "1 0 obj\n<</Pages 3 0 R", 21, &at), 0);
	cr_expect_eq(reader_find(&r, 0, "2 0 obj\n<</Title", 16, &at), 0);
	cr_expect_eq(reader_find(&r, 0, "/Root 1 0 R", 11, &at), 0);
	cr_expect_eq(reader_find(&r, 0, "[0 0 200 200.5]", 15, &at), 0);
	buf_done(&in);
	buf_done(&out);
}

Test(pdf_in, the_outside_is_told)
{
	struct buf in, out;

	make(&in, "FAX HEADER\r\n", "");
	cr_assert_eq(run(&in, &out), 0);
	cr_expect(facts.junk_before && !facts.junk_after);
	buf_done(&out);
	cr_assert_eq(buf_puts(&in, "trailing"), 0);
	cr_assert_eq(run(&in, &out), 0);
	cr_expect(facts.junk_before && facts.junk_after);
	buf_done(&in);
	buf_done(&out);
}

Test(pdf_in, a_wrong_table_is_repaired_and_said)
{
	struct buf in, out, good;
	struct reader r;
	size_t at;

	make(&in, "", "");
	cr_assert_eq(run(&in, &good), 0);
	buf_reader(&in, &r);
	cr_assert_eq(reader_find(&r, 0, "startxref\n", 10, &at), 0);
	in.data[at + 10] = '9';
	cr_assert_eq(run(&in, &out), 0);
	cr_expect(facts.repaired);
	cr_assert_eq(out.len, good.len);
	cr_expect_eq(memcmp(out.data, good.data, out.len), 0);
	buf_done(&in);
	buf_done(&out);
	buf_done(&good);
}

/* Cut off in the transfer: no table, no trailer. */
Test(pdf_in, the_catalog_is_found_without_a_trailer)
{
	struct pdf_case c = { .body = copy_all };
	struct buf in, out, good;
	struct reader r;
	size_t at;

	make(&in, "", "");
	cr_assert_eq(run(&in, &good), 0);
	buf_reader(&in, &r);
	cr_assert_eq(reader_find(&r, 0, "5 0 obj", 7, &at), 0);
	cr_assert_eq(pdf_case_run(&c, in.data, at, &out), 0);
	cr_expect(facts.repaired);
	buf_reader(&out, &r);
	cr_expect_eq(reader_find(&r, 0, "q 1 w Q", 7, &at), 0);
	buf_done(&in);
	buf_done(&out);
	buf_done(&good);
}

Test(pdf_in, hopeless_ones_are_refused)
{
	static const char junk[] = "%PDF-1.4\nnothing here\n%%EOF\n";
	struct pdf_case c = { .body = copy_all };
	struct buf out;

	cr_expect_eq(pdf_case_run(&c, junk, sizeof(junk) - 1, &out),
	    ERR_MALFORMED);
	cr_expect_neq(c.res.message[0], '\0');
	buf_done(&out);
}

/* Any byte of a canonical file changed: read otherwise, or not at all; never
 * taken as canonical unless it is. */
Test(pdf_in, nothing_deviates_unseen)
{
	struct pdf_case c = { .body = copy_all };
	struct buf in, out, other;
	int e;

	make(&in, "", "");
	cr_assert_eq(run(&in, &out), 0);
	for (size_t i = 0; i < out.len; i++) {
		out.data[i] ^= 1;
		e = pdf_case_run(&c, out.data, out.len, &other);
		if (e == 0)
			cr_expect_not(facts.strict, "byte %zu", i);
		buf_done(&other);
		out.data[i] ^= 1;
	}
	for (size_t n = 0; n < out.len; n++) {
		e = pdf_case_run(&c, out.data, n, &other);
		if (e == 0)
			cr_expect_not(facts.strict, "first %zu", n);
		buf_done(&other);
	}
	cr_assert_eq(buf_puts(&out, "\n"), 0);
	cr_assert_eq(run(&out, &other), 0);
	cr_expect_not(facts.strict);
	buf_done(&in);
	buf_done(&out);
	buf_done(&other);
}

Test(pdf_in, every_cipher_is_loaded_before_the_lock)
{
	cr_assert_eq(pin_qpdf_preload(), 0);
}
