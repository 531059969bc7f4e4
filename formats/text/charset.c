/*
 * Decoders and encoders; see charset.h. Which charset a text is in is judged
 * in detect.c.
 */
#include "formats/text/charset.h"

#include <iconv.h>
#include <string.h>

#include "base/utf8.h"

#define LEADS  60  /* CP932: 81-9F, E0-FC */
#define TRAILS 189 /* CP932: 40-FC */
#define ROWS   94

/* Code points by code; 0 where nothing is assigned. Written by preload only. */
static uint16_t cp932[LEADS][TRAILS];
static uint16_t euc[2][ROWS][ROWS]; /* JIS X 0208 and 0212 sides */

enum set { SET_ASCII, SET_ROMAN, SET_KANA, SET_78, SET_83, SET_0212 };

static const struct {
	const char *escape;
	uint8_t set;
} escapes[] = {
	{ "\x1b(B", SET_ASCII },
	{ "\x1b(J", SET_ROMAN },
	{ "\x1b(I", SET_KANA },
	{ "\x1b$@", SET_78 },
	{ "\x1b$B", SET_83 },
	{ "\x1b$(D", SET_0212 },
	{ "\x1b&@\x1b$B", SET_83 },
};

/* One code through iconv; 0 for what it does not know. */
static uint16_t
ask(iconv_t cd, const uint8_t *code, size_t n)
{
	uint8_t out[8];
	char raw[4], *in = raw, *to = (char *)out;
	size_t left = n, room = sizeof(out);

	memcpy(raw, code, n);
	(void)iconv(cd, NULL, NULL, NULL, NULL);
	if (iconv(cd, &in, &left, &to, &room) == (size_t)-1 || left != 0 ||
	    room != sizeof(out) - 2)
		return 0;
	return (uint16_t)(out[0] | out[1] << 8);
}

static uint8_t
lead_of(size_t i)
{
	return (uint8_t)(i < 31 ? 0x81 + i : 0xe0 + i - 31);
}

static void
load_cp932(iconv_t cd)
{
	uint8_t code[2];

	for (size_t i = 0; i < LEADS; i++)
		for (size_t k = 0; k < TRAILS; k++) {
			code[0] = lead_of(i);
			code[1] = (uint8_t)(0x40 + k);
			cp932[i][k] = code[1] == 0x7f ? 0 : ask(cd, code, 2);
		}
}

static void
load_euc(iconv_t cd)
{
	uint8_t code[3] = { 0x8f };

	for (size_t i = 0; i < ROWS; i++)
		for (size_t k = 0; k < ROWS; k++) {
			code[1] = (uint8_t)(0xa1 + i);
			code[2] = (uint8_t)(0xa1 + k);
			euc[0][i][k] = ask(cd, code + 1, 2);
			euc[1][i][k] = ask(cd, code, 3);
		}
}

int
charset_preload(void)
{
	static const struct {
		const char *name;
		void (*load)(iconv_t);
	} wanted[] = { { "CP932", load_cp932 }, { "EUC-JP-MS", load_euc } };

	iconv_t cd;

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		if ((cd = iconv_open("UTF-16LE", wanted[i].name)) ==
		    (iconv_t)-1)
			return ERR_IO;
		wanted[i].load(cd);
		iconv_close(cd);
	}
	charset_preload_frequent();
	return 0;
}

const char *
charset_name(enum charset cs)
{
	static const char *const names[CS_COUNT] = { "unknown", "ASCII",
		"UTF-8", "UTF-16LE", "UTF-16BE", "ISO-2022-JP", "CP932",
		"EUC-JP" };

	return names[cs];
}

static int
get_cp932_code(uint8_t lead, uint8_t trail, uint32_t *cp)
{
	size_t i;

	if (lead >= 0x81 && lead <= 0x9f)
		i = lead - 0x81u;
	else if (lead >= 0xe0 && lead <= 0xfc)
		i = lead - 0xe0u + 31;
	else
		return ERR_MALFORMED;
	if (trail < 0x40 || trail > 0xfc || cp932[i][trail - 0x40] == 0)
		return ERR_MALFORMED;
	*cp = cp932[i][trail - 0x40];
	return 0;
}

