#include "core/words.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "formats/findings.h"

struct pair {
	const char *text[WORDS_LANGS];
};

const char *
words_verdict(enum verdict v, enum words_lang lang)
{
	static const struct pair names[] = {
		[VERDICT_HELD] = { { "隔離", "Held" } },
		[VERDICT_RELEASED] = { { "無害化済み", "Released" } },
		[VERDICT_BLOCKED] = { { "遮断", "Blocked" } },
	};

	return names[v <= VERDICT_BLOCKED ? v : VERDICT_HELD].text[lang];
}

const char *
words_verdict_means(enum verdict v, enum words_lang lang)
{
	static const struct pair means[] = {
		[VERDICT_HELD] = { { "安全を確認できなかったため、"
				     "原本を隔離しました。"
				     "ファイルは渡していません。",
		    "It could not be proved safe, so the original was "
		    "quarantined. Nothing was delivered." } },
		[VERDICT_RELEASED] = { { "安全な部品だけで作り直し、"
					 "確認が終わったファイルを渡しました。",
		    "It was rebuilt from safe parts, checked again and "
		    "delivered." } },
		[VERDICT_BLOCKED] = { { "持込みが認められていない種類のため、"
					"遮断しました。"
					"ファイルは渡していません。",
		    "This kind of file may not be brought in. Nothing was "
		    "delivered." } },
	};

	return means[v <= VERDICT_BLOCKED ? v : VERDICT_HELD].text[lang];
}

const char *
words_method(enum method m, enum words_lang lang)
{
	static const struct pair names[] = {
		[METHOD_NONE] = { { "なし", "none" } },
		[METHOD_SANITISED] = { { "無害化（同じ形式で作り直し）",
		    "sanitised (rebuilt in the same format)" } },
		[METHOD_TEXT] = { { "テキスト化", "turned into text" } },
		[METHOD_FLATTENED] = { { "画像化", "turned into pictures" } },
		[METHOD_CONFIRMED] = { { "承認による持込み",
		    "brought in by approval" } },
	};

	return names[m <= METHOD_CONFIRMED ? m : METHOD_NONE].text[lang];
}

const char *
words_kind(int kind, enum words_lang lang)
{
	static const struct pair names[] = {
		[KIND_ATTACK] = { { "攻撃のおそれ", "Possible attack" } },
		[KIND_HIDING] = { { "隠れた内容", "Hidden content" } },
		[KIND_DISCLOSURE] = { { "情報漏えいのおそれ", "Disclosure" } },
		[KIND_NOTE] = { { "お知らせ", "Note" } },
	};

	return names[kind >= 0 && kind <= KIND_NOTE ? kind : KIND_NOTE]
	    .text[lang];
}

const char *
words_action(uint32_t action, enum words_lang lang)
{
	static const struct pair names[ACT_COUNT] = {
		[ACT_REMOVED] = { { "除去しました", "removed" } },
		[ACT_REPLACED] = { { "安全なものに置き換えました",
		    "replaced by something harmless" } },
		[ACT_FLATTENED] = { { "表示内容だけ残しました",
		    "reduced to what it showed" } },
		[ACT_KEPT] = { { "残しました", "kept" } },
		[ACT_NOTED] = { { "記録しました", "noted" } },
	};

	return names[action < ACT_COUNT ? action : ACT_NOTED].text[lang];
}

