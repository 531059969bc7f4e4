/*
 * Ancillary chunks of a PNG file: the few that change how it looks are
 * checked field by field and kept; all others are named and go.
 */
#include "formats/png_int.h"

#include <string.h>
#include <zlib.h>

#include "formats/icc.h"
#include "formats/image.h"

#define ICC_NAME "Profile"

static int
dropped(struct doc *d, enum finding_id id, const char *name,
    const struct reader *body)
{
	int e = doc_found(d, id, ACT_REMOVED, name, "%zu bytes", body->len);

	return e == 0 ? image_report_script(d, name, body, NULL) : e;
}

/* Samples in a pixel; a palette counts as RGB where colours are meant. */
static unsigned
channels(const struct png_facts *f)
{
	static const uint8_t n[] = { 1, 0, 3, 3, 2, 0, 4 };

	return f->colour < sizeof(n) ? n[f->colour] : 0;
}

static bool
is_grey(const struct png_facts *f)
{
	return f->colour == PNG_GRAY || f->colour == PNG_GRAY_ALPHA;
}

/* n numbers of 32 bits, none over 2^31-1; the first of them not zero. */
static bool
check_u32(struct reader body, size_t n)
{
	uint32_t v;

	if (body.len != n * 4)
		return false;
	for (size_t i = 0; i < n; i++)
		if (reader_u32be(&body, &v) != 0 || v > 0x7fffffff ||
		    (i == 0 && v == 0))
			return false;
	return true;
}

static bool
check_sbit(const struct png_facts *f, struct reader body)
{
	uint8_t most = f->colour == PNG_INDEXED ? 8 : f->depth, v;

	if (body.len != channels(f))
		return false;
	while (reader_u8(&body, &v) == 0)
		if (v == 0 || v > most)
			return false;
	return true;
}

static bool
check_cicp(struct reader body)
{
	uint8_t primaries, transfer, matrix, range;

	return body.len == 4 && reader_u8(&body, &primaries) == 0 &&
	       reader_u8(&body, &transfer) == 0 &&
	       reader_u8(&body, &matrix) == 0 &&
	       reader_u8(&body, &range) == 0 && matrix == 0 && range <= 1;
}

/* Sample values of the picture's own depth, n of them. */
static bool
check_samples(const struct png_facts *f, struct reader body, size_t n)
{
	uint16_t v;

	if (body.len != n * 2)
		return false;
	while (reader_u16be(&body, &v) == 0)
		if (f->depth < 16 && v >> f->depth != 0)
			return false;
	return true;
}

static bool
check_trns(const struct png_facts *f, const struct reader *body)
{
	if (f->colour == PNG_INDEXED)
		return body->len > 0 && body->len <= f->palette.len / 3;
	if (f->colour != PNG_GRAY && f->colour != PNG_RGB)
		return false;
	return check_samples(f, *body, channels(f));
}

static bool
check_bkgd(const struct png_facts *f, const struct reader *body)
{
	uint8_t i;

	if (f->colour == PNG_INDEXED)
		return body->len == 1 && reader_peek(body, &i) == 0 &&
		       i < f->palette.len / 3;
	return check_samples(f, *body, is_grey(f) ? 1 : 3);
}

static bool
check_phys(struct reader body)
{
	uint32_t x, y;
	uint8_t unit;

	return body.len == 9 && reader_u32be(&body, &x) == 0 &&
	       reader_u32be(&body, &y) == 0 && reader_u8(&body, &unit) == 0 &&
	       x > 0 && y > 0 && x <= 0x7fffffff && y <= 0x7fffffff &&
	       unit <= 1;
}

static bool
check_srgb(const struct reader *body)
{
	uint8_t intent;

	return body->len == 1 && reader_peek(body, &intent) == 0 && intent <= 3;
}

static bool
check_kept(const struct png_facts *f, enum png_kept k,
    const struct reader *body)
{
	switch (k) {
	case PNG_KEPT_CHRM:
		return check_u32(*body, 8);
	case PNG_KEPT_GAMA:
		return check_u32(*body, 1);
	case PNG_KEPT_SRGB:
		return check_srgb(body);
	case PNG_KEPT_CICP:
		return check_cicp(*body);
	case PNG_KEPT_SBIT:
		return check_sbit(f, *body);
	case PNG_KEPT_TRNS:
		return check_trns(f, body);
	case PNG_KEPT_BKGD:
		return check_bkgd(f, body);
	case PNG_KEPT_PHYS:
		return check_phys(*body);
	default:
		return false;
	}
}

