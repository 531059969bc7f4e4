#include "formats/mail/mapi.h"
#include "formats/mail/words_int.h"

#include <stdio.h>
#include <string.h>

#define STRING_MAX (16u << 20)

struct mapi_object *
mapi_new(struct doc *d, uint32_t codepage)
{
	struct mapi_object *o = doc_alloc(d, sizeof(*o));

	if (o == NULL)
		return NULL;
	o->tail = &o->props;
	o->codepage = codepage;
	return o;
}

static bool
same_value(const struct mapi_prop *a, const struct mapi_prop *b)
{
	return a->type == b->type && a->value.len == b->value.len &&
	       (a->value.len == 0 ||
		   memcmp(a->value.data, b->value.data, a->value.len) == 0);
}

int
mapi_add(struct doc *d, struct mapi_object *o, const struct mapi_prop *from,
    const char *where)
{
	const struct mapi_prop *had =
	    from->id < 0x8000 ? mapi_find(o, from->id) : NULL;
	struct mapi_prop *p;

	if (++o->n > MAPI_PROPS_MAX)
		return doc_fail(d, ERR_LIMIT, "more than %d properties",
		    MAPI_PROPS_MAX);
	if (had != NULL && same_value(had, from))
		return 0;
	if (had != NULL && had->type == from->type)
		return doc_found(d, FIND_OUTLOOK_TWICE, ACT_REMOVED, where,
		    "%04X", from->id);
	if ((p = doc_alloc(d, sizeof(*p))) == NULL)
		return ERR_NOMEM;
	*p = *from;
	p->next = NULL;
	*o->tail = p;
	o->tail = &p->next;
	return 0;
}

const struct mapi_prop *
mapi_find(const struct mapi_object *o, uint16_t id)
{
	for (const struct mapi_prop *p = o->props; p != NULL; p = p->next)
		if (p->id == id)
			return p;
	return NULL;
}

const struct mapi_prop *
mapi_find_lid(const struct mapi_object *o, uint32_t lid)
{
	for (const struct mapi_prop *p = o->props; p != NULL; p = p->next)
		if (p->lid == lid)
			return p;
	return NULL;
}

bool
mapi_number(const struct mapi_object *o, uint16_t id, uint32_t *out)
{
	const struct mapi_prop *p = mapi_find(o, id);
	struct reader r;
	uint16_t small;

	if (p == NULL)
		return false;
	r = p->value;
	if (p->type == MAPI_INT32)
		return reader_u32le(&r, out) == 0;
	if (p->type != MAPI_INT16 && p->type != MAPI_BOOL)
		return false;
	if (reader_u16le(&r, &small) != 0)
		return false;
	*out = small;
	return true;
}

/* ---- strings */

static const struct {
	uint32_t codepage;
	const char *charset;
} charsets[] = {
	{ 932, "shift_jis" },
	{ 936, "gb2312" },
	{ 949, "euc-kr" },
	{ 950, "big5" },
	{ 874, "windows-874" },
	{ 1250, "windows-1250" },
	{ 1251, "windows-1251" },
	{ 1252, "windows-1252" },
	{ 1253, "windows-1253" },
	{ 1254, "windows-1254" },
	{ 1255, "windows-1255" },
	{ 1256, "windows-1256" },
	{ 1257, "windows-1257" },
	{ 1258, "windows-1258" },
	{ 20127, "us-ascii" },
	{ 20866, "koi8-r" },
	{ 20932, "euc-jp" },
	{ 21866, "koi8-u" },
	{ 28591, "iso-8859-1" },
	{ 28592, "iso-8859-2" },
	{ 28595, "iso-8859-5" },
	{ 28597, "iso-8859-7" },
	{ 28599, "iso-8859-9" },
	{ 28605, "iso-8859-15" },
	{ 50220, "iso-2022-jp" },
	{ 50221, "iso-2022-jp" },
	{ 50222, "iso-2022-jp" },
	{ 51932, "euc-jp" },
	{ 51949, "euc-kr" },
	{ 54936, "gb18030" },
	{ 65001, "utf-8" },
};

const char *
mapi_charset(uint32_t codepage)
{
	for (size_t i = 0; i < sizeof(charsets) / sizeof(charsets[0]); i++)
		if (charsets[i].codepage == codepage)
			return charsets[i].charset;
	return "";
}

