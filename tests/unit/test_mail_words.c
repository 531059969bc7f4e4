/*
 * Headers of mail: encoded words, raw text, addresses, dates, parameters, as
 * RFC 2047, 2231, 5322 and 6532 have them and as they are really sent.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "word_case.h"

#define NONE FIND_COUNT /* nothing is found at all */

struct row {
	const char *in;
	size_t n;
	const char *want;
	unsigned find, also; /* these, and nothing else; or NONE */
};

#define R2(in, want, find, also) \
	{ \
		in, sizeof(in) - 1, want, find, also \
	}
#define R(in, want, find) R2(in, want, find, find)

static void
check(enum word_call call, const char *arg, const struct row *rows, size_t n)
{
	static struct word_case c;

	for (size_t i = 0; i < n; i++) {
		const struct row *r = &rows[i];

		cr_expect_eq(word_case(&c, call, arg, r->in, r->n), 0,
		    "row %zu: %s", i, c.message);
		cr_expect_str_eq(c.out, r->want, "row %zu: [%s], not [%s]", i,
		    c.out, r->want);
		for (unsigned k = 0; k < FIND_COUNT; k++)
			cr_expect_eq(c.count[k] > 0,
			    k == r->find || k == r->also,
			    "row %zu: %s: %s %u times", i, r->want,
			    finding_name(k), c.count[k]);
	}
}

#define CHECK(call, arg, rows) \
	check(call, arg, rows, sizeof(rows) / sizeof((rows)[0]))

Test(mail_words, plain_and_folded)
{
	static const struct row rows[] = {
		R("", "", NONE),
		R(" plain text \r\n", "plain text", NONE),
		R("one\r\n two\r\n\tthree", "one two three", NONE),
		R("one\n  two", "one two", NONE),
		R("a  b", "a  b", NONE),
		R("a\tb", "a b", NONE),
		R("a\0b", "a b", FIND_MAIL_BREAK),
		R("a\001\177b", "ab", FIND_TEXT_CONTROL),
		R("a \r\n  \r\n b", "a b", NONE),
		R("a =? b ?= c", "a =? b ?= c", NONE),
		R("1=?2?3?4?=", "1=?2?3?4?=", NONE),
	};

	CHECK(WORD_LINE, "", rows);
}

Test(mail_words, raw)
{
	static const struct row rows[] = {
		R("Re: \033$BF|K\\8l\033(B", "Re: 日本語", FIND_MAIL_RAW),
		R("\033$BF|K\\\033(B\r\n \033$B8l\033(B", "日本 語",
		    FIND_MAIL_RAW),
		R("\223\372\226\173\214\352 abc", "日本語 abc", FIND_MAIL_RAW),
		R("日本語", "日本語", FIND_MAIL_RAW),
		R("\306\374\313\334\270\354", "日本語", FIND_MAIL_RAW),
		R("caf\351 cr\350me", "café crème", FIND_MAIL_RAW),
		/* Big5, which as CP932 would be full of gaiji. */
		R("\271\144\303\373\267\163\244\371\244\123\250\354\056\246\160"
		  "\246\263\255\253\275\306\261\110\265\157\056\267\161\275\320"
		  "\255\354\275\314\041",
		    "鉅靡新片又到.如有重複寄發.敬請原諒!", FIND_MAIL_RAW),
		/* "=?" as half a kanji each is no encoded word. */
		R("\033$B=?=?=?\033(B", "戎戎戎", FIND_MAIL_RAW),
		/* Not closed: the next line is ASCII again. */
		R2("\033$BF|K\\\r\n abc", "日本 abc", FIND_MAIL_RAW,
		    FIND_MAIL_SHIFTS),
		R("日本 =?UTF-8?B?6Kqe?=", "日本 語", FIND_MAIL_RAW),
	};

	CHECK(WORD_LINE, "", rows);
}

