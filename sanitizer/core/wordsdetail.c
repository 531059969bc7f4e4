/*
 * What formats say in English about places and details, in Japanese. A
 * pattern matches the whole text: '#' is a number, '*' any text (the shortest,
 * but the last one takes all). In the Japanese '#' and '*' stand for what was
 * matched, in the same order; what a '*' matched is looked up in its turn.
 */
#include <stdbool.h>
#include <string.h>

#include "core/words.h"

#define DEPTH 4
#define HOLES 4
#define SHORT 4 /* "no" by itself may be anything */

struct said {
	const char *en, *ja;
};

/* The first that fits holds. Defanged texts have "file[:]" for "file:". */
static const struct said all[] = {
	{ "needs a password", "パスワードが必要です" },
	{ "needs a password: *", "パスワードが必要です：*" },
	{ "not supported yet", "対応していません" },
	{ "not supported yet: *", "対応していない形式です：*" },
	{ "never allowed across: names *", "持込みが認められない名前です：*" },
	{ "never allowed across: *", "持込みが認められない種類です：*" },
	{ "the data ends too early", "データが途中で終わっています" },
	{ "the data breaks the rules of its format",
	    "データが形式の決まりに合っていません" },
	{ "can be read in more than one way", "二通りに読めます" },
	{ "a limit is exceeded", "上限を超えています" },
	{ "out of memory", "メモリが足りません" },
	{ "delivered without what was held inside it",
	    "中の隔離したファイルを除いて渡しました" },
	{ "the text begins like something that acts",
	    "命令として働くもののように始まる文章です" },
	{ "HTML under the name of another type",
	    "別の種類の名前が付いたHTMLです" },
	{ "nothing in it could be let through; the first: *",
	    "渡せるものが中にありませんでした（最初の理由：*）" },
	{ "nested deeper than # levels", "入れ子が#段より深くなっています" },
	{ "unpacks to too much", "展開すると大きすぎます" },
	{ "# x # pixels: *", "#×#画素：*" },
	{ "a side over the limit of #", "一辺が上限の#を超えています" },
	{ "over the limit of # pixels", "上限の#画素を超えています" },
	{ "over the limit of # memory", "メモリの上限の#を超えています" },
	{ "over the limit of #", "上限の#を超えています" },
	{ "not a known format: *", "知られていない形式です：*" },
	{ "fits more than one format: *", "複数の形式に当てはまります：*" },
	/* the name of an err, and its text */
	{ "limit: *", "上限を超えました：*" },
	{ "blocked: *", "持込み不可：*" },
	{ "encrypted: *", "パスワード付き：*" },
	{ "unsupported: *", "対応していません：*" },
	{ "malformed: *", "壊れているか、決まりに合いません：*" },
	{ "truncated: *", "途中で切れています：*" },
	{ "ambiguous: *", "二通りに読めます：*" },
	{ "malformed", "壊れているか、決まりに合いません" },
	{ "unsupported", "対応していません" },
	{ "ambiguous", "二通りに読めます" },
	{ "limit", "上限を超えました" },
	/* Office */
	{ "another workbook or file: *", "他のブックまたはファイル：*" },
	{ "another workbook or file[:] *", "他のブックまたはファイル：*" },
	{ "link not allowed: *", "許可されないリンク先：*" },
	{ "add-in function: *", "アドインの関数：*" },
	{ "function not allowed: *", "許可されない関数：*" },
	{ "shared formula # has no beginning", "共有数式#の元がありません" },
	{ "a sheet that was left out: *", "取り除いたシートを指しています：*" },
	{ "no slide could be kept", "残せるスライドがありません" },
	{ "outside of the page", "ページの外" },
	{ "colour of the background", "背景と同じ色" },
	/* PDF */
	{ "page #", "#ページ" },
	{ "after page #", "#ページの後" },
	{ "attachment #", "添付ファイル#" },
	{ "# bytes that nothing refers to", "どこからも使われない#バイト" },
	{ "print: *, change: *, copy: *, annotate: *",
	    "印刷：*、変更：*、コピー：*、注釈：*" },
	{ "yes", "可" },
	{ "no", "不可" },
	/* pictures */
	{ "tag #, # bytes", "タグ#、#バイト" },
	{ "wrong checksum, # bytes", "検査値の誤り、#バイト" },
	{ "wrong checksum", "検査値の誤り" },
	{ "# bits, header of # bytes", "#ビット、ヘッダー#バイト" },
	{ "the end is missing", "終わりがありません" },
	{ "ends within the picture", "画像の途中で終わっています" },
	{ "behind the picture data", "画像データの後ろ" },
	{ "# bytes behind *", "後ろに#バイト（*）" },
	{ "# bytes after *", "後ろに#バイト（*）" },
	{ "# bytes before *", "前に#バイト（*）" },
	{ "the end", "終わり" },
	{ "the picture", "画像" },
	{ "the packed pixels", "圧縮した画素" },
	{ "the packed picture", "圧縮した画像" },
	{ "# colours", "#色" },
	{ "# layers", "#レイヤー" },
	{ "# channels", "#チャンネル" },
	/* archives */
	{ "*: shares its place with another",
	    "*：ほかのファイルと同じ場所を使っています" },
	{ "*: overlaps what follows it", "*：次のファイルと重なっています" },
	{ "*: stands in the archive twice", "*：同じ名前が二つあります" },
	{ "*: wrong CRC", "*：検査値（CRC）の誤り" },
	{ "*: damaged compressed data", "*：圧縮データが壊れています" },
	{ "*: packed by method #, which is not supported",
	    "*：圧縮方式#には対応していません" },
	{ "*: strong encryption, which cannot be opened here",
	    "*：ここでは開けない強度の暗号です" },
	{ "more than one disk", "分割されたアーカイブです" },
	{ "the end of the archive is missing",
	    "アーカイブの終わりがありません" },
	/* text and mail */
	{ "# rows", "#行" },
	{ "line #: *", "#行目：*" },
	{ "file names", "ファイル名" },
	{ "attachments", "添付ファイル" },
	{ "headers given twice", "二重のヘッダー" },
	/* anything of an archive: NAME: REASON of the above */
	{ "*: needs a password", "*：パスワードが必要です" },
	{ "# bytes: *", "#バイト：*" },
	{ "# bytes", "#バイト" },
	{ "missing", "欠けています" },
};

