/*
 * Pictures that come out in another format: HEIC, AVIF, JPEG 2000. What stays,
 * what goes, what holds; mutations. formats/raster/heif*.c, jpeg2000.c
 */
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "fuzz_common.h"
#include "picture_checks.h"

struct row {
	const char *path;
	enum finding_id id;
	int err;
};

/* The first bytes of the result. */
static bool
begins(const struct buf *b, const char *magic, size_t n)
{
	struct reader r;

	buf_reader(b, &r);
	return reader_has(&r, 0, magic, n);
}

#define IS_JPEG(b) begins(b, "\xff\xd8\xff", 3)
#define IS_PNG(b)  begins(b, "\x89PNG", 4)

static void
must_lose(const char *id, const struct row *rows, size_t n)
{
	struct reader r;
	struct buf out;
	size_t at;

	for (size_t i = 0; i < n; i++) {
		cr_expect(picture_finds(id, rows[i].path, rows[i].id), "%s",
		    rows[i].path);
		cr_assert_eq(picture_rebuild(id, rows[i].path, &out), 0, "%s",
		    rows[i].path);
		buf_reader(&out, &r);
		cr_expect_eq(reader_find(&r, 0, "SEKISHO", 7, &at), ERR_NOENT,
		    "%s", rows[i].path);
		buf_done(&out);
	}
}

static void
must_hold(const char *id, const struct row *rows, size_t n)
{
	struct buf out;

	for (size_t i = 0; i < n; i++) {
		cr_expect_eq(picture_rebuild(id, rows[i].path, &out),
		    rows[i].err, "%s", rows[i].path);
		buf_done(&out);
	}
}

#define ROWS(a) (a), sizeof(a) / sizeof((a)[0])

/* ---- HEIF */

Test(heif, becomes_jpeg_or_png)
{
	static const char *const jpeg[] = { "plain.heic", "turned.heic",
		"grid.heic", "plain.avif" };
	char path[128];
	struct buf out;

	for (size_t i = 0; i < sizeof(jpeg) / sizeof(jpeg[0]); i++) {
		snprintf(path, sizeof(path), "benign/heif/%s", jpeg[i]);
		cr_expect_eq(picture_rebuild("heif", path, &out), 0, "%s",
		    path);
		cr_expect(IS_JPEG(&out), "%s", path);
		cr_expect(picture_finds("heif", path, FIND_PICTURE_CONVERTED));
		buf_done(&out);
	}
	cr_expect_eq(picture_rebuild("heif", "benign/heif/alpha.avif", &out),
	    0);
	cr_expect(IS_PNG(&out));
	cr_expect_not(picture_finds("heif", "benign/heif/alpha.avif",
	    FIND_PICTURE_ITEMS));
	buf_done(&out);
}

static enum heif_policy policy;

static void
tune(struct options *o)
{
	o->heif = policy;
}

Test(heif, policy)
{
	struct buf in, out;

	picture_load("benign/heif/plain.heic", &in);
	buf_init(&out, (size_t)1 << 20);
	policy = HEIF_PNG;
	cr_expect_eq(fuzz_rebuild_with("heif", in.data, in.len, tune, &out), 0);
	cr_expect(IS_PNG(&out));
	buf_clear(&out);
	policy = HEIF_HOLD;
	cr_expect_eq(fuzz_rebuild_with("heif", in.data, in.len, tune, &out),
	    ERR_UNSUPPORTED);
	buf_done(&out);
	buf_done(&in);
}

/* As PNG, whose pixels are exact. */
static void
exact(const char *name, struct buf *out)
{
	struct buf in;
	char path[128];

	snprintf(path, sizeof(path), "benign/heif/unci-%s.heif", name);
	picture_load(path, &in);
	buf_init(out, (size_t)1 << 20);
	policy = HEIF_PNG;
	cr_expect_eq(fuzz_rebuild_with("heif", in.data, in.len, tune, out), 0,
	    "%s", path);
	cr_expect(IS_PNG(out), "%s", path);
	buf_done(&in);
}

