/* Pictures of PDF: decoded, coded again, a fixpoint. formats/pdf/image*.c */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "formats/codec/ccitt.h"
#include "formats/pdf/pdf_int.h"
#include "pdf_case.h"

/* The findings without where and detail. */
static const char *
ids(const struct pdf_case *c)
{
	static char text[sizeof(c->findings)];
	size_t n = 0;
	bool inside = false;

	for (const char *p = c->findings; *p != '\0'; p++) {
		if (strncmp(p, " [", 2) == 0)
			inside = true;
		if (strncmp(p, "; ", 2) == 0)
			inside = false;
		if (!inside)
			text[n++] = *p;
	}
	text[n] = '\0';
	return text;
}

/* A document whose catalog holds one picture under X; no pages needed. */
struct job {
	bool raw;	 /* put the rows of the picture, not the document */
	uint64_t pixels; /* what it cost */
	uint32_t num;
};

/* Stands in for the walk: device spaces, and arrays as they are. */
int
pdf_colour_space(struct pdf *p, const struct pobj *src,
    const struct pobj *resources, const char *where, const struct pobj **dst,
    unsigned *components)
{
	static const struct {
		const char *name;
		unsigned n;
	} names[] = { { "DeviceGray", 1 }, { "DeviceRGB", 3 },
		{ "DeviceCMYK", 4 } };
	const struct pobj *v = NULL;

	(void)resources;
	(void)where;
	*dst = NULL;
	*components = 0;
	cr_assert_eq(pin_resolve(p->in, src, &v), 0);
	for (size_t i = 0; i < 3; i++)
		if (pobj_is_name(v, names[i].name)) {
			*dst = v;
			*components = names[i].n;
		}
	if (pobj_is_name(pobj_item(v, 0), "Indexed")) {
		*dst = v;
		*components = 1;
	}
	return 0;
}

/* And for its layers: there are none. */
int pwalk_layer(struct walk *, const struct pobj *src, const char *where,
    const struct pobj **dst);

int
pwalk_layer(struct walk *w, const struct pobj *src, const char *where,
    const struct pobj **dst)
{
	(void)w;
	(void)src;
	(void)where;
	*dst = NULL;
	return 0;
}

static int
write_out(struct pdf *p, uint32_t num)
{
	struct pobj *root = pobj_new_dict(p->d, 2);
	uint32_t at;
	int e;

	if (root == NULL)
		return ERR_NOMEM;
	pobj_set(root, "Type", pobj_new_name(p->d, "Catalog"));
	if (num != 0)
		pobj_set(root, "X", pobj_new_ref(p->d, num));
	if ((e = pout_reserve(p->out, &at)) != 0)
		return e;
	pout_set(p->out, at, root);
	return pout_finish(p->out, at, 0);
}

static int
put_rows(struct pdf *p, const struct pobj *v)
{
	struct pdata data;
	int e = pdf_data(p, v, &data);

	if (e == 0 && data.bytes.len > 0)
		e = doc_put(p->d, data.bytes.data, data.bytes.len);
	pdf_data_free(p, &data);
	return e;
}

static int
rewrite(struct doc *d, void *arg)
{
	struct job *j = arg;
	struct pdf p = { .d = d };
	const struct pobj *root, *v;
	uint64_t before = doc_budget(d, BUDGET_PIXELS);
	int e;

	if ((e = pin_open(d, &p.in)) != 0)
		return e;
	if ((e = pout_new(d, &p.out)) == 0 &&
	    (e = pin_resolve(p.in, pin_root(p.in), &root)) == 0 &&
	    (e = pin_get(p.in, root, "X", &v)) == 0) {
		j->num = 0;
		if (j->raw) {
			e = put_rows(&p, v);
		} else {
			if (pobj_is(v, POBJ_STREAM))
				e = pdf_image(&p, v, NULL, "page 1", &j->num);
			if (e == 0)
				e = write_out(&p, j->num);
		}
	}
	j->pixels = before - doc_budget(d, BUDGET_PIXELS);
	pout_free(p.out);
	pin_close(p.in);
	return e;
}