struct hole {
	const char *at;
	size_t n;
};

struct out {
	char *to;
	size_t size, n;
	bool is_full;
};

static void detail(const char *s, size_t n, unsigned depth, struct out *o);

static size_t
digits(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i] >= '0' && s[i] <= '9')
		i++;
	return i;
}

/* Where the literal part before the next hole is in s; n when nowhere. */
static size_t
find(const char *s, size_t n, const char *part, size_t len)
{
	for (size_t i = 0; i + len <= n; i++)
		if (memcmp(s + i, part, len) == 0)
			return i;
	return n;
}

static bool
match(const char *p, const char *s, size_t n, struct hole holes[HOLES])
{
	unsigned k = 0;

	for (;;) {
		size_t len = strcspn(p, "#*"), got;

		if (len > n || memcmp(p, s, len) != 0)
			return false;
		p += len;
		s += len;
		n -= len;
		if (*p == '\0')
			return n == 0;
		if (*p == '#')
			got = digits(s, n);
		else if (p[1] == '\0')
			got = n;
		else if ((got = find(s, n, p + 1, strcspn(p + 1, "#*"))) == n)
			return false;
		if (got == 0 || k == HOLES)
			return false;
		holes[k++] = (struct hole){ s, got };
		p++;
		s += got;
		n -= got;
	}
}

/* Whole characters only. */
static void
put(struct out *o, const char *s, size_t n)
{
	while (n > 0 && !o->is_full) {
		size_t len = 1;

		while (len < n && ((unsigned char)s[len] & 0xc0) == 0x80)
			len++;
		if (o->n + len >= o->size) {
			o->is_full = true;
			return;
		}
		memcpy(o->to + o->n, s, len);
		o->n += len;
		s += len;
		n -= len;
	}
}

static void
fill(const char *ja, const struct hole holes[HOLES], unsigned depth,
    struct out *o)
{
	for (unsigned k = 0; *ja != '\0';) {
		size_t len = strcspn(ja, "#*");

		put(o, ja, len);
		ja += len;
		if (*ja == '#')
			put(o, holes[k].at, holes[k].n);
		else if (*ja == '*')
			detail(holes[k].at, holes[k].n, depth + 1, o);
		else
			return;
		k++;
		ja++;
	}
}

static void
detail(const char *s, size_t n, unsigned depth, struct out *o)
{
	struct hole holes[HOLES];
	bool is_plain = depth == DEPTH || (depth == 0 && n < SHORT);

	for (size_t i = 0; !is_plain && i < sizeof(all) / sizeof(all[0]); i++)
		if (match(all[i].en, s, n, holes)) {
			fill(all[i].ja, holes, depth, o);
			return;
		}
	put(o, s, n);
}

void
words_detail(const char *text, enum words_lang lang, char *out, size_t size)
{
	struct out o = { .to = out, .size = size };

	detail(text, strlen(text), lang == WORDS_JA ? 0 : DEPTH, &o);
	out[o.n] = '\0';
}
