/*
 * The report as one page. All text of documents goes through text(), which
 * escapes it and makes addresses inert; both languages stand side by side
 * and two radio buttons choose, without a script. The Content-Security-Policy
 * allows nothing but the inline style.
 */
#include <stdio.h>
#include <string.h>

#include "core/receipt.h"
#include "core/report.h"
#include "core/report_css.h"
#include "core/words.h"

static int
escape(struct buf *b, const char *s, size_t n)
{
	int e = 0;

	for (size_t i = 0; e == 0 && i < n; i++) {
		switch (s[i]) {
		case '&':
			e = buf_puts(b, "&amp;");
			break;
		case '<':
			e = buf_puts(b, "&lt;");
			break;
		case '>':
			e = buf_puts(b, "&gt;");
			break;
		case '"':
			e = buf_puts(b, "&quot;");
			break;
		case '\'':
			e = buf_puts(b, "&#39;");
			break;
		default:
			e = buf_put(b, &s[i], 1);
		}
	}
	return e;
}

/* Text of a document: inert, escaped, kept apart from its surroundings. */
static int
text(struct buf *b, const char *s)
{
	struct buf inert;
	int e;

	buf_init(&inert, RECEIPT_MAX_BYTES);
	if ((e = receipt_defang(&inert, s)) == 0 &&
	    (e = buf_puts(b, "<bdi>")) == 0 &&
	    (e = escape(b, (const char *)inert.data, inert.len)) == 0)
		e = buf_puts(b, "</bdi>");
	buf_done(&inert);
	return e;
}

/* Our own text in both languages. */
static int
both(struct buf *b, const char *ja, const char *en)
{
	int e;

	if ((e = buf_puts(b, "<span lang=ja>")) != 0 ||
	    (e = escape(b, ja, strlen(ja))) != 0 ||
	    (e = buf_puts(b, "</span><span lang=en>")) != 0 ||
	    (e = escape(b, en, strlen(en))) != 0)
		return e;
	return buf_puts(b, "</span>");
}

static int
tag(struct buf *b, const char *class, const char *ja, const char *en)
{
	int e;

	if ((e = buf_fmt(b, "<span class=\"tag %s\">", class)) != 0 ||
	    (e = both(b, ja, en)) != 0)
		return e;
	return buf_puts(b, "</span>");
}

/* With a sign before the word, for those who do not see the colour. */
static int
verdict_tag(struct buf *b, enum verdict v)
{
	static const char *const sign[] = {
		[VERDICT_HELD] = "⚠ ",
		[VERDICT_RELEASED] = "✓ ",
		[VERDICT_BLOCKED] = "✕ ",
	};
	char ja[64], en[64];
	const char *s = sign[v <= VERDICT_BLOCKED ? v : VERDICT_HELD];

	snprintf(ja, sizeof(ja), "%s%s", s, words_verdict(v, WORDS_JA));
	snprintf(en, sizeof(en), "%s%s", s, words_verdict(v, WORDS_EN));
	return tag(b, verdict_name(v), ja, en);
}

static int
card(struct buf *b, const char *class, uint64_t n, const char *ja,
    const char *en)
{
	int e;

	if ((e = buf_fmt(b, "<li class=\"%s\"><b>%llu</b>", class,
		 (unsigned long long)n)) != 0 ||
	    (e = both(b, ja, en)) != 0)
		return e;
	return buf_puts(b, "</li>\n");
}

static int
lead(struct buf *b, const struct report_totals *t, bool partial)
{
	int e;

	if (partial && ((e = buf_puts(b, "<p class=\"lead partial\">")) != 0 ||
			   (e = both(b,
				"途中で止められたため、すべてのファイルは処理し"
				"ていません。",
				"The run was broken off; not every file was "
				"processed.")) != 0 ||
			   (e = buf_puts(b, "</p>\n")) != 0))
		return e;
	if ((e = buf_puts(b, "<p class=lead>")) != 0)
		return e;
	if (t->held + t->blocked > 0)
		e = both(b,
		    "渡せなかったファイルがあります。「確認が必要なファイル」の"
		    "理由と次にすることをご覧ください。",
		    "Some files were not delivered. See the reasons and what "
		    "to do next below.");
	else
		e = both(b,
		    "すべてのファイルを無害化して渡しました。"
		    "そのまま使えます。",
		    "Every file was sanitised and delivered. They are ready "
		    "for use.");
	return e != 0 ? e : buf_puts(b, "</p>\n");
}

