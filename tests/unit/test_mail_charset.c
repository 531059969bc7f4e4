/*
 * Texts of mail in every charset, as labelled and as mislabelled. Expected
 * UTF-8 is made by hand from the standards: JIS X 0201, 0208, 0212, 0213,
 * RFC 1468, 1554, 2237, 2152, and for the codes with two readings from what
 * Windows shows (CP932).
 */
#include <criterion/criterion.h>
#include <string.h>

#include "word_case.h"

#define NONE FIND_COUNT /* nothing is found at all */

struct row {
	const char *charset;
	const char *in;
	size_t n;
	const char *want;
	unsigned find; /* it, and nothing else; or NONE */
};

#define R(charset, in, want, find) \
	{ \
		charset, in, sizeof(in) - 1, want, find \
	}

static void
check(enum word_call call, const struct row *rows, size_t n)
{
	static struct word_case c;

	for (size_t i = 0; i < n; i++) {
		const struct row *r = &rows[i];

		cr_expect_eq(word_case(&c, call, r->charset, r->in, r->n), 0,
		    "row %zu: %s", i, c.message);
		cr_expect_str_eq(c.out, r->want, "row %zu: %s, not %s", i,
		    c.out, r->want);
		for (unsigned k = 0; k < FIND_COUNT; k++)
			cr_expect_eq(c.count[k] > 0, k == r->find,
			    "row %zu: %s: %s %u times", i, r->want,
			    finding_name(k), c.count[k]);
	}
}

#define CHECK(call, rows) check(call, rows, sizeof(rows) / sizeof((rows)[0]))

Test(mail_charset, iso2022jp)
{
	static const struct row rows[] = {
		R("iso-2022-jp", "\033$BF|K\\8l\033(B\n", "日本語\n", NONE),
		R("ISO-2022-JP", "\033$@F|K\\8l\033(J abc\n", "日本語 abc\n",
		    NONE),
		R("csISO2022JP", "a\033$BF|\033(Bb\033$BK\\\033(Bc", "a日b本c",
		    NONE),
		R("iso-2022-jp", "plain", "plain", NONE),
		R("iso-2022-jp", "\033(J\\~\033(B", "\\~", NONE),
		R("iso-2022-jp", "\033(H\\abc\033(B", "\\abc", NONE),
		/* Long forms and the one with a revision number. */
		R("iso-2022-jp", "\033$(BF|K\\\033(B", "日本", NONE),
		R("iso-2022-jp", "\033$(@F|K\\\033(B", "日本", NONE),
		R("iso-2022-jp", "\033&@\033$BF|K\\\033(B", "日本", NONE),
		/* Without the way back: at the line's end, and in all. */
		R("iso-2022-jp", "\033$BF|K\\8l\nabc\n", "日本語\nabc\n",
		    FIND_MAIL_SHIFTS),
		R("iso-2022-jp", "\033$BF|K\\8l\r\nabc\r\n", "日本語\nabc\n",
		    FIND_MAIL_SHIFTS),
		R("iso-2022-jp", "\033$BF|K\\8l", "日本語", NONE),
		/* A line broken in the middle of kanji goes on. */
		R("iso-2022-jp", "\033$BF|K\\\n8lF|\033(B.\n", "日本\n語日.\n",
		    FIND_MAIL_SHIFTS),
		/* Half a character, and one that nobody assigned. */
		R("iso-2022-jp", "\033$BF|K\033(B<b>\n", "日\xef\xbf\xbd<b>\n",
		    FIND_MAIL_DAMAGED),
		R("iso-2022-jp", "\033$B$~F|\033(B\n", "\xef\xbf\xbd日\n",
		    FIND_MAIL_DAMAGED),
		R("iso-2022-jp", "\033$BF|\033(B \033$BK\\\033(B", "日 本",
		    NONE),
		R("iso-2022-jp", "\033$B!!F|\033(B", "　日", NONE),
		/* A space and a tab stand in any set. */
		R("iso-2022-jp", "\033$BF| \tK\\\033(B", "日 \t本", NONE),
	};

	CHECK(WORD_TEXT, rows);
}

