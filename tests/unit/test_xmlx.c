/*
 * The XML reader and writer: what is refused, what becomes of namespaces,
 * branches and extensions, that output is a fixpoint, that what nobody dealt
 * with cannot be written, and that a big part streams in little memory.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xml_case.h"

#define DECL "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define W    "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
#define WS   "http://purl.oclc.org/ooxml/wordprocessingml/main"
#define MC   "http://schemas.openxmlformats.org/markup-compatibility/2006"
#define X    "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define R    "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define A    "http://schemas.openxmlformats.org/drawingml/2006/main"
#define WPS  "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"

/* What stands between <w:body> and </w:body> of the output; or the error. */
static const char *
body(const char *xml)
{
	static char text[8192];
	struct xml_case c;
	const char *from, *to, *s;
	int e;

	xml_case_init(&c, SN_W_DOCUMENT);
	e = xml_case_run(&c, xml, strlen(xml));
	snprintf(text, sizeof(text), "%s: %s", err_name(e), c.message);
	if (e == 0) {
		s = buf_cstr(&c.out);
		cr_assert_eq(xml_case_again(&c), 0, "%s\n%s", c.message, s);
		from = strstr(s, "<w:body>");
		to = strstr(s, "</w:body>");
		text[0] = '\0';
		if (from != NULL && to != NULL)
			snprintf(text, sizeof(text), "%.*s",
			    (int)(to - from - 8), from + 8);
	}
	xml_case_done(&c);
	return text;
}

/* In a document with the usual declarations. */
static const char *
in_body(const char *inner)
{
	static char doc[8192];

	snprintf(doc, sizeof(doc),
	    "<w:document xmlns:w=\"" W "\" xmlns:mc=\"" MC "\" xmlns:r=\"" R
	    "\" xmlns:wps=\"" WPS
	    "\" xmlns:u=\"urn:u\"><w:body>%s</w:body></w:document>",
	    inner);
	return body(doc);
}

static bool
begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

#define P(text) "<w:p><w:r><w:t>" text "</w:t></w:r></w:p>"

