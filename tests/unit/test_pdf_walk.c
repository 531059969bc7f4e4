/*
 * The typed walk over whole documents: pages, links, annotations, resources.
 * What stays, what goes, what is said. formats/pdf/walk*.c
 */
#include "walk_case.h"

Test(pdf_walk, what_pages_inherit_is_written_on_them)
{
	struct run *r = fresh();

	set_page("", "/Rotate 450", "q Q");
	set(2, "<</Type/Pages/Kids[5 0 R]/Count 9/MediaBox[300 400 0 0]>>");
	set(5, "<</Kids[3 0 R null 2 0 R (x)]/Parent 2 0 R/CropBox[1 2 3 4]>>");
	set(3, "<</Type/Page/Rotate 450/Contents[4 0 R 9 0 R]>>");
	run(r, "");
	cr_assert_eq(r->err, 0, "%s", r->res.message);
	HOLDS(r, "/MediaBox [0 0 300 400]");
	HOLDS(r, "/CropBox [1 2 3 4]");
	HOLDS(r, "/Rotate 90");
	HOLDS(r, "/Count 1");
	SAYS(r, "pdf.broken-object");
	DONE(r);
}

Test(pdf_walk, a_page_needs_a_size)
{
	struct run *r = fresh();

	set_page("", "", "");
	set(3, "<</Type/Page/MediaBox[0 0 0 0]/UserUnit -3/Tabs/Q>>");
	run(r, "");
	HOLDS(r, "/MediaBox [0 0 612 792]");
	LACKS(r, "UserUnit");
	SAYS(r, "pdf.page-box replaced [page 1]");
	SAYS(r, "pdf.wrong-value");
	DONE(r);
}

Test(pdf_walk, no_pages_no_document)
{
	struct run *r = fresh();

	set_page("", "", "");
	set(2, "<</Type/Pages/Kids[2 0 R]/Count 1>>");
	run(r, "");
	cr_assert_eq(r->err, ERR_MALFORMED);
	DONE(r);
}

Test(pdf_walk, every_trigger_is_closed)
{
	struct run *r = fresh();

	set_page("/OpenAction 5 0 R/AA<</WC 6 0 R>>/Names<</JavaScript 7 0 R"
		 "/Renditions 7 0 R>>/URI<</Base(SEKISHO-CANARY-base)>>"
		 "/Requirements[<</S/EnableJavaScripts/RH<</S/JS/Script"
		 "(SEKISHO-CANARY-rh)>>>>]",
	    "/AA<</O 6 0 R>>/PresSteps<</NA 6 0 R>>"
	    "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 1 1]/A 8 0 R"
	    "/PA 9 0 R/AA<</E 6 0 R>>>>]",
	    "");
	set(5, "<</S/JavaScript/JS(SEKISHO-CANARY-open)/Next[6 0 R 5 0 R]>>");
	set(6, "<</S/Launch/F(SEKISHO-CANARY-launch.exe)>>");
	set(7, "<</Names[(a)5 0 R]>>");
	set(8, "<</S/GoTo/D[3 0 R/Fit]/Next<</S/SubmitForm/F"
	       "(http://SEKISHO-CANARY-submit)>>>>");
	set(9, "<</S/URI/URI(http://SEKISHO-CANARY-pa)>>");
	run(r, "");
	cr_assert_eq(r->err, 0, "%s", r->res.message);
	LACKS(r, "CANARY");
	LACKS(r, "/AA");
	LACKS(r, "/Next");
	HOLDS(r, "/S /GoTo");
	SAYS(r, "pdf.javascript removed [] OpenAction: JavaScript: "
		"SEKISHO-CANARY-open");
	SAYS(r,
	    "pdf.launch removed [] Next: Launch: SEKISHO-CANARY-launch.exe");
	SAYS(r, "AA/WC: Launch");
	SAYS(r, "[page 1] AA/O: Launch");
	SAYS(r, "pdf.submit removed [page 1] Next: SubmitForm");
	SAYS(r, "PA: URI: http://SEKISHO-CANARY-pa");
	SAYS(r, "pdf.requirement");
	DONE(r);
}

static struct run *
link_run(const char *action, enum url_policy policy)
{
	struct run *r = fresh();
	char page[1024];

	r->o.url = policy;
	snprintf(page, sizeof(page),
	    "/Annots[<</Subtype/Link/Rect[0 0 9 9]/Contents(Home)/A<<%s>>>>]",
	    action);
	set_page("", page, "");
	run(r, "");
	cr_assert_eq(r->err, 0, "%s", r->res.message);
	return r;
}

