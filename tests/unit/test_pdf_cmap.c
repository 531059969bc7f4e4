/* Character maps and calculator functions. formats/pdf/{cmap*,function4}.c */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "formats/pdf/pdf_int.h"
#include "pdf_case.h"

enum what { TO_UNICODE, CMAP, FORMULA };

struct job {
	enum what what;
	int e;
};

/* The input is the text of the stream; its dictionary is in `dict`. */
static int
rewrite(struct doc *d, void *arg)
{
	struct job *j = arg;
	struct pdf p = { .d = d };
	const struct pobj *root, *v, *dict;
	struct buf out;
	int e;

	if ((e = pin_open(d, &p.in)) != 0)
		return e;
	buf_init(&out, 1 << 24);
	if ((e = pin_resolve(p.in, pin_root(p.in), &root)) == 0 &&
	    (e = pin_get(p.in, root, "X", &v)) == 0) {
		j->e = j->what == FORMULA
			   ? pdf_function4(&p, v, "page 1", &out)
			   : pdf_cmap(&p, v, j->what == TO_UNICODE, "page 1",
				 &out, &dict);
		if (j->e == 0 && out.len > 0)
			e = doc_put(d, out.data, out.len);
	}
	buf_done(&out);
	pin_close(p.in);
	return e;
}

static int
run(enum what what, const char *dict, const void *text, size_t n,
    struct buf *out, struct pdf_case *c)
{
	struct job j = { .what = what };
	struct buf b;
	size_t at[2], xref;

	*c = (struct pdf_case){ .body = rewrite, .arg = &j };
	buf_init(&b, 1 << 24);
	cr_assert_eq(buf_puts(&b, "%PDF-1.7\n"), 0);
	at[0] = b.len;
	cr_assert_eq(buf_puts(&b,
			 "1 0 obj\n<</Type/Catalog/X 2 0 R>>\nendobj\n"),
	    0);
	at[1] = b.len;
	cr_assert_eq(buf_fmt(&b, "2 0 obj\n<<%s/Length %zu>>stream\n", dict, n),
	    0);
	cr_assert_eq(buf_put(&b, text, n), 0);
	cr_assert_eq(buf_puts(&b, "\nendstream\nendobj\n"), 0);
	xref = b.len;
	cr_assert_eq(buf_fmt(&b,
			 "xref\n0 3\n0000000000 65535 f \n%010zu 00000 n \n"
			 "%010zu 00000 n \ntrailer\n<</Size 3/Root 1 0 R>>\n"
			 "startxref\n%zu\n%%%%EOF\n",
			 at[0], at[1], xref),
	    0);
	cr_assert_eq(pdf_case_run(c, b.data, b.len, out), 0, "%s",
	    c->res.message);
	buf_done(&b);
	return j.e;
}

#define HEAD \
	"/CIDInit /ProcSet findresource begin\n" \
	"12 dict begin\nbegincmap\n"
#define UCS \
	"/CIDSystemInfo 3 dict dup begin\n/Registry (Adobe) def\n" \
	"/Ordering (UCS) def\n/Supplement 0 def\nend def\n" \
	"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
#define TAIL \
	"endcmap\nCMapName currentdict /CMap defineresource pop\n" \
	"end\nend\n"

static void
expect(enum what what, const char *dict, const char *in, const char *want,
    size_t findings)
{
	struct buf out, again;
	struct pdf_case c;

	cr_assert_eq(run(what, dict, in, strlen(in), &out, &c), 0, "%s", in);
	cr_expect_str_eq(buf_cstr(&out), want, "%s\n-> %s", in, buf_cstr(&out));
	cr_expect_eq(c.n_findings, findings, "%s: %s", in, c.findings);
	cr_assert_eq(run(what, dict, out.data, out.len, &again, &c), 0);
	cr_expect_str_eq(buf_cstr(&again), want, "again: %s", buf_cstr(&again));
	cr_expect_eq(c.n_findings, 0, "again: %s", c.findings);
	buf_done(&out);
	buf_done(&again);
}

