/* What the text filter removes, and what it must not touch. */
#include "text_run.h"

static void
same(const char *in)
{
	text_run_expect("a.txt", in, in);
}

static void
becomes(const char *in, const char *want)
{
	text_run_expect("a.txt", in, want);
}

Test(text, clean_text_is_untouched)
{
	same("");
	same("plain\n");
	same("no newline at the end");
	same("dos\r\nlines\r\n");
	same("mac\rlines\r");
	same("tab\there\n");
	same("日本語のテキスト\r\n①㈱髙﨑～\r\n");
	same("\xef\xbb\xbf"
	     "BOM 付き\n");
	same("\x93\xfa\x96\x7b\x8c\xea\x83\x5c\x5c\x7e\r\n");
	same("\xc6\xfc\xcb\xdc\xb8\xec\xa4\xc7\xa4\xb9\n");
	same("\x1b$BF|K\\8l\x1b(B\n\x1b$B$G$9\x1b(B\n");
	same("\x1b(I1234\x1b(B abc\n");
}

Test(text, escape_sequences_go)
{
	becomes("\x1b[31mred\x1b[0m\n", "red\n");
	becomes("a\x1b[2J\x1b[1;1Hb\n", "ab\n");
	becomes("\x1b]8;;http://x.example/\x1b\\link\x1b]8;;\x1b\\\n",
	    "link\n");
	becomes("a\x1b]52;c;U0VLSVNITw==\x07"
		"b\n",
	    "ab\n");
	becomes("a\x1b]0;title\nb\n", "a\nb\n");
	becomes("a\x1bP1$tx\x1b\\b\x1b_apc\x1b\\c\x1b^pm\x1b\\d\n", "abcd\n");
	becomes("a\x1b"
		"cb\x1b(0c\x1b#8d\n",
	    "abcd\n");
	becomes("a\x1b\x1b[31m[31mb\x1b", "a[31mb");
	becomes("a\xc2\x9b"
		"31mb\xc2\x9d"
		"0;x\xc2\x9c"
		"c\n",
	    "abc\n");
}

Test(text, controls_go)
{
	becomes("a\x01\x02\x7f"
		"b\x0e\x0f\n",
	    "ab\n");
	becomes("b\x08"
		"bo\x08ol\x08ld _\x08u\x08_n\n",
	    "bold un\n");
	becomes("good\x08\x08\x08\x08"
		"evil\n",
	    "goodevil\n");
	becomes("good\revil\nx\n", "good\nevil\nx\n");
	becomes("good\revil\r\nx\r\n", "good\r\nevil\r\nx\r\n");
	becomes("page\x0cnext\x0bline\n", "page\nnext\nline\n");
	becomes("end\r\n\x1a", "end\r\n");
	becomes("a\xe2\x80\xa8"
		"b\xe2\x80\xa9"
		"c\xc2\x85"
		"d\n",
	    "a\nb\nc\nd\n");
	becomes("\x93\xfa\x1b[31m\x96\x7b\x8c\xea\x82\xcc\x95\xb6\n",
	    "\x93\xfa\x96\x7b\x8c\xea\x82\xcc\x95\xb6\n");
}

Test(text, hidden_characters_go)
{
	becomes("a\u202eb\u2066c\u200fd\u061ce\n", "abcde\n");
	becomes("a\u200bb\u200cc\u2060d\ufeffe\u00adf\n", "abcdef\n");
	becomes("a\u3164b\uffa0c\u115fd\u034fe\n", "abcde\n");
	becomes("a\U000e0041\U000e007fb\n", "ab\n");
	becomes("a\ufff9b\ufffac\ufffbd\n", "abcd\n");
	becomes("a\ufdd0b\U0001ffffc\n", "abc\n");
	becomes("日本語\u200dの\ufe00字\n", "日本語の字\n");
	becomes("a\U000e0100\n", "a\n");
}

