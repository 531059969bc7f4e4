/* HTML to text, and to HTML in which nothing acts. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/utf8.h"
#include "formats/mail/mail.h"
#include "html_case.h"

static const char *
run(struct html_case *c, const char *in, struct buf *out)
{
	const char *s;
	int e;

	reader_init(&c->in, in, strlen(in));
	e = html_case_run(c, out);
	cr_assert_eq(e, 0, "%s: %s", in, c->message);
	s = buf_cstr(out);
	cr_assert_neq(s, NULL);
	return s;
}

/* ---- text */

struct text_case {
	const char *in, *out;
	const char *finding; /* a part of the findings; "" for none at all */
};

static void
texts(const struct text_case *t, size_t n)
{
	struct html_case c = { .clean = false };
	struct buf out;

	buf_init(&out, 1u << 20);
	for (size_t i = 0; i < n; i++) {
		const char *got = run(&c, t[i].in, &out);

		cr_expect_str_eq(got, t[i].out, "%s", t[i].in);
		if (t[i].finding[0] == '\0')
			cr_expect_str_eq(c.findings, "", "%s", t[i].in);
		else
			cr_expect_neq(strstr(c.findings, t[i].finding), NULL,
			    "%s: %s", t[i].in, c.findings);
	}
	buf_done(&out);
}

#define TEXTS(t) texts(t, sizeof(t) / sizeof((t)[0]))

Test(html_text, blocks)
{
	static const struct text_case t[] = {
		{ "<p>a<p>b", "a\n\nb\n", "" },
		{ "<div>a</div><div>b</div>", "a\nb\n", "" },
		{ "a<br>b<br><br>c", "a\nb\n\nc\n", "" },
		{ "  a \n b\t<b> c</b> ", "a b c\n", "" },
		{ "日本\n語 の", "日本語 の\n", "" },
		{ "<h1>表題</h1>本文", "■ 表題\n\n本文\n", "" },
		{ "<h4>小</h4>x", "□ 小\n\nx\n", "" },
		{ "a<hr>b", "a\n--------------------\nb\n", "" },
		{ "<pre>\n a\n  b\n\nc</pre>", " a\n  b\n\nc\n", "" },
		{ "a&nbsp;&nbsp;b", "a  b\n", "" },
		{ "", "", "" },
		{ "<div><div></div></div>", "", "" },
	};

	TEXTS(t);
}

Test(html_text, lists)
{
	static const struct text_case t[] = {
		{ "<ul><li>a<li>b</ul>", "・ a\n・ b\n", "" },
		{ "<ol><li>a<li>b</ol>", "1. a\n2. b\n", "" },
		{ "<ol start=9><li>a<li>b</ol>", "9. a\n10. b\n", "" },
		{ "<ol><li value=5>a<li>b</ol>", "5. a\n6. b\n", "" },
		{ "<ul><li>a<ul><li>b</ul><li>c</ul>", "・ a\n   ・ b\n・ c\n",
		    "" },
		{ "<dl><dt>語<dd>説明</dl>", "語\n  説明\n", "" },
	};

	TEXTS(t);
}

Test(html_text, quotes)
{
	static const struct text_case t[] = {
		{ "a<blockquote>b<br>c</blockquote>d", "a\n\n> b\n> c\n\nd\n",
		    "" },
		{ "<blockquote>a<blockquote>b</blockquote></blockquote>",
		    "> a\n>\n> > b\n", "" },
	};

	TEXTS(t);
}

Test(html_text, words)
{
	static const struct text_case t[] = {
		{ "<ruby>漢字<rp>(</rp><rt>かんじ</rt><rp>)</rp></ruby>",
		    "漢字(かんじ)\n", "" },
		{ "<ruby>漢<rt>かん</rt>字<rt>じ</rt></ruby>",
		    "漢(かん)字(じ)\n", "" },
		{ "10<sup>3</sup> H<sub>2</sub>O 5<sup>th</sup>",
		    "10^3 H_2O 5th\n", "" },
		{ "<del>1000</del>800円", "〔取消: 1000〕800円\n", "" },
		{ "<q>あ</q>", "「あ」\n", "" },
	};

	TEXTS(t);
}

