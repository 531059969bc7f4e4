/* Safe names: the rules, and that each result is its own safe name. */
#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "formats/safename.h"

static const struct {
	const char *in, *out;
} rules[] = {
	{ "a.txt", "a.txt" },
	{ "", "" },
	{ ".", "" },
	{ "..", "" },
	{ "...", "_" },
	{ " .. ", "_" },
	{ "a.txt. . ", "a.txt" },
	{ "　a　", "a" },
	{ "山田　太郎.docx", "山田　太郎.docx" },
	{ "a     .exe", "a .exe" },
	{ "a　　　.scr", "a　.scr" },
	{ "a:b", "a_b" },
	{ "a/b\\c", "a_b_c" },
	{ "a／b＼c：d", "a_b_c_d" },
	{ "a．exe", "a.exe" },
	{ "終わり。", "終わり。" },
	{ "a\xe2\x80\xaetxt.exe", "atxt.exe" }, /* U+202E */
	{ "a\xe2\x80\x8b.txt", "a.txt" },	/* U+200B */
	{ "a\tb\x01\x7f.txt", "a b.txt" },
	{ "CON", "_CON" },
	{ "con.txt", "_con.txt" },
	{ "Aux .tar.gz", "_Aux .tar.gz" },
	{ "COM1", "_COM1" },
	{ "lpt\xc2\xb2.doc", "_lpt\xc2\xb2.doc" },
	{ "CONIN$", "_CONIN$" },
	{ "COM10", "COM10" },
	{ "console.txt", "console.txt" },
	{ "\xee\x80\x80gaiji", "〓gaiji" },
	{ "①㈱髙﨑塚.txt", "①㈱髙﨑塚.txt" },
	{ "か\xe3\x82\x99き.txt", "がき.txt" },
	{ "ハ\xe3\x82\x9aン", "パン" },
	{ "e\xcc\x81", "é" },
	{ "e\xcc\xa3\xcc\x82", "ệ" },
	{ "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", "한" },
	{ "葛\xf3\xa0\x84\x80城", "葛\xf3\xa0\x84\x80城" }, /* IVS */
	{ "a\xf3\xa0\x84\x80", "a" },
	{ "bad\xff\xfe.txt", "bad__.txt" },
	{ ".htaccess", ".htaccess" },
	{ "a.pdf.exe", "a.pdf.exe" },
	{ "\\\\?\\C", "____C" },
};

Test(safename, rules)
{
	char out[SAFENAME_BUF], again[SAFENAME_BUF];

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		cr_assert_eq(safename_part(rules[i].in, strlen(rules[i].in),
				 out),
		    0);
		cr_expect_str_eq(out, rules[i].out, "%s: %s", rules[i].in, out);
		cr_assert_eq(safename_part(out, strlen(out), again), 0);
		cr_expect_str_eq(out, again);
	}
}

Test(safename, limits)
{
	char in[2000], out[SAFENAME_BUF];

	memset(in, 'a', sizeof(in));
	memcpy(in + sizeof(in) - 5, ".docx", 5);
	cr_assert_eq(safename_part(in, sizeof(in), out), 0);
	cr_expect_eq(strlen(out), SAFENAME_MAX_CHARS);
	cr_expect_str_eq(safename_get_ext(out), "docx");
	for (size_t i = 0; i + 3 <= sizeof(in); i += 3)
		memcpy(in + i, "\xe9\x95\xb7", 3);
	cr_assert_eq(safename_part(in, sizeof(in) / 3 * 3, out), 0);
	cr_expect_eq(strlen(out), 198);
	cr_assert_eq(safename_number(out, 12345, in), 0);
	cr_expect_leq(strlen(in), SAFENAME_MAX_BYTES);
	cr_expect(strstr(in, " (12345)") != NULL);
	cr_assert_eq(safename_ext(out, false, "held.txt", in), 0);
	cr_expect_leq(strlen(in), SAFENAME_MAX_BYTES);
	cr_expect_str_eq(in + strlen(in) - 9, ".held.txt");
}

Test(safename, extensions)
{
	char out[SAFENAME_BUF];

	cr_assert_eq(safename_ext("a.docm", true, "docx", out), 0);
	cr_expect_str_eq(out, "a.docx");
	cr_assert_eq(safename_ext("a.pdf.exe", false, "txt", out), 0);
	cr_expect_str_eq(out, "a.pdf.exe.txt");
	cr_assert_eq(safename_ext("README", true, "txt", out), 0);
	cr_expect_str_eq(out, "README.txt");
	cr_assert_eq(safename_number("a.docx", 2, out), 0);
	cr_expect_str_eq(out, "a (2).docx");
	cr_assert_eq(safename_number(".profile", 2, out), 0);
	cr_expect_str_eq(out, ".profile (2)");
}

static void
fold(const char *s, char out[300])
{
	struct buf b;

	buf_init(&b, 256);
	cr_assert_eq(safename_fold(s, &b), 0);
	snprintf(out, 300, "%s", buf_cstr(&b));
	buf_done(&b);
}

Test(safename, folding)
{
	char a[300], b[300];

	fold("ＡＢＣ Éx ЖΣŽ.TXT", a);
	fold("ａｂｃ éX жσž.txt", b);
	cr_expect_str_eq(a, b);
}

/* Any bytes: valid, within limits, nothing unsafe, and a fixpoint. */
Test(safename, any_bytes)
{
	static const char *const bits[] = { "a", ".", " ", "　", "con",
		"\xcc\x81", "か", "\xe3\x82\x99", "\xff", "/", "\\", ":",
		"\xe2\x80\xae", "．", "\xf3\xa0\x84\x80", "葛", "\xe1\x84\x92",
		"\xe1\x85\xa1", "\xe1\x86\xab", "長長長長長長長長長長長長",
		"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "$", "1", "\x01" };
	char in[4096], out[SAFENAME_BUF], again[SAFENAME_BUF];
	uint32_t seed = 1;
	size_t n, k;

	for (int i = 0; i < 20000; i++) {
		n = 0;
		for (int j = 0; j < 1 + i % 24; j++) {
			seed = seed * 1664525u + 1013904223u;
			k = (seed >> 16) % (sizeof(bits) / sizeof(bits[0]));
			memcpy(in + n, bits[k], strlen(bits[k]));
			n += strlen(bits[k]);
		}
		cr_assert_eq(safename_part(in, n, out), 0);
		cr_assert_leq(strlen(out), SAFENAME_MAX_BYTES);
		cr_assert(strpbrk(out, "/\\:*?\"<>|\x01") == NULL);
		k = strlen(out);
		cr_assert(k == 0 || (out[k - 1] != '.' && out[k - 1] != ' '));
		cr_assert_eq(safename_part(out, k, again), 0);
		cr_assert_str_eq(out, again);
	}
}
