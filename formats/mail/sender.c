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

/* An address as the name, or one of our domains in it. */
static bool
poses(const char *name, const char *list)
{
	return strchr(name, '@') != NULL ||
	       strstr(name, "\xef\xbc\xa0") != NULL || /* ＠ */
	       names_internal(name, list);
}

static int
mark(struct doc *d, struct mail_address *a)
{
	const char *list = doc_options(d)->mail_internal_domains;
	const char *at = strrchr(a->addr, '@');
	struct buf b;
	int e;

	if (list[0] == '\0' || a->name[0] == '\0' || at == NULL ||
	    strncmp(a->name, MARK, strlen(MARK)) == 0 ||
	    strcasecmp(a->name, a->addr) == 0 || is_internal(at + 1, list) ||
	    !poses(a->name, list))
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
		return put_facts(d, s, out);
	}
	if (doc_options(d)->mail_fresh)
		*out = "SPF=none DKIM=none DMARC=none";
	return 0;
}
