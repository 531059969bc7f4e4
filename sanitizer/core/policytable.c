/*
 * The table of settings. Defaults stand in options_default(),
 * limits_default() and policy_default(), once.
 */
#include <stddef.h>

#include "core/policy.h"

#define K (UINT64_C(1) << 10)
#define M (UINT64_C(1) << 20)
#define G (UINT64_C(1) << 30)

#define WHERE(field) \
	offsetof(struct policy, field), sizeof(((struct policy *)NULL)->field)
#define UINT(section, key, field, lo, hi, ja, en) \
	{ \
		section, key, POLICY_UINT, lo, hi, NULL, ja, en, WHERE(field) \
	}
#define LIMIT(key, field, lo, hi, ja, en) \
	UINT("limits", key, options.limits.field, lo, hi, ja, en)
#define BUDGET(key, id, lo, hi, ja, en) LIMIT(key, max[id], lo, hi, ja, en)
#define BOOL(section, key, field, ja, en) \
	{ \
		section, key, POLICY_BOOL, 0, 1, NULL, ja, en, WHERE(field) \
	}
#define CHOICE(section, key, field, choices, ja, en) \
	{ \
		section, key, POLICY_CHOICE, 0, 0, choices, ja, en, \
		    WHERE(field) \
	}
#define TEXT(section, key, field, hi, ja, en) \
	{ \
		section, key, POLICY_TEXT, 1, hi, NULL, ja, en, WHERE(field) \
	}

/* A list of names, perhaps an empty one. */
#define NAMES(section, key, field, ja, en) \
	{ \
		section, key, POLICY_TEXT, 0, \
		    sizeof(((struct policy *)NULL)->field) - 1, NULL, ja, en, \
		    WHERE(field) \
	}

/* In the order of the enums of formats/options.h. */
static const char *const url_choices[] = { "keep", "remove", "show", NULL };
static const char *const charset_choices[] = { "keep", "utf8", NULL };
static const char *const csv_choices[] = { "quote", "report", NULL };
static const char *const metadata_choices[] = { "drop", "keep-basic", NULL };
static const char *const pixels_choices[] = { "keep", "reencode", NULL };
static const char *const forms_choices[] = { "keep", "flatten", NULL };
static const char *const attachments_choices[] = { "zip", "remove", NULL };

static const char *const heif_choices[] = { "jpeg", "png", "hold", NULL };

static const char *const body_choices[] = { "text", "text+html", NULL };
static const char *const files_choices[] = { "sanitise", "detach", "remove",
	NULL };
static const char *const ambiguous_choices[] = { "hold", "note", NULL };
static const char *const calendar_choices[] = { "publish", "keep", NULL };

