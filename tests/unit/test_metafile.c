/* EMF and WMF: what is kept, what goes, mutations. formats/drawing/ */
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "fuzz_common.h"
#include "picture_checks.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *const emf_benign[] = { "plain", "lines", "paths", "state",
	"bitmaps", "packed-picture", "texts" };
static const char *const wmf_benign[] = { "plain", "bare", "lines", "state",
	"bitmaps" };

static const char *const emf_planted[] = { "after-end", "after-end-zip",
	"colour-space", "colour-space-w", "comment", "comment-spool",
	"comment-wmf", "count-bad", "description", "dib-gap", "dib-huge",
	"dib-not-png", "dib-outside", "dib-palette", "dib-png", "dib-short",
	"dib-tail", "dib-v5", "draw-escape", "emfplus", "emfplus-only",
	"end-palette", "ext-escape", "extent-bad", "float-bad", "font-after",
	"font-path", "font-tail", "gradient-bad", "handle-bad", "header-lies",
	"header-tail", "match-target", "named-escape", "no-end", "opengl",
	"pattern-bad", "pixel-format", "pixel-record", "profile-a", "profile-w",
	"region-bad", "restore-bad", "size-huge", "size-lies", "slack",
	"text-bad", "text-control", "text-gap", "ufi", "unknown" };
static const char *const wmf_planted[] = { "abort-proc", "after-end",
	"after-end-zip", "comment", "count-bad", "device-bitmap", "dib-huge",
	"dib-short", "dib-tail", "escape-other", "font-path", "font-tail",
	"handle-bad", "hidden-emf", "no-end", "old-object", "pattern-bad",
	"postscript", "region-bad", "restore-bad", "size-huge", "size-lies",
	"slack", "unknown", "widths-short" };

static bool
holds(const struct buf *b, const void *pat, size_t n)
{
	struct reader r;
	size_t at;

	buf_reader(b, &r);
	return reader_find(&r, 0, pat, n, &at) == 0;
}

static uint32_t
u32_at(const struct buf *b, size_t at)
{
	struct reader r;
	uint32_t v;

	buf_reader(b, &r);
	cr_assert_eq(reader_seek(&r, at), 0);
	cr_assert_eq(reader_u32le(&r, &v), 0);
	return v;
}

static uint16_t
u16_at(const struct buf *b, size_t at)
{
	return (uint16_t)u32_at(b, at);
}

/* Does what is written add up? Types that must never be there are not. */
static void
check_emf(const struct buf *b, const char *path)
{
	uint32_t type = 0, n = 0, size;
	size_t at = 0;

	cr_assert_eq(u32_at(b, 0), 1, "%s", path);
	cr_expect_eq(u32_at(b, 4), 108, "%s", path);
	cr_expect_eq(u32_at(b, 48), b->len, "%s", path);
	for (size_t i = 60; i < 72; i += 4)
		cr_expect_eq(u32_at(b, i), 0, "%s: a description", path);
	for (; at + 8 <= b->len; n++, at += size) {
		type = u32_at(b, at);
		size = u32_at(b, at + 4);
		cr_assert(size >= 8 && size % 4 == 0 && size <= b->len - at,
		    "%s", path);
		cr_expect(type < 123 && type != 70 &&
			      (type < 99 || type > 113 || type == 108) &&
			      type != 121 && type != 122,
		    "%s: type %u", path, type);
	}
	cr_expect_eq(at, b->len, "%s", path);
	cr_expect_eq(type, 14, "%s", path);
	cr_expect_eq(u32_at(b, 52), n, "%s", path);
}

static void
check_wmf(const struct buf *b, const char *path)
{
	size_t start = holds(b, "\xd7\xcd\xc6\x9a", 4) ? 22 : 0, at;
	uint32_t words, longest = 0;
	uint16_t function = 1, sum = 0;

	for (size_t i = 0; start > 0 && i < 22; i += 2)
		sum ^= i < 20 ? u16_at(b, i) : (uint16_t)0;
	if (start > 0)
		cr_expect_eq(u16_at(b, 20), sum, "%s", path);
	cr_assert_eq(u32_at(b, start), 0x00090001, "%s", path);
	cr_expect_eq((size_t)u32_at(b, start + 6) * 2, b->len - start, "%s",
	    path);
	for (at = start + 18; at + 6 <= b->len; at += (size_t)words * 2) {
		words = u32_at(b, at);
		function = (uint16_t)(u32_at(b, at + 2) >> 16);
		cr_assert(words >= 3 && (size_t)words * 2 <= b->len - at, "%s",
		    path);
		cr_expect_neq(function, 0x0626, "%s: an escape", path);
		if (words > longest)
			longest = words;
	}
	cr_expect_eq(at, b->len, "%s", path);
	cr_expect_eq(function, 0, "%s", path);
	cr_expect_eq(u32_at(b, start + 12), longest, "%s", path);
}

