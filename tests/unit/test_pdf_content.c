/* Content streams: what stays, what goes. formats/pdf/content*.c */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "formats/pdf/pdf.h"
#include "pdf_case.h"

/* Everything that the streams below name. */
#define RESOURCES \
	"<</ExtGState<</G1<<>>>>/ColorSpace<</C1[/ICCBased<</N 3>>]" \
	"/C2[/Indexed/DeviceRGB 1<000000ffffff>]/DefaultRGB[/CalRGB<<>>]>>" \
	"/Pattern<</P1<<>>>>/Shading<</S1<<>>>>" \
	"/Font<</F1<<>>/F#202<<>>>>/Properties<</M1<<>>>>>>\n"

/* The findings without where and detail. */
static const char *
ids(const struct pdf_case *c)
{
	static char text[sizeof(c->findings)];
	size_t n = 0;
	bool inside = false;

	for (const char *p = c->findings; *p != '\0'; p++) {
		if (strncmp(p, " [", 2) == 0)
			inside = true;
		if (strncmp(p, "; ", 2) == 0)
			inside = false;
		if (!inside)
			text[n++] = *p;
	}
	text[n] = '\0';
	return text;
}

struct job {
	enum pcontent_kind kind;
	bool refuse;	    /* the walk keeps no resource */
	bool da;	    /* a DA string */
	char used[512];	    /* "F1 G1 " */
	char pictures[512]; /* bytes of inline pictures: "3x2:6 " */
};

static struct job *now;

/* Stands in for the picture code: only remembers. */
int
pdf_inline_image(struct pdf *p, const struct pobj *dict,
    const struct reader *bytes, const struct pobj *resources, const char *where,
    uint32_t *num)
{
	size_t at = strlen(now->pictures);
	int64_t w = 0, h = 0;

	(void)p;
	(void)resources;
	(void)where;
	(void)pobj_int(pobj_get(dict, "Width"), 0, 1 << 20, &w);
	(void)pobj_int(pobj_get(dict, "Height"), 0, 1 << 20, &h);
	snprintf(now->pictures + at, sizeof(now->pictures) - at,
	    "%lldx%lld:%zu ", (long long)w, (long long)h, bytes->len);
	*num = 7;
	return 0;
}

static int
keep(void *arg, enum presource kind, const struct reader *name,
    const struct pobj *value, bool *stays)
{
	const struct job *j = arg;

	(void)kind;
	(void)name;
	cr_expect_not_null(value);
	*stays = !j->refuse;
	return 0;
}

static int
rewrite(struct doc *d, void *arg)
{
	struct job *j = arg;
	struct pdf p = { .d = d };
	struct pused used = { 0 };
	struct pcontent c = {
		.kind = j->kind, .where = "page 1", .keep = keep, .arg = j
	};
	struct reader r = doc_in(d), font;
	struct buf out;
	int e;

	now = j;
	j->used[0] = j->pictures[0] = '\0';
	buf_init(&out, 1 << 26);
	if (j->da) {
		e = pdf_content_da(&p, &r, &out, &font);
		snprintf(j->used, sizeof(j->used), "%.*s", (int)font.len,
		    font.len > 0 ? (const char *)font.data : "");
	} else {
		if (pobj_parse(d, &r, false, &c.resources) != 0)
			return ERR_INTERNAL;
		c.bytes = r;
		c.bytes.data += r.pos;
		c.bytes.len -= r.pos;
		c.bytes.pos = 0;
		e = pdf_content(&p, &c, &out, &used);
	}
	for (size_t i = 0; i < used.n; i++)
		snprintf(j->used + strlen(j->used),
		    sizeof(j->used) - strlen(j->used), "%.*s ",
		    (int)used.list[i].name.len, used.list[i].name.data);
	if (e == 0 && out.len > 0)
		e = doc_put(d, out.data, out.len);
	buf_done(&out);
	return e;
}

/* Once: the output and the findings. */
static void
run_bytes(struct job *j, const char *resources, const void *in, size_t n,
    struct buf *out, struct pdf_case *c)
{
	struct buf all;

	*c = (struct pdf_case){ .body = rewrite, .arg = j };
	buf_init(&all, 1 << 26);
	cr_assert_eq(buf_puts(&all, resources), 0);
	cr_assert_eq(buf_put(&all, in, n), 0);
	cr_assert_eq(pdf_case_run(c, all.data, all.len, out), 0, "%s",
	    c->res.message);
	buf_done(&all);
}

