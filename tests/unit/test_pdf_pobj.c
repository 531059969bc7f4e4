/* PDF values and their text. formats/pdf/pobj*.c */
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "formats/pdf/pobj_int.h"
#include "pdf_case.h"

struct job {
	bool ops;
	int e;	     /* of the first value that failed */
	size_t n;    /* values read */
	size_t left; /* where the failure left the cursor */
};

/* Every value of the input, written again, one a line. */
static int
rewrite(struct doc *d, void *arg)
{
	struct job *j = arg;
	struct reader r = doc_in(d);
	const struct pobj *v;
	struct buf b;
	int e;

	j->n = 0;
	buf_init(&b, 1 << 24);
	while ((j->e = pobj_parse(d, &r, j->ops, &v)) == 0) {
		cr_assert_eq(pobj_write(v, &b), 0);
		cr_assert_eq(buf_puts(&b, "\n"), 0);
		j->n++;
	}
	j->left = reader_left(&r);
	e = b.len == 0 ? 0 : doc_put(d, b.data, b.len);
	buf_done(&b);
	return e;
}

static void
expect_bytes(const char *in, size_t n, bool ops, const char *want, int err)
{
	struct job j = { .ops = ops };
	struct pdf_case c = { .body = rewrite, .arg = &j };
	struct buf out, again;

	cr_assert_eq(pdf_case_run(&c, in, n, &out), 0);
	cr_expect_str_eq(buf_cstr(&out), want, "%s: %s", in, buf_cstr(&out));
	cr_expect_eq(j.e, err, "%s: %d", in, j.e);
	/* What was written is read as the same again. */
	cr_assert_eq(pdf_case_run(&c, out.data, out.len, &again), 0);
	cr_expect_str_eq(buf_cstr(&again), want, "again: %s", in);
	buf_done(&out);
	buf_done(&again);
}

static void
expect(const char *in, bool ops, const char *want, int err)
{
	expect_bytes(in, strlen(in), ops, want, err);
}

Test(pobj, numbers)
{
	expect("0 1 -1 +7 007", false, "0\n1\n-1\n7\n7\n", ERR_NOENT);
	expect("1.50 -.5 .25 4. 1.000", false, "1.5\n-0.5\n0.25\n4\n1\n",
	    ERR_NOENT);
	expect("-0.0 0.000000001 0.0000000004 0.0000000005", false,
	    "0\n0.000000001\n0\n0.000000001\n", ERR_NOENT);
	expect("123456789012345678901234", false, "999999999999999999\n",
	    ERR_NOENT);
	expect("999999999999999999.9 99999999999.9999999999", false,
	    "999999999999999999\n100000000000\n", ERR_NOENT);
	expect("--5 5-3 -.-5 1.2.3 1e5", true,
	    "-5\n53\n-0.5\n1.2\n0.3\n1\ne5\n", ERR_NOENT);
	expect("5-3", false, "", ERR_MALFORMED);
	expect("1e5", false, "", ERR_MALFORMED);
}

Test(pobj, names)
{
	expect("/A /A#42 /a#2fb / /x#zz /n#00", false,
	    "/A\n/AB\n/a#2Fb\n/\n/x#23zz\n/n#2300\n", ERR_NOENT);
	expect("/J#61vaScript", false, "/JavaScript\n", ERR_NOENT);
	expect("/\xe6\x97\xa5", false, "/#E6#97#A5\n", ERR_NOENT);
}

Test(pobj, strings)
{
	expect("(a(b)c) (\\(\\)\\\\) (\\101\\1012)", false,
	    "(a\\(b\\)c)\n(\\(\\)\\\\)\n(AA2)\n", ERR_NOENT);
	expect("(a\\\r\nb) (\\q)", false, "(ab)\n(q)\n", ERR_NOENT);
	expect("(a\r\nb)", false, "<610A62>\n", ERR_NOENT);
	expect("<414> <> ()", false, "(A@)\n()\n()\n", ERR_NOENT);
	expect("<FEFF0041>", false, "<FEFF0041>\n", ERR_NOENT);
	expect("<4x1>", true, "(A)\n", ERR_NOENT);
	expect("<4x1>", false, "", ERR_MALFORMED);
	expect("(abc", false, "", ERR_MALFORMED);
	expect("(abc\\", false, "", ERR_MALFORMED);
	expect("<41", true, "", ERR_MALFORMED);
	expect_bytes("(\0)", 3, false, "<00>\n", ERR_NOENT);
}

