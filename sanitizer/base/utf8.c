#include "base/utf8.h"

#include <assert.h>
#include <string.h>

/* Length and first bits by lead byte; 0 for what cannot lead. */
static unsigned
lead(uint8_t c, uint32_t *bits)
{
	if (c < 0x80) {
		*bits = c;
		return 1;
	}
	if (c >= 0xc2 && c <= 0xdf) {
		*bits = c & 0x1f;
		return 2;
	}
	if (c >= 0xe0 && c <= 0xef) {
		*bits = c & 0x0f;
		return 3;
	}
	if (c >= 0xf0 && c <= 0xf4) {
		*bits = c & 0x07;
		return 4;
	}
	return 0;
}

static bool
is_scalar(uint32_t cp)
{
	return cp <= 0x10ffff && !(cp >= 0xd800 && cp <= 0xdfff);
}

int
utf8_get(struct reader *r, uint32_t *cp)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	struct reader at = *r;
	uint32_t v;
	uint8_t c;
	unsigned n;

	if (reader_u8(&at, &c) != 0)
		return ERR_TRUNCATED;
	if ((n = lead(c, &v)) == 0)
		return ERR_MALFORMED;
	for (unsigned i = 1; i < n; i++) {
		if (reader_u8(&at, &c) != 0)
			return ERR_TRUNCATED;
		if ((c & 0xc0) != 0x80)
			return ERR_MALFORMED;
		v = v << 6 | (c & 0x3f);
	}
	if (v < least[n] || !is_scalar(v))
		return ERR_MALFORMED;
	*r = at;
	*cp = v;
	return 0;
}

int
utf8_put(struct buf *b, uint32_t cp)
{
	uint8_t raw[4];

	if (!is_scalar(cp))
		return ERR_MALFORMED;
	if (cp < 0x80)
		return buf_u8(b, (uint8_t)cp);
	if (cp < 0x800) {
		raw[0] = (uint8_t)(0xc0 | cp >> 6);
		raw[1] = (uint8_t)(0x80 | (cp & 0x3f));
		return buf_put(b, raw, 2);
	}
	if (cp < 0x10000) {
		raw[0] = (uint8_t)(0xe0 | cp >> 12);
		raw[1] = (uint8_t)(0x80 | (cp >> 6 & 0x3f));
		raw[2] = (uint8_t)(0x80 | (cp & 0x3f));
		return buf_put(b, raw, 3);
	}
	raw[0] = (uint8_t)(0xf0 | cp >> 18);
	raw[1] = (uint8_t)(0x80 | (cp >> 12 & 0x3f));
	raw[2] = (uint8_t)(0x80 | (cp >> 6 & 0x3f));
	raw[3] = (uint8_t)(0x80 | (cp & 0x3f));
	return buf_put(b, raw, 4);
}

bool
utf8_valid(const void *data, size_t n)
{
	struct reader r;
	uint32_t cp;

	reader_init(&r, data, n);
	while (reader_left(&r) > 0)
		if (utf8_get(&r, &cp) != 0)
			return false;
	return true;
}