static void
expect_kind(enum pcontent_kind kind, const char *in, size_t n, const char *want,
    const char *findings)
{
	struct job j = { .kind = kind };
	struct pdf_case c;
	struct buf out, again;

	run_bytes(&j, RESOURCES, in, n, &out, &c);
	cr_expect_str_eq(buf_cstr(&out), want, "%s\n-> %s", in, buf_cstr(&out));
	cr_expect_str_eq(ids(&c), findings, "%s: %s", in, c.findings);
	if (strstr(want, "Inline") == NULL) {
		run_bytes(&j, RESOURCES, out.data, out.len, &again, &c);
		cr_expect_str_eq(buf_cstr(&again), want, "again: %s", in);
		cr_expect_eq(c.n_findings, 0, "again: %s: %s", in, c.findings);
		buf_done(&again);
	}
	buf_done(&out);
}

static void
expect(const char *in, const char *want, const char *findings)
{
	expect_kind(PCONTENT_PAGE, in, strlen(in), want, findings);
}

#define UNKNOWN	 "pdf.content-unknown removed; "
#define OPERANDS "pdf.content-operands removed; "
#define NAME	 "pdf.content-name removed; "
#define STATE	 "pdf.content-state replaced; "
#define COMMENT	 "pdf.content-comment removed; "
#define PROPERTY "pdf.content-property removed; "
#define JUNK	 "pdf.content-junk removed; "
#define INLINE	 "pdf.inline-image removed; "

Test(pdf_content, numbers)
{
	expect("1 +2 m -0 00.5 l", "1 2 m\n0 0.5 l\n", "");
	expect("1. .5 -.5 -0.50 re", "1 0.5 -0.5 -0.5 re\n", "");
	expect("--5 5-3 m", "-5 53 m\n", "");
	expect("1.2.3 m", "1.2 0.3 m\n", "");
	expect(".1234567894 .1234567895 m", "0.123456789 0.12345679 m\n", "");
	expect("1e2 1.5E-3 m", "100 0.0015 m\n", "");
	expect("99999999999 -4294967296.5 m", "2147483647 -2147483647 m\n", "");
	expect("- . m", "0 0 m\n", "");
	expect("10 20l", "10 20 l\n", "");
	expect("1e400 1e-400 m", "2147483647 0 m\n", "");
	expect("0.9999999999 000000000001.10 m", "1 1.1 m\n", "");
}

Test(pdf_content, strings_and_names)
{
	expect("BT(a\\(b\\)(c)\\\\\\101\\7\\\nx)Tj ET",
	    "BT\n(a\\(b\\)\\(c\\)\\\\A\007x)Tj\nET\n", "");
	expect("BT<4 1 42 2>Tj<>Tj ET", "BT\n(AB )Tj\n()Tj\nET\n", "");
	expect("BT (a\r\nb\rc\\r) Tj ET", "BT\n(a\nb\nc\\r)Tj\nET\n", "");
	expect("/F#31 2 Tf/F1 .5 Tf", "/F1 2 Tf\n/F1 0.5 Tf\n", "");
	expect("/F#202 2 Tf", "/F#202 2 Tf\n", "");
	expect("/\xe3\x81\x82 BMC EMC", "/#E3#81#82 BMC\nEMC\n", "");
	expect("BT[(a)-1 2(b) <63> .5]TJ ET", "BT\n[(a)-1 2(b)(c)0.5]TJ\nET\n",
	    "");
}

Test(pdf_content, operands)
{
	expect("1 2 3 4 5 m", "4 5 m\n", OPERANDS);
	expect("(x) 1 2 m 3 l 1 2 l", "1 2 m\n1 2 l\n", OPERANDS);
	expect("/a (b) m (x) (y) l S", "S\n", OPERANDS);
	expect("3 J 2 J 1.0 J 0.5 j -1 j 8 Tr 7 Tr", "2 J\n1 J\n7 Tr\n",
	    OPERANDS);
	expect("[1 2] 0 d [(x)] 0 d [] 0 d", "[1 2]0 d\n[]0 d\n", OPERANDS);
	expect("BT [(a) /n [1 2] <</a 1>> true 5] TJ ET", "BT\n[(a)5]TJ\nET\n",
	    OPERANDS);
	expect("true 1 w null 2 w", "1 w\n2 w\n", OPERANDS);
	expect("/Saturation ri /JavaScript ri", "/Saturation ri\n", OPERANDS);
	expect("1 2 3", "", OPERANDS);
	expect("F 1 0 0 rg f*", "f\n1 0 0 rg\nf*\n", "");
}