Test(pdf_walk, links_follow_the_policy)
{
	const char *good = "/S/URI/URI(https://example.jp/a)";
	struct run *r = link_run(good, URL_KEEP);

	HOLDS(r, "/URI (https://example.jp/a)");
	cr_assert_eq(r->loud, 0, "%s", r->found);
	DONE(r);
	r = link_run(good, URL_REMOVE);
	LACKS(r, "example.jp");
	SAYS(r, "pdf.link-removed");
	DONE(r);
	r = link_run(good, URL_SHOW);
	LACKS(r, "/URI");
	HOLDS(r, "/Contents (Home <https://example.jp/a>)");
	DONE(r);
	r = link_run("/S/URI/URI(java\\163cript:alert)", URL_KEEP);
	LACKS(r, "alert");
	SAYS(r, "pdf.link-denied removed [page 1] javascript:alert");
	DONE(r);
	r = link_run("/S/U#52I/URI(\\\\\\\\evil\\\\share)", URL_KEEP);
	LACKS(r, "evil");
	SAYS(r, "pdf.link-denied");
	DONE(r);
}

Test(pdf_walk, places_are_kept_when_they_exist)
{
	struct run *r = fresh();

	set_page("/Names<</Dests<</Kids[5 0 R 5 0 R]>>/EmbeddedFiles<<>>>>"
		 "/Dests<</old[3 0 R/XYZ 1 null]/bad[9 0 R/Fit]>>",
	    "/Annots[<</Subtype/Link/Rect[0 0 1 1]/Dest(b)>>"
	    "<</Subtype/Link/Rect[0 0 1 2]/Dest/old>>"
	    "<</Subtype/Link/Rect[0 0 1 3]/Dest(none)>>"
	    "<</Subtype/Link/Rect[0 0 1 4]/Dest[0/FitH 5 7 8]>>]",
	    "");
	set(5, "<</Names[(b)6 0 R(a)[3 0 R/Fit](c)<</S/Launch/F(SEKISHO-CANARY"
	       "-dest)>>]>>");
	set(6, "<</D[3 0 R/FitR 1 2 3 4 5]>>");
	run(r, "");
	cr_assert_eq(r->err, 0, "%s", r->res.message);
	LACKS(r, "CANARY");
	LACKS(r, "bad");
	HOLDS(r, "/Dest (b)");
	HOLDS(r, "/Dest /old");
	HOLDS(r, "/FitH 5]");
	SAYS(r, "pdf.destination removed [page 1]");
	SAYS(r, "pdf.launch");
	DONE(r);
}

Test(pdf_walk, bookmarks_without_loops)
{
	struct run *r = fresh();

	set_page("/Outlines 5 0 R/PageMode/FullScreen", "", "");
	set(5, "<</First 6 0 R/Last 6 0 R/Count 99>>");
	set(6, "<</Title(\376\377\60\102)/Parent 5 0 R/First 7 0 R/Next 8 0 R"
	       "/Count 2/Dest[3 0 R/Fit]/A<</S/JavaScript/JS(SEKISHO-CANARY)>>"
	       ">>");
	set(7, "<</Title(in)/First 6 0 R/Next 6 0 R/A<</S/Named/N/Print>>>>");
	set(8, "<</Title(last)/C[1 0 0]/F 2/Next 6 0 R/SE 3 0 R>>");
	run(r, "");
	cr_assert_eq(r->err, 0, "%s", r->res.message);
	LACKS(r, "CANARY");
	LACKS(r, "FullScreen");
	LACKS(r, "/SE");
	HOLDS(r, "/Count 3");
	SAYS(r, "pdf.javascript removed [Outlines]");
	SAYS(r, "pdf.action removed [Outlines] A: Named: Print");
	DONE(r);
}

Test(pdf_walk, annotations_that_act_become_a_look)
{
	struct run *r = fresh();

	set_page("",
	    "/Annots[5 0 R 6 0 R 7 0 R 5 0 R 8 0 R]/Resources<</XObject<</Look0"
	    " 9 0 R>>>>",
	    "/Look0 Do");
	set(5, "<</Subtype/Screen/Rect[10 10 30 30]/AP<</N 9 0 R>>/A<</S"
	       "/Rendition/JS(SEKISHO-CANARY-screen)>>>>");
	set(6, "<</Subtype/Text/Rect[0 0 9 9]/Contents(Hello)/T(Me)/Popup 7 0 R"
	       "/RC(<p>SEKISHO-CANARY-rc</p>)/F 4/AF[]>>");
	set(7, "<</Subtype/Popup/Rect[0 0 9 9]/Parent 6 0 R/Open true>>");
	set(8, "<</Subtype/Popup/Rect[0 0 9 9]/Parent 5 0 R>>");
	set_stream(9, "/Subtype/Form/BBox[0 0 10 10]/FFilter/X",
	    "0 0 5 5 re f");
	run(r, "");
	cr_assert_eq(r->err, 0, "%s", r->res.message);
	LACKS(r, "CANARY");
	LACKS(r, "Screen");
	HOLDS(r, "/Look1");
	HOLDS(r, "/Contents (Hello)");
	HOLDS(r, "/Popup");
	SAYS(r, "pdf.media removed [page 1] Annot/Screen");
	SAYS(r, "pdf.rich-text");
	SAYS(r, "pdf.external-stream");
	DONE(r);
}