static void
check_all(const char *id, const char *kind, const char *const *names, size_t n)
{
	static const char wide[] = "S\0E\0K\0I\0S\0H\0O";
	char path[128];
	struct buf out;

	for (size_t i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s/%s.%s", kind, id, names[i],
		    id);
		cr_assert_eq(picture_rebuild(id, path, &out), 0, "%s", path);
		cr_expect(!holds(&out, "SEKISHO", 7), "%s", path);
		cr_expect(!holds(&out, wide, sizeof(wide) - 1), "%s", path);
		if (strcmp(id, "emf") == 0)
			check_emf(&out, path);
		else
			check_wmf(&out, path);
		buf_done(&out);
	}
}

Test(metafile, what_is_written_adds_up)
{
	check_all("emf", "benign", emf_benign, COUNT(emf_benign));
	check_all("wmf", "benign", wmf_benign, COUNT(wmf_benign));
}

Test(metafile, no_canary_survives)
{
	check_all("emf", "planted", emf_planted, COUNT(emf_planted));
	check_all("wmf", "planted", wmf_planted, COUNT(wmf_planted));
}

/* Nothing of a plain drawing is lost: the record types in order. */
static void
same_records(const char *path)
{
	struct buf in, out;
	size_t a, b;

	picture_load(path, &in);
	cr_assert_eq(picture_rebuild("emf", path, &out), 0, "%s", path);
	a = u32_at(&in, 4);
	b = u32_at(&out, 4);
	for (; a + 8 <= in.len && b + 8 <= out.len; a += u32_at(&in, a + 4)) {
		/* several texts in one record become several records */
		cr_expect_eq(u32_at(&in, a) == 97 ? 84 : u32_at(&in, a),
		    u32_at(&out, b), "%s: at %zu", path, a);
		if (u32_at(&in, a) == 97)
			b += u32_at(&out, b + 4);
		b += u32_at(&out, b + 4);
	}
	cr_expect_eq(a, in.len, "%s", path);
	cr_expect_eq(b, out.len, "%s", path);
	buf_done(&in);
	buf_done(&out);
}

Test(metafile, every_record_of_a_sound_drawing_stays)
{
	char path[128];

	for (size_t i = 0; i < COUNT(emf_benign); i++) {
		snprintf(path, sizeof(path), "benign/emf/%s.emf",
		    emf_benign[i]);
		same_records(path);
	}
}

/* Number of objects stays right although one could not be rebuilt. */
Test(metafile, numbers_of_wmf_objects_do_not_shift)
{
	struct buf out;

	cr_assert_eq(picture_rebuild("wmf", "planted/wmf/old-object.wmf", &out),
	    0);
	cr_expect(holds(&out, "\7\0\0\0\xfc\2\1\0\0\0\0\0\0\0", 14));
	cr_expect(holds(&out, "\4\0\0\0\x2d\1\3\0", 8));
	buf_done(&out);
}

Test(metafile, text_and_pixels_stay)
{
	struct buf out;

	cr_assert_eq(picture_rebuild("emf", "benign/emf/plain.emf", &out), 0);
	cr_expect(holds(&out, "\xfb\x96\x50\x5b\x70\x53\x71\x5f", 8));
	buf_done(&out);
	cr_assert_eq(picture_rebuild("wmf", "benign/wmf/plain.wmf", &out), 0);
	cr_expect(holds(&out, "\x8c\x9f\x88\xf3", 4));
	buf_done(&out);
	cr_assert_eq(picture_rebuild("emf", "benign/emf/packed-picture.emf",
			 &out),
	    0);
	cr_expect(holds(&out, "\x89PNG\r\n\x1a\n", 8));
	buf_done(&out);
}

/* Packed or not, the same drawing comes out. */
Test(metafile, a_packed_drawing_is_the_drawing)
{
	static const char *const pairs[][3] = {
		{ "emf", "benign/emf/plain.emf", "benign/emf/packed.emz" },
		{ "wmf", "benign/wmf/plain.wmf",
		    "planted/wmf/packed-name.wmz" },
	};
	struct buf a, b;

	for (size_t i = 0; i < COUNT(pairs); i++) {
		cr_assert_eq(picture_rebuild(pairs[i][0], pairs[i][1], &a), 0);
		cr_assert_eq(picture_rebuild(pairs[i][0], pairs[i][2], &b), 0);
		cr_assert_eq(a.len, b.len);
		cr_expect_eq(memcmp(a.data, b.data, a.len), 0);
		buf_done(&a);
		buf_done(&b);
	}
	cr_expect_eq(picture_rebuild("emf", "planted/emf/packed-bomb.emz", &a),
	    ERR_LIMIT);
	buf_done(&a);
}