Test(mail_words, encoded)
{
	static const struct row rows[] = {
		R("=?ISO-2022-JP?B?GyRCRnxLXDhsGyhC?=", "日本語", NONE),
		R("Re: =?iso-2022-jp?b?GyRCRnxLXDhsGyhC?= abc",
		    "Re: 日本語 abc", NONE),
		R("=?Shift_JIS?B?k/qWe4zq?=", "日本語", NONE),
		R("=?euc-jp?B?xvzL3Ljs?=", "日本語", NONE),
		R("=?UTF-8?B?5pel5pys6Kqe?=", "日本語", NONE),
		R("=?utf-8?q?=E6=97=A5=e6=9c=ac?=", "日本", NONE),
		R("=?utf-8?Q?a_b=20c?=", "a b c", NONE),
		R("=?iso-8859-1?Q?Gr=FC=DFe?=", "Grüße", NONE),
		R("=?us-ascii?Q?plain?=", "plain", NONE),
		R("=?utf-8*ja?B?5pel5pys6Kqe?=", "日本語", NONE),
		R("=?iso-2022-jp?Q?=1B$BF|K=5C=1B(B?=", "日本", NONE),
		R("=?koi8-r?B?8NLJ18XU?=", "Привет", NONE),
		R("=?gb2312?B?1tDOxA==?=", "中文", NONE),
		R("=?big5?B?pKSk5Q==?=", "中文", NONE),
		R("=?euc-kr?B?x9GxuQ==?=", "한국", NONE),
		/* NEC row 13, IBM extensions, half-width kana. */
		R("=?iso-2022-jp?B?GyRCLSEtahsoQg==?=", "①㈱", NONE),
		R("=?iso-2022-jp?B?GyhJMTIbKEI=?=", "ｱｲ", NONE),
	};

	CHECK(WORD_LINE, "", rows);
}

Test(mail_words, side_by_side)
{
	static const struct row rows[] = {
		R("=?UTF-8?B?5pel?= =?UTF-8?B?5pys?=", "日本", NONE),
		R("=?UTF-8?B?5pel?=\r\n =?UTF-8?B?5pys?=", "日本", NONE),
		R("=?UTF-8?B?5pel?==?UTF-8?B?5pys?=", "日本", NONE),
		R("=?UTF-8?B?5pel?= x =?UTF-8?B?5pys?=", "日 x 本", NONE),
		/* Cut inside a character. */
		R("=?UTF-8?B?5pel5g==?=\r\n =?UTF-8?B?nKzoqp4=?=", "日本語",
		    NONE),
		R("=?Shift_JIS?B?ie+L?= =?Shift_JIS?B?Yw==?=", "会議", NONE),
		R("=?ISO-2022-JP?B?GyRCRnxL?= =?ISO-2022-JP?B?XDhsGyhC?=",
		    "日本語", NONE),
		/* Cut between characters, in two-byte mode. */
		R("=?ISO-2022-JP?B?GyRCRnxLXA==?= =?ISO-2022-JP?B?OGwbKEI=?=",
		    "日本語", NONE),
		/* Not closed, but the next word begins in ASCII. */
		R("=?ISO-2022-JP?B?GyRCRnxLXA==?= =?ISO-2022-JP?Q?abc?=",
		    "日本abc", NONE),
		/* Charsets and encodings that differ. */
		R("=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?= =?UTF-8?B?6Kqe?=",
		    "日本語", NONE),
		R("=?UTF-8?Q?=E6=97?= =?UTF-8?B?pQ==?=", "日", NONE),
		R("=?shift_jis?Q?=93=FA?= =?SHIFT-JIS?Q?=96=7B?=", "日本",
		    NONE),
	};

	CHECK(WORD_LINE, "", rows);
}

