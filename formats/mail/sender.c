/* Who sent it: what the trusted relay found, and names that pose. */
#include <string.h>
#include <strings.h>

#include "formats/mail/mail_int.h"

/* ［外部］ would be odd in a header: ASCII brackets, as mail programs do. */
#define MARK "[\xe5\xa4\x96\xe9\x83\xa8] "

/* ---- names that pose */

/* Is the domain this one, or under it? */
static bool
is_under(const char *domain, const char *of, size_t n)
{
	size_t len = strlen(domain);

	if (len < n || strncasecmp(domain + len - n, of, n) != 0)
		return false;
	return len == n || domain[len - n - 1] == '.';
}

/* The next of the names in a list; NULL behind the last. */
static const char *
next_name(const char *list, size_t *n)
{
	list += strspn(list, " ");
	*n = strcspn(list, " ");
	return *n == 0 ? NULL : list;
}

static bool
is_internal(const char *domain, const char *list)
{
	const char *s;
	size_t n;

	for (; (s = next_name(list, &n)) != NULL; list = s + n)
		if (is_under(domain, s, n))
			return true;
	return false;
}

static bool
names_internal(const char *name, const char *list)
{
	const char *s, *at;
	size_t n;

	for (; (s = next_name(list, &n)) != NULL; list = s + n)
		for (at = name; *at != '\0'; at++)
			if (strncasecmp(at, s, n) == 0)
				return true;
	return false;
}

/* Letters that look like those of domains: Cyrillic, Greek, dots. */
static const struct {
	uint32_t cp;
	char as;
} alike[] = { { 0x3b1, 'a' }, { 0x3b9, 'i' }, { 0x3bd, 'v' }, { 0x3bf, 'o' },
	{ 0x3c1, 'p' }, { 0x430, 'a' }, { 0x435, 'e' }, { 0x43e, 'o' },
	{ 0x440, 'p' }, { 0x441, 'c' }, { 0x443, 'y' }, { 0x445, 'x' },
	{ 0x455, 's' }, { 0x456, 'i' }, { 0x458, 'j' }, { 0x4bb, 'h' },
	{ 0x4cf, 'l' }, { 0x501, 'd' }, { 0x51b, 'q' }, { 0x51d, 'w' },
	{ 0x131, 'i' }, { 0x261, 'g' }, { 0x2024, '.' }, { 0x3002, '.' },
	{ 0xfe52, '.' }, { 0xfe6b, '@' }, { 0xff61, '.' } };

/* What an eye takes a character for; 0: it is no sign of a domain. */
static char
look_of(uint32_t cp)
{
	if (cp >= 0x410 && cp <= 0x42f)
		cp += 0x20;
	if (cp >= 0xff01 && cp <= 0xff5e)
		return (char)(cp - 0xff01 + '!');
	for (size_t i = 0; i < sizeof(alike) / sizeof(alike[0]); i++)
		if (alike[i].cp == cp)
			return alike[i].as;
	return cp < 0x80 ? (char)cp : '\0';
}

/* An address as the name, or one of our domains in it. An address that could
 * not be written stands in the name as well: it is no pose. */
static bool
poses(struct doc *d, const struct mail_address *a, const char *list)
{
	const char *name = a->name;
	bool is_own = strcmp(a->addr, MAIL_NOBODY) == 0;
	char *eye = doc_strndup(d, name, strlen(name)), *to = eye;
	struct reader r;
	uint32_t cp;

	if (eye == NULL)
		return true;
	reader_init(&r, name, strlen(name));
	while (utf8_get(&r, &cp) == 0)
		*to++ = look_of(cp) != '\0' ? look_of(cp) : '?';
	*to = '\0';
	return (strchr(eye, '@') != NULL && !is_own) ||
	       names_internal(eye, list);
}

/* "a@city.example.lg.jp"@evil.example: the eye stops at the first domain. */
static bool
has_pose_in_local(const struct mail_address *a)
{
	return strchr(a->addr, '@') != strrchr(a->addr, '@');
}