/* A file of hand-written objects, with its table. */
struct file {
	struct buf b;
	size_t at[10];
	unsigned n;
};

static void
file_begin(struct file *f)
{
	memset(f, 0, sizeof(*f));
	buf_init(&f->b, 1 << 26);
	cr_assert_eq(buf_puts(&f->b, "%PDF-1.7\n"), 0);
}

/* Object 1 is the picture, the next are its masks. */
static void
file_stream(struct file *f, const char *dict, const void *data, size_t n)
{
	f->at[f->n++] = f->b.len;
	cr_assert_eq(buf_fmt(&f->b, "%u 0 obj\n<<%s/Length %zu>>stream\n", f->n,
			 dict, n),
	    0);
	cr_assert_eq(buf_put(&f->b, data, n), 0);
	cr_assert_eq(buf_puts(&f->b, "\nendstream\nendobj\n"), 0);
}

static void
file_end(struct file *f)
{
	size_t xref;

	f->at[f->n++] = f->b.len;
	cr_assert_eq(buf_fmt(&f->b,
			 "%u 0 obj\n<</Type/Catalog/X 1 0 R"
			 ">>\nendobj\n",
			 f->n),
	    0);
	xref = f->b.len;
	cr_assert_eq(buf_fmt(&f->b, "xref\n0 %u\n0000000000 65535 f \n",
			 f->n + 1),
	    0);
	for (unsigned i = 0; i < f->n; i++)
		cr_assert_eq(buf_fmt(&f->b, "%010zu 00000 n \n", f->at[i]), 0);
	cr_assert_eq(buf_fmt(&f->b,
			 "trailer\n<</Size %u/Root %u 0 R>>\n"
			 "startxref\n%zu\n%%%%EOF\n",
			 f->n + 1, f->n, xref),
	    0);
}

/* Both passes; *out: the document. The findings are those of the first. */
static void
run(const struct buf *in, struct buf *out, struct pdf_case *c)
{
	struct job j = { 0 };
	struct pdf_case again = { .body = rewrite, .arg = &j };
	struct buf second;

	*c = (struct pdf_case){ .body = rewrite, .arg = &j };
	cr_assert_eq(pdf_case_run(c, in->data, in->len, out), 0, "%s",
	    c->res.message);
	cr_assert_eq(pdf_case_run(&again, out->data, out->len, &second), 0,
	    "%s", again.res.message);
	cr_expect_eq(again.n_findings, 0, "again: %s", again.findings);
	cr_expect(second.len == out->len &&
		      memcmp(second.data, out->data, out->len) == 0,
	    "the second pass changes bytes:\n%s\n-----\n%s", buf_cstr(out),
	    buf_cstr(&second));
	buf_done(&second);
}

static bool
has(const struct buf *b, const char *text)
{
	struct reader r;
	size_t at;

	buf_reader(b, &r);
	return reader_find(&r, 0, text, strlen(text), &at) == 0;
}

/* One picture without masks; *rows: what its filters give. */
static void
one(const char *dict, const void *data, size_t n, struct buf *out,
    struct buf *rows, struct pdf_case *c)
{
	struct job j = { .raw = true };
	struct pdf_case reader = { .body = rewrite, .arg = &j };
	struct file f;

	file_begin(&f);
	file_stream(&f, dict, data, n);
	file_end(&f);
	run(&f.b, out, c);
	cr_assert_eq(pdf_case_run(&reader, out->data, out->len, rows), 0);
	buf_done(&f.b);
}

#define HEAD "/Type/XObject/Subtype/Image"

static void
expect_rows(const char *dict, const char *data, size_t n, const char *want,
    size_t want_n, const char *findings)
{
	struct buf out, rows;
	struct pdf_case c;

	one(dict, data, n, &out, &rows, &c);
	cr_expect_eq(rows.len, want_n, "%s: %zu", dict, rows.len);
	cr_expect(rows.len == want_n && memcmp(rows.data, want, want_n) == 0,
	    "%s: %.*s", dict, (int)rows.len, (char *)rows.data);
	cr_expect_str_eq(ids(&c), findings, "%s: %s", dict, c.findings);
	buf_done(&out);
	buf_done(&rows);
}