Test(mail_words, malformed)
{
	static const struct row rows[] = {
		/* Padding: none, too little, too much, in the middle. */
		R("=?UTF-8?B?5re75LuYLnBkZg?=", "添付.pdf", FIND_MAIL_WORD),
		R2("=?UTF-8?B?5pel5pys5g?=", "日本\xef\xbf\xbd", FIND_MAIL_WORD,
		    FIND_MAIL_DAMAGED),
		R("=?ISO-2022-JP?B?GyRCLSEtahsoQg?=", "①㈱", FIND_MAIL_WORD),
		R("=?ISO-2022-JP?B?GyRCLSEtahsoQg=?=", "①㈱", FIND_MAIL_WORD),
		R("=?ISO-2022-JP?B?GyRCLSEtahsoQg===?=", "①㈱", FIND_MAIL_WORD),
		R("=?gb2312?B?1tA=zsQ=?=", "中文", FIND_MAIL_WORD),
		R("=?UTF-8?B?5pel 5pys?=", "日本", FIND_MAIL_WORD),
		R("=?UTF-8?B?5pel\r\n 5pys?=", "日本", FIND_MAIL_WORD),
		/* The end is lost. */
		R("=?UTF-8?B?5pel5pys", "日本", FIND_MAIL_WORD),
		R("=?UTF-8?B?5pel5pys?", "日本", FIND_MAIL_WORD),
		R("=?UTF-8?B?5pel5pys rest", "日本 rest", FIND_MAIL_WORD),
		R("=?UTF-8?B?5pel=?UTF-8?B?5pys?=", "日本", FIND_MAIL_WORD),
		R("=?UTF-8?Q?=E6=97=A5 x", "日 x", FIND_MAIL_WORD),
		/* Spaces and question marks that should have been encoded. */
		R("=?UTF-8?Q?a b c?=", "a b c", FIND_MAIL_WORD),
		R("=?UTF-8?Q?why?\?=", "why?", FIND_MAIL_WORD),
		R("=?UTF-8?Q?why?=E6=97=A5?=", "why?日", FIND_MAIL_WORD),
		R("=?UTF-8?Q?50%=off?=", "50%=off", FIND_MAIL_WORD),
		/* A word in a word. */
		R("=?UTF-8?Q?=?UTF-8?B?5pel?=?=", "日", FIND_MAIL_WORD),
		/* No space around. */
		R("Re:=?UTF-8?B?5pel?=abc", "Re:日abc", NONE),
		/* Nobody knows the charset, or the label lies. */
		R("=?x-none?B?5pel5pys?=", "日本", FIND_MAIL_CHARSET),
		R("=?ISO-2022-JP?B?k/qWe4zq?=", "日本語", FIND_MAIL_LABEL),
		R("=?UTF-8?B?k/qWe4zq?=", "日本語", FIND_MAIL_LABEL),
		R("=?ISO-8859-1?B?5pel5pys6Kqe?=", "日本語", FIND_MAIL_LABEL),
		R("=?iso-2022-jp?B?JEJGfEtcOGwoQg==?=", "日本語",
		    FIND_MAIL_SHIFTS),
		R("=?utf-8?X?abc?=", "=?utf-8?X?abc?=", NONE),
		R("=??B?5pel5pys?=", "日本", NONE),
	};

	CHECK(WORD_LINE, "", rows);
}

/* Nothing that comes out of a word acts. */
Test(mail_words, hostile)
{
	static const struct row rows[] = {
		R("=?utf-8?Q?a=0D=0ABcc:_x?=", "a  Bcc: x", FIND_MAIL_BREAK),
		R("=?utf-8?B?44GCDQpCY2M6IGV2aWxAeC5qcA==?=",
		    "あ  Bcc: evil@x.jp", FIND_MAIL_BREAK),
		R("=?utf-8?Q?a=0D=0A?=", "a", NONE),
		R("=?utf-8?B?YQBi?=", "a b", FIND_MAIL_BREAK),
		R("=?utf-8?B?4oCudHh0LmV4ZQ==?=", "txt.exe", FIND_TEXT_BIDI),
		R2("a\342\200\256b", "ab", FIND_TEXT_BIDI, FIND_MAIL_RAW),
		R("=?utf-8?Q?=E2=80=8Ba?=", "a", FIND_TEXT_HIDDEN),
		R("=?utf-8?Q?=1B[31mred?=", "red", FIND_TEXT_ESCAPE),
		R("=?utf-8?Q?a=E2=80=A8b?=", "a b", FIND_TEXT_LINE),
		R("=?utf-7?Q?+AA0ACg-Bcc:_x?=", "Bcc: x", FIND_MAIL_UTF7),
		R("=?utf-8?Q?=3D=3Futf-8=3FQ=3Fa=3F=3D?=", "=?utf-8?Q?a?=",
		    NONE),
		R("=?iso-2022-jp?Q?=1B$B?= <x@y.jp>", "<x@y.jp>", NONE),
	};

	CHECK(WORD_LINE, "", rows);
}

