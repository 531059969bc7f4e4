/*
 * The text that stands where a member was: what, why, and what to do. Plain
 * UTF-8 with a byte order mark and CR LF, which every Windows editor opens,
 * and which the text module leaves as it is.
 */
#include <string.h>

#include "formats/zip_int.h"

struct reason {
	int err;
	const char *ja, *en;
	const char *do_ja, *do_en;
};

#define ASK_JA \
	"送り主に、別の形式で送り直してもらうか、システム担当に相談してくださ" \
	"い。"
#define ASK_EN \
	"Ask the sender for another format, or ask your system " \
	"administrators."

static const struct reason reasons[] = {
	{ ERR_ENCRYPTED, "パスワードがかかっています。",
	    "It is protected by a password.",
	    "パスワードを添えて、もう一度無害化してください。",
	    "Give the password and sanitise it again." },
	{ ERR_BLOCKED, "プログラムなど、持ち込めない種類のファイルです。",
	    "It is a program or another kind of file that may not cross.",
	    "必要な場合は、システム担当に相談してください。",
	    "If it is needed, ask your system administrators." },
	{ ERR_UNSUPPORTED, "対応していない形式のファイルです。",
	    "It is of a format that is not supported.", ASK_JA, ASK_EN },
	{ ERR_AMBIGUOUS, "読み方によって中身が変わる、疑わしいファイルです。",
	    "It can be read in more than one way.", ASK_JA, ASK_EN },
	{ ERR_LIMIT, "大きさや入れ子の深さが上限を超えています。",
	    "It is larger or deeper than permitted.", ASK_JA, ASK_EN },
	{ ERR_NOMEM, "大きさや入れ子の深さが上限を超えています。",
	    "It is larger or deeper than permitted.", ASK_JA, ASK_EN },
	{ 0, "ファイルが壊れているか、形式の決まりに合っていません。",
	    "It is damaged, or breaks the rules of its format.", ASK_JA,
	    ASK_EN },
};

static const struct reason *
reason_of(int err)
{
	const struct reason *r = reasons;

	while (r->err != 0 && r->err != err)
		r++;
	return r;
}

/* Of a safe name, only what no text rule would touch. */
static int
put_name(struct buf *b, const char *name)
{
	struct reader r;
	uint32_t cp;
	int e;

	reader_init(&r, name, strlen(name));
	while (utf8_get(&r, &cp) == 0)
		if (utf8_classify(cp) == UTF8_PLAIN &&
		    (e = utf8_put(b, cp)) != 0)
			return e;
	return 0;
}

static int
put_line(struct buf *b, const char *label, const char *text)
{
	return buf_fmt(b, "%s%s\r\n", label, text);
}

int
zip_note(const char *name, int err, struct buf *b)
{
	const struct reason *r = reason_of(err);
	int e;

	if ((e = put_line(b, "\xef\xbb\xbf",
		 "このファイルは無害化できなかったため、隔離しました。")) !=
		0 ||
	    (e = buf_puts(b, "ファイル名: ")) != 0 ||
	    (e = put_name(b, name)) != 0 || (e = put_line(b, "", "")) != 0 ||
	    (e = put_line(b, "理由: ", r->ja)) != 0 ||
	    (e = put_line(b, "お願い: ", r->do_ja)) != 0 ||
	    (e = put_line(b, "", "")) != 0 ||
	    (e = put_line(b, "",
		 "This file was held back, because it could "
		 "not be made safe.")) != 0 ||
	    (e = buf_puts(b, "File: ")) != 0 || (e = put_name(b, name)) != 0 ||
	    (e = put_line(b, "", "")) != 0 ||
	    (e = put_line(b, "Reason: ", r->en)) != 0)
		return e;
	return put_line(b, "What to do: ", r->do_en);
}
