/*
 * Mails about events: made when the event is raised, handed over later.
 * STATE/events/out/ID: the address on a line of its own, then the message
 * (RFC 5322, MIME, all of it ASCII: the texts are base64).
 */
#include "core/eventmail.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fsx.h"
#include "base/utf8.h"
#include "core/mailaddr.h"
#include "core/smtpout.h"
#include "core/words.h"

#define WORD_BYTES 42 /* of a text in one encoded word */

extern char **environ;

static const struct event_words words[EVENT_KINDS] = {
	[EVENT_TEST] = { "通知の試験です", "a test of the notices",
	    "何もする必要はありません。", "Nothing is to be done." },
	[EVENT_FLOOD] = { "メールが短時間に大量に届いたため、送信元を待たせてい"
			  "ます",
	    "mail came too fast; its sender is told to come again later",
	    "続くときは送信元を確かめ、必要なら中継サーバーで断ってください。",
	    "If it goes on, look who sends, and refuse them at the relay." },
	[EVENT_FLOOD_STOP] = { "メールの受信を止めました",
	    "the taking of mail was stopped",
	    "原因を確かめてから sekisho mail --resume で再開してください。",
	    "Find out why, then say: sekisho mail --resume" },
	[EVENT_SCANNER_DOWN] = { "ウイルス対策ソフトの答えがないため、文書を保"
				 "留しています",
	    "the virus scanner gives no answer; documents are held",
	    "clamd の動作と設定 scan.clamd を確かめてください。",
	    "Look after clamd and the setting scan.clamd." },
	[EVENT_SPOOL_FULL] = { "待ち行列またはディスクがいっぱいで、受付を止め"
			       "ています",
	    "a queue or the disk is full; nothing more is taken",
	    "ディスクを空けてください。空けば自動で再開します。",
	    "Make room on the disk; it goes on by itself." },
	[EVENT_APPROVAL_WAITING] = { "承認を待つ申請があります",
	    "a request waits for your decision",
	    "画面を開き、内容を確かめて承認または却下してください。",
	    "Open the console, look at it, and decide." },
	[EVENT_APPROVAL_REMINDER] = { "承認を待つ申請がまだ残っています",
	    "a request still waits for your decision",
	    "期限が過ぎると申請は取り消されます。",
	    "When its time is over the request ends." },
	[EVENT_APPROVAL_EXPIRED] = { "申請の期限が過ぎました",
	    "a request was not decided in time",
	    "必要なときは、もう一度持ち込んでください。",
	    "If it is still needed, bring it in again." },
	[EVENT_EMERGENCY] = { "緊急の持出しがありました（事後の確認が必要です"
			      "）",
	    "an emergency release was made; it must be reviewed",
	    "画面で内容を確かめ、事後の確認を記録してください。",
	    "Open the console and record the review." },
	[EVENT_UNSANITISED_ASKED] = { "無害化していない原本の持込みが申請されま"
				      "した",
	    "somebody asks to bring in an original that is not sanitised",
	    "所属の異なる承認者二人の判断が必要です。",
	    "Two approvers of different departments must decide." },
	[EVENT_UNSANITISED] = { "無害化していない原本が持ち込まれました",
	    "an original that is not sanitised crossed",
	    "身に覚えがないときは、すぐに情報システム担当へ知らせてください。",
	    "If you do not expect this, find out at once." },
	[EVENT_SELFCHECK_FAILED] = { "無害化の自己診断が失敗しました",
	    "the self-check failed",
	    "sekisho selfcheck を実行して理由を確かめてください。分かるまで"
	    "受付を止めることを勧めます。",
	    "Run sekisho selfcheck and read why. Better stop taking documents "
	    "until you know." },
	[EVENT_SELFCHECK_PASSED] = { "無害化の自己診断が元どおり成功しました",
	    "the self-check passes again", "何もする必要はありません。",
	    "Nothing is to be done." },
	[EVENT_QUOTA] = { "所属の隔離の容量が上限を超えました",
	    "a department's quarantine is over its quota",
	    "不要な原本を廃棄するか、規則の quarantine_bytes "
	    "を見直してください。",
	    "Dispose of what is not needed, or raise quarantine_bytes." },
	[EVENT_LOCKOUT] = { "ログインの失敗が続いたため、利用者を一時停止しま"
			    "した",
	    "an account is locked after failed sign-ins",
	    "本人に確かめてください。解除は sekisho user unlock です。",
	    "Ask the person. To unlock: sekisho user unlock" },
	[EVENT_AUDIT_BROKEN] = { "監査記録が壊れているか、書き換えられています"
				 "。何も出しません",
	    "the audit log is damaged or was changed; nothing is released",
	    "sekisho audit verify を実行し、だれが変えたかを調べてください。",
	    "Run sekisho audit verify and find out who changed it." },
	[EVENT_AUDIT_HEAD] = { "監査記録の最新の行の番号とハッシュです",
	    "number and hash of the newest line of the audit log",
	    "あとで sekisho audit verify --head に渡すと、記録全体の差替えが"
	    "分かります。",
	    "Keep it: sekisho audit verify --head takes it." },
	[EVENT_LOOKBACK] = { "渡した文書のうち、今の版では結果が変わるものがあ"
			     "ります",
	    "of the released documents some would come out otherwise today",
	    "sekisho quarantine rerun --released-since "
	    "の一覧を確かめてください。",
	    "Look at the list of sekisho quarantine rerun --released-since." },
	[EVENT_BACKUP_FAILED] = { "控えの作成が失敗しました", "a backup failed",
	    "出力先の空きと権限を確かめ、もう一度実行してください。",
	    "Look at the room and the rights of the target; run it again." },
};

