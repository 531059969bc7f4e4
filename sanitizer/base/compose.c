/* See compose.h: a table of pairs (nfc.def), and Hangul by arithmetic. */
#include "base/compose.h"

#include "base/reader.h"
#include "base/utf8.h"

#define HANGUL_L 0x1100u
#define HANGUL_V 0x1161u
#define HANGUL_T 0x11a7u
#define HANGUL_S 0xac00u

static const struct {
	uint16_t a, b, both;
} pairs[] = {

#define C(a, b, both) { a, b, both },
#include "base/nfc.def"
#undef C
};

/* a and b as one character, or 0. */
static uint32_t
compose(uint32_t a, uint32_t b)
{
	size_t lo = 0, hi = sizeof(pairs) / sizeof(pairs[0]), mid;

	if (a >= HANGUL_L && a < HANGUL_L + 19 && b >= HANGUL_V &&
	    b < HANGUL_V + 21)
		return HANGUL_S + ((a - HANGUL_L) * 21 + (b - HANGUL_V)) * 28;
	if (a >= HANGUL_S && a < HANGUL_S + 11172 && (a - HANGUL_S) % 28 == 0 &&
	    b > HANGUL_T && b < HANGUL_T + 28)
		return a + (b - HANGUL_T);
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (pairs[mid].a == a && pairs[mid].b == b)
			return pairs[mid].both;
		if (pairs[mid].a < a || (pairs[mid].a == a && pairs[mid].b < b))
			lo = mid + 1;
		else
			hi = mid;
	}
	return 0;
}

/* Bytes that are not UTF-8 count as '_', one each. */
static uint32_t
next_char(struct reader *r)
{
	uint32_t cp = '_';

	if (utf8_get(r, &cp) == 0)
		return cp;
	return reader_skip(r, 1) == 0 ? '_' : 0;
}

int
compose_text(const char *in, size_t n, struct buf *out)
{
	uint32_t last = 0, cp, both;
	struct reader r;
	int e;

	reader_init(&r, in, n);
	while (reader_left(&r) > 0) {
		cp = next_char(&r);
		if (last != 0 && (both = compose(last, cp)) != 0) {
			last = both;
			continue;
		}
		if (last != 0 && (e = utf8_put(out, last)) != 0)
			return e;
		last = cp;
	}
	return last == 0 ? 0 : utf8_put(out, last);
}