Test(xmlx, refused)
{
	static const struct {
		const char *xml, *starts;
	} cases[] = {
		{ "", "malformed" },
		{ "x", "malformed" },
		{ "\x4c\x6f\xa7\x94", "malformed" }, /* EBCDIC */
		{ "<", "malformed" },
		{ "<w:document", "malformed" },
		{ "<w:document xmlns:w=\"" W "\">", "malformed" },
		{ "<w:document xmlns:w=\"" W "\"/>junk", "malformed" },
		{ "<w:document xmlns:w=\"" W "\"/><w:document/>", "malformed" },
		{ "<w:document/>", "malformed" }, /* no such prefix */
		{ "<document/>", "malformed" },	  /* no namespace */
		{ "<w:styles xmlns:w=\"" W "\"/>", "malformed" },
		{ "<!DOCTYPE x><w:document xmlns:w=\"" W "\"/>", "malformed" },
		{ "<!DOCTYPE x [<!ENTITY a \"b\">]><w:document xmlns:w=\"" W
		  "\">&a;</w:document>",
		    "malformed" },
		{ "<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><w:document "
		  "xmlns:w=\"" W "\"/>",
		    "malformed" },
		{ "<w:document xmlns:w=\"" W "\">&a;</w:document>",
		    "malformed" },
		{ "<w:document xmlns:w=\"" W "\"><w:body w:a=\"&a;\"/>"
		  "</w:document>",
		    "malformed" },
		{ "<w:document xmlns:w=\"" W "\">&#0;</w:document>",
		    "malformed" },
		{ "<w:document xmlns:w=\"" W "\">&#xFFFE;</w:document>",
		    "malformed" },
		{ "<w:document xmlns:w=\"" W "\">\x01</w:document>",
		    "malformed" },
		{ "<w:document xmlns:w=\"" W "\">\xc0\xbc</w:document>",
		    "malformed" },
		{ "<w:document xmlns:w=\"" W "\">\xed\xa0\x80</w:document>",
		    "malformed" },
		{ "<w:document xmlns:w=\"" W "\"><w:body><u:x/></w:body>"
		  "</w:document>",
		    "malformed" }, /* undeclared prefix */
		{ "<w:document xmlns:w=\"" W "\" xmlns:v=\"" W
		  "\"><w:body><w:p w:a=\"1\" v:a=\"2\"/></w:body>"
		  "</w:document>",
		    "malformed" }, /* the same attribute twice */
		{ "<w:document xmlns:w=\"" W "\" xmlns:w=\"" X "\"/>",
		    "malformed" },
		{ "<w:document xmlns:w=\"" W "\"><w:body></w:document>",
		    "malformed" },
		{ "<?xml version=\"1.0\" encoding=\"UTF-7\"?>+ADw-",
		    "unsupported" },
		{ "<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><w:document "
		  "xmlns:w=\"" W "\"/>",
		    "unsupported" },
		{ "<?xml version=\"1.0\" encoding=\"UTF-32\"?><a/>",
		    "unsupported" },
		{ "<?xml version=\"1.0\" encoding=\"cp037\"?><a/>",
		    "unsupported" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect(begins(body(cases[i].xml), cases[i].starts),
		    "%s -> %s", cases[i].xml, body(cases[i].xml));
}

Test(xmlx, long_declaration_hides_no_encoding)
{
	char xml[2048];

	snprintf(xml, sizeof(xml),
	    "<?xml version=\"1.0\"%900s encoding=\"cp037\"?><a/>", "");
	cr_expect(begins(body(xml), "malformed"), "%s", body(xml));
}

Test(xmlx, kept_as_it_means)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ P("a"), P("a") },
		{ "\n  " P("a") "\t<!-- c -->", P("a") },
		{ P("a<!-- c -->b"), P("ab") },
		{ P("a<?pi x?>b"), P("ab") },
		{ P("<![CDATA[<b>&]]>"), P("&lt;b&gt;&amp;") },
		{ P("&#x3042;&lt;&amp;&quot;"), P("あ&lt;&amp;\"") },
		{ P("]]&gt;"), P("]]&gt;") },
		{ P("a&#13;b"), P("a&#13;b") },
		{ P("a\r\nb"), P("a\nb") },
		{ P(" "), P(" ") },
		{ "<w:p><w:r><w:t xml:space=\"preserve\"> a</w:t></w:r></w:p>",
		    "<w:p><w:r><w:t xml:space=\"preserve\"> a</w:t></w:r>"
		    "</w:p>" },
		{ "<w:p><w:r><w:t xml:space=\"default\">a</w:t></w:r></w:p>",
		    P("a") },
		{ "<w:p></w:p>", "<w:p/>" },
		{ "<w:p>text out of place<w:r/></w:p>", "<w:p><w:r/></w:p>" },
		{ "<w:p w:rsidR=\"00112233\" u:x=\"1\" x=\"2\"/>", "<w:p/>" },
		{ "<w:p xml:base=\"http://x/\"/>", "<w:p/>" },
		{ "<u:p>" P("gone") "</u:p>", "" },
		{ "<p>" P("gone") "</p>", "" },
		{ "<w:docVars>" P("gone") "</w:docVars>", "" },
		{ "<w:p><w:bookmarkStart w:id=\"1\" "
		  "w:name=\"a&#10;&#9;&lt;&amp;&quot;'\"/></w:p>",
		    "<w:p><w:bookmarkStart w:id=\"1\" "
		    "w:name=\"a&#10;&#9;&lt;&amp;&quot;'\"/></w:p>" },
		{ "<w:sectPr><w:pgSz w:w=\"x y\" w:h=\"1\"/></w:sectPr>",
		    "<w:sectPr><w:pgSz w:h=\"1\"/></w:sectPr>" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect_str_eq(in_body(cases[i].in), cases[i].out, "%s",
		    cases[i].in);
}

Test(xmlx, namespaces)
{
	/* Any prefix, the default one, one bound anew, strict, an alias. */
	cr_expect_str_eq(body("<q:document xmlns:q=\"" W "\"><q:body>"
			      "<q:p/></q:body></q:document>"),
	    "<w:p/>");
	cr_expect_str_eq(body("<document xmlns=\"" W "\"><body><p/></body>"
			      "</document>"),
	    "<w:p/>");
	cr_expect_str_eq(body("<w:document xmlns:w=\"" W "\"><w:body>"
			      "<w:p xmlns:w=\"urn:no\"/><w:p/></w:body>"
			      "</w:document>"),
	    "<w:p/>");
	cr_expect_str_eq(body("<document xmlns=\"" W "\"><body>"
			      "<p xmlns=\"\"/><p/></body></document>"),
	    "<w:p/>");
	cr_expect_str_eq(body("<w:document xmlns:w=\"" WS "\" "
			      "w:conformance=\"strict\"><w:body><w:p/>"
			      "</w:body></w:document>"),
	    "<w:p/>");
	cr_expect_str_eq(body("<w:document xmlns:w=\"http://schemas."
			      "openxmlformats.org/wordprocessingml/2006/3/main"
			      "\"><w:body><w:p/></w:body></w:document>"),
	    "<w:p/>");
	/* An entity or a reference in a URI is that URI; a space is not. */
	cr_expect(begins(body("<w:document xmlns:w=\"" W " \"/>"),
	    "malformed"));
}

#define ALT(inner) "<mc:AlternateContent>" inner "</mc:AlternateContent>"

Test(xmlx, branches)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ ALT("<mc:Choice Requires=\"wps\">" P(
		      "c") "</mc:Choice>"
			   "<mc:Fallback>" P("f") "</mc:Fallback>"),
		    P("c") },
		{ ALT("<mc:Choice Requires=\"u\">" P(
		      "c") "</mc:Choice>"
			   "<mc:Fallback>" P("f") "</mc:Fallback>"),
		    P("f") },
		{ ALT("<mc:Choice Requires=\"wps u\">" P(
		      "c") "</mc:Choice>"
			   "<mc:Fallback>" P("f") "</mc:Fallback>"),
		    P("f") },
		{ ALT("<mc:Choice Requires=\"nope\">" P(
		      "c") "</mc:Choice>"
			   "<mc:Fallback>" P("f") "</mc:Fallback>"),
		    P("f") },
		{ ALT("<mc:Choice Requires=\"\">" P("c") "</mc:Choice>"), "" },
		{ ALT("<mc:Choice>" P("c") "</mc:Choice>"), "" },
		{ ALT("<mc:Choice Requires=\"u\">" P(
		      "1") "</mc:Choice>"
			   "<mc:Choice Requires=\"wps\">" P(
			       "2") "</mc:Choice>"
				    "<mc:Choice Requires=\"wps\">" P(
					"3") "</mc:Choice>"
					     "<mc:Fallback>" P(
						 "f") "</mc:Fallback>"),
		    P("2") },
		{ ALT("<mc:Fallback>" P("f") "</mc:Fallback>"
					     "<mc:Choice Requires=\"wps\">" P(
						 "c") "</mc:Choice>"),
		    P("f") },
		{ ALT("<mc:Fallback>" P("1") "</mc:Fallback>"
					     "<mc:Fallback>" P(
						 "2") "</mc:Fallback>"),
		    P("1") },
		/* The prefix as it is bound there, not as it is called. */
		{ ALT("<mc:Choice xmlns:u=\"" WPS
		      "\" Requires=\"u\">" P("c") "</mc:Choice>"),
		    P("c") },
		{ ALT("<mc:Choice xmlns:wps=\"urn:no\" Requires=\"wps\">" P(
		      "c") "</mc:Choice>"),
		    "" },
		/* The parent's grammar holds for what takes its place. */
		{ ALT("<mc:Fallback><w:docVars/><w:r/></mc:Fallback>"), "" },
		{ ALT("<mc:Fallback>" ALT("<mc:Fallback>" P(
		      "f") "</mc:Fallback>") "</mc:Fallback>"),
		    P("f") },
		{ ALT(P("stray")), "" },
		{ "<mc:Choice Requires=\"wps\">" P("c") "</mc:Choice>", "" },
		{ "<w:p mc:ProcessContent=\"u:x\"><u:x><w:r/></u:x></w:p>",
		    "<w:p/>" },
		{ "<w:p mc:Ignorable=\"w\"><w:r/></w:p>", "<w:p><w:r/></w:p>" },
		{ "<w:p mc:MustUnderstand=\"u\"/>", "<w:p/>" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect_str_eq(in_body(cases[i].in), cases[i].out, "%s",
		    cases[i].in);
}