#define ROWS(dict, data, want, findings) \
	expect_rows(HEAD dict, data, sizeof(data) - 1, want, sizeof(want) - 1, \
	    findings)
#define SHORT "pdf.image-short replaced; "
#define SIZE  "pdf.image-size replaced; "
#define KEY   "pdf.image-key removed; "
#define GREY  "pdf.image replaced; "

Test(pdf_image, rows_of_every_depth)
{
	ROWS("/Width 3/Height 2/BitsPerComponent 8/ColorSpace/DeviceGray",
	    "abcdef", "abcdef", "");
	ROWS("/Width 2/Height 1/BitsPerComponent 8/ColorSpace/DeviceRGB",
	    "abcdef", "abcdef", "");
	ROWS("/Width 1/Height 1/BitsPerComponent 16/ColorSpace/DeviceRGB",
	    "abcdef", "abcdef", "");
	ROWS("/Width 3/Height 2/BitsPerComponent 4/ColorSpace/DeviceGray",
	    "\x12\x3f\x45\x6f", "\x12\x30\x45\x60", "");
	ROWS("/Width 3/Height 1/BitsPerComponent 2/ColorSpace[/Indexed"
	     "/DeviceRGB 3<000000ffffff0000ff00ff00>]",
	    "\xff", "\xfc", "");
	ROWS("/Width 2/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray"
	     "/Filter/ASCIIHexDecode",
	    "6162>", "ab", "");
}

Test(pdf_image, wrong_lengths)
{
	ROWS("/Width 3/Height 2/BitsPerComponent 8/ColorSpace/DeviceGray",
	    "abcd", "abcd\xff\xff", SHORT);
	ROWS("/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceCMYK",
	    "abc", "abc\0", SHORT);
	ROWS("/Width 2/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray",
	    "ab\r\n", "ab", "");
	ROWS("/Width 2/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray",
	    "abSEKISHO-CANARY-tail", "ab", KEY);
	/* a claim that nothing stands behind */
	ROWS("/Width 20000/Height 5000/BitsPerComponent 8/ColorSpace/DeviceRGB",
	    "ab", "\xc0", GREY);
	ROWS("/Width 2", "ab", "\xc0", GREY);
	ROWS("/Width 2/Height 1", "abcdef", "abcdef", "");
}

Test(pdf_image, other_keys_go)
{
	struct buf out, rows;
	struct pdf_case c;

	one(HEAD "/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray"
		 "/Alternates[1 0 R]/OPI<</2.0<</F(SEKISHO-CANARY-opi)>>>>"
		 "/Intent/Saturation/Interpolate true/Decode[1 0]/StructParent "
		 "3/JS(x)",
	    "a", 1, &out, &rows, &c);
	cr_expect(has(&out, "/Intent /Saturation"));
	cr_expect(has(&out, "/Decode [1 0]"));
	cr_expect(has(&out, "/Interpolate true"));
	cr_expect(has(&out, "/StructParent 3"));
	cr_expect(!has(&out, "OPI") && !has(&out, "JS") &&
		  !has(&out, "Alternates") && !has(&out, "CANARY"));
	cr_expect_eq(c.n_findings, 3, "%s", c.findings);
	buf_done(&out);
	buf_done(&rows);
	one(HEAD "/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray"
		 "/Intent/Launch/Decode[1 0 1]/F(http://x/)",
	    "a", 1, &out, &rows, &c);
	cr_expect(!has(&out, "Launch") && !has(&out, "/F(") &&
		  !has(&out, "/Decode "));
	buf_done(&out);
	buf_done(&rows);
}

