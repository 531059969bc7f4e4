/* Formulas that must not run, and data that must not change. */
#include "text_run.h"

static void
same(const char *in)
{
	text_run_expect("a.csv", in, in);
}

static void
becomes(const char *in, const char *want)
{
	text_run_expect("a.csv", in, want);
}

Test(csv, data_is_untouched)
{
	same("");
	same("番号,氏名,金額\r\n001,山田太郎,-1500\r\n002,鈴木花子,+3.5\r\n");
	same("a,-1,+2,-1.5e-3,-12%,\"-1,234\",+81-3-1234-5678\n");
	same("-,--,---,=,====,－\n");
	same("2024/01/31,令和6年1月31日,12:30,03-1234-5678\n");
	same("-¥1,\"-¥1,200\",－５,＋１２\n");
	same("\"quoted \"\"text\"\"\",\"two\nlines\"\n");
	same("x;y\n-1;2\n");
	same("a@example.jp,1=1,a+b,x-y\n");
	same("'=1+1,\"'=1+1\"\n");
	same("\xef\xbb\xbf名前,値\r\n");
	same("one column\nonly\n");
	same("a,b\r1,2\r");
	text_run_expect("a.tsv", "a\tb\n-1\tx,\ty\n", "a\tb\n-1\tx,\ty\n");
}

/* Each begins a field, quoted or not, behind spaces or not. */
static const char *const payloads[] = { "=1+1", "=cmd|'/C calc'!A0",
	"+cmd|'/C calc'!A0", "-cmd|'/C calc'!A0", "@SUM(1+1)*cmd|'/C calc'!A0",
	"=HYPERLINK(\"\"http://x.example/\"\";\"\"y\"\")", "=WEBSERVICE(A1)",
	"=IMPORTXML(A1;B1)", "=IMAGE(A1)", "=MSEXCEL|'\\\\..\\\\..\\\\cmd'!''",
	"=DDE(\"\"x\"\";\"\"y\"\")", "-2+3+cmd|'/C calc'!D2", "+1+1", "-A1",
	"--1", "+-1", "=\t1+1", "= 1+1", "-1+1", "-1 (x)", "+81(cmd)", "＝1+1",
	"＋1+1", "－A1", "＠SUM(1)", "|cmd", "-1\n+cmd|'x'!A1", "\t=1+1",
	"\n=1", "\rx", "@x", "-x", "=-1", "-１+１", "-1e", "-1,2,x", "-$",
	"+1-", "-.5.5", "-0x1" };

static void
check_lead(const char *in)
{
	struct text_run t;
	char *p, *end;

	text_run(&t, "a.csv", in, strlen(in));
	cr_assert_eq(t.err, 0, "%s: %s", in, t.res.message);
	cr_expect_geq(t.count[FIND_CSV_FORMULA], 1, "%s", in);
	cr_assert_not_null(buf_cstr(&t.out));
	p = (char *)t.out.data + strlen("x,");
	end = (char *)t.out.data + t.out.len;
	if (*p == '"')
		p++;
	cr_expect(p < end && *p == '\'', "%s -> %s", in, buf_cstr(&t.out));
	buf_done(&t.out);
}

Test(csv, payloads_are_neutralised)
{
	char in[256];

	for (size_t i = 0; i < sizeof(payloads) / sizeof(payloads[0]); i++) {
		snprintf(in, sizeof(in), "x,\"%s\"\ny,z\n", payloads[i]);
		check_lead(in);
		if (strchr("\t\n\r", payloads[i][0]) != NULL)
			continue;
		snprintf(in, sizeof(in), "x,\" %s\"\n", payloads[i]);
		check_lead(in);
		snprintf(in, sizeof(in), "x,\"\"\"%s\"\n", payloads[i]);
		check_lead(in);
		if (strpbrk(payloads[i], "\"\n\r,") != NULL)
			continue;
		snprintf(in, sizeof(in), "x,%s,z\n", payloads[i]);
		check_lead(in);
		snprintf(in, sizeof(in), "x,　 %s\n", payloads[i]);
		check_lead(in);
	}
}

Test(csv, every_candidate_separator_counts)
{
	becomes("a,b;=1+1\n", "a,b;'=1+1\n");
	becomes("a,b\t=1+1\n", "a,b\t'=1+1\n");
	becomes("a,b|=1+1\n", "a,b|'=1+1\n");
	becomes("a;b,=1+1\nc;d\n", "a;b,'=1+1\nc;d\n");
	becomes("\"a;=1+1\",b\n", "\"a;'=1+1\",b\n");
	becomes("\"a\n=1+1\",b\n", "\"a\n'=1+1\",b\n");
	becomes("\"a,\"\"=1+1\"\"\",b\n", "\"a,'\"\"=1+1\"\"\",b\n");
	becomes("=1\r=2\r", "'=1\r'=2\r");
	same("\"memo\n- item one\n- item two\",b\n");
	becomes("\"memo\n- x|'y'!A1\",b\n", "\"memo\n'- x|'y'!A1\",b\n");
}

