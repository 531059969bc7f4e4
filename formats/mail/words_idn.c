/*
 * Domains that are not ASCII, as servers know them: the A-labels of RFC 5890,
 * encoded by RFC 3492, after the mapping that people expect (wide characters,
 * case, composition; RFC 5895). A reader sees then that "сity" is no "city".
 */
#include <string.h>

#include "base/compose.h"
#include "formats/mail/words_int.h"
#include "formats/safename.h"

#define LABEL_MAX  63
#define DOMAIN_MAX 253
#define WORK_BYTES 8192 /* an address is far shorter */

/* RFC 3492, section 5 */
enum { BASE = 36, TMIN = 1, TMAX = 26, SKEW = 38, DAMP = 700, BIAS = 72 };

struct label {
	uint32_t cp[LABEL_MAX];
	uint32_t n, n_ascii;
};

static uint32_t
adapt(uint32_t delta, uint32_t points, bool first)
{
	uint32_t k = 0;

	delta = first ? delta / DAMP : delta / 2;
	delta += delta / points;
	for (; delta > (BASE - TMIN) * TMAX / 2; k += BASE)
		delta /= BASE - TMIN;
	return k + (BASE - TMIN + 1) * delta / (delta + SKEW);
}

/* A number of variable length. */
static int
put_number(struct buf *out, uint32_t q, uint32_t bias)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	uint32_t k, t;
	int e = 0;

	for (k = BASE; e == 0; k += BASE) {
		t = k <= bias ? TMIN : k >= bias + TMAX ? TMAX : k - bias;
		if (q < t)
			break;
		e = buf_u8(out, (uint8_t)digits[t + (q - t) % (BASE - t)]);
		q = (q - t) / (BASE - t);
	}
	return e != 0 ? e : buf_u8(out, (uint8_t)digits[q]);
}

static uint32_t
next_above(const struct label *l, uint32_t low)
{
	uint32_t m = UINT32_MAX;

	for (uint32_t i = 0; i < l->n; i++)
		if (l->cp[i] >= low && l->cp[i] < m)
			m = l->cp[i];
	return m;
}

/* delta stays below 2^31: 63 characters of 21 bits. */
static int
put_punycode(const struct label *l, struct buf *out)
{
	uint32_t low = 0x80, bias = BIAS, delta = 0, h = l->n_ascii, m;
	int e = 0;

	for (; e == 0 && h < l->n; low = m + 1, delta++) {
		m = next_above(l, low);
		delta += (m - low) * (h + 1);
		for (uint32_t i = 0; e == 0 && i < l->n; i++) {
			delta += l->cp[i] < m;
			if (l->cp[i] != m)
				continue;
			e = put_number(out, delta, bias);
			bias = adapt(delta, h + 1, h == l->n_ascii);
			delta = 0;
			h++;
		}
	}
	return e;
}

static bool
is_ldh(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

static int
put_label(const struct label *l, struct buf *out, bool *ok)
{
	size_t from = out->len;
	int e = l->n > l->n_ascii ? buf_puts(out, "xn--") : 0;

	for (uint32_t i = 0; e == 0 && i < l->n; i++)
		if (l->cp[i] < 0x80) {
			*ok &= is_ldh(l->cp[i]) ||
			       (l->cp[i] == '_' && l->n == l->n_ascii);
			e = buf_u8(out, (uint8_t)l->cp[i]);
		}
	if (e == 0 && l->n > l->n_ascii) {
		if (l->n_ascii > 0)
			e = buf_u8(out, '-');
		if (e == 0)
			e = put_punycode(l, out);
	}
	*ok &= l->n > 0 && out->len - from <= LABEL_MAX &&
	       (l->n == l->n_ascii || l->n < 4 || l->cp[2] != '-' ||
		   l->cp[3] != '-');
	return e;
}

static uint32_t
map(uint32_t c)
{
	if (c == 0x3002 || c == 0xff61)
		return '.';
	return c >= 0xff01 && c <= 0xff5e ? c - 0xfee0 : c;
}

static int
put_labels(struct reader *r, struct buf *out, bool *ok)
{
	struct label l = { .n = 0 };
	uint32_t c;
	int e = 0;

	while (e == 0 && *ok && utf8_get(r, &c) == 0) {
		if (c == '.') {
			if ((e = put_label(&l, out, ok)) == 0)
				e = buf_u8(out, '.');
			l.n = l.n_ascii = 0;
		} else if (l.n == LABEL_MAX || c == ' ')
			*ok = false;
		else {
			l.n_ascii += c < 0x80;
			l.cp[l.n++] = c;
		}
	}
	if (e == 0 && *ok)
		e = put_label(&l, out, ok);
	*ok &= out->len <= DOMAIN_MAX;
	return e;
}

int
words_domain(const char *domain, struct buf *out, bool *ok)
{
	struct buf wide, folded, whole;
	struct reader r;
	uint32_t c;
	const char *s;
	int e = 0;

	*ok = true;
	buf_init(&wide, WORK_BYTES);
	buf_init(&folded, WORK_BYTES);
	buf_init(&whole, WORK_BYTES);
	reader_init(&r, domain, strlen(domain));
	while (e == 0 && utf8_get(&r, &c) == 0)
		e = utf8_put(&wide, map(c));
	if (e == 0 && (s = buf_cstr(&wide)) != NULL &&
	    (e = safename_fold(s, &folded)) == 0 &&
	    (e = compose_text((const char *)folded.data, folded.len, &whole)) ==
		0) {
		buf_reader(&whole, &r);
		e = put_labels(&r, out, ok);
	}
	buf_done(&wide);
	buf_done(&folded);
	buf_done(&whole);
	return e;
}
