/*
 * Links: what may leave (formats/url.h), how people see it, and whether the
 * shown text poses as another place.
 */
#include <idn2.h>
#include <string.h>
#include <strings.h>

#include "formats/html/html_int.h"
#include "formats/url.h"

#define HOST_BYTES 256u
#define HREF_BYTES 32768u

/* Links of the page to its neighbours, which stay behind. */
static bool
is_relative(const char *s)
{
	s += strspn(s, " \t\r\n\f");
	if (s[0] == '\\' || (s[0] == '/' && (s[1] == '/' || s[1] == '\\')))
		return false;
	return strcspn(s, ":\\") == strlen(s);
}

int
html_link(struct html *h, const char *href, struct buf *url,
    enum html_link *kind)
{
	const char *why = "";
	int e;

	buf_clear(url);
	*kind = HTML_LINK_NONE;
	if (href == NULL || html_all_blank(href))
		return 0;
	/* No address is as long as that; the policy would call it a limit. */
	e = strlen(href) > HREF_BYTES
		? ERR_DENIED
		: url_check(href, strlen(href), url, &why);
	if (e == 0) {
		*kind = url->data[0] == '#' ? HTML_LINK_PLACE : HTML_LINK_OK;
		return 0;
	}
	if (e != ERR_DENIED)
		return e;
	*kind = HTML_LINK_BAD;
	if (strcmp(why, "path") == 0 && is_relative(href))
		return html_say(h, FIND_HTML_LINK_LOCAL, ACT_REMOVED, href);
	return html_say(h, FIND_HTML_LINK_DENIED, ACT_REMOVED, href);
}

/* ---- hosts */

/* What stands behind "scheme://" up to the path; NULL: no such URL. */
static const char *
authority(const char *url, size_t *n)
{
	const char *s = strstr(url, "://");

	if (s == NULL)
		return NULL;
	s += 3;
	*n = strcspn(s, "/?#\\");
	return s;
}

/* The A-labels in lower case; false when it is no host. */
static bool
to_ascii(const char *s, size_t n, char *out)
{
	char raw[HOST_BYTES], *ascii = NULL;
	bool fine;

	if (n == 0 || n >= sizeof(raw))
		return false;
	memcpy(raw, s, n);
	raw[n] = '\0';
	if (idn2_to_ascii_8z(raw, &ascii,
		IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) != IDN2_OK)
		return false;
	n = strlen(ascii);
	fine = n > 0 && n < HOST_BYTES;
	if (fine)
		for (size_t i = 0; i <= n; i++)
			out[i] = ascii[i] >= 'A' && ascii[i] <= 'Z'
				     ? (char)(ascii[i] | 0x20)
				     : ascii[i];
	idn2_free(ascii);
	return fine;
}

static bool
in_list(const char *s, size_t n, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strlen(*list) == n && strncasecmp(s, *list, n) == 0)
			return true;
	return false;
}

/* Registries that give names at the third level, most of them Japanese. */
static const char *const seconds[] = { "co", "or", "ne", "go", "lg", "ac", "ad",
	"ed", "gr", "com", "net", "org", "gov", "edu", "gob", "mil", "hokkaido",
	"aomori", "iwate", "miyagi", "akita", "yamagata", "fukushima",
	"ibaraki", "tochigi", "gunma", "saitama", "chiba", "tokyo", "kanagawa",
	"niigata", "toyama", "ishikawa", "fukui", "yamanashi", "nagano", "gifu",
	"shizuoka", "aichi", "mie", "shiga", "kyoto", "osaka", "hyogo", "nara",
	"wakayama", "tottori", "shimane", "okayama", "hiroshima", "yamaguchi",
	"tokushima", "kagawa", "ehime", "kochi", "fukuoka", "saga", "nagasaki",
	"kumamoto", "oita", "miyazaki", "kagoshima", "okinawa", NULL };

/* "www.a.co.jp" -> "a.co.jp": the part that somebody registers. */
static const char *
registrable(const char *host)
{
	const char *dots[4], *p = host + strlen(host);
	size_t n = 0, want = 2;

	while (p > host && n < 4)
		if (*--p == '.')
			dots[n++] = p;
	if (n < 2)
		return host;
	if (strlen(dots[0] + 1) == 2 &&
	    in_list(dots[1] + 1, (size_t)(dots[0] - dots[1] - 1), seconds))
		want = 3;
	return n < want ? host : dots[want - 1] + 1;
}

static bool
host_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

static const char *const endings[] = { "jp", "com", "net", "org", "gov", "edu",
	"int", "mil", "info", "biz", "io", "co", "cn", "ru", "us", "uk", "de",
	"fr", "kr", "tw", "eu", "tokyo", "osaka", "kyoto", "shop", "site",
	"online", "xyz", "top", "dev", "app", "me", "tv", "cc", "asia", "cloud",
	"ch", "it", "nl", "au", "ca", "br", "in", "sg", "hk", NULL };

/* Does this name end like one of the internet? */
static bool
ends_well(const char *s, size_t n)
{
	const char *dot = memrchr(s, '.', n);

	return dot != NULL && dot > s &&
	       in_list(dot + 1, n - (size_t)(dot - s) - 1, endings);
}

/* The host that a text shows at s: its length, 0 when it is none. */
static size_t
shown_host(const char *s, bool sure)
{
	size_t n = 0, all = strcspn(s, "/?#\\: \t\r\n\"'<>()[]{},;@|");

	while (host_char(s[n]))
		n++;
	while (n > 0 && (s[n - 1] == '.' || s[n - 1] == '-'))
		n--;
	if (ends_well(s, n))
		return n;
	if (!sure)
		return 0;
	/* "https://" stands before it: any name with a dot, also an IDN. */
	if (all > n && memchr(s, '.', all) != NULL)
		return all;
	return memchr(s, '.', n) == NULL ? 0 : n;
}

