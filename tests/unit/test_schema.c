/*
 * The grammar of OOXML: look-ups, values, and that what cuts.tsv says about
 * it is true of every type.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "formats/schema.h"

#define W "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

Test(schema, names)
{
	cr_expect_eq(schema_name(W, "p"), SN_W_P);
	cr_expect_eq(schema_name("http://purl.oclc.org/ooxml/"
				 "wordprocessingml/main",
			 "p"),
	    SN_W_P);
	cr_expect_eq(schema_name("http://schemas.openxmlformats.org/"
				 "wordprocessingml/2006/5/main",
			 "p"),
	    SN_W_P);
	cr_expect_eq(schema_name(NULL, "val"), SN_NO_VAL);
	cr_expect_eq(schema_name("", "val"), SN_NO_VAL);
	cr_expect_eq(schema_name("urn:u", "p"), SN_NONE);
	cr_expect_eq(schema_name(W, "P"), SN_NONE);
	cr_expect_eq(schema_name(W, ""), SN_NONE);
	for (uint16_t n = SN_TEXT + 1; n < SN_COUNT; n++) {
		const struct schema_qname *q = schema_qname(n);

		cr_assert_eq(schema_name(schema_uri(schema_ns(n)),
				 schema_local(n)),
		    n, "%s", q->text);
		cr_assert_eq(strlen(q->text), q->len);
		cr_assert(q->local <= q->len);
	}
	cr_expect_str_eq(schema_local(SN_COUNT), "");
	cr_expect_str_eq(schema_local(UINT16_MAX), "");
}

Test(schema, children)
{
	uint16_t doc = schema_root(SN_W_DOCUMENT), body, p, r;

	body = schema_child(doc, SN_W_BODY);
	p = schema_child(body, SN_W_P);
	r = schema_child(p, SN_W_R);
	cr_expect(doc != 0 && body != 0 && p != 0 && r != 0);
	cr_expect_neq(schema_flags(schema_child(r, SN_W_T)) & SCHEMA_TEXT, 0);
	cr_expect_eq(schema_child(doc, SN_W_P), ST_NONE);
	cr_expect_eq(schema_child(p, SN_NONE), ST_NONE);
	cr_expect_eq(schema_child(ST_COUNT, SN_W_P), ST_NONE);
	cr_expect_eq(schema_child(UINT16_MAX, SN_W_P), ST_NONE);
	cr_expect_eq(schema_root(SN_W_P), ST_NONE);
	cr_expect_eq(schema_attr(ST_NONE, SN_W_VAL), CHECK_NONE);
	cr_expect_eq(schema_flags(UINT16_MAX), 0);
	for (uint16_t t = 1; t < ST_COUNT; t++)
		for (uint16_t n = 1; n < SN_COUNT; n++) {
			uint16_t c = schema_child(t, n);

			cr_assert(c == 0 || schema_type_name(c) == n);
		}
}

/* All values of r: attributes are relationships, all macros are watched. */
Test(schema, attributes_that_must_be_resolved)
{
	for (uint16_t t = 1; t < ST_COUNT; t++)
		for (uint16_t n = 1; n < SN_COUNT; n++) {
			enum schema_check c = schema_attr(t, n);

			if (c == CHECK_NONE)
				continue;
			if (schema_ns(n) == SNS_R || n == SN_O_RELID)
				cr_assert_eq(c, CHECK_REL);
			if (n == SN_NO_MACRO)
				cr_assert_eq(c, CHECK_MACRO);
			if (n == SN_NO_TEXTLINK)
				cr_assert_eq(c, CHECK_FORMULA);
			cr_assert(c < CHECK_DONE);
		}
}

Test(schema, flags)
{
	for (uint16_t t = 1; t < ST_COUNT; t++) {
		unsigned f = schema_flags(t);

		if (f & SCHEMA_FORMULA)
			cr_assert_eq(f & (SCHEMA_TRANSFORM | SCHEMA_TEXT),
			    (SCHEMA_TRANSFORM | SCHEMA_TEXT));
		if (f & SCHEMA_STREAM)
			cr_assert_eq(f & ~SCHEMA_STREAM, 0);
	}
}

/* ---- cuts.tsv against the tables */

static uint16_t
numbered(const char *qname)
{
	for (uint16_t n = SN_TEXT + 1; n < SN_COUNT; n++)
		if (strcmp(schema_qname(n)->text, qname) == 0)
			return n;
	return SN_NONE;
}