static int
mark(struct doc *d, struct mail_address *a)
{
	const char *list = doc_options(d)->mail_internal_domains;
	const char *at = strrchr(a->addr, '@');
	struct buf b;
	int e;

	/* Without an address (a group) the name is all that is shown. */
	if (list[0] == '\0' || strncmp(a->name, MARK, strlen(MARK)) == 0 ||
	    (at != NULL && is_internal(at + 1, list)))
		return 0;
	if (has_pose_in_local(a)) {
		if (a->name[0] == '\0')
			a->name = a->addr;
	} else if (a->name[0] == '\0' || strcasecmp(a->name, a->addr) == 0 ||
		   !poses(d, a, list))
		return 0;
	if ((e = doc_found(d, FIND_MAIL_POSES, ACT_REPLACED, "From", "%s <%s>",
		 a->name, a->addr)) != 0)
		return e;
	buf_init(&b, 65536);
	if ((e = buf_puts(&b, MARK)) == 0 && (e = buf_puts(&b, a->name)) == 0 &&
	    (a->name = doc_strndup(d, b.data, b.len)) == NULL)
		e = ERR_NOMEM;
	buf_done(&b);
	return e;
}

int
mail_mark_sender(struct doc *d, struct mail_head *h)
{
	int e = 0;

	for (struct mail_address *a = h->from; e == 0 && a != NULL; a = a->next)
		e = mark(d, a);
	for (struct mail_address *a = h->sender; e == 0 && a != NULL;
	     a = a->next)
		e = mark(d, a);
	for (struct mail_address *a = h->reply_to; e == 0 && a != NULL;
	     a = a->next)
		e = mark(d, a);
	return e;
}

/* ---- RFC 8601 */

/* The value without comments and quoted strings: a sender's address may stand
 * in it, with all that RFC 5321 lets it hold. An end that is missing takes
 * the rest with it. */
static const char *
bare_facts(struct doc *d, const char *value)
{
	char *out = doc_strndup(d, value, strlen(value)), *to = out;
	unsigned depth = 0;
	bool quoted = false;

	if (out == NULL)
		return NULL;
	for (const char *s = value; *s != '\0'; s++) {
		if (*s == '\\' && (quoted || depth > 0)) {
			if (s[1] != '\0')
				s++;
			continue;
		}
		if (*s == '"' && depth == 0)
			quoted = !quoted;
		else if (*s == '(' && !quoted)
			depth++;
		else if (*s == ')' && !quoted && depth > 0)
			depth--;
		else if (!quoted && depth == 0)
			*to++ = *s;
	}
	*to = '\0';
	return out;
}

/* The result of one method in a value: a known word, or "none". */
static const char *
result_of(const char *value, const char *method)
{
	static const char *const known[] = { "pass", "fail", "softfail",
		"neutral", "none", "temperror", "permerror", "policy" };
	size_t n = strlen(method), len;

	for (const char *s = value; (s = strchr(s, ';')) != NULL;) {
		s += 1 + strspn(s + 1, " ");
		if (strncasecmp(s, method, n) != 0 || s[n] != '=')
			continue;
		len = strcspn(s + n + 1, " ;(");
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			if (strlen(known[i]) == len &&
			    strncasecmp(known[i], s + n + 1, len) == 0)
				return known[i];
		return "unknown";
	}
	return "none";
}

static int
put_facts(struct doc *d, const char *value, const char **out)
{
	struct buf b;
	int e;

	buf_init(&b, 1024);
	e = buf_fmt(&b, "SPF=%s DKIM=%s DMARC=%s", result_of(value, "spf"),
	    result_of(value, "dkim"), result_of(value, "dmarc"));
	if (e == 0 && (*out = doc_strndup(d, b.data, b.len)) == NULL)
		e = ERR_NOMEM;
	buf_done(&b);
	return e;
}

/* The topmost one of the trusted relay: it takes off those that lie. */
int
mail_authentication(struct doc *d, const struct mail_field *f, const char **out)
{
	const char *trusted = doc_options(d)->mail_authserv_id, *s;
	char id[MAIL_TYPE_BYTES];
	bool clean;
	int e;

	*out = "";
	if (trusted[0] == '\0')
		return 0;
	for (; f != NULL; f = f->next) {
		if (strcmp(f->name, "authentication-results") != 0)
			continue;
		mail_token(&f->raw, id, &clean);
		if (strcasecmp(id, trusted) != 0)
			continue;
		if ((e = mail_words(d, &f->raw, &s)) != 0)
			return e;
		if ((s = bare_facts(d, s)) == NULL)
			return ERR_NOMEM;
		return put_facts(d, s, out);
	}
	if (doc_options(d)->mail_fresh)
		*out = "SPF=none DKIM=none DMARC=none";
	return 0;
}
