/*
 * The typed walk over whole documents, with all real formats behind it: what
 * stays, what goes, what is said. Every result must come out again byte for
 * byte, with nothing found but what was kept on purpose. formats/pdf/walk*.c
 */
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

static void
clear(void)
{
	for (size_t i = 0; i < OBJECTS; i++) {
		free(object[i]);
		object[i] = NULL;
	}
}

PRINTF_LIKE(2, 3) static void set(size_t n, const char *fmt, ...)
{
	va_list ap;

	cr_assert_lt(n, OBJECTS);
	free(object[n]);
	va_start(ap, fmt);
	cr_assert_geq(vasprintf(&object[n], fmt, ap), 0);
	va_end(ap);
}

static void
set_stream(size_t n, const char *dict, const char *data)
{
	set(n, "<<%s/Length %zu>>\nstream\n%s\nendstream", dict, strlen(data),
	    data);
}

/* A catalog, its pages, and one page: 1, 2, 3; its content: 4. */
static void
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

static void
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

static int
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

static int
quiet_begin(void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return 0;
}

static int
quiet_end(void *arg, const struct doc_result *res)
{
	(void)arg;
	(void)res;
	return 0;
}

static void
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
static void
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

static void
run(struct run *r, const char *trailer)
{
	struct buf in;

	buf_init(&in, 1 << 20);
	build(&in, trailer);
	run_bytes(r, in.data, in.len);
	buf_done(&in);
	clear();
}

static struct run *
fresh(void)
{
	struct run *r = calloc(1, sizeof(*r));

	cr_assert_not_null(r);
	options_default(&r->o);
	return r;
}

static bool
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

static void
set_form(const char *acro, const char *field)
{
	char page[64] = "/Annots[5 0 R]", catalog[512];

	snprintf(catalog, sizeof(catalog), "/AcroForm<<%s>>", acro);
	set_page(catalog, page, "");
	set(5, "<</Subtype/Widget/Rect[10 10 110 30]%s>>", field);
}

Test(pdf_walk, fields_keep_values_and_lose_code)
{
	struct run *r = fresh();

	set_form("/Fields[5 0 R 6 0 R]/CO[5 0 R]/SigFlags 3/XFA(SEKISHO-CANARY)"
		 "/DA(/Helv 0 Tf 0 g)/DR<</Font<</Helv 7 0 R/Unused 8 0 R>>>>",
	    "/FT/Tx/T(name)/V(Taro)/DV 3/MaxLen 9/AA<</K<</S/JavaScript/JS"
	    "(SEKISHO-CANARY-k)>>>>/RV(<p/>)/Ff 0");
	set(6, "<</FT/Tx/T(unseen)/V(SEKISHO-CANARY-unseen)>>");
	set(7, "<</Subtype/Type1/BaseFont/Helvetica>>");
	set(8, "<</Subtype/Type1/BaseFont/SEKISHO-CANARY-font>>");
	run(r, "");
	cr_assert_eq(r->err, 0, "%s", r->res.message);
	LACKS(r, "CANARY");
	LACKS(r, "/XFA");
	LACKS(r, "/CO");
	HOLDS(r, "/V (Taro)");
	HOLDS(r, "/AP");
	LACKS(r, "NeedAppearances");
	SAYS(r, "pdf.javascript removed [page 1] AA/K: JavaScript");
	SAYS(r, "pdf.xfa");
	SAYS(r, "pdf.field");
	DONE(r);
}

Test(pdf_walk, japanese_fields_get_a_look_where_codes_are_unicode)
{
	static const char *const encodings[] = { "UniJIS-UTF16-H",
		"Identity-H" };

	for (size_t i = 0; i < 2; i++) {
		struct run *r = fresh();

		set_form("/Fields[5 0 R]/DR<</Font<</J 7 0 R>>>>",
		    "/FT/Tx/T(n)/V<FEFF5C71>/DA(/J 10 Tf)");
		set(7,
		    "<</Subtype/Type0/BaseFont/HeiseiMin/Encoding/%s"
		    "/DescendantFonts[8 0 R]>>",
		    encodings[i]);
		set(8,
		    "<</Subtype/CIDFontType0/BaseFont/HeiseiMin/CIDSystemInfo"
		    "<</Registry(Adobe)/Ordering(Japan1)/Supplement 2>>>>");
		run(r, "");
		cr_assert_eq(r->err, 0, "%s", r->res.message);
		HOLDS(r, i == 0 ? "/AP" : "/NeedAppearances true");
		DONE(r);
	}
}