Test(html_text, tables)
{
	static const struct text_case t[] = {
		{ "<table><tr><th>品<th>値<tr><td>りんご<td>100</table>",
		    "品     | 値\n-------+----\nりんご | 100\n", "" },
		{ "<table border=1><tr><td>a<td>b<tr><td>c<td>dd</table>",
		    "a | b\nc | dd\n", "" },
		{ "<table border=1><tr><td rowspan=2>a<td>b<tr><td>c</table>",
		    "a | b\n  | c\n", "" },
		{ "<table><tr><td>左<table><tr><td>中</table><td>右</table>",
		    "左\n中\n右\n", "" },
	};

	TEXTS(t);
}

Test(html_text, links)
{
	static const struct text_case t[] = {
		{ "<a href='https://www.example.jp/a'>ここ</a>",
		    "ここ [1]\n\n--- リンク先 (links) ---\n"
		    "[1] hxxps://www[.]example[.]jp/a\n",
		    "" },
		{ "<a href='http://a.example/'>x</a><a "
		  "href='http://a.example/'>y</a>",
		    "x [1]y [1]\n\n--- リンク先 (links) ---\n"
		    "[1] hxxp://a[.]example/\n",
		    "" },
		{ "<a href='mailto:a@b.example'>a@b.example</a>",
		    "a@b.example\n", "" },
		{ "<a href='javascript:x'>y</a>", "y [削除されたリンク]\n",
		    "html.link-denied" },
		{ "<a href='search-ms:query=x'>y</a>", "y [削除されたリンク]\n",
		    "html.link-denied" },
		{ "<a href='ms-word:ofe|u|http://a.example/x'>y</a>",
		    "y [削除されたリンク]\n", "html.link-denied" },
		{ "<a href='file:///\\\\x\\y!z'>y</a>",
		    "y [削除されたリンク]\n", "html.link-denied" },
		{ "<a href='\\\\server\\share\\x'>y</a>",
		    "y [削除されたリンク]\n", "html.link-denied" },
		{ "<a href='data:text/html,x'>y</a>", "y [削除されたリンク]\n",
		    "html.link-denied" },
		{ "<a href='cid:one'>y</a>", "y [削除されたリンク]\n",
		    "html.link-denied" },
		{ "<a href='mailto:a@b.example?subject=x&body=SECRET'>z</a>",
		    "z [1]\n\n--- リンク先 (links) ---\n[1] a@b.example\n",
		    "" },
		{ "<a href='#p'>y</a>", "y\n", "" },
		{ "<a href='x.html'>y</a>", "y [削除されたリンク]\n",
		    "html.link-local" },
		{ "<a href='http://good.example@evil.example/'>y</a>",
		    "y [削除されたリンク: 実際の宛先は evil[.]example]\n",
		    "html.link-denied" },
		{ "<a href='https://r.example/?u=https%3A%2F%2Fb.example%2F'>"
		  "y</a>",
		    "y [1]\n\n--- リンク先 (links) ---\n"
		    "[1] hxxps://r[.]example/?u=https%3A%2F%2Fb.example%2F "
		    "(転送先: b[.]example)\n",
		    "html.link-wrapped" },
		{ "<a href='https://xn--r8jz45g.jp/'>y</a>",
		    "y [1]\n\n--- リンク先 (links) ---\n"
		    "[1] hxxps://xn--r8jz45g[.]jp/ (例え[.]jp)\n",
		    "" },
	};

	TEXTS(t);
}

/* Shown, target, and whether that is a lie. */
Test(html_text, misleading)
{
	static const struct {
		const char *shown, *url;
		bool lies;
	} t[] = {
		{ "https://www.city.example.lg.jp/", "https://evil.example/",
		    true },
		{ "www.example.jp", "https://example.jp/x", false },
		{ "https://www.example.co.jp", "https://a.example.co.jp/",
		    false },
		{ "https://a.co.jp", "https://b.co.jp/", true },
		{ "こちら", "https://b.co.jp/", false },
		{ "report.pdf", "https://b.co.jp/report.pdf", false },
		{ "詳細は https://a.co.jp/x をご覧", "https://b.co.jp/", true },
		{ "https://a.co.jpをご覧", "https://a.co.jp/", false },
		{ "https://a.co.jp@b.co.jp/", "https://b.co.jp/", false },
		{ "https://b.co.jp@a.co.jp/", "https://b.co.jp/", true },
		{ "https://a.co.jp\xe2\x81\x84x.b.co.jp", "https://b.co.jp/",
		    true },
		{ "info@a.co.jp", "mailto:info@b.co.jp", true },
		{ "info@a.co.jp", "mailto:info@a.co.jp", false },
		{ "www.例え.com", "https://xn--r8jz45g.jp/", true },
		{ "https://例え.jp/", "https://xn--r8jz45g.jp/", false },
	};
	struct html_case c = { .clean = false };
	char in[512];
	struct buf out;

	buf_init(&out, 1u << 20);
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		snprintf(in, sizeof(in), "<a href='%s'>%s</a>", t[i].url,
		    t[i].shown);
		(void)run(&c, in, &out);
		cr_expect_eq(strstr(c.findings, "link-misleading") != NULL,
		    t[i].lies, "%s", in);
	}
	buf_done(&out);
}

