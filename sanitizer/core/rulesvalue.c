/*
 * The table of the departments' rules, and its values as text. Defaults stand
 * in rules_default().
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "core/parcel.h"
#include "core/policyfile.h"
#include "core/rulesfile.h"

#define K (UINT64_C(1) << 10)
#define M (UINT64_C(1) << 20)
#define G (UINT64_C(1) << 30)

#define WHERE(field) \
	offsetof(struct rules, field), sizeof(((struct rules *)NULL)->field)
#define ROW(field, type, lo, hi, choices, ja, en) \
	{ \
#field, type, lo, hi, choices, ja, en, WHERE(field) \
	}
#define UINT(field, lo, hi, ja, en) ROW(field, RULES_UINT, lo, hi, NULL, ja, en)
#define KIND(field, type, ja, en)   ROW(field, type, 0, 0, NULL, ja, en)

static const char *const approval_choices[] = { "never", "rules", "always",
	NULL };
static const char *const class_choices[] = { "I", "II", "III", "none", NULL };
/* In the order of enum rules_class. */
static const char *const default_choices[] = { "none", "I", "II", "III", NULL };
static const char *const day_choices[] = { "mon", "tue", "wed", "thu", "fri",
	"sat", "sun", NULL };

/* Families of formats that can be released; a test compares them with the
 * registry. */
static const char *const families[] = { "ooxml", "pdf", "text", "csv", "html",
	"jpeg", "png", "bmp", "gif", "icon", "webp", "psd", "tiff", "jpeg2000",
	"heif", "emf", "wmf", "svg", "svgz", "zip", "mail", "msg", "tnef", "uu",
	"icalendar", "vcard", NULL };

static const struct rules_setting table[] = {
	KIND(formats, RULES_FORMATS,
	    "持ち込める形式（ooxml、pdf などの系統か ooxml.docx "
	    "のようなID。空なら対応するすべて）",
	    "formats that may be brought in (families like ooxml, pdf, or ids "
	    "like ooxml.docx; empty: all that are supported)"),
	UINT(max_file_bytes, 1, 16 * G, "1ファイルの最大バイト数",
	    "bytes of one file"),
	UINT(user_waiting_files, 1, 1000000,
	    "1人が処理待ち・承認待ちにしておける最大件数",
	    "files of one person that are not settled yet"),
	UINT(user_waiting_bytes, M, 1024 * G, "その最大バイト数（1人の合計）",
	    "bytes of them"),
	UINT(department_waiting_bytes, M, 16 * 1024 * G,
	    "その最大バイト数（部署の合計）", "bytes of a whole department's"),
	{ "from", RULES_TIME, 0, 0, NULL, "受け付ける時刻の始め（現地時刻）",
	    "from this time of the day (local time)", WHERE(from_minute) },
	{ "until", RULES_TIME, 0, 0, NULL,
	    "受け付ける時刻の終わり（始めと同じなら終日）",
	    "until this time (the same as from: the whole day)",
	    WHERE(until_minute) },
	ROW(days, RULES_DAYS, 0, 0, day_choices, "受け付ける曜日",
	    "on these days"),

	ROW(approval, RULES_CHOICE, 0, 0, approval_choices,
	    "承認の要否（不要、下の条件のどれかに当たれば必要、常に必要）",
	    "whether a release needs approval; rules: when one of the next "
	    "four says so"),
	KIND(approval_formats, RULES_FORMATS, "承認が必要な形式",
	    "these formats need approval"),
	UINT(approval_over_bytes, 0, 16 * G,
	    "これより大きいファイルは承認が必要（0なら大きさでは求めない）",
	    "a larger file needs approval (0: no size does)"),
	KIND(approval_senders, RULES_LOGINS,
	    "この人たちの持込みは承認が必要（ログイン名）",
	    "what these people bring in needs approval (logins)"),
	ROW(approval_classes, RULES_WORDS, 0, 0, class_choices,
	    "この重要性分類は承認が必要（noneは分類なし）",
	    "these classes of information need approval (none: not "
	    "classified)"),
	ROW(default_class, RULES_CHOICE, 0, 0, default_choices,
	    "持ち込む人が重要性分類を示さないときの分類（noneは分類なし）",
	    "class of what the person did not classify (none: not "
	    "classified)"),
	KIND(approvers, RULES_APPROVERS,
	    "承認できる人（ログイン名か @部署。空なら同じ部署の承認者）",
	    "who may approve (logins, or @DEPARTMENT for its approvers; "
	    "empty: approvers of the own department)"),
	UINT(quorum, 1, 8, "必要な承認者の人数", "how many must agree"),
	UINT(expire_h, 1, 8760, "承認待ちの期限（時間）",
	    "hours until a request expires"),
	UINT(remind_h, 1, 8760, "催促するまでの時間", "hours until a reminder"),
	KIND(may_release_in_emergency, RULES_BOOL,
	    "緊急時に無害化済みの結果を承認前に渡せる（事後に確認する）",
	    "a sanitised result may be released at once in an emergency "
	    "(reviewed afterwards)"),
	UINT(review_h, 1, 8760, "緊急持込みの事後確認の期限（時間）",
	    "hours within which that is reviewed"),

	UINT(retention_days, 1, 3650, "隔離した原本を保存する日数",
	    "days that held originals stay in quarantine"),
	UINT(released_days, 0, 3650,
	    "渡した文書の原本を見直しのため暗号化して残す日数（0なら残さない）",
	    "days that originals of released files are kept, encrypted, for "
	    "look-back (0: not)"),
	UINT(quarantine_bytes, M, 16 * 1024 * G,
	    "部署の隔離に置ける最大バイト数",
	    "bytes of the department's quarantine"),
	UINT(receipt_days, 1, 3650, "済み・保留フォルダーの結果票を残す日数",
	    "days that receipts stay in the person's folders"),
	KIND(unsanitised_import, RULES_BOOL,
	    "無害化しない持込みを申請できる（別々の部署の承認者2人と理由が必要"
	    "）",
	    "an original may be asked for unsanitised (two approvers of "
	    "different departments and a reason)"),
};