/* UTF-16LE up to a NUL; what is no character becomes U+FFFD. */
static int
wide(const struct reader *in, struct buf *out)
{
	struct reader r = *in, at;
	uint16_t u, low;
	uint32_t cp;
	int e = 0;

	while (e == 0 && reader_u16le(&r, &u) == 0 && u != 0) {
		cp = u;
		at = r;
		if (u >= 0xd800 && u < 0xdc00 && reader_u16le(&at, &low) == 0 &&
		    low >= 0xdc00 && low < 0xe000) {
			cp = 0x10000 + ((uint32_t)(u - 0xd800) << 10) +
			     (low - 0xdc00u);
			r = at;
		} else if (u >= 0xd800 && u < 0xe000) {
			cp = 0xfffd;
		}
		e = utf8_put(out, cp);
	}
	return e;
}

/* The bytes before the NULs at the end. */
static struct reader
trimmed(const struct reader *in)
{
	struct reader r = *in;

	while (r.len > 0 && r.data[r.len - 1] == 0)
		r.len--;
	return r;
}

static int
decode(struct doc *d, const struct mapi_object *o, const struct mapi_prop *p,
    struct buf *b)
{
	struct reader r;

	if (p->type == MAPI_UNICODE)
		return wide(&p->value, b);
	if (p->type != MAPI_STRING8)
		return 0;
	r = trimmed(&p->value);
	return mail_decode(d, &r, mapi_charset(o->codepage), b);
}

int
mapi_raw(struct doc *d, const struct mapi_object *o, uint16_t id,
    const char **out)
{
	const struct mapi_prop *p = mapi_find(o, id);
	struct buf b;
	int e = 0;

	*out = "";
	if (p == NULL)
		return 0;
	buf_init(&b, STRING_MAX);
	if ((e = decode(d, o, p, &b)) == 0 && b.len > 0 &&
	    (*out = doc_strndup(d, b.data, b.len)) == NULL)
		e = ERR_NOMEM;
	buf_done(&b);
	return e;
}

int
mapi_string(struct doc *d, const struct mapi_object *o, uint16_t id,
    const char **out)
{
	const char *raw;
	struct reader r;
	int e;

	if ((e = mapi_raw(d, o, id, &raw)) != 0)
		return e;
	reader_init(&r, raw, strlen(raw));
	return words_line(d, &r, out);
}

int
mapi_line(struct doc *d, const struct reader *in, uint32_t codepage,
    const char **out)
{
	struct reader r = trimmed(in), text;
	struct buf b;
	int e;

	buf_init(&b, STRING_MAX);
	if ((e = mail_decode(d, &r, mapi_charset(codepage), &b)) == 0) {
		buf_reader(&b, &text);
		e = words_line(d, &text, out);
	}
	buf_done(&b);
	return e;
}

/* ---- times */

#define TICKS_PER_S  10000000u
#define DAYS_TO_1970 134774u /* from 1601-01-01 */

/* Days since 1970-01-01 to a date (proleptic Gregorian). */
static void
civil(int64_t days, int *y, int *m, int *day)
{
	int64_t z = days + 719468, era = z / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*m = (int)(mp < 10 ? mp + 3 : mp - 9);
	*y = (int)(yoe + era * 400 + (*m <= 2));
}

int
mapi_date(struct doc *d, const struct mapi_object *o, uint16_t id,
    const char **out)
{
	static const char days[] = "MonTueWedThuFriSatSun";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const struct mapi_prop *p = mapi_find(o, id);
	struct reader r;
	uint64_t ticks, s;
	char text[64];
	int y, m, day;

	*out = "";
	if (p == NULL || p->type != MAPI_TIME)
		return 0;
	r = p->value;
	if (reader_u64le(&r, &ticks) != 0)
		return 0;
	s = ticks / TICKS_PER_S;
	if (s / 86400 < DAYS_TO_1970 || s / 86400 > DAYS_TO_1970 + 100000)
		return 0;
	civil((int64_t)(s / 86400 - DAYS_TO_1970), &y, &m, &day);
	snprintf(text, sizeof(text),
	    "%.3s, %02d %.3s %04d %02d:%02d:%02d +0000",
	    days + 3 * (s / 86400 % 7), day, months + 3 * (m - 1), y,
	    (int)(s / 3600 % 24), (int)(s / 60 % 60), (int)(s % 60));
	reader_init(&r, text, strlen(text));
	return mail_date(d, &r, out);
}