/* What a field is called in the Japanese part. */
static const struct {
	const char *name, *ja;
} labels[] = {
	{ "id", "番号" },
	{ "transfer", "受付番号" },
	{ "request", "申請番号" },
	{ "department", "所属" },
	{ "login", "利用者" },
	{ "name", "名前" },
	{ "who", "担当者" },
	{ "why", "理由" },
	{ "reason", "理由" },
	{ "bytes", "バイト数" },
	{ "limit", "上限" },
	{ "count", "件数" },
	{ "client", "接続元" },
	{ "sender", "差出人" },
	{ "path", "場所" },
	{ "expires", "期限" },
	{ "time", "日時" },
	{ "parcel", "小包の番号" },
	{ "link", "画面" },
};

const struct event_words *
event_words(enum event_kind k)
{
	return &words[k < EVENT_KINDS ? k : EVENT_TEST];
}

static const char *
label(const char *name)
{
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (strcmp(labels[i].name, name) == 0)
			return labels[i].ja;
	return name;
}

/* ---- the message */

/* A text as encoded words (RFC 2047), cut between characters. */
static int
put_words(struct buf *b, const char *text)
{
	size_t n = strlen(text), at = 0, take;
	char word[4 * WORD_BYTES];
	int e = 0;

	while (e == 0 && at < n) {
		take = n - at < WORD_BYTES ? n - at : WORD_BYTES;
		while (at + take < n &&
		       ((uint8_t)text[at + take] & 0xc0) == 0x80)
			take--;
		sodium_bin2base64(word, sizeof(word),
		    (const unsigned char *)text + at, take,
		    sodium_base64_VARIANT_ORIGINAL);
		e = buf_fmt(b, "%s=?UTF-8?B?%s?=", at == 0 ? "" : "\n ", word);
		at += take;
	}
	return e;
}

static void
date_now(char out[64])
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t t = time(NULL);
	struct tm tm = { .tm_mday = 1 };

	(void)gmtime_r(&t, &tm);
	snprintf(out, 64, "%d %s %04d %02d:%02d:%02d +0000", tm.tm_mday,
	    months[tm.tm_mon % 12], tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
	    tm.tm_sec);
}

