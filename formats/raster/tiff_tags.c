/* Which tags are read, and what the others are called when they go. */
#include <string.h>

#include "formats/image.h"
#include "formats/raster/tiff_int.h"

static const uint16_t slots[T_COUNT] = {
	[T_SUBFILE] = 254,
	[T_WIDTH] = 256,
	[T_HEIGHT] = 257,
	[T_BITS] = 258,
	[T_COMPRESSION] = 259,
	[T_PHOTOMETRIC] = 262,
	[T_FILL_ORDER] = 266,
	[T_STRIP_OFFSETS] = 273,
	[T_ORIENTATION] = 274,
	[T_SAMPLES] = 277,
	[T_ROWS_PER_STRIP] = 278,
	[T_STRIP_BYTES] = 279,
	[T_X_RESOLUTION] = 282,
	[T_Y_RESOLUTION] = 283,
	[T_PLANAR] = 284,
	[T_T4_OPTIONS] = 292,
	[T_UNIT] = 296,
	[T_PREDICTOR] = 317,
	[T_COLOUR_MAP] = 320,
	[T_TILE_WIDTH] = 322,
	[T_TILE_HEIGHT] = 323,
	[T_TILE_OFFSETS] = 324,
	[T_TILE_BYTES] = 325,
	[T_SUB_IFDS] = 330,
	[T_INK_SET] = 332,
	[T_EXTRA] = 338,
	[T_FORMAT] = 339,
	[T_JPEG_TABLES] = 347,
	[T_YCC_COEFFICIENTS] = 529,
	[T_YCC_SUBSAMPLING] = 530,
	[T_YCC_POSITION] = 531,
	[T_BLACK_WHITE] = 532,
	[T_ICC] = 34675,
};

/*
 * Numbers that say nothing about people or places and that no reader needs:
 * they go without a word. Threshholding, cells, minimum and maximum values,
 * free space, T6Options, page numbers, fax statistics, halftones, white point
 * and primaries, ink counts, sample ranges, versions.
 */
static const uint16_t plain[] = { 255, 263, 264, 265, 280, 281, 286, 287, 288,
	289, 290, 291, 293, 297, 301, 318, 319, 321, 326, 327, 328, 334, 336,
	340, 341, 342, 512, 513, 514, 515, 517, 518, 519, 520, 521 };

static const struct {
	uint16_t from, to;
	enum finding_id id;
} named[] = {
	{ 269, 272, FIND_TIFF_TEXT }, /* names, description, maker, model */
	{ 285, 285, FIND_TIFF_TEXT },
	{ 305, 305, FIND_TIFF_TEXT },
	{ 306, 306, FIND_IMAGE_TIME },
	{ 315, 316, FIND_TIFF_TEXT },
	{ 333, 333, FIND_TIFF_TEXT },
	{ 337, 337, FIND_TIFF_TEXT },
	{ 330, 330, FIND_IMAGE_SECOND },
	{ 700, 700, FIND_IMAGE_XMP },
	{ 32932, 32932, FIND_TIFF_ANNOTATION },
	{ 32934, 32934, FIND_TIFF_ANNOTATION },
	{ 33432, 33432, FIND_TIFF_TEXT },
	{ 33550, 33550, FIND_TIFF_GEO },
	{ 33723, 33723, FIND_IMAGE_IPTC },
	{ 33918, 33922, FIND_TIFF_GEO },
	{ 34264, 34264, FIND_TIFF_GEO },
	{ 34377, 34377, FIND_IMAGE_IPTC },
	{ 34665, 34665, FIND_IMAGE_EXIF },
	{ 34735, 34737, FIND_TIFF_GEO },
	{ 34853, 34853, FIND_IMAGE_EXIF_GPS },
	{ 37500, 37500, FIND_IMAGE_EXIF },
	{ 37679, 37681, FIND_TIFF_OCR },
	{ 37724, 37724, FIND_IMAGE_IPTC },
	{ 42112, 42113, FIND_TIFF_GEO },
};

int
tiff_slot_of(uint16_t tag)
{
	for (int i = 0; i < T_COUNT; i++)
		if (slots[i] == tag)
			return i;
	return -1;
}

static bool
is_plain(uint16_t tag)
{
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (plain[i] == tag)
			return true;
	return false;
}

/* Are these bytes just what we write of date and author? */
static bool
is_written(const struct reader *value, const char *text)
{
	return text[0] != '\0' && value->len == strlen(text) + 1 &&
	       reader_has(value, 0, text, value->len);
}

/*
 * Date and author, where they may stay. True: they stay as they are; else
 * what is not written again goes, and is said.
 */
static bool
take_basic(struct tiff *t, struct tiff_page *p, uint16_t tag,
    const struct reader *value)
{
	struct reader text = *value;

	if (doc_options(t->d)->picture_metadata != METADATA_KEEP_BASIC)
		return false;
	while (text.len > 0 && text.data[text.len - 1] == '\0')
		text.len--;
	if (tag == TIFF_DATE && p->basic.date[0] == '\0') {
		exif_take_date(&text, p->basic.date);
		return is_written(value, p->basic.date);
	}
	if (tag == TIFF_ARTIST && p->basic.author[0] == '\0') {
		exif_take_author(&text, p->basic.author);
		return is_written(value, p->basic.author);
	}
	return false;
}

int
tiff_report_tag(struct tiff *t, struct tiff_page *p, uint16_t tag,
    const struct reader *value)
{
	enum finding_id id = FIND_IMAGE_UNKNOWN;
	int e;

	if (is_plain(tag) || take_basic(t, p, tag, value))
		return 0;
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		if (tag >= named[i].from && tag <= named[i].to)
			id = named[i].id;
	e = doc_found(t->d, id, ACT_REMOVED, p->where, "tag %u, %zu bytes",
	    (unsigned)tag, value->len);
	return e != 0 ? e : image_report_script(t->d, p->where, value, NULL);
}
