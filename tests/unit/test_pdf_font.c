/*
 * Font programs: canaries gone, glyphs the same to FreeType, the second pass
 * changes nothing; mutations. formats/pdf/font*.c
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>
#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_OUTLINE_H

#include "base/fsx.h"
#include "formats/pdf/font_int.h"
#include "formats/pdf/pdf.h"
#include "fuzz_common.h"

#define FOLDER	  "tests/fuzz/seeds/pdf_font/"
#define MAX_BYTES ((size_t)1 << 20)

static void
load(const char *name, struct buf *b)
{
	char path[256];

	snprintf(path, sizeof(path), FOLDER "%s", name);
	buf_init(b, MAX_BYTES);
	cr_assert_eq(fsx_slurp(AT_FDCWD, path, b), 0, "%s", path);
}

static int
rebuild(const struct buf *in, enum pfont_file *kind, struct buf *out,
    struct font_notes *notes)
{
	struct pfont f = { .kind = *kind, .where = "" };
	int e;

	memset(notes, 0, sizeof(*notes));
	buf_reader(in, &f.bytes);
	e = font_rebuild(&f, out, notes);
	*kind = f.kind;
	return e;
}

static bool
silent(const struct font_notes *n)
{
	return n->glyphs == 0 && !n->instructions && !n->tables && !n->names &&
	       !n->repaired && !n->converted;
}

/* Rebuild a seed, and again: the same bytes, nothing to say. */
static void
settle(const char *name, enum pfont_file *kind, struct buf *out,
    struct font_notes *notes)
{
	struct font_notes second;
	enum pfont_file again;
	struct buf in, twice;

	load(name, &in);
	buf_init(out, FONT_MAX_BYTES);
	buf_init(&twice, FONT_MAX_BYTES);
	cr_assert_eq(rebuild(&in, kind, out, notes), 0, "%s", name);
	again = *kind;
	cr_assert_eq(rebuild(out, &again, &twice, &second), 0, "%s", name);
	cr_expect_eq(again, *kind, "%s", name);
	cr_expect(twice.len == out->len &&
		      memcmp(twice.data, out->data, out->len) == 0,
	    "%s changes again", name);
	cr_expect(silent(&second), "%s: a finding in the result", name);
	buf_done(&in);
	buf_done(&twice);
}

static const struct {
	const char *name;
	enum pfont_file in, out;
	bool names; /* glyphs are looked up by name */
} fonts[] = {
	{ "rect.ttf", PFONT_TRUETYPE, PFONT_TRUETYPE, false },
	{ "maps.ttf", PFONT_TYPE1, PFONT_TRUETYPE, false },
	{ "rect.otf", PFONT_TRUETYPE, PFONT_OPENTYPE, false },
	{ "rect.cff", PFONT_TYPE1C, PFONT_TYPE1C, false },
	{ "cid.cff", PFONT_CID0C, PFONT_CID0C, false },
	{ "rect.t1", PFONT_TYPE1, PFONT_TYPE1C, true },
	{ "hex.t1", PFONT_TYPE1, PFONT_TYPE1C, true },
	{ "rect.pfb", PFONT_TRUETYPE, PFONT_TYPE1C, true },
};

#define N_FONTS (sizeof(fonts) / sizeof(fonts[0]))

Test(pdf_font, no_canary_survives)
{
	for (size_t i = 0; i < N_FONTS; i++) {
		enum pfont_file kind = fonts[i].in;
		struct font_notes notes;
		struct buf out;
		struct reader r;
		size_t at;

		settle(fonts[i].name, &kind, &out, &notes);
		cr_expect_eq(kind, fonts[i].out, "%s", fonts[i].name);
		buf_reader(&out, &r);
		cr_expect_neq(reader_find(&r, 0, "SEKISHO", 7, &at), 0, "%s",
		    fonts[i].name);
		buf_done(&out);
	}
}

/* ---- FreeType sees the same font */

static FT_Face
face_of(FT_Library lib, const struct buf *b, const char *name)
{
	FT_Face face = NULL;

	cr_assert_eq(FT_New_Memory_Face(lib, b->data, (FT_Long)b->len, 0,
			 &face),
	    0, "%s", name);
	return face;
}