static int
get_cp932(struct reader *r, uint32_t *cp)
{
	uint8_t c, t;

	if (reader_u8(r, &c) != 0)
		return ERR_TRUNCATED;
	if (c < 0x80)
		*cp = c;
	else if (c >= 0xa1 && c <= 0xdf)
		*cp = 0xff61u + c - 0xa1u;
	else if (reader_u8(r, &t) != 0)
		return ERR_MALFORMED;
	else
		return get_cp932_code(c, t, cp);
	return 0;
}

/* side: 0 JIS X 0208 with extensions, 1 JIS X 0212. */
static int
get_euc_pair(struct reader *r, size_t side, uint8_t c, uint32_t *cp)
{
	uint8_t t;

	if (c < 0xa1 || c > 0xfe || reader_u8(r, &t) != 0 || t < 0xa1 ||
	    t > 0xfe || euc[side][c - 0xa1][t - 0xa1] == 0)
		return ERR_MALFORMED;
	*cp = euc[side][c - 0xa1][t - 0xa1];
	return 0;
}

static int
get_euc(struct reader *r, uint32_t *cp)
{
	uint8_t c, t;

	if (reader_u8(r, &c) != 0)
		return ERR_TRUNCATED;
	if (c < 0x80) {
		*cp = c;
		return 0;
	}
	if (c == 0x8e) {
		if (reader_u8(r, &t) != 0 || t < 0xa1 || t > 0xdf)
			return ERR_MALFORMED;
		*cp = 0xff61u + t - 0xa1u;
		return 0;
	}
	if (c != 0x8f)
		return get_euc_pair(r, 0, c, cp);
	if (reader_u8(r, &c) != 0)
		return ERR_MALFORMED;
	return get_euc_pair(r, 1, c, cp);
}

static int
get_u16(struct reader *r, bool big, uint16_t *u)
{
	return big ? reader_u16be(r, u) : reader_u16le(r, u);
}

static int
get_utf16(struct reader *r, bool big, uint32_t *cp)
{
	struct reader at;
	uint16_t u, low;

	if (reader_left(r) == 0)
		return ERR_TRUNCATED;
	if (get_u16(r, big, &u) != 0)
		return ERR_MALFORMED;
	*cp = u;
	at = *r;
	if (u >= 0xd800 && u <= 0xdbff && get_u16(&at, big, &low) == 0 &&
	    low >= 0xdc00 && low <= 0xdfff) {
		*cp = 0x10000u + ((u - 0xd800u) << 10) + (low - 0xdc00u);
		*r = at;
	}
	return 0;
}

/* Follows the escape sequences at the cursor. */
static void
take_shifts(struct cs_in *in)
{
	size_t i, n;

	for (i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
		n = strlen(escapes[i].escape);
		if (!reader_has(&in->r, in->r.pos, escapes[i].escape, n))
			continue;
		if (reader_skip(&in->r, n) != 0)
			return;
		in->set = escapes[i].set;
		in->shifts++;
		i = (size_t)-1;
	}
}

/* JIS rows 1-94 as CP932 writes them: the extensions come along. */
static int
get_jis(uint8_t row, uint8_t cell, uint32_t *cp)
{
	uint8_t lead, trail;

	lead = (uint8_t)((row - 0x21) / 2 + (row < 0x5f ? 0x81 : 0xc1));
	if ((row & 1) == 0)
		trail = (uint8_t)(cell + 0x7e);
	else
		trail = (uint8_t)(cell + (cell < 0x60 ? 0x1f : 0x20));
	return get_cp932_code(lead, trail, cp);
}

static int
get_2022(struct cs_in *in, uint8_t *set, uint32_t *cp)
{
	uint8_t c, t;

	*set = SET_ASCII;
	if (reader_u8(&in->r, &c) != 0)
		return ERR_TRUNCATED;
	if (c >= 0x80)
		return ERR_MALFORMED;
	*cp = c;
	if (c < 0x21 || c == 0x7f || in->set == SET_ASCII)
		return 0;
	*set = in->set;
	if (in->set == SET_ROMAN)
		return 0;
	if (in->set == SET_KANA) {
		*cp = 0xff61u + c - 0x21u;
		return c <= 0x5f ? 0 : ERR_MALFORMED;
	}
	if (reader_u8(&in->r, &t) != 0 || t < 0x21 || t > 0x7e)
		return ERR_MALFORMED;
	if (in->set != SET_0212)
		return get_jis(c, t, cp);
	*cp = euc[1][c - 0x21][t - 0x21];
	return *cp != 0 ? 0 : ERR_MALFORMED;
}

