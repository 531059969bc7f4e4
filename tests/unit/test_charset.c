/* Every code of the tables, out and back; which charset a text is in. */
#include <criterion/criterion.h>
#include <iconv.h>
#include <string.h>

#include "formats/text/charset.h"

struct codes {
	const char *iconv_name;
	enum charset is;
	uint8_t prefix; /* 0: two bytes */
	int first, last;
	unsigned least; /* codes that must be known */
};

static void
try_code(const struct codes *k, iconv_t cd, const uint8_t *code, size_t n,
    unsigned *known)
{
	struct charset_id id = { .is = k->is };
	struct cs_in in;
	struct cs_out out;
	struct cs_char c;
	struct reader r;
	struct buf b;
	uint8_t wide[8];
	char *from = (char *)(uintptr_t)code, *to = (char *)wide;
	size_t left = n, room = sizeof(wide);
	bool has;

	(void)iconv(cd, NULL, NULL, NULL, NULL);
	has = iconv(cd, &from, &left, &to, &room) != (size_t)-1;
	reader_init(&r, code, n);
	cs_open(&in, &r, &id);
	cr_assert_eq(cs_get(&in, &c) == 0 && c.len == n, has, "%02x%02x",
	    code[0], code[1]);
	if (!has)
		return;
	cr_assert_eq(c.cp, (uint32_t)(wide[0] | wide[1] << 8));
	buf_init(&b, 16);
	cs_start(&out, &b, k->is, k->is);
	cr_assert_eq(cs_put(&out, &c), 0);
	cr_assert(b.len == n && memcmp(b.data, code, n) == 0);
	buf_done(&b);
	++*known;
}

Test(charset, every_code_round_trips)
{
	static const struct codes all[] = {
		{ "CP932", CS_CP932, 0, 0x81, 0xfc, 9000 },
		{ "EUC-JP-MS", CS_EUCJP, 0, 0xa1, 0xfe, 6879 },
		{ "EUC-JP-MS", CS_EUCJP, 0x8f, 0xa1, 0xfe, 6067 },
	};
	uint8_t code[3];
	unsigned known;
	size_t n;

	cr_assert_eq(charset_preload(), 0);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		iconv_t cd = iconv_open("UTF-16LE", all[i].iconv_name);

		known = 0;
		for (int hi = all[i].first; hi <= all[i].last; hi++)
			for (int lo = 0x40; lo <= 0xfe; lo++) {
				if (all[i].is == CS_CP932 && hi >= 0xa0 &&
				    hi <= 0xdf)
					continue;
				n = 0;
				if (all[i].prefix != 0)
					code[n++] = all[i].prefix;
				code[n++] = (uint8_t)hi;
				code[n++] = (uint8_t)lo;
				try_code(&all[i], cd, code, n, &known);
			}
		iconv_close(cd);
		cr_assert_geq(known, all[i].least, "%s: %u", all[i].iconv_name,
		    known);
	}
}

Test(charset, gaiji_area_is_known)
{
	struct charset_id id = { .is = CS_CP932 };
	uint8_t code[2];
	struct reader r;
	struct cs_in in;
	struct cs_char c;

	cr_assert_eq(charset_preload(), 0);
	for (int hi = 0xf0; hi <= 0xf9; hi++)
		for (int lo = 0x40; lo <= 0xfc; lo++) {
			if (lo == 0x7f)
				continue;
			code[0] = (uint8_t)hi;
			code[1] = (uint8_t)lo;
			reader_init(&r, code, 2);
			cs_open(&in, &r, &id);
			cr_assert_eq(cs_get(&in, &c), 0, "%02x%02x", hi, lo);
			cr_assert(c.cp >= 0xe000 && c.cp <= 0xf8ff);
		}
}

static enum charset
detect(const char *text, size_t n)
{
	struct charset_id id = { .is = CS_NONE };
	struct reader r;

	reader_init(&r, text, n);
	return charset_detect(&r, false, &id) == 0 ? id.is : CS_NONE;
}

static enum charset
detect_as(const char *utf8, const char *charset)
{
	char in[512], out[1024], *from = in, *to = out;
	iconv_t cd = iconv_open(charset, "UTF-8");
	size_t left = strlen(utf8), room = sizeof(out);

	memcpy(in, utf8, left);
	cr_assert_neq(iconv(cd, &from, &left, &to, &room), (size_t)-1);
	(void)iconv(cd, NULL, NULL, &to, &room);
	iconv_close(cd);
	return detect(out, sizeof(out) - room);
}

Test(charset, short_japanese_is_recognised)
{
	static const char *const texts[] = { "氏名,住所,電話番号\n",
		"山田太郎\n", "日本語", "テスト\n", "田中", "住民票の写し",
		"東京都千代田区霞が関一丁目", "これはテストです。",
		"平成３０年度　予算書", "①～㈱髙﨑", "受付番号：１２３",
		"渡邊邊 齋藤", "カタカナ", "ひらがな", "年月日,金額\n",
		"福祉課", "議事録（案）", "申請書類一覧表\r\n" };
	cr_assert_eq(charset_preload(), 0);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		cr_expect_eq(detect_as(texts[i], "CP932"), CS_CP932, "%s",
		    texts[i]);
		cr_expect_eq(detect_as(texts[i], "EUC-JP-MS"), CS_EUCJP, "%s",
		    texts[i]);
		cr_expect_eq(detect(texts[i], strlen(texts[i])), CS_UTF8, "%s",
		    texts[i]);
	}
}

Test(charset, half_width_kana_is_cp932)
{
	static const char *const texts[] = { "ﾃｽﾄﾃﾞｰﾀ\n", "ﾔﾏﾀﾞ ﾀﾛｳ\n",
		"ｶﾌﾞｼｷｶﾞｲｼｬ", "ﾄｳｷｮｳﾄ ﾁﾖﾀﾞｸ", "ｽｽﾞｷ,ﾊﾅｺ\n" };
	cr_assert_eq(charset_preload(), 0);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		cr_expect_eq(detect_as(texts[i], "CP932"), CS_CP932, "%s",
		    texts[i]);
}

Test(charset, others)
{
	cr_assert_eq(charset_preload(), 0);
	cr_expect_eq(detect("", 0), CS_ASCII);
	cr_expect_eq(detect("plain\n", 6), CS_ASCII);
	cr_expect_eq(detect_as("日本語", "ISO-2022-JP"), CS_ISO2022JP);
	cr_expect_eq(detect("caf\xc3\xa9 \xc2\xa9 2020", 13), CS_UTF8);
	cr_expect_eq(detect("\xd0\x9f\xd1\x80\xd0\xb8", 6), CS_UTF8);
	cr_expect_eq(detect("caf\xe9 au lait", 12), CS_NONE);
	cr_expect_eq(detect("\xef\xbb\xbf\xff", 4), CS_NONE);
	cr_expect_eq(detect("\xff\xfe\0\0a\0\0\0", 8), CS_NONE);
	cr_expect_eq(detect("a\0b\0\n\0", 6), CS_UTF16LE);
	cr_expect_eq(detect("\0a\0b\0\n", 6), CS_UTF16BE);
	cr_expect_eq(detect("\xff\xfe\x42\x30", 4), CS_UTF16LE);
	cr_expect_neq(detect("a\xc0\xaf/", 4), CS_UTF8);
	cr_expect_eq(detect("a\xed\xa0\x80/b", 6), CS_NONE);
}