Test(mail_words, addresses)
{
	static const struct row rows[] = {
		R("", "", NONE),
		R("a@x.jp", " <a@x.jp>", NONE),
		R("<a@X.JP>", " <a@x.jp>", NONE),
		R("A.B@x.jp, c@y.jp", " <A.B@x.jp>| <c@y.jp>", NONE),
		R("Taro Yamada <t@x.jp>", "Taro Yamada <t@x.jp>", NONE),
		R("\"Yamada, Taro\" <t@x.jp>", "Yamada, Taro <t@x.jp>", NONE),
		R("\"a \\\"b\\\" \\\\c\" <t@x.jp>", "a \"b\" \\c <t@x.jp>",
		    NONE),
		R("=?ISO-2022-JP?B?GyRCOzNFRBsoQg==?= <t@x.jp>",
		    "山田 <t@x.jp>", NONE),
		R("\"=?ISO-2022-JP?B?GyRCOzNFRBsoQg==?=\" <t@x.jp>",
		    "山田 <t@x.jp>", NONE),
		R("=?UTF-8?B?5bGx55Sw?= =?UTF-8?B?5aSq6YOO?= <t@x.jp>",
		    "山田太郎 <t@x.jp>", NONE),
		R("t@x.jp (Yamada (Taro))", "Yamada (Taro) <t@x.jp>", NONE),
		R("Taro <t@x.jp> (Sales)", "Taro (Sales) <t@x.jp>", NONE),
		R("\"a b\"@x.jp", " <\"a b\"@x.jp>", NONE),
		R("<\"a\\\"b\"@x.jp>", " <\"a\\\"b\"@x.jp>", NONE),
		R("\"ab\"@x.jp", " <ab@x.jp>", NONE),
		R("team: a@x.jp, b@y.jp;", "team <>| <a@x.jp>| <b@y.jp>", NONE),
		R("undisclosed-recipients:;", "undisclosed-recipients <>",
		    NONE),
		R("g:a@x.jp;, b@y.jp", "g <>| <a@x.jp>| <b@y.jp>", NONE),
		R("a@x.jp,,b@y.jp,", " <a@x.jp>| <b@y.jp>", NONE),
		R("a@[192.0.2.1]", " <a@[192.0.2.1]>", NONE),
		R("\"a@x.jp\" <a@x.jp>", " <a@x.jp>", NONE),
		R("\"ceo@bank.jp\" <evil@x.jp>", "ceo@bank.jp <evil@x.jp>",
		    NONE),
		R("a@x.jp <b@y.jp>", "a@x.jp <b@y.jp>", NONE),
		R("<>", "", NONE),
		/* SMTPUTF8, IDN and raw names. */
		R("山田 <t@x.jp>", "山田 <t@x.jp>", FIND_MAIL_RAW),
		R("用户@例子.jp", " <用户@例子.jp>", FIND_MAIL_RAW),
		R("a@例子.jp", " <a@xn--fsqu00a.jp>", FIND_MAIL_RAW),
		R("a@日本語。jp", " <a@xn--wgv71a119e.jp>", FIND_MAIL_RAW),
		R("T <a@m\303\204CHINE.example>",
		    "T <a@xn--mchine-bua.example>", FIND_MAIL_RAW),
		R("a@ma\314\210chine.example", " <a@xn--mchine-bua.example>",
		    FIND_MAIL_RAW),
		R("a@сity.example", " <a@xn--ity-3ed.example>", FIND_MAIL_RAW),
		R("a@ｃｉｔｙ．example", " <a@city.example>", FIND_MAIL_RAW),
		R("a@ab_日.example", " <a@ab_日.example>", FIND_MAIL_RAW),
		R("a@xn--日.example", " <a@xn--日.example>", FIND_MAIL_RAW),
		R("\033$B;3ED\033(B <t@x.jp>", "山田 <t@x.jp>", FIND_MAIL_RAW),
		R("\"\225\134\216\246\" <t@x.jp>", "表示 <t@x.jp>",
		    FIND_MAIL_RAW),
		/* Kanji that have < > , " as bytes. */
		R("\033$B<>\"$,,\033(B <t@x.jp>", "湿△⓬ <t@x.jp>",
		    FIND_MAIL_RAW),
	};

	CHECK(WORD_ADDRESSES, "", rows);
}

