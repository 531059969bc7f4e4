/*
 * The report part: what came, what was removed, what is held and how to get
 * it. Japanese first, then English, for who reads the mail.
 */
#include <stdio.h>
#include <string.h>

#include "formats/mail/mail_int.h"

#define REPORT_MAX ((size_t)1 << 20)

/* Why something is held, in the reader's words. */
static const struct {
	int err;
	const char *ja, *en;
} whys[] = {
	{ ERR_BLOCKED, "届けてはならない種類のファイルです",
	    "a type of file that never crosses" },
	{ ERR_ENCRYPTED, "パスワードや暗号で中を確かめられません",
	    "encrypted: what is inside cannot be seen" },
	{ ERR_UNSUPPORTED, "無害化できない種類のファイルです",
	    "a type of file that cannot be sanitised" },
	{ ERR_AMBIGUOUS, "読み方が定まらないファイルです",
	    "it can be read in more than one way" },
	{ ERR_LIMIT, "大きすぎるか、複雑すぎます", "too large or too complex" },
	{ ERR_TRUNCATED, "ファイルが途中で切れています", "it is cut short" },
	{ ERR_MALFORMED, "ファイルが壊れています", "it is damaged" },
	{ 0, "無害化できませんでした", "it could not be sanitised" },
};

static size_t
why_of(int err)
{
	size_t i = 0;

	while (whys[i].err != 0 && whys[i].err != err)
		i++;
	return i;
}

static int
put_size(struct buf *b, uint64_t n)
{
	return n < 1024
		   ? buf_fmt(b, "%llu B", (unsigned long long)n)
		   : buf_fmt(b, "%llu KiB", (unsigned long long)(n / 1024));
}

static int
put_came(struct buf *b, const struct mail_entry *en, unsigned n, bool ja)
{
	char name[DOC_NAME_BYTES];
	int e;

	utf8_printable(en->came, strlen(en->came), name, sizeof(name));
	if ((e = buf_fmt(b, ja ? "%u. %s（" : "%u. %s (", n, name)) != 0 ||
	    (e = put_size(b, en->bytes)) != 0)
		return e;
	return buf_puts(b, ja ? "）\n" : ")\n");
}

static int
put_fate(struct buf *b, const struct mail_entry *en, bool ja)
{
	size_t w = why_of(en->err);

	switch (en->fate) {
	case FATE_REBUILT:
		return buf_fmt(b,
		    ja ? "   → 無害化して添付しました：%s\n"
		       : "   -> sanitised and attached: %s\n",
		    en->name == NULL ? "?" : en->name);
	case FATE_HELD:
		return buf_fmt(b,
		    ja ? "   → 保留しています：%s\n" : "   -> held: %s\n",
		    ja ? whys[w].ja : whys[w].en);
	case FATE_DETACHED:
		return buf_puts(b,
		    ja ? "   → 外してお預かりしています\n"
		       : "   -> taken off and kept for pick-up\n");
	case FATE_REMOVED:
		return buf_puts(b, ja ? "   → 規則により外しました\n"
				      : "   -> left out by the rules\n");
	}
	return ERR_INTERNAL;
}

static int
put_found(struct buf *b, uint32_t id, bool ja)
{
	const char *s = ja ? finding_ja(id) : finding_en(id);

	return buf_fmt(b, ja ? "   ・%s\n" : "   - %s\n", s == NULL ? "?" : s);
}

static int
put_entries(const struct mail_job *j, struct buf *b, bool ja)
{
	unsigned n = 0;
	int e = 0;

	for (const struct mail_entry *en = j->entries; e == 0 && en != NULL;
	     en = en->next) {
		if ((e = put_came(b, en, ++n, ja)) != 0 ||
		    (e = put_fate(b, en, ja)) != 0)
			return e;
		for (size_t i = 0; e == 0 && i < en->n_found; i++)
			e = put_found(b, en->found[i], ja);
	}
	return e;
}

