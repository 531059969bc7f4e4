/* pictures.metadata and pictures.pixels: what stays, and the fixpoint. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>
#include <jpeglib.h>

#include "formats/exif.h"
#include "fuzz_common.h"
#include "picture_checks.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool
holds(const struct buf *b, const void *pat, size_t n)
{
	struct reader r;
	size_t at;

	buf_reader(b, &r);
	return reader_find(&r, 0, pat, n, &at) == 0;
}

static void
keep_basic(struct options *o)
{
	o->picture_metadata = METADATA_KEEP_BASIC;
}

static void
reencode(struct options *o)
{
	o->pixels = PIXELS_REENCODE;
}

static void
rebuild(const char *id, const char *path, void (*tune)(struct options *),
    struct buf *out)
{
	struct buf in;

	picture_load(path, &in);
	buf_init(out, 4 << 20);
	cr_assert_eq(fuzz_rebuild_with(id, in.data, in.len, tune, out), 0, "%s",
	    path);
	buf_done(&in);
}

Test(picture_options, date_and_author_stay_where_wanted)
{
	static const struct {
		const char *id, *path, *author, *date;
	} table[] = {
		{ "jpeg", "planted/jpeg/dated.jpg", "山田 太郎",
		    "2024:05:06 07:08:09" },
		{ "png", "planted/png/dated.png", "Jörg",
		    "2022:02:03 04:05:06" },
		{ "png", "planted/png/dated-utf8.png", "山田 太郎", NULL },
		{ "webp", "planted/webp/dated.webp", "山田 太郎",
		    "2024:05:06 07:08:09" },
		{ "psd", "planted/psd/dated.psd", "山田 太郎",
		    "2024:05:06 07:08:09" },
	};
	struct buf out;

	for (size_t i = 0; i < COUNT(table); i++) {
		rebuild(table[i].id, table[i].path, keep_basic, &out);
		cr_expect(holds(&out, table[i].author, strlen(table[i].author)),
		    "%s", table[i].path);
		cr_expect(table[i].date == NULL ||
			      holds(&out, table[i].date, 20),
		    "%s", table[i].path);
		cr_expect(!holds(&out, "SEKISHO", 7), "%s", table[i].path);
		/* The place: its tag. */
		cr_expect(!holds(&out, "\x88\x25", 2), "%s", table[i].path);
		buf_done(&out);
		rebuild(table[i].id, table[i].path, NULL, &out);
		cr_expect(!holds(&out, table[i].author, 4), "%s",
		    table[i].path);
		cr_expect(!holds(&out, ":05:06", 6), "%s", table[i].path);
		buf_done(&out);
	}
}

Test(picture_options, only_real_dates_and_names)
{
	struct buf out;

	/* A thirteenth month: the time of the last change counts. */
	rebuild("jpeg", "planted/jpeg/dated-script.jpg", keep_basic, &out);
	cr_expect(!holds(&out, "SEKISHO", 7));
	cr_expect(!holds(&out, "2024:13", 7));
	cr_expect(holds(&out, "2020:01:01 00:00:00", 20));
	buf_done(&out);
}

Test(picture_options, names_and_dates_are_checked)
{
	static const char *const bad[] = { "<b>", "a;b", "=1+1", "C:\\x",
		"a\"b", "\xe3\x81", "a\xe2\x80\xae", "a\nb", "-x", "$(x)",
		"a|b", "" };
	static const char *const dates[] = { "2024:02:30",
		"0000:00:00 00:00:00", "2024:00:01 00:00:00",
		"2024:01:01 24:00:00", "2024:01:01 00:60:00",
		"20a4:01:01 00:00:00" };
	char author[EXIF_AUTHOR_BYTES], date[EXIF_DATE_BYTES];
	struct reader r;

	for (size_t i = 0; i < COUNT(bad); i++) {
		reader_init(&r, bad[i], strlen(bad[i]));
		exif_take_author(&r, author);
		cr_expect_str_eq(author, "", "%s", bad[i]);
	}
	for (size_t i = 0; i < COUNT(dates); i++) {
		reader_init(&r, dates[i], strlen(dates[i]));
		exif_take_date(&r, date);
		cr_expect_str_eq(date, "", "%s", dates[i]);
	}
	reader_init(&r, "  Abe & Co. ", 12);
	exif_take_author(&r, author);
	cr_expect_str_eq(author, "Abe & Co.");
}

