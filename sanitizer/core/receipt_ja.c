/*
 * The receipt as Japanese text: what it is, the result, what was taken out
 * and why, what to do next. For a clerk, and for a printer.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/receipt.h"
#include "core/words.h"

static const struct {
	const char *from, *to;
} inert[] = {
	{ "http", "hxxp" },
	{ "ftp:", "fxp:" },
	{ "ftps:", "fxps:" },
	{ "sftp:", "sfxp:" },
	{ "www.", "www[.]" },
	{ "mailto:", "mailto[:]" },
	{ "file:", "file[:]" },
	{ "javascript:", "javascript[:]" },
};

int
receipt_defang(struct buf *b, const char *s)
{
	size_t n = sizeof(inert) / sizeof(inert[0]), i;
	int e;

	while (*s != '\0') {
		for (i = 0; i < n; i++)
			if (strncasecmp(s, inert[i].from,
				strlen(inert[i].from)) == 0)
				break;
		if (i < n) {
			e = buf_puts(b, inert[i].to);
			s += strlen(inert[i].from);
		} else {
			e = buf_put(b, s++, 1);
		}
		if (e != 0)
			return e;
	}
	return 0;
}

/* "label: value" with the value made inert. */
static int
line(struct buf *b, const char *label, const char *value)
{
	int e;

	if (value[0] == '\0')
		return 0;
	if ((e = buf_fmt(b, "%s", label)) != 0 ||
	    (e = receipt_defang(b, value)) != 0)
		return e;
	return buf_puts(b, "\n");
}

static int
put_finding(struct buf *b, const struct finding *f)
{
	const char *ja = finding_ja(f->id);
	int e;

	e = buf_fmt(b, "  ・［%s］%s → %s",
	    words_kind(finding_kind(f->id), WORDS_JA),
	    ja != NULL ? ja : "不明な事項", words_action(f->action, WORDS_JA));
	if (e == 0 && f->count > 1)
		e = buf_fmt(b, "（%u件）", f->count);
	if (e == 0)
		e = buf_puts(b, "\n");
	if (e == 0)
		e = line(b, "      場所: ", f->where);
	if (e == 0)
		e = line(b, "      内容: ", f->detail);
	return e;
}

static int
put_findings(struct buf *b, const struct record *r)
{
	int e;

	if (r->n_findings == 0)
		return buf_puts(b,
		    r->verdict == VERDICT_RELEASED
			? "\n【見つかったもの】\n  ありません。\n"
			: "");
	if ((e = buf_puts(b, r->verdict == VERDICT_RELEASED
				 ? "\n【見つかったもの・取り除いたもの】\n"
				 : "\n【見つかったもの】\n")) != 0)
		return e;
	for (size_t i = 0; e == 0 && i < r->n_findings; i++)
		e = put_finding(b, &r->findings[i]);
	return e;
}

static int
put_member(struct buf *b, const struct record *r, size_t i)
{
	const struct record_member *m = &r->members[i];
	const struct doc_result *d = &m->result;
	int e, depth = 0;

	for (int p = receipt_parent(r, i); p >= 0;
	     p = receipt_parent(r, (size_t)p))
		depth++;
	e = buf_fmt(b, "  %*s・［%s］", 2 * depth, "",
	    words_verdict(m->verdict, WORDS_JA));
	if (e == 0)
		e = receipt_defang(b,
		    d->in_name[0] != '\0' ? d->in_name : "（名前なし）");
	if (e == 0 && m->verdict == VERDICT_RELEASED &&
	    d->out_name[0] != '\0' && strcmp(d->out_name, d->in_name) != 0) {
		if ((e = buf_puts(b, " → ")) == 0)
			e = receipt_defang(b, d->out_name);
	}
	if (e == 0)
		e = buf_fmt(b, "（%s）\n",
		    words_format(d->structure, WORDS_JA));
	if (e == 0 && d->err != 0 && m->verdict != VERDICT_RELEASED)
		e = buf_fmt(b, "  %*s  %s\n", 2 * depth, "",
		    words_reason(d->err, m->verdict, WORDS_JA));
	return e;
}

static int
put_members(struct buf *b, const struct record *r)
{
	int e;

	if (r->n_members == 0)
		return 0;
	e = buf_puts(b, "\n【中に入っていたファイル】\n");
	for (size_t i = 0; e == 0 && i < r->n_members; i++)
		e = put_member(b, r, i);
	return e;
}

static int
put_facts(struct buf *b, const struct record *r)
{
	char when[64], size[32], hex[HASH_HEX];
	int e;

	words_time(r->time, when, sizeof(when));
	words_size(r->in_bytes, size, sizeof(size));
	hash_hex(r->in_sha256, hex);
	if ((e = buf_puts(b, "ファイル無害化 受領票\n"
			     "======================\n\n")) != 0 ||
	    (e = line(b, "ファイル名: ", r->in_name)) != 0 ||
	    (e = buf_fmt(b, "種類:       %s\n大きさ:     %s\n日時:       %s\n",
		 words_format(r->result.structure, WORDS_JA), size, when)) != 0)
		return e;
	return buf_fmt(b, "受付番号:   %s\n原本の指紋: %s (SHA-256)\n", r->id,
	    hex);
}

static int
put_outcome(struct buf *b, const struct record *r)
{
	bool out = r->verdict == VERDICT_RELEASED;
	int e;

	e = buf_fmt(b, "\n【結果】%s\n  %s\n",
	    words_verdict(r->verdict, WORDS_JA),
	    words_verdict_means(r->verdict, WORDS_JA));
	if (e == 0 && out)
		e = line(b, "  渡したファイル: ", r->out_name);
	if (e == 0 && !out)
		e = buf_fmt(b, "\n【理由】\n  %s\n",
		    words_reason(r->reason_err, r->verdict, WORDS_JA));
	if (e == 0 && !out)
		e = line(b, "  技術的な理由（英語）: ", r->reason);
	if (e == 0)
		e = buf_fmt(b, "\n【次にすること】\n  %s\n",
		    words_next(r->reason_err, r->verdict, WORDS_JA));
	return e;
}

int
receipt_text_ja(const struct record *r, struct buf *b)
{
	int e;

	if ((e = put_facts(b, r)) != 0 || (e = put_outcome(b, r)) != 0 ||
	    (e = put_findings(b, r)) != 0 || (e = put_members(b, r)) != 0)
		return e;
	return buf_fmt(b, "\n----\nSekisho %s / ポリシー: %s\n",
	    SEKISHO_VERSION, r->policy_name);
}