Test(pdf_walk, resources_are_what_content_uses)
{
	struct run *r = fresh();

	set_page("",
	    "/Resources<</Font<</F1 5 0 R/F2 6 0 R>>/XObject<</X 7 0 R/Y 8 0 R"
	    "/Z 9 0 R>>/ColorSpace<</C[/Indexed/DeviceRGB 1<000000ffff>]>>"
	    "/ExtGState<</G<</CA .5/TR/X/SMask<</S/Alpha/G 7 0 R>>>>>>>>",
	    "/C cs 1 sc /G gs BT /F1 9 Tf (x) Tj ET /X Do /Y Do");
	set(5, "<</Subtype/Type1/BaseFont/Helvetica/Encoding<</Differences[65"
	       "/B 999/C]>>/SEKISHO-CANARY 1>>");
	set(6, "<</Subtype/Type1/BaseFont/SEKISHO-CANARY-unused>>");
	set_stream(7,
	    "/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 7 0"
	    " R/Y 7 0 R>>>>",
	    "/X Do /Y Do");
	set_stream(8, "/Subtype/PS", "SEKISHO-CANARY-ps");
	set_stream(9, "/Subtype/Form/BBox[0 0 9 9]", "SEKISHO-CANARY-form");
	run(r, "");
	cr_assert_eq(r->err, 0, "%s", r->res.message);
	LACKS(r, "CANARY");
	LACKS(r, "/TR");
	LACKS(r, "/Z");
	HOLDS(r, "[/Indexed /DeviceRGB 1 ");
	SAYS(r, "pdf.postscript");
	SAYS(r, "pdf.print-setting");
	SAYS(r, "pdf.unknown-key");
	SAYS(r, "pdf.broken-object");
	DONE(r);
}

Test(pdf_walk, colour_spaces_and_functions_that_loop)
{
	struct run *r = fresh();

	set_page("",
	    "/Resources<</ColorSpace<</A 5 0 R/B 7 0 R/C/C/D[/Pattern 5 0 R]>>"
	    "/Shading<</S<</ShadingType 2/ColorSpace/DeviceGray/Coords[0 0 1 1]"
	    "/Function 8 0 R>>>>>>",
	    "/A cs /B cs /C cs /D cs /S sh");
	set(5, "[/Indexed 5 0 R 1(xxxxxx)]");
	set(6, "<</FunctionType 3/Domain[0 1]/Functions[6 0 R]/Bounds[]/Encode"
	       "[0 1]>>");
	set(7, "[/Separation/All/DeviceGray 6 0 R]");
	set(8, "<</FunctionType 2/Domain[0 1]/N 1/C0[0]/C1[1]>>");
	run(r, "");
	cr_assert_eq(r->err, 0, "%s", r->res.message);
	LACKS(r, "Indexed");
	LACKS(r, "Separation");
	HOLDS(r, "/ShadingType 2");
	SAYS(r, "pdf.colour");
	DONE(r);
}

Test(pdf_walk, a_title_in_xmp_alone_stays)
{
	static const char *const xmp[][2] = {
		{ "<dc:title><rdf:Alt><rdf:li xml:lang=\"ja\">B</rdf:li>"
		  "<rdf:li xml:lang='x-default'>A &amp;&#x42;&#67;</rdf:li>"
		  "</rdf:Alt></dc:title><xmp:CreatorTool>SEKISHO-CANARY-t",
		    "/Title (A &BC)" },
		{ "<dc:title><rdf:Alt><rdf:li>\xe4\xba\x88\xe7\xae\x97</rdf:li>"
		  "</rdf:Alt></dc:title>",
		    "/Title <FEFF4E887B97>" },
		{ "<dc:title><rdf:Alt><rdf:li><b>SEKISHO-CANARY</b></rdf:li>"
		  "</rdf:Alt></dc:title>",
		    NULL },
		{ "<dc:title><rdf:li>&x;SEKISHO-CANARY</rdf:li></dc:title>",
		    NULL },
		{ "<dc:title><rdf:li", NULL },
	};

	for (size_t i = 0; i < sizeof(xmp) / sizeof(*xmp); i++) {
		struct run *r = fresh();

		set_page("/Metadata 6 0 R", "", "");
		set_stream(6, "/Type/Metadata/Subtype/XML", xmp[i][0]);
		run(r, "");
		cr_assert_eq(r->err, 0, "%s", r->res.message);
		LACKS(r, "CANARY");
		if (xmp[i][1] != NULL)
			HOLDS(r, xmp[i][1]);
		else
			LACKS(r, "/Title");
		SAYS(r, "pdf.metadata removed");
		DONE(r);
	}
}

/* Its archive would stand a level deeper than the proof looks. */
Test(pdf_walk, attachments_at_the_last_level_are_not_unpacked)
{
	struct run *r = fresh();

	r->o.limits.max_depth = 0;
	set_page("/Names<</EmbeddedFiles<</Names[(a)5 0 R]>>>>", "", "");
	set(5, "<</F(a.txt)/EF<</F 6 0 R>>>>");
	set_stream(6, "", "text");
	run(r, "");
	cr_assert_eq(r->err, ERR_LIMIT, "%s", r->res.message);
	cr_assert_not_null(strstr(r->res.message, "deep"));
	DONE(r);
}
