/*
 * Limits of the XML reader: a big part streams in little memory, one unit of
 * it may not be big, what is dropped is forgotten.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "xml_case.h"

#define W "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
#define X "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

static char *
repeated(const char *head, const char *piece, size_t times, const char *tail)
{
	struct buf b;
	char *s;

	buf_init(&b, (size_t)1 << 28);
	cr_assert_eq(buf_puts(&b, head), 0);
	for (size_t i = 0; i < times; i++)
		cr_assert_eq(buf_puts(&b, piece), 0);
	cr_assert_eq(buf_puts(&b, tail), 0);
	s = strdup(buf_cstr(&b));
	buf_done(&b);
	return s;
}

#define SHEET "<worksheet xmlns=\"" X "\"><sheetData>"

Test(xmlx, big_sheets_stream_in_little_memory)
{
	char *xml = repeated(SHEET,
	    "<row r=\"1\"><c r=\"A1\" t=\"str\"><v>0123456789</v></c></row>",
	    200000, "</sheetData></worksheet>");
	struct xml_case c;

	xml_case_init(&c, SN_X_WORKSHEET);
	c.options.limits.max[BUDGET_MEMORY_BYTES] = 1 << 20;
	cr_expect_eq(xml_case_run(&c, xml, strlen(xml)), 0, "%s", c.message);
	cr_expect_eq(c.n_units, 200000);
	cr_expect(c.out.len > (8u << 20));
	c.options.limits.max[BUDGET_XML_NODES] = 100000;
	cr_expect_eq(xml_case_run(&c, xml, strlen(xml)), ERR_LIMIT);
	xml_case_done(&c);
	free(xml);
}

Test(xmlx, one_unit_is_limited)
{
	char *xml = repeated(SHEET "<row>", "<c/>", 200000,
	    "</row></sheetData></worksheet>");
	struct xml_case c;

	xml_case_init(&c, SN_X_WORKSHEET);
	c.options.limits.max[BUDGET_MEMORY_BYTES] = 1 << 20;
	cr_expect_eq(xml_case_run(&c, xml, strlen(xml)), ERR_LIMIT);
	xml_case_done(&c);
	free(xml);
}

/* Pruned and dropped units cost no memory either. */
Test(xmlx, dropped_units_are_forgotten)
{
	char *xml = repeated("<worksheet xmlns=\"" X "\">",
	    "<extLst><ext uri=\"{78C0D931-6437-407d-A8EE-F0AAD7539E65}\"/>"
	    "</extLst>",
	    100000, "</worksheet>");
	struct xml_case c;

	xml_case_init(&c, SN_X_WORKSHEET);
	c.options.limits.max[BUDGET_MEMORY_BYTES] = 1 << 20;
	cr_expect_eq(xml_case_run(&c, xml, strlen(xml)), 0, "%s", c.message);
	cr_expect_eq(c.n_units, 0);
	xml_case_done(&c);
	free(xml);
}

Test(xmlx, depth_and_attribute_length)
{
	char *deep =
	    repeated("<w:document xmlns:w=\"" W "\" xmlns:u=\"urn:u\"><w:body>",
		"<w:tbl><w:tr><w:tc>", 100, "");
	char *long_value =
	    repeated("<w:document xmlns:w=\"" W
		     "\"><w:body><w:p><w:bookmarkStart w:name=\"",
		"0123456789abcdef", 70000, "\"/></w:p></w:body></w:document>");
	struct xml_case c;

	xml_case_init(&c, SN_W_DOCUMENT);
	cr_expect_neq(xml_case_run(&c, deep, strlen(deep)), 0);
	cr_expect_eq(xml_case_run(&c, long_value, strlen(long_value)),
	    ERR_LIMIT, "%s", c.message);
	xml_case_done(&c);
	free(deep);
	free(long_value);
}
