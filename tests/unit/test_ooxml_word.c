/*
 * Word documents: samples bit by bit and cut, markup mutated before it is
 * packed. Whatever is rebuilt must be a fixpoint (fuzz_rebuild aborts else).
 */
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "fuzz_common.h"
#include "picture_checks.h"

static void
finds(const char *path, enum finding_id id)
{
	cr_expect(picture_finds("ooxml", path, id), "%s: %s", path,
	    finding_name(id));
}

Test(word, samples)
{
	finds("planted/docx/field-in-text.docx", FIND_OOXML_FIELD);
	finds("planted/docx/field-split.docx", FIND_OOXML_FIELD);
	finds("planted/docx/field-data.docx", FIND_OOXML_FIELD_DATA);
	finds("planted/docx/form-macro.docx", FIND_OOXML_FORM_MACRO);
	finds("planted/docx/ole.docx", FIND_OOXML_OLE);
	finds("planted/docx/control.docx", FIND_OOXML_CONTROL);
	finds("planted/docx/chunk.docx", FIND_OOXML_ALT_CHUNK);
	finds("planted/docx/template.docx", FIND_OOXML_TEMPLATE);
	finds("planted/docx/merge.docx", FIND_OOXML_MAIL_MERGE);
	finds("planted/docx/variables.docx", FIND_OOXML_DOC_VARIABLE);
	finds("planted/docx/glossary.docx", FIND_OOXML_GLOSSARY);
	finds("planted/docx/binding.docx", FIND_OOXML_DATA_BINDING);
	finds("planted/docx/note-twice.docx", FIND_OOXML_REFERENCE);
	finds("planted/docx/note-broken.docx", FIND_OOXML_BAD_PART);
	finds("planted/docx/svg.docx", FIND_OOXML_SVG);
	finds("planted/docm/vba.docm", FIND_OOXML_VBA);
}

Test(word, mutated_archives)
{
	picture_mutate("ooxml", "planted/docx/field-textbox.docx", 257);
	picture_mutate("ooxml", "planted/docx/ole.docx", 383);
	picture_mutate("ooxml", "benign/docx/review.docx", 509);
}

/* Bits and ends of the markup itself: LLVMFuzzerTestOneInput packs it. */
static void
mutate_markup(const char *path)
{
	char full[128];
	struct buf b;

	snprintf(full, sizeof(full), "../tests/fuzz/seeds/docx/%s", path);
	picture_load(full, &b);
	for (size_t bit = 0; bit < b.len * 8; bit += 13) {
		b.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		(void)LLVMFuzzerTestOneInput(b.data, b.len);
		b.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t n = 0; n < b.len; n += 29)
		(void)LLVMFuzzerTestOneInput(b.data, n);
	buf_done(&b);
}

Test(word, mutated_markup)
{
	mutate_markup("fields.xml");
	mutate_markup("changes.xml");
	mutate_markup("links.xml");
}

/* Tags dropped, doubled and moved: structure that a schema never allows. */
Test(word, shuffled_markup)
{
	struct buf b, out;
	const char *s, *end;

	picture_load("../tests/fuzz/seeds/docx/changes.xml", &b);
	for (s = buf_cstr(&b); (s = strchr(s, '<')) != NULL; s++) {
		if ((end = strchr(s, '>')) == NULL)
			break;
		for (int twice = 0; twice < 2; twice++) {
			buf_init(&out, 1u << 20);
			cr_assert_eq(buf_put(&out, b.data,
					 (size_t)(s - (char *)b.data)),
			    0);
			for (int i = 0; i < 2 * twice; i++)
				cr_assert_eq(buf_put(&out, s,
						 (size_t)(end + 1 - s)),
				    0);
			cr_assert_eq(buf_puts(&out, end + 1), 0);
			(void)LLVMFuzzerTestOneInput(out.data, out.len);
			buf_done(&out);
		}
	}
	buf_done(&b);
}