Test(html_text, pictures)
{
	static const struct text_case t[] = {
		{ "<img src=cid:one>", "[画像: one.png]\n", "" },
		{ "<img src=cid:one alt=絵>", "[画像: 絵]\n", "" },
		{ "<img src=http://a.example/ alt=絵>", "[画像: 絵]\n",
		    "html.remote-picture" },
		{ "<img src=http://a.example/>", "", "html.remote-picture" },
		{ "<img src='\\\\server\\x.png' alt=絵>", "[画像: 絵]\n",
		    "html.remote-picture" },
		{ "<img src='file://server/x.png'>", "",
		    "html.remote-picture" },
		{ "<img src=data:image/png;base64,AAAA>", "[画像]\n", "" },
		{ "<img src=http://a.example/ width=1 height=1 alt=x>", "",
		    "html.tracking-pixel" },
		{ "<input value=v><input type=checkbox checked>", "v☑\n",
		    "html.form" },
		{ "a<form action=http://a.example/><label>名前</label> "
		  "<input><input type=password value=X></form>b",
		    "a\n名前\n[フォーム削除]\nb\n", "html.form" },
	};

	TEXTS(t);
}

Test(html_text, hidden)
{
	static const char *const hidden[] = { "<p style='display:none'>X",
		"<p style='DISPLAY : none !important'>X",
		"<p style='display:/**/none'>X", "<p hidden>X",
		"<p style='visibility:hidden'>X", "<p style='opacity:0'>X",
		"<p style='font-size:0px'>X", "<p style='font-size:1px'>X",
		"<p style='font:0/0 a'>X", "<p style='color:#fff'>X",
		"<p style='color:rgb(255 254 253)'>X",
		"<font color=white>X</font>", "<body bgcolor=black><p>X",
		"<body text=white>X",
		"<table bgcolor=red><td><font color=#f00>X</font></table>",
		"<p style='background:navy;color:#000080'>X",
		"<div style='height:0;overflow:hidden'>X</div>",
		"<div style='max-height:1px;overflow:hidden'>X</div>",
		"<div style='position:absolute;left:-999em'>X</div>",
		"<div style='margin-left:-5000px'>X</div>",
		"<p style='text-indent:-9999px'>X", "<p style='mso-hide:all'>X",
		"<p style='clip:rect(1px,1px,1px,1px);position:absolute'>X",
		"<p style='color:transparent'>X",
		"<style>p{display:none}</style><p>X",
		"<style>.a .b{display:none}</style><p class=a><b class='c "
		"b'>X</b>",
		"<style>#i{color:white}</style><p id=i>X",
		"<style>@media screen{p{display:none}}</style><p>X",
		"<style>p{display:block}p.a{display:none}</style><p "
		"class=a>X",
		"<!-- X -->", "<template>X</template>", "<script>X</script>",
		"<iframe>X</iframe>", "<svg>X</svg>", "<noframes>X</noframes>",
		"<xml>X</xml>" };
	struct html_case c = { .clean = false };
	struct buf out;

	buf_init(&out, 1u << 20);
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		c.clean = false;
		cr_expect_eq(strchr(run(&c, hidden[i], &out), 'X'), NULL, "%s",
		    hidden[i]);
		cr_expect_gt(c.n_findings, 0, "%s", hidden[i]);
		c.clean = true;
		cr_expect_eq(strchr(run(&c, hidden[i], &out), 'X'), NULL, "%s",
		    hidden[i]);
	}
	buf_done(&out);
}