static int
style(struct buf *b)
{
	int e = 0;

	for (size_t i = 0;
	     e == 0 && i < sizeof(report_css) / sizeof(report_css[0]); i++)
		e = buf_puts(b, report_css[i]);
	return e;
}

int
report_html_head(struct buf *b, const struct report_totals *t, bool partial,
    const char *when)
{
	char local[64];
	int e;

	words_time(when, local, sizeof(local));
	if ((e = buf_puts(b,
		 "<!DOCTYPE html>\n<html lang=ja>\n<head>\n"
		 "<meta charset=utf-8>\n"
		 "<meta http-equiv=\"Content-Security-Policy\" content=\""
		 "default-src 'none'; style-src 'unsafe-inline'\">\n"
		 "<meta name=viewport content=\"width=device-width,"
		 "initial-scale=1\">\n<meta name=referrer "
		 "content=no-referrer>\n"
		 "<title>ファイル無害化 報告書 / Sekisho report</title>\n"
		 "<style>\n")) != 0 ||
	    (e = style(b)) != 0 ||
	    (e = buf_puts(b,
		 "</style>\n</head>\n<body>\n"
		 "<input type=radio name=lang id=ja class=pick checked "
		 "aria-label=日本語>\n"
		 "<input type=radio name=lang id=en class=pick "
		 "aria-label=English>\n<header><div class=wrap><div><h1>")) !=
		0 ||
	    (e = both(b, "ファイル無害化 報告書",
		 "File sanitisation report")) != 0 ||
	    (e = buf_fmt(b,
		 "</h1><p>Sekisho %s ・ %s</p></div>\n"
		 "<div class=lang aria-hidden=true>"
		 "<label for=ja>日本語</label>"
		 "<label for=en>English</label></div>"
		 "</div></header>\n<main><div class=wrap>\n"
		 "<ul class=sum>\n",
		 SEKISHO_VERSION, local)) != 0 ||
	    (e = card(b, "released", t->released, "無害化して渡したファイル",
		 "files released")) != 0 ||
	    (e = card(b, "changed", t->changed,
		 "うち、取り除いたものがあるファイル",
		 "of these, with something removed")) != 0 ||
	    (e = card(b, "held", t->held, "隔離したファイル", "files held")) !=
		0 ||
	    (e = card(b, "blocked", t->blocked, "遮断したファイル",
		 "files blocked")) != 0 ||
	    (e = buf_puts(b, "</ul>\n")) != 0)
		return e;
	return lead(b, t, partial);
}

int
report_html_group(struct buf *b, bool attention)
{
	int e;

	if ((e = buf_puts(b, "<h2>")) != 0 ||
	    (e = attention ? both(b, "確認が必要なファイル",
				 "Files that need attention")
			   : both(b, "渡したファイル", "Delivered files")) != 0)
		return e;
	return buf_puts(b, "</h2>\n");
}

int
report_html_foot(struct buf *b)
{
	int e;

	if ((e = buf_puts(b, "</div></main>\n<footer><div class=wrap>")) != 0 ||
	    (e = both(b,
		 "無害化とは、ファイルを安全な部品だけで作り直すことです。"
		 "原本はそのまま渡していません。"
		 "アドレスは誤って開かないよう hxxp と表記しています。",
		 "Sanitising means building the file anew from safe parts. No "
		 "original was passed on. Addresses are written hxxp so that "
		 "nobody opens them by mistake.")) != 0)
		return e;
	return buf_puts(b, "</div></footer>\n</body>\n</html>\n");
}

/* ---- one document */

static int
small(struct buf *b, const char *s)
{
	int e;

	if (s[0] == '\0')
		return 0;
	if ((e = buf_puts(b, "<small>")) != 0 || (e = text(b, s)) != 0)
		return e;
	return buf_puts(b, "</small>");
}