/* The whole output but the declaration. */
static const char *
whole(uint16_t root, const char *xml)
{
	static char text[16384];
	struct xml_case c;
	int e;

	xml_case_init(&c, root);
	e = xml_case_run(&c, xml, strlen(xml));
	snprintf(text, sizeof(text), "%s", c.message);
	if (e == 0) {
		cr_assert(begins(buf_cstr(&c.out), DECL));
		cr_assert_eq(xml_case_again(&c), 0, "%s\n%s", c.message,
		    buf_cstr(&c.out));
		snprintf(text, sizeof(text), "%s",
		    buf_cstr(&c.out) + strlen(DECL));
	}
	xml_case_done(&c);
	return text;
}

Test(xmlx, extensions)
{
	static const char head[] =
	    "<a:theme xmlns:a=\"" A "\" xmlns:t=\"http://schemas.microsoft.com/"
	    "office/thememl/2012/main\" xmlns:x=\"" X "\" name=\"n\">";

	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "<a:extLst><a:ext uri=\"{05a4c25c-085e-4340-85a3-"
		  "a5531e510db2}\"><t:themeFamily name=\"f\"/></a:ext>"
		  "</a:extLst>",
		    "<a:extLst><a:ext uri=\"{05A4C25C-085E-4340-85A3-"
		    "A5531E510DB2}\"><thm15:themeFamily xmlns:thm15=\"http://"
		    "schemas.microsoft.com/office/thememl/2012/main\" "
		    "name=\"f\"/></a:ext></a:extLst>" },
		{ "<a:extLst><a:ext uri=\"{no}\"><t:themeFamily/></a:ext>"
		  "</a:extLst>",
		    "" },
		{ "<a:extLst><a:ext><t:themeFamily/></a:ext></a:extLst>", "" },
		/* A listed uri, but not with this in it, or not here. */
		{ "<a:extLst><a:ext uri=\"{05A4C25C-085E-4340-85A3-"
		  "A5531E510DB2}\"><a:sp/></a:ext></a:extLst>",
		    "" },
		{ "<a:extLst><a:ext uri=\"{78C0D931-6437-407d-A8EE-"
		  "F0AAD7539E65}\"/></a:extLst>",
		    "" },
		{ "<a:extLst/>", "" },
	};

	char in[4096], out[4096];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(in, sizeof(in), "%s%s</a:theme>", head, cases[i].in);
		snprintf(out, sizeof(out),
		    "<a:theme xmlns:a=\"" A "\" xmlns:r=\"" R
		    "\" name=\"n\"%s%s%s",
		    cases[i].out[0] == '\0' ? "/>" : ">", cases[i].out,
		    cases[i].out[0] == '\0' ? "" : "</a:theme>");
		cr_expect_str_eq(whole(SN_A_THEME, in), out, "%s", in);
	}
}