Test(mail_words, odd_addresses)
{
	static const struct row rows[] = {
		R("a..b@x.jp", " <\"a..b\"@x.jp>", FIND_MAIL_ADDRESS),
		R("ab.@x.jp", " <\"ab.\"@x.jp>", FIND_MAIL_ADDRESS),
		R("Taro t@x.jp", "Taro <t@x.jp>", FIND_MAIL_ADDRESS),
		R("\"Taro\" t@x.jp", "Taro <t@x.jp>", FIND_MAIL_ADDRESS),
		R("Taro <t@x.jp", "Taro <t@x.jp>", FIND_MAIL_ADDRESS),
		R("Taro <t@x.jp, b@y.jp", "Taro <t@x.jp>| <b@y.jp>",
		    FIND_MAIL_ADDRESS),
		R("Taro t@x.jp>", "Taro <t@x.jp>", FIND_MAIL_ADDRESS),
		R("Taro <<t@x.jp>>", "Taro <t@x.jp>", FIND_MAIL_ADDRESS),
		R("Yamada, Taro <t@x.jp>", "Yamada, Taro <t@x.jp>",
		    FIND_MAIL_ADDRESS),
		R("<@r.jp,@s.jp:t@x.jp>", " <t@x.jp>", FIND_MAIL_ADDRESS),
		R("t @ x . jp", " <t@x.jp>", FIND_MAIL_ADDRESS),
		R("a@b@x.jp", " <\"a@b\"@x.jp>", FIND_MAIL_ADDRESS),
		R("MAILER-DAEMON", "MAILER-DAEMON <>", FIND_MAIL_ADDRESS),
		R("Taro <taro>", "Taro taro <>", FIND_MAIL_ADDRESS),
		R("\"Taro <t@x.jp>", "Taro <t@x.jp> <>", FIND_MAIL_ADDRESS),
		R("<mailto:t@x.jp>", " <t@x.jp>", FIND_MAIL_ADDRESS),
		R("t@x.jp.", " <t@x.jp>", FIND_MAIL_ADDRESS),
		R("=?utf-8?Q?t=40x.jp?=", "t@x.jp <>", FIND_MAIL_ADDRESS),
		R("=?utf-8?Q?x=2C_evil=40y.jp=3E?= <t@x.jp>",
		    "x, evil@y.jp> <t@x.jp>", NONE),
		R("=?utf-8?Q?x, y?= <t@x.jp>", "x, y <t@x.jp>", FIND_MAIL_WORD),
		R("a <b@y.jp> <c@x.jp>", "a <c@x.jp>", FIND_MAIL_ADDRESS),
		R("t@x_y.jp", " <t@x_y.jp>", NONE),
		R("t@x!y.jp", "t@x!y.jp <>", FIND_MAIL_ADDRESS),
	};

	CHECK(WORD_ADDRESSES, "", rows);
}

Test(mail_words, dates)
{
	static const struct row rows[] = {
		R("Sat, 21 Nov 2026 10:44:33 +0900",
		    "Sat, 21 Nov 2026 10:44:33 +0900", NONE),
		R("Sat, 21 Nov 2026 10:44:33 +0900 (JST)",
		    "Sat, 21 Nov 2026 10:44:33 +0900", NONE),
		R("21 Nov 2026 10:44 +0900", "Sat, 21 Nov 2026 10:44:00 +0900",
		    NONE),
		R("Thu, 1 Jan 1970 00:00:00 -0000",
		    "Thu, 1 Jan 1970 00:00:00 +0000", NONE),
		R("Thu, 29 Feb 2024 23:59:60 +0000",
		    "Thu, 29 Feb 2024 23:59:60 +0000", NONE),
		R("Fri, 21 Nov 97 09(comment):   55  :  06 -0600",
		    "Fri, 21 Nov 1997 09:55:06 -0600", FIND_MAIL_DATE),
		R("21 Nov 97 09:55:06 GMT", "Fri, 21 Nov 1997 09:55:06 +0000",
		    FIND_MAIL_DATE),
		R("21 Nov 126 09:55:06 EST", "Sat, 21 Nov 2026 09:55:06 -0500",
		    FIND_MAIL_DATE),
		R("21 Nov 2026 09:55:06 JST", "Sat, 21 Nov 2026 09:55:06 +0900",
		    FIND_MAIL_DATE),
		R("Sat Nov 21 10:44:33 2026", "Sat, 21 Nov 2026 10:44:33 +0000",
		    FIND_MAIL_DATE),
		R("2026-11-21T10:44:33+09:00",
		    "Sat, 21 Nov 2026 10:44:33 +0900", FIND_MAIL_DATE),
		R("2026/11/21 10:44:33", "Sat, 21 Nov 2026 10:44:33 +0000",
		    FIND_MAIL_DATE),
		R("Mon, 21 Nov 2026 10:44:33 PM +0900",
		    "Sat, 21 Nov 2026 22:44:33 +0900", FIND_MAIL_DATE),
		R("Sat, 31 Feb 2026 10:44:33 +0900", "", FIND_MAIL_DATE),
		R("Sat, 21 Nov 2026 25:44:33 +0900", "", FIND_MAIL_DATE),
		R("yesterday", "", FIND_MAIL_DATE),
		R("", "", NONE),
		R("Sat, 21 Nov 2026 10:44:33 +9999", "", FIND_MAIL_DATE),
		R("Sat, 21 Nov 99999999999 10:44:33 +0900", "", FIND_MAIL_DATE),
	};

	CHECK(WORD_DATE, "", rows);
}