static int
finding_row(struct buf *b, const struct finding *f)
{
	const char *ja = finding_ja(f->id), *en = finding_en(f->id);
	int kind = finding_kind(f->id), e;
	const char *class = finding_kind_name(kind);

	if ((e = buf_puts(b, "<tr><td class=kind>")) != 0 ||
	    (e = tag(b, class != NULL ? class : "note",
		 words_kind(kind, WORDS_JA), words_kind(kind, WORDS_EN))) !=
		0 ||
	    (e = buf_puts(b, "</td><td>")) != 0 ||
	    (e = both(b, ja != NULL ? ja : "不明な事項",
		 en != NULL ? en : "unknown finding")) != 0)
		return e;
	if (f->count > 1 && (e = buf_fmt(b, " ×%u", f->count)) != 0)
		return e;
	if ((e = small(b, f->where)) != 0 || (e = small(b, f->detail)) != 0 ||
	    (e = buf_puts(b, "</td><td class=act>")) != 0 ||
	    (e = both(b, words_action(f->action, WORDS_JA),
		 words_action(f->action, WORDS_EN))) != 0)
		return e;
	return buf_puts(b, "</td></tr>\n");
}

static int
findings(struct buf *b, const struct record *r)
{
	int e;

	if (r->n_findings == 0)
		return 0;
	if ((e = buf_puts(b, "<table><thead><tr><th>")) != 0 ||
	    (e = both(b, "種類", "Kind")) != 0 ||
	    (e = buf_puts(b, "</th><th>")) != 0 ||
	    (e = both(b, "見つかったもの・場所", "What and where")) != 0 ||
	    (e = buf_puts(b, "</th><th>")) != 0 ||
	    (e = both(b, "処理", "Action")) != 0 ||
	    (e = buf_puts(b, "</th></tr></thead><tbody>\n")) != 0)
		return e;
	for (size_t i = 0; e == 0 && i < r->n_findings; i++)
		e = finding_row(b, &r->findings[i]);
	return e != 0 ? e : buf_puts(b, "</tbody></table>\n");
}

static int
member(struct buf *b, const struct record *r, size_t i)
{
	const struct record_member *m = &r->members[i];
	const struct doc_result *d = &m->result;
	int e, depth = 0;

	for (int p = receipt_parent(r, i); p >= 0 && depth < 2;
	     p = receipt_parent(r, (size_t)p))
		depth++;
	if ((e = buf_fmt(b, "<li class=d%d>", depth)) != 0 ||
	    (e = verdict_tag(b, m->verdict)) != 0 ||
	    (e = buf_puts(b, " ")) != 0 || (e = text(b, d->in_name)) != 0)
		return e;
	if (m->verdict == VERDICT_RELEASED && d->out_name[0] != '\0' &&
	    strcmp(d->out_name, d->in_name) != 0 &&
	    ((e = buf_puts(b, " → ")) != 0 || (e = text(b, d->out_name)) != 0))
		return e;
	if (d->err != 0 && m->verdict != VERDICT_RELEASED &&
	    ((e = buf_puts(b, "<br>")) != 0 ||
		(e = both(b, words_reason(d->err, m->verdict, WORDS_JA),
		     words_reason(d->err, m->verdict, WORDS_EN))) != 0))
		return e;
	return buf_puts(b, "</li>\n");
}

static int
members(struct buf *b, const struct record *r)
{
	int e;

	if (r->n_members == 0)
		return 0;
	if ((e = buf_puts(b, "<details open><summary>")) != 0 ||
	    (e = both(b, "中に入っていたファイル", "Files inside")) != 0 ||
	    (e = buf_fmt(b, " (%zu)</summary><ul class=members>\n",
		 r->n_members)) != 0)
		return e;
	for (size_t i = 0; e == 0 && i < r->n_members; i++)
		e = member(b, r, i);
	return e != 0 ? e : buf_puts(b, "</ul></details>\n");
}