Test(html_text, not_hidden)
{
	static const char *const shown[] = {
		"<p style='visibility:hidden'><b style='visibility:visible'>X",
		"<p style='font-size:0'><b style='font-size:12px'>X",
		"<body bgcolor=black><p style='color:white'>X",
		"<table><td background=x.png><font color=white>X</font>",
		"<p style='background:url(x);color:white'>X",
		"<style>p{display:none}p{display:block}</style><p>X",
		"<style>p.a{display:none}</style><p>X",
		"<style>@media print{p{display:none}}</style><p>X",
		"<p style='height:0'>X", "<details>X</details>",
		"<style>p:first-child{background:#000}p{color:#fff}</style>"
		"<p>X",
		"<noscript>X</noscript>", "<p style='color:inherit'>X"
	};
	struct html_case c = { .clean = false };
	struct buf out;

	buf_init(&out, 1u << 20);
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		cr_expect_neq(strchr(run(&c, shown[i], &out), 'X'), NULL, "%s",
		    shown[i]);
	buf_done(&out);
}

Test(html_text, characters)
{
	static const struct text_case t[] = {
		{ "a\xe2\x80\x8b"
		  "b",
		    "ab\n", "text.hidden" },
		{ "a&#x202e;b", "ab\n", "text.bidi" },
		{ "a&#27;[31mb", "a[31mb\n", "text.control" },
		{ "辻\xf3\xa0\x84\x80", "辻\xf3\xa0\x84\x80\n", "" },
		{ "a&#xe000;", "a\xee\x80\x80\n", "" },
	};

	TEXTS(t);
}

/* In whole characters, and said. */
Test(html_text, too_long)
{
	static const char *const units[] = { "<p>日本語の一行です", "日本語" };
	struct html_case c = { .clean = false };
	struct buf in, out;
	const char *s;

	buf_init(&in, 4u << 20);
	buf_init(&out, 4u << 20);
	for (size_t i = 0; i < 2; i++) {
		buf_clear(&in);
		while (in.len < (3u << 20))
			cr_assert_eq(buf_puts(&in, units[i]), 0);
		s = run(&c, buf_cstr(&in), &out);
		cr_expect_neq(strstr(c.findings, "html.cut removed"), NULL,
		    "%s", c.findings);
		cr_expect_neq(strstr(s, "省略しました〕\n[The text"), NULL);
		cr_expect_lt(out.len, (1u << 20) + 200);
		cr_expect(utf8_valid(out.data, out.len));
	}
	buf_done(&in);
	buf_done(&out);
}

/* ---- clean */

/* What stands between the body tags. */
static char *
body_of(const char *s)
{
	const char *from = strstr(s, "<body"), *to = strstr(s, "\n</body>");

	cr_assert(from != NULL && to != NULL, "%s", s);
	from = strchr(from, '\n') + 1;
	return to <= from ? strdup("") : strndup(from, (size_t)(to - from));
}

Test(html_clean, body)
{
	static const struct text_case t[] = {
		{ "<p>a</p>", "<p>a</p>", "" },
		{ "a<b>c<i>d</b>e</i>", "a<b>c<i>d</i></b><i>e</i>", "" },
		{ "&lt;script&gt;", "&lt;script&gt;", "" },
		{ "<p onclick=x>a", "<p>a</p>", "html.event" },
		{ "<script>x</script>a", "a", "html.script" },
		{ "<p class=a id=b>a", "<p id=\"u-b\">a</p>", "html.names" },
		{ "<a href=#b>a</a>", "<a href=\"#u-b\">a</a>", "" },
		{ "<a name=b>a</a>", "<a id=\"u-b\">a</a>", "html.names" },
		{ "<a href='http://a.example/\"x'>a</a>",
		    "<a href=\"http://a.example/%22x\" rel=\"noopener "
		    "noreferrer\">a</a>",
		    "" },
		{ "<pre>\n\na</pre>", "<pre>\n\na</pre>", "" },
		{ "<table><tr><td>a</table>",
		    "<table><tbody><tr><td>a</td></tr></tbody></table>", "" },
		{ "<td style='color:RED;x:y'>a", "a", "" },
		{ "<p style='color:RED;margin:0 1px;position:fixed'>a",
		    "<p style=\"color:RED;margin:0 1px\">a</p>", "" },
		{ "<p style='background:url(http://x/) #fff'>a",
		    "<p style=\"background-color:#fff\">a</p>",
		    "html.remote-picture" },
		{ "<p style='c\\6flor:red'>a", "<p>a</p>", "html.css-escape" },
		{ "<p style='width:expression(x)'>a", "<p>a</p>",
		    "html.css-active" },
		{ "<style>p{color:red}.a{color:blue}</style><p class=a>b",
		    "<p style=\"color:blue\">b</p>", "html.names" },
		{ "<p style=\"font-family:'A;B',serif\">a",
		    "<p style=\"font-family:serif\">a</p>", "" },
		{ "<img src=cid:one>", "<img src=\"cid:one\">", "" },
		{ "<img src=cid:none alt=x>", "[画像: x]", "html.picture" },
		{ "<img src=data:image/png;base64,AAAA>", "", "html.picture" },
		{ "<form><input value=v></form>", "<div>v</div>", "html.form" },
		{ "<textarea><b></textarea>", "<pre>&lt;b&gt;</pre>",
		    "html.form" },
		{ "<table><td>=1+1</table>",
		    "<table><tbody><tr><td>'=1+1</td></tr></tbody></table>",
		    "html.formula" },
		{ "<o:p>a</o:p>", "a", "html.element" },
		{ "<p style='margin:-20px 0;text-indent:-10px'>a",
		    "<p style=\"text-indent:-10px\">a</p>", "html.css" },
	};
	struct html_case c = { .clean = true };
	struct buf out;

	buf_init(&out, 1u << 20);
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		char *got = body_of(run(&c, t[i].in, &out));

		cr_expect_str_eq(got, t[i].out, "%s", t[i].in);
		free(got);
		cr_expect(t[i].finding[0] == '\0' ||
			      strstr(c.findings, t[i].finding) != NULL,
		    "%s: %s", t[i].in, c.findings);
	}
	buf_done(&out);
}