Test(xmlx, sheets_have_the_default_namespace)
{
	cr_expect_str_eq(whole(SN_X_SST,
			     "<q:sst xmlns:q=\"" X "\" count=\"1\"><q:si>"
			     "<q:t>a</q:t></q:si></q:sst>"),
	    "<sst xmlns=\"" X "\" xmlns:r=\"" R "\" count=\"1\"><si><t>a</t>"
	    "</si></sst>");
	cr_expect_str_eq(whole(SN_X_SST, "<sst xmlns=\"" X "\"/>"),
	    "<sst xmlns=\"" X "\" xmlns:r=\"" R "\"/>");
}

/* ---- what nobody dealt with */

static int
untouched(uint16_t root, const char *xml, bool by_tree)
{
	struct xml_case c;
	int e;

	xml_case_init(&c, root);
	c.as_read = true;
	c.write_tree = by_tree;
	e = xml_case_run(&c, xml, strlen(xml));
	xml_case_done(&c);
	return e;
}

Test(xmlx, refuses_to_write_what_was_not_dealt_with)
{
	static const char *const inner[] = {
		"<w:p><w:hyperlink w:anchor=\"a\"/></w:p>",
		"<w:p><w:fldSimple w:instr=\"DDE x\"/></w:p>",
		"<w:p><w:r><w:instrText>DDE</w:instrText></w:r></w:p>",
		"<w:p><w:r><w:object/></w:r></w:p>",
		"<w:p><w:r><w:pict/></w:r></w:p>",
		"<w:sdt><w:sdtContent><w:p/></w:sdtContent></w:sdt>",
		"<w:altChunk r:id=\"rId1\"/>",
		"<w:p><w:smartTag/></w:p>",
		"<w:sectPr><w:headerReference r:id=\"rId1\"/></w:sectPr>",
	};
	char xml[4096];

	for (size_t i = 0; i < sizeof(inner) / sizeof(inner[0]); i++) {
		snprintf(xml, sizeof(xml),
		    "<w:document xmlns:w=\"" W "\" xmlns:r=\"" R
		    "\"><w:body>%s</w:body></w:document>",
		    inner[i]);
		cr_expect_eq(untouched(SN_W_DOCUMENT, xml, false), ERR_INTERNAL,
		    "%s", inner[i]);
		cr_expect_eq(untouched(SN_W_DOCUMENT, xml, true), ERR_INTERNAL,
		    "%s", inner[i]);
	}
	cr_expect_eq(untouched(SN_X_WORKSHEET,
			 "<worksheet xmlns=\"" X "\"><sheetData><row><c><f>"
			 "A1</f></c></row></sheetData></worksheet>",
			 false),
	    ERR_INTERNAL);
	cr_expect_eq(untouched(SN_X_WORKSHEET,
			 "<worksheet xmlns=\"" X "\"><sheetData><row><c><v>1"
			 "</v></c></row></sheetData></worksheet>",
			 false),
	    0);
}

