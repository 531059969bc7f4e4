/*
 * The first directory of an Exif block; see exif.h. CIPA DC-008 4.5-4.6,
 * TIFF 6.0 section 2. Offsets are relative to the byte order mark; only
 * readers touch the bytes, so every offset is checked.
 */
#include "formats/exif.h"

#include <string.h>

#define ENTRIES_MAX 1024u

#define TAG_ORIENTATION 0x0112
#define TAG_X_RES	0x011a
#define TAG_Y_RES	0x011b
#define TAG_RES_UNIT	0x0128
#define TAG_GPS		0x8825
#define TAG_DATE	0x0132
#define TAG_ARTIST	0x013b
#define TAG_EXIF	0x8769
#define TAG_DATE_TAKEN	0x9003

#define TYPE_ASCII    2
#define TYPE_SHORT    3
#define TYPE_LONG     4
#define TYPE_RATIONAL 5

struct tiff {
	struct reader in;
	bool big;
};

static int
get16(struct tiff *t, uint16_t *v)
{
	return t->big ? reader_u16be(&t->in, v) : reader_u16le(&t->in, v);
}

static int
get32(struct tiff *t, uint32_t *v)
{
	return t->big ? reader_u32be(&t->in, v) : reader_u32le(&t->in, v);
}

/* A RATIONAL elsewhere in the block, rounded to 1..65535; else *out stays. */
static void
get_density(const struct tiff *t, uint32_t off, uint16_t *out)
{
	struct tiff at = *t;
	uint32_t num, den;
	uint64_t v;

	if (reader_seek(&at.in, off) != 0 || get32(&at, &num) != 0 ||
	    get32(&at, &den) != 0 || den == 0)
		return;
	v = ((uint64_t)num + den / 2) / den;
	if (v >= 1 && v <= UINT16_MAX)
		*out = (uint16_t)v;
}

/* Text elsewhere in the block (longer than four bytes); without its NULs. */
static int
get_text(const struct tiff *t, uint32_t off, uint32_t count, struct reader *out)
{
	int e;

	if (count <= 4)
		return ERR_NOENT;
	if ((e = reader_view(&t->in, off, count, out)) != 0)
		return e;
	while (out->len > 0 && out->data[out->len - 1] == '\0')
		out->len--;
	return 0;
}

static void
take_text(const struct tiff *t, uint16_t tag, uint32_t off, uint32_t count,
    struct exif *out)
{
	char date[EXIF_DATE_BYTES];
	struct reader text;

	if (get_text(t, off, count, &text) != 0)
		return;
	if (tag == TAG_ARTIST) {
		exif_take_author(&text, out->author);
		return;
	}
	if (tag != TAG_DATE && tag != TAG_DATE_TAKEN)
		return;
	exif_take_date(&text, date);
	/* The time of the shot goes before the time of the last change. */
	if (date[0] != '\0' && (tag == TAG_DATE_TAKEN || out->date[0] == '\0'))
		memcpy(out->date, date, sizeof(date));
}

/* The second directory of the first picture: only the time in it. */
static void
take_exif_directory(struct tiff t, uint32_t off, struct exif *out)
{
	uint16_t n, tag, type;
	uint32_t count, value;

	if (reader_seek(&t.in, off) != 0 || get16(&t, &n) != 0 ||
	    n > ENTRIES_MAX)
		return;
	for (uint16_t i = 0; i < n; i++) {
		if (get16(&t, &tag) != 0 || get16(&t, &type) != 0 ||
		    get32(&t, &count) != 0 || get32(&t, &value) != 0)
			return;
		if (tag == TAG_DATE_TAKEN && type == TYPE_ASCII)
			take_text(&t, tag, value, count, out);
	}
}

/* One directory entry at the cursor; leaves it behind the entry. */
static int
get_entry(struct tiff *t, struct exif *out)
{
	struct reader value;
	struct tiff v = *t;
	uint16_t tag, type, s;
	uint32_t count, off;
	int e;

	if ((e = get16(t, &tag)) != 0 || (e = get16(t, &type)) != 0 ||
	    (e = get32(t, &count)) != 0)
		return e;
	value = t->in;
	if ((e = get32(t, &off)) != 0)
		return e;
	v.in = value;
	if (tag == TAG_GPS)
		out->has_gps = true;
	if (type == TYPE_ASCII)
		take_text(t, tag, off, count, out);
	if (count != 1)
		return 0;
	if (type == TYPE_LONG && tag == TAG_EXIF)
		take_exif_directory(*t, off, out);
	if (type == TYPE_RATIONAL && tag == TAG_X_RES)
		get_density(t, off, &out->x_density);
	if (type == TYPE_RATIONAL && tag == TAG_Y_RES)
		get_density(t, off, &out->y_density);
	if (type != TYPE_SHORT || get16(&v, &s) != 0)
		return 0;
	if (tag == TAG_ORIENTATION && s >= 1 && s <= 8)
		out->orientation = (uint8_t)s;
	if (tag == TAG_RES_UNIT && (s == 2 || s == 3))
		out->unit = (uint8_t)(s - 1);
	return 0;
}

static int
get_header(struct tiff *t, uint16_t *n)
{
	uint16_t order, magic;
	uint32_t off;
	int e;

	if ((e = reader_u16be(&t->in, &order)) != 0)
		return e;
	if (order != 0x4949 && order != 0x4d4d)
		return ERR_MALFORMED;
	t->big = order == 0x4d4d;
	if ((e = get16(t, &magic)) != 0 || (e = get32(t, &off)) != 0)
		return e;
	if (magic != 42)
		return ERR_MALFORMED;
	if ((e = reader_seek(&t->in, off)) != 0 || (e = get16(t, n)) != 0)
		return e;
	return *n > ENTRIES_MAX ? ERR_MALFORMED : 0;
}

int
exif_read(const struct reader *tiff, struct exif *out)
{
	struct tiff t = { .in = *tiff };
	uint16_t n;
	uint32_t next;
	int e;

	*out = (struct exif){ .orientation = 1 };
	if ((e = reader_seek(&t.in, 0)) != 0 || (e = get_header(&t, &n)) != 0)
		return e;
	for (uint16_t i = 0; i < n; i++)
		if ((e = get_entry(&t, out)) != 0)
			return e;
	/* Some writers leave the last link out: no error of theirs. */
	if (get32(&t, &next) == 0 && next != 0)
		out->has_thumbnail = true;
	return 0;
}

int
exif_write(struct buf *b, uint8_t orientation)
{
	static const uint8_t head[] = { 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01,
		0x12, 0, TYPE_SHORT, 0, 0, 0, 1, 0 };
	static const uint8_t tail[] = { 0, 0, 0, 0, 0, 0 };
	int e;

	if ((e = buf_put(b, head, sizeof(head))) != 0 ||
	    (e = buf_u8(b, orientation)) != 0)
		return e;
	return buf_put(b, tail, sizeof(tail));
}

bool
exif_is_canonical(const struct reader *tiff)
{
	struct exif x;

	if (exif_read(tiff, &x) != 0 || x.orientation == 1)
		return false;
	x.date[0] = x.author[0] = '\0';
	return exif_is_put(tiff, &x);
}