static int
put_head(const struct policy *p, enum event_kind k, const char *to,
    const char *id, struct buf *b)
{
	char host[256], date[64], from[512], subject[512];
	int e;

	event_host(host);
	date_now(date);
	if (p->events_mail_from[0] != '\0')
		snprintf(from, sizeof(from), "%s", p->events_mail_from);
	else
		snprintf(from, sizeof(from), "sekisho@%s", host);
	snprintf(subject, sizeof(subject), "[関所] %s", words[k].ja);
	if ((e = buf_fmt(b,
		 "Date: %s\nFrom: Sekisho <%s>\nTo: <%s>\nMessage-ID: "
		 "<%s.event@%s>\nX-Sekisho-Event: %s\nSubject: ",
		 date, from, to, id, host, event_name(k))) != 0 ||
	    (e = put_words(b, subject)) != 0)
		return e;
	return buf_puts(b,
	    "\nAuto-Submitted: auto-generated\nMIME-Version: 1.0\n"
	    "Content-Type: text/plain; charset=UTF-8\n"
	    "Content-Transfer-Encoding: base64\n\n");
}

static int
put_fields(struct buf *b, const struct event_field *f, bool ja)
{
	char value[EVENT_VALUE_BYTES];
	int e = 0;

	for (size_t i = 0;
	     e == 0 && f != NULL && i < EVENT_FIELDS && f[i].name != NULL;
	     i++) {
		utf8_printable(f[i].value, strlen(f[i].value), value,
		    sizeof(value));
		e = buf_fmt(b, "%s: %s\n", ja ? label(f[i].name) : f[i].name,
		    value);
	}
	return e;
}

static int
put_text(const struct policy *p, enum event_kind k, const struct event_field *f,
    uint64_t missed, struct buf *b)
{
	char now[RECORD_TIME_BYTES], when[40], host[256];
	int e;

	record_time_now(now);
	words_time(now, when, sizeof(when));
	event_host(host);
	if ((e = buf_fmt(b,
		 "関所（Sekisho）からのお知らせです。返信しないでください。\n\n"
		 "%s。\n\n日時: %s\nサーバー: %s\n",
		 words[k].ja, when, host)) != 0 ||
	    (e = put_fields(b, f, true)) != 0 ||
	    (e = buf_fmt(b, "\n%s\n", words[k].next_ja)) != 0)
		return e;
	if (missed > 0 &&
	    (e = buf_fmt(b,
		 "\nこの種類のお知らせは%u分に1通までです。前回からほかに"
		 "%llu件ありました。\n",
		 p->events_mail_minutes, (unsigned long long)missed)) != 0)
		return e;
	if ((e = buf_fmt(b, "\n--\n\nSekisho: %s.\n\nTime: %s\nHost: %s\n",
		 words[k].en, when, host)) != 0 ||
	    (e = put_fields(b, f, false)) != 0 ||
	    (e = buf_fmt(b, "\n%s\n", words[k].next_en)) != 0)
		return e;
	return missed == 0 ? 0
			   : buf_fmt(b, "\n%llu more since the last notice.\n",
				 (unsigned long long)missed);
}

/* base64 in lines of 76. */
static int
put_base64(struct buf *b, const struct buf *text)
{
	struct reader r;
	const uint8_t *part;
	char line[80];
	size_t n;
	int e = 0;

	buf_reader(text, &r);
	while (e == 0 && (n = reader_left(&r)) > 0) {
		n = n < 57 ? n : 57;
		if ((e = reader_bytes(&r, n, &part)) != 0)
			break;
		sodium_bin2base64(line, sizeof(line), part, n,
		    sodium_base64_VARIANT_ORIGINAL);
		e = buf_fmt(b, "%s\n", line);
	}
	return e;
}

/* ---- the queue */

static int
open_out(const struct policy *p, int *fd)
{
	char path[POLICY_PATH_BYTES + 32];
	int e;

	snprintf(path, sizeof(path), "%s/events/out", p->state_dir);
	if ((e = fsx_mkdirs(path, 0700)) != 0)
		return e;
	*fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *fd < 0 ? ERR_IO : 0;
}

