/*
 * Date and author of an Exif block: what may be kept, and how it is written.
 * Big endian, one directory in the order of its tags, the time in a second
 * one behind it (CIPA DC-008 4.6.2 to 4.6.5). See exif.h.
 */
#include <string.h>

#include "base/utf8.h"
#include "formats/exif.h"

#define TAG_ORIENTATION 0x0112
#define TAG_ARTIST	0x013b
#define TAG_EXIF	0x8769
#define TAG_DATE_TAKEN	0x9003
#define TYPE_ASCII	2
#define TYPE_SHORT	3
#define TYPE_LONG	4
#define HEAD_BYTES	8u
#define ENTRY_BYTES	12u
#define AROUND_BYTES	6u /* number of entries before, link behind */
#define YEAR_MIN	1900u
#define YEAR_MAX	2199u

/* ---- what may be kept */

/* n digits at the cursor. */
static bool
get_number(struct reader *r, unsigned n, unsigned *out)
{
	uint8_t c;

	*out = 0;
	while (n-- > 0) {
		if (reader_u8(r, &c) != 0 || c < '0' || c > '9')
			return false;
		*out = *out * 10 + (c - '0');
	}
	return true;
}

static bool
get_mark(struct reader *r, char a, char b)
{
	uint8_t c;

	return reader_u8(r, &c) == 0 && (c == (uint8_t)a || c == (uint8_t)b);
}

static void
put_number(char *to, unsigned v, unsigned n)
{
	while (n-- > 0) {
		to[n] = (char)('0' + v % 10);
		v /= 10;
	}
}

void
exif_take_date(const struct reader *in, char out[EXIF_DATE_BYTES])
{
	struct reader r = *in;
	unsigned y, mo, d, h, mi, s;

	memset(out, 0, EXIF_DATE_BYTES);
	r.pos = 0;
	if (!get_number(&r, 4, &y) || !get_mark(&r, ':', '-') ||
	    !get_number(&r, 2, &mo) || !get_mark(&r, ':', '-') ||
	    !get_number(&r, 2, &d) || !get_mark(&r, ' ', 'T') ||
	    !get_number(&r, 2, &h) || !get_mark(&r, ':', ':') ||
	    !get_number(&r, 2, &mi) || !get_mark(&r, ':', ':') ||
	    !get_number(&r, 2, &s) || y < YEAR_MIN || y > YEAR_MAX || mo < 1 ||
	    mo > 12 || d < 1 || d > 31 || h > 23 || mi > 59 || s > 59)
		return;
	memcpy(out, "0000:00:00 00:00:00", EXIF_DATE_BYTES - 1);
	put_number(out, y, 4);
	put_number(out + 5, mo, 2);
	put_number(out + 8, d, 2);
	put_number(out + 11, h, 2);
	put_number(out + 14, mi, 2);
	put_number(out + 17, s, 2);
}

/* No sign with which markup, paths, commands or formulas begin. */
static bool
in_a_name(uint32_t cp)
{
	if (cp >= 0x80)
		return utf8_classify(cp) == UTF8_PLAIN;
	return (cp >= '0' && cp <= '9') || (cp >= 'A' && cp <= 'Z') ||
	       (cp >= 'a' && cp <= 'z') ||
	       (cp != 0 && strchr(" .,-_'()&", (int)cp) != NULL);
}

void
exif_take_author(const struct reader *in, char out[EXIF_AUTHOR_BYTES])
{
	struct reader r = *in;
	uint32_t cp;

	memset(out, 0, EXIF_AUTHOR_BYTES);
	r.pos = 0;
	while (r.len > 0 && r.data[r.len - 1] == ' ')
		r.len--;
	while (r.len > 0 && r.data[0] == ' ') {
		r.data++;
		r.len--;
	}
	if (r.len == 0 || r.len >= EXIF_AUTHOR_BYTES || r.data[0] == '-')
		return;
	while (reader_left(&r) > 0)
		if (utf8_get(&r, &cp) != 0 || !in_a_name(cp))
			return;
	memcpy(out, r.data, r.len);
}

/* ---- writing */

static int
put_entry(struct buf *b, uint16_t tag, uint16_t type, uint32_t count,
    uint32_t value)
{
	int e;

	if ((e = buf_u16be(b, tag)) != 0 || (e = buf_u16be(b, type)) != 0 ||
	    (e = buf_u32be(b, count)) != 0)
		return e;
	return buf_u32be(b, value);
}

static int
put_author(struct buf *b, const char *author, size_t n)
{
	int e = buf_put(b, author, strlen(author));

	for (size_t i = strlen(author); i < n && e == 0; i++)
		e = buf_u8(b, 0);
	return e;
}

static int
put_date(struct buf *b, const char *date, uint32_t at)
{
	int e;

	if ((e = buf_u16be(b, 1)) != 0 ||
	    (e = put_entry(b, TAG_DATE_TAKEN, TYPE_ASCII, EXIF_DATE_BYTES,
		 at)) != 0 ||
	    (e = buf_u32be(b, 0)) != 0)
		return e;
	return buf_put(b, date, EXIF_DATE_BYTES);
}

/*
 * A text of up to four bytes would have to stand in its entry, where readers
 * do not look alike: it is padded with NULs. The lengths are even.
 */
static size_t
author_bytes(const struct exif *x)
{
	size_t n = strlen(x->author) + 1;

	return n < 6 ? 6 : n + n % 2;
}

int
exif_put(struct buf *b, const struct exif *x)
{
	bool turned = x->orientation != 1, named = x->author[0] != '\0';
	bool dated = x->date[0] != '\0';
	unsigned n = (unsigned)turned + (unsigned)named + (unsigned)dated;
	size_t author = named ? author_bytes(x) : 0;
	uint32_t at = (uint32_t)(HEAD_BYTES + AROUND_BYTES + n * ENTRY_BYTES);
	int e = 0;

	if (n == 0)
		return 0;
	if ((e = buf_put(b, "MM\0*\0\0\0\10", HEAD_BYTES)) != 0 ||
	    (e = buf_u16be(b, (uint16_t)n)) != 0)
		return e;
	if (turned)
		e = put_entry(b, TAG_ORIENTATION, TYPE_SHORT, 1,
		    (uint32_t)x->orientation << 16);
	if (e == 0 && named)
		e = put_entry(b, TAG_ARTIST, TYPE_ASCII, (uint32_t)author, at);
	at += (uint32_t)author;
	if (e == 0 && dated)
		e = put_entry(b, TAG_EXIF, TYPE_LONG, 1, at);
	if (e == 0)
		e = buf_u32be(b, 0);
	if (e == 0 && named)
		e = put_author(b, x->author, author);
	if (e == 0 && dated)
		e = put_date(b, x->date,
		    (uint32_t)(at + AROUND_BYTES + ENTRY_BYTES));
	return e;
}

bool
exif_is_put(const struct reader *tiff, const struct exif *x)
{
	struct buf b;
	bool same;

	buf_init(&b, 1024);
	same = exif_put(&b, x) == 0 && b.len > 0 && b.len == tiff->len &&
	       reader_has(tiff, 0, b.data, b.len);
	buf_done(&b);
	return same;
}