/* A number ends where the widest reader ends it. */
Test(csv, numbers_do_not_hide_formulas)
{
	becomes("-1;cmd|'/C calc'!A0,x\n", "'-1;cmd|'/C calc'!A0,x\n");
	becomes("-5,cmd|'/C calc'!A0\n", "'-5,cmd|'/C calc'!A0\n");
	becomes("\"-1\n=cmd\",b\n", "\"'-1\n'=cmd\",b\n");
	becomes("-1\"=cmd\",b\n", "'-1\"=cmd\",b\n");
}

Test(csv, excel_idiom_becomes_text)
{
	struct text_run t;

	becomes("=\"001\",b\n", "\"001\",b\n");
	becomes("\"=\"\"001\"\"\",b\n", "\"001\",b\n");
	becomes("a,=\"03-1234\"\n", "a,\"03-1234\"\n");
	becomes("=\"-1\",b\n", "'=\"-1\",b\n");
	becomes("=\"a\"&B1,b\n", "'=\"a\"&B1,b\n");
	becomes("=\"\",b\n", "'=\"\",b\n");
	text_run(&t, "a.csv", "x\n=\"1\"\n", 8);
	cr_assert_eq(t.count[FIND_CSV_IDIOM], 1);
	cr_assert_str_eq(t.where[FIND_CSV_IDIOM], "line 2");
	buf_done(&t.out);
}

Test(csv, first_line)
{
	becomes("ID,name\n1,x\n", "\"ID\",name\n1,x\n");
	becomes("ID番号,name\n", "\"ID番号\",name\n");
	becomes("TABLE,x\n", "\"TABLE\",x\n");
	same("Id,name\n");
	same("sep=;\na;b\n");
	becomes("sep=;\na;=1\n", "sep=;\na;'=1\n");
	becomes("sep=x\naxb\n", "'sep=x\naxb\n");
	becomes("SEP=:\na:=1\n", "'SEP=:\na:=1\n");
	becomes("\"sep=x\"\n", "'\"sep=x\"\n");
}

Test(csv, unpaired_quotes)
{
	becomes("a,\"b,c\nd,e\n", "a,\"\"\"b\",c\nd,e\n");
	becomes("a,\"=1\n", "a,\"'\"\"=1\"\n");
	becomes("\"", "\"\"\"\"");
	same("a\"b,c\n");
	becomes("a,\"b\"=1,c\n", "a,\"\"\"b\"\"=1\",c\n");
}

Test(csv, many_unpaired_quotes_are_refused)
{
	static char in[4000];
	struct text_run t;

	for (size_t i = 0; i + 4 <= sizeof(in); i += 4)
		memcpy(in + i, "\"a,\n", 4);
	text_run(&t, "a.csv", in, sizeof(in));
	cr_assert_eq(t.err, ERR_MALFORMED);
	buf_done(&t.out);
}

Test(csv, charsets)
{
	struct text_run t;

	text_run(&t, "a.csv",
	    "\x8e\x81\x96\xbc,=1\r\n\x81\x81"
	    "1\r\n",
	    15);
	cr_assert_eq(t.err, 0);
	cr_assert_str_eq(buf_cstr(&t.out), "\x8e\x81\x96\xbc,'=1\r\n'\x81\x81"
					   "1\r\n");
	buf_done(&t.out);
	text_run(&t, "a.csv",
	    "\xff\xfe"
	    "a\0\t\0=\0"
	    "1\0\n\0",
	    12);
	cr_assert(t.err == 0 && t.out.len == 14 &&
		  memcmp(t.out.data,
		      "\xff\xfe"
		      "a\0\t\0'\0=\0"
		      "1\0\n\0",
		      14) == 0);
	buf_done(&t.out);
}

Test(csv, report_only)
{
	struct options o;
	struct text_run t;

	options_default(&o);
	o.csv = CSV_REPORT;
	text_run_with(&t, &o, "a.csv", "ID,=1+1\n", 8);
	cr_assert_eq(t.err, 0);
	cr_assert_str_eq(buf_cstr(&t.out), "ID,=1+1\n");
	cr_assert_eq(t.count[FIND_CSV_FORMULA], 1);
	cr_assert_eq(t.changed, 0);
	buf_done(&t.out);
}

Test(csv, name_decides)
{
	struct text_run t;

	text_run(&t, "a.txt", "a,=1\n", 5);
	cr_assert_str_eq(t.res.structure, "text");
	cr_assert_str_eq(buf_cstr(&t.out), "a,=1\n");
	buf_done(&t.out);
	text_run(&t, "a.TSV", "a\t=1\n", 5);
	cr_assert_str_eq(t.res.structure, "csv");
	cr_assert_str_eq(t.res.out_ext, "tsv");
	buf_done(&t.out);
}