Test(text, names_and_emoji_stay)
{
	same("辻\U000e0100 葛\U000e0101\n");
	same("👨\u200d👩\u200d👧 ❤\ufe0f ☎\ufe0e 1\ufe0f\u20e3\n");
	same("👩🏽\u200d💻\n");
	becomes("辻\U000e0100\U000e0101\U000e0102\n", "辻\U000e0100\n");
	becomes("😀\ufe0f\ufe01\ufe02\ufe03\n", "😀\ufe0f\n");
	same("外字\ue000\uf8ff\n");
}

Test(text, gaiji_keeps_its_bytes)
{
	struct text_run t;
	char in[4096];
	size_t n = 0;

	for (int i = 0; i < 16; i++) {
		memcpy(in + n, "\x93\xfa\x96\x7b\x82\xcc", 6);
		n += 6;
	}
	for (int hi = 0xf0; hi <= 0xf9; hi++)
		for (int lo = 0x40; lo <= 0xfc; lo++)
			if (lo != 0x7f && n < sizeof(in) - 2) {
				in[n++] = (char)hi;
				in[n++] = (char)lo;
			}
	text_run(&t, "gaiji.txt", in, n);
	cr_assert_eq(t.err, 0, "%s", t.res.message);
	cr_assert(t.out.len == n && memcmp(t.out.data, in, n) == 0);
	cr_assert_gt(t.count[FIND_TEXT_PRIVATE], 1000);
	cr_assert_eq(t.changed, 0);
	buf_done(&t.out);
}

Test(text, findings_say_how_many_and_where)
{
	static const char in[] = "one\ntwo\x1b[1m\nthree\x1b[0m\x01\n";
	struct text_run t;

	text_run(&t, "a.log", in, sizeof(in) - 1);
	cr_assert_eq(t.err, 0);
	cr_assert_eq(t.count[FIND_TEXT_ESCAPE], 2);
	cr_assert_str_eq(t.where[FIND_TEXT_ESCAPE], "line 2");
	cr_assert_eq(t.count[FIND_TEXT_CONTROL], 1);
	cr_assert_str_eq(t.where[FIND_TEXT_CONTROL], "line 3");
	cr_assert_str_eq(t.res.out_ext, "log");
	buf_done(&t.out);
}

Test(text, converts_when_asked)
{
	struct options o;
	struct text_run t;

	options_default(&o);
	o.charset = CHARSET_UTF8;
	text_run_with(&t, &o, "a.txt", "\x93\xfa\x96\x7b\x8c\xea\xf0\x40", 8);
	cr_assert_eq(t.err, 0);
	cr_assert_str_eq(buf_cstr(&t.out), "日本語\ue000");
	cr_assert_eq(t.count[FIND_TEXT_CONVERTED], 1);
	buf_done(&t.out);
	text_run_with(&t, &o, "a.txt", "\xff\xfe\x42\x30", 4);
	cr_assert_str_eq(buf_cstr(&t.out), "\xef\xbb\xbfあ");
	buf_done(&t.out);
}

Test(text, utf16)
{
	struct text_run t;

	text_run(&t, "a.txt", "\xff\xfe\x42\x30\x2e\x20\n\0", 8);
	cr_assert(t.err == 0 && t.out.len == 6 &&
		  memcmp(t.out.data, "\xff\xfe\x42\x30\n\0", 6) == 0);
	buf_done(&t.out);
	text_run(&t, "a.txt", "a\0b\0\n\0", 6);
	cr_assert(t.err == 0 && t.out.len == 8 &&
		  memcmp(t.out.data,
		      "\xff\xfe"
		      "a\0b\0\n\0",
		      8) == 0);
	cr_assert_eq(t.count[FIND_TEXT_BOM], 1);
	buf_done(&t.out);
	text_run(&t, "a.txt",
	    "\xff\xfe"
	    "a\0\x3d\xd8"
	    "b\0",
	    8);
	cr_assert(t.err == 0 && t.out.len == 6);
	cr_assert_eq(t.count[FIND_TEXT_NONCHAR], 1);
	buf_done(&t.out);
}