static void
expect_error(enum what what, const char *in)
{
	struct pdf_case c;
	struct buf out;

	cr_expect_eq(run(what, "", in, strlen(in), &out, &c), ERR_MALFORMED,
	    "%s", in);
	buf_done(&out);
}

Test(pdf_cmap, to_unicode)
{
	expect(TO_UNICODE, "",
	    "%!PS-Adobe-3.0 Resource-CMap\n" HEAD UCS
	    "1 begincodespacerange <00><ff> endcodespacerange\n"
	    "2 beginbfchar <01> <0041> <02> <d842dfb7> endbfchar\n"
	    "2 beginbfrange <10> <1f> <0061> <20><21>[<0062><00630064>] "
	    "endbfrange\n" TAIL "%%EOF",
	    HEAD UCS
	    "1 begincodespacerange\n<00> <FF>\nendcodespacerange\n"
	    "2 beginbfchar\n<01> <0041>\n<02> <D842DFB7>\nendbfchar\n"
	    "2 beginbfrange\n<10> <1F> <0061>\n<20> <21> [<0062> <00630064>]\n"
	    "endbfrange\n" TAIL,
	    0);
	/* one byte stands for a character; wrong items go */
	expect(TO_UNICODE, "",
	    "beginbfchar <01> <41> <02> /x <0102030405> <0041> <3> <0042> "
	    "endbfchar beginbfrange <9> <8> <0041> <01> <0002> <0041> "
	    "<01><02>[<0041> 7 <0043>] endbfrange (SEKISHO-CANARY-ps) run",
	    HEAD UCS
	    "2 beginbfchar\n<01> <0041>\n<30> <0042>\nendbfchar\n"
	    "1 beginbfrange\n<01> <02> [<0041> <FFFD>]\nendbfrange\n" TAIL,
	    1);
	/* a block of nothing does not part its neighbours */
	expect(TO_UNICODE, "",
	    "beginbfchar <01> <0041> endbfchar beginbfrange 7 endbfrange "
	    "beginbfchar <02> <0042> endbfchar",
	    HEAD UCS
	    "2 beginbfchar\n<01> <0041>\n<02> <0042>\nendbfchar\n" TAIL,
	    1);
	expect_error(TO_UNICODE, "");
	expect_error(TO_UNICODE, HEAD TAIL);
}

Test(pdf_cmap, blocks_of_a_hundred)
{
	struct buf in, out;
	struct pdf_case c;
	struct reader r;
	size_t at;

	buf_init(&in, 1 << 20);
	cr_assert_eq(buf_puts(&in, "beginbfchar "), 0);
	for (unsigned i = 0; i < 250; i++)
		cr_assert_eq(buf_fmt(&in, "<%04x> <%04x>\n", i, i + 32), 0);
	cr_assert_eq(buf_puts(&in, "endbfchar"), 0);
	cr_assert_eq(run(TO_UNICODE, "", in.data, in.len, &out, &c), 0);
	buf_reader(&out, &r);
	cr_expect_eq(reader_find(&r, 0, "50 beginbfchar", 14, &at), 0);
	cr_expect_eq(reader_find(&r, 0, "100 beginbfchar", 15, &at), 0);
	buf_done(&in);
	buf_done(&out);
}