/* Every kind of block comes back as it was written. */
Test(picture_options, blocks_come_back)
{
	struct exif x, y;
	struct reader r;
	struct buf b;

	for (unsigned i = 1; i < 64; i++) {
		x = (struct exif){ .orientation = (uint8_t)(1 + i % 8) };
		if ((i & 8) != 0)
			memcpy(x.date, "2001:02:03 04:05:06", 20);
		for (unsigned k = 0; k < i / 16 * 3; k++)
			x.author[k] = (char)('a' + k);
		buf_init(&b, 4096);
		cr_assert_eq(exif_put(&b, &x), 0);
		if (b.len > 0) {
			buf_reader(&b, &r);
			cr_assert_eq(exif_read(&r, &y), 0);
			cr_expect(exif_is_put(&r, &y), "%u", i);
			cr_expect_str_eq(x.author, y.author);
			cr_expect_str_eq(x.date, y.date);
			cr_expect_eq(x.orientation, y.orientation);
		}
		buf_done(&b);
	}
}

/* A picture of waves and noise, at this quality. */
static void
make_jpeg(int quality, unsigned noise, int subsampled, struct buf *out)
{
	struct jpeg_compress_struct c;
	struct jpeg_error_mgr err;
	unsigned char *bytes = NULL, row[120 * 3];
	unsigned long n = 0;
	uint32_t state = 7;
	JSAMPROW rows[] = { row };

	c.err = jpeg_std_error(&err);
	jpeg_create_compress(&c);
	jpeg_mem_dest(&c, &bytes, &n);
	c.image_width = 120;
	c.image_height = 90;
	c.input_components = 3;
	c.in_color_space = JCS_RGB;
	jpeg_set_defaults(&c);
	jpeg_set_quality(&c, quality, TRUE);
	c.comp_info[0].h_samp_factor = subsampled;
	c.comp_info[0].v_samp_factor = subsampled;
	jpeg_start_compress(&c, TRUE);
	for (unsigned y = 0; y < 90; y++) {
		for (unsigned x = 0; x < 360; x++) {
			state = state * 1103515245 + 12345;
			row[x] = (uint8_t)((x * y / 9 + x) % 256 / 2 +
					   (state >> 16) % (noise + 1));
		}
		jpeg_write_scanlines(&c, rows, 1);
	}
	jpeg_finish_compress(&c);
	jpeg_destroy_compress(&c);
	buf_init(out, 1 << 20);
	cr_assert_eq(buf_put(out, bytes, n), 0);
	free(bytes);
}

static void
decode(const struct buf *b, uint8_t *rgb)
{
	struct jpeg_decompress_struct c;
	struct jpeg_error_mgr err;
	JSAMPROW row;

	c.err = jpeg_std_error(&err);
	jpeg_create_decompress(&c);
	jpeg_mem_src(&c, b->data, b->len);
	jpeg_read_header(&c, TRUE);
	c.out_color_space = JCS_RGB;
	jpeg_start_decompress(&c);
	cr_assert_eq(c.output_width, 120);
	cr_assert_eq(c.output_height, 90);
	while (c.output_scanline < 90) {
		row = rgb + c.output_scanline * 360;
		jpeg_read_scanlines(&c, &row, 1);
	}
	jpeg_finish_decompress(&c);
	jpeg_destroy_decompress(&c);
}