static int
is_mail(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static size_t
how_many(int out)
{
	struct dirent **list;
	int n = scandirat(out, ".", &list, is_mail, NULL);

	for (int i = 0; i < n; i++)
		free(list[i]);
	if (n >= 0)
		free(list);
	return n < 0 ? EVENT_OUT_MAX : (size_t)n;
}

static int
put_one(const struct policy *p, int out, enum event_kind k,
    const struct event_field *f, const char *to, uint64_t missed)
{
	char id[RECORD_ID_BYTES];
	struct buf mail, text;
	int e;

	record_id_new(id);
	buf_init(&mail, EVENT_MAIL_BYTES);
	buf_init(&text, EVENT_MAIL_BYTES / 2);
	if ((e = buf_fmt(&mail, "%s\n", to)) == 0 &&
	    (e = put_head(p, k, to, id, &mail)) == 0 &&
	    (e = put_text(p, k, f, missed, &text)) == 0 &&
	    (e = put_base64(&mail, &text)) == 0)
		e = fsx_publish(out, id, mail.data, mail.len, 0600, true);
	buf_done(&text);
	buf_done(&mail);
	return e;
}

/* A name for this kind and this person. */
static void
bucket(enum event_kind k, const char *to, char out[64])
{
	uint8_t digest[HASH_BYTES];
	char hex[HASH_HEX];

	hash_of(to, strlen(to), digest);
	hash_hex(digest, hex);
	snprintf(out, 64, "%s.%.16s", event_name(k), hex);
}

int
eventmail_put(const struct policy *p, enum event_kind k,
    const struct event_field *f, const char *const *to)
{
	char name[64];
	uint64_t missed;
	int out, e, first = 0;
	bool due;

	if ((e = open_out(p, &out)) != 0)
		return e;
	if (how_many(out) >= EVENT_OUT_MAX)
		first = ERR_LIMIT;
	for (size_t i = 0; first == 0 && to[i] != NULL; i++) {
		if (!mailaddr_ok(to[i]) || mailaddr_is_utf8(to[i]))
			continue;
		bucket(k, to[i], name);
		e = event_is_due(p, name, (uint64_t)p->events_mail_minutes * 60,
		    &due, &missed);
		if (e == 0 && due)
			e = put_one(p, out, k, f, to[i], missed);
		first = first != 0 ? first : e;
	}
	close(out);
	return first;
}

/* ---- handing over */

/* "/usr/sbin/sendmail -i -- TO" with the message on its standard input. */
static int
by_program(const char *path, const char *to, int fd, char *why)
{
	const char *const argv[] = { path, "-i", "--", to, NULL };
	posix_spawn_file_actions_t a;
	pid_t pid;
	int status = 0, e;

	if (posix_spawn_file_actions_init(&a) != 0)
		return ERR_NOMEM;
	e = posix_spawn_file_actions_adddup2(&a, fd, STDIN_FILENO);
	if (e == 0)
		e = posix_spawn(&pid, path, &a, NULL, (char *const *)argv,
		    environ);
	posix_spawn_file_actions_destroy(&a);
	if (e != 0) {
		snprintf(why, EVENT_WHY_BYTES, "%.100s: %.380s", path,
		    strerror(e));
		return ERR_IO;
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return ERR_IO;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	snprintf(why, EVENT_WHY_BYTES, "%.300s: status %d", path, status);
	return ERR_IO;
}

static int
by_smtp(const struct policy *p, struct smtpout *s, const char *to, int fd,
    char *why)
{
	struct smtpout_mail mail = { .sender = p->events_mail_from, .fd = fd };
	struct smtpout_rcpt rcpt = { .address = to };
	int e;

	if ((e = smtpout_look(fd, &mail)) != 0 ||
	    (e = smtpout_send(s, &mail, &rcpt, 1)) != 0 ||
	    rcpt.fate == SMTPOUT_UNKNOWN || rcpt.fate == SMTPOUT_LATER) {
		snprintf(why, EVENT_WHY_BYTES, "%.400s", rcpt.text);
		return ERR_IO;
	}
	if (rcpt.fate == SMTPOUT_DELIVERED)
		return 0;
	snprintf(why, EVENT_WHY_BYTES, "%.400s", rcpt.text);
	return ERR_DENIED;
}

/* The address, and the rest as a memory file. */
static int
read_mail(int out, const char *name, char to[MAILADDR_BYTES], int *fd)
{
	struct reader r, line;
	const uint8_t *rest;
	struct buf b;
	size_t end, n;
	int e;

	buf_init(&b, EVENT_MAIL_BYTES + MAILADDR_BYTES);
	e = fsx_slurp(out, name, &b);
	buf_reader(&b, &r);
	if (e == 0 && (reader_find(&r, 0, "\n", 1, &end) != 0 ||
			  reader_sub(&r, end, &line) != 0 ||
			  reader_skip(&r, 1) != 0 || end >= MAILADDR_BYTES))
		e = ERR_MALFORMED;
	if (e == 0) {
		snprintf(to, MAILADDR_BYTES, "%.*s", (int)line.len,
		    (const char *)line.data);
		e = !mailaddr_ok(to) ? ERR_MALFORMED
				     : fsx_memfd("sekisho-event", fd);
	}
	if (e == 0) {
		n = reader_left(&r);
		if (reader_bytes(&r, n, &rest) != 0 ||
		    fsx_write_all(*fd, rest, n) != 0 ||
		    lseek(*fd, 0, SEEK_SET) < 0) {
			close(*fd);
			e = ERR_IO;
		}
	}
	buf_done(&b);
	return e;
}

static bool
is_old(int out, const char *name)
{
	struct stat st;

	return fstatat(out, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       time(NULL) - st.st_mtime > EVENT_OUT_DAYS * 86400;
}

static int
send_one(const struct policy *p, int out, const char *name, struct smtpout *s,
    struct event_sent *done, char *why)
{
	char to[MAILADDR_BYTES];
	int fd, e;

	e = read_mail(out, name, to, &fd);
	if (e == 0) {
		e = s != NULL ? by_smtp(p, s, to, fd, why)
			      : by_program(p->events_mail_relay, to, fd, why);
		close(fd);
	}
	if (e == ERR_IO && !is_old(out, name)) {
		done->waiting++;
		return e;
	}
	if (e == ERR_NOENT)
		return 0;
	done->sent += e == 0;
	done->given_up += e != 0;
	return unlinkat(out, name, 0) < 0 && errno != ENOENT ? ERR_IO : 0;
}

static int
send_list(const struct policy *p, int out, struct dirent **list, int n,
    struct event_sent *done, char *why)
{
	struct smtpout_target target;
	struct smtpout *s = NULL;
	char host[256], text[SMTPOUT_TEXT_BYTES] = "";
	int e = 0;

	event_host(host);
	if (p->events_mail_relay[0] != '/' &&
	    ((e = smtpout_target(p->events_mail_relay, false, &target)) != 0 ||
		(e = smtpout_open(&target, host, &s, text)) != 0)) {
		snprintf(why, EVENT_WHY_BYTES, "%.100s: %.380s",
		    p->events_mail_relay, text[0] != '\0' ? text : err_text(e));
		done->waiting = (uint64_t)n;
		return ERR_IO;
	}
	for (int i = 0; e == 0 && i < n; i++)
		e = send_one(p, out, list[i]->d_name, s, done, why);
	smtpout_close(s);
	return e;
}

int
event_send(const struct policy *p, struct event_sent *done,
    char why[EVENT_WHY_BYTES])
{
	struct dirent **list;
	int out, n, e;

	*done = (struct event_sent){ .sent = 0 };
	snprintf(why, EVENT_WHY_BYTES, "%s", "");
	if ((e = open_out(p, &out)) != 0)
		return e;
	if (flock(out, LOCK_EX | LOCK_NB) < 0) { /* another one sends them */
		done->waiting = how_many(out);
		close(out);
		return 0;
	}
	n = scandirat(out, ".", &list, is_mail, alphasort);
	if (n > 0)
		e = send_list(p, out, list, n, done, why);
	for (int i = 0; i < n; i++)
		free(list[i]);
	if (n >= 0)
		free(list);
	close(out);
	return n < 0 ? ERR_IO : e;
}