Test(mail_charset, dialects_of_iso2022jp)
{
	static const struct row rows[] = {
		/* NEC row 13, NEC's choice of IBM's, IBM's as JIS X 0212. */
		R("iso-2022-jp", "\033$B-!-j-b\033(B", "①㈱№", NONE),
		R("cp50220", "\033$B|byu\033(B", "髙﨑", NONE),
		R("iso-2022-jp-1", "\033$(D0!\033(B", "丂", NONE),
		R("iso-2022-jp", "\033$(D0!\033(B", "丂", NONE),
		/* Half-width kana, four ways. */
		R("cp50221", "\033(I126\033(B", "ｱｲｶ", NONE),
		R("cp50222", "\016126\017 abc", "ｱｲｶ abc", NONE),
		R("iso-2022-jp", "a\261\262\266 \033$BF|\033(B", "aｱｲｶ 日",
		    FIND_MAIL_SHIFTS),
		R("cp50220", "\033(I6^\033(B", "ｶﾞ", NONE),
		/* Gaiji: CP50220 behind row 94, ISO-2022-JP-MS by a set. */
		R("cp50220", "\033$B\177!\033(B", "\xee\x80\x80",
		    FIND_TEXT_PRIVATE),
		R("iso-2022-jp-ms", "\033$(?!!\033(B", "\xee\x80\x80",
		    FIND_TEXT_PRIVATE),
		/* JIS X 0213: plane 1 of 2000 and 2004, plane 2, marks. */
		R("iso-2022-jp-3", "\033$(O.\"\033(B", "𠀋", NONE),
		R("iso-2022-jp-2004", "\033$(Q.!\033(B", "俱", NONE),
		R("iso-2022-jp-2004", "\033$(P!!\033(B", "𠂉", NONE),
		R("iso-2022-jp-2004", "\033$(Q$w\033(B",
		    "\xe3\x81\x8b\xe3\x82\x9a", NONE),
		R("iso-2022-jp", "\033$B.!\033(B", "俱", NONE),
		/* ISO-2022-JP-2: Chinese, Korean, Latin-1 and Greek. */
		R("iso-2022-jp-2", "\033$AVPND\033(B", "中文", NONE),
		R("iso-2022-jp-2", "\033$(CGQ19\033(B", "한국", NONE),
		R("iso-2022-jp-2", "\033.Acaf\033Ni", "café", NONE),
		R("iso-2022-jp-2", "\033.F\033Na\033Nb", "αβ", NONE),
		/* ESC lost on the way. */
		R("iso-2022-jp", "$BF|K\\8l(B abc\n", "日本語 abc\n",
		    FIND_MAIL_SHIFTS),
		R("iso-2022-jp", "US$B 5 (Billion)\n", "US$B 5 (Billion)\n",
		    NONE),
		/* Other charsets between: a footer by a mailing list. */
		R("iso-2022-jp",
		    "\033$BF|K\\\033(B\n\xe6\x97\xa5\xe6\x9c\xac\n",
		    "日本\n日本\n", FIND_MAIL_SHIFTS),
		R("iso-2022-jp", "\033$BF|K\\\033(B\n\223\372\226\173\n",
		    "日本\n日本\n", FIND_MAIL_SHIFTS),
		R("iso-2022-jp",
		    "\033$BF|K\\\033(B\n\306\374\313\334\270\354\n",
		    "日本\n日本語\n", FIND_MAIL_SHIFTS),
	};

	CHECK(WORD_TEXT, rows);
}

/* One code, two readings: what Windows shows is what was meant. */
Test(mail_charset, conventions_of_windows)
{
	static const struct row rows[] = {
		R("iso-2022-jp", "\033$B!A!]!B!=\033(B", "～－∥―", NONE),
		R("iso-2022-jp", "\033$B!q!r\"L\033(B", "￠￡￢", NONE),
		R("shift_jis", "\201\140\201\174\201\141\201\134", "～－∥―",
		    NONE),
		R("shift_jis", "\201\221\201\222\201\312", "￠￡￢", NONE),
		R("euc-jp", "\241\301\241\335\241\302\241\275\274\250",
		    "～－∥―示", NONE),
		R("euc-jp", "\241\361\241\362\242\314\274\250", "￠￡￢示",
		    NONE),
		R("iso-2022-jp-2004", "\033$(Q!A!]\033(B", "〜−", NONE),
		R("utf-8", "〜−‖—¢£¬", "〜−‖—¢£¬", NONE),
	};

	CHECK(WORD_TEXT, rows);
}

