/* WebP: pictures stay, what goes, what holds; VP8 symbols; mutations. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>
#include <webp/decode.h>

#include "formats/raster/boolcode.h"
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
same_pixels(const char *path, const struct buf *out)
{
	int w, h, w2, h2;
	uint8_t *a, *b;
	struct buf in;

	picture_load(path, &in);
	a = WebPDecodeRGBA(in.data, in.len, &w, &h);
	b = WebPDecodeRGBA(out->data, out->len, &w2, &h2);
	cr_assert(a != NULL && b != NULL, "%s", path);
	cr_assert(w == w2 && h == h2);
	cr_expect_eq(memcmp(a, b, (size_t)w * (size_t)h * 4), 0, "%s", path);
	WebPFree(a);
	WebPFree(b);
	buf_done(&in);
}

Test(webp, pictures_stay)
{
	static const char *const names[] = { "lossy-0", "lossy-1", "lossy-2",
		"lossy-3", "lossy-4", "lossy-5", "lossless", "lossless-alpha",
		"alpha", "opaque-alpha", "rotated" };
	char path[128];
	struct buf out;

	for (size_t i = 0; i < COUNT(names); i++) {
		snprintf(path, sizeof(path), "benign/webp/%s.webp", names[i]);
		cr_assert_eq(picture_rebuild("webp", path, &out), 0, "%s",
		    path);
		same_pixels(path, &out);
		buf_done(&out);
	}
}

Test(webp, animations_stay)
{
	struct buf out;

	cr_assert_eq(picture_rebuild("webp", "benign/webp/animation.webp",
			 &out),
	    0);
	cr_expect(holds(&out, "ANIM\6\0\0\0\x20\x40\xff\x80\3\0", 14));
	/* The second frame: place, size, duration, disposal. */
	cr_expect(holds(&out, "\5\0\0\2\0\0\x10\0\0\10\0\0\x46\0\0\1VP8L", 20));
	buf_done(&out);
}

Test(webp, no_canary_survives)
{
	static const char *const names[] = { "exif", "exif-named", "xmp", "icc",
		"unknown", "unknown-script", "second", "after-end",
		"after-end-zip", "behind-modes", "behind-tokens",
		"behind-lossless", "behind-alpha" };
	char path[128];
	struct buf out;

	for (size_t i = 0; i < COUNT(names); i++) {
		snprintf(path, sizeof(path), "planted/webp/%s.webp", names[i]);
		cr_expect_eq(picture_rebuild("webp", path, &out), 0, "%s",
		    path);
		cr_expect(!holds(&out, "SEKISHO", 7), "%s", path);
		same_pixels(path, &out);
		buf_done(&out);
	}
	cr_expect_eq(picture_rebuild("webp", "planted/webp/in-frame.webp",
			 &out),
	    0);
	cr_expect(!holds(&out, "SEKISHO", 7));
	buf_done(&out);
}

Test(webp, what_is_refused)
{
	static const struct {
		const char *name;
		int err;
	} table[] = {
		{ "short", ERR_TRUNCATED },
		{ "short-tokens", ERR_MALFORMED },
		{ "two-sizes", ERR_MALFORMED },
		{ "frame-outside", ERR_MALFORMED },
		{ "frame-size", ERR_MALFORMED },
		{ "huge", ERR_LIMIT },
	};

	char path[128];
	struct buf out;

	for (size_t i = 0; i < COUNT(table); i++) {
		snprintf(path, sizeof(path), "planted/webp/%s.webp",
		    table[i].name);
		cr_expect_eq(picture_rebuild("webp", path, &out), table[i].err,
		    "%s", path);
		buf_done(&out);
	}
}

Test(webp, findings_name_what_was_there)
{
	static const char *const behind[] = { "modes", "tokens", "lossless",
		"alpha" };
	char path[128];

	for (size_t i = 0; i < COUNT(behind); i++) {
		snprintf(path, sizeof(path), "planted/webp/behind-%s.webp",
		    behind[i]);
		cr_expect(picture_finds("webp", path, FIND_IMAGE_GARBAGE), "%s",
		    path);
	}
	cr_expect(picture_finds("webp", "planted/webp/exif.webp",
	    FIND_IMAGE_EXIF_GPS));
	cr_expect(picture_finds("webp", "planted/webp/unknown-script.webp",
	    FIND_IMAGE_SCRIPT));
}

/* What is written comes back, for all probabilities and long carries. */
Test(webp, arithmetic_code_comes_back)
{
	uint32_t state = 1;
	struct bool_writer w;
	struct bool_reader r;
	struct reader in;
	struct buf b;

	buf_init(&b, 1 << 20);
	bool_writer_init(&w, &b);
	for (unsigned i = 0; i < 200000; i++) {
		state = state * 1103515245 + 12345;
		bool_put(&w, i % 256, i % 7 == 0 ? 1 : state >> 30 & 1);
	}
	cr_assert_eq(bool_end(&w), 0);
	buf_reader(&b, &in);
	bool_reader_init(&r, &in);
	state = 1;
	for (unsigned i = 0; i < 200000; i++) {
		state = state * 1103515245 + 12345;
		cr_assert_eq(bool_get(&r, i % 256),
		    i % 7 == 0 ? 1 : state >> 30 & 1, "%u", i);
	}
	cr_expect_eq(r.past, 0);
	buf_done(&b);
}

Test(webp, mutations_end_in_a_verdict, .timeout = 240)
{
	picture_mutate("webp", "benign/webp/lossy-2.webp", 1);
	picture_mutate("webp", "benign/webp/lossless-alpha.webp", 1);
	picture_mutate("webp", "benign/webp/alpha.webp", 7);
	picture_mutate("webp", "benign/webp/animation.webp", 7);
	picture_mutate("webp", "planted/webp/icc.webp", 7);
}