const struct rules_setting *
rules_settings(size_t *n)
{
	*n = sizeof(table) / sizeof(table[0]);
	return table;
}

const struct rules_setting *
rules_find(const char *key)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(table[i].key, key) == 0)
			return &table[i];
	return NULL;
}

static int bad(char why[POLICY_WHY_BYTES], const char *fmt, ...)
    PRINTF_LIKE(2, 3);

static int
bad(char why[POLICY_WHY_BYTES], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, POLICY_WHY_BYTES, fmt, ap);
	va_end(ap);
	return ERR_MALFORMED;
}

static int
set_uint(void *field, const struct rules_setting *s, const char *value,
    char why[POLICY_WHY_BYTES])
{
	uint64_t n = 0;
	uint32_t small;
	int e = policy_uint(value, &n);

	if (e == ERR_MALFORMED)
		return bad(why,
		    "%s: \"%.60s\" is not a number (digits, and K, M or G)",
		    s->key, value);
	if (e != 0 || n < s->min || n > s->max)
		return bad(why,
		    "%s: %.60s is out of range (%" PRIu64 " to %" PRIu64 ")",
		    s->key, value, s->min, s->max);
	small = (uint32_t)n;
	if (s->size == sizeof(n))
		memcpy(field, &n, sizeof(n));
	else
		memcpy(field, &small, sizeof(small));
	return 0;
}

static int
choice_of(const char *const *choices, const char *word, size_t n)
{
	for (int i = 0; choices[i] != NULL; i++)
		if (strlen(choices[i]) == n &&
		    strncmp(choices[i], word, n) == 0)
			return i;
	return -1;
}

static int
set_choice(void *field, const struct rules_setting *s, const char *value,
    char why[POLICY_WHY_BYTES])
{
	int i = choice_of(s->choices, value, strlen(value));
	uint32_t v = (uint32_t)i;

	if (i < 0)
		return bad(why, "%s: \"%.60s\" is none of its choices", s->key,
		    value);
	memcpy(field, &v, sizeof(v));
	return 0;
}

/* "08:30", "24:00" is midnight. */
static int
set_time(void *field, const struct rules_setting *s, const char *value,
    char why[POLICY_WHY_BYTES])
{
	static const char form[] = "dd:dd";
	uint32_t minutes, i;

	for (i = 0; form[i] != '\0'; i++)
		if (form[i] == 'd' ? value[i] < '0' || value[i] > '9'
				   : value[i] != form[i])
			break;
	if (form[i] == '\0' && value[i] == '\0') {
		minutes =
		    (uint32_t)((value[0] - '0') * 600 + (value[1] - '0') * 60 +
			       (value[3] - '0') * 10 + (value[4] - '0'));
		if (minutes <= 1440 && value[3] < '6') {
			minutes %= 1440;
			memcpy(field, &minutes, sizeof(minutes));
			return 0;
		}
	}
	return bad(why, "%s: \"%.60s\" is not a time (like 08:30)", s->key,
	    value);
}