Test(pdf_walk, ticks_and_choices_get_a_look)
{
	struct run *r = fresh();

	set_form("/Fields[5 0 R]", "/FT/Btn/T(b)/V/On");
	run(r, "");
	HOLDS(r, "/AS /On");
	HOLDS(r, "/AP");
	DONE(r);
	r = fresh();
	set_form("/Fields[5 0 R]/DA(/H 9 Tf)",
	    "/FT/Ch/T(c)/V(1)/Opt[[(1)(One)][(2)(Two)]]");
	run(r, "");
	HOLDS(r, "/AP");
	HOLDS(r, "/Opt [[(1) (One)] [(2) (Two)]]");
	DONE(r);
}

Test(pdf_walk, widgets_without_a_field_are_fields)
{
	struct run *r = fresh();

	set_form("/Fields[]", "/FT/Tx/T(orphan)/V(x)/Parent 9 0 R");
	run(r, "");
	HOLDS(r, "/Fields [");
	HOLDS(r, "/T (orphan)");
	DONE(r);
}

Test(pdf_walk, signatures_end_as_a_look)
{
	struct run *r = fresh();

	set_form("/Fields[5 0 R]/SigFlags 3",
	    "/FT/Sig/T(sig)/V 6 0 R/AP<</N 7 0 R>>/Lock<</X 1>>");
	set(6, "<</Type/Sig/Contents<00>/Reason(SEKISHO-CANARY-sig)>>");
	set_stream(7, "/Subtype/Form/BBox[0 0 10 10]", "0 0 5 5 re f");
	run(r, "");
	cr_assert_eq(r->err, 0, "%s", r->res.message);
	LACKS(r, "CANARY");
	LACKS(r, "AcroForm");
	LACKS(r, "Widget");
	HOLDS(r, "/Look0");
	DONE(r);
}

Test(pdf_walk, forms_are_flattened_by_policy)
{
	struct run *r = fresh();

	r->o.forms = FORMS_FLATTEN;
	set_form("/Fields[5 0 R]", "/FT/Tx/T(name)/V(x)/AP<</N 7 0 R>>");
	set_stream(7, "/Subtype/Form/BBox[0 0 10 10]/Matrix[0 1 -1 0 0 0]",
	    "0 0 5 5 re f");
	run(r, "");
	cr_assert_eq(r->err, 0, "%s", r->res.message);
	LACKS(r, "AcroForm");
	LACKS(r, "Widget");
	HOLDS(r, "/Look0");
	SAYS(r, "pdf.form-flattened flattened");
	DONE(r);
}

Test(pdf_walk, a_dynamic_xfa_form_is_held)
{
	struct run *r = fresh();

	set_page("/NeedsRendering true/AcroForm<</Fields[]/XFA(x)>>", "", "");
	run(r, "");
	cr_assert_eq(r->err, ERR_UNSUPPORTED);
	cr_assert_not_null(strstr(r->res.message, "XFA"));
	DONE(r);
}

Test(pdf_walk, layers_stay_as_they_show)
{
	struct run *r = fresh();

	set_page(
	    "/OCProperties<</OCGs[5 0 R 6 0 R 7 0 R]/D<</OFF[6 0 R 7 0 R 9"
	    " 0 R]/Order[5 0 R[(Label)6 0 R]]/AS[<</Event/Print>>]/RBGroups"
	    "[[5 0 R]]>>/Configs[]>>",
	    "/Resources<</Properties<</A 5 0 R/B 8 0 R/C 9 0 R>>>>",
	    "/OC /A BDC EMC /OC /B BDC EMC /OC /C BDC EMC");
	set(5, "<</Type/OCG/Name(Shown)/Usage<<>>>>");
	set(6, "<</Type/OCG/Name(Secret)>>");
	set(7, "<</Type/OCG/Name(Design)/Intent/Design>>");
	set(8, "<</Type/OCMD/OCGs[5 0 R 6 0 R]/P/AnyOn/VE[/And 5 0 R[/Not 6 0 R"
	       " 9 0 R]]>>");
	run(r, "");
	cr_assert_eq(r->err, 0, "%s", r->res.message);
	LACKS(r, "/AS");
	LACKS(r, "Usage");
	LACKS(r, "Configs");
	HOLDS(r, "(Label)");
	HOLDS(r, "/VE [/And ");
	SAYS(r, "pdf.hidden-layer kept [OCProperties] Secret");
	cr_assert_null(strstr(r->found, "kept [OCProperties] Design"));
	SAYS(r, "pdf.layer-rule");
	DONE(r);
}

