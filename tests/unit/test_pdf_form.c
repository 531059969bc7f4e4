/*
 * The typed walk over whole documents: forms, signatures, layers, tags,
 * attached files, settings, and damage. formats/pdf/walk*.c
 */
#include "walk_case.h"

#include <zlib.h>

/* Is the text in a stream of the result? */
static bool
is_drawn(const struct run *r, const char *text)
{
	static uint8_t plain[1 << 16];
	struct reader all, one;
	uLongf n;
	size_t at, from = 0;

	reader_init(&all, r->out.data, r->out.len);
	while (reader_find(&all, from, "stream\n", 7, &at) == 0) {
		from = at + 7;
		n = sizeof(plain);
		if (uncompress(plain, &n, all.data + from, all.len - from) ==
		    Z_OK) {
			reader_init(&one, plain, n);
		} else {
			reader_init(&one, all.data + from, all.len - from);
		}
		if (reader_find(&one, 0, text, strlen(text), &at) == 0)
			return true;
	}
	return false;
}

#define DRAWS(r, text) cr_assert(is_drawn(r, text), "no %s drawn", text)

static void
set_form(const char *acro, const char *field)
{
	char page[64] = "/Annots[5 0 R]", catalog[512];

	snprintf(catalog, sizeof(catalog), "/AcroForm<<%s>>", acro);
	set_page(catalog, page, "");
	set(5, "<</Subtype/Widget/Rect[10 10 110 30]%s>>", field);
}

Test(pdf_form, fields_keep_values_and_lose_code)
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

Test(pdf_form, japanese_fields_get_a_look)
{
	static const char *const encodings[] = { "UniJIS-UTF16-H", "Identity-H",
		"Identity-H" };

	for (size_t i = 0; i < 3; i++) {
		struct run *r = fresh();

		set_form("/Fields[5 0 R]/DR<</Font<</J 7 0 R>>>>",
		    i < 2 ? "/FT/Tx/T(n)/V<FEFF5C71>/DA(/J 10 Tf)"
			  : "/FT/Tx/T(n)/V<FEFFAC00>/DA(/J 10 Tf)");
		set(7,
		    "<</Subtype/Type0/BaseFont/HeiseiMin/Encoding/%s"
		    "/DescendantFonts[8 0 R]>>",
		    encodings[i]);
		set(8,
		    "<</Subtype/CIDFontType0/BaseFont/HeiseiMin/CIDSystemInfo"
		    "<</Registry(Adobe)/Ordering(Japan1)/Supplement 2>>>>");
		run(r, "");
		cr_assert_eq(r->err, 0, "%s", r->res.message);
		HOLDS(r, i < 2 ? "/AP" : "/NeedAppearances true");
		if (i == 1)
			HOLDS(r, "/Font <</Japan1 ");
		DONE(r);
	}
}

/* What the font of the style does not have, a Japanese one does. */
Test(pdf_form, text_without_a_font_for_it_is_set_in_a_japanese_one)
{
	static const char *const fields[] = {
		"/FT/Tx/T(n)/V<FEFF6587D842DFB70041>/DA(/Helv 0 Tf 1 0 0 rg)",
		"/FT/Tx/T(n)/Ff 4096/V<FEFF6587D842DFB70041>/DA(0 g)",
		"/FT/Ch/T(n)/V<FEFF6587D842DFB70041>"
	};

	for (size_t i = 0; i < 6; i++) {
		struct run *r = fresh();

		r->o.forms = i < 3 ? FORMS_KEEP : FORMS_FLATTEN;
		set_form("/Fields[5 0 R]", fields[i % 3]);
		run(r, "");
		cr_assert_eq(r->err, 0, "%s", r->res.message);
		LACKS(r, "NeedAppearances");
		HOLDS(r, "/Encoding /UniJIS-UTF16-H");
		HOLDS(r, "/Ordering (Japan1)");
		DRAWS(r, "(e\x87\xd8\x42\xdf\xb7");
		DONE(r);
	}
}

Test(pdf_form, buttons_get_a_look)
{
	struct run *r = fresh();

	set_form("/Fields[5 0 R]", "/FT/Btn/Ff 32768/T(b)/V/On/AS/On");
	run(r, "");
	HOLDS(r, "/AS /On");
	HOLDS(r, "/AP");
	DRAWS(r, "(l)Tj");
	DONE(r);
}

