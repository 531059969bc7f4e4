/*
 * Which charset? Those in which every byte decodes are candidates; a score of
 * how much each reading looks like Japanese decides between them. Half-width
 * kana of CP932 and kanji of EUC-JP are the same bytes, hence the care.
 */
#include "formats/text/charset.h"

#include <string.h>

#include "base/utf8.h"

#define SCORED_CHARS (1u << 18) /* outside ASCII; more change nothing */

enum kind { K_ASCII, K_HIRA, K_KATA, K_HAN, K_HALF, K_LATIN, K_OTHER };

/* What names, addresses and office papers are mostly written with. */
static const char frequent[] =
    "日一国会人年大十二本中長出三同時政事自行社見月分議後前民生連五発間対上部"
    "東者党地合市業内相方四定今回新場金員九入選立開手米力学問高代明実円関決子動"
    "京全目表戦経通外最言氏現理調体化田当八六約主題下首意法不来作性的要用制治度"
    "務強気小七成期公野協取都和統以機平総加山思家話世受区領多県続進正安設保改数"
    "記院女初北午指権心界支第産結百派点教報済書府活原先共得解名交資予川向際査勝"
    "面委告軍文反元重近千考判認画海参売利組知案道信策集在件団別物側任引使求所次"
    "水半品昨論計死官増係感特情投示変打男基私各始島直両朝革価式確村提運終挙果西"
    "勢減台広容必応演電歳住争談能無再位置企真流格有疑口過局少放税検藤町常校料沢"
    "裁状工建語球営空職証土与急止送援供可役構木割聞身費付施切由説転食比難防補車"
    "番号住所郵便電話氏名生年月日備考様届申請課係窓口図書館福祉保険年金納税額合"
    "計"
    "佐藤鈴木高橋渡辺伊中村小林加吉松井斎阿森池橋石前岡長谷近後坂遠青福太西岩丸"
    "東京大阪神奈川埼玉千葉愛知北海道兵庫静岡茨城広島新潟宮栃群馬野岐阜縄";

#define HAN_FIRST 0x4e00u
#define HAN_COUNT 0x5200u

/* One bit for each of them. Written by charset_preload_frequent() only. */
static uint8_t is_often[HAN_COUNT / 8];

void
charset_preload_frequent(void)
{
	struct reader r;
	uint32_t cp;

	reader_init(&r, frequent, sizeof(frequent) - 1);
	while (utf8_get(&r, &cp) == 0)
		if (cp - HAN_FIRST < HAN_COUNT)
			is_often[(cp - HAN_FIRST) / 8] |=
			    (uint8_t)(1u << (cp - HAN_FIRST) % 8);
}

static bool
is_frequent(uint32_t cp)
{
	return cp - HAN_FIRST < HAN_COUNT &&
	       (is_often[(cp - HAN_FIRST) / 8] >> (cp - HAN_FIRST) % 8 & 1) !=
		   0;
}

static enum kind
kind_of(uint32_t cp)
{
	if (cp < 0x80)
		return K_ASCII;
	if (cp >= 0x3041 && cp <= 0x309f)
		return K_HIRA;
	if (cp >= 0x30a1 && cp <= 0x30ff)
		return K_KATA;
	if (cp >= 0xff61 && cp <= 0xff9f)
		return K_HALF;
	if (utf8_is_han(cp))
		return K_HAN;
	return cp < 0x0600 ? K_LATIN : K_OTHER;
}

/* May ﾞ or ﾟ stand behind this half-width kana? */
static bool
is_voiced(uint32_t cp)
{
	return cp == 0xff73 || (cp >= 0xff76 && cp <= 0xff84) ||
	       (cp >= 0xff8a && cp <= 0xff8e);
}

static int
score_half(const struct cs_score *s, uint32_t cp)
{
	bool first = s->kind != K_HALF;

	if (cp == 0xff9e || cp == 0xff9f)
		return !first && is_voiced(s->before) ? 3 : -12;
	if (cp >= 0xff61 && cp <= 0xff65)
		return first ? -3 : 0;
	/* Small kana, the long mark and ﾝ begin no word. */
	if (((cp >= 0xff67 && cp <= 0xff70) || cp == 0xff9d) &&
	    (first || s->before <= 0xff65))
		return -6;
	return s->kind == K_HAN || s->kind == K_HIRA ? -4 : first ? 1 : 2;
}

/* level: 1 or 2 by the code's place in JIS X 0208, 0 when it does not say. */
static int
score_han(uint32_t cp, int level)
{
	if (is_frequent(cp))
		return 9;
	return level == 2 ? -2 : 3;
}

static int
score_latin(const struct cs_score *s, uint32_t cp)
{
	if (cp >= 0xc0 && cp <= 0x24f)
		return s->kind == K_ASCII && s->before > '@' ? 5 : 1;
	return cp >= 0x370 ? s->kind == K_LATIN ? 5 : 3 : 5;
}

static int
score_char(const struct cs_score *s, uint32_t cp, enum kind k, int level)
{
	switch (k) {
	case K_HIRA:
		return s->kind == K_HIRA || s->kind == K_HAN ? 10 : 7;
	case K_KATA:
		return s->kind == K_KATA ? 8 : 5;
	case K_HALF:
		return score_half(s, cp);
	case K_HAN:
		return score_han(cp, level);
	case K_LATIN:
		return score_latin(s, cp);
	case K_ASCII:
	case K_OTHER:
		break;
	}
	if ((cp >= 0x3000 && cp <= 0x3015) || (cp >= 0xff00 && cp <= 0xff5e))
		return 6;
	return utf8_classify(cp) == UTF8_PLAIN ? 1 : -5;
}