Test(mail_words, parameters)
{
	static const struct row rows[] = {
		R("attachment", "", NONE),
		R("attachment; filename=a.txt", "a.txt", NONE),
		R("attachment; FileName = \"a b.txt\" ; size=3", "a b.txt",
		    NONE),
		R("attachment; filename=\"a;b.txt\"", "a;b.txt", NONE),
		R("attachment; x=\"filename=no;\"; filename=yes", "yes", NONE),
		R("attachment; filename=\"a\\\"b\"", "a\"b", NONE),
		R("attachment; filename=my file.txt", "my file.txt", NONE),
		R("attachment; filename=\"C:\\dir\\a.txt\"", "C:\\dir\\a.txt",
		    NONE),
		R("attachment; filename=\"a.txt", "a.txt", FIND_MAIL_PARAMETER),
		R("attachment; filename*=UTF-8''%E6%B7%BB%E4%BB%98.pdf",
		    "添付.pdf", NONE),
		R("attachment; filename*=iso-2022-jp'ja'%1B$B%3BqNA%1B(B.xls",
		    "資料.xls", NONE),
		R("attachment; filename*=shift_jis''%93%fa.txt", "日.txt",
		    NONE),
		R("attachment; filename*0=ab; filename*1=cd.txt", "abcd.txt",
		    NONE),
		R("attachment; filename*1=cd.txt; filename*0=ab", "abcd.txt",
		    NONE),
		R("x; filename*0*=UTF-8''%E6%97; filename*1*=%A5; "
		  "filename*2=.txt",
		    "日.txt", NONE),
		R("x; filename*=\"UTF-8''%E6%97%A5.txt\"", "日.txt", NONE),
		/* Encoded words where none may be. */
		R("x; filename=\"=?ISO-2022-JP?B?GyRCO3FOQRsoQi54bHM=?=\"",
		    "資料.xls", NONE),
		R("x; filename==?UTF-8?B?5re75LuYLnBkZg==?=", "添付.pdf", NONE),
		R("x; filename=\"=?UTF-8?B?5re7?=\r\n =?UTF-8?B?5LuY?=.pdf\"",
		    "添付.pdf", NONE),
		R("x; filename*0=\"=?UTF-8?B?5re7\"; "
		  "filename*1=\"5LuYLnBkZg==?=\"",
		    "添付.pdf", NONE),
		/* Raw bytes. */
		R("x; filename=\"\225\134\216\246.txt\"", "表示.txt",
		    FIND_MAIL_RAW),
		R("x; filename=\"\033$B;qNA\033(B.xls\"", "資料.xls",
		    FIND_MAIL_RAW),
		R("x; filename=日本.txt", "日本.txt", FIND_MAIL_RAW),
		/* What we write ourselves. */
		R("x; filename=\"attachment-1.pdf\"; "
		  "filename*=UTF-8''%E6%97%A5.pdf",
		    "日.pdf", NONE),
	};

	CHECK(WORD_PARAMETER, "filename", rows);
}

