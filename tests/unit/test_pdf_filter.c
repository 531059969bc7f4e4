/* Filters of PDF streams. formats/pdf/filter*.c */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>
#include <zlib.h>

#include "formats/pdf/pdf_int.h"
#include "pdf_case.h"

/* A file in the canonical form with no object but its catalog. */
static const char tiny[] = "%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n"
			   "trailer<</Root 1 0 R>>\n%%EOF\n";

struct job {
	const char *filter; /* text of Filter and of DecodeParms */
	const char *parms;
	const void *in;
	size_t n;
	int e;
	bool damaged;
	enum pfilter left;
	uint8_t out[4096];
	size_t n_out;
};

static int
undo(struct doc *d, void *arg)
{
	struct job *j = arg;
	struct pdf pdf = { .d = d };
	const struct pobj *filter, *parms = NULL;
	struct reader r, bytes;
	struct pdata data;

	cr_assert_eq(pin_open(d, &pdf.in), 0);
	reader_init(&r, j->filter, strlen(j->filter));
	cr_assert_eq(pobj_parse(d, &r, false, &filter), 0);
	if (j->parms != NULL) {
		reader_init(&r, j->parms, strlen(j->parms));
		cr_assert_eq(pobj_parse(d, &r, false, &parms), 0);
	}
	reader_init(&bytes, j->in, j->n);
	j->e = pdf_unfilter(&pdf, &bytes, filter, parms, &data);
	if (j->e == 0) {
		j->n_out = data.bytes.len;
		j->damaged = data.damaged;
		j->left = data.left;
		cr_assert_leq(j->n_out, sizeof(j->out));
		if (j->n_out > 0)
			memcpy(j->out, data.bytes.data, j->n_out);
		pdf_data_free(&pdf, &data);
	}
	pin_close(pdf.in);
	return 0;
}

static void
run(struct job *j)
{
	struct pdf_case c = { .body = undo, .arg = j };
	struct buf out;

	cr_assert_eq(pdf_case_run(&c, tiny, sizeof(tiny) - 1, &out), 0, "%s",
	    c.res.message);
	buf_done(&out);
}

static void
expect(const char *filter, const char *parms, const void *in, size_t n,
    const void *want, size_t n_want, bool damaged)
{
	struct job j = { .filter = filter, .parms = parms, .in = in, .n = n };

	run(&j);
	cr_assert_eq(j.e, 0, "%s: %d", filter, j.e);
	cr_expect_eq(j.n_out, n_want, "%s: %zu", filter, j.n_out);
	cr_expect_eq(memcmp(j.out, want, n_want), 0, "%s", filter);
	cr_expect_eq(j.damaged, damaged, "%s", filter);
}

static void
expect_text(const char *filter, const char *in, const char *want, bool damaged)
{
	expect(filter, NULL, in, strlen(in), want, strlen(want), damaged);
}

static void
expect_error(const char *filter, const char *parms, int err)
{
	struct job j = { .filter = filter, .parms = parms, .in = "x", .n = 1 };

	run(&j);
	cr_expect_eq(j.e, err, "%s: %d", filter, j.e);
}

Test(pdf_filter, text_filters)
{
	expect_text("/ASCIIHexDecode", "48 65\n6C6c6F2>", "Hello ", false);
	expect_text("/AHx", "4865", "He", true);
	expect_text("/ASCII85Decode", "87cURD]i,\"Ebo80~>", "Hello World!",
	    false);
	expect("/A85", NULL, "z~>", 3, "\0\0\0\0", 4, false);
	expect_text("/A85", "87cURDZ~>", "Hello", false);
	expect_text("/RunLengthDecode",
	    "\x02"
	    "abc\xfex\x80zzz",
	    "abcxxx", false);
	expect_text("/RL",
	    "\x05"
	    "ab",
	    "ab", true);
	expect_text("[/AHx /AHx]", "34383635 3E>", "He", false);
	expect_text("[/Crypt /AHx]", "41>", "A", false);
}