/* A black band with ragged edges on white, 64 x 64. */
static void
strokes(uint8_t rows[512])
{
	size_t left = 12, right = 44;
	unsigned seed = 7;

	memset(rows, 0xff, 512);
	for (size_t y = 0; y < 64; y++) {
		seed = seed * 1103515245 + 12345;
		left = left + (seed >> 16) % 3 - (left > 4);
		right = right + (seed >> 18) % 3 - 1 - (right > 60);
		for (size_t x = left; x < right; x++)
			rows[y * 8 + x / 8] &= (uint8_t) ~(0x80u >> x % 8);
	}
}

Test(pdf_image, one_bit_stays_small)
{
	struct buf out, rows;
	struct pdf_case c;
	uint8_t px[512];

	strokes(px);
	one(HEAD "/Width 64/Height 64/BitsPerComponent 1/ColorSpace/DeviceGray",
	    px, sizeof(px), &out, &rows, &c);
	cr_expect(has(&out, "CCITTFaxDecode"));
	cr_expect_eq(c.n_findings, 0, "%s", c.findings);
	buf_done(&out);
	buf_done(&rows);
	/* noise: Flate or plain */
	for (size_t i = 0; i < 512; i++)
		px[i] = (uint8_t)(i * i * 31 + i * 7 + (i >> 3) * 91);
	one(HEAD "/Width 64/Height 64/ImageMask true", px, sizeof(px), &out,
	    &rows, &c);
	cr_expect(!has(&out, "CCITTFaxDecode"));
	cr_expect(has(&out, "/ImageMask true"));
	cr_expect_eq(rows.len, sizeof(px));
	buf_done(&out);
	buf_done(&rows);
}

Test(pdf_image, jpeg_stays_jpeg_and_corrects_the_dictionary)
{
	struct buf out, rows, jpeg;
	struct pdf_case c;
	FILE *f = fopen("samples/benign/jpeg/baseline.jpg", "rb");
	uint8_t *p;
	size_t n;

	if (f == NULL)
		cr_skip_test("no sample");
	buf_init(&jpeg, 1 << 20);
	cr_assert_eq(buf_reserve(&jpeg, 1 << 19, &p), 0);
	n = fread(p, 1, 1 << 19, f);
	fclose(f);
	buf_commit(&jpeg, n);
	one(HEAD "/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceCMYK"
		 "/Filter/DCTDecode",
	    jpeg.data, jpeg.len, &out, &rows, &c);
	cr_expect(has(&out, "/Filter /DCTDecode"));
	cr_expect(!has(&out, "DeviceCMYK"));
	cr_expect(!has(&out, "/Width 1/"));
	cr_expect_str_eq(ids(&c), SIZE SIZE, "%s", c.findings);
	buf_done(&out);
	buf_done(&rows);
	one(HEAD "/Width 9/Height 9/Filter/DCTDecode", "nothing", 7, &out,
	    &rows, &c);
	cr_expect_str_eq(ids(&c), GREY, "%s", c.findings);
	buf_done(&out);
	buf_done(&rows);
	buf_done(&jpeg);
}

Test(pdf_image, masks)
{
	struct buf out;
	struct pdf_case c;
	struct file f;

	/* a soft mask with one of its own, which goes */
	file_begin(&f);
	file_stream(&f,
	    HEAD "/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceRGB"
		 "/SMask 2 0 R",
	    "abc", 3);
	file_stream(&f,
	    HEAD "/Width 2/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray"
		 "/SMask 2 0 R/Matte[0 0 0]",
	    "xy", 2);
	file_end(&f);
	run(&f.b, &out, &c);
	cr_expect(has(&out, "/SMask"));
	cr_expect(has(&out, "/Matte [0 0 0]"));
	buf_done(&out);
	buf_done(&f.b);
	/* the picture is lost, its mask is not */
	file_begin(&f);
	file_stream(&f,
	    HEAD "/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceRGB"
		 "/Mask 2 0 R/Filter/JPXDecode",
	    "abc", 3);
	file_stream(&f, HEAD "/Width 8/Height 1/ImageMask true", "x", 1);
	file_end(&f);
	run(&f.b, &out, &c);
	cr_expect(has(&out, "/Mask "));
	cr_expect_str_eq(ids(&c), GREY, "%s", c.findings);
	buf_done(&out);
	buf_done(&f.b);
	/* a mask that is none */
	file_begin(&f);
	file_stream(&f,
	    HEAD "/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceRGB"
		 "/Mask 2 0 R",
	    "abc", 3);
	file_stream(&f,
	    HEAD "/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray",
	    "x", 1);
	file_end(&f);
	run(&f.b, &out, &c);
	cr_expect(!has(&out, "/Mask "));
	cr_expect_str_eq(ids(&c), "pdf.image removed; ", "%s", c.findings);
	buf_done(&out);
	buf_done(&f.b);
}