Test(mail_words, odd_parameters)
{
	static const struct row rows[] = {
		/* A gap, a start that is missing, numbers sent twice. */
		R("x; filename*0=ab; filename*2=.txt", "ab.txt",
		    FIND_MAIL_PARAMETER),
		R("x; filename*1=ab; filename*2=.txt", "ab.txt",
		    FIND_MAIL_PARAMETER),
		R("x; filename*0=a; filename*0=b; filename*1=.txt",
		    "a.txt|b.txt", FIND_MAIL_PARAMETER),
		/* The charset comes late. */
		R("x; filename*0=a; filename*1*=UTF-8''%E6%97%A5.txt",
		    "a日.txt", FIND_MAIL_PARAMETER),
		/* Without a charset, or with half of its quotes. */
		R("x; filename*=%E6%97%A5.txt", "日.txt", NONE),
		R("x; filename*=UTF-8'%E6%97%A5.txt", "日.txt", NONE),
		R("x; filename*=it's.txt", "it's.txt", NONE),
		/* Different names: all of them are said. */
		R("x; filename=a.txt; filename=b.exe", "a.txt|b.exe",
		    FIND_MAIL_PARAMETER),
		R("x; filename=a.exe; filename*=UTF-8''%E6%97%A5.txt",
		    "日.txt|a.exe", FIND_MAIL_PARAMETER),
		R("x; filename=a.txt; filename=a.txt", "a.txt", NONE),
		R("x; filename=\"%E6%97%A5.txt\"", "日.txt|%E6%97%A5.txt",
		    FIND_MAIL_PARAMETER),
		/* Breaks and NUL. */
		R("x; filename*=UTF-8''a%0D%0ABcc:x", "a  Bcc:x",
		    FIND_MAIL_BREAK),
		R("x; filename*=UTF-8''a.txt%00.exe", "a.txt .exe",
		    FIND_MAIL_BREAK),
		R("x; filename*=UTF-8''a%E2%80%AEtxt.exe", "atxt.exe",
		    FIND_TEXT_BIDI),
		R("x; filename*99999999999=a; filename=b", "b", NONE),
		/* A word that comes out of a word. */
		R("x; filename*=UTF-8''%3D%3Fu%3FQ%3Fa=3F%3F%3D.txt", "a?.txt",
		    FIND_MAIL_CHARSET),
		R("x; filename=\"=?utf-8?Q?=3D=3Futf-8=3FQ=3Fa=3F=3D?=\"", "a",
		    NONE),
	};

	CHECK(WORD_PARAMETER, "filename", rows);
}

/* name= and filename= are asked one by one. */
Test(mail_words, two_parameters)
{
	static const char type[] = "application/pdf; name=\"a.pdf\"; x=y";
	static const char disp[] =
	    "attachment; filename=\"b.exe\"; rename=\"c\"";
	static struct word_case c;

	cr_assert_eq(word_case(&c, WORD_PARAMETER, "name", type,
			 sizeof(type) - 1),
	    0);
	cr_assert_str_eq(c.out, "a.pdf");
	cr_assert_eq(word_case(&c, WORD_PARAMETER, "filename", disp,
			 sizeof(disp) - 1),
	    0);
	cr_assert_str_eq(c.out, "b.exe");
	cr_assert_eq(word_case(&c, WORD_PARAMETER, "name", disp,
			 sizeof(disp) - 1),
	    0);
	cr_assert_str_eq(c.out, "");
}

/* Work grows with the length, not with its square. */
Test(mail_words, long_headers)
{
	static const char *const pieces[] = { "=?u?b?x ", "=?u?q?\?=41", "=?",
		"\033(B\261", "$B$B", "\033$B", "a@b,", "(", "<", "\"", "a,",
		"=?=?", "; p*0=a", "%41", "\033$B\n" };
	static struct word_case c;
	static char in[1 << 19];
	size_t n;

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		n = strlen(pieces[i]);
		for (size_t k = 0; k < sizeof(in); k++)
			in[k] = pieces[i][k % n];
		for (int call = WORD_LINE; call <= WORD_PARAMETER; call++)
			cr_expect_neq(word_case(&c, (enum word_call)call, "p",
					  in, sizeof(in)),
			    ERR_INTERNAL, "%s", pieces[i]);
		(void)word_case(&c, WORD_TEXT, "iso-2022-jp", in, sizeof(in));
	}
}