Test(mail_charset, japanese_eight_bits)
{
	static const struct row rows[] = {
		R("shift_jis", "\223\372\226\173\214\352", "日本語", NONE),
		R("x-sjis", "\225\134\216\246\203\134", "表示ソ", NONE),
		R("ms_kanji", "\207\100\207\212\373\374\372\261", "①㈱髙﨑",
		    NONE),
		R("cp932", "\360\100", "\xee\x80\x80", FIND_TEXT_PRIVATE),
		R("shift_jis", "\303\275\304\322\260\331", "ﾃｽﾄﾒｰﾙ", NONE),
		R("euc-jp", "\306\374\313\334\270\354", "日本語", NONE),
		R("x-euc-jp", "\216\261\216\262 \306\374\313\334", "ｱｲ 日本",
		    NONE),
		R("euc-jp", "\217\260\241\306\374\313\334", "丂日本", NONE),
		R("eucJP-ms", "\365\241\306\374\313\334", "\xee\x80\x80日本",
		    FIND_TEXT_PRIVATE),
		R("cp51932", "\255\241\255\352", "①㈱", NONE),
		R("shift_jis-2004", "\207\237\202\365",
		    "俱\xe3\x81\x8b\xe3\x82\x9a", NONE),
		R("shift_jisx0213", "\360\100\223\372", "𠂉日", NONE),
		R("euc-jis-2004", "\217\241\241\244\367",
		    "𠂉\xe3\x81\x8b\xe3\x82\x9a", NONE),
		R("shift_jis", "\223\372\226", "日\xef\xbf\xbd",
		    FIND_MAIL_DAMAGED),
		R("shift_jis", "\223\372\226<b>", "日\xef\xbf\xbd<b>",
		    FIND_MAIL_DAMAGED),
	};

	CHECK(WORD_TEXT, rows);
}

/* Labels lie. */
Test(mail_charset, mislabelled)
{
	static const struct row rows[] = {
		R("iso-2022-jp", "\223\372\226\173\214\352", "日本語",
		    FIND_MAIL_LABEL),
		R("iso-2022-jp", "\306\374\313\334\270\354", "日本語",
		    FIND_MAIL_LABEL),
		R("iso-2022-jp", "日本語", "日本語", FIND_MAIL_LABEL),
		R("shift_jis", "日本語です", "日本語です", FIND_MAIL_LABEL),
		R("shift_jis", "\033$BF|K\\\033(B", "日本", FIND_MAIL_LABEL),
		R("shift_jis", "\306\374\313\334\270\354\244\307\244\271",
		    "日本語です", FIND_MAIL_LABEL),
		R("euc-jp", "\223\372\226\173\214\352\202\305\202\267",
		    "日本語です", FIND_MAIL_LABEL),
		R("utf-8", "\223\372\226\173\214\352", "日本語",
		    FIND_MAIL_LABEL),
		R("utf-8", "\306\374\313\334\270\354", "日本語",
		    FIND_MAIL_LABEL),
		R("utf-8", "\033$BF|K\\\033(B", "日本", FIND_MAIL_LABEL),
		R("us-ascii", "日本語", "日本語", FIND_MAIL_LABEL),
		R("us-ascii", "\033$BF|K\\\033(B", "日本", FIND_MAIL_LABEL),
		R("iso-8859-1", "日本語", "日本語", FIND_MAIL_LABEL),
		R("iso-8859-1", "\223\372\226\173\214\352\202\305\202\267",
		    "日本語です", FIND_MAIL_LABEL),
		R("", "\223\372\226\173\214\352", "日本語", NONE),
		R("", "日本語", "日本語", NONE),
		R("", "\306\374\313\334\270\354", "日本語", NONE),
		R("", "\033$BF|K\\\033(B", "日本", NONE),
		R("x-unknown", "日本語", "日本語", NONE),
		R("no-such-charset", "日本語", "日本語", FIND_MAIL_CHARSET),
		R("gb2312", "日本語です", "日本語です", FIND_MAIL_LABEL),
		R("utf-16", "plain text\n", "plain text\n", NONE),
	};

	CHECK(WORD_TEXT, rows);
}

Test(mail_charset, unicode)
{
	static const struct row rows[] = {
		R("utf-8", "\xef\xbb\xbf日本", "日本", NONE),
		R("", "\xef\xbb\xbf日本", "日本", NONE),
		R("utf-8", "日本\xe8\xaa", "日本\xef\xbf\xbd",
		    FIND_MAIL_DAMAGED),
		R("utf-8", "日\xe8\xaa<b>本語です", "日\xef\xbf\xbd<b>本語です",
		    FIND_MAIL_DAMAGED),
		/* Overlong forms are no characters. */
		R("utf-8", "日本語\xc0\xbc", "日本語\xef\xbf\xbd\xef\xbf\xbd",
		    FIND_MAIL_DAMAGED),
		/* CESU-8: surrogates as three bytes each. */
		R("utf-8", "絵\xed\xa0\xbd\xed\xb8\x80です", "絵😀です",
		    FIND_MAIL_SHIFTS),
		R("utf-16", "\xfe\xff\x65\xe5\x67\x2c", "日本", NONE),
		R("utf-16", "\xff\xfe\xe5\x65\x2c\x67", "日本", NONE),
		R("utf-16le", "\xe5\x65\x2c\x67\x0a\x00", "日本\n", NONE),
		R("utf-16be", "\xd8\x3d\xde\x00\x00\x61", "😀a", NONE),
		R("", "\377\376a\0b\0", "ab", NONE),
	};

	CHECK(WORD_TEXT, rows);
}