/* The same picture in all orders, which must come out the same. */
Test(heif, uncompressed_in_every_order)
{
	static const char *const groups[][9] = {
		{ "rgb-pixel", "rgb-component", "rgb-row", "rgb-tile",
		    "rgb-tiles", "rgb-padded", "rgb-named", "rgb-zlib",
		    "rgb-deflate" },
		{ "alpha-named", "alpha-component" }, { "deep", "deep-bits" },
		{ "ycc", "ycc-420", "ycc-420-mixed", "ycc-422" }, { "grey" },
		{ "five-six-five" }
	};
	struct buf first, other;

	for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++) {
		exact(groups[g][0], &first);
		for (size_t i = 1; i < 9 && groups[g][i] != NULL; i++) {
			exact(groups[g][i], &other);
			cr_expect(first.len == other.len &&
				      memcmp(first.data, other.data,
					  first.len) == 0,
			    "%s", groups[g][i]);
			buf_done(&other);
		}
		buf_done(&first);
	}
}

static void
keep_basic(struct options *o)
{
	o->picture_metadata = METADATA_KEEP_BASIC;
}

Test(heif, place_goes_though_date_stays)
{
	struct buf in, out;
	struct reader r;
	size_t at;

	picture_load("planted/heif/dated.heic", &in);
	buf_init(&out, (size_t)1 << 20);
	cr_expect_eq(fuzz_rebuild_with("heif", in.data, in.len, keep_basic,
			 &out),
	    0);
	buf_reader(&out, &r);
	cr_expect_eq(reader_find(&r, 0, "2024:05:06 07:08:09", 19, &at), 0);
	cr_expect_eq(reader_find(&r, 0, "CANARY", 6, &at), ERR_NOENT);
	buf_done(&out);
	buf_done(&in);
}

Test(heif, planted_samples_lose_what_was_planted)
{
	static const struct row rows[] = {
		{ "planted/heif/exif.heic", FIND_IMAGE_EXIF, 0 },
		{ "planted/heif/exif.heic", FIND_IMAGE_EXIF_GPS, 0 },
		{ "planted/heif/xmp.heic", FIND_IMAGE_XMP, 0 },
		{ "planted/heif/items.heic", FIND_PICTURE_ITEMS, 0 },
		{ "planted/heif/film.avif", FIND_PICTURE_SEQUENCE, 0 },
		{ "planted/heif/film.avif", FIND_IMAGE_UNKNOWN, 0 },
		{ "planted/heif/trailing.avif", FIND_IMAGE_TRAILING, 0 },
		{ "planted/heif/zip-behind.avif", FIND_IMAGE_TRAILING_FILE, 0 },
		{ "planted/heif/icc.avif", FIND_IMAGE_ICC, 0 },
		{ "planted/heif/unci-items.heif", FIND_IMAGE_EXIF, 0 },
		{ "planted/heif/unci-items.heif", FIND_IMAGE_XMP, 0 },
		{ "planted/heif/unci-items.heif", FIND_PICTURE_ITEMS, 0 },
		{ "planted/heif/unci-padding.heif", FIND_PICTURE_CONVERTED, 0 },
		{ "planted/heif/unci-packed-behind.heif",
		    FIND_PICTURE_CONVERTED, 0 },
	};

	must_lose("heif", ROWS(rows));
}

Test(heif, held_samples)
{
	static const struct row rows[] = {
		{ "planted/heif/held-huge.heic", 0, ERR_LIMIT },
		{ "planted/heif/held-grid-bomb.heic", 0, ERR_LIMIT },
		{ "planted/heif/held-overlay.heic", 0, ERR_UNSUPPORTED },
		{ "planted/heif/held-ring.heic", 0, ERR_UNSUPPORTED },
		{ "planted/heif/held-protected.heic", 0, ERR_UNSUPPORTED },
		{ "planted/heif/held-uncompressed.heic", 0, ERR_MALFORMED },
		{ "planted/heif/held-unci-bayer.heif", 0, ERR_UNSUPPORTED },
		{ "planted/heif/held-unci-bomb.heif", 0, ERR_LIMIT },
		{ "planted/heif/held-unci-brotli.heif", 0, ERR_UNSUPPORTED },
		{ "planted/heif/held-unci-float.heif", 0, ERR_UNSUPPORTED },
		{ "planted/heif/held-unci-huge.heif", 0, ERR_LIMIT },
		{ "planted/heif/held-unci-short.heif", 0, ERR_TRUNCATED },
		{ "planted/heif/held-unci-tiles.heif", 0, ERR_UNSUPPORTED },
		{ "planted/heif/held-unci-turned.heif", 0, ERR_UNSUPPORTED },
		{ "planted/heif/held-unci-twice.heif", 0, ERR_AMBIGUOUS },
	};

	must_hold("heif", ROWS(rows));
}