static bool
format_ok(const char *word, size_t n)
{
	size_t family = 0;

	while (family < n && word[family] != '.')
		family++;
	return choice_of(families, word, family) >= 0 && family + 1 != n;
}

/* A word of a list, lower case; what is wrong with it is said by its kind. */
static bool
login_ok(const char *word, size_t n)
{
	return n < 64 && word[0] != '-' &&
	       strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789._-") >= n;
}

bool
rules_department_ok(const char *name)
{
	struct reader r;
	uint32_t cp;

	if (!parcel_department_ok(name) || name[0] == '@')
		return false;
	reader_init(&r, name, strlen(name));
	while (reader_left(&r) > 0)
		if (utf8_get(&r, &cp) != 0 || cp == ' ' || cp == 0xa0 ||
		    (cp >= 0x2000 && cp <= 0x200a) || cp == 0x202f ||
		    cp == 0x205f || cp == 0x3000 || cp == 0x3099 ||
		    cp == 0x309a || (cp >= 0x300 && cp <= 0x36f))
			return false;
	return true;
}

static bool
department_ok(const char *word, size_t n)
{
	char name[RULES_DEPARTMENT_BYTES];

	if (n == 0 || n >= sizeof(name))
		return false;
	memcpy(name, word, n);
	name[n] = '\0';
	return rules_department_ok(name);
}

static bool
word_ok(const struct rules_setting *s, const char *word, size_t n)
{
	switch (s->type) {
	case RULES_FORMATS:
		return format_ok(word, n);
	case RULES_LOGINS:
		return login_ok(word, n);
	case RULES_APPROVERS:
		return word[0] == '@' ? department_ok(word + 1, n - 1)
				      : login_ok(word, n);
	case RULES_WORDS:
	case RULES_DAYS:
		return choice_of(s->choices, word, n) >= 0;
	case RULES_UINT:
	case RULES_BOOL:
	case RULES_CHOICE:
	case RULES_TIME:
		break;
	}
	return false;
}

/* Upper case only where it means something: @DEPARTMENT and classes. */
static void
lower(const struct rules_setting *s, char *word, size_t n)
{
	if (s->type == RULES_WORDS || word[0] == '@')
		return;
	for (size_t i = 0; i < n; i++)
		if (word[i] >= 'A' && word[i] <= 'Z')
			word[i] = (char)(word[i] | 0x20);
}

/* Words with one blank between. */
static int
set_list(char *out, size_t size, const struct rules_setting *s,
    const char *value, char why[POLICY_WHY_BYTES])
{
	char list[RULES_LIST_BYTES] = "", *word;
	size_t len = 0, n;

	for (const char *v = value + strspn(value, " "); *v != '\0';
	     v += n, v += strspn(v, " ")) {
		n = strcspn(v, " ");
		if (n + 2 > size - len)
			return bad(why, "%s: the list is too long", s->key);
		if (len > 0)
			list[len++] = ' ';
		word = list + len;
		memcpy(word, v, n);
		word[n] = '\0';
		len += n;
		lower(s, word, n);
		if (!word_ok(s, word, n))
			return bad(why, "%s: \"%.*s\" cannot stand here",
			    s->key, n < 60 ? (int)n : 60, v);
	}
	memset(out, 0, size); /* rules are compared byte by byte */
	memcpy(out, list, len);
	return 0;
}

static int
set_days(void *field, const struct rules_setting *s, const char *value,
    char why[POLICY_WHY_BYTES])
{
	char list[64];
	uint32_t days = 0;
	int e;

	if ((e = set_list(list, sizeof(list), s, value, why)) != 0)
		return e;
	for (uint32_t i = 0; s->choices[i] != NULL; i++)
		if (rules_listed(list, s->choices[i]))
			days |= UINT32_C(1) << i;
	if (days == 0)
		return bad(why, "%s: name at least one day", s->key);
	memcpy(field, &days, sizeof(days));
	return 0;
}

int
rules_set(struct rules *r, const struct rules_setting *s, const char *value,
    char why[POLICY_WHY_BYTES])
{
	void *field = (uint8_t *)r + s->offset;

	switch (s->type) {
	case RULES_UINT:
		return set_uint(field, s, value, why);
	case RULES_BOOL:
		if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
			return bad(why, "%s: must be true or false", s->key);
		*(bool *)field = value[0] == 't';
		return 0;
	case RULES_CHOICE:
		return set_choice(field, s, value, why);
	case RULES_TIME:
		return set_time(field, s, value, why);
	case RULES_DAYS:
		return set_days(field, s, value, why);
	case RULES_WORDS:
	case RULES_FORMATS:
	case RULES_LOGINS:
	case RULES_APPROVERS:
		return set_list(field, s->size, s, value, why);
	}
	return ERR_INTERNAL;
}

