/* Values of settings: text to field, field to text, the printed forms. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/parcel.h"
#include "core/policyfile.h"

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

const struct policy_setting *
policy_find(const char *section, const char *key)
{
	size_t n;
	const struct policy_setting *t = policy_settings(&n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(t[i].section, section) == 0 &&
		    strcmp(t[i].key, key) == 0)
			return &t[i];
	return NULL;
}

static void *
field_of(struct policy *p, const struct policy_setting *s)
{
	return (uint8_t *)p + s->offset;
}

/* Digits, then at most one of K, M, G. */
int
policy_uint(const char *value, uint64_t *out)
{
	static const char units[] = "KMG";
	uint64_t n = 0, digit;
	const char *u, *s = value;

	for (; *s >= '0' && *s <= '9'; s++) {
		digit = (uint64_t)(*s - '0');
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, digit, &n))
			return ERR_LIMIT;
	}
	if (s == value)
		return ERR_MALFORMED;
	if (*s != '\0' && (u = strchr(units, *s)) != NULL) {
		for (long i = u - units; i >= 0; i--)
			if (__builtin_mul_overflow(n, 1024, &n))
				return ERR_LIMIT;
		s++;
	}
	if (*s != '\0')
		return ERR_MALFORMED;
	*out = n;
	return 0;
}

int
policy_uint_text(uint64_t n, struct buf *b)
{
	static const char units[] = "\0KMG";
	size_t u = 0;

	while (n != 0 && n % 1024 == 0 && u < 3) {
		n /= 1024;
		u++;
	}
	return units[u] == '\0' ? buf_fmt(b, "%" PRIu64, n)
				: buf_fmt(b, "%" PRIu64 "%c", n, units[u]);
}

static int
set_uint(void *field, const struct policy_setting *s, const char *value,
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
	if (s->size == sizeof(n)) {
		memcpy(field, &n, sizeof(n));
		return 0;
	}
	small = (uint32_t)n;
	memcpy(field, &small, sizeof(small));
	return 0;
}

static int
set_choice(void *field, const struct policy_setting *s, const char *value,
    char why[POLICY_WHY_BYTES])
{
	for (uint32_t i = 0; s->choices[i] != NULL; i++)
		if (strcmp(s->choices[i], value) == 0) {
			memcpy(field, &i, sizeof(i));
			return 0;
		}
	return bad(why, "%s: \"%.60s\" is none of its choices", s->key, value);
}

/* Of a list of host names and domains. */
#define NAME_CHARS \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/ "

static int
set_text(void *field, const struct policy_setting *s, const char *value,
    char why[POLICY_WHY_BYTES])
{
	const char *chars = NAME_CHARS;
	size_t n = strlen(value);

	if (n < s->min || n > s->max)
		return bad(why, "%s: empty or longer than %" PRIu64 " bytes",
		    s->key, s->max);
	if (strcmp(s->section, "events") == 0)
		chars = NAME_CHARS ":@[]+";
	if (strcmp(s->section, "console") == 0)
		chars = strcmp(s->key, "ldap_dn") == 0 ? NAME_CHARS "%=,@+"
						       : NAME_CHARS "%:[]";
	if (s->min == 0 && strspn(value, chars) != n)
		return bad(why, "%s: names are letters, digits and - . _ /",
		    s->key);
	if (strcmp(s->key, "state_dir") == 0 &&
	    (value[0] != '/' || strpbrk(value, "\"\\\n") != NULL))
		return bad(why, "%s: must be an absolute path", s->key);
	if ((strcmp(s->key, "clamd") == 0 ||
		strcmp(s->key, "rules_file") == 0 ||
		strcmp(s->key, "root") == 0 ||
		strcmp(s->key, "password_file") == 0) &&
	    n > 0 && (value[0] != '/' || strchr(value, ' ') != NULL))
		return bad(why, "%s: must be an absolute path", s->key);
	if (strcmp(s->section, "people") == 0 && s->min > 0 &&
	    !parcel_department_ok(value))
		return bad(why, "%s: must be fit to be a folder's name",
		    s->key);
	if (strcmp(s->key, "department") == 0 && !parcel_department_ok(value))
		return bad(why, "%s: must be fit to be a folder's name",
		    s->key);
	memcpy(field, value, n + 1);
	return 0;
}

static int
set_finding(bool *field, const struct policy_setting *s, const char *value,
    char why[POLICY_WHY_BYTES])
{
	for (uint32_t i = 0; i < FIND_COUNT; i++)
		if (strcmp(finding_name(i), value) == 0) {
			field[i] = true;
			return 0;
		}
	return bad(why, "%s: there is no finding \"%.60s\"", s->key, value);
}

int
policy_set(struct policy *p, const struct policy_setting *s, const char *value,
    char why[POLICY_WHY_BYTES])
{
	void *field = field_of(p, s);

	switch (s->type) {
	case POLICY_UINT:
		return set_uint(field, s, value, why);
	case POLICY_BOOL:
		if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
			return bad(why, "%s: must be true or false", s->key);
		*(bool *)field = value[0] == 't';
		return 0;
	case POLICY_CHOICE:
		return set_choice(field, s, value, why);
	case POLICY_TEXT:
		return set_text(field, s, value, why);
	case POLICY_FINDINGS:
		return set_finding(field, s, value, why);
	}
	return ERR_INTERNAL;
}

