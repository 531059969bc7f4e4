/*
 * The receipt as Japanese text: what it is, the result, what was taken out
 * and why, what to do next. For a clerk, and for a printer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/receipt.h"
#include "core/words.h"

#define PLACES 5 /* of alike findings; the JSON has all */

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

/* The same in Japanese, as far as there are words for it. */
static int
line_ja(struct buf *b, const char *label, const char *value)
{
	char text[3 * FINDING_DETAIL_BYTES];

	words_detail(value, WORDS_JA, text, sizeof(text));
	return line(b, label, text);
}

static bool
is_alike(const struct finding *a, const struct finding *b)
{
	return a->id == b->id && a->action == b->action;
}

/* Whether something like findings[i] stands before it. */
static bool
is_said(const struct record *r, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (is_alike(&r->findings[k], &r->findings[i]))
			return true;
	return false;
}

/* The first places of all findings like the first one. */
static int
put_places(struct buf *b, const struct record *r, size_t first)
{
	const struct finding *f = &r->findings[first];
	size_t n = 0;
	int e = 0;

	for (size_t i = first; e == 0 && i < r->n_findings; i++) {
		if (!is_alike(f, &r->findings[i]) || ++n > PLACES)
			continue;
		e = line_ja(b, "      場所: ", r->findings[i].where);
		if (e == 0)
			e = line_ja(b, "      内容: ", r->findings[i].detail);
	}
	return e != 0 || n <= PLACES
		   ? e
		   : buf_fmt(b, "      ほか%zuか所\n", n - PLACES);
}

static int
put_finding(struct buf *b, const struct record *r, size_t first)
{
	const struct finding *f = &r->findings[first];
	const char *ja = finding_ja(f->id);
	uint64_t count = 0;
	int e;

	for (size_t i = first; i < r->n_findings; i++)
		if (is_alike(f, &r->findings[i]))
			count += r->findings[i].count;
	e = buf_fmt(b, "  ・［%s］%s",
	    words_kind(finding_kind(f->id), WORDS_JA),
	    ja != NULL ? ja : "不明な事項");
	if (e == 0 &&
	    r->verdict == VERDICT_RELEASED) /* else nothing was done */
		e = buf_fmt(b, " → %s", words_action(f->action, WORDS_JA));
	if (e == 0 && count > 1)
		e = buf_fmt(b, "（%llu件）", (unsigned long long)count);
	if (e == 0)
		e = buf_puts(b, "\n");
	return e != 0 ? e : put_places(b, r, first);
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
		if (!is_said(r, i))
			e = put_finding(b, r, i);
	return e;
}

static int
put_member(struct buf *b, const struct record *r, size_t i, int depth)
{
	const struct record_member *m = &r->members[i];
	const struct doc_result *d = &m->result;
	int e = buf_fmt(b, "  %*s・［%s］", 2 * depth, "",
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

/*
 * A member ends before what holds it, and so stands before it in the record.
 * People read it the other way: what holds, then what is in it. down[n]: the
 * first at the top; -1: none.
 */
static void
order(const struct record *r, int *down, int *on)
{
	size_t n = r->n_members;

	for (size_t i = 0; i <= n; i++)
		down[i] = -1;
	for (size_t i = n; i-- > 0;) {
		int p = receipt_parent(r, i);
		size_t at = p < 0 ? n : (size_t)p;

		on[i] = down[at];
		down[at] = (int)i;
	}
}

static int
put_tree(struct buf *b, const struct record *r, const int *down, const int *on)
{
	int i = down[r->n_members], depth = 0, e;

	while (i >= 0) {
		if ((e = put_member(b, r, (size_t)i, depth)) != 0)
			return e;
		if (down[i] >= 0) {
			i = down[i];
			depth++;
			continue;
		}
		while (i >= 0 && on[i] < 0) {
			i = receipt_parent(r, (size_t)i);
			depth--;
		}
		if (i >= 0)
			i = on[i];
	}
	return 0;
}

static int
put_members(struct buf *b, const struct record *r)
{
	int *down, *on, e = ERR_NOMEM;

	if (r->n_members == 0)
		return 0;
	down = calloc(r->n_members + 1, sizeof(*down));
	on = calloc(r->n_members, sizeof(*on));
	if (down != NULL && on != NULL &&
	    (e = buf_puts(b, "\n【中に入っていたファイル】\n")) == 0) {
		order(r, down, on);
		e = put_tree(b, r, down, on);
	}
	free(down);
	free(on);
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

/* A document may cross without what was held inside of it: said at once. */
static int
put_left_out(struct buf *b, const struct record *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_members; i++)
		n += r->members[i].verdict != VERDICT_RELEASED;
	return n == 0 ? 0
		      : buf_fmt(b,
			    "  中のファイルのうち%zu件は渡していません。下の"
			    "「中に入っていたファイル」で理由をご覧のうえ、\n"
			    "  必要なときは送り主に再送を依頼してください。\n",
			    n);
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
		e = line_ja(b, "  くわしい理由: ", r->reason);
	if (e == 0)
		e = buf_fmt(b, "\n【次にすること】\n  %s\n",
		    words_next(r->reason_err, r->verdict, WORDS_JA));
	return e != 0 || !out ? e : put_left_out(b, r);
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