Test(pdf_form, ticks_and_choices_get_a_look)
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

Test(pdf_form, widgets_without_a_field_are_fields)
{
	struct run *r = fresh();

	set_form("/Fields[]", "/FT/Tx/T(orphan)/V(x)/Parent 9 0 R");
	run(r, "");
	HOLDS(r, "/Fields [");
	HOLDS(r, "/T (orphan)");
	DONE(r);
}

Test(pdf_form, signatures_end_as_a_look)
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

Test(pdf_form, forms_are_flattened_by_policy)
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

Test(pdf_form, a_value_without_a_look_is_drawn)
{
	static const char *const fields[] = { "/FT/Tx/T(name)/V(x)",
		"/FT/Tx/T(name)/V(x)/DA(0 0 1 rg /F1 9 Tf)",
		"/FT/Ch/T(c)/V(1)/Opt[[(1)(One)][(2)(Two)]]/DA(/F1 0 Tf)",
		"/FT/Btn/T(b)/V/On/AS/On", "/FT/Btn/Ff 32768/T(b)/V/On" };
	static const char *const drawn[] = { "(x)Tj", "(x)Tj", "(One)Tj",
		"(4)Tj", "(l)Tj" };

	for (size_t i = 0; i < 5; i++) {
		struct run *r = fresh();

		r->o.forms = FORMS_FLATTEN;
		set_form("/Fields[5 0 R]", fields[i]);
		run(r, "");
		cr_assert_eq(r->err, 0, "%s", r->res.message);
		LACKS(r, "AcroForm");
		LACKS(r, "Widget");
		HOLDS(r, "/Font <</Look0");
		DRAWS(r, drawn[i]);
		SAYS(r, "pdf.form-flattened flattened");
		DONE(r);
	}
}

/* What nobody would see leaves nothing behind. */
Test(pdf_form, flattened_fields_without_something_to_show)
{
	static const char *const fields[] = { "/FT/Tx/T(name)",
		"/FT/Tx/T(name)/V(SEKISHO-CANARY)/F 2", "/FT/Btn/T(b)/V/Off",
		"/FT/Btn/T(b)/Ff 65536" };

	for (size_t i = 0; i < 4; i++) {
		struct run *r = fresh();

		r->o.forms = FORMS_FLATTEN;
		set_form("/Fields[5 0 R]", fields[i]);
		run(r, "");
		cr_assert_eq(r->err, 0, "%s", r->res.message);
		LACKS(r, "Look0");
		LACKS(r, "CANARY");
		DONE(r);
	}
}

Test(pdf_form, a_value_that_cannot_be_drawn_is_not_flattened_away)
{
	static const char *const fields[] = { "/FT/Tx/T(name)/V<FEFFAC00>",
		"/FT/Btn/Ff 32768/T(b)/V/On/Kids[6 0 R 7 0 R]" };

	for (size_t i = 0; i < 2; i++) {
		struct run *r = fresh();

		r->o.forms = FORMS_FLATTEN;
		if (i == 0) {
			set_form("/Fields[5 0 R]", fields[i]);
		} else {
			set_page("/AcroForm<</Fields[5 0 R]>>",
			    "/Annots[6 0 R 7 0 R]", "");
			set(5, "<<%s>>", fields[i]);
			set(6, "<</Subtype/Widget/Rect[0 0 9 9]>>");
			set(7, "<</Subtype/Widget/Rect[20 0 29 9]>>");
		}
		run(r, "");
		cr_assert_eq(r->err, ERR_UNSUPPORTED, "%s", r->res.message);
		DONE(r);
	}
}

Test(pdf_form, long_texts_are_broken_into_lines)
{
	struct run *r = fresh();

	set_form("/Fields[5 0 R]",
	    "/FT/Tx/T(n)/Ff 4096/DA(/F1 9 Tf)"
	    "/V(one two three four five six seven\\reight\\r\\nnine)");
	run(r, "");
	cr_assert_eq(r->err, 0, "%s", r->res.message);
	DRAWS(r, "(one two three four )Tj");
	DRAWS(r, "(five six seven)Tj");
	DRAWS(r, "(eight)Tj");
	DRAWS(r, "(nine)Tj");
	DONE(r);
}