static int
findings_text(const bool *field, struct buf *b)
{
	const char *sep = "";
	int e = buf_puts(b, "{");

	for (uint32_t i = 0; e == 0 && i < FIND_COUNT; i++) {
		if (!field[i])
			continue;
		e = buf_fmt(b, "%s\"%s\"", sep, finding_name(i));
		sep = ", ";
	}
	return e == 0 ? buf_puts(b, "}") : e;
}

int
policy_value(const struct policy *p, const struct policy_setting *s,
    struct buf *b)
{
	const void *field = (const uint8_t *)p + s->offset;
	uint64_t n = 0;
	uint32_t small;

	memcpy(&small, field, sizeof(small));
	switch (s->type) {
	case POLICY_UINT:
		n = small;
		if (s->size == sizeof(n))
			memcpy(&n, field, sizeof(n));
		return policy_uint_text(n, b);
	case POLICY_BOOL:
		return buf_puts(b, *(const bool *)field ? "true" : "false");
	case POLICY_CHOICE:
		return buf_puts(b, s->choices[small]);
	case POLICY_TEXT:
		return buf_fmt(b, "\"%s\"", (const char *)field);
	case POLICY_FINDINGS:
		return findings_text(field, b);
	}
	return ERR_INTERNAL;
}

static int
range_text(const struct policy_setting *s, struct buf *b)
{
	int e = 0;

	switch (s->type) {
	case POLICY_UINT:
		if ((e = policy_uint_text(s->min, b)) == 0 &&
		    (e = buf_puts(b, " .. ")) == 0)
			e = policy_uint_text(s->max, b);
		return e;
	case POLICY_BOOL:
		return buf_puts(b, "true, false");
	case POLICY_CHOICE:
		for (size_t i = 0; e == 0 && s->choices[i] != NULL; i++)
			e = buf_fmt(b, "%s%s", i > 0 ? ", " : "",
			    s->choices[i]);
		return e;
	case POLICY_TEXT:
		return buf_fmt(b, "%" PRIu64 " .. %" PRIu64 " bytes", s->min,
		    s->max);
	case POLICY_FINDINGS:
		return buf_puts(b, "ids of docs/findings.md");
	}
	return ERR_INTERNAL;
}

static int
print_setting(const struct policy *p, const struct policy_setting *s, bool ja,
    struct buf *b)
{
	const char *in = s->section[0] == '\0' ? "" : "\t";
	struct policy d;
	int e;

	policy_default(&d);
	if ((e = buf_fmt(b, "%s# %s\n%s# ", in, ja ? s->ja : s->en, in)) != 0 ||
	    (e = range_text(s, b)) != 0 ||
	    (e = buf_puts(b, ja ? "（既定 " : " (default ")) != 0 ||
	    (e = policy_value(&d, s, b)) != 0 ||
	    (e = buf_puts(b, ja ? "）\n" : ")\n")) != 0 ||
	    (e = buf_fmt(b, "%s%s = ", in, s->key)) != 0 ||
	    (e = policy_value(p, s, b)) != 0)
		return e;
	return buf_puts(b, "\n");
}

static const char *
intro(bool ja)
{
	return ja ? "# 関所（Sekisho）の方針ファイル\n"
		    "# 知らない設定名や範囲外の値は誤りとして扱う。"
		    "「無制限」はない。\n"
		    "# 数値には K、M、G（1024倍ずつ）を付けられる。\n"
		    "# profile \"名前\" { limits { ... } rules { ... } } "
		    "と書くと、"
		    "その名前で\n"
		    "# 呼ばれたときだけ上書きする。"
		    "default_profile = \"名前\" で既定にできる。\n\n"
		  : "# Policy of Sekisho.\n"
		    "# An unknown key or a value out of range is an error; "
		    "there "
		    "is no \"unlimited\".\n"
		    "# Numbers may end in K, M or G (1024 each).\n"
		    "# profile \"NAME\" { limits { ... } rules { ... } } lies "
		    "over "
		    "the rest when that\n"
		    "# profile is asked for; default_profile = \"NAME\" asks "
		    "for "
		    "it always.\n\n";
}

int
policy_print(const struct policy *p, bool ja, struct buf *b)
{
	const char *section = "";
	const struct policy_setting *t;
	size_t n;
	int e = buf_puts(b, intro(ja));

	t = policy_settings(&n);
	for (size_t i = 0; e == 0 && i < n; i++) {
		if (strcmp(section, t[i].section) != 0) {
			e = buf_fmt(b, "%s\n%s {\n",
			    section[0] != '\0' ? "}\n" : "", t[i].section);
			section = t[i].section;
		}
		if (e == 0)
			e = print_setting(p, &t[i], ja, b);
	}
	return e == 0 ? buf_puts(b, "}\n") : e;
}

int
policy_manual(struct buf *b)
{
	const struct policy_setting *t;
	struct policy d;
	size_t n;
	int e;

	policy_default(&d);
	t = policy_settings(&n);
	e = buf_puts(b, "| key | values | default | meaning | 意味 |\n"
			"| --- | --- | --- | --- | --- |\n");
	for (size_t i = 0; e == 0 && i < n; i++)
		if ((e = buf_fmt(b, "| `%s%s%s` | ", t[i].section,
			 t[i].section[0] != '\0' ? "." : "", t[i].key)) == 0 &&
		    (e = range_text(&t[i], b)) == 0 &&
		    (e = buf_puts(b, " | `")) == 0 &&
		    (e = policy_value(&d, &t[i], b)) == 0)
			e = buf_fmt(b, "` | %s | %s |\n", t[i].en, t[i].ja);
	return e;
}
