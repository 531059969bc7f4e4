/*
 * TIFF: what is kept, what goes, what holds; mutations. formats/raster/tiff*.c
 * libtiff reads both sides: it shares nothing with the module.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>
#include <tiffio.h>

#include "fuzz_common.h"
#include "picture_checks.h"

/* ---- libtiff from memory */

static tmsize_t
mem_read(thandle_t h, void *to, tmsize_t n)
{
	struct reader *r = h;
	const uint8_t *from;
	size_t some = (size_t)n;

	if (some > reader_left(r))
		some = reader_left(r);
	if (reader_bytes(r, some, &from) != 0)
		return 0;
	memcpy(to, from, some);
	return (tmsize_t)some;
}

static tmsize_t
mem_write(thandle_t h, void *from, tmsize_t n)
{
	(void)h;
	(void)from;
	(void)n;
	return 0;
}

static toff_t
mem_seek(thandle_t h, toff_t to, int whence)
{
	struct reader *r = h;

	if (whence == SEEK_CUR)
		to += reader_pos(r);
	else if (whence == SEEK_END)
		to += r->len;
	return reader_seek(r, (size_t)to) == 0 ? to : (toff_t)-1;
}

static int
mem_close(thandle_t h)
{
	(void)h;
	return 0;
}

static toff_t
mem_size(thandle_t h)
{
	return ((struct reader *)h)->len;
}

static TIFF *
open_memory(const struct buf *b, struct reader *r)
{
	TIFF *t;

	buf_reader(b, r);
	t = TIFFClientOpen("sample", "rm", r, mem_read, mem_write, mem_seek,
	    mem_close, mem_size, NULL, NULL);
	cr_assert_not_null(t);
	return t;
}

/* Both at the same page: the same picture as people see it? */
static void
same_page(TIFF *a, TIFF *b, const char *path)
{
	uint32_t w, h, w2, h2, *pa, *pb;
	size_t n;

	cr_assert(TIFFGetField(a, TIFFTAG_IMAGEWIDTH, &w));
	cr_assert(TIFFGetField(a, TIFFTAG_IMAGELENGTH, &h));
	cr_assert(TIFFGetField(b, TIFFTAG_IMAGEWIDTH, &w2));
	cr_assert(TIFFGetField(b, TIFFTAG_IMAGELENGTH, &h2));
	cr_assert(w == w2 && h == h2, "%s", path);
	n = (size_t)w * h * sizeof(*pa);
	pa = calloc(1, n);
	pb = calloc(1, n);
	cr_assert(pa != NULL && pb != NULL);
	cr_expect(TIFFReadRGBAImageOriented(a, w, h, pa, 1, 1), "%s", path);
	cr_expect(TIFFReadRGBAImageOriented(b, w, h, pb, 1, 1), "%s", path);
	cr_expect_eq(memcmp(pa, pb, n), 0, "%s", path);
	free(pa);
	free(pb);
}

static unsigned
same_pictures(const char *path, const struct buf *out)
{
	struct reader ra, rb;
	struct buf in;
	TIFF *a, *b;
	unsigned pages = 0;

	TIFFSetWarningHandler(NULL);
	picture_load(path, &in);
	a = open_memory(&in, &ra);
	b = open_memory(out, &rb);
	do {
		same_page(a, b, path);
		pages++;
	} while (TIFFReadDirectory(a) && TIFFReadDirectory(b));
	cr_expect_eq(TIFFReadDirectory(b), 0, "%s: more pages", path);
	TIFFClose(a);
	TIFFClose(b);
	buf_done(&in);
	return pages;
}

/* ---- tests */

/* float and CIELab are no RGBA for libtiff: the corpus test compares them. */
static const char *const benign[] = { "fax-g4", "fax-g3", "fax-g3-2d",
	"fax-rle", "fax-turned", "bits", "grey", "rgb-lzw", "rgb-tiles-big",
	"rgb-planes", "cmyk", "grey16", "rgba", "palette4", "ycc-blocks",
	"pages", "jpeg" };

Test(tiff, benign_samples_keep_their_pixels)
{
	char path[128];
	struct buf out;

	for (size_t i = 0; i < sizeof(benign) / sizeof(benign[0]); i++) {
		snprintf(path, sizeof(path), "benign/tiff/%s.tif", benign[i]);
		cr_assert_eq(picture_rebuild("tiff", path, &out), 0, "%s",
		    path);
		cr_expect_eq(same_pictures(path, &out),
		    strcmp(benign[i], "pages") == 0 ? 3u : 1u, "%s", path);
		buf_done(&out);
	}
}

Test(tiff, odd_samples_are_rebuilt)
{
	struct buf out;

	cr_expect_eq(picture_rebuild("tiff", "benign/tiff/float.tif", &out), 0);
	buf_done(&out);
	cr_expect_eq(picture_rebuild("tiff", "benign/tiff/lab.tif", &out), 0);
	buf_done(&out);
	cr_expect_eq(picture_rebuild("tiff", "benign/tiff/fax-no-sizes.tif",
			 &out),
	    0);
	buf_done(&out);
}