static const struct policy_setting table[] = {
	TEXT("", "state_dir", state_dir, POLICY_PATH_BYTES - 1,
	    "鍵、監査記録、隔離、送出待ちを置くフォルダー（絶対パス）",
	    "folder of keys, audit log, quarantine and spool (absolute)"),
	TEXT("", "department", department, POLICY_NAME_BYTES - 1,
	    "宛先を指定しないときの所属（内側のフォルダー名）",
	    "department of parcels when none is said (a folder inside)"),

	LIMIT("max_in_bytes", max_in_bytes, 1, 16 * G,
	    "受け付ける1ファイルの最大バイト数", "bytes of one input file"),
	BUDGET("max_expanded_bytes", BUDGET_EXPANDED_BYTES, 1, 64 * G,
	    "展開してできるバイト数の合計（全階層）",
	    "bytes produced by inflating, all levels together"),
	BUDGET("max_out_bytes", BUDGET_OUT_BYTES, 1, 16 * G,
	    "無害化した結果の最大バイト数", "bytes of one result"),
	BUDGET("max_memory_bytes", BUDGET_MEMORY_BYTES, M, 64 * G,
	    "1文書の処理に使うメモリーの最大バイト数",
	    "bytes of memory for one document"),
	BUDGET("max_members", BUDGET_MEMBERS, 1, 1000000,
	    "書庫の中や埋め込みのファイルの最大個数",
	    "archive members and embedded files"),
	BUDGET("max_xml_nodes", BUDGET_XML_NODES, 1, 10000000000,
	    "XMLの要素の最大個数", "XML elements read"),
	BUDGET("max_pixels", BUDGET_PIXELS, 1, 100000000000,
	    "全画像の画素数の合計", "pixels of all pictures together"),
	BUDGET("max_findings", BUDGET_FINDINGS, 1, 100000,
	    "記録する検出の最大件数", "findings recorded for one document"),
	LIMIT("max_depth", max_depth, 1, 16, "書庫の入れ子の最大の深さ",
	    "containers in containers"),
	LIMIT("max_ratio", max_ratio, 2, 10000, "圧縮率（展開後÷圧縮後）の上限",
	    "produced bytes for one packed byte"),
	LIMIT("ratio_after_bytes", ratio_after_bytes, 1, G,
	    "圧縮率を調べ始める展開後のバイト数",
	    "bytes produced before the ratio counts"),
	LIMIT("max_image_side_px", max_image_side_px, 1, 100000,
	    "画像の一辺の最大画素数", "pixels of one side of a picture"),
	LIMIT("max_image_px", max_image_px, 1, 10000000000,
	    "画像1枚の最大画素数", "pixels of one picture"),
	LIMIT("max_frames", max_frames, 1, 100000, "動画像の最大こま数",
	    "frames of one animation"),
	LIMIT("max_xml_depth", max_xml_depth, 1, 1024,
	    "XMLの入れ子の最大の深さ", "XML elements in elements"),
	LIMIT("max_xml_attr_bytes", max_xml_attr_bytes, 1, 16 * M,
	    "XMLの属性1つの最大バイト数", "bytes of one XML attribute"),
	LIMIT("max_jpeg_scans", max_jpeg_scans, 1, 1000,
	    "JPEGのスキャンの最大個数", "scans of one JPEG"),
	LIMIT("max_cpu_s", max_cpu_s, 1, 3600, "1文書のCPU時間の上限（秒）",
	    "seconds of CPU for one document"),
	LIMIT("max_wall_ms", max_wall_ms, 100, 3600000,
	    "1文書の処理時間の上限（ミリ秒）", "milliseconds for one document"),
	LIMIT("max_address_space_bytes", max_address_space_bytes, 64 * M,
	    256 * G, "処理プロセスのアドレス空間の上限（バイト）",
	    "bytes of address space of a worker"),

	CHOICE("links", "urls", options.url, url_choices,
	    "リンク：keep 残す、remove 外す、show 外して文字で示す",
	    "links: keep, remove, or show (as text, not as a link)"),
	CHOICE("text", "charset", options.charset, charset_choices,
	    "文字コード：keep 元のまま、utf8 UTF-8にする",
	    "character set: keep, or utf8"),
	CHOICE("csv", "formulas", options.csv, csv_choices,
	    "CSVの数式：quote 文字列にする、report 報告だけ",
	    "formulas in CSV: quote (made text), or report only"),
	CHOICE("office", "metadata", options.metadata, metadata_choices,
	    "文書の属性：drop 消す、keep-basic 題名など基本だけ残す",
	    "properties: drop, or keep-basic (title and the like)"),
	BOOL("office", "keep_comments", options.keep_comments,
	    "コメントと注釈を残す", "keep comments and notes"),
	BOOL("office", "keep_tracked_changes", options.keep_tracked_changes,
	    "変更履歴を残す（残さないときは反映する）",
	    "keep tracked changes (else they are accepted)"),
	BOOL("office", "keep_hidden_sheets", options.keep_hidden_sheets,
	    "非表示のシートを残す", "keep hidden sheets"),
	BOOL("office", "keep_pivot_records", options.keep_pivot_records,
	    "ピボットテーブルの元データの写しを残す",
	    "keep the cached records of pivot tables"),
	CHOICE("pdf", "forms", options.forms, forms_choices,
	    "PDFの入力欄：keep 残す、flatten 見た目のまま固定する",
	    "fields of PDF forms: keep, or flatten (drawn into the page)"),
	CHOICE("pdf", "attachments", options.attachments, attachments_choices,
	    "PDFの添付ファイル：zip 無害化してZIPで添える、remove 外す",
	    "files attached to PDFs: zip (sanitised, beside it), or remove"),

	CHOICE("pictures", "metadata", options.picture_metadata,
	    metadata_choices,
	    "写真の情報：drop 消す、keep-basic 撮影日時と作成者だけ残す",
	    "of pictures: drop, or keep-basic (date and author, no place)"),
	CHOICE("pictures", "pixels", options.pixels, pixels_choices,
	    "JPEGの画素：keep 元のまま、reencode 展開して圧縮し直す",
	    "pixels of JPEG: keep, or reencode (decoded and coded anew)"),
	CHOICE("pictures", "heif", options.heif, heif_choices,
	    "HEIC・AVIFの写真：jpeg または png に直して届ける、hold 保留する",
	    "HEIC and AVIF: delivered as jpeg, as png, or hold"),

	CHOICE("mail", "body", options.mail_body, body_choices,
	    "本文：text 文字だけ、text+html 無害化したHTMLも添える",
	    "body: text, or text+html (a sanitised HTML part beside it)"),
	CHOICE("mail", "attachments", options.mail_files, files_choices,
	    "添付ファイル：sanitise 無害化して届ける、detach 渡すまで預かる、"
	    "remove 外す",
	    "attachments: sanitise, detach (kept for pick-up), or remove"),
	CHOICE("mail", "ambiguous", options.mail_ambiguous, ambiguous_choices,
	    "読み方が分かれるメール：hold 保留する、note "
	    "全部を無害化し報告する",
	    "mail that readers read differently: hold, or note (all of it is "
	    "sanitised)"),
	CHOICE("mail", "calendar", options.calendar_method, calendar_choices,
	    "会議の招待：publish 予定として見せるだけ、keep "
	    "出欠の返信などの指定を残す",
	    "invitations: publish (shown as an entry), or keep (they may be "
	    "answered)"),
	NAMES("mail", "authserv_id", options.mail_authserv_id,
	    "認証結果（Authentication-Results）を信じる中継サーバーの名前",
	    "relay whose Authentication-Results are believed"),
	NAMES("mail", "internal_domains", options.mail_internal_domains,
	    "庁内のドメイン（空白区切り）。なりすましの差出人に［外部］と付け"
	    "る",
	    "domains of this site (blanks between), for the mark [外部]"),

	UINT("mail", "queue_messages", mail_queue_messages, 1, 1000000,
	    "処理を待つメールの最大通数（超えると再送を求める）",
	    "mails that may wait (more are told to come again)"),
	UINT("mail", "queue_bytes", mail_queue_bytes, M, 1024 * G,
	    "処理を待つメールの最大バイト数", "bytes of the mails that wait"),
	UINT("mail", "queue_free_bytes", mail_queue_free_bytes, M, 1024 * G,
	    "メールを受け取るとき空けておくディスクのバイト数",
	    "bytes of disk that taking mail leaves free"),
	UINT("mail", "max_out_bytes", mail_out_bytes, K, 2 * G,
	    "庁内へ渡すメール1通の最大バイト数（無害化した結果が超えると保留）",
	    "bytes of one mail for the inner side (a larger result is held)"),

	NAMES("mail", "password_file", mail_passwords,
	    "送り主のドメインごとの既知のパスワードの一覧（1行に「ドメイン "
	    "パスワード」、本人だけが読めるファイル）",
	    "file of known passwords, a line \"DOMAIN PASSWORD\" each, "
	    "readable by the gateway alone"),
	UINT("mail", "password_window_s", mail_password_s, 1, 30 * 86400,
	    "添付とパスワードのメールを組にする時間（秒）",
	    "seconds within which a file and the mail with its password "
	    "belong together"),

	UINT("milter", "max_message_bytes", milter_max_bytes, K, 2 * G,
	    "受け付けるメール1通の最大バイト数（超えると552で断る）",
	    "bytes of one mail (a larger one is refused with 552)"),
	UINT("milter", "max_parts", milter_max_parts, 1, 1000,
	    "メール1通のパートの最大数（超えると断る）",
	    "parts of one mail (more are refused)"),
	BOOL("milter", "refuse_programs", milter_refuse_programs,
	    "実行ファイルの名前の添付があるメールを受信時に断る",
	    "refuse mail that has an attachment with a program's name"),
	BOOL("milter", "in_place", milter_in_place,
	    "その場で無害化した本文に置き換える（しないときは検査だけ）",
	    "replace headers and body by the sanitised ones (else: checks "
	    "only)"),

	UINT("flood", "window_s", flood.window_s, 1, 86400,
	    "通数を数える時間（秒）", "seconds over which mail is counted"),
	UINT("flood", "per_client", flood.per_client, 1, 100000000,
	    "その時間に接続元1つから受け取る最大通数",
	    "mails from one client in that time"),
	UINT("flood", "per_sender", flood.per_sender, 1, 100000000,
	    "その時間に差出人1人から受け取る最大通数",
	    "mails from one sender in that time"),
	UINT("flood", "total", flood.total, 1, 100000000,
	    "その時間に受け取る最大通数（合計）", "mails in that time in all"),
	BOOL("flood", "stop", flood.stop,
	    "合計が超えたら受信を止め、管理者が再開するまで受け取らない",
	    "stop taking mail when the total is passed, until an "
	    "administrator resumes it"),

	NAMES("scan", "clamd", scan_clamd,
	    "ウイルス対策clamdのソケット（絶対パス。空なら使わない）",
	    "socket of clamd (an absolute path; empty: not used)"),
	UINT("scan", "timeout_s", scan_timeout_s, 1, 3600,
	    "clamdの答えを待つ秒数（過ぎたら保留する）",
	    "seconds to wait for clamd (then the document is held)"),

	BOOL("rules", "hold_name_mismatch", hold_name_mismatch,
	    "拡張子と中身が違うファイルを保留する",
	    "hold a file whose extension tells another format"),
	BOOL("rules", "hold_magic_mismatch", hold_magic_mismatch,
	    "形式判定が食い違うファイルを保留する",
	    "hold a file on whose format the opinions differ"),
	BOOL("rules", "hold_attacks", hold_attacks,
	    "攻撃に使われる部品を検出した文書を保留する（除去済みでも）",
	    "hold a document with a finding of the kind attack, though "
	    "removed"),
	BOOL("rules", "hold_member_held", hold_member_held,
	    "中のファイルが1つでも保留になれば全体を保留する",
	    "hold the whole when a file inside was held"),
	{ "rules", "hold_findings", POLICY_FINDINGS, 0, 0, NULL,
	    "ここに挙げた検出があれば保留する（検出のID）",
	    "hold a document with one of these findings (ids)",
	    WHERE(hold_finding) },

	NAMES("people", "rules_file", people_rules_file,
	    "部署ごとの決まりのファイル（絶対パス。空なら全員が既定）",
	    "file of the departments' rules (an absolute path; empty: the "
	    "defaults for everybody)"),
	NAMES("people", "root", people_root,
	    "持込みフォルダーの場所（絶対パス。この下に in/部署/利用者 "
	    "を置く）",
	    "the drop folder (an absolute path; in it in/DEPARTMENT/USER)"),
	TEXT("people", "done_name", people_done, POLICY_NAME_BYTES - 1,
	    "届いたものの結果を置くフォルダーの名前",
	    "folder of the results of what was released"),
	TEXT("people", "held_name", people_held, POLICY_NAME_BYTES - 1,
	    "保留や承認待ちの結果を置くフォルダーの名前",
	    "folder of the results of what was held or waits for approval"),
	TEXT("people", "password_name", people_password, POLICY_NAME_BYTES - 1,
	    "パスワードを待つものの結果を置くフォルダーの名前",
	    "folder of the results of what waits for a password"),
	TEXT("people", "status_name", people_status, POLICY_NAME_BYTES - 1,
	    "順番待ちの案内を置くフォルダーの名前",
	    "folder of the notes on what waits for its turn"),
	TEXT("people", "class_1_name", people_class_1, POLICY_NAME_BYTES - 1,
	    "重要性分類Ⅰの情報を入れるフォルダーの名前（利用者のフォルダーの中"
	    "）",
	    "folder in a person's folder for information of class I"),
	TEXT("people", "class_2_name", people_class_2, POLICY_NAME_BYTES - 1,
	    "重要性分類Ⅱの情報を入れるフォルダーの名前（利用者のフォルダーの中"
	    "）",
	    "folder in a person's folder for information of class II"),
	TEXT("people", "class_3_name", people_class_3, POLICY_NAME_BYTES - 1,
	    "重要性分類Ⅲの情報を入れるフォルダーの名前（利用者のフォルダーの中"
	    "）",
	    "folder in a person's folder for information of class III"),
	BOOL("people", "keep_originals", people_keep_originals,
	    "届いたものの原本を結果の横に残す（しないときは消す）",
	    "keep the originals of released files beside the results (else "
	    "they are removed)"),
	UINT("people", "fast_bytes", people_fast_bytes, 1, G,
	    "小さいファイルとして優先するバイト数の上限",
	    "files up to this size never wait behind larger ones"),
	UINT("people", "settle_ms", people_settle_ms, 50, 60000,
	    "書き終わったファイルを受け取るまでの時間（ミリ秒）",
	    "milliseconds after its last change that a closed file is taken"),
	UINT("people", "quiet_s", people_quiet_s, 1, 3600,
	    "フォルダーごと受け取るまで、または書き終わりが分からないときに変化"
	    "がない"
	    "時間（秒）",
	    "seconds without a change before a folder is taken, or a file of "
	    "which nobody can tell that it was closed"),
	UINT("people", "rescan_s", people_rescan_s, 1, 3600,
	    "通知がなくても持込みフォルダー全体を見直す間隔（秒）",
	    "seconds between two looks at the whole drop folder"),
	UINT("people", "status_s", people_status_s, 1, 3600,
	    "これより長く待つ利用者に順番の案内を書く（秒）",
	    "who waits longer than these seconds gets a note on the line"),
	TEXT("console", "listen", console.listen, 63,
	    "コンソールが待ち受けるアドレス",
	    "address that the console listens on"),
	UINT("console", "port", console.port, 1, 65535,
	    "コンソールのポート番号（平文のHTTP。手前のTLSプロキシーから受ける"
	    "）",
	    "port of the console (plain HTTP, behind the site's TLS proxy)"),
	NAMES("console", "hosts", console.hosts,
	    "コンソールの名前（Hostヘッダー、空白区切り）。ほかの名前の要求は断"
	    "る。localhostなどは常に可",
	    "names the console answers to (Host header, blanks between); "
	    "localhost always"),
	NAMES("console", "proxy", console.proxy,
	    "X-Forwarded-Forを信じるプロキシーのアドレス（空白区切り）",
	    "addresses of proxies whose X-Forwarded-For is believed"),
	NAMES("console", "proxy_header", console.proxy_header,
	    "プロキシーが認証済みのログイン名を入れるヘッダー（空なら使わない"
	    "）",
	    "header in which the proxy puts the person it signed in (empty: "
	    "not used)"),
	NAMES("console", "metrics_from", console.metrics_from,
	    "監視のために/"
	    "metricsを読めるアドレス（空白区切り。プロキシー経由は不可）",
	    "addresses that may read /metrics for a monitor (blanks between; "
	    "never through a proxy)"),
	UINT("console", "idle_s", console.idle_s, 60, 86400,
	    "操作がないとログアウトするまでの秒数",
	    "seconds without use after which a session ends"),
	UINT("console", "session_s", console.session_s, 300, 7 * 86400,
	    "ログインしていられる最長の秒数",
	    "seconds after which a session ends in any case"),
	UINT("console", "upload_bytes", console.upload_bytes, K, 64 * G,
	    "1回のアップロードの最大バイト数", "bytes of one upload"),
	UINT("console", "upload_files", console.upload_files, 1, 1000,
	    "1回のアップロードの最大ファイル数", "files of one upload"),
	UINT("console", "connections", console.connections, 8, 4096,
	    "同時接続の最大数", "connections at a time"),
	UINT("console", "connections_per_address",
	    console.connections_per_address, 1, 4096,
	    "接続元1つの同時接続の最大数（プロキシーを除く）",
	    "connections of one address at a time (but of a proxy)"),
	UINT("console", "requests_per_minute", console.requests_per_minute, 10,
	    1000000, "接続元1つの1分間の最大要求数",
	    "requests of one address in a minute"),
	NAMES("console", "ldap_uri", console.ldap_uri,
	    "パスワードを確かめるLDAP（ldaps://名前。空なら使わない）",
	    "directory that checks passwords (ldaps://NAME; empty: not used)"),
	NAMES("console", "ldap_dn", console.ldap_dn,
	    "LDAPでの利用者の名前（%s がログイン名になる）",
	    "name of a person in the directory (%s: the login)"),

	UINT("audit", "checkpoint_lines", audit_checkpoint_lines, 1, 100000,
	    "監査記録に署名を入れる間隔（行）",
	    "lines between two signed check-points"),
	UINT("audit", "rotate_bytes", audit_rotate_bytes, 64 * K, 64 * G,
	    "監査記録の1ファイルの大きさ（超えたら次のファイルへ続ける）",
	    "bytes of one file of the log; then the next one goes on"),
	UINT("audit", "rotate_days", audit_rotate_days, 1, 3660,
	    "監査記録の1ファイルに書く日数", "days in one file of the log"),
	UINT("audit", "keep_days", audit_keep_days, 1, 36600,
	    "監査記録を残す日数（過ぎたファイルは記録して消す）",
	    "days that a file of the log is kept (its end is recorded)"),
	UINT("audit", "transfer_days", transfer_days, 1, 36600,
	    "終わった持込みを一覧に残す日数（過ぎても監査記録には残る）",
	    "days that settled transfers stay in the lists (the log keeps "
	    "them)"),
	UINT("parcel", "max_payloads", parcel_max_payloads, 1, 64,
	    "1つの小包に入れる文書の最大数", "documents in one parcel"),
	UINT("parcel", "max_bytes", parcel_max_bytes, K, 64 * M,
	    "1つの小包に入れる文書の合計バイト数（超える文書は単独）",
	    "bytes of documents in one parcel (a larger one goes alone)"),
	UINT("parcel", "sent_keep_days", sent_keep_days, 1, 3660,
	    "送り終えた小包を残す日数（欠番の送り直しに使う）",
	    "days that sent parcels are kept, to be sent again for a gap"),
	BOOL("parcel", "allow_unsanitised", allow_unsanitised,
	    "内側：無害化していない原本の小包を受け取る",
	    "inner side: take parcels with an original that is not sanitised"),

	NAMES("events", "syslog", events_syslog,
	    "syslogの宛先（ソケットのパス、udp:ホスト:ポート、tcp:ホスト:"
	    "ポート。"
	    "空なら送らない）",
	    "syslog: a socket's path, udp:HOST:PORT, tcp:HOST:PORT; empty: "
	    "none"),
	UINT("events", "facility", events_facility, 1, 23,
	    "syslogのファシリティー番号（16はlocal0）",
	    "facility of syslog (16 is local0)"),
	NAMES("events", "mail_to", events_mail_to,
	    "お知らせメールの宛先（空白区切り。空なら送らない）",
	    "addresses that get notices (blanks between; empty: none)"),
	NAMES("events", "mail_from", events_mail_from,
	    "お知らせメールの差出人（空ならsekisho@ホスト名）",
	    "sender of notices (empty: sekisho@HOST)"),
	NAMES("events", "mail_relay", events_mail_relay,
	    "お知らせメールを渡す中継サーバー（ホスト:ポート、またはsendmailの"
	    "パス）",
	    "relay of notices: HOST:PORT, or the path of sendmail"),
	UINT("events", "mail_minutes", events_mail_minutes, 1, 10080,
	    "同じ種類のお知らせメールの間隔（分）",
	    "minutes between two mails of a kind"),
	UINT("events", "mail_severity", events_mail_severity, 1, 7,
	    "メールにする重大度の上限（1 緊急、2 重大、3 誤り、4 警告、5 "
	    "通知、6 "
	    "情報）",
	    "mail is sent for this severity and worse (1 alert ... 4 warning, "
	    "6 info)"),
};

const struct policy_setting *
policy_settings(size_t *n)
{
	*n = sizeof(table) / sizeof(table[0]);
	return table;
}