static int
why(struct buf *b, const struct record *r)
{
	int e;

	if (r->verdict == VERDICT_RELEASED)
		return 0;
	if ((e = buf_puts(b, "<div class=why><p><b>")) != 0 ||
	    (e = both(b, "理由: ", "Why: ")) != 0 ||
	    (e = buf_puts(b, "</b>")) != 0 ||
	    (e = both(b, words_reason(r->reason_err, r->verdict, WORDS_JA),
		 words_reason(r->reason_err, r->verdict, WORDS_EN))) != 0 ||
	    (e = buf_puts(b, "</p><p><b>")) != 0 ||
	    (e = both(b, "次にすること: ", "Next: ")) != 0 ||
	    (e = buf_puts(b, "</b>")) != 0 ||
	    (e = both(b, words_next(r->reason_err, r->verdict, WORDS_JA),
		 words_next(r->reason_err, r->verdict, WORDS_EN))) != 0)
		return e;
	return buf_puts(b, "</p></div>\n");
}

static int
detail(struct buf *b, const char *ja, const char *en, const char *value)
{
	int e;

	if (value[0] == '\0')
		return 0;
	if ((e = buf_puts(b, "<dt>")) != 0 || (e = both(b, ja, en)) != 0 ||
	    (e = buf_puts(b, "</dt><dd>")) != 0 || (e = text(b, value)) != 0)
		return e;
	return buf_puts(b, "</dd>");
}

/* What the IT office asks for. */
static int
details(struct buf *b, const struct record *r)
{
	bool out = r->verdict == VERDICT_RELEASED;
	char in[HASH_HEX], made[HASH_HEX];
	int e;

	hash_hex(r->in_sha256, in);
	hash_hex(r->out_sha256, made);
	if ((e = buf_puts(b, "<details><summary>")) != 0 ||
	    (e = both(b, "技術情報", "Technical details")) != 0 ||
	    (e = buf_puts(b, "</summary><dl>")) != 0 ||
	    (e = detail(b, "受付番号", "Receipt", r->id)) != 0 ||
	    (e = detail(b, "理由（技術）", "Reason", r->reason)) != 0 ||
	    (e = detail(b, "原本 SHA-256", "Original SHA-256", in)) != 0 ||
	    (e = detail(b, "出力 SHA-256", "Result SHA-256",
		 out ? made : "")) != 0 ||
	    (e = detail(b, "形式", "Format", r->result.structure)) != 0 ||
	    (e = detail(b, "形式判定", "libmagic", r->result.magic)) != 0 ||
	    (e = detail(b, "ポリシー", "Policy", r->policy_name)) != 0)
		return e;
	return buf_puts(b, "</dl></details>\n");
}

static int
facts(struct buf *b, const struct record *r)
{
	char size[32];
	int e;

	words_size(r->in_bytes, size, sizeof(size));
	if ((e = buf_puts(b, "<p class=facts>")) != 0 ||
	    (e = both(b, words_format(r->result.structure, WORDS_JA),
		 words_format(r->result.structure, WORDS_EN))) != 0 ||
	    (e = buf_fmt(b, " ・ %s", size)) != 0)
		return e;
	if (r->verdict == VERDICT_RELEASED && r->n_findings == 0 &&
	    ((e = buf_puts(b, " ・ ")) != 0 ||
		(e = both(b, "取り除いたものはありません",
		     "nothing had to be removed")) != 0))
		return e;
	return buf_puts(b, "</p>\n");
}

int
report_html_document(struct buf *b, const struct record *r)
{
	int e;

	if ((e = buf_fmt(b, "<article class=\"%s\"><h3>",
		 verdict_name(r->verdict))) != 0 ||
	    (e = verdict_tag(b, r->verdict)) != 0 ||
	    (e = buf_puts(b, "<span>")) != 0 || (e = text(b, r->in_name)) != 0)
		return e;
	if (r->verdict == VERDICT_RELEASED &&
	    strcmp(r->in_name, r->out_name) != 0 &&
	    ((e = buf_puts(b, " → ")) != 0 || (e = text(b, r->out_name)) != 0))
		return e;
	if ((e = buf_puts(b, "</span></h3>\n")) != 0 ||
	    (e = facts(b, r)) != 0 || (e = why(b, r)) != 0 ||
	    (e = findings(b, r)) != 0 || (e = members(b, r)) != 0 ||
	    (e = details(b, r)) != 0)
		return e;
	return buf_puts(b, "</article>\n");
}
