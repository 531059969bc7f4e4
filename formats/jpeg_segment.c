/*
 * Application segments and comments of a JPEG file: what little of them is
 * read (JFIF 1.02 density, Adobe colour transform, Exif orientation and
 * resolution, ICC chunks), and what is said about the rest. None is copied.
 */
#include "formats/jpeg_int.h"

#include <stdio.h>
#include <string.h>

#include "formats/image.h"

#define APP(n) (0xe0 + (n))
#define COM    0xfe

/* The body begins with this text and its NUL: move past them. */
static bool
skip_name(struct reader *body, const char *name)
{
	size_t n = strlen(name) + 1;

	return reader_has(body, 0, name, n) && reader_seek(body, n) == 0;
}

static int
dropped(struct doc *d, enum finding_id id, const char *where,
    const struct reader *body)
{
	int e = doc_found(d, id, ACT_REMOVED, where, "%zu bytes", body->len);

	return e == 0 ? image_report_script(d, where, body, NULL) : e;
}

static int
take_jfif(struct doc *d, struct jpeg_facts *f, struct reader body)
{
	uint8_t major, minor, unit, tw, th;
	uint16_t x, y;

	if (f->has_jfif || f->scans > 0 || reader_u8(&body, &major) != 0 ||
	    reader_u8(&body, &minor) != 0 || reader_u8(&body, &unit) != 0 ||
	    reader_u16be(&body, &x) != 0 || reader_u16be(&body, &y) != 0 ||
	    reader_u8(&body, &tw) != 0 || reader_u8(&body, &th) != 0)
		return dropped(d, FIND_IMAGE_UNKNOWN, "APP0", &body);
	f->has_jfif = true;
	if (unit <= 2 && x > 0 && y > 0) {
		f->unit = unit;
		f->x_density = x;
		f->y_density = y;
	}
	if (reader_left(&body) == 0)
		return 0;
	return dropped(d, FIND_IMAGE_THUMBNAIL, "APP0", &body);
}

static int
take_adobe(struct doc *d, struct jpeg_facts *f, const struct reader *body)
{
	struct reader r = *body;
	uint8_t transform;
	int e;

	/* "Adobe", version, two flag words, transform. */
	if (f->scans > 0 || reader_seek(&r, 11) != 0 ||
	    reader_u8(&r, &transform) != 0)
		return dropped(d, FIND_IMAGE_UNKNOWN, "APP14", body);
	if (f->has_adobe && f->adobe_transform != transform)
		return doc_fail(d, ERR_AMBIGUOUS,
		    "two Adobe segments name different colours");
	f->has_adobe = true;
	f->adobe_transform = transform;
	if (reader_left(&r) == 0)
		return 0;
	e = doc_found(d, FIND_IMAGE_UNKNOWN, ACT_REMOVED, "APP14", "%zu bytes",
	    reader_left(&r));
	return e == 0 ? image_report_script(d, "APP14", body, NULL) : e;
}

static int
take_exif_segment(struct doc *d, struct jpeg_facts *f, struct reader body)
{
	struct reader tiff;
	struct exif x;
	uint8_t pad;
	int e;

	/* "Exif", NUL, and one byte more; mostly another NUL. */
	if (reader_u8(&body, &pad) != 0 ||
	    reader_sub(&body, reader_left(&body), &tiff) != 0)
		return dropped(d, FIND_IMAGE_EXIF, "APP1", &body);
	if ((e = image_take_exif(d, "APP1", &tiff, &x)) != 0)
		return e;
	if (!f->has_exif) {
		f->has_exif = true;
		f->exif = x;
	}
	return 0;
}

static int
take_app1(struct doc *d, struct jpeg_facts *f, const struct reader *body)
{
	struct reader r = *body;

	if (skip_name(&r, "Exif"))
		return take_exif_segment(d, f, r);
	if (skip_name(&r, "http://ns.adobe.com/xap/1.0/") ||
	    skip_name(&r, "http://ns.adobe.com/xmp/extension/"))
		return dropped(d, FIND_IMAGE_XMP, "APP1", body);
	return dropped(d, FIND_IMAGE_UNKNOWN, "APP1", body);
}

/* Chunks must be 1..n, each once, all naming the same n. */
static int
take_icc_chunk(struct jpeg_facts *f, struct reader body)
{
	uint8_t number, count;

	f->icc_seen = true;
	if (reader_u8(&body, &number) != 0 || reader_u8(&body, &count) != 0 ||
	    number == 0 || number > count ||
	    (f->icc_count != 0 && f->icc_count != count) ||
	    f->icc[number - 1].data != NULL || reader_left(&body) == 0) {
		f->icc_bad = true;
		return 0;
	}
	f->icc_count = count;
	return reader_sub(&body, reader_left(&body), &f->icc[number - 1]);
}

static int
take_app2(struct doc *d, struct jpeg_facts *f, const struct reader *body)
{
	struct reader r = *body;

	if (skip_name(&r, "ICC_PROFILE"))
		return take_icc_chunk(f, r);
	if (skip_name(&r, "MPF"))
		return dropped(d, FIND_IMAGE_SECOND, "APP2", body);
	return dropped(d, FIND_IMAGE_UNKNOWN, "APP2", body);
}

int
jpeg_take_segment(struct doc *d, struct jpeg_facts *f, uint8_t marker,
    const struct reader *body)
{
	struct reader r = *body;
	char where[16];

	switch (marker) {
	case APP(0):
		if (skip_name(&r, "JFIF"))
			return take_jfif(d, f, r);
		return dropped(d,
		    skip_name(&r, "JFXX") ? FIND_IMAGE_THUMBNAIL
					  : FIND_IMAGE_UNKNOWN,
		    "APP0", body);
	case APP(1):
		return take_app1(d, f, body);
	case APP(2):
		return take_app2(d, f, body);
	case APP(11):
		return dropped(d,
		    reader_has(body, 0, "JP", 2) ? FIND_IMAGE_C2PA
						 : FIND_IMAGE_UNKNOWN,
		    "APP11", body);
	case APP(13):
		return dropped(d, FIND_IMAGE_IPTC, "APP13", body);
	case APP(14):
		if (reader_has(body, 0, "Adobe", 5))
			return take_adobe(d, f, body);
		break;
	case COM:
		return dropped(d, FIND_IMAGE_COMMENT, "COM", body);
	default:
		break;
	}
	if (marker >= APP(0) && marker <= APP(15))
		snprintf(where, sizeof(where), "APP%u", marker - 0xe0u);
	else
		snprintf(where, sizeof(where), "0x%02x", marker);
	return dropped(d, FIND_IMAGE_UNKNOWN, where, body);
}