Test(pdf_content, unknown_operators_go_with_their_operands)
{
	expect("(SEKISHO-CANARY-op) JS 1 2 m", "1 2 m\n", UNKNOWN);
	expect("BX (x) PS 1 w EX", "BX\n1 w\nEX\n", UNKNOWN);
	expect("/X1 PS q Q", "q\nQ\n", UNKNOWN);
	expect("1 0 d0 q Q", "q\nQ\n", UNKNOWN);
	expect_kind(PCONTENT_TYPE3, "1 0 d0 q Q", 10, "1 0 d0\nq\nQ\n", "");
	expect("% SEKISHO-CANARY-comment\nq Q", "q\nQ\n", COMMENT);
	expect("} { > ) ] >> q Q", "q\nQ\n", JUNK);
	expect("1 w (open", "1 w\n", OPERANDS JUNK);
}

Test(pdf_content, state)
{
	expect("q q 1 w Q", "q\nq\n1 w\nQ\nQ\n", STATE);
	expect("Q 1 w Q", "1 w\n", STATE);
	expect("BT (a) Tj", "BT\n(a)Tj\nET\n", STATE);
	expect("BT BT ET ET", "BT\nET\nBT\nET\n", STATE);
	expect("(a) Tj 1 w", "BT\n(a)Tj\n1 w\nET\n", STATE);
	/* Behind ET a viewer goes on where the text ended. */
	expect("BT 9 9 Td (a) Tj ET 1 w (b) Tj BT (c) Tj ET (d) Tj ET",
	    "BT\n9 9 Td\n(a)Tj\n1 w\n(b)Tj\nET\nBT\n(c)Tj\n(d)Tj\nET\n", STATE);
	expect("q BT ET Q 1 2 Td [(a)] TJ", "q\nBT\nQ\n1 2 Td\n[(a)]TJ\nET\n",
	    STATE);
	expect("BT q (a) Tj Q ET", "BT\nq\n(a)Tj\nQ\nET\n", "");
	expect("BT q (a) Tj ET Q", "BT\nq\n(a)Tj\nET\nQ\n", "");
	expect("/A BMC q EMC Q", "/A BMC\nq\nEMC\nQ\n", "");
	expect("/A BMC EMC EMC /B BMC", "/A BMC\nEMC\n/B BMC\nEMC\n", STATE);
	expect("EX BX", "BX\nEX\n", STATE);
	expect("EI ID 1 w", "1 w\n", STATE);
}

Test(pdf_content, resources)
{
	expect("/G1 gs /G2 gs /S1 sh /X1 Do", "/G1 gs\n/S1 sh\n", NAME);
	expect("/C1 cs 1 0 0 scn /Pattern CS /P1 SCN 1 2 /P2 SCN",
	    "/C1 cs\n1 0 0 scn\n/Pattern CS\n/P1 SCN\n", NAME);
	expect("/DeviceRGB cs /C9 cs 0 0 1 sc", "/DeviceRGB cs\n0 0 1 sc\n",
	    NAME);
	expect("/F1 1 Tf /F9 1 Tf", "/F1 1 Tf\n", NAME);
	expect("/OC /M1 BDC EMC /OC /M2 BDC EMC /P /M2 DP",
	    "/OC/M1 BDC\nEMC\n/OC BMC\nEMC\n/P MP\n", NAME);
}

Test(pdf_content, a_resource_that_does_not_stay_takes_its_operators)
{
	struct job j = { .refuse = true };
	struct pdf_case c;
	struct buf out;

	run_bytes(&j, RESOURCES, "/G1 gs /F1 1 Tf /OC/M1 BDC EMC", 30, &out,
	    &c);
	cr_expect_str_eq(buf_cstr(&out), "/OC BMC\nEMC\n");
	cr_expect_str_eq(ids(&c), NAME);
	cr_expect_str_eq(j.used, "");
	buf_done(&out);
	j.refuse = false;
	run_bytes(&j, RESOURCES, "/G1 gs /F1 1 Tf /G1 gs", 22, &out, &c);
	cr_expect_str_eq(j.used, "DefaultRGB G1 F1 ");
	buf_done(&out);
}