static const struct {
	const char *id;
	struct pair name;
} format_names[] = {
	{ "ooxml.docx", { { "Word文書", "Word document" } } },
	{ "ooxml.docm",
	    { { "Word文書（マクロ有効）", "Word document with macros" } } },
	{ "ooxml.dotx", { { "Wordテンプレート", "Word template" } } },
	{ "ooxml.dotm", { { "Wordテンプレート（マクロ有効）",
			    "Word template with macros" } } },
	{ "ooxml.xlsx", { { "Excelブック", "Excel workbook" } } },
	{ "ooxml.xlsm",
	    { { "Excelブック（マクロ有効）", "Excel workbook with macros" } } },
	{ "ooxml.xltx", { { "Excelテンプレート", "Excel template" } } },
	{ "ooxml.xltm", { { "Excelテンプレート（マクロ有効）",
			    "Excel template with macros" } } },
	{ "ooxml.xlsb",
	    { { "Excelバイナリブック", "Excel binary workbook" } } },
	{ "ooxml.xlam", { { "Excelアドイン", "Excel add-in" } } },
	{ "ooxml.pptx",
	    { { "PowerPointプレゼンテーション", "PowerPoint presentation" } } },
	{ "ooxml.pptm", { { "PowerPointプレゼンテーション（マクロ有効）",
			    "PowerPoint presentation with macros" } } },
	{ "ooxml.ppsx",
	    { { "PowerPointスライドショー", "PowerPoint slide show" } } },
	{ "ooxml.ppsm", { { "PowerPointスライドショー（マクロ有効）",
			    "PowerPoint slide show with macros" } } },
	{ "ooxml.potx",
	    { { "PowerPointテンプレート", "PowerPoint template" } } },
	{ "ooxml.potm", { { "PowerPointテンプレート（マクロ有効）",
			    "PowerPoint template with macros" } } },
	{ "ooxml", { { "Office文書", "Office document" } } },
	{ "ole2", { { "旧形式のOffice文書など（OLE2）",
		      "old Office document (OLE2)" } } },
	{ "pdf", { { "PDF文書", "PDF document" } } },
	{ "rtf", { { "リッチテキスト", "rich text" } } },
	{ "odf", { { "OpenDocument文書", "OpenDocument file" } } },
	{ "html", { { "HTML文書", "HTML page" } } },
	{ "svg", { { "SVG画像", "SVG picture" } } },
	{ "svgz", { { "SVG画像（圧縮）", "packed SVG picture" } } },
	{ "jpeg", { { "JPEG画像", "JPEG picture" } } },
	{ "png", { { "PNG画像", "PNG picture" } } },
	{ "gif", { { "GIF画像", "GIF picture" } } },
	{ "bmp", { { "BMP画像", "BMP picture" } } },
	{ "emf", { { "EMF図形", "EMF drawing" } } },
	{ "wmf", { { "WMF図形", "WMF drawing" } } },
	{ "tiff", { { "TIFF画像", "TIFF picture" } } },
	{ "webp", { { "WebP画像", "WebP picture" } } },
	{ "heif.heic", { { "HEIC写真", "HEIC photo" } } },
	{ "heif.avif", { { "AVIF画像", "AVIF picture" } } },
	{ "heif", { { "HEIF画像", "HEIF picture" } } },
	{ "jpeg2000", { { "JPEG 2000画像", "JPEG 2000 picture" } } },
	{ "icon", { { "アイコン画像", "icon" } } },
	{ "psd", { { "Photoshop画像", "Photoshop picture" } } },
	{ "picture", { { "その他の画像", "other picture" } } },
	{ "media", { { "音声・動画", "sound or video" } } },
	{ "text", { { "テキスト", "text" } } },
	{ "csv", { { "CSV（表形式のテキスト）", "CSV table" } } },
	{ "zip", { { "ZIPアーカイブ", "ZIP archive" } } },
	{ "7z", { { "7-Zipアーカイブ", "7-Zip archive" } } },
	{ "rar", { { "RARアーカイブ", "RAR archive" } } },
	{ "tar", { { "tarアーカイブ", "tar archive" } } },
	{ "gzip", { { "gzip圧縮ファイル", "gzip file" } } },
	{ "mail", { { "メール", "mail message" } } },
	{ "script", { { "スクリプト（命令を書いたテキスト）", "script" } } },
	{ "shortcut", { { "ショートカット・設定ファイル", "shortcut" } } },
	{ "program", { { "プログラム", "program" } } },
};