Test(pdf_filter, lzw)
{
	/* The example of 7.4.4.2. */
	static const uint8_t coded[] = { 0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C,
		0x0C, 0x85, 0x01 };
	static const uint8_t plain[] = { 45, 45, 45, 45, 45, 65, 45, 45, 45,
		66 };
	static const uint8_t bad[] = { 0x80, 0x7F, 0xFF, 0xFF };

	expect("/LZWDecode", NULL, coded, sizeof(coded), plain, sizeof(plain),
	    false);
	expect("/LZW", NULL, coded, 5, plain, 5, true);
	expect("/LZW", NULL, bad, sizeof(bad), "", 0, true);
}

Test(pdf_filter, flate_and_what_comes_of_damage)
{
	char plain[3000];
	uint8_t coded[4096];
	uLongf n = sizeof(coded);
	struct job j = { .filter = "/FlateDecode", .in = coded };

	for (size_t i = 0; i < sizeof(plain); i++)
		plain[i] = (char)('a' + i * i % 23);
	cr_assert_eq(compress2(coded, &n, (const Bytef *)plain, sizeof(plain),
			 9),
	    Z_OK);
	expect("/Fl", NULL, coded, n, plain, sizeof(plain), false);
	/* Its end is missing, or only its checksum. */
	j.n = n - 2;
	run(&j);
	cr_expect(j.e == 0 && j.damaged && j.n_out == sizeof(plain));
	j.n = n / 2;
	run(&j);
	cr_expect(j.e == 0 && j.damaged && j.n_out <= sizeof(plain));
	coded[0] = 0;
	expect("/FlateDecode", NULL, coded, n, plain, sizeof(plain), true);
}

Test(pdf_filter, predictors)
{
	/* Three colours of 8 bits, two columns; every PNG filter. */
	static const uint8_t png[] = { 0, 1, 2, 3, 4, 5, 6, 1, 1, 1, 1, 1, 1, 1,
		2, 1, 1, 1, 1, 1, 1, 3, 2, 2, 2, 2, 2, 2, 4, 1, 1, 1, 1, 1, 1 };
	static const uint8_t rows[] = { 1, 2, 3, 4, 5, 6, 1, 1, 1, 2, 2, 2, 2,
		2, 2, 3, 3, 3, 3, 3, 3, 5, 5, 5, 4, 4, 4, 6, 6, 6 };
	static const uint8_t tiff[] = { 0x12, 0x34, 0x50 };
	static const uint8_t four[] = { 0x13, 0x6A, 0xFF };
	uint8_t coded[256];
	uLongf n = sizeof(coded);

	cr_assert_eq(compress(coded, &n, png, sizeof(png)), Z_OK);
	expect("/FlateDecode",
	    "<</Predictor 15/Colors 3/BitsPerComponent 8/Columns 2>>", coded, n,
	    rows, sizeof(rows), false);
	n = sizeof(coded);
	cr_assert_eq(compress(coded, &n, tiff, sizeof(tiff)), Z_OK);
	expect("/Fl", "<</Predictor 2/BitsPerComponent 4/Columns 6>>", coded, n,
	    four, sizeof(four), false);
	expect_error("/Fl", "<</Predictor 16>>", ERR_MALFORMED);
	expect_error("/Fl", "<</Predictor 2/Colors 16777217>>", ERR_MALFORMED);
	expect_error("/Fl", "<</Predictor 2/BitsPerComponent 3>>",
	    ERR_MALFORMED);
	expect_error("/Fl", "<</Predictor 2/Columns 1073741824>>",
	    ERR_MALFORMED);
}

Test(pdf_filter, chains)
{
	struct job j = { .filter = "[/AHx /DCTDecode]",
		.parms = "[null <</ColorTransform 0>>]",
		.in = "FFD8>",
		.n = 5 };

	run(&j);
	cr_expect(j.e == 0 && j.left == PFILTER_DCT && j.n_out == 2);
	expect_error("/NoSuch", NULL, ERR_UNSUPPORTED);
	expect_error("[/DCTDecode /AHx]", NULL, ERR_UNSUPPORTED);
	expect_error("[/AHx/AHx/AHx/AHx/AHx/AHx/AHx/AHx/AHx]", NULL,
	    ERR_UNSUPPORTED);
	expect_error("[1]", NULL, ERR_UNSUPPORTED);
}