Test(pdf_content, properties)
{
	expect("/P<</MCID 3>>BDC EMC", "/P<</MCID 3>>BDC\nEMC\n", "");
	expect("/Span <</Lang (ja) /ActualText <feff0041> /MCID 0>> BDC EMC",
	    "/Span<</ActualText(\xfe\xff", "");
}

Test(pdf_content, properties_on_the_list_only)
{
	expect("/P<</MCID 3/JS(SEKISHO-CANARY-bdc)/A<</S/URI>>/Type/Layout>>"
	       "BDC EMC",
	    "/P<</MCID 3/Type/Layout>>BDC\nEMC\n", PROPERTY);
	expect("/P<</MCID -1/Type(x)/BBox[1 2 3]/Attached[/Top 1]>>DP",
	    "/P<<>>DP\n", PROPERTY);
	expect("/P<</BBox[0 0 1 .5]/Attached[/Top/Left]/Lang(ja)/Lang(en)>>DP",
	    "/P<</Attached[/Top/Left]/BBox[0 0 1 0.5]/Lang(ja)>>DP\n",
	    PROPERTY);
	expect("/P<</MCID>>DP /P<</MCID 1", "/P<<>>DP\n", OPERANDS PROPERTY);
}

static void
expect_picture(const char *in, size_t n, const char *want, const char *pictures,
    const char *findings)
{
	struct job j = { .kind = PCONTENT_PAGE };
	struct pdf_case c;
	struct buf out;

	run_bytes(&j, RESOURCES, in, n, &out, &c);
	cr_expect_str_eq(buf_cstr(&out), want, "%s\n-> %s", in, buf_cstr(&out));
	cr_expect_str_eq(j.pictures, pictures, "%s: %s", in, j.pictures);
	cr_expect_str_eq(ids(&c), findings, "%s: %s", in, c.findings);
	buf_done(&out);
}

#define PICTURE(in, pictures, findings) \
	expect_picture(in " 2 w", sizeof(in " 2 w") - 1, "/Inline7 Do\n2 w\n", \
	    pictures, findings)

Test(pdf_content, inline_pictures)
{
	PICTURE("BI/W 2/H 2/BPC 8/CS/G ID abcd EI", "2x2:4 ", "");
	PICTURE("BI/W 2/H 2/BPC 8/CS/G ID abcdEI", "2x2:4 ", "");
	/* what looks like the end is inside */
	PICTURE("BI/W 8/H 1/BPC 8/CS/G ID a EI 1 w\nEI", "8x1:8 ", "");
	PICTURE("BI/W 9/H 2/IM true ID abcd\nEI", "9x2:4 ", "");
	PICTURE("BI/W 1/H 1/BPC 8/CS/C1 ID abc\nEI", "1x1:3 ", "");
	PICTURE("BI/W 3/H 1/BPC 8/CS/C2 ID abc\nEI", "3x1:3 ", "");
	PICTURE("BI/W 3/H 1/BPC 8/CS[/I/RGB 1(abcdef)]ID abc\nEI", "3x1:3 ",
	    "");
	PICTURE("BI/W 2/H 1/BPC 8/CS/CMYK/D[0 1 0 1 0 1 0 1] ID abcdefgh EI",
	    "2x1:8 ", "");
	PICTURE("BI/W 1/H 1/BPC 8/CS/G/F/AHx ID 41> EI", "1x1:3 ", "");
	PICTURE("BI/W 1/H 1/BPC 8/CS/G/F[/A85/Fl]ID abc~>\nEI", "1x1:5 ", "");
	PICTURE("BI/W 1/H 1/BPC 8/CS/G/F/RL ID \1ab\200 EI", "1x1:4 ", "");
	PICTURE("BI/W 1/H 1/BPC 8/CS/G/F/CCF ID \1\2\3\nEI", "1x1:3 ", "");
	PICTURE("BI/L 5/W 1/H 1/F/CCF ID a EI \nEI", "1x1:5 ", "");
	/* ends that are inside the code */
	PICTURE("BI/W 6/H 1/BPC 8/CS/G/F/Fl ID "
		"\170\001\001\006\000\371\377\141\040\105\111\040\161\005\214"
		"\001\241\nEI",
	    "6x1:17 ", "");
	PICTURE("BI/W 6/H 1/BPC 8/CS/G/F/RL ID \5a EI q\200\nEI", "6x1:8 ", "");
	PICTURE("BI/W 6/H 1/BPC 8/CS/G/F/DCT ID \377\330\377\376\0\10a EI q"
		"\377\331\nEI",
	    "6x1:14 ", "");
	/* nine bits: clear, a, end */
	PICTURE("BI/W 1/H 1/BPC 8/CS/G/F/LZW ID \200\030\140\040\nEI", "1x1:4 ",
	    "");
	/* one byte short, one too many */
	PICTURE("BI/W 2/H 2/BPC 8/CS/G ID ab\nEI", "2x2:2 ", INLINE);
	PICTURE("BI/W 2/H 2/BPC 8/CS/G ID abcde\nEI", "2x2:5 ", INLINE);
}

