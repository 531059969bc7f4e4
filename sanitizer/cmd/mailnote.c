/*
 * The note about a held message. Nothing of the message's content is in it.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fsx.h"
#include "cmd/mail.h"

#define NOTE_BYTES (64u << 10)

static const char subject[] =
    "[無害化] メールを隔離しました / A message was held";

static const char body_ja[] =
    "あなた宛てのメールを、安全を確かめられなかったため隔離しました。\n"
    "このお知らせは自動で作られています。返信しないでください。\n\n";

static const char next_ja[] =
    "\n元のメールは暗号化して保管してあります。必要なときは、受付番号を"
    "添えて\n情報システムの担当者に連絡してください。心当たりのない差出人の"
    "場合は、\n何もする必要はありません。\n";

static const char body_en[] =
    "\n--\n\nA message to you was held because it could not be proved safe."
    "\nThis note was made by a machine; please do not answer it.\n\n";

static const char next_en[] =
    "\nThe original is kept, encrypted. If you need it, tell your IT staff "
    "the\nnumber above. If you do not know the sender, there is nothing to "
    "do.\n";

/* "2026-11-21T04:46:29.123Z" as RFC 5322 writes it, whatever the locale. */
static void
date_of(const char *iso, char out[64])
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	unsigned y, m, d, h, min, s;

	if (sscanf(iso, "%4u-%2u-%2uT%2u:%2u:%2u", &y, &m, &d, &h, &min, &s) !=
		6 ||
	    m < 1 || m > 12) {
		snprintf(out, 64, "1 Jan 1970 00:00:00 +0000");
		return;
	}
	snprintf(out, 64, "%u %s %04u %02u:%02u:%02u +0000", d, months[m - 1],
	    y, h, min, s);
}

/* The site's own domain: that of the first recipient, when it is plain. */
static const char *
domain_of(const struct mail_envelope *v)
{
	const char *at =
	    v->n_recipients > 0 ? strrchr(v->recipients[0], '@') : NULL;

	if (at == NULL || at[1] == '[' || mailaddr_is_utf8(at))
		return "localhost";
	return at + 1;
}

static int
put_head(struct buf *b, const struct mail_envelope *v)
{
	char date[64], word[2 * sizeof(subject)];

	date_of(v->time, date);
	sodium_bin2base64(word, sizeof(word), (const unsigned char *)subject,
	    strlen(subject), sodium_base64_VARIANT_ORIGINAL);
	return buf_fmt(b,
	    "Date: %s\nFrom: Sekisho <MAILER-DAEMON@%s>\n"
	    "To: undisclosed-recipients:;\nSubject: =?UTF-8?B?%s?=\n"
	    "Message-ID: <%s.note@%s>\nAuto-Submitted: auto-generated\n"
	    "MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
	    "Content-Transfer-Encoding: 8bit\n\n",
	    date, domain_of(v), word, v->id, domain_of(v));
}

static int
put_facts(struct buf *b, const struct mail_envelope *v, const struct record *r,
    enum words_lang lang)
{
	static const char *const names[WORDS_LANGS][5] = {
		{ "差出人（封筒）", "受付日時", "大きさ", "受付番号", "理由" },
		{ "Sender (envelope)", "Arrived", "Size", "Number", "Reason" },
	};
	const char *sender = v->sender[0] != '\0' ? v->sender
			     : lang == WORDS_JA ? "なし（配送の通知）"
						: "none (a report)";
	char when[32], size[16];

	words_time(v->time, when, sizeof(when));
	words_size(r->in_bytes, size, sizeof(size));
	return buf_fmt(b, "%s: %s\n%s: %s\n%s: %s\n%s: %s\n%s: %s\n",
	    names[lang][0], sender, names[lang][1], when, names[lang][2], size,
	    names[lang][3], v->id, names[lang][4],
	    words_reason(r->reason_err, r->verdict, lang));
}

int
mailnote_make(const struct mail_envelope *v, const struct record *r, int *out)
{
	struct buf b;
	int fd = -1, e;

	buf_init(&b, NOTE_BYTES);
	if ((e = put_head(&b, v)) == 0 && (e = buf_puts(&b, body_ja)) == 0 &&
	    (e = put_facts(&b, v, r, WORDS_JA)) == 0 &&
	    (e = buf_puts(&b, next_ja)) == 0 &&
	    (e = buf_puts(&b, body_en)) == 0 &&
	    (e = put_facts(&b, v, r, WORDS_EN)) == 0 &&
	    (e = buf_puts(&b, next_en)) == 0 &&
	    (e = fsx_memfd("sekisho-note", &fd)) == 0)
		e = fsx_write_all(fd, b.data, b.len);
	buf_done(&b);
	if (e == 0 && lseek(fd, 0, SEEK_SET) < 0)
		e = ERR_IO;
	if (e == 0)
		*out = fd;
	else if (fd >= 0)
		close(fd);
	return e;
}
