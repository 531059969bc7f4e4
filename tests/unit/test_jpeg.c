/* JPEG: what is kept, what goes, what holds; mutations. formats/jpeg*.c */
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "formats/exif.h"
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

Test(jpeg, benign_samples_are_rebuilt)
{
	static const char *const names[] = { "grey", "colour", "progressive",
		"cmyk-inverted", "cmyk-plain", "ycck", "rgb-adobe", "rotated",
		"restart" };
	char path[128];
	struct buf out;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "benign/jpeg/%s.jpg", names[i]);
		cr_expect_eq(picture_rebuild("jpeg", path, &out), 0, "%s",
		    path);
		cr_expect(out.len > 100);
		buf_done(&out);
	}
}

Test(jpeg, no_canary_survives)
{
	static const char *const names[] = { "adobe-tail", "app7", "between",
		"c2pa", "comment-php", "comment", "exif-gps", "icc-broken",
		"icc-text", "icc-wrong", "in-scan", "photoshop",
		"second-picture", "thumbnail", "trailer-html", "trailer-zip",
		"trailer", "xmp" };
	char path[128];
	struct buf out;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "planted/jpeg/%s.jpg", names[i]);
		cr_expect_eq(picture_rebuild("jpeg", path, &out), 0, "%s",
		    path);
		cr_expect(!holds(&out, "SEKISHO", 7), "%s", path);
		buf_done(&out);
	}
}

Test(jpeg, what_is_refused)
{
	struct buf out;

	cr_expect_eq(picture_rebuild("jpeg", "planted/jpeg/arithmetic.jpg",
			 &out),
	    ERR_UNSUPPORTED);
	buf_done(&out);
	cr_expect_eq(picture_rebuild("jpeg", "planted/jpeg/huge.jpg", &out),
	    ERR_LIMIT);
	buf_done(&out);
	cr_expect_eq(picture_rebuild("jpeg", "planted/jpeg/many-scans.jpg",
			 &out),
	    ERR_LIMIT);
	buf_done(&out);
	cr_expect_eq(picture_rebuild("jpeg", "planted/jpeg/two-frames.jpg",
			 &out),
	    ERR_AMBIGUOUS);
	buf_done(&out);
}

Test(jpeg, findings_name_what_was_there)
{
	cr_expect(picture_finds("jpeg", "planted/jpeg/exif-gps.jpg",
	    FIND_IMAGE_EXIF_GPS));
	cr_expect(picture_finds("jpeg", "planted/jpeg/comment-php.jpg",
	    FIND_IMAGE_SCRIPT));
	cr_expect(!picture_finds("jpeg", "planted/jpeg/comment.jpg",
	    FIND_IMAGE_SCRIPT));
	cr_expect(picture_finds("jpeg", "planted/jpeg/trailer-zip.jpg",
	    FIND_IMAGE_TRAILING_FILE));
	cr_expect(picture_finds("jpeg", "planted/jpeg/second-picture.jpg",
	    FIND_IMAGE_SECOND));
	cr_expect(picture_finds("jpeg", "planted/jpeg/in-scan.jpg",
	    FIND_IMAGE_GARBAGE));
	cr_expect(picture_finds("jpeg", "planted/jpeg/no-end.jpg",
	    FIND_IMAGE_DAMAGED));
	cr_expect(picture_finds("jpeg", "planted/jpeg/icc-wrong.jpg",
	    FIND_IMAGE_ICC_BAD));
}

Test(jpeg, adobe_mark_stays_as_it_was)
{
	struct buf out;

	cr_assert_eq(picture_rebuild("jpeg", "benign/jpeg/cmyk-inverted.jpg",
			 &out),
	    0);
	cr_expect(holds(&out, "Adobe", 5));
	buf_done(&out);
	cr_assert_eq(picture_rebuild("jpeg", "benign/jpeg/cmyk-plain.jpg",
			 &out),
	    0);
	cr_expect(!holds(&out, "Adobe", 5));
	buf_done(&out);
}

Test(jpeg, orientation_and_density_stay)
{
	static const char jfif[] = "JFIF\0\1\1\1\0\x48\0\x48";
	struct reader r, tiff;
	struct exif x;
	struct buf out;
	size_t at;

	cr_assert_eq(picture_rebuild("jpeg", "planted/jpeg/exif-gps.jpg", &out),
	    0);
	buf_reader(&out, &r);
	cr_assert_eq(reader_find(&r, 0, "Exif\0\0", 6, &at), 0);
	cr_assert_eq(reader_view(&r, at + 6, 26, &tiff), 0);
	cr_assert_eq(exif_read(&tiff, &x), 0);
	cr_expect_eq(x.orientation, 3);
	cr_expect(!x.has_gps);
	buf_done(&out);
	cr_assert_eq(picture_rebuild("jpeg", "benign/jpeg/grey.jpg", &out), 0);
	cr_expect(holds(&out, jfif, sizeof(jfif) - 1));
	buf_done(&out);
}

Test(jpeg, a_profile_is_written_again_without_texts)
{
	struct buf out;

	cr_assert_eq(picture_rebuild("jpeg", "planted/jpeg/icc-text.jpg", &out),
	    0);
	cr_expect(holds(&out, "ICC_PROFILE", 12));
	cr_expect(holds(&out, "rXYZ", 4));
	buf_done(&out);
}

Test(jpeg, mutations_end_in_a_verdict, .timeout = 120)
{
	picture_mutate("jpeg", "benign/jpeg/colour.jpg", 3);
	picture_mutate("jpeg", "benign/jpeg/progressive.jpg", 7);
	picture_mutate("jpeg", "planted/jpeg/exif-gps.jpg", 7);
	picture_mutate("jpeg", "planted/jpeg/icc-text.jpg", 13);
}

Test(exif, loops_and_lies_are_survived)
{
	static const char self[] = "MM\0*\0\0\0\10\0\1\1\x1a\0\5\0\0\0\1"
				   "\xff\xff\xff\xf0\0\0\0\10";
	struct reader r;
	struct exif x;

	reader_init(&r, self, sizeof(self) - 1);
	cr_expect_eq(exif_read(&r, &x), 0);
	cr_expect_eq(x.orientation, 1);
	cr_expect_eq(x.x_density, 0);
	cr_expect(x.has_thumbnail);
	reader_init(&r, "MM\0*\xff\xff\xff\xff", 8);
	cr_expect_neq(exif_read(&r, &x), 0);
}

Test(exif, ours_is_recognised)
{
	struct reader r;
	struct buf b;

	buf_init(&b, 64);
	for (uint8_t o = 2; o <= 8; o++) {
		buf_clear(&b);
		cr_assert_eq(exif_write(&b, o), 0);
		cr_assert_eq(b.len, 26);
		buf_reader(&b, &r);
		cr_expect(exif_is_canonical(&r));
	}
	buf_done(&b);
}
