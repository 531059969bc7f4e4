/* Signatures of PDF files. formats/pdf/signature.c */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "formats/pdf/pdf_int.h"
#include "pdf_case.h"

#define HOLE 8192 /* hexadecimal digits of a signature */

static int
signatures(struct doc *d, void *arg)
{
	struct pdf pdf = { .d = d };
	int e = pin_open(d, &pdf.in);

	(void)arg;
	if (e == 0)
		e = pdf_signatures(&pdf);
	pin_close(pdf.in);
	return e;
}

static X509 *
make_cert(EVP_PKEY *key)
{
	X509 *c = X509_new();
	X509_NAME *n = X509_get_subject_name(c);

	X509_set_version(c, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(c), 1);
	X509_gmtime_adj(X509_getm_notBefore(c), 0);
	X509_gmtime_adj(X509_getm_notAfter(c), 3600);
	X509_set_pubkey(c, key);
	X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_UTF8,
	    (const unsigned char *)"市長 太郎", -1, -1, 0);
	X509_set_issuer_name(c, n);
	cr_assert_gt(X509_sign(c, key, EVP_sha256()), 0);
	return c;
}

/* The file around a hole; *at: where the hole begins, with its "<". */
static void
make_file(struct buf *b, size_t *at)
{
	size_t field;
	char range[64];

	buf_init(b, 1 << 20);
	cr_assert_eq(buf_puts(b,
			 "%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R"
			 "/AcroForm<</Fields[3 0 R]>>>>endobj\n2 0 obj<</Type"
			 "/Pages/Count 0/Kids[]>>endobj\n3 0 obj<</FT/Sig/T"
			 "(seal)/V 4 0 R>>endobj\n4 0 obj<</Type/Sig/Filter"
			 "/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached"
			 "/M(D:20230401120000+09'00')/ByteRange[0 "),
	    0);
	field = b->len;
	cr_assert_eq(buf_puts(b, "0000000000 0000000000 0000000000]/Contents"),
	    0);
	*at = b->len;
	cr_assert_eq(buf_puts(b, "<"), 0);
	for (size_t i = 0; i < HOLE; i++)
		cr_assert_eq(buf_u8(b, '0'), 0);
	cr_assert_eq(buf_puts(b, ">>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"),
	    0);
	snprintf(range, sizeof(range), "%010zu %010zu %010zu", *at,
	    *at + HOLE + 2, b->len - *at - HOLE - 2);
	memcpy(b->data + field, range, 32);
}

static void
sign(struct buf *b, size_t at)
{
	EVP_PKEY *key = EVP_RSA_gen(2048);
	X509 *cert = make_cert(key);
	BIO *content = BIO_new(BIO_s_mem());
	unsigned char *der = NULL;
	CMS_ContentInfo *cms;
	char digits[3];
	int n;

	BIO_write(content, b->data, (int)at);
	BIO_write(content, b->data + at + HOLE + 2,
	    (int)(b->len - at - HOLE - 2));
	cms = CMS_sign(cert, key, NULL, content, CMS_DETACHED | CMS_BINARY);
	cr_assert_not_null(cms);
	n = i2d_CMS_ContentInfo(cms, &der);
	cr_assert(n > 0 && n * 2 <= HOLE);
	for (int i = 0; i < n; i++) {
		snprintf(digits, sizeof(digits), "%02X", der[i]);
		memcpy(b->data + at + 1 + 2 * i, digits, 2);
	}
	OPENSSL_free(der);
	CMS_ContentInfo_free(cms);
	BIO_free(content);
	X509_free(cert);
	EVP_PKEY_free(key);
}

static void
expect(struct buf *b, const char *want)
{
	struct pdf_case c = { .body = signatures };
	struct buf out;

	cr_assert_eq(pdf_case_run(&c, b->data, b->len, &out), 0, "%s",
	    c.res.message);
	cr_expect_str_eq(c.findings, want, "%s", c.findings);
	buf_done(&out);
}

Test(pdf_signature, what_a_signature_is_worth)
{
	struct buf b;
	size_t at;
	uint8_t *year;
	size_t where;
	struct reader r;

	cr_assert_eq(pdf_signature_preload(), 0);
	make_file(&b, &at);
	expect(&b, "pdf.signature removed [seal] 2023-04-01; ");
	sign(&b, at);
	expect(&b, "pdf.signature-good removed [seal] 市長 太郎, "
		   "2023-04-01; ");
	/* Something is added behind it. */
	cr_assert_eq(buf_puts(&b, "% more\n"), 0);
	expect(&b, "pdf.signature-good removed [seal] 市長 太郎, "
		   "2023-04-01; pdf.signature-partial noted [seal] 市長 "
		   "太郎, 2023-04-01; ");
	buf_truncate(&b, b.len - 7);
	/* One byte inside is changed. */
	buf_reader(&b, &r);
	cr_assert_eq(reader_find(&r, 0, "20230401", 8, &where), 0);
	year = b.data + where + 3;
	*year = '4';
	expect(&b, "pdf.signature-bad removed [seal] 市長 太郎, "
		   "2024-04-01; ");
	buf_done(&b);
}

/* Ranges that point anywhere, and signatures that are none. */
Test(pdf_signature, nonsense_is_only_said)
{
	static const char *const ranges[] = { "0 0 0 0", "-1 5 5 5",
		"0 999999999 5 5",
		"0 9223372036854775807 9223372036854775807 "
		"9223372036854775807",
		"0 5", "(a) 5 5 5" };
	struct buf b;

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		buf_init(&b, 1 << 16);
		cr_assert_eq(
		    buf_fmt(&b,
			"%%PDF-1.7\n1 0 obj<</Type/Catalog/AcroForm<</Fields"
			"[<</FT/Sig/T(x)/V<</SubFilter/adbe.pkcs7.detached"
			"/ByteRange[%s]/Contents<3082>>>>>]>>>>endobj\n"
			"trailer<</Root 1 0 R>>\n%%%%EOF\n",
			ranges[i]),
		    0);
		expect(&b, "pdf.signature removed [x] ; ");
		buf_done(&b);
	}
}

/* A field that is its own child. */
Test(pdf_signature, loops_end)
{
	static const char file[] =
	    "%PDF-1.7\n1 0 obj<</Type/Catalog/AcroForm<</Fields"
	    "[2 0 R 2 0 R]>>>>endobj\n2 0 obj<</Kids[2 0 R 2 0 R 2 0 R]/FT"
	    "/Sig>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
	struct buf b;

	buf_init(&b, 1 << 16);
	cr_assert_eq(buf_puts(&b, file), 0);
	expect(&b, "");
	buf_done(&b);
}