/* Behind a user name: "good.example@evil.example". */
static const char *
behind_user(const char *s)
{
	size_t n = strcspn(s, "/?#\\ \t\r\n\"<>");
	const char *at = memrchr(s, '@', n);

	return at == NULL ? s : at + 1;
}

static bool
same_place(const char *shown, size_t n, const char *host)
{
	char ascii[HOST_BYTES];

	if (!to_ascii(shown, n, ascii))
		return false;
	return strcasecmp(registrable(ascii), registrable(host)) == 0;
}

/* The host that url leads to: of a web page, or of a mail address. */
static bool
target_host(const char *url, char *host)
{
	const char *s;
	size_t n;

	if (strncmp(url, "mailto:", 7) == 0) {
		n = strcspn(url, "?&,;");
		if ((s = memchr(url, '@', n)) == NULL)
			return false;
		s++;
		n -= (size_t)(s - url);
		return to_ascii(s, n, host);
	}
	if ((s = authority(url, &n)) == NULL)
		return false;
	n = strcspn(s, "/?#\\:");
	return to_ascii(s, n, host);
}

bool
html_misleads(const char *shown, const char *url)
{
	char host[HOST_BYTES];
	const char *s = shown, *at;
	bool start = true;
	size_t n;

	if (!target_host(url, host))
		return false;
	for (; *s != '\0'; s++) {
		bool was = start;

		start = !host_char(*s);
		if (strncmp(s, "://", 3) == 0) {
			at = behind_user(s + 3);
			n = shown_host(at, true);
		} else if (was) {
			at = s;
			n = shown_host(s, strncasecmp(s, "www.", 4) == 0);
		} else {
			continue;
		}
		if (n == 0)
			continue;
		if (!same_place(at, n, host))
			return true;
		s = at + n - 1;
		start = false;
	}
	return false;
}

/* ---- for people */

static int
put_dotted(const char *s, size_t n, struct buf *out)
{
	int e = 0;

	for (size_t i = 0; e == 0 && i < n; i++)
		e = s[i] == '.' ? buf_puts(out, "[.]")
				: buf_u8(out, (uint8_t)s[i]);
	return e;
}

/* " (日本語[.]jp)" for a host with an A-label. */
static int
put_unicode(const char *s, size_t n, struct buf *out)
{
	char raw[HOST_BYTES], shown[HOST_BYTES * 4], *u = NULL;
	int e;

	if (n >= sizeof(raw))
		return 0;
	memcpy(raw, s, n);
	raw[n] = '\0';
	raw[strcspn(raw, ":")] = '\0';
	if (strcasestr(raw, "xn--") == NULL ||
	    idn2_to_unicode_8z8z(raw, &u, 0) != IDN2_OK)
		return 0;
	utf8_printable(u, strlen(u), shown, sizeof(shown));
	idn2_free(u);
	if ((e = buf_puts(out, " (")) != 0 ||
	    (e = put_dotted(shown, strlen(shown), out)) != 0)
		return e;
	return buf_puts(out, ")");
}

int
html_defang(const char *url, struct buf *out)
{
	const char *host;
	size_t n;
	int e;

	if (strncmp(url, "mailto:", 7) == 0)
		return buf_put(out, url + 7, strcspn(url + 7, "?&"));
	if (strncmp(url, "tel:", 4) == 0)
		return buf_puts(out, url + 4);
	if ((host = authority(url, &n)) == NULL)
		return buf_puts(out, url);
	e = buf_puts(out,
	    strncmp(url, "https", 5) == 0 ? "hxxps://" : "hxxp://");
	if (e == 0)
		e = put_dotted(host, n, out);
	if (e == 0)
		e = buf_puts(out, host + n);
	return e == 0 ? put_unicode(host, n, out) : e;
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "...?u=https%3A%2F%2Fx" without its percent signs, as far as it goes. */
static size_t
undo_percent(const char *s, char *out, size_t size)
{
	size_t n = 0;

	for (; *s != '\0' && n + 1 < size; s++) {
		if (*s == '%' && hex(s[1]) >= 0 && hex(s[2]) >= 0) {
			out[n++] = (char)(hex(s[1]) << 4 | hex(s[2]));
			s += 2;
		} else {
			out[n++] = *s;
		}
	}
	out[n] = '\0';
	return n;
}

int
html_wrapped(const char *url, struct buf *out)
{
	char text[URL_MAX_BYTES + 1], host[HOST_BYTES], own[HOST_BYTES];
	const char *rest, *s;
	size_t n;

	buf_clear(out);
	if ((rest = authority(url, &n)) == NULL || !target_host(url, own))
		return 0;
	undo_percent(rest + n, text, sizeof(text));
	if ((s = strcasestr(text, "http://")) == NULL &&
	    (s = strcasestr(text, "https://")) == NULL)
		return 0;
	s = strstr(s, "://") + 3;
	s = behind_user(s);
	n = strcspn(s, "/?#\\:&\"'<> ");
	if (!to_ascii(s, n, host) || strchr(host, '.') == NULL ||
	    strcasecmp(registrable(host), registrable(own)) == 0)
		return 0;
	return buf_puts(out, host);
}

bool
html_true_host(const char *href, char *host, size_t size)
{
	const char *s, *at;
	size_t n;

	if ((s = authority(href, &n)) == NULL ||
	    (at = memrchr(s, '@', n)) == NULL)
		return false;
	utf8_printable(at + 1, (size_t)(s + n - at - 1), host, size);
	return host[0] != '\0';
}
