/* Receipts and the page, of records that a hostile worker may have shaped. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "core/receipt.h"
#include "core/report.h"
#include "core/words.h"

static struct finding found[2];
static struct record_member members[4];

static struct record
make(void)
{
	struct record r = { .verdict = VERDICT_RELEASED,
		.method = METHOD_SANITISED,
		.findings = found,
		.n_findings = 2,
		.members = members,
		.n_members = 4 };

	memset(found, 0, sizeof(found));
	memset(members, 0, sizeof(members));
	snprintf(r.id, sizeof(r.id), "%s", "01M7YBPAG3F1XG9X1GHMK4R0ZY");
	snprintf(r.time, sizeof(r.time), "%s", "2026-11-21T04:46:29.123Z");
	snprintf(r.in_name, sizeof(r.in_name), "%s", "<b>&\"'.zip");
	snprintf(r.out_name, sizeof(r.out_name), "%s", "b.zip");
	snprintf(found[0].detail, sizeof(found[0].detail), "%s",
	    "HTTP://evil.example/<script>");
	found[0].count = found[1].count = 1;
	for (int i = 0; i < 4; i++)
		members[i].parent = -1;
	return r;
}

Test(receipt, members_nest_under_their_parents)
{
	struct record r = make();
	json_t *o, *top;

	members[0].parent = 1; /* ends before its parent */
	members[1].parent = 3;
	cr_assert_not_null(o = receipt_build(&r));
	top = json_object_get(o, "members");
	cr_expect_eq(json_array_size(top), 2);
	top = json_object_get(json_array_get(top, 1), "members");
	cr_expect_eq(json_array_size(top), 1);
	top = json_object_get(json_array_get(top, 0), "members");
	cr_expect_eq(json_array_size(top), 1);
	json_decref(o);
}

Test(receipt, lying_parents_hang_under_the_document)
{
	static const int lies[] = { 0, 1, 4, 2147483647, -2, -2147483647 };

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct record r = make();
		json_t *o;

		members[1].parent = lies[i];
		cr_expect_eq(receipt_parent(&r, 1), -1, "%d", lies[i]);
		cr_assert_not_null(o = receipt_build(&r));
		cr_expect_eq(json_array_size(json_object_get(o, "members")), 4);
		json_decref(o);
	}
}

Test(receipt, finding_ranges_are_clamped)
{
	struct record r = make();
	size_t n;

	members[0].first_finding = 1;
	members[0].n_findings = SIZE_MAX;
	receipt_member_findings(&r, 0, &n);
	cr_expect_eq(n, 1);
	members[0].first_finding = SIZE_MAX;
	receipt_member_findings(&r, 0, &n);
	cr_expect_eq(n, 0);
}

Test(receipt, unknown_numbers_are_still_a_receipt)
{
	struct record r = make();
	struct buf b;

	found[0].id = found[0].action = 4000000000u;
	r.verdict = (enum verdict)77;
	r.method = (enum method)77;
	r.reason_err = 12345;
	buf_init(&b, 1 << 20);
	cr_expect_eq(receipt_json(&r, true, &b), 0);
	cr_expect_eq(receipt_text_ja(&r, &b), 0);
	cr_expect_eq(report_html_document(&b, &r), 0);
	cr_expect_not_null(strstr(buf_cstr(&b), "\"verdict\": \"held\""));
	buf_done(&b);
}

Test(receipt, a_full_buffer_is_an_error)
{
	struct record r = make();
	struct buf b;

	buf_init(&b, 100);
	cr_expect_neq(receipt_json(&r, false, &b), 0);
	buf_clear(&b);
	cr_expect_neq(receipt_text_ja(&r, &b), 0);
	buf_clear(&b);
	cr_expect_neq(report_html_document(&b, &r), 0);
	buf_done(&b);
}

Test(page, escapes_and_defangs)
{
	struct record r = make();
	struct buf b;
	const char *s;

	buf_init(&b, 1 << 20);
	cr_assert_eq(report_html_document(&b, &r), 0);
	cr_assert_not_null(s = buf_cstr(&b));
	cr_expect_not_null(strstr(s, "&lt;b&gt;&amp;&quot;&#39;.zip"));
	cr_expect_not_null(strstr(s, "hxxp://evil.example/&lt;script&gt;"));
	cr_expect_null(strcasestr(s, "http:"));
	cr_expect_null(strstr(s, "<script"));
	buf_done(&b);
}

Test(words, every_error_has_advice)
{
	for (int err = -13; err <= 0; err++)
		for (int lang = 0; lang < WORDS_LANGS; lang++) {
			cr_expect_neq(words_reason(err, VERDICT_HELD,
					  (enum words_lang)lang)[0],
			    '\0');
			cr_expect_neq(words_next(err, VERDICT_HELD,
					  (enum words_lang)lang)[0],
			    '\0');
		}
}