/* As the certificate says it: nobody has verified it. */
static int
put_signers(const struct mail_job *j, struct buf *b, bool ja)
{
	int e = 0;

	for (size_t i = 0; e == 0 && i < j->n_signers; i++)
		if (j->signers[i] != NULL)
			e = buf_fmt(b,
			    ja ? "     署名者（未検証）：%s\n"
			       : "     signed by (not verified): %s\n",
			    j->signers[i]);
	return e;
}

/* Of the message itself: all that belongs to no file. */
static int
put_own(const struct mail_job *j, struct buf *b, bool ja)
{
	bool any = false;
	int e = 0;

	for (uint32_t id = 0; e == 0 && id < FIND_COUNT; id++) {
		if (j->found[id] == 0)
			continue;
		if (!any)
			e = buf_puts(b,
			    ja ? "\n本文とヘッダー\n" : "\nText and headers\n");
		any = true;
		if (e == 0)
			e = put_found(b, id, ja);
		if (e == 0 && id == FIND_MAIL_SIGNATURE)
			e = put_signers(j, b, ja);
	}
	return e;
}

static bool
has_fate(const struct mail_job *j, enum fate fate)
{
	for (const struct mail_entry *en = j->entries; en != NULL;
	     en = en->next)
		if (en->fate == fate)
			return true;
	return false;
}

static int
put_how(const struct mail_job *j, struct buf *b, bool ja)
{
	if (!has_fate(j, FATE_HELD) && !has_fate(j, FATE_DETACHED))
		return 0;
	return buf_puts(b,
	    ja ? "\n保留・お預かり中のファイルが必要なときは、このメールの件名"
		 "と"
		 "日時を添えて\n情報システム担当へご連絡ください。\n"
	       : "\nIf you need a file that is held or kept, tell your IT desk "
		 "the subject and\nthe date of this mail.\n");
}

static int
put_language(const struct mail_job *j, struct buf *b, bool ja)
{
	int e = buf_puts(b,
	    ja ? "【無害化の記録】\n"
		 "このメールは関所（Sekisho）で作り直して届けました。\n"
	       : "[Record of sanitisation]\n"
		 "This mail was made anew by Sekisho before delivery.\n");

	if (e == 0 && j->entries != NULL)
		e = buf_puts(b, ja ? "\n添付ファイル\n" : "\nAttachments\n");
	if (e == 0)
		e = put_entries(j, b, ja);
	if (e == 0)
		e = put_own(j, b, ja);
	return e == 0 ? put_how(j, b, ja) : e;
}

/* Ours of an earlier pass stays when there is nothing new to say. */
static int
keep_old(struct mail_job *j, bool *kept)
{
	struct mail_entry *en, **at = &j->entries;
	const struct mpart *p = j->report_part;
	int e;

	*kept = false;
	if ((e = doc_found_flush(j->d)) != 0 || p == NULL)
		return e;
	while ((en = *at) != NULL && en->part != p)
		at = &en->next;
	if (en == NULL)
		return ERR_INTERNAL;
	if (j->n_found > 0) {
		/* It tells of another time: the new one says what is true. */
		*at = en->next;
		e = doc_found(j->d, FIND_MAIL_REPORTED, ACT_REPLACED, "", NULL);
		return e != 0 ? e : doc_found_flush(j->d);
	}
	*at = en->next;
	*kept = true;
	return mail_text(j->d, &p->body, "utf-8", p->where, &j->report);
}

int
mail_report(struct mail_job *j)
{
	bool kept;
	int e;

	buf_init(&j->report, REPORT_MAX);
	if ((e = keep_old(j, &kept)) != 0 || kept)
		return e;
	if ((e = doc_found_flush(j->d)) != 0)
		return e;
	if (j->entries == NULL && j->n_found == 0)
		return 0;
	if ((e = put_language(j, &j->report, true)) != 0 ||
	    (e = buf_puts(&j->report, "\n----\n\n")) != 0)
		return e;
	return put_language(j, &j->report, false);
}
