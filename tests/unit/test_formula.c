/*
 * The formula lexer over a table: what stays comes out as it went in, what is
 * refused says why.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <criterion/criterion.h>

#include "formats/ooxml/formula.h"

static bool
gone(const void *arg, const char *name, size_t n)
{
	static const char *const names[] = { "Macro1", "Old Sheet", "It's gone",
		"\346\266\210\343\201\210\343\201\237" };

	(void)arg;
	for (size_t i = 0; i < 4; i++)
		if (strlen(names[i]) == n &&
		    strncasecmp(names[i], name, n) == 0)
			return true;
	return false;
}

static const struct formula_rules rules = { .links = true, .gone = gone };

static const char *const fine[] = {
	"1",
	"1.5",
	".5",
	"1E+3",
	"1.5e-10",
	"-1",
	"+A1",
	"A1",
	"$A$1",
	"A$1",
	"$XFD$1048576",
	"A1:B2",
	"A:A",
	"1:1",
	"$1:$3",
	"A1:A3 B1:B3",
	"A1,B2",
	"(A1,B2)",
	"50%",
	"A1%",
	"TRUE",
	"FALSE",
	"\"text\"",
	"\"\"",
	"\"a\"\"b\"",
	"\"\346\227\245\346\234\254\350\252\236\"",
	"\"=CALL()\"",
	"\"|\"",
	"\"[1]\"",
	"#REF!",
	"#N/A",
	"#DIV/0!",
	"#VALUE!",
	"#NAME\?",
	"#NULL!",
	"#NUM!",
	"Sheet1!#REF!",
	"SUM(A1:A3)",
	"sum(a1)",
	"Sum(A1)",
	"SUM (A1)",
	"SUM(\012A1 )",
	"IF(A1>0,\"\346\255\243\",\"\350\262\240\")",
	"IF(A1<>B1,1,2)",
	"IF(A1>=1,IF(B1<=2,3,4),5)",
	"VLOOKUP(A1,Sheet2!$A:$B,2,FALSE)",
	"'\351\233\206\350\250\210 \350\241\250'!A1",
	"'It''s'!A1",
	"\351\233\206\350\250\210!A1",
	"\351\233\206\350\250\210!$A$1:$B$2",
	"Sheet1:Sheet3!A1",
	"'1\346\234\210:12\346\234\210'!B2",
	"A1&B1",
	"A1&\"\345\206\206\"",
	"A1^2",
	"A1=B1",
	"A1*(B1+C1)/D1-2",
	"{1,2;3,4}",
	"{\"a\";\"b\"}",
	"INDEX({1,2,3},2)",
	"_xlfn.XLOOKUP(A1,B:B,C:C)",
	"_xlfn.CONCAT(A1:A3)",
	"_xlfn.TEXTJOIN(\",\",TRUE,A1:A3)",
	"_xlfn.IFS(A1=1,\"a\")",
	"_xlfn._xlws.FILTER(A1:A3,B1:B3)",
	"_xlfn._xlws.SORT(A1:A3)",
	"_xlfn.UNIQUE(A1:A9)",
	"_xlfn.SEQUENCE(3)",
	"_xlfn.ANCHORARRAY(A1)",
	"_xlfn.SINGLE(A1:A3)",
	"_xlfn.LET(_xlpm.x,1,_xlpm.x+1)",
	"_xlfn.LAMBDA(_xlpm.a,_xlpm.a*2)(3)",
	"_xlfn.BYROW(A1:B2,_xleta.SUM)",
	"_xlfn.LET(_xlpm.\346\225\260\357\274\210\347\251\272\357\274\211,1,_"
	"xlpm.\346\225\260\357\274\210\347\251\272\357\274\211)",
	"Table1[Col]",
	"Table1[[#This Row],[\346\225\260\351\207\217]]",
	"Table1[[#Headers],[a]:[b]]",
	"Table1[#All]",
	"SUM(\350\241\2501[\351\207\221\351\241\215])",
	"Table1['#x]",
	"Table1[a'[b']c]",
	"\345\243\262\344\270\212\345\220\210\350\250\210",
	"Print_Area",
	"_xlnm.Print_Area",
	"Sheet1!_xlnm.Print_Area",
	"name.with.dots",
	"a_b",
	"\\name",
	"TODAY()",
	"NOW()",
	"DATEDIF(A1,B1,\"Y\")",
	"TEXT(A1,\"ggge\345\271\264m\346\234\210d\346\227\245\")",
	"DATESTRING(A1)",
	"NUMBERSTRING(A1,1)",
	"ASC(A1)",
	"JIS(A1)",
	"YEN(A1)",
	"PHONETIC(A1)",
	"LENB(A1)",
	"SUMIFS(A:A,B:B,\">=\"&D1)",
	"COUNTIF(A1:A9,\"*\345\270\202*\")",
	"SUMPRODUCT((A1:A3=\"x\")*B1:B3)",
	"INDIRECT(\"A\"&B1)",
	"INDIRECT(\"Sheet1!A1\")",
	"OFFSET(A1,1,1)",
	"GETPIVOTDATA(\"x\",A1)",
	"CELL(\"row\",A1)",
	"FILTERXML(A1,\"//a\")",
	"ENCODEURL(A1)",
	"AGGREGATE(9,5,A1:A3)",
	"SUBTOTAL(109,A:A)",
	"ISERROR(A1)",
	"IFERROR(A1/B1,\"-\")",
	"RAND()",
	"HYPERLINK(\"https://example.jp/"
	"\",\"\345\270\202\345\275\271\346\211\200\")",
	"HYPERLINK(\"#Sheet1!A1\",\"\347\233\256\346\254\241\")",
	"HYPERLINK( \"mailto:a@example.jp\" )",
	"HYPERLINK(\"tel:0312345678\")",
	"A1#",
	"@A1:A3",
	"-SUM(-A1)",
	"--A1",
	"1+ 2",
	"MOD(ROW(),2)=0",
	"AND($A1<>\"\",$B1=\"\")",
	"LOG10(A1)",
	"ATAN2(1,2)",
	"LOG10",
	"BIN2DEC(1)",
	"MATCH(1,(A1=B1:B3)*(C1=D1:D3),0)",
	"((((((A1))))))",
	"A1:INDEX(A:A,3)",
	"CHOOSE(2,\"a\",\"b\")",
	"MAX(0,A1-B1)",
	"ROUND(A1*1.1,0)",
	"ROUNDDOWN(A1,-3)",
	"EDATE(A1,1)",
	"EOMONTH(A1,0)",
	"NETWORKDAYS(A1,B1,\344\274\221\346\227\245)",
	"_xlfn.STDEV.S(A1:A3)",
	"STDEV.S(A1:A3)",
	"_XLFN.CONCAT(A1)",
};

static const struct {
	const char *text;
	enum formula_why why;
} refused[] = {
	{ "[1]Sheet1!A1", FORMULA_EXTERNAL },
	{ "[1]!Name", FORMULA_EXTERNAL },
	{ "[12]\351\233\206\350\250\210!$A$1", FORMULA_EXTERNAL },
	{ "'[1]Sheet 1'!A1", FORMULA_EXTERNAL },
	{ "'[Book1.xlsx]Sheet1'!A1", FORMULA_EXTERNAL },
	{ "[Book1.xlsx]Sheet1!A1", FORMULA_EXTERNAL },
	{ "'C:\\x\\[b.xls]S'!A1", FORMULA_EXTERNAL },
	{ "'C:\\x\\b.xls'!Name", FORMULA_EXTERNAL },
	{ "'\\\\h\\s\\[x.xls]S'!A1", FORMULA_EXTERNAL },
	{ "'https://h/[x.xls]S'!A1", FORMULA_EXTERNAL },
	{ "C:\\dir\\[b.xls]Sheet1!A1", FORMULA_EXTERNAL },
	{ "\\\\h\\s\\x!A1", FORMULA_EXTERNAL },
	{ "SUM([1]S!A1)", FORMULA_EXTERNAL },
	{ "1+[2]S!A1", FORMULA_EXTERNAL },
	{ "{1}+[1]S!A1", FORMULA_EXTERNAL },
	{ "[@Col]", FORMULA_EXTERNAL },
	{ "[Col]", FORMULA_EXTERNAL },
	{ "Table1[a]Sheet1!A1", FORMULA_EXTERNAL },
	{ "Table1[a]!A1", FORMULA_EXTERNAL },
	{ "Table1[a]'x'!A1", FORMULA_EXTERNAL },
	{ "INDIRECT(\"[b.xls]S!A1\")", FORMULA_EXTERNAL },
	{ "INDIRECT( \"\\\\h\\s!A1\" )", FORMULA_EXTERNAL },
	{ "INDIRECT\012(\"[1]S!A1\")", FORMULA_EXTERNAL },
	{ "Book1.xlsx!Name", FORMULA_EXTERNAL },
	{ "'Book1.XLSM'!Name", FORMULA_EXTERNAL },
	{ "x.xla!f", FORMULA_EXTERNAL },
	{ "[0]!Foo", FORMULA_EXTERNAL },
	{ "'[1]a''b'!A1", FORMULA_EXTERNAL },
	{ "a\\b!A1", FORMULA_EXTERNAL },
	{ "a\\[b]", FORMULA_EXTERNAL },
	{ "IF(1,[1]S!A1)", FORMULA_EXTERNAL },
	{ "'/etc/passwd'!A1", FORMULA_EXTERNAL },
	{ "'x\?'!A1", FORMULA_EXTERNAL },
	{ "cmd|'/c calc'!A0", FORMULA_DDE },
	{ "'cmd'|'/c calc'!A0", FORMULA_DDE },
	{ "CMD|'/c'!'x'", FORMULA_DDE },
	{ "msexcel|a!b", FORMULA_DDE },
	{ "=1|2", FORMULA_DDE },
	{ "cmd |'/C'!A0", FORMULA_DDE },
	{ "'cmd|x'!A1", FORMULA_DDE },
	{ "\"cmd\"|\"x\"!A0", FORMULA_DDE },
	{ "A1|A2", FORMULA_DDE },
	{ "IF(1,cmd|x!y)", FORMULA_DDE },
	{ "Table1[a|b]", FORMULA_DDE },
	{ "\346\227\245\346\234\254|x!y", FORMULA_DDE },
	{ "CALL(\"x\",\"y\",\"z\")", FORMULA_FUNCTION },
	{ "call(\"x\")", FORMULA_FUNCTION },
	{ "Call (\"x\")", FORMULA_FUNCTION },
	{ "CALL\012(\"x\")", FORMULA_FUNCTION },
	{ "REGISTER(\"x\")", FORMULA_FUNCTION },
	{ "REGISTER.ID(\"x\")", FORMULA_FUNCTION },
	{ "EXEC(\"calc\")", FORMULA_FUNCTION },
	{ "WEBSERVICE(\"http://h\")", FORMULA_FUNCTION },
	{ "_xlfn.WEBSERVICE(\"http://h\")", FORMULA_FUNCTION },
	{ "_xlfn._xlws.WEBSERVICE(1)", FORMULA_FUNCTION },
	{ "_xlfn._xlfn.WEBSERVICE(1)", FORMULA_FUNCTION },
	{ "_XLFN.webservice(\"http://h\")", FORMULA_FUNCTION },
	{ "RTD(\"a\",\"b\",\"c\")", FORMULA_FUNCTION },
	{ "_xlfn.IMAGE(\"http://h\")", FORMULA_FUNCTION },
	{ "IMAGE(\"http://h\")", FORMULA_FUNCTION },
	{ "_xlfn._xlws.PY(1)", FORMULA_FUNCTION },
	{ "PY(\"x\")", FORMULA_FUNCTION },
	{ "_xlfn.STOCKHISTORY(\"x\")", FORMULA_FUNCTION },
	{ "CUBEVALUE(\"c\",\"m\")", FORMULA_FUNCTION },
	{ "CUBEMEMBER(\"c\",\"m\")", FORMULA_FUNCTION },
	{ "SQL.REQUEST(\"x\")", FORMULA_FUNCTION },
	{ "EVALUATE(\"1+1\")", FORMULA_FUNCTION },
	{ "GET.CELL(1)", FORMULA_FUNCTION },
	{ "GET.WORKSPACE(1)", FORMULA_FUNCTION },
	{ "FORMULA(\"=1\",A1)", FORMULA_FUNCTION },
	{ "FOPEN(\"x\")", FORMULA_FUNCTION },
	{ "FWRITELN(1,\"x\")", FORMULA_FUNCTION },
	{ "FILES()", FORMULA_FUNCTION },
	{ "SEND.KEYS(\"x\")", FORMULA_FUNCTION },
	{ "RUN(\"x\")", FORMULA_FUNCTION },
	{ "INITIATE(\"a\",\"b\")", FORMULA_FUNCTION },
	{ "myUdf(1)", FORMULA_FUNCTION },
	{ "\351\226\242\346\225\260(1)", FORMULA_FUNCTION },
	{ "_xlfn.FIELDVALUE(A1,\"x\")", FORMULA_FUNCTION },
	{ "_xlfn.DISPIMG(\"x\",1)", FORMULA_FUNCTION },
	{ "_xlfn.TRANSLATE(\"x\")", FORMULA_FUNCTION },
	{ "_xlfn.COPILOT(\"x\")", FORMULA_FUNCTION },
	{ "INFO(\"directory\")", FORMULA_FUNCTION },
	{ "SUM(CALL(\"x\"))", FORMULA_FUNCTION },
	{ "IF(TRUE,EXEC(\"x\"),0)", FORMULA_FUNCTION },
	{ "-EXEC(\"x\")", FORMULA_FUNCTION },
	{ "1+EXEC(\"x\")", FORMULA_FUNCTION },
	{ "@EXEC(\"x\")", FORMULA_FUNCTION },
	{ "(EXEC(\"x\"))", FORMULA_FUNCTION },
	{ "\"a\"&EXEC(\"x\")", FORMULA_FUNCTION },
	{ "{1}*EXEC(1)", FORMULA_FUNCTION },
	{ "Sheet1!EXEC(\"x\")", FORMULA_FUNCTION },
	{ "'S'!EXEC(1)", FORMULA_FUNCTION },
	{ "A1:EXEC(\"x\")", FORMULA_FUNCTION },
	{ "\357\274\243\357\274\241\357\274\254\357\274\254(\"x\")",
	    FORMULA_FUNCTION },
	{ "CALLE(\"x\")", FORMULA_FUNCTION },
	{ "SUM.X(1)", FORMULA_FUNCTION },
	{ "EUROCONVERT(1)", FORMULA_FUNCTION },
	{ "HYPERLINKX(\"http://h\")", FORMULA_FUNCTION },
	{ "x.SUM(1)", FORMULA_FUNCTION },
	{ "\\SUM(1)", FORMULA_FUNCTION },
	{ "_xll.foo(1)", FORMULA_ADDIN },
	{ "_XLL.FOO(1)", FORMULA_ADDIN },
	{ "_xldudf_x(1)", FORMULA_ADDIN },
	{ "_xludf.DUMMY(1)", FORMULA_ADDIN },
	{ "_xll.foo", FORMULA_ADDIN },
	{ "_xleta.WEBSERVICE", FORMULA_ADDIN },
	{ "LET(_xlpm.f,_xleta.HYPERLINK,_xlpm.f(\"file:x\"))", FORMULA_URL },
	{ "_xlfn.MAP(A1,_xleta.indirect)", FORMULA_URL },
	{ "_xlfn.BYROW(A1,_xleta.CALL)", FORMULA_ADDIN },
	{ "_xlfn.WEBSERVICE", FORMULA_ADDIN },
	{ "_xlbgnm.x", FORMULA_ADDIN },
	{ "_xlcn.x", FORMULA_ADDIN },
	{ "_xlws.PY", FORMULA_ADDIN },
	{ "_xlx", FORMULA_ADDIN },
	{ "_xldudf_a_b", FORMULA_ADDIN },
	{ "HYPERLINK(A1)", FORMULA_URL },
	{ "HYPERLINK(\"file:///c:/x\")", FORMULA_URL },
	{ "HYPERLINK(\"\\\\h\\s\",\"x\")", FORMULA_URL },
	{ "HYPERLINK(\"javascript:alert(1)\")", FORMULA_URL },
	{ "HYPERLINK(\"java\011script:x\")", FORMULA_URL },
	{ "HYPERLINK(\"http://\"&A1)", FORMULA_URL },
	{ "HYPERLINK((\"http://h\")&A1)", FORMULA_URL },
	{ "HYPERLINK(\"http://h\"&\"x\",\"y\")", FORMULA_URL },
	{ "hyperlink(\"ms-msdt:/x\")", FORMULA_URL },
	{ "HYPERLINK (\"search-ms:x\")", FORMULA_URL },
	{ "HYPERLINK(\"#[b.xlsx]S!A1\")", FORMULA_URL },
	{ "HYPERLINK(\"http://u@h/\")", FORMULA_URL },
	{ "HYPERLINK(\"other.xlsx\")", FORMULA_URL },
	{ "HYPERLINK(\"\")", FORMULA_URL },
	{ "HYPERLINK(,\"x\")", FORMULA_URL },
	{ "HYPERLINK(\"mk:@x\")", FORMULA_URL },
	{ "HYPERLINK(\"[b.xls]S!A1\")", FORMULA_URL },
	{ "HYPERLINK(\"http://h/\"\"x\")", FORMULA_URL },
	{ "_xlfn.HYPERLINK(\"cmd.exe\")", FORMULA_URL },
	{ "IF(1,HYPERLINK(\"calc\"))", FORMULA_URL },
	{ "", FORMULA_SYNTAX },
	{ "\"abc", FORMULA_SYNTAX },
	{ "'abc", FORMULA_SYNTAX },
	{ "SUM(A1", FORMULA_SYNTAX },
	{ "SUM(A1))", FORMULA_SYNTAX },
	{ ")", FORMULA_SYNTAX },
	{ "(", FORMULA_SYNTAX },
	{ "}", FORMULA_SYNTAX },
	{ "{1", FORMULA_SYNTAX },
	{ "(1}", FORMULA_SYNTAX },
	{ "A1!!", FORMULA_SYNTAX },
	{ "!A1", FORMULA_SYNTAX },
	{ "!x", FORMULA_SYNTAX },
	{ "#FOO", FORMULA_SYNTAX },
	{ "#", FORMULA_SYNTAX },
	{ "A1\"x\"", FORMULA_SYNTAX },
	{ "\"a\"\"b\" \"c\"", FORMULA_SYNTAX },
	{ "`", FORMULA_SYNTAX },
	{ "~", FORMULA_SYNTAX },
	{ "A1;\342\200\256B", FORMULA_SYNTAX },
	{ "A1\342\200\213", FORMULA_SYNTAX },
	{ "CA\342\200\213LL(\"x\")", FORMULA_SYNTAX },
	{ "\343\200\200", FORMULA_SYNTAX },
	{ "A1\357\275\234B1", FORMULA_SYNTAX },
	{ "a\357\274\201b", FORMULA_SYNTAX },
	{ "\001", FORMULA_SYNTAX },
	{ "Table1[a", FORMULA_SYNTAX },
	{ "Table1[[a]", FORMULA_SYNTAX },
	{ "'abc'", FORMULA_SYNTAX },
	{ "'a''b'", FORMULA_SYNTAX },
	{ "\?", FORMULA_SYNTAX },
	{ "\377", FORMULA_SYNTAX },
	{ "Macro1!A1", FORMULA_GONE },
	{ "'Macro1'!A1", FORMULA_GONE },
	{ "macro1!A1", FORMULA_GONE },
	{ "'Old Sheet'!B2", FORMULA_GONE },
	{ "SUM(Sheet1:Macro1!A1)", FORMULA_GONE },
	{ "Macro1:Sheet3!A1", FORMULA_GONE },
	{ "'A:Macro1'!A1", FORMULA_GONE },
	{ "'It''s gone'!A1", FORMULA_GONE },
	{ "\346\266\210\343\201\210\343\201\237!A1", FORMULA_GONE },
};

static int
parse(const char *text, const struct formula_rules *r, struct buf *out,
    enum formula_why *why)
{
	char what[64];
	int e;

	buf_init(out, 4 * FORMULA_MAX_BYTES);
	e = formula_parse(text, strlen(text), r, out, why, what, sizeof(what));
	cr_assert_lt(strlen(what), sizeof(what));
	return e;
}

Test(formula, fine)
{
	enum formula_why why;
	struct buf out;

	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
		int e = parse(fine[i], &rules, &out, &why);

		cr_expect_eq(e, 0, "%s: %s", fine[i], formula_why_text(why));
		if (e == 0)
			cr_expect_str_eq(buf_cstr(&out), fine[i]);
		buf_done(&out);
	}
}

Test(formula, refused)
{
	enum formula_why why;
	struct buf out;

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		int e = parse(refused[i].text, &rules, &out, &why);

		cr_expect_eq(e, ERR_DENIED, "%s went through", refused[i].text);
		cr_expect_eq(why, refused[i].why, "%s: %s", refused[i].text,
		    formula_why_text(why));
		cr_expect_eq(out.len, 0);
		buf_done(&out);
	}
}

/* The address is written in the form that was checked. */
Test(formula, link_is_canonical)
{
	enum formula_why why;
	struct buf out;

	cr_assert_eq(
	    parse("HYPERLINK(\"HTTPS://\346\227\245\346\234\254.jp/a b\",1)",
		&rules, &out, &why),
	    0);
	cr_expect_str_eq(buf_cstr(&out),
	    "HYPERLINK(\"https://xn--wgv71a.jp/a%20b\",1)");
	buf_done(&out);
}