Test(pobj, arrays_and_dictionaries)
{
	expect("[1 2[3]/A(b)]", false, "[1 2 [3] /A (b)]\n", ERR_NOENT);
	expect("<</B 1/A<</C 2>>>>", false, "<</A <</C 2>> /B 1>>\n",
	    ERR_NOENT);
	/* Of a key that comes twice the last counts, and null is nothing. */
	expect("<</S/A/S/B/T null>>", false, "<</S /B>>\n", ERR_NOENT);
	expect("<</#53/A/S/B>>", false, "<</S /B>>\n", ERR_NOENT);
	expect("<</A 1", false, "", ERR_MALFORMED);
	expect("<</A 1>", false, "", ERR_MALFORMED);
	expect("<<1 2>>", false, "", ERR_MALFORMED);
	expect("[1 2", true, "", ERR_MALFORMED);
	expect("[1 x 2]", true, "[1 2]\n", ERR_NOENT);
	expect("<</A x /B>>", true, "<<>>\n", ERR_NOENT);
}

Test(pobj, references_only_in_files)
{
	expect("[1 0 R 2 3]", false, "[1 0 R 2 3]\n", ERR_NOENT);
	expect("1 1 R", false, "", ERR_MALFORMED);
	expect("0 0 R", false, "", ERR_MALFORMED);
	expect("1 0 Rx", false, "1\n0\n", ERR_MALFORMED);
	expect("1 0 R", true, "1\n0\nR\n", ERR_NOENT);
}

Test(pobj, operators_and_comments)
{
	expect("q 1 0 0 1 2 3 cm/F1 9 Tf(x)' T* % c\nQ", true,
	    "q\n1\n0\n0\n1\n2\n3\ncm\n/F1\n9\nTf\n(x)\n'\nT*\nQ\n", ERR_NOENT);
	expect("{ 1 add }", true, "{\n1\nadd\n}\n", ERR_NOENT);
	expect("1 % hidden\n", false, "1\n", ERR_MALFORMED);
	expect("true false null", true, "true\nfalse\nnull\n", ERR_NOENT);
	expect("word", false, "", ERR_MALFORMED);
}

Test(pobj, a_failure_moves_the_cursor)
{
	static const char *const bad[] = { ")", ">", "]", "<</A ]>>", "[)" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct job j = { .ops = true };
		struct pdf_case c = { .body = rewrite, .arg = &j };
		struct buf out;

		cr_assert_eq(pdf_case_run(&c, bad[i], strlen(bad[i]), &out), 0);
		cr_expect_eq(j.e, ERR_MALFORMED, "%s", bad[i]);
		cr_expect_lt(j.left, strlen(bad[i]), "%s", bad[i]);
		buf_done(&out);
	}
}

Test(pobj, depth_is_bounded)
{
	char deep[4096];
	struct job j = { .ops = false };
	struct pdf_case c = { .body = rewrite, .arg = &j };
	struct buf out;

	memset(deep, '[', sizeof(deep));
	cr_assert_eq(pdf_case_run(&c, deep, sizeof(deep), &out), 0);
	cr_expect_eq(j.e, ERR_MALFORMED);
	buf_done(&out);
	memset(deep, '[', POBJ_DEPTH_MAX);
	memset(deep + POBJ_DEPTH_MAX, ']', POBJ_DEPTH_MAX);
	cr_assert_eq(pdf_case_run(&c, deep, 2 * POBJ_DEPTH_MAX, &out), 0);
	cr_expect_eq(j.n, 1);
	buf_done(&out);
}

static int
ask(struct doc *d, void *arg)
{
	struct reader r = doc_in(d);
	const struct pobj *v, *x;
	int64_t i;
	double f;

	(void)arg;
	cr_assert_eq(pobj_parse(d, &r, false, &v), 0);
	cr_expect(pobj_int(pobj_get(v, "I"), 0, 10, &i) && i == 7);
	cr_expect_not(pobj_int(pobj_get(v, "I"), 8, 10, &i));
	cr_expect(pobj_number(pobj_get(v, "R"), &f) && f > 1.24 && f < 1.26);
	cr_expect_not(pobj_int(pobj_get(v, "R"), 0, 10, &i));
	cr_expect(pobj_is_name(pobj_get(v, "N"), "Name"));
	cr_expect_not(pobj_is_name(pobj_get(v, "N"), "Nam"));
	x = pobj_get(v, "A");
	cr_expect_eq(pobj_count(x), 2);
	cr_expect(pobj_is(pobj_item(x, 1), POBJ_REF));
	cr_expect_null(pobj_item(x, 2));
	cr_expect_null(pobj_get(v, "Z"));
	cr_expect_null(pobj_get(x, "Z"));
	cr_expect(pobj_is(NULL, POBJ_NULL));
	cr_expect_eq(pobj_count(v), 4);
	return 0;
}

Test(pobj, questions)
{
	static const char in[] = "<</R 1.25/N/Name/I 7/A[1 5 0 R]>>";
	struct pdf_case c = { .body = ask };
	struct buf out;

	cr_expect_eq(pdf_case_run(&c, in, sizeof(in) - 1, &out), 0);
	buf_done(&out);
}
