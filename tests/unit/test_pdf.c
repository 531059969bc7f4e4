/* PDF as a whole: probe, what is said, mutations. formats/pdf/pdf.c */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "fuzz_common.h"
#include "picture_checks.h"

extern const struct format format_pdf;

static enum probe
ask(const char *text, size_t n)
{
	const char *sub = NULL;
	struct reader r;

	reader_init(&r, text, n);
	return format_pdf.probe(&r, &sub);
}

#define ASK(s) ask(s, sizeof(s) - 1)

Test(pdf, probe)
{
	char far[2048];

	cr_expect_eq(ASK("%PDF-1.4\n"), PROBE_YES);
	cr_expect_eq(ASK("%PDF-9"), PROBE_YES);
	cr_expect_eq(ASK("%PDF.1.4\n"), PROBE_NO);
	cr_expect_eq(ASK(""), PROBE_NO);
	cr_expect_eq(ASK("FAX 03-1234-5678\r\n%PDF-1.4\n"), PROBE_MAYBE);
	cr_expect_eq(ASK("<script>%PDF-1.4\n"), PROBE_NO);
	cr_expect_eq(ASK("#!/bin/sh\n%PDF-1.4\n"), PROBE_NO);
	cr_expect_eq(ASK("..PK\3\4..%PDF-1.4\n"), PROBE_NO);
	cr_expect_eq(ASK("MZ..%PDF-1.4\n"), PROBE_NO);
	memset(far, ' ', sizeof(far));
	memcpy(far + 1019, "%PDF-", 5);
	cr_expect_eq(ask(far, sizeof(far)), PROBE_MAYBE);
	memset(far, ' ', sizeof(far));
	memcpy(far + 1020, "%PDF-", 5);
	cr_expect_eq(ask(far, sizeof(far)), PROBE_NO);
}

Test(pdf, what_is_said_of_the_file)
{
	static const struct {
		const char *path;
		enum finding_id id;
	} cases[] = {
		{ "planted/pdf/before.pdf", FIND_PDF_JUNK_BEFORE },
		{ "planted/pdf/broken-table.pdf", FIND_PDF_REPAIRED },
		{ "planted/pdf/earlier-version.pdf", FIND_PDF_REVISIONS },
		{ "planted/pdf/unused-objects.pdf", FIND_PDF_UNUSED },
		{ "benign/pdf/encrypted-rc4.pdf", FIND_PDF_ENCRYPTED },
		{ "benign/pdf/encrypted-aes128.pdf", FIND_PDF_ENCRYPTED },
		{ "benign/pdf/encrypted-aes256.pdf", FIND_PDF_ENCRYPTED },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect(picture_finds("pdf", cases[i].path, cases[i].id),
		    "%s", cases[i].path);
}

/* Each must end in a verdict, and each success be a fixpoint. */
Test(pdf, mutations_end_in_a_verdict, .timeout = 240)
{
	picture_mutate("pdf", "planted/pdf/action-launch-win-packed.pdf", 251);
	picture_mutate("pdf", "planted/pdf/action-javascript-plain.pdf", 1021);
	picture_mutate("pdf", "planted/pdf/loops.pdf", 61);
	picture_mutate("pdf", "benign/pdf/encrypted-rc4.pdf", 251);
}

/* Our own output, which the small reader takes. */
Test(pdf, mutations_of_the_canonical_form, .timeout = 240)
{
	struct buf out;

	cr_assert_eq(picture_rebuild("pdf", "benign/pdf/forms.pdf", &out), 0);
	for (size_t bit = 0; bit < out.len * 8; bit += 509) {
		out.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		(void)fuzz_rebuild("pdf", out.data, out.len, NULL);
		out.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	buf_done(&out);
}