/* The level of a kanji by its lead byte. */
static int
level_of(enum charset cs, const struct cs_char *c)
{
	if (cs == CS_CP932 && c->len == 2)
		return c->raw[0] < 0x98 ? 1 : 2;
	if (cs == CS_EUCJP && c->len == 2)
		return c->raw[0] < 0xd0 ? 1 : 2;
	return c->len == 3 && cs == CS_EUCJP ? 2 : 0;
}

void
cs_score_add(struct cs_score *s, enum charset cs, const struct cs_char *c)
{
	enum kind k = kind_of(c->cp);

	if (k != K_ASCII && s->scored < SCORED_CHARS) {
		s->total += score_char(s, c->cp, k, level_of(cs, c));
		s->scored++;
	}
	if (cs == CS_UTF8 && c->len >= 3)
		s->wide = true;
	s->kind = (int)k;
	s->before = c->cp;
}

static bool
decodes(enum charset cs, const struct reader *r, bool cut, struct cs_score *s)
{
	struct charset_id id = { .is = cs };
	struct cs_in in;
	struct cs_char c;
	int e;

	*s = (struct cs_score){ .kind = K_ASCII };
	cs_open(&in, r, &id);
	while ((e = cs_get(&in, &c)) == 0)
		cs_score_add(s, cs, &c);
	return !cs_more(&in) || (cut && reader_left(&in.r) <= 3);
}

/* ASCII text in UTF-16 without a mark: half the bytes are 0, all in step. */
static bool
is_bare_utf16(const struct reader *in, bool big)
{
	struct reader r = *in;
	size_t units = 0, narrow = 0, odd = 0;
	uint16_t u;

	r.pos = 0;
	if (r.len < 4 || r.len % 2 != 0)
		return false;
	while ((big ? reader_u16be(&r, &u) : reader_u16le(&r, &u)) == 0) {
		units++;
		if ((u >= 0x20 && u < 0x7f) || u == '\t' || u == '\n' ||
		    u == '\r')
			narrow++;
		else if (u < 0x20 || (u & 0xff) == 0 || u >= 0xfff0)
			odd++;
	}
	return odd == 0 && narrow > units / 4;
}

static bool
has_mark(const struct reader *r, struct charset_id *id)
{
	id->bom = true;
	if (reader_has(r, 0, "\xef\xbb\xbf", 3))
		id->is = CS_UTF8;
	else if (reader_has(r, 0, "\xff\xfe\0\0", 4))
		return false; /* UTF-32 */
	else if (reader_has(r, 0, "\xff\xfe", 2))
		id->is = CS_UTF16LE;
	else if (reader_has(r, 0, "\xfe\xff", 2))
		id->is = CS_UTF16BE;
	else
		id->bom = false;
	return id->bom;
}

static int
among_eight_bit(const struct reader *r, bool cut, struct charset_id *id)
{
	static const enum charset order[] = { CS_UTF8, CS_CP932, CS_EUCJP };
	struct cs_score s, best = { .total = 0 };

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		if (!decodes(order[i], r, cut, &s))
			continue;
		if (id->is == CS_NONE || s.total > best.total) {
			id->is = order[i];
			best = s;
		}
		if (s.wide)
			break;
	}
	return id->is == CS_NONE ? ERR_UNSUPPORTED : 0;
}

static bool
has_any(const struct reader *r, const char *pat, size_t n)
{
	size_t at;

	return reader_find(r, 0, pat, n, &at) == 0;
}

/* Seven bits with a designation of a Japanese set in it. */
static bool
is_2022(const struct reader *r, bool cut)
{
	struct cs_score s;

	return (has_any(r, "\x1b$B", 3) || has_any(r, "\x1b$@", 3) ||
		   has_any(r, "\x1b(I", 3) || has_any(r, "\x1b$(D", 4)) &&
	       decodes(CS_ISO2022JP, r, cut, &s);
}

static bool
has_high(const struct reader *in)
{
	struct reader r = *in;
	uint8_t c;

	r.pos = 0;
	while (reader_u8(&r, &c) == 0)
		if (c >= 0x80)
			return true;
	return false;
}

int
charset_detect(const struct reader *r, bool cut, struct charset_id *out)
{
	struct charset_id id = { .is = CS_NONE };
	struct cs_score s;
	int e = 0;

	if (has_mark(r, &id)) {
		if (!decodes(id.is, r, cut, &s))
			return ERR_UNSUPPORTED;
	} else if (id.bom || reader_has(r, 0, "\xff\xfe\0\0", 4)) {
		return ERR_UNSUPPORTED;
	} else if (has_any(r, "\0", 1) && is_bare_utf16(r, false)) {
		id.is = CS_UTF16LE;
	} else if (has_any(r, "\0", 1) && is_bare_utf16(r, true)) {
		id.is = CS_UTF16BE;
	} else if (has_high(r)) {
		e = among_eight_bit(r, cut, &id);
	} else {
		id.is = is_2022(r, cut) ? CS_ISO2022JP : CS_ASCII;
	}
	if (e == 0)
		*out = id;
	return e;
}