static void
no_type_has_child(uint16_t name, const char *what)
{
	for (uint16_t t = 1; t < ST_COUNT; t++)
		cr_assert_eq(schema_child(t, name), ST_NONE, "%s: in %s", what,
		    schema_local(schema_type_name(t)));
}

static void
no_type_has_attr(uint16_t of, uint16_t name, const char *what)
{
	for (uint16_t t = 1; t < ST_COUNT; t++)
		if (of == SN_NONE || schema_type_name(t) == of)
			cr_assert_eq(schema_attr(t, name), CHECK_NONE, "%s",
			    what);
}

static unsigned
check_cut(char *what)
{
	char *at = strchr(what, '@'), *name = at == NULL ? what : at + 1;
	char copy[256];
	uint16_t of = SN_NONE;

	if (strpbrk(what, ">*/+") != NULL || numbered(name) == SN_NONE)
		return 0;
	snprintf(copy, sizeof(copy), "%s", what);
	if (at == NULL) {
		no_type_has_child(numbered(name), copy);
		return 1;
	}
	*at = '\0';
	if (what[0] != '\0' && (of = numbered(what)) == SN_NONE)
		return 0;
	no_type_has_attr(of, numbered(name), copy);
	return 1;
}

static unsigned
check_seen(const char *what)
{
	uint16_t name = numbered(what);
	unsigned n = 0;

	if (name == SN_NONE)
		return 0;
	for (uint16_t t = 1; t < ST_COUNT; t++)
		if (schema_type_name(t) == name) {
			cr_assert_neq(schema_flags(t) & SCHEMA_TRANSFORM, 0,
			    "%s", what);
			n++;
		}
	return n;
}

Test(schema, cuts_hold)
{
	FILE *f = fopen("formats/ooxml/cuts.tsv", "r");
	unsigned cuts = 0, seen = 0;
	char line[8192], *verb, *what;

	cr_assert_not_null(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		if ((verb = strtok(line, "\t\n")) == NULL ||
		    (what = strtok(NULL, "\t\n")) == NULL)
			continue;
		if (strcmp(verb, "cut") == 0)
			cuts += check_cut(what);
		if (strcmp(verb, "see") == 0)
			seen += check_seen(what);
	}
	fclose(f);
	cr_expect(cuts > 150, "%u", cuts);
	cr_expect(seen > 40, "%u", seen);
}