/* fuzz_rebuild_with() checks that the second pass changes nothing. */
Test(picture_options, coded_anew_and_close, .timeout = 120)
{
	static uint8_t a[120 * 90 * 3], b[sizeof(a)];
	static const int made[] = { 30, 75, 90, 97, 100 };
	struct buf in, out;
	uint64_t sum;

	for (size_t i = 0; i < COUNT(made) * 4; i++) {
		make_jpeg(made[i / 4], i % 2 == 0 ? 4 : 120, i % 4 < 2 ? 1 : 2,
		    &in);
		buf_init(&out, 1 << 20);
		cr_assert_eq(fuzz_rebuild_with("jpeg", in.data, in.len,
				 reencode, &out),
		    0);
		decode(&in, a);
		decode(&out, b);
		sum = 0;
		for (size_t k = 0; k < sizeof(a); k++)
			sum += (uint64_t)((a[k] - b[k]) * (a[k] - b[k]));
		/* 45 dB: a mean of 255^2 / 10^4.5 = 2.056 */
		cr_expect_lt(sum * 1000 / sizeof(a), 2056, "quality %d: %llu",
		    made[i / 4], (unsigned long long)(sum * 1000 / sizeof(a)));
		/* Proved on a side that keeps coefficients: nothing changes. */
		buf_clear(&in);
		cr_expect_eq(fuzz_rebuild("jpeg", out.data, out.len, &in), 0);
		cr_expect(in.len == out.len &&
			  memcmp(in.data, out.data, in.len) == 0);
		buf_done(&in);
		buf_done(&out);
	}
}

/* Two grey blocks as far apart as restarts allow, and no further. */
static void
make_wild(struct buf *out)
{
	struct jpeg_compress_struct c;
	struct jpeg_error_mgr err;
	unsigned char *bytes = NULL;
	unsigned long n = 0;
	jvirt_barray_ptr array;
	JBLOCKARRAY row;

	c.err = jpeg_std_error(&err);
	jpeg_create_compress(&c);
	jpeg_mem_dest(&c, &bytes, &n);
	c.image_width = 16;
	c.image_height = 8;
	c.input_components = 1;
	c.in_color_space = JCS_GRAYSCALE;
	jpeg_set_defaults(&c);
	c.restart_interval = 1;
	array = c.mem->request_virt_barray((j_common_ptr)&c, JPOOL_IMAGE, TRUE,
	    2, 1, 1);
	jpeg_write_coefficients(&c, &array);
	row = c.mem->access_virt_barray((j_common_ptr)&c, array, 0, 1, TRUE);
	row[0][0][0] = 2000;
	row[0][1][0] = -2000;
	jpeg_finish_compress(&c);
	jpeg_destroy_compress(&c);
	buf_init(out, 4096);
	cr_assert_eq(buf_put(out, bytes, n), 0);
	free(bytes);
}

Test(picture_options, coefficients_that_cannot_be_written)
{
	struct buf in, out;

	make_wild(&in);
	buf_init(&out, 4096);
	cr_expect_eq(fuzz_rebuild("jpeg", in.data, in.len, &out), 0);
	cr_expect_gt(out.len, 0);
	buf_done(&in);
	buf_done(&out);
}

Test(picture_options, all_kinds_of_jpeg_are_coded_anew)
{
	static const char *const names[] = { "cmyk-inverted", "cmyk-plain",
		"colour", "grey", "progressive", "restart", "rgb-adobe",
		"rotated", "ycck" };
	struct buf out;
	char path[128];

	for (size_t i = 0; i < COUNT(names); i++) {
		snprintf(path, sizeof(path), "benign/jpeg/%s.jpg", names[i]);
		rebuild("jpeg", path, reencode, &out);
		buf_done(&out);
	}
}

Test(picture_options, mutations_end_in_a_verdict, .timeout = 240)
{
	static const struct {
		const char *id, *path;
		void (*tune)(struct options *);
		size_t step;
	} table[] = {
		{ "jpeg", "planted/jpeg/dated.jpg", keep_basic, 7 },
		{ "png", "planted/png/dated.png", keep_basic, 13 },
		{ "webp", "planted/webp/dated.webp", keep_basic, 17 },
		{ "jpeg", "benign/jpeg/colour.jpg", reencode, 5 },
		{ "jpeg", "benign/jpeg/progressive.jpg", reencode, 7 },
	};
	struct buf in;

	for (size_t i = 0; i < COUNT(table); i++) {
		picture_load(table[i].path, &in);
		for (size_t bit = 0; bit < in.len * 8; bit += table[i].step) {
			in.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
			(void)fuzz_rebuild_with(table[i].id, in.data, in.len,
			    table[i].tune, NULL);
			in.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		buf_done(&in);
	}
}
