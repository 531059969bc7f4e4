/* PNG: what is kept, what goes, what holds; mutations. formats/png*.c */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>
#include <png.h>

#include "fuzz_common.h"
#include "picture_checks.h"

static bool
holds(const struct buf *b, const void *pat, size_t n)
{
	struct reader r;
	size_t at;

	buf_reader(b, &r);
	return reader_find(&r, 0, pat, n, &at) == 0;
}

/* Width, height and 16-bit RGBA pixels by libpng's simple interface. */
static png_bytep
pixels(const struct buf *b, png_image *image)
{
	png_bytep p;

	memset(image, 0, sizeof(*image));
	image->version = PNG_IMAGE_VERSION;
	cr_assert(png_image_begin_read_from_memory(image, b->data, b->len),
	    "%s", image->message);
	image->format = PNG_FORMAT_LINEAR_RGB_ALPHA;
	p = calloc(1, PNG_IMAGE_SIZE(*image));
	cr_assert_not_null(p);
	cr_assert(png_image_finish_read(image, NULL, p, 0, NULL), "%s",
	    image->message);
	return p;
}

static void
same_pixels(const char *path, const struct buf *out)
{
	png_image a, b;
	png_bytep pa, pb;
	struct buf in;

	picture_load(path, &in);
	pa = pixels(&in, &a);
	pb = pixels(out, &b);
	cr_assert_eq(a.width, b.width);
	cr_assert_eq(a.height, b.height);
	cr_expect_eq(memcmp(pa, pb, PNG_IMAGE_SIZE(a)), 0, "%s", path);
	free(pa);
	free(pb);
	buf_done(&in);
}

Test(png, benign_samples_keep_type_depth_and_pixels)
{
	static const char *const names[] = { "type0-1", "type0-2", "type0-4",
		"type0-8", "type0-16", "type2-8", "type2-16", "type3-1",
		"type3-2", "type3-4", "type4-8", "type4-16", "type6-8",
		"type6-16", "interlaced", "interlaced-1", "transparent-index",
		"transparent-rgb", "colour-chunks", "rotated" };
	char path[128];
	struct buf in, out;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "benign/png/%s.png", names[i]);
		cr_assert_eq(picture_rebuild("png", path, &out), 0, "%s", path);
		picture_load(path, &in);
		/* IHDR but for the interlace method */
		cr_expect_eq(memcmp(in.data, out.data, 28), 0, "%s", path);
		buf_done(&in);
		same_pixels(path, &out);
		buf_done(&out);
	}
}

Test(png, no_canary_survives)
{
	static const char *const names[] = { "text", "text-script", "ztext",
		"itext-xmp", "exif", "icc-text", "icc-tail", "unknown",
		"after-end", "after-end-zip", "after-end-html", "in-end",
		"zlib-tail", "too-much-data", "second-idat", "animation",
		"palette", "wrong-crc-text", "time" };
	char path[128];
	struct buf out;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "planted/png/%s.png", names[i]);
		cr_expect_eq(picture_rebuild("png", path, &out), 0, "%s", path);
		cr_expect(!holds(&out, "SEKISHO", 7), "%s", path);
		same_pixels(path, &out);
		buf_done(&out);
	}
}

Test(png, what_is_refused)
{
	static const struct {
		const char *path;
		int err;
	} table[] = {
		{ "planted/png/cgbi.png", ERR_UNSUPPORTED },
		{ "planted/png/critical-unknown.png", ERR_UNSUPPORTED },
		{ "planted/png/huge.png", ERR_LIMIT },
		{ "planted/png/two-data-places.png", ERR_MALFORMED },
		{ "planted/png/wrong-crc-data.png", ERR_MALFORMED },
	};
	struct buf out;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		cr_expect_eq(picture_rebuild("png", table[i].path, &out),
		    table[i].err, "%s", table[i].path);
		buf_done(&out);
	}
}

Test(png, chunks_that_change_the_look_stay)
{
	static const char *const names[] = { "cHRM", "gAMA", "sRGB", "cICP",
		"sBIT", "bKGD", "pHYs" };
	struct buf out;

	cr_assert_eq(picture_rebuild("png", "benign/png/colour-chunks.png",
			 &out),
	    0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		cr_expect(holds(&out, names[i], 4), "%s", names[i]);
	buf_done(&out);
}

Test(png, findings_name_what_was_there)
{
	cr_expect(picture_finds("png", "planted/png/text-script.png",
	    FIND_IMAGE_SCRIPT));
	cr_expect(picture_finds("png", "planted/png/animation.png",
	    FIND_IMAGE_ANIMATION));
	cr_expect(picture_finds("png", "planted/png/zlib-tail.png",
	    FIND_IMAGE_GARBAGE));
	cr_expect(picture_finds("png", "planted/png/second-idat.png",
	    FIND_IMAGE_GARBAGE));
	cr_expect(picture_finds("png", "planted/png/palette.png",
	    FIND_IMAGE_PALETTE));
	cr_expect(picture_finds("png", "planted/png/after-end-zip.png",
	    FIND_IMAGE_TRAILING_FILE));
	cr_expect(picture_finds("png", "planted/png/missing-colours.png",
	    FIND_IMAGE_DAMAGED));
}

Test(png, mutations_end_in_a_verdict, .timeout = 120)
{
	picture_mutate("png", "benign/png/type3-4.png", 3);
	picture_mutate("png", "benign/png/type6-8.png", 17);
	picture_mutate("png", "benign/png/interlaced-1.png", 3);
	picture_mutate("png", "planted/png/icc-tail.png", 7);
}

/* Checksums put right: the mutations reach the decoder. */
Test(png, mutations_behind_checksums, .timeout = 120)
{
	static const char *const names[] = { "benign/png/type3-4.png",
		"benign/png/interlaced-1.png", "planted/png/palette.png",
		"planted/png/icc-tail.png" };
	struct buf in;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		picture_load(names[i], &in);
		for (size_t bit = 64; bit < in.len * 8; bit += 5) {
			in.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
			(void)LLVMFuzzerTestOneInput(in.data, in.len);
			in.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		buf_done(&in);
	}
}