Test(pdf_walk, tags_lead_to_what_is_there)
{
	struct run *r = fresh();

	set_page("/MarkInfo<</Marked true>>/StructTreeRoot 5 0 R/Lang(ja)",
	    "/StructParents 0", "/P<</MCID 0>>BDC EMC");
	set(5, "<</Type/StructTreeRoot/K[6 0 R]/ParentTree<</Nums[0[6 0 R 9 0 R"
	       "]1 7 0 R]>>/RoleMap<</X/P/Y(z)>>/ClassMap<</Q<</O/CSS>>>>>>");
	set(6, "<</S/P/P 5 0 R/Pg 3 0 R/K[0 7 0 R<</Type/MCR/MCID 1/Pg 3 0 R>>"
	       "<</Type/OBJR/Obj 9 0 R>>]/Alt(alt)/ID(i)/A[<</O/Layout"
	       "/Placement/Block/BBox[1 2 3 4]>>0<</O/CSS/x(SEKISHO-CANARY)>>]"
	       "/C/Q/AF[]>>");
	set(7, "<</S/X/P 6 0 R/K 6 0 R/ActualText(t)>>");
	run(r, "");
	cr_assert_eq(r->err, 0, "%s", r->res.message);
	LACKS(r, "CANARY");
	LACKS(r, "ClassMap");
	HOLDS(r, "/ActualText (t)");
	HOLDS(r, "/IDTree");
	HOLDS(r, "/ParentTree");
	HOLDS(r, "/Placement /Block");
	HOLDS(r, "/Lang (ja)");
	SAYS(r, "pdf.tag");
	DONE(r);
}

static void
set_files(void)
{
	set_page(
	    "/Names<</EmbeddedFiles<</Names[(a)5 0 R(b)7 0 R]>>>>/AF[5 0 R]"
	    "/Collection<<>>",
	    "/Annots[<</Subtype/FileAttachment/Rect[0 0 9 9]/FS<</F(out.exe)>>"
	    ">>]",
	    "");
	set(5, "<</Type/Filespec/F(..\\\\..\\\\evil.txt)/EF<</F 6 0 R>>>>");
	set_stream(6, "/Type/EmbeddedFile", "hello");
	set(7, "<</UF(SEKISHO.exe)/EF<</UF 8 0 R>>>>");
	set_stream(8, "", "MZ SEKISHO-CANARY-program");
}

Test(pdf_walk, attached_files_go_beside_the_document)
{
	struct run *r = fresh();

	set_files();
	run(r, "");
	cr_assert_eq(r->err, 0, "%s", r->res.message);
	cr_assert_str_eq(r->res.out_format, "zip");
	HOLDS(r, "case.pdf");
	HOLDS(r, "添付/evil.txt");
	LACKS(r, "..");
	LACKS(r, "CANARY");
	SAYS(r, "pdf.embedded-file replaced [] evil.txt");
	SAYS(r, "generic.member-held");
	SAYS(r, "pdf.remote removed [page 1] out.exe");
	SAYS(r, "pdf.collection");
	DONE(r);
	r = fresh();
	r->o.attachments = ATTACHMENTS_REMOVE;
	set_files();
	run(r, "");
	cr_assert_str_eq(r->res.out_format, "pdf");
	LACKS(r, "evil");
	SAYS(r, "pdf.embedded-file-removed");
	DONE(r);
}

Test(pdf_walk, the_title_stays_as_text)
{
	struct run *r = fresh();

	set_page("/Metadata 6 0 R", "/Metadata 6 0 R/PieceInfo<<>>/Thumb 6 0 R",
	    "");
	set(5, "<</Title<FEFF202E0054001B006A0061001B002000410007>/Author(A)"
	       "/Producer(SEKISHO-CANARY-p)/CreationDate(D:20200102030405+09"
	       "'00)/ModDate(yesterday)>>");
	set_stream(6, "/Type/Metadata/Subtype/XML", "SEKISHO-CANARY-xmp");
	run(r, "/Info 5 0 R");
	cr_assert_eq(r->err, 0, "%s", r->res.message);
	LACKS(r, "CANARY");
	HOLDS(r, "/Title (T A)");
	HOLDS(r, "/CreationDate (D:20200102030405+09'00')");
	LACKS(r, "ModDate");
	SAYS(r, "pdf.metadata removed [Info] Info/Producer");
	SAYS(r, "pdf.private-data");
	SAYS(r, "pdf.thumbnail");
	DONE(r);
	r = fresh();
	r->o.metadata = METADATA_DROP;
	set_page("", "", "");
	set(5, "<</Title(T)/Author(SEKISHO-CANARY)>>");
	run(r, "/Info 5 0 R");
	HOLDS(r, "/Title (T)");
	LACKS(r, "CANARY");
	DONE(r);
}