static void
same_glyph(FT_Face a, FT_UInt ga, FT_Face b, FT_UInt gb, const char *name)
{
	const FT_Int32 flags = FT_LOAD_NO_SCALE | FT_LOAD_NO_HINTING;
	FT_BBox x, y;

	cr_assert_eq(FT_Load_Glyph(a, ga, flags), 0, "%s %u", name, ga);
	cr_assert_eq(FT_Load_Glyph(b, gb, flags), 0, "%s %u", name, gb);
	FT_Outline_Get_CBox(&a->glyph->outline, &x);
	FT_Outline_Get_CBox(&b->glyph->outline, &y);
	cr_expect_eq(memcmp(&x, &y, sizeof(x)), 0, "%s: box of %u", name, ga);
	cr_expect_eq(a->glyph->outline.n_points, b->glyph->outline.n_points,
	    "%s: points of %u", name, ga);
	cr_expect_eq(a->glyph->metrics.horiAdvance,
	    b->glyph->metrics.horiAdvance, "%s: width of %u", name, ga);
}

static void
same_maps(FT_Face a, FT_Face b, const char *name)
{
	cr_assert_eq(a->num_charmaps, b->num_charmaps, "%s", name);
	for (int i = 0; i < a->num_charmaps; i++) {
		FT_UInt glyph;
		FT_ULong c;

		FT_Set_Charmap(a, a->charmaps[i]);
		FT_Set_Charmap(b, b->charmaps[i]);
		for (c = FT_Get_First_Char(a, &glyph); glyph != 0;
		     c = FT_Get_Next_Char(a, c, &glyph))
			cr_expect_eq(FT_Get_Char_Index(b, c), glyph,
			    "%s: character %lx", name, c);
	}
}

Test(pdf_font, freetype_sees_the_same)
{
	FT_Library lib;

	cr_assert_eq(FT_Init_FreeType(&lib), 0);
	for (size_t i = 0; i < N_FONTS; i++) {
		enum pfont_file kind = fonts[i].in;
		const char *name = fonts[i].name;
		struct font_notes notes;
		struct buf in, out;
		FT_Face a, b;

		load(name, &in);
		settle(name, &kind, &out, &notes);
		a = face_of(lib, &in, name);
		b = face_of(lib, &out, name);
		cr_assert_eq(a->num_glyphs, b->num_glyphs, "%s", name);
		for (FT_UInt g = 0; g < (FT_UInt)a->num_glyphs; g++) {
			char glyph[64];
			FT_UInt to = g;

			if (fonts[i].names) {
				FT_Get_Glyph_Name(a, g, glyph, sizeof(glyph));
				to = FT_Get_Name_Index(b, glyph);
			}
			same_glyph(a, g, b, to, name);
		}
		if (!fonts[i].names)
			same_maps(a, b, name);
		FT_Done_Face(a);
		FT_Done_Face(b);
		buf_done(&in);
		buf_done(&out);
	}
	FT_Done_FreeType(lib);
}

/* The encoding of a Type 1 font: code to glyph, one glyph with two codes. */
Test(pdf_font, encoding_of_type1_stays)
{
	static const struct {
		FT_ULong code;
		const char *name;
	} codes[] = { { 32, "space" }, { 45, "hyphen" }, { 65, "A" },
		{ 97, "A" }, { 193, "Aacute" } };
	enum pfont_file kind = PFONT_TYPE1;
	struct font_notes notes;
	struct buf out;
	FT_Library lib;
	FT_Face face;

	settle("rect.t1", &kind, &out, &notes);
	cr_expect(notes.converted);
	cr_assert_eq(FT_Init_FreeType(&lib), 0);
	face = face_of(lib, &out, "rect.t1");
	cr_assert_eq(FT_Select_Charmap(face, FT_ENCODING_ADOBE_CUSTOM), 0);
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		char name[64] = "";

		FT_Get_Glyph_Name(face, FT_Get_Char_Index(face, codes[i].code),
		    name, sizeof(name));
		cr_expect_str_eq(name, codes[i].name);
	}
	FT_Done_Face(face);
	FT_Done_FreeType(lib);
	buf_done(&out);
}

