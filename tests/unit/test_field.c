/*
 * Word's field instructions: what stays and how it is written again, what
 * becomes its result, what is named as dangerous.
 */
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "formats/ooxml/field.h"

#define FLAT   FIELD_FLATTEN, NULL
#define DANGER FIELD_DANGER, NULL

static const struct {
	const char *in;
	enum field_class is;
	const char *text; /* KEEP: as written; LINK: url|switches */
} cases[] = {
	/* numbers, dates, properties */
	{ "PAGE", FIELD_KEEP, " PAGE " },
	{ " page  \\* MERGEFORMAT ", FIELD_KEEP, " PAGE \\* MERGEFORMAT " },
	{ "PAGE\\* Arabic", FIELD_KEEP, " PAGE \\* Arabic " },
	{ "PAGE x", FLAT },
	{ "PAGE \"DDEAUTO\"", FLAT },
	{ "PAGE \\x", FLAT },
	{ "NumPages \\# \"0\"", FIELD_KEEP, " NUMPAGES \\# \"0\" " },
	{ "SECTION", FIELD_KEEP, " SECTION " },
	{ "SECTIONPAGES \\* CHINESENUM3", FIELD_KEEP,
	    " SECTIONPAGES \\* CHINESENUM3 " },
	{ "SEQ 図 \\* ARABIC", FIELD_KEEP, " SEQ 図 \\* ARABIC " },
	{ "SEQ Figure \\r 3 \\h", FIELD_KEEP, " SEQ Figure \\r 3 \\h " },
	{ "SEQ a b c", FLAT },
	{ "DATE \\@ \"ggge年M月d日\"", FIELD_KEEP,
	    " DATE \\@ \"ggge年M月d日\" " },
	{ "DATE \\@ \"yyyy\" \\* MERGEFORMAT", FIELD_KEEP,
	    " DATE \\@ \"yyyy\" \\* MERGEFORMAT " },
	{ "TIME \\@ \"HH:mm\"", FIELD_KEEP, " TIME \\@ \"HH:mm\" " },
	{ "CREATEDATE \\h", FIELD_KEEP, " CREATEDATE \\h " },
	{ "SAVEDATE", FIELD_KEEP, " SAVEDATE " },
	{ "PRINTDATE \\s", FIELD_KEEP, " PRINTDATE \\s " },
	{ "EDITTIME", FIELD_KEEP, " EDITTIME " },
	{ "NUMWORDS", FIELD_KEEP, " NUMWORDS " },
	{ "NUMCHARS", FIELD_KEEP, " NUMCHARS " },
	{ "AUTHOR", FIELD_KEEP, " AUTHOR " },
	{ "AUTHOR \"someone\"", FLAT },
	{ "TITLE \\* Upper", FIELD_KEEP, " TITLE \\* Upper " },
	{ "SUBJECT", FIELD_KEEP, " SUBJECT " },
	{ "KEYWORDS", FIELD_KEEP, " KEYWORDS " },
	{ "COMMENTS", FIELD_KEEP, " COMMENTS " },
	{ "LASTSAVEDBY", FIELD_KEEP, " LASTSAVEDBY " },
	{ "REVNUM", FIELD_KEEP, " REVNUM " },
	{ "FILENAME", FIELD_KEEP, " FILENAME " },
	{ "FILENAME \\p", FLAT },
	{ "FILENAME \\P \\* MERGEFORMAT", FLAT },
	/* references */
	{ "REF _Ref1 \\h", FIELD_KEEP, " REF _Ref1 \\h " },
	{ "REF \"_Ref1\" \\r", FIELD_KEEP, " REF \"_Ref1\" \\r " },
	{ "REF 見出し \\p", FIELD_KEEP, " REF 見出し \\p " },
	{ "REF", FLAT },
	{ "REF \"c:\\\\x\"", FLAT },
	{ "REF http://h.test/x", FLAT },
	{ "REF a b", FLAT },
	{ "PAGEREF _Toc1 \\h", FIELD_KEEP, " PAGEREF _Toc1 \\h " },
	{ "PAGEREF \"a b\"", FLAT },
	{ "NOTEREF _Ref2 \\f \\h", FIELD_KEEP, " NOTEREF _Ref2 \\f \\h " },
	{ "STYLEREF \"見出し 1\" \\n", FIELD_KEEP,
	    " STYLEREF \"見出し 1\" \\n " },
	{ "STYLEREF 1", FIELD_KEEP, " STYLEREF 1 " },
	/* tables of contents, indexes */
	{ "TOC \\o \"1-3\" \\h \\z \\u", FIELD_KEEP,
	    " TOC \\o \"1-3\" \\h \\z \\u " },
	{ "TOC \\t \"章,1\" \\c \"図\"", FIELD_KEEP,
	    " TOC \\t \"章,1\" \\c \"図\" " },
	{ "TOC \"c:\\\\a.doc\"", FLAT },
	{ "TOC \\t \"\\\\\\\\h\\\\s\"", FLAT },
	{ "TC \"項\" \\f C \\l 1", FIELD_KEEP, " TC \"項\" \\f C \\l 1 " },
	{ "XE \"索引:項目\" \\b", FIELD_KEEP, " XE \"索引:項目\" \\b " },
	{ "XE \"a \\\"b\\\" c\"", FIELD_KEEP, " XE \"a \\\"b\\\" c\" " },
	{ "INDEX \\c \"2\" \\z \"1041\"", FIELD_KEEP,
	    " INDEX \\c \"2\" \\z \"1041\" " },
	{ "TOA \\h \\c \"1\" \\p", FIELD_KEEP, " TOA \\h \\c \"1\" \\p " },
	{ "TA \\l \"x\" \\s \"y\" \\c 1", FIELD_KEEP,
	    " TA \\l \"x\" \\s \"y\" \\c 1 " },
	{ "TA \\l \"x\" \\s \"y\" \\b", FIELD_KEEP,
	    " TA \\l \"x\" \\s \"y\" \\b " },
	{ "BIBLIOGRAPHY", FIELD_KEEP, " BIBLIOGRAPHY " },
	{ "CITATION Smi03 \\l 1041", FIELD_KEEP, " CITATION Smi03 \\l 1041 " },
	/* lists, symbols, layout */
	{ "LISTNUM NumberDefault \\l 2", FIELD_KEEP,
	    " LISTNUM NumberDefault \\l 2 " },
	{ "AUTONUM \\s .", FIELD_KEEP, " AUTONUM \\s . " },
	{ "AUTONUMLGL", FIELD_KEEP, " AUTONUMLGL " },
	{ "AUTONUMOUT", FIELD_KEEP, " AUTONUMOUT " },
	{ "SYMBOL 40 \\f \"Wingdings\" \\s 10", FIELD_KEEP,
	    " SYMBOL 40 \\f \"Wingdings\" \\s 10 " },
	{ "ADVANCE \\u 6", FIELD_KEEP, " ADVANCE \\u 6 " },
	{ "EQ \\o\\ac(○,印)", FIELD_KEEP, " EQ \\o\\ac(○,印) " },
	{ "eq \\* jc2 \\* \"Font:ＭＳ 明朝\" \\o\\ad(\\s\\up 9(かん),関)",
	    FIELD_KEEP,
	    " EQ \\* jc2 \\* \"Font:ＭＳ 明朝\" \\o\\ad(\\s\\up 9(かん),関) " },
	{ "EQ \\\\\\\\h\\\\s", FLAT },
	{ "EQ http://h.test", FLAT },
	/* forms */
	{ "FORMTEXT", FIELD_KEEP, " FORMTEXT " },
	{ "FORMCHECKBOX", FIELD_KEEP, " FORMCHECKBOX " },
	{ "FORMDROPDOWN", FIELD_KEEP, " FORMDROPDOWN " },
	/* formulas of tables */
	{ "=SUM(ABOVE)", FIELD_KEEP, " =SUM(ABOVE) " },
	{ " = A1*B2+3 \\# \"#,##0\"", FIELD_KEEP, " = A1*B2+3 \\# \"#,##0\" " },
	{ "= 合計 / 2 \\* MERGEFORMAT", FIELD_KEEP,
	    " = 合計 / 2 \\* MERGEFORMAT " },
	{ "= cmd|'/c calc'!A1", FLAT },
	{ "= \"x\"", FLAT },
	{ "= 1 \\x", FLAT },
	/* links */
	{ "HYPERLINK \"https://www.example.jp/\"", FIELD_LINK,
	    "https://www.example.jp/|" },
	{ "HYPERLINK \\l \"_Toc1\"", FIELD_LINK, "| \\l \"_Toc1\"" },
	{ "HYPERLINK http://h.test/ \\o \"tip\" \\t \"_blank\"", FIELD_LINK,
	    "http://h.test/| \\o \"tip\"" },
	{ "HYPERLINK \"http://h.test/\" \\m \\n", FIELD_LINK,
	    "http://h.test/|" },
	{ "HYPERLINK \"a\" \"b\"", FLAT },
	{ "HYPERLINK \"a", FLAT },
	/* what is only shown */
	{ "QUOTE 68 68 69 65 85 84 79", FLAT },
	{ "IF 1 = 1 \"a\" \"b\"", FLAT },
	{ "SET x \"c:\\\\x\"", FLAT },
	{ "COMPARE a = b", FLAT },
	{ "ASK x \"y\"", FLAT },
	{ "FILLIN \"y\"", FLAT },
	{ "DOCPROPERTY x", FLAT },
	{ "DOCVARIABLE x", FLAT },
	{ "USERNAME", FLAT },
	{ "FILESIZE", FLAT },
	{ "TEMPLATE \\p", FLAT },
	{ "INFO TITLE", FLAT },
	{ "MERGEFIELD 氏名", FLAT },
	{ "ADDRESSBLOCK", FLAT },
	{ "AUTOTEXT x", FLAT },
	{ "DISPLAYBARCODE \"1\" QR", FLAT },
	{ "GOTOBUTTON x y", FLAT },
	{ "FROBNICATE", FLAT },
	{ "", FLAT },
	{ "   ", FLAT },
	{ "\\* MERGEFORMAT", FLAT },
	{ "\"PAGE\"", FLAT },
	/* what acts */
	{ "DDE x y z", DANGER },
	{ "DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe \"/k calc\"", DANGER },
	{ "ddeauto x", DANGER },
	{ "\tDdEaUtO\t x", DANGER },
	{ "\xc2\xa0\xc2\xad"
	  "DDE x",
	    DANGER },
	{ "\xe2\x80\x8b"
	  "DDE x",
	    DANGER },
	{ "\xe3\x80\x80LINK x", DANGER },
	{ "DDE\xe2\x80\x9cx\xe2\x80\x9d", DANGER },
	{ "DDE \"unclosed", DANGER },
	{ "INCLUDETEXT \"http://h.test/x\"", DANGER },
	{ "INCLUDEPICTURE \"http://h.test/x\" \\d", DANGER },
	{ "INCLUDE x", DANGER },
	{ "IMPORT x", DANGER },
	{ "RD x", DANGER },
	{ "DATABASE \\d x", DANGER },
	{ "DATA x", DANGER },
	{ "EMBED Package", DANGER },
	{ "CONTROL Forms.TextBox.1", DANGER },
	{ "OCX x", DANGER },
	{ "HTMLCONTROL x", DANGER },
	{ "MACRO x", DANGER },
	{ "MACROBUTTON x y", DANGER },
	{ "PRINT \"x\"", DANGER },
	{ "PRIVATE", DANGER },
	{ "ADDIN EN.CITE", DANGER },
	{ "SUBSCRIBER", DANGER },
	{ "FTREF", DANGER },
	{ "PLUGIN", DANGER },
};