Test(text, iso_2022_jp_is_made_regular)
{
	struct text_run t;

	text_run(&t, "a.txt", "\x1b$B\x1b$BF|\n$\"", 11);
	cr_assert_eq(t.err, 0, "%s", t.res.message);
	cr_assert_str_eq(buf_cstr(&t.out), "\x1b$BF|\x1b(B\n\x1b$B$\"\x1b(B");
	cr_assert_eq(t.count[FIND_TEXT_SHIFTS], 1);
	buf_done(&t.out);
}

/* Text that some program would run is no text, whatever hides before it. */
/* It is refused, or is a web page or a mail and goes that way. */
static void
is_no_text(const struct text_run *t, const char *what)
{
	cr_expect(t->err != 0 || strcmp(t->res.out_format, "html") == 0 ||
		      strncmp(t->res.out_format, "mail.", 5) == 0,
	    "%s: %s", what, t->res.out_format);
}

Test(text, acting_text_is_no_text)
{
	static const char *const texts[] = { "<html>", " \n\t<script>",
		"<?xml version=\"1.0\"?><x/>", "MIME-Version: 1.0\n",
		"From: a\nSubject: b\nMIME-Version: 1.0\n\n", "{\\rt x",
		"ID;PWXL;N;E\n", "[InternetShortcut]\nURL=http://x/\n",
		"WEB\n1\nhttp://x/\n", "#!/bin/sh\n", "@echo off\r\n",
		"%!PS-Adobe\n", "\xef\xbb\xbf<html>", "\x1b[0m<html>",
		"\u200b<html>", "\x01<svg>", "\u202e#!/bin/sh\n",
		"\x1b]0;x\x07@echo off\n", "REGEDIT4\n" };
	struct text_run t;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		text_run(&t, "a.txt", texts[i], strlen(texts[i]));
		is_no_text(&t, texts[i]);
		buf_done(&t.out);
		text_run(&t, "a.csv", texts[i], strlen(texts[i]));
		is_no_text(&t, texts[i]);
		buf_done(&t.out);
	}
}

/* A long run of white space may not push the first word out of sight. */
Test(text, far_first_word_is_seen)
{
	static char in[200000];
	struct text_run t;

	memset(in, ' ', sizeof(in));
	memcpy(in + sizeof(in) - 10, "<html>    ", 10);
	text_run(&t, "a.txt", in, sizeof(in));
	cr_assert_neq(t.err, 0);
	buf_done(&t.out);
}

Test(text, long_lines_pass)
{
	static char in[3u << 20];
	struct text_run t;

	memset(in, 'x', sizeof(in));
	text_run(&t, "a.txt", in, sizeof(in));
	cr_assert_eq(t.err, 0);
	cr_assert_eq(t.out.len, sizeof(in));
	buf_done(&t.out);
}

/* Flips and cuts of a sample with everything in it end in a verdict. */
Test(text, mutations)
{
	static const char seed[] =
	    "日本語 \x1b[31m\x1b]8;;u\x07x\u202e\u200b👨\u200d👩辻\U000e0100\r\n"
	    "b\x08"
	    "b\x0c\x1a=1,\"a\"\"b\n";
	char in[sizeof(seed)];
	struct text_run t;
	uint32_t x = 1;

	for (int i = 0; i < 6000; i++) {
		memcpy(in, seed, sizeof(seed));
		for (int k = 0; k < 1 + i % 3; k++) {
			x = x * 1664525 + 1013904223;
			in[(x >> 8) % (sizeof(seed) - 1)] ^=
			    (char)(1 << (x >> 29));
		}
		text_run(&t, i & 1 ? "a.txt" : "a.csv", in,
		    sizeof(seed) - 1 - (size_t)i % 40);
		cr_assert_neq(t.err, ERR_INTERNAL);
		buf_done(&t.out);
	}
}