Test(metafile, findings_name_what_was_there)
{
	static const struct {
		const char *id, *path;
		enum finding_id find;
	} table[] = {
		{ "emf", "planted/emf/draw-escape.emf", FIND_METAFILE_ESCAPE },
		{ "emf", "planted/emf/named-escape.emf", FIND_METAFILE_ESCAPE },
		{ "wmf", "planted/wmf/abort-proc.wmf", FIND_METAFILE_ESCAPE },
		{ "wmf", "planted/wmf/postscript.wmf", FIND_METAFILE_ESCAPE },
		{ "wmf", "planted/wmf/hidden-emf.wmf", FIND_METAFILE_NESTED },
		{ "wmf", "planted/wmf/comment.wmf", FIND_METAFILE_COMMENT },
		{ "emf", "planted/emf/comment.emf", FIND_METAFILE_COMMENT },
		{ "emf", "planted/emf/profile-w.emf", FIND_METAFILE_PROFILE },
		{ "emf", "planted/emf/opengl.emf", FIND_METAFILE_OPENGL },
		{ "emf", "planted/emf/pixel-format.emf", FIND_METAFILE_OPENGL },
		{ "emf", "planted/emf/unknown.emf", FIND_METAFILE_UNKNOWN },
		{ "emf", "planted/emf/handle-bad.emf",
		    FIND_METAFILE_BAD_RECORD },
		{ "emf", "planted/emf/emfplus.emf", FIND_METAFILE_PLUS },
		{ "emf", "planted/emf/emfplus-only.emf",
		    FIND_METAFILE_PLUS_ONLY },
		{ "emf", "planted/emf/description.emf",
		    FIND_METAFILE_DESCRIPTION },
		{ "emf", "planted/emf/slack.emf", FIND_METAFILE_SLACK },
		{ "emf", "planted/emf/dib-gap.emf", FIND_METAFILE_SLACK },
		{ "emf", "planted/emf/dib-tail.emf", FIND_METAFILE_SLACK },
		{ "emf", "planted/emf/text-gap.emf", FIND_METAFILE_SLACK },
		{ "emf", "planted/emf/header-tail.emf", FIND_METAFILE_SLACK },
		{ "emf", "planted/emf/end-palette.emf", FIND_METAFILE_SLACK },
		{ "wmf", "planted/wmf/slack.wmf", FIND_METAFILE_SLACK },
		{ "emf", "planted/emf/font-tail.emf", FIND_METAFILE_FONT_REST },
		{ "wmf", "planted/wmf/font-tail.wmf", FIND_METAFILE_FONT_REST },
		{ "emf", "planted/emf/font-path.emf", FIND_METAFILE_FONT },
		{ "wmf", "planted/wmf/font-path.wmf", FIND_METAFILE_FONT },
		{ "emf", "planted/emf/text-control.emf", FIND_METAFILE_TEXT },
		{ "emf", "planted/emf/packed-name.emz",
		    FIND_METAFILE_PACKED_NAME },
		{ "emf", "planted/emf/dib-huge.emf", FIND_METAFILE_BITMAP },
		{ "emf", "planted/emf/dib-png.emf", FIND_IMAGE_TEXT },
		{ "emf", "planted/emf/after-end-zip.emf",
		    FIND_IMAGE_TRAILING_FILE },
		{ "wmf", "planted/wmf/no-end.wmf", FIND_IMAGE_DAMAGED },
	};

	for (size_t i = 0; i < COUNT(table); i++)
		cr_expect(picture_finds(table[i].id, table[i].path,
			      table[i].find),
		    "%s", table[i].path);
}

Test(metafile, mutations_end_in_a_verdict, .timeout = 300)
{
	picture_mutate("emf", "benign/emf/plain.emf", 11);
	picture_mutate("emf", "benign/emf/paths.emf", 37);
	picture_mutate("emf", "benign/emf/state.emf", 37);
	picture_mutate("emf", "benign/emf/bitmaps.emf", 307);
	picture_mutate("emf", "benign/emf/texts.emf", 23);
	picture_mutate("wmf", "benign/wmf/plain.wmf", 11);
	picture_mutate("wmf", "benign/wmf/lines.wmf", 11);
	picture_mutate("wmf", "benign/wmf/state.wmf", 11);
	picture_mutate("wmf", "benign/wmf/bitmaps.wmf", 307);
}