Test(formula, links_by_policy)
{
	struct formula_rules none = { .links = false };
	enum formula_why why;
	struct buf out;

	cr_expect_eq(parse("HYPERLINK(\"https://example.jp/\")", &none, &out,
			 &why),
	    ERR_DENIED);
	cr_expect_eq(why, FORMULA_URL);
	buf_done(&out);
}

Test(formula, pivot_names)
{
	struct formula_rules pivot = { .pivot = true };
	enum formula_why why;
	struct buf out;

	cr_expect_eq(parse("'Unit Price'*Qty", &pivot, &out, &why), 0);
	buf_done(&out);
	cr_expect_eq(parse("'[x]a'*Qty", &pivot, &out, &why), ERR_DENIED);
	buf_done(&out);
	cr_expect_eq(parse("'a'|'b'!c", &pivot, &out, &why), ERR_DENIED);
	cr_expect_eq(why, FORMULA_DDE);
	buf_done(&out);
}

Test(formula, limits)
{
	static char deep[FORMULA_MAX_BYTES + 2];
	enum formula_why why;
	struct buf out;

	memset(deep, '1', FORMULA_MAX_BYTES + 1);
	cr_expect_eq(parse(deep, &rules, &out, &why), ERR_DENIED);
	cr_expect_eq(why, FORMULA_LIMIT);
	buf_done(&out);
	memset(deep, 0, sizeof(deep));
	memset(deep, '(', FORMULA_MAX_DEPTH + 1);
	cr_expect_eq(parse(deep, &rules, &out, &why), ERR_DENIED);
	cr_expect_eq(why, FORMULA_LIMIT);
	buf_done(&out);
}

/* Any cut and any changed byte ends in an answer; what stays is a fixpoint. */
Test(formula, mutations)
{
	struct buf out, again;
	enum formula_why why;
	char text[512];

	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
		for (size_t k = 0; k < strlen(fine[i]) * 8; k++) {
			snprintf(text, sizeof(text), "%s", fine[i]);
			text[k / 8] = (char)(text[k / 8] ^ (1 << k % 8));
			if (parse(text, &rules, &out, &why) == 0) {
				cr_expect_eq(parse(buf_cstr(&out), &rules,
						 &again, &why),
				    0, "%s", text);
				cr_expect_str_eq(buf_cstr(&out),
				    buf_cstr(&again));
				buf_done(&again);
			}
			buf_done(&out);
		}
}