Test(heif, mutations_end_in_a_verdict)
{
	picture_mutate("heif", "benign/heif/grid.heic", 151);
	picture_mutate("heif", "benign/heif/alpha.avif", 151);
	picture_mutate("heif", "planted/heif/exif.heic", 251);
	picture_mutate("heif", "benign/heif/unci-rgb-tile.heif", 31);
	picture_mutate("heif", "benign/heif/unci-ycc-420-mixed.heif", 31);
	picture_mutate("heif", "benign/heif/unci-rgb-deflate.heif", 31);
}

/* ---- JPEG 2000 */

Test(jpeg2000, becomes_png)
{
	static const char *const names[] = { "rgb.j2k", "rgb.jp2", "grey.jp2",
		"palette.jp2" };
	char path[128];
	struct buf out;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "benign/jpeg2000/%s", names[i]);
		cr_expect_eq(picture_rebuild("jpeg2000", path, &out), 0, "%s",
		    path);
		cr_expect(IS_PNG(&out), "%s", path);
		buf_done(&out);
	}
}

Test(jpeg2000, losses_stay_losses)
{
	static const char *const names[] = { "benign/jpeg2000/lossy.j2k",
		"benign/jpeg2000/lossy-grey.j2k",
		"planted/jpeg2000/lossy-icc.jp2" };
	struct buf out;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		cr_expect_eq(picture_rebuild("jpeg2000", names[i], &out), 0,
		    "%s", names[i]);
		cr_expect(IS_JPEG(&out), "%s", names[i]);
		buf_done(&out);
	}
}

Test(jpeg2000, planted_samples_lose_what_was_planted)
{
	static const struct row rows[] = {
		{ "planted/jpeg2000/xmp.jp2", FIND_IMAGE_XMP, 0 },
		{ "planted/jpeg2000/exif.jp2", FIND_IMAGE_EXIF, 0 },
		{ "planted/jpeg2000/text.jp2", FIND_IMAGE_TEXT, 0 },
		{ "planted/jpeg2000/script.jp2", FIND_IMAGE_SCRIPT, 0 },
		{ "planted/jpeg2000/comment.j2k", FIND_IMAGE_COMMENT, 0 },
		{ "planted/jpeg2000/trailing.j2k", FIND_IMAGE_TRAILING, 0 },
		{ "planted/jpeg2000/zip-behind.jp2", FIND_IMAGE_TRAILING_FILE,
		    0 },
		{ "planted/jpeg2000/second.jp2", FIND_IMAGE_SECOND, 0 },
		{ "planted/jpeg2000/icc.jp2", FIND_IMAGE_ICC, 0 },
		{ "planted/jpeg2000/lossy-icc.jp2", FIND_IMAGE_TEXT, 0 },
	};

	must_lose("jpeg2000", ROWS(rows));
}

Test(jpeg2000, held_samples)
{
	static const struct row rows[] = {
		{ "planted/jpeg2000/held-huge.j2k", 0, ERR_LIMIT },
		{ "planted/jpeg2000/held-tiles.j2k", 0, ERR_LIMIT },
		{ "planted/jpeg2000/held-cut.j2k", 0, ERR_MALFORMED },
		{ "planted/jpeg2000/held-packets.j2k", 0, ERR_LIMIT },
		{ "planted/jpeg2000/held-part.j2k", 0, ERR_LIMIT },
	};

	must_hold("jpeg2000", ROWS(rows));
}

Test(jpeg2000, mutations_end_in_a_verdict)
{
	picture_mutate("jpeg2000", "benign/jpeg2000/rgb.j2k", 23);
	picture_mutate("jpeg2000", "benign/jpeg2000/palette.jp2", 251);
	picture_mutate("jpeg2000", "planted/jpeg2000/second.jp2", 151);
	picture_mutate("jpeg2000", "benign/jpeg2000/lossy.j2k", 51);
}