/* ---- encodings and pieces */

static const char sample[] = DECL
    "<w:document xmlns:w=\"" W "\" xmlns:mc=\"" MC "\" xmlns:a=\"" A
    "\" xmlns:wps=\"" WPS "\" mc:Ignorable=\"wps\"><w:body><!-- c -->"
    "<w:p w:rsidR=\"00AA\"><w:r><w:rPr><w:b w:val=\"true\"/></w:rPr>"
    "<w:t xml:space=\"preserve\">\xe3\x81\x82 &amp; &#x1F600;</w:t></w:r>"
    "<mc:AlternateContent><mc:Choice Requires=\"wps\"><w:r><w:t>c</w:t></w:r>"
    "</mc:Choice><mc:Fallback><w:r/></mc:Fallback></mc:AlternateContent>"
    "</w:p><w:sectPr><w:pgSz w:w=\"1\" w:h=\"2\"/></w:sectPr></w:body>"
    "</w:document>";

/* ASCII and BMP only: what utf16() can turn. */
static size_t
utf16(const char *s, bool big, bool mark, uint8_t *out)
{
	struct reader r;
	uint32_t cp = 0xfeff;
	size_t n = 0;

	reader_init(&r, s, strlen(s));
	for (bool first = mark; first || utf8_get(&r, &cp) == 0;
	     first = false) {
		out[n + (big ? 0 : 1)] = (uint8_t)(cp >> 8);
		out[n + (big ? 1 : 0)] = (uint8_t)cp;
		n += 2;
	}
	return n;
}