/* A chunk that may stay: when it is the first, in its place, and right. */
static int
take_kept(struct doc *d, struct png_facts *f, enum png_kept k, const char *name,
    const struct reader *body)
{
	bool late = f->idat_to != 0 ||
		    (k < PNG_KEPT_BEFORE_PLTE && f->plte.data != NULL);

	if (late || f->kept[k].data != NULL || !check_kept(f, k, body))
		return dropped(d, FIND_IMAGE_UNKNOWN, name, body);
	f->kept[k] = *body;
	return 0;
}

/* Unpack a profile, at most ICC_MAX_BYTES of it. */
static int
inflate_icc(struct doc *d, const struct reader *packed, struct buf *out,
    size_t *unread)
{
	z_stream z = { .next_in = (z_const Bytef *)packed->data,
		.avail_in = (uInt)packed->len };
	uint8_t *room;
	int r, e = 0;

	if (inflateInit(&z) != Z_OK)
		return ERR_NOMEM;
	do {
		if ((e = buf_reserve(out, 16384, &room)) != 0)
			break;
		z.next_out = room;
		z.avail_out = 16384;
		r = inflate(&z, Z_NO_FLUSH);
		buf_commit(out, 16384 - z.avail_out);
		if (r != Z_OK && r != Z_STREAM_END)
			e = ERR_MALFORMED;
	} while (e == 0 && r == Z_OK);
	*unread = z.avail_in;
	inflateEnd(&z);
	return e == 0 ? doc_spend(d, BUDGET_EXPANDED_BYTES, out->len) : e;
}

/* name NUL method data: the packed profile, and whether the name is ours. */
static int
split_icc(const struct reader *body, struct reader *packed, bool *ours)
{
	struct reader r = *body;
	uint8_t method;
	size_t end;

	if (reader_find(body, 0, "", 1, &end) != 0 || end == 0 || end > 79 ||
	    reader_seek(&r, end) != 0 || reader_skip(&r, 1) != 0 ||
	    reader_u8(&r, &method) != 0 || method != 0)
		return ERR_MALFORMED;
	*ours = reader_has(body, 0, ICC_NAME, sizeof(ICC_NAME));
	return reader_sub(&r, reader_left(&r), packed);
}

static int
rewrite_icc(struct doc *d, struct png_facts *f, struct buf *whole, bool clean)
{
	size_t before = whole->len;
	struct reader profile;
	int e;

	buf_reader(whole, &profile);
	e = icc_take(d, "iCCP", &profile, is_grey(f) ? ICC_GRAY : ICC_RGB,
	    f->icc);
	if (e != 0 || clean || f->icc->len == 0)
		return e;
	return doc_found(d, FIND_IMAGE_ICC, ACT_REPLACED, "iCCP", "%zu bytes",
	    before);
}

static int
take_icc(struct doc *d, struct png_facts *f, const struct reader *body)
{
	struct reader packed;
	struct buf whole;
	size_t unread = 0;
	bool ours;
	int e;

	if (f->seen_icc || f->plte.data != NULL || f->idat_to != 0 ||
	    split_icc(body, &packed, &ours) != 0)
		return dropped(d, FIND_IMAGE_ICC_BAD, "iCCP", body);
	f->seen_icc = true;
	buf_init(&whole, ICC_MAX_BYTES);
	e = inflate_icc(d, &packed, &whole, &unread);
	if (e == 0)
		e = rewrite_icc(d, f, &whole, ours && unread == 0);
	else if (e != ERR_NOMEM)
		e = doc_found(d, FIND_IMAGE_ICC_BAD, ACT_REMOVED, "iCCP",
		    "%zu bytes", body->len);
	buf_done(&whole);
	return e;
}

static int
take_exif_chunk(struct doc *d, struct png_facts *f, const struct reader *body)
{
	struct exif x;
	int e;

	if ((e = image_take_exif(d, "eXIf", body, &x)) != 0)
		return e;
	if (!f->has_exif)
		f->exif = x;
	f->has_exif = true;
	return 0;
}

