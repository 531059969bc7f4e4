/* BMP, ICO, CUR, PSD: what is kept, what goes, what holds; mutations. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "formats/raster/dib.h"
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
released(const char *id, const char *folder, const char *const *names, size_t n)
{
	char path[128];
	struct buf out;

	for (size_t i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		cr_expect_eq(picture_rebuild(id, path, &out), 0, "%s", path);
		cr_expect(!holds(&out, "SEKISHO", 7), "%s", path);
		buf_done(&out);
	}
}

Test(bitmap, all_forms_of_bmp_are_released)
{
	static const char *const names[] = { "bits-1.bmp", "bits-2.bmp",
		"bits-4.bmp", "bits-8.bmp", "bits-16.bmp", "bits-24.bmp",
		"bits-32.bmp", "os2.bmp", "os2-2.bmp", "top-down.bmp",
		"masks-565.bmp", "masks-4444.bmp", "masks-10.bmp", "alpha.bmp",
		"v5.bmp", "rle4.bmp", "rle8.bmp", "no-offset.bmp" };

	released("bmp", "benign/bmp", names, COUNT(names));
}

Test(bitmap, no_canary_survives)
{
	static const char *const bmp[] = { "gap.bmp", "after-end.bmp",
		"after-end-zip.bmp", "row-padding.bmp", "fourth-byte.bmp",
		"palette.bmp", "wide-palette.bmp", "profile-path.bmp",
		"profile.bmp", "rle-leaves.bmp", "rle-behind.bmp" };
	static const char *const icon[] = { "gap.ico", "after-end.ico",
		"after-end-zip.ico", "behind-mask.ico", "png-text.ico",
		"entry-outside.ico", "not-a-picture.ico" };
	static const char *const psd[] = { "layers.psd", "iptc.psd", "name.psd",
		"script.psd", "exif.psd", "xmp.psd", "thumbnail.psd", "icc.psd",
		"colours.psd", "hidden-channel.psd", "after-end.psd",
		"after-end-zip.psd" };

	released("bmp", "planted/bmp", bmp, COUNT(bmp));
	released("icon", "planted/icon", icon, COUNT(icon));
	released("psd", "planted/psd", psd, COUNT(psd));
}

Test(bitmap, what_is_refused)
{
	static const struct {
		const char *id, *path;
		int err;
	} table[] = {
		{ "bmp", "planted/bmp/jpeg-inside.bmp", ERR_UNSUPPORTED },
		{ "bmp", "planted/bmp/masks-overlap.bmp", ERR_MALFORMED },
		{ "bmp", "planted/bmp/short.bmp", ERR_TRUNCATED },
		{ "bmp", "planted/bmp/huge.bmp", ERR_LIMIT },
		{ "icon", "planted/icon/nothing.ico", ERR_MALFORMED },
		{ "psd", "planted/psd/no-flat-picture.psd", ERR_UNSUPPORTED },
		{ "psd", "planted/psd/lab.psd", ERR_UNSUPPORTED },
		{ "psd", "planted/psd/short.psd", ERR_TRUNCATED },
		{ "psd", "planted/psd/huge.psd", ERR_LIMIT },
	};
	struct buf out;

	for (size_t i = 0; i < COUNT(table); i++) {
		cr_expect_eq(picture_rebuild(table[i].id, table[i].path, &out),
		    table[i].err, "%s", table[i].path);
		buf_done(&out);
	}
}

/* The n-th pixel byte of a rebuilt BMP, wherever its pixels begin. */
static uint8_t
byte_at(const struct buf *b, size_t n)
{
	struct reader r;
	uint32_t off;
	uint8_t c;

	buf_reader(b, &r);
	cr_assert_eq(reader_seek(&r, 10), 0);
	cr_assert_eq(reader_u32le(&r, &off), 0);
	cr_assert_eq(reader_seek(&r, off + n), 0);
	cr_assert_eq(reader_u8(&r, &c), 0);
	return c;
}

/* tests/make/bitmaps.py: even rows end with zeros, odd ones skip a pixel. */
Test(bitmap, run_lengths_unpack)
{
	static const uint8_t row[] = { 0x12, 0x12, 0x12, 0x12, 1, 2, 3, 4, 5, 0,
		0, 0, 0 };
	static const uint8_t nibbles[] = { 0x12, 0x12, 0x11, 0x23, 0x45, 0 };
	struct buf out;

	cr_assert_eq(picture_rebuild("bmp", "benign/bmp/rle8.bmp", &out), 0);
	for (size_t i = 0; i < sizeof(row); i++)
		cr_expect_eq(byte_at(&out, i), row[i], "%zu", i);
	buf_done(&out);
	cr_assert_eq(picture_rebuild("bmp", "benign/bmp/rle4.bmp", &out), 0);
	for (size_t i = 0; i < sizeof(nibbles); i++)
		cr_expect_eq(byte_at(&out, i), nibbles[i], "%zu", i);
	buf_done(&out);
}

Test(bitmap, cursor_keeps_its_hotspot)
{
	struct buf out;

	cr_assert_eq(picture_rebuild("icon", "benign/icon/cursor.cur", &out),
	    0);
	cr_expect(memcmp(out.data, "\0\0\2\0\2\0", 6) == 0);
	cr_expect(memcmp(out.data + 10, "\3\0\4\0", 4) == 0);
	/* The second one lay outside of its picture. */
	cr_expect(memcmp(out.data + 26, "\0\0\0\0", 4) == 0);
	buf_done(&out);
}

Test(bitmap, findings_name_what_was_there)
{
	cr_expect(picture_finds("bmp", "planted/bmp/profile-path.bmp",
	    FIND_BITMAP_PROFILE_FILE));
	cr_expect(picture_finds("bmp", "planted/bmp/row-padding.bmp",
	    FIND_BITMAP_PADDING));
	cr_expect(picture_finds("bmp", "planted/bmp/gap.bmp",
	    FIND_IMAGE_GARBAGE));
	cr_expect(picture_finds("icon", "planted/icon/not-a-picture.ico",
	    FIND_BITMAP_ICON_ENTRY));
	cr_expect(picture_finds("psd", "planted/psd/layers.psd",
	    FIND_BITMAP_LAYERS));
	cr_expect(picture_finds("psd", "planted/psd/hidden-channel.psd",
	    FIND_BITMAP_LAYERS));
	cr_expect(picture_finds("psd", "benign/psd/cmyk.psd",
	    FIND_BITMAP_COLOURS));
}

Test(bitmap, psd_samples_become_png)
{
	static const char *const names[] = { "rgb.psd", "rgb-16.psd",
		"grey.psd", "duotone.psd", "bitmap.psd", "indexed.psd",
		"cmyk.psd", "alpha.psd", "more-channels.psd", "large.psb",
		"resolution.psd" };

	released("psd", "benign/psd", names, COUNT(names));
}

Test(bitmap, mutations_end_in_a_verdict, .timeout = 120)
{
	picture_mutate("bmp", "benign/bmp/bits-4.bmp", 1);
	picture_mutate("bmp", "benign/bmp/alpha.bmp", 1);
	picture_mutate("bmp", "benign/bmp/rle4.bmp", 1);
	picture_mutate("bmp", "planted/bmp/profile-path.bmp", 1);
	picture_mutate("icon", "benign/icon/png.ico", 5);
	picture_mutate("icon", "benign/icon/cursor.cur", 1);
	picture_mutate("psd", "benign/psd/alpha.psd", 1);
	picture_mutate("psd", "planted/psd/exif.psd", 3);
}