Test(tiff, planted_samples_lose_what_was_planted)
{
	static const struct {
		const char *name;
		enum finding_id id;
	} rows[] = {
		{ "text", FIND_TIFF_TEXT },
		{ "text", FIND_IMAGE_TIME },
		{ "xmp", FIND_IMAGE_XMP },
		{ "iptc", FIND_IMAGE_IPTC },
		{ "office", FIND_TIFF_OCR },
		{ "annotation", FIND_TIFF_ANNOTATION },
		{ "geo", FIND_TIFF_GEO },
		{ "private", FIND_IMAGE_UNKNOWN },
		{ "script", FIND_IMAGE_SCRIPT },
		{ "exif", FIND_IMAGE_EXIF },
		{ "exif", FIND_IMAGE_EXIF_GPS },
		{ "thumbnail", FIND_IMAGE_THUMBNAIL },
		{ "thumbnail", FIND_TIFF_MASK },
		{ "subifd", FIND_IMAGE_SECOND },
		{ "loop", FIND_TIFF_LOOP },
		{ "trailing", FIND_IMAGE_TRAILING },
		{ "zip-behind", FIND_IMAGE_TRAILING_FILE },
		{ "palette", FIND_IMAGE_PALETTE },
		{ "behind-strip", FIND_IMAGE_GARBAGE },
		{ "gap", FIND_IMAGE_GARBAGE },
		{ "icc", FIND_IMAGE_ICC },
	};

	char path[128];
	struct reader r;
	struct buf out;
	size_t at;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(path, sizeof(path), "planted/tiff/%s.tif",
		    rows[i].name);
		cr_expect(picture_finds("tiff", path, rows[i].id), "%s", path);
		cr_assert_eq(picture_rebuild("tiff", path, &out), 0, "%s",
		    path);
		buf_reader(&out, &r);
		cr_expect_eq(reader_find(&r, 0, "SEKISHO", 7, &at), ERR_NOENT,
		    "%s", path);
		buf_done(&out);
	}
}

static void
keep_basic(struct options *o)
{
	o->picture_metadata = METADATA_KEEP_BASIC;
}

/* Only the typed values, and only where the policy wants them. */
Test(tiff, date_and_author)
{
	static const char date[] = "2024:04:01 09:30:00",
			  author[] = "SEKISHO-CANARY-tiff-315";
	struct buf in, out;
	struct reader r;
	size_t at;

	picture_load("planted/tiff/text.tif", &in);
	buf_init(&out, (size_t)1 << 20);
	cr_assert_eq(fuzz_rebuild_with("tiff", in.data, in.len, keep_basic,
			 &out),
	    0);
	buf_reader(&out, &r);
	cr_expect_eq(reader_find(&r, 0, date, sizeof(date), &at), 0);
	cr_expect_eq(reader_find(&r, 0, author, sizeof(author), &at), 0);
	cr_expect_eq(reader_find(&r, 0, "CANARY-tiff-305", 15, &at), ERR_NOENT);
	buf_done(&out);
	buf_done(&in);
}

Test(tiff, held_samples)
{
	static const struct {
		const char *name;
		int err;
	} rows[] = {
		{ "old-jpeg", ERR_UNSUPPORTED },
		{ "jbig", ERR_UNSUPPORTED },
		{ "webp", ERR_UNSUPPORTED },
		{ "zstd", ERR_UNSUPPORTED },
		{ "lerc", ERR_UNSUPPORTED },
		{ "huge", ERR_LIMIT },
		{ "tile-bomb", ERR_LIMIT },
		{ "samples", ERR_UNSUPPORTED },
		{ "no-end", ERR_TRUNCATED },
	};

	char path[128];
	struct buf out;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(path, sizeof(path), "planted/tiff/held-%s.tif",
		    rows[i].name);
		cr_expect_eq(picture_rebuild("tiff", path, &out), rows[i].err,
		    "%s", path);
		buf_done(&out);
	}
}

Test(tiff, mutations_end_in_a_verdict)
{
	static const struct {
		const char *path;
		size_t step;
	} rows[] = {
		{ "benign/tiff/fax-g4.tif", 5 },
		{ "benign/tiff/fax-g3-2d.tif", 23 },
		{ "benign/tiff/rgb-lzw.tif", 7 },
		{ "benign/tiff/rgb-tiles-big.tif", 61 },
		{ "benign/tiff/palette4.tif", 41 },
		{ "benign/tiff/jpeg.tif", 11 },
		{ "benign/tiff/ycc-blocks.tif", 61 },
		{ "benign/tiff/float.tif", 13 },
		{ "benign/tiff/pages.tif", 199 },
		{ "planted/tiff/loop.tif", 61 },
		{ "planted/tiff/subifd.tif", 61 },
		{ "planted/tiff/icc.tif", 61 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		picture_mutate("tiff", rows[i].path, rows[i].step);
}