/* Past a keyword or the like, and its NUL. */
static bool
skip_text(struct reader *r)
{
	size_t end;

	return reader_find(r, reader_pos(r), "", 1, &end) == 0 &&
	       reader_seek(r, end) == 0 && reader_skip(r, 1) == 0;
}

/* The author in tEXt is Latin-1. */
static void
take_latin_author(struct reader text, struct exif *out)
{
	struct reader r;
	struct buf b;
	uint8_t c;

	buf_init(&b, 4 * EXIF_AUTHOR_BYTES);
	while (reader_u8(&text, &c) == 0)
		if (utf8_put(&b, c) != 0)
			break;
	buf_reader(&b, &r);
	if (reader_left(&text) == 0)
		exif_take_author(&r, out->author);
	buf_done(&b);
}

/*
 * "Author" and "Creation Time" (ISO/IEC 15948, 11.3.4.2) become values of the
 * Exif block; the chunks themselves go.
 */
static void
take_text(struct png_facts *f, const char *name, const struct reader *body)
{
	bool author = reader_has(body, 0, "Author", 7);
	bool date = reader_has(body, 0, "Creation Time", 14);
	bool utf8 = strcmp(name, "iTXt") == 0;
	struct reader r = *body, text;

	if ((!author && !date) || !skip_text(&r))
		return;
	/* Not packed; then two texts before the one that counts. */
	if (utf8 &&
	    (!reader_has(&r, reader_pos(&r), "\0\0", 2) ||
		reader_skip(&r, 2) != 0 || !skip_text(&r) || !skip_text(&r)))
		return;
	if (reader_sub(&r, reader_left(&r), &text) != 0)
		return;
	if (date && f->text.date[0] == '\0')
		exif_take_date(&text, f->text.date);
	else if (author && utf8 && f->text.author[0] == '\0')
		exif_take_author(&text, f->text.author);
	else if (author && f->text.author[0] == '\0')
		take_latin_author(text, &f->text);
}

static enum finding_id
drop_as(const char *name, const struct reader *body)
{
	static const struct {
		const char *name;
		enum finding_id id;
	} table[] = {
		{ "tEXt", FIND_IMAGE_TEXT },
		{ "zTXt", FIND_IMAGE_TEXT },
		{ "iTXt", FIND_IMAGE_TEXT },
		{ "tIME", FIND_IMAGE_TIME },
		{ "caBX", FIND_IMAGE_C2PA },
	};

	if (strcmp(name, "iTXt") == 0 &&
	    reader_has(body, 0, "XML:com.adobe.xmp", 18))
		return FIND_IMAGE_XMP;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(table[i].name, name) == 0)
			return table[i].id;
	return FIND_IMAGE_UNKNOWN;
}

int
png_take_chunk(struct doc *d, struct png_facts *f, const char *name,
    const struct reader *body)
{
	static const char *const kept[PNG_KEPT_COUNT] = {
		[PNG_KEPT_CHRM] = "cHRM",
		[PNG_KEPT_GAMA] = "gAMA",
		[PNG_KEPT_SRGB] = "sRGB",
		[PNG_KEPT_CICP] = "cICP",
		[PNG_KEPT_SBIT] = "sBIT",
		[PNG_KEPT_TRNS] = "tRNS",
		[PNG_KEPT_BKGD] = "bKGD",
		[PNG_KEPT_PHYS] = "pHYs",
	};

	for (unsigned k = 0; k < PNG_KEPT_COUNT; k++)
		if (strcmp(name, kept[k]) == 0)
			return take_kept(d, f, (enum png_kept)k, name, body);
	if (strcmp(name, "iCCP") == 0)
		return take_icc(d, f, body);
	if (strcmp(name, "eXIf") == 0)
		return take_exif_chunk(d, f, body);
	if (strcmp(name, "acTL") == 0 || strcmp(name, "fcTL") == 0 ||
	    strcmp(name, "fdAT") == 0) {
		f->frames++;
		return 0;
	}
	if (strcmp(name, "tEXt") == 0 || strcmp(name, "iTXt") == 0)
		take_text(f, name, body);
	return dropped(d, drop_as(name, body), name, body);
}