Test(pdf_content, inline_pictures_that_do_not_end)
{
	expect("1 w BI/W 2/H 2 ID abc", "1 w\n", INLINE);
	expect("1 w BI/W 2/H 2", "1 w\n", INLINE);
	expect("1 w BI/W 2 q 2 w Q", "1 w\n2 w\n", STATE INLINE);
}

static void
expect_da(const char *in, const char *want, const char *font)
{
	struct job j = { .da = true };
	struct pdf_case c = { .body = rewrite, .arg = &j };
	struct buf out, again;

	cr_assert_eq(pdf_case_run(&c, in, strlen(in), &out), 0);
	cr_expect_str_eq(buf_cstr(&out), want, "%s -> %s", in, buf_cstr(&out));
	cr_expect_str_eq(j.used, font, "%s: %s", in, j.used);
	cr_assert_eq(pdf_case_run(&c, out.data, out.len, &again), 0);
	cr_expect_str_eq(buf_cstr(&again), want, "again: %s", in);
	cr_expect_eq(c.n_findings, 0, "again: %s", in);
	buf_done(&out);
	buf_done(&again);
}

Test(pdf_content, da)
{
	expect_da("/Helv 12 Tf 0 g", "/Helv 12 Tf 0 g", "Helv");
	expect_da(" 0.0 0 1 rg  /He#6cv 0.0 Tf ", "0 0 1 rg /Helv 0 Tf",
	    "Helv");
	expect_da("(x) Tj /A 1 Tf /X Do 1 Tf", "/A 1 Tf", "A");
	expect_da("", "", "");
}

/* Every bit flipped and every length: a result, and the same once more. */
Test(pdf_content, mutations)
{
	static const char seed[] =
	    "q 1 0 0 1 .5 -7 cm /G1 gs/C1 cs .1 .2 .3 scn\nBT /F1 12 Tf"
	    "[(a\\)b) -20 <0041>] TJ ET /P <</MCID 0/Lang(ja)>> BDC EMC "
	    "[1 2] 0 d 0 0 9 9 re W* n Q";
	struct job j = { .kind = PCONTENT_PAGE };
	char bytes[sizeof(seed)];
	struct buf out, again;
	struct pdf_case c;

	for (size_t i = 0; i < (sizeof(seed) - 1) * 9; i++) {
		size_t n = i % 9 == 8 ? i / 9 : sizeof(seed) - 1;

		memcpy(bytes, seed, sizeof(seed));
		if (i % 9 < 8)
			bytes[i / 9] = (char)(bytes[i / 9] ^ 1 << i % 9);
		run_bytes(&j, RESOURCES, bytes, n, &out, &c);
		run_bytes(&j, RESOURCES, out.data, out.len, &again, &c);
		cr_assert_eq(c.n_findings, 0, "%zu: %s", i, c.findings);
		cr_assert_eq(out.len, again.len, "%zu: %s", i, buf_cstr(&out));
		cr_assert(out.len == 0 ||
			  memcmp(out.data, again.data, out.len) == 0);
		buf_done(&out);
		buf_done(&again);
	}
}
