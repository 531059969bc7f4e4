/*
 * What stands in the texts beside in/, for clerks: what became of the file,
 * what to do next, and then the receipt. In Japanese, as the receipt is.
 */
#include <stdio.h>
#include <string.h>

#include "cmd/watch.h"
#include "core/receipt.h"
#include "core/words.h"
#include "quarantine/import.h"

#define CONSOLE "関所の画面（ブラウザー）"

struct words {
	const char *mark, *what, *next;
};

static const struct words *
words_of(enum transfer_state state)
{
	static const struct words all[TRANSFER_STATES] = {
		[TRANSFER_RECEIVED] = { "受付済み", "順番を待っています。",
		    "そのままお待ちください。" },
		[TRANSFER_WORKING] = { "処理中", "処理しています。",
		    "そのままお待ちください。" },
		[TRANSFER_PASSWORD] = { "要パスワード",
		    "パスワードがかかっているため、まだ渡していません。"
		    "原本は隔離して預かっています。",
		    CONSOLE
		    "で「自分の持込み」を開き、このファイルの"
		    "パスワードを入力してください。\n"
		    "  開けば自動で無害化して渡します。ファイルを持ち込み直す"
		    "必要はありません。" },
		[TRANSFER_APPROVAL] = { "承認待ち",
		    "無害化は終わりました。承認者の承認を待っています。",
		    "承認されると自動で渡します。お急ぎのときは承認者に"
		    "お知らせください。" },
		[TRANSFER_RELEASED] = { "済み",
		    "無害化したファイルを内側へ渡しました。",
		    "内側の所属フォルダーで受け取ってください。" },
		[TRANSFER_HELD] = { "保留",
		    "安全を確かめられないため、渡していません。"
		    "原本は隔離して預かっています。",
		    "下の受領票の「理由」と「次にすること」をご覧ください。" },
		[TRANSFER_BLOCKED] = { "遮断",
		    "持込みが認められない種類のため、渡していません。"
		    "原本は隔離して預かっています。",
		    "下の受領票の「理由」と「次にすること」をご覧ください。" },
		[TRANSFER_REJECTED] = { "承認されませんでした",
		    "承認者が承認しなかったため、渡していません。"
		    "原本は隔離して預かっています。",
		    "必要なときは承認者に相談し、持ち込み直してください。" },
		[TRANSFER_EXPIRED] = { "承認の期限切れ",
		    "期限までに承認されなかったため、渡していません。"
		    "原本は隔離して預かっています。",
		    "必要なときは承認者に伝えたうえで、持ち込み直して"
		    "ください。" },
	};

	return &all[(unsigned)state < TRANSFER_STATES ? state : TRANSFER_HELD];
}

/* "label: value", inert. */
static int
line(struct buf *b, const char *label, const char *value)
{
	int e;

	if (value[0] == '\0')
		return 0;
	if ((e = buf_puts(b, label)) != 0 ||
	    (e = receipt_defang(b, value)) != 0)
		return e;
	return buf_puts(b, "\n");
}

static int
put_reason(const struct transfer *t, struct buf *b)
{
	if (t->state != TRANSFER_REJECTED && t->state != TRANSFER_EXPIRED)
		return 0;
	return line(b, "理由:       ", t->reason);
}

static int
put_class(const struct transfer *t, struct buf *b)
{
	static const char *const names[] = { "", "Ⅰ", "Ⅱ", "Ⅲ" };

	return line(b, "重要性分類: ",
	    names[t->class <= CLASS_III ? t->class : CLASS_NONE]);
}

/* An original that crossed as it was must not be called sanitised. */
static const struct words unsanitised = { "未無害化で持込み",
	"承認を受けて、無害化していない原本を内側へ渡しました。"
	"中のマクロやリンクなどは取り除かれていません。",
	"内側では、名前の頭に【未無害化】が付いています。開く前に"
	"情報システム担当に確かめてください。" };

int
watch_text_result(const struct transfer *t, struct buf *b)
{
	const struct words *w =
	    import_was(t) ? &unsanitised : words_of(t->state);
	char time[32], changed[32], size[16];
	int e;

	words_time(t->time, time, sizeof(time));
	words_time(t->changed, changed, sizeof(changed));
	words_size(t->bytes, size, sizeof(size));
	if ((e = buf_fmt(b, "【%s】", w->mark)) != 0 ||
	    (e = line(b, "", t->path)) != 0 ||
	    (e = buf_fmt(b, "\n%s\n\n", w->what)) != 0 ||
	    (e = line(b, "渡した名前: ",
		 t->state == TRANSFER_RELEASED ? t->result_path : "")) != 0 ||
	    (e = put_reason(t, b)) != 0 || (e = put_class(t, b)) != 0 ||
	    (e = buf_fmt(b,
		 "大きさ:     %s\n受付:       %s\nこの結果:   %s\n"
		 "受付番号:   %s\n\n【次にすること】\n  %s\n",
		 size, time, changed, t->id, w->next)) != 0)
		return e;
	if (t->receipt_text == NULL || t->receipt_text[0] == '\0')
		return 0;
	return buf_fmt(b, "\n\n%s", t->receipt_text);
}

static int
put_count(const struct transfer *t, size_t n, enum transfer_state state,
    struct buf *b)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		k += t[i].state == state;
	return k == 0 ? 0
		      : buf_fmt(b, "  %s: %zu件\n", words_of(state)->mark, k);
}

int
watch_text_batch(const char *name, const char *batch, const struct transfer *t,
    size_t n, struct buf *b)
{
	char time[32];
	int e;

	words_time(t[0].time, time, sizeof(time));
	if ((e = line(b, "【フォルダーの結果】", name)) != 0 ||
	    (e = buf_fmt(b,
		 "\n受付:       %s\n受付番号:   %s\nファイル:   %zu件\n", time,
		 batch, n)) != 0)
		return e;
	for (int s = 0; e == 0 && s < TRANSFER_STATES; s++)
		e = put_count(t, n, (enum transfer_state)s, b);
	if (e == 0)
		e = buf_puts(b, "\n【それぞれの結果】\n");
	for (size_t i = 0; e == 0 && i < n; i++) {
		if ((e = buf_fmt(b, "  %s  ", words_of(t[i].state)->mark)) == 0)
			e = line(b, "", t[i].path);
		if (e == 0 && t[i].result_path[0] != '\0' &&
		    strcmp(t[i].result_path, t[i].path) != 0)
			e = line(b, "      → ", t[i].result_path);
		if (e == 0 && t[i].findings > 0)
			e = buf_fmt(b, "      取り除いた・直したもの %u件\n",
			    t[i].findings);
	}
	if (e == 0)
		e = buf_puts(b, "\n詳しくは、それぞれの「.結果.txt」を"
				"ご覧ください。\n");
	return e;
}