/* Only when labelled; its code never makes syntax. */
Test(mail_charset, utf7)
{
	static const struct row rows[] = {
		R("utf-7", "Hi +ZeVnLIqe-!", "Hi 日本語!", FIND_MAIL_UTF7),
		R("unicode-1-1-utf-7", "1 +- 1", "1 + 1", FIND_MAIL_UTF7),
		R("utf-7", "+ADw-script+AD4-alert(1)", "＜script＞alert(1)",
		    FIND_MAIL_UTF7),
		R("utf-7", "+ACIAIgA8-", "＂＂＜", FIND_MAIL_UTF7),
		R("utf-7", "a+AA0ACg-b", "a  b", FIND_MAIL_UTF7),
		R("utf-7", "+2D3eAA-", "😀", FIND_MAIL_UTF7),
		R("", "+ADw-script+AD4-", "+ADw-script+AD4-", NONE),
		R("utf-8", "+ADw-script+AD4-", "+ADw-script+AD4-", NONE),
		R("utf-7", "no code", "no code", NONE),
		R("utf-7", "日本語", "日本語", FIND_MAIL_LABEL),
	};

	CHECK(WORD_TEXT, rows);
}

Test(mail_charset, others)
{
	static const struct row rows[] = {
		R("windows-1252", "\200 \223caf\351\224 it\222s",
		    "€ “café” it’s", NONE),
		R("iso-8859-1", "Gr\374\337e, \205", "Grüße, …", NONE),
		R("iso-8859-15", "\244", "€", NONE),
		R("us-ascii", "it\222s a \223test\224", "it’s a “test”",
		    FIND_MAIL_LABEL),
		R("koi8-r", "\360\322\311\327\305\324", "Привет", NONE),
		R("windows-1251", "\317\360\350\342\345\362", "Привет", NONE),
		R("iso-8859-5", "\277\340\330\322\325\342", "Привет", NONE),
		R("iso-8859-7", "\301\342", "Αβ", NONE),
		R("tis-620", "\342\267\302", "โทย", NONE),
		R("gb18030", "\326\320\316\304\2249\3746", "中文😀", NONE),
		R("gb2312", "\304\343\272\303", "你好", NONE),
		R("gbk", "\326\320\316\304", "中文", NONE),
		R("hz-gb-2312", "~{VPND~} ~~", "中文 ~", NONE),
		R("big5", "\244\244\244\345", "中文", NONE),
		R("euc-kr", "\307\321\261\271", "한국", NONE),
		R("ks_c_5601-1987", "\276\310\263\347", "안녕", NONE),
		R("iso-2022-kr", "\033$)C\016GQ19\017 ok", "한국 ok", NONE),
	};

	CHECK(WORD_TEXT, rows);
}

/* What acts or hides goes, and the lines are LF. */
Test(mail_charset, filtered)
{
	static const struct row rows[] = {
		R("utf-8", "a\r\nb\r\n", "a\nb\n", NONE),
		R("utf-8", "a\r\r\nb\r\r\n", "a\nb\n", NONE),
		R("utf-8", "a\rb\n", "a\nb\n", FIND_TEXT_CR),
		R("utf-8", "a\0b", "ab", FIND_TEXT_NUL),
		R("iso-2022-jp", "\033$BF|\033(B\033[31mred", "日red",
		    FIND_TEXT_ESCAPE),
		R("utf-8", "a\342\200\256b", "ab", FIND_TEXT_BIDI),
		R("utf-8",
		    "a\xe2\x80\x8b"
		    "b",
		    "ab", FIND_TEXT_HIDDEN),
		R("utf-8", "辻\xf3\xa0\x84\x80", "辻\xf3\xa0\x84\x80", NONE),
	};

	CHECK(WORD_TEXT, rows);
}

/* For HTML: charset only. */
Test(mail_charset, decoded_only)
{
	static const struct row rows[] = {
		R("iso-2022-jp", "<p>\033$BF|K\\\033(B</p>\r\n",
		    "<p>日本</p>\r\n", NONE),
		R("shift_jis", "<p>\225\134</p>", "<p>表</p>", NONE),
		R("utf-7", "+ADw-p+AD4-", "＜p＞", FIND_MAIL_UTF7),
		/* In a state that would hide markup from a byte scanner. */
		R("iso-2022-jp", "\033$B<s<c\n<b>x</b>", "首若\n<b>x</b>",
		    FIND_MAIL_SHIFTS),
	};

	CHECK(WORD_DECODE, rows);
}