Test(words, sizes)
{
	char s[32];

	words_size(1023, s, sizeof(s));
	cr_expect_str_eq(s, "1023 B");
	words_size(1536, s, sizeof(s));
	cr_expect_str_eq(s, "1.5 KB");
	words_size(UINT64_MAX, s, sizeof(s));
	cr_expect_str_eq(s, "16777216.0 TB");
}

static void
in_japanese(const char *en, const char *ja)
{
	char out[256];

	words_detail(en, WORDS_JA, out, sizeof(out));
	cr_expect_str_eq(out, ja, "%s: %s", en, out);
	words_detail(en, WORDS_EN, out, sizeof(out));
	cr_expect_str_eq(out, en);
}

Test(words, details_in_japanese)
{
	in_japanese("", "");
	in_japanese("81 bytes", "81バイト");
	in_japanese("page 12", "12ページ");
	in_japanese("page x", "page x");
	in_japanese("limit: nested deeper than 5 levels",
	    "上限を超えました：入れ子が5段より深くなっています");
	in_japanese("encrypted: 見積.docx: needs a password",
	    "パスワード付き：見積.docx：パスワードが必要です");
	in_japanese("another workbook or file[:] [1]",
	    "他のブックまたはファイル：[1]");
	in_japanese("never allowed across: names .exe",
	    "持込みが認められない名前です：.exe");
	in_japanese("print: yes, change: no, copy: yes, annotate: no",
	    "印刷：可、変更：不可、コピー：可、注釈：不可");
	in_japanese("word/vbaProject.bin", "word/vbaProject.bin");
	in_japanese("no", "no");
	in_japanese("# bytes", "# bytes");
	in_japanese("limit: limit: limit: limit: limit: x",
	    "上限を超えました：上限を超えました：上限を超えました："
	    "上限を超えました：limit: x");
}

Test(words, a_detail_is_cut_between_characters)
{
	char out[9];

	words_detail("page 7", WORDS_JA, out, sizeof(out));
	cr_expect_str_eq(out, "7ペー");
}

Test(receipt, alike_findings_are_told_once)
{
	static struct finding many[40];
	struct record r = make();
	const char *s, *again;
	struct buf b;

	for (size_t i = 0; i < 40; i++) {
		many[i].count = 2;
		many[i].id = i == 3 ? 1 : 0;
		snprintf(many[i].where, sizeof(many[i].where), "page %zu",
		    i + 1);
	}
	r.findings = many;
	r.n_findings = 40;
	buf_init(&b, 1 << 20);
	cr_assert_eq(receipt_text_ja(&r, &b), 0);
	cr_assert_not_null(s = buf_cstr(&b));
	cr_assert_not_null(again = strstr(s, finding_ja(0)));
	cr_expect_null(strstr(again + 1, finding_ja(0)));
	cr_expect_not_null(strstr(s, "（78件）"));
	cr_expect_not_null(strstr(s, "場所: 6ページ"));
	cr_expect_null(strstr(s, "場所: 7ページ"));
	cr_expect_not_null(strstr(s, "場所: 4ページ"));
	cr_expect_not_null(strstr(s, "ほか34か所"));
	buf_done(&b);
}

Test(receipt, what_was_left_out_is_said_at_once)
{
	struct record r = make();
	const char *s;
	struct buf b;

	members[1].verdict = members[2].verdict = VERDICT_RELEASED;
	buf_init(&b, 1 << 20);
	cr_assert_eq(receipt_text_ja(&r, &b), 0);
	cr_assert_not_null(s = buf_cstr(&b));
	cr_expect_not_null(strstr(s, "中のファイルのうち2件は渡していません"));
	buf_done(&b);
}

Test(receipt, what_holds_stands_before_what_is_in_it)
{
	struct record r = make();
	const char *s, *outer, *inner, *leaf, *last;
	struct buf b;

	members[0].parent = 1;
	members[1].parent = 2;
	snprintf(members[0].result.in_name, sizeof(members[0].result.in_name),
	    "leaf.txt");
	snprintf(members[1].result.in_name, sizeof(members[1].result.in_name),
	    "inner.zip");
	snprintf(members[2].result.in_name, sizeof(members[2].result.in_name),
	    "outer.zip");
	snprintf(members[3].result.in_name, sizeof(members[3].result.in_name),
	    "last.txt");
	r.verdict = VERDICT_HELD;
	buf_init(&b, 1 << 20);
	cr_assert_eq(receipt_text_ja(&r, &b), 0);
	cr_assert_not_null(s = buf_cstr(&b));
	outer = strstr(s, "\n  ・［隔離］outer.zip");
	inner = strstr(s, "\n    ・［隔離］inner.zip");
	leaf = strstr(s, "\n      ・［隔離］leaf.txt");
	last = strstr(s, "\n  ・［隔離］last.txt");
	cr_assert(outer != NULL && inner != NULL && leaf != NULL &&
		      last != NULL,
	    "%s", s);
	cr_expect(outer < inner && inner < leaf && leaf < last);
	/* nothing was delivered, so nothing is said to be done */
	cr_expect_null(strstr(s, "除去しました"));
	buf_done(&b);
}