Test(pdf_walk, labels_and_settings_of_the_reader)
{
	struct run *r = fresh();

	set_page("/PageLabels<</Kids[<</Nums[1<</S/r>>0<</S/D/P(\\(a\\))/St 0>>"
		 "0<</S/A>>]>>]>>/ViewerPreferences<</HideMenubar true"
		 "/DisplayDocTitle true/Direction/R2L/PrintScaling/Evil>>",
	    "", "");
	run(r, "");
	cr_assert_eq(r->err, 0, "%s", r->res.message);
	HOLDS(r, "/Nums [0 <</P (\\(a\\)) /S /D>> 1 <</S /r>>]");
	HOLDS(r, "/DisplayDocTitle true");
	LACKS(r, "HideMenubar");
	LACKS(r, "Evil");
	SAYS(r, "pdf.viewer-setting");
	DONE(r);
}

/* Flipped, cut and lengthened: refused, or a fixpoint. */
static void
damage(const struct buf *in, uint32_t *seed)
{
	struct run *r = fresh();
	struct buf b;

	buf_init(&b, 1 << 20);
	cr_assert_eq(buf_put(&b, in->data, in->len), 0);
	for (unsigned i = 0; i < 1 + *seed % 4; i++) {
		*seed = *seed * 1664525u + 1013904223u;
		b.data[*seed % b.len] ^= (uint8_t)(1u << (*seed >> 29));
		*seed = *seed * 1664525u + 1013904223u;
		if ((*seed >> 24) % 3 == 0)
			b.data[*seed % b.len] =
			    (uint8_t) "0123456789/[]<>() R"[*seed % 19];
	}
	if (*seed % 5 == 0)
		buf_truncate(&b, *seed % b.len);
	if (*seed % 7 == 0)
		cr_assert_eq(buf_put(&b, "tail\n%%EOF\n", 11), 0);
	run_bytes(r, b.data, b.len);
	buf_done(&b);
	DONE(r);
}

Test(pdf_walk, damaged_ones_come_out_whole_or_not_at_all, .timeout = 120)
{
	struct buf in;
	uint32_t seed = 7;

	for (unsigned kind = 0; kind < 3; kind++) {
		buf_init(&in, 1 << 20);
		if (kind == 0) {
			set_files();
		} else if (kind == 1) {
			set_form("/Fields[5 0 R]/DA(/H 9 Tf)",
			    "/FT/Tx/T(name)/V(x)/MK<</BC[1 0 0]/CA(x)>>/BS<</W "
			    "1/S/D/D[3 2]>>");
		} else {
			set_page(
			    "/Outlines 5 0 R/Names<</Dests<</Names[(a)[3 0 "
			    "R/Fit]]>>>>",
			    "/Resources<</Font<</F 7 0 R>>/ColorSpace<</C[/Lab<"
			    "</WhitePoint[.9 1 "
			    "1.1]>>]>>>>/Annots[<</Subtype/Ink"
			    "/Rect[0 0 1 1]/InkList[[1 2 3 4]]/C[1 0 0]>>]",
			    "BT /F 9 Tf (x) Tj ET /C cs 1 2 3 sc 0 0 5 5 re f");
			set(5, "<</First 6 0 R/Last 6 0 R/Count 1>>");
			set(6, "<</Title(t)/Parent 5 0 R/Dest(a)>>");
			set(7, "<</Subtype/TrueType/BaseFont/Arial/FirstChar 32"
			       "/LastChar 33/Widths[1 2]/Encoding"
			       "/WinAnsiEncoding>>");
		}
		build(&in, "");
		clear();
		for (unsigned i = 0; i < 150; i++)
			damage(&in, &seed);
		buf_done(&in);
	}
}