static int
days_text(const char *const *names, uint32_t days, struct buf *b)
{
	const char *sep = "\"";
	int e = 0;

	for (uint32_t i = 0; e == 0 && names[i] != NULL; i++) {
		if ((days >> i & 1) == 0)
			continue;
		e = buf_fmt(b, "%s%s", sep, names[i]);
		sep = " ";
	}
	return e == 0 ? buf_puts(b, "\"") : e;
}

static int
value_text(const struct rules *r, const struct rules_setting *s, struct buf *b)
{
	const void *field = (const uint8_t *)r + s->offset;
	uint64_t n = 0;
	uint32_t small = 0;

	if (s->size == sizeof(n))
		memcpy(&n, field, sizeof(n));
	if (s->size >= sizeof(small))
		memcpy(&small, field, sizeof(small));
	switch (s->type) {
	case RULES_UINT:
		return policy_uint_text(s->size == sizeof(n) ? n : small, b);
	case RULES_BOOL:
		return buf_puts(b, *(const bool *)field ? "true" : "false");
	case RULES_CHOICE:
		return buf_puts(b, s->choices[small]);
	case RULES_TIME:
		return buf_fmt(b, "\"%02" PRIu32 ":%02" PRIu32 "\"", small / 60,
		    small % 60);
	case RULES_DAYS:
		return days_text(s->choices, small, b);
	case RULES_WORDS:
	case RULES_FORMATS:
	case RULES_LOGINS:
	case RULES_APPROVERS:
		return buf_fmt(b, "\"%s\"", (const char *)field);
	}
	return ERR_INTERNAL;
}

static int
range_text(const struct rules_setting *s, struct buf *b)
{
	int e = 0;

	switch (s->type) {
	case RULES_UINT:
		if ((e = policy_uint_text(s->min, b)) == 0 &&
		    (e = buf_puts(b, " .. ")) == 0)
			e = policy_uint_text(s->max, b);
		return e;
	case RULES_BOOL:
		return buf_puts(b, "true, false");
	case RULES_CHOICE:
	case RULES_WORDS:
	case RULES_DAYS:
		for (size_t i = 0; e == 0 && s->choices[i] != NULL; i++)
			e = buf_fmt(b, "%s%s", i > 0 ? ", " : "",
			    s->choices[i]);
		return e;
	case RULES_TIME:
		return buf_puts(b, "00:00 .. 24:00");
	case RULES_FORMATS:
		return buf_puts(b, "formats of docs/formats");
	case RULES_LOGINS:
		return buf_puts(b, "logins");
	case RULES_APPROVERS:
		return buf_puts(b, "logins, @DEPARTMENT");
	}
	return ERR_INTERNAL;
}

int
rules_print_setting(const struct rules *r, const struct rules_setting *s,
    bool with_help, bool ja, struct buf *b)
{
	struct rules d;
	int e;

	rules_default(&d);
	if (with_help &&
	    ((e = buf_fmt(b, "\t# %s\n\t# ", ja ? s->ja : s->en)) != 0 ||
		(e = range_text(s, b)) != 0 ||
		(e = buf_puts(b, ja ? "（既定 " : " (default ")) != 0 ||
		(e = value_text(&d, s, b)) != 0 ||
		(e = buf_puts(b, ja ? "）\n" : ")\n")) != 0))
		return e;
	if ((e = buf_fmt(b, "\t%s = ", s->key)) != 0 ||
	    (e = value_text(r, s, b)) != 0)
		return e;
	return buf_puts(b, "\n");
}

int
rules_manual(struct buf *b)
{
	struct rules d;
	int e;

	rules_default(&d);
	e = buf_puts(b, "| key | values | default | meaning | 意味 |\n"
			"| --- | --- | --- | --- | --- |\n");
	for (size_t i = 0; e == 0 && i < sizeof(table) / sizeof(table[0]); i++)
		if ((e = buf_fmt(b, "| `%s` | ", table[i].key)) == 0 &&
		    (e = range_text(&table[i], b)) == 0 &&
		    (e = buf_puts(b, " | `")) == 0 &&
		    (e = value_text(&d, &table[i], b)) == 0)
			e = buf_fmt(b, "` | %s | %s |\n", table[i].en,
			    table[i].ja);
	return e;
}
