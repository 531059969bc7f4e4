/*
 * Limits and reports of the picture formats; see image.h.
 */
#include "formats/image.h"

#include <string.h>
#include <strings.h>

static int
take(struct doc *d, uint64_t w, uint64_t h, unsigned per)
{
	const struct limits *l = &doc_options(d)->limits;
	uint64_t px;

	if (w == 0 || h == 0)
		return doc_fail(d, ERR_MALFORMED, "a picture without pixels");
	if (w > l->max_image_side_px || h > l->max_image_side_px)
		return doc_fail(d, ERR_LIMIT,
		    "%llu x %llu pixels: a side over the limit of %u",
		    (unsigned long long)w, (unsigned long long)h,
		    (unsigned)l->max_image_side_px);
	if (__builtin_mul_overflow(w, h, &px) || px > l->max_image_px)
		return doc_fail(d, ERR_LIMIT,
		    "%llu x %llu pixels: over the limit of %llu",
		    (unsigned long long)w, (unsigned long long)h,
		    (unsigned long long)l->max_image_px);
	return doc_spend(d, BUDGET_PIXELS, (px + per - 1) / per);
}

int
image_take_size(struct doc *d, uint64_t w, uint64_t h)
{
	return take(d, w, h, 1);
}

int
image_take_bits(struct doc *d, uint64_t w, uint64_t h)
{
	return take(d, w, h, 8);
}

/* Does one of the script openings stand here? Letters in any case. */
static bool
is_script(const struct reader *at)
{
	static const char *const opens[] = { "<?php", "<?=$", "<?=`", "<script",
		"<%eval", "<%@ page", "<svg", "<iframe", "<object", "<html" };
	struct reader r;
	const uint8_t *p;
	size_t n;

	for (size_t i = 0; i < sizeof(opens) / sizeof(opens[0]); i++) {
		r = *at;
		n = strlen(opens[i]);
		if (reader_bytes(&r, n, &p) == 0 &&
		    strncasecmp((const char *)p, opens[i], n) == 0)
			return true;
	}
	return false;
}

static bool
has_script(const struct reader *bytes)
{
	struct reader at = *bytes;
	size_t from = 0;

	while (reader_find(bytes, from, "<", 1, &from) == 0) {
		if (reader_seek(&at, from) != 0)
			return false;
		if (is_script(&at))
			return true;
		from++;
	}
	return false;
}

int
image_report_script(struct doc *d, const char *where,
    const struct reader *bytes, bool *found)
{
	bool has = has_script(bytes);

	if (found != NULL)
		*found = has;
	if (!has)
		return 0;
	return doc_found(d, FIND_IMAGE_SCRIPT, ACT_REMOVED, where, NULL);
}

static bool
all_zero(const struct reader *r)
{
	for (size_t i = 0; i < r->len; i++)
		if (r->data[i] != 0)
			return false;
	return true;
}

/* The name of what bytes look like, or NULL. Formats that hide at the end. */
static const char *
sniff(const struct reader *r)
{
	static const struct {
		size_t off, n;
		const char *magic, *name;
	} table[] = {
		{ 0, 4, "PK\3\4", "ZIP" },
		{ 0, 4, "PK\5\6", "ZIP" },
		{ 0, 4, "Rar!", "RAR" },
		{ 0, 6, "7z\xbc\xaf\x27\x1c", "7z" },
		{ 0, 5, "%PDF-", "PDF" },
		{ 0, 4, "MSCF", "CAB" },
		{ 0, 2, "MZ", "program (MZ)" },
		{ 0, 4,
		    "\x7f"
		    "ELF",
		    "program (ELF)" },
		{ 0, 8, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "OLE2" },
		{ 0, 5, "{\\rtf", "RTF" },
		{ 0, 2, "\x1f\x8b", "gzip" },
		{ 2, 3, "-lh", "LZH" },
		{ 4, 4, "ftyp", "MP4" },
	};
	struct reader at = *r;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (reader_has(r, table[i].off, table[i].magic, table[i].n))
			return table[i].name;
	if (reader_seek(&at, 0) == 0 && is_script(&at))
		return "HTML or script";
	return NULL;
}

int
image_report_trailer(struct doc *d, const struct reader *rest)
{
	const char *name;
	size_t at;
	int e;

	if (rest->len == 0)
		return 0;
	if (reader_has(rest, 0, "\xff\xd8\xff", 3) ||
	    reader_has(rest, 0, "\x89PNG\r\n\x1a\n", 8))
		return doc_found(d, FIND_IMAGE_SECOND, ACT_REMOVED, "",
		    "%zu bytes after the end", rest->len);
	name = sniff(rest);
	if (name == NULL && reader_find(rest, 0, "PK\3\4", 4, &at) == 0)
		name = "ZIP";
	if (name == NULL && reader_find(rest, 0, "%PDF-", 5, &at) == 0)
		name = "PDF";
	if (name != NULL)
		e = doc_found(d, FIND_IMAGE_TRAILING_FILE, ACT_REMOVED, "",
		    "%zu bytes: %s", rest->len, name);
	else
		e = doc_found(d, FIND_IMAGE_TRAILING, ACT_REMOVED, "",
		    "%zu bytes%s", rest->len,
		    all_zero(rest) ? ", all zero" : "");
	if (e != 0)
		return e;
	return image_report_script(d, "", rest, NULL);
}

/* Date and author go unless they are wanted; said when they stay. */
int
image_keep_basic(struct doc *d, const char *where, struct exif *x)
{
	if (doc_options(d)->picture_metadata != METADATA_KEEP_BASIC)
		x->date[0] = x->author[0] = '\0';
	if (x->date[0] == '\0' && x->author[0] == '\0')
		return 0;
	return doc_found(d, FIND_IMAGE_BASIC, ACT_KEPT, where, "%s%s%s",
	    x->date, x->date[0] != '\0' && x->author[0] != '\0' ? ", " : "",
	    x->author);
}

int
image_take_exif(struct doc *d, const char *where, const struct reader *tiff,
    struct exif *out)
{
	int bad = exif_read(tiff, out), e;

	if ((e = image_keep_basic(d, where, out)) != 0)
		return e;
	if (bad == 0 && exif_is_put(tiff, out))
		return 0;
	e = doc_found(d, FIND_IMAGE_EXIF, ACT_REMOVED, where, "%zu bytes%s",
	    tiff->len, bad != 0 ? ", damaged" : "");
	if (e == 0 && out->has_gps)
		e = doc_found(d, FIND_IMAGE_EXIF_GPS, ACT_REMOVED, where, NULL);
	if (e == 0 && out->has_thumbnail)
		e = doc_found(d, FIND_IMAGE_EXIF_THUMBNAIL, ACT_REMOVED, where,
		    NULL);
	return e == 0 ? image_report_script(d, where, tiff, NULL) : e;
}