Test(html_clean, links)
{
	struct html_case c = { .clean = true, .links = URL_REMOVE };
	static const char in[] = "<a href='https://a.example/'>x</a>";
	struct buf out;
	char *got;

	buf_init(&out, 1u << 20);
	got = body_of(run(&c, in, &out));
	cr_expect_str_eq(got, "x");
	free(got);
	c.links = URL_SHOW;
	got = body_of(run(&c, in, &out));
	cr_expect_str_eq(got, "x [hxxps://a[.]example/]");
	free(got);
	buf_done(&out);
}

/* ---- work */

static int
repeat(const char *unit, size_t bytes)
{
	struct html_case c = { .clean = false };
	struct buf in, out;
	int e = 0;

	buf_init(&in, bytes + 100);
	buf_init(&out, 64u << 20);
	while (e == 0 && in.len < bytes)
		e = buf_puts(&in, unit);
	cr_assert_eq(e, 0);
	buf_reader(&in, &c.in);
	e = html_case_run(&c, &out);
	buf_done(&in);
	buf_done(&out);
	return e;
}

/* Processor time of this test alone: a quadratic one takes minutes. */
Test(html_work, no_square)
{
	static const char *const units[] = { "<div>", "<b>", "<table><tr><td>",
		"<table><div>", "<p><b>", "<svg>", "<a><p>", "<li>", "<font>",
		"<select><option>", "</p>", "<!---->", "<nobr>x", "&a",
		"<html a>", "<template>", "<frameset>", "<ruby><rt>",
		"<dd><dt>", "<td>", "<a href=http://a.example/>" };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		clock_t from = clock();
		int e = repeat(units[i], 1000000);

		cr_expect(e == 0 || e == ERR_LIMIT, "%s: %s", units[i],
		    err_name(e));
		cr_expect_lt((double)(clock() - from) / CLOCKS_PER_SEC, 20.0,
		    "%s", units[i]);
	}
}

/* What is too deep is made flat, without what was no text. */
Test(html_work, flat)
{
	struct html_case c = { .clean = true };
	struct buf in, out;
	const char *s;

	buf_init(&in, 4096);
	buf_init(&out, 1u << 20);
	for (int i = 0; i < 250; i++)
		cr_assert_eq(buf_puts(&in, "<i>"), 0);
	cr_assert_eq(buf_puts(&in, "a<script>X</script><svg>X</svg><b>b</b>"),
	    0);
	s = run(&c, buf_cstr(&in), &out);
	cr_expect_neq(strstr(s, ">ab<"), NULL);
	cr_expect_eq(strchr(s, 'X'), NULL);
	buf_done(&in);
	buf_done(&out);
}

Test(html_work, depth)
{
	cr_expect_eq(repeat("<div>", 5 * 400), 0);
	cr_expect_eq(repeat("<div>", 5 * 2000), ERR_LIMIT);
}