Test(pdf_form, combs_have_a_cell_for_each_character)
{
	struct run *r = fresh();

	set_form("/Fields[5 0 R]",
	    "/FT/Tx/T(n)/Ff 16777216/MaxLen 10/DA(/F1 9 Tf)/V(AB)");
	run(r, "");
	cr_assert_eq(r->err, 0, "%s", r->res.message);
	/* Cells of 10: the middles are at 5 and 15. */
	DRAWS(r, "1 0 0 1 1.76 ");
	DRAWS(r, "(A)Tj");
	DRAWS(r, "1 0 0 1 11.76 ");
	DRAWS(r, "(B)Tj");
	DONE(r);
	r = fresh();
	set_form("/Fields[5 0 R]",
	    "/FT/Tx/T(n)/Ff 16777216/MaxLen 1/DA(/F1 9 Tf)/V(AB)");
	run(r, "");
	DRAWS(r, "(AB)Tj");
	DONE(r);
}

Test(pdf_form, a_dynamic_xfa_form_is_held)
{
	struct run *r = fresh();

	set_page("/NeedsRendering true/AcroForm<</Fields[]/XFA(x)>>", "", "");
	run(r, "");
	cr_assert_eq(r->err, ERR_UNSUPPORTED);
	cr_assert_not_null(strstr(r->res.message, "XFA"));
	DONE(r);
}

Test(pdf_form, layers_stay_as_they_show)
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

Test(pdf_form, tags_lead_to_what_is_there)
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

Test(pdf_form, attached_files_go_beside_the_document)
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

Test(pdf_form, the_title_stays_as_text)
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

/* Two letters by glyph numbers, in a font that is none. */
static void
set_lost_font(const char *encoding, const char *ordering, const char *map)
{
	set_page("", "/Resources<</Font<</F 5 0 R>>>>",
	    "BT /F 9 Tf <00010002> Tj ET");
	set(5,
	    "<</Subtype/Type0/BaseFont/AAAAAA+Mincho/Encoding/%s/ToUnicode "
	    "8 0 R/DescendantFonts[6 0 R]>>",
	    encoding);
	set(6,
	    "<</Subtype/CIDFontType2/BaseFont/AAAAAA+Mincho/CIDSystemInfo"
	    "<</Registry(Adobe)/Ordering(%s)/Supplement 0>>/W[2[500]]"
	    "/FontDescriptor 7 0 R>>",
	    ordering);
	set(7,
	    "<</FontName/AAAAAA+Mincho/Flags 4/FontBBox[0 0 9 9]/ItalicAngle "
	    "0/Ascent 8/Descent 0/StemV 1/FontFile2 9 0 R>>");
	set_stream(8, "", map);
	set_stream(9, "", "no font");
}

Test(pdf_form, a_lost_font_becomes_a_japanese_one)
{
	static const char japanese[] = "1 beginbfchar <0001> <4E88> endbfchar "
				       "1 beginbfrange <0002> <0003> <0041> "
				       "endbfrange";
	static const char korean[] =
	    "2 beginbfchar <0001> <AC00> <0002> <AC01> endbfchar";
	struct run *r = fresh();

	set_lost_font("Identity-H", "Identity", japanese);
	run(r, "");
	cr_assert_eq(r->err, 0, "%s", r->res.message);
	HOLDS(r, "/BaseFont /HeiseiKakuGo-W5");
	HOLDS(r, "/Ordering (Japan1)");
	HOLDS(r, "/W [34 34 500]");
	DRAWS(r, "<0001> <0001> 3879\n<0002> <0003> 34\n");
	SAYS(r, "pdf.font-fallback replaced");
	DONE(r);
	for (size_t i = 0; i < 3; i++) {
		r = fresh();
		set_lost_font(i == 0 ? "UniJIS-UTF16-H" : "Identity-V",
		    i == 1 ? "Japan1" : "Identity", i == 2 ? korean : japanese);
		run(r, "");
		cr_assert_eq(r->err, 0, "%s", r->res.message);
		HOLDS(r, "/BaseFont /AAAAAA+Mincho");
		SAYS(r, "pdf.font removed");
		DONE(r);
	}
}

Test(pdf_form, labels_and_settings_of_the_reader)
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

Test(pdf_form, damaged_ones_come_out_whole_or_not_at_all, .timeout = 120)
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