Test(xmlx, utf16)
{
	static const char xml[] =
	    "<?xml version=\"1.0\" encoding=\"UTF-16\"?><w:document "
	    "xmlns:w=\"" W "\"><w:body><w:p><w:r><w:t>\xe3\x81\x82</w:t>"
	    "</w:r></w:p></w:body></w:document>";
	uint8_t wide[2048];
	struct xml_case c;

	for (int big = 0; big < 2; big++) {
		xml_case_init(&c, SN_W_DOCUMENT);
		cr_expect_eq(xml_case_run(&c, wide,
				 utf16(xml, big, true, wide)),
		    0, "%s", c.message);
		cr_expect(c.out.len > 0 &&
			  strstr(buf_cstr(&c.out), "<w:t>\xe3\x81\x82</w:t>"));
		cr_expect_eq(xml_case_again(&c), 0);
		xml_case_done(&c);
	}
	xml_case_init(&c, SN_W_DOCUMENT);
	cr_expect_neq(xml_case_run(&c, wide,
			  utf16("<?xml version=\"1.0\" encoding=\"cp037\"?>"
				"<a/>",
			      false, true, wide)),
	    0);
	xml_case_done(&c);
}

Test(xmlx, pieces_of_any_size_read_alike)
{
	struct xml_case whole_part, c;

	xml_case_init(&whole_part, SN_W_DOCUMENT);
	cr_assert_eq(xml_case_run(&whole_part, sample, strlen(sample)), 0);
	cr_expect_eq(xml_case_again(&whole_part), 0, "%s", whole_part.message);
	for (size_t step = 1; step < 40; step++) {
		xml_case_init(&c, SN_W_DOCUMENT);
		c.step = step;
		cr_assert_eq(xml_case_run(&c, sample, strlen(sample)), 0);
		cr_expect(c.out.len == whole_part.out.len &&
			  memcmp(c.out.data, whole_part.out.data, c.out.len) ==
			      0);
		xml_case_done(&c);
	}
	xml_case_done(&whole_part);
}

/* ---- every byte changed */

static void
try_mutant(const char *xml, size_t n, unsigned *accepted)
{
	struct xml_case c;
	int e;

	xml_case_init(&c, SN_W_DOCUMENT);
	e = xml_case_run(&c, xml, n);
	cr_assert_neq(e, ERR_INTERNAL, "%s\n%.*s", c.message, (int)n, xml);
	if (e == 0) {
		++*accepted;
		cr_assert_eq(xml_case_again(&c), 0, "%s\n%.*s\n%s", c.message,
		    (int)n, xml, buf_cstr(&c.out));
	}
	xml_case_done(&c);
}

Test(xmlx, mutations)
{
	static const char with[] = "<>&\"'/=: ;!?[]\x01\x80\xff#xw";
	size_t n = strlen(sample);
	char copy[sizeof(sample)];
	unsigned accepted = 0;

	for (size_t i = 0; i < n; i++) {
		memcpy(copy, sample, n);
		for (size_t k = 0; k < sizeof(with) - 1; k++) {
			copy[i] = with[k];
			try_mutant(copy, n, &accepted);
		}
		copy[i] = (char)(sample[i] ^ 0x20);
		try_mutant(copy, n, &accepted);
		try_mutant(sample, i, &accepted);
		memmove(copy + i, sample + i + 1, n - i - 1);
		try_mutant(copy, n - 1, &accepted);
	}
	cr_expect(accepted > 500);
}

Test(xmlx, says_what_it_drops)
{
	struct xml_case c;

	xml_case_init(&c, SN_W_DOCUMENT);
	cr_assert_eq(xml_case_run(&c,
			 "<w:document xmlns:w=\"" W "\" xmlns:u=\"urn:u\">"
			 "<w:body w:rsidR=\"1\"><u:x/><w:docVars/></w:body>"
			 "</w:document>",
			 strlen("<w:document xmlns:w=\"" W
				"\" xmlns:u=\"urn:u\"><w:body w:rsidR=\"1\">"
				"<u:x/><w:docVars/></w:body></w:document>")),
	    0);
	cr_expect_str_eq(c.dropped,
	    "unknown w:document @w:rsidR;unknown w:body u:x;"
	    "known w:body w:docVars;");
	xml_case_done(&c);
}