static void
written(const struct field *f, char *out, size_t size)
{
	if (f->is == FIELD_LINK)
		snprintf(out, size, "%.*s|%.*s", (int)f->url.len,
		    (const char *)f->url.data, (int)f->text.len,
		    (const char *)f->text.data);
	else
		snprintf(out, size, "%.*s", (int)f->text.len,
		    (const char *)f->text.data);
}

Test(field, table)
{
	char got[512], again[512];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct field f, g;

		cr_assert_eq(field_parse(cases[i].in, strlen(cases[i].in), &f),
		    0);
		cr_expect_eq(f.is, cases[i].is, "%s is %d", cases[i].in,
		    (int)f.is);
		if (cases[i].text == NULL || f.is != cases[i].is) {
			field_done(&f);
			continue;
		}
		written(&f, got, sizeof(got));
		cr_expect_str_eq(got, cases[i].text, "%s: \"%s\"", cases[i].in,
		    got);
		if (f.is == FIELD_KEEP) {
			cr_assert_eq(field_parse(got, strlen(got), &g), 0);
			written(&g, again, sizeof(again));
			cr_expect_str_eq(got, again);
			field_done(&g);
		}
		field_done(&f);
	}
}

Test(field, no_keyword_is_kept_behind_another)
{
	/* Whatever stands before it, a dangerous word is never written. */
	static const char *const lead[] = { "PAGE", "SEQ", "XE", "TOC", "REF",
		"DATE", "EQ", "SYMBOL", "STYLEREF" };
	char text[64];

	for (size_t i = 0; i < sizeof(lead) / sizeof(lead[0]); i++) {
		struct field f;

		snprintf(text, sizeof(text), "%s\r\nDDEAUTO c:\\\\x \"y\"",
		    lead[i]);
		cr_assert_eq(field_parse(text, strlen(text), &f), 0);
		cr_expect(f.is == FIELD_FLATTEN || f.is == FIELD_DANGER, "%s",
		    text);
		field_done(&f);
	}
}

Test(field, too_long)
{
	static char text[FIELD_MAX_BYTES + 2];
	struct field f;

	memset(text, ' ', sizeof(text) - 1);
	memcpy(text, "PAGE", 4);
	cr_assert_eq(field_parse(text, sizeof(text) - 1, &f), 0);
	cr_expect_eq(f.is, FIELD_FLATTEN);
	field_done(&f);
}

Test(field, cut_anywhere)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t n = 0; n <= strlen(cases[i].in); n++) {
			struct field f;

			cr_assert_eq(field_parse(cases[i].in, n, &f), 0);
			field_done(&f);
		}
}
