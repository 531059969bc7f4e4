/* GIF: pictures, timing, what goes, what holds; mutations. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>
#include <gif_lib.h>

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

static int
on_read(GifFileType *g, GifByteType *to, int n)
{
	struct reader *r = g->UserData;
	size_t some = reader_left(r) < (size_t)n ? reader_left(r) : (size_t)n;
	const uint8_t *p;

	if (reader_bytes(r, some, &p) != 0)
		return 0;
	memcpy(to, p, some);
	return (int)some;
}

static GifFileType *
slurp(struct reader *r)
{
	GifFileType *g = DGifOpen(r, on_read, NULL);

	cr_assert_not_null(g);
	cr_assert_eq(DGifSlurp(g), GIF_OK);
	return g;
}

static const GifColorType *
colours(const GifFileType *g, int i)
{
	const GifImageDesc *d = &g->SavedImages[i].ImageDesc;

	return (d->ColorMap != NULL ? d->ColorMap : g->SColorMap)->Colors;
}

static void
same_picture(const GifFileType *a, const GifFileType *b, int i)
{
	const SavedImage *x = &a->SavedImages[i], *y = &b->SavedImages[i];
	size_t n = (size_t)x->ImageDesc.Width * (size_t)x->ImageDesc.Height;
	GraphicsControlBlock ca = { 0, false, 0, NO_TRANSPARENT_COLOR },
			     cb = ca;

	cr_expect_eq(x->ImageDesc.Left, y->ImageDesc.Left);
	cr_expect_eq(x->ImageDesc.Top, y->ImageDesc.Top);
	cr_assert_eq(x->ImageDesc.Width, y->ImageDesc.Width);
	cr_assert_eq(x->ImageDesc.Height, y->ImageDesc.Height);
	cr_expect_eq(memcmp(x->RasterBits, y->RasterBits, n), 0);
	for (size_t k = 0; k < n; k++)
		cr_assert_eq(memcmp(&colours(a, i)[x->RasterBits[k]],
				 &colours(b, i)[y->RasterBits[k]], 3),
		    0);
	(void)DGifSavedExtensionToGCB((GifFileType *)(uintptr_t)a, i, &ca);
	(void)DGifSavedExtensionToGCB((GifFileType *)(uintptr_t)b, i, &cb);
	cr_expect_eq(ca.DelayTime, cb.DelayTime);
	cr_expect_eq(ca.DisposalMode, cb.DisposalMode);
	cr_expect_eq(ca.TransparentColor, cb.TransparentColor);
}

Test(gif, pictures_and_timing_stay)
{
	static const char *const names[] = { "still", "interlaced",
		"own-colours", "transparent", "animation", "loops-animexts",
		"large" };
	struct reader ra, rb;
	GifFileType *a, *b;
	struct buf in, out;
	char path[128];

	for (size_t i = 0; i < COUNT(names); i++) {
		snprintf(path, sizeof(path), "benign/gif/%s.gif", names[i]);
		cr_assert_eq(picture_rebuild("gif", path, &out), 0, "%s", path);
		picture_load(path, &in);
		buf_reader(&in, &ra);
		buf_reader(&out, &rb);
		a = slurp(&ra);
		b = slurp(&rb);
		cr_expect_eq(a->SWidth, b->SWidth);
		cr_expect_eq(a->SHeight, b->SHeight);
		cr_assert_eq(a->ImageCount, b->ImageCount, "%s", path);
		for (int k = 0; k < a->ImageCount; k++)
			same_picture(a, b, k);
		DGifCloseFile(a, NULL);
		DGifCloseFile(b, NULL);
		buf_done(&in);
		buf_done(&out);
	}
}

Test(gif, repetitions_stay)
{
	static const char *const names[] = { "animation", "loops-animexts" };
	struct buf out;
	char path[128];

	for (size_t i = 0; i < COUNT(names); i++) {
		snprintf(path, sizeof(path), "benign/gif/%s.gif", names[i]);
		cr_assert_eq(picture_rebuild("gif", path, &out), 0);
		cr_expect(holds(&out, "\x21\xff\x0bNETSCAPE2.0\3\1\5\0\0", 19));
		buf_done(&out);
	}
}

Test(gif, no_canary_survives)
{
	static const char *const names[] = { "comment", "comment-script",
		"text", "xmp", "icc", "application", "unknown", "loops-long",
		"control-long", "after-end", "after-end-zip", "behind-pixels",
		"in-pixels", "palette", "no-end", "leaves" };
	struct buf out;
	char path[128];

	for (size_t i = 0; i < COUNT(names); i++) {
		snprintf(path, sizeof(path), "planted/gif/%s.gif", names[i]);
		cr_expect_eq(picture_rebuild("gif", path, &out), 0, "%s", path);
		cr_expect(!holds(&out, "SEKISHO", 7), "%s", path);
		buf_done(&out);
	}
}

Test(gif, what_is_refused)
{
	static const struct {
		const char *name;
		int err;
	} table[] = {
		{ "script-polyglot", ERR_MALFORMED },
		{ "short", ERR_TRUNCATED },
		{ "outside", ERR_MALFORMED },
		{ "code-size", ERR_MALFORMED },
		{ "huge", ERR_LIMIT },
	};
	struct buf out;
	char path[128];

	for (size_t i = 0; i < COUNT(table); i++) {
		snprintf(path, sizeof(path), "planted/gif/%s.gif",
		    table[i].name);
		cr_expect_eq(picture_rebuild("gif", path, &out), table[i].err,
		    "%s", path);
		buf_done(&out);
	}
}

Test(gif, findings_name_what_was_there)
{
	cr_expect(picture_finds("gif", "planted/gif/comment-script.gif",
	    FIND_IMAGE_SCRIPT));
	cr_expect(picture_finds("gif", "planted/gif/in-pixels.gif",
	    FIND_IMAGE_GARBAGE));
	cr_expect(picture_finds("gif", "planted/gif/after-end-zip.gif",
	    FIND_IMAGE_TRAILING_FILE));
	cr_expect(picture_finds("gif", "planted/gif/leaves.gif",
	    FIND_IMAGE_DAMAGED));
}

Test(gif, mutations_end_in_a_verdict, .timeout = 120)
{
	picture_mutate("gif", "benign/gif/animation.gif", 1);
	picture_mutate("gif", "benign/gif/interlaced.gif", 1);
	picture_mutate("gif", "planted/gif/loops-long.gif", 3);
}