void
cs_open(struct cs_in *in, const struct reader *r, const struct charset_id *id)
{
	size_t skip = !id->bom ? 0 : id->is == CS_UTF8 ? 3 : 2;

	*in = (struct cs_in){ .r = *r, .is = id->is, .set = SET_ASCII };
	in->r.pos = 0;
	if (reader_skip(&in->r, skip) != 0)
		in->r.pos = in->r.len;
}

bool
cs_more(const struct cs_in *in)
{
	struct cs_in at = *in;

	if (at.is == CS_ISO2022JP)
		take_shifts(&at);
	return reader_left(&at.r) > 0;
}

void
cs_close(struct cs_in *in)
{
	if (in->is == CS_ISO2022JP)
		take_shifts(in);
}

static int
decode(struct cs_in *in, struct cs_char *c)
{
	switch (in->is) {
	case CS_UTF8:
		if (reader_left(&in->r) == 0)
			return ERR_TRUNCATED;
		return utf8_get(&in->r, &c->cp) != 0 ? ERR_MALFORMED : 0;
	case CS_UTF16LE:
	case CS_UTF16BE:
		return get_utf16(&in->r, in->is == CS_UTF16BE, &c->cp);
	case CS_ISO2022JP:
		return get_2022(in, &c->set, &c->cp);
	case CS_EUCJP:
		return get_euc(&in->r, &c->cp);
	case CS_ASCII:
	case CS_CP932:
	case CS_NONE:
	case CS_COUNT:
		break;
	}
	return get_cp932(&in->r, &c->cp);
}

int
cs_get(struct cs_in *in, struct cs_char *out)
{
	struct cs_in at = *in;
	struct cs_char c = { .set = SET_ASCII };
	struct reader from;
	int e;

	if (at.is == CS_ISO2022JP)
		take_shifts(&at);
	from = at.r;
	if ((e = decode(&at, &c)) != 0)
		return e;
	c.len = reader_pos(&at.r) - reader_pos(&from);
	if ((e = reader_bytes(&from, c.len, &c.raw)) != 0)
		return e;
	*in = at;
	*out = c;
	return 0;
}

void
cs_start(struct cs_out *out, struct buf *to, enum charset from, enum charset is)
{
	*out = (struct cs_out){
		.to = to, .from = from, .is = is, .set = SET_ASCII
	};
}

int
cs_bom(struct cs_out *out)
{
	if (out->is == CS_UTF8)
		return buf_put(out->to, "\xef\xbb\xbf", 3);
	if (out->is == CS_UTF16LE)
		return buf_u16le(out->to, 0xfeff);
	if (out->is == CS_UTF16BE)
		return buf_u16be(out->to, 0xfeff);
	return 0;
}

static int
shift_to(struct cs_out *out, uint8_t set)
{
	size_t i = 0;

	if (out->set == set)
		return 0;
	while (escapes[i].set != set)
		i++;
	out->set = set;
	out->shifts++;
	return buf_puts(out->to, escapes[i].escape);
}

int
cs_put(struct cs_out *out, const struct cs_char *c)
{
	int e;

	if (out->is != out->from)
		return utf8_put(out->to, c->cp);
	if (c->raw == NULL)
		return cs_put_ascii(out, (char)c->cp);
	/* A space may stand in any set; the other controls may not. */
	if (out->is == CS_ISO2022JP && !(c->cp == ' ' && out->set <= SET_ROMAN))
		if ((e = shift_to(out, c->set)) != 0)
			return e;
	return buf_put(out->to, c->raw, c->len);
}

int
cs_put_ascii(struct cs_out *out, char ch)
{
	uint8_t c = (uint8_t)ch;
	int e;

	if (out->is == CS_UTF16LE)
		return buf_u16le(out->to, c);
	if (out->is == CS_UTF16BE)
		return buf_u16be(out->to, c);
	if (out->is == CS_ISO2022JP && (e = shift_to(out, SET_ASCII)) != 0)
		return e;
	return buf_u8(out->to, c);
}

int
cs_end(struct cs_out *out)
{
	return out->is == CS_ISO2022JP ? shift_to(out, SET_ASCII) : 0;
}