/* Unicode 15 blocks; first match wins, all else is plain. */
static const struct {
	uint32_t first, last;
	enum utf8_class is;
} classes[] = {
	{ 0x0000, 0x0008, UTF8_CONTROL },
	{ 0x000b, 0x000c, UTF8_CONTROL },
	{ 0x000e, 0x001f, UTF8_CONTROL },
	{ 0x007f, 0x009f, UTF8_CONTROL },
	{ 0x00ad, 0x00ad, UTF8_HIDDEN },
	{ 0x034f, 0x034f, UTF8_HIDDEN },
	{ 0x061c, 0x061c, UTF8_BIDI },
	{ 0x115f, 0x1160, UTF8_HIDDEN },
	{ 0x17b4, 0x17b5, UTF8_HIDDEN },
	{ 0x180b, 0x180d, UTF8_VARIANT },
	{ 0x180e, 0x180e, UTF8_HIDDEN },
	{ 0x200b, 0x200c, UTF8_HIDDEN },
	{ 0x200d, 0x200d, UTF8_JOINER },
	{ 0x200e, 0x200f, UTF8_BIDI },
	{ 0x2028, 0x2029, UTF8_LINE },
	{ 0x202a, 0x202e, UTF8_BIDI },
	{ 0x2060, 0x2065, UTF8_HIDDEN },
	{ 0x2066, 0x2069, UTF8_BIDI },
	{ 0x206a, 0x206f, UTF8_HIDDEN },
	{ 0x3164, 0x3164, UTF8_HIDDEN },
	{ 0xe000, 0xf8ff, UTF8_PRIVATE },
	{ 0xfdd0, 0xfdef, UTF8_NONCHAR },
	{ 0xfe00, 0xfe0f, UTF8_VARIANT },
	{ 0xfeff, 0xfeff, UTF8_HIDDEN },
	{ 0xffa0, 0xffa0, UTF8_HIDDEN },
	{ 0xfff9, 0xfffb, UTF8_HIDDEN },
	{ 0x1bca0, 0x1bca3, UTF8_HIDDEN },
	{ 0x1d173, 0x1d17a, UTF8_HIDDEN },
	{ 0xe0000, 0xe007f, UTF8_HIDDEN },
	{ 0xe0100, 0xe01ef, UTF8_VARIANT },
	{ 0xf0000, 0xffffd, UTF8_PRIVATE },
	{ 0x100000, 0x10fffd, UTF8_PRIVATE },
};

enum utf8_class
utf8_classify(uint32_t cp)
{
	if (cp >= 0x20 && cp < 0x7f)
		return UTF8_PLAIN;
	if ((cp & 0xfffe) == 0xfffe || !is_scalar(cp))
		return UTF8_NONCHAR;
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (cp >= classes[i].first && cp <= classes[i].last)
			return classes[i].is;
	return UTF8_PLAIN;
}

bool
utf8_is_han(uint32_t cp)
{
	return (cp >= 0x3400 && cp <= 0x9fff) ||
	       (cp >= 0xf900 && cp <= 0xfaff) ||
	       (cp >= 0x20000 && cp <= 0x3ffff) || cp == 0x3005 || cp == 0x3007;
}

bool
utf8_is_emoji(uint32_t cp)
{
	return (cp >= 0x1f000 && cp <= 0x1faff) ||
	       (cp >= 0x2190 && cp <= 0x2bff) ||
	       (cp >= 0x3030 && cp <= 0x303d) ||
	       (cp >= 0x3297 && cp <= 0x3299) || cp == 0x00a9 || cp == 0x00ae ||
	       cp == 0x203c || cp == 0x2049 || cp == 0x2122 || cp == 0x2139 ||
	       cp == '#' || cp == '*' || (cp >= '0' && cp <= '9');
}

static bool
fits_record(uint32_t cp)
{
	enum utf8_class k = utf8_classify(cp);

	return cp >= 0x20 &&
	       (k == UTF8_PLAIN || k == UTF8_VARIANT || k == UTF8_PRIVATE);
}

void
utf8_printable(const void *in, size_t n, char *out, size_t size)
{
	struct buf b;
	struct reader r;
	uint32_t cp;
	size_t before;

	assert(size >= 8);
	buf_init(&b, size - 4);
	reader_init(&r, in, n);
	out[0] = '\0';
	while (reader_left(&r) > 0) {
		before = b.len;
		if (utf8_get(&r, &cp) != 0) {
			cp = 0xfffd;
			if (reader_skip(&r, 1) != 0)
				break;
		}
		if (utf8_put(&b, fits_record(cp) ? cp : 0xfffd) != 0) {
			memcpy(out, b.data, before);
			memcpy(out + before, "\xe2\x80\xa6", 4);
			goto out;
		}
	}
	if (b.len > 0)
		memcpy(out, b.data, b.len);
	out[b.len] = '\0';
out:
	buf_done(&b);
}