Test(pdf_cmap, of_a_font)
{
	static const char want[] =
	    HEAD "/CIDSystemInfo 3 dict dup begin\n/Registry (Adobe) def\n"
		 "/Ordering (Japan1) def\n/Supplement 6 def\nend def\n"
		 "/CMapName /Embedded-V def\n/CMapType 1 def\n/WMode 1 def\n"
		 "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
		 "1 begincidrange\n<0020> <007E> 231\nendcidrange\n"
		 "1 begincidchar\n<3001> 7887\nendcidchar\n"
		 "1 beginnotdefrange\n<0000> <001F> 1\nendnotdefrange\n" TAIL;

	expect(CMAP, "",
	    HEAD "/CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) "
		 "/Supplement 6 >> def /CMapName /SEKISHO-CANARY-name def "
		 "/WMode 1 def /XUID [1 10 25335] def\n"
		 "1 begincodespacerange <0000> <ffff> endcodespacerange "
		 "1 begincidrange <0020> <007e> 231 endcidrange "
		 "1 begincidchar <3001> 7887 endcidchar "
		 "1 beginnotdefrange <0000> <001f> 1 endnotdefrange" TAIL,
	    want, 0);
	expect(CMAP, "/UseCMap/90ms-RKSJ-V",
	    "/WMode 1 def begincidchar <8181> 999999 endcidchar",
	    HEAD "/90ms-RKSJ-V usecmap\n"
		 "/CIDSystemInfo 3 dict dup begin\n/Registry (Adobe) def\n"
		 "/Ordering (Identity) def\n/Supplement 0 def\nend def\n"
		 "/CMapName /Embedded-V def\n/CMapType 1 def\n/WMode 1 "
		 "def\n" TAIL,
	    1);
	expect_error(CMAP, "/Elsewhere usecmap");
}

Test(pdf_cmap, formulas)
{
	expect(FORMULA, "", " {1 exch\nsub 0 mul dup 0.50 gt{pop 1}if } ",
	    "{1 exch sub 0 mul dup 0.5 gt{pop 1}if}", 0);
	expect(FORMULA, "", "{dup 0 eq {pop 0}{1 add} ifelse}",
	    "{dup 0 eq{pop 0}{1 add}ifelse}", 0);
	expect(FORMULA, "", "{}", "{}", 0);
	expect_error(FORMULA, "");
	expect_error(FORMULA, "{");
	expect_error(FORMULA, "{}}");
	expect_error(FORMULA, "{} 1");
	expect_error(FORMULA, "{(file) run}");
	expect_error(FORMULA, "{/x load}");
	expect_error(FORMULA, "{{1} 2}");
	expect_error(FORMULA, "{{1} {2} if}");
	expect_error(FORMULA, "{{1} ifelse}");
	expect_error(FORMULA, "{{1} {2} {3} ifelse}");
	expect_error(FORMULA, "{true if}");
}

Test(pdf_cmap, depth)
{
	char text[200];

	memset(text, '{', 100);
	memset(text + 100, '}', 99);
	text[199] = '\0';
	expect_error(FORMULA, text);
}

static void
mutate(enum what what, const char *seed)
{
	struct buf out, again;
	struct pdf_case c;
	size_t len = strlen(seed);
	char *bytes;

	for (size_t i = 0; i < len * 9; i++) {
		bytes = strdup(seed);
		cr_assert_not_null(bytes);
		if (i % 9 < 8)
			bytes[i / 9] = (char)(bytes[i / 9] ^ 1 << i % 9);
		if (run(what, "", bytes, i % 9 == 8 ? i / 9 : len, &out, &c) ==
		    0) {
			cr_assert_eq(run(what, "", out.data, out.len, &again,
					 &c),
			    0);
			cr_assert_eq(c.n_findings, 0, "%s: %s", bytes,
			    c.findings);
			cr_assert(out.len == again.len &&
				      memcmp(out.data, again.data, out.len) ==
					  0,
			    "%s:\n%s\n%s", bytes, buf_cstr(&out),
			    buf_cstr(&again));
			buf_done(&again);
		}
		buf_done(&out);
		free(bytes);
	}
}

Test(pdf_cmap, mutations)
{
	mutate(TO_UNICODE, "/Identity-H usecmap /WMode 1 def 1 beginbfrange "
			   "<01> <02> <0041> <03><04>[<0041><0042>]endbfrange "
			   "1 beginbfchar<05><0041>endbfchar");
	mutate(CMAP, "/90ms-RKSJ-V usecmap/Ordering (Japan1)def begincidrange "
		     "<0020> <007e> 231 endcidrange");
	mutate(FORMULA, "{dup .5 eq{pop 0}{1 add}ifelse}");
}