Test(pdf_font, what_was_left_behind_is_said)
{
	enum pfont_file kind = PFONT_TRUETYPE;
	struct font_notes n;
	struct buf out;

	settle("rect.ttf", &kind, &out, &n);
	cr_expect(n.instructions && n.tables && n.names);
	cr_expect_str_eq(n.first, "GSUB");
	cr_expect_eq(n.glyphs, 0);
	buf_done(&out);
}

Test(pdf_font, missing_tables_are_made)
{
	enum pfont_file kind = PFONT_TRUETYPE;
	struct font_notes n;
	struct buf out;
	FT_Library lib;
	FT_Face face;

	settle("cut.ttf", &kind, &out, &n);
	cr_expect(n.repaired);
	cr_assert_eq(FT_Init_FreeType(&lib), 0);
	face = face_of(lib, &out, "cut.ttf");
	cr_expect_eq(FT_Load_Glyph(face, 2, FT_LOAD_NO_SCALE), 0);
	cr_expect_gt(face->glyph->outline.n_points, 0);
	FT_Done_Face(face);
	FT_Done_FreeType(lib);
	buf_done(&out);
}

/* Composites in a circle, of a missing glyph, of too many points. */
Test(pdf_font, composites_that_never_end_are_empty)
{
	enum pfont_file kind = PFONT_TRUETYPE;
	struct font_notes n;
	struct buf out;

	settle("loop.ttf", &kind, &out, &n);
	cr_expect_eq(n.glyphs, 8);
	buf_done(&out);
}

/* Subroutines that call ten others, nine deep. */
Test(pdf_font, charstrings_that_never_end_are_empty)
{
	enum pfont_file kind = PFONT_TYPE1C;
	struct font_notes n;
	struct buf out;

	settle("bomb.cff", &kind, &out, &n);
	cr_expect_eq(n.glyphs, 10);
	buf_done(&out);
}

/* Letters made of themselves, of each other, of none. */
Test(pdf_font, accents_in_a_circle_are_empty)
{
	enum pfont_file kind = PFONT_TYPE1C;
	struct font_notes n;
	struct buf out;
	FT_Library lib;
	FT_Face face;

	settle("circle.cff", &kind, &out, &n);
	cr_expect_eq(n.glyphs, 4);
	cr_assert_eq(FT_Init_FreeType(&lib), 0);
	face = face_of(lib, &out, "circle.cff");
	for (FT_UInt g = 0; g < 8; g++) {
		int points = g == 4 ? 4 : g == 6 ? 8 : 0;

		cr_expect_eq(FT_Load_Glyph(face, g, FT_LOAD_NO_SCALE), 0);
		cr_expect_eq(face->glyph->outline.n_points, points, "%u", g);
	}
	FT_Done_Face(face);
	FT_Done_FreeType(lib);
	buf_done(&out);
}

Test(pdf_font, rubbish_is_refused)
{
	static const char *const rubbish[] = { "", "%!PS", "\0\1\0\0",
		"\1\0\4\1\0\0", "OTTO\0\1", "currentfile eexec " };
	enum pfont_file kind = PFONT_TYPE1;
	struct font_notes n;
	struct buf in, out;

	for (size_t i = 0; i < sizeof(rubbish) / sizeof(rubbish[0]); i++) {
		buf_init(&in, 64);
		buf_init(&out, FONT_MAX_BYTES);
		cr_assert_eq(buf_puts(&in, rubbish[i]), 0);
		cr_expect_eq(rebuild(&in, &kind, &out, &n), ERR_MALFORMED,
		    "%zu", i);
		cr_expect_eq(out.len, 0);
		buf_done(&in);
		buf_done(&out);
	}
}

/* The fuzz target checks the promises. */
Test(pdf_font, mutations_end_in_a_verdict)
{
	for (size_t i = 0; i < N_FONTS; i++) {
		struct buf in;

		load(fonts[i].name, &in);
		for (size_t bit = 0; bit < in.len * 8; bit += 13) {
			in.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
			(void)LLVMFuzzerTestOneInput(in.data, in.len);
			in.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		for (size_t n = 0; n < in.len; n += 11)
			(void)LLVMFuzzerTestOneInput(in.data, n);
		buf_done(&in);
	}
}