/* Exactly the n first bytes of id. */
static const char *
format_lookup(const char *id, size_t n, enum words_lang lang)
{
	for (size_t i = 0; i < sizeof(format_names) / sizeof(format_names[0]);
	     i++)
		if (strlen(format_names[i].id) == n &&
		    memcmp(format_names[i].id, id, n) == 0)
			return format_names[i].name.text[lang];
	return NULL;
}

const char *
words_format(const char *id, enum words_lang lang)
{
	const char *name;

	if (id[0] == '\0')
		return lang == WORDS_JA ? "不明な形式" : "unknown format";
	if ((name = format_lookup(id, strlen(id), lang)) != NULL)
		return name;
	name = format_lookup(id, strcspn(id, "."), lang);
	return name != NULL ? name : id;
}

struct advice {
	int err;
	struct pair why, next;
};

static const struct advice advices[] = {
	{ ERR_ENCRYPTED,
	    { { "パスワードで保護されているため、中身を確認できません。",
		"It is protected by a password, so its content cannot be "
		"checked." } },
	    { { "関所の画面（「自分の持込み」）でパスワードを入力してください。"
		"パスワードが分からないときは送り主に確認してください。"
		"（コマンドのときは --password-file で指定して、"
		"もう一度実行します。）",
		"Enter the password on the pages of Sekisho (your files). On "
		"the command line, run it again with --password-file FILE, "
		"one password a line. Ask the sender if you do not know "
		"it." } } },
	{ ERR_UNSUPPORTED,
	    { { "この形式、またはこの作り方のファイルには対応していないか、"
		"形式を判定できません。",
		"This format, or a way in which the file is made, is not "
		"supported, or could not be recognised." } },
	    { { "送り主に、対応している形式（Word・Excel・PowerPointの"
		"新しい形式、PDF、画像、テキスト、CSV、ZIPなど）での"
		"再送を依頼してください。開くと画面が作られる特殊なPDF（XFA）"
		"は、「PDFとして印刷」したものを依頼してください。",
		"Ask the sender for a supported format (docx, xlsx, pptx, "
		"PDF, pictures, text, CSV, ZIP); of a PDF whose pages are "
		"made by a program (XFA), for a print of it as PDF." } } },
	{ ERR_MALFORMED,
	    { { "ファイルが壊れているか、形式の決まりに合っていません。",
		"The file is damaged or breaks the rules of its format." } },
	    { { "送り主に、作り直して再送するよう依頼してください。"
		"心当たりのないファイルは開かずに情報政策担当へ"
		"連絡してください。",
		"Ask the sender to save it anew and send it again. If you did "
		"not expect it, tell the IT office." } } },
	{ ERR_TRUNCATED,
	    { { "ファイルが途中で切れています。",
		"The file ends before it should." } },
	    { { "送信やコピーの途中で切れた可能性があります。"
		"もう一度受け取り、持ち込み直してください。",
		"It may have been cut in transfer. Get it again, then run it "
		"again." } } },
	{ ERR_AMBIGUOUS,
	    { { "二通りの形式に読めるため、どちらとも確定できません"
		"（偽装のおそれがあります）。",
		"It can be read in more than one way, as a disguised file "
		"can." } },
	    { { "開かずに、情報政策担当へ連絡してください。",
		"Do not open it; tell the IT office." } } },
	{ ERR_LIMIT,
	    { { "大きさ、個数、または処理量が上限を超えています。",
		"It exceeds a limit of size, count or work." } },
	    { { "ファイルを分けて受け取り直すか、"
		"情報政策担当に上限の見直しを相談してください。",
		"Get it in smaller pieces, or ask the IT office about the "
		"limit." } } },
	{ ERR_NOMEM,
	    { { "メモリが足りず、処理できませんでした。",
		"There was not enough memory." } },
	    { { "時間をおいて持ち込み直し、"
		"続くときは情報政策担当へ連絡してください。",
		"Try again later; tell the IT office if it stays so." } } },
	{ ERR_IO,
	    { { "ファイルを読めませんでした。", "It could not be read." } },
	    { { "ファイルの有無とアクセス権を確認して、"
		"もう一度実行してください。",
		"Check that it exists and may be read, then run it "
		"again." } } },
	{ ERR_INFECTED,
	    { { "ウイルス対策ソフトが検出しました。",
		"The virus scanner found something in it." } },
	    { { "開かずに、情報政策担当へ連絡してください。",
		"Do not open it; tell the IT office." } } },
	{ ERR_SCANNER,
	    { { "ウイルス対策ソフトによる確認ができませんでした。",
		"The virus scanner could not check it." } },
	    { { "時間をおいて持ち込み直し、"
		"続くときは情報政策担当へ連絡してください。",
		"Try again later; tell the IT office if it stays so." } } },
	{ ERR_BLOCKED,
	    { { "プログラムやショートカットなど、"
		"持込みが認められない種類です。",
		"It is of a kind that may never be brought in (programs, "
		"shortcuts, links)." } },
	    { { "文書として必要な内容は、別の形式での送付を"
		"送り主に依頼してください。",
		"If you need what it says, ask the sender for a "
		"document." } } },
	{ ERR_INTERNAL,
	    { { "処理が正常に終わらなかったため、安全側に倒して"
		"隔離しました。",
		"Processing did not end normally, so it was held to be "
		"safe." } },
	    { { "持ち込み直しても同じときは、"
		"受付番号を添えて情報政策担当へ連絡してください。",
		"If it happens again, give this receipt to the IT "
		"office." } } },
	{ 0,
	    { { "運用ポリシーにより、渡さないことになっています。",
		"The policy does not let it pass." } },
	    { { "必要なときは、情報政策担当へ相談してください。",
		"Ask the IT office if you need it." } } },
};