Test(pdf_image, colour_keys)
{
	struct buf out, rows;
	struct pdf_case c;

	one(HEAD "/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceRGB"
		 "/Mask[0 1 2 3 4 999]",
	    "abc", 3, &out, &rows, &c);
	cr_expect(has(&out, "/Mask [0 1 2 3 4 255]"));
	buf_done(&out);
	buf_done(&rows);
	one(HEAD "/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceRGB"
		 "/Mask[0 1]",
	    "abc", 3, &out, &rows, &c);
	cr_expect(!has(&out, "/Mask "));
	cr_expect_str_eq(ids(&c), KEY, "%s", c.findings);
	buf_done(&out);
	buf_done(&rows);
}

/* Each bit flipped and each length of a picture's data and dictionary. */
Test(pdf_image, mutations)
{
	static const char dict[] =
	    HEAD "/Width 16/Height 3/BitsPerComponent 1/ImageMask true"
		 "/Decode[1 0]/Filter/CCITTFaxDecode/DecodeParms<</K -1"
		 "/Columns 16/Rows 3/BlackIs1 true>>";
	static const uint8_t fax[] = { 0x26, 0xa0, 0xd5, 0xb3, 0x80, 0x10,
		0x01 };
	char bytes[sizeof(dict)];
	struct pdf_case c;
	struct buf out;
	struct file f;

	for (size_t i = 0; i < sizeof(fax) * 8 + (sizeof(dict) - 1) * 8; i++) {
		uint8_t data[sizeof(fax)];
		size_t n = sizeof(fax);

		memcpy(bytes, dict, sizeof(dict));
		memcpy(data, fax, sizeof(fax));
		if (i < sizeof(fax) * 8)
			data[i / 8] = (uint8_t)(data[i / 8] ^ 1u << i % 8);
		else
			bytes[i / 8 - n] =
			    (char)(bytes[i / 8 - n] ^ 1 << i % 8);
		if (memchr(bytes, 0, sizeof(dict) - 1) != NULL)
			continue;
		file_begin(&f);
		file_stream(&f, bytes, data, n - i % 2);
		file_end(&f);
		run(&f.b, &out, &c);
		buf_done(&out);
		buf_done(&f.b);
	}
}

/* Scans of hundreds of pages have to cross. */
Test(pdf_image, pixels_of_one_bit_cost_an_eighth)
{
	static const char *const dicts[] = {
		"/Subtype/Image/Width 80/Height 64/BitsPerComponent 1"
		"/ColorSpace/DeviceGray",
		"/Subtype/Image/Width 80/Height 64/BitsPerComponent 8"
		"/ColorSpace/DeviceGray",
		"/Subtype/Image/Width 80/Height 64/ImageMask true",
	};
	static const uint8_t rows[80 * 64] = { 1, 2, 3 };

	for (size_t i = 0; i < 3; i++) {
		struct job j = { 0 };
		struct pdf_case c = { .body = rewrite, .arg = &j };
		struct file f;
		struct buf out;

		file_begin(&f);
		file_stream(&f, dicts[i], rows, i == 1 ? 80 * 64 : 10 * 64);
		file_end(&f);
		cr_assert_eq(pdf_case_run(&c, f.b.data, f.b.len, &out), 0);
		cr_expect_eq(j.pixels, i == 1 ? 80u * 64u : 10u * 64u,
		    "%s: %llu", dicts[i], (unsigned long long)j.pixels);
		buf_done(&out);
		buf_done(&f.b);
	}
}