/* Names that stand in no document of ours, whoever writes cuts.tsv. */
Test(schema, never)
{
	static const char *const names[] = { "w:docVars", "w:attachedTemplate",
		"w:mailMerge", "w:saveThroughXslt", "w:fldData",
		"w:contentPart", "w:movie", "p:contentPart", "p:htmlPubPr",
		"p:embeddedFontLst", "a:audioCd", "p:sndAc", "w:entryMacro",
		"w:exitMacro", "x:webPublishItems", "x:customSheetViews",
		"x:picture", "x:legacyDrawingHF", "ap:HyperlinkBase",
		"ap:Template", "w:frameset", "w:updateFields", "w:embedRegular",
		"w:docPartObj", "w:placeholder" };
	static const char *const locals[] = { "webextensionref", "model3d",
		"webVideoPr", "oembed", "oembedShared", "scriptLink",
		"liveFeedProps", "imageFormula", "absPath", "script",
		"FmlaMacro", "DDE", "MapOCX", "connection", "dbPr", "webPr",
		"textPr", "ddeLink", "externalBook", "keymap", "customUI" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (numbered(names[i]) != SN_NONE)
			no_type_has_child(numbered(names[i]), names[i]);
	for (size_t i = 0; i < sizeof(locals) / sizeof(locals[0]); i++)
		for (uint16_t n = 1; n < SN_COUNT; n++)
			if (strcmp(schema_local(n), locals[i]) == 0)
				no_type_has_child(n, locals[i]);
}

Test(schema, values)
{
	static const struct {
		enum schema_check check;
		const char *value;
		bool ok;
	} cases[] = {
		{ CHECK_BOOL, "1", true },
		{ CHECK_BOOL, "on", true },
		{ CHECK_BOOL, "yes", false },
		{ CHECK_INT, "-12", true },
		{ CHECK_INT, "", false },
		{ CHECK_INT, "-", false },
		{ CHECK_INT, "1.0", false },
		{ CHECK_INT, "1234567890123456789012", false },
		{ CHECK_DECIMAL, "12.5pt", true },
		{ CHECK_DECIMAL, "50%", true },
		{ CHECK_DECIMAL, "1E-3", true },
		{ CHECK_DECIMAL, "1 2", false },
		{ CHECK_HEX, "FF00aa", true },
		{ CHECK_HEX, "auto", true },
		{ CHECK_HEX, "xyz", false },
		{ CHECK_TOKEN, "en-US", true },
		{ CHECK_TOKEN, "a b", false },
		{ CHECK_TOKEN, "javascript:(1)", false },
		{ CHECK_LIST, "1:5 7:9", true },
		{ CHECK_LIST, "a\"b", false },
		{ CHECK_DATE, "2020-01-01T00:00:00Z", true },
		{ CHECK_DATE, "now()", false },
		{ CHECK_GUID, "{01234567-89ab-cdef-0123-456789ABCDEF}", true },
		{ CHECK_GUID, "{01234567-89ab-cdef-0123-456789ABCDE}", false },
		{ CHECK_GUID, "{01234567-89ab-cdef-0123-456789ABCDEG}", false },
		{ CHECK_BASE64, "ab+/==", true },
		{ CHECK_BASE64, "ab(c)", false },
		{ CHECK_REF, "$A$1:B2 C3", true },
		{ CHECK_REF, "[1]A!B1", false },
		{ CHECK_REF, "cmd|' /C calc'!A0", false },
		{ CHECK_STYLE, "position:absolute;width:10.5pt", true },
		{ CHECK_STYLE, "color:rgb(1,2,3);font-family:\"MS\"", true },
		{ CHECK_STYLE, "background:url(http://x)", false },
		{ CHECK_STYLE, "background:u\\72l(http://x)", false },
		{ CHECK_STYLE, "behavior:url/**/(x)", false },
		{ CHECK_STYLE, "width:expression(1)", false },
		{ CHECK_STYLE, "@import 'x'", false },
		{ CHECK_TEXT, "anything (at) all", true },
		{ CHECK_NONE, "a", false },
		{ CHECK_DONE, "a", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect_eq(schema_value_ok(cases[i].check, cases[i].value,
				 strlen(cases[i].value)),
		    cases[i].ok, "%d %s", cases[i].check, cases[i].value);
}

Test(schema, extensions)
{
	const char *as = NULL;
	uint16_t t =
	    schema_ext(SN_X_EXT, "{78c0d931-6437-407D-a8ee-f0aad7539e65}", &as);

	cr_expect_neq(t, ST_NONE);
	cr_expect_str_eq(as, "{78C0D931-6437-407d-A8EE-F0AAD7539E65}");
	cr_expect_neq(schema_child(t, SN_X14_CONDITIONALFORMATTINGS), ST_NONE);
	cr_expect_eq(schema_child(t, SN_X14_SPARKLINEGROUPS), ST_NONE);
	cr_expect_eq(schema_ext(SN_A_EXT, as, &as), ST_NONE);
	cr_expect_eq(schema_ext(SN_X_EXT, "", &as), ST_NONE);
	cr_expect_eq(schema_ext(SN_X_EXT, "{no}", &as), ST_NONE);
	cr_expect_neq(schema_ext(SN_A_GRAPHICDATA,
			  "http://schemas.openxmlformats.org/drawingml/2006/"
			  "chart",
			  &as),
	    ST_NONE);
	cr_expect_eq(schema_ext(SN_A_GRAPHICDATA,
			 "http://schemas.microsoft.com/office/"
			 "webextensions/webextension/2010/11",
			 &as),
	    ST_NONE);
}

Test(schema, profiles)
{
	for (uint16_t n = 1; n < SN_COUNT; n++) {
		const struct schema_profile *p = schema_profile(n);
		bool seen[SNS_COUNT] = { false };

		cr_assert_not_null(p);
		if (schema_root(n) == ST_NONE)
			continue;
		cr_expect_neq(p->ns[0], SNS_NONE, "%s", schema_qname(n)->text);
		for (const uint8_t *s = p->ns; *s != SNS_NONE; s++) {
			cr_expect_not(seen[*s]);
			seen[*s] = true;
		}
		if (p->by_default)
			cr_expect_eq(p->ns[0], schema_ns(n));
	}
}