static const struct advice *
advice_of(int err, enum verdict v)
{
	size_t n = sizeof(advices) / sizeof(advices[0]);

	if (err == 0 && v == VERDICT_BLOCKED)
		err = ERR_BLOCKED;
	else if (err == ERR_DENIED) /* policy_judge() */
		err = 0;
	for (size_t i = 0; i < n; i++)
		if (advices[i].err == err)
			return &advices[i];
	return &advices[n - 2];
}

const char *
words_reason(int err, enum verdict v, enum words_lang lang)
{
	return v == VERDICT_RELEASED ? "" : advice_of(err, v)->why.text[lang];
}

const char *
words_next(int err, enum verdict v, enum words_lang lang)
{
	static const struct pair released = { { "そのまま使えます。",
	    "Nothing; it is ready for use." } };

	return v == VERDICT_RELEASED ? released.text[lang]
				     : advice_of(err, v)->next.text[lang];
}

void
words_time(const char *iso, char *out, size_t size)
{
	struct tm tm = { 0 };
	time_t t;

	if (strptime(iso, "%Y-%m-%dT%H:%M:%S", &tm) != NULL) {
		t = timegm(&tm);
		if (localtime_r(&t, &tm) != NULL &&
		    strftime(out, size, "%Y-%m-%d %H:%M %Z", &tm) > 0)
			return;
	}
	snprintf(out, size, "%s", iso);
}

void
words_size(uint64_t bytes, char *out, size_t size)
{
	static const char *const unit[] = { "KB", "MB", "GB", "TB" };
	double v = (double)bytes / 1024;
	size_t i = 0;

	if (bytes < 1024) {
		snprintf(out, size, "%u B", (unsigned)bytes);
		return;
	}
	while (v >= 1024 && i + 1 < sizeof(unit) / sizeof(unit[0])) {
		v /= 1024;
		i++;
	}
	snprintf(out, size, "%.1f %s", v, unit[i]);
}
